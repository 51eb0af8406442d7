//! The oracle of compiled schedules, which counts wall-clock minutes.
//!
//! It shares nothing with the engine but the definition of a schedule. For each minute of each local date
//! it decides by the definition whether it is open; each run of open minutes is turned into
//! two timestamps by `chrono-tz`; each minute of UTC is then open or not. It needs time zones whose offset is
//! a whole number of minutes, so it is valid for dates from 1973 on.

use chrono::{
    DateTime, Datelike as _, Days, LocalResult, NaiveDate, NaiveDateTime, TimeDelta, TimeZone as _, Utc,
};
use chrono_tz::Tz;
use deskmetrics::schedule::{
    Counting, Effective, HolidayScope, Schedule, ScheduleHistory, Shift, WorkingTime,
};

const MINUTES_PER_DAY: usize = 24 * 60;
const TWO_DAYS: i64 = 2 * 24 * 60;
const MINUTE: i64 = 60_000_000;

/// Open and counted minutes of UTC over a few weeks or months.
#[derive(Clone, Debug)]
pub struct Oracle {
    /// The first minute, in minutes since 1970.
    first: i64,
    /// Whether each minute is open.
    open: Vec<bool>,
    /// Minutes counted at the very start of each minute, while it passes.
    counts: Vec<Minute>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Minute {
    /// Minutes of skipped wall-clock time counted at its start.
    leap: i64,
    /// Whether it counts while it passes.
    passing: bool,
}

impl Oracle {
    /// Walks over the minutes from one date to another, in UTC.
    ///
    /// # Panics
    ///
    /// When the dates are before 1973 or at the end of chrono's calendar.
    pub fn new(working_time: &WorkingTime, from: NaiveDate, to: NaiveDate) -> Self {
        assert!(from.year() >= 1973, "offsets of whole minutes begin in 1973");
        let first = minute_of(from.and_time(chrono::NaiveTime::MIN).and_utc());
        let end = minute_of(to.and_time(chrono::NaiveTime::MIN).and_utc());
        match working_time {
            WorkingTime::Schedule(schedule) => Self::of_schedule(schedule, first, end),
            WorkingTime::AnyOf(members) => {
                let members: Vec<Self> =
                    members.as_slice().iter().map(|member| Self::new(member, from, to)).collect();
                Self::combined(first, end, |i| members.iter().any(|member| member.open[i]))
            }
            WorkingTime::AllOf(members) => {
                let members: Vec<Self> =
                    members.as_slice().iter().map(|member| Self::new(member, from, to)).collect();
                Self::combined(first, end, |i| members.iter().all(|member| member.open[i]))
            }
            WorkingTime::History(history) => Self::of_history(history, from, to),
            _ => unreachable!("the oracle knows all kinds of working time"),
        }
    }

    fn combined(first: i64, end: i64, is_open: impl Fn(usize) -> bool) -> Self {
        let minutes = usize::try_from(end - first).expect("the range is not empty");
        let open: Vec<bool> = (0..minutes).map(is_open).collect();
        let counts = open.iter().map(|open| Minute { leap: 0, passing: *open }).collect();
        Self { first, open, counts }
    }

    fn of_history(history: &ScheduleHistory, from: NaiveDate, to: NaiveDate) -> Self {
        let mut whole = Self::new(&Schedule::always().into(), from, to);
        whole.open.fill(false);
        whole.counts.fill(Minute::default());
        for version in history.versions() {
            let zone = version.working_time().time_zone();
            let start = match version.from() {
                None => whole.first,
                Some(Effective::Date(date)) => {
                    minute_of(earliest(zone, date.and_time(chrono::NaiveTime::MIN)))
                }
                Some(Effective::Timestamp(timestamp)) => {
                    assert_eq!(timestamp.timestamp() % 60, 0, "the oracle knows whole minutes only");
                    minute_of(timestamp)
                }
            };
            let this = Self::new(version.working_time(), from, to);
            let index = usize::try_from((start - whole.first).max(0)).expect("not negative");
            for i in index.min(whole.open.len())..whole.open.len() {
                whole.open[i] = this.open[i];
                whole.counts[i] = this.counts[i];
            }
        }
        whole
    }

