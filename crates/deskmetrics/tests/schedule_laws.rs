//! The laws of business time, over random schedules of every kind and instants near clock changes.

use chrono::{Datelike as _, Days, NaiveDate};
use deskmetrics::schedule::{Boundary, CompiledSchedule, WorkingTime, ZeroBudget};
use deskmetrics_testkit::schedule::Oracle;
use deskmetrics_testkit::schedule::strategy::{budgets, days_of_change, instants_near, working_times};
use proptest::prelude::*;
use proptest::test_runner::Config;

/// A kind of working time, the date around which it does something, and three instants.
fn cases() -> impl Strategy<Value = (WorkingTime, NaiveDate, [i64; 3])> {
    days_of_change().prop_flat_map(|(zone, date)| {
        let instants = prop::array::uniform3(instants_near(date, 12));
        (working_times(zone, date), Just(date), instants)
    })
}

fn oracle(working_time: &WorkingTime, date: NaiveDate) -> Oracle {
    Oracle::new(working_time, date - Days::new(16), date + Days::new(40))
}

/// Compiled for the years around the date, and for others, so that its answers come from far away.
fn near_and_far(working_time: &WorkingTime, date: NaiveDate) -> [CompiledSchedule; 2] {
    let year = date.year();
    [working_time.compile_years(year - 1..=year + 1), working_time.compile_years(year + 3..=year + 4)]
}

fn config() -> Config {
    Config { cases: 400, ..Config::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn elapsed_is_that_of_the_minute_walk((working_time, date, [a, b, _]) in cases()) {
        let oracle = oracle(&working_time, date);
        for schedule in near_and_far(&working_time, date) {
            prop_assert_eq!(schedule.elapsed_micros(a, b), oracle.elapsed(a, b));
        }
    }

    #[test]
    fn due_is_that_of_the_minute_walk((working_time, date, [start, ..]) in cases(), budget in budgets()) {
        let oracle = oracle(&working_time, date);
        let conventions = working_time.conventions();
        let next_opening = |at| if oracle.is_open(at) { Some(at) } else { oracle.next_opening(at) };
        let expected = match (budget, conventions.zero, conventions.boundary) {
            (0, ZeroBudget::Unchanged, _) => Some(start),
            (0, ZeroBudget::NextOpening, _) => next_opening(start),
            (_, _, Boundary::Closing) => oracle.due(start, budget),
            // The next opening is just before the first instant at which a microsecond more is used up.
            _ => oracle.due(start, budget + 1).map(|at| if oracle.elapsed(start, at) > budget + 1 { at } else { at - 1 }),
        };
        for schedule in near_and_far(&working_time, date) {
            // Beyond the minutes walked the oracle does not know.
            if let Some(expected) = expected {
                prop_assert_eq!(schedule.due_micros(start, budget), Some(expected));
            }
        }
    }

    #[test]
    fn openings_are_those_of_the_minute_walk((working_time, date, [at, ..]) in cases()) {
        let oracle = oracle(&working_time, date);
        for schedule in near_and_far(&working_time, date) {
            prop_assert_eq!(schedule.is_open_micros(at), oracle.is_open(at));
            if let Some(opening) = oracle.next_opening(at) {
                prop_assert_eq!(schedule.next_opening_micros(at), Some(opening));
            }
            if let Some(closing) = oracle.next_closing(at) {
                prop_assert_eq!(schedule.next_closing_micros(at), Some(closing));
            }
        }
    }
}
