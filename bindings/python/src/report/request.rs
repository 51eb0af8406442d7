//! What a report is asked for: KPIs, slices, periods.

use chrono::Weekday;
use chrono_tz::Tz;
use deskmetrics::Timestamp;
use deskmetrics::kpi::{KpiRequest, RequestError};
use deskmetrics::report::{AttributeNames, Period, Periods, Report, ReportBuilder, ReportError};
use deskmetrics::ticket::Attribute;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyMapping, PyString};
use serde_json::Value;

use crate::data::{from_form, to_json};
use crate::error::{self, OrError as _};
use crate::input::describe;
use crate::input::zone;

/// The settings that have nothing to do with what the data is.
pub(crate) struct Settings<'a, 'py> {
    pub(crate) by: Vec<Vec<Attribute>>,
    pub(crate) period: Option<&'a str>,
    pub(crate) zone: Option<Tz>,
    pub(crate) week_start: &'a str,
    pub(crate) year_start: u32,
    pub(crate) level: f64,
    pub(crate) min_n: u64,
    pub(crate) observed_from: Option<&'a Bound<'py, PyAny>>,
}

impl Settings<'_, '_> {
    /// The report on these KPIs up to the cut-off.
    pub(crate) fn report(&self, as_of: Option<Timestamp>, kpis: Vec<KpiRequest>) -> PyResult<Report> {
        let builder: ReportBuilder = as_of.map_or_else(Report::undated, Report::builder);
        let mut builder = builder.kpis(kpis).level(self.level).min_n(self.min_n);
        for attributes in &self.by {
            builder = builder.by(attributes.iter().cloned());
        }
        if let Some(periods) = self.periods()? {
            builder = builder.periods(periods);
        }
        if let Some(from) = self.observed_from {
            builder = builder.observed_from(crate::input::instant("observed_from", from, None)?.utc());
        }
        builder.build().or_argument()
    }

    pub(crate) fn periods(&self) -> PyResult<Option<Periods>> {
        let day: Weekday = self.week_start.parse().map_err(|_| {
            error::argument(format!(
                "week_start \"{}\" is not a day of the week such as \"Mon\" or \"Sunday\"",
                self.week_start
            ))
        })?;
        let Some(word) = self.period else { return Ok(None) };
        let period: Period = word
            .parse()
            .or_argument()?;
        let Some(zone) = self.zone else {
            return Err(error::argument(format!(
                "period \"{word}\" needs tz, the zone whose days and weeks are meant: give an IANA name such as \
                 \"Europe/Copenhagen\""
            )));
        };
        Ok(Some(Periods::new(period, zone).with_week_start(day).with_year_start(self.year_start)))
    }
}

/// A zone where one is given.
pub(crate) fn tz(value: Option<&Bound<'_, PyAny>>) -> PyResult<Option<Tz>> {
    value.map(|value| zone("tz", value)).transpose()
}

/// The number of records below which a result is marked; an argument of a Python function.
pub(crate) fn min_n(value: &Bound<'_, PyAny>) -> PyResult<u64> {
    whole("min_n", value, "give 0 or more; 0 marks nothing")
}

/// The first month of a year; an argument of a Python function.
pub(crate) fn year_start(value: &Bound<'_, PyAny>) -> PyResult<u32> {
    let month: u32 = whole("year_start", value, "give the first month of a year, 1 to 12")?;
    if (1..=12).contains(&month) {
        return Ok(month);
    }
    Err(error::argument(format!("year_start: {month} is no month; give the first month of a year, 1 to 12")))
}

/// The number of threads; an argument of a Python function.
pub(crate) fn threads(value: &Bound<'_, PyAny>) -> PyResult<Option<usize>> {
    if value.is_none() {
        return Ok(None);
    }
    whole("threads", value, "give 1 or more, or None for as many as there are processors").map(Some)
}

/// A whole number that is not negative.
fn whole<T>(name: &str, value: &Bound<'_, PyAny>, remedy: &str) -> PyResult<T>
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

/// The slicings: an attribute, or several, each an attribute or a combination of them.
pub(crate) fn by(value: &Bound<'_, PyAny>) -> PyResult<Vec<Vec<Attribute>>> {
    let form = to_json("by", value)?;
    let name = |value: &Value| value.as_str().map(Attribute::from);
    let refused = || {
        error::argument_type(format!(
            "by: {} is not an attribute such as \"market\", a list of them, or of combinations such as \
             (\"market\", \"channel\")",
            describe(value)
        ))
    };
    match &form {
        Value::String(one) => Ok(vec![vec![Attribute::from(one.as_str())]]),
        Value::Array(many) => many
            .iter()
            .map(|one| match one {
                Value::Array(together) => together.iter().map(name).collect::<Option<Vec<_>>>(),
                single => name(single).map(|attribute| vec![attribute]),
            })
            .collect::<Option<Vec<_>>>()
            .ok_or_else(refused),
        _ => Err(refused()),
    }
}

/// The names that attributes were requested under, where they are not the usual ones: `team` for `group`.
pub(crate) fn attribute_names(value: &Bound<'_, PyAny>) -> PyResult<AttributeNames> {
    let form = to_json("by", value)?;
    let one = std::slice::from_ref(&form);
    let many = form.as_array().map_or(one, Vec::as_slice).iter();
    let texts = many.flat_map(|one| one.as_array().map_or(std::slice::from_ref(one), Vec::as_slice));
    let names = texts.filter_map(Value::as_str).map(|name| (Attribute::from(name), name));
    let other = names.filter(|(attribute, name)| attribute.as_str() != *name);
    Ok(other.map(|(attribute, name)| (attribute, name.into())).collect())
}

/// A KPI asked for: by its id alone, or with all its choices.
pub(crate) enum Asked {
    Id(String),
    Request(Box<KpiRequest>),
}

/// The KPIs asked for; a single text is one KPI.
pub(crate) fn kpis(value: &Bound<'_, PyAny>) -> PyResult<Vec<Asked>> {
    if value.is_instance_of::<PyString>() || value.is_instance_of::<PyDict>() {
        return Ok(vec![asked("kpis", value)?]);
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
        found.push(asked(&format!("kpis[{place}]"), &one?)?);
    }
    Ok(found)
}

fn asked(place: &str, value: &Bound<'_, PyAny>) -> PyResult<Asked> {
    if let Ok(id) = value.extract::<String>() {
        return Ok(Asked::Id(id));
    }
    if value.cast::<PyMapping>().is_err() {
        return Err(error::argument_type(format!(
            "{place}: {} is neither the id of a KPI nor a form such as {{\"kpi\": \"first_response_time\", \"within\": \
             \"4h\"}}",
            describe(value)
        )));
    }
    let request: KpiRequest = from_form(place, to_json(place, value)?, error::argument)?;
    match request.check() {
        // The data may say what it leaves open.
        Ok(()) | Err(ReportError::Request(RequestError::NeedsChoice { .. })) => {
            Ok(Asked::Request(Box::new(request)))
        }
        Err(problem) => Err(error::argument(format!("{place}: {problem}"))),
    }
}
