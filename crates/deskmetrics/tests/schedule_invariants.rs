//! Invariants of business time over random schedules and timestamps near clock changes.

use chrono::{Datelike as _, Days, NaiveDate};
use deskmetrics::schedule::{
    Boundary, CompiledSchedule, Conventions, Counting, DueError, Schedule, WeeklyHours, WorkingTime,
    ZeroBudget,
};
use deskmetrics_testkit::schedule::Oracle;
use deskmetrics_testkit::schedule::strategy::{
    budgets, days_of_change, schedules, timestamps_near, weekly_hours, working_times,
};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseResult};

/// A working time, the date of its exceptions, and three timestamps around it.
fn cases() -> impl Strategy<Value = (WorkingTime, NaiveDate, [i64; 3])> {
    days_of_change().prop_flat_map(|(zone, date)| {
        let timestamps = prop::array::uniform3(timestamps_near(date, 12));
        (working_times(zone, date), Just(date), timestamps)
    })
}

fn oracle(working_time: &WorkingTime, date: NaiveDate) -> Oracle {
    Oracle::new(working_time, date - Days::new(16), date + Days::new(30))
}

/// Compiled for the years around the date.
fn near(working_time: &WorkingTime, date: NaiveDate) -> CompiledSchedule {
    working_time.compile_years(date.year() - 1..=date.year() + 1)
}

/// Compiled for other years, so that the fast look-ups do not cover the date.
fn far(working_time: &WorkingTime, date: NaiveDate) -> CompiledSchedule {
    working_time.compile_years(date.year() + 3..=date.year() + 3)
}

fn elapsed_like(oracle: &Oracle, schedule: &CompiledSchedule, a: i64, b: i64) -> TestCaseResult {
    prop_assert_eq!(schedule.elapsed_micros(a, b), oracle.elapsed(a, b));
    Ok(())
}

/// Within the minutes that the oracle covers.
fn due_like(oracle: &Oracle, schedule: &CompiledSchedule, start: i64, budget: i64) -> TestCaseResult {
    let conventions = schedule.conventions();
    let expected = match (budget, conventions.zero, conventions.boundary) {
        (0, ZeroBudget::Unchanged, _) => Some(start),
        (0, ZeroBudget::NextOpening, _) if oracle.is_open(start) => Some(start),
        (0, ZeroBudget::NextOpening, _) => oracle.next_opening(start),
        (_, _, Boundary::Closing) => oracle.due(start, budget),
        // Just before the first timestamp by which more than the budget is used up, unless that leaps.
        _ => oracle.due(start, budget + 1).map(|at| {
            let leaps = oracle.elapsed(start, at) > budget + 1;
            if leaps { at } else { at - 1 }
        }),
    };
    if let Some(expected) = expected {
        prop_assert_eq!(schedule.due_micros(start, budget), Some(expected));
    }
    Ok(())
}

fn start_by_like(oracle: &Oracle, schedule: &CompiledSchedule, due: i64, budget: i64) -> TestCaseResult {
    let conventions = schedule.conventions();
    if conventions.clock == Counting::Wall {
        return Ok(());
    }
    // Just after the last timestamp from which more than the budget is used up.
    let after_pause = || oracle.start_by(due, budget + 1).map(|at| at + 1);
    let expected = match (budget, conventions.zero, conventions.boundary) {
        (0, ZeroBudget::Unchanged, _) => Some(due),
        (0, ZeroBudget::NextOpening, _) if oracle.is_open(due) => Some(due),
        (0, ZeroBudget::NextOpening, _) | (_, _, Boundary::NextOpeningOrPreviousClosing) => after_pause(),
        _ => oracle.start_by(due, budget),
    };
    if let Some(expected) = expected {
        prop_assert_eq!(schedule.start_by_micros(due, budget), Some(expected));
    }
    Ok(())
}

fn openings_like(oracle: &Oracle, schedule: &CompiledSchedule, at: i64) -> TestCaseResult {
    prop_assert_eq!(schedule.is_open_micros(at), oracle.is_open(at));
    if let Some(opening) = oracle.next_opening(at) {
        prop_assert_eq!(schedule.next_opening_micros(at), Some(opening));
    }
    if let Some(closing) = oracle.next_closing(at) {
        prop_assert_eq!(schedule.next_closing_micros(at), Some(closing));
    }
    Ok(())
}

