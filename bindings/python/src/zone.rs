//! Timestamps out, in a time zone.

use chrono_tz::Tz;
use deskmetrics::Timestamp;
use pyo3::prelude::*;

use crate::error;

/// A timestamp as a `datetime` in a zone; UTC without one.
///
/// # Errors
/// For one beyond the years 1 to 9999, which a `datetime` cannot hold.
pub(crate) fn in_zone(py: Python<'_>, at: Timestamp, zone: Option<Tz>) -> PyResult<Bound<'_, PyAny>> {
    let at_utc = at.to_utc();
    let found = match zone {
        Some(zone) if zone != Tz::UTC => at_utc.with_timezone(&zone).into_pyobject(py),
        _ => at_utc.into_pyobject(py),
    };
    found.map(Bound::into_any).map_err(|_| {
        error::instant(format!(
            "{at} is beyond the years 1 to 9999, which is all that datetime can hold: check the unit of the numbers it comes \
             from, such as milliseconds read as seconds"
        ))
    })
}
