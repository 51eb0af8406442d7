//! Tickets as columns.

use std::sync::OnceLock;

use arrow_array::RecordBatch;
use arrow_buffer::BooleanBuffer;
use deskmetrics::ticket::Attribute;
use deskmetrics::{Author, Status, Ticket, TicketEvent, Timestamp};

use super::attribute::AttributeColumns;
use super::code::{Coded, coded, unreadable};
use super::id::{IdIndex, Ids};
use super::{FrameOptions, Memory, clean_rows, in_order, standard};
use crate::column::utc::Instants;
use crate::description::{InstantKey, TicketSource};
use crate::record::Records;
use crate::{ReadError, SourceReport};

/// Tickets in memory, one a row.
///
/// The instants of a ticket's life that stand in its columns are its events, as with a file; see [`TicketSource`].
#[derive(Debug)]
pub struct TicketFrame {
    memory: Memory,
    source: TicketSource,
    parts: Vec<TicketPart>,
    ids: Ids,
    index: OnceLock<IdIndex>,
    status: Option<Coded<Status>>,
    created_by: Option<Coded<Author>>,
    author: Option<Coded<Author>>,
    attributes: AttributeColumns,
    /// Tickets of rows that needed a second look, and their events.
    read: (Vec<Ticket>, Vec<TicketEvent>),
    report: SourceReport,
    len: usize,
}

/// One record batch of a [`TicketFrame`].
#[derive(Debug)]
pub(crate) struct TicketPart {
    pub(crate) rows: usize,
    /// Which rows are beyond doubt; `None` when all are. The others are among the tickets read one by one.
    pub(crate) clean: Option<BooleanBuffer>,
    pub(crate) created_at: Instants,
    pub(crate) first_response_at: Option<Instants>,
    pub(crate) solved_at: Option<Instants>,
    pub(crate) closed_at: Option<Instants>,
}

impl TicketFrame {
    /// Tickets whose columns have usual names: `ticket_id` or `id`, `created_at`, `first_response_at` or
    /// `first_reply_at`, `solved_at`, `closed_at`, `status`, `requester` or `customer`, `created_by`, `due_at`, `sla_met`,
    /// `tags`. Every other column of words is an attribute under its own name. Only `created_at` must be there; without
    /// an id, rows are numbered.
    ///
    /// # Errors
    /// When there is no `created_at`, a column is of a type that cannot hold what it should, or it holds wall-clock times
    /// and no zone is given.
    pub fn standard(batches: Vec<RecordBatch>, options: &FrameOptions) -> Result<Self, ReadError> {
        let source = standard::tickets(batches.first())?;
        Self::new(batches, source, options)
    }

