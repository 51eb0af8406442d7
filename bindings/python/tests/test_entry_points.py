"""Every KPI has the same rows from every entry point, over random desks."""

from __future__ import annotations

import csv
import json
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, note, settings
from hypothesis import strategies as st

import deskmetrics as dm

Row = dict[str, Any]

# A desk has many reports.
MOST = settings.default.max_examples if settings.default else 60

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
INSTANT, INTEGER, NUMBER, TEXT, YES_OR_NO, TEXTS = pa.timestamp("us", "UTC"), pa.int64(), pa.float64(), pa.string(), pa.bool_(), pa.list_(pa.string())

TYPES: dict[str, dict[str, pa.DataType]] = {
    "tickets": {"id": TEXT, "created_at": INSTANT, "requester": TEXT, "created_by": TEXT, "tags": TEXTS, "due_at": INSTANT, "sla_met": YES_OR_NO}
    | dict.fromkeys(("market", "priority", "group", "category"), TEXT)
    | {"tier": INTEGER},
    "events": {"ticket": TEXT, "at": INSTANT, "kind": TEXT, "value": TEXT, "author": TEXT, "author_name": TEXT, "id": TEXT},
    "surveys": {"ticket": TEXT, "answered_at": INSTANT, "nps": INTEGER, "csat": INTEGER, "invitation": TEXT, "reasons": TEXT, "market": TEXT},
    "invitations": {"id": TEXT, "question": TEXT, "sent_at": INSTANT, "delivered": YES_OR_NO, "started_at": INSTANT, "answered_at": INSTANT, "ticket": TEXT},
}
"""The columns of the tables."""

SCHEDULES = {"desk": {"time_zone": "Europe/Copenhagen", "hours": "Mo-Fr 09:00-17:00; Sa 10:00-12:00"}}
POLICIES = [
    {"name": "vip", "when": {"tag": "vip"}, "targets": [{"metric": "resolution", "clock": "business", "within": {"high": "2h", "*": "16h"}}]},
    {
        "name": "standard",
        "targets": [
            {"metric": "first_response", "clock": "business", "within": {"high": "1h", "*": "8h"}},
            {"metric": "next_response", "within": "4h"},
            {"metric": "resolution", "within": "2d"},
        ],
    },
]
SCALES = {"csat": (1, 5)}
ATTRIBUTES = ("market", "priority", "group", "category", "tier")

OPTIONS: dict[str, list[Row]] = {
    "fcr": [
        {"policy": "single_reply"},
        {"policy": "no_reopen_within(2days)"},
        {"policy": "no_repeat_contact_within(3days, customer)"},
        {"policy": "survey(1-5)", "question": "csat"},
    ],
    "time_in_status": [{"status": "pending"}],
    "time_in_group": [{"group": "second"}],
    "csat": [{"question": "csat"}],
    "nps": [{"question": "nps"}],
    "ces": [{"question": "nps", "scale": "ces2"}],
    "reasons": [{"question": "nps"}],
    "customers": [{}, {"with": "solved"}, {"with": "open"}],
    "sla_at_risk": [{}, {"threshold_percent": 50}],
    "sla_attainment": [{}, *({"metric": metric} for metric in ("first_response", "next_response", "resolution", "stated"))],
    "response_rate": [{}, {"question": "nps"}, {"question": "csat"}, {"mature_after": "2d", "expire_after": "1d"}],
}
"""Options of KPIs that need or change them."""


def requests() -> list[Row]:
    """Every KPI that a report may contain, with every clock."""
    found = []
    for definition in dm.catalogue():
        if definition.topic != "queue":
            for options in OPTIONS.get(definition.id, [{}]):
                clocks: list[Row] = [{"clock": clock} for clock in definition.clocks] or [{}]
                found += [{"kpi": definition.id, **options, **clock} for clock in clocks]
    return [*found, {"kpi": "first_response_time", "within": "4h"}, {"kpi": "backlog_age", "bands": ["1d", "3d"]}]


class Desk(NamedTuple):
    """Rows of tables. A key that is absent is a missing value."""

    tickets: list[Row]
    events: list[Row]
    surveys: list[Row]
    invitations: list[Row]

    def part(self, number: int) -> Desk:
        """Half of the tickets with all that belongs to them."""
        return Desk(*([row for row in rows if part(row, "id" if name == "tickets" else "ticket") == number] for name, rows in self._asdict().items()))


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), values)


