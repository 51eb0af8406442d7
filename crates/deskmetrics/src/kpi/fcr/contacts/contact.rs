//! One ticket, as seen from its customer.

use serde::{Deserialize, Serialize};

/// One ticket, as seen from its customer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(in crate::kpi::fcr) struct Contact {
    /// When the customer came, in microseconds.
    pub(in crate::kpi::fcr) created: i64,
    /// Until when the customer must stay away for the ticket to count as resolved; `None` when it is not judged.
    pub(in crate::kpi::fcr) judged_until: Option<i64>,
    /// What is known of the ticket itself says it was not resolved: the customer reopened it in that time, say.
    pub(in crate::kpi::fcr) failed: bool,
    /// What it was about, where that matters.
    pub(in crate::kpi::fcr) category: Option<Box<str>>,
}
