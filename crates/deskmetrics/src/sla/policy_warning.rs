//! Checks of a set of policies.

use std::collections::BTreeSet;

use super::{Matching, SlaMetric, SlaPolicies, SlaPolicy, Within};
use crate::schedule::Budget;

/// A probable mistake in a set of policies.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyWarning {
    /// No ticket can get the policy, because an earlier one fits the same tickets.
    #[error("policy \"{policy}\" is never reached: \"{earlier}\" before it fits the same tickets")]
    Unreachable {
        /// The policy that is never reached.
        policy: Box<str>,
        /// The policy before it.
        earlier: Box<str>,
    },
    /// No ticket can get one target of the policy, because an earlier one with such a target fits the same tickets.
    #[error(
        "target {metric} of policy \"{policy}\" is never reached: \"{earlier}\" before it fits the same tickets"
    )]
    TargetUnreachable {
        /// The policy.
        policy: Box<str>,
        /// The metric that is never reached.
        metric: SlaMetric,
        /// The policy before it.
        earlier: Box<str>,
    },
    /// A priority of other targets has no target here.
    #[error(
        "target {metric} of policy \"{policy}\" has no duration for priority \"{priority}\" and no \"*\""
    )]
    MissingPriority {
        /// The policy.
        policy: Box<str>,
        /// The metric.
        metric: SlaMetric,
        /// The priority without a duration.
        priority: Box<str>,
    },
    /// A target of zero or less.
    #[error("target {metric} of policy \"{policy}\" allows no time ({found})")]
    NoTime {
        /// The policy.
        policy: Box<str>,
        /// The metric.
        metric: SlaMetric,
        /// The duration found.
        found: Box<str>,
    },
    /// An at-risk threshold that is no share of the target.
    #[error(
        "target {metric} of policy \"{policy}\" is at risk from {found}, which is not above 0 and below 1"
    )]
    BadThreshold {
        /// The policy.
        policy: Box<str>,
        /// The metric.
        metric: SlaMetric,
        /// The share found.
        found: Box<str>,
    },
    /// A policy without targets has no effect (except that, first match wins, it keeps later ones from applying).
    #[error("policy \"{policy}\" has no targets")]
    NoTargets {
        /// The policy.
        policy: Box<str>,
    },
    /// A policy that ends before it begins.
    #[error("policy \"{policy}\" is never in force: it ends before it begins")]
    NeverValid {
        /// The policy.
        policy: Box<str>,
    },
    /// Two policies of one name, whose verdicts would be ambiguous.
    #[error("policy name \"{policy}\" is used more than once")]
    SameName {
        /// The name.
        policy: Box<str>,
    },
    /// A target limits a clock that is not defined.
    #[error(
        "target of policy \"{policy}\" limits \"{metric}\", which is neither a metric nor a clock defined here"
    )]
    UnknownMetric {
        /// The policy.
        policy: Box<str>,
        /// The name found.
        metric: Box<str>,
    },
    /// A custom clock that can never start or never stop.
    #[error("clock \"{clock}\" has no {missing} condition")]
    IncompleteClock {
        /// The clock.
        clock: Box<str>,
        /// `"start"` or `"stop"`.
        missing: &'static str,
    },
    /// A custom clock that pauses on an event, which has no duration.
    #[error("clock \"{clock}\" pauses on an event; a pause needs a state that lasts")]
    PauseOnEvent {
        /// The clock.
        clock: Box<str>,
    },
    /// A policy names a schedule that is not known.
    #[error("policy \"{policy}\" names the schedule \"{schedule}\", which is not known")]
    UnknownSchedule {
        /// The policy.
        policy: Box<str>,
        /// The name found.
        schedule: Box<str>,
    },
}

impl SlaPolicies {
    /// Warnings about the policies: unreachable ones, missing priorities, targets of no time and the like. Empty
    /// when all is well.
    ///
    /// ```
    /// use chrono::TimeDelta;
    /// use deskmetrics::sla::{PolicyWarning, SlaMetric, SlaPolicies, SlaPolicy, SlaTarget};
    ///
    /// let reply = || SlaTarget::calendar(SlaMetric::FirstResponse, TimeDelta::hours(4));
    /// let policies = SlaPolicies::new([
    ///     SlaPolicy::new("everybody").with_target(reply()),
    ///     SlaPolicy::new("too late").with_target(reply()),
    /// ]);
    /// assert_eq!(
    ///     policies.check(),
    ///     [PolicyWarning::Unreachable { policy: "too late".into(), earlier: "everybody".into() }],
    /// );
    /// ```
    pub fn check(&self) -> Vec<PolicyWarning> {
        let mut findings = Vec::new();
        self.check_clocks(&mut findings);
        let priorities = self.priorities();
        for (place, policy) in self.policies.iter().enumerate() {
            let name = &policy.name;
            let before = &self.policies[..place];
            if before.iter().any(|earlier| earlier.name == *name) {
                findings.push(PolicyWarning::SameName { policy: name.clone() });
            }
            if let (Some(from), Some(until)) = (policy.valid_from, policy.valid_until)
                && until <= from
            {
                findings.push(PolicyWarning::NeverValid { policy: name.clone() });
            }
            if policy.targets.is_empty() {
                findings.push(PolicyWarning::NoTargets { policy: name.clone() });
            }
            self.check_reach(policy, before, &mut findings);
            self.check_targets(policy, &priorities, &mut findings);
        }
        findings
    }

