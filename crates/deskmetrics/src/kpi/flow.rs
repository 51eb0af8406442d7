//! Tickets in and out: growth of the backlog and clearance rate.

use serde::{Deserialize, Serialize};

use super::definition::{Anchor, Choice, Definition, Polarity, Text, Topic, Variant};
use super::registry::Registered;
use super::tally::feeds_on;
use super::{Kpi, KpiRequest, OverTime, RecordNeeds, RequestError, Tallies};
use crate::Replayed;
use crate::replay::Needs;
use crate::{Estimate, Estimates, Excluded, Merge, Reason, TicketMetrics, Timestamp, Unit};

/// The definition of the flow of tickets.
pub const DEFINITION: Definition = Definition {
    id: "flow",
    topic: Topic::Volume,
    name: Text { en: "Ticket flow", es: "Flujo de tickets", da: "Sagsflow" },
    description: Text {
        en: "Tickets created, solved and reopened in a span of time, and how the backlog grew.",
        es: "Tickets creados, resueltos y reabiertos en un intervalo, y cuánto creció lo pendiente.",
        da: "Sager oprettet, løst og genåbnet i et tidsrum, og hvor meget bunken voksede.",
    },
    aliases: &["backlog_growth", "clearance_rate", "net_flow"],
    formula: "growth = created + reopened - solved; clearance = solved / (created + reopened) x 100",
    unit: Unit::Count,
    min: None,
    max: None,
    good: Polarity::Down,
    population: "creations, solves and reopenings from the start (included) to the end (not included)",
    anchor: Anchor::Event,
    clocks: &[],
    measures: &["growth", "clearance", "created", "reopened", "solved"],
    options: &[Choice {
        name: "span",
        decides: "from when to when",
        default: None,
        values: &["two timestamps"],
    }],
    variants: &[Variant {
        name: "without reopenings",
        differs: "created minus solved tickets: does not reconcile with the backlog",
        used_by: &["Freshdesk"],
    }],
    references: &["Freshworks community: How exactly reports are calculated (received, resolved, backlog)"],
};

/// The flow of tickets in a span of time.
///
/// # What it measures
/// Whether the team keeps up. The three counts and the backlog always reconcile:
/// `backlog(to) = backlog(from) + created + reopened − solved`, with the backlog just before each end.
///
/// # Formula
/// `growth = created + reopened − solved`, `clearance = 100 · solved / (created + reopened)`, each event counted on its
/// own date, from `from` (included) to `to` (not included).
///
/// # Worked example
/// ```
/// use deskmetrics::kpi::Flow;
/// use deskmetrics::{Status, TicketMetrics, Timestamp, kpi};
///
/// let at = |text: &str| text.parse::<Timestamp>().unwrap();
/// let cut_off = at("2026-03-31T00:00:00Z");
/// let old = TicketMetrics::new(at("2026-02-20T09:00:00Z"), cut_off);
/// let waiting = TicketMetrics::new(at("2026-03-02T09:00:00Z"), cut_off);
/// let mut solved = TicketMetrics::new(at("2026-03-02T10:00:00Z"), cut_off);
/// solved.status = Status::Solved;
/// solved.first_solved_at = Some(at("2026-03-04T10:00:00Z"));
///
/// let week = (at("2026-03-02T00:00:00Z"), at("2026-03-09T00:00:00Z"));
/// let flow = kpi::flow([&old, &waiting, &solved], week.0, week.1);
/// assert_eq!((flow.created(), flow.solved(), flow.reopened()), (2, 1, 0));
/// assert_eq!(flow.growth(), 1);
/// assert_eq!(flow.clearance(), Some(50.0));
/// ```
///
/// # Who is counted
/// Every creation, solve and reopening in the span, whenever the ticket was created. Tickets whose cut-off is before the
/// span's end are excluded: their later events are not known.
///
/// # When it misleads
/// Clearance above 100 % is a shrinking backlog, not necessarily a faster team.
///
/// # References
/// See [`DEFINITION`].
#[doc(alias = "clearance rate")]
#[doc(alias = "backlog growth")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flow {
    from: Timestamp,
    to: Timestamp,
    created: u64,
    solved: u64,
    reopened: u64,
    excluded: Excluded,
}

impl Flow {
    /// No tickets yet, from `from` (included) to `to` (not included).
    pub fn new(from: impl Into<Timestamp>, to: impl Into<Timestamp>) -> Self {
        Self {
            from: from.into(),
            to: to.into(),
            created: 0,
            solved: 0,
            reopened: 0,
            excluded: Excluded::default(),
        }
    }

    /// Counts the events of one ticket in the span.
    pub fn push(&mut self, ticket: &TicketMetrics) {
        if let Some(reason) = ticket.exclusion {
            return self.excluded.add(reason);
        }
        // The end itself is not part of the span, so a cut-off just before it is late enough.
        if ticket.as_of.as_micros() < self.to.as_micros().saturating_sub(1) {
            return self.excluded.add(Reason::AfterCutOff);
        }
        let inside = |at: &Timestamp| self.from <= *at && *at < self.to;
        let created = u64::from(inside(&ticket.created_at));
        let solved = ticket.solves().filter(inside).count() as u64;
        let reopened = ticket.reopens.iter().filter(|cycle| inside(&cycle.reopened_at)).count() as u64;
        self.created.merge(created);
        self.solved.merge(solved);
        self.reopened.merge(reopened);
    }

