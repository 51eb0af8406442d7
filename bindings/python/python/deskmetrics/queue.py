"""KPIs of phone and chat queues, from one row per contact or shift; the catalogue has their definitions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from . import _deskmetrics as _core
from ._deskmetrics import KpiResult
from ._function import defined
from .typing import Column, Duration, TimeZone, Timestamps

__all__ = ["abandon_rate", "handle_time", "occupancy", "service_level", "speed_of_answer"]


@defined
def service_level(
    queued_at: Timestamps,
    answered_at: Timestamps,
    abandoned_at: Timestamps | None = None,
    *,
    within: Duration,
    short_abandon: Duration | None = None,
    as_of: date | str | None = None,
    assume_tz: TimeZone | None = None,
) -> KpiResult:
    """
    Examples
    --------
    >>> from datetime import datetime, timedelta, timezone
    >>> import deskmetrics as dm
    >>> nine = datetime(2026, 3, 2, 9, tzinfo=timezone.utc)
    >>> queued = [nine] * 4
    >>> answered = [nine + timedelta(seconds=seconds) for seconds in (5, 20, 50)] + [None]
    >>> abandoned = [None, None, None, nine + timedelta(seconds=90)]
    >>> dm.service_level(queued, answered, abandoned, within="20s")
    KpiResult(service_level (within 20s): 50.0 %, n=4, 95 % CI 15.0 % to 85.0 %)
    """
    return _core._of_contacts("service_level", **locals())


@defined
def speed_of_answer(
    queued_at: Timestamps,
    answered_at: Timestamps,
    *,
    within: Duration | None = None,
    bands: Sequence[Duration] | None = None,
    as_of: date | str | None = None,
    assume_tz: TimeZone | None = None,
) -> KpiResult:
    """The average speed of answer is ``measures()["mean"]``.

    Examples
    --------
    >>> from datetime import datetime, timedelta, timezone
    >>> import deskmetrics as dm
    >>> nine = datetime(2026, 3, 2, 9, tzinfo=timezone.utc)
    >>> answered = [nine + timedelta(seconds=seconds) for seconds in (5, 20, 50)]
    >>> result = dm.speed_of_answer([nine] * 3, answered)
    >>> result.value, result.duration, result.measures()["mean"]["value"]
    (20.0, datetime.timedelta(seconds=20), 25.0)
    """
    return _core._of_contacts("speed_of_answer", **locals())


@defined
def abandon_rate(
    queued_at: Timestamps,
    answered_at: Timestamps,
    abandoned_at: Timestamps,
    *,
    short_abandon: Duration | None = None,
    as_of: date | str | None = None,
    assume_tz: TimeZone | None = None,
) -> KpiResult:
    """
    Parameters
    ----------
    answered_at, abandoned_at : column or sequence of datetime.datetime or None
        When an agent answered, and when the customer gave up; a contact with neither is still waiting and excluded.

    Examples
    --------
    >>> from datetime import datetime, timedelta, timezone
    >>> import deskmetrics as dm
    >>> nine = datetime(2026, 3, 2, 9, tzinfo=timezone.utc)
    >>> soon, late = nine + timedelta(seconds=3), nine + timedelta(minutes=2)
    >>> given_up = [None, None, soon, late]
    >>> dm.abandon_rate([nine] * 4, [late, late, None, None], given_up).value
    50.0
    >>> result = dm.abandon_rate([nine] * 4, [late, late, None, None], given_up, short_abandon="5s")
    >>> round(result.value, 1), result.n
    (33.3, 3)
    """
    return _core._of_contacts("abandon_rate", **locals())


@defined
def handle_time(
    talk: Column,
    hold: Column | None = None,
    wrap_up: Column | None = None,
    *,
    within: Duration | None = None,
    bands: Sequence[Duration] | None = None,
) -> KpiResult:
    """The average handle time is ``measures()["mean"]``.

    Parameters
    ----------
    talk : column or sequence of durations
        How long they talked; a contact without is excluded as ``missing``. ``timedelta``, a column of durations, or texts
        such as ``"4m"``.
    hold, wrap_up : column or sequence of durations, optional
        How long the customer was on hold, and how long the agent worked on it afterwards; missing ones count as none.

    Examples
    --------
    >>> from datetime import timedelta
    >>> import deskmetrics as dm
    >>> talk = [timedelta(minutes=4), timedelta(minutes=6), timedelta(minutes=2)]
    >>> wrap_up = [timedelta(minutes=1), None, timedelta(minutes=1)]
    >>> result = dm.handle_time(talk, wrap_up=wrap_up)
    >>> result.duration, result.n
    (datetime.timedelta(seconds=300), 3)
    """
    return _core._of_contacts("handle_time", **locals())


@defined
def occupancy(on_duty: Column, busy: Column) -> KpiResult:
    """
    Parameters
    ----------
    on_duty : column or sequence of durations
        How long each agent was ready for contacts or busy with them: ``timedelta``, a column of durations, or texts
        such as ``"4h"``.
    busy : column or sequence of durations
        How much of that they were busy; a row without both is excluded as ``missing``.

    Returns
    -------
    KpiResult
        In percent, without an interval; ``n`` counts the shifts.

    Examples
    --------
    >>> import deskmetrics as dm
    >>> result = dm.occupancy(["4h", "8h"], ["3h", "6h"])
    >>> result.value, result.n, result.measures()["busy_seconds"]["value"]
    (75.0, 2, 32400.0)
    """
    return _core._of_contacts("occupancy", **locals())
