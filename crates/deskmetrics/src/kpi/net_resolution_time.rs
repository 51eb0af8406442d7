//! Net resolution time.

use serde::{Deserialize, Serialize};

use super::definition::{
    Anchor, BANDS, BOTH_CLOCKS, CLOCK, Definition, Polarity, Text, Topic, Variant, WITHIN,
};
use super::shape::ticket_kpi;
use super::tally::{TIME_MEASURES, Times};
use crate::replay::Needs;
use crate::{ClockKind, Elapsed, Reason, Status, TicketMetrics, Unit};

/// The definition of net resolution time.
pub const DEFINITION: Definition = Definition {
    id: "net_resolution_time",
    topic: Topic::Time,
    name: Text { en: "Net resolution time", es: "Tiempo neto de resolución", da: "Netto løsningstid" },
    description: Text {
        en: "Resolution time without the time a ticket lay solved between reopenings.",
        es: "Tiempo de resolución sin el que el ticket estuvo resuelto entre reaperturas.",
        da: "Løsningstid uden den tid, sagen lå løst mellem genåbninger.",
    },
    aliases: &["solve_time", "work_time", "user_resolution_time"],
    formula: "last solve - creation - time in solved or closed in between",
    unit: Unit::Seconds,
    min: Some(0.0),
    max: None,
    good: Polarity::Down,
    population: "tickets now solved or closed; open ones are censored at the cut-off",
    anchor: Anchor::LastSolved,
    clocks: BOTH_CLOCKS,
    measures: TIME_MEASURES,
    options: &[CLOCK, WITHIN, BANDS],
    variants: &[Variant {
        name: "without waiting for the customer",
        differs: "time in pending is taken out as well: read agent_wait_time beside it",
        used_by: &["ERPNext"],
    }],
    references: &["fivetran/dbt_zendesk: solve time", "ERPNext docs: user resolution time"],
};

/// Net resolution time of many tickets.
///
/// # What it measures
/// How long tickets were open: reopening a year-old ticket does not make it a year long.
///
/// # Formula
/// Last solve minus creation, minus the time spent solved or closed between reopenings, on the chosen clock.
///
/// # Worked example
/// ```
/// use chrono::TimeDelta;
/// use deskmetrics::{ClockKind, Elapsed, TicketMetrics, Timestamp, kpi};
///
/// let at = |text: &str| text.parse::<Timestamp>().unwrap();
/// let hours = |hours| Elapsed::new(TimeDelta::hours(hours), None);
/// // solved after 5 hours, reopened after a day, solved again an hour later
/// let mut ticket = TicketMetrics::new(at("2026-03-02T09:00:00Z"), at("2026-03-06T09:00:00Z"));
/// ticket.full_resolution_time = Some(hours(30));
/// ticket.net_resolution_time = Some(hours(6));
///
/// let net = kpi::net_resolution_time([&ticket], ClockKind::Calendar);
/// assert_eq!(net.mean(), Some(TimeDelta::hours(6)));
/// ```
///
/// # Who is counted
/// Tickets solved or closed at the cut-off. Open ones are censored with the time they have been open so far.
///
/// # When it misleads
/// Customers experience the full resolution time, not this one.
///
/// # References
/// See [`DEFINITION`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NetResolutionTime(Times);

ticket_kpi! {
    NetResolutionTime(Times), |times, ticket| {
        let so_far = ticket.running_resolution_time.map(|_| open_so_far(ticket));
        times.either(ticket.net_resolution_time, so_far, Reason::NotSolved);
    },
    needs: Needs::STATUS_TIMES | Needs::SOLVES | Needs::REOPENS,
    kpi: {
        fn in_blocks(&self) -> Option<crate::kpi::InBlocks> {
            Some(crate::kpi::InBlocks::End)
        }
    },
    registered: {
        const EVIDENCE: crate::kpi::Evidence = crate::kpi::Evidence::Events;
    },
}

/// Net resolution time of `tickets` on `clock`; see [`NetResolutionTime`].
pub fn net_resolution_time<M: AsRef<TicketMetrics>>(
    tickets: impl IntoIterator<Item = M>,
    clock: ClockKind,
) -> NetResolutionTime {
    let mut tally = NetResolutionTime::new(clock);
    tally.extend(tickets);
    tally
}

/// The time in every open status up to the cut-off.
fn open_so_far(ticket: &TicketMetrics) -> Elapsed {
    let open = Status::ALL.into_iter().filter(|status| !status.is_done());
    let spent: Vec<Elapsed> = open.map(|status| ticket.time_in_status[status.index()]).collect();
    Elapsed {
        calendar_micros: spent.iter().fold(0, |sum, time| sum.saturating_add(time.calendar_micros)),
        business_micros: spent
            .iter()
            .try_fold(0i64, |sum, time| time.business_micros.map(|micros| sum.saturating_add(micros))),
    }
}
