"""Style of charts: accessible colors, axes, sizes."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import Any

from .._frames import needed

# Okabe and Ito's palette, which is distinguishable with any color vision.
BLUE = "#0072B2"
ORANGE = "#E69F00"
GREEN = "#009E73"
RED = "#D55E00"
SLICES = [BLUE, RED, GREEN, "#CC79A7", ORANGE, "#56B4E9", "#000000", "#8C8C8C"]
# From young to old; the oldest of all is red.
AGES = ["#E3EFF7", "#BCD9EC", "#86BADB", "#4596C6", "#0072B2", "#004B75"]
GREY = "#B8BCC2"
LIGHT = "#E8EAED"
SOFT = "#6B7280"
INK = "#1F2933"

FONT = "Helvetica Neue, Helvetica, Arial, sans-serif"


def altair() -> ModuleType:
    """Altair, which only charts need."""
    return needed("altair", "plot", "deskmetrics[plot]")


def tooltips(*fields: tuple[str, ...]) -> list[Any]:
    """Tooltips of a mark: fields with titles and, optionally, formats."""
    alt = altair()
    return [alt.Tooltip(field, title=title, format=form[0] if form else alt.Undefined) for field, title, *form in fields]


def side_by_side(field: str, names: list[str]) -> Any:
    """The vertical axis of named bars or dots."""
    alt = altair()
    return alt.Y(f"{field}:N", sort=names, title=None, axis=alt.Axis(ticks=False, domain=False, labelLimit=240))


def _harmless(part: Any) -> Any:
    """The part of a chart, with no text that ends or comments out the script that a page has it in: Altair escapes none."""
    if isinstance(part, str):
        return part.replace("</", "<\u2060/").replace("<!--", "<\u2060!--")  # a word joiner has no width
    if isinstance(part, dict):
        return {key: _harmless(inner) for key, inner in part.items()}
    if isinstance(part, (list, tuple)):
        return [_harmless(inner) for inner in part]
    if isinstance(part, altair().SchemaBase):
        for key, inner in part._kwds.items():
            part._kwds[key] = _harmless(inner)
    return part


def finished(chart: Any, title: str, subtitle: list[str], remarks: Sequence[str] = ()) -> Any:
    """The chart with its title and the common look; remarks are a last line of the subtitle."""
    alt = altair()
    subtitle = [*subtitle, " · ".join(remarks)] if remarks else subtitle
    return _harmless(
        chart.properties(
            title=alt.TitleParams(title, subtitle=subtitle, anchor="start", frame="group", offset=12),
            background="white",
            padding={"left": 8, "right": 16, "top": 8, "bottom": 8},
        )
        .configure(font=FONT)
        .configure_title(fontSize=15, fontWeight=600, color=INK, subtitleFontSize=12, subtitleColor=SOFT, subtitlePadding=4)
        .configure_axis(
            labelColor=SOFT,
            titleColor=SOFT,
            titleFontWeight="normal",
            labelFontSize=11,
            titleFontSize=11,
            gridColor=LIGHT,
            domainColor=GREY,
            tickColor=GREY,
        )
        .configure_axisX(grid=False)
        .configure_view(stroke=None)
        .configure_legend(
            labelColor=SOFT, titleColor=SOFT, titleFontWeight="normal", labelFontSize=11, orient="bottom", title=None
        )
        .configure_header(labelColor=INK, labelFontSize=12, labelFontWeight=600, labelAnchor="start", title=None)
    )
