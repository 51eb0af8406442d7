//! Survey KPIs over columns of scores.
//!
//! NPS, CSAT and CES depend only on the count of each score. A column is counted in one pass at nearly the speed of
//! memory, and the counts feed the core's tally. Scores may be whole numbers of any width or floats (NaN is missing,
//! a number that is not whole is off the scale), with nulls, dictionary-encoded, in any number of chunks. Nothing is
//! copied.
//!
//! ```
//! use std::sync::Arc;
//! use arrow_array::{ArrayRef, Float64Array, Int8Array};
//! use deskmetrics::{Estimates, Reason, Scale};
//! use deskmetrics_arrow::survey;
//!
//! let scores: ArrayRef = Arc::new(Int8Array::from(vec![Some(10), Some(9), Some(7), Some(3), None, Some(11)]));
//! let nps = survey::nps(&scores)?;
//! assert_eq!((nps.score(), nps.n()), (Some(25.0), 4)); // (2 promoters - 1 detractor) of 4
//! assert_eq!(nps.excluded().count(Reason::NotAnswered), 1);
//! assert_eq!(nps.excluded().count(Reason::OutOfScale), 1);
//!
//! let stars: ArrayRef = Arc::new(Float64Array::from(vec![5.0, 4.0, 2.0, f64::NAN]));
//! let csat = survey::csat(&stars, &Scale::csat(1, 5)?)?;
//! assert_eq!((csat.positive().hits, csat.n()), (2, 3));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod count;
mod sent;

use arrow_array::cast::AsArray;
use arrow_array::{Array, BooleanArray};
use arrow_schema::DataType;
use deskmetrics::kpi::{Ces, Csat, Nps, ResponseRate};
use deskmetrics::survey::InvitationOutcome;
use deskmetrics::{Ratio, Reason, Scale};

use crate::column::{Column, ColumnError, WrongType};
pub use sent::{InvitationColumns, response_rate_of};

/// NPS of a column of scores; see [`Nps`].
///
/// # Errors
/// If the column contains no numbers.
#[doc(alias = "net promoter score")]
pub fn nps<'a>(scores: impl Into<Column<'a>>) -> Result<Nps, ColumnError> {
    let mut tally = Nps::default();
    count::feed(&scores.into(), &Scale::nps(), |score, times| tally.push_many(score, times))?;
    Ok(tally)
}

/// CSAT of a column of scores on `scale`; see [`Csat`].
///
/// # Errors
/// If the column contains no numbers.
#[doc(alias = "customer satisfaction")]
pub fn csat<'a>(scores: impl Into<Column<'a>>, scale: &Scale) -> Result<Csat, ColumnError> {
    let mut tally = Csat::new(scale);
    count::feed(&scores.into(), scale, |score, times| tally.push_many(score, times))?;
    Ok(tally)
}

/// CES of a column of scores on `scale`; see [`Ces`].
///
/// # Errors
/// If the column contains no numbers.
#[doc(alias = "customer effort score")]
pub fn ces<'a>(scores: impl Into<Column<'a>>, scale: &Scale) -> Result<Ces, ColumnError> {
    let mut tally = Ces::new(scale);
    count::feed(&scores.into(), scale, |score, times| tally.push_many(score, times))?;
    Ok(tally)
}

/// Counts each score of `scale` in a column.
///
/// `each` is called with a score (`None` for a missing answer or one off the scale) and its count.
///
/// For tallies that [`nps`], [`csat`] and [`ces`] do not cover.
///
/// ```
/// use std::sync::Arc;
/// use arrow_array::{ArrayRef, Int8Array};
/// use deskmetrics::Scale;
/// use deskmetrics_arrow::survey;
///
/// let stars: ArrayRef = Arc::new(Int8Array::from(vec![Some(5), Some(4), Some(5), None]));
/// let mut counts = Vec::new();
/// survey::each_score(&stars, &Scale::csat(1, 5)?, |score, rows| counts.push((score, rows)))?;
/// counts.sort();
/// assert_eq!(counts, [(None, 1), (Some(4), 1), (Some(5), 2)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If the column contains no numbers.
pub fn each_score<'a>(
    scores: impl Into<Column<'a>>,
    scale: &Scale,
    each: impl FnMut(Option<i32>, u64),
) -> Result<(), ColumnError> {
    count::feed(&scores.into(), scale, each)
}

/// Response rate of delivered invitations, from a column of booleans: whether each was answered.
///
/// A null is excluded as missing. See [`ResponseRate`]. If timestamps are known, [`response_rate_of`] supports a
/// cut-off, a maturity and an expiry.
///
/// ```
/// use std::sync::Arc;
/// use arrow_array::{ArrayRef, BooleanArray};
/// use deskmetrics_arrow::survey;
///
/// let answered: ArrayRef = Arc::new(BooleanArray::from(vec![true, false, false, true]));
/// assert_eq!(survey::response_rate(&answered)?.percent(), Some(50.0));
/// # Ok::<(), deskmetrics_arrow::ColumnError>(())
/// ```
///
/// # Errors
/// If the column contains no booleans.
pub fn response_rate<'a>(answered: impl Into<Column<'a>>) -> Result<ResponseRate, ColumnError> {
    let answered = answered.into();
    let mut tally = ResponseRate::default();
    for array in answered.chunks() {
        let flags = booleans(&answered, array)?;
        let known = (flags.len() - flags.null_count()) as u64;
        tally.push_counts(Ratio::new(flags.true_count() as u64, known));
        tally.push_outcome(InvitationOutcome::Excluded(Reason::Missing), flags.null_count() as u64);
    }
    Ok(tally)
}

fn booleans<'c>(column: &Column<'_>, array: &'c dyn Array) -> Result<&'c BooleanArray, ColumnError> {
    match array.data_type() {
        DataType::Boolean => Ok(array.as_boolean()),
        kind => Err(column.wrong(
            WrongType { found: kind.to_string(), expected: "booleans".into() },
            "compare the column with the word that means yes, or give timestamps instead",
        )),
    }
}
