//! `Dataset`: everything a description points at, read.

pub(crate) mod progress;

use std::path::PathBuf;
use std::sync::Arc;

use deskmetrics::ticket::Attribute;
use deskmetrics::{Excluded, Timestamp};
use deskmetrics_arrow::file::Limits;
use deskmetrics_arrow::{Dataset as CoreDataset, ReadOptions};
use pyo3::prelude::*;
use pyo3::types::{IntoPyDict as _, PyDict, PyTuple};

use crate::class::getters;
use crate::data::{Data, from_form, keys};
use crate::error;
use crate::input::{describe, is_wall_clock, path, timestamp};
use crate::keywords::Keywords;
use crate::kpi::ReplayedTickets;
use crate::policy::SlaPolicies;
use crate::replay::Replay;
use crate::report::Report;
use crate::report::arguments::ReportArguments;
use crate::schedule::Schedule;
use crate::source::Sources;
use crate::zone::InZone;
use progress::reading;

/// Tickets, events and surveys read by :func:`read`, with their schedules, SLA policies and conventions.
#[pyclass(module = "deskmetrics", frozen)]
pub(crate) struct Dataset {
    pub(crate) core: Arc<CoreDataset>,
}

/// Reads the files of a dataset description.
///
/// A description is a TOML file that names the files of tickets, events and surveys and maps their columns and values; it also
/// contains codes for missing values, schedules and SLA policies. Files are CSV or JSON (one object per line or an array of objects; both also gzip), Parquet or Arrow IPC.
/// ``help("deskmetrics.description")`` lists all keys.
///
/// Parameters
/// ----------
/// description : str or os.PathLike
///     Path of the description; file names in it are relative to its folder.
/// data_root : str or os.PathLike, optional
///     The folder that the description's ``folder`` is relative to, so that the description contains no path of one
///     machine.
/// strict : bool, default False
///     Whether the first row or value that cannot be used is an error. If not, it is excluded and counted, with file,
///     column, reason, first rows and remedy: see :attr:`Dataset.sources`.
/// progress : bool or callable, default False
///     ``True`` shows a progress bar if tqdm is installed; a function is called with the file name, the bytes read and the
///     total bytes. Ctrl-C stops reading in either case.
/// limits : dict, optional
///     Limits on each file, so that a small one cannot take all memory: ``columns`` (default 10,000), ``expansion`` (the
///     decompressed bytes, and the rows, for each byte of the file; default 100) and ``always`` (the decompressed bytes that
///     any file may have, and a sixteenth as many rows; default 256 MiB).
///
/// Returns
/// -------
/// Dataset
///
/// Raises
/// ------
/// ReadError
///     When the description is invalid, or a file is missing, damaged or lacks a required column; the message lists the
///     known names and the nearest.
///
/// Notes
/// -----
/// Timestamps are read as :func:`replay` describes, here with the keys ``created_at = { column = "Opened", format = "day_first"
/// }`` for a column, ``timestamps = { format = "excel" }`` for a file or the whole data set, and ``time_zone`` in place of
/// ``assume_tz``. A format is inferred from all rows of a file.
///
/// Measures that the source has computed are keys of ``[[tickets]]`` as in the Notes of :func:`report`: ``first_response_time =
/// "Response Time (hours)"``, or ``{ column = "Reply", unit = "minutes", clock = "business" }``; SLA targets are ``sla = {
/// first_response = { due_at = "FR due", met = "First response status" } }``.
///
/// A file is a name, or a table with the format of a text file and any of these keys: ``file = { path =
/// "tickets.txt", delimiter = ";", encoding = "windows-1252", skip_rows = 2, decimal = "," }``.
///
/// - ``delimiter``: separator of columns. By default a first line such as ``sep=;``, which Excel writes, names it, or it
///   is detected: comma, semicolon, tab or ``|``.
/// - ``encoding``: by default UTF-8, UTF-16 or a detected Windows-1252, which the notes of the source and of reports mention;
///   other encodings must be given.
/// - ``skip_rows``: number of lines before the column names; default 0.
/// - ``decimal``: decimal mark, ``"."`` or ``","``. By default ``4,5`` is 4.5 where commas do not separate
///   columns, and ``1,234`` cannot be read.
///
/// If one of these is wrong and a column is therefore missing, the error names the key. A line with too many or too few fields,
/// an unclosed quote or invalid bytes is excluded and counted with its line number; with ``strict`` it is an error.
///
/// Beside ``file``, ``where`` selects rows by the values of columns: ``where = { Channel = "web" }``, ``where = {
/// Status = ["open", "solved"] }``, ``where = { Kind = { not = ["test", "preview"] } }``. An empty text is an empty cell and
/// ``"*"`` any other one. The other rows are counted as ``not_selected``.
///
/// If several columns have the same name, using it is an error, except for ``tags`` and ``reasons``, which use all of them.
///
/// Examples
/// --------
/// >>> import tempfile, pathlib
/// >>> import deskmetrics as dm
/// >>> folder = pathlib.Path(tempfile.mkdtemp())
/// >>> _ = (folder / "tickets.csv").write_text(
/// ...     "Number,Opened,Done,State,Country\n"
/// ...     "T-1,2/3/2026 09:12,3/3/2026 10:00,Resolved,DK\n"
/// ...     "T-2,2/3/2026 11:40,,Waiting,ES\n"
/// ...     "T-3,2/3/2026 12:00,1/3/2026 12:00,Resolved,ES\n")
/// >>> _ = (folder / "helpdesk.toml").write_text('''
/// ... time_zone = "Europe/Copenhagen"
/// ... timestamps = { format = "%d/%m/%Y %H:%M" }
/// ... [[tickets]]
/// ... file = "tickets.csv"
/// ... id = "Number"
/// ... created_at = "Opened"
/// ... solved_at = "Done"
/// ... status = { column = "State", words = { "Resolved" = "solved", "Waiting" = "pending" } }
/// ... attributes = { market = "Country" }
/// ... ''')
/// >>> dataset = dm.read(folder / "helpdesk.toml")
/// >>> dataset.counts["tickets"], dataset.excluded
/// (3, {})
/// >>> dataset.sources[0].exclusions[0].examples
/// ((3, '1/3/2026 12:00'),)
/// >>> dataset.report(kpis=["volume", "solved"])["volume"].value
/// 3.0
#[pyfunction]
#[pyo3(
    signature = (description, *, data_root = None, strict = false, progress = None, limits = None),
    text_signature = "(description, *, data_root=None, strict=False, progress=False, limits=None)"
)]
pub(crate) fn read(
    py: Python<'_>,
    description: &Bound<'_, PyAny>,
    data_root: Option<&Bound<'_, PyAny>>,
    strict: bool,
    progress: Option<&Bound<'_, PyAny>>,
    limits: Option<&Bound<'_, PyAny>>,
) -> PyResult<Dataset> {
    let description: PathBuf = description.extract().map_err(|_| {
        error::argument_type(format!(
            "description: {} is not the path of a description, a TOML file; tables in memory are arguments of report, such as \
             report(tickets)",
            describe(description)
        ))
    })?;
    let data_root = data_root.map(|root| path("data_root", root, "data")).transpose()?;
    let limits: Limits = match limits {
        Some(form) => from_form("limits", keys("limits", form, "{\"columns\": 50_000}")?, error::argument)?,
        None => Limits::default(),
    };
    let read = move |options: ReadOptions<'_>| {
        let options = options.with_strict(strict).with_limits(limits);
        let options = data_root.into_iter().fold(options, ReadOptions::with_data_root);
        CoreDataset::read_with(&description, options)
    };
    let core = reading(py, progress, read, |problem| error::read(problem.to_string()))?;
    Ok(Dataset { core: Arc::new(core) })
}