def one_of(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


MOMENTS = st.integers(0, 14 * 24 * 6).map(lambda sixth: START + timedelta(minutes=10 * sixth))
KINDS = one_of(
    ("public_message", None),
    ("public_message", None),
    ("internal_note", None),
    ("status", "pending"),
    ("status", "open"),
    ("status", "on_hold"),
    ("solved", None),
    ("solved", None),
    ("closed", None),
    ("changed group", "second"),
    ("changed assignee", "ana"),
    ("changed market", "ES"),
    ("changed priority", None),
    ("tagged", "vip"),
    ("untagged", "vip"),
    ("escalated", None),
    ("deleted", None),
    ("survey_sent", None),
)


def first(number: int) -> Desk:
    """A value of each column, since a column without values has no type in some forms, and events of all kinds."""
    ticket, name = f"T-{number}", f"I-{number}"
    kinds = dict.fromkeys(["public_message", "internal_note", "solved", "closed", "escalated", "survey_sent"])
    kinds |= {"status": "pending", "changed group": "second", "changed assignee": "ana", "tagged": "vip"}
    event: Row = {"ticket": ticket, "author": "agent", "author_name": "ana"}
    return Desk(
        [
            {"id": ticket, "created_at": at(0), "requester": "C-1", "created_by": "customer", "tags": ["vip"], "due_at": at(9), "sla_met": True}
            | {"market": "DK", "priority": "high", "group": "first", "category": "billing", "tier": 2}
        ],
        [event | {"at": at(hour), "kind": kind, "value": kinds[kind], "id": f"{ticket} {kind}"} for hour, kind in enumerate(sorted(kinds))],
        [{"ticket": ticket, "answered_at": at(30), "nps": 9, "csat": 4, "invitation": name, "reasons": "speed", "market": "SE"}],
        [{"id": name, "question": "nps", "sent_at": at(20), "delivered": True, "started_at": at(21), "answered_at": at(29), "ticket": ticket}],
    )


def part(row: Row, key: str = "ticket") -> int:
    """To which of two parts a row belongs: by the number of its ticket."""
    return int(row.get(key, "T-0")[2:]) % 2


@st.composite
def desks(draw: st.DrawFn) -> Desk:
    def rows(most: int, fixed: dict[str, st.SearchStrategy[Any]]) -> list[Row]:
        drawn = draw(st.lists(st.fixed_dictionaries(fixed), max_size=most))
        return [{key: value for key, value in row.items() if value is not None} for row in drawn]

    tickets = draw(
        st.lists(
            st.fixed_dictionaries(
                {
                    "created_at": MOMENTS,
                    "requester": maybe(one_of("C-1", "C-2", "C-3")),
                    "created_by": maybe(one_of("customer", "agent")),
                    "tags": maybe(st.lists(one_of("vip", "bug", "late"), min_size=1, max_size=2, unique=True)),
                    "due_at": maybe(MOMENTS),
                    "sla_met": maybe(st.booleans()),
                    "market": maybe(one_of("DK", "ES", "SE, north")),
                    "priority": maybe(one_of("high", "low")),
                    "group": maybe(one_of("first", "second")),
                    "category": maybe(one_of("billing", "delivery")),
                    "tier": maybe(st.integers(1, 3)),
                }
            ),
            max_size=12,
        )
    )
    count = 2 + len(tickets)
    # One more than there are: some rows are about a ticket that is not in the data.
    about = st.integers(0, count).map("T-{}".format)
    events = rows(
        60,
        {
            "ticket": about,
            "at": MOMENTS,
            "kind and value": KINDS,
            "author": one_of("customer", "agent", "agent", "bot", "system"),
            "author_name": maybe(one_of("ana", "bo")),
            "id": maybe(st.integers(0, 200).map("E-{}".format)),
        },
    )
    for event in events:
        event["kind"], value = event.pop("kind and value")
        if value is not None:
            event["value"] = value
    merges = draw(st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1), MOMENTS), max_size=2))
    # Only inside a part, see `part`.
    events += [
        {"ticket": f"T-{one}", "at": when, "kind": "merged_into", "value": f"T-{other}", "author": "agent"}
        for one, other, when in merges
        if one % 2 == other % 2 and one != other
    ]
    surveys = rows(
        12,
        {
            "ticket": maybe(about),
            "answered_at": maybe(MOMENTS),
            "nps": maybe(st.integers(-1, 11)),
            "csat": maybe(st.integers(0, 6)),
            "invitation": maybe(st.integers(2, 15).map("I-{}".format)),
            "reasons": maybe(one_of("price", "price, speed")),
            "market": maybe(one_of("DK", "ES")),
        },
    )
    invitations = rows(
        12,
        {
            "question": one_of("nps", "csat"),
            "sent_at": MOMENTS,
            "delivered": maybe(st.booleans()),
            "started_at": maybe(MOMENTS),
            "answered_at": maybe(MOMENTS),
            "ticket": maybe(about),
        },
    )
    invitations = [{"id": f"I-{number}", **row} for number, row in enumerate(invitations, 2)]
    parts = {row["id"]: part(row) for row in invitations}
    for survey in surveys:
        if parts.get(survey.get("invitation"), part(survey)) != part(survey):
            del survey["invitation"]
    rest = Desk(
        [{"id": f"T-{number}", **{key: value for key, value in row.items() if value is not None}} for number, row in enumerate(tickets, 2)],
        events,
        surveys,
        invitations,
    )
    return Desk(*(one + other + more for one, other, more in zip(first(0), first(1), rest, strict=True)))


