"""Every KPI of the catalogue has a function; all results have the same attributes."""

from __future__ import annotations

import inspect
import json
import math
import pickle
import re
import typing
from datetime import UTC, datetime, timedelta
from typing import Any

import arro3.core
import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import deskmetrics as dm
from deskmetrics import kpis, queue, sample, surveys

KPIS = dm.catalogue()
TICKETS = sample.tickets()
NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


def after(*seconds: float | None) -> list[datetime | None]:
    return [None if each is None else NINE + timedelta(seconds=each) for each in seconds]


# Options of KPIs that need more than tickets.
OPTIONS: dict[str, dict[str, Any]] = {
    "fcr": {"policy": "no_customer_followup"},
    "time_in_status": {"status": "pending"},
    "time_in_group": {"group": "tier 1"},
    "survey_coverage": {"surveyed": ["T-1", "T-5"]},
}
RECORDS: dict[str, tuple[list[Any], dict[str, Any]]] = {
    "nps": ([[10, 9, 3, None]], {}),
    "csat": ([[5, 4, 1, None]], {}),
    "ces": ([[7, 5, 2]], {"scale": "ces2"}),
    "reasons": ([[10, 2, 0], [None, "slow", ["slow", "rude"]]], {"scale": "nps"}),
    "response_rate": ([after(0, 0, 60), after(30, None, 90)], {}),
    "survey_completion": ([after(0, 0, None), after(30, None, None)], {}),
    "service_level": ([after(0, 0, 0), after(5, 50, None), after(None, None, 60)], {"within": "20s"}),
    "speed_of_answer": ([after(0, 0, 0), after(5, 50, None)], {}),
    "abandon_rate": ([after(0, 0, 0), after(5, 50, None), after(None, None, 60)], {}),
    "handle_time": ([[timedelta(minutes=4), timedelta(minutes=2)]], {}),
    "occupancy": ([["4h", "8h"], ["3h", "6h"]], {}),
}


def function_of(kpi: str) -> Any:
    return getattr(dm, KPIS[kpi].function)


def result_of(kpi: str) -> dm.KpiResult:
    function = function_of(kpi)
    arguments, options = RECORDS.get(kpi, ([TICKETS], OPTIONS.get(kpi, {})))
    result: dm.KpiResult = function(*arguments, **options)
    return result


@pytest.mark.parametrize("kpi", [definition.id for definition in KPIS])
def test_each_kpi(kpi: str) -> None:
    definition = KPIS[kpi]
    function = function_of(kpi)
    assert definition.function in dm.__all__ and function.__name__ == definition.function and ">>> " in (inspect.getdoc(function) or "")
    assert pickle.loads(pickle.dumps(function)) is function and typing.get_type_hints(function)["return"] is dm.KpiResult

    result = result_of(kpi)
    assert result.kpi == kpi and result.unit == definition.unit and result.n >= 0
    # The reasons stated follow as measures of their own.
    measures = tuple(result.measures())
    assert measures == definition.measures or kpi == "reasons" and measures[:2] == definition.measures
    assert all(isinstance(count, int) and count > 0 for count in result.excluded.values())
    if result.value is not None:
        assert definition.min is None or result.value >= definition.min
        assert definition.max is None or result.value <= definition.max
    interval = result.interval_at(0.9)
    if interval is not None and result.value is not None:
        assert interval.lower <= result.value <= interval.upper and interval.level == 0.9
    assert result == result_of(kpi) and result != result_of("nps" if kpi != "nps" else "csat")
    assert pickle.loads(pickle.dumps(result)) == result
    assert dm.KpiResult.from_bytes(result.to_bytes()) == result
    assert json.loads(json.dumps(result.to_dict()))["kpi"] == kpi
    assert repr(result).startswith(f"KpiResult({kpi}") and "<table>" in result._repr_html_()
    assert sum([result]) == result and (result + result).kpi == kpi
    if definition.unit == "seconds":
        assert result.duration is None or math.isclose(result.duration.total_seconds(), result.value or 0.0)
        assert result.clock == ("calendar" if definition.clocks else None)
    else:
        assert result.duration is None and result.clock is None


