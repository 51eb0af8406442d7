//! Finds where the survival curve and its bounds reach one half.

use std::cell::LazyCell;
use std::ops::Range;

use super::curve::{Bound, Curve, KaplanMeierStep, at_most};
use crate::Durations;
use crate::stats::interval::{Interval, IntervalMethod};
use crate::stats::order_statistics::{Ranked, bucket, buckets};

/// Places among the sorted finished durations, counted from 0, at which the curve and the bounds of its interval are
/// first at most one half.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Halves {
    median: Option<u64>,
    lower: Option<u64>,
    upper: Option<u64>,
}

impl Halves {
    /// The places whose durations are required.
    pub(crate) fn places(&self) -> impl Iterator<Item = u64> + use<> {
        [self.median, self.lower, self.upper].into_iter().flatten()
    }

    /// The median in microseconds, given the durations at its places.
    pub(crate) fn median(&self, values: &Ranked<'_>) -> Option<f64> {
        Some(values.at(self.median?)? as f64)
    }

    /// The interval of the median in microseconds, given the durations at its places.
    pub(crate) fn interval(&self, values: &Ranked<'_>, level: f64) -> Option<Interval> {
        let lower = self.median.and(self.lower)?;
        let upper = self.upper.and_then(|upper| values.at(upper));
        Some(Interval {
            lower: values.at(lower)? as f64,
            upper: upper.map_or(f64::INFINITY, |upper| upper as f64),
            level,
            method: IntervalMethod::Greenwood,
        })
    }

    /// From durations in order, step by step.
    pub(super) fn by_steps(finished: &[i64], running: &[i64], z: Option<f64>) -> Self {
        let mut halves = Self::default();
        let mut curve = Curve::new(finished, running);
        let start = KaplanMeierStep { micros: 0, survival: 1.0, greenwood: 0.0, at_risk: 0, ended: 0 };
        let mut run = [(0, start); RUN];
        let mut ended = 0;
        while !halves.are_found(z) {
            let mut steps = 0;
            for (place, step) in run.iter_mut().zip(&mut curve) {
                *place = (ended, step);
                ended += step.ended as u64;
                steps += 1;
            }
            if steps == 0 {
                break;
            }
            halves.note(z, steps, |number| run[number]);
        }
        halves
    }

    /// From finished durations in any order and running ones in order.
    ///
    /// Between two running durations, of which `n` were observed, the curve after `k` more ends is its last value times
    /// `(n - k) / n`, and Greenwood's sum is its last value plus `1 / (n - k) - 1 / n`: it suffices to know how many
    /// durations ended between any two that still run.
    pub(super) fn by_counts(finished: &Durations, running: &[i64], z: Option<f64>) -> Self {
        let mut halves = Self::default();
        let mut watched = usize::try_from(finished.n()).unwrap_or(usize::MAX).saturating_add(running.len());
        let mut last =
            KaplanMeierStep { micros: 0, survival: 1.0, greenwood: 0.0, at_risk: watched, ended: 0 };
        let mut before = 0;
        for ended in ends_between(finished, running) {
            let n = watched as f64;
            let after = |number: usize| {
                let at_risk = watched - number;
                let left = (at_risk - 1) as f64;
                let survival = last.survival * (left / n);
                let greenwood = last.greenwood + (1.0 / left - 1.0 / n);
                ((before + number) as u64, KaplanMeierStep { survival, greenwood, at_risk, ended: 1, ..last })
            };
            if let Some(most) = ended.checked_sub(1) {
                halves.note(z, ended, after);
                (_, last) = after(most);
            }
            if halves.are_found(z) {
                break;
            }
            before += ended;
            // One that still runs is no longer at risk.
            watched = watched.saturating_sub(ended + 1);
        }
        halves
    }

    /// Notes the curves that reach one half in a run of `steps` steps; `step` gives each with the place of its end.
    fn note(&mut self, z: Option<f64>, steps: usize, step: impl Fn(usize) -> (u64, KaplanMeierStep)) {
        let place = |number: Option<usize>| number.map(|number| step(number).0);
        let step = |number: usize| step(number).1;
        let halved = |number: usize| at_most(step(number).survival, 0.5);
        // The curve never rises.
        self.median = self.median.or_else(|| place(first(0..steps, &|_, last| halved(last), &halved)));
        let Some(z) = z else { return };
        for (bound, found) in [(Bound::Lower, &mut self.lower), (Bound::Upper, &mut self.upper)] {
            let may_halve = |first: usize, last: usize| bound.may_halve(&step(first), &step(last), z);
            let halved = |number: usize| at_most(bound.of(&step(number), z), 0.5);
            *found = found.or_else(|| place(first(0..steps, &may_halve, &halved)));
        }
    }

