//! The replay of tickets from records and events.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::sync::OnceLock;

use super::actor::Actor;
use super::clocks::{ScheduleRules, Schedules};
use super::fingerprint::ReplayRules;
use super::history::{History, HistoryState, TicketLog};
use super::machine::Plan;
use super::metrics::{Replayed, TicketMetrics};
use super::needs::Needs;
use super::options::{EventOrder, ReplayOptions};
use super::outcome::ReplayOutcome;
use super::replayer::Replayer;
use super::step::{StepKind, UNWATCHED};
use super::tracker::{TicketTracker, TrackError, event_order};
use crate::schedule::CompiledSchedule;
use crate::sla::{PolicyWarning, SlaOptions, SlaPolicies, SlaVerdict, VerdictState};
use crate::ticket::{Attribute, TicketId};
use crate::{Excluded, Merge, Reason, Ticket, TicketEvent, Timestamp};

/// Replays the events of tickets into measures and SLA verdicts as of a cut-off.
///
/// ```
/// use chrono::TimeDelta;
/// use deskmetrics::replay::Replay;
/// use deskmetrics::ticket::{Author, EventKind, Status};
/// use deskmetrics::{Ticket, TicketEvent, Timestamp};
///
/// let at = |text: &str| text.parse::<Timestamp>().unwrap();
/// let ticket = Ticket::new("T-1", at("2026-03-02T09:00:00Z"));
/// let events = [
///     TicketEvent::new("T-1", at("2026-03-02T09:20:00Z"), Author::Agent, EventKind::PublicMessage),
///     TicketEvent::new("T-1", at("2026-03-02T11:00:00Z"), Author::Agent, EventKind::Status(Status::Solved)),
/// ];
/// let replayed = Replay::new(at("2026-03-03T00:00:00Z")).ticket(&ticket, &events);
/// let metrics = replayed.metrics;
/// assert_eq!(metrics.first_response_time.unwrap().calendar(), TimeDelta::minutes(20));
/// assert_eq!(metrics.full_resolution_time.unwrap().calendar(), TimeDelta::hours(2));
/// assert_eq!(metrics.time_in_status[Status::Solved.index()].calendar(), TimeDelta::hours(13));
/// ```
#[derive(Debug, Clone)]
pub struct Replay {
    as_of: Timestamp,
    options: ReplayOptions,
    schedules: Schedules,
    policies: SlaPolicies,
    explain: bool,
    needs: Needs,
    watched: Vec<Attribute>,
    credited: Vec<Actor>,
    plan: Plan,
    fingerprint: OnceLock<u64>,
}

/// Number of records between two calls of `go_on`.
const CHECK_INTERVAL: usize = 1 << 12;

impl Replay {
    /// Creates a replay up to and including the cut-off, on the calendar clock and without SLA policies.
    pub fn new(as_of: impl Into<Timestamp>) -> Self {
        let (options, schedules) = (ReplayOptions::default(), Schedules::default());
        let policies = SlaPolicies::default();
        let plan =
            Plan::new(options.clone(), schedules.clone(), &policies, false, Needs::EVERYTHING, &[], &[]);
        let (needs, watched, credited) = (Needs::EVERYTHING, Vec::new(), Vec::new());
        Self {
            as_of: as_of.into(),
            options,
            schedules,
            policies,
            explain: false,
            needs,
            watched,
            credited,
            plan,
            fingerprint: OnceLock::new(),
        }
    }

    /// Sets the conventions.
    #[must_use]
    pub fn with_options(mut self, options: ReplayOptions) -> Self {
        self.options = options;
        self.planned()
    }

    /// Sets one schedule (named `"default"`) for the business time of all tickets.
    #[must_use]
    pub fn with_schedule(mut self, schedule: CompiledSchedule) -> Self {
        self.schedules = self.schedules.with_schedule("default", schedule).with_fallback("default");
        self.planned()
    }

    /// Sets named schedules for business time. The ticket's attributes select one.
    #[must_use]
    pub fn with_schedules(mut self, schedules: Schedules) -> Self {
        self.schedules = schedules;
        self.planned()
    }

