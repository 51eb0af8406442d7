//! One agent's shift.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::ticket::Attributes;

/// One agent's shift, with the time they were busy with contacts.
///
/// ```
/// use chrono::TimeDelta;
/// use deskmetrics::queue::AgentShift;
/// use deskmetrics::ticket::Attribute;
/// use deskmetrics::{Timestamp, kpi};
///
/// let morning: Timestamp = "2026-03-02T08:00:00Z".parse().unwrap();
/// let shift = AgentShift::new(morning, TimeDelta::hours(4), TimeDelta::hours(3)).with_attribute(Attribute::from("agent"), "ana");
/// assert_eq!(kpi::occupancy([&shift]).percent(), Some(75.0));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AgentShift {
    /// When it began.
    pub started_at: Timestamp,
    /// How long the agent was on duty, pauses not included, in microseconds.
    pub on_duty_micros: i64,
    /// How long of it they were busy with contacts, in microseconds.
    pub busy_micros: i64,
    /// Market, channel, agent and so on.
    #[serde(default, skip_serializing_if = "Attributes::is_empty")]
    pub attributes: Attributes,
}

impl AgentShift {
    /// A shift that began at `started_at`.
    pub fn new(started_at: impl Into<Timestamp>, on_duty: TimeDelta, busy: TimeDelta) -> Self {
        Self {
            started_at: started_at.into(),
            on_duty_micros: on_duty.num_microseconds().unwrap_or(i64::MAX),
            busy_micros: busy.num_microseconds().unwrap_or(i64::MAX),
            attributes: Attributes::default(),
        }
    }

    setters! {
        /// The same shift with one more attribute.
        with_attribute(attributes);
    }
}
