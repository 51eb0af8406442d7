//! Measures and SLA verdicts stated by the source of tickets.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

use std::fs;

use deskmetrics::ClockKind;
use deskmetrics::kpi::KpiRequest;
use deskmetrics::report::{Period, Periods, Report, ReportTable};
use deskmetrics::ticket::Attribute;
use deskmetrics_arrow::{Dataset, KpiSelection, ReadError, ReadOptions};
use tempfile::TempDir;

/// A dataset of tickets under this description, which may read events.
fn read(description: &str, tickets: &str, events: &str) -> Result<Dataset, ReadError> {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("t.csv"), tickets).unwrap();
    fs::write(folder.path().join("e.csv"), events).unwrap();
    let path = folder.path().join("d.toml");
    let head = "time_zone = \"UTC\"\nas_of = \"2026-03-09T00:00:00Z\"\n";
    fs::write(&path, format!("{head}{description}")).unwrap();
    Dataset::read_with(path, ReadOptions::default())
}

fn dataset(roles: &str, tickets: &str) -> Dataset {
    read(&format!("{TICKETS}{roles}"), tickets, "").unwrap()
}

const TICKETS: &str = "[[tickets]]\nfile = \"t.csv\"\nid = \"id\"\ncreated_at = \"created\"\n";

fn table(dataset: &Dataset, request: KpiRequest) -> ReportTable {
    let report = Report::builder(dataset.as_of.unwrap()).with_kpi(request).build().unwrap();
    dataset.feed(&report, 1).unwrap().table()
}

/// Value, n and exclusions of a KPI.
fn value_of(dataset: &Dataset, request: KpiRequest) -> (Option<f64>, u64, String) {
    let table = table(dataset, request);
    let row = table.rows.iter().find(|row| row.headline).unwrap();
    (row.value, row.n, row.excluded.to_string())
}

fn kpi(dataset: &Dataset, id: &str) -> (Option<f64>, u64, String) {
    value_of(dataset, KpiRequest::new(id))
}

fn none(value: f64, n: u64) -> (Option<f64>, u64, String) {
    (Some(value), n, String::new())
}

const ROWS: &str =
    "id,created,solved,status,minutes,business,hours,reopens,replies,messages,touches,moves,groups,team
1,2026-03-02T09:00:00Z,2026-03-02T13:00:00Z,solved,60,30,1.5,0,1,2,3,0,1,a
2,2026-03-02T10:00:00Z,2026-03-03T13:00:00Z,closed,120,60,2.5,2,3,4,5,1,2,b
3,2026-03-03T10:00:00Z,,open,,,0.5,0,0,1,1,0,1,a
";

