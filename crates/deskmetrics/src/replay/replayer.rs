//! Allocation-free replay of many tickets from steps.

use super::machine::{FastPath, Machine, Plan};
use super::metrics::{Replier, TicketMetrics};
use super::milestones::Milestones;
use super::stated::Stated;
use super::step::{NONE, Start, Step, StepKind};
use super::timer::RawVerdict;
use super::verdict::to_verdict;
use crate::sla::{SlaMetric, SlaVerdict, VerdictState};
use crate::{ClockKind, Elapsed, Excluded, Reason, Status, Timestamp};

/// Replays many tickets from steps, without an allocation per event. Use one per thread.
///
/// It runs the same state machine as [`Replay::ticket`](super::Replay::ticket) and reuses its memory for every
/// ticket. [`Replay::replayer`](super::Replay::replayer) makes one. Steps contain numbers instead of names, so stints
/// and repliers stay empty until [`resolve_names`](Self::resolve_names) is called.
///
/// ```
/// use deskmetrics::replay::Replay;
/// use deskmetrics::replay::step::{NONE, Start, Step, StepKind};
/// use deskmetrics::{Author, Status, Timestamp};
///
/// let minute = 60_000_000;
/// let replay = Replay::new(Timestamp::from_micros(100 * minute).unwrap());
/// let mut replayer = replay.replayer();
/// let step = |at, kind| Step { at: at * minute, kind, by: NONE, author: Author::Agent };
/// replayer.run(
///     Start { created_at: 0, created_by: None, attributes: &[], tags: &[] },
///     [step(5, StepKind::PublicMessage), step(9, StepKind::Status(Status::Solved))],
/// );
/// assert_eq!(replayer.metrics().first_response_time.unwrap().calendar_micros, 5 * minute);
/// assert_eq!(replayer.metrics().full_resolution_time.unwrap().calendar_micros, 9 * minute);
/// ```
#[derive(Debug)]
pub struct Replayer<'r> {
    plan: &'r Plan,
    as_of: i64,
    created: i64,
    machine: Machine,
    fast_path: FastPath,
    metrics: TicketMetrics,
    /// Whether the machine holds the verdicts on the last ticket.
    concluded: bool,
    /// Whether the measures of the last ticket come from its milestones.
    of_milestones: bool,
    /// For such a ticket: the number of the first replier, and the time of the reply.
    replier: Option<(u32, i64)>,
    excluded: Excluded,
}

impl<'r> Replayer<'r> {
    pub(crate) fn new(plan: &'r Plan, as_of: Timestamp) -> Self {
        Self {
            plan,
            as_of: as_of.as_micros(),
            created: as_of.as_micros(),
            machine: Machine::new(),
            fast_path: FastPath::default(),
            metrics: TicketMetrics::new(as_of, as_of),
            concluded: false,
            of_milestones: false,
            replier: None,
            excluded: Excluded::default(),
        }
    }

