//! Nothing is lost and nothing counts twice: events delivered twice and out of order to a service that is killed in between give
//! what the library computes from the whole log.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use chrono_tz::Tz;
use deskmetrics::replay::{Replay, ReplayOptions, Schedules};
use deskmetrics::report::{KpiRequest, Period, Periods, Report, ReportRow};
use deskmetrics::sla::SlaPolicies;
use deskmetrics::ticket::Attribute;
use deskmetrics::{Replayed, Ticket, TicketEvent, Timestamp};
use deskmetrics_testkit::generator::Generator;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::server::{self, Server};

/// The parts of the configuration that numbers depend on.
#[derive(Deserialize)]
struct Rules {
    time_zone: Tz,
    hours: Schedules,
    sla: SlaPolicies,
    replay: ReplayOptions,
    kpis: Vec<KpiRequest>,
}

/// A month of a help desk.
struct Log {
    tickets: Vec<Ticket>,
    events: Vec<TicketEvent>,
    as_of: Timestamp,
}

impl Log {
    fn generate() -> Self {
        let sample = Generator::new(17).with_tickets(400).generate();
        let numbered = sample.events.into_iter().zip(1..);
        let events = numbered
            .map(|(event, number): (_, u64)| event.with_id(format!("E-{number}")).with_sequence(number))
            .collect();
        Self { tickets: sample.tickets, events, as_of: sample.as_of }
    }

    /// Every record twice, the second time later, and all of them out of order.
    fn deliveries(&self) -> Vec<Value> {
        let tickets = self.tickets.iter().map(|ticket| (ticket.created_at, json!({ "created": ticket })));
        let events = self.events.iter().map(|event| (event.at, json!({ "event": event })));
        let mut records: Vec<(Timestamp, Value)> = tickets.chain(events).collect();
        records.sort_by_key(|(at, _)| *at);
        let mut random = Random(7);
        let mut deliveries: Vec<(u64, Value)> = Vec::new();
        for (place, (_, record)) in (0..).zip(records) {
            // Up to 60 records late, and again up to 600 later.
            deliveries.push((place + random.below(60), record.clone()));
            deliveries.push((place + random.below(660), record));
        }
        deliveries.sort_by_key(|(place, _)| *place);
        deliveries.into_iter().map(|(_, record)| record).collect()
    }

    /// What the library computes from the whole log.
    fn replay(&self, rules: &Rules) -> Vec<Replayed> {
        let replay = Replay::new(self.as_of)
            .with_options(rules.replay.clone())
            .with_schedules(rules.hours.clone())
            .with_policies(rules.sla.clone());
        replay.tickets(&self.tickets, &self.events).tickets
    }
}

/// A linear congruential generator.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

fn rules(folder: &Path) -> Rules {
    let text = fs::read_to_string(folder.join("service.toml")).expect("the configuration");
    toml::from_str(&text).expect("a configuration of the library's forms")
}

/// Compares the targets of every ticket, the KPIs of every week and the gauges with those of the whole log.
fn compare(server: &Server, log: &Log, rules: &Rules) {
    let replayed = log.replay(rules);
    let at = log.as_of;
    for ticket in &replayed {
        let sla = server.get(&format!("/tickets/{}/sla?at={at}", ticket.ticket.id));
        assert_eq!(sla["targets"], json!(ticket.verdicts), "ticket {}", ticket.ticket.id);
        assert_eq!(sla["status"], json!(ticket.metrics.status), "ticket {}", ticket.ticket.id);
        assert_eq!(sla["excluded"], json!(ticket.excluded), "ticket {}", ticket.ticket.id);
    }

    let report = Report::builder(at)
        .with_kpis(rules.kpis.clone())
        .with_slices([Attribute::Market])
        .with_periods(Periods::new(Period::Week, rules.time_zone))
        .build()
        .expect("a report");
    let table = report.run(&replayed, &[], &[]).expect("a state").table();
    let weeks: BTreeSet<&str> = table.rows.iter().filter_map(week).collect();
    assert!(weeks.len() >= 4, "{weeks:?}");
    let mut changes = 0;
    for of in weeks {
        let table_of_week = server.get(&format!("/kpis?by=market&week={of}&at={at}"));
        let week_before = table_of_week["week_before"].as_str();
        let expected: Vec<Value> = table
            .rows
            .iter()
            .filter(|row| row.headline && week(row) == Some(of))
            .map(|row| {
                let is_before = |other: &&ReportRow| week(other) == week_before && same(other, row);
                let before = table.rows.iter().find(is_before).and_then(|before| before.value);
                changes += usize::from(row.change.is_some());
                json!({
                    "kpi": row.kpi, "name": row.title(), "measure": row.measure, "unit": row.unit, "slice": row.keys,
                    "value": row.value, "n": row.n, "interval": row.interval, "before": before, "change": row.change,
                })
            })
            .collect();
        let found = table_of_week["rows"].as_array().expect("rows").iter().cloned();
        let found: Vec<Value> = found
            .map(|mut row| {
                // A stock such as the backlog has the exclusions of all tickets read.
                row.as_object_mut().expect("a row").remove("excluded");
                row
            })
            .collect();
        assert_eq!(found, expected, "week {of}");
    }
    assert!(changes > 50, "{changes} changes");

    let (_, metrics) = server.request("GET", "/metrics", "");
    let records = log.tickets.len() + log.events.len();
    assert!(metrics.contains(&format!("\nservice_log_records {records}\n")), "{metrics}");
    let open = replayed
        .iter()
        .filter(|ticket| !ticket.metrics.status.is_done() && ticket.metrics.exclusion.is_none());
    let gauge = |name: &str| {
        let lines = metrics.lines().filter(|line| line.starts_with(name));
        lines
            .map(|line| line.rsplit(' ').next().and_then(|count| count.parse().ok()).unwrap_or(0))
            .sum::<usize>()
    };
    assert_eq!(gauge("deskmetrics_open_tickets{"), open.count());
    assert!(metrics.ends_with("# EOF\n"));
}

