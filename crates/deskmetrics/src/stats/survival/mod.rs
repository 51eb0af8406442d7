//! The Kaplan-Meier estimate of durations of which some still run.

mod curve;
mod halves;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::stats::durations::from_float_micros;
use crate::stats::interval::{Interval, IntervalMethod, critical_z};
use crate::{Durations, Merge};
use curve::{Bound, Curve, KaplanMeierStep, at_most};
pub(crate) use halves::Halves;

/// Finished durations together with those still running, which are known only to be *at least* so long.
///
/// Excluding running ones makes every desk with a backlog appear faster than it is. Kaplan and Meier (1958)
/// count them for as long as they were observed.
///
/// ```
/// use chrono::TimeDelta;
/// use deskmetrics::Survival;
///
/// let hours = |hours: &[i64]| hours.iter().map(|hour| TimeDelta::hours(*hour)).collect();
/// let resolution = Survival::new(hours(&[1, 2, 4]), hours(&[3, 5, 6]));
/// assert_eq!(resolution.finished().median(), Some(TimeDelta::hours(2))); // as if the open ones did not exist
/// // S(1) = 5/6, S(2) = 5/6·4/5 = 2/3, S(4) = 2/3·2/3 = 4/9: half are done after 4 hours
/// assert_eq!(resolution.median(), Some(TimeDelta::hours(4)));
/// ```
#[doc(alias = "Kaplan-Meier")]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Survival {
    finished: Durations,
    censored: Durations,
}

/// One step of the survival curve, as [`Survival::curve`] draws it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CurveStep {
    /// The time since the start, in seconds.
    pub seconds: f64,
    /// The share still running from then on, 0 to 1.
    pub running: f64,
    /// The interval of that share; the share itself where it is 0, for which the formula is not defined.
    pub interval: Interval,
    /// The number still at risk just before.
    pub at_risk: u64,
    /// The number that ended then.
    pub ended: u64,
}

impl Survival {
    /// From finished and still running durations.
    pub fn new(finished: Durations, censored: Durations) -> Self {
        Self { finished, censored }
    }

    /// Adds a duration that ended, in microseconds.
    pub fn push_finished(&mut self, micros: i64) {
        self.finished.push_micros(micros);
    }

    /// Adds a duration that was still running when last seen, in microseconds so far.
    pub fn push_censored(&mut self, micros: i64) {
        self.censored.push_micros(micros);
    }

    /// The durations that ended.
    pub fn finished(&self) -> &Durations {
        &self.finished
    }

    /// The durations still running, as long as they were when last seen.
    pub fn censored(&self) -> &Durations {
        &self.censored
    }

    /// Finished and running together.
    pub fn n(&self) -> u64 {
        self.finished.n().saturating_add(self.censored.n())
    }

    /// The duration after which half have ended; `None` when fewer than half were seen to end.
    pub fn median(&self) -> Option<TimeDelta> {
        self.quantile(0.5)
    }

    /// The first duration after which at least the share `q` has ended; `None` when that was never seen.
    pub fn quantile(&self, q: f64) -> Option<TimeDelta> {
        self.quantile_micros(q).map(from_float_micros)
    }

    /// [`quantile`](Self::quantile) in microseconds.
    pub fn quantile_micros(&self, q: f64) -> Option<f64> {
        let mut steps = self.steps().into_iter();
        steps.find(|step| at_most(step.survival, 1.0 - q)).map(|step| step.micros as f64)
    }

    /// The interval of [`median`](Self::median) in microseconds.
    ///
    /// Where the pointwise interval of the curve (Greenwood's variance on the log(−log) scale, as lifelines and R's
    /// `conf.type = "log-log"` do) crosses one half (Brookmeyer and Crowley 1982). The upper end is infinite
    /// where the curve was not observed long enough; `None` where there is no median.
    pub fn median_interval(&self, level: f64) -> Option<Interval> {
        let halves = self.halves(level);
        halves.interval(&self.finished.ranked(halves.places()), level)
    }

    /// The estimated share that has ended after `limit`, running ones taken into account; `None` when nothing was
    /// counted.
    pub fn share_within(&self, limit: TimeDelta) -> Option<f64> {
        if self.n() == 0 {
            return None;
        }
        let limit = limit.num_microseconds().unwrap_or(i64::MAX);
        let survival = self
            .steps()
            .iter()
            .take_while(|step| step.micros <= limit)
            .last()
            .map_or(1.0, |step| step.survival);
        Some(1.0 - survival)
    }

    /// The curve, to be drawn: one step at each duration at which something ended, each with its pointwise interval
    /// (Greenwood's variance on the log(−log) scale). It begins at 1, before the first step. Empty when nothing has ended or
    /// `level` is not between 0 and 1.
    ///
    /// ```
    /// use chrono::TimeDelta;
    /// use deskmetrics::Survival;
    ///
    /// let hours = |hours: &[i64]| hours.iter().map(|hour| TimeDelta::hours(*hour)).collect();
    /// let curve = Survival::new(hours(&[1, 2, 4]), hours(&[3, 5, 6])).curve(0.95);
    /// let steps: Vec<_> = curve.iter().map(|step| (step.seconds / 3600.0, step.at_risk, step.ended)).collect();
    /// assert_eq!(steps, [(1.0, 6, 1), (2.0, 5, 1), (4.0, 3, 1)]);
    /// assert!((curve[2].running - 4.0 / 9.0).abs() < 1e-12);
    /// assert!((curve[2].interval.lower - 0.066).abs() < 1e-3 && (curve[2].interval.upper - 0.785).abs() < 1e-3);
    /// ```
    #[doc(alias = "survival function")]
    pub fn curve(&self, level: f64) -> Vec<CurveStep> {
        let Some(z) = critical_z(level) else { return Vec::new() };
        let drawn = |step: &KaplanMeierStep| {
            let (lower, upper) = (Bound::Lower.of(step, z), Bound::Upper.of(step, z));
            CurveStep {
                seconds: step.micros as f64 / 1e6,
                running: step.survival,
                interval: Interval { lower, upper, level, method: IntervalMethod::Greenwood },
                at_risk: step.at_risk as u64,
                ended: step.ended as u64,
            }
        };
        self.steps().iter().map(drawn).collect()
    }

    /// Where the curve and its bounds reach one half.
    pub(crate) fn halves(&self, level: f64) -> Halves {
        // Going through few step by step costs less than counting. Where many still run, few may be at risk at one half, and the
        // bounds may rise again between two steps.
        const FEW: u64 = 256;
        let running = self.censored.sorted();
        if self.n() <= FEW || self.censored.n() >= self.finished.n() {
            Halves::by_steps(&self.finished.sorted(), &running, critical_z(level))
        } else {
            Halves::by_counts(&self.finished, &running, critical_z(level))
        }
    }

    fn steps(&self) -> Vec<KaplanMeierStep> {
        Curve::new(&self.finished.sorted(), &self.censored.sorted()).collect()
    }
}

impl Merge for Survival {
    fn merge(&mut self, other: Self) {
        self.finished.merge(other.finished);
        self.censored.merge(other.censored);
    }

    fn merge_from(&mut self, other: &Self) {
        self.finished.merge_from(&other.finished);
        self.censored.merge_from(&other.censored);
    }
}
