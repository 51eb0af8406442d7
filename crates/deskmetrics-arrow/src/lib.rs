//! Arrow columns, CSV, Parquet and Arrow IPC files into deskmetrics.
//!
//! Real data is messy, so what means what is said once, in a small [`Description`] in TOML: which file holds tickets,
//! events or surveys, which column is the id or an instant, how the source's words map to ours, which codes mean
//! missing, which hours and promises apply. [`Dataset::read`] reads everything the description points at into the core's
//! types.
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
//!     instants = { format = "%d/%m/%Y %H:%M" }
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
//! 1. [`mod@file`] opens a file as a table and gives record batches. CSV (`.csv`, `.tsv`, `.txt`, each also gzip), Parquet
//!    (uncompressed, Snappy, gzip, LZ4, Zstandard) and Arrow IPC files and streams. CSV columns are all text.
//!    [`FileSpec`](file::FileSpec) states how a text file is written where that is not detected (`delimiter`, `encoding`,
//!    `skip_rows`, `decimal`); `where` of a source states which of its rows are read ([`description::Values`]).
//! 2. [`mod@column`] decodes one column by meaning: text in all of Arrow's encodings, words, instants in four units or any
//!    written format, numbers. It knows no tickets.
//! 3. The decoded columns become a [`Dataset`]. There are three shapes of ticket data: tickets and their events
//!    ([`TicketSource`], [`EventSource`]), an audit log of whole rows ([`SnapshotSource`]), and one row per ticket with
//!    timestamps in columns (again [`TicketSource`]); a log of nothing but events creates its tickets.
//! 4. [`Dataset::feed`] hands it to a report of the core, [`Dataset::log`] to a replay. No KPI is computed here.
//!
//! # Tables in memory
//! A description may name a table in memory instead of a file ([`ReadOptions::table`]); the way from there is the same.
//! [`mod@survey`] counts single columns of answers.
//!
//! # What cannot be used
//! A record that cannot be used is excluded and counted, with file, column, reason, the first rows and a remedy
//! ([`SourceReport`], [`Exclusion`]); nothing disappears. So is a line of a text file that is no row, with its line number. With [`ReadOptions::strict`] the first one is an error instead.
//! A file or description that cannot be used is always an error ([`ReadError`]), and so is a column of which not one
//! value can be read.
//!
//! # Time zones
//! A description must name a zone. Wall-clock times are those of that zone unless a file or column names another; a time
//! that occurs twice is the earlier and one that the clocks skip is the first after the gap, unless told otherwise, and
//! both are counted.
//!
//! [`TicketSource`]: description::TicketSource
//! [`EventSource`]: description::EventSource
//! [`SnapshotSource`]: description::SnapshotSource
#![forbid(unsafe_code)]

mod attribute;
mod choice;
pub mod column;
mod contracts;
mod dataset;
mod decode;
pub mod description;
mod error;
pub mod file;
pub mod log;
mod options;
mod outcome;
mod report;
#[doc(hidden)]
pub use report::{ROWS_FED_TOGETHER, on_threads};
mod infer;
pub mod schedule;
pub mod survey;
mod table;

pub use attribute::UnknownAttribute;
pub use choice::{Choice, ChoiceError, Chosen, kpi_of_question};
pub use column::{Column, ColumnError};
pub use dataset::{Counts, Dataset};
pub use decode::{Customers, Example, Exclusion, Scope, SourceReport};
pub use description::{Description, DescriptionError, nearest, plain_message};
pub use error::ReadError;
pub use file::Progress;
pub use infer::{AmbiguousRole, InferredRoles, TableKind, attribute_column, infer_roles};
pub use options::ReadOptions;
pub use outcome::{MeasureColumns, VerdictColumns};
pub use table::report_batch;
