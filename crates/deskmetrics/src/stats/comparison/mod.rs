//! Significance tests of differences between groups, periods and benchmarks.

mod compared;
mod counts;
mod exact;
mod medians;

pub use compared::Compared;
use serde::{Deserialize, Serialize};

use crate::stats::interval::{Interval, IntervalMethod, critical_t_of, critical_z, p_of_z};
use crate::stats::tail;
use crate::{Durations, Mean, NetScore, Ratio, ScoreCounts};

/// A difference with its interval and the probability of so large a one if there were none.
///
/// ```
/// use deskmetrics::{Comparison, Ratio, Significance};
///
/// // 56 of 70 against 48 of 80
/// let change = Comparison::of_shares(Ratio::new(56, 70), Ratio::new(48, 80), 0.95).unwrap();
/// assert!((change.difference - 0.2).abs() < 1e-12);
/// assert!((change.interval.lower - 0.0524).abs() < 1e-4 && (change.interval.upper - 0.3339).abs() < 1e-4);
/// assert!((change.p_value - 0.0080).abs() < 1e-4);
/// assert_eq!(change.significance(30), Significance::Significant);
/// assert_eq!(change.significance(100), Significance::TooFew);
/// ```
#[doc(alias = "significance")]
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Comparison {
    /// The first value minus the second.
    pub difference: f64,
    /// The interval of the difference.
    pub interval: Interval,
    /// Two-sided.
    pub p_value: f64,
    /// Records behind the smaller of the two values.
    pub smaller_n: u64,
}

/// Whether a difference is significant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Significance {
    /// One side has fewer records than required.
    TooFew,
    /// The difference may be chance.
    NotSignificant,
    /// A difference this large would be rare by chance.
    Significant,
}

words!(Significance: "significance");

/// A value with its standard error, degrees of freedom and n, for comparisons of means.
pub trait MeanEstimate {
    /// The mean; `None` when nothing was counted.
    fn mean(&self) -> Option<f64>;
    /// Its standard error; `None` for fewer than two records.
    fn standard_error(&self) -> Option<f64>;
    /// Records counted.
    fn n(&self) -> u64;
}

impl Comparison {
    /// One share minus another: Newcombe's interval (1998, method 10, made of two Wilson intervals) and the pooled z
    /// test, or Fisher's exact test when an expected count is below 5 (Cochran 1954). `None` when one of them counted nothing
    /// or `level` is not between 0 and 1.
    ///
    /// ```
    /// use deskmetrics::{Comparison, Ratio};
    ///
    /// let change = Comparison::of_shares(Ratio::new(3, 3), Ratio::new(0, 3), 0.95).unwrap();
    /// assert!((change.p_value - 0.1).abs() < 1e-12); // 2 of the 20 ways to choose 3 of 6
    /// ```
    #[doc(alias = "Fisher")]
    pub fn of_shares(first: Ratio, second: Ratio, level: f64) -> Option<Self> {
        let (share_1, share_2) = (first.share()?, second.share()?);
        let (range_1, range_2) = (first.interval(level)?, second.interval(level)?);
        let difference = share_1 - share_2;
        let interval = Interval::of_difference((share_1, range_1), (share_2, range_2));
        let (n_1, n_2) = (first.total as f64, second.total as f64);
        let pooled = (first.hits as f64 + second.hits as f64) / (n_1 + n_2);
        let error = (pooled * (1.0 - pooled) * (1.0 / n_1 + 1.0 / n_2)).sqrt();
        Some(Self {
            difference,
            interval: Interval { method: IntervalMethod::Newcombe, ..interval },
            p_value: exact::fisher(first, second).unwrap_or_else(|| p_of_z(ratio_or_zero(difference, error))),
            smaller_n: first.total.min(second.total),
        })
    }

    /// A share minus a fixed one, 0 to 1, such as the sector's: its Wilson interval and the score test.
    pub fn of_share_against(share: Ratio, benchmark: f64, level: f64) -> Option<Self> {
        let value = share.share()?;
        let range = share.interval(level)?;
        let error = (benchmark * (1.0 - benchmark) / share.total as f64).sqrt();
        (0.0..=1.0).contains(&benchmark).then(|| Self {
            difference: value - benchmark,
            interval: Interval { lower: range.lower - benchmark, upper: range.upper - benchmark, ..range },
            p_value: p_of_z(ratio_or_infinite(value - benchmark, error)),
            smaller_n: share.total,
        })
    }

    /// One net score minus another, −2 to 2: z interval and test with the two standard errors combined. Each standard
    /// error is that of the adjusted Wald interval, so ten promoters of ten are not taken for certain. The interval is limited to
    /// possible differences; with at most 100 answers in all, the p-value is that of the exact permutation test.
    ///
    /// ```
    /// use deskmetrics::{Comparison, NetScore};
    ///
    /// let before = NetScore { positive: 400, neutral: 350, negative: 250 };
    /// let after = NetScore { positive: 460, neutral: 340, negative: 200 };
    /// let change = Comparison::of_net_scores(after, before, 0.95).unwrap().scaled(100.0);
    /// assert!((change.difference - 11.0).abs() < 1e-9);
    /// assert!(change.interval.lower > 4.0 && change.p_value < 0.01);
    /// ```
    pub fn of_net_scores(first: NetScore, second: NetScore, level: f64) -> Option<Self> {
        let error = first.adjusted_error()?.hypot(second.adjusted_error()?);
        let difference = first.net()? - second.net()?;
        let change =
            Self::by_z(difference, error, level, first.n().min(second.n()), IntervalMethod::AdjustedWald)?;
        let p_value = exact::permutation(first, second).unwrap_or(change.p_value);
        Some(Self { p_value, ..change.within(-2.0, 2.0) })
    }

