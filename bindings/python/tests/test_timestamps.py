"""Timestamp formats are parsed alike in frames and files, or raise an error with a remedy."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import deskmetrics as dm

UTC = timezone.utc
MADRID = ZoneInfo("Europe/Madrid")


def in_frame(values: Any, **more: Any) -> datetime:
    """The last timestamp of a column in memory."""
    table = {"id": list(range(len(values))), "created_at": values}
    more.setdefault("assume_tz", "UTC")
    report = dm.report(table, kpis=["volume"], **more)
    assert not report.excluded and report.as_of is not None
    return report.as_of


def in_file(folder: Path, values: list[str], zone: str = "UTC", form: str = "") -> datetime:
    """The last timestamp of the same column in a file."""
    rows = "".join(f'{place},"{value}"\n' for place, value in enumerate(values))
    (folder / "t.csv").write_text("id,created_at\n" + rows, encoding="utf-8")
    (folder / "t.toml").write_text(
        f'time_zone = "{zone}"\n{form}\n[[tickets]]\nfile = "t.csv"\nid = "id"\ncreated_at = "created_at"\n', encoding="utf-8"
    )
    read = dm.read(folder / "t.toml", strict=True)
    assert read.as_of is not None
    return read.as_of


def advised(error: BaseException) -> dict[str, Any]:
    """The columns= that a message advises."""
    found = re.search(r"\(columns=(\{.*\})\)$", str(error))
    assert found is not None, str(error)
    columns: dict[str, Any] = ast.literal_eval(found[1].replace('"format": ..', '"format": "day_first"'))
    return columns


@pytest.mark.parametrize("gap", ["T", " "])
@pytest.mark.parametrize("zone", ["Z", "+00", "+0000", "+00:00", " UTC"])
def test_iso_as_databases_write_it(tmp_path: Path, gap: str, zone: str) -> None:
    with_seconds = [f"2023-06-12{gap}14:24:18.684{zone}"]
    assert in_frame(with_seconds, assume_tz=None) == datetime(2023, 6, 12, 14, 24, 18, 684000, UTC)
    minutes = [f"2023-06-12{gap}14:24{zone}"]
    assert in_frame(minutes, assume_tz=None) == in_file(tmp_path, minutes, "Europe/Madrid") == datetime(2023, 6, 12, 14, 24, tzinfo=UTC)


@pytest.mark.parametrize("offset", ["+02", "+0200", "+02:00"])
def test_offsets(offset: str) -> None:
    for time in ("14:24", "14:24:00", "14:24:00.000"):
        assert in_frame([f"2023-06-12 {time}{offset}"], assume_tz=None) == datetime(2023, 6, 12, 12, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026/03/02 09:12",
        "20260302T091200",
        "02-Mar-2026 09:12",
        "March 2, 2026 9:12 AM",
        "Mon, 2 Mar 2026 09:12:00",
        "2 de marzo de 2026, 09:12",
        "02 mar 2026 9:12 a. m.",
        "2. marts 2026 kl. 09.12",
        "2. März 2026 09:12",
        "Montag, 2. März 2026 um 09:12 Uhr",
        "02 mars 2026 09:12",
        "lundi 2 mars 2026 à 09:12",
    ],
)
def test_month_names_and_years_first(tmp_path: Path, text: str) -> None:
    at = datetime(2026, 3, 2, 9, 12, tzinfo=MADRID)
    assert in_frame([text], assume_tz=MADRID) == in_file(tmp_path, [text], "Europe/Madrid") == at


def test_a_declared_pattern_reads_other_languages() -> None:
    form = {"tickets": {"created_at": {"column": "created_at", "format": "%d. %B %Y %H:%M"}}}
    assert in_frame(["2. März 2026 09:12"], columns=form) == datetime(2026, 3, 2, 9, 12, tzinfo=UTC)


FORMATS = [
    "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "%d-%m-%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%m/%d/%Y %I:%M %p", "%m/%d/%Y %I:%M:%S %p",
    "%d %b %Y %H:%M", "%B %d, %Y %I:%M %p", "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M", "%d/%b/%Y:%H:%M:%S +0000",
]  # fmt: skip


@pytest.mark.parametrize("written", FORMATS)
@pytest.mark.parametrize("made", [list, pd.Series, pl.Series, pa.array, lambda values: pd.Series(values).astype("category")])
def test_strftime_output_is_parsed(tmp_path: Path, written: str, made: Callable[[list[str]], Any]) -> None:
    random = np.random.default_rng(FORMATS.index(written))
    minutes = random.integers(0, 60 * 24 * 365 * 5, 200)
    times = [datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=int(minute)) for minute in minutes]
    texts = [at.strftime(written) for at in times]
    assert in_frame(made(texts)) == in_file(tmp_path, texts) == max(times)
    by_day = dm.report({"created_at": texts}, kpis=["volume"], period="day", tz="UTC", assume_tz="UTC")
    counted = {row.period: row.value for row in by_day.rows if row.period and row.value}
    days = [f"{at:%Y-%m-%d}" for at in times]
    assert counted == {day: days.count(day) for day in days}


def test_day_month_order_is_inferred_from_the_column(tmp_path: Path) -> None:
    day_first = ["03/04/2026 10:00"] * 20_000 + ["13/01/2026"]
    month_first = ["03/04/2026 10:00"] * 20_000 + ["1/13/2026"]
    assert in_frame(day_first) == in_file(tmp_path, day_first) == datetime(2026, 4, 3, 10, tzinfo=UTC)
    assert in_frame(month_first) == in_file(tmp_path, month_first) == datetime(2026, 3, 4, 10, tzinfo=UTC)
    batches = pa.chunked_array([["03/04/2026 10:00"], ["13/01/2026"]])
    assert in_frame(batches) == datetime(2026, 4, 3, 10, tzinfo=UTC)


def test_ambiguous_order_is_an_error_with_a_working_remedy(tmp_path: Path) -> None:
    values = ["03/04/2026 10:00", "05/06/2026 11:00"]
    message = (
        'row 1: "03/04/2026 10:00" is 3 April 2026 or 4 March 2026, and no row has a day over 12, such as "25/04/2026 10:00", '
        'which would decide; state format = "day_first" or "month_first"'
    )
    in_python = message.replace("format =", '"format":')
    with pytest.raises(dm.TimestampError, match='column "created_at", ' + re.escape(in_python)) as caught:
        in_frame(values)
    assert in_frame(values, columns=advised(caught.value)) == datetime(2026, 6, 5, 11, tzinfo=UTC)
    with pytest.raises(dm.ReadError, match=re.escape(message)):
        in_file(tmp_path, values)
    month_first = 'timestamps = { format = "month_first" }'
    assert in_file(tmp_path, values, form=month_first) == datetime(2026, 5, 6, 11, tzinfo=UTC)
    assert in_frame([*values, "25/04/2026 10:00"]) == datetime(2026, 6, 5, 11, tzinfo=UTC)
    with pytest.raises(dm.TimestampError, match='row 2: "05/26/2026" is not day first, and row 1: "13/04/2026" is not month first'):
        in_frame(["13/04/2026", "05/26/2026"])


def test_schedules_infer_formats() -> None:
    desk = dm.Schedule("UTC", "24/7")
    due = desk.due(pd.Series(["03/04/2026 10:00", "25/04/2026 10:00"]), "1h", assume_tz="UTC")
    assert due[0] == pd.Timestamp("2026-04-03 11:00", tz="UTC")
    with pytest.raises(dm.TimestampError, match="3 April 2026 or 4 March 2026.* make it a timestamp column first"):
        desk.due(pd.Series(["03/04/2026 10:00"]), "1h", assume_tz="UTC")


@pytest.mark.parametrize("values", [["03/04/2026", "25/04/2026"], ["2 March 2026"], ["2026/03/02 09:12"], ["2026-03-02 09:12"]])
@pytest.mark.parametrize("form", [{}, {"timestamps": {"format": "day_first"}}, {"instants": {"format": "day_first"}}])
def test_written_times_need_a_zone(values: list[str], form: dict[str, Any]) -> None:
    with pytest.raises(dm.TimestampError, match="the times have no zone"):
        in_frame(values, assume_tz=None, columns={"tickets": form})
    with_zone = {"tickets": {"timestamps": {"time_zone": "Europe/Madrid"}}}
    assert in_frame(values, assume_tz=None, columns=with_zone).utcoffset() == timedelta(0)


def test_dates_are_midnight_in_the_zone(tmp_path: Path) -> None:
    midnight = datetime(2026, 3, 2, tzinfo=MADRID)
    for text in ("2026-03-02", "2026/03/02", "2 March 2026", "02.03.2026"):
        assert in_frame([text], assume_tz=MADRID) == in_file(tmp_path, [text], "Europe/Madrid") == midnight


def test_serial_days_of_excel(tmp_path: Path) -> None:
    table = {"id": [1], "created_at": [46083.375], "solved_at": [46083.5]}
    for column in ("created_at", "solved_at"):
        texts: dict[str, Any] = {**table, column: ["2026-03-02 10:00"]}
        with pytest.raises(dm.ColumnTypeError, match=r'row 1: "46083\.\d+" can only be a serial day of Excel') as caught:
            dm.report(texts, assume_tz=MADRID)
        assert dm.report(texts, assume_tz=MADRID, columns=advised(caught.value)).rows
    excel: dict[str, Any] = {"tickets": {"timestamps": {"format": "excel"}}}
    report = dm.report(table, kpis=["full_resolution_time"], assume_tz=MADRID, columns=excel)
    assert report["full_resolution_time"].value == 10800.0
    assert report.as_of == datetime(2026, 3, 2, 12, tzinfo=MADRID)
    with pytest.raises(dm.TimestampError, match="the times have no zone"):
        dm.report(table, columns=excel)
    with pytest.raises(dm.ReadError, match='"46083.375" in row 1.* state format = "excel"'):
        Path(tmp_path / "t.csv").write_text("id,created_at\n1,46083.375\n")
        (tmp_path / "t.toml").write_text('time_zone = "UTC"\n[[tickets]]\nfile = "t.csv"\nid = "id"\ncreated_at = "created_at"\n')
        dm.read(tmp_path / "t.toml")
    assert in_file(tmp_path, ["46083.375"], form='timestamps = { format = "excel" }') == datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize("as_text", [False, True])
@pytest.mark.parametrize("unit", ["epoch_seconds", "epoch_millis", "epoch_micros", "epoch_nanos", "excel"])
def test_numbers_in_an_implausible_unit(unit: str, as_text: bool) -> None:
    at = datetime(2023, 6, 12, tzinfo=UTC)
    numbers = {
        "epoch_seconds": int(at.timestamp()),
        "epoch_millis": int(at.timestamp()) * 10**3,
        "epoch_micros": int(at.timestamp()) * 10**6,
        "epoch_nanos": int(at.timestamp()) * 10**9,
        "excel": 45089,
    }
    values: list[Any] = [str(numbers[unit]) if as_text else numbers[unit]]
    undeclared = dm.DataError if as_text else dm.ColumnTypeError
    with pytest.raises(undeclared, match=f'can only be .* state "format": "{unit}"') as caught:
        in_frame(values)
    assert in_frame(values, columns=advised(caught.value)) == at
    for declared in numbers:
        form = {"tickets": {"created_at": {"column": "created_at", "format": declared}}}
        if declared == unit:
            assert in_frame(values, columns=form) == at
        else:
            with pytest.raises(dm.DataError, match=f'"{numbers[unit]}" in row 1.* state "format": "{unit}"') as caught:
                in_frame(values, columns=form)
            assert in_frame(values, columns=advised(caught.value)) == at


def test_years_that_datetime_cannot_hold() -> None:
    stored = pa.table({"id": [1], "created_at": pa.array([1686579858000], pa.timestamp("s", "UTC"))})
    with pytest.raises(dm.DataError, match="milliseconds stored as seconds"):
        dm.report(stored, kpis=["volume"])
    far = pa.table({"id": [1], "created_at": pa.array([300_000_000_000], pa.timestamp("s", "UTC"))})
    report = dm.report(far, kpis=["volume"])
    with pytest.raises(dm.TimestampError, match="outside the years 1 to 9999"):
        _ = report.as_of


def test_bad_values_are_excluded_and_counted() -> None:
    report = dm.report({"created_at": ["2026-03-02", "03/04/2026", "46083.5"]}, kpis=["volume"], assume_tz="UTC")
    assert report["volume"].value == 1.0
    exclusion = report.sources[0].exclusions[0]
    assert exclusion.count == 2 and exclusion.examples[0] == (2, "03/04/2026")
    assert exclusion.remedy == 'expected format "iso", the value would fit "day_first" or "month_first"'


def test_the_earlier_name_of_the_error() -> None:
    assert dm.InstantError is dm.TimestampError
