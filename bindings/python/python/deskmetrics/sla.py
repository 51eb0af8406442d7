"""KPIs of tickets: whether promises are kept."""

from __future__ import annotations

from collections.abc import Sequence

from . import _deskmetrics as _core
from ._deskmetrics import KpiResult
from .typing import Clock, Duration, Table, Tickets

__all__ = [
    "sla_at_risk",
    "sla_attainment",
    "sla_overshoot",
    "sla_ticket_attainment",
]


def sla_attainment(
    tickets: Tickets | Table,
    *,
    metric: str | None = None,
    sla_policy: str | None = None,
) -> KpiResult:
    """SLA attainment: the share of decided SLA targets that were met.

    Parameters
    ----------
    tickets : Replay, Dataset or table
        Tickets with all that happened to them, as :func:`replay` or :func:`read` gives them; or a table with a row for
        each ticket and instants in columns (``id``, ``created_at``, ``solved_at`` ...), of which only those are known.
    metric : str, optional
        Only targets of this metric, such as ``"first_response"``; all unless told otherwise. ``"stated"`` takes the
        source's own verdict.
    sla_policy : str, optional
        Only targets of the policy of this name; all unless told otherwise.

    Returns
    -------
    KpiResult
        In percent, with the Wilson interval.

    Raises
    ------
    ArgumentTypeError
        When ``tickets`` is something else.
    ArgumentError
        When an option makes no sense.

    Notes
    -----
    Formula: met targets / (met + breached targets) x 100.

    Counted: every instance of a target that is met or breached; a running one that is breached already counts as
    breached.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> from deskmetrics import sample
    >>> dm.sla_attainment(sample.tickets())
    KpiResult(sla_attainment: 71.4 %, n=14, 95 % CI 45.4 % to 88.3 %, left out: 2 still running)
    """
    return _core._of_tickets("sla_attainment", tickets, {"metric": metric, "sla_policy": sla_policy})


def sla_ticket_attainment(tickets: Tickets | Table) -> KpiResult:
    """SLA attainment per ticket: the share of tickets on which every SLA target was met.

    Parameters
    ----------
    tickets : Replay, Dataset or table
        Tickets with all that happened to them, as :func:`replay` or :func:`read` gives them; or a table with a row for
        each ticket and instants in columns (``id``, ``created_at``, ``solved_at`` ...), of which only those are known.

    Returns
    -------
    KpiResult
        In percent, with the Wilson interval.

    Raises
    ------
    ArgumentTypeError
        When ``tickets`` is something else.

    Notes
    -----
    Formula: tickets with all targets met / (tickets with all targets met + tickets with any breached) x 100.

    Counted: tickets with an SLA; those with a running target and none breached are left out.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> from deskmetrics import sample
    >>> dm.sla_ticket_attainment(sample.tickets())
    KpiResult(sla_ticket_attainment: 71.4 %, n=7, 95 % CI 35.9 % to 91.8 %, left out: 1 still running)
    """
    return _core._of_tickets("sla_ticket_attainment", tickets)


def sla_overshoot(
    tickets: Tickets | Table,
    *,
    metric: str | None = None,
    sla_policy: str | None = None,
    clock: Clock = "calendar",
    within: Duration | None = None,
    bands: Sequence[Duration] | None = None,
) -> KpiResult:
    """SLA overshoot: by how much breached SLA targets were exceeded.

    Parameters
    ----------
    tickets : Replay, Dataset or table
        Tickets with all that happened to them, as :func:`replay` or :func:`read` gives them; or a table with a row for
        each ticket and instants in columns (``id``, ``created_at``, ``solved_at`` ...), of which only those are known.
    metric : str, optional
        Only targets of this metric, such as ``"first_response"``; all unless told otherwise. ``"stated"`` takes the
        source's own verdict.
    sla_policy : str, optional
        Only targets of the policy of this name; all unless told otherwise.
    clock : {"calendar", "business"}, default "calendar"
        Whether all time counts or only the opening hours of the ticket's schedule.
    within : datetime.timedelta or str, optional
        Asks for the share of durations up to this limit instead, in percent; running ones that exceed it count as not
        within, others are not judged yet.
    bands : sequence of datetime.timedelta or str, optional
        Asks for the share of finished durations in each band between these limits instead; the bands are the measures.

    Returns
    -------
    KpiResult
        The median, in seconds; ``duration`` is a ``timedelta``. ``measures()`` has the mean, the 90th and 95th
        percentile, and the median with running tickets taken into account (``censored_median``).

    Raises
    ------
    ArgumentTypeError
        When ``tickets`` is something else.
    ArgumentError
        When an option makes no sense.

    Notes
    -----
    Formula: elapsed - target, on the target's own clock, for breached targets.

    Counted: breached targets; those not completed are censored at the cut-off.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> from deskmetrics import sample
    >>> dm.sla_overshoot(sample.tickets(), clock="business")
    KpiResult(sla_overshoot (business time): 2h 30m, n=3)
    """
    return _core._of_tickets(
        "sla_overshoot",
        tickets,
        {"metric": metric, "sla_policy": sla_policy, "clock": clock, "within": within, "bands": bands},
    )


def sla_at_risk(
    tickets: Tickets | Table,
    *,
    metric: str | None = None,
    sla_policy: str | None = None,
    threshold_percent: int | None = None,
) -> KpiResult:
    """SLA targets at risk: how many running SLA targets are nearly used up.

    Parameters
    ----------
    tickets : Replay, Dataset or table
        Tickets with all that happened to them, as :func:`replay` or :func:`read` gives them; or a table with a row for
        each ticket and instants in columns (``id``, ``created_at``, ``solved_at`` ...), of which only those are known.
    metric : str, optional
        Only targets of this metric, such as ``"first_response"``; all unless told otherwise. ``"stated"`` takes the
        source's own verdict.
    sla_policy : str, optional
        Only targets of the policy of this name; all unless told otherwise.
    threshold_percent : int, default 80
        From which share of its target on a running target is at risk.

    Returns
    -------
    KpiResult
        In percent, with the Wilson interval.

    Raises
    ------
    ArgumentTypeError
        When ``tickets`` is something else.
    ArgumentError
        When an option makes no sense.

    Notes
    -----
    Formula: running targets with elapsed / target >= threshold / running targets x 100.

    Counted: targets running or paused at the cut-off and not breached.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> from deskmetrics import sample
    >>> dm.sla_at_risk(sample.tickets())
    KpiResult(sla_at_risk: 0.0 %, n=2, 95 % CI 0.0 % to 65.8 %)
    """
    return _core._of_tickets(
        "sla_at_risk", tickets, {"metric": metric, "sla_policy": sla_policy, "threshold_percent": threshold_percent}
    )
