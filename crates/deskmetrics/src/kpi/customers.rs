//! Customers who created tickets.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::definition::{Anchor, Choice, Definition, Polarity, Text, Topic, Variant};
use super::registry::Registered;
use super::{CustomersOf, Kpi, KpiRequest, OverTime, RecordNeeds, RequestError, Tallies};
use crate::replay::Needs;
use crate::ticket::CustomerId;
use crate::{Estimate, Estimates, Excluded, Merge, Reason, Replayed, Ticket, TicketMetrics, Timestamp, Unit};

/// The definition of the number of customers.
pub const DEFINITION: Definition = Definition {
    id: "customers",
    topic: Topic::Volume,
    name: Text { en: "Customers with tickets", es: "Clientes con tickets", da: "Kunder med sager" },
    description: Text {
        en: "How many different customers created tickets.",
        es: "Cuántos clientes distintos crearon tickets.",
        da: "Hvor mange forskellige kunder der oprettede sager.",
    },
    aliases: &["unique_customers", "distinct_requesters", "contacts"],
    formula: "count of different customers with at least one ticket; tickets / customers",
    unit: Unit::Count,
    min: Some(0.0),
    max: None,
    good: Polarity::Neither,
    population: "tickets with a known customer",
    anchor: Anchor::Created,
    clocks: &[],
    measures: &["count", "tickets_per_customer"],
    options: &[Choice {
        name: "with",
        decides: "with which tickets: created ones, those now solved, or those open at a given time",
        default: Some("created"),
        values: &["created", "solved", "open"],
    }],
    variants: &[Variant {
        name: "tickets",
        differs: "counts tickets: volume",
        used_by: &["most help desks"],
    }],
    references: &["Chatwoot issue 14871: count unique tickets and contacts beside events"],
};

/// Customers who created tickets.
///
/// # What it measures
/// How many people the volume comes from: a hundred tickets of a hundred customers differ from a hundred of one.
///
/// # Formula
/// The number of different customers; tickets over customers.
///
/// [`with_solved`](Customers::with_solved) and [`with_open`](Customers::with_open) count the customers behind the solved
/// tickets and behind the backlog instead.
///
/// # Worked example
/// ```
/// use deskmetrics::{Estimates, Reason, Replayed, Ticket, TicketMetrics, Timestamp, kpi};
///
/// let at: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
/// let ticket = |id: &str| Replayed::new(Ticket::new(id, at), TicketMetrics::new(at, at));
/// let mut tickets = [ticket("1"), ticket("2"), ticket("3"), ticket("4")];
/// for (ticket, customer) in tickets.iter_mut().zip(["ana", "bo", "ana"]) {
///     ticket.ticket.requester = Some(customer.into());
/// }
/// let customers = kpi::customers(&tickets);
/// assert_eq!(customers.count(), 2);
/// assert_eq!(customers.tickets_per_customer(), Some(1.5));
/// assert_eq!(customers.excluded().count(Reason::NoCustomer), 1);
///
/// let mut waiting = kpi::Customers::with_open(at);
/// waiting.extend(&tickets);
/// assert_eq!(waiting.count(), 2); // all tickets are open
/// ```
///
/// # Who is counted
/// Tickets with a known customer that are not excluded.
///
/// # When it misleads
/// Counts of two periods do not add up, since a customer may come in both: merge the tallies instead. One person with two
/// addresses is two customers here.
///
/// # References
/// See [`DEFINITION`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customers {
    #[serde(default)]
    with: With,
    seen: BTreeSet<CustomerId>,
    tickets: u64,
    excluded: Excluded,
}

/// Which tickets' customers are counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum With {
    #[default]
    Created,
    Solved,
    OpenAt(Timestamp),
}

impl Customers {
    /// An empty tally that counts the customers of tickets now solved or closed.
    pub fn with_solved() -> Self {
        Self { with: With::Solved, ..Self::default() }
    }

    /// An empty tally that counts the customers of tickets open at `at`: the backlog in people.
    #[doc(alias = "backlog")]
    pub fn with_open(at: impl Into<Timestamp>) -> Self {
        Self { with: With::OpenAt(at.into()), ..Self::default() }
    }

