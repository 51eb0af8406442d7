"""Errors of schedules name place, value and remedy."""

from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Any

import pytest

import deskmetrics as dm

START = datetime(2026, 3, 6, 16, 0, tzinfo=UTC)
OFFICE = dm.Schedule("UTC", "Mo-Fr 09:00-17:00")


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"time_zone": "Europe/Madird", "hours": "Mo-Fr 09:00-17:00"}, ["time_zone", "Europe/Madird"]),
        ({"hours": "Mo-Fr 09:00-17:00"}, ["time_zone"]),
        ({"time_zone": "UTC"}, ["hours"]),
        ({"time_zone": "UTC", "hours": "Mo-Fr 09:00-25:00"}, ["hours", "25:00"]),
        ({"time_zone": "UTC", "hours": {"mon": [["09:00"]]}}, []),
        ({"time_zone": "UTC", "hours": "Mo-Fr 09:00-17:00", "holidays": ["2026-02-30"]}, ["holidays[0]", "2026-02-30"]),
        ({"time_zone": "UTC", "hours": "Mo-Fr 09:00-17:00", "holiday": []}, ["holiday", "holidays"]),
        ({"time_zone": "UTC", "hours": "Mo-Fr 09:00-17:00", "conventions": {"boundary": "end"}}, ["end", "closing"]),
        ({"any_of": []}, ["any_of"]),
    ],
)
def test_a_wrong_form(form: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(dm.ScheduleError) as caught:
        dm.Schedule.from_dict(form)
    assert all(word in str(caught.value) for word in words), str(caught.value)


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"time_zone": 3}, "time_zone: "),
        ({"hours": {"mon": ["09:00", "17:00"]}}, "hours"),
        ({"hours": {"mon": [[time(9, 0, 30), time(17)]]}}, "hours.mon[0][0]: "),
        ({"holidays": ["2026-12-25", 20261226]}, "holidays[1]: "),
        ({"special_days": {"2026-12-24": "closed"}}, "special_days.2026-12-24: "),
        ({"breaks": [{"from": "12:00"}]}, "breaks[0]: "),
        ({"conventions": {"boundary": "nearest"}}, "conventions.boundary: "),
    ],
)
def test_an_error_begins_with_its_place(wrong: dict[str, Any], place: str) -> None:
    with pytest.raises(dm.ScheduleError) as caught:
        dm.Schedule.from_dict({"time_zone": "UTC", "hours": "Mo-Fr 09:00-17:00"} | wrong)
    assert str(caught.value).startswith(place)


def test_form_of_an_invalid_type() -> None:
    with pytest.raises(dm.ArgumentTypeError, match=r"schedule\.hours: .*object"):
        dm.Schedule.from_dict({"time_zone": "UTC", "hours": object()})
    with pytest.raises(dm.ArgumentTypeError, match="key None"):
        dm.Schedule.from_dict({None: "UTC"})  # type: ignore[dict-item]
    with pytest.raises(dm.ScheduleError, match='there is no key "7"'):
        dm.Schedule.from_dict({7: "UTC"})  # type: ignore[dict-item]
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(dm.ArgumentError, match="32 levels"):
        dm.Schedule.from_dict({"time_zone": endless})
    with pytest.raises(TypeError):
        dm.Schedule.from_dict("Mo-Fr 09:00-17:00")  # type: ignore[arg-type]


class Nowhere(tzinfo):
    """A zone that does not know its offset leaves the timestamp naive."""

    def utcoffset(self, when: datetime | None) -> None:
        return None

    def dst(self, when: datetime | None) -> None:
        return None

    def tzname(self, when: datetime | None) -> str:
        return "nowhere"


@pytest.mark.parametrize("naive", [START.replace(tzinfo=None), START.replace(tzinfo=Nowhere())])
def test_a_naive_timestamp(naive: datetime) -> None:
    for call in (
        lambda: OFFICE.elapsed(naive, START),
        lambda: OFFICE.due(naive, "1h"),
        lambda: OFFICE.is_open([START, naive]),
    ):
        with pytest.raises(dm.TimestampError, match=r"2026-03-06 16:00:00.* has no time zone; .*ZoneInfo"):
            call()
    with pytest.raises(dm.TimestampError, match=r"^at\[1\]"):
        OFFICE.is_open([START, naive])


@pytest.mark.parametrize("wrong", ["2026-03-06", "16:00", 1772812800, None, START.date(), {"at": START}, object()])
def test_argument_that_is_not_a_timestamp(wrong: Any) -> None:
    with pytest.raises(dm.ArgumentTypeError, match=r"^at: .* is not a (datetime|timestamp)"):
        OFFICE.is_open(wrong)


@pytest.mark.parametrize("wrong", [3600, "4 hours?", None, object()])
def test_invalid_budget(wrong: Any) -> None:
    with pytest.raises(dm.DeskmetricsError, match="^budget: "):
        OFFICE.due(START, wrong)


def test_lengths_that_differ() -> None:
    with pytest.raises(dm.ArgumentError, match="start has 2 elements and budget has 1"):
        OFFICE.due([START, START], ["1h"])


def test_a_schedule_that_never_opens_again() -> None:
    never = dm.Schedule.from_dict({"time_zone": "UTC", "hours": {}})
    with pytest.raises(dm.NeverOpensError, match="^the schedule .* never opens again"):
        never.due(START, "1h")
    with pytest.raises(dm.NeverOpensError, match="^element 1: the schedule"):
        never.due([None, START], "1h")
    assert never.elapsed(START, START + timedelta(days=365)) == timedelta(0)


def test_beyond_what_datetime_can_hold() -> None:
    with pytest.raises(dm.TimestampError, match="years 1 to 9999"):
        OFFICE.due(datetime(9999, 12, 31, tzinfo=UTC), timedelta(days=10))
    with pytest.raises(dm.DeskmetricsError):
        OFFICE.due(START, timedelta.max)
    with pytest.raises(dm.DeskmetricsError):
        OFFICE.due(START, timedelta.min)
    assert OFFICE.elapsed(datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)) > timedelta(0)


def test_one_family() -> None:
    for error in (dm.ScheduleError, dm.NeverOpensError, dm.ScaleError, dm.TimestampError, dm.ArgumentError):
        assert issubclass(error, dm.DeskmetricsError)
    assert issubclass(dm.DeskmetricsError, ValueError)
    assert issubclass(dm.ArgumentTypeError, TypeError)
