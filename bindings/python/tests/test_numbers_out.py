"""Numbers out of reports and results: Markdown, Excel, comparisons of rows, other packages, representations."""

import html
import re
import sys
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import deskmetrics as dm
from sample import dataset

CUT_OFF = datetime(2026, 3, 16, tzinfo=UTC)
NASTY = ["=1+1", "+49 30", "-2", "@SUM(A1)", "a | b", "two\nlines", "<b>x</b>", "![i](http://x) *y* `z`", "https://example.com", "\x1b[31m"]


@cache
def everything() -> dm.Report:
    return dataset().report("all", period="week", by=["market"])


def nasty() -> dm.Report:
    """A report whose slices have names that other formats give a meaning to."""
    tickets = {"id": list(range(len(NASTY))), "created_at": ["2026-03-02T09:00:00Z"] * len(NASTY), "market": NASTY}
    return dm.report(tickets, kpis=["volume"], by="market", period="week", tz="UTC", as_of=CUT_OFF)


def cells(line: str) -> list[str]:
    """The cells of a line of a table in Markdown."""
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def shown(cell: str) -> str:
    """A cell as a reader of Markdown sees it."""
    return html.unescape(re.sub(r"\\([^\w\s])", r"\1", cell))


def test_markdown_has_the_rows_of_the_report() -> None:
    report = everything()
    text = report.to_markdown()
    head, overall, text = text.partition("## Overall")
    assert head.startswith("# Customer service report\n\nAs of 2026-04-27 02:00 (Europe/Copenhagen). 3,000 tickets, ")
    text = overall + text
    assert text.startswith("## Overall\n\n| KPI | measure | value | 95 % interval | n |\n|:--|:--|--:|--:|--:|\n")
    lines = text.splitlines()
    place = lines.index("### Customer satisfaction (CSAT), percent")
    assert cells(lines[place + 2]) == ["market", "value", "95 % interval", "n"]
    found = {cells(line)[0]: cells(line)[1:3] for line in lines[place + 4 : place + 10]}
    assert found == {row.keys["market"]: [row.text, row.interval_text] for row in report.rows_of("csat", period="") if row.keys}
    for heading in ("## By market", "## By week (Europe/Copenhagen)", "## Excluded, by KPI", "## Excluded, by table", "## Warnings", "## Marks"):
        assert heading in lines


def test_markdown_shows_names_as_they_are() -> None:
    lines = nasty().to_markdown().splitlines()
    place = lines.index("### Ticket volume, count")
    assert cells(lines[place + 2]) == ["market", "value"]
    table = lines[place + 4 : place + 4 + len(NASTY)]
    assert all(len(cells(line)) == 2 for line in table), "no name adds a cell or a line"
    names = [cells(line)[0] for line in table]
    assert not any("<" in name for name in names)
    visible = [name.replace("\n", r"\n").replace("\x1b", r"\u{1b}") for name in NASTY]
    assert sorted(map(shown, names)) == sorted(visible)


def test_markdown_is_written_to_a_file(tmp_path: Path) -> None:
    file = tmp_path / "report.md"
    assert nasty().to_markdown(file) is None
    assert file.read_text(encoding="utf-8") == nasty().to_markdown()


def test_results_rows_and_tables_are_markdown_too() -> None:
    report = everything()
    row = report.get("csat", market="MX")
    lines = row.to_markdown().splitlines()
    assert cells(lines[0]) == ["Customer satisfaction (CSAT), MX", "value", "95 % interval", "n"]
    assert cells(lines[2]) == ["percent", row.text, row.interval_text, f"{row.n}\\*"], "few records are marked"
    assert [cells(line)[0] for line in lines[2:]] == [measure.replace("_", " ") for measure in row.measures()]
    result = dm.csat([5, 4, None]).to_markdown()
    assert "| percent | 100.0 % |" in result and result.endswith("\nexcluded: 1 not answered\n")
    table = report.table("first_response_time", rows="market", columns="period", clock="business").to_markdown().splitlines()
    denmark = next(cells(line) for line in table if line.startswith("| DK"))
    named = dict(zip(cells(table[0]), denmark, strict=True))
    assert named["2026-W10"] == report.get("first_response_time", market="DK", clock="business", period="2026-W10").text


