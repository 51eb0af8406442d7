//! The periods of a report, numbered as its cells are.

use super::Report;
use super::measure::{Measure, OverTime};
use super::period::{PeriodSpan, PeriodTable};
use crate::Timestamp;

/// The cell of everything that belongs to no period.
pub(super) const NO_PERIOD: usize = 0;

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
    /// By square of time, from that of the first look on: how many looks there are before it.
    before: Vec<u32>,
}

/// A square is 2^36 microseconds, some 19 hours: few looks lie in one.
const SQUARE_BITS: u32 = 36;

impl Calendar {
    pub(super) fn new(report: &Report) -> Self {
        let mut calendar = Self {
            periods: report.settings.periods.map(PeriodTable::new),
            snapshots: Vec::new(),
            looks: Vec::new(),
            before: Vec::new(),
        };
        let told = |measure: &Measure| measure.over_time() == OverTime::EachItsOwn;
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
        let square = |place: usize| Some(self.snapshots.get(place)?.0.as_micros() >> SQUARE_BITS);
        let Some((first, last)) = square(0).zip(square(self.snapshots.len().saturating_sub(1))) else {
            return;
        };
        let mut place = 0;
        for number in first..=last {
            self.before.push(u32::try_from(place).unwrap_or(u32::MAX));
            while square(place).is_some_and(|square| square <= number) {
                place += 1;
            }
        }
    }

    /// All looks: the last known instant of each period up to the cut-off with its number, in order of time.
    pub(super) fn snapshots(&self) -> &[(Timestamp, usize)] {
        &self.snapshots
    }

    /// How many of the looks are before an instant.
    #[inline]
    pub(super) fn looks_before(&self, micros: i64) -> usize {
        let Some((first, _)) = self.snapshots.first() else { return 0 };
        let square = (micros >> SQUARE_BITS) - (first.as_micros() >> SQUARE_BITS);
        let Ok(square) = usize::try_from(square) else { return 0 };
        let Some(before) = self.before.get(square) else { return self.snapshots.len() };
        let mut place = *before as usize;
        while self.snapshots.get(place).is_some_and(|(look, _)| look.as_micros() < micros) {
            place += 1;
        }
        place
    }

    /// Whether the report has periods.
    pub(super) fn has_periods(&self) -> bool {
        self.periods.is_some()
    }

    /// The number of the period `at` lies in; [`NO_PERIOD`] without an instant, and where the report has no periods.
    #[inline]
    pub(super) fn period(&mut self, at: Option<Timestamp>) -> usize {
        let number = self.periods.as_mut().zip(at).and_then(|(periods, at)| periods.number(at));
        number.map_or(NO_PERIOD, |number| number + 1)
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

    /// The looks from `from` on and before `until`.
    pub(super) fn snapshots_between(
        &self,
        from: Timestamp,
        until: Option<Timestamp>,
    ) -> &[(Timestamp, usize)] {
        let first = self.snapshots.partition_point(|(at, _)| *at < from);
        let last = self.snapshots.partition_point(|(at, _)| until.is_none_or(|until| *at < until));
        self.snapshots.get(first..last).unwrap_or_default()
    }
}
