//! Measures that the source of a ticket has computed itself.

use serde::{Deserialize, Serialize};

use super::metrics::TicketMetrics;
use super::needs::Needs;
use crate::{ClockKind, Reason};

/// A measure of a ticket that its source may state: a field of [`TicketMetrics`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StatedMeasure {
    /// [`TicketMetrics::first_response_time`].
    FirstResponseTime,
    /// [`TicketMetrics::first_resolution_time`].
    FirstResolutionTime,
    /// [`TicketMetrics::full_resolution_time`].
    FullResolutionTime,
    /// [`TicketMetrics::requester_wait_time`].
    RequesterWaitTime,
    /// [`TicketMetrics::agent_wait_time`].
    AgentWaitTime,
    /// [`TicketMetrics::on_hold_time`].
    OnHoldTime,
    /// [`TicketMetrics::agent_work_time`].
    AgentWorkTime,
    /// [`TicketMetrics::time_to_first_assignment`].
    TimeToFirstAssignment,
    /// How many [`TicketMetrics::reopens`] there are.
    Reopens,
    /// [`TicketMetrics::public_replies`].
    PublicReplies,
    /// [`TicketMetrics::customer_messages`].
    CustomerMessages,
    /// [`TicketMetrics::agent_touches`].
    AgentTouches,
    /// [`TicketMetrics::assignee_stations`].
    AssigneeStations,
    /// [`TicketMetrics::group_stations`].
    GroupStations,
}

impl StatedMeasure {
    /// The name of the field of [`TicketMetrics`].
    pub fn name(self) -> &'static str {
        match self {
            Self::FirstResponseTime => "first_response_time",
            Self::FirstResolutionTime => "first_resolution_time",
            Self::FullResolutionTime => "full_resolution_time",
            Self::RequesterWaitTime => "requester_wait_time",
            Self::AgentWaitTime => "agent_wait_time",
            Self::OnHoldTime => "on_hold_time",
            Self::AgentWorkTime => "agent_work_time",
            Self::TimeToFirstAssignment => "time_to_first_assignment",
            Self::Reopens => "reopens",
            Self::PublicReplies => "public_replies",
            Self::CustomerMessages => "customer_messages",
            Self::AgentTouches => "agent_touches",
            Self::AssigneeStations => "assignee_stations",
            Self::GroupStations => "group_stations",
        }
    }

    /// Whether it is a duration; the others are counts.
    pub fn is_duration(self) -> bool {
        self <= Self::TimeToFirstAssignment
    }

    /// Whether it adds up until the ticket is done: a ticket that never waited has a value too.
    pub fn adds_up(self) -> bool {
        matches!(
            self,
            Self::RequesterWaitTime | Self::AgentWaitTime | Self::OnHoldTime | Self::AgentWorkTime
        )
    }

    /// What a replay must follow to compute it.
    pub fn needs(self) -> Needs {
        match self {
            Self::FirstResponseTime => Needs::CONVERSATION.and(Needs::SOLVES),
            Self::FirstResolutionTime | Self::FullResolutionTime => Needs::SOLVES.and(Needs::REOPENS),
            Self::RequesterWaitTime | Self::AgentWaitTime | Self::OnHoldTime | Self::AgentWorkTime => {
                Needs::STATUS_TIMES
            }
            Self::TimeToFirstAssignment | Self::AssigneeStations | Self::GroupStations => Needs::STATIONS,
            Self::Reopens => Needs::SOLVES.and(Needs::REOPENS),
            Self::PublicReplies | Self::CustomerMessages => Needs::MESSAGES,
            Self::AgentTouches => Needs::TOUCHES,
        }
    }

    /// The measure as replayed, in microseconds on this clock or as a count; `None` while it has not ended.
    pub fn replayed(self, metrics: &TicketMetrics, clock: ClockKind) -> Option<i64> {
        let duration = match self {
            Self::FirstResponseTime => metrics.first_response_time,
            Self::FirstResolutionTime => metrics.first_resolution_time,
            Self::FullResolutionTime => metrics.full_resolution_time,
            Self::RequesterWaitTime => Some(metrics.requester_wait_time),
            Self::AgentWaitTime => Some(metrics.agent_wait_time),
            Self::OnHoldTime => Some(metrics.on_hold_time),
            Self::AgentWorkTime => Some(metrics.agent_work_time),
            Self::TimeToFirstAssignment => metrics.time_to_first_assignment,
            Self::Reopens => return i64::try_from(metrics.reopens.len()).ok(),
            Self::PublicReplies => return Some(metrics.public_replies.into()),
            Self::CustomerMessages => return Some(metrics.customer_messages.into()),
            Self::AgentTouches => return Some(metrics.agent_touches.into()),
            Self::AssigneeStations => return Some(metrics.assignee_stations.into()),
            Self::GroupStations => return Some(metrics.group_stations.into()),
        };
        duration?.micros_on(clock)
    }
}

