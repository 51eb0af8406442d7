//! First level resolution.

use serde::{Deserialize, Serialize};

use super::definition::{Anchor, Definition, Polarity, Text, Topic};
use super::shape::ticket_kpi;
use super::tally::{SHARE_MEASURES, Share};
use crate::replay::Needs;
use crate::{TicketMetrics, Unit};

/// The definition of first level resolution.
pub const DEFINITION: Definition = Definition {
    id: "first_level_resolution",
    topic: Topic::Quality,
    name: Text {
        en: "First level resolution",
        es: "Resolución en el primer nivel",
        da: "Løst på første niveau",
    },
    description: Text {
        en: "The share of solved tickets that never left the first level of support.",
        es: "La proporción de tickets resueltos que no salieron del primer nivel de soporte.",
        da: "Andelen af løste sager, der aldrig forlod første supportniveau.",
    },
    aliases: &["flr_rate", "FLR", "first_line_resolution"],
    formula: "solved tickets without an escalation / solved tickets x 100",
    unit: Unit::Percent,
    min: Some(0.0),
    max: Some(100.0),
    good: Polarity::Up,
    population: "tickets now solved or closed",
    anchor: Anchor::LastSolved,
    clocks: &[],
    measures: SHARE_MEASURES,
    options: &[],
    variants: &[],
    references: &["MetricNet: first level resolution is a cost measure and is not FCR"],
};

/// First level resolution of many tickets.
///
/// # What it measures
/// The share of tickets that the first level solves itself. It is about cost: a ticket may take ten contacts and still count.
///
/// # Formula
/// `100 · solved without an escalation / solved`.
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
/// let mut escalated = solved(2);
/// escalated.escalations = 1;
/// let rate = kpi::first_level_resolution([solved(1), solved(1), solved(1), escalated]);
/// assert_eq!(rate.percent(), Some(75.0));
/// ```
///
/// # Who is counted
/// Tickets solved or closed at the cut-off.
///
/// # When it misleads
/// When it is confused with first *contact* resolution.
///
/// # References
/// See [`DEFINITION`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FirstLevelResolution(Share);

ticket_kpi! {
    FirstLevelResolution(Share), |share, ticket| share.of_solved(ticket, Ok(ticket.escalations == 0)),
    needs: Needs::TOUCHES | Needs::SOLVES | Needs::REOPENS,
    registered: {
        const EVIDENCE: crate::kpi::Evidence = crate::kpi::Evidence::Messages;
    },
}

/// First level resolution of `tickets`; see [`FirstLevelResolution`].
pub fn first_level_resolution<M: AsRef<TicketMetrics>>(
    tickets: impl IntoIterator<Item = M>,
) -> FirstLevelResolution {
    tickets.into_iter().collect()
}
