//! A ticket and its events so far, small enough to keep for every open ticket.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::actor::Actor;
use super::machine::{Machine, Plan};
use super::metrics::TicketMetrics;
use super::names::{Names, Vocabulary};
use super::options::Merged;
use super::step::{NONE, Start, Step, StepKind};
use super::verdict::to_verdict;
use crate::sla::SlaVerdict;
use crate::ticket::{Attribute, Author, EventKind, Ticket, TicketEvent};
use crate::{Excluded, Reason, Timestamp};

/// A ticket as it was created and its events in order, with numbers in place of names.
///
/// A replay of a usual ticket takes less than a microsecond, and its events take less memory than the state of a replay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct History {
    pub(crate) ticket: Ticket,
    names: Names,
    /// The places of the names of the ticket's attribute values, then of its tags.
    initial: Box<[u32]>,
    entries: Vec<Entry>,
}

/// The events of a ticket that are replayed, and those that are not.
#[derive(Debug)]
pub(crate) struct TicketLog<'e> {
    pub(crate) history: History,
    /// Ids of all events.
    pub(crate) ids: BTreeSet<&'e str>,
    pub(crate) excluded: Excluded,
}

/// An event. Names are given by their [place](Names::place).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    /// Microseconds since 1970-01-01T00:00:00Z.
    at: i64,
    sequence: u64,
    kind: EntryKind,
    by: u32,
    /// An agent who is the ticket's requester acts as the customer.
    author: Author,
    /// The [rank](EventKind::rank) of its kind.
    rank: u8,
    /// For which reason the events from now on do not count.
    leaves: Option<Reason>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum EntryKind {
    /// An attribute changed: the index of a [named](Attribute::NAMED) one, or their number plus the place of its name.
    Changed {
        attribute: u32,
        to: u32,
    },
    Step(StepKind),
}

impl EntryKind {
    fn changes_record(self) -> bool {
        matches!(self, Self::Changed { .. } | Self::Step(StepKind::Tagged(_) | StepKind::Untagged(_)))
    }
}

/// The number of attributes with their own variants.
const NAMED: u32 = 10;
const _: () = assert!(Attribute::NAMED.len() == NAMED as usize);

impl History {
    pub(crate) fn new(ticket: Ticket, plan: &Plan) -> Self {
        let mut names = Names::default();
        let values = ticket.attributes.iter().map(|(_, value)| value);
        let values = values.chain(ticket.tags.iter().map(|tag| &**tag));
        let initial = values.map(|value| names.place(value, &plan.vocabulary)).collect();
        Self { ticket, names, initial, entries: Vec::new() }
    }

    /// Appends an event.
    pub(crate) fn push(&mut self, event: &TicketEvent, plan: &Plan) {
        let entry = self.entry(event, plan);
        self.entries.push(entry);
    }

    /// Inserts an event in its place among those of its timestamp. Equal events keep their order.
    pub(crate) fn insert(&mut self, event: &TicketEvent, plan: &Plan) {
        let entry = self.entry(event, plan);
        let key = |entry: &Entry| (entry.at, entry.sequence, entry.rank);
        let place = self.entries.partition_point(|other| key(other) <= key(&entry));
        // A service follows many tickets with few events each.
        if self.entries.len() < 8 {
            self.entries.reserve_exact(1);
        }
        self.entries.insert(place, entry);
    }

