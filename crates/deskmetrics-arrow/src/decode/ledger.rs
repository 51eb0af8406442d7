//! Counts of the rows and exclusions of each file.

use std::fmt;
use std::path::PathBuf;

use deskmetrics::report::Warning;
use deskmetrics::{Excluded, Reason};
use serde::Serialize;

use crate::ReadError;
use crate::column::{BadCell, Cell};
use crate::file::{BadLine, Gap, RowNumbers, SkippedRows, Table};

/// The number of example rows for each reason.
const EXAMPLES: usize = 3;

/// The rows of one file, with what was excluded and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SourceReport {
    /// The file.
    pub file: PathBuf,
    /// The kind of its records: `tickets`, `events`, `snapshots`, `surveys`, `invitations`.
    pub holds: &'static str,
    /// The number of rows of the file.
    pub rows: u64,
    /// The number of rows that `where` does not select. They are not read and not counted as excluded.
    pub not_selected: u64,
    /// Notes on what else may change its numbers: an encoding that was detected because none is stated, or a `where`
    /// that selects no row.
    pub notes: Vec<String>,
    /// The exclusions, most frequent first.
    pub exclusions: Vec<Exclusion>,
    /// The number of wall-clock times that occur twice when clocks go back; the description decides which one is
    /// meant.
    pub ambiguous_times: u64,
    /// The number of wall-clock times skipped by a clock change; the description decides their meaning.
    pub nonexistent_times: u64,
    /// The number of timestamps moved to their ticket's creation, because they were earlier by no more than the
    /// allowed clock skew.
    pub skewed_times: u64,
    /// The number of timestamps that contradicted the order of their rows and were moved to a neighbor's.
    pub reordered_times: u64,
}

impl SourceReport {
    /// A report on a table without exclusions.
    pub(crate) fn of(file: impl Into<PathBuf>, holds: &'static str, rows: u64) -> Self {
        Self {
            file: file.into(),
            holds,
            rows,
            not_selected: 0,
            notes: Vec::new(),
            exclusions: Vec::new(),
            ambiguous_times: 0,
            nonexistent_times: 0,
            skewed_times: 0,
            reordered_times: 0,
        }
    }

    /// Warnings about exclusions of more than a small share of the rows or values, for a report.
    pub fn warnings(&self) -> impl Iterator<Item = Warning> {
        let selected = self.rows - self.not_selected;
        let many =
            move |exclusion: &&Exclusion| exclusion.count as f64 > Warning::MOST_EXCLUDED * selected as f64;
        self.exclusions.iter().filter(many).map(move |exclusion| Warning::ManyRowsExcluded {
            table: self.file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            column: exclusion.column.clone(),
            what: match exclusion.scope {
                Scope::Record | Scope::Line => "rows",
                Scope::Value => "values",
                Scope::Link => "links",
            }
            .into(),
            reason: exclusion.reason,
            excluded: exclusion.count,
            of: selected,
            not_selected: self.not_selected,
            example: exclusion.examples.first().map(|first| first.value.clone()).unwrap_or_default(),
            remedy: exclusion.remedy.clone(),
        })
    }

    /// The excluded records, and links to unknown records, by reason.
    pub fn excluded(&self) -> Excluded {
        let mut excluded = Excluded::default();
        for exclusion in self.exclusions.iter().filter(|exclusion| exclusion.scope != Scope::Value) {
            excluded.add_many(exclusion.reason, exclusion.count);
        }
        excluded
    }
}

/// The part of a row that was excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// The record: the ticket, event, answer or invitation.
    Record,
    /// A line of a text file that is not a row: too many or too few fields, an unclosed quote, bytes of another
    /// encoding.
    Line,
    /// Only the value: the record counts without it.
    Value,
    /// Only the link to an unknown ticket or invitation: the record counts without it.
    Link,
}

/// Exclusions from a file for one reason in one column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Exclusion {
    /// The part that was excluded.
    pub scope: Scope,
    /// The reason.
    pub reason: Reason,
    /// The column; empty for a line.
    pub column: String,
    /// The number of exclusions.
    pub count: u64,
    /// The first examples.
    pub examples: Vec<Example>,
    /// The remedy for the first example.
    pub remedy: String,
}

/// Such as `2 excluded: unreadable value in column "opened", first in row 7: "soon"`.
impl fmt::Display for Exclusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match (self.scope, self.count) {
            (Scope::Record, _) => "excluded",
            (Scope::Line, 1) => "line excluded",
            (Scope::Line, _) => "lines excluded",
            (Scope::Value, 1) => "value not used",
            (Scope::Value, _) => "values not used",
            (Scope::Link, 1) => "link leads nowhere",
            (Scope::Link, _) => "links lead nowhere",
        };
        let count = deskmetrics::report::count_text(self.count);
        write!(f, "{count} {what}: {}", self.reason)?;
        if !self.column.is_empty() {
            write!(f, " in column \"{}\"", self.column)?;
        }
        let place = if self.scope == Scope::Line { "line" } else { "row" };
        match self.examples.first() {
            Some(first) => write!(f, ", first in {place} {}: \"{}\"", first.row, first.value),
            None => Ok(()),
        }
    }
}

