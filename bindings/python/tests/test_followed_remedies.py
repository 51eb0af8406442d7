"""A user who follows the advice of a message gets the right number."""

from __future__ import annotations

import re
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import deskmetrics as dm
import pandas as pd
import polars as pl
import pytest

MONDAY = ["2026-03-02T09:00:00Z", "2026-03-02T10:00:00Z", "2026-03-02T11:00:00Z"]
TICKETS: dict[str, Any] = {"id": [1, 2, 3], "created_at": MONDAY, "market": ["DK", "ES", "DK"]}
REPLIED = TICKETS | {"first_response_at": ["2026-03-02T09:30:00Z", "2026-03-02T11:00:00Z", "2026-03-02T13:00:00Z"]}
SOLVED = TICKETS | {"solved_at": ["2026-03-02T13:00:00Z", "2026-03-02T14:00:00Z", None]}
EVENTS: dict[str, Any] = {
    "ticket": [1, 1],
    "at": ["2026-03-02T09:30:00Z", "2026-03-02T12:00:00Z"],
    "kind": ["public_message", "solved"],
    "author": ["agent", "agent"],
    "author_name": ["kim", "kim"],
}
DESK = dm.Schedule("UTC", "Mo-Fr 09:00-17:00")
POLICY = {"name": "standard", "targets": [{"metric": "first_response", "within": "1h"}]}
MINUTES = [30, 60, 90]


def refused(call: Any) -> str:
    with pytest.raises(dm.DeskmetricsError) as problem:
        call()
    return str(problem.value)


def after(text: str, start: str) -> Any:
    """The Python value that a message shows after these words."""
    _, example = text.split(start, 1)
    for end in range(len(example), 0, -1):
        try:
            value = eval(example[:end], vars(dm))
        except (SyntaxError, NameError):
            continue
        if not isinstance(value, tuple):
            return value
    raise AssertionError(text)


def value(report: dm.Report, kpi: str = "first_response_time") -> float | None:
    return report[kpi].value


@pytest.mark.parametrize("minutes", [MINUTES, [30.0, 60.0, 90.0], ["30", "60", "90"]])
@pytest.mark.parametrize("name", ["first_response_time", "reply_time"])
def test_a_stated_duration_without_a_unit(name: str, minutes: list[Any]) -> None:
    table = TICKETS | {name: minutes}
    message = refused(lambda: dm.report(table, kpis=["first_response_time"]))
    assert f'no unit for the durations of column "{name}"' in message
    report = dm.report(table, kpis=["first_response_time"], columns=after(message, "such as columns="))
    assert value(report) == 3600.0
    # The other advice, which functions of one KPI give as well.
    message = refused(lambda: dm.first_response_time(table))
    renamed = TICKETS | {re.findall(r'such as "(\w+)"', message)[0]: minutes}
    assert dm.first_response_time(renamed).value == 3600.0
    # A note where other KPIs are shown, and none where the KPI is answered.
    notes = dm.report(table).notes
    assert [f'column "{name}"' in note for note in notes if "unit" in note] == [True]
    assert not any("unit" in note for note in dm.report(REPLIED | {name: minutes}).notes)


def test_a_stated_duration_of_the_other_clock() -> None:
    table = TICKETS | {"reply_time_in_minutes.business": MINUTES}
    (note,) = [note for note in dm.report(table, kpis=["first_response_time"]).notes if "only" in note]
    assert "in business time only" in note
    clock = re.findall(r'request it with "clock": "(\w+)"', note)[0]
    assert value(dm.report(table, kpis=[{"kpi": "first_response_time", "clock": clock}])) == 3600.0
    assert value(dm.report(table, kpis=["first_response_time"], columns=after(note, "such as columns="))) == 3600.0
    assert any(note.startswith("first_response_time (business time) rests on") for note in dm.report(table).notes)
    message = refused(lambda: dm.first_response_time(table))
    assert 'request it with clock="business"' in message
    assert dm.first_response_time(table, clock="business").value == 3600.0
    calendar = TICKETS | {"reply_time_in_minutes": MINUTES}
    message = refused(lambda: dm.report(calendar, kpis=[{"kpi": "first_response_time", "clock": "business"}]))
    columns = after(message, "such as columns=")
    report = dm.report(calendar, kpis=[{"kpi": "first_response_time", "clock": "business"}], columns=columns)
    assert value(report) == 3600.0


def test_lists_where_columns_are_named() -> None:
    wrong: Any = {"attributes": ["market"]}
    message = refused(lambda: dm.report(TICKETS, columns={"tickets": wrong}))
    assert message.startswith("columns.tickets.attributes: found a list, expected a dict of columns by name, such as ")
    attributes = after(message, "such as ")
    by = dm.report(TICKETS, kpis=["volume"], by="market", columns={"tickets": {"attributes": attributes}})
    assert {row.keys["market"]: row.value for row in by.rows if row.keys} == {"DK": 2.0, "ES": 1.0}
    wrong = ["at"]
    message = refused(lambda: dm.report(TICKETS, EVENTS, columns={"events": wrong}))
    assert message.startswith('columns.events: ["at"] is not a dict')
    report = dm.report(TICKETS, EVENTS, kpis=["volume"], columns=after(message, "such as columns="))
    assert value(report, "volume") == 3
    for key, form in [("where", {"channel": "web"}), ("sla", {"first_response": {"met": "FR met"}})]:
        message = refused(lambda key=key: dm.report(TICKETS, columns={"tickets": {key: ["x"]}}))
        assert after(message, "such as ") == form
        table = TICKETS | {"channel": ["web"] * 3, "FR met": [True, True, True]}
        assert value(dm.report(table, kpis=["volume"], columns={"tickets": {key: form}}), "volume") == 3
    message = refused(lambda: dm.report(TICKETS, columns={"tickets": {"idd": "id"}}))
    assert "did you mean" in message and '"file"' not in message
    assert "remove the key" in refused(lambda: dm.report(TICKETS, columns={"tickets": {"file": "x"}}))


