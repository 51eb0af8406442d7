//! The books: what a file gave and what was left out of it.

use std::fmt;
use std::path::PathBuf;

use deskmetrics::report::Warning;
use deskmetrics::{Excluded, Reason};
use serde::Serialize;

use crate::ReadError;
use crate::column::{BadCell, Cell};
use crate::file::{BadLine, Gap, PassedOver, RowNumbers, Table};

/// How many rows are kept as examples of one reason.
const EXAMPLES: usize = 3;

/// What one file gave, and what was left out of it and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SourceReport {
    /// The file.
    pub file: PathBuf,
    /// What it holds: `tickets`, `events`, `snapshots`, `surveys`, `invitations`.
    pub holds: &'static str,
    /// Rows of the file.
    pub rows: u64,
    /// Of those, rows that `where` does not select. They are not read, and nothing was left out with them.
    pub not_selected: u64,
    /// What else may change its numbers: an encoding that was detected because none is stated, a `where` that selects no row.
    pub notes: Vec<String>,
    /// What was left out, most frequent first.
    pub left_out: Vec<LeftOut>,
    /// Wall-clock times that occur twice, as clocks went back; decided by the description.
    pub ambiguous_times: u64,
    /// Wall-clock times that the clocks skipped; decided by the description.
    pub nonexistent_times: u64,
    /// Instants moved to their ticket's creation, because they lay before it by no more than the clock skew
    /// forgiven.
    pub skewed_times: u64,
    /// Instants that contradicted the order of their rows and were moved to a neighbor's.
    pub reordered_times: u64,
}

impl SourceReport {
    /// That all of a table could be used.
    pub(crate) fn of(file: impl Into<PathBuf>, holds: &'static str, rows: u64) -> Self {
        Self {
            file: file.into(),
            holds,
            rows,
            not_selected: 0,
            notes: Vec::new(),
            left_out: Vec::new(),
            ambiguous_times: 0,
            nonexistent_times: 0,
            skewed_times: 0,
            reordered_times: 0,
        }
    }

    /// What excludes more than a small share of the rows or their values, to be shown with a report's warnings.
    pub fn warnings(&self) -> impl Iterator<Item = Warning> {
        let selected = self.rows - self.not_selected;
        let many =
            move |left_out: &&LeftOut| left_out.count as f64 > Warning::MOST_EXCLUDED * selected as f64;
        self.left_out.iter().filter(many).map(move |left_out| Warning::ManyRowsExcluded {
            table: self.file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            column: left_out.column.clone(),
            values: left_out.scope == Scope::Value,
            reason: left_out.reason,
            excluded: left_out.count,
            of: selected,
            example: left_out.examples.first().map(|first| first.value.clone()).unwrap_or_default(),
            remedy: left_out.remedy.clone(),
        })
    }

    /// Records excluded, and links that lead to no record, by reason.
    pub fn excluded(&self) -> Excluded {
        let mut excluded = Excluded::default();
        for left_out in self.left_out.iter().filter(|left_out| left_out.scope != Scope::Value) {
            excluded.add_many(left_out.reason, left_out.count);
        }
        excluded
    }
}

/// Whether a whole record or one of its values was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// The ticket, event, answer or invitation.
    Record,
    /// A line of a text file, which is no row: too many or too few fields, an unclosed quote, bytes of another encoding.
    Line,
    /// Only the value: the record is there without it.
    Value,
    /// Only the link to a ticket or invitation that is not there: the record counts without it.
    Link,
}

/// What was left out of a file for one reason in one column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LeftOut {
    /// Whether records or values.
    pub scope: Scope,
    /// Why.
    pub reason: Reason,
    /// The column; empty for a line.
    pub column: String,
    /// How many.
    pub count: u64,
    /// The first few.
    pub examples: Vec<Example>,
    /// What to do about the first.
    pub remedy: String,
}

/// Such as `2 left out: unreadable value in column "opened", first in row 7: "soon"`.
impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match (self.scope, self.count) {
            (Scope::Record, _) => "left out",
            (Scope::Line, 1) => "line left out",
            (Scope::Line, _) => "lines left out",
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

/// A row that was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Example {
    /// The row, counted from 1 without the header; of [lines](Scope::Line) the line of the file, counted from 1.
    pub row: u64,
    /// The value found, or the start of the line.
    pub value: String,
}

