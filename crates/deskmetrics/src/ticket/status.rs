//! The status of a ticket.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The status of a ticket. Each source's own labels are mapped to these.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Created, not yet handled.
    #[default]
    New,
    /// Being worked on, or waiting for an agent.
    Open,
    /// Waiting for the customer.
    #[doc(alias = "waiting on customer")]
    Pending,
    /// Waiting for a third party.
    #[serde(alias = "hold")]
    OnHold,
    /// Solved; the customer may still reopen it.
    #[serde(alias = "resolved")]
    Solved,
    /// Permanently closed. Closing an unsolved ticket counts as a solve.
    Closed,
}

impl Status {
    /// All statuses, in the order a ticket passes through them.
    pub const ALL: [Self; 6] =
        [Self::New, Self::Open, Self::Pending, Self::OnHold, Self::Solved, Self::Closed];

    /// Whether the ticket is solved or closed.
    pub const fn is_done(self) -> bool {
        matches!(self, Self::Solved | Self::Closed)
    }

    /// The name used in data: `new`, `open`, `pending`, `on_hold`, `solved`, `closed`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Open => "open",
            Self::Pending => "pending",
            Self::OnHold => "on_hold",
            Self::Solved => "solved",
            Self::Closed => "closed",
        }
    }

    /// Position in [`ALL`](Self::ALL).
    pub const fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A text that names no [`Status`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("status \"{0}\" is not one of new, open, pending, on_hold, solved, closed")]
pub struct UnknownStatus(pub String);

impl FromStr for Status {
    type Err = UnknownStatus;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str() == word)
            .ok_or_else(|| UnknownStatus(word.to_owned()))
    }
}
