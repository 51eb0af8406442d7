//! Clock changes and other edge cases of schedules.
#![expect(clippy::unwrap_used, reason = "helpers of tests, whose texts are right")]

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use deskmetrics::schedule::{
    Boundary, CompiledSchedule, Conventions, Counting, Gap, HolidayScope, Schedule, ScheduleHistory,
    WorkingTime, ZeroBudget,
};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The openings that begin on a date of UTC or the next, as `day hour:minute-hour:minute` in UTC.
fn openings(schedule: &CompiledSchedule, day: &str) -> Vec<String> {
    let start = date(day).and_time(chrono::NaiveTime::MIN).and_utc();
    schedule
        .openings(start..start + TimeDelta::days(2))
        .map(|o| format!("{}-{}", o.start.format("%d %H:%M"), o.end.format("%d %H:%M")))
        .collect()
}

fn compiled(zone: &str, hours: &str) -> CompiledSchedule {
    Schedule::parse(zone, hours).unwrap().compile()
}

#[test]
fn a_skipped_time_moves_to_the_timestamp_of_the_change() {
    // Copenhagen, 29 March 2026: 02:00 becomes 03:00 at 01:00 UTC.
    let opening = compiled("Europe/Copenhagen", "02:30-05:00");
    assert_eq!(openings(&opening, "2026-03-29")[0], "29 01:00-29 03:00");
    let closing = compiled("Europe/Copenhagen", "00:00-02:30");
    assert_eq!(openings(&closing, "2026-03-28")[1], "28 23:00-29 01:00");
}

#[test]
fn a_skipped_time_may_move_by_the_length_of_the_gap() {
    let conventions = Conventions { gap: Gap::Shift, ..Conventions::default() };
    let shifted = |hours: &str| {
        Schedule::parse("Europe/Copenhagen", hours).unwrap().with_conventions(conventions).compile()
    };
    assert_eq!(openings(&shifted("02:30-05:00"), "2026-03-29")[0], "29 01:30-29 03:00");
    assert_eq!(openings(&shifted("00:00-02:30"), "2026-03-28")[1], "28 23:00-29 01:30");
    // Both ends are skipped, and hours after the gap begin before those that were moved.
    assert_eq!(openings(&shifted("02:10-02:20"), "2026-03-29")[0], "29 01:10-29 01:20");
    assert_eq!(openings(&shifted("02:30-02:45,03:00-04:00"), "2026-03-29")[0], "29 01:00-29 02:00");
    // Times that are shown twice, and any other day, are as ever.
    let usual = compiled("Europe/Copenhagen", "02:30-05:00");
    for day in ["2026-10-24", "2026-10-25", "2026-03-27"] {
        assert_eq!(openings(&shifted("02:30-05:00"), day), openings(&usual, day));
    }
}

#[test]
fn a_repeated_time_is_the_first_for_an_opening_and_the_second_for_a_closing() {
    // Copenhagen, 25 October 2026: 03:00 becomes 02:00 at 01:00 UTC.
    let opening = compiled("Europe/Copenhagen", "02:30-05:00");
    assert_eq!(openings(&opening, "2026-10-25")[0], "25 00:30-25 04:00");
    let closing = compiled("Europe/Copenhagen", "01:00-02:30");
    assert_eq!(openings(&closing, "2026-10-24")[1], "24 23:00-25 01:30");
    let both = compiled("Europe/Copenhagen", "02:15-02:45");
    assert_eq!(openings(&both, "2026-10-25")[0], "25 00:15-25 01:45");
}

#[test]
fn clocks_that_change_at_midnight() {
    // São Paulo, 4 November 2018: midnight becomes 01:00 at 03:00 UTC.
    let schedule = compiled("America/Sao_Paulo", "00:00-08:00");
    assert_eq!(openings(&schedule, "2018-11-04")[0], "04 03:00-04 10:00");
    // 18 February 2018: midnight becomes 23:00 of the day before, at 02:00 UTC.
    let schedule = compiled("America/Sao_Paulo", "22:00-24:00");
    assert_eq!(openings(&schedule, "2018-02-18")[0], "18 00:00-18 03:00");
}

