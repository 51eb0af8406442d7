"""KPIs of tickets: through how many hands they go, and how much is done to them."""

from __future__ import annotations

from . import _deskmetrics as _core
from ._deskmetrics import KpiResult
from ._tickets import of_tickets
from .typing import Table, Tickets

__all__ = [
    "agent_touches",
    "escalation_rate",
    "group_transfers",
    "handoffs",
    "messages_per_ticket",
    "replies_per_ticket",
    "transfer_rate",
    "transfers",
]


@of_tickets("share")
def escalation_rate(tickets: Tickets | Table) -> KpiResult:
    """Escalation rate: the share of tickets handed to a higher level of support.

    Notes
    -----
    Formula: tickets with at least one escalation / tickets x 100.

    Counted: all tickets.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> from deskmetrics import sample
    >>> dm.escalation_rate(sample.tickets())
    KpiResult(escalation_rate: 12.5 %, n=8, 95 % CI 2.2 % to 47.1 %)
    """
    return _core._of_tickets("escalation_rate", tickets)


@of_tickets("share")
def transfer_rate(tickets: Tickets | Table) -> KpiResult:
    """Transfer rate: the share of solved tickets that went from one agent or group to another.

    Notes
    -----
    Formula: solved tickets with more than one stint of an assignee or of a group / solved tickets x 100.

    Counted: tickets now solved or closed.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> from deskmetrics import sample
    >>> dm.transfer_rate(sample.tickets())
    KpiResult(transfer_rate: 16.7 %, n=6, 95 % CI 3.0 % to 56.4 %, left out: 2 not solved)
    """
    return _core._of_tickets("transfer_rate", tickets)


@of_tickets("mean")
def transfers(tickets: Tickets | Table) -> KpiResult:
    """Transfers per ticket: how often a solved ticket changed its agent.

    Notes
    -----
    Formula: (assignee stints - 1) / solved tickets, at least 0 each.

    Counted: tickets now solved or closed.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> from deskmetrics import sample
    >>> dm.transfers(sample.tickets())
    KpiResult(transfers: 0.17, n=6, 95 % CI 0.00 to 0.60, left out: 2 not solved)
    """
    return _core._of_tickets("transfers", tickets)


@of_tickets("mean")
def group_transfers(tickets: Tickets | Table) -> KpiResult:
    """Group transfers per ticket: how often a solved ticket changed its group.

    Notes
    -----
    Formula: (group stints - 1) / solved tickets, at least 0 each.

    Counted: tickets now solved or closed.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> from deskmetrics import sample
    >>> dm.group_transfers(sample.tickets())
    KpiResult(group_transfers: 0.17, n=6, 95 % CI 0.00 to 0.60, left out: 2 not solved)
    """
    return _core._of_tickets("group_transfers", tickets)


@of_tickets("mean")
def handoffs(tickets: Tickets | Table) -> KpiResult:
    """Hand-offs per ticket: how many further agents answered the customer of a solved ticket.

    Notes
    -----
    Formula: (distinct agents with a public reply - 1) / solved tickets, at least 0 each.

    Counted: tickets now solved or closed.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> from deskmetrics import sample
    >>> dm.handoffs(sample.tickets())
    KpiResult(handoffs: 0.00, n=6, 95 % CI 0.00 to 0.00, left out: 2 not solved)
    """
    return _core._of_tickets("handoffs", tickets)


@of_tickets("mean")
def replies_per_ticket(tickets: Tickets | Table) -> KpiResult:
    """Replies per ticket: how many public replies of people a solved ticket took.

    Notes
    -----
    Formula: public agent replies / solved tickets.

    Counted: tickets now solved or closed.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> from deskmetrics import sample
    >>> dm.replies_per_ticket(sample.tickets())
    KpiResult(replies_per_ticket: 1.33, n=6, 95 % CI 0.48 to 2.19, left out: 2 not solved)
    """
    return _core._of_tickets("replies_per_ticket", tickets)


@of_tickets("mean")
def messages_per_ticket(tickets: Tickets | Table) -> KpiResult:
    """Messages per ticket: how many public messages of customers and agents a solved ticket took.

    Notes
    -----
    Formula: (customer messages + public agent replies) / solved tickets.

    Counted: tickets now solved or closed.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> from deskmetrics import sample
    >>> dm.messages_per_ticket(sample.tickets())
    KpiResult(messages_per_ticket: 2.67, n=6, 95 % CI 1.40 to 3.94, left out: 2 not solved)
    """
    return _core._of_tickets("messages_per_ticket", tickets)


@of_tickets("mean")
def agent_touches(tickets: Tickets | Table) -> KpiResult:
    """Agent touches: how many times agents did something to a ticket.

    Notes
    -----
    Formula: events caused by agents / tickets.

    Counted: all tickets.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> from deskmetrics import sample
    >>> dm.agent_touches(sample.tickets())
    KpiResult(agent_touches: 2.62, n=8, 95 % CI 0.68 to 4.57)
    """
    return _core._of_tickets("agent_touches", tickets)
