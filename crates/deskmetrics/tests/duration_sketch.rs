//! The sketch of durations: the invariants of merging, the stated error and rejected input.
#![allow(clippy::unwrap_used, clippy::cast_possible_truncation, clippy::cast_sign_loss)]

use chrono::TimeDelta;
use deskmetrics::{DurationSketch, Durations, Merge};
use proptest::prelude::*;

const ERROR: f64 = DurationSketch::RELATIVE_ERROR;

fn sketch(micros: &[i64]) -> DurationSketch {
    let mut sketch = DurationSketch::default();
    for micros in micros {
        sketch.push_micros(*micros);
    }
    sketch
}

fn exact(micros: &[i64]) -> Durations {
    Durations::from(micros.to_vec())
}

/// Of every size from a microsecond to what 64 bits hold, with both signs.
fn any_duration() -> impl Strategy<Value = i64> {
    prop_oneof![
        (any::<i64>(), 0..63_u32).prop_map(|(micros, shift)| micros >> shift),
        -3..300_i64,
        Just(i64::MIN)
    ]
}

fn joined(mut left: DurationSketch, right: DurationSketch) -> DurationSketch {
    left.merge(right);
    left
}

proptest! {
    #[test]
    fn any_split_in_any_order_gives_the_whole(
        micros in prop::collection::vec(any_duration(), 0..60), cuts in (0..60_usize, 0..60_usize),
    ) {
        let (first, second) = (cuts.0.min(cuts.1).min(micros.len()), cuts.0.max(cuts.1).min(micros.len()));
        let whole = sketch(&micros);
        let [a, b, c] = [&micros[..first], &micros[first..second], &micros[second..]].map(sketch);
        prop_assert_eq!(&joined(joined(a.clone(), b.clone()), c.clone()), &whole);
        prop_assert_eq!(&joined(a.clone(), joined(b.clone(), c.clone())), &whole);
        prop_assert_eq!(&joined(c, joined(b, a)), &whole);
        prop_assert_eq!(&joined(whole.clone(), DurationSketch::default()), &whole);
        prop_assert_eq!(&joined(DurationSketch::default(), whole.clone()), &whole);

        let stored = serde_json::to_string(&whole).unwrap();
        prop_assert_eq!(&serde_json::from_str::<DurationSketch>(&stored).unwrap(), &whole);
        prop_assert_eq!(&DurationSketch::from(&exact(&micros)), &whole);
    }

    /// The stated error, against the two exact values around a type 7 quantile.
    #[test]
    fn quantiles_are_as_near_as_stated(micros in prop::collection::vec(any_duration(), 1..80), q in 0.0..=1.0_f64) {
        let sketch = sketch(&micros);
        let mut sorted = micros.clone();
        sorted.sort_unstable();
        let place = q * (sorted.len() - 1) as f64;
        let low = sorted[place.floor() as usize] as f64;
        let high = sorted[place.ceil() as usize] as f64;
        let expected = exact(&micros).quantile_micros(q).unwrap();
        let found = sketch.quantile_micros(q).unwrap();
        let allowed = if low.signum() * high.signum() < 0.0 { low.abs().max(high.abs()) } else { expected.abs() };
        // beyond 2^53 the exact quantile rounds, too
        prop_assert!((found - expected).abs() <= allowed * (ERROR + 1e-15), "{found}, exactly {expected}");
    }

    #[test]
    fn count_sum_and_extremes_are_exact(micros in prop::collection::vec(any_duration(), 1..80)) {
        let (sketch, exact) = (sketch(&micros), exact(&micros));
        prop_assert_eq!(sketch.n(), exact.n());
        prop_assert_eq!(sketch.sum_micros(), exact.sum_micros());
        prop_assert_eq!(sketch.mean_micros(), exact.mean_micros());
        prop_assert_eq!((sketch.min(), sketch.max()), (exact.min(), exact.max()));
        prop_assert_eq!(sketch.quantile_micros(0.0), exact.quantile_micros(0.0));
        prop_assert_eq!(sketch.quantile_micros(1.0), exact.quantile_micros(1.0));
    }

    /// No duration up to the limit is missed, none that exceeds it by more than stated is counted.
    #[test]
    fn shares_within_a_limit_err_as_stated(
        seconds in prop::collection::vec(1..100_000_i64, 1..80), limit in 1..100_000_i64,
    ) {
        let durations: Durations = seconds.iter().map(|seconds| TimeDelta::seconds(*seconds)).collect();
        let sketch = DurationSketch::from(&durations);
        let limit = TimeDelta::seconds(limit);
        let found = sketch.within(limit);
        let a_little_later = limit + limit / 128;
        prop_assert_eq!(found.total, durations.n());
        prop_assert!(durations.within(limit).hits <= found.hits);
        prop_assert!(found.hits <= durations.within(a_little_later).hits);
        let bands = sketch.bands(&[limit * 2, limit]);
        prop_assert_eq!(bands[0], found.hits);
        prop_assert_eq!(bands.iter().sum::<u64>(), durations.n());
    }

    #[test]
    fn intervals_err_as_stated(seconds in prop::collection::vec(1..100_000_i64, 10..200)) {
        let durations: Durations = seconds.iter().map(|seconds| TimeDelta::seconds(*seconds)).collect();
        let sketch = DurationSketch::from(&durations);
        let (found, expected) = (sketch.quantile_interval(0.5, 0.95).unwrap(), durations.quantile_interval(0.5, 0.95).unwrap());
        prop_assert!((found.lower - expected.lower).abs() <= ERROR * expected.lower);
        prop_assert!((found.upper - expected.upper).abs() <= ERROR * expected.upper);
        let spread = durations.standard_error_micros().unwrap();
        // every value is off by at most 0.4 % of the largest, so is their spread
        let allowed = 2.0 * ERROR * 1e11 / (seconds.len() as f64).sqrt();
        prop_assert!((sketch.standard_error_micros().unwrap() - spread).abs() <= allowed);
    }
}

