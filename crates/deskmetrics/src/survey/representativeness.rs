//! Tests whether respondents represent everyone invited.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::stats::interval::{Interval, IntervalMethod, adjusted_wald, critical_t_of, wilson};
use crate::stats::tail;
use crate::{MeanEstimate, Merge, NetScore, Ratio};

/// Response by segment (market, channel, customer group ...): who answered, and the score if all segments
/// had answered alike.
///
/// ```
/// use deskmetrics::survey::Representativeness;
/// use deskmetrics::{NetScore, Ratio};
///
/// let mut response = Representativeness::default();
/// response.push_counts("chat", Ratio::new(300, 500)); // chat users answer twice as readily
/// response.push_counts("mail", Ratio::new(150, 500));
/// assert!((response.r_indicator().unwrap() - 0.70).abs() < 1e-3); // 1 would be perfectly even
///
/// // Chat is happy (+40), mail is not (−10): the raw NPS is +23.3, corrected to equal halves it is +15.
/// let scores = [
///     ("chat", NetScore { positive: 180, neutral: 60, negative: 60 }),
///     ("mail", NetScore { positive: 45, neutral: 45, negative: 60 }),
/// ];
/// let adjusted = response.adjusted_net(scores, 0.95).unwrap();
/// assert!((adjusted.value - 15.0).abs() < 1e-9);
/// assert!((adjusted.effective_n - 400.0).abs() < 1e-9); // of 450 answers
/// ```
#[doc(alias = "nonresponse bias")]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Representativeness {
    /// Answered among invited, by segment.
    segments: BTreeMap<Box<str>, Ratio>,
}

/// A score corrected for uneven response (post-stratified).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Adjusted {
    /// Percent, points or steps of the scale, as the score is.
    pub value: f64,
    /// Its interval at the effective n.
    pub interval: Option<Interval>,
    /// The number of evenly weighted answers with the same precision (Kish).
    pub effective_n: f64,
    /// The share of the invited, 0 to 1, whose segment gave no score at all; the others are taken to represent it.
    pub uncovered: f64,
}

impl Representativeness {
    /// Counts one invitation of a segment, answered or not.
    pub fn push(&mut self, segment: &str, answered: bool) {
        self.push_counts(segment, Ratio::new(u64::from(answered), 1));
    }

    /// Counts many invitations of a segment.
    pub fn push_counts(&mut self, segment: &str, answered: Ratio) {
        match self.segments.get_mut(segment) {
            Some(ratio) => ratio.merge(answered),
            None => {
                self.segments.insert(segment.into(), answered);
            }
        }
    }

    /// Answered among invited, by segment.
    pub fn segments(&self) -> impl Iterator<Item = (&str, Ratio)> {
        self.segments.iter().map(|(segment, ratio)| (&**segment, *ratio))
    }

    /// Answered among invited, over all segments.
    pub fn overall(&self) -> Ratio {
        let mut overall = Ratio::default();
        self.segments.values().for_each(|ratio| overall.merge(*ratio));
        overall
    }

    /// `R = 1 − 2·S`, where S is the standard deviation of the response rates over all invited people (Schouten, Cobben
    /// and Bethlehem 2009): 1 when every segment answers alike, 0 when half of them answer always and half never.
    ///
    /// It depends on the segments given. `None` with fewer than two people invited.
    #[doc(alias = "R-indicator")]
    pub fn r_indicator(&self) -> Option<f64> {
        Some(1.0 - 2.0 * self.spread()?)
    }

    /// The standard deviation of the response rates relative to their mean, which bounds the bias: no mean of answers is
    /// off by more than this many standard deviations of the surveyed variable (Schouten, Cobben and Bethlehem 2009).
    ///
    /// It adds to [`r_indicator`](Self::r_indicator) where few answer at all: 5 % against 15 % is R = 0.9, but one group
    /// has three times the weight. `None` when there was no answer, or fewer than two were invited.
    #[doc(alias = "maximal bias")]
    pub fn variation(&self) -> Option<f64> {
        let mean = self.overall().share().filter(|mean| *mean > 0.0)?;
        Some(self.spread()? / mean)
    }

    /// The standard deviation of the response rates over all invited people.
    fn spread(&self) -> Option<f64> {
        let degrees = self.overall().total.checked_sub(1).filter(|degrees| *degrees > 0)? as f64;
        Some((self.index()? / degrees).sqrt())
    }

    /// The squared distances of the segments' rates from the overall one, over all invited people.
    fn index(&self) -> Option<f64> {
        let mean = self.overall().share()?;
        let index = |ratio: &Ratio| ratio.share().map(|share| ratio.total as f64 * (share - mean).powi(2));
        Some(self.segments.values().filter_map(index).sum())
    }

    /// The probability of rates as uneven as these if all segments answered alike: Pearson's chi-squared test. `None` with
    /// fewer than two segments, and where all or none answered.
    ///
    /// ```
    /// use deskmetrics::Ratio;
    /// use deskmetrics::survey::Representativeness;
    ///
    /// let mut response = Representativeness::default();
    /// response.push_counts("chat", Ratio::new(30, 50));
    /// response.push_counts("mail", Ratio::new(15, 50));
    /// assert!((response.p_even().unwrap() - 0.0026).abs() < 1e-4); // chi-squared 9.09, one degree of freedom
    /// ```
    pub fn p_even(&self) -> Option<f64> {
        let mean = self.overall().share()?;
        let variance = mean * (1.0 - mean);
        let segments = self.segments.values().filter(|ratio| ratio.total > 0).count();
        let statistic = (variance > 0.0).then(|| self.index())?? / variance;
        let degrees = segments.checked_sub(1).filter(|degrees| *degrees > 0)? as f64;
        tail::chi_squared(statistic, degrees).map(|tails| tails.upper)
    }

