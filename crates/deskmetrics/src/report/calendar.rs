//! The periods of a report, numbered as its cells are.

use std::ops::Range;

use super::builder::Report;
use super::measure::Measure;
use super::period::{PeriodSpan, PeriodTable};
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

    /// A small number that stands for the period: 0 for none, then in the order in which they were first asked for.
    #[inline]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Stocks and flows such as the backlog are told for this many periods up to the cut-off; one absurd creation date must not
/// cost a look at every day since the year 1.
const SNAPSHOTS: usize = 1000;

/// Finds periods and the instants at which stocks are looked at.
#[derive(Debug, Clone)]
pub(super) struct Calendar {
    periods: Option<PeriodTable>,
    /// The last known instant of each period up to the cut-off with its number, in order of time; empty unless a KPI
    /// needs them.
    snapshots: Vec<(Timestamp, usize)>,
    /// By period: one more than the place of its look among them, 0 where it has none.
    looks: Vec<usize>,
    index: SnapshotIndex,
}

/// Finds out how many looks are before an instant.
#[derive(Debug, Clone, Default)]
struct SnapshotIndex {
    /// The looks in microseconds, then as many instants that never come as there may be looks in a square.
    looks: Vec<i64>,
    /// The first square.
    first: i64,
    /// By square of time: how many looks there are before it.
    before: Vec<u32>,
    /// The most looks in a square.
    most: usize,
}

/// A square is 2^36 microseconds, some 19 hours: few looks lie in one.
const SQUARE_BITS: u32 = 36;

impl Calendar {
    pub(super) fn new(report: &Report) -> Self {
        let mut calendar = Self {
            periods: report.settings.periods.map(PeriodTable::new),
            snapshots: Vec::new(),
            looks: Vec::new(),
            index: SnapshotIndex::default(),
        };
        let told = |measure: &Measure| measure.empty.over_time() == OverTime::EachPeriod;
        if let Some(as_of) = report.settings.as_of.filter(|_| report.measures.iter().any(told)) {
            calendar.look_back(as_of);
        }
        calendar
    }

    fn look_back(&mut self, as_of: Timestamp) {
        let Some(periods) = &mut self.periods else { return };
        let mut at = as_of;
        for _ in 0..SNAPSHOTS {
            let Some(number) = periods.number(at) else { break };
            let start = periods.span(number).map(|span| span.start);
            // A period that begins at the cut-off has not really begun.
            if start != Some(as_of) {
                self.snapshots.push((at, number + 1));
            }
            let before = start.and_then(|start| start.as_micros().checked_sub(1));
            let Some(before) = before.and_then(Timestamp::from_micros) else { break };
            at = before;
        }
        self.snapshots.reverse();
        for (place, (_, period)) in self.snapshots.iter().enumerate() {
            if self.looks.len() <= *period {
                self.looks.resize(period + 1, 0);
            }
            self.looks[*period] = place + 1;
        }
        self.index = SnapshotIndex::of(self.snapshots.iter().map(|(look, _)| look.as_micros()).collect());
    }

    /// All looks: the last known instant of each period up to the cut-off with its number, in order of time.
    pub(super) fn snapshots(&self) -> &[(Timestamp, usize)] {
        &self.snapshots
    }

    /// How many of the looks are before an instant.
    #[inline]
    pub(super) fn snapshots_before(&self, micros: i64) -> usize {
        self.index.snapshots_before(micros)
    }

    /// The number of the period `at` lies in; [`NO_PERIOD`] without an instant, and where the report has no periods.
    #[inline]
    pub(super) fn period(&mut self, at: Option<Timestamp>) -> usize {
        let number = self.periods.as_mut().zip(at).and_then(|(periods, at)| periods.number(at));
        number.map_or(NO_PERIOD, |number| number + 1)
    }

