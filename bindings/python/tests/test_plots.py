"""Charts render, have titles and show the numbers of the report."""

import json
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import deskmetrics as dm
import deskmetrics.plot
import large
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


def layers_of(part: dict[str, Any]) -> list[dict[str, Any]]:
    """The single charts within a chart, however nested, each with its data."""
    found: list[dict[str, Any]] = []
    inner = [one for key in ("layer", "concat", "vconcat", "hconcat") for one in part.get(key, ())]
    inner += [part["spec"]] if "spec" in part else []
    for one in inner:
        found += layers_of({"data": part.get("data")} | one)
    return found or [part]


def kind_of(layer: dict[str, Any]) -> str:
    mark = layer["mark"]
    return str(mark["type"] if isinstance(mark, dict) else mark)


def data_of(layer: dict[str, Any]) -> list[dict[str, Any]]:
    """The data of a layer after its filters, as far as these tests need them."""
    rows = list((layer.get("data") or {}).get("values", []))
    for step in layer.get("transform", []):
        test = step["filter"]
        if test == "!datum.partial":
            rows = [row for row in rows if not row["partial"]]
        elif test == "datum.value !== null":
            rows = [row for row in rows if row["value"] is not None]
        elif test in ("datum.alone", "datum.few", "datum.first"):
            rows = [row for row in rows if row[test.removeprefix("datum.")]]
    return rows


def domain_of(form: dict[str, Any], channel: str = "y") -> list[float]:
    """The explicit domain of the values' axis; all layers have the same."""
    found = {
        tuple(layer["encoding"][channel]["scale"]["domain"])
        for layer in layers_of(form)
        if layer["encoding"].get(channel, {}).get("field") in ("at", "lower")
    }
    assert len(found) == 1
    return list(found.pop())


KINDS: dict[str, dict[str, Any]] = {
    "trend": {"kpi": "csat"},
    "trend by slice": {"kpi": "csat", "by": "team", "kind": "trend"},
    "slices": {"kpi": "csat", "kind": "slices"},
    "bars of slices": {"kpi": "first_response_time", "kind": "slices"},
    "counts of slices": {"kpi": "volume", "kind": "slices"},
    "nps": {"kpi": "nps"},
    "nps by slice": {"kpi": "nps", "by": "team"},
    "sla": {"kpi": "sla_attainment", "target": 80},
    "sla by slice": {"kpi": "sla_attainment", "by": "team", "target": 80},
    "backlog": {"kpi": "backlog"},
    "flow": {"kpi": "flow"},
    "pareto": {"kpi": "reasons", "option": "nps"},
    "overview": {},
}


@pytest.mark.parametrize(("slices", "weeks"), [(6, 10), (70, 10), (6, 210)])
@pytest.mark.parametrize("kind", KINDS)
def test_laws_of_all_charts(kind: str, slices: int, weeks: int) -> None:
    theme = ("light", "dark", "transparent")[(slices + weeks) % 3]
    chart = large.report(slices, weeks).plot(**KINDS[kind], theme=theme, title="A title of the reader's own")
    form = spec(chart)
    width, height = width_and_height(vl_convert.vegalite_to_png(chart.to_json()))
    assert 300 < width < 1300 and 120 < height < 1800
    assert form["title"]["text"] == "A title of the reader's own"
    assert form["background"] == {"light": "white", "dark": "#16191D", "transparent": "transparent"}[theme]
    years = {row["start"][:4] for layer in layers_of(form) for row in data_of(layer) if row.get("start")}
    for layer in layers_of(form):
        rows = data_of(layer)
        names = {row.get("slice") or row.get("name") or row.get("bar") for row in rows if "start" not in row or row.get("slice")}
        assert len(names) <= 13, "at most twelve slices and the others"
        periods = {row["start"] for row in rows if row.get("start")}
        mark = layer["mark"]
        if kind_of(layer) == "point" and mark.get("opacity") != 0:
            assert len(periods) <= 40 or all(row["alone"] for row in rows), "many periods have no points"
        for channel in ("x", "y"):
            axis = layer["encoding"].get(channel, {}).get("axis") or {}
            if layer["encoding"].get(channel, {}).get("field") == "start":
                assert ("%Y" in axis["labelExpr"]) == (len(years) > 1)


