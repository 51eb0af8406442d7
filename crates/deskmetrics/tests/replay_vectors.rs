//! Worked examples as data: `vectors/*.toml`, one runner. A vector states only the values it tests.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use deskmetrics::replay::{Replay, ReplayOptions, Replayed, Schedules};
use deskmetrics::schedule::Schedule;
use deskmetrics::sla::SlaPolicies;
use deskmetrics::ticket::{Attribute, EventKind};
use deskmetrics::{Ticket, TicketEvent, Timestamp, duration_text};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vectors {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    /// Where the example comes from.
    #[allow(dead_code)]
    source: String,
    created: String,
    #[serde(default)]
    created_by: Option<String>,
    #[serde(default)]
    requester: Option<String>,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
    /// One event a line: timestamp, author, kind.
    #[serde(default)]
    events: String,
    as_of: String,
    /// Zone and hours by name; the one named "default" is for tickets no rule fits.
    #[serde(default)]
    schedules: BTreeMap<String, (String, String)>,
    /// Schedule name by market.
    #[serde(default)]
    markets: BTreeMap<String, String>,
    #[serde(default)]
    options: Option<ReplayOptions>,
    #[serde(default)]
    policies: Option<SlaPolicies>,
    #[serde(default)]
    metrics: BTreeMap<String, Value>,
    #[serde(default)]
    verdicts: Option<Vec<BTreeMap<String, Value>>>,
    #[serde(default)]
    excluded: Option<BTreeMap<String, u64>>,
}

fn timestamp(text: &str) -> Timestamp {
    // "2026-03-02 09:00" is short for "2026-03-02T09:00:00Z"; a whole timestamp may be followed by " -"
    let text = text.trim_end_matches(" -");
    let full = match text.len() {
        16 => format!("{}:00Z", text.replace(' ', "T")),
        _ => text.replace(' ', "T"),
    };
    full.parse().unwrap_or_else(|error| panic!("timestamp \"{text}\": {error}"))
}

fn event(line: &str) -> TicketEvent {
    let mut words = line.split_whitespace();
    let mut word = || words.next().unwrap_or_else(|| panic!("line \"{line}\" is too short"));
    let at = timestamp(&format!("{} {}", word(), word()));
    let (author, name) = match word().split_once(':') {
        Some((author, name)) => (author, Some(name)),
        None => (line.split_whitespace().nth(2).unwrap_or_default(), None),
    };
    let author: deskmetrics::Author =
        serde_json::from_value(author.into()).unwrap_or_else(|error| panic!("line \"{line}\": {error}"));
    let (kind, value) = match word().split_once('=') {
        Some((kind, value)) => (kind.to_owned(), Some(value.to_owned())),
        None => (line.split_whitespace().nth(3).unwrap_or_default().to_owned(), None),
    };
    let text = || value.clone().unwrap_or_default();
    let kind = match kind.as_str() {
        "message" => EventKind::PublicMessage,
        "note" => EventKind::InternalNote,
        "status" => {
            EventKind::Status(text().parse().unwrap_or_else(|error| panic!("line \"{line}\": {error}")))
        }
        "tag" => EventKind::Tagged(text().into()),
        "untag" => EventKind::Untagged(text().into()),
        "escalated" => EventKind::Escalated,
        "merged" => EventKind::MergedInto(text().as_str().into()),
        "deleted" => EventKind::Deleted,
        "spam" => EventKind::Spam,
        "restored" => EventKind::Restored,
        attribute => EventKind::Changed {
            attribute: attribute.into(),
            to: Some(text()).filter(|to| !to.is_empty()).map(Into::into),
        },
    };
    let event = TicketEvent::new("T", at, author, kind);
    match name {
        Some(name) => event.with_author_name(name),
        None => event,
    }
}

