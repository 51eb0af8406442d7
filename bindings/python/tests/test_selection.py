"""Getting numbers out of a report: one row, and wide tables."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import deskmetrics as dm
from sample import dataset, weekly


def at(text: str) -> str:
    return f"2026-{text}:00Z"


TICKETS = {
    "id": [1, 2, 3, 4, 5],
    "created_at": [at("03-02T09:00"), at("03-03T09:00"), at("03-10T09:00"), at("03-10T09:00"), at("03-11T09:00")],
    "first_replied_at": [at("03-02T10:00"), at("03-03T13:00"), at("03-10T09:30"), None, at("03-11T11:00")],
    "solved_at": [at("03-02T12:00"), at("03-04T09:00"), at("03-11T09:00"), None, at("03-11T12:00")],
    "market": ["DE", "DK", "DE", "DE", None],
    "channel": ["mail", "mail", "phone", "mail", "phone"],
}


@pytest.fixture(scope="module")
def report() -> dm.Report:
    return dm.report(
        TICKETS,
        kpis=["volume", "first_response_time"],
        by=["market", ("market", "channel")],
        period="week",
        tz="UTC",
        as_of=datetime(2026, 3, 16, tzinfo=UTC),
    )


def test_one_number_is_one_line(report: dm.Report) -> None:
    assert float(report.get("volume", market="DE", period="2026-W11")) == 2
    assert report.get("volume", market=None).n == 1
    assert report.get("volume", market="DE", channel="mail").n == 2
    assert report.get("first_response_time", market="DK").duration == timedelta(hours=4)
    assert report.get("first_response_time", measure="mean", slice={"market": "DK"}).text == "4h 0m"
    with pytest.raises(dm.NoSuchNameError, match=r'there is no market "DEU" in the report, did you mean "DE"\?; it has'):
        report.get("volume", market="DEU")
    with pytest.raises(dm.NoSuchNameError, match='there is no attribute "team" in the report; it has market, channel'):
        report.get("volume", team="A")
    with pytest.raises(dm.NoSuchNameError, match="2026-W10, 2026-W11"):
        report.get("volume", period="2026-W09")
    undated = dm.report({"id": [1], "created_at": [at("03-02T09:00")]}, kpis=["volume"])
    with pytest.raises(dm.NoSuchNameError, match="the report has no periods: request them with `period`"):
        undated.get("volume", period="2026-W10")


def test_several_candidates_are_listed_and_each_remedy_works() -> None:
    desk = dm.Schedule("UTC", "Mo-Fr 09:00-17:00")
    kpis: list[str | dict[str, str]] = ["first_response_time", {"kpi": "first_response_time", "clock": "business"}]
    report = dm.report(TICKETS, kpis=kpis, schedules=desk, as_of=datetime(2026, 3, 16, tzinfo=UTC))
    with pytest.raises(dm.ArgumentError, match=r"2 rows match: First response time, median; .*clock="):
        report.get("first_response_time")
    assert report.get("first_response_time", clock="business").clock == "business"
    with pytest.raises(dm.ArgumentError, match="2 rows match"):
        report.table("first_response_time", rows="measure")
    assert "p90" in report.table("first_response_time", rows="measure", clock="calendar")["measure"].to_list()


def test_rows_are_iterated(report: dm.Report) -> None:
    assert list(report) == report.rows
    assert len(report) == len(report.rows)
    assert f"{report.get('volume')}" == "5"
    assert f"{report.get('first_response_time', market='DK'):.0f}" == "14400"
    assert f"{report.get('first_response_time', market='DK'):>8}" == "  4h 0m "[:-1].rjust(8)
    assert report.get("volume").definition == dm.catalogue()["volume"]


def test_results_answer_like_rows() -> None:
    result = dm.csat([5, 4, 1])
    assert float(result) == result.value
    assert (result.text, f"{result:.2f}", f"{result}") == ("66.7 %", "66.67", "66.7 %")
    assert result.definition.id == "csat"
    empty = dm.csat([])
    assert f"{empty:.1f}" == "nan"
    with pytest.raises(dm.ArgumentError, match="nothing was counted"):
        float(empty)


def test_a_wide_table_has_the_types_of_its_numbers(report: dm.Report) -> None:
    weeks = report.table("volume", rows="period", columns="market", totals=True)
    assert weeks.to_dict() == {
        "period": ["2026-W10", "2026-W11", "(all)"],
        "DE": [1, 2, 3],
        "DK": [1, 0, 1],
        "(none)": [0, 1, 1],
        "(all)": [2, 3, 5],
    }
    assert weeks.to_polars()["DE"].dtype == pl.Int64
    times = report.table("first_response_time", rows="market", measure="mean")
    assert times.to_polars()["value"].dtype == pl.Duration("us")
    assert times.to_dict()["value"][1] == timedelta(hours=4)
    hours = report.table("first_response_time", rows="market", measure="mean", unit="hours")
    assert hours.to_dict()["value"][1] == 4.0
    assert str(times.to_pandas()["value"].dtype).startswith("timedelta64")
    assert report.table("first_response_time", rows="market", measure="mean", values="text").to_dict()["value"][1] == "4h 0m"
    assert report.table("volume", rows="market", values="n").to_dict()["value"] == [3, 1, 1]
    with pytest.raises(dm.ArgumentError, match="unit: Ticket volume is in count, and the table has no durations to give in hours: omit unit"):
        report.table("volume", unit="hours")
    with pytest.raises(dm.NoSuchNameError, match='did you mean "hours"'):
        report.table("volume", unit="hour")  # type: ignore[arg-type]


def test_a_wide_table_within_a_slice_and_a_time(report: dm.Report) -> None:
    mail = report.table("volume", rows="market", where={"channel": "mail"})
    assert mail.to_dict() == {"market": ["DE", "DK"], "value": [2, 1]}
    grid = report.table("volume", rows="market", columns="channel")
    assert grid.to_dict()["phone"] == [1, None, 1]
    for since in (date(2026, 3, 9), "2026-03-09", datetime(2026, 3, 9, tzinfo=UTC)):
        assert report.table("volume", since=since).to_dict() == {"period": ["2026-W11"], "value": [3]}
    assert report.table("volume", until="2026-03-09").to_dict() == {"period": ["2026-W10"], "value": [2]}
    with pytest.raises(dm.ArgumentError, match="since or until has no effect here: make the periods rows or columns"):
        report.table("volume", rows="market", since="2026-03-09")
    with pytest.raises(dm.NoSuchNameError, match='there is no channel "voice" in the report; it has mail, phone'):
        report.table("volume", rows="market", where={"channel": "voice"})
    with pytest.raises(dm.NoSuchNameError, match="no slices by channel; it has market; market and channel"):
        report.table("volume", rows="channel")


def test_kpis_of_different_units_name_them(report: dm.Report) -> None:
    table = report.table(rows="kpi", columns="market").to_dict()
    assert table["kpi"] == ["Ticket volume", "First response time"]
    assert table["unit"] == ["count", "seconds"]
    assert table["DK"] == [1.0, 14400.0]


def test_csv_is_written_to_a_file(report: dm.Report, tmp_path: Path) -> None:
    file = tmp_path / "report.csv"
    report.to_csv(file)
    assert file.read_text() == report.to_csv()
    with pytest.raises(FileNotFoundError):
        report.to_csv(tmp_path / "nowhere" / "report.csv")


def test_html_is_one_file(report: dm.Report, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    report.to_html(file, title="Care & <repair>")
    page = file.read_text()
    assert page == report.to_html(title="Care & <repair>")
    assert "<h1>Care &amp; &lt;repair&gt;</h1>" in page and "<svg" in page and "<script" not in page
    assert "Customer service report" in report.to_html()


def test_an_empty_option_is_the_request_without_one() -> None:
    report = dataset().report(kpis=["sla_attainment", {"kpi": "sla_attainment", "where": {"priority": "high"}}])
    rows = report.rows_of("sla_attainment")
    total = report.get("sla_attainment", option="")
    assert total.option is None and {row.option for row in rows} > {None}
    both = dm.report(
        {"id": [1, 2], "created_at": ["2026-03-02T09:00:00Z"] * 2, "market": ["DK", "ES"]},
        kpis=["volume", {"kpi": "volume", "name": "Volume", "where": {"market": "DK"}}],
    )
    assert both.get("volume", option="").value == 2
    with pytest.raises(dm.NoSuchNameError, match="there is no option"):
        dm.report(surveys={"survey": [5]}, columns={"surveys": {"questions": {"care": "survey"}}}, scales={"care": (1, 5)}).get("csat", option="")


def test_several_rows_name_the_one_without_an_option() -> None:
    with pytest.raises(dm.ArgumentError, match=r'3 rows match: SLA attainment, percent \(option=""\); SLA attainment \(first response\)'):
        weekly().get("sla_attainment")
    assert weekly().get("sla_attainment", option="").option is None


def test_markdown_and_html_have_title_cut_off_and_zone() -> None:
    tickets = {"id": [1], "created_at": ["2026-03-02T09:00:00Z"]}
    for report in (dm.report(tickets, kpis="volume", tz="Europe/Madrid"), dm.report(tickets, kpis="volume", tz="Europe/Madrid", period="week")):
        for text in (report.to_markdown(title="March"), report.to_html(title="March"), report._repr_html_()):
            assert "As of 2026-03-02 10:00 (Europe/Madrid). 1 ticket." in text
        assert report.to_markdown(title="March | <b>").startswith("# March \\| &lt;b&gt;\n\nAs of")


def test_charts_of_the_page_join_the_smaller_slices() -> None:
    teams = [f"team {number}" for number in range(20) for _ in range(30 - number)]
    tickets: dict[str, list[Any]] = {
        "id": list(range(len(teams))),
        "created_at": ["2026-03-02T09:00:00Z"] * len(teams),
        "team": teams,
    }
    for slices in (20, 13):
        kept = [number for number, team in enumerate(teams) if int(team.split()[1]) < slices]
        report = dm.report({name: [column[number] for number in kept] for name, column in tickets.items()}, kpis="volume", by="team")
        chart = report.to_html().split('<figure class="scrolls">')[1].split("</figure>")[0]
        assert chart.count("<g>") == 13
        assert ("(others): the 8 smaller slices, counted together; the table has all." in chart) == (slices == 20)
        assert ("<title>(others): 116</title>" in chart) == (slices == 20), chart


@pytest.mark.parametrize("value", [3, None, b"x", ["a"]])
@pytest.mark.parametrize("method", ["to_csv", "to_markdown", "to_html", "to_excel"])
def test_a_path_is_a_text_or_a_path(report: dm.Report, method: str, value: object) -> None:
    if value is None and method != "to_excel":
        return
    with pytest.raises(dm.exceptions.ArgumentTypeError, match=r'path: .* is not a path; give a text or a pathlib.Path, such as "report\.'):
        getattr(report, method)(value)


def test_the_folder_of_the_data_is_a_path() -> None:
    with pytest.raises(dm.exceptions.ArgumentTypeError, match=r"data_root: 3 \(int\) is not a path"):
        dm.read("description.toml", data_root=3)  # type: ignore[arg-type]


def test_answers_without_a_date_are_noted() -> None:
    tickets = {"id": [1, 2], "created_at": ["2026-03-02T09:00:00Z", "2026-03-12T09:00:00Z"]}
    surveys = {"ticket": [1, 2], "csat": [5, 2]}
    weekly: dict[str, Any] = {"kpis": ["csat", "volume"], "scales": {"csat": (1, 5)}, "tz": "UTC", "period": "week"}
    noted = "the survey answers have no date, so csat has no value in any period"
    assert any(noted in note for note in dm.report(tickets, surveys=surveys, **weekly).notes)
    whole = {name: value for name, value in weekly.items() if name != "period"}
    assert not any(noted in note for note in dm.report(tickets, surveys=surveys, **whole).notes)
    dated: dict[str, Any] = {**surveys, "answered_at": tickets["created_at"]}
    assert not any(noted in note for note in dm.report(tickets, surveys=dated, **weekly).notes)


def test_kpis_of_solved_tickets_name_the_missing_solves() -> None:
    events = {
        "ticket": [1, 1, 2],
        "at": ["2026-03-02T09:00:00Z", "2026-03-02T10:00:00Z", "2026-03-02T10:00:00Z"],
        "kind": ["public_message"] * 3,
        "author": ["customer", "agent", "customer"],
    }
    report = dm.report(events=events)
    (note,) = [note for note in report.notes if "no change of status" in note]
    assert "one_touch, reopen_rate, solved" in note and "one_touch" not in report
    with pytest.raises(dm.DeskmetricsError, match="one_touch cannot be answered, since the data has no change of status"):
        dm.report(events=events, kpis=["one_touch"])


def test_the_note_on_the_cut_off_is_in_the_zone_of_the_report() -> None:
    tickets = {
        "id": [1, 2],
        "created_at": ["2026-03-02T09:00:00Z", "2026-03-03T09:00:00Z"],
        "solved_at": ["2026-03-20T22:30:00Z", None],
    }
    notes = dm.report(tickets, kpis=["volume"], period="week", tz="Europe/Madrid").notes
    assert any("before the cut-off 2026-03-20 23:30 (Europe/Madrid) that" in note for note in notes), notes
