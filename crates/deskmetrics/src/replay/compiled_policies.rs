//! SLA policies with names as numbers, and the target in force.

use super::clocks::Clocks;
use super::names::Vocabulary;
use super::step::{NONE, StepKind};
use crate::schedule::{Budget, DayEnd};
use crate::sla::{
    ClockEvent, ConditionValue, Conditions, CustomClock, Matching, Moment, SlaMetric, SlaPolicies, SlaPolicy,
    SlaTarget, Within,
};
use crate::ticket::{Attribute, Status};
use crate::{ClockKind, Timestamp};

/// The number of [`Attribute::Priority`] in steps.
const PRIORITY: u16 = 3;
const _: () = assert!(matches!(Attribute::NAMED[PRIORITY as usize], Attribute::Priority));

/// The target in force for a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ActiveTarget {
    pub(crate) policy: u16,
    pub(crate) target: i64,
    pub(crate) clock: ClockKind,
    /// The policy's own schedule for business time, if it names one.
    pub(crate) schedule: Option<u16>,
    pub(crate) at_risk: Option<i64>,
    /// A target in business days. `target` and `at_risk` are computed from it once the start is known.
    pub(crate) days: Option<BusinessDayTarget>,
}

/// A target in business days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BusinessDayTarget {
    count: u32,
    end: DayEnd,
    /// The at-risk share, in millionths.
    at_risk: Option<i64>,
}

impl ActiveTarget {
    /// The target of an instance that started at `start`, on the ticket's schedule.
    pub(crate) fn since(self, start: i64, clock: Option<u16>, clocks: &Clocks) -> Self {
        let Some(BusinessDayTarget { count, end, at_risk }) = self.days else { return self };
        let known = clocks.business_days(self.schedule.or(clock), start, count, end);
        let target = known.unwrap_or(i64::from(count).saturating_mul(DAY));
        let share = |share| i128::from(target) * i128::from(share) / i128::from(MILLION);
        Self {
            target,
            at_risk: at_risk.map(|at_risk| i64::try_from(share(at_risk)).unwrap_or(i64::MAX)),
            ..self
        }
    }
}

/// A day of 24 hours in microseconds.
const DAY: i64 = 86_400_000_000;
const MILLION: i64 = 1_000_000;

/// The time that a slot measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TimerKind {
    FirstResponse,
    NextResponse,
    PeriodicUpdate,
    PausableUpdate,
    RequesterWait,
    AgentWork,
    Resolution,
    GroupOwnership,
    /// A custom clock of the policies, by index.
    Custom(usize),
}

impl TimerKind {
    /// Whether it depends on the ticket's status and group only, not on messages.
    pub(crate) const fn depends_on_status_only(self) -> bool {
        matches!(self, Self::RequesterWait | Self::AgentWork | Self::Resolution | Self::GroupOwnership)
    }
}

/// One timer of a ticket: a metric, and the target's ordinal if a policy has several targets for it.
#[derive(Debug, Clone)]
pub(crate) struct Slot {
    pub(crate) metric: SlaMetric,
    pub(crate) kind: TimerKind,
    ordinal: usize,
    /// Whether a policy counts it on its own schedule.
    pub(crate) own_schedules: bool,
}

/// Conditions on attributes and tags, with names as numbers.
#[derive(Debug, Clone, Default)]
struct CompiledConditions {
    /// (attribute, values); an empty list allows any value.
    attributes: Vec<(u16, Vec<u32>)>,
    tags: Vec<u32>,
}

impl CompiledConditions {
    fn new(conditions: &Conditions, vocabulary: &mut Vocabulary) -> Self {
        let attributes = conditions
            .attributes()
            .map(|(attribute, values)| {
                let any = values.iter().any(ConditionValue::is_any);
                let values = if any { &[] } else { values };
                (
                    vocabulary.learn_attribute(attribute),
                    values.iter().map(|value| vocabulary.learn(value.as_str())).collect(),
                )
            })
            .collect();
        let tags = conditions.tags().iter().map(|tag| vocabulary.learn(tag.as_str())).collect();
        Self { attributes, tags }
    }

    fn attribute_holds((attribute, allowed): &(u16, Vec<u32>), values: &[u32]) -> bool {
        let value = values.get(usize::from(*attribute)).copied().unwrap_or(NONE);
        value != NONE && (allowed.is_empty() || allowed.contains(&value))
    }

