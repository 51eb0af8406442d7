//! Files as tables: CSV, Parquet and Arrow IPC into record batches.
//!
//! Nothing here knows what a column means.

mod csv;
mod ipc;
mod parquet;
mod progress;
mod spec;
mod table;

pub use progress::Progress;
pub use spec::FileSpec;
pub use table::{Batches, Table};
