//! Columns decoded by meaning: text, words, instants, numbers.
//!
//! A *reading* says how (which format, which words, which codes mean missing) and is made once; bound to an Arrow
//! array it gives one [`Cell`] per row. Nothing here knows tickets or surveys.

pub(crate) mod bits;
mod instant;
mod iso;
pub(crate) mod list;
pub(crate) mod measure;
mod month;
mod named;
mod number;
mod order;
pub(crate) mod score;
mod shape;
mod text;
mod unit;
pub(crate) mod utc;
mod word;

pub use instant::{Ambiguous, InstantColumn, InstantReading, Nonexistent};
pub use measure::DurationUnit;
pub use named::{Column, ColumnError};
pub(crate) use number::DECIMAL_REMEDY;
pub use number::{DecimalMark, NumberColumn, NumberReading};
pub(crate) use order::OrderInference;
pub use order::{DateOrderError, Witness};
pub use shape::DateOrder;
pub use text::TextColumn;
pub(crate) use text::cast;
pub use word::{Gone, Meaning, TicketStatus, WordColumn, WordReading};

use std::borrow::Cow;

use deskmetrics::Reason;

/// What one cell of a column says: a value, nothing, or something that cannot be read.
pub type Cell<T> = Result<Option<T>, BadCell>;

/// Why a cell cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadCell {
    /// The text is no instant of the format.
    #[error("no instant of the expected format")]
    NotAnInstant,
    /// The number is a timestamp of another unit, such as milliseconds where seconds are expected.
    #[error("a number of another unit")]
    WrongUnit,
    /// The order of day and month depends on the other values of the column; see
    /// [`InstantReading::inferred`].
    #[error("a date whose day and month cannot be distinguished by itself")]
    UndecidedOrder,
    /// The local time was skipped when clocks went forward, and the description refuses those.
    #[error("a local time that the clocks skipped")]
    Nonexistent,
    /// The local time occurred twice when clocks went back, and the description refuses those.
    #[error("a local time that occurred twice")]
    Ambiguous,
    /// The text is no number of the kind expected.
    #[error("no number")]
    NotANumber,
    /// The comma or point of a number may stand before its decimals or its thousands, or not before what is stated; see
    /// [`NumberReading::decimal`].
    #[error("a number with a comma or a point before decimals or thousands")]
    DecimalMark,
    /// A number where a whole number is needed.
    #[error("not a whole number")]
    NotWhole,
    /// The text is no duration.
    #[error("no duration")]
    NotADuration,
    /// A number is a duration whose unit is not known.
    #[error("a number without a unit")]
    NoUnit,
    /// A duration or a count below zero.
    #[error("below zero")]
    Negative,
    /// The word has no meaning assigned.
    #[error("a word without a meaning")]
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

/// A column whose type cannot hold what is asked of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("type {found} is not {expected}")]
pub struct WrongType {
    /// The column's type.
    pub found: String,
    /// The types understood.
    pub expected: Cow<'static, str>,
}
