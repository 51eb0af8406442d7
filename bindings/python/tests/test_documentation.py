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
    described = ("compare", "catalogue", "Schedule", "Interval", "KpiResult", "read", "replay", "report", "Tracker")
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
