//! Many durations and what can be asked of them.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::Merge;
use crate::interval::{Interval, IntervalMethod, critical_t};

/// A collection of durations: n, sum, mean, quantiles, share within a limit.
///
/// All values are kept (eight bytes each), so quantiles are exact and a merge loses nothing.
///
/// ```
/// use chrono::TimeDelta;
/// use deskmetrics::Durations;
///
/// let first_replies: Durations = [30, 45, 60].map(TimeDelta::seconds).into_iter().collect();
/// assert_eq!(first_replies.n(), 3);
/// assert_eq!(first_replies.mean(), Some(TimeDelta::seconds(45)));
/// assert_eq!(first_replies.median(), Some(TimeDelta::seconds(45)));
/// assert_eq!(Durations::default().mean(), None);
/// ```
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(from = "Vec<i64>", into = "Vec<i64>")]
pub struct Durations {
    /// Microseconds, in the order fed.
    micros: Vec<i64>,
}

impl Durations {
    /// Adds one duration in microseconds.
    pub fn push_micros(&mut self, micros: i64) {
        self.micros.push(micros);
    }

    /// Durations counted.
    pub fn n(&self) -> u64 {
        self.micros.len() as u64
    }

    /// The values in microseconds, in no particular order.
    pub fn as_micros(&self) -> &[i64] {
        &self.micros
    }

    /// Sum in microseconds.
    pub fn sum_micros(&self) -> i128 {
        self.micros.iter().map(|micros| i128::from(*micros)).sum()
    }

    /// Arithmetic mean, rounded to the nearest microsecond; `None` when empty.
    pub fn mean(&self) -> Option<TimeDelta> {
        self.mean_micros().map(from_float_micros)
    }

    /// Arithmetic mean in microseconds; `None` when empty.
    pub fn mean_micros(&self) -> Option<f64> {
        (!self.micros.is_empty()).then(|| self.sum_micros() as f64 / self.micros.len() as f64)
    }

    /// Smallest value; `None` when empty.
    pub fn min(&self) -> Option<TimeDelta> {
        self.micros.iter().min().map(|micros| TimeDelta::microseconds(*micros))
    }

    /// Largest value; `None` when empty.
    pub fn max(&self) -> Option<TimeDelta> {
        self.micros.iter().max().map(|micros| TimeDelta::microseconds(*micros))
    }

    /// The middle value: [`quantile`](Self::quantile) at 0.5.
    pub fn median(&self) -> Option<TimeDelta> {
        self.quantile(0.5)
    }

    /// The quantile by linear interpolation (type 7 of Hyndman and Fan 1996, numpy's and R's default),
    /// rounded to the nearest microsecond; `None` when empty or `q` is not within 0 to 1.
    ///
    /// ```
    /// use chrono::TimeDelta;
    /// use deskmetrics::Durations;
    ///
    /// let hours: Durations = [1, 2, 3, 4].map(TimeDelta::hours).into_iter().collect();
    /// assert_eq!(hours.quantile(0.5), Some(TimeDelta::minutes(150)));
    /// assert_eq!(hours.quantile(0.9), Some(TimeDelta::minutes(222)));
    /// ```
    pub fn quantile(&self, q: f64) -> Option<TimeDelta> {
        self.quantile_micros(q).map(from_float_micros)
    }

    /// Like [`quantile`](Self::quantile), in microseconds and not rounded.
    pub fn quantile_micros(&self, q: f64) -> Option<f64> {
        if self.micros.is_empty() || !(0.0..=1.0).contains(&q) {
            return None;
        }
        let mut values = self.micros.clone();
        let position = q * (values.len() - 1) as f64;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 <= position < len")]
        let below = position.floor() as usize;
        let (_, low, above) = values.select_nth_unstable(below);
        let low = *low;
        let fraction = position - below as f64;
        let Some(high) = above.iter().min().copied().filter(|_| fraction > 0.0) else {
            return Some(low as f64);
        };
        Some(low as f64 + fraction * (high as f64 - low as f64))
    }

    /// Durations of at most `limit`, among all.
    pub fn within(&self, limit: TimeDelta) -> crate::Ratio {
        let limit =
            limit.num_microseconds().unwrap_or(if limit < TimeDelta::zero() { i64::MIN } else { i64::MAX });
        self.micros.iter().map(|micros| *micros <= limit).collect()
    }

    /// Student's t interval of the mean, in microseconds; `None` for fewer than two values or a `level` not
    /// between 0 and 1. With skewed durations and few values it is a rough guide only.
    pub fn mean_interval(&self, level: f64) -> Option<Interval> {
        let n = self.n();
        let degrees = n.checked_sub(1).filter(|degrees| *degrees > 0)?;
        let t = critical_t(level, degrees)?;
        let mean = self.mean_micros()?;
        let squares: f64 = self.micros.iter().map(|micros| (*micros as f64 - mean).powi(2)).sum();
        let half = t * (squares / degrees as f64 / n as f64).sqrt();
        Some(Interval { lower: mean - half, upper: mean + half, level, method: IntervalMethod::StudentT })
    }

    fn sorted(&self) -> Vec<i64> {
        let mut values = self.micros.clone();
        values.sort_unstable();
        values
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a mean or quantile lies between values that are i64")]
fn from_float_micros(micros: f64) -> TimeDelta {
    TimeDelta::microseconds(micros.round() as i64)
}

/// Equal when the same values were fed, in whatever order.
impl PartialEq for Durations {
    fn eq(&self, other: &Self) -> bool {
        self.micros.len() == other.micros.len() && self.sorted() == other.sorted()
    }
}

impl Eq for Durations {}

impl From<Vec<i64>> for Durations {
    fn from(micros: Vec<i64>) -> Self {
        Self { micros }
    }
}

/// In ascending order, so that equal collections have equal bytes.
impl From<Durations> for Vec<i64> {
    fn from(durations: Durations) -> Self {
        durations.sorted()
    }
}

impl Merge for Durations {
    fn merge(&mut self, other: Self) {
        self.micros.extend(other.micros);
    }
}

impl Extend<TimeDelta> for Durations {
    fn extend<I: IntoIterator<Item = TimeDelta>>(&mut self, durations: I) {
        self.micros.extend(durations.into_iter().map(|duration| {
            duration.num_microseconds().unwrap_or(if duration < TimeDelta::zero() {
                i64::MIN
            } else {
                i64::MAX
            })
        }));
    }
}

impl FromIterator<TimeDelta> for Durations {
    fn from_iter<I: IntoIterator<Item = TimeDelta>>(durations: I) -> Self {
        let mut collected = Self::default();
        collected.extend(durations);
        collected
    }
}
