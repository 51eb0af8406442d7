//! The survey KPIs over columns.
//!
//! NPS, CSAT and CES follow from how often each score was given, so a column is counted in one pass at nearly the speed of
//! memory and the core's own tally is fed with the counts. Scores may be whole numbers of any width, floats (NaN is
//! missing, a number that is not whole is off the scale), with nulls, dictionary-encoded, in any number of pieces; nothing
//! is copied.
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

use arrow_array::cast::AsArray;
use arrow_array::{Array, BooleanArray};
use arrow_schema::DataType;
use chrono_tz::Tz;
use deskmetrics::kpi::{Ces, Csat, InvitationOutcome, Nps, ResponseRate};
use deskmetrics::{Ratio, Reason, Scale, Timestamp};

use crate::column::utc::each_instant;
use crate::column::{Column, ColumnError, WrongType};

/// NPS of a column of scores; see [`Nps`].
///
/// # Errors
/// When the column holds no numbers.
#[doc(alias = "net promoter score")]
pub fn nps<'a>(scores: impl Into<Column<'a>>) -> Result<Nps, ColumnError> {
    let mut tally = Nps::default();
    count::feed(&scores.into(), &Scale::nps(), |score, times| tally.push_many(score, times))?;
    Ok(tally)
}

/// CSAT of a column of scores on `scale`; see [`Csat`].
///
/// # Errors
/// When the column holds no numbers.
#[doc(alias = "customer satisfaction")]
pub fn csat<'a>(scores: impl Into<Column<'a>>, scale: &Scale) -> Result<Csat, ColumnError> {
    let mut tally = Csat::new(scale);
    count::feed(&scores.into(), scale, |score, times| tally.push_many(score, times))?;
    Ok(tally)
}

/// CES of a column of scores on `scale`; see [`Ces`].
///
/// # Errors
/// When the column holds no numbers.
#[doc(alias = "customer effort score")]
pub fn ces<'a>(scores: impl Into<Column<'a>>, scale: &Scale) -> Result<Ces, ColumnError> {
    let mut tally = Ces::new(scale);
    count::feed(&scores.into(), scale, |score, times| tally.push_many(score, times))?;
    Ok(tally)
}

/// How often each score of `scale` stands in a column: `each` is told a score, `None` for no answer or one off the scale, and
/// the rows that have it.
///
/// For tallies that [`nps`], [`csat`] and [`ces`] do not make.
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
/// When the column holds no numbers.
pub fn each_score<'a>(
    scores: impl Into<Column<'a>>,
    scale: &Scale,
    each: impl FnMut(Option<i32>, u64),
) -> Result<(), ColumnError> {
    count::feed(&scores.into(), scale, each)
}

/// Response rate of delivered invitations, one a row, of which a column of booleans says whether each was answered; a
/// null is left out as missing. See [`ResponseRate`]; where instants are known, [`response_rate_of`] takes a cut-off, a
/// maturity and an expiry.
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
/// When the column holds no booleans.
pub fn response_rate<'a>(answered: impl Into<Column<'a>>) -> Result<ResponseRate, ColumnError> {
    let answered = answered.into();
    let mut tally = ResponseRate::default();
    for array in answered.chunks() {
        let flags = booleans(&answered, array)?;
        let known = (flags.len() - flags.null_count()) as u64;
        tally.push_counts(Ratio::new(flags.true_count() as u64, known));
        tally.push_outcome(InvitationOutcome::LeftOut(Reason::Missing), flags.null_count() as u64);
    }
    Ok(tally)
}

/// Surveys sent, one a row, as columns.
#[derive(Debug, Clone)]
pub struct InvitationColumns<'a> {
    sent_at: Column<'a>,
    answered_at: Option<Column<'a>>,
    delivered: Option<Column<'a>>,
    assume_tz: Option<Tz>,
}

