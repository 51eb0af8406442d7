//! NumPy arrays as Arrow arrays, without a copy where the numbers are contiguous.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int64Type, UInt8Type};
use arrow_array::{ArrayRef, BooleanArray, Int64Array};
use arrow_buffer::NullBuffer;
use arrow_schema::{DataType, TimeUnit};
use pyo3::prelude::*;
use pyo3_arrow::PyArray;

use super::describe;
use crate::error::{self, OrError as _};

/// Whether a value is an array of NumPy (not one of its scalars).
pub(super) fn is_array(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    let kind = value.get_type();
    if kind.name()? == "ndarray" {
        return Ok(kind.module()? == "numpy");
    }
    // Subclasses; others do not have the attribute.
    value.hasattr("__array_interface__").map(|array| array && value.hasattr("strides").unwrap_or(false))
}

/// A `timedelta64` as a timedelta, a `datetime64` as a naive datetime; any other value as it is.
pub(super) fn scalar<'py>(value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let kind = value.get_type();
    match &*kind.name()?.to_string_lossy() {
        name @ ("timedelta64" | "datetime64") if kind.module()? == "numpy" => {
            value.call_method1("astype", (format!("{name}[us]"),))?.call_method0("item")
        }
        _ => Ok(value.clone()),
    }
}

/// The array in Arrow; `None` when its elements are Python objects or texts, which are read one by one.
pub(super) fn read(name: &str, array: &Bound<'_, PyAny>) -> PyResult<Option<ArrayRef>> {
    let dimensions: usize = array.getattr("ndim")?.extract()?;
    if dimensions != 1 {
        return Err(error::argument_type(format!(
            "{name}: an array of {dimensions} dimensions is not a column; give one column of it, such as array[:, 0]"
        )));
    }
    // A mask marks missing values; lists contain them as None.
    if array.hasattr("mask")? {
        return Ok(None);
    }
    let dtype = array.getattr("dtype")?;
    let kind: String = dtype.getattr("kind")?.extract()?;
    match kind.as_str() {
        "i" | "u" => plain(array, None).map(Some),
        "f" => {
            let bytes: usize = dtype.getattr("itemsize")?.extract()?;
            let wider = (bytes != 4 && bytes != 8).then_some("f8");
            plain(array, wider).map(Some)
        }
        "b" => {
            let bytes = plain(&array.call_method1("view", ("u1",))?, None)?;
            let truths: BooleanArray =
                bytes.as_primitive::<UInt8Type>().iter().map(|byte| byte.map(|byte| byte != 0)).collect();
            Ok(Some(Arc::new(truths)))
        }
        "M" | "m" => dated(array, &dtype, &kind).map(Some),
        "O" | "U" | "S" | "T" => Ok(None),
        _ => Err(error::argument_type(format!(
            "{name}: an array of {} is not a column of values; give numbers, texts or datetime64",
            describe(&dtype)
        ))),
    }
}

/// Numbers, shared where they are contiguous and in native byte order, else copied.
fn plain(array: &Bound<'_, PyAny>, wider: Option<&str>) -> PyResult<ArrayRef> {
    let mut array = match wider {
        Some(wider) => array.call_method1("astype", (wider,))?,
        None => native(array)?,
    };
    let flags = array.getattr("flags")?;
    if !flags.getattr("c_contiguous")?.extract::<bool>()? || !flags.getattr("aligned")?.extract::<bool>()? {
        array = array.call_method0("copy")?;
    }
    Ok(array.extract::<PyArray>()?.into_inner().0)
}

/// The array in the machine's order of bytes.
fn native<'py>(array: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let dtype = array.getattr("dtype")?;
    if dtype.getattr("isnative")?.extract()? {
        return Ok(array.clone());
    }
    array.call_method1("astype", (dtype.call_method1("newbyteorder", ("=",))?,))
}

/// `datetime64` and `timedelta64`: numbers of their unit, of which the smallest is NaT.
fn dated(array: &Bound<'_, PyAny>, dtype: &Bound<'_, PyAny>, kind: &str) -> PyResult<ArrayRef> {
    let text: String = dtype.getattr("str")?.extract()?;
    let unit = text.split_once('[').map_or("", |(_, unit)| unit.trim_end_matches(']'));
    let (array, unit) = match unit {
        "s" | "ms" | "us" | "ns" => (array.clone(), unit.to_owned()),
        // Days, minutes, and multiples such as 25s; months have no length, which NumPy refuses itself.
        _ => (array.call_method1("astype", (format!("{kind}8[us]"),))?, "us".to_owned()),
    };
    let numbers = plain(&native(&array)?.call_method1("view", ("i8",))?, None)?;
    let numbers = numbers.as_primitive::<Int64Type>();
    let missing = numbers.values().contains(&i64::MIN);
    let known: Option<NullBuffer> =
        missing.then(|| numbers.values().iter().map(|number| *number != i64::MIN).collect());
    let numbers = Int64Array::new(numbers.values().clone(), known);
    let unit = match unit.as_str() {
        "s" => TimeUnit::Second,
        "ms" => TimeUnit::Millisecond,
        "ns" => TimeUnit::Nanosecond,
        _ => TimeUnit::Microsecond,
    };
    let of_unit = if kind == "M" { DataType::Timestamp(unit, None) } else { DataType::Duration(unit) };
    arrow_cast::cast(&numbers, &of_unit).or_argument()
}
