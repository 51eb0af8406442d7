//! Reproducible random draws: one generator per ticket, whole numbers only.

use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::Rng;

/// A stream of draws. Streams of one seed are independent of each other, so ticket 17 is the same ticket
/// however many others are made.
#[derive(Debug, Clone)]
pub(super) struct Draw(Pcg64Mcg);

/// The subject of a stream; streams of different subjects are independent.
#[derive(Debug, Clone, Copy)]
pub(super) enum Subject {
    Arrivals = 1,
    History = 2,
    Feedback = 3,
    Relationship = 4,
}

impl Draw {
    pub(super) fn new(seed: u64, subject: Subject, number: u64) -> Self {
        let high = scramble(seed ^ (subject as u64).wrapping_mul(0xA076_1D64_78BD_642F));
        let low = scramble(high ^ number);
        Self(Pcg64Mcg::new(u128::from(high) << 64 | u128::from(low)))
    }

    /// A whole number from 0 to below `n`; 0 when `n` is 0.
    pub(super) fn below(&mut self, n: u32) -> u32 {
        let product = u64::from(self.0.next_u32()) * u64::from(n);
        u32::try_from(product >> 32).unwrap_or(0)
    }

    /// A place in a list of `len` elements.
    pub(super) fn index(&mut self, len: usize) -> usize {
        self.below(u32::try_from(len).unwrap_or(u32::MAX)) as usize
    }

    /// True in `permille` of 1000 cases.
    pub(super) fn chance(&mut self, permille: u32) -> bool {
        self.below(1000) < permille
    }

    /// One of the values, each as likely as its weight.
    pub(super) fn weighted<T: Copy>(&mut self, choices: &[(u32, T)], otherwise: T) -> T {
        let mut left = self.below(choices.iter().map(|(weight, _)| weight).sum());
        for (weight, choice) in choices {
            if left < *weight {
                return *choice;
            }
            left -= weight;
        }
        otherwise
    }

    /// One of the values, all equally likely.
    pub(super) fn any<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        let place = self.index(choices.len());
        choices.get(place).copied().unwrap_or_default()
    }

    /// Seconds along a curve.
    pub(super) fn seconds(&mut self, curve: &Curve) -> i64 {
        curve.at(i64::from(self.below(1_000_000)))
    }
}

/// A distribution of seconds, given by its quantiles at 0, 25, 50, 75, 90, 98 and 100 percent and straight in
/// between. Measured waiting times are usually published in this form, and it needs no logarithms, whose last
/// bits differ between machines.
#[derive(Debug, Clone, Copy)]
pub(super) struct Curve(pub(super) [i64; 7]);

impl Curve {
    const PARTS: [i64; 7] = [0, 250_000, 500_000, 750_000, 900_000, 980_000, 1_000_000];

    fn at(&self, part: i64) -> i64 {
        let above = Self::PARTS.partition_point(|known| *known <= part).clamp(1, Self::PARTS.len() - 1);
        let (low, high) = (Self::PARTS[above - 1], Self::PARTS[above]);
        let (from, to) = (self.0[above - 1], self.0[above]);
        from + (to - from) * (part - low) / (high - low)
    }
}

/// The finalizer of SplitMix64: neighbouring numbers become unrelated ones.
fn scramble(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::{Curve, Draw, Subject};

    #[test]
    fn a_curve_passes_through_its_quantiles() {
        let curve = Curve([10, 20, 40, 80, 100, 1000, 5000]);
        let at = [0, 250_000, 500_000, 750_000, 900_000, 980_000, 1_000_000].map(|part| curve.at(part));
        assert_eq!(at, curve.0);
        assert_eq!(curve.at(625_000), 60);
    }

    #[test]
    fn draws_are_fair_and_repeatable() {
        let mut draw = Draw::new(7, Subject::History, 1);
        let heads = (0..100_000).filter(|_| draw.chance(300)).count();
        assert!((29_000..31_000).contains(&heads), "{heads}");
        let again: Vec<u32> = (0..5).map(|_| Draw::new(7, Subject::History, 1).below(1_000_000)).collect();
        assert!(again.iter().all(|value| *value == again[0]));
        assert_ne!(
            Draw::new(7, Subject::History, 2).below(1_000_000),
            Draw::new(7, Subject::History, 1).below(1_000_000)
        );
    }
}
