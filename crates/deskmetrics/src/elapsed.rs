//! A duration on both clocks.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// Which clock a duration or target is counted on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockKind {
    /// Real time, day and night.
    #[default]
    Calendar,
    /// Only the hours in which the schedule is open.
    #[doc(alias = "working hours")]
    Business,
}

words!(parsed ClockKind: "clock");

impl ClockKind {
    /// The name used in data.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Calendar => "calendar",
            Self::Business => "business",
        }
    }
}

impl std::fmt::Display for ClockKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// A duration in real time and, where a schedule applies, in business time.
///
/// ```
/// use chrono::TimeDelta;
/// use deskmetrics::{ClockKind, Elapsed};
///
/// // Monday 14:00 to Tuesday 09:00 at a desk open 09:00 to 17:00
/// let waited = Elapsed::new(TimeDelta::hours(19), Some(TimeDelta::hours(3)));
/// assert_eq!(waited.on(ClockKind::Business), Some(TimeDelta::hours(3)));
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Elapsed {
    /// Real time in microseconds.
    pub calendar_micros: i64,
    /// Business time in microseconds; `None` where no schedule applies.
    pub business_micros: Option<i64>,
}

impl Elapsed {
    /// From both durations.
    pub fn new(calendar: TimeDelta, business: Option<TimeDelta>) -> Self {
        Self {
            calendar_micros: calendar.num_microseconds().unwrap_or(i64::MAX),
            business_micros: business.map(|time| time.num_microseconds().unwrap_or(i64::MAX)),
        }
    }

    /// Real time.
    pub fn calendar(&self) -> TimeDelta {
        TimeDelta::microseconds(self.calendar_micros)
    }

    /// Business time; `None` where no schedule applies.
    pub fn business(&self) -> Option<TimeDelta> {
        self.business_micros.map(TimeDelta::microseconds)
    }

    /// Time on the given clock; `None` for business time where no schedule applies.
    pub fn on(&self, clock: ClockKind) -> Option<TimeDelta> {
        self.micros_on(clock).map(TimeDelta::microseconds)
    }

    /// Microseconds on the given clock; `None` for business time where no schedule applies.
    pub fn micros_on(&self, clock: ClockKind) -> Option<i64> {
        match clock {
            ClockKind::Calendar => Some(self.calendar_micros),
            ClockKind::Business => self.business_micros,
        }
    }
}
