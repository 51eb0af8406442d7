//! A ticket followed live, one event at a time.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::actor::Actor;
use super::machine::{Machine, Plan};
use super::metrics::{Replayed, TicketMetrics};
use super::names::Names;
use super::step::{NONE, Start, Step, StepKind, UNWATCHED};
use super::verdict::to_verdict;
use crate::sla::SlaVerdict;
#[cfg(feature = "bytes")]
use crate::stored::{Kind, StoredError};
use crate::ticket::{Author, EventKind, Ticket, TicketEvent};
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
    tracked: Tracked,
    last_at: Timestamp,
    /// The events at the last timestamp, in order. They are applied once a later one comes.
    latest: Vec<TicketEvent>,
    /// Ids of the events so far.
    ids: BTreeSet<Box<str>>,
    fingerprint: u64,
}

/// A ticket with the state of its replay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tracked {
    pub(crate) ticket: Ticket,
    names: Names,
    pub(crate) machine: Machine,
    pub(crate) excluded: Excluded,
}

/// The position of an event in the order of its ticket's events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct EventPosition {
    at: Timestamp,
    sequence: u64,
    rank: u8,
}

impl EventPosition {
    fn of(event: &TicketEvent) -> Self {
        Self { at: event.at, sequence: event.sequence, rank: event.kind.rank() }
    }
}

/// The order in which a ticket's events are replayed: by timestamp, sequence and rank of the kind. Equal events keep
/// their order.
pub fn event_order(one: &TicketEvent, other: &TicketEvent) -> Ordering {
    EventPosition::of(one).cmp(&EventPosition::of(other))
}

/// Whether an agent acts on their own ticket.
fn is_requester(event: &TicketEvent, ticket: &Ticket) -> bool {
    event.author == Author::Agent
        && match (&ticket.requester, &event.author_name) {
            (Some(requester), Some(name)) => requester.as_str() == &**name,
            _ => false,
        }
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
    pub(crate) fn new(ticket: Ticket, plan: &Plan, fingerprint: u64) -> Self {
        let last_at = ticket.created_at;
        let mut tracked = Tracked::new(ticket, plan);
        tracked.shrink();
        Self { tracked, last_at, latest: Vec::new(), ids: BTreeSet::new(), fingerprint }
    }

    /// The ticket with its attributes and tags as of the last event.
    pub fn ticket(&self) -> Cow<'_, Ticket> {
        let mut ticket = Cow::Borrowed(&self.tracked.ticket);
        for (event, _) in self.latest().filter(|(_, excluded)| excluded.is_none()) {
            if matches!(event.kind, EventKind::Changed { .. } | EventKind::Tagged(_) | EventKind::Untagged(_))
            {
                change(ticket.to_mut(), &event.kind);
            }
        }
        ticket
    }

    /// The events at the last timestamp in order, with the reason for which they do not count.
    fn latest(&self) -> impl Iterator<Item = (&TicketEvent, Option<Reason>)> {
        let mut left = self.tracked.machine.state.left.map(|(reason, _)| reason);
        self.latest.iter().map(move |event| {
            let excluded = left.filter(|_| event.kind != EventKind::Restored);
            left = match event.kind {
                EventKind::Restored => None,
                EventKind::MergedInto(_) => left.or(Some(Reason::Merged)),
                EventKind::Deleted => left.or(Some(Reason::Deleted)),
                EventKind::Spam => left.or(Some(Reason::Spam)),
                EventKind::EndUnknown => left.or(Some(Reason::EndUnknown)),
                _ => left,
            };
            (event, excluded)
        })
    }

    /// The timestamp of the last accepted event, or of the creation.
    pub fn last_at(&self) -> Timestamp {
        self.last_at
    }

    /// Events excluded so far, by reason.
    pub fn excluded(&self) -> Excluded {
        let mut excluded = self.tracked.excluded.clone();
        self.latest().filter_map(|(_, reason)| reason).for_each(|reason| excluded.add(reason));
        excluded
    }

    pub(crate) fn exclude(&mut self, reason: Reason) {
        self.tracked.excluded.add(reason);
    }

    /// Whether it was made by an equivalent replay.
    pub(crate) fn fits(&self, plan: &Plan, fingerprint: u64) -> bool {
        self.fingerprint == fingerprint && self.tracked.machine.fits(plan)
    }

    /// The error of a tracker that [does not fit](Self::fits).
    pub(crate) fn of_other_replay(&self) -> TrackError {
        TrackError::OtherReplay(self.tracked.ticket.id.to_string())
    }

    pub(crate) fn observe(&mut self, event: &TicketEvent, plan: &Plan) -> Result<(), TrackError> {
        let ticket = &self.tracked.ticket;
        if event.ticket != ticket.id {
            return Err(TrackError::OtherTicket {
                found: event.ticket.to_string(),
                tracked: ticket.id.to_string(),
            });
        }
        if event.id.as_ref().is_some_and(|id| self.ids.contains(id)) {
            return self.tracked.exclude_one(event, Reason::Duplicate);
        }
        let is_early = event.at < ticket.created_at;
        if event.at < self.last_at && !is_early {
            return Err(TrackError::OutOfOrder { at: event.at, last: self.last_at });
        }
        self.ids.extend(event.id.clone());
        if is_early {
            return self.tracked.exclude_one(event, Reason::BeforeCreation);
        }
        if event.at > self.last_at {
            self.settle(plan);
            self.last_at = event.at;
        }
        let place = self.latest.partition_point(|other| event_order(other, event).is_le());
        self.latest.reserve_exact(1);
        self.latest.insert(place, event.clone());
        Ok(())
    }

    /// Applies the events at the last timestamp.
    fn settle(&mut self, plan: &Plan) {
        for event in self.latest.drain(..) {
            // The exclusion is counted.
            let _counted = self.tracked.accept(&event, plan);
        }
        self.tracked.shrink();
    }

    /// The state after the last event.
    pub(crate) fn state(&self, plan: &Plan) -> Cow<'_, Tracked> {
        let mut state = Cow::Borrowed(&self.tracked);
        for event in &self.latest {
            let _counted = state.to_mut().accept(event, plan);
        }
        state
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

