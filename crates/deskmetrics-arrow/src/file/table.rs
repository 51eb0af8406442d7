//! A file opened as a table.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::File;
use std::io::Seek as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, SchemaRef};
use deskmetrics::sla::ConditionValue;
use encoding_rs::Encoding;

use super::batches::{Batches, Inner, Position, broken};
use super::dialect::{Dialect, count_lines, likely_encoding};
#[cfg(feature = "ipc")]
use super::ipc;
use super::limits::Limits;
#[cfg(feature = "parquet")]
use super::parquet;
use super::part::Part;
use super::selection::{Condition, Selection};
use super::{FileSpec, csv, json, open};
use crate::ReadError;
use crate::column::{NumberReading, TextColumn};
use crate::description::{DescriptionError, Values, did_you_mean, listed, nearest, nearest_first};

/// The rows of a table in memory that are decoded at once.
const PIECE_ROWS: usize = 1 << 17;

/// The reader of a file, from the extension of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Csv {
        usual: u8,
    },
    Json,
    #[cfg(feature = "parquet")]
    Parquet,
    #[cfg(feature = "ipc")]
    IpcFile,
    #[cfg(feature = "ipc")]
    IpcStream,
    /// One that needs a feature of this crate that is off.
    #[cfg(not(all(feature = "ipc", feature = "parquet")))]
    Off(&'static str),
}

#[cfg(feature = "parquet")]
const PARQUET: Kind = Kind::Parquet;
#[cfg(not(feature = "parquet"))]
const PARQUET: Kind = Kind::Off("parquet");
#[cfg(feature = "ipc")]
const IPC: [Kind; 2] = [Kind::IpcFile, Kind::IpcStream];
#[cfg(not(feature = "ipc"))]
const IPC: [Kind; 2] = [Kind::Off("ipc"); 2];

impl Kind {
    fn of(spec: &FileSpec) -> Option<Self> {
        let name = spec.path.file_name()?.to_str()?.to_ascii_lowercase();
        let ending = name.strip_suffix(".gz").unwrap_or(&name).rsplit_once('.')?.1;
        match ending {
            "csv" | "txt" => Some(Self::Csv { usual: b',' }),
            "tsv" | "tab" => Some(Self::Csv { usual: b'\t' }),
            "json" | "ndjson" | "jsonl" => Some(Self::Json),
            "parquet" | "pq" => Some(PARQUET),
            "arrow" | "feather" | "ipc" => Some(IPC[0]),
            "arrows" => Some(IPC[1]),
            _ => None,
        }
    }
}

/// A file with known columns whose rows have not been read.
///
/// CSV and JSON columns are all text; the decoder of a column determines their meaning.
#[derive(Debug, Clone)]
pub struct Table {
    path: PathBuf,
    store: Store,
    schema: SchemaRef,
    /// The columns by name, found when first required.
    by_name: OnceLock<HashMap<String, Vec<usize>>>,
    /// The rows that are read.
    selection: Selection,
    /// Whether columns may be decoded on several threads.
    side_by_side: bool,
}

/// The location of the rows.
#[derive(Debug, Clone)]
enum Store {
    File(Format),
    Memory(Vec<RecordBatch>),
}

/// The format of a file's rows.
#[derive(Debug, Clone)]
enum Format {
    Text(Dialect),
    Json(Limits),
    #[cfg(feature = "parquet")]
    Parquet,
    #[cfg(feature = "ipc")]
    IpcFile,
    #[cfg(feature = "ipc")]
    IpcStream,
}

impl Table {
    /// Opens the file `spec.path`, relative to `folder`.
    ///
    /// # Errors
    /// If the file is missing, empty, damaged, beyond the default [`Limits`] or of an unknown kind.
    pub fn open(folder: &Path, spec: &FileSpec) -> Result<Self, ReadError> {
        Self::open_within(folder, spec, &Limits::default())
    }