impl Dataset {
    fn cut_off(&self, as_of: Option<&Bound<'_, PyAny>>) -> PyResult<Option<Timestamp>> {
        match as_of {
            Some(as_of) => {
                // Other values without a zone may be of another one.
                let assumed = is_wall_clock(as_of).then_some(self.core.time_zone);
                timestamp("as_of", as_of, assumed).map(|at| Some(at.utc().into()))
            }
            None => Ok(self.core.as_of),
        }
    }
}

getters! { Dataset, dataset;
    /// The name of the data in the description.
    name -> Option<&str> = dataset.core.name.as_deref();

    /// The zone of its days and weeks.
    time_zone -> &'static str = dataset.core.time_zone.name();

    /// The SLA policies.
    policies -> SlaPolicies = SlaPolicies(dataset.core.policies.clone());

    /// The cut-off, in the dataset's zone; ``None`` if the data has no timestamps.
    as_of -> Option<InZone> = dataset.core.as_of.map(|at| InZone(at, Some(dataset.core.time_zone)));

    /// Records excluded from all files, by reason.
    excluded -> Data<Excluded> = Data(dataset.core.excluded());

    /// The rows read from each file and the excluded ones, with first examples and remedy.
    sources -> Sources<'_> = Sources(&dataset.core.sources);
}

#[pymethods]
impl Dataset {
    /// The tickets as the KPI functions take them.
    fn _replayed(&self) -> ReplayedTickets {
        ReplayedTickets::new(Arc::clone(&self.core), self.core.as_of, true)
    }