def few_mark(report: dm.Report, kind: str, **options: Any) -> None:
    """Every number with few records has the mark, and no other number has it."""
    form = spec(report.plot(kind=kind, **options))
    marked = 0
    for layer in layers_of(form):
        if kind_of(layer) not in ("bar", "point"):
            continue
        fill = layer["encoding"].get("fill", {})
        for row in data_of(layer):
            if row.get("few") is None or row.get("value") is None and "share" not in row:
                continue
            if fill.get("field") == "state":
                color = dict(zip(fill["scale"]["domain"], fill["scale"]["range"], strict=True))[row["state"]]
                plain = dict(zip(fill["scale"]["domain"], fill["scale"]["range"], strict=True)).get("whole period")
                assert (color != plain) == (row["few"] or row["partial"])
            else:
                test = (fill if "condition" in fill else layer["encoding"]["fillOpacity"])["condition"]["test"]
                assert "datum.few" in test
            marked += row["few"]
    assert marked, "the data has numbers with few records"


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("slices", {"kpi": "csat"}),
        ("slices", {"kpi": "first_response_time"}),
        ("trend", {"kpi": "csat", "by": "team"}),
        ("nps", {"kpi": "nps", "by": "team"}),
        ("sla", {"kpi": "sla_attainment", "by": "team"}),
    ],
)
def test_numbers_with_few_records_are_marked(kind: str, options: dict[str, Any]) -> None:
    few_mark(large.report(70, 10), kind, **options)


def test_bars_of_few_answers_have_a_star() -> None:
    for row in [row for layer in layers_of(spec(large.report(70, 10).plot("nps", by="team"))) for row in data_of(layer) if "bar" in row]:
        assert row["bar"].endswith("*") == row["few"] == (row["n"] < 30)


def test_many_periods_have_ticks_for_few_records() -> None:
    form = spec(large.report(6, 210).plot("csat"))
    rug = [layer for layer in layers_of(form) if {"filter": "datum.few"} in layer.get("transform", [])]
    rows = [row for row in large.report(6, 210).rows_of("csat", slice={}) if row.period_start and row.small_n]
    assert len(rug) == 1 and len(data_of(rug[0])) == len(rows) > 100
    assert any("ticks along the axis: fewer than 30 records" in line for line in form["title"]["subtitle"])


def test_others_are_those_of_the_library() -> None:
    report = large.report(70, 10)
    expected = report.top(12).get("csat", team="(others)")
    drawn = {point["slice"]: point for point in values(report.plot("csat", kind="slices"))}
    assert len(drawn) == 13 and list(drawn)[-1] == "(others)"
    assert (drawn["(others)"]["value"], drawn["(others)"]["n"]) == (expected.value, expected.n)
    assert "(others): the 58 slices with fewer tickets, counted together" in " ".join(spec(report.plot("csat", kind="slices"))["title"]["subtitle"])
    assert len({point["slice"] for point in values(report.plot("csat", by="team", top=3))}) == 4
    with pytest.raises(dm.ArgumentError, match="top: 0 is less than 1"):
        report.plot("csat", by="team", top=0)
    weekly = large.report(70, 10)
    assert len({point["slice"] for point in values(weekly.plot("csat", by="team", top=3))}) == 4
    for kpi in ("csat", "volume"):
        with pytest.raises(dm.ArgumentError, match="top has no effect on a chart of all records together: give by="):
            weekly.plot(kpi, top=3)


