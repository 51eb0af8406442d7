//! The compiled form of a schedule.

use std::fmt;
use std::ops::{Range, RangeInclusive};
use std::sync::{Arc, OnceLock};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

use super::dates::BusinessDays;
use super::extrapolation::{Extrapolation, MeasuredTime};
use super::lookup::Lookup;
use super::offsets::{DAY, day_number};
use super::source::Source;
use super::span::Span;
use super::timeline::{LONGEST, SECOND};
use super::{Boundary, Conventions, DueError, WorkingTime, ZeroBudget};

/// A compiled schedule: the working time between two timestamps, due times, openings and closings.
///
/// All openings of the compiled years are in one sorted list with the working time before each, so a query costs the same
/// for a minute and for a decade. Outside these years results are as exact and still take bounded time, but microseconds
/// instead of nanoseconds.
///
/// Openings are half-open, `[opening, closing)`: at its opening time a schedule is open, at its closing
/// time it is closed. Timestamps are taken in whole microseconds; a fraction below is truncated.
/// Time zones change by the tables of `chrono-tz`, which end with the year 2099: after that the last offset
/// stays.
///
/// Cloning is cheap: clones share the compiled form.
#[derive(Clone)]
#[doc(alias = "business calendar")]
pub struct CompiledSchedule {
    inner: Arc<Inner>,
}

struct Inner {
    definition: WorkingTime,
    conventions: Conventions,
    /// The zone of local dates; of several desks that of the first.
    zone: Tz,
    /// The compiled span in seconds.
    span: Span,
    /// Real openings of the compiled span.
    open: Lookup,
    /// Counted time, if it differs from real openings.
    counts: Option<Lookup>,
    far_open: Extrapolation,
    far_closed: Extrapolation,
    far_counts: Option<Extrapolation>,
    business_days: BusinessDays,
    /// The time counted before the compiled span.
    far_origin: OnceLock<i128>,
}

impl CompiledSchedule {
    /// The default years of the fast look-ups.
    pub const DEFAULT_YEARS: RangeInclusive<i32> = 2000..=2049;

