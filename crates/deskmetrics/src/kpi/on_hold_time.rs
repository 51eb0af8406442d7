//! On-hold time.

use serde::{Deserialize, Serialize};

use super::definition::{Anchor, BANDS, BOTH_CLOCKS, CLOCK, Definition, Polarity, Text, Topic, WITHIN};
use super::shape::ticket_kpi;
use super::tally::{TIME_MEASURES, Times};
use crate::replay::Needs;
use crate::{ClockKind, TicketMetrics, Unit};

/// The definition of on-hold time.
pub const DEFINITION: Definition = Definition {
    id: "on_hold_time",
    topic: Topic::Time,
    name: Text { en: "On-hold time", es: "Tiempo en espera de terceros", da: "Tid på hold" },
    description: Text {
        en: "How long tickets wait for a third party in total.",
        es: "Cuánto esperan en total los tickets a un tercero.",
        da: "Hvor længe sager i alt venter på en tredjepart.",
    },
    aliases: &["hold_time"],
    formula: "time in on hold, up to the cut-off",
    unit: Unit::Seconds,
    min: Some(0.0),
    max: None,
    good: Polarity::Down,
    population: "all tickets, those never on hold with zero; those still open are censored at the cut-off",
    anchor: Anchor::LastSolved,
    clocks: BOTH_CLOCKS,
    measures: TIME_MEASURES,
    options: &[CLOCK, WITHIN, BANDS],
    variants: &[],
    references: &["Zendesk help: About native Support time duration metrics"],
};

/// On-hold time of many tickets.
///
/// # What it measures
/// Time spent waiting for a third party.
///
/// # Formula
/// Time in on hold, on the chosen clock; a ticket on hold now counts up to the cut-off.
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
/// ticket.status = Status::Closed;
/// ticket.on_hold_time = hours(27);
/// let hold = kpi::on_hold_time([&ticket], ClockKind::Calendar);
/// assert_eq!(hold.durations().max(), Some(TimeDelta::hours(27)));
/// ```
///
/// # Who is counted
/// Every ticket; one that never was on hold counts with zero. Those not solved at the cut-off are censored.
///
/// # When it misleads
/// Teams without an on-hold status keep such tickets open or pending.
///
/// # References
/// See [`DEFINITION`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OnHoldTime(Times);

ticket_kpi! {
    OnHoldTime(Times), |times, ticket| times.until_done(ticket, ticket.on_hold_time),
    needs: Needs::STATUS_TIMES | Needs::SOLVES | Needs::REOPENS,
    stated: [OnHoldTime],
    registered: {
        const EVIDENCE: crate::kpi::Evidence = crate::kpi::Evidence::Events;
    },
}

/// On-hold time of `tickets` on `clock`; see [`OnHoldTime`].
pub fn on_hold_time<M: AsRef<TicketMetrics>>(
    tickets: impl IntoIterator<Item = M>,
    clock: ClockKind,
) -> OnHoldTime {
    let mut tally = OnHoldTime::new(clock);
    tally.extend(tickets);
    tally
}
