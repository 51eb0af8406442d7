//! Reporting periods: local days to years as ranges of timestamps.

use std::fmt;
use std::str::FromStr;

use chrono::{
    DateTime, Datelike, Days, MappedLocalTime, Months, NaiveDate, TimeDelta, TimeZone, Utc, Weekday,
};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// The length of a reporting period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// A local calendar day; 23 or 25 hours long when the clocks change.
    Day,
    /// Seven local days; by default ISO weeks (Monday first).
    Week,
    /// A calendar month.
    Month,
    /// January to March, April to June, July to September, October to December; of a fiscal year where
    /// [`Periods::with_year_start`] names one.
    Quarter,
    /// A calendar year, or a fiscal one.
    Year,
}

impl Period {
    /// All periods, the shortest first.
    pub const ALL: [Self; 5] = [Self::Day, Self::Week, Self::Month, Self::Quarter, Self::Year];

    /// The name used in data and on command lines.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A text that names no [`Period`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("period \"{0}\" is not one of day, week, month, quarter, year")]
pub struct UnknownPeriod(pub String);

impl FromStr for Period {
    type Err = UnknownPeriod;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|period| period.as_str() == word)
            .ok_or_else(|| UnknownPeriod(word.to_owned()))
    }
}

/// Which periods a report has: their length, the time zone of their days, the first day of a week.
///
/// A period begins at the first timestamp at which clocks in the zone show its first day and ends where the next one
/// begins, so periods neither overlap nor leave gaps, also where a clock change skips or repeats midnight.
///
/// ```
/// use chrono_tz::Europe::Copenhagen;
/// use deskmetrics::report::{Period, Periods};
///
/// let weeks = Periods::new(Period::Week, Copenhagen);
/// let week = weeks.of("2026-03-02T08:00:00Z".parse().unwrap()).unwrap();
/// assert_eq!(week.label(), "2026-W10");
/// assert_eq!(week.start.to_string(), "2026-03-01T23:00:00Z"); // Monday 00:00 in Copenhagen
/// assert_eq!(week.end.to_string(), "2026-03-08T23:00:00Z");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Periods {
    /// The length of each period.
    pub period: Period,
    /// The zone whose calendar counts.
    pub zone: Tz,
    /// The first day of a week; read for [`Period::Week`] only.
    #[serde(default = "monday")]
    pub week_start: Weekday,
    /// The first month of a year, 1 to 12; read for [`Period::Quarter`] and [`Period::Year`].
    #[serde(default = "january")]
    pub year_start: u32,
}

fn monday() -> Weekday {
    Weekday::Mon
}

fn january() -> u32 {
    1
}

impl Periods {
    /// Periods in `zone`; weeks begin on Monday.
    pub fn new(period: Period, zone: Tz) -> Self {
        Self { period, zone, week_start: Weekday::Mon, year_start: 1 }
    }

    /// The same periods with weeks that begin on `day`.
    #[must_use]
    pub fn with_week_start(mut self, day: Weekday) -> Self {
        self.week_start = day;
        self
    }

    /// The same periods with fiscal years and quarters: years begin in `month`, 1 to 12, and have the name of the calendar year
    /// in which they end. Any other month is January.
    ///
    /// ```
    /// use chrono_tz::Europe::London;
    /// use deskmetrics::report::{Period, Periods};
    ///
    /// let label = |period, at: &str| {
    ///     Periods::new(period, London).with_year_start(4).of(at.parse().unwrap()).unwrap().label()
    /// };
    /// assert_eq!(label(Period::Year, "2026-03-31T12:00:00Z"), "FY2026");
    /// assert_eq!(label(Period::Year, "2026-04-01T12:00:00Z"), "FY2027");
    /// assert_eq!(label(Period::Quarter, "2026-03-31T12:00:00Z"), "FY2026-Q4");
    /// ```
    #[doc(alias = "fiscal year")]
    #[doc(alias = "financial year")]
    #[must_use]
    pub fn with_year_start(mut self, month: u32) -> Self {
        self.year_start = if (1..=12).contains(&month) { month } else { 1 };
        self
    }

