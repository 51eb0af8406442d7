//! Two-touch rate.

use serde::{Deserialize, Serialize};

use super::definition::{Anchor, Definition, Polarity, Text, Topic};
use super::shape::ticket_kpi;
use super::tally::{SHARE_MEASURES, Share};
use crate::replay::{Needs, StatedMeasure};
use crate::{TicketMetrics, Unit};

/// The definition of the two-touch rate.
pub const DEFINITION: Definition = Definition {
    id: "two_touch",
    topic: Topic::Quality,
    name: Text { en: "Two-touch rate", es: "Resueltos con dos respuestas", da: "Løst med to svar" },
    description: Text {
        en: "The share of solved tickets that took exactly two public replies.",
        es: "La proporción de tickets resueltos que necesitaron exactamente dos respuestas públicas.",
        da: "Andelen af løste sager, der krævede præcis to offentlige svar.",
    },
    aliases: &["two_touch_rate", "two_touch_resolution"],
    formula: "solved tickets with exactly 2 public agent replies / solved tickets x 100",
    unit: Unit::Percent,
    min: Some(0.0),
    max: Some(100.0),
    good: Polarity::Neither,
    population: "tickets now solved or closed",
    anchor: Anchor::LastSolved,
    clocks: &[],
    measures: SHARE_MEASURES,
    options: &[],
    variants: &[],
    references: &["Zendesk help: How are one-touch resolutions calculated"],
};

/// Two-touch rate of many tickets.
///
/// # What it measures
/// How many tickets needed a second answer, and only one.
///
/// # Formula
/// `100 · solved with exactly two public agent replies / solved`.
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
/// let rate = kpi::two_touch([1, 2, 2, 5].map(solved));
/// assert_eq!(rate.percent(), Some(50.0));
/// assert_eq!(rate.n(), 4);
/// ```
///
/// # Who is counted
/// Tickets solved or closed at the cut-off.
///
/// # When it misleads
/// Read alone: a falling share can mean more one-touch or more endless tickets.
///
/// # References
/// See [`DEFINITION`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TwoTouch(Share);

ticket_kpi! {
    TwoTouch(Share), |share, ticket| {
        let replies = ticket.count_of(StatedMeasure::PublicReplies);
        share.of_solved(ticket, replies.map(|replies| replies == 2));
    },
    needs: Needs::MESSAGES | Needs::SOLVES | Needs::REOPENS,
    stated: [PublicReplies],
    registered: {
        const EVIDENCE: crate::kpi::Evidence = crate::kpi::Evidence::Messages;
    },
}

/// Two-touch rate of `tickets`; see [`TwoTouch`].
pub fn two_touch<M: AsRef<TicketMetrics>>(tickets: impl IntoIterator<Item = M>) -> TwoTouch {
    tickets.into_iter().collect()
}
