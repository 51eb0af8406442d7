//! The hours of a week, and their text form.

use std::fmt;

use chrono::Weekday;

use super::time_of_day::MINUTES_PER_DAY;
use super::{ScheduleError, Shift, TimeOfDay};

/// The days of the week, from Monday.
pub(crate) const WEEK: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

/// The names of the days in the text form, from Monday.
pub(crate) const DAY_NAMES: [&str; 7] = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];

/// The hours of a week: for each weekday the shifts that begin on it.
///
/// The text form is a subset of the OpenStreetMap `opening_hours` grammar:
///
/// | text | meaning |
/// |---|---|
/// | `Mon-Fri 09:00-17:00` | names of days may be longer, up to the full English name |
/// | `Mo-Fr 09:00-17:00` | every day of a range of days; `Sa-Mo` wraps around the week |
/// | `Mo,We,Fr 09:00-13:00,14:00-17:00` | lists of days and of hours |
/// | `Fr 22:00-06:00` | until the next morning |
/// | `00:00-24:00` | every day of the week |
/// | `24/7` | always |
/// | `Mo-Fr 09:00-17:00; Sa 10:00-14:00` | several rules; for a day named twice the later rule replaces the earlier |
/// | `Mo-Fr 09:00-12:00, We 13:00-15:00` | a rule after a comma adds to the earlier ones |
/// | `Mo-Su 09:00-17:00; We off` | `off` or `closed` closes a day; `off` alone is a week without hours |
/// | `Mo-Fr 09:00-17:00; PH off` | `PH off` is accepted and changes nothing: holidays always close |
///
/// Printing gives the shortest such text, and reading that gives the same hours.
///
/// ```
/// use deskmetrics::schedule::WeeklyHours;
///
/// let hours: WeeklyHours = "mo-fr 9:00-13:00, 14:00-17:00; sa 10:00-14:00; we 09:00-12:00".parse()?;
/// assert_eq!(hours.to_string(), "Mo-Tu,Th-Fr 09:00-13:00,14:00-17:00; We 09:00-12:00; Sa 10:00-14:00");
///
/// let wrong = "Mo-Fry 09:00-17:00".parse::<WeeklyHours>().unwrap_err();
/// assert_eq!(
///     wrong.to_string(),
///     "hours \"Mo-Fry 09:00-17:00\", column 4: found \"Fry\"; did you mean Fr? days are Mo Tu We Th Fr Sa Su",
/// );
/// # Ok::<(), deskmetrics::schedule::ScheduleError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[doc(alias = "opening hours")]
#[doc(alias = "working hours")]
pub struct WeeklyHours {
    days: [Vec<Shift>; 7],
}

impl WeeklyHours {
    /// A week without hours.
    pub fn closed() -> Self {
        Self::default()
    }

    /// Open day and night, every day.
    pub fn always() -> Self {
        Self::closed().with_shifts(&WEEK, [whole_day()])
    }

    /// The same with these shifts added on each of these days.
    ///
    /// Shifts may be given in any order and may overlap: working time is their union.
    ///
    /// ```
    /// use chrono::Weekday;
    /// use deskmetrics::schedule::WeeklyHours;
    ///
    /// let hours = WeeklyHours::closed()
    ///     .with_shifts(&[Weekday::Mon, Weekday::Tue], ["09:00-13:00".parse()?, "14:00-17:00".parse()?])
    ///     .with_shifts(&[Weekday::Sat], ["22:00-06:00".parse()?]);
    /// assert_eq!(hours.to_string(), "Mo-Tu 09:00-13:00,14:00-17:00; Sa 22:00-06:00");
    /// # Ok::<(), deskmetrics::schedule::ScheduleError>(())
    /// ```
    #[must_use]
    pub fn with_shifts(mut self, days: &[Weekday], shifts: impl IntoIterator<Item = Shift>) -> Self {
        let shifts: Vec<Shift> = shifts.into_iter().collect();
        for day in days {
            let hours = &mut self.days[day.num_days_from_monday() as usize];
            hours.extend(&shifts);
            hours.sort_unstable();
            hours.dedup();
        }
        self
    }

    /// The shifts that begin on this day, in order.
    pub fn on(&self, day: Weekday) -> &[Shift] {
        &self.days[day.num_days_from_monday() as usize]
    }

    /// Whether there are no hours at all.
    pub fn is_empty(&self) -> bool {
        self.days.iter().all(Vec::is_empty)
    }

