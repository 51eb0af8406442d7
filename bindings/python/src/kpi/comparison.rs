//! Two results, or a result and a benchmark.

use std::borrow::Cow;

use deskmetrics::report::KpiTally;
use pyo3::prelude::*;
use pyo3::types::PyDelta;

use crate::error;
use crate::report::ReportRow;
use crate::result::{KpiResult, Level, interval};

/// Difference, interval, p-value, smaller n, unit; of `a` minus `b`.
#[pyfunction(name = "_compare")]
pub(crate) fn compare<'py>(
    py: Python<'py>,
    a: &Bound<'py, PyAny>,
    b: &Bound<'py, PyAny>,
    level: Level,
) -> PyResult<impl IntoPyObject<'py>> {
    let level = level.0;
    let Some(tally) = tally(a)? else {
        return Err(error::argument_type(format!(
            "a: {} is neither the result of a KPI nor a row of a report",
            crate::input::describe(a)
        )));
    };
    let headline = tally.headline(level);
    let (found, other) = if let Some(other) = self::tally(b)? {
        if tally.definition().id != other.definition().id {
            return Err(error::argument_type(format!(
                "results of {} and {} cannot be compared; give two of one KPI",
                tally.definition().id,
                other.definition().id
            )));
        }
        if let (Some(scale), Some(of_other)) = (&tally.request().scale, &other.request().scale)
            && scale != of_other
        {
            return Err(error::scale(format!(
                "results on different scales cannot be compared: {scale} and {of_other}; convert the scores of one to the scale of \
                 the other, and compute both with that scale"
            )));
        }
        (tally.change_from(&other, level), other.headline(level).value)
    } else if let Some(benchmark) = benchmark(b) {
        (tally.change_from_benchmark(benchmark, level), Some(benchmark))
    } else {
        return Err(error::argument_type(format!(
            "b: {} is neither a result, nor a row of a report, nor a number, nor a timedelta",
            crate::input::describe(b)
        )));
    };
    let Some(found) = found else {
        let shown =
            |value: Option<f64>| value.map_or_else(|| "no records".to_owned(), |value| value.to_string());
        return Err(error::argument(format!(
            "{} of {} and {} cannot be compared: too little was counted, their options differ, or there is no \
             test for this KPI",
            tally.definition().id,
            shown(headline.value),
            shown(other),
        )));
    };
    let interval = interval(py, Some(found.interval))?;
    Ok((found.difference, interval, found.p_value, found.smaller_n, headline.unit.as_str()))
}

/// The tally of a result or of a row of a report; `None` for anything else.
fn tally<'a>(of: &'a Bound<'_, PyAny>) -> PyResult<Option<Cow<'a, KpiTally>>> {
    if let Ok(result) = of.cast::<KpiResult>() {
        return Ok(Some(Cow::Borrowed(&result.get().tally)));
    }
    let Ok(row) = of.cast::<ReportRow>() else { return Ok(None) };
    row.get().tally().map(Cow::Owned).map(Some)
}

/// A fixed value; a duration in seconds, as results have it.
fn benchmark(b: &Bound<'_, PyAny>) -> Option<f64> {
    if b.is_instance_of::<PyDelta>() {
        return b.call_method0("total_seconds").ok()?.extract().ok();
    }
    b.extract().ok()
}
