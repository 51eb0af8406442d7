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
from functools import cache
from importlib.resources import files

from ._deskmetrics import Replay, Schedule, replay

__all__ = ["EVENTS", "TICKETS", "events", "tickets"]

TICKETS = files("deskmetrics").joinpath("sample_tickets.csv").read_text("utf-8")
"""Tickets: id, creation, customer and attributes.

:meta hide-value:
"""

EVENTS = files("deskmetrics").joinpath("sample_events.csv").read_text("utf-8")
"""Events of the tickets.

:meta hide-value:
"""


def events() -> dict[str, list[str | None]]:
    """The events as columns.

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
    """The tickets with their events until Monday, 9 March 2026, 09:00 UTC.

    The desk works from 09:00 to 17:00 UTC, Monday to Friday. The SLA targets are a first reply within half an hour for
    urgent tickets, an hour for high priority and four hours for all others, and a resolution within eight hours,
    all in business time.

    Returns
    -------
    Replay
        For the functions named after the KPIs.
    """
    return _replayed()


@cache
def _replayed() -> Replay:
    first_response = {"urgent": "30m", "high": "1h", "*": "4h"}
    return replay(
        events(),
        tickets=_columns(TICKETS),
        schedules=Schedule("UTC", "Mo-Fr 09:00-17:00"),
        policies={
            "name": "standard",
            "targets": [
                {"metric": "first_response", "clock": "business", "within": first_response},
                {"metric": "resolution", "clock": "business", "within": "8h"},
            ],
        },
        as_of=datetime(2026, 3, 9, 9, tzinfo=timezone.utc),
        assume_tz="UTC",
    )


def _columns(text: str) -> dict[str, list[str | None]]:
    rows = list(csv.DictReader(text.splitlines()))
    return {name: [row[name] or None for row in rows] for name in rows[0]}