    /// Sets the SLA policies.
    #[must_use]
    pub fn with_policies(mut self, policies: SlaPolicies) -> Self {
        self.policies = policies;
        self.planned()
    }

    /// Adds the counted segments to each verdict.
    #[must_use]
    pub fn with_segments(mut self) -> Self {
        self.explain = true;
        self.planned()
    }

    /// Computes only these measures; see [`Needs`]. All other measures stay empty.
    #[must_use]
    pub fn with_measures(mut self, needs: Needs) -> Self {
        self.needs = needs;
        self.planned()
    }

    /// The measures that are computed.
    pub fn needs(&self) -> Needs {
        self.needs
    }

    /// Follows these attributes as well, so that [`Replayer::value`] returns their values at the cut-off.
    ///
    /// Attributes that schedules and policies depend on are always followed. [`Attribute::Tag`] follows the tags; see
    /// [`Replayer::tags`].
    #[must_use]
    pub fn with_attributes<A: Into<Attribute>>(mut self, attributes: impl IntoIterator<Item = A>) -> Self {
        self.watched.extend(attributes.into_iter().map(Into::into));
        self.planned()
    }

    /// Adds the names of these [actors](Actor) to each ticket as attributes at the cut-off, so that reports can be
    /// sliced by them.
    ///
    /// They replace the ticket's own values of attributes with the same name.
    #[must_use]
    pub fn with_actors(mut self, actors: impl IntoIterator<Item = Actor>) -> Self {
        self.credited.extend(actors);
        self.planned()
    }

    /// Whether a step can affect a requested measure.
    ///
    /// Other steps need not be passed to a [`Replayer`], except those that it counts as excluded.
    #[doc(hidden)]
    pub fn is_relevant(&self, kind: StepKind) -> bool {
        self.plan.followed.is_relevant(kind)
    }

    /// Rebuilds the plan from the current options, schedules and policies.
    fn planned(mut self) -> Self {
        let (options, schedules) = (self.options.clone(), self.schedules.clone());
        self.plan = Plan::new(
            options,
            schedules,
            &self.policies,
            self.explain,
            self.needs,
            &self.watched,
            &self.credited,
        );
        self.fingerprint = OnceLock::new();
        self
    }

    /// Differs between replays that count differently, computed when a tracker first needs it.
    fn fingerprint(&self) -> u64 {
        *self.fingerprint.get_or_init(|| {
            let rules = ReplayRules {
                options: &self.options,
                schedules: ScheduleRules(&self.schedules),
                policies: self.needs.any(Needs::VERDICTS).then_some(&self.policies),
                explain: self.explain,
                needs: self.needs.bits(),
                watched: &self.watched,
                actors: self.credited.iter().map(|actor| actor.attribute()).collect(),
            };
            rules.fingerprint()
        })
    }

    /// Warnings about the policies, checked against the schedules.
    pub fn check(&self) -> Vec<PolicyWarning> {
        self.policies.check_with_schedules(self.schedules.names())
    }

    /// The conventions.
    pub fn options(&self) -> &ReplayOptions {
        &self.plan.options
    }

    /// The cut-off.
    #[inline]
    pub fn as_of(&self) -> Timestamp {
        self.as_of
    }

    /// Replays one ticket. `events` may be in any order; events of other tickets are counted as unknown.
    ///
    /// A ticket created after the cut-off has no measures and is marked as excluded.
    pub fn ticket(&self, ticket: &Ticket, events: &[TicketEvent]) -> Replayed {
        self.ordered(ticket, &mut events.iter().collect::<Vec<_>>())
    }

