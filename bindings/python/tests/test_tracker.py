"""The tracker equals replay and returns the next due time."""

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


def test_what_is_due() -> None:
    followed = tracker()
    followed.open({"id": "T-2", "created_at": after(minutes=-30)})
    assert followed.next_due == (after(minutes=30), "T-2") and len(followed) == 2 and "T-2" in followed
    assert followed.push(event("T-2", after(minutes=5), "public_message")) == after(hours=7, minutes=30)
    assert followed.next_due == (after(hours=1), "T-1")
    assert followed.due(after(minutes=59)) == []
    assert followed.due(after(hours=7, minutes=30)) == [(after(hours=1), "T-1"), (after(hours=7, minutes=30), "T-2")]
    assert followed.next_due == (after(hours=8), "T-1")
    assert followed.push(event("T-1", after(hours=7, minutes=40), "solved")) is None
    assert followed.next_due is None
    assert followed.forget("T-1") and not followed.forget("T-1") and followed.tickets == ["T-2"]


def test_tracker_is_restored_in_another_process() -> None:
    followed = tracker()
    followed.push(event("T-1", after(minutes=10), "public_message"))
    later = dm.Tracker(policies=POLICY)
    later.load(followed.dump())
    assert later.next_due == followed.next_due and later.state("T-1") == followed.state("T-1")
    assert repr(later).startswith("Tracker(1 tickets, next due 2026-03-02T17:00:00Z")
    with pytest.raises(dm.ArgumentError, match="not the tickets of a tracker"):
        later.load(b"{}")
    other = dm.Tracker(policies={"name": "x", "when": {"market": "ES"}, "targets": POLICY["targets"]})
    other.load(followed.dump())
    with pytest.raises(dm.ArgumentError, match="other policies"):
        other.push(event("T-1", after(minutes=30), "solved"))


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
    assert len(followed) == 200 and len(followed.due(after(hours=9))) == 200
