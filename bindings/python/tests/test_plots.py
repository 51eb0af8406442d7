"""Charts render, have titles and show the numbers of the report."""

import json
import sys
from typing import Any

import pytest

import deskmetrics as dm
import deskmetrics.plot
from sample import dataset, weekly

alt = pytest.importorskip("altair")
vl_convert = pytest.importorskip("vl_convert")


def everything() -> dm.Report:
    return dataset().report("all", period="week", by=["market"])


def spec(chart: Any) -> dict[str, Any]:
    form: dict[str, Any] = json.loads(chart.to_json())
    return form


def values(chart: Any) -> list[dict[str, Any]]:
    """All points of a chart."""
    found: list[dict[str, Any]] = []

    def look(part: Any) -> None:
        if isinstance(part, dict):
            for key, inner in part.items():
                if key == "values" and isinstance(inner, list) and inner and isinstance(inner[0], dict) and "value" in inner[0]:
                    found.extend(inner)
                else:
                    look(inner)
        elif isinstance(part, list):
            for inner in part:
                look(inner)

    look(spec(chart))
    return found


PICTURES: dict[str, dict[str, Any]] = {
    "trend": {"kpi": "csat"},
    "trend of a duration": {"kpi": "first_response_time", "clock": "business", "measure": "p90"},
    "trend by slice": {"kpi": "csat", "by": "market"},
    "slices": {"kpi": "csat", "kind": "slices"},
    "slices of a count": {"kpi": "volume", "kind": "slices"},
    "nps": {"kpi": "nps"},
    "nps by slice": {"kpi": "nps", "by": "market"},
    "sla": {"kpi": "sla_attainment", "target": 80},
    "sla by slice": {"kpi": "sla_attainment", "by": "market", "target": 85},
    "backlog": {"kpi": "backlog"},
    "backlog by slice": {"kpi": "backlog", "by": "market"},
}


def width_and_height(png: bytes) -> tuple[int, int]:
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


@pytest.mark.parametrize("name", PICTURES)
def test_each_chart_renders(name: str) -> None:
    chart = everything().plot(**PICTURES[name])
    width, height = width_and_height(vl_convert.vegalite_to_png(chart.to_json()))
    assert 300 < width < 1600 and 120 < height < 1200
    title = spec(chart)["title"]
    assert title["text"] and title["subtitle"], "a chart has a title and a subtitle"


def test_the_first_plot_needs_no_arguments() -> None:
    chart = weekly().plot()
    assert spec(chart)["title"]["text"] == "Overview"
    assert width_and_height(vl_convert.vegalite_to_png(chart.to_json()))[1] > 500
    assert spec(dataset().report("nps").plot())["title"]["text"].startswith("Net Promoter Score")
    assert spec(dataset().report("csat", by="market").plot())["title"]["text"].endswith("by market")
    assert spec(dataset().report("csat", period="month").plot())["title"]["text"].startswith("Customer satisfaction")


def test_points_are_the_rows_of_the_report() -> None:
    report = weekly()
    rows = [row for row in report.rows if row.kpi == "csat" and row.headline and not row.keys and row.period_start]
    drawn = [point for point in values(report.plot("csat")) if point["value"] is not None]
    assert [point["value"] for point in drawn] == [row.value for row in rows]
    assert [point["start"] for point in drawn] == [row.period_start.date().isoformat() for row in rows if row.period_start]
    assert [point["n"] for point in drawn] == [row.n for row in rows]
    assert {point["state"] for point in drawn} == {"whole period", "fewer than 30 records"}


def test_partial_periods_are_marked() -> None:
    drawn = values(weekly().plot("volume"))
    assert [point["state"] for point in drawn].count("part of the period") == 1
    assert drawn[-1]["partial"]


def test_a_period_without_records_is_a_gap() -> None:
    drawn = [point for point in values(weekly().plot("csat", by="market")) if point["slice"] == "DK"]
    assert any(point["value"] is None for point in drawn)


def test_durations_have_a_readable_unit() -> None:
    report = everything()
    form = json.dumps(spec(report.plot("full_resolution_time", clock="business")))
    assert "business hours" in form or "business minutes" in form
    rows = [row for row in report.rows if row.kpi == "full_resolution_time" and row.clock == "calendar" and row.measure == "median" and not row.keys and row.period_start and row.value is not None]
    drawn = [point for point in values(report.plot("full_resolution_time", clock="calendar")) if point["value"] is not None]
    ratio = {round((row.value or 0) / point["value"]) for row, point in zip(rows, drawn, strict=True)}
    assert ratio <= {60, 3600, 86400} and len(ratio) == 1


