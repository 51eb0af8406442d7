"""Drafts of dataset descriptions: what columns and values mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike, fspath
from typing import Any
from zoneinfo import ZoneInfo

from ._deskmetrics import _describe
from ._deskmetrics import _visible as visible

__all__ = ["Draft", "DraftQuestion", "describe"]


@dataclass(frozen=True, slots=True)
class DraftQuestion:
    """What names and values do not decide.

    Attributes
    ----------
    place : str
        The key of the description that it is about, such as ``"tickets.created_at"``.
    text : str
        The question.
    until : str
        What holds until it is answered.
    candidates : tuple of str
        Lines of a description that would answer it.
    """

    place: str
    text: str
    until: str
    candidates: tuple[str, ...]

    def __str__(self) -> str:
        return visible(f"{self.place}: {self.text}")


@dataclass(frozen=True, slots=True, repr=False)
class Draft:
    """The mapping of tables that :func:`describe` infers; print it for a readable form.

    Attributes
    ----------
    columns : dict
        The roles of the columns by table, for ``columns=`` of :func:`report` and :func:`replay`. A table of tickets with scores is
        a table of ``"surveys"`` as well: give it as ``surveys=`` too.
    scales : dict
        The scales of survey questions that are certain, for ``scales=``. One that is not is among ``questions``, such as
        ``scales.csat``: add it, with the column of its answers to ``columns["surveys"]["questions"]``.
    questions : tuple of DraftQuestion
        What could not be decided. Nothing is guessed where a wrong guess gives wrong numbers.
    """

    columns: Mapping[str, Any]
    scales: Mapping[str, Any]
    questions: tuple[DraftQuestion, ...]
    _tables: Sequence[Mapping[str, Any]]
    _toml: str

    def to_toml(self) -> str:
        """The description in TOML, with comments and questions, for :func:`read` and the command ``deskmetrics report``.

        Returns
        -------
        str
            Files are named relative to the current folder. A table in memory is named as a Parquet file, such as
            ``tickets.parquet``: store it under that name first.
        """
        return self._toml

    def __repr__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        for table in self._tables:
            state = "" if table["usable"] else ", not read until its questions are answered"
            yield f"{visible(table['file'])}: {table['kind']}, {table['rows']:,} rows{state}"
            yield from (visible(f"  {lines}") for lines in table["excluded"])
            for column in table["columns"]:
                roles = ", ".join(column["roles"]) or "(not read)"
                yield visible(f"  {column['column']} -> {roles}: {column['content']}")
        for question, scale in self.scales.items():
            yield visible(f"scale of {question}: {scale}")
        yield f"{len(self.questions)} questions" if len(self.questions) != 1 else "1 question"
        for open_question in self.questions:
            yield f"  {open_question}"
            yield visible(f"    until it is answered, {open_question.until}")

    def _repr_html_(self) -> str:
        from ._html import draft

        return draft(self)


def describe(
    *tables: Any,
    tickets: Any = None,
    events: Any = None,
    surveys: Any = None,
    snapshots: Any = None,
    invitations: Any = None,
    assume_tz: str | ZoneInfo | None = None,
) -> Draft:
    """Infer what the columns and values of tables mean.

    Roles are inferred from names and values, as the command ``deskmetrics init`` does: ids, timestamps with their formats, labels
    of statuses, events and authors, survey questions with their scales, and attributes (columns with few values). What these do
    not decide is a question, such as the zone of times without one, dates whose day and month could be exchanged, and unknown
    labels.

    Parameters
    ----------
    *tables : frame or path
        Tables or names of files whose kind is inferred from names and columns.
    tickets, events, surveys, snapshots, invitations : frame or path, optional
        Tables or files of a known kind, as for :func:`report`; files are CSV, JSON, Parquet or Arrow.
    assume_tz : str or zoneinfo.ZoneInfo, optional
        The zone of times without one.

    Returns
    -------
    Draft

    Raises
    ------
    ArgumentError
        When there is no table.
    ReadError
        When a file cannot be read.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> tickets = {
    ...     "Number": ["T-1", "T-2", "T-3"],
    ...     "Opened": ["25/02/2026 09:00", "03/03/2026 10:00", "04/03/2026 10:00"],
    ...     "Resolved": ["25/02/2026 11:00", None, None],
    ...     "State": ["Resolved", "In progress", "Parked"],
    ... }
    >>> draft = dm.describe(tickets=tickets, assume_tz="Europe/Copenhagen")
    >>> draft.columns["tickets"]["created_at"]
    {'column': 'Opened', 'format': 'day_first'}
    >>> for question in draft.questions:
    ...     print(question)
    tickets.status: what do these labels of "State" mean: "Parked" (1)?
    >>> dm.report(tickets, columns=draft.columns, kpis=["full_resolution_time"])["full_resolution_time"].text
    '2h 0m'
    """
    known = {
        "tickets": tickets,
        "events": events,
        "surveys": surveys,
        "snapshots": snapshots,
        "invitations": invitations,
    }
    given: list[tuple[str | None, Any]] = [(kind, table) for kind, table in known.items() if table is not None]
    given += [(None, table) for table in tables]
    named = [(kind, fspath(table) if isinstance(table, PathLike) else table) for kind, table in given]
    found = _describe(named, assume_tz)
    questions = (
        DraftQuestion(one["place"], one["text"], one["until"], tuple(one["candidates"])) for one in found["questions"]
    )
    return Draft(found["columns"], found["scales"], tuple(questions), found["tables"], found["toml"])