def test_a_description_with_a_list_of_attributes(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("id,created,market\n1,2026-03-02T09:00:00Z,DK\n")
    text = "time_zone = 'UTC'\n[[tickets]]\nfile = 't.csv'\nid = 'id'\ncreated_at = 'created'\nattributes = "
    (tmp_path / "d.toml").write_text(text + "['market']\n")
    message = refused(lambda: dm.read(tmp_path / "d.toml"))
    (tmp_path / "d.toml").write_text(text + message.split("such as ")[1] + "\n")
    assert dm.read(tmp_path / "d.toml").report(kpis=["volume"], by="market").rows[1].keys == {"market": "DK"}


def test_a_misspelt_attribute_beside_events() -> None:
    message = refused(lambda: dm.report(TICKETS, EVENTS, kpis=["volume"], by="markt"))
    # The advice for attributes of other days would hide the mistake.
    assert message.startswith('by: there is no attribute "markt", did you mean "market"?; present are') and "columns=" not in message
    changes = EVENTS | {"kind": ["public_message", "changed markt"]}
    words: Any = {"events": {"kind": {"words": {"moved": "market changed"}}}}
    assert 'did you mean "changed market"?' in refused(lambda: dm.report(TICKETS, EVENTS, columns=words))
    notes = dm.report(TICKETS, changes, kpis=["volume"], by="market").notes
    assert any('did you mean "changed market"?' in note for note in notes)


@pytest.mark.parametrize("yes", ["true", True, "yes", "met"])
@pytest.mark.parametrize("no", ["false", False, "no", "breached"])
def test_words_of_flags(yes: Any, no: Any) -> None:
    table = SOLVED | {"ok": ["oui", "non", "oui"]}
    message = refused(lambda: dm.report(table, columns={"tickets": {"sla_met": "ok"}}))
    for word in (yes, no):
        assert not isinstance(word, str) or f'"{word}"' in message.split("known words: ")[1]
    columns = {"tickets": {"sla_met": {"column": "ok", "words": {"oui": yes, "non": no}}}}
    assert dm.report(table, columns=columns)["sla_attainment"].value == pytest.approx(200 / 3)


@pytest.mark.parametrize(("stated", "text"), [(".", "1,5"), (",", "1.5")])
def test_the_decimal_mark_that_is_not_stated(stated: str, text: str) -> None:
    def report(mark: str) -> dm.Report:
        key = {"column": "FRT (hours)", "decimal": mark}
        return dm.report(TICKETS | {"FRT (hours)": [text] * 3}, kpis=["first_response_time"], columns={"tickets": {"first_response_time": key}})

    message = refused(lambda: report(stated))
    marks = re.findall(r'state "decimal": "(.)"', message)
    assert len(marks) == 1 and value(report(marks[0])) == 5400.0


def test_metrics_that_the_policies_have() -> None:
    replay = dm.replay(EVENTS, tickets=TICKETS, policies=POLICY)
    message = refused(lambda: dm.sla_attainment(replay, metric="first_respons"))
    assert message.endswith('did you mean "first_response"?; they have first_response')
    assert dm.sla_attainment(replay, metric="first_response").n == 2
    message = refused(lambda: dm.sla_attainment(replay, metric="resolution"))
    assert "request a metric that the policies have (first_response)" in message
    message = refused(lambda: dm.sla_attainment(dm.replay(EVENTS, tickets=TICKETS)))
    policies = after(message, "replay(.., policies=")
    assert dm.sla_attainment(dm.replay(EVENTS, tickets=TICKETS, policies=policies)).value is not None
    message = refused(lambda: dm.report(REPLIED, kpis=["sla_attainment"]))
    assert dm.report(REPLIED, kpis=["sla_attainment"], policies=after(message, "give policies="))["sla_attainment"].value == 100.0


def test_business_time_without_business_hours() -> None:
    form = {"kpi": "first_response_time", "clock": "business"}
    message = refused(lambda: dm.report(REPLIED, kpis=[form]))
    desk = after(message, "give schedules=")
    assert value(dm.report(REPLIED, kpis=[form], schedules=desk)) == 3600.0
    message = refused(lambda: dm.first_response_time(REPLIED, clock="business"))
    assert dm.first_response_time(REPLIED, clock="business", schedule=after(message, "give schedule=")).value == 3600.0
    target = {"metric": "first_response", "within": "1h", "clock": "business"}
    policy = {"name": "p", "targets": [target]}
    message = refused(lambda: dm.report(REPLIED, kpis=["sla_attainment"], policies=policy))
    assert "no business hours for its SLA targets" in message
    report = dm.report(REPLIED, kpis=["sla_attainment"], policies=policy, schedules=after(message, "give schedules="))
    assert report["sla_attainment"].value == pytest.approx(200 / 3)
    both = {"name": "p", "targets": [target, {"metric": "resolution", "within": "1h"}]}
    notes = [note for note in dm.report(REPLIED, kpis=["sla_attainment"], policies=both).notes if "business hours" in note]
    assert notes[0].startswith('SLA policy "p": its target for first_response is in business time')
    for note in notes:
        report = dm.report(REPLIED, kpis=["sla_attainment"], policies=both, schedules=after(note, "give schedules="))
        assert not any("business hours" in note for note in report.notes) and report["sla_attainment"].value == pytest.approx(100 / 3)


def test_verdicts_of_the_source_that_are_not_there() -> None:
    form = {"kpi": "sla_attainment", "metric": "stated"}
    for policies in ((), POLICY):
        message = refused(lambda policies=policies: dm.report(REPLIED, kpis=[form], policies=policies))
        assert "no SLA verdict of the source: provide" in message and "sla_met" in message
    assert dm.report(REPLIED | {"sla_met": [True, False, True]}, kpis=[form])["sla_attainment"].n == 3
    message = refused(lambda: dm.report(REPLIED, kpis=[{"kpi": "sla_attainment", "metric": "stated_first_response"}]))
    columns = after(message.replace('".."', '"ok"'), "such as columns=")
    table = REPLIED | {"ok": [True, False, True]}
    report = dm.report(table, kpis=[{"kpi": "sla_attainment", "metric": "stated_first_response"}], columns=columns)
    assert report["sla_attainment"].value == pytest.approx(200 / 3)


def test_a_measure_is_a_key_of_measures() -> None:
    result = dm.first_response_time(REPLIED)
    message = refused(lambda: result.measures("p99"))  # type: ignore[arg-type]
    assert 'there are "median", "mean", "p90"' in message
    name = re.findall(r"measures\(\)\[(.*?)\]", message)[0].strip('"')
    assert result.measures()[name]["value"] == result.value
    for call in (result.interval_at, result.to_dict, lambda level: dm.report(REPLIED, level=level)):
        assert "0.95" in refused(lambda call=call: call("95 %"))
        assert "0.95" in refused(lambda call=call: call(95))


@pytest.mark.parametrize("day", ["2026-03-10", date(2026, 3, 10)])
def test_a_date_is_the_start_of_that_day(day: Any) -> None:
    start = datetime(2026, 3, 10, tzinfo=ZoneInfo("Europe/Madrid"))
    message = refused(lambda: dm.report(TICKETS, as_of=day))
    zone = re.findall(r'assume_tz="(.*?)"', message)[0]
    assert dm.report(TICKETS, as_of=day, assume_tz=zone).as_of == start
    assert dm.replay(EVENTS, tickets=TICKETS, as_of=day, assume_tz=zone).as_of == start
    waits = [dm.report(REPLIED, period="week", tz=zone, observed_from=seen, assume_tz=zone) for seen in (day, start)]
    assert waits[0] == waits[1]


def test_a_date_is_one_of_the_zone_of_a_description(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("id,created\n1,2026-03-02T09:00:00Z\n")
    text = "time_zone = 'Europe/Madrid'\n[[tickets]]\nfile = 't.csv'\nid = 'id'\ncreated_at = 'created'\n"
    (tmp_path / "d.toml").write_text("as_of = '2026-03-10'\n" + text)
    own = dm.read(tmp_path / "d.toml").report().as_of
    for day in ("2026-03-10", date(2026, 3, 10)):
        assert dm.read(tmp_path / "d.toml").report(as_of=day).as_of == own == datetime(2026, 3, 9, 23, tzinfo=timezone.utc)


def test_all_by_responder_is_what_counts_responses() -> None:
    omitted = dm.report(TICKETS, EVENTS, by="responder")
    every = dm.report(TICKETS, EVENTS, kpis="all", by="responder")
    assert every == omitted
    (note,) = [note for note in every.notes if "by responder" in note]
    assert "volume" in note and '"first_responder"' in note
    assert dm.report(TICKETS, EVENTS, kpis=["volume"], by="first_responder").rows_of("volume")
    form = {"kpi": "response_time", "name": "mine"}
    assert "mine" in dm.report(TICKETS, EVENTS, kpis=["all", form], by="responder")


@pytest.mark.parametrize("kpi", ["sla_attainment", "sla_overshoot"])
def test_sla_kpis_by_responder_need_a_metric(kpi: str) -> None:
    message = refused(lambda: dm.report(TICKETS, EVENTS, policies=POLICY, by="responder", kpis=[kpi]))
    report = dm.report(TICKETS, EVENTS, policies=POLICY, by="responder", kpis=[after(message, "such as ")])
    assert [row.keys for row in report.rows if row.keys]


WRITTEN = TICKETS | {"size": ["2,0", "3", "2.0"], "vip": ["TRUE", "FALSE", "TRUE"], "whole": [2, 3, 2], "flag": [True, False, True]}


@pytest.mark.parametrize(("column", "condition"), [("size", 2), ("size", 2.0), ("whole", 2), ("whole", "2"), ("vip", True), ("flag", True), ("flag", "true")])
def test_conditions_by_their_type(column: str, condition: Any) -> None:
    for table in (WRITTEN, pd.DataFrame(WRITTEN)):
        of_source = dm.report(table, kpis=["volume"], columns={"tickets": {"where": {column: condition}}})
        of_kpi = dm.report(table, kpis=[{"kpi": "volume", "where": {column: condition}}])
        assert value(of_source, "volume") == value(of_kpi, "volume") == 2
        target = {"metric": "first_response", "within": "1h"}
        replied = table | {"first_response_at": REPLIED["first_response_at"]} if isinstance(table, dict) else table.assign(first_response_at=REPLIED["first_response_at"])
        policy = {"name": "p", "when": {column: condition}, "targets": [target]}
        assert dm.report(replied, kpis=["sla_attainment"], policies=policy)["sla_attainment"].n == 2
        assert dm.Report.from_bytes(of_kpi.to_bytes()) == of_kpi


def test_a_text_is_compared_letter_by_letter() -> None:
    table = TICKETS | {"version": ["1.1", "1.10", "01.1"]}
    assert value(dm.report(table, kpis=[{"kpi": "volume", "where": {"version": "1.1"}}]), "volume") == 1
    assert value(dm.report(table, kpis=[{"kpi": "volume", "where": {"version": 1.1}}]), "volume") == 3


def test_a_condition_that_nothing_meets_lists_values() -> None:
    table = {"id": list(range(12)), "created_at": [MONDAY[0]] * 12, "market": [f"M{place:02}" for place in range(11)] + ["DK"]}
    report = dm.report(table, kpis=[{"kpi": "volume", "where": {"market": "dk"}}])
    (warning,) = [warning for warning in report.warnings if "present are" in warning]
    listed = re.findall(r'"(.*?)"', warning.split("present are")[1])
    assert listed[0] == "DK" and len(listed) == 10
    assert value(dm.report(table, kpis=[{"kpi": "volume", "where": {"market": listed[0]}}]), "volume") == 1
    for kpis in (["volume"], [{"kpi": "volume"}]):
        report = dm.report(table, kpis=kpis, columns={"tickets": {"where": {"market": "dk"}}})
        (note,) = [note for note in report.notes if "where" in note]
        assert '"market" has "DK", ' in note and note.endswith("not dk")
    # A value that is absent for a while is no mistake where another one is present.
    assert not dm.report(table, kpis=[{"kpi": "volume", "where": {"market": ["DK", "SE"]}}]).warnings


def test_a_request_that_another_includes_is_counted_once() -> None:
    business = {"kpi": "first_response_time", "clock": "business"}
    report = dm.report(REPLIED, schedules=DESK, kpis=["first_response_time", business, "first_response_time"])
    assert [(row.kpi, row.clock) for row in report.headlines] == [("first_response_time", "calendar"), ("first_response_time", "business")]
    named = dm.report(REPLIED, schedules=DESK, kpis=["first_response_time", business | {"name": "mine"}])
    assert [(row.name, row.clock) for row in named.headlines][2] == ("mine", "business")


def test_excluded_rows_are_those_of_the_selected_ones() -> None:
    table = {"id": [1, 2, None, 4], "created_at": [MONDAY[0]] * 4, "kind": ["a", "b", "c", "c"]}
    report = dm.report(table, kpis=["volume"], columns={"tickets": {"where": {"kind": "c"}}})
    assert report.warnings[0].startswith("tickets: 1 of 2 (50.0 %) rows that where selects (4 in all) excluded: value missing")
    assert dm.report(table, kpis=["volume"]).warnings[0].startswith("tickets: 1 of 4 (25.0 %) rows excluded")


def test_a_stated_unit_that_is_probably_wrong() -> None:
    table = SOLVED | {"reply": [30, 60, 90], "solved_at": ["2026-03-02T13:00:00Z"] * 3}

    def report(unit: str) -> dm.Report:
        key = {"column": "reply", "unit": unit}
        return dm.report(table, kpis=["first_response_time"], columns={"tickets": {"first_response_time": key}})

    (warning,) = [warning for warning in report("hours").warnings if "unit" in warning]
    assert "3 of 3 (100.0 %) of values are longer than three times" in warning and '"1": 30h stated, 4h until then' in warning
    columns = after(warning, "state columns=")
    right = dm.report(table, kpis=["first_response_time"], columns=columns)
    assert value(right) == 3600.0 and not any("unit" in text for text in right.warnings + right.notes)


def test_a_unit_beside_another_one_in_the_name() -> None:
    table = TICKETS | {"reply_time_in_minutes": MINUTES}

    def report(unit: str) -> dm.Report:
        key = {"column": "reply_time_in_minutes", "unit": unit}
        return dm.report(table, kpis=["first_response_time"], columns={"tickets": {"first_response_time": key}})

    (note,) = [note for note in report("hours").notes if "contains the unit" in note]
    right = dm.report(table, kpis=["first_response_time"], columns=after(note, "state columns="))
    assert value(right) == 3600.0 and not any("contains the unit" in note for note in right.notes)


def test_columns_of_frames_are_documented() -> None:
    times = ["2026-03-02T10:30:00Z", "2026-03-02T12:00:00Z"]
    waits = {"ticket": [1, 1, 2, 2], "at": times * 2, "kind": ["public_message"] * 4, "author": ["agent", "customer"] * 2}
    table = TICKETS | {"level": ["gold", None, None]}
    report = dm.report(table, waits, kpis=["next_response_time"], by="level", period="week", tz="UTC")
    frame = report.to_pandas()
    documented = re.findall(r"``(\w+)``", (dm.Report.__doc__ or "").split("Their columns:")[1].split("Examples")[0])
    assert set(frame.columns) <= set(documented)
    assert set(frame["by_level"].dropna()) == {"gold", "(none)"}
    assert set(frame["period"].dropna()) == {"2026-W10"}
    answers = {"csat": [5, 4], "answered_at": [times[0], None]}
    frame = dm.report(surveys=answers, kpis=["csat"], scales={"csat": (1, 5)}, period="week", tz="UTC").to_pandas()
    assert set(frame["period"].dropna()) == {"2026-W10", "no date"}
    undated = frame[(frame["period"] == "no date") & (frame["measure"] == "mean")]
    assert undated["value"].tolist() == [4.0] and undated["period_start"].isna().all()


KIM: dict[str, Any] = {key: column for key, column in EVENTS.items() if key != "author_name"} | {"who": ["kim", "kim"]}
MOVED: dict[str, Any] = {
    "ticket": [1, 1],
    "at": ["2026-03-02T10:00:00Z", "2026-03-02T12:00:00Z"],
    "kind": ["changed group", "solved"],
    "value": ["second", ""],
    "author": ["agent", "agent"],
    "before": ["first", ""],
}
STATUSES = EVENTS | {"kind": ["public_message", "status"], "value": ["", "frotzed"]}
ANSWERS: dict[str, Any] = {"csat": [5, 1], "sent": ["a", "a"]}
SCALES = {"csat": (1, 5)}
AUTHORS = {"events": {"author_name": "who"}}
INVITED = {"surveys": {"invitation": "sent"}}
REPEATED = {"snapshots": {"repeated_status": "event"}}
TWICE: dict[str, Any] = {"ticket": [1, 1, 1], "at": MONDAY, "status": ["open", "solved", "solved"]}
LOGGED = TICKETS | {"solved_at": ["2026-03-02T13:00:00Z"] * 2 + [None], "status": ["solved", "solved", "open"]}
MESSAGES = EVENTS | {"kind": ["public_message", "internal_note"]}
TWO_DESKS = {"a": DESK, "b": DESK}
GROUPS = TICKETS | {"group": ["first", "x", "y"]}
SKIPPED = {"id": [1, 2], "created_at": ["2026-03-29T01:30:00", "2026-03-29T02:30:00"]}


def created(**key: str) -> dict[str, Any]:
    return {"tickets": {"created_at": {"column": "created_at", **key}}}


# The call that the message is about, the advice, the call that follows it, and the right number.
FOLLOWED: list[tuple[Any, str, Any, str, float]] = [
    (lambda: dm.report(TICKETS, KIM, kpis=["volume"], by="solved_by"), "name the column of people with the role author_name of events",
     lambda: dm.report(TICKETS, KIM, kpis=["volume"], by="solved_by", columns=AUTHORS), "volume", 3),
    (lambda: dm.report(TICKETS, EVENTS, kpis=[{"kpi": "response_time", "where": {"responder": "kim"}}]), 'or restrict by "first_responder"',
     lambda: dm.report(TICKETS, EVENTS, kpis=[{"kpi": "response_time", "where": {"first_responder": "kim"}}]), "response_time", 1800),
    (lambda: dm.report(SOLVED, kpis=[{"kpi": "volume", "name": "x"}, {"kpi": "backlog", "name": "x"}]), "give each a name of its own",
     lambda: dm.report(SOLVED, kpis=[{"kpi": "volume", "name": "x"}, {"kpi": "backlog", "name": "y"}]), "y", 1),
    (lambda: dm.report(TICKETS, kpis=["volume"], period="week"), 'give an IANA name such as "Europe/Copenhagen"',
     lambda: dm.report(TICKETS, kpis=["volume"], period="week", tz="Europe/Copenhagen"), "volume", 3),
    (lambda: dm.report(REPLIED, schedules=TWO_DESKS), 'or schedule="a" for all',
     lambda: dm.report(REPLIED, schedules=TWO_DESKS, schedule="a"), "first_response_time", 3600),
    (lambda: dm.report(TICKETS, MOVED, kpis=["group_transfers"]), "name the column of previous values with previous",
     lambda: dm.report(TICKETS, MOVED, kpis=["group_transfers"], columns={"events": {"previous": "before"}}), "group_transfers", 1),
    (lambda: dm.report(GROUPS, MOVED, kpis=["group_transfers"]), 'columns={"tickets": {"attribute_values": "at_creation"}}',
     lambda: dm.report(GROUPS, MOVED, kpis=["group_transfers"], columns={"tickets": {"attribute_values": "at_creation"}}), "group_transfers", 1),
    (lambda: dm.report(LOGGED, MESSAGES, kpis=["solved"], as_of="2026-03-03T00:00:00Z"), "the time of each solve or close in tickets as solved_at or closed_at",
     lambda: dm.report(LOGGED, MESSAGES, kpis=["solved"], as_of="2026-03-03T00:00:00Z", columns={"tickets": {"solved_at": "solved_at"}}), "solved", 2),
    (lambda: dm.report(TICKETS, STATUSES, kpis=["solved"]), 'columns={"events": {"statuses": {"frotzed": "solved"}}}',
     lambda: dm.report(TICKETS, STATUSES, kpis=["solved"], columns={"events": {"statuses": {"frotzed": "solved"}}}), "solved", 1),
    (lambda: dm.report(surveys=ANSWERS, scales=SCALES, kpis=["csat"], columns=INVITED), "set which answer counts with duplicates",
     lambda: dm.report(surveys=ANSWERS, scales=SCALES, kpis=["csat"], columns={"surveys": INVITED["surveys"] | {"duplicates": "last"}}), "csat", 0),
    (lambda: dm.report(surveys=ANSWERS, scales=SCALES, kpis=["csat"], columns={"surveys": {"duplicates": "last"}}), "name the invitation that an answer is to",
     lambda: dm.report(surveys=ANSWERS, scales=SCALES, kpis=["csat"], columns={"surveys": {"invitation": "sent", "duplicates": "last"}}), "csat", 0),
    (lambda: dm.report(snapshots=TWICE, kpis=["full_resolution_time"], columns=REPEATED), 'with options={"repeated_solve": "restates"}',
     lambda: dm.report(snapshots=TWICE, kpis=["full_resolution_time"], columns=REPEATED, options={"repeated_solve": "restates"}), "full_resolution_time", 7200),
    (lambda: dm.report(SKIPPED, kpis=["volume"], assume_tz="Europe/Madrid", columns=created(nonexistent="unreadable")), 'columns={"tickets": {"created_at": {"column": "created_at", "nonexistent": "next_valid"}}}',
     lambda: dm.report(SKIPPED, kpis=["volume"], assume_tz="Europe/Madrid", columns=created(nonexistent="next_valid")), "volume", 2),
    (lambda: dm.report(TICKETS, kpis=["csat"]), "provide surveys, answers with scores",
     lambda: dm.report(TICKETS, surveys={"csat": [5, 1]}, scales=SCALES, kpis=["csat"]), "csat", 50),
    (lambda: dm.report(surveys={"csat": [5, 1]}, scales=SCALES, kpis=["response_rate"]), "provide invitations",
     lambda: dm.report(invitations={"id": ["a", "b"], "question": ["csat"] * 2, "sent_at": MONDAY[:2]}, surveys={"csat": [5], "invitation": ["a"]},
                       scales=SCALES, kpis=["response_rate"]), "response_rate", 50),
    (lambda: dm.report(TICKETS, kpis=["first_response_time"]), "the time of each first reply as first_response_at",
     lambda: dm.report(REPLIED, kpis=["first_response_time"]), "first_response_time", 3600),
    (lambda: dm.report(TICKETS, kpis=["first_response_time"]), "provide the replies of agents as events",
     lambda: dm.report(TICKETS, EVENTS, kpis=["first_response_time"]), "first_response_time", 1800),
    (lambda: dm.report(TICKETS, kpis=["first_response_time"]), "or what the source has computed as first_response_time of the tickets",
     lambda: dm.report(TICKETS | {"x": MINUTES}, kpis=["first_response_time"], columns={"tickets": {"first_response_time": {"column": "x", "unit": "minutes"}}}),
     "first_response_time", 3600),
    (lambda: dm.report(TICKETS, kpis=["volume"], columns={"tickets": {"sla": {"first_response": {}}}}), "columns.tickets: sla.first_response names no column: give due_at or met",
     lambda: dm.report(TICKETS | {"ok": [True, True, False]}, kpis=["sla_attainment"], columns={"tickets": {"sla": {"first_response": {"met": "ok"}}}}), "sla_attainment", 200 / 3),
    (lambda: dm.report(TICKETS, kpis=["volume"], columns={"tickets": {"duplicates": "all"}}), 'columns={"tickets": {"duplicates": "first"}}',
     lambda: dm.report(TICKETS, kpis=["volume"], columns={"tickets": {"duplicates": "first"}}), "volume", 3),
    (lambda: dm.report(TICKETS, EVENTS | {"ticket": [9, 9]}, kpis=["volume"]), 'columns={"events": {"creates_tickets": True}}',
     lambda: dm.report(TICKETS, EVENTS | {"ticket": [9, 9]}, kpis=["volume"], columns={"events": {"creates_tickets": True}}), "volume", 4),
]


@pytest.mark.parametrize(("call", "advice", "following", "kpi", "right"), FOLLOWED, ids=[advice for _, advice, *_ in FOLLOWED])
def test_followed(call: Any, advice: str, following: Any, kpi: str, right: float) -> None:
    try:
        report = call()
        texts = [*report.warnings, *report.notes]
    except dm.DeskmetricsError as problem:
        texts = [str(problem)]
    assert any(advice in text for text in texts), texts
    followed = following()
    assert followed[kpi].value == pytest.approx(right)
    assert not any(advice in text for text in [*followed.warnings, *followed.notes])


def test_contacts_are_no_tickets() -> None:
    message = refused(lambda: dm.report(TICKETS, kpis=["service_level"]))
    assert "it counts contacts of phone and chat queues" in message
    second = datetime(2026, 3, 2, 9, tzinfo=timezone.utc)
    assert dm.service_level([second], [second], within="20s").value == 100.0


def test_mixed_dates_follow_the_order_advised() -> None:
    mixed = {"id": [1, 2, 3], "created_at": ["2026-03-02T09:00:00Z", "3/3/2026", "2026-03-02T09:00:00Z"]}
    report = dm.report(mixed, kpis=["volume"], assume_tz="UTC")
    advised = re.findall(r'would fit "(\w+)" or "(\w+)"', report.sources[0].exclusions[0].remedy)[0]
    assert advised == ("day_first", "month_first")
    for order in advised:
        columns = {"tickets": {"created_at": {"column": "created_at", "format": order}}}
        assert dm.report(mixed, kpis=["volume"], assume_tz="UTC", columns=columns)["volume"].n == 3


def test_values_of_rules_that_no_ticket_has() -> None:
    desk = dm.Schedule("UTC", "Mo-Fr 09:00-17:00")
    tickets = TICKETS | {"market": ["DK", "ES", "DK"]}
    typo = dm.report(tickets, kpis=["volume"], schedules={"dk": desk}, schedule_by={"market": {"Dk": "dk"}})
    assert any('no ticket has market "Dk", did you mean "DK"?' in note for note in typo.notes)
    policy = {"name": "p", "when": {"market": "Spain"}, "targets": [{"metric": "first_response", "within": "1h"}]}
    other = dm.report(tickets, kpis=["sla_attainment"], policies=[policy])
    assert any('no ticket has market "Spain"; values of tickets are "DK", "ES"' in note for note in other.notes)


def test_a_data_file_is_no_description(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("id,created_at\n1,2026-03-02T09:00:00Z\n")
    with pytest.raises(dm.DeskmetricsError, match=r't\.csv is data, .*\[\[tickets\]\] and file = "t\.csv"'):
        dm.read(tmp_path / "t.csv")


def test_messages_without_authors_carry_a_note() -> None:
    events = {"ticket": [1, 1], "at": ["2026-03-02T10:00:00Z", "2026-03-02T11:00:00Z"], "kind": ["public_message"] * 2}
    note = "no column contains the author, so that agents wrote all messages"
    (found,) = [text for text in dm.report(TICKETS, events, kpis=["volume"]).notes if note in text]
    (column,) = after(found, "columns=")["events"].values()
    both = events | {column: ["customer", "agent"]}
    assert dm.report(TICKETS, both, kpis=["first_response_time"], columns=after(found, "columns="))["first_response_time"].value == 7200.0
    named = events | {"who": ["customer", "agent"]}
    columns = {"events": {"author": "who"}}
    assert not any(note in text for text in dm.report(TICKETS, named, kpis=["volume"], columns=columns).notes)


def test_scale_of_a_request() -> None:
    surveys = {"csat": [5, 4, 1]}
    report = dm.report(surveys=surveys, kpis=[{"kpi": "csat", "question": "csat", "scale": (1, 5)}])
    assert report["csat"].text == "66.7 %" and not any("are not used" in note for note in report.notes)


def test_kinds_of_pushed_events() -> None:
    tracker = dm.Tracker(policies=[{"name": "p", "targets": [{"metric": "first_response", "within": "1h"}]}])
    tracker.open({"id": "T", "created_at": "2026-03-02T09:00:00Z"})
    with pytest.raises(dm.ArgumentError, match='"solvd" is not allowed.*"solved".*"changed ATTRIBUTE"'):
        tracker.push({"ticket": "T", "at": "2026-03-02T10:00:00Z", "kind": "solvd"})


def reported(report: dm.Report) -> list[str]:
    """The warnings, notes and remedies of a report."""
    lines = [line.remedy for source in report.sources for line in source.exclusions]
    return [*report.warnings, *report.notes, *lines, *(note for source in report.sources for note in source.notes)]


def advised(problem: Any) -> Any:
    """The `columns` that the text of an error, or the notes of a report, advise."""
    texts = [refused(problem)] if callable(problem) else [text for text in reported(problem) if "columns=" in text]
    assert not any(re.search(r"\\w = [\"{\\w]", text) for text in texts), texts
    return after(texts[0], "columns=")


SOLVE_KPIS = ["solved", "backlog", "backlog_age", "full_resolution_time", "first_resolution_time", "resolution_time_censored", "flow", "solve_events"]


@pytest.mark.parametrize("kpi", SOLVE_KPIS)
def test_solves_that_no_column_records(kpi: str) -> None:
    message = refused(lambda: dm.report(TICKETS, kpis=[kpi]))
    assert "no time and no status of solves" in message and "solved_at or closed_at" in message
    later = "2026-03-03T09:00:00Z"
    for more in ({"solved_at": [None, MONDAY[2], None]}, {"closed_at": [None, MONDAY[2], None]}, {"status": ["open"] * 3}):
        assert kpi in dm.report(TICKETS | more, kpis=[kpi], as_of=later)
    assert kpi in dm.report(TICKETS, EVENTS, kpis=[kpi], as_of=later)
    assert not any(kpi == row.kpi for row in dm.report(TICKETS).headlines)
    for policy in ("no_repeat_contact_within(7days, customer)", "interaction_no_task"):
        assert "no time and no status of solves" in refused(lambda policy=policy: dm.report(TICKETS, kpis=["fcr"], fcr=policy))


@pytest.mark.parametrize("name", ["solved", "resolved", "Resolved", "finished", "done", "completed", "closed", "finished_at", "completed_at", "done_at", "Resolution date"])
def test_usual_names_of_solves(name: str) -> None:
    times = ["2026-03-02T13:00:00Z", None, None]
    for table in (TICKETS | {name: times}, pd.DataFrame(TICKETS | {name: pd.to_datetime(times)})):
        assert value(dm.report(table, kpis=["solved"]), "solved") == 1
    if "a" not in name:
        # Flags and words are no timestamps.
        for flags in ([True, False, True], ["yes", "no", "yes"]):
            assert "no time and no status" in refused(lambda flags=flags: dm.report(TICKETS | {name: flags}, kpis=["solved"]))
            assert dm.report(TICKETS | {name: flags}, kpis=["volume"], by=name)


def test_a_survey_policy_of_first_contact_resolution() -> None:
    answers = {"fcr": [1, 2, 1], "csat": [5, 5, 5]}
    columns: Any = {"surveys": {"questions": {"first": "fcr"}}}
    assert value(dm.report(surveys=answers, kpis=["fcr"], fcr="survey(1-2)", columns=columns, scales=SCALES), "fcr") == pytest.approx(100 / 3)
    columns = {"surveys": {"questions": {"first": "fcr", "csat": "csat"}}}
    for kpis, settings in ((["fcr"], {"fcr": "survey(1-2)"}), ([{"kpi": "fcr", "policy": "survey(1-2)"}], {})):
        message = refused(lambda kpis=kpis, settings=settings: dm.report(surveys=answers, kpis=kpis, columns=columns, **settings))
        form = after(message, "such as ") | {"question": "first"}
        report = dm.report(surveys=answers, kpis=[form], columns=columns, scales=SCALES)
        assert value(report, "fcr") == pytest.approx(100 / 3) and not report.notes
    # A column of this name is the question, whatever other questions there are.
    columns = {"surveys": {"questions": {"fcr": "fcr", "csat": "csat"}}}
    assert value(dm.report(surveys=answers, kpis=["fcr"], fcr="survey(1-2)", columns=columns), "fcr") == pytest.approx(100 / 3)
    assert "provide surveys" in refused(lambda: dm.report(SOLVED, kpis=["fcr"], fcr="survey(1-2)"))


@pytest.mark.parametrize("as_of", [None, "2026-03-02T13:00:00Z"])
def test_a_wrong_unit_of_open_tickets(as_of: str | None) -> None:
    table = TICKETS | {"x": [30, 60, 90]}
    key = {"tickets": {"first_response_time": {"column": "x", "unit": "hours"}}}
    report = dm.report(table, kpis=["first_response_time"], columns=key, as_of=as_of)
    assert any("the unit hours is probably wrong" in warning for warning in report.warnings)
    right = dm.report(table, kpis=["first_response_time"], columns=advised(report), as_of="2026-03-03T13:00:00Z")
    assert value(right) == 3600.0 and not right.warnings


@pytest.mark.parametrize("durations", [["2h 30m", "1h", "30m"], ["02:30:00", "1:00:00", "0:30:00"], pd.to_timedelta([150, 60, 30], unit="min")])
def test_durations_that_need_no_unit(durations: Any) -> None:
    table = TICKETS | {"first_response_time": durations}
    assert value(dm.report(table, kpis=["first_response_time"])) == 3600.0
    assert dm.first_response_time(table).value == 3600.0


def test_durations_of_two_parts() -> None:
    table = TICKETS | {"x": ["1:30", "1:00", "0:30"]}
    columns = advised(lambda: dm.report(table, kpis=["first_response_time"], columns={"tickets": {"first_response_time": "x"}}))
    report = dm.report(table, kpis=["first_response_time"], columns=columns)
    assert value(report) == 3600.0 and any('"1:30" in column "x" are hours and minutes' in note for note in report.notes)
    minutes = dm.report(TICKETS | {"reply_time_in_minutes": table["x"]}, kpis=["first_response_time"])
    (form,) = [re.findall(r'write hours and minutes as "(.*?)"', note)[0] for note in minutes.notes if "1:30" in note]
    assert value(minutes) == 60.0
    assert value(dm.report(TICKETS | {"reply_time_in_minutes": [form] * 3}, kpis=["first_response_time"])) == 5400.0


def test_counts_as_texts() -> None:
    for counts in (["1", "0", "2"], [1, 0, 2]):
        assert value(dm.report(SOLVED | {"reopens": counts}, kpis=["reopen_rate"]), "reopen_rate") == 50.0


def test_a_merge_into_an_unknown_ticket() -> None:
    merge = EVENTS | {"kind": ["solved", "merged_into"], "value": [None, "9"]}
    report = dm.report(TICKETS, merge, kpis=["volume"])
    assert value(report, "volume") == 2
    assert any("1 of 2 (50.0 %) links excluded: unknown ticket" in warning and "add the ticket" in warning for warning in report.warnings)
    nine = {"id": [1, 2, 3, 9], "created_at": [*MONDAY, MONDAY[0]]}
    assert not dm.report(nine, merge, kpis=["volume"]).warnings
    itself = dm.report(TICKETS, merge | {"value": [None, "1"]}, kpis=["volume"])
    assert value(itself, "volume") == 2 and "give the id of the other one" in itself.warnings[0]


def test_one_of_several_values_of_where_is_misspelt() -> None:
    table = TICKETS | {"market": ["Denmark", "Spain", "Denmark"]}
    report = dm.report(table, kpis=["volume"], columns={"tickets": {"where": {"market": ["Denmark", "Spane"]}}})
    (note,) = [note for note in report.notes if "where" in note]
    meant = re.findall(r'no row has "market" "Spane", did you mean "(\w+)"', note)[0]
    right = dm.report(table, kpis=["volume"], columns={"tickets": {"where": {"market": ["Denmark", meant]}}})
    assert value(right, "volume") == 3 and not any("where" in note for note in right.notes)
    unlike = dm.report(table, kpis=["volume"], columns={"tickets": {"where": {"market": {"not": ["Spain", "Peru"]}}}})
    assert not any("where" in note for note in unlike.notes)
    of_kpi = dm.report(table, kpis=[{"kpi": "volume", "where": {"market": ["Denmark", "Spane"]}}])
    assert any('no record has market "Spane"; present are "Spain"' in warning for warning in of_kpi.warnings)


def test_rows_of_what_a_report_does_not_have() -> None:
    report = dm.report(TICKETS, kpis=["volume"], by=["market", ("market", "id")])
    for selection, message in [
        ({"slice": {"markt": "DK"}}, 'no attribute "markt" in the report, did you mean "market"'),
        ({"slice": {"market": "XX"}}, 'no market "XX" in the report; it has DK, ES'),
        ({"slice": {"id": "1"}}, "no slices by id; it has market; market and id"),
        ({"question": ""}, 'no question ""'),
        ({"measure": "cont"}, 'no measure "cont" in the report, did you mean "count"'),
        ({"period": "2026-W10"}, "the report has no periods"),
    ]:
        assert message in refused(lambda selection=selection: report.rows_of("volume", **selection))
    assert 'no KPI "volum"' in refused(lambda: report.rows_of("volum"))
    assert [row.value for row in report.rows_of("volume", slice={"market": "DK"})] == [2.0]


def test_functions_of_one_kpi_advise_what_they_take() -> None:
    naive = {"created_at": [datetime(2026, 3, 2, 9)] * 2, "first_response_at": [datetime(2026, 3, 2, 10)] * 2}
    for frame, localized in (
        (pd.DataFrame(naive), pd.DataFrame(naive).apply(lambda column: column.dt.tz_localize("Europe/Copenhagen"))),
        (pl.DataFrame(naive), pl.DataFrame(naive).with_columns(pl.all().dt.replace_time_zone("Europe/Copenhagen"))),
    ):
        message = refused(lambda frame=frame: dm.first_response_time(frame))
        method = re.findall(r"such as with \.dt\.(\w+)\(", message)[0]
        assert method == ("tz_localize" if isinstance(frame, pd.DataFrame) else "replace_time_zone")
        assert dm.first_response_time(localized).value == 3600.0
        zone = re.findall(r'assume_tz="(.*?)"', message)[0]
        assert value(dm.report(frame, kpis=["first_response_time"], assume_tz=zone)) == 3600.0
    opened = {"Start": MONDAY, "first_response_at": REPLIED["first_response_at"]}
    message = refused(lambda: dm.first_response_time(opened))
    assert "deskmetrics.report(.., columns=" in message
    assert value(dm.report(opened, columns=after(message, "report(.., columns="))) == 3600.0
    message = refused(lambda: dm.first_response_time(TICKETS))
    assert "deskmetrics.replay(events, tickets=..)" in message
    assert dm.first_response_time(dm.replay(EVENTS, tickets=TICKETS)).value == 1800.0
    epochs = {"created_at": [1772442000], "first_response_at": [1772445600]}
    message = refused(lambda: dm.first_response_time(epochs))
    columns: Any = after(message, "report(.., columns=")
    key = columns["tickets"]["created_at"]
    assert value(dm.report(epochs, columns={"tickets": {name: key | {"column": name} for name in epochs}})) == 3600.0


def test_days_of_the_flow() -> None:
    for day in (date(2026, 3, 2), "2026-03-02"):
        form = {"kpi": "flow", "since": day, "until": date(2026, 3, 3)}
        report = dm.report(SOLVED, kpis=[form], tz="UTC", as_of="2026-03-04")
        assert report.rows_of("flow", measure="created")[0].value == 3.0
        zone = re.findall(r'assume_tz="(.*?)"', refused(lambda form=form: dm.report(SOLVED, kpis=[form], as_of="2026-03-04T00:00:00Z")))[0]
        assert dm.report(SOLVED, kpis=[form], assume_tz=zone, as_of="2026-03-04").rows_of("flow", measure="created")[0].value == 3.0


def test_repeated_names_of_unused_columns() -> None:
    frame = pd.DataFrame([[1, MONDAY[0], "a", "b"], [2, MONDAY[1], "c", "d"]], columns=["id", "created_at", "x", "x"])
    assert value(dm.report(frame, kpis=["volume"]), "volume") == 2
    assert "rename all but the one" in refused(lambda: dm.report(frame, kpis=["volume"], by="x"))
    tagged = frame.set_axis(["id", "created_at", "tags", "tags"], axis=1)
    assert [row.keys["tag"] for row in dm.report(tagged, kpis=["volume"], by="tag").rows if row.keys] == ["a", "b", "c", "d"]


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_a_file_read_with_another_delimiter(delimiter: str, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"id{delimiter}created_at\n1{delimiter}{MONDAY[0]}\n")
    # No line has a comma.
    message = refused(lambda: dm.report(pd.read_csv(path), kpis=["volume"]))
    advice = eval(re.findall(r"sep=(\".*?\")", message)[0])
    assert value(dm.report(pd.read_csv(path, sep=advice), kpis=["volume"]), "volume") == 1
    message = refused(lambda: dm.volume(pl.read_csv(path)))
    advice = eval(re.findall(r"separator=(\".*?\")", message)[0])
    assert dm.volume(pl.read_csv(path, separator=advice)).n == 1


def test_events_given_as_tickets() -> None:
    message = refused(lambda: dm.report(EVENTS))
    assert message.endswith("give the table as events=")
    assert value(dm.report(events=EVENTS, kpis=["volume"]), "volume") == 1


def test_columns_that_are_no_timestamps() -> None:
    for frame, message in (
        (pl.DataFrame({"id": [1], "created_at": [True]}), "name another column"),
        (pl.DataFrame({"id": [1], "created_at": [pd.Timedelta(hours=1)]}), "add the duration to the timestamp it starts from"),
        (pd.DataFrame({"id": [1], "created_at": pd.to_timedelta([1], unit="h")}), "add the duration to the timestamp it starts from"),
        (pd.DataFrame({"id": [1], "created_at": pd.period_range("2026-03", periods=1, freq="M")}), ".dt.to_timestamp()"),
    ):
        with pytest.raises(dm.ColumnTypeError, match=re.escape(message)):
            dm.report(frame, kpis=["volume"])
    months = pd.DataFrame({"id": [1], "created_at": pd.period_range("2026-03", periods=1, freq="M"), "due": pd.period_range("2026-03", periods=1, freq="M")})
    months["created_at"] = months["created_at"].dt.to_timestamp()
    assert value(dm.report(months, kpis=["volume"], assume_tz="UTC"), "volume") == 1


@pytest.mark.parametrize("day", ["2026-03-10", date(2026, 3, 10)])
def test_a_date_is_one_of_the_zone_of_the_report(day: Any) -> None:
    report = dm.report(TICKETS, kpis=["volume"], as_of=day, period="week", observed_from="2026-03-01", tz="Europe/Madrid")
    assert report.as_of == datetime(2026, 3, 10, tzinfo=ZoneInfo("Europe/Madrid"))


def test_results_on_different_scales() -> None:
    ten = dm.csat([8, 9, 2] * 20, scale="1-10, 8-10 good, 1-4 bad")
    with pytest.raises(dm.ScaleError, match="convert the scores of one to the scale of the other"):
        dm.compare(dm.csat([4, 5, 1] * 20, scale=(1, 5)), ten)
    assert dm.compare(dm.csat([4, 5, 1] * 20, scale="1-10, 4-10 good, 1-3 bad"), dm.csat([4, 5, 1] * 20, scale="1-10, 4-10 good, 1-3 bad")).difference == 0


def test_snapshots_contain_no_replies() -> None:
    snapshots: dict[str, Any] = {"ticket": [1, 1], "at": MONDAY[:2], "status": ["open", "solved"]}
    message = refused(lambda: dm.report(snapshots=snapshots, kpis=["first_response_time"]))
    assert "provide the replies of agents as events, or what the source has computed as first_response_time" in message
    stated = {"id": [1], "created_at": MONDAY[:1], "reply_time_in_minutes": [60]}
    assert value(dm.report(stated, snapshots=snapshots, kpis=["first_response_time"])) == 3600.0


def test_tags_with_another_separator() -> None:
    table = TICKETS | {"tags": ["vip;eu", "vip", "eu"]}
    report = dm.report(table, kpis=["volume"], by="tag")
    right = dm.report(table, kpis=["volume"], by="tag", columns=advised(report))
    assert {row.keys["tag"]: row.value for row in right.rows if row.keys} == {"eu": 2.0, "vip": 2.0}
    assert not any("tag_separator" in text for text in reported(right))


def test_the_place_of_a_score_outside_the_scale() -> None:
    report = dm.report(surveys={"csat": [5, None, 7, 9]}, scales=SCALES, kpis=["csat"])
    assert [note for note in report.notes if "outside" in note] == ['surveys: row 3: 7 is an answer to "csat" outside its scale 1 to 5, the first such']
    named = {"question": ["nps", "csat"], "score": [9, 9]}
    report = dm.report(surveys=named, scales=SCALES, kpis=["csat"])
    assert any('row 2: 9 is an answer to "csat"' in note for note in report.notes)


# A call with data that needs a setting, and the right number with the settings that its message advises.
SETTINGS: list[tuple[str, dict[str, Any], dict[str, Any], str, float]] = [
    ("duplicates", {"tickets": {"id": [1, 1], "created_at": MONDAY[:2], "solved_at": [None, MONDAY[2]]}}, {}, "solved", 1),
    ("creates_tickets", {"tickets": TICKETS, "events": EVENTS | {"ticket": [9, 9]}}, {}, "solved", 1),
    ("clock_skew", {"tickets": TICKETS, "events": EVENTS | {"kind": ["solved", "open"], "at": ["2026-03-02T08:58:00Z", MONDAY[0]]}}, {}, "solved", 0),
    ("nonexistent", {"tickets": {"id": [1, 2], "created_at": ["2026-03-29T01:30:00", "2026-03-29T02:30:00"]}},
     {"assume_tz": "Europe/Madrid", "columns": created(nonexistent="unreadable")}, "volume", 2),
    ("words", {"tickets": SOLVED | {"status": ["solved", "solved", "frotz"]}}, {}, "backlog", 1),
    ("words", {"tickets": TICKETS, "events": EVENTS | {"kind": ["publicmessage", "solved"]}}, {}, "first_response_time", 1800),
    ("words", {"tickets": TICKETS, "events": EVENTS | {"author": ["Agnt", "agent"]}}, {}, "first_response_time", 1800),
    ("statuses", {"tickets": TICKETS, "events": EVENTS | {"kind": ["public_message", "status"], "value": [None, "frotz"]}}, {}, "solved", 1),
    ("decimal", {"tickets": TICKETS | {"Reply time (hours)": ["1,500", "1,500", "1,500"]}},
     {"columns": {"tickets": {"first_response_time": {"column": "Reply time (hours)"}}}}, "first_response_time", 5400),
    ("format", {"tickets": {"id": [1, 2], "created_at": ["3/4/2026", "4/5/2026"]}}, {"assume_tz": "UTC"}, "volume", 2),
    ("format", {"tickets": {"id": [1], "created_at": [45000]}}, {"assume_tz": "UTC"}, "volume", 1),
    ("missing", {"tickets": {"id": [1, 2], "created_at": [MONDAY[0], "never"], "solved_at": MONDAY[1:]}}, {}, "solved", 1),
    ("words", {"surveys": {"csat": ["great", "5", "1"]}}, {"scales": SCALES}, "csat", 200 / 3),
    ("times", {"surveys": {"csat": ["4,5", "2", "5"]}}, {"scales": {"csat": "2-10, 8-10 good, 2-4 bad"}}, "csat", 200 / 3),
    ("attribute_values", {"tickets": GROUPS, "events": MOVED}, {}, "group_transfers", 1),
]


@pytest.mark.parametrize(("key", "tables", "settings", "kpi", "right"), SETTINGS, ids=[f"{key}-{kpi}" for key, _, _, kpi, _ in SETTINGS])
def test_settings_are_advised_in_python(key: str, tables: dict[str, Any], settings: dict[str, Any], kpi: str, right: float) -> None:
    def report() -> dm.Report:
        return dm.report(**tables, kpis=[kpi], **settings)

    try:
        found = report()
        texts = [text for text in reported(found) if f'"{key}"' in text and "columns=" in text]
    except dm.DeskmetricsError as problem:
        texts = [str(problem)]
    assert texts and not any(re.search(rf"\\b{key} = ", text) for text in texts), texts
    columns = after(texts[0], "columns=")
    followed = dm.report(**tables, kpis=[kpi], **settings | {"columns": columns})
    assert followed[kpi].value == pytest.approx(right)


def test_values_of_the_wrong_type() -> None:
    message = refused(lambda: dm.report(REPLIED, schedule=DESK))  # type: ignore[arg-type]
    assert message.endswith("give one Schedule for all tickets as schedules=")
    assert value(dm.report(REPLIED, kpis=["first_response_time"], schedules=DESK)) == 3600.0
    for stored in ("x", 5):
        assert "give what to_bytes() returned" in refused(lambda stored=stored: dm.Report.from_bytes(stored))
        assert "give what to_bytes() returned" in refused(lambda stored=stored: dm.KpiResult.from_bytes(stored))
    for tables in ({}, TICKETS, pd.DataFrame(TICKETS), None):
        assert "report(tickets)" in refused(lambda tables=tables: dm.read(tables))
    form = {"kpi": "sla_at_risk", "threshold_percent": 0.8}
    percent = int(re.findall(r"of percent from 0 to 100, such as (\d+)", refused(lambda: dm.report(TICKETS, EVENTS, policies=POLICY, kpis=[form])))[0])
    assert dm.report(TICKETS, EVENTS, policies=POLICY, kpis=[form | {"threshold_percent": percent}])


def test_targets_whose_event_no_column_records() -> None:
    for metric, column in (("first_response", "first_response_at"), ("resolution", "solved_at")):
        policies = {"name": "p", "targets": [{"metric": metric, "within": "1h"}]}
        report = dm.report(TICKETS, policies=policies, kpis=["sla_attainment"], as_of="2026-03-03T09:00:00Z")
        (note,) = [note for note in report.notes if f"no SLA target for {metric} counts as met" in note]
        assert f"provide {column}" in note and report["sla_attainment"].value == 0.0
        right = dm.report(TICKETS | {column: MONDAY}, policies=policies, kpis=["sla_attainment"], as_of="2026-03-03T09:00:00Z")
        assert right["sla_attainment"].value == 100.0 and not any("counts as met" in note for note in right.notes)


def test_texts_and_dates_that_are_no_timestamps() -> None:
    example = re.findall(r'of the form "(.*?)"', refused(lambda: dm.Tracker().open({"id": "1", "created_at": "2026-03-02 09:00"})))[0]
    dm.Tracker().open({"id": "1", "created_at": example})
    message = refused(lambda: dm.flow(SOLVED, start=date(2026, 3, 2)))  # type: ignore[arg-type]
    zoned = re.findall(r"give an aware datetime such as (datetime\(.*?\)\))", message)[0]
    assert dm.flow(SOLVED, start=eval(zoned).replace(month=3, day=2, hour=0), end=None).measures()["solved"]["value"] == 2.0


def test_tickets_beside_events_need_ids() -> None:
    table = {"Reference": [1, 2, 3], "created_at": MONDAY}
    message = refused(lambda: dm.report(table, EVENTS, kpis=["solved"]))
    assert value(dm.report(table, EVENTS, kpis=["solved"], columns=after(message, "columns=")), "solved") == 1