    /// Counts one ticket.
    pub fn push(&mut self, ticket: &Ticket, metrics: &TicketMetrics) {
        let other = match self.with {
            With::Solved if !metrics.status.is_done() => Some(Reason::NotSolved),
            With::OpenAt(at) if metrics.as_of < at => Some(Reason::AfterCutOff),
            // Not part of that backlog, as in the backlog itself.
            With::OpenAt(at) if metrics.exclusion.is_none() && !metrics.is_open_at(at) => return,
            _ => None,
        };
        match (metrics.exclusion.or(other), &ticket.requester) {
            (Some(reason), _) => self.excluded.add(reason),
            (None, None) => self.excluded.add(Reason::NoCustomer),
            (None, Some(customer)) => {
                self.tickets.merge(1);
                if !self.seen.contains(customer) {
                    self.seen.insert(customer.clone());
                }
            }
        }
    }

    /// Whether it counts the customers of tickets now solved or closed.
    pub fn are_of_solved(&self) -> bool {
        self.with == With::Solved
    }

    /// Counts a record that is no ticket.
    pub fn exclude_one(&mut self, reason: Reason) {
        self.excluded.add(reason);
    }

    /// Different customers.
    pub fn count(&self) -> u64 {
        self.seen.len() as u64
    }

    /// Tickets per customer; `None` without customers.
    pub fn tickets_per_customer(&self) -> Option<f64> {
        (!self.seen.is_empty()).then(|| self.tickets as f64 / self.seen.len() as f64)
    }
}

impl Merge for Customers {
    fn merge(&mut self, other: Self) {
        if self.with == other.with || other.tickets == 0 {
            self.seen.extend(other.seen);
            self.tickets.merge(other.tickets);
        } else if self.tickets == 0 {
            self.with = other.with;
            self.seen = other.seen;
            self.tickets = other.tickets;
        } else {
            self.excluded.add_many(Reason::OtherOptions, other.tickets);
        }
        self.excluded.merge(other.excluded);
    }
}

impl<'a> Extend<&'a Replayed> for Customers {
    fn extend<I: IntoIterator<Item = &'a Replayed>>(&mut self, tickets: I) {
        tickets.into_iter().for_each(|replayed| self.push(&replayed.ticket, &replayed.metrics));
    }
}

impl Estimates for Customers {
    fn estimates(&self, _level: f64) -> Vec<Estimate> {
        let n = self.count();
        vec![
            Estimate::count("count", n),
            Estimate::new("tickets_per_customer", self.tickets_per_customer(), Unit::Count, n),
        ]
    }

    fn excluded(&self) -> &Excluded {
        &self.excluded
    }
}

impl Kpi for Customers {
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
        match self.with {
            With::OpenAt(_) => OverTime::EachPeriod,
            With::Created | With::Solved => OverTime::Sum,
        }
    }

    fn of_period(&self, _first: Timestamp, last: Timestamp) -> Self {
        match self.with {
            With::OpenAt(_) => Self::with_open(last),
            With::Created | With::Solved => self.clone(),
        }
    }

    fn push_ticket(&mut self, ticket: &Replayed) {
        self.push(&ticket.ticket, &ticket.metrics);
    }

    fn count_ticket(&self, ticket: &Replayed, tallies: &mut Tallies<'_, Self>) {
        let push = |tally: &mut Self| tally.push(&ticket.ticket, &ticket.metrics);
        match self.with {
            With::Created => tallies.at(DEFINITION.anchor.of(&ticket.metrics), push),
            With::Solved => tallies.at(Anchor::LastSolved.of(&ticket.metrics), push),
            With::OpenAt(_) => {
                tallies.undated(push);
                tallies.each_snapshot(&ticket.metrics, |_, tally| push(tally));
            }
        }
    }

    fn record_needs(&self) -> RecordNeeds {
        RecordNeeds { requester: true, ..RecordNeeds::NONE }
    }
}

impl Registered for Customers {
    fn requested(request: &KpiRequest, as_of: Option<Timestamp>) -> Result<Self, RequestError> {
        Ok(match request.with.unwrap_or_default() {
            CustomersOf::Created => Self::default(),
            CustomersOf::Solved => Self::with_solved(),
            CustomersOf::Open => {
                Self::with_open(as_of.ok_or(RequestError::NeedsCutOff { id: DEFINITION.id })?)
            }
        })
    }

    fn option(request: &KpiRequest) -> Option<String> {
        match request.with.unwrap_or_default() {
            CustomersOf::Created => None,
            CustomersOf::Solved => Some("of solved tickets".to_owned()),
            CustomersOf::Open => Some("of open tickets".to_owned()),
        }
    }
}

/// The number of customers who created `tickets`; see [`Customers`].
pub fn customers<'a>(tickets: impl IntoIterator<Item = &'a Replayed>) -> Customers {
    let mut tally = Customers::default();
    tally.extend(tickets);
    tally
}
