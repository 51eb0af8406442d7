//! Errors of schedules and of queries to them.

use chrono::NaiveDate;

/// An error in the definition of a schedule.
///
/// Each message names the value found and what is allowed; errors from the data form are wrapped in
/// [`At`](ScheduleError::At), which names the place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScheduleError {
    /// An error at this place of the data form.
    #[error("{place}: {error}")]
    At {
        /// The path to the value, such as `breaks[1].from`.
        place: String,
        /// The error at that place.
        error: Box<ScheduleError>,
    },
    /// The time zone is not in the IANA database.
    #[error("time zone {found:?} is not in the IANA database; {remedy}")]
    TimeZone {
        /// The name found.
        found: String,
        /// The remedy.
        remedy: String,
    },
    /// The text of weekly hours cannot be read.
    #[error("hours {text:?}, column {column}: found {found}; {remedy}")]
    Hours {
        /// The whole text.
        text: String,
        /// Where in it, counted in characters from 1.
        column: usize,
        /// The text at that column.
        found: String,
        /// The remedy.
        remedy: String,
    },
    /// Not a time of day.
    #[error("time {found:?} is not a time of day; write HH:MM from 00:00 to 24:00")]
    Time {
        /// The text found.
        found: String,
    },
    /// Not a pair of times.
    #[error("shift {found:?} is not a pair of times; write HH:MM-HH:MM, such as 09:00-17:00")]
    Shift {
        /// The text found.
        found: String,
    },
    /// Hours cannot begin at the very end of a day.
    #[error("hours 24:00-{to} begin at the end of a day; write 00:00-{to} on the next day")]
    BeginsAtMidnightEnd {
        /// When they end.
        to: String,
    },
    /// Not the name of a weekday.
    #[error("day {found:?} is not a day of the week; write mon, tue, wed, thu, fri, sat or sun")]
    Weekday {
        /// The text found.
        found: String,
    },
    /// The same key is given twice.
    #[error("{found:?} is given twice; put all its hours into one list")]
    Duplicate {
        /// The key found.
        found: String,
    },
    /// Not a date.
    #[error("date {found:?} is not a date of the years 0001 to 9999; write YYYY-MM-DD, such as 2026-12-24")]
    Date {
        /// The text found.
        found: String,
    },
    /// Not a holiday.
    #[error(
        "holiday {found:?} is not a date; write 2026-12-25, --12-25 for every year, or \
         2026-12-24/2026-12-31 for a range"
    )]
    Holiday {
        /// The text found.
        found: String,
    },
    /// A range of dates that ends before it begins.
    #[error("the range {first}/{last} ends before it begins; write {last}/{first}")]
    Range {
        /// Its first date.
        first: NaiveDate,
        /// Its last date.
        last: NaiveDate,
    },
    /// A day that no year has.
    #[error(
        "--{month:02}-{day:02} is a day that no year has; write a month from 01 to 12 and one of its days"
    )]
    Yearly {
        /// The month found.
        month: u32,
        /// The day found.
        day: u32,
    },
    /// A break both weekly and dated.
    #[error("a break has both days and a date; write two breaks, one with days and one with date")]
    BreakTwice,
    /// A required key is missing.
    #[error("{key} is missing; write {example}")]
    Missing {
        /// The key.
        key: &'static str,
        /// An example of it.
        example: &'static str,
    },
    /// Two keys that exclude each other.
    #[error("{key} does not go together with {other}; {remedy}")]
    Conflict {
        /// One key.
        key: &'static str,
        /// The other key.
        other: &'static str,
        /// The remedy.
        remedy: &'static str,
    },
    /// An interval of minutes since Sunday that is not one.
    #[error(
        "interval {from} to {to} is not part of a week; minutes since Sunday 00:00 run from 0 to 10080, and the end is after the start"
    )]
    MinutesOfWeek {
        /// Its start.
        from: i64,
        /// Its end.
        to: i64,
    },
    /// An empty combination or history.
    #[error("{key} is empty; give at least one schedule")]
    Empty {
        /// The key.
        key: &'static str,
    },
    /// The beginning of a version cannot be read.
    #[error(
        "from {found:?} is neither a date nor a timestamp; write 2026-01-01, or 2026-01-01T09:00:00Z with whole seconds"
    )]
    From {
        /// The text found.
        found: String,
    },
    /// A version without a beginning that is not the first.
    #[error("only the first version may have no from; give the date or time from which this one is in force")]
    VersionWithoutFrom,
    /// A version that begins before the one above it.
    #[error(
        "from {from} is not after the version before it, {previous}; list versions in the order in which they came into force"
    )]
    VersionOrder {
        /// Its beginning.
        from: String,
        /// The beginning of the one before.
        previous: String,
    },
    /// A day that opens more often than a compiled schedule has room for.
    #[error(
        "a day has {found} openings and breaks, more than the {limit} that a schedule may have; join hours that touch, and split a \
         combination of many schedules"
    )]
    TooManyOpenings {
        /// The hours and breaks of the fullest day, of all members of a combination together.
        found: usize,
        /// The most allowed: [`Schedule::MOST_OPENINGS_A_DAY`](super::Schedule::MOST_OPENINGS_A_DAY).
        limit: usize,
    },
    /// Combinations and histories inside each other.
    #[error(
        "any_of, all_of and versions are nested more than {limit} levels deep; put the inner schedules into the level above"
    )]
    TooDeep {
        /// The most levels: [`WorkingTime::MOST_LEVELS`](super::WorkingTime::MOST_LEVELS).
        limit: usize,
    },
    /// Wall-clock counting over a combination.
    #[error(
        "clock = \"wall\" needs one time zone, and a combination of schedules may have several; use clock = \"elapsed\""
    )]
    WallInCombination,
}

impl ScheduleError {
    /// This error, at this place.
    pub(crate) fn at(self, place: impl Into<String>) -> Self {
        let place = place.into();
        match self {
            Self::At { place: inner, error } if inner.starts_with('[') => {
                Self::At { place: place + &inner, error }
            }
            Self::At { place: inner, error } => Self::At { place: place + "." + &inner, error },
            error => Self::At { place, error: Box::new(error) },
        }
    }
}

/// Why a due time does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DueError {
    /// The schedule does not open often enough, in this direction, ever.
    #[error("the schedule has too little working time left: it never opens again")]
    NeverOpens,
    /// The result is beyond the timestamps that can be represented.
    #[error("the due time is beyond the timestamps that can be represented")]
    OutOfRange,
}

/// Slices of different lengths were given where lengths must agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("slices have {first}, {second} and {out} elements; all three must have the same number")]
pub struct SliceLengthError {
    /// The length of the first input.
    pub first: usize,
    /// The length of the second input.
    pub second: usize,
    /// The length of the output.
    pub out: usize,
}
