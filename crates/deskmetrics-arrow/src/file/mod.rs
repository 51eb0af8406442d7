//! Files as tables: CSV, Parquet and Arrow IPC into record batches.
//!
//! Nothing here knows what a column means.

mod batches;
mod csv;
mod dialect;
mod ipc;
mod line;
mod parquet;
mod part;
mod progress;
mod selection;
mod spec;
mod table;

pub use batches::Batches;
pub(crate) use line::BadLine;
pub(crate) use part::{Gap, Part, PassedOver, RowNumbers};
pub use progress::Progress;
pub use spec::FileSpec;
pub use table::Table;
