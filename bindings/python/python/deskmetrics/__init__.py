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
    KpiResult(nps: +25.0, n=4, 95 % CI -44.2 to +72.7, excluded: 1 not answered)

Every function that takes a list also takes a column of pandas, polars, pyarrow, DuckDB, NumPy or any other Arrow library.
Every result has ``value``, ``n``, ``interval`` and ``excluded``, and results of one KPI can be added.
``dm.catalogue()`` describes each KPI; its function has the same name, except ``score_reasons`` for the KPI ``reasons``.

:func:`describe` infers what the columns of tables mean, :func:`report` computes many KPIs from tables, :func:`read` reads files, and :func:`replay` computes measures and SLA verdicts
from events. ``help("deskmetrics.description")`` lists the keys of dataset descriptions and of ``columns=``.
"""

from . import exceptions as exceptions
from ._deskmetrics import (
    Dataset,
    FcrPolicy,
    Frame,
    KpiResult,
    Replay,
    Report,
    ReportRow,
    Representativeness,
    Schedule,
    SlaPolicies,
    SlaPolicy,
    Tracker,
    WeightedRating,
    __version__,
    read,
    replay,
    report,
)
from .change import Change
from .comparison import Comparison, compare
from .definitions import Catalogue, Choice, Definition, Variant, catalogue
from .draft import Draft, DraftQuestion, describe
from .exceptions import (
    ArgumentError,
    ArgumentTypeError,
    ColumnNotFoundError,
    ColumnTypeError,
    DataError,
    DeskmetricsError,
    DuplicateEventError,
    EventExcludedError,
    InstantError as InstantError,
    MissingPackageError,
    NeverOpensError,
    NoSuchNameError,
    PolicyError,
    ReadError,
    ScaleError,
    ScheduleError,
    TimestampError,
)
from .explanation import Explanation
from .interval import Adjusted, Interval
from .kpis import *
from .queue import abandon_rate, handle_time, occupancy, service_level, speed_of_answer
from .source import Exclusion, Source
from .surveys import (
    ces,
    csat,
    nps,
    representativeness,
    response_rate,
    score_reasons,
    survey_completion,
    survey_coverage,
    weighted_score,
)

# fmt: off
__all__ = [
    "Adjusted", "ArgumentError", "ArgumentTypeError", "Catalogue", "Change", "Choice", "ColumnNotFoundError",
    "ColumnTypeError", "Comparison", "DataError", "Dataset", "Definition", "DeskmetricsError", "Draft", "DraftQuestion",
    "DuplicateEventError", "EventExcludedError", "Explanation",
    "FcrPolicy", "Frame", "Interval", "KpiResult", "Exclusion", "MissingPackageError", "NeverOpensError",
    "NoSuchNameError", "PolicyError", "ReadError", "Replay", "Report", "ReportRow", "Representativeness", "ScaleError",
    "Schedule", "ScheduleError", "SlaPolicies", "SlaPolicy", "Source", "TimestampError", "Tracker", "Variant", "WeightedRating",
    "__version__", "catalogue", "compare", "describe", "exceptions", "read", "replay", "report", "representativeness", "weighted_score",
    # the KPIs of the catalogue
    "abandon_rate", "agent_touches", "agent_wait_time", "agent_work_time", "backlog", "backlog_age", "bot_containment",
    "bot_first_response_time", "bot_resolution", "ces", "csat", "customers", "escalation_rate", "fcr",
    "first_level_resolution", "first_resolution_time", "first_response_time", "flow", "full_resolution_time",
    "group_transfers", "handle_time", "handoffs", "messages_per_ticket", "multi_touch", "net_resolution_time",
    "next_response_time", "nps", "occupancy", "on_hold_time", "one_touch", "reopen_rate",
    "replies_per_ticket", "requester_wait_time", "resolution_time_censored", "response_rate", "response_time",
    "score_reasons", "service_level", "sla_at_risk", "sla_attainment", "sla_overshoot", "sla_ticket_attainment", "solve_events",
    "solved", "speed_of_answer", "survey_completion", "survey_coverage", "time_in_group", "time_in_status",
    "time_to_first_assignment", "transfer_rate", "transfers", "two_touch", "volume",
]
