"""Unusual inputs: columns made by pandas, other types of values, small groups."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import deskmetrics as dm
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from scipy import stats

TICKETS = {
    "id": ["1", "2", "3"],
    "created_at": ["2026-03-02T09:00:00Z", "2026-03-02T10:00:00Z", "2026-03-06T16:00:00Z"],
    "first_response_at": ["2026-03-02T10:00:00Z", "2026-03-02T12:00:00Z", "2026-03-09T10:00:00Z"],
}


def frame(**more: Any) -> pd.DataFrame:
    tickets = pd.DataFrame(TICKETS)
    for column in ("created_at", "first_response_at"):
        tickets[column] = pd.to_datetime(tickets[column])
    return tickets.assign(**more)


def test_a_column_of_mixed_types_matters_only_where_it_is_used() -> None:
    mixed = frame(notes=pd.Series([1, "two", 3.5], dtype=object))
    assert dm.report(mixed, kpis=["volume"])["volume"].value == 3
    assert dm.first_response_time(mixed).n == 3
    with pytest.raises(dm.ArgumentTypeError, match=r"tickets\[\"notes\"\]\[1\]: 'two' .str. is of another type .* as numbers or texts"):
        dm.report(mixed, kpis=["volume"], by="notes")
    mixed["notes"] = mixed["notes"].astype(str)
    assert len([row for row in dm.report(mixed, kpis=["volume"], by="notes").rows if row.keys]) == 3


@pytest.mark.parametrize("missing", [pd.NaT, None, float("nan")])
def test_a_time_column_without_values_is_missing(missing: object) -> None:
    assert dm.report(frame(solved_at=missing), kpis=["volume", "solved"])["volume"].value == 3
    naive = pd.Series([pd.NaT, pd.NaT, pd.NaT])
    assert dm.report(frame(solved_at=naive), kpis=["volume"])["volume"].value == 3
    assert dm.Schedule("UTC", "24/7").is_open(naive).isna().all()


def test_snapshots_as_a_frame() -> None:
    snapshots = pd.DataFrame({
        "number": ["INC1", "INC1", "INC2"],
        "modified": pd.to_datetime(["2026-03-02T09:00Z", "2026-03-02T12:00Z", "2026-03-03T09:00Z"]),
        "state": ["open", "solved", "open"],
        "team": ["north", "north", "south"],
    })
    columns = {"snapshots": {"at": "modified"}}
    report = dm.report(snapshots=snapshots, columns=columns, kpis=["volume", "full_resolution_time"], by="team")
    assert report["volume"].value == 2
    assert report["full_resolution_time"].text == "3h 0m"
    assert len(dm.replay(snapshots=snapshots, columns=columns)) == 2
    with pytest.raises(dm.ArgumentError, match="there is no table: give tickets, events, snapshots"):
        dm.report(columns=columns)


def test_progress_ends_at_the_whole() -> None:
    calls: list[tuple[str, int, int]] = []
    dm.report(frame(), kpis=["volume"], progress=lambda *call: calls.append(call))
    assert calls[-1] == ("computing", 3, 3)
    assert ("computing", 0, 3) in calls
    assert all(done <= total for _, done, total in calls)


def test_small_groups_are_compared_by_exact_tests() -> None:
    for a, b in [((3, 3), (0, 3)), ((4, 5), (1, 6)), ((2, 40), (9, 30)), ((0, 500), (4, 600))]:
        found = dm.compare(dm.response_rate(a[1], a[0]), dm.response_rate(b[1], b[0]))
        fisher = stats.fisher_exact([[a[0], a[1] - a[0]], [b[0], b[1] - b[0]]]).pvalue
        assert found.p_value == pytest.approx(fisher, rel=1e-9)
    found = dm.compare(dm.csat([5, 5, 5]), dm.csat([1, 1, 1]))
    assert "too few" in repr(found)
    net = dm.compare(dm.nps([10, 10, 9]), dm.nps([0, 1, 2]))
    assert net.interval.upper <= 200 and net.difference == 200
    assert net.p_value == pytest.approx(0.1)
    assert dm.compare(dm.nps([10, 10]), -100.0).interval.upper <= 200


def test_the_permutation_test_is_that_of_scipy() -> None:
    a, b = [10, 9, 3, 8, 10], [2, 7, 9, 6, 1, 10]
    sides = [[(score > 8) - (score < 7) for score in scores] for scores in (a, b)]
    exact = stats.permutation_test(
        sides, lambda x, y, axis: np.mean(x, axis) - np.mean(y, axis), vectorized=True, n_resamples=np.inf
    )
    # SciPy doubles the smaller tail; here the two sides add up.
    differences = exact.null_distribution
    assert dm.compare(dm.nps(a), dm.nps(b)).p_value == pytest.approx(np.mean(np.abs(differences) >= abs(exact.statistic) - 1e-9))


def test_cut_offs_as_text() -> None:
    cut_off = datetime(2026, 3, 31, 16, tzinfo=UTC)
    for text in ("2026-03-31T16:00:00Z", "2026-03-31T18:00:00+02:00", "2026-03-31 18:00+02:00"):
        assert dm.report(frame(), kpis=["volume"], as_of=text).as_of == cut_off
    numpy: Any = np.datetime64("2026-03-31T16:00")
    local = dm.report(frame(), kpis=["volume"], as_of="2026-03-31T18:00", assume_tz="Europe/Madrid")
    assert local.as_of == cut_off
    assert dm.report(frame(), kpis=["volume"], as_of=numpy, assume_tz="UTC").as_of == cut_off
    with pytest.raises(dm.TimestampError, match="has no time zone"):
        dm.report(frame(), kpis=["volume"], as_of="2026-03-31T18:00")
    with pytest.raises(dm.ArgumentTypeError, match="give date, time and offset"):
        dm.report(frame(), kpis=["volume"], as_of="2026-03-31")


def test_slices_have_the_name_that_was_requested() -> None:
    tickets = frame(team=["north", "north", "south"])
    report = dm.report(tickets, kpis=["volume"], by="team")
    assert report.by == [("team",)]
    assert {row.keys["team"] for row in report.rows if row.keys} == {"north", "south"}
    assert "team" in report.to_pandas().columns
    assert "By team" in str(report)
    assert {tuple(row.keys) for row in (report + report).rows if row.keys} == {("team",)}
    assert dm.report(tickets, kpis=["volume"], by=[("group", "team")]).by


def test_whole_numbers_are_attributes() -> None:
    tickets = frame(level=[1, 1, 2])
    for report in (dm.report(tickets, kpis=["volume"], by="level"), dm.replay(tickets=tickets).report(["volume"], by="level")):
        assert {row.keys["level"]: row.value for row in report.rows if row.keys} == {"1": 2, "2": 1}


def test_names_of_days_in_full() -> None:
    usual = dm.Schedule("UTC", "Mo-Fr 09:00-17:00; Sa 10:00-12:00")
    for hours in ("Mon-Fr 09:00-17:00; Sat 10:00-12:00", "Monday-Friday 09:00-17:00; saturday 10:00-12:00"):
        assert dm.Schedule("UTC", hours) == usual


def test_durations_of_numpy() -> None:
    desk = dm.Schedule("UTC", "Mo-Fr 09:00-17:00")
    friday = datetime(2026, 3, 6, 16, tzinfo=UTC)
    two_hours: Any = np.timedelta64(2, "h")
    assert desk.due(friday, two_hours) == desk.due(friday, timedelta(hours=2))
    assert dm.first_response_time(frame(), within=two_hours).value == pytest.approx(200 / 3)


def test_business_time_of_a_table() -> None:
    desk = dm.Schedule("UTC", "Mo-Fr 09:00-17:00")
    found = dm.first_response_time(frame(), clock="business", schedule=desk)
    assert found.duration == timedelta(hours=2)
    assert dm.first_response_time(dm.replay(tickets=frame()), clock="business", schedule=desk) == found
    with pytest.raises(dm.ArgumentError, match='give clock="business" too'):
        dm.first_response_time(frame(), schedule=desk)
    with pytest.raises(dm.ArgumentError, match="have working hours of their own"):
        dm.first_response_time(dm.replay(tickets=frame(), schedules=desk), clock="business", schedule=desk)


@pytest.mark.parametrize("of", [list, np.array, pd.Series])
def test_fractions_are_no_scores(of: Any) -> None:
    found = dm.csat(of([4.5, 5.0, 9.0, float("nan")]))
    assert found.excluded == {"not_whole": 1, "out_of_scale": 1, "not_answered": 1}
    assert "1 not a whole score" in repr(found)


def test_an_nps_of_a_scale_of_five_has_a_warning() -> None:
    found = dm.nps([5, 4, 5, 3, 1])
    assert "from 1 to 5" in found.warnings[0] and "from 1 to 5" in repr(found)
    assert dm.nps([5, 4, 5, 3, 10]).warnings == []
    assert found.distribution == {score: [0, 1, 0, 1, 1, 2, 0, 0, 0, 0, 0][score] for score in range(11)}
    report = dm.report(surveys={"nps": [5, 4, 5, 3, 1]}, kpis=["nps"])
    assert any("from 1 to 5" in warning for warning in report.warnings)


def test_keys_of_options_are_documented() -> None:
    with pytest.raises(dm.ArgumentError) as problem:
        dm.replay(tickets=TICKETS, options={"unknown": 1})
    keys = [word for word in str(problem.value).split('"') if word.isidentifier() and "_" in word]
    assert len(keys) > 8
    assert [key for key in keys if f"``{key}``" not in (dm.replay.__doc__ or "")] == []


LISTS: list[dict[str, Any]] = [
    {"id": 1, "tags": ["vip", "late, again"], "score": {"given": "good"}},
    {"id": 2, "tags": ["late"], "score": None},
    {"id": 3, "tags": [], "score": {"given": "bad"}},
    {"id": 4, "tags": None, "score": None},
]
LISTED = [{"created_at": "2026-03-02T10:00:00Z", "solved_at": "2026-03-02T11:00:00Z", **row} for row in LISTS]
WRITTEN = [{**row, "tags": None if row["tags"] is None else json.dumps(row["tags"])} for row in LISTED]


@pytest.mark.parametrize(
    "tickets",
    [
        LISTED,
        {column: [row[column] for row in LISTED] for column in LISTED[0]},
        pd.DataFrame(LISTED),
        pl.DataFrame(LISTED),
        pa.Table.from_pylist(LISTED),
        WRITTEN,
        pd.DataFrame(WRITTEN),
    ],
    ids=["records", "columns", "pandas", "polars", "pyarrow", "JSON text", "JSON text in pandas"],
)
def test_tags_are_lists_or_json_text(tickets: Any) -> None:
    """Objects in columns that no KPI uses are ignored."""
    for tag, expected in {"vip": 1, "late": 1, "late, again": 1, "again": 0}.items():
        policy = {"name": "SLA", "when": {"tag": tag}, "targets": [{"metric": "resolution", "within": "2h"}]}
        assert dm.report(tickets, policies=policy, kpis=["sla_attainment"])["sla_attainment"].n == expected


def test_tags_of_a_file_are_lists(tmp_path: Path) -> None:
    pl.DataFrame(LISTED).write_parquet(tmp_path / "tickets.parquet")
    (tmp_path / "desk.toml").write_text(
        "time_zone = 'UTC'\n[[tickets]]\nfile = 'tickets.parquet'\nid = 'id'\ncreated_at = 'created_at'\nsolved_at = 'solved_at'\n"
        "tags = 'tags'\n[[sla.policies]]\nname = 'SLA'\nwhen = { tag = 'late, again' }\n"
        "targets = [{ metric = 'resolution', within = '2h' }]\n"
    )
    assert dm.read(tmp_path / "desk.toml").report(kpis=["sla_attainment"])["sla_attainment"].n == 1


@pytest.mark.parametrize("table", [list, pd.DataFrame, pl.DataFrame])
def test_reasons_are_lists(table: Any) -> None:
    answers = [{"nps": 3, "reasons": ["slow", "rude, loud"]}, {"nps": 2, "reasons": ["slow"]}, {"nps": 10, "reasons": []}]
    rows = dm.report(surveys=table(answers), kpis=["reasons"]).rows
    assert {row.measure: row.value for row in rows if row.measure.startswith("share")} == {
        "share: slow": 100,
        "share: rude, loud": 50,
    }
