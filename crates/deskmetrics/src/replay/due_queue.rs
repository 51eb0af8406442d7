//! The next due instant over many tickets, for a scheduler.

use std::collections::{BTreeSet, HashMap};

use crate::Timestamp;
use crate::ticket::TicketId;

/// Due instants of many tickets, earliest first.
///
/// A service keeps one: after each event it puts in what [`Replay::next_due`](super::Replay::next_due) says of that
/// ticket, and sleeps until [`next`](Self::next). It never polls tickets.
///
/// ```
/// use deskmetrics::Timestamp;
/// use deskmetrics::replay::DueQueue;
///
/// let at = |text: &str| Some(text.parse::<Timestamp>().unwrap());
/// let mut queue = DueQueue::default();
/// queue.set("T-1".into(), at("2026-03-02T12:00:00Z"));
/// queue.set("T-2".into(), at("2026-03-02T11:00:00Z"));
/// queue.set("T-2".into(), at("2026-03-02T13:00:00Z")); // answered, asked again
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
    /// Sets a ticket's next due instant, in place of the one it had; `None` takes the ticket out.
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

    /// The earliest due instant and its ticket.
    pub fn next(&self) -> Option<(Timestamp, &TicketId)> {
        self.order.first().map(|(due, ticket)| (*due, ticket))
    }

    /// Takes out the earliest ticket that is due at `now` or before.
    pub fn pop(&mut self, now: impl Into<Timestamp>) -> Option<(Timestamp, TicketId)> {
        if self.order.first()?.0 > now.into() {
            return None;
        }
        let (due, ticket) = self.order.pop_first()?;
        self.due.remove(&ticket);
        Some((due, ticket))
    }

    /// How many tickets are waiting.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether none is waiting.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }
}
