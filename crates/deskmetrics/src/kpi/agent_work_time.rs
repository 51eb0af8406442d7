//! Agent work time.

use serde::{Deserialize, Serialize};

use super::definition::{Anchor, BANDS, BOTH_CLOCKS, CLOCK, Definition, Polarity, Text, Topic, WITHIN};
use super::shape::ticket_kpi;
use super::tally::{TIME_MEASURES, Times};
use crate::replay::Needs;
use crate::{ClockKind, TicketMetrics, Unit};

/// The definition of agent work time.
pub const DEFINITION: Definition = Definition {
    id: "agent_work_time",
    topic: Topic::Time,
    name: Text { en: "Agent work time", es: "Tiempo de trabajo del agente", da: "Agentens arbejdstid" },
    description: Text {
        en: "How long tickets wait for the team itself in total.",
        es: "Cuánto estuvieron en total los tickets en manos del equipo.",
        da: "Hvor længe sager i alt lå hos teamet selv.",
    },
    aliases: &["work_time_new_open"],
    formula: "time in new + open, up to the cut-off",
    unit: Unit::Seconds,
    min: Some(0.0),
    max: None,
    good: Polarity::Down,
    population: "all tickets; those still open are censored at the cut-off",
    anchor: Anchor::LastSolved,
    clocks: BOTH_CLOCKS,
    measures: TIME_MEASURES,
    options: &[CLOCK, WITHIN, BANDS],
    variants: &[],
    references: &["Zendesk help: Defining SLA policies"],
};

/// Agent work time of many tickets.
///
/// # What it measures
/// Time the ticket waited for the team itself: neither for the customer nor for a third party.
///
/// # Formula
/// Time in new and open, on the chosen clock; the status the ticket is in counts up to the cut-off.
///
/// # Worked example
/// ```
/// use chrono::TimeDelta;
/// use deskmetrics::{ClockKind, Elapsed, TicketMetrics, Timestamp, kpi};
///
/// let at = |text: &str| text.parse::<Timestamp>().unwrap();
/// let hours = |hours| Elapsed::new(TimeDelta::hours(hours), None);
/// use deskmetrics::Status;
/// let mut ticket = TicketMetrics::new(at("2026-03-02T09:00:00Z"), at("2026-03-06T09:00:00Z"));
/// ticket.status = Status::Solved;
/// ticket.agent_work_time = Elapsed::new(TimeDelta::minutes(510), None); // 5 h new, 3.5 h open
/// let work = kpi::agent_work_time([&ticket], ClockKind::Calendar);
/// assert_eq!(work.mean(), Some(TimeDelta::minutes(510)));
/// ```
///
/// # Who is counted
/// Every ticket. Those not solved at the cut-off are censored.
///
/// # When it misleads
/// It is time waiting for work, not time worked.
///
/// # References
/// See [`DEFINITION`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AgentWorkTime(Times);

ticket_kpi! {
    AgentWorkTime(Times), |times, ticket| times.until_done(ticket, ticket.agent_work_time),
    needs: Needs::STATUS_TIMES | Needs::SOLVES | Needs::REOPENS,
    stated: [AgentWorkTime],
    registered: {
        const EVIDENCE: crate::kpi::Evidence = crate::kpi::Evidence::Events;
    },
}

/// Agent work time of `tickets` on `clock`; see [`AgentWorkTime`].
pub fn agent_work_time<M: AsRef<TicketMetrics>>(
    tickets: impl IntoIterator<Item = M>,
    clock: ClockKind,
) -> AgentWorkTime {
    let mut tally = AgentWorkTime::new(clock);
    tally.extend(tickets);
    tally
}
