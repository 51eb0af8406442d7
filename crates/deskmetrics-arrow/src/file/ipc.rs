//! Arrow IPC files (Feather V2) and streams; uncompressed, LZ4 and (feature `zstd`) Zstandard.

use std::fs::File;
use std::io::BufReader;

use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_schema::{ArrowError, SchemaRef};

use super::progress::Counted;
use super::table::{Inner, Position};

pub(super) fn file_schema(file: File) -> Result<SchemaRef, ArrowError> {
    Ok(FileReader::try_new(BufReader::new(file), None)?.schema())
}

pub(super) fn file_rows(file: File, columns: &[usize]) -> Result<(Inner, Position), ArrowError> {
    let reader = FileReader::try_new(BufReader::new(file), Some(columns.to_vec()))?;
    let batches = u64::try_from(reader.num_batches()).unwrap_or(0);
    Ok((Box::new(reader), Position::Batches(batches)))
}

pub(super) fn stream_schema(file: File) -> Result<SchemaRef, ArrowError> {
    Ok(StreamReader::try_new(BufReader::new(file), None)?.schema())
}

pub(super) fn stream_rows(file: File, columns: &[usize]) -> Result<(Inner, Position), ArrowError> {
    let (counted, count) = Counted::new(file);
    let reader = StreamReader::try_new(BufReader::new(counted), Some(columns.to_vec()))?;
    Ok((Box::new(reader), Position::Bytes(count)))
}
