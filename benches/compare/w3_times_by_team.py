"""W3: first response time and full resolution time by team: mean, median, p90, p95, in hours."""

import numpy as np
import polars as pl

from data import AS_OF, HOUR, TEAMS
from engines import THREADS

TABLES = ["ticket"]
COLUMNS = ["first_response_at", "solved_at"]


def by_polars(frames):
    tickets = frames.polars("ticket").lazy()
    spans = [((pl.col(name) - pl.col("created_at")).cast(pl.Int64) / HOUR).alias(name) for name in COLUMNS]
    aggregates = [aggregate.alias(f"{name} {place}") for name in COLUMNS for place, aggregate in enumerate((
        pl.col(name).mean(), *(pl.col(name).quantile(q, "linear") for q in (0.5, 0.9, 0.95))))]
    rows = tickets.select("team", *spans).group_by("team").agg(aggregates).collect().rows()
    return {team: tuple(values) for team, *values in rows}


def by_duckdb(frames):
    # Microseconds are counted; a single call finds all quantiles of a column.
    sql = ", ".join(
        f"avg({span}) / {HOUR}, quantile_cont({span}::double, [0.5, 0.9, 0.95])"
        for span in (f"(epoch_us({name}) - epoch_us(created_at))" for name in COLUMNS))
    rows = frames.duckdb("ticket").execute(f"select team, {sql} from ticket group by team").fetchall()
    return {team: (one, *(value / HOUR for value in ones), two, *(value / HOUR for value in twos))
            for team, one, ones, two, twos in rows}


def by_pandas(frames):
    tickets = frames.pandas("ticket")
    codes = tickets["team"].cat.codes.to_numpy()
    order = np.argsort(codes, kind="stable")  # radix sort for small integers
    bounds = np.searchsorted(codes[order], np.arange(len(TEAMS) + 1))
    created = tickets["created_at"].to_numpy()[order]
    found = {team: () for team in TEAMS}
    for name in COLUMNS:
        at = tickets[name].to_numpy()[order]
        for team, (start, end) in zip(TEAMS, zip(bounds, bounds[1:])):
            here = at[start:end]
            span = (here - created[start:end])[here != 0]
            found[team] += (span.mean() / HOUR, *(np.quantile(span, [0.5, 0.9, 0.95]) / HOUR))
    return found


def by_deskmetrics(frames):
    import deskmetrics as dm

    return dm.report(
        tickets=frames.arrow("ticket"), kpis=["first_response_time", "full_resolution_time"], by="team", as_of=AS_OF, threads=THREADS)


def summary(report):
    """A report as mean, median, p90 and p95 by team, in hours."""
    hours = {(row.keys["team"], row.kpi, row.measure): row.value / 3600 for row in report.rows
             if row.keys and row.value is not None}
    kpis, measures = ("first_response_time", "full_resolution_time"), ("mean", "median", "p90", "p95")
    return {team: tuple(hours[team, kpi, measure] for kpi in kpis for measure in measures) for team in TEAMS}
