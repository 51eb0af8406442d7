//! Files as tables: CSV, Parquet and Arrow IPC as record batches.
//!
//! This module does not interpret columns.

mod batches;
mod csv;
mod dialect;
#[cfg(feature = "ipc")]
mod ipc;
mod line;
#[cfg(feature = "parquet")]
mod parquet;
mod part;
mod progress;
mod selection;
mod spec;
mod table;

pub use batches::Batches;
pub(crate) use line::BadLine;
pub(crate) use part::{Gap, Part, RowNumbers, SkippedRows};
pub use progress::Progress;
pub use spec::FileSpec;
pub use table::Table;
