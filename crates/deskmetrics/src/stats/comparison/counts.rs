//! Comparisons of counts of events.

use super::Comparison;
use crate::stats::interval::{Interval, IntervalMethod};
use crate::stats::tail::{self, chi_squared_quantile};

impl Comparison {
    /// One count of events minus another, over equally long times; see [`of_rates`](Self::of_rates).
    ///
    /// ```
    /// use deskmetrics::Comparison;
    ///
    /// // 130 tickets this week, 100 last week
    /// let change = Comparison::of_counts(130, 100, 0.95).unwrap();
    /// assert_eq!(change.difference, 30.0);
    /// assert!((change.p_value - 0.0557).abs() < 1e-4); // it may well be chance
    /// ```
    pub fn of_counts(first: u64, second: u64, level: f64) -> Option<Self> {
        Self::of_rates((first, 1.0), (second, 1.0), level)
    }

    /// One rate of events minus another, each a count and the time it was counted over, such as tickets per day.
    ///
    /// Events are assumed to be independent (Poisson). With bursts, such as one outage and a hundred tickets, the
    /// test is too sensitive. The p-value is twice the smaller tail of the exact conditional test (Przyborowski and Wilenski 1940:
    /// given their sum, the first count is binomial). The interval is made of the exact intervals of both rates (Garwood
    /// 1936) by the method of variance estimates recovery (Zou and Donner 2008). `None` when a time is not positive and finite
    /// or `level` is not between 0 and 1.
    pub fn of_rates(first: (u64, f64), second: (u64, f64), level: f64) -> Option<Self> {
        let ((count_1, time_1), (count_2, time_2)) = (first, second);
        let usable = |time: f64| time > 0.0 && time.is_finite();
        if !usable(time_1) || !usable(time_2) {
            return None;
        }
        let range_1 = garwood(count_1, level)?.scaled(1.0 / time_1);
        let range_2 = garwood(count_2, level)?.scaled(1.0 / time_2);
        let (rate_1, rate_2) = (count_1 as f64 / time_1, count_2 as f64 / time_2);
        Some(Self {
            difference: rate_1 - rate_2,
            interval: Interval::of_difference((rate_1, range_1), (rate_2, range_2)),
            p_value: tail::binomial(count_1, count_1.checked_add(count_2)?, time_1 / (time_1 + time_2))?
                .two_sided(),
            smaller_n: count_1.min(count_2),
        })
    }

    /// A count of events minus a fixed one, such as the forecast: Garwood's exact interval, and twice the smaller tail of the
    /// Poisson distribution. `None` when the benchmark is not positive and finite or `level` is not between 0 and 1.
    pub fn of_count_against(count: u64, benchmark: f64, level: f64) -> Option<Self> {
        let range = garwood(count, level)?;
        Some(Self {
            difference: count as f64 - benchmark,
            interval: Interval { lower: range.lower - benchmark, upper: range.upper - benchmark, ..range },
            p_value: tail::poisson(count, benchmark)?.two_sided(),
            smaller_n: count,
        })
    }
}

/// The exact interval of a Poisson count.
fn garwood(count: u64, level: f64) -> Option<Interval> {
    let tail = (level > 0.0 && level < 1.0).then_some((1.0 - level) / 2.0)?;
    let events = count as f64;
    let quantile = |degrees: f64, p: f64| chi_squared_quantile(degrees, p).map(|value| value / 2.0);
    Some(Interval {
        lower: if count == 0 { 0.0 } else { quantile(2.0 * events, tail)? },
        upper: quantile(2.0 * events + 2.0, 1.0 - tail)?,
        level,
        method: IntervalMethod::Garwood,
    })
}
