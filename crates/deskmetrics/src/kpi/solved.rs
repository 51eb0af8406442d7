//! Tickets solved.

use serde::{Deserialize, Serialize};

use super::definition::{Anchor, Definition, Polarity, Text, Topic, Variant};
use super::registry::Registered;
use super::tally::feeds_on;
use super::{Kpi, KpiRequest, RecordNeeds, RequestError};
use crate::replay::Needs;
use crate::{Compared, Estimate, Estimates, Excluded, Merge, Reason, TicketMetrics, Unit};
use crate::{Replayed, Timestamp};

/// The definition of solved tickets.
pub const DEFINITION: Definition = Definition {
    id: "solved",
    topic: Topic::Volume,
    name: Text { en: "Tickets solved", es: "Tickets resueltos", da: "Løste sager" },
    description: Text {
        en: "How many tickets are solved or closed, each counted once, on its last solve.",
        es: "Cuántos tickets están resueltos o cerrados, cada uno contado una vez, en su última resolución.",
        da: "Hvor mange sager der er løst eller lukket, hver talt én gang, ved den seneste løsning.",
    },
    aliases: &["tickets_solved", "solved_tickets", "resolved_tickets", "closed_tickets"],
    formula: "count of tickets now solved or closed, by their last solve",
    unit: Unit::Count,
    min: Some(0.0),
    max: None,
    good: Polarity::Up,
    population: "tickets solved or closed at the cut-off",
    anchor: Anchor::LastSolved,
    clocks: &[],
    measures: &["count"],
    options: &[],
    variants: &[
        Variant {
            name: "every solve",
            differs: "a ticket solved twice counts twice: solve_events",
            used_by: &["Intercom", "Chatwoot"],
        },
        Variant {
            name: "ever solved",
            differs: "tickets open again count as well: n of first_resolution_time",
            used_by: &["Freshdesk"],
        },
    ],
    references: &["Zendesk help: Metrics and attributes for Zendesk Support"],
};

/// Tickets solved.
///
/// # What it measures
/// How many tickets were solved and stayed solved until the cut-off.
///
/// # Formula
/// A count, put into the period of the ticket's last solve.
///
/// # Worked example
/// ```
/// use deskmetrics::{Estimates, Reason, Status, TicketMetrics, Timestamp, kpi};
///
/// let at = |text: &str| text.parse::<Timestamp>().unwrap();
/// let open = TicketMetrics::new(at("2026-03-02T09:00:00Z"), at("2026-03-09T00:00:00Z"));
/// let mut done = open.clone();
/// done.status = Status::Closed;
///
/// let solved = kpi::solved([&open, &done, &done]);
/// assert_eq!(solved.count(), 2);
/// assert_eq!(solved.excluded().count(Reason::NotSolved), 1);
/// ```
///
/// # Who is counted
/// Tickets solved or closed at the cut-off, by whomever. A ticket reopened and still open does not count.
///
/// # When it misleads
/// A past period's count can fall later, when its tickets are reopened. [`SolveEvents`](super::SolveEvents) never does.
///
/// # References
/// See [`DEFINITION`].
#[doc(alias = "tickets solved")]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Solved {
    solved: u64,
    excluded: Excluded,
}

impl Solved {
    /// Counts one ticket.
    pub fn push(&mut self, ticket: &TicketMetrics) {
        match ticket.exclusion {
            Some(reason) => self.excluded.add(reason),
            None if ticket.status.is_done() => self.solved.merge(1),
            None => self.excluded.add(Reason::NotSolved),
        }
    }

    /// Counts a record that is no ticket.
    pub fn exclude_one(&mut self, reason: Reason) {
        self.excluded.add(reason);
    }

    /// Tickets solved.
    pub fn count(&self) -> u64 {
        self.solved
    }
}

impl Merge for Solved {
    fn merge(&mut self, other: Self) {
        self.solved.merge(other.solved);
        self.excluded.merge(other.excluded);
    }
}

feeds_on!(Solved, tickets);

impl<M: AsRef<TicketMetrics>> FromIterator<M> for Solved {
    fn from_iter<I: IntoIterator<Item = M>>(tickets: I) -> Self {
        let mut solved = Self::default();
        solved.extend(tickets);
        solved
    }
}

impl Estimates for Solved {
    fn estimates(&self, _level: f64) -> Vec<Estimate> {
        vec![Estimate::count("count", self.solved)]
    }

    fn excluded(&self) -> &Excluded {
        &self.excluded
    }

    fn compared(&self) -> Compared<'_> {
        Compared::Count(self.solved)
    }
}

impl Kpi for Solved {
    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn exclude(&mut self, reason: Reason, records: u64) {
        self.excluded.add_many(reason, records);
    }

    fn needs(&self) -> Needs {
        Needs::SOLVES | Needs::REOPENS
    }

    fn push_ticket(&mut self, ticket: &Replayed) {
        self.push(&ticket.metrics);
    }

    fn record_needs(&self) -> RecordNeeds {
        RecordNeeds::NONE
    }
}

impl Registered for Solved {
    const USUAL: bool = true;
    const EVIDENCE: super::Evidence = super::Evidence::Solves;

    fn requested(_request: &KpiRequest, _as_of: Option<Timestamp>) -> Result<Self, RequestError> {
        Ok(Self::default())
    }
}

/// The number of `tickets` that are solved; see [`Solved`].
#[doc(alias = "tickets solved")]
pub fn solved<M: AsRef<TicketMetrics>>(tickets: impl IntoIterator<Item = M>) -> Solved {
    tickets.into_iter().collect()
}
