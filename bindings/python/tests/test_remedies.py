"""The remedies of errors work; selections of a report."""

import re
from typing import Any

import deskmetrics as dm
import pandas as pd
import pytest


def followed(message: str) -> dict[str, Any]:
    """The arguments that a message shows."""
    example = re.search(r"such as (columns=.*)$", message)
    assert example, message
    arguments: dict[str, Any] = eval(f"dict({example[1]})")  # the remedy is what is tested
    return arguments


EXPORTS = [
    {"Case Number": ["1", "2"], "Date/Time Opened": ["2026-03-02T09:00:00Z"] * 2, "Case Owner": ["a", "b"]},
    {"Key": ["A-1", "A-2"], "Summary": ["x", "y"], "Reported": ["2026-03-02T09:00:00Z"] * 2},
    {"number": ["1", "2"], "sys_class": ["x", "y"], "reported_on": ["2026-03-02T09:00:00Z"] * 2},
]


@pytest.mark.parametrize("export", EXPORTS)
def test_an_unknown_export_of_tickets(export: dict[str, Any]) -> None:
    with pytest.raises(dm.ColumnNotFoundError, match="name the columns that are meant, such as columns=") as problem:
        dm.report(pd.DataFrame(export))
    report = dm.report(pd.DataFrame(export), kpis=["volume"], **followed(str(problem.value)))
    assert report["volume"].value == 2


def test_unknown_names_of_events() -> None:
    events = {"Case": ["1", "1"], "When": ["2026-03-02T09:00:00Z", "2026-03-02T10:00:00Z"], "What": ["public_message", "solved"]}
    with pytest.raises(dm.ColumnNotFoundError) as problem:
        dm.replay(events)
    assert len(dm.replay(events, **followed(str(problem.value)))) == 1


@pytest.mark.parametrize("name", ["rating", "Stars", "How was it?"])
def test_answers_without_a_question(name: str) -> None:
    with pytest.raises(dm.ColumnNotFoundError, match="questions") as problem:
        dm.report(surveys={name: [5, 4, 1]})
    report = dm.report(surveys={name: [5, 4, 1]}, **followed(str(problem.value)))
    assert report["csat"].n == 3


def test_a_scale_that_is_missing() -> None:
    with pytest.raises(dm.ArgumentError, match=r'such as scales=\{"csat": \(1, 5\)\}') as problem:
        dm.report(surveys={"csat": [5, 4]})
    example = re.search(r"such as (scales=.*\})", str(problem.value))
    assert example and dm.report(surveys={"csat": [5, 4]}, **eval(f"dict({example[1]})"))["csat"].n == 2


@pytest.mark.parametrize("kpi", ["time_in_status", "time_in_group"])
def test_kpis_that_need_a_choice(kpi: str) -> None:
    tickets = {"id": ["1"], "created_at": ["2026-03-02T09:00:00Z"], "group": ["Billing"]}
    events = {"ticket": ["1"], "at": ["2026-03-02T10:00:00Z"], "kind": ["status"], "value": ["solved"], "author": ["agent"]}
    with pytest.raises(dm.ArgumentError, match=f"{kpi}: it needs its") as problem:
        dm.report(tickets, events, kpis=[kpi])
    form = re.search(r"such as (\{.*\})", str(problem.value))
    assert form and kpi in dm.report(tickets, events, kpis=[eval(form[1])])


def test_misspelt_names() -> None:
    tickets = {"id": ["1"], "created_at": ["2026-03-02T09:00:00Z"], "market": ["DK"]}
    with pytest.raises(dm.ArgumentError, match='did you mean "first_response_time"'):
        dm.report(tickets, kpis=["frist_response_time"])
    with pytest.raises(dm.ColumnNotFoundError, match='did you mean "market"'):
        dm.report(tickets, kpis=["volume"], by="markte")
    with pytest.raises(dm.ArgumentError, match="year_start: 13 is not a month"):
        dm.report(tickets, kpis=["volume"], period="year", tz="UTC", year_start=13)


SURVEYS = {"question": ["phone", "mail", "mail"], "score": [5, 4, 1], "market": ["DK", "DK", "ES"]}


def test_several_questions() -> None:
    report = dm.report(surveys=SURVEYS, scales={"phone": (1, 5), "mail": (1, 5)}, kpis=["csat"], by="market")
    with pytest.raises(dm.ArgumentError, match=r'"csat" has 2 questions: "mail", "phone"; select one with') as problem:
        report["csat"]
    call = re.search(r"select one with (report\.rows_of\(.*\))", str(problem.value))
    assert call and len(eval(call[1])) == 3  # all, DK, ES
    assert [row.value for row in report.rows_of("csat", question="mail", slice={})] == [50.0]
    assert [row.value for row in report.rows_of("csat", question="mail", slice={"market": "ES"})] == [0.0]
    assert {row.measure for row in report.rows_of("csat", question="phone", slice={}, measure="all")} > {"percent", "mean"}
    with pytest.raises(dm.NoSuchNameError, match='there is no question "chat" in the report.*mail, phone'):
        report.rows_of("csat", question="chat")
    with pytest.raises(dm.NoSuchNameError, match='there is no KPI "nps"'):
        report.rows_of("nps")


