//! Measures computed by the source of a ticket.

use serde::{Deserialize, Serialize};

use super::needs::Needs;
use crate::{ClockKind, Reason};

/// A measure of a ticket that its source may state: a field of [`TicketMetrics`](crate::TicketMetrics).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StatedMeasure {
    /// [`TicketMetrics::first_response_time`](crate::TicketMetrics::first_response_time).
    FirstResponseTime,
    /// [`TicketMetrics::first_resolution_time`](crate::TicketMetrics::first_resolution_time).
    FirstResolutionTime,
    /// [`TicketMetrics::full_resolution_time`](crate::TicketMetrics::full_resolution_time).
    FullResolutionTime,
    /// [`TicketMetrics::requester_wait_time`](crate::TicketMetrics::requester_wait_time).
    RequesterWaitTime,
    /// [`TicketMetrics::agent_wait_time`](crate::TicketMetrics::agent_wait_time).
    AgentWaitTime,
    /// [`TicketMetrics::on_hold_time`](crate::TicketMetrics::on_hold_time).
    OnHoldTime,
    /// [`TicketMetrics::agent_work_time`](crate::TicketMetrics::agent_work_time).
    AgentWorkTime,
    /// [`TicketMetrics::time_to_first_assignment`](crate::TicketMetrics::time_to_first_assignment).
    TimeToFirstAssignment,
    /// How many [`TicketMetrics::reopens`](crate::TicketMetrics::reopens) there are.
    Reopens,
    /// [`TicketMetrics::public_replies`](crate::TicketMetrics::public_replies).
    PublicReplies,
    /// [`TicketMetrics::customer_messages`](crate::TicketMetrics::customer_messages).
    CustomerMessages,
    /// [`TicketMetrics::agent_touches`](crate::TicketMetrics::agent_touches).
    AgentTouches,
    /// [`TicketMetrics::assignee_stations`](crate::TicketMetrics::assignee_stations).
    AssigneeStations,
    /// [`TicketMetrics::group_stations`](crate::TicketMetrics::group_stations).
    GroupStations,
}

impl StatedMeasure {
    /// The name of the field of [`TicketMetrics`](crate::TicketMetrics).
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

    /// Whether it is a duration, not a count.
    pub fn is_duration(self) -> bool {
        self <= Self::TimeToFirstAssignment
    }

    /// Whether it accumulates until the ticket is done, so that a ticket that never waited has a value too.
    pub fn adds_up(self) -> bool {
        matches!(self, Self::RequesterWaitTime | Self::AgentWaitTime | Self::OnHoldTime | Self::AgentWorkTime)
    }

    /// Whether it ends with an event, such as the first reply. The event is at least this much later than the
    /// creation.
    pub fn ends_with_event(self) -> bool {
        self.is_duration() && !self.adds_up()
    }

    /// The needs of a replay that computes it.
    pub fn needs(self) -> Needs {
        match self {
            Self::FirstResponseTime => Needs::CONVERSATION.and(Needs::SOLVES),
            Self::FirstResolutionTime | Self::FullResolutionTime | Self::Reopens => {
                Needs::SOLVES.and(Needs::REOPENS)
            }
            Self::RequesterWaitTime | Self::AgentWaitTime | Self::OnHoldTime | Self::AgentWorkTime => {
                Needs::STATUS_TIMES
            }
            Self::TimeToFirstAssignment | Self::AssigneeStations | Self::GroupStations => Needs::STATIONS,
            Self::PublicReplies | Self::CustomerMessages => Needs::MESSAGES,
            Self::AgentTouches => Needs::TOUCHES,
        }
    }
}

/// A measure stated by the ticket's source, which replaces one that the replay cannot know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stated {
    /// The measure.
    pub measure: StatedMeasure,
    /// The clock of a duration; calendar for counts.
    pub clock: ClockKind,
    /// Its value.
    pub value: StatedValue,
}

impl Stated {
    /// The part known at `micros` after the creation: a longer duration had not ended. For totals and counts it is
    /// unknown when they were reached, so they do not change.
    pub(crate) fn known_after(mut self, micros: i64) -> Self {
        if let StatedValue::Known(value) = self.value
            && self.measure.ends_with_event()
            && value > micros
        {
            self.value = StatedValue::Absent;
        }
        self
    }
}

/// The value that a source states for a measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatedValue {
    /// Microseconds, or a count; at least 0.
    Known(i64),
    /// No value. A duration that ends with an event, such as the first reply, has not ended.
    Absent,
    /// A value that cannot be used.
    Excluded(Reason),
}

/// A duration, as far as the source states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StatedTime {
    /// Not stated, so the replayed duration counts.
    Replayed,
    /// Ended, in microseconds.
    Ended(i64),
    /// Still running, in microseconds.
    Running(i64),
    Excluded(Reason),
}
