//! Agent touches per ticket.

use serde::{Deserialize, Serialize};

use super::definition::{Anchor, Definition, Polarity, Text, Topic};
use super::shape::ticket_kpi;
use super::tally::{COUNT_MEASURES, PerTicket};
use crate::replay::{Needs, StatedMeasure};
use crate::{TicketMetrics, Unit};

/// The definition of agent touches.
pub const DEFINITION: Definition = Definition {
    id: "agent_touches",
    topic: Topic::Quality,
    name: Text { en: "Agent touches", es: "Intervenciones del agente", da: "Agentberøringer" },
    description: Text {
        en: "How many events agents caused per ticket.",
        es: "Cuántas veces los agentes hicieron algo en un ticket.",
        da: "Hvor mange gange agenter gjorde noget ved en sag.",
    },
    aliases: &["touches", "updates_per_ticket"],
    formula: "events caused by agents / tickets",
    unit: Unit::PerTicket,
    min: Some(0.0),
    max: None,
    good: Polarity::Down,
    population: "all tickets",
    anchor: Anchor::Created,
    clocks: &[],
    measures: COUNT_MEASURES,
    options: &[],
    variants: &[],
    references: &["Zendesk help: updates history data set"],
};

/// Agent touches per ticket.
///
/// # What it measures
/// How much handling a ticket takes, visible to the customer or not.
///
/// # Formula
/// Events caused by agents (messages, notes, status and attribute changes) over tickets.
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
/// let touched = [4, 6].map(|touches| {
///     let mut ticket = solved(1);
///     ticket.agent_touches = touches;
///     ticket
/// });
/// assert_eq!(kpi::agent_touches(&touched).mean(), Some(5.0));
/// ```
///
/// # Who is counted
/// Every ticket, solved or not.
///
/// # When it misleads
/// Systems that log every field as its own event count more.
///
/// # References
/// See [`DEFINITION`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AgentTouches(PerTicket);

ticket_kpi! {
    AgentTouches(PerTicket), |counts, ticket| counts.count_known(ticket.count_of(StatedMeasure::AgentTouches)),
    needs: Needs::TOUCHES,
    stated: [AgentTouches],
    registered: {
        const EVIDENCE: crate::kpi::Evidence = crate::kpi::Evidence::Events;
    },
}

/// Agent touches of `tickets`; see [`AgentTouches`].
pub fn agent_touches<M: AsRef<TicketMetrics>>(tickets: impl IntoIterator<Item = M>) -> AgentTouches {
    tickets.into_iter().collect()
}