def sheets(report: dm.Report, folder: Path) -> dict[str, list[list[Any]]]:
    openpyxl = pytest.importorskip("openpyxl")
    pytest.importorskip("xlsxwriter")
    report.to_excel(folder / "report.xlsx")
    # With formulas as they are in the file.
    workbook = openpyxl.load_workbook(folder / "report.xlsx")
    for sheet in workbook:
        assert not any(cell.data_type == "f" or cell.hyperlink for line in sheet for cell in line), "no formula, no link"
    return {sheet.title: [[cell.value for cell in line] for line in sheet] for sheet in workbook}


def records(sheet: list[list[Any]]) -> list[dict[str, Any]]:
    return [dict(zip(sheet[0], line, strict=True)) for line in sheet[1:]]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_excel_has_typed_cells(tmp_path: Path) -> None:
    report = everything()
    found = sheets(report, tmp_path)
    assert list(found) == ["overall", "by slice", "by period", "excluded", "definitions", "about"]
    for name, rows in {
        "overall": [row for row in report if not row.keys and not row.period],
        "by slice": [row for row in report if row.keys and not row.period],
        "by period": [row for row in report if row.period],
    }.items():
        assert len(found[name]) == len(rows) + 1
        for line, row in zip(records(found[name]), rows, strict=True):
            in_hours = row.unit == "seconds"
            value = None if row.value is None else row.value / 3600 if in_hours else row.value
            assert line["value"] == (None if value is None else pytest.approx(value)), row
            assert (line["unit"], line["n"], line["few records"]) == ("hours" if in_hours else row.unit.replace("_", " "), row.n, row.small_n)
            assert (line["KPI"], line["measure"], line["option"]) == (row.name, row.measure, row.option)
            if row.period_start:
                assert line["from"] == row.period_start.replace(tzinfo=None)
            if row.change and row.change.p_value is not None:
                assert line["p-value"] == pytest.approx(row.change.p_value)
    excluded = records(found["excluded"])
    assert {line["of"] for line in excluded} >= {"Customer satisfaction (CSAT)", "events.csv.gz"}
    assert all(line["remedy"] for line in excluded if line["of"].endswith((".csv", ".gz")))
    assert [line["KPI"] for line in records(found["definitions"])] == list(dict.fromkeys(row.definition.name for row in report.headlines))
    about = {str(line[0]): line[1] for line in found["about"]}
    assert about["as of"] == "2026-04-27 02:00 Europe/Copenhagen" and about["durations"] == "in hours"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_excel_writes_formulas_and_links_as_text(tmp_path: Path) -> None:
    found = sheets(nasty(), tmp_path)
    names = {line["market"] for line in records(found["by slice"])}
    assert names == {name.replace("\x1b", r"\u{1b}") for name in NASTY}


def test_excel_names_its_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(dm.MissingPackageError, match=r"pip install deskmetrics\[excel\]"):
        nasty().to_excel(tmp_path / "report.xlsx")


def test_excel_needs_a_folder_that_exists(tmp_path: Path) -> None:
    pytest.importorskip("xlsxwriter")
    with pytest.raises(FileNotFoundError):
        nasty().to_excel(tmp_path / "nowhere" / "report.xlsx")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("frame", ["to_pandas", "to_polars"])
def test_tables_are_tables_of_great_tables(frame: str) -> None:
    great_tables = pytest.importorskip("great_tables")
    table = everything().table("csat", rows="period", columns="market")
    page = great_tables.GT(getattr(table, frame)(), rowname_col="period").tab_header("CSAT").as_raw_html()
    assert "2026-W10" in page and "CSAT" in page


def test_a_change_is_the_comparison_with_the_row_before() -> None:
    before: dict[tuple[Any, ...], dm.ReportRow] = {}
    compared = set()
    for row in everything():
        if not row.headline or row.period is None:
            continue
        key = (row.kpi, row.name, row.option, row.clock, str(row.keys))
        if row.change is not None and row.change.p_value is not None and row.kpi not in compared:
            found = dm.compare(row, before[key])
            assert (found.interval, found.p_value) == (row.change.interval, row.change.p_value)
            assert found.difference == pytest.approx(row.change.difference)
            if row.keys:
                compared.add(row.kpi)
        before[key] = row
    assert compared > {"csat", "nps", "ces", "volume", "first_response_time", "sla_attainment", "fcr", "survey_coverage"}


