"""Schemas of data forms: their keys are those of the parsers, and real documents are valid."""

import inspect
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from sample import DESCRIPTION

import deskmetrics as dm
from deskmetrics import description

ROOT = Path(__file__).resolve().parents[3]

# The definitions whose keys are those of a section of help("deskmetrics.description").
SECTIONS = {
    "Description": "description",
    "Tickets": "tickets",
    "Events": "events",
    "Snapshots": "snapshots",
    "Surveys": "surveys",
    "Invitations": "invitations",
    "Files": "file",
    "Values": "values",
    "Timestamps": "timestamps_column",
    "Numbers": "numbers",
    "Measures": "measures",
    "Schedules": "schedule",
    "SLA": "sla",
    "Policies": "policy",
    "Targets": "target",
    "Tables": "sla_table",
    "Clocks": "custom_clock",
}


def run(*arguments: str | Path) -> str:
    command = [sys.executable, "-m", "deskmetrics", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, check=True, text=True, encoding="utf-8").stdout


def schema(form: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("schema", form))
    jsonschema.Draft202012Validator.check_schema(found)
    return found


def check(document: Any, form: str) -> None:
    jsonschema.Draft202012Validator(schema(form)).validate(document)


def test_the_forms_are_listed() -> None:
    forms = [line.split()[0] for line in run("schema").splitlines()]
    assert forms[:3] == ["description", "schedule", "policies"] and "report" in forms
    for form in forms:
        assert schema(form)["$ref"] == f"#/$defs/{form}"
    failed = subprocess.run([sys.executable, "-m", "deskmetrics", "schema", "reprot"], capture_output=True, check=False)
    assert failed.returncode == 2 and b'did you mean "report"?' in failed.stderr


def test_keys_of_descriptions_are_those_of_the_reference() -> None:
    """Another test compares the reference with the parser."""
    definitions = schema("description")["$defs"]
    _, *parts = re.split(r"^(\w+)\n-{3,}\n", inspect.cleandoc(description.__doc__ or ""), flags=re.MULTILINE)
    sections = dict(zip(parts[::2], parts[1::2], strict=True))
    assert list(sections) == list(SECTIONS)
    for section, definition in SECTIONS.items():
        entries = re.findall(r"^- ([^:]+):", sections[section], re.MULTILINE)
        listed = set(re.findall("``([^`]+)``", " ".join(entries)))
        keys = set(definitions[definition]["properties"])
        assert keys == listed, section


def test_keys_of_requests_are_those_of_the_parser() -> None:
    with pytest.raises(dm.ArgumentError) as error:
        dm.report({"id": ["1"], "created_at": ["2026-03-02T08:00:00Z"]}, kpis=[{"kpi": "volume", "no_such_key": 1}])
    allowed = re.findall('"([^"]+)"', str(error.value).split("llowed are ")[1])
    assert set(allowed) == set(schema("request")["$defs"]["request"]["properties"])


DESCRIPTIONS = [DESCRIPTION, *sorted((ROOT / "examples" / "descriptions").glob("*.toml"))]


@pytest.mark.parametrize("file", DESCRIPTIONS, ids=lambda file: file.parent.name + "/" + file.name)
def test_descriptions_are_valid(file: Path) -> None:
    check(tomllib.loads(file.read_text(encoding="utf-8")), "description")


def test_drafts_are_valid() -> None:
    tickets = {"id": ["1"], "created_at": ["2026-03-02 08:00"], "status": ["open"], "csat": [5]}
    check(tomllib.loads(dm.describe(tickets).to_toml()), "description")
    files = ("tickets.csv", "events.csv.gz", "invitations.csv", "responses.csv")
    check(tomllib.loads(dm.describe(*(DESCRIPTION.parent / file for file in files)).to_toml()), "description")


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"time_zone": "UTC", "tickets": [{"file": "a.csv", "id": "id"}]},
        {"time_zone": "UTC", "tickets": [{"file": "a.csv", "id": "id", "created_at": {"column": "c", "fromat": "iso"}}]},
        {"time_zone": "UTC", "surveys": [{"file": "a.csv", "score": "s"}]},
    ],
)
def test_wrong_descriptions_are_not_valid(wrong: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        check(wrong, "description")


def test_outputs_are_valid() -> None:
    report = run("report", DESCRIPTION, "--format", "json", "--by", "market", "--by", "market,channel", "--period", "month")
    check(json.loads(report), "report")
    check(json.loads(run("check", DESCRIPTION, "--format", "json")), "check")
    check(json.loads(run("due", DESCRIPTION, "--format", "json")), "due")
    check(json.loads(run("catalogue", "--format", "json")), "catalogue")
    explanation = json.loads(run("explain", "20002", DESCRIPTION, "--format", "json"))
    check(explanation, "explanation")
    check(explanation["ticket"], "ticket")
    for event in explanation["events"]:
        check(event, "event")


def test_schedules_and_policies_are_valid() -> None:
    sample = tomllib.loads(DESCRIPTION.read_text(encoding="utf-8"))
    for form in sample["schedules"].values():
        check(form, "schedule")
        check(dm.Schedule.from_dict(form).to_dict(), "schedule")
    policies = {"policies": sample["sla"]["policies"], "matching": sample["sla"]["matching"]}
    check(policies, "policies")


def test_records_are_valid() -> None:
    check({"question": "csat", "score": None, "at": "2026-03-02T08:00:00Z"}, "answer")
    check({"id": "1", "question": "nps", "sent_at": "2026-03-02T08:00:00Z", "delivered": False}, "invitation")
    with pytest.raises(jsonschema.ValidationError):
        check({"question": "csat", "score": "five"}, "answer")
