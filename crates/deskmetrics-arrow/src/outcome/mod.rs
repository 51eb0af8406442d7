//! Replayed tickets as Arrow columns.

mod builder;
mod measures;
mod verdicts;

pub use measures::MeasureColumns;
pub use verdicts::VerdictColumns;
