//! The times that SLA targets limit.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Which time an SLA target limits.
///
/// In data it is its snake-case name; any other name is that of a clock the policies define themselves, a
/// [`CustomClock`](super::CustomClock).
///
/// ```
/// use deskmetrics::SlaMetric;
///
/// assert_eq!(SlaMetric::from("first_response"), SlaMetric::FirstResponse);
/// assert_eq!(SlaMetric::from("triage"), SlaMetric::Custom("triage".into()));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", from = "String")]
#[non_exhaustive]
pub enum SlaMetric {
    /// From the customer's first message to the first public reply of an agent. Never pauses.
    #[doc(alias = "first reply time")]
    FirstResponse,
    /// From the oldest unanswered customer message to the next public reply of an agent. Never pauses; every exchange
    /// is an instance.
    #[doc(alias = "next reply time")]
    NextResponse,
    /// Between public messages of agents, in every status until solved. Every gap is an instance.
    PeriodicUpdate,
    /// Between public messages of agents, pending time not counted. Every gap is an instance.
    PausableUpdate,
    /// Time in new, open and on-hold until solved.
    RequesterWait,
    /// Time in new and open until solved.
    AgentWork,
    /// From creation to solved; time in solved between reopens is not counted.
    #[doc(alias = "time to resolution")]
    #[doc(alias = "total resolution")]
    Resolution,
    /// The time that one group keeps the ticket. Every stint is an instance.
    GroupOwnership,
    /// A clock the policies define by its own start, pause and stop conditions.
    Custom(Box<str>),
}

impl SlaMetric {
    /// The metrics with their own variants.
    pub const NAMED: [Self; 8] = [
        Self::FirstResponse,
        Self::NextResponse,
        Self::PeriodicUpdate,
        Self::PausableUpdate,
        Self::RequesterWait,
        Self::AgentWork,
        Self::Resolution,
        Self::GroupOwnership,
    ];

    /// The name used in data and reports.
    pub fn as_str(&self) -> &str {
        match self {
            Self::FirstResponse => "first_response",
            Self::NextResponse => "next_response",
            Self::PeriodicUpdate => "periodic_update",
            Self::PausableUpdate => "pausable_update",
            Self::RequesterWait => "requester_wait",
            Self::AgentWork => "agent_work",
            Self::Resolution => "resolution",
            Self::GroupOwnership => "group_ownership",
            Self::Custom(name) => name,
        }
    }
}

impl From<&str> for SlaMetric {
    fn from(name: &str) -> Self {
        Self::NAMED
            .into_iter()
            .find(|metric| metric.as_str() == name)
            .unwrap_or_else(|| Self::Custom(name.into()))
    }
}

impl From<String> for SlaMetric {
    fn from(name: String) -> Self {
        Self::from(name.as_str())
    }
}

impl From<SlaMetric> for String {
    fn from(metric: SlaMetric) -> Self {
        metric.as_str().to_owned()
    }
}

impl FromStr for SlaMetric {
    type Err = Infallible;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Ok(Self::from(name))
    }
}

impl fmt::Display for SlaMetric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
