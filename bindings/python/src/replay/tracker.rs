//! `Tracker`: tickets followed live, one event at a time.

use std::sync::{Mutex, MutexGuard, PoisonError};

use deskmetrics::engine::visible;
use deskmetrics::replay::{TrackError, TrackedTickets};
use deskmetrics::ticket::{Attribute, TicketId};
use deskmetrics::{Reason, Ticket, TicketEvent, Timestamp};
use deskmetrics_arrow::column::Meaning as _;
use deskmetrics_arrow::description::EventMapping;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDateTime, PyDict, PyMapping, PyString};
use serde_json::{Value, json};

use crate::class::getters;
use crate::data::{from_form, keys, to_data, to_python};
use crate::error::{self, OrError as _, exceptions};
use crate::input::{describe, is_missing, named, timestamp};
use crate::tables::{Rules, name_of_schedule};
use crate::zone::InZone;

/// Tracks open tickets: takes one event at a time, and returns the state of a ticket at any time, its next due time, and which
/// targets come to be at risk or are breached.
///
/// The results equal those of :func:`replay` for the same events. The clock is never read: the caller passes the time.
///
/// Parameters
/// ----------
/// schedules, schedule, schedule_by, policies, options
///     As for :func:`replay`.
/// by : str or list of str, optional
///     Attributes that are labels of :meth:`to_open_metrics`.
///
/// Examples
/// --------
/// >>> from datetime import datetime, timezone
/// >>> import deskmetrics as dm
/// >>> def march(day, hour):
/// ...     return datetime(2026, 3, day, hour, tzinfo=timezone.utc)
/// >>> tracker = dm.Tracker(policies={"name": "everybody", "targets": [
/// ...     {"metric": "first_response", "within": "1h"}, {"metric": "resolution", "within": "8h"}]})
/// >>> tracker.open({"id": "T-1", "created_at": march(2, 9), "market": "DK"})
/// datetime.datetime(2026, 3, 2, 10, 0, tzinfo=datetime.timezone.utc)
/// >>> tracker.push({"ticket": "T-1", "at": march(2, 9), "kind": "public_message", "author": "agent"})
/// datetime.datetime(2026, 3, 2, 17, 0, tzinfo=datetime.timezone.utc)
/// >>> [verdict["state"] for verdict in tracker.state("T-1", march(2, 18))["verdicts"]]
/// ['breached']
/// >>> tracker.next_change
/// (datetime.datetime(2026, 3, 2, 17, 0, 0, 1, tzinfo=datetime.timezone.utc), 'T-1')
/// >>> tracker.advance(march(2, 18))
/// [(datetime.datetime(2026, 3, 2, 17, 0, 0, 1, tzinfo=datetime.timezone.utc), 'T-1')]
#[pyclass(module = "deskmetrics", frozen)]
pub(crate) struct Tracker {
    followed: Mutex<TrackedTickets>,
}

impl Tracker {
    fn followed(&self) -> MutexGuard<'_, TrackedTickets> {
        // A panic in another thread leaves complete trackers.
        self.followed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

getters! { Tracker, tracker;
    /// When a verdict changes next, with the ticket: a target comes to be at risk or is breached. ``None`` when nothing runs.
    next_change -> Option<(InZone, String)> = tracker.followed().next_change().map(|(at, ticket)| (InZone(at, None), ticket.to_string()));

    /// The ids of the tickets followed, sorted.
    tickets -> Vec<String> = tracker.followed().ids().map(ToString::to_string).collect();
}

#[pymethods]
impl Tracker {
    #[new]
    #[pyo3(signature = (*, schedules = None, schedule = None, schedule_by = None, policies = None, options = None, by = None))]
    fn new(
        schedules: Option<Bound<'_, PyAny>>,
        schedule: Option<&Bound<'_, PyAny>>,
        schedule_by: Option<Bound<'_, PyAny>>,
        policies: Option<Bound<'_, PyAny>>,
        options: Option<Bound<'_, PyAny>>,
        by: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let by: Vec<String> = match by {
            None => Vec::new(),
            Some(by) if by.is_instance_of::<PyString>() => vec![named("by", by)?],
            Some(by) => by.extract().map_err(|_| {
                let found = describe(by);
                error::argument_type(format!(
                    "by: {found} is neither the name of an attribute nor a list of them"
                ))
            })?,
        };
        let schedule = schedule.map(name_of_schedule).transpose()?;
        let rules = Rules { schedules, schedule, schedule_by, policies, options, ..Rules::default() };
        let dataset = rules.alone()?;
        let by = by.iter().map(|name| Attribute::from(name.as_str()));
        let tickets = TrackedTickets::new(dataset.replay_at(Timestamp::MAX)).with_gauges_by(by);
        Ok(Self { followed: Mutex::new(tickets) })
    }

