//! Feeding blocks of tickets known by their milestones.

use super::block::{BlockColumns, BlockDurations, BlockPlan, MilestoneBlock, RowDuration};
use super::calendar::{Calendar, NO_PERIOD, PeriodId};
use super::feed::Feed;
use super::resolved_kpi::ResolvedKpi;
use super::slice::{SliceIds, at};
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
        let in_blocks = |measure: &ResolvedKpi| match measure.in_blocks() {
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
        let known_until = block.known_until.as_micros();
        let ReportState { report, calendar, .. } = &mut *self.state;
        let BlockColumns { groups, periods, spans } = &mut self.columns;
        groups.clear();
        let mut first = i64::MAX;
        groups.extend(block.slice.iter().zip(block.created_at).map(|(slice, created)| {
            first = first.min(*created);
            block.slices.get(*slice as usize).map_or(0, SliceIds::group)
        }));
        let mut creations_counted = false;
        let measures = report.measures.iter().enumerate().zip(&self.in_blocks);
        for ((number, measure), _) in measures.filter(|(_, taken)| **taken) {
            let Some(counted) = measure.in_blocks() else { continue };
            // All KPIs that count creations share the same counts.
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
            let same = anchors(measure, block, calendar, periods);
            if counted == InBlocks::Creation {
                let created = &mut self.blocks.created;
                let first = groups.first().copied();
                let only = first.filter(|first| groups.iter().all(|group| group == first));
                match (same, only) {
                    // Ticket by ticket, all would be added to the same number, one after the other.
                    (Some(period), Some(group)) => {
                        *at(at(created, period.index()), group) += groups.len() as u64;
                    }
                    (Some(period), None) => {
                        let created = at(created, period.index());
                        for group in &*groups {
                            *at(created, *group) += 1;
                        }
                    }
                    (None, _) => groups.iter().zip(&*periods).for_each(|(group, period)| {
                        *at(at(created, period.index()), *group) += 1;
                    }),
                }
            } else {
                keep(at(&mut self.blocks.spans, number), groups, periods, spans);
            }
        }
        self.state.see(block.created_at.first().map(|_| Timestamp::saturating_from_micros(first)));
        if self.has_backlog {
            self.count_open(block);
        }
    }

    /// Counts open tickets, now and at each snapshot.
    fn count_open(&mut self, block: &MilestoneBlock<'_>) {
        let ReportState { report, calendar, .. } = &mut *self.state;
        let taken = report.measures.iter().zip(&self.in_blocks);
        if !taken.into_iter().any(|(measure, taken)| measure.is_backlog() && *taken) {
            return;
        }
        let Some(as_of) = report.settings.as_of.map(Timestamp::as_micros) else { return };
        let groups = &self.columns.groups;
        let Some(most) = groups.iter().max() else { return };
        at(&mut self.blocks.now, *most);
        let rows = block.created_at.iter().zip(block.replied_at).zip(block.done_at);
        for (((created, replied), done), group) in rows.zip(groups) {
            let is_open = u64::from(*created <= as_of) & u64::from(as_of < *done);
            let now = &mut self.blocks.now[*group];
            now.counted = true;
            now.open += is_open;
            now.unreplied += is_open & u64::from(as_of < *replied);
        }
        if calendar.snapshots().is_empty() {
            return;
        }
        at(&mut self.backlogs, *most);
        let (snapshots, place) = (calendar.snapshots().len(), |at: i64| calendar.snapshots_before(at));
        let rows = block.created_at.iter().zip(block.replied_at).zip(block.done_at);
        for (((created, replied), done), group) in rows.zip(groups) {
            self.backlogs[*group].opened(snapshots, place(*created), place(*done), place(*replied));
        }
    }
}

#[inline]
fn span(end: i64, running: i64, created: i64) -> RowDuration {
    if end == Milestones::NEVER { (running, false) } else { (end.saturating_sub(created), true) }
}

#[inline]
fn business_span(end: i64, at_end: i64, last: i64, created: i64) -> RowDuration {
    if end == Milestones::NEVER { (last - created, false) } else { (at_end - created, true) }
}

/// The periods in which tickets count for a KPI. Returns the only one if all have the same.
fn anchors(
    measure: &ResolvedKpi,
    block: &MilestoneBlock<'_>,
    calendar: &mut Calendar,
    periods: &mut Vec<PeriodId>,
) -> Option<PeriodId> {
    match measure.definition.anchor {
        Anchor::Created => calendar.periods_of(block.created_at, periods),
        Anchor::FirstSolved | Anchor::LastSolved => calendar.periods_of(block.done_at, periods),
        _ => {
            periods.clear();
            periods.resize(block.created_at.len(), PeriodId::new(NO_PERIOD));
            Some(PeriodId::new(NO_PERIOD))
        }
    }
}

/// Keeps durations by period and group.
fn keep(kept: &mut Vec<Vec<BlockDurations>>, groups: &[usize], periods: &[PeriodId], spans: &[RowDuration]) {
    // Grown by doubling from a few, many short lists would be moved again and again.
    const FEW: usize = 16;
    for ((group, period), (micros, finished)) in groups.iter().zip(periods).zip(spans) {
        let kept = at(at(kept, period.index()), *group);
        let list = if *finished { &mut kept.finished } else { &mut kept.running };
        if list.is_empty() && *finished {
            list.reserve(FEW);
        }
        list.push(*micros);
    }
}
