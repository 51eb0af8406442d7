"""Trustworthy customer-service KPIs from tickets, ticket events and surveys.

Business time::

    >>> from datetime import datetime, timedelta
    >>> from zoneinfo import ZoneInfo
    >>> import deskmetrics as dm
    >>> desk = dm.Schedule("Europe/Madrid", "Mo-Fr 09:00-17:00", holidays=["2026-12-25"])
    >>> raised = datetime(2026, 12, 24, 16, 30, tzinfo=ZoneInfo("Europe/Madrid"))
    >>> desk.due(raised, timedelta(hours=1)).isoformat()
    '2026-12-28T09:30:00+01:00'

Surveys::

    >>> dm.nps([10, 9, 8, 6, None])
    Nps(25.0 points, n=4, 95 % CI -44.2 to 72.7, left out: 1 not answered)

Every result has ``value``, ``n``, ``interval(level)`` and ``excluded``, and results of one kind add up.
"""

from . import exceptions as exceptions
from ._deskmetrics import (
    Ces,
    Csat,
    Dataset,
    FcrPolicy,
    Nps,
    Report,
    ReportRow,
    ResponseRate,
    Schedule,
    SlaPolicies,
    SlaPolicy,
    __version__,
    ces,
    csat,
    nps,
    read,
    response_rate,
)
from .change import Change
from .exceptions import (
    ArgumentError,
    ArgumentTypeError,
    ColumnNotFoundError,
    ColumnTypeError,
    DataError,
    DeskmetricsError,
    InstantError,
    MissingPackageError,
    NeverOpensError,
    NoSuchNameError,
    PolicyError,
    ReadError,
    ScaleError,
    ScheduleError,
)
from .interval import Interval
from .source import LeftOut, Source

__all__ = [
    "ArgumentError",
    "ArgumentTypeError",
    "Ces",
    "Change",
    "ColumnNotFoundError",
    "ColumnTypeError",
    "Csat",
    "DataError",
    "Dataset",
    "DeskmetricsError",
    "FcrPolicy",
    "InstantError",
    "Interval",
    "LeftOut",
    "MissingPackageError",
    "NeverOpensError",
    "NoSuchNameError",
    "Nps",
    "PolicyError",
    "ReadError",
    "Report",
    "ReportRow",
    "ResponseRate",
    "ScaleError",
    "Schedule",
    "ScheduleError",
    "SlaPolicies",
    "SlaPolicy",
    "Source",
    "__version__",
    "ces",
    "csat",
    "exceptions",
    "nps",
    "read",
    "response_rate",
]
