//! The periods of a report, numbered as its cells are.

use std::ops::Range;

use super::builder::Report;
use super::period::{PeriodSpan, PeriodTable};
use super::resolved_kpi::ResolvedKpi;
use crate::Timestamp;
use crate::kpi::OverTime;
use crate::replay::Milestones;

/// The cell of everything that belongs to no period.
pub(super) const NO_PERIOD: usize = 0;

/// The period of a record; good for the feed that gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeriodId(u32);

impl PeriodId {
    /// A report of more periods than there are days in all years does not fit into memory.
    #[inline]
    pub(super) fn new(number: usize) -> Self {
        Self(u32::try_from(number).unwrap_or(0))
    }

    /// The number of the period: 0 for none, then in the order of first use.
    #[inline]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Stocks and flows such as the backlog, and counts of zero, are reported for this many periods up to the cut-off: one absurd
/// creation date must not cost a snapshot of every day since the year 1.
pub(super) const SNAPSHOTS: usize = 1000;

/// Finds the periods of records, and the snapshots of stocks.
#[derive(Debug, Clone)]
pub(super) struct Calendar {
    periods: Option<PeriodTable>,
    /// The last known timestamp of each period up to the cut-off with its number, in order of time; empty unless a KPI
    /// needs them.
    snapshots: Vec<(Timestamp, usize)>,
    /// By period: one more than the place of its snapshot among them, 0 where it has none.
    places: Vec<usize>,
    index: SnapshotIndex,
}

/// Counts the snapshots before a timestamp.
#[derive(Debug, Clone, Default)]
struct SnapshotIndex {
    /// The snapshots in microseconds, then as many timestamps past all others as a bucket may hold snapshots.
    times: Vec<i64>,
    /// The first bucket.
    first: i64,
    /// By bucket of time: how many snapshots there are before it.
    before: Vec<u32>,
    /// The most snapshots in a bucket.
    most: usize,
}

/// A bucket is 2^36 microseconds, some 19 hours, so it holds few snapshots.
const BUCKET_BITS: u32 = 36;

impl Calendar {
    pub(super) fn new(report: &Report) -> Self {
        let mut calendar = Self {
            periods: report.settings.periods.map(PeriodTable::new),
            snapshots: Vec::new(),
            places: Vec::new(),
            index: SnapshotIndex::default(),
        };
        let per_period = |measure: &ResolvedKpi| measure.empty.over_time() == OverTime::EachPeriod;
        if let Some(as_of) = report.settings.as_of.filter(|_| report.measures.iter().any(per_period)) {
            calendar.add_snapshots(as_of);
        }
        calendar
    }

    fn add_snapshots(&mut self, as_of: Timestamp) {
        let Some(periods) = &mut self.periods else { return };
        let mut at = as_of;
        for _ in 0..SNAPSHOTS {
            let Some(number) = periods.number(at) else { break };
            let start = periods.span(number).map(|span| span.start);
            // A period that begins at the cut-off has not really begun.
            if start != Some(as_of) {
                self.snapshots.push((at, number + 1));
            }
            let Some(before) = start.and_then(Timestamp::before) else { break };
            at = before;
        }
        self.snapshots.reverse();
        for (place, (_, period)) in self.snapshots.iter().enumerate() {
            if self.places.len() <= *period {
                self.places.resize(period + 1, 0);
            }
            self.places[*period] = place + 1;
        }
        self.index = SnapshotIndex::of(self.snapshots.iter().map(|(at, _)| at.as_micros()).collect());
    }

    /// All snapshots: the last known timestamp of each period up to the cut-off with its number, in order of time.
    pub(super) fn snapshots(&self) -> &[(Timestamp, usize)] {
        &self.snapshots
    }

    /// How many of the snapshots are before a timestamp.
    #[inline]
    pub(super) fn snapshots_before(&self, micros: i64) -> usize {
        self.index.snapshots_before(micros)
    }

    /// The number of the period that contains `at`; [`NO_PERIOD`] without a timestamp, and where the report has no periods.
    #[inline]
    pub(super) fn period(&mut self, at: Option<Timestamp>) -> usize {
        let number = self.periods.as_mut().zip(at).and_then(|(periods, at)| periods.number(at));
        number.map_or(NO_PERIOD, |number| number + 1)
    }