impl Case {
    fn run(&self) -> Replayed {
        let mut ticket = Ticket::new("T", timestamp(&self.created));
        if let Some(author) = &self.created_by {
            ticket =
                ticket.with_created_by(serde_json::from_value(author.as_str().into()).expect("an author"));
        }
        if let Some(requester) = &self.requester {
            ticket = ticket.with_requester(requester.as_str());
        }
        for (attribute, value) in &self.attributes {
            ticket = ticket.with_attribute(Attribute::from(attribute.as_str()), value.as_str());
        }
        let events: Vec<TicketEvent> = self
            .events
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .zip(0..)
            .map(|(line, sequence)| event(line).with_sequence(sequence))
            .collect();
        let mut schedules = Schedules::default();
        for (name, (zone, hours)) in &self.schedules {
            let schedule =
                Schedule::parse(zone, hours).unwrap_or_else(|error| panic!("{}: {error}", self.name));
            schedules = schedules.with_schedule(name.as_str(), schedule.compile());
        }
        for (market, schedule) in &self.markets {
            schedules = schedules.with_rule(Attribute::Market, [market.as_str()], schedule.as_str());
        }
        if self.schedules.contains_key("default") {
            schedules = schedules.with_fallback("default");
        }
        let mut replay = Replay::new(timestamp(&self.as_of)).with_schedules(schedules).with_segments();
        if let Some(options) = &self.options {
            replay = replay.with_options(options.clone());
        }
        if let Some(policies) = &self.policies {
            replay = replay.with_policies(policies.clone());
        }
        replay.ticket(&ticket, &events)
    }
}

/// A duration as in the vectors: `"5h"` in real time, `"19h / 3h"` with business time.
fn same_duration(expected: &str, actual: &Value) -> bool {
    let micros = |text: &str| -> i64 {
        let duration: TimeDelta = duration_text::parse(text).unwrap_or_else(|error| panic!("{error}"));
        duration.num_microseconds().expect("a short duration")
    };
    let (calendar, business) = match expected.split_once(" / ") {
        Some((calendar, business)) => (calendar, Some(micros(business))),
        None => (expected, None),
    };
    actual["calendar_micros"].as_i64() == Some(micros(calendar))
        && business.is_none_or(|business| actual["business_micros"].as_i64() == Some(business))
}

fn fits(expected: &Value, actual: &Value) -> bool {
    match (expected, actual) {
        (Value::String(text), Value::Object(_)) => same_duration(text, actual),
        (Value::String(text), Value::String(found)) => {
            text == found || found.parse::<Timestamp>().is_ok_and(|found| found == timestamp(text))
        }
        (Value::String(text), Value::Null) => text == "none",
        (Value::Array(expected), Value::Array(actual)) => {
            expected.len() == actual.len() && expected.iter().zip(actual).all(|(one, other)| fits(one, other))
        }
        (Value::Object(expected), Value::Object(actual)) => {
            expected.iter().all(|(key, value)| fits(value, actual.get(key).unwrap_or(&Value::Null)))
        }
        _ => expected == actual,
    }
}

fn run_file(text: &str) {
    let vectors: Vectors = toml::from_str(text).unwrap_or_else(|error| panic!("{error}"));
    let mut wrong = Vec::new();
    for case in &vectors.case {
        let replayed = case.run();
        let metrics = serde_json::to_value(&replayed.metrics).expect("metrics are JSON");
        for (field, expected) in &case.metrics {
            let actual = metrics.get(field).unwrap_or_else(|| panic!("{}: no metric {field}", case.name));
            if !fits(expected, actual) {
                wrong.push(format!("{}: {field} is {actual}, expected {expected}", case.name));
            }
        }
        if let Some(expected) = &case.verdicts {
            let actual = serde_json::to_value(&replayed.verdicts).expect("verdicts are JSON");
            let expected = serde_json::to_value(expected).expect("vectors are JSON");
            if !fits(&expected, &actual) {
                wrong.push(format!("{}: verdicts are {actual:#}, expected {expected:#}", case.name));
            }
        }
        if let Some(expected) = &case.excluded {
            let actual = serde_json::to_value(&replayed.excluded).expect("reasons are JSON");
            let expected = serde_json::to_value(expected).expect("vectors are JSON");
            if actual != expected {
                wrong.push(format!("{}: excluded {actual}, expected {expected}", case.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), vectors.case.len(), wrong.join("\n"));
}

#[test]
fn published_examples() {
    run_file(include_str!("vectors/published_examples.toml"));
}

#[test]
fn edge_cases() {
    run_file(include_str!("vectors/replay_edges.toml"));
}

#[test]
fn sla_rules() {
    run_file(include_str!("vectors/sla_rules.toml"));
}
