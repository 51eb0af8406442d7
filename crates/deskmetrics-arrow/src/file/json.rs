//! JSON: one object per line, or one array of objects; plain or gzip. Members of objects inside them are columns such as `via.channel`.

use std::collections::HashMap;
use std::fmt;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read};
use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use super::batches::{BATCH_ROWS, Inner, Position};
use super::csv::{BATCH_FIELDS, LONGEST_ROW};
use super::dialect::bytes;
use super::limits::Limits;
use super::line::{BadLine, LineFault};
use super::part::{Gap, Part, SkippedRows};

/// The bytes of objects after which a batch ends.
const BATCH_BYTES: usize = 1 << 24;

/// Reads the names of all objects, in order of their first occurrence; every column is text.
pub(super) fn schema(file: File, limits: &Limits) -> Result<SchemaRef, ArrowError> {
    let (mut objects, _) = Objects::open(file, limits)?;
    let mut names: HashMap<String, usize> = HashMap::new();
    let mut first_bad = None;
    while let Some(next) = objects.next()? {
        match next {
            Found::Object(row) => {
                for (name, _) in row.0 {
                    let place = names.len();
                    names.entry(name).or_insert(place);
                    limits.check_columns(names.len())?;
                }
            }
            Found::Bad(line) => first_bad = first_bad.or(Some(line)),
        }
    }
    if let (true, Some(bad)) = (names.is_empty(), first_bad) {
        let message = format!("line {}: \"{}\": {}", bad.line, bad.text, bad.fault.remedy());
        return Err(ArrowError::ParseError(message));
    }
    let mut names: Vec<(String, usize)> = names.into_iter().collect();
    names.sort_by_key(|(_, place)| *place);
    let fields = names.into_iter().map(|(name, _)| Field::new(name, DataType::Utf8, true));
    Ok(Arc::new(Schema::new(fields.collect::<Vec<_>>())))
}

pub(super) fn rows(
    file: File,
    limits: &Limits,
    schema: &SchemaRef,
    columns: &[usize],
) -> Result<(Inner, Position), ArrowError> {
    let (objects, position) = Objects::open(file, limits)?;
    let schema = Arc::new(schema.project(columns)?);
    let names = schema.fields().iter().enumerate();
    let places = names.map(|(place, field)| (field.name().clone(), place)).collect();
    Ok((Box::new(Rows { objects, schema, places }), position))
}

/// The members of an object in order, and those of the objects in it.
struct Row(Vec<(String, Value)>);

impl Row {
    fn add(&mut self, name: String, value: Value) {
        match value {
            Value::Object(members) => {
                members.into_iter().for_each(|(member, value)| self.add(format!("{name}.{member}"), value));
            }
            value => self.0.push((name, value)),
        }
    }
}

impl<'de> Deserialize<'de> for Row {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Row;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Row, A::Error> {
                let mut row = Row(Vec::new());
                while let Some((name, value)) = map.next_entry()? {
                    row.add(name, value);
                }
                Ok(row)
            }
        }

        deserializer.deserialize_map(Members)
    }
}

/// What follows in a file.
enum Found {
    Object(Row),
    Bad(BadLine),
}

/// The objects of a file, one after the other.
struct Objects {
    input: BufReader<Box<dyn Read>>,
    /// Whether they are the elements of an array that is open; else each is a line.
    array: bool,
    /// The line of the next byte.
    line: u64,
    text: Vec<u8>,
}

impl Objects {
    fn open(file: File, limits: &Limits) -> Result<(Self, Position), ArrowError> {
        let (input, position) = bytes(file, limits)?;
        let input = BufReader::with_capacity(1 << 16, input);
        let mut objects = Self { input, array: false, line: 1, text: Vec::new() };
        for mark in *b"\xEF\xBB\xBF" {
            if objects.peek()? == Some(mark) {
                objects.input.consume(1);
            }
        }
        if objects.after_spaces()? == Some(b'[') {
            objects.input.consume(1);
            objects.array = true;
        }
        Ok((objects, position))
    }

