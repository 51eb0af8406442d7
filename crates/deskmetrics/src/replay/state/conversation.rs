//! State of the conversation: authors, waits and answers.

use crate::replay::stamp::{ClockSpan, Stamp};
use crate::replay::step::NONE;
use crate::ticket::Author;

/// A response after the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NextResponse {
    /// When it was given, in microseconds.
    pub(super) at: i64,
    /// How long the customer waited.
    pub(super) waited: ClockSpan,
    /// The number of the author's name.
    pub(super) by: u32,
}

/// A wait that a solve ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unanswered {
    pub(super) is_first: bool,
    /// When the solve ended it, in microseconds.
    pub(super) ended_at: i64,
    pub(super) waited: ClockSpan,
}

/// The state of the conversation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "independent facts, not one state")]
pub(crate) struct Conversation {
    /// Whether a message may still show that the customer or the team opened the ticket.
    pub(super) opening_unconfirmed: bool,
    /// Whether the author of the ticket is known.
    pub(super) author_known: bool,
    pub(super) proactive: bool,
    pub(crate) responded: bool,
    /// The oldest unanswered customer message.
    pub(super) waiting_since: Option<Stamp>,
    /// When the last wait began.
    pub(crate) wait_start: Stamp,
    /// Whether the waiting message came while the ticket was solved. It counts only if the ticket is reopened.
    pub(super) waits_while_done: bool,
    /// The start of the wait that the last solve ended. A reply before a reopening still answers it.
    pub(super) lapsed: Option<Stamp>,
    /// When a solve last ended a wait.
    pub(crate) lapsed_at: Stamp,
    pub(super) first_wait: Option<Stamp>,
    pub(super) unanswered_first: Option<ClockSpan>,
    pub(super) first_response: Option<(Stamp, ClockSpan)>,
    /// The number of the first responder's name.
    pub(crate) first_responder: u32,
    pub(super) first_contact: Option<Stamp>,
    pub(super) bot_first_response: Option<ClockSpan>,
    pub(super) last_bot_act: Option<Stamp>,
    pub(super) last_public_author: Option<Author>,
    pub(super) next_responses: Vec<NextResponse>,
    pub(super) unanswered: Vec<Unanswered>,
    pub(super) replying_agents: Vec<u32>,
    /// The repliers, and the start of their consecutive replies.
    pub(crate) repliers: Vec<(u32, Stamp)>,
    pub(super) public_replies: u32,
    pub(super) customer_messages: u32,
    pub(super) bot_messages: u32,
    pub(super) internal_notes: u32,
    pub(super) bot_handoffs: u32,
}

impl Conversation {
    /// Resets the conversation. The lists keep their memory.
    pub(super) fn clear(&mut self) {
        let Self {
            opening_unconfirmed,
            author_known,
            proactive,
            responded,
            waiting_since,
            wait_start,
            waits_while_done,
            lapsed,
            lapsed_at,
            first_wait,
            unanswered_first,
            first_response,
            first_responder,
            first_contact,
            bot_first_response,
            last_bot_act,
            last_public_author,
            next_responses,
            unanswered,
            replying_agents,
            repliers,
            public_replies,
            customer_messages,
            bot_messages,
            internal_notes,
            bot_handoffs,
        } = self;
        for flag in [opening_unconfirmed, author_known, proactive, responded, waits_while_done] {
            *flag = false;
        }
        for stamp in [waiting_since, lapsed, first_wait, first_contact, last_bot_act] {
            *stamp = None;
        }
        for stamp in [wait_start, lapsed_at] {
            *stamp = Stamp::default();
        }
        for span in [unanswered_first, bot_first_response] {
            *span = None;
        }
        for count in [public_replies, customer_messages, bot_messages, internal_notes, bot_handoffs] {
            *count = 0;
        }
        *first_response = None;
        *first_responder = NONE;
        *last_public_author = None;
        next_responses.clear();
        unanswered.clear();
        replying_agents.clear();
        repliers.clear();
    }
}