impl<'a> InvitationColumns<'a> {
    /// When each was sent; none is answered and all are delivered unless told otherwise.
    pub fn new(sent_at: impl Into<Column<'a>>) -> Self {
        Self { sent_at: sent_at.into(), answered_at: None, delivered: None, assume_tz: None }
    }

    /// When each was answered; null where it was not.
    #[must_use]
    pub fn answered_at(mut self, column: impl Into<Column<'a>>) -> Self {
        self.answered_at = Some(column.into());
        self
    }

    /// Whether each was delivered, as booleans; a null is taken as yes.
    #[must_use]
    pub fn delivered(mut self, column: impl Into<Column<'a>>) -> Self {
        self.delivered = Some(column.into());
        self
    }

    /// The zone of timestamps without one.
    #[must_use]
    pub fn assume_tz(mut self, zone: Tz) -> Self {
        self.assume_tz = Some(zone);
        self
    }
}

/// Feeds invitations to a response rate that may have a cut-off, a maturity and an expiry. A row without the instant of
/// its sending is left out as missing, one with an instant outside all calendars as unreadable.
///
/// ```
/// use std::sync::Arc;
/// use arrow_array::{ArrayRef, TimestampSecondArray};
/// use deskmetrics::kpi::ResponseRate;
/// use deskmetrics_arrow::survey::{InvitationColumns, response_rate_of};
///
/// let sent: ArrayRef = Arc::new(TimestampSecondArray::from(vec![0, 0, 60]).with_timezone("UTC"));
/// let answered: ArrayRef =
///     Arc::new(TimestampSecondArray::from(vec![Some(30), None, Some(7200)]).with_timezone("UTC"));
/// let columns = InvitationColumns::new(&sent).answered_at(&answered);
/// let quick = ResponseRate::default().expire_after(chrono::TimeDelta::hours(1));
/// let rate = response_rate_of(&columns, quick)?;
/// assert_eq!((rate.answered().hits, rate.n(), rate.late()), (1, 3, 1));
/// # Ok::<(), deskmetrics_arrow::ColumnError>(())
/// ```
///
/// # Errors
/// When a column is of the wrong type or length, or holds wall-clock times and no zone is given.
pub fn response_rate_of(
    invitations: &InvitationColumns<'_>,
    mut tally: ResponseRate,
) -> Result<ResponseRate, ColumnError> {
    let InvitationColumns { sent_at, answered_at, delivered, assume_tz } = invitations;
    for other in answered_at.iter().chain(delivered) {
        sent_at.goes_with(other)?;
    }
    let mut answers = Vec::new();
    if let Some(column) = answered_at {
        answers.reserve(column.len());
        each_instant(column, *assume_tz, |at| answers.push(at))?;
    }
    let mut arrived = Vec::new();
    if let Some(column) = delivered {
        for array in column.chunks() {
            arrived.extend(booleans(column, array)?.iter().map(|flag| flag.unwrap_or(true)));
        }
    }
    let mut row = 0;
    each_instant(sent_at, *assume_tz, |sent| {
        let answered = answers.get(row).copied().unwrap_or(Ok(None));
        let delivered = arrived.get(row).copied().unwrap_or(true);
        row += 1;
        let at = Timestamp::saturating_from_micros;
        match (sent, answered) {
            (Ok(Some(sent)), Ok(answered)) => {
                let outcome = tally.outcome(delivered, at(sent), answered.map(at));
                tally.push_outcome(outcome, 1);
            }
            (Ok(None), _) => tally.leave_out(Reason::Missing),
            (Err(()), _) | (_, Err(())) => tally.leave_out(Reason::Unreadable),
        }
    })?;
    Ok(tally)
}

fn booleans<'c>(column: &Column<'_>, array: &'c dyn Array) -> Result<&'c BooleanArray, ColumnError> {
    match array.data_type() {
        DataType::Boolean => Ok(array.as_boolean()),
        kind => Err(column.wrong(
            WrongType { found: kind.to_string(), expected: "booleans" },
            "compare the column with the word that means yes, or give instants instead",
        )),
    }
}
