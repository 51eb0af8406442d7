//! Breaks: hours within the working day that do not count.

use chrono::{NaiveDate, Weekday};

use super::Shift;
use super::weekly_hours::WEEK;

/// Hours that do not count, on some days of the week or on one date.
///
/// A break is subtracted from all openings: weekly hours, special days, extra openings and the part of a
/// shift that began the day before. A break may run over midnight. A dated break closes a part of one day.
///
/// ```
/// use chrono::Weekday;
/// use deskmetrics::schedule::{Break, Schedule};
///
/// let schedule = Schedule::parse("Europe/Madrid", "Mo-Fr 09:00-17:00")?
///     .with_break(Break::weekly([Weekday::Mon, Weekday::Fri], "12:00-12:30".parse()?))
///     .compile();
/// let monday = "2026-03-02T08:00:00Z".parse()?; // 09:00 in Madrid
/// let evening = "2026-03-02T20:00:00Z".parse()?;
/// assert_eq!(schedule.elapsed(monday, evening), chrono::TimeDelta::minutes(7 * 60 + 30));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Break {
    pub(crate) days: BreakDays,
    pub(crate) hours: Shift,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum BreakDays {
    /// From Monday.
    Weekly([bool; 7]),
    Date(NaiveDate),
}

impl Break {
    /// A break on these days of every week.
    pub fn weekly(days: impl IntoIterator<Item = Weekday>, hours: Shift) -> Self {
        let mut chosen = [false; 7];
        for day in days {
            chosen[day.num_days_from_monday() as usize] = true;
        }
        Self { days: BreakDays::Weekly(chosen), hours }
    }

    /// A break every day.
    pub fn daily(hours: Shift) -> Self {
        Self::weekly(WEEK, hours)
    }

    /// A break on one date.
    pub const fn on(date: NaiveDate, hours: Shift) -> Self {
        Self { days: BreakDays::Date(date), hours }
    }

    /// The hours that do not count.
    pub const fn hours(&self) -> Shift {
        self.hours
    }

    /// Whether it begins on this date.
    pub fn begins_on(&self, date: NaiveDate) -> bool {
        use chrono::Datelike as _;
        match &self.days {
            BreakDays::Weekly(days) => days[date.weekday().num_days_from_monday() as usize],
            BreakDays::Date(on) => *on == date,
        }
    }
}
