//! Record batches out to Python.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StructArray};
use arrow_schema::{Field, SchemaRef};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use pyo3_arrow::ffi::{ArrayIterator, to_stream_pycapsule};

use crate::error;

/// The batches, of one schema and at least one, as an Arrow stream.
pub(crate) fn stream<'py>(
    py: Python<'py>,
    batches: Vec<RecordBatch>,
    requested_schema: Option<Bound<'py, PyCapsule>>,
) -> PyResult<Bound<'py, PyCapsule>> {
    let schema: SchemaRef = match batches.first() {
        Some(batch) => batch.schema(),
        None => return Err(error::argument("there is no batch to hand out".to_owned())),
    };
    let field = Arc::new(Field::new_struct("", schema.fields().clone(), false));
    let arrays = batches.into_iter().map(|batch| Ok(Arc::new(StructArray::from(batch)) as ArrayRef));
    let reader = ArrayIterator::new(arrays, field);
    to_stream_pycapsule(py, Box::new(reader), requested_schema).map_err(PyErr::from)
}