    /// The periods of many instants in microseconds, [`Milestones::NEVER`] where there is none.
    pub(super) fn periods_of(&mut self, at: &[i64], found: &mut Vec<PeriodId>) {
        found.clear();
        // One that is missing is looked up as another is: nobody can foresee a branch on it.
        let some = at.iter().find(|at| **at != Milestones::NEVER);
        let Some((periods, some)) = self.periods.as_mut().zip(some) else {
            return found.resize(at.len(), PeriodId::new(NO_PERIOD));
        };
        found.extend(at.iter().map(|at| {
            let there = i64::from(*at != Milestones::NEVER).wrapping_neg();
            let known = Timestamp::saturating_from_micros((*at & there) | (*some & !there));
            let number = periods.number(known).map_or(NO_PERIOD, |number| number + 1);
            PeriodId(PeriodId::new(number).0 & u32::from(*at != Milestones::NEVER).wrapping_neg())
        }));
    }

    /// The numbers of all periods, that of no period included.
    pub(super) fn numbers(&self) -> Range<usize> {
        NO_PERIOD..1 + self.periods.as_ref().map_or(0, PeriodTable::len)
    }

    /// The period of this number.
    pub(super) fn span(&self, period: usize) -> Option<&PeriodSpan> {
        self.periods.as_ref()?.span(period.checked_sub(1)?)
    }

    /// The first and the last known instant of a period up to the cut-off; `None` for others and for no period.
    pub(super) fn known(&self, period: usize) -> Option<(Timestamp, Timestamp)> {
        let look = self.looks.get(period)?.checked_sub(1)?;
        let (last, _) = self.snapshots.get(look)?;
        Some((self.span(period)?.start, *last))
    }

    /// The numbers of the looks from `from` on and before `until`.
    pub(super) fn snapshots_between(&self, from: Timestamp, until: Option<Timestamp>) -> Range<usize> {
        let first = self.snapshots.partition_point(|(at, _)| *at < from);
        let last = self.snapshots.partition_point(|(at, _)| until.is_none_or(|until| *at < until));
        first..last
    }
}

impl SnapshotIndex {
    /// From looks in order.
    fn of(mut looks: Vec<i64>) -> Self {
        let square = |look: &i64| look >> SQUARE_BITS;
        let Some((first, last)) = looks.first().map(square).zip(looks.last().map(square)) else {
            return Self::default();
        };
        let before = |number| u32::try_from(looks.partition_point(|look| square(look) < number));
        let before = (first..=last).map(|number| before(number).unwrap_or(u32::MAX)).collect();
        let together = looks.chunk_by(|one, other| square(one) == square(other)).map(<[i64]>::len);
        let most = together.max().unwrap_or(0);
        looks.extend(std::iter::repeat_n(i64::MAX, most));
        Self { looks, first, before, most }
    }

    #[inline]
    fn snapshots_before(&self, micros: i64) -> usize {
        let Ok(square) = usize::try_from((micros >> SQUARE_BITS) - self.first) else { return 0 };
        let Some(before) = self.before.get(square) else { return self.looks.len() - self.most };
        // Later index' looks are later anyway, so as many are compared with in every square.
        let before = *before as usize;
        if let Some([one, other]) = self.looks.get(before..).and_then(|here| here.first_chunk())
            && self.most <= 2
        {
            return before + usize::from(*one < micros) + usize::from(*other < micros);
        }
        let here = self.looks.get(before..before + self.most).unwrap_or_default();
        before + here.iter().map(|look| usize::from(*look < micros)).sum::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn looks_are_counted_as_a_search_counts_them(
            mut looks in prop::collection::vec(-(1_i64 << 40)..1 << 40, 0..40),
            instants in prop::collection::vec(prop_oneof![-(1_i64 << 41)..1 << 41, any::<i64>()], 1..40),
        ) {
            looks.sort_unstable();
            looks.dedup();
            let index = SnapshotIndex::of(looks.clone());
            for at in instants.iter().chain(&looks) {
                prop_assert_eq!(index.snapshots_before(*at), looks.partition_point(|look| look < at));
            }
        }
    }
}
