"""Slices side by side, each with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ._data import (
    COMPLETE,
    Scaled,
    beyond,
    domain,
    few,
    found,
    heading,
    largest,
    of_slices,
    placed,
    points,
    states,
    subtitle,
)
from ._look import altair, finished, height_of, legend, named, side_by_side, themed
from ._trend import shapes, tooltip

if TYPE_CHECKING:
    from .. import Report


def slices(
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
    width: int = 480,
    height: int | None = None,
) -> Any:
    """One line per slice, the largest first: a dot or bar for the value, a rule for its interval, and a line for all records."""
    alt, look = altair(), themed(theme)
    by = tuple(by) or report.by[0]
    report, order, remarks = largest(report, by, top)
    rows = found(report, kpi, measure=measure, option=option, clock=clock, by=by)
    whole = found(report, kpi, measure=measure, option=option, clock=clock)
    scaled = Scaled([*rows, *whole])
    data = [point for point in points(report, rows, scaled) if point["value"] is not None and point["slice"] in order]
    data.sort(key=lambda point: order.index(point["slice"]))
    names = named([point["slice"] for point in data], [f"(n={point['n']:,})" if scaled.unit != "count" else "" for point in data])
    for point, name in zip(data, names, strict=True):
        point["name"] = name
    overall = scaled(whole[0].value) if whole and scaled.unit != "count" else None
    ends = domain(data, scaled, also=[one for one in (overall, target) if one is not None])
    data = placed(data, ends)
    scale = alt.Scale(domain=ends, nice=False, zero=False, padding=0 if scaled.from_zero else 7)
    x: dict[str, Any] = {"title": scaled.name, "scale": scale, "axis": alt.Axis(grid=True, tickCount=6)}
    base = alt.Chart(alt.Data(values=data)).encode(y=side_by_side("name", names))
    shown = states(report, data)
    fills = {COMPLETE: look.blue, few(report): look.pale}
    fill = alt.Fill(
        "state:N",
        scale=alt.Scale(domain=shown, range=[fills[state] for state in shown]),
        legend=legend([few(report)], width, symbolStrokeColor=look.blue, values=[few(report)]) if few(report) in shown else None,
    )
    bounded = base.transform_filter("datum.lower !== null && datum.upper !== null")
    rule = {"x": alt.X("lower:Q", **x), "x2": "upper:Q"}
    parts, notes = [], []
    # The slices of a count add up to the whole, which is no mark to hold them against.
    for at, color, dash, note in (
        (overall, look.grey, [], f"grey line: all together, {whole[0].text if whole else ''}"),
        (target, look.red, [5, 3], f"dashed: target {target}"),
    ):
        if at is not None:
            line = alt.Chart(alt.Data(values=[{"at": at}])).mark_rule(color=color, strokeDash=dash, size=1.5)
            parts.append(line.encode(x=alt.X("at:Q", **x)))
            notes.append(note)
    if scaled.from_zero:
        # The interval is visible on its bar, which is lighter.
        bars = base.mark_bar(stroke=look.blue, strokeWidth=1, fillOpacity=0.6, height=15, clip=True)
        parts.append(bars.encode(x=alt.X("at:Q", **x), x2=alt.datum(0), fill=fill, tooltip=tooltip()))
        parts.append(bounded.mark_rule(color=look.ink, size=1.8, clip=True).encode(**rule))
    else:
        parts.append(bounded.mark_rule(color=look.blue, size=2, opacity=0.6, clip=True).encode(**rule))
        dots = base.mark_point(stroke=look.blue, size=70, opacity=1, filled=True, strokeWidth=1.5)
        parts.append(dots.encode(x=alt.X("at:Q", **x), fill=fill, shape=shapes(), tooltip=tooltip()))
    chart = alt.layer(*parts).properties(width=width, height=height or height_of(names))
    own = of_slices(heading((rows or whole)[0]), by)
    return finished(chart, look, own, subtitle(report, rows), [*notes, *beyond(data), *remarks], own=title, width=width + 160)
