//! How a number moved against the period before, and whether that is more than chance.

use serde::{Deserialize, Serialize};

use crate::{Estimate, Interval};

/// The difference between two independent estimates of the same KPI: this one minus the earlier one.
///
/// The interval joins the two estimates' own intervals (MOVER: Newcombe 1998 method 10 for shares, Zou and Donner
/// 2008 for any estimate): `lower = d − √((v₂ − l₂)² + (u₁ − v₁)²)`, `upper = d + √((u₂ − v₂)² + (v₁ − l₁)²)`.
/// It keeps the confidence level of the two and takes them as independent; customers or tickets that stand in both
/// periods make it somewhat too wide or too narrow.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// This value minus the earlier one, in the unit of the KPI (percentage points for a percent).
    pub difference: f64,
    /// Lower end of the difference's interval; `None` where the KPI has no interval, as for a count.
    pub lower: Option<f64>,
    /// Upper end of the difference's interval.
    pub upper: Option<f64>,
    /// Whether the interval leaves out zero; `None` where there is no interval, and in a report where either number
    /// rests on too few records.
    pub significant: Option<bool>,
}

impl Change {
    /// The change from `earlier` to `later`; `None` when either has no value.
    ///
    /// ```
    /// use deskmetrics::report::Change;
    /// use deskmetrics::{Estimate, Ratio, Unit};
    ///
    /// // Newcombe's example: 56 of 70 against 48 of 80
    /// let estimate = |ratio: Ratio| {
    ///     Estimate::new("percent", ratio.percent(), Unit::Percent, ratio.total)
    ///         .with_interval(ratio.interval(0.95).map(|interval| interval.scaled(100.0)))
    /// };
    /// let change = Change::between(&estimate(Ratio::new(48, 80)), &estimate(Ratio::new(56, 70))).unwrap();
    /// assert!((change.difference - 20.0).abs() < 1e-9);
    /// assert!((change.lower.unwrap() - 5.24).abs() < 0.01);
    /// assert!((change.upper.unwrap() - 33.39).abs() < 0.01);
    /// assert_eq!(change.significant, Some(true));
    /// ```
    pub fn between(earlier: &Estimate, later: &Estimate) -> Option<Self> {
        let (before, now) = (earlier.value?, later.value?);
        let difference = now - before;
        let ends = earlier.interval.zip(later.interval).map(|(before_ends, now_ends)| {
            (
                difference - root_of_squares(below(now, now_ends), above(before, before_ends)),
                difference + root_of_squares(above(now, now_ends), below(before, before_ends)),
            )
        });
        Some(Self {
            difference,
            lower: ends.map(|(lower, _)| lower),
            upper: ends.map(|(_, upper)| upper),
            significant: ends.map(|(lower, upper)| lower > 0.0 || upper < 0.0),
        })
    }
}

/// How far the interval reaches below the value; an adjusted interval need not hold the value at its very end.
fn below(value: f64, interval: Interval) -> f64 {
    (value - interval.lower).max(0.0)
}

fn above(value: f64, interval: Interval) -> f64 {
    (interval.upper - value).max(0.0)
}

fn root_of_squares(one: f64, other: f64) -> f64 {
    one.hypot(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{NetScore, Unit};

    fn nps(positive: u64, neutral: u64, negative: u64) -> Estimate {
        let net = NetScore { positive, neutral, negative };
        Estimate::new("points", net.points(), Unit::Points, net.n())
            .with_interval(net.interval(0.95).map(|interval| interval.scaled(100.0)))
    }

    #[test]
    fn a_change_reverses_when_the_periods_do() {
        let (old, new) = (nps(30, 50, 20), nps(55, 35, 10));
        let (forth, back) = (Change::between(&old, &new).unwrap(), Change::between(&new, &old).unwrap());
        assert!((forth.difference - 35.0).abs() < 1e-12);
        assert!((forth.difference + back.difference).abs() < 1e-12);
        assert!((forth.lower.unwrap() + back.upper.unwrap()).abs() < 1e-12);
        assert_eq!((forth.significant, back.significant), (Some(true), Some(true)));
    }

    #[test]
    fn nothing_is_significant_against_itself() {
        let same = nps(10, 0, 0);
        let change = Change::between(&same, &same).unwrap();
        assert_eq!(change.significant, Some(false));
        assert!(change.lower.unwrap() < 0.0 && change.upper.unwrap() > 0.0);
    }

    #[test]
    fn counts_change_without_a_mark_and_gaps_do_not_change() {
        let count = |value| Estimate::new("count", value, Unit::Count, 1);
        let change = Change::between(&count(Some(4.0)), &count(Some(9.0))).unwrap();
        assert_eq!(change, Change { difference: 5.0, lower: None, upper: None, significant: None });
        assert_eq!(Change::between(&count(None), &count(Some(9.0))), None);
    }
}
