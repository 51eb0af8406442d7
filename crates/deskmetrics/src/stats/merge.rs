//! Merging of partial results.

use std::collections::BTreeMap;

/// A partial result that can be joined with another of its kind.
///
/// Merging is associative and commutative and the empty value (`Default`) is its identity, so work can be
/// split over threads, files and machines in any way and the result is identical, bit for bit.
///
/// ```
/// use deskmetrics::{Merge, Ratio};
///
/// let mut denmark = Ratio::new(8, 10);
/// denmark.merge(Ratio::new(40, 50));
/// assert_eq!(denmark, Ratio::new(48, 60));
/// ```
pub trait Merge {
    /// Adds the counts of `other`.
    fn merge(&mut self, other: Self);

    /// Adds the counts of `other` without consuming it; by default it is cloned.
    fn merge_from(&mut self, other: &Self)
    where
        Self: Clone,
    {
        self.merge(other.clone());
    }
}

impl Merge for u64 {
    fn merge(&mut self, other: Self) {
        *self = self.saturating_add(other);
    }
}

impl<T: Merge> Merge for Option<T> {
    fn merge(&mut self, other: Self) {
        match (self.as_mut(), other) {
            (Some(mine), Some(theirs)) => mine.merge(theirs),
            (None, theirs @ Some(_)) => *self = theirs,
            (_, None) => {}
        }
    }
}

impl<K: Ord, V: Merge> Merge for BTreeMap<K, V> {
    fn merge(&mut self, other: Self) {
        for (key, theirs) in other {
            match self.entry(key) {
                std::collections::btree_map::Entry::Vacant(entry) => {
                    entry.insert(theirs);
                }
                std::collections::btree_map::Entry::Occupied(mut entry) => {
                    entry.get_mut().merge(theirs);
                }
            }
        }
    }
}

impl<A: Merge, B: Merge> Merge for (A, B) {
    fn merge(&mut self, other: Self) {
        self.0.merge(other.0);
        self.1.merge(other.1);
    }
}

impl<A: Merge, B: Merge, C: Merge> Merge for (A, B, C) {
    fn merge(&mut self, other: Self) {
        self.0.merge(other.0);
        self.1.merge(other.1);
        self.2.merge(other.2);
    }
}
