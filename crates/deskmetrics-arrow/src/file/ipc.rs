//! Arrow IPC files (Feather V2) and streams; uncompressed, LZ4 and (feature `zstd`) Zstandard.

use std::fs::File;
use std::io::{BufReader, Read as _, Seek as _, SeekFrom};

use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_schema::{ArrowError, SchemaRef};

use super::batches::{Inner, Position};
use super::progress::Counted;

pub(super) fn file_schema(file: File) -> Result<SchemaRef, ArrowError> {
    Ok(FileReader::try_new(BufReader::new(file), None)?.schema())
}

pub(super) fn file_rows(file: File, columns: &[usize]) -> Result<(Inner, Position), ArrowError> {
    let reader = FileReader::try_new(BufReader::new(file), Some(columns.to_vec()))?;
    let batches = u64::try_from(reader.num_batches()).unwrap_or(0);
    Ok((Box::new(reader.map(|batch| batch.map(Into::into))), Position::Batches(batches)))
}

pub(super) fn stream_schema(mut file: File) -> Result<SchemaRef, ArrowError> {
    check_start(&mut file)?;
    Ok(StreamReader::try_new(BufReader::new(file), None)?.schema())
}

pub(super) fn stream_rows(file: File, columns: &[usize]) -> Result<(Inner, Position), ArrowError> {
    let (counted, count) = Counted::new(file);
    let reader = StreamReader::try_new(BufReader::new(counted), Some(columns.to_vec()))?;
    Ok((Box::new(reader.map(|batch| batch.map(Into::into))), Position::Bytes(count)))
}

/// Checks the start of a stream, because the reader allocates as much memory as the length there states.
fn check_start(file: &mut File) -> Result<(), ArrowError> {
    let size = file.metadata()?.len();
    let mut start = [0; 8];
    file.read_exact(&mut start).map_err(|_| {
        ArrowError::IpcError("the file is shorter than the start of an Arrow stream".to_owned())
    })?;
    let [marker @ .., l0, l1, l2, l3] = start;
    let length = u32::from_le_bytes([l0, l1, l2, l3]);
    if marker != [0xff; 4] || u64::from(length) > size {
        return Err(ArrowError::IpcError("the file does not start like an Arrow stream".to_owned()));
    }
    file.seek(SeekFrom::Start(0))?;
    Ok(())
}
