"""Reports: rows, lookups, exports, merging, errors."""

import csv
import io
import json
import math
from datetime import datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import deskmetrics as dm

from sample import dataset, weekly


def test_headlines_are_found_by_id_and_alias() -> None:
    report = weekly()
    nps = report["nps"]
    assert (nps.kpi, nps.name, nps.measure, nps.unit, nps.headline) == ("nps", "Net Promoter Score", "score", "points", True)
    assert nps.value is not None and round(nps.value, 6) == 9.765625 and nps.n == 256
    interval = nps.interval
    assert interval is not None and nps.value in interval and interval.level == 0.95
    assert nps.excluded == {"not_answered": 7, "out_of_scale": 2} and report.excluded["nps"] == nps.excluded
    assert report["net_promoter_score"] == nps and "nps" in report and "fcr_rate" in report
    assert nps.text == "+9.8" and nps.interval_text == "-0.8 – +20.1"


def test_unknown_kpi_suggests_the_nearest() -> None:
    with pytest.raises(dm.NoSuchNameError, match='no KPI "npss" in the report, did you mean "nps"') as problem:
        weekly()["npss"]
    assert isinstance(problem.value, KeyError) and str(problem.value).startswith("there is")
    with pytest.raises(dm.ArgumentError, match='there is no KPI "volum", did you mean "volume"'):
        dataset().report(kpis=["volum"])


def test_rows_by_slice_and_period() -> None:
    report = weekly()
    assert report.by == [("market",)] and report.period == "week" and report.time_zone == "Europe/Copenhagen"
    markets = [row for row in report.rows if row.kpi == "volume" and row.keys and row.period is None]
    assert [row.keys["market"] for row in markets] == ["DE", "DK", "ES", "GB", "MX", "US"]
    assert sum(row.n for row in markets) == report["volume"].n == 3000 - 128
    weeks = [row for row in report.rows if row.kpi == "volume" and not row.keys and row.period_start is not None]
    assert weeks[0].period == "2026-W08"
    assert weeks[0].period_start == datetime(2026, 2, 16, tzinfo=ZoneInfo("Europe/Copenhagen"))
    assert weeks[0].period_end == weeks[1].period_start
    assert not weeks[0].partial and weeks[-1].partial
    assert sum(row.value or 0 for row in weeks) == report["volume"].value


def test_changes_against_the_period_before() -> None:
    weeks = [row for row in weekly().rows if row.kpi == "csat" and row.headline and not row.keys and row.period]
    assert weeks[0].change is None
    change = weeks[1].change
    assert change is not None and change.text.endswith(" pp") and change.p_value is not None
    value, before = weeks[1].value, weeks[0].value
    assert value is not None and before is not None and math.isclose(change.difference, value - before)
    assert change.significance == "too_few" and not change.is_significant
    assert dm.Change(2.0, None, 0.01, "significant", "+2.0 pp").is_significant


def test_a_row_is_readable() -> None:
    assert repr(weekly()["nps"]).startswith("ReportRow(Net Promoter Score, score: +9.8, interval -0.8 – +20.1, n=256")
    assert weekly()["nps"].to_dict()["interval"]["method"] == "adjusted_wald"
    printed = str(weekly())
    assert printed.startswith("Overall") and "By week (Europe/Copenhagen)" in printed and "Warnings" in printed


def test_dict_json_and_csv_agree() -> None:
    report = weekly()
    assert json.loads(report.to_json()) == report.to_dict()
    lines = list(csv.DictReader(io.StringIO(report.to_csv())))
    assert len(lines) == len(report.rows)
    for line, row in zip(lines, report.rows, strict=True):
        assert line["kpi"] == row.kpi and line["n"] == str(row.n)
        assert (float(line["value"]) if line["value"] else None) == row.value


def test_arrow_into_every_frame() -> None:
    polars = pytest.importorskip("polars")
    pyarrow = pytest.importorskip("pyarrow")
    duckdb = pytest.importorskip("duckdb")
    report = weekly()
    frame = polars.DataFrame(report)
    assert frame.equals(report.to_polars()) and frame.height == len(report.rows)
    assert frame["period_start"].dtype == polars.Datetime("us", "Europe/Copenhagen")
    assert frame["value"].to_list() == [row.value for row in report.rows]
    assert set(frame["market"].to_list()) >= {None, "DK"}
    table = pyarrow.table(report)
    assert table.schema.names[:3] == ["kpi", "name", "option"]
    pandas_frame = report.to_pandas()
    assert list(pandas_frame["n"]) == [row.n for row in report.rows]
    ((count,),) = duckdb.sql("select count(*) from report").fetchall()
    assert count == len(report.rows)


def test_attributes_named_like_columns_keep_apart() -> None:
    tickets = {"id": ["1"], "created_at": ["2026-03-02T08:00:00Z"], "market": ["DK"], "channel": ["mail"], "value": ["high"]}
    report = dm.report(tickets, kpis=["volume"], by=["market", ("market", "channel"), "value"])
    names = report.to_csv().splitlines()[0].split(",")
    assert len(names) == len(set(names)) and "by_value" in names and names.count("market") == 1