#[test]
fn a_table_that_states_measures_answers_their_kpis() {
    let roles = "status = \"status\"\nsolved_at = \"solved\"\n\
        first_response_time = [{ column = \"minutes\", unit = \"minutes\" }, { column = \"business\", unit = \"minutes\", clock = \"business\" }]\n\
        requester_wait_time = { column = \"hours\", unit = \"hours\" }\nreopens = \"reopens\"\npublic_replies = \"replies\"\n\
        customer_messages = \"messages\"\nagent_touches = \"touches\"\ntransfers = \"moves\"\ngroup_stations = \"groups\"\n";
    let stated = dataset(roles, ROWS);
    assert_eq!(kpi(&stated, "first_response_time"), none(5_400.0, 2));
    let business = KpiRequest::new("first_response_time").with_clock(ClockKind::Business);
    assert_eq!(value_of(&stated, business), (Some(2_700.0), 2, "1 no schedule".to_owned()));
    assert_eq!(kpi(&stated, "requester_wait_time"), none(7_200.0, 2)); // the open one runs
    assert_eq!(kpi(&stated, "reopen_rate"), (Some(50.0), 2, "1 not solved".to_owned()));
    for (id, value) in [
        ("one_touch", 50.0),
        ("multi_touch", 50.0),
        ("two_touch", 0.0),
        ("replies_per_ticket", 2.0),
        ("messages_per_ticket", 5.0),
        ("transfers", 0.5),
        ("group_transfers", 0.5),
        ("transfer_rate", 50.0),
    ] {
        assert_eq!(kpi(&stated, id), (Some(value), 2, "1 not solved".to_owned()), "{id}");
        let chosen = KpiSelection::these([id]).of(&stated).unwrap();
        assert!(
            chosen.notes[0].starts_with(&format!("{id} rests on what the source states: ")),
            "{:?}",
            chosen.notes
        );
    }
    assert_eq!(kpi(&stated, "agent_touches"), none(3.0, 3));
    let single = KpiRequest::new("fcr").with_policy("single_reply".parse().unwrap());
    assert!(stated.can_answer(&single).is_ok());
    assert_eq!(value_of(&stated, single).0, Some(50.0));
    // A measure that is not stated stays empty, and so do measures of the same KPI.
    let refused = KpiSelection::these(["agent_wait_time"]).of(&stated).unwrap_err().to_string();
    assert!(
        refused.ends_with("or what the source has computed as agent_wait_time of the tickets"),
        "{refused}"
    );
    let measure = |id: &str, measure: &str| {
        let table = table(&stated, KpiRequest::new(id));
        table.rows.iter().find(|row| row.measure == measure).unwrap().value
    };
    assert_eq!((measure("one_touch", "undisturbed"), measure("reopen_rate", "without_thanks")), (None, None));
    assert_eq!(
        (measure("one_touch", "at_most_one"), measure("reopen_rate", "reopens")),
        (Some(50.0), Some(2.0))
    );
}

#[test]
fn a_stated_duration_fills_its_clock_alone() {
    let minutes = dataset(
        "first_response_time = { column = \"business\", unit = \"minutes\", clock = \"business\" }\n",
        ROWS,
    );
    let of = |clock| minutes.can_answer(&KpiRequest::new("first_response_time").with_clock(clock));
    assert!(of(ClockKind::Business).is_ok());
    let refused = of(ClockKind::Calendar).unwrap_err().to_string();
    assert!(
        refused.contains("its first_response_time in business time only (column \"business\")"),
        "{refused}"
    );
    let chosen = KpiSelection::usual().of(&minutes).unwrap();
    let clocks: Vec<_> =
        chosen.kpis.iter().filter(|kpi| kpi.kpi == "first_response_time").map(|kpi| kpi.clock).collect();
    assert_eq!(clocks, [Some(ClockKind::Business)]);
}

#[test]
fn statuses_without_times_are_enough_for_counts() {
    let rows = "id,created,status,replies,reopens,wait\n1,2026-03-02T09:00:00Z,solved,1,0,60\n2,2026-03-02T09:00:00Z,closed,2,1,120\n\
        3,2026-03-02T09:00:00Z,open,1,0,30\n4,2026-03-02T09:00:00Z,zzz,1,0,30\n5,2026-03-02T09:00:00Z,deleted,1,0,30\n";
    let roles = "status = \"status\"\npublic_replies = \"replies\"\nreopens = \"reopens\"\n\
        on_hold_time = { column = \"wait\", unit = \"seconds\" }\nfull_resolution_time = { column = \"wait\", unit = \"seconds\" }\n";
    let stated = dataset(roles, rows);
    let exclusion = "1 end unknown, 1 deleted, 1 not solved".to_owned();
    for (id, value) in [("one_touch", 50.0), ("replies_per_ticket", 1.5), ("reopen_rate", 50.0)] {
        assert_eq!(kpi(&stated, id), (Some(value), 2, exclusion.clone()), "{id}");
    }
    assert_eq!(kpi(&stated, "on_hold_time"), (Some(90.0), 2, "1 end unknown, 1 deleted".to_owned()));
    // A reopened ticket has no resolution time. The duration of the solve is known without its date.
    assert_eq!(kpi(&stated, "full_resolution_time"), (Some(60.0), 3, "1 deleted".to_owned()));
    assert!(
        stated.sources[0]
            .exclusions
            .iter()
            .any(|exclusion| exclusion.to_string().contains("open again in column \"wait\""))
    );
}