#[test]
fn short_durations_are_exact_and_nothing_is_something() {
    let micros: Vec<i64> = (-255..=255).collect();
    let sketch = sketch(&micros);
    for q in [0.1, 0.25, 0.5, 0.9] {
        assert_eq!(sketch.quantile_micros(q), exact(&micros).quantile_micros(q));
    }
    let empty = DurationSketch::default();
    assert_eq!((empty.n(), empty.mean(), empty.median(), empty.summary()), (0, None, None, None));
    assert_eq!(empty.within(TimeDelta::hours(1)).percent(), None);
    assert_eq!(empty.bands(&[TimeDelta::hours(1)]), [0, 0]);
}

#[test]
fn the_number_of_counters_is_bounded() {
    let mut sketch = DurationSketch::default();
    for shift in 0..63 {
        for cut in 0..128 {
            let micros = (1_i64 << shift).saturating_add(((1_i128 << shift) * cut / 128) as i64);
            sketch.push_micros(micros);
            sketch.push_micros(-micros);
        }
    }
    sketch.extend([TimeDelta::zero(), TimeDelta::MAX, TimeDelta::MIN]);
    sketch.push_micros(i64::MIN);
    let stored = serde_json::to_value(&sketch).unwrap();
    assert_eq!(stored["buckets"].as_array().unwrap().len(), 14_592);
}

#[test]
fn stored_counters_that_are_no_sketch_are_refused() {
    let stored = serde_json::to_value(sketch(&[1_000, 2_000, 2_000])).unwrap();
    assert_eq!(
        stored,
        serde_json::json!({
            "min_micros": 1_000, "max_micros": 2_000, "sum_micros": "5000", "buckets": [[506, 1], [634, 2]],
        })
    );
    let refused = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut stored = stored.clone();
        change(&mut stored);
        serde_json::from_value::<DurationSketch>(stored).unwrap_err().to_string()
    };
    assert_eq!(
        refused(&|stored| stored["buckets"][1][0] = 505.into()),
        "bucket 505 of a stored sketch is out of place: buckets ascend from -7296 to 7296"
    );
    assert!(refused(&|stored| stored["buckets"][1][0] = 7_297.into()).contains("out of place"));
    assert_eq!(
        refused(&|stored| stored["buckets"][0][1] = 0.into()),
        "bucket 506 of a stored sketch is empty: omit it"
    );
    assert!(refused(&|stored| stored["buckets"][0][1] = u64::MAX.into()).contains("64 bits"));
    assert!(refused(&|stored| stored["min_micros"] = 900.into()).contains("first and last bucket"));
    assert!(
        refused(&|stored| stored["max_micros"] = serde_json::Value::Null).contains("first and last bucket")
    );
    assert_eq!(
        refused(&|stored| stored["sum_micros"] = "9000".into()),
        "sum \"9000\" of a stored sketch is not what its buckets can add up to"
    );
    assert!(refused(&|stored| stored["sum_micros"] = "much".into()).contains("\"much\""));
}
