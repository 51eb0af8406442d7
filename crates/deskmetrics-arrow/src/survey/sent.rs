//! Columns of invitations, and their response rate.

use arrow_array::cast::AsArray as _;
use arrow_array::{Array, ArrayRef, BooleanArray, TimestampMicrosecondArray};
use arrow_schema::{DataType, TimeUnit};
use chrono_tz::Tz;
use deskmetrics::kpi::ResponseRate;
use deskmetrics::survey::InvitationOutcome;
use deskmetrics::{Reason, Timestamp};

use super::booleans;
use crate::column::bits::{Bits, rows_of};
use crate::column::utc::each_timestamp;
use crate::column::{Column, ColumnError};

/// Invitations as columns, one row per invitation.
#[derive(Debug, Clone)]
pub struct InvitationColumns<'a> {
    sent_at: Column<'a>,
    answered_at: Option<Column<'a>>,
    delivered: Option<Column<'a>>,
    assume_tz: Option<Tz>,
}

impl<'a> InvitationColumns<'a> {
    /// Creates invitations with their timestamps. By default, none is answered and all are delivered.
    pub fn new(sent_at: impl Into<Column<'a>>) -> Self {
        Self { sent_at: sent_at.into(), answered_at: None, delivered: None, assume_tz: None }
    }

    /// Sets the timestamps of the answers; null for none.
    #[must_use]
    pub fn with_answered_at(mut self, column: impl Into<Column<'a>>) -> Self {
        self.answered_at = Some(column.into());
        self
    }

    /// Sets whether each was delivered, as booleans. A null means yes.
    #[must_use]
    pub fn with_delivered(mut self, column: impl Into<Column<'a>>) -> Self {
        self.delivered = Some(column.into());
        self
    }

    /// Sets the zone of timestamps without one.
    #[must_use]
    pub fn with_assume_tz(mut self, zone: Tz) -> Self {
        self.assume_tz = Some(zone);
        self
    }
}

/// Computes a response rate, which may have a cut-off, a maturity and an expiry.
///
/// A row without a timestamp is excluded as missing, one with a timestamp outside all calendars as unreadable.
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
/// let columns = InvitationColumns::new(&sent).with_answered_at(&answered);
/// let expiring = ResponseRate::default().with_expire_after(chrono::TimeDelta::hours(1));
/// let rate = response_rate_of(&columns, expiring)?;
/// assert_eq!((rate.answered().hits, rate.n(), rate.late()), (1, 3, 1));
/// # Ok::<(), deskmetrics_arrow::ColumnError>(())
/// ```
///
/// # Errors
/// If a column has the wrong type or length, or contains wall-clock times and no zone is given.
pub fn response_rate_of(
    invitations: &InvitationColumns<'_>,
    mut tally: ResponseRate,
) -> Result<ResponseRate, ColumnError> {
    let InvitationColumns { sent_at, answered_at, delivered, .. } = invitations;
    for other in answered_at.iter().chain(delivered) {
        sent_at.goes_with(other)?;
    }
    match Piece::all(invitations)? {
        Some(pieces) => pieces.iter().for_each(|piece| piece.count(&mut tally)),
        None => row_by_row(invitations, &mut tally)?,
    }
    Ok(tally)
}

/// Feeds columns of any kind.
fn row_by_row(invitations: &InvitationColumns<'_>, tally: &mut ResponseRate) -> Result<(), ColumnError> {
    let InvitationColumns { sent_at, answered_at, delivered, assume_tz } = invitations;
    let read = |column: &Column<'_>| {
        let mut timestamps = Vec::with_capacity(column.len());
        each_timestamp(column, *assume_tz, |at| {
            timestamps.push(at.map(|at| at.map(Timestamp::saturating_from_micros)));
        })?;
        Ok::<Vec<Read>, ColumnError>(timestamps)
    };
    let sent = read(sent_at)?;
    let answers = answered_at.as_ref().map(read).transpose()?;
    let mut arrived = Vec::new();
    if let Some(column) = delivered {
        for array in column.chunks() {
            arrived.extend(booleans(column, array)?.iter().map(|delivered| delivered.unwrap_or(true)));
        }
    }
    for (row, sent) in sent.into_iter().enumerate() {
        let answered = answers.as_ref().and_then(|answers| answers.get(row).copied());
        push(tally, arrived.get(row).copied().unwrap_or(true), sent, answered.unwrap_or(Ok(None)));
    }
    Ok(())
}

/// A timestamp, if there is one; `Err` if it is outside all calendars.
type Read = Result<Option<Timestamp>, ()>;