    /// The first day of a date's year, and the months since.
    fn year_of(self, date: NaiveDate) -> Option<(NaiveDate, u32)> {
        let months = (date.month() + 12 - self.year_start) % 12;
        Some((date.with_day(1)?.checked_sub_months(Months::new(months))?, months))
    }

    /// The period that contains `at`; `None` outside the years 1 to 9998.
    pub fn of(&self, at: Timestamp) -> Option<PeriodSpan> {
        let utc = at.to_utc();
        if !(1..=9998).contains(&utc.year()) {
            return None;
        }
        let mut first_day = self.first_day(utc.with_timezone(&self.zone).date_naive())?;
        // Where a clock change shows the last minutes of a day twice, the local date alone does not decide.
        loop {
            let span = self.starting(first_day)?;
            if at < span.end {
                return Some(span);
            }
            first_day = self.next_first_day(first_day)?;
        }
    }

    /// The period whose first day is `first_day`.
    pub(super) fn starting(self, first_day: NaiveDate) -> Option<PeriodSpan> {
        Some(PeriodSpan {
            periods: self,
            first_day,
            start: start_of_day(self.zone, first_day)?,
            end: start_of_day(self.zone, self.next_first_day(first_day)?)?,
        })
    }

    /// The first day of the period that contains `date`.
    fn first_day(self, date: NaiveDate) -> Option<NaiveDate> {
        match self.period {
            Period::Day => Some(date),
            Period::Week => {
                date.checked_sub_days(Days::new(date.weekday().days_since(self.week_start).into()))
            }
            Period::Month => date.with_day(1),
            Period::Quarter => {
                let (year, months) = self.year_of(date)?;
                year.checked_add_months(Months::new(months / 3 * 3))
            }
            Period::Year => self.year_of(date).map(|(year, _)| year),
        }
    }

    fn next_first_day(self, first_day: NaiveDate) -> Option<NaiveDate> {
        match self.period {
            Period::Day => first_day.succ_opt(),
            Period::Week => first_day.checked_add_days(Days::new(7)),
            Period::Month => first_day.checked_add_months(Months::new(1)),
            Period::Quarter => first_day.checked_add_months(Months::new(3)),
            Period::Year => first_day.checked_add_months(Months::new(12)),
        }
    }
}

/// One reporting period: `[start, end)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeriodSpan {
    periods: Periods,
    first_day: NaiveDate,
    /// Its first timestamp.
    pub start: Timestamp,
    /// The first timestamp after it.
    pub end: Timestamp,
}

impl PeriodSpan {
    /// The first local day.
    pub fn first_day(&self) -> NaiveDate {
        self.first_day
    }

    /// Whether `at` is in the period.
    pub fn contains(&self, at: Timestamp) -> bool {
        self.start <= at && at < self.end
    }

    /// The period before this one.
    pub fn previous(&self) -> Option<Self> {
        self.periods.of(self.start.before()?)
    }

    /// Its name: `2026-03-02`, `2026-W10`, `2026-03`, `2026-Q1`, `2026`; a week that does not begin on Monday has
    /// no ISO number and is named `week of 2026-03-01`, and fiscal years are named `FY2026` and `FY2026-Q1`.
    pub fn label(&self) -> String {
        let day = self.first_day;
        match self.periods.period {
            Period::Day => day.format("%Y-%m-%d").to_string(),
            Period::Week if self.periods.week_start == Weekday::Mon => day.format("%G-W%V").to_string(),
            Period::Week => day.format("week of %Y-%m-%d").to_string(),
            Period::Month => day.format("%Y-%m").to_string(),
            Period::Quarter | Period::Year => {
                let (year, months) = self.periods.year_of(day).unwrap_or((day, 0));
                let fiscal = self.periods.year_start != 1;
                let name =
                    if fiscal { format!("FY{:04}", year.year() + 1) } else { format!("{:04}", year.year()) };
                let quarter = months / 3 + 1;
                if self.periods.period == Period::Year { name } else { format!("{name}-Q{quarter}") }
            }
        }
    }
}

