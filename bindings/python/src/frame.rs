//! Record batches out to Python: `Frame`.

use std::sync::Arc;

use arrow_array::cast::AsArray as _;
use arrow_array::types::DurationMicrosecondType;
use arrow_array::{Array as _, ArrayRef, RecordBatch, StructArray};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::{ArrowError, DataType, Field, SchemaRef};
use deskmetrics::engine::{markdown_table, visible};
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
        let options = FormatOptions::new().with_null("–");
        let texts = |array: &ArrayRef| -> Result<Vec<String>, ArrowError> {
            if let Some(durations) = array.as_primitive_opt::<DurationMicrosecondType>() {
                // Not in days: the clock is not known, and a business day is no day of 24 hours.
                let seconds = |micros: Option<i64>| micros.map(|micros| micros as f64 / 1e6);
                return Ok(durations
                    .iter()
                    .map(|one| value_text(seconds(one), Unit::Seconds, Some(ClockKind::Business)))
                    .collect());
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
        };
        let mut rows: Vec<Vec<String>> = Vec::new();
        for batch in &self.batches {
            let columns = batch.columns().iter().map(texts).collect::<Result<Vec<_>, _>>().or_argument()?;
            rows.extend(
                (0..batch.num_rows()).map(|row| columns.iter().map(|column| column[row].clone()).collect()),
            );
        }
        let is_text = |field: &&Arc<Field>| {
            !field.data_type().is_numeric() && !matches!(field.data_type(), DataType::Duration(_))
        };
        let left = self.schema.fields().iter().take_while(is_text).count();
        Ok(markdown_table(&self.columns(), left, &rows))
    }

    fn __repr__(&self) -> String {
        let columns = self.columns().join(", ");
        let rows = count_text(self.__len__() as u64);
        visible(&format!("Frame({rows} {}: {columns})", self.rows_are)).into_owned()
    }
}