    fn all_hold(&self, values: &[u32], tags: &[u32]) -> bool {
        self.attributes.iter().all(|one| Self::attribute_holds(one, values))
            && (self.tags.is_empty() || self.tags.iter().any(|tag| tags.contains(tag)))
    }

    fn any_holds(&self, values: &[u32], tags: &[u32]) -> bool {
        self.attributes.iter().any(|one| Self::attribute_holds(one, values))
            || self.tags.iter().any(|tag| tags.contains(tag))
    }
}

#[derive(Debug, Clone)]
struct Target {
    slot: usize,
    clock: ClockKind,
    always: Option<Budget>,
    by_priority: Vec<(u32, Budget)>,
    at_risk: Option<f64>,
}

#[derive(Debug, Clone)]
struct Policy {
    name: Box<str>,
    when: CompiledConditions,
    unless: CompiledConditions,
    valid_from: i64,
    valid_until: i64,
    schedule_name: Option<Box<str>>,
    schedule: Option<u16>,
    targets: Vec<Target>,
}

impl Policy {
    /// Whether it applies to every ticket at any time, with the same targets.
    fn is_for_all(&self) -> bool {
        let restricts = |conditions: &CompiledConditions| {
            !conditions.attributes.is_empty() || !conditions.tags.is_empty()
        };
        let ever = (self.valid_from, self.valid_until) == (i64::MIN, i64::MAX);
        ever && !restricts(&self.when)
            && !restricts(&self.unless)
            && self.targets.iter().all(|target| target.by_priority.is_empty())
    }
}

/// A condition of a custom clock, with names as numbers.
#[derive(Debug, Clone)]
pub(crate) struct Condition {
    event: Option<ClockEvent>,
    status: Vec<Status>,
    when: CompiledConditions,
}

impl Condition {
    fn new(moment: &Moment, vocabulary: &mut Vocabulary) -> Self {
        let when = CompiledConditions::new(&moment.when, vocabulary);
        Self { event: moment.event, status: moment.status.clone(), when }
    }

    /// Whether it is a state (which lasts), not an event.
    pub(crate) fn is_state(&self) -> bool {
        self.event.is_none()
    }

    /// Whether it holds, given the current events and state of the ticket.
    pub(crate) fn holds(
        &self,
        happens: impl Fn(ClockEvent) -> bool,
        status: Status,
        values: &[u32],
        tags: &[u32],
    ) -> bool {
        self.event.is_none_or(happens)
            && (self.status.is_empty() || self.status.contains(&status))
            && self.when.all_hold(values, tags)
    }
}

/// A custom clock of the policies, with names as numbers.
#[derive(Debug, Clone)]
pub(crate) struct Custom {
    pub(crate) rule: CustomClock,
    pub(crate) start: Vec<Condition>,
    pub(crate) pause: Vec<Condition>,
    pub(crate) stop: Vec<Condition>,
    pub(crate) cancel: Vec<Condition>,
    pub(crate) reset: Vec<Condition>,
}

impl Custom {
    fn new(rule: &CustomClock, vocabulary: &mut Vocabulary) -> Self {
        let mut read = |moments: &[Moment]| -> Vec<Condition> {
            moments.iter().map(|moment| Condition::new(moment, vocabulary)).collect()
        };
        Self {
            start: read(&rule.start),
            pause: read(&rule.pause),
            stop: read(&rule.stop),
            cancel: read(&rule.cancel),
            reset: read(&rule.reset),
            rule: rule.clone(),
        }
    }
}

/// All policies of a replay.
#[derive(Debug, Clone, Default)]
pub(crate) struct CompiledPolicies {
    matching: Matching,
    policies: Vec<Policy>,
    pub(crate) slots: Vec<Slot>,
    pub(crate) customs: Vec<Custom>,
    /// The attributes that conditions and targets depend on.
    watched: Vec<u16>,
    /// Whether the same targets are in force for every ticket at any time.
    same_for_all: bool,
}

impl CompiledPolicies {
    pub(crate) fn new(policies: &SlaPolicies, vocabulary: &mut Vocabulary) -> Self {
        let mut compiled = Self {
            matching: policies.matching,
            customs: policies.clocks.iter().map(|clock| Custom::new(clock, vocabulary)).collect(),
            ..Self::default()
        };
        for policy in &policies.policies {
            let read = compiled.read(policy, policies, vocabulary);
            compiled.policies.push(read);
        }
        let conditions = compiled.policies.iter().flat_map(|policy| [&policy.when, &policy.unless]);
        let attributes =
            conditions.flat_map(|conditions| conditions.attributes.iter().map(|(attribute, _)| *attribute));
        compiled.watched = attributes.chain([PRIORITY]).collect();
        compiled.same_for_all = compiled.policies.iter().all(Policy::is_for_all);
        compiled
    }

