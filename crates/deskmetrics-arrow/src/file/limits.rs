//! Limits on the memory that a file can take.

use std::io::{self, Read};

use arrow_schema::ArrowError;
use serde::Deserialize;

/// Decompressed bytes for a row, where rows are counted instead.
#[cfg(any(feature = "ipc", feature = "parquet"))]
const BYTES_PER_ROW: u64 = 16;

/// Limits on files, so that a small file cannot take all memory. A file beyond one of them is the error
/// [`ReadError::TooLarge`](crate::ReadError::TooLarge).
///
/// They are options of the reader, not keys of a description: a description may come from the same source as the files.
///
/// ```
/// use deskmetrics_arrow::ReadOptions;
/// use deskmetrics_arrow::file::Limits;
///
/// let mut limits = Limits::default();
/// assert_eq!((limits.columns, limits.expansion), (10_000, 100));
/// limits.columns = 50_000;
/// let options = ReadOptions::default().with_limits(limits);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Limits {
    /// The most columns of a file. Default: 10,000.
    pub columns: usize,
    /// The most decompressed bytes, and the most rows, for each byte of a file. Default: 100.
    pub expansion: u64,
    /// The decompressed bytes that any file may have, and a sixteenth as many rows. Default: 256 MiB.
    pub always: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { columns: 10_000, expansion: 100, always: 1 << 28 }
    }
}

impl Limits {
    /// Checks a number of columns.
    pub(super) fn check_columns(&self, columns: usize) -> Result<(), ArrowError> {
        if columns > self.columns { Err(self.too_wide()) } else { Ok(()) }
    }

    /// The error of a table with more columns.
    pub(super) fn too_wide(&self) -> ArrowError {
        Exceeded::Columns { limit: self.columns }.into()
    }

    /// The decompressed bytes that a file of this size may have.
    pub(super) fn bytes(&self, size: u64) -> Budget {
        let left = size.saturating_mul(self.expansion).max(self.always);
        Budget { left, exceeded: Exceeded::Bytes { limit: left, expansion: self.expansion } }
    }

    /// The rows that a file of this size may have.
    #[cfg(any(feature = "ipc", feature = "parquet"))]
    pub(super) fn rows(&self, size: u64) -> Budget {
        let left = size.saturating_mul(self.expansion).max(self.always / BYTES_PER_ROW);
        Budget { left, exceeded: Exceeded::Rows { limit: left, expansion: self.expansion } }
    }
}

/// The limit that a file exceeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Exceeded {
    /// [`Limits::columns`].
    #[error("it has more than {limit} columns; if that is right, raise limits.columns")]
    Columns {
        /// The limit.
        limit: usize,
    },
    /// [`Limits::expansion`], for bytes.
    #[error(
        "it decompresses to more than {limit} bytes, beyond {expansion} times its size; if that is right, raise \
         limits.expansion"
    )]
    Bytes {
        /// The bytes that a file of its size may have.
        limit: u64,
        /// The factor.
        expansion: u64,
    },
    /// [`Limits::expansion`], for rows.
    #[error(
        "it has more than {limit} rows, beyond {expansion} for each of its bytes; if that is right, raise limits.expansion"
    )]
    Rows {
        /// The rows that a file of its size may have.
        limit: u64,
        /// The factor.
        expansion: u64,
    },
}

impl From<Exceeded> for ArrowError {
    fn from(exceeded: Exceeded) -> Self {
        Self::ExternalError(Box::new(exceeded))
    }
}

impl Exceeded {
    /// The limit that is the cause of an error of a reader.
    pub(super) fn cause(error: &ArrowError) -> Option<Self> {
        match error {
            ArrowError::ExternalError(source) => source.downcast_ref().copied(),
            ArrowError::IoError(_, source) => source.get_ref()?.downcast_ref().copied(),
            _ => None,
        }
    }
}

/// An amount that is used up by reading.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget {
    left: u64,
    exceeded: Exceeded,
}

impl Budget {
    pub(super) fn spend(&mut self, amount: u64) -> Result<(), Exceeded> {
        self.left = self.left.checked_sub(amount).ok_or(self.exceeded)?;
        Ok(())
    }
}

/// A reader of decompressed bytes, up to a budget.
#[derive(Debug)]
pub(super) struct Bounded<R> {
    pub(super) inner: R,
    pub(super) budget: Budget,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.budget.spend(n as u64).map_err(io::Error::other)?;
        Ok(n)
    }
}
