//! The mean of whole numbers, merged exactly.

use serde::{Deserialize, Serialize};

use crate::Merge;
use crate::stats::interval::{Interval, IntervalMethod, critical_t};

/// n, sum and sum of index of counts such as replies per ticket: enough for the mean and its interval.
///
/// ```
/// use deskmetrics::Mean;
///
/// let replies: Mean = [1, 2, 2, 3].into_iter().collect();
/// assert_eq!(replies.value(), Some(2.0));
/// assert!((replies.standard_deviation().unwrap() - 0.8165).abs() < 1e-4);
/// assert_eq!(Mean::default().value(), None);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mean {
    n: u64,
    sum: u64,
    index: u128,
}

impl Mean {
    /// Counts one more value.
    pub fn push(&mut self, value: u32) {
        self.push_many(value, 1);
    }

    /// Counts `times` more records of the same value.
    pub fn push_many(&mut self, value: u32, times: u64) {
        let wide = u128::from(value);
        self.merge(Self {
            n: times,
            sum: u64::from(value).saturating_mul(times),
            index: (wide * wide).saturating_mul(u128::from(times)),
        });
    }

    /// Values counted.
    pub fn n(&self) -> u64 {
        self.n
    }

    /// Their sum.
    pub fn sum(&self) -> u64 {
        self.sum
    }

    /// The arithmetic mean; `None` when nothing was counted.
    pub fn value(&self) -> Option<f64> {
        (self.n > 0).then(|| self.sum as f64 / self.n as f64)
    }

    /// The sample standard deviation (n − 1); `None` for fewer than two values.
    pub fn standard_deviation(&self) -> Option<f64> {
        let degrees = self.n.checked_sub(1).filter(|degrees| *degrees > 0)?;
        let (n, sum) = (u128::from(self.n), u128::from(self.sum));
        // n·Σx² − (Σx)² in whole numbers: no cancellation of floats.
        let scaled = n.saturating_mul(self.index).saturating_sub(sum.saturating_mul(sum));
        Some((scaled as f64 / self.n as f64 / degrees as f64).sqrt())
    }

    /// The standard error of the mean; `None` for fewer than two values.
    pub fn standard_error(&self) -> Option<f64> {
        self.standard_deviation().map(|deviation| deviation / (self.n as f64).sqrt())
    }

    /// Student's t interval of the mean, cut off at 0, the least count; `None` for fewer than two values or a `level`
    /// not between 0 and 1.
    pub fn interval(&self, level: f64) -> Option<Interval> {
        let interval = t_interval(self.value()?, self.standard_error()?, self.n, level)?;
        Some(interval.within(0.0, f64::INFINITY))
    }
}

/// `mean ± t·error` with n − 1 degrees of freedom.
pub(crate) fn t_interval(mean: f64, error: f64, n: u64, level: f64) -> Option<Interval> {
    let half = critical_t(level, n.checked_sub(1).filter(|degrees| *degrees > 0)?)? * error;
    Some(Interval { lower: mean - half, upper: mean + half, level, method: IntervalMethod::StudentT })
}

impl Merge for Mean {
    fn merge(&mut self, other: Self) {
        self.n.merge(other.n);
        self.sum.merge(other.sum);
        self.index = self.index.saturating_add(other.index);
    }
}

impl Extend<u32> for Mean {
    fn extend<I: IntoIterator<Item = u32>>(&mut self, values: I) {
        values.into_iter().for_each(|value| self.push(value));
    }
}

impl FromIterator<u32> for Mean {
    fn from_iter<I: IntoIterator<Item = u32>>(values: I) -> Self {
        let mut mean = Self::default();
        mean.extend(values);
        mean
    }
}
