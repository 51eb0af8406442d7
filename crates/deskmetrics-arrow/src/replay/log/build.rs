//! From columns to a log: decoding, leaving out, arranging.

use std::collections::BTreeMap;

use arrow_buffer::ScalarBuffer;
use chrono_tz::Tz;
use deskmetrics::replay::step::{FIRST_FREE, NONE, What};
use deskmetrics::replay::{EventOrder, Merged, Needs, Replay};
use deskmetrics::ticket::Attribute;
use deskmetrics::{Author, Excluded, Merge as _, Reason};
use hashbrown::HashSet;

use super::EventLog;
use crate::column::utc::{Instants, each_instant, needs_zone};
use crate::column::{Column, ColumnError, InstantReading, WordReading};
use crate::replay::coding::{Texts, coded};
use crate::replay::columns::{EventColumns, TicketColumns};
use crate::replay::customers::Customers;
use crate::replay::ids::{Finder, Ids, NO_ID, NOWHERE};
use crate::replay::meaning::{Code, IGNORED, MISSING, MeaningReader, Meanings, NOTHING, UNKNOWN_WORD};
use crate::replay::order::{Grouping, arranged};

impl EventLog {
    /// Decodes and arranges the columns for `replay`.
    ///
    /// Rows that cannot be used are left out and counted in [`excluded`](Self::excluded): tickets without id or creation
    /// (missing), with an id met before (duplicate); events without ticket, instant, kind or a value their kind needs
    /// (missing), with a word that has no meaning (unknown word), of a ticket that is not there (unknown ticket), with an
    /// id the ticket's events had before (duplicate).
    ///
    /// # Errors
    /// When a column's type cannot hold what is asked of it, columns of one table differ in length, or wall-clock times
    /// have no zone.
    pub fn new(
        tickets: &TicketColumns<'_>,
        events: &EventColumns<'_>,
        replay: &Replay,
    ) -> Result<Self, ColumnError> {
        tickets.agree()?;
        events.agree()?;
        // Slices are by the values at the cut-off.
        let named: Vec<Attribute> =
            tickets.attributes.iter().map(|(attribute, _)| attribute.clone()).collect();
        let changed = Meanings::changed_attributes(events)?;
        let mut replay = replay.clone().watching(named);
        if replay.needs().any(Needs::TOUCHES) {
            // Every change of an attribute is a touch, unless it has the value already.
            replay = replay.watching(changed.clone());
        }
        let mut excluded = Excluded::default();
        let as_numbers = Ids::are_numbers(&tickets.id, &events.ticket);
        let (created, mut usable) = ticket_instants(tickets, &mut excluded)?;
        let finder = Finder::new(Ids::new(&tickets.id, as_numbers)?, &mut usable, &mut excluded);
        let hears_people = replay.hears(What::PublicMessage)
            || replay.needs().any(Needs::SOLVES.and(Needs::TOUCHES).and(Needs::REOPENS));
        let rows = Rows { events, replay: &replay, finder: &finder, tickets: usable.len(), hears_people };
        let Arranged { spans, mut at, mut codes, rows, meanings } = rows.arrange(&mut excluded)?;

        let mut texts = Texts::default();
        let by = match events.author_name.as_ref().filter(|_| hears_people) {
            Some(column) => texts.column(column)?,
            None => Vec::new(),
        };
        let customers = tickets.requester.as_ref().map(Customers::new).transpose()?;
        let own_names =
            match customers.as_ref().filter(|_| !by.is_empty() && !replay.options().requester_answers) {
                Some(customers) => customers.find_in(&texts),
                None => Vec::new(),
            };
        let values = match events.value.as_ref().filter(|_| meanings.take_values(&replay) || meanings.merge())
        {
            Some(column) => texts.column(column)?,
            None => Vec::new(),
        };
        let mut attributes = Vec::with_capacity(tickets.attributes.len());
        for (attribute, column) in &tickets.attributes {
            let number = replay.attribute_number(attribute);
            attributes.push((attribute.clone(), number, texts.column(column)?));
        }
        for attribute in changed {
            let number = replay.attribute_number(&attribute);
            let followed = replay.hears(What::Changed { attribute: number, to: NONE });
            if followed && !attributes.iter().any(|(known, ..)| *known == attribute) {
                attributes.push((attribute, number, Vec::new()));
            }
        }
        let tags = tags(tickets, &mut texts)?;
        let created_by = match &tickets.created_by {
            Some(column) => {
                let reading = WordReading::<Author>::new(std::iter::empty::<(&str, Author)>());
                coded(column, None, |word| reading.read(word).unwrap_or(None))?
            }
            None => Vec::new(),
        };

        let (mut values, mut by) = (values, by);
        if let Some(rows) = &rows {
            at = rows.iter().map(|row| at[*row as usize]).collect();
            codes = gathered(&codes, rows);
            values = gathered(&values, rows);
            by = gathered(&by, rows);
        }
        let by_instant = replay.options().order == EventOrder::Time;
        let numbers: Vec<u32> = numbers(&texts, &replay);
        let mentioned = mentioned(&numbers);
        let mut log = Self {
            replay,
            finder,
            usable,
            created,
            created_by,
            attributes,
            tags,
            customers,
            own_names,
            texts,
            numbers,
            mentioned,
            spans,
            at,
            codes,
            values,
            by,
            meanings,
            moved: BTreeMap::new(),
            excluded,
        };
        if log.meanings.merge() && log.replay.options().merged == Merged::MoveMessages {
            log.move_messages();
        }
        if !by_instant {
            log.no_later_than_the_next();
        }
        if let Some(column) = &events.id {
            log.drop_repeated(column, rows.as_deref())?;
        }
        Ok(log)
    }

