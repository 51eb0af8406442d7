"""KPIs of ticket tables equal KPIs of files."""

import inspect
import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

import deskmetrics as dm

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
ENDS = ["first_response_at", "solved_at", "closed_at"]
STATES = {
    "fcr": {"policy": "no_repeat_contact_within(7days)"},
    "time_in_status": {"status": "open"},
    "time_in_group": {"group": "nordic"},
}


def tickets(seed: int) -> pl.DataFrame:
    """Tickets with and without replies and ends, some of them impossible, one twice."""
    dice = random.Random(seed)
    rows = []
    for number in range(300):
        created = START + timedelta(minutes=dice.randrange(60 * 24 * 30))
        row = {"id": f"T-{number}", "created_at": created, "customer": f"C-{dice.randrange(150)}", "team": dice.choice(["nordic", "iberia", None])}
        at = created
        for end in ENDS:
            at += timedelta(minutes=dice.choice([-1, 0, 5, 90, 2000, 9000]) if dice.random() < 0.3 else dice.randrange(600))
            row[end] = at if dice.random() < 0.8 else None
        rows.append(row)
    rows.append(rows[0])
    return pl.DataFrame(rows, schema_overrides={name: pl.Datetime("us", "UTC") for name in ["created_at", *ENDS]})


def of_a_file(table: pl.DataFrame, folder: Path) -> dm.Dataset:
    table.with_columns(pl.col("created_at", *ENDS).dt.strftime("%Y-%m-%dT%H:%M:%S%.fZ")).write_csv(folder / "tickets.csv")
    lines = ['time_zone = "UTC"', "[[tickets]]", 'file = "tickets.csv"', 'id = "id"', 'created_at = "created_at"', 'requester = "customer"']
    lines += [f'{end} = "{end}"' for end in ENDS]
    (folder / "desk.toml").write_text("\n".join([*lines, 'attributes = { team = "team" }']), encoding="utf-8")
    return dm.read(folder / "desk.toml")


def ids() -> list[str]:
    """KPIs that a table of tickets alone can answer."""
    found = []
    for definition in dm.catalogue():
        function = getattr(dm, definition.function)
        try:
            function(tickets(0), **STATES.get(definition.id, {}))
        except (dm.DeskmetricsError, TypeError):
            continue
        found.append(definition.id)
    return found


def test_columns_and_records_give_the_same(tmp_path: Path) -> None:
    compared = ids()
    assert len(compared) > 10
    assert {"volume", "fcr", "full_resolution_time", "backlog"} <= set(compared)
    for seed in range(3):
        table = tickets(seed)
        dataset = of_a_file(table, tmp_path)
        for kpi in compared:
            function = getattr(dm, dm.catalogue()[kpi].function)
            cuts: list[dict[str, Any]] = [{}]
            if "as_of" in inspect.signature(function).parameters:
                cuts.append({"as_of": START + timedelta(days=12)})
            for cut in cuts:
                fast, slow = (function(source, **STATES.get(kpi, {}), **cut) for source in (table, dataset))
                assert json.dumps(fast.to_dict(), default=str) == json.dumps(slow.to_dict(), default=str), (kpi, cut)


def test_a_report_without_a_cut_off_ends_with_the_data(tmp_path: Path) -> None:
    table = tickets(7)
    kpis = ["volume", "backlog", "full_resolution_time"]
    about: dict[str, Any] = {"kpis": kpis, "by": "team", "period": "week", "tz": "Europe/Copenhagen"}
    fast, slow = dm.report(table, **about), of_a_file(table, tmp_path).report(**about)
    assert fast.as_of == slow.as_of
    assert [(row.kpi, row.measure, row.value, row.n) for row in fast.rows] == [
        (row.kpi, row.measure, row.value, row.n) for row in slow.rows]
