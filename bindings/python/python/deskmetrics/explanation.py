"""Explanation of the measures and verdicts of one ticket."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from ._plain import plain

__all__ = ["Explanation"]


@dataclass(frozen=True, slots=True, repr=False)
class Explanation:
    """The history of one ticket: its events, its measures, and for each SLA target the counted segments of time.

    Returned by :meth:`Replay.explain`; print it for a readable form.

    Attributes
    ----------
    ticket : dict
        The ticket with its attributes and tags at the cut-off.
    measures : dict
        Everything measured: timestamps as aware datetimes, durations as ``{"calendar": timedelta, "business": timedelta}``.
    verdicts : tuple of dict
        One per instance of each SLA target, with its ``segments``.
    events : tuple of dict
        Its events in the order of the data.
    excluded : dict
        Events excluded and targets that could not be evaluated, by reason.
    time_zone : str
        The zone in which timestamps are printed.
    """

    ticket: Mapping[str, Any]
    measures: Mapping[str, Any]
    verdicts: tuple[Mapping[str, Any], ...]
    events: tuple[Mapping[str, Any], ...]
    excluded: Mapping[str, int]
    time_zone: str
    _text: str

    @classmethod
    def _of(
        cls, replayed: Mapping[str, Any], events: Sequence[Mapping[str, Any]], time_zone: str, text: str
    ) -> Explanation:
        return cls(
            ticket=plain(replayed["ticket"]),
            measures=plain(replayed["metrics"]),
            verdicts=tuple(map(plain, replayed["verdicts"])),
            events=tuple(map(plain, events)),
            excluded=replayed.get("excluded", {}),
            time_zone=time_zone,
            _text=text.removesuffix("\n"),
        )

    def __repr__(self) -> str:
        status = self.measures["status"].replace("_", " ")
        return f"Explanation({self.ticket['id']!r}, {status}, {len(self.verdicts)} verdicts)"

    def __str__(self) -> str:
        return self._text

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"
