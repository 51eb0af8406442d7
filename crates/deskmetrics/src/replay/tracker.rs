//! A ticket followed live, one event at a time.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::history::{History, HistoryState, TicketLog};
use super::machine::Plan;
#[cfg(feature = "bytes")]
use crate::stored::{Kind, StoredError};
use crate::ticket::{Ticket, TicketEvent, TicketId};
use crate::{Excluded, Reason, Timestamp};

/// A ticket followed live. It accepts one event at a time and gives the same results as
/// [`Replay::ticket`](super::Replay::ticket) on the same events.
///
/// [`Replay::track`](super::Replay::track) makes one, and [`Replay::retrack`](super::Replay::retrack) makes one from a log. Every
/// call takes a [`Replay`](super::Replay) with the same options, schedules and policies; another one is refused.
///
/// Events may be delivered more than once, and those of one timestamp in any order. An event before the last timestamp is
/// refused as [out of order](TrackError::OutOfOrder).
///
/// ```
/// use deskmetrics::replay::{Replay, TrackError};
/// use deskmetrics::ticket::{Author, EventKind, Status};
/// use deskmetrics::{Ticket, TicketEvent, Timestamp};
///
/// let at = |text: &str| text.parse::<Timestamp>().unwrap();
/// let replay = Replay::new(Timestamp::MAX);
/// let mut tracker = replay.track(Ticket::new("T-1", at("2026-03-02T09:00:00Z")));
/// let reply = TicketEvent::new("T-1", at("2026-03-02T09:20:00Z"), Author::Agent, EventKind::PublicMessage).with_id("e1");
/// let solve = TicketEvent::new("T-1", at("2026-03-02T11:00:00Z"), Author::Agent, EventKind::Status(Status::Solved));
///
/// replay.observe(&mut tracker, &reply)?;
/// replay.observe(&mut tracker, &solve)?;
/// // Delivered again.
/// assert!(matches!(replay.observe(&mut tracker, &reply), Err(TrackError::Exclusion { .. })));
///
/// let metrics = replay.metrics(&tracker, tracker.last_at())?;
/// assert_eq!(metrics.public_replies, 1);
/// # Ok::<(), TrackError>(())
/// ```
///
/// # Storing
/// [`to_bytes`](Self::to_bytes) and [`from_bytes`](Self::from_bytes) are versioned and detect damage. The forms of serde are for
/// formats that name fields, such as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketTracker {
    history: History,
    /// Ids of the events so far, sorted.
    ids: Vec<Box<str>>,
    /// Events that did not become part of the history.
    excluded: Excluded,
    last_at: Timestamp,
    fingerprint: u64,
    #[serde(skip)]
    checkpoint: Checkpoint,
}

/// The state of a ticket with many events before the last ones. A cache, not a part of the tracker's value.
#[derive(Debug, Clone, Default)]
struct Checkpoint(Option<Box<(usize, HistoryState)>>);

/// The most events that are replayed again, besides those of the last timestamp.
const CHECKPOINT_EVERY: usize = 64;

impl PartialEq for Checkpoint {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Checkpoint {}

/// The order in which a ticket's events are replayed: by timestamp, sequence and rank of the kind. Equal events keep
/// their order.
pub fn event_order(one: &TicketEvent, other: &TicketEvent) -> Ordering {
    let key = |event: &TicketEvent| (event.at, event.sequence, event.kind.rank());
    key(one).cmp(&key(other))
}

/// Why a tracker rejected an event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TrackError {
    /// The event belongs to another ticket.
    #[error("event of ticket \"{found}\" was given to the tracker of ticket \"{tracked}\"")]
    OtherTicket {
        /// The event's ticket.
        found: String,
        /// The tracker's ticket.
        tracked: String,
    },
    /// The event is earlier than one already accepted. [Retrack](super::Replay::retrack) the ticket's log instead.
    #[error(
        "event at {at} comes after one at {last}; a tracker takes events in order: retrack the ticket's log"
    )]
    OutOfOrder {
        /// The event's timestamp.
        at: Timestamp,
        /// The timestamp of the last accepted event.
        last: Timestamp,
    },
    /// The ticket is followed already.
    #[error("ticket \"{0}\" is followed already: close it first to begin again")]
    Followed(String),
    /// The ticket is not followed.
    #[error("ticket \"{0}\" is not followed: open it first")]
    NotFollowed(String),
    /// The event is later than any event can be now.
    #[error(
        "event at {at} is after {latest}, the latest that is possible now; check its timestamp and the clocks"
    )]
    InFuture {
        /// The event's timestamp.
        at: Timestamp,
        /// The latest possible timestamp.
        latest: Timestamp,
    },
    /// The event does not count, for this reason: it was observed before, or is before the creation of the ticket. It is included
    /// in the tracker's exclusions. Events after the ticket was merged, deleted or marked as spam are accepted and only excluded
    /// there, since it may be restored at the same timestamp.
    #[error("event at {at} does not count: {reason}")]
    Exclusion {
        /// The event's timestamp.
        at: Timestamp,
        /// Why it does not count.
        reason: Reason,
    },
    /// The tracker was made with other options, schedules, policies or measures, or by another version of the library.
    #[error(
        "the tracker of ticket \"{0}\" was made with other options, schedules, policies or measures: retrack the ticket's log"
    )]
    OtherReplay(String),
}

