//! Service level agreements: what was promised, and whether it was kept.
//!
//! [`SlaPolicies`] say what is promised to whom; [`Replay`](crate::replay::Replay) judges a ticket's events by them
//! and gives an [`SlaVerdict`] for every instance of every target.

mod condition;
mod custom_clock;
mod finding;
mod metric;
mod options;
mod policy;
mod segment;
mod verdict;

pub use condition::Conditions;
pub use custom_clock::{CountsFrom, CustomClock, Cycles, Happening, Moment};
pub use finding::Finding;
pub use metric::SlaMetric;
pub use options::{Deadline, Loosened, Reopen, SlaOptions, TargetChange, Validity};
pub use policy::{Matching, SlaPolicies, SlaPolicy, SlaTarget, Within};
pub use segment::Segment;
pub use verdict::{SlaVerdict, VerdictState};
