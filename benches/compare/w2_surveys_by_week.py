"""W2: NPS, CSAT, CES by market and the ISO week of the answer, response rate by the week of the invitation, local time."""

from datetime import date

import numpy as np
import polars as pl

from calendar_tables import FIRST_HOUR, week_of_hour
from data import AS_OF, HOUR, MARKETS, ZONE
from engines import THREADS

TABLES = ["survey"]
NOTHING = (None,) * 3


def by_polars(frames):
    nps, csat, ces = pl.col("nps"), pl.col("csat"), pl.col("ces")
    weeks = pl.Series(week_of_hour())

    def week(column):
        hour = pl.col(column).cast(pl.Int64) // HOUR - FIRST_HOUR
        return pl.lit(weeks).gather(hour).alias("week")

    survey = frames.polars("survey").lazy()
    scores = survey.filter(pl.col("answered_at").is_not_null()).group_by("market", week("answered_at")).agg(
        nps=((nps >= 9).sum().cast(pl.Int64) - (nps <= 6).sum().cast(pl.Int64)) / nps.count() * 100,
        csat=(csat >= 4).sum() / csat.count() * 100,
        ces=ces.mean(),
    )
    rates = survey.filter(pl.col("delivered")).group_by("market", week("sent_at")).agg(
        rate=pl.col("answered_at").count() / pl.len() * 100)
    return _joined(*(frame.rows() for frame in pl.collect_all([scores, rates])))


def by_duckdb(frames):
    con = frames.duckdb("survey")
    scores = con.execute(f"""
        select market, week, (count(*) filter (nps >= 9) - count(*) filter (nps <= 6)) / count(nps) * 100,
               count(*) filter (csat >= 4) / count(csat) * 100, avg(ces)
        from survey join hours on hour = epoch_us(answered_at) // {HOUR} group by all""").fetchall()
    rates = con.execute(f"""
        select market, week, count(answered_at) / count(*) * 100
        from survey join hours on hour = epoch_us(sent_at) // {HOUR} where delivered group by all""").fetchall()
    return _joined(scores, rates)


def by_pandas(frames):
    survey = frames.pandas("survey")
    weeks = week_of_hour()
    first = int(weeks[0])
    width = (int(weeks[-1]) - first) // 7 + 1
    market = survey["market"].cat.codes.to_numpy().astype(np.int64)

    def cell(column):
        at = survey[column].to_numpy()
        here = at != 0
        return here, market[here] * width + (weeks[at[here] // HOUR - FIRST_HOUR] - first) // 7

    cells = len(MARKETS) * width
    answered, at = cell("answered_at")

    def histogram(column, most):
        score = survey[column].to_numpy()[answered].astype(np.int64)
        given = score >= 0
        return np.bincount(at[given] * (most + 1) + score[given], minlength=cells * (most + 1)).reshape(cells, -1)

    with np.errstate(invalid="ignore"):
        nps, csat, ces = histogram("nps", 10), histogram("csat", 5), histogram("ces", 7)
        scores = np.stack([
            (nps[:, 9:].sum(1) - nps[:, :7].sum(1)) / nps.sum(1) * 100,
            csat[:, 4:].sum(1) / csat.sum(1) * 100,
            (ces * np.arange(8)).sum(1) / ces.sum(1),
        ], 1)
        _, sent = cell("sent_at")
        delivered = survey["delivered"].to_numpy()
        rate = (np.bincount(sent, weights=answered & delivered, minlength=cells)
                / np.bincount(sent, weights=delivered, minlength=cells) * 100)
    found = {}
    for place in np.flatnonzero((nps.sum(1) > 0) | ~np.isnan(rate)):
        values = [None if np.isnan(value) else value for value in (*scores[place], rate[place])]
        found[MARKETS[place // width], first + 7 * int(place % width)] = tuple(values)
    return found


def by_deskmetrics(frames):
    import deskmetrics as dm

    return dm.report(
        surveys=frames.arrow("survey"), invitations=frames.arrow("invitation"),
        kpis=["nps", "csat", "ces", {"kpi": "response_rate", "question": "survey"}], scales={"csat": (1, 5), "ces": (1, 7)},
        by="market", period="week", tz=ZONE, as_of=AS_OF, threads=THREADS,
    )


def summary(report):
    """A report as scores by market and Monday."""
    found = {}
    for row in report.rows:
        if row.headline and row.keys and row.period_start is not None:
            group = row.keys["market"], (row.period_start.date() - date(1970, 1, 1)).days
            found.setdefault(group, [None] * 4)[["nps", "csat", "ces", "response_rate"].index(row.kpi)] = row.value
    return {group: tuple(values) for group, values in found.items()}


def _joined(scores, rates):
    found = {}
    for market, week, *values in scores:
        found[market, week] = (*values, None)
    for market, week, rate in rates:
        found[market, week] = (*found.get((market, week), NOTHING)[:3], rate)
    return found
