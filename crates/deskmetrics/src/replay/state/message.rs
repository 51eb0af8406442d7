//! The effect of messages on waits and answers.

use super::conversation::{NextResponse, Unanswered};
use super::{Signals, TicketState};
use crate::replay::options::{FirstResponseStart, NextResponseStart, Proactive, ReplayOptions};
use crate::replay::stamp::Stamp;
use crate::ticket::Author;

impl TicketState {
    pub(super) fn note_bot_act(&mut self, author: Author, now: Stamp) {
        if author == Author::Bot && !self.conversation.responded && self.conversation.waiting_since.is_some()
        {
            self.conversation.last_bot_act = Some(now);
        }
    }

    pub(super) fn public_message(
        &mut self,
        author: Author,
        by: u32,
        now: Stamp,
        options: &ReplayOptions,
        signals: &mut Signals,
    ) {
        signals.raise(Signals::HAPPENED);
        match author {
            Author::Customer => {
                let is_opening = self.conversation.opening_unconfirmed
                    && now.at.saturating_sub(self.created.at)
                        <= options.opening_window.num_microseconds().unwrap_or(i64::MAX);
                self.conversation.opening_unconfirmed = false;
                if !is_opening {
                    self.customer_contact(now, options, signals);
                }
            }
            Author::Agent => {
                let opens = self.opens_proactively(now);
                if opens {
                    self.open_proactively(options, signals);
                } else {
                    self.conversation.public_replies = self.conversation.public_replies.saturating_add(1);
                    if !self.conversation.replying_agents.contains(&by) {
                        self.conversation.replying_agents.push(by);
                    }
                    if self.conversation.repliers.last().is_none_or(|(last, _)| *last != by) {
                        self.conversation.repliers.push((by, now));
                    }
                    if self.conversation.last_public_author == Some(Author::Bot) {
                        self.conversation.bot_handoffs = self.conversation.bot_handoffs.saturating_add(1);
                    }
                    if let (Some(cycle), false) = (self.reopens.last_mut(), self.status.is_done()) {
                        cycle.replies = cycle.replies.saturating_add(1);
                    }
                    self.answered(by, now, options, signals);
                }
                signals.raise(Signals::UPDATE);
            }
            Author::Bot => {
                self.conversation.bot_messages = self.conversation.bot_messages.saturating_add(1);
                if let (None, Some(contact)) =
                    (self.conversation.bot_first_response, self.conversation.first_contact)
                {
                    self.conversation.bot_first_response = Some(now.since(contact));
                }
                if options.bots_reply {
                    self.answered(by, now, options, signals);
                } else {
                    self.note_bot_act(author, now);
                }
            }
            Author::System | Author::External => return,
        }
        self.conversation.last_public_author = Some(author);
    }

    pub(super) fn internal_note(
        &mut self,
        author: Author,
        by: u32,
        now: Stamp,
        options: &ReplayOptions,
        signals: &mut Signals,
    ) {
        self.conversation.internal_notes = self.conversation.internal_notes.saturating_add(1);
        signals.raise(Signals::HAPPENED);
        if author == Author::Agent {
            if options.notes_update {
                signals.raise(Signals::UPDATE);
            }
            if options.notes_reply && self.conversation.waiting_since.is_some() {
                if !self.conversation.replying_agents.contains(&by) {
                    self.conversation.replying_agents.push(by);
                }
                self.answered(by, now, options, signals);
            }
        }
    }

    /// Whether an agent's public message is the one with which the team opened the ticket.
    fn opens_proactively(&self, now: Stamp) -> bool {
        if self.conversation.last_public_author == Some(Author::Customer)
            || self.conversation.public_replies > 0
            || self.conversation.proactive
        {
            return false;
        }
        if self.conversation.opening_unconfirmed {
            // With an unknown author, a message at the timestamp of creation is the opening.
            return !self.conversation.author_known && now.at == self.created.at;
        }
        self.conversation.customer_messages == 0
    }

