//! A queue of the next due timestamps of many tickets.

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use crate::Timestamp;
#[cfg(feature = "bytes")]
use crate::stored::{Kind, StoredError};
use crate::ticket::TicketId;

/// The next due timestamps of many tickets, earliest first.
///
/// A service sets the result of [`Replay::next_change`](super::Replay::next_change) after each event of a ticket, and after each
/// ticket that it [popped](Self::pop), and sleeps until [`next`](Self::next). It never polls tickets.
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
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<(Timestamp, TicketId)>", into = "Vec<(Timestamp, TicketId)>")]
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

    /// The next due timestamp of a ticket.
    pub fn get(&self, ticket: &TicketId) -> Option<Timestamp> {
        self.due.get(ticket).copied()
    }

    /// The earliest due timestamp and its ticket.
    pub fn next(&self) -> Option<(Timestamp, &TicketId)> {
        self.order.first().map(|(due, ticket)| (*due, ticket))
    }

    /// All due timestamps with their tickets, earliest first.
    ///
    /// ```
    /// use deskmetrics::Timestamp;
    /// use deskmetrics::replay::DueQueue;
    ///
    /// let at = |text: &str| text.parse::<Timestamp>().unwrap();
    /// let queue = DueQueue::from(vec![(at("2026-03-02T12:00:00Z"), "T-1".into()), (at("2026-03-02T11:00:00Z"), "T-2".into())]);
    /// let next: Vec<_> = queue.iter().map(|(_, ticket)| ticket.as_str()).collect();
    /// assert_eq!(next, ["T-2", "T-1"]);
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = (Timestamp, &TicketId)> {
        self.order.iter().map(|(due, ticket)| (*due, ticket))
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

    /// The queue as bytes, to be kept or sent, and read back by [`from_bytes`](Self::from_bytes): its tickets and a checksum, as
    /// MessagePack. Equal queues have equal bytes.
    #[cfg(feature = "bytes")]
    pub fn to_bytes(&self) -> Vec<u8> {
        Kind::Queue.write(self, &())
    }

    /// The queue that [`to_bytes`](Self::to_bytes) wrote.
    ///
    /// ```
    /// use deskmetrics::replay::DueQueue;
    ///
    /// let mut queue = DueQueue::default();
    /// queue.set("T-1".into(), "2026-03-02T12:00:00Z".parse().ok());
    /// assert_eq!(DueQueue::from_bytes(&queue.to_bytes()).unwrap(), queue);
    /// assert!(DueQueue::from_bytes(b"something else").is_err());
    /// ```
    ///
    /// # Errors
    /// If the bytes are something else, of another version or damaged.
    #[cfg(feature = "bytes")]
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StoredError> {
        Kind::Queue.read(bytes).map(|(queue, ())| queue)
    }
}

impl FromIterator<(Timestamp, TicketId)> for DueQueue {
    fn from_iter<I: IntoIterator<Item = (Timestamp, TicketId)>>(due: I) -> Self {
        let mut queue = Self::default();
        due.into_iter().for_each(|(due, ticket)| queue.set(ticket, Some(due)));
        queue
    }
}

impl From<Vec<(Timestamp, TicketId)>> for DueQueue {
    fn from(due: Vec<(Timestamp, TicketId)>) -> Self {
        due.into_iter().collect()
    }
}

/// Earliest first.
impl From<DueQueue> for Vec<(Timestamp, TicketId)> {
    fn from(queue: DueQueue) -> Self {
        queue.order.into_iter().collect()
    }
}
