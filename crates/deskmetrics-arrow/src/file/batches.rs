//! The rows of a file as record batches, with progress and errors.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow_array::RecordBatch;
use arrow_schema::ArrowError;

use super::Progress;
use super::limits::Exceeded;
use super::part::{Part, SkippedRows};
use super::selection::Selection;
use crate::ReadError;

/// The maximum number of rows of a batch.
pub(super) const BATCH_ROWS: usize = 8192;

/// The position of a reader.
#[derive(Debug)]
pub(super) enum Position {
    /// Bytes consumed so far.
    Bytes(Arc<AtomicU64>),
    /// The number of rows in the file.
    Rows(u64),
    /// The number of batches in the file.
    #[cfg(feature = "ipc")]
    Batches(u64),
}

pub(super) type Inner = Box<dyn Iterator<Item = Result<Part, ArrowError>>>;

/// The rows of a [`Table`](super::Table), as batches. A line that is not a row is an error.
pub struct Batches {
    path: PathBuf,
    inner: Inner,
    order: Vec<usize>,
    selection: Selection,
    position: Position,
    bytes_total: u64,
    rows: u64,
    done: u64,
}

impl std::fmt::Debug for Batches {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Batches").field("path", &self.path).field("rows", &self.rows).finish_non_exhaustive()
    }
}

impl Batches {
    pub(super) fn new(
        path: &Path,
        inner: Inner,
        (order, selection): (Vec<usize>, Selection),
        position: Position,
        bytes_total: u64,
    ) -> Self {
        Self { path: path.to_owned(), inner, order, selection, position, bytes_total, rows: 0, done: 0 }
    }

    /// The next rows, with the gaps between them.
    pub(crate) fn next_part(&mut self) -> Option<Result<Part, ReadError>> {
        let part = self.inner.next()?.map_err(|error| broken(&self.path, self.rows, &error));
        self.done += 1;
        let part = part.and_then(|part| {
            self.rows += part.batch.num_rows() as u64;
            self.rows += part.gaps.iter().map(|gap| gap.passed_over.rows()).sum::<u64>();
            let Part { batch, gaps } = self.selection.apply(part, &self.path)?;
            let batch = batch.project(&self.order).map_err(|error| broken(&self.path, self.rows, &error))?;
            Ok(Part { batch, gaps })
        });
        Some(part)
    }

    /// The progress of reading.
    pub fn progress(&self) -> Progress<'_> {
        let bytes_read = match &self.position {
            Position::Bytes(count) => count.load(Ordering::Relaxed).min(self.bytes_total),
            Position::Rows(total) => proportion(self.bytes_total, self.rows, *total),
            #[cfg(feature = "ipc")]
            Position::Batches(total) => proportion(self.bytes_total, self.done, *total),
        };
        Progress { file: &self.path, rows: self.rows, bytes_read, bytes_total: self.bytes_total }
    }
}

impl Iterator for Batches {
    type Item = Result<RecordBatch, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        let part = self.next_part()?.and_then(|part| {
            let bad = part.gaps.into_iter().find_map(|gap| match gap.passed_over {
                SkippedRows::Bad(line) => Some(line),
                SkippedRows::NotSelected(_) => None,
            });
            bad.map_or(Ok(part.batch), |line| Err(ReadError::bad_line(&self.path, line)))
        });
        Some(part)
    }
}

fn proportion(bytes: u64, done: u64, total: u64) -> u64 {
    let scaled = u128::from(bytes) * u128::from(done) / u128::from(total.max(1));
    u64::try_from(scaled).unwrap_or(bytes).min(bytes)
}

/// The error of a format's reader as a [`ReadError`].
pub(super) fn broken(path: &Path, rows: u64, error: &ArrowError) -> ReadError {
    if let Some(exceeded) = Exceeded::cause(error) {
        return ReadError::TooLarge { file: path.to_owned(), exceeded };
    }
    let message = match error {
        ArrowError::CsvError(message)
        | ArrowError::ParseError(message)
        | ArrowError::IpcError(message)
        | ArrowError::ParquetError(message)
        | ArrowError::IoError(message, _) => message.clone(),
        other => other.to_string(),
    };
    if message.to_ascii_lowercase().contains("utf-8") {
        let (file, message) = (path.to_owned(), lower_case_start(&message));
        return ReadError::Encoding { file, message, likely: encoding_rs::WINDOWS_1252 };
    }
    ReadError::Damaged { file: path.to_owned(), rows, message: lower_case_start(&message) }
}

fn lower_case_start(message: &str) -> String {
    let message = message.trim().trim_end_matches('.');
    let mut characters = message.chars();
    match characters.next() {
        Some(first) => first.to_lowercase().chain(characters).collect(),
        None => "no reason given".to_owned(),
    }
}
