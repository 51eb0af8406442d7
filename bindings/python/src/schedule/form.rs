//! The data form of a schedule: parsing, representation, and conversion from Python objects.

use deskmetrics::schedule::{Conventions, WorkingTime};
use deskmetrics_arrow::plain_message;
use pyo3::prelude::*;
use pyo3::types::{PyDate, PyString};
use serde_json::Value;

use crate::data::{to_data, to_json, to_python};
use crate::error;
use crate::input::{describe, zone};

/// The working time of a form.
pub(super) fn read(form: Value) -> PyResult<WorkingTime> {
    serde_path_to_error::deserialize(form).map_err(|problem| {
        // Errors of the core name the place themselves and are reported at the root.
        let message = plain_message(&problem.inner().to_string());
        error::schedule(match problem.path().to_string().as_str() {
            "." => message,
            place => format!("{place}: {message}"),
        })
    })
}

/// The representation as a constructor call.
pub(super) fn shown(py: Python<'_>, working_time: &WorkingTime) -> PyResult<String> {
    let mut form = to_data(working_time)?;
    if let Value::Object(keys) = &mut form
        && working_time.conventions() == Conventions::default()
    {
        keys.remove("conventions");
    }
    let text = |value: &Value| Ok::<_, PyErr>(to_python(py, value)?.repr()?.to_string());
    if let Value::Object(keys) = &form
        && let (Some(zone), Some(hours)) = (keys.get("time_zone"), keys.get("hours"))
        && keys.keys().all(|key| matches!(key.as_str(), "time_zone" | "hours" | "holidays"))
    {
        let holidays = match keys.get("holidays") {
            Some(holidays) => format!(", holidays={}", text(holidays)?),
            None => String::new(),
        };
        return Ok(format!("Schedule({}, {}{holidays})", text(zone)?, text(hours)?));
    }
    Ok(format!("Schedule.from_dict({})", text(&form)?))
}

/// The zone as text: a name as it is given, and of objects the name they have.
pub(super) fn time_zone(zone_of: &Bound<'_, PyAny>) -> PyResult<Value> {
    if zone_of.is_instance_of::<PyString>() {
        return to_json("time_zone", zone_of);
    }
    zone("time_zone", zone_of).map(|zone| Value::from(zone.name()))
}

/// Closed dates as texts. The objects of the package holidays are mappings from date to name.
pub(super) fn closed_dates(holidays: &Bound<'_, PyAny>) -> PyResult<Vec<Value>> {
    if holidays.is_instance_of::<PyString>() || holidays.is_instance_of::<PyDate>() {
        return Err(error::argument_type(format!(
            "holidays: {} is a single date; put it in a list",
            describe(holidays)
        )));
    }
    // They compute a year on the first access to one of its dates, and contain none before.
    if holidays.hasattr("years")? && holidays.len().is_ok_and(|n| n == 0) {
        return Err(error::argument(format!(
            "holidays: {} has no years yet; create it with years, such as holidays.country_holidays(\"ES\", \
             years=range(2020, 2031))",
            holidays.get_type().name()?
        )));
    }
    let dates = holidays.try_iter().map_err(|_| {
        error::argument_type(format!(
            "holidays: {} is not a list of dates; give such as [\"2026-12-25\", datetime.date(2026, 12, 26)], or an object \
             of the package holidays",
            describe(holidays)
        ))
    })?;
    dates.enumerate().map(|(position, date)| closed_date(&format!("holidays[{position}]"), &date?)).collect()
}

/// A closed date as text; a midnight, as columns of dates have it, is its date.
fn closed_date(place: &str, date: &Bound<'_, PyAny>) -> PyResult<Value> {
    let form = to_json(place, date)?;
    let Value::String(text) = &form else {
        let found = describe(date);
        return Err(error::schedule(format!("{place}: {found} is not a date such as \"2026-12-25\"")));
    };
    match text.split_once("T00:00:00") {
        Some((date, "" | "+00:00")) => Ok(Value::from(date)),
        _ => Ok(form),
    }
}
