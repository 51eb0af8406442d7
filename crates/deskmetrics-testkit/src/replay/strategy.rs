//! Random logs of one ticket.

use deskmetrics::ticket::{Attribute, EventKind};
use deskmetrics::{Author, Status, Ticket, TicketEvent, Timestamp};
use proptest::prelude::*;

const MINUTE: i64 = 60_000_000;

/// Monday 2026-01-05 00:00 UTC; no day of the strategy's logs is a holiday and none has a clock change in UTC.
pub const MONDAY: i64 = 1_767_571_200_000_000;

fn authors() -> impl Strategy<Value = Author> {
    prop_oneof![
        4 => Just(Author::Customer),
        5 => Just(Author::Agent),
        1 => Just(Author::Bot),
        1 => Just(Author::System),
        1 => Just(Author::External),
    ]
}

fn values(attribute: Attribute, values: &'static [&'static str]) -> impl Strategy<Value = EventKind> {
    proptest::option::weighted(0.8, proptest::sample::select(values))
        .prop_map(move |to| EventKind::Changed { attribute: attribute.clone(), to: to.map(Into::into) })
}

fn kinds() -> impl Strategy<Value = EventKind> {
    prop_oneof![
        6 => Just(EventKind::PublicMessage),
        1 => Just(EventKind::InternalNote),
        8 => proptest::sample::select(&Status::ALL[..]).prop_map(EventKind::Status),
        2 => values(Attribute::Priority, &["high", "low"]),
        2 => values(Attribute::Market, &["DK", "ES", "SE"]),
        1 => values(Attribute::Assignee, &["ana", "ben"]),
        1 => values(Attribute::Group, &["first", "second"]),
        1 => Just(EventKind::Tagged("vip".into())),
        1 => Just(EventKind::Untagged("vip".into())),
        1 => Just(EventKind::Escalated),
        1 => prop_oneof![
            Just(EventKind::Deleted),
            Just(EventKind::Spam),
            Just(EventKind::Restored),
            Just(EventKind::SurveySent),
        ],
    ]
}

/// A ticket and its events in order, each with an id, over some weeks from [`MONDAY`] on. Gaps are whole minutes,
/// often zero.
pub fn logs() -> impl Strategy<Value = (Ticket, Vec<TicketEvent>)> {
    let gaps = prop_oneof![2 => Just(0i64), 5 => 1..600i64, 2 => 600..6000i64];
    let names = proptest::option::of(proptest::sample::select(&["ana", "ben"][..]));
    let events = proptest::collection::vec((gaps, authors(), names, kinds()), 0..25);
    let opener = prop_oneof![6 => Just(None), 1 => authors().prop_map(Some)];
    let markets = proptest::option::of(proptest::sample::select(&["DK", "ES"][..]));
    (0..7 * 24 * 60i64, opener, markets, events).prop_map(|(start, opener, market, events)| {
        let created = MONDAY + start * MINUTE;
        let mut ticket = Ticket::new("T", Timestamp::saturating_from_micros(created));
        ticket.created_by = opener;
        if let Some(market) = market {
            ticket = ticket.with_attribute(Attribute::Market, market);
        }
        let mut at = created;
        let events = events
            .into_iter()
            .zip(1u64..)
            .map(|((gap, author, name, kind), number)| {
                at += gap * MINUTE;
                let timestamp = Timestamp::saturating_from_micros(at);
                let event = TicketEvent::new("T", timestamp, author, kind);
                let event = event.with_sequence(number).with_id(number.to_string());
                match name {
                    Some(name) => event.with_author_name(name),
                    None => event,
                }
            })
            .collect();
        (ticket, events)
    })
}
