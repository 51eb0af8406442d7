//! The tickets of a dataset, as columns.

pub(super) mod builder;

use std::collections::BTreeMap;
use std::ops::Range;

use arrow_buffer::ScalarBuffer;
use deskmetrics::engine::Milestones;
use deskmetrics::engine::step::{Step, StepKind};
use deskmetrics::ticket::{Attribute, EventKind};
use deskmetrics::{Author, Ticket, TicketEvent, Timestamp};
use hashbrown::HashMap;

use super::attribute::AttributeWords;
use super::customer::{CustomerCodes, Requesters};
use super::id::{Id, IdBuilder, IdIndex, Ids, NewIds};
use super::stated::{SlaColumn, StatedColumn};
use super::word::{Codes, NONE, Words};
use crate::column::utc::Timestamps;
use crate::column::{TicketStatus, list};
use crate::description::AttributeValues;

/// Every ticket of a dataset, as columns.
#[derive(Debug, Default)]
pub(crate) struct TicketTable {
    pub(crate) ids: Ids,
    pub(crate) index: IdIndex,
    /// Whether each row is excluded; empty if all rows count.
    unusable: Vec<bool>,
    pub(crate) created_at: ScalarBuffer<i64>,
    pub(crate) created_by: Words<Author>,
    pub(crate) customers: Option<CustomerCodes>,
    pub(crate) due_at: Option<Timestamps>,
    pub(crate) sla_met: Words<bool>,
    pub(crate) tags: Tags,
    pub(crate) attributes: AttributeWords,
    /// The timestamp columns; `None` if tickets have a log of events.
    pub(crate) milestones: Option<MilestoneColumns>,
    /// Whether columns give first replies, and solves or closes, beside a log of events.
    pub(crate) states_replies: bool,
    pub(crate) states_ends: bool,
    /// The statuses that tickets with a log of events state beside it.
    pub(crate) stated: Words<TicketStatus>,
    /// Rows from which on attributes and tags are current ones, or ones at creation.
    pub(super) values: Vec<(usize, AttributeValues)>,
    /// Rows of tables; those of tickets that events created come after them.
    described_rows: usize,
    /// Measures that the source states.
    pub(crate) stated_measures: Vec<StatedColumn>,
    /// SLA targets that the source states, by metric.
    pub(crate) stated_sla: Vec<SlaColumn>,
    /// Rows that count.
    pub(crate) len: usize,
}

/// The timestamps of tickets without a log.
#[derive(Debug, Default)]
pub(crate) struct MilestoneColumns {
    pub(crate) replied_at: Option<Timestamps>,
    pub(crate) solved_at: Option<Timestamps>,
    pub(crate) closed_at: Option<Timestamps>,
    pub(crate) status: Words<TicketStatus>,
    /// How rows leave, if they do.
    pub(crate) leaves: BTreeMap<usize, StepKind>,
    pub(crate) author: Words<Author>,
    pub(crate) author_name: Words<Box<str>>,
}

/// The tags of all rows. Equal lists have equal codes, from 1 on; 0 is a row without tags.
#[derive(Debug, Default)]
pub(crate) struct Tags {
    pub(crate) codes: Codes,
    /// The codes of each list's tags, in order.
    lists: Vec<Box<[u32]>>,
    index: HashMap<Box<[u32]>, u32>,
    pub(crate) texts: Words<Box<str>>,
}

impl Tags {
    /// The codes of a row's tags.
    pub(crate) fn of_row(&self, row: usize) -> &[u32] {
        self.list(self.codes.get(row))
    }

    fn list(&self, code: u32) -> &[u32] {
        (code as usize).checked_sub(1).and_then(|place| self.lists.get(place)).map_or(&[], |list| list)
    }

    /// The tags of a list.
    pub(crate) fn texts_of(&self, code: u32) -> impl Iterator<Item = &str> + Clone {
        self.list(code).iter().filter_map(|tag| self.texts.meaning(*tag)).map(|tag| &**tag)
    }

    /// One more than the highest code of a list.
    pub(crate) fn kinds(&self) -> usize {
        self.lists.len() + 1
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.lists.is_empty()
    }

    /// Whether a table has a column of tags.
    pub(super) fn are_described(&self) -> bool {
        self.codes.len() > 0
    }

    /// Gives a row other tags, by their codes.
    pub(super) fn set(&mut self, row: usize, tags: Vec<u32>) {
        let code = self.code_of(tags);
        self.codes.fill_up(row + 1);
        self.codes.set(row, code);
    }

