//! A ticket as a contact of its customer.

use serde::{Deserialize, Serialize};

/// A ticket as a contact of its customer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(in crate::kpi::fcr) struct Contact {
    /// When the customer came, in microseconds.
    pub(in crate::kpi::fcr) created: i64,
    /// Until when the customer must stay away for the ticket to count as resolved; `None` when it is not judged.
    pub(in crate::kpi::fcr) judged_until: Option<i64>,
    /// The ticket itself was not resolved, for example because the customer reopened it in that time.
    pub(in crate::kpi::fcr) failed: bool,
    /// What it was about, where that matters.
    pub(in crate::kpi::fcr) category: Option<Box<str>>,
}
