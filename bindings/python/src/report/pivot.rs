//! Selections of rows, and wide tables of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, DurationMicrosecondArray, Float64Array, Int64Array, RecordBatch, StringArray,
};
use arrow_schema::{ArrowError, Field, Schema};
use deskmetrics::report::{AxisLabel, Pivot, ReportRow, RowSelection, RowSelectionError, value_text};
use deskmetrics::ticket::Attribute;
use deskmetrics::{ClockKind, Unit};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::data::from_form;
use crate::error;
use crate::input::{describe, named};

/// The selection of rows in the words of Python.
#[derive(Default)]
pub(super) struct Requested<'a, 'py> {
    pub(super) kpi: Option<&'a Bound<'py, PyAny>>,
    pub(super) question: Option<&'a Bound<'py, PyAny>>,
    pub(super) option: Option<&'a Bound<'py, PyAny>>,
    pub(super) clock: Option<&'a Bound<'py, PyAny>>,
    pub(super) measure: Option<&'a Bound<'py, PyAny>>,
    pub(super) period: Option<&'a Bound<'py, PyAny>>,
    /// Values of attributes; several dicts add up.
    pub(super) slices: Vec<&'a Bound<'py, PyAny>>,
}

impl Requested<'_, '_> {
    pub(super) fn selection(self) -> PyResult<RowSelection> {
        let mut selection = match self.kpi {
            Some(kpi) => RowSelection::of(named("kpi", kpi)?),
            None => RowSelection::default(),
        };
        if let Some(question) = self.question {
            selection = selection.with_question(named("question", question)?);
        }
        if let Some(option) = self.option {
            selection = selection.with_option(named("option", option)?);
        }
        if let Some(clock) = self.clock {
            selection = selection.with_clock(from_form::<ClockKind>(
                "clock",
                named("clock", clock)?.into(),
                error::argument,
            )?);
        }
        if let Some(measure) = self.measure {
            selection = selection.with_measure(named("measure", measure)?);
        }
        if let Some(period) = self.period {
            selection = selection.with_period(named("period", period)?);
        }
        for slice in self.slices {
            selection = selection.with_slice(keys(slice)?);
        }
        Ok(selection)
    }
}

/// The slice of a Python dict.
fn keys(slice: &Bound<'_, PyAny>) -> PyResult<BTreeMap<Attribute, Option<Box<str>>>> {
    let Ok(slice) = slice.cast::<PyDict>() else {
        let found = describe(slice);
        return Err(error::argument_type(format!(
            "slice: {found} is not a dict such as {{\"market\": \"DK\"}}"
        )));
    };
    let mut keys = BTreeMap::new();
    for (attribute, value) in slice {
        let value = if value.is_none() { None } else { Some(value.str()?.to_string().into()) };
        keys.insert(Attribute::Custom(named("slice", &attribute)?.into()), value);
    }
    Ok(keys)
}

/// The error in Python.
pub(super) fn unselected(problem: &RowSelectionError) -> PyErr {
    match problem {
        RowSelectionError::Unknown { what, name, known } => {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            error::no_such(what, name, "the report", &known)
        }
        RowSelectionError::NotSliced { .. }
        | RowSelectionError::NoPeriods
        | RowSelectionError::NoRow { .. } => error::no_such_name(problem.to_string()),
        RowSelectionError::Several { candidates } => error::argument(format!(
            "{} rows match: {}; select one of them with kpi, question=, option=, clock= or measure=",
            candidates.len(),
            candidates.join("; ").replace("(option \"\")", "(option=\"\")")
        )),
        _ => error::argument(problem.to_string()),
    }
}

/// What a cell of a wide table shows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    Value,
    Records,
    Text,
}

impl Shown {
    pub(super) fn parse(name: &str) -> PyResult<Self> {
        match name {
            "value" => Ok(Self::Value),
            "n" => Ok(Self::Records),
            "text" => Ok(Self::Text),
            _ => Err(error::no_such("choice", name, "values", &["value", "n", "text"])),
        }
    }
}

/// Seconds of a unit of durations.
fn seconds_of(unit: &str) -> PyResult<f64> {
    match unit {
        "seconds" => Ok(1.0),
        "minutes" => Ok(60.0),
        "hours" => Ok(3600.0),
        "days" => Ok(86_400.0),
        _ => Err(error::no_such("unit", unit, "unit", &["seconds", "minutes", "hours", "days"])),
    }
}

