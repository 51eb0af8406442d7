//! Business days of local dates.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Date32Type;
use arrow_array::{Array, ArrayRef, BooleanArray, Date32Array, Int64Array};
use arrow_schema::DataType;
use chrono::NaiveDate;
use chrono_tz::Tz;
use pyo3::prelude::*;
use pyo3::types::{PyDate, PyDateTime, PyString};

use super::Schedule;
use crate::error;
use crate::input::{Given, Input, Origin, describe, timestamp};
use crate::report::request::whole;

#[pymethods]
impl Schedule {
    /// Whether working time begins on a date.
    ///
    /// The morning after a night shift is not a business day of its own.
    ///
    /// Parameters
    /// ----------
    /// day : datetime.date or str, or sequence or column of them
    ///     A text is ISO 8601, ``"2026-03-31"``; an aware ``datetime`` is taken on its date in the schedule's zone.
    ///
    /// Returns
    /// -------
    /// bool, or a column of the input's type
    ///
    /// Examples
    /// --------
    /// >>> import deskmetrics as dm
    /// >>> desk = dm.Schedule("Europe/Copenhagen", "Mo-Fr 09:00-17:00", holidays=["2026-05-25"])
    /// >>> desk.is_business_day(["2026-05-22", "2026-05-23", "2026-05-25"])
    /// [True, False, False]
    fn is_business_day<'py>(&self, py: Python<'py>, day: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let dates = Dates::read("day", day, self.compiled.time_zone())?;
        let array = |answers: Vec<Option<bool>>| Arc::new(BooleanArray::from(answers)) as ArrayRef;
        dates.answer(py, "is_business_day", |date| Ok(self.compiled.is_business_day(date)), array)
    }

    /// The number of business days from one date (inclusive) to another (exclusive); negative when ``end`` is before ``start``.
    ///
    /// Parameters
    /// ----------
    /// start : datetime.date or str, or sequence or column of them
    /// end : datetime.date or str
    ///
    /// Returns
    /// -------
    /// int, or a column of the input's type
    ///
    /// Examples
    /// --------
    /// >>> import deskmetrics as dm
    /// >>> desk = dm.Schedule("Europe/Copenhagen", "Mo-Fr 09:00-17:00", holidays=["2026-05-25"])
    /// >>> desk.business_days_between("2026-05-22", "2026-05-29")
    /// 4
    fn business_days_between<'py>(
        &self,
        py: Python<'py>,
        start: &Bound<'py, PyAny>,
        end: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let zone = self.compiled.time_zone();
        let end = date("end", end, zone)?;
        let array = |answers: Vec<Option<i64>>| Arc::new(Int64Array::from(answers)) as ArrayRef;
        let between = |start| Ok(self.compiled.business_days_between(start, end));
        Dates::read("start", start, zone)?.answer(py, "business_days", between, array)
    }

    /// The date a number of business days after a date, or before it if negative; the date itself for zero.
    ///
    /// The date itself does not count, so one business day after a Friday, a Saturday and a Sunday is the same Monday.
    ///
    /// Parameters
    /// ----------
    /// day : datetime.date or str, or sequence or column of them
    /// count : int
    ///
    /// Returns
    /// -------
    /// datetime.date, or a column of the input's type
    ///
    /// Raises
    /// ------
    /// NeverOpensError
    ///     When the schedule has fewer business days.
    ///
    /// Examples
    /// --------
    /// >>> import deskmetrics as dm
    /// >>> desk = dm.Schedule("Europe/Copenhagen", "Mo-Fr 09:00-17:00", holidays=["2026-05-25"])
    /// >>> desk.add_business_days("2026-05-22", 2)
    /// datetime.date(2026, 5, 27)
    fn add_business_days<'py>(
        &self,
        py: Python<'py>,
        day: &Bound<'py, PyAny>,
        count: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let count: i64 = whole("count", count, "give a number of business days, negative for those before")?;
        let add = |date| self.compiled.add_business_days(date, count).map_err(|why| error::due("", why));
        Dates::read("day", day, self.compiled.time_zone())?.answer(py, "day", add, array_of_dates)
    }
}

