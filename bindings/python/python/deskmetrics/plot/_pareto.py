"""Reasons by cost, with their cumulative share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..exceptions import ArgumentError
from ._data import OTHERS, TOP, few, found, subtitle
from ._look import altair, finished, height_of, legend, named, side_by_side, themed, tooltips

if TYPE_CHECKING:
    from .. import Report


def pareto(
    report: Report,
    kpi: str = "reasons",
    *,
    option: str | None = None,
    top: int = TOP,
    title: str | None = None,
    theme: str = "light",
    width: int = 480,
    height: int | None = None,
) -> Any:
    """The reasons of negative answers by the points that they cost, and how much of all of them the first ones explain.

    An answer with several reasons is split among them, so that the bars add up (``points_shared`` of the ranking).
    """
    alt, look = altair(), themed(theme)
    if top < 1:
        raise ArgumentError(f"top: {top} is less than 1")
    row = found(report, kpi, option=option)[0]
    ranking = sorted(row.ranking(), key=lambda one: -one["points_shared"])
    if not ranking:
        raise ArgumentError("no negative answer states a reason: there is nothing to draw")
    rest = ranking[top:] if len(ranking) > top + 1 else []
    kept = ranking[: len(ranking) - len(rest)]
    total = sum(one["points_shared"] for one in ranking)
    data: list[dict[str, Any]] = [
        {"reason": one["reason"], "points": one["points_shared"], "answers": f"{one['answers']:,}", "few": row.small_n} for one in kept
    ]
    if rest:
        data.append({"reason": OTHERS, "points": sum(one["points_shared"] for one in rest), "answers": "–", "few": row.small_n})
    names = named([one["reason"] for one in data], [f"({one['answers']})" if one["answers"] != "–" else "" for one in data])
    reached = 0.0
    for one, name in zip(data, names, strict=True):
        reached += one["points"]
        one |= {"name": name, "reached": reached, "share": 100.0 * reached / total, "state": few(report) if one["few"] else "negative answers"}
    base = alt.Chart(alt.Data(values=data)).encode(
        y=side_by_side("name", names),
        tooltip=tooltips(("reason:N", "reason"), ("answers:N", "answers"), ("points:Q", "points", ".2f"), ("share:Q", "cumulative percent", ".1f")),
    )
    scale = alt.Scale(domain=[0, total], nice=False)
    fill = alt.Fill(
        "state:N",
        scale=alt.Scale(domain=[few(report) if row.small_n else "negative answers"], range=[look.pale if row.small_n else look.blue]),
        legend=legend([few(report)], width, symbolStrokeColor=look.blue) if row.small_n else None,
    )
    bars = base.mark_bar(stroke=look.blue, strokeWidth=1, height=15).encode(
        x=alt.X("points:Q", title="points of the net score", scale=scale, axis=alt.Axis(grid=True, tickCount=6, orient="bottom")), fill=fill
    )
    percent = alt.X(
        "share:Q", title="cumulative percent of the explained answers", scale=alt.Scale(domain=[0, 100]),
        axis=alt.Axis(orient="top", tickCount=5, grid=False),
    )  # fmt: skip
    line = base.encode(x=percent)
    cumulative = alt.layer(
        line.mark_line(color=look.red, strokeWidth=2).encode(order=alt.Order("reached:Q")),
        line.mark_point(color=look.red, filled=True, size=40, opacity=1),
    )
    chart = alt.layer(bars, cumulative).resolve_scale(x="independent").properties(width=width, height=height or height_of(names))
    interval = f" ({row.interval_text})" if row.interval else ""
    lines = [f"{row.text}{interval} of {row.n:,} negative answers state a reason", *subtitle(report, [row], interval=False)]
    remarks = ["in brackets: answers", "those with several reasons are split among them", "red: cumulative"]
    if rest:
        remarks.append(f"{OTHERS}: {len(rest)} more reasons")
    return finished(chart, look, row.title, lines, remarks, own=title, width=width + 160)
