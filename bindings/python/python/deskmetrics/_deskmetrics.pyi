from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from os import PathLike
from typing import Any, Final, Literal, final, overload
from zoneinfo import ZoneInfo

from .change import Change
from .definitions import Definition
from .explanation import Explanation
from .interval import Adjusted, Interval
from .source import Source
from .typing import Column, Duration, Scale, TimeZone, Timestamps

__all__ = [
    "Dataset",
    "FcrPolicy",
    "Frame",
    "KpiResult",
    "Replay",
    "Report",
    "ReportRow",
    "Representativeness",
    "Schedule",
    "SlaPolicies",
    "SlaPolicy",
    "Tracker",
    "WeightedRating",
    "_ReplayedTickets",
    "_STYLE",
    "__version__",
    "_attribute",
    "_catalogue",
    "_columns",
    "_command",
    "_compare",
    "_describe",
    "_of_contacts",
    "_of_counts",
    "_of_invitations",
    "_of_reasons",
    "_of_scores",
    "_of_tickets",
    "_representativeness",
    "_visible",
    "_weighted",
    "read",
    "replay",
    "report",
]
__version__: Final[str]
_STYLE: Final[str]

@final
class Schedule:
    def __new__(
        cls,
        time_zone: TimeZone,
        hours: str | Mapping[str, Sequence[Sequence[str]]],
        *,
        holidays: Iterable[str | date] | None = None,
    ) -> Schedule: ...
    @classmethod
    def from_dict(cls, form: dict[str, Any]) -> Schedule: ...
    def to_dict(self) -> dict[str, Any]: ...
    time_zone: Final[str]
    @overload
    def elapsed(self, start: datetime, end: datetime, *, assume_tz: TimeZone | None = None) -> timedelta: ...
    @overload
    def elapsed(
        self, start: Sequence[datetime | None], end: datetime | Sequence[datetime | None], *, assume_tz: TimeZone | None = None
    ) -> list[timedelta | None]: ...
    @overload
    def elapsed(
        self, start: datetime, end: Sequence[datetime | None], *, assume_tz: TimeZone | None = None
    ) -> list[timedelta | None]: ...
    @overload
    def elapsed(self, start: datetime | Timestamps, end: datetime | Column, *, assume_tz: TimeZone | None = None) -> Any: ...
    @overload
    # A text is iterable too, and always one budget.
    def due(self, start: datetime, budget: Duration, *, assume_tz: TimeZone | None = None) -> datetime: ...  # type: ignore[overload-overlap]
    @overload
    def due(
        self, start: Sequence[datetime | None], budget: Duration | Sequence[Duration | None], *, assume_tz: TimeZone | None = None
    ) -> list[datetime | None]: ...
    @overload
    def due(
        self, start: datetime, budget: Sequence[Duration | None], *, assume_tz: TimeZone | None = None
    ) -> list[datetime | None]: ...
    @overload
    def due(self, start: datetime | Timestamps, budget: Duration | Column, *, assume_tz: TimeZone | None = None) -> Any: ...
    @overload
    # A text is iterable too, and always one budget.
    def start_by(self, due: datetime, budget: Duration, *, assume_tz: TimeZone | None = None) -> datetime: ...  # type: ignore[overload-overlap]
    @overload
    def start_by(
        self, due: Sequence[datetime | None], budget: Duration | Sequence[Duration | None], *, assume_tz: TimeZone | None = None
    ) -> list[datetime | None]: ...
    @overload
    def start_by(
        self, due: datetime, budget: Sequence[Duration | None], *, assume_tz: TimeZone | None = None
    ) -> list[datetime | None]: ...
    @overload
    def start_by(self, due: datetime | Timestamps, budget: Duration | Column, *, assume_tz: TimeZone | None = None) -> Any: ...
    @overload
    def is_open(self, at: datetime, *, assume_tz: TimeZone | None = None) -> bool: ...
    @overload
    def is_open(self, at: Sequence[datetime | None], *, assume_tz: TimeZone | None = None) -> list[bool | None]: ...
    @overload
    def is_open(self, at: Timestamps, *, assume_tz: TimeZone | None = None) -> Any: ...
    @overload
    def next_opening(self, at: datetime, *, assume_tz: TimeZone | None = None) -> datetime | None: ...
    @overload
    def next_opening(self, at: Sequence[datetime | None], *, assume_tz: TimeZone | None = None) -> list[datetime | None]: ...
    @overload
    def next_opening(self, at: Timestamps, *, assume_tz: TimeZone | None = None) -> Any: ...
    @overload
    def next_closing(self, at: datetime, *, assume_tz: TimeZone | None = None) -> datetime | None: ...
    @overload
    def next_closing(self, at: Sequence[datetime | None], *, assume_tz: TimeZone | None = None) -> list[datetime | None]: ...
    @overload
    def next_closing(self, at: Timestamps, *, assume_tz: TimeZone | None = None) -> Any: ...
    def openings(
        self, start: datetime, end: datetime, *, assume_tz: TimeZone | None = None
    ) -> list[tuple[datetime, datetime]]: ...
    @overload
    def is_business_day(self, day: date | str) -> bool: ...
    @overload
    def is_business_day(self, day: Any) -> Any: ...
    @overload
    def business_days_between(self, start: date | str, end: date | str) -> int: ...
    @overload
    def business_days_between(self, start: Any, end: date | str) -> Any: ...
    @overload
    def add_business_days(self, day: date | str, count: int) -> date: ...
    @overload
    def add_business_days(self, day: Any, count: int) -> Any: ...
    def __eq__(self, value: object, /) -> bool: ...