    /// Tickets whose columns are described; the files of `source` are not looked at.
    ///
    /// # Errors
    /// When a column is missing, of a type that cannot hold what it should, or holds wall-clock times and no zone is given.
    pub fn new(
        batches: Vec<RecordBatch>,
        source: TicketSource,
        options: &FrameOptions,
    ) -> Result<Self, ReadError> {
        let memory = Memory::new("tickets", batches, options);
        let table = memory.table();
        let mut columns = memory.columns(&table, &source.instants, &source.missing);
        let id = columns.word(&source.id)?;
        let created_at = columns.instant(&source.created_at)?;
        let first_response_at = columns.maybe_instant(source.first_response_at.as_ref())?;
        let solved_at = columns.maybe_instant(source.solved_at.as_ref())?;
        let closed_at = columns.maybe_instant(source.closed_at.as_ref())?;
        let due_at = columns.maybe_instant(source.due_at.as_ref())?;
        let status = columns.maybe_word(source.status.as_ref())?;
        let created_by = columns.maybe_word(source.created_by.as_ref())?;
        let author = columns.maybe_word(source.author.as_ref())?;
        let sla_met = columns.maybe_word(source.sla_met.as_ref())?;
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
        let created = instants(&created_at, Some(&source.created_at))?;
        let first_responses = instants(&first_response_at, source.first_response_at.as_ref())?;
        let solved = instants(&solved_at, source.solved_at.as_ref())?;
        let closed = instants(&closed_at, source.closed_at.as_ref())?;
        // Where it cannot be read, the reader of files counts it.
        instants(&due_at, source.due_at.as_ref())?;
        let status = coded(&status, &batches).map_err(|wrong| status.wrong(&table, wrong))?;
        let created_by = coded(&created_by, &batches).map_err(|wrong| created_by.wrong(&table, wrong))?;
        let author = coded(&author, &batches).map_err(|wrong| author.wrong(&table, wrong))?;
        let sla_met = coded(&sla_met, &batches).map_err(|wrong| sla_met.wrong(&table, wrong))?;

        let ends = first_responses.into_iter().zip(solved).zip(closed);
        let mut parts: Vec<TicketPart> = created
            .into_iter()
            .zip(ends)
            .zip(&batches)
            .map(|((created_at, ((first_response_at, solved_at), closed_at)), batch)| TicketPart {
                rows: batch.num_rows(),
                clean: None,
                created_at: created_at.unwrap_or_else(|| Instants::none(batch.num_rows())),
                first_response_at,
                solved_at,
                closed_at,
            })
            .collect();
        let mut start = 0;
        for (number, part) in parts.iter().enumerate() {
            part.doubts(start, &mut doubtful);
            if let Some(status) = &status {
                part.status_doubts(status, number, start, &mut doubtful);
            }
            for words in [&created_by, &author].into_iter().flatten() {
                unreadable(words, number, part.rows, start, &mut doubtful);
            }
            if let Some(words) = &sla_met {
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
            memory.read_rows(&doubtful, |reading, rows| Records::of_tickets(reading, &source, rows))?;
        let report =
            records.reports().pop().unwrap_or_else(|| SourceReport::of("tickets", "tickets", start as u64));
        let len = start - doubtful.len() + records.tickets.len();
        let attributes = AttributeColumns::new(attributes, &batches);
        Ok(Self {
            parts,
            ids,
            index: OnceLock::new(),
            status,
            created_by,
            author,
            attributes,
            read: (records.tickets, records.events),
            report,
            len,
            memory,
            source,
        })
    }

    /// Tickets, those left out not counted.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is not one ticket.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Rows read and left out.
    pub fn source(&self) -> &SourceReport {
        &self.report
    }

    /// The last instant that a ticket or an event bears; `None` without any.
    pub fn last_instant(&self) -> Option<Timestamp> {
        let columns = |part: &TicketPart| {
            let all = [&part.first_response_at, &part.solved_at, &part.closed_at];
            let ends = all.into_iter().flatten().map(|column| column.last(part.clean.as_ref()));
            ends.chain([part.created_at.last(part.clean.as_ref())]).flatten().max()
        };
        let (tickets, events) = &self.read;
        let one_by_one =
            tickets.iter().map(|ticket| ticket.created_at).chain(events.iter().map(|event| event.at));
        let in_columns = self.parts.iter().filter_map(columns).map(Timestamp::saturating_from_micros);
        in_columns.chain(one_by_one).max()
    }

    /// The attributes its tickets have columns for.
    pub fn attributes(&self) -> impl Iterator<Item = &Attribute> {
        self.attributes.names()
    }

    /// The tickets as records, with the events that their columns tell of.
    ///
    /// # Errors
    /// When reading is strict and a row cannot be used.
    pub fn records(&self) -> Result<(Vec<Ticket>, Vec<TicketEvent>), ReadError> {
        let records = Records::of_tickets(&mut self.memory.reading(), &self.source, &self.memory.table())?;
        Ok((records.tickets, records.events))
    }

    /// One for each record batch.
    pub(crate) fn parts(&self) -> &[TicketPart] {
        &self.parts
    }

    /// The ids of all rows.
    pub(crate) fn ids(&self) -> &Ids {
        &self.ids
    }

    /// Finds rows by id.
    pub(crate) fn index(&self) -> &IdIndex {
        self.index.get_or_init(|| self.ids.index())
    }

    /// Tickets of rows that are not clean, read one by one, with the events of their columns.
    pub(crate) fn read_one_by_one(&self) -> (&[Ticket], &[TicketEvent]) {
        (&self.read.0, &self.read.1)
    }

    pub(crate) fn status(&self) -> Option<&Coded<Status>> {
        self.status.as_ref()
    }

    pub(crate) fn created_by(&self) -> Option<&Coded<Author>> {
        self.created_by.as_ref()
    }

    pub(crate) fn author(&self) -> Option<&Coded<Author>> {
        self.author.as_ref()
    }

    /// The codes of an attribute's values; `None` where there is no column for it.
    pub(crate) fn codes(&self, attribute: &Attribute) -> Result<Option<&Coded<Box<str>>>, ReadError> {
        self.attributes.codes(attribute, &self.memory)
    }
}

impl TicketPart {
    /// Rows without a creation, and those in which an end lies before its beginning.
    fn doubts(&self, start: usize, doubtful: &mut Vec<usize>) {
        if let Some(nulls) = self.created_at.nulls() {
            doubtful.extend((0..self.rows).filter(|row| nulls.is_null(*row)).map(|row| start + row));
        }
        for end in [&self.first_response_at, &self.solved_at].into_iter().flatten() {
            doubtful.extend(self.created_at.followed_by_earlier(end).into_iter().map(|row| start + row));
        }
        if let Some(closed) = &self.closed_at {
            let solved = |row: usize| self.solved_at.as_ref().and_then(|solved| solved.get(row));
            doubtful.extend(
                (0..self.rows)
                    .filter(|row| {
                        let beginning = solved(*row).or_else(|| self.created_at.get(*row));
                        closed.get(*row).is_some_and(|closed| Some(closed) < beginning)
                    })
                    .map(|row| start + row),
            );
        }
    }

    /// Rows whose status is unknown or contradicts their ends.
    fn status_doubts(&self, words: &Coded<Status>, part: usize, start: usize, doubtful: &mut Vec<usize>) {
        let codes = words.part(part);
        let at =
            |column: &Option<Instants>, row| column.as_ref().and_then(|column| column.get(row)).is_some();
        doubtful.extend(
            (0..self.rows)
                .filter(|row| match words.meaning(codes.get(*row)) {
                    Ok(None) => false,
                    Ok(Some(status)) => {
                        status.is_done() != (at(&self.solved_at, *row) || at(&self.closed_at, *row))
                    }
                    Err(_) => true,
                })
                .map(|row| start + row),
        );
    }
}
