"""Charts of reports, through Altair: ``pip install deskmetrics[plot]``.

Nothing is counted here: every point is a row of the report. Slices are in one order in all charts, the largest first, and the
smaller ones are counted together by :meth:`deskmetrics.Report.top`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from inspect import signature
from typing import TYPE_CHECKING, Any

from .. import _deskmetrics as _core
from ..exceptions import ArgumentError
from ._backlog import backlog, is_banded
from ._flow import flow
from ._nps import nps
from ._overview import overview
from ._pareto import pareto
from ._sla import sla
from ._slices import slices
from ._survival import survival
from ._trend import trend
from ._week import arrivals

if TYPE_CHECKING:
    from .. import Replay, Report

__all__ = [
    "arrivals", "backlog", "flow", "nps", "overview", "pareto", "plot", "plot_replay", "sla", "slices", "survival", "trend",
]  # fmt: skip

KINDS: dict[str, Callable[..., Any]] = {
    "trend": trend,
    "slices": slices,
    "nps": nps,
    "sla": sla,
    "backlog": backlog,
    "flow": flow,
    "pareto": pareto,
}

# Charts of KPIs that are shown neither as a trend nor as slices.
OWN: dict[str, str] = {
    "nps": "nps", "sla_attainment": "sla", "sla_ticket_attainment": "sla", "backlog": "backlog", "flow": "flow", "reasons": "pareto",
}  # fmt: skip

# Charts of all records together, and those of them that need periods.
WHOLE = ("backlog", "flow", "pareto")
DATED = ("backlog", "flow")


def plot(
    report: Report, kpi: str | None = None, *, kind: str | None = None, by: str | Sequence[str] = (), **options: Any
) -> Any:
    """Plot a report.

    Parameters
    ----------
    report : Report
        The report.
    kpi : str, optional
        Which KPI. By default all of them at a glance, or the only one.
    kind : {"overview", "trend", "slices", "nps", "sla", "backlog", "flow", "pareto"}, optional
        By default chosen by KPI and report: ``"flow"`` shows tickets created against tickets solved, ``"pareto"`` the reasons of
        negative answers with their cumulative share.
    by : str or sequence of str, optional
        A slicing of the report to distinguish.
    **options
        ``measure``, ``option`` and ``clock`` where the KPI has several; ``target`` for a reference line; ``top``, the number of
        slices shown by name (default 12), those of :meth:`deskmetrics.Report.top`; ``title`` in place of the KPI's; ``theme``, ``"light"`` (default), ``"dark"`` or
        ``"transparent"`` for pages of any color; ``width`` and ``height`` in pixels.

    Returns
    -------
    altair.Chart

    Raises
    ------
    ArgumentError
        When the chart needs periods or slices that the report does not have, or does not have the option.
    NoSuchNameError
        When the report has no such KPI, measure, option or slicing.

    Notes
    -----
    Marks: numbers with few records are pale or hollow; parts of periods are hollow or dashed and do not determine the axis
    (except those of the backlog, a number as of the cut-off). More than 40 periods have no points; ticks along the axis mark
    those with few records. A period between two empty ones has a point and a rule. A triangle is a value beyond the axis.
    """
    sliced = {_core._attribute(name): name for slicing in report.by for name in slicing}
    by = tuple(sliced.get(_core._attribute(name), name) for name in ((by,) if isinstance(by, str) else by))
    if kpi is None:
        kpis = list(dict.fromkeys(row.kpi for row in report.headlines))
        if kind == "overview" or (kind is None and len(kpis) > 1 and report.period is not None and not by):
            return overview(report, **_checked("overview", overview, options))
        kpi = next((one for one in kpis if kind in (None, OWN.get(one, kind))), kpis[0])
    kpi_id = report.rows_of(kpi)[0].kpi
    if kind is None:
        kind = OWN.get(kpi_id) if "measure" not in options else None
        if kpi_id == "backlog_age" and not {"measure", "option"} & set(options) and is_banded(report):
            kind = "backlog"
        if (kind in WHOLE and by) or (kind in DATED and report.period is None):
            kind = None
    if kind is None:
        kind = "trend" if report.period is not None else "slices"
    if kind not in KINDS:
        raise ArgumentError(f'there is no chart of kind "{kind}"; there are overview, {", ".join(KINDS)}')
    if kind == "slices" and not report.by:
        raise ArgumentError(
            "the report has neither periods nor slices to draw: request it with period=\"week\" or by=\"market\""
        )
    if kind in WHOLE and by:
        other = "trend" if report.period is not None else "slices"
        raise ArgumentError(f'the chart "{kind}" shows all records together; for {" and ".join(by)} use kind="{other}"')
    options = _checked(kind, KINDS[kind], options)
    return KINDS[kind](report, kpi, **options) if kind in WHOLE else KINDS[kind](report, kpi, by=by, **options)


def plot_replay(replay: Replay, kind: str = "survival", **options: Any) -> Any:
    """Plot the resolution times or the arrivals of tickets.

    Parameters
    ----------
    replay : Replay
        The replay.
    kind : {"survival", "arrivals"}, default "survival"
        The survival curve of the resolution time, or a heat map of the hours of the week in which tickets are created.
    **options
        Those of :func:`survival` and :func:`arrivals`; both have ``by``, ``top``, ``title`` and ``theme``.

    Returns
    -------
    altair.Chart
    """
    kinds: dict[str, Callable[..., Any]] = {"survival": survival, "arrivals": arrivals}
    if kind not in kinds:
        raise ArgumentError(f'there is no chart of kind "{kind}"; there are {", ".join(kinds)}')
    return kinds[kind](replay, **_checked(kind, kinds[kind], options))


def _checked(kind: str, chart: Callable[..., Any], options: dict[str, Any]) -> dict[str, Any]:
    """The options, if the chart has them all."""
    known = [name for name, one in signature(chart).parameters.items() if one.kind is one.KEYWORD_ONLY]
    for name in options:
        if name not in known:
            raise ArgumentError(f'the chart "{kind}" has no option "{name}"; it has {", ".join(known)}')
    return options