/// A row that was excluded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Example {
    /// The row, counted from 1 without the header; for [lines](Scope::Line) the line of the file, counted from 1.
    pub row: u64,
    /// The value found, or the start of the line.
    pub value: String,
}

/// Why the processing of a row ends early.
pub(crate) enum Halt {
    /// The row is excluded and counted.
    Skip,
    /// Reading fails.
    Fail(ReadError),
}

impl Halt {
    /// Continues after a skipped row or value.
    pub(super) fn skipped(self) -> Result<(), ReadError> {
        match self {
            Self::Skip => Ok(()),
            Self::Fail(error) => Err(error),
        }
    }
}

/// Rows with their values.
pub(super) type Rows<T> = Vec<(usize, T)>;

/// Reads rows individually. Returns those that are kept, with their values, and those that are skipped.
pub(super) fn each_row<T>(
    rows: impl IntoIterator<Item = usize>,
    mut read: impl FnMut(usize) -> Result<T, Halt>,
) -> Result<(Rows<T>, Vec<usize>), ReadError> {
    let (mut kept, mut skipped) = (Vec::new(), Vec::new());
    for row in rows {
        match read(row) {
            Ok(value) => kept.push((row, value)),
            Err(halt) => {
                halt.skipped()?;
                skipped.push(row);
            }
        }
    }
    Ok((kept, skipped))
}

impl From<ReadError> for Halt {
    fn from(error: ReadError) -> Self {
        Self::Fail(error)
    }
}

/// A column of one batch, read row by row.
pub(crate) trait Reads {
    /// The value of a cell.
    type Value;

    fn cell(&mut self, row: usize) -> Cell<Self::Value>;
    fn raw(&self, row: usize) -> &str;
    fn name(&self) -> &str;
    fn remedy(&self, raw: &str, bad: BadCell) -> String;
}

#[derive(Debug)]
pub(crate) struct Ledger {
    strict: bool,
    report: SourceReport,
    /// Rows read.
    read: u64,
    numbers: RowNumbers,
}

impl Ledger {
    pub(super) fn new(table: &Table, holds: &'static str, strict: bool) -> Self {
        let mut report = SourceReport::of(table.path(), holds, 0);
        report.notes = table.notes().to_vec();
        Self { strict, report, read: 0, numbers: RowNumbers::default() }
    }

    pub(super) fn into_report(mut self) -> SourceReport {
        self.report.exclusions.sort_by_key(|exclusion| std::cmp::Reverse(exclusion.count));
        self.report
    }

    /// Whether there are rows, but `where` selects none of them.
    pub(super) fn selects_nothing(&self) -> bool {
        self.report.not_selected == self.report.rows && self.report.rows > 0
    }

    pub(super) fn note(&mut self, note: String) {
        if !self.report.notes.contains(&note) {
            self.report.notes.push(note);
        }
    }

    /// The number in the file of the row `row` of the current batch.
    pub(super) fn row(&self, row: usize) -> u64 {
        self.number(self.read + row as u64)
    }

    /// The number of a row of those read so far, counted from 0.
    pub(super) fn number(&self, row: u64) -> u64 {
        self.numbers.number(row)
    }

    /// The kind of table, the number of rows read, and their numbers in the file.
    pub(super) fn row_numbers(&self) -> (&'static str, u64, RowNumbers) {
        (self.report.holds, self.read, self.numbers.clone())
    }

    /// The number of rows read so far.
    pub(super) fn rows(&self) -> u64 {
        self.read
    }

    /// Records the gaps in and around the next batch.
    pub(super) fn pass_over(&mut self, gaps: Vec<Gap>) -> Result<(), ReadError> {
        for Gap { before, passed_over } in gaps {
            let rows = passed_over.rows();
            self.numbers.pass_over(self.read + before as u64, rows);
            self.report.rows += rows;
            match passed_over {
                SkippedRows::NotSelected(rows) => self.report.not_selected += rows,
                SkippedRows::Bad(line) if self.strict => {
                    return Err(ReadError::bad_line(&self.report.file, line));
                }
                SkippedRows::Bad(BadLine { line, text, fault }) => {
                    let detail = || (text, fault.remedy());
                    self.exclude_one(Scope::Line, fault.reason(), line, "", detail).skipped()?;
                }
            }
        }
        Ok(())
    }

