//! Service level agreements: what was promised, and whether it was kept.

mod metric;
mod verdict;

pub use metric::SlaMetric;
pub use verdict::{SlaVerdict, VerdictState};
