//! Replay of one ticket: its state, schedule and SLA targets.

mod closed_form;
mod fast_path;

pub(crate) use self::fast_path::FastPath;

use super::actor::{Actor, Credited};
use super::clocks::{Clocks, Schedules};
use super::compiled_policies::CompiledPolicies;
use super::evaluator::{SlaEvaluator, StepContext};
use super::names::Vocabulary;
use super::needs::{Followed, Needs};
use super::options::{NoSchedule, ReplayOptions};
use super::stamp::Stamp;
use super::state::{Rules, Signals, TicketState};
use super::step::{ASSIGNEE, GROUP, NONE, Start, Step, StepKind, UNWATCHED};
use super::timer::{RawSegment, RawVerdict, TimerContext};
use crate::sla::{SlaPolicies, Validity};
use crate::ticket::{Attribute, Author, Status};

/// The data shared by all tickets of a replay.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) options: ReplayOptions,
    pub(crate) vocabulary: Vocabulary,
    pub(crate) clocks: Clocks,
    pub(crate) policies: CompiledPolicies,
    /// The state that the machine follows.
    pub(crate) followed: Followed,
    pub(crate) credited: Credited,
    /// Whether verdicts contain their segments.
    pub(crate) explain: bool,
    /// Whether the fast path computes every requested measure of usual tickets.
    pub(crate) has_fast_path: bool,
    /// Whether the measures of usual milestones have a closed form.
    pub(crate) closed_form: bool,
}

impl Plan {
    /// Builds the plan from options, schedules and policies.
    pub(crate) fn new(
        options: ReplayOptions,
        schedules: Schedules,
        policies: &SlaPolicies,
        explain: bool,
        needs: Needs,
        watched: &[Attribute],
        actors: &[Actor],
    ) -> Self {
        let mut vocabulary = Vocabulary::default();
        let watched: Vec<u16> =
            watched.iter().map(|attribute| vocabulary.learn_attribute(attribute)).collect();
        let credited = Credited(Actor::ALL.map(|actor| {
            if actors.contains(&actor) { vocabulary.learn_attribute(&actor.attribute()) } else { UNWATCHED }
        }));
        let always_open = options.no_schedule == NoSchedule::AlwaysOpen;
        let clocks = Clocks::new(schedules, always_open, &mut vocabulary);
        let has_policies = needs.any(Needs::VERDICTS);
        let mut compiled = if has_policies {
            CompiledPolicies::new(policies, &mut vocabulary)
        } else {
            CompiledPolicies::default()
        };
        compiled.bind(&clocks);
        // An explanation names the schedule of every segment, whatever is measured.
        let read = if explain { needs | Needs::BUSINESS_TIME } else { needs };
        let followed = Followed::new(read, &options, &clocks, &compiled, &watched, credited.any());
        let has_fast_path = !explain
            && !credited.any()
            && closed_form::allow_fast_path(needs, &options, &followed, &compiled);
        let closed_form = !explain && !credited.any() && closed_form::has_closed_form(read, &options);
        Self {
            options,
            vocabulary,
            clocks,
            policies: compiled,
            followed,
            credited,
            explain,
            has_fast_path,
            closed_form,
        }
    }

    fn rules(&self) -> Rules<'_> {
        Rules { options: &self.options, followed: &self.followed }
    }

    /// The schedule that applies to a ticket with these attribute values, if business time is needed.
    fn choose_clock(&self, values: &[u32]) -> Option<u16> {
        if self.followed.business { self.clocks.choose(values) } else { None }
    }

    pub(super) fn knows_business_time(&self, clock: Option<u16>) -> bool {
        self.followed.business && self.clocks.is_known(clock)
    }
}

/// The state of one ticket between two steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Machine {
    pub(crate) state: TicketState,
    pub(crate) now: Stamp,
    /// The timestamp of the latest step that was ignored. No later step is earlier.
    latest: i64,
    evaluator: SlaEvaluator,
    /// The schedule that applies now.
    pub(super) clock: Option<u16>,
    /// The business clock's reading at the last step, if known.
    reading: Option<i64>,
    /// The value of each attribute, by number.
    values: Vec<u32>,
    /// The tags, if rules depend on them.
    tags: Vec<u32>,
}

