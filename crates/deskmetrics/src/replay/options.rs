//! Conventions of replay on which products differ, with their defaults.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::sla::SlaOptions;

/// Conventions of replay on which products differ.
///
/// ```
/// use deskmetrics::replay::{FirstResponseStart, ReplayOptions};
///
/// // as Zendesk's native first reply time
/// let options = ReplayOptions::default().with_first_response_start(FirstResponseStart::Creation);
/// assert!(!options.bots_reply);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
#[allow(clippy::struct_excessive_bools, reason = "each is a question of its own, answered by name")]
pub struct ReplayOptions {
    /// How a ticket's events are ordered. Default: by time, then sequence, then the rank of the kind.
    pub order: EventOrder,
    /// The customer-side opening of a ticket. Default: its creation.
    pub opening: Opening,
    /// A customer message at most this long after the creation is a duplicate of the opening, not a second message.
    /// Default: zero, so only a message with the timestamp of the creation.
    #[serde(with = "crate::duration_text")]
    pub opening_window: TimeDelta,
    /// Where the first response time starts. Default: the customer's message.
    pub first_response_start: FirstResponseStart,
    /// How tickets opened by the team count. Default: from the customer's first message on.
    pub proactive: Proactive,
    /// Which of several unanswered customer messages starts a next response time. Default: the oldest.
    pub next_response_start: NextResponseStart,
    /// What happens to a pending reply when the ticket is solved. Default: the wait ends unanswered.
    pub solve_without_reply: SolveWithoutReply,
    /// Whether a bot's public message answers the customer like an agent's. Default: no.
    pub bots_reply: bool,
    /// Whether an agent who is the requester of the ticket, by name, acts as an agent on it and answers it. Default:
    /// no, their actions count as the customer's (Zendesk: "the next public reply by an agent who is not the
    /// requester").
    pub requester_answers: bool,
    /// Whether an agent's internal note answers the customer. Default: no.
    pub notes_reply: bool,
    /// Whether an agent's internal note counts as an update for the two update metrics. Default: no.
    pub notes_update: bool,
    /// Whether closing a ticket that was never solved counts as solving it. Default: yes.
    pub close_counts_as_solve: bool,
    /// How a repeated report of a solved (or closed) status counts. Default: it is ignored.
    pub repeated_solve: RepeatedSolve,
    /// A reopening that is solved again within this time and without a public reply is a "thank you": it is counted
    /// separately, and the earlier solve remains. Default: `None`, every reopening counts (and
    /// [`ReopenCycle::is_thank_you`](super::ReopenCycle::is_thank_you) identifies them).
    #[serde(with = "crate::duration_text::optional")]
    pub thank_you_within: Option<TimeDelta>,
    /// How merged tickets count. Default: they are excluded, and their customer messages move to the survivor.
    pub merged: Merged,
    /// Business time if no schedule applies. Default: unknown.
    pub no_schedule: NoSchedule,
    /// How SLA targets respond to changes of the ticket.
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
    setters! {
        /// Sets [`order`](Self::order).
        with_order(order = EventOrder);

        /// Sets [`opening`](Self::opening).
        with_opening(opening = Opening);

        /// Sets [`opening_window`](Self::opening_window).
        with_opening_window(opening_window = TimeDelta);

        /// Sets [`first_response_start`](Self::first_response_start).
        with_first_response_start(first_response_start = FirstResponseStart);

        /// Sets [`proactive`](Self::proactive).
        with_proactive(proactive = Proactive);

        /// Sets [`next_response_start`](Self::next_response_start).
        with_next_response_start(next_response_start = NextResponseStart);

        /// Sets [`solve_without_reply`](Self::solve_without_reply).
        with_solve_without_reply(solve_without_reply = SolveWithoutReply);

        /// Sets [`bots_reply`](Self::bots_reply).
        with_bots_reply(bots_reply = bool);

        /// Sets [`requester_answers`](Self::requester_answers).
        with_requester_answers(requester_answers = bool);

        /// Sets [`notes_reply`](Self::notes_reply).
        with_notes_reply(notes_reply = bool);

        /// Sets [`notes_update`](Self::notes_update).
        with_notes_update(notes_update = bool);

        /// Sets [`close_counts_as_solve`](Self::close_counts_as_solve).
        with_close_counts_as_solve(close_counts_as_solve = bool);

        /// Sets [`repeated_solve`](Self::repeated_solve).
        with_repeated_solve(repeated_solve = RepeatedSolve);

        /// Sets [`thank_you_within`](Self::thank_you_within).
        with_thank_you_within(thank_you_within = Some TimeDelta);

        /// Sets [`merged`](Self::merged).
        with_merged(merged = Merged);

        /// Sets [`no_schedule`](Self::no_schedule).
        with_no_schedule(no_schedule = NoSchedule);

        /// Sets [`sla`](Self::sla).
        with_sla(sla = SlaOptions);
    }
}

