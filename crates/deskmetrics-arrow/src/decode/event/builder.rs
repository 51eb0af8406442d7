//! Joins events of all sources to tickets.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::Range;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

use chrono::TimeDelta;
use deskmetrics::engine::Milestones;
use deskmetrics::engine::step::StepKind;
use deskmetrics::{Author, Reason, Timestamp};

use super::EventTable;
use crate::ReadError;
use crate::decode::context::{Decoding, Workers};
use crate::decode::id::{Id, NOWHERE};
use crate::decode::kind::{KindCode, Kinds, NOTHING};
use crate::decode::ledger::Scope;
use crate::decode::ticket::TicketTable;
use crate::decode::time::{Times, replaces};
use crate::decode::word::{NONE, Words};
use crate::description::{Duplicates, EventMeaning};

/// The events during reading.
#[derive(Debug, Default)]
pub(crate) struct EventBuilder {
    pub(super) at: Times,
    pub(super) codes: Vec<KindCode>,
    pub(super) places: Vec<u32>,
    pub(crate) values: Words<Box<str>>,
    pub(super) previous: Previous,
    pub(crate) by: Words<Box<str>>,
    pub(crate) kinds: Kinds,
    pub(super) ids: Words<Box<str>>,
    /// Events whose ticket was unknown when they were read, with its id.
    pub(super) unknown: Vec<(usize, Box<str>)>,
    /// When the rows of the first events were last changed, if known.
    pub(super) versions: Vec<Option<i64>>,
    origins: Vec<Origin>,
    /// The row numbers of events, from the first one that is not one per row on.
    numbers: Vec<u64>,
}

/// The values before changes, as far as sources provide them.
#[derive(Debug, Default)]
pub(crate) struct Previous {
    pub(super) values: Words<Box<str>>,
    /// The ranges of events with a known previous value, including "none".
    pub(super) known: Vec<Range<usize>>,
}

impl Previous {
    /// Whether it is known for any event.
    pub(crate) fn is_described(&self) -> bool {
        !self.known.is_empty()
    }

    /// The value before an event.
    pub(crate) fn of(&self, event: usize) -> Before<'_> {
        if !self.known.iter().any(|events| events.contains(&event)) {
            return Before::Unknown;
        }
        self.values.of_row(event).map_or(Before::None, |value| Before::Value(value))
    }
}

/// The value before a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Before<'v> {
    Unknown,
    None,
    Value(&'v str),
}

impl<'v> Before<'v> {
    pub(crate) fn value(self) -> Option<&'v str> {
        match self {
            Self::Unknown | Self::None => None,
            Self::Value(value) => Some(value),
        }
    }
}

/// The origin of events.
#[derive(Debug)]
struct Origin {
    /// The first event.
    first: usize,
    ledger: usize,
    /// Column names for messages: ticket, timestamp and event id.
    columns: [String; 4],
    clock_skew: TimeDelta,
    duplicates: Duplicates,
    /// The start of the events' row numbers in the list; `None` if there is one event per row.
    numbers: Option<usize>,
}

/// The order of events.
#[derive(Debug, Default)]
struct Order {
    /// The events before the creation of their ticket.
    early: Vec<usize>,
    /// The ticket and timestamp of the first and the last event.
    ends: Option<((u32, i64), (u32, i64))>,
    /// Whether the events of each ticket are next to each other.
    grouped: bool,
    /// Whether the adjacent events of each ticket are ordered by time.
    sorted: bool,
    /// The number of meanings, of which an event may have several.
    len: usize,
}

impl EventBuilder {
    /// Starts the events of another table.
    pub(crate) fn begin(
        &mut self,
        ledger: usize,
        columns: [String; 4],
        clock_skew: TimeDelta,
        duplicates: Duplicates,
        one_a_row: bool,
    ) {
        let numbers = (!one_a_row).then_some(self.numbers.len());
        self.origins.push(Origin {
            first: self.codes.len(),
            ledger,
            columns,
            clock_skew,
            duplicates,
            numbers,
        });
    }

    /// Adds one event of a row.
    pub(crate) fn push(&mut self, place: u32, at: i64, code: KindCode, value: u32, by: u32, row: u64) {
        self.at.push(Some(at));
        self.codes.push(code);
        self.places.push(place);
        self.values.codes.push(value);
        self.by.codes.push(by);
        self.ids.codes.push(NONE);
        self.numbers.push(row);
    }

