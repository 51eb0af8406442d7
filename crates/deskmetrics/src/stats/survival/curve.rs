//! The survival curve, step by step.

/// One step of the survival curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct KaplanMeierStep {
    pub(super) micros: i64,
    /// Share still running just after `micros`.
    pub(super) survival: f64,
    /// Greenwood's sum Σ d / (n (n − d)).
    pub(super) greenwood: f64,
    pub(super) at_risk: usize,
    pub(super) ended: usize,
}

/// The curve: one step at each duration at which something ended.
pub(super) struct Curve<'d> {
    finished: &'d [i64],
    censored: &'d [i64],
    survival: f64,
    greenwood: f64,
}

impl<'d> Curve<'d> {
    /// From durations in order.
    pub(super) fn new(finished: &'d [i64], censored: &'d [i64]) -> Self {
        Self { finished, censored, survival: 1.0, greenwood: 0.0 }
    }
}

impl Iterator for Curve<'_> {
    type Item = KaplanMeierStep;

    #[inline]
    fn next(&mut self) -> Option<KaplanMeierStep> {
        let (&micros, later) = self.finished.split_first()?;
        let deaths = 1 + later.iter().take_while(|other| **other == micros).count();
        // A running duration of exactly this length counts as still at risk.
        let left = self.censored.iter().take_while(|other| **other < micros).count();
        self.censored = &self.censored[left..];
        let watched = self.finished.len() + self.censored.len();
        let (at_risk, deaths_here) = (watched as f64, deaths as f64);
        self.survival *= 1.0 - deaths_here / at_risk;
        self.greenwood += deaths_here / (at_risk * (at_risk - deaths_here));
        self.finished = &self.finished[deaths..];
        Some(KaplanMeierStep {
            micros,
            survival: self.survival,
            greenwood: self.greenwood,
            at_risk: watched,
            ended: deaths,
        })
    }
}

/// Either end of the interval of a survival.
#[derive(Debug, Clone, Copy)]
pub(super) enum Bound {
    Lower,
    Upper,
}

impl Bound {
    /// The pointwise bound of the curve on the log(−log) scale.
    pub(super) fn of(self, step: &KaplanMeierStep, z: f64) -> f64 {
        if step.survival <= 0.0 || step.survival >= 1.0 {
            return step.survival;
        }
        let log = step.survival.ln();
        let spread = z * step.greenwood.sqrt() / log;
        // log(survival) < 0, so a negative spread raises the exponent and lowers the curve.
        match self {
            Self::Lower => step.survival.powf((-spread).exp()),
            Self::Upper => step.survival.powf(spread.exp()),
        }
    }
}

/// Whether the curve, or one of its bounds, is at most `level`. A rounding error above counts as at the level: 1/2 reached by
/// products of fractions need not be 0.5 in binary.
pub(super) fn at_most(value: f64, level: f64) -> bool {
    value <= level + 1e-12
}