/// How a ticket's events are ordered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EventOrder {
    /// By timestamp; then by sequence, then by [`EventKind::rank`](crate::ticket::EventKind::rank).
    #[default]
    Time,
    /// By sequence, such as the row number of an audit log whose order is more reliable than its timestamps. An event
    /// later than its successor is moved to the successor's timestamp.
    Sequence,
}

words!(EventOrder: "order of events");

/// The customer-side opening of a ticket.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Opening {
    /// The creation is the customer's opening message, unless [`Ticket::created_by`](crate::Ticket::created_by) names
    /// another author, or an agent's public message has the timestamp of the creation (the team wrote first). A
    /// customer message with the timestamp of the creation is that same opening.
    #[default]
    Creation,
    /// Only customer messages in the log count. The creation alone opens nothing (Plain, Intercom).
    FirstMessage,
}

words!(Opening: "opening");

/// Where the first response time starts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FirstResponseStart {
    /// The oldest unanswered customer message. If a ticket is solved without a reply by a person and reopened, the
    /// first response time starts again at the message that reopened it.
    #[default]
    CustomerMessage,
    /// The creation, in every case (Zendesk's native metric).
    Creation,
    /// The last action of a bot before the reply, if a bot acted after the customer's message; else the message.
    Handoff,
}

words!(FirstResponseStart: "start of the first response time");

/// How tickets opened by the team count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Proactive {
    /// They have no first response time until the customer writes. It then starts at that message.
    #[default]
    FromCustomerMessage,
    /// From the creation to the agents' second public message (Zendesk).
    SecondAgentMessage,
}

words!(Proactive: "rule of proactive tickets");

/// The unanswered customer message that starts a next response time.
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

words!(NextResponseStart: "start of the next response time");

/// What happens to a pending reply when the ticket is solved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SolveWithoutReply {
    /// The wait ends unanswered. It is censored in the metrics; an SLA target is breached if it was exceeded by then,
    /// else cancelled. A reply while the ticket is still solved answers the message after all, as when an agent
    /// solves first and replies a second later.
    #[default]
    Ends,
    /// The solve counts as an answer.
    CountsAsReply,
    /// The wait goes on until an agent replies (Zendesk SLA).
    KeepsRunning,
}

words!(SolveWithoutReply: "rule of solves without a reply");

/// How a repeated report of a solved (or closed) status counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RepeatedSolve {
    /// It is ignored: an unchanged status is no transition.
    #[default]
    Ignored,
    /// The ticket was solved (closed) again, so the last solve (close) moves to this timestamp. For audit logs that
    /// repeat the full record at every update, such as ServiceNow's.
    Restates,
}

words!(RepeatedSolve: "rule of repeated solves");

/// How merged tickets count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Merged {
    /// The merged ticket counts in no KPI. Its customer messages move to the survivor, whose creation does not
    /// change.
    #[default]
    MoveMessages,
    /// The merged ticket counts in no KPI. The survivor does not change.
    #[serde(alias = "leave_out")]
    Exclude,
    /// The merged ticket counts like any other. The merge itself closes nothing.
    Keep,
}

words!(Merged: "rule of merged tickets");

/// Business time if no schedule applies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NoSchedule {
    /// Unknown (`None`). Targets on the business clock are not evaluated and are counted under
    /// [`Reason::NoSchedule`](crate::Reason::NoSchedule).
    #[default]
    Unknown,
    /// Always open: business time equals calendar time.
    AlwaysOpen,
}

words!(NoSchedule: "rule of tickets without a schedule");