    /// Begins to follow a ticket.
    ///
    /// Parameters
    /// ----------
    /// ticket : dict
    ///     ``id`` and ``created_at``, and where known ``created_by``, ``requester`` and ``tags``; every other key is an
    ///     attribute. ``None``, NaN and NaT are missing values.
    ///
    /// Returns
    /// -------
    /// datetime.datetime or None
    ///     The next timestamp at which one of its targets is used up, if nothing happens before.
    ///
    /// Raises
    /// ------
    /// ArgumentError
    ///     When it is followed already, or something is missing.
    fn open(&self, ticket: &Bound<'_, PyAny>) -> PyResult<Option<InZone>> {
        let form =
            keys("ticket", &present(ticket)?, "{\"id\": \"T-1\", \"created_at\": \"2026-03-02T09:00:00Z\"}")?;
        zoned("ticket", ticket, "created_at")?;
        let ticket: Ticket = from_form("ticket", ticket_form(form), error::argument)?;
        let due = self.followed().open(ticket).map_err(|problem| refused(&problem))?;
        Ok(due.map(|due| InZone(due, None)))
    }

    /// Takes the next event of a ticket. Events with an ``id`` may be pushed again, and events of one timestamp in any order.
    ///
    /// Parameters
    /// ----------
    /// event : dict
    ///     ``ticket``, ``at`` and ``kind``, and where there are ``value``, ``author`` (an agent by default),
    ///     ``author_name`` and ``id``; kinds are those of :func:`replay`. ``None``, NaN and NaT are missing values.
    /// latest : datetime.datetime, optional
    ///     Later events are refused, since their timestamp must be wrong; such as five minutes from now.
    ///
    /// Returns
    /// -------
    /// datetime.datetime or None
    ///     The next timestamp at which one of the ticket's targets is used up, if nothing happens before.
    ///
    /// Raises
    /// ------
    /// NoSuchNameError
    ///     When the ticket is not followed.
    /// DuplicateEventError
    ///     When an event with this ``id`` was pushed before; nothing is to be done.
    /// EventExcludedError
    ///     When the event does not count, such as one before the creation, or a duplicate; it is in
    ///     ``state(ticket)["excluded"]`` under the error's ``reason``.
    /// ArgumentError
    ///     When the event is earlier than the last one or later than ``latest``.
    #[pyo3(signature = (event, *, latest = None))]
    fn push(&self, event: &Bound<'_, PyAny>, latest: Option<&Bound<'_, PyAny>>) -> PyResult<Option<InZone>> {
        let example = "{\"ticket\": \"T-1\", \"at\": \"2026-03-02T10:00:00Z\", \"kind\": \"solved\"}";
        let form = keys("event", &present(event)?, example)?;
        zoned("event", event, "at")?;
        if let Some(kind) = form.get("kind").and_then(Value::as_str)
            && !EventMapping::own_words().contains(&kind)
            && !kind.starts_with("changed ")
        {
            let meant = error::did_you_mean(kind, EventMapping::own_words());
            let allowed: Vec<String> =
                EventMapping::own_words().iter().map(|kind| format!("\"{kind}\"")).collect();
            return Err(error::argument(format!(
                "event.kind: \"{kind}\" is not allowed{meant}; allowed are {}",
                allowed.join(", ")
            )));
        }
        let event: TicketEvent = from_form("event", event_form(form), error::argument)?;
        let latest = latest.map(|latest| timestamp("latest", latest, None)).transpose()?;
        let latest = latest.map_or(Timestamp::MAX, |latest| Timestamp::from(latest.utc()));
        let due = self.followed().observe_until(&event, latest);
        let due = due.map_err(|problem| refused(&problem))?;
        Ok(due.map(|due| InZone(due, None)))
    }

