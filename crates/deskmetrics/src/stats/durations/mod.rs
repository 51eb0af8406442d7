//! Statistics of many durations.

mod sums;

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::Merge;
use crate::stats::interval::{Interval, IntervalMethod, quantile_ranks};
use crate::stats::mean::t_interval;
use crate::stats::order_statistics::Ranked;
use crate::stats::radix::ascending;
use sums::Sums;

/// A collection of durations: n, sum, mean, quantiles, share within a limit.
///
/// All values are kept (eight bytes each), so quantiles are exact and a merge loses nothing. For streams too long to keep
/// there is [`DurationSketch`](crate::DurationSketch), which gives the same results to within 0.4 %.
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
    /// More of them, in pieces that clones share.
    shared: Vec<Arc<Piece>>,
    /// All in order, where they are few; made when first required.
    ordered: OnceLock<Box<[i64]>>,
}

/// Durations that no longer change.
#[derive(Debug)]
struct Piece {
    /// Ascending, where there are [`FEW`].
    micros: Vec<i64>,
    sums: Sums,
}

/// Up to this many are sorted once: for more, selecting ranks is faster.
const FEW: usize = 1 << 13;

impl Durations {
    /// Adds one duration in microseconds.
    pub fn push_micros(&mut self, micros: i64) {
        self.ordered.take();
        make_room(&mut self.micros, 1);
        self.micros.push(micros);
    }

    /// Durations counted.
    pub fn n(&self) -> u64 {
        self.pieces().map(|piece| piece.len() as u64).sum()
    }

