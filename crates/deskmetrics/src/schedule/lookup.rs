//! Fast look-ups in the compiled years.
//!
//! Arguments and results are in microseconds since the beginning of the compiled span.

use super::day_table::{DayTable, counted_among, counted_by};
use super::offsets::DAY;
use super::span::{Count, Span};
use super::timeline::{Pause, SECOND, Timeline, TimelineSegment, counted_in, reached_in};

/// A timeline with an index by day of UTC and one by counted time.
#[derive(Clone, Debug)]
pub(crate) struct Lookup {
    timeline: Timeline,
    /// Microseconds in the span.
    length: i64,
    /// How many segments start at or before the start of each day, and of the day after the last.
    started: Vec<u32>,
    days: DayTable,
    /// The most segments that start on one day.
    busiest: u32,
    /// How many segments have at most `bucket << shift` seconds counted before them.
    reached: Vec<u32>,
    shift: u32,
}

impl Lookup {
    pub(crate) fn new(span: Span, counts: &[Count]) -> Self {
        Self::indexed(span, Timeline::new(span.start, counts))
    }

    pub(crate) fn of_openings(span: Span, openings: &[Span]) -> Self {
        Self::indexed(span, Timeline::of_openings(span.start, openings))
    }

    fn indexed(span: Span, timeline: Timeline) -> Self {
        let segments = timeline.segments();
        let days = usize::try_from(span.length() / DAY).unwrap_or_default();
        let starts = segments.iter().map(|segment| segment.start);
        let started = counts_up_to(starts, (0..=span.length() / DAY).map(|day| day * DAY));
        // One or two buckets to a segment, so that a bucket rarely holds more than one.
        let total = timeline.total() / SECOND;
        let width = total / i64::try_from(segments.len()).unwrap_or(i64::MAX).max(1);
        let shift = width.max(1).ilog2();
        let befores = segments.iter().map(|segment| segment.before);
        let reached = counts_up_to(befores, (0..=(total >> shift) + 1).map(|bucket| bucket << shift));
        let days = DayTable::new(segments, &started, days);
        let busiest = started.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or(0);
        Self { length: span.length() * SECOND, started, days, busiest, reached, shift, timeline }
    }

    pub(crate) fn len(&self) -> usize {
        self.timeline.segments().len()
    }

    /// Bytes on the heap.
    pub(crate) fn size(&self) -> usize {
        size_of_val(self.timeline.segments())
            + size_of_val(&self.started[..])
            + size_of_val(&self.reached[..])
            + self.days.size()
    }

    /// Microseconds counted up to `at`; `None` outside the span.
    #[inline]
    pub(crate) fn counted(&self, at: i64) -> Option<i64> {
        let segments = self.timeline.segments();
        let counted = match (&self.days, self.busiest) {
            (DayTable::One(days), _) => counted_by(days, at),
            (DayTable::Two(days), _) => counted_by(days, at),
            (DayTable::None, 0..=4) => counted_among::<4>(segments, &self.started, at),
            _ => None,
        };
        counted.or_else(|| Some(counted_in(&segments[..self.started_by(at)?], at)))
    }

    /// The first timestamp by which `target` is counted; `None` when that is not within the span.
    pub(crate) fn first_reach(&self, target: i64) -> Option<i64> {
        if target <= 0 || target > self.timeline.total() {
            return None;
        }
        // Counts before a segment are whole seconds: those below the target are those up to this one.
        let after = self.reached_by((target - 1) / SECOND);
        reached_in(self.timeline.segments(), after, target, Pause::Before)
    }

    /// The last timestamp up to which no more than `target` is counted; `None` when not within the span.
    pub(crate) fn last_reach(&self, target: i64) -> Option<i64> {
        if target < 0 || target >= self.timeline.total() {
            return None;
        }
        reached_in(self.timeline.segments(), self.reached_by(target / SECOND), target, Pause::After)
    }

