"""`report` on tables: tickets, events, surveys, invitations of any library."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import deskmetrics as dm
from sample import dataset
from test_replay import EVENT_WORDS, TICKET_WORDS, rows_of

TICKETS: dict[str, list[Any]] = {
    "id": ["T-1", "T-2", "T-3"],
    "created_at": ["2026-03-02T08:00:00Z", "2026-03-02T09:00:00Z", "2026-03-10T09:00:00Z"],
    "solved_at": ["2026-03-02T12:00:00Z", "2026-03-04T09:00:00Z", None],
    "market": ["DK", "ES", "DK"],
}
SURVEYS: dict[str, list[Any]] = {
    "ticket": ["T-1", "T-2", "T-3"],
    "csat": [5, 2, None],
    "nps": [10, 3, 9],
    "answered_at": ["2026-03-03T08:00:00Z", "2026-03-05T08:00:00Z", "2026-03-12T08:00:00Z"],
}


def test_tickets_and_forms() -> None:
    report = dm.report(
        TICKETS, surveys=SURVEYS, kpis=["volume", "csat", "nps"], scales={"csat": (1, 5)}, by="market", period="week", tz="UTC"
    )
    assert (report["volume"].value, report["csat"].value, report["csat"].n) == (3.0, 50.0, 2)
    assert report["csat"].excluded == {"not_answered": 1}
    by_market = {row.keys["market"]: row.value for row in report.rows if row.kpi == "nps" and row.headline and row.keys and not row.period}
    assert by_market == {"DK": 100.0, "ES": -100.0}, "an answer takes its market from its ticket"
    assert {row.period for row in report.rows if row.period} == {"2026-W10", "2026-W11"}


def test_a_notebook_shows_rows_that_were_exclusions() -> None:
    twice = {name: [*values, values[0]] for name, values in TICKETS.items()}
    shown = dm.report(twice, kpis="volume")._repr_html_()
    assert "tickets: 1 excluded: duplicate id in column &quot;id&quot;, first in row 4: &quot;T-1&quot;" in shown
    assert "keep one row per ticket" in shown
    assert "excluded" not in dm.report(TICKETS, kpis="volume")._repr_html_()


def test_the_usual_kpis_that_the_data_can_answer() -> None:
    report = dm.report(TICKETS, surveys=SURVEYS, scales={"csat": "1-5"})
    kpis = [row.kpi for row in report.headlines]
    assert kpis[:2] == ["csat", "nps"] and "full_resolution_time" in kpis and "first_response_time" not in kpis
    assert any("no reply to a customer" in note for note in report.notes)
    unscaled = dm.report(TICKETS, surveys=SURVEYS)
    assert any('answers to "csat" are not used' in note for note in unscaled.notes)


def test_one_row_per_answer_and_invitations() -> None:
    surveys = {"survey": ["nps", "nps"], "score": [9, 2], "market": ["DK", "ES"], "at": ["2026-03-02T08:00:00Z"] * 2}
    invitations = {
        "question": ["nps"] * 4,
        "sent_at": ["2026-03-01T08:00:00Z"] * 4,
        "answered_at": ["2026-03-02T08:00:00Z", "2026-03-02T08:00:00Z", None, None],
        "delivered": [True, True, True, False],
    }
    report = dm.report(surveys=surveys, invitations=invitations, by="market", kpis=["nps", "response_rate"])
    assert report["nps"].value == 0.0 and report["response_rate"].value == pytest.approx(200 / 3)
    assert report["response_rate"].excluded == {"bounced": 1}


def test_tables_of_the_sample_equal_its_files() -> None:
    files = dataset()
    kpis = ["volume", "solved", "backlog", "first_response_time", "reopen_rate", "sla_attainment"]
    arguments: dict[str, Any] = {"kpis": kpis, "by": ["market"], "period": "week", "tz": "Europe/Copenhagen"}
    report = dm.report(
        rows_of("tickets.csv"),
        rows_of("events.csv.gz"),
        columns={"events": EVENT_WORDS, "tickets": TICKET_WORDS},
        assume_tz="Europe/Copenhagen",
        schedules=files.schedules,
        schedule="dk",
        schedule_by={"market": {market: market.lower() for market in ("DK", "DE", "ES", "GB", "US", "MX")}},
        policies=files.policies,
        as_of=files.as_of,
        **arguments,
    )
    assert report.rows == files.report(**arguments).rows


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        ({}, dm.ArgumentError, "there is no table"),
        ({"tickets": TICKETS, "period": "week"}, dm.ArgumentError, 'period "week" needs tz'),
        ({"tickets": {"id": ["a"]}}, dm.ColumnNotFoundError, 'no column "created_at"'),
        ({"surveys": {"scor": [1]}}, dm.ColumnNotFoundError, 'no column "question"'),
        ({"tickets": TICKETS, "kpis": ["fcr"]}, dm.ArgumentError, "choose a policy"),
        ({"tickets": TICKETS, "scales": {"csat": "1 to 5"}}, dm.ArgumentError, "scales"),
        ({"tickets": 3}, dm.ArgumentTypeError, "tickets"),
    ],
)
def test_errors_of_arguments(arguments: dict[str, Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind) as problem:
        dm.report(**arguments)
    assert message in str(problem.value)


def test_lazy_frame_error_has_a_remedy() -> None:
    polars = pytest.importorskip("polars")
    with pytest.raises(dm.ArgumentTypeError, match="collect"):
        dm.report(polars.LazyFrame(TICKETS))


def standard_tables() -> tuple[Any, Any, Any, Any]:
    """The sample's tickets, events, answers and invitations as typed Arrow tables with the usual names."""
    pyarrow = pytest.importorskip("pyarrow")
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    home = ZoneInfo("Europe/Copenhagen")
    raw = rows_of("tickets.csv")
    tickets = pyarrow.table(
        {
            "id": raw["Ticket ID"],
            "created_at": [
                datetime.strptime(text or "", "%d/%m/%Y %H:%M:%S").replace(tzinfo=home).astimezone(UTC) for text in raw["Created"]
            ],
            "requester": raw["Requester"],
            "market": raw["Country"],
            "channel": raw["Contact Channel"],
            "priority": raw["Urgency"],
        }
    )
    kinds, authors = EVENT_WORDS["kind"]["words"], EVENT_WORDS["author"]["words"]
    log = rows_of("events.csv.gz")
    statuses = EVENT_WORDS["statuses"]
    events = pyarrow.table(
        {
            "ticket": log["Ticket ID"],
            "at": [datetime.fromisoformat(text or "").replace(tzinfo=UTC) for text in log["Time (UTC)"]],
            "kind": [kinds[kind] for kind in log["Action"]],
            "value": [
                statuses.get(value, (value or "").lower()) if kind == "Status" else value
                for kind, value in zip(log["Action"], log["Value"], strict=True)
            ],
            "author": [authors[role] for role in log["Actor Role"]],
            "author_name": log["Actor"],
            "event_id": log["Event ID"],
        }
    )
    given = rows_of("responses.csv")
    words = {"How likely are you to recommend us?": "nps", "How satisfied are you with the help?": "csat", "It was easy to get help.": "ces"}
    scores = [None if score in (None, "Blank") else int(score) for score in given["Score"]]
    answers = pyarrow.table(
        {
            "ticket": given["Ticket ID"],
            "answered_at": [datetime.fromisoformat(text or "").replace(tzinfo=home).astimezone(UTC) for text in given["Answered"]],
            "market": given["Country"],
            **{
                question: [score if words[survey or ""] == question and score is not None and score <= 10 else None
                           for survey, score in zip(given["Survey"], scores, strict=True)]
                for question in ("nps", "csat")
            },
        }
    )
    sent = rows_of("invitations.csv")
    invitations = pyarrow.table(
        {
            "id": sent["Survey ID"],
            "question": [words[survey or ""] for survey in sent["Survey"]],
            "sent_at": [datetime.fromisoformat(text or "").replace(tzinfo=home).astimezone(UTC) for text in sent["Sent"]],
            "delivered": [state == "delivered" for state in sent["Delivery"]],
            "market": sent["Country"],
        }
    )
    return tickets, events, answers, invitations


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("with_events", [True, False])
def test_columns_and_records_give_the_same(with_events: bool, threads: int) -> None:
    """With `as_of` and named KPIs the report comes straight from the columns; it is the one that records give."""
    tickets, events, answers, invitations = standard_tables()
    files = dataset()
    kpis: list[Any] = ["volume", "backlog", "customers", "nps", "csat", {"kpi": "response_rate"}]
    if with_events:
        kpis += ["first_response_time", "full_resolution_time", "reopen_rate", "fcr", {"kpi": "sla_attainment"}, "flow"]
    arguments: dict[str, Any] = {
        "surveys": answers,
        "invitations": invitations,
        "scales": {"csat": (1, 5)},
        "fcr": "no_reopen_within(7days)",
        "by": ["market", ("market", "channel")],
        "period": "week",
        "tz": "Europe/Copenhagen",
        "as_of": files.as_of,
        "schedules": files.schedules,
        "schedule": "dk",
        "policies": files.policies,
    }
    log = events if with_events else None
    fast = dm.report(tickets, log, kpis=kpis, threads=threads, **arguments)
    # A progress bar is shown for records only; "all" reads the data first.
    slow = dm.report(tickets, log, kpis="all", **arguments)
    assert len(fast.rows) > 500
    known = {(row.kpi, row.option, row.clock, row.measure, str(row.keys), row.period): row for row in slow.rows}
    compared = 0
    for row in fast.rows:
        other = known.get((row.kpi, row.option, row.clock, row.measure, str(row.keys), row.period))
        if other is not None:
            compared += 1
            assert (row.value, row.n, row.interval, row.excluded) == (other.value, other.n, other.interval, other.excluded), row
    assert compared > 0.9 * len(fast.rows)


