//! The state that the readers of all tables share.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::PathBuf;

use super::ledger::Ledger;
use crate::ReadError;
use crate::description::Description;
use crate::file::{FileSpec, Progress, Table};
use crate::options::{MemoryTable, Projection, Tell};

/// What all readers need to know, and the books they keep.
pub(crate) struct Decoding<'a> {
    pub(crate) description: &'a Description,
    pub(crate) folder: PathBuf,
    /// Tables in memory that stand for files.
    pub(crate) tables: &'a BTreeMap<PathBuf, MemoryTable>,
    pub(crate) strict: bool,
    /// Whether scores off their scale are the KPIs' to judge alone, without a look at each here.
    pub(crate) keep_off_scale: bool,
    pub(crate) projection: Projection,
    pub(crate) on_progress: Option<&'a mut Tell<'a>>,
    pub(super) ledgers: Vec<Ledger>,
    /// Rows of all tables so far.
    pub(super) rows: u64,
}

impl<'a> Decoding<'a> {
    pub(crate) fn new(
        description: &'a Description,
        folder: PathBuf,
        tables: &'a BTreeMap<PathBuf, MemoryTable>,
    ) -> Self {
        Self {
            description,
            folder,
            tables,
            strict: false,
            keep_off_scale: false,
            projection: Projection::default(),
            on_progress: None,
            ledgers: Vec::new(),
            rows: 0,
        }
    }

    /// The file of a description, or the table that stands for it.
    pub(super) fn open(&self, file: &FileSpec) -> Result<Table, ReadError> {
        match (self.tables.get(&file.path), file.path.to_str()) {
            (Some(table), Some(name)) => {
                Ok(Table::in_memory(name, table.schema.clone(), table.batches.clone()))
            }
            _ => Table::open(&self.folder, file),
        }
    }

    pub(super) fn report(&mut self, progress: Progress<'_>) -> Result<(), ReadError> {
        match self.on_progress.as_mut().map(|tell| tell(progress)) {
            Some(ControlFlow::Break(())) => Err(ReadError::Stopped),
            Some(ControlFlow::Continue(())) | None => Ok(()),
        }
    }

    /// Opens the books for a table.
    pub(super) fn begin(&mut self, table: &Table, holds: &'static str) -> usize {
        self.ledgers.push(Ledger::new(table, holds, self.strict));
        self.ledgers.len() - 1
    }

    /// Closes the books of a table.
    pub(super) fn end(&mut self, ledger: usize) -> Result<(), ReadError> {
        self.rows += self.ledgers[ledger].rows();
        self.ledgers[ledger].finish()
    }
}

/// Puts rows in order, each once.
pub(super) fn in_order(mut rows: Vec<usize>) -> Vec<usize> {
    rows.sort_unstable();
    rows.dedup();
    rows
}

/// Which of so many rows are among `excluded`; an empty list where none is.
pub(super) fn excluded_rows(excluded: &[usize], rows: usize) -> Vec<bool> {
    let mut all = Vec::new();
    if !excluded.is_empty() {
        all.resize(rows, false);
        for row in excluded {
            all[*row] = true;
        }
    }
    all
}