    /// Replays one ticket. Steps that do not count are added to [`excluded`](Self::excluded).
    ///
    /// The steps must be in order. A step that is earlier than its predecessor is moved to the predecessor's
    /// timestamp.
    ///
    /// If few [measures](super::Needs) are requested, ordinary tickets take a fast path with the same result. The
    /// steps may be iterated twice.
    #[inline]
    pub fn run<I>(&mut self, start: Start<'_>, steps: I)
    where
        I: IntoIterator<Item = Step, IntoIter: Clone>,
    {
        let steps = steps.into_iter();
        self.of_milestones = false;
        if self.plan.has_fast_path && self.try_fast_path(start, steps.clone()) {
            return;
        }
        self.begin(start);
        steps.for_each(|step| self.step(step));
        self.conclude();
    }

    /// Replays one ticket of which only a few timestamps are known. `by` is the number of the replier's name.
    ///
    /// The result equals that of [`run`](Self::run) on the [implied steps](Milestones::steps). Stints and repliers
    /// stay empty, as they do there. If [`Needs::STATIONS`](super::Needs::STATIONS) or verdicts are requested, the
    /// steps are replayed.
    pub fn run_milestones(&mut self, start: Start<'_>, ticket: &Milestones, by: u32) {
        if self.plan.closed_form && ticket.created_at <= self.as_of && ticket.is_usual() {
            self.created = start.created_at;
            self.concluded = false;
            let Self { plan, as_of, machine, metrics, .. } = self;
            self.of_milestones = true;
            self.replier = (ticket.replied_at <= *as_of).then_some((by, ticket.replied_at));
            machine.measure_milestones(start, ticket, (*as_of, *plan), metrics);
        } else {
            self.run(start, ticket.steps(by));
        }
    }

    /// Readings of the ticket's business clock at these timestamps. The difference of two readings is the business
    /// time between them.
    ///
    /// `None` if no schedule applies, or if a timestamp is outside the compiled years.
    #[inline]
    pub fn readings<const N: usize>(&mut self, start: Start<'_>, at: [i64; N]) -> Option<[i64; N]> {
        self.machine.readings(start, at, self.plan)
    }

    #[inline]
    fn try_fast_path(&mut self, start: Start<'_>, steps: impl Iterator<Item = Step>) -> bool {
        let Self { plan, as_of, machine, fast_path, metrics, .. } = self;
        let Some(later) = machine.try_fast_path(start, steps, *as_of, plan, fast_path, metrics) else {
            return false;
        };
        self.created = start.created_at;
        self.concluded = !self.plan.policies.slots.is_empty();
        if later > 0 {
            self.excluded.add_many(Reason::AfterCutOff, later);
        }
        true
    }

    /// Begins the next ticket: the first part of [`run`](Self::run).
    #[inline]
    pub fn begin(&mut self, start: Start<'_>) {
        self.concluded = false;
        self.of_milestones = false;
        self.created = start.created_at;
        self.machine.begin(start, self.plan);
    }

    /// Applies the ticket's next step.
    #[inline]
    pub fn step(&mut self, step: Step) {
        if self.created > self.as_of {
            self.excluded.add(Reason::AfterCutOff);
        } else if step.at < self.created {
            self.excluded.add(Reason::BeforeCreation);
        } else if step.at > self.as_of {
            self.excluded.add(Reason::AfterCutOff);
        } else if let (Some((reason, _)), false) = (self.machine.state.left, step.kind == StepKind::Restored)
        {
            self.excluded.add(reason);
        } else {
            self.machine.handle(step, self.plan);
        }
    }

    /// Ends the ticket and computes its measures and verdicts as of the cut-off.
    #[inline]
    pub fn conclude(&mut self) {
        if self.created > self.as_of {
            self.metrics = TicketMetrics::new(
                Timestamp::saturating_from_micros(self.created),
                Timestamp::saturating_from_micros(self.as_of),
            );
            self.metrics.exclusion = Some(Reason::AfterCutOff);
            return;
        }
        let end = self.machine.stamp(self.as_of, self.plan);
        self.machine.state.measure(end, self.plan.followed.needs, &mut self.metrics);
        if !self.plan.policies.slots.is_empty() {
            self.concluded = true;
            let unevaluated = self.machine.conclude(end, self.plan);
            self.excluded.add_many(Reason::NoSchedule, u64::from(unevaluated));
        }
    }

    /// The number of an attribute's value at the cut-off; [`NONE`](super::step::NONE) if it has no value or is not
    /// followed.
    pub fn value(&self, attribute: u16) -> u32 {
        match self.plan.credited.actor(attribute) {
            Some(actor) => self.machine.credited(actor),
            None => self.machine.value(attribute),
        }
    }

    /// The numbers of the tags at the cut-off; those at creation if no rule depends on tags.
    pub fn tags(&self) -> &[u32] {
        self.machine.tags()
    }

    /// The measures of the last ticket.
    pub fn metrics(&self) -> &TicketMetrics {
        &self.metrics
    }

    /// Adds the measures that the source states for the last ticket, as far as they were known at the cut-off.
    /// `status` is the status of a ticket that was done at an unknown time.
    pub fn take_stated(&mut self, stated: impl Iterator<Item = Stated>, status: Option<Status>) {
        if let (Some(Reason::EndUnknown), Some(status)) = (self.metrics.exclusion, status) {
            self.metrics.status = status;
        }
        self.metrics.stated.clear();
        let age = self.as_of.saturating_sub(self.created);
        self.metrics.stated.extend(stated.map(|stated| stated.known_after(age)));
    }

    /// Fills in stints and repliers. `name` returns the name of a number used in the steps.
    pub fn resolve_names<'n>(&mut self, name: impl Fn(u32) -> &'n str) {
        if self.of_milestones {
            self.metrics.repliers.clear();
            self.metrics.group_stints.clear();
            self.metrics.assignee_stints.clear();
            let replier = self.replier.map(|(by, from)| Replier {
                name: (by != NONE).then(|| name(by).into()),
                from: Timestamp::saturating_from_micros(from),
            });
            self.metrics.first_response_by = self
                .metrics
                .first_response_time
                .and(replier.as_ref())
                .and_then(|replier| replier.name.clone());
            self.metrics.repliers.extend(replier);
        } else if self.created <= self.as_of {
            let end = self.machine.stamp(self.as_of, self.plan);
            self.machine.state.resolve_names(end, self.plan.followed.needs, name, &mut self.metrics);
        }
    }

