"""W1: NPS, CSAT and CES of answers with one row per question, and the response rate of the surveys sent."""

import numpy as np
import polars as pl

from data import AS_OF, QUESTIONS
from engines import THREADS

TABLES = ["answer", "invitation"]


def by_polars(frames):
    score, nps, csat, ces = pl.col("score"), *(pl.col("question") == question for question in QUESTIONS)

    def times(which):
        return which.sum().cast(pl.Int64)

    answers = frames.polars("answer").lazy().select(
        nps=(times(nps & (score >= 9)) - times(nps & (score <= 6))) / times(nps & score.is_not_null()) * 100,
        csat=times(csat & (score >= 4)) / times(csat & score.is_not_null()) * 100,
        ces=score.filter(ces).mean(),
    )
    sent = frames.polars("invitation").lazy().select(
        (pl.col("answered_at").is_not_null() & pl.col("delivered")).sum() / pl.col("delivered").sum() * 100)
    found, rate = pl.collect_all([answers, sent], engine="streaming")
    return {"all": (*found.row(0), *rate.row(0))}


def by_duckdb(frames):
    con = frames.duckdb("answer", "invitation")
    found = con.execute("""
        select (count(*) filter (question = 'nps' and score >= 9) - count(*) filter (question = 'nps' and score <= 6))
                   / count(score) filter (question = 'nps') * 100,
               count(*) filter (question = 'csat' and score >= 4) / count(score) filter (question = 'csat') * 100,
               avg(score) filter (question = 'ces')
        from answer""").fetchone()
    rate = con.execute(
        "select count(answered_at) filter (delivered) / count(*) filter (delivered) * 100 from invitation").fetchone()
    return {"all": (*found, *rate)}


def by_pandas(frames):
    answers, sent = frames.pandas("answer"), frames.pandas("invitation")
    codes = answers["question"].cat.codes.to_numpy() * np.int8(12) + answers["score"].to_numpy() + np.int8(1)
    nps, csat, ces = np.bincount(codes, minlength=36).reshape(3, 12)[:, 1:]
    delivered = sent["delivered"].to_numpy()
    answered = np.count_nonzero(delivered & (sent["answered_at"].to_numpy() != 0))
    return {"all": (
        (nps[9:].sum() - nps[:7].sum()) / nps.sum() * 100,
        csat[4:].sum() / csat.sum() * 100,
        (ces * np.arange(len(ces))).sum() / ces.sum(),
        answered / np.count_nonzero(delivered) * 100,
    )}


def by_deskmetrics(frames):
    import deskmetrics as dm

    return dm.report(
        surveys=frames.arrow("answer"), invitations=frames.arrow("invitation"),
        kpis=["nps", "csat", "ces", {"kpi": "response_rate", "question": "survey"}], scales={"csat": (1, 5), "ces": (1, 7)},
        as_of=AS_OF, threads=THREADS,
    )


def summary(report):
    """A report as the values of its KPIs."""
    return {"all": tuple(report[kpi].value for kpi in ("nps", "csat", "ces", "response_rate"))}