#[test]
fn half_an_hour_and_a_whole_day() {
    // Lord Howe, 5 April 2026: 02:00 becomes 01:30 at 15:00 UTC of the 4th.
    let schedule = compiled("Australia/Lord_Howe", "01:00-03:00");
    assert_eq!(openings(&schedule, "2026-04-04")[0], "04 14:00-04 16:30");
    // Apia had no 30 December 2011: hours that begin on it never come.
    let schedule = compiled("Pacific/Apia", "Th-Sa 09:00-17:00");
    let whole = openings(&schedule, "2011-12-29");
    assert_eq!(whole, ["29 19:00-30 03:00", "30 19:00-31 00:00"]);
}

#[test]
fn wall_clock_counting_gives_each_day_its_length_on_the_wall() {
    let wall = Conventions { clock: Counting::Wall, ..Conventions::default() };
    let schedule =
        |hours| Schedule::parse("Europe/Copenhagen", hours).unwrap().with_conventions(wall).compile();
    let night = schedule("01:00-04:00");
    let elapsed = |from, to| schedule("01:00-04:00").elapsed(at(from), at(to));
    // Two real hours in spring and four in autumn: three on the wall.
    assert_eq!(elapsed("2026-03-28T23:00:00Z", "2026-03-29T12:00:00Z"), TimeDelta::hours(3));
    assert_eq!(elapsed("2026-10-24T22:00:00Z", "2026-10-25T12:00:00Z"), TimeDelta::hours(3));
    // The skipped hour is counted at the change, ...
    assert_eq!(elapsed("2026-03-29T00:00:00Z", "2026-03-29T00:59:59Z"), TimeDelta::seconds(3599));
    assert_eq!(elapsed("2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z"), TimeDelta::hours(2));
    // ... and what is due within it is due then.
    let due = night.due(at("2026-03-29T00:00:00Z"), TimeDelta::minutes(90));
    assert_eq!(due, Ok(at("2026-03-29T01:00:00Z")));
    // The repeated hour counts once: the count does not change from 01:00 to 02:00 UTC.
    assert_eq!(elapsed("2026-10-24T23:00:00Z", "2026-10-25T01:00:00Z"), TimeDelta::hours(2));
    assert_eq!(elapsed("2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z"), TimeDelta::zero());
    // Hours that are skipped altogether still count, though the desk is never open.
    let skipped = schedule("02:15-02:45");
    let (before, after) = (at("2026-03-29T00:00:00Z"), at("2026-03-29T12:00:00Z"));
    assert_eq!(skipped.elapsed(before, after), TimeDelta::minutes(30));
    assert_eq!(skipped.openings(before..after).count(), 0);
}

#[test]
fn work_that_would_have_to_start_within_the_skipped_hour_starts_at_the_change() {
    let wall = Conventions { clock: Counting::Wall, ..Conventions::default() };
    let copenhagen = Schedule::parse("Europe/Copenhagen", "02:30-05:00").unwrap().with_conventions(wall);
    // Copenhagen, 29 March 2026: 02:00 becomes 03:00 at 01:00 UTC; 05:00 is 03:00 UTC.
    let (change, closing) = (at("2026-03-29T01:00:00Z"), at("2026-03-29T03:00:00Z"));
    // Within the compiled years and outside them.
    for schedule in [copenhagen.compile(), copenhagen.compile_years(1990..=1990)] {
        let start_by = |minutes| schedule.start_by(closing, TimeDelta::minutes(minutes));
        assert_eq!(start_by(120), Ok(change));
        assert_eq!(start_by(135), Ok(change)); // 02:45 by the clock on the wall
        assert_eq!(start_by(150), Ok(change)); // 02:30, when it should have opened
        assert_eq!(start_by(151), Ok(at("2026-03-28T03:59:00Z")));
    }
    // And the day before ends at the next opening: the change.
    let next_opening = Conventions { boundary: Boundary::NextOpening, ..wall };
    let saturday = at("2026-03-28T01:30:00Z");
    for schedule in [
        copenhagen.clone().with_conventions(next_opening).compile(),
        copenhagen.with_conventions(next_opening).compile_years(1990..=1990),
    ] {
        assert_eq!(schedule.due(saturday, TimeDelta::minutes(150)), Ok(change));
    }
}

