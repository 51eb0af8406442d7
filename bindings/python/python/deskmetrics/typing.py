"""Who is accepted where: names for the types of arguments.

Anything with the Arrow PyCapsule interface is a column or a table: pandas, polars, pyarrow, DuckDB, arro3, nanoarrow
and whatever comes next. A one-column frame is a column.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias, runtime_checkable

if TYPE_CHECKING:
    from ._deskmetrics import _ReplayedTickets

__all__ = [
    "ArrowArray",
    "ArrowStream",
    "Clock",
    "Column",
    "Duration",
    "Instants",
    "Scale",
    "Status",
    "Table",
    "Tickets",
    "TimeZone",
]


@runtime_checkable
class ArrowArray(Protocol):
    """Anything that hands out one Arrow array."""

    def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]: ...


@runtime_checkable
class ArrowStream(Protocol):
    """Anything that hands out a stream of Arrow arrays or record batches."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...


Column: TypeAlias = ArrowArray | ArrowStream | Iterable[Any]
"""A column of any library, a NumPy array, or a sequence of Python values."""

Table: TypeAlias = ArrowArray | ArrowStream | Mapping[str, Column] | Sequence[Mapping[str, Any]]
"""A frame of any library, a dict of columns, or a list of dicts."""


class Tickets(Protocol):
    """Replayed tickets: what :func:`deskmetrics.replay` or :func:`deskmetrics.read` gives."""

    def _replayed(self) -> _ReplayedTickets: ...


Duration: TypeAlias = timedelta | str
"""A span of time: a ``timedelta``, or a text such as ``"4h"``, ``"1h 30m"``, ``"2days"``."""

Instants: TypeAlias = ArrowArray | ArrowStream | Iterable[datetime | None]
"""A column or sequence of aware instants; naive ones need ``assume_tz``."""

TimeZone: TypeAlias = str | tzinfo
"""A zone of the IANA database: its name, a ``ZoneInfo``, or ``datetime.timezone.utc``."""

Scale: TypeAlias = tuple[int, int] | str | Mapping[str, Any]
"""A survey scale: its ends, a name such as ``"1-7"`` or ``"ces2"``, or its data form."""

Status: TypeAlias = Literal["new", "open", "pending", "on_hold", "solved", "closed"]
"""A ticket's status."""

Clock: TypeAlias = Literal["calendar", "business"]
"""Whether all time counts, or only the schedule's opening hours."""