impl TicketTracker {
    pub(crate) fn new(log: TicketLog<'_>, fingerprint: u64) -> Self {
        let TicketLog { history, ids: known, excluded } = log;
        let mut ids = Vec::with_capacity(known.len().max(4));
        ids.extend(known.into_iter().map(Into::into));
        Self {
            last_at: history.last_at(),
            history,
            ids,
            excluded,
            fingerprint,
            checkpoint: Checkpoint::default(),
        }
    }

    /// The id of the ticket.
    pub fn id(&self) -> &TicketId {
        &self.history.id
    }

    /// The ticket with its attributes and tags as of the last event.
    pub fn ticket(&self) -> Ticket {
        self.history.ticket()
    }

    /// The timestamp of the last accepted event, or of the creation.
    pub fn last_at(&self) -> Timestamp {
        self.last_at
    }

    /// Events excluded so far, by reason.
    pub fn excluded(&self) -> Excluded {
        let mut excluded = self.excluded.clone();
        self.history.excluded().for_each(|reason| excluded.add(reason));
        excluded
    }

    pub(crate) fn history(&self) -> &History {
        &self.history
    }

    /// Whether it was made by an equivalent replay.
    pub(crate) fn fits(&self, fingerprint: u64) -> bool {
        self.fingerprint == fingerprint
    }

    /// The error of a tracker that [does not fit](Self::fits).
    pub(crate) fn of_other_replay(&self) -> TrackError {
        TrackError::OtherReplay(self.id().to_string())
    }

    pub(crate) fn observe(&mut self, event: &TicketEvent, plan: &Plan) -> Result<(), TrackError> {
        if event.ticket == self.history.id {
            return self.observe_own(event, plan);
        }
        Err(TrackError::OtherTicket { found: event.ticket.to_string(), tracked: self.id().to_string() })
    }

    /// Like [`observe`](Self::observe), for an event of this ticket.
    pub(crate) fn observe_own(&mut self, event: &TicketEvent, plan: &Plan) -> Result<(), TrackError> {
        let unknown_id = match &event.id {
            None => None,
            Some(id) => match self.ids.binary_search(id) {
                Ok(_) => return self.refuse(event, Reason::Duplicate),
                Err(place) => Some((place, id)),
            },
        };
        let is_early = event.at < self.history.created_at;
        if event.at < self.last_at && !is_early {
            return Err(TrackError::OutOfOrder { at: event.at, last: self.last_at });
        }
        if let Some((place, id)) = unknown_id {
            if self.ids.len() == self.ids.capacity() && self.ids.len() < 8 {
                self.ids.reserve_exact(2);
            }
            self.ids.insert(place, id.clone());
        }
        if is_early {
            return self.refuse(event, Reason::BeforeCreation);
        }
        if event.at > self.last_at {
            self.settle(plan);
            self.last_at = event.at;
        }
        self.history.insert(event, plan);
        Ok(())
    }

    fn refuse(&mut self, event: &TicketEvent, reason: Reason) -> Result<(), TrackError> {
        self.excluded.add(reason);
        Err(TrackError::Exclusion { at: event.at, reason })
    }

    /// Stores the state after all events so far if there are many since the last one stored. Later events come after them.
    fn settle(&mut self, plan: &Plan) {
        let settled = self.checkpoint.0.as_ref().map_or(0, |checkpoint| checkpoint.0);
        if self.history.len().saturating_sub(settled) >= CHECKPOINT_EVERY {
            let mut state = HistoryState::new();
            self.replay(&mut state, plan);
            self.checkpoint = Checkpoint(Some(Box::new((self.history.len(), state))));
        }
    }

    /// Computes the state after the last event.
    pub(crate) fn replay(&self, state: &mut HistoryState, plan: &Plan) {
        let from = if let Some(checkpoint) = &self.checkpoint.0 {
            state.clone_from(&checkpoint.1);
            checkpoint.0
        } else {
            state.begin(&self.history, plan);
            0
        };
        state.apply(&self.history, from, plan);
    }

    /// The tracker as bytes, to be kept or sent, and read back by [`from_bytes`](Self::from_bytes): its state and a checksum, as
    /// MessagePack.
    #[cfg(feature = "bytes")]
    pub fn to_bytes(&self) -> Vec<u8> {
        Kind::Tracker.write(self, &())
    }

    /// The tracker that [`to_bytes`](Self::to_bytes) wrote.
    ///
    /// ```
    /// use deskmetrics::replay::{Replay, TicketTracker};
    /// use deskmetrics::{Ticket, Timestamp};
    ///
    /// let created: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
    /// let tracker = Replay::new(Timestamp::MAX).track(Ticket::new("T-1", created));
    /// let mut bytes = tracker.to_bytes();
    /// assert_eq!(TicketTracker::from_bytes(&bytes).unwrap(), tracker);
    /// bytes[20] ^= 1;
    /// assert!(TicketTracker::from_bytes(&bytes).unwrap_err().to_string().starts_with("the stored ticket tracker is damaged"));
    /// ```
    ///
    /// # Errors
    /// If the bytes are something else, of another version or damaged.
    #[cfg(feature = "bytes")]
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StoredError> {
        Kind::Tracker.read(bytes).map(|(tracker, ())| tracker)
    }
}
