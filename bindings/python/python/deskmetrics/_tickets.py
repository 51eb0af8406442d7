"""What KPIs of tickets have in common, said once: their parameters, what they return, what can go wrong."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Literal, TypeVar

__all__ = ["of_tickets"]

F = TypeVar("F", bound=Callable[..., Any])

PARAMETERS = {
    "tickets": """\
tickets : Replay, Dataset or table
    Tickets with all that happened to them, as :func:`replay` or :func:`read` gives them; or a table with a row for
    each ticket and instants in columns (``id``, ``created_at``, ``solved_at`` ...), of which only those are known.""",
    "clock": """\
clock : {"calendar", "business"}, default "calendar"
    Whether all time counts or only the opening hours of the ticket's schedule.""",
    "within": """\
within : datetime.timedelta or str, optional
    Asks for the share of durations up to this limit instead, in percent; running ones that exceed it count as not
    within, others are not judged yet.""",
    "bands": """\
bands : sequence of datetime.timedelta or str, optional
    Asks for the share of finished durations in each band between these limits instead; the bands are the measures.""",
    "status": """\
status : {"new", "open", "pending", "on_hold", "solved", "closed"}
    Whose time is counted.""",
    "group": """\
group : str
    Whose time is counted.""",
    "policy": """\
policy : FcrPolicy or str
    What counts as resolved at first contact: there is no usual meaning. One of ``"single_reply"``,
    ``"no_customer_followup"``, ``"single_handler_close"``, ``"strict_no_activity"``, ``"no_reopen_within(7days)"``,
    ``"no_repeat_contact_within(7days, customer)"``, ``"interaction_no_task"``; or ``"survey(1-2)"``, the scale of "was
    it resolved at your first contact?", of which the positive answers are yes: then ``tickets`` is a column of the
    answers.""",
    "without_automatic_solves": """\
without_automatic_solves : bool, default False
    Whether tickets that a bot or rule solved are left out.""",
    "metric": """\
metric : str, optional
    Only targets of this metric, such as ``"first_response"``; all unless told otherwise. ``"stated"`` takes the
    source's own verdict.""",
    "sla_policy": """\
sla_policy : str, optional
    Only targets of the policy of this name; all unless told otherwise.""",
    "threshold_percent": """\
threshold_percent : int, default 80
    From which share of its target on a running target is at risk.""",
    "of": """\
of : {"created", "solved", "open"}, default "created"
    With which tickets the customers are counted.""",
    "at": """\
at : datetime.datetime, optional
    The instant of the snapshot; the cut-off of the tickets unless told otherwise.""",
    "start": """\
start, end : datetime.datetime, optional
    The span of time, from its start (included) to its end (not included); unless told otherwise from the first ticket
    on, up to the cut-off.""",
    "end": "",
}

RETURNS = {
    "duration": """\
    The median, in seconds; ``duration`` is a ``timedelta``. ``measures()`` has the mean, the 90th and 95th
    percentile, and the median with running tickets taken into account (``censored_median``).""",
    "share": "    In percent, with the Wilson interval.",
    "mean": "    Per ticket, with Student's t interval.",
    "count": "    A count, which is exact and has no interval.",
}

NO_TICKETS = """\
ArgumentTypeError
    When ``tickets`` is something else."""
NO_OPTION = """\
ArgumentError
    When an option makes no sense."""


def of_tickets(returns: Literal["duration", "share", "mean", "count"] | None = None) -> Callable[[F], F]:
    """Completes the docstring of a KPI, whose own sections begin with what only it has to say."""

    def documented(function: F) -> F:
        if function.__doc__ is None:  # python -OO
            return function
        names = list(inspect.signature(function).parameters)
        sections = ["Parameters\n----------\n" + "\n".join(filter(None, (PARAMETERS[name] for name in names)))]
        if returns is not None:
            sections.append(f"Returns\n-------\nKpiResult\n{RETURNS[returns]}")
        raises = [NO_TICKETS] if names == ["tickets"] else [NO_TICKETS, NO_OPTION]
        summary, own = _parted(inspect.cleandoc(function.__doc__))
        if returns is None:
            told, own = own.split("\n\nNotes\n", 1)
            sections.append(told)
            own = f"Notes\n{own}"
        sections.append("Raises\n------\n" + "\n".join(raises))
        function.__doc__ = "\n\n".join([summary, *sections, own])
        return function

    return documented


def _parted(text: str) -> tuple[str, str]:
    """What it is about, and the sections."""
    place = min(found for name in ("Returns\n---", "Notes\n---", "Examples\n---") if (found := text.find(f"\n\n{name}")) >= 0)
    return text[:place], text[place + 2 :]
