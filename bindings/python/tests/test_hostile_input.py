"""Input that is damaged, endless, too deep or too large, and text that would run elsewhere: typed errors, soon."""

from __future__ import annotations

import gzip
import io
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import deskmetrics as dm
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import scipy.stats as st
from deskmetrics.exceptions import ArgumentError, DeskmetricsError, PolicyError, ReadError, ScheduleError

MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
TWO = {"id": ["1", "2"], "created_at": [MONDAY, MONDAY + timedelta(hours=1)]}

DESCRIPTION = """
time_zone = "UTC"
[[tickets]]
file = "{file}"
id = "id"
created_at = "created_at"
attributes = {{ market = "market" }}
"""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    start = time.monotonic()
    yield
    assert time.monotonic() - start < seconds


def described(folder: Path, file: str) -> Path:
    description = folder / "helpdesk.toml"
    description.write_text(DESCRIPTION.format(file=file), encoding="utf-8")
    return description


# --- numbers of any size


def test_means_of_33_million_answers() -> None:
    scores = np.tile(np.arange(1, 6, dtype=np.int8), 6_600_000)
    with within(20):
        result = dm.ces(scores, scale="ces1")
    n = len(scores)
    half = st.t.ppf(0.975, n - 1) * np.sqrt(2 / (n - 1))
    assert result.interval is not None
    assert result.interval.upper - result.interval.lower == pytest.approx(2 * half, rel=1e-9)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"threads": -1}, "threads: -1 (int) is out of range; give 1 to 1024"),
        ({"threads": 10**9}, "threads: 1000000000 (int) is out of range; give 1 to 1024"),
        ({"threads": 2**64}, "is out of range; give 1 to 1024"),
        ({"min_n": -1}, "min_n: -1 (int) is out of range"),
        ({"level": float("nan")}, "level: NaN is not between 0 and 1"),
        ({"year_start": 10**30, "period": "year", "tz": "UTC"}, "is out of range; give the first month of a year, 1 to 12"),
    ],
)
def test_numbers_out_of_range(arguments: dict[str, object], message: str) -> None:
    with within(2), pytest.raises(ArgumentError) as caught:
        dm.report(TWO, **arguments)  # type: ignore[arg-type]
    assert message in str(caught.value)


def test_business_days_out_of_range() -> None:
    desk = dm.Schedule("UTC", "Mo-Fr 09:00-17:00")
    with pytest.raises(ArgumentError, match="count: 1000000000000000000000 .* is out of range"):
        desk.add_business_days("2026-03-02", 10**21)
    with pytest.raises(DeskmetricsError):
        desk.add_business_days("2026-03-02", 10**9)


@pytest.mark.parametrize("at", [-(2**63), -(2**63) + 1, 2**63 - 1, 2**62, -62_135_596_800_000_001])
def test_timestamps_at_the_ends_of_64_bits(at: int) -> None:
    for unit in ("s", "ms", "us", "ns"):
        tickets = pa.table({"id": ["1", "2"], "created_at": pa.array([at, 10**9], pa.timestamp(unit, "UTC"))})
        try:
            report = dm.report(tickets, kpis="all", period="year", tz="Asia/Tokyo")
            str(report), report.to_dict(), report.to_csv()
            for row in report.rows:
                row.period_start  # noqa: B018
        except DeskmetricsError:
            pass


@pytest.mark.parametrize("score", [2**31 - 1, -(2**31), 2**63 - 1, -(2**63), float("inf"), float("-inf"), float("nan"), 1e308])
def test_scores_of_any_size_are_off_the_scale(score: float) -> None:
    result = dm.csat([5, score], scale=(1, 5))
    assert (result.n, sum(result.excluded.values())) == (1, 1)


# --- depth and width


