//! Parquet files: uncompressed, Snappy, gzip, LZ4 and (feature `zstd`) Zstandard.

use std::fs::File;
use std::path::Path;

use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, Schema, SchemaRef};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use rayon::iter::{IntoParallelRefMutIterator as _, ParallelIterator as _};

use super::batches::{BATCH_ROWS, Inner, Position};
use super::guard::{Guarded, guarded};
use super::limits::Limits;

/// Minimum number of rows of a batch for decoding columns in parallel.
const MANY_ROWS: usize = 1 << 16;

pub(super) fn schema(file: &File, limits: &Limits) -> Result<SchemaRef, ArrowError> {
    let metadata = guarded(|| metadata(file))?;
    let rows = u64::try_from(metadata.metadata().file_metadata().num_rows());
    let rows = rows.map_err(|_| ArrowError::ParquetError("its number of rows is negative".to_owned()))?;
    limits.rows(file.metadata()?.len()).spend(rows)?;
    Ok(metadata.schema().clone())
}

/// The rows of the columns at these ascending indices; with `side_by_side`, decoded on the threads of the caller's
/// pool.
pub(super) fn rows(
    path: &Path,
    file: File,
    columns: &[usize],
    side_by_side: bool,
) -> Result<(Inner, Position), ArrowError> {
    guarded(|| decoders(path, file, columns, side_by_side))
}

fn decoders(
    path: &Path,
    file: File,
    columns: &[usize],
    side_by_side: bool,
) -> Result<(Inner, Position), ArrowError> {
    let metadata = metadata(&file)?;
    let total = metadata.metadata().file_metadata().num_rows();
    let reader = |file: File, columns: &[usize], rows: usize| {
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata.clone());
        let mask = ProjectionMask::roots(builder.parquet_schema(), columns.iter().copied());
        builder.with_projection(mask).with_batch_size(rows).build().map_err(|error| plain(&error))
    };
    let inner: Inner = if side_by_side && columns.len() > 1 {
        // Each reader needs its own file: readers of one handle would share their position.
        let one = |column: &usize| reader(File::open(path)?, &[*column], MANY_ROWS);
        let columns = columns.iter().map(one).collect::<Result<Vec<_>, ArrowError>>()?;
        Box::new(Guarded(Some(SideBySide { schema: schema_of(&columns), columns })))
    } else {
        Box::new(Guarded(Some(reader(file, columns, BATCH_ROWS)?)))
    };
    Ok((inner, Position::Rows(u64::try_from(total).unwrap_or(0))))
}

fn metadata(file: &File) -> Result<ArrowReaderMetadata, ArrowError> {
    ArrowReaderMetadata::load(file, ArrowReaderOptions::default()).map_err(|error| plain(&error))
}

fn schema_of(columns: &[ParquetRecordBatchReader]) -> SchemaRef {
    use arrow_array::RecordBatchReader as _;

    let schemas: Vec<SchemaRef> = columns.iter().map(ParquetRecordBatchReader::schema).collect();
    Schema::new(schemas.iter().flat_map(|schema| schema.fields().iter().cloned()).collect::<Vec<_>>()).into()
}

/// Columns that are each decoded by their own reader.
struct SideBySide {
    schema: SchemaRef,
    columns: Vec<ParquetRecordBatchReader>,
}

impl Iterator for SideBySide {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let parts: Vec<_> = self.columns.par_iter_mut().map(Iterator::next).collect();
        if parts.iter().all(Option::is_none) {
            return None;
        }
        let shorter = || ArrowError::ParquetError("a column ends before the others".to_owned());
        let parts = parts.into_iter().map(|part| part.unwrap_or_else(|| Err(shorter())));
        Some(parts.collect::<Result<Vec<RecordBatch>, _>>().and_then(|parts| {
            let arrays = parts.iter().flat_map(|part| part.columns().iter().cloned()).collect();
            RecordBatch::try_new(self.schema.clone(), arrays)
        }))
    }
}

fn plain(error: &parquet::errors::ParquetError) -> ArrowError {
    let text = error.to_string();
    ArrowError::ParquetError(text.strip_prefix("Parquet error: ").unwrap_or(&text).to_owned())
}
