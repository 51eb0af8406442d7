//! Holidays.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike as _, NaiveDate};

use super::ScheduleError;

/// A holiday: one date, a day of every year, or a range of dates.
///
/// In text: `2026-12-25`, `--05-01` (every year), `2026-12-24/2026-12-31` (both days included).
/// A part of a day is closed by a dated [`Break`](super::Break). The crate `deskmetrics-ical` reads holidays
/// from iCalendar files.
///
/// ```
/// use chrono::NaiveDate;
/// use deskmetrics::schedule::Holiday;
///
/// let christmas: Holiday = "--12-25".parse()?;
/// assert!(christmas.includes(NaiveDate::from_ymd_opt(2031, 12, 25).unwrap()));
/// assert_eq!("2026-12-24/2026-12-31".parse::<Holiday>()?.to_string(), "2026-12-24/2026-12-31");
/// assert!("--02-30".parse::<Holiday>().is_err());
/// # Ok::<(), deskmetrics::schedule::ScheduleError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Holiday(HolidayDates);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum HolidayDates {
    Dates { first: NaiveDate, last: NaiveDate },
    Yearly { month: u32, day: u32 },
}

impl Holiday {
    /// One date.
    pub const fn on(date: NaiveDate) -> Self {
        Self(HolidayDates::Dates { first: date, last: date })
    }

    /// All dates from `first` to `last`, both included.
    ///
    /// # Errors
    ///
    /// [`ScheduleError::Range`] when `last` is before `first`.
    pub fn between(first: NaiveDate, last: NaiveDate) -> Result<Self, ScheduleError> {
        if last < first {
            return Err(ScheduleError::Range { first, last });
        }
        Ok(Self(HolidayDates::Dates { first, last }))
    }

    /// The same day of every year; 29 February only in leap years.
    ///
    /// # Errors
    ///
    /// [`ScheduleError::Yearly`] when no year has such a day.
    pub fn yearly(month: u32, day: u32) -> Result<Self, ScheduleError> {
        // 2000 was a leap year, so it had every day that a year can have.
        match NaiveDate::from_ymd_opt(2000, month, day) {
            Some(_) => Ok(Self(HolidayDates::Yearly { month, day })),
            None => Err(ScheduleError::Yearly { month, day }),
        }
    }

    /// Whether this date is part of it.
    pub fn includes(&self, date: NaiveDate) -> bool {
        match self.0 {
            HolidayDates::Dates { first, last } => first <= date && date <= last,
            HolidayDates::Yearly { month, day } => date.month() == month && date.day() == day,
        }
    }

    pub(crate) const fn days(&self) -> HolidayDates {
        self.0
    }
}

impl From<NaiveDate> for Holiday {
    fn from(date: NaiveDate) -> Self {
        Self::on(date)
    }
}

impl FromStr for Holiday {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        let error = || ScheduleError::Holiday { found: text.to_owned() };
        if let Some(yearly) = text.strip_prefix("--") {
            let (month, day) = yearly.split_once('-').ok_or_else(error)?;
            let number = |part: &str| {
                (part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit()))
                    .then(|| part.parse().ok())
                    .flatten()
            };
            return Self::yearly(number(month).ok_or_else(error)?, number(day).ok_or_else(error)?);
        }
        let date = |part: &str| parse_date(part).map_err(|_| error());
        match text.split_once('/') {
            Some((first, last)) => Self::between(date(first)?, date(last)?),
            None => Ok(Self::on(date(text)?)),
        }
    }
}

impl fmt::Display for Holiday {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            HolidayDates::Dates { first, last } if first == last => write!(f, "{first}"),
            HolidayDates::Dates { first, last } => write!(f, "{first}/{last}"),
            HolidayDates::Yearly { month, day } => write!(f, "--{month:02}-{day:02}"),
        }
    }
}

/// A date written YYYY-MM-DD, of the years 0001 to 9999.
pub(crate) fn parse_date(text: &str) -> Result<NaiveDate, ScheduleError> {
    let plain = text.len() == 10
        && text.bytes().enumerate().all(|(i, b)| match i {
            4 | 7 => b == b'-',
            _ => b.is_ascii_digit(),
        });
    plain
        .then(|| text.parse().ok())
        .flatten()
        .filter(|date: &NaiveDate| date.year() >= 1)
        .ok_or_else(|| ScheduleError::Date { found: text.to_owned() })
}
