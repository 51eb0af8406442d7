//! Reads tables with one row per event.

use arrow_array::{Array as _, RecordBatch};
use deskmetrics::ticket::Attribute;
use deskmetrics::{Author, Reason, Status, Timestamp};

use super::builder::EventBuilder;
use crate::ReadError;
use crate::column::{BadCell, WordReading};
use crate::decode::context::{ColumnTask, Decoding, Workers, in_order};
use crate::decode::id::{Id, NOWHERE, each_id, plain_numbers};
use crate::decode::kind::{KindCode, Kinds, NOTHING, needs_value};
use crate::decode::ledger::{Halt, Ledger, Reads as _, Scope, each_row};
use crate::decode::slot::{AttributeSlots, BoundWord, FileColumns, TimestampSlot, WordSlot};
use crate::decode::ticket::{NewTicket, NewTickets, TicketTable};
use crate::decode::time::Versions;
use crate::decode::word::{Codes, Decoder, KnownCodes, NONE, Words};
use crate::description::{Duplicates, EventMapping, EventMeaning, EventSource};

/// The number of rows that are combined together.
const BLOCK: usize = 1024;

/// The columns of one table.
struct Slots<'a> {
    ticket: WordSlot<Box<str>>,
    at: TimestampSlot,
    kind: WordSlot<EventMapping>,
    value: WordSlot<Box<str>>,
    previous: WordSlot<Box<str>>,
    id: WordSlot<Box<str>>,
    updated_at: TimestampSlot,
    author: WordSlot<Author>,
    author_name: WordSlot<Box<str>>,
    requester: WordSlot<Box<str>>,
    created_by: WordSlot<Author>,
    attributes: AttributeSlots,
    statuses: WordReading<Status>,
    source: &'a EventSource,
}

/// The codes of the texts of a source's columns.
#[derive(Default)]
struct Caches {
    kind: KnownCodes,
    value: KnownCodes,
    previous: KnownCodes,
    status: KnownCodes,
    author: KnownCodes,
    author_name: KnownCodes,
    id: KnownCodes,
    kinds: Words<EventMapping>,
    statuses: Words<Status>,
    authors: Words<Author>,
}

impl EventBuilder {
    /// Reads the tables of one source.
    pub(crate) fn read(
        &mut self,
        decoding: &mut Decoding<'_>,
        source: &EventSource,
        tickets: &TicketTable,
        new: &mut NewTickets,
    ) -> Result<(), ReadError> {
        let mut caches = Caches::default();
        let previous = source.previous.clone().map(|mut key| {
            if let Some(value) = source.value.as_ref().filter(|_| key.words.is_empty()) {
                key.words.clone_from(&value.words);
                key.other = key.other.or_else(|| value.other.clone());
            }
            key
        });
        for file in &source.file {
            let table = decoding.open(file, &source.filter)?;
            let mut columns =
                FileColumns::of(&table, decoding.description, &source.timestamps, &source.missing);
            let slots = Slots {
                ticket: columns.word(&source.ticket)?,
                at: columns.timestamp(&source.at)?,
                kind: columns.word(&source.kind)?,
                value: columns.maybe_word(source.value.as_ref())?,
                previous: columns.maybe_word(previous.as_ref())?,
                id: columns.maybe_word(source.id.as_ref())?,
                updated_at: columns.maybe_timestamp(source.updated_at.as_ref())?,
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
                [slots.ticket.name(), slots.at.name(), slots.id.name(), slots.value.name()]
                    .map(str::to_owned),
                source.clock_skew,
                source.duplicates.unwrap_or(Duplicates::First),
                true,
            );
            decoding.each_batch(&columns, ledger, |decoding, batch| {
                self.batch(decoding, &slots, batch, &mut caches, (tickets, new), ledger)
            })?;
        }
        Ok(())
    }

