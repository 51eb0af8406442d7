"""KPI requests: restrictions, names, independence of each other."""

import re
from datetime import datetime, timedelta, timezone
from typing import Any

import deskmetrics as dm
import pytest
from sample import dataset

BEGIN = datetime(2026, 3, 2, 8, tzinfo=timezone.utc)
AS_OF = BEGIN + timedelta(days=9)
POLICIES = [{"name": "eight hours", "targets": [{"metric": "resolution", "within": "8h"}]}]
TICKETS: dict[str, list[Any]] = {
    "id": list(range(120)),
    "created_at": [BEGIN + timedelta(hours=number) for number in range(120)],
    "solved_at": [None if number % 7 == 0 else BEGIN + timedelta(hours=number + number * 13 % 31) for number in range(120)],
    "first_response_at": [BEGIN + timedelta(hours=number, minutes=number * 11 % 90) for number in range(120)],
    "market": ["DK", "ES", None, "DE"] * 30,
    "category": ["playback", "billing", "login"] * 40,
    "requester": [f"c{number % 50}" for number in range(120)],
}
SURVEYS: dict[str, list[Any]] = {
    "ticket": list(range(120)),
    "csat": [1 + number * 7 % 5 for number in range(120)],
    "answered_at": [BEGIN + timedelta(hours=number + 20) for number in range(120)],
}
KPIS: list[Any] = [
    "volume", "solved", "backlog", "customers", "first_response_time", "full_resolution_time", "sla_attainment", "solve_events",
    {"kpi": "csat", "question": "csat", "scale": (1, 5)},
    {"kpi": "full_resolution_time", "within": "8h"},
]  # fmt: skip


def kept(table: dict[str, list[Any]], places: list[int]) -> dict[str, list[Any]]:
    return {name: [column[place] for place in places] for name, column in table.items()}


def request_form(kpi: Any, **more: Any) -> dict[str, Any]:
    return {**(kpi if isinstance(kpi, dict) else {"kpi": kpi}), **more}


def report(kpis: list[Any], tickets: dict[str, list[Any]] = TICKETS, surveys: dict[str, list[Any]] = SURVEYS, **more: Any) -> dm.Report:
    arguments: dict[str, Any] = {"by": ["market", ("market", "category")], "period": "day", "tz": "Europe/Copenhagen", "policies": POLICIES}
    return dm.report(tickets, surveys=surveys, kpis=kpis, as_of=AS_OF, **{**arguments, **more})


def values(row: dm.ReportRow) -> tuple[Any, ...]:
    change = row.change and (row.change.difference, row.change.p_value)
    return (row.kpi, row.measure, tuple(row.keys.items()), row.period, row.partial, row.value, row.n, tuple(row.excluded.items()), change)


def rows(of: dm.Report, name: str | None = None) -> list[tuple[Any, ...]]:
    return [values(row) for row in of.rows if name is None or row.name == name]


@pytest.mark.parametrize("kpi", KPIS, ids=str)
def test_repeated_request_is_counted_twice(kpi: Any) -> None:
    alone = rows(report([kpi]))
    both = report([request_form(kpi, name="one"), request_form(kpi, name="other")])
    assert alone == rows(both, "one") == rows(both, "other")


@pytest.mark.parametrize("kpi", KPIS, ids=str)
@pytest.mark.parametrize("shape", ["tickets", "events"])
def test_a_restricted_kpi_is_that_of_the_restricted_table(kpi: Any, shape: str) -> None:
    places = [place for place in range(120) if TICKETS["category"][place] in ("playback", "login") and TICKETS["market"][place]]
    more: dict[str, Any] = {"observed_from": BEGIN - timedelta(days=1)}
    tickets = TICKETS
    if shape == "events":
        solved = [place for place in range(120) if TICKETS["solved_at"][place]]
        more["events"] = {
            "ticket": solved + solved,
            "at": [TICKETS["first_response_at"][place] for place in solved] + [TICKETS["solved_at"][place] for place in solved],
            "kind": ["public_message"] * len(solved) + ["status"] * len(solved),
            "value": [None] * len(solved) + ["solved"] * len(solved),
            "author": ["agent"] * 2 * len(solved),
        }
        tickets = {name: column for name, column in TICKETS.items() if name not in ("solved_at", "first_response_at")}
    where = {"category": ["playback", "login"], "market": "*"}
    both = report([kpi, request_form(kpi, where=where, name="restricted")], tickets, **more)
    if shape == "events":
        own = {place for place, ticket in enumerate(more["events"]["ticket"]) if ticket in places}
        more["events"] = kept(more["events"], sorted(own))
    alone = report([kpi], kept(tickets, places), kept(SURVEYS, places), **more)
    assert rows(both, "restricted") == rows(alone)
    assert rows(both + both, "restricted") == rows(alone + alone)
    assert rows(dm.Report.from_bytes(both.to_bytes()), "restricted") == rows(alone)


