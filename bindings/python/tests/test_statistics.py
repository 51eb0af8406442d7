"""Intervals against statsmodels and scipy, on random answers; skipped where these are not installed.

The environment of `cargo x test` has them. The same statistics are compared with stored figures of these packages by
the Rust tests, which need neither.
"""

import math
import random

import pytest

import deskmetrics as dm

proportion = pytest.importorskip("statsmodels.stats.proportion")
weighted = pytest.importorskip("statsmodels.stats.weightstats")
stats = pytest.importorskip("scipy.stats")

LEVELS = (0.8, 0.95, 0.99)


def answers(seed: int, low: int, high: int) -> list[int]:
    generator = random.Random(seed)
    weights = [generator.random() for _ in range(low, high + 1)]
    return generator.choices(range(low, high + 1), weights, k=generator.choice((2, 9, 40, 300, 5000)))


def same(found: dm.Interval | None, lower: float, upper: float) -> None:
    assert found is not None
    assert found.lower == pytest.approx(lower, abs=1e-9)
    assert found.upper == pytest.approx(upper, abs=1e-9)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("seed", range(10))
def test_shares(seed: int, level: float) -> None:
    scores = answers(seed, 1, 5)
    happy = sum(score >= 4 for score in scores)
    lower, upper = proportion.proportion_confint(happy, len(scores), alpha=1 - level, method="wilson")
    csat = dm.csat(scores, scale=(1, 5))
    assert csat.value == pytest.approx(100 * happy / len(scores))
    same(csat.interval_at(level), 100 * lower, 100 * upper)
    same(dm.response_rate(len(scores), happy).interval_at(level), 100 * lower, 100 * upper)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("seed", range(10))
def test_means(seed: int, level: float) -> None:
    scores = answers(seed, 1, 7)
    if len(set(scores)) < 2:
        scores += [1, 7]
    mean = weighted.DescrStatsW(scores)
    ces = dm.ces(scores, scale="ces2")
    assert ces.value == pytest.approx(mean.mean)
    lower, upper = mean.tconfint_mean(alpha=1 - level)
    # Ours does not leave the scale.
    same(ces.interval_at(level), max(1.0, lower), min(7.0, upper))


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("seed", range(10))
def test_net_scores(seed: int, level: float) -> None:
    """Adjusted Wald, by its published formula: three answers are added, a quarter of them promoters."""
    scores = answers(seed, 0, 10)
    n = len(scores) + 3
    promoters = (sum(score >= 9 for score in scores) + 0.75) / n
    detractors = (sum(score <= 6 for score in scores) + 0.75) / n
    net = promoters - detractors
    half = stats.norm.isf((1 - level) / 2) * math.sqrt((promoters + detractors - net**2) / n)
    nps = dm.nps(scores)
    assert nps.value is not None
    # Ours holds the score itself.
    same(nps.interval_at(level), min(nps.value, max(-100, 100 * (net - half))), max(nps.value, min(100, 100 * (net + half))))


def test_what_is_compared_must_be_a_result() -> None:
    with pytest.raises(dm.ArgumentTypeError, match=r"^a: 5 \(int\) is not the result of a KPI, nor a row of a report; give it second"):
        dm.compare(5, dm.nps([9]))  # type: ignore[arg-type]
    with pytest.raises(dm.ArgumentTypeError, match=r"^a: 5 \(int\) is not the result of a KPI, nor a row of a report, such as"):
        dm.compare(5, 6)  # type: ignore[arg-type]
