//! Feeding blocks of tickets known by their milestones.

use super::block::{BlockCounts, BlockPlan, MilestoneBlock, Spans, at};
use super::calendar::{Calendar, NO_PERIOD};
use super::feed::Feed;
use super::measure::Measure;
use super::state::ReportState;
use crate::kpi::{Anchor, InBlocks};
use crate::replay::Milestones;
use crate::{ClockKind, Merge as _, Timestamp};

impl Feed<'_> {
    /// Which KPIs count [blocks](Self::milestones) of tickets known at `known_until`; the others are fed
    /// [row by row](Self::ticket_of), as are those that count `by_row`, such as a duration that tables state.
    pub fn block_plan(&mut self, known_until: Timestamp, by_row: &[InBlocks]) -> BlockPlan {
        let report = &self.state.report;
        let stock_known = report.settings.as_of.is_some_and(|as_of| as_of <= known_until);
        let in_blocks = |measure: &Measure| match measure.in_blocks() {
            Some(InBlocks::Backlog) => stock_known,
            Some(counted) if by_row.contains(&counted) => false,
            other => other.is_some() || !measure.counts_tickets(),
        };
        self.in_blocks = report.measures.iter().map(in_blocks).collect();
        let taken = || report.measures.iter().zip(&self.in_blocks).filter(|(_, taken)| **taken);
        BlockPlan {
            blocks: taken().any(|(measure, _)| measure.counts_tickets()),
            ends: taken().any(|(measure, _)| !matches!(measure.in_blocks(), Some(InBlocks::Creation) | None)),
            rows: self.in_blocks.iter().any(|taken| !taken),
            readings: taken()
                .any(|(measure, _)| measure.counts_tickets() && measure.clock == Some(ClockKind::Business)),
        }
    }

    /// Feeds tickets to the KPIs that count blocks, by the last [`block_plan`](Self::block_plan), and counts them as records.
    pub fn milestones(&mut self, block: &MilestoneBlock<'_>) {
        self.state.records.tickets.merge(block.created_at.len() as u64);
        self.state.see(block.created_at.iter().min().map(|at| Timestamp::saturating_from_micros(*at)));
        let known_until = block.known_until.as_micros();
        let ReportState { report, calendar, .. } = &mut *self.state;
        let slicings: Vec<Vec<RowSlice>> =
            (0..self.blocks.len()).map(|slicing| rows_of(block, slicing, self.blocks.len())).collect();
        let mut spans = Vec::with_capacity(block.created_at.len());
        let mut creations_counted = false;
        let measures = report.measures.iter().enumerate().zip(&self.in_blocks);
        for ((number, measure), _) in measures.filter(|(_, taken)| **taken) {
            let Some(counted) = measure.in_blocks() else { continue };
            // Every KPI that counts creations counts the same.
            if counted == InBlocks::Creation && std::mem::replace(&mut creations_counted, true) {
                continue;
            }
            let on_calendar = measure.clock != Some(ClockKind::Business);
            spans.clear();
            match counted {
                InBlocks::Creation => {}
                InBlocks::Reply if on_calendar => {
                    let rows = block.created_at.iter().zip(block.replied_at).zip(block.done_at);
                    spans.extend(rows.map(|((created, replied), done)| {
                        span(*replied, done.min(&known_until).saturating_sub(*created), *created)
                    }));
                }
                InBlocks::End if on_calendar => {
                    let rows = block.created_at.iter().zip(block.done_at);
                    let running = |created: i64| known_until.saturating_sub(created);
                    spans.extend(rows.map(|(created, done)| span(*done, running(*created), *created)));
                }
                InBlocks::Reply => {
                    let rows = block.readings.iter().zip(block.replied_at.iter().zip(block.done_at));
                    spans.extend(rows.map(|([created, at_reply, at_end, until], (replied, done))| {
                        let last = if *done == Milestones::NEVER { until } else { at_end };
                        business_span(*replied, *at_reply, *last, *created)
                    }));
                }
                InBlocks::End => {
                    let rows = block.readings.iter().zip(block.done_at);
                    spans.extend(rows.map(|([created, _, at_end, until], done)| {
                        business_span(*done, *at_end, *until, *created)
                    }));
                }
                InBlocks::Backlog => continue,
            }
            let periods = anchors(measure, block, calendar);
            for (counts, slices) in self.blocks.iter_mut().zip(&slicings) {
                if counted == InBlocks::Creation {
                    count(counts, slices, &periods);
                } else {
                    keep(at(&mut counts.spans, number), slices, &periods, &spans);
                }
            }
        }
        if self.has_backlog {
            self.count_open(block, &slicings);
        }
    }

    /// Counts open tickets, now and at each snapshot.
    fn count_open(&mut self, block: &MilestoneBlock<'_>, slicings: &[Vec<RowSlice>]) {
        let ReportState { report, calendar, .. } = &mut *self.state;
        let taken = report.measures.iter().zip(&self.in_blocks);
        if !taken.into_iter().any(|(measure, taken)| measure.is_backlog() && *taken) {
            return;
        }
        let Some(as_of) = report.settings.as_of.map(Timestamp::as_micros) else { return };
        let snapshots = calendar.snapshots().len();
        let place = |at: i64| if at == Milestones::NEVER { snapshots } else { calendar.looks_before(at) };
        let rows = block.created_at.iter().zip(block.replied_at).zip(block.done_at);
        let stretches: Vec<[usize; 3]> = if snapshots == 0 {
            Vec::new()
        } else {
            rows.map(|((created, replied), done)| [place(*created), place(*done), place(*replied)]).collect()
        };
        for ((counts, changes), slices) in self.blocks.iter_mut().zip(&mut self.backlogs).zip(slicings) {
            for (row, slice) in slices {
                let now = at(&mut counts.now, *slice);
                let is_open = block.created_at[*row] <= as_of && as_of < block.done_at[*row];
                now.counted = true;
                now.open += u64::from(is_open);
                now.unreplied += u64::from(is_open && as_of < block.replied_at[*row]);
            }
            for (row, slice) in slices.iter().filter(|_| snapshots > 0) {
                let [from, until, reply] = stretches[*row];
                if from < until {
                    at(changes, *slice).opened(snapshots, from, until, reply);
                }
            }
        }
    }
}

