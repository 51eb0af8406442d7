//! Time in a status.

use serde::{Deserialize, Serialize};

use super::definition::{
    Anchor, BANDS, BOTH_CLOCKS, CLOCK, Choice, Definition, Polarity, Text, Topic, WITHIN,
};
use super::registry::Registered;
use super::shape::Wrapped;
use super::tally::{TIME_MEASURES, Times, feeds_on, wraps_with_options};
use super::{Kpi, KpiRequest, RecordNeeds, RequestError};
use crate::replay::Needs;
use crate::{ClockKind, Reason, Status, TicketMetrics, Unit};
use crate::{Replayed, Timestamp};

/// The definition of the time in a status.
pub const DEFINITION: Definition = Definition {
    id: "time_in_status",
    topic: Topic::Time,
    name: Text { en: "Time in status", es: "Tiempo en un estado", da: "Tid i status" },
    description: Text {
        en: "How long tickets are in one status in total.",
        es: "Cuánto tiempo pasan en total los tickets en un estado.",
        da: "Hvor længe sager i alt er i én status.",
    },
    aliases: &["status_time", "historic_status_time"],
    formula: "sum of the intervals in the status, up to the cut-off",
    unit: Unit::Seconds,
    min: Some(0.0),
    max: None,
    good: Polarity::Neither,
    population: "tickets that were ever in the status; those in it at the cut-off are censored",
    anchor: Anchor::LastSolved,
    clocks: BOTH_CLOCKS,
    measures: TIME_MEASURES,
    options: &[
        Choice {
            name: "status",
            decides: "which status counts",
            default: None,
            values: &["new", "open", "pending", "on_hold", "solved", "closed"],
        },
        CLOCK,
        WITHIN,
        BANDS,
    ],
    variants: &[],
    references: &[
        "Freshdesk help: historic metrics",
        "Zendesk help: About native Support time duration metrics",
    ],
};

/// Time in one status of many tickets.
///
/// # What it measures
/// Where tickets spend their time.
///
/// # Formula
/// Sum of all intervals in the status, on the chosen clock; the one running now counts up to the cut-off.
///
/// # Worked example
/// ```
/// use chrono::TimeDelta;
/// use deskmetrics::{ClockKind, Elapsed, Status, TicketMetrics, Timestamp, kpi};
///
/// let at = |text: &str| text.parse::<Timestamp>().unwrap();
/// let hours = |hours| Elapsed::new(TimeDelta::hours(hours), None);
/// let mut back_at_work = TicketMetrics::new(at("2026-03-02T09:00:00Z"), at("2026-03-06T09:00:00Z"));
/// back_at_work.status = Status::Open;
/// back_at_work.time_in_status[Status::Pending.index()] = hours(18);
/// let mut pending = back_at_work.clone();
/// pending.status = Status::Pending;
/// let never = TicketMetrics::new(at("2026-03-02T09:00:00Z"), at("2026-03-06T09:00:00Z"));
///
/// let waiting = kpi::time_in_status([&back_at_work, &pending, &never], Status::Pending, ClockKind::Calendar);
/// assert_eq!(waiting.times().mean(), Some(TimeDelta::hours(18)));
/// assert_eq!((waiting.times().n(), waiting.times().censored()), (1, 1));
/// ```
///
/// # Who is counted
/// Tickets that were ever in the status for any time. Those in it at the cut-off are censored. Tickets that never were add nothing.
///
/// # When it misleads
/// A mean over the tickets that were in the status does not show how many were.
///
/// # References
/// See [`DEFINITION`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeInStatus {
    status: Status,
    times: Times,
}

impl TimeInStatus {
    /// No tickets yet, for this status on `clock`.
    pub fn new(status: Status, clock: ClockKind) -> Self {
        Self { status, times: Times::new(clock) }
    }

    /// Counts one ticket.
    pub fn push(&mut self, ticket: &TicketMetrics) {
        let elapsed = ticket.time_in_status[self.status.index()];
        if let Some(reason) = ticket.exclusion {
            self.times.exclude_one(reason);
        } else if ticket.status == self.status {
            self.times.running(elapsed);
        } else if elapsed.calendar_micros != 0 {
            self.times.finished(elapsed);
        }
    }

    /// Counts a record that is no ticket.
    pub fn exclude_one(&mut self, reason: Reason) {
        self.times.exclude_one(reason);
    }

    /// The durations.
    pub fn times(&self) -> &Times {
        &self.times
    }
}

wraps_with_options!(TimeInStatus { status }.times);
feeds_on!(TimeInStatus, tickets);

impl Kpi for TimeInStatus {
    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn exclude(&mut self, reason: Reason, records: u64) {
        self.times.exclude_many(reason, records);
    }

    fn needs(&self) -> Needs {
        Wrapped::with_measures(&self.times, Needs::STATUS_TIMES | Needs::SOLVES | Needs::REOPENS)
    }

    fn push_ticket(&mut self, ticket: &Replayed) {
        self.push(&ticket.metrics);
    }

    fn times(&self) -> Option<&Times> {
        Some(&self.times)
    }

    fn record_needs(&self) -> RecordNeeds {
        RecordNeeds::NONE
    }
}

impl Registered for TimeInStatus {
    const EVIDENCE: super::Evidence = super::Evidence::Events;

    fn requested(request: &KpiRequest, _as_of: Option<Timestamp>) -> Result<Self, RequestError> {
        let status = request.status.ok_or(RequestError::NeedsChoice {
            id: DEFINITION.id,
            option: "status",
            why: "each status has its own time",
            allowed: "one of new, open, pending, on_hold, solved, closed",
        })?;
        Ok(Self::new(status, request.clock.unwrap_or_default()))
    }

    fn option(request: &KpiRequest) -> Option<String> {
        request.status.map(|status| status.as_str().replace('_', " "))
    }
}

/// Time in a status of `tickets` on `clock`; see [`TimeInStatus`].
pub fn time_in_status<M: AsRef<TicketMetrics>>(
    tickets: impl IntoIterator<Item = M>,
    status: Status,
    clock: ClockKind,
) -> TimeInStatus {
    let mut tally = TimeInStatus::new(status, clock);
    tally.extend(tickets);
    tally
}