def test_reports_add_up() -> None:
    report = weekly()
    both = report + report
    assert both["volume"].value == 2 * (report["volume"].value or 0)
    assert both["csat"].value == report["csat"].value and both["csat"].n == 2 * report["csat"].n
    assert sum([report, report]) == both and report != both
    with pytest.raises(dm.ArgumentError, match="different reports"):
        _ = report + dataset().report()


def test_settings() -> None:
    report = dataset().report(["csat", "nps"], by=(), level=0.9, min_n=1000)
    assert [row.kpi for row in report.headlines] == ["csat", "nps"]
    assert report.level == 0.9 and report.min_n == 1000 and report["csat"].small_n
    assert "fewer than 1,000 answers" in report.warnings[0]
    assert report.period is None and report.by == []
    by_both = dataset().report("volume", by=[("market", "channel")])
    assert by_both.by == [("market", "channel")]
    everything = dataset().report("all")
    assert len({row.kpi for row in everything.headlines}) > 40


def test_requests_with_choices() -> None:
    request = {"kpi": "first_response_time", "clock": "business", "within": "4h"}
    report = dataset().report([request, "nps", {"kpi": "csat", "question": "csat", "scale": (1, 5)}])
    within = report["first_response_time"]
    assert within.unit == "percent" and within.clock == "business"
    fcr = dataset().report("fcr", fcr=dm.FcrPolicy("single_reply"))
    assert "single_reply" in (fcr["fcr"].option or "")


