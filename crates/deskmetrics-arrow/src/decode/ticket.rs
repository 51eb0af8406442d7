//! Tables with one row per ticket.

use arrow_array::RecordBatch;
use arrow_buffer::ScalarBuffer;
use chrono::TimeDelta;
use deskmetrics::engine::Milestones;
use deskmetrics::engine::step::{Step, What};
use deskmetrics::ticket::{Attribute, EventKind};
use deskmetrics::{Author, Reason, Status, Ticket, TicketEvent, Timestamp};

use super::context::{Decoding, in_order};
use super::customer::{Customers, Requesters};
use super::id::{IdBuilder, IdIndex, Ids, NewIds};
use super::kind::Kinds;
use super::ledger::{Halt, Ledger, Reads as _, Scope};
use super::slot::{AttributeSlots, BoundInstant, Columns, InstantSlot, WordSlot};
use super::time::Times;
use super::word::{Known, NONE, Words};
use crate::ReadError;
use crate::column::bits::Bits;
use crate::column::utc::Instants;
use crate::description::TicketSource;
use crate::file::Table;

/// Every ticket of a dataset, as columns.
#[derive(Debug, Default)]
pub(crate) struct TicketTable {
    pub(crate) ids: Ids,
    pub(crate) index: IdIndex,
    /// Rows excluded; none are listed where all count.
    unusable: Vec<bool>,
    pub(crate) created_at: ScalarBuffer<i64>,
    pub(crate) created_by: Words<Author>,
    pub(crate) customers: Option<Customers>,
    pub(crate) due_at: Option<Instants>,
    pub(crate) sla_met: Words<bool>,
    pub(crate) tags: Tags,
    pub(crate) attributes: Vec<(Attribute, Words<Box<str>>)>,
    /// Timestamps that stand in columns; `None` where tickets have a log of events.
    pub(crate) milestones: Option<MilestoneColumns>,
    /// Rows that count.
    pub(crate) len: usize,
}

/// The timestamps of tickets without a log.
#[derive(Debug, Default)]
pub(crate) struct MilestoneColumns {
    pub(crate) replied_at: Option<Instants>,
    pub(crate) solved_at: Option<Instants>,
    pub(crate) closed_at: Option<Instants>,
    pub(crate) status: Words<Status>,
    pub(crate) author: Words<Author>,
    pub(crate) author_name: Words<Box<str>>,
}

/// The tags of all rows, one list after the other.
#[derive(Debug, Default)]
pub(crate) struct Tags {
    ends: Vec<u32>,
    all: Vec<u32>,
    pub(crate) texts: Words<Box<str>>,
}

impl Tags {
    /// The codes of a row's tags.
    pub(crate) fn of_row(&self, row: usize) -> &[u32] {
        let Some(end) = self.ends.get(row) else { return &[] };
        let start = row.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.all.get(start as usize..*end as usize).unwrap_or_default()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    fn push(&mut self, list: Option<&str>, separator: &str) {
        let from = self.all.len();
        for tag in list.into_iter().flat_map(|list| list.split(separator)).map(str::trim) {
            if !tag.is_empty() {
                let code = self.texts.code_of(tag.into());
                if !self.all[from..].contains(&code) {
                    self.all.push(code);
                }
            }
        }
        self.ends.push(u32::try_from(self.all.len()).unwrap_or(u32::MAX));
    }
}

impl TicketTable {
    /// Rows, those excluded among them.
    pub(crate) fn rows(&self) -> usize {
        self.created_at.len()
    }

    /// Whether a row counts.
    #[inline]
    pub(crate) fn is_usable(&self, row: usize) -> bool {
        !self.unusable.get(row).copied().unwrap_or(false)
    }

    /// The column of an attribute.
    pub(crate) fn attribute(&self, attribute: &Attribute) -> Option<&Words<Box<str>>> {
        self.attributes.iter().find(|(known, _)| known == attribute).map(|(_, words)| words)
    }

