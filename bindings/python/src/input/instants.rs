//! Instants: aware `datetime` of any kind, columns of timestamps.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, ArrayRef, Int64Array};
use arrow_schema::{DataType, TimeUnit};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use deskmetrics::Timestamp;
use deskmetrics::schedule::parse_zone;
use deskmetrics_arrow::column::InstantReading;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDate, PyDateTime, PyString, PyTzInfo};

use super::column::{Column, Given};
use super::origin::Origin;
use super::{Input, describe, is_missing, numpy, refuse};
use crate::error::{self, OrError as _};

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
    /// Reads an instant; one without a zone is a wall-clock time of `assumed`, if that is given.
    fn read(name: &str, value: &Bound<'py, PyAny>, assumed: Option<Tz>) -> PyResult<Self> {
        let py = value.py();
        let value = &of_text(&numpy::scalar(value)?)?;
        // NaT calls itself a datetime.
        if !value.is_instance_of::<PyDateTime>() || is_missing(value) {
            return Err(error::argument_type(format!("{name}: {}", no_instant(value))));
        }
        let zone = value.getattr("tzinfo")?;
        if zone.is_none() || value.call_method0("utcoffset")?.is_none() {
            let Some(assumed) = assumed else {
                return Err(error::instant(format!(
                    "{name}: {} has no time zone; say which one is meant, such as .replace(tzinfo=timezone.utc), \
                     .replace(tzinfo=ZoneInfo(\"Europe/Madrid\")), or assume_tz=\"Europe/Madrid\" where there is such",
                    describe(value)
                )));
            };
            let text: String = value.call_method0("isoformat")?.extract()?;
            let at = InstantReading::new(assumed).read(&text).ok().flatten();
            let at =
                at.ok_or_else(|| error::argument(format!("{name}: {} cannot be read", describe(value))))?;
            return Ok(Self { micros: at.as_micros(), zone: zone_info(py, assumed)? });
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
            error::instant(format!(
                "{place}the answer lies outside the years 1 to 9999, which is all that datetime can hold"
            ))
        };
        let since = TimeDelta::microseconds(micros).into_pyobject(py).map_err(|_| beyond())?;
        let at = epoch(py)?.add(since).map_err(|_| beyond())?;
        at.call_method1("astimezone", (&self.zone,)).map_err(|_| beyond())
    }
}

/// A timestamp in ISO 8601 as a datetime; a date alone and any other value as it is.
fn of_text<'py>(value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    if !value.is_instance_of::<PyString>() || !value.extract::<String>()?.contains(':') {
        return Ok(value.clone());
    }
    let read = value.py().get_type::<PyDateTime>().call_method1("fromisoformat", (value,));
    Ok(read.unwrap_or_else(|_| value.clone()))
}

/// That a value is no instant, and what to give instead.
fn no_instant(value: &Bound<'_, PyAny>) -> String {
    let example =
        "give an aware datetime such as datetime(2026, 3, 31, 18, tzinfo=ZoneInfo(\"Europe/Madrid\"))";
    let remedy = if value.is_instance_of::<PyString>() {
        "give date, time and offset, such as \"2026-03-31T18:00:00+02:00\" or \"2026-03-31T16:00:00Z\""
            .to_owned()
    } else if value.is_instance_of::<PyDate>() {
        format!("a date has neither hours nor a zone: {example}")
    } else {
        refuse::remedy(value).unwrap_or_else(|| example.to_owned())
    };
    format!("{} is not a datetime; {remedy}", describe(value))
}

