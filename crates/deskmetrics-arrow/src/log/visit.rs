//! Replay of a log's tickets, on one or several threads.

use std::ops::Range;
use std::slice::Iter;

use deskmetrics::engine::step::{NONE, Start, Step, StepKind};
use deskmetrics::engine::{Milestones, Replayer};
use deskmetrics::replay::EventOrder;
use deskmetrics::{Author, Excluded, Merge as _};
use rayon::prelude::*;

use super::meaning::Template;
use super::{EventLog, ReplayedRow};
use crate::decode::kind::KindCode;
use crate::decode::ticket::MilestoneColumns;
use crate::decode::word::NONE as NO_TEXT;

impl EventLog<'_> {
    /// Replays every ticket and calls `visit` with it, on `threads` threads: 1 uses the caller's, 0 one per
    /// processor.
    ///
    /// The tickets are split into ranges. Each range has its own accumulator, made by `new`. The accumulators are
    /// returned in the order of the rows, together with what was excluded, by reason. With one thread there is one
    /// accumulator.
    pub fn each<A: Send>(
        &self,
        threads: usize,
        new: impl Fn() -> A + Sync,
        visit: impl Fn(&mut A, &ReplayedRow<'_>) + Sync,
    ) -> (Vec<A>, Excluded) {
        let show = |part: &mut A, rows| {
            self.run(rows, |row, replayer| visit(part, &ReplayedRow { row, replayer, log: self }))
        };
        self.split(threads, new, show)
    }

    /// Splits the rows into ranges, processes each with its own accumulator, and returns the accumulators in the
    /// order of the rows.
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
        let parts: Vec<(A, Excluded)> = if threads == 1 {
            vec![run(0..rows)]
        } else {
            crate::threads::on_threads(threads, || {
                let pieces = (rayon::current_num_threads() * 8).min(rows).max(1);
                let piece = |number: usize| rows * number / pieces;
                let all = (0..pieces).into_par_iter().map(|number| run(piece(number)..piece(number + 1)));
                all.collect()
            })
        };
        let mut excluded = Excluded::default();
        let parts = parts.into_iter().map(|(part, exclusion)| {
            excluded.merge(exclusion);
            part
        });
        (parts.collect(), excluded)
    }

    /// Replays the tickets of some rows.
    pub(super) fn run(
        &self,
        rows: Range<usize>,
        mut visit: impl FnMut(usize, &mut Replayer<'_>),
    ) -> Excluded {
        let mut replayer = self.replay.replayer();
        let mut begin = Begin::default();
        for row in rows.filter(|row| self.tables.tickets.is_usable(*row)) {
            self.replay_row(row, &mut begin, &mut replayer);
            visit(row, &mut replayer);
        }
        replayer.excluded().clone()
    }

    /// Replays one ticket.
    #[inline]
    pub(super) fn replay_row(&self, row: usize, begin: &mut Begin, replayer: &mut Replayer<'_>) {
        self.run_row(row, begin, replayer);
        if !self.stated.is_empty() {
            let columns = self.tables.tickets.milestones.as_ref();
            let status =
                columns.and_then(|columns| columns.status.of_row(row)).and_then(|status| status.now());
            replayer.take_stated(self.stated.iter().map(|column| column.of_row(row)), status);
        }
    }

    #[inline]
    fn run_row(&self, row: usize, begin: &mut Begin, replayer: &mut Replayer<'_>) {
        let tickets = &self.tables.tickets;
        self.fill_begin(row, begin);
        if let Some(columns) = &tickets.milestones {
            let (milestones, by) = (self.milestones_of(columns, row), self.replier(columns, row));
            return replayer.run_milestones(
                begin.start(milestones.created_at, milestones.created_by),
                &milestones,
                by,
            );
        }
        let start = begin.start(tickets.created_at[row], self.created_by(row));
        match self.moved.get(&row).filter(|_| !self.moved.is_empty()) {
            None => replayer.run(start, self.own_steps(row)),
            Some(messages) => replayer.run(start, self.steps_with(row, messages)),
        }
    }

    /// The timestamps of a row. A requester's action on their own ticket counts as a customer's.
    #[inline]
    pub(super) fn milestones_of(&self, columns: &MilestoneColumns, row: usize) -> Milestones {
        let mut milestones = self.tables.tickets.milestones_of(columns, row);
        let own = || matches!(self.replier(columns, row), by if by != NONE && by == self.own_name(row));
        if !self.own_names.is_empty() && milestones.author == Author::Agent && own() {
            milestones.author = Author::Customer;
        }
        milestones
    }

    /// The number of the name of the person who acted on a ticket without a log.
    #[inline]
    fn replier(&self, columns: &MilestoneColumns, row: usize) -> u32 {
        self.replier.get(columns.author_name.codes.get(row) as usize).copied().unwrap_or(NONE)
    }

    /// Fills in the record at the start of a ticket.
    #[inline]
    pub(super) fn fill_begin(&self, row: usize, begin: &mut Begin) {
        begin.attributes.clear();
        for known in &self.attributes {
            // An attribute that only events contain has no value at creation.
            if let Some(codes) = known.codes {
                begin.attributes.push((known.number, known.numbers[codes.get(row) as usize]));
            }
        }
        if !self.tables.tickets.tags.is_empty() {
            begin.tags.clear();
            let own = self.tables.tickets.tags.of_row(row);
            begin.tags.extend(own.iter().map(|code| self.tags[*code as usize]));
        }
    }

    /// The steps of a ticket's own events, in order.
    #[inline]
    fn own_steps(&self, row: usize) -> OwnSteps<'_> {
        let events = self.events_of(row);
        OwnSteps {
            log: self,
            at: &self.at()[events.clone()],
            codes: &self.codes_of_events()[events.clone()],
            templates: [].iter(),
            next: 0,
            first: events.start,
            as_of: self.replay.as_of().as_micros(),
            own_name: self.own_name(row),
        }
    }

    /// The steps of a ticket with moved messages. These come before its own steps with the same timestamp.
    #[cold]
    fn steps_with(&self, row: usize, messages: &[i64]) -> Vec<Step> {
        let message =
            |at: &i64| Step { at: *at, kind: StepKind::PublicMessage, by: NONE, author: Author::Customer };
        let mut messages: Vec<Step> = messages.iter().map(message).collect();
        if self.replay.options().order == EventOrder::Sequence {
            // Moved messages have no row, so they come first. No step is later than its successor.
            let mut latest = self.at()[self.events_of(row)].first().copied().unwrap_or(i64::MAX);
            for step in messages.iter_mut().rev() {
                latest = latest.min(step.at);
                step.at = latest;
            }
            messages.extend(self.own_steps(row));
            return messages;
        }
        let mut all = Vec::with_capacity(messages.len());
        let mut messages = messages.into_iter().peekable();
        for step in self.own_steps(row) {
            while let Some(message) = messages.next_if(|message| message.at <= step.at) {
                all.push(message);
            }
            all.push(step);
        }
        all.extend(messages);
        all
    }

    /// The number of the requester's name among the authors of events.
    fn own_name(&self, row: usize) -> u32 {
        let customer = self.customers().filter(|_| !self.own_names.is_empty());
        let code = customer.map_or(0, |customers| customers.code(row));
        self.own_names.get(code as usize).copied().unwrap_or(NONE)
    }
}

