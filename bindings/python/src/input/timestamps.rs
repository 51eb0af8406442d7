//! Timestamps: aware `datetime` objects, and columns of timestamps.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::TimestampMicrosecondType;
use arrow_array::{Array, ArrayRef, Int64Array};
use arrow_schema::{DataType, TimeUnit};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use deskmetrics::Timestamp;
use deskmetrics::schedule::parse_zone;
use deskmetrics_arrow::column::TimestampReading;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDate, PyDateTime, PyString, PyTzInfo};

use super::column::Column;
use super::times::{Micros, TimeColumn, Times};
use super::{Input, describe, is_missing, numpy, refuse};
use crate::error::{self, OrError as _};

/// A timestamp as it was given.
#[derive(Clone)]
pub(crate) struct PyTimestamp<'py> {
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

impl<'py> PyTimestamp<'py> {
    /// Reads a timestamp; one without a zone is a wall-clock time of `assumed`, if that is given.
    fn read(name: &str, value: &Bound<'py, PyAny>, assumed: Option<Tz>) -> PyResult<Self> {
        let py = value.py();
        let is_text = value.is_instance_of::<PyString>();
        let value = &of_text(&numpy::scalar(value)?, assumed.is_some())?;
        // NaT is a subclass of datetime.
        if !value.is_instance_of::<PyDateTime>() || is_missing(value) {
            return Err(error::argument_type(format!("{name}: {}", no_timestamp(value))));
        }
        let zone = value.getattr("tzinfo")?;
        if zone.is_none() || value.call_method0("utcoffset")?.is_none() {
            let Some(assumed) = assumed else {
                let remedy = if is_text {
                    "append an offset, as in \"2026-03-31T18:00:00+02:00\" or \"2026-03-31T16:00:00Z\""
                } else {
                    "specify one, such as .replace(tzinfo=timezone.utc) or .replace(tzinfo=ZoneInfo(\"Europe/Madrid\"))"
                };
                return Err(error::timestamp(format!(
                    "{name}: {} has no time zone; {remedy}, or assume_tz=\"Europe/Madrid\" where there is such",
                    describe(value)
                )));
            };
            let text: String = value.call_method0("isoformat")?.extract()?;
            let at = TimestampReading::new(assumed).read(&text).ok().flatten();
            let at =
                at.ok_or_else(|| error::argument(format!("{name}: {} cannot be read", describe(value))))?;
            return Ok(Self { micros: at.as_micros(), zone: assumed.into_pyobject(py)?.into_any() });
        }
        // Python's difference of two aware timestamps of different zones is real time, also in a repeated hour.
        let since = value.sub(epoch(py)?)?.extract::<TimeDelta>()?;
        let micros = since.num_microseconds().unwrap_or(i64::MAX);
        Ok(Self { micros, zone })
    }

    /// As chrono has it.
    pub(crate) fn utc(&self) -> DateTime<Utc> {
        Timestamp::saturating_from_micros(self.micros).to_utc()
    }

    /// Another timestamp in this one's zone.
    pub(crate) fn same_zone(&self, place: &str, micros: i64) -> PyResult<Bound<'py, PyAny>> {
        let py = self.zone.py();
        let beyond = || {
            error::timestamp(format!(
                "{place}the result is outside the years 1 to 9999, the range of datetime"
            ))
        };
        let since = TimeDelta::microseconds(micros).into_pyobject(py).map_err(|_| beyond())?;
        let at = epoch(py)?.add(since).map_err(|_| beyond())?;
        at.call_method1("astimezone", (&self.zone,)).map_err(|_| beyond())
    }
}

/// Whether it is a text or a date, which may be without a zone.
pub(crate) fn is_wall_clock(value: &Bound<'_, PyAny>) -> bool {
    let is_date = value.is_instance_of::<PyDate>() && !value.is_instance_of::<PyDateTime>();
    is_date || value.is_instance_of::<PyString>()
}

/// A timestamp in ISO 8601 as a datetime, and with `dates` a date as its start; any other value as it is.
fn of_text<'py>(value: &Bound<'py, PyAny>, dates: bool) -> PyResult<Bound<'py, PyAny>> {
    let is_date = value.is_instance_of::<PyDate>() && !value.is_instance_of::<PyDateTime>();
    let text = if value.is_instance_of::<PyString>() {
        value.clone()
    } else if is_date && dates {
        value.call_method0("isoformat")?
    } else {
        return Ok(value.clone());
    };
    if !dates && !text.extract::<String>()?.contains(':') {
        return Ok(value.clone());
    }
    let read = value.py().get_type::<PyDateTime>().call_method1("fromisoformat", (text,));
    Ok(read.unwrap_or_else(|_| value.clone()))
}

/// The error for a value that is not a timestamp, with the remedy.
fn no_timestamp(value: &Bound<'_, PyAny>) -> String {
    let example =
        "give an aware datetime such as datetime(2026, 3, 31, 18, tzinfo=ZoneInfo(\"Europe/Madrid\"))";
    let remedy = if value.is_instance_of::<PyString>() {
        "give date, time and offset, such as \"2026-03-31T18:00:00+02:00\" or \"2026-03-31T16:00:00Z\", or a date with \
         assume_tz=\"Europe/Madrid\" where there is such"
            .to_owned()
    } else if value.is_instance_of::<PyDate>() {
        format!(
            "a date has neither hours nor a zone: {example}, or assume_tz=\"Europe/Madrid\" where there is such"
        )
    } else {
        refuse::remedy(value).unwrap_or_else(|| example.to_owned())
    };
    format!("{} is not a datetime; {remedy}", describe(value))
}

