//! First resolution time.

use serde::{Deserialize, Serialize};

use super::definition::{
    Anchor, BANDS, BOTH_CLOCKS, CLOCK, Definition, Polarity, Text, Topic, Variant, WITHIN,
};
use super::shape::ticket_kpi;
use super::tally::{TIME_MEASURES, Times};
use crate::replay::Needs;
use crate::{ClockKind, Reason, TicketMetrics, Unit};

/// The definition of first resolution time.
pub const DEFINITION: Definition = Definition {
    id: "first_resolution_time",
    topic: Topic::Time,
    name: Text {
        en: "First resolution time",
        es: "Tiempo hasta la primera resolución",
        da: "Tid til første løsning",
    },
    description: Text {
        en: "How long it takes until a ticket is solved for the first time.",
        es: "Cuánto se tarda en resolver un ticket por primera vez.",
        da: "Hvor lang tid der går, før en sag løses første gang.",
    },
    aliases: &["time_to_first_resolution", "first_solve_time"],
    formula: "first entry into solved or closed - creation",
    unit: Unit::Seconds,
    min: Some(0.0),
    max: None,
    good: Polarity::Down,
    population: "tickets solved at least once; those never solved are censored at the cut-off",
    anchor: Anchor::FirstSolved,
    clocks: BOTH_CLOCKS,
    measures: TIME_MEASURES,
    options: &[CLOCK, WITHIN, BANDS],
    variants: &[Variant {
        name: "close is no solve",
        differs: "a ticket closed without having been solved does not count",
        used_by: &["systems with a separate resolve step"],
    }],
    references: &["Zendesk help: About native Support time duration metrics"],
};

/// First resolution time of many tickets.
///
/// # What it measures
/// The time until the ticket was first solved, whatever came after.
///
/// # Formula
/// First entry into solved or closed minus creation, on the chosen clock. A reopening does not move it.
///
/// # Worked example
/// ```
/// use chrono::TimeDelta;
/// use deskmetrics::{ClockKind, Elapsed, TicketMetrics, Timestamp, kpi};
///
/// let at = |text: &str| text.parse::<Timestamp>().unwrap();
/// let tickets = [2, 5, 3].map(|hours| {
///     let mut ticket = TicketMetrics::new(at("2026-03-02T09:00:00Z"), at("2026-03-03T09:00:00Z"));
///     ticket.first_solved_at = Some(at("2026-03-02T14:00:00Z"));
///     ticket.first_resolution_time = Some(Elapsed::new(TimeDelta::hours(hours), None));
///     ticket
/// });
/// let resolution = kpi::first_resolution_time(&tickets, ClockKind::Calendar);
/// assert_eq!(resolution.mean(), Some(TimeDelta::minutes(200))); // 3.33 hours
/// assert_eq!(resolution.median(), Some(TimeDelta::hours(3)));
/// ```
///
/// # Who is counted
/// Tickets solved at least once. Those never solved are censored at the cut-off: counted in the censored median.
///
/// # When it misleads
/// Solving early and letting customers reopen improves it: read it beside the reopen rate and the full
/// resolution time.
///
/// # References
/// See [`DEFINITION`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FirstResolutionTime(Times);

ticket_kpi! {
    FirstResolutionTime(Times), |times, ticket| {
        times.either(ticket.first_resolution_time, ticket.running_resolution_time, Reason::NotSolved);
    },
    needs: Needs::SOLVES | Needs::REOPENS,
    stated: [FirstResolutionTime],
    kpi: {
        fn in_blocks(&self) -> Option<crate::kpi::InBlocks> {
            Some(crate::kpi::InBlocks::End)
        }
    },
    registered: {
        const EVIDENCE: crate::kpi::Evidence = crate::kpi::Evidence::Solves;
    },
}

/// First resolution time of `tickets` on `clock`; see [`FirstResolutionTime`].
pub fn first_resolution_time<M: AsRef<TicketMetrics>>(
    tickets: impl IntoIterator<Item = M>,
    clock: ClockKind,
) -> FirstResolutionTime {
    let mut tally = FirstResolutionTime::new(clock);
    tally.extend(tickets);
    tally
}
