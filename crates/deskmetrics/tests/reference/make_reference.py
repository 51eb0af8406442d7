"""Writes reference.json: statistics of small samples by scipy, statsmodels, lifelines and numpy.

The tests in ../statistics_reference.rs compare this library with it. To write it again:

    python -m venv venv && venv/bin/pip install -r requirements.txt && venv/bin/python make_reference.py
"""

import json
import math
from importlib.metadata import version
from pathlib import Path

import numpy as np
import scipy.stats as st
from lifelines import KaplanMeierFitter
from lifelines.statistics import logrank_test
from lifelines.utils import median_survival_times
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint, proportions_ztest
from statsmodels.stats.rates import confint_poisson, confint_poisson_2indep
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

RANDOM = np.random.default_rng(20260301)
LEVELS = (0.8, 0.95, 0.99)


def ends(pair) -> list:
    """Infinite ends become null, as in JSON written by the library."""
    return [None if not math.isfinite(end) else float(end) for end in pair]


def shares() -> list:
    cases = [(0, 10), (10, 10), (8, 10), (6, 32), (50, 100), (1, 2), (0, 1), (2767, 3371), (1, 100_000)]
    return [
        {"hits": hits, "total": total, "level": level,
         "interval": ends(proportion_confint(hits, total, alpha=1 - level, method="wilson"))}
        for hits, total in cases for level in LEVELS
    ]


def share_differences() -> list:
    cases = [((56, 70), (48, 80)), ((9, 10), (3, 10)), ((10, 100), (12, 100)), ((0, 20), (4, 20)), ((700, 1000), (600, 1000))]
    rows = []
    for first, second in cases:
        _, p_value = proportions_ztest([first[0], second[0]], [first[1], second[1]])
        for level in LEVELS:
            interval = confint_proportions_2indep(*first, *second, method="newcomb", alpha=1 - level)
            rows.append({"first": first, "second": second, "level": level, "p_value": float(p_value), "interval": ends(interval)})
    return rows


def net_scores() -> list:
    """Adjusted Wald: three quarters of a detractor and a promoter and one and a half passives are added, then plain Wald."""
    rows = []
    for positive, neutral, negative in [(3, 2, 1), (30, 50, 20), (10, 0, 0), (0, 0, 7), (600, 220, 180), (1, 0, 1)]:
        weights = np.array([positive + 0.75, neutral + 1.5, negative + 0.75])
        # statsmodels divides the variance by the sum of weights less one, the formula by the sum: scaled to undo it
        total = weights.sum()
        stats = DescrStatsW([1.0, 0.0, -1.0], weights * (total + 1) / total)
        for level in LEVELS:
            low, high = stats.zconfint_mean(alpha=1 - level)
            rows.append({"positive": positive, "neutral": neutral, "negative": negative, "level": level,
                         "interval": [max(-1.0, float(low)), min(1.0, float(high))]})
    return rows


def means() -> list:
    samples = [[1, 5, 4, 4, 2, 5], [7, 7, 7, 6], [1, 2], *(RANDOM.integers(1, 8, n).tolist() for n in (10, 57, 300))]
    rows = []
    for sample in samples:
        for level in LEVELS:
            rows.append({"scores": sample, "level": level, "mean": float(np.mean(sample)),
                         "interval": ends(DescrStatsW(sample).tconfint_mean(alpha=1 - level))})
    return rows


def mean_differences() -> list:
    rows = []
    for n, m, shift in [(6, 6, 2), (20, 35, 0), (100, 40, 1)]:
        first = RANDOM.integers(1, 6, n).tolist()
        second = (RANDOM.integers(1, 6, m) + shift).tolist()
        compared = CompareMeans(DescrStatsW(first), DescrStatsW(second))
        rows.append({"first": first, "second": second, "level": 0.95,
                     "p_value": float(st.ttest_ind(first, second, equal_var=False).pvalue),
                     "interval": ends(compared.tconfint_diff(usevar="unequal"))})
    return rows


def durations(n: int) -> list:
    """Waiting times in seconds: skewed, with ties."""
    return [int(x) for x in np.ceil(RANDOM.lognormal(8, 1.5, n) / 60) * 60]