def test_repeat_contacts_outside_the_restriction_count() -> None:
    tickets = {
        "id": [1, 2],
        "created_at": [BEGIN, BEGIN + timedelta(days=1)],
        "solved_at": [BEGIN + timedelta(hours=1), BEGIN + timedelta(days=1, hours=1)],
        "requester": ["ana", "ana"],
        "market": ["DK", "ES"],
    }
    request = {"kpi": "fcr", "policy": "no_repeat_contact_within(3days)", "where": {"market": "DK"}}
    found = dm.report(tickets, kpis=[request], as_of=BEGIN + timedelta(days=30))["fcr"]
    assert (found.value, found.n) == (0, 1)


def test_rows_have_the_name_of_their_request() -> None:
    named = report([request_form("volume", where={"category": "billing"}, name="billing tickets"), request_form("volume", where={"category": "login"})])
    assert named["billing tickets"].value == 40 and "billing tickets" in named
    assert [row.title for row in named.headlines] == ["billing tickets (category: billing)", "Ticket volume (category: login)"]
    assert [row.option for row in named.headlines] == ["category: billing", "category: login"]
    assert named.to_dict()["rows"][0]["name"] == "billing tickets"


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ({"tag": []}, "cannot be restricted by tag without a value"),
        ({"category": []}, "cannot be restricted by category without a value"),
        ({"categroy": "login"}, 'did you mean "category"'),
        ({"category": {"is": "login"}}, "expected a value .* or a list of values"),
    ],
)
def test_a_restriction_without_meaning_is_an_error(where: dict[str, Any], message: str) -> None:
    with pytest.raises((dm.ArgumentError, dm.ColumnNotFoundError), match=message):
        report([request_form("volume", where=where)])


@pytest.mark.parametrize(
    ("kpis", "message"),
    [
        ([request_form("volume", name="x"), request_form("solved", name="x")], 'two requests are named "x"'),
        ([request_form("volume", name=" ")], "not empty"),
        ([request_form("volume", name="nps")], "not the id of another KPI"),
    ],
)
def test_a_name_means_one_request(kpis: list[Any], message: str) -> None:
    with pytest.raises(dm.ArgumentError, match=message):
        report(kpis)


def test_a_restricted_survey_kpi_needs_no_more_than_the_whole() -> None:
    arguments: dict[str, Any] = {"surveys": SURVEYS, "scales": {"csat": (1, 5)}, "as_of": AS_OF}
    both = dm.report(TICKETS, kpis=["csat", request_form("csat", where={"category": "login"})], **arguments)
    full = request_form("csat", question="csat", scale=(1, 5), where={"category": "login"})
    assert values(both.headlines[1]) == values(dm.report(TICKETS, kpis=[full], **arguments)["csat"])
    fcr = dm.report(TICKETS, kpis=[request_form("fcr", where={"category": "login"})], fcr="no_repeat_contact_within(7days)", as_of=AS_OF)
    assert fcr["fcr"].n > 0


def test_a_restriction_reads_a_column_of_numbers() -> None:
    tickets = {**TICKETS, "level": [number % 3 for number in range(120)]}
    found = dm.report(tickets, kpis=[request_form("volume", where={"level": "1"})], as_of=AS_OF)
    assert found["volume"].value == 40


def test_kpis_may_be_any_iterable_and_values_have_no_order() -> None:
    one = report([request_form("volume", where={"category": ["login", "billing"]})])
    other = dm.report(TICKETS, kpis=(kpi for kpi in [request_form("volume", where={"category": ["billing", "login"]})]), as_of=AS_OF)
    assert one["volume"].option == other["volume"].option == "category: billing or login"


def test_restriction_without_records_is_noted() -> None:
    noted = report(["volume", request_form("volume", where={"category": "Login"}), request_form("csat", question="csat", scale=(1, 5), where={"market": "FR"})])
    assert [warning for warning in noted.warnings if "no record" in warning] == [
        "Ticket volume (category: Login): no record meets it",
        "Customer satisfaction (CSAT) (market: FR): no record meets it",
        'where: no record has category "Login"; present are "login", "billing", "playback"',
        'where: no record has market "FR"; present are "DE", "DK", "ES"',
    ]


def test_an_id_means_the_whole_where_that_was_requested() -> None:
    both = report([request_form("volume", where={"category": "login"}), "volume"])
    assert both["volume"].value == 120
    assert report([request_form("volume", where={"category": "login"})])["volume"].value == 40


