//! Tables with one row per invitation.

use std::borrow::Cow;

use arrow_array::RecordBatch;
use deskmetrics::survey::Invitation;
use deskmetrics::ticket::CustomerId;
use deskmetrics::{Reason, Timestamp};

use super::attribute::AttributeWords;
use super::context::{ColumnTask, Decoding, RowOrigin, followed_by_earlier, in_order};
use super::id::{Id, IdBuilder, IdIndex, Ids};
use super::ledger::{Halt, Reads as _, Scope, each_row};
use super::link::{Links, Target};
use super::slot::{AttributeSlots, BoundTimestamp, FileColumns, TimestampSlot, WordSlot};
use super::time::{Times, Versions};
use super::word::{KnownCodes, Words};
use crate::ReadError;
use crate::column::utc::Timestamps;
use crate::description::{Duplicates, InvitationSource};

/// The invitations of one source.
#[derive(Debug, Default)]
pub(crate) struct InvitationTable {
    ids: Ids,
    index: IdIndex,
    pub(crate) question: Words<Box<str>>,
    pub(crate) sent_at: Timestamps,
    pub(crate) delivered: Words<bool>,
    pub(crate) started_at: Option<Timestamps>,
    pub(crate) answered_at: Option<Timestamps>,
    pub(crate) tickets: Links,
    customers: Words<Box<str>>,
    pub(crate) attributes: AttributeWords,
    /// Whether each row is excluded; empty if all rows count.
    pub(crate) unusable: Vec<bool>,
    pub(crate) rows: usize,
    /// The number of rows that count.
    pub(crate) len: usize,
}

/// The row of an invitation, and the timestamp of its answer, if known.
pub(super) type Answered = (usize, Option<i64>);

/// The columns of one table.
struct Slots {
    id: WordSlot<Box<str>>,
    question: WordSlot<Box<str>>,
    sent_at: TimestampSlot,
    delivered: WordSlot<bool>,
    started_at: TimestampSlot,
    answered_at: TimestampSlot,
    updated_at: TimestampSlot,
    ticket: WordSlot<Box<str>>,
    customer: WordSlot<Box<str>>,
    attributes: AttributeSlots,
}

#[derive(Default)]
struct Building {
    ids: IdBuilder,
    sent_at: Times,
    started_at: Times,
    answered_at: Times,
    versions: Versions,
    unusable: Vec<usize>,
    question: KnownCodes,
    delivered: KnownCodes,
    customer: KnownCodes,
    attributes: Vec<KnownCodes>,
}

impl InvitationTable {
    /// Reads the tables of one source.
    pub(super) fn read(decoding: &mut Decoding<'_>, source: &InvitationSource) -> Result<Self, ReadError> {
        let (mut sent, mut building) = (Self::default(), Building::default());
        let mut origins: Vec<RowOrigin> = Vec::new();
        for file in &source.file {
            let table = decoding.open(file, &source.filter)?;
            let mut columns =
                FileColumns::of(&table, decoding.description, &source.timestamps, &source.missing);
            let projection = &decoding.projection;
            let slots = Slots {
                id: columns.word(&source.id)?,
                question: columns.word(&source.question)?,
                sent_at: columns.timestamp(&source.sent_at)?,
                delivered: columns.maybe_word(source.delivered.as_ref())?,
                started_at: columns.maybe_timestamp(source.started_at.as_ref())?,
                answered_at: columns.maybe_timestamp(source.answered_at.as_ref())?,
                updated_at: columns.maybe_timestamp(source.updated_at.as_ref())?,
                ticket: columns.maybe_word(source.ticket.as_ref())?,
                customer: columns.maybe_word(source.customer.as_ref().filter(|_| projection.records))?,
                attributes: columns
                    .attributes(source.attributes.iter().filter(|(one, _)| projection.includes(one)))?,
            };
            let ledger = decoding.begin(&table, "invitations");
            let id_column = slots.id.name().to_owned();
            origins.push(RowOrigin {
                first: sent.rows,
                ledger,
                id_column,
                duplicates: source.duplicates.unwrap_or(Duplicates::First),
            });
            sent.tickets.begin(&slots.ticket, ledger);
            decoding.each_batch(&columns, ledger, |decoding, batch| {
                sent.batch(decoding, &slots, batch, &mut building, ledger)
            })?;
        }
        sent.ids = building.ids.finish();
        let versions = building.versions.finish();
        (sent.index, sent.unusable) = decoding.exclude_repeated(
            &sent.ids,
            &building.unusable,
            &origins,
            versions.as_ref(),
            "invitation",
        )?;
        sent.len = sent.rows - sent.unusable.iter().filter(|excluded| **excluded).count();
        sent.sent_at = building.sent_at.finish();
        sent.started_at = source.started_at.is_some().then(|| building.started_at.finish());
        sent.answered_at = source.answered_at.is_some().then(|| building.answered_at.finish());
        sent.tickets.finish();
        Ok(sent)
    }