    fn entry(&mut self, event: &TicketEvent, plan: &Plan) -> Entry {
        let own = !plan.options.requester_answers && self.is_requester(event);
        let Self { names, .. } = self;
        let mut name = |name: &str| names.place(name, &plan.vocabulary);
        let kind = match &event.kind {
            EventKind::Changed { attribute, to } => {
                let named = Attribute::NAMED.iter().zip(0..).find(|(named, _)| *named == attribute);
                let attribute = match named {
                    Some((_, number)) => number,
                    None => NAMED.saturating_add(name(attribute.as_str())),
                };
                EntryKind::Changed { attribute, to: to.as_deref().map_or(NONE, &mut name) }
            }
            EventKind::PublicMessage => EntryKind::Step(StepKind::PublicMessage),
            EventKind::InternalNote => EntryKind::Step(StepKind::InternalNote),
            EventKind::Status(status) => EntryKind::Step(StepKind::Status(*status)),
            EventKind::Tagged(tag) => EntryKind::Step(StepKind::Tagged(name(tag))),
            EventKind::Untagged(tag) => EntryKind::Step(StepKind::Untagged(name(tag))),
            EventKind::Escalated => EntryKind::Step(StepKind::Escalated),
            EventKind::MergedInto(_) => EntryKind::Step(StepKind::MergedInto),
            EventKind::SplitFrom(_) => EntryKind::Step(StepKind::SplitFrom),
            EventKind::Deleted => EntryKind::Step(StepKind::Deleted),
            EventKind::Spam => EntryKind::Step(StepKind::Spam),
            EventKind::EndUnknown => EntryKind::Step(StepKind::EndUnknown),
            EventKind::Restored => EntryKind::Step(StepKind::Restored),
            EventKind::SurveySent => EntryKind::Step(StepKind::SurveySent),
            EventKind::SurveyAnswered => EntryKind::Step(StepKind::SurveyAnswered),
        };
        let leaves = match event.kind {
            EventKind::MergedInto(_) if plan.options.merged == Merged::Keep => None,
            EventKind::MergedInto(_) => Some(Reason::Merged),
            EventKind::Deleted => Some(Reason::Deleted),
            EventKind::Spam => Some(Reason::Spam),
            EventKind::EndUnknown => Some(Reason::EndUnknown),
            _ => None,
        };
        Entry {
            at: event.at.as_micros(),
            sequence: event.sequence,
            kind,
            by: event.author_name.as_deref().map_or(NONE, name),
            author: if own { Author::Customer } else { event.author },
            rank: event.kind.rank(),
            leaves,
        }
    }

    /// Whether an agent acts on their own ticket.
    fn is_requester(&self, event: &TicketEvent) -> bool {
        event.author == Author::Agent
            && match (&self.ticket.requester, &event.author_name) {
                (Some(requester), Some(name)) => requester.as_str() == &**name,
                _ => false,
            }
    }

    /// The timestamp of the last event, or of the creation.
    pub(crate) fn last_at(&self) -> Timestamp {
        self.entries
            .last()
            .map_or(self.ticket.created_at, |entry| Timestamp::saturating_from_micros(entry.at))
    }

    /// The number of events.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The events from a place on, with the reason for which they do not count; `left` is the reason for which the ticket has left
    /// before them.
    fn counted(
        &self,
        from: usize,
        mut left: Option<Reason>,
    ) -> impl Iterator<Item = (&Entry, Option<Reason>)> {
        self.entries.get(from..).unwrap_or_default().iter().map(move |entry| {
            let restored = entry.kind == EntryKind::Step(StepKind::Restored);
            let excluded = left.filter(|_| !restored);
            left = if restored { None } else { left.or(entry.leaves) };
            (entry, excluded)
        })
    }

    /// The reasons for which events do not count.
    pub(crate) fn excluded(&self) -> impl Iterator<Item = Reason> {
        self.counted(0, None).filter_map(|(_, reason)| reason)
    }

    /// The ticket with its attributes and tags as of the last event, if they have changed.
    pub(crate) fn changed_ticket(&self) -> Option<Ticket> {
        let counted = self.counted(0, None).filter(|(_, excluded)| excluded.is_none());
        let mut changes =
            counted.map(|(entry, _)| entry.kind).filter(|kind| kind.changes_record()).peekable();
        changes.peek()?;
        let mut ticket = self.ticket.clone();
        for kind in changes {
            match kind {
                EntryKind::Changed { attribute, to } => {
                    let to = (to != NONE).then(|| self.names.text(to).into());
                    ticket.attributes.set(self.attribute(attribute), to);
                }
                EntryKind::Step(StepKind::Tagged(tag)) => ticket.add_tag(self.names.text(tag).into()),
                EntryKind::Step(StepKind::Untagged(tag)) => ticket.remove_tag(self.names.text(tag)),
                EntryKind::Step(_) => {}
            }
        }
        Some(ticket)
    }

    fn attribute(&self, number: u32) -> Attribute {
        let named = usize::try_from(number).ok().and_then(|number| Attribute::NAMED.get(number));
        named.cloned().unwrap_or_else(|| Attribute::from(self.names.text(number.saturating_sub(NAMED))))
    }

