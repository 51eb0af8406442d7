//! Report requests: KPIs, slices, periods.

use chrono_tz::Tz;
use deskmetrics::kpi::{KpiRequest, RequestError};
use deskmetrics::report::ReportError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyMapping, PyString};
use serde_json::Value;

use crate::data::{from_form, to_json};
use crate::error;
use crate::input::{describe, timestamp};

/// The first month of a year; an argument of a Python function.
pub(crate) fn year_start(value: &Bound<'_, PyAny>) -> PyResult<u32> {
    let month: u32 = whole("year_start", value, "give the first month of a year, 1 to 12")?;
    if (1..=12).contains(&month) {
        return Ok(month);
    }
    Err(error::argument(format!(
        "year_start: {month} is not a month; give the first month of a year, 1 to 12"
    )))
}

/// A whole number within the range of its type.
pub(crate) fn whole<T>(name: &str, value: &Bound<'_, PyAny>, remedy: &str) -> PyResult<T>
where
    T: for<'a, 'py> FromPyObject<'a, 'py>,
{
    value.extract::<T>().map_err(|_| {
        let found = describe(value);
        // Python's own protocol of whole numbers, which NumPy's numbers follow, too.
        match value.hasattr("__index__") {
            Ok(true) => error::argument(format!("{name}: {found} is out of range; {remedy}")),
            _ => error::argument_type(format!("{name}: {found} is not a whole number; {remedy}")),
        }
    })
}

/// The slicings by name: an attribute, or several, each an attribute or a combination of them.
pub(crate) fn by(value: &Bound<'_, PyAny>) -> PyResult<Vec<Vec<String>>> {
    let name = |value: &Value| value.as_str().map(str::to_owned);
    let slicing = |value: &Value| match value {
        Value::Array(together) => together.iter().map(name).collect(),
        single => name(single).map(|name| vec![name]),
    };
    let slicings: Option<Vec<_>> = match to_json("by", value)? {
        Value::Array(many) => many.iter().map(slicing).collect(),
        single => name(&single).map(|name| vec![vec![name]]),
    };
    slicings.ok_or_else(|| {
        error::argument_type(format!(
            "by: {} is not an attribute such as \"market\", a list of them, or of combinations such as \
             (\"market\", \"channel\")",
            describe(value)
        ))
    })
}

/// A requested KPI: by its id alone, or with options.
pub(crate) enum RequestedKpi {
    Id(String),
    Request(Box<KpiRequest>),
}

/// The requested KPIs; a single text is one KPI.
pub(crate) fn kpis(
    value: &Bound<'_, PyAny>,
    assumed: &dyn Fn(&Bound<'_, PyAny>) -> Option<Tz>,
) -> PyResult<Vec<RequestedKpi>> {
    if value.is_instance_of::<PyString>() || value.is_instance_of::<PyDict>() {
        return Ok(vec![requested("kpis", value, assumed)?]);
    }
    let refused = |_| {
        error::argument_type(format!(
            "kpis: {} is not a list of KPIs such as [\"nps\", {{\"kpi\": \"csat\", \"question\": \"csat\", \"scale\": \
             (1, 5)}}]",
            describe(value)
        ))
    };
    let mut found = Vec::new();
    for (place, one) in value.try_iter().map_err(refused)?.enumerate() {
        found.push(requested(&format!("kpis[{place}]"), &one?, assumed)?);
    }
    Ok(found)
}

fn requested(
    place: &str,
    value: &Bound<'_, PyAny>,
    assumed: &dyn Fn(&Bound<'_, PyAny>) -> Option<Tz>,
) -> PyResult<RequestedKpi> {
    if let Ok(id) = value.extract::<String>() {
        return Ok(RequestedKpi::Id(id));
    }
    let Ok(form) = value.cast::<PyMapping>() else {
        return Err(error::argument_type(format!(
            "{place}: {} is neither the id of a KPI nor a form such as {{\"kpi\": \"first_response_time\", \"within\": \
             \"4h\"}}",
            describe(value)
        )));
    };
    let mut json = to_json(place, value)?;
    for key in ["since", "until"] {
        if form.contains(key)? {
            let at = form.get_item(key)?;
            let at = timestamp(&format!("{place}.{key}"), &at, assumed(&at))?;
            json[key] = Value::from(at.utc().to_rfc3339());
        }
    }
    let request: KpiRequest = from_form(place, json, error::argument)?;
    match request.check() {
        // The data may provide the missing choice.
        Ok(()) | Err(ReportError::Request(RequestError::NeedsChoice { .. })) => {
            Ok(RequestedKpi::Request(Box::new(request)))
        }
        Err(problem) => Err(error::argument(format!("{place}: {problem}"))),
    }
}
