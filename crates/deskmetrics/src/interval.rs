//! Confidence intervals: how far a number can be trusted.

use serde::{Deserialize, Serialize};
use statrs::distribution::{Binomial, ContinuousCDF, DiscreteCDF, Normal, StudentsT};

/// A two-sided confidence interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Lower end, in the unit of the estimate.
    pub lower: f64,
    /// Upper end, in the unit of the estimate.
    pub upper: f64,
    /// Confidence level, between 0 and 1, such as 0.95.
    pub level: f64,
    /// How it was worked out.
    pub method: IntervalMethod,
}

/// How an [`Interval`] was worked out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum IntervalMethod {
    /// Wilson score interval of a proportion.
    Wilson,
    /// Adjusted Wald interval of a net score (three pseudo-answers).
    AdjustedWald,
    /// Wald interval of a net score.
    Wald,
    /// Student's t interval of a mean.
    StudentT,
    /// Order statistics of a quantile.
    OrderStatistic,
    /// Greenwood's variance of a Kaplan-Meier estimate.
    Greenwood,
}

impl Interval {
    /// The same interval with both ends multiplied by `factor`, such as 100 for percent.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        Self { lower: self.lower * factor, upper: self.upper * factor, ..self }
    }

    /// Whether `value` lies inside, ends included.
    pub fn contains(&self, value: f64) -> bool {
        self.lower <= value && value <= self.upper
    }
}

/// The two-sided critical value of the normal distribution; `None` unless `0 < level < 1`.
///
/// ```
/// let z = deskmetrics::interval::critical_z(0.95).unwrap();
/// assert!((z - 1.959964).abs() < 1e-6);
/// assert_eq!(deskmetrics::interval::critical_z(1.0), None);
/// ```
pub fn critical_z(level: f64) -> Option<f64> {
    let upper_tail = upper_quantile(level)?;
    Some(Normal::standard().inverse_cdf(upper_tail))
}

/// The two-sided critical value of Student's t; `None` unless `0 < level < 1` and `degrees >= 1`.
pub fn critical_t(level: f64, degrees: u64) -> Option<f64> {
    let upper_tail = upper_quantile(level)?;
    let distribution = StudentsT::new(0.0, 1.0, degrees as f64).ok()?;
    Some(distribution.inverse_cdf(upper_tail))
}

/// Ranks (1 to n) of the order statistics that enclose the quantile `q` with at least the given level; `None` when
/// `n` is too small for it.
pub(crate) fn quantile_ranks(n: u64, q: f64, level: f64) -> Option<(u64, u64)> {
    let upper_tail = upper_quantile(level)?;
    if !(q > 0.0 && q < 1.0) {
        return None;
    }
    // For huge n the binomial and the normal ranks are the same but for one or two places; the exact search
    // would be slow there.
    let (lower, upper) = if n <= 1_000_000 {
        let below = Binomial::new(q, n).ok()?;
        (first_reaching(&below, n, 1.0 - upper_tail), first_reaching(&below, n, upper_tail).saturating_add(1))
    } else {
        let centre = n as f64 * q;
        let half = critical_z(level)? * (centre * (1.0 - q)).sqrt();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rank within 0 to n")]
        let ranks = ((centre - half).floor() as u64, (centre + half).ceil() as u64 + 1);
        ranks
    };
    (lower >= 1 && upper <= n).then_some((lower, upper))
}

/// The smallest count whose cumulative probability reaches `p`. (statrs' own search panics where that is 0.)
fn first_reaching(counts: &Binomial, n: u64, p: f64) -> u64 {
    let (mut low, mut high) = (0, n);
    while low < high {
        let middle = low + (high - low) / 2;
        if counts.cdf(middle) >= p {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

fn upper_quantile(level: f64) -> Option<f64> {
    (level > 0.0 && level < 1.0).then_some(0.5 + level / 2.0)
}
