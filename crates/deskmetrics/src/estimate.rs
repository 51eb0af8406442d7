//! The answer of a tally: a number with what is needed to trust it.

use serde::{Deserialize, Serialize};

use crate::{Excluded, Interval};

/// What a number counts.
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
    /// Seconds, on the clock asked for.
    Seconds,
    /// Tickets, events, customers.
    Count,
    /// One count per another, such as replies per ticket.
    PerTicket,
}

/// One number of a KPI, such as the median first response time.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Estimate {
    /// Which number of the KPI it is: `percent`, `mean`, `median`, `p90`, `count` ...
    pub measure: &'static str,
    /// The number; `None` when nothing was counted.
    pub value: Option<f64>,
    /// What it counts.
    pub unit: Unit,
    /// Records behind it.
    pub n: u64,
    /// Its confidence interval in the same unit, where there is one.
    pub interval: Option<Interval>,
}

impl Estimate {
    /// A number without an interval.
    pub fn new(measure: &'static str, value: Option<f64>, unit: Unit, n: u64) -> Self {
        Self { measure, value, unit, n, interval: None }
    }

    /// The same number with its interval, given in the same unit.
    #[must_use]
    pub fn with_interval(mut self, interval: Option<Interval>) -> Self {
        self.interval = interval;
        self
    }
}

/// What every KPI's tally answers, so that reports treat all of them alike.
pub trait Estimates {
    /// The KPI's numbers, the headline first, with intervals at confidence `level` (such as 0.95).
    fn estimates(&self, level: f64) -> Vec<Estimate>;

    /// What was left out, by reason.
    fn excluded(&self) -> &Excluded;
}