#[test]
fn a_budget_of_zero_moves_only_what_is_closed() {
    let zero = Conventions { zero: ZeroBudget::NextOpening, ..Conventions::default() };
    let office = Schedule::parse("UTC", "Mo-Fr 09:00-17:00").unwrap().with_conventions(zero);
    let (opening, closing) = (at("2026-03-03T09:00:00Z"), at("2026-03-03T17:00:00Z"));
    let next_opening = at("2026-03-04T09:00:00Z");
    let none = TimeDelta::zero();
    // Within the compiled years and outside them.
    for schedule in [office.compile(), office.compile_years(1990..=1990)] {
        for open in [opening, at("2026-03-03T12:00:00Z")] {
            assert_eq!(schedule.due(open, none), Ok(open));
            assert_eq!(schedule.start_by(open, none), Ok(open));
        }
        assert_eq!(schedule.due(closing, none), Ok(next_opening));
        assert_eq!(schedule.start_by(closing, none), Ok(closing));
        assert_eq!(schedule.due(at("2026-03-03T20:00:00Z"), none), Ok(next_opening));
        assert_eq!(schedule.start_by(at("2026-03-03T20:00:00Z"), none), Ok(closing));
    }
}

#[test]
fn what_a_holiday_closes() {
    // Nights from Monday to Friday; Wednesday 4 March 2026 is a holiday.
    let nights = |holiday_scope| {
        Schedule::parse("UTC", "Mo-Fr 22:00-06:00")
            .unwrap()
            .with_holiday(date("2026-03-04").into())
            .with_conventions(Conventions { holiday_scope, ..Conventions::default() })
            .compile()
    };
    let calendar_day = nights(HolidayScope::CalendarDay);
    assert_eq!(openings(&calendar_day, "2026-03-03"), ["03 00:00-03 06:00", "03 22:00-04 00:00"]);
    assert_eq!(openings(&calendar_day, "2026-03-04"), ["05 00:00-05 06:00", "05 22:00-06 00:00"]);
    let shift_start = nights(HolidayScope::ShiftStart);
    assert_eq!(openings(&shift_start, "2026-03-03"), ["03 00:00-03 06:00", "03 22:00-04 06:00"]);
    assert_eq!(openings(&shift_start, "2026-03-04"), ["04 00:00-04 06:00", "05 22:00-06 00:00"]);
    for schedule in [calendar_day, shift_start] {
        assert_eq!(schedule.business_days_between(date("2026-03-02"), date("2026-03-09")), 4);
        assert!(!schedule.is_business_day(date("2026-03-04")));
        assert!(!schedule.is_business_day(date("2026-03-07")));
    }
}

#[test]
fn special_days_replace_and_extra_openings_add() {
    let schedule = Schedule::parse("UTC", "Mo-Fr 09:00-17:00; Fr 22:00-06:00")
        .unwrap()
        .with_holidays(["2026-12-25".parse::<NaiveDate>().unwrap(), date("2026-12-26")])
        // A special day is open though it is a holiday, and leaves the night before alone.
        .with_special_day(date("2026-12-26"), ["10:00-12:00".parse().unwrap()])
        .with_special_day(date("2026-12-22"), [])
        .with_extra_opening(date("2026-12-27"), ["23:00-01:00".parse().unwrap()])
        .compile();
    assert_eq!(openings(&schedule, "2026-12-22"), ["23 09:00-23 17:00"]);
    // The night of the holiday itself is closed until midnight only.
    assert_eq!(openings(&schedule, "2026-12-25"), ["26 00:00-26 06:00", "26 10:00-26 12:00"]);
    assert_eq!(openings(&schedule, "2026-12-27")[0], "27 23:00-28 01:00");
}