    /// Counts the time between each pair of timestamps; `slowly` handles pairs outside the span.
    pub(crate) fn elapsed_slice(
        &self,
        origin: i64,
        from: &[i64],
        to: &[i64],
        out: &mut [i64],
        slowly: impl Fn(i64, i64) -> i64,
    ) {
        let segments = self.timeline.segments();
        let started = &self.started;
        // One loop for each kind of look-up, so that the choice is not made again for each pair.
        match (&self.days, self.busiest) {
            (DayTable::One(days), _) => {
                elapsed_by(|at| counted_by(days, at), origin, from, to, out, slowly);
            }
            (DayTable::Two(days), _) => {
                elapsed_by(|at| counted_by(days, at), origin, from, to, out, slowly);
            }
            (DayTable::None, 0..=4) => {
                let counted = |at| counted_among::<4>(segments, started, at);
                elapsed_by(counted, origin, from, to, out, slowly);
            }
            _ => elapsed_by(|at| self.counted(at), origin, from, to, out, slowly),
        }
    }

    /// Whether a segment is under way; `None` outside the span.
    pub(crate) fn is_open(&self, at: i64) -> Option<bool> {
        if at == self.length {
            return None;
        }
        let started = self.started_by(at)?;
        let last = started.checked_sub(1).map(|i| self.timeline.segments()[i]);
        Some(last.is_some_and(|segment| at < i64::from(segment.end) * SECOND))
    }

    /// The first start of a segment at or after `at`; `None` when it is not known to be in the span.
    pub(crate) fn next_opening(&self, at: i64) -> Option<i64> {
        // What is open at the beginning of the span may have opened before it.
        let started = self.started_by(at.checked_sub(1)?)?;
        self.timeline.segments().get(started).map(|segment| i64::from(segment.start) * SECOND)
    }

    /// The first end of a segment after `at`; `None` when it is not known to be in the span.
    pub(crate) fn next_closing(&self, at: i64) -> Option<i64> {
        let segments = self.timeline.segments();
        let started = self.started_by(at)?;
        let under_way =
            started.checked_sub(1).map(|i| i64::from(segments[i].end) * SECOND).filter(|end| *end > at);
        let next = || segments.get(started).map(|segment| i64::from(segment.end) * SECOND);
        // What is open at the end of the span may close after it.
        under_way.or_else(next).filter(|end| *end < self.length)
    }

    /// How many segments start at or before `at`; `None` outside the span.
    fn started_by(&self, at: i64) -> Option<usize> {
        if !(0..=self.length).contains(&at) {
            return None;
        }
        let day = usize::try_from(at / (DAY * SECOND)).ok()?;
        Some(self.advance(&self.started, day, |segment| i64::from(segment.start) <= at / SECOND))
    }

    /// The number of segments with at most this many seconds counted before them.
    fn reached_by(&self, seconds: i64) -> usize {
        let bucket = usize::try_from(seconds >> self.shift).unwrap_or(usize::MAX);
        self.advance(&self.reached, bucket, |segment| i64::from(segment.before) <= seconds)
    }

    /// The segment after the last one sought, between those that two neighbors in an index point to.
    fn advance(&self, index: &[u32], at: usize, sought: impl Fn(&TimelineSegment) -> bool) -> usize {
        let pointed = |at: usize| index.get(at).map(|count| *count as usize);
        let all = self.timeline.segments().len();
        let (from, to) = (pointed(at).unwrap_or(all), pointed(at + 1).unwrap_or(all));
        let between = &self.timeline.segments()[from..to];
        if between.len() > 8 {
            return from + between.partition_point(sought);
        }
        from + between.iter().take_while(|segment| sought(segment)).count()
    }
}

/// For each of the ascending limits, how many of the ascending values do not exceed it.
fn counts_up_to(values: impl Iterator<Item = u32>, limits: impl Iterator<Item = i64>) -> Vec<u32> {
    let mut values = values.peekable();
    let mut count = 0;
    limits
        .map(|limit| {
            while values.next_if(|value| i64::from(*value) <= limit).is_some() {
                count += 1;
            }
            count
        })
        .collect()
}

fn elapsed_by(
    counted: impl Fn(i64) -> Option<i64>,
    origin: i64,
    from: &[i64],
    to: &[i64],
    out: &mut [i64],
    slowly: impl Fn(i64, i64) -> i64,
) {
    for ((from, to), out) in from.iter().zip(to).zip(out) {
        let before = counted(from.saturating_sub(origin));
        let after = counted(to.saturating_sub(origin));
        *out = match (before, after) {
            (Some(before), Some(after)) => after - before,
            _ => slowly(*from, *to),
        };
    }
}
