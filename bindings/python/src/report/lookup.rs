//! Rows and tables of a report.

use deskmetrics::Timestamp;
use deskmetrics::report::{Axis, PivotOptions, ReportRow as CoreRow};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use super::pivot::{self, Requested, unselected};
use super::{Report, ReportRow};
use crate::error;
use crate::frame::Frame;
use crate::input::{named, timestamp};

impl Report {
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

#[pymethods]
impl Report {
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
    ///     What else distinguishes requests of the KPI: SLA metric, FCR policy, condition. ``""`` means the request without any,
    ///     such as the total of all SLA metrics.
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
    ///     What else distinguishes requests of the KPI: SLA metric, FCR policy, condition. ``""`` means the request without any,
    ///     such as the total of all SLA metrics.
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
            let zone = self.zone_shown();
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
}

/// The question of a row: its option, or the KPI's id where that is the name of the question.
fn question_of(row: &CoreRow) -> String {
    let option = row.option.as_deref().unwrap_or(row.kpi);
    option.split(", ").next().unwrap_or(option).to_owned()
}
