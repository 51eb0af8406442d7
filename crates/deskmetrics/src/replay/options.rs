//! Every disputed convention of replay, as a named option with a default.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::sla::SlaOptions;

/// How a ticket's life is read where products disagree.
///
/// ```
/// use deskmetrics::replay::{FirstResponseStart, ReplayOptions};
///
/// // as Zendesk's native first reply time
/// let options = ReplayOptions::default().first_response_from(FirstResponseStart::Creation);
/// assert!(!options.bots_reply);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
#[allow(clippy::struct_excessive_bools, reason = "each is a question of its own, answered by name")]
pub struct ReplayOptions {
    /// What orders a ticket's events. Default: time, then sequence, then the kind's rank.
    pub order: EventOrder,
    /// What opens a ticket on the customer's side. Default: its creation.
    pub opening: Opening,
    /// A customer message at most this long after the creation is the opening itself, written down twice, and not a
    /// second message. Default: only one at the very instant of creation.
    #[serde(with = "crate::duration_text")]
    pub opening_window: TimeDelta,
    /// Where the first response time starts. Default: the customer's message.
    pub first_response_start: FirstResponseStart,
    /// Tickets the team opened. Default: they count from the customer's first message on.
    pub proactive: Proactive,
    /// Which of several unanswered customer messages starts a next response time. Default: the oldest.
    pub next_response_start: NextResponseStart,
    /// What happens to a waiting reply when the ticket is solved. Default: the wait ends unanswered.
    pub solve_without_reply: SolveWithoutReply,
    /// Whether a bot's public message answers the customer like an agent's. Default: no.
    pub bots_reply: bool,
    /// Whether an agent who is the requester of the ticket, by name, still acts as an agent on it and answers it.
    /// Default: no, what they do they do as the customer (Zendesk: "the next public reply by an agent who is not the
    /// requester").
    pub requester_answers: bool,
    /// Whether an agent's internal note answers the customer. Default: no.
    pub notes_reply: bool,
    /// Whether an agent's internal note counts as an update for the two update metrics. Default: no.
    pub notes_update: bool,
    /// Whether closing a ticket that was never solved counts as solving it. Default: yes.
    pub close_counts_as_solve: bool,
    /// What a solved (or closed) state reported again means. Default: nothing.
    pub repeated_solve: RepeatedSolve,
    /// A reopening that is solved again within this time and without a public reply was a "thank you": it is counted
    /// apart, and the solve before it stands. Default: `None`, every reopening counts (and
    /// [`ReopenCycle::is_thank_you`](super::ReopenCycle::is_thank_you) tells them apart).
    #[serde(with = "crate::duration_text::optional")]
    pub thank_you_within: Option<TimeDelta>,
    /// Tickets merged into another one. Default: excluded, their customer messages move to the survivor.
    pub merged: Merged,
    /// Business time where no schedule applies. Default: unknown.
    pub no_schedule: NoSchedule,
    /// How SLA targets follow changes of the ticket.
    pub sla: SlaOptions,
}

impl Default for ReplayOptions {
    fn default() -> Self {
        Self {
            order: EventOrder::default(),
            opening: Opening::default(),
            opening_window: TimeDelta::zero(),
            first_response_start: FirstResponseStart::default(),
            proactive: Proactive::default(),
            next_response_start: NextResponseStart::default(),
            solve_without_reply: SolveWithoutReply::default(),
            bots_reply: false,
            requester_answers: false,
            notes_reply: false,
            notes_update: false,
            close_counts_as_solve: true,
            repeated_solve: RepeatedSolve::default(),
            thank_you_within: None,
            merged: Merged::default(),
            no_schedule: NoSchedule::default(),
            sla: SlaOptions::default(),
        }
    }
}

impl ReplayOptions {
    /// The same with another [`opening`](Self::opening).
    #[must_use]
    pub fn opened_by(mut self, opening: Opening) -> Self {
        self.opening = opening;
        self
    }

