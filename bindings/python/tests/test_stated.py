"""Measures and SLA verdicts stated by the source."""

import datetime as dt
import pathlib
from typing import Any

import pandas as pd
import polars as pl
import pytest

import deskmetrics as dm

CREATED = ["2026-03-02T09:00:00Z", "2026-03-02T10:00:00Z", "2026-03-03T10:00:00Z"]
TICKETS: dict[str, Any] = {"id": [1, 2, 3], "created_at": CREATED, "solved_at": ["2026-03-02T13:00:00Z", "2026-03-03T13:00:00Z", None]}


def first_response(report: dm.Report, clock: str = "calendar") -> tuple[float | None, int]:
    rows = [row for row in report.headlines if row.kpi == "first_response_time" and row.clock == clock]
    return rows[0].value, rows[0].n


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("Response Time (hours)", [1.5, 2.5, None]),
        ("reply_time_in_minutes", [90, 150, None]),
        ("first_reply_time_in_seconds", [5400, 9000, None]),
        ("First response time (in hrs)", ["01:30:00", "02:30:00", None]),
        ("first_response_time", [dt.timedelta(minutes=90), dt.timedelta(minutes=150), None]),
        ("Time to first response (min)", [90.0, 150.0, None]),
    ],
)
def test_columns_with_usual_names_are_used(name: str, values: list[Any]) -> None:
    for table in (TICKETS | {name: values}, pl.DataFrame(TICKETS | {name: values}), pd.DataFrame(TICKETS | {name: values})):
        report = dm.report(table, kpis=["first_response_time"])
        assert first_response(report) == (7200.0, 2)
        assert report.notes == [f'first_response_time rests on what the source states: first_response_time (column "{name}")']


def test_a_duration_has_a_clock() -> None:
    metrics = {"reply_time_in_minutes.calendar": [90, 150, None], "reply_time_in_minutes.business": [30, 50, None]}
    report = dm.report(TICKETS | metrics)
    assert first_response(report) == (7200.0, 2)
    assert first_response(report, "business") == (2400.0, 2)
    mapped = {"tickets": {"first_response_time": {"column": "reply", "unit": "minutes", "clock": "business"}}}
    report = dm.report(TICKETS | {"reply": [30, 50, None]}, columns=mapped)
    assert {row.clock for row in report.headlines if row.kpi == "first_response_time"} == {"business"}


def test_counts_answer_their_kpis() -> None:
    table = TICKETS | {"replies": [1, 3, 0], "reopen_count": [0, 2, 0], "Agent interactions": [9, 9, 9]}
    report = dm.report(table, kpis=["one_touch", "replies_per_ticket", "reopen_rate", {"kpi": "multi_touch"}])
    assert {row.kpi: row.value for row in report.headlines} == {
        "one_touch": 50.0,
        "replies_per_ticket": 2.0,
        "reopen_rate": 50.0,
        "multi_touch": 50.0,
    }
    assert len([note for note in report.notes if "rests on what the source states" in note]) == 4
    assert any('both "replies" and "Agent interactions"' in note for note in report.notes)
    assert dm.one_touch(table).value == 50.0
    assert dm.fcr(table, policy="single_reply").value == 50.0
    with pytest.raises(dm.ArgumentError, match="or what the source has computed as public_replies of the tickets"):
        dm.one_touch(TICKETS)
    frame = dm.replay(tickets=table).metrics.to_dict()
    assert (frame["public_replies"], frame["reopens"]) == ([1, 3, 0], [0, 2, 0])
    by = dm.report(table, kpis=["volume"], by="replies")
    assert sum(row.value or 0 for row in by.rows if row.keys) == 3


def test_a_number_needs_a_unit() -> None:
    table = TICKETS | {"hours": [6, 19, 5]}
    with pytest.raises(dm.DataError, match="contains numbers of an unknown unit") as refused:
        dm.report(table, columns={"tickets": {"first_response_time": "hours"}})
    remedy = str(refused.value).split("such as columns=")[1].replace("minutes", "hours")
    assert first_response(dm.report(table, columns=eval(remedy))) == (6 * 3600.0, 3)