/// Feeds one invitation.
fn push(tally: &mut ResponseRate, delivered: bool, sent: Read, answered: Read) {
    match (sent, answered) {
        (Ok(Some(sent)), Ok(answered)) => tally.push_outcome(tally.outcome(delivered, sent, answered), 1),
        (Ok(None), _) => tally.exclude_one(Reason::Missing),
        (Err(()), _) | (_, Err(())) => tally.exclude_one(Reason::Unreadable),
    }
}

/// Rows whose columns are each in one array of microseconds.
struct Piece<'c> {
    sent: &'c TimestampMicrosecondArray,
    answered: Option<&'c TimestampMicrosecondArray>,
    delivered: Option<&'c BooleanArray>,
}

impl<'c> Piece<'c> {
    /// All rows; `None` if the columns have another type or different chunks.
    fn all(invitations: &'c InvitationColumns<'_>) -> Result<Option<Vec<Self>>, ColumnError> {
        let InvitationColumns { sent_at, answered_at, delivered, .. } = invitations;
        let mut pieces = Vec::with_capacity(sent_at.chunks().len());
        for (place, array) in sent_at.chunks().iter().enumerate() {
            let beside = |column: &'c Option<Column<'_>>| {
                column.as_ref().map(|column| (column, column.chunks().get(place)))
            };
            let answered = match beside(answered_at) {
                None => None,
                Some((_, Some(array))) if is_micros(array) => Some(array.as_primitive()),
                Some(_) => return Ok(None),
            };
            let delivered = match beside(delivered) {
                None => None,
                Some((column, Some(array))) => Some(booleans(column, array)?),
                Some((_, None)) => return Ok(None),
            };
            let lengths = answered.map(Array::len).into_iter().chain(delivered.map(Array::len));
            if !is_micros(array) || lengths.into_iter().any(|length| length != array.len()) {
                return Ok(None);
            }
            pieces.push(Self { sent: array.as_primitive(), answered, delivered });
        }
        Ok(Some(pieces))
    }

    /// Counts the rows: those with a simple outcome 64 at a time, the others row by row.
    fn count(&self, tally: &mut ResponseRate) {
        let limits = tally.limits();
        let rows = self.sent.len();
        let valid = |array: &dyn Array| Bits::valid(array.nulls(), 0..rows);
        let were_sent = valid(self.sent);
        let were_answered = self.answered.map_or(Bits::NONE, |answered| valid(answered));
        // A null means delivered.
        let arrived = self.delivered.map_or(Bits::ALL, |delivered| Bits::of(delivered.values()));
        let is_known = self.delivered.map_or(Bits::ALL, |delivered| valid(delivered));
        let no_answers = [0_i64; 64];
        let (mut in_time, mut unanswered) = (0, 0);
        for (place, sent) in self.sent.values().chunks(64).enumerate() {
            let from = place * 64;
            let answers = self.answered.and_then(|answered| answered.values().get(from..from + sent.len()));
            let answers = answers.unwrap_or(&no_answers[..sent.len()]);
            let (mut sent_in_time, mut answered_in_time) = (0_u64, 0_u64);
            for (bit, (sent, answered)) in sent.iter().zip(answers).enumerate() {
                sent_in_time |= u64::from(limits.counts(*sent)) << bit;
                answered_in_time |= u64::from(limits.is_in_time(*sent, *answered)) << bit;
            }
            let all = u64::MAX >> (64 - sent.len());
            let counts =
                were_sent.word(place) & sent_in_time & (arrived.word(place) | !is_known.word(place)) & all;
            let has_answer = were_answered.word(place);
            let (plain_answers, plain_blanks) =
                (counts & has_answer & answered_in_time, counts & !has_answer);
            in_time += u64::from(plain_answers.count_ones());
            unanswered += u64::from(plain_blanks.count_ones());
            for row in rows_of(all & !plain_answers & !plain_blanks, from) {
                self.push_row(row, tally);
            }
        }
        tally.push_outcome(InvitationOutcome::Answered, in_time);
        tally.push_outcome(InvitationOutcome::Unanswered, unanswered);
    }

    fn push_row(&self, row: usize, tally: &mut ResponseRate) {
        let read = |array: &TimestampMicrosecondArray| {
            array.is_valid(row).then(|| Timestamp::from_micros(array.value(row)).ok_or(())).transpose()
        };
        let delivered = self.delivered.is_none_or(|delivered| delivered.is_null(row) || delivered.value(row));
        push(tally, delivered, read(self.sent), self.answered.map_or(Ok(None), read));
    }
}

fn is_micros(array: &ArrayRef) -> bool {
    matches!(array.data_type(), DataType::Timestamp(TimeUnit::Microsecond, Some(_)))
}
