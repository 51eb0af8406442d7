//! Selects the values of given ranks without sorting all values.

/// Up to this many values are sorted outright.
const FEW: usize = 2048;

/// Buckets of the first pass are 1/64 wide, relative to their values.
const BITS: u32 = 6;

const BUCKETS: usize = buckets(BITS);

/// Selected values with their places, counted from 0, in the sorted order of all values.
#[derive(Debug, Clone)]
pub(crate) enum Ranked<'v> {
    /// All values, ascending.
    All(&'v [i64]),
    /// Those of some places, which ascend.
    Some { places: Vec<usize>, values: Vec<i64> },
}

impl Ranked<'_> {
    /// The values of these places, which may come in any order; a place past the end has none. The values come in pieces, of
    /// which the least and the most are known.
    pub(crate) fn between<'p>(
        values: impl Iterator<Item = &'p [i64]> + Clone,
        ends: (i64, i64),
        places: impl IntoIterator<Item = u64>,
    ) -> Self {
        let n: usize = values.clone().map(<[i64]>::len).sum();
        let places = places.into_iter().filter_map(|place| usize::try_from(place).ok());
        let mut places: Vec<usize> = places.filter(|place| *place < n).collect();
        places.sort_unstable();
        places.dedup();
        let mut found = Vec::with_capacity(places.len());
        find(values, n, ends, &places, &mut found);
        Self::Some { places, values: found }
    }

    /// The value of a requested place.
    pub(crate) fn at(&self, place: u64) -> Option<i64> {
        let place = usize::try_from(place).ok()?;
        match self {
            Self::All(values) => values.get(place),
            Self::Some { places, values } => values.get(places.binary_search(&place).ok()?),
        }
        .copied()
    }
}

fn ends(values: &[i64]) -> (i64, i64) {
    values.iter().fold((i64::MAX, i64::MIN), |(least, most), value| (least.min(*value), most.max(*value)))
}

/// Selects the values at `ranks`, which ascend and are below `n`, of the sorted `values`.
///
/// Two passes: the first counts values in buckets, the second collects the values of the buckets that hold a rank.
fn find<'v>(
    values: impl Iterator<Item = &'v [i64]> + Clone,
    n: usize,
    (least, most): (i64, i64),
    ranks: &[usize],
    found: &mut Vec<i64>,
) {
    if ranks.is_empty() {
        return;
    }
    if n <= FEW {
        let mut values: Vec<i64> = values.flatten().copied().collect();
        values.sort_unstable();
        found.extend(ranks.iter().filter_map(|rank| values.get(*rank)));
        return;
    }
    if least == most {
        found.extend(ranks.iter().map(|_| least));
        return;
    }
    let mut counts = vec![0_usize; BUCKETS];
    for piece in values.clone() {
        for value in piece {
            counts[bucket(*value, least, BITS)] += 1;
        }
    }
    // The buckets that hold a rank: how many values are before each, and the values themselves.
    let mut selected: Vec<(usize, Vec<i64>)> = Vec::new();
    let mut place_of = vec![0_u8; BUCKETS];
    let mut before = 0;
    let mut rest = ranks;
    for (bucket, count) in counts.iter().enumerate() {
        let here = rest.partition_point(|rank| *rank < before + count);
        if here > 0 && selected.len() < usize::from(u8::MAX) {
            selected.push((before, Vec::with_capacity(*count)));
            place_of[bucket] = u8::try_from(selected.len()).unwrap_or(0);
            rest = &rest[here..];
        }
        before += count;
    }
    for piece in values {
        for value in piece {
            let place = usize::from(place_of[bucket(*value, least, BITS)]);
            if let Some((_, values)) = place.checked_sub(1).and_then(|place| selected.get_mut(place)) {
                values.push(*value);
            }
        }
    }
    let mut rest = ranks;
    for (before, values) in selected {
        let (here, later) = rest.split_at(rest.partition_point(|rank| *rank < before + values.len()));
        let here: Vec<usize> = here.iter().map(|rank| rank - before).collect();
        find_in(&values, &here, found);
        rest = later;
    }
}

/// The same of values in one piece.
fn find_in(values: &[i64], ranks: &[usize], found: &mut Vec<i64>) {
    find(std::iter::once(values), values.len(), ends(values), ranks, found);
}

/// The bucket of a value, one of 2^`bits` for each power of two: the larger the value, the higher (or equal) the bucket.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "as many bits as requested")]
pub(crate) fn bucket(value: i64, least: i64, bits: u32) -> usize {
    let above = value.wrapping_sub(least).cast_unsigned();
    // The bits below the leading one, which is at least number `bits`; of smaller values there is a bucket for each.
    let power = (above | (1 << bits)).ilog2();
    let shift = power - bits;
    ((shift as usize) << bits) + (above >> shift) as usize
}

/// The number of buckets.
pub(crate) const fn buckets(bits: u32) -> usize {
    (u64::BITS as usize + 1 - bits as usize) << bits
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn ranks_are_those_of_the_sorted_values(
            values in prop::collection::vec(
                prop_oneof![
                    4 => 0..100_000_000_i64,
                    2 => 40..43_i64,
                    1 => any::<i64>(),
                    1 => prop::sample::select(vec![i64::MIN, i64::MAX, 0]),
                ],
                0..9000,
            ),
            mut ranks in prop::collection::vec(0..9000_usize, 0..12),
        ) {
            ranks.sort_unstable();
            ranks.dedup();
            let mut sorted = values.clone();
            sorted.sort_unstable();
            let expected: Vec<i64> = ranks.iter().filter_map(|rank| sorted.get(*rank).copied()).collect();
            let places = ranks.iter().map(|rank| *rank as u64);
            let pieces = values.chunks(1 + values.len() / 3);
            let ranked = Ranked::between(pieces, ends(&values), places.clone());
            prop_assert_eq!(places.filter_map(|place| ranked.at(place)).collect::<Vec<_>>(), expected);
        }

        #[test]
        fn larger_values_are_never_in_lower_buckets(mut values in prop::collection::vec(any::<i64>(), 2..50)) {
            values.sort_unstable();
            let buckets: Vec<usize> = values.iter().map(|value| bucket(*value, values[0], BITS)).collect();
            prop_assert!(buckets.is_sorted());
            prop_assert!(buckets.iter().all(|bucket| *bucket < BUCKETS));
        }
    }
}
