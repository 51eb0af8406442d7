//! Two results, or a result and a benchmark.

use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::error;
use crate::result::{KpiResult, check, to_python, unit_name};

/// Difference, interval, p-value, smaller n, unit; of `a` minus `b`.
#[pyfunction(name = "_compare")]
pub(crate) fn compare<'py>(
    py: Python<'py>,
    a: &Bound<'py, KpiResult>,
    b: &Bound<'py, PyAny>,
    level: f64,
) -> PyResult<Bound<'py, PyTuple>> {
    check(level)?;
    let tally = &a.get().tally;
    let headline = tally.headline(level);
    let (found, other) = if let Ok(b) = b.cast::<KpiResult>() {
        let other = &b.get().tally;
        if tally.definition().id != other.definition().id {
            return Err(error::argument_type(format!(
                "results of {} and {} cannot be compared; give two of one KPI",
                tally.definition().id,
                other.definition().id
            )));
        }
        (tally.change_from(other, level), other.headline(level).value)
    } else if let Ok(benchmark) = b.extract::<f64>() {
        (tally.change_from_benchmark(benchmark, level), Some(benchmark))
    } else {
        return Err(error::argument_type(format!(
            "b: {} is neither a result nor a number",
            crate::input::describe(b)
        )));
    };
    let Some(found) = found else {
        return Err(error::argument(format!(
            "{} ({}) and {} cannot be compared by a test: too little was counted, they were asked for differently, or \
             there is none for this KPI; of durations, compare the share within a limit (within=\"4h\")",
            tally.definition().id,
            headline.value.map_or_else(|| "no records".to_owned(), |value| value.to_string()),
            other.map_or_else(|| "no records".to_owned(), |value| value.to_string()),
        )));
    };
    PyTuple::new(
        py,
        [
            found.difference.into_pyobject(py)?.into_any(),
            to_python(py, found.interval)?,
            found.p_value.into_pyobject(py)?.into_any(),
            found.smaller_n.into_pyobject(py)?.into_any(),
            unit_name(headline.unit).into_pyobject(py)?.into_any(),
        ],
    )
}
