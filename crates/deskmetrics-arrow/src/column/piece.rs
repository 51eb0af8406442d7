//! Pieces of one array, joined without a copy.

use arrow_buffer::ScalarBuffer;

/// The first row of a piece of an array; `None` if the piece is of other memory.
pub(crate) fn place_in(origin: &ScalarBuffer<i64>, piece: &ScalarBuffer<i64>) -> Option<usize> {
    let bytes = piece.as_ptr().addr().checked_sub(origin.as_ptr().addr())?;
    let first = bytes / size_of::<i64>();
    (first + piece.len() <= origin.len()).then_some(first)
}

/// The rows of all pieces; `None` unless each follows the one before in `origin`.
pub(crate) fn joined<'p>(
    pieces: impl IntoIterator<Item = &'p ScalarBuffer<i64>>,
    origin: &ScalarBuffer<i64>,
) -> Option<ScalarBuffer<i64>> {
    let mut pieces = pieces.into_iter();
    let one = pieces.next()?;
    let first = place_in(origin, one)?;
    let end = pieces.try_fold(first + one.len(), |next, piece| {
        (place_in(origin, piece)? == next).then_some(next + piece.len())
    })?;
    Some(origin.slice(first, end - first))
}
