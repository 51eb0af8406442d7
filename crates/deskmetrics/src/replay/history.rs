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
use crate::ticket::{Attribute, Author, CustomerId, EventKind, StatedSla, Ticket, TicketEvent, TicketId};
use crate::{Excluded, Reason, Timestamp};

/// A ticket as it was created and its events in order, with numbers in place of names.
///
/// A replay of a usual ticket takes less than a microsecond, and its events take less memory than the state of a replay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct History {
    pub(crate) id: TicketId,
    pub(crate) created_at: Timestamp,
    created_by: Option<Author>,
    requester: Option<CustomerId>,
    names: Names,
    /// Attributes at creation with the places of their values.
    attributes: Box<[(AttributeNumber, u32)]>,
    /// The places of the tags at creation.
    tags: Box<[u32]>,
    stated: Option<Box<StatedFields>>,
    entries: Vec<Entry>,
}

/// What few source systems state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct StatedFields {
    due_at: Option<Timestamp>,
    sla_met: Option<bool>,
    sla: Vec<StatedSla>,
}

/// The index of a [named](Attribute::NAMED) attribute, or their number plus the place of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct AttributeNumber(u32);

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
    Changed { attribute: AttributeNumber, to: u32 },
    Step(StepKind),
}

/// The number of attributes with their own variants.
const NAMED: u32 = 10;
const _: () = assert!(Attribute::NAMED.len() == NAMED as usize);

impl History {
    pub(crate) fn new(ticket: Ticket, plan: &Plan) -> Self {
        let Ticket {
            id,
            created_at,
            created_by,
            requester,
            attributes,
            tags,
            stated_due_at: due_at,
            stated_sla_met: sla_met,
            stated_sla: sla,
        } = ticket;
        let mut names = Names::default();
        let attributes = attributes.iter().map(|(attribute, value)| {
            let attribute = AttributeNumber::of(attribute, &mut names, plan);
            (attribute, names.place(value, &plan.vocabulary))
        });
        let attributes = attributes.collect();
        let tags = tags.iter().map(|tag| names.place(tag, &plan.vocabulary)).collect();
        let stated = (due_at.is_some() || sla_met.is_some() || !sla.is_empty())
            .then(|| Box::new(StatedFields { due_at, sla_met, sla }));
        Self { id, created_at, created_by, requester, names, attributes, tags, stated, entries: Vec::new() }
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
        if self.entries.len() == self.entries.capacity() && self.entries.len() < 8 {
            self.entries.reserve_exact(2);
        }
        self.entries.insert(place, entry);
    }