def test_slices_that_overlap_are_not_joined() -> None:
    tickets = {"id": list(range(9)), "created_at": ["2026-03-02T09:00:00Z"] * 9, "tags": [["all", f"tag {place}"] for place in range(9)]}
    form = spec(dm.report(tickets, kpis=["volume"], by="tag").plot("volume", top=3))
    assert len(values(dm.report(tickets, kpis=["volume"], by="tag").plot("volume", top=3))) == 3
    assert "7 slices with fewer tickets are not shown" in " ".join(form["title"]["subtitle"])


def test_slices_have_one_order() -> None:
    report = large.report(70, 10)
    order = [large.name(number) for number in (0, 1, 2, 3, 4)]
    orders = [
        list(dict.fromkeys(point["slice"] for point in values(report.plot(kpi, kind="slices")))) for kpi in ("csat", "first_response_time", "volume")
    ]
    orders.append(list(dict.fromkeys(point["slice"] for point in values(report.plot("sla_attainment", by="team")))))
    assert orders[0] == orders[1] == orders[2] == orders[3] and orders[0][:5] == order
    panels = spec(report.plot("csat", by="team"))["facet"]["sort"]
    assert [panel.split()[1] for panel in panels[:-1]] == [one.split()[1] for one in orders[0][:-1]]
    bars = spec(report.plot("nps", by="team"))["layer"][0]["encoding"]["y"]["sort"]
    assert [bar.split()[1] for bar in bars[:-1]] == [one.split()[1] for one in orders[0][:-1]]


def test_labels_are_wrapped_and_keep_their_n() -> None:
    form = spec(large.report(70, 10).plot("csat", kind="slices"))
    axis = form["layer"][-1]["encoding"]["y"]
    assert axis["axis"]["labelLimit"] == 0 and "split" in axis["axis"]["labelExpr"]
    assert len(set(axis["sort"])) == 13
    for name in axis["sort"]:
        assert name.endswith(")") and "(n=" in name.splitlines()[-1]
        assert len(name.splitlines()) <= 3 and all(len(line) <= 30 for line in name.splitlines())
    panels = spec(large.report(70, 10).plot("csat", by="team"))["facet"]["sort"]
    assert all("(n=" in panel.splitlines()[-1] for panel in panels)
    alike = {"id": list(range(2)), "created_at": ["2026-03-02T09:00:00Z"] * 2, "team": ["x" * 80 + "1", "x" * 80 + "2"]}
    names = [point["name"] for point in values(dm.report(alike, kpis=["volume"], by="team").plot())]
    assert len(set(names)) == 2, "names that are shortened stay different"


def partial_report() -> dm.Report:
    """Four whole weeks of fast replies, and one day of slow ones."""
    start = datetime(2026, 3, 2, 9, tzinfo=UTC)
    created = [start + timedelta(days=day, hours=hour) for day in range(29) for hour in range(4)]
    slow = [at >= start + timedelta(days=28) for at in created]
    replied = [at + timedelta(minutes=2000 if late else 10 + place % 7) for place, (at, late) in enumerate(zip(created, slow, strict=True))]
    tickets = {"id": list(range(len(created))), "created_at": created, "first_replied_at": replied}
    return dm.report(tickets, kpis=["first_response_time", "volume"], period="week", tz="UTC", as_of=start + timedelta(days=31), min_n=1)


def test_parts_of_periods_do_not_set_the_scale() -> None:
    chart = partial_report().plot("first_response_time", measure="mean")
    ends, drawn = domain_of(spec(chart)), values(chart)
    whole = [point for point in drawn if not point["partial"]]
    (part,) = [point for point in drawn if point["partial"]]
    assert part["value"] > 10 * ends[1] and part["at"] == ends[1] and part["beyond"] == "above"
    assert ends[0] == 0.0 and max(point["upper"] for point in whole) <= ends[1] < 2 * max(point["upper"] for point in whole)
    assert any("triangle: beyond the axis" in line for line in spec(chart)["title"]["subtitle"])
    for kpi in ("first_response_time", "csat"):
        report = large.report(6, 10)
        ends = domain_of(spec(report.plot(kpi)))
        whole = [point for point in values(report.plot(kpi)) if point["value"] is not None and not point["partial"]]
        assert all(ends[0] <= point["value"] <= ends[1] for point in whole)


