//! Chooses the statistical test for the change of a KPI's headline.

use chrono::TimeDelta;

use super::Comparison;
use crate::{Durations, Mean, NetScore, Ratio, ScoreCounts, Survival};

/// The value behind a KPI's headline, which decides the test used to compare two of them.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Compared<'a> {
    /// A share in percent: [`Comparison::of_shares`].
    Share(Ratio),
    /// A net score in points: [`Comparison::of_net_scores`].
    Net(NetScore),
    /// The mean of scores in steps of the scale: [`Comparison::of_means`].
    Scores(&'a ScoreCounts),
    /// A mean count per ticket: [`Comparison::of_means`].
    Mean(&'a Mean),
    /// The median of durations in seconds: [`Comparison::of_medians`].
    Median(&'a Durations),
    /// The median of durations of which some still run, in seconds: [`Comparison::of_survivals`].
    Survival(&'a Survival),
    /// A count of events that come independently of each other: [`Comparison::of_counts`].
    Count(u64),
    /// No test exists: a stock, which largely holds the tickets of the day before; customers, who may count on both
    /// sides; a ratio of times.
    Untested,
}

/// Converts stored microseconds to reported seconds.
const SECONDS: f64 = 1e-6;

impl Compared<'_> {
    /// This value minus an earlier one, or that of any other group, in its own unit. `None` when the two are of different
    /// kinds, there is no test, or too little was counted.
    pub fn change_from(self, earlier: Self, level: f64) -> Option<Comparison> {
        match (self, earlier) {
            (Self::Share(now), Self::Share(before)) => {
                Comparison::of_shares(now, before, level).map(|change| change.scaled(100.0))
            }
            (Self::Net(now), Self::Net(before)) => {
                Comparison::of_net_scores(now, before, level).map(|change| change.scaled(100.0))
            }
            (Self::Scores(now), Self::Scores(before)) => Comparison::of_means(now, before, level),
            (Self::Mean(now), Self::Mean(before)) => Comparison::of_means(now, before, level),
            (Self::Median(now), Self::Median(before)) => {
                Comparison::of_medians(now, before, level).map(|change| change.scaled(SECONDS))
            }
            (Self::Survival(now), Self::Survival(before)) => {
                Comparison::of_survivals(now, before, level).map(|change| change.scaled(SECONDS))
            }
            (Self::Count(now), Self::Count(before)) => Comparison::of_counts(now, before, level),
            _ => None,
        }
    }

    /// The variance of one record's contribution, in the unit of the value squared: of an answer to an NPS, which counts 100, 0 or
    /// -100 points; of a score; of a share, whose records count 100 or 0. `None` for any other value, and where too little was
    /// counted.
    ///
    /// ```
    /// use deskmetrics::{Compared, NetScore};
    ///
    /// let nps = Compared::Net(NetScore { positive: 50, neutral: 30, negative: 20 });
    /// assert!((nps.variance().unwrap() - 6100.0).abs() < 1e-9);
    /// assert!((nps.standard_error().unwrap() - 7.8102).abs() < 1e-4); // √(6100 / 100)
    /// ```
    pub fn variance(self) -> Option<f64> {
        self.error_and_n().map(|(error, n)| error * error * n as f64)
    }

    /// The standard error of the value, in its own unit; `None` as for [`variance`](Self::variance).
    pub fn standard_error(self) -> Option<f64> {
        self.error_and_n().map(|(error, _)| error)
    }

    fn error_and_n(self) -> Option<(f64, u64)> {
        match self {
            Self::Share(share) => {
                let p = share.share()?;
                Some((100.0 * (p * (1.0 - p) / share.total as f64).sqrt(), share.total))
            }
            Self::Net(net) => Some((100.0 * net.standard_error()?, net.n())),
            Self::Scores(scores) => Some((scores.standard_error()?, scores.n())),
            Self::Mean(mean) => Some((mean.standard_error()?, mean.n())),
            _ => None,
        }
    }

    /// This value minus a fixed one in the same unit, such as the sector's: "11 points ahead" (is it?). `None` where there is
    /// no test, too little was counted, or the value can never be that of the benchmark.
    #[doc(alias = "benchmark")]
    pub fn against(self, benchmark: f64, level: f64) -> Option<Comparison> {
        match self {
            Self::Share(share) => Comparison::of_share_against(share, benchmark / 100.0, level)
                .map(|change| change.scaled(100.0)),
            Self::Net(score) => {
                let possible = (-100.0..=100.0).contains(&benchmark).then_some(benchmark / 100.0)?;
                Comparison::of_net_score_against(score, possible, level).map(|change| change.scaled(100.0))
            }
            Self::Scores(scores) => Comparison::of_mean_against(scores, finite(benchmark)?, level),
            Self::Mean(mean) => Comparison::of_mean_against(mean, finite(benchmark)?, level),
            Self::Median(durations) => {
                let benchmark = positive_seconds(benchmark)?;
                Comparison::of_median_against(durations, benchmark, level)
                    .map(|change| change.scaled(SECONDS))
            }
            Self::Count(count) => Comparison::of_count_against(count, benchmark, level),
            Self::Survival(_) | Self::Untested => None,
        }
    }
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

#[expect(clippy::cast_possible_truncation, reason = "rounded, and at most i64::MAX")]
fn positive_seconds(seconds: f64) -> Option<TimeDelta> {
    let micros = (seconds / SECONDS).round();
    (micros >= 0.0 && micros < i64::MAX as f64).then(|| TimeDelta::microseconds(micros as i64))
}