/// Dates as they were given, and how to give an answer back.
enum Dates<'py> {
    Values(Input<NaiveDate>),
    Column(Vec<Option<NaiveDate>>, Origin<'py>),
}

impl<'py> Dates<'py> {
    /// Dates, ISO texts, aware datetimes (their date in `zone`), or a sequence or column of them.
    fn read(name: &str, value: &Bound<'py, PyAny>, zone: Tz) -> PyResult<Self> {
        if value.is_instance_of::<PyDate>() {
            return date(name, value, zone).map(|one| Self::Values(Input::One(one)));
        }
        match Given::read(name, value, "a date or a column of them")? {
            Given::Single(value) => date(name, &value, zone).map(|one| Self::Values(Input::One(one))),
            Given::Values(values) => {
                Input::many(name, &values, |name, value| date(name, value, zone)).map(Self::Values)
            }
            Given::Column(column) => {
                let wrong = || {
                    error::column_type(format!(
                        "{name}: a column of {} is not a column of dates",
                        column.data_type
                    ))
                };
                let mut dates = Vec::with_capacity(column.len());
                for chunk in &column.chunks {
                    dates.extend(local_dates(chunk, zone).ok_or_else(wrong)?);
                }
                Ok(Self::Column(dates, column.origin))
            }
        }
    }

    /// The answer for each date, as the dates were given; `to_array` is the answer for a column.
    fn answer<R: IntoPyObject<'py>>(
        self,
        py: Python<'py>,
        name: &str,
        answer: impl Fn(NaiveDate) -> PyResult<R>,
        to_array: impl Fn(Vec<Option<R>>) -> ArrayRef,
    ) -> PyResult<Bound<'py, PyAny>> {
        match self {
            Self::Values(dates) => dates.answer(py, |_, date| answer(date)),
            Self::Column(dates, origin) => {
                let answers = dates.into_iter().map(|date| date.map(&answer).transpose());
                origin.give(py, name, &to_array(answers.collect::<PyResult<_>>()?))
            }
        }
    }
}

/// Dates as an Arrow array.
fn array_of_dates(dates: Vec<Option<NaiveDate>>) -> ArrayRef {
    let days = dates.into_iter().map(|date| date.map(Date32Type::from_naive_date));
    Arc::new(days.collect::<Date32Array>())
}

/// One date.
fn date(name: &str, value: &Bound<'_, PyAny>, zone: Tz) -> PyResult<NaiveDate> {
    if value.is_instance_of::<PyDateTime>() {
        return timestamp(name, value, None).map(|at| at.utc().with_timezone(&zone).date_naive());
    }
    let read = if value.is_instance_of::<PyString>() {
        value.extract::<String>()?.parse().ok()
    } else {
        value.extract::<NaiveDate>().ok()
    };
    read.ok_or_else(|| {
        error::argument_type(format!(
            "{name}: {} is not a date; give a date, such as date(2026, 3, 31) or \"2026-03-31\"",
            describe(value)
        ))
    })
}

/// The dates of a column; those of timestamps with a zone are local dates of the schedule.
fn local_dates(chunk: &ArrayRef, zone: Tz) -> Option<Vec<Option<NaiveDate>>> {
    let aware = matches!(chunk.data_type(), DataType::Timestamp(_, Some(_)));
    if !aware {
        let dates = arrow_cast::cast(chunk, &DataType::Date32).ok()?;
        let dates = dates.as_primitive::<Date32Type>();
        return Some(dates.iter().map(|day| day.and_then(Date32Type::to_naive_date_opt)).collect());
    }
    let micros = DataType::Timestamp(arrow_schema::TimeUnit::Microsecond, Some("UTC".into()));
    let at = arrow_cast::cast(chunk, &micros).ok()?;
    let at = at.as_primitive::<arrow_array::types::TimestampMicrosecondType>();
    let local = |micros| {
        deskmetrics::Timestamp::saturating_from_micros(micros).to_utc().with_timezone(&zone).date_naive()
    };
    Some(at.iter().map(|micros| micros.map(local)).collect())
}