@final
class KpiResult:
    kpi: Final[str]
    value: Final[float | None]
    unit: Final[str]
    duration: Final[timedelta | None]
    n: Final[int]
    excluded: Final[dict[str, int]]
    option: Final[str | None]
    clock: Final[str | None]
    distribution: Final[dict[int, int] | None]
    standard_error: Final[float | None]
    variance: Final[float | None]
    warnings: Final[list[str]]
    text: Final[str]
    definition: Final[Definition]
    def __float__(self) -> float: ...
    def __format__(self, spec: str, /) -> str: ...
    @property
    def interval(self) -> Interval | None: ...
    def interval_at(self, level: float) -> Interval | None: ...
    def measures(self, level: float = 0.95) -> dict[str, dict[str, Any]]: ...
    def ranking(self) -> list[dict[str, Any]]: ...
    def to_dict(self, level: float = 0.95) -> dict[str, Any]: ...
    def to_markdown(self) -> str: ...
    def to_bytes(self) -> bytes: ...
    @staticmethod
    def from_bytes(state: bytes) -> KpiResult: ...
    def _repr_html_(self) -> str: ...
    def __add__(self, value: KpiResult, /) -> KpiResult: ...
    def __radd__(self, value: int, /) -> KpiResult: ...
    def __eq__(self, value: object, /) -> bool: ...

@final
class Representativeness:
    n: Final[int]
    response_rate: Final[float | None]
    r_indicator: Final[float | None]
    variation: Final[float | None]
    p_even: Final[float | None]
    def segments(self) -> dict[str, dict[str, Any]]: ...
    def adjust(
        self,
        scores: Column,
        segments: Column,
        *,
        kpi: Literal["csat", "nps", "ces"] = "csat",
        scale: Scale | None = None,
        level: float = 0.95,
    ) -> Adjusted | None: ...
    def __add__(self, value: Representativeness, /) -> Representativeness: ...
    def __radd__(self, value: int, /) -> Representativeness: ...
    def __eq__(self, value: object, /) -> bool: ...

@final
class WeightedRating:
    n: Final[int]
    weight: Final[float]
    effective_n: Final[float | None]
    excluded: Final[dict[str, int]]
    mean: Final[float | None]
    percent: Final[float | None]
    net: Final[float | None]
    @property
    def percent_interval(self) -> Interval | None: ...
    @property
    def net_interval(self) -> Interval | None: ...
    def percent_interval_at(self, level: float) -> Interval | None: ...
    def net_interval_at(self, level: float) -> Interval | None: ...
    def __add__(self, value: WeightedRating, /) -> WeightedRating: ...
    def __radd__(self, value: int, /) -> WeightedRating: ...
    def __eq__(self, value: object, /) -> bool: ...

@final
class _ReplayedTickets: ...

_Options = dict[str, Any]

