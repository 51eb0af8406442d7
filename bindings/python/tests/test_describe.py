"""`describe`: the mapping of tables inferred from names and values, which `report` takes back."""

import csv
import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from sample import DESCRIPTION

import deskmetrics as dm

SAMPLE = DESCRIPTION.parent

TICKETS = """\
Ticket ID,Created,Resolved,State,Country,Satisfaction Rating
1,25/02/2026 09:00,25/02/2026 11:00,Resolved,DK,5
2,03/03/2026 10:00,,In progress,ES,
3,04/03/2026 10:00,04/03/2026 14:00,Resolved,DK,1
"""


def frames() -> list[tuple[str, Callable[[], Any]]]:
    def rows() -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(TICKETS)))

    return [
        ("pandas", lambda: pd.read_csv(io.StringIO(TICKETS))),
        ("polars", lambda: pl.read_csv(io.StringIO(TICKETS))),
        ("pyarrow", lambda: pa.Table.from_pylist(rows())),
        ("dict", lambda: {name: [row[name] or None for row in rows()] for name in rows()[0]}),
        ("list", rows),
    ]


@pytest.mark.parametrize(("name", "frame"), frames(), ids=lambda part: part if isinstance(part, str) else "")
def test_frames_of_any_library_have_one_mapping(name: str, frame: Callable[[], Any]) -> None:
    draft = dm.describe(frame(), assume_tz="Europe/Copenhagen")
    assert draft.questions == (), name
    tickets = draft.columns["tickets"]
    assert tickets["created_at"] == {"column": "Created", "format": "day_first"}
    assert tickets["status"]["words"] == {"Resolved": "solved", "In progress": "open"}
    assert tickets["attributes"] == {"market": "Country"}
    assert draft.columns["surveys"]["questions"] == {"csat": "Satisfaction Rating"}
    assert draft.scales == {"csat": "1-5"}
    report = dm.report(frame(), surveys=frame(), columns=draft.columns, scales=draft.scales, kpis=["full_resolution_time", "csat"])
    assert (report["full_resolution_time"].text, report["csat"].value) == ("3h 0m", 50.0)


def test_the_mapping_gives_the_report_of_the_description(tmp_path: Path) -> None:
    (tmp_path / "tickets.csv").write_text(TICKETS)
    frame = pd.read_csv(tmp_path / "tickets.csv")
    draft = dm.describe(tickets=frame, assume_tz="Europe/Copenhagen")
    frame.to_parquet(tmp_path / "tickets.parquet")
    (tmp_path / "description.toml").write_text(draft.to_toml())
    stored = dm.read(tmp_path / "description.toml").report(by="market")
    direct = dm.report(frame, surveys=frame, columns=draft.columns, scales=draft.scales, by="market")
    numbers = [[(row.kpi, row.measure, row.keys, row.value, row.n) for row in report.rows] for report in (stored, direct)]
    assert numbers[0] == numbers[1] and len(numbers[0]) > 10


def test_columns_of_a_draft_give_no_role_to_others() -> None:
    tickets = {"id": ["1"], "created_at": ["2026-03-02T08:00:00Z"], "first_response_time": ["2h"], "tier": ["a"]}
    complete = {"tickets": {"id": "id", "created_at": "created_at", "inferred": False}}
    report = dm.report(tickets, columns=complete)
    assert "first_response_time" not in {row.kpi for row in report.rows}
    assert dm.report(tickets, columns=complete, by="tier").rows, "a requested column is read"
    assert "first_response_time" in {row.kpi for row in dm.report(tickets).rows}


def test_files_and_frames_of_the_sample_are_decided() -> None:
    names = ("tickets.csv", "events.csv.gz", "invitations.csv", "responses.csv")
    draft = dm.describe(*(SAMPLE / name for name in names), assume_tz="Europe/Copenhagen")
    assert draft.questions == () and draft.scales == {"csat": "1-5", "ces": "ces2"}
    frames: dict[str, Any] = {
        "tickets": pl.read_csv(SAMPLE / "tickets.csv"),
        "events": pl.read_csv(SAMPLE / "events.csv.gz"),
        "invitations": pl.read_csv(SAMPLE / "invitations.csv"),
        "surveys": pl.read_csv(SAMPLE / "responses.csv"),
    }
    same = dm.describe(**frames, assume_tz="Europe/Copenhagen")
    assert same.columns == draft.columns
    options: dict[str, Any] = {"kpis": ["volume", "full_resolution_time", "nps", "csat", "reopen_rate", "response_rate"]}
    report = dm.report(**frames, columns=draft.columns, scales=draft.scales, as_of="2026-04-27T00:00:00Z", **options)
    own = dm.read(DESCRIPTION).report(**options)
    for kpi in ("volume", "nps", "csat", "reopen_rate"):
        assert (report[kpi].value, report[kpi].n) == (own[kpi].value, own[kpi].n), kpi


