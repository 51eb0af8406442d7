//! Scores of weighted samples.

use serde::{Deserialize, Serialize};

use super::{Scale, SurveyResponse};
use crate::stats::interval::{Interval, adjusted_wald, wilson};
use crate::{Excluded, Merge, Reason};

/// Weighted answers to one survey question: NPS, CSAT or CES of a weighted sample.
///
/// Each answer counts with its weight: the number of people of the population it represents. The intervals use the
/// *effective* n, `(Σw)² / Σw²` (Kish 1965): uneven weights carry less information than as many even ones.
///
/// Weights are floats, so unlike all other tallies this one merges to within rounding (about 1e-15 of the sum of weights
/// per merge), not bit for bit.
///
/// ```
/// use deskmetrics::Scale;
/// use deskmetrics::survey::WeightedRating;
///
/// let mut nps = WeightedRating::new(&Scale::nps());
/// for (score, weight) in [(10, 1.0), (9, 1.0), (7, 2.0), (3, 0.5)] {
///     nps.push(score, weight);
/// }
/// // (2.0 promoting − 0.5 detracting) of 4.5
/// assert!((nps.net_points().unwrap() - 33.333).abs() < 1e-3);
/// assert!((nps.effective_n().unwrap() - 3.24).abs() < 1e-9); // 4.5² / 6.25
/// ```
#[doc(alias = "weighted NPS")]
#[doc(alias = "weighted CSAT")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WeightedRating {
    scale: Scale,
    n: u64,
    weight: f64,
    index: f64,
    positive: f64,
    negative: f64,
    scored: f64,
    excluded: Excluded,
}

impl WeightedRating {
    /// No answers yet on `scale`.
    pub fn new(scale: &Scale) -> Self {
        Self {
            scale: scale.clone(),
            n: 0,
            weight: 0.0,
            index: 0.0,
            positive: 0.0,
            negative: 0.0,
            scored: 0.0,
            excluded: Excluded::default(),
        }
    }

    /// Counts one answer; `None` is a skipped question. A weight that is negative or not finite cannot be used, a weight of
    /// zero has no effect.
    pub fn push(&mut self, score: impl Into<Option<i32>>, weight: f64) {
        let score = match score.into() {
            Some(score) if self.scale.contains(score) => score,
            Some(_) => return self.excluded.add(Reason::OutOfScale),
            None => return self.excluded.add(Reason::NotAnswered),
        };
        if !weight.is_finite() || weight < 0.0 {
            return self.excluded.add(Reason::BadWeight);
        }
        self.n.merge(1);
        self.weight += weight;
        self.index += weight * weight;
        self.scored += weight * f64::from(score);
        if self.scale.is_positive(score) {
            self.positive += weight;
        } else if self.scale.is_negative(score) {
            self.negative += weight;
        }
    }

    /// Answers counted, whatever their weight.
    pub fn n(&self) -> u64 {
        self.n
    }

    /// The sum of the weights.
    pub fn weight(&self) -> f64 {
        self.weight
    }

    /// Exclusions, by reason.
    pub fn excluded(&self) -> &Excluded {
        &self.excluded
    }

    /// The number of evenly weighted answers with the same precision; `None` without weight.
    #[doc(alias = "Kish")]
    pub fn effective_n(&self) -> Option<f64> {
        (self.index > 0.0).then(|| self.weight * self.weight / self.index)
    }

    /// The weighted mean score.
    pub fn mean(&self) -> Option<f64> {
        self.of_weight(self.scored)
    }

    /// Positive answers in percent of the weight.
    pub fn positive_percent(&self) -> Option<f64> {
        self.of_weight(100.0 * self.positive)
    }

    /// The Wilson interval of [`positive_percent`](Self::positive_percent) at the effective n, in percent.
    pub fn positive_interval(&self, level: f64) -> Option<Interval> {
        let share = self.of_weight(self.positive)?;
        wilson(share, self.effective_n()?, level).map(|interval| interval.scaled(100.0))
    }

    /// Positive minus negative answers in points, −100 to 100: the weighted NPS on the NPS scale.
    pub fn net_points(&self) -> Option<f64> {
        self.of_weight(100.0 * (self.positive - self.negative))
    }

    /// The adjusted Wald interval of [`net_points`](Self::net_points) at the effective n, in points.
    pub fn net_interval(&self, level: f64) -> Option<Interval> {
        let (positive, negative) = (self.of_weight(self.positive)?, self.of_weight(self.negative)?);
        let interval = adjusted_wald(positive, negative, self.effective_n()?, level)?;
        Some(interval.scaled(100.0).holding(self.net_points()?))
    }

    fn of_weight(&self, part: f64) -> Option<f64> {
        (self.weight > 0.0).then(|| part / self.weight)
    }
}

impl Merge for WeightedRating {
    fn merge(&mut self, other: Self) {
        if self.scale == other.scale {
            self.n.merge(other.n);
            self.weight += other.weight;
            self.index += other.index;
            self.positive += other.positive;
            self.negative += other.negative;
            self.scored += other.scored;
        } else {
            self.excluded.add_many(Reason::OtherOptions, other.n);
        }
        self.excluded.merge(other.excluded);
    }
}

/// With the weight each answer states; one that states none cannot be used.
impl<'a> Extend<&'a SurveyResponse> for WeightedRating {
    fn extend<I: IntoIterator<Item = &'a SurveyResponse>>(&mut self, answers: I) {
        for answer in answers {
            self.push(answer.score, answer.weight.unwrap_or(f64::NAN));
        }
    }
}
