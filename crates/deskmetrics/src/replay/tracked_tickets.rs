//! Many tickets followed live.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::due_queue::DueQueue;
use super::replay::{Replay, next_due};
use super::tracker::{TicketTracker, TrackError};
#[cfg(feature = "bytes")]
use crate::stored::{Kind, StoredError};
use crate::ticket::{Attribute, TicketId};
use crate::{SlaMetric, Ticket, TicketEvent, Timestamp, VerdictState};

/// The open tickets of a service: a [tracker](TicketTracker) of each, when their verdicts change next, and gauges.
///
/// A service [opens](Self::open) and [closes](Self::close) tickets, passes their [events](Self::observe), and calls
/// [`advance`](Self::advance) at [`next_change`](Self::next_change). No call depends on the number of tickets by more than a
/// logarithm, and nothing reads the clock.
///
/// ```
/// use deskmetrics::replay::{Replay, TrackedTickets};
/// use deskmetrics::sla::SlaPolicies;
/// use deskmetrics::ticket::{Attribute, Author, EventKind};
/// use deskmetrics::{Ticket, TicketEvent, Timestamp};
///
/// let at = |text: &str| text.parse::<Timestamp>().unwrap();
/// let policies: SlaPolicies = toml::from_str(r#"
///     [[policies]]
///     name = "everybody"
///     targets = [{ metric = "first_response", within = "1h", at_risk = 0.8 }]
/// "#).unwrap();
/// let replay = Replay::new(Timestamp::MAX).with_policies(policies);
/// let mut tickets = TrackedTickets::new(replay).with_gauges_by([Attribute::Market]);
///
/// for (id, created, market) in [("T-1", "2026-03-02T09:00:00Z", "DK"), ("T-2", "2026-03-02T09:30:00Z", "ES")] {
///     tickets.open(Ticket::new(id, at(created)).with_attribute(Attribute::Market, market))?;
/// }
/// let reply = TicketEvent::new("T-2", at("2026-03-02T09:40:00Z"), Author::Agent, EventKind::PublicMessage);
/// tickets.observe(&reply)?;
///
/// assert_eq!(tickets.next_change(), Some((at("2026-03-02T09:48:00Z"), &"T-1".into())));
/// let changed = tickets.advance(at("2026-03-02T10:30:00Z"));
/// assert_eq!(changed, [(at("2026-03-02T09:48:00Z"), "T-1".into()), (at("2026-03-02T10:00:00.000001Z"), "T-1".into())]);
///
/// let metrics = tickets.to_open_metrics();
/// assert!(metrics.contains("deskmetrics_open_tickets{market=\"ES\"} 1\n"));
/// let breached = r#"deskmetrics_sla_targets{policy="everybody",metric="first_response",state="breached",market="DK"} 1"#;
/// assert!(metrics.contains(breached), "{metrics}");
/// # Ok::<(), deskmetrics::replay::TrackError>(())
/// ```
#[derive(Debug, Clone)]
pub struct TrackedTickets {
    replay: Replay,
    by: Vec<Attribute>,
    /// Boxed, because nodes of the map are often half empty.
    tickets: BTreeMap<TicketId, Box<Followed>>,
    queue: DueQueue,
    /// Changes before later events, to be returned by the next advance.
    passed: BTreeSet<(Timestamp, TicketId)>,
    open: BTreeMap<Slice, u64>,
    targets: BTreeMap<(TargetState, Slice), u64>,
}

/// The values of the attributes of gauges.
type Slice = Box<[Box<str>]>;

/// A ticket and what it adds to the gauges.
#[derive(Debug, Clone)]
struct Followed {
    tracker: TicketTracker,
    gauges: Gauges,
}

/// What a ticket adds to the gauges.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Gauges {
    slice: Slice,
    /// Neither solved, closed, merged, deleted nor spam.
    open: bool,
    targets: Vec<TargetState>,
}

/// What a gauge of targets counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct TargetState {
    policy: Box<str>,
    metric: SlaMetric,
    /// `running`, `at_risk`, `paused` or `breached`.
    state: &'static str,
}

impl TrackedTickets {
    /// No tickets yet.
    pub fn new(replay: Replay) -> Self {
        Self {
            replay,
            by: Vec::new(),
            tickets: BTreeMap::new(),
            queue: DueQueue::default(),
            passed: BTreeSet::new(),
            open: BTreeMap::new(),
            targets: BTreeMap::new(),
        }
    }

