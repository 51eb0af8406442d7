"""KPIs of tickets: whether they are solved at once and for good."""

from __future__ import annotations

from typing import cast

from . import _deskmetrics as _core
from ._deskmetrics import FcrPolicy, KpiResult
from ._tickets import of_tickets
from .typing import Column, Table, Tickets

__all__ = [
    "fcr",
    "first_level_resolution",
    "multi_touch",
    "one_touch",
    "reopen_rate",
    "two_touch",
]


@of_tickets("share")
def fcr(
    tickets: Tickets | Table | Column, *, policy: FcrPolicy | str, without_automatic_solves: bool = False
) -> KpiResult:
    """First contact resolution (FCR).

    The share of issues resolved at the customer's first contact, under a named policy.

    Notes
    -----
    Formula: tickets resolved on first contact under the policy / tickets the policy can judge x 100.

    Counted: as the policy says; tickets whose window is not over are provisional and left out.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> from deskmetrics import sample
    >>> dm.fcr(sample.tickets(), policy="no_customer_followup")
    KpiResult(fcr (no_customer_followup): 66.7 %, n=6, 95 % CI 30.0 % to 90.3 %, left out: 2 not solved)
    """
    options = {"policy": policy, "without_automatic_solves": without_automatic_solves or None}
    if str(policy).startswith("survey"):
        return _core._of_scores("fcr", cast("Column", tickets), None, options)
    return _core._of_tickets("fcr", tickets, options)


@of_tickets("share")
def one_touch(tickets: Tickets | Table, *, without_automatic_solves: bool = False) -> KpiResult:
    """One-touch rate: the share of solved tickets that took exactly one public reply.

    Notes
    -----
    Formula: solved tickets with exactly 1 public agent reply / solved tickets x 100.

    Counted: tickets now solved or closed.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> from deskmetrics import sample
    >>> dm.one_touch(sample.tickets())
    KpiResult(one_touch: 33.3 %, n=6, 95 % CI 9.7 % to 70.0 %, left out: 2 not solved)
    """
    return _core._of_tickets("one_touch", tickets, {"without_automatic_solves": without_automatic_solves or None})


@of_tickets("share")
def two_touch(tickets: Tickets | Table) -> KpiResult:
    """Two-touch rate: the share of solved tickets that took exactly two public replies.

    Notes
    -----
    Formula: solved tickets with exactly 2 public agent replies / solved tickets x 100.

    Counted: tickets now solved or closed.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> from deskmetrics import sample
    >>> dm.two_touch(sample.tickets())
    KpiResult(two_touch: 50.0 %, n=6, 95 % CI 18.8 % to 81.2 %, left out: 2 not solved)
    """
    return _core._of_tickets("two_touch", tickets)


@of_tickets("share")
def multi_touch(tickets: Tickets | Table) -> KpiResult:
    """Multi-touch rate: the share of solved tickets that took more than two public replies.

    Notes
    -----
    Formula: solved tickets with more than 2 public agent replies / solved tickets x 100.

    Counted: tickets now solved or closed.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> from deskmetrics import sample
    >>> dm.multi_touch(sample.tickets())
    KpiResult(multi_touch: 0.0 %, n=6, 95 % CI 0.0 % to 39.0 %, left out: 2 not solved)
    """
    return _core._of_tickets("multi_touch", tickets)


@of_tickets("share")
def reopen_rate(tickets: Tickets | Table) -> KpiResult:
    """Reopen rate: the share of solved tickets that came back.

    Notes
    -----
    Formula: tickets with at least one reopening / tickets solved at least once x 100.

    Counted: tickets solved at least once, open again or not.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> from deskmetrics import sample
    >>> dm.reopen_rate(sample.tickets())
    KpiResult(reopen_rate: 16.7 %, n=6, 95 % CI 3.0 % to 56.4 %, left out: 2 not solved)
    """
    return _core._of_tickets("reopen_rate", tickets)


@of_tickets("share")
def first_level_resolution(tickets: Tickets | Table) -> KpiResult:
    """First level resolution: the share of solved tickets that never left the first level of support.

    Notes
    -----
    Formula: solved tickets without an escalation / solved tickets x 100.

    Counted: tickets now solved or closed.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> from deskmetrics import sample
    >>> dm.first_level_resolution(sample.tickets())
    KpiResult(first_level_resolution: 83.3 %, n=6, 95 % CI 43.6 % to 97.0 %, left out: 2 not solved)
    """
    return _core._of_tickets("first_level_resolution", tickets)
