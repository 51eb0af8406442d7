//! Tables with one row per event.

use std::collections::HashSet;

use arrow_array::RecordBatch;
use arrow_buffer::ScalarBuffer;
use chrono::TimeDelta;
use deskmetrics::engine::Milestones;
use deskmetrics::ticket::{EventKind, TicketId};
use deskmetrics::{Author, Reason, Status, TicketEvent, Timestamp};

use super::context::{Decoding, in_order};
use super::id::{Id, NOWHERE, each_id};
use super::kind::{Code, Kinds, NOTHING, needs_value};
use super::ledger::{Halt, Ledger, Reads as _, Scope};
use super::slot::{AttributeSlots, BoundWord, Columns, InstantSlot, WordSlot};
use super::ticket::{NewTicket, NewTickets, TicketTable};
use super::time::Times;
use super::word::{Codes, Decoder, Known, NONE, Words};
use crate::ReadError;
use crate::column::{BadCell, WordReading};
use crate::description::{EventSource, Happening, Happenings};
use crate::file::Table;

/// Every event of a dataset, as columns.
#[derive(Debug, Default)]
pub(crate) struct EventTable {
    pub(crate) at: ScalarBuffer<i64>,
    pub(crate) codes: Vec<Code>,
    /// The row of the ticket.
    pub(crate) places: Vec<u32>,
    pub(crate) values: Words<Box<str>>,
    /// Who did it, by name.
    pub(crate) by: Words<Box<str>>,
    pub(crate) kinds: Kinds,
    /// Events that count.
    pub(crate) len: usize,
    /// Whether the rows stand ticket by ticket, and each ticket's in order of time.
    pub(crate) grouped: bool,
    pub(crate) sorted: bool,
}

/// The events while they are read.
#[derive(Debug, Default)]
pub(crate) struct EventBuilder {
    at: Times,
    codes: Vec<Code>,
    places: Vec<u32>,
    pub(super) values: Words<Box<str>>,
    pub(super) by: Words<Box<str>>,
    pub(super) kinds: Kinds,
    ids: Words<Box<str>>,
    /// Events whose ticket was not known when they were read, with its id.
    unknown: Vec<(usize, Box<str>)>,
    origins: Vec<Origin>,
    /// Of events that are not one a row: the number of the row, from an event on.
    numbers: Vec<u64>,
}

/// Where events come from.
#[derive(Debug)]
struct Origin {
    /// The first event.
    first: usize,
    ledger: usize,
    /// Names for messages: of the ticket's, the timestamp's and the event id's column.
    columns: [String; 3],
    clock_skew: TimeDelta,
    /// Where the events' row numbers begin in the list; `None` where the events are one a row.
    numbers: Option<usize>,
}

/// One table's columns.
struct Slots<'a> {
    ticket: WordSlot<Box<str>>,
    at: InstantSlot,
    kind: WordSlot<Happenings>,
    value: WordSlot<Box<str>>,
    id: WordSlot<Box<str>>,
    author: WordSlot<Author>,
    author_name: WordSlot<Box<str>>,
    requester: WordSlot<Box<str>>,
    created_by: WordSlot<Author>,
    attributes: AttributeSlots,
    statuses: WordReading<Status>,
    source: &'a EventSource,
}

/// What the texts of a source's columns came to.
#[derive(Default)]
struct Caches {
    kind: Known,
    value: Known,
    status: Known,
    author: Known,
    author_name: Known,
    id: Known,
    kinds: Words<Happenings>,
    statuses: Words<Status>,
    authors: Words<Author>,
}

