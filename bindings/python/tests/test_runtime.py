"""Threads, memory, interrupts, speed of small calls, dependencies."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
import time
import timeit
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import deskmetrics as dm
from deskmetrics import sample

FOLDER = Path(__file__).resolve().parents[3] / "examples" / "sample"


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux")
def test_memory_does_not_grow() -> None:
    start = datetime(2026, 3, 6, 16, tzinfo=UTC)
    desk = dm.Schedule("UTC", "Mo-Fr 09:00-17:00")
    columns = [pl.Series([9, 10, 3] * 50), pa.array([9, 10, 3] * 50), np.array([9.0, 10.0, 3.0] * 50), [9, 10, 3] * 50]
    timestamps = pl.Series([start] * 100)
    frame = pd.Series([9, 10, 3] * 50)

    def calls(times: int) -> None:
        for _ in range(times):
            for column in columns:
                result = dm.nps(column)
            repr(result + dm.nps(frame))
            result.measures()
            desk.due(timestamps, "4h")
            desk.elapsed([start] * 10, start)
            with pytest.raises(dm.ArgumentTypeError):
                dm.nps({"score": 9})

    calls(500)
    gc.collect()
    tracemalloc.start()
    python_before, before = tracemalloc.get_traced_memory()[0], resident()
    calls(10_000 // 4)
    gc.collect()
    python_grown = tracemalloc.get_traced_memory()[0] - python_before
    tracemalloc.stop()
    assert python_grown < 200_000
    # A leak of one column of 150 rows a call would be 12 MB.
    assert resident() - before < 8_000_000


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux")
def test_memory_of_reports_does_not_grow() -> None:
    """2,000 calls of what makes reports."""
    tickets = {"id": list(range(200)), "created_at": ["2026-03-02T09:00:00Z"] * 200, "market": ["DK", "ES"] * 100}
    report = dm.report(tickets, kpis=["volume", "backlog"], by="market")

    def calls(times: int) -> None:
        for _ in range(times):
            more = dm.report(tickets, kpis=["volume", "backlog"], by="market")
            repr(dm.Report.from_bytes((report + more).to_bytes()))
            report.to_dict()
            pa.table(more)
            dm.volume(sample.tickets())
            sample.tickets().explain("T-1")
            with pytest.raises(dm.ArgumentError):
                dm.Report.from_bytes(b"something else")

    calls(100)
    gc.collect()
    before = resident()
    calls(2_000 // 8)
    gc.collect()
    # A leak of a report a call would be more.
    assert resident() - before < 4_000_000


def test_threads_give_the_result_of_one() -> None:
    rng = np.random.default_rng(7)
    parts = [rng.integers(0, 11, 20_000) for _ in range(16)]
    desk = dm.Schedule("Europe/Madrid", "Mo-Fr 09:00-17:00")
    timestamps = pl.Series(rng.integers(1_700_000_000_000, 1_800_000_000_000, 20_000)).cast(pl.Datetime("ms", "UTC"))
    expected = [dm.nps(part) for part in parts], desk.due(timestamps, "8h")
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(dm.nps, parts)) == expected[0]
        assert all(each.equals(expected[1]) for each in pool.map(lambda _: desk.due(timestamps, "8h"), range(16)))
        assert sum(pool.map(lambda part: dm.nps(part), parts)) == dm.nps(np.concatenate(parts))


def test_threads_share_objects() -> None:
    """Sixteen threads use the same objects at once."""
    replay, desk = sample.tickets(), dm.Schedule("Europe/Madrid", "Mo-Fr 09:00-17:00")
    dataset = dm.read(FOLDER / "description.toml")
    report, catalogue, tracker = dataset.report(by="market"), dm.catalogue(), dm.Tracker()
    opened = datetime(2026, 3, 2, 9, tzinfo=UTC)
    tracker.open({"id": "T-1", "created_at": opened})

    def use(_: int) -> tuple[Any, ...]:
        tracker.push({"ticket": "T-1", "at": opened, "kind": "internal_note", "author": "agent"})
        return (
            [row.to_dict() for row in dataset.report(by="market").rows],
            (report + report).to_bytes(),
            dm.Report.from_bytes(report.to_bytes()) == report,
            str(report),
            [row.to_dict() for row in replay.report().rows],
            replay.metrics.to_pandas().to_csv(),
            dm.first_response_time(replay),
            desk.due(opened, "20h"),
            catalogue["fcr"].name,
            tracker.tickets,
        )

    expected = use(0)
    with ThreadPoolExecutor(16) as pool:
        assert all(found == expected for found in pool.map(use, range(48)))


FORKED = """
import os, sys
import numpy as np, pyarrow as pa
import deskmetrics as dm
n = 60_000
at = pa.array(1_772_000_000_000_000 + np.arange(n)).cast(pa.timestamp("us", "UTC"))
tickets = pa.table({"id": np.arange(n), "created_at": at, "solved_at": at, "market": pa.array(np.array(["DK", "ES"])[np.arange(n) % 2])})
def work():
    replay = dm.replay({"ticket": [0], "at": ["2026-03-02T09:00:00Z"], "kind": ["solved"], "author": ["agent"]}, tickets=tickets)
    first = dm.report(tickets, kpis="all", by="market")
    return [(first + first).to_bytes(), repr(first), repr(replay), replay.metrics.to_pandas().shape, repr(dm.volume(tickets))]
