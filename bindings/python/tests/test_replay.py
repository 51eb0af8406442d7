"""Replays of tables equal replays of files; explanations, findings, errors."""

import csv
import gzip
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import deskmetrics as dm
from sample import FOLDER, dataset

EVENTS: dict[str, list[Any]] = {
    "ticket": ["T-1", "T-1", "T-1", "T-2", "T-2"],
    "at": [datetime(2026, 3, 2, hour, minute, tzinfo=UTC) for hour, minute in ((9, 0), (9, 20), (11, 0), (9, 30), (15, 0))],
    "kind": ["public_message", "public_message", "solved", "public_message", "changed group"],
    "author": ["customer", "agent", "agent", "customer", "agent"],
    "value": [None, None, None, None, "second line"],
}
TICKETS: dict[str, list[Any]] = {
    "id": ["T-1", "T-2"],
    "created_at": [datetime(2026, 3, 2, 9, 0, tzinfo=UTC), datetime(2026, 3, 2, 9, 30, tzinfo=UTC)],
    "market": ["DK", "ES"],
}
POLICY = {"name": "everybody", "targets": [{"metric": "first_response", "within": "15m"}]}


def columns(replay: dm.Replay) -> dict[str, list[Any]]:
    return replay.metrics.to_dict()


def test_measures_of_tickets() -> None:
    replay = dm.replay(EVENTS, tickets=TICKETS, policies=POLICY)
    assert len(replay) == 2 and replay.as_of == datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
    found = columns(replay)
    assert found["ticket"] == ["T-1", "T-2"] and found["market"] == ["DK", "ES"] and found["group"] == [None, "second line"]
    assert found["first_response_time"] == [timedelta(minutes=20), None]
    assert found["full_resolution_time"] == [timedelta(hours=2), None]
    assert found["running_resolution_time"] == [None, timedelta(hours=5, minutes=30)]
    assert found["first_response_time_business"] == [None, None]
    assert found["first_response_at"][0] == EVENTS["at"][1] and found["public_replies"] == [1, 0]
    verdicts = replay.verdicts.to_dict()
    assert verdicts["state"] == ["breached", "breached"] and verdicts["target"] == [timedelta(minutes=15)] * 2
    assert verdicts["overshoot"] == [timedelta(minutes=5), timedelta(hours=5, minutes=15)]


def test_tickets_are_created_by_their_first_event() -> None:
    assert columns(dm.replay(EVENTS))["created_at"] == TICKETS["created_at"]


def frames() -> dict[str, Any]:
    """The same tables of each library, naive times in one of them."""
    pandas = pytest.importorskip("pandas")
    polars = pytest.importorskip("polars")
    pyarrow = pytest.importorskip("pyarrow")
    duckdb = pytest.importorskip("duckdb")
    table = rows = pyarrow.table(EVENTS)
    assert rows.num_rows == 5
    return {
        "pandas": pandas.DataFrame(EVENTS),
        "polars": polars.DataFrame(EVENTS),
        "pyarrow": table,
        "chunked": pyarrow.concat_tables([table.slice(0, 2), table.slice(2)]),
        "reader": table.to_reader(),
        "duckdb": duckdb.sql("select * from rows"),
        "rows": [dict(zip(EVENTS, row, strict=True)) for row in zip(*EVENTS.values(), strict=True)],
    }


def test_every_library_gives_the_same() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    expected = columns(dm.replay(EVENTS, tickets=TICKETS))
    for name, frame in frames().items():
        assert columns(dm.replay(frame, tickets=pyarrow.table(TICKETS))) == expected, name


def rows_of(name: str) -> dict[str, list[str | None]]:
    opened = gzip.open(FOLDER / name, "rt", encoding="utf-8") if name.endswith(".gz") else open(FOLDER / name, encoding="utf-8")
    with opened as file:
        lines = list(csv.DictReader(file))
    return {key: [line[key] or None for line in lines] for key in lines[0]}


