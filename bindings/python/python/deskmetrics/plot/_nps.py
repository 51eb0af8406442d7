"""Promoters, passives and detractors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ._data import Point, found, label, of_slices, subtitle
from ._look import BLUE, GREY, INK, RED, altair, finished, side_by_side, tooltips

if TYPE_CHECKING:
    from .. import Report, ReportRow

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
    """Stacked bars, one for each period, or for each slice, or a single one; the score is beside them."""
    alt = altair()
    dated = report.period is not None and not by
    by = tuple(by) or (report.by[0] if report.by and not dated else ())
    scores = found(report, kpi, measure="score", option=option, by=by, dated=dated)
    data: list[Point] = []
    for place, (measure, _color, words) in enumerate(PARTS):
        rows = found(report, kpi, measure=measure, option=option, by=by, dated=dated)
        data += [
            {
                "bar": _bar(score, dated),
                "words": words,
                "place": place,
                "share": row.value,
                "text": row.text,
                "score": score.text,
                "interval": score.interval_text or "–",
                "n": score.n,
                "beside": f"{score.text} · n={score.n:,}",
            }
            for row, score in zip(rows, scores, strict=True)
            if score.value is not None
        ]
    order = list(dict.fromkeys(point["bar"] for point in data))
    remarks = ["~ part of the period"] if any(row.partial for row in scores) else []
    remarks += [f"* fewer than {report.min_n} answers"] if any(row.small_n for row in scores) else []
    base = alt.Chart(alt.Data(values=data)).encode(y=side_by_side("bar", order))
    bars = base.mark_bar(height=alt.RelativeBandSize(0.72)).encode(
        x=alt.X("share:Q", stack="zero", title="percent of answers", scale=alt.Scale(domain=[0, 100])),
        color=alt.Color(
            "words:N",
            sort=[words for *_, words in PARTS],
            scale=alt.Scale(domain=[words for *_, words in PARTS], range=[color for _, color, _ in PARTS]),
            legend=alt.Legend(title=None),
        ),
        order=alt.Order("place:Q"),
        tooltip=tooltips(
            ("bar:N", "bar"), ("words:N", "part"), ("text:N", "share"), ("score:N", "NPS"), ("interval:N", "interval"), ("n:Q", "n")
        ),
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
    return finished(chart, of_slices(overall.name, by), lines, remarks)


def _bar(score: ReportRow, dated: bool) -> str:
    """The name of a bar, with marks for part of a period and for few answers."""
    name = score.period if dated else label(score.keys) or "all answers"
    return f"{name} {'~' if score.partial else ''}{'*' if score.small_n else ''}".rstrip()
