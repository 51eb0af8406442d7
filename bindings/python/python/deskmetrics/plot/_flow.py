"""Tickets created against tickets solved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._data import PARTIAL, POINTS, Scaled, beyond, domain, found, periods_of, placed, points, subtitle
from ._look import altair, finished, legend, themed
from ._trend import axis, shapes, time, tooltip

if TYPE_CHECKING:
    from .. import Report

LINES = ("created", "reopened", "solved")


def flow(
    report: Report,
    kpi: str = "flow",
    *,
    title: str | None = None,
    theme: str = "light",
    width: int = 560,
    height: int = 220,
) -> Any:
    """The tickets created, reopened and solved in each period, and below them by how many the backlog grew or shrank."""
    alt, look = altair(), themed(theme)
    rows = [row for measure in LINES for row in found(report, kpi, measure=measure, dated=True)]
    growth = found(report, kpi, measure="growth", dated=True)
    unit = Scaled(rows)
    data = points(report, rows, unit)
    ends = domain(data, unit)
    data = placed(data, ends)
    base = alt.Chart(alt.Data(values=data)).encode(x=time(report, data, width), y=alt.Y("at:Q", **(axis(unit, ends) | {"title": "tickets"})))
    colors = {"created": look.red, "reopened": look.grey, "solved": look.blue}
    scale = alt.Scale(domain=list(LINES), range=list(colors.values()))
    color = alt.Color(
        "measure:N",
        scale=scale,
        legend=legend(LINES, width, symbolType="stroke", symbolStrokeWidth=3),
    )
    parts = [base.transform_filter("!datum.partial").mark_line(strokeWidth=2).encode(color=color)]
    pointed = periods_of(data) <= POINTS
    marked = base.transform_filter("datum.value !== null" if pointed else "datum.alone")
    fill = alt.condition("datum.partial", alt.value(look.paper), alt.Fill("measure:N", scale=scale, legend=None))
    dots = marked.mark_point(filled=True, size=36, opacity=1, strokeWidth=1.5)
    parts.append(dots.encode(stroke=alt.Stroke("measure:N", scale=scale, legend=None), fill=fill, shape=shapes(), tooltip=tooltip()))
    above = alt.layer(*parts).properties(width=width, height=height)
    grown = points(report, growth, unit)
    grown_ends = domain(grown, unit)
    grown = placed([one for one in grown if one["value"] is not None], grown_ends)
    signs = alt.condition("datum.value > 0", alt.value(look.red), alt.value(look.blue))
    bars = alt.Chart(alt.Data(values=grown)).mark_bar(binSpacing=1, strokeWidth=1, clip=True)
    below = bars.encode(
        x=time(report, data, width),
        x2="end:T",
        y=alt.Y("at:Q", **(axis(unit, grown_ends, 3) | {"title": "growth of the backlog"})),
        y2=alt.datum(0),
        color=signs,
        stroke=signs,
        fillOpacity=alt.condition("datum.partial", alt.value(0.25), alt.value(1.0)),
        tooltip=tooltip(),
    ).properties(width=width, height=max(80, height // 3))
    chart = alt.vconcat(above, below, spacing=16).resolve_scale(x="shared", color="independent")
    remarks = []
    if any(one["partial"] for one in data):
        remarks.append(f"{'hollow and pale' if pointed else 'pale'}: {PARTIAL}")
    overall = {row.measure: row for row in report.rows_of(kpi, measure="all", slice={}, period="")}
    counts = ", ".join(f"{overall[measure].text} {measure}" for measure in LINES if measure in overall)
    lines = [f"{counts} up to the cut-off", *subtitle(report, growth, interval=False)]
    return finished(chart, look, "Tickets created and solved", lines, [*remarks, *beyond(data)], own=title, width=width)
