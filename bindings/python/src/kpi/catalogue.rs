//! KPI definitions as data, and plain data as a table.

use std::borrow::Cow;

use deskmetrics::engine::visible;
use deskmetrics::ticket::Attribute;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict};

use crate::data::to_python;
use crate::frame::stream;
use crate::input::Table;

/// Every KPI's definition as plain data.
#[pyfunction(name = "_catalogue")]
pub(crate) fn definitions(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    to_python(py, &deskmetrics::catalogue::catalogue())
}

/// The attribute of a name: its own, or the usual one of which it is another word.
#[pyfunction(name = "_attribute")]
pub(crate) fn attribute(name: &str) -> String {
    Attribute::from(name).to_string()
}

/// A text with its control characters escaped.
#[pyfunction(name = "_visible")]
pub(crate) fn visible_text(text: &str) -> Cow<'_, str> {
    visible(text)
}

/// A dict of columns as an Arrow stream.
#[pyfunction(name = "_columns", signature = (columns, requested_schema = None))]
pub(crate) fn columns<'py>(
    columns: &Bound<'py, PyDict>,
    requested_schema: Option<Bound<'py, PyCapsule>>,
) -> PyResult<Bound<'py, PyCapsule>> {
    let table = Table::read("columns", columns)?;
    stream(columns.py(), &table.schema, table.batches, requested_schema)
}
