"""Reading files: contents, exclusions, errors, progress, Ctrl-C."""

import gc
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import deskmetrics as dm

from sample import DESCRIPTION, dataset

TOML = """
time_zone = "Europe/Copenhagen"
[[tickets]]
file = "tickets.csv"
id = "Number"
created_at = "Opened"
"""


def helpdesk(folder: Path, rows: str = "T-1,2026-03-02T09:00:00Z\n", head: str = "Number,Opened") -> Path:
    (folder / "tickets.csv").write_text(f"{head}\n{rows}", encoding="utf-8")
    description = folder / "helpdesk.toml"
    description.write_text(TOML, encoding="utf-8")
    return description


def test_contents_of_a_dataset() -> None:
    read = dataset()
    assert read.counts == {"tickets": 3000, "events": 30269, "responses": 688, "invitations": 2613}
    assert read.time_zone == "Europe/Copenhagen" and read.by == ("market",)
    assert read.as_of is not None and read.as_of.isoformat() == "2026-04-27T02:00:00+02:00"
    assert read.excluded == {"duplicate": 75}
    # The KPIs exclude them; the reader reports their place.
    off_scale = [value for source in read.sources for value in source.exclusions if value.reason == "out_of_scale"]
    assert [(value.scope, value.count) for value in off_scale] == [("value", 8)]
    assert set(read.schedules) == {"dk", "de", "es", "gb", "us", "mx"}
    assert read.schedules["es"].time_zone == "Europe/Madrid"
    assert read.policies.names[0] == "Reply, Germany and Denmark"


def test_sources_contain_remedies() -> None:
    events = next(source for source in dataset().sources if source.holds == "events")
    assert events.rows == 30344 and events.file.name == "events.csv.gz"
    (duplicate,) = events.exclusions
    assert (duplicate.reason, duplicate.column, duplicate.count) == ("duplicate", "Event ID", 75)
    assert duplicate.examples[0] == (401, "E400")
    assert "first in row 401" in repr(dataset())


def test_html_escapes_text_of_files(tmp_path: Path) -> None:
    description = helpdesk(tmp_path, "T-1,2026-03-02T09:00:00Z\n<b>x</b>,2026-13-02T09:00:00Z\n")
    description.write_text('name = "<script>alert(1)</script>"\n' + description.read_text(), encoding="utf-8")
    html = dm.read(description)._repr_html_()
    assert "<script>" not in html and "&lt;script&gt;" in html and "2026-13-02" in html


def test_a_path_or_a_text(tmp_path: Path) -> None:
    description = helpdesk(tmp_path)
    assert dm.read(str(description)).counts == dm.read(description).counts
    elsewhere = tmp_path / "elsewhere.toml"
    elsewhere.write_text('folder = "data"\n' + TOML, encoding="utf-8")
    (tmp_path / "root" / "data").mkdir(parents=True)
    (tmp_path / "tickets.csv").rename(tmp_path / "root" / "data" / "tickets.csv")
    assert dm.read(elsewhere, data_root=tmp_path / "root").counts["tickets"] == 1


@pytest.mark.parametrize(
    ("rows", "head", "message"),
    [
        ("T-1,2026-03-02T09:00:00Z\n", "Number,Opend", 'there is no column "Opened", did you mean "Opend"?'),
        ("T-1,yesterday\nT-2,2026-03-02T09:00:00Z\n", "Number,Opened", 'row 1, column "Opened": "yesterday"'),
    ],
)
def test_errors_name_place_and_remedy(tmp_path: Path, rows: str, head: str, message: str) -> None:
    with pytest.raises(dm.ReadError) as problem:
        dm.read(helpdesk(tmp_path, rows, head), strict=True)
    assert message in str(problem.value) and "tickets.csv" in str(problem.value)
    assert isinstance(problem.value, ValueError)


