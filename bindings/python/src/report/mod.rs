//! `Report`: many KPIs at once, by slice and period.

pub(crate) mod arguments;
mod columns;
mod function;
mod pivot;
pub(crate) mod request;
mod row;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::cast::AsArray as _;
use arrow_array::{ArrayRef, RecordBatch, StringArray};
use chrono_tz::Tz;
use deskmetrics::engine::{csv_cell, markdown_list, visible, visible_in_line};
use deskmetrics::report::{
    AttributeNames, Axis, PivotOptions, RecordCounts, ReportRow as CoreRow, ReportState, ReportTable,
    Warning, count_text,
};
use deskmetrics::ticket::Attribute;
use deskmetrics::{Excluded, Timestamp};
use deskmetrics_arrow::SourceReport;
use deskmetrics_html::Page;
use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyCapsule, PyDict, PyIterator, PyList};

use crate::class::{frames, getters, pickled, summed};
use crate::data::{Data, built, stored_bytes, to_data, to_python};
use crate::dataset::progress::{Bar, Watch, watched, watched_with};
use crate::error::{self, OrError as _};
use crate::frame::Frame;
use crate::input::{named, timestamp};
use crate::source::Sources;
use crate::zone::InZone;
pub(crate) use function::report;
use pivot::{Requested, unselected};
use request::whole;
pub(crate) use row::ReportRow;

/// The KPIs of a dataset by slice and period; returned by :func:`report` and :meth:`Dataset.report`.
///
/// ``print(report)`` shows it as tables, and so do notebooks; ``repr(report)`` has the first and last rows. Implements the Arrow PyCapsule interface: use ``polars.DataFrame(report)``,
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
    state: Arc<ReportState>,
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
        Self { table: Arc::new(table), state: Arc::new(state), notes, sources, warned, zone: None, names }
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
    fn pick<'py>(&self, py: Python<'py>, test: impl Fn(&CoreRow) -> bool) -> PyResult<Bound<'py, PyList>> {
        let rows = self.table.rows.iter().enumerate();
        self.listed(py, rows.filter(|(_, row)| test(row)).map(|(place, _)| place))
    }

    /// The rows at some places.
    fn listed<'py>(
        &self,
        py: Python<'py>,
        places: impl IntoIterator<Item = usize>,
    ) -> PyResult<Bound<'py, PyList>> {
        let rows = PyList::empty(py);
        for (count, place) in places.into_iter().enumerate() {
            // There may be millions, and Ctrl-C is answered on the way.
            if count % 4096 == 0 {
                py.check_signals()?;
            }
            rows.append(self.row(place))?;
        }
        Ok(rows)
    }

    fn row(&self, place: usize) -> ReportRow {
        ReportRow::new(&self.table, &self.state, place)
    }

    /// The first and the last rows, with what the report is about.
    fn summary(&self) -> String {
        let rows = self.table.rows.len();
        let mut parts =
            vec![format!("{} {}", count_text(rows as u64), if rows == 1 { "row" } else { "rows" })];
        parts.extend(self.table.period.map(|period| format!("by {period}")));
        parts.extend(self.table.by.iter().map(|slicing| {
            let names: Vec<&str> = slicing.iter().map(Attribute::as_str).collect();
            format!("by {}", names.join(" and "))
        }));
        let zone = self.table.zone.or(self.zone).unwrap_or(Tz::UTC);
        parts.push(self.table.as_of.map_or_else(
            || "no cut-off".to_owned(),
            |at| format!("as of {} {zone}", at.to_utc().with_timezone(&zone).format("%Y-%m-%d %H:%M")),
        ));
        let mut lines = vec![format!("Report({})", visible_in_line(&parts.join(", ")))];
        let shown =
            |place: usize| format!("  {}", visible_in_line(&row::number_text(&self.table.rows[place])));
        if rows <= 2 * ENDS + 1 {
            lines.extend((0..rows).map(shown));
        } else {
            lines.extend((0..ENDS).map(shown));
            lines.push(format!("  ... {} more", count_text((rows - 2 * ENDS) as u64)));
            lines.extend((rows - ENDS..rows).map(shown));
        }
        let warnings = self.table.warnings.len() + self.notes.len();
        if warnings > 0 {
            lines.push(format!(
                "  {warnings} {}",
                if warnings == 1 { "warning or note" } else { "warnings and notes" }
            ));
        }
        lines.join("\n")
    }

    fn markdown(&self) -> String {
        let mut text = self.table.to_markdown();
        let excluded = self.sources.iter().flat_map(exclusion);
        text.push_str(&markdown_list("Excluded, by table", excluded));
        text.push_str(&markdown_list("Notes", self.notes.iter().cloned()));
        text
    }

    fn text(&self) -> String {
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

    fn page(&self) -> Page<'_> {
        let page = Page::new(&self.table);
        let page = self.notes.iter().fold(page, Page::with_note);
        let excluded = self.sources.iter().flat_map(exclusion);
        excluded.fold(page, |page, line| page.with_excluded(line.trim()))
    }

    /// The report on the records of both.
    fn plus(&self, other: &Self) -> PyResult<Self> {
        let mut state = ReportState::clone(&self.state);
        state.merge(ReportState::clone(&other.state)).or_argument()?;
        let mut notes = self.notes.clone();
        notes.extend(other.notes.iter().filter(|note| !self.notes.contains(note)).cloned());
        let sources = self.sources.iter().chain(&other.sources).cloned().collect();
        let warned = self.warned.iter().chain(&other.warned).cloned().collect();
        Ok(Self { zone: self.zone, ..Self::new(state, notes, sources, warned, self.names.clone()) })
    }

    fn batch(&self) -> PyResult<RecordBatch> {
        columns::batch(&self.table).or_argument()
    }
}