/// A duration, with whether it has ended.
type Span = (i64, bool);

/// A row of a block with a slice that it is in.
type RowSlice = (usize, usize);

#[inline]
fn span(end: i64, running: i64, created: i64) -> Span {
    if end == Milestones::NEVER { (running, false) } else { (end.saturating_sub(created), true) }
}

#[inline]
fn business_span(end: i64, at_end: i64, last: i64, created: i64) -> Span {
    if end == Milestones::NEVER { (last - created, false) } else { (at_end - created, true) }
}

/// The periods in which tickets count for a KPI; empty where none do.
fn anchors(measure: &Measure, block: &MilestoneBlock<'_>, calendar: &mut Calendar) -> Vec<usize> {
    if !calendar.has_periods() {
        return Vec::new();
    }
    let mut period = |at: &i64| {
        let has_come = *at != Milestones::NEVER;
        calendar.period(has_come.then(|| Timestamp::saturating_from_micros(*at)))
    };
    match measure.definition.anchor {
        Anchor::Created => block.created_at.iter().map(&mut period).collect(),
        Anchor::FirstSolved | Anchor::LastSolved => block.done_at.iter().map(&mut period).collect(),
        _ => Vec::new(),
    }
}

/// The rows of a block with their slices in one of so many slicings.
fn rows_of(block: &MilestoneBlock<'_>, slicing: usize, slicings: usize) -> Vec<RowSlice> {
    let mut rows = Vec::with_capacity(block.slice.len());
    for (row, number) in block.slice.iter().enumerate() {
        let Some(ids) = block.slices.get(*number as usize) else { continue };
        match ids.only(slicing, slicings) {
            Some(slice) => rows.push((row, slice)),
            None => rows.extend(ids.each().filter(|(of, _)| *of == slicing).map(|(_, slice)| (row, slice))),
        }
    }
    rows
}

fn count(counts: &mut BlockCounts, slices: &[RowSlice], periods: &[usize]) {
    if periods.is_empty() {
        let created = at(&mut counts.created, NO_PERIOD);
        for (_, slice) in slices {
            *at(created, *slice) += 1;
        }
        return;
    }
    for (row, slice) in slices {
        *at(at(&mut counts.created, periods[*row]), *slice) += 1;
    }
}

/// Keeps durations by period and slice.
fn keep(kept: &mut Vec<Vec<Spans>>, slices: &[RowSlice], periods: &[usize], spans: &[Span]) {
    // Grown by doubling from a few, many short lists would be moved again and again.
    const FEW: usize = 16;
    let keep = |kept: &mut Spans, (micros, finished): Span| {
        let list = if finished { &mut kept.finished } else { &mut kept.running };
        if list.is_empty() && finished {
            list.reserve(FEW);
        }
        list.push(micros);
    };
    if periods.is_empty() {
        let kept = at(kept, NO_PERIOD);
        for (row, slice) in slices {
            keep(at(kept, *slice), spans[*row]);
        }
        return;
    }
    for (row, slice) in slices {
        keep(at(at(kept, periods[*row]), *slice), spans[*row]);
    }
}