    fn batch(
        &mut self,
        decoding: &mut Decoding<'_>,
        slots: &Slots,
        batch: &RecordBatch,
        building: &mut Building,
        ledger: usize,
    ) -> Result<(), ReadError> {
        let rows = batch.num_rows();
        let (known, first) = (&mut building.attributes, self.rows);
        let columns: [ColumnTask<'_>; 9] = [
            Box::new(|doubts| building.ids.decode(&slots.id, batch, doubts)),
            Box::new(|doubts| building.sent_at.decode(&slots.sent_at, batch, doubts)),
            Box::new(|doubts| building.started_at.decode(&slots.started_at, batch, doubts)),
            Box::new(|doubts| building.answered_at.decode(&slots.answered_at, batch, doubts)),
            Box::new(|doubts| self.question.decode(&slots.question, &mut building.question, batch, doubts)),
            Box::new(|doubts| {
                self.delivered.decode(&slots.delivered, &mut building.delivered, batch, doubts)
            }),
            Box::new(|doubts| self.customers.decode(&slots.customer, &mut building.customer, batch, doubts)),
            Box::new(|_| self.tickets.decode(&slots.ticket, batch)),
            Box::new(|doubts| self.attributes.decode(&slots.attributes, known, batch, first, doubts)),
        ];
        let mut doubts = decoding.workers.decode(rows, columns)?;
        building.versions.decode(&slots.updated_at, batch, &mut decoding.ledgers[ledger])?;
        doubts.extend(self.question.rows_without(self.rows));
        if let Some(sent) = building.sent_at.last() {
            if let Some(nulls) = sent.nulls() {
                doubts.extend((0..rows).filter(|row| nulls.is_null(*row)));
            }
            let later = [&building.started_at, &building.answered_at].map(Times::last);
            let checks = later.map(|later| followed_by_earlier(Some(sent), later));
            doubts.append(&mut decoding.workers.decode(rows, checks)?);
        }
        let doubts = in_order(doubts);
        if !doubts.is_empty() {
            self.settle(decoding, slots, batch, &doubts, building, ledger)?;
        }
        self.rows += rows;
        Ok(())
    }

