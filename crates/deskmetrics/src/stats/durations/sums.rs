//! Sums in whole numbers, which do not depend on the order of feeding.

use crate::Merge;

/// Number, ends, sum and sum of index of some values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sums {
    pub(super) n: u64,
    /// `i64::MAX` if there are none.
    pub(super) least: i64,
    /// `i64::MIN` if there are none.
    pub(super) most: i64,
    pub(super) sum: i128,
    /// `None` where it might overflow.
    index: Option<u128>,
}

impl Sums {
    const NONE: Self = Self { n: 0, least: i64::MAX, most: i64::MIN, sum: 0, index: Some(0) };

    pub(super) fn of(values: &[i64]) -> Self {
        // Few enough for a sum of small values in 64 bits, and to stay in the cache for the second pass.
        const PIECE: usize = 1 << 12;
        let mut all = Self::NONE;
        for piece in values.chunks(PIECE) {
            all.merge(Self::of_piece(piece));
        }
        all
    }

    fn of_piece(values: &[i64]) -> Self {
        // Four years in microseconds.
        const SMALL: u64 = 1 << 47;
        let ends = |(least, most): (i64, i64), value: &i64| (least.min(*value), most.max(*value));
        let (least, most) = values.iter().fold((i64::MAX, i64::MIN), ends);
        let n = values.len() as u64;
        if least.unsigned_abs().max(most.unsigned_abs()) > SMALL {
            let sum = values.iter().map(|value| i128::from(*value)).sum();
            return Self { n, least, most, sum, index: None };
        }
        let square = |value: &i64| {
            let size = u128::from(value.unsigned_abs());
            size * size
        };
        let sum = i128::from(values.iter().sum::<i64>());
        Self { n, least, most, sum, index: Some(values.iter().map(square).sum()) }
    }

    /// The arithmetic mean; `None` when there are no values.
    pub(super) fn mean(&self) -> Option<f64> {
        (self.n > 0).then(|| self.sum as f64 / self.n as f64)
    }

    /// `Σ(x − around)²`; `None` where it might overflow.
    pub(super) fn squares_around(&self, around: i64) -> Option<u128> {
        let around = i128::from(around);
        let twice = around.checked_mul(self.sum)?.checked_mul(2)?;
        let level = around.checked_mul(around)?.checked_mul(i128::from(self.n))?;
        let index = i128::try_from(self.index?).ok()?;
        u128::try_from(index.checked_sub(twice)?.checked_add(level)?).ok()
    }
}

impl Merge for Sums {
    fn merge(&mut self, other: Self) {
        self.n += other.n;
        self.least = self.least.min(other.least);
        self.most = self.most.max(other.most);
        self.sum += other.sum;
        self.index = self.index.zip(other.index).and_then(|(mine, theirs)| mine.checked_add(theirs));
    }
}

impl FromIterator<Sums> for Sums {
    fn from_iter<I: IntoIterator<Item = Self>>(all: I) -> Self {
        let mut sums = Self::NONE;
        all.into_iter().for_each(|one| sums.merge(one));
        sums
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn sums_are_those_of_big_numbers(
            values in prop::collection::vec(
                prop_oneof![5 => -1_000_000_000_000..1_000_000_000_000_i64, 1 => any::<i64>()],
                0..60,
            ),
            cut in 0..60_usize,
            around in -1_000_000_000_000..1_000_000_000_000_i64,
        ) {
            let (first, second) = values.split_at(cut.min(values.len()));
            let sums = [first, second].into_iter().map(Sums::of).collect::<Sums>();
            prop_assert_eq!(sums, Sums::of(&values));
            prop_assert_eq!(sums.n, values.len() as u64);
            prop_assert_eq!(sums.sum, values.iter().map(|value| i128::from(*value)).sum::<i128>());
            if let Some(least) = values.iter().min() {
                prop_assert_eq!((sums.least, Some(&sums.most)), (*least, values.iter().max()));
            }
            if let Some(index) = sums.squares_around(around) {
                let square = |value: &i64| u128::from(value.abs_diff(around)).pow(2);
                prop_assert_eq!(index, values.iter().map(square).sum::<u128>());
            } else {
                prop_assert!(values.iter().any(|value| value.unsigned_abs() > 1 << 47));
            }
        }
    }
}
