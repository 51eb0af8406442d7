//! What can go wrong when files are read; every message says where, what was found and what to do.

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};

use deskmetrics::Reason;

use crate::column::DateOrderError;
use crate::description::DescriptionError;
use crate::file::BadLine;

/// Why files could not be read.
///
/// Single bad rows are no errors: they are excluded and counted (see [`Exclusion`](crate::Exclusion)), unless reading
/// is [strict](crate::ReadOptions::strict).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The dataset description says something that makes no sense.
    #[error(transparent)]
    Description(#[from] DescriptionError),

    /// A file is not there.
    #[error("{}: there is no such file{}{}", file.display(), crate::description::did_you_mean(nearest.as_deref()), starting_from(folder.as_deref()))]
    FileMissing {
        /// The file looked for.
        file: PathBuf,
        /// The name most like it in that place.
        nearest: Option<String>,
        /// The folder that names in the description start from; `None` for the description itself.
        folder: Option<PathBuf>,
    },

    /// A file is there but the system does not give it out.
    #[error("{}: cannot be read: {source}", file.display())]
    Io {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },

    /// The file name's ending is none of those understood.
    #[error("{}: files of this kind are not read; allowed are .csv, .tsv, .txt (each also .gz), .parquet, .arrow, .feather, .ipc and .arrows", file.display())]
    UnknownKind {
        /// The file.
        file: PathBuf,
    },

    /// The file holds nothing, not even column names.
    #[error("{}: the file is empty: expected at least a line with column names", file.display())]
    EmptyFile {
        /// The file.
        file: PathBuf,
    },

    /// As many lines are skipped as the text file has, or more.
    #[error("{}: skip_rows = {skip_rows} passes over the whole file{}: state the number of lines before the column names, or leave skip_rows out", file.display(), lines.map(|lines| format!(" (lines: {lines})")).unwrap_or_default())]
    NothingAfterSkipped {
        /// The file.
        file: PathBuf,
        /// The lines skipped.
        skip_rows: usize,
        /// The lines of the file, where it is short.
        lines: Option<usize>,
    },

    /// The file is damaged or not of the kind its name says.
    #[error("{}: {} it cannot be read: {message}; it is damaged or cut short, or not of the kind its name says", file.display(), after(*rows))]
    Damaged {
        /// The file.
        file: PathBuf,
        /// Rows read before.
        rows: u64,
        /// What the format's reader said.
        message: String,
    },

    /// The text is not UTF-8 and no other encoding was named.
    #[error("{}: the text is not UTF-8 ({message}); name its encoding, such as encoding = \"{}\"", file.display(), likely.name().to_ascii_lowercase())]
    Encoding {
        /// The file.
        file: PathBuf,
        /// Where.
        message: String,
        /// The encoding that it most likely has.
        likely: &'static encoding_rs::Encoding,
    },

    /// The description names a column that the file does not have.
    #[error("{}: there is no column \"{column}\"{}; {}{}", file.display(), crate::description::did_you_mean(nearest.as_deref()), present_columns(present), hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default())]
    ColumnMissing {
        /// The file.
        file: PathBuf,
        /// The name asked for.
        column: String,
        /// The present name most like it.
        nearest: Option<String>,
        /// The names present.
        present: Vec<String>,
        /// What to state about the file so that the column is found.
        hint: Option<String>,
    },

    /// The description names a column that the file has several times.
    #[error("{}: {times} columns are named \"{column}\": rename all but the one to be read (those of tags and of reasons are read together)", file.display())]
    ColumnRepeated {
        /// The file.
        file: PathBuf,
        /// The name.
        column: String,
        /// How often it stands there.
        times: usize,
    },

    /// A column's type cannot hold what the description says it holds.
    #[error("{}: column \"{column}\" is of type {found}, expected {expected}", file.display())]
    ColumnType {
        /// The file.
        file: PathBuf,
        /// The column.
        column: String,
        /// Its type.
        found: String,
        /// The types understood.
        expected: Cow<'static, str>,
    },

    /// The order of day, month and year in a column is not known.
    #[error("{}: column \"{column}\", {error}; {}", file.display(), error.remedy())]
    DateOrder {
        /// The file.
        file: PathBuf,
        /// The column.
        column: String,
        /// What is not known, with the rows that show it.
        error: Box<DateOrderError>,
    },

    /// A line of a text file is no row, and reading is strict, or no other line is one.
    #[error("{}: line {line}: \"{text}\": {reason}; {remedy}", file.display())]
    BadLine {
        /// The file.
        file: PathBuf,
        /// The line of the file, counted from 1.
        line: u64,
        /// Its start.
        text: String,
        /// Why it cannot be used.
        reason: Reason,
        /// What to do about it.
        remedy: String,
    },

    /// A column of durations holds numbers, and neither its name nor the description says what they count.
    #[error("{}: column \"{column}\" holds numbers of an unknown unit: state it, such as {role} = {{ column = \"{column}\", unit = \"minutes\" }}", file.display())]
    NoUnit {
        /// The file or table.
        file: PathBuf,
        /// The column.
        column: String,
        /// Its role.
        role: &'static str,
    },

    /// A row cannot be used, and reading is strict.
    #[error("{}: row {row}, column \"{column}\": \"{value}\": {reason}; {remedy}", file.display())]
    BadRow {
        /// The file.
        file: PathBuf,
        /// The row, counted from 1 without the header.
        row: u64,
        /// The column.
        column: String,
        /// The value found.
        value: String,
        /// Why it cannot be used.
        reason: Reason,
        /// What to do about it.
        remedy: String,
    },

    /// Not one row of a column could be read, so the description is wrong rather than the data.
    #[error("{}: not one of {rows} values of column \"{column}\" could be read, the first being \"{value}\" in row {row}; {remedy}", file.display())]
    NothingReadable {
        /// The file.
        file: PathBuf,
        /// Values tried.
        rows: u64,
        /// The column.
        column: String,
        /// Row of the first value.
        row: u64,
        /// The first value.
        value: String,
        /// What to do about it.
        remedy: String,
    },

    /// Whoever was told of the progress ended the reading; see
    /// [`ReadOptions::on_progress_or_stop`](crate::ReadOptions::on_progress_or_stop).
    #[error("reading was stopped before the end")]
    Stopped,
}

