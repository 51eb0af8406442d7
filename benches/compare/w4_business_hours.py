"""W4: working time between creation and solve of every solved ticket."""

import numpy as np
import polars as pl

from calendar_tables import CLOSES, FIRST_HOUR, HOLIDAYS, OPENS, counted, worked_hours
from data import HOUR, ZONE

TABLES = ["ticket"]


def by_polars(frames):
    before, worked = (pl.lit(pl.Series(values)) for values in worked_hours())

    def until(name):
        at = pl.col(name).cast(pl.Int64)
        place = at // HOUR - FIRST_HOUR
        return before.gather(place) + worked.gather(place) * (at % HOUR)

    spans = frames.polars("ticket").lazy().filter(pl.col("solved_at").is_not_null()).select(
        elapsed=until("solved_at") - until("created_at")).collect()
    return spans["elapsed"]


def by_duckdb(frames):
    spans = frames.duckdb("ticket").sql(f"""
        select (e.before + e.worked * (epoch_us(solved_at) % {HOUR}))
             - (s.before + s.worked * (epoch_us(created_at) % {HOUR})) as elapsed
        from ticket join hours s on s.hour = epoch_us(created_at) // {HOUR}
                    join hours e on e.hour = epoch_us(solved_at) // {HOUR}""").to_arrow_table()
    return spans["elapsed"]


def by_pandas(frames):
    tickets = frames.pandas("ticket")
    solved = tickets["solved_at"].to_numpy()
    here = solved != 0
    return counted(solved[here]) - counted(tickets["created_at"].to_numpy()[here])


def by_deskmetrics(frames):
    import deskmetrics as dm

    hours = dm.Schedule(ZONE, f"Mo-Fr {OPENS:02}:00-{CLOSES}:00", holidays=HOLIDAYS)
    tickets = frames.arrow("ticket")
    return hours.elapsed(tickets["created_at"], tickets["solved_at"])


def summary(answer):
    """Its sum and number: the order of rows is each engine's own affair."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if isinstance(answer, pl.Series):
        return {"all": (answer.sum(), answer.len())}
    if isinstance(answer, np.ndarray):
        return {"all": (int(answer.sum()), len(answer))}
    answer = answer if isinstance(answer, (pa.Array, pa.ChunkedArray)) else pa.chunked_array(answer)
    answer = answer.cast(pa.int64())
    return {"all": (pc.sum(answer).as_py(), len(answer) - answer.null_count)}
