//! Feeding a report with the tickets of a log.

use std::ops::Range;

use deskmetrics::engine::step::What;
use deskmetrics::engine::{
    BlockPlan, Customer, Feed, InBlocks, MilestoneBlock, Milestones, Pass, RecordNeeds, SliceIds,
};
use deskmetrics::replay::StatedMeasure;
use deskmetrics::report::Report;
use deskmetrics::ticket::Attribute;
use deskmetrics::{Author, Excluded, Replayed};
use hashbrown::HashMap;

use super::outcome::Wanted;
use super::visit::Begin;
use super::{AttributeSlot, EventLog, ReplayedRow};
use crate::column::utc::Instants;
use crate::decode::stated::StatedColumn;
use crate::decode::ticket::MilestoneColumns;
use crate::report::place::{Keys, NO_TICKET, Slices};

/// Tickets that are counted together.
const BLOCK: usize = 1024;

impl EventLog<'_> {
    /// Feeds a report with the tickets of some rows, and with what could not be used of their events.
    pub(crate) fn feed(&self, report: &Report, rows: Range<usize>, feed: &mut Feed<'_>) {
        match &self.tables.tickets.milestones {
            Some(columns) if !self.credits => self.feed_milestones(report, columns, rows, feed),
            // Without a log there are no events to exclude: a timestamp after the cut-off has not come yet.
            Some(_) => drop(self.feed_events(report, rows, feed)),
            None => {
                let excluded = self.feed_events(report, rows, feed);
                feed.exclude_events(&excluded);
            }
        }
    }

    fn feed_events(&self, report: &Report, rows: Range<usize>, feed: &mut Feed<'_>) -> Excluded {
        let mut slices = SlicesAtCutOff::new(self, report);
        let mut one = One::new(self, report);
        self.run(rows, |row, pass| {
            one.fill(row, pass);
            let known = slices.of(&ReplayedRow { row, pass, log: self }, feed);
            one.feed(row, pass, feed, known, false);
        })
    }

    /// Tickets without a log: what their timestamps tell is counted block by block.
    fn feed_milestones(
        &self,
        report: &Report,
        columns: &MilestoneColumns,
        rows: Range<usize>,
        feed: &mut Feed<'_>,
    ) {
        let tickets = &self.tables.tickets;
        let keys = Keys::of(report, |attribute| tickets.attributes.get(attribute), Some(&tickets.tags));
        let mut slices = Slices::new(keys.combinations());
        let mut one = One::new(self, report);
        let mut pass = self.replay.pass();
        let mut begin = Begin::default();
        let plan = if self.replay.takes_blocks() {
            feed.block_plan(self.replay.as_of(), &self.stated_in_blocks())
        } else {
            BlockPlan { blocks: false, ends: false, rows: true, readings: false }
        };
        let mut block = Block::default();
        let mut combinations = [0_u64; BLOCK];
        for from in rows.clone().step_by(BLOCK) {
            let rows = from..(from + BLOCK).min(rows.end);
            let combinations = &mut combinations[..rows.len()];
            keys.of_rows(from, combinations);
            block.read(self, columns, rows.clone(), plan.ends || plan.rows || !plan.blocks);
            for (place, row) in rows.enumerate().filter(|(_, row)| tickets.is_usable(*row)) {
                let value = |attribute: &Attribute| keys.value_of_row(row, attribute);
                let find = |feed: &mut Feed<'_>| feed.slices(value, &keys.tags_of_row(row), None);
                let slice = match keys.combinations() {
                    Some(_) => slices.number(combinations[place], NO_TICKET, feed, find),
                    None => slices.number(1 << 63 | row as u64, NO_TICKET, feed, find),
                };
                let counted =
                    plan.blocks && self.take(&mut block, place, row, slice, plan, (&mut begin, &mut pass));
                if !counted || plan.rows {
                    self.replay_row(row, &mut begin, &mut pass);
                    one.fill(row, &mut pass);
                    one.feed(row, &mut pass, feed, slices.ids(slice), counted);
                }
            }
            block.feed(feed, slices.all(), self.replay.as_of());
        }
    }

    /// The durations that blocks count, as far as the source states them.
    fn stated_in_blocks(&self) -> Vec<InBlocks> {
        let in_blocks = |column: &&StatedColumn| match column.measure {
            StatedMeasure::FirstResponseTime => Some(InBlocks::Reply),
            StatedMeasure::FirstResolutionTime | StatedMeasure::FullResolutionTime => Some(InBlocks::End),
            _ => None,
        };
        self.stated.iter().filter_map(in_blocks).collect()
    }

    /// Takes a ticket into the block, if it is one that blocks count.
    #[inline]
    fn take(
        &self,
        block: &mut Block,
        place: usize,
        row: usize,
        slice: usize,
        plan: BlockPlan,
        (begin, pass): (&mut Begin, &mut Pass<'_>),
    ) -> bool {
        let ticket = &block.read[place];
        let as_of = self.replay.as_of().as_micros();
        let gone = ticket.leaves.is_some_and(|what| what != What::EndUnknown);
        if ticket.created_at > as_of || gone || (plan.ends && !ticket.is_usual()) {
            return false;
        }
        let known = |at: i64| if at <= as_of { at } else { Milestones::NEVER };
        let (created, replied) = (ticket.created_at, known(ticket.replied_at));
        let done = match known(ticket.solved_at) {
            Milestones::NEVER => known(ticket.closed_at),
            solved => solved,
        };
        if plan.readings {
            self.fill_begin(row, begin);
            let start = begin.start(created, ticket.created_by);
            let Some(readings) = pass.readings(start, [created, replied, done, as_of]) else { return false };
            block.readings.push(readings);
        }
        block.created_at.push(created);
        block.replied_at.push(replied);
        block.done_at.push(done);
        block.slice.push(u32::try_from(slice).unwrap_or(u32::MAX));
        true
    }
}