/// A history or combination counts wall-clock time if one of its schedules does.
fn counts_real_time(working_time: &WorkingTime) -> bool {
    match working_time {
        WorkingTime::History(history) => {
            history.versions().iter().all(|version| counts_real_time(version.working_time()))
        }
        whole => whole.conventions().clock == Counting::Elapsed,
    }
}

proptest! {
    #![proptest_config(Config { cases: 200, ..Config::default() })]

    #[test]
    fn compiled_answers_are_those_of_the_minute_walk(
        (working_time, date, [a, b, c]) in cases(),
        budget in budgets(),
    ) {
        let (oracle, schedule) = (oracle(&working_time, date), near(&working_time, date));
        elapsed_like(&oracle, &schedule, a, b)?;
        due_like(&oracle, &schedule, a, budget)?;
        openings_like(&oracle, &schedule, c)?;
        if counts_real_time(&working_time) {
            start_by_like(&oracle, &schedule, b, budget)?;
        }
    }

    #[test]
    fn elapsed_adds_up_and_never_runs_backwards((working_time, date, [a, b, c]) in cases()) {
        let schedule = near(&working_time, date);
        let elapsed = |from, to| schedule.elapsed_micros(from, to);
        prop_assert_eq!(elapsed(a, b) + elapsed(b, c), elapsed(a, c));
        prop_assert_eq!(elapsed(a, b), -elapsed(b, a));
        prop_assert!(elapsed(a.min(b), a.max(b)) >= 0);
        if counts_real_time(&working_time) {
            prop_assert!(elapsed(a, b).abs() <= (b - a).abs());
        }
    }

    #[test]
    fn a_due_time_uses_up_the_budget_and_is_the_first_to_do_so(
        (working_time, date, [start, ..]) in cases(),
        budget in budgets(),
    ) {
        let conventions = Conventions { boundary: Boundary::Closing, ..working_time.conventions() };
        let working_time = match working_time {
            WorkingTime::Schedule(one) => one.with_conventions(conventions).into(),
            several => several,
        };
        prop_assume!(working_time.conventions().boundary == Boundary::Closing && budget > 0);
        let schedule = near(&working_time, date);
        // With a budget of up to two weeks it is due within years, if it ever is.
        let Some(due) = schedule.due_micros(start, budget) else { return Ok(()) };
        let used = schedule.elapsed_micros(start, due);
        if counts_real_time(&working_time) {
            prop_assert_eq!(used, budget);
            let back = schedule.start_by_micros(due, budget);
            prop_assert_eq!(back.map(|back| schedule.elapsed_micros(back, due)), Some(budget));
            prop_assert!(back >= Some(start));
        } else {
            prop_assert!(used >= budget); // more, if it is due while the clocks leap
        }
        prop_assert!(schedule.elapsed_micros(start, due - 1) < budget);
    }

    #[test]
    fn slices_equal_single_results((working_time, date, timestamps) in cases(), budget in budgets()) {
        let schedule = working_time.compile_years(date.year()..=date.year());
        let from: Vec<i64> = (0..32_u8).map(|i| timestamps[usize::from(i % 3)] + i64::from(i) * 7_919_000_000).collect();
        let to: Vec<i64> = (0..32_u8).map(|i| timestamps[usize::from((i + 1) % 3)] - i64::from(i) * 7_907_000_000).collect();
        let mut elapsed = vec![0; 32];
        schedule.elapsed_slice(&from, &to, &mut elapsed).unwrap();
        let budgets = vec![budget; 32];
        let mut due = vec![None; 32];
        schedule.due_slice(&from, &budgets, &mut due).unwrap();
        let (mut back, mut open) = (vec![None; 32], vec![false; 32]);
        let (mut openings, mut closings) = (vec![None; 32], vec![None; 32]);
        schedule.start_by_slice(&from, &budgets, &mut back).unwrap();
        schedule.is_open_slice(&from, &mut open).unwrap();
        schedule.next_opening_slice(&from, &mut openings).unwrap();
        schedule.next_closing_slice(&from, &mut closings).unwrap();
        for i in 0..32 {
            prop_assert_eq!(elapsed[i], schedule.elapsed_micros(from[i], to[i]));
            prop_assert_eq!(due[i], schedule.due_micros(from[i], budget));
            prop_assert_eq!(back[i], schedule.start_by_micros(from[i], budget));
            prop_assert_eq!(open[i], schedule.is_open_micros(from[i]));
            prop_assert_eq!(openings[i], schedule.next_opening_micros(from[i]));
            prop_assert_eq!(closings[i], schedule.next_closing_micros(from[i]));
        }
        let error = schedule.elapsed_slice(&from, &to[1..], &mut elapsed).unwrap_err();
        prop_assert_eq!(
            error.to_string(),
            "slices have 32, 31 and 32 elements; all three must have the same number",
        );
    }

    #[test]
    fn openings_are_disjoint_and_add_up((working_time, date, [a, b, _]) in cases()) {
        prop_assume!(counts_real_time(&working_time));
        let schedule = near(&working_time, date);
        let timestamp = |micros| chrono::DateTime::from_timestamp_micros(micros).unwrap();
        let (a, b) = (timestamp(a.min(b)), timestamp(a.max(b)));
        let openings: Vec<_> = schedule.openings(a..b).collect();
        prop_assert!(openings.iter().all(|opening| opening.start < opening.end));
        prop_assert!(openings.windows(2).all(|pair| pair[0].end < pair[1].start));
        let open: chrono::TimeDelta = openings.iter().map(|opening| opening.end - opening.start).sum();
        prop_assert_eq!(open, schedule.elapsed(a, b));
    }

    #[test]
    fn the_data_form_and_the_text_form_round_trip(
        (working_time, _, _) in cases(),
        hours in weekly_hours(),
    ) {
        let json = serde_json::to_string(&working_time).unwrap();
        prop_assert_eq!(&serde_json::from_str::<WorkingTime>(&json).unwrap(), &working_time, "{}", json);
        let toml = toml::to_string(&working_time).unwrap();
        prop_assert_eq!(&toml::from_str::<WorkingTime>(&toml).unwrap(), &working_time, "{}", toml);
        let text = hours.to_string();
        prop_assert_eq!(text.parse::<WeeklyHours>().unwrap(), hours, "{}", text);
    }
}