EVENT_WORDS: dict[str, Any] = {
    "timestamps": {"time_zone": "UTC"},
    "id": "Event ID",
    "ticket": "Ticket ID",
    "at": "Time (UTC)",
    "value": {"column": "Value", "words": {"P1": "urgent", "P2": "high", "P3": "normal", "P4": "low"}},
    "author_name": "Actor",
    "author": {"column": "Actor Role", "words": {"End user": "customer", "Agent": "agent", "Bot": "bot", "Trigger": "system", "Vendor": "external"}},
    "kind": {"column": "Action", "words": {
        "Public comment": "public_message", "Internal note": "internal_note", "Status": "status", "Assignee": "changed assignee",
        "Team": "changed group", "Urgency": "changed priority", "Label added": "tagged", "Escalated": "escalated",
        "Merged into": "merged_into", "Deleted": "deleted", "Marked as spam": "spam", "Survey sent": "survey_sent",
        "Survey answered": "survey_answered"}},
    "statuses": {"In progress": "open", "Awaiting customer": "pending", "Awaiting third party": "on_hold", "Resolved": "solved", "Archived": "closed"},
}
TICKET_WORDS: dict[str, Any] = {
    "id": "Ticket ID",
    "created_at": {"column": "Created", "format": "%d/%m/%Y %H:%M:%S"},
    "requester": "Requester",
    "tags": "Labels",
    "tag_separator": ";",
    "attribute_values": "at_creation",
    "attributes": {
        "market": "Country",
        "channel": {"column": "Contact Channel", "words": {"E-mail": "mail", "Live chat": "chat", "Web form": "site", "Phone": "phone"}},
        "category": "Topic",
        "priority": {"column": "Urgency", "words": {"P1": "urgent", "P2": "high", "P3": "normal", "P4": "low"}},
        "group": "Team",
        "platform": "Platform",
    },
}


def test_tables_equal_files() -> None:
    """The sample's own files as Python lists, with the words of its description."""
    files = dataset()
    replay = dm.replay(
        rows_of("events.csv.gz"),
        tickets=rows_of("tickets.csv"),
        columns={"events": EVENT_WORDS, "tickets": TICKET_WORDS},
        assume_tz="Europe/Copenhagen",
        schedules=files.schedules,
        schedule="dk",
        schedule_by={"market": {market: market.lower() for market in ("DK", "DE", "ES", "GB", "US", "MX")}},
        policies=files.policies,
        as_of=files.as_of,
    )
    expected = files.replay()
    assert replay.metrics.to_dict() == expected.metrics.to_dict()
    assert replay.verdicts.to_dict() == expected.verdicts.to_dict()
    assert replay.excluded == expected.excluded and replay.findings == []
    kpis = ["volume", "first_response_time", "sla_attainment", "reopen_rate"]
    assert replay.report(kpis, by="market", period="week").rows == files.report(kpis, by="market", period="week").rows


def test_kpi_functions_take_a_replay() -> None:
    replay = dataset().replay()
    report = dataset().report()
    assert dm.volume(replay).value == report["volume"].value
    assert dm.fcr(replay, policy="no_reopen_within(7days)").value == report["fcr"].value
    assert dm.sla_attainment(replay).value == report["sla_attainment"].value


def test_an_explanation_adds_up() -> None:
    replay = dataset().replay()
    verdicts = replay.verdicts.to_dict()
    for ticket in ("20001", "20002", "20050"):
        explained = replay.explain(ticket)
        states = [state for name, state in zip(verdicts["ticket"], verdicts["state"], strict=True) if name == ticket]
        assert [verdict["state"] for verdict in explained.verdicts] == states
        for verdict in explained.verdicts:
            counted = sum((segment["counted"]["calendar"] for segment in verdict["segments"]), timedelta())
            assert counted == verdict["elapsed"]["calendar"]
    text = str(replay.explain("20002"))
    assert text.startswith("Ticket 20002, closed") and 'resolution: breached' in text and 'of business time on "de"' in text
    with pytest.raises(dm.NoSuchNameError, match="no ticket \"2000\" among the 3000 replayed, did you mean \"20"):
        replay.explain("2000")


def test_earlier_cut_off() -> None:
    early = dataset().replay(as_of=datetime(2026, 3, 16, tzinfo=UTC))
    assert early.excluded["after_cut_off"] > 0
    found = columns(early)
    assert max(at for at in found["last_solved_at"] if at) <= datetime(2026, 3, 16, tzinfo=UTC)


def test_the_survival_curve() -> None:
    replay = dataset().replay()
    curve = replay.survival().to_dict()
    assert set(curve["slice"]) == {""} and curve["seconds"] == sorted(curve["seconds"])
    assert all(0 <= low <= open_ <= high <= 100 for low, open_, high in zip(curve["lower"], curve["open_percent"], curve["upper"], strict=True))
    assert 2_800 < curve["at_risk"][0] <= 2_872
    by_market = replay.survival(by="market", clock="business").to_dict()
    assert set(by_market["slice"]) == {"DK", "DE", "ES", "GB", "US", "MX"}
    with pytest.raises(dm.ArgumentError, match="clock"):
        replay.survival(clock="solar")  # type: ignore[arg-type]
    with pytest.raises(dm.ArgumentError, match="between 0 and 1"):
        replay.survival(level=95)


