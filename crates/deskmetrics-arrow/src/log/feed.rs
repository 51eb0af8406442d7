//! Feeds reports with the tickets of a log.

use std::ops::Range;

use deskmetrics::engine::step::StepKind;
use deskmetrics::engine::{
    BlockPlan, Customer, Feed, InBlocks, MilestoneBlock, Milestones, RecordNeeds, Replayer, Responses,
    SliceIds,
};
use deskmetrics::replay::StatedMeasure;
use deskmetrics::report::Report;
use deskmetrics::ticket::Attribute;
use deskmetrics::{Author, Excluded, Replayed, SlaVerdict};
use hashbrown::HashMap;

use super::outcome::RecordFields;
use super::visit::Begin;
use super::{AttributeSlot, EventLog, ReplayedRow};
use crate::column::utc::read_or;
use crate::decode::stated::StatedColumn;
use crate::decode::ticket::MilestoneColumns;
use crate::report::place::{Keys, NO_TICKET, SliceNumbers, blocks};

/// The number of tickets that are counted together.
const BLOCK: usize = 1024;

impl EventLog<'_> {
    /// Feeds a report with the tickets of some rows, and with the exclusions of their events.
    pub(crate) fn feed(&self, report: &Report, rows: Range<usize>, feed: &mut Feed<'_>) {
        match &self.tables.tickets.milestones {
            Some(columns) if !self.credits => self.feed_milestones(report, columns, rows, feed),
            // Without a log, a timestamp after the cut-off is in the future and no excluded event.
            Some(_) => drop(self.feed_events(report, rows, feed)),
            None => {
                let excluded = self.feed_events(report, rows, feed);
                feed.exclude_events(&excluded);
            }
        }
    }

    fn feed_events(&self, report: &Report, rows: Range<usize>, feed: &mut Feed<'_>) -> Excluded {
        let mut slices = SlicesAtCutOff::new(self, report);
        let mut one = TicketFeeder::new(self, report);
        self.run(rows, |row, replayer| {
            one.fill(row, replayer);
            let ticket = ReplayedRow { row, replayer, log: self };
            let known = slices.of(&ticket, &one.scratch.verdicts, feed);
            one.feed(row, replayer, feed, known, false);
        })
    }

    /// Feeds tickets without a log, block by block.
    fn feed_milestones(
        &self,
        report: &Report,
        columns: &MilestoneColumns,
        rows: Range<usize>,
        feed: &mut Feed<'_>,
    ) {
        let tickets = &self.tables.tickets;
        let keys = Keys::of(report, |attribute| tickets.attributes.get(attribute), Some(&tickets.tags));
        let mut slices = SliceNumbers::new(keys.combinations());
        let mut one = TicketFeeder::new(self, report);
        let mut replayer = self.replay.replayer();
        let mut begin = Begin::default();
        let plan = if self.replay.supports_blocks() {
            feed.block_plan(self.replay.as_of(), &self.stated_in_blocks())
        } else {
            BlockPlan { blocks: false, ends: false, rows: true, readings: false }
        };
        let mut block = Block::default();
        let mut combinations = [0_u64; BLOCK];
        for rows in blocks(rows, BLOCK) {
            let combinations = &mut combinations[..rows.len()];
            keys.of_rows(rows.start, combinations);
            block.read(self, columns, rows.clone(), plan);
            for row in tickets.unusable(rows.clone()) {
                block.counted[row - rows.start] = false;
            }
            // If a number distinguishes the combinations, most are known already.
            let countable = keys.combinations().is_some();
            slices.of_rows(combinations, &mut block.slice, |slices, place| {
                let row = rows.start + place;
                if !tickets.is_usable(row) {
                    return 0;
                }
                let value = |attribute: &Attribute| keys.value_of_row(row, attribute);
                let find = |feed: &mut Feed<'_>| feed.slices(value, &keys.tags_of_row(row), None);
                let combination = if countable { combinations[place] } else { 1 << 63 | row as u64 };
                slices.number(combination, NO_TICKET, feed, find)
            });
            if plan.readings {
                block.read_clock(self, rows.start, &mut begin, &mut replayer);
            }
            let created_at = &tickets.created_at[rows.clone()];
            let by_row = if plan.rows || block.counted.contains(&false) { rows } else { 0..0 };
            for (place, row) in by_row.enumerate() {
                let counted = block.counted[place];
                if (plan.rows || !counted) && tickets.is_usable(row) {
                    self.replay_row(row, &mut begin, &mut replayer);
                    one.fill(row, &mut replayer);
                    let slices = slices.ids(block.slice[place] as usize);
                    one.feed(row, &mut replayer, feed, slices, counted);
                }
            }
            block.feed(feed, created_at, slices.all(), self.replay.as_of());
        }
    }

    /// The durations that blocks count, if the source states them.
    fn stated_in_blocks(&self) -> Vec<InBlocks> {
        let in_blocks = |column: &&StatedColumn| match column.measure {
            StatedMeasure::FirstResponseTime => Some(InBlocks::Reply),
            StatedMeasure::FirstResolutionTime | StatedMeasure::FullResolutionTime => Some(InBlocks::End),
            _ => None,
        };
        self.stated.iter().filter_map(in_blocks).collect()
    }
}

