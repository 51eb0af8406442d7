//! Worked examples with known answers; the cases are data in `vectors/business_time.toml`.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use deskmetrics::schedule::{Conventions, WeeklyHours, WorkingTime};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vectors {
    schedules: BTreeMap<String, WorkingTime>,
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    schedule: String,
    conventions: Option<Conventions>,
    #[serde(default)]
    ask: Ask,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    /// `due` and `start_by`: of the budget; `elapsed`: of the answer.
    minutes: i64,
    #[serde(default)]
    seconds: i64,
    openings: Option<usize>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Ask {
    #[default]
    Elapsed,
    Due,
    StartBy,
}

#[test]
fn worked_examples_come_out_as_published_or_corrected() {
    let vectors: Vectors = toml::from_str(include_str!("vectors/business_time.toml")).unwrap();
    assert!(vectors.case.len() > 35);
    for case in vectors.case {
        let mut working_time = vectors.schedules[&case.schedule].clone();
        if let Some(conventions) = case.conventions {
            working_time = working_time.with_conventions(conventions).unwrap();
        }
        let schedule = working_time.compile();
        let budget = TimeDelta::minutes(case.minutes) + TimeDelta::seconds(case.seconds);
        match case.ask {
            Ask::Elapsed => {
                assert_eq!(schedule.elapsed(case.from, case.to), budget, "{}", case.name);
            }
            Ask::Due => assert_eq!(schedule.due(case.from, budget), Ok(case.to), "{}", case.name),
            Ask::StartBy => {
                assert_eq!(schedule.start_by(case.to, budget), Ok(case.from), "{}", case.name);
            }
        }
        if let Some(openings) = case.openings {
            assert_eq!(schedule.openings(case.from..case.to).count(), openings, "{}", case.name);
        }
    }
}

#[test]
fn zendesk_intervals_are_minutes_since_sunday() {
    // The two schedules of the second example, as Zendesk gives them.
    let first =
        [(720, 1560), (2160, 3000), (3600, 4440), (5040, 5880), (6480, 7320), (7920, 8760), (9360, 10_200)];
    // The last one runs past the end of the week, which Zendesk's interface does not allow.
    assert!(WeeklyHours::from_minutes_of_week(first).is_err());
    let hours = WeeklyHours::from_minutes_of_week(
        first.into_iter().map(|(from, to)| (from, to.min(10_080))).chain([(0, 120)]),
    )
    .unwrap();
    assert_eq!(hours.to_string(), "Mo-Fr 12:00-02:00; Sa 12:00-24:00; Su 00:00-02:00,12:00-02:00");

    let second = [(2340, 2910), (3780, 4350), (5220, 5790), (6660, 7230), (8100, 8670)];
    let hours = WeeklyHours::from_minutes_of_week(second).unwrap();
    assert_eq!(hours.to_string(), "Mo-Fr 15:00-00:30");

    let all_week = WeeklyHours::from_minutes_of_week([(0, 10_080)]).unwrap();
    assert_eq!(all_week, WeeklyHours::always());
}