proptest! {
    // The table for far timestamps takes a while to make in a debug build.
    #![proptest_config(Config { cases: 24, ..Config::default() })]

    #[test]
    fn far_answers_are_those_of_the_minute_walk(
        (working_time, date, [a, b, c]) in cases(),
        budget in budgets(),
    ) {
        let (oracle, schedule) = (oracle(&working_time, date), far(&working_time, date));
        elapsed_like(&oracle, &schedule, a, b)?;
        due_like(&oracle, &schedule, a, budget)?;
        openings_like(&oracle, &schedule, c)?;
        if counts_real_time(&working_time) {
            start_by_like(&oracle, &schedule, b, budget)?;
        }
    }

    #[test]
    fn answers_hold_at_any_distance(
        schedule in days_of_change()
            .prop_flat_map(|(zone, date)| schedules(zone, date, Counting::Elapsed)),
        ends in prop::array::uniform2(any::<i64>()),
        budget in 1..i64::MAX,
        near in timestamps_near(NaiveDate::from_ymd_opt(2020, 6, 1).unwrap(), 4000),
    ) {
        let schedule =
            schedule.with_conventions(Conventions::default()).compile_years(2015..=2024);
        let [a, b] = ends;
        for (from, to) in [(a, b), (a, near), (near, b)] {
            let elapsed = i128::from(schedule.elapsed_micros(from, to));
            let real = i128::from(to) - i128::from(from);
            prop_assert!(elapsed.abs() <= real.abs() && elapsed.signum() * real.signum() >= 0);
        }
        // The clock adds up across the compiled years, at whatever distance.
        let sum = i128::from(schedule.elapsed_micros(a, near)) + i128::from(schedule.elapsed_micros(near, b));
        let clamped = sum.clamp(i128::from(i64::MIN), i128::from(i64::MAX));
        prop_assert_eq!(i128::from(schedule.elapsed_micros(a, b)), clamped);
        for start in [a, near] {
            match schedule.due_micros(start, budget) {
                Some(due) => {
                    prop_assert_eq!(schedule.elapsed_micros(start, due), budget);
                    prop_assert!(schedule.elapsed_micros(start, due - 1) < budget);
                    let back = schedule.start_by_micros(due, budget);
                    prop_assert!(back >= Some(start), "{:?} {}", back, start);
                }
                // Nothing ever opens, or it is due later than i64 can represent.
                None => prop_assert!(schedule.elapsed_micros(start, i64::MAX) < budget),
            }
        }
    }
}

