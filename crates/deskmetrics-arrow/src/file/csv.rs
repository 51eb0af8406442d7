//! CSV and other delimited text, plain or gzip.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read};
use std::ops::Range;
use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use csv_core::{ReadRecordResult, Reader};
use encoding_rs_io::DecodeReaderBytesBuilder;

use super::batches::{BATCH_ROWS, Inner, Position};
use super::dialect::{Dialect, bytes};
use super::line::{BadLine, LineFault, Scan, scan};
use super::part::{Gap, Part, SkippedRows};

/// The number of bytes read at once.
const CHUNK: usize = 1 << 18;

/// The maximum number of fields of a batch, beside those of its last row.
pub(super) const BATCH_FIELDS: usize = 1 << 20;

/// The maximum length of a row. A longer one has a quote that is never closed.
pub(super) const LONGEST_ROW: usize = 1 << 24;

/// Reads the column names; every column is text.
pub(super) fn header(file: File, dialect: &Dialect) -> Result<SchemaRef, ArrowError> {
    let (mut rows, _) = Rows::open(file, dialect)?;
    let fields: Vec<Field> =
        rows.names()?.iter().map(|name| Field::new(name.trim(), DataType::Utf8, true)).collect();
    Ok(Arc::new(Schema::new(fields)))
}

pub(super) fn rows(
    file: File,
    dialect: &Dialect,
    schema: &SchemaRef,
    columns: &[usize],
) -> Result<(Inner, Position), ArrowError> {
    let (mut rows, position) = Rows::open(file, dialect)?;
    rows.names()?;
    rows.columns = columns.to_vec();
    rows.schema = Arc::new(schema.project(columns)?);
    Ok((Box::new(rows), position))
}

/// A reader of the rows of delimited text.
struct Rows {
    input: Box<dyn Read>,
    /// The bytes that are read but not parsed start at `at`. The current row starts at `start`.
    buffer: Vec<u8>,
    filled: usize,
    start: usize,
    at: usize,
    ended: bool,

    parser: Reader,
    dialect: Dialect,
    /// The number of fields of a row.
    width: usize,
    /// The concatenated texts of the rows of a batch, and the end of each field in its row's text.
    text: Vec<u8>,
    text_len: usize,
    ends: Vec<usize>,
    ends_len: usize,
    /// For each row, the start of its text and its line in the file.
    starts: Vec<(usize, u64)>,

    /// The columns that are read.
    columns: Vec<usize>,
    schema: SchemaRef,
}

/// The result of parsing the next bytes.
enum Parsed {
    Row {
        fields: usize,
    },
    /// A row with too many fields or bytes, whose rest is not parsed.
    Long,
    End,
}

impl Rows {
    fn open(file: File, dialect: &Dialect) -> Result<(Self, Position), ArrowError> {
        let (bytes, position) = bytes(file, &dialect.limits)?;
        let text = DecodeReaderBytesBuilder::new()
            .encoding(dialect.named_encoding())
            .utf8_passthru(true) // reports text that is not UTF-8 instead of replacing it
            .strip_bom(true)
            .bom_override(true)
            .build_with_buffer(bytes, vec![0; 1 << 16])?;
        let mut text = BufReader::with_capacity(1 << 16, text);
        for _ in 0..dialect.lines_before {
            text.skip_until(b'\n')?;
        }
        let mut parser = csv_core::ReaderBuilder::new().delimiter(dialect.delimiter).build();
        parser.set_line(dialect.lines_before as u64 + 1);
        let rows = Self {
            input: Box::new(text),
            buffer: Vec::new(),
            filled: 0,
            start: 0,
            at: 0,
            ended: false,
            parser,
            dialect: dialect.clone(),
            width: 0,
            text: Vec::new(),
            text_len: 0,
            ends: Vec::new(),
            ends_len: 0,
            starts: Vec::new(),
            columns: Vec::new(),
            schema: Arc::new(Schema::empty()),
        };
        Ok((rows, position))
    }