#[test]
fn an_unusable_value_excludes_dependent_measures() {
    let rows = "id,created,solved,reply,replies\n1,2026-03-02T09:00:00Z,2026-03-02T13:00:00Z,-5,one\n\
        2,2026-03-02T09:00:00Z,2026-03-02T13:00:00Z,soon,1\n3,2026-03-02T09:00:00Z,2026-03-02T13:00:00Z,00:30:00,-1\n\
        4,2026-03-02T09:00:00Z,2026-03-02T13:00:00Z,,\n";
    let roles = "solved_at = \"solved\"\nfirst_response_time = { column = \"reply\", unit = \"minutes\" }\npublic_replies = \"replies\"\n";
    let bad = dataset(roles, rows);
    let first = value_of(&bad, KpiRequest::new("first_response_time"));
    assert_eq!(first, (Some(1_800.0), 1, "1 value not readable, 1 end before start".to_owned()));
    assert_eq!(kpi(&bad, "one_touch"), (Some(100.0), 1, "1 value missing, 2 value not readable".to_owned()));
    assert_eq!(kpi(&bad, "full_resolution_time"), none(14_400.0, 4));
    let messages: Vec<String> = bad.sources[0]
        .exclusions
        .iter()
        .map(|exclusion| format!("{exclusion}; {}", exclusion.remedy))
        .collect();
    for expected in [
        "1 value not used: end before start in column \"reply\", first in row 1: \"-5\"; a duration is at least 0",
        "1 value not used: value not readable in column \"reply\", first in row 2: \"soon\"; expected a number, \"HH:MM:SS\"",
        "2 values not used: value not readable in column \"replies\", first in row 1: \"one\"; expected a whole number",
    ] {
        assert!(messages.iter().any(|one| one.starts_with(expected)), "{expected}\n{messages:?}");
    }
    let listed = roles.replace("unit = \"minutes\" }", "unit = \"minutes\", missing = [\"-5\", \"soon\"] }");
    assert_eq!(kpi(&dataset(&listed, rows), "first_response_time").2, "");
}

#[test]
fn the_unit_is_inferred_or_required() {
    let rows = |name: &str| format!("id,created,{name}\n1,2026-03-02T09:00:00Z,90\n");
    let role = |name: &str| format!("first_response_time = \"{name}\"\n");
    for (name, seconds) in [("reply_time_in_minutes", 5_400.0), ("Response Time (hours)", 324_000.0)] {
        assert_eq!(
            kpi(&dataset(&role(name), &rows(name)), "first_response_time"),
            none(seconds, 1),
            "{name}"
        );
    }
    let unknown = read(&format!("{TICKETS}{}", role("reply")), &rows("reply"), "").unwrap_err().to_string();
    let remedy = "state it, such as first_response_time = { column = \"reply\", unit = \"minutes\" }";
    assert!(
        unknown.contains("column \"reply\" contains numbers of an unknown unit") && unknown.ends_with(remedy),
        "{unknown}"
    );
    let followed = remedy.strip_prefix("state it, such as ").unwrap();
    assert_eq!(kpi(&dataset(followed, &rows("reply")), "first_response_time"), none(5_400.0, 1));
    for (roles, problem) in [
        (
            "reopens = { column = \"reply\", unit = \"minutes\" }",
            "reopens is a count, which has neither unit nor clock",
        ),
        (
            "transfers = \"reply\"\nassignee_stations = \"reply\"",
            "are both the assignee stations: state one of them",
        ),
        (
            "on_hold_time = [\"a\", \"b\"]",
            "columns \"a\" and \"b\" are both the on hold time on one clock: state one of them, or the clock of the other, \
             clock = \"business\"",
        ),
        ("on_hold_time = { column = \"a\", unit = \"fortnights\" }", "fortnights"),
        ("sla = { first_reply = { met = \"a\" } }", "sla has no metric \"first_reply\""),
        ("sla = { resolution = {} }", "sla.resolution names no column: give due_at or met"),
        ("sla = { next_response = { due_at = \"a\" } }", "sla.next_response has no due_at"),
    ] {
        let error = read(&format!("{TICKETS}{roles}"), &rows("reply"), "").unwrap_err().to_string();
        assert!(error.contains(problem), "{error}");
    }
}

