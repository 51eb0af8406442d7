//! Many tickets followed live.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap};

use super::gauges::{Counted, Gauges, TargetState};
use super::history::HistoryState;
use super::machine::Plan;
use super::replay::Replay;
use super::tracker::{TicketTracker, TrackError};
#[cfg(feature = "bytes")]
use crate::stored::{Kind, StoredError};
use crate::ticket::{Attribute, TicketId};
use crate::{Ticket, TicketEvent, Timestamp, VerdictState};

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
    /// Boxed, because a map has more places than tickets.
    tickets: HashMap<TicketId, Box<Followed>>,
    /// Changes before later events, to be returned by the next advance.
    passed: BTreeSet<(Timestamp, TicketId)>,
    board: Board,
}

/// A ticket, when its verdicts change next, and what it adds to the gauges.
#[derive(Debug, Clone)]
struct Followed {
    tracker: TicketTracker,
    next_change: Option<Timestamp>,
    counted: Counted,
}

/// What is kept of all tickets.
#[derive(Debug, Clone)]
struct Board {
    /// The next change of every ticket, and former ones that no longer hold, but not as the earliest: with many tickets, taking
    /// an entry out of an ordered set takes longer than a replay.
    changes: BinaryHeap<Reverse<(Timestamp, TicketId)>>,
    gauges: Gauges,
    /// Memory of replays.
    state: HistoryState,
    targets: Vec<TargetState>,
}

impl Board {
    /// Updates what is kept of a ticket to `at`, and returns the next timestamp at which one of its targets is used up.
    fn update(&mut self, followed: &mut Followed, at: Timestamp, plan: &Plan) -> Option<Timestamp> {
        let Self { changes, gauges, state, targets } = self;
        let Followed { tracker, next_change, counted } = followed;
        let at = at.max(tracker.last_at());
        tracker.replay(state, plan);
        targets.clear();
        let mut due = None;
        let end = state.machine.stamp(at.as_micros(), plan);
        let _unevaluated = state.machine.verdicts(end, plan, |verdict, _| {
            targets.extend(TargetState::of(&verdict));
            if verdict.state == VerdictState::Running {
                let at = verdict.due.timestamp(verdict.active_target, &plan.clocks);
                due = at.into_iter().chain(due).min();
            }
        });
        let next = state.machine.next_change(at.as_micros(), plan).and_then(Timestamp::from_micros);
        if next != *next_change {
            changes.extend(next.map(|next| Reverse((next, tracker.id().clone()))));
            *next_change = next;
        }
        let open = state.is_open();
        if open != counted.open || *targets != counted.targets {
            gauges.remove(counted);
            counted.open = open;
            counted.targets.clear();
            counted.targets.reserve_exact(targets.len());
            counted.targets.extend_from_slice(targets);
            gauges.add(counted);
        }
        due.and_then(Timestamp::from_micros)
    }

    /// Sets the slice of a ticket to its current attributes.
    fn set_slice(&mut self, followed: &mut Followed) {
        let history = followed.tracker.history();
        let slice = self.gauges.slice(|attribute| history.attribute(attribute));
        if slice != followed.counted.slice {
            self.gauges.remove(&followed.counted);
            let before = std::mem::replace(&mut followed.counted.slice, slice);
            self.gauges.forget(&before);
            self.gauges.add(&followed.counted);
        }
    }
}

impl TrackedTickets {
    /// No tickets yet.
    pub fn new(replay: Replay) -> Self {
        let board = Board {
            changes: BinaryHeap::new(),
            gauges: Gauges::default(),
            state: HistoryState::new(),
            targets: Vec::new(),
        };
        Self { replay, tickets: HashMap::new(), passed: BTreeSet::new(), board }
    }

    /// The gauges have these attributes of the tickets as labels.
    #[must_use]
    pub fn with_gauges_by<A: Into<Attribute>>(mut self, attributes: impl IntoIterator<Item = A>) -> Self {
        self.board.gauges = Gauges::new(attributes.into_iter().map(Into::into).collect());
        for followed in self.tickets.values_mut() {
            let history = followed.tracker.history();
            followed.counted.slice = self.board.gauges.slice(|attribute| history.attribute(attribute));
            self.board.gauges.add(&followed.counted);
        }
        self
    }

    /// The attributes that are labels of the gauges.
    pub fn gauges_by(&self) -> &[Attribute] {
        self.board.gauges.by()
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
        if self.tickets.contains_key(tracker.id()) {
            return Err(TrackError::Followed(tracker.id().to_string()));
        }
        self.replay.check_tracker(&tracker)?;
        let at = tracker.last_at();
        Ok(self.insert(tracker, at))
    }