@pytest.mark.parametrize("definition", KPIS, ids=lambda definition: definition.id)
def test_functions_follow_the_catalogue(definition: dm.Definition) -> None:
    function = function_of(definition.id)
    text = " ".join((inspect.getdoc(function) or "").split())
    for stated in (definition.name, definition.formula, definition.population, *definition.aliases, *definition.references):
        assert stated in text
    # Options are the keyword arguments; others describe the records.
    spelled = {"with": ["of"], "span": ["start", "end"]}
    options = [name for choice in definition.options for name in spelled.get(choice.name, [choice.name])]
    named = [each.name for each in inspect.signature(function).parameters.values() if each.kind is each.KEYWORD_ONLY]
    records = {"delivered", "as_of", "assume_tz"} if definition.topic in ("surveys", "queue") else set()
    options += ["schedule"] if "clock" in options else []
    assert [name for name in named if name in options or name not in records] == options
    for name in inspect.signature(function).parameters:
        assert re.search(rf"^([\w, ]+, )?{name}(, [\w, ]+)? : ", inspect.getdoc(function) or "", re.MULTILINE), name


def test_static_types_follow_the_catalogue() -> None:
    """The protocols state the signatures for type checkers."""
    shapes = {name: shape for name, shape in kpis.__annotations__.items() if not name.startswith("_")}
    assert list(shapes) == [each.id for each in KPIS if each.topic not in ("surveys", "queue")]
    for name, shape in shapes.items():
        _, *declared = inspect.signature(shape.__call__).parameters.values()
        assert declared == list(inspect.signature(getattr(dm, name)).parameters.values()), name


def test_functions_have_no_kpi_too_many() -> None:
    """A function that returns a result is a KPI."""
    names = {definition.function for definition in KPIS}
    for module in (surveys, queue):
        for name in module.__all__:
            assert name in names or name in {"representativeness", "weighted_score"}, name


def test_wrong_arguments_are_errors_for_python_and_mypy() -> None:
    with pytest.raises(TypeError, match=r"volume\(\) got an unexpected keyword argument 'clock'"):
        dm.volume(TICKETS, clock="business")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match=r"time_in_group\(\) missing a required"):
        dm.time_in_group(TICKETS)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match=r"agent_wait_time\(\) too many positional arguments"):
        dm.agent_wait_time(TICKETS, "business")  # type: ignore[call-arg]
    with pytest.raises(dm.ArgumentError, match='clock: "lunar" is not allowed; allowed are "calendar", "business"'):
        dm.agent_wait_time(TICKETS, clock="lunar")  # type: ignore[arg-type]
    assert dm.one_touch(TICKETS, without_automatic_solves=False) == dm.one_touch(tickets=TICKETS)
    assert dm.customers(TICKETS, of="created") == dm.customers(TICKETS)
    assert dm.sla_at_risk(TICKETS, threshold_percent=80) == dm.sla_at_risk(TICKETS)


def test_options() -> None:
    business = dm.first_response_time(TICKETS, clock="business")
    assert business.clock == "business" and business.duration == timedelta(minutes=70)
    assert "business time" in repr(business)
    within = dm.first_response_time(TICKETS, within=timedelta(hours=1))
    assert within == dm.first_response_time(TICKETS, within="1h") and within.unit == "percent"
    assert within.option == "within 1h" and within.measures().keys() == {"within"}
    bands = dm.first_response_time(TICKETS, bands=["1h", timedelta(hours=4)])
    assert list(bands.measures()) == ["up to 1h", "1h to 4h", "over 4h"]
    assert dm.customers(TICKETS, of="solved").value == 5.0 and dm.customers(TICKETS, of="open").value == 2.0
    assert dm.backlog(TICKETS, at=datetime(2026, 3, 2, 12, tzinfo=UTC)).value == 0.0
    assert dm.backlog(TICKETS, at=datetime(2026, 3, 3, 9, tzinfo=UTC)).value == 1.0
    with pytest.raises(dm.ArgumentError, match="as_of: .* is after"):
        dm.backlog(TICKETS, at=datetime(2027, 3, 3, 9, tzinfo=UTC))
    assert dm.sla_attainment(TICKETS, metric="first_response").n == 6
    answers = dm.fcr([1, 2, 1, None], policy="survey(1-2)")
    assert answers.n == 3 and answers.excluded == {"not_answered": 1}


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda: dm.first_response_time(TICKETS, clock="lunar"), "clock: .*lunar"),  # type: ignore[arg-type]
        (lambda: dm.first_response_time(TICKETS, within="soon"), 'within: duration "soon"'),
        (lambda: dm.first_response_time(TICKETS, within="0s"), "within"),
        (lambda: dm.time_in_status(TICKETS, status="parked"), "status: .*parked"),  # type: ignore[arg-type]
        (lambda: dm.fcr(TICKETS, policy="first_try"), "first_try"),
        (lambda: dm.service_level([NINE], [NINE], within="-1s"), "within"),
        (lambda: dm.service_level([NINE], [NINE, NINE], within="1s"), "answered_at has 2 elements and queued_at has 1"),
        (lambda: dm.score_reasons([1], [], scale="nps"), "reasons has 0 elements and scores has 1"),
        (lambda: dm.occupancy(["4h"], ["4 hrs?"]), r"busy\[0\]: duration"),
    ],
)
def test_options_that_make_no_sense(ask: Any, words: str) -> None:
    with pytest.raises(dm.ArgumentError, match=words):
        ask()


