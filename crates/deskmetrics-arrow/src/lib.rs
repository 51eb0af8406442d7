//! Reads Arrow data, CSV, JSON, Parquet and Arrow IPC files into deskmetrics.
//!
//! A small [`Description`] in TOML defines the meaning of messy real-world data: which files contain tickets, events
//! or surveys, which columns contain ids and timestamps, what the values mean, which codes mean missing, and which
//! schedules and SLA policies apply. [`Dataset::read`] reads all files of the description into the types of the core.
//!
//! ```
//! use deskmetrics::ticket::EventKind;
//! use deskmetrics::{Reason, Status};
//! use deskmetrics_arrow::{Dataset, Scope};
//!
//! # let folder = tempfile::tempdir()?;
//! # let folder = folder.path();
//! std::fs::write(folder.join("tickets.csv"), "\
//! Number,Opened,Done,State,Country
//! T-1,2/3/2026 09:12,3/3/2026 10:00,Resolved,DK
//! T-2,2/3/2026 11:40,,Awaiting customer,ES
//! T-3,2/3/2026 12:00,1/3/2026 12:00,Resolved,ES
//! ")?;
//! std::fs::write(folder.join("helpdesk.toml"), r#"
//!     time_zone = "Europe/Copenhagen"
//!     timestamps = { format = "%d/%m/%Y %H:%M" }
//!
//!     [[tickets]]
//!     file = "tickets.csv"
//!     id = "Number"
//!     created_at = "Opened"
//!     solved_at = "Done"
//!     status = { column = "State", words = { "Resolved" = "solved", "Awaiting customer" = "pending" } }
//!     attributes = { market = "Country" }
//! "#)?;
//!
//! let dataset = Dataset::read(folder.join("helpdesk.toml"))?;
//! assert_eq!(dataset.counts().tickets, 3);
//! assert_eq!(dataset.events()[0].kind, EventKind::Status(Status::Solved));
//! let early = &dataset.sources[0].exclusions[0]; // an end before its start excludes the end, not the ticket
//! assert_eq!((early.reason, early.scope), (Reason::EndBeforeStart, Scope::Value));
//! assert_eq!((early.column.as_str(), early.examples[0].row), ("Done", 3));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # From file to KPI
//! 1. [`mod@file`] opens a file as a table of record batches. CSV (`.csv`, `.tsv`, `.txt`, each also gzip), Parquet
//!    (uncompressed, Snappy, gzip, LZ4, Zstandard) and Arrow IPC files and streams. CSV columns are all text.
//!    [`FileSpec`](file::FileSpec) states the form of a text file where it is not detected (`delimiter`, `encoding`,
//!    `skip_rows`, `decimal`); `where` of a source selects the rows to read ([`description::Values`]).
//! 2. [`mod@column`] decodes one column: text in all of Arrow's encodings, labels, numbers, and timestamps in four units or
//!    any written format. It is independent of tickets.
//! 3. The decoded columns become a [`Dataset`]. There are three shapes of ticket data: tickets and their events
//!    ([`TicketSource`], [`EventSource`]), an audit log of whole rows ([`SnapshotSource`]), and one row per ticket with
//!    timestamps in columns (again [`TicketSource`]); a log that consists of events only creates its tickets.
//! 4. [`Dataset::feed`] feeds a report of the core, [`Dataset::log`] prepares a replay. This crate computes no KPI.
//!
//! # Tables in memory
//! A description may name a table in memory instead of a file ([`ReadOptions::with_table`]); everything else is the same.
//! [`mod@survey`] counts single columns of answers.
//!
//! # Bad data
//! A record that cannot be used is excluded and counted, with file, column, reason, the first rows and a remedy
//! ([`SourceReport`], [`Exclusion`]); nothing is dropped silently. The same holds for a line of a text file that is
//! not a row. With [`ReadOptions::with_strict`] the first such record is an error instead. A file or description that
//! cannot be used is always an error ([`ReadError`]), and so is a column without any readable value.
//!
//! # Time zones
//! A description must name a time zone. Wall-clock times are in that zone unless a file or column names another. By
//! default, a time that occurs twice is the earlier one, and a time skipped by a clock change is the first one after
//! the gap. Both are counted.
//!
//! # Feature flags
//! All are on by default. Text files and tables in memory need none.
//!
//! | feature | adds | dependencies |
//! |---|---|---|
//! | `parquet` | Parquet files | parquet |
//! | `ipc` | Arrow IPC files and streams, Feather | arrow-ipc |
//! | `zstd` | those compressed with Zstandard | the C library of Zstandard |
//!
//! [`TicketSource`]: description::TicketSource
//! [`EventSource`]: description::EventSource
//! [`SnapshotSource`]: description::SnapshotSource
#![forbid(unsafe_code)]
// No input may cause a panic; `unwrap_used` is on everywhere, `indexing_slicing` in modules that read text or bytes.
#![warn(clippy::expect_used, clippy::panic, clippy::string_slice, clippy::todo, clippy::unimplemented)]

mod any_error;
mod attribute;
pub mod column;
mod contracts;
mod dataset;
mod decode;
pub mod description;
mod draft;
mod error;
pub mod file;
pub mod log;
mod options;
mod outcome;
mod report;
mod selection;
#[doc(hidden)]
pub use report::ROWS_FED_TOGETHER;
#[doc(hidden)]
pub use threads::{MOST_THREADS, on_threads};
mod infer;
#[doc(hidden)]
pub mod roles;
pub mod schedule;
pub mod survey;
mod table;
mod threads;
mod usual;

pub use any_error::Error;
pub use attribute::UnknownAttribute;
pub use column::{Column, ColumnError};
pub use dataset::{Counts, Dataset};
pub use decode::{CustomerCodes, Example, Exclusion, Scope, SourceReport};
pub use description::{Description, DescriptionError, nearest, nearest_first, plain_message};
pub use draft::{ColumnDraft, Draft, DraftQuestion, TableDraft, TableDrafts};
pub use error::ReadError;
pub use file::Progress;
pub use infer::{
    AmbiguousRole, InferredRoles, TableKind, attribute_column, infer_roles, infer_roles_of_values,
};
pub use options::ReadOptions;
pub use outcome::{MeasureColumns, VerdictColumns};
pub use selection::{KpiSelection, SelectedKpis, SelectionError, kpi_of_question};
pub use table::report_batch;
pub use usual::{UsualDescription, UsualError, UsualFiles};