#[test]
fn breaks_also_over_midnight() {
    let schedule: WorkingTime = toml::from_str(
        r#"
        time_zone = "UTC"
        hours = "Mo-Fr 20:00-04:00"
        breaks = [
            { days = ["mon"], from = "23:45", to = "00:15" },
            { date = "2026-03-04", from = "01:00", to = "02:00" },
            { from = "21:00", to = "21:10" },
        ]"#,
    )
    .unwrap();
    let schedule = schedule.compile();
    assert_eq!(
        openings(&schedule, "2026-03-02"),
        [
            "02 20:00-02 21:00",
            "02 21:10-02 23:45",
            "03 00:15-03 04:00",
            "03 20:00-03 21:00",
            "03 21:10-04 00:00"
        ],
    );
    assert_eq!(openings(&schedule, "2026-03-04")[..2], ["04 00:00-04 01:00", "04 02:00-04 04:00"]);
}

#[test]
fn a_change_takes_effect_at_its_very_second() {
    let office = || Schedule::parse("Europe/Madrid", "Mo-Fr 09:00-17:00").unwrap();
    let history = ScheduleHistory::new(office())
        .with_version(at("2026-03-03T11:30:30Z"), Schedule::parse("Europe/Madrid", "off").unwrap())
        .unwrap()
        .with_version(date("2026-03-05"), Schedule::always())
        .unwrap();
    let schedule = history.compile();
    assert_eq!(openings(&schedule, "2026-03-03"), ["03 08:00-03 11:30"]);
    assert_eq!(
        schedule.elapsed(at("2026-03-03T00:00:00Z"), at("2026-03-04T00:00:00Z")),
        TimeDelta::seconds(3 * 3600 + 1830),
    );
    // The date begins at midnight in the zone of the version, here UTC.
    assert_eq!(schedule.next_opening(at("2026-03-04T00:00:00Z")), Some(at("2026-03-05T00:00:00Z")));
    assert_eq!(schedule.next_closing(at("2026-03-05T00:00:00Z")), None);
    assert_eq!(history.version_at(at("2026-03-03T11:30:29Z")), history.versions().first());
    assert_eq!(history.version_at(at("2026-03-03T11:30:30Z")), history.versions().get(1));
    let late = ScheduleHistory::starting(date("2026-01-01"), office()).unwrap();
    assert_eq!(late.version_at(at("2025-12-31T00:00:00Z")), None);
    assert!(!late.compile().is_open(at("2025-12-31T12:00:00Z")));
    assert!(late.with_version(date("2026-01-01"), office()).is_err());
}

#[test]
fn sub_second_timestamps_are_exact() {
    let schedule = compiled("UTC", "Mo-Fr 09:00-17:00");
    let from = at("2026-03-02T16:59:59.999999Z");
    let to = at("2026-03-03T09:00:00.000001Z");
    assert_eq!(schedule.elapsed(from, to), TimeDelta::microseconds(2));
    assert_eq!(schedule.due(from, TimeDelta::microseconds(1)), Ok(at("2026-03-02T17:00:00Z")));
    assert_eq!(schedule.due(from, TimeDelta::microseconds(2)), Ok(to));
    assert_eq!(schedule.start_by(to, TimeDelta::microseconds(2)), Ok(from));
}

#[test]
fn thirty_years_stay_below_a_mebibyte() {
    let split = Schedule::parse("Europe/Copenhagen", "Mo-Su 08:00-10:00,10:15-12:00,13:00-15:00,15:15-17:00");
    let size = split.unwrap().compile_years(2000..=2029).size_in_bytes();
    assert!(size < 1 << 20, "{size} bytes");
    let office = compiled("Europe/Copenhagen", "Mo-Fr 09:00-17:00");
    assert!(office.size_in_bytes() < 1 << 20);
}
