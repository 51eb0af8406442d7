"""Tests of the documentation: docstrings and README examples run, stubs match the compiled module."""

import doctest
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import deskmetrics as dm
from deskmetrics import description

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE | doctest.IGNORE_EXCEPTION_DETAIL


def documented() -> Iterator[tuple[str, Any]]:
    yield "deskmetrics", dm
    for name in dm.__all__:
        if name.startswith("__"):
            continue
        thing = getattr(dm, name)
        yield name, thing
        if inspect.isclass(thing) and not issubclass(thing, Exception):
            for member, value in vars(thing).items():
                if not member.startswith("_"):
                    yield f"{name}.{member}", getattr(value, "__func__", value)


@pytest.mark.parametrize(("name", "thing"), list(documented()), ids=lambda part: part if isinstance(part, str) else "")
def test_docstring(name: str, thing: Any) -> None:
    if inspect.ismemberdescriptor(thing):
        return  # fields of a dataclass are documented in the docstring of the class
    text = inspect.getdoc(thing)
    assert text, f"{name} has no docstring"
    examples = doctest.DocTestParser().get_doctest(text, {}, name, None, 0)
    report: list[str] = []
    doctest.DocTestRunner(optionflags=FLAGS).run(examples, out=report.append)
    assert not report, "".join(report)


def test_every_function_has_an_example() -> None:
    described = ("compare", "catalogue", "describe", "Schedule", "Interval", "KpiResult", "read", "replay", "report", "Tracker")
    for name in (*described, "SlaPolicy", "SlaPolicies", "FcrPolicy"):
        assert ">>>" in (inspect.getdoc(getattr(dm, name)) or ""), name


def blocks(readme: Path) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", readme.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("folder", ["..", "../../.."])
def test_readme_examples_print_the_shown_output(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = blocks((Path(__file__).parent / folder / "README.md").resolve())
    assert code
    for block in code:
        shown = re.findall(r"^# -> ?(.*)$", block, re.MULTILINE)
        assert shown, f"no output is shown:\n{block}"
        exec(compile(block, "README.md", "exec"), {})
        assert capsys.readouterr().out.splitlines() == shown


DESCRIPTION_PLACES = {
    "Description": "{}",
    "Tickets": "[[tickets]]\n{}",
    "Events": "[[events]]\n{}",
    "Snapshots": "[[snapshots]]\n{}",
    "Surveys": "[[surveys]]\n{}",
    "Invitations": "[[invitations]]\n{}",
    "Files": "[[tickets]]\nfile = {{ {} }}",
    "Values": "[[tickets]]\nid = {{ {} }}",
    "Timestamps": "[[tickets]]\ncreated_at = {{ {} }}",
    "Numbers": "[[surveys]]\nscore = {{ {} }}",
    "Measures": "[[tickets]]\nreopens = {{ {} }}",
    "Schedules": '[[tickets]]\nfile = "t"\nid = "i"\ncreated_at = "c"\n[schedules.desk]\n{}',
    "SLA": "[sla]\n{}",
    "Policies": "[[sla.policies]]\n{}",
    "Targets": "[[sla.policies]]\ntargets = [{{ {} }}]",
    "Tables": "[[sla.tables]]\n{}",
    "Clocks": "[[sla.clocks]]\n{}",
}


def test_description_reference_lists_the_keys_of_the_parser(tmp_path: Path) -> None:
    name, *parts = re.split(r"^(\w+)\n-{3,}\n", inspect.cleandoc(description.__doc__ or ""), flags=re.MULTILINE)
    sections = dict(zip(parts[::2], parts[1::2], strict=True))
    assert name and list(sections) == list(DESCRIPTION_PLACES)
    file = tmp_path / "description.toml"
    for section, place in DESCRIPTION_PLACES.items():
        file.write_text(f'time_zone = "UTC"\n{place.format("no_such_key = 1")}', encoding="utf-8")
        with pytest.raises(dm.ReadError) as error:
            dm.read(file)
        allowed = re.findall('"([^"]+)"', str(error.value).split("allowed are ")[1])
        entries = re.findall(r"^- ([^:]+):", sections[section], re.MULTILINE)
        listed = re.findall("``([^`]+)``", " ".join(entries))
        assert sorted(listed) == sorted(allowed), section


def test_description_example_can_be_read(tmp_path: Path) -> None:
    example = re.search(r"reads two files::\n\n(.*?)\n\nFor tables", description.__doc__ or "", re.DOTALL)
    assert example
    (tmp_path / "description.toml").write_text(inspect.cleandoc(example[1]), encoding="utf-8")
    (tmp_path / "tickets.csv").write_text("Number,Opened,Resolved,State,Country\n1,2/3/2026 09:00,2026-03-02 10:00,Done,DK\n")
    (tmp_path / "answers.csv").write_text("Number,Answered,Stars\n1,2026-03-02 11:00,5\n")
    report = dm.read(tmp_path / "description.toml").report(["full_resolution_time", "csat"])
    assert report["full_resolution_time"].text == "1h 0m" and report["csat"].value == 100.0


def test_stubs() -> None:
    allowed = Path(__file__).with_name("stubtest-allow.txt")
    stubtest = [sys.executable, "-m", "mypy.stubtest", "deskmetrics", "--concise", "--allowlist", str(allowed), "--ignore-unused-allowlist"]
    checked = subprocess.run(stubtest, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_types_of_the_tests() -> None:
    """The tests use the package as users do; mypy --strict reads them against the stubs."""
    folder = Path(__file__).parent
    settings = folder.parent / "pyproject.toml"
    command = [sys.executable, "-m", "mypy", "--config-file", str(settings), str(folder)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