    fn peek(&mut self) -> Result<Option<u8>, ArrowError> {
        loop {
            match self.input.fill_buf() {
                Ok(buffer) => return Ok(buffer.first().copied()),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// The next byte that is no white space.
    fn after_spaces(&mut self) -> Result<Option<u8>, ArrowError> {
        loop {
            match self.peek()? {
                Some(space @ (b' ' | b'\t' | b'\r' | b'\n')) => {
                    self.line += u64::from(space == b'\n');
                    self.input.consume(1);
                }
                other => return Ok(other),
            }
        }
    }

    fn next(&mut self) -> Result<Option<Found>, ArrowError> {
        let mut first = self.after_spaces()?;
        while self.array && first == Some(b',') {
            self.input.consume(1);
            first = self.after_spaces()?;
        }
        let line = self.line;
        self.text.clear();
        match first {
            None if self.array => return Err(self.damaged("the array is not closed")),
            None => return Ok(None),
            Some(_) if !self.array => self.rest_of_line()?,
            Some(b'{') => self.object()?,
            Some(b']') => {
                self.input.consume(1);
                return match self.after_spaces()? {
                    None => {
                        self.array = false;
                        Ok(None)
                    }
                    Some(_) => Err(self.damaged("there is text after the array")),
                };
            }
            Some(_) => return Err(self.damaged("an element of the array is not an object")),
        }
        Ok(Some(match serde_json::from_slice(&self.text) {
            Ok(row) => Found::Object(row),
            Err(_) => Found::Bad(BadLine::new(line, &self.text, LineFault::Json)),
        }))
    }

    /// Reads up to the end of the line.
    fn rest_of_line(&mut self) -> Result<(), ArrowError> {
        (&mut self.input).take(LONGEST_ROW as u64 + 1).read_until(b'\n', &mut self.text)?;
        self.line += u64::from(self.text.ends_with(b"\n"));
        self.check_length()
    }

    /// Reads up to the brace that closes the object.
    fn object(&mut self) -> Result<(), ArrowError> {
        let (mut depth, mut quoted, mut escaped) = (0_u64, false, false);
        loop {
            if self.peek()?.is_none() {
                return Err(self.damaged("an object is not closed"));
            }
            let mut used = 0;
            for byte in self.input.buffer() {
                used += 1;
                self.line += u64::from(*byte == b'\n');
                match byte {
                    _ if escaped => escaped = false,
                    b'\\' if quoted => escaped = true,
                    b'"' => quoted = !quoted,
                    b'{' if !quoted => depth += 1,
                    b'}' if !quoted => depth -= 1,
                    _ => {}
                }
                if depth == 0 {
                    break;
                }
            }
            self.text.extend_from_slice(self.input.buffer().get(..used).unwrap_or_default());
            self.input.consume(used);
            self.check_length()?;
            if depth == 0 {
                return Ok(());
            }
        }
    }

    fn check_length(&self) -> Result<(), ArrowError> {
        if self.text.len() <= LONGEST_ROW {
            return Ok(());
        }
        Err(self.damaged(&format!("an object is longer than {} MiB", LONGEST_ROW >> 20)))
    }

    fn damaged(&self, what: &str) -> ArrowError {
        ArrowError::ParseError(format!("line {}: {what}", self.line))
    }
}

/// The rows of a file.
struct Rows {
    objects: Objects,
    schema: SchemaRef,
    places: HashMap<String, usize>,
}

impl Rows {
    fn next_part(&mut self) -> Result<Option<Part>, ArrowError> {
        let width = self.schema.fields().len();
        let mut columns: Vec<StringBuilder> = (0..width).map(|_| StringBuilder::new()).collect();
        let (mut rows, mut read, mut gaps) = (0, 0, Vec::new());
        let mut cells: Vec<Option<String>> = vec![None; width];
        let most = BATCH_ROWS.min(BATCH_FIELDS / width.max(1)).max(1);
        while rows + gaps.len() < most && read < BATCH_BYTES {
            let Some(next) = self.objects.next()? else { break };
            read += self.objects.text.len();
            let row = match next {
                Found::Object(row) => row,
                Found::Bad(line) => {
                    gaps.push(Gap { before: rows, passed_over: SkippedRows::Bad(line) });
                    continue;
                }
            };
            for (name, value) in row.0 {
                if let Some(cell) = self.places.get(&name).and_then(|place| cells.get_mut(*place)) {
                    *cell = text(value);
                }
            }
            for (column, cell) in columns.iter_mut().zip(&mut cells) {
                column.append_option(cell.take());
            }
            rows += 1;
        }
        if rows == 0 && gaps.is_empty() {
            return Ok(None);
        }
        let columns = columns.iter_mut().map(|column| Arc::new(column.finish()) as ArrayRef).collect();
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let batch = RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &options)?;
        Ok(Some(Part { batch, gaps }))
    }
}

impl Iterator for Rows {
    type Item = Result<Part, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_part().transpose()
    }
}

/// The text of a value; lists are JSON text. None for `null` and empty texts.
fn text(value: Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text).filter(|text| !text.is_empty()),
        other => Some(other.to_string()),
    }
}
