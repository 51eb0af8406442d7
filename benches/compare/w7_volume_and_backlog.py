"""W7: tickets created by local ISO week, and tickets open at each local midnight, by market."""

from datetime import date

import numpy as np
import polars as pl

from calendar_tables import FIRST_HOUR, day_of_hour, week_of_hour
from data import AS_OF, HOUR, MARKETS, ZONE
from engines import THREADS

TABLES = ["ticket"]

FIRST_WEEK, FIRST_DAY = int(week_of_hour()[0]), int(day_of_hour()[0])
WEEKS = (int(week_of_hour()[-1]) - FIRST_WEEK) // 7 + 1
DAYS = int(day_of_hour()[-1]) - FIRST_DAY + 1


def by_polars(frames):
    weeks, days = pl.lit(pl.Series(week_of_hour())), pl.lit(pl.Series(day_of_hour()))

    def place(name):
        return pl.col(name).cast(pl.Int64) // HOUR - FIRST_HOUR

    tickets = frames.polars("ticket").lazy()
    created = tickets.group_by("market", week=weeks.gather(place("created_at")),
                               day=days.gather(place("created_at"))).agg(n=pl.len())
    solved = tickets.filter(pl.col("solved_at").is_not_null()).group_by(
        "market", day=days.gather(place("solved_at"))).agg(n=pl.len())
    return _matrices(*(frame.with_columns(pl.col("market").to_physical()).to_numpy().T
                       for frame in pl.collect_all([created, solved])))


def by_duckdb(frames):
    con = frames.duckdb("ticket")
    created = con.execute(f"""
        select enum_code(market) as market, week, day, count(*) as n
        from ticket join hours on hour = epoch_us(created_at) // {HOUR} group by all""").fetchnumpy()
    solved = con.execute(f"""
        select enum_code(market) as market, day, count(*) as n
        from ticket join hours on hour = epoch_us(solved_at) // {HOUR} group by all""").fetchnumpy()
    return _matrices(created.values(), solved.values())


def by_pandas(frames):
    tickets = frames.pandas("ticket")
    market = tickets["market"].cat.codes.to_numpy().astype(np.int64)
    created, solved = (tickets[name].to_numpy() for name in ("created_at", "solved_at"))
    done = solved != 0

    def cells(at, markets, of_hour, width):
        place = of_hour[at // HOUR - FIRST_HOUR]
        return np.bincount(markets * width + place, minlength=len(MARKETS) * width).reshape(len(MARKETS), width)

    weeks, days = (week_of_hour() - FIRST_WEEK) // 7, day_of_hour() - FIRST_DAY
    volume = cells(created, market, weeks, WEEKS)
    change = cells(created, market, days, DAYS) - cells(solved[done], market[done], days, DAYS)
    return volume, change.cumsum(axis=1)


def by_deskmetrics(frames):
    import deskmetrics as dm

    tickets = frames.arrow("ticket")
    about = {"tickets": frames.arrow("ticket"), "by": "market", "tz": ZONE, "as_of": AS_OF, "threads": THREADS}
    return (dm.report(kpis=["volume"], period="week", **about), dm.report(kpis=["backlog"], period="day", **about))


def _matrices(created, solved):
    """Counts by group as one row for each market: created by week, open at the end of each day."""
    volume, change = np.zeros((len(MARKETS), WEEKS), np.int64), np.zeros((len(MARKETS), DAYS), np.int64)
    market, week, day, n = created
    np.add.at(volume, (market, (week - FIRST_WEEK) // 7), n)
    np.add.at(change, (market, day - FIRST_DAY), n)
    market, day, n = solved
    np.add.at(change, (market, day - FIRST_DAY), -n)
    return volume, change.cumsum(axis=1)


def summary(answer):
    """Tickets by market and week, open ones by market and day from the first ticket's day to the cut-off's."""
    volume, backlog = answer
    if not isinstance(volume, np.ndarray):
        return _rows(volume) | _rows(backlog)
    found = {("volume", MARKETS[row], int(FIRST_WEEK + 7 * column)): (int(volume[row, column]),)
             for row, column in zip(*np.nonzero(volume))}
    first, last = np.flatnonzero(np.diff(backlog.sum(axis=0), prepend=0))[[0, -1]]
    for row in range(len(MARKETS)):
        for column in range(first, last + 1):
            found["backlog", MARKETS[row], int(FIRST_DAY + column)] = (int(backlog[row, column]),)
    return found


def _rows(report):
    """A report as counts by KPI, market and day."""
    return {(row.kpi, row.keys["market"], (row.period_start.date() - date(1970, 1, 1)).days): (row.value,)
            for row in report.rows if row.headline and row.keys and row.period_start is not None}
