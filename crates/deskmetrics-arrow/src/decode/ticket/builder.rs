//! Reads tables with one row per ticket.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow_array::RecordBatch;
use chrono::TimeDelta;
use deskmetrics::engine::step::StepKind;
use deskmetrics::ticket::Attribute;
use deskmetrics::{Author, Reason, Timestamp};

use super::{MilestoneColumns, Tags, TicketTable};
use crate::ReadError;
use crate::column::TicketStatus;
use crate::column::bits::Bits;
use crate::column::utc::Timestamps;
use crate::decode::attribute::AttributeWords;
use crate::decode::context::{ColumnTask, Decoding, RowOrigin, followed_by_earlier, in_order};
use crate::decode::customer::Requesters;
use crate::decode::id::IdBuilder;
use crate::decode::kind::Kinds;
use crate::decode::ledger::{Halt, Ledger, Reads as _, Scope, each_row};
use crate::decode::slot::{AttributeSlots, BoundTimestamp, FileColumns, TimestampSlot, WordSlot};
use crate::decode::stated::{self, SlaColumn, SlaSlot, StatedColumn, StatedSlot};
use crate::decode::time::{Times, Versions};
use crate::decode::word::{KnownCodes, Words};
use crate::description::{AttributeValues, Duplicates, TicketSource};

/// The tickets during reading.
#[derive(Debug, Default)]
pub(crate) struct TicketBuilder {
    ids: IdBuilder,
    unusable: Vec<usize>,
    created_at: Times,
    created_by: Words<Author>,
    requesters: Requesters,
    due_at: Times,
    versions: Versions,
    sla_met: Words<bool>,
    tags: Tags,
    attributes: AttributeWords,
    replied_at: Times,
    solved_at: Times,
    closed_at: Times,
    columns: MilestoneColumns,
    stated: Vec<StatedColumn>,
    sla: Vec<SlaColumn>,
    /// Whether any source has each of the timestamp columns: reply, solve, close, due.
    described: [bool; 4],
    passed_over: DeferredAttributes,
    origins: Vec<RowOrigin>,
    values: Vec<(usize, AttributeValues)>,
    rows: usize,
}

/// The columns of one table.
struct Slots<'a> {
    id: WordSlot<Box<str>>,
    created_at: TimestampSlot,
    requester: WordSlot<Box<str>>,
    created_by: WordSlot<Author>,
    status: WordSlot<TicketStatus>,
    first_response_at: TimestampSlot,
    solved_at: TimestampSlot,
    closed_at: TimestampSlot,
    due_at: TimestampSlot,
    updated_at: TimestampSlot,
    sla_met: WordSlot<bool>,
    stated: Vec<StatedSlot>,
    sla: Vec<SlaSlot>,
    author: WordSlot<Author>,
    author_name: WordSlot<Box<str>>,
    tags: WordSlot<Box<str>>,
    attributes: AttributeSlots,
    /// Attributes that are needed only if an event changes them.
    passed_over: AttributeSlots,
    source: &'a TicketSource,
}

