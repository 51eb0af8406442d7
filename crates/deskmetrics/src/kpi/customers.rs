//! Customers who created tickets.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::definition::{Anchor, Definition, Good, Text, Topic, Variant};
use crate::ticket::CustomerId;
use crate::{Estimate, Estimates, Excluded, Merge, Reason, Replayed, Ticket, TicketMetrics, Unit};

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
    good: Good::Neither,
    population: "tickets with a known customer",
    anchor: Anchor::Created,
    clocks: &[],
    measures: &["count", "tickets_per_customer"],
    options: &[],
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
/// How many people stand behind the volume: a hundred tickets of a hundred customers are not a hundred of one.
///
/// # Formula
/// The number of different customers; tickets over customers.
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
/// ```
///
/// # Who is counted
/// Tickets with a known customer that are not left out.
///
/// # When it misleads
/// Counts of two periods do not add up, since a customer may come in both: merge the tallies instead. One person with two
/// addresses is two customers here.
///
/// # References
/// See [`DEFINITION`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customers {
    seen: BTreeSet<CustomerId>,
    tickets: u64,
    excluded: Excluded,
}

impl Customers {
    /// Counts one ticket.
    pub fn push(&mut self, ticket: &Ticket, metrics: &TicketMetrics) {
        match (metrics.left_out, &ticket.requester) {
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

    /// Counts a record that is no ticket.
    pub fn leave_out(&mut self, reason: Reason) {
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
        self.seen.extend(other.seen);
        self.tickets.merge(other.tickets);
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

/// How many customers created `tickets`; see [`Customers`].
pub fn customers<'a>(tickets: impl IntoIterator<Item = &'a Replayed>) -> Customers {
    let mut tally = Customers::default();
    tally.extend(tickets);
    tally
}
