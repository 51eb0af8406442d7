//! Resolution time with the tickets still open taken into account.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::definition::{Anchor, BOTH_CLOCKS, CLOCK, Definition, Polarity, Text, Topic};
use super::registry::Registered;
use super::shape::Wrapped;
use super::tally::{Times, feeds_on};
use super::{Kpi, KpiRequest, RecordNeeds, RequestError};
use crate::replay::Needs;
use crate::{ClockKind, Compared, Estimate, Estimates, Excluded, Merge, Reason, TicketMetrics, Unit};
use crate::{Replayed, Timestamp};

/// The definition of the censored resolution time.
pub const DEFINITION: Definition = Definition {
    id: "resolution_time_censored",
    topic: Topic::Time,
    name: Text {
        en: "Resolution time, open tickets included",
        es: "Tiempo de resolución, incluidos los abiertos",
        da: "Løsningstid, åbne sager medregnet",
    },
    description: Text {
        en: "The time after which half of all created tickets are solved, open ones taken into account.",
        es: "El tiempo tras el cual está resuelta la mitad de los tickets creados, teniendo en cuenta los abiertos.",
        da: "Tiden, hvorefter halvdelen af alle oprettede sager er løst, når åbne sager regnes med.",
    },
    aliases: &["resolution_time_km", "kaplan_meier_resolution", "censored_resolution_time"],
    formula: "Kaplan-Meier median of last solve - creation; open tickets censored at the cut-off",
    unit: Unit::Seconds,
    min: Some(0.0),
    max: None,
    good: Polarity::Down,
    population: "all created tickets, solved or not",
    anchor: Anchor::Created,
    clocks: BOTH_CLOCKS,
    measures: &["median", "naive_median", "difference", "censored"],
    options: &[CLOCK],
    variants: &[],
    references: &[
        "Kaplan, E. L., Meier, P. (1958): Nonparametric estimation from incomplete observations. JASA 53",
        "Greenwood, M. (1926): The natural duration of cancer",
        "Brookmeyer, R., Crowley, J. (1982): A confidence interval for the median survival time. Biometrics 38",
    ],
};

/// Resolution time of all tickets created, solved or not.
///
/// # What it measures
/// How long a ticket created now will probably take. Averages of *solved* tickets exclude the slowest: those that are
/// still open.
///
/// # Formula
/// The Kaplan-Meier estimate: after each solve the share still open is multiplied by `1 − solved / at risk`; the median
/// is where that share reaches one half. Its interval uses Greenwood's variance on the log(−log) scale.
///
/// # Worked example
/// ```
/// use chrono::TimeDelta;
/// use deskmetrics::{ClockKind, Elapsed, TicketMetrics, Timestamp, kpi};
///
/// let at = |text: &str| text.parse::<Timestamp>().unwrap();
/// let ticket = TicketMetrics::new(at("2026-03-01T00:00:00Z"), at("2026-04-01T00:00:00Z"));
/// let days = |days| Some(Elapsed::new(TimeDelta::days(days), None));
/// let mut tickets = vec![ticket; 6];
/// for (ticket, solved_after) in tickets.iter_mut().zip([1, 2, 4]) {
///     ticket.full_resolution_time = days(solved_after);
/// }
/// for ticket in &mut tickets[3..] {
///     ticket.running_resolution_time = days(31);
/// }
/// let resolution = kpi::resolution_time_censored(&tickets, ClockKind::Calendar);
/// assert_eq!(resolution.naive_median(), Some(TimeDelta::days(2))); // of the solved ones
/// assert_eq!(resolution.median(), Some(TimeDelta::days(4))); // half of all six
/// assert!((resolution.solved_within(TimeDelta::days(3)).unwrap() - 1.0 / 3.0).abs() < 1e-9);
/// ```
///
/// # Who is counted
/// Every ticket. Those open at the cut-off, reopened ones among them, are censored: known to take at least so long.
///
/// # When it misleads
/// When old open tickets will never be solved at all: close them first. When fewer than half were ever solved there is no
/// median, rightly.
///
/// # References
/// See [`DEFINITION`].
#[doc(alias = "Kaplan-Meier")]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ResolutionTimeCensored(Times);

