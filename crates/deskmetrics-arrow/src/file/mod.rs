//! Files as tables: CSV, JSON, Parquet and Arrow IPC as record batches.
//!
//! This module does not interpret columns.

mod batches;
mod csv;
mod dialect;
mod folder;
#[cfg(any(feature = "ipc", feature = "parquet"))]
mod guard;
#[cfg(feature = "ipc")]
mod ipc;
mod json;
mod limits;
mod line;
mod open;
#[cfg(feature = "parquet")]
mod parquet;
mod part;
mod progress;
mod selection;
mod spec;
mod table;

pub use batches::Batches;
pub(crate) use folder::Folder;
pub use limits::{Exceeded, Limits};
pub(crate) use line::BadLine;
use open::open;
#[doc(hidden)]
pub use open::read_text;
pub(crate) use part::{Gap, Part, RowNumbers, SkippedRows};
pub use progress::Progress;
pub use spec::FileSpec;
pub(crate) use spec::in_file;
pub use table::Table;
