"""KPIs of tickets: how long customers wait."""

from __future__ import annotations

from collections.abc import Sequence

from . import _deskmetrics as _core
from ._deskmetrics import KpiResult
from .typing import Clock, Duration, Status, Table, Tickets

__all__ = [
    "agent_wait_time",
    "agent_work_time",
    "backlog_age",
    "bot_first_response_time",
    "first_resolution_time",
    "first_response_time",
    "full_resolution_time",
    "net_resolution_time",
    "next_response_time",
    "on_hold_time",
    "requester_wait_time",
    "resolution_time_censored",
    "response_time",
    "time_in_group",
    "time_in_status",
    "time_to_first_assignment",
]


def first_response_time(
    tickets: Tickets | Table,
    *,
    clock: Clock = "calendar",
    within: Duration | None = None,
    bands: Sequence[Duration] | None = None,
) -> KpiResult:
    """First response time: how long customers wait for the first public reply of a person.

    Parameters
    ----------
    tickets : Replay, Dataset or table
        Tickets with all that happened to them, as :func:`replay` or :func:`read` gives them; or a table with a row for
        each ticket and instants in columns (``id``, ``created_at``, ``solved_at`` ...), of which only those are known.
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


def next_response_time(
    tickets: Tickets | Table,
    *,
    clock: Clock = "calendar",
    within: Duration | None = None,
    bands: Sequence[Duration] | None = None,
) -> KpiResult:
    """Next response time: how long customers wait for an answer after the first one.

    Parameters
    ----------
    tickets : Replay, Dataset or table
        Tickets with all that happened to them, as :func:`replay` or :func:`read` gives them; or a table with a row for
        each ticket and instants in columns (``id``, ``created_at``, ``solved_at`` ...), of which only those are known.
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


def response_time(
    tickets: Tickets | Table,
    *,
    clock: Clock = "calendar",
    within: Duration | None = None,
    bands: Sequence[Duration] | None = None,
) -> KpiResult:
    """Average response time: how long customers wait for an answer, over all exchanges.

    Parameters
    ----------
    tickets : Replay, Dataset or table
        Tickets with all that happened to them, as :func:`replay` or :func:`read` gives them; or a table with a row for
        each ticket and instants in columns (``id``, ``created_at``, ``solved_at`` ...), of which only those are known.
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


def bot_first_response_time(
    tickets: Tickets | Table,
    *,
    clock: Clock = "calendar",
    within: Duration | None = None,
    bands: Sequence[Duration] | None = None,
) -> KpiResult:
    """Bot first response time: how long customers wait for the first public answer of a bot.

    Parameters
    ----------
    tickets : Replay, Dataset or table
        Tickets with all that happened to them, as :func:`replay` or :func:`read` gives them; or a table with a row for
        each ticket and instants in columns (``id``, ``created_at``, ``solved_at`` ...), of which only those are known.
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


def first_resolution_time(
    tickets: Tickets | Table,
    *,
    clock: Clock = "calendar",
    within: Duration | None = None,
    bands: Sequence[Duration] | None = None,
) -> KpiResult:
    """First resolution time: how long it takes until a ticket is solved for the first time.

    Parameters
    ----------
    tickets : Replay, Dataset or table
        Tickets with all that happened to them, as :func:`replay` or :func:`read` gives them; or a table with a row for
        each ticket and instants in columns (``id``, ``created_at``, ``solved_at`` ...), of which only those are known.
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
    Formula: first entry into solved or closed - creation.

    Counted: tickets solved at least once; those never solved are censored at the cut-off.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> from deskmetrics import sample
    >>> dm.first_resolution_time(sample.tickets())
    KpiResult(first_resolution_time: 1h 25m, n=6, 95 % CI 0s to 42h 30m)
    """
    return _core._of_tickets("first_resolution_time", tickets, {"clock": clock, "within": within, "bands": bands})