#[test]
fn timestamps_or_events_have_priority_and_differences_are_warnings() {
    let rows = "id,created,replied,solved,minutes,hours,reopens\n1,2026-03-02T09:00:00Z,2026-03-02T09:30:29Z,2026-03-02T13:00:00Z,30,4.0,0\n\
        2,2026-03-02T09:00:00Z,2026-03-02T09:35:00Z,2026-03-02T13:00:00Z,30,4.5,1\n3,2026-03-02T09:00:00Z,,,99,,1\n";
    let stated = "first_response_time = { column = \"minutes\", unit = \"minutes\" }\nfull_resolution_time = { column = \"hours\", unit = \"hours\" }\nreopens = \"reopens\"\n";
    let timestamps = format!("first_response_at = \"replied\"\nsolved_at = \"solved\"\n{stated}");
    let both = dataset(&timestamps, rows);
    assert_eq!(kpi(&both, "first_response_time").0, Some(1_964.5));
    assert_eq!(kpi(&both, "full_resolution_time"), none(14_400.0, 2));
    let warnings: Vec<String> = both.warnings().map(|warning| warning.to_string()).collect();
    assert_eq!(
        warnings,
        [
            "stated first response time (column \"minutes\") differs from the one by timestamps: 1 of 2 (50.0 %) of tickets, such as \
             \"2\": 30m stated, 35m by its timestamps, which counts",
            "stated full resolution time (column \"hours\") differs from the one by timestamps: 1 of 2 (50.0 %) of tickets, such as \
             \"2\": 4h 30m stated, 4h by its timestamps, which counts",
        ]
    );
    // Reopenings are not in the timestamps.
    assert_eq!(kpi(&both, "reopen_rate"), (Some(50.0), 2, "1 not solved".to_owned()));

    let events = "[[events]]\nfile = \"e.csv\"\nticket = \"ticket\"\nat = \"at\"\nkind = \"kind\"\nauthor = \"author\"\n";
    let log = "ticket,at,kind,author\n1,2026-03-02T09:20:00Z,public_message,agent\n2,2026-03-02T09:30:00Z,public_message,agent\n\
        2,2026-03-02T10:00:00Z,solved,agent\n";
    let logged = read(&format!("{TICKETS}{stated}{events}"), rows, log).unwrap();
    assert_eq!(kpi(&logged, "first_response_time").0, Some(1_500.0));
    assert_eq!(kpi(&logged, "reopen_rate").0, Some(0.0));
    let warnings: Vec<String> = logged.warnings().map(|warning| warning.to_string()).collect();
    assert!(
        warnings[0].contains("1 of 2 (50.0 %) of tickets, such as \"1\": 30m stated, 20m by its events"),
        "{warnings:?}"
    );
    assert!(warnings[2].starts_with("stated reopens (column \"reopens\") differs"), "{warnings:?}");
    assert!(
        warnings[2].contains("2 of 3") && warnings[2].contains("1 stated, 0 by its events"),
        "{warnings:?}"
    );

    // No assignee at all is no transfer either.
    let moved = rows.replace("reopens", "moves");
    let transfers = read(&format!("{TICKETS}transfers = \"moves\"\n{events}"), &moved, log).unwrap();
    let warnings: Vec<String> = transfers.warnings().map(|warning| warning.to_string()).collect();
    assert!(
        warnings[0].starts_with("stated transfers (column \"moves\") differs from the one by events: 2 of 3"),
        "{warnings:?}"
    );

    // Events without messages cannot give a reply; no events give nothing.
    let nothing = read(&format!("{TICKETS}{stated}{events}"), rows, "ticket,at,kind,author\n").unwrap();
    assert_eq!((kpi(&nothing, "first_response_time").0, nothing.warnings().count()), (Some(1_800.0), 0));
    let statuses = "ticket,at,kind,author\n2,2026-03-02T10:00:00Z,solved,agent\n";
    let silent = read(&format!("{TICKETS}{stated}{events}"), rows, statuses).unwrap();
    assert_eq!(kpi(&silent, "first_response_time").0, Some(1_800.0));
}

