//! A sketch of many durations in a few thousand counters.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::stats::durations::{Summary, from_float_micros, saturating_micros, type_7_place};
use crate::stats::interval::{Interval, IntervalMethod, quantile_ranks};
use crate::stats::mean::t_interval;
use crate::{Durations, Merge, Ratio};

/// Each power of two is cut into this many buckets of equal width.
const CUTS: u64 = 1 << CUT_BITS;
const CUT_BITS: u32 = 7;

/// The bucket of the largest magnitude, 2⁶³.
const LAST: i16 = 7_296;

/// A collection of durations in counters: the results of [`Durations`] for streams that do
/// not fit in memory.
///
/// n, sum, mean, minimum and maximum are exact. Every single value is known to within
/// [`RELATIVE_ERROR`](Self::RELATIVE_ERROR) = 1/256 (0.4 %) of itself, and so is every quantile whose two neighbors have
/// one sign; values below 256 microseconds are exact. There are no parameters, and merging cannot fail:
/// the counters are integers, so any split of the data in any order gives an identical sketch.
///
/// It holds at most 14,592 counters, whatever is fed; waiting times from one second to four weeks need at most 2,700.
///
/// This is the DDSketch of Masson, Rim and Lee (2019) with the bucket limits of the HDR histogram: powers of two cut into
/// 128 equal parts instead of powers of a rational number, so that a bucket follows from the bits of the value and not
/// from a logarithm that rounds differently elsewhere. The crate `sketches-ddsketch` is not used for that reason and
/// because its sketches have no equality, sum floats (so that results depend on the order) and are read without checks.
///
/// ```
/// use chrono::TimeDelta;
/// use deskmetrics::{DurationSketch, Merge};
///
/// let mut monday: DurationSketch = (1..=600).map(TimeDelta::minutes).collect();
/// let tuesday: DurationSketch = (601..=1000).map(TimeDelta::minutes).collect();
/// monday.merge(tuesday);
///
/// assert_eq!((monday.n(), monday.mean()), (1000, Some(TimeDelta::seconds(30_030))));
/// let median = monday.median().unwrap().as_seconds_f64() / 60.0; // exactly 500.5 minutes
/// assert!((median - 500.5).abs() < 500.5 * DurationSketch::RELATIVE_ERROR);
/// assert_eq!(monday.max(), Some(TimeDelta::minutes(1000)));
/// ```
#[doc(alias = "DDSketch")]
#[doc(alias = "HDR histogram")]
#[doc(alias = "quantile sketch")]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "SketchForm", into = "SketchForm")]
pub struct DurationSketch {
    /// By bucket; the bucket of a negative value is the negated one of its magnitude. Never zero.
    counts: BTreeMap<i16, u64>,
    sum: i128,
    /// Smallest and largest value; `None` when empty.
    ends: Option<(i64, i64)>,
}

impl DurationSketch {
    /// The largest relative error of a value.
    #[doc(alias = "alpha")]
    pub const RELATIVE_ERROR: f64 = 1.0 / (2 * CUTS) as f64;

    /// Adds one duration in microseconds.
    pub fn push_micros(&mut self, micros: i64) {
        self.counts.entry(bucket_of(micros)).or_default().merge(1);
        self.sum = self.sum.saturating_add(i128::from(micros));
        self.widen(micros, micros);
    }

    fn widen(&mut self, low: i64, high: i64) {
        let (min, max) = self.ends.unwrap_or((low, high));
        self.ends = Some((min.min(low), max.max(high)));
    }

    /// Durations counted.
    pub fn n(&self) -> u64 {
        self.counts.values().fold(0, |n, count| n.saturating_add(*count))
    }

    /// Sum in microseconds, exact.
    pub fn sum_micros(&self) -> i128 {
        self.sum
    }

    /// Arithmetic mean, rounded to the nearest microsecond; `None` when empty. Not an estimate.
    pub fn mean(&self) -> Option<TimeDelta> {
        self.mean_micros().map(from_float_micros)
    }

    /// Arithmetic mean in microseconds; `None` when empty.
    pub fn mean_micros(&self) -> Option<f64> {
        self.ends.map(|_| self.sum as f64 / self.n() as f64)
    }

    /// Smallest value, exact; `None` when empty.
    pub fn min(&self) -> Option<TimeDelta> {
        self.ends.map(|(min, _)| TimeDelta::microseconds(min))
    }

    /// Largest value, exact; `None` when empty.
    pub fn max(&self) -> Option<TimeDelta> {
        self.ends.map(|(_, max)| TimeDelta::microseconds(max))
    }

    /// The middle value: [`quantile`](Self::quantile) at 0.5.
    pub fn median(&self) -> Option<TimeDelta> {
        self.quantile(0.5)
    }

