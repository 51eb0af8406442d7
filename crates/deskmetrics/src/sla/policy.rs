//! SLA policies and their targets.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::{Conditions, CustomClock, SlaMetric};
use crate::schedule::Budget;
use crate::{ClockKind, Timestamp};

/// The policies of a help desk, in order.
///
/// ```
/// use deskmetrics::sla::SlaPolicies;
///
/// let policies: SlaPolicies = toml::from_str(r#"
///     [[policies]]
///     name = "Premium Denmark"
///     when = { market = "DK", category = ["playback", "billing"], tag = "vip" }
///     valid_from = "2026-01-01T00:00:00Z"
///     schedule = "dk"
///
///     [[policies.targets]]
///     metric = "first_response"
///     clock = "business"
///     within = { urgent = "1h", high = "2h", "*" = "8h" }
///     at_risk = 0.8
///
///     [[policies]]
///     name = "Everybody"
///     targets = [{ metric = "resolution", within = "72h" }]
/// "#).unwrap();
/// assert_eq!(policies.policies.len(), 2);
/// assert!(policies.check().is_empty());
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SlaPolicies {
    /// How many of the policies a ticket can have.
    #[serde(default)]
    pub matching: Matching,
    /// Custom clocks that targets can limit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clocks: Vec<CustomClock>,
    /// The policies, first match first.
    pub policies: Vec<SlaPolicy>,
}

impl SlaPolicies {
    /// Policies in order of precedence.
    pub fn new(policies: impl IntoIterator<Item = SlaPolicy>) -> Self {
        Self { policies: policies.into_iter().collect(), ..Self::default() }
    }

    setters! {
        /// The same with a custom clock.
        with_clock(clocks + CustomClock);

        /// The same with another rule how many policies a ticket can have.
        with_matching(matching = Matching);
    }
}

/// How many policies a ticket can have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Matching {
    /// One: the first that fits, with all its targets and no others.
    #[default]
    First,
    /// One for each metric: the first that fits and has a target for it. So a response target per market and a
    /// resolution target for one kind of problem apply side by side.
    FirstPerMetric,
}

words!(Matching: "matching");

/// One policy: the tickets it applies to, and their targets.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SlaPolicy {
    /// Its name, shown in verdicts.
    pub name: Box<str>,
    /// Conditions a ticket must meet.
    #[serde(default, skip_serializing_if = "Conditions::is_empty")]
    pub when: Conditions,
    /// Conditions that exclude a ticket: any one of them is enough.
    #[serde(default, skip_serializing_if = "Conditions::is_empty")]
    pub unless: Conditions,
    /// First timestamp at which it is in force; see [`Validity`](super::Validity).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Timestamp>,
    /// First timestamp at which it is no longer in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Timestamp>,
    /// The named schedule of its business-clock targets; `None` means the ticket's own schedule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Box<str>>,
    /// Its targets.
    pub targets: Vec<SlaTarget>,
}

impl SlaPolicy {
    /// A policy for every ticket, without targets yet.
    pub fn new(name: impl Into<Box<str>>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    setters! {
        /// The same for tickets that meet these conditions only.
        with_conditions(when = Conditions);

        /// The same without tickets that meet any of these conditions.
        with_exclusions(unless = Conditions);

        /// The same, in force from then on.
        with_valid_from(valid_from ? Timestamp);

        /// The same, in force until then.
        with_valid_until(valid_until ? Timestamp);

        /// The same with its business-clock targets on a named schedule.
        with_schedule(schedule ? Box<str>);

        /// The same with one more target.
        with_target(targets + SlaTarget);
    }
}

/// One SLA target: the metric, the clock and the limit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SlaTarget {
    /// The time that is limited.
    pub metric: SlaMetric,
    /// The clock it is counted on.
    #[serde(default)]
    pub clock: ClockKind,
    /// The limit.
    pub within: Within,
    /// The share of the target from which on it is at risk, such as 0.8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_risk: Option<f64>,
}

impl SlaTarget {
    /// A target in real time.
    pub fn calendar(metric: SlaMetric, within: impl Into<Within>) -> Self {
        Self { metric, clock: ClockKind::Calendar, within: within.into(), at_risk: None }
    }

    /// A target in business time.
    pub fn business(metric: SlaMetric, within: impl Into<Within>) -> Self {
        Self { metric, clock: ClockKind::Business, within: within.into(), at_risk: None }
    }

    setters! {
        /// The same, at risk from this share of the target on.
        with_at_risk(at_risk = Some f64);
    }

    /// Whether it depends on business hours: of its clock, or of limits in business days.
    pub fn needs_business_hours(&self) -> bool {
        let in_days = |budget: &Budget| matches!(budget, Budget::BusinessDays(..));
        let days = match &self.within {
            Within::Always(budget) => in_days(budget),
            Within::ByPriority(budgets) => !budgets.is_empty() && budgets.values().all(in_days),
        };
        days || self.clock == ClockKind::Business
    }
}

/// A time limit: one for all tickets, or by the ticket's priority.
///
/// In text `"4h"` or `"2 business days"` (see [`Budget`]; always on the business clock), or
/// `{ urgent = "1h", high = "2h", "*" = "8h" }` where `"*"` matches every other priority and tickets without one.
/// Without it, tickets of other priorities have no such target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Within {
    /// For every ticket.
    Always(Budget),
    /// By priority.
    ByPriority(BTreeMap<Box<str>, Budget>),
}

impl Within {
    /// The key for every other priority.
    pub const OTHER: &'static str = "*";

    /// Targets by priority.
    pub fn by_priority<P: Into<Box<str>>, B: Into<Budget>>(
        targets: impl IntoIterator<Item = (P, B)>,
    ) -> Self {
        let targets = targets.into_iter().map(|(priority, target)| (priority.into(), target.into()));
        Self::ByPriority(targets.collect())
    }

    /// The target for a priority; `None` where there is none.
    pub fn for_priority(&self, priority: Option<&str>) -> Option<Budget> {
        match self {
            Self::Always(target) => Some(*target),
            Self::ByPriority(targets) => priority
                .filter(|priority| *priority != Self::OTHER)
                .and_then(|priority| targets.get(priority))
                .or_else(|| targets.get(Self::OTHER))
                .copied(),
        }
    }
}

impl<B: Into<Budget>> From<B> for Within {
    fn from(target: B) -> Self {
        Self::Always(target.into())
    }
}

#[derive(Serialize, Deserialize)]
#[serde(untagged, expecting = "expected a duration such as \"4h\" or a table of durations by priority")]
enum WithinText {
    Always(String),
    ByPriority(BTreeMap<Box<str>, String>),
}

impl Serialize for Within {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = match self {
            Self::Always(target) => WithinText::Always(target.to_string()),
            Self::ByPriority(targets) => WithinText::ByPriority(
                targets.iter().map(|(priority, target)| (priority.clone(), target.to_string())).collect(),
            ),
        };
        text.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Within {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = |text: &str| text.parse::<Budget>().map_err(D::Error::custom);
        Ok(match WithinText::deserialize(deserializer)? {
            WithinText::Always(text) => Self::Always(read(&text)?),
            WithinText::ByPriority(texts) => Self::ByPriority(
                texts
                    .into_iter()
                    .map(|(priority, text)| Ok((priority, read(&text)?)))
                    .collect::<Result<_, D::Error>>()?,
            ),
        })
    }
}