def test_intervals_are_drawn_on_their_bars() -> None:
    layers = [layer for layer in layers_of(spec(large.report(6, 10).plot("first_response_time", kind="slices"))) if "value" in (data_of(layer) or [{}])[0]]
    kinds = [kind_of(layer) for layer in layers]
    assert kinds == ["bar", "rule"], "the rule is over the bar"
    assert layers[1]["mark"]["color"] not in layers[0]["encoding"]["fill"]["scale"]["range"]


def test_a_period_between_two_empty_ones_is_visible() -> None:
    for weeks in (10, 210):
        layers = layers_of(spec(large.report(6, weeks).plot("csat")))
        (alone,) = [row for row in data_of(layers[0]) if row["alone"] and row["start"][:4] == ("2022" if weeks == 10 else "2024")][:1]
        point = next(layer for layer in layers if kind_of(layer) == "point")
        assert alone in data_of(point)
        assert any(kind_of(layer) == "rule" and "datum.alone" in str(layer.get("transform")) for layer in layers)


def test_many_survival_curves_are_small_charts() -> None:
    one = spec(large.replay(6, 10).plot(by="team"))
    assert "facet" not in one and len(one["layer"][-1]["encoding"]["color"]["scale"]["domain"]) == 6
    many = spec(large.replay(70, 10).plot(by="team", theme="dark"))
    assert len(many["facet"]["sort"]) == 12
    text = " ".join(many["title"]["subtitle"])
    assert "more than 8 curves: one chart each · grey: all tickets · 58 slices with fewer tickets are not shown" in text
    assert width_and_height(vl_convert.vegalite_to_png(json.dumps(many)))[1] < 1500


def test_arrivals_of_others_are_sums() -> None:
    replay = large.replay(70, 10)
    form = spec(replay.plot("arrivals", by="team"))
    rows = form["data"]["values"] if "values" in form["data"] else next(iter(form["datasets"].values()))
    assert len({row["slice"] for row in rows}) == 13
    assert sum(row["tickets"] for row in rows) == len(replay)


def test_reasons_are_a_pareto_chart() -> None:
    report = large.report(70, 10)
    row = next(one for one in report.rows_of("reasons", slice={}, period="") if one.option == "nps")
    form = spec(report.plot("reasons", option="nps"))
    rows = data_of(layers_of(form)[0])
    total = sum(one["points_shared"] for one in row.ranking())
    assert len(rows) == 13 and rows[-1]["reason"] == "(others)"
    assert sum(one["points"] for one in rows) == pytest.approx(total)
    shares = [one["share"] for one in rows]
    assert shares == sorted(shares) and shares[-1] == pytest.approx(100.0)
    assert [one["points"] for one in rows[:-1]] == sorted((one["points"] for one in rows[:-1]), reverse=True)
    assert {kind_of(layer) for layer in layers_of(form)} == {"bar", "line", "point"}
    # One question needs no option.
    surveys = {"nps": [1, 2, 10], "reasons": [["slow"], ["slow", "rude"], None]}
    alone = dm.report(surveys=surveys, kpis=["reasons"]).plot()
    assert [one["points"] for one in data_of(layers_of(spec(alone))[0])] == pytest.approx([50.0, 100 / 6])
    with pytest.raises(dm.ArgumentError, match="no negative answer states a reason"):
        dm.report(surveys={"nps": [10], "reasons": [["slow"]]}, kpis=["reasons"]).plot()


