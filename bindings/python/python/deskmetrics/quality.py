"""KPIs of tickets: how well, and with how much effort, tickets are solved."""

from __future__ import annotations

from typing import cast

from . import _deskmetrics as _core
from ._deskmetrics import FcrPolicy, KpiResult
from .typing import Column, Table, Tickets

__all__ = [
    "agent_touches",
    "bot_containment",
    "bot_resolution",
    "escalation_rate",
    "fcr",
    "first_level_resolution",
    "group_transfers",
    "handoffs",
    "messages_per_ticket",
    "multi_touch",
    "one_touch",
    "reopen_rate",
    "replies_per_ticket",
    "transfer_rate",
    "transfers",
    "two_touch",
]


def fcr(
    tickets: Tickets | Table | Column, *, policy: FcrPolicy | str, without_automatic_solves: bool = False
) -> KpiResult:
    """First contact resolution (FCR).

    The share of issues resolved at the customer's first contact, under a named policy.

    Parameters
    ----------
    tickets : Replay, Dataset or table
        Tickets with all that happened to them, as :func:`replay` or :func:`read` gives them; or a table with a row
        for each ticket and instants in columns (``id``, ``created_at``, ``solved_at`` ...), of which only those are
        known. Under ``"survey(1-2)"`` (the scale of "was it resolved at your first contact?", of which the positive
        answers are yes) a column of the answers.
    policy : FcrPolicy or str
        What counts as resolved at first contact: there is no usual meaning. One of ``"single_reply"``,
        ``"no_customer_followup"``, ``"single_handler_close"``, ``"strict_no_activity"``, ``"no_reopen_within(7days)"``,
        ``"no_repeat_contact_within(7days, customer)"``, ``"interaction_no_task"``.
    without_automatic_solves : bool, default False
        Whether tickets that a bot or rule solved are left out.

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


def one_touch(tickets: Tickets | Table, *, without_automatic_solves: bool = False) -> KpiResult:
    """One-touch rate: the share of solved tickets that took exactly one public reply.

    Parameters
    ----------
    tickets : Replay, Dataset or table
        Tickets with all that happened to them, as :func:`replay` or :func:`read` gives them; or a table with a row for
        each ticket and instants in columns (``id``, ``created_at``, ``solved_at`` ...), of which only those are known.
    without_automatic_solves : bool, default False
        Whether tickets that a bot or rule solved are left out.

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


def two_touch(tickets: Tickets | Table) -> KpiResult:
    """Two-touch rate: the share of solved tickets that took exactly two public replies.

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


def multi_touch(tickets: Tickets | Table) -> KpiResult:
    """Multi-touch rate: the share of solved tickets that took more than two public replies.

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


def reopen_rate(tickets: Tickets | Table) -> KpiResult:
    """Reopen rate: the share of solved tickets that came back.

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


def first_level_resolution(tickets: Tickets | Table) -> KpiResult:
    """First level resolution: the share of solved tickets that never left the first level of support.

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


def escalation_rate(tickets: Tickets | Table) -> KpiResult:
    """Escalation rate: the share of tickets handed to a higher level of support.

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


def transfer_rate(tickets: Tickets | Table) -> KpiResult:
    """Transfer rate: the share of solved tickets that went from one agent or group to another.

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


def transfers(tickets: Tickets | Table) -> KpiResult:
    """Transfers per ticket: how often a solved ticket changed its agent.

    Parameters
    ----------
    tickets : Replay, Dataset or table
        Tickets with all that happened to them, as :func:`replay` or :func:`read` gives them; or a table with a row for
        each ticket and instants in columns (``id``, ``created_at``, ``solved_at`` ...), of which only those are known.

    Returns
    -------
    KpiResult
        Per ticket, with Student's t interval.

    Raises
    ------
    ArgumentTypeError
        When ``tickets`` is something else.

    Notes
    -----
    Formula: (assignee stints - 1) / solved tickets, at least 0 each.

    Counted: tickets now solved or closed.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> from deskmetrics import sample
    >>> dm.transfers(sample.tickets())
    KpiResult(transfers: 0.17, n=6, 95 % CI -0.26 to 0.60, left out: 2 not solved)
    """
    return _core._of_tickets("transfers", tickets)


