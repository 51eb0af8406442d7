"""KPIs of tickets: how many tickets come, go and stay."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from . import _deskmetrics as _core
from ._deskmetrics import KpiResult
from ._tickets import of_tickets
from .typing import Table, Tickets

__all__ = [
    "backlog",
    "customers",
    "flow",
    "solve_events",
    "solved",
    "volume",
]


@of_tickets("count")
def volume(tickets: Tickets | Table) -> KpiResult:
    """Ticket volume: how many tickets were created.

    Notes
    -----
    Formula: count of tickets by creation.

    Counted: all tickets but merged-away, deleted and spam ones.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> from deskmetrics import sample
    >>> dm.volume(sample.tickets())
    KpiResult(volume: 8, n=8)
    """
    return _core._of_tickets("volume", tickets)


@of_tickets("count")
def customers(tickets: Tickets | Table, *, of: Literal["created", "solved", "open"] | None = None) -> KpiResult:
    """Customers with tickets: how many different customers created tickets.

    Notes
    -----
    Formula: count of different customers with at least one ticket; tickets / customers.

    Counted: tickets with a known customer.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> from deskmetrics import sample
    >>> dm.customers(sample.tickets())
    KpiResult(customers: 7, n=7)
    """
    return _core._of_tickets("customers", tickets, {"with": of})


@of_tickets("count")
def solved(tickets: Tickets | Table) -> KpiResult:
    """Tickets solved: how many tickets are solved or closed, each counted once, on its last solve.

    Notes
    -----
    Formula: count of tickets now solved or closed, by their last solve.

    Counted: tickets solved or closed at the cut-off.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> from deskmetrics import sample
    >>> dm.solved(sample.tickets())
    KpiResult(solved: 6, n=6, left out: 2 not solved)
    """
    return _core._of_tickets("solved", tickets)


@of_tickets("count")
def solve_events(tickets: Tickets | Table) -> KpiResult:
    """Solves: how many times tickets were solved; a ticket solved twice counts twice.

    Notes
    -----
    Formula: count of entries into solved or closed from an open status.

    Counted: solves of all tickets.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> from deskmetrics import sample
    >>> dm.solve_events(sample.tickets())
    KpiResult(solve_events: 7, n=7)
    """
    return _core._of_tickets("solve_events", tickets)


@of_tickets("count")
def backlog(tickets: Tickets | Table, *, at: datetime | None = None) -> KpiResult:
    """Backlog: how many tickets were neither solved nor closed at an instant.

    Notes
    -----
    Formula: tickets with created <= t, not in solved or closed at t.

    Counted: tickets created by t but merged-away, deleted and spam ones.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> from deskmetrics import sample
    >>> dm.backlog(sample.tickets())
    KpiResult(backlog: 2, n=2)
    """
    return _core._of_tickets("backlog", tickets, as_of=at)


@of_tickets()
def flow(
    tickets: Tickets | Table, *, start: datetime | None = None, end: datetime | None = None
) -> KpiResult:
    """Ticket flow: tickets created, solved and reopened in a span of time, and how the backlog grew.

    Returns
    -------
    KpiResult
        Growth of the backlog: created and reopened minus solved. ``measures()`` has the parts.

    Notes
    -----
    Formula: growth = created + reopened - solved; clearance = solved / (created + reopened) x 100.

    Counted: creations, solves and reopenings from the start (included) to the end (not included).

    Examples
    --------
    >>> import deskmetrics as dm
    >>> from deskmetrics import sample
    >>> dm.flow(sample.tickets())
    KpiResult(flow: 2, n=16)
    >>> from datetime import datetime, timezone
    >>> second_of_march = dm.flow(
    ...     sample.tickets(), start=datetime(2026, 3, 2, tzinfo=timezone.utc), end=datetime(2026, 3, 3, tzinfo=timezone.utc))
    >>> second_of_march.measures()["created"]["value"]
    3.0
    """
    return _core._of_tickets("flow", tickets, {"since": start, "until": end})
