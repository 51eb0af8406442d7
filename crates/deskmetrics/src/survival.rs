//! Durations of which some have not ended: the Kaplan-Meier estimate.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::durations::from_float_micros;
use crate::interval::{Interval, IntervalMethod, critical_z};
use crate::{Durations, Merge};

/// Finished durations together with those still running, which are known only to be *at least* so long.
///
/// Leaving running ones out makes every desk with a backlog look faster than it is. Kaplan and Meier (1958)
/// count them for as long as they were watched.
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
    /// How long after the start, in seconds.
    pub seconds: f64,
    /// The share still running from then on, 0 to 1.
    pub running: f64,
    /// The interval of that share; the share itself where it is 0, of which the formula knows nothing.
    pub interval: Interval,
    /// How many were still watched just before.
    pub at_risk: u64,
    /// How many ended then.
    pub ended: u64,
}

/// One step of the survival curve.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Step {
    micros: i64,
    /// Share still running just after `micros`.
    survival: f64,
    /// Greenwood's sum Σ d / (n (n − d)).
    greenwood: f64,
    at_risk: usize,
    ended: usize,
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
        let steps = self.steps();
        first_at_most(&steps, 1.0 - q, |step| step.survival)
    }

    /// The interval of [`median`](Self::median) in microseconds.
    ///
    /// Where the pointwise interval of the curve (Greenwood's variance on the log(−log) scale, as lifelines and R's
    /// `conf.type = "log-log"` do) crosses one half (Brookmeyer and Crowley 1982). The upper end is infinite
    /// where the curve was not watched long enough; `None` where there is no median.
    pub fn median_interval(&self, level: f64) -> Option<Interval> {
        let z = critical_z(level)?;
        let steps = self.steps();
        first_at_most(&steps, 0.5, |step| step.survival)?;
        let lower = first_at_most(&steps, 0.5, |step| bounds(step, z).0)?;
        let upper = first_at_most(&steps, 0.5, |step| bounds(step, z).1).unwrap_or(f64::INFINITY);
        Some(Interval { lower, upper, level, method: IntervalMethod::Greenwood })
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
        let drawn = |step: &Step| {
            let (lower, upper) = bounds(step, z);
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

    /// The curve: one step at each duration at which something ended.
    fn steps(&self) -> Vec<Step> {
        let finished = self.finished.sorted();
        let censored = self.censored.sorted();
        let mut steps: Vec<Step> = Vec::new();
        let (mut survival, mut greenwood) = (1.0, 0.0);
        let mut ended = 0;
        let mut left = 0;
        while let Some(&micros) = finished.get(ended) {
            let deaths = finished[ended..].partition_point(|other| *other == micros);
            // What ran exactly as long as this counts as still at risk.
            left += censored[left..].partition_point(|other| *other < micros);
            let watched = finished.len() - ended + censored.len() - left;
            let (at_risk, deaths_here) = (watched as f64, deaths as f64);
            survival *= 1.0 - deaths_here / at_risk;
            greenwood += deaths_here / (at_risk * (at_risk - deaths_here));
            steps.push(Step { micros, survival, greenwood, at_risk: watched, ended: deaths });
            ended += deaths;
        }
        steps
    }
}

/// Pointwise interval of the curve on the log(−log) scale.
fn bounds(step: &Step, z: f64) -> (f64, f64) {
    if step.survival <= 0.0 || step.survival >= 1.0 {
        return (step.survival, step.survival);
    }
    let log = step.survival.ln();
    let spread = z * step.greenwood.sqrt() / log;
    // log(survival) < 0, so a negative spread raises the exponent and lowers the curve.
    (step.survival.powf((-spread).exp()), step.survival.powf(spread.exp()))
}

/// The first duration at which the curve, or one of its bounds, is at most `level`. A hair above counts as at the
/// level: 1/2 reached by products of fractions need not be 0.5 in binary.
fn first_at_most(steps: &[Step], level: f64, value: impl Fn(&Step) -> f64) -> Option<f64> {
    steps.iter().find(|step| value(step) <= level + 1e-12).map(|step| step.micros as f64)
}

impl Merge for Survival {
    fn merge(&mut self, other: Self) {
        self.finished.merge(other.finished);
        self.censored.merge(other.censored);
    }
}
