"""KPIs of tickets: how long it takes until they are solved."""

from __future__ import annotations

from collections.abc import Sequence

from . import _deskmetrics as _core
from ._deskmetrics import KpiResult
from ._tickets import of_tickets
from .typing import Clock, Duration, Table, Tickets

__all__ = [
    "first_resolution_time",
    "full_resolution_time",
    "net_resolution_time",
    "resolution_time_censored",
]


@of_tickets("duration")
def first_resolution_time(
    tickets: Tickets | Table,
    *,
    clock: Clock = "calendar",
    within: Duration | None = None,
    bands: Sequence[Duration] | None = None,
) -> KpiResult:
    """First resolution time: how long it takes until a ticket is solved for the first time.

    Notes
    -----
    Formula: first entry into solved or closed - creation.

    Counted: tickets solved at least once; those never solved are censored at the cut-off.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> from deskmetrics import sample
    >>> dm.first_resolution_time(sample.tickets())
    KpiResult(first_resolution_time: 1h 25m, n=6, 95 % CI 0s to 42h 30m)
    """
    return _core._of_tickets("first_resolution_time", tickets, {"clock": clock, "within": within, "bands": bands})


@of_tickets("duration")
def full_resolution_time(
    tickets: Tickets | Table,
    *,
    clock: Clock = "calendar",
    within: Duration | None = None,
    bands: Sequence[Duration] | None = None,
) -> KpiResult:
    """Full resolution time: how long it takes until a ticket is solved for good, reopenings included.

    Notes
    -----
    Formula: last solve - creation.

    Counted: tickets now solved or closed; open ones, reopened ones among them, are censored at the cut-off.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> from deskmetrics import sample
    >>> dm.full_resolution_time(sample.tickets())
    KpiResult(full_resolution_time: 1h 40m, n=6, 95 % CI 0s to 42h 30m)
    """
    return _core._of_tickets("full_resolution_time", tickets, {"clock": clock, "within": within, "bands": bands})


@of_tickets("duration")
def net_resolution_time(
    tickets: Tickets | Table,
    *,
    clock: Clock = "calendar",
    within: Duration | None = None,
    bands: Sequence[Duration] | None = None,
) -> KpiResult:
    """Net resolution time: resolution time without the time a ticket lay solved between reopenings.

    Notes
    -----
    Formula: last solve - creation - time in solved or closed in between.

    Counted: tickets now solved or closed; open ones are censored at the cut-off.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> from deskmetrics import sample
    >>> dm.net_resolution_time(sample.tickets())
    KpiResult(net_resolution_time: 1h 40m, n=6, 95 % CI 0s to 42h 30m)
    """
    return _core._of_tickets("net_resolution_time", tickets, {"clock": clock, "within": within, "bands": bands})


@of_tickets()
def resolution_time_censored(tickets: Tickets | Table, *, clock: Clock = "calendar") -> KpiResult:
    """Resolution time, open tickets included.

    The time after which half of all created tickets are solved, open ones taken into account.

    Returns
    -------
    KpiResult
        The Kaplan-Meier median, in seconds; ``duration`` is a ``timedelta``. ``None`` when fewer than half are
        finished.

    Notes
    -----
    Formula: Kaplan-Meier median of last solve - creation; open tickets censored at the cut-off.

    Counted: all created tickets, solved or not.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> from deskmetrics import sample
    >>> dm.resolution_time_censored(sample.tickets())
    KpiResult(resolution_time_censored: 1h 50m, n=8, 95 % CI 0s to ∞)
    """
    return _core._of_tickets("resolution_time_censored", tickets, {"clock": clock})