    pub(crate) fn new(whole: &WorkingTime, years: RangeInclusive<i32>) -> Self {
        let source = Arc::new(Source::new(whole));
        let span = compiled_span(years);
        let mut openings = Vec::new();
        source.openings(span.start, span.end, &mut openings);
        let open = Lookup::of_openings(span, &openings);
        let wall = source.counts_wall_time();
        let counts = wall.then(|| {
            let mut counts = Vec::new();
            source.counts(span.start, span.end, &mut counts);
            Lookup::new(span, &counts)
        });
        let far = |measure| Extrapolation::new(Arc::clone(&source), measure);
        let inner = Inner {
            definition: whole.clone(),
            conventions: whole.conventions(),
            zone: whole.time_zone(),
            span,
            open,
            counts,
            far_open: far(MeasuredTime::Open),
            far_closed: far(MeasuredTime::Closed),
            far_counts: wall.then(|| far(MeasuredTime::Counted)),
            business_days: BusinessDays::new(Arc::clone(&source)),
            far_origin: OnceLock::new(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// The working time that was compiled.
    pub fn definition(&self) -> &WorkingTime {
        &self.inner.definition
    }

    /// The working time from one timestamp to another; negative when `to` is before `from`.
    ///
    /// It is additive: `elapsed(a, b) + elapsed(b, c) == elapsed(a, c)`.
    ///
    /// ```
    /// use chrono::TimeDelta;
    /// use deskmetrics::schedule::Schedule;
    ///
    /// let schedule = Schedule::parse("UTC", "Mo-Fr 08:00-17:00")?.compile();
    /// // Friday evening to Monday 09:30.
    /// let friday = "2014-12-12T21:00:00Z".parse()?;
    /// let monday = "2014-12-15T09:30:00Z".parse()?;
    /// assert_eq!(schedule.elapsed(friday, monday), TimeDelta::minutes(90));
    /// assert_eq!(schedule.elapsed(monday, friday), TimeDelta::minutes(-90));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "business time between")]
    pub fn elapsed(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> TimeDelta {
        TimeDelta::microseconds(self.elapsed_micros(from.timestamp_micros(), to.timestamp_micros()))
    }

    /// [`elapsed`](Self::elapsed) in microseconds, between microseconds since 1970 in UTC.
    ///
    /// The result stops at the ends of `i64`, which only a schedule open most of the time can reach over
    /// hundreds of thousands of years.
    pub fn elapsed_micros(&self, from: i64, to: i64) -> i64 {
        let counts = self.counts();
        match (counts.counted(self.relative(from)), counts.counted(self.relative(to))) {
            (Some(before), Some(after)) => after - before,
            _ => self.elapsed_far(from, to),
        }
    }

    /// Microseconds counted up to a timestamp since the beginning of the compiled years; `None` outside them.
    #[inline]
    pub(crate) fn reading(&self, at: i64) -> Option<i64> {
        self.counts().counted(self.relative(at))
    }

    /// The timestamp at which a budget of working time that starts at `start` is used up.
    ///
    /// It is the first timestamp `x` with `elapsed(start, x) == budget`, under the default
    /// [conventions](Conventions). A budget that ends exactly with the working day is due at its closing
    /// time. A budget of zero is due at `start`. A negative budget counts back, as
    /// [`start_by`](Self::start_by) does.
    ///
    /// ```
    /// use chrono::TimeDelta;
    /// use deskmetrics::schedule::Schedule;
    ///
    /// let schedule = Schedule::parse("UTC", "Mo-Fr 09:00-17:00")?.compile();
    /// let friday = "2026-03-06T16:00:00Z".parse()?;
    /// assert_eq!(schedule.due(friday, TimeDelta::hours(1))?.to_rfc3339(), "2026-03-06T17:00:00+00:00");
    /// assert_eq!(schedule.due(friday, TimeDelta::hours(4))?.to_rfc3339(), "2026-03-09T12:00:00+00:00");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`DueError::NeverOpens`] when the schedule has no such amount of working time left, ever, or no opening after it
    /// where the conventions require the next one; [`DueError::OutOfRange`] when the result cannot be represented.
    #[doc(alias = "deadline")]
    #[doc(alias = "add business time")]
    pub fn due(&self, start: DateTime<Utc>, budget: TimeDelta) -> Result<DateTime<Utc>, DueError> {
        timestamp(self.try_due(start.timestamp_micros(), micros(budget))?)
    }

    /// [`due`](Self::due) in microseconds, of microseconds since 1970 in UTC; `None` for its errors.
    pub fn due_micros(&self, start: i64, budget: i64) -> Option<i64> {
        self.try_due(start, budget).ok()
    }

    /// The latest timestamp at which work with this budget must start to be done by `due`.
    ///
    /// It is the last timestamp `x` with `elapsed(x, due) == budget`, under the default
    /// [conventions](Conventions): the inverse of [`due`](Self::due). A negative budget counts forward.
    ///
    /// ```
    /// use chrono::{DateTime, TimeDelta, Utc};
    /// use deskmetrics::schedule::Schedule;
    ///
    /// let schedule = Schedule::parse("UTC", "Mo-Fr 09:00-17:00")?.compile();
    /// let monday: DateTime<Utc> = "2026-03-09T12:00:00Z".parse()?;
    /// let friday: DateTime<Utc> = "2026-03-06T16:00:00Z".parse()?;
    /// assert_eq!(schedule.start_by(monday, TimeDelta::hours(4))?, friday);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`due`](Self::due).
    #[doc(alias = "subtract business time")]
    pub fn start_by(&self, due: DateTime<Utc>, budget: TimeDelta) -> Result<DateTime<Utc>, DueError> {
        timestamp(self.try_start_by(due.timestamp_micros(), micros(budget))?)
    }

    /// [`start_by`](Self::start_by) in microseconds, of microseconds since 1970 in UTC; `None` for its errors.
    pub fn start_by_micros(&self, due: i64, budget: i64) -> Option<i64> {
        self.try_start_by(due, budget).ok()
    }

    /// Whether it is open at this timestamp: from each opening until just before the closing.
    ///
    /// ```
    /// use deskmetrics::schedule::Schedule;
    ///
    /// let schedule = Schedule::parse("UTC", "Mo-Fr 09:00-17:00")?.compile();
    /// assert!(schedule.is_open("2026-03-06T09:00:00Z".parse()?));
    /// assert!(!schedule.is_open("2026-03-06T17:00:00Z".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn is_open(&self, at: DateTime<Utc>) -> bool {
        self.is_open_micros(at.timestamp_micros())
    }

    /// [`is_open`](Self::is_open) at microseconds since 1970 in UTC.
    pub fn is_open_micros(&self, at: i64) -> bool {
        self.inner.open.is_open(self.relative(at)).unwrap_or_else(|| self.inner.far_open.is_within(at))
    }

    /// The first opening time at or after this one; `None` when it never opens again.
    ///
    /// An opening that is under way counts only at its first timestamp.
    pub fn next_opening(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        timestamp(self.next_opening_micros(at.timestamp_micros())?).ok()
    }

    /// [`next_opening`](Self::next_opening) in microseconds since 1970 in UTC.
    pub fn next_opening_micros(&self, at: i64) -> Option<i64> {
        if let Some(opening) = self.inner.open.next_opening(self.relative(at)) {
            return Some(opening + self.origin());
        }
        let far = &self.inner.far_open;
        // At an opening time nothing has been counted since the closing before it.
        let opens_now = self.is_open_micros(at) && !at.checked_sub(1).is_some_and(|t| self.is_open_micros(t));
        if opens_now {
            return Some(at);
        }
        let closed = if self.is_open_micros(at) { self.next_closing_micros(at)? } else { at };
        far.last_reach(far.counted(closed)).ok()
    }

    /// The first closing time after this one; `None` when it never closes again.
    ///
    /// While it is open that is the end of the opening under way, else the end of the next one.
    pub fn next_closing(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        timestamp(self.next_closing_micros(at.timestamp_micros())?).ok()
    }

    /// [`next_closing`](Self::next_closing) in microseconds since 1970 in UTC.
    pub fn next_closing_micros(&self, at: i64) -> Option<i64> {
        if let Some(closing) = self.inner.open.next_closing(self.relative(at)) {
            return Some(closing + self.origin());
        }
        let open = if self.is_open_micros(at) { at } else { self.next_opening_micros(at)? };
        let far = &self.inner.far_closed;
        far.last_reach(far.counted(open)).ok()
    }

    /// The openings within a range of timestamps, in order, cut at its ends.
    ///
    /// ```
    /// use deskmetrics::schedule::Schedule;
    ///
    /// let schedule = Schedule::parse("America/New_York", "13:00-18:00")?.compile();
    /// // The clocks spring forward on Sunday 8 March 2026.
    /// let openings: Vec<String> = schedule
    ///     .openings("2026-03-07T00:00:00Z".parse()?.."2026-03-09T00:00:00Z".parse()?)
    ///     .map(|opening| format!("{} to {}", opening.start.format("%d %H:%M"), opening.end.format("%H:%M")))
    ///     .collect();
    /// assert_eq!(openings, ["07 18:00 to 23:00", "08 17:00 to 22:00"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn openings(&self, range: Range<DateTime<Utc>>) -> Openings<'_> {
        Openings { schedule: self, at: range.start.timestamp_micros(), end: range.end.timestamp_micros() }
    }

    /// The conventions it follows.
    pub fn conventions(&self) -> Conventions {
        self.inner.conventions
    }

    /// Bytes that the compiled years take.
    ///
    /// Some 10 kB a year for office hours. The table for timestamps outside these years is made when it is
    /// first needed and takes about 20 kB.
    pub fn size_in_bytes(&self) -> usize {
        self.inner.open.size() + self.inner.counts.as_ref().map_or(0, Lookup::size)
    }

    /// The zone of local dates; of several desks that of the first.
    pub fn time_zone(&self) -> Tz {
        self.inner.zone
    }

    pub(crate) fn business_days(&self) -> &BusinessDays {
        &self.inner.business_days
    }

    #[cold]
    fn elapsed_far(&self, from: i64, to: i64) -> i64 {
        saturate(self.counted(to) - self.counted(from))
    }

    fn try_due(&self, start: i64, budget: i64) -> Result<i64, DueError> {
        match budget {
            0 => match self.inner.conventions.zero {
                ZeroBudget::Unchanged => Ok(start),
                ZeroBudget::NextOpening if self.is_open_micros(start) => Ok(start),
                ZeroBudget::NextOpening => self.next_opening_micros(start).ok_or(DueError::NeverOpens),
            },
            1.. => {
                let to_opening = self.inner.conventions.boundary != Boundary::Closing;
                self.move_by(start, i128::from(budget), to_opening)
            }
            _ => self.back(start, -i128::from(budget)),
        }
    }

    fn try_start_by(&self, due: i64, budget: i64) -> Result<i64, DueError> {
        match budget {
            0 => match self.inner.conventions.zero {
                ZeroBudget::Unchanged => Ok(due),
                ZeroBudget::NextOpening if self.is_open_micros(due) => Ok(due),
                ZeroBudget::NextOpening => self.previous_closing(due),
            },
            1.. => self.back(due, i128::from(budget)),
            _ => {
                let to_opening = self.inner.conventions.boundary != Boundary::Closing;
                self.move_by(due, -i128::from(budget), to_opening)
            }
        }
    }

    fn back(&self, due: i64, budget: i128) -> Result<i64, DueError> {
        let to_opening = self.inner.conventions.boundary != Boundary::NextOpeningOrPreviousClosing;
        self.move_by(due, -budget, to_opening)
    }

    /// The timestamp `budget` of counted time from `start`: the last such one, which is an opening if time
    /// pauses there, or the first, which is a closing.
    fn move_by(&self, start: i64, budget: i128, to_opening: bool) -> Result<i64, DueError> {
        let counts = self.counts();
        if let Some(counted) = counts.counted(self.relative(start))
            && let Ok(target) = i64::try_from(i128::from(counted) + budget)
        {
            let at = if to_opening { counts.last_reach(target) } else { counts.first_reach(target) };
            if let Some(at) = at {
                return Ok(at + self.origin());
            }
        }
        let far = self.far_counts();
        let target = far.counted(start) + budget;
        if to_opening { far.last_reach(target) } else { far.first_reach(target) }
    }

    /// The last closing time at or before a timestamp at which it is closed.
    fn previous_closing(&self, at: i64) -> Result<i64, DueError> {
        let open = &self.inner.open;
        if let Some(counted) = open.counted(self.relative(at))
            && let Some(closing) = open.first_reach(counted)
        {
            return Ok(closing + self.origin());
        }
        let far = &self.inner.far_open;
        far.first_reach(far.counted(at))
    }

    /// Microseconds counted up to a timestamp, since the beginning of the compiled span.
    fn counted(&self, at: i64) -> i128 {
        if let Some(counted) = self.counts().counted(self.relative(at)) {
            return i128::from(counted);
        }
        let far = self.far_counts();
        far.counted(at) - *self.inner.far_origin.get_or_init(|| far.counted(self.origin()))
    }

    pub(crate) fn counts(&self) -> &Lookup {
        self.inner.counts.as_ref().unwrap_or(&self.inner.open)
    }

    fn far_counts(&self) -> &Extrapolation {
        self.inner.far_counts.as_ref().unwrap_or(&self.inner.far_open)
    }

    /// The beginning of the compiled span in microseconds.
    pub(crate) fn origin(&self) -> i64 {
        self.inner.span.start * SECOND
    }

    /// Microseconds since the beginning of the compiled span; far outside it where that cannot be represented.
    fn relative(&self, at: i64) -> i64 {
        at.saturating_sub(self.origin())
    }
}

impl fmt::Debug for CompiledSchedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let day =
            |second: i64| DateTime::from_timestamp(second, 0).map(|at| at.date_naive()).unwrap_or_default();
        f.debug_struct("CompiledSchedule")
            .field("from", &day(self.inner.span.start))
            .field("to", &day(self.inner.span.end))
            .field("openings", &self.inner.open.len())
            .field("conventions", &self.inner.conventions)
            .finish_non_exhaustive()
    }
}

