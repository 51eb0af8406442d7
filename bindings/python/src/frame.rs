//! Record batches out to Python: `Frame`.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StructArray};
use arrow_schema::{ArrowError, Field};
use arrow_select::concat::concat_batches;
use deskmetrics::engine::visible;
use deskmetrics::report::count_text;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict};
use pyo3_arrow::ffi::{ArrayIterator, to_stream_pycapsule};

use crate::class::frames;
use crate::error::{self, OrError as _, exceptions::ColumnNotFoundError};
use crate::input::{named, values_of};

/// A batch as an Arrow stream.
pub(crate) fn stream<'py>(
    py: Python<'py>,
    batch: RecordBatch,
    requested_schema: Option<Bound<'py, PyCapsule>>,
) -> PyResult<Bound<'py, PyCapsule>> {
    let field = Arc::new(Field::new_struct("", batch.schema().fields().clone(), false));
    let rows: ArrayRef = Arc::new(StructArray::from(batch));
    let reader = ArrayIterator::new([Ok(rows)], field);
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
    pub(crate) batch: RecordBatch,
}

impl Frame {
    /// The batches as one.
    pub(crate) fn joined(
        rows_are: &'static str,
        batches: Result<Vec<RecordBatch>, ArrowError>,
    ) -> PyResult<Self> {
        let joined = batches.and_then(|mut batches| match batches.as_slice() {
            [_] => Ok(batches.remove(0)),
            [first, ..] => concat_batches(&first.schema(), &batches),
            [] => Err(ArrowError::ComputeError("there is no batch".to_owned())),
        });
        let batch = joined.or_argument()?;
        Ok(Self { rows_are, batch })
    }
}

frames!(Frame, frame => frame.get().batch.clone());

#[pymethods]
impl Frame {
    /// The names of the columns.
    #[getter]
    fn columns(&self) -> Vec<String> {
        self.batch.schema().fields().iter().map(|field| field.name().clone()).collect()
    }

    fn __len__(&self) -> usize {
        self.batch.num_rows()
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
        let schema = self.batch.schema();
        let batch = schema.index_of(&name).ok().and_then(|place| self.batch.project(&[place]).ok());
        batch.map(|batch| Self { rows_are: self.rows_are, batch }).ok_or_else(|| {
            let present = self.columns();
            let meant = error::did_you_mean(&name, &present);
            let message = format!("there is no column \"{name}\"{meant}; present are {}", present.join(", "));
            ColumnNotFoundError::new_err((message, name, present))
        })
    }

    fn __contains__(&self, column: &str) -> bool {
        self.batch.schema().index_of(column).is_ok()
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
    fn to_list<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match self.batch.columns() {
            [only] => values_of(py, only),
            several => Err(error::argument(format!(
                "a frame of {} columns is no list; take one of them, such as frame[\"{}\"]",
                several.len(),
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
        for (field, array) in self.batch.schema().fields().iter().zip(self.batch.columns()) {
            columns.set_item(field.name(), values_of(py, array)?)?;
        }
        Ok(columns)
    }

    fn __repr__(&self) -> String {
        let columns = self.columns().join(", ");
        let rows = count_text(self.batch.num_rows() as u64);
        visible(&format!("Frame({rows} {}: {columns})", self.rows_are)).into_owned()
    }
}
