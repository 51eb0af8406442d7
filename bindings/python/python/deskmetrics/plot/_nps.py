"""Promoters, passives and detractors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ._data import Point, found, label, subtitle
from ._look import BLUE, GREY, INK, RED, altair, finished

if TYPE_CHECKING:
    from .. import Report

__all__ = ["nps"]

PARTS = (("detractors", RED, "Detractors (0–6)"), ("passives", GREY, "Passives (7–8)"), ("promoters", BLUE, "Promoters (9–10)"))


def nps(
    report: Report,
    kpi: str = "nps",
    *,
    option: str | None = None,
    by: Sequence[str] = (),
    width: int = 560,
    height: int | None = None,
    **_: Any,
) -> Any:
    """Stacked bars, one for each period, or for each slice, or a single one; the score stands beside them."""
    alt = altair()
    dated = report.period is not None and not by
    by = tuple(by) or (report.by[0] if report.by and not dated else ())
    scores = found(report, kpi, measure="score", option=option, by=by, dated=dated)
    data: list[Point] = []
    order: list[str] = []
    remarks: list[str] = []
    for row in scores:
        if row.value is None:
            continue
        name = row.period if dated else label(row.keys) or "all answers"
        mark = ("~" if row.partial else "") + ("*" if row.small_n else "")
        order.append(f"{name}{' ' + mark if mark else ''}")
    for place, (measure, _color, words) in enumerate(PARTS):
        rows = found(report, kpi, measure=measure, option=option, by=by, dated=dated)
        for row, score in zip(rows, scores, strict=True):
            if score.value is None:
                continue
            at = len([point for point in data if point["words"] == words])
            data.append(
                {
                    "bar": order[at],
                    "words": words,
                    "place": place,
                    "share": row.value,
                    "text": row.text,
                    "score": score.text,
                    "interval": score.interval_text or "–",
                    "n": score.n,
                    "beside": f"{score.text} · n={score.n:,}",
                }
            )
    if any(row.partial for row in scores):
        remarks.append("~ part of the period")
    if any(row.small_n for row in scores):
        remarks.append(f"* fewer than {report.min_n} answers")
    y = alt.Y("bar:N", sort=order, title=None, axis=alt.Axis(ticks=False, domain=False, labelLimit=240))
    base = alt.Chart(alt.Data(values=data)).encode(y=y)
    bars = base.mark_bar(height=alt.RelativeBandSize(0.72)).encode(
        x=alt.X("share:Q", stack="zero", title="percent of answers", scale=alt.Scale(domain=[0, 100])),
        color=alt.Color(
            "words:N",
            sort=[words for *_, words in PARTS],
            scale=alt.Scale(domain=[words for *_, words in PARTS], range=[color for _, color, _ in PARTS]),
            legend=alt.Legend(title=None),
        ),
        order=alt.Order("place:Q"),
        tooltip=[
            alt.Tooltip("bar:N", title="bar"),
            alt.Tooltip("words:N", title="part"),
            alt.Tooltip("text:N", title="share"),
            alt.Tooltip("score:N", title="NPS"),
            alt.Tooltip("interval:N", title="interval"),
            alt.Tooltip("n:Q", title="n"),
        ],
    )
    inside = (
        base.transform_filter("datum.share >= 7")
        .mark_text(fontSize=11, align="center")
        .encode(
            x=alt.X("share:Q", stack="zero", bandPosition=0.5),
            order=alt.Order("place:Q"),
            detail="words:N",
            text=alt.Text("share:Q", format=".0f"),
            color=alt.condition("datum.place == 1", alt.value(INK), alt.value("white")),
        )
    )
    beside = (
        base.transform_filter("datum.place == 0")
        .mark_text(align="left", dx=6, fontSize=12, color=INK)
        .encode(x=alt.value(width), text="beside:N")
    )
    chart = alt.layer(bars, inside, beside).properties(width=width, height=height or max(70, 30 * len(order)))
    overall = report[kpi]
    lines = [f"Score all together {overall.text} ({overall.interval_text}), n={overall.n:,}", *subtitle(report, scores)]
    if remarks:
        lines.append(" · ".join(remarks))
    heading = f"{overall.name}, by {' and '.join(by)}" if by else overall.name
    return finished(chart, heading, lines)