def test_rows_are_compared_like_results() -> None:
    surveys = {"csat": [5, 5, 4, 1, 2, 5, 1, 1], "market": ["DK"] * 4 + ["ES"] * 4}
    report = dm.report(surveys=surveys, kpis=["csat"], scales={"csat": (1, 5)}, by="market")
    dk, es = dm.csat([5, 5, 4, 1]), dm.csat([2, 5, 1, 1])
    for a in (dk, report.get("csat", market="DK")):
        for b in (es, report.get("csat", market="ES")):
            assert dm.compare(a, b) == dm.compare(dk, es)
    assert dm.compare(report.get("csat"), 50.0) == dm.compare(dk + es, 50.0)
    assert dm.compare(report.top(1).get("csat", market="DK"), es, level=0.9) == dm.compare(dk, es, level=0.9)
    other = dm.Report.from_bytes(report.to_bytes())
    assert dm.compare(report.get("csat", market="DK"), other.get("csat", market="ES")) == dm.compare(dk, es)


def test_rows_that_cannot_be_compared() -> None:
    report = everything()
    csat = report.get("csat", market="DK")
    with pytest.raises(dm.ArgumentTypeError, match="results of csat and nps cannot be compared"):
        dm.compare(csat, report.get("nps", market="DK"))
    seven = dm.report(surveys={"csat": [7, 6, 5]}, kpis=["csat"], scales={"csat": (1, 7)})
    with pytest.raises(dm.ScaleError, match="on different scales cannot be compared"):
        dm.compare(csat, seven.get("csat"))
    with pytest.raises(dm.ArgumentError, match='only the headline of a KPI is compared, and "mean" of csat is another measure'):
        dm.compare(report.get("csat", measure="mean"), csat)
    with pytest.raises(dm.ArgumentError, match="cannot be compared.*their options differ"):
        dm.compare(report.get("first_response_time", clock="business"), report.get("first_response_time", clock="calendar"))


def alike() -> list[Any]:
    return [
        everything().get("csat"),
        everything().get("first_response_time", clock="business", market="DK"),
        everything().get("volume", period="2026-W10"),
        dm.csat([5, 4, 1]),
        dm.first_response_time({"id": [1], "created_at": ["2026-03-02T09:00:00Z"], "first_replied_at": ["2026-03-02T10:00:00Z"]}),
        dm.volume({"id": [1, 2], "created_at": ["2026-03-02T09:00:00Z"] * 2}),
    ]


@pytest.mark.parametrize("place", range(6))
def test_rows_and_results_answer_alike(place: int) -> None:
    one = alike()[place]
    assert isinstance(one.value, float) and isinstance(one.n, int) and isinstance(one.text, str)
    assert one.interval is None or (one.interval.lower <= one.value <= one.interval.upper)
    assert (one.duration is None) == (one.unit != "seconds")
    assert one.duration is None or abs(one.duration - timedelta(seconds=one.value)) < timedelta(microseconds=1)
    assert one.definition.id == one.kpi and one.definition.unit == one.unit
    assert float(one) == one.value and f"{one}" == one.text and f"{one:.2f}" == f"{one.value:.2f}" and f"{one:>12}" == one.text.rjust(12)
    measures = one.measures()
    first = next(iter(measures.values()))
    assert set(first) == {"value", "unit", "n", "interval"}
    assert (first["value"], first["unit"], first["n"], first["interval"]) == (one.value, one.unit, one.n, one.interval)
    assert set(one.definition.measures) >= set(measures) or one.kpi == "reasons"
    assert one.ranking() == [] and one.to_markdown().count("\n") >= 3 and one.to_dict()["n"] == one.n


def test_measures_of_a_row_are_those_of_its_slice_and_period() -> None:
    report = everything()
    row = report.get("first_response_time", clock="calendar", market="DK", period="2026-W10", measure="p90")
    expected = {
        one.measure: one.value
        for one in report.rows_of("first_response_time", slice={"market": "DK"}, period="2026-W10", measure="all")
        if one.clock == "calendar"
    }
    assert {name: measure["value"] for name, measure in row.measures().items()} == expected
    reasons = next(one for one in report.rows_of("reasons", slice={}, period="") if one.option == "nps")
    assert reasons.ranking()[0]["reason"] == "bot did not help" and reasons.ranking()[0]["answers"] == 17


