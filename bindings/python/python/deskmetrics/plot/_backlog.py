"""Open tickets over time and how old they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..exceptions import ArgumentError
from ._data import Scaled, found, points, subtitle
from ._look import BLUE, ORANGE, altair, finished
from ._trend import axis, time, tooltip

if TYPE_CHECKING:
    from .. import Report

__all__ = ["backlog"]

AGES = (("median", BLUE), ("p90", ORANGE))


def backlog(report: Report, kpi: str = "backlog", *, clock: str | None = None, width: int = 560, height: int = 220, **_: Any) -> Any:
    """The backlog at the end of each period as an area; below it the age of its tickets, where the report has it."""
    alt = altair()
    rows = found(report, kpi, dated=True)
    scaled = Scaled(rows)
    data = points(report, rows, scaled)
    ages = _ages(report, clock)
    unit = Scaled(ages)
    old = [point | {"which": point["measure"]} for point in points(report, ages, unit)]
    x = time(report, [*data, *old], width)
    base = alt.Chart(alt.Data(values=data)).encode(x=x)
    area = base.mark_area(color=BLUE, opacity=0.22, line={"color": BLUE, "strokeWidth": 2}).encode(
        y=alt.Y("value:Q", **(axis(scaled) | {"title": "open tickets at the period's end"}))
    )
    dots = base.mark_point(filled=True, color=BLUE, size=40, opacity=1).encode(
        y="value:Q",
        fill=alt.condition("datum.partial", alt.value("white"), alt.value(BLUE)),
        stroke=alt.value(BLUE),
        tooltip=tooltip(scaled),
    )
    chart = alt.layer(area, dots).properties(width=width, height=height)
    if ages:
        shown = [name for name, _ in AGES if any(point["which"] == name for point in old)]
        lines = alt.Chart(alt.Data(values=old)).encode(
            x=x,
            y=alt.Y("value:Q", **(axis(unit) | {"title": f"age in {unit.name}"})),
            color=alt.Color("which:N", scale=alt.Scale(domain=shown, range=[color for name, color in AGES if name in shown])),
        )
        below = alt.layer(
            lines.mark_line(strokeWidth=2), lines.mark_point(filled=True, size=36, opacity=1).encode(tooltip=tooltip(unit))
        ).properties(width=width, height=max(90, height // 2))
        chart = alt.vconcat(chart, below, spacing=14).resolve_scale(x="shared")
    now = report[kpi]
    lines_of_text = [f"{now.text} open as of the cut-off", *subtitle(report, rows, interval=False)]
    if any(point["partial"] for point in data):
        lines_of_text.append("hollow: the period is not over")
    return finished(chart, "Backlog and its age" if ages else "Backlog", lines_of_text)


def _ages(report: Report, clock: str | None) -> list[Any]:
    """The ages by period, where the report has them."""
    if "backlog_age" not in report:
        return []
    found_ages: list[Any] = []
    for measure, _ in AGES:
        try:
            found_ages += found(report, "backlog_age", measure=measure, clock=clock, dated=True)
        except (ArgumentError, KeyError):
            continue
    return found_ages
