//! Counting the dates on which working time begins.

use std::sync::{Arc, OnceLock};

use chrono::{DateTime, NaiveDate};

use super::cycle::{BLOCK_DAYS, CYCLE_DAYS, CycleTable};
use super::offsets::DAY;
use super::source::Source;
use super::{CompiledSchedule, DueError};

/// The business days before each date, for all dates.
#[derive(Debug)]
pub(crate) struct BusinessDays {
    source: Arc<Source>,
    table: OnceLock<CycleTable>,
}

impl BusinessDays {
    pub(crate) fn new(source: Arc<Source>) -> Self {
        Self { source, table: OnceLock::new() }
    }

    pub(crate) fn includes(&self, day: i64) -> bool {
        self.source.is_business_day(day)
    }

    /// How many business days come before a day, since the far past.
    fn before(&self, day: i64) -> i128 {
        let block = self.table().block(day.div_euclid(BLOCK_DAYS));
        let like = day - block.cycles * CYCLE_DAYS;
        let within = (block.index * BLOCK_DAYS..like).map(|day| i128::from(self.includes(day)));
        block.before + within.sum::<i128>()
    }

    /// The business day before which there are so many.
    fn after(&self, count: i128) -> Option<i64> {
        let block = self.table().exceeding(count)?;
        let skipped = usize::try_from(count - block.before).ok()?;
        let mut days = block.index * BLOCK_DAYS..(block.index + 1) * BLOCK_DAYS;
        let like = days.by_ref().filter(|day| self.includes(*day)).nth(skipped)?;
        Some(like + block.cycles * CYCLE_DAYS)
    }

    fn table(&self) -> &CycleTable {
        self.table.get_or_init(|| {
            let (first, last) = self.source.dated_days().unwrap_or((0, 0));
            CycleTable::new(
                (first - 2).div_euclid(BLOCK_DAYS),
                (last + 2).div_euclid(BLOCK_DAYS) + 1,
                self.source.repeats_weekly(),
                |block| {
                    let days = block * BLOCK_DAYS..(block + 1) * BLOCK_DAYS;
                    days.map(|day| i64::from(self.includes(day))).sum()
                },
            )
        })
    }
}

impl CompiledSchedule {
    /// Whether working time begins on this local date.
    ///
    /// The morning after a night shift is not a business day of its own. A date belongs to a union of
    /// schedules if it is a business day of any of them, to an intersection if it is one of all; in a
    /// history the version in force at noon (UTC) decides.
    pub fn is_business_day(&self, date: NaiveDate) -> bool {
        self.business_days().includes(day_number(date))
    }

    /// How many business days there are from one date to just before another; negative when `to` is before
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

    /// The date that is so many business days after a date, or before it if negative; the date itself for
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
    /// [`DueError::NeverOpens`] when there are not so many business days;
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

/// Days since 1970-01-01.
pub(crate) fn day_number(date: NaiveDate) -> i64 {
    date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp().div_euclid(DAY)
}