impl EventBuilder {
    /// Reads the tables of one source.
    pub(super) fn read(
        &mut self,
        decoding: &mut Decoding<'_>,
        source: &EventSource,
        tickets: &TicketTable,
        new: &mut NewTickets,
    ) -> Result<(), ReadError> {
        let mut caches = Caches::default();
        for file in &source.file {
            let table = decoding.open(file)?;
            let mut columns = Columns::of(&table, decoding.description, &source.instants, &source.missing);
            let slots = Slots {
                ticket: columns.word(&source.ticket)?,
                at: columns.instant(&source.at)?,
                kind: columns.word(&source.kind)?,
                value: columns.maybe_word(source.value.as_ref())?,
                id: columns.maybe_word(source.id.as_ref())?,
                author: columns.maybe_word(source.author.as_ref())?,
                author_name: columns.maybe_word(source.author_name.as_ref())?,
                requester: columns.maybe_word(source.requester.as_ref())?,
                created_by: columns.maybe_word(source.created_by.as_ref())?,
                attributes: columns.attributes(source.attributes.iter())?,
                statuses: WordReading::new(
                    source.statuses.iter().map(|(word, status)| (word.clone(), *status)),
                ),
                source,
            };
            let ledger = decoding.begin(&table, "events");
            self.begin(
                ledger,
                [slots.ticket.name(), slots.at.name(), slots.id.name()].map(str::to_owned),
                source.clock_skew,
                true,
            );
            let mut batches = columns.batches()?;
            while let Some(batch) = batches.next() {
                let batch = batch?;
                self.batch(decoding, &table, &slots, &batch, &mut caches, (tickets, new), ledger)?;
                decoding.ledgers[ledger].batch_done(batch.num_rows());
                decoding.report(batches.progress())?;
            }
            decoding.end(ledger)?;
        }
        Ok(())
    }

    /// Events from here on come from this table.
    pub(super) fn begin(
        &mut self,
        ledger: usize,
        columns: [String; 3],
        clock_skew: TimeDelta,
        one_a_row: bool,
    ) {
        let numbers = (!one_a_row).then_some(self.numbers.len());
        self.origins.push(Origin { first: self.codes.len(), ledger, columns, clock_skew, numbers });
    }

    #[expect(clippy::too_many_arguments, reason = "a table, its batch, and what is filled from it")]
    fn batch(
        &mut self,
        decoding: &mut Decoding<'_>,
        table: &Table,
        slots: &Slots<'_>,
        batch: &RecordBatch,
        caches: &mut Caches,
        (tickets, new): (&TicketTable, &mut NewTickets),
        ledger: usize,
    ) -> Result<(), ReadError> {
        let (first, rows) = (self.codes.len(), batch.num_rows());
        let mut doubts = Vec::new();
        self.at.decode(&slots.at, table, batch, &mut doubts)?;
        if let Some(nulls) = self.at.last().and_then(|at| at.nulls()) {
            doubts.extend((0..rows).filter(|row| nulls.is_null(*row)));
        }
        macro_rules! words {
            ($column:expr, $slot:ident, $known:expr) => {
                $column
                    .decode(&slots.$slot, $known, batch, &mut doubts)
                    .map_err(|wrong| slots.$slot.wrong(table, wrong))?
            };
        }
        words!(self.values, value, &mut caches.value);
        words!(self.by, author_name, &mut caches.author_name);
        words!(self.ids, id, &mut caches.id);
        caches.kinds.codes = Codes::default();
        words!(caches.kinds, kind, &mut caches.kind);
        caches.authors.codes = Codes::default();
        words!(caches.authors, author, &mut caches.author);
        caches.statuses.codes = Codes::default();
        let name_statuses = caches.kinds.meanings().iter().any(|kind| kind.0.contains(&Happening::Status));
        if name_statuses {
            let read = |text: &str| match slots.value.meaning(Some(text)) {
                // A word without meaning is only a fault where a status is needed.
                Ok(Some(word)) => Ok(slots.statuses.read(&word).ok().flatten()),
                _ => Ok(None),
            };
            let mut codes = Codes::default();
            let Caches { statuses, status, .. } = caches;
            let constant = slots.value.meaning(None).ok().flatten();
            let constant = constant.and_then(|word| slots.statuses.read(&word).ok().flatten());
            let missing = constant.map_or(NONE, |status| statuses.code_of(status));
            match slots.value.array(batch) {
                Some(array) => {
                    let doubts = &mut Vec::new();
                    let decoder = Decoder { words: statuses, read, known: status, missing, doubts };
                    decoder.array(array, &mut codes).map_err(|wrong| slots.value.wrong(table, wrong))?;
                }
                None => codes = Codes::All(missing, rows),
            }
            statuses.codes = codes;
        }
        self.combine(caches, rows, &mut doubts);
        self.find_tickets(slots, batch, &mut doubts, (tickets, &*new))
            .map_err(|wrong| slots.ticket.wrong(table, wrong))?;
        let doubts = in_order(doubts);
        if !doubts.is_empty() {
            self.settle(decoding, table, slots, batch, &doubts, ledger)?;
        }
        if slots.source.creates_tickets {
            self.create_tickets(decoding, table, slots, batch, first, (tickets, new), ledger)?;
        } else {
            self.keep_unknown(slots, batch, first).map_err(|wrong| slots.ticket.wrong(table, wrong))?;
        }
        Ok(())
    }

