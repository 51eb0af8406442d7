//! Record batches out to Python: `Frame`.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StructArray};
use arrow_schema::{ArrowError, Field, SchemaRef};
use deskmetrics::engine::visible;
use deskmetrics::report::count_text;
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

    fn __repr__(&self) -> String {
        let columns = self.columns().join(", ");
        let rows = count_text(self.__len__() as u64);
        visible(&format!("Frame({rows} {}: {columns})", self.rows_are)).into_owned()
    }
}
