//! The result of replaying many tickets.

use serde::{Deserialize, Serialize};

use super::Replayed;
use crate::Excluded;

/// Many tickets after replay, with the events that were excluded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReplayOutcome {
    /// The tickets, in the order of the records.
    pub tickets: Vec<Replayed>,
    /// Events, ticket records and targets excluded on all tickets, by reason: duplicate id, before the ticket's
    /// creation, after the cut-off, unknown ticket, after a merge, deletion or spam mark, business target without a
    /// schedule.
    pub excluded: Excluded,
}