    /// The quantile by linear interpolation (type 7) of values that are each known to within
    /// [`RELATIVE_ERROR`](Self::RELATIVE_ERROR); `None` when empty or `q` is not within 0 to 1.
    pub fn quantile(&self, q: f64) -> Option<TimeDelta> {
        self.quantile_micros(q).map(from_float_micros)
    }

    /// Like [`quantile`](Self::quantile), in microseconds and not rounded.
    pub fn quantile_micros(&self, q: f64) -> Option<f64> {
        let (below, fraction) = type_7_place(self.n(), q)?;
        let low = self.at_rank(below)?;
        match self.at_rank(below.saturating_add(1)).filter(|_| fraction > 0.0) {
            Some(high) => Some(low + fraction * (high - low)),
            None => Some(low),
        }
    }

    /// The value of the given rank, 0 to n − 1, as far as it is known.
    fn at_rank(&self, rank: u64) -> Option<f64> {
        let (min, max) = self.ends?;
        if rank == 0 {
            return Some(min as f64);
        }
        if rank.checked_add(1)? == self.n() {
            return Some(max as f64);
        }
        let mut reached = 0_u64;
        let (bucket, _) = self.counts.iter().find(|(_, count)| {
            reached = reached.saturating_add(**count);
            reached > rank
        })?;
        Some(middle_of(*bucket).clamp(min as f64, max as f64))
    }

    /// The summary statistics; `None` when empty.
    pub fn summary(&self) -> Option<Summary> {
        Some(Summary {
            n: self.n(),
            mean: self.mean()?,
            min: self.min()?,
            median: self.median()?,
            p90: self.quantile(0.9)?,
            p95: self.quantile(0.95)?,
            max: self.max()?,
        })
    }

    /// The interval of a quantile from order statistics, in microseconds; its ends are known to within
    /// [`RELATIVE_ERROR`](Self::RELATIVE_ERROR). See [`Durations::quantile_interval`].
    pub fn quantile_interval(&self, q: f64, level: f64) -> Option<Interval> {
        let (lower, upper) = quantile_ranks(self.n(), q, level)?;
        Some(Interval {
            lower: self.at_rank(lower - 1)?,
            upper: self.at_rank(upper - 1)?,
            level,
            method: IntervalMethod::OrderStatistic,
        })
    }

    /// Durations of at most `limit`, among all. Values in the bucket of `limit` count as within it, so durations
    /// that exceed it by less than 1/128 of it may be counted.
    pub fn within(&self, limit: TimeDelta) -> Ratio {
        Ratio::new(self.at_most(saturating_micros(limit)), self.n())
    }

    fn at_most(&self, limit: i64) -> u64 {
        match self.ends {
            Some((min, _)) if limit < min => 0,
            _ => {
                let within = self.counts.range(..=bucket_of(limit));
                within.fold(0, |n, (_, count)| n.saturating_add(*count))
            }
        }
    }

    /// The numbers of durations in each band, as in [`Durations::bands`]; values in the bucket of a limit count as
    /// within it.
    #[doc(alias = "histogram")]
    pub fn bands(&self, limits: &[TimeDelta]) -> Vec<u64> {
        let mut limits: Vec<i64> = limits.iter().map(|limit| saturating_micros(*limit)).collect();
        limits.sort_unstable();
        let up_to: Vec<u64> = limits.into_iter().map(|limit| self.at_most(limit)).chain([self.n()]).collect();
        let before = std::iter::once(0).chain(up_to.iter().copied());
        up_to.iter().zip(before).map(|(now, before)| now.saturating_sub(before)).collect()
    }

    /// The standard error of the mean, in microseconds; the mean is exact, the spread around it is that of the buckets.
    /// `None` for fewer than two values.
    pub fn standard_error_micros(&self) -> Option<f64> {
        let n = self.n();
        let degrees = n.checked_sub(1).filter(|degrees| *degrees > 0)?;
        let mean = self.mean_micros()?;
        let index: f64 = self
            .counts
            .iter()
            .map(|(bucket, count)| *count as f64 * (middle_of(*bucket) - mean).powi(2))
            .sum();
        Some((index / degrees as f64 / n as f64).sqrt())
    }

    /// Student's t interval of the mean, in microseconds; see [`Durations::mean_interval`].
    pub fn mean_interval(&self, level: f64) -> Option<Interval> {
        let interval = t_interval(self.mean_micros()?, self.standard_error_micros()?, self.n(), level)?;
        let lowest = if self.min()? < TimeDelta::zero() { f64::NEG_INFINITY } else { 0.0 };
        Some(interval.within(lowest, f64::INFINITY))
    }
}

/// The bucket of a value: its magnitude's highest bits, eight from the first one set.
fn bucket_of(micros: i64) -> i16 {
    let size = micros.unsigned_abs();
    // Below 256 every value has its own bucket.
    let shift = size.max(1).ilog2().saturating_sub(CUT_BITS);
    let bucket = u64::from(shift) * CUTS + (size >> shift);
    let bucket = i16::try_from(bucket).unwrap_or(LAST);
    if micros < 0 { -bucket } else { bucket }
}