def test_nesting_is_bounded() -> None:
    deep = "all_of(" * 20_000 + "single_reply" + ")" * 20_000
    with within(5), pytest.raises(PolicyError):
        dm.FcrPolicy(deep)
    schedule: dict[str, object] = {"time_zone": "UTC", "hours": "24/7"}
    for _ in range(20_000):
        schedule = {"any_of": [schedule]}
    with within(5), pytest.raises(DeskmetricsError, match="nested more than 32 levels deep"):
        dm.Schedule.from_dict(schedule)


def test_openings_a_day_are_bounded() -> None:
    hours = "Mo-Su " + ",".join(f"{m // 30:02}:{m % 30 * 2:02}-{m // 30:02}:{m % 30 * 2 + 1:02}" for m in range(718))
    with within(5), pytest.raises(ScheduleError, match="a day has 718 openings and breaks, more than the 200"):
        dm.Schedule("UTC", hours)


def test_tables_wider_and_larger_than_the_limits(tmp_path: Path) -> None:
    names = ",".join(f"c{i}" for i in range(30_000))
    (tmp_path / "t.csv").write_text(f"id,created_at,market,{names}\n1,2026-03-02T08:00:00Z,DK{',' * 30_000}\n")
    description = described(tmp_path, "t.csv")
    with within(5), pytest.raises(ReadError, match=r"t\.csv: it has more than 10000 columns; .* raise limits\.columns"):
        dm.read(description)
    assert dm.read(description, limits={"columns": 40_000}).counts["tickets"] == 1
    with pytest.raises(ArgumentError, match='there is no key "rows"; allowed are "columns", "expansion", "always"'):
        dm.read(description, limits={"rows": 1})

    text = b"id,created_at,market\n" + b"1,2026-03-02T08:00:00Z,DK\n" * 100_000
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(text))
    description = described(tmp_path, "t.csv.gz")
    with pytest.raises(ReadError, match=r"it decompresses to more than .* raise limits\.expansion"):
        dm.read(description, limits={"expansion": 2, "always": 1 << 20})
    assert dm.read(description).sources[0].rows == 100_000


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes")
def test_pipes_devices_and_folders_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "zero.csv").symlink_to("/dev/zero")
    (tmp_path / "folder.csv").mkdir()
    for name in ("pipe.csv", "zero.csv", "folder.csv"):
        description = described(tmp_path, name)
        for path in (description, tmp_path / name):
            with within(5), pytest.raises(ReadError, match=f"{name}: is a .*, not a file"):
                dm.read(path)
        with within(5), pytest.raises(PolicyError, match="not a file"):
            dm.SlaPolicies.from_toml(tmp_path / name)


# --- time


def test_a_circle_of_merges_takes_linear_time() -> None:
    n = 20_000
    ids = [f"T{i}" for i in range(n)]
    events = {
        "ticket": ids,
        "at": [MONDAY + timedelta(minutes=i) for i in range(n)],
        "kind": ["merged_into"] * n,
        "value": [f"T{(i + 1) % n}" for i in range(n)],
    }
    with within(10):
        report = dm.report({"id": ids, "created_at": [MONDAY] * n}, events, kpis=["volume"])
    assert report["volume"].excluded == {"merged": n}


def test_a_ticket_of_100_000_tags_takes_linear_time() -> None:
    tags = [f"t{i}" for i in range(100_000)]
    with within(20):
        report = dm.report({"id": ["1"], "created_at": [MONDAY], "tags": [tags]}, kpis=["volume"], by="tag")
    assert len(report.rows_of("volume", slice={"tag": "t99999"})) == 1


def test_columns_take_linear_time(tmp_path: Path) -> None:
    names = [f"a{number}" for number in range(9_990)]
    row = {"id": "1", "created_at": "2026-03-02T09:00:00Z", **dict.fromkeys(names, "x")}
    path = tmp_path / "wide.toml"
    lines = ['time_zone = "UTC"', "[[tickets]]", 'file = "wide.csv"', 'id = "id"', 'created_at = "created_at"', "[tickets.attributes]"]
    path.write_text("\n".join([*lines, *(f'{name} = "{name}"' for name in names)]), encoding="utf-8")
    (tmp_path / "wide.csv").write_text(",".join(row) + "\n" + ",".join(row.values()) + "\n", encoding="utf-8")
    table = pa.table({name: [value] for name, value in row.items()})
    with within(10):
        assert dm.read(path).report(kpis=["volume"], by="a9989")["volume"].value == 1
        assert dm.report(table, kpis=["volume"], by="a9989")["volume"].value == 1


