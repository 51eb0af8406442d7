//! Tables in memory, ready for the engine: tickets, answers and surveys sent as Arrow columns.
//!
//! A frame is made from record batches in any number of pieces and a statement which column says what: the very
//! [`TicketSource`], [`SurveySource`] and [`InvitationSource`] that describe files, or the columns' usual names
//! ([`TicketFrame::standard`]). Typed columns are borrowed: instants in any of four units, text in any encoding. Text
//! instants are decoded once. Words are replaced by small numbers when a report first asks for them.
//!
//! Rows that the readers of files would leave out are left out here too, counted with column, reason, first rows and
//! remedy ([`SourceReport`]). To keep one rule for both, every row that is not beyond doubt (it has no id, its ticket ends before
//! it begins, its instant falls into a clock change, ...) is handed to the reader of files.
//!
//! ```
//! use std::sync::Arc;
//! use arrow_array::{ArrayRef, RecordBatch, StringArray, TimestampSecondArray};
//! use deskmetrics_arrow::frame::{FrameOptions, TicketFrame};
//!
//! let instants = |at: Vec<Option<i64>>| Arc::new(TimestampSecondArray::from(at).with_timezone("UTC")) as ArrayRef;
//! let tickets = RecordBatch::try_from_iter([
//!     ("ticket_id", Arc::new(StringArray::from(vec!["T-1", "T-2", "T-2"])) as ArrayRef),
//!     ("created_at", instants(vec![Some(0), Some(60), Some(90)])),
//!     ("solved_at", instants(vec![Some(3600), None, None])),
//!     ("team", Arc::new(StringArray::from(vec!["nordic", "iberia", "iberia"]))),
//! ])?;
//! let frame = TicketFrame::standard(vec![tickets], &FrameOptions::default())?;
//! assert_eq!(frame.len(), 2);
//! assert_eq!(frame.source().excluded().to_string(), "1 duplicate id");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`TicketSource`]: crate::description::TicketSource
//! [`SurveySource`]: crate::description::SurveySource
//! [`InvitationSource`]: crate::description::InvitationSource
//! [`SourceReport`]: crate::SourceReport

mod attribute;
pub(crate) mod code;
pub(crate) mod id;
mod invitation;
mod response;
mod standard;
mod ticket;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::{RecordBatch, UInt64Array};
use arrow_schema::{Schema, SchemaRef};
use arrow_select::take::take_record_batch;
use chrono_tz::Tz;

use crate::ReadError;
use crate::column::utc::{Instants, needs_zone};
use crate::description::{Code, Description, InstantRules};
use crate::file::Table;
use crate::record::slot::{Columns, InstantSlot};
use crate::record::{Reading, Records};

pub use invitation::InvitationFrame;
pub(crate) use response::Questions;
pub use response::ResponseFrame;
pub use ticket::TicketFrame;

/// How the columns of a frame are taken.
#[derive(Debug, Clone, Default)]
pub struct FrameOptions {
    assume_tz: Option<Tz>,
    strict: bool,
}

impl FrameOptions {
    /// The zone of timestamps without one; there is none unless told, and then such a column is an error.
    #[must_use]
    pub fn assume_tz(mut self, zone: Tz) -> Self {
        self.assume_tz = Some(zone);
        self
    }

    /// The first row that cannot be used is an error instead of being left out and counted.
    #[must_use]
    pub fn strict(mut self) -> Self {
        self.strict = true;
        self
    }
}

/// A table in memory with what is needed to read it.
#[derive(Debug)]
pub(crate) struct Memory {
    name: &'static str,
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
    description: Description,
    options: FrameOptions,
}

impl Memory {
    fn new(name: &'static str, batches: Vec<RecordBatch>, options: &FrameOptions) -> Self {
        let schema = batches.first().map_or_else(|| Arc::new(Schema::empty()), RecordBatch::schema);
        let description = Description::of_memory(options.assume_tz.unwrap_or(Tz::UTC));
        Self { name, schema, batches, description, options: options.clone() }
    }

