//! Arrow IPC files (Feather V2) and streams; uncompressed, LZ4 and (feature `zstd`) Zstandard.
//!
//! The readers of `arrow-ipc` allocate as much memory as lengths in the file state, so all lengths are checked first.

use std::fs::File;
use std::io::{BufReader, Read as _, Seek as _, SeekFrom};

use arrow_ipc::reader::{FileReader, StreamReader, read_footer_length};
use arrow_ipc::{Block, MessageHeader, RecordBatch, root_as_footer, root_as_message};
use arrow_schema::{ArrowError, SchemaRef};

use super::batches::{Inner, Position};
use super::guard::{Guarded, guarded};
use super::limits::{Budget, Limits};
use super::progress::Counted;

/// Marks the start of a message, before its length.
const CONTINUATION: [u8; 4] = [0xff; 4];

pub(super) fn file_schema(file: File, limits: &Limits) -> Result<SchemaRef, ArrowError> {
    guarded(|| {
        let file = checked(file, limits, Checker::file)?;
        Ok(FileReader::try_new(BufReader::new(file), None)?.schema())
    })
}

pub(super) fn file_rows(file: File, columns: &[usize]) -> Result<(Inner, Position), ArrowError> {
    let reader = guarded(|| FileReader::try_new(BufReader::new(file), Some(columns.to_vec())))?;
    let batches = u64::try_from(reader.num_batches()).unwrap_or(0);
    Ok((Box::new(Guarded(Some(reader))), Position::Batches(batches)))
}

pub(super) fn stream_schema(file: File, limits: &Limits) -> Result<SchemaRef, ArrowError> {
    guarded(|| {
        let file = checked(file, limits, Checker::stream)?;
        Ok(StreamReader::try_new(BufReader::new(file), None)?.schema())
    })
}

pub(super) fn stream_rows(file: File, columns: &[usize]) -> Result<(Inner, Position), ArrowError> {
    let (counted, count) = Counted::new(file);
    let reader = guarded(|| StreamReader::try_new(BufReader::new(counted), Some(columns.to_vec())))?;
    Ok((Box::new(Guarded(Some(reader))), Position::Bytes(count)))
}

/// The file, if all lengths in it are possible.
fn checked(
    file: File,
    limits: &Limits,
    check: impl FnOnce(&mut Checker) -> Result<(), ArrowError>,
) -> Result<File, ArrowError> {
    let size = file.metadata()?.len();
    let mut checker = Checker { file, size, bytes: limits.bytes(size), rows: limits.rows(size) };
    check(&mut checker)?;
    checker.file.rewind()?;
    Ok(checker.file)
}

/// Compares the lengths that a file states with its size.
struct Checker {
    file: File,
    size: u64,
    /// What is left of the decompressed bytes and rows that a file of this size may have.
    bytes: Budget,
    rows: Budget,
}

impl Checker {
    /// Every message of a stream.
    fn stream(&mut self) -> Result<(), ArrowError> {
        let mut at = 0;
        while at < self.size {
            let mut length = self.word(at)?;
            at += 4;
            if length == CONTINUATION {
                length = self.word(at)?;
                at += 4;
            } else if at == 4 {
                return Err(ArrowError::IpcError("the file does not start like an Arrow stream".to_owned()));
            }
            let length = u64::from(u32::from_le_bytes(length));
            if length == 0 {
                break;
            }
            at = self.message(at, length)?;
        }
        Ok(())
    }

    /// The messages of a file, which its footer lists.
    fn file(&mut self) -> Result<(), ArrowError> {
        let start = self.size.checked_sub(10).ok_or_else(beyond)?;
        let end: [u8; 10] = self.read(start, 10)?.try_into().map_err(|_| beyond())?;
        let length = read_footer_length(end)? as u64;
        let footer = self.read(start.checked_sub(length).ok_or_else(beyond)?, length)?;
        let footer = root_as_footer(&footer).map_err(|error| ArrowError::IpcError(error.to_string()))?;
        let blocks = [footer.dictionaries(), footer.recordBatches()];
        for block in blocks.into_iter().flatten().flatten() {
            self.block(block)?;
        }
        Ok(())
    }

    fn block(&mut self, block: &Block) -> Result<(), ArrowError> {
        let number = |value: i64| u64::try_from(value).map_err(|_| beyond());
        let (mut at, body) = (number(block.offset())?, number(block.bodyLength())?);
        let metadata = number(block.metaDataLength().into())?;
        let end = at.checked_add(metadata).and_then(|end| end.checked_add(body)).ok_or_else(beyond)?;
        if end > self.size {
            return Err(beyond());
        }
        let prefix = if self.word(at)? == CONTINUATION { 8 } else { 4 };
        at += prefix;
        let length = metadata.checked_sub(prefix).ok_or_else(beyond)?;
        self.message(at, length).map(|_| ())
    }

    /// The position after the message whose metadata is at a position.
    fn message(&mut self, at: u64, length: u64) -> Result<u64, ArrowError> {
        let metadata = self.read(at, length)?;
        let message = root_as_message(&metadata).map_err(|error| ArrowError::IpcError(error.to_string()))?;
        let (body, body_length) = (at + length, u64::try_from(message.bodyLength()).map_err(|_| beyond())?);
        let end = body.checked_add(body_length).filter(|end| *end <= self.size).ok_or_else(beyond)?;
        let batch = match message.header_type() {
            MessageHeader::RecordBatch => message.header_as_record_batch(),
            MessageHeader::DictionaryBatch => {
                message.header_as_dictionary_batch().and_then(|dictionary| dictionary.data())
            }
            _ => None,
        };
        if let Some(batch) = batch {
            self.batch(&batch, body, body_length)?;
        }
        Ok(end)
    }

    fn batch(&mut self, batch: &RecordBatch<'_>, body: u64, body_length: u64) -> Result<(), ArrowError> {
        self.rows.spend(u64::try_from(batch.length()).map_err(|_| beyond())?)?;
        if batch.compression().is_none() {
            return Ok(());
        }
        for buffer in batch.buffers().into_iter().flatten() {
            let number = |value: i64| u64::try_from(value).map_err(|_| beyond());
            let (offset, length) = (number(buffer.offset())?, number(buffer.length())?);
            if offset.checked_add(length).is_none_or(|end| end > body_length) {
                return Err(beyond());
            }
            if length < 8 {
                continue;
            }
            let stated = self.read(body + offset, 8)?.try_into().map_err(|_| beyond())?;
            // -1 is a buffer that is not compressed.
            if let Ok(decompressed) = u64::try_from(i64::from_le_bytes(stated)) {
                self.bytes.spend(decompressed)?;
            }
        }
        Ok(())
    }

    fn word(&mut self, at: u64) -> Result<[u8; 4], ArrowError> {
        self.read(at, 4)?.try_into().map_err(|_| beyond())
    }

    /// Bytes that the file has.
    fn read(&mut self, at: u64, length: u64) -> Result<Vec<u8>, ArrowError> {
        at.checked_add(length).filter(|end| *end <= self.size).ok_or_else(beyond)?;
        self.file.seek(SeekFrom::Start(at))?;
        let mut bytes = vec![0; usize::try_from(length).map_err(|_| beyond())?];
        self.file.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

fn beyond() -> ArrowError {
    ArrowError::IpcError("it states a length beyond the end of the file".to_owned())
}