    /// One code for each row's kind, author and status.
    fn combine(&mut self, caches: &Caches, rows: usize, doubts: &mut Vec<usize>) {
        let Caches { kinds, authors, statuses, .. } = caches;
        let first = self.codes.len();
        // By kind: its place, and whether it needs a value or a status.
        let places: Vec<Option<(usize, bool, bool)>> = kinds
            .meanings()
            .iter()
            .map(|meaning| {
                let place = (!meaning.0.is_empty()).then(|| self.kinds.place(meaning)).flatten()?;
                Some((place, meaning.0.iter().any(needs_value), meaning.0.contains(&Happening::Status)))
            })
            .collect();
        let width = authors.kinds() * statuses.kinds();
        let mut outcomes: Vec<Code> = vec![NOTHING; kinds.kinds() * width];
        for (kind, place) in places.iter().enumerate() {
            let Some((place, _, has_status)) = place else { continue };
            for author in 0..authors.kinds() {
                for status in 0..statuses.kinds() {
                    let written_by = code_of(authors, author).unwrap_or(Author::Agent);
                    let named = code_of(statuses, status).filter(|_| *has_status);
                    let at = (kind + 1) * width + author * statuses.kinds() + status;
                    outcomes[at] = Kinds::code(*place, written_by, named);
                }
            }
        }
        let status = |row: usize| statuses.codes.get(row) as usize;
        self.codes.extend((0..rows).map(|row| {
            let (kind, author) = (kinds.codes.get(row) as usize, authors.codes.get(row) as usize);
            outcomes[kind * width + author * statuses.kinds() + status(row)]
        }));
        // Rows without a kind, and those that lack what their kind needs.
        let demanding = places.iter().any(|place| place.is_some_and(|(_, value, names)| value || names));
        let some_missing = !matches!(kinds.codes, Codes::All(code, _) if code != NONE);
        if demanding || some_missing {
            for row in 0..rows {
                let kind = kinds.codes.get(row);
                let Some(needs) = (kind as usize).checked_sub(1).map(|kind| places[kind]) else {
                    doubts.push(row);
                    continue;
                };
                let lacks = needs.is_some_and(|(_, value, names)| {
                    (value && self.values.codes.get(first + row) == NONE)
                        || (names && statuses.codes.get(row) == NONE)
                });
                if lacks || (needs.is_none() && !is_ignored(kinds, kind)) {
                    doubts.push(row);
                }
            }
        }
    }

