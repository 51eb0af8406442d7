//! Service level agreements: what was promised, and whether it was kept.

mod metric;
mod options;
mod verdict;

pub use metric::SlaMetric;
pub use options::{Deadline, Loosened, Reopen, SlaOptions, TargetChange, Validity};
pub use verdict::{SlaVerdict, VerdictState};
