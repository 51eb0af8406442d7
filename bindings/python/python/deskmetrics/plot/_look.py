"""Style of charts: themes, accessible colors, wrapped texts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from textwrap import wrap
from types import ModuleType
from typing import Any

from .._frames import needed
from ..exceptions import ArgumentError


@dataclass(frozen=True, slots=True)
class Look:
    """The colors of a theme.

    Slices have Okabe and Ito's palette, which is distinguishable with any color vision.
    """

    background: str
    #: The fill of hollow marks.
    paper: str
    ink: str
    soft: str
    grey: str
    #: Texts on grey marks.
    on_grey: str
    light: str
    blue: str
    #: Marks with few records.
    pale: str
    orange: str
    green: str
    red: str
    slices: tuple[str, ...]
    #: Bands of age from young to old; the oldest of all is red.
    ages: tuple[str, ...]


_OKABE_ITO = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#8C8C8C")

LIGHT = Look(
    background="white",
    paper="white",
    ink="#1F2933",
    soft="#6B7280",
    grey="#B8BCC2",
    on_grey="#1F2933",
    light="#E8EAED",
    blue="#0072B2",
    pale="#BCD9EC",
    orange="#E69F00",
    green="#009E73",
    red="#D55E00",
    slices=_OKABE_ITO,
    ages=("#E3EFF7", "#BCD9EC", "#86BADB", "#4596C6", "#0072B2", "#004B75"),
)

DARK = Look(
    background="#16191D",
    paper="#16191D",
    ink="#E8EAED",
    soft="#A3AAB4",
    grey="#6B7280",
    on_grey="white",
    light="#2C3138",
    blue="#56B4E9",
    pale="#23465C",
    orange="#E69F00",
    green="#2FBF95",
    red="#F07F3C",
    slices=("#56B4E9", "#F07F3C", "#2FBF95", "#CC79A7", "#E69F00", "#3A86C8", "#F2F2F2", "#9AA0A6"),
    ages=("#12344A", "#1D5478", "#2B77A8", "#4F9CCB", "#8CC3E6", "#CFE6F5"),
)

# For pages of any color: marks and texts of medium lightness, hollow marks that show what is behind them.
TRANSPARENT = Look(
    background="transparent",
    paper="transparent",
    ink="#767D86",
    soft="#808790",
    grey="#9AA0A8",
    on_grey="#1F2933",
    light="#80808040",
    blue="#2E86C1",
    pale="#2E86C155",
    orange="#D18F00",
    green="#12A67C",
    red="#DB6B1F",
    slices=("#2E86C1", "#DB6B1F", "#12A67C", "#CC79A7", "#D18F00", "#56B4E9", "#767D86", "#9C6ADE"),
    ages=LIGHT.ages,
)

THEMES = {"light": LIGHT, "dark": DARK, "transparent": TRANSPARENT}

FONT = "Helvetica Neue, Helvetica, Arial, sans-serif"

# The width of a letter of 12 pixels, on average.
LETTER = 6.4


def themed(theme: str) -> Look:
    """The colors of a theme."""
    if theme not in THEMES:
        raise ArgumentError(f'there is no theme "{theme}"; there are {", ".join(THEMES)}')
    return THEMES[theme]


def altair() -> ModuleType:
    """Altair, which only charts need."""
    return needed("altair", "plot", "deskmetrics[plot]")


def tooltips(*fields: tuple[str, ...]) -> list[Any]:
    """Tooltips of a mark: fields with titles and, optionally, formats."""
    alt = altair()
    return [alt.Tooltip(field, title=title, format=form[0] if form else alt.Undefined) for field, title, *form in fields]


# Labels of several lines have this between them.
BREAK = "\n"
LINES = f"split(datum.label, {BREAK!r})"


def named(names: Sequence[str], suffixes: Sequence[str] | None = None, *, most: int = 30, lines: int = 2) -> list[str]:
    """Labels of names: wrapped, shortened where they are very long, each with its suffix whole, and no two alike."""
    labels: list[str] = []
    for name, suffix in zip(names, suffixes or [""] * len(names), strict=True):
        wrapped = wrap(" ".join(name.split()), most) or [""]
        if len(wrapped) > lines:
            wrapped = [*wrapped[: lines - 1], f"{wrapped[lines - 1][: most - 1].rstrip()}…"]
        if suffix and len(wrapped[-1]) + 2 + len(suffix) <= most:
            wrapped[-1] += f"  {suffix}"
        elif suffix:
            wrapped.append(suffix)
        one = BREAK.join(wrapped)
        while one in labels:  # names that are alike where they are shortened
            one = one.replace("…", "……") if one.endswith("…") else f"{one}\u200b"
        labels.append(one)
    return labels


def side_by_side(field: str, names: list[str]) -> Any:
    """The vertical axis of named bars or dots."""
    alt = altair()
    axis = alt.Axis(ticks=False, domain=False, grid=False, labelLimit=0, labelExpr=LINES, labelPadding=6)
    return alt.Y(f"{field}:N", sort=names, scale=alt.Scale(domain=names), title=None, axis=axis)


def height_of(names: Sequence[str], line: int = 26) -> int:
    """The height of named bars or dots: enough for the label with the most lines."""
    most = max((name.count(BREAK) for name in names), default=0)
    return max(70, (line + 12 * most) * len(names))


def legend(labels: Sequence[str], width: int, **options: Any) -> Any:
    """A legend in as many columns as there is room for, with whole labels."""
    longest = max((len(label) for label in labels), default=1)
    columns = max(1, int(width / (longest * LETTER + 34)))
    return altair().Legend(columns=min(columns, max(1, len(labels))), labelLimit=0, **options)


def titled(text: str, width: int, size: float = 15.0) -> str | list[str]:
    """A title, in lines that fit where it is long."""
    lines = wrap(text, max(20, int(width / (size * 0.56))))
    return lines if len(lines) > 1 else text


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


def finished(
    chart: Any, look: Look, title: str, subtitle: Iterable[str], remarks: Sequence[str] = (), *, own: str | None, width: int
) -> Any:
    """The chart with its title, or the reader's own, and the common look; remarks follow the subtitle."""
    alt = altair()
    texts = [*subtitle, " · ".join(remarks)] if remarks else [*subtitle]
    lines = [line for text in texts for line in wrap(text, max(40, int(width / 5.6)))]
    return _harmless(
        chart.properties(
            title=alt.TitleParams(
                titled(title if own is None else own, width), subtitle=lines, anchor="start", frame="group", offset=14
            ),
            background=look.background,
            padding={"left": 8, "right": 16, "top": 8, "bottom": 8},
        )
        .configure(font=FONT)
        .configure_title(
            fontSize=15, fontWeight=600, color=look.ink, subtitleFontSize=12, subtitleColor=look.soft, subtitlePadding=4
        )
        .configure_axis(
            labelColor=look.soft,
            titleColor=look.soft,
            titleFontWeight="normal",
            labelFontSize=11,
            titleFontSize=11,
            gridColor=look.light,
            domainColor=look.grey,
            tickColor=look.grey,
        )
        .configure_axisX(grid=False)
        .configure_view(stroke=None)
        .configure_legend(
            labelColor=look.soft, titleColor=look.soft, titleFontWeight="normal", labelFontSize=11, orient="bottom", title=None
        )
        .configure_header(
            labelColor=look.ink, labelFontSize=12, labelFontWeight=600, labelAnchor="start", labelLimit=0, title=None
        )
    )
