"""Names for the types of arguments and of the functions of KPIs.

Anything with the Arrow PyCapsule interface is a column or a table: pandas, polars, pyarrow, DuckDB, arro3, nanoarrow
and whatever comes next. A one-column frame is a column.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias, runtime_checkable

if TYPE_CHECKING:
    from ._deskmetrics import FcrPolicy, KpiResult, Schedule, _ReplayedTickets

__all__ = [
    "ArrowArray",
    "ArrowStream",
    "AtRiskKpi",
    "BacklogKpi",
    "Clock",
    "Column",
    "CustomersKpi",
    "Duration",
    "DurationKpi",
    "FcrKpi",
    "FlowKpi",
    "GroupTimeKpi",
    "Timestamps",
    "OneTouchKpi",
    "OvershootKpi",
    "Scale",
    "Status",
    "StatusTimeKpi",
    "SurvivalKpi",
    "Table",
    "TargetKpi",
    "TicketKpi",
    "Tickets",
    "TimeZone",
]


@runtime_checkable
class ArrowArray(Protocol):
    """An object with the Arrow array interface."""

    def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]: ...


@runtime_checkable
class ArrowStream(Protocol):
    """An object with the Arrow stream interface."""

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

Timestamps: TypeAlias = ArrowArray | ArrowStream | Iterable[datetime | None]
"""A column or sequence of aware timestamps; naive ones need ``assume_tz``."""

TimeZone: TypeAlias = str | tzinfo
"""A zone of the IANA database: its name, a ``ZoneInfo``, or ``datetime.timezone.utc``."""

Scale: TypeAlias = tuple[int, int] | str | Mapping[str, Any]
"""A survey scale: its ends, a name such as ``"1-7"`` or ``"ces2"``, or its data form."""

Status: TypeAlias = Literal["new", "open", "pending", "on_hold", "solved", "closed"]
"""A ticket's status."""

Clock: TypeAlias = Literal["calendar", "business"]
"""Calendar time, or business time of the schedule."""


class TicketKpi(Protocol):
    """A KPI of tickets without options."""

    def __call__(self, tickets: Tickets | Table) -> KpiResult: ...


class DurationKpi(Protocol):
    """A duration of tickets, on either clock, against a limit or in bands."""

    def __call__(
        self, tickets: Tickets | Table, *,
        clock: Clock = "calendar", within: Duration | None = None, bands: Sequence[Duration] | None = None,
        schedule: Schedule | None = None,
    ) -> KpiResult: ...  # fmt: skip


class SurvivalKpi(Protocol):
    """A duration of tickets on either clock."""

    def __call__(
        self, tickets: Tickets | Table, *, clock: Clock = "calendar", schedule: Schedule | None = None
    ) -> KpiResult: ...


class StatusTimeKpi(Protocol):
    """The time of tickets in a status."""

    def __call__(
        self, tickets: Tickets | Table, *, status: Status,
        clock: Clock = "calendar", within: Duration | None = None, bands: Sequence[Duration] | None = None,
        schedule: Schedule | None = None,
    ) -> KpiResult: ...  # fmt: skip


class GroupTimeKpi(Protocol):
    """The time of tickets with a group."""

    def __call__(
        self, tickets: Tickets | Table, *, group: str,
        clock: Clock = "calendar", within: Duration | None = None, bands: Sequence[Duration] | None = None,
        schedule: Schedule | None = None,
    ) -> KpiResult: ...  # fmt: skip


class CustomersKpi(Protocol):
    """The customers of tickets."""

    def __call__(
        self, tickets: Tickets | Table, *, of: Literal["created", "solved", "open"] = "created"
    ) -> KpiResult: ...


class BacklogKpi(Protocol):
    """The backlog at a timestamp."""

    def __call__(self, tickets: Tickets | Table, *, at: datetime | None = None) -> KpiResult: ...


class FlowKpi(Protocol):
    """The flow of tickets between two timestamps."""

    def __call__(
        self, tickets: Tickets | Table, *, start: datetime | None = None, end: datetime | None = None
    ) -> KpiResult: ...


class FcrKpi(Protocol):
    """First contact resolution under a policy."""

    def __call__(
        self, tickets: Tickets | Table | Column, *, policy: FcrPolicy | str, without_automatic_solves: bool = False
    ) -> KpiResult: ...


class OneTouchKpi(Protocol):
    """Tickets solved with one reply."""

    def __call__(self, tickets: Tickets | Table, *, without_automatic_solves: bool = False) -> KpiResult: ...


class TargetKpi(Protocol):
    """The SLA targets of a metric or policy."""

    def __call__(
        self, tickets: Tickets | Table, *, metric: str | None = None, sla_policy: str | None = None
    ) -> KpiResult: ...


class AtRiskKpi(Protocol):
    """The running SLA targets of a metric or policy."""

    def __call__(
        self, tickets: Tickets | Table, *, metric: str | None = None, sla_policy: str | None = None, threshold_percent: int = 80
    ) -> KpiResult: ...


class OvershootKpi(Protocol):
    """The overshoot of the SLA targets of a metric or policy."""

    def __call__(
        self, tickets: Tickets | Table, *, metric: str | None = None, sla_policy: str | None = None,
        clock: Clock = "calendar", within: Duration | None = None, bands: Sequence[Duration] | None = None,
        schedule: Schedule | None = None,
    ) -> KpiResult: ...  # fmt: skip
