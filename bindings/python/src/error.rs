//! Errors become the package's own exceptions, which are defined in Python.

use deskmetrics::schedule::DueError;
use deskmetrics::survey::ScaleError;
use pyo3::PyErr;

pub(crate) mod exceptions {
    pyo3::import_exception!(deskmetrics.exceptions, ArgumentError);
    pyo3::import_exception!(deskmetrics.exceptions, ArgumentTypeError);
    pyo3::import_exception!(deskmetrics.exceptions, ColumnNotFoundError);
    pyo3::import_exception!(deskmetrics.exceptions, ColumnTypeError);
    pyo3::import_exception!(deskmetrics.exceptions, DataError);
    pyo3::import_exception!(deskmetrics.exceptions, DeskmetricsError);
    pyo3::import_exception!(deskmetrics.exceptions, InstantError);
    pyo3::import_exception!(deskmetrics.exceptions, NeverOpensError);
    pyo3::import_exception!(deskmetrics.exceptions, NoSuchNameError);
    pyo3::import_exception!(deskmetrics.exceptions, PolicyError);
    pyo3::import_exception!(deskmetrics.exceptions, ReadError);
    pyo3::import_exception!(deskmetrics.exceptions, ScaleError);
    pyo3::import_exception!(deskmetrics.exceptions, ScheduleError);
}

/// Whether an error is one of ours, and not that of a library which cannot convert its data.
pub(crate) fn is_own(problem: &PyErr, py: pyo3::Python<'_>) -> bool {
    problem.is_instance_of::<exceptions::DeskmetricsError>(py)
}

/// The schedule is wrong.
pub(crate) fn schedule(message: String) -> PyErr {
    exceptions::ScheduleError::new_err(message)
}

/// There is no due time.
pub(crate) fn due(place: &str, error: DueError) -> PyErr {
    let message = format!("{place}{error}");
    match error {
        DueError::NeverOpens => exceptions::NeverOpensError::new_err(message),
        _ => exceptions::InstantError::new_err(message),
    }
}

/// The scale is wrong.
pub(crate) fn scale(error: &ScaleError) -> PyErr {
    exceptions::ScaleError::new_err(error.to_string())
}

/// A column's type cannot hold what is asked of it.
pub(crate) fn column_type(message: String) -> PyErr {
    exceptions::ColumnTypeError::new_err(message)
}

/// The data cannot be read.
pub(crate) fn data(message: String) -> PyErr {
    exceptions::DataError::new_err(message)
}

/// The value is right in kind and wrong in content.
pub(crate) fn argument(message: String) -> PyErr {
    exceptions::ArgumentError::new_err(message)
}

/// The value is of the wrong kind.
pub(crate) fn argument_type(message: String) -> PyErr {
    exceptions::ArgumentTypeError::new_err(message)
}

/// A name that is not there, with what is and the nearest of it.
pub(crate) fn no_such(what: &str, name: &str, place: &str, present: &[&str]) -> PyErr {
    let nearest = deskmetrics_arrow::nearest(name, present);
    let meant = nearest.map(|nearest| format!(", did you mean \"{nearest}\"?")).unwrap_or_default();
    let has = if present.is_empty() { "nothing".to_owned() } else { present.join(", ") };
    exceptions::NoSuchNameError::new_err(format!(
        "there is no {what} \"{name}\" in {place}{meant}; it has {has}"
    ))
}