    /// The code of a list of tags, given to it now if it is new.
    fn code_of(&mut self, mut list: Vec<u32>) -> u32 {
        list.sort_unstable();
        list.dedup();
        if list.is_empty() {
            return NONE;
        }
        let next = u32::try_from(self.lists.len() + 1).unwrap_or(NONE);
        let list: Box<[u32]> = list.into();
        *self.index.entry(list.clone()).or_insert_with(|| {
            self.lists.push(list);
            next
        })
    }

    /// Adds the rows of a batch after so many rows, given their lists as text.
    fn push(&mut self, texts: &Words<Box<str>>, separator: &str, rows: usize) {
        let codes: Vec<u32> = std::iter::once(NONE)
            .chain(texts.meanings().iter().map(|text| {
                let list = list::parts(text, separator).map(|tag| self.texts.code_of(tag.into())).collect();
                self.code_of(list)
            }))
            .collect();
        self.codes.fill_up(rows);
        (0..texts.codes.len()).for_each(|row| self.codes.push(codes[texts.codes.get(row) as usize]));
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

    /// The rows of some that do not count.
    pub(crate) fn unusable(&self, rows: Range<usize>) -> impl Iterator<Item = usize> {
        let unusable = self.unusable.get(rows.clone()).unwrap_or_default();
        rows.zip(unusable).filter(|(_, unusable)| **unusable).map(|(row, _)| row)
    }

    /// Which values of attributes a row has; `None` where events created the ticket.
    pub(super) fn values_of(&self, row: usize) -> Option<AttributeValues> {
        let place = self.values.partition_point(|(first, _)| *first <= row).checked_sub(1)?;
        self.values.get(place).filter(|_| row < self.described_rows).map(|(_, values)| *values)
    }

    /// The timestamps of a row.
    #[inline]
    pub(crate) fn milestones_of(&self, columns: &MilestoneColumns, row: usize) -> Milestones {
        let at = |column: &Option<Timestamps>| {
            column.as_ref().and_then(|column| column.get(row)).unwrap_or(Milestones::NEVER)
        };
        let created_at = self.created_at[row];
        let replied_at = at(&columns.replied_at);
        let created_by = self.created_by.of_row(row).copied();
        // A reply implies an earlier message: with a reply at the creation, the customer opened the ticket.
        let answered_at_once = (replied_at == created_at).then_some(Author::Customer);
        Milestones {
            created_at,
            replied_at,
            solved_at: at(&columns.solved_at),
            closed_at: at(&columns.closed_at),
            leaves: columns.leaves.get(&row).copied(),
            open_as: columns.status.of_row(row).and_then(|status| status.open()),
            created_by: created_by.or(answered_at_once),
            author: columns.author.of_row(row).copied().unwrap_or(Author::Agent),
        }
    }

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
        ticket.stated_sla = self.stated_sla.iter().map(|column| column.of_row(row)).collect();
        ticket.attributes = self.attributes.of_row(row);
        self.tags.texts_of(self.tags.codes.get(row)).for_each(|tag| ticket.add_tag(tag.into()));
        ticket
    }

    /// How many events the tickets' timestamps imply.
    pub(crate) fn count_of_implied_events(&self, columns: &MilestoneColumns) -> usize {
        let usable = (0..self.rows()).filter(|row| self.is_usable(*row));
        usable.map(|row| self.milestones_of(columns, row).steps(NONE).count()).sum()
    }

    /// The events that a ticket's timestamps imply, as records.
    pub(crate) fn implied_events(&self, columns: &MilestoneColumns, row: usize) -> Vec<TicketEvent> {
        let id = self.ids.text(row);
        let milestones = self.milestones_of(columns, row);
        let event = |step: Step| {
            let kind = match step.kind {
                StepKind::Status(status) => EventKind::Status(status),
                StepKind::EndUnknown => EventKind::EndUnknown,
                StepKind::Deleted => EventKind::Deleted,
                StepKind::Spam => EventKind::Spam,
                StepKind::MergedInto => EventKind::MergedInto("".into()),
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
    /// The row of an id, also if it is written differently (see [`IdIndex::find_written`]). Tickets in `new` follow all
    /// rows.
    #[inline]
    pub(crate) fn place(&self, id: Id<'_>) -> u32 {
        self.index.find_written(&self.ids, id)
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
                    if let Some(id) = Id::of(&ids.text(row)) {
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
        (self.index, _) = self.ids.index(&self.unusable);
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
            self.created_by.fill_up(all);
            self.created_by.push(row.created_by);
            self.sla_met.fill_up(all);
            self.sla_met.push(row.sla_met);
            due.push(row.due_at);
            for (attribute, value) in row.attributes {
                self.attributes.column(&attribute, all).push(value);
            }
            self.len += 1;
        }
        self.due_at = due.iter().any(Option::is_some).then(|| due.into_iter().collect());
        let rows = self.rows();
        self.attributes.fill_up(rows);
        self.customers = requesters.finish(rows);
    }
}