TAGGED = {
    "id": ["1", "2", "3"],
    "created_at": ["2026-03-02T08:00:00Z", "2026-03-02T09:00:00Z", "2026-03-10T09:00:00Z"],
    "tags": [["vip", "bug"], ["bug"], None],
    "market": ["DK", "ES", "DK"],
}


def n_by(report: dm.Report, kpi: str, name: str) -> dict[str | None, int]:
    return {row.keys[name]: row.n for row in report.rows_of(kpi) if row.keys and row.period is None}


@pytest.mark.parametrize("name", ["tag", "tags"])
def test_a_ticket_counts_in_the_slice_of_each_of_its_tags(name: str) -> None:
    surveys = {"ticket": ["1", "2", "2"], "csat": [5, 1, 5]}
    report = dm.report(TAGGED, surveys=surveys, kpis=["volume", "csat"], scales={"csat": (1, 5)}, by=name)
    assert n_by(report, "volume", name) == {"bug": 2, "vip": 1, None: 1}
    assert n_by(report, "csat", name) == {"bug": 3, "vip": 1}
    assert report["volume"].n == 3 and report["csat"].n == 3
    assert any(warning.startswith(f"by {name}: a record counts in the slice of each of its tags") for warning in report.warnings)
    assert dm.Report.from_bytes(report.to_bytes())["volume"].n == 3
    both = report + report
    assert n_by(both, "volume", name) == {"bug": 4, "vip": 2, None: 2} and both["volume"].n == 6