impl TicketBuilder {
    /// Reads the tables of one source.
    pub(crate) fn read(
        &mut self,
        decoding: &mut Decoding<'_>,
        source: &TicketSource,
    ) -> Result<(), ReadError> {
        let mut known: [KnownCodes; 6] = Default::default();
        let mut of_attributes: Vec<KnownCodes> = Vec::new();
        for file in &source.file {
            let table = decoding.open(file, &source.filter)?;
            let mut columns =
                FileColumns::of(&table, decoding.description, &source.timestamps, &source.missing);
            let projection = &decoding.projection;
            // The author of an action is compared with the requester.
            let with_requesters = projection.requesters || source.author_name.is_some();
            let requester = source.requester.as_ref().filter(|_| with_requesters);
            let slots = Slots {
                id: columns.word(&source.id)?,
                created_at: columns.timestamp(&source.created_at)?,
                requester: columns.maybe_word(requester)?,
                created_by: columns.maybe_word(source.created_by.as_ref())?,
                status: columns.maybe_word(source.status.as_ref())?,
                first_response_at: columns.maybe_timestamp(source.first_response_at.as_ref())?,
                solved_at: columns.maybe_timestamp(source.solved_at.as_ref())?,
                closed_at: columns.maybe_timestamp(source.closed_at.as_ref())?,
                due_at: columns.maybe_timestamp(source.due_at.as_ref())?,
                updated_at: columns.maybe_timestamp(source.updated_at.as_ref())?,
                sla_met: columns.maybe_word(source.sla_met.as_ref())?,
                stated: stated::slots(&mut self.stated, source, &mut columns)?,
                sla: stated::sla_slots(&mut self.sla, source, &mut columns)?,
                author: columns.maybe_word(source.author.as_ref())?,
                author_name: columns.maybe_word(source.author_name.as_ref())?,
                tags: columns
                    .maybe_list(source.tags.as_ref(), source.tag_separator.as_deref().unwrap_or(","))?,
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
            self.values.push((self.rows, source.attribute_values.unwrap_or_default()));
            let id_column = slots.id.name().to_owned();
            self.origins.push(RowOrigin {
                first: self.rows,
                ledger,
                id_column,
                duplicates: source.duplicates.unwrap_or(Duplicates::First),
            });
            decoding.each_batch(&columns, ledger, |decoding, batch| {
                self.batch(decoding, &slots, batch, (&mut known, &mut of_attributes), ledger)
            })?;
        }
        Ok(())
    }

    fn batch(
        &mut self,
        decoding: &mut Decoding<'_>,
        slots: &Slots<'_>,
        batch: &RecordBatch,
        (known, of_attributes): (&mut [KnownCodes; 6], &mut Vec<KnownCodes>),
        ledger: usize,
    ) -> Result<(), ReadError> {
        let [k_requester, k_created_by, k_status, k_sla, k_author, k_name] = known;
        let columns: [ColumnTask<'_>; 13] = [
            Box::new(|doubts| self.ids.decode(&slots.id, batch, doubts)),
            Box::new(|doubts| self.created_at.decode(&slots.created_at, batch, doubts)),
            Box::new(|doubts| self.replied_at.decode(&slots.first_response_at, batch, doubts)),
            Box::new(|doubts| self.solved_at.decode(&slots.solved_at, batch, doubts)),
            Box::new(|doubts| self.closed_at.decode(&slots.closed_at, batch, doubts)),
            Box::new(|doubts| self.due_at.decode(&slots.due_at, batch, doubts)),
            Box::new(|doubts| self.created_by.decode(&slots.created_by, k_created_by, batch, doubts)),
            Box::new(|doubts| self.columns.status.decode(&slots.status, k_status, batch, doubts)),
            Box::new(|doubts| self.columns.author.decode(&slots.author, k_author, batch, doubts)),
            Box::new(|doubts| self.columns.author_name.decode(&slots.author_name, k_name, batch, doubts)),
            Box::new(|doubts| self.sla_met.decode(&slots.sla_met, k_sla, batch, doubts)),
            Box::new(|doubts| self.requesters.decode(&slots.requester, k_requester, batch, doubts)),
            Box::new(|doubts| {
                self.attributes.decode(&slots.attributes, of_attributes, batch, self.rows, doubts)
            }),
        ];
        let mut doubts = decoding.workers.decode(batch.num_rows(), columns)?;
        self.versions.decode(&slots.updated_at, batch, &mut decoding.ledgers[ledger])?;
        for slot in &slots.stated {
            let status = &self.columns.status;
            let open = |row: usize| status.of_row(self.rows + row).and_then(|status| status.open());
            slot.decode(&mut self.stated, batch, (self.rows, open), &mut decoding.ledgers[ledger])?;
        }
        for slot in &slots.sla {
            slot.decode(&mut self.sla, batch, self.rows, &mut decoding.ledgers[ledger])?;
        }
        if !slots.tags.is_nothing() {
            let mut lists = Words::default();
            lists.decode(&slots.tags, &mut KnownCodes::default(), batch, &mut doubts)?;
            if slots.source.tag_separator.is_none()
                && let Some((separator, example)) = other_separator(lists.meanings())
            {
                decoding.ledgers[ledger].note(format!(
                    "no value of column \"{}\" has a comma, which separates tags, but some have \"{separator}\", such as \
                     \"{example}\": if it separates tags, set tag_separator = \"{separator}\"",
                    slots.tags.name()
                ));
            }
            self.tags.push(&lists, slots.source.tag_separator.as_deref().unwrap_or(","), self.rows);
        }
        // A batch has its columns in a list, which each attribute would copy.
        let shared = Arc::new(batch.clone());
        for (attribute, slot) in slots.passed_over.iter() {
            let (attribute, slot, batch) = (attribute.clone(), slot.clone(), Arc::clone(&shared));
            self.passed_over.0.push(DeferredColumn { attribute, slot, first: self.rows, batch });
        }
        self.contradictions(decoding, batch.num_rows(), &mut doubts)?;
        let doubts = in_order(doubts);
        if !doubts.is_empty() {
            self.settle(decoding, slots, batch, &doubts, ledger)?;
        }
        self.rows += batch.num_rows();
        self.attributes.fill_up(self.rows);
        Ok(())
    }

    /// The rows without a creation, those with an end before the start, and those whose status contradicts their
    /// ends.
    fn contradictions(
        &self,
        decoding: &Decoding<'_>,
        rows: usize,
        doubts: &mut Vec<usize>,
    ) -> Result<(), ReadError> {
        let columns = [&self.created_at, &self.replied_at, &self.solved_at, &self.closed_at];
        let [created, replied, solved, closed] = columns.map(Times::last);
        let Some(created) = created else { return Ok(()) };
        if let Some(nulls) = created.nulls() {
            doubts.extend((0..rows).filter(|row| nulls.is_null(*row)));
        }
        let pairs =
            [(Some(created), replied), (Some(created), solved), (Some(created), closed), (solved, closed)];
        let checks = pairs.map(|(start, end)| followed_by_earlier(start, end));
        doubts.append(&mut decoding.workers.decode(rows, checks)?);
        let status = &self.columns.status;
        if status.kinds() > 1 {
            let valid = |column: &Timestamps| Bits::valid(column.nulls(), 0..column.len());
            let [solved, closed] = [solved, closed].map(|column| column.map_or(Bits::NONE, valid));
            let logged = decoding.logged();
            let done: Vec<Option<bool>> = std::iter::once(None)
                .chain(status.meanings().iter().map(|status| status.is_done()))
                .collect();
            doubts.extend((0..rows).filter(|row| {
                let code = status.codes.get(self.rows + row);
                let gone = status.meaning(code).is_some_and(|status| status.gone().is_some());
                let done = done[code as usize].filter(|_| !logged);
                gone || done.is_some_and(|done| done != (solved.get(*row) || closed.get(*row)))
            }));
        }
        Ok(())
    }

    /// Reads doubtful rows with the rules of the row reader.
    fn settle(
        &mut self,
        decoding: &mut Decoding<'_>,
        slots: &Slots<'_>,
        batch: &RecordBatch,
        doubts: &[usize],
        ledger_at: usize,
    ) -> Result<(), ReadError> {
        let mut id = slots.id.bind(batch)?;
        let mut created_at = slots.created_at.bind(batch)?;
        let mut requester = slots.requester.bind(batch)?;
        let mut created_by = slots.created_by.bind(batch)?;
        let mut status = slots.status.bind(batch)?;
        let mut first_response_at = slots.first_response_at.bind(batch)?;
        let mut solved_at = slots.solved_at.bind(batch)?;
        let mut closed_at = slots.closed_at.bind(batch)?;
        let mut due_at = slots.due_at.bind(batch)?;
        let mut sla_met = slots.sla_met.bind(batch)?;
        let mut author = slots.author.bind(batch)?;
        let mut author_name = slots.author_name.bind(batch)?;
        let mut tags = slots.tags.bind(batch)?;
        let mut attributes = slots.attributes.bind(batch)?;
        let ends_described = slots.solved_at.is_described() || slots.closed_at.is_described();
        let skew = slots.source.clock_skew;
        let logged = decoding.logged();
        let ledger = &mut decoding.ledgers[ledger_at];
        let one = |row: usize| -> Result<([Option<Timestamp>; 5], Option<StepKind>), Halt> {
            let number = ledger.row(row);
            if !slots.id.is_nothing() {
                ledger.need(&mut id, row, Reason::Missing)?;
            }
            let created = ledger.need(&mut created_at, row, Reason::NoCreation)?;
            let not_before = |ledger: &mut Ledger,
                              column: &mut BoundTimestamp<'_>,
                              start: Timestamp|
             -> Result<Option<Timestamp>, Halt> {
                match ledger.want(column, row)? {
                    Some(end) if end < start => not_earlier(ledger, skew, start, end, row, column),
                    end => Ok(end),
                }
            };
            let replied = not_before(ledger, &mut first_response_at, created)?;
            let mut solved = not_before(ledger, &mut solved_at, created)?;
            let mut closed = not_before(ledger, &mut closed_at, solved.unwrap_or(created))?;
            let unknown_word = status.cell(row).is_err();
            let stated = ledger.want(&mut status, row)?;
            let gone = stated.and_then(TicketStatus::gone);
            let done = stated.and_then(TicketStatus::is_done).filter(|_| !logged);
            let ended = solved.or(closed).is_some();
            // An unusable end is still an end.
            let unusable = !ended && [&solved_at, &closed_at].iter().any(|column| column.has_value(row));
            let end_unknown = match done {
                Some(done) => done && !ended,
                None => unusable || (unknown_word && !ended && !logged),
            };
            let leaves = gone.or(end_unknown.then_some(StepKind::EndUnknown));
            if done.is_some() && end_unknown && !unusable {
                let column = if closed_at.name().is_empty() { solved_at.name() } else { closed_at.name() };
                let column = if ends_described { column } else { status.name() };
                ledger
                    .exclude_one(Scope::Value, Reason::EndUnknown, number, column, || {
                        let remedy = "the ticket is done at an unknown time: provide solved_at or closed_at";
                        (status.raw(row).to_owned(), remedy.to_owned())
                    })
                    .skipped()?;
            }
            ledger.want(&mut requester, row)?;
            ledger.want(&mut created_by, row)?;
            let due = ledger.want(&mut due_at, row)?;
            ledger.want(&mut sla_met, row)?;
            attributes.read(ledger, row)?;
            ledger.want(&mut tags, row)?;
            ledger.read(&mut author, row)?;
            ledger.want(&mut author_name, row)?;
            if let (Some(now), true) = (stated.and_then(TicketStatus::open).filter(|_| !logged), ended) {
                let column = if solved.is_some() { &solved_at } else { &closed_at };
                ledger
                    .exclude_one(Scope::Value, Reason::Reopened, number, column.name(), || {
                        let remedy = format!("the ticket is {now} again, so this end did not last");
                        (column.raw(row).to_owned(), remedy)
                    })
                    .skipped()?;
                (solved, closed) = (None, None);
            }
            Ok(([Some(created), replied, solved, closed, due], leaves))
        };
        let (kept, skipped) = each_row(doubts.iter().copied(), one)?;
        let leaves = kept.iter().filter_map(|(row, (_, leaves))| Some((self.rows + row, (*leaves)?)));
        self.columns.leaves.extend(leaves);
        self.unusable.extend(skipped.into_iter().map(|row| self.rows + row));
        for column in [&created_at, &first_response_at, &solved_at, &closed_at, &due_at] {
            column.account(ledger);
        }
        let columns = [
            &mut self.created_at,
            &mut self.replied_at,
            &mut self.solved_at,
            &mut self.closed_at,
            &mut self.due_at,
        ];
        for (place, column) in columns.into_iter().enumerate() {
            column.correct(kept.iter().map(|(row, (times, _))| (*row, times[place])));
        }
        Ok(())
    }

    /// The attributes that were not read.
    pub(crate) fn take_passed_over(&mut self) -> DeferredAttributes {
        std::mem::take(&mut self.passed_over)
    }

    /// Of rows with the same id, excludes all but the one that counts. Returns the table.
    pub(crate) fn finish(mut self, decoding: &mut Decoding<'_>) -> Result<TicketTable, ReadError> {
        let ids = std::mem::take(&mut self.ids).finish();
        let versions = self.versions.finish();
        let (index, unusable) =
            decoding.exclude_repeated(&ids, &self.unusable, &self.origins, versions.as_ref(), "ticket")?;
        let [replied, solved, closed, due] = self.described;
        let given = |described: bool, column: Times| described.then(|| column.finish());
        Ok(TicketTable {
            stated: Words::default(),
            values: self.values,
            described_rows: self.rows,
            stated_measures: self.stated,
            stated_sla: self.sla.into_iter().map(|column| column.finish(self.rows)).collect(),
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
            states_replies: false,
            states_ends: false,
            milestones: Some(MilestoneColumns {
                replied_at: given(replied, self.replied_at),
                solved_at: given(solved, self.solved_at),
                closed_at: given(closed, self.closed_at),
                ..self.columns
            }),
        })
    }
}

/// Columns of attributes that are needed only if events change them.
#[derive(Debug, Default)]
pub(crate) struct DeferredAttributes(Vec<DeferredColumn>);

/// The rows of a batch, the first of which is `first`.
#[derive(Debug)]
struct DeferredColumn {
    attribute: Attribute,
    slot: WordSlot<Box<str>>,
    first: usize,
    batch: Arc<RecordBatch>,
}

impl DeferredAttributes {
    /// Reads those that events change, because a change to the same value is no change.
    pub(crate) fn decode_changed(self, kinds: &Kinds, tickets: &mut TicketTable) -> Result<(), ReadError> {
        let changed: BTreeSet<&Attribute> = kinds.changed().collect();
        for DeferredColumn { attribute, slot, first, batch } in self.0 {
            if !changed.contains(&attribute) {
                continue;
            }
            let words = tickets.attributes.column(&attribute, first);
            words.decode(&slot, &mut KnownCodes::default(), &batch, &mut Vec::new())?;
        }
        Ok(())
    }
}

/// Checks an end that is before `start`: returns `start` if only clock skew or a date without a time makes it
/// earlier, else nothing.
fn not_earlier(
    ledger: &mut Ledger,
    skew: TimeDelta,
    start: Timestamp,
    end: Timestamp,
    row: usize,
    column: &BoundTimestamp<'_>,
) -> Result<Option<Timestamp>, Halt> {
    let early = start.since(end);
    if early <= skew || (column.is_date(row) && early < TimeDelta::days(1)) {
        ledger.skewed();
        return Ok(Some(start));
    }
    let number = ledger.row(row);
    ledger
        .exclude_one(Scope::Value, Reason::EndBeforeStart, number, column.name(), || {
            let is_small = early <= TimeDelta::hours(1);
            let early = deskmetrics::duration_text::format(early);
            let or = if is_small {
                format!(", or accept small differences with clock_skew = \"{early}\"")
            } else {
                String::new()
            };
            let remedy = format!(
                "it is {early} before its beginning, so what depends on it is excluded: correct it{or}"
            );
            (column.raw(row).to_owned(), remedy)
        })
        .skipped()?;
    Ok(None)
}

/// What may separate tags in texts without a comma, with the first such text.
fn other_separator(texts: &[Box<str>]) -> Option<(char, &str)> {
    let with =
        |separator: char| texts.iter().find(|text| text.contains(separator)).map(|text| (separator, &**text));
    let found = [';', '|'].into_iter().find_map(with)?;
    let separated = |text: &str| text.contains(',') || text.trim_start().starts_with('[');
    (!texts.iter().any(|text| separated(text))).then_some(found)
}
