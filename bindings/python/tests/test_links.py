"""Links between tables, and due times stated by the source."""

from typing import Any

import pyarrow as pa
import pytest

import deskmetrics as dm

MONDAY = "2026-03-02T10:00:00Z"
TUESDAY = "2026-03-03T10:00:00Z"


def answered(surveys: dict[str, list[Any]], **more: list[Any]) -> dm.Report:
    invitations = {"id": ["a", "b"], "question": ["csat"] * 2, "sent_at": [MONDAY] * 2, **more}
    return dm.report(invitations=invitations, surveys=surveys, scales={"csat": (1, 5)})


def test_answers_are_joined_to_invitations() -> None:
    rate = answered({"invitation": ["a"], "csat": [5], "answered_at": [TUESDAY]})["response_rate"]
    assert (rate.value, rate.n) == (50.0, 2)
    assert answered({"invitation": ["a"], "csat": [None], "answered_at": [TUESDAY]})["response_rate"].value == 0.0
    twice = answered({"invitation": ["a", "a"], "csat": [1, 5]}, answered_at=["2026-03-04T10:00:00Z", None])
    assert (twice["response_rate"].value, twice["csat"].n) == (50.0, 2)


def test_answers_in_files_are_joined_to_invitations(tmp_path: Any) -> None:
    (tmp_path / "sent.csv").write_text(f"id,sent\n1,{MONDAY}\n2,{MONDAY}\n")
    (tmp_path / "answers.csv").write_text("to,score\n#1,5\n7,4\n")
    (tmp_path / "desk.toml").write_text(
        """
        time_zone = "UTC"
        scales = { csat = "1-5" }
        surveys = [{ file = "answers.csv", questions = { csat = "score" }, invitation = "to" }]
        invitations = [{ file = "sent.csv", id = "id", question = { value = "csat" }, sent_at = "sent" }]
        """
    )
    dataset = dm.read(tmp_path / "desk.toml")
    report = dataset.report()
    assert (report["response_rate"].value, report["response_rate"].n) == (50.0, 2)
    assert report.links_excluded == dataset.excluded == {"unknown_invitation": 1}


def test_unknown_links_are_counted() -> None:
    tickets = {"id": [1, 2], "created_at": [MONDAY] * 2, "group": ["first", "second"]}
    surveys = {"ticket": ["#1", "2.0", "3", None], "csat": [5, 1, 4, 2]}
    report = dm.report(tickets, surveys=surveys, scales={"csat": (1, 5)}, by="group", kpis=["csat"])
    slices = {row.keys["group"]: row.value for row in report.rows if row.kpi == "csat" and row.headline and row.keys}
    assert slices == {"first": 100.0, "second": 0.0, None: 50.0}
    assert report["csat"].n == 4 and report.links_excluded == {"unknown_ticket": 1}
    assert report.to_dict()["links_excluded"] == {"unknown_ticket": 1}
    assert 'unknown ticket in column "ticket", first in row 3: "3"; add the table its ticket is in' in str(report)
    with pytest.raises(dm.DataError, match="unknown ticket"):
        dm.report(tickets, surveys=surveys, scales={"csat": (1, 5)}, strict=True)


@pytest.mark.parametrize("ids", [["1", "2"], [1.0, 2.0, None], ["#1", "2.0"], [" 1", "#2 "]])
def test_events_match_tickets_with_other_spellings_of_ids(ids: list[Any]) -> None:
    tickets = {"id": [1, 2], "created_at": [MONDAY] * 2}
    events = {"ticket": ids, "at": [TUESDAY] * len(ids), "kind": ["solved"] * len(ids)}
    assert dm.report(tickets, events=events, kpis=["solved"])["solved"].value == 2