    /// Swaps the measures of the last ticket with `metrics`, whose memory the next ticket reuses.
    pub fn swap_metrics(&mut self, metrics: &mut TicketMetrics) {
        std::mem::swap(&mut self.metrics, metrics);
    }

    /// The verdicts on the last ticket.
    pub fn verdicts(&self) -> impl Iterator<Item = ReplayedVerdict<'_>> {
        let raw = if self.concluded { self.machine.done() } else { &[] };
        raw.iter().map(|raw| ReplayedVerdict { raw, plan: self.plan })
    }

    /// The steps and targets excluded on all tickets so far, by reason.
    pub fn excluded(&self) -> &Excluded {
        &self.excluded
    }
}

/// A verdict of a [`Replayer`], with numbers in place of names.
#[derive(Debug, Clone, Copy)]
pub struct ReplayedVerdict<'p> {
    raw: &'p RawVerdict,
    plan: &'p Plan,
}

impl<'p> ReplayedVerdict<'p> {
    /// The metric that the target limits.
    pub fn metric(&self) -> Option<&'p SlaMetric> {
        self.plan.policies.slots.get(usize::from(self.raw.slot)).map(|slot| &slot.metric)
    }

    /// The name of the policy.
    pub fn policy(&self) -> &'p str {
        self.plan.policies.policy_name(self.raw.active_target.policy)
    }

    /// The state as of the cut-off.
    pub fn state(&self) -> VerdictState {
        self.raw.state
    }

    /// The clock of the target.
    pub fn clock(&self) -> ClockKind {
        self.raw.active_target.clock
    }

    /// The target in microseconds.
    pub fn target_micros(&self) -> i64 {
        self.raw.active_target.target
    }

    /// 1 for the first instance of the metric on the ticket, 2 for the next.
    pub fn instance(&self) -> u32 {
        self.raw.instance
    }

    /// When counting began, in microseconds since 1970.
    pub fn started_micros(&self) -> i64 {
        self.raw.started
    }

    /// When it was completed, in microseconds since 1970.
    pub fn completed_micros(&self) -> Option<i64> {
        self.raw.completed
    }

    /// When it ended without completion, in microseconds since 1970.
    pub fn ended_micros(&self) -> Option<i64> {
        self.raw.ended
    }

    /// When the target was first exceeded, in microseconds since 1970.
    pub fn breached_micros(&self) -> Option<i64> {
        self.raw.breached
    }

    /// When the verdict was decided; `None` while it is open.
    pub(crate) fn decided_at(&self) -> Option<Timestamp> {
        let timestamp = |at: Option<i64>| at.map(Timestamp::saturating_from_micros);
        self.raw.state.decided_at(timestamp(self.raw.completed), timestamp(self.raw.breached))
    }

    /// The counted time on both clocks.
    pub fn elapsed(&self) -> Elapsed {
        self.raw.elapsed.elapsed()
    }

    /// When the target is (or was) used up. Computed on each call.
    pub fn due_at(&self) -> Option<Timestamp> {
        self.raw.due.timestamp(self.raw.active_target, &self.plan.clocks).and_then(Timestamp::from_micros)
    }

    /// The full verdict, with names and timestamps.
    pub fn to_verdict(&self) -> SlaVerdict {
        to_verdict(*self.raw, &[], self.plan)
    }
}