    fn entry(&mut self, event: &TicketEvent, plan: &Plan) -> Entry {
        let own = !plan.options.requester_answers && self.is_requester(event);
        let Self { names, .. } = self;
        let attribute = match &event.kind {
            EventKind::Changed { attribute, .. } => AttributeNumber::of(attribute, names, plan),
            _ => AttributeNumber(0),
        };
        let mut name = |name: &str| names.place(name, &plan.vocabulary);
        let kind = match &event.kind {
            EventKind::Changed { to, .. } => {
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
            && match (&self.requester, &event.author_name) {
                (Some(requester), Some(name)) => requester.as_str() == &**name,
                _ => false,
            }
    }

    /// The timestamp of the last event, or of the creation.
    pub(crate) fn last_at(&self) -> Timestamp {
        self.entries.last().map_or(self.created_at, |entry| Timestamp::saturating_from_micros(entry.at))
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

    /// The ticket with its attributes and tags as of the last event.
    pub(crate) fn ticket(&self) -> Ticket {
        let mut ticket = Ticket::new(self.id.clone(), self.created_at);
        ticket.created_by = self.created_by;
        ticket.requester.clone_from(&self.requester);
        if let Some(StatedFields { due_at, sla_met, sla }) = self.stated.as_deref() {
            (ticket.stated_due_at, ticket.stated_sla_met) = (*due_at, *sla_met);
            ticket.stated_sla.clone_from(sla);
        }
        let mut set = |attribute: AttributeNumber, to| {
            ticket.attributes.set(attribute.attribute(&self.names), self.value(to).map(Into::into));
        };
        self.attributes.iter().for_each(|(attribute, value)| set(*attribute, *value));
        self.changes().for_each(|(attribute, to)| set(attribute, to));
        let mut tags: BTreeSet<u32> = self.tags.iter().copied().collect();
        for entry in self.counting() {
            match entry.kind {
                EntryKind::Step(StepKind::Tagged(tag)) => tags.insert(tag),
                EntryKind::Step(StepKind::Untagged(tag)) => tags.remove(&tag),
                _ => continue,
            };
        }
        ticket.tags = tags.into_iter().map(|tag| self.names.text(tag).into()).collect();
        ticket.tags.sort_unstable();
        ticket
    }

    /// The value of an attribute as of the last event.
    pub(crate) fn attribute(&self, attribute: &Attribute) -> Option<&str> {
        let is_it = |number: AttributeNumber| number.is(attribute, &self.names);
        let changed = self.changes().filter(|(number, _)| is_it(*number)).last();
        let (_, value) =
            changed.or_else(|| self.attributes.iter().copied().find(|(number, _)| is_it(*number)))?;
        self.value(value)
    }

    /// The events that count.
    fn counting(&self) -> impl Iterator<Item = &Entry> {
        self.counted(0, None).filter(|(_, excluded)| excluded.is_none()).map(|(entry, _)| entry)
    }

    /// The changes of attributes that count, with the places of their values.
    fn changes(&self) -> impl Iterator<Item = (AttributeNumber, u32)> {
        self.counting().filter_map(|entry| match entry.kind {
            EntryKind::Changed { attribute, to } => Some((attribute, to)),
            EntryKind::Step(_) => None,
        })
    }

    /// The name at a place; `None` for no name.
    fn value(&self, place: u32) -> Option<&str> {
        (place != NONE).then(|| self.names.text(place))
    }
}

impl AttributeNumber {
    fn of(attribute: &Attribute, names: &mut Names, plan: &Plan) -> Self {
        let known = Attribute::NAMED.iter().zip(0..).find(|(known, _)| *known == attribute);
        Self(match known {
            Some((_, number)) => number,
            None => NAMED.saturating_add(names.place(attribute.as_str(), &plan.vocabulary)),
        })
    }

    fn named(self) -> Option<&'static Attribute> {
        Attribute::NAMED.get(usize::try_from(self.0).ok()?)
    }

    fn custom(self, names: &Names) -> &str {
        names.text(self.0.saturating_sub(NAMED))
    }

    fn attribute(self, names: &Names) -> Attribute {
        self.named().cloned().unwrap_or_else(|| Attribute::from(self.custom(names)))
    }

    fn is(self, attribute: &Attribute, names: &Names) -> bool {
        match self.named() {
            Some(own) => own == attribute,
            None => self.custom(names) == attribute.as_str(),
        }
    }

    /// The number that rules have for it.
    fn in_rules(self, names: &Names, vocabulary: &Vocabulary) -> u16 {
        match u16::try_from(self.0) {
            Ok(number) if self.0 < NAMED => number,
            _ => vocabulary.attribute(&self.attribute(names)),
        }
    }
}

/// The state of a ticket after some of its events. Its memory is reused.
#[derive(Debug, Clone)]
pub(crate) struct HistoryState {
    pub(crate) machine: Machine,
    /// The values of changed attributes that no rule depends on.
    others: BTreeMap<AttributeNumber, u32>,
    attributes: Vec<(u16, u32)>,
    tags: Vec<u32>,
}

impl HistoryState {
    pub(crate) fn new() -> Self {
        Self { machine: Machine::new(), others: BTreeMap::new(), attributes: Vec::new(), tags: Vec::new() }
    }

    /// Begins at the creation.
    pub(crate) fn begin(&mut self, history: &History, plan: &Plan) {
        let names = &history.names;
        self.others.clear();
        self.attributes.clear();
        self.attributes.extend(
            history.attributes.iter().map(|(attribute, value)| {
                (attribute.in_rules(names, &plan.vocabulary), names.number(*value))
            }),
        );
        self.tags.clear();
        self.tags.extend(history.tags.iter().map(|tag| names.number(*tag)));
        let start = Start {
            created_at: history.created_at.as_micros(),
            created_by: history.created_by,
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
                let in_rules = attribute.in_rules(&history.names, &plan.vocabulary);
                if usize::from(in_rules) >= plan.vocabulary.attributes() {
                    let initial = || history.attributes.iter().find(|(initial, _)| *initial == attribute);
                    let before =
                        self.others.insert(attribute, to).or_else(|| initial().map(|(_, value)| *value));
                    if before.unwrap_or(NONE) == to {
                        return None;
                    }
                }
                StepKind::Changed { attribute: in_rules, to: number(to) }
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
        let mut metrics = TicketMetrics::new(history.created_at, as_of);
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
