//! The change of a number against the period before, with its test.

use serde::{Deserialize, Serialize};

use crate::{Comparison, Estimate, Interval, Significance};

/// The difference between a number and the same number of the period before.
///
/// The interval, the p-value and the verdict are those of the KPI's own [`Comparison`] (see
/// [`Compared`](crate::Compared)), which compares headlines: the other measures of a KPI change without them, and so do stocks
/// such as the backlog, which largely hold the tickets of the day before. The two periods are taken as independent; customers or
/// tickets that count in both make the interval somewhat too wide or too narrow. Counts are compared as they are, also where one
/// month is longer than the other, and as if tickets arrived independently: with bursts the test is too sensitive.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Change {
    /// This value minus the earlier one, in the unit of the KPI (percentage points for a percent).
    pub difference: f64,
    /// The interval of the difference, where it was tested.
    pub interval: Option<Interval>,
    /// The probability of so large a difference by chance alone, two-sided, where it was tested.
    pub p_value: Option<f64>,
    /// Whether to take it seriously, where it was tested.
    pub significance: Option<Significance>,
}

impl Change {
    /// The change from `earlier` to `later`; `None` when either has no value. `tested` is the KPI's comparison of the
    /// two, `min_n` the fewest records of either side.
    pub(super) fn new(
        earlier: &Estimate,
        later: &Estimate,
        tested: Option<Comparison>,
        min_n: u64,
    ) -> Option<Self> {
        Some(Self {
            difference: later.value? - earlier.value?,
            interval: tested.map(|comparison| comparison.interval),
            p_value: tested.map(|comparison| comparison.p_value),
            significance: tested.map(|comparison| comparison.significance(min_n)),
        })
    }

    /// Whether the difference is more than chance; `false` where it was not tested or is based on too few records.
    pub fn is_significant(&self) -> bool {
        self.significance == Some(Significance::Significant)
    }
}
