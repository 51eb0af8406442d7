//! Group transfers per ticket.

use serde::{Deserialize, Serialize};

use super::definition::{Anchor, Definition, Polarity, Text, Topic, Variant};
use super::shape::ticket_kpi;
use super::tally::{COUNT_MEASURES, PerTicket};
use crate::replay::{Needs, StatedMeasure};
use crate::{TicketMetrics, Unit};

/// The definition of group transfers.
pub const DEFINITION: Definition = Definition {
    id: "group_transfers",
    topic: Topic::Quality,
    name: Text {
        en: "Group transfers per ticket",
        es: "Cambios de grupo por ticket",
        da: "Gruppeskift pr. sag",
    },
    description: Text {
        en: "How often a solved ticket changed its group.",
        es: "Cuántas veces cambió de grupo un ticket resuelto.",
        da: "Hvor ofte en løst sag skiftede gruppe.",
    },
    aliases: &["group_changes", "group_reassignments"],
    formula: "(group stints - 1) / solved tickets, at least 0 each",
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
        name: "stations",
        differs: "counts stints, so one more per ticket",
        used_by: &["Zendesk"],
    }],
    references: &["Zendesk help: Metrics and attributes for Zendesk Support (stations)"],
};

/// Group transfers per ticket.
///
/// # What it measures
/// How often tickets are passed from one team to another.
///
/// # Formula
/// Stints with a group minus one, over solved tickets.
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
/// let mut moved = solved(1);
/// moved.group_stations = 3;
/// assert_eq!(kpi::group_transfers([&moved]).mean(), Some(2.0));
/// ```
///
/// # Who is counted
/// Tickets solved or closed at the cut-off; one that never had a group counts with zero.
///
/// # When it misleads
/// A triage group adds one to every ticket.
///
/// # References
/// See [`DEFINITION`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GroupTransfers(PerTicket);

ticket_kpi! {
    GroupTransfers(PerTicket), |counts, ticket| {
        let stints = ticket.count_of(StatedMeasure::GroupStations);
        counts.of_solved(ticket, stints.map(|stints| stints.saturating_sub(1)));
    },
    needs: Needs::STATIONS | Needs::SOLVES | Needs::REOPENS,
    stated: [GroupStations],
    registered: {
        const EVIDENCE: crate::kpi::Evidence = crate::kpi::Evidence::Events;
    },
}

/// Group transfers of `tickets`; see [`GroupTransfers`].
pub fn group_transfers<M: AsRef<TicketMetrics>>(tickets: impl IntoIterator<Item = M>) -> GroupTransfers {
    tickets.into_iter().collect()
}