    fn find_tickets(
        &mut self,
        slots: &Slots<'_>,
        batch: &RecordBatch,
        doubts: &mut Vec<usize>,
        (tickets, new): (&TicketTable, &NewTickets),
    ) -> Result<(), crate::column::WrongType> {
        let places = &mut self.places;
        places.reserve(batch.num_rows());
        let some_new = !new.rows.is_empty();
        let find = |id: Id<'_>| match tickets.place(id) {
            NOWHERE if some_new => new.ids.find(id),
            place => place,
        };
        // Most logs stand ticket by ticket.
        let mut last_number: Option<(i64, u32)> = None;
        let mut last_text: (String, u32) = (String::new(), NOWHERE);
        each_id(&slots.ticket, batch, |row, id| {
            places.push(match id {
                None => {
                    doubts.push(row);
                    NOWHERE
                }
                Some(Id::Number(number)) => match last_number {
                    Some((last, place)) if last == number => place,
                    _ => {
                        let place = find(Id::Number(number));
                        last_number = Some((number, place));
                        place
                    }
                },
                Some(Id::Text(text)) if *text == *last_text.0 => last_text.1,
                Some(Id::Text(text)) => {
                    last_text.0.clear();
                    last_text.0.push_str(text);
                    last_text.1 = find(Id::Text(text));
                    last_text.1
                }
            });
        })
    }

    /// Reads doubtful rows one by one, by the rules of the row reader: what cannot be used means nothing.
    fn settle(
        &mut self,
        decoding: &mut Decoding<'_>,
        table: &Table,
        slots: &Slots<'_>,
        batch: &RecordBatch,
        doubts: &[usize],
        ledger_at: usize,
    ) -> Result<(), ReadError> {
        let first = self.codes.len() - batch.num_rows();
        let mut ticket = slots.ticket.bind(table, batch)?;
        let mut at = slots.at.bind(table, batch)?;
        let mut kind = slots.kind.bind(table, batch)?;
        let mut value = slots.value.bind(table, batch)?;
        let mut id = slots.id.bind(table, batch)?;
        let mut author = slots.author.bind(table, batch)?;
        let mut author_name = slots.author_name.bind(table, batch)?;
        let ledger = &mut decoding.ledgers[ledger_at];
        let mut one = |row: usize, ledger: &mut Ledger| -> Result<(i64, Happenings), Halt> {
            ledger.need(&mut ticket, row, Reason::Missing)?;
            let at = ledger.need(&mut at, row, Reason::Missing)?;
            let happenings = ledger.need(&mut kind, row, Reason::Missing)?;
            ledger.read(&mut author, row)?;
            ledger.want(&mut author_name, row)?;
            ledger.want(&mut id, row)?;
            for happening in &happenings.0 {
                check_value(ledger, happening, &mut value, &slots.statuses, row)?;
            }
            Ok((at.as_micros(), happenings))
        };
        let mut corrected = Vec::new();
        for row in doubts {
            match one(*row, ledger) {
                Ok((at, happenings)) => {
                    corrected.push((*row, Some(at)));
                    if !happenings.0.is_empty() && self.codes[first + row] == NOTHING {
                        // There are more kinds than codes.
                        let halt = ledger.leave_out(
                            Scope::Record,
                            Reason::UnknownWord,
                            ledger.row(*row),
                            slots.kind.name(),
                            || {
                                (
                                    format!("{happenings:?}"),
                                    "fewer different kinds of events are read".to_owned(),
                                )
                            },
                        );
                        if let Halt::Fail(error) = halt {
                            return Err(error);
                        }
                    }
                }
                Err(Halt::Skip) => self.codes[first + row] = NOTHING,
                Err(Halt::Fail(error)) => return Err(error),
            }
        }
        let ledger = &mut decoding.ledgers[ledger_at];
        at.account(ledger);
        self.at.correct(&corrected);
        Ok(())
    }

    /// Creates the tickets that no other table has, each by its first event.
    #[expect(clippy::too_many_arguments, reason = "a table, its batch, and what is filled from it")]
    fn create_tickets(
        &mut self,
        decoding: &mut Decoding<'_>,
        table: &Table,
        slots: &Slots<'_>,
        batch: &RecordBatch,
        first: usize,
        (tickets, new): (&TicketTable, &mut NewTickets),
        ledger_at: usize,
    ) -> Result<(), ReadError> {
        let before = tickets.rows();
        let at: Vec<i64> = match self.at.last() {
            Some(at) => (0..at.len()).map(|row| at.get(row).unwrap_or_default()).collect(),
            None => Vec::new(),
        };
        let (codes, places) = (&mut self.codes, &mut self.places);
        // The tickets whose first event so far stands in this batch.
        let mut begun: Vec<(usize, usize)> = Vec::new();
        let base = decoding.rows;
        each_id(&slots.ticket, batch, |row, id| {
            let event = first + row;
            let Some(id) = id.filter(|_| codes[event] != NOTHING) else { return };
            if places[event] != NOWHERE && (places[event] as usize) < before {
                return;
            }
            let (place, is_new) = new.ids.place(id, before);
            places[event] = place;
            let at = at[row];
            let sequence = base + event as u64;
            let ticket = place as usize - before;
            if is_new {
                new.rows.push(NewTicket { created_at: at, row: sequence, ..NewTicket::default() });
                begun.push((ticket, row));
            } else if at < new.rows[ticket].created_at {
                (new.rows[ticket].created_at, new.rows[ticket].row) = (at, sequence);
                begun.push((ticket, row));
            }
        })
        .map_err(|wrong| slots.ticket.wrong(table, wrong))?;
        let described =
            !slots.requester.is_nothing() || !slots.created_by.is_nothing() || slots.attributes.len() > 0;
        if !described || begun.is_empty() {
            return Ok(());
        }
        let mut requester = slots.requester.bind(table, batch)?;
        let mut created_by = slots.created_by.bind(table, batch)?;
        let mut attributes = slots.attributes.bind(table, batch)?;
        let ledger = &mut decoding.ledgers[ledger_at];
        // The last entry of a ticket is its first event.
        let mut read = |ticket: usize, row: usize| -> Result<(), Halt> {
            let named = ledger.want(&mut requester, row)?;
            let author = ledger.want(&mut created_by, row)?;
            let values = attributes.read(ledger, row)?;
            let of = |(attribute, _): (&deskmetrics::ticket::Attribute, &_)| {
                (attribute.clone(), values.get(attribute).map(Into::into))
            };
            let ticket = &mut new.rows[ticket];
            ticket.requester = named;
            ticket.created_by = author;
            ticket.attributes = slots.attributes.iter().map(of).collect();
            Ok(())
        };
        for (ticket, row) in begun {
            if let Err(Halt::Fail(error)) = read(ticket, row) {
                return Err(error);
            }
        }
        Ok(())
    }

    /// Remembers the ids of tickets that are not known yet.
    fn keep_unknown(
        &mut self,
        slots: &Slots<'_>,
        batch: &RecordBatch,
        first: usize,
    ) -> Result<(), crate::column::WrongType> {
        let lost = |place: &u32| *place == NOWHERE;
        if !self.places[first..].iter().any(lost) {
            return Ok(());
        }
        let (codes, places, unknown) = (&self.codes, &self.places, &mut self.unknown);
        each_id(&slots.ticket, batch, |row, id| {
            let event = first + row;
            if let (NOWHERE, Some(id), true) = (places[event], id, codes[event] != NOTHING) {
                let text = match id {
                    Id::Number(number) => number.to_string().into(),
                    Id::Text(text) => text.into(),
                };
                unknown.push((event, text));
            }
        })
    }

    /// Adds one event of a row.
    pub(super) fn push(&mut self, place: u32, at: i64, code: Code, value: u32, by: u32, row: u64) {
        self.at.push(Some(at));
        self.codes.push(code);
        self.places.push(place);
        self.values.codes.push(value);
        self.by.codes.push(by);
        self.ids.codes.push(NONE);
        self.numbers.push(row);
    }

    /// Adds the events that the timestamps of tickets imply.
    pub(super) fn imply(&mut self, tickets: &mut TicketTable) {
        use deskmetrics::engine::step::What;
        let Some(columns) = tickets.milestones.take() else { return };
        let bare = columns.replied_at.is_none()
            && columns.solved_at.is_none()
            && columns.closed_at.is_none()
            && columns.status.kinds() == 1;
        if bare {
            return;
        }
        let names: Vec<u32> =
            columns.author_name.meanings().iter().map(|name| self.by.code_of(name.clone())).collect();
        self.begin(0, [const { String::new() }; 3], TimeDelta::zero(), false);
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
                let happening = match step.what {
                    What::PublicMessage => Happening::PublicMessage,
                    What::Status(status) => Happening::Became(status),
                    _ => continue,
                };
                let code = self.kinds.code_of(happening, step.author);
                let place = u32::try_from(row).unwrap_or(NOWHERE);
                self.push(place, step.at, code, NONE, by, row as u64 + 1);
            }
        }
    }

    /// Joins events to tickets: excludes orphaned, premature and duplicate ones.
    pub(super) fn finish(
        mut self,
        decoding: &mut Decoding<'_>,
        tickets: &TicketTable,
    ) -> Result<EventTable, ReadError> {
        let unknown = std::mem::take(&mut self.unknown);
        for (event, id) in unknown {
            match Id::of(&id).map_or(NOWHERE, |id| tickets.place(id)) {
                NOWHERE => {
                    self.codes[event] = NOTHING;
                    let remedy = "add the file its ticket is in, or say creates_tickets = true";
                    self.exclude(decoding, event, Reason::UnknownTicket, 0, || (id.to_string(), remedy))?;
                }
                place => self.places[event] = place,
            }
        }
        let mut at = std::mem::take(&mut self.at).finish_micros();
        let mut moved: Vec<(usize, i64)> = Vec::new();
        let mut ids: HashSet<(u32, u32)> = HashSet::new();
        let has_ids = self.ids.kinds() > 1;
        let (mut grouped, mut sorted) = (true, true);
        let mut met = vec![false; if self.codes.is_empty() { 0 } else { tickets.rows() }];
        let (mut last_ticket, mut last_at) = (NOWHERE, i64::MIN);
        let mut len = 0;
        // One row may say that several things happened.
        let happenings: Vec<usize> = (0..self.kinds.codes())
            .map(|code| {
                Code::try_from(code)
                    .ok()
                    .and_then(|code| self.kinds.of(code))
                    .map_or(0, |(kind, ..)| kind.0.len())
            })
            .collect();
        for event in 0..self.codes.len() {
            if self.codes[event] == NOTHING {
                continue;
            }
            let place = self.places[event];
            let mut when = at[event];
            let id = if has_ids { self.ids.codes.get(event) } else { NONE };
            if id != NONE && !ids.insert((place, id)) {
                self.codes[event] = NOTHING;
                let text = self.ids.meaning(id).cloned().unwrap_or_default();
                let remedy = "keep one row per event; the first one counts";
                self.exclude(decoding, event, Reason::Duplicate, 2, || (text.into(), remedy))?;
                continue;
            }
            let created = tickets.created_at[place as usize];
            if when < created {
                let (origin, _) = self.origin(event);
                let skew = self.origins[origin].clock_skew.num_microseconds().unwrap_or(i64::MAX);
                if created.saturating_sub(when) > skew {
                    self.codes[event] = NOTHING;
                    let text = Timestamp::saturating_from_micros(when).to_string();
                    let remedy = "its ticket was created later; clock_skew forgives a little";
                    self.exclude(decoding, event, Reason::BeforeCreation, 1, || (text, remedy))?;
                    continue;
                }
                let ledger = self.origins[origin].ledger;
                decoding.ledgers[ledger].skewed();
                moved.push((event, created));
                when = created;
            }
            if place == last_ticket {
                sorted &= when >= last_at;
            } else {
                let known = &mut met[place as usize];
                grouped &= !*known;
                *known = true;
                last_ticket = place;
            }
            last_at = when;
            len += happenings[usize::from(self.codes[event])];
        }
        if !moved.is_empty() {
            let mut all = at.to_vec();
            for (event, created) in moved {
                all[event] = created;
            }
            at = all.into();
        }
        let Self { codes, places, values, by, kinds, .. } = self;
        Ok(EventTable { at, codes, places, values, by, kinds, len, grouped, sorted })
    }

    /// The origin of an event, and the number of its row.
    fn origin(&self, event: usize) -> (usize, u64) {
        let place = self.origins.partition_point(|origin| origin.first <= event).saturating_sub(1);
        let Some(origin) = self.origins.get(place) else { return (0, 0) };
        let past = event - origin.first;
        let number = match origin.numbers {
            Some(first) => self.numbers.get(first + past).copied().unwrap_or_default(),
            None => past as u64 + 1,
        };
        (place, number)
    }

    fn exclude(
        &self,
        decoding: &mut Decoding<'_>,
        event: usize,
        reason: Reason,
        column: usize,
        detail: impl FnOnce() -> (String, &'static str),
    ) -> Result<(), ReadError> {
        let (origin, row) = self.origin(event);
        let Origin { ledger, columns, .. } = &self.origins[origin];
        let halt = decoding.ledgers[*ledger].leave_out(Scope::Record, reason, row, &columns[column], || {
            let (value, remedy) = detail();
            (value, remedy.to_owned())
        });
        match halt {
            Halt::Fail(error) => Err(error),
            Halt::Skip => Ok(()),
        }
    }
}