def _of_scores(
    kpi: str, scores: Column, scale: Scale | None = None, options: _Options | None = None
) -> KpiResult: ...
def _of_reasons(scores: Column, reasons: Column, scale: Scale) -> KpiResult: ...
def _of_counts(kpi: str, invited: object, answered: object) -> KpiResult: ...
def _of_invitations(kpi: str, **arguments: Any) -> KpiResult: ...
def _of_tickets(
    kpi: str,
    tickets: object,
    options: _Options | None = None,
    as_of: datetime | str | None = None,
    surveyed: Column | None = None,
    schedule: Schedule | None = None,
) -> KpiResult: ...
def _of_contacts(kpi: str, **arguments: Any) -> KpiResult: ...
def _representativeness(segments: object, answered: Column | None = None) -> Representativeness: ...
def _weighted(scores: Column, weights: Column, scale: Scale) -> WeightedRating: ...
def _compare(
    a: KpiResult | ReportRow, b: KpiResult | ReportRow | float | timedelta, level: float
) -> tuple[float, Interval, float, int, str]: ...
def _attribute(name: str) -> str: ...
def _command(arguments: Sequence[str]) -> int: ...
def _describe(tables: Sequence[tuple[str | None, Any]], assume_tz: str | ZoneInfo | None) -> dict[str, Any]: ...
def _visible(text: str) -> str: ...
def _catalogue() -> dict[str, Any]: ...
def _columns(columns: dict[str, Any], requested_schema: object | None = None) -> object: ...

_Unit = Literal["percent", "points", "scale_step", "seconds", "count", "per_ticket"]
_Clock = Literal["calendar", "business"]
_Period = Literal["day", "week", "month", "quarter", "year"]
_Kpis = str | Mapping[str, Any] | Iterable[str | Mapping[str, Any]]
_By = str | Iterable[str | Sequence[str]]

@final
class ReportRow:
    kpi: Final[str]
    name: Final[str]
    title: Final[str]
    option: Final[str | None]
    measure: Final[str]
    headline: Final[bool]
    clock: Final[_Clock | None]
    keys: Final[dict[str, str | None]]
    period: Final[str | None]
    period_start: Final[datetime | None]
    period_end: Final[datetime | None]
    partial: Final[bool]
    value: Final[float | None]
    unit: Final[_Unit]
    text: Final[str]
    n: Final[int]
    small_n: Final[bool]
    interval: Final[Interval | None]
    interval_text: Final[str]
    change: Final[Change | None]
    excluded: Final[dict[str, int]]
    duration: Final[timedelta | None]
    definition: Final[Definition]
    def measures(self) -> dict[str, dict[str, Any]]: ...
    def ranking(self) -> list[dict[str, Any]]: ...
    def to_dict(self) -> dict[str, Any]: ...
    def to_markdown(self) -> str: ...
    def __float__(self) -> float: ...
    def __format__(self, spec: str, /) -> str: ...
    def __eq__(self, value: object, /) -> bool: ...

@final
class Report:
    rows: Final[list[ReportRow]]
    headlines: Final[list[ReportRow]]
    as_of: Final[datetime | None]
    time_zone: Final[str | None]
    period: Final[_Period | None]
    by: Final[list[tuple[str, ...]]]
    level: Final[float]
    min_n: Final[int]
    records: Final[dict[str, int]]
    events_excluded: Final[dict[str, int]]
    links_excluded: Final[dict[str, int]]
    warnings: Final[list[str]]
    notes: Final[list[str]]
    excluded: Final[dict[str, dict[str, int]]]
    def __getitem__(self, kpi: str, /) -> ReportRow: ...
    def rows_of(
        self,
        kpi: str,
        *,
        question: str | None = None,
        slice: Mapping[str, object] | None = None,
        period: str | None = None,
        measure: str | None = None,
    ) -> list[ReportRow]: ...
    def get(
        self,
        kpi: str,
        *,
        question: str | None = None,
        option: str | None = None,
        clock: _Clock | None = None,
        measure: str | None = None,
        period: str | None = None,
        slice: Mapping[str, str | None] | None = None,
        **attributes: str | None,
    ) -> ReportRow: ...
    def table(
        self,
        kpi: str | None = None,
        *,
        rows: str | None = None,
        columns: str | None = None,
        measure: str | None = None,
        unit: Literal["seconds", "minutes", "hours", "days"] | None = None,
        values: Literal["value", "n", "text"] = "value",
        question: str | None = None,
        option: str | None = None,
        clock: _Clock | None = None,
        period: str | None = None,
        where: Mapping[str, str | None] | None = None,
        since: date | str | None = None,
        until: date | str | None = None,
        totals: bool = False,
    ) -> Frame: ...
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[ReportRow]: ...
    def __contains__(self, kpi: str, /) -> bool: ...
    def to_dict(self) -> dict[str, Any]: ...
    def to_json(self) -> str: ...
    @overload
    def to_csv(self, path: None = None) -> str: ...
    @overload
    def to_csv(self, path: str | PathLike[str]) -> None: ...
    @overload
    def to_markdown(self, path: None = None, *, title: str | None = None) -> str: ...
    @overload
    def to_markdown(self, path: str | PathLike[str], *, title: str | None = None) -> None: ...
    def to_excel(self, path: str | PathLike[str]) -> None: ...
    def top(self, slices: int = 12) -> Report: ...
    def _slices(self, by: Sequence[str]) -> list[dict[str, str | None]]: ...
    @overload
    def to_html(self, path: None = None, *, title: str | None = None) -> str: ...
    @overload
    def to_html(self, path: str | PathLike[str], *, title: str | None = None) -> None: ...
    def with_part(self, part: str) -> Report: ...
    parts: Final[list[str]]
    def to_bytes(self) -> bytes: ...
    @staticmethod
    def from_bytes(stored: bytes) -> Report: ...
    sources: Final[list[Source]]
    def to_pandas(self) -> Any: ...
    def to_polars(self) -> Any: ...
    def plot(self, kpi: str | None = None, *, kind: str | None = None, **options: Any) -> Any: ...
    def __arrow_c_stream__(self, requested_schema: object = None) -> object: ...
    def _repr_html_(self) -> str: ...
    def __add__(self, value: Report, /) -> Report: ...
    def __radd__(self, value: int, /) -> Report: ...
    def __eq__(self, value: object, /) -> bool: ...

