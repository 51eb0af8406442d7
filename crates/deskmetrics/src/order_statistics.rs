//! The values of given ranks, without putting all values in order.

/// How many values are put in order outright.
const FEW: usize = 2048;

/// Buckets: one for each power of two and each of 64 steps within it.
pub(crate) const BUCKETS: usize = 64 * 64;

/// Some values of many with the places at which they would stand, counted from 0, if all were in order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ranked {
    places: Vec<usize>,
    values: Vec<i64>,
}

impl Ranked {
    /// The values of these places, which may come in any order; a place past the end has none. The values come in pieces.
    pub(crate) fn of<'v>(
        values: impl Iterator<Item = &'v [i64]> + Clone,
        places: impl IntoIterator<Item = u64>,
    ) -> Self {
        let n: usize = values.clone().map(<[i64]>::len).sum();
        let places = places.into_iter().filter_map(|place| usize::try_from(place).ok());
        let mut places: Vec<usize> = places.filter(|place| *place < n).collect();
        places.sort_unstable();
        places.dedup();
        let values = at_ranks(values, n, &places);
        Self { places, values }
    }

    /// The value of a place that was asked for.
    pub(crate) fn at(&self, place: u64) -> Option<i64> {
        let place = usize::try_from(place).ok()?;
        self.values.get(self.places.binary_search(&place).ok()?).copied()
    }
}

/// The values that would stand at `ranks`, which ascend, if `values` were in order; a rank past the end has none.
///
/// Two or three passes: values are counted by size to within 1/64, then only those of the buckets that hold a rank are
/// looked at again.
fn at_ranks<'v>(values: impl Iterator<Item = &'v [i64]> + Clone, n: usize, ranks: &[usize]) -> Vec<i64> {
    let ranks = &ranks[..ranks.partition_point(|rank| *rank < n)];
    let mut found = Vec::with_capacity(ranks.len());
    find(values, n, ranks, &mut found);
    found
}

fn find<'v>(
    values: impl Iterator<Item = &'v [i64]> + Clone,
    n: usize,
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
    let (least, most) = values
        .clone()
        .flatten()
        .fold((i64::MAX, i64::MIN), |(least, most), value| (least.min(*value), most.max(*value)));
    if least == most {
        found.extend(ranks.iter().map(|_| least));
        return;
    }
    let mut counts = vec![0_usize; BUCKETS];
    values.clone().flatten().for_each(|value| counts[bucket(*value, least)] += 1);
    // The buckets with a rank in them: how many values lie before each, and the values themselves.
    let mut wanted: Vec<(usize, Vec<i64>)> = Vec::new();
    let mut place_of = vec![0_u8; BUCKETS];
    let mut before = 0;
    let mut rest = ranks;
    for (bucket, count) in counts.iter().enumerate() {
        let here = rest.partition_point(|rank| *rank < before + count);
        if here > 0 && wanted.len() < usize::from(u8::MAX) {
            wanted.push((before, Vec::with_capacity(*count)));
            place_of[bucket] = u8::try_from(wanted.len()).unwrap_or(0);
            rest = &rest[here..];
        }
        before += count;
    }
    values.flatten().for_each(|value| {
        let place = place_of[bucket(*value, least)];
        if let Some((_, values)) = usize::from(place).checked_sub(1).and_then(|place| wanted.get_mut(place)) {
            values.push(*value);
        }
    });
    let mut rest = ranks;
    for (before, values) in wanted {
        let (here, later) = rest.split_at(rest.partition_point(|rank| *rank < before + values.len()));
        let here: Vec<usize> = here.iter().map(|rank| rank - before).collect();
        find_in(&values, &here, found);
        rest = later;
    }
}

/// The same of values in one piece.
fn find_in(values: &[i64], ranks: &[usize], found: &mut Vec<i64>) {
    find(std::iter::once(values), values.len(), ranks, found);
}

/// The bucket of a value: the larger the value, the higher (or equal) the bucket.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "six bits")]
pub(crate) fn bucket(value: i64, least: i64) -> usize {
    let above = value.wrapping_sub(least).cast_unsigned();
    if above < 64 {
        return above as usize;
    }
    // At least 6; then the six bits below the leading one.
    let power = above.ilog2();
    (power as usize - 5) * 64 + ((above >> (power - 6)) as usize & 63)
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
            let pieces = values.chunks(1 + values.len() / 3);
            prop_assert_eq!(at_ranks(pieces, values.len(), &ranks), expected);
        }

        #[test]
        fn larger_values_never_lie_in_lower_buckets(mut values in prop::collection::vec(any::<i64>(), 2..50)) {
            values.sort_unstable();
            let buckets: Vec<usize> = values.iter().map(|value| bucket(*value, values[0])).collect();
            prop_assert!(buckets.is_sorted());
            prop_assert!(buckets.iter().all(|bucket| *bucket < BUCKETS));
        }
    }
}