def test_a_representation_is_short() -> None:
    report = everything()
    lines = repr(report).splitlines()
    assert lines[0] == f"Report({len(report):,} rows, by week, by market, as of 2026-04-27 02:00 Europe/Copenhagen)"
    assert lines[6] == f"  ... {len(report) - 10:,} more" and len(lines) == 13
    head = repr(report.rows[0]).removeprefix("ReportRow(").split(", excluded")[0]
    assert lines[1].strip() == head
    assert len(str(report).splitlines()) > 500, "print shows the whole report"
    small = dm.report({"id": [1], "created_at": ["2026-03-02T09:00:00Z"]}, kpis=["volume"], as_of=CUT_OFF)
    assert repr(small) == "Report(1 row, as of 2026-03-16 00:00 UTC)\n  Ticket volume, count: 1, n=1"


@cache
def many() -> dict[str, Any]:
    """Tickets and answers of twenty markets of different sizes."""
    markets = [f"M{number:02}" for number in range(20) for _ in range(3 + number % 7 + 20 * (number < 3))]
    count = len(markets)
    start = datetime(2026, 3, 2, 9, tzinfo=UTC)
    created = [start + timedelta(hours=5 * place) for place in range(count)]
    return {
        "tickets": {
            "id": list(range(count)),
            "created_at": created,
            "first_replied_at": [at + timedelta(minutes=7 * (place % 31) + 1) for place, at in enumerate(created)],
            "solved_at": [at + timedelta(hours=place % 50 + 1) if place % 9 else None for place, at in enumerate(created)],
            "requester": [f"c{place % 40}" for place in range(count)],
            "market": markets,
        },
        "surveys": {"ticket": list(range(count)), "csat": [1 + place % 5 for place in range(count)], "answered_at": created},
    }


def test_others_are_counted_from_their_records() -> None:
    data = many()
    arguments: dict[str, Any] = {
        "kpis": "all", "scales": {"csat": (1, 5)}, "by": ["market"], "period": "week", "tz": "UTC", "as_of": datetime(2026, 5, 20, tzinfo=UTC),
    }  # fmt: skip
    report = dm.report(data["tickets"], surveys=data["surveys"], **arguments)
    top = report.top(5)
    largest = [keys["market"] for keys in report._slices(["market"])][:5]
    assert largest[:3] == ["M00", "M01", "M02"] or set(largest[:3]) == {"M00", "M01", "M02"}
    joined = data["tickets"] | {"market": [name if name in largest else "(others)" for name in data["tickets"]["market"]]}
    expected = dm.report(joined, surveys=data["surveys"], **arguments)
    assert top.rows == expected.rows, "as if the tickets had come from one market"
    assert top._slices(["market"])[-1] == {"market": "(others)"}
    assert {row.keys["market"] for row in top if row.keys} == {*largest, "(others)"}
    assert [row for row in top if not row.keys] == [row for row in report if not row.keys]
    assert report.top(20) == report and report.top(19) == report, "a single slice is not replaced"


def test_slices_that_overlap_are_not_joined() -> None:
    tickets = {"id": [1, 2, 3], "created_at": ["2026-03-02T09:00:00Z"] * 3, "tags": [["a", "b"], ["b", "c"], ["d"]]}
    report = dm.report(tickets, kpis=["volume"], by="tag")
    assert report.top(1) == report


def test_a_frame_shows_its_first_and_last_rows() -> None:
    days = [f"2026-03-{day:02}T09:00:00Z" for day in range(1, 29)]
    tickets = {"id": list(range(28)), "created_at": days, "market": ["DK", "ES\n"] * 14}
    frame = dm.report(tickets, kpis=["volume"], by="market", period="day", tz="UTC").table("volume", rows="period", columns="market")
    lines = repr(frame).splitlines()
    assert lines[0].startswith("Frame(28 periods: period, DK, ES")
    assert lines[1].split()[:2] == ["period", "DK"]
    assert len(lines) == 1 + 1 + 5 + 1 + 5, "the title, the names, both ends and what is between"
    assert lines[2].startswith("2026-03-01") and lines[7].split()[0] == "…" and lines[-1].startswith("2026-03-28")
    assert str(frame) == repr(frame)

    wide = dm.replay(tickets={"id": [1], "created_at": days[:1]}, as_of=days[1]).metrics
    title, *shown = repr(wide).splitlines()
    assert "first_response_time" in title and len(shown) == 2
    assert all(len(line) <= 123 for line in shown) and shown[0].endswith("…")
    assert len(repr(wide["ticket"]).splitlines()) == 3
