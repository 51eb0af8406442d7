//! Rows of a table, and the rows skipped between them.

use arrow_array::RecordBatch;

use super::line::BadLine;

/// Rows of a table, and the rows skipped between them.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) batch: RecordBatch,
    /// In order.
    pub(crate) gaps: Vec<Gap>,
}

impl From<RecordBatch> for Part {
    fn from(batch: RecordBatch) -> Self {
        Self { batch, gaps: Vec::new() }
    }
}

/// Rows that are not part of the batch.
#[derive(Debug)]
pub(crate) struct Gap {
    /// The number of rows of the part before them.
    pub(crate) before: usize,
    pub(crate) passed_over: SkippedRows,
}

/// Why rows of a file are skipped.
#[derive(Debug)]
pub(crate) enum SkippedRows {
    /// A line is not a row.
    Bad(BadLine),
    /// This many rows are not selected.
    NotSelected(u64),
}

impl SkippedRows {
    /// The number of skipped rows.
    pub(crate) fn rows(&self) -> u64 {
        match self {
            Self::Bad(_) => 1,
            Self::NotSelected(rows) => *rows,
        }
    }
}

/// The row numbers in the file, if some rows are skipped.
#[derive(Debug, Clone, Default)]
pub(crate) struct RowNumbers {
    /// By the first row after a gap, the number of rows skipped up to there.
    gaps: Vec<(u64, u64)>,
}

impl RowNumbers {
    /// Skips this many rows before the given one.
    pub(crate) fn pass_over(&mut self, before: u64, rows: u64) {
        let passed_over = self.passed_over();
        match self.gaps.last_mut() {
            Some((last, sum)) if *last == before => *sum += rows,
            _ => self.gaps.push((before, passed_over + rows)),
        }
    }

    /// The number of rows skipped so far.
    pub(crate) fn passed_over(&self) -> u64 {
        self.gaps.last().map_or(0, |(_, sum)| *sum)
    }

    /// The number in the file, counted from 1, of a row of those that are read, counted from 0.
    pub(crate) fn number(&self, row: u64) -> u64 {
        let gaps = self.gaps.partition_point(|(first, _)| *first <= row);
        row + 1 + gaps.checked_sub(1).map_or(0, |last| self.gaps[last].1)
    }
}
