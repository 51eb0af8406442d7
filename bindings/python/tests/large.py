"""Data of many slices and years, for charts."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import deskmetrics as dm

START = datetime(2022, 1, 3, 9, tzinfo=UTC)
REASONS = ["slow answer", "not solved", "price", "unclear", "bot", "impolite", "had to explain the same thing to three different people"]


def name(number: int) -> str:
    long = " of the customer operations and logistics department for the northern and western regions"
    return f"Team {number:02}{long if number % 3 == 0 else ''}"


@cache
def tables(slices: int, weeks: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Tickets and answers; the first slices are the largest, the last ones have few records, and not in all weeks."""
    tickets: dict[str, list[Any]] = {key: [] for key in ("id", "created_at", "first_replied_at", "solved_at", "requester", "team")}
    surveys: dict[str, list[Any]] = {key: [] for key in ("ticket", "answered_at", "nps", "csat", "reasons")}
    number = 0
    for week in range(weeks):
        for slice_ in range(slices):
            # Two weeks in the middle are empty but for one between them.
            if week in (weeks // 2, weeks // 2 + 2):
                continue
            for _ in range(1 + (40 // (slice_ + 1) if weeks < 20 else 4 // (slice_ + 1)) - (slice_ > 8 and week % 3 > 0)):
                number += 1
                created = START + timedelta(weeks=week, hours=number * 7 % 100)
                tickets["id"].append(number)
                tickets["created_at"].append(created)
                tickets["first_replied_at"].append(created + timedelta(minutes=20 + number * 37 % 300))
                tickets["solved_at"].append(created + timedelta(hours=2 + number * 13 % 90) if number % 11 else None)
                tickets["requester"].append(f"c{number % 500}")
                tickets["team"].append(name(slice_))
                if number % 2:
                    surveys["ticket"].append(number)
                    surveys["answered_at"].append(created + timedelta(days=2))
                    surveys["nps"].append(number * 7 % 11)
                    surveys["csat"].append(1 + number * 3 % 5)
                    surveys["reasons"].append([REASONS[number % 7], REASONS[number % 3]] if slices < 20 else [f"reason {number % 30}"])
    return tickets, surveys


@cache
def report(slices: int, weeks: int, period: str | None = "week") -> dm.Report:
    tickets, surveys = tables(slices, weeks)
    policy = {"name": "all", "targets": [{"metric": "first_response", "within": "4h"}]}
    return dm.report(
        tickets,
        surveys=surveys,
        kpis=["all", {"kpi": "backlog_age", "bands": ["1d", "3d", "7d"]}],
        scales={"csat": (1, 5)},
        by="team",
        period=period,  # type: ignore[arg-type]
        tz="Europe/Madrid",
        # In the middle of a week, so that the last one is partial.
        as_of=datetime(2022, 1, 3, tzinfo=ZoneInfo("Europe/Madrid")) + timedelta(weeks=weeks, days=-3),
        policies=policy,
    )


@cache
def replay(slices: int, weeks: int) -> dm.Replay:
    return dm.replay(tickets=tables(slices, weeks)[0], as_of=START + timedelta(weeks=weeks + 1))
