//! Every option that is accepted has an effect.
//!
//! The names of the options are those that the data forms know, so a new one without a case fails.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod records;

use std::collections::BTreeSet;

use deskmetrics::kpi;
use deskmetrics::replay::{Replay, ReplayOptions};
use deskmetrics::report::{KpiRequest, Report, ReportError, RequestError};
use deskmetrics::schedule::Schedule;
use deskmetrics::sla::{SlaOptions, SlaPolicies};
use deskmetrics::ticket::EventKind;
use deskmetrics::{Author, Estimate, Ticket, TicketEvent, Timestamp};
use deskmetrics_testkit::replay::strategy::logs;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde::de::DeserializeOwned;

use records::any::{Record, record, requests};
use records::{CUT_OFF, HOUR};

/// The keys of a data form, read from the error of an unknown key.
fn keys_of<T: DeserializeOwned>() -> BTreeSet<String> {
    let Err(error) = toml::from_str::<T>("no_such_key = 1") else { panic!("unknown keys are accepted") };
    let message = error.message().to_owned();
    let (_, known) = message.split_once("expected one of ").unwrap_or_else(|| panic!("{message}"));
    known.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Options of a replay, one a line.
const REPLAY: &str = r#"
order = "sequence"
opening = "first_message"
opening_window = "2h"
first_response_start = "creation"
first_response_start = "handoff"
proactive = "second_agent_message"
next_response_start = "latest"
solve_without_reply = "counts_as_reply"
solve_without_reply = "keeps_running"
bots_reply = true
requester_answers = true
notes_reply = true
notes_update = true
close_counts_as_solve = false
repeated_solve = "restates"
thank_you_within = "1d"
merged = "exclude"
merged = "keep"
no_schedule = "always_open"
sla.target_change = "reset"
sla.target_change = "strictest"
sla.target_change = "at_start"
sla.reopen = "new_instance"
sla.reopen = "ignore"
sla.deadline = "strict"
sla.loosened = "reevaluate"
sla.validity = "at_each_change"
"#;

const POLICIES: &str = r#"
[[policies]]
name = "first weeks"
valid_until = "2026-01-08T00:00:00Z"
targets = [
    { metric = "resolution", within = { high = "1h", low = "4h", "*" = "8h" } },
    { metric = "requester_wait", within = { high = "1h", "*" = "4h" } },
]
[[policies]]
name = "later"
valid_from = "2026-01-08T00:00:00Z"
targets = [
    { metric = "first_response", clock = "business", within = "10min" },
    { metric = "next_response", within = "1h" },
    { metric = "pausable_update", within = "5h" },
    { metric = "periodic_update", within = "5h" },
    { metric = "resolution", within = { high = "1h", "*" = "60h" } },
]
"#;

/// A random ticket that is merged into another one, with the events of both.
fn cases() -> impl Strategy<Value = (Vec<Ticket>, Vec<TicketEvent>)> {
    (logs(), any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
        |((ticket, mut events), merged, backwards, exact)| {
            let mut other = Ticket::new("S", ticket.created_at);
            other.requester = Some("eva".into());
            let ticket = ticket.with_requester("ana");
            let last = events.last().map_or(ticket.created_at, |event| event.at);
            if backwards {
                let of = events.len() as u64;
                events.iter_mut().zip(0..).for_each(|(event, place)| event.sequence = of - place);
            }
            if exact {
                // Ten minutes after the creation, as long as a target.
                let at = Timestamp::from_micros(ticket.created_at.as_micros() + HOUR / 6).unwrap();
                events.push(TicketEvent::new("T", at, Author::Agent, EventKind::PublicMessage));
            }
            if merged {
                events.push(
                    TicketEvent::new("T", last, Author::Agent, EventKind::MergedInto("S".into()))
                        .with_sequence(99),
                );
            }
            (vec![ticket, other], events)
        },
    )
}

#[test]
fn every_option_of_a_replay_has_an_effect() {
    let lines: Vec<&str> = REPLAY.lines().filter(|line| !line.is_empty()).collect();
    let tested = |prefix: &str| -> BTreeSet<String> {
        let keys = lines.iter().filter_map(|line| line.split([' ']).next()?.strip_prefix(prefix));
        keys.map(|key| key.split('.').next().unwrap_or(key).to_owned()).collect()
    };
    assert_eq!(tested(""), keys_of::<ReplayOptions>(), "each option of a replay needs a line");
    assert_eq!(tested("sla."), keys_of::<SlaOptions>(), "each option of SLA targets needs a line");

    let policies: SlaPolicies = toml::from_str(POLICIES).unwrap();
    let schedule: Schedule = toml::from_str("time_zone = 'UTC'\nhours = 'Mo-Su 08:00-16:00'").unwrap();
    let replay = |options: &str| {
        let replay = Replay::new(Timestamp::MAX).with_options(toml::from_str(options).unwrap());
        let replay = replay.with_policies(policies.clone());
        // The option for tickets without a schedule needs some.
        if options.contains("no_schedule") { replay } else { replay.with_schedule(schedule.compile()) }
    };
    let (strategy, mut runner) = (cases(), TestRunner::deterministic());
    let mut drawn = || strategy.new_tree(&mut runner).unwrap().current();
    for line in lines {
        let changed = replay(line);
        let base =
            if line.contains("no_schedule") { replay("no_schedule = \"unknown\"") } else { replay("") };
        let differs = (0..20_000).any(|_| {
            let (tickets, events) = drawn();
            base.tickets(&tickets, &events) != changed.tickets(&tickets, &events)
        });
        assert!(differs, "{line} has no effect");
    }
}

/// Values of the keys of a request, each other than what [`requests`] choose.
const CHOICES: &str = r#"
clock = "business"
question = "other"
scale = "1-10, 8-10 good, 1-4 bad"
policy = "no_reopen_within(2days)"
metric = "first_response"
sla_policy = "silver"
status = "open"
group = "second"
within = "3min"
bands = ["3min"]
distribution = true
with = "solved"
without_automatic_solves = true
since = "1970-01-10T00:00:00Z"
until = "1970-01-20T00:00:00Z"
mature_after = "10days"
expire_after = "2days"
short_abandon = "20s"
threshold_percent = 50
where = { category = "billing" }
"#;

/// The numbers of a request over the records.
fn numbers(request: &KpiRequest, records: &[Record]) -> Result<Vec<Estimate>, ReportError> {
    let report =
        Report::builder(Timestamp::from_micros(CUT_OFF).unwrap()).with_kpi(request.clone()).build()?;
    let mut state = report.state();
    for record in records {
        record.feed(&mut state);
    }
    Ok(state.kpi(request)?.estimates(0.95))
}

#[test]
fn every_option_of_a_kpi_is_refused_or_has_an_effect() {
    let choices: Vec<&str> = CHOICES.lines().filter(|line| !line.is_empty()).collect();
    let mut tested: BTreeSet<String> =
        choices.iter().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect();
    // The id, and a name that changes no number.
    tested.extend(["kpi", "name"].map(str::to_owned));
    assert_eq!(tested, keys_of::<KpiRequest>(), "each key of a request needs a line");

    let mut runner = TestRunner::deterministic();
    let records = prop::collection::vec(record(), 800..801).new_tree(&mut runner).unwrap().current();
    let records: Vec<Record> = records.into_iter().flatten().collect();
    let mut without = Vec::new();
    for definition in kpi::DEFINITIONS {
        let base = requests().into_iter().find(|request| request.kpi == definition.id).unwrap();
        let expected = numbers(&base, &records).unwrap();
        for choice in &choices {
            let mut form = toml::Table::try_from(&base).unwrap();
            form.extend(choice.parse::<toml::Table>().unwrap());
            let request: KpiRequest = form.try_into().unwrap_or_else(|error| panic!("{choice}: {error}"));
            match numbers(&request, &records) {
                Err(ReportError::Request(RequestError::NoSuchChoice { .. })) => {}
                Err(error) => without.push(format!("{} with {choice}: {error}", definition.id)),
                Ok(found) if found == expected => without.push(format!("{} with {choice}", definition.id)),
                Ok(_) => {}
            }
        }
    }
    assert!(without.is_empty(), "no effect:\n{}", without.join("\n"));
}