    /// Replays one ticket from its events.
    fn ordered(&self, ticket: &Ticket, events: &mut [&TicketEvent]) -> Replayed {
        if ticket.created_at > self.as_of {
            let mut metrics = TicketMetrics::new(ticket.created_at, self.as_of);
            metrics.exclusion = Some(Reason::AfterCutOff);
            let mut replayed = Replayed::new(ticket.clone(), metrics);
            for event in events {
                let own = event.ticket == ticket.id;
                replayed.excluded.add(if own { Reason::AfterCutOff } else { Reason::UnknownTicket });
            }
            return replayed;
        }
        let events = self.in_order(events);
        let TicketLog { history, mut excluded, .. } = self.log(ticket.clone(), &events, self.as_of);
        let mut state = HistoryState::new();
        state.begin(&history, &self.plan);
        state.apply(&history, 0, &self.plan);
        let metrics = state.metrics(&history, self.as_of, &self.plan);
        let (verdicts, unevaluated) = state.verdicts(self.as_of, &self.plan);
        history.excluded().for_each(|reason| excluded.add(reason));
        excluded.add_many(Reason::NoSchedule, u64::from(unevaluated));
        let mut ticket = history.ticket();
        for (actor, _) in
            Actor::ALL.into_iter().zip(self.plan.credited.0).filter(|(_, number)| *number != UNWATCHED)
        {
            ticket.attributes.set(actor.attribute(), state.credited(actor, &history).map(Into::into));
        }
        Replayed { excluded, ..Replayed::new(ticket, metrics).with_verdicts(verdicts) }
    }