def test_differences_from_timestamps_and_events_are_counted() -> None:
    table = TICKETS | {"first_response_at": ["2026-03-02T09:30:00Z", "2026-03-02T10:35:00Z", None], "reply_time_in_minutes": [30, 30, 7]}
    report = dm.report(table, kpis=["first_response_time"])
    assert first_response(report) == (1950.0, 2)
    assert report.notes == []
    assert [str(warning) for warning in report.warnings] == [
        'stated first response time (column "reply_time_in_minutes") differs from the one by timestamps: 1 of 2 (50.0 %) of tickets, '
        'such as "2": 30m stated, 35m by its timestamps, which counts'
    ]
    events = {"ticket": [1], "at": ["2026-03-02T09:20:00Z"], "kind": ["public_message"], "author": ["agent"]}
    report = dm.report(TICKETS | {"reply_time_in_minutes": [30, 30, 7]}, events, kpis=["first_response_time"])
    assert first_response(report)[0] == 1200.0
    assert "1 of 1" in str(report.warnings)


def test_values_that_cannot_be_used_are_counted() -> None:
    table = TICKETS | {"reply_time_in_minutes": [-5, 30, 40]}
    report = dm.report(table, kpis=["first_response_time", "volume"])
    assert first_response(report) == (35 * 60.0, 2)
    assert report["first_response_time"].excluded == {"end_before_start": 1}
    assert report["volume"].value == 3
    assert "a duration is at least 0" in str(report.warnings)


def test_sla_targets_count_by_metric() -> None:
    table = TICKETS | {
        "first": ["Within SLA", "SLA Violated", "Within SLA"],
        "due": ["2026-03-02 14:00", "2026-03-02 14:00", None],
        "replied": ["2026-03-02T09:30:00Z"] * 3,
    }
    sla = {"first_response": {"met": "first"}, "resolution": {"due_at": "due"}}
    columns = {"tickets": {"sla": sla}}
    with pytest.raises(dm.TimestampError, match="the times have no zone"):
        dm.report(table, columns=columns)
    report = dm.report(table, columns=columns, assume_tz="UTC")
    assert {row.option: (row.value, row.n) for row in report.headlines if row.kpi == "sla_attainment"} == {
        "as stated by the source": (60.0, 5),
        "first response, as stated by the source": (pytest.approx(200 / 3), 3),
        "resolution, as stated by the source": (50.0, 2),
    }
    for metric in ("first_response", "stated_first_response"):
        form = {"kpi": "sla_attainment", "metric": metric}
        assert dm.report(table, columns=columns, assume_tz="UTC", kpis=[form])["sla_attainment"].n == 3
    with pytest.raises(Exception, match="stated_first_response"):
        dm.report(table, columns=columns, assume_tz="UTC", kpis=[{"kpi": "sla_attainment", "metric": "stated_next_response"}])


def test_descriptions_have_the_same_roles(tmp_path: pathlib.Path) -> None:
    (tmp_path / "t.csv").write_text("id,created,Response Time (hours),reply\n1,2026-03-02T09:00:00Z,1.5,Within SLA\n")
    (tmp_path / "d.toml").write_text(
        'time_zone = "UTC"\n[[tickets]]\nfile = "t.csv"\nid = "id"\ncreated_at = "created"\n'
        'first_response_time = "Response Time (hours)"\nsla = { first_response = { met = "reply" } }\n'
    )
    report = dm.read(tmp_path / "d.toml").report()
    assert first_response(report) == (5400.0, 1)
    assert report["sla_attainment"].value == 100.0


@pytest.mark.parametrize(
    ("decimal", "text", "hours"), [(",", "1.500", 1500.0), (",", "1,500", 1.5), (".", "1,500", 1500.0), (".", "1.500", 1.5)]
)
def test_decimals_of_durations(tmp_path: pathlib.Path, decimal: str, text: str, hours: float) -> None:
    (tmp_path / "t.csv").write_text(f"id;opened;FRT (hours)\n1;2026-03-02T09:00:00Z;{text}\n")
    (tmp_path / "t.toml").write_text(
        "time_zone = 'UTC'\nas_of = '2026-12-01T00:00:00Z'\n[[tickets]]\nid = 'id'\ncreated_at = 'opened'\n"
        f"first_response_time = 'FRT (hours)'\nfile = {{ path = 't.csv', decimal = '{decimal}' }}\n"
    )
    dataset = dm.read(tmp_path / "t.toml")
    report = dataset.report(kpis=["first_response_time"])
    assert report["first_response_time"].value == hours * 3600 and not any("decimal" in note for note in report.notes)

    frame = {"id": [1], "created_at": CREATED[:1], "FRT (hours)": [text]}
    key = {"column": "FRT (hours)", "decimal": decimal}
    columns = {"tickets": {"first_response_time": key}}
    report = dm.report(frame, kpis=["first_response_time"], columns=columns, as_of="2026-12-01T00:00:00Z")
    assert report["first_response_time"].value == hours * 3600


