//! Detects streams that were read before: they are empty the second time, which would give a wrong result.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

use super::describe;
use crate::error;

/// Records a stream that is about to be consumed.
///
/// # Errors
/// When it was read before.
pub(super) fn refuse_used(name: &str, value: &Bound<'_, PyAny>) -> PyResult<()> {
    static USED: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let kind = value.get_type().name()?.to_string_lossy().into_owned();
    if !kind.ends_with("Reader") && !kind.ends_with("Stream") {
        return Ok(());
    }
    let py = value.py();
    let used =
        USED.get_or_try_init(py, || py.import("weakref")?.getattr("WeakSet")?.call0().map(Bound::unbind))?;
    let used = used.bind(py);
    match used.contains(value) {
        Ok(true) => Err(error::data(format!(
            "{name}: {} was read before and can be read only once; keep it as a table, such as .read_all(), to use it \
             again",
            describe(value)
        ))),
        Ok(false) => used.call_method1("add", (value,)).map(|_| ()),
        // Objects without weak references are not checked.
        Err(_) => Ok(()),
    }
}
