"""Unknown attributes are refused; tables without usable rows count nothing."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest

import deskmetrics as dm

APRIL = datetime(2026, 4, 1, tzinfo=timezone.utc)
TICKETS: dict[str, Any] = {
    "id": ["1", "2"],
    "created_at": ["2026-03-02T08:00:00Z", "2026-03-02T09:00:00Z"],
    "market": ["DK", "ES"],
    "prio": [1, 2],
}
EVENTS: dict[str, Any] = {
    "ticket": ["1", "1"],
    "at": ["2026-03-02T08:00:00Z", "2026-03-02T10:00:00Z"],
    "kind": ["public_message", "changed group"],
    "value": [None, "north"],
}
# Straight from columns, and record by record.
CUT_OFFS = [None, APRIL]


def slices(report: dm.Report, by: str) -> dict[str | None, float | None]:
    return {row.keys[by]: row.value for row in report.rows if row.headline and row.keys}


@pytest.mark.parametrize("cut_off", CUT_OFFS)
def test_an_unknown_attribute_names_the_nearest(cut_off: datetime | None) -> None:
    with pytest.raises(dm.ColumnNotFoundError, match='"markt", did you mean "market"') as caught:
        dm.report(TICKETS, kpis=["volume"], by="markt", as_of=cut_off)
    assert caught.value.column == "markt"
    assert caught.value.columns == ["market"]
    with pytest.raises(dm.ColumnNotFoundError, match="grup.*group"):
        dm.report(TICKETS, EVENTS, kpis=["volume"], by=["market", ("market", "grup")], as_of=cut_off)


@pytest.mark.parametrize("cut_off", CUT_OFFS)
def test_attributes_of_events_are_known(cut_off: datetime | None) -> None:
    report = dm.report(TICKETS, EVENTS, kpis=["volume"], by="group", as_of=cut_off)
    assert slices(report, "group") == {"north": 1.0, None: 1.0}
    # The attributes of an empty log are not known.
    none: dict[str, Any] = {name: [] for name in EVENTS}
    assert slices(dm.report(TICKETS, none, kpis=["volume"], by="group", as_of=APRIL), "group") == {None: 2.0}


def test_requested_column_may_have_any_type() -> None:
    assert slices(dm.report(TICKETS, kpis=["volume"], by="prio"), "prio") == {"1": 1.0, "2": 1.0}
    assert slices(dm.report(TICKETS, kpis=["volume"], by="id", as_of=APRIL), "id") == {"1": 1.0, "2": 1.0}
    with_market = {**EVENTS, "market": ["DK", "DK"]}
    assert slices(dm.report(events=with_market, kpis=["volume"], by="market"), "market") == {"DK": 1.0}


def test_unknown_attributes_of_other_slicings(tmp_path: Path) -> None:
    replay = dm.replay(EVENTS, tickets=TICKETS)
    calls: list[Any] = [replay.survival, replay.arrivals, replay.report]
    for call in calls:
        with pytest.raises(dm.ColumnNotFoundError, match="market"):
            call(by="markt")
    (tmp_path / "tickets.csv").write_text("id,opened,market\n1,2026-03-02 09:12,DK\n")
    text = 'time_zone = "UTC"\n{}\n[[tickets]]\nfile = "tickets.csv"\nid = "id"\ncreated_at = "opened"\nattributes = {{ market = "market" }}'
    (tmp_path / "good.toml").write_text(text.format('by = ["market"]'))
    (tmp_path / "bad.toml").write_text(text.format('by = ["markt"]'))
    with pytest.raises(dm.ColumnNotFoundError, match="market"):
        dm.read(tmp_path / "good.toml").report(by="markt")
    with pytest.raises(dm.ReadError, match='by: there is no attribute "markt", did you mean "market"'):
        dm.read(tmp_path / "bad.toml")


EMPTY = [
    pytest.param(pd.DataFrame({"id": [], "created_at": []}), id="pandas"),
    pytest.param(pd.DataFrame({"id": pd.Series([], dtype="str"), "created_at": pd.Series([], dtype="datetime64[us, UTC]")}), id="typed"),
    pytest.param(pl.DataFrame({"id": [], "created_at": []}), id="polars"),
    pytest.param({"id": [], "created_at": []}, id="dict"),
    pytest.param([], id="rows"),
]


@pytest.mark.parametrize("empty", EMPTY)
def test_a_kpi_of_no_tickets(empty: Any) -> None:
    assert (dm.volume(empty).value, dm.volume(empty).n) == (0.0, 0)
    assert dm.backlog(empty).value == 0.0
    kpis: list[Any] = [dm.first_response_time, dm.full_resolution_time, dm.sla_attainment, dm.one_touch]
    for kpi in kpis:
        result = kpi(empty)
        assert (result.value, result.n, result.excluded) == (None, 0, {})


@pytest.mark.parametrize("empty", EMPTY)
def test_a_report_on_no_tickets(empty: Any) -> None:
    report = dm.report(empty)
    assert report["volume"].n == 0 and report["first_response_time"].value is None
    assert any("backlog" in note and "as_of" in note for note in report.notes)
    assert dm.report(empty, kpis=["volume", "backlog"])["volume"].n == 0
    report = dm.report(empty, kpis=["backlog", "sla_attainment"], period="week", tz="UTC", as_of=APRIL)
    assert report["backlog"].value == 0.0 and report["sla_attainment"].value is None


def test_empty_replay() -> None:
    replay = dm.replay([])
    assert (len(replay), replay.as_of, len(replay.metrics)) == (0, None, 0)
    assert dm.volume(replay).n == 0
    assert replay.report(kpis=["volume"])["volume"].n == 0
    assert "no dates" in repr(replay)


def test_rows_excluded_are_counted_and_shown() -> None:
    undated: dict[str, Any] = {"id": ["1", "2"], "created_at": [None, None]}
    assert dm.volume(undated).excluded == {"no_creation": 2}
    assert dm.volume(dm.replay([], tickets=undated)).excluded == {"no_creation": 2}
    report = dm.report(undated, kpis=["volume"])
    assert report["volume"].n == 0
    assert 'no creation time in column "created_at", first in row 1' in str(report)
    assert "2 no creation time" in repr(dm.replay([], tickets=undated))


def test_surveys_without_answers() -> None:
    assert dm.report(surveys=[], kpis=["nps"])["nps"].value is None
    assert dm.report(surveys={"nps": []})["nps"].n == 0
    assert dm.report(surveys={"csat": []}, scales={"csat": (1, 5)})["csat"].n == 0
    assert dm.report(surveys=[], scales={"stars": (1, 5)})["csat"].n == 0
    empties: list[Any] = [[], {"csat": []}]
    for empty in empties:
        with pytest.raises(dm.ArgumentError, match=r'such as scales=\{"csat": \(1, 5\)\}'):
            dm.report(surveys=empty, kpis=["csat"])
    with pytest.raises(dm.ArgumentError, match='answers to "csat" are not used, 1 in all.*such as scales='):
        dm.report(surveys={"csat": [5]})
    assert dm.report(invitations=[], kpis=["response_rate"])["response_rate"].n == 0


@pytest.mark.parametrize("kpis", [None, ["nps"]])
def test_answers_after_the_cut_off_are_counted_as_exclusions(kpis: list[str] | None) -> None:
    answers: dict[str, Any] = {"nps": [10, 9, 3], "answered_at": ["2026-03-01T00:00:00Z", "2026-05-01T00:00:00Z", "2026-03-01T00:00:00Z"]}
    report = dm.report(surveys=answers, kpis=kpis, as_of=APRIL)
    assert (report["nps"].n, report.excluded) == (2, {"nps": {"after_cut_off": 1}})


def test_a_reply_in_the_minute_of_creation_is_a_reply() -> None:
    tickets: dict[str, Any] = {"id": [1, 2], "created_at": ["2026-03-02T08:00:00Z"] * 2, "first_response_at": ["2026-03-02T08:00:00Z"] * 2}
    by_opener: dict[str, Any] = {**tickets, "created_by": ["customer", "agent"]}
    assert (dm.first_response_time(tickets).value, dm.first_response_time(tickets).n) == (0.0, 2)
    assert dm.first_response_time(by_opener).excluded == {"proactive": 1}
    report = dm.report(tickets, kpis=["first_response_time"], as_of=APRIL)
    assert report["first_response_time"].n == 2


def test_words_for_an_attribute_mean_the_same() -> None:
    tickets: dict[str, Any] = {**{name: TICKETS[name] for name in ("id", "created_at")}, "team": ["north", "south"]}
    report = dm.report(tickets, kpis=["volume"], by="team", period="week", tz="UTC")
    assert report.by == [("team",)]
    assert slices(report, "team") == {"north": 1.0, "south": 1.0}
    assert report.plot("volume", by="team").to_dict() == report.plot("volume", by="group").to_dict()