    /// Whether the same targets are in force for every ticket at any time.
    pub(crate) fn is_same_for_all(&self) -> bool {
        self.same_for_all
    }

    fn read(&mut self, policy: &SlaPolicy, all: &SlaPolicies, vocabulary: &mut Vocabulary) -> Policy {
        let mut targets: Vec<Target> = Vec::new();
        let mut seen: Vec<&SlaMetric> = Vec::new();
        for target in &policy.targets {
            let ordinal = seen.iter().filter(|metric| ***metric == target.metric).count();
            seen.push(&target.metric);
            if let Some(slot) = self.slot(target, ordinal, all, policy.schedule.is_some()) {
                targets.push(Target::new(target, slot, vocabulary));
            }
        }
        Policy {
            name: policy.name.clone(),
            when: CompiledConditions::new(&policy.when, vocabulary),
            unless: CompiledConditions::new(&policy.unless, vocabulary),
            valid_from: policy.valid_from.map_or(i64::MIN, Timestamp::as_micros),
            valid_until: policy.valid_until.map_or(i64::MAX, Timestamp::as_micros),
            schedule_name: policy.schedule.clone(),
            schedule: None,
            targets,
        }
    }

    /// The slot of a target, added if it is new; `None` if its clock is not defined.
    fn slot(
        &mut self,
        target: &SlaTarget,
        ordinal: usize,
        all: &SlaPolicies,
        own_schedule: bool,
    ) -> Option<usize> {
        let in_days = |budget: &Budget| matches!(budget, Budget::BusinessDays(..));
        let days = match &target.within {
            Within::Always(budget) => in_days(budget),
            Within::ByPriority(by) => by.values().any(in_days),
        };
        let own_schedules = own_schedule && (days || target.clock == ClockKind::Business);
        let known =
            self.slots.iter().position(|slot| slot.metric == target.metric && slot.ordinal == ordinal);
        if let Some(place) = known {
            self.slots[place].own_schedules |= own_schedules;
            return Some(place);
        }
        let kind = match &target.metric {
            SlaMetric::FirstResponse => TimerKind::FirstResponse,
            SlaMetric::NextResponse => TimerKind::NextResponse,
            SlaMetric::PeriodicUpdate => TimerKind::PeriodicUpdate,
            SlaMetric::PausableUpdate => TimerKind::PausableUpdate,
            SlaMetric::RequesterWait => TimerKind::RequesterWait,
            SlaMetric::AgentWork => TimerKind::AgentWork,
            SlaMetric::Resolution => TimerKind::Resolution,
            SlaMetric::GroupOwnership => TimerKind::GroupOwnership,
            SlaMetric::Custom(name) => {
                TimerKind::Custom(all.clocks.iter().position(|clock| clock.name == *name)?)
            }
        };
        self.slots.push(Slot { metric: target.metric.clone(), kind, ordinal, own_schedules });
        Some(self.slots.len() - 1)
    }

    /// Resolves the schedules that the policies name.
    pub(crate) fn bind(&mut self, clocks: &Clocks) {
        for policy in &mut self.policies {
            // A name that no schedule has gets an invalid number, so business time stays unknown.
            policy.schedule =
                policy.schedule_name.as_ref().map(|name| clocks.place(name).unwrap_or(u16::MAX));
        }
    }

    /// The attributes that targets depend on; none without targets.
    pub(crate) fn watched(&self) -> impl Iterator<Item = u16> {
        self.watched.iter().copied().filter(|_| !self.slots.is_empty())
    }

    /// Whether targets depend on tags.
    pub(crate) fn depends_on_tags(&self) -> bool {
        self.policies.iter().any(|policy| !policy.when.tags.is_empty() || !policy.unless.tags.is_empty())
    }

    /// Whether any target uses this clock.
    pub(crate) fn any_on(&self, clock: ClockKind) -> bool {
        self.policies.iter().flat_map(|policy| &policy.targets).any(|target| target.counts_on(clock))
    }

