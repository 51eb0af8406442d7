//! Sorts many whole numbers, digit by digit.

/// Fewer values are sorted faster by comparison.
const FEW: usize = 1 << 13;

/// The width of a digit: its counts fit the innermost cache.
const BITS: u32 = 11;

/// The number of digits.
const DIGITS: usize = 1 << BITS;

/// With more passes than this, comparing takes no longer. Five cover durations of a thousand years.
const MOST_PASSES: u32 = 5;

/// The values, ascending.
pub(crate) fn ascending(values: &[i64]) -> Vec<i64> {
    let (least, most) = values
        .iter()
        .fold((i64::MAX, i64::MIN), |(least, most), value| (least.min(*value), most.max(*value)));
    let width = u64::BITS - most.wrapping_sub(least).cast_unsigned().leading_zeros();
    let passes = width.div_ceil(BITS);
    if values.len() < FEW || passes > MOST_PASSES {
        let mut values = values.to_vec();
        values.sort_unstable();
        return values;
    }
    let mut counts = vec![[0_usize; DIGITS]; passes as usize];
    for value in values {
        for (replayer, counts) in (0..passes).zip(&mut counts) {
            counts[digit(*value, least, replayer)] += 1;
        }
    }
    let (mut ordered, mut spare): (Vec<i64>, Vec<i64>) = (Vec::new(), Vec::new());
    for (replayer, counts) in (0..passes).zip(&mut counts) {
        if counts.contains(&values.len()) {
            // All have the same digit.
            continue;
        }
        let mut before = 0;
        for count in counts.iter_mut() {
            before += std::mem::replace(count, before);
        }
        spare.resize(values.len(), 0);
        let from = if ordered.is_empty() { values } else { &*ordered };
        for value in from {
            let place = &mut counts[digit(*value, least, replayer)];
            spare[*place] = *value;
            *place += 1;
        }
        std::mem::swap(&mut ordered, &mut spare);
    }
    if ordered.is_empty() { values.to_vec() } else { ordered }
}

/// A digit of the distance of a value from the least, the lowest being number 0.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "a digit has eleven bits")]
fn digit(value: i64, least: i64, number: u32) -> usize {
    (value.wrapping_sub(least).cast_unsigned() >> (number * BITS)) as usize & (DIGITS - 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Pseudo-random numbers of the given number of bits.
    fn numbers(seed: u64, bits: u32, least: i64, n: usize) -> Vec<i64> {
        let mut state = seed | 1;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> (64 - bits)).cast_signed()
        };
        (0..n).map(|_| least.wrapping_add(next())).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn digits_give_the_order_that_comparing_gives(
            seed in any::<u64>(),
            bits in 1..=64_u32,
            least in prop_oneof![Just(0), Just(i64::MIN), Just(-1_000_000), any::<i64>()],
            n in prop_oneof![Just(FEW - 1), Just(FEW), FEW..3 * FEW],
        ) {
            let values = numbers(seed, bits, least, n);
            let mut sorted = values.clone();
            sorted.sort_unstable();
            prop_assert_eq!(ascending(&values), sorted);
        }
    }

    #[test]
    fn equal_values_and_none_stay_as_they_are() {
        assert_eq!(ascending(&[]), Vec::<i64>::new());
        assert_eq!(ascending(&vec![7; FEW]), vec![7; FEW]);
    }
}