    pub(super) fn batch_done(&mut self, rows: usize) {
        self.read += rows as u64;
        self.report.rows += rows as u64;
    }

    pub(super) fn clock_changes(&mut self, ambiguous: u64, nonexistent: u64) {
        self.report.ambiguous_times += ambiguous;
        self.report.nonexistent_times += nonexistent;
    }

    pub(super) fn skewed(&mut self) {
        self.report.skewed_times += 1;
    }

    pub(super) fn reordered(&mut self, times: u64) {
        self.report.reordered_times += times;
    }

    /// Closes a file. If no row of a column was readable, or no line was a row, the description is wrong, not the
    /// data.
    pub(super) fn finish(&self) -> Result<(), ReadError> {
        let rows = self.read;
        let hopeless = self.report.exclusions.iter().find(|exclusion| {
            let bad = matches!(exclusion.reason, Reason::Unreadable | Reason::UnknownWord);
            let all = bad && exclusion.count == rows && rows > 0;
            all || (exclusion.scope == Scope::Line && rows == 0 && self.report.not_selected == 0)
        });
        match hopeless.and_then(|exclusion| Some((exclusion, exclusion.examples.first()?))) {
            None => Ok(()),
            Some((exclusion, first)) if exclusion.scope == Scope::Line => Err(ReadError::BadLine {
                file: self.report.file.clone(),
                line: first.row,
                text: first.value.clone(),
                reason: exclusion.reason,
                remedy: exclusion.remedy.clone(),
            }),
            Some((exclusion, first)) => Err(ReadError::NothingReadable {
                file: self.report.file.clone(),
                rows,
                column: exclusion.column.clone(),
                row: first.row,
                value: first.value.clone(),
                remedy: exclusion.remedy.clone(),
            }),
        }
    }

    /// Counts an exclusion, or returns an error in strict mode. `detail` returns the value and the remedy.
    pub(super) fn exclude_one(
        &mut self,
        scope: Scope,
        reason: Reason,
        row: u64,
        column: &str,
        detail: impl FnOnce() -> (String, String),
    ) -> Halt {
        if self.strict {
            return self.bad_row(reason, row, column, detail()).into();
        }
        let known = self.report.exclusions.iter_mut().find(|exclusion| {
            exclusion.scope == scope && exclusion.reason == reason && exclusion.column == column
        });
        if let Some(exclusion) = known {
            exclusion.count += 1;
            if exclusion.examples.len() < EXAMPLES {
                exclusion.examples.push(Example { row, value: detail().0 });
            }
        } else {
            let (value, remedy) = detail();
            self.report.exclusions.push(Exclusion {
                scope,
                reason,
                column: column.to_owned(),
                count: 1,
                examples: vec![Example { row, value }],
                remedy,
            });
        }
        Halt::Skip
    }

    /// The error for a row in strict mode.
    pub(super) fn bad_row(
        &self,
        reason: Reason,
        row: u64,
        column: &str,
        (value, remedy): (String, String),
    ) -> ReadError {
        let file = self.report.file.clone();
        ReadError::BadRow { file, row, column: column.to_owned(), value, reason, remedy }
    }

    /// Reads a required value. If it is missing or unreadable, the record is excluded.
    pub(super) fn need<C: Reads>(
        &mut self,
        column: &mut C,
        row: usize,
        absent: Reason,
    ) -> Result<C::Value, Halt> {
        match self.read(column, row)? {
            Some(value) => Ok(value),
            None => Err(self.exclude_one(Scope::Record, absent, self.row(row), column.name(), || {
                let remedy = match column.name() {
                    "" => "no column contains this value: name the column, such as value = \"new_value\""
                        .to_owned(),
                    name => format!("give column \"{name}\" a value in every row"),
                };
                (column.raw(row).to_owned(), remedy)
            })),
        }
    }

    /// Reads an optional value. If it is unreadable, the record is excluded.
    pub(super) fn read<C: Reads>(&mut self, column: &mut C, row: usize) -> Result<Option<C::Value>, Halt> {
        column.cell(row).map_err(|bad| self.bad(Scope::Record, column, row, bad))
    }

    /// Reads an optional value. If it is unreadable, only the value is excluded.
    pub(super) fn want<C: Reads>(&mut self, column: &mut C, row: usize) -> Result<Option<C::Value>, Halt> {
        match column.cell(row) {
            Ok(value) => Ok(value),
            Err(bad) => Ok(self.bad(Scope::Value, column, row, bad).skipped().map(|()| None)?),
        }
    }

    fn bad<C: Reads>(&mut self, scope: Scope, column: &C, row: usize, bad: BadCell) -> Halt {
        self.exclude_one(scope, bad.reason(), self.row(row), column.name(), || {
            let raw = column.raw(row);
            (raw.to_owned(), column.remedy(raw, bad))
        })
    }
}
