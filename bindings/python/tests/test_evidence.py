"""KPIs require the data that they depend on."""

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


def test_usual_statuses_are_known_and_others_are_warned_of() -> None:
    words = ["Open", "Waiting for customer", "In progress", "Pendiente", "Genåbnet", "Waiting on third party"]
    at = "2026-03-02T08:00:00Z"
    report = dm.report({"id": words, "created_at": [at] * 6, "status": words}, kpis=["volume", "backlog"])
    assert report["backlog"].value == 6.0 and not report.warnings and not report.excluded
    words[0] = "Parked"
    report = dm.report({"id": words, "created_at": [at] * 6, "status": words}, kpis=["volume", "backlog"])
    assert (report["volume"].value, report["backlog"].value) == (6.0, 5.0)
    assert report.excluded == {"backlog": {"end_unknown": 1}}
    warned = '1 of 6 (16.7 %) values excluded: word without a meaning in column "status", such as "Parked"'
    assert any(warned in warning for warning in report.warnings)
    assert "Backlog: 1 of 6 (16.7 %) excluded: end unknown" in report.warnings
    for text in (str(report), report.to_json(), report._repr_html_()):
        assert "16.7 %" in text or "many_excluded" in text


def test_one_inconsistent_timestamp_excludes_what_depends_on_it() -> None:
    tickets = {
        "id": [1, 2, 3],
        "created_at": ["2026-03-02T08:00:00Z"] * 3,
        "solved_at": ["2026-03-02T09:00:00Z", "2026-03-02", "2026-03-01T08:00:00Z"],
        "closed_at": ["2026-03-02T08:59:59Z", None, None],
    }
    report = dm.report(tickets, kpis=["volume", "solved", "full_resolution_time"], assume_tz="UTC")
    assert (report["volume"].value, report["solved"].value) == (3.0, 2.0)
    assert report.excluded["solved"] == {"end_unknown": 1}
    assert {one.reason for source in report.sources for one in source.exclusions} == {"end_before_start"}


def test_a_timestamp_far_in_the_future_is_not_the_cut_off() -> None:
    solved = ["2026-03-02T09:00:00Z", "2926-03-02T09:00:00Z", None]
    tickets = {"id": [1, 2, 3], "created_at": ["2026-03-02T08:00:00Z"] * 3, "solved_at": solved}
    report = dm.report(tickets, kpis=["solved", "backlog"])
    assert str(report.as_of) == "2026-03-02 09:00:00+00:00"
    assert any("solved_at, row 2: 2926-03-02T09:00:00Z" in warning for warning in report.warnings)
    assert (report["solved"].value, report["backlog"].value) == (1.0, 2.0)


def test_stated_statuses_count_beside_events() -> None:
    at = "2026-03-02T08:00:00Z"
    tickets = {"id": [1, 2, 3, 4], "created_at": [at] * 4, "status": ["Deleted", "spam", "open", "closed"]}
    events = {"ticket": [3, 4], "at": ["2026-03-02T09:00:00Z"] * 2, "kind": ["solved", "closed"]}
    report = dm.report(tickets, events, kpis=["volume", "solved"])
    assert (report["volume"].value, report["solved"].value) == (2.0, 2.0)
    assert report.excluded["volume"] == {"deleted": 1, "spam": 1}
    assert any("stated status differs from the status by events: 1 of 2" in warning for warning in report.warnings)
