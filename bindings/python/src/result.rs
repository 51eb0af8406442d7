//! `KpiResult`: what a KPI came to, whichever it is.

use std::fmt::Write as _;

use deskmetrics::engine::{markdown_table, markdown_text, visible};
use deskmetrics::report::{KpiTally, ReportError, count_text, interval_text, value_text};
use deskmetrics::{ClockKind, Estimate, Excluded, Interval, Unit};
use pyo3::Borrowed;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{IntoPyDict as _, PyBytes, PyDict, PyList, PyString, PyType};

use crate::class::{getters, pickled, summed};
use crate::data::{Data, stored_bytes, to_python};
use crate::error::{self, OrError as _};
use crate::input::describe;

/// The confidence level of the representation.
const USUAL_LEVEL: f64 = 0.95;

/// The result of a KPI: value, n, interval and excluded records.
///
/// Returned by the KPI functions. Results of one KPI with equal options can be added: ``a + b`` is the result of all
/// records together, as is ``sum([a, b, c])``, bit for bit. They can be pickled, and stored with :meth:`to_bytes`.
///
/// Examples
/// --------
/// >>> import deskmetrics as dm
/// >>> monday, tuesday = dm.csat([5, 4, 1]), dm.csat([5, 5, None])
/// >>> monday + tuesday
/// KpiResult(csat: 80.0 %, n=5, 95 % CI 37.6 % to 96.4 %, excluded: 1 not answered)
/// >>> week = sum([monday, tuesday])
/// >>> week.value, week.n, week.excluded, week.unit
/// (80.0, 5, {'not_answered': 1}, 'percent')
#[pyclass(module = "deskmetrics", frozen, eq)]
#[derive(PartialEq, Clone)]
pub(crate) struct KpiResult {
    pub(crate) tally: KpiTally,
}

impl KpiResult {
    /// A formatted number of this result.
    fn text_of(&self, value: f64, unit: Unit) -> String {
        value_text(Some(value), unit, self.tally.clock())
    }

    /// The KPI with its option.
    fn title(&self) -> String {
        let id = self.tally.definition().id;
        let business = self.tally.clock().filter(|clock| *clock == ClockKind::Business);
        let chosen = self.tally.option().into_iter().chain(business.map(|_| "business time"));
        let chosen: Vec<&str> = chosen.collect();
        if chosen.is_empty() { id.to_owned() } else { format!("{id} ({})", chosen.join(", ")) }
    }

    /// The KPI's name with its option.
    fn title_in_words(&self) -> String {
        let (title, id) = (self.title(), self.kpi());
        let name = self.tally.definition().name.en;
        title.strip_prefix(id).map_or_else(|| name.to_owned(), |option| format!("{name}{option}"))
    }

    /// Every measure in texts: name, value, interval, n.
    fn measure_texts(&self) -> Vec<[String; 4]> {
        let clock = self.tally.clock();
        let texts = |Estimate { measure, value, unit, n, interval, .. }: Estimate| {
            let interval = interval.map_or_else(String::new, |found| interval_text(found, unit, clock));
            [measure.replace('_', " "), value_text(value, unit, clock), interval, count_text(n)]
        };
        self.tally.estimates(USUAL_LEVEL).into_iter().map(texts).collect()
    }

    fn interval_text(&self, interval: &Interval, unit: Unit) -> String {
        format!("{} to {}", self.text_of(interval.lower, unit), self.text_of(interval.upper, unit))
    }

    /// All numbers by name, with intervals in the form of `interval`.
    fn measures_with<'py, I: IntoPyObject<'py>>(
        &self,
        py: Python<'py>,
        level: f64,
        interval: impl Fn(Option<Interval>) -> PyResult<I>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let measures = PyDict::new(py);
        for estimate in self.tally.estimates(level) {
            let interval = interval(estimate.interval)?;
            let measure = measure(py, estimate.value, estimate.unit, estimate.n, interval)?;
            measures.set_item(estimate.measure.to_string(), measure)?;
        }
        Ok(measures)
    }
}