    fn are_found(&self, z: Option<f64>) -> bool {
        self.median.is_some() && (z.is_none() || (self.lower.is_some() && self.upper.is_some()))
    }
}

impl Bound {
    /// Whether the bound may be at most one half anywhere in a run of steps, given its ends.
    ///
    /// `exp(-exp(x))` falls as `x` rises, with `x = ln(t)` plus or minus `spread / t` and `t = -ln(survival)`. From step to step
    /// `t` and the spread rise, so the ends of a run limit `x` within it, and most runs need no search inside. Greenwood's sum is
    /// at most `t` divided by how many are left, so `x` is also limited by a function of `t` that is highest at either end.
    fn may_halve(self, first: &KaplanMeierStep, last: &KaplanMeierStep, z: f64) -> bool {
        // Values this close may be rounded to either side.
        const CLOSE: f64 = 1e-6;
        // The upper bound is never below the curve.
        if matches!(self, Self::Upper) && last.survival > 0.5 + CLOSE {
            return false;
        }
        let inside = first.survival < 1.0 && last.survival > 0.0;
        let (low, high) = (-first.survival.ln(), -last.survival.ln());
        let x = match self {
            Self::Lower => {
                let spread = z / ((last.at_risk - last.ended) as f64).sqrt();
                let end = |t: f64| t.ln() + spread / t.sqrt();
                (high.ln() + z * last.greenwood.sqrt() / low).min(end(low).max(end(high)))
            }
            Self::Upper => high.ln() - z * first.greenwood.sqrt() / high,
        };
        !inside || x.is_nan() || x >= (-(0.5_f64.ln())).ln() - CLOSE
    }
}

/// Steps between two checks of whether the curves reach one half.
const RUN: usize = 64;

/// The first good one of a run. Given the first and last of a part, `may` is whether any in it may be good.
fn first(
    mut run: Range<usize>,
    may: &impl Fn(usize, usize) -> bool,
    good: &impl Fn(usize) -> bool,
) -> Option<usize> {
    if run.is_empty() || !may(run.start, run.end - 1) {
        return None;
    }
    while run.len() > 1 {
        let middle = run.start + run.len() / 2;
        if let Some(found) = first(run.start..middle, may, good) {
            return Some(found);
        }
        run.start = middle;
    }
    run.find(|number| good(*number))
}

/// How many of `finished` are at most the first of `running`, how many more at most the second, and so on; last, how many
/// are longer than all of them.
fn ends_between(finished: &Durations, running: &[i64]) -> Vec<usize> {
    let mut ends = vec![0; running.len() + 1];
    let (least, most) = finished.ends();
    // Nothing ended after those that run longer than anything that has ended.
    let running = &running[..running.partition_point(|running| *running < most)];
    let Some(first) = running.first() else {
        ends[0] = usize::try_from(finished.n()).unwrap_or(usize::MAX);
        return ends;
    };
    let sizes = LazyCell::new(|| Sizes::of(running, least.min(*first)));
    for (values, ascending) in finished.runs() {
        if ascending && running.len() * (values.len() as u64).ilog2() as usize <= values.len() / 2 {
            let mut rest = values;
            for (ends, running) in ends.iter_mut().zip(running) {
                let (here, later) = rest.split_at(rest.partition_point(|micros| micros <= running));
                *ends += here.len();
                rest = later;
            }
            ends[running.len()] += rest.len();
        } else {
            for micros in values {
                ends[sizes.shorter(*micros)] += 1;
            }
        }
    }
    ends
}

/// Finds how many running durations are shorter than another.
struct Sizes {
    least: i64,
    /// Ascending, followed by the longest possible one.
    running: Vec<i64>,
    /// The numbers of those in each bucket, so that few comparisons remain.
    from: Vec<u32>,
    /// The largest number in a bucket.
    most: usize,
    bits: u32,
}

impl Sizes {
    const FEW: usize = 16;

