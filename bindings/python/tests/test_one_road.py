"""Results do not depend on the form of the data or on other requests."""

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import deskmetrics as dm
import pyarrow as pa
import pytest

Table = dict[str, list[Any]]

CREATED = datetime(2026, 3, 22, 8, tzinfo=timezone.utc)
AS_OF = datetime(2026, 4, 20, tzinfo=timezone.utc)


def at(hours: float) -> datetime:
    return CREATED + timedelta(hours=hours)


def iso(when: datetime) -> str:
    return when.isoformat().replace("+00:00", "Z")


def read(tmp_path: Path, **tables: Table) -> dm.Dataset:
    """The tables as CSV files."""
    names = {"answered_at": "at"}
    lines = ['time_zone = "UTC"', f'as_of = "{iso(AS_OF)}"', 'scales = { csat = "1-5" }']
    for name, table in tables.items():
        rows = zip(*([iso(v) if isinstance(v, datetime) else "" if v is None else str(v) for v in column] for column in table.values()), strict=True)
        (tmp_path / f"{name}.csv").write_text("\n".join([",".join(table), *map(",".join, rows)]) + "\n", encoding="utf-8")
        keys = {names.get(column, column): column for column in table if column not in ("market", "csat")}
        form = ", ".join(f'{role} = "{column}"' for role, column in keys.items())
        more = ', attributes = { market = "market" }' if "market" in table else ""
        more += ', questions = { csat = "csat" }' if "csat" in table else ""
        lines.append(f'[[{name}]]\nfile = "{name}.csv"\n' + form.replace(", ", "\n") + more.replace(", ", "\n", 1).replace(", questions", "\nquestions"))
    description = tmp_path / "description.toml"
    description.write_text("\n".join(lines), encoding="utf-8")
    return dm.read(description)


def values(report: dm.Report) -> list[tuple[Any, ...]]:
    return [(row.kpi, row.measure, tuple(row.keys.items()), row.value, row.n, tuple(row.excluded.items())) for row in report.rows]


def every_way(tmp_path: Path, kpis: list[Any], by: Any = (), options: dict[str, Any] | None = None, **tables: Table) -> dm.Report:
    """The report, checked against every other way to it."""
    beside: dict[str, Any] = {name: table for name, table in tables.items() if name != "tickets"}
    arguments: dict[str, Any] = {"kpis": kpis, "by": by, "as_of": AS_OF, "scales": {"csat": (1, 5)}, "options": options}
    report = dm.report(tables["tickets"], **beside, **arguments)
    for threads in (1, 2):
        assert values(dm.report(tables["tickets"], **beside, **arguments, threads=threads)) == values(report)
    others = {"customers", "transfers", "solved"} - {row.kpi for row in report.rows}
    more = dm.report(tables["tickets"], **beside, **{**arguments, "kpis": [*kpis, *others]})
    assert [row for row in values(more) if row[0] not in others] == values(report)
    if options is None:
        assert values(read(tmp_path, **tables).report(kpis, by=by, as_of=AS_OF)) == values(report)
    if "surveys" not in tables and "invitations" not in tables and "events" in tables:
        replay = dm.replay(tables["events"], tickets=tables["tickets"], as_of=AS_OF, options=options)
        assert values(replay.report(kpis, by=by)) == values(report)
    return report


def test_survey_coverage(tmp_path: Path) -> None:
    tickets: Table = {"id": ["a", "b"], "created_at": [CREATED, CREATED]}
    events: Table = {"ticket": ["a", "b"], "at": [at(1), at(2)], "kind": ["solved", "solved"], "author": ["agent", "agent"]}
    sent: Table = {"id": ["i"], "question": ["csat"], "sent_at": [at(3)], "ticket": ["a"]}
    report = every_way(tmp_path, ["survey_coverage"], tickets=tickets, events=events, invitations=sent)
    assert (report["survey_coverage"].value, report["survey_coverage"].n) == (50.0, 2)
    without = dm.report(tickets, events, invitations=sent, kpis=["survey_coverage"])
    assert (without["survey_coverage"].value, without["survey_coverage"].n) == (50.0, 2)


def test_an_answer_takes_its_tickets_market_at_the_cut_off(tmp_path: Path) -> None:
    tickets: Table = {"id": ["a"], "created_at": [CREATED], "market": ["DK"]}
    events: Table = {"ticket": ["a", "a"], "at": [at(1), at(2)], "kind": ["changed market", "solved"], "value": ["ES", None], "author": ["agent", "agent"]}
    surveys: Table = {"ticket": ["a"], "csat": [5], "answered_at": [at(1.5)]}
    report = dm.report(tickets, events, surveys, kpis=["volume", "csat"], by="market", as_of=AS_OF, scales={"csat": (1, 5)})
    slices = {(row.kpi, row.keys["market"]) for row in report.rows if row.keys and row.headline}
    assert slices == {("volume", "ES"), ("csat", "ES")}