    /// The timestamps of a row.
    #[inline]
    pub(crate) fn milestones_of(&self, columns: &MilestoneColumns, row: usize) -> Milestones {
        let at = |column: &Option<Instants>| {
            column.as_ref().and_then(|column| column.get(row)).unwrap_or(Milestones::NEVER)
        };
        let created_at = self.created_at[row];
        let replied_at = at(&columns.replied_at);
        let created_by = self.created_by.of_row(row).copied();
        // Whoever is answered wrote before: a reply at the very creation is none of the opening's author.
        let answered_at_once = (replied_at == created_at).then_some(Author::Customer);
        Milestones {
            created_at,
            replied_at,
            solved_at: at(&columns.solved_at),
            closed_at: at(&columns.closed_at),
            open_as: columns.status.of_row(row).copied().filter(|status| !status.is_done()),
            created_by: created_by.or(answered_at_once),
            author: columns.author.of_row(row).copied().unwrap_or(Author::Agent),
        }
    }
}

impl TicketTable {
    /// A ticket as a record.
    pub(crate) fn record(&self, row: usize) -> Ticket {
        let created = Timestamp::saturating_from_micros(self.created_at[row]);
        let mut ticket = Ticket::new(self.ids.text(row).as_ref(), created);
        let customers = self.customers.as_ref();
        let name = customers.and_then(|customers| customers.name(customers.code(row)));
        ticket.requester = name.map(|name| name.as_ref().into());
        ticket.created_by = match &self.milestones {
            Some(columns) => self.milestones_of(columns, row).created_by,
            None => self.created_by.of_row(row).copied(),
        };
        let due = self.due_at.as_ref().and_then(|due| due.get(row));
        ticket.stated_due_at = due.map(Timestamp::saturating_from_micros);
        ticket.stated_sla_met = self.sla_met.of_row(row).copied();
        for (attribute, words) in &self.attributes {
            ticket.attributes.set(attribute.clone(), words.of_row(row).cloned());
        }
        let tags = self.tags.of_row(row).iter().filter_map(|code| self.tags.texts.meaning(*code));
        tags.for_each(|tag| ticket.add_tag(tag.clone()));
        ticket
    }

    /// The events that a ticket's timestamps imply, as records.
    pub(crate) fn implied_events(&self, columns: &MilestoneColumns, row: usize) -> Vec<TicketEvent> {
        let id = self.ids.text(row);
        let milestones = self.milestones_of(columns, row);
        let event = |step: Step| {
            let kind = match step.what {
                What::Status(status) => EventKind::Status(status),
                _ => EventKind::PublicMessage,
            };
            let at = Timestamp::saturating_from_micros(step.at);
            let mut event =
                TicketEvent::new(id.as_ref(), at, step.author, kind).with_sequence(row as u64 + 1);
            event.author_name = columns.author_name.of_row(row).cloned();
            event
        };
        milestones.steps(NONE).map(event).collect()
    }
}

/// The tickets while they are read.
#[derive(Debug, Default)]
pub(crate) struct TicketBuilder {
    ids: IdBuilder,
    unusable: Vec<usize>,
    created_at: Times,
    pub(super) created_by: Words<Author>,
    pub(super) requesters: Requesters,
    due_at: Times,
    sla_met: Words<bool>,
    tags: Tags,
    pub(super) attributes: Vec<(Attribute, Words<Box<str>>)>,
    replied_at: Times,
    solved_at: Times,
    closed_at: Times,
    columns: MilestoneColumns,
    /// Which of the columns of timestamps any source has: reply, solve, close, due.
    described: [bool; 4],
    passed_over: Vec<(Attribute, WordSlot<Box<str>>, usize, RecordBatch)>,
    /// Where the rows of each table begin, with the table's ledger and the column of its ids.
    origins: Vec<(usize, usize, String)>,
    rows: usize,
}

/// One table's columns.
struct Slots<'a> {
    id: WordSlot<Box<str>>,
    created_at: InstantSlot,
    requester: WordSlot<Box<str>>,
    created_by: WordSlot<Author>,
    status: WordSlot<Status>,
    first_response_at: InstantSlot,
    solved_at: InstantSlot,
    closed_at: InstantSlot,
    due_at: InstantSlot,
    sla_met: WordSlot<bool>,
    author: WordSlot<Author>,
    author_name: WordSlot<Box<str>>,
    tags: WordSlot<Box<str>>,
    attributes: AttributeSlots,
    /// Attributes that nothing but an event's change could make matter.
    passed_over: AttributeSlots,
    source: &'a TicketSource,
}

