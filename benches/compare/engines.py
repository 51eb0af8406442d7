"""The same data, held the way each engine likes it best. Preparing it is not measured."""

from __future__ import annotations

import os
from functools import cached_property

THREADS = int(os.environ.setdefault("COMPARE_THREADS", "1"))
os.environ["POLARS_MAX_THREADS"] = str(THREADS)

import duckdb  # noqa: E402
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
import polars as pl  # noqa: E402
import pyarrow as pa  # noqa: E402

from calendar_tables import FIRST_HOUR, LAST_HOUR, day_of_hour, week_of_hour, worked_hours  # noqa: E402
from data import AUTHORS, KINDS, MARKETS, PRIORITIES, QUESTIONS, STATUSES, SURVEY, TEAMS, Data  # noqa: E402

ENUMS = {"market": MARKETS, "team": TEAMS, "priority": PRIORITIES, "kind": KINDS, "status": STATUSES, "author": AUTHORS,
         "question": [*QUESTIONS, SURVEY]}


class Frames:
    """One table for each engine, made on first use."""

    def __init__(self, data: Data) -> None:
        self.data = data
        self._made: dict[tuple[str, str], object] = {}

    def _get(self, engine: str, table: str, make):
        if (engine, table) not in self._made:
            self._made[engine, table] = make(self.arrow(table))
        return self._made[engine, table]

    def arrow(self, table: str) -> pa.Table:
        """The Arrow table itself, for deskmetrics."""
        return getattr(self.data, f"{table}_table")

    def polars(self, table: str) -> pl.DataFrame:
        """Words as Enum."""
        return self._get("polars", table, lambda arrow: pl.from_arrow(arrow).with_columns(
            pl.col(name).cast(pl.Enum(words)) for name, words in ENUMS.items() if name in arrow.column_names))

    def pandas(self, table: str) -> pd.DataFrame:
        """Words as categories, numbers as NumPy columns, missing scores as -1, missing timestamps as 0 microseconds."""
        return self._get("pandas", table, _numpy_backed)

    def duckdb(self, *tables: str) -> duckdb.DuckDBPyConnection:
        """A connection with these tables (words as ENUM) and the table of hours."""
        connection = self._connection
        for table in tables:
            self._get("duckdb", table, lambda arrow, table=table: _load(connection, table, arrow))
        return connection

    @cached_property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect(config={"threads": THREADS, "preserve_insertion_order": False})
        connection.execute("set timezone = 'UTC'")
        for name, words in ENUMS.items():
            connection.execute(f"create type {name} as enum ({', '.join(repr(word) for word in words)})")
        before, worked = worked_hours()
        hours = pa.table({"hour": np.arange(FIRST_HOUR, LAST_HOUR), "week": week_of_hour(), "day": day_of_hour(),
                          "before": before, "worked": worked})
        connection.register("hours_arrow", hours)
        connection.execute("create table hours as select * from hours_arrow")
        return connection


def _numpy_backed(arrow: pa.Table) -> pd.DataFrame:
    columns = {}
    for field in arrow.schema:
        column = arrow[field.name].combine_chunks()
        if pa.types.is_dictionary(field.type):
            codes = column.indices.fill_null(-1).to_numpy(zero_copy_only=False)
            columns[field.name] = pd.Categorical.from_codes(codes, column.dictionary.to_pylist())
        elif pa.types.is_timestamp(field.type):
            columns[field.name] = column.cast(pa.int64()).fill_null(0).to_numpy()
        elif column.null_count:
            columns[field.name] = column.fill_null(-1).to_numpy(zero_copy_only=False)
        else:
            columns[field.name] = column.to_numpy(zero_copy_only=False)
    return pd.DataFrame(columns)


def _load(connection, table: str, arrow: pa.Table) -> bool:
    connection.register("incoming", arrow)
    columns = ", ".join(
        f"{name}::varchar::{name} as {name}" if name in ENUMS else f'"{name}"' for name in arrow.column_names)
    connection.execute(f"create table {table} as select {columns} from incoming")
    connection.unregister("incoming")
    return True
