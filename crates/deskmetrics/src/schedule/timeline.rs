//! Sorted segments of counted time, with cumulative counts and look-ups.

use super::span::{Count, Span};

/// Microseconds in a second.
pub(crate) const SECOND: i64 = 1_000_000;

/// Longest span a timeline can hold, in seconds: 136 years.
pub(crate) const LONGEST: i64 = u32::MAX as i64 - 1;

/// A segment of counted time; all in seconds since the beginning of the timeline.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TimelineSegment {
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// The count up to and including the start, with leaps at the start.
    pub(crate) before: u32,
}

/// Counted time within some span of UTC. Arguments and results are in microseconds from its beginning.
#[derive(Clone, Debug, Default)]
pub(crate) struct Timeline {
    segments: Vec<TimelineSegment>,
    /// Seconds counted in all.
    total: u32,
}

impl Timeline {
    /// The timeline of ascending counts within [`LONGEST`] seconds after `origin`.
    pub(crate) fn new(origin: i64, counts: &[Count]) -> Self {
        let seconds = |t: i64| u32::try_from(t).unwrap_or(u32::MAX);
        let mut counted: i64 = 0;
        let mut segments = Vec::with_capacity(counts.len());
        for count in counts {
            counted += count.leap;
            segments.push(TimelineSegment {
                start: seconds(count.span.start - origin),
                end: seconds(count.span.end - origin),
                before: seconds(counted),
            });
            counted += count.span.length();
        }
        Self { segments, total: seconds(counted) }
    }

    /// The timeline of ascending openings.
    pub(crate) fn of_openings(origin: i64, openings: &[Span]) -> Self {
        let counts: Vec<Count> = openings.iter().copied().map(Count::plain).collect();
        Self::new(origin, &counts)
    }

    pub(crate) fn segments(&self) -> &[TimelineSegment] {
        &self.segments
    }

    /// Microseconds counted in all.
    pub(crate) fn total(&self) -> i64 {
        i64::from(self.total) * SECOND
    }

    /// Microseconds counted up to `at`.
    pub(crate) fn counted(&self, at: i64) -> i64 {
        let second = at.div_euclid(SECOND);
        let after = self.segments.partition_point(|s| i64::from(s.start) <= second);
        counted_in(&self.segments[..after], at)
    }

    /// The first timestamp by which `target` is counted, for 0 < `target` <= total.
    pub(crate) fn first_reach(&self, target: i64) -> Option<i64> {
        if target > self.total() {
            return None;
        }
        let after = self.segments.partition_point(|s| i64::from(s.before) * SECOND < target);
        reached_in(&self.segments, after, target, Pause::Before)
    }

    /// The last timestamp up to which no more than `target` is counted, for 0 <= `target` < total.
    pub(crate) fn last_reach(&self, target: i64) -> Option<i64> {
        if target >= self.total() {
            return None;
        }
        let after = self.segments.partition_point(|s| i64::from(s.before) * SECOND <= target);
        reached_in(&self.segments, after, target, Pause::After)
    }
}

/// Microseconds counted up to `at`, given the segments that start at or before it.
pub(crate) fn counted_in(started: &[TimelineSegment], at: i64) -> i64 {
    started.last().map_or(0, |segment| {
        let start = i64::from(segment.start) * SECOND;
        let end = i64::from(segment.end) * SECOND;
        i64::from(segment.before) * SECOND + at.min(end) - start
    })
}

/// The end of a pause that is returned for a target reached when the pause begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pause {
    Before,
    After,
}

/// The time at which `target` is reached, given that it is in segment `after - 1` or is leapt over at segment `after`.
pub(crate) fn reached_in(
    segments: &[TimelineSegment],
    after: usize,
    target: i64,
    pause: Pause,
) -> Option<i64> {
    let next = || segments.get(after).map(|segment| i64::from(segment.start) * SECOND);
    let Some(segment) = after.checked_sub(1).and_then(|i| segments.get(i)) else {
        return next();
    };
    let at = i64::from(segment.start) * SECOND + (target - i64::from(segment.before) * SECOND);
    let end = i64::from(segment.end) * SECOND;
    if at < end || (at == end && pause == Pause::Before) { Some(at) } else { next() }
}
