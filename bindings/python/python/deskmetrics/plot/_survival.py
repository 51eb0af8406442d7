"""Survival curve of the resolution time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..exceptions import ArgumentError
from ._data import TOP, of_slices, rows_of
from ._look import BREAK, altair, finished, legend, named, themed, tooltips
from ._trend import small_charts

if TYPE_CHECKING:
    from .. import Replay

UNITS = (("days", 86_400.0, 3 * 86_400.0), ("hours", 3_600.0, 3 * 3_600.0), ("minutes", 60.0, 0.0))

# So many steps look like a curve; more only make the chart heavy.
MOST = 400

BANDS = 3

# More curves than these cannot be distinguished.
CURVES = 8


def survival(
    replay: Replay,
    *,
    by: str | None = None,
    clock: str = "calendar",
    level: float = 0.95,
    most: float = 0.95,
    top: int = TOP,
    title: str | None = None,
    theme: str = "light",
    width: int = 560,
    height: int = 300,
) -> Any:
    """The share of tickets still open after a time, with its interval; a curve for each slice, the largest first.

    More than eight curves are drawn in a small chart each, beside the curve of all tickets. ``most`` cuts off the long tail: the axis ends where so large a share is solved.
    """
    alt, look = altair(), themed(theme)
    if top < 1:
        raise ArgumentError(f"top: {top} is less than 1")
    steps = rows_of(replay.survival(by=by, clock=clock, level=level))  # type: ignore[arg-type]
    if not steps:
        if clock == "business":
            raise ArgumentError("no ticket was solved in business time: there is no curve to draw; business time needs a schedule")
        raise ArgumentError("no ticket was solved: there is no curve to draw")
    watched = {name: 0 for name in (step["slice"] for step in steps)}
    for step in steps:
        watched[step["slice"]] = max(watched[step["slice"]], step["at_risk"])
    every = sorted(watched, key=lambda name: -watched[name])
    names = every if len(every) <= top + 1 else every[:top]
    folded = len(names) > CURVES
    last = max(_end([step for step in steps if step["slice"] == name], most) for name in names)
    # The length of a business day depends on the schedule, so hours are shown.
    units = [one for one in UNITS if clock != "business" or one[0] != "days"]
    unit, divisor = next((name, divisor) for name, divisor, least in units if last >= least)
    columns = 3 if folded else 1
    inner = width // columns - 20 if folded else width
    counts = [f"(n={watched[name]:,})" for name in names]
    longest = max(16, int(inner / 7.4)) if folded else 34
    labels = named(names, counts, most=longest, lines=2 if folded else 1) if by else [""]
    if not folded:  # labels of a legend have one line
        labels = [one.replace(BREAK, "  ") for one in labels]
    data: list[dict[str, Any]] = []
    medians: list[dict[str, Any]] = []
    for name, shown in zip(names, labels, strict=True):
        own = [step for step in steps if step["slice"] == name]
        data += _curve(own, last, divisor, {"slice": shown, "whole": False})
        half = next((step["seconds"] for step in own if step["open_percent"] <= 50.0), None)
        if half is not None and half <= last:
            medians.append({"slice": shown, "at": half / divisor, "open": 50.0, "text": f"{half / divisor:.1f} {unit}"})
    if folded:
        together = rows_of(replay.survival(clock=clock, level=level))  # type: ignore[arg-type]
        for shown in labels:
            data += _curve(together, last, divisor, {"slice": shown, "whole": True})
    color: Any = alt.value(look.blue)
    if len(labels) > 1 and not folded:
        colors = list(look.slices[: len(labels)])
        color = alt.Color(
            "slice:N", sort=labels, scale=alt.Scale(domain=labels, range=colors), legend=legend(labels, width, symbolOpacity=1)
        )
    axis_unit = f"business {unit}" if clock == "business" else unit
    x = alt.X("at:Q", title=f"{axis_unit} since creation" if folded else f"{axis_unit} since the ticket was created", scale=alt.Scale(nice=False, domain=[0, last / divisor]), axis=alt.Axis(tickCount=4 if folded else 10))
    y: dict[str, Any] = {"title": "percent still open", "scale": alt.Scale(domain=[0, 100])}
    # Curves and medians share their data, because small charts are made of one table.
    table = alt.Data(values=[*data, *(one | {"median": True, "whole": False} for one in medians)])
    base = alt.Chart(table).encode(x=x)
    curves = base.transform_filter("!datum.whole && !datum.median")
    tooltip = tooltips(
        ("slice:N", "slice"), ("at:Q", axis_unit, ".1f"), ("open:Q", "percent open", ".1f"), ("at_risk:Q", "still watched")
    )
    at = alt.Y("open:Q", **y)
    # More bands than these hide each other.
    banded = folded or len(labels) <= BANDS
    parts = []
    if folded:
        parts.append(base.transform_filter("datum.whole").mark_line(interpolate="step-after", color=look.grey, strokeWidth=1.2, clip=True).encode(y=at))
    if banded:
        band = curves.mark_area(interpolate="step-after", opacity=0.13, clip=True)
        parts.append(band.encode(y=alt.Y("lower:Q", **y), y2="upper:Q", color=color))
    parts.append(curves.mark_line(interpolate="step-after", strokeWidth=2, clip=True).encode(y=at, color=color, tooltip=tooltip))
    if medians:
        half = base.transform_filter("datum.at === 0 && !datum.whole").mark_rule(color=look.grey, strokeDash=[4, 3])
        parts.insert(0, half.encode(x=alt.value(0), x2=alt.value("width"), y=alt.datum(50.0)))
        marks = base.transform_filter("datum.median")
        parts.append(marks.mark_point(filled=True, size=60, opacity=1).encode(y=at, color=color))
        if len(medians) == 1:
            parts.append(marks.mark_text(align="left", dx=8, dy=-8, color=look.soft, fontSize=11).encode(y=at, text="text:N"))
    chart = alt.layer(*parts).properties(width=inner, height=max(110, height // 2) if folded else height)
    if folded:
        chart = small_charts(chart, "slice", labels, columns)
    interval = f"{level * 100:.4g} % interval at each point · " if banded else ""
    lines = [
        f"{interval}as of {replay.as_of:%Y-%m-%d %H:%M}",
        "tickets still open count for as long as they were watched · dot: half of the tickets are solved",
    ]
    remarks = [f"more than {CURVES} curves: one chart each", "grey: all tickets"] if folded else []
    if len(names) < len(every):
        remarks.append(f"{len(every) - len(names)} slices with fewer tickets are not shown")
    return finished(chart, look, of_slices("Time until tickets are solved", by), lines, remarks, own=title, width=width)


def _curve(steps: list[dict[str, Any]], last: float, divisor: float, more: dict[str, Any]) -> list[dict[str, Any]]:
    """The points of a curve up to the end of the axis."""
    data = [more | {"at": 0.0, "open": 100.0, "lower": 100.0, "upper": 100.0, "at_risk": steps[0]["at_risk"]}]
    kept = [step for step in steps if step["seconds"] <= last]
    every = max(1, len(kept) // MOST)
    data += [
        more
        | {
            "at": step["seconds"] / divisor,
            "open": step["open_percent"],
            "lower": step["lower"],
            "upper": step["upper"],
            "at_risk": step["at_risk"],
        }
        for place, step in enumerate(kept)
        if place % every == 0 or place == len(kept) - 1
    ]
    if len(kept) < len(steps):
        data.append(data[-1] | {"at": last / divisor})  # more is solved beyond the chart
    return data


def _end(steps: list[dict[str, Any]], most: float) -> float:
    """Where so large a share is solved, or the last step."""
    rest = 100.0 * (1.0 - most)
    found = next((step["seconds"] for step in steps if step["open_percent"] <= rest), steps[-1]["seconds"])
    return float(found)