impl ReadError {
    /// That a line is no row and must be one.
    pub(crate) fn bad_line(file: &Path, BadLine { line, text, fault }: BadLine) -> Self {
        let (file, reason, remedy) = (file.to_owned(), fault.reason(), fault.remedy());
        Self::BadLine { file, line, text, reason, remedy }
    }

    /// That a file is not there, with the name most like it in its place.
    pub(crate) fn missing(file: &Path, folder: Option<&Path>) -> Self {
        let place = file.parent().filter(|place| !place.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let present = fs::read_dir(place).into_iter().flatten().flatten();
        let mut present: Vec<String> =
            present.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        present.sort();
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        Self::FileMissing {
            file: file.to_owned(),
            nearest: crate::description::nearest(&name, present),
            folder: folder.map(Path::to_owned),
        }
    }
}

fn starting_from(folder: Option<&Path>) -> String {
    let Some(folder) = folder else { return String::new() };
    let folder = if folder.as_os_str().is_empty() {
        "the current one".to_owned()
    } else {
        format!("\"{}\"", folder.display())
    };
    format!("; the folder that file names start from is {folder}")
}

fn after(rows: u64) -> String {
    if rows == 0 { "before the first row".to_owned() } else { format!("after {rows} rows") }
}

/// The columns of a table, for messages.
fn present_columns(names: &[String]) -> String {
    if names.is_empty() {
        "the table has no columns".to_owned()
    } else {
        format!("present are {}", crate::description::listed(names))
    }
}
