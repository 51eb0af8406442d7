"""Arrivals by weekday and hour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ..exceptions import ArgumentError
from ._data import OTHERS, TOP, of_slices, rows_of
from ._look import altair, finished, named, themed, tooltips
from ._trend import small_charts

if TYPE_CHECKING:
    from .. import Replay

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def arrivals(
    replay: Replay,
    *,
    by: str | None = None,
    tz: str | ZoneInfo | None = None,
    top: int = TOP,
    title: str | None = None,
    theme: str = "light",
    width: int = 560,
    height: int = 200,
) -> Any:
    """A heat map: tickets created in each hour of each weekday; by slice, a small map for each, the largest first."""
    alt, look = altair(), themed(theme)
    if top < 1:
        raise ArgumentError(f"top: {top} is less than 1")
    data = rows_of(replay.arrivals(by=by, tz=tz))
    if not data:
        raise ArgumentError("there is no ticket: there is no map to draw")
    total = sum(point["tickets"] for point in rows_of(replay.arrivals(tz=tz)))
    sums = _sums(data)
    every = sorted(sums, key=lambda name: -sums[name])
    remarks = []
    if len(every) > top + 1:
        # Each ticket is in one slice, unless the slices overlap as tags do.
        joined = sum(sums.values()) == total
        data = _joined(data, every[:top], joined)
        sums = _sums(data)
        rest = len(every) - top
        every = [*every[:top], OTHERS] if joined else every[:top]
        remarks = [f"{OTHERS}: the {rest} slices with fewer tickets" if joined else f"{rest} slices with fewer tickets are not shown"]
    several = len(every) > 1
    columns_of_maps = min(2, len(every))
    inner = width if not several else width // columns_of_maps - 20
    labels = named(every, [f"(n={sums[name]:,})" for name in every], most=max(20, int(inner / 7.4))) if several else every
    for point in data:
        name = point["slice"]
        point["share"] = 100.0 * point["tickets"] / sums[name] if sums[name] else 0.0
        point["panel"] = labels[every.index(name)]
    # Slices differ in size: the share of each slice's own tickets makes their patterns comparable.
    field, words = ("share", "percent of the slice's tickets") if several else ("tickets", "tickets created")
    shades = ["#F1F6FA", "#B5D4E9", "#0072B2", "#003F66"] if theme == "light" else [look.light, look.blue]
    chart = (
        alt.Chart(alt.Data(values=data))
        .mark_rect(stroke=look.background, strokeWidth=1)
        .encode(
            x=alt.X("hour:O", title="hour of the day", axis=alt.Axis(labelAngle=0, values=list(range(0, 24, 3 if several else 2)))),
            y=alt.Y("weekday:O", sort=list(DAYS), title=None, axis=alt.Axis(ticks=False, domain=False)),
            color=alt.Color(
                f"{field}:Q",
                scale=alt.Scale(range=shades, domainMin=0),
                legend=alt.Legend(title=words, orient="bottom", gradientLength=180, tickCount=4),
            ),
            tooltip=tooltips(
                ("slice:N", "slice"), ("weekday:N", "weekday"), ("hour:Q", "hour"), ("tickets:Q", "tickets"), ("share:Q", "percent", ".1f")
            ),
        )
        .properties(width=inner, height=height if not several else max(90, height // 2))
    )
    if several:
        chart = small_charts(chart, "panel", labels, columns_of_maps)
    zone = getattr(tz, "key", tz) or getattr(replay.as_of and replay.as_of.tzinfo, "key", "UTC")
    as_of = f" · as of {replay.as_of:%Y-%m-%d %H:%M}" if replay.as_of else ""
    lines = [f"{total:,} tickets by weekday and hour, {zone}{as_of}"]
    return finished(chart, look, of_slices("When tickets come in", by), lines, remarks, own=title, width=width)


def _sums(data: list[dict[str, Any]]) -> dict[str, int]:
    """The tickets of each slice."""
    sums: dict[str, int] = {}
    for point in data:
        sums[point["slice"]] = sums.get(point["slice"], 0) + point["tickets"]
    return sums


def _joined(data: list[dict[str, Any]], kept: list[str], joined: bool) -> list[dict[str, Any]]:
    """The counts of the kept slices and, where slices do not overlap, the sums of all others."""
    others: dict[tuple[str, int], dict[str, Any]] = {}
    for point in data:
        if joined and point["slice"] not in kept:
            cell = others.setdefault((point["weekday"], point["hour"]), point | {"slice": OTHERS, "tickets": 0})
            cell["tickets"] += point["tickets"]
    return [point for point in data if point["slice"] in kept] + list(others.values())
