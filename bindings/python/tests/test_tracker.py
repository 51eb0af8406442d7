"""The tracker equals replay, returns due times and changes, and is stored."""

import pickle
import re
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import deskmetrics as dm

POLICY = {
    "name": "everybody",
    "targets": [{"metric": "first_response", "within": "1h"}, {"metric": "resolution", "within": "8h"}],
}
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def after(**span: float) -> datetime:
    return START + timedelta(**span)


def event(ticket: str, at: datetime, kind: str, **more: Any) -> dict[str, Any]:
    return {"ticket": ticket, "at": at, "kind": kind, **more}


def tracker() -> dm.Tracker:
    followed = dm.Tracker(policies=POLICY)
    assert followed.open({"id": "T-1", "created_at": START, "market": "DK"}) == after(hours=1)
    return followed


def test_tracker_equals_replay() -> None:
    events = [
        event("T-1", START, "public_message", author="customer"),
        event("T-1", after(minutes=20), "changed group", value="second line"),
        event("T-1", after(minutes=90), "public_message"),
        event("T-1", after(hours=2), "solved"),
        event("T-1", after(hours=3), "status", value="open", author="customer"),
        event("T-1", after(hours=4), "tagged", value="vip"),
    ]
    followed = tracker()
    for one in events:
        followed.push(one)
    state = followed.state("T-1", after(hours=6))
    columns = {name: [one.get(name) for one in events] for name in ("ticket", "at", "kind", "value")}
    columns["author"] = [one.get("author", "agent") for one in events]
    replay = dm.replay(
        columns, tickets={"id": ["T-1"], "created_at": [START], "market": ["DK"]}, policies=POLICY, as_of=after(hours=6)
    )
    explained = replay.explain("T-1")
    assert state["metrics"] == explained.measures
    without = [{key: value for key, value in verdict.items() if key != "segments"} for verdict in explained.verdicts]
    assert state["verdicts"] == without
    assert state["ticket"]["attributes"] == {"group": "second line", "market": "DK"} and state["ticket"]["tags"] == ["vip"]


INSTANT = timedelta(microseconds=1)


def test_changes_of_verdicts() -> None:
    followed = tracker()
    followed.open({"id": "T-2", "created_at": after(minutes=-30)})
    assert followed.next_change == (after(minutes=30) + INSTANT, "T-2") and len(followed) == 2 and "T-2" in followed
    assert followed.push(event("T-2", after(minutes=5), "public_message")) == after(hours=7, minutes=30)
    assert followed.next_change == (after(hours=1) + INSTANT, "T-1")
    assert followed.advance(after(hours=1)) == []
    changes = [(after(hours=1) + INSTANT, "T-1"), (after(hours=7, minutes=30) + INSTANT, "T-2")]
    assert followed.advance(after(hours=7, minutes=31)) == changes
    for at, ticket in changes:
        assert "breached" in [verdict["state"] for verdict in followed.state(ticket, at)["verdicts"]]
    assert followed.next_change == (after(hours=8) + INSTANT, "T-1")
    assert followed.push(event("T-1", after(hours=7, minutes=40), "solved")) is None
    assert followed.next_change is None
    assert followed.forget("T-1") and not followed.forget("T-1") and followed.tickets == ["T-2"]


def test_events_are_delivered_again_and_in_any_order_of_one_timestamp() -> None:
    followed = tracker()
    followed.push(event("T-1", after(hours=2), "solved", id="e2"))
    followed.push(event("T-1", after(hours=2), "public_message", id="e1"))
    with pytest.raises(dm.ArgumentError, match="duplicate"):
        followed.push(event("T-1", after(hours=2), "solved", id="e2"))
    followed.push(event("T-1", after(hours=3), "internal_note", id="e3"))
    with pytest.raises(dm.ArgumentError, match="duplicate"):
        followed.push(event("T-1", after(hours=2), "public_message", id="e1"))
    measures = followed.state("T-1")["metrics"]
    assert measures["first_response_time"]["calendar"] == timedelta(hours=2) and measures["public_replies"] == 1
    with pytest.raises(dm.ArgumentError, match="is after 2026-03-02T14:00:00Z, the latest that is possible now"):
        followed.push(event("T-1", after(days=9000), "public_message"), latest=after(hours=5))