    /// The share of positive answers, in percent, if every segment had answered in proportion to its invitations.
    /// `None` when no segment has both.
    #[doc(alias = "post-stratification")]
    pub fn adjusted_percent<'a>(
        &self,
        scores: impl IntoIterator<Item = (&'a str, Ratio)>,
        level: f64,
    ) -> Option<Adjusted> {
        let strata = scores.into_iter().map(|(segment, ratio)| (segment, ratio.total, [ratio.hits, 0]));
        let (shares, effective_n, uncovered) = self.weighted(strata)?;
        let interval = wilson(shares[0], effective_n, level).map(|interval| interval.scaled(100.0));
        Some(Adjusted { value: 100.0 * shares[0], interval, effective_n, uncovered })
    }

    /// The net score, in points, if every segment had answered in proportion to its invitations. `None` when no segment
    /// has both.
    pub fn adjusted_net<'a>(
        &self,
        scores: impl IntoIterator<Item = (&'a str, NetScore)>,
        level: f64,
    ) -> Option<Adjusted> {
        let strata =
            scores.into_iter().map(|(segment, score)| (segment, score.n(), [score.positive, score.negative]));
        let ([positive, negative], effective_n, uncovered) = self.weighted(strata)?;
        let interval = adjusted_wald(positive, negative, effective_n, level);
        Some(Adjusted {
            value: 100.0 * (positive - negative),
            interval: interval.map(|interval| interval.scaled(100.0)),
            effective_n,
            uncovered,
        })
    }

    /// The mean score if every segment had answered in proportion to its invitations, with Welch's t interval. `None`
    /// when no segment has both.
    ///
    /// ```
    /// use deskmetrics::survey::Representativeness;
    /// use deskmetrics::{Mean, Ratio};
    ///
    /// let mut response = Representativeness::default();
    /// response.push_counts("chat", Ratio::new(4, 10));
    /// response.push_counts("mail", Ratio::new(2, 30));
    /// let scores = [("chat", [7, 6, 7, 6].into_iter().collect()), ("mail", [3, 4].into_iter().collect::<Mean>())];
    /// let adjusted = response.adjusted_mean(scores, 0.95).unwrap();
    /// assert!((adjusted.value - 4.25).abs() < 1e-12); // 6.5 for a quarter, 3.5 for three quarters
    /// ```
    pub fn adjusted_mean<'a, M: MeanEstimate>(
        &self,
        scores: impl IntoIterator<Item = (&'a str, M)>,
        level: f64,
    ) -> Option<Adjusted> {
        let invited = |segment: &str| self.segments.get(segment).map_or(0.0, |ratio| ratio.total as f64);
        let strata: Vec<(f64, M)> = scores
            .into_iter()
            .map(|(segment, mean)| (invited(segment), mean))
            .filter(|(invited, mean)| *invited > 0.0 && mean.n() > 0)
            .collect();
        let covered: f64 = strata.iter().map(|(invited, _)| invited).sum();
        if covered <= 0.0 {
            return None;
        }
        let (mut value, mut variance, mut spread, mut inverse_n) = (0.0, Some(0.0), 0.0, 0.0);
        for (invited, mean) in &strata {
            let (weight, n) = (invited / covered, mean.n() as f64);
            value += weight * mean.mean()?;
            inverse_n += weight * weight / n;
            let part = mean.standard_error().map(|error| (weight * error).powi(2));
            variance = variance.zip(part).map(|(variance, part)| variance + part);
            spread += part.map_or(0.0, |part| part * part / (n - 1.0));
        }
        let interval = variance.and_then(|variance: f64| {
            let half = if spread > 0.0 {
                critical_t_of(level, variance * variance / spread)? * variance.sqrt()
            } else {
                0.0
            };
            Some(Interval { lower: value - half, upper: value + half, level, method: IntervalMethod::Welch })
        });
        let uncovered = (1.0 - covered / self.overall().total as f64).max(0.0);
        Some(Adjusted { value, interval, effective_n: 1.0 / inverse_n, uncovered })
    }

    /// Two shares weighted by the segments' invitations, the effective n and the uncovered share.
    fn weighted<'a>(
        &self,
        strata: impl Iterator<Item = (&'a str, u64, [u64; 2])>,
    ) -> Option<([f64; 2], f64, f64)> {
        let invited = |segment: &str| self.segments.get(segment).map_or(0.0, |ratio| ratio.total as f64);
        let strata: Vec<(f64, f64, [u64; 2])> = strata
            .map(|(segment, n, counts)| (invited(segment), n as f64, counts))
            .filter(|(invited, n, _)| *invited > 0.0 && *n > 0.0)
            .collect();
        let covered: f64 = strata.iter().map(|(invited, ..)| invited).sum();
        if covered <= 0.0 {
            return None;
        }
        let share_of = |side: usize| -> f64 {
            strata.iter().map(|(invited, n, counts)| invited / covered * counts[side] as f64 / n).sum()
        };
        let inverse_n: f64 = strata.iter().map(|(invited, n, _)| (invited / covered).powi(2) / n).sum();
        let uncovered = 1.0 - covered / self.overall().total as f64;
        Some(([share_of(0), share_of(1)], 1.0 / inverse_n, uncovered.max(0.0)))
    }
}

impl Merge for Representativeness {
    fn merge(&mut self, other: Self) {
        Merge::merge(&mut self.segments, other.segments);
    }
}
