//! Replies per ticket.

use serde::{Deserialize, Serialize};

use super::definition::{Anchor, Definition, Polarity, Text, Topic};
use super::shape::ticket_kpi;
use super::tally::{COUNT_MEASURES, PerTicket};
use crate::replay::{Needs, StatedMeasure};
use crate::{TicketMetrics, Unit};

/// The definition of replies per ticket.
pub const DEFINITION: Definition = Definition {
    id: "replies_per_ticket",
    topic: Topic::Quality,
    name: Text { en: "Replies per ticket", es: "Respuestas por ticket", da: "Svar pr. sag" },
    description: Text {
        en: "How many public replies of people a solved ticket took.",
        es: "Cuántas respuestas públicas de personas necesitó un ticket resuelto.",
        da: "Hvor mange offentlige svar fra mennesker en løst sag krævede.",
    },
    aliases: &["replies", "agent_replies_per_ticket"],
    formula: "public agent replies / solved tickets",
    unit: Unit::PerTicket,
    min: Some(0.0),
    max: None,
    good: Polarity::Down,
    population: "tickets now solved or closed",
    anchor: Anchor::LastSolved,
    clocks: &[],
    measures: COUNT_MEASURES,
    options: &[],
    variants: &[],
    references: &["Gorgias docs: How metrics are calculated"],
};

/// Replies per ticket.
///
/// # What it measures
/// How many replies a ticket takes.
///
/// # Formula
/// Public replies of agents over solved tickets; bots and notes do not count.
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
/// let replies = kpi::replies_per_ticket([1, 2, 2, 5].map(solved));
/// assert_eq!(replies.mean(), Some(2.5));
/// assert_eq!(replies.total(), 10);
/// ```
///
/// # Who is counted
/// Tickets solved or closed at the cut-off.
///
/// # When it misleads
/// Chat lines and mails are not the same effort: compare within a channel.
///
/// # References
/// See [`DEFINITION`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RepliesPerTicket(PerTicket);

ticket_kpi! {
    RepliesPerTicket(PerTicket), |counts, ticket| counts.of_solved(ticket, ticket.count_of(StatedMeasure::PublicReplies)),
    needs: Needs::MESSAGES | Needs::SOLVES | Needs::REOPENS,
    stated: [PublicReplies],
    registered: {
        const EVIDENCE: crate::kpi::Evidence = crate::kpi::Evidence::Messages;
    },
}

/// Replies per ticket of `tickets`; see [`RepliesPerTicket`].
pub fn replies_per_ticket<M: AsRef<TicketMetrics>>(tickets: impl IntoIterator<Item = M>) -> RepliesPerTicket {
    tickets.into_iter().collect()
}