impl ResolutionTimeCensored {
    /// An empty tally on `clock`.
    pub fn new(clock: ClockKind) -> Self {
        Self(Times::new(clock))
    }

    /// Counts one ticket.
    pub fn push(&mut self, ticket: &TicketMetrics) {
        match (ticket.exclusion, ticket.full_resolution_time, ticket.running_resolution_time) {
            (Some(reason), ..) => self.0.exclude_one(reason),
            (None, Some(elapsed), _) => self.0.finished(elapsed),
            (None, None, Some(elapsed)) => self.0.running(elapsed),
            (None, None, None) => self.0.exclude_one(Reason::NotSolved),
        }
    }

    /// Counts a record that is no ticket.
    pub fn exclude_one(&mut self, reason: Reason) {
        self.0.exclude_one(reason);
    }

    /// Tickets counted, open ones included.
    pub fn n(&self) -> u64 {
        self.0.survival().n()
    }

    /// The time after which half of all tickets are solved; `None` when fewer than half were seen to be.
    pub fn median(&self) -> Option<TimeDelta> {
        self.0.censored_median()
    }

    /// The median of the solved tickets alone, for comparison.
    pub fn naive_median(&self) -> Option<TimeDelta> {
        self.0.median()
    }

    /// The estimated share of all tickets solved within `limit`, 0 to 1.
    pub fn solved_within(&self, limit: TimeDelta) -> Option<f64> {
        self.0.survival().share_within(limit)
    }

    /// The durations behind it.
    pub fn times(&self) -> &Times {
        &self.0
    }
}

impl Merge for ResolutionTimeCensored {
    fn merge(&mut self, other: Self) {
        self.0.merge(other.0);
    }
}

feeds_on!(ResolutionTimeCensored, tickets);

impl Estimates for ResolutionTimeCensored {
    fn estimates(&self, level: f64) -> Vec<Estimate> {
        let seconds = |time: Option<TimeDelta>| {
            time.and_then(|time| time.num_microseconds()).map(|micros| micros as f64 / 1e6)
        };
        let (median, naive) = (seconds(self.median()), seconds(self.naive_median()));
        let difference = median.zip(naive).map(|(median, naive)| median - naive);
        let interval = self.0.survival().median_interval(level).map(|interval| interval.scaled(1e-6));
        let n = self.n();
        vec![
            Estimate::new("median", median, Unit::Seconds, n).with_interval(interval),
            Estimate::new("naive_median", naive, Unit::Seconds, self.0.n()),
            Estimate::new("difference", difference, Unit::Seconds, n),
            Estimate::new("censored", Some(self.0.censored() as f64), Unit::Count, n),
        ]
    }

    fn excluded(&self) -> &Excluded {
        self.0.excluded()
    }

    fn compared(&self) -> Compared<'_> {
        Compared::Survival(self.0.survival())
    }
}

impl Kpi for ResolutionTimeCensored {
    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn exclude(&mut self, reason: Reason, records: u64) {
        self.0.exclude_many(reason, records);
    }

    fn needs(&self) -> Needs {
        Wrapped::with_measures(self.times(), Needs::SOLVES | Needs::REOPENS)
    }

    fn push_ticket(&mut self, ticket: &Replayed) {
        self.push(&ticket.metrics);
    }

    fn times(&self) -> Option<&Times> {
        Some(&self.0)
    }

    fn record_needs(&self) -> RecordNeeds {
        RecordNeeds::NONE
    }
}

impl Registered for ResolutionTimeCensored {
    const EVIDENCE: super::Evidence = super::Evidence::Solves;

    fn requested(request: &KpiRequest, _as_of: Option<Timestamp>) -> Result<Self, RequestError> {
        Ok(Self::new(request.clock.unwrap_or_default()))
    }
}

/// Resolution time of `tickets` on `clock`, open ones taken into account; see [`ResolutionTimeCensored`].
#[doc(alias = "Kaplan-Meier")]
pub fn resolution_time_censored<M: AsRef<TicketMetrics>>(
    tickets: impl IntoIterator<Item = M>,
    clock: ClockKind,
) -> ResolutionTimeCensored {
    let mut tally = ResolutionTimeCensored::new(clock);
    tally.extend(tickets);
    tally
}
