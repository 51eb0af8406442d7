//! Timestamps and durations in microseconds: one value, a sequence of Python values, or a column.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef, Int64Array};
use pyo3::prelude::*;

use super::Input;
use super::column::{Column, Given};
use super::origin::Origin;
use crate::error::{self, OrError as _};

/// Timestamps or durations: Python values, one or many, or a column.
pub(crate) enum Times<'py, T> {
    Values(Input<T>),
    Column(TimeColumn<'py>),
}

/// A value in microseconds.
pub(crate) trait Micros {
    fn micros(&self) -> i64;
}

/// A column of timestamps or durations.
pub(crate) struct TimeColumn<'py> {
    /// Timestamps since 1970 in UTC.
    pub(crate) micros: Int64Array,
    /// The zone in which answers are given.
    pub(crate) zone: Arc<str>,
    pub(crate) origin: Origin<'py>,
}

impl<'py, T: Micros> Times<'py, T> {
    /// Reads an argument with a function for one value and one for a column.
    pub(super) fn of(
        name: &str,
        value: &Bound<'py, PyAny>,
        kind: &str,
        one: impl Fn(&str, &Bound<'py, PyAny>) -> PyResult<T>,
        column: impl FnOnce(Column<'py>) -> PyResult<TimeColumn<'py>>,
    ) -> PyResult<Self> {
        Ok(match Given::read(name, value, &format!("a {kind} or a column of them"))? {
            Given::Column(given) => Self::Column(column(given)?),
            Given::Single(value) => Self::Values(Input::One(one(name, &value)?)),
            Given::Values(values) => Self::Values(Input::many(name, &values, one)?),
        })
    }

    /// The values of a column or sequence; one alone is refused.
    pub(super) fn several(self, name: &str, kind: &str) -> PyResult<Int64Array> {
        match self {
            Self::Column(column) => Ok(column.micros),
            Self::Values(Input::Many(values)) => {
                Ok(values.into_iter().map(|value| value.map(|value| value.micros())).collect())
            }
            Self::Values(Input::One(_)) => Err(error::argument_type(format!(
                "{name}: a single {kind} is not a column; give a sequence or a column of them"
            ))),
        }
    }
}

impl<'py> TimeColumn<'py> {
    /// Reads each chunk of a column with its name and the number of rows before it.
    pub(super) fn of(
        column: Column<'py>,
        zone: Arc<str>,
        read: impl Fn(&str, usize, &ArrayRef) -> PyResult<Int64Array>,
    ) -> PyResult<Self> {
        let Column { name, chunks, origin, .. } = column;
        let mut before = 0;
        let mut arrays = Vec::with_capacity(chunks.len());
        for chunk in &chunks {
            arrays.push(Arc::new(read(&name, before, chunk)?) as ArrayRef);
            before += chunk.len();
        }
        let micros = match together(&name, &arrays)? {
            Some(whole) => whole.as_primitive::<Int64Type>().clone(),
            None => Int64Array::from(Vec::<i64>::new()),
        };
        Ok(Self { micros, zone, origin })
    }
}

/// Arrays as one, a single one without a copy; `None` where there is no array.
fn together(name: &str, arrays: &[ArrayRef]) -> PyResult<Option<ArrayRef>> {
    if let [] | [_] = arrays {
        return Ok(arrays.first().cloned());
    }
    let arrays: Vec<&dyn Array> = arrays.iter().map(AsRef::as_ref).collect();
    arrow_select::concat::concat(&arrays).or_data(name).map(Some)
}

/// The chunks of a column as one array.
pub(crate) fn together_any(name: &str, column: &Column<'_>) -> PyResult<ArrayRef> {
    let whole = together(name, &column.chunks)?;
    Ok(whole.unwrap_or_else(|| arrow_array::new_empty_array(&column.data_type)))
}
