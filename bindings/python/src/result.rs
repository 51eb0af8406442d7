//! What every result answers: value, n, interval, what was left out.

use deskmetrics::{Estimate, Estimates, Interval, Merge, Unit};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyType};
use serde::{Serialize, de::DeserializeOwned};

use crate::data::from_json;
use crate::error;

/// The level that the representation shows.
pub(crate) const USUAL_LEVEL: f64 = 0.95;

/// The number that gives a KPI its value; every KPI has one.
pub(crate) fn headline(tally: &impl Estimates, level: f64) -> Option<Estimate> {
    tally.estimates(level).into_iter().next()
}

/// An interval as Python's `Interval`, `None` where there is none.
pub(crate) fn interval<'py>(
    py: Python<'py>,
    tally: &impl Estimates,
    level: f64,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    check(level)?;
    headline(tally, level)
        .and_then(|headline| headline.interval)
        .map(|found| to_python(py, found))
        .transpose()
}

/// Each measure of the KPI with value, unit, n and interval.
pub(crate) fn measures<'py>(
    py: Python<'py>,
    tally: &impl Estimates,
    level: f64,
) -> PyResult<Bound<'py, PyDict>> {
    check(level)?;
    let measures = PyDict::new(py);
    for estimate in tally.estimates(level) {
        let measure = PyDict::new(py);
        measure.set_item("value", estimate.value)?;
        measure.set_item("unit", unit_name(estimate.unit))?;
        measure.set_item("n", estimate.n)?;
        measure.set_item("interval", estimate.interval.map(|found| to_python(py, found)).transpose()?)?;
        measures.set_item(estimate.measure, measure)?;
    }
    Ok(measures)
}

/// Records left out, by the reason's name.
pub(crate) fn excluded<'py>(py: Python<'py>, tally: &impl Estimates) -> PyResult<Bound<'py, PyAny>> {
    let counts =
        serde_json::to_value(tally.excluded()).map_err(|problem| error::argument(problem.to_string()))?;
    from_json(py, &counts)
}

/// Such as `Nps(33.3 points, n=6, 95 % CI -26.7 to 71.2, left out: 1 not answered)`.
pub(crate) fn describe(name: &str, tally: &impl Estimates) -> String {
    let Some(Estimate { value: Some(value), unit, n, interval, .. }) = headline(tally, USUAL_LEVEL) else {
        return format!("{name}(no records{})", left_out(tally));
    };
    let (unit, digits) = match unit {
        Unit::Percent => (" %", 1),
        Unit::Points => (" points", 1),
        _ => ("", 2),
    };
    let interval = interval.map_or_else(String::new, |Interval { lower, upper, .. }| {
        format!(", 95 % CI {lower:.digits$} to {upper:.digits$}")
    });
    format!("{name}({value:.digits$}{unit}, n={n}{interval}{})", left_out(tally))
}

fn left_out(tally: &impl Estimates) -> String {
    let excluded = tally.excluded();
    if excluded.is_empty() { String::new() } else { format!(", left out: {excluded}") }
}

/// Two results as one.
pub(crate) fn merged<T: Merge + Clone>(one: &T, other: &T) -> T {
    let mut merged = one.clone();
    merged.merge(other.clone());
    merged
}

/// The tally as text, for pickle.
pub(crate) fn state(tally: &impl Serialize) -> PyResult<String> {
    serde_json::to_string(tally).map_err(|problem| error::argument(problem.to_string()))
}

/// A tally from the text that [`state`] made.
pub(crate) fn restored<T: DeserializeOwned>(state: &str) -> PyResult<T> {
    serde_json::from_str(state).map_err(|problem| error::argument(format!("state of a result: {problem}")))
}

/// The name of a unit in data.
pub(crate) fn unit_name(unit: Unit) -> &'static str {
    match unit {
        Unit::Percent => "percent",
        Unit::Points => "points",
        Unit::ScaleStep => "scale_step",
        Unit::Seconds => "seconds",
        Unit::PerTicket => "per_ticket",
        _ => "count",
    }
}

fn check(level: f64) -> PyResult<()> {
    if level > 0.0 && level < 1.0 {
        return Ok(());
    }
    Err(error::argument(format!("level: {level} is not between 0 and 1; 95 percent is 0.95")))
}

pub(crate) fn to_python(py: Python<'_>, interval: Interval) -> PyResult<Bound<'_, PyAny>> {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let class = CLASS.import(py, "deskmetrics.interval", "Interval")?;
    let method =
        serde_json::to_value(interval.method).map_err(|problem| error::argument(problem.to_string()))?;
    class.call1((interval.lower, interval.upper, interval.level, from_json(py, &method)?))
}

/// The methods all results share, with those of one of them.
macro_rules! result_class {
    ($class:ident, $tally:ty) => {
        #[pymethods]
        impl $class {
            /// The headline number, in ``unit``; ``None`` when nothing was counted.
            #[getter]
            fn value(&self) -> Option<f64> {
                result::headline(&self.0, result::USUAL_LEVEL)?.value
            }

            /// What the value counts: ``"percent"``, ``"points"`` or ``"scale_step"``.
            #[getter]
            fn unit(&self) -> Option<&'static str> {
                result::headline(&self.0, result::USUAL_LEVEL)
                    .map(|headline| result::unit_name(headline.unit))
            }

            /// Records behind the value.
            #[getter]
            fn n(&self) -> u64 {
                self.0.n()
            }

            /// Records left out, counted by reason.
            #[getter]
            fn excluded<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
                result::excluded(py, &self.0)
            }

            /// The confidence interval of the value, in the same unit.
            ///
            /// Parameters
            /// ----------
            /// level : float, default 0.95
            ///     Between 0 and 1.
            ///
            /// Returns
            /// -------
            /// Interval or None
            ///     A pair ``(lower, upper)`` that also knows ``level`` and ``method``; ``None`` when too little was
            ///     counted.
            #[pyo3(signature = (level = 0.95))]
            fn interval<'py>(&self, py: Python<'py>, level: f64) -> PyResult<Option<Bound<'py, PyAny>>> {
                result::interval(py, &self.0, level)
            }

            /// All numbers of the KPI by name, each with ``value``, ``unit``, ``n`` and ``interval``.
            ///
            /// Parameters
            /// ----------
            /// level : float, default 0.95
            ///     Of the intervals, between 0 and 1.
            ///
            /// Returns
            /// -------
            /// dict
            #[pyo3(signature = (level = 0.95))]
            fn measures<'py>(&self, py: Python<'py>, level: f64) -> PyResult<Bound<'py, PyDict>> {
                result::measures(py, &self.0, level)
            }

            fn __add__(&self, other: PyRef<'_, Self>) -> Self {
                Self(result::merged(&self.0, &other.0))
            }

            /// So that ``sum`` works, which begins with 0.
            fn __radd__(&self, other: u8) -> PyResult<Self> {
                if other == 0 {
                    return Ok(Self(self.0.clone()));
                }
                Err(error::argument_type(format!("{other} and a result cannot be added")))
            }

            fn __repr__(&self) -> String {
                result::describe(stringify!($class), &self.0)
            }

            #[staticmethod]
            fn _restore(state: &str) -> PyResult<Self> {
                result::restored::<$tally>(state).map(Self)
            }

            fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
                Ok((slf.get_type().getattr("_restore")?, (result::state(&slf.get().0)?,)))
            }
        }
    };
}
pub(crate) use result_class;
