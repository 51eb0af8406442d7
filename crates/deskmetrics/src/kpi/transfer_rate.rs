//! Transfer rate.

use serde::{Deserialize, Serialize};

use super::definition::{Anchor, Definition, Polarity, Text, Topic, Variant};
use super::shape::ticket_kpi;
use super::tally::{SHARE_MEASURES, Share};
use crate::replay::{Needs, StatedMeasure};
use crate::{TicketMetrics, Unit};

/// The definition of the transfer rate.
pub const DEFINITION: Definition = Definition {
    id: "transfer_rate",
    topic: Topic::Quality,
    name: Text { en: "Transfer rate", es: "Tasa de transferencia", da: "Andel omstillede sager" },
    description: Text {
        en: "The share of solved tickets that went from one agent or group to another.",
        es: "La proporción de tickets resueltos que pasaron de un agente o grupo a otro.",
        da: "Andelen af løste sager, der gik fra én agent eller gruppe til en anden.",
    },
    aliases: &["reassigned_pct", "reassignment_rate"],
    formula: "solved tickets with more than one stint of an assignee or of a group / solved tickets x 100",
    unit: Unit::Percent,
    min: Some(0.0),
    max: Some(100.0),
    good: Polarity::Down,
    population: "tickets now solved or closed",
    anchor: Anchor::LastSolved,
    clocks: &[],
    measures: SHARE_MEASURES,
    options: &[],
    variants: &[Variant {
        name: "after a reply only",
        differs: "only reassignments after a teammate's reply count",
        used_by: &["Intercom"],
    }],
    references: &["Zendesk help: Metrics and attributes for Zendesk Support (stations)"],
};

/// Transfer rate of many tickets.
///
/// # What it measures
/// The share of tickets that were passed on to another agent or group.
///
/// # Formula
/// `100 · solved with a second assignee or group stint / solved`.
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
/// let mut moved = solved(2);
/// moved.assignee_stations = 1;
/// moved.group_stations = 2;
/// let rate = kpi::transfer_rate([solved(1), solved(3), solved(1), moved]);
/// assert_eq!(rate.percent(), Some(25.0));
/// ```
///
/// # Who is counted
/// Tickets solved or closed at the cut-off. Going back to an earlier assignee is a transfer as well.
///
/// # When it misleads
/// A triage group that hands on every ticket makes it 100 %: count from the first specialist group then.
///
/// # References
/// See [`DEFINITION`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TransferRate(Share);

ticket_kpi! {
    TransferRate(Share), |share, ticket| {
        let assignees = ticket.count_of(StatedMeasure::AssigneeStations);
        let groups = ticket.count_of(StatedMeasure::GroupStations);
        share.of_solved(ticket, assignees.and_then(|assignees| Ok(assignees > 1 || groups? > 1)));
    },
    needs: Needs::STATIONS | Needs::SOLVES | Needs::REOPENS,
    stated: [AssigneeStations, GroupStations],
    registered: {
        const EVIDENCE: crate::kpi::Evidence = crate::kpi::Evidence::Events;
    },
}

/// Transfer rate of `tickets`; see [`TransferRate`].
pub fn transfer_rate<M: AsRef<TicketMetrics>>(tickets: impl IntoIterator<Item = M>) -> TransferRate {
    tickets.into_iter().collect()
}
