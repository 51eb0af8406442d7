"""Charts of reports, through Altair: ``pip install deskmetrics[plot]``.

Nothing is counted here: every point is a row of the report.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from inspect import signature
from typing import TYPE_CHECKING, Any

from .. import _deskmetrics as _core
from ..exceptions import ArgumentError
from ._backlog import backlog, is_banded
from ._nps import nps
from ._overview import overview
from ._sla import sla
from ._slices import slices
from ._survival import survival
from ._trend import trend
from ._week import arrivals

if TYPE_CHECKING:
    from .. import Replay, Report

__all__ = ["arrivals", "backlog", "nps", "overview", "plot", "plot_replay", "sla", "slices", "survival", "trend"]

KINDS: dict[str, Callable[..., Any]] = {
    "trend": trend,
    "slices": slices,
    "nps": nps,
    "sla": sla,
    "backlog": backlog,
}

# Charts of KPIs that are shown neither as a trend nor as slices.
OWN: dict[str, str] = {"nps": "nps", "sla_attainment": "sla", "sla_ticket_attainment": "sla", "backlog": "backlog"}


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
    kind : {"overview", "trend", "slices", "nps", "sla", "backlog"}, optional
        By default chosen by KPI and report.
    by : str or sequence of str, optional
        A slicing of the report to distinguish.
    **options
        ``measure``, ``option`` and ``clock`` where the KPI has several; ``target`` for a reference line;
        ``width`` and ``height`` in pixels.

    Returns
    -------
    altair.Chart
    """
    sliced = {_core._attribute(name): name for slicing in report.by for name in slicing}
    by = tuple(sliced.get(_core._attribute(name), name) for name in ((by,) if isinstance(by, str) else by))
    if kpi is None:
        kpis = list(dict.fromkeys(row.kpi for row in report.headlines))
        if kind == "overview" or (kind is None and len(kpis) > 1 and report.period is not None and not by):
            return overview(report, **_checked("overview", overview, options))
        kpi = next((one for one in kpis if kind in (None, OWN.get(one, kind))), kpis[0])
    kpi = report[kpi].kpi
    if kind is None:
        kind = OWN.get(kpi) if "measure" not in options else None
        if kpi == "backlog_age" and not {"measure", "option"} & set(options) and is_banded(report):
            kind = "backlog"
        if kind == "backlog" and (report.period is None or by):
            kind = None
    if kind is None:
        kind = "trend" if report.period is not None else "slices"
    if kind not in KINDS:
        raise ArgumentError(f'there is no chart of kind "{kind}"; there are overview, {", ".join(KINDS)}')
    if kind == "slices" and not report.by:
        raise ArgumentError(
            "the report has neither periods nor slices to draw: request it with period=\"week\" or by=\"market\""
        )
    if kind == "backlog" and by:
        raise ArgumentError(f'the chart "backlog" shows all tickets together; for {" and ".join(by)} use kind="trend"')
    options = _checked(kind, KINDS[kind], options)
    return KINDS[kind](report, kpi, by=by, **options) if kind != "backlog" else backlog(report, kpi, **options)


def plot_replay(replay: Replay, kind: str = "survival", **options: Any) -> Any:
    """Plot the resolution times or the arrivals of tickets.

    Parameters
    ----------
    replay : Replay
        The replay.
    kind : {"survival", "arrivals"}, default "survival"
        The survival curve of the resolution time, or a heat map of the hours of the week in which tickets are created.
    **options
        Those of :func:`survival` and :func:`arrivals`.

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
