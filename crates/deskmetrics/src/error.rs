//! One error type for any error of the crate.

use crate::duration_text::UnknownDuration;
use crate::kpi::{PolicyPartsError, RequestError, UnknownFcrPolicy};
use crate::replay::TrackError;
#[cfg(feature = "report")]
use crate::report::{ReportError, RowSelectionError, UnknownPeriod};
use crate::schedule::{BudgetError, DueError, ScheduleError, SliceLengthError};
#[cfg(feature = "bytes")]
use crate::stored::StoredError;
use crate::survey::{ScaleError, UnknownConvention};
use crate::ticket::UnknownStatus;
use crate::{UnknownTimestamp, UnknownWord};

/// Any error of this crate.
///
/// Each module has its own error type with more detail; this one combines them for functions with several. Bad *data*
/// is no error: a record that cannot count is excluded under a [`Reason`](crate::Reason).
///
/// ```
/// use deskmetrics::schedule::Schedule;
/// use deskmetrics::{Error, Scale};
///
/// fn set_up() -> Result<(Schedule, Scale), Error> {
///     Ok((Schedule::parse("Europe/Copenhagen", "Mo-Fr 09:00-17:00")?, Scale::csat(1, 10)?))
/// }
///
/// assert_eq!(
///     set_up().unwrap_err().to_string(),
///     "scale 1 to 10 has no usual set of positive answers: state which answers are positive and which are negative, such as \
///      \"1-10, 9-10 good, 1-2 bad\""
/// );
/// ```
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A text that is no timestamp.
    #[error(transparent)]
    Timestamp(#[from] UnknownTimestamp),
    /// A text that is none of the words of an enum.
    #[error(transparent)]
    Word(#[from] UnknownWord),
    /// A text that is no duration.
    #[error(transparent)]
    Duration(#[from] UnknownDuration),
    /// A text that names no status of a ticket.
    #[error(transparent)]
    Status(#[from] UnknownStatus),
    /// An invalid survey scale.
    #[error(transparent)]
    Scale(#[from] ScaleError),
    /// A text that names no convention of survey scales.
    #[error(transparent)]
    Convention(#[from] UnknownConvention),
    /// A schedule that cannot be read or is invalid.
    #[error(transparent)]
    Schedule(#[from] ScheduleError),
    /// A text that names no budget of business time.
    #[error(transparent)]
    Budget(#[from] BudgetError),
    /// A due time that never comes or cannot be represented.
    #[error(transparent)]
    Due(#[from] DueError),
    /// Columns of different lengths.
    #[error(transparent)]
    SliceLength(#[from] SliceLengthError),
    /// An event a live tracker cannot take.
    #[error(transparent)]
    Track(#[from] TrackError),
    /// A text that names no policy of first contact resolution.
    #[error(transparent)]
    FcrPolicy(#[from] UnknownFcrPolicy),
    /// Policies of first contact resolution that cannot be combined.
    #[error(transparent)]
    PolicyParts(#[from] PolicyPartsError),
    /// A KPI that cannot be computed as requested.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// A report that cannot be made as requested.
    #[cfg(feature = "report")]
    #[error(transparent)]
    Report(#[from] ReportError),
    /// Rows of a report that are not there, or several where one is meant.
    #[cfg(feature = "report")]
    #[error(transparent)]
    RowSelection(#[from] RowSelectionError),
    /// A text that names no period.
    #[cfg(feature = "report")]
    #[error(transparent)]
    Period(#[from] UnknownPeriod),
    /// Bytes that are no stored report state or tally.
    #[cfg(feature = "bytes")]
    #[error(transparent)]
    Stored(#[from] StoredError),
}
