"""Business time with Python datetimes."""

import json
import pickle
import tomllib
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import holidays
import pytest

import deskmetrics as dm

MADRID = ZoneInfo("Europe/Madrid")

FORM = {
    "time_zone": "Europe/Madrid",
    "hours": {"mon": [["09:00", "13:00"], ["14:00", "17:00"]], "sat": [["22:00", "06:00"]]},
    "holidays": ["2026-12-25", "--05-01"],
    "special_days": {"2026-12-24": [["09:00", "12:00"]], "2026-12-31": []},
    "breaks": [
        {"days": ["mon", "fri"], "from": "12:00", "to": "12:30"},
        {"date": "2026-03-02", "from": "10:00", "to": "12:00"},
    ],
    "conventions": {"boundary": "closing", "zero": "unchanged", "holiday_scope": "calendar_day", "clock": "elapsed"},
}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def office(**more: object) -> dm.Schedule:
    return dm.Schedule.from_dict({"time_zone": "UTC", "hours": "Mo-Fr 09:00-17:00", **more})


# Published examples of help desks; where the printed figure is wrong, the recomputed one.
@pytest.mark.parametrize(
    ("zone", "hours", "start", "budget", "due"),
    [
        ("UTC", "Mo-Fr 09:00-17:00", "2026-03-06T16:55Z", timedelta(hours=24), "2026-03-11T16:55Z"),
        ("UTC", "Mo-Fr 09:00-17:00", "2026-03-06T16:30Z", timedelta(hours=1), "2026-03-09T09:30Z"),
        ("UTC", "Mo-Fr 09:00-17:00", "2026-03-04T07:00Z", timedelta(hours=2), "2026-03-04T11:00Z"),
        ("UTC", "Mo-Fr 08:00-17:00", "2026-03-06T16:00Z", timedelta(hours=4), "2026-03-09T11:00Z"),
        ("UTC", "Mo-Fr 09:00-17:00", "2026-03-06T16:00Z", timedelta(hours=8), "2026-03-09T16:00Z"),
        ("UTC", "Mo-Fr 09:00-17:00", "2026-03-07T12:00Z", timedelta(hours=24), "2026-03-11T17:00Z"),
        ("UTC", "Mo 09:00-17:00; Tu 09:00-16:00; Th 08:00-17:00", "2026-03-02T11:00Z", "16h", "2026-03-05T11:00Z"),
        # The hour from 2 to 3 comes twice.
        ("Europe/Amsterdam", "00:00-10:00", "2022-10-30T02:00+02:00", "1h", "2022-10-30T02:00+01:00"),
    ],
)
def test_due(zone: str, hours: str, start: str, budget: timedelta | str, due: str) -> None:
    schedule = dm.Schedule(zone, hours)
    span = timedelta(hours=int(budget[:-1])) if isinstance(budget, str) else budget
    assert schedule.due(at(start), budget) == at(due)
    assert schedule.elapsed(at(start), at(due)) == span
    assert schedule.elapsed(at(due), at(start)) == -span
    assert schedule.elapsed(schedule.start_by(at(due), budget), at(due)) == span


def test_a_split_week_in_los_angeles() -> None:
    """The example in the README of zendesk/biz: six segments, 3060 minutes."""
    schedule = dm.Schedule(
        "America/Los_Angeles",
        "Mo,We 09:00-17:00; Tu 00:00-24:00; Th 09:00-12:00,13:00-17:00; Sa 10:00-14:00",
    )
    start, end = at("2015-01-10T10:00Z"), at("2015-01-17T10:00Z")
    assert schedule.elapsed(start, end) == timedelta(minutes=3060)
    assert len(schedule.openings(start, end)) == 6
    assert schedule.start_by(at("2015-05-05T12:34:57Z"), timedelta(minutes=3598)) == at("2015-04-27T20:36:57Z")


def test_every_feature_of_the_data_form() -> None:
    schedule = dm.Schedule.from_dict(FORM)
    day = timedelta(days=1)

    def worked(on: str) -> timedelta:
        start = datetime.fromisoformat(on).replace(tzinfo=MADRID)
        return schedule.elapsed(start, start + day)

    assert worked("2026-03-09") == timedelta(hours=6, minutes=30)  # Monday with its break
    assert worked("2026-03-02") == timedelta(hours=4, minutes=30)  # both breaks: 10:00 to 12:30 is free
    assert worked("2026-12-24") == timedelta(hours=3)
    assert worked("2026-12-25") == worked("2026-12-31") == worked("2026-05-01") == timedelta(0)
    assert worked("2026-03-28") == timedelta(hours=2)  # Saturday night until midnight ...
    # ... and on until six on the day whose clocks spring forward from two to three.
    sunday = datetime(2026, 3, 29, tzinfo=MADRID)
    assert schedule.elapsed(sunday, sunday.replace(hour=6)) == timedelta(hours=5)


