"""Tests of the command: the same as the binary, whose own tests are with its crate."""

import signal
import subprocess
import sys
import time
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from sample import DESCRIPTION

from deskmetrics import __main__ as command

GOLDEN = Path(__file__).resolve().parents[3] / "crates" / "deskmetrics-cli" / "tests" / "golden" / "report.txt"
SELECTED = ("--kpi", "csat,first_response_time", "--by", "channel", "--period", "week")


def run(*arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-m", "deskmetrics", *arguments], capture_output=True, check=False)


def test_the_report_is_that_of_the_binary() -> None:
    done = run("report", DESCRIPTION, *SELECTED)
    assert (done.returncode, done.stderr, done.stdout) == (0, b"", GOLDEN.read_bytes())


def test_exit_codes_are_those_of_the_command() -> None:
    assert run("check", DESCRIPTION).returncode == 0
    assert run("check", DESCRIPTION, "--max-excluded", "0").returncode == 1
    failed = run("report", "nowhere.toml")
    assert (failed.returncode, failed.stdout) == (2, b"") and b"nowhere.toml: there is no such file" in failed.stderr
    assert run("--help").stdout.startswith(b"Customer-service KPIs")


def test_the_console_script_is_the_command() -> None:
    scripts = [script for script in entry_points(group="console_scripts") if script.name == "deskmetrics"]
    assert [script.load() for script in scripts] == [command.main]


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")
def test_interrupts_end_it(tmp_path: Path) -> None:
    """Uninterrupted, so many slices take much longer."""
    rows = "".join(f"{number},2026-03-{1 + number % 28:02}T09:00:00Z,{number}\n" for number in range(300_000))
    (tmp_path / "tickets.csv").write_text("id,created_at,group\n" + rows)
    arguments = [sys.executable, "-m", "deskmetrics", "report", str(tmp_path / "tickets.csv"), "--by", "group", "--period", "day"]
    with subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=5) == -signal.SIGINT
