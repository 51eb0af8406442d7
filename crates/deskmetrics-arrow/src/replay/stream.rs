//! Logs larger than memory: batch after batch, of which only the ticket under way is carried over.

use std::hash::BuildHasher as _;

use arrow_array::{RecordBatch, UInt32Array};
use arrow_schema::ArrowError;
use arrow_select::concat::concat_batches;
use arrow_select::take::take_record_batch;
use chrono_tz::Tz;
use deskmetrics::replay::Replay;
use deskmetrics::ticket::Attribute;
use hashbrown::{DefaultHashBuilder, HashSet};

use super::columns::{EventColumns, TicketColumns};
use super::ids::{Ids, Numbers};
use super::log::EventLog;
use crate::column::{Column, ColumnError};

/// Which column of a log says what, by name, where each ticket is told of by its own events.
#[derive(Debug, Clone)]
pub struct LogColumns {
    ticket: String,
    at: String,
    kind: String,
    value: Option<String>,
    author: Option<String>,
    author_name: Option<String>,
    id: Option<String>,
    created_at: Option<String>,
    created_by: Option<String>,
    requester: Option<String>,
    attributes: Vec<(Attribute, String)>,
    assume_tz: Option<Tz>,
}

impl LogColumns {
    /// The columns of the ticket's id, the instant and the kind of each event; see [`EventColumns`].
    pub fn new(ticket: impl Into<String>, at: impl Into<String>, kind: impl Into<String>) -> Self {
        Self {
            ticket: ticket.into(),
            at: at.into(),
            kind: kind.into(),
            value: None,
            author: None,
            author_name: None,
            id: None,
            created_at: None,
            created_by: None,
            requester: None,
            attributes: Vec::new(),
            assume_tz: None,
        }
    }

    /// The column of the new value, tag or status.
    #[must_use]
    pub fn value(mut self, column: impl Into<String>) -> Self {
        self.value = Some(column.into());
        self
    }

    /// The column of who did it.
    #[must_use]
    pub fn author(mut self, column: impl Into<String>) -> Self {
        self.author = Some(column.into());
        self
    }

    /// The column of that person's name.
    #[must_use]
    pub fn author_name(mut self, column: impl Into<String>) -> Self {
        self.author_name = Some(column.into());
        self
    }

    /// The column of the event's own id.
    #[must_use]
    pub fn id(mut self, column: impl Into<String>) -> Self {
        self.id = Some(column.into());
        self
    }

    /// The column of the ticket's creation, the same on each of its rows; its first event's instant if not said.
    #[must_use]
    pub fn created_at(mut self, column: impl Into<String>) -> Self {
        self.created_at = Some(column.into());
        self
    }

    /// The column of who created the ticket, read from its first row.
    #[must_use]
    pub fn created_by(mut self, column: impl Into<String>) -> Self {
        self.created_by = Some(column.into());
        self
    }

    /// The column of who asks, read from the ticket's first row.
    #[must_use]
    pub fn requester(mut self, column: impl Into<String>) -> Self {
        self.requester = Some(column.into());
        self
    }

    /// The column of an attribute at creation, read from the ticket's first row.
    #[must_use]
    pub fn attribute(mut self, attribute: impl Into<Attribute>, column: impl Into<String>) -> Self {
        self.attributes.push((attribute.into(), column.into()));
        self
    }

    /// The zone of timestamps without one.
    #[must_use]
    pub fn assume_tz(mut self, zone: Tz) -> Self {
        self.assume_tz = Some(zone);
        self
    }
}

/// Why a stream of batches ends early.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StreamError {
    /// The source of the batches failed, or two batches differ in their columns.
    #[error(transparent)]
    Batch(#[from] ArrowError),
    /// A column cannot be used.
    #[error(transparent)]
    Column(#[from] ColumnError),
    /// The events of a ticket do not stand together.
    #[error(
        "events of ticket \"{ticket}\" stand in two places of the stream, expected all together: sort it by ticket"
    )]
    NotGrouped {
        /// The ticket.
        ticket: String,
    },
}

/// Whole tickets, one [`EventLog`] after the other, from a stream of record batches in which each ticket's events stand
/// together. Memory holds one batch, the events of the ticket at its end, and eight bytes for each ticket met, by which a
/// ticket that comes back is found out.
///
/// ```
/// use std::sync::Arc;
/// use arrow_array::{ArrayRef, RecordBatch, StringArray, TimestampSecondArray};
/// use deskmetrics::Timestamp;
/// use deskmetrics::replay::Replay;
/// use deskmetrics::report::{KpiRequest, Report};
/// use deskmetrics_arrow::replay::{EventStream, LogColumns};
///
/// let batch = |tickets: Vec<&str>, at: Vec<i64>, kinds: Vec<&str>| {
///     RecordBatch::try_from_iter([
///         ("ticket", Arc::new(StringArray::from(tickets)) as ArrayRef),
///         ("at", Arc::new(TimestampSecondArray::from(at).with_timezone("UTC")) as ArrayRef),
///         ("kind", Arc::new(StringArray::from(kinds)) as ArrayRef),
///     ])
/// };
/// let batches = [
///     batch(vec!["T-1", "T-1", "T-2"], vec![0, 600, 60], vec!["new", "solved", "new"]),
///     batch(vec!["T-2", "T-3"], vec![1860, 100], vec!["solved", "new"]),
/// ];
/// let as_of: Timestamp = "1970-01-02T00:00:00Z".parse()?;
/// let report = Report::builder(as_of).kpi(KpiRequest::new("full_resolution_time")).build()?;
/// let replay = Replay::new(as_of).needing(report.needs());
/// let mut state = report.state();
/// for log in EventStream::new(LogColumns::new("ticket", "at", "kind"), &replay, batches) {
///     state.merge(log?.report(&report, 1)?.0)?;
/// }
/// let median = state.table().rows.iter().find(|row| row.headline).and_then(|row| row.value);
/// assert_eq!(median, Some(1200.0)); // of 600 and 1800 seconds; T-3 is not solved
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct EventStream<'r, I> {
    columns: LogColumns,
    replay: &'r Replay,
    batches: I,
    /// Rows of the ticket at the end of what was read.
    carried: Option<RecordBatch>,
    seen: HashSet<u64>,
    hasher: DefaultHashBuilder,
    ended: bool,
}

