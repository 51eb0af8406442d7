//! A queue of the next due timestamps of many tickets.

use std::collections::{BTreeSet, HashMap};

use crate::Timestamp;
use crate::ticket::TicketId;

/// The next due timestamps of many tickets, earliest first.
///
/// A service sets the result of [`Replay::next_due`](super::Replay::next_due) after each event of a ticket and sleeps
/// until [`next`](Self::next). It never polls tickets.
///
/// ```
/// use deskmetrics::Timestamp;
/// use deskmetrics::replay::DueQueue;
///
/// let at = |text: &str| Some(text.parse::<Timestamp>().unwrap());
/// let mut queue = DueQueue::default();
/// queue.set("T-1".into(), at("2026-03-02T12:00:00Z"));
/// queue.set("T-2".into(), at("2026-03-02T11:00:00Z"));
/// queue.set("T-2".into(), at("2026-03-02T13:00:00Z")); // answered, then a new message
/// let noon = at("2026-03-02T12:00:00Z").unwrap();
/// assert_eq!(queue.pop(noon), Some((noon, "T-1".into())));
/// assert_eq!(queue.pop(noon), None);
/// assert_eq!(queue.len(), 1);
/// ```
#[derive(Debug, Clone, Default)]
pub struct DueQueue {
    order: BTreeSet<(Timestamp, TicketId)>,
    due: HashMap<TicketId, Timestamp>,
}

impl DueQueue {
    /// Sets a ticket's next due timestamp in place of the previous one. `None` removes the ticket.
    pub fn set(&mut self, ticket: TicketId, due: Option<Timestamp>) {
        let before = match due {
            Some(due) => self.due.insert(ticket.clone(), due),
            None => self.due.remove(&ticket),
        };
        if let Some(before) = before {
            self.order.remove(&(before, ticket.clone()));
        }
        if let Some(due) = due {
            self.order.insert((due, ticket));
        }
    }

    /// The earliest due timestamp and its ticket.
    pub fn next(&self) -> Option<(Timestamp, &TicketId)> {
        self.order.first().map(|(due, ticket)| (*due, ticket))
    }

    /// Removes and returns the earliest ticket that is due at `now` or before.
    pub fn pop(&mut self, now: impl Into<Timestamp>) -> Option<(Timestamp, TicketId)> {
        if self.order.first()?.0 > now.into() {
            return None;
        }
        let (due, ticket) = self.order.pop_first()?;
        self.due.remove(&ticket);
        Some((due, ticket))
    }

    /// The number of waiting tickets.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether no ticket is waiting.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }
}