    /// The events of a ticket until `until`, from events in order.
    fn log<'e>(&self, ticket: Ticket, events: &'e [Cow<'_, TicketEvent>], until: Timestamp) -> TicketLog<'e> {
        let (mut history, mut ids) = (History::new(ticket, &self.plan), BTreeSet::new());
        let mut excluded = Excluded::default();
        for event in events {
            let reason = if event.ticket != history.id {
                Reason::UnknownTicket
            } else if event.id.as_deref().is_some_and(|id| !ids.insert(id)) {
                Reason::Duplicate
            } else if event.at < history.created_at {
                Reason::BeforeCreation
            } else if event.at > until {
                Reason::AfterCutOff
            } else {
                history.push(event, &self.plan);
                continue;
            };
            excluded.add(reason);
        }
        TicketLog { history, ids, excluded }
    }

    /// The events in the order in which they count.
    fn in_order<'e>(&self, events: &mut [&'e TicketEvent]) -> Vec<Cow<'e, TicketEvent>> {
        match self.options.order {
            EventOrder::Time => {
                events.sort_by(|one, other| event_order(one, other));
                events.iter().map(|event| Cow::Borrowed(*event)).collect()
            }
            EventOrder::Sequence => in_sequence(events).into_iter().map(Cow::Owned).collect(),
        }
    }

    /// Replays many tickets with all their events. Both may be in any order.
    ///
    /// A second record with the same ticket id is excluded. Under
    /// [`Merged::MoveMessages`](super::Merged::MoveMessages) the customer messages of a merged ticket, including its
    /// opening, also count for the survivor. They keep their timestamps, but none is earlier than the survivor's
    /// creation.
    pub fn tickets(&self, tickets: &[Ticket], events: &[TicketEvent]) -> ReplayOutcome {
        self.tickets_while(tickets, events, || true).unwrap_or_default()
    }

    /// Like [`tickets`](Self::tickets), but stops and returns `None` once `go_on` returns false. It is called every
    /// few thousand records.
    pub fn tickets_while(
        &self,
        tickets: &[Ticket],
        events: &[TicketEvent],
        mut go_on: impl FnMut() -> bool,
    ) -> Option<ReplayOutcome> {
        let mut outcome = ReplayOutcome::default();
        let mut places: HashMap<&TicketId, usize> = HashMap::with_capacity(tickets.len());
        let mut records: Vec<&Ticket> = Vec::with_capacity(tickets.len());
        for (number, ticket) in tickets.iter().enumerate() {
            if number.is_multiple_of(CHECK_INTERVAL) && !go_on() {
                return None;
            }
            if places.contains_key(&ticket.id) {
                outcome.excluded.add(Reason::Duplicate);
            } else {
                places.insert(&ticket.id, records.len());
                records.push(ticket);
            }
        }
        let mut logs: Vec<Vec<&TicketEvent>> = vec![Vec::new(); records.len()];
        for (number, event) in events.iter().enumerate() {
            if number.is_multiple_of(CHECK_INTERVAL) && !go_on() {
                return None;
            }
            match places.get(&event.ticket) {
                Some(place) => logs[*place].push(event),
                None => outcome.excluded.add(Reason::UnknownTicket),
            }
        }
        let moved = self.moved_messages(&records, &logs, &places);
        for (place, (ticket, log)) in records.iter().zip(&mut logs).enumerate() {
            if place.is_multiple_of(CHECK_INTERVAL) && !go_on() {
                return None;
            }
            log.extend(moved.get(&place).into_iter().flatten());
            let replayed = self.ordered(ticket, log);
            outcome.excluded.merge(replayed.excluded.clone());
            outcome.tickets.push(replayed);
        }
        Some(outcome)
    }

    /// Whether tickets known by their [milestones](super::Milestones) can be counted in
    /// [blocks](crate::report::MilestoneBlock). This requires the default conventions, except for SLA targets, which blocks do
    /// not count.
    #[doc(hidden)]
    pub fn supports_blocks(&self) -> bool {
        let conventions = ReplayOptions { sla: SlaOptions::default(), ..self.options.clone() };
        conventions == ReplayOptions::default() && !self.explain
    }

    /// Whether business time is known for some ticket.
    #[doc(hidden)]
    pub fn has_business_time(&self) -> bool {
        self.plan.clocks.counts_business_time()
    }

    /// Creates a replayer, which replays many tickets from steps.
    #[doc(hidden)]
    pub fn replayer(&self) -> Replayer<'_> {
        Replayer::new(&self.plan, self.as_of)
    }

    /// The number of an attribute in steps; [`UNWATCHED`](super::step::UNWATCHED) if nothing depends on it.
    #[doc(hidden)]
    pub fn attribute_number(&self, attribute: &Attribute) -> u16 {
        self.plan.vocabulary.attribute(attribute)
    }

    /// The number of an attribute value or tag in steps, if a policy or schedule rule mentions it.
    ///
    /// All other values may have any number from [`FIRST_FREE`](super::step::FIRST_FREE) on.
    #[doc(hidden)]
    pub fn value_number(&self, value: &str) -> Option<u32> {
        self.plan.vocabulary.value(value)
    }

    /// Creates a tracker, which follows one ticket live.
    ///
    /// ```
    /// use deskmetrics::replay::Replay;
    /// use deskmetrics::{Status, Ticket, Timestamp};
    ///
    /// let created: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
    /// let replay = Replay::new(Timestamp::MAX);
    /// let tracker = replay.track(Ticket::new("T-1", created));
    /// assert_eq!(replay.metrics(&tracker, created)?.status, Status::New);
    /// # Ok::<(), deskmetrics::replay::TrackError>(())
    /// ```
    pub fn track(&self, ticket: Ticket) -> TicketTracker {
        self.retrack(ticket, &[])
    }

    /// Creates a tracker from the ticket as it was created and its events so far, in any order: after the rules changed, or after
    /// an event that came too late. What does not count is in [`TicketTracker::excluded`].
    ///
    /// ```
    /// use chrono::TimeDelta;
    /// use deskmetrics::replay::Replay;
    /// use deskmetrics::sla::{SlaPolicies, SlaPolicy, SlaTarget};
    /// use deskmetrics::{SlaMetric, Ticket, Timestamp};
    ///
    /// let within = |hours| {
    ///     let target = SlaTarget::calendar(SlaMetric::FirstResponse, TimeDelta::hours(hours));
    ///     let policies = SlaPolicies::new([SlaPolicy::new("everybody").with_target(target)]);
    ///     Replay::new(Timestamp::MAX).with_policies(policies)
    /// };
    /// let (before, now) = (within(1), within(4));
    /// let ticket = Ticket::new("T-1", "2026-03-02T09:00:00Z".parse::<Timestamp>().unwrap());
    /// let mut tracker = before.track(ticket.clone());
    /// assert!(!now.fits(&tracker));
    /// assert!(now.next_due(&tracker).is_err());
    /// tracker = now.retrack(ticket, &[]);
    /// assert_eq!(now.next_due(&tracker).unwrap(), Some("2026-03-02T13:00:00Z".parse().unwrap()));
    /// ```
    pub fn retrack(&self, ticket: Ticket, events: &[TicketEvent]) -> TicketTracker {
        let events = self.in_order(&mut events.iter().collect::<Vec<_>>());
        TicketTracker::new(self.log(ticket, &events, Timestamp::MAX), self.fingerprint())
    }

    /// Whether the tracker was made by a replay with the same options, schedules, policies and measures; the cut-off does not
    /// matter. All other methods refuse other trackers.
    pub fn fits(&self, tracker: &TicketTracker) -> bool {
        tracker.fits(self.fingerprint())
    }

    pub(super) fn plan(&self) -> &Plan {
        &self.plan
    }

    pub(super) fn check_tracker(&self, tracker: &TicketTracker) -> Result<(), TrackError> {
        if self.fits(tracker) { Ok(()) } else { Err(tracker.of_other_replay()) }
    }

    /// Adds the next event to the tracker.
    ///
    /// ```
    /// use deskmetrics::replay::{Replay, TrackError};
    /// use deskmetrics::ticket::{Author, EventKind};
    /// use deskmetrics::{Ticket, TicketEvent, Timestamp};
    ///
    /// let at = |text: &str| text.parse::<Timestamp>().unwrap();
    /// let (replay, ticket) = (Replay::new(Timestamp::MAX), Ticket::new("T-1", at("2026-03-02T09:00:00Z")));
    /// let event = |id, when, author| TicketEvent::new("T-1", at(when), author, EventKind::PublicMessage).with_id(id);
    /// let reply = event("e2", "2026-03-02T09:20:00Z", Author::Agent);
    /// let mut tracker = replay.track(ticket.clone());
    /// replay.observe(&mut tracker, &reply)?;
    ///
    /// // Delivered again: it does not count.
    /// assert!(matches!(replay.observe(&mut tracker, &reply), Err(TrackError::Exclusion { .. })));
    /// // Delivered late: the tracker is made again from the log.
    /// let late = event("e1", "2026-03-02T09:10:00Z", Author::Customer);
    /// if let Err(TrackError::OutOfOrder { .. }) = replay.observe(&mut tracker, &late) {
    ///     tracker = replay.retrack(ticket, &[reply, late]);
    /// }
    /// assert_eq!(replay.metrics(&tracker, tracker.last_at())?.customer_messages, 2);
    /// # Ok::<(), TrackError>(())
    /// ```
    ///
    /// # Errors
    /// If the tracker is of [another replay](Self::fits), or the event belongs to another ticket, is out of order or does not count.
    pub fn observe(&self, tracker: &mut TicketTracker, event: &TicketEvent) -> Result<(), TrackError> {
        self.check_tracker(tracker)?;
        tracker.observe(event, &self.plan)
    }

    /// Like [`observe`](Self::observe), but refuses events after `latest`, such as five minutes from now. A wrong timestamp in the
    /// future would make all events until then out of order.
    ///
    /// # Errors
    /// Those of [`observe`](Self::observe), and if the event is after `latest`.
    pub fn observe_until(
        &self,
        tracker: &mut TicketTracker,
        event: &TicketEvent,
        latest: impl Into<Timestamp>,
    ) -> Result<(), TrackError> {
        let latest = latest.into();
        if event.at > latest {
            return Err(TrackError::InFuture { at: event.at, latest });
        }
        self.observe(tracker, event)
    }

    /// The tracked ticket's measures as of `at`, or as of its last event if that is later.
    ///
    /// # Errors
    /// If the tracker is of [another replay](Self::fits).
    pub fn metrics(
        &self,
        tracker: &TicketTracker,
        at: impl Into<Timestamp>,
    ) -> Result<TicketMetrics, TrackError> {
        let at = at.into().max(tracker.last_at());
        Ok(self.state(tracker)?.metrics(tracker.history(), at, &self.plan))
    }

    /// The verdicts on the tracked ticket as of `at`, or as of its last event if that is later.
    ///
    /// # Errors
    /// If the tracker is of [another replay](Self::fits).
    pub fn verdicts(
        &self,
        tracker: &TicketTracker,
        at: impl Into<Timestamp>,
    ) -> Result<Vec<SlaVerdict>, TrackError> {
        let at = at.into().max(tracker.last_at());
        Ok(self.state(tracker)?.verdicts(at, &self.plan).0)
    }

    /// The next timestamp at which a running target of the tracked ticket is used up if nothing happens before. `None` if no target
    /// is running.
    ///
    /// # Errors
    /// If the tracker is of [another replay](Self::fits).
    pub fn next_due(&self, tracker: &TicketTracker) -> Result<Option<Timestamp>, TrackError> {
        Ok(next_due(&self.verdicts(tracker, tracker.last_at())?))
    }

    /// The next timestamp after `at` at which a verdict on the tracked ticket changes if nothing happens before: a target comes to be
    /// at risk, or is breached. `None` if there is none. For a [`DueQueue`](super::DueQueue).
    ///
    /// A target used up at [`next_due`](Self::next_due) is not breached yet, only right after that, or once business hours begin
    /// again.
    ///
    /// ```
    /// use deskmetrics::replay::Replay;
    /// use deskmetrics::schedule::Schedule;
    /// use deskmetrics::sla::SlaPolicies;
    /// use deskmetrics::{Ticket, Timestamp, VerdictState};
    ///
    /// let at = |text: &str| text.parse::<Timestamp>().unwrap();
    /// let policies: SlaPolicies = toml::from_str(r#"
    ///     [[policies]]
    ///     name = "everybody"
    ///     targets = [{ metric = "first_response", clock = "business", within = "4h", at_risk = 0.75 }]
    /// "#).unwrap();
    /// let schedule = Schedule::parse("UTC", "Mo-Fr 09:00-17:00").unwrap().compile();
    /// let replay = Replay::new(Timestamp::MAX).with_schedule(schedule).with_policies(policies);
    /// let created = at("2026-03-02T13:00:00Z");
    /// let tracker = replay.track(Ticket::new("T-1", created));
    ///
    /// let at_risk = replay.next_change(&tracker, created)?.unwrap();
    /// assert_eq!(at_risk, at("2026-03-02T16:00:00Z"));
    /// assert!(replay.verdicts(&tracker, at_risk)?[0].is_at_risk());
    /// // The four hours end with the day.
    /// assert_eq!(replay.next_due(&tracker)?, Some(at("2026-03-02T17:00:00Z")));
    /// let breached = replay.next_change(&tracker, at_risk)?.unwrap();
    /// assert_eq!(breached, at("2026-03-03T09:00:00.000001Z"));
    /// assert_eq!(replay.verdicts(&tracker, breached)?[0].state, VerdictState::Breached);
    /// assert_eq!(replay.next_change(&tracker, breached)?, None);
    /// # Ok::<(), deskmetrics::replay::TrackError>(())
    /// ```
    ///
    /// # Errors
    /// If the tracker is of [another replay](Self::fits).
    pub fn next_change(
        &self,
        tracker: &TicketTracker,
        at: impl Into<Timestamp>,
    ) -> Result<Option<Timestamp>, TrackError> {
        let at = at.into().max(tracker.last_at());
        let state = self.state(tracker)?;
        Ok(state.machine.next_change(at.as_micros(), &self.plan).and_then(Timestamp::from_micros))
    }

    /// The state of a ticket after its last event.
    fn state(&self, tracker: &TicketTracker) -> Result<HistoryState, TrackError> {
        self.check_tracker(tracker)?;
        let mut state = HistoryState::new();
        tracker.replay(&mut state, &self.plan);
        Ok(state)
    }
}

/// The next timestamp at which a running target is used up.
pub(super) fn next_due(verdicts: &[SlaVerdict]) -> Option<Timestamp> {
    let running = verdicts.iter().filter(|verdict| verdict.state == VerdictState::Running);
    running.filter_map(|verdict| verdict.due_at).min()
}

/// The events in the order of their sequence, none later than its successor.
fn in_sequence(events: &[&TicketEvent]) -> Vec<TicketEvent> {
    let mut events: Vec<TicketEvent> = events.iter().copied().cloned().collect();
    events.sort_by_key(|event| event.sequence);
    let mut latest = Timestamp::MAX;
    for event in events.iter_mut().rev() {
        latest = latest.min(event.at);
        event.at = latest;
    }
    events
}
