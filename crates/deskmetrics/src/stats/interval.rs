//! Confidence intervals.

use std::cell::Cell;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{LazyLock, PoisonError, RwLock};

use serde::{Deserialize, Deserializer, Serialize};
use statrs::distribution::{ContinuousCDF, Normal};

use crate::stats::tail;

/// A two-sided confidence interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Lower end, in the unit of the estimate; minus infinity where the data gives no limit (`null` in JSON).
    #[serde(deserialize_with = "null_is_minus_infinite")]
    pub lower: f64,
    /// Upper end, in the unit of the estimate; infinite where the data gives no limit (`null` in JSON).
    #[serde(deserialize_with = "null_is_infinite")]
    pub upper: f64,
    /// Confidence level, between 0 and 1, such as 0.95.
    pub level: f64,
    /// The method of computation.
    pub method: IntervalMethod,
}

/// The method by which an [`Interval`] was computed.
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
    /// Newcombe's interval of a difference of two proportions, made of two Wilson intervals.
    Newcombe,
    /// Welch's t interval of a difference of two means, or of a mean made of several.
    Welch,
    /// Bonett and Price's interval of a difference of two medians.
    BonettPrice,
    /// Garwood's exact interval of a Poisson count.
    Garwood,
    /// Interval of a difference made of the intervals of both values (method of variance estimates recovery, Zou and Donner).
    Mover,
}

words!(IntervalMethod: "interval method");

impl Interval {
    /// The same interval with both ends multiplied by `factor`, such as 100 for percent.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        Self { lower: self.lower * factor, upper: self.upper * factor, ..self }
    }

    /// The same interval cut off at the ends of a scale: a formula that does not use the scale (Student's t, Wald) may
    /// exceed 5 of 5.
    ///
    /// ```
    /// use deskmetrics::ScoreCounts;
    ///
    /// let mut stars = ScoreCounts::new(1, 5);
    /// [5, 5, 4].map(|score| stars.push(score));
    /// // 4.67 with Student's t 3.23 to 6.10
    /// let interval = stars.mean_interval(0.95).unwrap();
    /// assert!((interval.lower - 3.2324).abs() < 1e-4);
    /// assert_eq!(interval.upper, 5.0);
    /// ```
    #[must_use]
    pub fn within(self, lowest: f64, highest: f64) -> Self {
        Self { lower: self.lower.max(lowest), upper: self.upper.min(highest), ..self }
    }

    /// The same interval, wide enough to hold the estimate itself. Formulas that add pseudo-records shrink towards the middle:
    /// of a single promoter the adjusted Wald interval is -48 to 98, beside an NPS of 100.
    #[must_use]
    pub(crate) fn holding(self, estimate: f64) -> Self {
        Self { lower: self.lower.min(estimate), upper: self.upper.max(estimate), ..self }
    }

    /// The interval of a difference, made of each value with its own interval: the method of variance estimates recovery
    /// (Zou and Donner 2008), as in Newcombe's interval of a difference of shares.
    pub(crate) fn of_difference(first: (f64, Self), second: (f64, Self)) -> Self {
        let ((value_1, range_1), (value_2, range_2)) = (first, second);
        let difference = value_1 - value_2;
        let below = (value_1 - range_1.lower).hypot(range_2.upper - value_2);
        let above = (range_1.upper - value_1).hypot(value_2 - range_2.lower);
        Self {
            lower: difference - below,
            upper: difference + above,
            level: range_1.level,
            method: IntervalMethod::Mover,
        }
    }

    /// Whether `value` is inside, ends included.
    pub fn contains(&self, value: f64) -> bool {
        self.lower <= value && value <= self.upper
    }
}

/// JSON has no infinity and uses `null`.
fn null_is_infinite<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Option::<f64>::deserialize(deserializer).map(|upper| upper.unwrap_or(f64::INFINITY))
}

fn null_is_minus_infinite<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Option::<f64>::deserialize(deserializer).map(|lower| lower.unwrap_or(f64::NEG_INFINITY))
}

