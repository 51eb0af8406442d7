//! Proptest strategies for schedules of every kind, and for timestamps near clock changes.

use chrono::{DateTime, Datelike as _, Days, NaiveDate, Offset as _, TimeZone as _, Utc, Weekday};
use chrono_tz::Tz;
use deskmetrics::schedule::{
    Boundary, Break, Conventions, Counting, Effective, Gap, Holiday, HolidayScope, Schedule, ScheduleHistory,
    Shift, TimeOfDay, WeeklyHours, WorkingTime, ZeroBudget,
};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

/// Time zones with every kind of clock change: by an hour, by half an hour, at midnight, none, a skipped
/// day, around Ramadan.
pub const ZONES: [Tz; 15] = [
    Tz::UTC,
    Tz::Europe__Copenhagen,
    Tz::Europe__Madrid,
    Tz::America__New_York,
    Tz::America__Sao_Paulo,
    Tz::America__Havana,
    Tz::America__St_Johns,
    Tz::Africa__Casablanca,
    Tz::Africa__Cairo,
    Tz::Asia__Tehran,
    Tz::Asia__Kolkata,
    Tz::Asia__Beirut,
    Tz::Australia__Lord_Howe,
    Tz::Pacific__Apia,
    Tz::Pacific__Chatham,
];

/// Microseconds in a minute.
const MINUTE: i64 = 60_000_000;

/// The days of the week.
const WEEK: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

/// One of [`ZONES`].
pub fn zones() -> impl Strategy<Value = Tz> + Clone {
    select(ZONES.to_vec())
}

/// A time of day, usually a quarter of an hour, with 00:00 and 24:00 often among them.
pub fn times() -> impl Strategy<Value = TimeOfDay> + Clone {
    prop_oneof![
        6 => (0..96_u16).prop_map(|quarter| quarter * 15),
        2 => 0..=1440_u16,
        1 => Just(0_u16),
        1 => Just(1440_u16),
    ]
    .prop_map(|minutes| TimeOfDay::from_minutes(minutes).expect("at most 1440"))
}

/// Hours by day, over night and all day.
pub fn shifts() -> impl Strategy<Value = Shift> + Clone {
    (times(), times()).prop_map(|(from, to)| {
        let from = if from == TimeOfDay::END { TimeOfDay::START } else { from };
        Shift::new(from, to).expect("begins before 24:00")
    })
}

/// Weekly hours: one rule for some days, then others; sometimes 24/7 or none.
pub fn weekly_hours() -> impl Strategy<Value = WeeklyHours> + Clone {
    let rule = (subsequence(WEEK.to_vec(), 1..=7), vec(shifts(), 1..=3));
    prop_oneof![
        12 => vec(rule, 1..=3).prop_map(|rules| {
            rules.into_iter().fold(WeeklyHours::closed(), |hours, (days, shifts)| hours.with_shifts(&days, shifts))
        }),
        1 => Just(WeeklyHours::always()),
        1 => Just(WeeklyHours::closed()),
    ]
}

/// Dates at most so many days from one.
fn dates_near(date: NaiveDate, days: u64) -> impl Strategy<Value = NaiveDate> + Clone {
    (0..=2 * days).prop_map(move |day| date - Days::new(days) + Days::new(day))
}

/// Holidays around a date.
pub fn holidays_near(date: NaiveDate) -> impl Strategy<Value = Holiday> + Clone {
    prop_oneof![
        dates_near(date, 10).prop_map(Holiday::on),
        (dates_near(date, 10), 0..4_u64).prop_map(|(first, days)| {
            Holiday::between(first, first + Days::new(days)).expect("ends after it begins")
        }),
        dates_near(date, 10)
            .prop_map(|date| { Holiday::yearly(date.month(), date.day()).expect("a day of a year") }),
    ]
}

/// Breaks every week, and on dates around one.
pub fn breaks_near(date: NaiveDate) -> impl Strategy<Value = Break> + Clone {
    prop_oneof![
        (subsequence(WEEK.to_vec(), 1..=7), shifts()).prop_map(|(days, hours)| Break::weekly(days, hours)),
        (dates_near(date, 6), shifts()).prop_map(|(date, hours)| Break::on(date, hours)),
    ]
}

/// All conventions, with real-time or wall-clock counting.
pub fn conventions(counting: Counting) -> impl Strategy<Value = Conventions> + Clone {
    (
        select(vec![Boundary::Closing, Boundary::NextOpening, Boundary::NextOpeningOrPreviousClosing]),
        select(vec![ZeroBudget::Unchanged, ZeroBudget::NextOpening]),
        select(vec![HolidayScope::CalendarDay, HolidayScope::ShiftStart]),
    )
        .prop_map(move |(boundary, zero, holiday_scope)| Conventions {
            boundary,
            zero,
            holiday_scope,
            clock: counting,
            gap: Gap::default(),
        })
}