/// The openings within a range of timestamps, from [`CompiledSchedule::openings`].
#[derive(Clone, Debug)]
pub struct Openings<'a> {
    schedule: &'a CompiledSchedule,
    at: i64,
    end: i64,
}

impl Iterator for Openings<'_> {
    type Item = Range<DateTime<Utc>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.end {
            return None;
        }
        let start = if self.schedule.is_open_micros(self.at) {
            self.at
        } else {
            self.schedule.next_opening_micros(self.at).filter(|opening| *opening < self.end)?
        };
        let end = self.schedule.next_closing_micros(start).map_or(self.end, |end| end.min(self.end));
        self.at = end;
        Some(timestamp(start).ok()?..timestamp(end).ok()?)
    }
}

impl std::iter::FusedIterator for Openings<'_> {}

/// The seconds of these years, at most as many as a timeline can hold.
fn compiled_span(years: RangeInclusive<i32>) -> Span {
    let start_of = |year: i32| {
        let date = NaiveDate::from_ymd_opt(year.clamp(1, 9999), 1, 1).unwrap_or_default();
        day_number(date) * DAY
    };
    let start = start_of(*years.start());
    let end = start_of(years.end().saturating_add(1)).max(start);
    Span::new(start, end.min(start + LONGEST / DAY * DAY))
}

fn micros(budget: TimeDelta) -> i64 {
    budget.num_microseconds().unwrap_or(if budget < TimeDelta::zero() { i64::MIN } else { i64::MAX })
}

fn timestamp(micros: i64) -> Result<DateTime<Utc>, DueError> {
    DateTime::from_timestamp_micros(micros).ok_or(DueError::OutOfRange)
}

fn saturate(micros: i128) -> i64 {
    i64::try_from(micros).unwrap_or(if micros < 0 { i64::MIN } else { i64::MAX })
}
