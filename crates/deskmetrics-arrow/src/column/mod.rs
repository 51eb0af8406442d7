//! Typed decoding of columns: text, labels, timestamps, numbers.
//!
//! A *reading* defines the format of a column (the pattern, the meaning of labels, the codes that mean missing).
//! Bound to an Arrow array, it gives one [`Cell`] per row. This module is independent of tickets and surveys.

pub(crate) mod bits;
mod content;
mod iso;
pub(crate) mod list;
pub(crate) mod measure;
mod month;
mod named;
mod number;
mod order;
pub(crate) mod piece;
pub(crate) mod profile;
pub(crate) mod score;
mod shape;
mod text;
mod timestamp;
mod unit;
pub(crate) mod utc;
mod word;

pub use content::ColumnContent;
pub use measure::DurationUnit;
pub use named::{Column, ColumnError};
pub use number::{DecimalMark, NumberColumn, NumberReading};
pub(crate) use order::OrderInference;
pub use order::{DateOrderError, Witness};
pub use shape::DateOrder;
pub use text::TextColumn;
pub(crate) use text::cast;
pub use timestamp::{Ambiguous, Nonexistent, TimestampColumn, TimestampReading, UnknownFormat};
pub use word::{Gone, Meaning, TicketStatus, WordColumn, WordReading};

use std::borrow::Cow;

use deskmetrics::Reason;

/// The content of a cell: a value, nothing, or something unreadable.
pub type Cell<T> = Result<Option<T>, BadCell>;

/// Why a cell is unreadable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadCell {
    /// The text is not a timestamp in the format.
    #[error("not a timestamp in the expected format")]
    NotATimestamp,
    /// The number is a timestamp of another unit, such as milliseconds where seconds are expected.
    #[error("a number of another unit")]
    WrongUnit,
    /// The order of day and month depends on the other values of the column; see
    /// [`TimestampReading::inferred`].
    #[error("a date whose day and month cannot be distinguished by itself")]
    UndecidedOrder,
    /// The local time was skipped when clocks went forward, and the description rejects such times.
    #[error("a local time that a clock change skipped")]
    Nonexistent,
    /// The local time occurred twice when clocks went back, and the description rejects such times.
    #[error("a local time that occurred twice")]
    Ambiguous,
    /// The text is not a number of the expected kind.
    #[error("not a number")]
    NotANumber,
    /// A comma or point may be a decimal mark or a thousands separator, or contradicts the stated decimal mark; see
    /// [`NumberReading::with_decimal_mark`].
    #[error("a number with an ambiguous comma or point")]
    DecimalMark,
    /// A number where a whole number is needed.
    #[error("not a whole number")]
    NotWhole,
    /// The text is not a duration.
    #[error("not a duration")]
    NotADuration,
    /// A number is a duration with an unknown unit.
    #[error("a number without a unit")]
    NoUnit,
    /// A negative duration or count.
    #[error("below zero")]
    Negative,
    /// The label has no meaning.
    #[error("a label without a meaning")]
    UnknownWord,
}

impl BadCell {
    /// The reason under which the record or value is counted.
    pub fn reason(self) -> Reason {
        match self {
            Self::UnknownWord => Reason::UnknownWord,
            Self::Negative => Reason::EndBeforeStart,
            _ => Reason::Unreadable,
        }
    }
}

/// A column whose type does not fit its role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("type {found} is not {expected}")]
pub struct WrongType {
    /// The column's type.
    pub found: String,
    /// The supported types.
    pub expected: Cow<'static, str>,
}