    fn open_proactively(&mut self, options: &ReplayOptions, signals: &mut Signals) {
        self.conversation.proactive = true;
        if self.conversation.opening_unconfirmed {
            self.conversation.opening_unconfirmed = false;
            self.conversation.customer_messages = 0;
            self.conversation.waiting_since = None;
            self.conversation.lapsed = None;
            self.conversation.unanswered_first = None;
            self.conversation.first_wait = None;
            self.conversation.first_contact = None;
            self.conversation.bot_first_response = None;
            signals.raise(Signals::OPENING_WITHDRAWN);
        }
        if options.proactive == Proactive::SecondAgentMessage {
            self.conversation.waiting_since = Some(self.created);
            self.conversation.first_wait = Some(self.created);
            self.conversation.wait_start = self.created;
            signals.raise(Signals::WAIT_BEGAN);
        }
    }

    /// Handles a message of the customer, or the opening of the ticket.
    pub(super) fn customer_contact(&mut self, now: Stamp, options: &ReplayOptions, signals: &mut Signals) {
        self.conversation.customer_messages = self.conversation.customer_messages.saturating_add(1);
        if self.conversation.first_contact.is_none() {
            self.conversation.first_contact = Some(now);
        }
        self.conversation.lapsed = None;
        if self.conversation.waiting_since.is_some() {
            if options.next_response_start == NextResponseStart::Latest && self.conversation.responded {
                self.conversation.waiting_since = Some(now);
                if !self.conversation.waits_while_done {
                    signals.raise(Signals::WAIT_MOVED);
                }
            }
            return;
        }
        let created_counts = options.first_response_start == FirstResponseStart::Creation
            && !self.conversation.responded
            && !self.conversation.proactive;
        let since = if created_counts { self.created } else { now };
        self.conversation.waiting_since = Some(since);
        self.conversation.waits_while_done = self.status.is_done();
        if !self.conversation.waits_while_done {
            self.begin_wait(since, signals);
        }
    }

    /// Starts to count the wait for an answer.
    pub(super) fn begin_wait(&mut self, since: Stamp, signals: &mut Signals) {
        self.conversation.waits_while_done = false;
        self.conversation.wait_start = since;
        if !self.conversation.responded {
            let earlier = self.conversation.first_wait.replace(since).filter(|start| *start != since);
            if let (Some(start), Some(waited)) = (earlier, self.conversation.unanswered_first.take()) {
                // The response to the new message is the first; the earlier wait remains unanswered.
                let ended_at = start.at.saturating_add(waited.elapsed().calendar_micros);
                self.conversation.unanswered.push(Unanswered { is_first: true, ended_at, waited });
            }
        }
        signals.raise(Signals::WAIT_BEGAN);
    }

    /// Handles an answer to the customer.
    pub(super) fn answered(&mut self, by: u32, now: Stamp, options: &ReplayOptions, signals: &mut Signals) {
        self.conversation.opening_unconfirmed = false;
        let waiting_since = match (self.conversation.waiting_since.take(), self.conversation.lapsed.take()) {
            (Some(since), _) => {
                if std::mem::take(&mut self.conversation.waits_while_done) {
                    self.begin_wait(since, signals);
                }
                since
            }
            (None, Some(since)) => {
                if self.conversation.responded {
                    self.conversation.unanswered.pop();
                }
                signals.raise(Signals::WAIT_RESUMED);
                since
            }
            (None, None) => return,
        };
        if self.conversation.responded {
            self.conversation.next_responses.push(NextResponse {
                at: now.at,
                waited: now.since(waiting_since),
                by,
            });
            signals.raise(Signals::NEXT_RESPONSE);
        } else {
            let start = match (options.first_response_start, self.conversation.last_bot_act) {
                (FirstResponseStart::Handoff, Some(act)) if act.at > waiting_since.at => act,
                _ => waiting_since,
            };
            self.conversation.responded = true;
            self.conversation.first_wait = Some(start);
            self.conversation.first_response = Some((now, now.since(start)));
            self.conversation.first_responder = by;
            self.conversation.unanswered_first = None;
            signals.raise(Signals::FIRST_RESPONSE);
        }
    }

    pub(super) fn end_wait(&mut self, now: Stamp, signals: &mut Signals) {
        let Some(since) = self.conversation.waiting_since.take() else { return };
        if self.conversation.responded {
            let wait = Unanswered { is_first: false, ended_at: now.at, waited: now.since(since) };
            self.conversation.unanswered.push(wait);
        } else {
            self.conversation.unanswered_first = Some(now.since(since));
        }
        self.conversation.lapsed = Some(since);
        self.conversation.lapsed_at = now;
        self.conversation.last_bot_act = None;
        signals.raise(Signals::WAIT_ENDED);
    }
}