@pytest.mark.parametrize("column", ["tag", "Labels"])
def test_tags_have_other_names_and_forms(column: str) -> None:
    tickets = {**TAGGED, column: ["vip, bug", "bug", ""]}
    del tickets["tags"]
    report = dm.report(tickets, kpis=["volume"], by=["market", ("market", "tag")], period="month", tz="UTC")
    counts = {(row.keys["market"], row.keys["tag"]): row.n for row in report.rows if len(row.keys) == 2 and row.period is None}
    assert counts == {("DK", "bug"): 1, ("DK", "vip"): 1, ("ES", "bug"): 1, ("DK", None): 1}
    # Slices by other attributes do not overlap, and only overlapping ones carry the warning.
    assert [warning for warning in report.warnings if "tag" in warning] == [
        warning for warning in report.warnings if warning.startswith("by market and tag")
    ]


def test_kpis_can_be_restricted_by_tag() -> None:
    report = dm.report(TAGGED, kpis=[{"kpi": "volume", "where": {"tag": ["vip", "late"]}}])
    assert report["volume"].n == 1


def test_tags_that_events_change_are_those_at_the_cut_off() -> None:
    events = {"ticket": ["1", "3"], "at": ["2026-03-11T08:00:00Z", "2026-03-12T08:00:00Z"], "kind": ["untagged", "tagged"], "value": ["vip", "late"]}
    report = dm.report(TAGGED, events, kpis=["volume"], by="tag", as_of="2026-03-13T00:00:00Z")
    assert n_by(report, "volume", "tag") == {"bug": 2, "late": 1}
    earlier = dm.report(TAGGED, events, kpis=["volume"], by="tag", as_of="2026-03-11T12:00:00Z")
    assert n_by(earlier, "volume", "tag") == {"bug": 2, None: 1}


