"""Survival curve of the resolution time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..exceptions import ArgumentError
from ._data import of_slices, rows_of
from ._look import BLUE, GREY, SLICES, SOFT, altair, finished, tooltips

if TYPE_CHECKING:
    from .. import Replay

UNITS = (("days", 86_400.0, 3 * 86_400.0), ("hours", 3_600.0, 3 * 3_600.0), ("minutes", 60.0, 0.0))

# So many steps look like a curve; more only make the chart heavy.
MOST = 400

BANDS = 3


def survival(
    replay: Replay,
    *,
    by: str | None = None,
    clock: str = "calendar",
    level: float = 0.95,
    most: float = 0.95,
    width: int = 560,
    height: int = 300,
) -> Any:
    """The share of tickets still open after a time, with its interval; a curve for each slice.

    ``most`` cuts off the long tail: the axis ends where so large a share is solved.
    """
    alt = altair()
    steps = rows_of(replay.survival(by=by, clock=clock, level=level))  # type: ignore[arg-type]
    if not steps:
        if clock == "business":
            raise ArgumentError("no ticket was solved in business time: there is no curve to draw; business time needs a schedule")
        raise ArgumentError("no ticket was solved: there is no curve to draw")
    names = list(dict.fromkeys(step["slice"] for step in steps))
    last = max(_end([step for step in steps if step["slice"] == name], most) for name in names)
    # The length of a business day depends on the schedule, so hours are shown.
    units = [one for one in UNITS if clock != "business" or one[0] != "days"]
    unit, divisor = next((name, divisor) for name, divisor, least in units if last >= least)
    data: list[dict[str, Any]] = []
    medians: list[dict[str, Any]] = []
    for name in names:
        own = [step for step in steps if step["slice"] == name]
        at_risk = own[0]["at_risk"]
        shown = f"{name}  (n={at_risk:,})" if name else ""
        data.append({"slice": shown, "at": 0.0, "open": 100.0, "lower": 100.0, "upper": 100.0, "at_risk": at_risk})
        kept = [step for step in own if step["seconds"] <= last]
        every = max(1, len(kept) // MOST)
        data += [
            {
                "slice": shown,
                "at": step["seconds"] / divisor,
                "open": step["open_percent"],
                "lower": step["lower"],
                "upper": step["upper"],
                "at_risk": step["at_risk"],
            }
            for place, step in enumerate(kept)
            if place % every == 0 or place == len(kept) - 1
        ]
        if len(kept) < len(own):
            data.append(data[-1] | {"at": last / divisor})  # more is solved beyond the chart
        half = next((step["seconds"] for step in own if step["open_percent"] <= 50.0), None)
        if half is not None and half <= last:
            medians.append({"slice": shown, "at": half / divisor, "open": 50.0, "text": f"{half / divisor:.1f} {unit}"})
    shown_names = list(dict.fromkeys(point["slice"] for point in data))
    color: Any = (
        alt.Color("slice:N", sort=shown_names, scale=alt.Scale(domain=shown_names, range=SLICES), legend=alt.Legend(symbolOpacity=1))
        if len(shown_names) > 1
        else alt.value(BLUE)
    )
    axis_unit = f"business {unit}" if clock == "business" else unit
    x = alt.X("at:Q", title=f"{axis_unit} since the ticket was created", scale=alt.Scale(nice=False, domain=[0, last / divisor]))
    y: dict[str, Any] = {"title": "percent still open", "scale": alt.Scale(domain=[0, 100])}
    base = alt.Chart(alt.Data(values=data)).encode(x=x)
    tooltip = tooltips(
        ("slice:N", "slice"), ("at:Q", axis_unit, ".1f"), ("open:Q", "percent open", ".1f"), ("at_risk:Q", "still watched")
    )
    band = base.mark_area(interpolate="step-after", opacity=0.13, clip=True).encode(
        y=alt.Y("lower:Q", **y), y2="upper:Q", color=color
    )
    line = base.mark_line(interpolate="step-after", strokeWidth=2, clip=True).encode(
        y=alt.Y("open:Q", **y), color=color, tooltip=tooltip
    )
    # More bands than these hide each other.
    banded = len(shown_names) <= BANDS
    parts = [band, line] if banded else [line]
    if medians:
        half = alt.Chart(alt.Data(values=[{"open": 50.0}]))
        parts.insert(0, half.mark_rule(color=GREY, strokeDash=[4, 3]).encode(y=alt.Y("open:Q", **y)))
        marks = alt.Chart(alt.Data(values=medians)).encode(x=x, y=alt.Y("open:Q", **y))
        parts.append(marks.mark_point(filled=True, size=60, opacity=1).encode(color=color))
        if len(medians) == 1:
            parts.append(marks.mark_text(align="left", dx=8, dy=-8, color=SOFT, fontSize=11).encode(text="text:N"))
    chart = alt.layer(*parts).properties(width=width, height=height)
    interval = f"{level * 100:.4g} % interval at each point · " if banded else ""
    subtitle = [
        f"{interval}as of {replay.as_of:%Y-%m-%d %H:%M}",
        "tickets still open count for as long as they were watched · dot: half of the tickets are solved",
    ]
    return finished(chart, of_slices("Time until tickets are solved", by), subtitle)


def _end(steps: list[dict[str, Any]], most: float) -> float:
    """Where so large a share is solved, or the last step."""
    rest = 100.0 * (1.0 - most)
    found = next((step["seconds"] for step in steps if step["open_percent"] <= rest), steps[-1]["seconds"])
    return float(found)