before = work()
child = os.fork()
if child == 0:
    os._exit(0 if work() == before else 3)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="other systems have no fork")
def test_fork_after_use() -> None:
    """The threads of a process do not exist in its forks."""
    ran = subprocess.run([sys.executable, "-W", "ignore", "-c", FORKED], capture_output=True, text=True, check=False, timeout=60)
    assert ran.stdout == "0\n", ran.stderr


def test_gil_is_released() -> None:
    """A long call does not hold the interpreter."""
    starts = pl.Series(np.full(5_000_000, 1_772_000_000_000)).cast(pl.Datetime("ms", "UTC"))
    desk = dm.Schedule("Europe/Madrid", "Mo-Fr 09:00-17:00")
    ticks, done = 0, threading.Event()

    def tick() -> None:
        nonlocal ticks
        while not done.is_set():
            ticks += 1
            time.sleep(0.0005)

    ticker = threading.Thread(target=tick)
    ticker.start()
    before = ticks
    desk.due(starts, "800h")
    during = ticks - before
    done.set()
    ticker.join()
    assert during > 5


def test_a_small_list_costs_microseconds() -> None:
    scores = [9, 10, 3, 7] * 25
    best = min(timeit.repeat(lambda: dm.nps(scores), number=200, repeat=5)) / 200
    # Some 10 microseconds as released; the limit is for debug builds on busy machines.
    assert best < 300e-6


def test_nothing_is_copied() -> None:
    """Counting a column takes no memory of its size."""
    for column in (np.zeros(4_000_000), pl.Series(np.zeros(4_000_000)), pa.array(np.zeros(4_000_000))):
        before = resident()
        assert dm.nps(column).n == 4_000_000
        assert resident() - before < 16_000_000


@pytest.mark.parametrize("absent", ["pyarrow", "numpy", "pandas", "polars"])
def test_other_libraries_may_be_absent(absent: str) -> None:
    """pandas without pyarrow, polars without NumPy ..."""
    script = f"""
import sys
sys.modules[{absent!r}] = None
import deskmetrics as dm
expected = dm.nps([9, None, 3])
desk = dm.Schedule("UTC", "Mo-Fr 09:00-17:00")
if {absent!r} not in ("pandas", "numpy"):
    import pandas as pd
    for kind in ("f8", "Int64", object):
        assert dm.nps(pd.Series([9, None, 3], dtype=kind)) == expected
    at = pd.Series(pd.to_datetime(["2026-03-06T16:00Z", None], format="ISO8601"))
    assert desk.due(at, "2h")[0].isoformat() == "2026-03-09T10:00:00+00:00" if {absent!r} != "pyarrow" else True
if {absent!r} != "polars":
    import polars as pl
    assert dm.nps(pl.Series([9, None, 3])) == expected
    assert dm.nps(pl.DataFrame({{"score": [9, None, 3]}})) == expected
print("fine")
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert ran.stdout == "fine\n", ran.stderr
