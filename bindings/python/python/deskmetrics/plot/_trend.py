"""A number over time, with its interval."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from ._data import (
    COMPLETE,
    PARTIAL,
    POINTS,
    Point,
    Scaled,
    beyond,
    domain,
    few,
    found,
    heading,
    largest,
    of_slices,
    periods_of,
    placed,
    points,
    states,
    subtitle,
)
from ._look import BREAK, LINES, Look, altair, finished, legend, named, themed, tooltips

if TYPE_CHECKING:
    from .. import Report


def trend(
    report: Report,
    kpi: str,
    *,
    measure: str | None = None,
    option: str | None = None,
    clock: str | None = None,
    by: Sequence[str] = (),
    target: float | None = None,
    top: int | None = None,
    title: str | None = None,
    theme: str = "light",
    width: int = 560,
    height: int = 260,
) -> Any:
    """A line through the whole periods with a band for the interval; by slice, a small chart for each."""
    alt, look = altair(), themed(theme)
    report, names, remarks = largest(report, by, top)
    ways: dict[str, Any] = {"measure": measure, "option": option, "clock": clock, "by": by}
    rows = found(report, kpi, **ways, dated=True)
    scaled = Scaled(rows)
    data = [point for point in points(report, rows, scaled) if point["slice"] in names]
    ends = domain(data, scaled, also=[] if target is None else [target])
    data = placed(data, ends)
    own = heading(rows[0])
    lines = subtitle(report, rows)
    remarks = [*([] if target is None else [f"dashed: target {target:g}"]), *ticked(report, data, scaled), *beyond(data), *remarks]
    if not by:
        chart = layers(report, look, data, scaled, ends, target=target, width=width, height=height)
        return finished(chart, look, own, lines, remarks, own=title, width=width)
    names = [name for name in names if any(point["slice"] == name for point in data)]
    columns = min(3, len(names))
    inner = max(150, width // columns - 30)
    whole = {point["slice"]: point for point in points(report, found(report, kpi, **ways), scaled)}
    counts = [f"(n={whole[name]['n']:,})" if name in whole and scaled.unit != "count" else "" for name in names]
    titles = named(names, counts, most=max(16, int(inner / 7.4)))
    for point in data:
        point["panel"] = titles[names.index(point["slice"])]
    chart = layers(report, look, data, scaled, ends, target=target, width=inner, height=max(110, height // 2), room=width)
    chart = small_charts(chart, "panel", titles, columns)
    return finished(chart, look, of_slices(own, by), lines, remarks, own=title, width=width)


def layers(
    report: Report,
    look: Look,
    data: list[Point],
    scaled: Scaled,
    ends: list[float],
    *,
    target: float | None,
    width: int,
    height: int,
    ticks: int = 5,
    marks: Sequence[str] | None = None,
    x: Any = None,
    room: int | None = None,
) -> Any:
    """The layers of a trend, without a title; ``marks`` names the states that several charts share, ``room`` is the width of all."""
    alt = altair()
    base = alt.Chart(alt.Data(values=data)).encode(x=time(report, data, width) if x is None else x)
    whole = base.transform_filter("!datum.partial")
    # A part of a period, and a period without neighbors, have a rule in place of the band.
    single = base.transform_filter("(datum.partial || datum.alone) && datum.lower !== null && datum.upper !== null")
    # One rule for each small chart.
    ruled = base.transform_filter("datum.first").encode(x=alt.value(0), x2=alt.value("width"))
    y = axis(scaled, ends, ticks)
    at = alt.Y("at:Q", **y)
    parts = []
    if scaled.unit == "points" and ends[0] <= 0.0 <= ends[1]:
        parts.append(ruled.mark_rule(color=look.grey, size=1.2).encode(y=alt.datum(0.0, scale=y["scale"])))
    if target is not None:
        rule = ruled.mark_rule(color=look.red, strokeDash=[5, 3], size=1.2)
        parts.append(rule.encode(y=alt.datum(target, scale=y["scale"])))
    if any(point["lower"] is not None for point in data):
        # A point without an interval leaves a gap in the band.
        parts.append(whole.mark_area(color=look.blue, opacity=0.16, clip=True).encode(y=alt.Y("lower:Q", **y), y2="upper:Q"))
        parts.append(single.mark_rule(color=look.blue, opacity=0.4, size=1.5, clip=True).encode(y=alt.Y("lower:Q", **y), y2="upper:Q"))
    # Parts of periods are joined by dashes; the line of whole periods is drawn over them.
    # A count of a part of a period is not comparable.
    if any(point["partial"] for point in data) and scaled.unit != "count":
        parts.append(base.mark_line(color=look.blue, strokeWidth=1, strokeDash=[3, 3], opacity=0.7).encode(y=at))
    parts.append(whole.mark_line(color=look.blue, strokeWidth=2).encode(y=at))
    pointed = base.transform_filter("datum.value !== null")
    many = periods_of(data) > POINTS
    if many:
        if any(point["few"] for point in data):
            rug = base.transform_filter("datum.few").mark_rule(color=look.orange, size=1, opacity=0.8)
            parts.append(rug.encode(y=alt.value(height), y2=alt.value(height - 5), tooltip=tooltip()))
        pointed = pointed.transform_filter("datum.alone")
    shown = list(marks) if marks is not None else marked(report, data)
    fills = {COMPLETE: look.blue, few(report): look.pale, PARTIAL: look.paper}
    if shown:
        parts.append(
            pointed.mark_point(stroke=look.blue, strokeWidth=1.5, size=46, opacity=1, filled=True).encode(
                y=at,
                fill=alt.Fill(
                    "state:N",
                    scale=alt.Scale(domain=shown, range=[fills[state] for state in shown]),
                    legend=legend(shown, room or width, symbolStrokeColor=look.blue) if shown != [COMPLETE] else None,
                ),
                shape=shapes(),
                tooltip=tooltip(),
            )
        )
    else:
        parts.append(base.transform_filter("datum.value !== null").mark_point(opacity=0, size=46).encode(y=at, tooltip=tooltip()))
    return alt.layer(*parts).properties(width=width, height=height)


def small_charts(chart: Any, field: str, labels: Sequence[str], columns: int) -> Any:
    """The chart once for each label, with labels of several lines."""
    alt = altair()
    header = alt.Header(labelExpr=LINES, labelPadding=6)
    chart = chart.facet(facet=alt.Facet(f"{field}:N", sort=list(labels), title=None, header=header), columns=columns, bounds="flush")
    return chart.properties(spacing={"row": 36 + 14 * max(label.count(BREAK) for label in labels), "column": 24})


def marked(report: Report, data: Sequence[Point]) -> list[str]:
    """The states of the points that are drawn: of many periods, those without neighbors."""
    return states(report, data if periods_of(data) <= POINTS else [point for point in data if point["alone"]])


def ticked(report: Report, data: Sequence[Point], scaled: Scaled) -> list[str]:
    """A remark on the marks of a trend that has no points."""
    if periods_of(data) <= POINTS:
        return []
    remarks = [f"ticks along the axis: {few(report)}"] if any(point["few"] for point in data) else []
    if any(point["partial"] for point in data):
        remarks.append(f"{'no line' if scaled.unit == 'count' else 'dashes'}: {PARTIAL}")
    return remarks


def shapes() -> Any:
    """The shape of a point: a triangle where it is beyond the axis."""
    scale = altair().Scale(domain=["", "above", "below"], range=["circle", "triangle-up", "triangle-down"])
    return altair().Shape("beyond:N", scale=scale, legend=None)


def axis(scaled: Scaled, ends: Sequence[float], ticks: int = 5) -> dict[str, Any]:
    """The vertical axis of a unit."""
    alt = altair()
    return {
        "title": scaled.name,
        # Room for points at the ends, except at zero.
        "scale": alt.Scale(domain=list(ends), nice=False, zero=False) if scaled.from_zero else alt.Scale(domain=list(ends), nice=False, zero=False, padding=7),
        "axis": alt.Axis(tickCount=ticks, format="~r" if scaled.unit == "scale_step" else ",~r"),
    }


def time(report: Report, data: Iterable[Point], width: int, *, among: Sequence[str] | None = None) -> Any:
    """The horizontal axis: the first local days of the periods, whatever the reader's own zone; ``among`` all days of several charts."""
    alt = altair()
    days = sorted(set(among if among is not None else (point["start"] for point in data)))
    years = len({day[:4] for day in days}) > 1
    ways = {"day": "%-d %b", "week": "%-d %b", "month": "%b" if years else "%b %Y", "quarter": "%b" if years else "%b %Y", "year": "%Y"}
    way = ways[report.period or "day"]
    # The year below the day where there are several.
    labels = f"[utcFormat(datum.value, '{way}'), utcFormat(datum.value, '%Y')]" if years and way != "%Y" else f"utcFormat(datum.value, '{way}')"
    title = f"{report.period} from" if report.period in ("week", "quarter") else None
    # As many labels as there is room for, the last one always among them.
    step = -(-len(days) // max(2, width // 62)) or 1
    marked = [date.fromisoformat(day) for day in days[::-1][::step]]
    values = [alt.DateTime(year=day.year, month=day.month, date=day.day, utc=True) for day in marked[::-1]]
    ends: Any = alt.Undefined
    if among is not None:
        first, last = (date.fromisoformat(day) for day in (days[0], days[-1]))
        ends = [alt.DateTime(year=day.year, month=day.month, date=day.day, utc=True) for day in (first, last)]
    return alt.X(
        "start:T",
        title=title,
        scale=alt.Scale(type="utc", padding=10, domain=ends),
        # The first and the last label stay within the chart, so that those of neighbors do not meet.
        axis=alt.Axis(labelExpr=labels, values=values, labelFlush=12),
    )


def tooltip() -> list[Any]:
    """The tooltip of a point."""
    return tooltips(
        ("period:N", "period"), ("slice:N", "slice"), ("text:N", "value"), ("interval:N", "interval"), ("n:Q", "n"), ("change:N", "change"),
        ("state:N", "data"),
    )  # fmt: skip
