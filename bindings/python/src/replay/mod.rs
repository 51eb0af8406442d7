//! `Replay`: measures and SLA verdicts of tickets from their events.

mod shape;
mod tracker;

use std::sync::{Arc, OnceLock};

use deskmetrics::replay::{Needs, Replay as CoreReplay};
use deskmetrics::ticket::Attribute;
use deskmetrics::{ClockKind, Excluded, Merge as _, Timestamp};
use deskmetrics_arrow::Dataset;
use deskmetrics_arrow::log::ReplayedRow;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::class::getters;
use crate::data::{from_form, to_python};
use crate::dataset::progress::watched_with;
use crate::error::{self, OrError as _};
use crate::frame::Frame;
use crate::input::{named, zone};
use crate::keywords::Keywords;
use crate::kpi::ReplayedTickets;
use crate::report::Report;
use crate::report::arguments::ReportArguments;
use crate::result::Level;
use crate::source::Sources;
use crate::tables::{Lean, Remedies, Rules, Tables, unknown_attribute};
use crate::zone::InZone;
pub(crate) use tracker::Tracker;

/// The replayed events of tickets: measures, SLA verdicts and explanations of each ticket.
///
/// Returned by :func:`replay` and :meth:`Dataset.replay`, and accepted by every ticket KPI function.
#[pyclass(module = "deskmetrics", frozen)]
pub(crate) struct Replay {
    dataset: Arc<Dataset>,
    core: CoreReplay,
    /// `None` where nothing bears a date: then there is no ticket either.
    as_of: Option<Timestamp>,
    /// How many verdicts there are, and what could not be used of the events.
    tally: OnceLock<(usize, Excluded)>,
    /// The remedies about tables in memory; `None` for a replay of a description.
    remedies: Option<Remedies>,
    /// Notes on the arguments.
    notes: Vec<String>,
}

impl Replay {
    pub(crate) fn of(dataset: Arc<Dataset>, as_of: Option<Timestamp>, remedies: Option<Remedies>) -> Self {
        let core = dataset.replay_at(as_of.unwrap_or(Timestamp::MIN));
        Self { dataset, core, as_of, tally: OnceLock::new(), remedies, notes: Vec::new() }
    }

    /// The same with notes on the arguments.
    fn noting(self, notes: Vec<String>) -> Self {
        Self { notes, ..self }
    }

    /// Counts verdicts and excluded events, once.
    fn tally<'r>(slf: &'r Bound<'_, Self>) -> PyResult<&'r (usize, Excluded)> {
        watched_with(slf, |own| {
            own.tally.get_or_init(|| {
                let replay = own.core.clone().with_measures(Needs::VERDICTS);
                let log = own.dataset.log(&replay);
                let count =
                    |verdicts: &mut usize, ticket: &ReplayedRow<'_>| *verdicts += ticket.verdicts().count();
                let (parts, excluded) = log.each(0, || 0, count);
                (parts.into_iter().sum(), excluded)
            });
        })?;
        Ok(slf.get().tally.get_or_init(Default::default))
    }

    /// An attribute to slice by; the data must have it.
    fn slicing(&self, by: Option<&str>) -> PyResult<Option<Attribute>> {
        let attribute = by.map(Attribute::from);
        self.dataset
            .check_attributes(&attribute)
            .map_err(|unknown| unknown_attribute("by", &unknown, self.remedies.as_ref()))?;
        Ok(attribute)
    }

    /// The row of a ticket.
    fn row(&self, ticket: &str) -> PyResult<usize> {
        self.dataset.row_of(ticket).ok_or_else(|| {
            // Names like ids: of thousands only the nearest helps.
            let meant = error::did_you_mean(ticket, self.dataset.ticket_ids());
            error::no_such_name(format!(
                "there is no ticket \"{ticket}\" among the {} replayed{meant}",
                self.dataset.ticket_count()
            ))
        })
    }
}