def test_rows_of_a_period() -> None:
    tickets = {"id": ["1", "2", "3"], "created_at": ["2026-03-02T09:00:00Z", "2026-03-09T09:00:00Z", "2026-03-09T10:00:00Z"]}
    report = dm.report(tickets, kpis=["volume"], period="week", tz="UTC")
    assert [row.value for row in report.rows_of("volume", period="2026-W11")] == [2.0]
    assert [row.value for row in report.rows_of("volume", period="")] == [3.0]
    assert len(report.rows_of("volume")) == 3
    with pytest.raises(dm.NoSuchNameError, match="there is no period"):
        report.rows_of("volume", period="2026-W99")


def test_fiscal_years() -> None:
    tickets = {"id": ["1", "2", "3"], "created_at": ["2026-03-31T09:00:00Z", "2026-04-01T09:00:00Z", "2026-07-01T09:00:00Z"]}
    for period, names in [("year", ["FY2026", "FY2027"]), ("quarter", ["FY2026-Q4", "FY2027-Q1", "FY2027-Q2"])]:
        report = dm.report(tickets, kpis=["volume"], period=period, tz="UTC", year_start=4)  # type: ignore[arg-type]
        assert [row.period for row in report.rows_of("volume") if row.period] == names


def test_the_distribution_of_scores() -> None:
    form = {"kpi": "csat", "distribution": True}
    report = dm.report(surveys={"csat": [5, 2, 5, 4]}, scales={"csat": (1, 5)}, kpis=[form])
    shares = {row.measure: row.value for row in report.rows_of("csat", measure="all")}
    assert shares == {"score 1": 0.0, "score 2": 25.0, "score 3": 0.0, "score 4": 25.0, "score 5": 50.0}


def test_variance_of_an_nps() -> None:
    scores = [10] * 5 + [8] * 3 + [1] * 2
    points = pd.Series([100] * 5 + [0] * 3 + [-100] * 2)
    found = dm.nps(scores)
    assert found.variance == pytest.approx(points.var(ddof=0))
    assert found.standard_error == pytest.approx((points.var(ddof=0) / 10) ** 0.5)
    assert dm.volume(dm.replay(tickets={"id": ["1"], "created_at": ["2026-03-02T09:00:00Z"]})).variance is None


QUIET = {"ticket": ["1"], "at": ["2026-03-02T10:00:00Z"], "kind": ["solved"]}
TWO: dict[str, Any] = {"id": ["1", "2"], "created_at": ["2026-03-02T09:00:00Z"] * 2}


@pytest.mark.parametrize("name", ["assignee", "agent", "task", "tag"])
def test_an_attribute_that_no_event_changes_today(name: str) -> None:
    with pytest.raises(dm.ColumnNotFoundError, match="if events change it, name their word in columns=") as problem:
        dm.report(TWO, QUIET, kpis=["volume"], by=name)
    example = re.search(r"in (columns=.*)$", str(problem.value))
    assert example
    report = dm.report(TWO, QUIET, kpis=["volume"], by=name, **eval(f"dict({example[1]})"))
    assert [(row.keys, row.n) for row in report.rows_of("volume") if row.keys] == [({name: None}, 2)]
    # A column of the tickets makes it known, too.
    with_column = dm.report({**TWO, name: ["a", None]}, QUIET, kpis=["volume"], by=name)
    assert [(row.keys[name], row.n) for row in with_column.rows_of("volume") if row.keys] == [("a", 1), (None, 1)]


def test_policies_and_schedules_by_an_attribute() -> None:
    tickets = {**TWO, "first_response_at": ["2026-03-02T09:30:00Z", "2026-03-02T13:00:00Z"], "level": [1, 2]}

    def attainment(attribute: str) -> dm.Report:
        target = {"metric": "first_response", "within": "1h"}
        return dm.report(tickets, kpis=["sla_attainment", "volume"], policies={"name": "first", "when": {attribute: "1"}, "targets": [target]})

    # A column of numbers is one of words for what depends on it.
    assert attainment("level")["sla_attainment"].n == 1
    misspelt = attainment("levle")
    assert misspelt["sla_attainment"].n == 0
    assert any('SLA policy "first": there is no attribute "levle"' in note for note in misspelt.notes)
    desk = dm.Schedule("UTC", "Mo-Fr 10:00-16:00")
    with pytest.raises(dm.ArgumentError, match="a ticket may have several tags, so they select no schedule"):
        dm.report({**tickets, "tags": ["vip", ""]}, schedules={"desk": desk}, schedule_by={"tag": {"vip": "desk"}})


def test_roles_and_scales_without_an_effect_are_noted() -> None:
    surveys = {"csat": [5, 4], "who": ["a", "b"]}
    report = dm.report(surveys=surveys, scales={"csat": (1, 5), "cast": (1, 5)}, columns={"surveys": {"customer": "who"}})
    assert 'scales: no answer is to question "cast", did you mean "csat"?, so its scale has no effect' in report.notes
    assert any("surveys: customer has no effect on a report" in note for note in report.notes)


def test_a_scale_without_usual_answers() -> None:
    with pytest.raises(dm.ScaleError, match="state which answers are positive and which are negative, such as") as problem:
        dm.csat([1, 9], scale="1-10")
    example = re.search(r'such as "(.*)"$', str(problem.value))
    assert example and dm.csat([1, 9], scale=example[1]).value == 50.0
    with pytest.raises(dm.ScaleError, match="give the lower end first"):
        dm.csat([1], scale=(5, 1))
