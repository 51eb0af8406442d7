//! Time budgets: a duration, or a number of business days.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::offsets::Offsets;
use super::{CompiledSchedule, DueError, Gap};
use crate::duration_text::{self, UnknownDuration};

/// The time that something may take.
///
/// In text `"4h"`, or `"2 business days"` with `", same hour"` where that is meant.
///
/// ```
/// use chrono::TimeDelta;
/// use deskmetrics::schedule::{Budget, DayEnd};
///
/// assert_eq!("1h 30m".parse(), Ok(Budget::Time(TimeDelta::minutes(90))));
/// assert_eq!("2 business days".parse(), Ok(Budget::BusinessDays(2, DayEnd::EndOfDay)));
/// assert_eq!("1 business day, same hour".parse(), Ok(Budget::BusinessDays(1, DayEnd::SameHour)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Budget {
    /// A duration.
    Time(TimeDelta),
    /// A number of business days after the local date on which it starts, which does not count itself.
    #[doc(alias = "working days")]
    BusinessDays(u32, DayEnd),
}

/// When a budget of business days ends on its last day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayEnd {
    /// At the last closing time of that day. The default.
    #[default]
    EndOfDay,
    /// At the local time at which it started.
    SameHour,
}

words!(DayEnd: "end of a day");

impl Budget {
    /// Whether it is above zero.
    pub fn is_positive(self) -> bool {
        match self {
            Self::Time(time) => time > TimeDelta::zero(),
            Self::BusinessDays(days, _) => days > 0,
        }
    }
}

impl From<TimeDelta> for Budget {
    fn from(time: TimeDelta) -> Self {
        Self::Time(time)
    }
}

impl fmt::Display for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Time(time) => f.write_str(&duration_text::format(*time)),
            Self::BusinessDays(days, end) => {
                let many = if *days == 1 { "" } else { "s" };
                let end = if *end == DayEnd::SameHour { ", same hour" } else { "" };
                write!(f, "{days} business day{many}{end}")
            }
        }
    }
}

/// A text that names no [`Budget`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BudgetError {
    /// It is no duration.
    #[error(transparent)]
    Duration(#[from] UnknownDuration),
    /// It is no number of business days.
    #[error(
        "\"{text}\" is not of the form \"2 business days\", \"2 business days, end of day\" or \"2 business days, same \
         hour\""
    )]
    BusinessDays {
        /// The text found.
        text: String,
    },
}

impl FromStr for Budget {
    type Err = BudgetError;

    fn from_str(text: &str) -> Result<Self, BudgetError> {
        let lower = text.trim().to_lowercase();
        let (days, end) = match lower.split_once(',') {
            Some((days, end)) => (days, end.trim()),
            None => (lower.as_str(), "end of day"),
        };
        let unit = |word: &str| days.trim_end().strip_suffix(word).map(str::trim_end);
        let number =
            ["business day", "business days", "working day", "working days"].into_iter().find_map(unit);
        let Some(number) = number else { return Ok(Self::Time(duration_text::parse(text)?)) };
        let wrong = || BudgetError::BusinessDays { text: text.to_owned() };
        let end = match end {
            "end of day" => DayEnd::EndOfDay,
            "same hour" => DayEnd::SameHour,
            _ => return Err(wrong()),
        };
        number.parse().map(|days| Self::BusinessDays(days, end)).map_err(|_| wrong())
    }
}

impl CompiledSchedule {
    /// The end of a number of business days; see [`Budget::BusinessDays`].
    ///
    /// ```
    /// use deskmetrics::schedule::{DayEnd, Schedule};
    ///
    /// let schedule = Schedule::parse("Europe/Copenhagen", "Mo-Fr 09:00-17:00")?.compile();
    /// let friday = "2026-03-06T13:30:00Z".parse()?; // 14:30 in Copenhagen
    /// let due = |end| schedule.due_in_business_days(friday, 2, end).unwrap().to_rfc3339();
    /// assert_eq!(due(DayEnd::EndOfDay), "2026-03-10T16:00:00+00:00"); // Tuesday 17:00
    /// assert_eq!(due(DayEnd::SameHour), "2026-03-10T13:30:00+00:00");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`DueError::NeverOpens`] when there are not enough business days; [`DueError::OutOfRange`] when the timestamp cannot be
    /// represented.
    pub fn due_in_business_days(
        &self,
        start: DateTime<Utc>,
        days: u32,
        end: DayEnd,
    ) -> Result<DateTime<Utc>, DueError> {
        let zone = self.time_zone();
        let local = start.with_timezone(&zone).naive_local();
        let date = self.add_business_days(local.date(), i64::from(days))?;
        let timestamp = |at: i64| DateTime::from_timestamp(at, 0).ok_or(DueError::OutOfRange);
        if end == DayEnd::SameHour {
            let at = date.and_time(local.time()).and_utc();
            let offsets = Offsets::between(zone, at.timestamp(), at.timestamp());
            let due = timestamp(offsets.cursor().opening(at.timestamp(), Gap::Change))?;
            return Ok(due + TimeDelta::nanoseconds(i64::from(at.timestamp_subsec_nanos())));
        }
        let next = date.succ_opt().ok_or(DueError::OutOfRange)?;
        let day =
            timestamp(Offsets::start_of_day(zone, date))?..timestamp(Offsets::start_of_day(zone, next))?;
        // Without an opening on the date itself, as of a shift of another zone, the day ends at midnight.
        Ok(self.openings(day.clone()).last().map_or(day.end, |opening| opening.end))
    }

    /// When a budget is used up: [`due`](Self::due) or [`due_in_business_days`](Self::due_in_business_days).
    ///
    /// # Errors
    ///
    /// Those of the two.
    pub fn due_after(&self, start: DateTime<Utc>, budget: Budget) -> Result<DateTime<Utc>, DueError> {
        match budget {
            Budget::Time(time) => self.due(start, time),
            Budget::BusinessDays(days, end) => self.due_in_business_days(start, days, end),
        }
    }
}