getters! { Replay, replay;
    /// The cut-off, in the zone of the data; ``None`` if the data has no timestamps.
    as_of -> Option<InZone> = replay.as_of.map(|at| InZone(at, Some(replay.dataset.time_zone)));

    /// The rows of each table and the excluded ones; see :attr:`Dataset.sources`.
    sources -> Sources<'_> = Sources(&replay.dataset.sources);
}

#[pymethods]
impl Replay {
    /// The number of tickets.
    fn __len__(&self) -> usize {
        self.dataset.ticket_count()
    }

    /// The measures of each ticket, one per row: timestamps in UTC, durations on both clocks (``first_response_time`` and
    /// ``first_response_time_business``), counts; measures stated by the source (see :func:`report`) are used
    /// instead. A duration that never started is missing; a running one is in ``running_...``.
    #[getter]
    fn metrics(slf: &Bound<'_, Self>) -> PyResult<Frame> {
        watched_with(slf, |own| {
            let measured = own.dataset.log(&own.core).measures(0);
            Frame::of_batches("tickets", measured.map(|(batches, _)| batches))
        })?
    }

    /// The SLA verdicts, one row per instance of each target of each ticket.
    #[getter]
    fn verdicts(slf: &Bound<'_, Self>) -> PyResult<Frame> {
        watched_with(slf, |own| {
            let replay = own.core.clone().with_measures(Needs::VERDICTS);
            let judged = own.dataset.log(&replay).verdicts(0);
            Frame::of_batches("verdicts", judged.map(|(batches, _)| batches))
        })?
    }

