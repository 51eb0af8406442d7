"""NPS of five million scores out of pandas, polars, DuckDB, pyarrow and NumPy, held against plain Rust.

    cargo bench -p deskmetrics-benches --bench nps_columns > rust.jsonl
    python benches/compare/nps_columns.py rust.jsonl

The package must be installed as released (`maturin develop --release`). Times are the best of many runs in
milliseconds; "producer" is what the library itself needs to hand its column over, which no reader can avoid.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa

import deskmetrics as dm

ROWS, RUNS = 5_000_000, 100


def best(call: Callable[[], Any]) -> float:
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times) * 1e3


def exported(column: Any) -> Callable[[], Any]:
    """The producer alone, read to its end without a consumer."""
    if hasattr(column, "__arrow_c_stream__"):
        return lambda: pa.chunked_array(column) if not hasattr(column, "columns") else pa.table(column)
    return lambda: None


def main(rust: dict[str, float]) -> None:
    rows = np.arange(ROWS)
    scores, missing = (rows * 7919) % 11, rows % 11 == 10
    floats = np.where(missing, np.nan, scores).astype("f8")
    integers = pa.array(scores, mask=missing)
    small = pa.array(scores.astype("u1"), mask=missing)
    connection = duckdb.connect()
    connection.register("scores", pa.table({"score": integers}))
    connection.sql("create table stored as select * from scores")
    columns: list[tuple[str, str, Any]] = [
        ("pyarrow int64", "int64", integers),
        ("pyarrow uint8", "uint8", small),
        ("polars Int64", "int64", pl.Series(integers)),
        ("polars Float64, NaN", "float64", pl.Series(floats)),
        ("polars UInt8", "uint8", pl.Series(small)),
        ("pandas float64", "float64", pd.Series(floats)),
        ("pandas int64[pyarrow]", "int64", pd.Series(pd.arrays.ArrowExtensionArray(integers))),
        ("pandas Int64", "int64", pd.Series(integers.to_pandas(), dtype="Int64")),
        ("NumPy float64", "float64", floats),
        ("DuckDB relation", "int64", connection.sql("select score from stored")),
    ]
    expected = dm.nps(integers)
    assert expected.n == ROWS - ROWS // 11
    print("| column | deskmetrics | producer alone | Rust on the same type | times Rust |")
    print("|---|---|---|---|---|")
    for name, kind, column in columns:
        assert dm.nps(column) == expected, name
        took, producer = best(lambda column=column: dm.nps(column)), best(exported(column))
        print(f"| {name} | {took:.2f} ms | {producer:.2f} ms | {rust[kind]:.2f} ms | {took / rust[kind]:.2f} |")
    hundred = [9, 10, 3, 7] * 25
    for _ in range(1000):
        dm.nps(hundred)
    print(f"\nA list of 100 scores: {best(lambda: [dm.nps(hundred) for _ in range(100)]) * 10:.1f} µs")


if __name__ == "__main__":
    lines = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
    found = [json.loads(line) for line in lines if line.startswith("{")]
    main({each["column"]: each["best_ms"] for each in found})