/// Changes the record of a ticket; whether that changes anything.
fn change(ticket: &mut Ticket, kind: &EventKind) -> bool {
    match kind {
        EventKind::Changed { attribute, to } => {
            let differs = ticket.attributes.get(attribute) != to.as_deref();
            if differs {
                ticket.attributes.set(attribute.clone(), to.clone());
            }
            differs
        }
        EventKind::Tagged(tag) => {
            let before = ticket.tags.len();
            ticket.add_tag(tag.clone());
            ticket.tags.len() != before
        }
        EventKind::Untagged(tag) => {
            let before = ticket.tags.len();
            ticket.remove_tag(tag);
            ticket.tags.len() != before
        }
        _ => true,
    }
}

impl Tracked {
    pub(crate) fn new(ticket: Ticket, plan: &Plan) -> Self {
        let mut names = Names::default();
        let attributes: Vec<(u16, u32)> = ticket
            .attributes
            .iter()
            .map(|(attribute, value)| {
                (plan.vocabulary.attribute(attribute), names.number(value, &plan.vocabulary))
            })
            .collect();
        let tags: Vec<u32> = ticket.tags.iter().map(|tag| names.number(tag, &plan.vocabulary)).collect();
        let mut machine = Machine::new();
        let start = Start {
            created_at: ticket.created_at.as_micros(),
            created_by: ticket.created_by,
            attributes: &attributes,
            tags: &tags,
        };
        machine.begin(start, plan);
        Self { ticket, names, machine, excluded: Excluded::default() }
    }

    /// Frees memory that lists hold in reserve: a service follows many tickets with few events each.
    fn shrink(&mut self) {
        self.names.shrink();
        self.machine.shrink();
    }

    /// Accepts an event that is known to be in order and no duplicate.
    pub(crate) fn accept(&mut self, event: &TicketEvent, plan: &Plan) -> Result<(), TrackError> {
        if let (Some((reason, _)), false) = (self.machine.state.left, event.kind == EventKind::Restored) {
            return self.exclude_one(event, reason);
        }
        if let Some(kind) = self.read(&event.kind, plan) {
            let by = self.names.optional(event.author_name.as_deref(), &plan.vocabulary);
            let own = !plan.options.requester_answers && is_requester(event, &self.ticket);
            let author = if own { Author::Customer } else { event.author };
            self.machine.handle(Step { at: event.at.as_micros(), kind, by, author }, plan);
        }
        Ok(())
    }