#[test]
fn stated_measures_have_slices_and_periods_and_merge() {
    let roles = "solved_at = \"solved\"\nfirst_response_time = { column = \"minutes\", unit = \"minutes\" }\nattributes = { group = \"team\" }\n";
    let stated = dataset(roles, ROWS);
    let report = Report::builder(stated.as_of.unwrap())
        .with_kpis(["volume", "first_response_time", "backlog"].map(KpiRequest::new))
        .with_slices([Attribute::Group])
        .with_periods(Periods::new(Period::Day, chrono_tz::Tz::UTC))
        .build()
        .unwrap();
    let state = stated.feed(&report, 1).unwrap();
    let table = state.table();
    let rows = table.rows.iter().filter(|row| row.headline && row.kpi == "first_response_time");
    let values: Vec<(String, Option<String>, Option<f64>)> = rows
        .map(|row| (row.keys.label(), row.period.as_ref().map(|period| period.label.clone()), row.value))
        .filter(|(_, _, value)| value.is_some())
        .collect();
    let row =
        |slice: &str, period: Option<&str>, value| (slice.to_owned(), period.map(str::to_owned), Some(value));
    for expected in [
        row("", None, 5_400.0),
        row("", Some("2026-03-02"), 5_400.0),
        row("a", None, 3_600.0),
        row("b", Some("2026-03-02"), 7_200.0),
    ] {
        assert!(values.contains(&expected), "{expected:?}\n{values:?}");
    }
    assert_eq!(stated.feed(&report, 3).unwrap().table(), table);
    let mut twice = stated.feed(&report, 1).unwrap();
    twice.merge(state).unwrap();
    assert_eq!(twice.table().headline("first_response_time").map(|row| row.n), Some(4));
}

#[test]
fn records_of_measures_are_as_stated() {
    let stated = dataset(
        "first_response_time = { column = \"minutes\", unit = \"minutes\" }\npublic_replies = \"replies\"\n",
        ROWS,
    );
    let log = stated.log(&stated.replay().unwrap());
    let (batches, _) = log.measures(1).unwrap();
    let text = |name: &str| format!("{:?}", batches[0].column_by_name(name).unwrap());
    assert!(
        text("public_replies").contains('3') && text("first_response_time").contains("7200"),
        "{}",
        text("first_response_time")
    );
    let record = log.record(1);
    assert_eq!(record.metrics.stated.len(), 2);
}

