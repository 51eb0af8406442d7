"""Representativeness and weighted scores."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from scipy import stats

import deskmetrics as dm

RESPONSE = dm.representativeness({"chat": (500, 300), "mail": (500, 150)})
SEGMENTS = ["chat"] * 500 + ["mail"] * 500
ANSWERED = [True] * 300 + [False] * 200 + [True] * 150 + [False] * 350


def test_response_by_segment() -> None:
    assert RESPONSE.n == 1000 and RESPONSE.response_rate == 45.0
    assert RESPONSE.segments()["mail"] == {"invited": 500, "answered": 150, "percent": 30.0}
    rates = np.repeat([0.6, 0.3], 500)
    assert RESPONSE.r_indicator == pytest.approx(1 - 2 * rates.std(ddof=1), abs=1e-12)
    assert RESPONSE.variation == pytest.approx(rates.std(ddof=1) / 0.45, abs=1e-12)
    table = [[300, 200], [150, 350]]
    assert RESPONSE.p_even == pytest.approx(stats.chi2_contingency(table, correction=False).pvalue, rel=1e-9)


@pytest.mark.parametrize("kind", [list, pd.Series, pl.Series, pa.array, np.array])
def test_columns(kind: type) -> None:
    assert dm.representativeness(kind(SEGMENTS), kind(ANSWERED)) == RESPONSE
    assert dm.representativeness(pa.array(SEGMENTS).dictionary_encode(), kind(ANSWERED)) == RESPONSE
    scores = [10, 9, 7, 3]
    expected = dm.weighted_score(scores, [1.0, 1.0, 2.0, 0.5], scale="nps")
    assert dm.weighted_score(kind(scores), kind([1.0, 1.0, 2.0, 0.5]), scale="nps") == expected


def test_adjusted_to_those_invited() -> None:
    scores = [10] * 180 + [8] * 60 + [3] * 60 + [10] * 45 + [8] * 45 + [3] * 60
    segments = pl.Series(["chat"] * 300 + ["mail"] * 150)
    nps = RESPONSE.adjust(scores, segments, kpi="nps")
    assert nps is not None and nps.value == pytest.approx((40.0 - 10.0) / 2) and nps.effective_n == pytest.approx(400.0)
    assert nps.interval is not None and nps.interval.lower < nps.value < nps.interval.upper
    stars = [5 if score == 10 else 1 for score in scores]
    csat = RESPONSE.adjust(np.array(stars), segments)
    assert csat is not None and csat.value == pytest.approx((60.0 + 30.0) / 2)
    efforts = [7 if score == 10 else 1 for score in scores]
    ces = RESPONSE.adjust(efforts, segments, kpi="ces")
    assert ces is not None and ces.value == pytest.approx((1 + 6 * 0.6 + 1 + 6 * 0.3) / 2)
    half = RESPONSE.adjust(stars[:300], ["chat"] * 300)
    assert half is not None and half.uncovered == 0.5
    assert RESPONSE.adjust([5], ["phone"]) is None


def test_results_are_added_and_serialized() -> None:
    halves = [
        dm.representativeness(SEGMENTS[::2], ANSWERED[::2]),
        dm.representativeness(SEGMENTS[1::2], ANSWERED[1::2]),
    ]
    assert halves[0] + halves[1] == RESPONSE == sum(halves, dm.representativeness({}))
    assert pickle.loads(pickle.dumps(RESPONSE)) == RESPONSE
    rating = dm.weighted_score([5, 1, None], [2.0, 1.0, 1.0], scale=(1, 5))
    assert pickle.loads(pickle.dumps(rating)) == rating and rating.excluded == {"not_answered": 1}
    twice = rating + rating
    assert sum([rating, rating]) == twice
    assert twice.n == 4 and twice.weight == 6.0 and twice.percent == rating.percent


def test_weights() -> None:
    scores, weights = np.array([10, 9, 7, 3]), np.array([1.0, 1.0, 2.0, 0.5])
    nps = dm.weighted_score(scores, weights, scale="nps")
    assert nps.net == pytest.approx(100 * 1.5 / 4.5) and nps.weight == 4.5
    assert nps.mean == pytest.approx(np.average(scores, weights=weights))
    assert nps.effective_n == pytest.approx(weights.sum() ** 2 / (weights**2).sum())
    even = dm.weighted_score([5] * 8 + [1] * 2, [3.0] * 10, scale=(1, 5))
    interval, plain = even.percent_interval_at(0.9), dm.csat([5] * 8 + [1] * 2).interval_at(0.9)
    assert interval is not None and plain is not None and tuple(interval) == pytest.approx(tuple(plain))
    strange = dm.weighted_score([5, 5, 5, 5, 9, 4.5], [1.0, -1.0, math.nan, math.inf, 1.0, 1.0], scale=(1, 5))
    assert strange.n == 1 and sum(strange.excluded.values()) == 5


def test_invalid_arguments() -> None:
    with pytest.raises(dm.ArgumentError, match="600 answered are more than the 500"):
        dm.representativeness({"chat": (500, 600)})
    with pytest.raises(dm.ArgumentTypeError, match="needs answered"):
        dm.representativeness(SEGMENTS)  # type: ignore[call-overload]
    with pytest.raises(dm.ArgumentError, match="answered has 1 elements and segments has 2"):
        dm.representativeness(["a", "b"], [True])
    with pytest.raises(dm.ArgumentError, match="not one of csat, nps, ces"):
        RESPONSE.adjust([5], ["chat"], kpi="fcr")  # type: ignore[arg-type]
    with pytest.raises(dm.ArgumentTypeError, match="weights: a column of Utf8 is not"):
        dm.weighted_score([5], ["heavy"], scale=(1, 5))
