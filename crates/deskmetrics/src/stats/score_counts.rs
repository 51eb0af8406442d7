//! Counts of the scores of a scale.

use serde::{Deserialize, Serialize};

use crate::Merge;
use crate::stats::interval::Interval;
use crate::stats::mean::t_interval;

/// An exact histogram of whole-number scores from `min` upwards.
///
/// All results of a survey KPI (mean, shares, net score, intervals) follow from it without rounding.
///
/// ```
/// use deskmetrics::ScoreCounts;
///
/// let mut effort = ScoreCounts::new(1, 5);
/// for (score, n) in [(1, 190), (2, 240), (3, 110), (4, 330), (5, 140)] {
///     assert!(effort.push_many(score, n));
/// }
/// assert!(!effort.push(6)); // not on the scale
/// assert_eq!(effort.n(), 1010);
/// assert!((effort.mean().unwrap() - 2.990).abs() < 5e-4); // 3020 / 1010
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScoreCounts {
    min: i32,
    counts: Vec<u64>,
}

impl ScoreCounts {
    /// No answers yet on the scale from `min` to `max`; an empty scale when `max < min`, and never more than 1001
    /// scores.
    pub fn new(min: i32, max: i32) -> Self {
        let scores = i64::from(max) - i64::from(min) + 1;
        Self { min, counts: vec![0; usize::try_from(scores.min(1001)).unwrap_or(0)] }
    }

    /// Counts one score; `false` when it is not on the scale (and nothing is counted).
    #[inline]
    pub fn push(&mut self, score: i32) -> bool {
        self.push_many(score, 1)
    }

    /// Counts `times` answers of the same score; `false` when it is not on the scale.
    #[inline]
    pub fn push_many(&mut self, score: i32, times: u64) -> bool {
        // A score below `min` wraps to a huge place, so one comparison checks both ends.
        let place = score.wrapping_sub(self.min).cast_unsigned() as usize;
        match self.counts.get_mut(place) {
            Some(count) => {
                *count = count.saturating_add(times);
                true
            }
            None => false,
        }
    }

    /// Answers counted.
    pub fn n(&self) -> u64 {
        self.counts.iter().fold(0, |n, count| n.saturating_add(*count))
    }

    /// Answers with this score.
    pub fn count(&self, score: i32) -> u64 {
        self.counts.get(score.wrapping_sub(self.min).cast_unsigned() as usize).copied().unwrap_or(0)
    }

    /// Answers whose score satisfies `condition`.
    pub fn count_where(&self, condition: impl Fn(i32) -> bool) -> u64 {
        self.iter().filter(|(score, _)| condition(*score)).fold(0, |n, (_, count)| n.saturating_add(count))
    }

    /// Every score of the scale with its number of answers, lowest first.
    pub fn iter(&self) -> impl Iterator<Item = (i32, u64)> + '_ {
        let mut score = self.min;
        self.counts.iter().map(move |count| {
            let here = score;
            score = score.wrapping_add(1);
            (here, *count)
        })
    }

    /// Lowest score and number of steps: two histograms need the same ones to be merged.
    pub(crate) fn shape(&self) -> (i32, usize) {
        (self.min, self.counts.len())
    }

    /// The arithmetic mean; `None` when nothing was counted.
    pub fn mean(&self) -> Option<f64> {
        let n = self.n();
        (n > 0).then(|| self.sum() as f64 / n as f64)
    }

    /// The sample standard deviation (n − 1); `None` for fewer than two answers.
    pub fn standard_deviation(&self) -> Option<f64> {
        let n = self.n();
        let mean = self.mean()?;
        let degrees = n.checked_sub(1).filter(|degrees| *degrees > 0)?;
        let index: f64 =
            self.iter().map(|(score, count)| count as f64 * (f64::from(score) - mean).powi(2)).sum();
        Some((index / degrees as f64).sqrt())
    }

    /// The standard error of the mean; `None` for fewer than two answers.
    pub fn standard_error(&self) -> Option<f64> {
        self.standard_deviation().map(|deviation| deviation / (self.n() as f64).sqrt())
    }

    /// Student's t interval of the mean, cut off at the ends of the scale; `None` for fewer than two answers or a `level` not
    /// between 0 and 1.
    pub fn mean_interval(&self, level: f64) -> Option<Interval> {
        let (lowest, highest) = (self.iter().next()?.0, self.iter().last()?.0);
        let interval = t_interval(self.mean()?, self.standard_error()?, self.n(), level)?;
        Some(interval.within(f64::from(lowest), f64::from(highest)))
    }

    fn sum(&self) -> i128 {
        self.iter().map(|(score, count)| i128::from(score) * i128::from(count)).sum()
    }
}

/// Merges two histograms of one scale; scores of `other` that are not on this scale are ignored.
impl Merge for ScoreCounts {
    fn merge(&mut self, other: Self) {
        self.merge_from(&other);
    }

    fn merge_from(&mut self, other: &Self) {
        for (score, count) in other.iter() {
            self.push_many(score, count);
        }
    }
}