    /// Stops following a ticket, and returns its tracker.
    pub fn close(&mut self, ticket: &TicketId) -> Option<TicketTracker> {
        let followed = self.tickets.remove(ticket)?;
        self.board.gauges.remove(&followed.counted);
        self.board.gauges.forget(&followed.counted.slice);
        self.forget_former_changes(ticket);
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
        let Self { replay, tickets, passed, board } = self;
        let unknown = || TrackError::NotFollowed(event.ticket.to_string());
        let followed = tickets.get_mut(&event.ticket).ok_or_else(unknown)?;
        if event.at > latest {
            return Err(TrackError::InFuture { at: event.at, latest });
        }
        // An event does not undo what changed before it.
        while let Some(at) = followed.next_change.filter(|at| *at < event.at) {
            passed.insert((at, event.ticket.clone()));
            board.update(followed, at, replay.plan());
        }
        followed.tracker.observe_own(event, replay.plan())?;
        if event.kind.can_change(board.gauges.by()) {
            board.set_slice(followed);
        }
        let at = followed.tracker.last_at();
        let due = board.update(followed, at, replay.plan());
        self.forget_former_changes(&event.ticket);
        Ok(due)
    }

    /// The tracker of a ticket.
    pub fn get(&self, ticket: &TicketId) -> Option<&TicketTracker> {
        self.tickets.get(ticket).map(|followed| &followed.tracker)
    }

    /// The ids of the tickets, in order.
    pub fn ids(&self) -> impl Iterator<Item = &TicketId> {
        let mut ids: Vec<&TicketId> = self.tickets.keys().collect();
        ids.sort_unstable();
        ids.into_iter()
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
        let next = self.board.changes.peek().map(|Reverse((at, ticket))| (*at, ticket));
        passed.into_iter().chain(next).min()
    }

    /// The changes of verdicts up to `now`, earliest first: a target came to be at risk or is breached. Each is returned once, also
    /// one before an event that was observed since.
    pub fn advance(&mut self, now: impl Into<Timestamp>) -> Vec<(Timestamp, TicketId)> {
        let now = now.into();
        while let Some(Reverse((at, ticket))) =
            self.board.changes.peek().filter(|Reverse((at, _))| *at <= now)
        {
            let (at, ticket) = (*at, ticket.clone());
            if let Some(followed) = self.tickets.get_mut(&ticket) {
                self.board.update(followed, at, self.replay.plan());
            }
            self.forget_former_changes(&ticket);
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
        self.board.gauges.to_open_metrics(self.replay.plan())
    }

    /// The tickets as bytes, to be kept, and read back by [`from_bytes`](Self::from_bytes).
    #[cfg(feature = "bytes")]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut trackers: Vec<&TicketTracker> =
            self.tickets.values().map(|followed| &followed.tracker).collect();
        trackers.sort_unstable_by_key(|tracker| tracker.id());
        let changes = self.tickets.iter().filter_map(|(id, followed)| Some((followed.next_change?, id)));
        let changes: BTreeSet<(Timestamp, &TicketId)> = changes.collect();
        Kind::Trackers.write(&(trackers, changes, &self.passed), &())
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
        type Changes = BTreeSet<(Timestamp, TicketId)>;
        let ((trackers, changes, passed), ()): ((Vec<TicketTracker>, Changes, Changes), ()) =
            Kind::Trackers.read(bytes)?;
        let mut all = Self { passed, ..Self::new(replay) };
        let (own, others): (Vec<_>, Vec<_>) =
            trackers.into_iter().partition(|tracker| all.replay.fits(tracker));
        let changes: HashMap<TicketId, Timestamp> =
            changes.into_iter().map(|(at, ticket)| (ticket, at)).collect();
        for tracker in own {
            // Changes before the stored one have been returned.
            let next = changes.get(tracker.id());
            let before =
                next.map(|next| Timestamp::saturating_from_micros(next.as_micros().saturating_sub(1)));
            let at = before.unwrap_or(Timestamp::MAX).max(tracker.last_at());
            all.insert(tracker, at);
        }
        Ok((all, others))
    }

    /// Takes in a ticket, and returns its next due time as of `at`.
    fn insert(&mut self, tracker: TicketTracker, at: Timestamp) -> Option<Timestamp> {
        let id = tracker.id().clone();
        let mut followed = Box::new(Followed { tracker, next_change: None, counted: Counted::default() });
        self.board.set_slice(&mut followed);
        let due = self.board.update(&mut followed, at, self.replay.plan());
        self.tickets.insert(id, followed);
        due
    }

    /// Forgets changes that no longer hold, where the earliest may be one, since it is of this ticket, or where there are many.
    fn forget_former_changes(&mut self, ticket: &TicketId) {
        let Self { tickets, board: Board { changes, .. }, .. } = self;
        let holds = |Reverse((at, ticket)): &Reverse<(Timestamp, TicketId)>| {
            tickets.get(ticket).is_some_and(|followed| followed.next_change == Some(*at))
        };
        if changes.len() / 2 > tickets.len() + 16 {
            changes.retain(holds);
        }
        if changes.peek().is_some_and(|Reverse((_, earliest))| earliest == ticket) {
            while changes.peek().is_some_and(|earliest| !holds(earliest)) {
                changes.pop();
            }
        }
    }
}
