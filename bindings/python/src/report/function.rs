//! `report`: tables of any library in, a report out.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::Report;
use super::arguments::ReportArguments;
use crate::keywords::Keywords;
use crate::tables::{Rules, Tables};

/// Compute KPIs of tickets, events and surveys by slice and period.
///
/// Parameters
/// ----------
/// tickets : frame, optional
///     One row per ticket: ``id``, ``created_at`` and optionally ``first_response_at``, ``solved_at``, ``closed_at``, ``status``,
///     ``requester``, ``tags`` (lists, JSON lists in text, or text with commas; also a column named ``tag`` or ``labels``) and
///     others; ``help("deskmetrics.description")`` lists all. Every other column of text is an attribute under its own name.
///     With ``events``, which contain replies, solves and statuses, columns of replies and solves are used only if ``columns``
///     maps them, and ``status`` only excludes tickets that are deleted, spam or merged; a warning counts tickets whose status
///     differs from their events. Attributes and tags that events change are the current ones: see Notes of :func:`replay`.
///     ``author_name`` is the person who replied and solved. ``due_at`` (due time of the resolution) and ``sla_met`` are the
///     SLA results of the source system. Measures computed by the source, such as ``reply_time_in_minutes``, ``reopens`` and
///     ``replies``, are used as stated: see Notes. A table of pandas, polars, pyarrow, DuckDB or any other library with the
///     Arrow PyCapsule interface, a dict of columns, or a list of dicts. Without an ``id`` each row is a separate ticket.
///     A named index of a pandas frame counts as a column.
/// events : frame, optional
///     One row per event; see :func:`replay`.
/// surveys : frame, optional
///     One row per answer: ``question``, ``score`` and optionally ``answered_at``, ``ticket``, ``invitation``; or one row per form
///     with a column for each question: ``nps``, ``csat``, ``ces``. Every other column of text is an attribute; a missing
///     attribute is that of the ticket. See Notes for the links to tickets and
///     invitations.
/// snapshots : frame, optional
///     One row per ticket and point in time, instead of events: ``ticket``, ``at`` and optionally ``status``,
///     ``requester``, ``author``, ``created_at`` ...; every other column of text is an attribute. A change from row to row is
///     an event.
/// invitations : frame, optional
///     One row per survey sent: ``question``, ``sent_at`` and optionally ``id``, ``delivered``, ``started_at``,
///     ``answered_at``, ``ticket``.
/// kpis : "all", or iterable of str or dict, optional
///     Ids of the catalogue, or forms such as ``{"kpi": "first_response_time", "clock": "business", "within": "4h"}``; by
///     default the standard ones that the data can answer, ``"all"`` for all of these. ``["all", {...}]`` adds forms to all of
///     these. A request that another one includes, such as the business clock of ``"first_response_time"``, is shown once. See Notes for the keys of a form. A KPI that the data cannot answer is not shown, and ``notes`` gives the
///     reason; if no KPI remains, that is an error. Counts of replies, messages and touches, waiting and work times,
///     reopenings and transfers require ``events``, unless the source has computed them (see Notes).
/// by : str or iterable of str or tuple of str, default ()
///     Attributes to slice by: ``"market"``, or ``["market", ("market", "channel")]``. A requested column may have any
///     type.
///     Rows name an attribute as it was requested: ``"team"`` and ``"queue"`` are other names of ``"group"``, ``"agent"`` of
///     ``"assignee"``, ``"problem"`` of ``"category"``. By ``"tag"`` (or ``"tags"``) a ticket counts in the slice of each of its
///     tags, and its answers with it, so slices overlap: their ``n`` may add up to more than that of the overall row, which
///     counts each ticket once. A warning states this; uneven response is not tested between such slices.
///     ``"first_responder"`` is who gave the first public reply and ``"solved_by"`` who solved the ticket last, by ``author_name``
///     at ``as_of``; the assignee may be another person. A column of one of these names is used instead.
///     ``"responder"`` is who gave each response: one ticket may have several, and each response counts for the person who gave
///     it. Waits without a response and responses without a name are under ``None`` ("(none)" in frames). Only KPIs of
///     responses have such slices, and without ``kpis`` or with ``"all"`` the report has those: ``"first_response_time"``,
///     ``"next_response_time"``, ``"response_time"``. So have ``"sla_attainment"`` and ``"sla_overshoot"`` with the metric
///     ``"first_response"`` or ``"next_response"``. Tickets without such a target are excluded for each person who responded.
/// period : {"day", "week", "month", "quarter", "year"}, optional
///     Rows by period, with the change against the previous period. A count such as the ticket volume has a row in every period
///     that the data covers, 0 where there is nothing to count; other KPIs only where they have records.
/// tz : str or zoneinfo.ZoneInfo, optional
///     The zone of days and weeks, and of a date or text without an offset as ``as_of``, ``observed_from``, ``observed_until``,
///     ``since`` and ``until``; required with ``period``.
/// as_of : datetime.datetime or str, optional
///     The cut-off: later data is ignored. By default the last timestamp in the data, or the end of the last duration that
///     the source states; one that is more than ten years later than 99.9 % of all timestamps, or than all others, is excluded
///     with a warning. A text is ISO 8601 with an offset, ``"2026-03-31T18:00:00+02:00"``; without one it is a wall-clock time
///     of ``assume_tz``, else of ``tz``. A date is the start of that day in the same zone: give the day after the last one that
///     counts.
/// scales : dict, optional
///     The scale of each question: ``{"csat": (1, 5), "ces": "ces2"}``.
/// columns, schedules, schedule, schedule_by, policies, options, assume_tz, strict, progress
///     As for :func:`replay`; ``columns`` may also have ``"surveys"`` and ``"invitations"``.
/// week_start, year_start, level, min_n, observed_from, observed_until, fcr
///     As for :meth:`Dataset.report`.
/// threads : int, optional
///     Number of threads; by default the number of processors. Results are identical, bit for bit.
///
/// Returns
/// -------
/// Report
///
/// Raises
/// ------
/// ColumnNotFoundError
///     When a column is missing, or neither a column nor an event has an attribute; the message lists the known ones and the
///     nearest.
/// TimestampError
///     When wall-clock times have no zone.
/// ArgumentError
///     When there is no table, a KPI is unknown, the data cannot answer it, or it needs a missing option.
///
/// Notes
/// -----
/// A form in ``kpis`` has the key ``kpi`` and the options of that KPI; ``catalogue()`` lists them.
///
/// - ``kpi``: id or alias of the KPI.
/// - ``name``: name of its rows, so that ``report[name]`` returns them; must be unique.
/// - ``where``: attributes that its records must have, ``{"category": ["billing", "login"], "market": "*"}``. All attributes
///   must match; a list means any of its values, ``"*"`` any value. A text is compared letter by letter, a number with
///   every text of it (``2`` with ``"2"``, ``"2.0"`` and ``"2,0"``), ``True`` and ``False`` in any case. A record without the
///   attribute does not count. As for slices, the value of a ticket is the last one known at ``as_of``, also in earlier
///   periods, and an answer or invitation without a value has that of its ticket. ``tag`` means that the record carries one of
///   the tags.
/// - ``question``, ``scale``: survey question and its scale, as in ``scales``.
/// - ``clock``: ``"calendar"`` or ``"business"`` for durations.
/// - ``within``: share of the durations up to this limit instead of the durations, ``"4h"``.
/// - ``distribution``: ``True`` for the share of the answers of each score, as measures ``"score 1"``, ``"score 2"`` ...,
///   instead of the KPI.
/// - ``bands``: share of the durations in each band between these limits instead of the durations, ``["1d", "3d"]``.
/// - ``policy``: meaning of first contact resolution, ``"no_reopen_within(7days)"``.
/// - ``without_automatic_solves``: ``True`` excludes tickets solved by a bot or rule.
/// - ``metric``, ``sla_policy``: only SLA targets of this metric, or of the SLA policy of this name. ``"stated"`` counts what
///   the source system states of each ticket: ``sla_met`` if it has a value, else ``due_at``. A ticket solved or closed by then
///   is met, one that is open and past due is breached, one that is open and not due is running.
///   ``"stated_first_response"``, ``"stated_resolution"`` and so on count the SLA targets of one metric in ``columns={"tickets":
///   {"sla": ..}}``, as does ``"first_response"`` where no policy has such targets.
/// - ``threshold_percent``: share of its target from which a running SLA target is at risk.
/// - ``status``, ``group``: status or group whose time is counted.
/// - ``with``: tickets whose customers are counted, ``"created"``, ``"solved"`` or ``"open"``.
/// - ``since``, ``until``: start (inclusive) and end (exclusive) of the ticket flow; a date is the start of that day in ``tz``.
/// - ``mature_after``, ``expire_after``: minimum age of an invitation, and maximum age at which an answer counts.
/// - ``short_abandon``: contacts abandoned sooner than this are excluded.
///
/// Measures that the source has computed are roles of ``tickets``, named as in :attr:`Replay.metrics`: the durations
/// ``first_response_time``, ``first_resolution_time``, ``full_resolution_time``, ``requester_wait_time``, ``agent_wait_time``,
/// ``on_hold_time``, ``agent_work_time`` and ``time_to_first_assignment``; the counts ``reopens``, ``public_replies``,
/// ``customer_messages``, ``agent_touches``, ``assignee_stations``, ``group_stations``, ``transfers`` and ``group_transfers``.
///
/// - A duration is a number with a unit (``"milliseconds"``, ``"seconds"``, ``"minutes"``, ``"hours"``, ``"days"``), a
///   ``timedelta``, or a text such as ``01:30:00`` or ``1h 30m``: ``columns={"tickets": {"first_response_time": {"column":
///   "Reply", "unit": "hours", "clock": "business"}}}``. Without ``unit`` or ``clock`` the column's name gives them, as in
///   ``Response Time (hours)`` or ``reply_time_in_minutes.business``; a number whose unit is not known is an error, and the
///   clock is else the calendar. A list names one column for each clock. Columns with usual names and a unit need no mapping.
/// - A stated measure counts where the data does not give it otherwise: ``first_response_time`` without
///   ``first_response_at`` and without messages, counts without ``events``. It counts for the KPI on its own clock. A duration
///   until an event (response, resolution, assignment) that is longer than the ticket is old at ``as_of`` has not ended.
///   Counts and totals such as ``on_hold_time`` have no date, and business time is shorter than the time that passed: give
///   them as they were at ``as_of``. ``notes`` names the KPIs that rest on stated measures, with their columns.
/// - Where timestamps or events give the measure as well, that one counts, and a warning counts the tickets of which the
///   stated one differs by more than its rounding.
/// - A negative or unreadable value excludes the ticket from what depends on it; an absent duration has not ended.
///
/// ``columns={"tickets": {"sla": {"first_response": {"due_at": "FR due", "met": "FR met"}, "resolution": {..}}}}`` names due
/// times and verdicts of several SLA targets. ``met`` counts before ``due_at``, unless the ticket is open at ``as_of`` and
/// ``due_at`` is later; without a due time it counts whenever it was given.
///
/// An answer with a score that names its ``invitation`` answers it: it counts in the response rate as ``answered_at`` of the
/// invitation does. If an invitation has several answers, or an ``answered_at`` as well, the earliest date counts; an answer
/// without a date counts as given in time.
///
/// If several rows have the same ``id``, the first one counts and the others are listed in :attr:`Report.sources`.
/// ``columns={"tickets": {"duplicates": "last"}}`` keeps the last one, ``"error"`` refuses a second one, and ``{"updated_at":
/// "changed"}`` keeps the newest by that column; no column is taken for it by its name, since a time of a last change may be
/// that of one field, or of the export. ``"events"`` and ``"invitations"`` have the same keys. All answers to one
/// invitation count; in ``"surveys"``, ``"first"`` and ``"last"`` keep one for each invitation and question, by its date.
///
/// ``columns={"surveys": {"where": {"Status": {"not": ["preview", "test"]}}}}`` reads only rows with certain values in certain
/// columns; a value or a list of values selects them, ``not`` excludes them. The other rows are counted as
/// ``not_selected`` in :attr:`Report.sources`.
///
/// Ids that are written differently match where that is certain: ``1``, ``"1"``, ``"1.0"``, ``"#1"`` and ``" 1 "`` are one id,
/// unless two tickets differ only in that; ``"01"`` is another one. Answers and invitations that name a ticket or an
/// invitation that is not there count without it; :attr:`Report.links_excluded` has their number, :attr:`Report.sources` the
/// rows and what to do about them.
///
/// Examples
/// --------
/// >>> import deskmetrics as dm
/// >>> tickets = {
/// ...     "id": ["T-1", "T-2", "T-3"],
/// ...     "created_at": ["2026-03-02T08:00:00Z", "2026-03-02T09:00:00Z", "2026-03-10T09:00:00Z"],
/// ...     "solved_at": ["2026-03-02T12:00:00Z", "2026-03-04T09:00:00Z", None],
/// ...     "market": ["DK", "ES", "DK"],
/// ... }
/// >>> surveys = {"ticket": ["T-1", "T-2"], "csat": [5, 2], "answered_at": ["2026-03-03T08:00:00Z", "2026-03-05T08:00:00Z"]}
/// >>> report = dm.report(tickets, surveys=surveys, kpis=["volume", "full_resolution_time", "csat"],
/// ...                    scales={"csat": (1, 5)}, by="market", period="week", tz="Europe/Copenhagen")
/// >>> report["full_resolution_time"].text, report["csat"].value
/// ('26h 0m', 50.0)
/// >>> [(row.keys["market"], row.value) for row in report.rows if row.kpi == "csat" and row.headline and row.keys
/// ...                                                         and row.period is None]
/// [('DK', 100.0), ('ES', 0.0)]
///
/// A table whose source has computed the first reply time:
///
/// >>> exported = {"id": [1, 2], "created_at": ["2026-03-02T08:00:00Z"] * 2, "Response Time (hours)": [1.5, 2.5]}
/// >>> report = dm.report(exported, kpis=["first_response_time"])
/// >>> report["first_response_time"].text, report.notes
/// ('2h 0m', ['first_response_time rests on what the source states: first_response_time (column "Response Time (hours)")'])
#[pyfunction]
#[pyo3(
    signature = (tickets = None, events = None, surveys = None, **keywords),
    text_signature = "(tickets=None, events=None, surveys=None, *, snapshots=None, invitations=None, kpis=None, by=None, period=None, tz=None, as_of=None, scales=None, columns=None, schedules=None, schedule=None, schedule_by=None, policies=None, options=None, assume_tz=None, strict=False, progress=False, week_start='Mon', year_start=1, level=0.95, min_n=30, observed_from=None, observed_until=None, fcr=None, threads=None)"
)]
pub(crate) fn report<'py>(
    py: Python<'py>,
    tickets: Option<Bound<'py, PyAny>>,
    events: Option<Bound<'py, PyAny>>,
    surveys: Option<Bound<'py, PyAny>>,
    keywords: Option<&Bound<'py, PyDict>>,
) -> PyResult<Report> {
    let keywords = Keywords::new(keywords);
    let kpis = keywords.take("kpis")?;
    let mut rules = Rules { scales: keywords.take("scales")?, ..Rules::new(&keywords)? };
    let mut arguments = ReportArguments::new(kpis.as_ref(), &keywords, None, rules.assume_tz)?;
    rules.zone = arguments.zone;
    arguments.progress = keywords.take("progress")?;
    let invitations = keywords.take("invitations")?;
    let mut tables = Tables { tickets, events, surveys, invitations, ..Tables::new(&keywords)? };
    keywords.end("report")?;
    // What is wrong with the settings is reported before the data is read.
    let by = arguments.slicings(&[]);
    arguments.periods()?;
    tables.by = by.iter().flatten().chain(arguments.kpis.restricted_by()).cloned().collect();
    let described = tables.described(&rules)?;
    let mut lean = arguments.lean(tables.by);
    // An agent who raised the ticket acts as its customer: events are compared with the requester.
    lean.requesters |= tables.events.is_some() || tables.snapshots.is_some();
    let notes = described.notes.clone();
    arguments.remedies = Some(described.remedies.clone());
    let dataset = described.dataset(py, &rules, arguments.progress.as_ref(), lean)?;
    let as_of = dataset.as_of;
    Ok(arguments.of(py, Arc::new(dataset), as_of)?.noting(notes))
}