/// A block of tickets.
#[derive(Debug, Default)]
struct Block {
    /// Whether each row is counted in the block.
    counted: Vec<bool>,
    /// The creation of the counted rows, unless all are counted.
    created_at: Vec<i64>,
    created_by: Vec<Option<Author>>,
    replied_at: Vec<i64>,
    done_at: Vec<i64>,
    /// The readings of the business clock for the counted rows.
    readings: Vec<[i64; 4]>,
    slice: Vec<u32>,
    buffers: [Vec<i64>; 3],
}

impl Block {
    /// Reads the timestamps of some rows.
    fn read(&mut self, log: &EventLog<'_>, columns: &MilestoneColumns, rows: Range<usize>, plan: BlockPlan) {
        let tickets = &log.tables.tickets;
        let created_at = &tickets.created_at[rows.clone()];
        let as_of = log.replay.as_of().as_micros();
        self.clear();
        if !plan.blocks {
            return self.counted.resize(rows.len(), false);
        }
        if !plan.ends && columns.leaves.is_empty() {
            return self.counted.extend(created_at.iter().map(|at| *at <= as_of));
        }
        let words =
            columns.status.kinds() > 1 || columns.author.kinds() > 1 || tickets.created_by.kinds() > 1;
        if words || !log.own_names.is_empty() || !columns.leaves.is_empty() {
            let tickets = rows.map(|row| log.milestones_of(columns, row));
            return self.take(tickets, as_of, plan);
        }
        let mut buffers = std::mem::take(&mut self.buffers);
        let [replied, solved, closed] = &mut buffers;
        let replied = read_or(columns.replied_at.as_ref(), Milestones::NEVER, rows.clone(), replied);
        let solved = read_or(columns.solved_at.as_ref(), Milestones::NEVER, rows.clone(), solved);
        let closed = read_or(columns.closed_at.as_ref(), Milestones::NEVER, rows, closed);
        let rows = created_at.iter().zip(replied).zip(solved).zip(closed);
        let tickets = rows.map(|(((created_at, replied_at), solved_at), closed_at)| Milestones {
            replied_at: *replied_at,
            solved_at: *solved_at,
            closed_at: *closed_at,
            // A reply implies an earlier message.
            created_by: (*replied_at == *created_at).then_some(Author::Customer),
            ..Milestones::created(*created_at)
        });
        self.take(tickets, as_of, plan);
        self.buffers = buffers;
    }

    /// Adds tickets as of the cut-off.
    #[inline]
    fn take(&mut self, tickets: impl ExactSizeIterator<Item = Milestones>, as_of: i64, plan: BlockPlan) {
        let known = |at: i64| if at <= as_of { at } else { Milestones::NEVER };
        let rows = tickets.len();
        self.counted.resize(rows, false);
        self.created_by.resize(if plan.readings { rows } else { 0 }, None);
        self.replied_at.resize(rows, 0);
        self.done_at.resize(rows, 0);
        let mut created_by = self.created_by.iter_mut();
        let columns = self.counted.iter_mut().zip(&mut self.replied_at).zip(&mut self.done_at);
        for (ticket, ((counted, replied_at), done_at)) in tickets.zip(columns) {
            let gone = ticket.leaves.is_some_and(|kind| kind != StepKind::EndUnknown);
            *counted = ticket.created_at <= as_of && !gone && (!plan.ends || ticket.is_usual());
            *replied_at = known(ticket.replied_at);
            let (solved, closed) = (known(ticket.solved_at), known(ticket.closed_at));
            *done_at = if solved == Milestones::NEVER { closed } else { solved };
            if let Some(created_by) = created_by.next() {
                *created_by = ticket.created_by;
            }
        }
    }

