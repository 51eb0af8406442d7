//! Surveys sent as columns.

use arrow_array::RecordBatch;
use arrow_buffer::BooleanBuffer;
use deskmetrics::ticket::Attribute;
use deskmetrics::{Invitation, Timestamp};

use super::attribute::AttributeColumns;
use super::code::{Coded, coded, unreadable};
use super::id::Ids;
use super::{FrameOptions, Memory, clean_rows, in_order, standard};
use crate::column::utc::Instants;
use crate::description::{InstantKey, InvitationSource};
use crate::record::Records;
use crate::{ReadError, SourceReport};

/// Surveys sent, in memory, one a row.
#[derive(Debug)]
pub struct InvitationFrame {
    memory: Memory,
    source: InvitationSource,
    parts: Vec<InvitationPart>,
    question: Coded<Box<str>>,
    delivered: Option<Coded<bool>>,
    tickets: Option<Ids>,
    attributes: AttributeColumns,
    /// Invitations of rows that needed a second look.
    read: Vec<Invitation>,
    report: SourceReport,
    len: usize,
}

/// One record batch of an [`InvitationFrame`].
#[derive(Debug)]
pub(crate) struct InvitationPart {
    pub(crate) rows: usize,
    /// Which rows are beyond doubt; `None` when all are.
    pub(crate) clean: Option<BooleanBuffer>,
    pub(crate) sent_at: Instants,
    pub(crate) started_at: Option<Instants>,
    pub(crate) answered_at: Option<Instants>,
}

impl InvitationFrame {
    /// Invitations whose columns have usual names: `question` (or one question for all of them), `sent_at`, `invitation_id`
    /// or `id`, `delivered`, `started_at`, `answered_at`, `ticket_id`, `customer_id`. Every other column of words is an
    /// attribute under its own name. Without an id, rows are numbered.
    ///
    /// # Errors
    /// When there is no `sent_at` or no question, a column is of a type that cannot hold what it should, or it holds
    /// wall-clock times and no zone is given.
    pub fn standard(
        batches: Vec<RecordBatch>,
        question: Option<&str>,
        options: &FrameOptions,
    ) -> Result<Self, ReadError> {
        let source = standard::invitations(batches.first(), question)?;
        Self::new(batches, source, options)
    }

    /// Invitations whose columns are described; the files of `source` are not looked at.
    ///
    /// # Errors
    /// When a column is missing, of a type that cannot hold what it should, or holds wall-clock times and no zone is given.
    pub fn new(
        batches: Vec<RecordBatch>,
        source: InvitationSource,
        options: &FrameOptions,
    ) -> Result<Self, ReadError> {
        let memory = Memory::new("invitations", batches, options);
        let table = memory.table();
        let mut columns = memory.columns(&table, &source.instants, &source.missing);
        let id = columns.word(&source.id)?;
        let question = columns.word(&source.question)?;
        let sent_at = columns.instant(&source.sent_at)?;
        let delivered = columns.maybe_word(source.delivered.as_ref())?;
        let started_at = columns.maybe_instant(source.started_at.as_ref())?;
        let answered_at = columns.maybe_instant(source.answered_at.as_ref())?;
        let ticket = columns.maybe_word(source.ticket.as_ref())?;
        let attributes = columns.attributes(&source.attributes)?;
        let batches = columns.batches()?.collect::<Result<Vec<_>, _>>()?;

        let mut doubtful = Vec::new();
        let (ids, odd) = Ids::new(&id, &batches).map_err(|wrong| id.wrong(&table, wrong))?;
        doubtful.extend(odd);
        doubtful.extend(ids.repeated());
        let zone_named = |key: Option<&InstantKey>| {
            source.instants.time_zone.is_some() || key.is_some_and(|key| key.time_zone.is_some())
        };
        let mut instants =
            |slot, key| memory.instants(&table, slot, zone_named(key), &batches, &mut doubtful);
        let sent = instants(&sent_at, Some(&source.sent_at))?;
        let started = instants(&started_at, source.started_at.as_ref())?;
        let answered = instants(&answered_at, source.answered_at.as_ref())?;
        let question = Coded::new(&question, &batches).map_err(|wrong| question.wrong(&table, wrong))?;
        let delivered = coded(&delivered, &batches).map_err(|wrong| delivered.wrong(&table, wrong))?;
        let tickets = if ticket.is_nothing() {
            None
        } else {
            Some(Ids::new(&ticket, &batches).map_err(|wrong| ticket.wrong(&table, wrong))?.0)
        };
        let mut parts: Vec<InvitationPart> = sent
            .into_iter()
            .zip(started.into_iter().zip(answered))
            .zip(&batches)
            .map(|((sent_at, (started_at, answered_at)), batch)| InvitationPart {
                rows: batch.num_rows(),
                clean: None,
                sent_at: sent_at.unwrap_or_else(|| Instants::none(batch.num_rows())),
                started_at,
                answered_at,
            })
            .collect();
        let mut start = 0;
        for (number, part) in parts.iter().enumerate() {
            part.doubts(start, &mut doubtful);
            let codes = question.part(number);
            if !question.meanings().iter().all(|meaning| matches!(meaning, Ok(Some(_)))) {
                let nameless = |row: &usize| !matches!(question.meaning(codes.get(*row)), Ok(Some(_)));
                doubtful.extend((0..part.rows).filter(nameless).map(|row| start + row));
            }
            if let Some(words) = &delivered {
                unreadable(words, number, part.rows, start, &mut doubtful);
            }
            start += part.rows;
        }
        let doubtful = in_order(doubtful);
        let mut start = 0;
        for part in &mut parts {
            part.clean = clean_rows(part.rows, start, &doubtful);
            start += part.rows;
        }
        let mut records =
            memory.read_rows(&doubtful, |reading, rows| Records::of_invitations(reading, &source, rows))?;
        let report = records
            .reports()
            .pop()
            .unwrap_or_else(|| SourceReport::of("invitations", "invitations", start as u64));
        let len = start - doubtful.len() + records.invitations.len();
        let attributes = AttributeColumns::new(attributes, &batches);
        let read = records.invitations;
        Ok(Self { memory, source, parts, question, delivered, tickets, attributes, read, report, len })
    }