    /// The state of a ticket.
    ///
    /// Parameters
    /// ----------
    /// ticket : str
    ///     Its id.
    /// at : datetime.datetime, optional
    ///     As of when; by default, and at the earliest, its last event.
    ///
    /// Returns
    /// -------
    /// dict
    ///     ``ticket``, ``metrics``, ``verdicts`` and ``excluded`` as plain data; durations as
    ///     ``{"calendar": timedelta, "business": timedelta}``. The ``state`` of a verdict is that of :meth:`to_open_metrics`:
    ///     ``running``, ``at_risk``, ``paused`` or ``breached``; also ``met`` and ``cancelled``.
    #[pyo3(signature = (ticket, at = None))]
    fn state<'py>(
        &self,
        py: Python<'py>,
        ticket: &Bound<'py, PyAny>,
        at: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let at = at.map(|at| timestamp("at", at, None)).transpose()?.map(|at| Timestamp::from(at.utc()));
        let state = {
            let ticket = ticket_id(ticket)?;
            let followed = self.followed();
            let tracker = followed.get(&ticket).ok_or_else(|| not_followed(ticket.as_str()))?;
            let (replay, at) = (followed.replay(), at.unwrap_or_else(|| tracker.last_at()));
            let verdicts = replay.verdicts(tracker, at).or_argument()?;
            let verdicts = verdicts.iter().map(|verdict| {
                let mut data = to_data(verdict)?;
                data["state"] = json!(verdict.state_name());
                Ok(data)
            });
            json!({
                "ticket": to_data(&tracker.ticket())?,
                "metrics": to_data(&replay.metrics(tracker, at).or_argument()?)?,
                "verdicts": verdicts.collect::<PyResult<Vec<Value>>>()?,
                "excluded": to_data(&tracker.excluded())?,
            })
        };
        py.import("deskmetrics._plain")?.call_method1("plain", (to_python(py, &state)?,))
    }

    /// The changes of verdicts up to ``now``, earliest first: a target came to be at risk, or was breached. Each is returned
    /// once.
    ///
    /// Parameters
    /// ----------
    /// now : datetime.datetime
    ///
    /// Returns
    /// -------
    /// list of (datetime.datetime, str)
    ///     When, and the ticket.
    fn advance(&self, now: &Bound<'_, PyAny>) -> PyResult<Vec<(InZone, String)>> {
        let now = Timestamp::from(timestamp("now", now, None)?.utc());
        let changes = self.followed().advance(now);
        Ok(changes.into_iter().map(|(at, ticket)| (InZone(at, None), ticket.to_string())).collect())
    }

    /// The number of open tickets, and of targets by policy, metric and state (``running``, ``at_risk``, ``paused``,
    /// ``breached``), as of the last event or :meth:`advance`, with the attributes ``by`` as labels.
    ///
    /// Tickets that are solved, closed, merged, deleted or spam stay followed until :meth:`forget`, since they may be reopened, but
    /// are not open. Targets that were met or cancelled are not counted; breached ones are until the ticket is forgotten.
    ///
    /// Returns
    /// -------
    /// str
    ///     OpenMetrics text, as Prometheus reads it.
    fn to_open_metrics(&self) -> String {
        self.followed().to_open_metrics()
    }

    /// Stops tracking a ticket; returns whether it was tracked.
    ///
    /// Parameters
    /// ----------
    /// ticket : str
    ///     Its id.
    ///
    /// Returns
    /// -------
    /// bool
    fn forget(&self, ticket: &Bound<'_, PyAny>) -> PyResult<bool> {
        let ticket = ticket_id(ticket)?;
        Ok(self.followed().close(&ticket).is_some())
    }

    /// The tickets followed as bytes, for :meth:`load` of a tracker with the same rules, in a later process.
    ///
    /// Returns
    /// -------
    /// bytes
    fn dump<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.followed().to_bytes())
    }

    /// Takes over the tickets that :meth:`dump` wrote down, in place of those followed so far.
    ///
    /// Parameters
    /// ----------
    /// dumped : bytes
    ///
    /// Returns
    /// -------
    /// list of str
    ///     The tickets that were followed with other rules, such as a policy that was edited since. They are not followed: open
    ///     them again and push their events.
    ///
    /// Raises
    /// ------
    /// ArgumentError
    ///     When these are not such bytes, or are damaged.
    fn load(&self, dumped: &Bound<'_, PyAny>) -> PyResult<Vec<String>> {
        let dumped: &[u8] = dumped.extract().map_err(|_| {
            error::argument_type(format!("dumped: {} is not the bytes of Tracker.dump", describe(dumped)))
        })?;
        let mut followed = self.followed();
        let loaded = TrackedTickets::from_bytes(dumped, followed.replay().clone());
        let (loaded, others) = loaded.map_err(|problem| {
            error::argument(format!("dumped: {}", problem.to_string().replace("to_bytes", "Tracker.dump")))
        })?;
        *followed = loaded.with_gauges_by(followed.gauges_by().to_vec());
        Ok(others.iter().map(|other| other.id().to_string()).collect())
    }

    fn __len__(&self) -> usize {
        self.followed().len()
    }

    fn __contains__(&self, ticket: &Bound<'_, PyAny>) -> PyResult<bool> {
        let ticket = ticket_id(ticket)?;
        Ok(self.followed().get(&ticket).is_some())
    }

    fn __repr__(&self) -> String {
        let followed = self.followed();
        let next = match followed.next_change() {
            Some((at, ticket)) => format!("next change {at}: {ticket}"),
            None => "nothing runs".to_owned(),
        };
        let plural = if followed.len() == 1 { "" } else { "s" };
        visible(&format!("Tracker({} ticket{plural}, {next})", followed.len())).into_owned()
    }
}