def group_transfers(tickets: Tickets | Table) -> KpiResult:
    """Group transfers per ticket: how often a solved ticket changed its group.

    Parameters
    ----------
    tickets : Replay, Dataset or table
        Tickets with all that happened to them, as :func:`replay` or :func:`read` gives them; or a table with a row for
        each ticket and instants in columns (``id``, ``created_at``, ``solved_at`` ...), of which only those are known.

    Returns
    -------
    KpiResult
        Per ticket, with Student's t interval.

    Raises
    ------
    ArgumentTypeError
        When ``tickets`` is something else.

    Notes
    -----
    Formula: (group stints - 1) / solved tickets, at least 0 each.

    Counted: tickets now solved or closed.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> from deskmetrics import sample
    >>> dm.group_transfers(sample.tickets())
    KpiResult(group_transfers: 0.17, n=6, 95 % CI -0.26 to 0.60, left out: 2 not solved)
    """
    return _core._of_tickets("group_transfers", tickets)


def handoffs(tickets: Tickets | Table) -> KpiResult:
    """Hand-offs per ticket: how many further agents answered the customer of a solved ticket.

    Parameters
    ----------
    tickets : Replay, Dataset or table
        Tickets with all that happened to them, as :func:`replay` or :func:`read` gives them; or a table with a row for
        each ticket and instants in columns (``id``, ``created_at``, ``solved_at`` ...), of which only those are known.

    Returns
    -------
    KpiResult
        Per ticket, with Student's t interval.

    Raises
    ------
    ArgumentTypeError
        When ``tickets`` is something else.

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


def replies_per_ticket(tickets: Tickets | Table) -> KpiResult:
    """Replies per ticket: how many public replies of people a solved ticket took.

    Parameters
    ----------
    tickets : Replay, Dataset or table
        Tickets with all that happened to them, as :func:`replay` or :func:`read` gives them; or a table with a row for
        each ticket and instants in columns (``id``, ``created_at``, ``solved_at`` ...), of which only those are known.

    Returns
    -------
    KpiResult
        Per ticket, with Student's t interval.

    Raises
    ------
    ArgumentTypeError
        When ``tickets`` is something else.

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


def messages_per_ticket(tickets: Tickets | Table) -> KpiResult:
    """Messages per ticket: how many public messages of customers and agents a solved ticket took.

    Parameters
    ----------
    tickets : Replay, Dataset or table
        Tickets with all that happened to them, as :func:`replay` or :func:`read` gives them; or a table with a row for
        each ticket and instants in columns (``id``, ``created_at``, ``solved_at`` ...), of which only those are known.

    Returns
    -------
    KpiResult
        Per ticket, with Student's t interval.

    Raises
    ------
    ArgumentTypeError
        When ``tickets`` is something else.

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


def agent_touches(tickets: Tickets | Table) -> KpiResult:
    """Agent touches: how many times agents did something to a ticket.

    Parameters
    ----------
    tickets : Replay, Dataset or table
        Tickets with all that happened to them, as :func:`replay` or :func:`read` gives them; or a table with a row for
        each ticket and instants in columns (``id``, ``created_at``, ``solved_at`` ...), of which only those are known.

    Returns
    -------
    KpiResult
        Per ticket, with Student's t interval.

    Raises
    ------
    ArgumentTypeError
        When ``tickets`` is something else.

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


def bot_resolution(tickets: Tickets | Table) -> KpiResult:
    """Bot resolution rate: the share of solved tickets that a bot answered and no person had to.

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


def bot_containment(tickets: Tickets | Table) -> KpiResult:
    """Bot containment rate: the share of tickets a bot took part in that never reached a person.

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
