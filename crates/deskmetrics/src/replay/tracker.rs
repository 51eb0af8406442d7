//! A ticket followed live, one event at a time.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::actor::Actor;
use super::machine::{Machine, Plan};
use super::metrics::{Replayed, TicketMetrics};
use super::names::Names;
use super::step::{NONE, Start, Step, StepKind, UNWATCHED};
use super::verdict::to_verdict;
use crate::sla::SlaVerdict;
use crate::ticket::{Author, EventKind, Ticket, TicketEvent};
use crate::{Excluded, Reason, Timestamp};

/// A ticket followed live. It accepts one event at a time and gives the same results as
/// [`Replay::ticket`](super::Replay::ticket) on the same events.
///
/// It is small and serializable. [`Replay::track`](super::Replay::track) makes one. Every call takes the same
/// [`Replay`](super::Replay), which holds the shared data of all tickets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketTracker {
    pub(crate) ticket: Ticket,
    names: Names,
    pub(crate) machine: Machine,
    last: Option<EventPosition>,
    /// Ids of the events at the last timestamp.
    last_ids: Vec<Box<str>>,
    fingerprint: u64,
    pub(crate) excluded: Excluded,
}

/// The position of an event in the order of its ticket's events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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
    /// The event is earlier than one already accepted. Replay the full log instead.
    #[error("event at {at} comes after one at {last}; a tracker takes events in order")]
    OutOfOrder {
        /// The event's timestamp.
        at: Timestamp,
        /// The timestamp of the last accepted event.
        last: Timestamp,
    },
    /// The event does not count, for this reason. It is included in the tracker's exclusions.
    #[error("event at {at} does not count: {reason}")]
    Exclusion {
        /// The event's timestamp.
        at: Timestamp,
        /// Why it does not count.
        reason: Reason,
    },
    /// The tracker was made with other policies or schedule rules.
    #[error(
        "tracker of ticket \"{0}\" was made with other policies or schedule rules; replay its log instead"
    )]
    OtherReplay(String),
}

impl TicketTracker {
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
        Self {
            ticket,
            names,
            machine,
            last: None,
            last_ids: Vec::new(),
            fingerprint: plan.fingerprint,
            excluded: Excluded::default(),
        }
    }

    /// The ticket with its attributes and tags as of the last event.
    pub fn ticket(&self) -> &Ticket {
        &self.ticket
    }

    /// The timestamp of the last accepted event, or of the creation.
    pub fn last_at(&self) -> Timestamp {
        self.last.map_or(self.ticket.created_at, |last| last.at)
    }

    /// Events excluded so far, by reason.
    pub fn excluded(&self) -> &Excluded {
        &self.excluded
    }

    pub(crate) fn observe(&mut self, event: &TicketEvent, plan: &Plan) -> Result<(), TrackError> {
        if self.fingerprint != plan.fingerprint || !self.machine.fits(plan) {
            return Err(TrackError::OtherReplay(self.ticket.id.to_string()));
        }
        if event.ticket != self.ticket.id {
            return Err(TrackError::OtherTicket {
                found: event.ticket.to_string(),
                tracked: self.ticket.id.to_string(),
            });
        }
        let place = EventPosition::of(event);
        if event.at < self.ticket.created_at {
            return self.exclude_one(event, Reason::BeforeCreation);
        }
        if let Some(id) = &event.id
            && self.last_ids.contains(id)
        {
            return self.exclude_one(event, Reason::Duplicate);
        }
        if let Some(last) = self.last.filter(|last| place < *last) {
            return Err(TrackError::OutOfOrder { at: event.at, last: last.at });
        }
        if self.last.is_none_or(|last| last.at < event.at) {
            self.last_ids.clear();
        }
        self.last = Some(place);
        self.last_ids.extend(event.id.clone());
        self.accept(event, plan)
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
        Some(match kind {
            EventKind::PublicMessage => StepKind::PublicMessage,
            EventKind::InternalNote => StepKind::InternalNote,
            EventKind::Status(status) => StepKind::Status(*status),
            EventKind::Changed { attribute, to } => {
                if self.ticket.attributes.get(attribute) == to.as_deref() {
                    return None;
                }
                self.ticket.attributes.set(attribute.clone(), to.clone());
                StepKind::Changed {
                    attribute: plan.vocabulary.attribute(attribute),
                    to: self.names.optional(to.as_deref(), &plan.vocabulary),
                }
            }
            EventKind::Tagged(tag) => {
                let before = self.ticket.tags.len();
                self.ticket.add_tag(tag.clone());
                if self.ticket.tags.len() == before {
                    return None;
                }
                StepKind::Tagged(self.names.number(tag, &plan.vocabulary))
            }
            EventKind::Untagged(tag) => {
                let before = self.ticket.tags.len();
                self.ticket.remove_tag(tag);
                if self.ticket.tags.len() == before {
                    return None;
                }
                StepKind::Untagged(self.names.number(tag, &plan.vocabulary))
            }
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