#[test]
fn a_week_repeats_for_hundreds_of_thousands_of_years() {
    let schedule = Schedule::parse("UTC", "Mo-Fr 09:00-17:00").unwrap().compile();
    let week = 7 * 86_400_000_000_i64;
    let monday = 1_767_571_200_000_000_i64; // 2026-01-05
    for weeks in [-10_000_000, -300_000, -1, 1, 300_000, 10_000_000] {
        let there = monday + weeks * week;
        assert_eq!(schedule.elapsed_micros(monday, there), weeks * 40 * 3_600_000_000);
        assert_eq!(schedule.due_micros(there, 8 * 3_600_000_000), Some(there + 17 * 3_600_000_000));
        assert_eq!(schedule.next_opening_micros(there), Some(there + 9 * 3_600_000_000));
        assert_eq!(schedule.next_closing_micros(there), Some(there + 17 * 3_600_000_000));
        assert!(!schedule.is_open_micros(there));
    }
}

#[test]
fn a_schedule_that_never_opens_again_gives_an_error() {
    let at = "2026-03-02T12:00:00Z".parse().unwrap();
    let hour = chrono::TimeDelta::hours(1);
    let never = Schedule::parse("Europe/Madrid", "off").unwrap().compile();
    assert_eq!(never.due(at, hour), Err(DueError::NeverOpens));
    assert_eq!(never.start_by(at, hour), Err(DueError::NeverOpens));
    assert_eq!(never.next_opening(at), None);
    assert_eq!(never.next_closing(at), None);
    assert_eq!(
        never
            .openings(chrono::DateTime::<chrono::Utc>::MIN_UTC..chrono::DateTime::<chrono::Utc>::MAX_UTC)
            .next(),
        None
    );
    assert_eq!(never.add_business_days(at.date_naive(), 1), Err(DueError::NeverOpens));

    // Two openings in all, the last in 2026.
    let twice = Schedule::parse("UTC", "off")
        .unwrap()
        .with_special_day("2025-12-01".parse().unwrap(), ["09:00-10:00".parse().unwrap()])
        .with_special_day("2026-12-01".parse().unwrap(), ["09:00-10:00".parse().unwrap()])
        .compile();
    let due = |hours| twice.due("1000-01-01T00:00:00Z".parse().unwrap(), hour * hours);
    assert_eq!(due(1).unwrap().to_rfc3339(), "2025-12-01T10:00:00+00:00");
    assert_eq!(due(2).unwrap().to_rfc3339(), "2026-12-01T10:00:00+00:00");
    assert_eq!(due(3), Err(DueError::NeverOpens));

    let always = Schedule::always().compile();
    assert_eq!(always.next_closing(at), None);
    assert_eq!(always.next_opening(at), None);
    assert_eq!(always.due_micros(i64::MAX - 5, 5), Some(i64::MAX));
    assert_eq!(always.due_micros(i64::MAX - 5, 6), None);
    assert_eq!(always.start_by_micros(i64::MIN + 5, 6), None);
    assert_eq!(always.elapsed_micros(i64::MIN, i64::MAX), i64::MAX);
    assert_eq!(always.elapsed_micros(i64::MAX, i64::MIN), i64::MIN);
    assert_eq!(always.due_micros(0, i64::MIN), Some(i64::MIN));
    assert_eq!(always.due(at, chrono::TimeDelta::MAX), Err(DueError::OutOfRange));
}

#[test]
fn the_compiled_years_do_not_matter() {
    let schedule = Schedule::parse("Europe/Copenhagen", "Mo-Fr 09:00-17:00").unwrap();
    let from = "1999-12-31T12:00:00Z".parse().unwrap();
    let to = "2003-01-01T12:00:00Z".parse().unwrap();
    let elapsed = schedule.compile().elapsed(from, to);
    #[expect(clippy::reversed_empty_ranges, reason = "no years at all")]
    let odd = [2001..=2001, 2030..=2001, i32::MIN..=i32::MAX, 1999..=9999, i32::MAX..=i32::MIN];
    for years in odd {
        let compiled = schedule.compile_years(years.clone());
        assert_eq!(compiled.elapsed(from, to), elapsed, "{years:?}");
        assert_eq!(compiled.due(from, elapsed), Ok(to), "{years:?}");
        assert_eq!(compiled.start_by(to, elapsed), Ok(from), "{years:?}");
    }
}