@final
class Dataset:
    def _replayed(self) -> _ReplayedTickets: ...
    name: Final[str | None]
    as_of: Final[datetime | None]
    time_zone: Final[str]
    by: Final[tuple[str, ...]]
    counts: Final[dict[str, int]]
    sources: Final[list[Source]]
    excluded: Final[dict[str, int]]
    schedules: Final[dict[str, Schedule]]
    policies: Final[SlaPolicies]
    def replay(self, *, as_of: date | str | None = None) -> Replay: ...
    def report(
        self,
        kpis: _Kpis | None = None,
        *,
        by: _By | None = None,
        period: _Period | None = None,
        tz: str | ZoneInfo | None = None,
        as_of: date | str | None = None,
        week_start: str = "Mon",
        year_start: int = 1,
        level: float = 0.95,
        min_n: int = 30,
        observed_from: date | str | None = None,
        observed_until: date | str | None = None,
        fcr: FcrPolicy | str | None = None,
        threads: int | None = None,
    ) -> Report: ...
    def _repr_html_(self) -> str: ...

def read(
    description: str | PathLike[str],
    *,
    data_root: str | PathLike[str] | None = None,
    strict: bool = False,
    progress: bool | Callable[[str, int, int], object] = False,
    limits: Mapping[str, int] | None = None,
) -> Dataset: ...
@final
class SlaPolicy:
    @classmethod
    def from_dict(cls, form: dict[str, Any]) -> SlaPolicy: ...
    @classmethod
    def from_toml(cls, source: str | PathLike[str]) -> SlaPolicy: ...
    def to_dict(self) -> dict[str, Any]: ...
    name: Final[str]
    def __eq__(self, value: object, /) -> bool: ...

@final
class SlaPolicies:
    def __new__(
        cls,
        policies: Iterable[SlaPolicy | dict[str, Any]] | dict[str, Any] | SlaPolicy | SlaPolicies,
        *,
        matching: Literal["first", "first_per_metric"] = "first",
    ) -> SlaPolicies: ...
    @classmethod
    def from_dict(cls, form: dict[str, Any]) -> SlaPolicies: ...
    @classmethod
    def from_toml(cls, source: str | PathLike[str]) -> SlaPolicies: ...
    def to_dict(self) -> dict[str, Any]: ...
    names: Final[list[str]]
    def check(self) -> list[str]: ...
    def __len__(self) -> int: ...
    def __getitem__(self, name: str, /) -> SlaPolicy: ...
    def __eq__(self, value: object, /) -> bool: ...

@final
class FcrPolicy:
    def __new__(cls, policy: str | FcrPolicy) -> FcrPolicy: ...
    name: Final[str]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self) -> int: ...

_Schedules = Schedule | Mapping[str, Schedule | Mapping[str, Any]]
_Policies = SlaPolicies | SlaPolicy | Mapping[str, Any] | Iterable[SlaPolicy | Mapping[str, Any]]
_Progress = bool | Callable[[str, int, int], object]
# A frame of any library with the Arrow PyCapsule interface, a dict of columns, or a list of dicts.
_Table = Any

