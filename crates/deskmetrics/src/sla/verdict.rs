//! How a promise turned out.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::SlaMetric;
use crate::{ClockKind, Elapsed, Timestamp};

/// Where one instance of an SLA target stands at the cut-off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VerdictState {
    /// Completed, and elapsed <= target.
    #[doc(alias = "achieved")]
    Met,
    /// Elapsed > target, completed or not.
    #[doc(alias = "violated")]
    Breached,
    /// Not completed, not breached, counting.
    #[doc(alias = "active")]
    Running,
    /// Not completed, not breached, not counting.
    Paused,
    /// Ended without completion: the policy no longer applies.
    Cancelled,
}

/// The verdict on one instance of one SLA target of one ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SlaVerdict {
    /// Name of the policy whose target was used.
    pub policy: Box<str>,
    /// What the target limits.
    pub metric: SlaMetric,
    /// 1 for the first instance of the metric on the ticket, 2 for the next.
    pub instance: u32,
    /// The clock the target is counted on.
    pub clock: ClockKind,
    /// The target in force when it was completed (or at the cut-off).
    #[serde(with = "crate::duration_text")]
    pub target: TimeDelta,
    /// When counting began.
    pub started_at: Timestamp,
    /// The first instant at which elapsed reaches the target; `None` while paused or when the schedule never
    /// opens again.
    pub due_at: Option<Timestamp>,
    /// When it was completed.
    pub completed_at: Option<Timestamp>,
    /// Counted time up to completion or the cut-off, on both clocks.
    pub elapsed: Elapsed,
    /// How it stands.
    pub state: VerdictState,
    /// When the target was first exceeded.
    pub breached_at: Option<Timestamp>,
}
