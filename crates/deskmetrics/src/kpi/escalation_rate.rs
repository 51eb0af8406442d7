//! Escalation rate.

use serde::{Deserialize, Serialize};

use super::definition::{Anchor, Definition, Polarity, Text, Topic, Variant};
use super::shape::ticket_kpi;
use super::tally::{SHARE_MEASURES, Share};
use crate::replay::Needs;
use crate::{TicketMetrics, Unit};

/// The definition of the escalation rate.
pub const DEFINITION: Definition = Definition {
    id: "escalation_rate",
    topic: Topic::Quality,
    name: Text { en: "Escalation rate", es: "Tasa de escalado", da: "Andel eskalerede sager" },
    description: Text {
        en: "The share of tickets handed to a higher level of support.",
        es: "La proporción de tickets pasados a un nivel superior de soporte.",
        da: "Andelen af sager, der blev sendt videre til et højere niveau.",
    },
    aliases: &["escalated_pct", "escalations"],
    formula: "tickets with at least one escalation / tickets x 100",
    unit: Unit::Percent,
    min: Some(0.0),
    max: Some(100.0),
    good: Polarity::Down,
    population: "all tickets",
    anchor: Anchor::Created,
    clocks: &[],
    measures: SHARE_MEASURES,
    options: &[],
    variants: &[Variant {
        name: "SLA overdue",
        differs: "\"escalated\" means past its SLA there: see sla_attainment",
        used_by: &["Zammad"],
    }],
    references: &["Salesforce help: IsEscalated"],
};

/// Escalation rate of many tickets.
///
/// # What it measures
/// The share of tickets that the first agents could not solve themselves.
///
/// # Formula
/// `100 · tickets with an explicit escalation / tickets`.
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
/// let rate = kpi::escalation_rate([solved(1), solved(1), solved(1), solved(1), escalated]);
/// assert_eq!(rate.percent(), Some(20.0));
/// ```
///
/// # Who is counted
/// Every ticket, solved or not. Only explicit escalations count, not transfers.
///
/// # When it misleads
/// Where escalating is discouraged, tickets are transferred instead.
///
/// # References
/// See [`DEFINITION`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EscalationRate(Share);

ticket_kpi! {
    EscalationRate(Share), |share, ticket| share.count(ticket.escalations > 0),
    needs: Needs::TOUCHES,
    registered: {
        const EVIDENCE: crate::kpi::Evidence = crate::kpi::Evidence::Events;
    },
}

/// Escalation rate of `tickets`; see [`EscalationRate`].
pub fn escalation_rate<M: AsRef<TicketMetrics>>(tickets: impl IntoIterator<Item = M>) -> EscalationRate {
    tickets.into_iter().collect()
}