    /// Reads the business clock of the counted tickets. A ticket whose clock cannot be read is not counted.
    fn read_clock(
        &mut self,
        log: &EventLog<'_>,
        first: usize,
        begin: &mut Begin,
        replayer: &mut Replayer<'_>,
    ) {
        let as_of = log.replay.as_of().as_micros();
        for (place, counted) in self.counted.iter_mut().enumerate().filter(|(_, counted)| **counted) {
            log.fill_begin(first + place, begin);
            let created = log.tables.tickets.created_at[first + place];
            let start = begin.start(created, self.created_by[place]);
            match replayer.readings(start, [created, self.replied_at[place], self.done_at[place], as_of]) {
                Some(readings) => self.readings.push(readings),
                None => *counted = false,
            }
        }
    }

    /// Feeds the counted rows, given when all were created.
    fn feed<'b>(
        &'b mut self,
        feed: &mut Feed<'_>,
        mut created_at: &'b [i64],
        slices: &[SliceIds],
        known_until: deskmetrics::Timestamp,
    ) {
        fn keep<T>(column: &mut Vec<T>, counted: &[bool]) {
            let mut counted = counted.iter();
            column.retain(|_| counted.next().is_some_and(|counted| *counted));
        }
        if self.counted.contains(&false) {
            self.created_at.clear();
            self.created_at.extend_from_slice(created_at);
            for column in [&mut self.created_at, &mut self.replied_at, &mut self.done_at] {
                keep(column, &self.counted);
            }
            keep(&mut self.slice, &self.counted);
            created_at = &self.created_at;
        }
        if created_at.is_empty() {
            return;
        }
        feed.milestones(&MilestoneBlock {
            created_at,
            replied_at: &self.replied_at,
            done_at: &self.done_at,
            readings: &self.readings,
            slice: &self.slice,
            slices,
            known_until,
        });
    }

    fn clear(&mut self) {
        self.replied_at.clear();
        self.done_at.clear();
        self.counted.clear();
        self.created_by.clear();
        self.readings.clear();
        self.slice.clear();
    }
}

/// Feeds single tickets.
struct TicketFeeder<'l> {
    log: &'l EventLog<'l>,
    needs: RecordNeeds,
    names: Option<std::sync::Arc<dyn deskmetrics::engine::CustomerNames>>,
    scratch: Replayed,
}

impl<'l> TicketFeeder<'l> {
    fn new(log: &'l EventLog<'l>, report: &Report) -> Self {
        let names = log.customers().map(crate::CustomerCodes::names);
        Self { log, needs: report.record_needs(), names, scratch: log.scratch() }
    }

    /// Fills in the data of the last ticket that the report reads in addition to its measures.
    #[inline]
    fn fill(&mut self, row: usize, replayer: &mut Replayer<'_>) {
        if self.needs.any() {
            self.log.fill(&mut self.scratch, row, replayer, RecordFields::of(self.needs));
        }
    }

    #[inline]
    fn feed(
        &mut self,
        row: usize,
        replayer: &mut Replayer<'_>,
        feed: &mut Feed<'_>,
        slices: &SliceIds,
        rows_only: bool,
    ) {
        let number = self.log.customers().map_or(0, |customers| customers.code(row));
        let customer = Customer { number, names: self.names.as_ref() };
        feed.ticket_of(replayer, &mut self.scratch, customer, slices, rows_only);
    }
}

/// The slices of tickets by their values at the cut-off.
struct SlicesAtCutOff<'l> {
    log: &'l EventLog<'l>,
    sliced: Vec<(&'l Attribute, Option<AttributeSlot>)>,
    /// Whether the report uses tags.
    tagged: bool,
    /// The slices by the code of the only attribute. Without attributes, all tickets have the same slices.
    by_code: Vec<Option<SliceIds>>,
    /// The slices by the codes of several attributes, with those of the tags last.
    by_codes: HashMap<Vec<u32>, SliceIds>,
    codes: Vec<u32>,
    /// Whether each response counts for its author.
    by_responder: bool,
    /// The slices of the last ticket, if they depend on its responders.
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
    fn of(&mut self, ticket: &ReplayedRow<'_>, verdicts: &[SlaVerdict], feed: &mut Feed<'_>) -> &SliceIds {
        let Self { log, sliced, tagged, by_code, by_codes, codes, by_responder, last } = self;
        let responders = by_responder.then(|| Responses { metrics: ticket.metrics(), verdicts });
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
