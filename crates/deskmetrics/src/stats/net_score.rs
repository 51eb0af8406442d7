//! A net score: share of one side minus share of the other.

use serde::{Deserialize, Serialize};

use crate::Merge;
use crate::stats::interval::{Interval, IntervalMethod, critical_z};

/// Positive, neutral and negative answers; the score is the positive share minus the negative share.
///
/// ```
/// use deskmetrics::NetScore;
///
/// let net = NetScore { positive: 30, neutral: 50, negative: 20 };
/// assert_eq!(net.points(), Some(10.0));
/// assert_eq!(NetScore::default().points(), None);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetScore {
    /// Answers on the good side.
    pub positive: u64,
    /// Answers on neither side; they stay in the denominator.
    pub neutral: u64,
    /// Answers on the bad side.
    pub negative: u64,
}

impl NetScore {
    /// Answers counted.
    pub fn n(&self) -> u64 {
        self.positive.saturating_add(self.neutral).saturating_add(self.negative)
    }

    /// The score as a share, −1 to 1; `None` when nothing was counted.
    pub fn net(&self) -> Option<f64> {
        let n = self.n();
        (n > 0).then(|| (self.positive as f64 - self.negative as f64) / n as f64)
    }

    /// The score in points, −100 to 100; `None` when nothing was counted.
    pub fn points(&self) -> Option<f64> {
        let n = self.n();
        (n > 0).then(|| 100.0 * (self.positive as f64 - self.negative as f64) / n as f64)
    }

    /// The adjusted Wald interval of the score, −1 to 1.
    ///
    /// Three pseudo-answers (0.75 positive, 1.5 neutral, 0.75 negative) are added before the Wald formula
    /// (Rocks 2016, found best in MeasuringU's comparison). They shift the interval towards 0, away from the score of few answers
    /// that are all alike; there it is widened up to the score itself. `None` when nothing was counted or `level` is
    /// not between 0 and 1.
    ///
    /// ```
    /// use deskmetrics::NetScore;
    ///
    /// // scores 0, 7, 7, 9, 9, 9
    /// let interval = NetScore { positive: 3, neutral: 2, negative: 1 }.interval(0.95).unwrap();
    /// assert!((interval.lower - -0.2674).abs() < 1e-4);
    /// assert!((interval.upper - 0.7119).abs() < 1e-4);
    ///
    /// let one = NetScore { positive: 1, neutral: 0, negative: 0 };
    /// assert_eq!(one.interval(0.95).unwrap().upper, 1.0); // else 0.98, beside a score of 1
    /// ```
    #[doc(alias = "adjusted wald")]
    pub fn interval(&self, level: f64) -> Option<Interval> {
        self.normal_interval(level, 0.75, IntervalMethod::AdjustedWald)
    }

    /// The adjusted Wald interval in points, −100 to 100; see [`interval`](Self::interval).
    pub fn points_interval(&self, level: f64) -> Option<Interval> {
        // Rounding of either may separate the score from its own limit.
        Some(self.interval(level)?.scaled(100.0).holding(self.points()?))
    }

    /// The plain Wald interval of the score, −1 to 1; too narrow for few answers.
    ///
    /// ```
    /// use deskmetrics::NetScore;
    ///
    /// let interval = NetScore { positive: 3, neutral: 2, negative: 1 }.wald_interval(0.95).unwrap();
    /// assert!((interval.lower - -0.2631).abs() < 1e-4);
    /// assert!((interval.upper - 0.9297).abs() < 1e-4);
    /// ```
    pub fn wald_interval(&self, level: f64) -> Option<Interval> {
        self.normal_interval(level, 0.0, IntervalMethod::Wald)
    }

    /// The variance of one answer, which is 1, 0 or −1: `pos + neg − (pos − neg)²`, in shares; `None` when nothing was counted.
    ///
    /// ```
    /// use deskmetrics::NetScore;
    ///
    /// let net = NetScore { positive: 50, neutral: 30, negative: 20 };
    /// assert!((net.variance().unwrap() - 0.61).abs() < 1e-12); // 0.5 + 0.2 - 0.3²
    /// ```
    pub fn variance(&self) -> Option<f64> {
        self.standard_error().map(|error| error * error * self.n() as f64)
    }

    /// The standard error of the score, in shares: `√((pos + neg − (pos − neg)²) / n)`.
    pub fn standard_error(&self) -> Option<f64> {
        self.centre_and_error(0.0).map(|(_, error)| error)
    }

    /// The standard error of the adjusted Wald interval, in shares.
    pub(crate) fn adjusted_error(&self) -> Option<f64> {
        self.centre_and_error(0.75).map(|(_, error)| error)
    }

    fn normal_interval(&self, level: f64, pseudo: f64, method: IntervalMethod) -> Option<Interval> {
        let z = critical_z(level)?;
        let (centre, error) = self.centre_and_error(pseudo)?;
        let interval = Interval { lower: centre - z * error, upper: centre + z * error, level, method };
        Some(interval.within(-1.0, 1.0).holding(self.net()?))
    }

    /// Score and standard error after adding `pseudo` answers to each side and twice that to the middle.
    fn centre_and_error(&self, pseudo: f64) -> Option<(f64, f64)> {
        if self.n() == 0 {
            return None;
        }
        let n = self.n() as f64 + 4.0 * pseudo;
        let positive = (self.positive as f64 + pseudo) / n;
        let negative = (self.negative as f64 + pseudo) / n;
        let net = positive - negative;
        let variance = (positive + negative - net * net).max(0.0);
        Some((net, (variance / n).sqrt()))
    }
}

impl Merge for NetScore {
    fn merge(&mut self, other: Self) {
        self.positive.merge(other.positive);
        self.neutral.merge(other.neutral);
        self.negative.merge(other.negative);
    }
}
