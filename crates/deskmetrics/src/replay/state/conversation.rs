//! Who wrote, who waits, who answered.

use serde::{Deserialize, Serialize};

use crate::replay::stamp::{Span, Stamp};
use crate::replay::step::NONE;
use crate::ticket::Author;

/// A response after the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct NextResponse {
    /// When it was given, in microseconds.
    pub(super) at: i64,
    /// How long the customer had waited.
    pub(super) waited: Span,
    /// Who gave it, by number of the name.
    pub(super) by: u32,
}

/// How the conversation stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(clippy::struct_excessive_bools, reason = "independent facts, not one state")]
pub(crate) struct Conversation {
    /// The creation may still prove to be the customer's explicit message or the team's.
    pub(super) opening_unconfirmed: bool,
    /// An explicit author was given.
    pub(super) author_known: bool,
    pub(super) proactive: bool,
    pub(crate) responded: bool,
    /// The oldest customer message nobody has answered.
    pub(super) waiting_since: Option<Stamp>,
    /// When the last wait began.
    pub(crate) wait_start: Stamp,
    /// The waiting message came while the ticket was solved: it waits only if somebody takes it up.
    pub(super) waits_while_done: bool,
    /// Since when the wait lasted that the last solve ended: a reply before the ticket comes back still answers it.
    pub(super) lapsed: Option<Stamp>,
    /// When a solve last ended a wait.
    pub(crate) lapsed_at: Stamp,
    pub(super) first_wait: Option<Stamp>,
    pub(super) unanswered_first: Option<Span>,
    pub(super) first_response: Option<(Stamp, Span)>,
    /// Who gave it, by number of the name.
    pub(crate) first_responder: u32,
    pub(super) first_contact: Option<Stamp>,
    pub(super) bot_first_response: Option<Span>,
    pub(super) last_bot_act: Option<Stamp>,
    pub(super) last_public_author: Option<Author>,
    pub(super) next_responses: Vec<NextResponse>,
    pub(super) unanswered_next: Vec<Span>,
    pub(super) replying_agents: Vec<u32>,
    /// Who replied publicly, and since when they were the last to.
    pub(crate) repliers: Vec<(u32, Stamp)>,
    pub(super) public_replies: u32,
    pub(super) customer_messages: u32,
    pub(super) bot_messages: u32,
    pub(super) internal_notes: u32,
    pub(super) bot_handoffs: u32,
}

impl Conversation {
    /// Forgets everything, keeping the memory of the lists.
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
            unanswered_next,
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
        unanswered_next.clear();
        replying_agents.clear();
        repliers.clear();
    }
}
