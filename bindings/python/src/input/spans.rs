//! Spans of time: `timedelta`, texts such as "4h", columns of durations.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef, Int64Array};
use arrow_schema::{DataType, TimeUnit};
use chrono::TimeDelta;
use deskmetrics::duration_text;
use deskmetrics_arrow::column::TextColumn;
use pyo3::prelude::*;
use pyo3::types::PyDelta;

use super::times::{Micros, TimeColumn, Times};
use super::{Input, describe, numpy};
use crate::error;

/// Durations in microseconds: one, Python's own, or a column.
pub(crate) type Spans<'py> = Times<'py, i64>;

impl Micros for i64 {
    fn micros(&self) -> i64 {
        *self
    }
}

impl<'py> Spans<'py> {
    /// Reads an argument: durations of any unit, or texts such as "4h".
    pub(crate) fn read(name: &str, value: &Bound<'py, PyAny>) -> PyResult<Self> {
        let value = &numpy::scalar(value)?;
        if value.is_instance_of::<PyDelta>() {
            return span(name, value).map(|one| Self::Values(Input::One(one)));
        }
        Self::of(name, value, "duration", span, |column| TimeColumn::of(column, Arc::from("UTC"), micros))
    }

    /// Durations of a column or sequence, in microseconds; one alone is refused.
    pub(crate) fn many(self, name: &str) -> PyResult<Int64Array> {
        self.several(name, "duration")
    }
}

fn micros(name: &str, before: usize, chunk: &ArrayRef) -> PyResult<Int64Array> {
    let wrong_type = || {
        error::column_type(format!(
            "{name}: a column of {} is not a column of durations; give durations, or texts such as \"4h\"",
            chunk.data_type()
        ))
    };
    let scaled = |each: i64| {
        let numbers = arrow_cast::cast(chunk, &DataType::Int64).map_err(|_| wrong_type())?;
        let numbers = numbers.as_primitive::<Int64Type>();
        Ok::<Int64Array, PyErr>(numbers.unary(|number| number.saturating_mul(each)))
    };
    Ok(match chunk.data_type() {
        DataType::Duration(TimeUnit::Second) => scaled(1_000_000)?,
        DataType::Duration(TimeUnit::Millisecond) => scaled(1_000)?,
        DataType::Duration(TimeUnit::Microsecond) => scaled(1)?,
        DataType::Duration(TimeUnit::Nanosecond) => scaled(1)?.unary(|nanos| nanos.div_euclid(1_000)),
        DataType::Null => Int64Array::new_null(chunk.len()),
        kind if kind.is_string() || matches!(kind, DataType::Dictionary(_, _)) => {
            let texts = TextColumn::new(chunk).map_err(|_| wrong_type())?;
            let mut read = Int64Array::builder(chunk.len());
            for row in 0..chunk.len() {
                let span = texts.get(row).map(|text| {
                    let place = format!("{name}[{}]", before + row);
                    parsed(&place, text)
                });
                read.append_option(span.transpose()?);
            }
            read.finish()
        }
        _ => return Err(wrong_type()),
    })
}

fn parsed(place: &str, text: &str) -> PyResult<i64> {
    let span =
        duration_text::parse(text).map_err(|problem| error::argument(format!("{place}: {problem}")))?;
    span.num_microseconds().ok_or_else(|| error::argument(format!("{place}: \"{text}\" is too long")))
}

/// One span of time in microseconds.
fn span(name: &str, value: &Bound<'_, PyAny>) -> PyResult<i64> {
    let value = &numpy::scalar(value)?;
    if let Ok(text) = value.extract::<String>() {
        return parsed(name, &text);
    }
    if !value.is_instance_of::<PyDelta>() {
        return Err(error::argument_type(format!(
            "{name}: {} is not a timedelta; give a timedelta, or a text such as \"4h\"",
            describe(value)
        )));
    }
    let span = value.extract::<TimeDelta>()?;
    span.num_microseconds().ok_or_else(|| error::argument(format!("{name}: {} is too long", describe(value))))
}
