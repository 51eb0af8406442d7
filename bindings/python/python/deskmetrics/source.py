"""Rows read from files, and excluded rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from ._deskmetrics import _visible as visible

__all__ = ["Exclusion", "Source"]


@dataclass(frozen=True, slots=True)
class Exclusion:
    """The excluded rows or values of a file for one reason in one column.

    Attributes
    ----------
    scope : str
        ``"record"``: the whole ticket, event or answer; ``"line"``: a line of a text file that is no row; ``"value"``: the
        record is there without it; ``"link"``: the record is there, and what it names is not.
    reason : str
        Such as ``"unreadable"`` or ``"duplicate"``.
    column : str
        The column; empty for lines.
    count : int
        How many.
    examples : tuple of (int, str)
        The first few rows, counted from 1 without the header, with the value found; of lines the line of the file, counted
        from 1, with its start.
    remedy : str
        What to do about the first.
    text : str
        All of this in a sentence, which ``print`` shows.
    """

    scope: str
    reason: str
    column: str
    count: int
    examples: tuple[tuple[int, str], ...]
    remedy: str
    text: str = field(default="", repr=False, compare=False)

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True, repr=False)
class Source:
    """The rows read from one file.

    Attributes
    ----------
    file : pathlib.Path
        The file; of a table in memory its name, such as ``tickets``.
    holds : str
        ``"tickets"``, ``"events"``, ``"snapshots"``, ``"surveys"`` or ``"invitations"``.
    rows : int
        Rows of the file.
    not_selected : int
        Of those, rows that ``where`` does not select. They are not read, and are no fault.
    notes : tuple of str
        What else may change its numbers: an encoding that was detected because none is stated, a ``where`` that selects no
        row.
    exclusions : tuple of Exclusion
        What was excluded, most frequent first.
    ambiguous_times, nonexistent_times : int
        Wall-clock times repeated by a clock change or skipped.
    skewed_times, reordered_times : int
        Times moved to their ticket's creation, or to a neighbor's.
    """

    file: Path
    holds: str
    rows: int
    not_selected: int
    notes: tuple[str, ...]
    exclusions: tuple[Exclusion, ...]
    ambiguous_times: int
    nonexistent_times: int
    skewed_times: int
    reordered_times: int

    @classmethod
    def _of(cls, form: Mapping[str, Any]) -> Source:
        exclusions = tuple(
            Exclusion(**{**one, "examples": tuple((example["row"], example["value"]) for example in one["examples"])})
            for one in form["exclusions"]
        )
        return cls(**{**form, "file": Path(form["file"]), "notes": tuple(form["notes"]), "exclusions": exclusions})

    @property
    def remarks(self) -> tuple[str, ...]:
        """Rows not selected and adjusted times, in words."""
        parts = (
            (self.not_selected, "rows not selected"),
            (self.ambiguous_times, "times repeated by a clock change"),
            (self.nonexistent_times, "times skipped by a clock change"),
            (self.skewed_times, "times moved to the ticket's creation"),
            (self.reordered_times, "times out of order moved to a neighbor's"),
        )
        return tuple(f"{count:,} {what}" for count, what in parts if count)

    def __repr__(self) -> str:
        exclusion = sum(one.count for one in self.exclusions if one.scope in ("record", "line"))
        remark = f", {exclusion:,} excluded" if exclusion else ""
        return visible(f"Source({self.file.name}: {self.rows:,} rows of {self.holds}{remark})")

    def __str__(self) -> str:
        lines = ["; ".join((f"{self.file.name}: {self.rows:,} rows of {self.holds}", *self.remarks))]
        lines += [f"  {note}" for note in self.notes]
        for exclusion in self.exclusions:
            lines += [f"  {exclusion}", f"    {exclusion.remedy}"]
        return visible("\n".join(lines))


def describe(
    name: str | None, counts: Mapping[str, int], as_of: datetime | None, sources: Sequence[Source]
) -> str:
    """A dataset in a few lines."""
    words = {"tickets": "tickets", "events": "events", "responses": "survey answers", "invitations": "invitations"}
    size = ", ".join(f"{counts[key]:,} {word}" for key, word in words.items() if counts[key]) or "nothing"
    lines = [visible(f"Dataset({name or 'without a name'})"), size, f"as of {as_of:%Y-%m-%d %H:%M} {as_of.tzinfo}" if as_of else "no dates"]
    return "\n".join(lines + [str(source) for source in sources])