impl<'r, I: Iterator<Item = Result<RecordBatch, ArrowError>>> EventStream<'r, I> {
    /// The tickets of a stream of batches, to be replayed by `replay`.
    pub fn new<S>(columns: LogColumns, replay: &'r Replay, batches: S) -> Self
    where
        S: IntoIterator<IntoIter = I>,
    {
        Self {
            columns,
            replay,
            batches: batches.into_iter(),
            carried: None,
            seen: HashSet::new(),
            hasher: DefaultHashBuilder::default(),
            ended: false,
        }
    }

    /// The next whole tickets; `None` at the end.
    fn advance(&mut self) -> Result<Option<EventLog>, StreamError> {
        loop {
            let Some(batch) = self.batches.next() else {
                self.ended = true;
                return self.carried.take().map(|rest| self.log(&rest)).transpose();
            };
            let batch = batch?;
            let rows = match self.carried.take() {
                Some(carried) => concat_batches(&batch.schema(), [&carried, &batch])?,
                None => batch,
            };
            let starts = run_starts(&column(&rows, &self.columns.ticket)?)?;
            match starts.last().map(|last| *last as usize) {
                None => {}
                Some(0) => self.carried = Some(rows),
                Some(last) => {
                    self.carried = Some(rows.slice(last, rows.num_rows() - last));
                    return self.log(&rows.slice(0, last)).map(Some);
                }
            }
        }
    }

    /// The log of rows that hold whole tickets.
    fn log(&mut self, rows: &RecordBatch) -> Result<EventLog, StreamError> {
        let ticket = column(rows, &self.columns.ticket)?;
        let starts = run_starts(&ticket)?;
        let first = take_record_batch(rows, &UInt32Array::from(starts))?;
        let ids = column(&first, &self.columns.ticket)?;
        for id in Ids::new(&ids, false)?.texts() {
            let Some(id) = id else { continue };
            if !self.seen.insert(self.hasher.hash_one(id)) {
                return Err(StreamError::NotGrouped { ticket: id.to_owned() });
            }
        }
        let LogColumns { at, kind, value, author, author_name, id, .. } = &self.columns;
        let mut events = EventColumns::new(ticket, column(rows, at)?, column(rows, kind)?);
        let maybe = |name: &Option<String>| name.as_ref().map(|name| column(rows, name)).transpose();
        events.value = maybe(value)?;
        events.author = maybe(author)?;
        events.author_name = maybe(author_name)?;
        events.id = maybe(id)?;
        events.assume_tz = self.columns.assume_tz;
        let LogColumns { created_at, created_by, requester, attributes, .. } = &self.columns;
        let created = column(&first, created_at.as_ref().unwrap_or(at))?;
        let mut tickets = TicketColumns::new(ids, created);
        let maybe = |name: &Option<String>| name.as_ref().map(|name| column(&first, name)).transpose();
        tickets.created_by = maybe(created_by)?;
        tickets.requester = maybe(requester)?;
        tickets.assume_tz = self.columns.assume_tz;
        for (attribute, name) in attributes {
            tickets = tickets.attribute(attribute.clone(), column(&first, name)?);
        }
        Ok(EventLog::new(&tickets, &events, self.replay)?)
    }
}

impl<I: Iterator<Item = Result<RecordBatch, ArrowError>>> Iterator for EventStream<'_, I> {
    type Item = Result<EventLog, StreamError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = self.advance();
        self.ended |= next.is_err();
        next.transpose()
    }
}

/// A batch's column of this name.
fn column(batch: &RecordBatch, name: &str) -> Result<Column<'static>, ColumnError> {
    if let Some(array) = batch.column_by_name(name) {
        return Ok(Column::from(vec![array.clone()]).named(name.to_owned()));
    }
    let present: Vec<String> = batch.schema().fields().iter().map(|field| field.name().clone()).collect();
    let nearest = crate::description::nearest(name, &present);
    Err(ColumnError::Missing { table: "events", column: name.to_owned(), nearest, present })
}

/// The rows at which another ticket's events begin.
fn run_starts(tickets: &Column<'_>) -> Result<Vec<u32>, ColumnError> {
    let numbers = Ids::are_numbers(tickets, tickets);
    Ok(match &Ids::new(tickets, numbers)? {
        Ids::Numbers(chunks) => starts(chunks.iter().flat_map(Numbers::iter)),
        ids @ Ids::Texts(_) => starts(ids.texts()),
    })
}

fn starts<T: PartialEq>(ids: impl Iterator<Item = T>) -> Vec<u32> {
    let mut last: Option<T> = None;
    let mut starts = Vec::new();
    for (id, row) in ids.zip(0u32..) {
        if last.as_ref() != Some(&id) {
            starts.push(row);
            last = Some(id);
        }
    }
    starts
}