    /// Whether this step can change the targets in force.
    pub(crate) fn depends_on(&self, kind: StepKind) -> bool {
        match kind {
            StepKind::Changed { attribute, .. } => self.watched.contains(&attribute),
            _ => true,
        }
    }

    pub(crate) fn policy_name(&self, policy: u16) -> &str {
        self.policies.get(usize::from(policy)).map_or("", |policy| &policy.name)
    }

    /// The targets in force for a ticket with these values and tags, one entry per slot. The validity of policies is
    /// checked at `day`.
    pub(crate) fn in_force(
        &self,
        values: &[u32],
        tags: &[u32],
        day: i64,
        targets: &mut Vec<Option<ActiveTarget>>,
    ) {
        targets.clear();
        targets.resize(self.slots.len(), None);
        let priority = values.get(usize::from(PRIORITY)).copied().unwrap_or(NONE);
        for (place, policy) in self.policies.iter().enumerate() {
            let valid = policy.valid_from <= day && day < policy.valid_until;
            if !valid || !policy.when.all_hold(values, tags) || policy.unless.any_holds(values, tags) {
                continue;
            }
            for target in &policy.targets {
                if self.matching == Matching::FirstPerMetric && self.is_taken(target.slot, place, targets) {
                    continue;
                }
                let within = target.within(priority);
                if let (None, Some(within)) = (targets[target.slot], within) {
                    targets[target.slot] = Some(target.in_force(within, place, policy.schedule));
                }
            }
            if self.matching == Matching::First {
                return;
            }
        }
    }
}

impl CompiledPolicies {
    /// Whether an earlier policy limits the metric of `slot` already.
    fn is_taken(&self, slot: usize, policy: usize, targets: &[Option<ActiveTarget>]) -> bool {
        let other = |active_target: &ActiveTarget| usize::from(active_target.policy) != policy;
        let same = |one: &Slot| one.metric == self.slots[slot].metric;
        self.slots
            .iter()
            .zip(targets)
            .any(|(one, active_target)| active_target.as_ref().is_some_and(other) && same(one))
    }
}

impl Target {
    fn new(target: &SlaTarget, slot: usize, vocabulary: &mut Vocabulary) -> Self {
        let by_priority = match &target.within {
            Within::Always(_) => Vec::new(),
            Within::ByPriority(by) => by
                .iter()
                .filter(|(priority, _)| &***priority != Within::OTHER)
                .map(|(priority, duration)| (vocabulary.learn(priority), *duration))
                .collect(),
        };
        Self {
            slot,
            clock: target.clock,
            always: target.within.for_priority(None),
            by_priority,
            at_risk: target.at_risk,
        }
    }

    fn in_force(&self, within: Budget, policy: usize, schedule: Option<u16>) -> ActiveTarget {
        let (target, clock, days) = match within {
            Budget::Time(time) => (time.num_microseconds().unwrap_or(i64::MAX), self.clock, None),
            Budget::BusinessDays(count, end) => {
                let days = BusinessDayTarget { count, end, at_risk: self.threshold(MILLION) };
                (i64::from(count).saturating_mul(DAY), ClockKind::Business, Some(days))
            }
        };
        ActiveTarget {
            policy: u16::try_from(policy).unwrap_or(u16::MAX),
            target,
            clock,
            schedule: schedule.filter(|_| clock == ClockKind::Business),
            at_risk: self.threshold(target),
            days,
        }
    }

    /// Whether any of its budgets uses this clock.
    fn counts_on(&self, clock: ClockKind) -> bool {
        let budgets = self.by_priority.iter().map(|(_, budget)| budget).chain(&self.always);
        let in_days = |budget: &Budget| matches!(budget, Budget::BusinessDays(..));
        budgets
            .into_iter()
            .any(|budget| clock == if in_days(budget) { ClockKind::Business } else { self.clock })
    }

    fn within(&self, priority: u32) -> Option<Budget> {
        let exact = self.by_priority.iter().find(|(known, _)| *known == priority && priority != NONE);
        exact.map(|(_, within)| *within).or(self.always)
    }

    /// The at-risk threshold in microseconds.
    fn threshold(&self, within: i64) -> Option<i64> {
        #[allow(clippy::cast_possible_truncation, reason = "a float too large for i64 stops at its end")]
        self.at_risk.filter(|share| share.is_finite()).map(|share| (within as f64 * share).round() as i64)
    }
}