    /// The values in microseconds, in no particular order.
    pub fn micros(&self) -> impl Iterator<Item = i64> + Clone + '_ {
        self.pieces().flatten().copied()
    }

    /// The same, piece by piece.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = &[i64]> + Clone {
        std::iter::once(&*self.micros).chain(self.shared.iter().map(|piece| &*piece.micros))
    }

    /// The same, each with whether its values ascend; all in one where they are few.
    pub(crate) fn runs(&self) -> impl Iterator<Item = (&[i64], bool)> {
        let ordered = self.in_order();
        let pieces = self.pieces().enumerate().filter(move |_| ordered.is_none());
        // The first are the values fed one by one.
        let pieces = pieces.map(|(number, piece)| (piece, number > 0 && piece.len() <= FEW));
        ordered
            .map(|ordered| (ordered, true))
            .into_iter()
            .chain(pieces.filter(|(piece, _)| !piece.is_empty()))
    }

    /// Sums.
    fn sums(&self) -> Sums {
        let own = (!self.micros.is_empty()).then(|| Sums::of(&self.micros));
        self.shared.iter().map(|piece| piece.sums).chain(own).collect()
    }

    /// Values that are not copied with the collection.
    pub(crate) fn shared(mut micros: Vec<i64>) -> Self {
        if micros.is_empty() {
            return Self::default();
        }
        if micros.len() <= FEW {
            micros.sort_unstable();
        }
        let sums = Sums::of(&micros);
        Self { shared: vec![Arc::new(Piece { micros, sums })], ..Self::default() }
    }

    /// Sum in microseconds.
    pub fn sum_micros(&self) -> i128 {
        self.sums().sum
    }

    /// Arithmetic mean, rounded to the nearest microsecond; `None` when empty.
    pub fn mean(&self) -> Option<TimeDelta> {
        self.mean_micros().map(from_float_micros)
    }

    /// Arithmetic mean in microseconds; `None` when empty.
    pub fn mean_micros(&self) -> Option<f64> {
        self.sums().mean()
    }

    /// Smallest value; `None` when empty.
    pub fn min(&self) -> Option<TimeDelta> {
        Some(self.sums()).filter(|sums| sums.n > 0).map(|sums| TimeDelta::microseconds(sums.least))
    }

    /// Largest value; `None` when empty.
    pub fn max(&self) -> Option<TimeDelta> {
        Some(self.sums()).filter(|sums| sums.n > 0).map(|sums| TimeDelta::microseconds(sums.most))
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
        quantile_of(&self.ranked(quantile_places(self.n(), q)), self.n(), q)
    }

    /// The usual statistics in one pass, without sorting the values; `None` when empty.
    ///
    /// ```
    /// use chrono::TimeDelta;
    /// use deskmetrics::Durations;
    ///
    /// let hours: Durations = (1..=11).map(TimeDelta::hours).collect();
    /// let summary = hours.summary().unwrap();
    /// assert_eq!(summary.median, TimeDelta::hours(6));
    /// assert_eq!(summary.p90, TimeDelta::hours(10));
    /// assert_eq!(summary.max, TimeDelta::hours(11));
    /// ```
    pub fn summary(&self) -> Option<Summary> {
        let n = self.n();
        let ranked = self.ranked([0.0, 0.5, 0.9, 0.95, 1.0].into_iter().flat_map(|q| quantile_places(n, q)));
        let at = |q: f64| quantile_of(&ranked, n, q).map(from_float_micros);
        Some(Summary {
            n,
            mean: self.mean()?,
            min: at(0.0)?,
            median: at(0.5)?,
            p90: at(0.9)?,
            p95: at(0.95)?,
            max: at(1.0)?,
        })
    }

    /// The interval of a quantile from order statistics, in microseconds: distribution-free, with a confidence of at least
    /// `level`.
    ///
    /// The ranks come from the binomial distribution (as in R's `DescTools::MedianCI`, method "exact"). `None` when
    /// there are too few values for the level, such as five for a median at 95 %.
    ///
    /// ```
    /// use chrono::TimeDelta;
    /// use deskmetrics::Durations;
    ///
    /// let minutes: Durations = (1..=10).map(TimeDelta::minutes).collect();
    /// let interval = minutes.quantile_interval(0.5, 0.95).unwrap().scaled(1.0 / 60e6);
    /// assert_eq!((interval.lower, interval.upper), (2.0, 9.0)); // 2nd and 9th of 10
    /// ```
    pub fn quantile_interval(&self, q: f64, level: f64) -> Option<Interval> {
        let (lower, upper) = quantile_ranks(self.n(), q, level)?;
        interval_between(&self.ranked([lower - 1, upper - 1]), (lower, upper), level)
    }

    /// The numbers of durations in each band; the bands are `(-∞, limits[0]]`, `(limits[0], limits[1]]`, ...,
    /// `(limits[last], ∞)`. Limits are sorted first.
    ///
    /// ```
    /// use chrono::TimeDelta;
    /// use deskmetrics::Durations;
    ///
    /// let ages: Durations = [2, 24, 30, 200].map(TimeDelta::hours).into_iter().collect();
    /// assert_eq!(ages.bands(&[TimeDelta::days(1), TimeDelta::days(7)]), [2, 1, 1]);
    /// ```
    #[doc(alias = "histogram")]
    #[doc(alias = "ageing")]
    pub fn bands(&self, limits: &[TimeDelta]) -> Vec<u64> {
        let mut limits: Vec<i64> = limits.iter().map(|limit| saturating_micros(*limit)).collect();
        limits.sort_unstable();
        let mut counts = vec![0; limits.len() + 1];
        self.micros().for_each(|micros| counts[limits.partition_point(|limit| *limit < micros)] += 1);
        counts
    }

    /// Durations of at most `limit`, among all.
    pub fn within(&self, limit: TimeDelta) -> crate::Ratio {
        let limit = saturating_micros(limit);
        self.micros().map(|micros| micros <= limit).collect()
    }

    /// Student's t interval of the mean, in microseconds, cut off at 0 unless a value is negative; `None` for fewer than two
    /// values or a `level` not between 0 and 1. With skewed durations and few values it is a rough guide only.
    pub fn mean_interval(&self, level: f64) -> Option<Interval> {
        let sums = self.sums();
        let interval = t_interval(sums.mean()?, self.standard_error_of(&sums)?, sums.n, level)?;
        let lowest = if sums.least < 0 { f64::NEG_INFINITY } else { 0.0 };
        Some(interval.within(lowest, f64::INFINITY))
    }

    /// The standard error of the mean, in microseconds; `None` for fewer than two values.
    pub fn standard_error_micros(&self) -> Option<f64> {
        self.standard_error_of(&self.sums())
    }

    fn standard_error_of(&self, sums: &Sums) -> Option<f64> {
        let (n, mean) = (sums.n, sums.mean()?);
        let degrees = n.checked_sub(1).filter(|degrees| *degrees > 0)?;
        #[expect(clippy::cast_possible_truncation, reason = "a mean is between values that are i64")]
        let near = mean.round() as i64;
        let index = match sums.squares_around(near) {
            // Σ(x − mean)² = Σ(x − near)² − n (mean − near)²
            Some(index) => index as f64 - n as f64 * (mean - near as f64).powi(2),
            // Sorted, so that the result does not depend on the order of feeding.
            None => self.sorted().iter().map(|micros| (*micros as f64 - mean).powi(2)).sum(),
        };
        Some((index.max(0.0) / degrees as f64 / n as f64).sqrt())
    }

    /// The values of these places, counted from 0, if all were in order.
    pub(crate) fn ranked(&self, places: impl IntoIterator<Item = u64>) -> Ranked<'_> {
        if let Some(sorted) = self.in_order() {
            return Ranked::All(sorted);
        }
        Ranked::between(self.pieces(), self.ends(), places)
    }

    /// The least and the most value in microseconds; the least is more than the most when empty.
    pub(crate) fn ends(&self) -> (i64, i64) {
        let Sums { least, most, .. } = self.sums();
        (least, most)
    }

    /// The values in microseconds, ascending.
    pub(crate) fn sorted(&self) -> Cow<'_, [i64]> {
        match (self.in_order(), &*self.shared) {
            (Some(sorted), _) => Cow::Borrowed(sorted),
            (None, []) => Cow::Owned(ascending(&self.micros)),
            (None, _) => Cow::Owned(ascending(&self.in_one_piece())),
        }
    }

    fn in_one_piece(&self) -> Vec<i64> {
        self.pieces().collect::<Vec<_>>().concat()
    }

    /// The values, if they are stored in ascending order.
    fn in_order(&self) -> Option<&[i64]> {
        match (&*self.micros, &*self.shared) {
            ([], [piece]) if piece.micros.len() <= FEW => Some(&piece.micros),
            _ if self.n() > FEW as u64 => None,
            _ => Some(self.ordered.get_or_init(|| {
                let mut micros = self.in_one_piece();
                #[expect(
                    clippy::stable_sort_primitive,
                    reason = "it finds the pieces that are in order already"
                )]
                micros.sort();
                micros.into()
            })),
        }
    }
}