/// Timestamps: one, Python's own, or a column.
pub(crate) type Moments<'py> = Times<'py, PyTimestamp<'py>>;

impl Micros for PyTimestamp<'_> {
    fn micros(&self) -> i64 {
        self.micros
    }
}

impl<'py> Moments<'py> {
    /// Reads an argument; what has no zone is a wall-clock time of `assumed`, if that is given.
    pub(crate) fn read(name: &str, value: &Bound<'py, PyAny>, assumed: Option<Tz>) -> PyResult<Self> {
        let value = &numpy::scalar(value)?;
        let one = |name: &str, value: &Bound<'py, PyAny>| PyTimestamp::read(name, value, assumed);
        if value.is_instance_of::<PyDateTime>() {
            return one(name, value).map(|one| Self::Values(Input::One(one)));
        }
        Self::of(name, value, "timestamp", one, |column| read_column(column, assumed))
    }

    /// Timestamps of a column or sequence, in microseconds; one alone is refused.
    pub(crate) fn many(self, name: &str) -> PyResult<Int64Array> {
        self.several(name, "timestamp")
    }
}

/// The timestamps of a column of timestamps, dates or (with a zone assumed) texts.
fn read_column(column: Column<'_>, assumed: Option<Tz>) -> PyResult<TimeColumn<'_>> {
    let Column { name, chunks, data_type, .. } = &column;
    let zone: Arc<str> = match (data_type, assumed) {
        (DataType::Timestamp(_, Some(zone)), _) => Arc::clone(zone),
        (DataType::Null, _) => Arc::from("UTC"),
        // Without a value there is no time of an unknown zone.
        (_, None) if chunks.iter().all(|chunk| chunk.null_count() == chunk.len()) => Arc::from("UTC"),
        (_, Some(zone)) if holds_wall_clock(data_type) => Arc::from(zone.name()),
        (_, None) if holds_wall_clock(data_type) => {
            return Err(error::timestamp(format!(
                "{name}: a column of {data_type} has no time zone; specify one with \
                 assume_tz=\"Europe/Madrid\" (or \"UTC\")"
            )));
        }
        _ => {
            return Err(error::column_type(format!(
                "{name}: a column of {data_type} is not a column of timestamps; give timestamps"
            )));
        }
    };
    let reading = TimestampReading::new(assumed.unwrap_or(Tz::UTC));
    let reading = reading.inferred(chunks).map_err(|problem| {
        error::timestamp(format!(
            "{name}, {problem}; make it a timestamp column first, such as with \
             pandas.to_datetime(.., format=\"%d/%m/%Y\")"
        ))
    })?;
    TimeColumn::of(column, zone, |name, before, chunk| micros(name, before, chunk, &reading))
}

fn holds_wall_clock(kind: &DataType) -> bool {
    match kind {
        DataType::Timestamp(_, None) | DataType::Date32 | DataType::Date64 => true,
        DataType::Dictionary(_, values) => holds_wall_clock(values),
        kind => kind.is_string(),
    }
}

fn micros(name: &str, before: usize, chunk: &ArrayRef, reading: &TimestampReading) -> PyResult<Int64Array> {
    if let DataType::Timestamp(TimeUnit::Microsecond, Some(_)) = chunk.data_type() {
        return Ok(chunk.as_primitive::<TimestampMicrosecondType>().reinterpret_cast());
    }
    if *chunk.data_type() == DataType::Null {
        return Ok(Int64Array::new_null(chunk.len()));
    }
    let mut column = reading.bind(chunk).or_column_type(name)?;
    let mut read = Int64Array::builder(chunk.len());
    for row in 0..chunk.len() {
        let at = column.get(row).map_err(|problem| {
            let found = column.raw(row);
            let remedy = reading.remedy(found);
            error::timestamp(format!("{name}[{}]: \"{found}\" is {problem}; {remedy}", before + row))
        })?;
        read.append_option(at.map(Timestamp::as_micros));
    }
    Ok(read.finish())
}

/// One timestamp.
pub(crate) fn timestamp<'py>(
    name: &str,
    value: &Bound<'py, PyAny>,
    assumed: Option<Tz>,
) -> PyResult<PyTimestamp<'py>> {
    PyTimestamp::read(name, value, assumed)
}

/// A time zone: its IANA name, a `ZoneInfo`, or `datetime.timezone.utc`.
pub(crate) fn zone(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Tz> {
    let utc = PyTzInfo::utc(value.py())?;
    // A zone with one fixed offset is accepted without a timestamp.
    let of_no_offset = || {
        let offset = value.call_method1("utcoffset", (value.py().None(),));
        offset.and_then(|offset| offset.extract::<TimeDelta>()).is_ok_and(|offset| offset.is_zero())
    };
    let text: String = if value.is_instance_of::<PyString>() {
        value.extract()?
    } else if value.eq(utc)? || of_no_offset() {
        "UTC".to_owned()
    } else if let Ok(key) = value.getattr("key").or_else(|_| value.getattr("zone")) {
        key.extract().map_err(|_| refuse::zone(name, value))?
    } else {
        return Err(refuse::zone(name, value));
    };
    parse_zone(&text).map_err(|problem| error::argument(format!("{name}: {problem}")))
}