impl Machine {
    pub(crate) fn new() -> Self {
        Self {
            state: TicketState::empty(),
            now: Stamp::default(),
            latest: i64::MIN,
            evaluator: SlaEvaluator::default(),
            clock: None,
            reading: None,
            values: Vec::new(),
            tags: Vec::new(),
        }
    }

    /// Applies the record of a ticket. The lists keep their memory.
    #[inline]
    pub(super) fn begin_record(&mut self, start: Start<'_>, plan: &Plan) {
        if self.values.len() != plan.vocabulary.attributes() {
            self.values.resize(plan.vocabulary.attributes(), NONE);
        }
        self.values.fill(NONE);
        for (attribute, value) in start.attributes {
            if let Some(place) = self.values.get_mut(usize::from(*attribute)) {
                *place = *value;
            }
        }
        self.tags.clear();
        self.tags.extend_from_slice(start.tags);
        self.clock = plan.choose_clock(&self.values);
    }

    /// Begins another ticket. The lists keep their memory.
    pub(crate) fn begin(&mut self, start: Start<'_>, plan: &Plan) {
        self.begin_record(start, plan);
        self.reading = plan.clocks.reading(self.clock, start.created_at);
        let scheduled = plan.knows_business_time(self.clock);
        self.latest = i64::MIN;
        self.now = Stamp { at: start.created_at, business: 0, unscheduled: 0, scheduled };
        let (group, assignee) = (self.value(GROUP), self.value(ASSIGNEE));
        let signals = self.state.begin(self.now, start.created_by, group, assignee, plan.rules());
        if !plan.policies.slots.is_empty() {
            self.evaluator.begin(&plan.policies, start.created_at, &self.values, &self.tags);
            let author = start.created_by.unwrap_or(Author::Customer);
            let context = StepContext { signals, kind: None, author, values: &self.values, tags: &self.tags };
            let timer_context = timer_context(plan, self.clock, self.state.status);
            self.evaluator.handle(&plan.policies, context, &self.state, self.now, timer_context);
        }
    }

    pub(crate) fn tags(&self) -> &[u32] {
        &self.tags
    }

    /// The value of an attribute, by number.
    pub(crate) fn value(&self, attribute: u16) -> u32 {
        self.values.get(usize::from(attribute)).copied().unwrap_or(NONE)
    }

    /// The name of a credited actor.
    pub(crate) fn credited(&self, actor: Actor) -> u32 {
        match actor {
            Actor::FirstResponder => self.state.conversation.first_responder,
            Actor::Solver => self.state.solver(),
            Actor::Responder => NONE,
        }
    }

    /// Reads both clocks at `at`, or at the last step if that is later.
    pub(crate) fn stamp(&self, at: i64, plan: &Plan) -> Stamp {
        self.stamp_by(at, plan, plan.clocks.reading(self.clock, at))
    }

    /// Like [`stamp`](Self::stamp), with a given reading of the business clock at `at`.
    #[inline]
    fn stamp_by(&self, at: i64, plan: &Plan, reading: Option<i64>) -> Stamp {
        let mut stamp = self.now;
        if at <= stamp.at {
            return stamp;
        }
        if plan.followed.business {
            let business = match (reading, self.reading) {
                (Some(now), Some(before)) => Some(now - before),
                _ => plan.clocks.elapsed(self.clock, stamp.at, at),
            };
            match business {
                Some(business) => stamp.business = stamp.business.saturating_add(business),
                None => stamp.unscheduled = stamp.unscheduled.saturating_add(at.saturating_sub(stamp.at)),
            }
        }
        stamp.at = at;
        stamp
    }

    /// Advances both clocks to `at`.
    #[inline]
    fn advance(&mut self, at: i64, plan: &Plan) {
        if at <= self.now.at {
            return;
        }
        if !plan.followed.business {
            self.now.at = at;
            return;
        }
        let reading = plan.clocks.reading(self.clock, at);
        self.now = self.stamp_by(at, plan, reading);
        self.reading = reading;
    }

    /// Applies a step, or ignores it if no requested measure depends on it.
    #[inline]
    pub(crate) fn handle(&mut self, step: Step, plan: &Plan) {
        if plan.followed.is_relevant(step.kind) {
            let at = step.at.max(self.latest);
            self.apply(Step { at, ..step }, plan);
        } else if self.latest < step.at {
            self.latest = step.at;
        }
    }