/// The first timestamp at which clocks in `zone` show `date` (or, where the zone skipped that date, a later one).
fn start_of_day(zone: Tz, date: NaiveDate) -> Option<Timestamp> {
    let midnight = date.and_hms_opt(0, 0, 0)?;
    let start = match zone.from_local_datetime(&midnight) {
        MappedLocalTime::Single(start) => start.to_utc(),
        MappedLocalTime::Ambiguous(one, other) => one.min(other).to_utc(),
        MappedLocalTime::None => end_of_gap(zone, midnight.and_utc()),
    };
    Some(start.into())
}

/// The timestamp at which clocks in `zone` jump over the local time written in `skipped`.
fn end_of_gap(zone: Tz, skipped: DateTime<Utc>) -> DateTime<Utc> {
    // No zone was ever farther than 16 hours from UTC; clock changes fall on whole seconds.
    let (mut before, mut after) = (skipped - TimeDelta::hours(48), skipped + TimeDelta::hours(48));
    while after - before > TimeDelta::seconds(1) {
        let middle = before + TimeDelta::seconds((after - before).num_seconds() / 2);
        if middle.with_timezone(&zone).naive_local() < skipped.naive_utc() {
            before = middle;
        } else {
            after = middle;
        }
    }
    after
}

/// Finds periods without computing one twice: each is kept as a pair of UTC microseconds in a sorted table and
/// numbered in the order of first use. A grid over the years around the data answers most queries without a search.
#[derive(Debug, Clone)]
pub(super) struct PeriodTable {
    periods: Periods,
    /// By number.
    spans: Vec<PeriodSpan>,
    /// Sorted by start; holds only requested periods, so one absurd date costs one entry.
    sorted: Vec<Entry>,
    grid: Grid,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    start: i64,
    end: i64,
    number: usize,
}

impl PeriodTable {
    pub(super) fn new(periods: Periods) -> Self {
        Self { periods, spans: Vec::new(), sorted: Vec::new(), grid: Grid::default() }
    }

    /// The number of the period that contains `at`; `None` where [`Periods::of`] has none.
    #[inline]
    pub(super) fn number(&mut self, at: Timestamp) -> Option<usize> {
        match self.grid.number(at.as_micros()) {
            UNKNOWN => self.look_up(at),
            number => Some(number as usize),
        }
    }

    /// One more than the number of the period that contains a timestamp in microseconds; 0 if finding it needs a search.
    #[inline]
    pub(super) fn known(&self, micros: i64) -> u32 {
        self.grid.number(micros).wrapping_add(1)
    }

    #[cold]
    fn look_up(&mut self, at: Timestamp) -> Option<usize> {
        let micros = at.as_micros();
        let after = self.sorted.partition_point(|entry| entry.start <= micros);
        let known = after.checked_sub(1).filter(|place| self.sorted[*place].contains(micros));
        let place = if let Some(place) = known {
            place
        } else {
            let span = self.periods.of(at)?;
            let number = self.spans.len();
            self.spans.push(span);
            let (start, end) = (span.start.as_micros(), span.end.as_micros());
            self.sorted.insert(after, Entry { start, end, number });
            after
        };
        let entry = *self.sorted.get(place)?;
        self.grid.learn(micros, entry);
        Some(entry.number)
    }

    /// The number of periods.
    pub(super) fn len(&self) -> usize {
        self.spans.len()
    }

    /// The period of this number.
    pub(super) fn span(&self, number: usize) -> Option<&PeriodSpan> {
        self.spans.get(number)
    }
}

impl Entry {
    fn contains(&self, micros: i64) -> bool {
        self.start <= micros && micros < self.end
    }
}

/// Not known to the grid.
const UNKNOWN: u32 = u32::MAX;

/// A bucket of the grid is 2^36 microseconds, some 19 hours: shorter than any period, so at most one begins in it.
const BUCKET_BITS: u32 = 36;

/// The most index kept: the grid spans 142 years, in a megabyte.
const MOST_BUCKETS: usize = 1 << 16;

/// Numbers of periods by time, filled on demand.
#[derive(Debug, Clone, Default)]
struct Grid {
    /// Place of the first bucket.
    first: i64,
    /// The buckets, and an empty one after the last.
    index: Vec<Bucket>,
}

/// A stretch of time with the number of the period before the timestamp at which another begins, and that one's number.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    boundary: i64,
    before: u32,
    after: u32,
}

impl Bucket {
    const EMPTY: Self = Self { boundary: i64::MAX, before: UNKNOWN, after: UNKNOWN };
}

