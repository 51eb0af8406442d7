//! The type of an input, so that the result has the same type.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, DurationMicrosecondType, Float64Type, Int64Type, TimestampMicrosecondType,
};
use arrow_array::{Array, ArrayRef, PrimitiveArray};
use arrow_schema::{DataType, Field};
use chrono::TimeDelta;
use deskmetrics::Timestamp;
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use pyo3_arrow::buffer::PyArrowBuffer;
use pyo3_arrow::{PyArray, PyChunkedArray};

use crate::error;
use crate::zone::InZone;

/// Where a column came from.
#[derive(Clone)]
pub(crate) enum Origin<'py> {
    /// A Series of pandas, whose index the answer takes over.
    Pandas(Bound<'py, PyAny>),
    Polars,
    /// An array of pyarrow; in chunks or not.
    PyArrow {
        chunked: bool,
    },
    Numpy,
    /// Python values.
    List,
    Arro3,
    Nanoarrow,
    /// Something that speaks Arrow; it is answered in Arrow.
    Arrow,
}

impl<'py> Origin<'py> {
    /// Of something with the Arrow PyCapsule interface.
    pub(super) fn of(value: &Bound<'py, PyAny>) -> PyResult<Self> {
        let kind = value.get_type();
        let module = kind.module()?;
        let module = module.to_str()?;
        Ok(match module.split('.').next().unwrap_or_default() {
            "pandas" => Self::Pandas(value.clone()),
            "polars" => Self::Polars,
            "pyarrow" => Self::PyArrow { chunked: value.hasattr("__arrow_c_stream__")? },
            // Relations have no arrays of their own.
            "duckdb" | "_duckdb" if value.py().import("pyarrow").is_ok() => Self::PyArrow { chunked: true },
            "arro3" => Self::Arro3,
            "nanoarrow" => Self::Nanoarrow,
            _ => Self::Arrow,
        })
    }

    /// An array of durations, timestamps or booleans as the kind that came in, called `name` where columns have names.
    pub(crate) fn give(&self, py: Python<'py>, name: &str, array: &ArrayRef) -> PyResult<Bound<'py, PyAny>> {
        let field = || Arc::new(Field::new(name, array.data_type().clone(), true));
        let arrow = || PyArray::new(Arc::clone(array), field());
        match self {
            Self::Pandas(series) => pandas(py, series, name, array),
            Self::Numpy => to_numpy(py, array),
            Self::List => values_of(py, array),
            Self::Polars => py.import("polars")?.getattr("Series")?.call1((name, arrow())),
            Self::PyArrow { chunked: false } => py.import("pyarrow")?.getattr("array")?.call1((arrow(),)),
            Self::PyArrow { chunked: true } => {
                PyChunkedArray::try_new(vec![Arc::clone(array)], field())?.into_pyarrow(py)
            }
            Self::Arro3 => arrow().into_arro3(py),
            Self::Nanoarrow => py.import("nanoarrow")?.getattr("Array")?.call1((arrow(),)),
            Self::Arrow => arrow().into_bound_py_any(py),
        }
    }
}

/// Microseconds as NumPy has them: the smallest number is NaT.
fn to_numpy<'py>(py: Python<'py>, array: &ArrayRef) -> PyResult<Bound<'py, PyAny>> {
    let numpy = py.import("numpy")?;
    let dtype = match array.data_type() {
        DataType::Duration(_) => "m8[us]",
        DataType::Timestamp(_, _) => "M8[us]",
        other => {
            let options = PyDict::new(py);
            let dtype = match other {
                DataType::Date32 => "M8[D]",
                _ if array.null_count() > 0 => "O",
                DataType::Boolean => "?",
                _ => "i8",
            };
            options.set_item("dtype", dtype)?;
            return numpy.getattr("array")?.call((values_of(py, array)?,), Some(&options));
        }
    };
    let micros = micros(array);
    let values = match micros.nulls() {
        None => micros.values().clone(),
        Some(nulls) => {
            let or_nat = |(value, known): (&i64, bool)| if known { *value } else { i64::MIN };
            micros.values().iter().zip(nulls.iter()).map(or_nat).collect()
        }
    };
    if values.is_empty() {
        return numpy.getattr("empty")?.call1((0, dtype));
    }
    let buffer = PyArrowBuffer::new(values.inner().clone()).into_bound_py_any(py)?;
    // A copy, since what we hand out must be writable.
    numpy.getattr("frombuffer")?.call1((buffer, dtype))?.call_method0("copy")
}

fn pandas<'py>(
    py: Python<'py>,
    series: &Bound<'py, PyAny>,
    name: &str,
    array: &ArrayRef,
) -> PyResult<Bound<'py, PyAny>> {
    let library = py.import("pandas")?;
    let values = if *array.data_type() == DataType::Boolean && array.null_count() > 0 {
        let options = PyDict::new(py);
        options.set_item("dtype", "boolean")?;
        library.getattr("array")?.call((values_of(py, array)?,), Some(&options))?
    } else {
        to_numpy(py, array)?
    };
    let options = PyDict::new(py);
    options.set_item("index", series.getattr("index")?)?;
    options.set_item("name", name)?;
    let answer = library.getattr("Series")?.call((values,), Some(&options))?;
    match array.data_type() {
        DataType::Timestamp(_, Some(zone)) => {
            let utc = answer.getattr("dt")?.call_method1("tz_localize", ("UTC",))?;
            utc.getattr("dt")?.call_method1("tz_convert", (&**zone,))
        }
        _ => Ok(answer),
    }
}

/// A column as a list of Python values: text, truths, numbers, durations, dates, timestamps in UTC; `None` for missing ones.
pub(crate) fn values_of<'py>(py: Python<'py>, array: &ArrayRef) -> PyResult<Bound<'py, PyAny>> {
    match array.data_type() {
        DataType::Boolean => array.as_boolean().iter().collect::<Vec<_>>().into_bound_py_any(py),
        DataType::Int64 => array.as_primitive::<Int64Type>().iter().collect::<Vec<_>>().into_bound_py_any(py),
        DataType::Float64 => {
            array.as_primitive::<Float64Type>().iter().collect::<Vec<_>>().into_bound_py_any(py)
        }
        DataType::Duration(_) => {
            let spans =
                micros(array).iter().map(|span| span.map(TimeDelta::microseconds)).collect::<Vec<_>>();
            spans.into_bound_py_any(py)
        }
        DataType::Timestamp(..) => {
            let at = |at| InZone(Timestamp::saturating_from_micros(at), None);
            let micros = micros(array);
            micros.iter().map(|value| value.map(at)).collect::<Vec<_>>().into_bound_py_any(py)
        }
        DataType::Date32 => {
            let days = array.as_primitive::<Date32Type>().iter();
            let dates = days.map(|day| day.and_then(Date32Type::to_naive_date_opt));
            dates.collect::<Vec<_>>().into_bound_py_any(py)
        }
        other => match array.as_string_opt::<i32>() {
            Some(texts) => texts.iter().collect::<Vec<_>>().into_bound_py_any(py),
            None => Err(error::data(format!("a column of {other} has no form in Python"))),
        },
    }
}

fn micros(array: &ArrayRef) -> PrimitiveArray<Int64Type> {
    match array.data_type() {
        DataType::Duration(_) => array.as_primitive::<DurationMicrosecondType>().reinterpret_cast(),
        _ => array.as_primitive::<TimestampMicrosecondType>().reinterpret_cast(),
    }
}