    /// The same with another [`first_response_start`](Self::first_response_start).
    #[must_use]
    pub fn first_response_from(mut self, start: FirstResponseStart) -> Self {
        self.first_response_start = start;
        self
    }

    /// The same with another [`solve_without_reply`](Self::solve_without_reply).
    #[must_use]
    pub fn solving_without_reply(mut self, rule: SolveWithoutReply) -> Self {
        self.solve_without_reply = rule;
        self
    }

    /// The same with another [`repeated_solve`](Self::repeated_solve).
    #[must_use]
    pub fn repeated_solves(mut self, rule: RepeatedSolve) -> Self {
        self.repeated_solve = rule;
        self
    }

    /// The same with another rule for SLA targets.
    #[must_use]
    pub fn with_sla(mut self, sla: SlaOptions) -> Self {
        self.sla = sla;
        self
    }
}

/// What orders a ticket's events.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EventOrder {
    /// Their instants; among equal ones the sequence, then [`EventKind::rank`](crate::ticket::EventKind::rank).
    #[default]
    Time,
    /// Their sequence, such as the row number of an audit log that is right about the order and not always about the
    /// instant. An event that claims to be later than its successor is taken at the successor's instant.
    Sequence,
}

/// What opens a ticket on the customer's side.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Opening {
    /// The creation is the customer's opening message, unless [`Ticket::created_by`](crate::Ticket::created_by)
    /// names somebody else or an agent's public message at the very instant of creation shows that the team wrote
    /// first. A customer message at the instant of creation is that same opening.
    #[default]
    Creation,
    /// Only customer messages in the log count; the creation alone opens nothing (Plain, Intercom).
    FirstMessage,
}

/// Where the first response time starts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FirstResponseStart {
    /// The oldest customer message nobody has answered. A ticket solved without a person's reply and reopened
    /// starts anew with the message that reopened it.
    #[default]
    CustomerMessage,
    /// The creation, whatever happened between (Zendesk's native metric).
    Creation,
    /// The last act of a bot before the reply, where a bot took part after the customer's message; else the message.
    Handoff,
}

/// Tickets the team opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Proactive {
    /// They have no first response time until the customer writes; then it starts there.
    #[default]
    FromCustomerMessage,
    /// From the creation to the agents' second public message (Zendesk).
    SecondAgentMessage,
}

/// Which of several unanswered customer messages starts a next response time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NextResponseStart {
    /// The first one.
    #[default]
    Oldest,
    /// The last one.
    Latest,
}

/// What happens to a waiting reply when the ticket is solved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SolveWithoutReply {
    /// The wait ends unanswered: censored in the metrics; an SLA target is breached if it was exceeded by then,
    /// else cancelled. A reply that comes while the ticket is still solved answers it after all: whoever solves
    /// first and writes a second later has answered.
    #[default]
    Ends,
    /// Solving is an answer.
    CountsAsReply,
    /// The wait goes on until somebody replies (Zendesk SLA).
    KeepsRunning,
}

/// What a solved (or closed) state reported again means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RepeatedSolve {
    /// Nothing: a state that does not change is no transition.
    #[default]
    Ignored,
    /// The ticket was solved (closed) again: the last solve (close) moves to this instant. For audit logs that write
    /// the whole record again at every update, such as ServiceNow's.
    Restates,
}

/// Tickets merged into another one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Merged {
    /// The ticket merged away counts in no KPI; its customers' messages move to the survivor, whose creation stays.
    #[default]
    MoveMessages,
    /// The ticket merged away counts in no KPI; the survivor is left as it is.
    #[serde(alias = "leave_out")]
    Exclude,
    /// The ticket merged away counts like any other; the merge closes nothing by itself.
    Keep,
}

/// Business time where no schedule applies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NoSchedule {
    /// Unknown: `None`; business-clock targets cannot be judged and are counted under
    /// [`Reason::NoSchedule`](crate::Reason::NoSchedule).
    #[default]
    Unknown,
    /// Open day and night: business time equals calendar time.
    AlwaysOpen,
}
