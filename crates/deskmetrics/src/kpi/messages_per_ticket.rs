//! Messages per ticket.

use serde::{Deserialize, Serialize};

use super::definition::{Anchor, Definition, Polarity, Text, Topic};
use super::shape::ticket_kpi;
use super::tally::{COUNT_MEASURES, PerTicket};
use crate::replay::{Needs, StatedMeasure};
use crate::{TicketMetrics, Unit};

/// The definition of messages per ticket.
pub const DEFINITION: Definition = Definition {
    id: "messages_per_ticket",
    topic: Topic::Quality,
    name: Text { en: "Messages per ticket", es: "Mensajes por ticket", da: "Beskeder pr. sag" },
    description: Text {
        en: "How many public messages of customers and agents a solved ticket took.",
        es: "Cuántos mensajes públicos de clientes y agentes necesitó un ticket resuelto.",
        da: "Hvor mange offentlige beskeder fra kunder og agenter en løst sag krævede.",
    },
    aliases: &["messages", "interactions_per_ticket"],
    formula: "(customer messages + public agent replies) / solved tickets",
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

/// Messages per ticket.
///
/// # What it measures
/// How long the conversation is, both sides together.
///
/// # Formula
/// Customer messages, the opening included, plus public replies of agents, over solved tickets.
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
/// let mut ticket = solved(2);
/// ticket.customer_messages = 3;
/// let messages = kpi::messages_per_ticket([&ticket]);
/// assert_eq!(messages.mean(), Some(5.0));
/// ```
///
/// # Who is counted
/// Tickets solved or closed at the cut-off.
///
/// # When it misleads
/// Customers who write in many short lines raise it.
///
/// # References
/// See [`DEFINITION`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessagesPerTicket(PerTicket);

ticket_kpi! {
    MessagesPerTicket(PerTicket), |counts, ticket| {
        let replies = ticket.count_of(StatedMeasure::PublicReplies);
        let messages = ticket.count_of(StatedMeasure::CustomerMessages);
        counts.of_solved(ticket, replies.and_then(|replies| Ok(replies.saturating_add(messages?))));
    },
    needs: Needs::MESSAGES | Needs::SOLVES | Needs::REOPENS,
    stated: [PublicReplies, CustomerMessages],
    registered: {
        const EVIDENCE: crate::kpi::Evidence = crate::kpi::Evidence::Messages;
    },
}

/// Messages per ticket of `tickets`; see [`MessagesPerTicket`].
pub fn messages_per_ticket<M: AsRef<TicketMetrics>>(
    tickets: impl IntoIterator<Item = M>,
) -> MessagesPerTicket {
    tickets.into_iter().collect()
}