getters! { KpiResult, result;
    /// The KPI's id in the catalogue.
    kpi -> &'static str = result.tally.definition().id;

    /// The headline number in ``unit``; ``None`` when nothing was counted.
    value -> Option<f64> = result.tally.headline(USUAL_LEVEL).value;

    /// The unit of the value: ``"percent"``, ``"points"``, ``"scale_step"``, ``"seconds"``, ``"count"`` or
    /// ``"per_ticket"``.
    unit -> &'static str = result.tally.headline(USUAL_LEVEL).unit.as_str();

    /// Number of records behind the value.
    n -> u64 = result.tally.headline(USUAL_LEVEL).n;

    /// The option: the policy, the question or the limit; ``None`` without one.
    option -> Option<&str> = result.tally.option();

    /// The standard error of the value, in ``unit``: of shares, net scores and means; ``None`` for every other KPI.
    ///
    /// Examples
    /// --------
    /// >>> import deskmetrics as dm
    /// >>> nps = dm.nps([10] * 50 + [8] * 30 + [2] * 20)
    /// >>> round(nps.standard_error, 4), round(nps.variance, 1)
    /// (7.8102, 6100.0)
    standard_error -> Option<f64> = result.tally.standard_error();

    /// The variance of one record's contribution to the value, in ``unit`` squared: an answer to an NPS counts 100, 0 or -100
    /// points. ``None`` where :attr:`standard_error` is.
    variance -> Option<f64> = result.tally.variance();

    /// Warnings about the value, in sentences: an NPS whose answers are all from 1 to 5.
    ///
    /// Examples
    /// --------
    /// >>> import deskmetrics as dm
    /// >>> dm.nps([5, 4, 5, 3]).warnings[0][:28]
    /// 'all answers are from 1 to 5,'
    warnings -> Vec<&'static str> = result.tally.caution().into_iter().collect();

    /// Number of excluded records by reason.
    excluded -> Data<&Excluded> = Data(result.tally.excluded());

    /// The clock of a KPI in seconds, ``"calendar"`` or ``"business"``; ``None`` for every other KPI.
    clock -> Data<Option<ClockKind>> = Data(result.tally.clock());
}

pickled!(KpiResult: "to_bytes", "from_bytes");
summed!(KpiResult, "result");

#[pymethods]
impl KpiResult {
    /// The headline number of a KPI in seconds as a ``timedelta``; ``None`` for every other KPI and when nothing was counted.
    #[getter]
    fn duration(&self) -> Option<chrono::TimeDelta> {
        let headline = self.tally.headline(USUAL_LEVEL);
        headline.value.and_then(|value| duration(value, headline.unit))
    }

    /// The formatted value: ``"82.1 %"``, ``"4h 12m"``.
    #[getter]
    fn text(&self) -> String {
        let headline = self.tally.headline(USUAL_LEVEL);
        value_text(headline.value, headline.unit, self.tally.clock())
    }

