//! Statistics against scipy, statsmodels, lifelines and numpy: data from `reference/make_reference.py`.
#![allow(clippy::unwrap_used, clippy::float_cmp)]

use std::collections::BTreeMap;

use chrono::TimeDelta;
use deskmetrics::survey::Representativeness;
use deskmetrics::{Comparison, DurationSketch, Durations, Interval, Mean, NetScore, Ratio, Survival};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reference {
    made_with: BTreeMap<String, String>,
    shares: Vec<Share>,
    share_differences: Vec<Difference<(u64, u64)>>,
    net_scores: Vec<Net>,
    means: Vec<MeanOf>,
    mean_differences: Vec<Difference<Vec<u32>>>,
    quantiles: Vec<Quantiles>,
    quantile_intervals: Vec<QuantileIntervals>,
    survival: Vec<Watched>,
    responses: Vec<Response>,
    survival_differences: Vec<SurvivalDifference>,
    counts: Vec<Events>,
    rate_differences: Vec<Difference<(u64, f64)>>,
    median_benchmarks: Vec<MedianBenchmark>,
}

/// The upper end is `None` where it is infinite.
type Ends = (f64, Option<f64>);

#[derive(Deserialize)]
struct Share {
    hits: u64,
    total: u64,
    level: f64,
    interval: Ends,
}

#[derive(Deserialize)]
struct Difference<T> {
    first: T,
    second: T,
    level: f64,
    p_value: f64,
    interval: Ends,
}

#[derive(Deserialize)]
struct Net {
    positive: u64,
    neutral: u64,
    negative: u64,
    level: f64,
    interval: Ends,
}

#[derive(Deserialize)]
struct MeanOf {
    scores: Vec<u32>,
    level: f64,
    mean: f64,
    interval: Ends,
}

#[derive(Deserialize)]
struct Quantiles {
    seconds: Vec<i64>,
    values: Vec<(f64, f64)>,
}

#[derive(Deserialize)]
struct QuantileIntervals {
    seconds: Vec<i64>,
    intervals: Vec<AtLevel>,
}

#[derive(Deserialize)]
struct AtLevel {
    #[serde(default)]
    q: f64,
    level: f64,
    interval: Option<Ends>,
}

#[derive(Deserialize)]
struct Watched {
    seconds: Vec<i64>,
    ended: Vec<bool>,
    median: Option<f64>,
    intervals: Vec<AtLevel>,
    within: Vec<(i64, f64)>,
    curve: Vec<(f64, f64, Option<Ends>, u64, u64)>,
}

#[derive(Deserialize)]
struct SurvivalDifference {
    sides: [Side; 2],
    p_value: f64,
    difference: Option<f64>,
    interval: Option<(Option<f64>, Option<f64>)>,
}

#[derive(Deserialize)]
struct Side {
    seconds: Vec<i64>,
    ended: Vec<bool>,
}

#[derive(Deserialize)]
struct Events {
    count: u64,
    benchmark: f64,
    level: f64,
    p_value: f64,
    interval: Ends,
}

#[derive(Deserialize)]
struct MedianBenchmark {
    seconds: Vec<i64>,
    benchmark: i64,
    p_value: f64,
}

#[derive(Deserialize)]
struct Response {
    answered: Vec<u64>,
    invited: Vec<u64>,
    p_value: f64,
    r_indicator: f64,
    variation: f64,
    effective_n: f64,
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("reference/reference.json")).unwrap()
}

/// To nine digits.
fn same(found: f64, expected: f64, what: &str) {
    let off = (found - expected).abs();
    assert!(off <= 1e-9 * expected.abs().max(1.0), "{what}: found {found}, expected {expected}");
}

fn same_ends(found: Option<Interval>, expected: Ends, what: &str) {
    let found = found.unwrap_or_else(|| panic!("{what}: no interval"));
    same(found.lower, expected.0, &format!("{what}, lower end"));
    match expected.1 {
        Some(upper) => same(found.upper, upper, &format!("{what}, upper end")),
        None => assert!(found.upper.is_infinite(), "{what}: upper end {}", found.upper),
    }
}

fn durations(seconds: &[i64]) -> Durations {
    seconds.iter().map(|seconds| TimeDelta::seconds(*seconds)).collect()
}

fn survival(seconds: &[i64], ended: &[bool]) -> Survival {
    let mut survival = Survival::default();
    for (seconds, ended) in seconds.iter().zip(ended) {
        if *ended {
            survival.push_finished(seconds * 1_000_000);
        } else {
            survival.push_censored(seconds * 1_000_000);
        }
    }
    survival
}

