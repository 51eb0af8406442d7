"""Messages name subject, value and remedy; convertible arguments are accepted."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import polars as pl
import pytest

import deskmetrics as dm
from deskmetrics import sample
from sample import dataset

APRIL = datetime(2026, 4, 1, tzinfo=timezone.utc)
SENT = [datetime(2026, 1, 1, tzinfo=timezone.utc)]
LAZY: Any = pl.LazyFrame({"score": [1, 2]})
TICKETS: dict[str, Any] = {"id": ["1", "2"], "created_at": ["2026-03-02T08:00:00Z"] * 2, "market": ["DK", "ES"]}
REPLIED = {**TICKETS, "first_response_at": ["2026-03-02T09:00:00Z"] * 2}
EVENTS: dict[str, Any] = {"ticket": ["1", "1"], "at": ["2026-03-02T08:00:00Z"] * 2, "kind": ["public_message", "solved"]}
DESK = dm.Schedule("UTC", "Mo-Fr 09:00-17:00")
POLICY = {"name": "standard", "targets": [{"metric": "first_response", "within": "4h"}]}


@pytest.mark.parametrize(
    "ask",
    [
        lambda: dm.nps(LAZY),
        lambda: dm.volume(LAZY),
        lambda: dm.report(LAZY),
        lambda: dm.score_reasons([1], LAZY, scale=(1, 5)),
        lambda: dm.response_rate(SENT, [None], delivered=LAZY),
        lambda: dm.survey_coverage(dm.replay(EVENTS), LAZY),
        lambda: DESK.is_open(LAZY),
        lambda: dm.weighted_score([1], LAZY, scale=(1, 5)),
    ],
)
def test_lazy_frame_error_names_collect(ask: Any) -> None:
    with pytest.raises(dm.ArgumentTypeError, match=r"LazyFrame .*\.collect\(\) first"):
        ask()


@pytest.mark.parametrize(
    ("scale", "message"),
    [
        (5.0, 'scale: found 5.0, expected a scale such as "1-5"'),
        ({"min": 1}, 'scale: the key "max" is missing'),
        ({"min": 1, "max": 5, "positiv": [4, 5], "negative": [1, 2]}, 'there is no key "positiv", did you mean "positive"'),
        ((1, 2, 3), "not a pair of ends"),
        ("1 to 5", 'scale "1 to 5" is not one of'),
    ],
)
def test_scales(scale: Any, message: str) -> None:
    with pytest.raises(dm.ScaleError, match=message):
        dm.csat([1], scale=scale)


def test_scales_of_a_report() -> None:
    answers: dict[str, Any] = {"csat": [5, 4]}
    assert dm.report(surveys=answers, scales={"csat": (1, 5)})["csat"].value == 100.0
    assert dm.report(surveys=answers, scales={"csat": [1, 5]}) == dm.report(surveys=answers, scales={"csat": "1-5"})
    assert dm.report(surveys=answers, kpis=[{"kpi": "csat", "question": "csat", "scale": (1, 5)}])["csat"].n == 2
    with pytest.raises(dm.ArgumentError, match='^scales.csat: the key "max" is missing'):
        dm.report(surveys=answers, scales={"csat": {"min": 1}})


@pytest.mark.parametrize(
    ("at", "kind", "message"),
    [
        ("2026-04-01", dm.ArgumentTypeError, "as_of: '2026-04-01' .str. is not a datetime; give date, time and offset"),
        (date(2026, 4, 1), dm.ArgumentTypeError, "a date has neither hours nor a zone"),
        (np.datetime64("2026-04-01"), dm.TimestampError, "has no time zone"),
        (5, dm.ArgumentTypeError, "give an aware datetime"),
        (datetime(2026, 4, 1), dm.TimestampError, "has no time zone"),
    ],
)
def test_cut_offs(at: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message) as caught:
        dm.report(TICKETS, as_of=at)
    assert "sequence" not in str(caught.value)


def test_a_cut_off_without_a_zone_is_of_the_zone_assumed() -> None:
    report = dm.report(TICKETS, kpis=["volume"], as_of=datetime(2026, 4, 1), assume_tz="Europe/Madrid")
    assert report.as_of == datetime(2026, 4, 1, tzinfo=ZoneInfo("Europe/Madrid"))


@pytest.mark.parametrize("zone", [timezone.utc, timezone(timedelta(0)), ZoneInfo("UTC"), "UTC"])
def test_zones_of_no_offset_are_utc(zone: Any) -> None:
    assert dm.Schedule(zone, "Mo-Fr 09:00-17:00") == DESK
    assert dm.Schedule.from_dict({"time_zone": zone if isinstance(zone, str) else ZoneInfo("UTC"), "hours": "Mo-Fr 09:00-17:00"}) == DESK
    assert dm.report(TICKETS, kpis=["volume"], period="week", tz=zone).time_zone == "UTC"


def test_offsets_are_not_zones() -> None:
    with pytest.raises(dm.ArgumentTypeError, match="UTC.02:00.*an offset has no clock changes"):
        dm.Schedule(timezone(timedelta(hours=2)), "Mo-Fr 09:00-17:00")


@pytest.mark.parametrize(
    "holidays",
    [
        [datetime(2026, 12, 25)],
        [datetime(2026, 12, 25, tzinfo=timezone.utc)],
        [pd.Timestamp("2026-12-25")],
        pd.to_datetime(["2026-12-25"]),
        pd.Series(pd.to_datetime(["2026-12-25"])),
        np.array(["2026-12-25"], dtype="datetime64[D]"),
        np.array(["2026-12-25"], dtype="datetime64[ns]"),
        pl.Series([date(2026, 12, 25)]),
        {date(2026, 12, 25): "Christmas"},
    ],
)
def test_holidays_of_any_kind(holidays: Any) -> None:
    assert dm.Schedule("UTC", "Mo-Fr 09:00-17:00", holidays=holidays).to_dict()["holidays"] == ["2026-12-25"]


@pytest.mark.parametrize(
    ("holidays", "message"),
    [
        ([datetime(2026, 12, 25, 10)], r'holidays\[0\]: holiday "2026-12-25T10:00:00" is not a date'),
        ([None], r"holidays\[0\]: None .* is not a date"),
        ("2026-12-25", "single date; put it in a list"),
        (5, "not a list of dates; give such as"),
    ],
)
def test_invalid_holidays(holidays: Any, message: str) -> None:
    with pytest.raises(dm.DeskmetricsError, match=message):
        dm.Schedule("UTC", "Mo-Fr 09:00-17:00", holidays=holidays)


def test_internal_columns_are_not_listed() -> None:
    with pytest.raises(dm.ColumnNotFoundError, match='"created_at", did you mean "create"') as caught:
        dm.volume({"create": ["2026-03-02T08:00:00Z"], "market": ["DK"]})
    assert caught.value.columns == ["create", "market"]


def test_tickets_without_ids_are_noted() -> None:
    nameless: dict[str, Any] = {"created_at": ["2026-03-02T08:00:00Z"] * 2, "reference": ["1", "1"]}
    for cut_off in (None, APRIL):
        report = dm.report(nameless, kpis=["volume"], as_of=cut_off)
        assert report["volume"].n == 2
        assert ["no column is known to hold ids" in note for note in report.notes] == [True]
    named = dm.report(nameless, kpis=["volume"], columns={"tickets": {"id": "reference"}})
    assert named["volume"].n == 1 and not named.notes


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: dm.replay({**EVENTS, "kind": ["public_mesage", "solvd"]}), 'did you mean "public_message"'),
        (lambda: dm.replay(EVENTS, columns={"events": {"kind": {"column": "kind", "words": {"x": "solvd"}}}}), 'columns.events.kind.words.x: .*did you mean "solved"'),
        (lambda: dm.replay(EVENTS, options={"bot_reply": True}), 'did you mean "bots_reply"'),
        (lambda: dm.report(TICKETS, columns={"tickets": {"create_at": "x"}}), '^columns.tickets.create_at: .*did you mean "created_at"'),
        (lambda: dm.sla_attainment(dm.replay(EVENTS), metric="first_respons"), 'did you mean "first_response"'),
        (lambda: dm.report(events=EVENTS, kpis=[{"kpi": "sla_attainment", "metric": "first_respons"}], as_of=APRIL), 'did you mean "first_response"'),
        (lambda: dm.SlaPolicies([{"name": "x", "targets": [{"metric": "first_respons", "within": "1h"}]}]), 'policy "x": .*did you mean "first_response"'),
        (lambda: dm.replay(EVENTS, policies={"name": "x", "targets": [{"metric": "resolutoin", "within": "1h"}]}), 'did you mean "resolution"'),
        (lambda: dm.time_in_status(TICKETS, status="opne"), 'did you mean "open"'),  # type: ignore[arg-type]
        (lambda: dm.first_response_time(REPLIED, clock="busines"), 'did you mean "business"'),  # type: ignore[arg-type]
        (lambda: dm.replay(EVENTS, schedules=DESK, schedule_by={"group": {"a": "default"}}), 'schedule_by: there is no attribute "group"'),
        (lambda: dm.replay(EVENTS, policies="sla.toml"), "from_toml.pathlib.Path"),  # type: ignore[arg-type]
        (lambda: dm.replay(EVENTS, policies=[5]), r"policies\[0\]: 5 .int. is neither an SlaPolicy"),  # type: ignore[list-item]
        (lambda: dm.SlaPolicy.from_toml("sla.toml"), r'"sla.toml" is a text.*give pathlib.Path\("sla.toml"\)'),
        (lambda: dm.report(TICKETS, kpis=["volume"], week_start="Someday"), 'week_start "Someday"'),
        (lambda: dm.first_response_time(REPLIED, within=3600), 'within: found 3600, expected a duration such as "4h"'),  # type: ignore[arg-type]
        (lambda: dm.response_rate(SENT, [None], delivered=[1]), r"delivered\[0\]: 1 .int. is not a bool; give True"),
        (lambda: dm.report("tickets.csv"), "read a file first"),
        (lambda: dm.report(TICKETS, kpis=[5]), r"kpis\[0\]: 5 .int. is neither the id of a KPI nor a form"),  # type: ignore[list-item]
        (lambda: dm.volume({"id": ["1"], "created_at": ["2026-03-02 08:00"]}), "specify one, such as with an offset in texts"),
        (lambda: dm.volume(pd.DataFrame({"id": ["1"], "created_at": ["2026-03-02 08:00"]})), r"specify one, such as with .dt.tz_localize"),
        (lambda: dm.volume(pl.DataFrame({"id": ["1"], "created_at": ["2026-03-02 08:00"]})), r"such as with .dt.replace_time_zone"),
        (lambda: dm.report({"id": ["1"], "created_at": ["2026-03-02 08:00"]}), "specify one, such as assume_tz"),
        (lambda: dm.csat([4, True]), r"scores\[1\]: True .bool. is not a score"),
        (lambda: dm.csat([np.bool_(True)]), r"scores\[0\]: True .bool. is not a score"),
        (lambda: dm.Tracker().open({"id": "1", "created_at": datetime(2026, 1, 1)}), r'ticket\["created_at"\]: .* has no time zone'),
        (lambda: dm.Tracker().push({"ticket": "1", "at": datetime(2026, 1, 1), "kind": "solved"}), r'event\["at"\]: .* has no time zone'),
        (lambda: dm.report(TICKETS)[5], "kpi: 5 .int. is not a name"),  # type: ignore[index]
        (lambda: dm.replay(EVENTS).metrics["tickt"], 'no column "tickt", did you mean "ticket"'),
    ],
)
def test_suggestions(ask: Any, message: str) -> None:
    with pytest.raises(dm.DeskmetricsError, match=message):
        ask()


@pytest.mark.parametrize(
    ("add", "message"),
    [
        (lambda: dm.csat([1], scale=(1, 5)) + dm.csat([1], scale=(1, 7)), "since scale is 1-5.*of the one and 1-7"),
        (lambda: dm.first_response_time(REPLIED) + dm.first_response_time(REPLIED, clock="business", schedule=DESK), "since clock is calendar of the one and business of the other"),
        (lambda: dm.first_response_time(REPLIED, within="1h") + dm.first_response_time(REPLIED, within="2h"), "since within is 1h"),
        (lambda: dm.volume(TICKETS) + dm.volume({"id": ["3"], "created_at": ["2026-03-03T08:00:00Z"]}), "since as_of is 2026-03-02T08:00:00Z of the one"),
        (lambda: dm.report(TICKETS, kpis=["volume"]) + dm.report(TICKETS, kpis=["volume"], by="market"), "since by is none of the one and market of the other"),
        (lambda: dm.report(TICKETS, kpis=["volume"]) + dm.report(REPLIED, kpis=["first_response_time"]), "since kpis is volume"),
    ],
)
def test_adding_different_results_is_an_error(add: Any, message: str) -> None:
    with pytest.raises(dm.ArgumentError, match=message):
        add()


def test_durations_of_any_kind() -> None:
    limits: list[Any] = ["1h", timedelta(hours=1), np.timedelta64(1, "h"), pd.Timedelta("1h")]
    results = [dm.first_response_time(REPLIED, within=limit) for limit in limits]
    assert all(result == results[0] for result in results)
    report = dm.report(REPLIED, kpis=[{"kpi": "first_response_time", "within": timedelta(hours=1)}])
    assert report["first_response_time"].unit == "percent"


def test_explained_by_number() -> None:
    replay = dm.replay({**EVENTS, "ticket": [7, 7]})
    assert str(replay.explain(7)) == str(replay.explain("7"))
    with pytest.raises(dm.NoSuchNameError, match='"8"'):
        replay.explain(8)
    with pytest.raises(dm.ArgumentTypeError, match="ticket: 7.5 .float. is not a name"):
        replay.explain(7.5)  # type: ignore[arg-type]


def test_a_column_out_of_a_frame() -> None:
    metrics = dm.replay(EVENTS, tickets=TICKETS).metrics
    column = metrics["created_at"]
    assert column.columns == ["created_at"] and column.to_list() == metrics.to_dict()["created_at"]
    assert DESK.is_open(column).to_pylist() == [False, False]
    assert "ticket" in metrics and "tickt" not in metrics
    with pytest.raises(dm.ArgumentError, match=r'take one of them, such as frame\["ticket"\]'):
        metrics.to_list()


def test_html_of_results() -> None:
    replay = dm.replay({**EVENTS, "kind": ["public_message", "solvd"]}, tickets=TICKETS)
    shown = replay._repr_html_()  # type: ignore[attr-defined]
    assert "2 tickets, 0 SLA verdicts" in shown and "solvd" in shown
    change = dm.compare(dm.response_rate(70, 56), dm.response_rate(80, 48))
    assert "+20" in change._repr_html_() and "significant" in change._repr_html_()
    assert repr(replay.sources[0]) == "Source(tickets: 2 rows of tickets)"
    assert "1 excluded" in repr(replay.sources[1])


WHOLE: dict[str, list[Any]] = {
    "threads": [
        lambda value: dm.report(TICKETS, kpis="volume", threads=value),
        lambda value: sample.tickets().report("volume", threads=value),
        lambda value: dataset().report("volume", threads=value),
    ],
    "min_n": [
        lambda value: dm.report(TICKETS, kpis="volume", min_n=value),
        lambda value: sample.tickets().report("volume", min_n=value),
        lambda value: dataset().report("volume", min_n=value),
    ],
    "year_start": [
        lambda value: dm.report(TICKETS, kpis="volume", year_start=value, period="year", tz="UTC"),
        lambda value: sample.tickets().report("volume", year_start=value, period="year"),
        lambda value: dataset().report("volume", year_start=value, period="year"),
    ],
    "threshold_percent": [
        lambda value: dm.sla_at_risk(sample.tickets(), threshold_percent=value),
        lambda value: dm.report(TICKETS, kpis=[{"kpi": "sla_at_risk", "threshold_percent": value}], policies=POLICY),
    ],
    "invited": [lambda value: dm.response_rate(value, 0)],
    "answered": [lambda value: dm.response_rate(5, value)],
    "slices": [lambda value: dm.report(TICKETS, kpis="volume").top(value)],
    "segments": [lambda value: dm.representativeness({"mail": (value, 0), "chat": (5, 3)})],
}


@pytest.mark.parametrize(("name", "call"), [(name, call) for name, calls in WHOLE.items() for call in calls])
def test_whole_numbers(name: str, call: Any) -> None:
    for value in (-1, 2**70, 2.5, "4", np.int64(-1)):
        with pytest.raises((dm.ArgumentError, dm.ArgumentTypeError), match=rf"{name}.*(give|from 0|too large|above)"):
            call(value)
    for value in (1, np.int64(2)):
        call(value)


def test_whole_numbers_are_all_tested() -> None:
    package = Path(dm.__file__).parent
    text = "".join((package / name).read_text(encoding="utf-8") for name in ("_deskmetrics.pyi", "typing.py", "surveys.py", "queue.py"))
    # The operand of an operator has no name; a count of business days may be negative.
    assert set(re.findall(r"\b(\w+): int\b", text)) - {"value", "count"} == WHOLE.keys() - {"segments"}


def test_columns_argument_must_be_a_dict() -> None:
    table = {"Number": ["A", "B"], "Opened": ["2026-03-02T09:00:00Z"] * 2}
    with pytest.raises(dm.ArgumentTypeError, match="columns: .*list.* is not a dict") as refused:
        dm.report(table, columns=["Number", "Opened"])  # type: ignore[arg-type]
    columns = eval(str(refused.value).split("such as columns=")[1])
    assert columns == {"tickets": {"id": "Number", "created_at": "Opened"}}
    assert dm.report(table, columns=columns)["volume"].value == 2
    for wrong in ({"scales": ["1-5"]}, {"schedule_by": ["market"]}, {"options": ["order"]}):
        (name,) = wrong
        with pytest.raises(dm.ArgumentTypeError, match=f"^{name}: .* is not a dict, such as {name}="):
            dm.report({"id": [1], "created_at": ["2026-03-02T09:00:00Z"]}, **wrong)  # type: ignore[arg-type]
    tracker = dm.Tracker()
    for call in (dm.Schedule.from_dict, dm.SlaPolicy.from_dict, dm.SlaPolicies.from_dict, tracker.open, tracker.push):
        with pytest.raises(dm.ArgumentTypeError, match="is not a dict, such as {"):
            call(["UTC"])  # type: ignore[arg-type]
    with pytest.raises(dm.ArgumentTypeError, match="^slice: .* is not a dict such as"):
        dm.report(table, columns=columns).rows_of("volume", slice=["market"])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: dm.report(REPLIED, options={"order": "rows"}), 'options.order: "rows" is not allowed; allowed are "time", "sequence"'),
        (lambda: dm.report(REPLIED, kpis=[{"kpi": "volume", "clok": 1}]), r'kpis\[0\].*there is no key "clok", did you mean "clock"'),
        (lambda: dm.report(REPLIED, columns={"tickets": {"missing": 5}}), "columns.tickets.missing: found 5, expected a list"),
        (lambda: dm.report(REPLIED, columns={"tickets": {"duplicates": "newest"}}), 'tickets.duplicates: "newest" is not allowed'),
    ],
)
def test_errors_in_forms_are_plain(call: Any, message: str) -> None:
    with pytest.raises(dm.ArgumentError, match=message) as refused:
        call()
    assert not any(word in str(refused.value) for word in ("usize", "variant", "field", "invalid type", "`"))