def test_an_earlier_cut_off() -> None:
    early = dataset().report(["volume", "nps"], as_of=datetime(2026, 3, 16, tzinfo=timezone.utc))
    assert (early["volume"].value or 0) < (weekly()["volume"].value or 0)
    assert early["nps"].n < weekly()["nps"].n
    answers = [report["nps"].n + sum(report.excluded["nps"].values()) for report in (weekly(), early)]
    assert answers[0] == answers[1] and early.excluded["nps"]["after_cut_off"] > 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"period": "fortnight"}, "is not one of day, week, month, quarter, year"),
        ({"tz": "Europe/Madird", "period": "week"}, "did you mean Europe/Madrid?"),
        ({"by": 5}, "not an attribute"),
        ({"kpis": 5}, "is not a list of KPIs"),
        ({"kpis": [{"kpi": "nps", "clocks": "business"}]}, "kpis[0]"),
        ({"level": 95}, "is not between 0 and 1"),
        ({"week_start": "Someday", "period": "week"}, "is not a day of the week"),
        ({"fcr": "first_try", "kpis": ["fcr"]}, "first_try"),
        ({"as_of": datetime(2026, 3, 1)}, "has no time zone"),
    ],
)
def test_errors_list_allowed_values(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(dm.DeskmetricsError) as problem:
        dataset().report(**arguments)  # type: ignore[arg-type]
    assert message in str(problem.value)


def test_html_is_escaped_and_complete() -> None:
    html = weekly()._repr_html_()
    assert html.count("<details>") >= 2 and "Net Promoter Score" in html and "By market" in html
    assert "95 % interval" in html
    assert len(html) < 400_000


def test_memory_does_not_grow() -> None:
    import tracemalloc

    report = weekly()
    report.to_csv()
    tracemalloc.start()
    for _ in range(200):
        assert report["nps"].n and report["nps"].interval and report.warnings
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size < 200_000


def test_report_is_serialized_to_bytes() -> None:
    import pickle

    report = weekly()
    stored = report.to_bytes()
    again = dm.Report.from_bytes(stored)
    assert again == report == pickle.loads(pickle.dumps(report))
    assert (again + report)["volume"].value == 2 * (report["volume"].value or 0)
    for broken in (b"", stored[:-1], b"x" + stored[1:], stored + b"x"):
        with pytest.raises(dm.ArgumentError, match="stored"):
            dm.Report.from_bytes(broken)


def test_a_part_of_the_data_counts_once() -> None:
    import pickle

    report = weekly()
    named = report.with_part("monday")
    assert (report.parts, named.parts) == ([], ["monday"])
    assert named == report
    stored = dm.Report.from_bytes(named.to_bytes())
    assert stored.parts == pickle.loads(pickle.dumps(named)).parts == named.top(3).parts == ["monday"]
    both = stored + report.with_part("tuesday")
    assert both.parts == ["monday", "tuesday"]
    assert both["volume"].value == 2 * (report["volume"].value or 0)
    for again in (stored, report.with_part("tuesday"), both):
        with pytest.raises(dm.ArgumentError, match='part "(mon|tues)day" is in both states.*merge each part once'):
            both + again
    assert (both + report).parts == both.parts
    number: Any = 2
    with pytest.raises(dm.ArgumentTypeError, match=r"part: 2 \(int\) is not a name; give a text"):
        report.with_part(number)


def test_report_contains_excluded_rows_of_files() -> None:
    assert sum(exclusion.count for source in weekly().sources for exclusion in source.exclusions) == 83


def test_age_of_the_backlog() -> None:
    report = dataset().report(["backlog", "backlog_age"], period="week", by=["market"])
    backlog = {(str(row.keys), row.period): row.value for row in report.rows if row.kpi == "backlog" and row.headline}
    ages = [row for row in report.rows if row.kpi == "backlog_age" and row.headline and row.clock == "calendar"]
    assert len(ages) > 50
    for row in ages:
        assert row.n == backlog[str(row.keys), row.period], row


def test_periods_after_the_last_creation_are_partial() -> None:
    created = [datetime(2026, 3, 2, 9, tzinfo=timezone.utc) + timedelta(days=day) for day in range(25)]
    tickets: dict[str, list[Any]] = {"id": list(range(25)), "created_at": created, "solved_at": [at + timedelta(days=10) for at in created]}

    def weeks(report: dm.Report, kpi: str = "volume") -> list[tuple[str | None, bool, bool]]:
        return [(row.period, row.partial, row.change is not None) for row in report.rows if row.kpi == kpi and row.headline and row.period]

    settings: dict[str, Any] = {"kpis": ["volume", "full_resolution_time"], "period": "week", "tz": "UTC"}
    report = dm.report(tickets, **settings)
    assert weeks(report)[-2:] == [("2026-W12", False, True), ("2026-W13", True, False)]
    # Solves of old tickets alone are no change.
    assert weeks(report, "full_resolution_time")[-2:] == [("2026-W13", True, True), ("2026-W14", True, False)]
    assert [note for note in report.notes if "created on 2026-03-26" in note and note.endswith("set as_of")]
    completes: list[dict[str, Any]] = [{"as_of": "2026-04-05T09:00:00Z"}, {"observed_until": "2026-04-06"}]
    for complete in completes:
        report = dm.report(tickets, **settings, **complete)
        last = [week for week in weeks(report) if week[0] == "2026-W13"]
        assert last == [("2026-W13", False, True)] and report.notes == []
    # Tickets created until Sunday cover their week.
    until_sunday = {key: column[:21] for key, column in tickets.items()}
    assert weeks(dm.report(until_sunday, **settings))[-1] == ("2026-W12", False, True)


def test_a_cut_off_before_all_data_is_a_warning() -> None:
    tickets = {"id": [1], "created_at": ["2026-03-02T08:00:00Z"]}
    report = dm.report(tickets, kpis=["volume"], as_of="2020-01-01T00:00:00Z")
    assert report["volume"].value == 0 and report.excluded["volume"] == {"after_cut_off": 1}
    assert "before all records, the first of which is of 2026-03-02T08:00:00Z" in report.warnings[0]


def test_answers_without_a_date_are_not_before_their_ticket() -> None:
    tickets = {"id": ["a", "b"], "created_at": ["2026-03-02T09:00:00Z", "2026-04-02T09:00:00Z"]}
    surveys = {"ticket": ["a", "b"], "csat": [5, 1]}
    reasons = {**surveys, "reasons": ["slow", "rude"]}
    for given, kpis in [(surveys, ["csat"]), (reasons, ["csat", "reasons"])]:
        report = dm.report(tickets, surveys=given, kpis=kpis, scales={"csat": (1, 5)}, as_of="2026-03-15T00:00:00Z")
        row = report["csat"]
        assert (row.value, row.n, row.excluded) == (100.0, 1, {"after_cut_off": 1})
    later = dm.report(tickets, surveys=surveys, kpis=["csat"], scales={"csat": (1, 5)}, as_of="2026-04-03T00:00:00Z")
    assert (later["csat"].value, later["csat"].n) == (50.0, 2)
    # Without a ticket nothing is known of its date.
    alone = dm.report(surveys={"csat": [5, 1]}, kpis=["csat"], scales={"csat": (1, 5)}, as_of="2026-03-15T00:00:00Z")
    assert alone["csat"].n == 2


def test_counts_are_zero_in_periods_without_tickets() -> None:
    at = ["2026-03-02T09:00Z", "2026-03-16T09:00Z", "2026-03-17T09:00Z"]
    report = dm.report({"id": [1, 2, 3], "created_at": at}, kpis=["volume"], period="week", tz="UTC", as_of="2026-03-30T00:00Z")
    weeks = report.table("volume", rows="period").to_dict()
    assert weeks == {"period": ["2026-W10", "2026-W11", "2026-W12", "2026-W13"], "value": [1, 0, 2, 0]}
    assert report.get("volume", period="2026-W11").value == 0


@pytest.mark.parametrize("option", [{"week_start": "Sun"}, {"year_start": 4}, {"observed_from": "2026-01-01T00:00Z"}, {"observed_until": "2026-04-01T00:00Z"}])
def test_options_of_periods_need_a_period(option: dict[str, Any]) -> None:
    tickets = {"id": [1], "created_at": ["2026-03-02T09:00Z"]}
    (name,) = option
    with pytest.raises(dm.ArgumentError, match=f'{name} has an effect on periods only: give period, such as period="week"'):
        dm.report(tickets, **option)
    assert dm.report(tickets, period="week", tz="UTC", **option)
