//! Tickets and their events, decoded: ready to be replayed ticket by ticket.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use arrow_buffer::ScalarBuffer;
use chrono_tz::Tz;
use deskmetrics::replay::step::{FIRST_FREE, NONE, Start, Step, What};
use deskmetrics::replay::{EventOrder, Merged, Needs, Pass, PassVerdict, Replay};
use deskmetrics::ticket::Attribute;
use deskmetrics::{Author, Excluded, Merge as _, Reason, TicketMetrics};
use hashbrown::HashSet;
use rayon::prelude::*;

use super::coding::{Texts, coded};
use super::columns::{EventColumns, TicketColumns};
use super::customers::Customers;
use super::ids::{Finder, Ids, NO_ID, NOWHERE};
use super::meaning::{Code, IGNORED, MISSING, Meanings, NOTHING, UNKNOWN_WORD};
use super::order::arrange;
use crate::column::utc::{Instants, each_instant, needs_zone};
use crate::column::{Column, ColumnError, InstantReading, WordReading};

/// Tickets and their events, decoded from columns for one [`Replay`] and arranged ticket by ticket.
///
/// Events may stand in any order; where they already stand ticket by ticket and in time order, which one scan tells, they
/// are not sorted and their instants not even copied. Each distinct word is looked at once. Columns that nobody's answer
/// depends on (see [`Needs`]) are not decoded.
#[derive(Debug)]
pub struct EventLog {
    pub(super) replay: Replay,
    finder: Finder,
    /// By ticket: it is one, and not a row without id or creation or with another's id.
    usable: Vec<bool>,
    created: Vec<i64>,
    created_by: Vec<Option<Author>>,
    pub(super) attributes: Vec<(Attribute, u16, Vec<u32>)>,
    /// By ticket: where its tags end in the list after it.
    tags: (Vec<u32>, Vec<u32>),
    customers: Option<Customers>,
    /// By customer: the code of the same name among the authors' names.
    own_names: Vec<u32>,
    texts: Texts,
    /// By code of a text: its number in steps.
    numbers: Vec<u32>,
    /// By number that rules gave: the code of its text.
    mentioned: Vec<u32>,
    spans: Vec<(u32, u32)>,
    at: ScalarBuffer<i64>,
    codes: Vec<Code>,
    values: Vec<u32>,
    by: Vec<u32>,
    meanings: Meanings,
    /// Customer messages that tickets take over from those merged into them.
    moved: BTreeMap<usize, Vec<i64>>,
    excluded: Excluded,
}

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
        let created = ticket_instants(tickets, &mut excluded)?;
        let ids = Ids::new(&tickets.id, as_numbers)?;
        let (finder, usable) = Finder::new(&ids, &created, &mut excluded);
        let created = created.into_iter().map(Option::unwrap_or_default).collect();

        let (mut at, unreadable) = instants(&events.at, events.assume_tz)?;
        let mut places = finder.places(&events.ticket)?;
        let hears_people = replay.hears(What::PublicMessage)
            || replay.needs().any(Needs::SOLVES.and(Needs::TOUCHES).and(Needs::REOPENS));
        let (mut codes, meanings) = Meanings::read(events, &replay, hears_people)?;
        settle(&mut codes, &mut places, &unreadable, &mut excluded);

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

        let by_instant = replay.options().order == EventOrder::Time;
        let arranged = arrange(&places, &at, &codes, usable.len(), by_instant);
        let (mut values, mut by) = (values, by);
        if let Some(rows) = &arranged.rows {
            at = rows.iter().map(|row| at[*row as usize]).collect();
            codes = gathered(&codes, rows);
            values = gathered(&values, rows);
            by = gathered(&by, rows);
        }
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
            spans: arranged.spans,
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
            log.drop_repeated(column, arranged.rows.as_deref())?;
        }
        Ok(log)
    }

    /// Tickets, those left out among them: the rows of the ticket columns.
    pub fn rows(&self) -> usize {
        self.usable.len()
    }

    /// Events that belong to tickets, those left out among them.
    pub fn events(&self) -> usize {
        self.codes.len()
    }

    /// Rows left out of the columns, by reason. What counts for nothing on a ticket is told by [`each`](Self::each).
    pub fn excluded(&self) -> &Excluded {
        &self.excluded
    }

    /// The text behind a code of an attribute or a person; `None` for the code 0, which is no text.
    pub fn text(&self, code: u32) -> Option<&str> {
        self.texts.text(code)
    }

    /// One more than the highest code of a text.
    pub fn codes(&self) -> usize {
        self.texts.len()
    }

    /// The customers; `None` where no column names them.
    pub fn customers(&self) -> Option<&Customers> {
        self.customers.as_ref()
    }

    /// To ask tickets for their value of an attribute; `None` where no column tells of it, and where only events do that
    /// nobody's answer depends on (see [`Replay::watching`]).
    pub fn slot(&self, attribute: &Attribute) -> Option<AttributeSlot> {
        let (_, number, _) = self.attributes.iter().find(|(known, ..)| known == attribute)?;
        Some(AttributeSlot(*number))
    }

    /// Replays every ticket and shows it to `visit`, on `threads` threads: 1 works on the caller's, 0 takes as many as the
    /// machine has processors.
    ///
    /// The tickets are split into ranges; each range has its own accumulator, made by `new`, and they come back in the
    /// order of the rows, together with what was left out of the tickets' lives by reason. With one thread there is one.
    pub fn each<A: Send>(
        &self,
        threads: usize,
        new: impl Fn() -> A + Sync,
        visit: impl Fn(&mut A, &ReplayedRow<'_>) + Sync,
    ) -> (Vec<A>, Excluded) {
        let show = |part: &mut A, rows| {
            self.run(rows, |row, pass| visit(part, &ReplayedRow { row, pass, log: self }))
        };
        self.split(threads, new, show)
    }

    /// Splits the rows into ranges, works on each with an accumulator of its own, and gives these in the order of the rows.
    pub(super) fn split<A: Send>(
        &self,
        threads: usize,
        new: impl Fn() -> A + Sync,
        work: impl Fn(&mut A, Range<usize>) -> Excluded + Sync,
    ) -> (Vec<A>, Excluded) {
        let rows = self.rows();
        let run = |rows: Range<usize>| {
            let mut part = new();
            let excluded = work(&mut part, rows);
            (part, excluded)
        };
        let pool = match threads {
            1 => None,
            _ => rayon::ThreadPoolBuilder::new().num_threads(threads).build().ok(),
        };
        let parts: Vec<(A, Excluded)> = match pool {
            None => vec![run(0..rows)],
            Some(pool) => {
                let pieces = (pool.current_num_threads() * 8).min(rows).max(1);
                let piece = |number: usize| rows * number / pieces;
                let all = (0..pieces).into_par_iter().map(|number| run(piece(number)..piece(number + 1)));
                pool.install(|| all.collect())
            }
        };
        let mut excluded = Excluded::default();
        let parts = parts.into_iter().map(|(part, left_out)| {
            excluded.merge(left_out);
            part
        });
        (parts.collect(), excluded)
    }

    /// Replays the tickets of some rows.
    pub(super) fn run(&self, rows: Range<usize>, mut visit: impl FnMut(usize, &mut Pass<'_>)) -> Excluded {
        let mut pass = self.replay.pass();
        let mut attributes: Vec<(u16, u32)> = Vec::with_capacity(self.attributes.len());
        let mut tags: Vec<u32> = Vec::new();
        for row in rows {
            if !self.usable[row] {
                continue;
            }
            attributes.clear();
            attributes.extend(self.attributes.iter().filter_map(|(_, number, codes)| {
                // An attribute that only events tell of has no value at creation.
                codes.get(row).map(|code| (*number, self.numbers[*code as usize]))
            }));
            if let Some(end) = self.tags.0.get(row) {
                let start = row.checked_sub(1).map_or(0, |before| self.tags.0[before]);
                tags.clear();
                let own = &self.tags.1[start as usize..*end as usize];
                tags.extend(own.iter().map(|code| self.numbers[*code as usize]));
            }
            pass.begin(Start {
                created_at: self.created[row],
                created_by: self.created_by.get(row).copied().flatten(),
                attributes: &attributes,
                tags: &tags,
            });
            self.steps(row, |step| pass.step(step));
            pass.conclude();
            visit(row, &mut pass);
        }
        pass.excluded().clone()
    }

    /// A ticket's steps in order.
    #[inline]
    fn steps(&self, row: usize, each: impl FnMut(Step)) {
        if !self.moved.is_empty()
            && let Some(messages) = self.moved.get(&row)
        {
            return self.steps_with(row, messages, each);
        }
        self.own_steps(row, each);
    }

    /// The steps of a ticket's own events.
    #[inline]
    fn own_steps(&self, row: usize, mut each: impl FnMut(Step)) {
        let (from, to) = self.spans[row];
        let own_name = self.own_name(row);
        for event in from as usize..to as usize {
            let at = self.at[event];
            let by = self.by.get(event).copied().unwrap_or(Texts::NONE);
            for template in self.meanings.of(self.codes[event]) {
                let value = || self.values.get(event).map_or(NONE, |code| self.numbers[*code as usize]);
                let mut step = template.step(at, self.numbers[by as usize], value);
                if by != Texts::NONE && by == own_name && step.author == Author::Agent {
                    step.author = Author::Customer;
                }
                each(step);
            }
        }
    }

    /// The steps of a ticket that takes over messages of others: those come before its own of the same instant.
    #[cold]
    fn steps_with(&self, row: usize, messages: &[i64], mut each: impl FnMut(Step)) {
        let message =
            |at: &i64| Step { at: *at, what: What::PublicMessage, by: NONE, author: Author::Customer };
        let mut messages = messages.iter().map(message).peekable();
        let (from, to) = self.spans[row];
        let mut first = self.at[from as usize..to as usize].iter().copied();
        if self.replay.options().order == EventOrder::Sequence {
            // They have no row, so they come first of all, none later than its successor.
            let limit = first.next().unwrap_or(i64::MAX);
            let mut all: Vec<Step> = messages.by_ref().collect();
            let mut latest = limit;
            for step in all.iter_mut().rev() {
                latest = latest.min(step.at);
                step.at = latest;
            }
            all.into_iter().for_each(&mut each);
        }
        self.own_steps(row, |step| {
            while let Some(message) = messages.next_if(|message| message.at <= step.at) {
                each(message);
            }
            each(step);
        });
        messages.for_each(each);
    }

    /// The code of the requester's name among the authors' names.
    fn own_name(&self, row: usize) -> u32 {
        let customer = self.customers.as_ref().filter(|_| !self.own_names.is_empty());
        let code = customer.map_or(0, |customers| customers.code(row));
        self.own_names.get(code as usize).copied().unwrap_or(Texts::NONE)
    }

    /// The text code behind a number of a step.
    pub(super) fn code_of(&self, number: u32) -> u32 {
        if number >= FIRST_FREE {
            return number & !FIRST_FREE;
        }
        self.mentioned.get(number as usize).copied().unwrap_or(Texts::NONE)
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

    /// Gives the customer messages of tickets merged away to those they live on in.
    fn move_messages(&mut self) {
        let as_of = self.replay.as_of().as_micros();
        let mut into: BTreeMap<usize, Survivor> = BTreeMap::new();
        for row in 0..self.rows() {
            if let Some(survivor) = self.merged_into(row, as_of) {
                into.insert(row, survivor);
            }
        }
        for row in into.keys() {
            let Some(survivor) = survivor(*row, &into) else { continue };
            let created = self.created[survivor];
            let messages = self.customer_messages(*row, as_of);
            self.moved.entry(survivor).or_default().extend(messages.into_iter().map(|at| at.max(created)));
        }
        if self.replay.options().order == EventOrder::Time {
            self.moved.values_mut().for_each(|messages| messages.sort_unstable());
        }
    }

    /// The ticket a ticket ends up merged into at the cut-off, if it does.
    fn merged_into(&self, row: usize, as_of: i64) -> Option<Survivor> {
        let (from, to) = self.spans[row];
        // The latest decides; of several at one instant, that of the last row.
        let (mut survivor, mut latest) = (None, i64::MIN);
        for event in from as usize..to as usize {
            let at = self.at[event];
            if at > as_of || at < latest {
                continue;
            }
            for template in self.meanings.of(self.codes[event]) {
                match template.what {
                    What::MergedInto => (survivor, latest) = (self.values.get(event).copied(), at),
                    What::Restored => (survivor, latest) = (None, at),
                    _ => {}
                }
            }
        }
        let place = self.finder.find_text(self.texts.text(survivor?)?);
        Some(Survivor(usize::try_from(place).ok().filter(|place| *place < self.rows())))
    }

    /// When the customer wrote on a ticket; its creation stands for a message where the log has none at that instant.
    fn customer_messages(&self, row: usize, as_of: i64) -> Vec<i64> {
        let (from, to) = self.spans[row];
        let created = self.created[row];
        let wrote = |event: &usize| {
            self.meanings
                .of(self.codes[*event])
                .iter()
                .any(|template| template.what == What::PublicMessage && template.author == Author::Customer)
        };
        let mut messages: Vec<i64> = (from as usize..to as usize)
            .filter(wrote)
            .map(|event| self.at[event])
            .filter(|at| (created..=as_of).contains(at))
            .collect();
        let opened = matches!(self.created_by.get(row).copied().flatten(), None | Some(Author::Customer));
        if opened && !messages.contains(&created) && created <= as_of {
            messages.push(created);
        }
        messages
    }
}

/// A ticket just replayed.
#[derive(Debug)]
pub struct ReplayedRow<'l> {
    pub(super) row: usize,
    pub(super) pass: &'l Pass<'l>,
    pub(super) log: &'l EventLog,
}

impl<'l> ReplayedRow<'l> {
    /// Its row in the ticket columns.
    pub fn row(&self) -> usize {
        self.row
    }

    /// Its id.
    pub fn id(&self) -> Cow<'l, str> {
        self.log.finder.text(self.row).unwrap_or_default()
    }

    /// Its measures; see [`Pass::metrics`].
    pub fn metrics(&self) -> &'l TicketMetrics {
        self.pass.metrics()
    }

    /// The verdicts on it.
    pub fn verdicts(&self) -> impl Iterator<Item = PassVerdict<'l>> + use<'l> {
        self.pass.verdicts()
    }

    /// The code of its customer (see [`EventLog::customers`]); 0 where nobody is named.
    pub fn customer(&self) -> u32 {
        self.log.customers.as_ref().map_or(0, |customers| customers.code(self.row))
    }

    /// The name of its customer.
    pub fn requester(&self) -> Option<Cow<'l, str>> {
        self.log.customers.as_ref()?.name(self.customer())
    }

    /// The code of an attribute's value at the cut-off (see [`EventLog::text`]); 0 for none.
    pub fn code(&self, slot: AttributeSlot) -> u32 {
        self.log.code_of(self.pass.value(slot.0))
    }
}