/// Why work on a row ends early.
pub(crate) enum Halt {
    /// It is left out and counted.
    Skip,
    /// Reading ends.
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

/// Reads rows one by one: those that are kept, with their values, and those that are skipped.
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
        if self.report.not_selected == self.report.rows && self.report.rows > 0 {
            let note = "none of its rows has the values of where, which are compared letter by letter";
            self.report.notes.push(note.to_owned());
        }
        self.report.left_out.sort_by_key(|left_out| std::cmp::Reverse(left_out.count));
        self.report
    }

    /// The number of the row `row` of the batch at hand.
    pub(super) fn row(&self, row: usize) -> u64 {
        self.number(self.read + row as u64)
    }

    /// The number of a row of those read so far, counted from 0.
    pub(super) fn number(&self, row: u64) -> u64 {
        self.numbers.number(row)
    }

    /// What the table holds, how many rows were read, and their numbers in its file.
    pub(super) fn row_numbers(&self) -> (&'static str, u64, RowNumbers) {
        (self.report.holds, self.read, self.numbers.clone())
    }

    /// Rows read so far.
    pub(super) fn rows(&self) -> u64 {
        self.read
    }

    /// Enters what is passed over in and around the next batch.
    pub(super) fn pass_over(&mut self, gaps: Vec<Gap>) -> Result<(), ReadError> {
        for Gap { before, passed_over } in gaps {
            let rows = passed_over.rows();
            self.numbers.pass_over(self.read + before as u64, rows);
            self.report.rows += rows;
            match passed_over {
                PassedOver::NotSelected(rows) => self.report.not_selected += rows,
                PassedOver::Bad(line) if self.strict => {
                    return Err(ReadError::bad_line(&self.report.file, line));
                }
                PassedOver::Bad(BadLine { line, text, fault }) => {
                    let detail = || (text, fault.remedy());
                    self.leave_out(Scope::Line, fault.reason(), line, "", detail).skipped()?;
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

    /// Ends a file: when one column could not be read in any row, or no line is a row, the description is wrong, not the data.
    pub(super) fn finish(&self) -> Result<(), ReadError> {
        let rows = self.read;
        let hopeless = self.report.left_out.iter().find(|left_out| {
            let bad = matches!(left_out.reason, Reason::Unreadable | Reason::UnknownWord);
            let all = bad && left_out.count == rows && rows > 0;
            all || (left_out.scope == Scope::Line && rows == 0 && self.report.not_selected == 0)
        });
        match hopeless.and_then(|left_out| Some((left_out, left_out.examples.first()?))) {
            None => Ok(()),
            Some((left_out, first)) if left_out.scope == Scope::Line => Err(ReadError::BadLine {
                file: self.report.file.clone(),
                line: first.row,
                text: first.value.clone(),
                reason: left_out.reason,
                remedy: left_out.remedy.clone(),
            }),
            Some((left_out, first)) => Err(ReadError::NothingReadable {
                file: self.report.file.clone(),
                rows,
                column: left_out.column.clone(),
                row: first.row,
                value: first.value.clone(),
                remedy: left_out.remedy.clone(),
            }),
        }
    }

    /// Counts something left out; when reading is strict, that is an error instead. `detail` gives the value found
    /// and what to do about it.
    pub(super) fn leave_out(
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
        let known = self.report.left_out.iter_mut().find(|left_out| {
            left_out.scope == scope && left_out.reason == reason && left_out.column == column
        });
        if let Some(left_out) = known {
            left_out.count += 1;
            if left_out.examples.len() < EXAMPLES {
                left_out.examples.push(Example { row, value: detail().0 });
            }
        } else {
            let (value, remedy) = detail();
            self.report.left_out.push(LeftOut {
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

    /// That a row must not be.
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

    /// A value without which there is no record.
    pub(super) fn need<C: Reads>(
        &mut self,
        column: &mut C,
        row: usize,
        absent: Reason,
    ) -> Result<C::Value, Halt> {
        match self.read(column, row)? {
            Some(value) => Ok(value),
            None => Err(self.leave_out(Scope::Record, absent, self.row(row), column.name(), || {
                let remedy = format!("give column \"{}\" a value in every row", column.name());
                (column.raw(row).to_owned(), remedy)
            })),
        }
    }

    /// A value that may be absent; unreadable, the record is left out.
    pub(super) fn read<C: Reads>(&mut self, column: &mut C, row: usize) -> Result<Option<C::Value>, Halt> {
        column.cell(row).map_err(|bad| self.bad(Scope::Record, column, row, bad))
    }

    /// A value the record can do without; unreadable, it is left out.
    pub(super) fn want<C: Reads>(&mut self, column: &mut C, row: usize) -> Result<Option<C::Value>, Halt> {
        match column.cell(row) {
            Ok(value) => Ok(value),
            Err(bad) => Ok(self.bad(Scope::Value, column, row, bad).skipped().map(|()| None)?),
        }
    }

    fn bad<C: Reads>(&mut self, scope: Scope, column: &C, row: usize, bad: BadCell) -> Halt {
        self.leave_out(scope, bad.reason(), self.row(row), column.name(), || {
            let raw = column.raw(row);
            (raw.to_owned(), column.remedy(raw, bad))
        })
    }
}