    /// Adds the events implied by the timestamps of tickets.
    pub(crate) fn imply(&mut self, tickets: &mut TicketTable) {
        let Some(mut columns) = tickets.milestones.take() else { return };
        // Events give the statuses; those stated by the table are compared.
        tickets.stated = std::mem::take(&mut columns.status);
        tickets.states_replies = columns.replied_at.is_some();
        tickets.states_ends = columns.solved_at.is_some() || columns.closed_at.is_some();
        let bare = columns.replied_at.is_none()
            && columns.solved_at.is_none()
            && columns.closed_at.is_none()
            && columns.leaves.is_empty();
        if bare {
            return;
        }
        let names: Vec<u32> =
            columns.author_name.meanings().iter().map(|name| self.by.code_of(name.clone())).collect();
        self.begin(0, [const { String::new() }; 4], TimeDelta::zero(), Duplicates::First, false);
        for row in 0..tickets.rows() {
            if !tickets.is_usable(row) {
                continue;
            }
            let milestones: Milestones = tickets.milestones_of(&columns, row);
            if milestones.created_by == Some(Author::Customer) && tickets.created_by.codes.get(row) == NONE {
                let customer = tickets.created_by.code_of(Author::Customer);
                tickets.created_by.codes.set(row, customer);
            }
            let name = columns.author_name.codes.get(row) as usize;
            let by = name.checked_sub(1).map_or(NONE, |name| names[name]);
            for step in milestones.steps(NONE) {
                let meaning = match step.kind {
                    StepKind::PublicMessage => EventMeaning::PublicMessage,
                    StepKind::Status(status) => EventMeaning::Became(status),
                    StepKind::EndUnknown => EventMeaning::EndUnknown,
                    StepKind::Deleted => EventMeaning::Deleted,
                    StepKind::Spam => EventMeaning::Spam,
                    StepKind::MergedInto => EventMeaning::MergedInto,
                    _ => continue,
                };
                let code = self.kinds.code_of(meaning, step.author);
                let place = u32::try_from(row).unwrap_or(NOWHERE);
                self.push(place, step.at, code, NONE, by, row as u64 + 1);
            }
        }
    }

    /// Joins events to tickets; excludes orphaned, premature and duplicate ones.
    pub(crate) fn finish(
        mut self,
        decoding: &mut Decoding<'_>,
        tickets: &TicketTable,
    ) -> Result<(EventTable, Previous), ReadError> {
        let unknown = std::mem::take(&mut self.unknown);
        for (event, id) in unknown {
            match Id::of(&id).map_or(NOWHERE, |id| tickets.place(id)) {
                NOWHERE => {
                    self.codes[event] = NOTHING;
                    let remedy = "add its ticket, or set creates_tickets = true";
                    self.exclude(decoding, (event, Scope::Record), Reason::UnknownTicket, 0, || {
                        (id.to_string(), remedy.to_owned())
                    })?;
                }
                place => self.places[event] = place,
            }
        }
        let mut at = std::mem::take(&mut self.at).finish_micros();
        self.exclude_repeated(decoding)?;
        // One row may report several meanings.
        let meanings: Vec<usize> = (0..self.kinds.codes())
            .map(|code| KindCode::try_from(code).ok().and_then(|code| self.kinds.of(code)))
            .map(|kind| kind.map_or(0, |(kind, ..)| kind.0.len()))
            .collect();
        let mut order = self.order(&decoding.workers, tickets, &at, &meanings);
        if !order.early.is_empty() {
            let mut all = at.to_vec();
            for event in order.early {
                let created = tickets.created_at[self.places[event] as usize];
                let (origin, _) = self.origin(decoding, event);
                let skew = self.origins[origin].clock_skew.num_microseconds().unwrap_or(i64::MAX);
                if created.saturating_sub(at[event]) > skew {
                    self.codes[event] = NOTHING;
                    let text = Timestamp::saturating_from_micros(at[event]).to_string();
                    let remedy =
                        "its ticket was created later; allow a small difference, such as clock_skew = \"5m\"";
                    self.exclude(decoding, (event, Scope::Record), Reason::BeforeCreation, 1, || {
                        (text, remedy.to_owned())
                    })?;
                } else {
                    decoding.ledgers[self.origins[origin].ledger].skewed();
                    all[event] = created;
                }
            }
            at = all.into();
            order = self.order(&decoding.workers, tickets, &at, &meanings);
        }
        self.check_merges(decoding, tickets)?;
        let Order { grouped, sorted, len, .. } = order;
        let Self { codes, places, values, mut previous, by, kinds, .. } = self;
        if previous.values.kinds() == 1 {
            // A column without any value provides none.
            previous.known.clear();
        }
        Ok((EventTable { at, codes, places, values, by, kinds, len, grouped, sorted }, previous))
    }

    /// Counts merges into an unknown ticket or the ticket itself, which leave no trace of the ticket.
    fn check_merges(&self, decoding: &mut Decoding<'_>, tickets: &TicketTable) -> Result<(), ReadError> {
        let is_merge: Vec<bool> = (0..self.kinds.codes())
            .map(|code| KindCode::try_from(code).ok().and_then(|code| self.kinds.of(code)))
            .map(|kind| kind.is_some_and(|(kind, ..)| kind.0.contains(&EventMeaning::MergedInto)))
            .collect();
        if !is_merge.contains(&true) {
            return Ok(());
        }
        for (event, code) in self.codes.iter().enumerate() {
            if is_merge.get(usize::from(*code)) != Some(&true) {
                continue;
            }
            let Some(id) = self.values.of_row(event) else { continue };
            let survivor = Id::of(id).map_or(NOWHERE, |id| tickets.place(id));
            let remedy = if survivor == NOWHERE {
                "the merged ticket does not count, nor do its messages: add the ticket it was merged into, or write its id as there"
            } else if survivor == self.places[event] {
                "a ticket that is merged into itself does not count: give the id of the other one"
            } else {
                continue;
            };
            let detail = || (id.to_string(), remedy.to_owned());
            self.exclude(decoding, (event, Scope::Link), Reason::UnknownTicket, 3, detail)?;
        }
        Ok(())
    }

