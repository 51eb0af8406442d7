//! What a promise is about.

use serde::{Deserialize, Serialize};

/// Which time an SLA target limits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SlaMetric {
    /// From the customer's first message to the first public reply of an agent.
    #[doc(alias = "first reply time")]
    FirstResponse,
    /// From the oldest unanswered customer message to the next public reply of an agent.
    #[doc(alias = "next reply time")]
    NextResponse,
    /// Between public messages of agents.
    PeriodicUpdate,
    /// Between public messages of agents, pending time not counted.
    PausableUpdate,
    /// Time in new, open and on-hold until solved.
    RequesterWait,
    /// Time in new and open until solved.
    AgentWork,
    /// From creation to solved; time in solved between reopens is not counted.
    #[doc(alias = "time to resolution")]
    Resolution,
    /// How long one group keeps the ticket.
    GroupOwnership,
    /// A clock the policy defines by its own start, pause and stop conditions.
    Custom(Box<str>),
}

impl SlaMetric {
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