def test_a_bad_line_is_excluded_with_its_line(tmp_path: Path) -> None:
    rows = 'T-1,2026-03-02T09:00:00Z\nT-2,"2026-03-02T09:00:00Z\nT-3\nT-4,2026-03-02T09:00:00Z,web, mail\nT-5,2026-03-02T10:00:00Z\n'
    description = helpdesk(tmp_path, rows)
    read = dm.read(description)
    assert read.counts["tickets"] == 2 and read.excluded == {"field_count": 2, "unclosed_quote": 1}
    (source,) = read.sources
    assert source.rows == 5
    fields, quote = source.exclusions
    assert (fields.scope, fields.column, fields.examples) == ("line", "", ((4, "T-3"), (5, "T-4,2026-03-02T09:00:00Z,web, mail")))
    assert str(fields) == '2 lines excluded: wrong number of fields, first in line 4: "T-3"'
    assert quote.examples[0][0] == 3 and "close the quoted text" in quote.remedy
    assert "3 excluded" in repr(source) and "line 4" in repr(read)
    report = read.report(kpis=["volume"])
    assert report.excluded and any("wrong number of fields" in str(warning) for warning in report.warnings)
    with pytest.raises(dm.ReadError, match=r"tickets\.csv: line 3: .*quote not closed"):
        dm.read(description, strict=True)


def test_rows_are_selected_by_where(tmp_path: Path) -> None:
    description = helpdesk(tmp_path, "1,2026-03-02,web\n2,2026-03-02,test\n3,2026-03-02,\n", "Number,Opened,Channel")
    text = description.read_text(encoding="utf-8")
    for where, tickets in [('"web"', 1), ('["web", "test"]', 2), ('{ not = "test" }', 2), ('{ not = ["test", ""] }', 1)]:
        description.write_text(f"{text}where = {{ Channel = {where} }}\n", encoding="utf-8")
        read = dm.read(description)
        (source,) = read.sources
        assert read.counts["tickets"] == tickets and read.excluded == {}
        assert (source.rows, source.not_selected) == (3, 3 - tickets)
        assert f"{3 - tickets} rows not selected" in source.remarks and not source.exclusions
        assert not read.report(kpis=["volume"]).warnings
    description.write_text(f'{text}where = {{ Chanel = "web" }}\n', encoding="utf-8")
    with pytest.raises(dm.ReadError, match='there is no column "Chanel", did you mean "Channel"'):
        dm.read(description)


def test_rows_of_frames_are_selected_by_where() -> None:
    tickets = {
        "id": [1, 2, 3],
        "created_at": ["2026-03-02T09:00:00Z", "2026-03-02T10:00:00Z", "soon"],
        "channel": ["web", "mail", "test"],
        "preview": [False, True, False],
    }
    for where, ids in [({"preview": False, "channel": "web"}, [1]), ({"channel": {"not": ["test"]}}, [1, 2]), ({"id": [2, 1]}, [1, 2])]:
        report = dm.report(tickets, kpis=["volume"], by="channel", columns={"tickets": {"where": where}})
        assert report["volume"].value == len(ids)
        assert report.sources[0].not_selected == 3 - len(ids) and not report.sources[0].exclusions
    with pytest.raises(dm.ColumnNotFoundError, match='there is no column "chanel", did you mean "channel"'):
        dm.report(tickets, kpis=["volume"], columns={"tickets": {"where": {"chanel": "web"}}})
    with pytest.raises(dm.ArgumentError, match="expected a value, a list of values, or a dict such as"):
        dm.report(tickets, kpis=["volume"], columns={"tickets": {"where": {"channel": {"nott": "web"}}}})


def test_format_of_a_text_file_is_detected(tmp_path: Path) -> None:
    text = TOML.replace('"Number"', '"Número"')
    rows = "Número;Opened;Land\n1;2026-03-02T09:00:00Z;España\n2;2026-03-02T09:00:00Z;Østrig\n"
    description = tmp_path / "helpdesk.toml"
    description.write_text(text + 'attributes = { market = "Land" }\n', encoding="utf-8")
    for encoding, notes in [("utf-8", 0), ("utf-8-sig", 0), ("utf-16", 0), ("windows-1252", 1)]:
        (tmp_path / "tickets.csv").write_text(rows, encoding=encoding)
        read = dm.read(description)
        assert len(read.sources[0].notes) == notes and read.excluded == {}
        report = read.report(kpis=["volume"], by="market")
        assert {row.keys["market"] for row in report.rows if row.keys} == {"España", "Østrig"}
    note = (
        "tickets.csv: no encoding is stated, and windows-1252 was detected; if text is garbled, state another one, such as "
        'file = { path = "..", encoding = "windows-1250" }'
    )
    assert note in str(report) and note in report.notes
    (tmp_path / "tickets.csv").write_text(f"Tickets of March\n\n{rows}", encoding="utf-8")
    with pytest.raises(dm.ReadError, match='there is no column "Número".*it is in line 3: state file = . path = "..", skip_rows = 2'):
        dm.read(description)
    description.write_text(text.replace('"tickets.csv"', '{ path = "tickets.csv", skip_rows = 2 }'), encoding="utf-8")
    assert dm.read(description).counts["tickets"] == 2