def test_due_times_of_the_source() -> None:
    tickets: dict[str, list[Any]] = {
        "id": [1, 2, 3, 4],
        "created_at": ["2026-03-02T09:00:00Z"] * 4,
        "due_at": ["2026-03-02T12:00:00Z"] * 3 + ["2026-03-09T12:00:00Z"],
        "closed_at": ["2026-03-02T11:00:00Z", "2026-03-02T13:00:00Z", None, None],
    }
    attainment = dm.report(tickets)["sla_attainment"]
    assert (round(attainment.value or 0, 1), attainment.n, attainment.option) == (33.3, 3, "as stated by the source")
    assert attainment.excluded == {"running": 1}
    alone = dm.sla_attainment(tickets)
    assert (alone.value, alone.n) == (attainment.value, 3)
    assert dm.sla_attainment(tickets, metric="stated").value == attainment.value


def test_duplicates_are_chosen_by_rule_or_version() -> None:
    tickets: dict[str, list[Any]] = {
        "id": [1, 2, 1],
        "created_at": [MONDAY] * 3,
        "group": ["first", "first", "second"],
        "changed": [TUESDAY, TUESDAY, MONDAY],
    }

    def groups(**rule: str) -> dict[str | None, float | None]:
        report = dm.report(tickets, kpis=["volume"], by="group", columns={"tickets": rule} if rule else None)
        return {row.keys["group"]: row.value for row in report.rows if row.headline and row.keys}

    assert groups() == groups(duplicates="first") == groups(updated_at="changed") == {"first": 2.0}
    assert groups(duplicates="last") == {"first": 1.0, "second": 1.0}
    with pytest.raises(dm.DataError, match="duplicate"):
        groups(duplicates="error")
    with pytest.raises(dm.ArgumentError, match="first"):
        groups(duplicates="newest")


def test_one_answer_of_an_invitation_can_be_chosen() -> None:
    answers = {"invitation": ["a", "a"], "csat": [1, 5], "answered_at": [MONDAY, TUESDAY]}

    def csat(**rule: str) -> tuple[float | None, int]:
        row = dm.report(surveys=answers, kpis=["csat"], scales={"csat": (1, 5)}, columns={"surveys": rule})["csat"]
        return row.value, row.n

    assert csat() == csat(duplicates="all") == (50.0, 2)
    assert csat(duplicates="first") == (0.0, 1) and csat(duplicates="last") == (100.0, 1)


def test_a_ticket_table_holds_the_current_values() -> None:
    # Low until 15:00, when it became urgent; answered at 11:00.
    tickets = {"id": ["1"], "created_at": ["2026-03-02T09:00:00Z"], "priority": ["urgent"], "tags": [["vip", "late"]]}
    events: dict[str, list[Any]] = {
        "ticket": ["1", "1", "1"],
        "at": ["2026-03-02T11:00:00Z", "2026-03-02T15:00:00Z", "2026-03-02T16:00:00Z"],
        "kind": ["public_message", "changed priority", "tagged"],
        "value": [None, "urgent", "late"],
        "author": ["agent"] * 3,
    }
    policies = [{"name": "reply", "targets": [{"metric": "first_response", "within": {"low": "8h", "urgent": "1h"}}]}]

    def verdicts(previous: str | None = None, **columns: Any) -> tuple[list[str], list[str]]:
        log = events if previous is None else {**events, "previous": [None, previous, None]}
        roles = {"tickets": columns} if columns else None
        replay = dm.replay(log, tickets=tickets, policies=policies, columns=roles)
        return pa.table(replay.verdicts)["state"].to_pylist(), replay.findings

    assert verdicts("low") == (["met"], [])
    state, findings = verdicts()
    assert state == [] and len(findings) == 1
    assert findings[0].startswith("priority at creation is unknown: 1 of 1")
    # Both remedies of the finding work, and what they lead to is consistent.
    state, findings = verdicts(attributes="at_creation")
    assert (state, findings) == (["breached"], [])
    assert verdicts(attribute_values="current", attributes={"priority": "priority"}) == verdicts()
    state, findings = verdicts("low", attributes="at_creation")
    assert state == ["breached"] and "stated priority differs from priority by events: 1 of 1" in findings[0]
    with pytest.raises(dm.ArgumentError, match="at_creation"):
        verdicts(attributes="later")

    # The same in a report, where slices show the value at the cut-off.
    def attainment(**settings: Any) -> tuple[float | None, list[str | None]]:
        log = {**events, "previous": [None, "low", None]}
        report = dm.report(tickets, log, policies=policies, kpis=["sla_attainment"], by="priority", **settings)
        rows = [row for row in report.rows if row.keys and row.headline]
        return report["sla_attainment"].value, [row.keys["priority"] for row in rows]

    assert attainment() == (100.0, ["urgent"])
    assert attainment(as_of="2026-03-02T14:00:00Z") == (100.0, ["low"])


