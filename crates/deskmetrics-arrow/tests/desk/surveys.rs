//! Random answers and invitations, and the tables that contain them.

use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Float64Array, Int8Array, Int64Array, RecordBatch};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::{Encoding, Layout, Naming, batch, batches, named, texts, timestamps};

const MINUTE: i64 = 60_000_000;

pub(crate) const MARKETS: [&str; 4] = ["DK", "ES", "a market with a long name", " "];

/// A survey that was sent, and perhaps answered.
#[derive(Debug, Clone)]
pub(crate) struct Survey {
    /// Of the answer or of the invitation, in minutes.
    at: Option<i64>,
    started: Option<i64>,
    answered: Option<i64>,
    nps: Option<i8>,
    csat: Option<f64>,
    delivered: Option<bool>,
    /// The ticket by number; those beyond the tickets are unknown.
    pub(crate) ticket: Option<usize>,
    market: Option<&'static str>,
    question: Option<&'static str>,
    customer: Option<&'static str>,
    reasons: Option<&'static str>,
    weight: Option<f64>,
    /// The invitation by number, of so many for each ticket.
    invitation: Option<usize>,
}

/// A survey about one of so many tickets, or about none.
pub(crate) fn surveys(tickets: usize) -> impl Strategy<Value = Survey> {
    let after = || option::of(prop_oneof![9 => 0..3_000_i64, 1 => -2..0_i64]);
    (
        (option::weighted(0.95, 0..14_000_i64), after(), after()),
        option::weighted(0.9, -1..13_i8),
        option::weighted(
            0.9,
            prop_oneof![12 => (0..7_i32).prop_map(f64::from), 1 => Just(3.5), 1 => Just(f64::NAN)],
        ),
        option::weighted(0.9, prop::bool::weighted(0.9)),
        option::weighted(0.8, 0..tickets * 5 / 4 + 1),
        option::weighted(0.4, select(MARKETS.to_vec())),
        option::weighted(0.95, select(vec!["nps", "csat", "other"])),
        option::of(select(vec!["ana", "ben"])),
        option::weighted(0.7, select(vec!["price", "price, speed", "speed"])),
        option::weighted(0.3, select(vec![0.5, 2.0])),
        option::weighted(0.95, 0..40_usize),
    )
        .prop_map(
            |(
                (at, begun, after),
                nps,
                csat,
                delivered,
                ticket,
                market,
                question,
                customer,
                reasons,
                weight,
                invitation,
            )| Survey {
                at,
                started: at.zip(begun).map(|(at, begun)| at + begun),
                answered: at.zip(after).map(|(at, after)| at + after),
                nps,
                csat,
                delivered,
                ticket,
                market,
                question,
                customer,
                reasons,
                weight,
                invitation,
            },
        )
}

/// What the tables of surveys contain: questions side by side, one answer a row, and invitations.
pub(crate) const DESCRIPTION: &str = r#"
[scales]
csat = "1-5"
[[surveys]]
file = "answers"
questions = { nps = "nps", csat = "csat" }
at = "at"
ticket = "ticket"
customer = "customer"
invitation = "invitation"
weight = "weight"
reasons = "reasons"
attributes = { market = "market" }
[[surveys]]
file = "answers"
question = "question"
score = "nps"
at = "at"
ticket = "ticket"
customer = "customer"
reasons = "reasons"
attributes = { market = "market" }
[[invitations]]
file = "sent"
id = "invitation"
question = "question"
sent_at = "at"
started_at = "started"
answered_at = "answered"
delivered = "delivered"
ticket = "ticket"
customer = "customer"
attributes = { market = "market" }
"#;

/// Both tables of surveys from `start` on. `part` gives the part of a split desk that the ticket
/// belongs to: no invitation is in both.
pub(crate) fn tables(
    surveys: &[Survey],
    start: i64,
    layout: &Layout,
    naming: Naming,
    part: impl Fn(Option<usize>) -> usize,
) -> [(&'static str, Vec<RecordBatch>); 2] {
    let Layout { unit, words, ids, .. } = *layout;
    let time = |rows: &[Survey], at: fn(&Survey) -> Option<i64>| {
        timestamps(rows.iter().map(|row| at(row).map(|at| start + at * MINUTE)), unit)
    };
    let word =
        |rows: &[Survey], value: fn(&Survey) -> Option<&'static str>| texts(rows.iter().map(value), words);
    let tickets = |rows: &[Survey]| {
        let ids_of: Vec<Option<String>> =
            rows.iter().map(|row| row.ticket.map(|ticket| naming.id(ticket))).collect();
        named(&ids_of, layout.ids_of(naming), ids)
    };
    let invitation = |row: &Survey| Some(format!("{}-{}", part(row.ticket), row.invitation?));
    let common = |rows: &[Survey]| {
        vec![
            ("at", time(rows, |row| row.at)),
            ("question", word(rows, |row| row.question)),
            ("ticket", tickets(rows)),
            ("customer", word(rows, |row| row.customer)),
            ("market", word(rows, |row| row.market)),
            ("invitation", texts(rows.iter().map(invitation), words)),
        ]
    };
    let answers = batches(surveys, layout, |rows| {
        let nps: ArrayRef = match words {
            Encoding::Utf8 => Arc::new(rows.iter().map(|row| row.nps).collect::<Int8Array>()),
            Encoding::LargeUtf8 => texts(rows.iter().map(|row| row.nps.map(|nps| nps.to_string())), words),
            Encoding::Utf8View => {
                Arc::new(rows.iter().map(|row| row.nps.map(f64::from)).collect::<Float64Array>())
            }
            _ => Arc::new(rows.iter().map(|row| row.nps.map(i64::from)).collect::<Int64Array>()),
        };
        let csat: ArrayRef = match ids {
            Encoding::Utf8View => texts(rows.iter().map(|row| row.csat.map(|csat| csat.to_string())), ids),
            _ => Arc::new(rows.iter().map(|row| row.csat).collect::<Float64Array>()),
        };
        let own = [
            ("nps", nps),
            ("csat", csat),
            ("reasons", word(rows, |row| row.reasons)),
            ("weight", Arc::new(rows.iter().map(|row| row.weight).collect::<Float64Array>()) as ArrayRef),
        ];
        batch(common(rows).into_iter().chain(own))
    });
    let sent = batches(surveys, layout, |rows| {
        let own = [
            ("started", time(rows, |row| row.started)),
            ("answered", time(rows, |row| row.answered)),
            ("delivered", Arc::new(rows.iter().map(|row| row.delivered).collect::<BooleanArray>())),
        ];
        batch(common(rows).into_iter().chain(own))
    });
    [("answers", answers), ("sent", sent)]
}