    /// Events excluded by reason, such as after the cut-off or after the deletion of the ticket. Rows excluded while the tables
    /// were read, such as duplicates and events before the creation, are in :attr:`sources`.
    #[getter]
    fn excluded<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        to_python(slf.py(), &Self::tally(slf)?.1)
    }

    /// Warnings about the SLA policies and the data, such as attributes and statuses of tickets that
    /// differ from those of their events, attributes whose value at creation is unknown, many excluded rows. In sentences.
    #[getter]
    fn findings(&self) -> Vec<String> {
        let policies = self.core.check();
        policies
            .iter()
            .map(ToString::to_string)
            .chain(self.dataset.unmet_conditions())
            .chain(self.dataset.warnings().map(|mut warning| {
                self.remedies.iter().for_each(|remedies| remedies.in_warning(&mut warning));
                warning.to_string()
            }))
            .chain(self.notes.iter().cloned())
            .collect()
    }

    /// Explain the measures and verdicts of one ticket: its events, and the counted segments of time for each SLA target.
    ///
    /// The events include the customer messages of tickets that were merged into this one.
    ///
    /// Parameters
    /// ----------
    /// ticket : str
    ///     The id, as text or number.
    ///
    /// Returns
    /// -------
    /// Explanation
    ///     Readable when printed; with ``measures``, ``verdicts`` and ``events`` as data.
    ///
    /// Raises
    /// ------
    /// NoSuchNameError
    ///     When the ticket is unknown.
    fn explain<'py>(slf: &Bound<'py, Self>, ticket: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let (py, own) = (slf.py(), slf.get());
        let id = match ticket.extract::<i64>() {
            Ok(number) => number.to_string(),
            Err(_) => named("ticket", ticket)?,
        };
        let row = own.row(&id)?;
        let explained = watched_with(slf, move |own| own.dataset.explain(&own.core, row))?;
        let (replayed, events) = (to_python(py, &explained.replayed)?, to_python(py, &explained.events)?);
        let parts = (replayed, events, own.dataset.time_zone.name(), explained.to_string());
        py.import("deskmetrics.explanation")?.getattr("Explanation")?.call_method1("_of", parts)
    }

    /// Compute KPIs of these tickets and their surveys by slice and period.
    ///
    /// Parameters are those of :meth:`Dataset.report`.
    ///
    /// Returns
    /// -------
    /// Report
    #[pyo3(
        signature = (kpis = None, **settings),
        text_signature = "($self, kpis=None, *, by=None, period=None, tz=None, week_start='Mon', year_start=1, level=0.95, min_n=30, observed_from=None, observed_until=None, fcr=None, threads=None)"
    )]
    fn report<'py>(
        &self,
        py: Python<'py>,
        kpis: Option<&Bound<'py, PyAny>>,
        settings: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Report> {
        let keywords = Keywords::new(settings);
        let arguments = ReportArguments::new(kpis, &keywords, Some(self.dataset.time_zone), None)?;
        keywords.end("Replay.report")?;
        arguments.of(py, Arc::clone(&self.dataset), self.as_of)
    }

    /// The survival curve of the full resolution time: the share of tickets that are still open after a time. Tickets that
    /// are open at the cut-off are censored (Kaplan-Meier).
    ///
    /// Parameters
    /// ----------
    /// by : str, optional
    ///     An attribute: a curve for each of its values.
    /// clock : {"calendar", "business"}, default "calendar"
    ///     The clock of the durations.
    /// level : float, default 0.95
    ///     Confidence level of the pointwise intervals, between 0 and 1.
    ///
    /// Returns
    /// -------
    /// Frame
    ///     One row per step: ``slice``, ``seconds``, ``open_percent``, ``lower``, ``upper``, ``at_risk``, ``solved``.
    #[pyo3(signature = (*, by = None, clock = "calendar", level = Level(0.95)), text_signature = "($self, *, by=None, clock='calendar', level=0.95)")]
    fn survival(slf: &Bound<'_, Self>, by: Option<&str>, clock: &str, level: Level) -> PyResult<Frame> {
        let clock: ClockKind = from_form("clock", clock.into(), error::argument)?;
        let level = level.0;
        let by = slf.get().slicing(by)?;
        let survival = move |own: &Self| shape::survival(&own.dataset, &own.core, by.as_ref(), clock, level);
        let batch = watched_with(slf, survival)?;
        let batch = batch.or_argument()?;
        Ok(Frame::new("steps", batch))
    }

    /// The number of tickets created in each local hour of each weekday.
    ///
    /// Parameters
    /// ----------
    /// by : str, optional
    ///     An attribute: a pattern for each of its values.
    /// tz : str or zoneinfo.ZoneInfo, optional
    ///     The time zone; by default that of the data.
    ///
    /// Returns
    /// -------
    /// Frame
    ///     168 rows for each slice: ``slice``, ``weekday``, ``hour``, ``tickets``.
    #[pyo3(signature = (*, by = None, tz = None))]
    fn arrivals(slf: &Bound<'_, Self>, by: Option<&str>, tz: Option<&Bound<'_, PyAny>>) -> PyResult<Frame> {
        let zone = tz.map_or(Ok(slf.get().dataset.time_zone), |tz| zone("tz", tz))?;
        let by = slf.get().slicing(by)?;
        let arrivals = move |own: &Self| shape::arrivals(&own.dataset, &own.core, by.as_ref(), zone);
        let batch = watched_with(slf, arrivals)?;
        let batch = batch.or_argument()?;
        Ok(Frame::new("hours of the week", batch))
    }

    /// A chart of resolution times or arrivals, through Altair; needs ``pip install deskmetrics[plot]``.
    ///
    /// Parameters
    /// ----------
    /// kind : {"survival", "arrivals"}, default "survival"
    ///     The survival curve of the resolution time, or a heat map of the hours of the week in which tickets are created.
    /// **options
    ///     ``by``, and ``clock``, ``level`` or ``tz`` as for :meth:`survival` and :meth:`arrivals`; ``width`` and
    ///     ``height`` in pixels.
    ///
    /// Returns
    /// -------
    /// altair.Chart
    #[pyo3(signature = (kind = "survival", **options))]
    fn plot<'py>(
        slf: &Bound<'py, Self>,
        kind: &str,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("deskmetrics.plot")?.getattr("plot_replay")?.call((slf, kind), options)
    }

    /// What the functions for KPIs of tickets take.
    fn _replayed(&self) -> ReplayedTickets {
        ReplayedTickets::new(Arc::clone(&self.dataset), self.as_of, self.remedies.is_none())
    }

    fn _repr_html_<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("deskmetrics._html")?.call_method1("replay", (slf,))
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        let own = slf.get();
        let (verdicts, excluded) = Self::tally(slf)?;
        let mut exclusion = excluded.clone();
        exclusion.merge(own.dataset.excluded());
        let exclusion = if exclusion.is_empty() { String::new() } else { format!(", excluded: {exclusion}") };
        let n = |count: usize, noun: &str| {
            let many = if count == 1 { "" } else { "s" };
            format!("{} {noun}{many}", deskmetrics::report::count_text(count as u64))
        };
        let as_of = own.as_of.map_or_else(|| "no dates".to_owned(), |as_of| format!("as of {as_of}"));
        Ok(format!(
            "Replay({}, {}, {as_of}{exclusion})",
            n(own.dataset.ticket_count(), "ticket"),
            n(*verdicts, "verdict"),
        ))
    }
}

