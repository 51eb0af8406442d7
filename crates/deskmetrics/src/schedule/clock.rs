//! The clock by which durations are measured: calendar time or business time.

use chrono::{DateTime, TimeDelta, Utc};

use super::{CompiledSchedule, DueError};

/// The clock by which a duration is measured.
///
/// ```
/// use chrono::TimeDelta;
/// use deskmetrics::schedule::{Clock, Schedule};
///
/// let schedule = Schedule::parse("UTC", "Mo-Fr 09:00-17:00")?.compile();
/// let afternoon = "2026-03-03T14:00:00Z".parse()?;
/// let next_morning = "2026-03-04T09:00:00Z".parse()?;
/// assert_eq!(Clock::Calendar.elapsed(afternoon, next_morning), TimeDelta::hours(19));
/// assert_eq!(Clock::Business(&schedule).elapsed(afternoon, next_morning), TimeDelta::hours(3));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub enum Clock<'a> {
    /// Every hour counts, day and night.
    #[default]
    Calendar,
    /// Only working time counts.
    Business(&'a CompiledSchedule),
}

impl Clock<'_> {
    /// The time from one timestamp to another by this clock; negative when `to` is before `from`.
    pub fn elapsed(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> TimeDelta {
        TimeDelta::microseconds(self.elapsed_micros(from.timestamp_micros(), to.timestamp_micros()))
    }

    /// [`elapsed`](Self::elapsed) in microseconds, between microseconds since 1970 in UTC.
    ///
    /// The result stops at the ends of `i64`.
    pub fn elapsed_micros(&self, from: i64, to: i64) -> i64 {
        match self {
            Self::Calendar => to.saturating_sub(from),
            Self::Business(schedule) => schedule.elapsed_micros(from, to),
        }
    }

    /// The timestamp at which a budget that starts at `start` is used up by this clock.
    ///
    /// # Errors
    ///
    /// As [`CompiledSchedule::due`].
    pub fn due(&self, start: DateTime<Utc>, budget: TimeDelta) -> Result<DateTime<Utc>, DueError> {
        match self {
            Self::Calendar => start.checked_add_signed(budget).ok_or(DueError::OutOfRange),
            Self::Business(schedule) => schedule.due(start, budget),
        }
    }

    /// [`due`](Self::due) in microseconds, of microseconds since 1970 in UTC; `None` for its errors.
    pub fn due_micros(&self, start: i64, budget: i64) -> Option<i64> {
        match self {
            Self::Calendar => start.checked_add(budget),
            Self::Business(schedule) => schedule.due_micros(start, budget),
        }
    }
}
