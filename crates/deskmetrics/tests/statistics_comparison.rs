//! Comparisons against scipy 1.16 and statsmodels 0.14, and their invariants.
#![allow(clippy::unwrap_used)]

use chrono::TimeDelta;
use deskmetrics::kpi;
use deskmetrics::{
    Comparison, DurationSketch, Durations, Estimates, Interval, Mean, NetScore, Ratio, Scale, ScoreCounts,
    Significance,
};
use proptest::prelude::*;

fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-6, "found {found}, expected {expected}");
}

#[test]
fn two_shares() {
    // statsmodels proportions_ztest and confint_proportions_2indep(method="newcomb")
    let change = Comparison::of_shares(Ratio::new(56, 70), Ratio::new(48, 80), 0.95).unwrap();
    close(change.p_value, 0.008_045_081_4);
    close(change.interval.lower, 0.052_431_472_4);
    close(change.interval.upper, 0.333_872_654_0);
}

#[test]
fn a_share_against_the_sector() {
    let change = Comparison::of_share_against(Ratio::new(164, 200), 0.75, 0.95).unwrap();
    close(change.difference, 0.07);
    close(change.p_value, 0.022_243_120_6);
}

#[test]
fn two_means() {
    // scipy.stats.ttest_ind(equal_var=False)
    let first: Mean = [2, 3, 2, 4, 3, 2].into_iter().collect();
    let second: Mean = [4, 5, 3, 6, 5, 4].into_iter().collect();
    let change = Comparison::of_means(&first, &second, 0.95).unwrap();
    close(change.p_value, 0.007_618_649_7);
    close(change.interval.lower, -3.052_315_267_3);
    close(change.interval.upper, -0.614_351_399_4);
}

#[test]
fn a_mean_against_the_sector() {
    // scipy.stats.ttest_1samp
    let mean: Mean = [4, 5, 3, 6, 5, 4].into_iter().collect();
    let change = Comparison::of_mean_against(&mean, 4.0, 0.95).unwrap();
    close(change.p_value, 0.295_558_644_7);
    close(change.interval.lower, 3.399_342_615_3 - 4.0);
    close(change.interval.upper, 5.600_657_384_7 - 4.0);
}

#[test]
fn eleven_points_ahead_of_the_sector() {
    let sector = 0.30;
    let few = NetScore { positive: 30, neutral: 11, negative: 9 };
    let many = NetScore { positive: 600, neutral: 220, negative: 180 };
    let ahead = |score| Comparison::of_net_score_against(score, sector, 0.95).unwrap().scaled(100.0);
    close(ahead(few).difference, 12.0);
    assert_eq!(ahead(few).significance(30), Significance::NotSignificant);
    assert_eq!(ahead(many).significance(30), Significance::Significant);
    assert_eq!(ahead(few).significance(100), Significance::TooFew);
}

#[test]
fn two_medians() {
    let spread = |base: i64| -> Durations { (0..60).map(|i| TimeDelta::minutes(base + i)).collect() };
    let change = Comparison::of_medians(&spread(60), &spread(30), 0.95).unwrap().scaled(1.0 / 60e6);
    close(change.difference, 30.0);
    assert!(change.interval.lower > 15.0 && change.interval.upper < 45.0, "{change:?}");
    assert_eq!(change.significance(30), Significance::Significant);
    let same = Comparison::of_medians(&spread(30), &spread(30), 0.95).unwrap();
    assert_eq!(same.significance(30), Significance::NotSignificant);
}

#[test]
fn a_kpi_against_its_own_past() {
    let stars = Scale::csat(1, 5).unwrap();
    let before = kpi::csat(std::iter::repeat_n(5, 600).chain(std::iter::repeat_n(1, 400)), &stars);
    let after = kpi::csat(std::iter::repeat_n(5, 700).chain(std::iter::repeat_n(1, 300)), &stars);
    let change = after.change_from(&before, 0.95).unwrap();
    close(change.difference, 10.0); // percent points
    assert_eq!(change.significance(30), Significance::Significant);
    assert!(after.change_from(&kpi::Csat::new(&stars), 0.95).is_none());
}

