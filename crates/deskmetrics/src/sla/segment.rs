//! The segments of time behind a verdict.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ticket::Status;
use crate::{Elapsed, Timestamp, duration_text};

/// A segment of time that was counted for an SLA target, in one status and on one schedule version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Segment {
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub to: Timestamp,
    /// The ticket's status.
    pub status: Status,
    /// The schedule in force; `None` where none applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Box<str>>,
    /// Version of the schedule, counted from 1, where it changed over time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// The counted time, on both clocks.
    pub counted: Elapsed,
}

impl fmt::Display for Segment {
    /// `2026-03-02T09:00:00Z to 2026-03-02T14:00:00Z, new: 5h, 4h of business time on "dk"`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let calendar = duration_text::format(self.counted.calendar());
        write!(f, "{} to {}, {}: {calendar}", self.from, self.to, self.status)?;
        if let Some(business) = self.counted.business() {
            write!(f, ", {} of business time", duration_text::format(business))?;
        }
        if let Some(schedule) = &self.schedule {
            write!(f, " on \"{schedule}\"")?;
        }
        match self.version {
            Some(version) => write!(f, " version {version}"),
            None => Ok(()),
        }
    }
}
