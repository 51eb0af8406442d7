"""Rows of a report as the points of a chart. Nothing is counted here."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from .. import _deskmetrics as _core
from ..exceptions import ArgumentError, NoSuchNameError

if TYPE_CHECKING:
    from .. import Frame, Report, ReportRow

Point = dict[str, Any]

COMPLETE = "whole period"
PARTIAL = "part of the period"

# The slice of all others, and the most slices shown by name.
OTHERS = "(others)"
TOP = 12

# Above so many periods, only lines are drawn.
POINTS = 40

# How long a unit is in seconds, and from which value on it reads best.
UNITS = (("days", 86_400.0, 2 * 86_400.0), ("hours", 3_600.0, 2 * 3_600.0), ("minutes", 60.0, 120.0), ("seconds", 1.0, 0.0))

NAMES = {
    "percent": "percent",
    "points": "points, -100 to 100",
    "scale_step": "answer on the scale",
    "count": "number",
    "per_ticket": "per ticket",
}


class Scaled:
    """A unit to show values in: seconds become minutes, hours or days, whichever reads best."""

    def __init__(self, rows: Iterable[ReportRow]) -> None:
        rows = list(rows)
        self.unit = rows[0].unit if rows else "count"
        self.divisor = 1.0
        # Counts and durations are amounts; shares and scores need no zero.
        self.from_zero = self.unit in ("count", "seconds", "per_ticket")
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


def survivors(report: Report, rows: Iterable[ReportRow]) -> list[str]:
    """A warning where the periods are those of creation and only what is finished has a duration."""
    shown: dict[str, bool] = {}
    for row in rows:
        finished = row.unit == "seconds" and not row.measure.startswith("censored") and row.kpi != "resolution_time_censored"
        shown[row.name] = bool(finished and row.period) and row.definition.anchor == "created"
    names = [name for name, biased in shown.items() if biased]
    if not names:
        return []
    whose = f"{report.period}s" if len(shown) == 1 else f"{report.period}s of {', '.join(names)}"
    return [f"{whose[0].upper()}{whose[1:]} are those of creation: the most recent contain only what was done fast"]


def largest(report: Report, by: Sequence[str], top: int | None) -> tuple[Report, list[str], list[str]]:
    """The report with the largest slices and all others joined, the names of the slices in the order of charts, and what to remark.

    The size is that of :meth:`deskmetrics.Report.top`, so that all charts of a report show the same slices. Slices that overlap are
    not joined: the smaller ones are not shown.
    """
    if top is None:
        top = TOP
    elif not by:
        raise ArgumentError("top has no effect on a chart of all records together: give by=, such as by=\"market\"")
    if top < 1:
        raise ArgumentError(f"top: {top} is less than 1")
    if not by:
        return report, [""], []
    all_slices = report._slices(by)
    if len(all_slices) <= top + 1:
        return report, [label(keys) for keys in all_slices], []
    joined = report.top(top)
    names = [label(keys) for keys in joined._slices(by)]
    if len(names) <= top + 1:
        return joined, names, [f"{OTHERS}: the {len(all_slices) - top} slices with fewer {sized(report)}, counted together"]
    return report, names[:top], [f"{len(names) - top} slices with fewer {sized(report)} are not shown"]


def sized(report: Report) -> str:
    """What the size of slices is counted in."""
    return "tickets" if "volume" in report else "records"


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


def domain(data: Sequence[Point], scaled: Scaled, *, also: Iterable[float] = ()) -> list[float]:
    """The ends of the axis: round numbers around the values of whole periods, and around their intervals.

    Parts of periods do not determine it, nor do the intervals of few records where most have more. Amounts begin at zero.
    """
    valued = [point for point in data if point["value"] is not None]
    whole = [point for point in valued if not point["partial"]] or valued
    sure = [point for point in whole if not point["few"]]
    banded = sure if 2 * len(sure) >= len(whole) else whole
    ends = [end for point in banded for end in (point["lower"], point["upper"]) if end is not None]
    values = [point["value"] for point in whole] + ends + list(also)
    if not values:
        return [0.0, 1.0]
    low, high = min(values), max(values)
    if scaled.from_zero:
        low = min(low, 0.0)
    if high - low < 1e-9:
        low, high = (low, high or 1.0) if scaled.from_zero else (low - 1.0, high + 1.0)
    step = 10.0 ** math.floor(math.log10((high - low) / 5.0))
    step = next(step * times for times in (1.0, 2.0, 5.0, 10.0) if (high - low) / (step * times) <= 6.0)
    ends = [math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step]
    bounds = {"percent": (0.0, 100.0), "points": (-100.0, 100.0)}.get(scaled.unit)
    return [min(max(end, bounds[0]), bounds[1]) for end in ends] if bounds else ends


def placed(data: Sequence[Point], ends: Sequence[float]) -> list[Point]:
    """The points with a place on the axis: those beyond an end at the end; ``alone`` are those without a neighbor, ``first`` the
    first of each slice."""
    by_slice: dict[tuple[str, str], list[Point]] = {}
    for point in data:
        value = point["value"]
        point["at"] = None if value is None else min(max(value, ends[0]), ends[1])
        point["cut"] = any(end is not None and not ends[0] <= end <= ends[1] for end in (point["lower"], point["upper"]))
        point["beyond"] = "" if value is None or value == point["at"] else "above" if value > ends[1] else "below"
        by_slice.setdefault((point["slice"], point["measure"]), []).append(point)
    for own in by_slice.values():
        lined = [point["value"] is not None and not point["partial"] for point in own]
        for place, point in enumerate(own):
            beside = lined[max(0, place - 1) : place] + lined[place + 1 : place + 2]
            point["alone"] = lined[place] and not any(beside)
            point["first"] = place == 0
    return list(data)


def beyond(data: Iterable[Point]) -> list[str]:
    """Remarks on points beyond the axis, and on intervals that reach beyond it."""
    data = list(data)
    remarks = ["triangle: beyond the axis"] if any(point["beyond"] for point in data) else []
    return [*remarks, "intervals are cut at the ends of the axis"] if any(point["cut"] for point in data) else remarks


def periods_of(data: Iterable[Point]) -> int:
    """The number of different periods."""
    return len({point["start"] for point in data})


def label(keys: dict[str, str | None]) -> str:
    """The name of a slice."""
    if keys and all(value == OTHERS for value in keys.values()):
        return OTHERS
    return _core._visible(", ".join("(none)" if value is None else value for value in keys.values()))


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
    rows = report.rows_of(kpi, measure="all")
    variants = list(dict.fromkeys((row.name, row.option, row.clock) for row in rows))
    ways = [way for way in variants if option in (None, way[1]) and clock in (None, way[2])]
    if not ways:
        known = ", ".join(" ".join(str(part) for part in way[1:] if part) or "(no option)" for way in variants)
        requested = ", ".join(f'{name} "{value}"' for name, value in (("option", option), ("clock", clock)) if value)
        raise NoSuchNameError(f'KPI "{kpi}" is not in the report with {requested}; it has {known}')
    if by and tuple(by) not in report.by:
        known = ", ".join(" and ".join(slicing) for slicing in report.by) or "none"
        raise NoSuchNameError(f'the report is not sliced by {" and ".join(by)}; its slicings are {known}')
    way = ways[0]
    if len(ways) > 1:
        try:
            usual = report[kpi]
        except ArgumentError:  # several questions
            pass
        else:
            way = next((one for one in ways if one == (usual.name, usual.option, usual.clock)), way)
    of_kpi = [row for row in rows if (row.name, row.option, row.clock) == way]
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
            gap = {"value": None, "lower": None, "upper": None, "start": day(before[name]), "text": "–", "few": False, "partial": False}
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
    """Period, interval and cut-off, then what periods of creation mean."""
    parts = []
    if any(row.period for row in rows) and report.period:
        parts.append(f"by {report.period}, {report.time_zone}")
    if interval and any(row.interval for row in rows):
        parts.append(f"{report.level * 100:.4g} % interval")
    if report.as_of is not None:
        zone = "" if parts[:1] and parts[0].startswith("by ") else f" {getattr(report.as_of.tzinfo, 'key', 'UTC')}"
        parts.append(f"as of {report.as_of:%Y-%m-%d %H:%M}{zone}")
    return [" · ".join(parts), *survivors(report, rows)] if parts else []