/// The zone as Python has it.
fn zone_info(py: Python<'_>, zone: Tz) -> PyResult<Bound<'_, PyAny>> {
    static CLASS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let class =
        CLASS.get_or_try_init(py, || py.import("zoneinfo")?.getattr("ZoneInfo").map(Bound::unbind))?;
    class.bind(py).call1((zone.name(),))
}

/// Instants: one, Python's own, or a column.
pub(crate) enum Moments<'py> {
    /// One or many of Python's.
    Values(Input<Instant<'py>>),
    Column(InstantColumn<'py>),
}

/// A column of instants.
pub(crate) struct InstantColumn<'py> {
    /// Microseconds since 1970 in UTC.
    pub(crate) micros: Int64Array,
    /// The zone in which answers are told.
    pub(crate) zone: Arc<str>,
    pub(crate) origin: Origin<'py>,
}

impl<'py> Moments<'py> {
    /// Reads an argument; what has no zone is a wall-clock time of `assumed`, if that is given.
    pub(crate) fn read(name: &str, value: &Bound<'py, PyAny>, assumed: Option<Tz>) -> PyResult<Self> {
        let value = &numpy::scalar(value)?;
        if value.is_instance_of::<PyDateTime>() {
            return Instant::read(name, value, assumed).map(|one| Self::Values(Input::One(one)));
        }
        match Given::read(name, value, "an instant or a column of them")? {
            Given::Column(column) => InstantColumn::read(column, assumed).map(Self::Column),
            Given::Single(value) => {
                Instant::read(name, &value, assumed).map(|one| Self::Values(Input::One(one)))
            }
            Given::Values(values) => {
                Input::many(name, &values, |name, value| Instant::read(name, value, assumed))
                    .map(Self::Values)
            }
        }
    }

    /// Instants of a column or sequence, in microseconds; one alone is refused.
    pub(crate) fn many(self, name: &str) -> PyResult<Int64Array> {
        match self {
            Self::Column(column) => Ok(column.micros),
            Self::Values(Input::Many(values)) => {
                Ok(values.into_iter().map(|at| at.map(|at| at.micros)).collect())
            }
            Self::Values(Input::One(_)) => Err(error::argument_type(format!(
                "{name}: a single instant is not a column; give a sequence or a column of them"
            ))),
        }
    }
}

impl<'py> InstantColumn<'py> {
    /// The instants of a column of timestamps, dates or (with a zone assumed) texts.
    pub(crate) fn read(column: Column<'py>, assumed: Option<Tz>) -> PyResult<Self> {
        let Column { name, chunks, data_type, origin } = column;
        let zone: Arc<str> = match (&data_type, assumed) {
            (DataType::Timestamp(_, Some(zone)), _) => Arc::clone(zone),
            (DataType::Null, _) => Arc::from("UTC"),
            // Without a value there is no time of an unknown zone.
            (_, None) if chunks.iter().all(|chunk| chunk.null_count() == chunk.len()) => Arc::from("UTC"),
            (_, Some(zone)) if holds_wall_clock(&data_type) => Arc::from(zone.name()),
            (_, None) if holds_wall_clock(&data_type) => {
                return Err(error::instant(format!(
                    "{name}: a column of {data_type} has no time zone; say which one is meant with \
                     assume_tz=\"Europe/Madrid\" (or \"UTC\")"
                )));
            }
            _ => {
                return Err(error::column_type(format!(
                    "{name}: a column of {data_type} is not a column of instants; give timestamps"
                )));
            }
        };
        let reading = InstantReading::new(assumed.unwrap_or(Tz::UTC));
        let reading = reading.inferred(&chunks).map_err(|problem| {
            error::instant(format!(
                "{name}, {problem}; make it a timestamp column first, such as with \
                 pandas.to_datetime(.., format=\"%d/%m/%Y\")"
            ))
        })?;
        let mut before = 0;
        let mut read = Vec::with_capacity(chunks.len());
        for chunk in &chunks {
            read.push(micros(&name, before, chunk, &reading)?);
            before += chunk.len();
        }
        Ok(Self { micros: together(&name, &read)?, zone, origin })
    }
}

fn holds_wall_clock(kind: &DataType) -> bool {
    match kind {
        DataType::Timestamp(_, None) | DataType::Date32 | DataType::Date64 => true,
        DataType::Dictionary(_, values) => holds_wall_clock(values),
        kind => kind.is_string(),
    }
}

/// Arrays as one; a single one as it is.
pub(super) fn together(name: &str, arrays: &[Int64Array]) -> PyResult<Int64Array> {
    match arrays {
        [] => Ok(Int64Array::from(Vec::<i64>::new())),
        [one] => Ok(one.clone()),
        many => {
            let many: Vec<&dyn Array> = many.iter().map(|array| array as &dyn Array).collect();
            let whole = arrow_select::concat::concat(&many);
            let whole = whole.or_data(name)?;
            Ok(whole.as_primitive::<Int64Type>().clone())
        }
    }
}

/// The chunks of a column as one array.
pub(crate) fn together_any(name: &str, column: &Column<'_>) -> PyResult<ArrayRef> {
    if let [one] = column.chunks.as_slice() {
        return Ok(Arc::clone(one));
    }
    if column.chunks.is_empty() {
        return Ok(arrow_array::new_empty_array(&column.data_type));
    }
    let chunks: Vec<&dyn Array> = column.chunks.iter().map(AsRef::as_ref).collect();
    arrow_select::concat::concat(&chunks).or_data(name)
}

fn micros(name: &str, before: usize, chunk: &ArrayRef, reading: &InstantReading) -> PyResult<Int64Array> {
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
            error::instant(format!("{name}[{}]: \"{found}\" is {problem}; {remedy}", before + row))
        })?;
        read.append_option(at.map(Timestamp::as_micros));
    }
    Ok(read.finish())
}

/// One instant.
pub(crate) fn instant<'py>(
    name: &str,
    value: &Bound<'py, PyAny>,
    assumed: Option<Tz>,
) -> PyResult<Instant<'py>> {
    Instant::read(name, value, assumed)
}

/// A time zone: its IANA name, a `ZoneInfo`, or `datetime.timezone.utc`.
pub(crate) fn zone(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Tz> {
    let utc = PyTzInfo::utc(value.py())?;
    // Zones of one offset say it of no instant, too.
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
