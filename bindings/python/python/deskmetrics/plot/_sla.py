"""Attainment against a target."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ._data import PARTIAL, Scaled, few, found, of_slices, points, subtitle
from ._look import BLUE, GREY, INK, RED, altair, finished, side_by_side
from ._trend import time, tooltip

if TYPE_CHECKING:
    from .. import Report

KEPT, MISSED, OPEN = "above the target", "below the target", "not clearly above or below the target"


def sla(
    report: Report,
    kpi: str = "sla_attainment",
    *,
    target: float | None = None,
    option: str | None = None,
    by: Sequence[str] = (),
    width: int = 560,
    height: int | None = None,
    **_: Any,
) -> Any:
    """Attainment by period, or by slice, as dots with their intervals; against a target, in three colors."""
    alt = altair()
    dated = report.period is not None and not by
    by = tuple(by) or (report.by[0] if report.by and not dated else ())
    rows = found(report, kpi, option=option, by=by, dated=dated)
    scaled = Scaled(rows)
    data = [point for point in points(report, rows, scaled) if point["value"] is not None]
    for point in data:
        point["verdict"] = _verdict(point, target)
        point["name"] = point["period"] if dated else f"{point['slice'] or 'all together'}  (n={point['n']:,})"
        point["shape"] = point["state"]
    verdicts = [verdict for verdict in (KEPT, OPEN, MISSED) if any(point["verdict"] == verdict for point in data)]
    colors = {KEPT: BLUE, OPEN: GREY, MISSED: RED}
    color = (
        alt.Color("verdict:N", scale=alt.Scale(domain=verdicts, range=[colors[one] for one in verdicts]), legend=alt.Legend(labelLimit=0, symbolOpacity=1))
        if target is not None
        else alt.value(BLUE)
    )
    low = min([point["lower"] if point["lower"] is not None else point["value"] for point in data] + ([target] if target else []), default=0.0)
    scale = alt.Scale(domain=[max(0.0, low - 5), 100], nice=True, clamp=True)
    base = alt.Chart(alt.Data(values=data))
    value = {"title": "percent of targets met", "scale": scale}
    if dated:
        places = {"x": time(report, data, width)}
        ends = {"y": alt.Y("lower:Q", **value), "y2": "upper:Q"}
        dots: dict[str, Any] = {"y": alt.Y("value:Q", **value)}
        rule = {"y": alt.Y("at:Q", **value)}
    else:
        data.sort(key=lambda point: -point["value"])
        names = [point["name"] for point in data]
        places = {"y": side_by_side("name", names)}
        value["axis"] = alt.Axis(grid=True, tickCount=6)
        ends = {"x": alt.X("lower:Q", **value), "x2": "upper:Q"}
        dots = {"x": alt.X("value:Q", **value)}
        rule = {"x": alt.X("at:Q", **value)}
    parts = []
    if target is not None:
        line = alt.Chart(alt.Data(values=[{"at": target, "words": f"target {target:g} %"}]))
        parts.append(line.mark_rule(color=INK, strokeDash=[5, 3], size=1.2).encode(**rule))
    if dated:
        parts.append(base.transform_filter("!datum.partial").mark_line(color=GREY, strokeWidth=1.5).encode(**places, **dots))
    bars = base.transform_filter("datum.lower !== null")
    parts.append(bars.mark_rule(size=2, opacity=0.55).encode(**places, **ends, color=color))
    parts.append(
        base.mark_point(filled=True, size=70, opacity=1, strokeWidth=1.5).encode(
            **places, **dots, color=color, stroke=color,
            fillOpacity=alt.condition("datum.partial || datum.few", alt.value(0.0), alt.value(1.0)),
            tooltip=tooltip(),
        )
    )
    chart = alt.layer(*parts).properties(width=width, height=height or (260 if dated else max(90, 26 * len(data))))
    overall = found(report, kpi, option=option)[0]
    remarks = []
    if target is not None:
        remarks.append(f"dashed: target {target:g} %")
    if any(point["partial"] or point["few"] for point in data):
        remarks.append(f"hollow: {PARTIAL} or {few(report)}")
    lines = [f"All together {overall.text} ({overall.interval_text}), n={overall.n:,}", *subtitle(report, rows)]
    return finished(chart, of_slices(overall.title, by), lines, remarks)


def _verdict(point: dict[str, Any], target: float | None) -> str:
    if target is None:
        return KEPT
    if point["lower"] is not None and point["lower"] >= target:
        return KEPT
    if point["upper"] is not None and point["upper"] < target:
        return MISSED
    return OPEN
