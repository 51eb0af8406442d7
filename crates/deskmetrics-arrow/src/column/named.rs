//! A column in memory: a name and one or several arrays.

use std::borrow::Cow;

use arrow_array::{Array, ArrayRef};

use super::{DateOrderError, WrongType};

/// The name of a column without a name.
const UNNAMED: &str = "values";

/// A named column whose values are in one or several arrays. Nothing is copied.
///
/// ```
/// use std::sync::Arc;
/// use arrow_array::{ArrayRef, Int8Array};
/// use deskmetrics_arrow::column::Column;
///
/// let chunks: Vec<ArrayRef> = vec![Arc::new(Int8Array::from(vec![9, 10])), Arc::new(Int8Array::from(vec![3]))];
/// assert_eq!(Column::from(&chunks).with_name("nps").len(), 3);
/// ```
#[derive(Debug, Clone)]
pub struct Column<'a> {
    name: Cow<'a, str>,
    chunks: Cow<'a, [ArrayRef]>,
}

impl<'a> Column<'a> {
    /// Sets the name, which errors contain.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<Cow<'a, str>>) -> Self {
        self.name = name.into();
        self
    }

    /// The name; `values` by default.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The arrays.
    pub fn chunks(&self) -> &[ArrayRef] {
        &self.chunks
    }

    /// The number of values, including missing ones.
    pub fn len(&self) -> usize {
        self.chunks.iter().map(Array::len).sum()
    }

    /// Whether there is no value.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn wrong(&self, wrong: WrongType, remedy: &'static str) -> ColumnError {
        let WrongType { found, expected } = wrong;
        ColumnError::Type { column: self.name.clone().into_owned(), found, expected, remedy }
    }

    /// Checks that another column has as many rows.
    pub(crate) fn goes_with(&self, other: &Column<'_>) -> Result<(), ColumnError> {
        let [rows, other_rows] = [self.len(), other.len()];
        if rows == other_rows {
            return Ok(());
        }
        let (column, other) = (self.name.clone().into_owned(), other.name.clone().into_owned());
        Err(ColumnError::Length { column, rows, other, other_rows })
    }
}

impl<'a> From<&'a [ArrayRef]> for Column<'a> {
    fn from(chunks: &'a [ArrayRef]) -> Self {
        Self { name: Cow::Borrowed(UNNAMED), chunks: Cow::Borrowed(chunks) }
    }
}

impl<'a> From<&'a Vec<ArrayRef>> for Column<'a> {
    fn from(chunks: &'a Vec<ArrayRef>) -> Self {
        Self::from(chunks.as_slice())
    }
}

impl<'a> From<&'a ArrayRef> for Column<'a> {
    fn from(array: &'a ArrayRef) -> Self {
        Self::from(std::slice::from_ref(array))
    }
}

impl From<Vec<ArrayRef>> for Column<'_> {
    fn from(chunks: Vec<ArrayRef>) -> Self {
        Self { name: Cow::Borrowed(UNNAMED), chunks: Cow::Owned(chunks) }
    }
}

/// An error of a column in memory.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ColumnError {
    /// The column's type does not fit its role.
    #[error("column \"{column}\" is of type {found}, expected {expected}: {remedy}")]
    Type {
        /// The column.
        column: String,
        /// Its type.
        found: String,
        /// The supported types.
        expected: Cow<'static, str>,
        /// What to do about it.
        remedy: &'static str,
    },
    /// The order of day, month and year is ambiguous.
    #[error("column \"{column}\", {error}; make it a timestamp column first")]
    DateOrder {
        /// The column.
        column: String,
        /// The reason, with the rows that show it.
        error: DateOrderError,
    },
    /// The column contains wall-clock times, and no time zone is set.
    #[error(
        "column \"{column}\" contains wall-clock times without a time zone: set their zone (assume_tz, such as Europe/Copenhagen), or make the column zone-aware"
    )]
    NoZone {
        /// The column.
        column: String,
    },
    /// Two columns differ in length.
    #[error(
        "column \"{column}\" has {rows} rows and column \"{other}\" has {other_rows}, expected as many: take both from one table"
    )]
    Length {
        /// One column.
        column: String,
        /// The number of its rows.
        rows: usize,
        /// The other.
        other: String,
        /// The number of its rows.
        other_rows: usize,
    },
    /// There is no such column.
    #[error("{table} have no column \"{column}\"{}; present are {}", crate::description::did_you_mean(nearest.as_deref()), crate::description::listed(present))]
    Missing {
        /// The kind of table, such as `tickets`.
        table: &'static str,
        /// The requested name.
        column: String,
        /// The most similar existing name.
        nearest: Option<String>,
        /// The existing names.
        present: Vec<String>,
    },
}
