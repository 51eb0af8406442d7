//! Hand-offs per ticket.

use serde::{Deserialize, Serialize};

use super::definition::{Anchor, Definition, Polarity, Text, Topic, Variant};
use super::shape::ticket_kpi;
use super::tally::{COUNT_MEASURES, PerTicket};
use crate::replay::Needs;
use crate::{TicketMetrics, Unit};

/// The definition of hand-offs.
pub const DEFINITION: Definition = Definition {
    id: "handoffs",
    topic: Topic::Quality,
    name: Text { en: "Hand-offs per ticket", es: "Relevos por ticket", da: "Overleveringer pr. sag" },
    description: Text {
        en: "How many further agents answered the customer of a solved ticket.",
        es: "Cuántos agentes más respondieron al cliente de un ticket resuelto.",
        da: "Hvor mange yderligere agenter der svarede kunden på en løst sag.",
    },
    aliases: &["hand_offs", "distinct_agents"],
    formula: "(distinct agents with a public reply - 1) / solved tickets, at least 0 each",
    unit: Unit::PerTicket,
    min: Some(0.0),
    max: None,
    good: Polarity::Down,
    population: "tickets now solved or closed",
    anchor: Anchor::LastSolved,
    clocks: &[],
    measures: COUNT_MEASURES,
    options: &[],
    variants: &[Variant {
        name: "distinct commenters",
        differs: "counts the agents, so one more per ticket",
        used_by: &["dbt_zendesk"],
    }],
    references: &["fivetran/dbt_zendesk: handoffs"],
};

/// Hand-offs per ticket.
///
/// # What it measures
/// How many more agents than one replied to the customer.
///
/// # Formula
/// Distinct agents with a public reply minus one, over solved tickets.
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
/// let mut passed_on = solved(4);
/// passed_on.replying_agents = 3;
/// assert_eq!(kpi::handoffs([passed_on, solved(0)]).mean(), Some(1.0));
/// ```
///
/// # Who is counted
/// Tickets solved or closed at the cut-off. Agents without a name count as one.
///
/// # When it misleads
/// Two agents taking turns are one hand-off, however often they swap.
///
/// # References
/// See [`DEFINITION`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Handoffs(PerTicket);

ticket_kpi! {
    Handoffs(PerTicket), |counts, ticket| counts.of_solved(ticket, Ok(ticket.replying_agents.saturating_sub(1))),
    needs: Needs::MESSAGES | Needs::SOLVES | Needs::REOPENS,
    registered: {
        const EVIDENCE: crate::kpi::Evidence = crate::kpi::Evidence::Events;
    },
}

/// Hand-offs of `tickets`; see [`Handoffs`].
pub fn handoffs<M: AsRef<TicketMetrics>>(tickets: impl IntoIterator<Item = M>) -> Handoffs {
    tickets.into_iter().collect()
}
