//! What each file gave, as Python's `Source`.

use deskmetrics_arrow::SourceReport;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;
use serde_json::json;

use crate::data::{to_data, to_python};

/// Each report as a `Source`.
pub(crate) fn sources_to_python<'py>(
    py: Python<'py>,
    sources: &[SourceReport],
) -> PyResult<Vec<Bound<'py, PyAny>>> {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let class = CLASS.import(py, "deskmetrics.source", "Source")?;
    let forms = sources.iter().map(|source| {
        let mut form = to_data(source)?;
        for (place, left_out) in source.left_out.iter().enumerate() {
            form["left_out"][place]["text"] = json!(left_out.to_string());
        }
        class.call_method1("_of", (to_python(py, &form)?,))
    });
    forms.collect()
}
