//! Timestamps as Python datetimes in a time zone.

use chrono_tz::Tz;
use deskmetrics::Timestamp;
use pyo3::prelude::*;
use pyo3::types::PyDateTime;

use crate::error;

/// A timestamp that becomes a `datetime` in a zone where it is returned; in UTC without one.
///
/// One beyond the years 1 to 9999, the range of `datetime`, is an error.
pub(crate) struct InZone(pub(crate) Timestamp, pub(crate) Option<Tz>);

impl<'py> IntoPyObject<'py> for InZone {
    type Target = PyDateTime;
    type Output = Bound<'py, PyDateTime>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        let Self(at, zone) = self;
        let at_utc = at.to_utc();
        let found = match zone {
            Some(zone) if zone != Tz::UTC => at_utc.with_timezone(&zone).into_pyobject(py),
            _ => at_utc.into_pyobject(py),
        };
        found.map_err(|_| {
            error::timestamp(format!(
                "{at} is outside the years 1 to 9999, the range of datetime: check the unit of the numbers it \
                 comes from, such as milliseconds read as seconds"
            ))
        })
    }
}
