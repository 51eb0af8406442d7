//! Transfers per ticket.

use serde::{Deserialize, Serialize};

use super::definition::{Anchor, Definition, Polarity, Text, Topic, Variant};
use super::shape::ticket_kpi;
use super::tally::{COUNT_MEASURES, PerTicket};
use crate::replay::{Needs, StatedMeasure};
use crate::{TicketMetrics, Unit};

/// The definition of transfers.
pub const DEFINITION: Definition = Definition {
    id: "transfers",
    topic: Topic::Quality,
    name: Text { en: "Transfers per ticket", es: "Transferencias por ticket", da: "Omstillinger pr. sag" },
    description: Text {
        en: "How often a solved ticket changed its agent.",
        es: "Cuántas veces cambió de agente un ticket resuelto.",
        da: "Hvor ofte en løst sag skiftede agent.",
    },
    aliases: &["reassignments", "assignee_changes"],
    formula: "(assignee stints - 1) / solved tickets, at least 0 each",
    unit: Unit::PerTicket,
    min: Some(0.0),
    max: None,
    good: Polarity::Down,
    population: "tickets now solved or closed",
    anchor: Anchor::LastSolved,
    clocks: &[],
    measures: COUNT_MEASURES,
    options: &[],
    variants: &[
        Variant { name: "stations", differs: "counts stints, so one more per ticket", used_by: &["Zendesk"] },
        Variant {
            name: "groups",
            differs: "changes of group: group_transfers",
            used_by: &["Zendesk group stations"],
        },
    ],
    references: &[
        "Zendesk help: Metrics and attributes for Zendesk Support (stations)",
        "ServiceNow docs: reassignment count",
    ],
};

/// Transfers per ticket.
///
/// # What it measures
/// How often tickets are passed from one agent to another.
///
/// # Formula
/// Stints with an assignee minus one, over solved tickets.
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
/// let moved = [1, 3].map(|stations| {
///     let mut ticket = solved(1);
///     ticket.assignee_stations = stations;
///     ticket
/// });
/// assert_eq!(kpi::transfers(&moved).mean(), Some(1.0)); // none and two
/// ```
///
/// # Who is counted
/// Tickets solved or closed at the cut-off; one that never had an assignee counts with zero.
///
/// # When it misleads
/// Shift hand-overs are transfers too.
///
/// # References
/// See [`DEFINITION`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Transfers(PerTicket);

ticket_kpi! {
    Transfers(PerTicket), |counts, ticket| {
        let stints = ticket.count_of(StatedMeasure::AssigneeStations);
        counts.of_solved(ticket, stints.map(|stints| stints.saturating_sub(1)));
    },
    needs: Needs::STATIONS | Needs::SOLVES | Needs::REOPENS,
    stated: [AssigneeStations],
    registered: {
        const EVIDENCE: crate::kpi::Evidence = crate::kpi::Evidence::Events;
    },
}

/// Transfers of `tickets`; see [`Transfers`].
pub fn transfers<M: AsRef<TicketMetrics>>(tickets: impl IntoIterator<Item = M>) -> Transfers {
    tickets.into_iter().collect()
}
