//! Service level agreements: policies, targets and verdicts.
//!
//! [`SlaPolicies`] define which targets tickets have; [`Replay`](crate::replay::Replay) judges a ticket's events by them
//! and gives an [`SlaVerdict`] for every instance of every target.

mod condition;
mod custom_clock;
mod metric;
mod options;
mod policy;
mod policy_warning;
mod segment;
mod verdict;

pub use condition::{ConditionValue, Conditions};
pub use custom_clock::{ClockEvent, CountsFrom, CustomClock, Cycles, Moment};
pub use metric::SlaMetric;
pub use options::{Deadline, RelaxationPolicy, Reopen, SlaOptions, TargetChange, Validity};
pub use policy::{Matching, SlaPolicies, SlaPolicy, SlaTarget, Within};
pub use policy_warning::PolicyWarning;
pub use segment::Segment;
pub use verdict::{SlaVerdict, VerdictState};
