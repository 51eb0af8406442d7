"""All KPIs of a report at a glance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..exceptions import ArgumentError
from ._data import Point, Scaled, beyond, domain, found, heading, placed, points, subtitle
from ._look import altair, finished, themed, titled
from ._trend import layers, marked, ticked, time

if TYPE_CHECKING:
    from .. import Report, ReportRow


# KPIs without a chart that are named.
NAMED = 6


def overview(report: Report, *, width: int = 720, most: int = 8, title: str | None = None, theme: str = "light") -> Any:
    """A small trend for each KPI, SLA first; the first ``most`` of them, over the same time."""
    alt, look = altair(), themed(theme)
    shown: list[tuple[ReportRow, list[ReportRow], Scaled, list[Point]]] = []
    left: list[str] = []
    # SLA first, the rest in the order of the report.
    for row in sorted(report.headlines, key=lambda row: not row.kpi.startswith("sla_")):
        # One chart for each KPI; its other options are there by name.
        if any(row.kpi == other.kpi for other, *_ in shown) or row.name in left:
            continue
        try:
            rows = found(report, row.kpi, option=row.option, clock=row.clock, dated=True)
        except ArgumentError:
            continue
        if sum(one.value is not None for one in rows) < 2:
            continue
        if len(shown) == most:
            left.append(row.name)
            continue
        scaled = Scaled(rows)
        shown.append((row, rows, scaled, points(report, rows, scaled)))
    if not shown:
        raise ArgumentError("no KPI of the report has two periods to draw: name one, or request shorter periods")
    every = [point for *_, data in shown for point in data]
    days = [point["start"] for point in every]
    axes = {row.kpi: domain(data, scaled) for row, _, scaled, data in shown}
    for row, _, _, data in shown:
        placed(data, axes[row.kpi])
    marks = list(dict.fromkeys(mark for _, _, _, data in shown for mark in marked(report, data)))
    panels = []
    inner = width // 2 - 70
    for row, _rows, scaled, data in shown:
        x = time(report, data, inner, among=days)
        panel = layers(
            report, look, data, scaled, axes[row.kpi], target=None, width=inner, height=120, ticks=4, marks=marks, x=x, room=width
        )
        names = titled(heading(row), inner, 12)
        panels.append(
            panel.properties(
                title=alt.TitleParams(
                    names, subtitle=f"{_when(row)} {row.text}", fontSize=12, subtitleFontSize=11, anchor="start", frame="group", offset=6
                )
            )
        )
    lines = subtitle(report, [one for _, rows, *_ in shown for one in rows])
    ticks = [remark for _, _, scaled, data in shown for remark in ticked(report, data, scaled)]
    remarks = [*dict.fromkeys(ticks), *beyond(every)]
    if left:
        more = f" and {len(left) - NAMED} more" if len(left) > NAMED else ""
        remarks.append(f"also in the report: {', '.join(left[:NAMED])}{more}")
    chart = alt.concat(*panels, columns=2, spacing={"row": 98, "column": 70}, bounds="flush")
    return finished(chart, look, "Overview", lines, remarks, own=title, width=width)


def _when(row: ReportRow) -> str:
    """The meaning of the number beside the title: open tickets are not summed over periods."""
    return "as of the cut-off" if row.kpi in ("backlog", "backlog_age") else "all together"
