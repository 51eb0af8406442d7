//! Python values as an Arrow array, of the type they have.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, DurationMicrosecondArray, Float64Array, Int64Array, NullArray, StringArray,
    TimestampMicrosecondArray,
};
use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDate, PyDateTime, PyDelta, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};

use super::instants::instant;
use super::{describe, is_missing};
use crate::error;

/// The type of a Python value, narrow before wide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Truth,
    Whole,
    Number,
    Text,
    /// An aware datetime.
    Instant,
    /// A naive datetime or a date.
    WallClock,
    Span,
    /// A list or an object, as JSON text.
    Nested,
}

impl Kind {
    fn of(value: &Bound<'_, PyAny>) -> PyResult<Option<Self>> {
        Ok(Some(if value.is_instance_of::<PyBool>() {
            Self::Truth
        } else if value.is_instance_of::<PyInt>() {
            Self::Whole
        } else if value.is_instance_of::<PyFloat>() {
            Self::Number
        } else if value.is_instance_of::<PyString>() {
            Self::Text
        } else if value.is_instance_of::<PyDateTime>() {
            if value.getattr("tzinfo")?.is_none() { Self::WallClock } else { Self::Instant }
        } else if value.is_instance_of::<PyDate>() {
            Self::WallClock
        } else if value.is_instance_of::<PyDelta>() {
            Self::Span
        } else if value.is_instance_of::<PyList>()
            || value.is_instance_of::<PyTuple>()
            || value.is_instance_of::<PyDict>()
        {
            Self::Nested
        } else if value.extract::<i64>().is_ok() {
            // Numbers of other libraries.
            Self::Whole
        } else if value.extract::<f64>().is_ok() {
            Self::Number
        } else {
            return Ok(None);
        }))
    }
}

/// An array of Python values; `None`, NaN, NaT and NA are null.
///
/// Whole numbers and floats together are floats; any other mixture is refused.
pub(crate) fn array_of(name: &str, values: &Bound<'_, PyAny>) -> PyResult<ArrayRef> {
    let py = values.py();
    let mut known = Vec::with_capacity(values.len().unwrap_or(0));
    let mut kind = None;
    for (position, value) in values.try_iter()?.enumerate() {
        let value = value?;
        if is_missing(&value) {
            known.push(None);
            continue;
        }
        let found = Kind::of(&value)?.ok_or_else(|| {
            error::argument_type(format!(
                "{name}[{position}]: {} is no value of a column; give numbers, texts, bools, datetimes or timedeltas",
                describe(&value)
            ))
        })?;
        kind = Some(match (kind, found) {
            (None, found) => found,
            (Some(kind), found) if kind == found => kind,
            (Some(Kind::Whole | Kind::Number), Kind::Whole | Kind::Number) => Kind::Number,
            _ => {
                return Err(error::argument_type(format!(
                    "{name}[{position}]: {} is of another type than the values before it; convert the column to one type, such \
                     as to text",
                    describe(&value)
                )));
            }
        });
        known.push(Some(value));
    }
    let Some(kind) = kind else { return Ok(Arc::new(NullArray::new(known.len()))) };
    let values = known.into_iter();
    let numbered = |name: &str, position: usize| format!("{name}[{position}]");
    Ok(match kind {
        Kind::Truth => Arc::new(read::<bool, BooleanArray>(values)?),
        Kind::Whole => {
            let numbers = values.enumerate().map(|(position, value)| {
                let too_large = |value: &Bound<'_, PyAny>| {
                    error::argument(format!("{}: {} is too large", numbered(name, position), describe(value)))
                };
                value.map(|value| value.extract::<i64>().map_err(|_| too_large(&value))).transpose()
            });
            Arc::new(Int64Array::from(numbers.collect::<PyResult<Vec<_>>>()?))
        }
        Kind::Number => Arc::new(read::<f64, Float64Array>(values)?),
        Kind::Text => Arc::new(read::<String, StringArray>(values)?),
        Kind::Nested => {
            let json = PyModule::import(py, "json")?;
            let text_of = |value: Bound<'_, PyAny>| {
                let options = PyDict::new(value.py());
                options.set_item("default", value.py().get_type::<PyString>())?;
                json.call_method("dumps", (value,), Some(&options))?.extract::<String>()
            };
            let texts = values.map(|value| value.map(text_of).transpose());
            Arc::new(texts.collect::<PyResult<StringArray>>()?)
        }
        Kind::Span => {
            let micros = values.map(|value| {
                value.map(|value| {
                    value.extract::<TimeDelta>().map(|span| span.num_microseconds().unwrap_or(i64::MAX))
                })
            });
            let micros: PyResult<Vec<Option<i64>>> = micros.map(Option::transpose).collect();
            Arc::new(DurationMicrosecondArray::from(micros?))
        }
        Kind::Instant => {
            let micros = values.enumerate().map(|(position, value)| {
                value
                    .map(|value| instant(&numbered(name, position), &value, None).map(|at| at.micros))
                    .transpose()
            });
            Arc::new(
                TimestampMicrosecondArray::from(micros.collect::<PyResult<Vec<_>>>()?).with_timezone("UTC"),
            )
        }
        Kind::WallClock => {
            let micros = values.map(|value| value.map(|value| wall_clock(&value)).transpose());
            Arc::new(TimestampMicrosecondArray::from(micros.collect::<PyResult<Vec<_>>>()?))
        }
    })
}

fn read<'py, T, A>(values: impl Iterator<Item = Option<Bound<'py, PyAny>>>) -> PyResult<A>
where
    T: for<'a> FromPyObject<'a, 'py, Error: Into<PyErr>>,
    A: FromIterator<Option<T>>,
{
    values.map(|value| value.map(|value| value.extract::<T>().map_err(Into::into)).transpose()).collect()
}

fn wall_clock(value: &Bound<'_, PyAny>) -> PyResult<i64> {
    let at = if value.is_instance_of::<PyDateTime>() {
        value.extract::<NaiveDateTime>()?
    } else {
        value.extract::<NaiveDate>()?.and_time(chrono::NaiveTime::MIN)
    };
    Ok(at.and_utc().timestamp_micros())
}
