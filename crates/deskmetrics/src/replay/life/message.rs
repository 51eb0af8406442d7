//! What a message changes: who waits, who answered.

use super::conversation::NextResponse;
use super::{Life, Signals};
use crate::replay::options::{FirstResponseStart, NextResponseStart, Proactive, ReplayOptions};
use crate::replay::stamp::Stamp;
use crate::ticket::Author;

impl Life {
    pub(super) fn note_bot_act(&mut self, author: Author, now: Stamp) {
        if author == Author::Bot && !self.talk.responded && self.talk.waiting_since.is_some() {
            self.talk.last_bot_act = Some(now);
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
                let is_opening = self.talk.opening_unconfirmed
                    && now.at.saturating_sub(self.created.at)
                        <= options.opening_window.num_microseconds().unwrap_or(i64::MAX);
                self.talk.opening_unconfirmed = false;
                if !is_opening {
                    self.customer_contact(now, options, signals);
                }
            }
            Author::Agent => {
                let opens = self.opens_proactively(now);
                if opens {
                    self.open_proactively(options, signals);
                } else {
                    self.talk.public_replies = self.talk.public_replies.saturating_add(1);
                    if !self.talk.replying_agents.contains(&by) {
                        self.talk.replying_agents.push(by);
                    }
                    if self.talk.repliers.last().is_none_or(|(last, _)| *last != by) {
                        self.talk.repliers.push((by, now));
                    }
                    if self.talk.last_public_author == Some(Author::Bot) {
                        self.talk.bot_handoffs = self.talk.bot_handoffs.saturating_add(1);
                    }
                    if let (Some(cycle), false) = (self.reopens.last_mut(), self.status.is_done()) {
                        cycle.replies = cycle.replies.saturating_add(1);
                    }
                    self.answered(by, now, options, signals);
                }
                signals.raise(Signals::UPDATE);
            }
            Author::Bot => {
                self.talk.bot_messages = self.talk.bot_messages.saturating_add(1);
                if let (None, Some(contact)) = (self.talk.bot_first_response, self.talk.first_contact) {
                    self.talk.bot_first_response = Some(now.since(contact));
                }
                if options.bots_reply {
                    self.answered(by, now, options, signals);
                } else {
                    self.note_bot_act(author, now);
                }
            }
            Author::System | Author::External => return,
        }
        self.talk.last_public_author = Some(author);
    }

    pub(super) fn internal_note(
        &mut self,
        author: Author,
        by: u32,
        now: Stamp,
        options: &ReplayOptions,
        signals: &mut Signals,
    ) {
        self.talk.internal_notes = self.talk.internal_notes.saturating_add(1);
        signals.raise(Signals::HAPPENED);
        if author == Author::Agent {
            if options.notes_update {
                signals.raise(Signals::UPDATE);
            }
            if options.notes_reply && self.talk.waiting_since.is_some() {
                if !self.talk.replying_agents.contains(&by) {
                    self.talk.replying_agents.push(by);
                }
                self.answered(by, now, options, signals);
            }
        }
    }

    /// Whether an agent's public message now is the one with which the team opened the ticket.
    fn opens_proactively(&self, now: Stamp) -> bool {
        if self.talk.last_public_author == Some(Author::Customer)
            || self.talk.public_replies > 0
            || self.talk.proactive
        {
            return false;
        }
        if self.talk.opening_unconfirmed {
            // Nobody said who opened it: writing at the instant of creation is opening it.
            return !self.talk.author_known && now.at == self.created.at;
        }
        self.talk.customer_messages == 0
    }

    fn open_proactively(&mut self, options: &ReplayOptions, signals: &mut Signals) {
        self.talk.proactive = true;
        if self.talk.opening_unconfirmed {
            self.talk.opening_unconfirmed = false;
            self.talk.customer_messages = 0;
            self.talk.waiting_since = None;
            self.talk.lapsed = None;
            self.talk.unanswered_first = None;
            self.talk.first_wait = None;
            self.talk.first_contact = None;
            self.talk.bot_first_response = None;
            signals.raise(Signals::OPENING_WITHDRAWN);
        }
        if options.proactive == Proactive::SecondAgentMessage {
            self.talk.waiting_since = Some(self.created);
            self.talk.first_wait = Some(self.created);
            self.talk.wait_start = self.created;
            signals.raise(Signals::WAIT_BEGAN);
        }
    }

    /// The customer wrote (or, by opening the ticket, is taken to have written).
    pub(super) fn customer_contact(&mut self, now: Stamp, options: &ReplayOptions, signals: &mut Signals) {
        self.talk.customer_messages = self.talk.customer_messages.saturating_add(1);
        if self.talk.first_contact.is_none() {
            self.talk.first_contact = Some(now);
        }
        self.talk.lapsed = None;
        if self.talk.waiting_since.is_some() {
            if options.next_response_start == NextResponseStart::Latest && self.talk.responded {
                self.talk.waiting_since = Some(now);
                if !self.talk.waits_while_done {
                    signals.raise(Signals::WAIT_MOVED);
                }
            }
            return;
        }
        let created_counts = options.first_response_start == FirstResponseStart::Creation
            && !self.talk.responded
            && !self.talk.proactive;
        let since = if created_counts { self.created } else { now };
        self.talk.waiting_since = Some(since);
        self.talk.waits_while_done = self.status.is_done();
        if !self.talk.waits_while_done {
            self.begin_wait(since, signals);
        }
    }

    /// The waiting message begins to count.
    pub(super) fn begin_wait(&mut self, since: Stamp, signals: &mut Signals) {
        self.talk.waits_while_done = false;
        self.talk.wait_start = since;
        if !self.talk.responded {
            self.talk.first_wait = Some(since);
            self.talk.unanswered_first = None;
        }
        signals.raise(Signals::WAIT_BEGAN);
    }

    /// The customer got an answer.
    pub(super) fn answered(&mut self, by: u32, now: Stamp, options: &ReplayOptions, signals: &mut Signals) {
        self.talk.opening_unconfirmed = false;
        let waiting_since = match (self.talk.waiting_since.take(), self.talk.lapsed.take()) {
            (Some(since), _) => {
                if std::mem::take(&mut self.talk.waits_while_done) {
                    self.begin_wait(since, signals);
                }
                since
            }
            (None, Some(since)) => {
                if self.talk.responded {
                    self.talk.unanswered_next.pop();
                }
                signals.raise(Signals::WAIT_TAKEN_UP);
                since
            }
            (None, None) => return,
        };
        if self.talk.responded {
            self.talk.next_responses.push(NextResponse { at: now.at, waited: now.since(waiting_since), by });
            signals.raise(Signals::NEXT_RESPONSE);
        } else {
            let start = match (options.first_response_start, self.talk.last_bot_act) {
                (FirstResponseStart::Handoff, Some(act)) if act.at > waiting_since.at => act,
                _ => waiting_since,
            };
            self.talk.responded = true;
            self.talk.first_wait = Some(start);
            self.talk.first_response = Some((now, now.since(start)));
            self.talk.first_responder = by;
            self.talk.unanswered_first = None;
            signals.raise(Signals::FIRST_RESPONSE);
        }
    }

    pub(super) fn end_wait(&mut self, now: Stamp, signals: &mut Signals) {
        let Some(since) = self.talk.waiting_since.take() else { return };
        if self.talk.responded {
            self.talk.unanswered_next.push(now.since(since));
        } else {
            self.talk.unanswered_first = Some(now.since(since));
        }
        self.talk.lapsed = Some(since);
        self.talk.lapsed_at = now;
        self.talk.last_bot_act = None;
        signals.raise(Signals::WAIT_ENDED);
    }
}
