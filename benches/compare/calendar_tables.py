"""Tables by hour since 1970 (UTC), which replace a computation for every row.

Working hours begin and end at full hours here and every offset of the zone is in whole hours, so an hour is in one
week, one day and is worked wholly or not at all.
"""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np

from data import AS_OF, BEGIN, HOUR, ZONE, micros

HOLIDAYS = [date(2024, 12, 25), date(2024, 12, 26), date(2025, 1, 1), date(2025, 4, 18), date(2025, 4, 21),
            date(2025, 12, 25), date(2025, 12, 26), date(2026, 1, 1), date(2026, 4, 3), date(2026, 4, 6)]
OPENS, CLOSES = 9, 17

FIRST_HOUR = micros(BEGIN) // HOUR - 24 * 14
LAST_HOUR = micros(AS_OF) // HOUR + 24 * 14


@cache
def local_hours() -> list[datetime]:
    """The local time at which each hour of the tables begins."""
    zone = ZoneInfo(ZONE)
    begin = datetime(1970, 1, 1, tzinfo=UTC)
    return [(begin + timedelta(hours=hour)).astimezone(zone) for hour in range(FIRST_HOUR, LAST_HOUR)]


@cache
def week_of_hour() -> np.ndarray:
    """The Monday of each hour's local ISO week, as days since 1970."""
    epoch = date(1970, 1, 1)
    return np.array([(at.date() - epoch).days - at.weekday() for at in local_hours()], np.int32)


@cache
def day_of_hour() -> np.ndarray:
    """Each hour's local date, as days since 1970."""
    epoch = date(1970, 1, 1)
    return np.array([(at.date() - epoch).days for at in local_hours()], np.int32)


@cache
def worked_hours() -> tuple[np.ndarray, np.ndarray]:
    """Working time before each hour in microseconds, and whether the hour is worked."""
    worked = np.array([at.weekday() < 5 and OPENS <= at.hour < CLOSES and at.date() not in HOLIDAYS
                       for at in local_hours()])
    before = np.concatenate([[0], np.cumsum(worked[:-1] * HOUR)]).astype(np.int64)
    return before, worked.astype(np.int64)


def counted(at: np.ndarray) -> np.ndarray:
    """Working time from the start of the tables to each timestamp, in microseconds."""
    before, worked = worked_hours()
    hour, rest = np.divmod(at, HOUR)
    place = hour - FIRST_HOUR
    return before[place] + worked[place] * rest
