//! A share: hits among a total.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Merge;
use crate::stats::interval::{Interval, wilson};

/// A share of a whole, kept as two counts so that it merges exactly.
///
/// ```
/// use deskmetrics::Ratio;
///
/// let solved_at_first_contact = Ratio::new(280, 400);
/// assert_eq!(solved_at_first_contact.percent(), Some(70.0));
/// assert_eq!(Ratio::default().percent(), None); // nothing counted: no share, not 0
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ratio {
    /// Records for which the statement holds.
    pub hits: u64,
    /// Records counted.
    pub total: u64,
}

impl Ratio {
    /// `hits` among `total`; hits are limited to the total.
    pub fn new(hits: u64, total: u64) -> Self {
        Self { hits: hits.min(total), total }
    }

    /// Counts one more record.
    pub fn push(&mut self, hit: bool) {
        self.merge(Self { hits: u64::from(hit), total: 1 });
    }

    /// The share, 0 to 1; `None` when nothing was counted.
    pub fn share(&self) -> Option<f64> {
        (self.total > 0).then(|| self.hits as f64 / self.total as f64)
    }

    /// The share in percent, 0 to 100; `None` when nothing was counted.
    pub fn percent(&self) -> Option<f64> {
        (self.total > 0).then(|| 100.0 * self.hits as f64 / self.total as f64)
    }

    /// The Wilson score interval of the share, 0 to 1.
    ///
    /// `centre = (p + z²/2n) / (1 + z²/n)`, `half = z·√(p(1−p)/n + z²/4n²) / (1 + z²/n)`, clamped to 0..1
    /// (Wilson 1927). `None` when nothing was counted or `level` is not between 0 and 1.
    ///
    /// ```
    /// use deskmetrics::Ratio;
    ///
    /// let interval = Ratio::new(6, 32).interval(0.95).unwrap();
    /// assert!((interval.lower - 0.088895).abs() < 1e-6);
    /// assert!((interval.upper - 0.353092).abs() < 1e-6);
    /// ```
    #[doc(alias = "wilson")]
    pub fn interval(&self, level: f64) -> Option<Interval> {
        wilson(self.share()?, self.total as f64, level)
    }
}

impl Merge for Ratio {
    fn merge(&mut self, other: Self) {
        self.hits.merge(other.hits);
        self.total.merge(other.total);
    }
}

impl Extend<bool> for Ratio {
    fn extend<I: IntoIterator<Item = bool>>(&mut self, hits: I) {
        hits.into_iter().for_each(|hit| self.push(hit));
    }
}

impl FromIterator<bool> for Ratio {
    fn from_iter<I: IntoIterator<Item = bool>>(hits: I) -> Self {
        let mut ratio = Self::default();
        ratio.extend(hits);
        ratio
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.percent() {
            Some(percent) => write!(f, "{percent:.1} % of {}", self.total),
            None => f.write_str("no records"),
        }
    }
}
