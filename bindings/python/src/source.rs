//! What each file gave, as Python's `Source`.

use deskmetrics_arrow::SourceReport;
use pyo3::IntoPyObjectExt as _;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;
use serde_json::json;

use crate::data::{to_data, to_python};

/// Reports of sources that become `Source` objects where they are returned.
pub(crate) struct Sources<'a>(pub(crate) &'a [SourceReport]);

impl<'py> IntoPyObject<'py> for Sources<'_> {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
        let class = CLASS.import(py, "deskmetrics.source", "Source")?;
        let objects = self.0.iter().map(|source| {
            let mut form = to_data(source)?;
            for (place, exclusion) in source.exclusions.iter().enumerate() {
                form["exclusions"][place]["text"] = json!(exclusion.to_string());
            }
            class.call_method1("_of", (to_python(py, &form)?,))
        });
        objects.collect::<PyResult<Vec<_>>>()?.into_bound_py_any(py)
    }
}
