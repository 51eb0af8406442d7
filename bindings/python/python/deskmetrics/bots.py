"""KPIs of tickets: what bots settle by themselves."""

from __future__ import annotations

from . import _deskmetrics as _core
from ._deskmetrics import KpiResult
from ._tickets import of_tickets
from .typing import Table, Tickets

__all__ = [
    "bot_containment",
    "bot_resolution",
]


@of_tickets("share")
def bot_resolution(tickets: Tickets | Table) -> KpiResult:
    """Bot resolution rate: the share of solved tickets that a bot answered and no person had to.

    Notes
    -----
    Formula: solved tickets with a bot message and no public agent reply / solved tickets x 100.

    Counted: tickets now solved or closed.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> from deskmetrics import sample
    >>> dm.bot_resolution(sample.tickets())
    KpiResult(bot_resolution: 16.7 %, n=6, 95 % CI 3.0 % to 56.4 %, left out: 2 not solved)
    """
    return _core._of_tickets("bot_resolution", tickets)


@of_tickets("share")
def bot_containment(tickets: Tickets | Table) -> KpiResult:
    """Bot containment rate: the share of tickets a bot took part in that never reached a person.

    Notes
    -----
    Formula: tickets with bot messages, no agent reply and no hand-over / tickets with bot messages x 100.

    Counted: tickets a bot wrote on, solved or not.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> from deskmetrics import sample
    >>> dm.bot_containment(sample.tickets())
    KpiResult(bot_containment: 50.0 %, n=2, 95 % CI 9.5 % to 90.5 %)
    """
    return _core._of_tickets("bot_containment", tickets)