    /// Makes no event later than its successor on the ticket.
    fn no_later_than_the_next(&mut self) {
        let mut at: Vec<i64> = self.at.to_vec();
        for (from, to) in &self.spans {
            let mut latest = i64::MAX;
            for event in (*from as usize..*to as usize).rev() {
                if self.codes[event] != NOTHING {
                    latest = latest.min(at[event]);
                    at[event] = latest;
                }
            }
        }
        self.at = at.into();
    }

    /// Leaves out events with an id that an earlier event of the ticket has.
    fn drop_repeated(&mut self, ids: &Column<'_>, rows: Option<&[u32]>) -> Result<(), ColumnError> {
        let mut names = Texts::default();
        let mut ids = names.column(ids)?;
        if let Some(rows) = rows {
            ids = gathered(&ids, rows);
        }
        let as_of = self.replay.as_of().as_micros();
        let mut seen: HashSet<u32> = HashSet::new();
        // What happened to a ticket that is not known yet is left out for that reason, whatever its id.
        for ((from, to), _) in self.spans.iter().zip(&self.created).filter(|(_, created)| **created <= as_of)
        {
            seen.clear();
            for event in *from as usize..*to as usize {
                let id = ids.get(event).copied().unwrap_or(Texts::NONE);
                if self.codes[event] != NOTHING && id != Texts::NONE && !seen.insert(id) {
                    self.codes[event] = NOTHING;
                    self.excluded.add(Reason::Duplicate);
                }
            }
        }
        Ok(())
    }
}

/// The instants of a column and the rows without one.
type InstantsAndGaps = (ScalarBuffer<i64>, Vec<(usize, Reason)>);

/// The instants of a column, borrowed where they stand in one piece as microseconds.
fn instants(column: &Column<'_>, assume_tz: Option<Tz>) -> Result<InstantsAndGaps, ColumnError> {
    let mut gaps = Vec::new();
    if let [array] = column.chunks()
        && let Some(zone) = assume_tz.or((!needs_zone(array)).then_some(Tz::UTC))
        && let Ok((instants, doubtful)) = Instants::new(array, &InstantReading::new(zone))
        && doubtful.is_empty()
    {
        if instants.nulls().is_some() {
            let missing = (0..instants.len()).filter(|row| instants.get(*row).is_none());
            gaps.extend(missing.map(|row| (row, Reason::Missing)));
        }
        return Ok((instants.into_micros(), gaps));
    }
    let mut micros = Vec::with_capacity(column.len());
    each_instant(column, assume_tz, |at| {
        match at {
            Ok(Some(_)) => {}
            Ok(None) => gaps.push((micros.len(), Reason::Missing)),
            Err(()) => gaps.push((micros.len(), Reason::Unreadable)),
        }
        micros.push(at.ok().flatten().unwrap_or_default());
    })?;
    Ok((micros.into(), gaps))
}