impl Grid {
    #[inline]
    fn number(&self, micros: i64) -> u32 {
        // Past the grid is an empty bucket, so that a missing timestamp, which is far away, needs no branch.
        let place = (micros >> BUCKET_BITS).wrapping_sub(self.first).cast_unsigned();
        let past = self.index.len().saturating_sub(1);
        let place = usize::try_from(place).unwrap_or(past).min(past);
        let Some(bucket) = self.index.get(place) else { return UNKNOWN };
        if micros < bucket.boundary { bucket.before } else { bucket.after }
    }

    /// Stores what is known around `micros`, which is in `entry`.
    fn learn(&mut self, micros: i64, entry: Entry) {
        let Some(number) = u32::try_from(entry.number).ok().filter(|number| *number != UNKNOWN) else {
            return;
        };
        let index = micros >> BUCKET_BITS;
        let Some(bucket) = self.bucket(index) else { return };
        let start = index << BUCKET_BITS;
        // The last microsecond, since the end itself may be past all numbers.
        let last = start + ((1 << BUCKET_BITS) - 1);
        match (entry.start <= start, last < entry.end) {
            (true, true) => *bucket = Bucket { boundary: i64::MAX, before: number, after: UNKNOWN },
            (true, false) if bucket.boundary == entry.end || bucket.boundary == i64::MAX => {
                bucket.boundary = entry.end;
                bucket.before = number;
            }
            (false, true) if bucket.boundary == entry.start || bucket.boundary == i64::MAX => {
                bucket.boundary = entry.start;
                bucket.after = number;
            }
            // Two boundaries in one bucket are found by the search.
            _ => {}
        }
    }