/// Where an attribute stands among those that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttributeSlot(u16);

/// The ticket another was merged into; none where it is not among the tickets.
#[derive(Debug, Clone, Copy)]
struct Survivor(Option<usize>);

/// Where a ticket merged away lives on, following merges of merges; `None` when that is not among the tickets, or the
/// merges go in circles.
fn survivor(row: usize, into: &BTreeMap<usize, Survivor>) -> Option<usize> {
    let mut place = into.get(&row)?.0?;
    for _ in 0..=into.len() {
        if place == row {
            return None;
        }
        match into.get(&place) {
            None => return Some(place),
            Some(next) => place = next.0?,
        }
    }
    None
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

/// When each ticket was created; `None` where that is not known, which is counted.
fn ticket_instants(
    tickets: &TicketColumns<'_>,
    excluded: &mut Excluded,
) -> Result<Vec<Option<i64>>, ColumnError> {
    let (micros, gaps) = instants(&tickets.created_at, tickets.assume_tz)?;
    let mut created: Vec<Option<i64>> = micros.iter().map(|at| Some(*at)).collect();
    for (row, reason) in gaps {
        excluded.add(reason);
        created[row] = None;
    }
    Ok(created)
}

/// Leaves out the events that cannot be used, each for the first reason there is, and lets them stand with the ticket of
/// the row before.
fn settle(codes: &mut [Code], places: &mut [u32], unreadable: &[(usize, Reason)], excluded: &mut Excluded) {
    let mut unreadable = unreadable.iter().peekable();
    let mut last = NOWHERE;
    let mut gap = unreadable.peek().map_or(usize::MAX, |(row, _)| *row);
    for (row, (code, place)) in codes.iter_mut().zip(places).enumerate() {
        if *code < IGNORED && *place < NO_ID && row != gap {
            last = *place;
            continue;
        }
        let instant = unreadable.next_if(|(gap, _)| *gap == row).map(|(_, reason)| *reason);
        gap = unreadable.peek().map_or(usize::MAX, |(row, _)| *row);
        let reason = match (*place, instant, *code) {
            (NO_ID, ..) => Some(Reason::Missing),
            (_, Some(reason), _) => Some(reason),
            (_, _, MISSING) => Some(Reason::Missing),
            (_, _, UNKNOWN_WORD) => Some(Reason::UnknownWord),
            (NOWHERE, _, code) if code != IGNORED => Some(Reason::UnknownTicket),
            _ => None,
        };
        if let Some(reason) = reason {
            excluded.add(reason);
        }
        if reason.is_some() || *code == IGNORED {
            *code = NOTHING;
            *place = last;
        }
        last = *place;
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
