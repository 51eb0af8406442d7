"""W2: NPS, CSAT, CES by market and the ISO week of the answer, response rate by the week of the invitation, local time."""

from datetime import date

import numpy as np
import polars as pl

from calendar_tables import FIRST_HOUR, week_of_hour
from data import AS_OF, HOUR, MARKETS, QUESTIONS, ZONE
from engines import THREADS

TABLES = ["answer", "invitation"]
NOTHING = (None,) * 3


def by_polars(frames):
    score, nps, csat, ces = pl.col("score"), *(pl.col("question") == question for question in QUESTIONS)
    weeks = pl.Series(week_of_hour())

    def week(column):
        hour = pl.col(column).cast(pl.Int64) // HOUR - FIRST_HOUR
        return pl.lit(weeks).gather(hour).alias("week")

    def times(which):
        return which.sum().cast(pl.Int64)

    scores = frames.polars("answer").lazy().group_by("market", week("answered_at")).agg(
        nps=(times(nps & (score >= 9)) - times(nps & (score <= 6))) / times(nps & score.is_not_null()) * 100,
        csat=times(csat & (score >= 4)) / times(csat & score.is_not_null()) * 100,
        ces=score.filter(ces).mean(),
    )
    rates = frames.polars("invitation").lazy().filter(pl.col("delivered")).group_by("market", week("sent_at")).agg(
        rate=pl.col("answered_at").count() / pl.len() * 100)
    return _joined(*(frame.rows() for frame in pl.collect_all([scores, rates])))


def by_duckdb(frames):
    con = frames.duckdb("answer", "invitation")
    scores = con.execute(f"""
        select market, week,
               (count(*) filter (question = 'nps' and score >= 9) - count(*) filter (question = 'nps' and score <= 6))
                   / count(score) filter (question = 'nps') * 100,
               count(*) filter (question = 'csat' and score >= 4) / count(score) filter (question = 'csat') * 100,
               avg(score) filter (question = 'ces')
        from answer join hours on hour = epoch_us(answered_at) // {HOUR} group by all""").fetchall()
    rates = con.execute(f"""
        select market, week, count(answered_at) / count(*) * 100
        from invitation join hours on hour = epoch_us(sent_at) // {HOUR} where delivered group by all""").fetchall()
    return _joined(scores, rates)


def by_pandas(frames):
    answers, invitations = frames.pandas("answer"), frames.pandas("invitation")
    weeks = week_of_hour()
    first = int(weeks[0])
    width = (int(weeks[-1]) - first) // 7 + 1

    def cell(table, column):
        week = (weeks[table[column].to_numpy() // HOUR - FIRST_HOUR] - first) // 7
        return table["market"].cat.codes.to_numpy().astype(np.int64) * width + week

    cells = len(MARKETS) * width
    places = cell(answers, "answered_at") * 3 + answers["question"].cat.codes.to_numpy()
    counts = np.bincount(places * 12 + answers["score"].to_numpy() + 1, minlength=cells * 36).reshape(cells, 3, 12)

    with np.errstate(invalid="ignore"):
        nps, csat, ces = counts[:, 0, 1:], counts[:, 1, 1:], counts[:, 2, 1:]
        scores = np.stack([
            (nps[:, 9:].sum(1) - nps[:, :7].sum(1)) / nps.sum(1) * 100,
            csat[:, 4:].sum(1) / csat.sum(1) * 100,
            (ces * np.arange(11)).sum(1) / ces.sum(1),
        ], 1)
        sent, answered = cell(invitations, "sent_at"), invitations["answered_at"].to_numpy() != 0
        delivered = invitations["delivered"].to_numpy()
        rate = (np.bincount(sent, weights=answered & delivered, minlength=cells)
                / np.bincount(sent, weights=delivered, minlength=cells) * 100)
    found = {}
    for place in np.flatnonzero((counts.sum((1, 2)) > 0) | ~np.isnan(rate)):
        values = [None if np.isnan(value) else value for value in (*scores[place], rate[place])]
        found[MARKETS[place // width], first + 7 * int(place % width)] = tuple(values)
    return found


def by_deskmetrics(frames):
    import deskmetrics as dm

    return dm.report(
        surveys=frames.arrow("answer"), invitations=frames.arrow("invitation"),
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