/// Schedules in this zone whose exceptions are around a date.
pub fn schedules(zone: Tz, date: NaiveDate, counting: Counting) -> impl Strategy<Value = Schedule> + Clone {
    (
        weekly_hours(),
        vec(holidays_near(date), 0..=3),
        btree_map(dates_near(date, 6), vec(shifts(), 0..=2), 0..=2),
        btree_map(dates_near(date, 6), vec(shifts(), 1..=2), 0..=1),
        vec(breaks_near(date), 0..=2),
        conventions(counting),
    )
        .prop_map(move |(hours, holidays, special, extra, breaks, conventions)| {
            let mut schedule = Schedule::new(zone, hours).with_holidays(holidays);
            for (date, hours) in special {
                schedule = schedule.with_special_day(date, hours);
            }
            for (date, hours) in extra {
                schedule = schedule.with_extra_opening(date, hours);
            }
            for pause in breaks {
                schedule = schedule.with_break(pause);
            }
            schedule.with_conventions(conventions)
        })
}

/// A history that changes a few times around a date, of members like this.
fn histories<M: Into<WorkingTime> + std::fmt::Debug>(
    date: NaiveDate,
    member: impl Strategy<Value = M> + Clone,
) -> impl Strategy<Value = WorkingTime> {
    let from = prop_oneof![
        dates_near(date, 8).prop_map(Effective::Date),
        (dates_near(date, 8), 0..1440_i64).prop_map(|(date, minute)| {
            let midnight = date.and_time(chrono::NaiveTime::MIN).and_utc();
            Effective::Timestamp(midnight + chrono::TimeDelta::minutes(minute))
        }),
    ];
    (option::of(Just(())), member.clone(), vec((from, member), 1..=3)).prop_map(
        move |(has_start, first, versions)| {
            let mut history = match has_start {
                Some(()) => {
                    ScheduleHistory::starting(date - Days::new(9), first).expect("a date is a beginning")
                }
                None => ScheduleHistory::new(first),
            };
            for (from, version) in versions {
                // Those that do not come after the one before are excluded.
                history = history.clone().with_version(from, version).unwrap_or(history);
            }
            WorkingTime::from(history)
        },
    )
}

/// Schedules, unions, intersections and histories around a date; the first in this zone.
pub fn working_times(zone: Tz, date: NaiveDate) -> impl Strategy<Value = WorkingTime> {
    let one = schedules(zone, date, Counting::Elapsed).prop_map(WorkingTime::from);
    let any_zone = zones()
        .prop_flat_map(move |zone| schedules(zone, date, Counting::Elapsed))
        .prop_map(WorkingTime::from);
    let members = (one.clone(), vec(any_zone, 0..=2)).prop_map(|(first, mut others)| {
        others.insert(0, first);
        others
    });
    prop_oneof![
        4 => one.clone(),
        2 => schedules(zone, date, Counting::Wall).prop_map(WorkingTime::from),
        1 => members.clone().prop_map(|m| WorkingTime::any_of(m).expect("counts real time")),
        1 => members.prop_map(|m| WorkingTime::all_of(m).expect("counts real time")),
        1 => histories(date, one),
        1 => histories(date, schedules(zone, date, Counting::Wall)),
    ]
}

/// A zone and a date, most often one on which its clocks change, from 1975 to 2045.
pub fn days_of_change() -> impl Strategy<Value = (Tz, NaiveDate)> {
    (zones(), 1975..=2045_i32, any::<prop::sample::Index>(), 0..8_u8).prop_map(|(zone, year, index, kind)| {
        let new_year = NaiveDate::from_ymd_opt(year, 1, 1).expect("a year of the calendar");
        let offset = |date: NaiveDate| {
            let midnight = date.and_time(chrono::NaiveTime::MIN);
            zone.offset_from_utc_datetime(&midnight).fix().local_minus_utc()
        };
        let changes: Vec<NaiveDate> = new_year
            .iter_days()
            .take(365)
            .filter(|date| offset(*date) != offset(*date + Days::new(1)))
            .collect();
        let date = if changes.is_empty() || kind == 0 {
            new_year + Days::new(index.index(365) as u64)
        } else {
            changes[index.index(changes.len())]
        };
        (zone, date)
    })
}

/// Timestamps in microseconds since 1970 within so many days of a date, often on whole minutes.
pub fn timestamps_near(date: NaiveDate, days: i64) -> impl Strategy<Value = i64> {
    let midnight: DateTime<Utc> = date.and_time(chrono::NaiveTime::MIN).and_utc();
    let midnight = midnight.timestamp_micros();
    prop_oneof![
        3 => (-days * 96..=days * 96).prop_map(|quarter| quarter * 15 * MINUTE),
        2 => (-days * 1440..=days * 1440).prop_map(|minute| minute * MINUTE),
        2 => -days * 1440 * MINUTE..=days * 1440 * MINUTE,
        // Close to the change itself.
        3 => (-1440..=2880_i64).prop_map(|minute| minute * MINUTE),
    ]
    .prop_map(move |offset| midnight + offset)
}

/// Budgets from nothing to two weeks, in microseconds, often whole hours.
pub fn budgets() -> impl Strategy<Value = i64> {
    prop_oneof![
        3 => (0..=48_i64).prop_map(|hours| hours * 60 * MINUTE),
        2 => (0..=2880_i64).prop_map(|minutes| minutes * MINUTE),
        1 => 0..=20_160 * MINUTE,
        1 => Just(1_i64),
    ]
}
