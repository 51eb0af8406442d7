"""Comparison of two results, or of a result with a fixed value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from . import _deskmetrics as _core
from . import _html
from ._deskmetrics import KpiResult, ReportRow
from .exceptions import ArgumentTypeError
from .interval import Interval

__all__ = ["Comparison", "compare"]


@dataclass(frozen=True, slots=True, repr=False)
class Comparison:
    """A difference with its interval and the p-value of a test against no difference.

    Attributes
    ----------
    difference : float
        The first value minus the second; of shares in percentage points.
    interval : Interval
        Of the difference.
    p_value : float
        Two-sided.
    n : int
        Records behind the smaller of the two values.
    unit : str
        Of the difference, as that of the results.
    """

    difference: float
    interval: Interval
    p_value: float
    n: int
    unit: str

    def significance(self, min_n: int = 30) -> Literal["too_few", "not_significant", "significant"]:
        """Whether the difference is significant.

        Parameters
        ----------
        min_n : int, default 30
            Below this on either side it is ``"too_few"``, whatever the result of the test.

        Returns
        -------
        str
            ``"significant"`` when the p-value is below 1 minus the level of the interval.

        Examples
        --------
        >>> import deskmetrics as dm
        >>> change = dm.compare(dm.response_rate(80, 48), dm.response_rate(70, 56))
        >>> change.significance(), change.significance(min_n=100)
        ('significant', 'too_few')
        """
        if self.n < min_n:
            return "too_few"
        return "significant" if self.p_value < 1.0 - self.interval.level else "not_significant"

    def __repr__(self) -> str:
        few = ": too few" if self.significance() == "too_few" else ""
        return (
            f"Comparison(difference={self.difference!r}, interval={self.interval!r}, p_value={self.p_value!r}, n={self.n!r}, "
            f"unit={self.unit!r}{few})"
        )

    def _repr_html_(self) -> str:
        return _html.comparison(self)


def compare(
    a: KpiResult | ReportRow, b: KpiResult | ReportRow | float | timedelta, *, level: float = 0.95
) -> Comparison:
    """Compare a result or a row of a report with another one, or with a fixed value such as an industry average.

    Shares are compared by the pooled z test, or by Fisher's exact test when an expected count is below 5, with Newcombe's
    interval; net scores by the z test with adjusted Wald standard errors, or by the exact permutation test with at most 100
    answers in all; means by Welch's t test, medians of durations by Bonett and Price's interval, counts of events by
    the exact test of Poisson rates; against a fixed value the one-sample forms are used. Stocks such as the backlog
    have no test.

    Parameters
    ----------
    a : KpiResult or ReportRow
        Of a report, a headline: ``report.get("csat", market="DK")``.
    b : KpiResult, ReportRow, float or datetime.timedelta
        One of the same KPI with equal options, or a value in the unit of ``a``; of durations also a ``timedelta``.
    level : float, default 0.95
        Of the interval, between 0 and 1.

    Returns
    -------
    Comparison
        Of ``a`` minus ``b``.

    Raises
    ------
    ArgumentTypeError
        When the two are of different KPIs, or the first is neither a result nor a row.
    ArgumentError
        When there is no test for them, too little was counted, or a row is another measure than the headline.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> change = dm.compare(dm.response_rate(70, 56), dm.response_rate(80, 48))
    >>> round(change.difference, 1), round(change.p_value, 4), change.significance()
    (20.0, 0.008, 'significant')
    >>> lower, upper = change.interval
    >>> round(lower, 1), round(upper, 1)
    (5.2, 33.4)
    >>> round(dm.compare(dm.csat([5, 5, 5]), dm.csat([1, 1, 1])).p_value, 4)
    0.1
    >>> round(dm.compare(dm.response_rate(100, 30), 20.0).p_value, 4)
    0.0124
    >>> surveys = {"csat": [5, 5, 5, 1, 1, 1], "market": ["DK"] * 3 + ["ES"] * 3}
    >>> report = dm.report(surveys=surveys, kpis=["csat"], scales={"csat": (1, 5)}, by="market")
    >>> round(dm.compare(report.get("csat", market="DK"), report.get("csat", market="ES")).p_value, 4)
    0.1
    """
    if not isinstance(a, (KpiResult, ReportRow)):
        results = isinstance(b, (KpiResult, ReportRow))
        place = "; give it second, to compare a result with it" if results else ", such as dm.nps(scores)"
        raise ArgumentTypeError(f"a: {a!r} ({type(a).__name__}) is not the result of a KPI, nor a row of a report{place}")
    difference, interval, p_value, n, unit = _core._compare(a, b, level)
    return Comparison(difference, interval, p_value, n, unit)
