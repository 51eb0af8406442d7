//! Figures that help desks computed themselves, from recorded answers of their APIs.
//!
//! The recordings are not part of the repository. They are read from the folder named by DESKMETRICS_DATA, else from
//! `../shared/data` beside the repository; without them, these tests print a note and pass.

use std::fs;
use std::path::PathBuf;

use chrono::TimeDelta;
use deskmetrics::replay::{Replay, ReplayOptions};
use deskmetrics::schedule::{CompiledSchedule, Schedule, WeeklyHours};
use deskmetrics::sla::{SlaPolicies, SlaPolicy, SlaTarget, Within};
use deskmetrics::ticket::{Attribute, EventKind};
use deskmetrics::{Author, Elapsed, SlaMetric, Status, Ticket, TicketEvent, Timestamp, VerdictState};
use serde_json::Value;

/// A folder of the real data, where it is there.
fn data(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("DESKMETRICS_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    );
    let folder = root.join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!(
        "skipped: there is no {}; set DESKMETRICS_DATA to the folder with the real data",
        folder.display()
    );
    None
}

fn json(folder: &std::path::Path, file: &str) -> Value {
    let text = fs::read_to_string(folder.join(file)).expect("a readable recording");
    serde_json::from_str(&text).expect("a recording in JSON")
}

fn at(value: &Value) -> Timestamp {
    value.as_str().expect("a timestamp").parse().expect("a timestamp")
}

fn zendesk_schedule(folder: &std::path::Path) -> CompiledSchedule {
    let schedules = json(folder, "zendesk-sandbox-a/schedules.json");
    let schedule = &schedules["schedules"][0];
    assert_eq!(schedule["time_zone"], "New Caledonia");
    let intervals = schedule["intervals"].as_array().expect("intervals").iter().map(|interval| {
        (interval["start_time"].as_i64().expect("minutes"), interval["end_time"].as_i64().expect("minutes"))
    });
    let hours = WeeklyHours::from_minutes_of_week(intervals).expect("intervals within the week");
    Schedule::new("Pacific/Noumea".parse().expect("a zone"), hours).compile()
}

#[test]
fn zendesk_calendar_and_business_minutes() {
    let Some(folder) = data("helpdesk-api-fixtures") else { return };
    let schedule = zendesk_schedule(&folder);
    let metrics = json(&folder, "zendesk-sandbox-a/ticket_metrics.json");
    let metrics = metrics["ticket_metrics"].as_array().expect("metrics");
    // Ticket 1's metrics are not recorded as a record but as an event of its SLA log; its figures are stated with them.
    let recorded = |ticket: i64, metric: &str| -> (i64, i64) {
        let record =
            metrics.iter().find(|record| record["ticket_id"] == ticket).expect("the ticket's metrics");
        let minutes = &record[format!("{metric}_in_minutes")];
        (minutes["calendar"].as_i64().expect("minutes"), minutes["business"].as_i64().expect("minutes"))
    };
    let cases = [
        ("2020-12-11T18:34:09Z", "wait", (1_261_650, 300_000)),
        ("2024-04-12T13:39:05Z", "reply", recorded(160, "reply_time")),
        ("2024-04-12T13:39:05Z", "resolution", recorded(160, "first_resolution_time")),
        ("2023-10-20T10:57:49Z", "reply", recorded(159, "reply_time")),
        ("2023-10-20T10:57:49Z", "wait", recorded(159, "requester_wait_time")),
    ];
    for (start, metric, (calendar, business)) in cases {
        let created: Timestamp = start.parse().expect("a timestamp");
        let end = Timestamp::from(created.to_utc() + TimeDelta::minutes(calendar));
        let event = |kind| TicketEvent::new("Z", end, Author::Agent, kind);
        let events = match metric {
            "reply" => vec![event(EventKind::PublicMessage)],
            "resolution" => vec![event(EventKind::Status(Status::Solved))],
            _ => vec![],
        };
        let replay = Replay::new(end).with_schedule(schedule.clone());
        let metrics = replay.ticket(&Ticket::new("Z", created), &events).metrics;
        let time = match metric {
            "reply" => metrics.first_response_time,
            "resolution" => metrics.first_resolution_time,
            _ => Some(metrics.requester_wait_time),
        };
        let expected = Elapsed::new(TimeDelta::minutes(calendar), Some(TimeDelta::minutes(business)));
        assert_eq!(time, Some(expected), "{metric} from {start}");
    }
}

#[test]
fn zendesk_status_history_of_78_days() {
    let Some(folder) = data("helpdesk-api-fixtures") else { return };
    let file = folder.join("zendesk-warehouse-seeds/ticket_field_history_data.csv");
    let text = fs::read_to_string(file).expect("a readable table");
    let mut events = Vec::new();
    for line in text.lines() {
        let cells: Vec<&str> = line.split(',').collect();
        let ["status", "11071", updated, _, _, status] = cells[..] else { continue };
        let timestamp = format!("{}Z", updated.replace(' ', "T")).parse::<Timestamp>().expect("a timestamp");
        let status = match status {
            "on-hold" => Status::OnHold,
            other => other.parse().expect("a status"),
        };
        events.push(TicketEvent::new("11071", timestamp, Author::Agent, EventKind::Status(status)));
    }
    assert_eq!(events.len(), 13);
    let ticket = Ticket::new("11071", events[0].at);
    let end = events.last().expect("a last event").at;
    let metrics = Replay::new(end).ticket(&ticket, &events).metrics;
    let days = metrics.time_in_status.map(|time| time.calendar().num_days());
    assert_eq!(days, [0, 30, 28, 20, 1, 0]);
    assert_eq!(metrics.full_resolution_time.map(|time| time.calendar()), Some(TimeDelta::days(78)));
    assert_eq!(metrics.requester_wait_time.calendar(), TimeDelta::days(50));
}

#[test]
fn freshdesk_due_times() {
    let Some(folder) = data("helpdesk-api-fixtures") else { return };
    let policies = json(&folder, "freshdesk-sandbox/sla_policies.json");
    let default = policies.as_array().expect("policies").iter().find(|policy| policy["is_default"] == true);
    let targets = &default.expect("a default policy")["sla_target"];
    let within = |field: &str| {
        Within::by_priority((1..=4).map(|priority| {
            let target = &targets[format!("priority_{priority}")];
            assert_eq!(target["business_hours"], false);
            (priority.to_string(), TimeDelta::seconds(target[field].as_i64().expect("seconds")))
        }))
    };
    let policies = SlaPolicies::new([SlaPolicy::new("Default SLA Policy")
        .with_target(SlaTarget::calendar(SlaMetric::FirstResponse, within("respond_within")))
        .with_target(SlaTarget::calendar(SlaMetric::Resolution, within("resolve_within")))]);
    assert!(policies.check().is_empty());

    let tickets = json(&folder, "freshdesk-sandbox/tickets.json");
    let tickets = tickets.as_array().expect("tickets");
    assert_eq!(tickets.len(), 6);
    for record in tickets {
        // Two sample tickets were loaded later and count from then.
        let loaded: Timestamp = "2022-05-25T21:25:35Z".parse().expect("a timestamp");
        let created = at(&record["created_at"]).max(loaded);
        let id = record["id"].to_string();
        let ticket = Ticket::new(id.as_str(), created)
            .with_attribute(Attribute::Priority, record["priority"].to_string());
        let mut events = Vec::new();
        let mut push = |field: &str, kind| {
            if record["stats"][field].is_string() {
                let timestamp = at(&record["stats"][field]);
                events.push(TicketEvent::new(id.as_str(), timestamp, Author::Agent, kind));
            }
        };
        push("first_responded_at", EventKind::PublicMessage);
        push("resolved_at", EventKind::Status(Status::Solved));
        let as_of = at(&record["updated_at"]);
        // Freshdesk shows the due time of a response also where the ticket was closed without one.
        let options = ReplayOptions::default();
        let replayed =
            Replay::new(as_of).with_policies(policies.clone()).with_options(options).ticket(&ticket, &events);
        let verdict = |metric: SlaMetric| replayed.verdicts.iter().find(|verdict| verdict.metric == metric);
        let resolution = verdict(SlaMetric::Resolution).expect("a resolution target");
        assert_eq!(resolution.due_at, Some(at(&record["due_by"])), "ticket {id}");
        let escalated = record["is_escalated"] == true;
        assert_eq!(resolution.state == VerdictState::Breached, escalated, "ticket {id}");
        match verdict(SlaMetric::FirstResponse) {
            Some(response) => {
                assert_eq!(response.due_at, Some(at(&record["fr_due_by"])), "ticket {id}");
                let late = record["fr_escalated"] == true;
                assert_eq!(response.state == VerdictState::Breached, late, "ticket {id}");
            }
            // Closed in the second it was created, so there was no wait for a response.
            None => assert_eq!(at(&record["stats"]["resolved_at"]), created, "ticket {id}"),
        }
    }
}

/// The time of one row of an incident, minutes without a zone read as UTC.
fn minute(text: &str) -> Timestamp {
    let at =
        chrono::NaiveDateTime::parse_from_str(text, "%d/%m/%Y %H:%M").expect("day/month/year hour:minute");
    at.and_utc().into()
}

#[test]
fn servicenow_incident_log() {
    let Some(folder) = data("uci-incident-log") else { return };
    let facts: Value = json(&folder, "facts.json");
    let file = fs::File::open(folder.join("incident_event_log.csv.gz")).expect("a readable log");
    let mut reader = csv::Reader::from_reader(flate2::read::GzDecoder::new(file));
    let headers = reader.headers().expect("a header").clone();
    let column = |name: &str| headers.iter().position(|header| header == name).expect("a column");
    let [number, state, opened, updated, resolved, closed, count] = [
        "number",
        "incident_state",
        "opened_at",
        "sys_updated_at",
        "resolved_at",
        "closed_at",
        "reopen_count",
    ]
    .map(column);
    let mut tickets: Vec<Ticket> = Vec::new();
    let mut stated: Vec<(Option<Timestamp>, Timestamp, usize)> = Vec::new();
    let mut events = Vec::new();
    for (row, record) in reader.records().enumerate() {
        let record = record.expect("a row");
        let id = &record[number];
        let outcome = (
            (&record[resolved] != "?").then(|| minute(&record[resolved])),
            minute(&record[closed]),
            record[count].parse().expect("a count"),
        );
        if tickets.last().is_none_or(|last| last.id.as_str() != id) {
            tickets.push(Ticket::new(id, minute(&record[opened])));
            stated.push(outcome);
        } else if let Some(last) = stated.last_mut() {
            *last = outcome;
        }
        let status = match &record[state] {
            "New" => Status::New,
            "Active" => Status::Open,
            "Awaiting User Info" => Status::Pending,
            "Resolved" => Status::Solved,
            "Closed" => Status::Closed,
            _ => Status::OnHold,
        };
        let event = TicketEvent::new(id, minute(&record[updated]), Author::Agent, EventKind::Status(status));
        events.push(event.with_sequence(row as u64));
    }
    let mut options = ReplayOptions::default();
    // One incident's rows are not in the order of their timestamps; the rows are right.
    options.order = deskmetrics::replay::EventOrder::Sequence;
    options.repeated_solve = deskmetrics::replay::RepeatedSolve::Restates;
    let as_of: Timestamp = "2018-01-01T00:00:00Z".parse().expect("a timestamp");
    let outcome = Replay::new(as_of).with_options(options).tickets(&tickets, &events);
    let fact = |name: &str| facts[name].as_u64().expect("a count");
    let mut totals = [0u64; 5];
    for (replayed, (resolved, closed, reopens)) in outcome.tickets.iter().zip(&stated) {
        let metrics = &replayed.metrics;
        let [incidents, all_reopens, reopened, resolved_equal, closed_equal] = &mut totals;
        *incidents += 1;
        *all_reopens += metrics.reopens.len() as u64;
        *reopened += u64::from(!metrics.reopens.is_empty());
        assert_eq!(metrics.reopens.len(), *reopens, "{}", replayed.ticket.id);
        *resolved_equal += u64::from(resolved.is_some() && metrics.last_solved_at == *resolved);
        *closed_equal += u64::from(metrics.closed_at == Some(*closed));
    }
    assert_eq!(
        totals,
        [
            fact("incidents"),
            fact("reopen_count_total"),
            fact("incidents_reopened"),
            fact("resolved_at_equals_last_Resolved_event_for"),
            fact("closed_at_equals_last_Closed_event_for"),
        ]
    );
}