#[test]
fn several_stated_sla_targets_count_by_metric() {
    let rows = "id,created,replied,solved,first,first_due,resolution,due\n\
        1,2026-03-02T09:00:00Z,2026-03-02T10:00:00Z,2026-03-02T13:00:00Z,Within SLA,,Within SLA,2026-03-03T09:00:00Z\n\
        2,2026-03-02T09:00:00Z,2026-03-02T10:00:00Z,2026-03-04T13:00:00Z,SLA Violated,,,2026-03-03T09:00:00Z\n\
        3,2026-03-02T09:00:00Z,2026-03-02T10:00:00Z,,,2026-03-02T09:30:00Z,,2026-03-10T09:00:00Z\n";
    let roles = "solved_at = \"solved\"\nfirst_response_at = \"replied\"\n[tickets.sla]\n\
        first_response = { met = \"first\", due_at = \"first_due\" }\nresolution = { met = \"resolution\", due_at = \"due\" }\n";
    let stated = dataset(roles, rows);
    let of = |metric: &str| value_of(&stated, KpiRequest::new("sla_attainment").with_metric(metric.into()));
    assert_eq!(of("stated_first_response"), (Some(100.0 / 3.0), 3, String::new()));
    assert_eq!(of("stated_resolution"), (Some(50.0), 2, "1 still running".to_owned()));
    assert_eq!(of("stated"), (Some(40.0), 5, "1 still running".to_owned()));
    let metrics = |dataset: &Dataset| -> Vec<String> {
        let chosen = KpiSelection::these(["sla_attainment"]).of(dataset).unwrap();
        chosen.kpis.iter().map(|kpi| kpi.metric.as_ref().unwrap().as_str().to_owned()).collect()
    };
    assert_eq!(metrics(&stated), ["stated", "stated_first_response", "stated_resolution"]);
    let request = KpiRequest::new("sla_attainment");
    let named = stated.with_stated_sla(request.clone().with_metric("resolution".into()));
    assert_eq!(named.metric, Some("stated_resolution".into()));
    assert_eq!(stated.with_stated_sla(request).metric, Some("stated".into()));
    let record = &stated.tickets()[0].stated_sla;
    assert_eq!((record.len(), record[0].met), (2, Some(true)));

    // The verdict of the whole ticket counts in their place.
    let whole = dataset(&roles.replace("[tickets.sla]", "sla_met = \"resolution\"\n[tickets.sla]"), rows);
    let request = KpiRequest::new("sla_attainment").with_metric("stated".into());
    assert_eq!(value_of(&whole, request).1, 4); // ticket 1 once, of the others each target

    // Without replies a due time is no evidence.
    let due = "[tickets.sla]\nfirst_response = { due_at = \"first_due\" }\n";
    let request = KpiRequest::new("sla_attainment").with_metric("stated_first_response".into());
    let refused = dataset(due, rows).can_answer(&request).unwrap_err().to_string();
    assert!(refused.contains("no reply to a customer"), "{refused}");
    let computed =
        dataset(&format!("first_response_time = {{ column = \"id\", unit = \"hours\" }}\n{due}"), rows);
    assert!(computed.can_answer(&request).is_ok());
    assert_eq!(value_of(&computed, request), (Some(0.0), 1, "2 no SLA applies".to_owned()));
}

#[test]
fn values_stated_after_the_cut_off_do_not_count() {
    let roles = "status = \"status\"\npublic_replies = \"replies\"\nfull_resolution_time = { column = \"hours\", unit = \"hours\" }\n\
        first_response_time = [{ column = \"minutes\", unit = \"minutes\" }, { column = \"business\", unit = \"minutes\", clock = \"business\" }]\n";
    let rows = "id,created,status,minutes,business,hours,replies\n1,2026-03-02T09:00:00Z,solved,60,30,1,1\n\
        2,2026-03-02T10:00:00Z,solved,120,90,3,2\n";
    let mut stated = dataset(roles, rows);
    let business = || KpiRequest::new("first_response_time").with_clock(ClockKind::Business);
    for (at, calendar, working, resolution) in [
        ("2026-03-02T11:00:00Z", (3_600.0, 1), (1_800.0, 1), (3_600.0, 1)),
        ("2026-03-02T11:30:00Z", (3_600.0, 1), (3_600.0, 2), (3_600.0, 1)),
        ("2026-03-02T12:00:00Z", (5_400.0, 2), (3_600.0, 2), (3_600.0, 1)),
        ("2026-03-02T13:00:00Z", (5_400.0, 2), (3_600.0, 2), (7_200.0, 2)),
    ] {
        stated.as_of = Some(at.parse().unwrap());
        let value = |request: KpiRequest| {
            let (value, n, _) = value_of(&stated, request);
            (value.unwrap(), n)
        };
        assert_eq!(value(KpiRequest::new("first_response_time")), calendar, "{at}");
        assert_eq!(value(business()), working, "{at}");
        assert_eq!(value(KpiRequest::new("full_resolution_time")), resolution, "{at}");
        // It is unknown when a count was reached.
        assert_eq!(value(KpiRequest::new("replies_per_ticket")), (1.5, 2), "{at}");
    }
    // The data reaches to the last of these ends.
    assert_eq!(stated.last_timestamp(), Some("2026-03-02T13:00:00Z".parse().unwrap()));
}

