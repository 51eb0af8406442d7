//! The compiled years: sorted segments with the time counted before each, and indexes into them.
//!
//! Arguments and results are in microseconds since the beginning of the compiled span.

use super::offsets::DAY;
use super::span::{Count, Span};
use super::timeline::{SECOND, Timeline, counted_in};

/// A timeline with an index by day of UTC and one by counted time.
#[derive(Clone, Debug)]
pub(crate) struct Lookup {
    timeline: Timeline,
    /// Microseconds in the span.
    length: i64,
    /// How many segments start at or before the start of each day, and of the day after the last.
    started: Vec<u32>,
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
        let mut started = Vec::new();
        let mut count = 0;
        for day in 0..=span.length() / DAY {
            while segments.get(count).is_some_and(|s| i64::from(s.start) <= day * DAY) {
                count += 1;
            }
            started.push(u32::try_from(count).unwrap_or(u32::MAX));
        }
        Self { timeline, length: span.length() * SECOND, started }
    }

    pub(crate) fn len(&self) -> usize {
        self.timeline.segments().len()
    }

    /// Microseconds counted up to `at`; `None` outside the span.
    pub(crate) fn counted(&self, at: i64) -> Option<i64> {
        let segments = self.timeline.segments();
        Some(counted_in(&segments[..self.started_by(at)?], at))
    }

    /// The first instant by which `target` is counted; `None` when that is not within the span.
    pub(crate) fn first_reach(&self, target: i64) -> Option<i64> {
        if target <= 0 { None } else { self.timeline.first_reach(target) }
    }

    /// The last instant up to which no more than `target` is counted; `None` when not within the span.
    pub(crate) fn last_reach(&self, target: i64) -> Option<i64> {
        if target < 0 { None } else { self.timeline.last_reach(target) }
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
        let from = *self.started.get(day)? as usize;
        let to = self.started.get(day + 1).map_or(from, |count| *count as usize);
        let second = at / SECOND;
        let more = self.timeline.segments()[from..to]
            .iter()
            .take_while(|segment| i64::from(segment.start) <= second)
            .count();
        Some(from + more)
    }
}
