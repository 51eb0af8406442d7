//! Rows of a table, and what is passed over between them.

use arrow_array::RecordBatch;

use super::line::BadLine;

/// Rows of a table, and what was passed over between them.
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

/// Rows that are not among those of a part.
#[derive(Debug)]
pub(crate) struct Gap {
    /// Rows of the part before them.
    pub(crate) before: usize,
    pub(crate) passed_over: PassedOver,
}

/// Why rows of a file are passed over.
#[derive(Debug)]
pub(crate) enum PassedOver {
    /// A line is no row.
    Bad(BadLine),
    /// So many rows are not selected.
    NotSelected(u64),
}

impl PassedOver {
    /// How many rows they are.
    pub(crate) fn rows(&self) -> u64 {
        match self {
            Self::Bad(_) => 1,
            Self::NotSelected(rows) => *rows,
        }
    }
}

/// The numbers of rows in their file, where some of it are passed over.
#[derive(Debug, Clone, Default)]
pub(crate) struct RowNumbers {
    /// By the first row after a gap, how many are passed over up to there.
    gaps: Vec<(u64, u64)>,
}

impl RowNumbers {
    /// Passes over so many rows before this one of those that are read.
    pub(crate) fn pass_over(&mut self, before: u64, rows: u64) {
        let passed_over = self.passed_over();
        match self.gaps.last_mut() {
            Some((last, sum)) if *last == before => *sum += rows,
            _ => self.gaps.push((before, passed_over + rows)),
        }
    }

    /// How many rows are passed over so far.
    pub(crate) fn passed_over(&self) -> u64 {
        self.gaps.last().map_or(0, |(_, sum)| *sum)
    }

    /// The number in its file, counted from 1, of a row of those that are read, counted from 0.
    pub(crate) fn number(&self, row: u64) -> u64 {
        let gaps = self.gaps.partition_point(|(first, _)| *first <= row);
        row + 1 + gaps.checked_sub(1).map_or(0, |last| self.gaps[last].1)
    }
}
