//! What the values of a column are, where its name leaves it open.

use arrow_array::{Array as _, ArrayRef};
use arrow_schema::DataType;

use super::measure::MeasureReading;
use super::{NumberReading, TextColumn, TimestampReading};

/// The kind of a column's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnContent {
    /// Dates or timestamps.
    Timestamps,
    /// Durations that need no unit: of such a type, or as texts such as `2h 30m` and `01:30:00`.
    Durations,
    /// Whole numbers.
    Counts,
}

impl ColumnContent {
    /// Whether a column of this type has this content. Texts may have any, and have none here.
    pub(crate) fn has_type(self, kind: &DataType) -> bool {
        match self {
            Self::Timestamps => kind.is_temporal() && !matches!(kind, DataType::Duration(_)),
            Self::Durations => matches!(kind, DataType::Duration(_)),
            Self::Counts => kind.is_numeric(),
        }
    }

    /// Whether the values of an array have this content: by its type, or as texts, of which the first decides.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use arrow_array::{ArrayRef, BooleanArray, StringArray};
    /// use deskmetrics_arrow::column::ColumnContent;
    ///
    /// let texts = |text| Arc::new(StringArray::from(vec![None, Some(text)])) as ArrayRef;
    /// assert!(ColumnContent::Timestamps.is_of(&texts("2026-03-02T09:00:00Z")));
    /// assert!(ColumnContent::Timestamps.is_of(&texts("25/04/2026 9:00")));
    /// assert!(ColumnContent::Durations.is_of(&texts("2h 30m")));
    /// assert!(ColumnContent::Counts.is_of(&texts("2")));
    /// let flags: ArrayRef = Arc::new(BooleanArray::from(vec![true]));
    /// for content in [ColumnContent::Timestamps, ColumnContent::Durations, ColumnContent::Counts] {
    ///     assert!(!content.is_of(&texts("yes")) && !content.is_of(&flags));
    /// }
    /// ```
    pub fn is_of(self, array: &ArrayRef) -> bool {
        let kind = array.data_type();
        if self.has_type(kind) {
            return true;
        }
        if kind.is_numeric() || *kind == DataType::Boolean {
            return false;
        }
        let (mut start, mut rows) = (0, 16);
        while start < array.len() {
            let part = array.slice(start, rows.min(array.len() - start));
            let Ok(texts) = TextColumn::new(&part) else { return false };
            let mut values = (0..part.len()).filter_map(|row| texts.get(row)).map(str::trim);
            if let Some(first) = values.find(|text| !text.is_empty()) {
                return self.takes(first);
            }
            (start, rows) = (start + rows, rows * 4);
        }
        false
    }

    /// Whether a text is such a value.
    fn takes(self, text: &str) -> bool {
        let numbers = NumberReading::default();
        match self {
            Self::Timestamps => TimestampReading::is_timestamp(text),
            Self::Durations => MeasureReading::duration(None, numbers).takes(text),
            Self::Counts => MeasureReading::count(numbers).takes(text),
        }
    }
}
