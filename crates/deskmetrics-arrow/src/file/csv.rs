//! CSV and other delimited text, plain or gzip.

use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Read, Seek, SeekFrom};
use std::sync::Arc;

use arrow_csv::ReaderBuilder;
use arrow_csv::reader::Format;
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use encoding_rs_io::DecodeReaderBytesBuilder;
use flate2::read::MultiGzDecoder;

use super::FileSpec;
use super::batches::{BATCH_ROWS, Inner, Position};
use super::progress::Counted;

/// Reads the column names; every column is text.
pub(super) fn header(file: File, spec: &FileSpec, usual: u8) -> Result<SchemaRef, ArrowError> {
    let (text, delimiter, _) = lines(file, spec, usual)?;
    let format = Format::default().with_header(true).with_delimiter(delimiter);
    let (schema, _) = format.infer_schema(text, Some(0))?;
    let fields: Vec<Field> =
        schema.fields().iter().map(|field| Field::new(field.name().trim(), DataType::Utf8, true)).collect();
    Ok(Arc::new(Schema::new(fields)))
}

pub(super) fn rows(
    file: File,
    spec: &FileSpec,
    usual: u8,
    schema: &SchemaRef,
    columns: &[usize],
) -> Result<(Inner, Position), ArrowError> {
    let (text, delimiter, position) = lines(file, spec, usual)?;
    let reader = ReaderBuilder::new(Arc::clone(schema))
        .with_header(true)
        .with_delimiter(delimiter)
        .with_batch_size(BATCH_ROWS)
        .with_projection(columns.to_vec())
        .build_buffered(text)?;
    Ok((Box::new(reader), position))
}

/// The lines from the column names on, and what stands between the columns. Lines before them are skipped: as many as said,
/// and one such as `sep=;`, which Excel writes and reads.
fn lines(file: File, spec: &FileSpec, usual: u8) -> Result<(Box<dyn BufRead>, u8, Position), ArrowError> {
    let (text, position) = text(file, spec)?;
    let mut text = BufReader::with_capacity(1 << 16, text);
    let mut line = Vec::new();
    for _ in 0..spec.skip_rows.unwrap_or(0) {
        text.read_until(b'\n', &mut line)?;
    }
    line.clear();
    text.read_until(b'\n', &mut line)?;
    let mut named = None;
    if let [b's', b'e', b'p', b'=', delimiter, rest @ ..] = &*line
        && rest.trim_ascii().is_empty()
    {
        named = Some(*delimiter);
        line.clear();
    }
    let stated = spec.delimiter.and_then(|character| u8::try_from(character).ok());
    Ok((Box::new(Cursor::new(line).chain(text)), stated.or(named).unwrap_or(usual), position))
}

/// The file's text in UTF-8: unpacked if it is gzip (told by its first bytes), decoded, without byte order mark.
fn text(mut file: File, spec: &FileSpec) -> Result<(Box<dyn Read>, Position), ArrowError> {
    let mut magic = [0; 2];
    let packed = file.read_exact(&mut magic).is_ok() && magic == [0x1f, 0x8b];
    file.seek(SeekFrom::Start(0))?;
    let (counted, count) = Counted::new(file);
    let bytes: Box<dyn Read> = if packed {
        Box::new(MultiGzDecoder::new(BufReader::with_capacity(1 << 16, counted)))
    } else {
        Box::new(counted)
    };
    let text = DecodeReaderBytesBuilder::new()
        .encoding(spec.encoding())
        .utf8_passthru(true) // so that what is not UTF-8 is an error instead of a question mark
        .strip_bom(true)
        .bom_override(true)
        .build_with_buffer(bytes, vec![0; 1 << 16])
        .map_err(ArrowError::from)?;
    Ok((Box::new(text), Position::Bytes(count)))
}
