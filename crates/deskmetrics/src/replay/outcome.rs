//! Many tickets replayed.

use serde::{Deserialize, Serialize};

use super::Replayed;
use crate::Excluded;

/// Many tickets after replay, with the events that were excluded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReplayOutcome {
    /// The tickets, in the order in which they were given.
    pub tickets: Vec<Replayed>,
    /// Events and ticket records excluded and targets that could not be judged, over all tickets, by reason: a
    /// second copy of an id, before the ticket's creation, after the cut-off, of an unknown ticket, after the ticket
    /// was merged, deleted or marked as spam, business targets without a schedule.
    pub excluded: Excluded,
}
