//! Results of a tally: a number with its n and interval.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::{Compared, Comparison, Excluded, Interval, NetScore, Ratio};

/// Units of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Unit {
    /// 0 to 100.
    Percent,
    /// −100 to 100.
    Points,
    /// A step of the survey question's scale.
    ScaleStep,
    /// Seconds, on the requested clock.
    Seconds,
    /// Tickets, events, customers.
    Count,
    /// One count per another, such as replies per ticket.
    PerTicket,
}

words!(printed Unit: "unit");

impl Unit {
    /// The name used in data.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Percent => "percent",
            Self::Points => "points",
            Self::ScaleStep => "scale_step",
            Self::Seconds => "seconds",
            Self::Count => "count",
            Self::PerTicket => "per_ticket",
        }
    }
}

/// One number of a KPI, such as the median first response time.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Estimate {
    /// The measure of the KPI: `percent`, `mean`, `median`, `p90`, `count` ...
    pub measure: Cow<'static, str>,
    /// The number; `None` when nothing was counted.
    pub value: Option<f64>,
    /// The unit.
    pub unit: Unit,
    /// Records behind it.
    pub n: u64,
    /// Its confidence interval in the same unit, where there is one.
    pub interval: Option<Interval>,
}

impl Estimate {
    /// A number without an interval.
    pub fn new(measure: impl Into<Cow<'static, str>>, value: Option<f64>, unit: Unit, n: u64) -> Self {
        Self { measure: measure.into(), value, unit, n, interval: None }
    }

    /// A share in percent with its Wilson interval.
    pub fn share(measure: impl Into<Cow<'static, str>>, ratio: Ratio, level: f64) -> Self {
        let interval = ratio.interval(level).map(|interval| interval.scaled(100.0));
        Self::new(measure, ratio.percent(), Unit::Percent, ratio.total).with_interval(interval)
    }

    /// A net score in points with its adjusted Wald interval.
    pub fn net(measure: impl Into<Cow<'static, str>>, score: NetScore, level: f64) -> Self {
        let interval = score.points_interval(level);
        Self::new(measure, score.points(), Unit::Points, score.n()).with_interval(interval)
    }

    /// A number of records, which is exact and has no interval.
    pub fn count(measure: impl Into<Cow<'static, str>>, count: u64) -> Self {
        Self::new(measure, Some(count as f64), Unit::Count, count)
    }

    /// The same number with its interval, given in the same unit.
    #[must_use]
    pub fn with_interval(mut self, interval: Option<Interval>) -> Self {
        self.interval = interval;
        self
    }
}

/// The results that every KPI's tally provides.
pub trait Estimates {
    /// The KPI's numbers, the headline first, with intervals at confidence `level` (such as 0.95).
    fn estimates(&self, level: f64) -> Vec<Estimate>;

    /// Exclusions, by reason.
    fn excluded(&self) -> &Excluded;

    /// The value behind the headline, which decides how it is compared.
    fn compared(&self) -> Compared<'_> {
        Compared::Untested
    }

    /// How the headline number differs from that of `earlier` (or of any other group), in its own unit; `None` where
    /// there is no test for it or too little was counted.
    fn change_from(&self, earlier: &Self, level: f64) -> Option<Comparison>
    where
        Self: Sized,
    {
        self.compared().change_from(earlier.compared(), level)
    }

    /// How the headline number differs from a fixed one in its own unit, such as the sector's; `None` where there is no test
    /// for it, too little was counted, or the headline can never be that number.
    ///
    /// ```
    /// use deskmetrics::{Estimates, kpi};
    ///
    /// // "We are 11 points ahead of the sector's NPS of 30": of 60 answers, 34 promoters and 9 detractors
    /// let scores = [10; 34].into_iter().chain([8; 17]).chain([3; 9]);
    /// let ahead = kpi::nps(scores).against(30.0, 0.95).unwrap();
    /// assert!((ahead.difference - 11.67).abs() < 0.01);
    /// assert!(ahead.interval.lower < 0.0 && ahead.p_value > 0.2); // it may be chance
    /// ```
    #[doc(alias = "benchmark")]
    fn against(&self, benchmark: f64, level: f64) -> Option<Comparison> {
        self.compared().against(benchmark, level)
    }
}