def test_what_is_open_is_a_question() -> None:
    tickets = {
        "id": ["1", "2"],
        "created_at": ["2026-03-02 08:00", "2026-03-02 09:00"],
        "status": ["open", "Parked"],
    }
    draft = dm.describe(tickets=tickets)
    assert [question.place for question in draft.questions] == ["time_zone", "tickets.status"]
    parked = draft.questions[1]
    assert str(parked) == 'tickets.status: what do these labels of "status" mean: "Parked" (1)?'
    assert parked.until == "what depends on them is excluded and counted"
    assert parked.candidates[0].startswith('"Parked" = "..." # new, open, pending')
    ambiguous = dm.describe(tickets={"id": ["1"], "created_at": ["03/04/2026"]})
    assert ambiguous.columns == {} and [question.place for question in ambiguous.questions] == ["time_zone", "tickets.created_at"]


def test_it_is_shown_readably() -> None:
    draft = dm.describe(tickets={"id": ["<1>"], "created_at": ["2026-03-02T08:00:00Z"], "note": ["x\ny" * 50]})
    assert repr(draft) == (
        "tickets: tickets, 1 rows\n"
        "  id -> id: 1 value: <1>\n"
        "  created_at -> created_at: timestamps such as 2026-03-02T08:00:00Z\n"
        "  note -> (not read): 1 value: x yx yx yx yx yx yx yx yx yx yx yx yx y…\n"
        "1 question\n"
        "  time_zone: which zone do days and weeks have?\n"
        "    until it is answered, days are those of UTC"
    )
    html = draft._repr_html_()
    assert "&lt;1&gt;" in html and "<1>" not in html and "Questions" in html


def test_errors_name_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(dm.ArgumentError, match=r"there is no table: .* describe\(tickets=frame\)"):
        dm.describe()
    with pytest.raises(dm.ReadError, match="save the sheet as CSV"):
        dm.describe(tmp_path / "a.xlsx")
    with pytest.raises(dm.ArgumentTypeError):
        dm.describe(tickets=3)
    with pytest.raises(dm.ArgumentError, match="assume_tz"):
        dm.describe(tickets={"id": ["1"]}, assume_tz="Nowhere")


def data() -> Path:
    """The folder of the real data."""
    folder = os.environ.get("DESKMETRICS_DATA")
    return Path(folder) if folder else Path(__file__).resolve().parents[3].parent / "shared" / "data"


@pytest.mark.skipif(not data().is_dir(), reason=f"there is no {data()}; set DESKMETRICS_DATA to the folder with the real data")
def test_real_files_are_described() -> None:
    files = sorted(data().glob("*/*.csv.gz"))
    assert files
    for file in files:
        draft = dm.describe(file)
        assert draft.to_toml() and repr(draft), file


def test_columns_of_tables_that_are_not_given_are_noted() -> None:
    rows = range(40)
    frame = {
        "id": list(rows),
        "created_at": ["2026-03-02T09:00:00Z"] * 40,
        "Satisfaction rating": [1 + row % 5 for row in rows],
    }
    draft = dm.describe(tickets=frame)
    assert set(draft.columns) == {"tickets", "surveys"} and draft.scales == {"csat": "1-5"}
    noted = dm.report(frame, columns=draft.columns, scales=draft.scales, kpis="volume").notes
    assert any(note.startswith("the columns of surveys have no effect without surveys: give surveys=..") for note in noted), noted
    # The remedy.
    both = dm.report(frame, surveys=frame, columns=draft.columns, scales=draft.scales, kpis=["volume", "csat"])
    assert both["csat"].n == 40 and not any("have no effect" in note for note in both.notes)
    replay = dm.replay(tickets=frame, columns={**draft.columns, "events": {"ticket": "id"}})
    assert [finding for finding in replay.findings if "have no effect" in finding] == [
        "the columns of events have no effect without events: give events=.., or remove them from columns"
    ]


