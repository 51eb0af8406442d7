//! Tickets known by their milestones, counted many at once.

use super::builder::Report;
use super::calendar::{Calendar, NO_PERIOD};
use super::slice::SliceIds;
use super::state::Sliced;
use crate::Timestamp;
use crate::kpi::{Bulk, InBlocks};

/// Tickets that count, that their customers opened and that were never reopened (any that were created, where the
/// [plan](BlockPlan) says that only the creation matters): their timestamps as known at one cut-off, in microseconds, [`Milestones::NEVER`](crate::replay::milestones::Milestones::NEVER) where something has not happened.
#[derive(Debug, Clone, Copy)]
pub struct MilestoneBlock<'b> {
    /// Creation.
    pub created_at: &'b [i64],
    /// First reply.
    pub replied_at: &'b [i64],
    /// Solve or close.
    pub done_at: &'b [i64],
    /// What the business clock reads at the three of them and at the cut-off; empty where no KPI
    /// [requires them](BlockPlan::readings).
    pub readings: &'b [[i64; 4]],
    /// By ticket: the number of its slices among [`slices`](Self::slices).
    pub slice: &'b [u32],
    /// Slices by number.
    pub slices: &'b [SliceIds],
    /// The cut-off.
    pub known_until: Timestamp,
}

/// What a report takes in blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "four independent questions")]
pub struct BlockPlan {
    /// Some KPI can count blocks.
    pub blocks: bool,
    /// Some KPI that counts blocks depends on more than the creation.
    pub ends: bool,
    /// Some KPI counts each ticket by itself.
    pub rows: bool,
    /// Some KPI that counts blocks requires readings of the business clock.
    pub readings: bool,
}

/// What blocks came to, of one slicing.
#[derive(Debug, Clone, Default)]
pub(super) struct BlockCounts {
    /// By period, then by slice: how many were created.
    pub(super) created: Vec<Vec<u64>>,
    /// By slice.
    pub(super) now: Vec<OpenNow>,
    /// By KPI, then by period, then by slice; empty for KPIs that are no durations.
    pub(super) spans: Vec<Vec<Vec<Spans>>>,
}

/// The backlog at the cut-off.
#[derive(Debug, Clone, Default)]
pub(super) struct OpenNow {
    pub(super) counted: bool,
    /// Those open at the cut-off.
    pub(super) open: u64,
    /// Of those, the ones without a reply.
    pub(super) unreplied: u64,
}

/// Durations in microseconds.
#[derive(Debug, Clone, Default)]
pub(super) struct Spans {
    pub(super) finished: Vec<i64>,
    pub(super) running: Vec<i64>,
}

/// The entry of this number, which is made if there is none.
#[inline]
pub(super) fn at<T: Clone + Default>(all: &mut Vec<T>, number: usize) -> &mut T {
    if all.len() <= number {
        all.resize(number + 1, T::default());
    }
    &mut all[number]
}

impl BlockCounts {
    /// Feeds the tallies of a slicing.
    pub(super) fn settle(self, sliced: &mut Sliced, report: &Report, calendar: &Calendar) {
        let mut spans = self.spans.into_iter();
        for (kpi, measure) in report.measures.iter().enumerate() {
            let spans = spans.next().unwrap_or_default();
            match measure.in_blocks() {
                Some(InBlocks::Creation) => {
                    for (period, slice, tickets) in each(&self.created).filter(|(.., tickets)| **tickets > 0)
                    {
                        sliced.tally(slice, period, kpi, report, calendar).push_bulk(Bulk::Created(*tickets));
                    }
                }
                Some(InBlocks::Backlog) => {
                    for (slice, now) in self.now.iter().enumerate().filter(|(_, now)| now.counted) {
                        let tally = sliced.tally(slice, NO_PERIOD, kpi, report, calendar);
                        tally.push_bulk(Bulk::Open(now.open, now.unreplied));
                    }
                }
                Some(InBlocks::Reply | InBlocks::End) => {
                    for (period, slices) in spans.into_iter().enumerate() {
                        let some = |spans: &Spans| !spans.finished.is_empty() || !spans.running.is_empty();
                        for (slice, spans) in slices.into_iter().enumerate().filter(|(_, it)| some(it)) {
                            let tally = sliced.tally(slice, period, kpi, report, calendar);
                            tally.push_bulk(Bulk::Times(spans.finished, spans.running));
                        }
                    }
                }
                None => {}
            }
        }
    }
}

/// Everything in a table with its two numbers.
fn each<T>(table: &[Vec<T>]) -> impl Iterator<Item = (usize, usize, &T)> {
    let lines = table.iter().enumerate();
    lines.flat_map(|(line, all)| all.iter().enumerate().map(move |(column, it)| (line, column, it)))
}
