//! Full resolution time.

use serde::{Deserialize, Serialize};

use super::definition::{
    Anchor, BANDS, BOTH_CLOCKS, CLOCK, Definition, Polarity, Text, Topic, Variant, WITHIN,
};
use super::shape::ticket_kpi;
use super::tally::{TIME_MEASURES, Times};
use crate::replay::Needs;
use crate::{ClockKind, Reason, TicketMetrics, Unit};

/// The definition of full resolution time.
pub const DEFINITION: Definition = Definition {
    id: "full_resolution_time",
    topic: Topic::Time,
    name: Text {
        en: "Full resolution time", es: "Tiempo de resolución completa", da: "Samlet løsningstid"
    },
    description: Text {
        en: "How long it takes until a ticket is solved for good, reopenings included.",
        es: "Cuánto se tarda en resolver un ticket definitivamente, reaperturas incluidas.",
        da: "Hvor lang tid der går, før en sag er endeligt løst, genåbninger medregnet.",
    },
    aliases: &["TTR", "MTTR", "time_to_resolution", "final_resolution_time", "resolution_time"],
    formula: "last solve - creation",
    unit: Unit::Seconds,
    min: Some(0.0),
    max: None,
    good: Polarity::Down,
    population: "tickets now solved or closed; open ones, reopened ones among them, are censored at the cut-off",
    anchor: Anchor::LastSolved,
    clocks: BOTH_CLOCKS,
    measures: TIME_MEASURES,
    options: &[CLOCK, WITHIN, BANDS],
    variants: &[
        Variant {
            name: "per solve",
            differs: "one value for every solve of a ticket",
            used_by: &["Chatwoot"],
        },
        Variant {
            name: "to last message",
            differs: "ends at the last outbound message",
            used_by: &["Plain"],
        },
        Variant {
            name: "open until now",
            differs: "open tickets count as if solved now",
            used_by: &["Odoo"],
        },
    ],
    references: &[
        "Zendesk help: About native Support time duration metrics",
        "Gorgias docs: How metrics are calculated",
    ],
};

/// Full resolution time of many tickets.
///
/// # What it measures
/// The time from creation to the last solve, as the customer experiences it.
///
/// # Formula
/// Last solve minus creation, on the chosen clock. Time spent solved between reopenings is included; see
/// `net_resolution_time` for the time without it.
///
/// # Worked example
/// ```
/// use chrono::TimeDelta;
/// use deskmetrics::{ClockKind, Elapsed, TicketMetrics, Timestamp, kpi};
///
/// let at = |text: &str| text.parse::<Timestamp>().unwrap();
/// let ticket = TicketMetrics::new(at("2026-03-02T09:00:00Z"), at("2026-03-06T09:00:00Z"));
/// let mut solved_twice = ticket.clone();
/// solved_twice.first_resolution_time = Some(Elapsed::new(TimeDelta::hours(5), None));
/// solved_twice.full_resolution_time = Some(Elapsed::new(TimeDelta::hours(29), None));
/// let mut open_again = ticket;
/// open_again.first_resolution_time = Some(Elapsed::new(TimeDelta::hours(2), None));
/// open_again.running_resolution_time = Some(Elapsed::new(TimeDelta::hours(96), None));
///
/// let resolution = kpi::full_resolution_time([&solved_twice, &open_again], ClockKind::Calendar);
/// assert_eq!(resolution.mean(), Some(TimeDelta::hours(29)));
/// assert_eq!(resolution.censored(), 1); // open again: at least 96 hours, not known yet
/// ```
///
/// # Who is counted
/// Tickets solved or closed at the cut-off. Open ones, reopened ones among them, are censored: counted in the censored
/// median.
///
/// # When it misleads
/// The mean over solved tickets ignores the oldest open ones; with a growing backlog it even falls. Read the censored
/// median.
///
/// # References
/// See [`DEFINITION`].
#[doc(alias = "TTR")]
#[doc(alias = "MTTR")]
#[doc(alias = "time to resolution")]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FullResolutionTime(Times);

ticket_kpi! {
    FullResolutionTime(Times), |times, ticket| {
        times.either(ticket.full_resolution_time, ticket.running_resolution_time, Reason::NotSolved);
    },
    needs: Needs::SOLVES | Needs::REOPENS,
    stated: [FullResolutionTime],
    kpi: {
        fn in_blocks(&self) -> Option<crate::kpi::InBlocks> {
            Some(crate::kpi::InBlocks::End)
        }
    },
    registered: {
        const USUAL: bool = true;
        const EVIDENCE: crate::kpi::Evidence = crate::kpi::Evidence::Solves;
    },
}

/// Full resolution time of `tickets` on `clock`; see [`FullResolutionTime`].
#[doc(alias = "TTR")]
#[doc(alias = "MTTR")]
pub fn full_resolution_time<M: AsRef<TicketMetrics>>(
    tickets: impl IntoIterator<Item = M>,
    clock: ClockKind,
) -> FullResolutionTime {
    let mut tally = FullResolutionTime::new(clock);
    tally.extend(tickets);
    tally
}