/// The week of a row.
fn week(row: &ReportRow) -> Option<&str> {
    row.period.as_ref().filter(|period| period.start.is_some()).map(|period| period.label.as_str())
}

/// Whether two rows are the same number of different weeks.
fn same(one: &ReportRow, other: &ReportRow) -> bool {
    one.headline && one.kpi == other.kpi && one.title() == other.title() && one.keys == other.keys
}

#[test]
fn nothing_is_lost_or_counted_twice() {
    let folder = server::folder("restart");
    let text = fs::read_to_string(folder.join("service.toml")).expect("the configuration");
    // Snapshots come often, so that restarts use one and the records after it.
    let text = server::edit(&folder, &text, &[("snapshot_every = 10_000", "snapshot_every = 700")]);
    let log = Log::generate();
    let now = log.as_of.to_string();
    let deliveries = log.deliveries();
    let batches: Vec<String> = deliveries.chunks(150).map(|batch| json!(batch).to_string()).collect();

    let mut server = Server::start(&folder, Some(&now));
    let (mut stored, mut duplicates) = (0, 0);
    for (number, batch) in batches.iter().enumerate() {
        if number % 6 == 3 {
            // Killed while it receives: the sender has no response and delivers again.
            let request = server.send("POST", "/events", batch);
            std::thread::sleep(std::time::Duration::from_millis(number as u64 % 12));
            server.kill();
            drop(request);
            server = Server::start(&folder, Some(&now));
        }
        let (status, receipt) = server.request("POST", "/events", batch);
        assert_eq!(status, 200, "{receipt}");
        let receipt: Value = serde_json::from_str(&receipt).expect("a receipt");
        assert_eq!(receipt["conflicts"], json!([]));
        stored += receipt["stored"].as_u64().expect("a number");
        duplicates += receipt["duplicates"].as_u64().expect("a number");
    }
    let delivered = deliveries.len() as u64;
    assert_eq!(stored + duplicates, delivered);
    assert!(duplicates >= delivered / 2, "{duplicates} duplicates");
    compare(&server, &log, &rules(&folder));
    server.kill();

    // After a restart the state is the same.
    let server = Server::start(&folder, Some(&now));
    compare(&server, &log, &rules(&folder));
    server.kill();

    // After a restart with edited rules, it is that of the new rules.
    server::edit(
        &folder,
        &text,
        &[("\"*\" = \"4h\"", "\"*\" = \"2h\""), ("Mo-Fr 09:00-17:00", "Mo-Fr 08:00-16:00")],
    );
    let server = Server::start(&folder, Some(&now));
    compare(&server, &log, &rules(&folder));
}

