//! Tickets created.

use serde::{Deserialize, Serialize};

use super::definition::{Anchor, Definition, Polarity, Text, Topic, Variant};
use super::registry::Registered;
use super::tally::feeds_on;
use super::{Bulk, InBlocks, Kpi, KpiRequest, RecordNeeds, RequestError};
use crate::replay::Needs;
use crate::{Compared, Estimate, Estimates, Excluded, Merge, TicketMetrics, Unit};
use crate::{Reason, Replayed, Timestamp};

/// The definition of ticket volume.
pub const DEFINITION: Definition = Definition {
    id: "volume",
    topic: Topic::Volume,
    name: Text { en: "Ticket volume", es: "Volumen de tickets", da: "Antal nye sager" },
    description: Text {
        en: "How many tickets were created.",
        es: "Cuántos tickets se crearon.",
        da: "Hvor mange sager der blev oprettet.",
    },
    aliases: &["tickets_created", "created_tickets", "new_tickets", "inbound", "ticket_volume"],
    formula: "count of tickets by creation",
    unit: Unit::Count,
    min: Some(0.0),
    max: None,
    good: Polarity::Neither,
    population: "all tickets but merged-away, deleted and spam ones",
    anchor: Anchor::Created,
    clocks: &[],
    measures: &["count"],
    options: &[],
    variants: &[
        Variant {
            name: "with deleted",
            differs: "deleted tickets count",
            used_by: &["Zendesk SLA data set"],
        },
        Variant { name: "inbound only", differs: "proactive tickets do not count", used_by: &["Intercom"] },
        Variant {
            name: "assigned only",
            differs: "tickets without agent and group do not count",
            used_by: &["Freshdesk"],
        },
    ],
    references: &[
        "Zendesk help: Metrics and attributes for Zendesk Support",
        "Freshdesk help: Support metrics",
    ],
};

/// Tickets created.
///
/// # What it measures
/// How many tickets were created.
///
/// # Formula
/// A count, put into the period of the ticket's creation.
///
/// # Worked example
/// ```
/// use deskmetrics::{Estimates, Reason, TicketMetrics, Timestamp, kpi};
///
/// let at = |text: &str| text.parse::<Timestamp>().unwrap();
/// let ticket = TicketMetrics::new(at("2026-03-02T09:00:00Z"), at("2026-03-09T00:00:00Z"));
/// let mut spam = ticket.clone();
/// spam.exclusion = Some(Reason::Spam);
///
/// let volume = kpi::volume([&ticket, &ticket, &spam]);
/// assert_eq!(volume.count(), 2);
/// assert_eq!(volume.excluded().count(Reason::Spam), 1);
/// ```
///
/// # Who is counted
/// Every ticket with a creation time, bot-handled and proactive ones included. Merged-away, deleted and spam tickets
/// are excluded.
///
/// # When it misleads
/// One customer writing three times makes three tickets. Merging habits change it without any change in demand.
///
/// # References
/// See [`DEFINITION`].
#[doc(alias = "tickets created")]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Volume {
    created: u64,
    excluded: Excluded,
}

impl Volume {
    /// Counts one ticket.
    pub fn push(&mut self, ticket: &TicketMetrics) {
        match ticket.exclusion_from(Needs::NOTHING) {
            Some(reason) => self.excluded.add(reason),
            None => self.created.merge(1),
        }
    }

    /// Counts tickets that are known to count.
    pub fn push_many(&mut self, tickets: u64) {
        self.created.merge(tickets);
    }

    /// Counts a record that is no ticket.
    pub fn exclude_one(&mut self, reason: crate::Reason) {
        self.excluded.add(reason);
    }

    /// Tickets created.
    pub fn count(&self) -> u64 {
        self.created
    }
}

impl Merge for Volume {
    fn merge(&mut self, other: Self) {
        self.created.merge(other.created);
        self.excluded.merge(other.excluded);
    }
}

feeds_on!(Volume, tickets);

impl<M: AsRef<TicketMetrics>> FromIterator<M> for Volume {
    fn from_iter<I: IntoIterator<Item = M>>(tickets: I) -> Self {
        let mut volume = Self::default();
        volume.extend(tickets);
        volume
    }
}

impl Estimates for Volume {
    fn estimates(&self, _level: f64) -> Vec<Estimate> {
        vec![Estimate::count("count", self.created)]
    }

    fn excluded(&self) -> &Excluded {
        &self.excluded
    }

    fn compared(&self) -> Compared<'_> {
        Compared::Count(self.created)
    }
}

impl Kpi for Volume {
    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn exclude(&mut self, reason: Reason, records: u64) {
        self.excluded.add_many(reason, records);
    }

    fn needs(&self) -> Needs {
        Needs::NOTHING
    }

    fn push_ticket(&mut self, ticket: &Replayed) {
        self.push(&ticket.metrics);
    }

    fn record_needs(&self) -> RecordNeeds {
        RecordNeeds::NONE
    }

    fn in_blocks(&self) -> Option<InBlocks> {
        Some(InBlocks::Creation)
    }

    fn push_bulk(&mut self, bulk: Bulk) {
        if let Bulk::Created(tickets) = bulk {
            self.push_many(tickets);
        }
    }
}

impl Registered for Volume {
    const USUAL: bool = true;

    fn requested(_request: &KpiRequest, _as_of: Option<Timestamp>) -> Result<Self, RequestError> {
        Ok(Self::default())
    }
}

/// The number of `tickets` that count as created; see [`Volume`].
#[doc(alias = "tickets created")]
pub fn volume<M: AsRef<TicketMetrics>>(tickets: impl IntoIterator<Item = M>) -> Volume {
    tickets.into_iter().collect()
}
