//! Record batches out to Python: `Frame`.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::cast::AsArray as _;
use arrow_array::types::DurationMicrosecondType;
use arrow_array::{Array as _, ArrayRef, RecordBatch, StructArray};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::{ArrowError, DataType, Field, SchemaRef};
use deskmetrics::engine::{markdown_table, visible, visible_in_line};
use deskmetrics::report::{count_text, value_text};
use deskmetrics::{ClockKind, Unit};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict, PyList};
use pyo3_arrow::ffi::{ArrayIterator, to_stream_pycapsule};

use crate::class::frames;
use crate::error::{self, OrError as _, exceptions::ColumnNotFoundError};
use crate::input::{named, values_of};

/// Batches as an Arrow stream.
pub(crate) fn stream<'py>(
    py: Python<'py>,
    schema: &SchemaRef,
    batches: Vec<RecordBatch>,
    requested_schema: Option<Bound<'py, PyCapsule>>,
) -> PyResult<Bound<'py, PyCapsule>> {
    let field = Arc::new(Field::new_struct("", schema.fields().clone(), false));
    let rows = batches.into_iter().map(|batch| Ok(Arc::new(StructArray::from(batch)) as ArrayRef));
    let reader = ArrayIterator::new(rows, field);
    to_stream_pycapsule(py, Box::new(reader), requested_schema).map_err(PyErr::from)
}

/// A table of Arrow columns, such as the measures of tickets.
///
/// ``polars.DataFrame(frame)``, ``pyarrow.table(frame)`` and DuckDB take it as it is; :meth:`to_pandas` and
/// :meth:`to_polars` do it for you. Nothing is copied where the taker can borrow.
#[pyclass(module = "deskmetrics", frozen)]
pub(crate) struct Frame {
    /// What a row is.
    pub(crate) rows_are: &'static str,
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
}

impl Frame {
    pub(crate) fn new(rows_are: &'static str, batch: RecordBatch) -> Self {
        Self { rows_are, schema: batch.schema(), batches: vec![batch] }
    }

    /// The rows of all batches, which are not copied. There is at least one batch.
    pub(crate) fn of_batches(
        rows_are: &'static str,
        batches: Result<Vec<RecordBatch>, ArrowError>,
    ) -> PyResult<Self> {
        let some = |batches: Vec<RecordBatch>| match batches.first() {
            Some(first) => Ok(Self { rows_are, schema: first.schema(), batches }),
            None => Err(ArrowError::ComputeError("there is no batch".to_owned())),
        };
        batches.and_then(some).or_argument()
    }

    /// The values of a column as a list.
    fn values<'py>(&self, py: Python<'py>, column: usize) -> PyResult<Bound<'py, PyList>> {
        let list = PyList::empty(py);
        for batch in &self.batches {
            list.as_sequence().in_place_concat(values_of(py, batch.column(column))?.cast()?)?;
        }
        Ok(list)
    }
}

frames!(Frame, frame => (frame.get().schema.clone(), frame.get().batches.clone()));

#[pymethods]
impl Frame {
    /// The names of the columns.
    #[getter]
    fn columns(&self) -> Vec<String> {
        self.schema.fields().iter().map(|field| field.name().clone()).collect()
    }

    fn __len__(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    /// A column by its name, as a frame of that column, which is taken wherever a column is.
    ///
    /// Parameters
    /// ----------
    /// column : str
    ///
    /// Returns
    /// -------
    /// Frame
    ///
    /// Raises
    /// ------
    /// ColumnNotFoundError
    ///     When there is no such column; the message lists those there are and the nearest.
    fn __getitem__(&self, column: &Bound<'_, PyAny>) -> PyResult<Self> {
        let name = named("column", column)?;
        let column = |place: usize| self.batches.iter().map(|batch| batch.project(&[place])).collect();
        let column =
            self.schema.index_of(&name).ok().map(|place| Self::of_batches(self.rows_are, column(place)));
        column.unwrap_or_else(|| {
            let present = self.columns();
            let meant = error::did_you_mean(&name, &present);
            let message = format!("there is no column \"{name}\"{meant}; present are {}", present.join(", "));
            Err(ColumnNotFoundError::new_err((message, name, present)))
        })
    }

    fn __contains__(&self, column: &str) -> bool {
        self.schema.index_of(column).is_ok()
    }

    /// The values of a frame of one column, such as ``frame["ticket"]``.
    ///
    /// Returns
    /// -------
    /// list
    ///
    /// Raises
    /// ------
    /// ArgumentError
    ///     When there are several columns.
    fn to_list<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        match self.schema.fields().len() {
            1 => self.values(py, 0),
            several => Err(error::argument(format!(
                "a frame of {} columns is no list; take one of them, such as frame[\"{}\"]",
                several,
                self.columns().first().map_or("ticket", String::as_str)
            ))),
        }
    }