def test_decimals_of_a_table_without_numbers(tmp_path: Path) -> None:
    description = helpdesk(tmp_path)
    description.write_text(TOML.replace('"tickets.csv"', '{ path = "tickets.csv", decimal = "," }'), encoding="utf-8")
    note = "tickets: decimal has no effect on a report; such a table has no numbers"
    assert note in dm.read(description).report(kpis=["volume"]).notes


def test_missing_file_suggests_the_nearest(tmp_path: Path) -> None:
    helpdesk(tmp_path)
    with pytest.raises(dm.ReadError, match='did you mean "helpdesk.toml"'):
        dm.read(tmp_path / "helpdsk.toml")


def test_progress_calls_a_function() -> None:
    calls: list[tuple[str, int, int]] = []
    dm.read(DESCRIPTION, progress=lambda file, done, total: calls.append((file, done, total)))
    assert {file for file, _, _ in calls} >= {"tickets.csv", "events.csv.gz"}
    assert all(0 < done <= total for _, done, total in calls)


def test_progress_bar_of_tqdm(monkeypatch: pytest.MonkeyPatch) -> None:
    bars: list[Any] = []

    class Bar:
        def __init__(self, total: int, desc: str, **_: object) -> None:
            self.total, self.desc, self.n, self.closed = total, desc, 0, False
            bars.append(self)

        def update(self, by: int) -> None:
            self.n += by

        def close(self) -> None:
            self.closed = True

    monkeypatch.setitem(sys.modules, "tqdm.auto", SimpleNamespace(tqdm=Bar))
    dm.read(DESCRIPTION, progress=True)
    assert {bar.desc for bar in bars} >= {"tickets.csv", "events.csv.gz"}
    assert all(bar.closed and 0 < bar.n <= bar.total for bar in bars)


def test_without_tqdm_there_is_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    assert dm.read(DESCRIPTION, progress=True).counts["tickets"] == 3000


def test_an_error_of_the_listener_ends_the_reading() -> None:
    def refuse(file: str, done: int, total: int) -> None:
        raise RuntimeError(f"enough of {file}")

    with pytest.raises(RuntimeError, match="enough of tickets.csv"):
        dm.read(DESCRIPTION, progress=refuse)


def test_gil_is_released_while_reading(tmp_path: Path) -> None:
    """Another thread goes on while files are read."""
    description = helpdesk(tmp_path, "".join(f"T-{n},2026-03-02T09:00:00Z\n" for n in range(300_000)))
    ticks: list[float] = []
    done = threading.Event()

    def tick() -> None:
        while not done.is_set():
            ticks.append(time.perf_counter())
            time.sleep(0.002)

    ticking = threading.Thread(target=tick)
    ticking.start()
    before = time.perf_counter()
    try:
        dm.read(description)
    finally:
        done.set()
        ticking.join()
    took = time.perf_counter() - before
    assert len([at for at in ticks if at > before]) > min(10, took / 0.02)


def test_threads_give_equal_results() -> None:
    expected = dataset().report().to_json()
    found: list[str] = []

    def work() -> None:
        found.append(dm.read(DESCRIPTION).report().to_json())

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    gc.collect()
    assert found == [expected] * 4


def test_kpi_functions_advise_the_description(tmp_path: Path) -> None:
    (tmp_path / "tickets.csv").write_text("id,created_at\n1,2026-03-02T09:00:00Z\n")
    text = "time_zone = 'UTC'\n[[tickets]]\nfile = 'tickets.csv'\nid = 'id'\ncreated_at = 'created_at'\n"
    (tmp_path / "d.toml").write_text(text)
    data = dm.read(tmp_path / "d.toml")
    for tickets in (data, data.replay()):
        with pytest.raises(dm.ArgumentError, match=r"provide policies with targets, as \[\[sla.policies\]\]"):
            dm.sla_attainment(tickets)
    with pytest.raises(dm.ArgumentError, match=r"give what replay\(.., policies="):
        dm.sla_attainment({"id": [1], "created_at": ["2026-03-02T09:00:00Z"]})
