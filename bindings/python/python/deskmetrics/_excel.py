"""Reports as Excel files, one sheet for each kind of row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any

from . import _deskmetrics as _core
from ._frames import needed
from .definitions import catalogue
from .exceptions import ArgumentError

if TYPE_CHECKING:
    from . import Report, ReportRow

# The most rows and characters of Excel.
ROWS = 1_048_576
CHARACTERS = 32_767

NUMBERS = (
    "KPI", "option", "clock", "measure", "headline", "value", "unit", "n", "few records", "lower", "upper", "level",
    "change", "change lower", "change upper", "p-value", "significance", "excluded",
)  # fmt: skip

FORMATS = {
    "percent": '0.0" %"',
    "points": "+0.0;-0.0;0.0",
    "scale_step": "0.00",
    "count": "#,##0",
    "per_ticket": "#,##0.00",
    # Of hours: Excel shows no negative times, and changes may be negative.
    "seconds": "#,##0.00##",
}


class Sheets:
    """The sheets of a workbook; every text is written as text, so that none becomes a formula or a link."""

    def __init__(self, workbook: Any) -> None:
        self.workbook = workbook
        self.formats = {unit: workbook.add_format({"num_format": form}) for unit, form in FORMATS.items()}
        self.head = workbook.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.at = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        self.wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})

    def add(
        self, name: str, head: Sequence[str], rows: Iterable[Sequence[Any]], widths: Sequence[int] = (), wrap: bool = False
    ) -> None:
        """Adds a sheet; a cell is a value, or a value with its unit."""
        sheet = self.workbook.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for column, title in enumerate(head):
            self._write(sheet, 0, column, title, self.head)
            width = widths[column] if column < len(widths) else 12
            sheet.set_column(column, column, width, self.wrapped if wrap else None)
        last = 0
        for last, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                value, unit = cell if isinstance(cell, tuple) else (cell, None)
                self._write(sheet, last, column, value, self.formats.get(unit) if unit else None)
        if last:
            sheet.autofilter(0, 0, last, len(head) - 1)

    def _write(self, sheet: Any, row: int, column: int, value: Any, form: Any) -> None:
        if value is None:
            return
        if isinstance(value, bool):
            sheet.write_boolean(row, column, value, form)
        elif isinstance(value, datetime):
            sheet.write_datetime(row, column, value.replace(tzinfo=None), self.at)
        elif isinstance(value, (int, float)) and abs(value) < float("inf"):
            sheet.write_number(row, column, value, form)
        else:
            sheet.write_string(row, column, _core._visible(str(value))[:CHARACTERS], form)


def write(report: Report, path: str | PathLike[str]) -> None:
    """Writes a report; see :meth:`deskmetrics.Report.to_excel`."""
    xlsxwriter = needed("xlsxwriter", "to_excel", "deskmetrics[excel]")
    rows: dict[str, list[ReportRow]] = {"overall": [], "by slice": [], "by period": []}
    for row in report:
        rows["by period" if row.period else "by slice" if row.keys else "overall"].append(row)
    for name, own in rows.items():
        if len(own) >= ROWS:
            raise ArgumentError(
                f"the report has {len(own):,} rows {name}, and a sheet of Excel has {ROWS:,}; request fewer KPIs, slices or periods, "
                "or join slices with report.top()"
            )
    names = list(dict.fromkeys(name for slicing in report.by for name in slicing))
    period = ["period", "from", "until", "partial"]
    # What cannot be written is an OSError, as of any file.
    with open(fspath(path), "wb") as file, xlsxwriter.Workbook(file, {"in_memory": True}) as workbook:
        sheets = Sheets(workbook)
        sheets.add("overall", NUMBERS, map(_numbers, rows["overall"]), (34, 20))
        if report.by:
            sliced = ([*_slice(row, names), *_numbers(row)] for row in rows["by slice"])
            sheets.add("by slice", [*names, *NUMBERS], sliced, [20] * len(names) + [34, 20])
        if report.period:
            dated = ([*_period(row), *_slice(row, names), *_numbers(row)] for row in rows["by period"])
            widths = [12, 17, 17, 9] + [20] * len(names) + [34, 20]
            sheets.add("by period", [*period, *names, *NUMBERS], dated, widths)
        sheets.add("excluded", ("of", "reason", "count", "remedy"), _excluded(report), (40, 44, 10, 80), wrap=True)
        heads = ("KPI", "definition", "formula", "who is counted", "unit", "date", "sources")
        sheets.add("definitions", heads, _definitions(report), (30, 50, 50, 50, 10, 14, 50), wrap=True)
        sheets.add("about", ("", ""), _about(report), (26, 100), wrap=True)


def _slice(row: ReportRow, names: Sequence[str]) -> list[Any]:
    return [("(none)" if row.keys[name] is None else row.keys[name]) if name in row.keys else None for name in names]


def _period(row: ReportRow) -> list[Any]:
    return [row.period, row.period_start, row.period_end, row.partial]


def _numbers(row: ReportRow) -> list[Any]:
    def number(value: float | None) -> tuple[float | None, str]:
        """In the unit, durations in hours; what is infinite has no cell."""
        if value is None or abs(value) == float("inf"):
            return None, row.unit
        form = "per_ticket" if row.unit == "count" and value % 1.0 else row.unit
        return (value / 3_600 if row.unit == "seconds" else value), form

    interval, change = row.interval, row.change
    moved = change.interval if change else None
    unit = "hours" if row.unit == "seconds" else row.unit.replace("_", " ")
    return [
        row.name, row.option, row.clock, row.measure, row.headline, number(row.value), unit, (row.n, "count"), row.small_n,
        number(interval.lower if interval else None), number(interval.upper if interval else None),
        interval.level if interval else None,
        number(change.difference if change else None), number(moved.lower if moved else None), number(moved.upper if moved else None),
        change.p_value if change else None,
        change.significance.replace("_", " ") if change and change.significance else None,
        (sum(row.excluded.values()), "count"),
    ]  # fmt: skip


def _excluded(report: Report) -> Iterable[list[Any]]:
    for row in report.headlines:
        for reason, count in row.excluded.items():
            yield [row.title, reason.replace("_", " "), (count, "count"), None]
    for of, excluded in (("events of tickets", report.events_excluded), ("links of surveys", report.links_excluded)):
        for reason, count in excluded.items():
            yield [of, reason.replace("_", " "), (count, "count"), None]
    for source in report.sources:
        for exclusion in source.exclusions:
            yield [source.file.name, str(exclusion), (exclusion.count, "count"), exclusion.remedy]


def _definitions(report: Report) -> Iterable[list[Any]]:
    known = {definition.id: definition for definition in catalogue()}
    for kpi in dict.fromkeys(row.kpi for row in report.headlines):
        if kpi in known:
            one = known[kpi]
            references = "; ".join(one.references)
            yield [one.name, one.description, one.formula, one.population, one.unit, one.anchor.replace("_", " "), references]


def _about(report: Report) -> Iterable[list[Any]]:
    if report.as_of is not None:
        yield ["as of", f"{report.as_of:%Y-%m-%d %H:%M} {getattr(report.as_of.tzinfo, 'key', 'UTC')}"]
    yield ["time zone of dates", report.time_zone or "none: the report has no periods"]
    yield ["durations", "in hours"]
    yield ["few records", f"fewer than {report.min_n}: a hint only"]
    for records, count in report.records.items():
        if count:
            yield [records, (count, "count")]
    for warning in report.warnings:
        yield ["warning", warning]
    for note in report.notes:
        yield ["note", note]