/// Replays the events of tickets into measures and SLA verdicts.
///
/// Parameters
/// ----------
/// events : frame, optional
///     One row per event: ``ticket``, ``at``, ``kind`` and optionally ``value``, ``previous`` (the value before a change
///     of an attribute), ``author``, ``author_name`` and ``id``. Kinds are ``public_message``, ``internal_note``, a status (``solved``), ``status`` with the new one in
///     ``value``, ``changed group`` (or any attribute), ``tagged``, ``merged_into``, ``deleted``, ``spam`` ...; authors are
///     ``customer``, ``agent``, ``bot``, ``system``, ``external``. pandas, polars, pyarrow, DuckDB or anything else with
///     the Arrow PyCapsule interface, a dict of columns, or a list of dicts.
/// tickets : frame, optional
///     One row per ticket: ``id``, ``created_at`` and optionally ``requester``, ``created_by``, ``tags``; every other
///     column of text is an attribute under its own name. Without it, a ticket is created by its first event. Attributes and tags
///     that events change are the current ones, after the last event; see Notes.
/// snapshots : frame, optional
///     One row per ticket and point in time, instead of events or beside them; see :func:`report`.
/// columns : dict, optional
///     Maps columns without usual names, and the values of the source, by table. The keys are those of a dataset
///     description (``help("deskmetrics.description")`` lists them): ``{"events": {"kind": {"column": "Action",
///     "words": {"Reply": "public_message"}}}}``. ``where`` beside them selects the rows that are read: ``{"events": {"where": {"Source": {"not": ["test", "import"]}}}}``.
///     ``"inferred": False`` beside them gives no role to other columns, as in what :func:`describe` returns.
/// schedules : Schedule or dict, optional
///     The schedule of all tickets, or several by name.
/// schedule : str, optional
///     The name of the default schedule.
/// schedule_by : dict, optional
///     Schedules by attribute: ``{"market": {"DK": "dk", "ES": "es"}}``.
/// policies : SlaPolicies, iterable of SlaPolicy, or dict, optional
///     The SLA policies.
/// options : dict, optional
///     Conventions that differ between products, ``{"bots_reply": True}``; see Notes for the keys.
/// as_of : datetime.datetime or str, optional
///     The cut-off: later data is ignored. By default the last timestamp in the data; one that is more than ten years
///     later than 99.9 % of all timestamps, or than all others, is excluded with a warning. A text is ISO 8601 with an
///     offset, ``"2026-03-31T18:00:00+02:00"``; without one it is a wall-clock time of ``assume_tz``. A date is
///     the start of that day in ``assume_tz``: give the day after the last one that counts.
/// assume_tz : str or zoneinfo.ZoneInfo, optional
///     The zone of wall-clock times; without it, such columns are an error.
/// strict : bool, default False
///     Whether the first row that cannot be used is an error; if not, it is excluded and counted.
/// progress : bool or callable, default False
///     ``True`` shows a progress bar if tqdm is installed; a function is called with the table name, the bytes read and the
///     total bytes, and by :func:`report` then with ``"computing"``, the tickets counted and the total tickets. Ctrl-C stops
///     the call in either case.
///
/// Returns
/// -------
/// Replay
///
/// Raises
/// ------
/// ColumnNotFoundError
///     When a column is missing; the message lists the known ones and the nearest.
/// TimestampError
///     When wall-clock times have no zone, or the order of day and month is not known.
/// ArgumentError, PolicyError, ScheduleError
///     When an argument is invalid.
///
/// Notes
/// -----
/// A column of timestamps may have a timestamp or date type, or be text or numbers:
///
/// - ISO 8601 and the forms of databases (``2026-03-02T09:12:00Z``, ``2026-03-02 09:12:00.684+00``, ``2026-03-02 09:12+0200``),
///   the year first (``2026/03/02 9:12 AM``), or the month as a name, full or abbreviated, in English, Spanish, Danish,
///   German or French (``Mar 2, 2026 9:12 AM``, ``2 de marzo de 2026``, ``2. marts 2026``, ``2. März 2026``,
///   ``2 mars 2026``).
/// - Day, month and year in numbers (``03/04/2026 09:12``, ``3-4-26 2:30 PM``): the order is inferred from all values of the column; one
///   with a day over 12 suffices. Without one, an error names the settings. Dates with dots have their day
///   first. In a column that contains ISO 8601, other numeric dates are excluded and counted.
/// - Numbers need a unit. A missing or implausible unit, such as seconds for milliseconds, is an error that names the likely
///   one.
///
/// Give a format where it is needed, for a column, ``{"tickets": {"created_at": {"column": "Opened", "format":
/// "day_first"}}}``, or for all columns of a table, ``{"tickets": {"timestamps": {"format": "excel"}}}``: ``"day_first"``,
/// ``"month_first"``, ``"year_first"``, ``"iso"``, ``"excel"`` (serial days, such as 46083.375), ``"epoch_seconds"``,
/// ``"epoch_millis"``, ``"epoch_micros"``, ``"epoch_nanos"``, or a pattern such as ``"%d/%m/%Y %H:%M"``, in which ``%b`` and
/// ``%B`` are month names of any of the languages. A timestamp without an offset is a wall-clock time of ``assume_tz``, and a
/// date alone is midnight there.
///
/// Ticket tables of help desks contain the current priority, group, assignee and tags, so ``tickets`` is read in this way. An
/// attribute that events change is converted to its value at creation: the ``previous`` value of the first change. Without ``previous``
/// that value is unknown, so the ticket has none until its first change, and :attr:`Replay.findings` and
/// :attr:`Report.warnings` count such tickets, the latter for KPIs that depend on it, such as ``transfers``, which does not count
/// that change. Tags need no ``previous``. A table with the values at creation is read with
/// ``columns={"tickets": {"attributes": "at_creation"}}`` (``"current"`` is the default; where ``attributes`` names columns, the
/// key is ``attribute_values``). Tickets whose stated values differ from their events are counted as well; the events
/// are used.
///
/// Keys of ``options``, the default first:
///
/// - ``order``: order of a ticket's events, ``"time"`` or ``"sequence"`` (rows in table order).
/// - ``opening``: what opens a ticket, ``"creation"`` or ``"first_message"`` of the customer.
/// - ``opening_window``: a customer message at most this long after the creation is the opening itself, ``"0s"``.
/// - ``first_response_start``: ``"customer_message"`` (the oldest unanswered one), ``"creation"``, or ``"handoff"`` by a bot.
/// - ``proactive``: the first response time of tickets opened by the team starts ``"from_customer_message"``, or ends at the
///   ``"second_agent_message"``.
/// - ``next_response_start``: ``"oldest"`` or ``"latest"`` unanswered customer message.
/// - ``solve_without_reply``: the wait for a reply ``"ends"``, the solve ``"counts_as_reply"``, or the wait ``"keeps_running"``.
/// - ``bots_reply``, ``requester_answers``, ``notes_reply``, ``notes_update``: whether a bot's message, a message of an agent
///   who is the requester, or an internal note counts as a reply (or update); ``False``.
/// - ``close_counts_as_solve``: whether closing a ticket that was never solved counts as solving it; ``True``.
/// - ``repeated_solve``: a solved status reported again is ``"ignored"``, or ``"restates"`` the solve at that time.
/// - ``thank_you_within``: a reopening solved again within this time without a reply is not counted; ``None``.
/// - ``merged``: merged tickets ``"move_messages"`` to the other ticket, ``"exclude"`` or ``"keep"``.
/// - ``no_schedule``: business time without a schedule is ``"unknown"``, or that of ``"always_open"`` hours.
/// - ``sla``: dict with ``target_change`` (``"carry_elapsed"``, ``"reset"``, ``"strictest"``, ``"at_start"``), ``reopen``
///   (``"resume"``, ``"new_instance"``, ``"ignore"``), ``deadline`` (``"inclusive"``, ``"strict"``), ``loosened``
///   (``"first_breach_remains"``, ``"reevaluate"``) and ``validity`` of policies (``"at_creation"``, ``"at_each_change"``).
///
/// Examples
/// --------
/// >>> import deskmetrics as dm
/// >>> events = {
/// ...     "ticket": ["T-1", "T-1", "T-1", "T-1"],
/// ...     "at": ["2026-03-02T09:00:00Z", "2026-03-02T09:20:00Z", "2026-03-02T11:00:00Z", "2026-03-03T08:00:00Z"],
/// ...     "kind": ["public_message", "public_message", "solved", "closed"],
/// ...     "author": ["customer", "agent", "agent", "system"],
/// ... }
/// >>> policies = {"name": "everybody", "targets": [{"metric": "first_response", "within": "15m"}]}
/// >>> replay = dm.replay(events, policies=policies)
/// >>> replay
/// Replay(1 ticket, 1 verdict, as of 2026-03-03T08:00:00Z)
/// >>> replay.metrics.columns[:4]
/// ['ticket', 'created_at', 'requester', 'status']
/// >>> print(replay.explain("T-1"))
/// Ticket T-1, closed
/// created 2026-03-02 09:00:00 UTC, as of 2026-03-03 08:00:00
/// <BLANKLINE>
/// Events
///   2026-03-02 09:00:00  customer  public message
///   2026-03-02 09:20:00  agent     public message
///   2026-03-02 11:00:00  agent     status solved
///   2026-03-03 08:00:00  system    status closed
/// <BLANKLINE>
/// Measures
///   first response time: 20m
///   full resolution time: 2h
/// <BLANKLINE>
/// first response: breached, 20m of 15m on the calendar clock (policy "everybody")
///   2026-03-02 09:00:00 to 2026-03-02 09:20:00, new: 20m
#[pyfunction]
#[pyo3(
    signature = (events = None, **keywords),
    text_signature = "(events=None, *, tickets=None, snapshots=None, columns=None, schedules=None, schedule=None, schedule_by=None, policies=None, options=None, as_of=None, assume_tz=None, strict=False, progress=False)"
)]
pub(crate) fn replay<'py>(
    py: Python<'py>,
    events: Option<Bound<'py, PyAny>>,
    keywords: Option<&Bound<'py, PyDict>>,
) -> PyResult<Replay> {
    let keywords = Keywords::new(keywords);
    let rules = Rules::new(&keywords)?;
    let tickets = keywords.take("tickets")?;
    let tables = Tables { tickets, events, numbers: true, ..Tables::new(&keywords)? };
    let progress: Option<Bound<'_, PyAny>> = keywords.take("progress")?;
    keywords.end("replay")?;
    let lean = Lean { requesters: true, ..Lean::default() };
    let described = tables.described(&rules)?;
    let (remedies, notes) = (Some(described.remedies.clone()), described.unused.clone());
    let dataset = described.dataset(py, &rules, progress.as_ref(), lean)?;
    let as_of = dataset.as_of;
    Ok(Replay::of(Arc::new(dataset), as_of, remedies).noting(notes))
}
