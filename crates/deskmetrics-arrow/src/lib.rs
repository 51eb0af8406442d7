//! Arrow columns, CSV, Parquet and Arrow IPC files into deskmetrics.
#![forbid(unsafe_code)]

mod agreement;
pub mod column;
mod dataset;
pub mod description;
mod error;
pub mod file;
mod options;
mod record;

pub use dataset::Dataset;
pub use description::{Description, DescriptionError};
pub use error::ReadError;
pub use file::Progress;
pub use options::ReadOptions;
pub use record::{Example, LeftOut, Scope, SourceReport};