getters! { Report, report;
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

frames!(Report, report => {
    let batch = watched_with(report, Report::batch)??;
    (batch.schema(), vec![batch])
});
pickled!(Report: "to_bytes", "from_bytes");
summed!(Report, "report");

#[pymethods]
impl Report {
    /// Every number, as rows: all records first, then by slice, then by period, then by both together.
    #[getter]
    fn rows<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        self.pick(py, |_| true)
    }

    /// The headline rows over all records, one per KPI.
    #[getter]
    fn headlines<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        self.pick(py, |row| row.headline && row.keys.is_empty() && row.period.is_none())
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
    fn to_bytes<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyBytes>> {
        let bytes = watched_with(slf, |report| report.state.to_bytes())?;
        Ok(PyBytes::new(slf.py(), &bytes))
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
        let read = move |_: &Watch| {
            let report = ReportState::from_bytes(&stored)
                .map(|state| Self::new(state, Vec::new(), Vec::new(), Vec::new(), AttributeNames::new()));
            // The bytes come back, to be dropped with the GIL.
            (report, stored)
        };
        let (report, _) = watched(py, Bar::none(), read)?;
        report.map_err(|problem| error::argument(format!("stored: {problem}")))
    }

    /// Records excluded from each KPI over all records, by reason, and under the name of a table the rows excluded when it was
    /// read.
    #[getter]
    fn excluded<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let mut found: BTreeMap<&str, Vec<(String, &Excluded)>> = BTreeMap::new();
        for row in self.table.overall().filter(|row| row.headline) {
            found.entry(row.kpi).or_default().push((row.title(), &row.excluded));
        }
        let excluded = PyDict::new(py);
        for row in self.table.overall().filter(|row| row.headline && !row.excluded.is_empty()) {
            // Several requests of one KPI are distinguished by their titles.
            let alone = found.get(row.kpi).is_none_or(|rows| rows.len() == 1);
            let name = if alone { row.kpi.to_owned() } else { row.title() };
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
        self.table.headline_place(kpi).map(|place| self.row(place)).ok_or_else(|| {
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
    fn rows_of<'py>(
        &self,
        kpi: &Bound<'py, PyAny>,
        question: Option<&Bound<'py, PyAny>>,
        slice: Option<&Bound<'py, PyAny>>,
        period: Option<&Bound<'py, PyAny>>,
        measure: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyList>> {
        let slices = slice.into_iter().collect();
        let requested =
            Requested { kpi: Some(kpi), question, option: None, clock: None, measure, period, slices };
        let selection = requested.selection()?;
        let places = self.table.select_places(&selection).map_err(|problem| unselected(&problem))?;
        self.listed(kpi.py(), places)
    }

    /// The one row of a KPI that matches, of all records and all periods together unless a slice or a period is given.
    ///
    /// Parameters
    /// ----------
    /// kpi : str
    ///     Id or alias of the KPI, or the name it was requested under. By its id, its requests without ``where`` are meant if there
    ///     are any.
    /// question : str, optional
    ///     Survey question.
    /// option : str, optional
    ///     What else distinguishes requests of the KPI: SLA metric, FCR policy, condition.
    /// clock : {"calendar", "business"}, optional
    ///     Clock of a duration.
    /// measure : str, optional
    ///     Such as ``"p90"``; by default the headline.
    /// period : str, optional
    ///     Name of the period, ``"2026-W10"``.
    /// slice : dict, optional
    ///     Value of each attribute, for attributes whose name is that of another argument.
    /// **attributes : str or None
    ///     Value of an attribute, ``market="DE"``; ``None`` means records without the attribute.
    ///
    /// Returns
    /// -------
    /// ReportRow
    ///
    /// Raises
    /// ------
    /// NoSuchNameError
    ///     When the report has no such KPI, option, measure, slice or period; the message lists those it has.
    /// ArgumentError
    ///     When several rows match; the message lists them.
    ///
    /// Examples
    /// --------
    /// >>> import deskmetrics as dm
    /// >>> surveys = {"csat": [5, 2, 4], "market": ["DK", "DK", "ES"]}
    /// >>> report = dm.report(surveys=surveys, kpis=["csat"], scales={"csat": (1, 5)}, by="market")
    /// >>> report.get("csat", market="DK").value, report.get("csat", measure="mean").text
    /// (50.0, '3.67')
    #[pyo3(signature = (kpi, *, question = None, option = None, clock = None, measure = None, period = None, slice = None, **attributes))]
    #[expect(clippy::too_many_arguments, reason = "keywords of Python")]
    fn get<'py>(
        &self,
        kpi: &Bound<'py, PyAny>,
        question: Option<&Bound<'py, PyAny>>,
        option: Option<&Bound<'py, PyAny>>,
        clock: Option<&Bound<'py, PyAny>>,
        measure: Option<&Bound<'py, PyAny>>,
        period: Option<&Bound<'py, PyAny>>,
        slice: Option<&Bound<'py, PyAny>>,
        attributes: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<ReportRow> {
        let attributes = attributes.map(Bound::as_any);
        let slices = slice.into_iter().chain(attributes).collect();
        let requested = Requested { kpi: Some(kpi), question, option, clock, measure, period, slices };
        let selection = requested.selection()?;
        let place = self.table.get_place(&selection).map_err(|problem| unselected(&problem))?;
        Ok(self.row(place))
    }

    /// A wide table of one number per cell, such as the periods as rows and the markets as columns.
    ///
    /// Parameters
    /// ----------
    /// kpi : str, optional
    ///     Id or alias of the KPI, or the name it was requested under; by default all KPIs, for ``rows="kpi"``.
    /// rows : str, optional
    ///     ``"period"``, ``"kpi"``, ``"measure"`` or an attribute that the report is sliced by. By default the periods, without
    ///     them the first attribute, without attributes the KPIs.
    /// columns : str, optional
    ///     As ``rows``; by default one column ``"value"``.
    /// measure : str, optional
    ///     Such as ``"p90"``; by default the headline.
    /// unit : {"seconds", "minutes", "hours", "days"}, optional
    ///     Durations as numbers in this unit; by default they have the type of durations (``timedelta``). Other numbers, such as
    ///     counts, stay as they are.
    /// values : {"value", "n", "text"}, default "value"
    ///     What a cell shows: the value, the number of records behind it, or the value formatted (``"4h 12m"``).
    /// question : str, optional
    ///     Survey question.
    /// option : str, optional
    ///     What else distinguishes requests of the KPI: SLA metric, FCR policy, condition.
    /// clock : {"calendar", "business"}, optional
    ///     Clock of durations.
    /// period : str, optional
    ///     Name of the period, ``"2026-W10"``, where neither rows nor columns are periods; by default all periods together.
    /// where : dict, optional
    ///     Values of attributes that are neither rows nor columns, ``{"channel": "mail"}``. The report must be sliced by all
    ///     attributes of the table together, ``by=[("market", "channel")]``.
    /// since, until : datetime.datetime, datetime.date or str, optional
    ///     Only periods that begin at or after ``since`` and before ``until``. A date, and a text without an offset, is in the
    ///     report's zone, as is a datetime without a zone.
    /// totals : bool, default False
    ///     Whether there is a row and a column ``"(all)"`` for all slices and periods together; for all periods only without
    ///     ``since`` and ``until``.
    ///
    /// Returns
    /// -------
    /// Frame
    ///     The first column has the names of the rows. Periods are in order of time; ``"no date"``, for records that belong to no
    ///     period, comes last, and not with ``since`` or ``until``. Counts are whole numbers, percentages are 0 to 100. Cells
    ///     without records are missing. Where the rows have different units, a second column names them, and durations are
    ///     seconds, or numbers in ``unit``.
    ///
    /// Raises
    /// ------
    /// NoSuchNameError
    ///     When the report has no such KPI, option, measure, period or slices; the message lists those it has.
    /// ArgumentError
    ///     When several rows of the report belong into one cell, with two of them; when ``since``, ``until`` or ``period`` has no
    ///     effect.
    ///
    /// Examples
    /// --------
    /// >>> import deskmetrics as dm
    /// >>> surveys = {
    /// ...     "csat": [5, 2, 4, 5],
    /// ...     "market": ["DK", "DK", "ES", "ES"],
    /// ...     "responded_at": ["2026-03-02T09:00:00Z", "2026-03-02T10:00:00Z", "2026-03-02T11:00:00Z", "2026-04-07T09:00:00Z"],
    /// ... }
    /// >>> report = dm.report(
    /// ...     surveys=surveys, kpis=["csat"], scales={"csat": (1, 5)}, by="market", period="month", tz="UTC"
    /// ... )
    /// >>> report.table("csat", rows="period", columns="market").to_dict()
    /// {'period': ['2026-03', '2026-04'], 'DK': [50.0, None], 'ES': [100.0, 100.0]}
    #[pyo3(
        signature = (kpi = None, *, rows = None, columns = None, measure = None, unit = None, values = None, question = None, option = None,
            clock = None, period = None, r#where = None, since = None, until = None, totals = false),
        text_signature = "($self, kpi=None, *, rows=None, columns=None, measure=None, unit=None, values='value', question=None, option=None, clock=None, period=None, where=None, since=None, until=None, totals=False)"
    )]
    #[expect(clippy::too_many_arguments, reason = "keywords of Python")]
    fn table<'py>(
        &self,
        kpi: Option<&Bound<'py, PyAny>>,
        rows: Option<&Bound<'py, PyAny>>,
        columns: Option<&Bound<'py, PyAny>>,
        measure: Option<&Bound<'py, PyAny>>,
        unit: Option<&Bound<'py, PyAny>>,
        values: Option<&Bound<'py, PyAny>>,
        question: Option<&Bound<'py, PyAny>>,
        option: Option<&Bound<'py, PyAny>>,
        clock: Option<&Bound<'py, PyAny>>,
        period: Option<&Bound<'py, PyAny>>,
        r#where: Option<&Bound<'py, PyAny>>,
        since: Option<&Bound<'py, PyAny>>,
        until: Option<&Bound<'py, PyAny>>,
        totals: bool,
    ) -> PyResult<Frame> {
        let requested = Requested {
            kpi,
            question,
            option,
            clock,
            measure,
            period,
            slices: r#where.into_iter().collect(),
        };
        let mut options = PivotOptions::of(requested.selection()?).with_totals(totals);
        let at = |name: &str, at: &Bound<'_, PyAny>| {
            let zone = self.table.zone.or(self.zone).unwrap_or(Tz::UTC);
            timestamp(name, at, Some(zone)).map(|at| Timestamp::from(at.utc()))
        };
        if let Some(since) = since {
            options = options.with_since(at("since", since)?);
        }
        if let Some(until) = until {
            options = options.with_until(at("until", until)?);
        }
        let text =
            |name: &str, value: Option<&Bound<'_, PyAny>>| value.map(|value| named(name, value)).transpose();
        let first = || self.table.by.first()?.first().cloned().map(Axis::Attribute);
        let rows = match rows {
            Some(rows) => self.axis("rows", &named("rows", rows)?)?,
            None if self.table.period.is_some() => Axis::Period,
            None => first().unwrap_or(Axis::Kpi),
        };
        let columns = columns.map(|columns| self.axis("columns", &named("columns", columns)?)).transpose()?;
        let shown = pivot::Shown::parse(text("values", values)?.as_deref().unwrap_or("value"))?;
        let unit = text("unit", unit)?;
        let pivot = self.table.pivot(&options, &rows, columns.as_ref());
        let pivot = pivot.map_err(|problem| unselected(&problem))?;
        let batch = pivot::batch(&pivot, &rows.to_string(), unit.as_deref(), shown)?;
        Ok(Frame::new(pivot::rows_are(&pivot), batch))
    }

    fn __len__(&self) -> usize {
        self.table.rows.len()
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        self.rows(py)?.try_iter()
    }

    fn __contains__(&self, kpi: &str) -> bool {
        self.table.headline_place(kpi).is_some()
    }

    /// The report as plain data: settings, warnings and rows.
    ///
    /// Returns
    /// -------
    /// dict
    fn to_dict<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        built(slf.py(), &watched_with(slf, |report| to_data(&*report.table))??)
    }

    /// The report as JSON text.
    ///
    /// Returns
    /// -------
    /// str
    fn to_json(slf: &Bound<'_, Self>) -> PyResult<String> {
        watched_with(slf, |report| serde_json::to_string(&*report.table))?.or_argument()
    }

    /// Every row as comma-separated text with a header, for spreadsheets.
    ///
    /// A text that a spreadsheet would take for a formula, such as ``=1+1``, has an apostrophe before it.
    ///
    /// Parameters
    /// ----------
    /// path : str or os.PathLike, optional
    ///     File to write to; by default the text is returned.
    ///
    /// Returns
    /// -------
    /// str or None
    #[pyo3(signature = (path = None))]
    fn to_csv(slf: &Bound<'_, Self>, path: Option<PathBuf>) -> PyResult<Option<String>> {
        let text = watched_with(slf, |report| -> PyResult<String> {
            let batch = without_formulas(&report.batch()?)?;
            let mut writer = arrow_csv::WriterBuilder::new().with_header(true).build(Vec::new());
            let written = writer.write(&batch).or_argument();
            written.map(|()| String::from_utf8_lossy(&writer.into_inner()).into_owned())
        })??;
        written(slf.py(), path, text)
    }

    /// The report as Markdown with tables, as GitHub and most editors show it.
    ///
    /// The parts are those of ``print(report)``. Names and values of the data appear as they are: Markdown and HTML in them have
    /// no effect.
    ///
    /// Parameters
    /// ----------
    /// path : str or os.PathLike, optional
    ///     File to write to; by default the text is returned.
    ///
    /// Returns
    /// -------
    /// str or None
    ///
    /// Examples
    /// --------
    /// >>> import deskmetrics as dm
    /// >>> report = dm.report({"id": [1], "created_at": ["2026-03-02T09:00:00Z"]}, kpis=["volume"])
    /// >>> print("\n".join(report.to_markdown().splitlines()[:5]))
    /// ## Overall
    /// <BLANKLINE>
    /// | KPI | measure | value |
    /// |:--|:--|--:|
    /// | Ticket volume | count | 1 |
    #[pyo3(signature = (path = None))]
    fn to_markdown(slf: &Bound<'_, Self>, path: Option<PathBuf>) -> PyResult<Option<String>> {
        let text = watched_with(slf, Self::markdown)?;
        written(slf.py(), path, text)
    }

    /// Write the report to an Excel file; needs ``pip install deskmetrics[excel]``.
    ///
    /// The sheets: ``overall``, ``by slice``, ``by period`` (also of slices), ``excluded``, ``definitions`` and ``about``. Numbers
    /// are numbers, durations are in hours, and timestamps are dates in the report's zone. A text that begins like a formula,
    /// such as ``=1+1``, is written as text.
    ///
    /// Parameters
    /// ----------
    /// path : str or os.PathLike
    ///     File to write to.
    ///
    /// Raises
    /// ------
    /// MissingPackageError
    ///     Without the package ``xlsxwriter``.
    /// ArgumentError
    ///     When the rows are more than a sheet can have.
    fn to_excel<'py>(slf: &Bound<'py, Self>, path: &Bound<'py, PyAny>) -> PyResult<()> {
        slf.py().import("deskmetrics._excel")?.call_method1("write", (slf, path)).map(|_| ())
    }

    /// The report with the largest slices of each slicing, and all others joined as one slice ``"(others)"``.
    ///
    /// The others are counted together by the library, so their numbers, intervals and changes are those of their records.
    /// A single slice is not replaced, nor are slices that overlap, such as those by tag.
    ///
    /// Parameters
    /// ----------
    /// slices : int, default 12
    ///     Number of slices that stay, those with the most records.
    ///
    /// Returns
    /// -------
    /// Report
    ///
    /// Examples
    /// --------
    /// >>> import deskmetrics as dm
    /// >>> surveys = {"csat": [5, 2, 4, 5, 1], "market": ["DK", "DK", "ES", "DE", "FR"]}
    /// >>> report = dm.report(surveys=surveys, kpis=["csat"], scales={"csat": (1, 5)}, by="market").top(1)
    /// >>> report.table("csat", rows="market").to_dict()["market"], report.get("csat", market="(others)").n
    /// (['DK', '(others)'], 3)
    #[pyo3(signature = (slices = None), text_signature = "($self, slices=12)")]
    fn top(slf: &Bound<'_, Self>, slices: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        const REMEDY: &str = "give 1 or more";
        let slices = match slices.map_or(Ok(12), |slices| whole("slices", slices, REMEDY))? {
            0 => return Err(error::argument(format!("slices: 0 is out of range; {REMEDY}"))),
            slices => slices,
        };
        watched_with(slf, move |report| {
            let (notes, sources, warned) =
                (report.notes.clone(), report.sources.clone(), report.warned.clone());
            let state = report.state.with_largest_slices(slices);
            Self { zone: report.zone, ..Self::new(state, notes, sources, warned, report.names.clone()) }
        })
    }

    /// The slices of a slicing in the order of charts: the largest first, ``"(others)"`` last.
    #[expect(clippy::needless_pass_by_value, reason = "an argument of Python")]
    fn _slices<'py>(&self, py: Python<'py>, by: Vec<String>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let slicing = self.table.by.iter().find(|slicing| slicing.iter().map(Attribute::as_str).eq(&by));
        let slices = slicing.map(|slicing| self.table.slices_by_size(slicing)).unwrap_or_default();
        slices.into_iter().map(|keys| row::keys(py, keys)).collect()
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

    fn __add__(slf: &Bound<'_, Self>, other: &Bound<'_, Self>) -> PyResult<Self> {
        let other = other.clone().unbind();
        let (sum, _) = watched_with(slf, move |one| (one.plus(other.get()), other))?;
        sum
    }

    /// The whole report as text.
    fn __str__(slf: &Bound<'_, Self>) -> PyResult<String> {
        watched_with(slf, Self::text)
    }

    fn __repr__(&self) -> String {
        self.summary()
    }

    /// The report as an HTML page: one file with its style and charts, without scripts and without network.
    ///
    /// Warnings come first, then the headline numbers and a section for each KPI with charts, tables, its definition and its
    /// excluded records. The page has a print style and follows the reader's light or dark mode.
    ///
    /// Parameters
    /// ----------
    /// path : str or os.PathLike, optional
    ///     File to write to; by default the text is returned.
    /// title : str, optional
    ///     By default "Customer service report".
    ///
    /// Returns
    /// -------
    /// str or None
    ///
    /// Examples
    /// --------
    /// >>> import deskmetrics as dm
    /// >>> report = dm.report({"id": [1], "created_at": ["2026-03-02T09:00:00Z"]}, kpis=["volume"])
    /// >>> report.to_html(title="March")[:15]
    /// '<!DOCTYPE html>'
    #[pyo3(signature = (path = None, *, title = None))]
    fn to_html(
        slf: &Bound<'_, Self>,
        path: Option<PathBuf>,
        title: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Option<String>> {
        let title = title.map(|title| named("title", title)).transpose()?;
        let text = watched_with(slf, |report| {
            let page = report.page();
            match title {
                Some(title) => page.with_title(title).document(),
                None => page.document(),
            }
        })?;
        written(slf.py(), path, text)
    }

    fn _repr_html_(slf: &Bound<'_, Self>) -> PyResult<String> {
        watched_with(slf, |report| report.page().fragment())
    }
}

