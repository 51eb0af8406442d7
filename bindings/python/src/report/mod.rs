//! `Report`: many KPIs at once, by slice and period.

pub(crate) mod arguments;
mod columns;
mod function;
pub(crate) mod request;
mod row;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow_array::cast::AsArray as _;
use arrow_array::{ArrayRef, RecordBatch, StringArray};
use chrono_tz::Tz;
use deskmetrics::Excluded;
use deskmetrics::engine::{csv_cell, visible};
use deskmetrics::report::{
    AttributeNames, RecordCounts, ReportRow as CoreRow, ReportState, ReportTable, Warning,
};
use deskmetrics::ticket::Attribute;
use deskmetrics_arrow::SourceReport;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyCapsule, PyDict, PyList};

use crate::class::{frames, getters, pickled, summed};
use crate::data::{Data, stored_bytes, to_python};
use crate::error::{self, OrError as _};
use crate::input::{describe, named};
use crate::source::Sources;
use crate::zone::InZone;
pub(crate) use function::report;
pub(crate) use row::ReportRow;

/// The KPIs of a dataset by slice and period; returned by :func:`report` and :meth:`Dataset.report`.
///
/// Prints as a table, also in notebooks. Implements the Arrow PyCapsule interface: use ``polars.DataFrame(report)``,
/// ``pyarrow.table(report)`` or DuckDB, and :meth:`to_pandas` for pandas.
///
/// Reports with equal requests can be added: ``a + b`` is the report on the records of both.
///
/// Notes
/// -----
/// Frames and CSV have one row per number, as :attr:`rows`. Their columns:
///
/// - ``kpi``, ``name``, ``option``, ``clock``, ``measure``, ``headline``: the number.
/// - ``by`` and a column for each attribute: the slice. ``by`` is empty for all records together, else the attributes of the
///   slice. The column of an attribute has its name, or with ``by_`` in front where the report has a column of that name:
///   ``by_level``, ``by_name``. It is missing (null) in rows that are not sliced by it, and ``"(none)"`` for the records without
///   a value, which is ``None`` in ``ReportRow.keys``.
/// - ``period``, ``period_start``, ``period_end``, ``partial``: the period; missing for all periods together. The period ``"no
///   date"``, without start and end, has the records that belong to no period, such as waits that have not ended; its numbers
///   are part of those of all periods together.
/// - ``value``, ``unit``, ``n``, ``small_n``: the value, and whether ``n`` is below ``min_n``.
/// - ``lower``, ``upper``, ``level``, ``method``: the interval.
/// - ``change``, ``change_lower``, ``change_upper``, ``p_value``, ``significance``: the change against the previous period.
/// - ``excluded``, ``excluded_reasons``: excluded records.
///
/// Examples
/// --------
/// >>> import deskmetrics as dm
/// >>> tickets = {"id": [1, 2], "created_at": ["2026-03-02T09:00:00Z"] * 2, "level": ["gold", None]}
/// >>> report = dm.report(tickets, kpis=["volume"], by="level")
/// >>> [(row.keys, row.n) for row in report.rows]
/// [({}, 2), ({'level': 'gold'}, 1), ({'level': None}, 1)]
/// >>> report.to_csv().splitlines()[0].split(",")[6:8], [line.split(",")[7] for line in report.to_csv().splitlines()[1:]]
/// (['by', 'by_level'], ['', 'gold', '(none)'])
#[pyclass(module = "deskmetrics", frozen, eq)]
pub(crate) struct Report {
    state: ReportState,
    table: Arc<ReportTable>,
    notes: Vec<String>,
    sources: Vec<SourceReport>,
    /// Warnings about the data, which are among those of the table.
    warned: Vec<Warning>,
    /// The zone of timestamps where there are no periods.
    zone: Option<Tz>,
    /// The names that attributes were requested under.
    names: AttributeNames,
}

