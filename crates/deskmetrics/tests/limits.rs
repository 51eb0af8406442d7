//! Input that is too deep or too large for its kind is an error that names the limit.
#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use deskmetrics::kpi::FcrPolicy;
use deskmetrics::schedule::{Schedule, ScheduleError, WeeklyHours, WorkingTime};

/// The result of work that ends soon.
fn soon<T>(work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = work();
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    result
}

#[test]
fn a_policy_nested_20_000_deep_is_no_policy() {
    let deep = "all_of(".repeat(20_000) + "single_reply" + &")".repeat(20_000);
    let refused = soon(|| deep.parse::<FcrPolicy>()).unwrap_err();
    assert!(refused.to_string().ends_with("all_of(single_reply, no_reopen_within(7days))"));
    assert!(serde_json::from_str::<FcrPolicy>(&format!("{deep:?}")).is_err());
    let open = "all_of(".repeat(20_000);
    assert!(soon(|| open.parse::<FcrPolicy>()).is_err());
}

/// Openings of one minute, from midnight on.
fn minutes(day: &str, openings: usize) -> String {
    let mut text = day.to_owned() + " ";
    for opening in 0..openings {
        let (hour, minute) = (opening * 2 / 60, opening * 2 % 60);
        let comma = if opening == 0 { "" } else { "," };
        write!(text, "{comma}{hour:02}:{minute:02}-{hour:02}:{:02}", minute + 1).unwrap();
    }
    text
}

fn refused(found: usize) -> ScheduleError {
    ScheduleError::TooManyOpenings { found, limit: Schedule::MOST_OPENINGS_A_DAY }
}

#[test]
fn a_schedule_opens_at_most_200_times_a_day() {
    let most = minutes("Mo", 200);
    let schedule = Schedule::parse("UTC", &most).unwrap();
    assert_eq!(soon(|| schedule.compile()).elapsed(monday(0), monday(24)), chrono::TimeDelta::minutes(200));

    assert_eq!(minutes("Mo-Su", 718).parse::<WeeklyHours>().unwrap_err(), refused(718));
    // one rule after another, added by commas
    let added = (0..100_000).fold(String::from("Mo 00:00-00:01"), |mut text, opening: u32| {
        let minute = opening % 1439;
        write!(text, ", Mo {:02}:{:02}-24:00", minute / 60, minute % 60).unwrap();
        text
    });
    assert_eq!(soon(|| added.parse::<WeeklyHours>()).unwrap_err(), refused(201));
    assert_eq!(
        refused(201).to_string(),
        "a day has 201 openings and breaks, more than the 200 that a schedule may have; join hours that touch, and split a \
         combination of many schedules"
    );
}

fn monday(hour: i64) -> chrono::DateTime<chrono::Utc> {
    "2026-03-02T00:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap() + chrono::TimeDelta::hours(hour)
}

#[test]
fn breaks_and_the_members_of_a_combination_count_together() {
    let breaks = |count: usize| {
        let pause = |i: usize| {
            format!(
                r#"{{"from": "{:02}:{:02}", "to": "{:02}:{:02}"}}"#,
                i / 4,
                i % 4 * 15,
                i / 4,
                i % 4 * 15 + 5
            )
        };
        (0..count).map(pause).collect::<Vec<_>>().join(",")
    };
    let with_breaks =
        |count| format!(r#"{{"time_zone": "UTC", "hours": "24/7", "breaks": [{}]}}"#, breaks(count));
    assert!(serde_json::from_str::<WorkingTime>(&with_breaks(90)).is_ok());
    let three = format!(r#"{{"any_of": [{0}, {0}, {0}]}}"#, with_breaks(90));
    let error = serde_json::from_str::<WorkingTime>(&three).unwrap_err().to_string();
    assert!(error.starts_with(&refused(273).to_string()), "{error}");
    // of the versions of a history, only one is in force
    let versions = format!(
        r#"{{"versions": [{0}, {{"from": "2026-01-01", {1}, {{"from": "2027-01-01", {1}]}}"#,
        with_breaks(90),
        with_breaks(90).trim_start_matches('{')
    );
    assert!(serde_json::from_str::<WorkingTime>(&versions).is_ok());
}

#[test]
fn combinations_nest_at_most_16_deep_in_every_format() {
    let nested = |levels: usize| {
        r#"{"any_of":["#.repeat(levels) + r#"{"time_zone":"UTC","hours":"24/7"}"# + &"]}".repeat(levels)
    };
    let whole: WorkingTime = serde_json::from_str(&nested(16)).unwrap();
    assert_eq!(serde_json::to_value(&whole).unwrap()["any_of"].as_array().unwrap().len(), 1);
    let error = serde_json::from_str::<WorkingTime>(&nested(17)).unwrap_err().to_string();
    assert!(
        error.starts_with("any_of, all_of and versions are nested more than 16 levels deep; put the inner schedules into the level above"),
        "{error}"
    );
    // after an error the next schedule is read
    assert!(serde_json::from_str::<WorkingTime>(&nested(16)).is_ok());
    let toml = "any_of = [".to_owned() + &"{ any_of = [".repeat(20_000) + &"] }".repeat(20_000) + "]";
    assert!(soon(|| toml::from_str::<WorkingTime>(&toml)).is_err());
    assert!(soon(|| serde_json::from_str::<WorkingTime>(&nested(20_000))).is_err());
}