def test_gauges() -> None:
    followed = dm.Tracker(policies=POLICY, by="market")
    for ticket, market in [("T-1", "DK"), ("T-2", "ES"), ("T-3", 'a "b"\n')]:
        followed.open({"id": ticket, "created_at": START, "market": market})
    followed.push(event("T-2", after(minutes=5), "public_message"))
    followed.advance(after(hours=2))
    lines = followed.to_open_metrics().splitlines()
    assert 'deskmetrics_open_tickets{market="ES"} 1' in lines and lines[-1] == "# EOF"
    gauge = 'deskmetrics_sla_targets{policy="everybody",metric="first_response",state="breached",market="DK"} 1'
    assert gauge in lines and 'deskmetrics_open_tickets{market="a \\"b\\"\\n"} 1' in lines
    assert not any("first_response" in line and "ES" in line for line in lines)


def test_tracker_is_restored_in_another_process() -> None:
    followed = tracker()
    followed.push(event("T-1", after(minutes=10), "public_message"))
    later = dm.Tracker(policies=POLICY)
    assert later.load(followed.dump()) == []
    assert later.next_change == followed.next_change and later.state("T-1") == followed.state("T-1")
    assert repr(later).startswith("Tracker(1 ticket, next change 2026-03-02T17:00:00.000001Z")
    with pytest.raises(dm.ArgumentError, match="not a stored set of ticket trackers"):
        later.load(b"{}")
    dumped = followed.dump()
    for damaged in (dumped[:-1], dumped[:40] + bytes([dumped[40] ^ 1]) + dumped[41:]):
        with pytest.raises(dm.ArgumentError, match="damaged"):
            later.load(damaged)
    assert later.tickets == ["T-1"]
    other = dm.Tracker(policies={"name": "x", "when": {"market": "ES"}, "targets": POLICY["targets"]})
    assert other.load(dumped) == ["T-1"] and len(other) == 0


@pytest.mark.parametrize(
    ("given", "kind", "message"),
    [
        (event("T-9", START, "solved"), dm.NoSuchNameError, 'ticket "T-9" is not tracked'),
        (event("T-1", after(hours=-1), "solved"), dm.ArgumentError, "creation"),
        (event("T-1", START, "parked"), dm.ArgumentError, "parked"),
        ({"ticket": "T-1", "kind": "solved"}, dm.ArgumentError, "at"),
        (event("T-1", START.replace(tzinfo=None), "solved"), dm.DeskmetricsError, "event"),
    ],
)
def test_errors(given: dict[str, Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind) as problem:
        tracker().push(given)
    assert message in str(problem.value)


def test_ids_may_be_numbers() -> None:
    followed = dm.Tracker(policies=POLICY)
    followed.open({"id": 7, "created_at": START})
    followed.push({"ticket": 7, "at": after(minutes=5), "kind": "public_message"})
    assert 7 in followed and "7" in followed and followed.state(7) == followed.state("7") and followed.forget(7)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: dm.Tracker(schedule=dm.Schedule("UTC", "Mo-Fr 09:00-17:00")), "give one Schedule for all tickets as schedules="),  # type: ignore[arg-type]
        (lambda: dm.Tracker(by=3), "by: 3 (int) is neither the name of an attribute nor a list"),  # type: ignore[arg-type]
        (lambda: dm.Tracker().load("x"), "is not the bytes of Tracker.dump"),  # type: ignore[arg-type]
        (lambda: dm.Tracker().load(b"abc"), "pass the bytes of Tracker.dump"),
        (lambda: dm.Tracker().forget(2.5), "ticket: 2.5 (float) is not the id of a ticket"),  # type: ignore[arg-type]
        (lambda: tracker().open({"id": "T-1", "created_at": START}), "forget it first"),
    ],
)
def test_wrong_calls(call: Any, message: str) -> None:
    with pytest.raises(dm.DeskmetricsError, match=re.escape(message)):
        call()