def test_tags_added_by_events_are_absent_at_creation() -> None:
    tickets = {"id": ["1", "2"], "created_at": [MONDAY] * 2, "tags": [["vip", "late"], []]}
    events = {"ticket": ["1", "2"], "at": [TUESDAY] * 2, "kind": ["tagged", "untagged"], "value": ["late", "spare"]}
    replay = dm.replay(events, tickets=tickets, as_of=MONDAY)
    assert [replay.explain(ticket).ticket["tags"] for ticket in ("1", "2")] == [["vip"], ["spare"]]


def test_slices_by_who_acted() -> None:
    log: dict[str, list[Any]] = {
        "ticket": ["T"] * 5 + ["U"],
        "at": [f"2026-03-02T{time}:00Z" for time in ("09:00", "09:05", "09:30", "10:00", "12:00", "09:00")],
        "kind": ["public_message", "changed assignee", "public_message", "changed assignee", "solved", "public_message"],
        "value": [None, "Kim", None, "Lee", None, None],
        "author": ["customer", "system", "agent", "agent", "agent", "customer"],
        "author_name": ["c", None, "Kim", "Lee", "Lee", "d"],
    }

    def by(who: str, kpi: str, **more: Any) -> dict[str | None, float | None]:
        rows = dm.report(events=log, kpis=[kpi], by=who, **more).rows
        return {row.keys[who]: row.value for row in rows if row.headline and row.keys}

    assert by("first_responder", "first_response_time") == {"Kim": 1800.0, None: None}
    assert by("solved_by", "full_resolution_time") == {"Lee": 10_800.0, None: None}
    assert by("solved_by", "solved") == {"Lee": 1.0, None: 0.0}
    assert by("first_responder", "volume", as_of="2026-03-02T09:15:00Z") == {None: 2.0}
    only = dm.report(events=log, kpis=[{"kpi": "volume", "where": {"first_responder": "Kim"}, "name": "by Kim"}])
    assert only["by Kim"].value == 1

    # A survey without a value of its own takes that of its ticket.
    surveys = {"ticket": ["T", "U"], "csat": [5, 1]}
    assert by("solved_by", "csat", surveys=surveys, scales={"csat": (1, 5)}) == {"Lee": 100.0, None: 0.0}

    # The same from a table without events, once it names people; otherwise the error names the key.
    tickets = {
        "id": [1, 2],
        "created_at": ["2026-03-02T09:00:00Z"] * 2,
        "first_response_at": ["2026-03-02T09:30:00Z", None],
        "agent": ["Kim", "Lee"],
    }
    named = {"tickets": {"author_name": "agent"}}
    report = dm.report(tickets, kpis=["first_response_time"], by="first_responder", columns=named)
    assert {row.keys["first_responder"]: row.value for row in report.rows if row.headline and row.keys} == {"Kim": 1800.0, None: None}
    with pytest.raises(dm.ColumnNotFoundError, match="author_name"):
        dm.report(tickets, kpis=["first_response_time"], by="first_responder")