    fn rows(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    fn table(&self) -> Table {
        Table::in_memory(self.name, self.schema.clone(), self.batches.clone())
    }

    fn columns<'a>(&'a self, table: &'a Table, rules: &'a InstantRules, missing: &'a [Code]) -> Columns<'a> {
        Columns::of(table, &self.description, rules, missing)
    }

    fn reading(&self) -> Reading<'_> {
        Reading {
            description: &self.description,
            folder: PathBuf::new(),
            tables: const { &BTreeMap::new() },
            strict: self.options.strict,
            scored: false,
            on_progress: None,
        }
    }

    /// Has the reader of files look at some rows, given in order.
    fn read_rows(
        &self,
        rows: &[usize],
        read: impl FnOnce(&mut Reading<'_>, &Table) -> Result<Records, ReadError>,
    ) -> Result<Records, ReadError> {
        let mut taken = Vec::new();
        let (mut start, mut rest) = (0, rows);
        for batch in &self.batches {
            let end = start + batch.num_rows();
            let (here, later) = rest.split_at(rest.partition_point(|row| *row < end));
            if !here.is_empty() {
                let places: UInt64Array =
                    here.iter().map(|row| (row - start) as u64).collect::<Vec<_>>().into();
                taken.push(take_record_batch(batch, &places).map_err(|error| ReadError::Damaged {
                    file: PathBuf::from(self.name),
                    rows: start as u64,
                    message: error.to_string(),
                })?);
            }
            (start, rest) = (end, later);
        }
        let numbers = rows.iter().map(|row| *row as u64 + 1).collect();
        let table =
            Table::in_memory(self.name, self.schema.clone(), taken).chosen_from(numbers, self.rows() as u64);
        read(&mut self.reading(), &table)
    }

    /// A column of instants in all parts, and the rows that need a second look.
    fn instants(
        &self,
        table: &Table,
        slot: &InstantSlot,
        zone_named: bool,
        batches: &[RecordBatch],
        doubtful: &mut Vec<usize>,
    ) -> Result<Vec<Option<Instants>>, ReadError> {
        let mut start = 0;
        let mut parts = Vec::with_capacity(batches.len());
        for batch in batches {
            let Some(array) = slot.array(batch) else {
                parts.push(None);
                continue;
            };
            let wrong = |wrong| slot.wrong(table, wrong);
            let (instants, rows) = Instants::new(array, slot.reading()).map_err(wrong)?;
            if !zone_named && self.options.assume_tz.is_none() && needs_zone(array) {
                // Text may carry offsets: then it says the same in every zone.
                let elsewhere = slot.reading().in_zone(Tz::Pacific__Kiritimati);
                let (there, _) = Instants::new(array, &elsewhere).map_err(wrong)?;
                if (0..instants.len()).any(|row| instants.get(row) != there.get(row)) {
                    let (file, column) = (PathBuf::from(self.name), slot.name().to_owned());
                    return Err(ReadError::NoZone { file, column });
                }
            }
            doubtful.extend(rows.into_iter().map(|row| start + row));
            start += batch.num_rows();
            parts.push(Some(instants));
        }
        Ok(parts)
    }
}

/// Puts rows in order, each once.
fn in_order(mut rows: Vec<usize>) -> Vec<usize> {
    rows.sort_unstable();
    rows.dedup();
    rows
}

/// Which rows of a part are beyond doubt; `None` when all are. Takes those of this part off `doubtful`.
fn clean_rows(rows: usize, start: usize, doubtful: &[usize]) -> Option<arrow_buffer::BooleanBuffer> {
    let from = doubtful.partition_point(|row| *row < start);
    let to = doubtful.partition_point(|row| *row < start + rows);
    let here = doubtful.get(from..to).filter(|here| !here.is_empty())?;
    let mut clean = arrow_buffer::BooleanBufferBuilder::new(rows);
    clean.append_n(rows, true);
    for row in here {
        clean.set_bit(row - start, false);
    }
    Some(clean.finish())
}