    /// The columns by name, as lists of Python values.
    ///
    /// Returns
    /// -------
    /// dict
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let columns = PyDict::new(py);
        for (place, field) in self.schema.fields().iter().enumerate() {
            columns.set_item(field.name(), self.values(py, place)?)?;
        }
        Ok(columns)
    }

    /// The rows as a table in Markdown; durations as text in hours (``75h 0m``).
    ///
    /// Returns
    /// -------
    /// str
    ///
    /// Examples
    /// --------
    /// >>> import deskmetrics as dm
    /// >>> surveys = {"csat": [5, 2, 4], "market": ["DK", "DK", "ES|PT"]}
    /// >>> report = dm.report(surveys=surveys, kpis=["csat"], scales={"csat": (1, 5)}, by="market")
    /// >>> print(report.table("csat", rows="market").to_markdown().strip())
    /// | market | value |
    /// |:--|--:|
    /// | DK | 50 |
    /// | ES\|PT | 100 |
    fn to_markdown(&self) -> PyResult<String> {
        let rows = self.cells(0..self.__len__()).or_argument()?;
        Ok(markdown_table(&self.columns(), self.texts(), &rows))
    }

    /// The columns, and the first and last rows.
    fn __repr__(&self) -> String {
        let columns = self.columns().join(", ");
        let rows = count_text(self.__len__() as u64);
        let title = visible(&format!("Frame({rows} {}: {columns})", self.rows_are)).into_owned();
        // A value that cannot be shown is no reason to show nothing.
        let Some(table) = self.head_and_tail().ok().filter(|_| !self.batches.is_empty()) else {
            return title;
        };
        format!("{title}\n{table}")
    }
}

/// The most rows at each end of a representation.
const ROWS_SHOWN: usize = 5;
/// The most characters of a line of it.
const WIDTH_SHOWN: usize = 120;

impl Frame {
    /// The number of columns of text before the first of numbers.
    fn texts(&self) -> usize {
        let is_text = |field: &&Arc<Field>| {
            !field.data_type().is_numeric() && !matches!(field.data_type(), DataType::Duration(_))
        };
        self.schema.fields().iter().take_while(is_text).count()
    }

    /// Some rows as texts.
    fn cells(&self, rows: Range<usize>) -> Result<Vec<Vec<String>>, ArrowError> {
        let (mut cells, mut first) = (Vec::new(), 0);
        for batch in &self.batches {
            let end = first + batch.num_rows();
            let (from, to) = (rows.start.clamp(first, end), rows.end.clamp(first, end));
            if from < to {
                let part = batch.slice(from - first, to - from);
                let columns = part.columns().iter().map(texts_of).collect::<Result<Vec<_>, _>>()?;
                let mut columns: Vec<_> = columns.into_iter().map(Vec::into_iter).collect();
                cells.extend((from..to).map(|_| columns.iter_mut().filter_map(Iterator::next).collect()));
            }
            first = end;
        }
        Ok(cells)
    }

    /// The first and last rows, aligned, as far as they fit a line.
    fn head_and_tail(&self) -> Result<String, ArrowError> {
        let rows = self.__len__();
        let mut lines = vec![self.columns()];
        if rows <= 2 * ROWS_SHOWN {
            lines.extend(self.cells(0..rows)?);
        } else {
            lines.extend(self.cells(0..ROWS_SHOWN)?);
            lines.push(vec!["…".to_owned(); self.schema.fields().len()]);
            lines.extend(self.cells(rows - ROWS_SHOWN..rows)?);
        }
        let texts = self.texts();
        let mut shown = vec![String::new(); lines.len()];
        for column in 0..self.schema.fields().len() {
            let cells: Vec<String> = lines
                .iter()
                .map(|line| {
                    line.get(column).map(|text| visible_in_line(text).into_owned()).unwrap_or_default()
                })
                .collect();
            let width = cells.iter().map(|text| text.chars().count()).max().unwrap_or(0);
            let before = shown.first().map_or(0, |line| line.chars().count());
            if column > 0 && before + 2 + width > WIDTH_SHOWN {
                for line in &mut shown {
                    line.push_str("  …");
                }
                break;
            }
            for (line, text) in shown.iter_mut().zip(cells) {
                let gap = if column > 0 { "  " } else { "" };
                let cell = if column < texts { format!("{text:<width$}") } else { format!("{text:>width$}") };
                line.push_str(gap);
                line.push_str(&cell);
            }
        }
        Ok(shown.iter().map(|line| line.trim_end()).collect::<Vec<_>>().join("\n"))
    }
}

/// The values of a column for readers.
fn texts_of(array: &ArrayRef) -> Result<Vec<String>, ArrowError> {
    let options = FormatOptions::new().with_null("–");
    if let Some(durations) = array.as_primitive_opt::<DurationMicrosecondType>() {
        // Not in days: the clock is not known, and a business day is no day of 24 hours.
        let seconds = |micros: Option<i64>| micros.map(|micros| micros as f64 / 1e6);
        let text = |one| value_text(seconds(one), Unit::Seconds, Some(ClockKind::Business));
        return Ok(durations.iter().map(text).collect());
    }
    let numbers = array.data_type().is_floating();
    let formatter = ArrayFormatter::try_new(array, &options)?;
    let text = |row| {
        let text = formatter.value(row).try_to_string()?;
        // At most two decimals: a table is for reading.
        let rounded =
            text.parse::<f64>().ok().filter(|_| numbers).map(|value| (value * 100.0).round() / 100.0);
        Ok(rounded.map_or(text, |value| value.to_string()))
    };
    (0..array.len()).map(text).collect()
}