#[test]
fn a_stated_verdict_after_the_cut_off_does_not_count() {
    let rows = "id,created,solved,met,due\n1,2026-03-02T09:00:00Z,2026-03-02T10:00:00Z,true,2026-03-02T12:00:00Z\n\
        2,2026-03-02T09:00:00Z,2026-03-04T10:00:00Z,true,\n3,2026-03-02T09:00:00Z,2026-03-04T10:00:00Z,true,2026-03-05T12:00:00Z\n\
        4,2026-03-02T09:00:00Z,2026-03-04T10:00:00Z,false,2026-03-03T12:00:00Z\n5,2026-03-02T09:00:00Z,,false,2026-03-02T12:00:00Z\n\
        6,2026-03-02T09:00:00Z,,true,\n";
    let whole = "solved_at = \"solved\"\nsla_met = \"met\"\ndue_at = \"due\"\n";
    let by_metric = "solved_at = \"solved\"\nsla = { resolution = { met = \"met\", due_at = \"due\" } }\n";
    for (roles, metric) in [(whole, "stated"), (by_metric, "stated_resolution")] {
        let mut stated = dataset(roles, rows);
        let request = || KpiRequest::new("sla_attainment").with_metric(metric.into());
        for (at, value, n, running) in [
            // Met: 1, and 2 and 6 without a due time; breached: 5.
            ("2026-03-03T00:00:00Z", 75.0, 4, "2 still running"),
            ("2026-03-04T00:00:00Z", 60.0, 5, "1 still running"),
            ("2026-03-06T00:00:00Z", 400.0 / 6.0, 6, ""),
        ] {
            stated.as_of = Some(at.parse().unwrap());
            assert_eq!(value_of(&stated, request()), (Some(value), n, running.to_owned()), "{metric} {at}");
        }
    }
}

#[test]
fn a_unit_with_which_tickets_are_answered_long_after_their_end() {
    let rows = "id,created,solved,reply_time_in_minutes\n1,2026-03-02T09:00:00Z,2026-03-02T13:00:00Z,30\n\
        2,2026-03-02T09:00:00Z,2026-03-02T11:00:00Z,60\n3,2026-03-02T09:00:00Z,,9000\n";
    let warnings = |unit: &str| -> Vec<String> {
        let key = format!("{{ column = \"reply_time_in_minutes\", unit = \"{unit}\" }}");
        let stated = dataset(&format!("solved_at = \"solved\"\nfirst_response_time = {key}\n"), rows);
        let chosen = KpiSelection::these(["first_response_time"]).of(&stated).unwrap();
        let notes = chosen.notes.into_iter().filter(|note| note.contains("unit"));
        stated
            .warnings()
            .map(|warning| warning.to_string())
            .filter(|text| text.contains("unit"))
            .chain(notes)
            .collect()
    };
    assert_eq!(
        warnings("hours"),
        [
            "stated first response time (column \"reply_time_in_minutes\"): 3 of 3 (100.0 %) of values are longer than three times \
             the time from creation to end or cut-off, such as \"1\": 30h stated, 4h until then; the unit hours is probably wrong: \
             state first_response_time = { column = \"reply_time_in_minutes\", unit = \"minutes\" } if that is the one of its numbers",
            "first_response_time: the name of column \"reply_time_in_minutes\" contains the unit minutes, but hours is stated, which \
             counts: if that is wrong, state first_response_time = { column = \"reply_time_in_minutes\", unit = \"minutes\" }",
        ]
    );
    assert!(warnings("minutes").is_empty());
}
