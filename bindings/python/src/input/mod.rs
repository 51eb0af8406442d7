//! Arguments of Python functions: a value, a sequence of values, a column or a table of any library with Arrow support.

mod array;
mod column;
mod numpy;
mod origin;
mod refuse;
mod spans;
mod stream;
mod table;
mod times;
mod timestamps;

pub(crate) use self::array::array_of;
pub(crate) use self::column::{Column, Given};
pub(crate) use self::origin::{Origin, values_of};
pub(crate) use self::refuse::{refuse, remedy};
pub(crate) use self::spans::Spans;
pub(crate) use self::table::Table;
pub(crate) use self::times::{Micros, TimeColumn, Times, together_any};
pub(crate) use self::timestamps::{Moments, is_wall_clock, timestamp, zone};

use std::ops::Range;
use std::path::PathBuf;

use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString};

use crate::error;

/// A single value, or a sequence in which values may be missing.
pub(crate) enum Input<T> {
    One(T),
    Many(Vec<Option<T>>),
}

impl<T> Input<T> {
    /// Reads a sequence; `read` takes one value and the words that name it in an error.
    pub(crate) fn many<'py>(
        name: &str,
        values: &Bound<'py, PyAny>,
        read: impl Fn(&str, &Bound<'py, PyAny>) -> PyResult<T>,
    ) -> PyResult<Self> {
        let mut many = Vec::with_capacity(values.len().unwrap_or(0));
        for (position, value) in values.try_iter()?.enumerate() {
            let value = value?;
            many.push(if is_missing(&value) {
                None
            } else {
                Some(read(&format!("{name}[{position}]"), &value)?)
            });
        }
        Ok(Self::Many(many))
    }

    /// Pairs two arguments; a single value is paired with each element.
    pub(crate) fn zip<U>(self, names: [&str; 2], other: Input<U>) -> PyResult<Input<(T, U)>>
    where
        T: Clone,
        U: Clone,
    {
        Ok(match (self, other) {
            (Self::One(a), Input::One(b)) => Input::One((a, b)),
            (Self::One(a), Input::Many(many)) => {
                Input::Many(many.into_iter().map(|b| Some((a.clone(), b?))).collect())
            }
            (Self::Many(many), Input::One(b)) => {
                Input::Many(many.into_iter().map(|a| Some((a?, b.clone()))).collect())
            }
            (Self::Many(first), Input::Many(second)) => {
                same_length(names[0], first.len(), names[1], second.len())?;
                Input::Many(first.into_iter().zip(second).map(|(a, b)| Some((a?, b?))).collect())
            }
        })
    }

    /// The answer for each value, as what was given: one for one, a list for many, `None` for a missing one.
    pub(crate) fn answer<'py, R: IntoPyObject<'py>>(
        self,
        py: Python<'py>,
        answer: impl Fn(&str, T) -> PyResult<R>,
    ) -> PyResult<Bound<'py, PyAny>> {
        match self {
            Self::One(value) => answer("", value)?.into_bound_py_any(py),
            Self::Many(values) => {
                let mut answers = Vec::with_capacity(values.len());
                for (position, value) in values.into_iter().enumerate() {
                    let answered = value.map(|value| answer(&format!("element {position}: "), value));
                    answers.push(answered.transpose()?.into_bound_py_any(py)?);
                }
                PyList::new(py, answers)?.into_bound_py_any(py)
            }
        }
    }
}

/// Checks that two columns go together row by row.
pub(crate) fn same_length(first: &str, n: usize, second: &str, other: usize) -> PyResult<()> {
    if n == other {
        return Ok(());
    }
    Err(error::argument(format!(
        "{first} has {n} elements and {second} has {other}; both must have the same number"
    )))
}

/// Rows processed between two checks for Ctrl-C.
const BLOCK: usize = 1 << 20;

/// Processes rows in blocks without the GIL; Ctrl-C can interrupt between two blocks.
pub(crate) fn in_blocks<T: Send>(
    py: Python<'_>,
    n: usize,
    mut work: impl FnMut(Range<usize>) -> T + Send,
) -> PyResult<Vec<T>> {
    let blocks = (0..n).step_by(BLOCK).map(|row| {
        let done = py.detach(|| work(row..n.min(row + BLOCK)));
        py.check_signals().map(|()| done)
    });
    blocks.collect()
}

/// A name, which is a text.
pub(crate) fn named(place: &str, value: &Bound<'_, PyAny>) -> PyResult<String> {
    value
        .extract::<String>()
        .map_err(|_| error::argument_type(format!("{place}: {} is not a name; give a text", describe(value))))
}

/// The path of a file or folder, with an example for messages.
pub(crate) fn path(place: &str, value: &Bound<'_, PyAny>, example: &str) -> PyResult<PathBuf> {
    value.extract().map_err(|_| {
        let found = describe(value);
        error::argument_type(format!(
            "{place}: {found} is not a path; give a text or a pathlib.Path, such as \"{example}\""
        ))
    })
}

/// `None`, NaN, NaT and pandas' NA.
pub(crate) fn is_missing(value: &Bound<'_, PyAny>) -> bool {
    if value.is_none() {
        return true;
    }
    // A value that is not equal to itself is a NaN; comparing NA raises.
    match value.ne(value) {
        Ok(differs) => differs,
        Err(_) => value.get_type().name().is_ok_and(|name| name == "NAType"),
    }
}

/// A value for an error message: its representation and type.
pub(crate) fn describe(value: &Bound<'_, PyAny>) -> String {
    // Formatting a Python text would answer Ctrl-C, and lose it.
    let kind = value
        .get_type()
        .name()
        .map_or_else(|_| "object".to_owned(), |name| name.to_string_lossy().into_owned());
    let shown = if value.is_instance_of::<PyString>() { value.repr() } else { value.str() };
    let shown = shown.map_or_else(|_| String::new(), |text| text.to_string_lossy().into_owned());
    if shown.chars().count() > 60 { kind } else { format!("{shown} ({kind})") }
}
