//! The worked examples of `vectors/kpi.toml`, each against the library.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use chrono::TimeDelta;
use deskmetrics::{
    Durations, Estimate, Estimates, Interval, Invitation, Merge, Ratio, Reason, Replayed, Scale, Status,
    Survival, Ticket, TicketMetrics, Timestamp, kpi,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Vectors {
    scores: Vec<Scores>,
    shares: Vec<Share>,
    durations: Vec<Times>,
    survival: Vec<Curve>,
}

#[derive(Deserialize)]
struct Scores {
    source: String,
    kpi: String,
    #[serde(default = "Scale::nps")]
    scale: Scale,
    counts: BTreeMap<String, usize>,
    expect: BTreeMap<String, f64>,
    interval: Option<Limits>,
}

#[derive(Deserialize)]
struct Limits {
    measure: String,
    lower: f64,
    upper: f64,
    digits: i32,
}

#[derive(Deserialize)]
struct Share {
    source: String,
    hits: u64,
    total: u64,
    lower: f64,
    upper: f64,
}

#[derive(Deserialize)]
struct Times {
    source: String,
    seconds: Vec<i64>,
    mean: f64,
    median: f64,
    p90: Option<f64>,
    p95: Option<f64>,
}

#[derive(Deserialize)]
struct Curve {
    source: String,
    finished: Vec<i64>,
    censored: Vec<i64>,
    median: Option<f64>,
    lower: Option<f64>,
    upper: Option<f64>,
}

fn vectors() -> Vectors {
    toml::from_str(include_str!("vectors/kpi.toml")).unwrap()
}

#[track_caller]
fn close(source: &str, found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{source}: found {found}, expected {expected}");
}

#[test]
fn surveys() {
    for case in vectors().scores {
        let answers = case
            .counts
            .iter()
            .flat_map(|(score, times)| std::iter::repeat_n(score.parse::<i32>().unwrap(), *times));
        let estimates = match case.kpi.as_str() {
            "csat" => kpi::csat(answers, &case.scale).estimates(0.95),
            "ces" => kpi::ces(answers, &case.scale).estimates(0.95),
            "nps" => kpi::nps(answers).estimates(0.95),
            other => panic!("no survey KPI named {other}"),
        };
        let find = |measure: &str| -> &Estimate {
            estimates.iter().find(|estimate| estimate.measure == measure).unwrap()
        };
        for (measure, expected) in &case.expect {
            close(&case.source, find(measure).value.unwrap(), *expected, 1e-6);
        }
        if let Some(limits) = &case.interval {
            let interval: Interval = find(&limits.measure).interval.unwrap();
            let rounding = 0.5 * 10_f64.powi(-limits.digits);
            close(&case.source, interval.lower, limits.lower, rounding);
            close(&case.source, interval.upper, limits.upper, rounding);
        }
    }
}

#[test]
fn shares() {
    for case in vectors().shares {
        let interval = Ratio::new(case.hits, case.total).interval(0.95).unwrap();
        close(&case.source, interval.lower, case.lower, 1e-6);
        close(&case.source, interval.upper, case.upper, 1e-6);
    }
}

#[test]
fn durations() {
    for case in vectors().durations {
        let durations: Durations = case.seconds.iter().copied().map(TimeDelta::seconds).collect();
        let seconds = |micros: Option<f64>| micros.unwrap() / 1e6;
        close(&case.source, seconds(durations.mean_micros()), case.mean, 1e-9);
        for (q, expected) in [(0.5, Some(case.median)), (0.9, case.p90), (0.95, case.p95)] {
            if let Some(expected) = expected {
                close(&case.source, seconds(durations.quantile_micros(q)), expected, 1e-9);
            }
        }
    }
}

#[test]
fn survival() {
    for case in vectors().survival {
        let days = |days: &[i64]| days.iter().copied().map(TimeDelta::days).collect();
        let survival = Survival::new(days(&case.finished), days(&case.censored));
        let in_days = |micros: f64| micros / 86_400e6;
        assert_eq!(survival.quantile_micros(0.5).map(in_days), case.median, "{}", case.source);
        let interval = survival.median_interval(0.95);
        assert_eq!(interval.map(|interval| in_days(interval.lower)), case.lower, "{}", case.source);
        let upper = interval.map(|interval| in_days(interval.upper)).filter(|upper| upper.is_finite());
        assert_eq!(upper, case.upper, "{}", case.source);
    }
}

#[test]
fn a_year_of_simple_and_complex_tickets() {
    // Half the tickets take about 8 days, half about 272; one ticket of each kind a day, observed after a year. The
    // solved ones alone give much shorter times than all of them.
    let mut survival = Survival::default();
    for day in 0..365_i64 {
        for (index, duration) in [8, 272].into_iter().enumerate() {
            // spread around the median without chance: factors from 0.2 to 5
            let factor =
                5_f64.powf(((day * 37 + i64::try_from(index).unwrap() * 11) % 101) as f64 / 50.0 - 1.0);
            #[expect(clippy::cast_possible_truncation, reason = "a few hundred days in microseconds")]
            let micros = (f64::from(duration) * factor * 86_400e6) as i64;
            let watched = (365 - day) * 86_400_000_000;
            if micros <= watched {
                survival.push_finished(micros);
            } else {
                survival.push_censored(watched);
            }
        }
    }
    let (naive, honest) = (survival.finished().median().unwrap(), survival.median().unwrap());
    assert!(honest > naive * 2, "naive {naive}, censored {honest}");
}

/// Trengo: three surveys sent in the window, one answered in it, one answered later; and one answer in the window to a
/// survey sent before it, which belongs to that survey's cohort.
#[test]
fn same_window_response_rate() {
    let at = |day: u32| format!("2026-03-{day:02}T12:00:00Z").parse::<Timestamp>().unwrap();
    let sent = |day| Invitation::new("i", "csat", at(day));
    let window = [sent(8), sent(9).with_answered_at(at(10)), sent(10).with_answered_at(at(20))];
    let mut rate = kpi::ResponseRate::default().with_as_of(at(15));
    rate.extend(&window);
    assert_eq!(rate.percent().map(f64::round), Some(33.0));
    let later = kpi::response_rate(&window);
    assert_eq!(later.percent().map(f64::round), Some(67.0));
}

/// Events, tickets and customers: created, solved and open.
#[test]
fn customers_behind_created_solved_and_open_tickets() {
    let at: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
    let ticket = |customer: Option<&str>, status| {
        let mut ticket = Replayed::new(Ticket::new("T", at), TicketMetrics::new(at, at));
        ticket.ticket.requester = customer.map(Into::into);
        ticket.metrics.status = status;
        if status == Status::Solved {
            ticket.metrics.first_solved_at = Some(at);
            ticket.metrics.last_solved_at = Some(at);
        }
        ticket
    };
    let tickets = [
        ticket(Some("ana"), Status::Solved),
        ticket(Some("ana"), Status::Solved),
        ticket(Some("ana"), Status::Open),
        ticket(Some("bo"), Status::Open),
        ticket(None, Status::Open),
    ];
    let count = |mut tally: kpi::Customers| {
        tally.extend(&tickets);
        (tally.count(), tally.tickets_per_customer(), tally.excluded().to_string())
    };
    let anonymous = "1 customer unknown".to_owned();
    assert_eq!(count(kpi::Customers::default()), (2, Some(2.0), anonymous.clone()));
    assert_eq!(count(kpi::Customers::with_open(at)), (2, Some(1.0), anonymous));
    assert_eq!(count(kpi::Customers::with_solved()), (1, Some(2.0), "3 not solved".to_owned()));

    let mut created = kpi::Customers::default();
    created.extend(&tickets);
    let mut solved = kpi::Customers::with_solved();
    solved.extend(&tickets);
    created.merge(solved);
    assert_eq!((created.count(), created.excluded().count(Reason::OtherOptions)), (2, 2));
}
