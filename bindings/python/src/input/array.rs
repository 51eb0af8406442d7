//! Python values as an Arrow array, of the type they have.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, DurationMicrosecondArray, Float64Array, Int64Array, NullArray, StringArray,
    TimestampMicrosecondArray,
};
use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDate, PyDateTime, PyDelta, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};

use super::timestamps::timestamp;
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
    Timestamp,
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
            if value.getattr("tzinfo")?.is_none() { Self::WallClock } else { Self::Timestamp }
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
            (Some(Kind::Timestamp | Kind::WallClock), Kind::Timestamp | Kind::WallClock) => {
                let (has, others) =
                    if found == Kind::Timestamp { ("a", "have none") } else { ("no", "have one") };
                return Err(error::timestamp(format!(
                    "{name}[{position}]: {} has {has} time zone while the values before it {others}; give all of them a zone, such as \
                     with .replace(tzinfo=ZoneInfo(\"Europe/Madrid\")) where it is missing",
                    describe(&value)
                )));
            }
            _ => {
                return Err(error::argument_type(format!(
                    "{name}[{position}]: {} is of another type than the values before it; convert the column to one type, such \
                     as numbers or texts",
                    describe(&value)
                )));
            }
        });
        known.push(Some(value));
    }
    let Some(kind) = kind else { return Ok(Arc::new(NullArray::new(known.len()))) };
    let each = |position: usize| format!("{name}[{position}]");
    Ok(match kind {
        Kind::Truth => Arc::new(read::<bool, BooleanArray>(&known, |_, value| value.extract())?),
        Kind::Number => Arc::new(read::<f64, Float64Array>(&known, |_, value| value.extract())?),
        Kind::Text => Arc::new(read::<String, StringArray>(&known, |_, value| value.extract())?),
        Kind::Whole => Arc::new(read::<i64, Int64Array>(&known, |position, value| {
            let too_large =
                |_| error::argument(format!("{}: {} is too large", each(position), describe(value)));
            value.extract().map_err(too_large)
        })?),
        Kind::Nested => {
            let dumps = PyModule::import(py, "json")?.getattr("dumps")?;
            let options = PyDict::new(py);
            options.set_item("default", py.get_type::<PyString>())?;
            let text = |_, value: &Bound<'_, PyAny>| dumps.call((value,), Some(&options))?.extract();
            Arc::new(read::<String, StringArray>(&known, text)?)
        }
        Kind::Span => Arc::new(read::<i64, DurationMicrosecondArray>(&known, |_, value| {
            Ok(value.extract::<TimeDelta>()?.num_microseconds().unwrap_or(i64::MAX))
        })?),
        Kind::Timestamp => {
            let micros = |position, value: &_| timestamp(&each(position), value, None).map(|at| at.micros);
            Arc::new(read::<i64, TimestampMicrosecondArray>(&known, micros)?.with_timezone("UTC"))
        }
        Kind::WallClock => {
            Arc::new(read::<i64, TimestampMicrosecondArray>(&known, |_, value| wall_clock(value))?)
        }
    })
}

/// The values that are there, read with their positions.
fn read<'py, T, A: FromIterator<Option<T>>>(
    values: &[Option<Bound<'py, PyAny>>],
    one: impl Fn(usize, &Bound<'py, PyAny>) -> PyResult<T>,
) -> PyResult<A> {
    values
        .iter()
        .enumerate()
        .map(|(position, value)| value.as_ref().map(|value| one(position, value)).transpose())
        .collect()
}

fn wall_clock(value: &Bound<'_, PyAny>) -> PyResult<i64> {
    let at = if value.is_instance_of::<PyDateTime>() {
        value.extract::<NaiveDateTime>()?
    } else {
        value.extract::<NaiveDate>()?.and_time(chrono::NaiveTime::MIN)
    };
    Ok(at.and_utc().timestamp_micros())
}
