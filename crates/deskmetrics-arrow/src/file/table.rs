//! A file opened as a table.

use std::fs::File;
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use super::batches::{Batches, Inner, Position, broken};
use super::{FileSpec, csv, ipc, parquet};
use crate::ReadError;
use crate::description::{DescriptionError, nearest};

/// Which reader a file needs, told by the ending of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Csv { usual: u8 },
    Parquet,
    IpcFile,
    IpcStream,
}

impl Kind {
    fn of(spec: &FileSpec) -> Option<Self> {
        let name = spec.path.file_name()?.to_str()?.to_ascii_lowercase();
        let ending = name.strip_suffix(".gz").unwrap_or(&name).rsplit_once('.')?.1;
        match ending {
            "csv" | "txt" => Some(Self::Csv { usual: b',' }),
            "tsv" | "tab" => Some(Self::Csv { usual: b'\t' }),
            "parquet" | "pq" => Some(Self::Parquet),
            "arrow" | "feather" | "ipc" => Some(Self::IpcFile),
            "arrows" => Some(Self::IpcStream),
            _ => None,
        }
    }
}

/// A file whose columns are known and whose rows have not been read.
///
/// CSV columns are all text (what they mean is decided by who decodes them); a row with more or fewer fields than
/// the header ends reading with an error.
#[derive(Debug, Clone)]
pub struct Table {
    path: PathBuf,
    store: Store,
    schema: SchemaRef,
    /// Whether columns may be decoded on several threads.
    side_by_side: bool,
}

/// Where the rows are.
#[derive(Debug, Clone)]
enum Store {
    File { spec: FileSpec, kind: Kind },
    Memory(Vec<RecordBatch>),
}

impl Table {
    /// Opens the file `spec.path`, taken from `folder`.
    ///
    /// # Errors
    /// When the file is missing, empty, damaged, or of a kind that is not read.
    pub fn open(folder: &Path, spec: &FileSpec) -> Result<Self, ReadError> {
        let path = folder.join(&spec.path);
        let kind = Kind::of(spec).ok_or_else(|| ReadError::UnknownKind { file: path.clone() })?;
        if let (false, Some(key)) = (matches!(kind, Kind::Csv { .. }), spec.text_key()) {
            let message =
                format!("{}: {key} is for text files and has no effect here: leave it out", path.display());
            return Err(DescriptionError::said(message).into());
        }
        let file = File::open(&path).map_err(|source| match source.kind() {
            std::io::ErrorKind::NotFound => ReadError::missing(&path, Some(folder)),
            _ => ReadError::Io { file: path.clone(), source },
        })?;
        let size = file.metadata().map_err(|source| ReadError::Io { file: path.clone(), source })?.len();
        if size == 0 {
            return Err(ReadError::EmptyFile { file: path });
        }
        let schema = match kind {
            Kind::Csv { usual } => csv::header(file, spec, usual),
            Kind::Parquet => parquet::schema(&file),
            Kind::IpcFile => ipc::file_schema(file),
            Kind::IpcStream => ipc::stream_schema(file),
        }
        .map_err(|error| broken(&path, 0, &error))?;
        if schema.fields().is_empty() {
            return Err(ReadError::EmptyFile { file: path });
        }
        Ok(Self { path, store: Store::File { spec: spec.clone(), kind }, schema, side_by_side: false })
    }

    /// A table that is in memory already, under a name for messages.
    pub(crate) fn in_memory(name: &str, schema: SchemaRef, batches: Vec<RecordBatch>) -> Self {
        Self { path: PathBuf::from(name), store: Store::Memory(batches), schema, side_by_side: false }
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

    /// The names of its columns, in order.
    pub fn column_names(&self) -> impl Iterator<Item = &str> {
        self.schema.fields().iter().map(|field| field.name().as_str())
    }

    /// The place of the column `name`.
    ///
    /// # Errors
    /// When there is none, or several; the error lists those present and the most similar one.
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

    /// The places of all columns `name`: exports repeat a column that has several values.
    ///
    /// # Errors
    /// When there is none; the error lists those present and the most similar one.
    pub fn columns(&self, name: &str) -> Result<Vec<usize>, ReadError> {
        let all = self.column_names().enumerate().filter(|(_, present)| *present == name);
        let all: Vec<usize> = all.map(|(place, _)| place).collect();
        if all.is_empty() {
            return Err(ReadError::ColumnMissing {
                file: self.path.clone(),
                column: name.to_owned(),
                nearest: nearest(name, self.column_names()),
                present: self.column_names().map(str::to_owned).collect(),
            });
        }
        Ok(all)
    }

    /// Reads the rows of the columns at the places `columns`, given in this order in every batch.
    ///
    /// # Errors
    /// When the file cannot be opened again.
    pub fn batches(&self, columns: &[usize]) -> Result<Batches, ReadError> {
        let (spec, kind) = match &self.store {
            Store::File { spec, kind } => (spec, *kind),
            Store::Memory(batches) => return Ok(self.in_memory_batches(batches, columns)),
        };
        let io = |source| ReadError::Io { file: self.path.clone(), source };
        let file = File::open(&self.path).map_err(io)?;
        let bytes_total = file.metadata().map_err(io)?.len();
        // Readers give columns in the file's order and once each.
        let mut sorted = columns.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        let order = columns.iter().filter_map(|column| sorted.binary_search(column).ok()).collect();
        let (inner, position) = match kind {
            Kind::Csv { usual } => csv::rows(file, spec, usual, &self.schema, &sorted),
            Kind::Parquet => parquet::rows(&self.path, file, &sorted, self.side_by_side),
            Kind::IpcFile => ipc::file_rows(file, &sorted),
            Kind::IpcStream => ipc::stream_rows(file, &sorted),
        }
        .map_err(|error| broken(&self.path, 0, &error))?;
        Ok(Batches::new(&self.path, inner, order, position, bytes_total))
    }

    fn in_memory_batches(&self, batches: &[RecordBatch], columns: &[usize]) -> Batches {
        let bytes_total = batches.iter().map(|batch| batch.get_array_memory_size() as u64).sum();
        let position = Position::Rows(batches.iter().map(|batch| batch.num_rows() as u64).sum());
        // Whole, so that nothing need be copied.
        let whole: Vec<RecordBatch> = batches.to_vec();
        let inner: Inner = Box::new(whole.into_iter().map(Ok));
        Batches::new(&self.path, inner, columns.to_vec(), position, bytes_total)
    }
}
