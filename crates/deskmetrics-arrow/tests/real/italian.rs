use std::collections::HashMap;

use chrono::TimeDelta;
use deskmetrics::ticket::{EventKind, TicketId};
use deskmetrics::{Durations, Status, TicketEvent};

use crate::{Data, assert_near, count, dataset, number};

static DATA: Data = Data::new(|| dataset("italian-helpdesk"));

fn by_ticket(events: &[TicketEvent]) -> HashMap<&TicketId, Vec<&TicketEvent>> {
    let mut tickets: HashMap<&TicketId, Vec<&TicketEvent>> = HashMap::new();
    for event in events {
        tickets.entry(&event.ticket).or_default().push(event);
    }
    for events in tickets.values_mut() {
        events.sort_by_key(|event| (event.at, event.sequence, event.kind.rank()));
    }
    tickets
}

#[test]
fn counts_are_those_of_the_facts() {
    let Some((dataset, facts)) = &*DATA else { return };
    assert_eq!(dataset.counts().tickets as u64, count(facts, "/cases"));
    assert_eq!(dataset.sources[0].rows, count(facts, "/events"));
    assert!(dataset.excluded().is_empty());
    let of = |kind: &EventKind| dataset.events().iter().filter(|event| event.kind == *kind).count() as u64;
    assert_eq!(of(&EventKind::Status(Status::Solved)), count(facts, "/activities/Resolve ticket"));
    assert_eq!(of(&EventKind::Status(Status::Closed)), count(facts, "/activities/Closed"));
    assert_eq!(of(&EventKind::Status(Status::Pending)), count(facts, "/activities/Wait"));
    // every "Take in charge ticket" has two meanings: who has it, and that it is open
    let rows = dataset.counts().events as u64 - count(facts, "/activities/Take in charge ticket");
    assert_eq!(rows, count(facts, "/events"));
}

#[test]
fn events_of_one_timestamp_keep_the_order_of_their_rows() {
    let Some((dataset, facts)) = &*DATA else { return };
    let mut neighbors = 0;
    for events in by_ticket(&dataset.events()).values() {
        let rows: Vec<_> = events.chunk_by(|one, other| one.sequence == other.sequence).collect();
        neighbors += rows.windows(2).filter(|pair| pair[0][0].at == pair[1][0].at).count() as u64;
        assert!(rows.is_sorted_by_key(|row| row[0].sequence), "the file is in order, so the events are");
    }
    assert_eq!(neighbors, count(facts, "/equal_timestamp_neighbours"));
    let events = dataset.events();
    let tickets = by_ticket(&events);
    let shuffled: Vec<TicketEvent> = dataset.events().iter().rev().cloned().collect();
    assert_eq!(by_ticket(&shuffled), tickets, "whatever order they are stored in");
}

#[test]
fn reopened_tickets_are_those_of_the_facts() {
    let Some((dataset, facts)) = &*DATA else { return };
    let outcome = dataset.replay().unwrap().tickets(&dataset.tickets(), &dataset.events());
    assert!(outcome.excluded.is_empty(), "{}", outcome.excluded);
    let reopens: usize = outcome.tickets.iter().map(|ticket| ticket.metrics.reopens.len()).sum();
    let reopened = outcome.tickets.iter().filter(|ticket| !ticket.metrics.reopens.is_empty()).count();
    assert_eq!(reopens as u64, count(facts, "/resolve_then_other_than_closed_or_resolve_transitions"));
    assert_eq!(reopened as u64, count(facts, "/cases_with_such"));
}

#[test]
fn times_are_those_of_the_facts() {
    let Some((dataset, facts)) = &*DATA else { return };
    // The facts count wall-clock time, so across a clock change one hour is to be given back.
    let wall = |event: &TicketEvent| event.at.to_utc().with_timezone(&dataset.time_zone).naive_local();
    let mut taken = Durations::default();
    let mut resolved = Durations::default();
    for events in by_ticket(&dataset.events()).values() {
        let start = wall(events[0]);
        let take = events.iter().find(|event| matches!(event.kind, EventKind::Changed { .. }));
        taken.extend(take.map(|event| wall(event) - start));
        let solve = events.iter().rev().find(|event| event.kind == EventKind::Status(Status::Solved));
        resolved.extend(solve.map(|event| wall(event) - start));
    }
    for (durations, fact) in [
        (taken, "/first_event_to_first_take_in_charge_seconds"),
        (resolved, "/first_event_to_last_resolve_seconds"),
    ] {
        assert_eq!(durations.n(), count(facts, &format!("{fact}/n")), "{fact}");
        assert_eq!(durations.median(), Some(seconds(number(facts, &format!("{fact}/median")))));
        assert_near(
            durations.mean_micros().map(|micros| micros / 1e6),
            number(facts, &format!("{fact}/mean")),
        );
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a number of seconds within years")]
fn seconds(seconds: f64) -> TimeDelta {
    TimeDelta::microseconds((seconds * 1e6).round() as i64)
}