    /// Reads doubtful rows with the rules of the row reader.
    fn settle(
        &self,
        decoding: &mut Decoding<'_>,
        slots: &Slots,
        batch: &RecordBatch,
        doubts: &[usize],
        building: &mut Building,
        ledger_at: usize,
    ) -> Result<(), ReadError> {
        let mut id = slots.id.bind(batch)?;
        let mut question = slots.question.bind(batch)?;
        let mut sent_at = slots.sent_at.bind(batch)?;
        let mut delivered = slots.delivered.bind(batch)?;
        let mut started_at = slots.started_at.bind(batch)?;
        let mut answered_at = slots.answered_at.bind(batch)?;
        let mut ticket = slots.ticket.bind(batch)?;
        let mut customer = slots.customer.bind(batch)?;
        let mut attributes = slots.attributes.bind(batch)?;
        let ledger = &mut decoding.ledgers[ledger_at];
        let one = |row: usize| -> Result<[Option<Timestamp>; 3], Halt> {
            let number = ledger.row(row);
            if !slots.id.is_nothing() {
                ledger.need(&mut id, row, Reason::Missing)?;
            }
            let sent = ledger.need(&mut sent_at, row, Reason::Missing)?;
            let mut not_before_sent = |column: &mut BoundTimestamp<'_>| -> Result<Option<Timestamp>, Halt> {
                match ledger.read(column, row)? {
                    Some(at) if at < sent => Err(ledger.exclude_one(
                        Scope::Record,
                        Reason::EndBeforeStart,
                        number,
                        column.name(),
                        || (column.raw(row).to_owned(), format!("the survey was sent at {sent} only")),
                    )),
                    at => Ok(at),
                }
            };
            let started = not_before_sent(&mut started_at)?;
            let answered = not_before_sent(&mut answered_at)?;
            ledger.need(&mut question, row, Reason::Missing)?;
            ledger.read(&mut delivered, row)?;
            ledger.want(&mut ticket, row)?;
            ledger.want(&mut customer, row)?;
            attributes.read(ledger, row)?;
            Ok([Some(sent), started, answered])
        };
        let (kept, skipped) = each_row(doubts.iter().copied(), one)?;
        building.unusable.extend(skipped.into_iter().map(|row| self.rows + row));
        for column in [&sent_at, &started_at, &answered_at] {
            column.account(ledger);
        }
        let columns = [&mut building.sent_at, &mut building.started_at, &mut building.answered_at];
        for (place, column) in columns.into_iter().enumerate() {
            column.correct(kept.iter().map(|(row, times)| (*row, times[place])));
        }
        Ok(())
    }

    /// The row of an id; `NOWHERE` if no row that counts has it.
    pub(super) fn place(&self, id: Id<'_>) -> u32 {
        self.index.find_written(&self.ids, id)
    }

    /// The id of a row, as text.
    pub(super) fn id(&self, row: usize) -> Cow<'_, str> {
        self.ids.text(row)
    }

    /// Whether all ids are numbers.
    pub(super) fn has_numbers(&self) -> bool {
        self.ids.are_numbers()
    }

    /// Joins the invitations to their tickets. Returns the number of links to unknown tickets.
    pub(super) fn join_tickets(
        &mut self,
        decoding: &mut Decoding<'_>,
        target: &Target<'_>,
    ) -> Result<u64, ReadError> {
        let unusable = &self.unusable;
        let counts = |row: usize| !unusable.get(row).copied().unwrap_or(false);
        self.tickets.find(target);
        Ok(self.tickets.list_lost(decoding, counts, target)?.len() as u64)
    }

    /// Adds answers, with the rules of [`LinkedAnswers`](deskmetrics::survey::LinkedAnswers).
    pub(super) fn answer(&mut self, answers: Vec<Answered>) {
        if answers.is_empty() {
            return;
        }
        let own = |row: usize| self.answered_at.as_ref().and_then(|at| at.get(row));
        let mut all: Vec<Option<i64>> = (0..self.rows).map(own).collect();
        let mut undated = Vec::new();
        for (row, at) in answers {
            match at {
                Some(at) => all[row] = all[row].into_iter().chain([at]).min(),
                None => undated.push(row),
            }
        }
        for row in undated {
            all[row] = all[row].or_else(|| self.sent_at.get(row));
        }
        self.answered_at = Some(all.into_iter().collect());
    }

    /// Whether a row counts.
    #[inline]
    pub(crate) fn is_usable(&self, row: usize) -> bool {
        !self.unusable.get(row).copied().unwrap_or(false)
    }

    /// The invitations as records, with their rows.
    pub(crate) fn records(&self) -> impl Iterator<Item = (usize, Invitation)> + '_ {
        (0..self.rows).filter(|row| self.is_usable(*row)).map(|row| {
            let at = |column: &Option<Timestamps>| {
                column.as_ref()?.get(row).map(Timestamp::saturating_from_micros)
            };
            let sent = self.sent_at.get(row).map_or(Timestamp::MIN, Timestamp::saturating_from_micros);
            let question = self.question.of_row(row).cloned().unwrap_or_default();
            let mut invitation = Invitation::new(self.ids.text(row).as_ref(), question, sent);
            invitation.started_at = at(&self.started_at);
            invitation.answered_at = at(&self.answered_at);
            invitation.delivered = self.delivered.of_row(row).copied().unwrap_or(true);
            invitation.ticket = self.tickets.text(row).map(|id| id.as_ref().into());
            invitation.customer = self.customers.of_row(row).map(|name| CustomerId::new(name.clone()));
            invitation.attributes = self.attributes.of_row(row);
            (row, invitation)
        })
    }
}
