"""What the data cannot know is not answered; what it knows is kept."""

from typing import Any

import pytest

import deskmetrics as dm

TICKETS: dict[str, Any] = {
    "id": ["T-1", "T-2"],
    "created_at": ["2026-03-02T08:00:00Z", "2026-03-02T09:00:00Z"],
    "first_response_at": ["2026-03-02T09:00:00Z", None],
    "solved_at": ["2026-03-02T12:00:00Z", None],
}
NO_EVENTS = "no log of events: provide events"


@pytest.mark.parametrize("kpi", ["one_touch", "two_touch", "multi_touch", "replies_per_ticket", "agent_wait_time", "reopen_rate"])
def test_counts_of_replies_need_events(kpi: str) -> None:
    for refused in (lambda: getattr(dm, kpi)(TICKETS), lambda: dm.report(TICKETS, kpis=kpi), lambda: dm.report(TICKETS, kpis=[{"kpi": kpi}])):
        with pytest.raises(dm.ArgumentError, match=f"{kpi} cannot be answered, since the data has {NO_EVENTS}"):
            refused()
    report = dm.report(TICKETS, kpis=["volume", kpi])
    assert [row.kpi for row in report.headlines] == ["volume"]
    assert any(kpi in note and NO_EVENTS in note for note in report.notes)


def test_first_replies_need_their_column_only() -> None:
    assert dm.first_response_time(TICKETS).n == 1
    without = {name: values for name, values in TICKETS.items() if name != "first_response_at"}
    with pytest.raises(dm.ArgumentError, match="no reply to a customer: .*first_response_at"):
        dm.first_response_time(without)


def test_the_policy_decides_what_fcr_needs() -> None:
    with pytest.raises(dm.ArgumentError, match=r"fcr \(single_reply\) cannot be answered"):
        dm.fcr(TICKETS, policy="single_reply")
    with pytest.raises(dm.ArgumentError, match=r"fcr \(no_reopen_within\(7days\)\) cannot be answered"):
        dm.report(TICKETS, kpis=["fcr"], fcr="no_reopen_within(7days)")
    tickets = {**TICKETS, "requester": ["ada", "bo"]}
    assert dm.fcr(tickets, policy="no_repeat_contact_within(0days)").n == 1
