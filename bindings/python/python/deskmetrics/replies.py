"""KPIs of tickets: how long customers wait for an answer."""

from __future__ import annotations

from collections.abc import Sequence

from . import _deskmetrics as _core
from ._deskmetrics import KpiResult
from ._tickets import of_tickets
from .typing import Clock, Duration, Table, Tickets

__all__ = [
    "bot_first_response_time",
    "first_response_time",
    "next_response_time",
    "response_time",
]


@of_tickets("duration")
def first_response_time(
    tickets: Tickets | Table,
    *,
    clock: Clock = "calendar",
    within: Duration | None = None,
    bands: Sequence[Duration] | None = None,
) -> KpiResult:
    """First response time: how long customers wait for the first public reply of a person.

    Notes
    -----
    Formula: first public reply of an agent - first customer message a person could answer.

    Counted: tickets with a customer message; unanswered ones are censored, proactive ones without a customer message
    left out.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> from deskmetrics import sample
    >>> dm.first_response_time(sample.tickets())
    KpiResult(first_response_time: 1h 40m, n=6, 95 % CI 5m 0s to 22h 30m)
    >>> dm.first_response_time(sample.tickets(), clock="business").duration
    datetime.timedelta(seconds=4200)
    >>> dm.first_response_time(sample.tickets(), within="1h").value
    28.571428571428573
    """
    return _core._of_tickets("first_response_time", tickets, {"clock": clock, "within": within, "bands": bands})


@of_tickets("duration")
def next_response_time(
    tickets: Tickets | Table,
    *,
    clock: Clock = "calendar",
    within: Duration | None = None,
    bands: Sequence[Duration] | None = None,
) -> KpiResult:
    """Next response time: how long customers wait for an answer after the first one.

    Notes
    -----
    Formula: next public reply of an agent - oldest unanswered customer message.

    Counted: exchanges after the first reply; unanswered ones are censored at the solve or the cut-off.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> from deskmetrics import sample
    >>> dm.next_response_time(sample.tickets())
    KpiResult(next_response_time: 1h 40m, n=2)
    """
    return _core._of_tickets("next_response_time", tickets, {"clock": clock, "within": within, "bands": bands})


@of_tickets("duration")
def response_time(
    tickets: Tickets | Table,
    *,
    clock: Clock = "calendar",
    within: Duration | None = None,
    bands: Sequence[Duration] | None = None,
) -> KpiResult:
    """Average response time: how long customers wait for an answer, over all exchanges.

    Notes
    -----
    Formula: public reply of an agent - oldest unanswered customer message, first exchange included.

    Counted: all exchanges; unanswered ones are censored at the solve or the cut-off.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> from deskmetrics import sample
    >>> dm.response_time(sample.tickets())
    KpiResult(response_time: 1h 40m, n=8, 95 % CI 5m 0s to 22h 30m)
    """
    return _core._of_tickets("response_time", tickets, {"clock": clock, "within": within, "bands": bands})


@of_tickets("duration")
def bot_first_response_time(
    tickets: Tickets | Table,
    *,
    clock: Clock = "calendar",
    within: Duration | None = None,
    bands: Sequence[Duration] | None = None,
) -> KpiResult:
    """Bot first response time: how long customers wait for the first public answer of a bot.

    Notes
    -----
    Formula: first public message of a bot - first customer message.

    Counted: tickets a bot answered.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> from deskmetrics import sample
    >>> dm.bot_first_response_time(sample.tickets())
    KpiResult(bot_first_response_time: 0s, n=2, left out: 6 no reply yet)
    """
    return _core._of_tickets("bot_first_response_time", tickets, {"clock": clock, "within": within, "bands": bands})
