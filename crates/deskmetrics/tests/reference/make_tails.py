"""Writes tails.json: quantiles and tail probabilities from small to huge numbers, by mpmath to 30 digits.

The tests in ../statistics_size.rs compare this library with it. To write it again:

    python -m venv venv && venv/bin/pip install mpmath==1.4.1 scipy==1.17.1 && venv/bin/python make_tails.py

scipy gives the Student t quantiles; mpmath checks each against the integral of the density.
"""

import json
from pathlib import Path

import mpmath as mp
import scipy
import scipy.stats as st

mp.mp.dps = 50
LEVELS = (0.8, 0.9, 0.95, 0.99, 0.999)


def t_upper(t, degrees):
    """The upper tail of Student's t, as the integral of the density."""
    d = mp.mpf(degrees)
    ln_constant = mp.loggamma((d + 1) / 2) - mp.loggamma(d / 2) - mp.log(d * mp.pi) / 2
    density = lambda x: mp.exp(ln_constant - (d + 1) / 2 * mp.log1p(x * x / d))
    return mp.mpf(1) / 2 - mp.quad(density, mp.linspace(0, t, 9))


def t_quantile(level, degrees):
    """From scipy's value, one step of Newton with the exact tail: the digits that scipy does not have."""
    tail = (1 - mp.mpf(level)) / 2
    t = mp.mpf(float(st.t.ppf(0.5 + level / 2, degrees)))
    d = mp.mpf(degrees)
    ln_constant = mp.loggamma((d + 1) / 2) - mp.loggamma(d / 2) - mp.log(d * mp.pi) / 2
    for _ in range(3):
        density = mp.exp(ln_constant - (d + 1) / 2 * mp.log1p(t * t / d))
        t -= (tail - t_upper(t, degrees)) / density
    return float(t)


def gamma_upper(a, x):
    """Q(a, x) as an integral around the peak: exact for whole numbers of any size."""
    a, x = mp.mpf(a), mp.mpf(x)
    ln_density = lambda u: (a - 1) * mp.log(u) - u - mp.loggamma(a)
    deviation = mp.sqrt(a)
    if x > a:
        edges = [x + deviation * i for i in range(0, 45)]
        return mp.quad(lambda u: mp.exp(ln_density(u)), edges)
    edges = [mp.mpf(max(0, x - deviation * i)) for i in range(44, -1, -1)]
    edges = [edge for i, edge in enumerate(edges) if i == 0 or edge > edges[i - 1]]
    return 1 - mp.quad(lambda u: mp.exp(ln_density(u)) if u else mp.mpf(0), edges)


def beta_lower(a, b, x):
    a, b, x = mp.mpf(a), mp.mpf(b), mp.mpf(x)
    ln_beta = mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b)
    deviation = mp.sqrt(a * b / (a + b) ** 3)
    density = lambda u: mp.exp((a - 1) * mp.log(u) + (b - 1) * mp.log1p(-u) - ln_beta) if 0 < u < 1 else mp.mpf(0)
    if x < a / (a + b):
        edges = [max(mp.mpf(0), x - deviation * i) for i in range(44, -1, -1)]
        edges = [edge for i, edge in enumerate(edges) if i == 0 or edge > edges[i - 1]]
        return mp.quad(density, edges)
    return 1 - beta_lower(b, a, 1 - x)


def poisson_p(count, expected):
    at_most = gamma_upper(count + 1, expected)
    at_least = 1 - gamma_upper(count, expected)
    return float(min(1, 2 * min(at_most, at_least)))


def half_p(hits, total):
    """Twice the smaller tail of a binomial count with probability one half."""
    half = mp.mpf(1) / 2
    at_most = beta_lower(total - hits, hits + 1, half)
    at_least = beta_lower(hits, total - hits + 1, half)
    return float(min(1, 2 * min(at_most, at_least)))


def garwood(count, level):
    """Ends of the exact interval of a Poisson count, by Newton's steps from scipy's quantile."""
    tail = (1 - mp.mpf(level)) / 2

    def quantile(shape, p):
        x = mp.mpf(float(st.gamma.ppf(float(p), shape)))
        for _ in range(4):
            density = mp.exp((shape - 1) * mp.log(x) - x - mp.loggamma(shape))
            x -= (1 - gamma_upper(shape, x) - p) / density
        return float(x)

    return [quantile(count, tail), quantile(count + 1, 1 - tail)]


def main() -> None:
    degrees = [1, 2, 3, 5, 10, 30, 100, 1000, 9_999, 10_000, 10_001, 100_000, 1_000_000, 10_000_000, 14_000_000, 14_400_000,
               20_000_000, 10**9, 10**12]
    data = {
        "made_with": {"mpmath": mp.__version__, "scipy": scipy.__version__},
        "t": [[level, d, t_quantile(level, d)] for d in degrees for level in LEVELS],
        "poisson": [
            [count, expected, poisson_p(count, expected), garwood(count, 0.95)]
            for count, expected in [
                (3, 8.5), (120, 100.0), (10_300, 10_000.0), (999_000, 1_000_000.0), (99_950_000, 100_000_000.0),
                (100_040_000, 100_000_000.0), (1_000_100_000, 1_000_000_000.0), (10**12 - 5 * 10**6, 1e12),
            ]
        ],
        "half": [
            [hits, total, half_p(hits, total)]
            for hits, total in [
                (3, 10), (60, 100), (4_900, 10_000), (501_000, 1_000_000), (50_010_000, 100_000_000),
                (499_990_000, 10**9), (200_010_000, 400_000_004), (5 * 10**11 - 2 * 10**6, 10**12),
            ]
        ],
    }
    text = json.dumps(data, indent=None, separators=(",", ":")).replace("]],", "]],\n").replace("],[", "],\n[")
    Path(__file__).with_name("tails.json").write_text(text + "\n", encoding="utf-8")


main()
