"""Rows of a report as the points of a chart. Nothing is counted here."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from ..exceptions import ArgumentError, NoSuchNameError

if TYPE_CHECKING:
    from .. import Frame, Report, ReportRow

Point = dict[str, Any]

COMPLETE = "whole period"
PARTIAL = "part of the period"

# How long a unit is in seconds, and from which value on it reads best.
UNITS = (("days", 86_400.0, 2 * 86_400.0), ("hours", 3_600.0, 2 * 3_600.0), ("minutes", 60.0, 120.0), ("seconds", 1.0, 0.0))

NAMES = {
    "percent": "percent",
    "points": "points, -100 to 100",
    "scale_step": "answer on the scale",
    "count": "number",
    "per_ticket": "per ticket",
}

Test = Callable[["ReportRow"], bool]


class Scaled:
    """A unit to show values in: seconds become minutes, hours or days, whichever reads best."""

    def __init__(self, rows: Iterable[ReportRow]) -> None:
        rows = list(rows)
        self.unit = rows[0].unit if rows else "count"
        self.divisor = 1.0
        self.name = NAMES.get(self.unit, self.unit)
        if self.unit == "seconds":
            largest = max((abs(row.value) for row in rows if row.value is not None), default=0.0)
            # The length of a business day depends on the schedule, so hours are shown.
            business = any(row.clock == "business" for row in rows)
            for name, divisor, least in UNITS:
                if largest >= least and not (business and name == "days"):
                    self.name, self.divisor = name, divisor
                    break
            if business:
                self.name = f"business {self.name}"

    def __call__(self, value: float | None) -> float | None:
        """A value in this unit; ``None`` for what cannot be drawn."""
        return None if value is None or not math.isfinite(value) else value / self.divisor


def few(found: Report) -> str:
    """The label of a number with few records."""
    return f"fewer than {found.min_n} records"


def heading(row: ReportRow) -> str:
    """The KPI's title, with the measure where the unit does not imply it."""
    obvious = row.measure in ("percent", "count", "score")
    return row.title if obvious else f"{row.title}, {row.measure.replace('_', ' ')}"


def of_slices(title: str, by: Sequence[str] | str | None) -> str:
    """A title, with the attributes that a chart is sliced by."""
    names = by if isinstance(by, str) else " and ".join(by or ())
    return f"{title}, by {names}" if names else title


def rows_of(frame: Frame) -> list[Point]:
    """The rows of a frame."""
    columns = frame.to_dict()
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def states(report: Report, data: Iterable[Point]) -> list[str]:
    """The states that occur among the points, in a fixed order."""
    present = {one["state"] for one in data if one["value"] is not None}
    return [state for state in (COMPLETE, few(report), PARTIAL) if state in present]


def label(keys: dict[str, str | None]) -> str:
    """The name of a slice."""
    return ", ".join("(none)" if value is None else value for value in keys.values())


def variants(report: Report, kpi: str) -> list[tuple[str | None, str | None]]:
    """The options and clocks in which a KPI is reported, in the order of the report."""
    return list(dict.fromkeys((row.option, row.clock) for row in report.rows if row.kpi == kpi))


def found(
    report: Report,
    kpi: str,
    *,
    measure: str | None = None,
    option: str | None = None,
    clock: str | None = None,
    by: Sequence[str] = (),
    dated: bool = False,
) -> list[ReportRow]:
    """The rows of one KPI, one variant of it, one measure, one slicing; with periods or without."""
    kpi = report[kpi].kpi
    ways = [
        way for way in variants(report, kpi) if option in (None, way[0]) and clock in (None, way[1])
    ]
    if not ways:
        known = ", ".join(" ".join(str(part) for part in way if part) or "(no option)" for way in variants(report, kpi))
        requested = ", ".join(f'{name} "{value}"' for name, value in (("option", option), ("clock", clock)) if value)
        raise NoSuchNameError(f'KPI "{kpi}" is not in the report with {requested}; it has {known}')
    way = ways[0]
    if by and tuple(by) not in report.by:
        known = ", ".join(" and ".join(slicing) for slicing in report.by) or "none"
        raise NoSuchNameError(f'the report is not sliced by {" and ".join(by)}; its slicings are {known}')
    of_kpi = [row for row in report.rows if row.kpi == kpi and (row.option, row.clock) == way]
    measures = list(dict.fromkeys(row.measure for row in of_kpi))
    if measure is not None and measure not in measures:
        raise NoSuchNameError(f'KPI "{kpi}" has no measure "{measure}"; it has {", ".join(measures)}')
    rows = [
        row
        for row in of_kpi
        if tuple(row.keys) == tuple(by)
        and (row.headline if measure is None else row.measure == measure)
        and (row.period_start is not None if dated else row.period is None)
    ]
    if dated and not rows:
        raise ArgumentError(
            f'KPI "{kpi}" has no rows by period here: request the report with period="week", or a KPI that has dates'
        )
    return rows


def points(report: Report, rows: Iterable[ReportRow], scaled: Scaled) -> list[Point]:
    """The rows as points, with a gap where a period has none."""
    made: list[Point] = []
    before: dict[tuple[str, str], Any] = {}
    for row in rows:
        name = label(row.keys), row.measure
        start, end = row.period_start, row.period_end
        if start is not None and before.get(name) not in (None, start):
            gap = {"value": None, "lower": None, "upper": None, "start": day(before[name]), "text": "–"}
            made.append(point(report, row, scaled) | gap)
        if end is not None:
            before[name] = end
        made.append(point(report, row, scaled))
    return made


def point(report: Report, row: ReportRow, scaled: Scaled) -> Point:
    """A row as a point."""
    interval = row.interval
    state = PARTIAL if row.partial else few(report) if row.small_n else COMPLETE
    return {
        "slice": label(row.keys),
        "period": row.period,
        "start": day(row.period_start),
        "end": day(row.period_end),
        "value": scaled(row.value),
        "lower": scaled(interval.lower) if interval else None,
        "upper": scaled(interval.upper) if interval else None,
        "n": row.n,
        "text": row.text,
        "interval": row.interval_text or "–",
        "state": state,
        "partial": row.partial,
        "few": row.small_n,
        "measure": row.measure.replace("_", " "),
        "change": row.change.text if row.change else "–",
    }


def day(at: Any) -> str | None:
    """The local day of a timestamp; charts have no time zones."""
    return None if at is None else at.date().isoformat()


def subtitle(report: Report, rows: Sequence[ReportRow], *, interval: bool = True) -> list[str]:
    """Period, interval and cut-off, in at most two lines."""
    parts = []
    if any(row.period for row in rows) and report.period:
        parts.append(f"by {report.period}, {report.time_zone}")
    if interval and any(row.interval for row in rows):
        parts.append(f"{report.level * 100:.4g} % interval")
    if report.as_of is not None:
        zone = "" if parts[:1] and parts[0].startswith("by ") else f" {getattr(report.as_of.tzinfo, 'key', 'UTC')}"
        parts.append(f"as of {report.as_of:%Y-%m-%d %H:%M}{zone}")
    return [" · ".join(parts)] if parts else []
