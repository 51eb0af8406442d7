//! Errors of reading files.

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};

use deskmetrics::Reason;

use crate::column::DateOrderError;
use crate::description::DescriptionError;
use crate::file::BadLine;

/// An error of reading files. The message contains the place, the value found and a remedy.
///
/// A single bad row is not an error. It is excluded and counted (see [`Exclusion`](crate::Exclusion)), unless reading
/// is [strict](crate::ReadOptions::with_strict).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The description is invalid.
    #[error(transparent)]
    Description(#[from] DescriptionError),

    /// A file is missing.
    #[error("{}: there is no such file{}{}", file.display(), crate::description::did_you_mean(nearest.as_deref()), starting_from(folder.as_deref()))]
    FileMissing {
        /// The missing file.
        file: PathBuf,
        /// The most similar name in that folder.
        nearest: Option<String>,
        /// The folder that paths in the description are relative to; `None` for the description itself.
        folder: Option<PathBuf>,
    },

    /// The operating system cannot open or read a file.
    #[error("{}: cannot be read: {source}", file.display())]
    Io {
        /// The file.
        file: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },

    /// The name is that of a folder, device, pipe or socket.
    #[error("{}: is {found}, not a file: give the name of a file, and store what a pipe returns in one", file.display())]
    NotAFile {
        /// The name.
        file: PathBuf,
        /// What it is.
        found: &'static str,
    },

    /// The file is beyond one of the [`Limits`](crate::file::Limits).
    #[error("{}: {exceeded}", file.display())]
    TooLarge {
        /// The file.
        file: PathBuf,
        /// The limit.
        exceeded: crate::file::Exceeded,
    },

    /// The extension of a file name is not known.
    #[error("{}: files of this kind are not read; allowed are .csv, .tsv, .txt, .json, .ndjson, .jsonl (each also .gz), .parquet, .arrow, .feather, .ipc and .arrows{}", file.display(), conversion(file))]
    UnknownKind {
        /// The file.
        file: PathBuf,
    },

    /// The file is of a kind whose feature of this crate is off.
    #[error("{}: files of this kind need the feature \"{feature}\" of deskmetrics-arrow, which is off: turn it on, or convert the file to CSV", file.display())]
    FeatureOff {
        /// The file.
        file: PathBuf,
        /// The feature.
        feature: &'static str,
    },

    /// The file is empty, without even column names.
    #[error("{}: the file is empty: expected at least a line with column names", file.display())]
    EmptyFile {
        /// The file.
        file: PathBuf,
    },

    /// The text file has no more lines than `skip_rows`.
    #[error("{}: skip_rows = {skip_rows} skips the whole file{}: state the number of lines before the column names, or remove skip_rows", file.display(), lines.map(|lines| format!(" (lines: {lines})")).unwrap_or_default())]
    NothingAfterSkipped {
        /// The file.
        file: PathBuf,
        /// The number of lines skipped.
        skip_rows: usize,
        /// The number of lines of the file, if it is short.
        lines: Option<usize>,
    },

    /// The file is damaged or its format does not match its name.
    #[error("{}: {} it cannot be read: {message}; it is damaged or cut short, or its format does not match its name", file.display(), after(*rows))]
    Damaged {
        /// The file.
        file: PathBuf,
        /// The number of rows read before.
        rows: u64,
        /// The error of the format's reader.
        message: String,
    },

    /// The text is not UTF-8, and no other encoding is stated.
    #[error("{}: the text is not UTF-8 ({message}); name its encoding, such as {}", file.display(), crate::file::in_file(&format!("encoding = \"{}\"", likely.name().to_ascii_lowercase())))]
    Encoding {
        /// The file.
        file: PathBuf,
        /// The place.
        message: String,
        /// The most likely encoding.
        likely: &'static encoding_rs::Encoding,
    },

    /// The description names a column that the file does not have.
    #[error("{}: there is no column \"{column}\"{}; {}{}", file.display(), crate::description::did_you_mean(nearest.as_deref()), present_columns(present), hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default())]
    ColumnMissing {
        /// The file.
        file: PathBuf,
        /// The requested name.
        column: String,
        /// The most similar existing name.
        nearest: Option<String>,
        /// The existing names.
        present: Vec<String>,
        /// What to state about the file so that the column is found.
        hint: Option<String>,
    },

    /// The file contains a column of the description several times.
    #[error("{}: {times} columns are named \"{column}\": rename all but the one to be read (those of tags and of reasons are read together)", file.display())]
    ColumnRepeated {
        /// The file.
        file: PathBuf,
        /// The name.
        column: String,
        /// The number of columns with this name.
        times: usize,
    },

    /// The type of a column does not fit its role.
    #[error("{}: column \"{column}\" is of type {found}, expected {expected}", file.display())]
    ColumnType {
        /// The file.
        file: PathBuf,
        /// The column.
        column: String,
        /// Its type.
        found: String,
        /// The supported types.
        expected: Cow<'static, str>,
    },

    /// The order of day, month and year in a column is ambiguous.
    #[error("{}: column \"{column}\", {error}; {}", file.display(), error.remedy())]
    DateOrder {
        /// The file.
        file: PathBuf,
        /// The column.
        column: String,
        /// The reason, with the rows that show it.
        error: Box<DateOrderError>,
    },

    /// A line of a text file is not a row, and reading is strict or there is no other row.
    #[error("{}: line {line}: \"{text}\": {reason}; {remedy}", file.display())]
    BadLine {
        /// The file.
        file: PathBuf,
        /// The line of the file, counted from 1.
        line: u64,
        /// The start of the line.
        text: String,
        /// Why it cannot be used.
        reason: Reason,
        /// What to do about it.
        remedy: String,
    },

    /// A column of durations contains numbers without a unit in the description or the column's name.
    #[error("{}: column \"{column}\" contains numbers of an unknown unit: state it, such as {role} = {{ column = \"{column}\", unit = \"minutes\" }}", file.display())]
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

    /// No row of a column is readable, so the description is wrong rather than the data.
    #[error("{}: not one of {rows} values of column \"{column}\" could be read, the first being \"{value}\" in row {row}; {remedy}", file.display())]
    NothingReadable {
        /// The file.
        file: PathBuf,
        /// The number of values tried.
        rows: u64,
        /// The column.
        column: String,
        /// The row of the first value.
        row: u64,
        /// The first value.
        value: String,
        /// What to do about it.
        remedy: String,
    },

    /// The progress callback stopped the reading; see
    /// [`ReadOptions::with_progress_or_stop`](crate::ReadOptions::with_progress_or_stop).
    #[error("reading was stopped before the end")]
    Stopped,
}

impl ReadError {
    /// The error for a line that is not a row.
    pub(crate) fn bad_line(file: &Path, BadLine { line, text, fault }: BadLine) -> Self {
        let (file, reason, remedy) = (file.to_owned(), fault.reason(), fault.remedy());
        Self::BadLine { file, line, text, reason, remedy }
    }

    /// The error for a missing file, with the most similar name in its folder.
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
pub(crate) fn present_columns(names: &[String]) -> String {
    if names.is_empty() {
        "the table has no columns".to_owned()
    } else {
        format!("present are {}", crate::description::listed(names))
    }
}

/// How a file of a kind that is not read becomes one that is.
fn conversion(file: &std::path::Path) -> &'static str {
    let ending = file.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    match ending.as_str() {
        "xlsx" | "xls" | "xlsm" | "xlsb" | "ods" => {
            "; save the sheet as CSV in the spreadsheet program, or in Python with pandas.read_excel(..).to_csv(..)"
        }
        "zst" | "bz2" | "xz" | "zip" | "7z" => "; decompress it first",
        _ => "",
    }
}
