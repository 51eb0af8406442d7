"""KPIs of tickets: whether promises are kept."""

from __future__ import annotations

from collections.abc import Sequence

from . import _deskmetrics as _core
from ._deskmetrics import KpiResult
from ._tickets import of_tickets
from .typing import Clock, Duration, Table, Tickets

__all__ = [
    "sla_at_risk",
    "sla_attainment",
    "sla_overshoot",
    "sla_ticket_attainment",
]


@of_tickets("share")
def sla_attainment(
    tickets: Tickets | Table,
    *,
    metric: str | None = None,
    sla_policy: str | None = None,
) -> KpiResult:
    """SLA attainment: the share of decided SLA targets that were met.

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


@of_tickets("share")
def sla_ticket_attainment(tickets: Tickets | Table) -> KpiResult:
    """SLA attainment per ticket: the share of tickets on which every SLA target was met.

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


@of_tickets("duration")
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

    Notes
    -----
    Formula: elapsed - target, on the target's own clock, for breached targets.

    Counted: breached targets that were promised on ``clock``; those not completed are censored at the cut-off. Breached
    targets on the other clock are left out as ``other_options``, since hours and opening hours do not add up: ask once
    for each.

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


@of_tickets("share")
def sla_at_risk(
    tickets: Tickets | Table,
    *,
    metric: str | None = None,
    sla_policy: str | None = None,
    threshold_percent: int | None = None,
) -> KpiResult:
    """SLA targets at risk: how many running SLA targets are nearly used up.

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
