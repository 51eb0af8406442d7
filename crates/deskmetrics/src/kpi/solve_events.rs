//! Solves, several per ticket possible.

use serde::{Deserialize, Serialize};

use super::definition::{Anchor, Definition, Polarity, Text, Topic, Variant};
use super::registry::Registered;
use super::tally::feeds_on;
use super::{Kpi, KpiRequest, OverTime, RecordNeeds, RequestError, Tallies};
use crate::replay::Needs;
use crate::{Compared, Estimate, Estimates, Excluded, Merge, Reason, TicketMetrics, Unit};
use crate::{Replayed, Timestamp};

/// The definition of solve events.
pub const DEFINITION: Definition = Definition {
    id: "solve_events",
    topic: Topic::Volume,
    name: Text { en: "Solves", es: "Resoluciones", da: "Løsninger" },
    description: Text {
        en: "How many times tickets were solved; a ticket solved twice counts twice.",
        es: "Cuántas veces se resolvieron tickets; uno resuelto dos veces cuenta dos veces.",
        da: "Hvor mange gange sager blev løst; en sag løst to gange tæller to gange.",
    },
    aliases: &["solves", "resolutions", "resolution_events", "closed_conversations"],
    formula: "count of entries into solved or closed from an open status",
    unit: Unit::Count,
    min: Some(0.0),
    max: None,
    good: Polarity::Up,
    population: "solves of all tickets",
    anchor: Anchor::Event,
    clocks: &[],
    measures: &["count", "tickets"],
    options: &[],
    variants: &[Variant {
        name: "first solves",
        differs: "only a ticket's first solve counts: the measure `tickets`",
        used_by: &["Intercom (new closed)"],
    }],
    references: &["Chatwoot issue 14871: count unique tickets and contacts beside events"],
};

/// Solves, several per ticket possible.
///
/// # What it measures
/// How often tickets were solved.
///
/// # Formula
/// Entries into solved or closed from an open status. Going from solved to closed is none.
///
/// # Worked example
/// ```
/// use deskmetrics::replay::ReopenCycle;
/// use deskmetrics::{Author, Status, TicketMetrics, Timestamp, kpi};
///
/// let at = |text: &str| text.parse::<Timestamp>().unwrap();
/// let mut ticket = TicketMetrics::new(at("2026-03-02T09:00:00Z"), at("2026-03-09T00:00:00Z"));
/// ticket.first_solved_at = Some(at("2026-03-02T12:00:00Z"));
/// let mut cycle = ReopenCycle::new(at("2026-03-02T12:00:00Z"), at("2026-03-03T12:00:00Z"), Author::Customer);
/// cycle.solved_again_at = Some(at("2026-03-04T12:00:00Z"));
/// ticket.reopens = vec![cycle];
/// ticket.status = Status::Solved;
///
/// let solves = kpi::solve_events([&ticket]);
/// assert_eq!((solves.count(), solves.tickets()), (2, 1));
/// ```
///
/// # Who is counted
/// Every solve of every ticket that is not excluded. A ticket never solved adds nothing.
///
/// # When it misleads
/// As a measure of output: reopening and solving again raises it.
///
/// # References
/// See [`DEFINITION`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SolveEvents {
    solves: u64,
    tickets: u64,
    excluded: Excluded,
}

impl SolveEvents {
    /// Counts the solves of one ticket.
    pub fn push(&mut self, ticket: &TicketMetrics) {
        if let Some(reason) = ticket.exclusion {
            return self.excluded.add(reason);
        }
        self.push_solves(ticket.solves().count() as u64);
    }

    /// Counts a ticket with its number of solves, such as those in one period.
    pub fn push_solves(&mut self, solves: u64) {
        self.solves.merge(solves);
        self.tickets.merge(u64::from(solves > 0));
    }

    /// Counts a record that is no ticket.
    pub fn exclude_one(&mut self, reason: Reason) {
        self.excluded.add(reason);
    }

    /// Solves.
    pub fn count(&self) -> u64 {
        self.solves
    }

    /// Tickets solved at least once.
    pub fn tickets(&self) -> u64 {
        self.tickets
    }
}

impl Merge for SolveEvents {
    fn merge(&mut self, other: Self) {
        self.solves.merge(other.solves);
        self.tickets.merge(other.tickets);
        self.excluded.merge(other.excluded);
    }
}

feeds_on!(SolveEvents, tickets);

impl<M: AsRef<TicketMetrics>> FromIterator<M> for SolveEvents {
    fn from_iter<I: IntoIterator<Item = M>>(tickets: I) -> Self {
        let mut solves = Self::default();
        solves.extend(tickets);
        solves
    }
}

impl Estimates for SolveEvents {
    fn estimates(&self, _level: f64) -> Vec<Estimate> {
        vec![Estimate::count("count", self.solves), Estimate::count("tickets", self.tickets)]
    }

    fn excluded(&self) -> &Excluded {
        &self.excluded
    }

    fn compared(&self) -> Compared<'_> {
        Compared::Count(self.solves)
    }
}

impl Kpi for SolveEvents {
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

    fn push_ticket(&mut self, ticket: &Replayed) {
        self.push(&ticket.metrics);
    }

    fn count_ticket(&self, ticket: &Replayed, tallies: &mut Tallies<'_, Self>) {
        tallies.undated(|tally| tally.push(&ticket.metrics));
        if ticket.metrics.exclusion.is_none() {
            tallies.each_period(ticket.metrics.solves(), |solves, tally| tally.push_solves(solves));
        }
    }

    fn record_needs(&self) -> RecordNeeds {
        RecordNeeds::NONE
    }
}

impl Registered for SolveEvents {
    const EVIDENCE: super::Evidence = super::Evidence::Solves;

    fn requested(_request: &KpiRequest, _as_of: Option<Timestamp>) -> Result<Self, RequestError> {
        Ok(Self::default())
    }
}

/// The number of solves of `tickets`; see [`SolveEvents`].
pub fn solve_events<M: AsRef<TicketMetrics>>(tickets: impl IntoIterator<Item = M>) -> SolveEvents {
    tickets.into_iter().collect()
}