    /// The gauges have these attributes of the tickets as labels.
    #[must_use]
    pub fn with_gauges_by<A: Into<Attribute>>(mut self, attributes: impl IntoIterator<Item = A>) -> Self {
        self.by = attributes.into_iter().map(Into::into).collect();
        (self.open, self.targets) = (BTreeMap::new(), BTreeMap::new());
        for followed in self.tickets.values_mut() {
            followed.gauges.slice = slice(&self.by, &followed.tracker.ticket());
            count(&mut self.open, &mut self.targets, &followed.gauges, 1);
        }
        self
    }

    /// The attributes that are labels of the gauges.
    pub fn gauges_by(&self) -> &[Attribute] {
        &self.by
    }

    /// The replay of the tickets.
    pub fn replay(&self) -> &Replay {
        &self.replay
    }

    /// Begins to follow a ticket, and returns its [next due time](Replay::next_due).
    ///
    /// # Errors
    /// If it is followed already.
    pub fn open(&mut self, ticket: Ticket) -> Result<Option<Timestamp>, TrackError> {
        let tracker = self.replay.track(ticket);
        self.follow(tracker)
    }

    /// Begins to follow a ticket by its tracker, such as one of [`Replay::retrack`], and returns its
    /// [next due time](Replay::next_due).
    ///
    /// # Errors
    /// If it is followed already, or the tracker is of [another replay](Replay::fits).
    pub fn follow(&mut self, tracker: TicketTracker) -> Result<Option<Timestamp>, TrackError> {
        let id = tracker.ticket().id.clone();
        if self.tickets.contains_key(&id) {
            return Err(TrackError::Followed(id.to_string()));
        }
        self.replay.check_tracker(&tracker)?;
        let at = tracker.last_at();
        Ok(self.place(&id, tracker, at))
    }

    /// Stops following a ticket, and returns its tracker.
    pub fn close(&mut self, ticket: &TicketId) -> Option<TicketTracker> {
        let followed = self.tickets.remove(ticket)?;
        count(&mut self.open, &mut self.targets, &followed.gauges, -1);
        self.queue.set(ticket.clone(), None);
        Some(followed.tracker)
    }

    /// Adds the next event of a ticket, and returns the ticket's [next due time](Replay::next_due).
    ///
    /// # Errors
    /// If the ticket is not followed, or the event is out of order or does not count.
    pub fn observe(&mut self, event: &TicketEvent) -> Result<Option<Timestamp>, TrackError> {
        self.observe_until(event, Timestamp::MAX)
    }

    /// Like [`observe`](Self::observe), but refuses events after `latest`, such as five minutes from now.
    ///
    /// # Errors
    /// Those of [`observe`](Self::observe), and if the event is after `latest`.
    pub fn observe_until(
        &mut self,
        event: &TicketEvent,
        latest: impl Into<Timestamp>,
    ) -> Result<Option<Timestamp>, TrackError> {
        let latest = latest.into();
        if event.at <= latest {
            // An event does not undo what changed before it.
            while let Some(at) = self.queue.get(&event.ticket).filter(|at| *at < event.at) {
                self.passed.insert((at, event.ticket.clone()));
                self.update(&event.ticket, at);
            }
        }
        let unknown = || TrackError::NotFollowed(event.ticket.to_string());
        let followed = self.tickets.get_mut(&event.ticket).ok_or_else(unknown)?;
        self.replay.observe_until(&mut followed.tracker, event, latest)?;
        let at = followed.tracker.last_at();
        Ok(self.update(&event.ticket, at))
    }

    /// The tracker of a ticket.
    pub fn get(&self, ticket: &TicketId) -> Option<&TicketTracker> {
        self.tickets.get(ticket).map(|followed| &followed.tracker)
    }

    /// The ids of the tickets, in order.
    pub fn ids(&self) -> impl Iterator<Item = &TicketId> {
        self.tickets.keys()
    }

    /// The number of tickets.
    pub fn len(&self) -> usize {
        self.tickets.len()
    }

    /// Whether no ticket is followed.
    pub fn is_empty(&self) -> bool {
        self.tickets.is_empty()
    }

    /// When the verdicts on a ticket [change next](Replay::next_change), and which ticket.
    pub fn next_change(&self) -> Option<(Timestamp, &TicketId)> {
        let passed = self.passed.first().map(|(at, ticket)| (*at, ticket));
        passed.into_iter().chain(self.queue.next()).min()
    }

    /// The changes of verdicts up to `now`, earliest first: a target came to be at risk or is breached. Each is returned once, also
    /// one before an event that was observed since.
    pub fn advance(&mut self, now: impl Into<Timestamp>) -> Vec<(Timestamp, TicketId)> {
        let now = now.into();
        while let Some((at, ticket)) = self.queue.pop(now) {
            self.update(&ticket, at);
            self.passed.insert((at, ticket));
        }
        let later = self.passed.iter().find(|(at, _)| *at > now).cloned();
        let later = later.map(|later| self.passed.split_off(&later)).unwrap_or_default();
        std::mem::replace(&mut self.passed, later).into_iter().collect()
    }

