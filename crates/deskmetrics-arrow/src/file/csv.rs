//! CSV and other delimited text, plain or gzip.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
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
pub(super) fn header(file: File, spec: &FileSpec, delimiter: u8) -> Result<SchemaRef, ArrowError> {
    let format = Format::default().with_header(true).with_delimiter(delimiter);
    let (text, _) = text(file, spec)?;
    let (schema, _) = format.infer_schema(text, Some(0))?;
    let fields: Vec<Field> =
        schema.fields().iter().map(|field| Field::new(field.name().trim(), DataType::Utf8, true)).collect();
    Ok(Arc::new(Schema::new(fields)))
}

pub(super) fn rows(
    file: File,
    spec: &FileSpec,
    delimiter: u8,
    schema: &SchemaRef,
    columns: &[usize],
) -> Result<(Inner, Position), ArrowError> {
    let (text, position) = text(file, spec)?;
    let reader = ReaderBuilder::new(Arc::clone(schema))
        .with_header(true)
        .with_delimiter(delimiter)
        .with_batch_size(BATCH_ROWS)
        .with_projection(columns.to_vec())
        .build(text)?;
    Ok((Box::new(reader), position))
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
