//! Multi-touch rate.

use serde::{Deserialize, Serialize};

use super::definition::{Anchor, Definition, Polarity, Text, Topic};
use super::shape::ticket_kpi;
use super::tally::{SHARE_MEASURES, Share};
use crate::replay::{Needs, StatedMeasure};
use crate::{TicketMetrics, Unit};

/// The definition of the multi-touch rate.
pub const DEFINITION: Definition = Definition {
    id: "multi_touch",
    topic: Topic::Quality,
    name: Text {
        en: "Multi-touch rate",
        es: "Resueltos con más de dos respuestas",
        da: "Løst med mere end to svar",
    },
    description: Text {
        en: "The share of solved tickets that took more than two public replies.",
        es: "La proporción de tickets resueltos que necesitaron más de dos respuestas públicas.",
        da: "Andelen af løste sager, der krævede mere end to offentlige svar.",
    },
    aliases: &["multi_touch_rate", "multi_touch_resolution"],
    formula: "solved tickets with more than 2 public agent replies / solved tickets x 100",
    unit: Unit::Percent,
    min: Some(0.0),
    max: Some(100.0),
    good: Polarity::Down,
    population: "tickets now solved or closed",
    anchor: Anchor::LastSolved,
    clocks: &[],
    measures: SHARE_MEASURES,
    options: &[],
    variants: &[],
    references: &["Zendesk help: How are one-touch resolutions calculated"],
};

/// Multi-touch rate of many tickets.
///
/// # What it measures
/// The share of tickets that needed three or more replies.
///
/// # Formula
/// `100 · solved with more than two public agent replies / solved`.
///
/// # Worked example
/// ```
/// use deskmetrics::{Estimates, Reason, Status, TicketMetrics, Timestamp, kpi};
///
/// let at = |text: &str| text.parse::<Timestamp>().unwrap();
/// let solved = |replies| {
///     let mut ticket = TicketMetrics::new(at("2026-03-02T09:00:00Z"), at("2026-03-09T09:00:00Z"));
///     ticket.status = Status::Solved;
///     ticket.first_solved_at = Some(at("2026-03-03T09:00:00Z"));
///     ticket.public_replies = replies;
///     ticket
/// };
/// let rate = kpi::multi_touch([1, 2, 2, 5].map(solved));
/// assert_eq!(rate.percent(), Some(25.0));
/// ```
///
/// # Who is counted
/// Tickets solved or closed at the cut-off.
///
/// # When it misleads
/// A chat has many short messages: compare within a channel.
///
/// # References
/// See [`DEFINITION`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MultiTouch(Share);

ticket_kpi! {
    MultiTouch(Share), |share, ticket| {
        let replies = ticket.count_of(StatedMeasure::PublicReplies);
        share.of_solved(ticket, replies.map(|replies| replies > 2));
    },
    needs: Needs::MESSAGES | Needs::SOLVES | Needs::REOPENS,
    stated: [PublicReplies],
    registered: {
        const EVIDENCE: crate::kpi::Evidence = crate::kpi::Evidence::Messages;
    },
}

/// Multi-touch rate of `tickets`; see [`MultiTouch`].
pub fn multi_touch<M: AsRef<TicketMetrics>>(tickets: impl IntoIterator<Item = M>) -> MultiTouch {
    tickets.into_iter().collect()
}
