"""The examples on the pages of the documentation site run and print the shown output."""

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sample import FOLDER

pytest.importorskip("altair")

DOCS = Path(__file__).resolve().parents[3] / "docs"
PAGES = sorted([*DOCS.glob("*.md"), *DOCS.glob("how-to/*.md")])

BLOCK = re.compile(r"^(?P<fence>```+)(?P<kind>\S+)(?P<argument>[^\n]*)\n(?P<body>.*?)^(?P=fence)$", re.MULTILINE | re.DOTALL)
OPTIONS = re.compile(r"\A((?::\w+:[^\n]*\n)*)\n?(.*)", re.DOTALL)


def blocks(page: Path) -> Iterator[tuple[str, str, str]]:
    """Each block: its kind, its options, its text."""
    for block in BLOCK.finditer(page.read_text(encoding="utf-8")):
        directive = block["kind"].startswith("{")
        options, text = OPTIONS.findall(block["body"])[0] if directive else ("", block["body"])
        yield block["kind"], options, text


def printed(command: str) -> str:
    """What the command of a line of a shell prints."""
    _, *arguments = shlex.split(command, comments=True)
    done = subprocess.run([sys.executable, "-m", "deskmetrics", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def shows(shown: str, output: str) -> bool:
    """Whether an excerpt, in which a line ``...`` matches any lines, is that of an output."""
    parts = [re.escape(part.strip("\n")) for part in re.split(r"^\.\.\.$", shown, flags=re.MULTILINE)]
    return re.fullmatch(r"(?:.*\n)?".join(f"{part}\n" if part else "" for part in parts), output.rstrip("\n") + "\n", re.DOTALL) is not None


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_page(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(FOLDER, tmp_path / "sample")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    output = ""
    for kind, options, text in blocks(page):
        if kind == "{code-block}" and (name := re.search(r"^:caption: (.*)$", options, re.MULTILINE)):
            Path(name[1]).write_text(text, encoding="utf-8")
        elif kind in ("python", "{chart}"):
            exec(compile(text, page.name, "exec"), names)
            assert capsys.readouterr().out.splitlines() == re.findall(r"^# -> ?(.*)$", text, re.MULTILINE)
        elif kind == "sh":
            output = "".join(printed(line) for line in text.splitlines() if line.startswith("deskmetrics "))
        elif kind == "text":
            assert shows(text, output), output


def test_there_are_pages() -> None:
    assert {page.stem for page in PAGES} >= {"tutorial", "gallery", "weekly-report", "zendesk-sla", "pandas", "cluster"}
