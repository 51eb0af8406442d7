//! Agent wait time.

use serde::{Deserialize, Serialize};

use super::definition::{Anchor, BANDS, BOTH_CLOCKS, CLOCK, Definition, Polarity, Text, Topic, WITHIN};
use super::shape::ticket_kpi;
use super::tally::{TIME_MEASURES, Times};
use crate::replay::Needs;
use crate::{ClockKind, TicketMetrics, Unit};

/// The definition of agent wait time.
pub const DEFINITION: Definition = Definition {
    id: "agent_wait_time",
    topic: Topic::Time,
    name: Text { en: "Agent wait time", es: "Tiempo de espera del agente", da: "Agentens ventetid" },
    description: Text {
        en: "How long the team waits for the customer in total.",
        es: "Cuánto espera en total el equipo al cliente.",
        da: "Hvor længe teamet i alt venter på kunden.",
    },
    aliases: &["pending_time", "waiting_on_customer"],
    formula: "time in pending, up to the cut-off",
    unit: Unit::Seconds,
    min: Some(0.0),
    max: None,
    good: Polarity::Neither,
    population: "all tickets, those never pending with zero; those still open are censored at the cut-off",
    anchor: Anchor::LastSolved,
    clocks: BOTH_CLOCKS,
    measures: TIME_MEASURES,
    options: &[CLOCK, WITHIN, BANDS],
    variants: &[],
    references: &["Zendesk help: About native Support time duration metrics"],
};

/// Agent wait time of many tickets.
///
/// # What it measures
/// Time spent waiting for the customer.
///
/// # Formula
/// Time in pending, on the chosen clock; a ticket pending now counts up to the cut-off.
///
/// # Worked example
/// ```
/// use chrono::TimeDelta;
/// use deskmetrics::{ClockKind, Elapsed, TicketMetrics, Timestamp, kpi};
///
/// let at = |text: &str| text.parse::<Timestamp>().unwrap();
/// let hours = |hours| Elapsed::new(TimeDelta::hours(hours), None);
/// use deskmetrics::Status;
/// let tickets = [18, 0, 6].map(|pending| {
///     let mut ticket = TicketMetrics::new(at("2026-03-02T09:00:00Z"), at("2026-03-06T09:00:00Z"));
///     ticket.status = Status::Solved;
///     ticket.agent_wait_time = hours(pending);
///     ticket
/// });
/// let wait = kpi::agent_wait_time(&tickets, ClockKind::Calendar);
/// assert_eq!(wait.mean(), Some(TimeDelta::hours(8)));
/// ```
///
/// # Who is counted
/// Every ticket; one that never was pending counts with zero. Those not solved at the cut-off are censored.
///
/// # When it misleads
/// Long pending times can mean slow customers, or questions they cannot answer.
///
/// # References
/// See [`DEFINITION`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AgentWaitTime(Times);

ticket_kpi! {
    AgentWaitTime(Times), |times, ticket| times.until_done(ticket, ticket.agent_wait_time),
    needs: Needs::STATUS_TIMES | Needs::SOLVES | Needs::REOPENS,
    stated: [AgentWaitTime],
    registered: {
        const EVIDENCE: crate::kpi::Evidence = crate::kpi::Evidence::Events;
    },
}

/// Agent wait time of `tickets` on `clock`; see [`AgentWaitTime`].
pub fn agent_wait_time<M: AsRef<TicketMetrics>>(
    tickets: impl IntoIterator<Item = M>,
    clock: ClockKind,
) -> AgentWaitTime {
    let mut tally = AgentWaitTime::new(clock);
    tally.extend(tickets);
    tally
}
