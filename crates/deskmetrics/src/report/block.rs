//! Blocks of tickets known by their milestones, counted in bulk.

use super::builder::Report;
use super::calendar::{Calendar, NO_PERIOD, PeriodId};
use super::slice::{Groups, SliceIds, at};
use super::state::Sliced;
use crate::kpi::{AnyKpi, Bulk, InBlocks};
use crate::{Durations, Timestamp};

/// Counted tickets that were opened by their customers and never reopened, or any created tickets if the
/// [plan](BlockPlan) depends on the creation only. Timestamps are as known at one cut-off, in microseconds;
/// [`Milestones::NEVER`](crate::replay::milestones::Milestones::NEVER) is a milestone that was not reached.
#[derive(Debug, Clone, Copy)]
pub struct MilestoneBlock<'b> {
    /// Creation.
    pub created_at: &'b [i64],
    /// First reply; empty where only the creation matters.
    pub replied_at: &'b [i64],
    /// Solve or close; empty where only the creation matters.
    pub done_at: &'b [i64],
    /// The readings of the business clock at these three and at the cut-off; empty where no KPI
    /// [requires them](BlockPlan::readings).
    pub readings: &'b [[i64; 4]],
    /// By ticket: the number of its slices among [`slices`](Self::slices).
    pub slice: &'b [u32],
    /// Slices by number.
    pub slices: &'b [SliceIds],
    /// The cut-off.
    pub known_until: Timestamp,
}

/// The KPIs of a report that count blocks.
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

/// Counts of blocks, by group of records in the same slices; finally by slice of one slicing.
#[derive(Debug, Clone, Default)]
pub(super) struct BlockCounts {
    /// By period, then by group: how many were created.
    pub(super) created: Vec<Vec<u64>>,
    /// By group.
    pub(super) now: Vec<OpenNow>,
    /// By KPI, then by period, then by group; empty for KPIs that are no durations.
    pub(super) spans: Vec<Vec<Vec<BlockDurations>>>,
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
pub(super) struct BlockDurations {
    pub(super) finished: Vec<i64>,
    pub(super) running: Vec<i64>,
    /// Of groups with many: finished and running ones, which slices share.
    shared: Vec<[Durations; 2]>,
}

/// A duration, with whether it has ended.
pub(super) type RowDuration = (i64, bool);

/// Columns of a block.
#[derive(Debug, Default)]
pub(super) struct BlockColumns {
    /// The group of each row's slices.
    pub(super) groups: Vec<usize>,
    pub(super) periods: Vec<PeriodId>,
    pub(super) spans: Vec<RowDuration>,
}

impl OpenNow {
    fn add(&mut self, other: &Self) {
        self.counted |= other.counted;
        self.open += other.open;
        self.unreplied += other.unreplied;
    }
}

impl BlockDurations {
    /// Adds the durations of a group; with `last` they are moved instead of copied.
    fn add(&mut self, other: &mut Self, last: bool) {
        // Every shared piece has a cost per snapshot, so few durations are copied instead.
        const MANY: usize = 1024;
        if other.finished.len() >= MANY {
            let lists = [&mut other.finished, &mut other.running];
            other.shared.push(lists.map(|list| Durations::shared(std::mem::take(list))));
        }
        self.shared.extend_from_slice(&other.shared);
        let lists = [(&mut self.finished, &mut other.finished), (&mut self.running, &mut other.running)];
        for (mine, others) in lists {
            if last && mine.is_empty() {
                std::mem::swap(mine, others);
            } else {
                mine.extend_from_slice(others);
            }
        }
    }

    fn is_empty(&self) -> bool {
        self.finished.is_empty() && self.running.is_empty() && self.shared.is_empty()
    }

    fn feed(self, tally: &mut dyn AnyKpi) {
        let own = [self.finished, self.running].map(Durations::shared);
        for [finished, running] in self.shared.into_iter().chain([own]) {
            tally.push_bulk(Bulk::Times(finished, running));
        }
    }
}

impl BlockCounts {
    /// The same by slice, of each slicing.
    pub(super) fn by_slice(self, groups: &Groups, slicings: usize) -> Vec<Self> {
        let mut all = vec![Self::default(); slicings];
        for of_groups in self.created {
            let spread = groups.spread(of_groups, slicings, |sum, tickets, _| *sum += *tickets);
            all.iter_mut().zip(spread).for_each(|(counts, created)| counts.created.push(created));
        }
        let spread = groups.spread(self.now, slicings, |sum, now, _| sum.add(now));
        all.iter_mut().zip(spread).for_each(|(counts, now)| counts.now = now);
        for (kpi, of_periods) in self.spans.into_iter().enumerate() {
            for of_groups in of_periods {
                let spread = groups.spread(of_groups, slicings, BlockDurations::add);
                all.iter_mut().zip(spread).for_each(|(counts, spans)| at(&mut counts.spans, kpi).push(spans));
            }
        }
        all
    }

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
                        for (slice, spans) in slices.into_iter().enumerate().filter(|(_, it)| !it.is_empty())
                        {
                            spans.feed(sliced.tally(slice, period, kpi, report, calendar));
                        }
                    }
                }
                None => {}
            }
        }
    }
}

/// Each element of a table with its line and column.
fn each<T>(table: &[Vec<T>]) -> impl Iterator<Item = (usize, usize, &T)> {
    let lines = table.iter().enumerate();
    lines.flat_map(|(line, all)| all.iter().enumerate().map(move |(column, it)| (line, column, it)))
}
