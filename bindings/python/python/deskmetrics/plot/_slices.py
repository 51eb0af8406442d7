"""Slices side by side, each with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ._data import COMPLETE, Scaled, few, found, heading, of_slices, points, states, subtitle
from ._look import BLUE, GREY, RED, altair, finished, side_by_side
from ._trend import tooltip

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
    width: int = 480,
    height: int | None = None,
) -> Any:
    """One line per slice: a dot for the value, a bar for its interval, a rule for all records together."""
    alt = altair()
    by = tuple(by) or report.by[0]
    rows = found(report, kpi, measure=measure, option=option, clock=clock, by=by)
    whole = found(report, kpi, measure=measure, option=option, clock=clock)
    scaled = Scaled([*rows, *whole])
    data = [point for point in points(report, rows, scaled) if point["value"] is not None]
    data.sort(key=lambda point: -point["value"])
    for point in data:
        point["name"] = f"{point['slice']}  (n={point['n']:,})" if scaled.unit != "count" else point["slice"]
    names = [point["name"] for point in data]
    zero = scaled.unit in ("count", "seconds", "per_ticket")
    x = {"title": scaled.name, "scale": alt.Scale(zero=zero, nice=True), "axis": alt.Axis(grid=True, tickCount=6)}
    base = alt.Chart(alt.Data(values=data)).encode(y=side_by_side("name", names))
    parts = []
    notes = []
    overall = scaled(whole[0].value) if whole else None
    # The slices of a count add up to the whole, which is no mark to hold them against.
    if overall is not None and scaled.unit != "count":
        parts.append(_rule(alt, overall, GREY, [], x))
        notes.append(f"grey line: all together, {whole[0].text}")
    if target is not None:
        parts.append(_rule(alt, target, RED, [5, 3], x))
        notes.append(f"dashed: target, {target:g}")
    if zero:
        parts.append(base.mark_bar(color=BLUE, opacity=0.75, height=14).encode(x=alt.X("value:Q", **x), tooltip=tooltip()))
    ends = base.transform_filter("datum.lower !== null && datum.upper !== null")
    parts.append(ends.mark_rule(color=BLUE, size=2, opacity=0.6).encode(x=alt.X("lower:Q", **x), x2="upper:Q"))
    shown = states(report, data)
    if not zero:
        fills = {COMPLETE: BLUE, few(report): "white"}
        parts.append(
            base.mark_point(stroke=BLUE, size=70, opacity=1, filled=True, strokeWidth=1.5).encode(
                x=alt.X("value:Q", **x),
                fill=alt.Fill(
                    "state:N",
                    scale=alt.Scale(domain=shown, range=[fills[state] for state in shown]),
                    legend=alt.Legend(symbolStrokeColor=BLUE, values=[few(report)]) if few(report) in shown else None,
                ),
                tooltip=tooltip(),
            )
        )
    chart = alt.layer(*parts).properties(width=width, height=height or max(90, 26 * len(names)))
    title = of_slices(heading(rows[0] if rows else report[kpi]), by)
    return finished(chart, title, subtitle(report, rows), notes)


def _rule(alt: Any, at: float, color: str, dash: list[int], x: dict[str, Any]) -> Any:
    data = alt.Data(values=[{"at": at}])
    return alt.Chart(data).mark_rule(color=color, strokeDash=dash, size=1.5).encode(x=alt.X("at:Q", **x))
