"""Changes between periods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .interval import Interval

__all__ = ["Change"]


@dataclass(frozen=True, slots=True)
class Change:
    """The difference between a number of a report and the same number of the previous period.

    Attributes
    ----------
    difference : float
        This value minus the earlier one, in the unit of the KPI (percentage points for a percent).
    interval : Interval or None
        Of the difference, where it was tested: only headlines are.
    p_value : float or None
        Two-sided, where it was tested.
    significance : str or None
        ``"significant"``, ``"not_significant"`` or ``"too_few"``, where it was tested.
    text : str
        The formatted difference: ``"+2.1 pp"``.
    """

    difference: float
    interval: Interval | None
    p_value: float | None
    significance: Literal["significant", "not_significant", "too_few"] | None
    text: str

    @property
    def is_significant(self) -> bool:
        """Whether the change is significant; false where it was not tested or has too few records."""
        return self.significance == "significant"