    /// The gauges as [OpenMetrics](https://openmetrics.io) text, as of the last event or [advance](Self::advance):
    /// `deskmetrics_open_tickets`, the tickets neither solved, closed, merged, deleted nor spam, and `deskmetrics_sla_targets` by
    /// policy, metric and [state](crate::SlaVerdict::state_name) (`running`, `at_risk`, `paused`, `breached`). Targets that were met
    /// or cancelled are not counted; breached ones are, until the ticket is [no longer followed](Self::close). It is written from
    /// counts that are kept.
    pub fn to_open_metrics(&self) -> String {
        let mut text =
            "# TYPE deskmetrics_open_tickets gauge\n# HELP deskmetrics_open_tickets Tickets followed that are open.\n"
                .to_owned();
        for (slice, count) in &self.open {
            let labels = labels(self.slice_labels(slice));
            let _ = writeln!(text, "deskmetrics_open_tickets{labels} {count}");
        }
        text.push_str("# TYPE deskmetrics_sla_targets gauge\n# HELP deskmetrics_sla_targets SLA targets of tickets followed.\n");
        for ((target, slice), count) in &self.targets {
            let own =
                [("policy", &*target.policy), ("metric", target.metric.as_str()), ("state", target.state)];
            let labels = labels(own.into_iter().chain(self.slice_labels(slice)));
            let _ = writeln!(text, "deskmetrics_sla_targets{labels} {count}");
        }
        text.push_str("# EOF\n");
        text
    }

    fn slice_labels<'s>(&'s self, slice: &'s Slice) -> impl Iterator<Item = (&'s str, &'s str)> {
        self.by.iter().map(Attribute::as_str).zip(slice.iter().map(|value| &**value))
    }

    /// The tickets as bytes, to be kept, and read back by [`from_bytes`](Self::from_bytes).
    #[cfg(feature = "bytes")]
    pub fn to_bytes(&self) -> Vec<u8> {
        let trackers: Vec<&TicketTracker> = self.tickets.values().map(|followed| &followed.tracker).collect();
        Kind::Trackers.write(&(trackers, &self.queue, &self.passed), &())
    }

    /// The tickets that [`to_bytes`](Self::to_bytes) wrote, which are followed with this replay.
    ///
    /// Trackers of [another replay](Replay::fits), such as one with a policy that was edited since, are returned beside them:
    /// [retrack](Replay::retrack) and [follow](Self::follow) them.
    ///
    /// ```
    /// use deskmetrics::replay::{Replay, TrackedTickets};
    /// use deskmetrics::sla::SlaPolicies;
    /// use deskmetrics::{Ticket, TicketEvent, Timestamp};
    ///
    /// let replay = |within: &str| -> Replay {
    ///     let target = format!("{{ metric = \"first_response\", within = \"{within}\" }}");
    ///     let policies = format!("[[policies]]\nname = \"everyone\"\ntargets = [{target}]");
    ///     Replay::new(Timestamp::MAX).with_policies(toml::from_str::<SlaPolicies>(&policies).unwrap())
    /// };
    /// let mut tickets = TrackedTickets::new(replay("1h"));
    /// let ticket = Ticket::new("T-1", "2026-03-02T09:00:00Z".parse::<Timestamp>().unwrap());
    /// tickets.open(ticket.clone())?;
    /// let bytes = tickets.to_bytes();
    ///
    /// let (same, others) = TrackedTickets::from_bytes(&bytes, replay("1h")).unwrap();
    /// assert_eq!((same.len(), others.len()), (1, 0));
    ///
    /// // The policy was edited: the service's log gives the ticket and its events.
    /// let (mut edited, others) = TrackedTickets::from_bytes(&bytes, replay("2h")).unwrap();
    /// let log: &[TicketEvent] = &[];
    /// for _tracker in others {
    ///     let tracker = edited.replay().retrack(ticket.clone(), log);
    ///     assert_eq!(edited.follow(tracker)?, "2026-03-02T11:00:00Z".parse().ok());
    /// }
    /// assert_eq!(edited.len(), 1);
    /// # Ok::<(), deskmetrics::replay::TrackError>(())
    /// ```
    ///
    /// # Errors
    /// If the bytes are something else, of another version or damaged.
    #[cfg(feature = "bytes")]
    pub fn from_bytes(bytes: &[u8], replay: Replay) -> Result<(Self, Vec<TicketTracker>), StoredError> {
        type Stored = (Vec<TicketTracker>, DueQueue, BTreeSet<(Timestamp, TicketId)>);
        let ((trackers, queue, passed), ()): (Stored, ()) = Kind::Trackers.read(bytes)?;
        let mut all = Self { passed, ..Self::new(replay) };
        let (own, others): (Vec<_>, Vec<_>) =
            trackers.into_iter().partition(|tracker| all.replay.fits(tracker));
        let due: BTreeMap<TicketId, Timestamp> =
            Vec::from(queue).into_iter().map(|(due, ticket)| (ticket, due)).collect();
        for tracker in own {
            let id = tracker.ticket().id.clone();
            // Changes before the stored one have been returned.
            let next = due
                .get(&id)
                .map(|next| Timestamp::saturating_from_micros(next.as_micros().saturating_sub(1)));
            let at = next.unwrap_or(Timestamp::MAX).max(tracker.last_at());
            all.place(&id, tracker, at);
        }
        Ok((all, others))
    }

    /// Takes in a ticket, and returns its next due time as of `at`.
    fn place(&mut self, id: &TicketId, tracker: TicketTracker, at: Timestamp) -> Option<Timestamp> {
        self.tickets.insert(id.clone(), Box::new(Followed { tracker, gauges: Gauges::default() }));
        self.update(id, at)
    }

    /// Takes up what changed of a ticket by `at`, and returns its next due time as of then.
    fn update(&mut self, ticket: &TicketId, at: Timestamp) -> Option<Timestamp> {
        let Self { replay, by, tickets, queue, open, targets, .. } = self;
        let followed = tickets.get_mut(ticket)?;
        // The trackers are of this replay.
        let plan = replay.plan();
        let at = at.max(followed.tracker.last_at());
        let state = followed.tracker.state(plan);
        let (verdicts, _) = state.verdicts(at, plan);
        let due = next_due(&verdicts);
        let gauges = verdicts
            .into_iter()
            .filter(|verdict| !matches!(verdict.state, VerdictState::Met | VerdictState::Cancelled))
            .map(|verdict| {
                let state = verdict.state_name();
                TargetState { policy: verdict.policy, metric: verdict.metric, state }
            });
        queue.set(
            ticket.clone(),
            state.machine.next_change(at.as_micros(), plan).and_then(Timestamp::from_micros),
        );
        let gauges =
            Gauges { slice: slice(by, &state.ticket), open: state.is_open(), targets: gauges.collect() };
        if gauges != followed.gauges {
            count(open, targets, &followed.gauges, -1);
            count(open, targets, &gauges, 1);
            followed.gauges = gauges;
        }
        due
    }
}