def quantiles() -> list:
    rows = []
    for n in (1, 2, 7, 10, 101, 500):
        sample = durations(n)
        values = [[q, float(np.quantile(sample, q, method="linear"))] for q in (0.0, 0.1, 0.25, 0.5, 0.9, 0.95, 1.0)]
        rows.append({"seconds": sample, "values": values})
    return rows


def quantile_intervals() -> list:
    """Order statistics whose ranks come from scipy's binomial distribution."""
    rows = []
    for n in (6, 10, 25, 100, 400):
        sample = durations(n)
        ordered = np.sort(sample)
        rows.append({"seconds": sample, "intervals": []})
        for q in (0.5, 0.9):
            for level in LEVELS:
                tail = (1 - level) / 2
                lower, upper = int(st.binom.ppf(tail, n, q)), int(st.binom.ppf(1 - tail, n, q)) + 1
                inside = lower >= 1 and upper <= n
                interval = [float(ordered[lower - 1]), float(ordered[upper - 1])] if inside else None
                rows[-1]["intervals"].append({"q": q, "level": level, "interval": interval})
    return rows


def survival() -> list:
    rows = []
    for n, cut in [(6, 4000), (30, 3000), (200, 5000), (200, 1500), (300, 20_000)]:
        sample = durations(n)
        watched = [int(x) for x in RANDOM.integers(cut // 2, cut * 2, n)]
        seconds = [min(pair) for pair in zip(sample, watched, strict=True)]
        ended = [duration <= limit for duration, limit in zip(sample, watched, strict=True)]
        curve = KaplanMeierFitter().fit(seconds, ended)
        # # rounded: a curve that reaches one half exactly must not miss it by a rounding error of exp and log
        median = float(median_survival_times(curve.survival_function_.round(12)))
        known = math.isfinite(median)
        intervals = []
        for level in LEVELS:
            pointwise = KaplanMeierFitter(alpha=1 - level).fit(seconds, ended).confidence_interval_
            intervals.append({"level": level, "interval": ends(median_survival_times(pointwise.round(12)).iloc[0]) if known else None})
        rows.append({"seconds": seconds, "ended": ended, "median": median if known else None, "intervals": intervals,
                     "within": [[limit, 1 - float(curve.predict(limit))] for limit in (600, 3000)],
                     "curve": steps(curve) if n < 100 else []})
    return rows


def steps(curve: KaplanMeierFitter) -> list:
    """Seconds, share still running, its interval, watched just before, ended then: where something ended."""
    table, band = curve.event_table, curve.confidence_interval_
    rows = []
    for at in table.index[table["observed"] > 0]:
        running = float(curve.survival_function_.loc[at].iloc[0])
        interval = ends(band.loc[at]) if running > 1e-12 else None
        rows.append([float(at), running, interval, int(table.at_risk[at]), int(table.observed[at])])
    return rows


def survival_differences() -> list:
    """The log-rank test, and the difference of the medians with the interval made of theirs (Zou and Donner 2008)."""
    rows = []
    for n, m, factor in [(30, 30, 1.0), (80, 50, 2.5), (200, 300, 1.4), (12, 9, 5.0)]:
        sides = []
        for size, slower in ((n, 1.0), (m, factor)):
            sample = [int(x * slower) for x in durations(size)]
            watched = [int(x) for x in RANDOM.integers(3000, 20_000, size)]
            sides.append({"seconds": [min(pair) for pair in zip(sample, watched, strict=True)],
                          "ended": [duration <= limit for duration, limit in zip(sample, watched, strict=True)]})
        test = logrank_test(sides[0]["seconds"], sides[1]["seconds"], sides[0]["ended"], sides[1]["ended"])
        medians, intervals = [], []
        for side in sides:
            curve = KaplanMeierFitter().fit(side["seconds"], side["ended"])
            medians.append(float(median_survival_times(curve.survival_function_.round(12))))
            intervals.append(median_survival_times(curve.confidence_interval_.round(12)).iloc[0].tolist())
        known = all(math.isfinite(median) for median in medians)
        rows.append({"sides": sides, "p_value": float(test.p_value),
                     "difference": medians[0] - medians[1] if known else None,
                     "interval": recovered(medians, intervals) if known else None})
    return rows


def recovered(values, intervals) -> list:
    """The interval of a difference, made of the intervals of both values."""
    (first, second), (one, other) = values, intervals
    return [v if math.isfinite(v) else None for v in (
        first - second - math.hypot(first - one[0], other[1] - second),
        first - second + math.hypot(one[1] - first, second - other[0]))]


def counts() -> list:
    """Garwood's interval, and the exact test against a fixed count."""
    rows = []
    for count, benchmark in [(0, 2.5), (1, 4.0), (7, 7.0), (130, 100.0), (4096, 4000.0)]:
        p_value = min(1.0, 2 * min(st.poisson.cdf(count, benchmark), st.poisson.sf(count - 1, benchmark)))
        for level in LEVELS:
            rows.append({"count": count, "benchmark": benchmark, "level": level, "p_value": float(p_value),
                         "interval": ends(confint_poisson(count, 1, method="exact-c", alpha=1 - level))})
    return rows


def rate_differences() -> list:
    """The conditional test; the interval by statsmodels' own recovery, of exact intervals."""
    rows = []
    cases = [((130, 1.0), (100, 1.0)), ((0, 1.0), (5, 1.0)), ((3, 1.0), (0, 1.0)), ((3100, 31.0), (2700, 28.0)), ((12, 7.0), (3, 2.0))]
    for first, second in cases:
        total, share = first[0] + second[0], first[1] / (first[1] + second[1])
        p_value = min(1.0, 2 * min(st.binom.cdf(first[0], total, share), st.binom.sf(first[0] - 1, total, share)))
        for level in LEVELS:
            interval = confint_poisson_2indep(*first, *second, method="mover", compare="diff", alpha=1 - level, method_mover="exact-c")
            rows.append({"first": first, "second": second, "level": level, "p_value": float(p_value), "interval": ends(interval)})
    return rows


def median_benchmarks() -> list:
    """The sign test: ties with the benchmark are on neither side."""
    rows = []
    for n, benchmark in [(10, 3000), (100, 3000), (101, 2000)]:
        sample = durations(n)
        below, equal = sum(x < benchmark for x in sample), sum(x == benchmark for x in sample)
        p_value = min(1.0, 2 * min(st.binom.cdf(below, n - equal, 0.5), st.binom.sf(below - 1, n - equal, 0.5)))
        rows.append({"seconds": sample, "benchmark": benchmark, "p_value": float(p_value)})
    return rows


def responses() -> list:
    rows = []
    for answered, invited in [((300, 150), (500, 500)), ((30, 15), (50, 50)), ((5, 9, 40), (60, 50, 300)), ((20, 20), (100, 100))]:
        table = [answered, [n - yes for yes, n in zip(answered, invited, strict=True)]]
        propensities = np.repeat([yes / n for yes, n in zip(answered, invited, strict=True)], invited)
        weights = np.repeat([n / yes for yes, n in zip(answered, invited, strict=True)], answered)
        rows.append({"answered": answered, "invited": invited,
                     "p_value": float(st.chi2_contingency(table, correction=False).pvalue),
                     "r_indicator": float(1 - 2 * np.std(propensities, ddof=1)),
                     "variation": float(np.std(propensities, ddof=1) / propensities.mean()),
                     "effective_n": float(weights.sum() ** 2 / (weights**2).sum())})
    return rows


def main() -> None:
    parts = [shares, share_differences, net_scores, means, mean_differences, quantiles, quantile_intervals, survival, responses,
             survival_differences, counts, rate_differences, median_benchmarks]
    made_with = {name: version(name) for name in ("lifelines", "numpy", "scipy", "statsmodels")}
    reference = {"made_with": made_with} | {part.__name__: part() for part in parts}
    lines = []
    for name, rows in reference.items():
        if isinstance(rows, list):
            body = ",\n".join("  " + json.dumps(row, separators=(",", ":")) for row in rows)
            lines.append(f' "{name}": [\n{body}\n ]')
        else:
            lines.append(f' "{name}": {json.dumps(rows)}')
    Path(__file__).with_name("reference.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
