"""Attainment against a target."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ._data import (
    PARTIAL,
    POINTS,
    Scaled,
    beyond,
    domain,
    few,
    found,
    largest,
    of_slices,
    periods_of,
    placed,
    points,
    subtitle,
)
from ._look import altair, finished, height_of, legend, named, side_by_side, themed
from ._trend import shapes, time, tooltip, trend

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
    top: int | None = None,
    title: str | None = None,
    theme: str = "light",
    width: int = 560,
    height: int | None = None,
    **_: Any,
) -> Any:
    """Attainment by period, or by slice, as dots with their intervals; against a target, in three colors.

    Many periods are a trend.
    """
    alt, look = altair(), themed(theme)
    dated = report.period is not None and not by
    by = tuple(by) or (report.by[0] if report.by and not dated else ())
    report, order, remarks = largest(report, by, top)
    rows = found(report, kpi, option=option, by=by, dated=dated)
    scaled = Scaled(rows)
    data = [point for point in points(report, rows, scaled) if point["slice"] in order]
    if dated and periods_of(data) > POINTS:
        return trend(report, kpi, option=option, target=target, title=title, theme=theme, width=width, height=height or 260)
    if not dated:
        data = [point for point in data if point["value"] is not None]
        data.sort(key=lambda point: order.index(point["slice"]))
    names = named([point["slice"] or "all together" for point in data], [f"(n={point['n']:,})" for point in data])
    for point, name in zip(data, names, strict=True):
        point["verdict"] = _verdict(point, target)
        point["name"] = point["period"] if dated else name
    ends = domain(data, scaled, also=[] if target is None else [target])
    data = placed(data, ends)
    present = {point["verdict"] for point in data if point["value"] is not None}
    verdicts = [verdict for verdict in (KEPT, OPEN, MISSED) if verdict in present]
    colors = {KEPT: look.blue, OPEN: look.grey, MISSED: look.red}
    color = (
        alt.Color(
            "verdict:N",
            scale=alt.Scale(domain=verdicts, range=[colors[one] for one in verdicts]),
            legend=legend(verdicts, width, symbolOpacity=1),
        )
        if target is not None
        else alt.value(look.blue)
    )
    base = alt.Chart(alt.Data(values=data))
    value: dict[str, Any] = {"title": "percent of targets met", "scale": alt.Scale(domain=ends, nice=False, zero=False, padding=7)}
    if dated:
        places = {"x": time(report, data, width)}
        bounds = {"y": alt.Y("lower:Q", **value), "y2": "upper:Q"}
        dots: dict[str, Any] = {"y": alt.Y("at:Q", **value)}
    else:
        places = {"y": side_by_side("name", names)}
        value["axis"] = alt.Axis(grid=True, tickCount=6)
        bounds = {"x": alt.X("lower:Q", **value), "x2": "upper:Q"}
        dots = {"x": alt.X("at:Q", **value)}
    parts = []
    if target is not None:
        line = alt.Chart(alt.Data(values=[{"at": target}]))
        parts.append(line.mark_rule(color=look.ink, strokeDash=[5, 3], size=1.2).encode(**dots))
    if dated:
        parts.append(base.transform_filter("!datum.partial").mark_line(color=look.grey, strokeWidth=1.5).encode(**places, **dots))
    bars = base.transform_filter("datum.lower !== null")
    parts.append(bars.mark_rule(size=2, opacity=0.55, clip=True).encode(**places, **bounds, color=color))
    hollow = "datum.partial || datum.few"
    parts.append(
        base.transform_filter("datum.value !== null").mark_point(filled=True, size=70, opacity=1, strokeWidth=1.5).encode(
            **places, **dots, stroke=color, shape=shapes(),
            fill=alt.condition(hollow, alt.value(look.paper), color if target is not None else alt.value(look.blue)),
            tooltip=tooltip(),
        )
    )
    chart = alt.layer(*parts).properties(width=width, height=height or (260 if dated else height_of(names)))
    overall = found(report, kpi, option=option)[0]
    marks = [] if target is None else [f"dashed: target {target:g} %"]
    if any(point["partial"] or point["few"] for point in data):
        marks.append(f"hollow: {PARTIAL} or {few(report)}" if dated else f"hollow: {few(report)}")
    interval = f" ({overall.interval_text})" if overall.interval else ""
    lines = [f"All together {overall.text}{interval}, n={overall.n:,}", *subtitle(report, rows)]
    own = of_slices(overall.title, by)
    return finished(chart, look, own, lines, [*marks, *beyond(data), *remarks], own=title, width=width)


def _verdict(point: dict[str, Any], target: float | None) -> str:
    if target is None:
        return KEPT
    if point["lower"] is not None and point["lower"] >= target:
        return KEPT
    if point["upper"] is not None and point["upper"] < target:
        return MISSED
    return OPEN