/// The two-sided critical value of the normal distribution; `None` unless `0 < level < 1`.
///
/// ```
/// let z = deskmetrics::interval::critical_z(0.95).unwrap();
/// assert!((z - 1.959964).abs() < 1e-6);
/// assert_eq!(deskmetrics::interval::critical_z(1.0), None);
/// ```
pub fn critical_z(level: f64) -> Option<f64> {
    thread_local! {
        // Nearly all of a report's intervals have one level.
        static LAST: Cell<(f64, Option<f64>)> = const { Cell::new((f64::NAN, None)) };
    }
    let (known, z) = LAST.get();
    if known.to_bits() == level.to_bits() {
        return z;
    }
    let z = upper_quantile(level).map(|quantile| Normal::standard().inverse_cdf(quantile));
    LAST.set((level, z));
    z
}

/// The two-sided critical value of Student's t; `None` unless `0 < level < 1` and `degrees >= 1`.
pub fn critical_t(level: f64, degrees: u64) -> Option<f64> {
    static KNOWN: Memo<(u64, u64), Option<f64>> = Memo::new();
    KNOWN.get((level.to_bits(), degrees), || critical_t_of(level, degrees as f64))
}

/// Like [`critical_t`], for the fractional degrees of freedom of Welch's test.
pub(crate) fn critical_t_of(level: f64, degrees: f64) -> Option<f64> {
    (level > 0.0 && level < 1.0).then(|| tail::student_t_quantile(degrees, (1.0 - level) / 2.0))?
}

/// The Wilson score interval of a share of `n` records; `n` may be an effective number.
pub(crate) fn wilson(share: f64, n: f64, level: f64) -> Option<Interval> {
    let z = critical_z(level)?;
    let shrink = 1.0 + z * z / n;
    let centre = (share + z * z / (2.0 * n)) / shrink;
    let half = z * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt() / shrink;
    // At 0 and 1 the end is exact; rounding must not move it inside.
    let lower = if share <= 0.0 { 0.0 } else { (centre - half).max(0.0) };
    let upper = if share >= 1.0 { 1.0 } else { (centre + half).min(1.0) };
    Some(Interval { lower, upper, level, method: IntervalMethod::Wilson })
}

/// The adjusted Wald interval of a net score of `n` records, which holds the score; `n` may be an effective number.
pub(crate) fn adjusted_wald(positive: f64, negative: f64, n: f64, level: f64) -> Option<Interval> {
    let z = critical_z(level)?;
    let enlarged = n + 3.0;
    let estimate = positive - negative;
    let (positive, negative) = ((positive * n + 0.75) / enlarged, (negative * n + 0.75) / enlarged);
    let net = positive - negative;
    let half = z * ((positive + negative - net * net).max(0.0) / enlarged).sqrt();
    let interval =
        Interval { lower: net - half, upper: net + half, level, method: IntervalMethod::AdjustedWald };
    Some(interval.within(-1.0, 1.0).holding(estimate))
}

/// The two-sided p-value of a standard normal statistic.
pub(crate) fn p_of_z(z: f64) -> f64 {
    (2.0 * Normal::standard().sf(z.abs())).min(1.0)
}

