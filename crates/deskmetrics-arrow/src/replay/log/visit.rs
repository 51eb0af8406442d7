//! Replaying a log's tickets one after the other, or in parts side by side.

use std::ops::Range;

use deskmetrics::replay::step::{NONE, Start, Step, What};
use deskmetrics::replay::{EventOrder, Pass};
use deskmetrics::{Author, Excluded, Merge as _};
use rayon::prelude::*;

use super::{EventLog, ReplayedRow};
use crate::replay::coding::Texts;

impl EventLog {
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
    pub(in crate::replay) fn split<A: Send>(
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
    pub(in crate::replay) fn run(
        &self,
        rows: Range<usize>,
        mut visit: impl FnMut(usize, &mut Pass<'_>),
    ) -> Excluded {
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
}