impl PartialEq for Report {
    fn eq(&self, other: &Self) -> bool {
        self.table == other.table
    }
}

impl Report {
    pub(crate) fn new(
        state: ReportState,
        notes: Vec<String>,
        sources: Vec<SourceReport>,
        warned: Vec<Warning>,
        names: AttributeNames,
    ) -> Self {
        let mut table = state.table().with_attribute_names(&names);
        table.warnings.extend(warned.iter().cloned());
        Self { table: Arc::new(table), state, notes, sources, warned, zone: None, names }
    }

    /// The same with timestamps in a zone.
    pub(crate) fn in_zone(self, zone: Tz) -> Self {
        Self { zone: Some(zone), ..self }
    }

    /// The same with more notes.
    pub(crate) fn noting(mut self, notes: Vec<String>) -> Self {
        self.notes.extend(notes);
        self
    }

    /// The rows that match a test.
    fn pick(&self, test: impl Fn(&CoreRow) -> bool) -> Vec<ReportRow> {
        let places = self.table.rows.iter().enumerate().filter(|(_, row)| test(row));
        places.map(|(place, _)| ReportRow::new(&self.table, place)).collect()
    }

    /// The questions of a KPI where there are several and none is the usual one.
    fn questions(&self, kpi: &str) -> Vec<String> {
        let id = deskmetrics::kpi::definition(kpi).map_or(kpi, |definition| definition.id);
        if !["csat", "nps", "ces", "reasons"].contains(&id)
            || self.table.rows.iter().any(|row| row.name == kpi)
        {
            return Vec::new();
        }
        let own = |row: &&CoreRow| row.headline && row.kpi == id && !row.restricted;
        let mut questions: Vec<String> = self.table.overall().filter(own).map(question_of).collect();
        questions.dedup();
        if questions.iter().any(|question| question == id) { Vec::new() } else { questions }
    }

    /// Checks that some rows of a KPI have the attributes and values of a slice.
    fn check_slice(
        &self,
        slice: &BTreeMap<Attribute, Option<Box<str>>>,
        own: &impl Fn(&&CoreRow) -> bool,
    ) -> PyResult<()> {
        let by = &self.table.by;
        let known: BTreeSet<&str> = by.iter().flatten().map(Attribute::as_str).collect();
        if let Some(unknown) = slice.keys().find(|attribute| !known.contains(attribute.as_str())) {
            return Err(error::no_such(
                "attribute",
                unknown.as_str(),
                "the slices of the report",
                &Vec::from_iter(known),
            ));
        }
        let is_one = |slicing: &Vec<Attribute>| {
            slicing.len() == slice.len() && slicing.iter().all(|one| slice.contains_key(one))
        };
        if !slice.is_empty() && !by.iter().any(is_one) {
            let slicings = by
                .iter()
                .map(|slicing| slicing.iter().map(Attribute::as_str).collect::<Vec<_>>().join(" with "));
            return Err(error::argument(format!(
                "slice: the report has no slices by {} together; it has those by {}",
                slice.keys().map(Attribute::as_str).collect::<Vec<_>>().join(" with "),
                slicings.collect::<Vec<_>>().join(", ")
            )));
        }
        for (attribute, value) in slice {
            let keys = self.table.rows.iter().filter(own).flat_map(|row| row.keys.0.iter());
            let values: BTreeSet<&Option<Box<str>>> = keys
                .filter(|(name, _)| Attribute::from(name.as_str()) == *attribute)
                .map(|(_, value)| value)
                .collect();
            if !values.contains(value) {
                let text = |value: &Option<Box<str>>| value.as_deref().unwrap_or("None").to_owned();
                let present: Vec<String> = values.into_iter().map(text).collect();
                let present: Vec<&str> = present.iter().map(String::as_str).collect();
                return Err(error::no_such(
                    attribute.as_str(),
                    &text(value),
                    "the slices of the report",
                    &present,
                ));
            }
        }
        Ok(())
    }

