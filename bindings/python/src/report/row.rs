//! `ReportRow`: one number of a report.

use std::sync::Arc;

use deskmetrics::engine::visible;
use deskmetrics::report::{
    KpiTally, ReportRow as CoreRow, ReportState, ReportTable, SliceKeys, count_text, difference_text,
    interval_text, value_text,
};
use deskmetrics::{ClockKind, Excluded};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{IntoPyDict as _, PyDict, PyList, PyType};

use crate::class::getters;
use crate::data::{Data, to_python};
use crate::error;
use crate::result;
use crate::zone::InZone;

/// One number of one KPI for one slice and one period, with n, interval and excluded records; a row of :class:`Report`.
#[pyclass(module = "deskmetrics", frozen, eq)]
pub(crate) struct ReportRow {
    table: Arc<ReportTable>,
    state: Arc<ReportState>,
    place: usize,
}

impl PartialEq for ReportRow {
    fn eq(&self, other: &Self) -> bool {
        self.core() == other.core()
    }
}

impl ReportRow {
    pub(super) fn new(table: &Arc<ReportTable>, state: &Arc<ReportState>, place: usize) -> Self {
        Self { table: Arc::clone(table), state: Arc::clone(state), place }
    }

    /// The tally behind it, to be compared by its headline.
    pub(crate) fn tally(&self) -> PyResult<KpiTally> {
        let row = self.core();
        if !row.headline {
            return Err(error::argument(format!(
                "only the headline of a KPI is compared, and \"{}\" of {} is another measure; request it without measure=",
                row.measure, row.kpi
            )));
        }
        let tally = self.state.tally(row);
        tally.ok_or_else(|| error::argument(format!("{} has no records here to compare", row.title())))
    }

    /// The rows of all measures of its KPI in its slice and period.
    fn measures_rows(&self) -> &[CoreRow] {
        let rows = &self.table.rows;
        let first = rows[..=self.place].iter().rposition(|row| row.headline).unwrap_or(self.place);
        let after = rows[self.place + 1..].iter().position(|row| row.headline);
        &rows[first..after.map_or(rows.len(), |after| self.place + 1 + after)]
    }

    fn core(&self) -> &CoreRow {
        &self.table.rows[self.place]
    }
}

getters! { ReportRow, row = core();
    /// The KPI's id in the catalogue, such as ``"first_response_time"``.
    kpi -> &'static str = row.kpi;

    /// The name of the request, or the English name of the KPI.
    name -> &str = &row.name;

    /// The name with the options: ``"First response time (business hours)"``.
    title -> String = row.title();

    /// The option that distinguishes requests of one KPI: the question, the FCR policy, the SLA metric.
    option -> Option<&str> = row.option.as_deref();

    /// The measure: ``"percent"``, ``"mean"``, ``"median"``, ``"p90"`` ...
    measure -> &str = &row.measure;

    /// Whether it is the KPI's headline, the first of its measures.
    headline -> bool = row.headline;

    /// The name of its period, such as ``"2026-W10"``; ``None`` for all periods together.
    period -> Option<&str> = row.period.as_ref().map(|period| period.label.as_str());

    /// Whether the data covers only part of the period.
    partial -> bool = row.period.as_ref().is_some_and(|period| period.partial);

    /// The number, in ``unit``; ``None`` when nothing was counted.
    value -> Option<f64> = row.value;

    /// The unit of the value: ``"percent"``, ``"points"``, ``"scale_step"``, ``"seconds"``, ``"count"``, ``"per_ticket"``.
    unit -> &'static str = row.unit.as_str();

    /// The formatted value: ``"82.1 %"``, ``"4h 12m"``.
    text -> String = value_text(row.value, row.unit, row.clock);

    /// Records behind the value.
    n -> u64 = row.n;

    /// Whether it has fewer records than ``min_n`` of the report.
    small_n -> bool = row.small_n;

    /// The clock of its durations: ``"calendar"`` or ``"business"``; ``None`` where there are none.
    clock -> Data<Option<ClockKind>> = Data(row.clock);

    /// Excluded records of this KPI in this slice and period, by reason.
    excluded -> Data<&Excluded> = Data(&row.excluded);


}