def test_all_may_be_combined_with_forms() -> None:
    arguments: dict[str, Any] = {"surveys": SURVEYS, "scales": {"csat": (1, 5)}, "as_of": AS_OF, "by": "market"}
    everything = dm.report(TICKETS, kpis="all", **arguments)
    billing = request_form("volume", where={"category": "billing"}, name="billing tickets")
    both = dm.report(TICKETS, kpis=["all", billing], **arguments)
    assert both["billing tickets"].value == 40
    assert [row for row in rows(both) if row not in rows(both, "billing tickets")] == rows(everything) == rows(dm.report(TICKETS, kpis=["all"], **arguments))
    # What "all" includes is counted once.
    for repeated in ("volume", request_form("csat", question="csat", scale=(1, 5))):
        assert sorted(map(str, rows(dm.report(TICKETS, kpis=[repeated, "all"], **arguments)))) == sorted(map(str, rows(everything)))
    assert both.notes == everything.notes
    with pytest.raises(dm.ArgumentError, match=r"kpis\[1\]"):
        dm.report(TICKETS, kpis=["all", {"kpi": "fcr"}], as_of=AS_OF)


def test_the_docstring_of_report_lists_the_keys_of_a_form() -> None:
    with pytest.raises(dm.ArgumentError) as refused:
        report([request_form("volume", unknown=1)])
    keys = set(re.findall(r'"(\w+)"', str(refused.value).partition("llowed are")[2]))
    listed = re.findall(r"^- (``.*?``): ", dm.report.__doc__ or "", re.MULTILINE)
    assert len(keys) > 20 and keys == set(re.findall(r"\w+", " ".join(listed)))


def test_where_takes_numbers_and_booleans() -> None:
    tickets = {"id": [1, 2, 3], "created_at": ["2026-03-02T09:00:00Z"] * 3, "tier": [1, 2, 1], "vip": [True, False, False]}
    for where, n in [({"tier": 1}, 2), ({"tier": [1, 2]}, 3), ({"vip": True}, 1), ({"tier": "1", "vip": False}, 1)]:
        assert dm.report(tickets, kpis=[{"kpi": "volume", "where": where}])["volume"].value == n
        assert dm.report(tickets, kpis=["volume"], columns={"tickets": {"where": where}})["volume"].value == n
    policies = [{"name": "tier 1", "when": {"tier": 1}, "targets": [{"metric": "resolution", "within": "1h"}]}]
    named = {"tickets": {"attributes": {"tier": {"column": "tier", "words": {1: "gold", 2: "basic"}}}}}
    rows = dm.report(tickets, kpis=["volume"], by="tier", columns=named).rows
    assert {row.keys["tier"]: row.value for row in rows if row.keys} == {"gold": 2, "basic": 1}
    report = dm.report(tickets, kpis=["sla_attainment"], policies=policies, as_of="2026-03-03T00:00:00Z")
    assert report["sla_attainment"].n == 2
    with pytest.raises(dm.ArgumentError, match=r"kpis\[0\].where.*expected a value"):
        dm.report(tickets, kpis=[{"kpi": "volume", "where": {"tier": {"from": 1}}}])
REPLAY = dm.replay(tickets=TICKETS)


@pytest.mark.parametrize(
    ("function", "given", "words"),
    [
        (dm.report, {"kpi": "volume"}, r"report\(\) got an unexpected keyword argument 'kpi'"),
        (dm.report, {"period": 1}, "period: 1 .int. is not a text"),
        (dm.report, {"level": "high"}, "level: 'high' .str. is not a number between 0 and 1"),
        (dm.replay, {"scales": {}}, r"replay\(\) got an unexpected keyword argument 'scales'"),
        (dm.replay, {"strict": "yes"}, "strict: 'yes' .str. is not True or False"),
        (REPLAY.report, {"as_of": AS_OF}, r"report\(\) got an unexpected keyword argument 'as_of'"),
        (dataset().report, {"zone": "UTC"}, r"report\(\) got an unexpected keyword argument 'zone'"),
    ],
)
def test_keyword_arguments_are_checked(function: Any, given: dict[str, Any], words: str) -> None:
    tables = {"tickets": TICKETS} if function in (dm.report, dm.replay) else {}
    with pytest.raises(TypeError, match=words):
        function(**tables, **given)


def test_none_is_the_default_of_a_keyword_argument() -> None:
    unset: dict[str, Any] = {"level": None, "min_n": None, "week_start": None, "strict": None}
    assert dm.report(TICKETS, kpis="volume", **unset) == dm.report(TICKETS, kpis="volume")
