//! Counts of each score in a column.

use deskmetrics::Scale;

use crate::column::score::{BLOCK, Places, ScoreColumn};
use crate::column::{Column, ColumnError, WrongType};

/// The counts of each score of a scale, and of other values.
#[derive(Debug)]
pub(super) struct Histogram {
    scale: Places,
    /// By place; see [`Places`].
    counts: [u64; 256],
}

impl Histogram {
    /// Counts a column on the scale from `lowest` to `highest`; `None` if it has too many steps.
    pub(super) fn of(column: &Column<'_>, lowest: i32, highest: i32) -> Result<Option<Self>, ColumnError> {
        let Some(scale) = Places::new(lowest, highest) else { return Ok(None) };
        let mut histogram = Self { scale, counts: [0; 256] };
        for array in column.chunks() {
            let scores = ScoreColumn::new(array).map_err(|wrong| not_scores(column, wrong))?;
            histogram.add(&scores);
        }
        Ok(Some(histogram))
    }

    fn add(&mut self, scores: &ScoreColumn) {
        let mut block = [0_u8; BLOCK];
        let mut from = 0;
        while from < scores.len() {
            let places = &mut block[..BLOCK.min(scores.len() - from)];
            scores.places(self.scale, from, places);
            self.add_places(places);
            from += places.len();
        }
    }

    /// Counts a block of at most [`BLOCK`] places.
    fn add_places(&mut self, places: &[u8]) {
        // Comparing with each place counts 16 rows per instruction. With many places, a lookup table is faster.
        const FEW: usize = 24;
        let kinds = self.scale.count();
        if kinds > FEW {
            for place in places {
                self.counts[usize::from(*place)] += 1;
            }
            return;
        }
        // The last count is the rest.
        let mut rest = places.len() as u64;
        for (place, count) in (0..=u8::MAX).zip(&mut self.counts[..kinds - 1]) {
            let found = occurrences(places, place);
            *count += found;
            rest -= found;
        }
        self.counts[kinds - 1] += rest;
    }

    /// Calls `each` with each score (`None` for a missing one, or one off the scale) and its count.
    pub(super) fn each(&self, mut each: impl FnMut(Option<i32>, u64)) {
        for (place, count) in self.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            each(self.scale.score(place), *count);
        }
    }
}

/// The number of occurrences of `place` in a block.
fn occurrences(places: &[u8], place: u8) -> u64 {
    // Byte sums, which the compiler turns into comparisons of 16 rows at once. 240 is the largest multiple of 16 that
    // fits.
    const PIECE: usize = 240;
    let in_piece = |piece: &[u8]| piece.iter().map(|here| u8::from(*here == place)).sum::<u8>();
    places.chunks(PIECE).map(|piece| u64::from(in_piece(piece))).sum()
}

/// Feeds the scores of a column on a scale of any width.
pub(super) fn feed(
    column: &Column<'_>,
    scale: &Scale,
    mut each: impl FnMut(Option<i32>, u64),
) -> Result<(), ColumnError> {
    if let Some(histogram) = Histogram::of(column, scale.min(), scale.max())? {
        histogram.each(each);
        return Ok(());
    }
    // A scale of hundreds of steps is counted in pieces that fit into a byte.
    let rows = column.len() as u64;
    let (mut from, mut elsewhere, mut missing) = (scale.min(), rows, 0);
    while from <= scale.max() {
        let to = from.saturating_add(i32::from(Places::MOST) - 1).min(scale.max());
        let Some(histogram) = Histogram::of(column, from, to)? else { break };
        missing = histogram.counts[usize::from(histogram.scale.missing())];
        for place in 0..usize::from(histogram.scale.outside()) {
            let count = histogram.counts[place];
            elsewhere -= count;
            if count > 0 {
                each(histogram.scale.score(place), count);
            }
        }
        let Some(next) = to.checked_add(1) else { break };
        from = next;
    }
    each(None, missing);
    each(Some(scale.min().checked_sub(1).unwrap_or(i32::MAX)), elsewhere - missing);
    Ok(())
}

fn not_scores(column: &Column<'_>, wrong: WrongType) -> ColumnError {
    column.wrong(wrong, "make the column numeric first, with words and codes for \"no answer\" as nulls")
}