def test_removing_a_tag_is_a_touch(tmp_path: Path) -> None:
    tickets: Table = {"id": ["a"], "created_at": [CREATED], "tags": ["vip"]}
    events: Table = {"ticket": ["a", "a"], "at": [at(1), at(2)], "kind": ["untagged", "solved"], "value": ["vip", None], "author": ["agent", "system"]}
    report = every_way(tmp_path, ["agent_touches"], tickets=tickets, events=events)
    assert report["agent_touches"].value == 1.0
    replay = dm.replay(events, tickets=tickets, as_of=AS_OF)
    assert replay.explain("a").measures["agent_touches"] == 1


def test_repeated_event_counts_once(tmp_path: Path) -> None:
    tickets: Table = {"id": ["a", "b"], "created_at": [CREATED, CREATED]}
    events: Table = {
        "ticket": ["a", "a", "a", "b"],
        "at": [at(1), at(1), at(2), at(5)],
        "kind": ["public_message", "public_message", "merged_into", "solved"],
        "value": [None, None, "b", None],
        "author": ["customer", "customer", "agent", "agent"],
        "id": ["e1", "e1", "e2", "e3"],
    }
    report = every_way(tmp_path, ["messages_per_ticket"], tickets=tickets, events=events)
    # both openings came at one time, and are one message; the message to a counts once
    assert report["messages_per_ticket"].value == 2.0


@pytest.mark.parametrize("order", ["time", "sequence"])
def test_explanation_includes_messages_of_merged_tickets(order: str) -> None:
    tickets: Table = {"id": ["a", "b"], "created_at": [at(0), CREATED]}
    events: Table = {
        "ticket": ["a", "a", "b", "b"],
        "at": [at(1), at(4), at(2), at(5)],
        "kind": ["public_message", "merged_into", "public_message", "solved"],
        "value": [None, "b", None, None],
        "author": ["customer", "agent", "agent", "agent"],
        "id": ["e1", "e2", "e3", "e4"],
    }
    policies = {"policies": [{"name": "next", "targets": [{"metric": "next_response", "within": "30m"}]}]}
    replay = dm.replay(events, tickets=tickets, as_of=AS_OF, policies=policies, options={"order": order})
    explained = replay.explain("b")
    assert [event["at"] for event in explained.events if event["author"] == "customer"] == [at(0), at(1)]
    assert explained.measures["customer_messages"] == replay.metrics.to_pandas().set_index("ticket").loc["b", "customer_messages"]


@pytest.mark.parametrize("order", ["time", "sequence"])
def test_duplicates_and_events_before_creation_are_excluded(tmp_path: Path, order: str) -> None:
    tickets: Table = {"id": ["a"], "created_at": [CREATED]}
    events: Table = {
        "ticket": ["a", "a", "a"],
        "at": [at(24), at(24 * 5), at(-1)],
        "kind": ["solved", "solved", "merged_into"],
        "value": [None, None, "b"],
        "author": ["agent", "agent", "agent"],
        "id": ["e1", "e1", "e2"],
    }
    report = every_way(tmp_path, ["full_resolution_time"], options={"order": order}, tickets=tickets, events=events)
    assert report["full_resolution_time"].text == "24h 0m"
    assert {line.reason: line.count for source in report.sources for line in source.exclusions} == {"duplicate": 1, "before_creation": 1}


def test_events_without_a_ticket_are_counted() -> None:
    tickets: Table = {"id": ["a"], "created_at": [CREATED]}
    events: Table = {"ticket": ["a"] * 3, "at": [at(1), at(2), AS_OF + timedelta(days=1)], "kind": ["deleted", "public_message", "solved"], "author": ["agent"] * 3}
    report = dm.report(tickets, events, kpis=["volume"], as_of=AS_OF)
    assert "1 after the cut-off" in str(report) and "1 deleted" in str(report)
    data = json.loads(report.to_json())
    assert data["events_excluded"] == {"after_cut_off": 1, "deleted": 1}
    assert report.events_excluded == data["events_excluded"]
    both = report + report
    assert json.loads(both.to_json())["events_excluded"] == {"after_cut_off": 2, "deleted": 2}


