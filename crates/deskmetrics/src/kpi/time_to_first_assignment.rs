//! Time to first assignment.

use serde::{Deserialize, Serialize};

use super::definition::{Anchor, BANDS, BOTH_CLOCKS, CLOCK, Definition, Polarity, Text, Topic, WITHIN};
use super::shape::ticket_kpi;
use super::tally::{TIME_MEASURES, Times};
use crate::replay::Needs;
use crate::{ClockKind, Reason, TicketMetrics, Unit};

/// The definition of time to first assignment.
pub const DEFINITION: Definition = Definition {
    id: "time_to_first_assignment",
    topic: Topic::Time,
    name: Text {
        en: "Time to first assignment",
        es: "Tiempo hasta la primera asignación",
        da: "Tid til første tildeling",
    },
    description: Text {
        en: "How long tickets wait for their first assignee.",
        es: "Cuánto esperan los tickets hasta tener un agente.",
        da: "Hvor længe sager venter på at få en agent.",
    },
    aliases: &["assignment_time", "first_assignment_time"],
    formula: "first assignment to an agent - creation",
    unit: Unit::Seconds,
    min: Some(0.0),
    max: None,
    good: Polarity::Down,
    population: "all tickets; those never assigned are censored at the solve or the cut-off",
    anchor: Anchor::Created,
    clocks: BOTH_CLOCKS,
    measures: TIME_MEASURES,
    options: &[CLOCK, WITHIN, BANDS],
    variants: &[],
    references: &["Zendesk help: Metrics and attributes for Zendesk Support"],
};

/// Time to first assignment of many tickets.
///
/// # What it measures
/// How long tickets wait before an agent is assigned.
///
/// # Formula
/// First assignment to an agent minus creation, on the chosen clock.
///
/// # Worked example
/// ```
/// use chrono::TimeDelta;
/// use deskmetrics::{ClockKind, Elapsed, TicketMetrics, Timestamp, kpi};
///
/// let at = |text: &str| text.parse::<Timestamp>().unwrap();
/// let hours = |hours| Elapsed::new(TimeDelta::hours(hours), None);
/// let mut assigned = TicketMetrics::new(at("2026-03-02T09:00:00Z"), at("2026-03-06T09:00:00Z"));
/// assigned.time_to_first_assignment = Some(hours(1));
/// let mut lying = TicketMetrics::new(at("2026-03-02T09:00:00Z"), at("2026-03-06T09:00:00Z"));
/// lying.running_resolution_time = Some(hours(96));
///
/// let assignment = kpi::time_to_first_assignment([&assigned, &lying], ClockKind::Calendar);
/// assert_eq!(assignment.median(), Some(TimeDelta::hours(1)));
/// assert_eq!(assignment.censored(), 1);
/// ```
///
/// # Who is counted
/// Every ticket. One without any assignment is censored: at its solve if it is solved, else at the cut-off.
///
/// # When it misleads
/// Automatic assignment makes it zero although no agent has read the ticket.
///
/// # References
/// See [`DEFINITION`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TimeToFirstAssignment(Times);

ticket_kpi! {
    TimeToFirstAssignment(Times), |times, ticket| {
        let unassigned = ticket.full_resolution_time.or(ticket.running_resolution_time);
        times.either(ticket.time_to_first_assignment, unassigned, Reason::Missing);
    },
    needs: Needs::STATIONS | Needs::SOLVES | Needs::REOPENS,
    known: |ticket| ticket.time_to_first_assignment.is_some(),
    stated: [TimeToFirstAssignment],
    registered: {
        const EVIDENCE: crate::kpi::Evidence = crate::kpi::Evidence::Events;
    },
}

/// Time to first assignment of `tickets` on `clock`; see [`TimeToFirstAssignment`].
pub fn time_to_first_assignment<M: AsRef<TicketMetrics>>(
    tickets: impl IntoIterator<Item = M>,
    clock: ClockKind,
) -> TimeToFirstAssignment {
    let mut tally = TimeToFirstAssignment::new(clock);
    tally.extend(tickets);
    tally
}