/// To seven digits: as exact as the quantiles and tails of the gamma and beta distributions are on both sides.
fn close(found: f64, expected: f64, what: &str) {
    let off = (found - expected).abs();
    assert!(off <= 1e-7 * expected.abs().max(1.0), "{what}: found {found}, expected {expected}");
}

fn in_seconds(interval: Option<Interval>) -> Option<Interval> {
    interval.map(|interval| interval.scaled(1e-6))
}

#[test]
fn the_versions_are_those_required() {
    let required = include_str!("reference/requirements.txt");
    for (name, version) in reference().made_with {
        assert!(required.contains(&format!("{name}=={version}")), "{name} {version}");
    }
}

#[test]
fn wilson_intervals_are_those_of_statsmodels() {
    for case in reference().shares {
        let what = format!("{} of {} at {}", case.hits, case.total, case.level);
        same_ends(Ratio::new(case.hits, case.total).interval(case.level), case.interval, &what);
    }
}

#[test]
fn differences_of_shares_are_those_of_statsmodels() {
    for case in reference().share_differences {
        let (first, second) =
            (Ratio::new(case.first.0, case.first.1), Ratio::new(case.second.0, case.second.1));
        let change = Comparison::of_shares(first, second, case.level).unwrap();
        let what = format!("{first} against {second} at {}", case.level);
        same_ends(Some(change.interval), case.interval, &what);
        // Fisher's exact test answers for smaller counts.
        if expects_five_of_each(case.first, case.second) {
            same(change.p_value, case.p_value, &what);
        }
    }
}

/// Whether at least five hits and five misses are to be expected of each of two samples of equal shares.
fn expects_five_of_each(first: (u64, u64), second: (u64, u64)) -> bool {
    let (hits, total) = (first.0 + second.0, first.1 + second.1);
    [first.1, second.1].iter().all(|size| [hits, total - hits].iter().all(|part| size * part >= 5 * total))
}

#[test]
fn adjusted_wald_intervals_are_z_intervals_of_the_enlarged_sample() {
    for Net { positive, neutral, negative, level, interval } in reference().net_scores {
        let score = NetScore { positive, neutral, negative };
        // Ours holds the score itself, which the enlarged sample need not.
        let net = score.net().unwrap();
        let interval = (interval.0.min(net), interval.1.map(|upper| upper.max(net)));
        same_ends(score.interval(level), interval, &format!("{score:?} at {level}"));
    }
}

#[test]
fn means_are_those_of_statsmodels() {
    for case in reference().means {
        let mean: Mean = case.scores.iter().copied().collect();
        same(mean.value().unwrap(), case.mean, "mean");
        same_ends(
            mean.interval(case.level),
            // Ours stops at 0.
            (case.interval.0.max(0.0), case.interval.1),
            &format!("mean of {} at {}", mean.n(), case.level),
        );
    }
}

#[test]
fn differences_of_means_are_those_of_scipy() {
    for case in reference().mean_differences {
        let (first, second): (Mean, Mean) =
            (case.first.into_iter().collect(), case.second.into_iter().collect());
        let change = Comparison::of_means(&first, &second, case.level).unwrap();
        same(change.p_value, case.p_value, "Welch's p-value");
        same_ends(Some(change.interval), case.interval, "Welch's interval");
    }
}

#[test]
fn quantiles_are_those_of_numpy() {
    for Quantiles { seconds, values } in reference().quantiles {
        let durations = durations(&seconds);
        let sketch = DurationSketch::from(&durations);
        for (q, value) in values {
            let what = format!("quantile {q} of {}", seconds.len());
            same(durations.quantile_micros(q).unwrap() / 1e6, value, &what);
            let sketched = sketch.quantile_micros(q).unwrap() / 1e6;
            assert!(
                (sketched - value).abs() <= DurationSketch::RELATIVE_ERROR * value,
                "{what}: sketched {sketched}"
            );
        }
    }
}

#[test]
fn intervals_of_quantiles_have_scipys_ranks() {
    for QuantileIntervals { seconds, intervals } in reference().quantile_intervals {
        for AtLevel { q, level, interval } in intervals {
            let found = in_seconds(durations(&seconds).quantile_interval(q, level));
            let what = format!("quantile {q} of {} at {level}", seconds.len());
            match interval {
                Some(ends) => same_ends(found, ends, &what),
                None => assert!(found.is_none(), "{what}: {found:?}"),
            }
        }
    }
}