    /// Counts a record that is no ticket.
    pub fn exclude_one(&mut self, reason: Reason) {
        self.excluded.add(reason);
    }

    /// Tickets created in the span.
    pub fn created(&self) -> u64 {
        self.created
    }

    /// Solves in the span.
    pub fn solved(&self) -> u64 {
        self.solved
    }

    /// Reopenings in the span.
    pub fn reopened(&self) -> u64 {
        self.reopened
    }

    /// By how much the backlog grew; negative when it shrank.
    pub fn growth(&self) -> i64 {
        let came = i128::from(self.created) + i128::from(self.reopened);
        let growth = came - i128::from(self.solved);
        i64::try_from(growth).unwrap_or(if growth < 0 { i64::MIN } else { i64::MAX })
    }

    /// Solves per hundred creations and reopenings; `None` when there were none.
    pub fn clearance(&self) -> Option<f64> {
        let came = self.created.saturating_add(self.reopened);
        (came > 0).then(|| 100.0 * self.solved as f64 / came as f64)
    }

    fn is_empty(&self) -> bool {
        self.created == 0 && self.solved == 0 && self.reopened == 0
    }

    fn n(&self) -> u64 {
        self.created.saturating_add(self.solved).saturating_add(self.reopened)
    }
}

impl Merge for Flow {
    fn merge(&mut self, other: Self) {
        if (self.from, self.to) == (other.from, other.to) || other.is_empty() {
            self.created.merge(other.created);
            self.solved.merge(other.solved);
            self.reopened.merge(other.reopened);
        } else if self.is_empty() {
            (self.from, self.to) = (other.from, other.to);
            (self.created, self.solved, self.reopened) = (other.created, other.solved, other.reopened);
        } else {
            self.excluded.add_many(Reason::OtherOptions, other.n());
        }
        self.excluded.merge(other.excluded);
    }
}

feeds_on!(Flow, tickets);

impl Estimates for Flow {
    fn estimates(&self, _level: f64) -> Vec<Estimate> {
        let n = self.n();
        vec![
            Estimate::new("growth", Some(self.growth() as f64), Unit::Count, n),
            Estimate::new("clearance", self.clearance(), Unit::Percent, n),
            Estimate::count("created", self.created),
            Estimate::count("reopened", self.reopened),
            Estimate::count("solved", self.solved),
        ]
    }

    fn excluded(&self) -> &Excluded {
        &self.excluded
    }
}

impl Kpi for Flow {
    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn exclude(&mut self, reason: Reason, records: u64) {
        self.excluded.add_many(reason, records);
    }

    fn needs(&self) -> Needs {
        Needs::SOLVES | Needs::REOPENS
    }

    fn over_time(&self) -> OverTime {
        OverTime::EachPeriod
    }

    fn of_period(&self, first: Timestamp, last: Timestamp) -> Self {
        Self::new(first, after(last))
    }

    fn push_ticket(&mut self, ticket: &Replayed) {
        self.push(&ticket.metrics);
    }

    fn count_ticket(&self, ticket: &Replayed, tallies: &mut Tallies<'_, Self>) {
        let metrics = &ticket.metrics;
        tallies.undated(|tally| tally.push(metrics));
        if metrics.exclusion.is_none() {
            let reopened = metrics.reopens.iter().map(|cycle| cycle.reopened_at);
            let events = std::iter::once(metrics.created_at).chain(metrics.solves()).chain(reopened);
            tallies.each_period(events, |_, tally| tally.push(metrics));
        }
    }

    fn record_needs(&self) -> RecordNeeds {
        RecordNeeds::NONE
    }
}

impl Registered for Flow {
    const EVIDENCE: super::Evidence = super::Evidence::Solves;

    fn requested(request: &KpiRequest, as_of: Option<Timestamp>) -> Result<Self, RequestError> {
        let id = DEFINITION.id;
        let as_of = as_of.ok_or(RequestError::NeedsCutOff { id })?;
        // The end itself is not part of the span.
        let end = after(as_of);
        let (from, to) = (request.since.unwrap_or(Timestamp::MIN), request.until.unwrap_or(end));
        if from >= to || to > end {
            return Err(RequestError::Span { id, from, to, as_of });
        }
        Ok(Self::new(from, to))
    }

    fn option(request: &KpiRequest) -> Option<String> {
        match (request.since, request.until) {
            (None, None) => None,
            (Some(from), None) => Some(format!("since {from}")),
            (None, Some(to)) => Some(format!("until {to}")),
            (Some(from), Some(to)) => Some(format!("{from} to {to}")),
        }
    }
}

/// The first timestamp after another.
fn after(at: Timestamp) -> Timestamp {
    Timestamp::saturating_from_micros(at.as_micros().saturating_add(1))
}

/// The flow of `tickets` from `from` (included) to `to` (not included); see [`Flow`].
#[doc(alias = "clearance rate")]
pub fn flow<M: AsRef<TicketMetrics>>(
    tickets: impl IntoIterator<Item = M>,
    from: impl Into<Timestamp>,
    to: impl Into<Timestamp>,
) -> Flow {
    let mut tally = Flow::new(from, to);
    tally.extend(tickets);
    tally
}