def test_other_kpis_change_no_rows() -> None:
    tickets: Table = {"id": ["a", "b"], "created_at": [at(0), at(48)]}
    events: Table = {"ticket": ["a", "b"], "at": [at(1), at(49)], "kind": ["public_message"] * 2, "author": ["agent"] * 2}
    policies = [{"name": "p", "targets": [{"metric": "periodic_update", "within": "30h"}]}]
    arguments: dict[str, Any] = {"period": "day", "tz": "UTC", "as_of": AS_OF, "policies": policies}
    request = {"kpi": "sla_attainment", "metric": "periodic_update"}
    alone = dm.report(tickets, events, kpis=[request], **arguments)
    beside = dm.report(tickets, events, kpis=[request, "volume"], **arguments)

    def rows(report: dm.Report) -> list[tuple[Any, ...]]:
        return [(r.measure, r.period, r.value, r.n, r.change) for r in report.rows if r.kpi == "sla_attainment"]

    assert rows(alone) == rows(beside)


def test_adding_an_empty_report() -> None:
    tickets: Table = {"id": ["a", "b"], "created_at": [CREATED, CREATED]}
    events: Table = {"ticket": ["a"], "at": [at(1)], "kind": ["solved"], "author": ["agent"]}
    none: Table = {"ticket": [], "at": [], "kind": [], "author": []}
    arguments: dict[str, Any] = {"kpis": ["volume", "solved", "reopen_rate", "agent_touches"], "as_of": AS_OF}
    first, second = ({key: column[i : i + 1] for key, column in tickets.items()} for i in range(2))
    parts = dm.report(first, events, **arguments) + dm.report(second, none, **arguments)
    assert values(parts) == values(dm.report(tickets, events, **arguments))


def test_unknown_kinds_are_one_error(tmp_path: Path) -> None:
    tickets: Table = {"id": ["a"], "created_at": [CREATED]}
    events: Table = {"ticket": ["a"], "at": [at(1)], "kind": ["galumphed"], "author": ["agent"]}
    for call in (
        lambda: dm.report(tickets, events, kpis=["volume"], as_of=AS_OF),
        lambda: dm.report(tickets, events, kpis=["volume"]),
        lambda: dm.replay(events, tickets=tickets),
        lambda: read(tmp_path, tickets=tickets, events=events),
    ):
        with pytest.raises(dm.DeskmetricsError, match="galumphed"):
            call()


def test_a_score_off_the_scale_is_excluded_by_the_kpi(tmp_path: Path) -> None:
    tickets: Table = {"id": ["a"], "created_at": [CREATED]}
    surveys: Table = {"csat": [5, 7], "answered_at": [at(1), at(2)]}
    report = every_way(tmp_path, ["csat"], tickets=tickets, surveys=surveys)
    assert report["csat"].excluded == {"out_of_scale": 1}


def test_many_rows_in_any_order_on_any_number_of_threads() -> None:
    """So many rows that they are decoded, ordered and reported on in ranges side by side."""
    n, early = 20_000, 12_000
    utc = pa.timestamp("us", tz="UTC")

    def minutes(values: list[int]) -> Any:
        return pa.array([CREATED + timedelta(minutes=value) for value in values], utc)

    ids = list(range(n))
    tickets = pa.table({"id": ids, "created_at": minutes(ids), "market": [["DK", "ES", "SE"][i % 3] for i in ids], "requester": [i % 7_000 for i in ids]})
    replied = [i - 60 if i == early else i + i % 100 + 1 for i in ids]
    solved = [i + i % 500 + 101 for i in ids]
    log = pa.table(
        {
            "ticket": [i for i in ids for _ in range(2)],
            "at": minutes([at for pair in zip(replied, solved, strict=True) for at in pair]),
            "kind": ["public_message", "solved"] * n,
            "author": ["agent"] * 2 * n,
        }
    )
    backwards = log.take(pa.array(list(range(2 * n - 1, -1, -1))))
    arguments: dict[str, Any] = {
        "kpis": ["first_response_time", "full_resolution_time", "volume", "fcr"],
        "fcr": "no_repeat_contact_within(7days, customer)",
        "by": "market",
        "as_of": AS_OF,
    }
    report = dm.report(tickets, log, threads=1, **arguments)
    # The reply an hour before its ticket does not count.
    assert (report["first_response_time"].n, report["full_resolution_time"].n) == (n - 1, n)
    assert report["full_resolution_time"].value == (101 + 499 / 2) * 60
    # Of 7,000 customers each comes again after 4.9 days; only the last tickets have no later contact.
    assert report["fcr"].value == pytest.approx(100 * 7_000 / n)
    for events, threads in ((log, 2), (log, None), (backwards, 1), (backwards, 2)):
        assert values(dm.report(tickets, events, threads=threads, **arguments)) == values(report)