def test_report_by_tag_without_tags_lists_known_attributes() -> None:
    with pytest.raises(dm.ColumnNotFoundError, match='there is no attribute "tag"'):
        dm.report({key: TAGGED[key] for key in ("id", "created_at", "market")}, kpis=["volume"], by="tag")


TIMES: dict[str, Any] = {
    "id": [1, 2, 3],
    "created_at": ["2026-03-02T08:00:00Z"] * 3,
    "solved_at": ["2026-03-02T12:00:00Z"] * 3,
    "market": ["DK", "ES", "DK"],
}


def test_a_unit_is_that_of_durations_alone() -> None:
    report = dm.report(TIMES, kpis=["volume", "full_resolution_time"], by="market")
    measures = report.table("full_resolution_time", rows="measure", unit="hours").to_dict()
    shown = {name: (unit, value) for name, unit, value in zip(measures["measure"], measures["unit"], measures["value"])}
    assert shown["median"] == ("hours", 4.0) and shown["censored"] == ("count", 0.0)
    table = report.table(rows="kpi", columns="market", unit="hours").to_dict()
    assert table["DK"] == [2.0, 4.0] and table["unit"] == ["count", "hours"]
    with pytest.raises(dm.ArgumentError, match="the table has no durations to give in hours: omit unit"):
        report.table("volume", rows="market", unit="hours")


def test_arguments_of_the_wrong_type_are_named(tmp_path: Path) -> None:
    report = dm.report(TIMES, kpis=["volume"], by="market", period="week", tz="Europe/Madrid")
    wrong: Any = ("market",)
    for name in ("rows", "columns", "measure", "unit", "values", "question", "option", "clock", "period"):
        with pytest.raises(dm.ArgumentTypeError, match=f"^{name}: .* is not a name; give a text"):
            report.table("volume", **{name: wrong})
    for name in ("question", "period", "measure"):
        with pytest.raises(dm.ArgumentTypeError, match=f"^{name}: "):
            report.get("volume", **{name: wrong})
        with pytest.raises(dm.ArgumentTypeError, match=f"^{name}: "):
            report.rows_of("volume", **{name: wrong})
    wrong_title: Any = 5
    with pytest.raises(dm.ArgumentTypeError, match="^title: 5"):
        report.to_html(title=wrong_title)
    missing = tmp_path / "missing" / "report"
    for write in (report.to_html, report.to_csv):
        with pytest.raises(FileNotFoundError) as problem:
            write(missing)
        assert problem.value.filename == str(missing)
    # A time without a zone is of the report's.
    assert report.table("volume", since=datetime(2026, 3, 2)).to_dict()["value"] == [3]
    with pytest.raises(dm.NoSuchNameError, match='no question "foo" in the report; it has none'):
        report.get("volume", question="foo")


def test_an_attribute_with_the_name_of_an_axis() -> None:
    tickets = TIMES | {"period": ["a", "b", "a"]}
    report = dm.report(tickets, kpis=["volume"], by="period")
    with pytest.raises(dm.ArgumentError) as problem:
        report.table("volume", rows="period")
    assert 'columns={"tickets": {"attributes": {"own_period": "period"}}} with by="own_period"' in str(problem.value)
    columns = {"tickets": {"attributes": {"own_period": "period"}}}
    report = dm.report(tickets, kpis=["volume"], by="own_period", columns=columns)
    assert report.table("volume", rows="own_period").to_dict() == {"own_period": ["a", "b"], "value": [2, 1]}


def test_a_scale_of_no_question_is_named() -> None:
    with pytest.raises(dm.ArgumentError, match='scales={"csat": \\(1, 5\\)}; the scale of "cast" is of no question'):
        dm.report(surveys={"csat": [5, 1]}, kpis=["csat"], scales={"cast": (1, 5)})