fn code_of<T: Copy>(words: &Words<T>, code: usize) -> Option<T> {
    words.meaning(u32::try_from(code).unwrap_or(NONE)).copied()
}

/// Checks the value that a happening needs.
fn check_value(
    ledger: &mut Ledger,
    happening: &Happening,
    value: &mut BoundWord<'_, Box<str>>,
    statuses: &WordReading<Status>,
    row: usize,
) -> Result<(), Halt> {
    match happening {
        Happening::Status => {
            let word = ledger.need(value, row, Reason::Missing)?;
            match statuses.read(&word) {
                Ok(Some(_)) => Ok(()),
                Ok(None) | Err(_) => Err(ledger.leave_out(
                    Scope::Record,
                    BadCell::UnknownWord.reason(),
                    ledger.row(row),
                    value.name(),
                    || (word.to_string(), "give the word a meaning under statuses".to_owned()),
                )),
            }
        }
        // No value is a value too: the ticket is assigned to no one now.
        Happening::Changed(_) => ledger.read(value, row).map(|_| ()),
        one if needs_value(one) => ledger.need(value, row, Reason::Missing).map(|_| ()),
        _ => Ok(()),
    }
}

impl EventTable {
    /// The codes that occur.
    pub(crate) fn occurring(&self) -> impl Iterator<Item = Code> + '_ {
        let mut met = vec![false; self.kinds.codes()];
        for code in &self.codes {
            if let Some(met) = met.get_mut(usize::from(*code)) {
                *met = true;
            }
        }
        (0..).zip(met).filter(|(_, met)| *met).map(|(code, _)| code)
    }

    /// The events as records, in the order of their rows.
    pub(crate) fn records<'e>(&'e self, tickets: &'e TicketTable) -> impl Iterator<Item = TicketEvent> + 'e {
        (0..self.codes.len()).flat_map(move |event| self.record(tickets, event))
    }

    /// What one row says happened.
    pub(crate) fn record(&self, tickets: &TicketTable, event: usize) -> Vec<TicketEvent> {
        let Some((kind, author, status)) = self.kinds.of(self.codes[event]) else { return Vec::new() };
        let place = self.places[event] as usize;
        let value = || self.values.of_row(event).cloned();
        let text = || value().unwrap_or_default();
        let made = |one: &Happening| {
            let kind = match one {
                Happening::PublicMessage => EventKind::PublicMessage,
                Happening::InternalNote => EventKind::InternalNote,
                Happening::Became(status) => EventKind::Status(*status),
                Happening::Status => EventKind::Status(status.unwrap_or_default()),
                Happening::Changed(attribute) => {
                    EventKind::Changed { attribute: attribute.clone(), to: value() }
                }
                Happening::Tagged => EventKind::Tagged(text()),
                Happening::Untagged => EventKind::Untagged(text()),
                Happening::Escalated => EventKind::Escalated,
                Happening::MergedInto => EventKind::MergedInto(TicketId::new(text())),
                Happening::SplitFrom => EventKind::SplitFrom(TicketId::new(text())),
                Happening::Deleted => EventKind::Deleted,
                Happening::Spam => EventKind::Spam,
                Happening::Restored => EventKind::Restored,
                Happening::SurveySent => EventKind::SurveySent,
                Happening::SurveyAnswered => EventKind::SurveyAnswered,
            };
            let at = Timestamp::saturating_from_micros(self.at[event]);
            let mut made = TicketEvent::new(tickets.ids.text(place).as_ref(), at, author, kind)
                .with_sequence(event as u64 + 1);
            made.author_name = self.by.of_row(event).cloned();
            made
        };
        kind.0.iter().map(made).collect()
    }
}

/// Whether rows of a kind are to be passed over, and not just of one kind too many.
fn is_ignored(kinds: &Words<Happenings>, kind: u32) -> bool {
    kinds.meaning(kind).is_some_and(|meaning| meaning.0.is_empty())
}
