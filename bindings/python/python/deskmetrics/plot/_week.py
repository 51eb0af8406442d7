"""Arrivals by weekday and hour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ..exceptions import ArgumentError
from ._data import of_slices, rows_of
from ._look import altair, finished, tooltips

if TYPE_CHECKING:
    from .. import Replay

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def arrivals(
    replay: Replay, *, by: str | None = None, tz: str | ZoneInfo | None = None, width: int = 560, height: int = 200
) -> Any:
    """A heat map: tickets created in each hour of each weekday; by slice, a small map for each."""
    alt = altair()
    data = rows_of(replay.arrivals(by=by, tz=tz))
    if not data:
        raise ArgumentError("there is no ticket: there is no map to draw")
    names = list(dict.fromkeys(point["slice"] for point in data))
    sums = {name: sum(point["tickets"] for point in data if point["slice"] == name) for name in names}
    for point in data:
        point["share"] = 100.0 * point["tickets"] / sums[point["slice"]] if sums[point["slice"]] else 0.0
        point["title"] = f"{point['slice']}  (n={sums[point['slice']]:,})"
    several = len(names) > 1
    columns_of_maps = min(2, len(names))
    inner = width if not several else width // columns_of_maps - 20
    # Slices differ in size: the share of each slice's own tickets makes their patterns comparable.
    field, title = ("share", "percent of the slice's tickets") if several else ("tickets", "tickets created")
    chart = (
        alt.Chart(alt.Data(values=data))
        .mark_rect(stroke="white", strokeWidth=1)
        .encode(
            x=alt.X("hour:O", title="hour of the day", axis=alt.Axis(labelAngle=0, values=list(range(0, 24, 3 if several else 2)))),
            y=alt.Y("weekday:O", sort=list(DAYS), title=None, axis=alt.Axis(ticks=False, domain=False)),
            color=alt.Color(
                f"{field}:Q",
                scale=alt.Scale(scheme="blues", domainMin=0),
                legend=alt.Legend(title=title, orient="bottom", gradientLength=180, tickCount=4),
            ),
            tooltip=tooltips(
                ("slice:N", "slice"), ("weekday:N", "weekday"), ("hour:Q", "hour"), ("tickets:Q", "tickets"), ("share:Q", "percent", ".1f")
            ),
        )
        .properties(width=inner, height=height if not several else max(90, height // 2))
    )
    if several:
        order = [f"{name}  (n={sums[name]:,})" for name in names]
        chart = chart.facet(facet=alt.Facet("title:N", sort=order, title=None), columns=columns_of_maps)
    zone = getattr(tz, "key", tz) or getattr(replay.as_of and replay.as_of.tzinfo, "key", "UTC")
    as_of = f" · as of {replay.as_of:%Y-%m-%d %H:%M}" if replay.as_of else ""
    subtitle = [f"{sum(sums.values()):,} tickets by weekday and hour, {zone}{as_of}"]
    return finished(chart, of_slices("When tickets come in", by), subtitle)