    fn of(running: &[i64], least: i64) -> Self {
        // Of many, the buckets are narrow, so that few are in each; the table stays in the second-level cache.
        let bits = running.len().max(1).ilog2().clamp(8, 12);
        let mut from = vec![0_u32; buckets(bits) + 1];
        for micros in running {
            from[bucket(*micros, least, bits) + 1] += 1;
        }
        let most = from.iter().max().map_or(0, |most| *most as usize);
        for number in 1..from.len() {
            from[number] += from[number - 1];
        }
        let running = running.iter().copied().chain(std::iter::repeat_n(i64::MAX, Self::FEW)).collect();
        Self { least, running, from, most, bits }
    }

    #[inline]
    fn shorter(&self, micros: i64) -> usize {
        let bucket = bucket(micros, self.least, self.bits);
        let first = self.from[bucket] as usize;
        // Durations in later buckets are longer anyway, so every bucket compares with the same number: no branch depends on
        // the values.
        let near = match self.most {
            0..=4 => self.near::<4>(first, micros),
            5..=8 => self.near::<8>(first, micros),
            9..=Self::FEW => self.near::<{ Self::FEW }>(first, micros),
            _ => None,
        };
        if let Some(shorter) = near {
            return first + shorter;
        }
        let end = self.from[bucket + 1] as usize;
        first + self.running[first..end].partition_point(|running| *running < micros)
    }

    /// How many of `N` from the first on are shorter.
    #[inline]
    fn near<const N: usize>(&self, first: usize, micros: i64) -> Option<usize> {
        let near: &[i64; N] = self.running.get(first..)?.first_chunk()?;
        Some(near.iter().map(|running| usize::from(*running < micros)).sum())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stats::interval::critical_z;

    /// Durations without equals, a few of which still run.
    fn durations() -> impl Strategy<Value = (Vec<i64>, Vec<i64>)> {
        (any::<u64>(), 1..3000_i64, 0.0..0.9_f64, 1..40_i64).prop_map(|(seed, n, running, shape)| {
            let mut state = seed | 1;
            let mut next = || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 33) as f64 / f64::from(1_u32 << 31)
            };
            let (mut ended, mut still) = (Vec::new(), Vec::new());
            for number in 0..n {
                #[expect(clippy::cast_possible_truncation, reason = "any number will do")]
                let micros = (next().powi(2) * 1e6) as i64 / shape * 10_000 + number;
                if next() < running { still.push(micros) } else { ended.push(micros) }
            }
            still.sort_unstable();
            (ended, still)
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn counting_finds_the_places_that_stepping_finds((finished, running) in durations(), level in 0.5..0.999) {
            let mut sorted = finished.clone();
            sorted.sort_unstable();
            let z = critical_z(level);
            let (counted, stepped) = (Halves::by_counts(&finished.into(), &running, z), Halves::by_steps(&sorted, &running, z));
            prop_assert_eq!(counted.median, stepped.median);
            // With few at risk the bounds may rise again between two steps.
            if sorted.len() > 200 && running.len() < sorted.len() {
                prop_assert_eq!(counted, stepped);
            }
        }

        #[test]
        fn ends_are_counted_between_the_running(
            finished in prop::collection::vec(prop_oneof![0..300_i64, any::<i64>()], 0..200),
            mut running in prop::collection::vec(prop_oneof![0..300_i64, any::<i64>()], 0..20),
        ) {
            running.sort_unstable();
            let mut expected = vec![0; running.len() + 1];
            for micros in &finished {
                expected[running.iter().filter(|running| *running < micros).count()] += 1;
            }
            prop_assert_eq!(ends_between(&finished.into(), &running), expected);
        }
    }

    #[test]
    fn equal_durations_count_together() {
        let finished: Vec<i64> = (0..20_000).map(|number| number % 50).collect();
        let running: Vec<i64> = (0..2_000).map(|number| number / 40).collect();
        let mut sorted = finished.clone();
        sorted.sort_unstable();
        let z = critical_z(0.95);
        let [counted, stepped] = [
            Halves::by_counts(&finished.clone().into(), &running, z),
            Halves::by_steps(&sorted, &running, z),
        ];
        let values = |halves: &Halves| {
            let ranked = Ranked::All(&sorted);
            (halves.median(&ranked), halves.interval(&ranked, 0.95))
        };
        assert_eq!(values(&counted), values(&stepped));
    }
}
