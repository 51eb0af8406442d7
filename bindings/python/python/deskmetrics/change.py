"""How a number moved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .interval import Interval

__all__ = ["Change"]


@dataclass(frozen=True, slots=True)
class Change:
    """The difference between a number of a report and the same number of the period before.

    Attributes
    ----------
    difference : float
        This value minus the earlier one, in the unit of the KPI (percentage points for a percent).
    interval : Interval or None
        Of the difference, where it was tested: only headlines are.
    p_value : float or None
        The probability of so large a difference by chance alone, two-sided, where it was tested.
    significance : str or None
        ``"significant"``, ``"not_significant"`` or ``"too_few"``, where it was tested.
    text : str
        The difference as people read it: ``"+2.1 pp"``.
    """

    difference: float
    interval: Interval | None
    p_value: float | None
    significance: Literal["significant", "not_significant", "too_few"] | None
    text: str

    @property
    def is_significant(self) -> bool:
        """Whether it is more than chance; false where it was not tested or rests on too few records."""
        return self.significance == "significant"
