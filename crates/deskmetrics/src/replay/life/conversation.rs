//! Who wrote, who waits, who answered.

use super::{Life, Signals};
use crate::replay::options::{FirstResponseStart, NextResponseStart, Proactive, ReplayOptions};
use crate::replay::stamp::Stamp;
use crate::ticket::Author;

impl Life {
    pub(super) fn note_bot_act(&mut self, author: Author, now: Stamp) {
        if author == Author::Bot && !self.responded && self.waiting_since.is_some() {
            self.last_bot_act = Some(now);
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
                let is_opening = self.opening_unconfirmed
                    && now.at.saturating_sub(self.created.at)
                        <= options.opening_window.num_microseconds().unwrap_or(i64::MAX);
                self.opening_unconfirmed = false;
                if !is_opening {
                    self.customer_contact(now, options, signals);
                }
            }
            Author::Agent => {
                let opens = self.opens_proactively(now);
                if opens {
                    self.open_proactively(options, signals);
                } else {
                    self.public_replies = self.public_replies.saturating_add(1);
                    if !self.replying_agents.contains(&by) {
                        self.replying_agents.push(by);
                    }
                    if self.repliers.last().is_none_or(|(last, _)| *last != by) {
                        self.repliers.push((by, now));
                    }
                    if self.last_public_author == Some(Author::Bot) {
                        self.bot_handoffs = self.bot_handoffs.saturating_add(1);
                    }
                    if let (Some(cycle), false) = (self.reopens.last_mut(), self.status.is_done()) {
                        cycle.replies = cycle.replies.saturating_add(1);
                    }
                    self.answered(now, options, signals);
                }
                signals.raise(Signals::UPDATE);
            }
            Author::Bot => {
                self.bot_messages = self.bot_messages.saturating_add(1);
                if let (None, Some(contact)) = (self.bot_first_response, self.first_contact) {
                    self.bot_first_response = Some(now.since(contact));
                }
                if options.bots_reply {
                    self.answered(now, options, signals);
                } else {
                    self.note_bot_act(author, now);
                }
            }
            Author::System | Author::External => return,
        }
        self.last_public_author = Some(author);
    }

    pub(super) fn internal_note(
        &mut self,
        author: Author,
        by: u32,
        now: Stamp,
        options: &ReplayOptions,
        signals: &mut Signals,
    ) {
        self.internal_notes = self.internal_notes.saturating_add(1);
        signals.raise(Signals::HAPPENED);
        if author == Author::Agent {
            if options.notes_update {
                signals.raise(Signals::UPDATE);
            }
            if options.notes_reply && self.waiting_since.is_some() {
                if !self.replying_agents.contains(&by) {
                    self.replying_agents.push(by);
                }
                self.answered(now, options, signals);
            }
        }
    }

    /// Whether an agent's public message now is the one with which the team opened the ticket.
    fn opens_proactively(&self, now: Stamp) -> bool {
        if self.last_public_author == Some(Author::Customer) || self.public_replies > 0 || self.proactive {
            return false;
        }
        if self.opening_unconfirmed {
            // Nobody said who opened it: writing at the instant of creation is opening it.
            return !self.author_known && now.at == self.created.at;
        }
        self.customer_messages == 0
    }

    fn open_proactively(&mut self, options: &ReplayOptions, signals: &mut Signals) {
        self.proactive = true;
        if self.opening_unconfirmed {
            self.opening_unconfirmed = false;
            self.customer_messages = 0;
            self.waiting_since = None;
            self.lapsed = None;
            self.unanswered_first = None;
            self.first_wait = None;
            self.first_contact = None;
            self.bot_first_response = None;
            signals.raise(Signals::OPENING_WITHDRAWN);
        }
        if options.proactive == Proactive::SecondAgentMessage {
            self.waiting_since = Some(self.created);
            self.first_wait = Some(self.created);
            self.wait_start = self.created;
            signals.raise(Signals::WAIT_BEGAN);
        }
    }

    /// The customer wrote (or, by opening the ticket, is taken to have written).
    pub(super) fn customer_contact(&mut self, now: Stamp, options: &ReplayOptions, signals: &mut Signals) {
        self.customer_messages = self.customer_messages.saturating_add(1);
        if self.first_contact.is_none() {
            self.first_contact = Some(now);
        }
        self.lapsed = None;
        if self.waiting_since.is_some() {
            if options.next_response_start == NextResponseStart::Latest && self.responded {
                self.waiting_since = Some(now);
                if !self.waits_while_done {
                    signals.raise(Signals::WAIT_MOVED);
                }
            }
            return;
        }
        let created_counts = options.first_response_start == FirstResponseStart::Creation
            && !self.responded
            && !self.proactive;
        let since = if created_counts { self.created } else { now };
        self.waiting_since = Some(since);
        self.waits_while_done = self.status.is_done();
        if !self.waits_while_done {
            self.begin_wait(since, signals);
        }
    }

    /// The waiting message begins to count.
    pub(super) fn begin_wait(&mut self, since: Stamp, signals: &mut Signals) {
        self.waits_while_done = false;
        self.wait_start = since;
        if !self.responded {
            self.first_wait = Some(since);
            self.unanswered_first = None;
        }
        signals.raise(Signals::WAIT_BEGAN);
    }

    /// The customer got an answer.
    pub(super) fn answered(&mut self, now: Stamp, options: &ReplayOptions, signals: &mut Signals) {
        self.opening_unconfirmed = false;
        let waiting_since = match (self.waiting_since.take(), self.lapsed.take()) {
            (Some(since), _) => {
                if std::mem::take(&mut self.waits_while_done) {
                    self.begin_wait(since, signals);
                }
                since
            }
            (None, Some(since)) => {
                if self.responded {
                    self.unanswered_next.pop();
                }
                signals.raise(Signals::WAIT_TAKEN_UP);
                since
            }
            (None, None) => return,
        };
        if self.responded {
            self.next_responses.push(now.since(waiting_since));
            signals.raise(Signals::NEXT_RESPONSE);
        } else {
            let start = match (options.first_response_start, self.last_bot_act) {
                (FirstResponseStart::Handoff, Some(act)) if act.at > waiting_since.at => act,
                _ => waiting_since,
            };
            self.responded = true;
            self.first_wait = Some(start);
            self.first_response = Some((now, now.since(start)));
            self.unanswered_first = None;
            signals.raise(Signals::FIRST_RESPONSE);
        }
    }

    pub(super) fn end_wait(&mut self, now: Stamp, signals: &mut Signals) {
        let Some(since) = self.waiting_since.take() else { return };
        if self.responded {
            self.unanswered_next.push(now.since(since));
        } else {
            self.unanswered_first = Some(now.since(since));
        }
        self.lapsed = Some(since);
        self.lapsed_at = now;
        self.last_bot_act = None;
        signals.raise(Signals::WAIT_ENDED);
    }
}
