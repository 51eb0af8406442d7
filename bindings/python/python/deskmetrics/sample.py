"""A help desk of eight tickets in one week, for examples.

Examples
--------
>>> import deskmetrics as dm
>>> from deskmetrics import sample
>>> dm.volume(sample.tickets())
KpiResult(volume: 8, n=8)
"""

from __future__ import annotations

import csv
from datetime import datetime, timezone
from typing import Any

from ._deskmetrics import Replay, Schedule, replay

__all__ = ["EVENTS", "TICKETS", "events", "tickets"]

TICKETS = """\
id,created_at,requester,channel,market,priority
T-1,2026-03-02 09:00,ana,mail,DK,normal
T-2,2026-03-02 10:00,bo,chat,DK,high
T-3,2026-03-02 15:30,carl,mail,ES,normal
T-4,2026-03-03 09:15,ana,mail,DK,urgent
T-5,2026-03-03 11:00,dora,chat,ES,normal
T-6,2026-03-04 08:00,eva,chat,ES,normal
T-7,2026-03-05 13:00,finn,mail,DK,high
T-8,2026-03-06 16:00,gus,mail,ES,normal
"""
"""Tickets: id, creation, customer and attributes."""

EVENTS = """\
ticket,at,author,author_name,kind,value
T-1,2026-03-02 09:00,customer,ana,public_message,
T-1,2026-03-02 09:10,system,,changed assignee,Kim
T-1,2026-03-02 10:30,agent,Kim,public_message,
T-1,2026-03-02 10:30,agent,Kim,solved,
T-2,2026-03-02 10:00,customer,bo,public_message,
T-2,2026-03-02 10:00,bot,,public_message,
T-2,2026-03-02 10:02,system,,changed assignee,Lou
T-2,2026-03-02 10:05,agent,Lou,public_message,
T-2,2026-03-02 10:05,agent,Lou,pending,
T-2,2026-03-02 11:00,customer,bo,public_message,
T-2,2026-03-02 11:00,system,,open,
T-2,2026-03-02 11:20,agent,Lou,public_message,
T-2,2026-03-02 11:20,agent,Lou,solved,
T-3,2026-03-02 15:30,customer,carl,public_message,
T-3,2026-03-02 15:40,system,,changed assignee,Kim
T-3,2026-03-02 15:40,system,,changed group,tier 1
T-3,2026-03-03 09:30,agent,Kim,changed assignee,Mia
T-3,2026-03-03 09:30,agent,Kim,changed group,tier 2
T-3,2026-03-03 09:30,agent,Kim,escalated,
T-3,2026-03-03 14:00,agent,Mia,public_message,
T-3,2026-03-03 14:00,agent,Mia,on_hold,
T-3,2026-03-04 10:00,agent,Mia,public_message,
T-3,2026-03-04 10:00,agent,Mia,solved,
T-4,2026-03-03 09:15,customer,ana,public_message,
T-4,2026-03-03 09:20,system,,changed assignee,Kim
T-4,2026-03-03 09:45,agent,Kim,public_message,
T-4,2026-03-03 09:45,agent,Kim,solved,
T-4,2026-03-04 09:00,customer,ana,public_message,
T-4,2026-03-04 09:00,system,,open,
T-4,2026-03-04 12:00,agent,Kim,public_message,
T-4,2026-03-04 12:00,agent,Kim,solved,
T-5,2026-03-03 11:00,customer,dora,public_message,
T-5,2026-03-03 11:00,bot,,public_message,
T-5,2026-03-03 11:00,bot,,solved,
T-6,2026-03-04 08:00,customer,eva,public_message,
T-6,2026-03-04 09:30,system,,changed assignee,Lou
T-6,2026-03-04 09:50,agent,Lou,public_message,
T-6,2026-03-04 09:50,agent,Lou,solved,
T-7,2026-03-05 13:00,customer,finn,public_message,
T-7,2026-03-05 13:05,system,,changed assignee,Lou
T-7,2026-03-06 09:00,agent,Lou,public_message,
T-7,2026-03-06 09:00,agent,Lou,pending,
T-8,2026-03-06 16:00,customer,gus,public_message,
"""
"""What happened to them."""

_MADE: list[Replay] = []
"""The tickets, once somebody asked for them."""


def events() -> dict[str, list[str | None]]:
    """What happened, as columns.

    Returns
    -------
    dict of list

    Examples
    --------
    >>> from deskmetrics import sample
    >>> list(sample.events())
    ['ticket', 'at', 'author', 'author_name', 'kind', 'value']
    """
    return _columns(EVENTS)


def tickets() -> Replay:
    """The tickets with all that happened to them until Monday, 9 March 2026, 09:00 UTC.

    The desk works from 9 to 17 o'clock UTC from Monday to Friday. It promises a first reply within half an hour for
    urgent tickets, an hour for those of high priority and four hours for all others, and a resolution within eight,
    all of business time.

    Returns
    -------
    Replay
        For the functions named after the KPIs.
    """
    if not _MADE:
        promises: dict[str, Any] = {
            "name": "standard",
            "targets": [
                {
                    "metric": "first_response",
                    "clock": "business",
                    "within": {"urgent": "30m", "high": "1h", "*": "4h"},
                },
                {"metric": "resolution", "clock": "business", "within": "8h"},
            ],
        }
        _MADE.append(
            replay(
                events(),
                tickets=_columns(TICKETS),
                schedules=Schedule("UTC", "Mo-Fr 09:00-17:00"),
                policies=promises,
                as_of=datetime(2026, 3, 9, 9, tzinfo=timezone.utc),
                assume_tz="UTC",
            )
        )
    return _MADE[0]


def _columns(text: str) -> dict[str, list[str | None]]:
    rows = list(csv.DictReader(text.splitlines()))
    return {name: [row[name] or None for row in rows] for name in rows[0]}
