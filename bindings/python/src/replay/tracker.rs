//! `Tracker`: tickets followed live, one event at a time.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use deskmetrics::engine::visible;
use deskmetrics::replay::{DueQueue, Replay, TicketTracker, TrackError};
use deskmetrics::ticket::TicketId;
use deskmetrics::{Ticket, TicketEvent, Timestamp};
use deskmetrics_arrow::column::Meaning as _;
use deskmetrics_arrow::description::EventMapping;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDateTime};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::class::getters;
use crate::data::{from_form, keys, to_data, to_python};
use crate::error::{self, OrError as _};
use crate::input::timestamp;
use crate::tables::Rules;
use crate::zone::InZone;

/// Tracks open tickets: takes one event at a time, and returns the state of a ticket at any time and the next due time.
///
/// The results equal those of :func:`replay` for the same events. The clock is never read: the caller passes the time.
///
/// Parameters
/// ----------
/// schedules, schedule, schedule_by, policies, options
///     As for :func:`replay`.
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
/// >>> tracker.next_due
/// (datetime.datetime(2026, 3, 2, 17, 0, tzinfo=datetime.timezone.utc), 'T-1')
/// >>> [verdict["state"] for verdict in tracker.state("T-1", march(2, 18))["verdicts"]]
/// ['breached']
/// >>> tracker.due(march(2, 18))
/// [(datetime.datetime(2026, 3, 2, 17, 0, tzinfo=datetime.timezone.utc), 'T-1')]
#[pyclass(module = "deskmetrics", frozen)]
pub(crate) struct Tracker {
    replay: Replay,
    followed: Mutex<Followed>,
}

/// The tickets and what is due next.
#[derive(Default)]
struct Followed {
    tickets: BTreeMap<String, TicketTracker>,
    queue: DueQueue,
}

/// What is written down of the tickets.
#[derive(Serialize, Deserialize)]
struct Snapshot {
    tickets: BTreeMap<String, TicketTracker>,
    due: BTreeMap<String, Timestamp>,
}

impl Tracker {
    fn followed(&self) -> MutexGuard<'_, Followed> {
        // A panic in another thread leaves complete trackers.
        self.followed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The tracker of a ticket.
    fn with<T>(&self, ticket: &str, work: impl FnOnce(&mut TicketTracker) -> T) -> PyResult<T> {
        let mut followed = self.followed();
        match followed.tickets.get_mut(ticket) {
            Some(tracker) => Ok(work(tracker)),
            None => Err(error::no_such_name(format!(
                "ticket \"{ticket}\" is not tracked; open it first, with its id and created_at"
            ))),
        }
    }

    /// Notes when the ticket is due next.
    fn note(&self, ticket: &str) -> Option<Timestamp> {
        let mut followed = self.followed();
        let due = followed.tickets.get(ticket).and_then(|tracker| self.replay.next_due(tracker));
        followed.queue.set(TicketId::from(ticket), due);
        due
    }
}

getters! { Tracker, tracker;
    /// The next timestamp at which any target is used up, with the ticket; ``None`` when nothing runs.
    next_due -> Option<(InZone, String)> = tracker.followed().queue.next().map(|(due, ticket)| (InZone(due, None), ticket.to_string()));

    /// The ids of the tickets followed, sorted.
    tickets -> Vec<String> = tracker.followed().tickets.keys().cloned().collect();
}

#[pymethods]
impl Tracker {
    #[new]
    #[pyo3(signature = (*, schedules = None, schedule = None, schedule_by = None, policies = None, options = None))]
    fn new(
        schedules: Option<Bound<'_, PyAny>>,
        schedule: Option<String>,
        schedule_by: Option<Bound<'_, PyAny>>,
        policies: Option<Bound<'_, PyAny>>,
        options: Option<Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let rules = Rules { schedules, schedule, schedule_by, policies, options, ..Rules::default() };
        let dataset = rules.alone()?;
        Ok(Self { replay: dataset.replay_at(Timestamp::MAX), followed: Mutex::default() })
    }