/// The wide table as columns: the labels of the rows first.
pub(super) fn batch(
    pivot: &Pivot<'_>,
    axis: &str,
    unit: Option<&str>,
    shown: Shown,
) -> PyResult<RecordBatch> {
    let filled = || pivot.cells.iter().flatten().flatten();
    let per = unit.map(seconds_of).transpose()?;
    let is_duration = |row: &&ReportRow| row.unit == Unit::Seconds;
    if let Some(unit) = unit
        && let Some(first) = filled().next()
        && !filled().any(|row| row.unit == Unit::Seconds)
    {
        let found = first.unit.as_str();
        let message = format!(
            "unit: {} is in {found}, and the table has no durations to give in {unit}: omit unit",
            first.name
        );
        return Err(error::argument(message));
    }
    let durations = filled().all(|row| row.unit == Unit::Seconds) && filled().next().is_some();
    let whole =
        filled().all(|row| row.unit == Unit::Count && row.value.is_none_or(|value| value.fract() == 0.0));
    let mixed = filled().any(|row| filled().next().is_some_and(|first| first.unit != row.unit));

    let column = |place: usize| {
        let cells = || pivot.cells.iter().map(move |cells| cells.get(place).copied().flatten());
        let value = |row: Option<&ReportRow>| row.and_then(|row| row.value);
        #[expect(clippy::cast_possible_truncation, reason = "a count, or a duration counted in microseconds")]
        let array: ArrayRef = match shown {
            Shown::Text => Arc::new(
                cells()
                    .map(|row| row.map(|row| value_text(row.value, row.unit, row.clock)))
                    .collect::<StringArray>(),
            ),
            Shown::Records => Arc::new(cells().map(|row| i64::try_from(row?.n).ok()).collect::<Int64Array>()),
            Shown::Value => match per {
                Some(per) => Arc::new(
                    cells()
                        .map(|row| {
                            value(row).map(|value| {
                                if row.as_ref().is_some_and(is_duration) { value / per } else { value }
                            })
                        })
                        .collect::<Float64Array>(),
                ),
                None if durations => Arc::new(
                    cells()
                        .map(|row| value(row).map(|value| (value * 1e6).round() as i64))
                        .collect::<DurationMicrosecondArray>(),
                ),
                None if whole => {
                    Arc::new(cells().map(|row| value(row).map(|value| value as i64)).collect::<Int64Array>())
                }
                None => Arc::new(cells().map(value).collect::<Float64Array>()),
            },
        };
        array
    };
    let mut names: Vec<String> = Vec::new();
    let mut arrays: Vec<ArrayRef> = Vec::new();
    let mut add = |name: String, array: ArrayRef| {
        // A value may have the name of the axis, and frames need different names.
        let name = if names.contains(&name) { format!("{name} ({})", names.len()) } else { name };
        names.push(name);
        arrays.push(array);
    };
    let labels = pivot.rows.iter().map(|label| Some(label.to_string()));
    add(axis.to_owned(), Arc::new(labels.collect::<StringArray>()));
    if mixed && shown == Shown::Value {
        let units_of = |cells: &Vec<Option<&ReportRow>>| {
            let of = |row: &&ReportRow| unit.filter(|_| is_duration(row)).unwrap_or(row.unit.as_str());
            let mut units: Vec<&str> = cells.iter().flatten().map(of).collect();
            units.dedup();
            units.join(", ")
        };
        let units = pivot.cells.iter().map(|cells| Some(units_of(cells)));
        add("unit".to_owned(), Arc::new(units.collect::<StringArray>()));
    }
    for (place, label) in pivot.columns.iter().enumerate() {
        add(label.to_string(), column(place));
    }
    let fields: Vec<Field> = names
        .into_iter()
        .zip(&arrays)
        .map(|(name, array)| Field::new(name, array.data_type().clone(), true))
        .collect();
    let made: Result<RecordBatch, ArrowError> = RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays);
    made.map_err(|problem| error::argument(problem.to_string()))
}

/// What a row of a wide table is.
pub(super) fn rows_are(pivot: &Pivot<'_>) -> &'static str {
    match pivot.rows.first() {
        Some(AxisLabel::Period(_)) => "periods",
        Some(AxisLabel::Name(_)) => "numbers",
        _ => "slices",
    }
}