def test_a_scale_that_is_a_question_has_none() -> None:
    draft = dm.describe(surveys={"csat": [7, 9, 3], "at": ["2026-03-02T09:00:00Z"] * 3})
    assert draft.scales == {} and [one.place for one in draft.questions][0] == "scales.csat"
    assert "[scales]\n# QUESTION" in draft.to_toml()


def test_excluded_lines_are_shown(tmp_path: Path) -> None:
    file = tmp_path / "tickets.csv"
    file.write_text("id,created_at\n1,2026-03-02T09:00:00Z\n2\n")
    draft = dm.describe(file)
    assert "  1 line excluded: wrong number of fields, first in line 3" in str(draft)
    assert "1 line excluded" in draft._repr_html_()


@pytest.mark.parametrize("form", ["lines", "array"])
def test_json_is_described_and_read(form: str, tmp_path: Path) -> None:
    rows = [
        {"id": 1, "created_at": "2026-03-02T09:00:00Z", "country": "DK", "tags": ["vip", "late"], "requester": {"name": "A"}},
        {"id": 2, "created_at": "2026-03-03T09:00:00Z", "country": None, "tags": []},
    ]
    file = tmp_path / ("tickets.ndjson" if form == "lines" else "tickets.json")
    lines = [json.dumps(row) for row in rows]
    file.write_text("\n".join(lines) if form == "lines" else f"[{', '.join(lines)}]")
    draft = dm.describe(file, assume_tz="UTC")
    assert draft.columns["tickets"]["tags"] == "tags" and draft.columns["tickets"]["attributes"] == {"market": "country"}
    description = tmp_path / "description.toml"
    description.write_text(draft.to_toml())
    report = dm.read(description).report("volume", by=["market", "tag"])
    assert report["volume"].value == 2 and report.get("volume", market="DK").value == 1 and report.get("volume", tag="vip").value == 1


def test_records_of_help_desks_in_json_need_no_table_of_columns(tmp_path: Path) -> None:
    """Inner objects are columns: a ticket of Zendesk with its metrics, an issue of Jira, a conversation of Intercom."""
    zendesk = [{
        "id": number, "created_at": "2026-03-02T09:00:00Z", "status": "solved", "via": {"channel": "mail"},
        "satisfaction_rating": {"score": ["good", "bad", "offered"][number]},
        "metric_set": {"reply_time_in_minutes": {"calendar": 30, "business": None}, "solved_at": "2026-03-02T11:00:00Z"},
    } for number in range(3)]
    jira = [{
        "key": f"SUP-{number}", "fields": {
            "created": "2026-03-02T09:00:00.000+0000", "resolutiondate": "2026-03-02T11:00:00.000+0000",
            "status": {"name": "Done"}, "priority": {"name": ["High", "Low", "Low"][number]}, "reporter": {"displayName": "Ana"},
        },
    } for number in range(3)]
    opened = 1_772_442_000
    intercom = [{
        "id": number, "created_at": opened, "state": "closed",
        "statistics": {"first_admin_reply_at": opened + 1800, "last_close_at": opened + 7200},
        "conversation_rating": {"rating": [5, 4, 1][number]},
    } for number in range(3)]
    expected = {
        "zendesk": {"first_response_time": "30m", "full_resolution_time": "2h 0m", "csat": "50.0 %"},
        "jira": {"full_resolution_time": "2h 0m"},
        "intercom": {"first_response_time": "30m", "full_resolution_time": "2h 0m", "csat": "66.7 %"},
    }
    for (name, values), rows in zip(expected.items(), (zendesk, jira, intercom), strict=True):
        file, description = tmp_path / f"{name}.json", tmp_path / f"{name}.toml"
        file.write_text(json.dumps(rows))
        description.write_text(dm.describe(file, assume_tz="UTC").to_toml())
        report = dm.read(description).report()
        for kpi, text in values.items():
            assert report.get(kpi, clock="calendar").text == text if "time" in kpi else report[kpi].text == text, (name, kpi)


def test_answered_tickets_without_the_time_of_their_end_have_a_first_response() -> None:
    tickets = {
        "id": ["a", "b"], "created_at": ["2026-03-02T09:00:00Z"] * 2, "status": ["closed", "closed"],
        "first_response_at": ["2026-03-02T10:00:00Z", None],
    }
    result = dm.report(tickets, kpis=["first_response_time"], as_of="2026-03-03T00:00:00Z")["first_response_time"]
    assert (result.n, result.text) == (1, "1h 0m")
