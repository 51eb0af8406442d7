"""Confidence intervals, and values that were corrected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Adjusted", "Interval"]


@dataclass(frozen=True, slots=True)
class Interval:
    """A two-sided confidence interval; unpacks into its ends.

    Attributes
    ----------
    lower, upper : float
        The ends, in the unit of the value.
    level : float
        The confidence level, between 0 and 1.
    method : str
        How it was computed: ``"wilson"``, ``"adjusted_wald"``, ``"student_t"`` ...

    Examples
    --------
    >>> import deskmetrics as dm
    >>> interval = dm.csat([5, 4, 1]).interval_at(0.9)
    >>> lower, upper = interval
    >>> interval.lower == lower, interval[1] == upper, interval.level, interval.method
    (True, True, 0.9, 'wilson')
    """

    lower: float
    upper: float
    level: float
    method: str

    def __iter__(self) -> Iterator[float]:
        yield self.lower
        yield self.upper

    def __len__(self) -> int:
        return 2

    def __getitem__(self, end: int) -> float:
        return (self.lower, self.upper)[end]

    def __contains__(self, value: float) -> bool:
        return self.lower <= value <= self.upper


@dataclass(frozen=True, slots=True)
class Adjusted:
    """A score corrected for uneven response.

    Attributes
    ----------
    value : float
        In percent, points or steps of the scale, as the score is.
    interval : Interval or None
        The interval at the effective n.
    effective_n : float
        The number of equally weighted answers with the same precision (Kish).
    uncovered : float
        The share of the invited, 0 to 1, whose segment has no score; the other segments represent it.
    """

    value: float
    interval: Interval | None
    effective_n: float
    uncovered: float