    fn batch(
        &mut self,
        decoding: &mut Decoding<'_>,
        slots: &Slots<'_>,
        batch: &RecordBatch,
        caches: &mut Caches,
        (tickets, new): (&TicketTable, &mut NewTickets),
        ledger: usize,
    ) -> Result<(), ReadError> {
        let (first, rows) = (self.codes.len(), batch.num_rows());
        caches.kinds.codes = Codes::default();
        caches.authors.codes = Codes::default();
        let known_tickets = (tickets, &*new);
        let columns: [ColumnTask<'_>; 7] = [
            Box::new(|doubts| {
                self.at.decode(&slots.at, batch, doubts)?;
                if let Some(nulls) = self.at.last().and_then(|at| at.nulls()) {
                    doubts.extend((0..rows).filter(|row| nulls.is_null(*row)));
                }
                Ok(())
            }),
            Box::new(|doubts| find_tickets(slots, batch, doubts, known_tickets, &mut self.places)),
            Box::new(|doubts| self.values.decode(&slots.value, &mut caches.value, batch, doubts)),
            Box::new(|doubts| self.by.decode(&slots.author_name, &mut caches.author_name, batch, doubts)),
            Box::new(|doubts| self.ids.decode(&slots.id, &mut caches.id, batch, doubts)),
            Box::new(|doubts| caches.kinds.decode(&slots.kind, &mut caches.kind, batch, doubts)),
            Box::new(|doubts| caches.authors.decode(&slots.author, &mut caches.author, batch, doubts)),
        ];
        let mut doubts = decoding.workers.decode(rows, columns)?;
        if slots.updated_at.is_described() {
            let mut versions = Versions::default();
            versions.decode(&slots.updated_at, batch, &mut decoding.ledgers[ledger])?;
            self.versions.resize(first, None);
            let versions = versions.finish();
            self.versions.extend((0..rows).map(|row| versions.as_ref()?.get(row)));
        }
        if !slots.previous.is_nothing() {
            // Every text has a meaning.
            let previous = &mut self.previous;
            previous.values.fill_up(first);
            previous.values.decode(&slots.previous, &mut caches.previous, batch, &mut Vec::new())?;
            match previous.known.last_mut() {
                Some(known) if known.end == first => known.end += rows,
                _ => previous.known.push(first..first + rows),
            }
        }
        caches.statuses.codes = Codes::default();
        let name_statuses = caches.kinds.meanings().iter().any(|kind| kind.0.contains(&EventMeaning::Status));
        if name_statuses {
            let read = |text: &str| match slots.value.meaning(Some(text)) {
                // A label without meaning is an error only if a status is needed.
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
                    decoder.array(array, &mut codes).map_err(|wrong| slots.value.wrong(wrong))?;
                }
                None => codes = Codes::All(missing, rows),
            }
            statuses.codes = codes;
        }
        self.combine(&decoding.workers, caches, rows, &mut doubts);
        let doubts = in_order(doubts);
        if !doubts.is_empty() {
            self.settle(decoding, slots, batch, &doubts, ledger)?;
        }
        if slots.source.creates_tickets {
            self.create_tickets(decoding, slots, batch, first, (tickets, new), ledger)?;
        } else {
            self.keep_unknown(slots, batch, first)?;
        }
        Ok(())
    }

    /// Computes the code of each row's kind, author and status.
    fn combine(&mut self, workers: &Workers, caches: &Caches, rows: usize, doubts: &mut Vec<usize>) {
        let Caches { kinds, authors, statuses, .. } = caches;
        let first = self.codes.len();
        // For each kind, its index, and whether it needs a value or a status.
        let places: Vec<Option<(usize, bool, bool)>> = kinds
            .meanings()
            .iter()
            .map(|meaning| {
                let place = (!meaning.0.is_empty()).then(|| self.kinds.place(meaning)).flatten()?;
                Some((place, meaning.0.iter().any(needs_value), meaning.0.contains(&EventMeaning::Status)))
            })
            .collect();
        let width = authors.kinds() * statuses.kinds();
        let mut outcomes: Vec<KindCode> = vec![NOTHING; kinds.kinds() * width];
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
        // Rows without a kind, and those without a value that their kind needs.
        let demanding = places.iter().any(|place| place.is_some_and(|(_, value, names)| value || names));
        let may_lack = demanding || !kinds.rows_without(0).is_empty();
        let values = &self.values.codes;
        let lacks = |row: usize| {
            let kind = kinds.codes.get(row);
            let Some(needs) = (kind as usize).checked_sub(1).map(|kind| places[kind]) else { return true };
            let lacks = needs.is_some_and(|(_, value, names)| {
                (value && values.get(first + row) == NONE) || (names && statuses.codes.get(row) == NONE)
            });
            lacks || (needs.is_none() && !is_ignored(kinds, kind))
        };
        // Whether such a row may have this kind, author and status.
        let doubtful: Vec<bool> = (0..outcomes.len())
            .map(|at| {
                let Some(kind) = (at / width).checked_sub(1) else { return may_lack };
                let has_status = at % statuses.kinds() != NONE as usize;
                match places[kind] {
                    Some((_, value, status)) => value || (status && !has_status),
                    None => !kinds.meanings()[kind].0.is_empty(),
                }
            })
            .collect();
        let narrow = |kinds: usize| u32::try_from(kinds).unwrap_or(u32::MAX);
        let found = workers.ranges(rows, |rows| {
            let mut codes = Vec::with_capacity(rows.len());
            let mut lacking = Vec::new();
            let mut block = [0_u32; BLOCK];
            for from in rows.clone().step_by(BLOCK) {
                let outcome = &mut block[..BLOCK.min(rows.end - from)];
                kinds.codes.read(from, outcome);
                authors.codes.combine(from, narrow(authors.kinds()), outcome);
                statuses.codes.combine(from, narrow(statuses.kinds()), outcome);
                codes.extend(outcome.iter().map(|at| outcomes[*at as usize]));
                if may_lack && outcome.iter().any(|at| doubtful[*at as usize]) {
                    lacking.extend((from..from + outcome.len()).filter(|row| lacks(*row)));
                }
            }
            (codes, lacking)
        });
        self.codes.reserve(rows);
        for (codes, mut lacking) in found {
            self.codes.extend(codes);
            doubts.append(&mut lacking);
        }
    }

    /// Reads doubtful rows with the rules of the row reader. Unusable rows are ignored.
    fn settle(
        &mut self,
        decoding: &mut Decoding<'_>,
        slots: &Slots<'_>,
        batch: &RecordBatch,
        doubts: &[usize],
        ledger_at: usize,
    ) -> Result<(), ReadError> {
        let first = self.codes.len() - batch.num_rows();
        let mut ticket = slots.ticket.bind(batch)?;
        let mut at = slots.at.bind(batch)?;
        let mut kind = slots.kind.bind(batch)?;
        let mut value = slots.value.bind(batch)?;
        let mut id = slots.id.bind(batch)?;
        let mut author = slots.author.bind(batch)?;
        let mut author_name = slots.author_name.bind(batch)?;
        let ledger = &mut decoding.ledgers[ledger_at];
        let codes = &mut self.codes[first..];
        let one = |row: usize| -> Result<Timestamp, Halt> {
            ledger.need(&mut ticket, row, Reason::Missing)?;
            let at = ledger.need(&mut at, row, Reason::Missing)?;
            let mapping = ledger.need(&mut kind, row, Reason::Missing)?;
            ledger.read(&mut author, row)?;
            ledger.want(&mut author_name, row)?;
            ledger.want(&mut id, row)?;
            for meaning in &mapping.0 {
                check_value(ledger, meaning, &mut value, &slots.statuses, row)?;
            }
            if !mapping.0.is_empty() && codes[row] == NOTHING {
                // There are more kinds than codes.
                let number = ledger.row(row);
                return Err(ledger.exclude_one(
                    Scope::Record,
                    Reason::UnknownWord,
                    number,
                    kind.name(),
                    || (format!("{mapping:?}"), "fewer different kinds of events are read".to_owned()),
                ));
            }
            Ok(at)
        };
        let (kept, skipped) = each_row(doubts.iter().copied(), one)?;
        for row in skipped {
            codes[row] = NOTHING;
        }
        at.account(ledger);
        self.at.correct(kept.into_iter().map(|(row, at)| (row, Some(at))));
        Ok(())
    }

    /// Creates the tickets that no other table contains, each from its first event.
    fn create_tickets(
        &mut self,
        decoding: &mut Decoding<'_>,
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
        // The tickets whose first event so far is in this batch.
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
        })?;
        let described =
            !slots.requester.is_nothing() || !slots.created_by.is_nothing() || slots.attributes.len() > 0;
        if !described || begun.is_empty() {
            return Ok(());
        }
        let mut requester = slots.requester.bind(batch)?;
        let mut created_by = slots.created_by.bind(batch)?;
        let mut attributes = slots.attributes.bind(batch)?;
        let ledger = &mut decoding.ledgers[ledger_at];
        // The last entry of a ticket is its first event.
        let mut read = |ticket: usize, row: usize| -> Result<(), Halt> {
            let named = ledger.want(&mut requester, row)?;
            let author = ledger.want(&mut created_by, row)?;
            let values = attributes.read(ledger, row)?;
            let of =
                |(attribute, _): (&Attribute, &_)| (attribute.clone(), values.get(attribute).map(Into::into));
            let ticket = &mut new.rows[ticket];
            ticket.requester = named;
            ticket.created_by = author;
            ticket.attributes = slots.attributes.iter().map(of).collect();
            Ok(())
        };
        for (ticket, row) in begun {
            read(ticket, row).or_else(Halt::skipped)?;
        }
        Ok(())
    }

    /// Records the ids of tickets that are not known yet.
    fn keep_unknown(
        &mut self,
        slots: &Slots<'_>,
        batch: &RecordBatch,
        first: usize,
    ) -> Result<(), ReadError> {
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
}