@final
class Frame:
    columns: Final[list[str]]
    def __len__(self) -> int: ...
    def __getitem__(self, column: str, /) -> Frame: ...
    def __contains__(self, column: str, /) -> bool: ...
    def to_list(self) -> list[Any]: ...
    def to_dict(self) -> dict[str, list[Any]]: ...
    def to_markdown(self) -> str: ...
    def to_pandas(self) -> Any: ...
    def to_polars(self) -> Any: ...
    def __arrow_c_stream__(self, requested_schema: object = None) -> object: ...

@final
class Replay:
    as_of: Final[datetime | None]
    def __len__(self) -> int: ...
    metrics: Final[Frame]
    verdicts: Final[Frame]
    excluded: Final[dict[str, int]]
    sources: Final[list[Source]]
    findings: Final[list[str]]
    def explain(self, ticket: str | int) -> Explanation: ...
    def survival(self, *, by: str | None = None, clock: _Clock = "calendar", level: float = 0.95) -> Frame: ...
    def arrivals(self, *, by: str | None = None, tz: str | ZoneInfo | None = None) -> Frame: ...
    def plot(self, kind: Literal["survival", "arrivals"] = "survival", **options: Any) -> Any: ...
    def report(
        self,
        kpis: _Kpis | None = None,
        *,
        by: _By | None = None,
        period: _Period | None = None,
        tz: str | ZoneInfo | None = None,
        week_start: str = "Mon",
        year_start: int = 1,
        level: float = 0.95,
        min_n: int = 30,
        observed_from: date | str | None = None,
        observed_until: date | str | None = None,
        fcr: FcrPolicy | str | None = None,
        threads: int | None = None,
    ) -> Report: ...
    def _replayed(self) -> _ReplayedTickets: ...

def replay(
    events: _Table | None = None,
    *,
    tickets: _Table | None = None,
    snapshots: _Table | None = None,
    columns: Mapping[str, Mapping[str, Any]] | None = None,
    schedules: _Schedules | None = None,
    schedule: str | None = None,
    schedule_by: Mapping[str, Mapping[str, str]] | None = None,
    policies: _Policies | None = None,
    options: Mapping[str, Any] | None = None,
    as_of: date | str | None = None,
    assume_tz: str | ZoneInfo | None = None,
    strict: bool = False,
    progress: _Progress = False,
) -> Replay: ...
def report(
    tickets: _Table | None = None,
    events: _Table | None = None,
    surveys: _Table | None = None,
    *,
    snapshots: _Table | None = None,
    invitations: _Table | None = None,
    kpis: _Kpis | None = None,
    by: _By | None = None,
    period: _Period | None = None,
    tz: str | ZoneInfo | None = None,
    as_of: date | str | None = None,
    scales: Mapping[str, Any] | None = None,
    columns: Mapping[str, Mapping[str, Any]] | None = None,
    schedules: _Schedules | None = None,
    schedule: str | None = None,
    schedule_by: Mapping[str, Mapping[str, str]] | None = None,
    policies: _Policies | None = None,
    options: Mapping[str, Any] | None = None,
    assume_tz: str | ZoneInfo | None = None,
    strict: bool = False,
    progress: _Progress = False,
    week_start: str = "Mon",
    year_start: int = 1,
    level: float = 0.95,
    min_n: int = 30,
    observed_from: date | str | None = None,
    observed_until: date | str | None = None,
    fcr: FcrPolicy | str | None = None,
    threads: int | None = None,
) -> Report: ...
@final
class Tracker:
    def __new__(
        cls,
        *,
        schedules: _Schedules | None = None,
        schedule: str | None = None,
        schedule_by: Mapping[str, Mapping[str, str]] | None = None,
        policies: _Policies | None = None,
        options: Mapping[str, Any] | None = None,
        by: str | Sequence[str] | None = None,
    ) -> Tracker: ...
    def open(self, ticket: dict[str, Any]) -> datetime | None: ...
    def push(self, event: dict[str, Any], *, latest: datetime | None = None) -> datetime | None: ...
    def state(self, ticket: str | int, at: datetime | None = None) -> dict[str, Any]: ...
    next_change: Final[tuple[datetime, str] | None]
    def advance(self, now: datetime) -> list[tuple[datetime, str]]: ...
    def to_open_metrics(self) -> str: ...
    def forget(self, ticket: str | int) -> bool: ...
    tickets: Final[list[str]]
    def dump(self) -> bytes: ...
    def load(self, dumped: bytes) -> list[str]: ...
    def __len__(self) -> int: ...
    def __contains__(self, ticket: str | int, /) -> bool: ...
