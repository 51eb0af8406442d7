//! State shared by the readers of all tables.

use std::collections::{BTreeMap, HashMap};
use std::ops::{ControlFlow, Range};
use std::path::PathBuf;

use arrow_array::RecordBatch;
use deskmetrics::Reason;
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use super::id::{IdIndex, Ids};
use super::ledger::{Ledger, Scope};
use super::slot::FileColumns;
use super::time::replaces;
use crate::ReadError;
use crate::column::utc::Timestamps;
use crate::description::{Description, Duplicates, Values};
use crate::file::{FileSpec, Folder, Limits, Part, Progress, Table};
use crate::options::{MemoryTable, OnProgress, Projection};
use crate::threads::thread_pool;

/// The settings of all readers, and the ledgers of the tables read.
pub(crate) struct Decoding<'a> {
    pub(crate) description: &'a Description,
    pub(crate) folder: PathBuf,
    pub(crate) limits: Limits,
    /// Tables in memory that replace files.
    pub(crate) tables: &'a BTreeMap<PathBuf, MemoryTable>,
    pub(crate) strict: bool,
    /// Whether to skip the check for scores off their scale. The KPIs exclude them in any case.
    pub(crate) keep_off_scale: bool,
    pub(crate) projection: Projection,
    pub(crate) on_progress: Option<&'a mut OnProgress<'a>>,
    pub(crate) workers: Workers,
    pub(super) ledgers: Vec<Ledger>,
    /// The number of rows read so far.
    pub(super) rows: u64,
}

impl<'a> Decoding<'a> {
    pub(crate) fn new(
        description: &'a Description,
        folder: PathBuf,
        limits: Limits,
        tables: &'a BTreeMap<PathBuf, MemoryTable>,
    ) -> Self {
        Self {
            description,
            folder,
            limits,
            tables,
            strict: false,
            keep_off_scale: false,
            projection: Projection::default(),
            on_progress: None,
            workers: Workers::default(),
            ledgers: Vec::new(),
            rows: 0,
        }
    }

    /// Whether events or snapshots give the statuses of tickets.
    pub(super) fn logged(&self) -> bool {
        !self.description.events.is_empty() || !self.description.snapshots.is_empty()
    }

    /// The selected rows of a file, or of the table that replaces it.
    pub(super) fn open(
        &self,
        file: &FileSpec,
        filter: &BTreeMap<String, Values>,
    ) -> Result<Table, ReadError> {
        if let (Some(table), Some(name)) = (self.tables.get(&file.path), file.path.to_str()) {
            return Table::in_memory(name, table.schema.clone(), table.batches.clone()).select(filter);
        }
        let several = !matches!(self.workers, Workers::None);
        let folder = Folder { path: &self.folder, limits: &self.limits };
        folder.table(file)?.side_by_side(several).select(filter)
    }

    fn report(&mut self, progress: Progress<'_>) -> Result<(), ReadError> {
        match self.on_progress.as_mut().map(|callback| callback(progress)) {
            Some(ControlFlow::Break(())) => Err(ReadError::Stopped),
            Some(ControlFlow::Continue(())) | None => Ok(()),
        }
    }

    /// Opens the ledger of a table.
    pub(super) fn begin(&mut self, table: &Table, holds: &'static str) -> usize {
        self.ledgers.push(Ledger::new(table, holds, self.strict));
        self.ledgers.len() - 1
    }

    /// Reads the batches of a table, then closes its ledger.
    pub(super) fn each_batch(
        &mut self,
        columns: &FileColumns<'_>,
        ledger: usize,
        mut read: impl FnMut(&mut Self, &RecordBatch) -> Result<(), ReadError>,
    ) -> Result<(), ReadError> {
        let mut batches = columns.batches()?;
        while let Some(part) = batches.next_part() {
            let Part { batch, gaps } = part?;
            self.ledgers[ledger].pass_over(gaps)?;
            let batch = columns.with_lists_as_text(batch)?;
            read(self, &batch)?;
            self.ledgers[ledger].batch_done(batch.num_rows());
            self.report(batches.progress())?;
        }
        self.rows += self.ledgers[ledger].rows();
        let selects_nothing = self.ledgers[ledger].selects_nothing();
        for note in columns.unmet_selection(selects_nothing)? {
            self.ledgers[ledger].note(note);
        }
        self.ledgers[ledger].finish()
    }

    /// Of several rows with the same id, excludes all but the one that counts; `excluded` are excluded already.
    pub(super) fn exclude_repeated(
        &mut self,
        ids: &Ids,
        excluded: &[usize],
        origins: &[RowOrigin],
        versions: Option<&Timestamps>,
        record: &str,
    ) -> Result<(IdIndex, Vec<bool>), ReadError> {
        let rows = ids.len();
        let mut unusable = excluded_rows(excluded, rows);
        let (mut index, repeated) = ids.index(&unusable);
        if !repeated.is_empty() {
            unusable.resize(rows, false);
        }
        let changed_at = |row: usize| versions.and_then(|versions| versions.get(row));
        // For the first row of an id, the row that counts so far.
        let mut counts: HashMap<u32, usize> = HashMap::new();
        for row in repeated {
            let Some(id) = ids.get(row) else { continue };
            let first = index.find(ids, id);
            let duplicates = origin(origins, row).map_or(Duplicates::First, |origin| origin.duplicates);
            let kept = counts.entry(first).or_insert(first as usize);
            let mut excluded = row;
            if replaces(duplicates, changed_at(*kept), changed_at(row)) {
                std::mem::swap(kept, &mut excluded);
            }
            unusable[excluded] = true;
            let remedy = || (ids.text(row).into_owned(), duplicates.remedy(record, versions.is_some()));
            if duplicates == Duplicates::Error {
                return Err(self.bad_row(origins, row, remedy()));
            }
            self.exclude_row(origins, excluded, Scope::Record, Reason::Duplicate, remedy)?;
        }
        if counts.iter().any(|(first, kept)| *first as usize != *kept) {
            (index, _) = ids.index(&unusable);
        }
        Ok((index, unusable))
    }

