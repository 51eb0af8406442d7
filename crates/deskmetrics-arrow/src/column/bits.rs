//! Validity bits of a column, 64 rows per word.

use std::ops::Range;

use arrow_buffer::{BooleanBuffer, NullBuffer};

/// A bit for each of some rows, the first row in the lowest bit of the first word.
#[derive(Debug, Clone)]
pub(crate) struct Bits {
    words: Vec<u64>,
    /// The value of words that are not stored.
    rest: u64,
}

impl Bits {
    /// Set bits for all rows.
    pub(crate) const ALL: Self = Self { words: Vec::new(), rest: u64::MAX };

    /// Cleared bits for all rows.
    pub(crate) const NONE: Self = Self { words: Vec::new(), rest: 0 };

    /// The bits of a buffer.
    pub(crate) fn of(buffer: &BooleanBuffer) -> Self {
        Self { words: buffer.bit_chunks().iter_padded().collect(), rest: 0 }
    }

    /// The validity bits of some rows.
    pub(crate) fn valid(nulls: Option<&NullBuffer>, rows: Range<usize>) -> Self {
        nulls.map_or(Self::ALL, |nulls| Self::of(&nulls.inner().slice(rows.start, rows.len())))
    }

    /// The bits of `64 * place` and the 63 rows after it. Bits past the last row are undefined.
    #[inline]
    pub(crate) fn word(&self, place: usize) -> u64 {
        self.words.get(place).copied().unwrap_or(self.rest)
    }

    /// The bit of a row.
    #[inline]
    pub(crate) fn get(&self, row: usize) -> bool {
        self.word(row / 64) >> (row % 64) & 1 == 1
    }
}

/// The rows whose bits are set in a word that begins at `from`.
pub(crate) fn rows_of(word: u64, from: usize) -> impl Iterator<Item = usize> {
    let mut rest = word;
    std::iter::from_fn(move || {
        let bit = (rest != 0).then(|| rest.trailing_zeros() as usize)?;
        rest &= rest - 1;
        Some(from + bit)
    })
}