def test_slices_of_responses_by_who_gave_each() -> None:
    log: dict[str, list[Any]] = {
        "ticket": ["T"] * 7 + ["U"],
        "at": [f"2026-03-02T{time}:00Z" for time in ("09:00", "09:30", "10:00", "10:10", "11:00", "11:40", "12:00", "09:00")],
        "kind": ["public_message"] * 8,
        "author": ["customer", "agent"] * 3 + ["customer", "customer"],
        "author_name": ["c", "Kim", "c", "Lee", "c", "Kim", "c", "d"],
    }

    def rows(kpis: list[Any] | None, by: Any = "responder", **more: Any) -> dict[Any, tuple[float | None, int]]:
        report = dm.report(events=log, kpis=kpis, by=by, as_of="2026-03-02T13:00:00Z", **more)
        return {(row.kpi, *row.keys.values()): (row.value, row.n) for row in report.rows if row.headline and row.keys}

    assert rows(["next_response_time"]) == {
        ("next_response_time", "Kim"): (2400.0, 1),
        ("next_response_time", "Lee"): (600.0, 1),
        ("next_response_time", None): (None, 0),
    }
    assert rows(["response_time"])["response_time", "Kim"] == (2100.0, 2)
    assert rows(["first_response_time"]) == {("first_response_time", "Kim"): (1800.0, 1), ("first_response_time", None): (None, 0)}
    # Without kpis, all that count responses.
    assert {kpi for kpi, _ in rows(None)} == {"first_response_time", "next_response_time", "response_time"}

    target = {"metric": "next_response", "within": "30min"}
    attainment = {"kpi": "sla_attainment", "metric": "next_response"}
    found = rows([attainment], policies=[{"name": "all", "targets": [target]}])
    assert found["sla_attainment", "Kim"] == (0.0, 1) and found["sla_attainment", "Lee"] == (100.0, 1)
    assert found["sla_attainment", None] == (0.0, 1)  # an hour without a response

    # A wait that the solve ended is under None.
    solved: dict[str, list[Any]] = {
        "ticket": ["T"] * 4,
        "at": [f"2026-03-02T{time}:00Z" for time in ("08:00", "09:00", "10:00", "10:30")],
        "kind": ["public_message", "solved", "public_message", "public_message"],
        "author": ["customer", "agent", "customer", "agent"],
        "author_name": ["c", "Lea", "c", "Kim"],
    }
    first = {"kpi": "sla_attainment", "metric": "first_response"}
    policies = [{"name": "all", "targets": [{"metric": "first_response", "within": "4h"}]}]
    report = dm.report(events=solved, kpis=[first], by="responder", policies=policies)
    by_name = {row.keys["responder"]: (row.n, row.excluded) for row in report.rows if row.headline and row.keys}
    assert by_name == {"Kim": (1, {}), None: (0, {"cancelled": 1})}

    with pytest.raises(dm.ArgumentError, match="volume does not count responses"):
        rows(["volume"])
    # A column of the same name is no name of a person who responded.
    tickets = {"id": ["T", "U"], "created_at": ["2026-03-02T09:00:00Z"] * 2, "responder": ["x", "y"]}
    with pytest.raises(dm.ArgumentError, match="give that one another name"):
        rows(["response_time"], tickets=tickets)


def test_statuses_of_a_table_beside_a_log_without_them() -> None:
    tickets = {
        "id": [1, 2],
        "created_at": ["2026-03-02T08:00:00Z"] * 2,
        "status": ["solved", "open"],
        "solved_at": ["2026-03-02T12:00:00Z", None],
    }
    log = {"ticket": [1, 2], "at": ["2026-03-02T09:00:00Z"] * 2, "kind": ["public_message"] * 2, "author": ["agent"] * 2}
    report = dm.report(tickets, log, kpis=["volume", "solved"])
    assert "solved" not in report and "no change of status among its events" in report.notes[0]
    assert "1 of 2 (50.0 %)" in report.warnings[0] and "solved in the table, new by its events" in report.warnings[0]
    # Its remedy.
    named = {"tickets": {"solved_at": "solved_at"}}
    report = dm.report(tickets, log, kpis=["solved"], columns=named)
    assert (report["solved"].value, report.warnings) == (1, [])
    # A log without rows has no effect.
    empties: list[Any] = [[], {"ticket": [], "at": [], "kind": []}]
    for empty in empties:
        report = dm.report(tickets, empty, kpis=["solved", "volume"])
        assert report["solved"].value == 1
        with pytest.raises(dm.ArgumentError, match="cannot be answered"):
            dm.report(tickets, empty, kpis=["one_touch"])


