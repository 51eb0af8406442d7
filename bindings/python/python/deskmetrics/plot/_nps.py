"""Promoters, passives and detractors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ._data import (
    POINTS,
    Point,
    Scaled,
    beyond,
    day,
    domain,
    found,
    label,
    largest,
    of_slices,
    periods_of,
    placed,
    points,
    subtitle,
)
from ._look import Look, altair, finished, height_of, legend, named, side_by_side, themed, tooltips
from ._trend import layers, ticked, time

if TYPE_CHECKING:
    from .. import Report

PARTS = (("detractors", "Detractors (0–6)"), ("passives", "Passives (7–8)"), ("promoters", "Promoters (9–10)"))


def nps(
    report: Report,
    kpi: str = "nps",
    *,
    option: str | None = None,
    by: Sequence[str] = (),
    top: int | None = None,
    title: str | None = None,
    theme: str = "light",
    width: int = 560,
    height: int | None = None,
    **_: Any,
) -> Any:
    """Stacked bars, one for each period, or for each slice, or a single one; the score is beside them.

    Many periods are stacked over time below a trend of the score.
    """
    alt, look = altair(), themed(theme)
    dated = report.period is not None and not by
    by = tuple(by) or (report.by[0] if report.by and not dated else ())
    report, order, notes = largest(report, by, top)
    scores = [row for row in found(report, kpi, measure="score", option=option, by=by, dated=dated) if label(row.keys) in order]
    if not dated:
        scores.sort(key=lambda row: order.index(label(row.keys)))
    scores = [row for row in scores if row.value is not None]
    names = [score.period or "" if dated else label(score.keys) or "all answers" for score in scores]
    # Marks for a part of a period and for few answers.
    names = named(names, [("~" if score.partial else "") + ("*" if score.small_n else "") for score in scores])
    data: list[Point] = []
    for place, (measure, words) in enumerate(PARTS):
        shares = {
            (label(row.keys), row.period): row
            for row in found(report, kpi, measure=measure, option=option, by=by, dated=dated)
        }
        for name, score in zip(names, scores, strict=True):
            share = shares[label(score.keys), score.period]
            data.append(
                {
                    "bar": name,
                    "start": day(score.period_start),
                    "end": day(score.period_end),
                    "words": words,
                    "place": place,
                    "share": share.value,
                    "text": share.text,
                    "score": score.text,
                    "interval": score.interval_text or "–",
                    "n": score.n,
                    "few": score.small_n,
                    "beside": f"{score.text} ({score.interval_text}) · n={score.n:,}" if score.interval else f"{score.text} · n={score.n:,}",
                }
            )
    overall = found(report, kpi, option=option)[0]
    interval = f" ({overall.interval_text})" if overall.interval else ""
    lines = [f"Score all together {overall.text}{interval}, n={overall.n:,}", *subtitle(report, scores)]
    own = of_slices(overall.name, by)
    base = alt.Chart(alt.Data(values=data))
    if dated and len(scores) > POINTS:
        scaled = Scaled(scores)
        line = points(report, scores, scaled)
        ends = domain(line, scaled)
        line = placed(line, ends)
        above = layers(report, look, line, scaled, ends, target=None, width=width, height=height or 180)
        bars = base.mark_bar(width=max(1.0, 0.85 * width / periods_of(line)))
        below = bars.encode(x=time(report, line, width), **_shares(look, width, "y"), fillOpacity=_strength())
        chart = alt.vconcat(above, below.properties(width=width, height=120), spacing=14).resolve_scale(x="shared", color="independent")
        remarks = [*ticked(report, line, scaled), *beyond(line), *([f"pale: fewer than {report.min_n} answers"] if any(row.small_n for row in scores) else [])]
        return finished(chart, look, own, lines, [*remarks, *notes], own=title, width=width)
    remarks = ["~ part of the period"] if any(row.partial for row in scores) else []
    remarks += [f"* and pale: fewer than {report.min_n} answers"] if any(row.small_n for row in scores) else []
    base = base.encode(y=side_by_side("bar", names))
    bars = base.mark_bar(height=alt.RelativeBandSize(0.72)).encode(**_shares(look, width, "x"), fillOpacity=_strength())
    inside = (
        base.transform_filter("datum.share >= 7")
        .mark_text(fontSize=11, align="center")
        .encode(
            x=alt.X("share:Q", stack="zero", bandPosition=0.5),
            order=alt.Order("place:Q"),
            detail="words:N",
            text=alt.Text("share:Q", format=".0f"),
            color=alt.when("datum.few")
            .then(alt.value(look.ink))
            .when("datum.place == 1")
            .then(alt.value(look.on_grey))
            .otherwise(alt.value("white")),
        )
    )
    beside = (
        base.transform_filter("datum.place == 0")
        .mark_text(align="left", dx=6, fontSize=12, color=look.ink)
        .encode(x=alt.value(width), text="beside:N")
    )
    chart = alt.layer(bars, inside, beside).properties(width=width, height=height or height_of(names, 30))
    return finished(chart, look, own, lines, [*remarks, *notes], own=title, width=width)


def _shares(look: Look, width: int, channel: str) -> dict[str, Any]:
    """The shares along an axis, ``"x"`` or ``"y"``, stacked in their colors."""
    alt = altair()
    words = [words for _, words in PARTS]
    colors = [look.red, look.grey, look.blue]
    return {
        channel: {"x": alt.X, "y": alt.Y}[channel]("share:Q", stack="zero", title="percent of answers", scale=alt.Scale(domain=[0, 100])),
        "color": alt.Color("words:N", sort=words, scale=alt.Scale(domain=words, range=colors), legend=legend(words, width, title=None)),
        "order": alt.Order("place:Q"),
        "tooltip": tooltips(
            ("bar:N", "bar"), ("words:N", "part"), ("text:N", "share"), ("score:N", "NPS"), ("interval:N", "interval"), ("n:Q", "n")
        ),
    }


def _strength() -> Any:
    """Bars of few answers are pale."""
    return altair().condition("datum.few", altair().value(0.4), altair().value(1.0))