    /// Invitations, those left out not counted.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is not one invitation.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Rows read and left out.
    pub fn source(&self) -> &SourceReport {
        &self.report
    }

    /// The last instant at which a survey was answered, or sent where it was not answered; `None` without any.
    pub fn last_instant(&self) -> Option<Timestamp> {
        let columns = self.parts.iter().filter_map(|part| {
            let clean = |row: usize| part.clean.as_ref().is_none_or(|clean| clean.value(row));
            let last = |row| {
                let answered = part.answered_at.as_ref().and_then(|answered| answered.get(row));
                answered.or_else(|| part.sent_at.get(row))
            };
            (0..part.rows).filter(|row| clean(*row)).filter_map(last).max()
        });
        let one_by_one = self.read.iter().map(|sent| sent.answered_at.unwrap_or(sent.sent_at));
        columns.map(Timestamp::saturating_from_micros).chain(one_by_one).max()
    }

    /// The attributes its invitations have columns for.
    pub fn attributes(&self) -> impl Iterator<Item = &Attribute> {
        self.attributes.names()
    }

    /// The invitations as records.
    ///
    /// # Errors
    /// When reading is strict and a row cannot be used.
    pub fn records(&self) -> Result<Vec<Invitation>, ReadError> {
        let records =
            Records::of_invitations(&mut self.memory.reading(), &self.source, &self.memory.table())?;
        Ok(records.invitations)
    }

    /// One for each record batch.
    pub(crate) fn parts(&self) -> &[InvitationPart] {
        &self.parts
    }

    pub(crate) fn question(&self) -> &Coded<Box<str>> {
        &self.question
    }

    pub(crate) fn delivered(&self) -> Option<&Coded<bool>> {
        self.delivered.as_ref()
    }

    /// The tickets the rows are about.
    pub(crate) fn tickets(&self) -> Option<&Ids> {
        self.tickets.as_ref()
    }

    /// Invitations of rows that are not clean, read one by one.
    pub(crate) fn read_one_by_one(&self) -> &[Invitation] {
        &self.read
    }

    /// The codes of an attribute's values; `None` where there is no column for it.
    pub(crate) fn codes(&self, attribute: &Attribute) -> Result<Option<&Coded<Box<str>>>, ReadError> {
        self.attributes.codes(attribute, &self.memory)
    }
}

impl InvitationPart {
    /// Rows without the instant of sending, and those in which something came before it.
    fn doubts(&self, start: usize, doubtful: &mut Vec<usize>) {
        if let Some(nulls) = self.sent_at.nulls() {
            doubtful.extend((0..self.rows).filter(|row| nulls.is_null(*row)).map(|row| start + row));
        }
        for later in [&self.started_at, &self.answered_at].into_iter().flatten() {
            doubtful.extend(self.sent_at.followed_by_earlier(later).into_iter().map(|row| start + row));
        }
    }
}