/// A row after it was settled: its timestamps, as the row reader takes them.
struct Settled {
    created: i64,
    replied: Option<i64>,
    solved: Option<i64>,
    closed: Option<i64>,
    due: Option<i64>,
}

impl TicketBuilder {
    /// Reads the tables of one source.
    pub(super) fn read(
        &mut self,
        decoding: &mut Decoding<'_>,
        source: &TicketSource,
    ) -> Result<(), ReadError> {
        let mut known: [Known; 6] = Default::default();
        let mut of_attributes: Vec<Known> = Vec::new();
        for file in &source.file {
            let table = decoding.open(file)?;
            let mut columns = Columns::of(&table, decoding.description, &source.instants, &source.missing);
            let projection = &decoding.projection;
            // Who acts on a ticket is compared with who raised it.
            let with_requesters = projection.requesters || source.author_name.is_some();
            let requester = source.requester.as_ref().filter(|_| with_requesters);
            let slots = Slots {
                id: columns.word(&source.id)?,
                created_at: columns.instant(&source.created_at)?,
                requester: columns.maybe_word(requester)?,
                created_by: columns.maybe_word(source.created_by.as_ref())?,
                status: columns.maybe_word(source.status.as_ref())?,
                first_response_at: columns.maybe_instant(source.first_response_at.as_ref())?,
                solved_at: columns.maybe_instant(source.solved_at.as_ref())?,
                closed_at: columns.maybe_instant(source.closed_at.as_ref())?,
                due_at: columns.maybe_instant(source.due_at.as_ref())?,
                sla_met: columns.maybe_word(source.sla_met.as_ref())?,
                author: columns.maybe_word(source.author.as_ref())?,
                author_name: columns.maybe_word(source.author_name.as_ref())?,
                tags: columns.maybe_word(source.tags.as_ref())?,
                attributes: columns
                    .attributes(source.attributes.iter().filter(|(one, _)| projection.includes(one)))?,
                passed_over: columns
                    .attributes(source.attributes.iter().filter(|(one, _)| !projection.includes(one)))?,
                source,
            };
            let ends = [&slots.first_response_at, &slots.solved_at, &slots.closed_at, &slots.due_at];
            for (described, slot) in self.described.iter_mut().zip(ends) {
                *described |= slot.is_described();
            }
            let ledger = decoding.begin(&table, "tickets");
            self.origins.push((self.rows, ledger, slots.id.name().to_owned()));
            let mut batches = columns.batches()?;
            while let Some(batch) = batches.next() {
                let batch = batch?;
                self.batch(decoding, &table, &slots, &batch, (&mut known, &mut of_attributes), ledger)?;
                decoding.ledgers[ledger].batch_done(batch.num_rows());
                decoding.report(batches.progress())?;
            }
            decoding.end(ledger)?;
        }
        Ok(())
    }

