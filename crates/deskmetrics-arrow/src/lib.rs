//! Arrow columns, CSV, Parquet and Arrow IPC files into deskmetrics.
#![forbid(unsafe_code)]

pub mod column;
pub mod description;
mod error;
pub mod file;
mod record;

pub use description::Description;
pub use error::ReadError;
pub use file::Progress;
pub use record::{Example, LeftOut, Scope, SourceReport};
#[derive(Debug)]
/// temp
pub struct ReadOptions;
