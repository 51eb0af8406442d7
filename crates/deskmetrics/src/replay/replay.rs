//! The replay of tickets from records and events.

use std::collections::{BTreeSet, HashMap};

use super::actor::Actor;
use super::clocks::Schedules;
use super::machine::Plan;
use super::metrics::{Replayed, TicketMetrics};
use super::needs::Needs;
use super::options::{EventOrder, ReplayOptions};
use super::outcome::ReplayOutcome;
use super::replayer::Replayer;
use super::step::StepKind;
use super::tracker::{TicketTracker, TrackError, event_order};
use crate::schedule::CompiledSchedule;
use crate::sla::{PolicyWarning, SlaPolicies, SlaVerdict, VerdictState};
use crate::ticket::{Attribute, TicketId};
use crate::{Excluded, Merge, Reason, Ticket, TicketEvent, Timestamp};

/// Replays tickets: their events, once, in order, into measures and SLA verdicts as of a cut-off.
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
}

/// Records between two questions whether to go on.
const ASKED_EVERY: usize = 1 << 12;

impl Replay {
    /// A replay up to and including the cut-off, on the calendar clock and without SLA policies.
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
        }
    }

    /// The same with other conventions.
    #[must_use]
    pub fn with_options(mut self, options: ReplayOptions) -> Self {
        self.options = options;
        self.planned()
    }

    /// The same with business time on one schedule for all tickets (named `"default"`).
    #[must_use]
    pub fn with_schedule(mut self, schedule: CompiledSchedule) -> Self {
        self.schedules = self.schedules.with("default", schedule).otherwise("default");
        self.planned()
    }

    /// The same with business time on named schedules, chosen by the ticket's attributes.
    #[must_use]
    pub fn with_schedules(mut self, schedules: Schedules) -> Self {
        self.schedules = schedules;
        self.planned()
    }

    /// The same with these policies to judge.
    #[must_use]
    pub fn with_policies(mut self, policies: SlaPolicies) -> Self {
        self.policies = policies;
        self.planned()
    }

    /// The same with verdicts that show the segments they counted.
    #[must_use]
    pub fn explained(mut self) -> Self {
        self.explain = true;
        self.planned()
    }

    /// The same, working out only what is asked for; see [`Needs`]. Measures nobody asked for stay empty.
    #[must_use]
    pub fn with_measures(mut self, needs: Needs) -> Self {
        self.needs = needs;
        self.planned()
    }

    /// What is computed.
    pub fn needs(&self) -> Needs {
        self.needs
    }

    /// The same, following these attributes too, whose values at the cut-off [`Replayer::value`] then tells. Those that
    /// schedules and policies look at are followed anyway. [`Attribute::Tag`] follows the tags; see [`Replayer::tags`].
    #[must_use]
    pub fn with_attributes<A: Into<Attribute>>(mut self, attributes: impl IntoIterator<Item = A>) -> Self {
        self.watched.extend(attributes.into_iter().map(Into::into));
        self.planned()
    }

    /// The same, giving each ticket the names of these [actors](Actor) as attributes at the cut-off, so that reports can be sliced
    /// by them. They replace values of the ticket's own under these names.
    #[must_use]
    pub fn with_actors(mut self, actors: impl IntoIterator<Item = Actor>) -> Self {
        self.credited.extend(actors);
        self.planned()
    }

    /// Whether a step can change anything that is asked for; others may be kept from a [`Replayer`], as long as they count
    /// for nothing in what it excludes.
    #[doc(hidden)]
    pub fn is_relevant(&self, kind: StepKind) -> bool {
        self.plan.followed.is_relevant(kind)
    }

    /// The same with everything given so far in numbers.
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
        self
    }

    /// What is odd about the policies, with the schedules known here.
    pub fn check(&self) -> Vec<PolicyWarning> {
        self.policies.check_with_schedules(self.schedules.names())
    }

    /// The conventions used.
    pub fn options(&self) -> &ReplayOptions {
        &self.plan.options
    }

    /// The cut-off.
    #[inline]
    pub fn as_of(&self) -> Timestamp {
        self.as_of
    }

    /// Replays one ticket. `events` may come in any order; events of other tickets are counted as unknown.
    ///
    /// A ticket created after the cut-off has nothing to measure: it is marked as excluded.
    pub fn ticket(&self, ticket: &Ticket, events: &[TicketEvent]) -> Replayed {
        let mut excluded = Excluded::default();
        let mut own: Vec<&TicketEvent> = Vec::with_capacity(events.len());
        for event in events {
            if event.ticket == ticket.id {
                own.push(event);
            } else {
                excluded.add(Reason::UnknownTicket);
            }
        }
        let mut replayed = self.ordered(ticket, &mut own);
        replayed.excluded.merge(excluded);
        replayed
    }

    /// Replays one ticket's own events.
    fn ordered(&self, ticket: &Ticket, events: &mut [&TicketEvent]) -> Replayed {
        if ticket.created_at > self.as_of {
            let mut metrics = TicketMetrics::new(ticket.created_at, self.as_of);
            metrics.exclusion = Some(Reason::AfterCutOff);
            let mut replayed = Replayed::new(ticket.clone(), metrics);
            replayed.excluded.add_many(Reason::AfterCutOff, events.len() as u64);
            return replayed;
        }
        let by_sequence;
        let mut reread = Vec::new();
        let events = match self.options.order {
            EventOrder::Time => {
                events.sort_by(|one, other| event_order(one, other));
                &*events
            }
            EventOrder::Sequence => {
                by_sequence = in_sequence(events);
                reread.extend(&by_sequence);
                &reread
            }
        };
        let mut tracker = TicketTracker::new(ticket.clone(), &self.plan);
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        for event in events {
            let reason = if event.id.as_deref().is_some_and(|id| !seen.insert(id)) {
                Some(Reason::Duplicate)
            } else if event.at < ticket.created_at {
                Some(Reason::BeforeCreation)
            } else if event.at > self.as_of {
                Some(Reason::AfterCutOff)
            } else {
                None
            };
            // What does not count is counted in the tracker by reason.
            let _counted = match reason {
                Some(reason) => tracker.exclude_one(event, reason),
                None => tracker.accept(event, &self.plan),
            };
        }
        tracker.replayed(self.as_of, &self.plan)
    }

    /// Replays many tickets with all their events, both in any order.
    ///
    /// A second record with the same ticket id is excluded. Under [`Merged::MoveMessages`](super::Merged::MoveMessages) the customer messages of a
    /// ticket merged into another one, its opening among them, also count for the survivor, at their own instants but
    /// not before the survivor's creation.
    pub fn tickets(&self, tickets: &[Ticket], events: &[TicketEvent]) -> ReplayOutcome {
        self.tickets_while(tickets, events, || true).unwrap_or_default()
    }

    /// The same while `go_on` says so, which is asked every few thousand records; `None` once it does not.
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
            if number.is_multiple_of(ASKED_EVERY) && !go_on() {
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
            if number.is_multiple_of(ASKED_EVERY) && !go_on() {
                return None;
            }
            match places.get(&event.ticket) {
                Some(place) => logs[*place].push(event),
                None => outcome.excluded.add(Reason::UnknownTicket),
            }
        }
        let moved = self.moved_messages(&records, &logs, &places);
        for (place, (ticket, log)) in records.iter().zip(&mut logs).enumerate() {
            if place.is_multiple_of(ASKED_EVERY) && !go_on() {
                return None;
            }
            log.extend(moved.get(&place).into_iter().flatten());
            let replayed = self.ordered(ticket, log);
            outcome.excluded.merge(replayed.excluded.clone());
            outcome.tickets.push(replayed);
        }
        Some(outcome)
    }

    /// Whether tickets known by their [milestones](super::Milestones) may be counted in
    /// [blocks](crate::report::MilestoneBlock): under the default conventions.
    #[doc(hidden)]
    pub fn takes_blocks(&self) -> bool {
        self.options == ReplayOptions::default() && !self.explain
    }

    /// Whether business time is known of some ticket.
    #[doc(hidden)]
    pub fn has_business_time(&self) -> bool {
        self.plan.clocks.counts_business_time()
    }

    /// A pass over many tickets from steps, the fast way through.
    #[doc(hidden)]
    pub fn replayer(&self) -> Replayer<'_> {
        Replayer::new(&self.plan, self.as_of)
    }

    /// The number of an attribute in steps; [`UNWATCHED`](super::step::UNWATCHED) when nothing looks at it.
    #[doc(hidden)]
    pub fn attribute_number(&self, attribute: &Attribute) -> u16 {
        self.plan.vocabulary.attribute(attribute)
    }

    /// The number of an attribute's value or a tag in steps, if policies or schedule rules mention it. Every other
    /// value may have any number from [`FIRST_FREE`](super::step::FIRST_FREE) on.
    #[doc(hidden)]
    pub fn value_number(&self, value: &str) -> Option<u32> {
        self.plan.vocabulary.value(value)
    }

    /// Begins to follow one ticket live.
    pub fn track(&self, ticket: Ticket) -> TicketTracker {
        TicketTracker::new(ticket, &self.plan)
    }

    /// Gives the tracker its next event.
    ///
    /// # Errors
    /// When the event is of another ticket, out of order, or does not count.
    pub fn observe(&self, tracker: &mut TicketTracker, event: &TicketEvent) -> Result<(), TrackError> {
        tracker.observe(event, &self.plan)
    }

    /// The tracked ticket's measures as of `at`, not before its last event.
    pub fn metrics(&self, tracker: &TicketTracker, at: impl Into<Timestamp>) -> TicketMetrics {
        tracker.metrics(at.into(), &self.plan)
    }

    /// The next instant at which a running target of the tracked ticket is used up, if nothing happens before; `None`
    /// when none runs. For a [`DueQueue`](super::DueQueue).
    pub fn next_due(&self, tracker: &TicketTracker) -> Option<Timestamp> {
        let due = |verdict: SlaVerdict| verdict.due_at;
        self.running(tracker, tracker.last_at()).filter_map(due).min()
    }

    /// Like [`next_due`](Self::next_due), after `at`: what to put back into the queue when the target due at `at` has
    /// been dealt with.
    ///
    /// ```
    /// use deskmetrics::replay::Replay;
    /// use deskmetrics::sla::SlaPolicies;
    /// use deskmetrics::{Ticket, Timestamp};
    ///
    /// let at = |text: &str| text.parse::<Timestamp>().unwrap();
    /// let policies: SlaPolicies = toml::from_str(r#"
    ///     [[policies]]
    ///     name = "everybody"
    ///     targets = [{ metric = "first_response", within = "1h" }, { metric = "resolution", within = "8h" }]
    /// "#).unwrap();
    /// let replay = Replay::new(Timestamp::MAX).with_policies(policies);
    /// let tracker = replay.track(Ticket::new("T-1", at("2026-03-02T09:00:00Z")));
    /// let first = replay.next_due(&tracker).unwrap();
    /// assert_eq!(first, at("2026-03-02T10:00:00Z"));
    /// assert_eq!(replay.next_due_after(&tracker, first), Some(at("2026-03-02T17:00:00Z")));
    /// ```
    pub fn next_due_after(&self, tracker: &TicketTracker, at: impl Into<Timestamp>) -> Option<Timestamp> {
        let at = at.into();
        let due = |verdict: SlaVerdict| verdict.due_at;
        self.running(tracker, at).filter_map(due).filter(|due| *due > at).min()
    }

    /// The verdicts on what counts as of `at` and is not used up yet.
    fn running(&self, tracker: &TicketTracker, at: Timestamp) -> impl Iterator<Item = SlaVerdict> {
        let running = |verdict: &SlaVerdict| verdict.state == VerdictState::Running;
        self.verdicts(tracker, at).into_iter().filter(running)
    }

    /// The verdicts on the tracked ticket as of `at`, not before its last event.
    pub fn verdicts(&self, tracker: &TicketTracker, at: impl Into<Timestamp>) -> Vec<SlaVerdict> {
        tracker.verdicts(at.into(), &self.plan).0
    }
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
