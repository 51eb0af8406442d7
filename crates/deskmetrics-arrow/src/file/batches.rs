//! The rows of a file as record batches, with progress and errors.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow_array::RecordBatch;
use arrow_schema::ArrowError;

use super::Progress;
use crate::ReadError;

/// The most rows of a batch.
pub(super) const BATCH_ROWS: usize = 8192;

/// How far a reader has come.
#[derive(Debug)]
pub(super) enum Position {
    /// Bytes consumed so far.
    Bytes(Arc<AtomicU64>),
    /// All rows there are.
    Rows(u64),
    /// All batches there are.
    Batches(u64),
}

pub(super) type Inner = Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>>>;

/// The rows of a [`Table`](super::Table), a batch at a time.
pub struct Batches {
    path: PathBuf,
    inner: Inner,
    order: Vec<usize>,
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
        order: Vec<usize>,
        position: Position,
        bytes_total: u64,
    ) -> Self {
        Self { path: path.to_owned(), inner, order, position, bytes_total, rows: 0, done: 0 }
    }

    /// How far reading has come.
    pub fn progress(&self) -> Progress<'_> {
        let bytes_read = match &self.position {
            Position::Bytes(count) => count.load(Ordering::Relaxed).min(self.bytes_total),
            Position::Rows(total) => proportion(self.bytes_total, self.rows, *total),
            Position::Batches(total) => proportion(self.bytes_total, self.done, *total),
        };
        Progress { file: &self.path, rows: self.rows, bytes_read, bytes_total: self.bytes_total }
    }
}

impl Iterator for Batches {
    type Item = Result<RecordBatch, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = self.inner.next()?.and_then(|batch| batch.project(&self.order));
        let batch = batch.map_err(|error| broken(&self.path, self.rows, &error));
        self.done += 1;
        self.rows += batch.as_ref().map_or(0, |batch| batch.num_rows() as u64);
        Some(batch)
    }
}

fn proportion(bytes: u64, done: u64, total: u64) -> u64 {
    let scaled = u128::from(bytes) * u128::from(done) / u128::from(total.max(1));
    u64::try_from(scaled).unwrap_or(bytes).min(bytes)
}

/// The error of a format's reader as a [`ReadError`].
pub(super) fn broken(path: &Path, rows: u64, error: &ArrowError) -> ReadError {
    let message = match error {
        ArrowError::CsvError(message)
        | ArrowError::ParseError(message)
        | ArrowError::IpcError(message)
        | ArrowError::ParquetError(message)
        | ArrowError::IoError(message, _) => message.clone(),
        other => other.to_string(),
    };
    if message.to_ascii_lowercase().contains("utf-8") {
        return ReadError::Encoding { file: path.to_owned(), message: lower_case_start(&message) };
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
