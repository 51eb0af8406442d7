//! Conversion of errors to the exceptions of the package, which are defined in Python.

use std::fmt::Display;

use deskmetrics::engine::visible;
use deskmetrics::schedule::DueError;
use pyo3::{PyErr, PyResult};

/// Imports each exception; one with a name beside it also has a function of that name, which makes it of a message.
macro_rules! exceptions {
    ($($class:ident $(=> $name:ident)?),+ $(,)?) => {
        pub(crate) mod exceptions {
            $(pyo3::import_exception!(deskmetrics.exceptions, $class);)+
        }

        $($(pub(crate) fn $name(message: impl Into<String>) -> PyErr {
            exceptions::$class::new_err(visible(&message.into()).into_owned())
        })?)+
    };
}

exceptions! {
    ArgumentError => argument,
    ArgumentTypeError => argument_type,
    ColumnNotFoundError,
    ColumnTypeError => column_type,
    DataError => data,
    DeskmetricsError,
    DuplicateEventError,
    EventExcludedError,
    NeverOpensError => never_opens,
    NoSuchNameError => no_such_name,
    PolicyError => policy,
    ReadError => read,
    ScaleError => scale,
    ScheduleError => schedule,
    TimestampError => timestamp,
}

/// Errors of the core as exceptions with their message.
pub(crate) trait OrError<T> {
    /// An [`ArgumentError`](exceptions::ArgumentError).
    fn or_argument(self) -> PyResult<T>;
    /// A [`DataError`](exceptions::DataError) about the object called `name`.
    fn or_data(self, name: &str) -> PyResult<T>;
    /// A [`ColumnTypeError`](exceptions::ColumnTypeError) about the column of this name.
    fn or_column_type(self, name: &str) -> PyResult<T>;
}

impl<T, E: Display> OrError<T> for Result<T, E> {
    fn or_argument(self) -> PyResult<T> {
        self.map_err(|problem| argument(problem.to_string()))
    }

    fn or_data(self, name: &str) -> PyResult<T> {
        self.map_err(|problem| data(format!("{name}: {problem}")))
    }

    fn or_column_type(self, name: &str) -> PyResult<T> {
        self.map_err(|problem| column_type(format!("{name}: {problem}")))
    }
}

/// Whether an error is one of ours, and not that of a library which cannot convert its data.
pub(crate) fn is_own(problem: &PyErr, py: pyo3::Python<'_>) -> bool {
    problem.is_instance_of::<exceptions::DeskmetricsError>(py)
}

/// There is no due time.
pub(crate) fn due(place: &str, error: DueError) -> PyErr {
    let message = format!("{place}{error}");
    match error {
        DueError::NeverOpens => never_opens(message),
        _ => timestamp(message),
    }
}

/// A suggestion of the nearest name; empty if none is near.
pub(crate) fn did_you_mean<S: AsRef<str>>(name: &str, present: impl IntoIterator<Item = S>) -> String {
    let nearest = deskmetrics_arrow::nearest(name, present);
    nearest.map(|nearest| format!(", did you mean \"{nearest}\"?")).unwrap_or_default()
}

/// The error for an unknown name, with the known ones and the nearest.
pub(crate) fn no_such(what: &str, name: &str, place: &str, present: &[&str]) -> PyErr {
    let meant = did_you_mean(name, present);
    let has = if present.is_empty() { "none".to_owned() } else { present.join(", ") };
    no_such_name(format!("there is no {what} \"{name}\" in {place}{meant}; it has {has}"))
}