def test_metrics_of_stated_targets_are_known() -> None:
    columns = {"tickets": {"sla": {"first_respnse": {"met": "ok"}}}}
    with pytest.raises(dm.ArgumentError, match='did you mean "first_response"'):
        dm.report(TICKETS | {"ok": [True, False, True]}, columns=columns)


def test_the_first_solve_is_not_the_last() -> None:
    table = TICKETS | {"first_resolution_time_in_minutes": [120, 240, None], "reopens": [1, 0, 0]}
    report = dm.report(table, kpis=["first_resolution_time", "full_resolution_time"])
    assert report["first_resolution_time"].value == 180 * 60


def test_durations_after_the_cut_off_do_not_count() -> None:
    table = {"id": [1, 2], "created_at": CREATED[:2], "reply_time_in_minutes": [60, 120]}
    assert first_response(dm.report(table, kpis=["first_response_time"], as_of="2026-03-02T11:00:00Z")) == (3600.0, 1)
    report = dm.report(table, kpis=["first_response_time"])
    assert first_response(report) == (5400.0, 2)
    assert report.as_of == dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("columns", "kpi", "values"),
    [
        ({"first_response_in_minutes": [30, 50, None], "Reply time (hours)": [1, 2, None]}, "first_response_time", (2400.0, 5400.0)),
        ({"solved_at": TICKETS["solved_at"], "resolved_at": CREATED[:1] + [None, None]}, "solved", (2, 1)),
    ],
)
def test_a_note_names_both_columns_of_one_role(columns: dict[str, Any], kpi: str, values: tuple[float, float]) -> None:
    table = {"id": [1, 2, 3], "created_at": CREATED} | columns
    report = dm.report(table, kpis=[kpi])
    assert report[kpi].value == values[0]
    first, second = columns
    (note,) = [note for note in report.notes if "both" in note]
    assert f'tickets: both "{first}" and "{second}" may be the ' in note
    other = dm.report(table, kpis=[kpi], columns=eval(note.split("columns=")[1]))
    assert other[kpi].value == values[1]
    assert not any("both" in note for note in other.notes)


def test_of_two_columns_of_an_attribute_its_own_name_counts() -> None:
    table = {"id": [1, 2, 3], "created_at": CREATED, "team": ["x", "y", "z"], "group": ["a", "a", "b"]}
    report = dm.report(table, kpis=["volume"], by="group")
    assert {row.keys["group"]: row.value for row in report.rows if row.keys} == {"a": 2, "b": 1}
    (note,) = [note for note in report.notes if "both" in note]
    chosen = dm.report(table, kpis=["volume"], by="group", columns=eval(note.split("columns=")[1]))
    assert {row.keys["group"] for row in chosen.rows if row.keys} == {"x", "y", "z"}


@pytest.mark.parametrize("name", ["reply_time_in_minutes", "replies"])
def test_a_column_of_mixed_types_is_an_error(name: str) -> None:
    for table in (TICKETS | {name: [30, "soon", None]}, pd.DataFrame(TICKETS | {name: [30, "soon", None]})):
        with pytest.raises(dm.ArgumentTypeError, match=name):
            dm.report(table, kpis=["volume"])


@pytest.mark.parametrize(
    ("name", "attribute"), [("agent_name", "assignee"), ("assigned_to", "agent"), ("group_name", "team"), ("assignment_group", "group")]
)
def test_usual_names_of_people_and_groups(name: str, attribute: str) -> None:
    table = TICKETS | {name: ["ana", "bo", "ana"]}
    for by in (attribute, name):
        rows = dm.report(table, kpis=["volume"], by=by).rows
        assert {row.keys[by]: row.value for row in rows if row.keys} == {"ana": 2, "bo": 1}
