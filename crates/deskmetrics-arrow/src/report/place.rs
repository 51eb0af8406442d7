//! Conversion of dictionary codes to the slices of a report.

use std::ops::Range;

use deskmetrics::engine::{Feed, SliceIds};
use deskmetrics::report::Report;
use deskmetrics::ticket::Attribute;
use hashbrown::HashMap;

use crate::decode::ticket::Tags;
use crate::decode::word::Words;

/// The codes of the attributes a report is sliced by, as one number per combination.
#[derive(Debug)]
pub(crate) struct Keys<'f> {
    attributes: Vec<Key<'f>>,
    /// The lists of tags, if needed, and the factor of their code.
    tags: Option<(&'f Tags, u64)>,
    /// The number of combinations, if it fits into a number.
    combinations: Option<u64>,
}

#[derive(Debug)]
struct Key<'f> {
    attribute: Attribute,
    words: &'f Words<Box<str>>,
    /// The factor of its code.
    times: u64,
    /// The number of codes.
    kinds: u64,
}

impl<'f> Keys<'f> {
    pub(crate) fn of(
        report: &Report,
        column: impl Fn(&Attribute) -> Option<&'f Words<Box<str>>>,
        tags: Option<&'f Tags>,
    ) -> Self {
        let mut keys = Self { attributes: Vec::new(), tags: None, combinations: Some(1) };
        for attribute in report.sliced_by() {
            if let Some(tags) = tags.filter(|tags| *attribute == Attribute::Tag && !tags.is_empty()) {
                keys.tags = Some((tags, keys.combinations.unwrap_or(0)));
                keys.combinations = keys.combinations.and_then(|all| all.checked_mul(tags.kinds() as u64));
            }
            let Some(words) = column(attribute) else { continue };
            let kinds = words.kinds() as u64;
            let times = keys.combinations.unwrap_or(0);
            keys.attributes.push(Key { attribute: attribute.clone(), words, times, kinds });
            keys.combinations = keys.combinations.and_then(|all| all.checked_mul(kinds));
        }
        keys
    }

    /// The number of combinations; `None` if they do not fit into a number.
    pub(crate) fn combinations(&self) -> Option<u64> {
        self.combinations
    }

    /// The combination of each row from `from` on.
    pub(crate) fn of_rows(&self, from: usize, combinations: &mut [u64]) {
        combinations.fill(0);
        for key in &self.attributes {
            key.words.codes.add_to(from, key.times, combinations);
        }
        if let Some((tags, times)) = self.tags {
            tags.codes.add_to(from, times, combinations);
        }
    }

    /// The tags of a row.
    pub(crate) fn tags_of_row(&self, row: usize) -> impl Iterator<Item = &'f str> + Clone {
        self.tags.into_iter().flat_map(move |(tags, _)| tags.texts_of(tags.codes.get(row)))
    }

    /// The value of an attribute in a combination.
    pub(super) fn value(&self, combination: u64, attribute: &Attribute) -> Option<&'f str> {
        let key = self.attributes.iter().find(|key| key.attribute == *attribute)?;
        let code = u32::try_from(combination / key.times.max(1) % key.kinds).ok()?;
        key.words.meaning(code).map(|text| &**text)
    }

    /// The value of an attribute in a row.
    pub(crate) fn value_of_row(&self, row: usize, attribute: &Attribute) -> Option<&'f str> {
        let key = self.attributes.iter().find(|key| key.attribute == *attribute)?;
        key.words.of_row(row).map(|text| &**text)
    }
}

/// Numbers of combinations in order of occurrence, with their slices.
#[derive(Debug)]
pub(crate) struct SliceNumbers {
    /// The number of each combination, [`NO_NUMBER`] before its first occurrence; empty if there are too many combinations.
    dense: Vec<u32>,
    sparse: HashMap<(u64, u64), u32>,
    ids: Vec<SliceIds>,
}

/// A combination without values from a ticket.
pub(crate) const NO_TICKET: u64 = u64::MAX;

/// No number of slices.
pub(crate) const NO_NUMBER: u32 = u32::MAX;

impl SliceNumbers {
    pub(crate) fn new(combinations: Option<u64>) -> Self {
        const MOST: u64 = 1 << 18;
        let dense = combinations.filter(|all| *all <= MOST).and_then(|all| usize::try_from(all).ok());
        Self { dense: vec![NO_NUMBER; dense.unwrap_or(0)], sparse: HashMap::new(), ids: Vec::new() }
    }

    /// The numbers of combinations of the records' own values. `find` computes the number of a row that has none.
    pub(crate) fn of_rows(
        &mut self,
        own: &[u64],
        numbers: &mut Vec<u32>,
        mut find: impl FnMut(&mut Self, usize) -> u32,
    ) {
        let known = |own: &u64| usize::try_from(*own).ok().and_then(|own| self.dense.get(own)).copied();
        numbers.clear();
        numbers.extend(own.iter().map(|own| known(own).unwrap_or(NO_NUMBER)));
        if numbers.contains(&NO_NUMBER) {
            let unknown = numbers.iter_mut().enumerate().filter(|(_, number)| **number == NO_NUMBER);
            unknown.for_each(|(row, number)| *number = find(self, row));
        }
    }

    /// The number of a combination of a record's own values and those of its ticket. `find` computes its slices.
    #[inline]
    pub(crate) fn number(
        &mut self,
        own: u64,
        ticket: u64,
        feed: &mut Feed<'_>,
        find: impl Fn(&mut Feed<'_>) -> SliceIds,
    ) -> u32 {
        let ids = &mut self.ids;
        let mut add = || {
            ids.push(find(feed));
            u32::try_from(ids.len() - 1).unwrap_or(NO_NUMBER)
        };
        let dense = usize::try_from(own).ok().filter(|_| ticket == NO_TICKET);
        match dense.and_then(|place| self.dense.get_mut(place)) {
            Some(number) => {
                if *number == NO_NUMBER {
                    *number = add();
                }
                *number
            }
            None => *self.sparse.entry((own, ticket)).or_insert_with(add),
        }
    }

    /// The slices by number.
    pub(crate) fn all(&self) -> &[SliceIds] {
        &self.ids
    }

    /// The slices of a number.
    #[inline]
    pub(crate) fn ids(&self, number: usize) -> &SliceIds {
        &self.ids[number]
    }
}

/// One of `shares` equal ranges of rows.
pub(crate) fn share_of(rows: usize, share: usize, shares: usize) -> Range<usize> {
    let shares = shares.max(1);
    let cut = |share: usize| rows / shares * share + (rows % shares) * share / shares;
    cut(share)..cut(share + 1)
}

/// A range in pieces of at most `rows` rows.
pub(crate) fn blocks(range: Range<usize>, rows: usize) -> impl Iterator<Item = Range<usize>> {
    let end = range.end;
    range.step_by(rows).map(move |from| from..(from + rows).min(end))
}

/// The common value, if all values are equal.
pub(crate) fn only<T: Copy + PartialEq>(values: &[T]) -> Option<T> {
    let first = *values.first()?;
    // Compares all values without an early exit, so that the loop is vectorized.
    (values.iter().filter(|value| **value != first).count() == 0).then_some(first)
}