def test_5_000_attributes_take_linear_time() -> None:
    n = 200_000
    events = {
        "ticket": [str(i % 1_000) for i in range(n)],
        "at": [MONDAY + timedelta(seconds=i) for i in range(n)],
        "kind": [f"changed a{i % 5_000}" for i in range(n)],
        "value": ["x"] * n,
    }
    tickets = {"id": [str(i) for i in range(1_000)], "created_at": [MONDAY] * 1_000}
    with within(20):
        assert dm.report(tickets, events, kpis=["volume"])["volume"].value == 1_000


# --- damaged files


def test_a_damaged_file_is_a_read_error_with_its_name(tmp_path: Path) -> None:
    table = pa.table({
        "id": [str(i) for i in range(50)],
        "created_at": pa.array([1_772_442_000_000_000 + i for i in range(50)], pa.timestamp("us", "UTC")),
        "market": pa.array(["DK", "ES"] * 25).dictionary_encode(),
    })
    names = ("t.arrow", "t.arrows", "t.parquet")
    with pa.OSFile(str(tmp_path / names[0]), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write(table)
    with pa.OSFile(str(tmp_path / names[1]), "wb") as file, pa.ipc.new_stream(file, table.schema) as writer:
        writer.write(table)
    pq.write_table(table, tmp_path / names[2])
    chosen = random.Random(20261130)
    for name in names:
        whole = (tmp_path / name).read_bytes()
        description = described(tmp_path, name)
        assert dm.read(description).counts["tickets"] == 50
        for _ in range(300):
            damaged = bytearray(whole)
            for _ in range(chosen.randint(1, 8)):
                damaged[chosen.randrange(len(damaged))] = chosen.choice((0, 255, 127, chosen.randrange(256)))
            (tmp_path / name).write_bytes(damaged)
            try:
                repr(dm.read(description).report(kpis=["volume"], by="market"))
            except ReadError as error:
                assert name in str(error)
            except ArgumentError:
                pass  # such as no ticket that is left


# --- Arrow arrays of every kind


def oddities() -> dict[str, pa.Array]:
    texts = pa.array(["DK", "ES", None, "DK"])
    return {
        "sliced": pa.array(["x", "DK", "ES", None, "DK"]).slice(1),
        "dictionary": texts.dictionary_encode(),
        "null in a dictionary": pa.DictionaryArray.from_arrays(pa.array([0, 1, 2, 0]), pa.array(["DK", "ES", None])),
        "view": texts.cast(pa.string_view()),
        "large": texts.cast(pa.large_string()),
    }


@pytest.mark.parametrize("kind", oddities())
def test_every_encoding_of_text_is_the_same(kind: str) -> None:
    created = pa.array([1_772_442_000] * 4, pa.timestamp("s", "UTC"))
    report = dm.report(pa.table({"id": list("1234"), "created_at": created, "market": oddities()[kind]}), kpis=["volume"], by="market")
    values = {row.keys["market"]: row.value for row in report.rows if row.keys}
    assert values == {"DK": 2, "ES": 1, None: 1}


@pytest.mark.parametrize(
    "array",
    [
        pa.UnionArray.from_sparse(pa.array([0, 0, 0, 0], pa.int8()), [pa.array(list("abcd"))]),
        pa.array([b"\xff\xfe"] * 4, pa.binary()),
        pa.array([{"a": 1}] * 4),
        pa.array([1, 2, 3, 4], pa.decimal128(10, 2)),
        pa.nulls(4),
        pa.RunEndEncodedArray.from_arrays(pa.array([1, 2, 4]), pa.array(["DK", "ES", None])),
        pa.array([[1], [2], [], None]),
    ],
    ids=lambda array: str(array.type),
)
def test_other_types_are_used_or_refused_with_a_typed_error(array: pa.Array) -> None:
    created = pa.array([1_772_442_000] * 4, pa.timestamp("s", "UTC"))
    for table in (
        pa.table({"id": list("1234"), "created_at": created, "market": array}),
        pa.table({"id": array, "created_at": created}),
        pa.table({"id": list("1234"), "created_at": array}),
    ):
        try:
            str(dm.report(table, kpis=["volume"], by="market" if "market" in table.column_names else ()))
        except DeskmetricsError:
            pass


def test_columns_of_one_name_are_refused() -> None:
    created = pa.array([1_772_442_000], pa.timestamp("s", "UTC"))
    table = pa.Table.from_arrays([pa.array(["1"]), created, pa.array(["DK"]), pa.array(["ES"])], names=["id", "created_at", "market", "market"])
    with pytest.raises(DeskmetricsError, match="market"):
        dm.report(table, kpis=["volume"], by="market")


# --- text that would run elsewhere

HOSTILE = ["=1+1", "+1+1", "@SUM(A1)", "-2+3", "-5", "</script><script>alert(1)</script>", "<!--<script>", "\x1b[31mred\x00", "two\nlines"]


def hostile_report() -> dm.Report:
    tickets = {
        "id": [str(i) for i in range(len(HOSTILE))],
        "created_at": [MONDAY + timedelta(days=i) for i in range(len(HOSTILE))],
        "market": HOSTILE,
    }
    return dm.report(tickets, kpis=["volume"], by="market", period="day", tz="UTC")


def test_csv_has_no_formulas() -> None:
    cells = pd.read_csv(io.StringIO(hostile_report().to_csv()), dtype=str)["market"].dropna().unique()
    assert {"'=1+1", "'+1+1", "'@SUM(A1)", "'-2+3", "-5"} <= set(cells)
    assert not any(cell.startswith(("=", "+", "@")) for cell in cells)


def test_pages_have_no_scripts_from_data() -> None:
    pytest.importorskip("altair")
    report = hostile_report()
    for kind in ("slices", "trend"):
        page = report.plot("volume", kind=kind, by="market").to_html()
        assert "alert(1)" in page
        # Within a script, only its end and comments have a meaning.
        assert "</script><script>alert" not in page
        assert "<!--<script" not in page
    assert "<script" not in report._repr_html_()


def test_control_characters_are_shown_escaped(tmp_path: Path) -> None:
    report = hostile_report()
    texts = [repr(report), str(report), *map(repr, report.rows)]
    events = {"ticket": ["\x1b]0;x\x07"], "at": [MONDAY], "kind": ["status"], "value": ["solved"]}
    tickets = {"id": ["\x1b]0;x\x07"], "created_at": [MONDAY], "market": ["\x9b1m"]}
    explained = dm.replay(events, tickets=tickets).explain("\x1b]0;x\x07")
    texts += [repr(explained), str(explained)]
    (tmp_path / "t.csv").write_text("id,created_at,market\n1,2026-03-02T08:00:00Z,DK\n2,\x1b[31mnever,ES\n")
    dataset = dm.read(described(tmp_path, "t.csv"))
    texts += [repr(dataset), str(dataset.sources[0]), repr(dataset.sources[0])]
    with pytest.raises(DeskmetricsError) as caught:
        dm.report(tickets, kpis=["\x1b[31m"])
    texts.append(str(caught.value))
    for text in texts:
        assert not any(ord(c) < 32 and c not in "\n\t" or 127 <= ord(c) < 160 for c in text), text
    for text in (repr(report), str(report)):
        assert r"\u{1b}[31mred\u{0}" in text and r"two\nlines" in text