    fn of_schedule(schedule: &Schedule, first: i64, end: i64) -> Self {
        let zone = schedule.time_zone();
        let wall = WallClock::new(schedule, first, end);
        let mut open = vec![false; usize::try_from(end - first).expect("the range is not empty")];
        for (opens, closes) in wall.runs() {
            let opens = minute_of(earliest(zone, opens)).max(first);
            let closes = minute_of(latest(zone, closes)).min(end);
            for minute in opens..closes {
                open[usize::try_from(minute - first).expect("not before the first")] = true;
            }
        }
        let counts = match schedule.conventions().clock {
            Counting::Elapsed => open.iter().map(|open| Minute { leap: 0, passing: *open }).collect(),
            Counting::Wall => {
                // A clock change before the first minute may have shown later times already.
                let mut unseen = wall_minute(zone, first - TWO_DAYS);
                let mut counts = Vec::with_capacity(open.len());
                for minute in first - TWO_DAYS..end {
                    let shown = wall_minute(zone, minute);
                    let mut count = Minute::default();
                    if shown >= unseen {
                        count.leap = (unseen..shown).map(|m| i64::from(wall.is_open(m))).sum();
                        count.passing = wall.is_open(shown);
                        unseen = shown + 1;
                    }
                    if minute >= first {
                        counts.push(count);
                    }
                }
                counts
            }
        };
        Self { first, open, counts }
    }

    /// Whether it is open at a timestamp, in microseconds since 1970.
    pub fn is_open(&self, at: i64) -> bool {
        self.open[self.index(at)]
    }

    /// What counts from one timestamp to another, in microseconds.
    pub fn elapsed(&self, from: i64, to: i64) -> i64 {
        if to < from {
            return -self.elapsed(to, from);
        }
        let (first, last) = (self.index(from), self.index(to));
        let mut counted = 0;
        for i in first..=last {
            let start = (self.first + i64::try_from(i).expect("a few months")) * MINUTE;
            let minute = self.counts[i];
            // The leap is at the very start of the minute: not in the span if that starts at or after it.
            if from < start && start <= to {
                counted += minute.leap * MINUTE;
            }
            if minute.passing {
                counted += to.min(start + MINUTE) - from.max(start);
            }
        }
        counted
    }

    /// The first timestamp by which a positive budget from `start` is used up; `None` if that is not within
    /// the minutes walked.
    pub fn due(&self, start: i64, budget: i64) -> Option<i64> {
        let mut left = budget;
        for i in self.index(start)..self.counts.len() {
            let minute_start = (self.first + i64::try_from(i).expect("a few months")) * MINUTE;
            let minute = self.counts[i];
            if start < minute_start {
                left -= minute.leap * MINUTE;
                if left <= 0 {
                    return Some(minute_start);
                }
            }
            if minute.passing {
                let from = start.max(minute_start);
                let passing = minute_start + MINUTE - from;
                if left <= passing {
                    return Some(from + left);
                }
                left -= passing;
            }
        }
        None
    }

    /// The last timestamp from which a positive budget is used up by `due`; `None` if that is not within the
    /// minutes walked. Only for schedules that count real time.
    pub fn start_by(&self, due: i64, budget: i64) -> Option<i64> {
        let mut left = budget;
        for i in (0..=self.index(due)).rev() {
            let minute_start = (self.first + i64::try_from(i).expect("a few months")) * MINUTE;
            if self.counts[i].passing {
                let to = due.min(minute_start + MINUTE);
                let passing = to - minute_start;
                if left <= passing {
                    return Some(to - left);
                }
                left -= passing;
            }
        }
        None
    }

    /// The first minute at or after `at` at which it opens.
    pub fn next_opening(&self, at: i64) -> Option<i64> {
        let first = self.index(at + MINUTE - 1);
        (first.max(1)..self.open.len()).find(|i| self.open[*i] && !self.open[i - 1]).map(|i| self.at(i))
    }

    /// The first minute after `at` at which it closes.
    pub fn next_closing(&self, at: i64) -> Option<i64> {
        let first = self.index(at) + 1;
        (first..self.open.len()).find(|i| !self.open[*i] && self.open[i - 1]).map(|i| self.at(i))
    }

    fn at(&self, index: usize) -> i64 {
        (self.first + i64::try_from(index).expect("a few months")) * MINUTE
    }

