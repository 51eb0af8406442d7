//! One record per UTC day, for look-ups without search or branch.

use super::offsets::DAY;
use super::timeline::{SECOND, TimelineSegment};

/// Microseconds in a day.
const DAY_MICROS: u64 = (DAY * SECOND).unsigned_abs();

/// One record for each day of the compiled span, for schedules with one or two segments a day.
///
/// With more the records grow too large to stay in the processor's cache, and a search in the few segments of
/// the day ([`counted_among`]) is faster.
#[derive(Clone, Debug)]
pub(crate) enum DayTable {
    One(Vec<Day<1>>),
    Two(Vec<Day<2>>),
    None,
}

/// Counted time on a UTC day, as windows in order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Day<const WINDOWS: usize>([Window; WINDOWS]);

/// A stretch of a day that counts; all in microseconds since the beginning of the span.
#[derive(Clone, Copy, Debug)]
struct Window {
    from: i64,
    to: i64,
    /// The count before it, less `from`.
    offset: i64,
}

impl DayTable {
    /// The records of `days` days; `started` is how many segments start at or before the start of each.
    pub(crate) fn new(segments: &[TimelineSegment], started: &[u32], days: usize) -> Self {
        let mut counted = 0;
        let leaps = segments.iter().any(|segment| {
            let leaps = segment.before != counted;
            counted = segment.before + (segment.end - segment.start);
            leaps
        });
        let widest = (0..days).map(|day| on_day(segments, started, day).count()).max().unwrap_or(0);
        match widest {
            0 | 1 if !leaps => Self::One(records(segments, started, days)),
            2 if !leaps => Self::Two(records(segments, started, days)),
            _ => Self::None,
        }
    }

    /// Bytes on the heap.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::One(days) => size_of_val(&days[..]),
            Self::Two(days) => size_of_val(&days[..]),
            Self::None => 0,
        }
    }
}

/// Microseconds counted up to `at`; `None` outside the days.
#[inline]
pub(crate) fn counted_by<const WINDOWS: usize>(days: &[Day<WINDOWS>], at: i64) -> Option<i64> {
    // A negative `at` becomes a day far beyond the last.
    let day = usize::try_from(at.cast_unsigned() / DAY_MICROS).ok()?;
    let Day(windows) = days.get(day)?;
    let mut window = windows[0];
    for later in &windows[1..] {
        if later.from <= at {
            window = *later;
        }
    }
    Some(window.offset + at.min(window.to).max(window.from))
}

/// Microseconds counted up to `at`, when no day has more than `STARTS` starts of segments; `None` outside
/// the days, and near the first and the last segment.
#[inline]
pub(crate) fn counted_among<const STARTS: usize>(
    segments: &[TimelineSegment],
    started: &[u32],
    at: i64,
) -> Option<i64> {
    let second = u32::try_from(at.cast_unsigned() / SECOND.unsigned_abs()).ok()?;
    let started = *started.get((second / 86_400) as usize)? as usize;
    let last = started.checked_sub(1)?;
    let near = segments.get(last..=last + STARTS)?;
    let on = near[1..].iter().map(|segment| usize::from(segment.start <= second)).sum::<usize>();
    let segment = near.get(on)?;
    let counted_less_start = i64::from(segment.before) - i64::from(segment.start);
    Some(counted_less_start * SECOND + at.min(i64::from(segment.end) * SECOND))
}

/// The parts of segments on a day.
fn on_day<'a>(
    segments: &'a [TimelineSegment],
    started: &[u32],
    day: usize,
) -> impl Iterator<Item = Window> + 'a {
    let start = i64::try_from(day).unwrap_or_default() * DAY;
    let first = (started[day] as usize).saturating_sub(1);
    segments[first..]
        .iter()
        .take_while(move |segment| i64::from(segment.start) < start + DAY)
        .filter(move |segment| i64::from(segment.end) > start)
        .map(move |segment| Window {
            from: i64::from(segment.start).max(start) * SECOND,
            to: i64::from(segment.end).min(start + DAY) * SECOND,
            offset: (i64::from(segment.before) - i64::from(segment.start)) * SECOND,
        })
}

fn records<const WINDOWS: usize>(
    segments: &[TimelineSegment],
    started: &[u32],
    days: usize,
) -> Vec<Day<WINDOWS>> {
    let mut counted = 0;
    (0..days)
        .map(|day| {
            // A day without windows counts nothing; missing windows never begin.
            let missing = Window { from: i64::MAX, to: i64::MAX, offset: 0 };
            let mut windows = [missing; WINDOWS];
            windows[0] = Window { from: 0, to: 0, offset: counted };
            for (slot, window) in windows.iter_mut().zip(on_day(segments, started, day)) {
                *slot = window;
                counted = window.offset + window.to;
            }
            Day(windows)
        })
        .collect()
}
