"""Business days, opening times in clock changes, and SLA targets in business days."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import deskmetrics as dm
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

HOME = ZoneInfo("Europe/Copenhagen")
HOLIDAYS = [date(2026, 4, 2), date(2026, 4, 3), date(2026, 4, 6)]
DESK = dm.Schedule(HOME, "Mo-Fr 09:00-17:00", holidays=HOLIDAYS)
DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@given(DAYS, DAYS, st.integers(-20, 20))
def test_business_days_are_those_of_numpy(day: date, other: date, count: int) -> None:
    assert DESK.is_business_day(day) == np.is_busday(day, holidays=HOLIDAYS)
    assert DESK.business_days_between(day, other) == -DESK.business_days_between(other, day)
    if day <= other:
        assert DESK.business_days_between(day, other) == np.busday_count(day, other, holidays=HOLIDAYS)
    if count:
        rolled = np.busday_offset(day, count, roll="backward" if count > 0 else "forward", holidays=HOLIDAYS)
        assert DESK.add_business_days(day, count) == rolled.astype(date)


def test_columns_of_dates() -> None:
    days = [date(2026, 4, 1), None, date(2026, 4, 2)]
    assert DESK.is_business_day(days) == [True, None, False]
    assert DESK.is_business_day(pl.Series(days)).to_list() == [True, None, False]
    series = pd.Series(pd.to_datetime(["2026-04-01", None, "2026-04-02"]), index=[3, 4, 5])
    assert DESK.is_business_day(series).tolist() == [True, pd.NA, False]
    assert DESK.business_days_between(series, "2026-04-08").dropna().tolist() == [2, 1]
    assert DESK.add_business_days(pl.Series(days), 1).to_list() == [date(2026, 4, 7), None, date(2026, 4, 7)]
    late = datetime(2026, 4, 1, 23, tzinfo=UTC)  # already 2 April in Copenhagen
    assert DESK.is_business_day(late) is False
    with pytest.raises(dm.ArgumentTypeError, match=r"^day: 5 .int. is not a date; give a date, such as"):
        DESK.is_business_day(5)
    with pytest.raises(dm.NeverOpensError):
        dm.Schedule("UTC", "off").add_business_days("2026-04-01", 1)


@pytest.mark.parametrize(
    ("start", "budget", "due"),
    [
        ("2026-03-31T10:00", "1 business day", "2026-04-01T17:00"),
        ("2026-03-31T10:00", "2 business days", "2026-04-07T17:00"),
        ("2026-03-31T10:00", "2 business days, same hour", "2026-04-07T10:00"),
        ("2026-04-04T20:00", "1 business day, end of day", "2026-04-07T17:00"),
        ("2026-03-27T16:00", "1 working day, same hour", "2026-03-30T16:00"),  # the clocks change in between
    ],
)
def test_due_in_business_days(start: str, budget: str, due: str) -> None:
    at, expected = (datetime.fromisoformat(text).replace(tzinfo=HOME) for text in (start, due))
    assert DESK.due(at, budget) == expected
    assert DESK.due([at, None], budget) == [expected, None]
    assert DESK.due(pl.Series([at]), budget)[0] == expected


def test_other_texts_of_business_days() -> None:
    with pytest.raises(dm.ArgumentError, match="budget"):
        DESK.due(datetime(2026, 4, 1, tzinfo=UTC), "2 business days, at noon")


@pytest.mark.parametrize(("solved", "state"), [("2026-03-10T17:00", "met"), ("2026-03-11T09:30", "breached")])
@pytest.mark.parametrize("within", ["2 business days", {"*": "2 business days", "urgent": "1h"}])
def test_targets_in_business_days(solved: str, state: str, within: Any) -> None:
    created, done = (datetime.fromisoformat(text).replace(tzinfo=HOME) for text in ("2026-03-06T10:00", solved))
    tickets = {"id": ["1"], "created_at": [created], "solved_at": [done]}
    policies = {"name": "days", "targets": [{"metric": "resolution", "within": within}]}
    replay = dm.replay(tickets=tickets, schedules=DESK, policies=policies)
    verdict = replay.verdicts.to_dict()
    assert verdict["state"] == [state]
    assert verdict["due_at"] == [datetime(2026, 3, 10, 17, tzinfo=HOME)]
    assert verdict["clock"] == ["business"]
    assert dm.SlaPolicies(policies).to_dict()["policies"][0]["targets"][0]["within"] == within
    report = dm.report(tickets, schedules=DESK, policies=policies, kpis=["sla_attainment"])
    assert report["sla_attainment"].value == (100.0 if state == "met" else 0.0)


def test_a_pause_moves_a_target_in_business_days() -> None:
    events = {
        "ticket": ["1"] * 4,
        "at": ["2026-03-06T09:00Z", "2026-03-06T10:00Z", "2026-03-09T10:00Z", "2026-03-10T15:00Z"],
        "kind": ["public_message", "pending", "open", "solved"],
        "author": ["customer", "agent", "customer", "agent"],
    }
    policies = {"name": "days", "targets": [{"metric": "requester_wait", "within": "1 business day"}]}
    verdict = dm.replay(events, schedules=DESK, policies=policies).verdicts.to_dict()
    # Eight hours of business time were paused, so that it is due at the end of the next day.
    assert verdict["state"] == ["met"]


@pytest.mark.parametrize(("gap", "hours"), [("change", 7.0), ("shift", 6.5)])
def test_opening_times_in_a_clock_change(gap: str, hours: float) -> None:
    desk = dm.Schedule.from_dict({"time_zone": "Europe/Copenhagen", "hours": "02:30-10:00", "conventions": {"gap": gap}})
    start, end = datetime(2026, 3, 29, tzinfo=HOME), datetime(2026, 3, 30, tzinfo=HOME)
    assert desk.elapsed(start, end) == timedelta(hours=hours)
    opens = desk.next_opening(start)
    assert opens is not None and opens.astimezone(HOME).hour == 3
    usual = datetime(2026, 3, 27, tzinfo=HOME)
    assert desk.elapsed(usual, usual + timedelta(days=1)) == timedelta(hours=7.5)


def test_hours_within_the_gap_keep_their_length_when_shifted() -> None:
    for gap, minutes in (("change", 0), ("shift", 20)):
        form = {"time_zone": "Europe/Copenhagen", "hours": "02:20-02:40", "conventions": {"gap": gap}}
        day = datetime(2026, 3, 29, tzinfo=HOME)
        assert dm.Schedule.from_dict(form).elapsed(day, day + timedelta(days=1)) == timedelta(minutes=minutes)