/// The values of the attributes of gauges; empty for missing ones.
fn slice(by: &[Attribute], ticket: &Ticket) -> Slice {
    by.iter().map(|attribute| ticket.attributes.get(attribute).unwrap_or_default().into()).collect()
}

/// Adds a ticket to the gauges, or takes it out of them. Gauges of nothing go.
fn count(
    open: &mut BTreeMap<Slice, u64>,
    targets: &mut BTreeMap<(TargetState, Slice), u64>,
    ticket: &Gauges,
    by: i64,
) {
    if ticket.open {
        change(open, ticket.slice.clone(), by);
    }
    for target in &ticket.targets {
        change(targets, (target.clone(), ticket.slice.clone()), by);
    }
}

fn change<K: Ord>(gauges: &mut BTreeMap<K, u64>, key: K, by: i64) {
    use std::collections::btree_map::Entry;

    match gauges.entry(key) {
        Entry::Occupied(mut gauge) => {
            *gauge.get_mut() = gauge.get().saturating_add_signed(by);
            if *gauge.get() == 0 {
                gauge.remove();
            }
        }
        Entry::Vacant(gauge) => {
            gauge.insert(by.unsigned_abs());
        }
    }
}

/// `{name="value",..}`, escaped as OpenMetrics requires. A name has no character but letters, digits and underscores.
fn labels<'l>(labels: impl Iterator<Item = (&'l str, &'l str)>) -> String {
    let mut text = String::new();
    for (name, value) in labels {
        let begins_with_digit = name.starts_with(|first: char| first.is_ascii_digit());
        text.push(if text.is_empty() { '{' } else { ',' });
        text.extend(begins_with_digit.then_some('_'));
        text.extend(name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }));
        text.push_str("=\"");
        text.push_str(&value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"));
        text.push('"');
    }
    if !text.is_empty() {
        text.push('}');
    }
    text
}
