//! Surveys sent, as columns.

use arrow_array::{Array as _, BooleanArray};
use chrono_tz::Tz;
use deskmetrics::kpi::{InvitationOutcome, ResponseRate};
use deskmetrics::{Reason, Timestamp};

use super::booleans;
use crate::column::utc::{Instants, each_instant, needs_zone};
use crate::column::{Column, ColumnError, InstantReading};

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
    let answers = match answered_at {
        Some(column) => Some(At::of(column, *assume_tz)?),
        None => None,
    };
    let mut arrived = Vec::new();
    if let Some(column) = delivered {
        for array in column.chunks() {
            arrived.push(booleans(column, array)?);
        }
    }
    let arrived = match arrived.as_slice() {
        [] => None,
        [one] => Some((*one).clone()),
        // Rows in several pieces are brought into one.
        _ => Some(arrived.iter().flat_map(|flags| flags.iter()).collect::<BooleanArray>()),
    };
    let sent = At::of(sent_at, *assume_tz)?;
    let (mut answered, mut late, mut unanswered) = (0, 0, 0);
    for row in 0..sent_at.len() {
        let reached = arrived.as_ref().is_none_or(|arrived| arrived.is_null(row) || arrived.value(row));
        match (sent.get(row), answers.as_ref().map_or(Ok(None), |answers| answers.get(row))) {
            (Ok(Some(sent)), Ok(answer)) => match tally.outcome(reached, sent, answer) {
                InvitationOutcome::Answered => answered += 1,
                InvitationOutcome::Late => late += 1,
                InvitationOutcome::Unanswered => unanswered += 1,
                left_out @ InvitationOutcome::LeftOut(_) => tally.push_outcome(left_out, 1),
            },
            (Ok(None), _) => tally.leave_out(Reason::Missing),
            (Err(()), _) | (_, Err(())) => tally.leave_out(Reason::Unreadable),
        }
    }
    tally.push_outcome(InvitationOutcome::Answered, answered);
    tally.push_outcome(InvitationOutcome::Late, late);
    tally.push_outcome(InvitationOutcome::Unanswered, unanswered);
    Ok(tally)
}

/// The instants of a column, row by row.
enum At {
    /// Typed and in one piece, each beyond doubt.
    Typed(Instants),
    Decoded(Vec<Result<Option<i64>, ()>>),
}

impl At {
    fn of(column: &Column<'_>, assume_tz: Option<Tz>) -> Result<Self, ColumnError> {
        if let [array] = column.chunks()
            && let Some(zone) = assume_tz.or((!needs_zone(array)).then_some(Tz::UTC))
            && let Ok((instants, doubtful)) = Instants::new(array, &InstantReading::new(zone))
            && doubtful.is_empty()
        {
            return Ok(Self::Typed(instants));
        }
        let mut decoded = Vec::with_capacity(column.len());
        each_instant(column, assume_tz, |at| decoded.push(at))?;
        Ok(Self::Decoded(decoded))
    }

    #[inline]
    fn get(&self, row: usize) -> Result<Option<Timestamp>, ()> {
        let micros = match self {
            Self::Typed(instants) => instants.get(row),
            Self::Decoded(decoded) => decoded.get(row).copied().unwrap_or(Ok(None))?,
        };
        Ok(micros.map(Timestamp::saturating_from_micros))
    }
}