/// The record at the start of a ticket, in memory reused for every ticket.
#[derive(Debug, Default)]
pub(super) struct Begin {
    attributes: Vec<(u16, u32)>,
    tags: Vec<u32>,
}

impl Begin {
    #[inline]
    pub(super) fn start(&self, created_at: i64, created_by: Option<Author>) -> Start<'_> {
        Start { created_at, created_by, attributes: &self.attributes, tags: &self.tags }
    }
}

/// The steps of a ticket's own events, in order.
#[derive(Debug, Clone)]
struct OwnSteps<'l> {
    log: &'l EventLog<'l>,
    /// The timestamps and meanings of the ticket's events.
    at: &'l [i64],
    codes: &'l [KindCode],
    /// The remaining steps of the current event.
    templates: Iter<'l, Template>,
    /// The next event.
    next: usize,
    /// The position of the ticket's first event in the log.
    first: usize,
    as_of: i64,
    /// The number of the requester's name.
    own_name: u32,
}

impl Iterator for OwnSteps<'_> {
    type Item = Step;

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "handing a step over in memory costs more than taking it")]
    fn next(&mut self) -> Option<Step> {
        loop {
            if let Some(template) = self.templates.next() {
                return Some(self.step(template));
            }
            let (at, code) = (*self.at.get(self.next)?, *self.codes.get(self.next)?);
            self.next += 1;
            if self.log.meanings.is_silent(code) && at <= self.as_of {
                continue;
            }
            self.templates = self.log.meanings.of(code).iter();
        }
    }
}

impl OwnSteps<'_> {
    /// A step of the current event.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "see above")]
    fn step(&self, template: &Template) -> Step {
        let (log, event) = (self.log, self.first + self.next - 1);
        let value = || log.values.get(log.value(event) as usize).copied().unwrap_or(NONE);
        let mut step = template.step(self.at[self.next - 1], NONE, value);
        if log.people.len() > 1 {
            let by = log.by(event);
            step.by = log.people.get(by as usize).copied().unwrap_or(NONE);
            let own = by != NO_TEXT && step.by == self.own_name;
            if own && step.author == Author::Agent {
                step.author = Author::Customer;
            }
        }
        step
    }
}
