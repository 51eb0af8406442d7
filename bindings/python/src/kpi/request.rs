//! From Python's keyword arguments to a request of the core.

use chrono_tz::Tz;
use deskmetrics::Timestamp;
use deskmetrics::report::{KpiRequest, KpiTally};
use deskmetrics_arrow::plain_message;
use pyo3::prelude::*;
use pyo3::types::{PyDateTime, PyDict, PyList, PyTuple};
use serde_json::{Map, Value};

use crate::data::to_json;
use crate::error::{self, OrError as _};
use crate::input::{is_wall_clock, timestamp};

/// The request for a KPI; options that are `None` were not chosen.
pub(super) fn request(kpi: &str, options: Option<&Bound<'_, PyDict>>) -> PyResult<KpiRequest> {
    let Some(options) = options else { return Ok(KpiRequest::new(kpi)) };
    let mut form = Map::new();
    form.insert("kpi".to_owned(), Value::from(kpi));
    for (name, value) in options.iter() {
        let name: String = name.extract()?;
        if !value.is_none() {
            let chosen = chosen(&name, &value)?;
            form.insert(name, chosen);
        }
    }
    serde_path_to_error::deserialize(Value::Object(form)).map_err(|problem| {
        let place = match problem.path().to_string() {
            place if place == "." => kpi.to_owned(),
            place => place,
        };
        error::argument(format!("{place}: {}", plain_message(&problem.inner().to_string())))
    })
}

/// The tally of a KPI that knows nothing after `as_of`.
pub(super) fn tally(request: &KpiRequest, as_of: Option<Timestamp>) -> PyResult<KpiTally> {
    request.tally(as_of).or_argument()
}

/// The cut-off; one without a zone is of `assumed`, if that is given.
pub(super) fn cut_off(as_of: &Bound<'_, PyAny>, assumed: Option<Tz>) -> PyResult<Timestamp> {
    timestamp("as_of", as_of, assumed).map(|at| Timestamp::saturating_from_micros(at.micros))
}

fn chosen(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Value> {
    if value.is_instance_of::<PyDateTime>() || (["since", "until"].contains(&name) && is_wall_clock(value)) {
        let at = timestamp(name, value, None)?;
        return Ok(Value::from(Timestamp::saturating_from_micros(at.micros).to_string()));
    }
    if value.is_instance_of::<PyList>() || value.is_instance_of::<PyTuple>() {
        let elements = value.try_iter()?.enumerate();
        let elements = elements.map(|(place, element)| chosen(&format!("{name}[{place}]"), &element?));
        return elements.collect::<PyResult<Vec<Value>>>().map(Value::Array);
    }
    // A policy of ours.
    if value.hasattr("to_dict")? {
        return to_json(name, &value.call_method0("to_dict")?);
    }
    to_json(name, value)
}
