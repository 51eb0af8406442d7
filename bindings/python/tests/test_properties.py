"""Results compared with other libraries on generated values."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from producers import to_list
from scipy import stats
from statsmodels.stats.proportion import proportion_confint, proportions_ztest

import deskmetrics as dm

SCORES = st.lists(st.one_of(st.none(), st.integers(-3, 13)), max_size=60)
STARS = st.lists(st.integers(1, 5), min_size=1, max_size=80)
INSTANTS = st.lists(
    st.one_of(st.none(), st.datetimes(datetime(2015, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))),
    min_size=1,
    max_size=30,
)


@given(SCORES)
def test_nps_equals_pandas(scores: list[int | None]) -> None:
    column = pd.Series(scores, dtype="Int64")
    answered = column[column.between(0, 10).fillna(value=False)]
    nps = dm.nps(scores)
    assert nps.n == len(answered)
    if len(answered):
        expected = 100 * ((answered >= 9).mean() - (answered <= 6).mean())
        assert nps.value == pytest.approx(expected, abs=1e-9)
    assert nps.excluded.get("not_answered", 0) == int(column.isna().sum())
    assert nps.n + sum(nps.excluded.values()) == len(scores)


@given(SCORES)
def test_columns_equal_lists(scores: list[int | None]) -> None:
    expected = dm.nps(scores)
    columns: list[Any] = [
        np.array([math.nan if score is None else score for score in scores], dtype="f8"),
        pd.Series(scores, dtype="Int8"),
        pl.Series(scores, dtype=pl.Int16),
        pa.array(scores, pa.int64()),
        pa.array(scores, pa.int8()).dictionary_encode(),
        pa.chunked_array([scores[:3], scores[3:]], pa.float32()),
    ]
    for column in columns:
        assert dm.nps(column) == expected, type(column)


@given(st.lists(st.one_of(st.integers(-(2**63), 2**63 - 1), st.floats()), max_size=40))
def test_any_number_is_counted_once(scores: list[float]) -> None:
    nps = dm.nps(scores)
    assert nps.n + sum(nps.excluded.values()) == len(scores)
    assert nps.excluded.get("not_answered", 0) == sum(score != score for score in scores)


@given(STARS, st.sampled_from([0.8, 0.95, 0.99]))
def test_csat_and_its_interval(stars: list[int], level: float) -> None:
    csat = dm.csat(pl.Series(stars))
    positive, n = sum(star >= 4 for star in stars), len(stars)
    assert csat.value == pytest.approx(100 * positive / n, abs=1e-12)
    assert csat.measures()["mean"]["value"] == pytest.approx(np.mean(stars), abs=1e-12)
    interval = csat.interval_at(level)
    assert interval is not None
    expected = proportion_confint(positive, n, alpha=1 - level, method="wilson")
    assert tuple(interval) == pytest.approx([100 * end for end in expected], abs=1e-9)


@given(st.lists(st.integers(1, 7), min_size=2, max_size=80))
def test_ces_and_its_interval(scores: list[int]) -> None:
    ces = dm.ces(np.array(scores), scale="ces2")
    assert ces.value == pytest.approx(np.mean(scores), abs=1e-12)
    interval, error = ces.interval, stats.sem(scores)
    assert interval is not None
    if error > 0:
        expected = stats.t.interval(0.95, len(scores) - 1, loc=np.mean(scores), scale=error)
        # Ours does not leave the scale.
        assert tuple(interval) == pytest.approx(np.clip(expected, 1, 7), abs=1e-9)


@given(SCORES, st.sampled_from([0.5, 0.95, 0.999]))
def test_intervals_contain_their_estimate(scores: list[int | None], level: float) -> None:
    interval, nps = dm.nps(scores).interval_at(level), dm.nps(scores).value
    if interval is not None and nps is not None:
        assert -100.0 <= interval.lower <= nps <= interval.upper <= 100.0


@given(st.integers(1, 300), st.integers(1, 300), st.data())
def test_two_shares_compared(n_1: int, n_2: int, data: st.DataObject) -> None:
    a, b = data.draw(st.integers(0, n_1)), data.draw(st.integers(0, n_2))
    change = dm.compare(dm.response_rate(n_1, a), dm.response_rate(n_2, b))
    assert change.difference == pytest.approx(100 * (a / n_1 - b / n_2), abs=1e-9)
    assert change.interval.lower - 1e-9 <= change.difference <= change.interval.upper + 1e-9
    expected = stats.contingency.expected_freq([[a, n_1 - a], [b, n_2 - b]])
    if expected.min() < 5:
        assert change.p_value == pytest.approx(stats.fisher_exact([[a, n_1 - a], [b, n_2 - b]]).pvalue, abs=1e-9)
    else:
        _, p_value = proportions_ztest([a, b], [n_1, n_2])
        assert change.p_value == pytest.approx(p_value, abs=1e-9)


@given(st.lists(st.integers(0, 10), min_size=2, max_size=60), st.lists(st.integers(0, 10), min_size=2, max_size=60))
def test_two_means_compared(a: list[int], b: list[int]) -> None:
    if np.var(a) == 0 or np.var(b) == 0:
        return  # scipy warns of it
    scale = {"min": 0, "max": 10, "positive": [7, 10], "negative": [0, 3]}
    change = dm.compare(dm.ces(a, scale=scale), dm.ces(b, scale=scale))
    welch = stats.ttest_ind(a, b, equal_var=False)
    assert change.p_value == pytest.approx(welch.pvalue, abs=1e-9)
    assert tuple(change.interval) == pytest.approx(tuple(welch.confidence_interval()), abs=1e-8)


@given(st.lists(st.integers(0, 100_000), min_size=1, max_size=60))
def test_quantiles_of_durations(seconds: list[int]) -> None:
    talk = pl.Series([timedelta(seconds=each) for each in seconds], dtype=pl.Duration("ms"))
    measures = dm.handle_time(talk).measures()
    assert measures["median"]["value"] == pytest.approx(np.median(seconds), abs=1e-6)
    assert measures["mean"]["value"] == pytest.approx(np.mean(seconds), abs=1e-6)
    assert (measures["min"]["value"], measures["max"]["value"]) == (min(seconds), max(seconds))


@given(SCORES, st.integers(0, 60))
def test_parts_add_up_in_any_grouping(scores: list[int | None], cut: int) -> None:
    whole = dm.nps(scores)
    assert (
        dm.nps(scores[:cut]) + dm.nps(scores[cut:]) == whole == sum((dm.nps([score]) for score in scores), dm.nps([]))
    )
    assert (dm.nps(scores[cut:]) + dm.nps(scores[:cut])).to_bytes() == whole.to_bytes()


DESK = dm.Schedule("Europe/Copenhagen", "Mo-Fr 09:00-17:00; Sa 10:00-14:00", holidays=["--12-25", "2026-04-03"])


@given(INSTANTS, st.integers(-200, 200))
def test_business_time_of_columns_is_that_of_values(timestamps: list[datetime | None], hours: int) -> None:
    start = pl.Series(timestamps, dtype=pl.Datetime("us", "UTC"))
    end = datetime(2026, 3, 2, 9, tzinfo=UTC)
    one_by_one = [None if at is None else DESK.elapsed(at, end) for at in timestamps]
    assert DESK.elapsed(start, end).to_list() == one_by_one == DESK.elapsed(timestamps, end)
    budget = timedelta(hours=hours)
    due = DESK.due(start, budget)
    assert due.to_list() == [None if at is None else DESK.due(at, budget) for at in timestamps]
    # The due time is the budget away in business time.
    assert DESK.elapsed(start, due).to_list() == [None if at is None else budget for at in timestamps]
    assert DESK.is_open(start).to_list() == DESK.is_open(timestamps)
    assert DESK.next_opening(start).to_list() == DESK.next_opening(timestamps)


@given(INSTANTS)
def test_always_open_equals_calendar_time(timestamps: list[datetime | None]) -> None:
    always = dm.Schedule("Europe/Madrid", "00:00-24:00")
    end = datetime(2026, 3, 29, 9, tzinfo=UTC)
    expected = [None if at is None else end - at for at in timestamps]
    column = pd.Series(pd.to_datetime(pd.Series(timestamps, dtype=object), utc=True))
    elapsed = [None if each is None else each.to_pytimedelta() for each in to_list(always.elapsed(column, end))]
    assert elapsed == expected