/// Summary statistics of a collection of durations; see [`Durations::summary`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Summary {
    /// Durations counted.
    pub n: u64,
    /// Arithmetic mean.
    pub mean: TimeDelta,
    /// Smallest value.
    pub min: TimeDelta,
    /// Half of the values are at most this.
    pub median: TimeDelta,
    /// Nine in ten are at most this.
    pub p90: TimeDelta,
    /// Nineteen in twenty are at most this.
    pub p95: TimeDelta,
    /// Largest value.
    pub max: TimeDelta,
}

/// The place of a type 7 quantile among `n` sorted values: an index and the fraction of the way to the next one.
pub(crate) fn type_7_place(n: u64, q: f64) -> Option<(u64, f64)> {
    if n == 0 || !(0.0..=1.0).contains(&q) {
        return None;
    }
    let position = q * (n - 1) as f64;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 <= position < n")]
    let below = position.floor() as u64;
    Some((below, position - below as f64))
}

/// The places that a type 7 quantile of `n` values depends on.
pub(crate) fn quantile_places(n: u64, q: f64) -> impl Iterator<Item = u64> {
    type_7_place(n, q).into_iter().flat_map(|(below, _)| [below, below + 1])
}

/// The type 7 quantile of `n` values, given the values at the places it depends on.
pub(crate) fn quantile_of(values: &Ranked<'_>, n: u64, q: f64) -> Option<f64> {
    let (below, fraction) = type_7_place(n, q)?;
    let low = values.at(below)? as f64;
    match values.at(below + 1).filter(|_| fraction > 0.0) {
        Some(high) => Some(low + fraction * (high as f64 - low)),
        None => Some(low),
    }
}

