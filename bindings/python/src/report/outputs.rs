//! A report as data, text and files.

use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::cast::AsArray as _;
use arrow_array::{ArrayRef, RecordBatch, StringArray};
use deskmetrics::engine::csv_cell;
use deskmetrics::report::ReportTable;
use deskmetrics_html::Page;
use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;

use super::{Report, exclusion};
use crate::data::{built, to_data};
use crate::dataset::progress::watched_with;
use crate::error::OrError as _;
use crate::input::{named, path as path_of};

impl Report {
    /// The table of charts, with the smaller slices joined.
    fn largest(&self) -> ReportTable {
        self.state.with_largest_slices(deskmetrics_html::SLICES).table().with_attribute_names(&self.names)
    }

    fn page<'t>(&'t self, largest: &'t ReportTable) -> Page<'t> {
        let page = Page::new(&self.table).with_largest_slices(largest).with_zone(self.zone_shown());
        let page = self.notes.iter().fold(page, Page::with_note);
        let excluded = self.sources.iter().flat_map(exclusion);
        excluded.fold(page, |page, line| page.with_excluded(line.trim()))
    }
}

#[pymethods]
impl Report {
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
    fn to_csv(slf: &Bound<'_, Self>, path: Option<&Bound<'_, PyAny>>) -> PyResult<Option<String>> {
        let path = path.map(|path| path_of("path", path, "report.csv")).transpose()?;
        let text = watched_with(slf, |report| -> PyResult<String> {
            let batch = without_formulas(&report.batch()?)?;
            let mut writer = arrow_csv::WriterBuilder::new().with_header(true).build(Vec::new());
            let written = writer.write(&batch).or_argument();
            written.map(|()| String::from_utf8_lossy(&writer.into_inner()).into_owned())
        })??;
        written(slf.py(), path, text)
    }

    /// The report as Markdown with tables, as GitHub and most editors show it: a title, the cut-off, and the parts of
    /// ``print(report)``.
    ///
    /// Numbers of slices by period are in :meth:`table` and :meth:`to_csv`. Names and values of the data appear as they are: Markdown and HTML in them have
    /// no effect.
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
    /// >>> print("\n".join(report.to_markdown(title="March").splitlines()[:9]))
    /// # March
    /// <BLANKLINE>
    /// As of 2026-03-02 09:00 (UTC). 1 ticket.
    /// <BLANKLINE>
    /// ## Overall
    /// <BLANKLINE>
    /// | KPI | measure | value |
    /// |:--|:--|--:|
    /// | Ticket volume | count | 1 |
    #[pyo3(signature = (path = None, *, title = None))]
    fn to_markdown(
        slf: &Bound<'_, Self>,
        path: Option<&Bound<'_, PyAny>>,
        title: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Option<String>> {
        let path = path.map(|path| path_of("path", path, "report.md")).transpose()?;
        let title = title.map(|title| named("title", title)).transpose()?;
        let text = watched_with(slf, move |report| report.markdown(title.as_deref()))?;
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
        path_of("path", path, "report.xlsx")?;
        slf.py().import("deskmetrics._excel")?.call_method1("write", (slf, path)).map(|_| ())
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
        path: Option<&Bound<'_, PyAny>>,
        title: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Option<String>> {
        let path = path.map(|path| path_of("path", path, "report.html")).transpose()?;
        let title = title.map(|title| named("title", title)).transpose()?;
        let text = watched_with(slf, |report| {
            let largest = report.largest();
            let page = report.page(&largest);
            match title {
                Some(title) => page.with_title(title).document(),
                None => page.document(),
            }
        })?;
        written(slf.py(), path, text)
    }

    fn _repr_html_(slf: &Bound<'_, Self>) -> PyResult<String> {
        watched_with(slf, |report| report.page(&report.largest()).fragment())
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