    /// Like [`check`](Self::check), also for schedules named that are not among `known`.
    pub fn check_with_schedules<'a>(&self, known: impl IntoIterator<Item = &'a str>) -> Vec<PolicyWarning> {
        let known: BTreeSet<&str> = known.into_iter().collect();
        let mut findings = self.check();
        for policy in &self.policies {
            if let Some(schedule) = policy.schedule.as_ref().filter(|name| !known.contains(&***name)) {
                findings.push(PolicyWarning::UnknownSchedule {
                    policy: policy.name.clone(),
                    schedule: schedule.clone(),
                });
            }
        }
        findings
    }

    fn check_clocks(&self, findings: &mut Vec<PolicyWarning>) {
        for clock in &self.clocks {
            for (moments, missing) in [(&clock.start, "start"), (&clock.stop, "stop")] {
                if moments.is_empty() {
                    findings.push(PolicyWarning::IncompleteClock { clock: clock.name.clone(), missing });
                }
            }
            if clock.pause.iter().any(|moment| moment.event.is_some()) {
                findings.push(PolicyWarning::PauseOnEvent { clock: clock.name.clone() });
            }
        }
    }

    /// Every priority some target names.
    fn priorities(&self) -> BTreeSet<&str> {
        let targets = self.policies.iter().flat_map(|policy| &policy.targets);
        targets
            .filter_map(|target| match &target.within {
                Within::ByPriority(by) => Some(by.keys()),
                Within::Always(_) => None,
            })
            .flatten()
            .map(|priority| &**priority)
            .filter(|priority| *priority != Within::OTHER)
            .collect()
    }

    fn check_reach(&self, policy: &SlaPolicy, before: &[SlaPolicy], findings: &mut Vec<PolicyWarning>) {
        let earlier = || before.iter().filter(|earlier| earlier.covers(policy));
        match self.matching {
            Matching::First => {
                if let Some(earlier) = earlier().next() {
                    findings.push(PolicyWarning::Unreachable {
                        policy: policy.name.clone(),
                        earlier: earlier.name.clone(),
                    });
                }
            }
            Matching::FirstPerMetric => {
                for target in &policy.targets {
                    let covers = |other: &&SlaPolicy| {
                        other.targets.iter().any(|one| {
                            let complete = match &one.within {
                                Within::Always(_) => true,
                                Within::ByPriority(by) => by.contains_key(Within::OTHER),
                            };
                            one.metric == target.metric && complete
                        })
                    };
                    if let Some(earlier) = earlier().find(covers) {
                        findings.push(PolicyWarning::TargetUnreachable {
                            policy: policy.name.clone(),
                            metric: target.metric.clone(),
                            earlier: earlier.name.clone(),
                        });
                    }
                }
            }
        }
    }

    fn check_targets(
        &self,
        policy: &SlaPolicy,
        priorities: &BTreeSet<&str>,
        findings: &mut Vec<PolicyWarning>,
    ) {
        for target in &policy.targets {
            let (name, metric) = (&policy.name, &target.metric);
            if let SlaMetric::Custom(clock) = metric
                && !self.clocks.iter().any(|known| known.name == *clock)
            {
                findings.push(PolicyWarning::UnknownMetric { policy: name.clone(), metric: clock.clone() });
            }
            let budgets: Vec<Budget> = match &target.within {
                Within::Always(budget) => vec![*budget],
                Within::ByPriority(by) => {
                    if !by.contains_key(Within::OTHER) {
                        for priority in priorities.iter().filter(|priority| !by.contains_key(**priority)) {
                            findings.push(PolicyWarning::MissingPriority {
                                policy: name.clone(),
                                metric: metric.clone(),
                                priority: (*priority).into(),
                            });
                        }
                    }
                    by.values().copied().collect()
                }
            };
            for budget in budgets.into_iter().filter(|budget| !budget.is_positive()) {
                findings.push(PolicyWarning::NoTime {
                    policy: name.clone(),
                    metric: metric.clone(),
                    found: budget.to_string().into(),
                });
            }
            if let Some(share) = target.at_risk.filter(|share| !(*share > 0.0 && *share < 1.0)) {
                findings.push(PolicyWarning::BadThreshold {
                    policy: name.clone(),
                    metric: metric.clone(),
                    found: share.to_string().into(),
                });
            }
        }
    }
}

impl SlaPolicy {
    /// Whether every ticket that can get `later` meets this policy first.
    fn covers(&self, later: &Self) -> bool {
        let from = match (self.valid_from, later.valid_from) {
            (None, _) => true,
            (Some(own), Some(other)) => own <= other,
            (Some(_), None) => false,
        };
        let until = match (self.valid_until, later.valid_until) {
            (None, _) => true,
            (Some(own), Some(other)) => own >= other,
            (Some(_), None) => false,
        };
        from && until
            && self.when.covers(&later.when)
            && (self.unless.is_empty() || self.unless == later.unless)
    }
}