#[test]
fn censored_medians_are_those_of_lifelines() {
    for Watched { seconds, ended, median, intervals, within, curve } in reference().survival {
        let survival = survival(&seconds, &ended);
        let what = format!("{} of {} ended", ended.iter().filter(|ended| **ended).count(), ended.len());
        assert_eq!(survival.quantile_micros(0.5).map(|micros| micros / 1e6), median, "{what}: median");
        for AtLevel { level, interval, .. } in intervals {
            let found = in_seconds(survival.median_interval(level));
            match interval {
                Some(ends) => same_ends(found, ends, &format!("{what}: at {level}")),
                None => assert!(found.is_none(), "{what}: {found:?}"),
            }
        }
        for (limit, share) in within {
            same(
                survival.share_within(TimeDelta::seconds(limit)).unwrap(),
                share,
                &format!("{what}: within {limit}"),
            );
        }
        let steps = survival.curve(0.95);
        assert!(curve.is_empty() || curve.len() == steps.len(), "{what}: steps");
        for (step, (at, running, interval, at_risk, ended)) in steps.iter().zip(curve) {
            let what = format!("{what}: step at {at}");
            assert_eq!((step.seconds, step.at_risk, step.ended), (at, at_risk, ended), "{what}");
            same(step.running, running, &what);
            if let Some(ends) = interval {
                same_ends(Some(step.interval), ends, &what);
            }
        }
    }
}

#[test]
fn differences_of_censored_medians_are_those_of_lifelines() {
    for case in reference().survival_differences {
        let [first, second] = case.sides.map(|side| survival(&side.seconds, &side.ended));
        let Some((difference, (lower, upper))) = case.difference.zip(case.interval) else {
            assert!(Comparison::of_survivals(&first, &second, 0.95).is_none());
            continue;
        };
        let change = Comparison::of_survivals(&first, &second, 0.95).unwrap().scaled(1e-6);
        let what = format!("{} against {}", first.n(), second.n());
        same(change.difference, difference, &what);
        same(change.p_value, case.p_value, &format!("{what}: log-rank"));
        assert_eq!(
            (change.interval.lower.is_finite(), change.interval.upper.is_finite()),
            (lower.is_some(), upper.is_some())
        );
        for (found, expected) in [(change.interval.lower, lower), (change.interval.upper, upper)] {
            if let Some(expected) = expected {
                same(found, expected, &what);
            }
        }
    }
}

#[test]
fn counts_are_compared_as_statsmodels_and_scipy_do() {
    for case in reference().counts {
        let against = Comparison::of_count_against(case.count, case.benchmark, case.level).unwrap();
        let what = format!("{} against {} at {}", case.count, case.benchmark, case.level);
        close(against.p_value, case.p_value, &what);
        close(against.interval.lower + case.benchmark, case.interval.0, &what);
        close(against.interval.upper + case.benchmark, case.interval.1.unwrap(), &what);
    }
    for case in reference().rate_differences {
        let change = Comparison::of_rates(case.first, case.second, case.level).unwrap();
        let what = format!("{:?} against {:?} at {}", case.first, case.second, case.level);
        close(change.p_value, case.p_value, &what);
        close(change.interval.lower, case.interval.0, &what);
        close(change.interval.upper, case.interval.1.unwrap(), &what);
    }
}

#[test]
fn the_sign_test_is_that_of_scipy() {
    for case in reference().median_benchmarks {
        let benchmark = TimeDelta::seconds(case.benchmark);
        let against = Comparison::of_median_against(&durations(&case.seconds), benchmark, 0.95).unwrap();
        same(against.p_value, case.p_value, &format!("{} against {benchmark}", case.seconds.len()));
    }
}

#[test]
fn uneven_response_is_measured_as_scipy_and_numpy_do() {
    for case in reference().responses {
        let names: Vec<String> = (0..case.invited.len()).map(|number| format!("segment {number}")).collect();
        let mut response = Representativeness::default();
        for ((name, answered), invited) in names.iter().zip(&case.answered).zip(&case.invited) {
            response.push_counts(name, Ratio::new(*answered, *invited));
        }
        same(response.p_even().unwrap(), case.p_value, "chi-squared test");
        same(response.r_indicator().unwrap(), case.r_indicator, "R-indicator");
        same(response.variation().unwrap(), case.variation, "variation");
        let scores = names.iter().zip(&case.answered).map(|(name, n)| (name.as_str(), Ratio::new(n / 2, *n)));
        same(
            response.adjusted_percent(scores, 0.95).unwrap().effective_n,
            case.effective_n,
            "Kish's effective n",
        );
    }
}