/// When each ticket was created, and whether that is known, which is counted.
fn ticket_instants(
    tickets: &TicketColumns<'_>,
    excluded: &mut Excluded,
) -> Result<(ScalarBuffer<i64>, Vec<bool>), ColumnError> {
    let (created, gaps) = instants(&tickets.created_at, tickets.assume_tz)?;
    let mut known = vec![true; created.len()];
    for (row, reason) in gaps {
        excluded.add(reason);
        known[row] = false;
    }
    Ok((created, known))
}

/// What the rows of events are read by.
struct Rows<'r> {
    events: &'r EventColumns<'r>,
    replay: &'r Replay,
    finder: &'r Finder,
    tickets: usize,
    hears_people: bool,
}

/// The rows of events, each with its meaning, by ticket.
struct Arranged {
    spans: Vec<(u32, u32)>,
    at: ScalarBuffer<i64>,
    codes: Vec<Code>,
    /// The rows in the order of the spans; `None` where they stand so.
    rows: Option<Vec<u32>>,
    meanings: Meanings,
}

/// Rows decoded at a time: few enough for the cache, where all columns of a block are then put together.
const BLOCK: usize = 1 << 13;

impl Rows<'_> {
    /// Decodes the rows and finds those of each ticket: block by block while they stand ticket by ticket and in order.
    fn arrange(&self, excluded: &mut Excluded) -> Result<Arranged, ColumnError> {
        let (at, unreadable) = instants(&self.events.at, self.events.assume_tz)?;
        let by_instant = self.replay.options().order == EventOrder::Time;
        let mut places = self.finder.seek(&self.events.ticket)?;
        let (mut reader, meanings) = MeaningReader::new(self.events, self.replay, self.hears_people)?;
        let mut settling = Settling::new(&unreadable);
        let mut grouping = Some(Grouping::new(self.tickets, by_instant));
        // Every row gets its code; zeros cost nothing until then.
        let mut codes: Vec<Code> = vec![0; at.len()];
        // Of one block, while nobody needs to know them all.
        let mut found: Vec<u32> = vec![NOWHERE; BLOCK.min(at.len())];
        for (codes, at) in codes.chunks_mut(BLOCK).zip(at.chunks(BLOCK)) {
            reader.fill(codes);
            let Some(so_far) = &mut grouping else { break };
            let ids = if settling.all_usable(codes) { places.take_ids(codes.len()) } else { None };
            let grouped = if let Some(ids) = ids {
                settling.row += codes.len();
                let lost = |rows| settling.excluded.add_many(Reason::UnknownTicket, rows);
                so_far.take_ids(ids, at, codes, |id| self.finder.place(id), lost)
            } else {
                let found = &mut found[..codes.len()];
                places.fill(found);
                settling.settle(codes, found);
                so_far.take(found, at, codes)
            };
            if !grouped {
                grouping = None;
            }
        }
        if let Some(spans) = grouping.and_then(Grouping::spans) {
            excluded.merge(settling.excluded);
            return Ok(Arranged { spans, at, codes, rows: None, meanings });
        }
        let mut places = self.finder.seek(&self.events.ticket)?;
        let (mut reader, meanings) = MeaningReader::new(self.events, self.replay, self.hears_people)?;
        let mut settling = Settling::new(&unreadable);
        found.resize(at.len(), NOWHERE);
        places.fill(&mut found);
        reader.fill(&mut codes);
        settling.settle(&mut codes, &found);
        excluded.merge(settling.excluded);
        let (spans, rows) = arranged(&found, &at, &codes, self.tickets, by_instant);
        Ok(Arranged { spans, at, codes, rows: Some(rows), meanings })
    }
}