def test_the_data_form_in_json_toml_and_python_objects() -> None:
    schedule = dm.Schedule.from_dict(FORM)
    assert dm.Schedule.from_dict(json.loads(json.dumps(schedule.to_dict()))) == schedule
    from_toml = tomllib.loads("""
        time_zone = "Europe/Madrid"
        hours = "Mo-Fr 09:00-17:00"
        holidays = [2026-12-25]
        breaks = [{ days = ["mon"], from = 12:00:00, to = 12:30:00 }]
    """)
    in_text = {
        "time_zone": "Europe/Madrid",
        "hours": "Mo-Fr 09:00-17:00",
        "holidays": ["2026-12-25"],
        "breaks": [{"days": ["mon"], "from": "12:00", "to": "12:30"}],
    }
    assert dm.Schedule.from_dict(from_toml) == dm.Schedule.from_dict(in_text)


def test_several_desks_and_versions() -> None:
    kolkata = {"time_zone": "Asia/Kolkata", "hours": "Mo-Fr 09:00-17:30"}
    dublin = {"time_zone": "Europe/Dublin", "hours": "Mo-Fr 09:00-17:30"}
    day, next_day = at("2026-07-01T00:00Z"), at("2026-07-02T00:00Z")
    assert dm.Schedule.from_dict({"any_of": [kolkata, dublin]}).elapsed(day, next_day) == timedelta(hours=13)
    assert dm.Schedule.from_dict({"all_of": [kolkata, dublin]}).elapsed(day, next_day) == timedelta(hours=4)
    history = dm.Schedule.from_dict({
        "versions": [
            {"time_zone": "UTC", "hours": "Mo-Fr 09:00-17:00"},
            {"from": "2026-07-01", "time_zone": "UTC", "hours": "Mo-Fr 08:00-18:00"},
        ]
    })
    assert history.elapsed(at("2026-06-30T00:00Z"), at("2026-07-02T00:00Z")) == timedelta(hours=18)
    assert dm.Schedule.from_dict(history.to_dict()) == history


def test_conventions() -> None:
    friday = at("2026-03-06T16:00Z")
    assert office().due(friday, "1h") == at("2026-03-06T17:00Z")
    assert office(conventions={"boundary": "next_opening"}).due(friday, "1h") == at("2026-03-09T09:00Z")
    saturday = at("2026-03-07T12:00Z")
    assert office().due(saturday, timedelta(0)) == saturday
    assert office(conventions={"zero": "next_opening"}).due(saturday, timedelta(0)) == at("2026-03-09T09:00Z")


def test_holidays_in_every_form() -> None:
    expected = dm.Schedule("UTC", "Mo-Fr 09:00-17:00", holidays=["2026-12-25"])
    assert dm.Schedule("UTC", "Mo-Fr 09:00-17:00", holidays=[date(2026, 12, 25)]) == expected
    # The objects of the package holidays are dicts from date to name.
    assert dm.Schedule("UTC", "Mo-Fr 09:00-17:00", holidays={date(2026, 12, 25): "Christmas"}) == expected
    assert not expected.is_open(at("2026-12-25T12:00Z"))
    yearly = dm.Schedule("UTC", "Mo-Fr 09:00-17:00", holidays=("--12-25",))
    assert not yearly.is_open(at("2028-12-25T12:00Z"))


def test_holidays_of_the_package_holidays() -> None:
    spain = holidays.country_holidays("ES", subdiv="MD", years=range(2025, 2028))
    desk = dm.Schedule("Europe/Madrid", "Mo-Fr 09:00-17:00", holidays=spain)
    for day, open_at_noon in ((date(2026, 1, 6), False), (date(2026, 1, 7), True), (date(2026, 5, 1), False)):
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=MADRID)
        assert desk.is_open(noon) is open_at_noon is (day not in spain)
    # Without years the object is empty until a date is accessed, so the desk would never close.
    with pytest.raises(dm.ArgumentError, match="has no years yet"):
        dm.Schedule("Europe/Madrid", "Mo-Fr 09:00-17:00", holidays=holidays.country_holidays("ES"))


