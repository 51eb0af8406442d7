//! Checks of replay and business time against slow oracles.

use arbitrary::{Result, Unstructured};
use chrono::{Datelike as _, Days};
use deskmetrics::replay::Replay;
use deskmetrics::schedule::Schedule;
use deskmetrics::ticket::{Attribute, EventKind};
use deskmetrics::{Author, Elapsed, Status, Ticket, TicketEvent, Timestamp};
use deskmetrics_testkit::replay::oracle;
use deskmetrics_testkit::replay::strategy::MONDAY;
use deskmetrics_testkit::schedule::Oracle;
use deskmetrics_testkit::schedule::strategy::{days_of_change, timestamps_near, working_times};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::SeedableRng as _;

const MINUTE: i64 = 60_000_000;

/// A ticket and its events in order, given by the bytes.
fn log(input: &mut Unstructured<'_>) -> Result<(Ticket, Vec<TicketEvent>)> {
    let mut at = MONDAY + MINUTE * input.int_in_range(0..=10_000)?;
    let mut ticket = Ticket::new("T", Timestamp::saturating_from_micros(at));
    if let Some(priority) = *input.choose(&[None, Some("high"), Some("low")])? {
        ticket = ticket.with_attribute(Attribute::Priority, priority);
    }
    let mut events = Vec::new();
    while events.len() < 60 && !input.is_empty() {
        at += MINUTE * *input.choose(&[0, 1, 15, 59, 60, 61, 480, 1440, 4321])?;
        let author = *input.choose(&[
            Author::Customer,
            Author::Agent,
            Author::Bot,
            Author::System,
            Author::External,
        ])?;
        let kind = match input.int_in_range(0..=20)? {
            0..=5 => EventKind::PublicMessage,
            6 => EventKind::InternalNote,
            7..=12 => EventKind::Status(*input.choose(&Status::ALL[..])?),
            13 => EventKind::Changed {
                attribute: Attribute::Priority,
                to: Some((*input.choose(&["high", "low"])?).into()),
            },
            14 => EventKind::Changed { attribute: Attribute::Group, to: None },
            15 => EventKind::Tagged("vip".into()),
            16 => EventKind::Escalated,
            17 => EventKind::Deleted,
            18 => EventKind::Restored,
            19 => EventKind::Spam,
            _ => EventKind::SurveySent,
        };
        let event = TicketEvent::new("T", Timestamp::saturating_from_micros(at), author, kind);
        events.push(event.with_sequence(events.len() as u64));
    }
    Ok((ticket, events))
}

/// The replay equals the slow oracle, and the tracker equals the replay at the end.
pub(crate) fn replay(data: &[u8]) {
    let Ok((ticket, events)) = log(&mut Unstructured::new(data)) else { return };
    let as_of = events.last().map_or(ticket.created_at, |event| event.at);
    let metrics = Replay::new(as_of).ticket(&ticket, &events).metrics;
    let slow = oracle::measure(&ticket, &events, as_of.as_micros());
    let calendar = |time: Option<Elapsed>| time.map(|time| time.calendar_micros);
    assert_eq!(metrics.time_in_status.map(|time| time.calendar_micros), slow.in_status);
    assert_eq!(calendar(metrics.first_response_time), slow.first_response);
    assert_eq!(calendar(metrics.full_resolution_time), slow.full_resolution);
    assert_eq!(calendar(metrics.net_resolution_time), slow.net_resolution);
    assert_eq!(
        (metrics.public_replies, metrics.customer_messages),
        (slow.public_replies, slow.customer_messages)
    );

    let desk = Schedule::parse("Europe/Madrid", "Mo-Fr 09:00-17:00").unwrap().compile();
    let policies = "[[policies]]\nname = 'p'\ntargets = [{ metric = 'next_response', within = '1h', clock = 'business' }, \
                    { metric = 'requester_wait', within = { high = '2h', '*' = '8h' } }]";
    let replay = Replay::new(as_of).with_schedule(desk).with_policies(toml::from_str(policies).unwrap());
    let mut tracker = replay.track(ticket.clone());
    for event in &events {
        let _exclusions = replay.observe(&mut tracker, event);
    }
    let replayed = replay.ticket(&ticket, &events);
    assert_eq!(replay.metrics(&tracker, as_of), Ok(replayed.metrics));
    assert_eq!(replay.verdicts(&tracker, as_of), Ok(replayed.verdicts));
}

/// Elapsed business time equals a walk minute by minute. The bytes are the seed of a random schedule.
pub(crate) fn clock(bytes: &[u8]) {
    let cases = days_of_change().prop_flat_map(|(zone, date)| {
        let desks = working_times(zone, date);
        (desks, Just(date), prop::array::uniform2(timestamps_near(date, 12)))
    });
    let mut seed = [0; 32];
    Pcg64Mcg::seed_from_u64(u64::from(crc32fast::hash(bytes))).fill_bytes(&mut seed);
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(Config::default(), random);
    let Ok(case) = cases.new_tree(&mut runner) else { return };
    let (working_time, date, [start, end]) = case.current();
    let oracle = Oracle::new(&working_time, date - Days::new(16), date + Days::new(30));
    let schedule = working_time.compile_years(date.year()..=date.year());
    assert_eq!(schedule.elapsed_micros(start, end), oracle.elapsed(start, end));
}
