//! Instants and spans of time: aware `datetime` of any kind, `timedelta`.

use chrono::{DateTime, TimeDelta, Utc};
use deskmetrics::{Timestamp, duration_text};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDateTime, PyDelta, PyString, PyTzInfo};

use crate::error::{self, exceptions::InstantError};
use crate::input::{Input, describe, is_missing};

/// An instant as it was given.
#[derive(Clone)]
pub(crate) struct Instant<'py> {
    /// Microseconds since 1970 in UTC.
    pub(crate) micros: i64,
    /// The zone it was given in, to give answers in the same one.
    zone: Bound<'py, PyAny>,
}

/// 1970-01-01T00:00:00Z as Python has it.
fn epoch(py: Python<'_>) -> PyResult<&Bound<'_, PyDateTime>> {
    static EPOCH: PyOnceLock<Py<PyDateTime>> = PyOnceLock::new();
    let epoch = EPOCH.get_or_try_init(py, || {
        let utc = PyTzInfo::utc(py)?.to_owned();
        PyDateTime::new(py, 1970, 1, 1, 0, 0, 0, 0, Some(&utc)).map(Bound::unbind)
    })?;
    Ok(epoch.bind(py))
}

impl<'py> Instant<'py> {
    fn read(name: &str, value: &Bound<'py, PyAny>) -> PyResult<Self> {
        let py = value.py();
        // NaT calls itself a datetime.
        if !value.is_instance_of::<PyDateTime>() || is_missing(value) {
            return Err(error::argument_type(format!(
                "{name}: {} is not a datetime; give an aware datetime, or a sequence of them",
                describe(value)
            )));
        }
        let zone = value.getattr("tzinfo")?;
        if zone.is_none() || value.call_method0("utcoffset")?.is_none() {
            return Err(InstantError::new_err(format!(
                "{name}: {} has no time zone; say which one is meant, such as \
                 .replace(tzinfo=ZoneInfo(\"Europe/Madrid\")) or .replace(tzinfo=timezone.utc)",
                describe(value)
            )));
        }
        // Python's difference of two aware instants of different zones is real time, also in a repeated hour.
        let since = value.sub(epoch(py)?)?.extract::<TimeDelta>()?;
        let micros = since.num_microseconds().unwrap_or(i64::MAX);
        Ok(Self { micros, zone })
    }

    /// As chrono has it.
    pub(crate) fn utc(&self) -> DateTime<Utc> {
        Timestamp::saturating_from_micros(self.micros).to_utc()
    }

    /// Another instant in this one's zone.
    pub(crate) fn same_zone(&self, place: &str, micros: i64) -> PyResult<Bound<'py, PyAny>> {
        let py = self.zone.py();
        let beyond = || {
            InstantError::new_err(format!(
                "{place}the answer lies outside the years 1 to 9999, which is all that datetime can hold"
            ))
        };
        let since = TimeDelta::microseconds(micros).into_pyobject(py).map_err(|_| beyond())?;
        let at = epoch(py)?.add(since).map_err(|_| beyond())?;
        at.call_method1("astimezone", (&self.zone,)).map_err(|_| beyond())
    }
}

/// One instant or many.
pub(crate) fn instants<'py>(name: &str, value: &Bound<'py, PyAny>) -> PyResult<Input<Instant<'py>>> {
    Input::read(name, value, |value| value.is_instance_of::<PyDateTime>() || is_text(value), Instant::read)
}

/// One instant.
pub(crate) fn instant<'py>(name: &str, value: &Bound<'py, PyAny>) -> PyResult<Instant<'py>> {
    Instant::read(name, value)
}

/// One span of time in microseconds.
pub(crate) fn span(name: &str, value: &Bound<'_, PyAny>) -> PyResult<i64> {
    let span = if let Ok(text) = value.extract::<String>() {
        duration_text::parse(&text).map_err(|problem| error::argument(format!("{name}: {problem}")))?
    } else if value.is_instance_of::<PyDelta>() {
        value.extract::<TimeDelta>()?
    } else {
        return Err(error::argument_type(format!(
            "{name}: {} is not a timedelta; give a timedelta, or a text such as \"4h\"",
            describe(value)
        )));
    };
    span.num_microseconds().ok_or_else(|| error::argument(format!("{name}: {} is too long", describe(value))))
}

/// One span of time or many, in microseconds.
pub(crate) fn spans(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Input<i64>> {
    Input::read(name, value, |value| value.is_instance_of::<PyDelta>() || is_text(value), span)
}

fn is_text(value: &Bound<'_, PyAny>) -> bool {
    value.is_instance_of::<PyString>()
}