    /// The definition of the KPI, from the catalogue.
    #[getter]
    fn definition<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        definition(py, self.tally.definition().id)
    }

    fn __float__(&self) -> PyResult<f64> {
        number(self.tally.headline(USUAL_LEVEL).value, self.tally.definition().id)
    }

    /// Formats the value as a number with a format such as ``".1f"``, and otherwise as ``text``.
    fn __format__<'py>(&self, py: Python<'py>, spec: &str) -> PyResult<Bound<'py, PyAny>> {
        formatted(py, self.tally.headline(USUAL_LEVEL).value, &self.text(), spec)
    }

    /// The 95 % confidence interval of the value, in the same unit; see :meth:`interval_at`.
    #[getter]
    fn interval<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.interval_at(py, Level(USUAL_LEVEL))
    }

    /// The confidence interval of the value at a confidence level, in the same unit.
    ///
    /// Parameters
    /// ----------
    /// level : float
    ///     Between 0 and 1.
    ///
    /// Returns
    /// -------
    /// Interval or None
    ///     A pair ``(lower, upper)`` with ``level`` and ``method``; ``None`` when too little was counted, and for
    ///     counts, which are exact.
    fn interval_at<'py>(&self, py: Python<'py>, level: Level) -> PyResult<Option<Bound<'py, PyAny>>> {
        interval(py, self.tally.headline(level.0).interval)
    }

    /// All numbers of the KPI by name, the headline first, each with ``value``, ``unit``, ``n`` and ``interval``.
    ///
    /// Parameters
    /// ----------
    /// level : float, default 0.95
    ///     Confidence level of the intervals, between 0 and 1.
    ///
    /// Returns
    /// -------
    /// dict
    #[pyo3(signature = (level = None), text_signature = "($self, level=0.95)")]
    fn measures<'py>(
        &self,
        py: Python<'py>,
        level: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let level = match level {
            None => USUAL_LEVEL,
            // The name of a measure, or several.
            Some(level) if level.is_instance_of::<PyString>() || level.is_instance_of::<PyList>() => {
                let known: Vec<String> = self
                    .tally
                    .estimates(USUAL_LEVEL)
                    .iter()
                    .map(|one| format!("\"{}\"", one.measure))
                    .collect();
                return Err(error::argument_type(format!(
                    "level: {} is not a confidence level; measures() returns all numbers by name, such as measures()[{}]; there \
                     are {}",
                    describe(level),
                    known[0],
                    known.join(", ")
                )));
            }
            Some(level) => level.extract::<Level>()?.0,
        };
        self.measures_with(py, level, |found| interval(py, found))
    }

    /// Number of answers of each score of the scale, lowest first; ``None`` for a KPI that is not about scores.
    ///
    /// Examples
    /// --------
    /// >>> import deskmetrics as dm
    /// >>> dm.csat([5, 4, 4, 1]).distribution
    /// {1: 1, 2: 0, 3: 0, 4: 2, 5: 1}
    #[getter]
    fn distribution<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDict>>> {
        self.tally.distribution().map(|counts| counts.iter().into_py_dict(py)).transpose()
    }

    /// The reasons of negative answers by the points that they cost, highest first; only of :func:`score_reasons`.
    ///
    /// Returns
    /// -------
    /// list of dict
    ///     With ``reason``, ``answers`` (negative ones that state it), ``percent`` of all negative answers, ``points`` by
    ///     which the net score would rise without it, and ``points_shared``, the same with answers of several reasons split.
    ///     Empty for every other KPI.
    fn ranking<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        ranking(py, Some(&self.tally))
    }

    /// The result as plain data: KPI, value, interval, all measures, excluded records.
    ///
    /// Parameters
    /// ----------
    /// level : float, default 0.95
    ///     Confidence level of the intervals, between 0 and 1.
    ///
    /// Returns
    /// -------
    /// dict
    ///     Texts, numbers and dicts, serializable as JSON. To restore a result, use :meth:`to_bytes`.
    #[pyo3(signature = (level = Level(USUAL_LEVEL)), text_signature = "($self, level=0.95)")]
    fn to_dict<'py>(&self, py: Python<'py>, level: Level) -> PyResult<Bound<'py, PyDict>> {
        let level = level.0;
        let pair = |interval: Option<Interval>| interval.map(|found| vec![found.lower, found.upper]);
        let headline = self.tally.headline(level);
        let form = PyDict::new(py);
        form.set_item("kpi", self.kpi())?;
        form.set_item("option", self.option())?;
        form.set_item("clock", self.clock())?;
        form.set_item("value", headline.value)?;
        form.set_item("unit", headline.unit.as_str())?;
        form.set_item("n", headline.n)?;
        form.set_item("level", level)?;
        form.set_item("interval", pair(headline.interval))?;
        form.set_item("measures", self.measures_with(py, level, |interval| Ok(pair(interval)))?)?;
        form.set_item("excluded", self.excluded())?;
        Ok(form)
    }

    /// Serialize the result to bytes, for :meth:`from_bytes`.
    ///
    /// Returns
    /// -------
    /// bytes
    ///
    /// Examples
    /// --------
    /// >>> import deskmetrics as dm
    /// >>> nps = dm.nps([10, 9, 3])
    /// >>> dm.KpiResult.from_bytes(nps.to_bytes()) == nps
    /// True
    fn to_bytes<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.tally.to_bytes())
    }

    /// Restore a result from the bytes of :meth:`to_bytes`.
    ///
    /// Parameters
    /// ----------
    /// state : bytes
    ///
    /// Returns
    /// -------
    /// KpiResult
    ///
    /// Raises
    /// ------
    /// ArgumentError
    ///     When the bytes are not those of a result, are damaged, or have another version.
    #[staticmethod]
    fn from_bytes(state: &Bound<'_, PyAny>) -> PyResult<Self> {
        let tally = KpiTally::from_bytes(&stored_bytes("state", state)?).or_argument()?;
        Ok(Self { tally })
    }

    fn __add__(&self, other: &Bound<'_, Self>) -> PyResult<Self> {
        let mut merged = self.clone();
        match merged.tally.merge(other.get().tally.clone()) {
            Ok(()) => Ok(merged),
            Err(problem) if self.kpi() == other.get().kpi() => {
                let remedy = match &problem {
                    ReportError::OtherKpi { differs: Some(difference), .. }
                        if difference.choice == "as_of" =>
                    {
                        "; without one the last timestamp of each table is its cut-off: give the same to both, as with \
                         replay(.., as_of=..)"
                    }
                    _ => "",
                };
                Err(error::argument(format!("{problem}{remedy}")))
            }
            Err(problem) => Err(error::argument_type(problem.to_string())),
        }
    }

    /// Such as `KpiResult(nps: +33.3, n=6, 95 % CI -26.7 to +71.2, excluded: 1 not answered)`.
    fn __repr__(&self) -> String {
        let Estimate { value, unit, n, interval, .. } = self.tally.headline(USUAL_LEVEL);
        let excluded = self.tally.excluded();
        let exclusion = if excluded.is_empty() { String::new() } else { format!(", excluded: {excluded}") };
        let title = self.title();
        let title = visible(&title);
        let Some(value) = value else { return format!("KpiResult({title}: no records{exclusion})") };
        let interval = interval
            .map_or_else(String::new, |found| format!(", 95 % CI {}", self.interval_text(&found, unit)));
        let warning = self.tally.caution().map_or_else(String::new, |why| format!(", warning: {why}"));
        format!("KpiResult({title}: {}, n={n}{interval}{exclusion}{warning})", self.text_of(value, unit))
    }

    /// All measures as a table in Markdown, with what was excluded below.
    ///
    /// Returns
    /// -------
    /// str
    ///
    /// Examples
    /// --------
    /// >>> import deskmetrics as dm
    /// >>> print(dm.response_rate(80, 48).to_markdown().strip())
    /// | Survey response rate | value | 95 % interval | n |
    /// |:--|--:|--:|--:|
    /// | percent | 60.0 % | 49.0 – 70.0 % | 80 |
    /// | late | 0 |  | 80 |
    fn to_markdown(&self) -> String {
        let table = markdown(&self.title_in_words(), USUAL_LEVEL, &self.measure_texts());
        let excluded = self.tally.excluded();
        if excluded.is_empty() {
            return table;
        }
        format!("{table}\nexcluded: {}\n", markdown_text(&excluded.to_string()))
    }

    /// For notebooks: all measures in a small table, with what was excluded below.
    fn _repr_html_(&self) -> String {
        let mut rows = String::new();
        for [measure, value, interval, n] in self.measure_texts() {
            let measure = escaped(&measure);
            let _ = write!(
                rows,
                "<tr><th scope=\"row\">{measure}</th><td>{value}</td><td>{interval}</td><td>{n}</td></tr>"
            );
        }
        let excluded = self.tally.excluded();
        let exclusion = if excluded.is_empty() {
            String::new()
        } else {
            format!("<p>excluded: {}</p>", escaped(&excluded.to_string()))
        };
        let warning = self.tally.caution().map_or_else(String::new, |why| format!("<p>warning: {why}</p>"));
        format!(
            "<table><caption>{}</caption><thead><tr><th></th><th>value</th><th>95 % interval</th><th>n</th></tr></thead>\
             <tbody>{rows}</tbody></table>{exclusion}{warning}",
            escaped(&self.title_in_words())
        )
    }
}