    fn batch(
        &mut self,
        decoding: &mut Decoding<'_>,
        table: &Table,
        slots: &Slots<'_>,
        batch: &RecordBatch,
        (known, of_attributes): (&mut [Known; 6], &mut Vec<Known>),
        ledger: usize,
    ) -> Result<(), ReadError> {
        let mut doubts = Vec::new();
        let [k_requester, k_created_by, k_status, k_sla, k_author, k_name] = known;
        self.ids.decode(&slots.id, batch, &mut doubts).map_err(|wrong| slots.id.wrong(table, wrong))?;
        self.created_at.decode(&slots.created_at, table, batch, &mut doubts)?;
        self.replied_at.decode(&slots.first_response_at, table, batch, &mut doubts)?;
        self.solved_at.decode(&slots.solved_at, table, batch, &mut doubts)?;
        self.closed_at.decode(&slots.closed_at, table, batch, &mut doubts)?;
        self.due_at.decode(&slots.due_at, table, batch, &mut doubts)?;
        macro_rules! words {
            ($column:expr, $slot:ident, $known:expr) => {
                $column
                    .decode(&slots.$slot, $known, batch, &mut doubts)
                    .map_err(|wrong| slots.$slot.wrong(table, wrong))?
            };
        }
        words!(self.created_by, created_by, k_created_by);
        words!(self.columns.status, status, k_status);
        words!(self.columns.author, author, k_author);
        words!(self.columns.author_name, author_name, k_name);
        words!(self.sla_met, sla_met, k_sla);
        words!(self.requesters, requester, k_requester);
        of_attributes.resize_with(slots.attributes.len().max(of_attributes.len()), Known::default);
        for ((attribute, slot), known) in slots.attributes.iter().zip(of_attributes) {
            let words = attribute_words(&mut self.attributes, attribute, self.rows);
            words.decode(slot, known, batch, &mut doubts).map_err(|wrong| slot.wrong(table, wrong))?;
        }
        if !slots.tags.is_nothing() {
            let mut lists = Words::default();
            lists
                .decode(&slots.tags, &mut Known::default(), batch, &mut doubts)
                .map_err(|wrong| slots.tags.wrong(table, wrong))?;
            while self.tags.ends.len() < self.rows {
                self.tags.push(None, "");
            }
            let separator = slots.source.tag_separator.as_deref().unwrap_or(",");
            for row in 0..batch.num_rows() {
                self.tags.push(lists.of_row(row).map(|list| &**list), separator);
            }
        }
        for (attribute, slot) in slots.passed_over.iter() {
            self.passed_over.push((attribute.clone(), slot.clone(), self.rows, batch.clone()));
        }
        self.contradictions(batch.num_rows(), &mut doubts);
        let doubts = in_order(doubts);
        if !doubts.is_empty() {
            self.settle(decoding, table, slots, batch, &doubts, ledger)?;
        }
        self.rows += batch.num_rows();
        for (_, words) in &mut self.attributes {
            while words.codes.len() < self.rows {
                words.codes.push(NONE);
            }
        }
        Ok(())
    }

    /// Rows without a creation, those in which an end lies before its beginning, and those whose status contradicts their
    /// ends.
    fn contradictions(&self, rows: usize, doubts: &mut Vec<usize>) {
        let columns = [&self.created_at, &self.replied_at, &self.solved_at, &self.closed_at];
        let [created, replied, solved, closed] = columns.map(Times::last);
        let Some(created) = created else { return };
        if let Some(nulls) = created.nulls() {
            doubts.extend((0..rows).filter(|row| nulls.is_null(*row)));
        }
        for end in [replied, solved, closed].into_iter().flatten() {
            doubts.extend(created.followed_by_earlier(end));
        }
        if let (Some(solved), Some(closed)) = (solved, closed) {
            doubts.extend(solved.followed_by_earlier(closed));
        }
        let status = &self.columns.status;
        if status.kinds() > 1 {
            let valid = |column: &Instants| Bits::valid(column.nulls(), 0..column.len());
            let [solved, closed] = [solved, closed].map(|column| column.map_or(Bits::NONE, valid));
            let done: Vec<Option<bool>> = std::iter::once(None)
                .chain(status.meanings().iter().map(|status| Some(status.is_done())))
                .collect();
            doubts.extend((0..rows).filter(|row| {
                let done = done[status.codes.get(self.rows + row) as usize];
                done.is_some_and(|done| done != (solved.get(*row) || closed.get(*row)))
            }));
        }
    }