/// Tickets of a block.
#[derive(Debug, Default)]
struct Block {
    /// Of every row.
    read: Vec<Milestones>,
    /// Of the rows that are counted together.
    created_at: Vec<i64>,
    replied_at: Vec<i64>,
    done_at: Vec<i64>,
    readings: Vec<[i64; 4]>,
    slice: Vec<u32>,
    buffers: [Vec<i64>; 3],
}

impl Block {
    /// Reads the timestamps of some rows.
    fn read(&mut self, log: &EventLog<'_>, columns: &MilestoneColumns, rows: Range<usize>, ends: bool) {
        let tickets = &log.tables.tickets;
        self.read.clear();
        if !ends && columns.leaves.is_empty() {
            let created = tickets.created_at[rows].iter();
            return self.read.extend(created.map(|at| Milestones::created(*at)));
        }
        let words =
            columns.status.kinds() > 1 || columns.author.kinds() > 1 || tickets.created_by.kinds() > 1;
        let words = words || !log.own_names.is_empty() || !columns.leaves.is_empty();
        if words {
            self.read.extend(rows.map(|row| log.milestones_of(columns, row)));
            return;
        }
        let read = |column: &Option<Instants>, buffer: &mut Vec<i64>| {
            buffer.clear();
            buffer.resize(rows.len(), Milestones::NEVER);
            if let Some(column) = column {
                column.of_rows(rows.clone()).write_or(Milestones::NEVER, buffer);
            }
        };
        let [replied, solved, closed] = &mut self.buffers;
        read(&columns.replied_at, replied);
        read(&columns.solved_at, solved);
        read(&columns.closed_at, closed);
        let rows = tickets.created_at[rows].iter().zip(replied).zip(solved).zip(closed);
        self.read.extend(rows.map(|(((created_at, replied_at), solved_at), closed_at)| Milestones {
            replied_at: *replied_at,
            solved_at: *solved_at,
            closed_at: *closed_at,
            // Whoever is answered wrote before.
            created_by: (*replied_at == *created_at).then_some(Author::Customer),
            ..Milestones::created(*created_at)
        }));
    }

    /// Feeds the block, and empties it.
    fn feed(&mut self, feed: &mut Feed<'_>, slices: &[SliceIds], known_until: deskmetrics::Timestamp) {
        if self.created_at.is_empty() {
            return;
        }
        feed.milestones(&MilestoneBlock {
            created_at: &self.created_at,
            replied_at: &self.replied_at,
            done_at: &self.done_at,
            readings: &self.readings,
            slice: &self.slice,
            slices,
            known_until,
        });
        self.created_at.clear();
        self.replied_at.clear();
        self.done_at.clear();
        self.readings.clear();
        self.slice.clear();
    }
}