def test_targets_are_compared_with_the_interval() -> None:
    chart = weekly().plot("sla_attainment", by="market", target=80)
    for point in values(chart):
        expected = "above the target" if point["lower"] >= 80 else "below the target" if point["upper"] < 80 else "not clearly above or below the target"
        assert point["verdict"] == expected


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kpi": "npss"}, 'did you mean "nps"'),
        ({"kind": "pie"}, "there is no chart of kind"),
        ({"kpi": "csat", "measure": "mode"}, 'has no measure "mode"; it has percent, mean'),
        ({"kpi": "csat", "by": "channel"}, "is not sliced by channel; its slicings are market"),
        ({"kpi": "csat", "clock": "business"}, "is not in the report with"),
    ],
)
def test_errors_list_known_names(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(dm.DeskmetricsError) as problem:
        weekly().plot(**arguments)
    assert message in str(problem.value)
    with pytest.raises(dm.ArgumentError, match="neither periods nor slices"):
        dataset().report("csat", by=()).plot()


def test_error_without_altair_names_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "altair", None)
    with pytest.raises(dm.MissingPackageError, match=r"pip install deskmetrics\[plot\]") as problem:
        weekly().plot("csat")
    assert isinstance(problem.value, ImportError)


BANDS = {"kpi": "backlog_age", "bands": ["1d", "3d", "7d"]}


def stacked(chart: Any) -> dict[str, list[int]]:
    """The tickets of each period, by age from young to old."""
    found: dict[str, list[int]] = {}
    for layer in spec(chart)["layer"]:
        for point in layer["data"].get("values", []):
            if "age" in point:
                found.setdefault(point["start"], []).append(point["tickets"])
    return found


def test_the_backlog_is_stacked_by_age() -> None:
    report = dataset().report(["backlog", BANDS], period="week", by=[])
    chart = report.plot("backlog")
    counts = {
        row.period_start.date().isoformat(): row.value
        for row in report.rows
        if row.kpi == "backlog" and row.measure == "count" and row.period_start and not row.keys
    }
    bands = stacked(chart)
    assert {start: sum(tickets) for start, tickets in bands.items()} == counts, "the bands add up to the backlog"
    assert all(len(tickets) == 4 for tickets in bands.values())
    assert any(tickets[3] > 0 for tickets in bands.values())
    assert spec(chart)["title"]["text"] == "Backlog by age"
    assert "of them over 7d" in spec(chart)["title"]["subtitle"][0]
    assert width_and_height(vl_convert.vegalite_to_png(chart.to_json()))[1] > 250


def test_the_age_bands_alone_are_a_backlog() -> None:
    report = dataset().report([BANDS], period="week", by=[])
    with_backlog = dataset().report(["backlog", BANDS, "backlog_age"], period="week", by=[])
    assert stacked(report.plot()) == stacked(dataset().report(["backlog", BANDS], period="week", by=[]).plot("backlog"))
    panels = spec(with_backlog.plot("backlog"))["vconcat"]
    assert len(panels) == 2, "the ages are in the lower panel"


def test_ages_on_another_clock_are_not_stacked() -> None:
    report = dataset().report(["backlog", BANDS | {"clock": "business"}], period="week", by=[])
    assert spec(report.plot("backlog"))["title"]["text"] == "Backlog"


def test_unknown_options_of_a_chart() -> None:
    with pytest.raises(dm.ArgumentError, match='the chart "trend" has no option "color"; it has measure, option'):
        weekly().plot("csat", color="red")
    with pytest.raises(dm.ArgumentError, match='the chart "overview" has no option "target"'):
        weekly().plot(target=80)
    with pytest.raises(dm.ArgumentError, match='shows all records together; for market use kind="trend"'):
        everything().plot("backlog", kind="backlog", by="market")


def test_a_cut_off_has_a_zone() -> None:
    chart = dataset().report("csat", by="market").plot()
    assert any(line.endswith(("UTC", "Europe/Copenhagen")) for line in spec(chart)["title"]["subtitle"])
