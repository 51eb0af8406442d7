//! `Report`: many KPIs at once, by slice and period.

pub(crate) mod arguments;
mod columns;
mod function;
mod lookup;
mod outputs;
mod pivot;
pub(crate) mod request;
mod row;

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::RecordBatch;
use chrono_tz::Tz;
use deskmetrics::Excluded;
use deskmetrics::engine::{markdown_list, visible, visible_in_line};
use deskmetrics::report::{
    AttributeNames, RecordCounts, ReportRow as CoreRow, ReportState, ReportTable, Warning, count_text,
};
use deskmetrics::ticket::Attribute;
use deskmetrics_arrow::SourceReport;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyCapsule, PyDict, PyIterator, PyList};

use crate::class::{frames, getters, pickled, summed};
use crate::data::{Data, stored_bytes, to_python};
use crate::dataset::progress::{Bar, Watch, watched, watched_with};
use crate::error::{self, OrError as _};
use crate::input::named;
use crate::source::Sources;
use crate::zone::InZone;
pub(crate) use function::report;
use request::whole;
pub(crate) use row::ReportRow;

/// The KPIs of a dataset by slice and period; returned by :func:`report` and :meth:`Dataset.report`.
///
/// ``print(report)`` shows it as tables, and so do notebooks; ``repr(report)`` has the first and last rows. Implements the Arrow
/// PyCapsule interface: use ``polars.DataFrame(report)``, ``pyarrow.table(report)`` or DuckDB, and :meth:`to_pandas` for pandas.
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
        let zone = self.zone_shown();
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

    /// The zone in which timestamps are shown.
    fn zone_shown(&self) -> Tz {
        self.table.zone.or(self.zone).unwrap_or(Tz::UTC)
    }

    fn markdown(&self, title: Option<&str>) -> String {
        let title = title.unwrap_or(ReportTable::TITLE);
        let mut text = self.table.to_markdown_titled(title, self.zone_shown());
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

    /// The same report, of a part of the data with this name, such as a day.
    ///
    /// Reports of the same part do not add up, so that a sum that is retried does not count its records twice. The sum has the
    /// :attr:`parts` of both; its bytes contain them.
    ///
    /// Parameters
    /// ----------
    /// part : str
    ///     The name.
    ///
    /// Returns
    /// -------
    /// Report
    ///
    /// Examples
    /// --------
    /// >>> import deskmetrics as dm
    /// >>> ticket = lambda id: {"id": [id], "created_at": ["2026-03-02T09:00:00Z"]}
    /// >>> day = lambda id, name: dm.report(ticket(id), kpis=["volume"], as_of="2026-03-09T00:00:00Z").with_part(name)
    /// >>> both = day(1, "2026-03-02") + day(2, "2026-03-03")
    /// >>> both.parts, both["volume"].n
    /// (['2026-03-02', '2026-03-03'], 2)
    /// >>> both + day(2, "2026-03-03")
    /// Traceback (most recent call last):
    ///     ...
    /// deskmetrics.ArgumentError: part "2026-03-03" is in both states, so its records would count twice: merge each part once
    fn with_part(slf: &Bound<'_, Self>, part: &Bound<'_, PyAny>) -> PyResult<Self> {
        let part = named("part", part)?;
        watched_with(slf, move |report| Self {
            state: Arc::new(ReportState::clone(&report.state).with_part(part)),
            table: Arc::clone(&report.table),
            notes: report.notes.clone(),
            sources: report.sources.clone(),
            warned: report.warned.clone(),
            zone: report.zone,
            names: report.names.clone(),
        })
    }

    /// The names of the parts of the data it is about, in order; see :meth:`with_part`.
    #[getter]
    fn parts(&self) -> Vec<&str> {
        self.state.parts().collect()
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

    fn __len__(&self) -> usize {
        self.table.rows.len()
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        self.rows(py)?.try_iter()
    }

    fn __contains__(&self, kpi: &str) -> bool {
        self.table.headline_place(kpi).is_some()
    }

    /// The report with the largest slices of each slicing, and all others joined as one slice ``"(others)"``.
    ///
    /// The others are counted together by the library, so their numbers, intervals and changes are those of their records.
    /// A single slice is not replaced, nor are slices that overlap, such as those by tag.
    ///
    /// Parameters
    /// ----------
    /// slices : int, default 12
    ///     Number of slices that stay: those with the most tickets if the report has the KPI ``volume``, else with the most records
    ///     of any KPI. They are the same for all KPIs, and in all charts.
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
}

/// Rows at each end of a report's representation.
const ENDS: usize = 5;

/// The excluded rows of a table, one line per reason.
fn exclusion(source: &SourceReport) -> impl Iterator<Item = String> {
    let name = source.file.file_name().unwrap_or_default().to_string_lossy();
    source.exclusions.iter().map(move |exclusion| format!("  {name}: {exclusion}; {}", exclusion.remedy))
}