/// Feeds tickets one by one.
struct One<'l> {
    log: &'l EventLog<'l>,
    needs: RecordNeeds,
    names: Option<std::sync::Arc<dyn deskmetrics::engine::CustomerNames>>,
    scratch: Replayed,
}

impl<'l> One<'l> {
    fn new(log: &'l EventLog<'l>, report: &Report) -> Self {
        let names = log.customers().map(crate::Customers::names);
        Self { log, needs: report.record_needs(), names, scratch: log.scratch() }
    }

    /// Fills in what the report reads of the ticket just replayed besides its measures.
    #[inline]
    fn fill(&mut self, row: usize, pass: &mut Pass<'_>) {
        if self.needs.any() {
            self.log.fill(&mut self.scratch, row, pass, Wanted::of(self.needs));
        }
    }

    #[inline]
    fn feed(
        &mut self,
        row: usize,
        pass: &mut Pass<'_>,
        feed: &mut Feed<'_>,
        slices: &SliceIds,
        rows_only: bool,
    ) {
        let number = self.log.customers().map_or(0, |customers| customers.code(row));
        let customer = Customer { number, names: self.names.as_ref() };
        feed.ticket_of(pass, &mut self.scratch, customer, slices, rows_only);
    }
}

/// The slices of tickets by their values at the cut-off.
struct SlicesAtCutOff<'l> {
    log: &'l EventLog<'l>,
    sliced: Vec<(&'l Attribute, Option<AttributeSlot>)>,
    /// Whether tags matter.
    tagged: bool,
    /// By the code of the only attribute; where there is none, all tickets have the same.
    by_code: Vec<Option<SliceIds>>,
    /// By the codes of several, those of the tags last.
    by_codes: HashMap<Vec<u32>, SliceIds>,
    codes: Vec<u32>,
    /// Whether each response counts for who gave it.
    by_responder: bool,
    /// The slices of the last ticket, where these depend on its responders.
    last: Option<SliceIds>,
}

impl<'l> SlicesAtCutOff<'l> {
    fn new(log: &'l EventLog<'l>, report: &'l Report) -> Self {
        let sliced: Vec<_> =
            report.sliced_by().into_iter().map(|attribute| (attribute, log.slot(attribute))).collect();
        let tagged = report.sliced_by().contains(&&Attribute::Tag);
        let dense = if sliced.len() <= 1 && !tagged { log.codes() } else { 0 };
        Self {
            log,
            sliced,
            tagged,
            by_code: vec![None; dense],
            by_codes: HashMap::new(),
            codes: Vec::new(),
            by_responder: report.is_by_responder(),
            last: None,
        }
    }

    #[inline]
    fn of(&mut self, ticket: &ReplayedRow<'_>, feed: &mut Feed<'_>) -> &SliceIds {
        let Self { log, sliced, tagged, by_code, by_codes, codes, by_responder, last } = self;
        let responders = by_responder.then(|| ticket.metrics());
        let code = |slot: &Option<AttributeSlot>| slot.map_or(0, |slot| ticket.code(slot));
        let mut find = |codes: &[u32]| {
            let value = |attribute: &Attribute| {
                let place = sliced.iter().position(|(sliced, _)| *sliced == attribute)?;
                log.text(*codes.get(place)?)
            };
            let tags = codes.get(sliced.len()..).unwrap_or_default();
            feed.slices(value, &tags.iter().filter_map(|tag| log.text(*tag)), responders)
        };
        let only = match sliced.as_slice() {
            [] => Some(0),
            [(_, slot)] if !*tagged && !*by_responder => Some(code(slot)),
            _ => None,
        };
        if let Some(only) = only
            && let Some(known) = by_code.get_mut(only as usize)
        {
            return known.get_or_insert_with(|| find(&[only]));
        }
        codes.clear();
        codes.extend(sliced.iter().map(|(_, slot)| code(slot)));
        if *tagged {
            codes.extend(ticket.tags());
        }
        if *by_responder {
            return last.insert(find(codes));
        }
        by_codes.entry_ref(codes.as_slice()).or_insert_with(|| find(codes))
    }
}