    /// Like [`open`](Self::open), within these limits.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_within(folder: &Path, spec: &FileSpec, limits: &Limits) -> Result<Self, ReadError> {
        let path = folder.join(&spec.path);
        let kind = Kind::of(spec).ok_or_else(|| ReadError::UnknownKind { file: path.clone() })?;
        if let (false, Some(key)) = (matches!(kind, Kind::Csv { .. }), spec.text_key()) {
            let message =
                format!("{}: {key} is for text files and has no effect here: remove it", path.display());
            return Err(DescriptionError::new(message).into());
        }
        let file = open(&path, Some(folder))?;
        let size = file.metadata().map_err(|source| ReadError::Io { file: path.clone(), source })?.len();
        if size == 0 {
            return Err(ReadError::EmptyFile { file: path });
        }
        let encoding = spec
            .encoding()
            .map_err(|unknown| DescriptionError::new(format!("{}: {unknown}", path.display())))?;
        let opened = match kind {
            Kind::Csv { usual } => text(file, spec, limits, encoding, usual),
            Kind::Json => json::schema(file, limits).map(|schema| (Format::Json(*limits), schema)),
            #[cfg(feature = "parquet")]
            Kind::Parquet => parquet::schema(&file, limits).map(|schema| (Format::Parquet, schema)),
            #[cfg(feature = "ipc")]
            Kind::IpcFile => ipc::file_schema(file, limits).map(|schema| (Format::IpcFile, schema)),
            #[cfg(feature = "ipc")]
            Kind::IpcStream => ipc::stream_schema(file, limits).map(|schema| (Format::IpcStream, schema)),
            #[cfg(not(all(feature = "ipc", feature = "parquet")))]
            Kind::Off(feature) => return Err(ReadError::FeatureOff { file: path, feature }),
        };
        let opened = opened.and_then(|opened| limits.check_columns(opened.1.fields().len()).map(|()| opened));
        let (format, schema) = opened.map_err(|error| match broken(&path, 0, &error) {
            ReadError::Encoding { file, message, likely } => {
                let likely = File::open(&path).map_or(likely, likely_encoding);
                ReadError::Encoding { file, message, likely }
            }
            other => other,
        })?;
        let store = Store::File(format);
        let table = Self::new(path, store, schema);
        if !table.schema.fields().is_empty() {
            return Ok(table);
        }
        let Some(skip_rows) = spec.skip_rows.filter(|skipped| *skipped > 0) else {
            return Err(ReadError::EmptyFile { file: table.path });
        };
        let count = |dialect: &Dialect| count_lines(File::open(&table.path).ok()?, dialect.encoding);
        let lines = table.dialect().and_then(count);
        Err(ReadError::NothingAfterSkipped { file: table.path, skip_rows, lines })
    }

    /// Creates a table from memory, with a name for messages.
    pub(crate) fn in_memory(name: &str, schema: SchemaRef, batches: Vec<RecordBatch>) -> Self {
        let (path, store) = (PathBuf::from(name), Store::Memory(batches));
        Self::new(path, store, schema)
    }

    fn new(path: PathBuf, store: Store, schema: SchemaRef) -> Self {
        let by_name = OnceLock::new();
        Self { path, store, schema, by_name, selection: Selection::default(), side_by_side: false }
    }

    /// Reads only the rows whose columns have these values.
    ///
    /// # Errors
    /// If there is no such column.
    pub(crate) fn select(mut self, filter: &BTreeMap<String, Values>) -> Result<Self, ReadError> {
        for (name, values) in filter {
            let column = self.column(name)?;
            self.selection.0.push(Condition::new(column, name, values));
        }
        Ok(self)
    }

    /// Notes on the values of the selection after reading: that no row is selected, with the values that the columns have
    /// instead, or that no row has one of several values, but one like it.
    pub(crate) fn unmet_selection(&self, selects_nothing: bool) -> Result<Vec<String>, ReadError> {
        let (mut columns, mut notes) = (Vec::new(), Vec::new());
        for condition @ Condition { name, values, .. } in &self.selection.0 {
            if !selects_nothing && condition.unmet().next().is_none() {
                continue;
            }
            let present = self.texts_of(condition)?;
            let others: Vec<&str> =
                present.iter().map(String::as_str).filter(|text| !values.include(text)).collect();
            if selects_nothing {
                let stated = values.values.first().map_or("", ConditionValue::as_str);
                columns
                    .push(format!("\"{name}\" has {}, not {values}", listed(nearest_first(stated, others))));
                continue;
            }
            for value in condition.unmet().map(ConditionValue::as_str) {
                let others = present.iter().filter(|text| values.place(text).is_none());
                let meant = nearest(value, others);
                // Values whose rows are not to be read may be absent.
                if meant.is_some() || !values.not {
                    let meant = did_you_mean(meant.as_deref());
                    notes.push(format!("where: no row has \"{name}\" \"{value}\"{meant}"));
                }
            }
        }
        if selects_nothing {
            notes.push(format!("none of its rows has the values of where: {}", columns.join("; ")));
        }
        Ok(notes)
    }

    /// All texts of a condition's column.
    fn texts_of(&self, Condition { column, name, .. }: &Condition) -> Result<BTreeSet<String>, ReadError> {
        let mut present = BTreeSet::new();
        let all = Self { selection: Selection::default(), ..self.clone() };
        let mut batches = all.batches(&[*column])?;
        while let Some(part) = batches.next_part() {
            let batch = part?.batch;
            let texts = TextColumn::new(batch.column(0)).map_err(|wrong| ReadError::ColumnType {
                file: self.path.clone(),
                column: name.clone(),
                found: wrong.found,
                expected: wrong.expected,
            })?;
            let rows = 0..batch.num_rows();
            present.extend(rows.map(|row| texts.get(row).unwrap_or_default().trim().to_owned()));
        }
        Ok(present)
    }

    /// The format of its numbers.
    pub(crate) fn numbers(&self) -> NumberReading {
        let Some(dialect) = self.dialect() else { return NumberReading::default() };
        match dialect.decimal {
            Some(mark) => NumberReading::default().with_decimal_mark(mark),
            None if dialect.delimiter == b',' => NumberReading::default().between_commas(),
            None => NumberReading::default(),
        }
    }

    /// Notes on what was detected about the text.
    pub(crate) fn notes(&self) -> &[String] {
        self.dialect().map_or(&[], |dialect| &dialect.notes)
    }

    /// Whether columns may be decoded on several threads.
    #[must_use]
    pub(crate) fn side_by_side(mut self, side_by_side: bool) -> Self {
        self.side_by_side = side_by_side;
        self
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it is a table in memory.
    pub(crate) fn is_in_memory(&self) -> bool {
        matches!(self.store, Store::Memory(_))
    }

    /// Its columns with their types.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The names of its columns, in order.
    pub fn column_names(&self) -> impl Iterator<Item = &str> {
        self.schema.fields().iter().map(|field| field.name().as_str())
    }

    /// The index of the column `name`.
    ///
    /// # Errors
    /// If there is none, or several. The error lists the existing names and the most similar one.
    pub fn column(&self, name: &str) -> Result<usize, ReadError> {
        match *self.columns(name)? {
            [only] => Ok(only),
            ref several => Err(ReadError::ColumnRepeated {
                file: self.path.clone(),
                column: name.to_owned(),
                times: several.len(),
            }),
        }
    }

    /// The indices of all columns `name`. Exports repeat a column that has several values.
    ///
    /// # Errors
    /// If there is none. The error lists the existing names and the most similar one.
    pub fn columns(&self, name: &str) -> Result<Vec<usize>, ReadError> {
        let by_name = self.by_name.get_or_init(|| {
            let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
            for (place, name) in self.column_names().enumerate() {
                by_name.entry(name.to_owned()).or_default().push(place);
            }
            by_name
        });
        let Some(all) = by_name.get(name) else {
            return Err(ReadError::ColumnMissing {
                file: self.path.clone(),
                column: name.to_owned(),
                nearest: nearest(name, self.column_names()),
                present: self.column_names().map(str::to_owned).collect(),
                hint: self.hint(name),
            });
        };
        Ok(all.clone())
    }

    fn dialect(&self) -> Option<&Dialect> {
        match &self.store {
            Store::File(Format::Text(dialect)) => Some(dialect),
            _ => None,
        }
    }

    /// The number of lines of a text file before a later line with a column of such a name.
    pub(crate) fn lines_before_name(&self, is_name: impl Fn(&str) -> bool) -> Option<usize> {
        self.dialect()?.lines_before_name(File::open(&self.path).ok()?, is_name)
    }

    /// What to state so that a column is found.
    fn hint(&self, name: &str) -> Option<String> {
        self.dialect()?.hint(File::open(&self.path).ok()?, name)
    }

    /// Reads the rows of the columns at the indices `columns`, in this order in every batch.
    ///
    /// # Errors
    /// If the file cannot be opened again.
    pub fn batches(&self, columns: &[usize]) -> Result<Batches, ReadError> {
        let format = match &self.store {
            Store::Memory(batches) => return Ok(self.in_memory_batches(batches, columns)),
            Store::File(format) => format,
        };
        let io = |source| ReadError::Io { file: self.path.clone(), source };
        let file = open(&self.path, None)?;
        let bytes_total = file.metadata().map_err(io)?.len();
        // Readers return each column once, in the file's order.
        let mut sorted: Vec<usize> =
            columns.iter().copied().chain(self.selection.0.iter().map(|one| one.column)).collect();
        sorted.sort_unstable();
        sorted.dedup();
        let place = |column: usize| sorted.binary_search(&column).unwrap_or_default();
        let order = columns.iter().map(|column| place(*column)).collect();
        let opened = match format {
            Format::Text(dialect) => csv::rows(file, dialect, &self.schema, &sorted),
            Format::Json(limits) => json::rows(file, limits, &self.schema, &sorted),
            #[cfg(feature = "parquet")]
            Format::Parquet => parquet::rows(&self.path, file, &sorted, self.side_by_side),
            #[cfg(feature = "ipc")]
            Format::IpcFile => ipc::file_rows(file, &sorted),
            #[cfg(feature = "ipc")]
            Format::IpcStream => ipc::stream_rows(file, &sorted),
        };
        let (inner, position) = opened.map_err(|error| broken(&self.path, 0, &error))?;
        let selection = self.selection.at_places(place);
        Ok(Batches::new(&self.path, inner, (order, selection), position, bytes_total))
    }

    /// A column of the first rows of a table in memory.
    pub(crate) fn first_in_memory(&self, column: usize) -> Option<&ArrayRef> {
        match &self.store {
            Store::Memory(batches) => {
                batches.iter().find(|batch| batch.num_rows() > 0)?.columns().get(column)
            }
            Store::File(_) => None,
        }
    }

    fn in_memory_batches(&self, batches: &[RecordBatch], columns: &[usize]) -> Batches {
        let bytes_total = batches.iter().map(|batch| batch.get_array_memory_size() as u64).sum();
        let position = Position::Rows(batches.iter().map(|batch| batch.num_rows() as u64).sum());
        // Large batches in pieces, since progress is reported and reading may be stopped after each.
        let pieces = batches.iter().flat_map(|batch| {
            let starts = (0..batch.num_rows().max(1)).step_by(PIECE_ROWS);
            starts.map(|start| batch.slice(start, PIECE_ROWS.min(batch.num_rows() - start)))
        });
        let pieces: Vec<RecordBatch> = pieces.collect();
        let inner: Inner = Box::new(pieces.into_iter().map(|batch| Ok(Part::from(batch))));
        let order = (columns.to_vec(), self.selection.clone());
        Batches::new(&self.path, inner, order, position, bytes_total)
    }
}

/// The form of a text file, and its column names.
fn text(
    mut file: File,
    spec: &FileSpec,
    limits: &Limits,
    encoding: Option<&'static Encoding>,
    usual: u8,
) -> Result<(Format, SchemaRef), ArrowError> {
    let dialect = Dialect::of(file.try_clone()?, spec, limits, encoding, usual)?;
    file.rewind()?;
    let schema = csv::header(file, &dialect)?;
    Ok((Format::Text(dialect), schema))
}

#[cfg(all(test, not(feature = "parquet")))]
mod tests {
    use super::*;

    #[test]
    fn a_file_whose_feature_is_off_names_the_feature() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("tickets.parquet"), "PAR1").unwrap();
        let error = Table::open(folder.path(), &FileSpec::new("tickets.parquet")).unwrap_err().to_string();
        assert!(
            error.ends_with(
                "tickets.parquet: files of this kind need the feature \"parquet\" of deskmetrics-arrow, which is off: turn it \
                 on, or convert the file to CSV"
            ),
            "{error}"
        );
    }
}
