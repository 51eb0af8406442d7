//! Intervals and tests of samples of any size, against mpmath: data from `reference/make_tails.py`.
#![allow(clippy::unwrap_used)]

use std::time::{Duration, Instant};

use deskmetrics::interval::critical_t;
use deskmetrics::{Comparison, Ratio, ScoreCounts};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reference {
    #[serde(rename = "made_with")]
    _made_with: serde::de::IgnoredAny,
    /// Level, degrees of freedom, critical value.
    t: Vec<(f64, u64, f64)>,
    /// Count, expected count, p-value, ends of Garwood's interval.
    poisson: Vec<(u64, f64, f64, (f64, f64))>,
    /// Hits, total, p-value for a share of one half.
    half: Vec<(u64, u64, f64)>,
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("reference/tails.json")).unwrap()
}

/// To nine digits.
fn same(found: f64, expected: f64, what: &str) {
    assert!((found / expected - 1.0).abs() <= 1e-9, "{what}: found {found}, expected {expected}");
}

#[test]
fn critical_values_of_t_are_right_from_1_to_1e12_degrees() {
    for (level, degrees, expected) in reference().t {
        same(critical_t(level, degrees).unwrap(), expected, &format!("{degrees} degrees at {level}"));
    }
}

#[test]
fn tests_of_counts_are_right_up_to_1e12_events() {
    for (count, expected, p_value, ends) in reference().poisson {
        let what = format!("{count} against {expected}");
        let against = Comparison::of_count_against(count, expected, 0.95).unwrap();
        same(against.p_value, p_value, &what);
        same(against.interval.lower + expected, ends.0, &what);
        same(against.interval.upper + expected, ends.1, &what);
    }
    for (hits, total, p_value) in reference().half {
        let change = Comparison::of_counts(hits, total - hits, 0.95).unwrap();
        same(change.p_value, p_value, &format!("{hits} of {total}"));
    }
}

#[test]
fn fishers_test_is_right_with_few_hits_among_very_many() {
    // three hits in all: 1, 3, 3, 1 eighths
    let p_value = |first, second| Comparison::of_shares(first, second, 0.95).unwrap().p_value;
    same(p_value(Ratio::new(0, 1 << 60), Ratio::new(3, 1 << 60)), 0.25, "three hits among 2^61");
    // one side is a thousandth of all: the chance that one of two hits is there
    same(
        p_value(Ratio::new(1, 1 << 50), Ratio::new(1, 1023 << 50)),
        1.0 - (1023.0_f64 / 1024.0).powi(2),
        "two hits",
    );
    // as many hits as records on the small side
    same(p_value(Ratio::new(4, 4), Ratio::new(1 << 61, 1 << 62)), 0.125, "half of all");
}

#[test]
fn no_statistic_takes_long_or_fails_at_extreme_sizes() {
    let start = Instant::now();
    let sizes = [0, 1, 2, 1000, 1 << 20, 14_400_001, 1 << 33, 1 << 52, u64::MAX / 4];
    for n in sizes {
        for hits in [0, 1.min(n), n / 3, n / 2, n] {
            let share = Ratio::new(hits, n);
            for m in sizes {
                let _ = Comparison::of_shares(share, Ratio::new(m / 3, m), 0.95);
                let _ = Comparison::of_counts(n, m, 0.95);
                let _ = Comparison::of_count_against(n, m as f64, 0.95);
            }
        }
        for level in [f64::MIN_POSITIVE, 0.5, 1.0 - f64::EPSILON] {
            assert!(critical_t(level, n).is_none_or(f64::is_finite), "{n} at {level}");
        }
    }
    for benchmark in [f64::MIN_POSITIVE, 1e300, f64::NAN, f64::INFINITY] {
        let _ = Comparison::of_count_against(7, benchmark, 0.95);
    }
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
}

#[test]
fn the_mean_of_25_million_answers_has_its_interval() {
    let mut scores = ScoreCounts::new(1, 5);
    for score in 1..=5 {
        scores.push_many(score, 5_000_000);
    }
    let interval = scores.mean_interval(0.95).unwrap();
    // the standard deviation is √2 √(n / (n - 1))
    let error = (2.0_f64 / 24_999_999.0).sqrt();
    // scipy.stats.t.ppf(0.975, 24_999_999)
    same(interval.upper - interval.lower, 2.0 * 1.959_964_079_430_9 * error, "width");
}
