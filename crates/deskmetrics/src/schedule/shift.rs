//! Shifts: wall-clock hours that begin on a date.

use std::fmt;
use std::str::FromStr;

use super::time_of_day::MINUTES_PER_DAY;
use super::{ScheduleError, TimeOfDay};

/// Hours that begin on some date: from one wall-clock time to another.
///
/// When `to` is not after `from` the shift runs into the next day: `22:00-06:00` lasts eight hours,
/// `08:00-08:00` lasts twenty-four. It begins before 24:00 and lasts at most 24 hours.
///
/// ```
/// use deskmetrics::schedule::Shift;
///
/// let night: Shift = "22:00-06:00".parse()?;
/// assert_eq!(night.minutes(), 8 * 60);
/// assert!(night.is_overnight());
/// # Ok::<(), deskmetrics::schedule::ScheduleError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shift {
    from: TimeOfDay,
    to: TimeOfDay,
}

impl Shift {
    /// Hours from `from` to `to`; `to` not after `from` is on the next day.
    ///
    /// # Errors
    ///
    /// [`ScheduleError::BeginsAtMidnightEnd`] when `from` is 24:00.
    pub fn new(from: TimeOfDay, to: TimeOfDay) -> Result<Self, ScheduleError> {
        if from == TimeOfDay::END {
            return Err(ScheduleError::BeginsAtMidnightEnd { to: to.to_string() });
        }
        Ok(Self { from, to })
    }

    /// When it begins.
    pub const fn from(self) -> TimeOfDay {
        self.from
    }

    /// When it ends, on the same day or the next.
    pub const fn to(self) -> TimeOfDay {
        self.to
    }

    /// Whether it ends after the midnight that follows its beginning.
    pub const fn is_overnight(self) -> bool {
        self.end() > MINUTES_PER_DAY
    }

    /// Its length by the wall clock, in minutes, from 1 to 1440.
    pub const fn minutes(self) -> u16 {
        self.end() - self.from.minutes()
    }

    /// Minutes from the midnight before its beginning to its end, up to 2879.
    pub(crate) const fn end(self) -> u16 {
        if self.to.minutes() > self.from.minutes() {
            self.to.minutes()
        } else {
            self.to.minutes() + MINUTES_PER_DAY
        }
    }
}

impl FromStr for Shift {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        let (from, to) =
            text.split_once('-').ok_or_else(|| ScheduleError::Shift { found: text.to_owned() })?;
        Self::new(from.trim().parse()?, to.trim().parse()?)
    }
}

impl fmt::Display for Shift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.from, self.to)
    }
}

impl fmt::Debug for Shift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