#[test]
fn a_difference_where_nothing_varies() {
    let all: Mean = [3, 3, 3].into_iter().collect();
    let other: Mean = [4, 4, 4].into_iter().collect();
    assert!(Comparison::of_means(&all, &other, 0.95).unwrap().p_value < 1e-9);
    close(Comparison::of_means(&all, &all, 0.95).unwrap().p_value, 1.0);
    close(Comparison::of_shares(Ratio::new(5, 5), Ratio::new(9, 9), 0.95).unwrap().p_value, 1.0);
}

proptest! {
    #[test]
    fn swapping_the_sides_turns_the_sign(
        a in (0..500_u64, 1..500_u64), b in (0..500_u64, 1..500_u64), level in 0.5..0.999_f64,
    ) {
        let (first, second) = (Ratio::new(a.0, a.1), Ratio::new(b.0, b.1));
        let forward = Comparison::of_shares(first, second, level).unwrap();
        let backward = Comparison::of_shares(second, first, level).unwrap();
        prop_assert!((forward.difference + backward.difference).abs() < 1e-12);
        prop_assert!((forward.interval.lower + backward.interval.upper).abs() < 1e-12);
        prop_assert!((forward.p_value - backward.p_value).abs() < 1e-12);
        prop_assert!((0.0..=1.0).contains(&forward.p_value));
        prop_assert!(forward.interval.contains(forward.difference));
    }

    #[test]
    fn no_level_and_no_data_makes_a_panic(
        level in prop_oneof![Just(0.0), Just(1.0), Just(f64::NAN), Just(-3.0), 0.0..1.0_f64],
        hits in any::<u64>(), total in any::<u64>(), values in prop::collection::vec(any::<i64>(), 0..20),
        scores in prop::collection::vec(any::<u32>(), 0..6),
    ) {
        let ratio = Ratio::new(hits, total);
        let _ = Comparison::of_shares(ratio, ratio, level);
        let _ = Comparison::of_share_against(ratio, level, level);
        let net = NetScore { positive: hits, neutral: total, negative: hits };
        let _ = Comparison::of_net_scores(net, net, level);
        let mean: Mean = scores.into_iter().collect();
        let _ = Comparison::of_means(&mean, &mean, level);
        let _ = Comparison::of_mean_against(&mean, level, level);
        let durations: Durations = values.into_iter().map(TimeDelta::microseconds).collect();
        let _ = Comparison::of_medians(&durations, &durations, level);
        let _ = Comparison::of_means(&durations, &durations, level);
        let _ = durations.quantile_interval(level, level);
        let _ = durations.summary();
    }
    #[test]
    fn an_interval_contains_its_estimate_and_is_within_the_scale(
        counts in prop::collection::vec(0..40_u64, 5), replies in prop::collection::vec(0..9_u32, 0..30),
        seconds in prop::collection::vec(0..900_000_i64, 0..30), level in 0.01..0.999_f64,
    ) {
        let check = |value: Option<f64>, interval: Option<Interval>, lowest: f64, highest: f64| {
            let Some((value, interval)) = value.zip(interval) else { return };
            let slack = 1e-9 * highest.min(1e9);
            assert!(
                interval.lower - slack <= value && value <= interval.upper + slack,
                "{value} outside {interval:?}"
            );
            assert!(interval.lower >= lowest && interval.upper <= highest, "{interval:?} leaves the scale");
        };
        let mut stars = ScoreCounts::new(1, 5);
        for (score, times) in (1..).zip(&counts) {
            stars.push_many(score, *times);
        }
        check(stars.mean(), stars.mean_interval(level), 1.0, 5.0);
        let net = NetScore { positive: counts[0], neutral: counts[1], negative: counts[2] };
        check(net.net(), net.interval(level), -1.0, 1.0);
        check(net.net(), net.wald_interval(level), -1.0, 1.0);
        let share = Ratio::new(counts[3], counts[3] + counts[4]);
        check(share.share(), share.interval(level), 0.0, 1.0);
        let mean: Mean = replies.into_iter().collect();
        check(mean.value(), mean.interval(level), 0.0, f64::INFINITY);
        let durations: Durations = seconds.iter().copied().map(TimeDelta::seconds).collect();
        check(durations.mean_micros(), durations.mean_interval(level), 0.0, f64::INFINITY);
        let sketch: DurationSketch = seconds.into_iter().map(TimeDelta::seconds).collect();
        check(sketch.mean_micros(), sketch.mean_interval(level), 0.0, f64::INFINITY);
    }
}