def test_any_tag_is_a_tag() -> None:
    tickets = {"id": [1, 2], "created_at": [MONDAY] * 2, "tags": [["vip"], []]}
    report = dm.report(tickets, kpis=[{"kpi": "volume", "where": {"tag": "*"}, "name": "tagged"}])
    assert report["tagged"].value == 1


def test_values_of_policies_are_compared_with_those_of_the_data() -> None:
    tickets = {"id": [1], "created_at": [MONDAY], "priority": ["Urgent"], "group": ["Team"]}
    target = {"metric": "resolution", "within": {"urgent": "1h", "low": "8h", "*": "9h"}}
    policies = [{"name": "all", "when": {"group": ["Teem", "Other"]}, "targets": [target]}]
    notes = dm.report(tickets, policies=policies).notes
    assert [note for note in notes if "did you mean" in note] == [
        'SLA policies: no ticket has priority "urgent", did you mean "Urgent"? Texts are compared exactly',
        'SLA policies: no ticket has group "Teem", did you mean "Team"? Texts are compared exactly',
    ]
    log = {"ticket": [1], "at": [TUESDAY], "kind": ["public_message"]}
    assert any('did you mean "Team"' in finding for finding in dm.replay(log, tickets=tickets, policies=policies).findings)


def test_a_column_of_previous_values_without_any_provides_none() -> None:
    tickets = {"id": [1], "created_at": [MONDAY], "priority": ["high"]}
    events = {"ticket": [1], "at": [TUESDAY], "kind": ["changed priority"], "value": ["high"], "previous": [None]}
    assert dm.replay(events, tickets=tickets).findings[0].startswith("priority at creation is unknown")


def test_all_kpis_are_those_that_the_data_can_answer() -> None:
    tickets = {"id": [1], "created_at": [MONDAY], "solved_at": [TUESDAY]}
    assert not {"sla_ticket_attainment", "sla_overshoot", "sla_at_risk", "customers"} & {row.kpi for row in dm.report(tickets, kpis="all").rows}
    policies = [{"name": "all", "targets": [{"metric": "resolution", "within": "1h"}]}]
    with_more = dm.report(tickets | {"requester": ["ana"]}, kpis="all", policies=policies)
    assert {"sla_ticket_attainment", "sla_overshoot", "sla_at_risk", "customers"} <= {row.kpi for row in with_more.rows}


def test_transfers_from_an_unknown_assignee_are_noted() -> None:
    tickets = {"id": [1], "created_at": [MONDAY], "assignee": ["bo"]}
    events = {"ticket": [1, 1], "at": [TUESDAY, TUESDAY], "kind": ["changed assignee", "solved"], "value": ["bo", None], "author": ["agent"] * 2}
    assert not any("assignee" in warning for warning in dm.report(tickets, events).warnings)
    for table in (tickets, {"id": [1], "created_at": [MONDAY]}):
        report = dm.report(table, events, kpis=["transfers"])
        assert any("which transfers does not count as one from another assignee" in warning for warning in report.warnings)
    known = events | {"previous": ["al", None]}
    report = dm.report(tickets, known, kpis=["transfers"])
    assert report["transfers"].value == 1 and report.warnings == []


def test_snapshots_of_tickets_in_a_table_are_excluded_with_a_remedy() -> None:
    snapshots = {"ticket": [1, 1], "at": [MONDAY, TUESDAY], "status": ["open", "solved"]}
    report = dm.report({"id": [1], "created_at": [MONDAY]}, snapshots=snapshots, kpis=["solved"])
    assert any("give snapshots without tickets" in warning for warning in report.warnings)
    assert dm.report(snapshots=snapshots, kpis=["solved"])["solved"].value == 1
