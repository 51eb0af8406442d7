//! Median durations, finished ones alone or with those still running.

use super::{Comparison, ratio_or_zero};
use crate::stats::durations::quantile_of_sorted;
use crate::stats::interval::{Interval, IntervalMethod, median_standard_error, p_of_z};
use crate::stats::tail;
use crate::{Durations, Survival};

impl Comparison {
    /// One median duration minus another, in microseconds: Bonett and Price's interval (2020), with standard errors from
    /// order statistics, and its z test. `None` for fewer than four durations on a side.
    pub fn of_medians(first: &Durations, second: &Durations, level: f64) -> Option<Self> {
        let (sorted_1, sorted_2) = (first.sorted(), second.sorted());
        let error = median_standard_error(&sorted_1)?.hypot(median_standard_error(&sorted_2)?);
        let difference = quantile_of_sorted(&sorted_1, 0.5)? - quantile_of_sorted(&sorted_2, 0.5)?;
        Self::by_z(difference, error, level, first.n().min(second.n()), IntervalMethod::BonettPrice)
    }

    /// A median duration minus a fixed one, such as the sector's, in microseconds: the order-statistic interval and the sign
    /// test (twice the smaller tail; durations equal to the benchmark are on neither side). `None` where there are too few
    /// durations for the interval.
    ///
    /// ```
    /// use chrono::TimeDelta;
    /// use deskmetrics::{Comparison, Durations};
    ///
    /// let minutes: Durations = (1..=10).map(TimeDelta::minutes).collect();
    /// let against = Comparison::of_median_against(&minutes, TimeDelta::minutes(9), 0.95).unwrap();
    /// assert_eq!(against.difference, -3.5 * 60e6);
    /// assert!((against.p_value - 0.0391).abs() < 1e-4); // eight of nine are shorter
    /// ```
    #[doc(alias = "sign test")]
    pub fn of_median_against(
        durations: &Durations,
        benchmark: chrono::TimeDelta,
        level: f64,
    ) -> Option<Self> {
        let range = durations.quantile_interval(0.5, level)?;
        let sorted = durations.sorted();
        let benchmark = benchmark.num_microseconds()?;
        let below = sorted.partition_point(|micros| *micros < benchmark) as u64;
        let equal = sorted.partition_point(|micros| *micros <= benchmark) as u64 - below;
        let benchmark = benchmark as f64;
        Some(Self {
            difference: quantile_of_sorted(&sorted, 0.5)? - benchmark,
            interval: Interval { lower: range.lower - benchmark, upper: range.upper - benchmark, ..range },
            p_value: tail::binomial(below, durations.n() - equal, 0.5)?.two_sided(),
            smaller_n: durations.n(),
        })
    }

    /// One median duration minus another, in microseconds, where some durations still run.
    ///
    /// The medians are those of Kaplan and Meier. The p-value is that of the log-rank test (Mantel 1966), which compares the
    /// whole curves: it tests whether one side ends sooner, and is most powerful where one side is faster all along. The
    /// interval is made of those of the two medians by the method of variance estimates recovery (Zou and Donner 2008); it is
    /// open where a curve was not observed long enough. `None` where a side has no median.
    ///
    /// ```
    /// use chrono::TimeDelta;
    /// use deskmetrics::{Comparison, Survival};
    ///
    /// let hours = |hours: &[i64]| hours.iter().map(|hour| TimeDelta::hours(*hour)).collect();
    /// let team = Survival::new(hours(&[1, 2, 2, 3, 4, 5]), hours(&[3]));
    /// let other = Survival::new(hours(&[4, 6, 7, 9]), hours(&[5, 8, 9]));
    /// let compared = Comparison::of_survivals(&team, &other, 0.95).unwrap();
    /// assert_eq!(compared.difference, -6.0 * 3600e6); // half are done after 3 hours, of the others after 9
    /// assert!((compared.p_value - 0.0019).abs() < 1e-4);
    /// ```
    #[doc(alias = "log-rank")]
    #[doc(alias = "Kaplan-Meier")]
    pub fn of_survivals(first: &Survival, second: &Survival, level: f64) -> Option<Self> {
        let (median_1, median_2) = (first.quantile_micros(0.5)?, second.quantile_micros(0.5)?);
        let (range_1, range_2) = (first.median_interval(level)?, second.median_interval(level)?);
        Some(Self {
            difference: median_1 - median_2,
            interval: Interval::of_difference((median_1, range_1), (median_2, range_2)),
            p_value: log_rank(first, second),
            smaller_n: first.n().min(second.n()),
        })
    }
}

/// The two-sided p-value of the log-rank test.
fn log_rank(first: &Survival, second: &Survival) -> f64 {
    let ended = [first.finished().sorted(), second.finished().sorted()];
    let running = [first.censored().sorted(), second.censored().sorted()];
    // A duration that runs exactly as long as another one that ended counts as still at risk.
    let at_risk = |side: usize, micros: i64| {
        let over = |sorted: &[i64]| sorted.len() - sorted.partition_point(|other| *other < micros);
        (over(&ended[side]) + over(&running[side])) as f64
    };
    let mut timestamps = ended.concat();
    timestamps.sort_unstable();
    let (mut surplus, mut variance) = (0.0, 0.0);
    for together in timestamps.chunk_by(|one, other| one == other) {
        let micros = together[0];
        let first_ended = &ended[0];
        let ended_here = first_ended.partition_point(|other| *other <= micros)
            - first_ended.partition_point(|other| *other < micros);
        let (of_first, of_second) = (at_risk(0, micros), at_risk(1, micros));
        let (all, ending) = (of_first + of_second, together.len() as f64);
        surplus += ended_here as f64 - ending * of_first / all;
        if all > 1.0 {
            variance += ending * of_first * of_second * (all - ending) / (all * all * (all - 1.0));
        }
    }
    p_of_z(ratio_or_zero(surplus, f64::sqrt(variance)))
}