    /// The default attributes that reports are sliced by.
    #[getter]
    fn by<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.core.by.iter().map(Attribute::as_str))
    }

    /// The numbers of ``tickets``, ``events``, ``responses`` and ``invitations``.
    #[getter]
    fn counts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let all = self.core.counts();
        let counts = [
            ("tickets", all.tickets),
            ("events", all.events),
            ("responses", all.responses),
            ("invitations", all.invitations),
        ];
        counts.into_py_dict(py)
    }

    /// The working hours by name.
    #[getter]
    fn schedules<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let schedules = self.core.schedules.iter();
        schedules.map(|(name, schedule)| (&**name, Schedule::of(schedule.clone()))).into_py_dict(py)
    }

    /// Compute KPIs of this dataset by slice and period.
    ///
    /// Parameters
    /// ----------
    /// kpis : "all", or iterable of str or dict, optional
    ///     As for :func:`report`, which lists the keys of a form. Questions and scales, the FCR policy and clocks
    ///     come from the description.
    /// by : str or iterable of str or tuple of str, optional
    ///     Attributes to slice by, as for :func:`report`; by default those of the description.
    /// period : {"day", "week", "month", "quarter", "year"}, optional
    ///     Rows by period, with the change against the previous period. A count such as the ticket volume has a row in every
    ///     period that the data covers, 0 where there is nothing to count; other KPIs only where they have records.
    /// tz : str or zoneinfo.ZoneInfo, optional
    ///     The zone of days and weeks; by default that of the description.
    /// as_of : datetime.datetime or str, optional
    ///     The cut-off: later data is ignored. By default that of the description. A text is ISO 8601; without an offset it is a
    ///     wall-clock time of :attr:`time_zone`. A date is the start of that day.
    /// week_start : str, default "Mon"
    ///     First day of the week.
    /// year_start : int, default 1
    ///     First month of a year, 1 to 12. Fiscal years and quarters are named by the calendar year in which they end: with 4,
    ///     ``"FY2026-Q1"`` is April to June 2025.
    /// level : float, default 0.95
    ///     Confidence level of the intervals, between 0 and 1.
    /// min_n : int, default 30
    ///     Numbers with fewer records are marked.
    /// observed_from : datetime.datetime, datetime.date or str, optional
    ///     Start of the data: periods that begin earlier are partial. By default the day of the first record.
    /// observed_until : datetime.datetime, datetime.date or str, optional
    ///     End of the data, exclusive: periods that end later are partial. By default the cut-off; where that is taken from the
    ///     data, the end of the day in which the last ticket was created, with a note if that makes a period partial.
    /// fcr : str or dict, optional
    ///     The definition of first contact resolution, ``"no_reopen_within(7days)"``; by default those of the description.
    /// threads : int, optional
    ///     Number of threads; by default the number of processors. Results are identical, bit for bit.
    ///
    /// Returns
    /// -------
    /// Report
    ///
    /// Raises
    /// ------
    /// ArgumentError
    ///     When a KPI is unknown, the data cannot answer it, or it needs a missing option.
    /// ColumnNotFoundError
    ///     When the data has no such attribute; the message lists the known ones and the nearest.
    #[pyo3(
        signature = (kpis = None, **settings),
        text_signature = "($self, kpis=None, *, by=None, period=None, tz=None, as_of=None, week_start='Mon', year_start=1, level=0.95, min_n=30, observed_from=None, observed_until=None, fcr=None, threads=None)"
    )]
    fn report<'py>(
        &self,
        py: Python<'py>,
        kpis: Option<&Bound<'py, PyAny>>,
        settings: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Report> {
        let keywords = Keywords::new(settings);
        let as_of: Option<Bound<'_, PyAny>> = keywords.take("as_of")?;
        let mut arguments = ReportArguments::new(kpis, &keywords, Some(self.core.time_zone), None)?;
        arguments.dated = as_of.is_some();
        let as_of = self.cut_off(as_of.as_ref())?;
        keywords.end("Dataset.report")?;
        arguments.of(py, Arc::clone(&self.core), as_of)
    }

    /// Replays the events of the tickets: measures, SLA verdicts, explanations.
    ///
    /// Parameters
    /// ----------
    /// as_of : datetime.datetime, optional
    ///     The cut-off: later data is ignored. By default that of the dataset.
    ///
    /// Returns
    /// -------
    /// Replay
    ///
    /// Raises
    /// ------
    /// TimestampError
    ///     When the cut-off has no zone.
    #[pyo3(signature = (*, as_of = None))]
    fn replay(&self, as_of: Option<&Bound<'_, PyAny>>) -> PyResult<Replay> {
        let as_of = self.cut_off(as_of)?;
        Ok(Replay::of(Arc::clone(&self.core), as_of, None))
    }

    fn __repr__(&self) -> PyResult<String> {
        Python::attach(|py| self.described(py)?.extract())
    }

    fn _repr_html_<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("deskmetrics._html")?.call_method1("dataset", (slf,))
    }
}

impl Dataset {
    fn described<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        py.import("deskmetrics.source")?
            .call_method1("describe", (self.name(), self.counts(py)?, self.as_of(), self.sources()))
    }
}