    /// Begins to follow a ticket.
    ///
    /// Parameters
    /// ----------
    /// ticket : dict
    ///     ``id`` and ``created_at``, and where known ``created_by``, ``requester`` and ``tags``; every other key is an
    ///     attribute.
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
        let form = keys("ticket", ticket, "{\"id\": \"T-1\", \"created_at\": \"2026-03-02T09:00:00Z\"}")?;
        zoned("ticket", ticket, "created_at")?;
        let ticket: Ticket = from_form("ticket", ticket_form(form), error::argument)?;
        let id = ticket.id.to_string();
        if self.followed().tickets.contains_key(&id) {
            return Err(error::argument(format!("ticket \"{id}\" is followed already")));
        }
        let tracker = self.replay.track(ticket);
        self.followed().tickets.insert(id.clone(), tracker);
        Ok(self.note(&id).map(|due| InZone(due, None)))
    }

    /// Takes the next event of a ticket.
    ///
    /// Parameters
    /// ----------
    /// event : dict
    ///     ``ticket``, ``at`` and ``kind``, and where there are ``value``, ``author`` (an agent by default),
    ///     ``author_name`` and ``id``; kinds are those of :func:`replay`.
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
    /// ArgumentError
    ///     When the event is earlier than the last one, or does not count; the latter is counted in
    ///     ``state(ticket)["excluded"]``.
    fn push(&self, event: &Bound<'_, PyAny>) -> PyResult<Option<InZone>> {
        let example = "{\"ticket\": \"T-1\", \"at\": \"2026-03-02T10:00:00Z\", \"kind\": \"solved\"}";
        let form = keys("event", event, example)?;
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
        let id = event.ticket.to_string();
        let taken: Result<(), TrackError> = self.with(&id, |tracker| self.replay.observe(tracker, &event))?;
        let due = self.note(&id);
        taken.or_argument()?;
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
    ///     ``{"calendar": timedelta, "business": timedelta}``.
    #[pyo3(signature = (ticket, at = None))]
    fn state<'py>(
        &self,
        py: Python<'py>,
        ticket: &str,
        at: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let at = at.map(|at| timestamp("at", at, None)).transpose()?.map(|at| Timestamp::from(at.utc()));
        let state: Value = self.with(ticket, |tracker| {
            let at = at.unwrap_or_else(|| tracker.last_at());
            Ok::<_, PyErr>(json!({
                "ticket": to_data(tracker.ticket())?,
                "metrics": to_data(&self.replay.metrics(tracker, at))?,
                "verdicts": to_data(&self.replay.verdicts(tracker, at))?,
                "excluded": to_data(tracker.excluded())?,
            }))
        })??;
        py.import("deskmetrics._plain")?.call_method1("plain", (to_python(py, &state)?,))
    }

    /// Takes out what is due at ``now`` or before, earliest first, and notes the next target of each ticket.
    ///
    /// Parameters
    /// ----------
    /// now : datetime.datetime
    ///
    /// Returns
    /// -------
    /// list of (datetime.datetime, str)
    fn due(&self, now: &Bound<'_, PyAny>) -> PyResult<Vec<(InZone, String)>> {
        let now = Timestamp::from(timestamp("now", now, None)?.utc());
        let mut taken = Vec::new();
        let mut followed = self.followed();
        while let Some((due, ticket)) = followed.queue.pop(now) {
            let tracker = followed.tickets.get(ticket.as_str());
            let next = tracker.and_then(|tracker| self.replay.next_due_after(tracker, due));
            taken.push((InZone(due, None), ticket.to_string()));
            followed.queue.set(ticket, next);
        }
        Ok(taken)
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
    fn forget(&self, ticket: &str) -> bool {
        let mut followed = self.followed();
        followed.queue.set(TicketId::from(ticket), None);
        followed.tickets.remove(ticket).is_some()
    }

    /// The tickets followed as bytes, for :meth:`load` of a tracker with the same rules, in a later process.
    ///
    /// Returns
    /// -------
    /// bytes
    fn dump<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let snapshot = {
            let followed = self.followed();
            let mut queue = followed.queue.clone();
            let mut due = BTreeMap::new();
            while let Some((at, ticket)) = queue.pop(Timestamp::MAX) {
                due.insert(ticket.to_string(), at);
            }
            Snapshot { tickets: followed.tickets.clone(), due }
        };
        let bytes = serde_json::to_vec(&snapshot).or_argument()?;
        Ok(PyBytes::new(py, &bytes))
    }

    /// Takes over the tickets that :meth:`dump` wrote down, in place of those followed so far.
    ///
    /// Parameters
    /// ----------
    /// dumped : bytes
    ///
    /// Raises
    /// ------
    /// ArgumentError
    ///     When these are not such bytes.
    fn load(&self, dumped: &[u8]) -> PyResult<()> {
        let snapshot: Snapshot = serde_json::from_slice(dumped)
            .map_err(|problem| error::argument(format!("dumped: not the tickets of a tracker: {problem}")))?;
        let mut queue = DueQueue::default();
        for (ticket, at) in snapshot.due {
            queue.set(TicketId::from(ticket), Some(at));
        }
        *self.followed() = Followed { tickets: snapshot.tickets, queue };
        Ok(())
    }

    fn __len__(&self) -> usize {
        self.followed().tickets.len()
    }

    fn __contains__(&self, ticket: &str) -> bool {
        self.followed().tickets.contains_key(ticket)
    }

    fn __repr__(&self) -> String {
        let followed = self.followed();
        let next = match followed.queue.next() {
            Some((due, ticket)) => format!("next due {due}: {ticket}"),
            None => "nothing due".to_owned(),
        };
        visible(&format!("Tracker({} tickets, {next})", followed.tickets.len())).into_owned()
    }
}

/// That a datetime of a record has a zone.
fn zoned(place: &str, record: &Bound<'_, PyAny>, key: &str) -> PyResult<()> {
    if !record.contains(key)? {
        return Ok(());
    }
    let at = record.get_item(key)?;
    if at.is_instance_of::<PyDateTime>() {
        timestamp(&format!("{place}[\"{key}\"]"), &at, None)?;
    }
    Ok(())
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