/// Adds the row of each event's ticket.
fn find_tickets(
    slots: &Slots<'_>,
    batch: &RecordBatch,
    doubts: &mut Vec<usize>,
    (tickets, new): (&TicketTable, &NewTickets),
    places: &mut Vec<u32>,
) -> Result<(), ReadError> {
    let some_new = !new.rows.is_empty();
    let find = |id: Id<'_>| match tickets.place(id) {
        NOWHERE if some_new => new.ids.find(id),
        place => place,
    };
    if let Some(numbers) = slots.ticket.array(batch).map(|array| plain_numbers(&slots.ticket, array))
        && let Some(numbers) = numbers?.filter(|numbers| numbers.null_count() == 0)
    {
        let first = places.len();
        tickets.index.find_numbers(&tickets.ids, numbers.values(), places);
        if places[first..].contains(&NOWHERE) {
            let lost = places[first..].iter_mut().zip(numbers.values());
            lost.filter(|(place, _)| **place == NOWHERE)
                .for_each(|(place, id)| *place = find(Id::Number(*id)));
        }
        return Ok(());
    }
    places.reserve(batch.num_rows());
    // Most logs are grouped by ticket.
    let mut last_text: (String, u32) = (String::new(), NOWHERE);
    each_id(&slots.ticket, batch, |row, id| {
        places.push(match id {
            None => {
                doubts.push(row);
                NOWHERE
            }
            Some(Id::Number(number)) => find(Id::Number(number)),
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

fn code_of<T: Copy>(words: &Words<T>, code: usize) -> Option<T> {
    words.meaning(u32::try_from(code).unwrap_or(NONE)).copied()
}

/// Checks the value that a meaning needs.
fn check_value(
    ledger: &mut Ledger,
    meaning: &EventMeaning,
    value: &mut BoundWord<'_, Box<str>>,
    statuses: &WordReading<Status>,
    row: usize,
) -> Result<(), Halt> {
    match meaning {
        EventMeaning::Status => {
            let word = ledger.need(value, row, Reason::Missing)?;
            match statuses.read(&word) {
                Ok(Some(_)) => Ok(()),
                Ok(None) | Err(_) => Err(ledger.exclude_one(
                    Scope::Record,
                    BadCell::UnknownWord.reason(),
                    ledger.row(row),
                    value.name(),
                    || {
                        let remedy = format!(
                            "give the word a meaning, such as statuses = {{ {word:?} = \"solved\" }}"
                        );
                        (word.to_string(), remedy)
                    },
                )),
            }
        }
        // No value is valid: the ticket is assigned to no one now.
        EventMeaning::Changed(_) => ledger.read(value, row).map(|_| ()),
        one if needs_value(one) => ledger.need(value, row, Reason::Missing).map(|_| ()),
        _ => Ok(()),
    }
}

/// Whether rows of a kind are ignored, as opposed to a kind beyond the maximum.
fn is_ignored(kinds: &Words<EventMapping>, kind: u32) -> bool {
    kinds.meaning(kind).is_some_and(|meaning| meaning.0.is_empty())
}