def arrow(table: str, rows: list[Row]) -> pa.Table:
    return pa.Table.from_pylist([{name: row.get(name) for name in TYPES[table]} for row in rows], pa.schema(list(TYPES[table].items())))


def columns(table: str, rows: list[Row]) -> dict[str, list[Any]]:
    return {name: [row.get(name) for row in rows] for name in TYPES[table]}


def pandas(table: str, rows: list[Row]) -> pd.DataFrame:
    """As pandas makes columns by itself: numbers with missing values are floats."""
    return arrow(table, rows).to_pandas()


def pandas_objects(table: str, rows: list[Row]) -> pd.DataFrame:
    return pd.DataFrame(columns(table, rows), dtype=object)


def polars(table: str, rows: list[Row]) -> Any:
    return pl.from_arrow(arrow(table, rows))


def batches(table: str, rows: list[Row]) -> pa.Table:
    whole = arrow(table, rows)
    return pa.concat_tables([whole.slice(0, len(rows) // 2), whole.slice(len(rows) // 2)])


def dictionaries(table: str, rows: list[Row]) -> pa.Table:
    whole = arrow(table, rows)
    for number, (name, kind) in enumerate(TYPES[table].items()):
        if kind == TEXT:
            whole = whole.set_column(number, name, whole[name].dictionary_encode())
    return whole


FORMS = {
    "dict": columns,
    "rows": lambda _, rows: rows,
    "pandas": pandas,
    "pandas objects": pandas_objects,
    "polars": polars,
    "batches": batches,
    "dictionaries": dictionaries,
}

ARGUMENTS: Row = {
    "by": ["market", ("group", "priority"), "tag", "tier"],
    "period": "week",
    "tz": "Europe/Copenhagen",
    "as_of": at(15 * 24),
    "min_n": 3,
}
"""Of every report."""

CONTRACTS: Row = {"schedules": SCHEDULES, "schedule": "desk", "policies": POLICIES}
"""Of reports and replays of tables in memory."""


def tables(desk: Desk, form: Any) -> Row:
    return {name: form(name, rows) for name, rows in desk._asdict().items()}


def report(desk: Desk, form: Any, kpis: Any, **more: Any) -> dm.Report:
    return dm.report(**tables(desk, form), kpis=kpis, **ARGUMENTS | CONTRACTS | {"scales": SCALES} | more)


def cell(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(value)
    return value.isoformat() if isinstance(value, datetime) else "" if value is None else str(value)


def write_csv(path: Path, table: str, rows: list[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(TYPES[table])
        writer.writerows([cell(row.get(name)) for name in TYPES[table]] for row in rows)


def write_parquet(path: Path, table: str, rows: list[Row]) -> None:
    pq.write_table(arrow(table, rows), path)


def read(desk: Desk, folder: Path, ending: str) -> dm.Dataset:
    """The tables as files."""
    write = {"csv": write_csv, "parquet": write_parquet}[ending]
    lines = ['time_zone = "UTC"', 'schedule = "desk"', 'scales = { csat = "1-5" }']
    described: list[str] = []
    for table, rows in desk._asdict().items():
        write(folder / f"{table}.{ending}", table, rows)
        attributes = [name for name in ATTRIBUTES if name in TYPES[table]]
        questions = [name for name in ("nps", "csat") if name in TYPES[table]]
        roles = [name for name in TYPES[table] if name not in attributes + questions]
        described += [f"[[{table}]]", f'file = "{table}.{ending}"']
        described += [f'{"at" if (table, name) == ("surveys", "answered_at") else name} = "{name}"' for name in roles]
        for key, names in (("attributes", attributes), ("questions", questions)):
            if names:
                described.append(f"{key} = {{ " + ", ".join(f'{name} = "{name}"' for name in names) + " }")
    described += ["[schedules.desk]", *(f'{key} = "{value}"' for key, value in SCHEDULES["desk"].items()), "[sla]"]
    described.append(f"policies = {inline(POLICIES)}")
    (folder / f"{ending}.toml").write_text("\n".join(lines + described), encoding="utf-8")
    return dm.read(folder / f"{ending}.toml")


def inline(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(inline, value)) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f'"{key}" = {inline(each)}' for key, each in value.items()) + " }"
    return json.dumps(value)


def rows_of(found: dm.Report) -> list[Row]:
    """Every field of every row."""
    return [row.to_dict() for row in found.rows]


def warnings(found: dm.Report) -> list[Row]:
    """The warnings without examples, which are spelled as in the table. Only a description states scales when its tables are read."""
    return [
        {key: str(value).removesuffix(".csv").removesuffix(".parquet") for key, value in warning.items() if key not in ("example", "remedy")}
        for warning in found.to_dict()["warnings"]
        if warning.get("reason") != "out_of_scale"
    ]


def assert_same(found: dm.Report, expected: dm.Report, way: str) -> None:
    for one, other in zip(rows_of(found), rows_of(expected), strict=False):
        assert one == other, way
    assert len(found.rows) == len(expected.rows), way
    assert (found.records, found.events_excluded, found.links_excluded) == (expected.records, expected.events_excluded, expected.links_excluded), way
    assert found.to_bytes() == expected.to_bytes(), way


@given(desks())
@settings(max_examples=MOST // 6)
def test_forms_of_tables(desk: Desk) -> None:
    note(desk)
    expected = report(desk, arrow, requests())
    found = {name: report(desk, form, requests()) for name, form in FORMS.items()}
    with tempfile.TemporaryDirectory() as folder:
        for ending in ("csv", "parquet"):
            found[ending] = read(desk, Path(folder), ending).report(requests(), **ARGUMENTS)
    for name, each in found.items():
        assert_same(each, expected, name)
        assert warnings(each) == warnings(expected), name


@given(desks())
@settings(max_examples=MOST // 20)
def test_kpis_alone_and_by_default(desk: Desk) -> None:
    note(desk)
    every = [row for request in requests() for row in rows_of(report(desk, arrow, [request]))]
    # Rows come by part of the report, then by KPI.
    assert sorted(every, key=repr) == sorted(rows_of(report(desk, arrow, requests())), key=repr)
    for row in rows_of(report(desk, arrow, None)):
        assert row in every


@given(desks())
@settings(max_examples=MOST // 6)
def test_merged_partitions(desk: Desk) -> None:
    note(desk)
    expected = report(desk, arrow, requests())
    parts = [report(desk.part(number), arrow, requests()) for number in range(2)]
    for one, other in (parts, parts[::-1]):
        assert_same(one + dm.Report.from_bytes(other.to_bytes()), expected, "merged")
    assert (parts[0] + parts[1]).to_bytes() == expected.to_bytes()


@given(desks())
@settings(max_examples=MOST // 20)
def test_replays_and_functions(desk: Desk) -> None:
    note(desk)
    kpis = [request for request in requests() if dm.catalogue()[request["kpi"]].topic != "surveys" and "question" not in request]
    of = {"tickets": arrow("tickets", desk.tickets), "events": arrow("events", desk.events)}
    expected = dm.report(**of, kpis=kpis, **ARGUMENTS, **CONTRACTS)
    replay = dm.replay(of["events"], tickets=of["tickets"], as_of=ARGUMENTS["as_of"], **CONTRACTS)
    assert_same(replay.report(kpis, **{key: value for key, value in ARGUMENTS.items() if key != "as_of"}), expected, "replay")
    for request in kpis:
        options = {{"with": "of"}.get(key, key): value for key, value in request.items() if key != "kpi"}
        result = getattr(dm, dm.catalogue()[request["kpi"]].function)(replay, **options).to_dict()
        rows = dm.report(**of, kpis=[request], as_of=ARGUMENTS["as_of"], **CONTRACTS).rows
        assert {row.measure: row.value for row in rows} == {name: measure["value"] for name, measure in result["measures"].items()}, request
        assert (rows[0].n, rows[0].excluded) == (result["n"], result["excluded"]), request