    /// The periods of many timestamps in microseconds, [`Milestones::NEVER`] where there is none. Returns the only one if all
    /// have the same.
    pub(super) fn periods_of(&mut self, at: &[i64], found: &mut Vec<PeriodId>) -> Option<PeriodId> {
        found.clear();
        if let Some(same) = self.only_period(at) {
            found.resize(at.len(), same);
            return Some(same);
        }
        let periods = self.periods.as_mut()?;
        found.extend(at.iter().map(|at| PeriodId(periods.known(*at))));
        let unknown =
            found.iter_mut().zip(at).filter(|(period, at)| period.0 == 0 && **at != Milestones::NEVER);
        for (period, at) in unknown {
            let number = periods.number(Timestamp::saturating_from_micros(*at));
            *period = PeriodId::new(number.map_or(NO_PERIOD, |number| number + 1));
        }
        None
    }

    /// The period that contains all of some timestamps; often there is one, because tables are in the order of time.
    fn only_period(&mut self, at: &[i64]) -> Option<PeriodId> {
        if self.periods.is_none() {
            return Some(PeriodId::new(NO_PERIOD));
        }
        let mut period = |at: i64| {
            let at = Some(at).filter(|at| *at != Milestones::NEVER);
            self.period(at.map(Timestamp::saturating_from_micros))
        };
        let same = period(*at.first()?);
        if period(*at.last()?) != same {
            return None;
        }
        let ends = |(least, most): (i64, i64), at: &i64| (least.min(*at), most.max(*at));
        let (least, most) = at.iter().fold((i64::MAX, i64::MIN), ends);
        // Without a period are missing timestamps, and those before and after all periods.
        let together = if same == NO_PERIOD {
            least == Milestones::NEVER
        } else {
            period(least) == same && period(most) == same
        };
        together.then_some(PeriodId::new(same))
    }

    /// The numbers of all periods, that of no period included.
    pub(super) fn numbers(&self) -> Range<usize> {
        NO_PERIOD..1 + self.periods.as_ref().map_or(0, PeriodTable::len)
    }

    /// The period of this number.
    pub(super) fn span(&self, period: usize) -> Option<&PeriodSpan> {
        self.periods.as_ref()?.span(period.checked_sub(1)?)
    }

    /// The first and the last known timestamp of a period up to the cut-off; `None` for others and for no period.
    pub(super) fn known(&self, period: usize) -> Option<(Timestamp, Timestamp)> {
        let place = self.places.get(period)?.checked_sub(1)?;
        let (last, _) = self.snapshots.get(place)?;
        Some((self.span(period)?.start, *last))
    }

    /// The numbers of the snapshots from `from` on and before `until`.
    pub(super) fn snapshots_between(&self, from: Timestamp, until: Option<Timestamp>) -> Range<usize> {
        let first = self.snapshots.partition_point(|(at, _)| *at < from);
        let last = self.snapshots.partition_point(|(at, _)| until.is_none_or(|until| *at < until));
        first..last
    }
}

impl SnapshotIndex {
    /// The index of snapshots in ascending order.
    fn of(mut times: Vec<i64>) -> Self {
        let bucket = |at: &i64| at >> BUCKET_BITS;
        let Some((first, last)) = times.first().map(bucket).zip(times.last().map(bucket)) else {
            return Self::default();
        };
        let before = |number| u32::try_from(times.partition_point(|at| bucket(at) < number));
        let before = (first..=last).map(|number| before(number).unwrap_or(u32::MAX)).collect();
        let together = times.chunk_by(|one, other| bucket(one) == bucket(other)).map(<[i64]>::len);
        let most = together.max().unwrap_or(0);
        times.extend(std::iter::repeat_n(i64::MAX, most));
        Self { times, first, before, most }
    }

    #[inline]
    fn snapshots_before(&self, micros: i64) -> usize {
        let Ok(bucket) = usize::try_from((micros >> BUCKET_BITS) - self.first) else { return 0 };
        let Some(before) = self.before.get(bucket) else { return self.times.len() - self.most };
        // The snapshots of later buckets are later anyway, so every bucket compares with the same number.
        let before = *before as usize;
        if let Some([one, other]) = self.times.get(before..).and_then(|here| here.first_chunk())
            && self.most <= 2
        {
            return before + usize::from(*one < micros) + usize::from(*other < micros);
        }
        let here = self.times.get(before..before + self.most).unwrap_or_default();
        before + here.iter().map(|at| usize::from(*at < micros)).sum::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_index_counts_like_a_search(
            mut times in prop::collection::vec(-(1_i64 << 40)..1 << 40, 0..40),
            timestamps in prop::collection::vec(prop_oneof![-(1_i64 << 41)..1 << 41, any::<i64>()], 1..40),
        ) {
            times.sort_unstable();
            times.dedup();
            let index = SnapshotIndex::of(times.clone());
            for at in timestamps.iter().chain(&times) {
                prop_assert_eq!(index.snapshots_before(*at), times.partition_point(|time| time < at));
            }
        }
    }
}