    /// Reads doubtful rows one by one, by the rules of the row reader.
    fn settle(
        &mut self,
        decoding: &mut Decoding<'_>,
        table: &Table,
        slots: &Slots<'_>,
        batch: &RecordBatch,
        doubts: &[usize],
        ledger_at: usize,
    ) -> Result<(), ReadError> {
        let mut id = slots.id.bind(table, batch)?;
        let mut created_at = slots.created_at.bind(table, batch)?;
        let mut requester = slots.requester.bind(table, batch)?;
        let mut created_by = slots.created_by.bind(table, batch)?;
        let mut status = slots.status.bind(table, batch)?;
        let mut first_response_at = slots.first_response_at.bind(table, batch)?;
        let mut solved_at = slots.solved_at.bind(table, batch)?;
        let mut closed_at = slots.closed_at.bind(table, batch)?;
        let mut due_at = slots.due_at.bind(table, batch)?;
        let mut sla_met = slots.sla_met.bind(table, batch)?;
        let mut author = slots.author.bind(table, batch)?;
        let mut author_name = slots.author_name.bind(table, batch)?;
        let mut tags = slots.tags.bind(table, batch)?;
        let mut attributes = slots.attributes.bind(table, batch)?;
        let ends_described = slots.solved_at.is_described() || slots.closed_at.is_described();
        let skew = slots.source.clock_skew;
        let ledger = &mut decoding.ledgers[ledger_at];
        let mut one = |row: usize| -> Result<Settled, Halt> {
            let number = ledger.row(row);
            if !slots.id.is_nothing() {
                ledger.need(&mut id, row, Reason::Missing)?;
            }
            let created = ledger.need(&mut created_at, row, Reason::NoCreation)?;
            let not_before = |ledger: &mut Ledger,
                              column: &mut BoundInstant<'_>,
                              start: Timestamp|
             -> Result<Option<Timestamp>, Halt> {
                match ledger.read(column, row)? {
                    Some(end) if end < start => forgive(ledger, skew, start, end, row, column).map(Some),
                    end => Ok(end),
                }
            };
            let replied = not_before(ledger, &mut first_response_at, created)?;
            let mut solved = not_before(ledger, &mut solved_at, created)?;
            let mut closed = not_before(ledger, &mut closed_at, solved.unwrap_or(created))?;
            let status_now = ledger.read(&mut status, row)?;
            let ended = solved.or(closed).is_some();
            if status_now.is_some_and(Status::is_done) && !ended {
                let column = if closed_at.name().is_empty() { solved_at.name() } else { closed_at.name() };
                let column = if ends_described { column } else { status.name() };
                return Err(ledger.leave_out(Scope::Record, Reason::Missing, number, column, || {
                    let remedy =
                        "the ticket is done, but nothing says since when: give solved_at or closed_at";
                    (status.raw(row).to_owned(), remedy.to_owned())
                }));
            }
            ledger.want(&mut requester, row)?;
            ledger.want(&mut created_by, row)?;
            let due = ledger.want(&mut due_at, row)?;
            ledger.want(&mut sla_met, row)?;
            attributes.read(ledger, row)?;
            ledger.want(&mut tags, row)?;
            ledger.read(&mut author, row)?;
            ledger.want(&mut author_name, row)?;
            if let (Some(now), true) = (status_now.filter(|now| !now.is_done()), ended) {
                let column = if solved.is_some() { &solved_at } else { &closed_at };
                let not_used =
                    ledger.leave_out(Scope::Value, Reason::Reopened, number, column.name(), || {
                        let remedy = format!("the ticket is {now} again, so this end did not last");
                        (column.raw(row).to_owned(), remedy)
                    });
                if let Halt::Fail(_) = not_used {
                    return Err(not_used);
                }
                (solved, closed) = (None, None);
            }
            let micros = |at: Option<Timestamp>| at.map(Timestamp::as_micros);
            Ok(Settled {
                created: created.as_micros(),
                replied: micros(replied),
                solved: micros(solved),
                closed: micros(closed),
                due: micros(due),
            })
        };
        let mut kept = Vec::with_capacity(doubts.len());
        for row in doubts {
            match one(*row) {
                Ok(settled) => kept.push((*row, settled)),
                Err(Halt::Skip) => self.unusable.push(self.rows + row),
                Err(Halt::Fail(error)) => return Err(error),
            }
        }
        let ledger = &mut decoding.ledgers[ledger_at];
        for column in [&created_at, &first_response_at, &solved_at, &closed_at, &due_at] {
            column.account(ledger);
        }
        let rows = |value: fn(&Settled) -> Option<i64>| -> Vec<(usize, Option<i64>)> {
            kept.iter().map(|(row, settled)| (*row, value(settled))).collect()
        };
        self.created_at.correct(&rows(|row| Some(row.created)));
        self.replied_at.correct(&rows(|row| row.replied));
        self.solved_at.correct(&rows(|row| row.solved));
        self.closed_at.correct(&rows(|row| row.closed));
        self.due_at.correct(&rows(|row| row.due));
        Ok(())
    }

