//! What each file gave, as Python's `Source`.

use deskmetrics_arrow::SourceReport;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;

use crate::data::to_python;

/// Each report as a `Source`.
pub(crate) fn sources_to_python<'py>(
    py: Python<'py>,
    sources: &[SourceReport],
) -> PyResult<Vec<Bound<'py, PyAny>>> {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let class = CLASS.import(py, "deskmetrics.source", "Source")?;
    sources.iter().map(|source| class.call_method1("_of", (to_python(py, source)?,))).collect()
}
