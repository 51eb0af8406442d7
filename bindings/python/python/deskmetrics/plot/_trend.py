"""A number over time, with its interval."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from ._data import COMPLETE, PARTIAL, Point, Scaled, few, found, heading, of_slices, points, states, subtitle
from ._look import BLUE, GREY, RED, altair, finished, tooltips

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
    width: int = 560,
    height: int = 260,
) -> Any:
    """A line through the whole periods with a band for the interval; by slice, a small chart for each."""
    rows = found(report, kpi, measure=measure, option=option, clock=clock, by=by, dated=True)
    scaled = Scaled(rows)
    data = points(report, rows, scaled)
    title = heading(rows[0])
    if not by:
        chart = layers(report, data, scaled, target=target, width=width, height=height)
        return finished(chart, title, subtitle(report, rows))
    alt = altair()
    names = list(dict.fromkeys(point["slice"] for point in data))
    columns = min(3, len(names))
    inner = max(150, width // columns - 30)
    chart = layers(report, data, scaled, target=target, width=inner, height=max(110, height // 2))
    chart = chart.facet(facet=alt.Facet("slice:N", sort=names, title=None), columns=columns, bounds="flush")
    chart = chart.properties(spacing={"row": 36, "column": 22})
    return finished(chart, of_slices(title, by), subtitle(report, rows))


def layers(
    report: Report,
    data: list[Point],
    scaled: Scaled,
    *,
    target: float | None,
    width: int,
    height: int,
    ticks: int = 5,
    legend: Sequence[str] | None = None,
) -> Any:
    """The layers of a trend, without a title; ``legend`` names the states that several charts share."""
    alt = altair()
    base = alt.Chart(alt.Data(values=data)).encode(x=time(report, data, width))
    whole = base.transform_filter("!datum.partial")
    parts = []
    if scaled.unit == "points":
        parts.append(_rule(alt, 0.0, GREY, []))
    if target is not None:
        parts.append(_rule(alt, target, RED, [5, 3]))
    y = axis(scaled, ticks)
    if any(point["lower"] is not None for point in data):
        # A point without an interval leaves a gap in the band.
        parts.append(whole.mark_area(color=BLUE, opacity=0.14).encode(y=alt.Y("lower:Q", **y), y2="upper:Q"))
        parts.append(
            base.transform_filter("datum.partial && datum.lower !== null && datum.upper !== null")
            .mark_rule(color=BLUE, opacity=0.3)
            .encode(y=alt.Y("lower:Q", **y), y2="upper:Q")
        )
    parts.append(whole.mark_line(color=BLUE, strokeWidth=2).encode(y=alt.Y("value:Q", **y)))
    shown = list(legend) if legend is not None else states(report, data)
    fills = {COMPLETE: BLUE, few(report): "#A6CBE3", PARTIAL: "white"}
    parts.append(
        base.transform_filter("datum.value !== null")
        .mark_point(stroke=BLUE, strokeWidth=1.5, size=46, opacity=1, filled=True)
        .encode(
            y=alt.Y("value:Q", **y),
            fill=alt.Fill(
                "state:N",
                scale=alt.Scale(domain=shown, range=[fills[state] for state in shown]),
                legend=alt.Legend(symbolStrokeColor=BLUE) if shown != [COMPLETE] else None,
            ),
            tooltip=tooltip(),
        )
    )
    return alt.layer(*parts).properties(width=width, height=height)


def axis(scaled: Scaled, ticks: int = 5) -> dict[str, Any]:
    """The vertical axis of a unit: counts and durations begin at zero, shares and scores need not."""
    alt = altair()
    zero = scaled.unit in ("count", "seconds", "per_ticket")
    return {
        "title": scaled.name,
        # Room for points at 0 and 100 percent.
        "scale": alt.Scale(zero=True, nice=True) if zero else alt.Scale(zero=False, nice=False, padding=7),
        "axis": alt.Axis(tickCount=ticks, format="~r" if scaled.unit == "scale_step" else ",~r"),
    }


def time(report: Report, data: Iterable[Point], width: int) -> Any:
    """The horizontal axis: the first local days of the periods, whatever the reader's own zone."""
    alt = altair()
    ways = {"day": "%-d %b", "week": "%-d %b", "month": "%b %Y", "quarter": "%b %Y", "year": "%Y"}
    title = f"{report.period} from" if report.period in ("week", "quarter") else None
    days = sorted({point["start"] for point in data})
    # As many labels as there is room for, the last one always among them.
    step = -(-len(days) // max(2, width // 62)) or 1
    marked = [date.fromisoformat(day) for day in days[::-1][::step]]
    values = [alt.DateTime(year=day.year, month=day.month, date=day.day, utc=True) for day in marked[::-1]]
    return alt.X(
        "start:T",
        title=title,
        scale=alt.Scale(type="utc", padding=10),
        # The first and the last label stay within the chart, so that those of neighbors do not meet.
        axis=alt.Axis(format=ways[report.period or "day"], values=values, labelFlush=12),
    )


def tooltip() -> list[Any]:
    """The tooltip of a point."""
    return tooltips(
        ("period:N", "period"), ("slice:N", "slice"), ("text:N", "value"), ("interval:N", "interval"), ("n:Q", "n"), ("change:N", "change"),
        ("state:N", "data"),
    )  # fmt: skip


def _rule(alt: Any, at: float, color: str, dash: list[int]) -> Any:
    return alt.Chart(alt.Data(values=[{"at": at}])).mark_rule(color=color, strokeDash=dash, size=1.2).encode(y="at:Q")
