"""Open tickets over time and how old they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..exceptions import ArgumentError
from ._data import COMPLETE, PARTIAL, POINTS, Point, Scaled, day, domain, found, periods_of, point, points, subtitle
from ._look import Look, altair, finished, legend, themed, tooltips
from ._trend import axis, time, tooltip

if TYPE_CHECKING:
    from .. import Report, ReportRow

MEASURES = ("median", "p90")


def backlog(
    report: Report,
    kpi: str = "backlog",
    *,
    clock: str | None = None,
    title: str | None = None,
    theme: str = "light",
    width: int = 560,
    height: int = 220,
) -> Any:
    """The open tickets at the end of each period, stacked by age where the report has ``backlog_age`` in bands.

    Ask for ``{"kpi": "backlog_age", "bands": ["1d", "3d", "7d"]}`` beside ``"backlog"``. Where the report has the ages
    themselves, their median and 90th percentile are drawn below.
    """
    alt, look = altair(), themed(theme)
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
    # The backlog as of the cut-off is a whole number of tickets, whatever its period: it counts for the axis.
    ends = domain([one | {"partial": False} for one in data], Scaled([]))
    y = alt.Y("value:Q", **(axis(Scaled([]), ends) | {"title": "open tickets at the period's end"}))
    base = alt.Chart(alt.Data(values=data)).encode(x=x)
    pointed = periods_of(data) <= POINTS
    if bands:
        names = list(dict.fromkeys(one["age"] for one in stacked))
        layers = [_stack(look, stacked, names, x, width), base.mark_line(color=look.soft, strokeWidth=1.2).encode(y=y)]
    else:
        layers = [base.mark_area(color=look.blue, opacity=0.22, line={"color": look.blue, "strokeWidth": 2}).encode(y=y)]
    ink = look.soft if bands else look.blue
    dots = base.mark_point(filled=True, size=40, opacity=1 if pointed else 0).encode(
        y=y,
        fill=alt.condition("datum.partial", alt.value(look.paper), alt.value(ink)),
        stroke=alt.value(ink),
        tooltip=tooltip(),
    )
    chart = alt.layer(*layers, dots).properties(width=width, height=height)
    few_ages = any(one["few"] for one in old)
    if ages:
        shown = [name for name in MEASURES if any(one["measure"] == name for one in old)]
        colors = [color for name, color in zip(MEASURES, (look.blue, look.orange), strict=True) if name in shown]
        lines = alt.Chart(alt.Data(values=old)).encode(
            x=x,
            y=alt.Y("value:Q", **(axis(unit, domain([one | {"partial": False} for one in old], unit)) | {"title": f"age in {unit.name}"})),
            color=alt.Color("measure:N", scale=alt.Scale(domain=shown, range=colors), legend=legend(shown, width)),
        )
        marks = lines.mark_point(filled=True, size=36, opacity=1 if pointed else 0)
        marked = marks.encode(tooltip=tooltip(), fillOpacity=alt.condition("datum.few", alt.value(0.25), alt.value(1.0)))
        parts = [lines.mark_line(strokeWidth=2), marked]
        if few_ages and not pointed:
            rug = lines.transform_filter("datum.few").mark_rule(size=1.5, color=look.orange)
            below_height = max(90, height // 2)
            parts.append(rug.encode(y=alt.value(below_height), y2=alt.value(below_height - 7), color=alt.value(look.orange)))
        below = alt.layer(*parts).properties(width=width, height=max(90, height // 2))
        chart = alt.vconcat(chart, below, spacing=14).resolve_scale(x="shared", color="independent")
    remarks = ["hollow: the period is not over"] if pointed and any(one["partial"] for one in data) else []
    if few_ages:
        remarks.append(f"{'pale' if pointed else 'ticks along the axis'}: fewer than {report.min_n} tickets")
    own = "Backlog by age" if bands else "Backlog"
    return finished(chart, look, own, _lines(report, kpi, bands), remarks, own=title, width=width)


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
    return [row for name in MEASURES for row in rows if row.measure == name]


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


def _stack(look: Look, stacked: list[Point], names: list[str], x: Any, width: int) -> Any:
    """The bands on top of each other: the oldest at the bottom, where growth is plain to see."""
    alt = altair()
    ages, older = look.ages, len(names) - 1
    young = ages[-older:] if older <= len(ages) else [*ages, *ages[-1:] * (older - len(ages))]
    return (
        alt.Chart(alt.Data(values=stacked))
        .mark_area(opacity=0.9, stroke=look.background, strokeWidth=0.6)
        .encode(
            x=x,
            y=alt.Y("tickets:Q", stack="zero", title="open tickets at the period's end"),
            color=alt.Color(
                "age:N", scale=alt.Scale(domain=names, range=[*young, look.red]), legend=legend(names, width, symbolOpacity=1)
            ),
            order=alt.Order("place:Q", sort="descending"),
            tooltip=tooltips(
                ("period:N", "period"), ("age:N", "open for"), ("tickets:Q", "tickets", ","), ("share:N", "of the open ones"), ("n:Q", "open", ",")
            ),
        )
    )


def _lines(report: Report, kpi: str, bands: Sequence[ReportRow]) -> list[str]:
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
    dated = [row for row in report.rows if row.period and row.kpi in ("backlog", "backlog_age")]
    return [f"{now} open as of the cut-off{oldest}", *subtitle(report, dated, interval=False)]