    /// The attributes that were not read.
    pub(super) fn take_passed_over(&mut self) -> PassedOver {
        PassedOver(std::mem::take(&mut self.passed_over))
    }

    /// Excludes rows whose id an earlier one has, and gives the table.
    pub(super) fn finish(mut self, decoding: &mut Decoding<'_>) -> Result<TicketTable, ReadError> {
        let ids = std::mem::take(&mut self.ids).finish();
        let mut unusable = Vec::new();
        if !self.unusable.is_empty() {
            unusable.resize(self.rows, false);
            self.unusable.iter().for_each(|row| unusable[*row] = true);
        }
        let (index, repeated) = ids.index(|row| !unusable.get(row).copied().unwrap_or(false));
        if !repeated.is_empty() {
            unusable.resize(self.rows, false);
        }
        for row in repeated {
            unusable[row] = true;
            let origin = self.origins.partition_point(|(first, ..)| *first <= row).saturating_sub(1);
            let Some((first, ledger, column)) = self.origins.get(origin) else { continue };
            let number = (row - first) as u64 + 1;
            let halt =
                decoding.ledgers[*ledger].leave_out(Scope::Record, Reason::Duplicate, number, column, || {
                    let remedy = "keep one row per ticket; the first one counts".to_owned();
                    (ids.text(row).into_owned(), remedy)
                });
            if let Halt::Fail(error) = halt {
                return Err(error);
            }
        }
        let [replied, solved, closed, due] = self.described;
        let given = |described: bool, column: Times| described.then(|| column.finish());
        Ok(TicketTable {
            len: self.rows - unusable.iter().filter(|excluded| **excluded).count(),
            index,
            ids,
            unusable,
            created_at: self.created_at.finish_micros(),
            created_by: self.created_by,
            customers: self.requesters.finish(self.rows),
            due_at: given(due, self.due_at),
            sla_met: self.sla_met,
            tags: self.tags,
            attributes: self.attributes,
            milestones: Some(MilestoneColumns {
                replied_at: given(replied, self.replied_at),
                solved_at: given(solved, self.solved_at),
                closed_at: given(closed, self.closed_at),
                ..self.columns
            }),
        })
    }
}

/// Columns of attributes that nothing depends on, unless events change them.
pub(super) struct PassedOver(Vec<(Attribute, WordSlot<Box<str>>, usize, RecordBatch)>);

impl PassedOver {
    /// Reads those that events change, since a change to the same value is none.
    pub(super) fn decode_changed(self, kinds: &Kinds, tickets: &mut TicketTable) -> Result<(), ReadError> {
        for (attribute, slot, first, batch) in self.0 {
            if !kinds.changed().any(|changed| *changed == attribute) {
                continue;
            }
            let words = attribute_words(&mut tickets.attributes, &attribute, first);
            fill_up(words, first);
            let decoded = words.decode(&slot, &mut Known::default(), &batch, &mut Vec::new());
            decoded.map_err(|wrong| slot.wrong_in("tickets", wrong))?;
        }
        Ok(())
    }
}

/// The column of an attribute, with nothing in the rows before where it is new.
fn attribute_words<'w>(
    all: &'w mut Vec<(Attribute, Words<Box<str>>)>,
    attribute: &Attribute,
    rows: usize,
) -> &'w mut Words<Box<str>> {
    let place = all.iter().position(|(known, _)| known == attribute).unwrap_or_else(|| {
        let mut words = Words::default();
        (0..rows).for_each(|_| words.codes.push(NONE));
        all.push((attribute.clone(), words));
        all.len() - 1
    });
    &mut all[place].1
}

/// Tickets that snapshots or events create, one after the other.
#[derive(Debug, Default)]
pub(crate) struct NewTickets {
    pub(super) ids: NewIds,
    pub(super) rows: Vec<NewTicket>,
}