/// Leaves out the events that cannot be used, each for the first reason there is: they come to mean nothing.
struct Settling<'g> {
    unreadable: std::iter::Peekable<std::slice::Iter<'g, (usize, Reason)>>,
    row: usize,
    excluded: Excluded,
}

impl<'g> Settling<'g> {
    fn new(unreadable: &'g [(usize, Reason)]) -> Self {
        Self { unreadable: unreadable.iter().peekable(), row: 0, excluded: Excluded::default() }
    }

    /// Whether the next rows all mean something and have an instant.
    fn all_usable(&mut self, codes: &[Code]) -> bool {
        let end = self.row + codes.len();
        let gap = self.unreadable.peek().is_some_and(|(row, _)| *row < end);
        !gap && codes.iter().max().is_none_or(|code| *code < IGNORED)
    }

    /// The next rows.
    fn settle(&mut self, codes: &mut [Code], places: &[u32]) {
        let known = places.iter().max().is_none_or(|place| *place < NO_ID);
        let first = self.row;
        let usable = known && self.all_usable(codes);
        self.row += codes.len();
        if usable {
            return;
        }
        for (row, (code, place)) in (first..).zip(codes.iter_mut().zip(places)) {
            let instant = self.unreadable.next_if(|(gap, _)| *gap == row).map(|(_, reason)| *reason);
            let reason = match (*place, instant, *code) {
                (NO_ID, ..) => Some(Reason::Missing),
                (_, Some(reason), _) => Some(reason),
                (_, _, MISSING) => Some(Reason::Missing),
                (_, _, UNKNOWN_WORD) => Some(Reason::UnknownWord),
                (NOWHERE, _, code) if code != IGNORED => Some(Reason::UnknownTicket),
                _ => None,
            };
            if let Some(reason) = reason {
                self.excluded.add(reason);
            }
            if reason.is_some() || *code == IGNORED {
                *code = NOTHING;
            }
        }
    }
}

fn gathered<T: Copy>(values: &[T], rows: &[u32]) -> Vec<T> {
    if values.is_empty() {
        return Vec::new();
    }
    rows.iter().map(|row| values[*row as usize]).collect()
}

/// By code of a text: its number in steps.
fn numbers(texts: &Texts, replay: &Replay) -> Vec<u32> {
    let number = |(text, code): (&str, u32)| replay.value_number(text).unwrap_or(FIRST_FREE | code);
    std::iter::once(NONE).chain(texts.iter().zip(1..).map(number)).collect()
}

/// By number that rules gave: the code of its text.
fn mentioned(numbers: &[u32]) -> Vec<u32> {
    let mut codes = Vec::new();
    for (number, code) in numbers.iter().zip(0u32..).filter(|(number, _)| **number < FIRST_FREE) {
        let place = *number as usize;
        if codes.len() <= place {
            codes.resize(place + 1, Texts::NONE);
        }
        codes[place] = code;
    }
    codes
}

/// By ticket: where its tags end, and all tags one after the other.
fn tags(tickets: &TicketColumns<'_>, texts: &mut Texts) -> Result<(Vec<u32>, Vec<u32>), ColumnError> {
    let Some((column, separator)) = &tickets.tags else { return Ok((Vec::new(), Vec::new())) };
    let mut ends = Vec::with_capacity(column.len());
    let mut all: Vec<u32> = Vec::new();
    let mut lists = Texts::default();
    for list in lists.column(column)? {
        let list = lists.text(list).unwrap_or_default();
        let from = all.len();
        for tag in list.split(separator.as_str()) {
            let code = texts.code(tag);
            if code != Texts::NONE && !all[from..].contains(&code) {
                all.push(code);
            }
        }
        ends.push(u32::try_from(all.len()).unwrap_or(u32::MAX));
    }
    Ok((ends, all))
}