/// The type 7 quantile of ascending values.
pub(crate) fn quantile_of_sorted(sorted: &[i64], q: f64) -> Option<f64> {
    quantile_of(&Ranked::All(sorted), sorted.len() as u64, q)
}

/// The order-statistic interval between two ranks, counted from 1, of values whose places are known.
pub(crate) fn interval_between(
    values: &Ranked<'_>,
    (lower, upper): (u64, u64),
    level: f64,
) -> Option<Interval> {
    Some(Interval {
        lower: values.at(lower - 1)? as f64,
        upper: values.at(upper - 1)? as f64,
        level,
        method: IntervalMethod::OrderStatistic,
    })
}

pub(crate) fn saturating_micros(duration: TimeDelta) -> i64 {
    duration.num_microseconds().unwrap_or(if duration < TimeDelta::zero() { i64::MIN } else { i64::MAX })
}

#[expect(clippy::cast_possible_truncation, reason = "a mean or quantile is between values that are i64")]
pub(crate) fn from_float_micros(micros: f64) -> TimeDelta {
    TimeDelta::microseconds(micros.round() as i64)
}

/// Equal when the same values were fed, in any order.
impl PartialEq for Durations {
    fn eq(&self, other: &Self) -> bool {
        self.n() == other.n() && self.sorted() == other.sorted()
    }
}

impl Eq for Durations {}

impl From<Vec<i64>> for Durations {
    fn from(micros: Vec<i64>) -> Self {
        Self { micros, ..Self::default() }
    }
}

/// In ascending order, so that equal collections have equal bytes.
impl From<Durations> for Vec<i64> {
    fn from(durations: Durations) -> Self {
        durations.sorted().into_owned()
    }
}

/// Adds values to others; where there are no others, nothing is copied.
fn append<T>(all: &mut Vec<T>, others: Vec<T>) {
    if all.is_empty() {
        *all = others;
    } else {
        make_room(all, others.len());
        all.extend(others);
    }
}

/// Makes room for more values. A report keeps every duration: vectors that doubled would leave much of its memory unused.
fn make_room<T>(all: &mut Vec<T>, more: usize) {
    if all.capacity() - all.len() < more {
        all.reserve_exact(more.max(all.len() / 4).max(16));
    }
}

impl Merge for Durations {
    fn merge(&mut self, other: Self) {
        append(&mut self.micros, other.micros);
        append(&mut self.shared, other.shared);
        self.ordered.take();
    }

    fn merge_from(&mut self, other: &Self) {
        make_room(&mut self.micros, other.micros.len());
        make_room(&mut self.shared, other.shared.len());
        self.micros.extend_from_slice(&other.micros);
        self.shared.extend_from_slice(&other.shared);
        self.ordered.take();
    }
}

impl Extend<TimeDelta> for Durations {
    fn extend<I: IntoIterator<Item = TimeDelta>>(&mut self, durations: I) {
        self.micros.extend(durations.into_iter().map(saturating_micros));
        self.ordered.take();
    }
}

impl FromIterator<TimeDelta> for Durations {
    fn from_iter<I: IntoIterator<Item = TimeDelta>>(durations: I) -> Self {
        let mut collected = Self::default();
        collected.extend(durations);
        collected
    }
}