    /// Determines the order of the events that count.
    fn order(&self, workers: &Workers, tickets: &TicketTable, at: &[i64], meanings: &[usize]) -> Order {
        let met = if self.codes.is_empty() { 0 } else { tickets.rows() };
        let met: Vec<AtomicBool> = (0..met).map(|_| AtomicBool::new(false)).collect();
        // Whether this is the first run of the ticket's events.
        let begins = |place: u32| !met[place as usize].swap(true, Relaxed);
        let parts = workers.ranges(self.codes.len(), |events| {
            let mut order = Order { grouped: true, sorted: true, ..Order::default() };
            let mut first = None;
            let (mut last_place, mut last_at, mut created) = (NOWHERE, i64::MIN, i64::MIN);
            let rows =
                self.codes[events.clone()].iter().zip(&self.places[events.clone()]).zip(&at[events.clone()]);
            for (((code, place), when), event) in rows.zip(events) {
                if *code == NOTHING {
                    continue;
                }
                if *place == last_place {
                    order.sorted &= *when >= last_at;
                } else {
                    match first {
                        Some(_) => order.grouped &= begins(*place),
                        None => first = Some((*place, *when)),
                    }
                    last_place = *place;
                    created = tickets.created_at[last_place as usize];
                }
                last_at = *when;
                if *when < created {
                    order.early.push(event);
                }
                order.len += meanings[usize::from(*code)];
            }
            order.ends = first.map(|first| (first, (last_place, last_at)));
            order
        });
        let mut all = Order { grouped: true, sorted: true, ..Order::default() };
        for mut part in parts {
            if let Some((first, last)) = part.ends {
                match all.ends {
                    Some((_, before)) if before.0 == first.0 => all.sorted &= first.1 >= before.1,
                    _ => all.grouped &= begins(first.0),
                }
                all.ends = Some((first, last));
            }
            all.early.append(&mut part.early);
            all.grouped &= part.grouped;
            all.sorted &= part.sorted;
            all.len += part.len;
        }
        all
    }

    /// Of events of a ticket with the same id, excludes all but the one that counts.
    fn exclude_repeated(&mut self, decoding: &mut Decoding<'_>) -> Result<(), ReadError> {
        if self.ids.kinds() == 1 {
            return Ok(());
        }
        let mut counts: HashMap<(u32, u32), usize> = HashMap::new();
        for event in 0..self.codes.len() {
            let id = self.ids.codes.get(event);
            if self.codes[event] == NOTHING || id == NONE {
                continue;
            }
            let kept = match counts.entry((self.places[event], id)) {
                Entry::Vacant(entry) => {
                    entry.insert(event);
                    continue;
                }
                Entry::Occupied(entry) => entry.into_mut(),
            };
            let (origin, row) = self.origin(decoding, event);
            let Origin { ledger, columns, duplicates, .. } = &self.origins[origin];
            let changed_at = |event: usize| self.versions.get(event).copied().flatten();
            let mut excluded = event;
            if replaces(*duplicates, changed_at(*kept), changed_at(event)) {
                std::mem::swap(kept, &mut excluded);
            }
            let text = self.ids.meaning(id).cloned().unwrap_or_default();
            let remedy = duplicates.remedy("event", !self.versions.is_empty());
            if *duplicates == Duplicates::Error {
                let detail = (text.into(), remedy);
                return Err(decoding.ledgers[*ledger].bad_row(Reason::Duplicate, row, &columns[2], detail));
            }
            self.codes[excluded] = NOTHING;
            self.exclude(decoding, (excluded, Scope::Record), Reason::Duplicate, 2, || {
                (text.into(), remedy)
            })?;
        }
        Ok(())
    }

    /// The origin of an event, and the number of its row.
    fn origin(&self, decoding: &Decoding<'_>, event: usize) -> (usize, u64) {
        let place = self.origins.partition_point(|origin| origin.first <= event).saturating_sub(1);
        let Some(origin) = self.origins.get(place) else { return (0, 0) };
        let past = event - origin.first;
        let number = match origin.numbers {
            Some(first) => self.numbers.get(first + past).copied().unwrap_or_default(),
            None => decoding.ledgers[origin.ledger].number(past as u64),
        };
        (place, number)
    }

    fn exclude(
        &self,
        decoding: &mut Decoding<'_>,
        (event, scope): (usize, Scope),
        reason: Reason,
        column: usize,
        detail: impl FnOnce() -> (String, String),
    ) -> Result<(), ReadError> {
        let (origin, row) = self.origin(decoding, event);
        let Origin { ledger, columns, .. } = &self.origins[origin];
        decoding.ledgers[*ledger].exclude_one(scope, reason, row, &columns[column], detail).skipped()
    }
}