/// The smallest and the largest magnitude of a bucket.
fn limits_of(bucket: i16) -> (u64, u64) {
    let bucket = u64::from(bucket.unsigned_abs());
    if bucket < 2 * CUTS {
        return (bucket, bucket);
    }
    let shift = bucket / CUTS - 1;
    let lowest = (bucket - shift * CUTS) << shift;
    (lowest, lowest + ((1 << shift) - 1))
}

/// The representative value of a bucket: no value in it is further away than half its width.
fn middle_of(bucket: i16) -> f64 {
    let (low, high) = limits_of(bucket);
    let middle = low as f64 + (high - low) as f64 / 2.0;
    if bucket < 0 { -middle } else { middle }
}

impl Merge for DurationSketch {
    fn merge(&mut self, other: Self) {
        Merge::merge(&mut self.counts, other.counts);
        self.sum = self.sum.saturating_add(other.sum);
        if let Some((min, max)) = other.ends {
            self.widen(min, max);
        }
    }
}

impl Extend<TimeDelta> for DurationSketch {
    fn extend<I: IntoIterator<Item = TimeDelta>>(&mut self, durations: I) {
        durations.into_iter().for_each(|duration| self.push_micros(saturating_micros(duration)));
    }
}

impl FromIterator<TimeDelta> for DurationSketch {
    fn from_iter<I: IntoIterator<Item = TimeDelta>>(durations: I) -> Self {
        let mut sketch = Self::default();
        sketch.extend(durations);
        sketch
    }
}

impl From<&Durations> for DurationSketch {
    fn from(durations: &Durations) -> Self {
        let mut sketch = Self::default();
        durations.micros().for_each(|micros| sketch.push_micros(micros));
        sketch
    }
}

/// A stored sketch, not checked yet.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SketchForm {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    min_micros: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_micros: Option<i64>,
    /// As text: it may exceed the range of numbers in data formats.
    sum_micros: String,
    /// Buckets in ascending order with their counts.
    buckets: Vec<(i16, u64)>,
}

impl From<DurationSketch> for SketchForm {
    fn from(sketch: DurationSketch) -> Self {
        Self {
            min_micros: sketch.ends.map(|(min, _)| min),
            max_micros: sketch.ends.map(|(_, max)| max),
            sum_micros: sketch.sum.to_string(),
            buckets: sketch.counts.into_iter().collect(),
        }
    }
}

/// Why stored counters are not a valid sketch.
#[derive(Debug, thiserror::Error)]
enum NoSketch {
    #[error("bucket {bucket} of a stored sketch is out of place: buckets ascend from -{LAST} to {LAST}")]
    Bucket { bucket: i16 },
    #[error("bucket {bucket} of a stored sketch is empty: omit it")]
    Empty { bucket: i16 },
    #[error("the counts of a stored sketch add up to more than 64 bits hold")]
    TooMany,
    #[error("minimum {min:?} and maximum {max:?} of a stored sketch are not in its first and last bucket")]
    Ends { min: Option<i64>, max: Option<i64> },
    #[error("sum \"{sum}\" of a stored sketch is not what its buckets can add up to")]
    Sum { sum: String },
}

impl TryFrom<SketchForm> for DurationSketch {
    type Error = NoSketch;

    fn try_from(form: SketchForm) -> Result<Self, NoSketch> {
        let mut n = 0_u64;
        let (mut least, mut most) = (0_i128, 0_i128);
        let mut before = None;
        for &(bucket, count) in &form.buckets {
            if !(-LAST..=LAST).contains(&bucket) || before.is_some_and(|before| before >= bucket) {
                return Err(NoSketch::Bucket { bucket });
            }
            if count == 0 {
                return Err(NoSketch::Empty { bucket });
            }
            before = Some(bucket);
            n = n.checked_add(count).ok_or(NoSketch::TooMany)?;
            let (low, high) = limits_of(bucket);
            let total = |size: u64| i128::from(size).saturating_mul(i128::from(count));
            let (low, high) =
                if bucket < 0 { (-total(high), -total(low)) } else { (total(low), total(high)) };
            least = least.saturating_add(low);
            most = most.saturating_add(high);
        }
        let (min, max) = (form.min_micros, form.max_micros);
        let place = |end: Option<&(i16, u64)>| end.map(|(bucket, _)| *bucket);
        if min.map(bucket_of) != place(form.buckets.first())
            || max.map(bucket_of) != place(form.buckets.last())
            || min > max
        {
            return Err(NoSketch::Ends { min, max });
        }
        let sum = form.sum_micros.parse().ok().filter(|sum| (least..=most).contains(sum));
        let Some(sum) = sum else { return Err(NoSketch::Sum { sum: form.sum_micros }) };
        Ok(Self { counts: form.buckets.into_iter().collect(), sum, ends: min.zip(max) })
    }
}
