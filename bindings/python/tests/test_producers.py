"""Columns of every library are accepted, and results have the type of the input."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import polars as pl
import producers
import pyarrow as pa
import pytest
from producers import TIMESTAMPS, NUMBERS, TEXTS, plain, to_list

import deskmetrics as dm

OFFICE = dm.Schedule("UTC", "Mo-Fr 09:00-17:00")
SCORES = [9, 10, None, 8, 3, 11, 9]
KINDS = {
    "list": list,
    "numpy": np.ndarray,
    "pandas": pd.Series,
    "polars": pl.Series,
    "pyarrow": pa.Array,
}


@pytest.mark.parametrize("producer", NUMBERS)
def test_scores(producer: str) -> None:
    assert dm.nps(NUMBERS[producer](SCORES)) == dm.nps(SCORES)
    stars = [5, 4, None, 1]
    assert dm.csat(NUMBERS[producer](stars)) == dm.csat(stars)


@pytest.mark.parametrize("producer", TEXTS)
def test_text_in_every_encoding(producer: str) -> None:
    start = datetime(2026, 3, 6, 16, tzinfo=UTC)
    assert to_list(OFFICE.due(start, TEXTS[producer](["1h", None, "2h", "1h"]))) == OFFICE.due(
        start, ["1h", None, "2h", "1h"]
    )
    with pytest.raises(dm.ArgumentTypeError, match="scores.*(of type .*, expected whole numbers|is not a score)"):
        dm.nps(TEXTS[producer](["9", None]))


def test_an_empty_column() -> None:
    for make in (pl.Series, lambda values: pd.Series(values, dtype="f8"), np.array, pa.array):
        assert dm.nps(make([])) == dm.nps([])
    assert dm.nps(pa.chunked_array([], pa.int8())) == dm.nps([])


def test_nan_is_missing_everywhere() -> None:
    nan = [5.0, 4.0, float("nan")]
    for column in (nan, np.array(nan), pd.Series(nan), pl.Series(nan), pa.array(nan)):
        assert dm.csat(column).value == 100.0 and dm.csat(column).excluded == {"not_answered": 1}


def test_slices_of_arrays_are_read_at_their_offset() -> None:
    assert dm.nps(pa.array([0, 9, 10, None, 0]).slice(1, 3)) == dm.nps([9, 10, None])
    assert dm.nps(pl.Series([0, 9, 10, None, 0])[1:4]) == dm.nps([9, 10, None])


def test_a_struct_that_is_null_has_no_values() -> None:
    struct = pa.StructArray.from_arrays([pa.array([9, 9, 9])], names=["score"], mask=pa.array([False, True, False]))
    assert dm.nps(struct) == dm.nps([9, None, 9])


def test_readers_are_consumed() -> None:
    reader = pa.table({"score": [9, 10]}).to_reader()
    assert dm.nps(reader).n == 2
    with pytest.raises(dm.DataError, match="can be read only once"):
        dm.nps(reader)


START = [datetime(2026, 3, 6, 16, tzinfo=UTC), None, datetime(2026, 3, 9, 8, 30, tzinfo=UTC)]
END = [
    datetime(2026, 3, 9, 10, tzinfo=UTC),
    datetime(2026, 3, 9, 10, tzinfo=UTC),
    datetime(2026, 3, 9, 9, 0, 1, tzinfo=UTC),
]


@pytest.mark.parametrize("producer", TIMESTAMPS)
def test_business_time(producer: str) -> None:
    start, end = TIMESTAMPS[producer](START), TIMESTAMPS[producer](END)
    elapsed = OFFICE.elapsed(start, end)
    assert [plain(value) for value in to_list(elapsed)] == OFFICE.elapsed(START, END)
    if producer in ("duckdb", "nanoarrow"):
        start, end = TIMESTAMPS[producer](START), TIMESTAMPS[producer](END)
    due = OFFICE.due(start, "2h")
    assert to_list(due) == OFFICE.due(START, "2h")
    back = OFFICE.start_by(due, timedelta(hours=2))
    assert to_list(back) == OFFICE.start_by(OFFICE.due(START, "2h"), "2h")
    assert to_list(OFFICE.is_open(due)) == OFFICE.is_open(OFFICE.due(START, "2h"))
    assert to_list(OFFICE.next_opening(due)) == OFFICE.next_opening(OFFICE.due(START, "2h"))
    assert to_list(OFFICE.next_closing(due)) == OFFICE.next_closing(OFFICE.due(START, "2h"))
    if producer.split()[0] in KINDS and "object" not in producer and "chunks" not in producer:
        assert isinstance(elapsed, KINDS[producer.split()[0]]) and isinstance(due, KINDS[producer.split()[0]])


def test_pandas_keeps_index_and_zone() -> None:
    start = pd.Series(pd.to_datetime(["2026-03-06T17:00+01:00"]).tz_convert("Europe/Madrid"), index=["T-1"], name="at")
    due = OFFICE.due(start, "2h")
    assert list(due.index) == ["T-1"] and due.name == "due" and str(due.dtype) == "datetime64[us, Europe/Madrid]"
    frame = pd.DataFrame({"start": start})
    frame["elapsed"] = OFFICE.elapsed(frame["start"], datetime(2026, 3, 9, 10, tzinfo=UTC))
    assert frame["elapsed"].tolist() == [pd.Timedelta(hours=2)] and str(frame["elapsed"].dtype) == "timedelta64[us]"


def test_results_are_columns_of_polars_frames() -> None:
    frame = pl.DataFrame({"start": START, "end": END}, schema_overrides={"start": pl.Datetime("us", "UTC")})
    frame = frame.with_columns(OFFICE.elapsed(frame["start"], frame["end"]))
    assert frame["elapsed"].to_list() == OFFICE.elapsed(START, END) and frame["elapsed"].dtype == pl.Duration("us")
    shown = frame["start"].dt.convert_time_zone("Europe/Madrid")
    assert OFFICE.due(shown, "1h").dtype == pl.Datetime("us", "Europe/Madrid")


def test_numpy_comes_back_writable_and_in_utc() -> None:
    start = np.array(["2026-03-06T16:00", "NaT"], dtype="datetime64[m]")
    due = OFFICE.due(start, np.array([7200, 7200], dtype="timedelta64[s]"), assume_tz="UTC")
    assert due.dtype == "datetime64[us]" and due[0] == np.datetime64("2026-03-09T10:00") and np.isnat(due[1])
    due[0] = np.datetime64("NaT")
    opened = OFFICE.is_open(np.array(["2026-03-06T16:00"], dtype="datetime64[ns]"), assume_tz="UTC")
    assert opened.dtype == bool and opened.tolist() == [True]
    assert OFFICE.is_open(start, assume_tz="UTC").tolist() == [True, None]
    empty = np.array([], dtype="datetime64[s]")
    assert OFFICE.elapsed(empty, empty, assume_tz="UTC").dtype == "timedelta64[us]"
    far = np.array(["2026-03-06T16:00"], dtype=">M8[s]")
    assert OFFICE.due(far, "1h", assume_tz="UTC")[0] == np.datetime64("2026-03-06T17:00")


def test_a_column_against_a_value_and_a_list() -> None:
    start = pl.Series(START, dtype=pl.Datetime("us", "UTC"))
    end = datetime(2026, 3, 9, 10, tzinfo=UTC)
    expected = OFFICE.elapsed(START, end)
    assert OFFICE.elapsed(start, end).to_list() == expected
    assert OFFICE.elapsed(start, [end] * 3).to_list() == expected
    assert OFFICE.elapsed(end, start).to_list() == OFFICE.elapsed(end, START)
    budgets = pl.Series(["1h", "2h", "30m"])
    assert OFFICE.due(start, budgets).to_list() == OFFICE.due(START, ["1h", "2h", "30m"])
    assert OFFICE.due(START, pl.Series([timedelta(hours=1)] * 3)).to_list() == OFFICE.due(START, "1h")
    with pytest.raises(dm.ArgumentError, match="start has 3 elements and end has 2"):
        OFFICE.elapsed(start, START[:2])


@pytest.mark.parametrize("zone", ["Europe/Madrid", ZoneInfo("Europe/Madrid")])
@pytest.mark.parametrize(
    "make",
    [
        lambda values: values,
        lambda values: np.array(values, dtype="datetime64[us]"),
        lambda values: pd.Series(values),
        lambda values: pl.Series(values),
        lambda values: pa.array(values),
        lambda values: pa.array([value.isoformat() for value in values]),
        lambda values: pl.Series([value.date() for value in values]),
    ],
    ids=["list", "numpy", "pandas", "polars", "pyarrow", "text", "dates"],
)
def test_columns_without_a_zone(zone: Any, make: Any) -> None:
    madrid = dm.Schedule("Europe/Madrid", "00:00-24:00")
    # The second day is an hour short.
    days = [datetime(2026, 3, 28), datetime(2026, 3, 29)]
    with pytest.raises(dm.TimestampError, match="no time zone; specify one"):
        madrid.elapsed(make(days), datetime(2026, 3, 30, tzinfo=ZoneInfo("Europe/Madrid")))
    elapsed = madrid.elapsed(make(days), datetime(2026, 3, 30), assume_tz=zone)
    assert [plain(value) for value in to_list(elapsed)] == [timedelta(hours=47), timedelta(hours=23)]


def test_clock_changes_in_values_and_columns() -> None:
    """A time that occurs twice is the earlier, one that is skipped the first after the gap."""
    always = dm.Schedule("UTC", "00:00-24:00")
    walls = [datetime(2026, 10, 25, 2, 30), datetime(2026, 3, 29, 2, 30)]
    zero = datetime(1970, 1, 1, tzinfo=UTC)
    one_by_one = [always.elapsed(zero, wall, assume_tz="Europe/Madrid") for wall in walls]
    assert one_by_one == always.elapsed(zero, pl.Series(walls), assume_tz="Europe/Madrid").to_list()
    assert zero + one_by_one[1] == datetime(2026, 3, 29, 1, tzinfo=UTC)


def test_zones_of_every_kind() -> None:
    wall = datetime(2026, 3, 6, 16)
    for utc in ("UTC", UTC, ZoneInfo("UTC"), ZoneInfo("Etc/UTC")):
        assert OFFICE.is_open(wall, assume_tz=utc) is True
    with pytest.raises(dm.ArgumentError, match="did you mean Europe/Madrid"):
        OFFICE.is_open(wall, assume_tz="Europe/Madird")
    with pytest.raises(dm.ArgumentTypeError, match="assume_tz: 3 .* is not a time zone"):
        OFFICE.is_open(wall, assume_tz=3)  # type: ignore[call-overload]


def test_producers_are_complete() -> None:
    """Every supported library is tested."""
    for library in ("pandas", "polars", "pyarrow", "duckdb", "arro3", "nanoarrow"):
        assert library in NUMBERS or any(name.startswith(library) for name in NUMBERS)
        assert any(name.startswith(library) for name in TIMESTAMPS)
    assert producers.NUMBERS is NUMBERS


def test_a_named_index_of_pandas_is_a_column() -> None:
    tickets = {"id": [1, 2, 2], "created_at": ["2026-03-02T08:00:00Z"] * 3, "market": ["DK", "ES", "ES"]}
    surveys = pd.DataFrame({"ticket": [1, 2], "csat": [5, 2]}).set_index("ticket")
    columns = dm.report(tickets, surveys=surveys.reset_index(), kpis=["volume", "csat"], scales={"csat": (1, 5)}, by="market")
    frame = pd.DataFrame(tickets)
    for indexed in (frame.set_index("id"), frame.set_index(["id", "market"])):
        report = dm.report(indexed, surveys=surveys, kpis=["volume", "csat"], scales={"csat": (1, 5)}, by="market")
        assert report["volume"].value == 2 and report.notes == []
        assert [row.value for row in report] == [row.value for row in columns]
    # A column of the same name counts, and an index without a name is none.
    twice = frame.set_index("id", drop=False)
    assert dm.report(twice, kpis=["volume"])["volume"].value == 2
    assert dm.report(frame.set_index(pd.Index([7, 7, 7])), kpis=["volume"])["volume"].value == 2


@pytest.mark.parametrize("zones", [(None, UTC), (UTC, None)])
def test_times_with_and_without_a_zone_in_one_column(zones: tuple[Any, Any]) -> None:
    created = [datetime(2026, 3, 2, 8, tzinfo=zone) for zone in zones]
    tables: list[Any] = [{"id": [1, 2], "created_at": created}, [{"id": 1, "created_at": one} for one in created]]
    tables.append(pd.DataFrame({"id": [1, 2], "created_at": pd.Series(created, dtype=object)}))
    for table in tables:
        for zone in (None, "UTC"):
            with pytest.raises(dm.TimestampError, match=r'tickets\["created_at"\]\[1\]: .* has (a|no) time zone while the values before'):
                dm.report(table, kpis=["volume"], assume_tz=zone)
    # The remedy.
    madrid = ZoneInfo("Europe/Madrid")
    fixed = [one if one.tzinfo else one.replace(tzinfo=madrid) for one in created]
    assert dm.report({"id": [1, 2], "created_at": fixed}, kpis=["volume"])["volume"].value == 2
