"""Long calls answer Ctrl-C."""

from __future__ import annotations

import gc
import pickle
import signal
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.csv
import pytest

import deskmetrics as dm

ROWS = 60_000
DESK = dm.Schedule("Europe/Madrid", "Mo-Fr 09:00-17:00")
OPENED = pl.Series(np.full(2_000_000, 1_772_000_000_000)).cast(pl.Datetime("ms", "UTC"))


def instants(hours: Any) -> pa.Array:
    return pa.array(1_772_000_000_000_000 + 3_600_000_000 * hours).cast(pa.timestamp("us", "UTC"))


@cache
def tickets() -> pa.Table:
    """Each has a value of its own, so a report by it has a slice for each."""
    number = np.arange(ROWS)
    own = pa.array(np.char.add("m", number.astype(str)))
    return pa.table({"id": number, "created_at": instants(number % 500), "solved_at": instants(number % 500 + 5), "own": own})


@cache
def events() -> pa.Table:
    number = np.arange(ROWS)
    kinds = pa.array(np.array(["public_message", "solved"])[number % 2])
    return pa.table({"ticket": number // 2, "at": instants(500 + number % 2), "kind": kinds, "author": ["agent"] * ROWS})


@cache
def replay() -> dm.Replay:
    return dm.replay(events(), tickets=tickets().select(["id", "created_at"]))


@cache
def report() -> dm.Report:
    return dm.report(tickets(), kpis=["volume", "solved"], by="own")


def read(folder: Path) -> dm.Dataset:
    if not (folder / "tickets.csv").exists():
        pyarrow.csv.write_csv(tickets(), folder / "tickets.csv")
        lines = ['time_zone = "UTC"', "[[tickets]]", 'file = "tickets.csv"', 'id = "id"', 'created_at = "created_at"', 'attributes = { own = "own" }']
        (folder / "desk.toml").write_text("\n".join(lines), encoding="utf-8")
    return dm.read(folder / "desk.toml")


CALLS: dict[str, Callable[[Path], object]] = {
    "report": lambda _: dm.report(tickets(), kpis="all", by="own"),
    "report of rows": lambda _: dm.report([{"id": 1, "created_at": "2026-03-02T09:00:00Z"}] * 50_000, kpis=["volume"]),
    "report of events": lambda _: dm.report(tickets().select(["id", "created_at"]), events()),
    "replay": lambda _: dm.replay(events(), tickets=tickets()),
    "report of a replay": lambda _: replay().report("all"),
    "metrics": lambda _: replay().metrics,
    "survival": lambda _: replay().survival(),
    "function": lambda _: dm.full_resolution_time(tickets()),
    "read": read,
    "rows": lambda _: report().rows,
    "rows_of": lambda _: report().rows_of("volume"),
    "repr": lambda _: repr(report()),
    "to_dict": lambda _: report().to_dict(),
    "to_json": lambda _: report().to_json(),
    "to_csv": lambda _: report().to_csv(),
    "to Arrow": lambda _: pa.table(report()),
    "pickle": lambda _: pickle.loads(pickle.dumps(report())),
    "sum": lambda _: sum([report()] * 3),
    "schedule": lambda _: DESK.due(OPENED, "8000h"),
}


class StoppedError(Exception):
    """What the signal raises; Ctrl-C raises KeyboardInterrupt in the same way."""


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="other systems have no such timer")
@pytest.mark.parametrize("call", CALLS)
def test_ctrl_c_is_answered(call: str, tmp_path: Path) -> None:
    """Within half a second where nothing else runs; the limit is for busy machines."""

    def stop(*_: object) -> None:
        raise StoppedError

    work = CALLS[call]
    work(tmp_path)
    before = signal.signal(signal.SIGALRM, stop)
    # Python ignores what is raised in a callback of the collector, such as that of Hypothesis.
    gc.disable()
    try:
        for after in (0.05, 0.2):
            due = time.monotonic() + after
            with pytest.raises(StoppedError):
                # Repeated, since Python ignores what is raised in a destructor.
                signal.setitimer(signal.ITIMER_REAL, after, 1.0)
                while True:
                    work(tmp_path)
            assert time.monotonic() - due < 2.5
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        gc.enable()
