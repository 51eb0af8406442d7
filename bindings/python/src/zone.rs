//! Time zones in and out.

use chrono_tz::Tz;
use deskmetrics::Timestamp;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyString;

use crate::error;
use crate::input::describe;

/// A zone by its IANA name or as a `ZoneInfo`.
pub(crate) fn zone(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Tz> {
    let text: String = if value.is_instance_of::<PyString>() {
        value.extract()?
    } else {
        let key = value.getattr("key").ok().and_then(|key| key.extract().ok());
        key.ok_or_else(|| {
            error::argument_type(format!(
                "{name}: {} is not a time zone; give an IANA name such as \"Europe/Copenhagen\" or a ZoneInfo",
                describe(value)
            ))
        })?
    };
    deskmetrics::schedule::zone_named(&text).map_err(|problem| error::argument(format!("{name}: {problem}")))
}

/// An instant as a `datetime` in a zone; UTC without one.
pub(crate) fn in_zone(py: Python<'_>, at: Timestamp, zone: Option<Tz>) -> PyResult<Bound<'_, PyAny>> {
    static ZONE_INFO: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let utc = at.to_utc().into_pyobject(py)?.into_any();
    match zone {
        None | Some(Tz::UTC) => Ok(utc),
        Some(zone) => {
            let class = ZONE_INFO.import(py, "zoneinfo", "ZoneInfo")?;
            utc.call_method1("astimezone", (class.call1((zone.name(),))?,))
        }
    }
}