#[test]
fn wrong_requests_are_refused_and_change_nothing() {
    let folder = server::folder("wrong");
    let server = Server::start(&folder, Some("2026-03-02T12:00:00Z"));
    let error = |path: &str, body: &str| {
        let (status, text) = server.request(if body.is_empty() { "GET" } else { "POST" }, path, body);
        let text: Value = serde_json::from_str(&text).expect("JSON");
        (status, text["error"].as_str().unwrap_or_default().to_owned())
    };
    let created = |at: &str| format!("{{\"created\": {{\"id\": \"T-1\", \"created_at\": \"{at}\"}}}}");
    let reply = r#"{"event": {"ticket": "T-1", "at": "2026-03-02T09:30:00Z", "author": "agent", "kind": "public_message"}}"#;

    let (status, text) = error("/events", &format!("[{}, {reply}]", created("2026-03-02T09:00:00Z")));
    assert_eq!(
        (status, text.as_str()),
        (422, "delivery 1, event of ticket \"T-1\": it has no id, by which a second delivery is known")
    );
    let (status, text) = error("/events", &format!("[{}]", created("2026-03-02T12:05:01Z")));
    assert_eq!(status, 422);
    assert!(text.contains("2026-03-02T12:05:01Z is after 2026-03-02T12:05:00Z"), "{text}");
    let (status, text) = error("/events", r#"[{"created": {"id": "T-1"}}]"#);
    assert_eq!(status, 422);
    assert!(text.contains("missing field `created_at`"), "{text}");
    // A list is stored as a whole or not at all.
    assert_eq!(error("/tickets/T-1/sla", ""), (404, "no ticket \"T-1\" was delivered".to_owned()));

    let (status, text) = error("/kpis?week=2026-10", "");
    assert_eq!(
        (status, text.as_str()),
        (422, "there is no week \"2026-10\": weeks have names such as \"2026-W10\"")
    );
    assert_eq!(error("/kpis?wek=2026-W10", "").0, 422);
    let (status, text) = error("/kpis?at=noon", "");
    assert_eq!(status, 422);
    assert!(text.contains("timestamp \"noon\" is not of the form \"2026-03-02T09:00:00Z\""), "{text}");

    let (status, _) = server.request("POST", "/events", &format!("[{}]", created("2026-03-02T09:00:00Z")));
    assert_eq!(status, 200);
    let (_, text) = server.request("POST", "/events", &format!("[{}]", created("2026-03-02T10:00:00Z")));
    let receipt: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(receipt, json!({"stored": 0, "duplicates": 0, "conflicts": [{"ticket": "T-1", "event": ""}]}));
    let (status, text) = error("/kpis?by=markte&week=2026-W10", "");
    assert_eq!(status, 422);
    assert!(
        text.contains("did you mean") || text.contains("no record has an attribute \"markte\""),
        "{text}"
    );
}

#[test]
fn events_before_their_ticket_wait_for_it() {
    let folder = server::folder("waiting");
    let server = Server::start(&folder, Some("2026-03-02T12:00:00Z"));
    let reply = r#"{"event": {"ticket": "T-1", "id": "E-1", "at": "2026-03-02T09:30:00Z", "author": "agent", "kind": "public_message"}}"#;
    assert_eq!(server.request("POST", "/events", &format!("[{reply}]")).0, 200);
    assert_eq!(server.request("GET", "/tickets/T-1/sla", "").0, 404);
    let created = r#"[{"created": {"id": "T-1", "created_at": "2026-03-02T09:00:00Z"}}]"#;
    assert_eq!(server.request("POST", "/events", created).0, 200);
    let sla = server.get("/tickets/T-1/sla");
    assert_eq!(sla["targets"][0]["state"], "met");
    assert_eq!(sla["next_breach"]["metric"], "resolution");
}

#[test]
fn a_breach_is_printed_when_it_happens() {
    let folder = server::folder("breach");
    let rules = fs::read_to_string(folder.join("service.toml")).expect("the configuration");
    let target = "clock = \"business\", within = { urgent = \"1h\", \"*\" = \"4h\" }, at_risk = 0.75";
    server::edit(&folder, &rules, &[(target, "within = \"1s\"")]);
    let server = Server::start(&folder, None);
    let created = Timestamp::from(chrono::Utc::now());
    let body = json!([{ "created": Ticket::new("T-1", created) }]).to_string();
    assert_eq!(server.request("POST", "/events", &body).0, 200);
    let breached = Timestamp::from(created.to_utc() + chrono::TimeDelta::microseconds(1_000_001));
    let rest = server.message(&format!("{breached}: "));
    assert_eq!(rest, "first_response of ticket T-1 is breached (policy \"everyone\")");
    let (_, metrics) = server.request("GET", "/metrics", "");
    assert!(metrics.contains(r#"metric="first_response",state="breached",market=""} 1"#), "{metrics}");
}
