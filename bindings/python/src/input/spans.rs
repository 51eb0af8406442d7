//! Spans of time: `timedelta`, texts such as "4h", columns of durations.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    DurationMicrosecondType, DurationMillisecondType, DurationNanosecondType, DurationSecondType, Int64Type,
};
use arrow_array::{Array, ArrayRef, Int64Array};
use arrow_schema::{DataType, TimeUnit};
use chrono::TimeDelta;
use deskmetrics::duration_text;
use deskmetrics_arrow::column::TextColumn;
use pyo3::prelude::*;
use pyo3::types::PyDelta;

use super::column::{Column, Given};
use super::instants::together;
use super::origin::Origin;
use super::{Input, describe, numpy};
use crate::error;

/// Spans of time in microseconds: one, Python's own, or a column.
pub(crate) enum Spans<'py> {
    Values(Input<i64>),
    Column(SpanColumn<'py>),
}

/// A column of durations.
pub(crate) struct SpanColumn<'py> {
    pub(crate) micros: Int64Array,
    pub(crate) origin: Origin<'py>,
}

impl<'py> Spans<'py> {
    pub(crate) fn read(name: &str, value: &Bound<'py, PyAny>) -> PyResult<Self> {
        let value = &numpy::scalar(value)?;
        if value.is_instance_of::<PyDelta>() {
            return span(name, value).map(|one| Self::Values(Input::One(one)));
        }
        match Given::read(name, value, "a duration or a column of them")? {
            Given::Column(column) => SpanColumn::read(column).map(Self::Column),
            Given::Single(value) => span(name, &value).map(|one| Self::Values(Input::One(one))),
            Given::Values(values) => Input::many(name, &values, span).map(Self::Values),
        }
    }
}

impl Spans<'_> {
    /// Durations of a column or sequence, in microseconds; one alone is refused.
    pub(crate) fn many(self, name: &str) -> PyResult<Int64Array> {
        match self {
            Self::Column(column) => Ok(column.micros),
            Self::Values(Input::Many(values)) => Ok(values.into_iter().collect()),
            Self::Values(Input::One(_)) => Err(error::argument_type(format!(
                "{name}: a single duration is not a column; give a sequence or a column of them"
            ))),
        }
    }
}

impl<'py> SpanColumn<'py> {
    /// The durations of a column of any unit, or of texts such as "4h".
    pub(crate) fn read(column: Column<'py>) -> PyResult<Self> {
        let Column { name, chunks, origin, .. } = column;
        let mut before = 0;
        let mut read = Vec::with_capacity(chunks.len());
        for chunk in &chunks {
            read.push(micros(&name, before, chunk)?);
            before += chunk.len();
        }
        Ok(Self { micros: together(&name, &read)?, origin })
    }
}

fn micros(name: &str, before: usize, chunk: &ArrayRef) -> PyResult<Int64Array> {
    let wrong_type = || {
        error::column_type(format!(
            "{name}: a column of {} is not a column of durations; give durations, or texts such as \"4h\"",
            chunk.data_type()
        ))
    };
    let scaled = |numbers: Int64Array, each: i64| numbers.unary(|number| number.saturating_mul(each));
    Ok(match chunk.data_type() {
        DataType::Duration(TimeUnit::Second) => {
            scaled(chunk.as_primitive::<DurationSecondType>().reinterpret_cast(), 1_000_000)
        }
        DataType::Duration(TimeUnit::Millisecond) => {
            scaled(chunk.as_primitive::<DurationMillisecondType>().reinterpret_cast(), 1_000)
        }
        DataType::Duration(TimeUnit::Microsecond) => {
            chunk.as_primitive::<DurationMicrosecondType>().reinterpret_cast()
        }
        DataType::Duration(TimeUnit::Nanosecond) => {
            let nanos: Int64Array = chunk.as_primitive::<DurationNanosecondType>().reinterpret_cast();
            nanos.unary::<_, Int64Type>(|nanos| nanos.div_euclid(1_000))
        }
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
pub(crate) fn span(name: &str, value: &Bound<'_, PyAny>) -> PyResult<i64> {
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
