//! `Schedule`: when a team works.

mod column;
mod days;
mod form;

use chrono::TimeDelta;
use chrono_tz::Tz;
use deskmetrics::Timestamp;
use deskmetrics::schedule::{Budget, CompiledSchedule, WorkingTime};
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString, PyTuple, PyType};
use serde_json::{Value, json};

use crate::class::pickled;
use crate::data::{keys, to_json, to_python};
use crate::input::{Input, Moments, Spans, timestamp, zone};
use column::{Pairs, Side, is_open, moved, next};

/// Working hours of a team: weekly hours in a time zone, holidays, special days, breaks.
///
/// Timestamps are aware ``datetime`` objects of any time zone; a naive one raises
/// :class:`~deskmetrics.exceptions.TimestampError`. Results are in the zone of the argument. Every method also
/// takes a sequence or column instead of a value, and the result has the same type: a list for a
/// list, a pandas Series with the same index for a Series, a polars Series for a polars Series, a pyarrow array for a
/// pyarrow array or a DuckDB relation, a NumPy array for a NumPy array. A missing element (``None``, ``NaT``, null) gives
/// a missing result, and a single value is combined with each element of a column. Columns of timestamps without a zone need
/// ``assume_tz``.
///
/// Parameters
/// ----------
/// time_zone : str or zoneinfo.ZoneInfo
///     IANA name of the time zone of the hours.
/// hours : str or dict
///     Weekly hours as text, ``"Mo-Fr 09:00-17:00"``, or by day, ``{"mon": [["09:00", "17:00"]]}``.
/// holidays : iterable of str or datetime.date, optional
///     Closed dates: ``"2026-12-25"``, ``"--12-25"`` for every year, ``"2026-12-24/2026-12-31"``, dates, or the keys of
///     an object of the package holidays, which must be made with ``years``.
///
/// Raises
/// ------
/// ScheduleError
///     When the zone is unknown or hours or a holiday cannot be read; the message names the place.
///
/// See Also
/// --------
/// Schedule.from_dict : every feature: special days, breaks, conventions, several desks, versions.
///
/// Examples
/// --------
/// >>> from datetime import datetime, timedelta
/// >>> from zoneinfo import ZoneInfo
/// >>> import deskmetrics as dm
/// >>> madrid = ZoneInfo("Europe/Madrid")
/// >>> desk = dm.Schedule("Europe/Madrid", "Mo-Fr 09:00-17:00", holidays=["2026-04-03"])
/// >>> wednesday = datetime(2026, 4, 1, 16, 0, tzinfo=madrid)
/// >>> desk.due(wednesday, timedelta(hours=10)).isoformat()
/// '2026-04-06T10:00:00+02:00'
/// >>> desk.elapsed(wednesday, datetime(2026, 4, 6, 10, 0, tzinfo=madrid))
/// datetime.timedelta(seconds=36000)
#[pyclass(module = "deskmetrics", frozen, eq)]
pub(crate) struct Schedule {
    working_time: WorkingTime,
    compiled: CompiledSchedule,
}

impl PartialEq for Schedule {
    fn eq(&self, other: &Self) -> bool {
        self.working_time == other.working_time
    }
}

impl Schedule {
    /// A schedule of the core as Python has it.
    pub(crate) fn of(working_time: WorkingTime) -> Self {
        Self { compiled: working_time.compile(), working_time }
    }

    /// As the core has it.
    pub(crate) fn working_time(&self) -> &WorkingTime {
        &self.working_time
    }

    fn from_json(form: Value) -> PyResult<Self> {
        form::read(form).map(Self::of)
    }
}

pickled!(Schedule: "to_dict", "from_dict");