    /// Applies a step. A step earlier than the last one is moved to the timestamp of the last one.
    #[inline]
    pub(crate) fn apply(&mut self, step: Step, plan: &Plan) {
        self.advance(step.at, plan);
        if !self.change(step.kind) {
            return;
        }
        let status = self.state.status;
        let signals = self.state.apply(step.kind, step.author, step.by, self.now, plan.rules());
        let attribute_changed = signals.has(Signals::ATTRIBUTE);
        let has_policies = !plan.policies.slots.is_empty() && !signals.is_empty();
        if has_policies && plan.explain && signals.has(Signals::STATUS) {
            self.evaluator.flush(self.now, timer_context(plan, self.clock, status));
        }
        if attribute_changed && plan.clocks.depends_on(step.kind) {
            let clock = plan.choose_clock(&self.values);
            if clock != self.clock {
                if has_policies {
                    self.evaluator.flush(self.now, timer_context(plan, self.clock, status));
                }
                self.clock = clock;
                self.reading = plan.clocks.reading(clock, self.now.at);
                self.now.scheduled = plan.knows_business_time(clock);
            }
        }
        if has_policies {
            // The stretch that ends now belongs to the previous status.
            let timer_context = timer_context(plan, self.clock, status);
            let context = StepContext {
                signals,
                kind: Some(step.kind),
                author: step.author,
                values: &self.values,
                tags: &self.tags,
            };
            let each_change = plan.options.sla.validity == Validity::AtEachChange;
            let day = if each_change { self.now.at } else { self.state.created.at };
            let affected = attribute_changed && plan.policies.depends_on(step.kind);
            if affected {
                self.evaluator.rematch(&plan.policies, day, context, self.now, timer_context);
            }
            self.evaluator.handle(&plan.policies, context, &self.state, self.now, timer_context);
            if each_change && !affected {
                // The previous targets apply to what this step completed.
                self.evaluator.rematch(&plan.policies, day, context, self.now, timer_context);
            }
        }
    }

    /// Applies a changed attribute or tag. Returns whether the step changes anything.
    fn change(&mut self, kind: StepKind) -> bool {
        match kind {
            StepKind::Changed { attribute, to } => match self.values.get_mut(usize::from(attribute)) {
                Some(value) if *value == to => return false,
                Some(value) => *value = to,
                None => {}
            },
            StepKind::Tagged(tag) => {
                if self.tags.contains(&tag) {
                    return false;
                }
                self.tags.push(tag);
            }
            StepKind::Untagged(tag) => {
                let before = self.tags.len();
                self.tags.retain(|present| *present != tag);
                return self.tags.len() < before;
            }
            _ => {}
        }
        true
    }

    /// Emits the verdicts as of `as_of`. Returns the number of targets not evaluated for lack of a schedule.
    pub(crate) fn verdicts(
        &self,
        as_of: Stamp,
        plan: &Plan,
        emit: impl FnMut(RawVerdict, &[RawSegment]),
    ) -> u32 {
        let left = self.state.left.is_some();
        self.evaluator.verdicts(
            self.state.end(as_of),
            left,
            timer_context(plan, self.clock, self.state.status),
            emit,
        )
    }
}

impl Machine {
    /// When a verdict first changes after `at` if nothing happens.
    pub(crate) fn next_change(&self, at: i64, plan: &Plan) -> Option<i64> {
        if self.state.left.is_some() {
            return None;
        }
        self.evaluator.next_change(at, timer_context(plan, self.clock, self.state.status))
    }

    /// Ends the ticket and adds the verdicts on running targets to the finished ones. Returns the number of targets
    /// not evaluated.
    pub(crate) fn conclude(&mut self, as_of: Stamp, plan: &Plan) -> u32 {
        let left = self.state.left.is_some();
        let end = self.state.end(as_of);
        self.evaluator.conclude(end, left, timer_context(plan, self.clock, self.state.status))
    }

    /// The verdicts after a conclusion.
    pub(crate) fn done(&self) -> &[RawVerdict] {
        self.evaluator.done()
    }
}

fn timer_context(plan: &Plan, clock: Option<u16>, status: Status) -> TimerContext<'_> {
    TimerContext { clocks: &plan.clocks, options: plan.options.sla, clock, status, explain: plan.explain }
}