def full_resolution_time(
    tickets: Tickets | Table,
    *,
    clock: Clock = "calendar",
    within: Duration | None = None,
    bands: Sequence[Duration] | None = None,
) -> KpiResult:
    """Full resolution time: how long it takes until a ticket is solved for good, reopenings included.

    Parameters
    ----------
    tickets : Replay, Dataset or table
        Tickets with all that happened to them, as :func:`replay` or :func:`read` gives them; or a table with a row for
        each ticket and instants in columns (``id``, ``created_at``, ``solved_at`` ...), of which only those are known.
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
    Formula: last solve - creation.

    Counted: tickets now solved or closed; open ones, reopened ones among them, are censored at the cut-off.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> from deskmetrics import sample
    >>> dm.full_resolution_time(sample.tickets())
    KpiResult(full_resolution_time: 1h 40m, n=6, 95 % CI 0s to 42h 30m)
    """
    return _core._of_tickets("full_resolution_time", tickets, {"clock": clock, "within": within, "bands": bands})


def net_resolution_time(
    tickets: Tickets | Table,
    *,
    clock: Clock = "calendar",
    within: Duration | None = None,
    bands: Sequence[Duration] | None = None,
) -> KpiResult:
    """Net resolution time: resolution time without the time a ticket lay solved between reopenings.

    Parameters
    ----------
    tickets : Replay, Dataset or table
        Tickets with all that happened to them, as :func:`replay` or :func:`read` gives them; or a table with a row for
        each ticket and instants in columns (``id``, ``created_at``, ``solved_at`` ...), of which only those are known.
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
    Formula: last solve - creation - time in solved or closed in between.

    Counted: tickets now solved or closed; open ones are censored at the cut-off.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> from deskmetrics import sample
    >>> dm.net_resolution_time(sample.tickets())
    KpiResult(net_resolution_time: 1h 40m, n=6, 95 % CI 0s to 42h 30m)
    """
    return _core._of_tickets("net_resolution_time", tickets, {"clock": clock, "within": within, "bands": bands})


def resolution_time_censored(tickets: Tickets | Table, *, clock: Clock = "calendar") -> KpiResult:
    """Resolution time, open tickets included.

    The time after which half of all created tickets are solved, open ones taken into account.

    Parameters
    ----------
    tickets : Replay, Dataset or table
        Tickets with all that happened to them, as :func:`replay` or :func:`read` gives them; or a table with a row for
        each ticket and instants in columns (``id``, ``created_at``, ``solved_at`` ...), of which only those are known.
    clock : {"calendar", "business"}, default "calendar"
        Whether all time counts or only the opening hours of the ticket's schedule.

    Returns
    -------
    KpiResult
        The Kaplan-Meier median, in seconds; ``duration`` is a ``timedelta``. ``None`` when fewer than half are
        finished.

    Raises
    ------
    ArgumentTypeError
        When ``tickets`` is something else.
    ArgumentError
        When an option makes no sense.

    Notes
    -----
    Formula: Kaplan-Meier median of last solve - creation; open tickets censored at the cut-off.

    Counted: all created tickets, solved or not.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> from deskmetrics import sample
    >>> dm.resolution_time_censored(sample.tickets())
    KpiResult(resolution_time_censored: 1h 50m, n=8, 95 % CI 0s to ∞)
    """
    return _core._of_tickets("resolution_time_censored", tickets, {"clock": clock})


def requester_wait_time(
    tickets: Tickets | Table,
    *,
    clock: Clock = "calendar",
    within: Duration | None = None,
    bands: Sequence[Duration] | None = None,
) -> KpiResult:
    """Requester wait time: how long a customer waits for the team in all.

    Parameters
    ----------
    tickets : Replay, Dataset or table
        Tickets with all that happened to them, as :func:`replay` or :func:`read` gives them; or a table with a row for
        each ticket and instants in columns (``id``, ``created_at``, ``solved_at`` ...), of which only those are known.
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


def agent_wait_time(
    tickets: Tickets | Table,
    *,
    clock: Clock = "calendar",
    within: Duration | None = None,
    bands: Sequence[Duration] | None = None,
) -> KpiResult:
    """Agent wait time: how long the team waits for the customer in all.

    Parameters
    ----------
    tickets : Replay, Dataset or table
        Tickets with all that happened to them, as :func:`replay` or :func:`read` gives them; or a table with a row for
        each ticket and instants in columns (``id``, ``created_at``, ``solved_at`` ...), of which only those are known.
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