    fn index(&self, at: i64) -> usize {
        usize::try_from(at.div_euclid(MINUTE) - self.first).expect("within the minutes walked")
    }
}

/// The minutes of the clock on the wall, of some local dates.
struct WallClock {
    first: NaiveDate,
    open: Vec<bool>,
}

impl WallClock {
    /// The local dates that touch these minutes of UTC, and some more.
    fn new(schedule: &Schedule, first: i64, end: i64) -> Self {
        let date = |minute: i64| {
            DateTime::from_timestamp(minute * 60, 0).expect("within chrono's calendar").date_naive()
        };
        let first = date(first) - Days::new(5);
        let last = date(end) + Days::new(5);
        let dates: Vec<NaiveDate> = first.iter_days().take_while(|date| *date <= last).collect();
        let mut open = vec![false; (dates.len() + 2) * MINUTES_PER_DAY];
        let conventions = schedule.conventions();
        let is_special = |date: &NaiveDate| schedule.special_days().contains_key(date);
        let is_closed = |date: &NaiveDate| {
            !is_special(date) && schedule.holidays().iter().any(|holiday| holiday.includes(*date))
        };
        let mark = |index: usize, shift: Shift, value: bool, open: &mut Vec<bool>| {
            let start = index * MINUTES_PER_DAY + usize::from(shift.from().minutes());
            for minute in &mut open[start..start + usize::from(shift.minutes())] {
                *minute = value;
            }
        };
        for (i, date) in dates.iter().enumerate() {
            let hours = match schedule.special_days().get(date) {
                Some(hours) => hours.as_slice(),
                None if conventions.holiday_scope == HolidayScope::ShiftStart && is_closed(date) => &[],
                None => schedule.hours().on(date.weekday()),
            };
            for shift in hours {
                mark(i, *shift, true, &mut open);
            }
        }
        if conventions.holiday_scope == HolidayScope::CalendarDay {
            for (i, _) in dates.iter().enumerate().filter(|(_, date)| is_closed(date)) {
                open[i * MINUTES_PER_DAY..(i + 1) * MINUTES_PER_DAY].fill(false);
            }
        }
        for (i, date) in dates.iter().enumerate() {
            for shift in schedule.extra_openings().get(date).into_iter().flatten() {
                mark(i, *shift, true, &mut open);
            }
        }
        for (i, date) in dates.iter().enumerate() {
            for pause in schedule.breaks().iter().filter(|pause| pause.begins_on(*date)) {
                mark(i, pause.hours(), false, &mut open);
            }
        }
        // Shifts and breaks of dates before the first are missing from its minutes.
        open[..2 * MINUTES_PER_DAY].fill(false);
        Self { first, open }
    }

    /// The runs of open minutes, as local times.
    fn runs(&self) -> Vec<(NaiveDateTime, NaiveDateTime)> {
        let time = |i: usize| {
            self.first.and_time(chrono::NaiveTime::MIN)
                + TimeDelta::minutes(i64::try_from(i).expect("a few months"))
        };
        let mut runs = Vec::new();
        let mut start = None;
        for (i, open) in self.open.iter().enumerate() {
            match (open, start) {
                (true, None) => start = Some(i),
                (false, Some(from)) => {
                    runs.push((time(from), time(i)));
                    start = None;
                }
                _ => {}
            }
        }
        runs
    }

    /// Whether a minute of local time, counted from 1970, is open.
    fn is_open(&self, minute: i64) -> bool {
        let first = self.first.and_time(chrono::NaiveTime::MIN).and_utc().timestamp() / 60;
        usize::try_from(minute - first).ok().and_then(|i| self.open.get(i)).copied().unwrap_or(false)
    }
}

fn minute_of(timestamp: DateTime<Utc>) -> i64 {
    timestamp.timestamp().div_euclid(60)
}

/// The local minute, counted from 1970, that the clock shows at a minute of UTC.
fn wall_minute(zone: Tz, minute: i64) -> i64 {
    let timestamp = DateTime::from_timestamp(minute * 60, 0).expect("within chrono's calendar");
    timestamp.with_timezone(&zone).naive_local().and_utc().timestamp().div_euclid(60)
}

/// The timestamp of a local time, the earlier of two; the first valid one after a gap.
fn earliest(zone: Tz, mut local: NaiveDateTime) -> DateTime<Utc> {
    loop {
        match zone.from_local_datetime(&local) {
            LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => return at.to_utc(),
            LocalResult::None => local += TimeDelta::minutes(1),
        }
    }
}

/// The timestamp of a local time, the later of two; the first valid one after a gap.
fn latest(zone: Tz, mut local: NaiveDateTime) -> DateTime<Utc> {
    loop {
        match zone.from_local_datetime(&local) {
            LocalResult::Single(at) | LocalResult::Ambiguous(_, at) => return at.to_utc(),
            LocalResult::None => local += TimeDelta::minutes(1),
        }
    }
}