    fn batch(&self) -> PyResult<RecordBatch> {
        columns::batch(&self.table).or_argument()
    }
}

getters! { Report, report;
    /// The headline rows over all records, one per KPI.
    headlines -> Vec<ReportRow> = report.pick(|row| row.headline && row.keys.is_empty() && row.period.is_none());

    /// The time zone of the periods; ``None`` without periods.
    time_zone -> Option<&'static str> = report.table.zone.map(chrono_tz::Tz::name);

    /// ``"day"``, ``"week"``, ``"month"``, ``"quarter"`` or ``"year"``; ``None`` without periods.
    period -> Option<&'static str> = report.table.period.map(deskmetrics::report::Period::as_str);

    /// The confidence level of the intervals, between 0 and 1.
    level -> f64 = report.table.level;

    /// Numbers with fewer records are marked as small.
    min_n -> u64 = report.table.min_n;

    /// Warnings, in sentences: too few answers, uneven response, more than 5 % of the records of a KPI, of the rows of a
    /// table or of the values of a column excluded because of their data, implausible timestamps.
    warnings -> Vec<String> = report.table.warnings.iter().map(ToString::to_string).collect();

    /// KPIs that are not shown, with the reason, in sentences.
    notes -> Vec<String> = report.notes.clone();

    /// The cut-off, in the report's zone; ``None`` if the data has no timestamps.
    as_of -> Option<InZone> = report.table.as_of.map(|at| InZone(at, report.table.zone.or(report.zone)));

    /// The number of records: ``{"tickets": ..., "responses": ..., "invitations": ...}``.
    records -> Data<&RecordCounts> = Data(&report.table.records);

    /// Events excluded by reason, such as after the cut-off or after the deletion of the ticket. Rows excluded while the tables
    /// were read, such as duplicates and events before the creation, are in :attr:`sources`.
    events_excluded -> Data<&Excluded> = Data(&report.table.events_excluded);

    /// Links of answers and invitations to unknown tickets or invitations, by reason. The answers and invitations
    /// themselves count. The rows are in :attr:`sources`.
    links_excluded -> Data<&Excluded> = Data(&report.table.links_excluded);

    /// The rows of each file or table, and the excluded rows by reason. Empty for a report from bytes.
    sources -> Sources<'_> = Sources(&report.sources);
}

frames!(Report, report => report.batch()?);
pickled!(Report: "to_bytes", "from_bytes");
summed!(Report, "report");

