//! Progress of reading a file.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The progress of reading one file, for [`ReadOptions::with_progress`](crate::ReadOptions::with_progress), after every
/// batch of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress<'a> {
    /// The file being read.
    pub file: &'a Path,
    /// The number of rows read so far.
    pub rows: u64,
    /// The bytes of the file read so far; for Parquet and Arrow files in proportion to the rows.
    pub bytes_read: u64,
    /// The size of the file.
    pub bytes_total: u64,
}

/// A reader that counts the bytes that pass through it.
#[derive(Debug)]
pub(super) struct Counted<R> {
    inner: R,
    count: Arc<AtomicU64>,
}

impl<R> Counted<R> {
    /// The reader, and a shared counter of the bytes read.
    pub(super) fn new(inner: R) -> (Self, Arc<AtomicU64>) {
        let count = Arc::default();
        (Self { inner, count: Arc::clone(&count) }, count)
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.count.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}