def test_arguments_that_are_not_tickets() -> None:
    wrongs: list[Any] = [None, 3, "tickets", object()]
    for wrong in wrongs:
        with pytest.raises(dm.ArgumentTypeError, match="tickets: .* holds no tickets; give what"):
            dm.volume(wrong)
    with pytest.raises(dm.ColumnNotFoundError) as caught:
        dm.volume(pl.DataFrame({"id": ["T-1"], "create_at": ["2026-03-02"]}))
    assert "created_at" in str(caught.value) and "create_at" in str(caught.value)
    with pytest.raises(dm.TimestampError, match="assume_tz|time zone"):
        dm.volume(pl.DataFrame({"id": ["T-1"], "created_at": [datetime(2026, 3, 2)]}))


def rows() -> dict[str, list[Any]]:
    return {
        "id": ["T-1", "T-2", "T-3"],
        "created_at": after(0, 3600, 7200),
        "solved_at": after(1800, None, 9000),
        "first_response_at": after(600, 4200, None),
    }


def duck(columns: dict[str, list[Any]]) -> Any:
    connection = duckdb.connect()
    connection.register("tickets", pa.table(columns))
    return connection.sql("from tickets")


@pytest.mark.parametrize(
    "make",
    [
        dict,
        lambda columns: [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)],
        pd.DataFrame,
        lambda columns: pd.DataFrame(columns).iloc[[2, 0, 1]],
        pl.DataFrame,
        pa.table,
        lambda columns: pa.table(columns).to_reader(max_chunksize=1),
        lambda columns: arro3.core.Table.from_arrow(pa.table(columns)),
        duck,
    ],
    ids=["dict", "rows", "pandas", "pandas shuffled", "polars", "pyarrow", "reader", "arro3", "duckdb"],
)
def test_tables_of_tickets(make: Any) -> None:
    as_of = NINE + timedelta(hours=3)
    solved = dm.backlog(make(rows()), at=as_of)
    assert solved.value == 1.0
    assert dm.volume(make(rows())).value == 3.0
    assert dm.full_resolution_time(make(rows())).duration == timedelta(minutes=30)


@pytest.mark.parametrize("kind", [list, pd.Series, pl.Series, pa.array])
def test_contacts_as_columns(kind: Any) -> None:
    queued, answered, given_up = after(0, 0, 0), after(5, 50, None), after(None, None, 60)
    columns = [
        pd.Series(each, dtype="datetime64[us, UTC]") if kind is pd.Series else kind(each)
        for each in (queued, answered, given_up)
    ]
    assert dm.service_level(*columns, within="20s") == dm.service_level(queued, answered, given_up, within="20s")
    talk = [timedelta(seconds=90), timedelta(seconds=30), None]
    assert dm.handle_time(kind(talk)) == dm.handle_time(talk)


def test_reasons_in_columns() -> None:
    scores, stated = [10, 2, 0, 3], [None, ["slow"], ["slow", "rude"], []]
    expected = dm.score_reasons(scores, stated, scale="nps")
    assert [cost["reason"] for cost in expected.ranking()] == ["slow", "rude"]
    for column in (
        pl.Series(stated),
        pa.array(stated),
        pa.array(stated, pa.large_list(pa.string())),
        pd.Series(stated),
    ):
        assert dm.score_reasons(pl.Series(scores), column, scale="nps") == expected
    single = [None, "slow", "rude", None]
    for column in (pl.Series(single), pa.array(single).dictionary_encode(), pd.Series(single)):
        assert dm.score_reasons(scores, column, scale="nps") == dm.score_reasons(scores, single, scale="nps")


def test_results_of_parts_add_up_to_the_whole() -> None:
    queued, answered = after(*range(0, 100, 10)), after(*range(5, 205, 20))
    whole = dm.speed_of_answer(queued, answered)
    parts = [dm.speed_of_answer([one], [other]) for one, other in zip(queued, answered, strict=True)]
    assert sum(parts) == whole
    with pytest.raises(dm.ArgumentTypeError, match="do not add up"):
        whole + dm.nps([9])
    with pytest.raises(dm.ArgumentError, match="do not add up"):
        whole + dm.speed_of_answer(queued, answered, within="20s")
    with pytest.raises(TypeError):
        whole + 1  # type: ignore[operator]


