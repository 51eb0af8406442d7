//! One error type for any error of the crate.

use deskmetrics::report::ReportError;

use crate::column::{ColumnError, DateOrderError, UnknownFormat, WrongType};
use crate::log::StreamError;
use crate::{DescriptionError, ReadError, SelectionError, UnknownAttribute, UsualError};

/// Any error of this crate or of [`deskmetrics`].
///
/// ```no_run
/// use deskmetrics::report::{Report, ReportTable};
/// use deskmetrics_arrow::{Dataset, Error, KpiSelection};
///
/// fn monthly(description: &str) -> Result<ReportTable, Error> {
///     let dataset = Dataset::read(description)?;
///     let selected = KpiSelection::usual().of(&dataset)?;
///     let report = Report::undated().with_kpis(selected.kpis).build()?;
///     Ok(dataset.feed(&report, 1)?.table())
/// }
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An error of the core.
    #[error(transparent)]
    Core(#[from] deskmetrics::Error),
    /// A file or table that cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A stream of events that cannot be read.
    #[error(transparent)]
    Stream(#[from] StreamError),
    /// A column in memory that cannot be used.
    #[error(transparent)]
    Column(#[from] ColumnError),
    /// A column of a wrong type.
    #[error(transparent)]
    Type(#[from] WrongType),
    /// A format of timestamps that is not known.
    #[error(transparent)]
    Format(#[from] UnknownFormat),
    /// An ambiguous order of day, month and year.
    #[error(transparent)]
    DateOrder(#[from] DateOrderError),
    /// A selection of KPIs that the data cannot answer.
    #[error(transparent)]
    Selection(#[from] SelectionError),
    /// An attribute that the data does not contain.
    #[error(transparent)]
    Attribute(#[from] UnknownAttribute),
    /// Files that cannot be described by the usual names of their columns.
    #[error(transparent)]
    Usual(#[from] UsualError),
}

impl From<DescriptionError> for Error {
    fn from(error: DescriptionError) -> Self {
        Self::Read(error.into())
    }
}

impl From<ReportError> for Error {
    fn from(error: ReportError) -> Self {
        Self::Core(error.into())
    }
}
