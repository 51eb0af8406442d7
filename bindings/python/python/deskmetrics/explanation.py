"""Explanation of the measures and verdicts of one ticket."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from ._deskmetrics import _visible as visible
from ._plain import plain, span_text

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

    @classmethod
    def _of(cls, replayed: Mapping[str, Any], events: Sequence[Mapping[str, Any]], time_zone: str) -> Explanation:
        return cls(
            ticket=plain(replayed["ticket"]),
            measures=plain(replayed["metrics"]),
            verdicts=tuple(map(plain, replayed["verdicts"])),
            events=tuple(sorted(map(plain, events), key=lambda event: (event["at"], event.get("sequence", 0)))),
            excluded=replayed.get("excluded", {}),
            time_zone=time_zone,
        )

    def __repr__(self) -> str:
        return f"Explanation({self.ticket['id']!r}, {_words(self.measures['status'])}, {len(self.verdicts)} verdicts)"

    def _at(self, at: datetime) -> str:
        return f"{at.astimezone(ZoneInfo(self.time_zone)):%Y-%m-%d %H:%M:%S}"

    def __str__(self) -> str:
        return visible(self._text())

    def _text(self) -> str:
        measures = self.measures
        lines = [f"Ticket {self.ticket['id']}, {_words(measures['status'])}"]
        about = ", ".join(f"{key} {value}" for key, value in self.ticket.get("attributes", {}).items())
        if about:
            lines.append(about)
        lines.append(
            f"created {self._at(measures['created_at'])} {self.time_zone}, as of {self._at(measures['as_of'])}"
        )
        if measures["exclusion"]:
            lines.append(f"counts in no KPI: {_words(measures['exclusion'])}")
        lines += ["", "Events"] + self._events()
        for verdict in self.verdicts:
            lines += ["", *self._verdict(verdict)]
        if self.excluded:
            lines += ["", "Excluded: " + ", ".join(f"{n:,} {_words(reason)}" for reason, n in self.excluded.items())]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"

    def _events(self) -> list[str]:
        who = [_who(event) for event in self.events]
        width = max(map(len, who), default=0)
        return [
            f"  {self._at(event['at'])}  {name:<{width}}  {_what(event)}".rstrip()
            for event, name in zip(self.events, who, strict=True)
        ]

    def _verdict(self, verdict: Mapping[str, Any]) -> list[str]:
        clock = verdict["clock"]
        counted = span_text(verdict["elapsed"][clock], days=clock == "calendar")
        again = f" {verdict['instance']}" if verdict["instance"] > 1 else ""
        lines = [
            f"{_words(verdict['metric'])}{again}: {verdict['state']}, {counted} of {verdict['target']} on the {clock} clock"
            f' (policy "{verdict["policy"]}")'
        ]
        if verdict["state"] in ("running", "paused") and verdict["due_at"]:
            lines.append(f"  due {self._at(verdict['due_at'])}")
        for segment in verdict.get("segments", ()):
            text = f"  {self._at(segment['from'])} to {self._at(segment['to'])}, {_words(segment['status'])}: "
            text += span_text(segment["counted"]["calendar"])
            if segment["counted"]["business"] is not None:
                text += f", {span_text(segment['counted']['business'], days=False)} of business time"
            if segment.get("schedule"):
                text += f' on "{segment["schedule"]}"'
            if segment.get("version"):
                text += f" version {segment['version']}"
            lines.append(text)
        return lines


def _words(name: str) -> str:
    return name.replace("_", " ")


def _who(event: Mapping[str, Any]) -> str:
    name = event.get("author_name")
    return f"{event['author']} {name}" if name else str(event["author"])


def _what(event: Mapping[str, Any]) -> str:
    value = event.get("value")
    kind = _words(event["kind"])
    if isinstance(value, Mapping):
        to = value.get("to")
        return f"{kind} {_words(value['attribute'])} to {to if to is not None else 'nothing'}"
    return f"{kind} {_words(value) if event['kind'] == 'status' else value}" if value is not None else kind