/// A ticket without a row of its own.
#[derive(Debug, Default)]
pub(crate) struct NewTicket {
    pub(super) created_at: i64,
    /// Among all rows of events, the one that created it.
    pub(super) row: u64,
    pub(super) requester: Option<Box<str>>,
    pub(super) created_by: Option<Author>,
    pub(super) due_at: Option<i64>,
    pub(super) sla_met: Option<bool>,
    pub(super) attributes: Vec<(Attribute, Option<Box<str>>)>,
}

impl TicketTable {
    /// The place of an id; tickets that are `new` stand after all rows.
    #[inline]
    pub(crate) fn place(&self, id: super::id::Id<'_>) -> u32 {
        self.index.find(&self.ids, id)
    }

    /// Takes over tickets that snapshots or events created.
    pub(super) fn extend(&mut self, new: NewTickets) {
        let NewTickets { ids, rows } = new;
        if rows.is_empty() {
            return;
        }
        let before = self.rows();
        self.ids = if before == 0 {
            ids.ids.finish()
        } else {
            let mut all = IdBuilder::default();
            let new = ids.ids.finish();
            for (ids, rows) in [(&self.ids, before), (&new, rows.len())] {
                (0..rows).for_each(|row| {
                    if let Some(id) = super::id::Id::of(&ids.text(row)) {
                        all.push(id);
                    }
                });
            }
            all.finish()
        };
        self.created_at =
            self.created_at.iter().copied().chain(rows.iter().map(|row| row.created_at)).collect();
        if !self.unusable.is_empty() {
            self.unusable.resize(self.created_at.len(), false);
        }
        let unusable = &self.unusable;
        (self.index, _) = self.ids.index(|row| !unusable.get(row).copied().unwrap_or(false));
        let mut requesters = Requesters::default();
        let named = rows.iter().any(|row| row.requester.is_some());
        let named = named || self.customers.is_some();
        for row in (0..before).filter(|_| named) {
            let customers = self.customers.as_ref();
            let name = customers.and_then(|customers| customers.name(customers.code(row)));
            requesters.push(name.map(|name| name.as_ref().into()));
        }
        let mut due: Vec<Option<i64>> =
            (0..before).map(|row| self.due_at.as_ref().and_then(|column| column.get(row))).collect();
        for (place, row) in rows.into_iter().enumerate() {
            let all = before + place;
            if named {
                requesters.push(row.requester);
            }
            fill_up(&mut self.created_by, all);
            self.created_by.push(row.created_by);
            fill_up(&mut self.sla_met, all);
            self.sla_met.push(row.sla_met);
            due.push(row.due_at);
            for (attribute, value) in row.attributes {
                let words = attribute_words(&mut self.attributes, &attribute, all);
                fill_up(words, all);
                words.push(value);
            }
            self.len += 1;
        }
        self.due_at = due.iter().any(Option::is_some).then(|| due.into_iter().collect());
        let rows = self.rows();
        self.attributes.iter_mut().for_each(|(_, words)| fill_up(words, rows));
        self.customers = requesters.finish(self.created_at.len());
    }
}

/// Adds rows without a value up to `rows`.
fn fill_up<T>(words: &mut Words<T>, rows: usize) {
    while words.codes.len() < rows {
        words.codes.push(NONE);
    }
}

/// The end of something that began at `start` after it: `start` itself if it is only the clocks.
fn forgive(
    ledger: &mut Ledger,
    skew: TimeDelta,
    start: Timestamp,
    end: Timestamp,
    row: usize,
    column: &BoundInstant<'_>,
) -> Result<Timestamp, Halt> {
    if start.since(end) <= skew {
        ledger.skewed();
        return Ok(start);
    }
    Err(ledger.leave_out(Scope::Record, Reason::EndBeforeStart, ledger.row(row), column.name(), || {
        let early = deskmetrics::duration_text::format(start.since(end));
        (
            column.raw(row).to_owned(),
            format!("it lies {early} before its beginning; clock_skew forgives a little"),
        )
    }))
}