    /// The number that rules have for an attribute.
    fn attribute_number(&self, attribute: u32, vocabulary: &Vocabulary) -> u16 {
        match u16::try_from(attribute) {
            Ok(number) if attribute < NAMED => number,
            _ => vocabulary.attribute(&self.attribute(attribute)),
        }
    }
}

/// The state of a ticket after some of its events. Its memory is reused.
#[derive(Debug, Clone)]
pub(crate) struct HistoryState {
    pub(crate) machine: Machine,
    /// The values of changed attributes that no rule depends on.
    others: BTreeMap<u32, u32>,
    attributes: Vec<(u16, u32)>,
    tags: Vec<u32>,
}

impl HistoryState {
    pub(crate) fn new() -> Self {
        Self { machine: Machine::new(), others: BTreeMap::new(), attributes: Vec::new(), tags: Vec::new() }
    }

    /// Begins at the creation.
    pub(crate) fn begin(&mut self, history: &History, plan: &Plan) {
        let History { ticket, names, initial, .. } = history;
        let mut numbers = initial.iter().map(|place| names.number(*place));
        let numbered = |attribute| plan.vocabulary.attribute(attribute);
        self.others.clear();
        self.attributes.clear();
        let attributes = ticket.attributes.iter().map(|(attribute, _)| numbered(attribute));
        self.attributes.extend(attributes.zip(&mut numbers));
        self.tags.clear();
        self.tags.extend(numbers);
        let start = Start {
            created_at: ticket.created_at.as_micros(),
            created_by: ticket.created_by,
            attributes: &self.attributes,
            tags: &self.tags,
        };
        self.machine.begin(start, plan);
    }

    /// Applies the events from a place on.
    pub(crate) fn apply(&mut self, history: &History, from: usize, plan: &Plan) {
        let left = self.machine.state.left.map(|(reason, _)| reason);
        for (entry, _) in history.counted(from, left).filter(|(_, excluded)| excluded.is_none()) {
            if let Some(kind) = self.kind(entry.kind, history, plan) {
                let by = history.names.number(entry.by);
                self.machine.handle(Step { at: entry.at, kind, by, author: entry.author }, plan);
            }
        }
    }

    /// The kind of the step of an event; `None` if it sets an attribute to the value that it has.
    fn kind(&mut self, kind: EntryKind, history: &History, plan: &Plan) -> Option<StepKind> {
        let number = |place| history.names.number(place);
        Some(match kind {
            EntryKind::Changed { attribute, to } => {
                let known = history.attribute_number(attribute, &plan.vocabulary);
                if usize::from(known) >= plan.vocabulary.attributes() {
                    let before = self.others.insert(attribute, to).unwrap_or_else(|| {
                        let value = history.ticket.attributes.get(&history.attribute(attribute));
                        value.and_then(|value| history.names.find(value)).unwrap_or(NONE)
                    });
                    if before == to {
                        return None;
                    }
                }
                StepKind::Changed { attribute: known, to: number(to) }
            }
            EntryKind::Step(StepKind::Tagged(tag)) => StepKind::Tagged(number(tag)),
            EntryKind::Step(StepKind::Untagged(tag)) => StepKind::Untagged(number(tag)),
            EntryKind::Step(kind) => kind,
        })
    }

    /// The name of a credited actor.
    pub(crate) fn credited<'h>(&self, actor: Actor, history: &'h History) -> Option<&'h str> {
        let number = self.machine.credited(actor);
        (number != NONE).then(|| history.names.text_of(number))
    }

    /// Whether the ticket is neither solved, closed, merged, deleted nor spam.
    pub(crate) fn is_open(&self) -> bool {
        let state = &self.machine.state;
        state.left.is_none() && !state.status.is_done()
    }

    /// The measures as of `as_of`, which is not before the last event.
    pub(crate) fn metrics(&self, history: &History, as_of: Timestamp, plan: &Plan) -> TicketMetrics {
        let end = self.machine.stamp(as_of.as_micros(), plan);
        let mut metrics = TicketMetrics::new(history.ticket.created_at, as_of);
        self.machine.state.measure(end, plan.followed.needs, &mut metrics);
        let name = |number| history.names.text_of(number);
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
}