    /// The hours of the days, from Monday.
    pub(crate) fn days(&self) -> &[Vec<Shift>; 7] {
        &self.days
    }

    /// The number of shifts of the day that has the most.
    pub(crate) fn most_shifts(&self) -> usize {
        self.days.iter().map(Vec::len).max().unwrap_or_default()
    }

    /// The same with the hours of this day replaced.
    pub(crate) fn replace(&mut self, day: usize, mut shifts: Vec<Shift>) {
        shifts.sort_unstable();
        shifts.dedup();
        self.days[day] = shifts;
    }

    /// The hours of a Zendesk schedule: intervals in minutes since Sunday 00:00.
    ///
    /// Zendesk's API gives each interval as `start_time` and `end_time`, from 0 to 10080, both in the
    /// schedule's own time zone. Intervals may overlap, and run over midnight and to the end of the
    /// week.
    ///
    /// ```
    /// use deskmetrics::schedule::WeeklyHours;
    ///
    /// // Monday 09:00 is 1440 + 540 minutes after Sunday 00:00.
    /// let hours = WeeklyHours::from_minutes_of_week([(1980, 2460), (3420, 3900)])?;
    /// assert_eq!(hours.to_string(), "Mo-Tu 09:00-17:00");
    /// # Ok::<(), deskmetrics::schedule::ScheduleError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ScheduleError::MinutesOfWeek`] when an interval is not within 0 to 10080 or does not end
    /// after it starts.
    #[doc(alias = "Zendesk")]
    pub fn from_minutes_of_week(
        intervals: impl IntoIterator<Item = (i64, i64)>,
    ) -> Result<Self, ScheduleError> {
        const DAY: i64 = MINUTES_PER_DAY as i64;
        const WEEK_MINUTES: i64 = 7 * DAY;
        let mut hours = Self::closed();
        for (from, to) in intervals {
            if !(0 <= from && from < to && to <= WEEK_MINUTES) {
                return Err(ScheduleError::MinutesOfWeek { from, to });
            }
            let mut start = from;
            while start < to {
                // A piece lasts at most 24 hours, so it can be written as one shift.
                let end = to.min(start + DAY);
                // Sunday is day 0 here and the last day of an ISO week.
                let day = WEEK[usize::try_from((start / DAY + 6) % 7).unwrap_or_default()];
                let from = minute_of_day(start % DAY)?;
                let to = match end % DAY {
                    0 => TimeOfDay::END,
                    minute => minute_of_day(minute)?,
                };
                hours = hours.with_shifts(&[day], [Shift::new(from, to)?]);
                start = end;
            }
        }
        Ok(hours)
    }
}

fn minute_of_day(minute: i64) -> Result<TimeOfDay, ScheduleError> {
    TimeOfDay::from_minutes(u16::try_from(minute).unwrap_or(u16::MAX))
}

/// 00:00 to 24:00.
#[expect(clippy::expect_used, reason = "the text is valid")]
pub(crate) fn whole_day() -> Shift {
    "00:00-24:00".parse().expect("a day runs from 00:00 to 24:00")
}

impl fmt::Display for WeeklyHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("off");
        }
        if *self == Self::always() {
            return f.write_str("24/7");
        }
        let mut first = true;
        for (day, shifts) in self.days.iter().enumerate() {
            if shifts.is_empty() || self.days[..day].contains(shifts) {
                continue;
            }
            if !std::mem::take(&mut first) {
                f.write_str("; ")?;
            }
            write_days(f, |other| self.days[other] == *shifts)?;
            for (i, shift) in shifts.iter().enumerate() {
                f.write_str(if i == 0 { " " } else { "," })?;
                fmt::Display::fmt(shift, f)?;
            }
        }
        Ok(())
    }
}

/// The chosen days as `Mo-We,Fr`.
fn write_days(f: &mut fmt::Formatter<'_>, chosen: impl Fn(usize) -> bool) -> fmt::Result {
    let mut day = 0;
    let mut comma = "";
    while day < 7 {
        if !chosen(day) {
            day += 1;
            continue;
        }
        let last = (day..7).take_while(|d| chosen(*d)).last().unwrap_or(day);
        write!(f, "{comma}{}", DAY_NAMES[day])?;
        if last > day {
            write!(f, "-{}", DAY_NAMES[last])?;
        }
        comma = ",";
        day = last + 1;
    }
    Ok(())
}
