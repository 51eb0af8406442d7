"""All KPIs of a report at a glance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..exceptions import ArgumentError
from ._data import Point, Scaled, found, heading, points, states, subtitle
from ._look import altair, finished
from ._trend import layers

if TYPE_CHECKING:
    from .. import Report, ReportRow


def overview(report: Report, *, width: int = 720, most: int = 8) -> Any:
    """A small trend for each KPI; the first ``most`` of them."""
    alt = altair()
    shown: list[tuple[ReportRow, list[ReportRow], Scaled, list[Point]]] = []
    left: list[str] = []
    for row in report.headlines:
        # One chart for each KPI; its other options are there by name.
        if any(row.kpi == other.kpi for other, *_ in shown):
            continue
        try:
            rows = found(report, row.kpi, option=row.option, clock=row.clock, dated=True)
        except ArgumentError:
            continue
        if len(rows) < 2:
            continue
        if len(shown) == most:
            left.append(row.kpi)
            continue
        scaled = Scaled(rows)
        shown.append((row, rows, scaled, points(report, rows, scaled)))
    if not shown:
        raise ArgumentError("no KPI of the report has two periods to draw: name one, or request shorter periods")
    marks = states(report, [point for *_, data in shown for point in data])
    panels = []
    for row, _rows, scaled, data in shown:
        panel = layers(report, data, scaled, target=None, width=width // 2 - 70, height=120, ticks=4, legend=marks)
        title = alt.TitleParams(
            heading(row), subtitle=f"{_when(row)} {row.text}", fontSize=12, subtitleFontSize=11, anchor="start", frame="group", offset=6
        )
        panels.append(panel.properties(title=title))
    lines = subtitle(report, [one for _, rows, *_ in shown for one in rows])
    if left:
        lines.append(f"Also in the report: {', '.join(dict.fromkeys(left))}")
    return finished(alt.concat(*panels, columns=2, spacing={"row": 96, "column": 70}, bounds="flush"), "Overview", lines)


def _when(row: ReportRow) -> str:
    """The meaning of the number beside the title: open tickets are not summed over periods."""
    return "as of the cut-off" if row.kpi in ("backlog", "backlog_age") else "all together"
