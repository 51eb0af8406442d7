"""W1: NPS, CSAT, CES and response rate of all survey rows."""

import numpy as np
import polars as pl

TABLES = ["survey"]


def by_polars(frames):
    nps, csat, ces = pl.col("nps"), pl.col("csat"), pl.col("ces")
    row = frames.polars("survey").lazy().select(
        nps=((nps >= 9).sum().cast(pl.Int64) - (nps <= 6).sum().cast(pl.Int64)) / nps.count() * 100,
        csat=(csat >= 4).sum() / csat.count() * 100,
        ces=ces.mean(),
        rate=(pl.col("answered_at").is_not_null() & pl.col("delivered")).sum() / pl.col("delivered").sum() * 100,
    ).collect(engine="streaming")
    return {"all": row.row(0)}


def by_duckdb(frames):
    return {"all": frames.duckdb("survey").execute("""
        select (count(*) filter (nps >= 9) - count(*) filter (nps <= 6)) / count(nps) * 100,
               count(*) filter (csat >= 4) / count(csat) * 100,
               avg(ces),
               count(answered_at) filter (delivered) / count(*) filter (delivered) * 100
        from survey""").fetchone()}


def by_pandas(frames):
    survey = frames.pandas("survey")
    nps = np.bincount(survey["nps"].to_numpy() + 1, minlength=12)[1:]
    csat = np.bincount(survey["csat"].to_numpy() + 1, minlength=7)[1:]
    ces = np.bincount(survey["ces"].to_numpy() + 1, minlength=9)[1:]
    delivered = survey["delivered"].to_numpy()
    answered = np.count_nonzero(delivered & (survey["answered_at"].to_numpy() != 0))
    return {"all": (
        (nps[9:].sum() - nps[:7].sum()) / nps.sum() * 100,
        csat[4:].sum() / csat.sum() * 100,
        (ces * np.arange(len(ces))).sum() / ces.sum(),
        answered / np.count_nonzero(delivered) * 100,
    )}


def by_deskmetrics(frames):
    import deskmetrics as dm

    survey = frames.arrow("survey")
    return {"all": (
        dm.nps(survey["nps"]).value,
        dm.csat(survey["csat"], scale=(1, 5)).value,
        dm.ces(survey["ces"], scale=(1, 7)).value,
        dm.response_rate(survey["sent_at"], survey["answered_at"], delivered=survey["delivered"]).value,
    )}
