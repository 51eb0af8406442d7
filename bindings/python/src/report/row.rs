//! `ReportRow`: one number of a report.

use std::sync::Arc;

use deskmetrics::ClockKind;
use deskmetrics::report::{
    ReportRow as CoreRow, ReportTable, count_text, difference_text, interval_text, value_text,
};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyType};

use crate::data::to_python;
use crate::result;
use crate::zone::in_zone;

/// One number of one KPI for one slice and one period, with what is needed to trust it; a row of :class:`Report`.
#[pyclass(module = "deskmetrics", frozen, eq)]
pub(crate) struct ReportRow {
    table: Arc<ReportTable>,
    place: usize,
}

impl PartialEq for ReportRow {
    fn eq(&self, other: &Self) -> bool {
        self.core() == other.core()
    }
}

impl ReportRow {
    pub(super) fn new(table: &Arc<ReportTable>, place: usize) -> Self {
        Self { table: Arc::clone(table), place }
    }

    fn core(&self) -> &CoreRow {
        &self.table.rows[self.place]
    }
}

/// The KPI's name with what was chosen for it.
pub(super) fn title(row: &CoreRow) -> String {
    let business = row.clock.filter(|clock| *clock == ClockKind::Business).map(|_| "business hours");
    let remarks: Vec<&str> = row.option.as_deref().into_iter().chain(business).collect();
    if remarks.is_empty() { row.name.to_string() } else { format!("{} ({})", row.name, remarks.join(", ")) }
}

#[pymethods]
impl ReportRow {
    /// The KPI's id in the catalogue, such as ``"first_response_time"``.
    #[getter]
    fn kpi(&self) -> &'static str {
        self.core().kpi
    }

    /// The name it was requested under, else its English one.
    #[getter]
    fn name(&self) -> &str {
        &self.core().name
    }

    /// Its name with what was chosen for it: ``"First response time (business hours)"``.
    #[getter]
    fn title(&self) -> String {
        title(self.core())
    }

    /// What was chosen where the KPI leaves a choice: the question, the FCR policy, the SLA metric.
    #[getter]
    fn option(&self) -> Option<&str> {
        self.core().option.as_deref()
    }

    /// Which number of the KPI it is: ``"percent"``, ``"mean"``, ``"median"``, ``"p90"`` ...
    #[getter]
    fn measure(&self) -> &str {
        &self.core().measure
    }

    /// Whether it is the KPI's headline, the first of its measures.
    #[getter]
    fn headline(&self) -> bool {
        self.core().headline
    }

    /// The clock of its durations: ``"calendar"`` or ``"business"``; ``None`` where there are none.
    #[getter]
    fn clock<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.core().clock)
    }

    /// The slice it is about, by attribute; empty for all records. ``None`` stands for records without the attribute.
    #[getter]
    fn keys<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let keys = PyDict::new(py);
        for (attribute, value) in &*self.core().keys.0 {
            keys.set_item(attribute.as_str(), value.as_deref())?;
        }
        Ok(keys)
    }

    /// The name of its period, such as ``"2026-W10"``; ``None`` for all periods together.
    #[getter]
    fn period(&self) -> Option<&str> {
        self.core().period.as_ref().map(|period| period.label.as_str())
    }

    /// The first instant of its period, in the report's zone.
    #[getter]
    fn period_start<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let start = self.core().period.as_ref().and_then(|period| period.start);
        start.map(|at| in_zone(py, at, self.table.zone)).transpose()
    }

    /// The first instant after its period, in the report's zone.
    #[getter]
    fn period_end<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let end = self.core().period.as_ref().and_then(|period| period.end);
        end.map(|at| in_zone(py, at, self.table.zone)).transpose()
    }

    /// Whether the data covers only a part of its period.
    #[getter]
    fn partial(&self) -> bool {
        self.core().period.as_ref().is_some_and(|period| period.partial)
    }

    /// The number, in ``unit``; ``None`` when nothing was counted.
    #[getter]
    fn value(&self) -> Option<f64> {
        self.core().value
    }

    /// What the value counts: ``"percent"``, ``"points"``, ``"scale_step"``, ``"seconds"``, ``"count"``, ``"per_ticket"``.
    #[getter]
    fn unit(&self) -> &'static str {
        self.core().unit.as_str()
    }

    /// The value as people read it: ``"82.1 %"``, ``"4h 12m"``.
    #[getter]
    fn text(&self) -> String {
        value_text(self.core().value, self.core().unit, self.core().clock)
    }

    /// Records behind the value.
    #[getter]
    fn n(&self) -> u64 {
        self.core().n
    }

    /// Whether it rests on so few records that it says little.
    #[getter]
    fn small_n(&self) -> bool {
        self.core().small_n
    }

    /// The confidence interval of the value, at the report's level; ``None`` where there is none.
    #[getter]
    fn interval<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        result::interval(py, self.core().interval)
    }

    /// The interval as people read it: ``"80.6 – 83.5 %"``; empty where there is none.
    #[getter]
    fn interval_text(&self) -> String {
        let row = self.core();
        row.interval.map_or_else(String::new, |interval| interval_text(interval, row.unit, row.clock))
    }

    /// The change against the period before; ``None`` where there is nothing to compare with.
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

    /// Records left out of this number's KPI in this slice and period, by reason.
    #[getter]
    fn excluded<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &*self.core().excluded)
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
        let mut parts = vec![format!("{}, {}", title(row), row.measure.replace('_', " "))];
        if !row.keys.is_empty() {
            parts.push(row.keys.label());
        }
        if let Some(period) = &row.period {
            parts.push(format!("{}{}", period.label, if period.partial { " (partial)" } else { "" }));
        }
        let mut text = format!("{}: {}", parts.join(", "), self.text());
        if row.interval.is_some() {
            text = format!("{text}, interval {}", self.interval_text());
        }
        text = format!("{text}, n={}{}", count_text(row.n), if row.small_n { " (few)" } else { "" });
        if !row.excluded.is_empty() {
            text = format!("{text}, left out: {}", row.excluded);
        }
        format!("ReportRow({text})")
    }
}
