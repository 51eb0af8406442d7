//! Parquet files: uncompressed, Snappy, gzip, LZ4 and (feature `zstd`) Zstandard.

use std::fs::File;

use arrow_schema::{ArrowError, SchemaRef};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::batches::{BATCH_ROWS, Inner, Position};

pub(super) fn schema(file: File) -> Result<SchemaRef, ArrowError> {
    Ok(ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| plain(&error))?.schema().clone())
}

pub(super) fn rows(file: File, columns: &[usize]) -> Result<(Inner, Position), ArrowError> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| plain(&error))?;
    let total = u64::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or(0);
    let mask = ProjectionMask::roots(builder.parquet_schema(), columns.iter().copied());
    let reader =
        builder.with_projection(mask).with_batch_size(BATCH_ROWS).build().map_err(|error| plain(&error))?;
    Ok((Box::new(reader), Position::Rows(total)))
}

fn plain(error: &parquet::errors::ParquetError) -> ArrowError {
    let text = error.to_string();
    ArrowError::ParquetError(text.strip_prefix("Parquet error: ").unwrap_or(&text).to_owned())
}
