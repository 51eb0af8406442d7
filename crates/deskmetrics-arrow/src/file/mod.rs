//! Files as tables: CSV, Parquet and Arrow IPC into record batches.
//!
//! Nothing here knows what a column means.

mod batches;
mod csv;
mod ipc;
mod parquet;
mod progress;
mod spec;
mod table;

pub use batches::Batches;
pub use progress::Progress;
pub use spec::FileSpec;
pub use table::Table;