    /// Reads the line of column names.
    fn names(&mut self) -> Result<Vec<String>, ArrowError> {
        let line = self.begin_row()?;
        let most = self.dialect.limits.columns;
        let fields = match self.parse(most + 1)? {
            Parsed::End => return Ok(Vec::new()),
            Parsed::Row { fields } if fields <= most => fields,
            Parsed::Long if self.at - self.start > LONGEST_ROW => {
                return Err(ArrowError::CsvError(format!(
                    "line {line} is longer than {} MiB",
                    LONGEST_ROW >> 20
                )));
            }
            Parsed::Row { .. } | Parsed::Long => return Err(self.dialect.limits.too_wide()),
        };
        let row = scan(self.row(), self.dialect.delimiter, self.ended);
        if self.spans_lines(line) && !matches!(row, Scan::Row { .. }) {
            let message = format!("a quote in the column names, on line {line}, is not closed");
            return Err(ArrowError::CsvError(message));
        }
        self.width = fields;
        let ends = &self.ends[..fields];
        let starts = std::iter::once(&0).chain(ends);
        let names = starts.zip(ends).map(|(start, end)| std::str::from_utf8(&self.text[*start..*end]));
        let names: Result<Vec<String>, _> = names.map(|name| name.map(str::to_owned)).collect();
        (self.text_len, self.ends_len) = (0, 0);
        names.map_err(|_| ArrowError::CsvError("the column names are not UTF-8".to_owned()))
    }