def test_the_catalogue() -> None:
    assert len(KPIS) == 54 and KPIS[0].id == "csat" and len(KPIS[:3]) == 3
    assert KPIS["First reply time"] is KPIS["first_response_time"] and KPIS["nps"].names["da"] == "Net Promoter Score"
    with pytest.raises(dm.NoSuchNameError, match="did you mean 'response_rate'"):
        KPIS.find("responce rate")
    assert {definition.topic for definition in KPIS} == {"surveys", "volume", "time", "quality", "sla", "queue"}
    table = pa.table(KPIS)
    assert table.num_rows == 54 and table["id"].to_pylist() == [definition.id for definition in KPIS]
    assert "<table>" in KPIS._repr_html_() and "Wilson" in KPIS["csat"]._repr_html_()
    assert KPIS.to_dicts()[0]["name"]["en"] == KPIS[0].name
    assert pickle.loads(pickle.dumps(KPIS)) == KPIS


def test_compare() -> None:
    a, b = dm.csat([5] * 56 + [1] * 14), dm.csat([5] * 48 + [1] * 32)
    change = dm.compare(a, b)
    assert change.difference == pytest.approx(20.0) and change.p_value == pytest.approx(0.0080, abs=1e-4)
    assert change.n == 70 and change.unit == "percent" and change.interval.method == "newcombe"
    back = dm.compare(b, a)
    assert back.difference == pytest.approx(-20.0) and back.p_value == change.p_value
    assert dm.compare(a, b, level=0.99).interval.lower < change.interval.lower
    assert dm.compare(dm.nps([10] * 60 + [0] * 40), 0).p_value == pytest.approx(0.04, abs=0.01)
    assert dm.compare(dm.ces([7, 6, 6, 5], scale="ces2"), 4.0).interval.method == "student_t"
    assert dm.compare(dm.replies_per_ticket(TICKETS), 1.0).unit == "per_ticket"
    within = dm.first_response_time(TICKETS, within="1h")
    assert dm.compare(within, 80.0).difference == pytest.approx((within.value or 0.0) - 80.0)
    with pytest.raises(dm.ArgumentTypeError, match="nps and csat cannot be compared"):
        dm.compare(dm.nps([9]), dm.csat([5]))
    slow = dm.compare(dm.first_response_time(TICKETS), timedelta(hours=1))
    assert slow == dm.compare(dm.first_response_time(TICKETS), 3600.0)
    assert slow.difference == 2400.0 and slow.unit == "seconds"
    with pytest.raises(dm.ArgumentError, match="cannot be compared: too little"):
        dm.compare(dm.backlog(TICKETS), 1.0)
    with pytest.raises(dm.ArgumentError, match="cannot be compared: too little"):
        dm.compare(dm.nps([]), dm.nps([9]))
    with pytest.raises(dm.ArgumentError, match="level"):
        dm.compare(a, b, level=95)
    with pytest.raises(dm.ArgumentTypeError, match="neither a result, nor a row of a report, nor a number"):
        dm.compare(a, "80")  # type: ignore[arg-type]


def test_flow_in_a_span() -> None:
    tickets: dict[str, Any] = {
        "id": ["1", "2", "3"],
        "created_at": ["2026-03-01T08:00:00Z", "2026-03-02T08:00:00Z", "2026-03-09T08:00:00Z"],
        "solved_at": ["2026-03-02T08:00:00Z", None, None],
    }
    monday, week_later = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 9, tzinfo=UTC)
    week = dm.flow(tickets, start=monday, end=week_later)
    assert [week.measures()[name]["value"] for name in ("created", "solved", "growth")] == [1.0, 1.0, 0.0]
    assert week.option == "2026-03-02T00:00:00Z to 2026-03-09T00:00:00Z"
    whole = dm.flow(tickets, end=monday) + dm.flow(tickets, end=monday)
    assert whole.value == 2.0
    parts = [dm.flow(tickets, end=monday), week, dm.flow(tickets, start=week_later)]
    assert sum(part.value or 0 for part in parts) == dm.flow(tickets).value
    assert dm.report(tickets, kpis=[{"kpi": "flow", "since": monday, "until": week_later}])["flow"].value == 0.0
    with pytest.raises(dm.ArgumentError, match="not after the cut-off"):
        dm.flow(tickets, end=datetime(2026, 4, 1, tzinfo=UTC))
    with pytest.raises(dm.TimestampError, match="since.*no time zone"):
        dm.flow(tickets, start=datetime(2026, 3, 2))
    with pytest.raises(dm.ArgumentError, match="has no since"):
        dm.report(tickets, kpis=[{"kpi": "volume", "since": monday}])
