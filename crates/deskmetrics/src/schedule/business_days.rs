//! Business days: whole dates on which working time begins.

use chrono::{DateTime, NaiveDate};

use super::offsets::{DAY, day_number};
use super::{CompiledSchedule, DueError};

impl CompiledSchedule {
    /// Whether working time begins on this local date.
    ///
    /// The morning after a night shift is not a business day of its own. A date belongs to a union of
    /// schedules if it is a business day of any of them, to an intersection if it is one of all; in a
    /// history the version in force at noon (UTC) decides.
    pub fn is_business_day(&self, date: NaiveDate) -> bool {
        self.business_days().includes(day_number(date))
    }

    /// The number of business days from one date to just before another; negative when `to` is before
    /// `from`.
    ///
    /// ```
    /// use chrono::NaiveDate;
    /// use deskmetrics::schedule::Schedule;
    ///
    /// let schedule = Schedule::parse("Europe/Copenhagen", "Mo-Fr 09:00-17:00")?
    ///     .with_holiday("2026-05-25".parse()?) // Whit Monday
    ///     .compile();
    /// let date = |day| NaiveDate::from_ymd_opt(2026, 5, day).unwrap();
    /// assert_eq!(schedule.business_days_between(date(22), date(29)), 4);
    /// assert_eq!(schedule.business_days_between(date(29), date(22)), -4);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "networkdays")]
    pub fn business_days_between(&self, from: NaiveDate, to: NaiveDate) -> i64 {
        let days = self.business_days();
        // No more than there are dates, so it fits.
        i64::try_from(days.before(day_number(to)) - days.before(day_number(from))).unwrap_or_default()
    }

    /// The date a number of business days after a date, or before it if negative; the date itself for
    /// zero.
    ///
    /// The date itself does not count, so one business day after a Friday, a Saturday and a Sunday is the
    /// same Monday.
    ///
    /// ```
    /// use chrono::NaiveDate;
    /// use deskmetrics::schedule::Schedule;
    ///
    /// let schedule = Schedule::parse("Europe/Copenhagen", "Mo-Fr 09:00-17:00")?
    ///     .with_holiday("2026-05-25".parse()?) // Whit Monday
    ///     .compile();
    /// let date = |day| NaiveDate::from_ymd_opt(2026, 5, day).unwrap();
    /// assert_eq!(schedule.add_business_days(date(22), 2), Ok(date(27)));
    /// assert_eq!(schedule.add_business_days(date(27), -2), Ok(date(22)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`DueError::NeverOpens`] when there are not enough business days;
    /// [`DueError::OutOfRange`] when the date cannot be represented.
    #[doc(alias = "workday")]
    pub fn add_business_days(&self, date: NaiveDate, count: i64) -> Result<NaiveDate, DueError> {
        let days = self.business_days();
        let day = day_number(date);
        let before = match count {
            0 => return Ok(date),
            1.. => days.before(day + 1) + i128::from(count) - 1,
            _ => days.before(day) + i128::from(count),
        };
        let day = days.after(before).ok_or(DueError::NeverOpens)?;
        let midnight = day.checked_mul(DAY).and_then(|second| DateTime::from_timestamp(second, 0));
        Ok(midnight.ok_or(DueError::OutOfRange)?.date_naive())
    }
}