#[pymethods]
impl Report {
    /// Every number, as rows: all records first, then by slice, then by period, then by both together.
    #[getter]
    fn rows<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let rows = PyList::empty(py);
        for place in 0..self.table.rows.len() {
            // There may be millions, and Ctrl-C is answered on the way.
            if place % 4096 == 0 {
                py.check_signals()?;
            }
            rows.append(ReportRow::new(&self.table, place))?;
        }
        Ok(rows)
    }

    /// The slicings, each a tuple of attributes.
    #[getter]
    fn by<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, pyo3::types::PyTuple>>> {
        let slicings = self.table.by.iter();
        slicings.map(|slicing| pyo3::types::PyTuple::new(py, slicing.iter().map(Attribute::as_str))).collect()
    }

    /// Serialize the report to compact bytes, for :meth:`from_bytes`.
    ///
    /// Returns
    /// -------
    /// bytes
    fn to_bytes<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        let bytes = py.detach(|| self.state.to_bytes());
        PyBytes::new(py, &bytes)
    }

    /// Restore a report from the bytes of :meth:`to_bytes`.
    ///
    /// Parameters
    /// ----------
    /// stored : bytes
    ///
    /// Returns
    /// -------
    /// Report
    ///
    /// Raises
    /// ------
    /// ArgumentError
    ///     When the bytes are not those of a report.
    #[staticmethod]
    fn from_bytes(py: Python<'_>, stored: &Bound<'_, PyAny>) -> PyResult<Self> {
        let stored = stored_bytes("stored", stored)?;
        py.detach(|| {
            ReportState::from_bytes(stored)
                .map(|state| Self::new(state, Vec::new(), Vec::new(), Vec::new(), AttributeNames::new()))
        })
        .map_err(|problem| error::argument(format!("stored: {problem}")))
    }

    /// Records excluded from each KPI over all records, by reason, and under the name of a table the rows excluded when it was
    /// read.
    #[getter]
    fn excluded<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let mut found: BTreeMap<&str, Vec<(String, &Excluded)>> = BTreeMap::new();
        for row in self.table.overall().filter(|row| row.headline) {
            found.entry(row.kpi).or_default().push((row::title(row), &row.excluded));
        }
        let excluded = PyDict::new(py);
        for row in self.table.overall().filter(|row| row.headline && !row.excluded.is_empty()) {
            // Several requests of one KPI are distinguished by their titles.
            let alone = found.get(row.kpi).is_none_or(|rows| rows.len() == 1);
            let name = if alone { row.kpi.to_owned() } else { row::title(row) };
            excluded.set_item(name, to_python(py, &*row.excluded)?)?;
        }
        for source in &self.sources {
            let rows = source.excluded();
            if !rows.is_empty() {
                let table = source.file.file_name().unwrap_or_default().to_string_lossy();
                excluded.set_item(table, to_python(py, &rows)?)?;
            }
        }
        Ok(excluded)
    }

    /// The headline of a KPI over all slices and periods, by the name it was requested under or by its id: of the request
    /// without ``where`` if there is one, and of the first where the KPI is reported with several options. With several
    /// questions it is an error that lists them; see :meth:`rows_of`.
    fn __getitem__(&self, kpi: &Bound<'_, PyAny>) -> PyResult<ReportRow> {
        let kpi = &*named("kpi", kpi)?;
        let questions = self.questions(kpi);
        if let [first, _, ..] = questions.as_slice() {
            let all: Vec<String> = questions.iter().map(|question| format!("\"{question}\"")).collect();
            return Err(error::argument(format!(
                "\"{kpi}\" has {} questions: {}; select one with report.rows_of(\"{kpi}\", question=\"{first}\")",
                all.len(),
                all.join(", ")
            )));
        }
        self.table.headline_place(kpi).map(|place| ReportRow::new(&self.table, place)).ok_or_else(|| {
            let mut present: Vec<&str> = self.table.overall().map(|row| row.kpi).collect();
            present.dedup();
            error::no_such("KPI", kpi, "the report", &present)
        })
    }

    /// The rows of a KPI, selected by question, slice, period and measure.
    ///
    /// Parameters
    /// ----------
    /// kpi : str
    ///     Id or alias of the KPI, or the name it was requested under.
    /// question : str, optional
    ///     Survey question; by default all.
    /// slice : dict, optional
    ///     Value of each attribute, ``{"market": "DK"}``; ``None`` as a value means records without the attribute. ``{}`` means
    ///     all records together. By default all slices.
    /// period : str, optional
    ///     Name of the period, ``"2026-W10"``; ``""`` means all periods together. By default all periods.
    /// measure : str, optional
    ///     One of the KPI's measures, such as ``"p90"``, or ``"all"``; by default the headline.
    ///
    /// Returns
    /// -------
    /// list of ReportRow
    ///
    /// Raises
    /// ------
    /// NoSuchNameError
    ///     When the report has no such KPI, question, attribute, value, period or measure; the message lists those it has.
    ///
    /// Examples
    /// --------
    /// >>> import deskmetrics as dm
    /// >>> surveys = {"csat": [5, 2, 4], "market": ["DK", "DK", "ES"]}
    /// >>> report = dm.report(surveys=surveys, kpis=["csat"], scales={"csat": (1, 5)}, by="market")
    /// >>> [row.value for row in report.rows_of("csat", slice={"market": "DK"})]
    /// [50.0]
    #[pyo3(signature = (kpi, *, question = None, slice = None, period = None, measure = None))]
    fn rows_of(
        &self,
        kpi: &Bound<'_, PyAny>,
        question: Option<&str>,
        slice: Option<&Bound<'_, PyAny>>,
        period: Option<&str>,
        measure: Option<&str>,
    ) -> PyResult<Vec<ReportRow>> {
        let kpi = &*named("kpi", kpi)?;
        let slice = slice.map(keys).transpose()?;
        let id = deskmetrics::kpi::definition(kpi).map_or(kpi, |definition| definition.id);
        let own = |row: &&CoreRow| row.kpi == id || row.name == kpi;
        let label = |row: &CoreRow| row.period.as_ref().map_or(String::new(), |period| period.label.clone());
        let rows = || self.table.rows.iter().filter(own);
        let check = |what, name: Option<&str>, mut known: Vec<String>| {
            known.dedup();
            let known: Vec<&str> =
                known.iter().map(String::as_str).filter(|known| !known.is_empty()).collect();
            // All periods together have no name; a question always has one.
            let missing =
                name.filter(|name| !(known.contains(name) || (what == "period" && name.is_empty())));
            missing.map_or(Ok(()), |name| Err(error::no_such(what, name, "the report", &known)))
        };
        if rows().next().is_none() {
            check("KPI", Some(kpi), self.table.overall().map(|row| row.kpi.to_owned()).collect())?;
        }
        check("question", question, rows().map(question_of).collect())?;
        check("period", period, rows().map(label).collect())?;
        check(
            "measure",
            measure.filter(|name| *name != "all"),
            rows().map(|row| row.measure.to_string()).collect(),
        )?;
        if let Some(slice) = &slice {
            self.check_slice(slice, &own)?;
        }
        Ok(self.pick(|row| {
            own(&row)
                && measure.map_or(row.headline, |name| name == "all" || *row.measure == *name)
                && question.is_none_or(|question| question_of(row) == question)
                && period.is_none_or(|period| label(row) == period)
                && slice.as_ref().is_none_or(|slice| {
                    let found = |(attribute, value): &(Attribute, Option<Box<str>>)| {
                        slice.get(&Attribute::from(attribute.as_str())) == Some(value)
                    };
                    row.keys.0.len() == slice.len() && row.keys.0.iter().all(found)
                })
        }))
    }

    fn __contains__(&self, kpi: &str) -> bool {
        self.table.headline_place(kpi).is_some()
    }

    /// The report as plain data: settings, warnings and rows.
    ///
    /// Returns
    /// -------
    /// dict
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &*self.table)
    }

    /// The report as JSON text.
    ///
    /// Returns
    /// -------
    /// str
    fn to_json(&self, py: Python<'_>) -> PyResult<String> {
        py.detach(|| serde_json::to_string(&*self.table)).or_argument()
    }

    /// Every row as comma-separated text with a header, for spreadsheets.
    ///
    /// A text that a spreadsheet would take for a formula, such as ``=1+1``, has an apostrophe before it.
    ///
    /// Returns
    /// -------
    /// str
    fn to_csv(&self, py: Python<'_>) -> PyResult<String> {
        py.detach(|| {
            let batch = without_formulas(&self.batch()?)?;
            let mut writer = arrow_csv::WriterBuilder::new().with_header(true).build(Vec::new());
            let written = writer.write(&batch).or_argument();
            written.map(|()| String::from_utf8_lossy(&writer.into_inner()).into_owned())
        })
    }

    /// Plot the report with Altair; needs ``pip install deskmetrics[plot]``.
    ///
    /// Parameters
    /// ----------
    /// kpi : str, optional
    ///     The KPI; by default all at a glance, or the only one.
    /// kind : str, optional
    ///     See :func:`deskmetrics.plot.plot`; by default chosen by KPI.
    /// **options
    ///     Passed on to :func:`deskmetrics.plot.plot`.
    ///
    /// Returns
    /// -------
    /// altair.Chart
    #[pyo3(signature = (kpi = None, *, kind = None, **options))]
    fn plot<'py>(
        slf: &Bound<'py, Self>,
        kpi: Option<&str>,
        kind: Option<&str>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let arguments = match options {
            Some(options) => options.copy()?,
            None => PyDict::new(slf.py()),
        };
        arguments.set_item("kind", kind)?;
        slf.py().import("deskmetrics.plot")?.getattr("plot")?.call((slf, kpi), Some(&arguments))
    }

    fn __add__(&self, other: &Bound<'_, Self>) -> PyResult<Self> {
        let (py, other) = (other.py(), other.get());
        py.detach(|| {
            let mut state = self.state.clone();
            state.merge(other.state.clone()).or_argument()?;
            let mut notes = self.notes.clone();
            notes.extend(other.notes.iter().filter(|note| !self.notes.contains(note)).cloned());
            let sources = self.sources.iter().chain(&other.sources).cloned().collect();
            let warned = self.warned.iter().chain(&other.warned).cloned().collect();
            Ok(Self { zone: self.zone, ..Self::new(state, notes, sources, warned, self.names.clone()) })
        })
    }

    fn __repr__(&self) -> String {
        let mut text = self.table.to_string();
        let unusable: Vec<String> = self.sources.iter().flat_map(exclusion).collect();
        if !unusable.is_empty() {
            text = format!("{}\n\nExcluded, by table\n{}\n", text.trim_end(), unusable.join("\n"));
        }
        for note in &self.notes {
            text = format!("{text}\n{note}\n");
        }
        visible(text.trim_end()).into_owned()
    }

    fn _repr_html_<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("deskmetrics._html")?.call_method1("report", (slf,))
    }
}