def test_arrivals_by_weekday_and_hour() -> None:
    replay = dataset().replay()
    week = replay.arrivals().to_dict()
    assert len(week["tickets"]) == 168 and sum(week["tickets"]) == 2872
    found = columns(replay)
    monday = sum(
        1
        for at, exclusion in zip(found["created_at"], found["exclusion"], strict=True)
        if exclusion is None and at.astimezone(dm_zone()).weekday() == 0
    )
    assert sum(n for day, n in zip(week["weekday"], week["tickets"], strict=True) if day == "Mon") == monday
    assert replay.arrivals(tz="America/New_York").to_dict()["tickets"] != week["tickets"]


def dm_zone() -> Any:
    from zoneinfo import ZoneInfo

    return ZoneInfo("Europe/Copenhagen")


@pytest.mark.parametrize(
    ("events", "arguments", "kind", "message"),
    [
        ({"tickt": ["a"], "at": ["2026-03-02T09:00:00Z"], "kind": ["solved"]}, {}, dm.ColumnNotFoundError, 'there is no column "ticket", did you mean "tickt"'),
        ({"ticket": ["a"], "at": ["2026-03-02 09:00"], "kind": ["solved"]}, {}, dm.TimestampError, 'events["at"]: the times have no zone'),
        ({"ticket": ["a"], "at": [datetime(2026, 3, 2, 9)], "kind": ["solved"]}, {}, dm.TimestampError, "assume_tz"),
        (EVENTS, {"options": {"bot_reply": True}}, dm.ArgumentError, "bot_reply"),
        (EVENTS, {"schedules": {"dk": "Mo-Fr"}}, dm.ScheduleError, 'schedules["dk"]'),
        (EVENTS, {"schedules": {"denmark": {"time_zone": "UTC", "hours": "Mo-Fr 09:00-17:00"}}, "schedule": "danmark"}, dm.NoSuchNameError, 'did you mean "denmark"'),
        (EVENTS, {"policies": {"name": "x", "targets": [], "schedule": "es"}}, dm.NoSuchNameError, 'no schedule "es"'),
        (EVENTS, {"columns": {"event": {}}}, dm.NoSuchNameError, 'did you mean "events"'),
        (EVENTS, {"columns": {"events": {"att": "at"}}}, dm.ArgumentError, "att"),
        (EVENTS, {"columns": {"events": {"at": "Time"}}}, dm.ColumnNotFoundError, '"Time"'),
        (5, {}, dm.ArgumentTypeError, "events"),
        ({"ticket": ["a", "b"], "at": ["2026-03-02T09:00:00Z"] * 2, "kind": ["parked", "solved"]}, {"strict": True}, dm.DataError, 'row 1, column "kind": "parked"'),
    ],
)
def test_errors_name_place_and_problem(events: Any, arguments: dict[str, Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind) as problem:
        dm.replay(events, **arguments)
    assert message in str(problem.value)


def test_several_schedules_need_a_rule() -> None:
    form = {"time_zone": "UTC", "hours": "Mo-Fr 09:00-17:00"}
    with pytest.raises(dm.ArgumentError, match="no rule which applies"):
        dm.replay(EVENTS, schedules={"dk": form, "es": form})
    replay = dm.replay(EVENTS, tickets=TICKETS, schedules={"dk": form, "es": form}, schedule_by={"market": {"DK": "dk"}})
    assert columns(replay)["first_response_time_business"] == [timedelta(minutes=20), None]


def test_unusable_rows_are_counted() -> None:
    events = {"ticket": ["a", "a"], "at": ["2026-03-02T09:00:00Z", "2026-03-02T10:00:00Z"], "kind": ["parked", "solved"]}
    (source,) = dm.replay(events).sources
    assert source.holds == "events" and source.exclusions[0].reason == "unknown_word"
    assert source.exclusions[0].examples == ((1, "parked"),)


def test_naive_times_with_a_zone() -> None:
    naive = {**EVENTS, "at": [at.replace(tzinfo=None) for at in EVENTS["at"]]}
    shifted = dm.replay(naive, assume_tz="Europe/Copenhagen")
    assert columns(shifted)["created_at"][0] == datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def test_threads_give_equal_replays() -> None:
    expected = dataset().replay().metrics.to_dict()
    found: list[dict[str, list[Any]]] = []
    threads = [threading.Thread(target=lambda: found.append(dataset().replay().metrics.to_dict())) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 3