    /// Reads more bytes. At the end of the file nothing is added.
    fn fill(&mut self) -> Result<(), ArrowError> {
        self.buffer.copy_within(self.start..self.filled, 0);
        self.filled -= self.start;
        self.at -= self.start;
        self.start = 0;
        if self.buffer.len() < self.filled + CHUNK {
            self.buffer.resize((self.filled + CHUNK).max(2 * self.buffer.len()), 0);
        }
        loop {
            match self.input.read(&mut self.buffer[self.filled..]) {
                Ok(read) => {
                    self.filled += read;
                    self.ended = read == 0;
                    return Ok(());
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// The bytes read from the current row on.
    fn row(&self) -> &[u8] {
        &self.buffer[self.start..self.filled]
    }

    /// Skips empty lines and returns the line on which the next row begins. The parser counts `\n`; a `\r` alone ends
    /// a line, too.
    fn begin_row(&mut self) -> Result<u64, ArrowError> {
        let mut after_return = self.at > 0 && self.buffer[self.at - 1] == b'\r';
        loop {
            let next = self.buffer[..self.filled].get(self.at).copied();
            if next.is_none() && !self.ended {
                self.start = self.at;
                self.fill()?;
                continue;
            }
            if next == Some(b'\n') || (after_return && next.is_some()) {
                self.parser.set_line(self.parser.line() + 1);
            }
            if !matches!(next, Some(b'\n' | b'\r')) {
                break;
            }
            after_return = next == Some(b'\r');
            self.at += 1;
        }
        self.start = self.at;
        Ok(self.parser.line())
    }

    /// Parses a row of at most this many fields.
    fn parse(&mut self, most: usize) -> Result<Parsed, ArrowError> {
        let mut fields = 0;
        if self.ends.len() < self.ends_len + most {
            self.ends.resize((self.ends_len + most).max(2 * self.ends.len()), 0);
        }
        loop {
            if self.at == self.filled && !self.ended {
                self.fill()?;
            }
            if self.at - self.start > LONGEST_ROW {
                return Ok(Parsed::Long);
            }
            let input = &self.buffer[self.at..self.filled];
            // The text of a field is no longer than the field.
            let room = self.text_len + input.len() + 1;
            if self.text.len() < room {
                self.text.resize(room.max(2 * self.text.len()), 0);
            }
            let (result, read, written, ended) = self.parser.read_record(
                input,
                &mut self.text[self.text_len..],
                &mut self.ends[self.ends_len..self.ends_len + most - fields],
            );
            self.at += read;
            self.text_len += written;
            self.ends_len += ended;
            fields += ended;
            match result {
                ReadRecordResult::InputEmpty | ReadRecordResult::OutputFull => {}
                ReadRecordResult::OutputEndsFull => return Ok(Parsed::Long),
                ReadRecordResult::Record => return Ok(Parsed::Row { fields }),
                ReadRecordResult::End => return Ok(Parsed::End),
            }
        }
    }

    /// Reads the rows of a batch. Returns the lines that are not rows, each with the number of rows before it.
    fn read_batch(&mut self) -> Result<Vec<(usize, BadLine)>, ArrowError> {
        let mut bad = Vec::new();
        self.starts.clear();
        (self.text_len, self.ends_len) = (0, 0);
        while self.starts.len() + bad.len() < BATCH_ROWS && self.ends_len < BATCH_FIELDS {
            let line = self.begin_row()?;
            let (text_start, ends_start) = (self.text_len, self.ends_len);
            let row = self.parse(self.width + 1)?;
            // A row that spans lines, or ends with the file, may have an unclosed quote.
            let (fits, one_line) = match row {
                Parsed::End => break,
                Parsed::Long => (false, false),
                Parsed::Row { fields } => (fields == self.width, !self.spans_lines(line)),
            };
            let is_last = self.ended && self.at == self.filled;
            if (!(fits && one_line) || is_last)
                && let Some(line) = self.bad_line(line, fits, one_line)?
            {
                (self.text_len, self.ends_len) = (text_start, ends_start);
                // A line of blanks is empty.
                if !line.text.trim().is_empty() {
                    bad.push((self.starts.len(), line));
                }
                continue;
            }
            self.starts.push((text_start, line));
        }
        Ok(bad)
    }

    /// Whether the parsed row, which begins on this line, contains a line break.
    fn spans_lines(&self, line: u64) -> bool {
        let own = self.at > 0 && self.buffer.get(self.at - 1) == Some(&b'\n');
        self.parser.line() > line + u64::from(own)
    }

    /// Reads the current row strictly. After a bad line, parsing continues with the next line. If a quote is not
    /// closed, the bad line is the row's first line only. A row that `fits` in one line may have quotes within
    /// quotes.
    fn bad_line(&mut self, line: u64, fits: bool, one_line: bool) -> Result<Option<BadLine>, ArrowError> {
        let too_long =
            || ArrowError::CsvError(format!("line {line} is longer than {} MiB", LONGEST_ROW >> 20));
        let row = loop {
            let row = scan(self.row(), self.dialect.delimiter, self.ended);
            match row {
                Scan::Incomplete if !self.ended && self.row().len() <= LONGEST_ROW => self.fill()?,
                other => break other,
            }
        };
        let bytes = self.row();
        let (fault, length) = match row {
            Scan::Row { fields, .. } if fields == self.width && fits => return Ok(None),
            Scan::Broken if fits && one_line => return Ok(None),
            Scan::Row { fields, .. } if fields == self.width => return Err(too_long()),
            Scan::Row { fields, bytes } => {
                let delimiter = self.dialect.delimiter;
                (LineFault::Fields { found: fields, expected: self.width, delimiter }, bytes)
            }
            Scan::Broken | Scan::Incomplete => match memchr::memchr2(b'\n', b'\r', bytes) {
                Some(end) => (LineFault::Quote, end + 1),
                None if self.ended => (LineFault::Quote, bytes.len()),
                None => return Err(too_long()),
            },
        };
        let bad = BadLine::new(line, bytes, fault);
        let breaks = memchr::memchr_iter(b'\n', &bytes[..length]).count() as u64;
        self.parser.reset();
        self.parser.set_line(line + breaks);
        self.at = self.start + length;
        Ok(Some(bad))
    }

    /// The range of a field in the text.
    fn field(&self, row: usize, column: usize) -> Range<usize> {
        let (base, ends) = (self.starts[row].0, &self.ends[row * self.width..]);
        let start = if column == 0 { 0 } else { ends[column - 1] };
        base + start..base + ends[column]
    }

    /// The text of the batch, if every field is valid in the file's encoding.
    fn clean_text(&self) -> Option<&str> {
        let text = std::str::from_utf8(&self.text[..self.text_len]).ok()?;
        let ends_characters =
            |row: usize| (0..self.width).all(|column| text.is_char_boundary(self.field(row, column).end));
        let clean = text.is_ascii()
            || (self.is_clean(text.as_bytes()) && (0..self.starts.len()).all(ends_characters));
        clean.then_some(text)
    }

    fn is_clean(&self, text: &[u8]) -> bool {
        let replaced = |text: &str| self.dialect.is_decoded() && text.contains(char::REPLACEMENT_CHARACTER);
        std::str::from_utf8(text).is_ok_and(|text| !replaced(text))
    }

    /// Finds the rows with invalid text in columns that are read, and overwrites that text.
    fn invalid_rows(&mut self) -> Vec<(usize, BadLine)> {
        let mut invalid = Vec::new();
        for row in 0..self.starts.len() {
            let fields = (0..self.width).map(|column| self.field(row, column));
            let unclean = fields.enumerate().filter(|(_, field)| !self.is_clean(&self.text[field.clone()]));
            let unclean: Vec<(usize, Range<usize>)> = unclean.collect();
            if unclean.iter().any(|(column, _)| self.columns.contains(column)) {
                let fields = (0..self.width).map(|column| &self.text[self.field(row, column)]);
                let line = fields.collect::<Vec<_>>().join(&self.dialect.delimiter);
                let fault = LineFault::Encoding(self.dialect.encoding);
                invalid.push((row, BadLine::new(self.starts[row].1, &line, fault)));
            }
            for (_, field) in unclean {
                self.text[field].fill(b'?');
            }
        }
        invalid
    }

    fn next_part(&mut self) -> Result<Option<Part>, ArrowError> {
        let bad = self.read_batch()?;
        if self.starts.is_empty() && bad.is_empty() {
            return Ok(None);
        }
        if let Some(text) = self.clean_text() {
            return self.part(text, bad, Vec::new()).map(Some);
        }
        let invalid = self.invalid_rows();
        let text = std::str::from_utf8(&self.text[..self.text_len])
            .map_err(|_| ArrowError::CsvError("the text is not UTF-8".to_owned()))?;
        self.part(text, bad, invalid).map(Some)
    }

    /// The rows of the batch without the invalid ones. `bad` are lines that are not rows, each with the number of
    /// rows before it.
    fn part(
        &self,
        text: &str,
        bad: Vec<(usize, BadLine)>,
        invalid: Vec<(usize, BadLine)>,
    ) -> Result<Part, ArrowError> {
        let excluded: Vec<usize> = invalid.iter().map(|(row, _)| *row).collect();
        let rows = || (0..self.starts.len()).filter(|row| excluded.binary_search(row).is_err());
        let count = self.starts.len() - excluded.len();
        let column = |column: &usize| {
            let mut texts = StringBuilder::with_capacity(count, self.text_len / self.width.max(1));
            for row in rows() {
                let value = text.get(self.field(row, *column)).filter(|text| !text.is_empty());
                texts.append_option(value);
            }
            Arc::new(texts.finish()) as ArrayRef
        };
        let columns: Vec<ArrayRef> = self.columns.iter().map(column).collect();
        let options = RecordBatchOptions::new().with_row_count(Some(count));
        let batch = RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &options)?;
        let mut lines = bad;
        lines.extend(invalid);
        lines.sort_by_key(|(row, _)| *row); // stable: a bad line comes before the row that follows it
        let gap = |(row, line): (usize, BadLine)| {
            let before = row - excluded.partition_point(|excluded| *excluded < row);
            Gap { before, passed_over: SkippedRows::Bad(line) }
        };
        Ok(Part { gaps: lines.into_iter().map(gap).collect(), batch })
    }
}

impl Iterator for Rows {
    type Item = Result<Part, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_part().transpose()
    }
}