#[pymethods]
impl ReportRow {
    /// The slice it is about, by attribute; empty for all records. ``None`` is the slice of records without the attribute.
    #[getter]
    fn keys<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        keys(py, &self.core().keys)
    }

    /// Start of the period (inclusive), in the time zone of the report.
    #[getter]
    fn period_start(&self) -> Option<InZone> {
        self.core().period.as_ref()?.start.map(|at| InZone(at, self.table.zone))
    }

    /// End of the period (exclusive), in the time zone of the report.
    #[getter]
    fn period_end(&self) -> Option<InZone> {
        self.core().period.as_ref()?.end.map(|at| InZone(at, self.table.zone))
    }

    /// The confidence interval of the value, at the report's level; ``None`` where there is none.
    #[getter]
    fn interval<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        result::interval(py, self.core().interval)
    }

    /// The formatted interval: ``"80.6 – 83.5 %"``; empty where there is none.
    #[getter]
    fn interval_text(&self) -> String {
        let row = self.core();
        row.interval.map_or_else(String::new, |interval| interval_text(interval, row.unit, row.clock))
    }

    /// The change against the previous period; ``None`` without one.
    #[getter]
    fn change<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
        let Some(change) = self.core().change else { return Ok(None) };
        let class = CLASS.import(py, "deskmetrics.change", "Change")?;
        let interval = result::interval(py, change.interval)?;
        let significance = to_python(py, &change.significance)?;
        let text = difference_text(change.difference, self.core().unit, self.core().clock);
        class.call1((change.difference, interval, change.p_value, significance, text)).map(Some)
    }

    /// The value of a duration as a ``timedelta``; ``None`` for every other unit and where nothing was counted.
    #[getter]
    fn duration(&self) -> Option<chrono::TimeDelta> {
        let row = self.core();
        row.value.and_then(|value| result::duration(value, row.unit))
    }

    /// All numbers of the KPI in this slice and period by name, the headline first, each with ``value``, ``unit``, ``n`` and
    /// ``interval``, as those of a :class:`KpiResult`.
    ///
    /// Returns
    /// -------
    /// dict
    fn measures<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let measures = PyDict::new(py);
        for row in self.measures_rows() {
            let interval = result::interval(py, row.interval)?;
            let measure = result::measure(py, row.value, row.unit, row.n, interval)?;
            measures.set_item(&*row.measure, measure)?;
        }
        Ok(measures)
    }

    /// The reasons of negative answers in this slice and period, as :meth:`KpiResult.ranking`; empty for every KPI but
    /// ``"reasons"``.
    ///
    /// Returns
    /// -------
    /// list of dict
    fn ranking<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        result::ranking(py, self.state.tally(self.core()).as_ref())
    }

    /// All measures in this slice and period as a table in Markdown.
    ///
    /// Returns
    /// -------
    /// str
    fn to_markdown(&self) -> String {
        let rows = self.measures_rows().iter().map(|row| {
            let few = if row.small_n { "*" } else { "" };
            [
                row.measure.replace('_', " "),
                value_text(row.value, row.unit, row.clock),
                row.interval.map_or_else(String::new, |found| interval_text(found, row.unit, row.clock)),
                format!("{}{few}", count_text(row.n)),
            ]
        });
        result::markdown(&place(self.core()), self.table.level, &rows.collect::<Vec<_>>())
    }

    /// The definition of the KPI, from the catalogue.
    #[getter]
    fn definition<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        result::definition(py, self.core().kpi)
    }

    fn __float__(&self) -> PyResult<f64> {
        let row = self.core();
        result::number(row.value, row.kpi)
    }

    /// Formats the value as a number with a format such as ``".1f"``, and otherwise as ``text``.
    fn __format__<'py>(&self, py: Python<'py>, spec: &str) -> PyResult<Bound<'py, PyAny>> {
        result::formatted(py, self.core().value, &self.text(), spec)
    }

    /// The row as plain data.
    ///
    /// Returns
    /// -------
    /// dict
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, self.core())
    }

    fn __repr__(&self) -> String {
        let row = self.core();
        let excluded =
            if row.excluded.is_empty() { String::new() } else { format!(", excluded: {}", row.excluded) };
        visible(&format!("ReportRow({}{excluded})", number_text(row))).into_owned()
    }
}

/// The slice by attribute.
pub(super) fn keys<'py>(py: Python<'py>, keys: &SliceKeys) -> PyResult<Bound<'py, PyDict>> {
    keys.0.iter().map(|(attribute, value)| (attribute.as_str(), value.as_deref())).into_py_dict(py)
}

/// The KPI, the slice and the period.
fn place(row: &CoreRow) -> String {
    let mut parts = vec![row.title()];
    if !row.keys.is_empty() {
        parts.push(row.keys.label());
    }
    if let Some(period) = &row.period {
        parts.push(format!("{}{}", period.label, if period.partial { " (partial)" } else { "" }));
    }
    parts.join(", ")
}

/// The number with its interval and n on one line.
pub(super) fn number_text(row: &CoreRow) -> String {
    let [measure, value] = [row.measure.replace('_', " "), value_text(row.value, row.unit, row.clock)];
    let interval = row.interval.map_or_else(String::new, |interval| {
        format!(", interval {}", interval_text(interval, row.unit, row.clock))
    });
    let few = if row.small_n { " (few)" } else { "" };
    format!("{}, {measure}: {value}{interval}, n={}{few}", place(row), count_text(row.n))
}