/// The reasons of a tally.
pub(crate) fn ranking<'py>(py: Python<'py>, tally: Option<&KpiTally>) -> PyResult<Bound<'py, PyList>> {
    let list = PyList::empty(py);
    let reasons = tally.and_then(KpiTally::reasons);
    for cost in reasons.map(deskmetrics::kpi::Reasons::ranking).unwrap_or_default() {
        let entry = PyDict::new(py);
        entry.set_item("reason", cost.reason)?;
        entry.set_item("answers", cost.share.hits)?;
        entry.set_item("percent", cost.share.percent())?;
        entry.set_item("points", cost.points)?;
        entry.set_item("points_shared", cost.points_shared)?;
        list.append(entry)?;
    }
    Ok(list)
}

/// A number with its unit, n and interval.
pub(crate) fn measure<'py, I: IntoPyObject<'py>>(
    py: Python<'py>,
    value: Option<f64>,
    unit: Unit,
    n: u64,
    interval: I,
) -> PyResult<Bound<'py, PyDict>> {
    let measure = PyDict::new(py);
    measure.set_item("value", value)?;
    measure.set_item("unit", unit.as_str())?;
    measure.set_item("n", n)?;
    measure.set_item("interval", interval)?;
    Ok(measure)
}

/// Measures as a table in Markdown: name, value, interval, n.
pub(crate) fn markdown(title: &str, level: f64, measures: &[[String; 4]]) -> String {
    let interval = format!("{} % interval", (level * 1000.0).round() / 10.0);
    markdown_table(&[title, "value", &interval, "n"].map(str::to_owned), 1, measures)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A confidence level: an argument between 0 and 1.
#[derive(Clone, Copy)]
pub(crate) struct Level(pub(crate) f64);

impl FromPyObject<'_, '_> for Level {
    type Error = PyErr;

    fn extract(value: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        match value.extract() {
            Ok(level) if 0.0 < level && level < 1.0 => Ok(Self(level)),
            Ok(level) => {
                Err(error::argument(format!("level: {level} is not between 0 and 1; 95 percent is 0.95")))
            }
            Err(_) => Err(error::argument_type(format!(
                "level: {} is not a number between 0 and 1; 95 percent is 0.95",
                describe(&value)
            ))),
        }
    }
}

/// An interval as Python's `Interval`.
pub(crate) fn interval(py: Python<'_>, found: Option<Interval>) -> PyResult<Option<Bound<'_, PyAny>>> {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let Some(found) = found else { return Ok(None) };
    let class = CLASS.import(py, "deskmetrics.interval", "Interval")?;
    class.call1((found.lower, found.upper, found.level, to_python(py, &found.method)?)).map(Some)
}

/// A number of seconds as a duration.
pub(crate) fn duration(value: f64, unit: Unit) -> Option<chrono::TimeDelta> {
    #[expect(clippy::cast_possible_truncation, reason = "a duration that was counted in microseconds")]
    let micros = (value * 1e6).round() as i64;
    (unit == Unit::Seconds).then(|| chrono::TimeDelta::microseconds(micros))
}

/// The value for `float`.
pub(crate) fn number(value: Option<f64>, kpi: &str) -> PyResult<f64> {
    value.ok_or_else(|| {
        error::argument(format!("{kpi} has no value: nothing was counted; check .value is not None first"))
    })
}

/// The value in a format of numbers such as `.1f`, `nan` where there is none; with any other format the text.
pub(crate) fn formatted<'py>(
    py: Python<'py>,
    value: Option<f64>,
    text: &str,
    spec: &str,
) -> PyResult<Bound<'py, PyAny>> {
    let shown = if spec.ends_with(['e', 'E', 'f', 'F', 'g', 'G', 'n', '%']) {
        value.unwrap_or(f64::NAN).into_pyobject(py)?.into_any()
    } else {
        PyString::new(py, text).into_any()
    };
    shown.call_method1("__format__", (spec,))
}

/// The definition of a KPI.
pub(crate) fn definition<'py>(py: Python<'py>, kpi: &str) -> PyResult<Bound<'py, PyAny>> {
    py.import("deskmetrics.definitions")?.call_method0("catalogue")?.get_item(kpi)
}
