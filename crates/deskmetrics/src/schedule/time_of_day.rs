//! A wall-clock time of day in whole minutes, from 00:00 to 24:00.

use std::fmt;
use std::str::FromStr;

use chrono::{NaiveTime, Timelike as _};

use super::ScheduleError;

/// Minutes of a day, 24 hours by the clock on the wall.
pub(crate) const MINUTES_PER_DAY: u16 = 24 * 60;

/// A wall-clock time of day in whole minutes, from 00:00 to 24:00 inclusive.
///
/// `24:00` is the end of a day, which [`NaiveTime`] cannot represent; it is why this type exists.
///
/// ```
/// use deskmetrics::schedule::TimeOfDay;
///
/// let closing: TimeOfDay = "17:30".parse()?;
/// assert_eq!(closing.minutes(), 17 * 60 + 30);
/// assert_eq!("24:00".parse::<TimeOfDay>()?, TimeOfDay::END);
/// assert_eq!(
///     "25:00".parse::<TimeOfDay>().unwrap_err().to_string(),
///     "time \"25:00\" is not a time of day; write HH:MM from 00:00 to 24:00",
/// );
/// # Ok::<(), deskmetrics::schedule::ScheduleError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeOfDay(u16);

impl TimeOfDay {
    /// 00:00, the start of a day.
    pub const START: Self = Self(0);
    /// 24:00, the end of a day.
    pub const END: Self = Self(MINUTES_PER_DAY);

    /// The time `hour`:`minute`.
    ///
    /// ```
    /// use deskmetrics::schedule::TimeOfDay;
    ///
    /// assert_eq!(TimeOfDay::new(9, 30)?.to_string(), "09:30");
    /// # Ok::<(), deskmetrics::schedule::ScheduleError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ScheduleError::Time`] when it is not from 00:00 to 24:00.
    pub fn new(hour: u16, minute: u16) -> Result<Self, ScheduleError> {
        match hour.checked_mul(60).and_then(|h| h.checked_add(minute)) {
            Some(minutes) if minute < 60 && minutes <= MINUTES_PER_DAY => Ok(Self(minutes)),
            _ => Err(ScheduleError::Time { found: format!("{hour:02}:{minute:02}") }),
        }
    }

    /// The time `minutes` after 00:00.
    ///
    /// # Errors
    ///
    /// [`ScheduleError::Time`] when `minutes` is more than 1440.
    pub fn from_minutes(minutes: u16) -> Result<Self, ScheduleError> {
        Self::new(minutes / 60, minutes % 60)
    }

    /// Minutes after 00:00, from 0 to 1440.
    pub const fn minutes(self) -> u16 {
        self.0
    }
}

impl From<NaiveTime> for TimeOfDay {
    /// Seconds and their fractions are cut off.
    fn from(time: NaiveTime) -> Self {
        // At most 23:59, so it fits.
        Self(u16::try_from(time.num_seconds_from_midnight() / 60).unwrap_or(MINUTES_PER_DAY))
    }
}

impl FromStr for TimeOfDay {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        let error = || ScheduleError::Time { found: text.to_owned() };
        let digits = |part: &str, lengths: std::ops::RangeInclusive<usize>| {
            (lengths.contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()))
                .then(|| part.parse::<u16>().ok())
                .flatten()
        };
        let (hour, minute) = text.split_once(':').ok_or_else(error)?;
        let hour = digits(hour, 1..=2).ok_or_else(error)?;
        let minute = digits(minute, 2..=2).ok_or_else(error)?;
        Self::new(hour, minute).map_err(|_| error())
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl fmt::Debug for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
