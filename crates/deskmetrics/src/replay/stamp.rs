//! Points in a ticket's history, on both clocks.

use crate::{Elapsed, Timestamp};

/// A timestamp and the business time between the ticket's creation and it.
///
/// The difference of two stamps is the time between them on either clock. Each stretch is counted once, on the
/// schedule in force during it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// Microseconds since 1970-01-01T00:00:00Z.
    pub(crate) at: i64,
    /// Business time since the ticket's creation.
    pub(crate) business: i64,
    /// Calendar time since creation during which no schedule applied.
    pub(crate) unscheduled: i64,
    /// Whether a schedule applies at the timestamp.
    pub(crate) scheduled: bool,
}

impl Stamp {
    pub(crate) fn since(self, start: Self) -> ClockSpan {
        ClockSpan {
            calendar: self.at.saturating_sub(start.at),
            business: self.business.saturating_sub(start.business),
            unscheduled: self.unscheduled.saturating_sub(start.unscheduled),
            scheduled: self.scheduled,
        }
    }

    pub(crate) fn timestamp(self) -> Timestamp {
        Timestamp::saturating_from_micros(self.at)
    }
}

/// A duration on both clocks, in microseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct ClockSpan {
    pub(crate) calendar: i64,
    pub(crate) business: i64,
    pub(crate) unscheduled: i64,
    pub(crate) scheduled: bool,
}

impl ClockSpan {
    pub(crate) fn add(&mut self, other: Self) {
        self.calendar = self.calendar.saturating_add(other.calendar);
        self.business = self.business.saturating_add(other.business);
        self.unscheduled = self.unscheduled.saturating_add(other.unscheduled);
        self.scheduled = other.scheduled;
    }

    pub(crate) fn plus(mut self, other: Self) -> Self {
        self.add(other);
        self
    }

    pub(crate) fn minus(self, other: Self) -> Self {
        Self {
            calendar: self.calendar.saturating_sub(other.calendar),
            business: self.business.saturating_sub(other.business),
            unscheduled: self.unscheduled.saturating_sub(other.unscheduled),
            scheduled: self.scheduled,
        }
    }

    /// Converts to elapsed time. Business time is known only if a schedule applied throughout.
    pub(crate) fn elapsed(self) -> Elapsed {
        Elapsed {
            calendar_micros: self.calendar,
            business_micros: (self.scheduled && self.unscheduled == 0).then_some(self.business),
        }
    }
}
