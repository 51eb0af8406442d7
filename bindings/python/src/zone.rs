//! Timestamps out, in a time zone.

use chrono_tz::Tz;
use deskmetrics::Timestamp;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

use crate::error;

/// A timestamp as a `datetime` in a zone; UTC without one.
///
/// # Errors
/// For one beyond the years 1 to 9999, which a `datetime` cannot hold.
pub(crate) fn in_zone(py: Python<'_>, at: Timestamp, zone: Option<Tz>) -> PyResult<Bound<'_, PyAny>> {
    static ZONE_INFO: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let beyond = |_: PyErr| {
        error::instant(format!(
            "{at} is beyond the years 1 to 9999, which is all that datetime can hold: check the unit of the numbers it comes \
             from, such as milliseconds read as seconds"
        ))
    };
    let utc = at.to_utc().into_pyobject(py).map_err(beyond)?.into_any();
    match zone {
        None | Some(Tz::UTC) => Ok(utc),
        Some(zone) => {
            let class = ZONE_INFO.import(py, "zoneinfo", "ZoneInfo")?;
            utc.call_method1("astimezone", (class.call1((zone.name(),))?,)).map_err(beyond)
        }
    }
}