    /// The bucket of this index; the grid grows to include it, up to its limit.
    fn bucket(&mut self, index: i64) -> Option<&mut Bucket> {
        if self.index.is_empty() {
            self.first = index;
        }
        let place = index.checked_sub(self.first)?;
        if place < 0 {
            let missing = usize::try_from(place.unsigned_abs()).ok()?;
            if missing.saturating_add(self.index.len()) > MOST_BUCKETS {
                return None;
            }
            self.index.splice(0..0, std::iter::repeat_n(Bucket::EMPTY, missing));
            self.first = index;
        }
        let place = usize::try_from(index.checked_sub(self.first)?).ok()?;
        if place >= MOST_BUCKETS {
            return None;
        }
        if place + 1 >= self.index.len() {
            self.index.resize(place + 2, Bucket::EMPTY);
        }
        self.index.get_mut(place)
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::{America, Asia, Europe, Pacific, UTC};
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn of(period: Period, zone: Tz, text: &str) -> PeriodSpan {
        Periods::new(period, zone).of(at(text)).unwrap()
    }

    #[test]
    fn every_kind_has_its_label_and_ends() {
        let cases = [
            (Period::Day, "2026-03-02", "2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z"),
            (Period::Week, "2026-W10", "2026-03-02T00:00:00Z", "2026-03-09T00:00:00Z"),
            (Period::Month, "2026-03", "2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z"),
            (Period::Quarter, "2026-Q1", "2026-01-01T00:00:00Z", "2026-04-01T00:00:00Z"),
            (Period::Year, "2026", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        ];
        for (period, label, start, end) in cases {
            let span = of(period, UTC, "2026-03-02T12:00:00Z");
            assert_eq!((span.label().as_str(), span.start, span.end), (label, at(start), at(end)));
            assert_eq!(period.as_str().parse(), Ok(period));
        }
    }

    #[test]
    fn iso_weeks_cross_the_year() {
        assert_eq!(of(Period::Week, UTC, "2027-01-01T00:00:00Z").label(), "2026-W53");
        assert_eq!(of(Period::Week, UTC, "2024-12-30T00:00:00Z").label(), "2025-W01");
    }

    #[test]
    fn a_week_may_begin_on_sunday() {
        let weeks = Periods::new(Period::Week, UTC).with_week_start(Weekday::Sun);
        let week = weeks.of(at("2026-03-07T23:59:59Z")).unwrap();
        assert_eq!(week.label(), "week of 2026-03-01");
        assert_eq!(week.previous().unwrap().label(), "week of 2026-02-22");
    }

    #[test]
    fn days_follow_clock_changes() {
        let hours = |span: PeriodSpan| span.end.since(span.start).num_hours();
        assert_eq!(hours(of(Period::Day, Europe::Madrid, "2026-03-29T12:00:00Z")), 23);
        assert_eq!(hours(of(Period::Day, Europe::Madrid, "2026-10-25T12:00:00Z")), 25);
        // clocks jump from 24:00 to 01:00: the day begins at 01:00
        let summer = of(Period::Day, America::Sao_Paulo, "2018-11-04T12:00:00Z");
        assert_eq!((summer.start, hours(summer)), (at("2018-11-04T03:00:00Z"), 23));
        // clocks fall from 24:00 back to 23:00 of the same day
        let winter = of(Period::Day, America::Sao_Paulo, "2019-02-16T12:00:00Z");
        assert_eq!((winter.end, hours(winter)), (at("2019-02-17T03:00:00Z"), 25));
    }

    #[test]
    fn a_skipped_date_is_no_period() {
        // Samoa went from Thursday 29 to Saturday 31 December 2011.
        let saturday = of(Period::Day, Pacific::Apia, "2011-12-30T10:00:00Z");
        assert_eq!((saturday.label().as_str(), saturday.start), ("2011-12-31", at("2011-12-30T10:00:00Z")));
        let thursday = of(Period::Day, Pacific::Apia, "2011-12-30T09:59:59Z");
        assert_eq!((thursday.label().as_str(), thursday.end), ("2011-12-29", saturday.start));
    }

    #[test]
    fn a_date_that_is_shown_twice_counts_from_its_first_showing() {
        // St John's, 2006-10-29: at 00:01 the clocks went back to 23:01 of the day before.
        let seen_again = of(Period::Day, America::St_Johns, "2006-10-29T02:45:00Z");
        assert_eq!(seen_again.label(), "2006-10-29");
        assert_eq!(seen_again.start, at("2006-10-29T02:30:00Z"));
    }

    #[test]
    fn absurd_timestamps_belong_to_no_period() {
        for timestamp in [Timestamp::MIN, Timestamp::MAX, at("9999-01-01T00:00:00Z")] {
            for period in Period::ALL {
                assert_eq!(Periods::new(period, Asia::Tokyo).of(timestamp), None);
            }
        }
    }

    const ZONES: [Tz; 9] = [
        UTC,
        Europe::Copenhagen,
        Europe::London,
        America::New_York,
        America::Sao_Paulo,
        America::Havana,
        Asia::Kathmandu,
        Asia::Beirut,
        Pacific::Apia,
    ];

    proptest! {
        #[test]
        fn the_table_agrees_with_the_local_calendar(
            zone in 0..ZONES.len(),
            timestamps in prop::collection::vec(631_152_000_i64..2_240_524_800, 1..40),
            week_start in 0..7_u8,
        ) {
            let zone = ZONES[zone];
            let week_start = Weekday::try_from(week_start).unwrap();
            for period in Period::ALL {
                let periods = Periods::new(period, zone).with_week_start(week_start);
                let mut table = PeriodTable::new(periods);
                for seconds in &timestamps {
                    let timestamp = Timestamp::from_micros(seconds * 1_000_000).unwrap();
                    let number = table.number(timestamp).unwrap();
                    let span = *table.span(number).unwrap();
                    prop_assert_eq!(Some(span), periods.of(timestamp));
                    prop_assert!(span.contains(timestamp));
                    // independent of the rule above: the local date, moved to the period's first day
                    let local = timestamp.to_utc().with_timezone(&zone).date_naive();
                    let first = match period {
                        Period::Day => local,
                        Period::Week => local.week(week_start).first_day(),
                        Period::Month => local.with_day(1).unwrap(),
                        Period::Quarter => local.with_day(1).unwrap().with_month((local.month() - 1) / 3 * 3 + 1).unwrap(),
                        Period::Year => local.with_ordinal(1).unwrap(),
                    };
                    prop_assert_eq!(span.first_day(), first);
                    let before = span.previous().unwrap();
                    prop_assert_eq!(before.end, span.start);
                }
            }
        }
    }
}