def test_the_remedy_of_events_out_of_order_works() -> None:
    followed = tracker()
    events = [event("T-1", after(hours=1), "public_message"), event("T-1", after(minutes=5), "internal_note")]
    followed.push(events[0])
    with pytest.raises(dm.ArgumentError, match="forget the ticket, open it again, and push its events in order"):
        followed.push(events[1])
    followed.forget("T-1")
    followed.open({"id": "T-1", "created_at": START})
    for one in reversed(events):
        followed.push(one)


def test_opened_twice() -> None:
    with pytest.raises(dm.ArgumentError, match="followed already"):
        tracker().open({"id": "T-1", "created_at": START})


def test_threads_may_share_it() -> None:
    followed = dm.Tracker(policies=POLICY)

    def work(worker: int) -> None:
        for n in range(50):
            ticket = f"T-{worker}-{n}"
            followed.open({"id": ticket, "created_at": START})
            followed.push(event(ticket, after(minutes=n + 1), "public_message"))

    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(followed) == 200 and len(followed.advance(after(hours=9))) == 200


def test_an_event_pushed_twice_has_an_error_of_its_own() -> None:
    followed = tracker()
    followed.push(event("T-1", after(minutes=5), "public_message", id="e1"))
    with pytest.raises(dm.exceptions.DuplicateEventError) as twice:
        followed.push(event("T-1", after(minutes=5), "public_message", id="e1"))
    assert twice.value.reason == "duplicate" and "duplicate" in str(twice.value)
    with pytest.raises(dm.exceptions.EventExcludedError) as early:
        followed.push(event("T-1", after(minutes=-5), "public_message"))
    assert not isinstance(early.value, dm.exceptions.DuplicateEventError)
    assert set(followed.state("T-1")["excluded"]) == {twice.value.reason, early.value.reason}
    assert pickle.loads(pickle.dumps(early.value)).reason == early.value.reason


def test_states_are_those_of_the_gauges() -> None:
    policy = {"name": "p", "targets": [{"metric": "resolution", "within": "8h", "at_risk": 0.5}]}
    followed = dm.Tracker(policies=policy)
    followed.open({"id": "T-1", "created_at": START})
    seen = []
    for hours in (1, 5, 9):
        followed.advance(after(hours=hours))
        (verdict,) = followed.state("T-1", after(hours=hours))["verdicts"]
        assert f'state="{verdict["state"]}"' in followed.to_open_metrics()
        seen.append(verdict["state"])
    assert seen == ["running", "at_risk", "breached"]


def test_solved_tickets_are_followed_but_not_open() -> None:
    followed = tracker()
    followed.push(event("T-1", after(hours=2), "solved"))
    assert "\ndeskmetrics_open_tickets " not in followed.to_open_metrics() and len(followed) == 1
    followed.push(event("T-1", after(hours=3), "open", author="customer"))
    assert "\ndeskmetrics_open_tickets 1\n" in followed.to_open_metrics()


def test_missing_values_of_records_are_missing() -> None:
    followed = dm.Tracker(policies=POLICY)
    followed.open({"id": "T-1", "created_at": START, "market": float("nan"), "group": None})
    followed.push({"ticket": "T-1", "at": after(minutes=5), "kind": "public_message", "value": float("nan")})
    assert "attributes" not in followed.state("T-1")["ticket"]
    with pytest.raises(dm.ArgumentError, match='event: the key "at" is missing'):
        followed.push({"ticket": "T-1", "at": float("nan"), "kind": "solved"})