/// Rows at each end of a report's representation.
const ENDS: usize = 5;

impl Report {
    /// What the rows or columns of a wide table are.
    fn axis(&self, argument: &str, name: &str) -> PyResult<Axis> {
        let axis = Axis::from(name);
        let is_attribute = self.table.by.iter().flatten().any(|attribute| attribute.as_str() == name);
        if is_attribute && !matches!(axis, Axis::Attribute(_)) {
            return Err(error::argument(format!(
                "{argument}: \"{name}\" is an attribute of this report and also the name of its {}: give the attribute another name, \
                 such as columns={{\"tickets\": {{\"attributes\": {{\"own_{name}\": \"{name}\"}}}}}} with by=\"own_{name}\"",
                match axis {
                    Axis::Kpi => "KPIs",
                    Axis::Measure => "measures",
                    _ => "periods",
                }
            )));
        }
        Ok(axis)
    }
}

/// The text, unless it is written to a file.
fn written(py: Python<'_>, path: Option<PathBuf>, text: String) -> PyResult<Option<String>> {
    match path {
        None => Ok(Some(text)),
        Some(path) => py.detach(|| std::fs::write(&path, text)).map(|()| None).map_err(|problem| {
            match problem.raw_os_error() {
                // The exception of this number, such as FileNotFoundError, which names the file.
                Some(number) => {
                    let message = problem.to_string();
                    let message = message.split(" (os error").next().unwrap_or(&message).to_owned();
                    PyOSError::new_err((number, message, path.display().to_string()))
                }
                None => PyErr::from(problem),
            }
        }),
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

/// The excluded rows of a table, one line per reason.
fn exclusion(source: &SourceReport) -> impl Iterator<Item = String> {
    let name = source.file.file_name().unwrap_or_default().to_string_lossy();
    source.exclusions.iter().map(move |exclusion| format!("  {name}: {exclusion}; {}", exclusion.remedy))
}
