"""Columns of every supported library with the same values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import arro3.core
import duckdb
import nanoarrow
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa


def numpy_of(values: Sequence[Any]) -> Any:
    if isinstance(next((value for value in values if value is not None), None), str):
        return np.array(values, dtype=object)
    return np.array([np.nan if value is None else value for value in values], dtype="f8")


def arrow(values: Sequence[Any]) -> pa.Array:
    return pa.array(values)


def duck(values: Sequence[Any]) -> Any:
    column = pa.table({"value": arrow(values)})
    connection = duckdb.connect()
    connection.register("given", column)
    return connection.sql("select value from given")


def chunks(values: Sequence[Any]) -> pa.ChunkedArray:
    middle = len(values) // 2
    kind = arrow(values).type
    return pa.chunked_array([arrow(values[:middle]).cast(kind), arrow(values[middle:]).cast(kind)])


# Each makes a column of Python values, in which None is missing.
NUMBERS: dict[str, Callable[[Sequence[Any]], Any]] = {
    "list": list,
    "tuple": tuple,
    "numpy": numpy_of,
    "numpy object": lambda values: np.array(values, dtype=object),
    "numpy strided": lambda values: np.repeat(numpy_of(values), 2)[::2],
    "numpy big-endian": lambda values: numpy_of(values).astype(">f8"),
    "numpy float32": lambda values: numpy_of(values).astype("f4"),
    "numpy float16": lambda values: numpy_of(values).astype("f2"),
    "numpy masked": lambda values: np.ma.masked_invalid(numpy_of(values)),
    "pandas": lambda values: pd.Series(values, dtype="f8"),
    "pandas nullable": lambda values: pd.Series(values, dtype="Int64"),
    "pandas pyarrow": lambda values: pd.Series(values, dtype="int16[pyarrow]"),
    "pandas object": lambda values: pd.Series(values, dtype=object),
    "pandas category": lambda values: pd.Series(values, dtype="Int64").astype("category"),
    "pandas index": lambda values: pd.Index(pd.Series(values, dtype="f8")),
    "pandas array": lambda values: pd.array(values, dtype="Int8"),
    "pandas frame": lambda values: pd.DataFrame({"score": pd.Series(values, dtype="f8")}),
    "pandas odd index": lambda values: pd.Series(values, index=[7] * len(values), dtype="f8"),
    "polars": lambda values: pl.Series(values, dtype=pl.Int64),
    "polars narrow": lambda values: pl.Series(values, dtype=pl.UInt8),
    "polars float": lambda values: pl.Series([float("nan") if value is None else float(value) for value in values]),
    "polars chunks": lambda values: pl.concat(
        [pl.Series(values[:1], dtype=pl.Int32), pl.Series(values[1:], dtype=pl.Int32)], rechunk=False
    ),
    "polars frame": lambda values: pl.DataFrame({"score": values}),
    "pyarrow": arrow,
    "pyarrow float16": lambda values: arrow(values).cast(pa.float64()).cast(pa.float16()),
    "pyarrow decimal": lambda values: arrow(values).cast(pa.decimal128(21, 2)),
    "pyarrow chunks": chunks,
    "pyarrow dictionary": lambda values: arrow(values).dictionary_encode(),
    "pyarrow table": lambda values: pa.table({"score": arrow(values)}),
    "pyarrow batch": lambda values: pa.record_batch({"score": arrow(values)}),
    "pyarrow reader": lambda values: pa.table({"score": arrow(values)}).to_reader(max_chunksize=2),
    "pyarrow struct": lambda values: pa.StructArray.from_arrays([arrow(values)], names=["score"]),
    "duckdb": duck,
    "arro3": lambda values: arro3.core.Array.from_arrow(arrow(values)),
    "arro3 chunks": lambda values: arro3.core.ChunkedArray.from_arrow(chunks(values)),
    "nanoarrow": lambda values: nanoarrow.Array(arrow(values)),
    "nanoarrow c": lambda values: nanoarrow.c_array(arrow(values)),
    "nanoarrow stream": lambda values: nanoarrow.ArrayStream(chunks(values)),
}

TEXTS: dict[str, Callable[[Sequence[Any]], Any]] = {
    "pandas": lambda values: pd.Series(values),
    "pandas object": lambda values: pd.Series(values, dtype=object),
    "pandas category": lambda values: pd.Series(values, dtype="category"),
    "polars": lambda values: pl.Series(values),
    "polars category": lambda values: pl.Series(values, dtype=pl.Categorical),
    "pyarrow string": lambda values: pa.array(values, pa.string()),
    "pyarrow large": lambda values: pa.array(values, pa.large_string()),
    "pyarrow view": lambda values: pa.array(values, pa.string_view()),
    "pyarrow dictionary": lambda values: pa.array(values).dictionary_encode(),
    "duckdb": duck,
    "numpy object": lambda values: np.array(values, dtype=object),
}


def in_unit(values: Sequence[datetime | None], unit: str, zone: str) -> pa.Array:
    return pa.array(values, pa.timestamp("us", tz="UTC")).cast(pa.timestamp(unit, tz=zone))


def pandas_in(unit: Any, values: Sequence[datetime | None]) -> Any:
    return pd.Series(pd.to_datetime(values, utc=True).as_unit(unit))


def polars_in(unit: Any, values: Sequence[datetime | None]) -> pl.Series:
    return pl.Series(values, dtype=pl.Datetime("us", "UTC")).cast(pl.Datetime(unit, "UTC"))


# Each makes a column of aware timestamps.
TIMESTAMPS: dict[str, Callable[[Sequence[datetime | None]], Any]] = {
    **{f"pandas {unit}": partial(pandas_in, unit) for unit in ("s", "ms", "us", "ns")},
    **{f"polars {unit}": partial(polars_in, unit) for unit in ("ms", "us", "ns")},
    **{f"pyarrow {unit}": partial(in_unit, unit=unit, zone="Europe/Madrid") for unit in ("s", "ms", "us", "ns")},
    "pandas object": lambda values: pd.Series(values, dtype=object),
    "pandas zone": lambda values: pd.Series(pd.to_datetime(values, utc=True).tz_convert("Europe/Paris")),
    "polars zone": lambda values: pl.Series(values, dtype=pl.Datetime("us", "UTC")).dt.convert_time_zone("Asia/Tokyo"),
    "pyarrow chunks": lambda values: pa.chunked_array(
        [in_unit(values[:1], "us", "UTC"), in_unit(values[1:], "us", "UTC")]
    ),
    "duckdb": duck,
    "arro3": lambda values: arro3.core.Array.from_arrow(in_unit(values, "us", "UTC")),
    "nanoarrow": lambda values: nanoarrow.Array(in_unit(values, "us", "UTC")),
}


def to_list(column: Any) -> list[Any]:
    """Any column as Python values; what is missing is None."""
    values: list[Any] = _values(column)
    return values


def _values(column: Any) -> Any:
    if isinstance(column, list):
        return column
    if isinstance(column, np.ndarray):
        column = pd.Series(column)
    if isinstance(column, pd.Series):
        values = [None if pd.isna(value) else value for value in column.tolist()]
        return [value.to_pydatetime() if isinstance(value, pd.Timestamp) else value for value in values]
    if isinstance(column, pl.Series):
        return column.to_list()
    if isinstance(column, (pa.Array, pa.ChunkedArray)):
        return column.to_pylist()
    return pa.array(column).to_pylist()


def plain(value: Any) -> Any:
    """A duration as Python has it."""
    return timedelta(microseconds=value.value / 1000) if isinstance(value, pd.Timedelta) else value
