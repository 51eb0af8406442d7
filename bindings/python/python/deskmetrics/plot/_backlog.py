"""Open tickets over time and how old they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..exceptions import ArgumentError
from ._data import COMPLETE, PARTIAL, Point, Scaled, day, found, point, points, subtitle
from ._look import AGES, BLUE, ORANGE, RED, SOFT, altair, finished, tooltips
from ._trend import axis, time, tooltip

if TYPE_CHECKING:
    from .. import Report, ReportRow

MEASURES = (("median", BLUE), ("p90", ORANGE))


def backlog(
    report: Report, kpi: str = "backlog", *, clock: str | None = None, width: int = 560, height: int = 220
) -> Any:
    """The open tickets at the end of each period, stacked by age where the report has ``backlog_age`` in bands.

    Ask for ``{"kpi": "backlog_age", "bands": ["1d", "3d", "7d"]}`` beside ``"backlog"``. Where the report has the ages
    themselves, their median and 90th percentile are drawn below.
    """
    alt = altair()
    bands = _bands(report, clock)
    if "backlog" in report:
        kpi = "backlog"
    elif not bands:
        raise ArgumentError('there is no backlog to draw: request the report with "backlog", or with "backlog_age" in bands')
    data = _totals(report, bands) if kpi == "backlog_age" else _counted(report, kpi)
    ages = _ages(report, clock)
    unit = Scaled(ages)
    old = points(report, ages, unit)
    stacked = _stacked(bands)
    x = time(report, [*data, *old], width)
    y = alt.Y("value:Q", **(axis(Scaled([])) | {"title": "open tickets at the period's end"}))
    base = alt.Chart(alt.Data(values=data)).encode(x=x)
    if bands:
        names = list(dict.fromkeys(one["age"] for one in stacked))
        layers = [_stack(stacked, names, x), base.mark_line(color=SOFT, strokeWidth=1.2).encode(y=y)]
    else:
        layers = [base.mark_area(color=BLUE, opacity=0.22, line={"color": BLUE, "strokeWidth": 2}).encode(y=y)]
    ink = SOFT if bands else BLUE
    dots = base.mark_point(filled=True, size=40, opacity=1).encode(
        y=y,
        fill=alt.condition("datum.partial", alt.value("white"), alt.value(ink)),
        stroke=alt.value(ink),
        tooltip=tooltip(),
    )
    chart = alt.layer(*layers, dots).properties(width=width, height=height)
    if ages:
        shown = [name for name, _ in MEASURES if any(one["measure"] == name for one in old)]
        colors = [color for name, color in MEASURES if name in shown]
        lines = alt.Chart(alt.Data(values=old)).encode(
            x=x,
            y=alt.Y("value:Q", **(axis(unit) | {"title": f"age in {unit.name}"})),
            color=alt.Color("measure:N", scale=alt.Scale(domain=shown, range=colors)),
        )
        below = alt.layer(
            lines.mark_line(strokeWidth=2), lines.mark_point(filled=True, size=36, opacity=1).encode(tooltip=tooltip())
        ).properties(width=width, height=max(90, height // 2))
        chart = alt.vconcat(chart, below, spacing=14).resolve_scale(x="shared", color="independent")
    return finished(chart, "Backlog by age" if bands else "Backlog", _lines(report, kpi, bands, data))


def is_banded(report: Report) -> bool:
    """Whether the report has the ages of the open tickets in bands, by period."""
    return bool(_bands(report, None))


def _rows(report: Report, clock: str | None) -> list[ReportRow]:
    """The ages of all open tickets by period, in the first clock that is reported for them."""
    rows = [row for row in report.rows if row.kpi == "backlog_age" and not row.keys and row.period_start is not None]
    return [row for row in rows if row.clock == clock] if clock else rows


def _bands(report: Report, clock: str | None) -> list[ReportRow]:
    """The rows of one request in bands, youngest first; none where no band has a ticket, as on a clock that is not known."""
    rows = [row for row in _rows(report, clock) if row.unit == "percent" and (row.option or "").endswith("in bands")]
    rows = [row for row in rows if row.clock == rows[0].clock]
    return rows if any(row.n for row in rows) else []


def _ages(report: Report, clock: str | None) -> list[ReportRow]:
    """The ages themselves, where the report has them."""
    rows = [row for row in _rows(report, clock) if row.unit == "seconds" and row.option is None]
    rows = [row for row in rows if row.clock == rows[0].clock]
    return [row for name, _ in MEASURES for row in rows if row.measure == name]


def _counted(report: Report, kpi: str) -> list[Point]:
    rows = found(report, kpi, dated=True)
    return points(report, rows, Scaled(rows))


def _stacked(bands: Sequence[ReportRow]) -> list[Point]:
    """The tickets in each band: the share of a band is one of whole tickets."""
    names = list(dict.fromkeys(row.measure for row in bands))
    return [
        {
            "start": day(row.period_start),
            "period": row.period,
            "age": row.measure,
            "place": names.index(row.measure),
            "tickets": round((row.value or 0.0) / 100.0 * row.n),
            "share": row.text,
            "n": row.n,
        }
        for row in bands
    ]


def _totals(report: Report, bands: Sequence[ReportRow]) -> list[Point]:
    """The open tickets of each period, from the bands alone."""
    own = {"interval": "–", "change": "–"}
    return [
        point(report, row, Scaled([])) | own | {"value": row.n, "text": f"{row.n:,}", "state": PARTIAL if row.partial else COMPLETE}
        for row in bands
        if row.measure == bands[0].measure
    ]


def _stack(stacked: list[Point], names: list[str], x: Any) -> Any:
    """The bands on top of each other: the oldest at the bottom, where growth is plain to see."""
    alt = altair()
    young = AGES[-(len(names) - 1) :] if len(names) <= len(AGES) + 1 else [*AGES, *AGES[-1:] * (len(names) - 1 - len(AGES))]
    return (
        alt.Chart(alt.Data(values=stacked))
        .mark_area(opacity=0.9, stroke="white", strokeWidth=0.6)
        .encode(
            x=x,
            y=alt.Y("tickets:Q", stack="zero", title="open tickets at the period's end"),
            color=alt.Color("age:N", scale=alt.Scale(domain=names, range=[*young, RED]), legend=alt.Legend(symbolOpacity=1)),
            order=alt.Order("place:Q", sort="descending"),
            tooltip=tooltips(
                ("period:N", "period"), ("age:N", "open for"), ("tickets:Q", "tickets", ","), ("share:N", "of the open ones"), ("n:Q", "open", ",")
            ),
        )
    )


def _lines(report: Report, kpi: str, bands: Sequence[ReportRow], data: Sequence[Point]) -> list[str]:
    """What else a reader must know."""
    now = report["backlog"].text if kpi == "backlog" else f"{report['backlog_age'].n:,}"
    oldest = ""
    if bands:
        last = bands[-1].measure
        at_end = [
            row
            for row in report.rows
            if row.kpi == "backlog_age" and not row.keys and row.period is None and row.option == bands[0].option
            and row.measure == last and row.clock == bands[0].clock
        ]
        # "over 7d" reads on by itself.
        oldest = "".join(f", {round((row.value or 0.0) / 100.0 * row.n):,} of them {last}" for row in at_end)
    lines = [f"{now} open as of the cut-off{oldest}", *subtitle(report, report.rows, interval=False)]
    if any(one["partial"] for one in data):
        lines.append("hollow: the period is not over")
    return lines