    pub(crate) fn exclude_one(&mut self, event: &TicketEvent, reason: Reason) -> Result<(), TrackError> {
        self.excluded.add(reason);
        Err(TrackError::Exclusion { at: event.at, reason })
    }

    /// The step of an event, and its change of the record; `None` if it changes nothing.
    fn read(&mut self, kind: &EventKind, plan: &Plan) -> Option<StepKind> {
        if !change(&mut self.ticket, kind) {
            return None;
        }
        Some(match kind {
            EventKind::PublicMessage => StepKind::PublicMessage,
            EventKind::InternalNote => StepKind::InternalNote,
            EventKind::Status(status) => StepKind::Status(*status),
            EventKind::Changed { attribute, to } => StepKind::Changed {
                attribute: plan.vocabulary.attribute(attribute),
                to: self.names.optional(to.as_deref(), &plan.vocabulary),
            },
            EventKind::Tagged(tag) => StepKind::Tagged(self.names.number(tag, &plan.vocabulary)),
            EventKind::Untagged(tag) => StepKind::Untagged(self.names.number(tag, &plan.vocabulary)),
            EventKind::Escalated => StepKind::Escalated,
            EventKind::MergedInto(_) => StepKind::MergedInto,
            EventKind::SplitFrom(_) => StepKind::SplitFrom,
            EventKind::Deleted => StepKind::Deleted,
            EventKind::Spam => StepKind::Spam,
            EventKind::EndUnknown => StepKind::EndUnknown,
            EventKind::Restored => StepKind::Restored,
            EventKind::SurveySent => StepKind::SurveySent,
            EventKind::SurveyAnswered => StepKind::SurveyAnswered,
        })
    }

    /// Whether the ticket is neither solved, closed, merged, deleted nor spam.
    pub(crate) fn is_open(&self) -> bool {
        let state = &self.machine.state;
        state.left.is_none() && !state.status.is_done()
    }

    /// The measures as of `as_of`, which is not before the last event.
    pub(crate) fn metrics(&self, as_of: Timestamp, plan: &Plan) -> TicketMetrics {
        let end = self.machine.stamp(as_of.as_micros(), plan);
        let mut metrics = TicketMetrics::new(self.ticket.created_at, as_of);
        self.machine.state.measure(end, plan.followed.needs, &mut metrics);
        let name = |number| self.names.text(number, &plan.vocabulary);
        self.machine.state.resolve_names(end, plan.followed.needs, name, &mut metrics);
        metrics
    }

    /// The verdicts as of `as_of`, which is not before the last event, and the number of targets not evaluated.
    pub(crate) fn verdicts(&self, as_of: Timestamp, plan: &Plan) -> (Vec<SlaVerdict>, u32) {
        let mut verdicts = Vec::new();
        let end = self.machine.stamp(as_of.as_micros(), plan);
        let unevaluated = self.machine.verdicts(end, plan, |verdict, segments| {
            verdicts.push(to_verdict(verdict, segments, plan));
        });
        (verdicts, unevaluated)
    }

    pub(crate) fn replayed(mut self, as_of: Timestamp, plan: &Plan) -> Replayed {
        for (actor, _) in
            Actor::ALL.into_iter().zip(plan.credited.0).filter(|(_, number)| *number != UNWATCHED)
        {
            let name = self.machine.credited(actor);
            let name = (name != NONE).then(|| self.names.text(name, &plan.vocabulary).into());
            self.ticket.attributes.set(actor.attribute(), name);
        }
        let metrics = self.metrics(as_of, plan);
        let (verdicts, unevaluated) = self.verdicts(as_of, plan);
        let mut replayed = Replayed::new(self.ticket, metrics).with_verdicts(verdicts);
        replayed.excluded = self.excluded;
        replayed.excluded.add_many(Reason::NoSchedule, u64::from(unevaluated));
        replayed
    }
}