#[pymethods]
impl Schedule {
    #[new]
    #[pyo3(signature = (time_zone, hours, *, holidays = None))]
    fn new(
        time_zone: &Bound<'_, PyAny>,
        hours: &Bound<'_, PyAny>,
        holidays: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let holidays = holidays.map(form::closed_dates).transpose()?.unwrap_or_default();
        Self::from_json(json!({
            "time_zone": form::time_zone(time_zone)?,
            "hours": to_json("hours", hours)?,
            "holidays": holidays,
        }))
    }

    /// A schedule from its data form: the keys of a TOML or JSON file, with every feature.
    ///
    /// Parameters
    /// ----------
    /// form : dict
    ///     ``time_zone`` and ``hours``, and optionally ``holidays``, ``special_days``, ``extra_openings``, ``breaks`` and
    ///     ``conventions``; or ``any_of`` or ``all_of`` with a list of such forms; or ``versions``, each of them with
    ///     ``from``. Dates, times and zones may be Python objects, as ``tomllib`` makes them. The key ``gap`` of
    ///     ``conventions`` decides about opening and closing times that the clocks skip when they go forward: ``"change"`` (the
    ///     default) moves them to the change, ``"shift"`` moves them later by the length of the gap.
    ///
    /// Returns
    /// -------
    /// Schedule
    ///
    /// Raises
    /// ------
    /// ScheduleError
    ///     The message names the place in the form, the value found and what is allowed.
    ///
    /// Examples
    /// --------
    /// >>> import deskmetrics as dm
    /// >>> desk = dm.Schedule.from_dict({
    /// ...     "time_zone": "Europe/Copenhagen",
    /// ...     "hours": {"mon": [["09:00", "12:00"], ["13:00", "17:00"]], "sat": [["22:00", "06:00"]]},
    /// ...     "holidays": ["2026-12-25", "--05-01"],
    /// ...     "special_days": {"2026-12-24": [["09:00", "12:00"]]},
    /// ...     "breaks": [{"days": ["mon"], "from": "10:00", "to": "10:15"}],
    /// ...     "conventions": {"boundary": "next_opening"},
    /// ... })
    /// >>> dm.Schedule.from_dict(desk.to_dict()) == desk
    /// True
    /// >>> dm.Schedule.from_dict({"time_zone": "Europe/Copenhagen", "hours": "Mo-Fr 9-17"})
    /// Traceback (most recent call last):
    ///     ...
    /// deskmetrics.exceptions.ScheduleError: ...
    #[classmethod]
    fn from_dict(_cls: &Bound<'_, PyType>, form: &Bound<'_, PyAny>) -> PyResult<Self> {
        let example = "{\"time_zone\": \"Europe/Madrid\", \"hours\": \"Mo-Fr 09:00-17:00\"}";
        Self::from_json(keys("schedule", form, example)?)
    }