/// The standard error of the median of ascending values, from two order statistics (Bonett and Price 2020).
pub(crate) fn median_standard_error(sorted: &[i64]) -> Option<f64> {
    // A report by slice and period needs that of a few sizes again and again.
    static KNOWN: Memo<usize, Option<f64>> = Memo::new();
    let n = sorted.len();
    if n < 4 {
        return None;
    }
    let place = (n as f64 / 2.0 - (n as f64).sqrt()).round().max(1.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1 <= place < n / 2")]
    let rank = place as usize;
    let z = KNOWN.get(n, || {
        let outside = tail::binomial(rank as u64 - 1, n as u64, 0.5)?;
        Some(Normal::standard().inverse_cdf(1.0 - outside.lower))
    })?;
    let (low, high) = (*sorted.get(rank - 1)? as f64, *sorted.get(n - rank)? as f64);
    Some((high - low) / (2.0 * z))
}

/// Ranks (1 to n) of the order statistics that enclose the quantile `q` with at least the given level; `None` when
/// `n` is too small for it.
pub(crate) fn quantile_ranks(n: u64, q: f64, level: f64) -> Option<(u64, u64)> {
    // A report by slice and period needs those of a few sizes again and again.
    static KNOWN: Memo<(u64, u64, u64), Option<(u64, u64)>> = Memo::new();
    KNOWN.get((n, q.to_bits(), level.to_bits()), || find_quantile_ranks(n, q, level))
}

fn find_quantile_ranks(n: u64, q: f64, level: f64) -> Option<(u64, u64)> {
    let upper_tail = upper_quantile(level)?;
    if n == 0 || !(q > 0.0 && q < 1.0) {
        return None;
    }
    let centre = n as f64 * q;
    let half = critical_z(level)? * (centre * (1.0 - q)).sqrt();
    let upper = first_reaching(n, q, upper_tail, centre + half);
    let lower = first_reaching(n, q, 1.0 - upper_tail, centre - half);
    let upper = upper.saturating_add(1);
    (lower >= 1 && upper <= n).then_some((lower, upper))
}

/// The smallest number of hits among `n` whose cumulative probability reaches `p`, searched from a guess.
fn first_reaching(n: u64, share: f64, p: f64, guess: f64) -> u64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count within 0 to n")]
    let guess = guess.clamp(0.0, n as f64) as u64;
    let reaches = |count: u64| tail::binomial(count, n, share).is_some_and(|tails| tails.lower >= p);
    // Widens around the guess until the count is between `low` and `high`.
    let (mut low, mut high, mut step) = (guess, guess, 1);
    while low > 0 && reaches(low) {
        (low, high) = (low.saturating_sub(step), low);
        step *= 2;
    }
    step = 1;
    while high < n && !reaches(high) {
        (low, high) = (high, n.min(high + step));
        step *= 2;
    }
    while low < high {
        let middle = low + (high - low) / 2;
        if reaches(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

/// The last result of a function with its arguments, shared by all threads.
struct Memo<K, V>(LazyLock<RwLock<HashMap<K, V>>>);

impl<K: Eq + Hash, V: Copy> Memo<K, V> {
    /// The number of results kept.
    const MOST: usize = 1 << 14;

    const fn new() -> Self {
        Self(LazyLock::new(RwLock::default))
    }

    fn get(&self, key: K, compute: impl FnOnce() -> V) -> V {
        if let Some(value) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return *value;
        }
        let value = compute();
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= Self::MOST {
            known.clear();
        }
        known.insert(key, value);
        value
    }
}

fn upper_quantile(level: f64) -> Option<f64> {
    (level > 0.0 && level < 1.0).then_some(0.5 + level / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_of_a_median_are_those_of_published_tables() {
        // Conover, Practical Nonparametric Statistics: 95 % limits of a median
        for (n, expected) in
            [(5, None), (6, Some((1, 6))), (10, Some((2, 9))), (25, Some((8, 18))), (100, Some((40, 61)))]
        {
            assert_eq!(quantile_ranks(n, 0.5, 0.95), expected, "n = {n}");
        }
    }

    #[test]
    fn critical_values_of_t_are_those_of_published_tables() {
        // scipy.stats.t.ppf
        let tables = [
            (0.95, 1.0, 12.706_204_736_174_7),
            (0.95, 2.0, 4.302_652_729_749_46),
            (0.95, 5.0, 2.570_581_835_636_31),
            (0.95, 10.0, 2.228_138_851_986_27),
            (0.95, 30.0, 2.042_272_456_301_24),
            (0.95, 1e6, 1.959_966_356_814_11),
            (0.999, 4.0, 8.610_301_581_379_52),
        ];
        for (level, degrees, expected) in tables {
            let found = critical_t_of(level, degrees).unwrap_or_default();
            assert!((found / expected - 1.0).abs() < 1e-11, "{found} for {degrees} degrees at {level}");
        }
    }
}
