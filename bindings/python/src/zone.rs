//! Instants out, in a time zone.

use chrono_tz::Tz;
use deskmetrics::Timestamp;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

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