    /// The data form of the schedule, which :meth:`from_dict` reads.
    ///
    /// Returns
    /// -------
    /// dict
    ///     Of texts, lists and dicts only, ready for JSON.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.working_time)
    }

    /// The IANA name of the time zone; of several desks, that of the first.
    #[getter]
    fn time_zone(&self) -> &'static str {
        self.working_time.time_zone().name()
    }

    /// Working time between two timestamps.
    ///
    /// Parameters
    /// ----------
    /// start, end : datetime.datetime, or sequence or column of them
    /// assume_tz : str or zoneinfo.ZoneInfo, optional
    ///     The zone of timestamps without one; without it they are an error.
    ///
    /// Returns
    /// -------
    /// datetime.timedelta, or a column of durations of the input's type
    ///     Negative when ``end`` is before ``start``, so that spans add up in any order.
    ///
    /// Examples
    /// --------
    /// >>> from datetime import datetime, timezone
    /// >>> import deskmetrics as dm
    /// >>> desk = dm.Schedule("UTC", "Mo-Fr 09:00-17:00")
    /// >>> friday = datetime(2026, 3, 6, 16, 0, tzinfo=timezone.utc)
    /// >>> monday = datetime(2026, 3, 9, 10, 30, tzinfo=timezone.utc)
    /// >>> desk.elapsed(friday, monday)
    /// datetime.timedelta(seconds=9000)
    /// >>> desk.elapsed([friday, None], monday)
    /// [datetime.timedelta(seconds=9000), None]
    #[pyo3(signature = (start, end, *, assume_tz = None))]
    fn elapsed<'py>(
        &self,
        py: Python<'py>,
        start: &Bound<'py, PyAny>,
        end: &Bound<'py, PyAny>,
        #[pyo3(from_py_with = assumed)] assume_tz: Option<Tz>,
    ) -> PyResult<Bound<'py, PyAny>> {
        match (Moments::read("start", start, assume_tz)?, Moments::read("end", end, assume_tz)?) {
            (Moments::Values(start), Moments::Values(end)) => {
                start.zip(["start", "end"], end)?.answer(py, |_, (start, end)| {
                    Ok(TimeDelta::microseconds(self.compiled.elapsed_micros(start.micros, end.micros)))
                })
            }
            (start, end) => {
                Pairs::new(Side::of("start", start), Side::of("end", end))?.elapsed(py, &self.compiled)
            }
        }
    }

    /// The timestamp at which a budget of working time is used up.
    ///
    /// It is the first timestamp at which ``elapsed(start, due)`` reaches the budget: a budget that ends with the working
    /// day is due at closing time, unless the schedule's conventions differ.
    ///
    /// Parameters
    /// ----------
    /// start : datetime.datetime, or sequence or column of it
    /// budget : datetime.timedelta or str, or sequence or column of them
    ///     A text is written like ``"4h"`` or ``"1h 30m"``; a day in it is 24 hours of working time. A negative budget
    ///     counts back. ``"2 business days"`` ends with the last closing time of the second business day after the date of
    ///     ``start``, and ``"2 business days, same hour"`` at the local time of ``start`` on that day.
    /// assume_tz : str or zoneinfo.ZoneInfo, optional
    ///     The zone of timestamps without one; without it they are an error.
    ///
    /// Returns
    /// -------
    /// datetime.datetime, or a column of the input's type
    ///     In the zone of ``start``.
    ///
    /// Raises
    /// ------
    /// NeverOpensError
    ///     When the schedule has less working time left than the budget.
    /// TimestampError
    ///     When the result is outside the range of ``datetime``.
    ///
    /// Examples
    /// --------
    /// >>> from datetime import datetime, timedelta, timezone
    /// >>> import deskmetrics as dm
    /// >>> desk = dm.Schedule("UTC", "Mo-Fr 09:00-17:00")
    /// >>> friday = datetime(2026, 3, 6, 16, 0, tzinfo=timezone.utc)
    /// >>> desk.due(friday, "1h").isoformat(), desk.due(friday, timedelta(hours=4)).isoformat()
    /// ('2026-03-06T17:00:00+00:00', '2026-03-09T12:00:00+00:00')
    /// >>> desk.due(friday, "1 business day").isoformat(), desk.due(friday, "1 business day, same hour").isoformat()
    /// ('2026-03-09T17:00:00+00:00', '2026-03-09T16:00:00+00:00')
    #[pyo3(signature = (start, budget, *, assume_tz = None))]
    fn due<'py>(
        &self,
        py: Python<'py>,
        start: &Bound<'py, PyAny>,
        budget: &Bound<'py, PyAny>,
        #[pyo3(from_py_with = assumed)] assume_tz: Option<Tz>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let start = ("start", Moments::read("start", start, assume_tz)?);
        if let Some(Budget::BusinessDays(days, end)) = in_business_days(budget) {
            let due = |at| self.compiled.due_in_business_days(at, days, end);
            let due_micros = |at, _| {
                let due = due(Timestamp::saturating_from_micros(at).to_utc()).ok()?;
                Some(due.timestamp_micros())
            };
            return moved(py, "due", start, Spans::Values(Input::One(0)), |at, _| due(at), due_micros);
        }
        let due = |at, budget| self.compiled.due(at, budget);
        let due_micros = |at, budget| self.compiled.due_micros(at, budget);
        moved(py, "due", start, Spans::read("budget", budget)?, due, due_micros)
    }

    /// The latest start of work with this budget that ends by ``due``: the inverse of :meth:`due`.
    ///
    /// Parameters
    /// ----------
    /// due : datetime.datetime, or sequence or column of it
    /// budget : datetime.timedelta or str, or sequence or column of them
    /// assume_tz : str or zoneinfo.ZoneInfo, optional
    ///     The zone of timestamps without one; without it they are an error.
    ///
    /// Returns
    /// -------
    /// datetime.datetime, or a column of the input's type
    ///     In the zone of ``due``.
    ///
    /// Raises
    /// ------
    /// NeverOpensError
    ///     When the schedule has less working time before ``due`` than the budget.
    /// TimestampError
    ///     When the result is outside the range of ``datetime``.
    ///
    /// Examples
    /// --------
    /// >>> from datetime import datetime, timedelta, timezone
    /// >>> import deskmetrics as dm
    /// >>> desk = dm.Schedule("UTC", "Mo-Fr 09:00-17:00")
    /// >>> desk.start_by(datetime(2026, 3, 9, 12, 0, tzinfo=timezone.utc), timedelta(hours=4)).isoformat()
    /// '2026-03-06T16:00:00+00:00'
    #[pyo3(signature = (due, budget, *, assume_tz = None))]
    fn start_by<'py>(
        &self,
        py: Python<'py>,
        due: &Bound<'py, PyAny>,
        budget: &Bound<'py, PyAny>,
        #[pyo3(from_py_with = assumed)] assume_tz: Option<Tz>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let due = ("due", Moments::read("due", due, assume_tz)?);
        let start = |at, budget| self.compiled.start_by(at, budget);
        let start_micros = |at, budget| self.compiled.start_by_micros(at, budget);
        moved(py, "start_by", due, Spans::read("budget", budget)?, start, start_micros)
    }

    /// Whether it is open: from each opening until just before the closing.
    ///
    /// Parameters
    /// ----------
    /// at : datetime.datetime, or sequence or column of it
    /// assume_tz : str or zoneinfo.ZoneInfo, optional
    ///     The zone of timestamps without one; without it they are an error.
    ///
    /// Returns
    /// -------
    /// bool, or a column of the input's type
    #[pyo3(signature = (at, *, assume_tz = None))]
    fn is_open<'py>(
        &self,
        py: Python<'py>,
        at: &Bound<'py, PyAny>,
        #[pyo3(from_py_with = assumed)] assume_tz: Option<Tz>,
    ) -> PyResult<Bound<'py, PyAny>> {
        match Moments::read("at", at, assume_tz)? {
            Moments::Values(at) => at.answer(py, |_, at| Ok(self.compiled.is_open_micros(at.micros))),
            Moments::Column(at) => is_open(py, &self.compiled, &at),
        }
    }

    /// The first opening timestamp at or after this one.
    ///
    /// Parameters
    /// ----------
    /// at : datetime.datetime, or sequence or column of it
    /// assume_tz : str or zoneinfo.ZoneInfo, optional
    ///     The zone of timestamps without one; without it they are an error.
    ///
    /// Returns
    /// -------
    /// datetime.datetime or None, or a column of the input's type
    ///     In the zone of ``at``; ``None`` when it never opens again.
    ///
    /// Examples
    /// --------
    /// >>> from datetime import datetime, timezone
    /// >>> import deskmetrics as dm
    /// >>> desk = dm.Schedule("Europe/Copenhagen", "Mo-Fr 09:00-17:00")
    /// >>> desk.next_opening(datetime(2026, 3, 28, 12, 0, tzinfo=timezone.utc)).isoformat()
    /// '2026-03-30T07:00:00+00:00'
    #[pyo3(signature = (at, *, assume_tz = None))]
    fn next_opening<'py>(
        &self,
        py: Python<'py>,
        at: &Bound<'py, PyAny>,
        #[pyo3(from_py_with = assumed)] assume_tz: Option<Tz>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let at = Moments::read("at", at, assume_tz)?;
        next(py, "next_opening", at, |at| self.compiled.next_opening_micros(at))
    }

    /// The first closing timestamp after this one.
    ///
    /// Parameters
    /// ----------
    /// at : datetime.datetime, or sequence or column of it
    /// assume_tz : str or zoneinfo.ZoneInfo, optional
    ///     The zone of timestamps without one; without it they are an error.
    ///
    /// Returns
    /// -------
    /// datetime.datetime or None, or a column of the input's type
    ///     In the zone of ``at``; ``None`` when it never closes again.
    #[pyo3(signature = (at, *, assume_tz = None))]
    fn next_closing<'py>(
        &self,
        py: Python<'py>,
        at: &Bound<'py, PyAny>,
        #[pyo3(from_py_with = assumed)] assume_tz: Option<Tz>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let at = Moments::read("at", at, assume_tz)?;
        next(py, "next_closing", at, |at| self.compiled.next_closing_micros(at))
    }

    /// The openings between two timestamps, in order, cut at both ends.
    ///
    /// Parameters
    /// ----------
    /// start, end : datetime.datetime
    /// assume_tz : str or zoneinfo.ZoneInfo, optional
    ///     The zone of timestamps without one; without it they are an error.
    ///
    /// Returns
    /// -------
    /// list of tuple of datetime.datetime
    ///     Opening and closing timestamp, in the zone of ``start``.
    ///
    /// Examples
    /// --------
    /// >>> from datetime import datetime
    /// >>> from zoneinfo import ZoneInfo
    /// >>> import deskmetrics as dm
    /// >>> zone = ZoneInfo("America/New_York")
    /// >>> desk = dm.Schedule(zone, "13:00-18:00")
    /// >>> for opens, closes in desk.openings(datetime(2026, 3, 7, tzinfo=zone), datetime(2026, 3, 9, tzinfo=zone)):
    /// ...     print(opens, "to", closes)
    /// 2026-03-07 13:00:00-05:00 to 2026-03-07 18:00:00-05:00
    /// 2026-03-08 13:00:00-04:00 to 2026-03-08 18:00:00-04:00
    #[pyo3(signature = (start, end, *, assume_tz = None))]
    fn openings<'py>(
        &self,
        py: Python<'py>,
        start: &Bound<'py, PyAny>,
        end: &Bound<'py, PyAny>,
        #[pyo3(from_py_with = assumed)] assume_tz: Option<Tz>,
    ) -> PyResult<Bound<'py, PyList>> {
        let (start, end) = (timestamp("start", start, assume_tz)?, timestamp("end", end, assume_tz)?);
        let openings = PyList::empty(py);
        for opening in self.compiled.openings(start.utc()..end.utc()) {
            // The caller may stop after any step: Ctrl-C works on long ranges.
            py.check_signals()?;
            let [from, to] =
                [opening.start, opening.end].map(|at| start.same_zone("", at.timestamp_micros()));
            openings.append(PyTuple::new(py, [from?, to?])?)?;
        }
        Ok(openings)
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        form::shown(py, &self.working_time)
    }
}

/// A budget in business days.
fn in_business_days(budget: &Bound<'_, PyAny>) -> Option<Budget> {
    let text = budget.cast::<PyString>().ok()?;
    text.to_str().ok()?.parse().ok().filter(|budget| matches!(budget, Budget::BusinessDays(..)))
}

/// The zone of timestamps without one.
fn assumed(value: &Bound<'_, PyAny>) -> PyResult<Option<Tz>> {
    if value.is_none() { Ok(None) } else { zone("assume_tz", value).map(Some) }
}
