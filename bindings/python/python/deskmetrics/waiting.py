"""KPIs of tickets: in whose hands they lie, and for how long."""

from __future__ import annotations

from collections.abc import Sequence

from . import _deskmetrics as _core
from ._deskmetrics import KpiResult
from ._tickets import of_tickets
from .typing import Clock, Duration, Status, Table, Tickets

__all__ = [
    "agent_wait_time",
    "agent_work_time",
    "backlog_age",
    "on_hold_time",
    "requester_wait_time",
    "time_in_group",
    "time_in_status",
    "time_to_first_assignment",
]


@of_tickets("duration")
def requester_wait_time(
    tickets: Tickets | Table,
    *,
    clock: Clock = "calendar",
    within: Duration | None = None,
    bands: Sequence[Duration] | None = None,
) -> KpiResult:
    """Requester wait time: how long a customer waits for the team in all.

    Notes
    -----
    Formula: time in new + open + on hold, up to the cut-off.

    Counted: all tickets; those still open are censored at the cut-off.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> from deskmetrics import sample
    >>> dm.requester_wait_time(sample.tickets())
    KpiResult(requester_wait_time: 1h 40m, n=6, 95 % CI 0s to 42h 30m)
    """
    return _core._of_tickets("requester_wait_time", tickets, {"clock": clock, "within": within, "bands": bands})


@of_tickets("duration")
def agent_wait_time(
    tickets: Tickets | Table,
    *,
    clock: Clock = "calendar",
    within: Duration | None = None,
    bands: Sequence[Duration] | None = None,
) -> KpiResult:
    """Agent wait time: how long the team waits for the customer in all.

    Notes
    -----
    Formula: time in pending, up to the cut-off.

    Counted: all tickets, those never pending with zero; those still open are censored at the cut-off.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> from deskmetrics import sample
    >>> dm.agent_wait_time(sample.tickets())
    KpiResult(agent_wait_time: 0s, n=6, 95 % CI 0s to 55m)
    """
    return _core._of_tickets("agent_wait_time", tickets, {"clock": clock, "within": within, "bands": bands})


@of_tickets("duration")
def on_hold_time(
    tickets: Tickets | Table,
    *,
    clock: Clock = "calendar",
    within: Duration | None = None,
    bands: Sequence[Duration] | None = None,
) -> KpiResult:
    """On-hold time: how long tickets wait for a third party in all.

    Notes
    -----
    Formula: time in on hold, up to the cut-off.

    Counted: all tickets, those never on hold with zero; those still open are censored at the cut-off.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> from deskmetrics import sample
    >>> dm.on_hold_time(sample.tickets())
    KpiResult(on_hold_time: 0s, n=6, 95 % CI 0s to 20h 0m)
    """
    return _core._of_tickets("on_hold_time", tickets, {"clock": clock, "within": within, "bands": bands})


@of_tickets("duration")
def agent_work_time(
    tickets: Tickets | Table,
    *,
    clock: Clock = "calendar",
    within: Duration | None = None,
    bands: Sequence[Duration] | None = None,
) -> KpiResult:
    """Agent work time: how long tickets lay with the team itself in all.

    Notes
    -----
    Formula: time in new + open, up to the cut-off.

    Counted: all tickets; those still open are censored at the cut-off.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> from deskmetrics import sample
    >>> dm.agent_work_time(sample.tickets())
    KpiResult(agent_work_time: 1h 40m, n=6, 95 % CI 0s to 22h 30m)
    """
    return _core._of_tickets("agent_work_time", tickets, {"clock": clock, "within": within, "bands": bands})


@of_tickets("duration")
def time_in_status(
    tickets: Tickets | Table,
    *,
    status: Status,
    clock: Clock = "calendar",
    within: Duration | None = None,
    bands: Sequence[Duration] | None = None,
) -> KpiResult:
    """Time in status: how long tickets are in one status in all.

    Notes
    -----
    Formula: sum of the intervals in the status, up to the cut-off.

    Counted: tickets that were ever in the status; those in it at the cut-off are censored.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> from deskmetrics import sample
    >>> dm.time_in_status(sample.tickets(), status="pending")
    KpiResult(time_in_status (pending): 55m, n=1)
    """
    return _core._of_tickets(
        "time_in_status", tickets, {"status": status, "clock": clock, "within": within, "bands": bands}
    )


@of_tickets("duration")
def time_in_group(
    tickets: Tickets | Table,
    *,
    group: str,
    clock: Clock = "calendar",
    within: Duration | None = None,
    bands: Sequence[Duration] | None = None,
) -> KpiResult:
    """Time in group: how long one group keeps tickets, each stint by itself.

    Notes
    -----
    Formula: leaving the group - entering it - time solved between, per stint.

    Counted: stints with the group; those of open tickets that still last are censored at the cut-off, those of solved
    ones end with the solve.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> from deskmetrics import sample
    >>> dm.time_in_group(sample.tickets(), group="tier 1")
    KpiResult(time_in_group (tier 1): 17h 50m, n=1)
    """
    return _core._of_tickets(
        "time_in_group", tickets, {"group": group, "clock": clock, "within": within, "bands": bands}
    )


@of_tickets("duration")
def time_to_first_assignment(
    tickets: Tickets | Table,
    *,
    clock: Clock = "calendar",
    within: Duration | None = None,
    bands: Sequence[Duration] | None = None,
) -> KpiResult:
    """Time to first assignment: how long tickets wait until an agent has them.

    Notes
    -----
    Formula: first assignment to an agent - creation.

    Counted: all tickets; those never assigned are censored at the solve or the cut-off.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> from deskmetrics import sample
    >>> dm.time_to_first_assignment(sample.tickets())
    KpiResult(time_to_first_assignment: 7m 30s, n=6, 95 % CI 2m 0s to 1h 30m)
    """
    return _core._of_tickets("time_to_first_assignment", tickets, {"clock": clock, "within": within, "bands": bands})


@of_tickets("duration")
def backlog_age(
    tickets: Tickets | Table,
    *,
    clock: Clock = "calendar",
    within: Duration | None = None,
    bands: Sequence[Duration] | None = None,
) -> KpiResult:
    """Backlog age: how old the open tickets are at the cut-off.

    Notes
    -----
    Formula: cut-off - creation, for tickets neither solved nor closed.

    Counted: tickets open at the cut-off.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> from deskmetrics import sample
    >>> dm.backlog_age(sample.tickets())
    KpiResult(backlog_age: 3d 7h, n=2)
    """
    return _core._of_tickets("backlog_age", tickets, {"clock": clock, "within": within, "bands": bands})