    /// Counts the exclusion of a row of several tables.
    pub(super) fn exclude_row(
        &mut self,
        origins: &[RowOrigin],
        row: usize,
        scope: Scope,
        reason: Reason,
        detail: impl FnOnce() -> (String, String),
    ) -> Result<(), ReadError> {
        let Some(origin) = origin(origins, row) else { return Ok(()) };
        let ledger = &mut self.ledgers[origin.ledger];
        let number = ledger.number((row - origin.first) as u64);
        ledger.exclude_one(scope, reason, number, &origin.id_column, detail).skipped()
    }

    /// The error for a row that repeats an id.
    pub(super) fn bad_row(&self, origins: &[RowOrigin], row: usize, detail: (String, String)) -> ReadError {
        let (ledger, number, column) = origin(origins, row).map_or((0, 0, ""), |origin| {
            let number = self.ledgers[origin.ledger].number((row - origin.first) as u64);
            (origin.ledger, number, &*origin.id_column)
        });
        self.ledgers[ledger].bad_row(Reason::Duplicate, number, column, detail)
    }
}

/// The threads that decode.
#[derive(Debug, Default)]
pub(crate) enum Workers {
    /// The pool of the caller.
    #[default]
    Shared,
    Own(rayon::ThreadPool),
    /// Only the caller's thread.
    None,
}

impl Workers {
    /// This many threads; 0 uses the caller's pool.
    pub(crate) fn new(threads: usize) -> Self {
        match threads {
            0 => Self::Shared,
            1 => Self::None,
            _ => thread_pool(threads).map_or(Self::None, Self::Own),
        }
    }

    /// Decodes columns of a batch in parallel. Returns the rows that need the row reader.
    pub(super) fn decode<const N: usize>(
        &self,
        rows: usize,
        columns: [ColumnTask<'_>; N],
    ) -> Result<Vec<usize>, ReadError> {
        let one = |task: ColumnTask<'_>| {
            let mut doubts = Vec::new();
            task(&mut doubts).map(|()| doubts)
        };
        let side_by_side = |columns: [ColumnTask<'_>; N]| columns.into_par_iter().map(one).collect();
        let results: Vec<_> = match self {
            Self::Shared if rows >= MANY_ROWS => side_by_side(columns),
            Self::Own(pool) if rows >= MANY_ROWS => pool.install(|| side_by_side(columns)),
            _ => columns.into_iter().map(one).collect(),
        };
        // The first column's error has priority, so that the result is deterministic.
        let mut doubts = Vec::new();
        for result in results {
            doubts.append(&mut result?);
        }
        Ok(doubts)
    }

    /// Applies a function to ranges of rows in parallel. Returns the results in order.
    pub(super) fn ranges<R: Send>(
        &self,
        rows: usize,
        each: impl Fn(Range<usize>) -> R + Send + Sync,
    ) -> Vec<R> {
        let ranges = rows.div_ceil(MANY_ROWS);
        let one = |number: usize| each(number * MANY_ROWS..rows.min((number + 1) * MANY_ROWS));
        let side_by_side = || (0..ranges).into_par_iter().map(one).collect();
        match self {
            Self::Shared if ranges > 1 => side_by_side(),
            Self::Own(pool) if ranges > 1 => pool.install(side_by_side),
            _ => (0..ranges).map(one).collect(),
        }
    }
}

/// Below this number of rows, starting threads takes longer than decoding.
const MANY_ROWS: usize = 1 << 14;

/// Decodes a column, and adds rows that need the row reader.
pub(super) type ColumnTask<'t> = Box<dyn FnOnce(&mut Vec<usize>) -> Result<(), ReadError> + Send + 't>;

/// Adds rows in which the second column has an earlier timestamp than the first.
pub(super) fn followed_by_earlier<'t>(
    starts: Option<&'t Timestamps>,
    ends: Option<&'t Timestamps>,
) -> ColumnTask<'t> {
    Box::new(move |doubts| {
        if let Some((starts, ends)) = starts.zip(ends) {
            doubts.append(&mut starts.followed_by_earlier(ends));
        }
        Ok(())
    })
}

/// The table of a row.
#[derive(Debug)]
pub(super) struct RowOrigin {
    pub(super) first: usize,
    pub(super) ledger: usize,
    pub(super) id_column: String,
    pub(super) duplicates: Duplicates,
}

fn origin(origins: &[RowOrigin], row: usize) -> Option<&RowOrigin> {
    origins.get(origins.partition_point(|origin| origin.first <= row).saturating_sub(1))
}

/// The rows in ascending order, without duplicates.
pub(super) fn in_order(mut rows: Vec<usize>) -> Vec<usize> {
    rows.sort_unstable();
    rows.dedup();
    rows
}

/// A flag for each row: whether it is among `excluded`. Empty if there are none.
pub(super) fn excluded_rows(excluded: &[usize], rows: usize) -> Vec<bool> {
    let mut all = vec![false; if excluded.is_empty() { 0 } else { rows }];
    for row in excluded {
        all[*row] = true;
    }
    all
}
