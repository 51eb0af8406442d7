//! Event logs larger than memory, read as a stream of batches.

use std::hash::BuildHasher as _;

use arrow_array::{RecordBatch, UInt32Array};
use arrow_schema::ArrowError;
use arrow_select::concat::concat_batches;
use arrow_select::take::take_record_batch;
use hashbrown::{DefaultHashBuilder, HashSet};

use crate::column::TextColumn;
use crate::description::{AttributeValues, did_you_mean, nearest};
use crate::{Dataset, Description, ReadError, ReadOptions};

/// Why a stream of batches ended early.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StreamError {
    /// The source of the batches failed, or two batches differ in their columns.
    #[error(transparent)]
    Batch(#[from] ArrowError),
    /// A column cannot be used.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The events of a ticket are not next to each other.
    #[error(
        "events of ticket \"{ticket}\" are in two places of the stream, expected all together: sort it by ticket"
    )]
    NotGrouped {
        /// The ticket.
        ticket: String,
    },
}

/// Datasets of whole tickets, from a stream of record batches in which each ticket's events are next to each other.
///
/// Memory contains one batch, the events of the ticket at its end, and eight bytes for each ticket read, to detect a
/// ticket that occurs again.
///
/// The description has one `[[events]]`, read from every row. With an additional `[[tickets]]`, the first row of each
/// ticket gives its values at creation; without, set `creates_tickets = true`.
///
/// ```
/// use std::sync::Arc;
/// use arrow_array::{ArrayRef, RecordBatch, StringArray, TimestampSecondArray};
/// use deskmetrics::report::{KpiRequest, Report};
/// use deskmetrics_arrow::Description;
/// use deskmetrics_arrow::log::EventStream;
///
/// let texts = |texts: &[&str]| Arc::new(StringArray::from(texts.to_vec())) as ArrayRef;
/// let batch = |tickets: &[&str], at: Vec<i64>, kinds: &[&str]| {
///     let at = Arc::new(TimestampSecondArray::from(at).with_timezone("UTC")) as ArrayRef;
///     RecordBatch::try_from_iter([("ticket", texts(tickets)), ("at", at), ("kind", texts(kinds))])
/// };
/// let batches = [
///     batch(&["T-1", "T-1", "T-2"], vec![0, 600, 60], &["open", "solved", "open"]),
///     batch(&["T-2"], vec![7_200], &["solved"]), // the rest of T-2
/// ];
/// let description: Description = r#"
///     time_zone = "UTC"
///     as_of = "1970-01-02T00:00:00Z"
///     events = [{ file = "events", ticket = "ticket", at = "at", kind = "kind", creates_tickets = true }]
/// "#.parse()?;
///
/// let cut_off: deskmetrics::Timestamp = "1970-01-02T00:00:00Z".parse()?;
/// let report = Report::builder(cut_off).with_kpi(KpiRequest::new("full_resolution_time")).build()?;
/// let mut whole = report.state();
/// for tickets in EventStream::new(&description, batches) {
///     whole.merge(tickets?.feed(&report, 1)?)?;
/// }
/// assert_eq!(whole.table().headline("full_resolution_time").map(|row| row.n), Some(2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct EventStream<'d, I> {
    description: &'d Description,
    batches: I,
    /// Rows of the last ticket read, which may continue in the next batch.
    carried: Option<RecordBatch>,
    seen: HashSet<u64>,
    hasher: DefaultHashBuilder,
    ended: bool,
}

impl<'d, I: Iterator<Item = Result<RecordBatch, ArrowError>>> EventStream<'d, I> {
    /// Creates the stream.
    pub fn new<S>(description: &'d Description, batches: S) -> Self
    where
        S: IntoIterator<IntoIter = I>,
    {
        Self {
            description,
            batches: batches.into_iter(),
            carried: None,
            seen: HashSet::new(),
            hasher: DefaultHashBuilder::default(),
            ended: false,
        }
    }

    /// The next whole tickets; `None` at the end.
    fn advance(&mut self) -> Result<Option<Dataset>, StreamError> {
        loop {
            let Some(batch) = self.batches.next() else {
                self.ended = true;
                return self.carried.take().map(|rest| self.dataset(&rest)).transpose();
            };
            let batch = batch?;
            let rows = match self.carried.take() {
                Some(carried) => concat_batches(&batch.schema(), [&carried, &batch])?,
                None => batch,
            };
            match self.starts(&rows)?.last().map(|last| *last as usize) {
                None => {}
                Some(0) => self.carried = Some(rows),
                Some(last) => {
                    self.carried = Some(rows.slice(last, rows.num_rows() - last));
                    return self.dataset(&rows.slice(0, last)).map(Some);
                }
            }
        }
    }

    /// The column of the tickets' ids.
    fn ids(&self, rows: &RecordBatch) -> Result<TextColumn, StreamError> {
        let source = self.description.events.first();
        let name = source.and_then(|source| source.ticket.column.as_deref()).unwrap_or("ticket");
        let column = rows.column_by_name(name).ok_or_else(|| {
            let schema = rows.schema();
            let nearest = nearest(name, schema.fields().iter().map(|field| field.name()));
            let suggestion = did_you_mean(nearest.as_deref());
            let missing = format!("there is no column \"{name}\" in the stream{suggestion}");
            StreamError::Batch(ArrowError::SchemaError(missing))
        })?;
        let wrong = |wrong: crate::column::WrongType| ArrowError::SchemaError(wrong.to_string());
        Ok(TextColumn::new(column).map_err(wrong)?)
    }

    /// The rows at which the events of another ticket begin.
    fn starts(&self, rows: &RecordBatch) -> Result<Vec<u32>, StreamError> {
        let ids = self.ids(rows)?;
        let mut starts = Vec::new();
        for row in 0..rows.num_rows() {
            let before = row.checked_sub(1).map(|before| ids.get(before));
            if before != Some(ids.get(row)) {
                starts.push(u32::try_from(row).unwrap_or(u32::MAX));
            }
        }
        Ok(starts)
    }

    /// Reads rows of whole tickets.
    fn dataset(&mut self, rows: &RecordBatch) -> Result<Dataset, StreamError> {
        let starts = self.starts(rows)?;
        let ids = self.ids(rows)?;
        for start in &starts {
            let Some(id) = ids.get(*start as usize) else { continue };
            if !self.seen.insert(self.hasher.hash_one(id)) {
                return Err(StreamError::NotGrouped { ticket: id.to_owned() });
            }
        }
        let mut options = ReadOptions::default();
        for source in &self.description.tickets {
            let first = take_record_batch(rows, &UInt32Array::from(starts.clone()))?;
            for file in &source.file {
                options = options.with_table(file.path.clone(), first.schema(), vec![first.clone()]);
            }
        }
        for file in self.description.events.iter().flat_map(|source| &source.file) {
            options = options.with_table(file.path.clone(), rows.schema(), vec![rows.clone()]);
        }
        let mut description = self.description.clone();
        for source in &mut description.tickets {
            source.attribute_values.get_or_insert(AttributeValues::AtCreation);
        }
        Ok(Dataset::of_description(&description, options)?)
    }
}

impl<I: Iterator<Item = Result<RecordBatch, ArrowError>>> Iterator for EventStream<'_, I> {
    type Item = Result<Dataset, StreamError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = self.advance();
        self.ended |= next.is_err();
        next.transpose()
    }
}