/// A measure of a ticket as its source states it, which takes the place of a measure that the replay cannot know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stated {
    /// The measure.
    pub measure: StatedMeasure,
    /// The clock of a duration; calendar for counts.
    pub clock: ClockKind,
    /// Its value.
    pub value: StatedValue,
}

/// What a source states of a measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatedValue {
    /// Microseconds, or a count; at least 0.
    Known(i64),
    /// Nothing. A duration that ends with an event, such as the first reply, has not ended.
    Absent,
    /// A value that cannot be used.
    Excluded(Reason),
}

/// How a duration counts that the source states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StatedTime {
    /// The source states nothing, so the replayed one counts.
    Replayed,
    /// In microseconds.
    Ended(i64),
    /// So far, in microseconds.
    Running(i64),
    Excluded(Reason),
}

impl TicketMetrics {
    fn stated_on(&self, measure: StatedMeasure, clock: ClockKind) -> Option<StatedValue> {
        let known = self.stated.iter().find(|stated| stated.measure == measure && stated.clock == clock)?;
        Some(known.value)
    }

    /// Whether the source states this count or calendar duration in place of the replay.
    pub(crate) fn states(&self, measure: StatedMeasure) -> bool {
        self.stated_on(measure, ClockKind::Calendar).is_some()
    }

    /// Whether the ticket is done at an unknown time, which does not matter for counts that the source states.
    pub(crate) fn is_done_with(&self, counts: &[StatedMeasure]) -> bool {
        self.left_out == Some(Reason::EndUnknown)
            && self.status.is_done()
            && !counts.is_empty()
            && counts.iter().all(|count| self.states(*count))
    }

    /// A measure on this clock, in microseconds or as a count: as the source states it where the replay cannot know it, else as
    /// replayed. `None` where it has not ended or is not known.
    pub fn measure(&self, measure: StatedMeasure, clock: ClockKind) -> Option<i64> {
        match self.stated_on(measure, clock) {
            Some(StatedValue::Known(value)) => Some(value),
            Some(_) => None,
            None => measure.replayed(self, clock),
        }
    }

    /// A duration as the source states it.
    pub(crate) fn stated_time(&self, measure: StatedMeasure, clock: ClockKind) -> StatedTime {
        let Some(value) = self.stated_on(measure, clock) else { return StatedTime::Replayed };
        // That the end is unknown does not matter: how long it took is known.
        if let Some(reason) = self.left_out.filter(|reason| *reason != Reason::EndUnknown) {
            return StatedTime::Excluded(reason);
        }
        match value {
            StatedValue::Known(_) if measure.adds_up() && self.left_out.is_some() && !self.status.is_done() => {
                StatedTime::Excluded(Reason::EndUnknown)
            }
            StatedValue::Known(micros) if measure.adds_up() && !self.status.is_done() => {
                StatedTime::Running(micros)
            }
            StatedValue::Known(micros) => StatedTime::Ended(micros),
            StatedValue::Absent if measure.adds_up() => StatedTime::Excluded(Reason::Missing),
            StatedValue::Absent => StatedTime::Replayed,
            StatedValue::Excluded(reason) => StatedTime::Excluded(reason),
        }
    }

    /// A count: as the source states it, else as replayed.
    ///
    /// # Errors
    /// The reason why the ticket does not count.
    pub(crate) fn count_of(&self, measure: StatedMeasure) -> Result<u32, Reason> {
        let count = match self.stated_on(measure, ClockKind::Calendar) {
            None => measure.replayed(self, ClockKind::Calendar).unwrap_or(0),
            Some(StatedValue::Known(count)) => count,
            Some(StatedValue::Absent) => return Err(Reason::Missing),
            Some(StatedValue::Excluded(reason)) => return Err(reason),
        };
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }
}