def test_flow_is_created_against_solved() -> None:
    report = large.report(6, 10)
    drawn = values(report.plot("flow"))
    for measure in ("created", "reopened", "solved", "growth"):
        rows = [row for row in report.rows_of("flow", measure=measure, slice={}) if row.period_start]
        assert [point["value"] for point in drawn if point["measure"] == measure] == [row.value for row in rows]
    assert spec(report.plot("flow", by="team"))["title"]["text"].startswith("Ticket flow"), "by slice it is a trend"
    with pytest.raises(dm.ArgumentError, match='the chart "flow" shows all records together; for team use kind="trend"'):
        report.plot("flow", kind="flow", by="team")


@pytest.mark.parametrize(
    ("kpi", "measure", "noted"),
    [
        ("first_response_time", None, True),
        ("first_response_time", "p90", True),
        ("first_response_time", "censored_median", False),
        ("full_resolution_time", None, False),
        ("resolution_time_censored", None, False),
        ("volume", None, False),
    ],
)
def test_weeks_of_creation_are_explained(kpi: str, measure: str | None, noted: bool) -> None:
    options = {"measure": measure} if measure else {}
    lines = " ".join(spec(large.report(6, 10).plot(kpi, **options))["title"]["subtitle"])
    assert ("Weeks are those of creation: the most recent contain only what was done fast" in lines) == noted
    assert "those of creation" not in " ".join(spec(large.report(6, 10).plot(kpi, kind="slices", **options))["title"]["subtitle"])


def test_the_overview_begins_with_sla() -> None:
    form = spec(large.report(6, 10).plot(most=6))
    titles = [panel["title"]["text"] for panel in form["concat"]]
    assert titles[:2] == ["SLA attainment", "SLA attainment per ticket"] and len(titles) == 6
    ranges = {json.dumps(layer["encoding"]["x"]["scale"]["domain"]) for layer in layers_of(form) if layer["encoding"]["x"].get("field") == "start"}
    assert len(ranges) == 1, "one range of time"
    text = " ".join(form["title"]["subtitle"])
    assert "also in the report: Ticket volume, Customers with tickets" in text and "first_response_time" not in text


def linear(color: str) -> list[float]:
    channels = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    return [channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in channels]


def lab(rgb: list[float]) -> list[float]:
    to_xyz = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    white = (0.9505, 1.0, 1.089)
    xyz = [sum(weight * max(0.0, channel) for weight, channel in zip(row, rgb, strict=True)) / one for row, one in zip(to_xyz, white, strict=True)]
    x, y, z = (value ** (1 / 3) if value > 0.008856 else 7.787 * value + 16 / 116 for value in xyz)
    return [116 * y - 16, 500 * (x - y), 200 * (y - z)]


# Machado, Oliveira, Fernandes (2009), severity 1.
VISION = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


@pytest.mark.parametrize("theme", ["light", "dark", "transparent"])
@pytest.mark.parametrize("vision", VISION)
def test_colors_are_distinguishable_with_any_color_vision(vision: str, theme: str) -> None:
    look = deskmetrics.plot._look.THEMES[theme]
    for colors in (look.slices[:6], (look.blue, look.grey, look.red)):
        seen = [lab([sum(w * c for w, c in zip(row, linear(color), strict=True)) for row in VISION[vision]]) for color in colors]
        for place, one in enumerate(seen):
            for other in seen[:place]:
                assert sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5 > 8.0, (colors, place)


def test_unknown_themes_are_listed() -> None:
    with pytest.raises(dm.ArgumentError, match='there is no theme "blue"; there are light, dark, transparent'):
        weekly().plot("csat", theme="blue")


def test_a_request_is_drawn_by_its_name() -> None:
    kpis: list[Any] = ["csat", {"kpi": "csat", "name": "Danish CSAT", "where": {"market": "DK"}}]
    report = dataset().report(kpis, period="week", by=[])
    both = [[point["n"] for point in values(report.plot(kpi)) if point["value"] is not None] for kpi in ("csat", "Danish CSAT")]
    assert sum(both[0]) > 4 * sum(both[1]) > 0
    assert spec(report.plot("Danish CSAT"))["title"]["text"].startswith("Danish CSAT")