    /// A net score minus a fixed one, −1 to 1, such as the sector's.
    pub fn of_net_score_against(score: NetScore, benchmark: f64, level: f64) -> Option<Self> {
        let difference = score.net()? - benchmark;
        Self::by_z(difference, score.adjusted_error()?, level, score.n(), IntervalMethod::AdjustedWald)
            .map(|change| change.within(-1.0 - benchmark, 1.0 - benchmark))
    }

    /// One mean minus another: Welch's t interval and test, variances not assumed equal. `None` for fewer than two
    /// records on a side or `level` not between 0 and 1.
    ///
    /// ```
    /// use deskmetrics::{Comparison, Mean};
    ///
    /// let before: Mean = [4, 5, 3, 6, 5, 4].into_iter().collect();
    /// let after: Mean = [2, 3, 2, 4, 3, 2].into_iter().collect();
    /// let change = Comparison::of_means(&after, &before, 0.95).unwrap();
    /// assert!((change.difference - -1.8333).abs() < 1e-4);
    /// assert!((change.p_value - 0.0076).abs() < 1e-4);
    /// ```
    #[doc(alias = "Welch")]
    pub fn of_means<M: MeanEstimate>(first: &M, second: &M, level: f64) -> Option<Self> {
        let (n_1, n_2) = (first.n(), second.n());
        let (error_1, error_2) = (first.standard_error()?, second.standard_error()?);
        let difference = first.mean()? - second.mean()?;
        let error = error_1.hypot(error_2);
        let degrees = if error > 0.0 {
            error.powi(4) / (error_1.powi(4) / (n_1 as f64 - 1.0) + error_2.powi(4) / (n_2 as f64 - 1.0))
        } else {
            (n_1 + n_2) as f64 - 2.0
        };
        Self::by_t(difference, error, degrees, level, n_1.min(n_2), IntervalMethod::Welch)
    }

    /// A mean minus a fixed value, such as the sector's: Student's t.
    pub fn of_mean_against<M: MeanEstimate>(mean: &M, benchmark: f64, level: f64) -> Option<Self> {
        let difference = mean.mean()? - benchmark;
        let degrees = mean.n() as f64 - 1.0;
        Self::by_t(difference, mean.standard_error()?, degrees, level, mean.n(), IntervalMethod::StudentT)
    }

    /// The same difference and interval multiplied by `factor`, such as 100 for percent points.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        Self { difference: self.difference * factor, interval: self.interval.scaled(factor), ..self }
    }

    /// Whether to take the difference seriously: both sides are based on at least `minimum_n` records and the p-value is below
    /// 1 − level of the interval.
    pub fn significance(&self, minimum_n: u64) -> Significance {
        if self.smaller_n < minimum_n {
            Significance::TooFew
        } else if self.p_value < 1.0 - self.interval.level {
            Significance::Significant
        } else {
            Significance::NotSignificant
        }
    }

    /// The same with an interval limited to possible values.
    fn within(self, lowest: f64, highest: f64) -> Self {
        let Interval { lower, upper, .. } = self.interval;
        let interval = Interval { lower: lower.max(lowest), upper: upper.min(highest), ..self.interval };
        Self { interval, ..self }
    }

    fn by_z(difference: f64, error: f64, level: f64, n: u64, method: IntervalMethod) -> Option<Self> {
        let half = critical_z(level)? * error;
        let interval = Interval { lower: difference - half, upper: difference + half, level, method };
        let p_value = p_of_z(ratio_or_infinite(difference, error));
        Some(Self { difference, interval, p_value, smaller_n: n })
    }

    fn by_t(
        difference: f64,
        error: f64,
        degrees: f64,
        level: f64,
        n: u64,
        method: IntervalMethod,
    ) -> Option<Self> {
        let half = critical_t_of(level, degrees)? * error;
        let interval = Interval { lower: difference - half, upper: difference + half, level, method };
        let p_value = tail::student_t(ratio_or_infinite(difference, error), degrees)?.two_sided();
        Some(Self { difference, interval, p_value, smaller_n: n })
    }
}

/// A statistic whose error is zero only if there is no difference.
fn ratio_or_zero(difference: f64, error: f64) -> f64 {
    if error > 0.0 { difference / error } else { 0.0 }
}

/// A statistic that is infinite for a difference without error.
fn ratio_or_infinite(difference: f64, error: f64) -> f64 {
    if error > 0.0 {
        difference / error
    } else if difference == 0.0 {
        0.0
    } else {
        f64::MAX.copysign(difference)
    }
}

impl MeanEstimate for Mean {
    fn mean(&self) -> Option<f64> {
        self.value()
    }

    fn standard_error(&self) -> Option<f64> {
        Self::standard_error(self)
    }

    fn n(&self) -> u64 {
        Self::n(self)
    }
}

impl MeanEstimate for ScoreCounts {
    fn mean(&self) -> Option<f64> {
        Self::mean(self)
    }

    fn standard_error(&self) -> Option<f64> {
        Self::standard_error(self)
    }

    fn n(&self) -> u64 {
        Self::n(self)
    }
}

/// In microseconds.
impl MeanEstimate for Durations {
    fn mean(&self) -> Option<f64> {
        self.mean_micros()
    }

    fn standard_error(&self) -> Option<f64> {
        self.standard_error_micros()
    }

    fn n(&self) -> u64 {
        Self::n(self)
    }
}
