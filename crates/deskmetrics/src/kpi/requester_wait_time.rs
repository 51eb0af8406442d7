//! Requester wait time.

use serde::{Deserialize, Serialize};

use super::definition::{
    Anchor, BANDS, BOTH_CLOCKS, CLOCK, Definition, Polarity, Text, Topic, Variant, WITHIN,
};
use super::shape::ticket_kpi;
use super::tally::{TIME_MEASURES, Times};
use crate::replay::Needs;
use crate::{ClockKind, TicketMetrics, Unit};

/// The definition of requester wait time.
pub const DEFINITION: Definition = Definition {
    id: "requester_wait_time",
    topic: Topic::Time,
    name: Text { en: "Requester wait time", es: "Tiempo de espera del solicitante", da: "Kundens ventetid" },
    description: Text {
        en: "How long a customer waits for the team in total.",
        es: "Cuánto espera en total el cliente al equipo.",
        da: "Hvor længe kunden i alt venter på teamet.",
    },
    aliases: &["waiting_time", "customer_wait_time"],
    formula: "time in new + open + on hold, up to the cut-off",
    unit: Unit::Seconds,
    min: Some(0.0),
    max: None,
    good: Polarity::Down,
    population: "all tickets; those still open are censored at the cut-off",
    anchor: Anchor::LastSolved,
    clocks: BOTH_CLOCKS,
    measures: TIME_MEASURES,
    options: &[CLOCK, WITHIN, BANDS],
    variants: &[Variant {
        name: "completed intervals only",
        differs: "the status the ticket is in now does not count",
        used_by: &["Zendesk native metric"],
    }],
    references: &["Zendesk help: About native Support time duration metrics"],
};

/// Requester wait time of many tickets.
///
/// # What it measures
/// Time the requester waited for the team or a third party.
///
/// # Formula
/// Time in new, open and on hold, on the chosen clock; the status the ticket is in counts up to the cut-off.
///
/// # Worked example
/// ```
/// use chrono::TimeDelta;
/// use deskmetrics::{ClockKind, Elapsed, TicketMetrics, Timestamp, kpi};
///
/// let at = |text: &str| text.parse::<Timestamp>().unwrap();
/// let hours = |hours| Elapsed::new(TimeDelta::hours(hours), None);
/// use deskmetrics::Status;
/// let mut solved = TicketMetrics::new(at("2026-03-02T09:00:00Z"), at("2026-03-06T09:00:00Z"));
/// solved.status = Status::Solved;
/// solved.requester_wait_time = hours(10);
/// let mut open = TicketMetrics::new(at("2026-03-02T09:00:00Z"), at("2026-03-06T09:00:00Z"));
/// open.requester_wait_time = hours(96);
///
/// let wait = kpi::requester_wait_time([&solved, &open], ClockKind::Calendar);
/// assert_eq!(wait.mean(), Some(TimeDelta::hours(10)));
/// assert_eq!(wait.censored(), 1); // at least 96 hours, and counting
/// ```
///
/// # Who is counted
/// Every ticket. Those not solved at the cut-off are censored with their wait so far.
///
/// # When it misleads
/// Setting tickets to pending stops it, whether or not the customer has anything to do.
///
/// # References
/// See [`DEFINITION`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequesterWaitTime(Times);

ticket_kpi! {
    RequesterWaitTime(Times), |times, ticket| times.until_done(ticket, ticket.requester_wait_time),
    needs: Needs::STATUS_TIMES | Needs::SOLVES | Needs::REOPENS,
    stated: [RequesterWaitTime],
    registered: {
        const EVIDENCE: crate::kpi::Evidence = crate::kpi::Evidence::Events;
    },
}

/// Requester wait time of `tickets` on `clock`; see [`RequesterWaitTime`].
pub fn requester_wait_time<M: AsRef<TicketMetrics>>(
    tickets: impl IntoIterator<Item = M>,
    clock: ClockKind,
) -> RequesterWaitTime {
    let mut tally = RequesterWaitTime::new(clock);
    tally.extend(tickets);
    tally
}