def test_openings_and_closings() -> None:
    schedule = office()
    assert schedule.is_open(at("2026-03-06T09:00Z")) and not schedule.is_open(at("2026-03-06T17:00Z"))
    assert schedule.next_opening(at("2026-03-06T09:01Z")) == at("2026-03-09T09:00Z")
    assert schedule.next_closing(at("2026-03-06T09:01Z")) == at("2026-03-06T17:00Z")
    never = dm.Schedule.from_dict({"time_zone": "UTC", "hours": {}})
    assert never.next_opening(at("2026-03-06T09:01Z")) is None


class Kathmandu(tzinfo):
    """A zone that is nobody's but ours."""

    def utcoffset(self, when: datetime | None) -> timedelta:
        return timedelta(hours=5, minutes=45)

    def dst(self, when: datetime | None) -> timedelta:
        return timedelta(0)

    def tzname(self, when: datetime | None) -> str:
        return "NPT"


@pytest.mark.parametrize(
    "zone",
    [UTC, ZoneInfo("UTC"), ZoneInfo("Etc/UTC"), MADRID, timezone(timedelta(hours=-3.5)), Kathmandu()],
    ids=str,
)
def test_results_have_the_zone_of_the_argument(zone: tzinfo) -> None:
    start = at("2026-03-06T16:00Z").astimezone(zone)
    due = office().due(start, timedelta(hours=4))
    assert due == at("2026-03-09T12:00Z")
    assert due.tzinfo is zone
    assert office().elapsed(start, at("2026-03-09T12:00Z")) == timedelta(hours=4)


def test_fold_distinguishes_the_repeated_hour() -> None:
    always = dm.Schedule("Europe/Madrid", "00:00-24:00")
    first = datetime(2026, 10, 25, 2, 30, tzinfo=MADRID, fold=0)
    second = datetime(2026, 10, 25, 2, 30, tzinfo=MADRID, fold=1)
    assert always.elapsed(first, second) == timedelta(hours=1)
    assert always.due(first, timedelta(hours=1)).fold == 1


def test_microseconds_are_kept() -> None:
    start = at("2026-03-06T12:00:00.000001+00:00")
    end = at("2026-03-06T12:00:00.000004+00:00")
    assert office().elapsed(start, end) == timedelta(microseconds=3)
    assert office().due(start, timedelta(microseconds=3)) == end


def test_sequences() -> None:
    starts = [at("2026-03-06T16:00Z"), None, at("2026-03-09T10:00Z")]
    end = at("2026-03-09T10:00Z")
    assert office().elapsed(starts, end) == [timedelta(hours=2), None, timedelta(0)]
    assert office().elapsed(end, tuple(starts)) == [timedelta(hours=-2), None, timedelta(0)]
    assert office().due(starts, ["1h", "1h", timedelta(hours=2)]) == [
        at("2026-03-06T17:00Z"),
        None,
        at("2026-03-09T12:00Z"),
    ]
    assert office().is_open(starts) == [True, None, True]
    assert office().next_opening(iter(starts)) == [at("2026-03-09T09:00Z"), None, at("2026-03-10T09:00Z")]
    assert office().elapsed([], end) == []


def test_equality_pickle_and_representation() -> None:
    schedule = dm.Schedule.from_dict(FORM)
    assert pickle.loads(pickle.dumps(schedule)) == schedule != office()
    assert schedule != "schedule"
    simple = dm.Schedule(MADRID, "Mo-Fr 09:00-17:00", holidays=["2026-12-25"])
    assert repr(simple) == "Schedule('Europe/Madrid', 'Mo-Fr 09:00-17:00', holidays=['2026-12-25'])"
    for example in (simple, schedule, office()):
        assert eval(repr(example), {"Schedule": dm.Schedule}) == example
    assert simple.time_zone == "Europe/Madrid"
    with pytest.raises(AttributeError):
        simple.time_zone = "UTC"  # type: ignore[misc]


def test_package_has_no_dependencies() -> None:
    """No module outside the standard library is imported."""
    import subprocess
    import sys

    script = (
        "import sys; before = set(sys.modules); import deskmetrics;"
        "new = {name.partition('.')[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names);"
        "new = {name for name in new if not name.startswith('_sysconfigdata')};"
        "print(sorted(new))"
    )
    printed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert printed.stdout.strip() == "['deskmetrics']"
    assert Path(dm.__file__).with_name("py.typed").exists()