def on_hold_time(
    tickets: Tickets | Table,
    *,
    clock: Clock = "calendar",
    within: Duration | None = None,
    bands: Sequence[Duration] | None = None,
) -> KpiResult:
    """On-hold time: how long tickets wait for a third party in all.

    Parameters
    ----------
    tickets : Replay, Dataset or table
        Tickets with all that happened to them, as :func:`replay` or :func:`read` gives them; or a table with a row for
        each ticket and instants in columns (``id``, ``created_at``, ``solved_at`` ...), of which only those are known.
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


def agent_work_time(
    tickets: Tickets | Table,
    *,
    clock: Clock = "calendar",
    within: Duration | None = None,
    bands: Sequence[Duration] | None = None,
) -> KpiResult:
    """Agent work time: how long tickets lay with the team itself in all.

    Parameters
    ----------
    tickets : Replay, Dataset or table
        Tickets with all that happened to them, as :func:`replay` or :func:`read` gives them; or a table with a row for
        each ticket and instants in columns (``id``, ``created_at``, ``solved_at`` ...), of which only those are known.
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


def time_in_status(
    tickets: Tickets | Table,
    *,
    status: Status,
    clock: Clock = "calendar",
    within: Duration | None = None,
    bands: Sequence[Duration] | None = None,
) -> KpiResult:
    """Time in status: how long tickets are in one status in all.

    Parameters
    ----------
    tickets : Replay, Dataset or table
        Tickets with all that happened to them, as :func:`replay` or :func:`read` gives them; or a table with a row for
        each ticket and instants in columns (``id``, ``created_at``, ``solved_at`` ...), of which only those are known.
    status : {"new", "open", "pending", "on_hold", "solved", "closed"}
        Whose time is counted.
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


def time_in_group(
    tickets: Tickets | Table,
    *,
    group: str,
    clock: Clock = "calendar",
    within: Duration | None = None,
    bands: Sequence[Duration] | None = None,
) -> KpiResult:
    """Time in group: how long one group keeps tickets, each stint by itself.

    Parameters
    ----------
    tickets : Replay, Dataset or table
        Tickets with all that happened to them, as :func:`replay` or :func:`read` gives them; or a table with a row for
        each ticket and instants in columns (``id``, ``created_at``, ``solved_at`` ...), of which only those are known.
    group : str
        Whose time is counted.
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


def time_to_first_assignment(
    tickets: Tickets | Table,
    *,
    clock: Clock = "calendar",
    within: Duration | None = None,
    bands: Sequence[Duration] | None = None,
) -> KpiResult:
    """Time to first assignment: how long tickets wait until an agent has them.

    Parameters
    ----------
    tickets : Replay, Dataset or table
        Tickets with all that happened to them, as :func:`replay` or :func:`read` gives them; or a table with a row for
        each ticket and instants in columns (``id``, ``created_at``, ``solved_at`` ...), of which only those are known.
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


def backlog_age(
    tickets: Tickets | Table,
    *,
    clock: Clock = "calendar",
    within: Duration | None = None,
    bands: Sequence[Duration] | None = None,
) -> KpiResult:
    """Backlog age: how old the open tickets are at the cut-off.

    Parameters
    ----------
    tickets : Replay, Dataset or table
        Tickets with all that happened to them, as :func:`replay` or :func:`read` gives them; or a table with a row for
        each ticket and instants in columns (``id``, ``created_at``, ``solved_at`` ...), of which only those are known.
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