/// The batch, with an apostrophe before texts that are formulas in a spreadsheet.
fn without_formulas(batch: &RecordBatch) -> PyResult<RecordBatch> {
    let columns = batch.columns().iter().map(|column| -> ArrayRef {
        match column.as_string_opt::<i32>() {
            Some(texts) => Arc::new(texts.iter().map(|text| text.map(csv_cell)).collect::<StringArray>()),
            None => Arc::clone(column),
        }
    });
    let names =
        batch.schema().fields().iter().map(|field| csv_cell(field.name()).into_owned()).collect::<Vec<_>>();
    RecordBatch::try_from_iter_with_nullable(
        names.iter().zip(columns).map(|(name, column)| (name, column, true)),
    )
    .or_argument()
}

/// The question of a row: its option, or the KPI's id where that is the name of the question.
fn question_of(row: &CoreRow) -> String {
    let option = row.option.as_deref().unwrap_or(row.kpi);
    option.split(", ").next().unwrap_or(option).to_owned()
}

/// The slice of a Python dict.
fn keys(slice: &Bound<'_, PyAny>) -> PyResult<BTreeMap<Attribute, Option<Box<str>>>> {
    let Ok(slice) = slice.cast::<PyDict>() else {
        let found = describe(slice);
        return Err(error::argument_type(format!(
            "slice: {found} is not a dict such as {{\"market\": \"DK\"}}"
        )));
    };
    let mut keys = BTreeMap::new();
    for (attribute, value) in slice {
        let value = if value.is_none() { None } else { Some(value.str()?.to_string().into()) };
        keys.insert(Attribute::from(named("slice", &attribute)?.as_str()), value);
    }
    Ok(keys)
}

/// The excluded rows of a table, one line per reason.
fn exclusion(source: &SourceReport) -> impl Iterator<Item = String> {
    let name = source.file.file_name().unwrap_or_default().to_string_lossy();
    source.exclusions.iter().map(move |exclusion| format!("  {name}: {exclusion}; {}", exclusion.remedy))
}