/// The id of a ticket, which may be a number.
fn ticket_id(ticket: &Bound<'_, PyAny>) -> PyResult<TicketId> {
    if let Ok(number) = ticket.extract::<i64>() {
        return Ok(number.to_string().into());
    }
    ticket.extract::<String>().map(TicketId::from).map_err(|_| {
        error::argument_type(format!(
            "ticket: {} is not the id of a ticket, a text or a whole number",
            describe(ticket)
        ))
    })
}

/// The error with a remedy in Python.
fn refused(problem: &TrackError) -> PyErr {
    match problem {
        TrackError::NotFollowed(ticket) => not_followed(ticket),
        TrackError::Followed(ticket) => error::argument(format!(
            "ticket \"{ticket}\" is followed already: forget it first to begin again"
        )),
        TrackError::OutOfOrder { at, last } => error::argument(format!(
            "event at {at} comes after one at {last}; a tracker takes events in order: forget the ticket, open it again, and push \
             its events in order"
        )),
        TrackError::Exclusion { reason, .. } => {
            let name = to_data(reason).ok().and_then(|name| name.as_str().map(str::to_owned));
            let arguments = (problem.to_string(), name.unwrap_or_default());
            match reason {
                Reason::Duplicate => exceptions::DuplicateEventError::new_err(arguments),
                _ => exceptions::EventExcludedError::new_err(arguments),
            }
        }
        problem => error::argument(problem.to_string()),
    }
}

fn not_followed(ticket: &str) -> PyErr {
    error::no_such_name(format!(
        "ticket \"{ticket}\" is not tracked; open it first, with its id and created_at"
    ))
}

/// A record without its missing values, such as the NaN of a row of pandas.
fn present<'py>(record: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let Ok(mapping) = record.cast::<PyMapping>() else { return Ok(record.clone()) };
    let present = PyDict::new(record.py());
    for entry in mapping.items()?.iter() {
        let (key, value) = entry.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>()?;
        if !is_missing(&value) {
            present.set_item(key, value)?;
        }
    }
    Ok(present.into_any())
}

/// That a datetime of a record has a zone.
fn zoned(place: &str, record: &Bound<'_, PyAny>, key: &str) -> PyResult<()> {
    if !record.contains(key)? {
        return Ok(());
    }
    let at = record.get_item(key)?;
    if is_missing(&at) {
        return Ok(());
    }
    if at.is_instance_of::<PyDateTime>() {
        timestamp(&format!("{place}[\"{key}\"]"), &at, None)?;
    }
    Ok(())
}

fn id_as_text(id: Value) -> Value {
    match id {
        Value::Number(number) if number.is_i64() => json!(number.to_string()),
        other => other,
    }
}

/// The core's form of a ticket: what is no field of it is an attribute.
fn ticket_form(form: Value) -> Value {
    const FIELDS: [&str; 8] = [
        "id",
        "created_at",
        "created_by",
        "requester",
        "tags",
        "attributes",
        "stated_due_at",
        "stated_sla_met",
    ];
    let Value::Object(form) = form else { return form };
    let (mut fields, loose): (serde_json::Map<_, _>, serde_json::Map<_, _>) = form
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(key, value)| if key == "id" { (key, id_as_text(value)) } else { (key, value) })
        .partition(|(key, _)| FIELDS.contains(&key.as_str()));
    if let Value::Object(attributes) = fields.entry("attributes").or_insert(json!({})) {
        attributes.extend(loose);
    }
    Value::Object(fields)
}

/// The statuses as kinds of events.
const STATUSES: [&str; 6] = ["new", "open", "pending", "on_hold", "solved", "closed"];

/// The core's form of an event: kinds may be written as in tables of events.
fn event_form(form: Value) -> Value {
    let Value::Object(mut form) = form else { return form };
    if let Some(ticket) = form.remove("ticket") {
        form.insert("ticket".to_owned(), id_as_text(ticket));
    }
    form.entry("author").or_insert(json!("agent"));
    let kind = form.get("kind").and_then(Value::as_str).unwrap_or_default().to_owned();
    if STATUSES.contains(&kind.as_str()) {
        form.insert("value".to_owned(), json!(kind));
        form.insert("kind".to_owned(), json!("status"));
    } else if let Some(attribute) = kind.strip_prefix("changed ") {
        let to = form.remove("value").unwrap_or(Value::Null);
        form.insert("value".to_owned(), json!({"attribute": attribute, "to": to}));
        form.insert("kind".to_owned(), json!("changed"));
    }
    if form.get("value").is_some_and(Value::is_null) {
        form.remove("value");
    }
    Value::Object(form)
}
