//! Time in a group.

use serde::{Deserialize, Serialize};

use super::definition::{
    Anchor, BANDS, BOTH_CLOCKS, CLOCK, Choice, Definition, Polarity, Text, Topic, WITHIN,
};
use super::registry::Registered;
use super::shape::Wrapped;
use super::tally::{TIME_MEASURES, Times, feeds_on, wraps_with_options};
use super::{Kpi, KpiRequest, RecordNeeds, RequestError, Tallies};
use crate::replay::Needs;
use crate::replay::Stint;
use crate::{ClockKind, Reason, TicketMetrics, Unit};
use crate::{Replayed, Timestamp};

/// The definition of the time in a group.
pub const DEFINITION: Definition = Definition {
    id: "time_in_group",
    topic: Topic::Time,
    name: Text { en: "Time in group", es: "Tiempo en un grupo", da: "Tid i gruppe" },
    description: Text {
        en: "How long one group keeps tickets, each stint by itself.",
        es: "Cuánto tiempo retiene los tickets un grupo, cada estancia por separado.",
        da: "Hvor længe én gruppe beholder sager, hvert ophold for sig.",
    },
    aliases: &["group_time", "group_ownership_time", "group_station_time"],
    formula: "leaving the group - entering it - time solved between, per stint",
    unit: Unit::Seconds,
    min: Some(0.0),
    max: None,
    good: Polarity::Down,
    population: "stints with the group; those of open tickets that still last are censored at the cut-off, those of solved ones end with the solve",
    anchor: Anchor::Event,
    clocks: BOTH_CLOCKS,
    measures: TIME_MEASURES,
    options: &[
        Choice {
            name: "group",
            decides: "which group's stints count",
            default: None,
            values: &["a group's name"],
        },
        CLOCK,
        WITHIN,
        BANDS,
    ],
    variants: &[],
    references: &["Zendesk help: Group ownership time (Group SLA)", "Freshdesk help: historic metrics"],
};

/// Time in one group of many tickets.
///
/// # What it measures
/// How long a group keeps its tickets.
///
/// # Formula
/// End minus start of each stint less the time the ticket was solved in between, on the chosen clock. A ticket that comes back to the group has two stints.
///
/// # Worked example
/// ```
/// use chrono::TimeDelta;
/// use deskmetrics::{ClockKind, Elapsed, Status, TicketMetrics, Timestamp, kpi};
///
/// let at = |text: &str| text.parse::<Timestamp>().unwrap();
/// let hours = |hours| Elapsed::new(TimeDelta::hours(hours), None);
/// let mut ticket = TicketMetrics::new(at("2026-03-02T09:00:00Z"), at("2026-03-06T09:00:00Z"));
/// let stints = serde_json::json!([
///     {"name": "triage", "from": "2026-03-02T09:00:00Z", "until": "2026-03-02T10:00:00Z",
///      "elapsed": {"calendar_micros": 3_600_000_000_u64, "business_micros": null}},
///     {"name": "billing", "from": "2026-03-02T10:00:00Z", "until": null,
///      "elapsed": {"calendar_micros": 18_000_000_000_u64, "business_micros": null}},
/// ]);
/// ticket.group_stints = serde_json::from_value(stints).unwrap();
/// ticket.status = Status::Solved;
/// ticket.first_solved_at = Some(at("2026-03-02T15:00:00Z"));
///
/// let triage = kpi::time_in_group([&ticket], "triage", ClockKind::Calendar);
/// assert_eq!(triage.times().mean(), Some(TimeDelta::hours(1)));
/// let billing = kpi::time_in_group([&ticket], "billing", ClockKind::Calendar);
/// assert_eq!(billing.times().mean(), Some(TimeDelta::hours(5))); // until it was solved
/// ```
///
/// # Who is counted
/// Every stint with the group. A stint that still lasts is censored while the ticket is open, and ends at the solve when it is
/// done. Time between a solve and a reopening counts for no group.
///
/// # When it misleads
/// Groups that solve their tickets have longer times than groups that pass them on.
///
/// # References
/// See [`DEFINITION`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeInGroup {
    group: Box<str>,
    times: Times,
}

impl TimeInGroup {
    /// No tickets yet, for this group on `clock`.
    pub fn new(group: impl Into<Box<str>>, clock: ClockKind) -> Self {
        Self { group: group.into(), times: Times::new(clock) }
    }

    /// Counts one ticket.
    pub fn push(&mut self, ticket: &TicketMetrics) {
        if let Some(reason) = ticket.exclusion {
            return self.times.exclude_one(reason);
        }
        for stint in &ticket.group_stints {
            self.push_stint(stint, ticket);
        }
    }

    /// Counts one stint of `ticket`; one with another group adds nothing.
    pub fn push_stint(&mut self, stint: &Stint, ticket: &TicketMetrics) {
        let ended = stint.until.is_some() || ticket.status.is_done();
        match (stint.name == self.group, ended) {
            (false, _) => {}
            (true, true) => self.times.finished(stint.elapsed),
            (true, false) => self.times.running(stint.elapsed),
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

wraps_with_options!(TimeInGroup { group }.times);
feeds_on!(TimeInGroup, tickets);

impl Kpi for TimeInGroup {
    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn exclude(&mut self, reason: Reason, records: u64) {
        self.times.exclude_many(reason, records);
    }

    fn needs(&self) -> Needs {
        Wrapped::with_measures(&self.times, Needs::STATIONS | Needs::SOLVES | Needs::REOPENS)
    }

    fn push_ticket(&mut self, ticket: &Replayed) {
        self.push(&ticket.metrics);
    }

    fn count_ticket(&self, ticket: &Replayed, tallies: &mut Tallies<'_, Self>) {
        let metrics = &ticket.metrics;
        match metrics.exclusion {
            Some(reason) => tallies.undated(|tally| tally.exclude_one(reason)),
            None => {
                for stint in &metrics.group_stints {
                    // The last one of a done ticket ended with the solve.
                    let ended_at = stint.until.or_else(|| metrics.done_since());
                    tallies.at(ended_at, |tally| tally.push_stint(stint, metrics));
                }
            }
        }
    }

    fn times(&self) -> Option<&Times> {
        Some(&self.times)
    }

    fn record_needs(&self) -> RecordNeeds {
        RecordNeeds { people: true, ..RecordNeeds::NONE }
    }
}

impl Registered for TimeInGroup {
    const EVIDENCE: super::Evidence = super::Evidence::Events;

    fn requested(request: &KpiRequest, _as_of: Option<Timestamp>) -> Result<Self, RequestError> {
        let group = request.group.clone().ok_or(RequestError::NeedsChoice {
            id: DEFINITION.id,
            option: "group",
            why: "each group has its own time",
            allowed: "the group's name",
        })?;
        Ok(Self::new(group, request.clock.unwrap_or_default()))
    }

    fn option(request: &KpiRequest) -> Option<String> {
        request.group.as_deref().map(str::to_owned)
    }
}

/// Time in a group of `tickets` on `clock`; see [`TimeInGroup`].
pub fn time_in_group<M: AsRef<TicketMetrics>>(
    tickets: impl IntoIterator<Item = M>,
    group: &str,
    clock: ClockKind,
) -> TimeInGroup {
    let mut tally = TimeInGroup::new(group, clock);
    tally.extend(tickets);
    tally
}
