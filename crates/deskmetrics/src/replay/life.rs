//! The state machine: one ticket's steps, in order, into everything that is measured about it.

use serde::{Deserialize, Serialize};

use super::metrics::{ReopenCycle, TicketMetrics};
use super::options::{
    FirstResponseStart, Merged, NextResponseStart, Opening, Proactive, RepeatedSolve, ReplayOptions,
    SolveWithoutReply,
};
use super::stamp::{Span, Stamp};
use super::step::{NONE, What};
use crate::ticket::{Attribute, Author, Status};
use crate::{Elapsed, Reason};

/// Number of [`Attribute::Group`] in steps.
pub(crate) const GROUP: u16 = 6;
/// Number of [`Attribute::Assignee`] in steps.
pub(crate) const ASSIGNEE: u16 = 7;
const _: () = assert!(matches!(Attribute::NAMED[GROUP as usize], Attribute::Group));
const _: () = assert!(matches!(Attribute::NAMED[ASSIGNEE as usize], Attribute::Assignee));

/// Where a stretch with one assignee or group begins and which it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StintMark {
    pub(crate) attribute: u16,
    pub(crate) value: u32,
    pub(crate) from: Stamp,
    pub(crate) until: Option<Stamp>,
}

/// What a step meant, for those who listen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Signals(u32);

impl Signals {
    /// The step changed something or counted for something.
    pub(crate) const HAPPENED: Self = Self(1);
    /// A customer message began to wait for a person; [`Life::waiting_since`] says since when.
    pub(crate) const WAIT_BEGAN: Self = Self(1 << 1);
    /// The wait began again at the latest message.
    pub(crate) const WAIT_MOVED: Self = Self(1 << 2);
    /// The first response was given.
    pub(crate) const FIRST_RESPONSE: Self = Self(1 << 3);
    /// A later customer message was answered.
    pub(crate) const NEXT_RESPONSE: Self = Self(1 << 4);
    /// The wait ended without an answer.
    pub(crate) const WAIT_ENDED: Self = Self(1 << 5);
    /// An agent told the customer something (or the team, if notes count as updates).
    pub(crate) const UPDATE: Self = Self(1 << 6);
    /// The status changed.
    pub(crate) const STATUS: Self = Self(1 << 7);
    /// The ticket was solved.
    pub(crate) const SOLVED: Self = Self(1 << 8);
    /// The ticket came back.
    pub(crate) const REOPENED: Self = Self(1 << 9);
    /// The solve took back a reopening: it had been a thank-you.
    pub(crate) const THANKED: Self = Self(1 << 10);
    /// The group changed.
    pub(crate) const GROUP: Self = Self(1 << 11);
    /// An attribute or tag changed.
    pub(crate) const ATTRIBUTE: Self = Self(1 << 12);
    /// The ticket left: merged, deleted, spam.
    pub(crate) const LEFT: Self = Self(1 << 13);
    /// The ticket was brought back.
    pub(crate) const RESTORED: Self = Self(1 << 14);
    /// The assignee changed.
    pub(crate) const ASSIGNEE: Self = Self(1 << 16);
    /// The opening proved to be the team's: what had begun to wait never did.
    pub(crate) const OPENING_WITHDRAWN: Self = Self(1 << 15);

    pub(crate) const fn has(self, signal: Self) -> bool {
        self.0 & signal.0 != 0
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    fn raise(&mut self, signal: Self) {
        self.0 |= signal.0;
    }
}

/// A solve, as it stood when the ticket was reopened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Solve {
    at: Stamp,
    by: Author,
}

/// The state of one ticket after the steps so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Life {
    pub(crate) created: Stamp,
    pub(crate) status: Status,
    status_since: Stamp,
    in_status: [Span; 6],
    pub(crate) left: Option<(Reason, Stamp)>,

    /// The creation may still prove to be the customer's explicit message or the team's.
    opening_unconfirmed: bool,
    /// An explicit author was given.
    author_known: bool,
    pub(crate) proactive: bool,
    pub(crate) responded: bool,
    /// The oldest customer message nobody has answered.
    pub(crate) waiting_since: Option<Stamp>,
    /// When the last wait began.
    pub(crate) wait_start: Stamp,
    /// The waiting message came while the ticket was solved: it waits only if somebody takes it up.
    pub(crate) waits_while_done: bool,
    first_wait: Option<Stamp>,
    unanswered_first: Option<Span>,
    first_response: Option<(Stamp, Span)>,
    first_contact: Option<Stamp>,
    bot_first_response: Option<Span>,
    last_bot_act: Option<Stamp>,
    last_public_author: Option<Author>,
    next_responses: Vec<Span>,
    unanswered_next: Vec<Span>,

    first_solve: Option<Stamp>,
    last_solve: Option<Solve>,
    closed: Option<Stamp>,
    /// Closed without a solve, where that does not count as one.
    closed_unsolved: bool,
    /// Time between solves and reopenings so far.
    solved_time: Span,
    reopens: Vec<ReopenCycle>,
    /// What the last reopening undid, for taking it back.
    before_reopen: Option<(Solve, Span, Stamp)>,
    thank_you_reopens: u32,

    group: u32,
    assignee: u32,
    first_assignment: Option<Span>,
    pub(crate) stints: Vec<StintMark>,
    replying_agents: Vec<u32>,

    public_replies: u32,
    customer_messages: u32,
    bot_messages: u32,
    internal_notes: u32,
    agent_touches: u32,
    bot_handoffs: u32,
    escalations: u32,
}

impl Life {
    /// An empty life, to be begun.
    pub(crate) fn unborn() -> Self {
        Self {
            created: Stamp::default(),
            status: Status::New,
            status_since: Stamp::default(),
            in_status: [Span::default(); 6],
            left: None,
            opening_unconfirmed: false,
            author_known: false,
            proactive: false,
            responded: false,
            waiting_since: None,
            wait_start: Stamp::default(),
            waits_while_done: false,
            first_wait: None,
            unanswered_first: None,
            first_response: None,
            first_contact: None,
            bot_first_response: None,
            last_bot_act: None,
            last_public_author: None,
            next_responses: Vec::new(),
            unanswered_next: Vec::new(),
            first_solve: None,
            last_solve: None,
            closed: None,
            closed_unsolved: false,
            solved_time: Span::default(),
            reopens: Vec::new(),
            before_reopen: None,
            thank_you_reopens: 0,
            group: NONE,
            assignee: NONE,
            first_assignment: None,
            stints: Vec::new(),
            replying_agents: Vec::new(),
            public_replies: 0,
            customer_messages: 0,
            bot_messages: 0,
            internal_notes: 0,
            agent_touches: 0,
            bot_handoffs: 0,
            escalations: 0,
        }
    }

    /// Begins the life of another ticket, keeping the memory of the lists.
    pub(crate) fn begin(
        &mut self,
        created: Stamp,
        created_by: Option<Author>,
        group: u32,
        assignee: u32,
        options: &ReplayOptions,
    ) -> Signals {
        let mut lists = Self::unborn();
        std::mem::swap(&mut lists.next_responses, &mut self.next_responses);
        std::mem::swap(&mut lists.unanswered_next, &mut self.unanswered_next);
        std::mem::swap(&mut lists.reopens, &mut self.reopens);
        std::mem::swap(&mut lists.stints, &mut self.stints);
        std::mem::swap(&mut lists.replying_agents, &mut self.replying_agents);
        *self = lists;
        self.next_responses.clear();
        self.unanswered_next.clear();
        self.reopens.clear();
        self.stints.clear();
        self.replying_agents.clear();

        let mut signals = Signals::default();
        signals.raise(Signals::HAPPENED);
        self.created = created;
        self.status_since = created;
        self.author_known = created_by.is_some();
        if options.opening == Opening::Creation && matches!(created_by, None | Some(Author::Customer)) {
            self.opening_unconfirmed = true;
            self.customer_contact(created, options, &mut signals);
        }
        self.move_to(GROUP, group, created, &mut signals);
        self.move_to(ASSIGNEE, assignee, created, &mut signals);
        signals
    }

    /// One more step. The signals say what it meant; none means that nothing changed.
    pub(crate) fn apply(
        &mut self,
        what: What,
        author: Author,
        by: u32,
        now: Stamp,
        options: &ReplayOptions,
    ) -> Signals {
        let mut signals = Signals::default();
        match what {
            What::PublicMessage => self.public_message(author, by, now, options, &mut signals),
            What::InternalNote => self.internal_note(author, by, now, options, &mut signals),
            What::Status(status) => self.status(status, author, now, options, &mut signals),
            What::Changed { attribute, to } => {
                let changed = match attribute {
                    GROUP | ASSIGNEE => self.move_to(attribute, to, now, &mut signals),
                    _ => true,
                };
                if changed {
                    signals.raise(Signals::ATTRIBUTE);
                    signals.raise(Signals::HAPPENED);
                    self.note_bot_act(author, now);
                }
            }
            What::Tagged(_) | What::Untagged(_) => {
                signals.raise(Signals::ATTRIBUTE);
                signals.raise(Signals::HAPPENED);
            }
            What::Escalated => {
                self.escalations = self.escalations.saturating_add(1);
                signals.raise(Signals::HAPPENED);
                self.note_bot_act(author, now);
            }
            What::MergedInto if options.merged == Merged::Keep => signals.raise(Signals::HAPPENED),
            What::MergedInto => self.leave(Reason::Merged, now, &mut signals),
            What::Deleted => self.leave(Reason::Deleted, now, &mut signals),
            What::Spam => self.leave(Reason::Spam, now, &mut signals),
            What::Restored => {
                if self.left.take().is_some() {
                    signals.raise(Signals::HAPPENED);
                    signals.raise(Signals::RESTORED);
                }
            }
            What::SplitFrom | What::SurveySent | What::SurveyAnswered => signals.raise(Signals::HAPPENED),
        }
        if author == Author::Agent && !signals.is_empty() {
            self.agent_touches = self.agent_touches.saturating_add(1);
        }
        signals
    }

    fn leave(&mut self, reason: Reason, now: Stamp, signals: &mut Signals) {
        if self.left.is_none() {
            self.left = Some((reason, now));
            signals.raise(Signals::HAPPENED);
            signals.raise(Signals::LEFT);
        }
    }

    fn note_bot_act(&mut self, author: Author, now: Stamp) {
        if author == Author::Bot && !self.responded && self.waiting_since.is_some() {
            self.last_bot_act = Some(now);
        }
    }

    fn public_message(
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

    fn internal_note(
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
    fn customer_contact(&mut self, now: Stamp, options: &ReplayOptions, signals: &mut Signals) {
        self.customer_messages = self.customer_messages.saturating_add(1);
        if self.first_contact.is_none() {
            self.first_contact = Some(now);
        }
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
        self.waiting_since = Some(if created_counts { self.created } else { now });
        self.waits_while_done = self.status.is_done();
        if !self.waits_while_done {
            self.begin_wait(signals);
        }
    }

    /// The waiting message begins to count.
    fn begin_wait(&mut self, signals: &mut Signals) {
        self.waits_while_done = false;
        self.wait_start = self.waiting_since.unwrap_or(self.wait_start);
        if !self.responded {
            self.first_wait = self.waiting_since;
            self.unanswered_first = None;
        }
        signals.raise(Signals::WAIT_BEGAN);
    }

    /// The customer got an answer.
    fn answered(&mut self, now: Stamp, options: &ReplayOptions, signals: &mut Signals) {
        self.opening_unconfirmed = false;
        let Some(waiting_since) = self.waiting_since else { return };
        if self.waits_while_done {
            self.begin_wait(signals);
        }
        self.waiting_since = None;
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

    fn status(
        &mut self,
        to: Status,
        author: Author,
        now: Stamp,
        options: &ReplayOptions,
        signals: &mut Signals,
    ) {
        let from = self.status;
        if to == from {
            if options.repeated_solve == RepeatedSolve::Restates && to.is_done() {
                if to == Status::Closed {
                    self.closed = Some(now);
                } else {
                    self.last_solve = Some(Solve { at: now, by: author });
                    if let Some(cycle) = self.reopens.last_mut() {
                        cycle.solved_again_at = Some(now.timestamp());
                    }
                }
                signals.raise(Signals::HAPPENED);
            }
            return;
        }
        signals.raise(Signals::HAPPENED);
        signals.raise(Signals::STATUS);
        self.in_status[from.index()].add(now.since(self.status_since));
        self.status = to;
        self.status_since = now;
        if to == Status::Closed {
            self.closed = Some(now);
        }
        match (from.is_done(), to.is_done()) {
            (false, true) => {
                if to == Status::Solved || options.close_counts_as_solve {
                    self.solve(author, now, options, signals);
                } else {
                    self.closed_unsolved = true;
                }
            }
            (true, false) => self.reopen(author, now, signals),
            _ => {}
        }
    }

    fn solve(&mut self, author: Author, now: Stamp, options: &ReplayOptions, signals: &mut Signals) {
        signals.raise(Signals::SOLVED);
        if self.waiting_since.is_some() {
            match options.solve_without_reply {
                SolveWithoutReply::Ends => self.end_wait(now, signals),
                SolveWithoutReply::CountsAsReply => self.answered(now, options, signals),
                SolveWithoutReply::KeepsRunning => {}
            }
        }
        if let (Some(limit), Some((before, solved_time, reopened)), Some(cycle)) =
            (options.thank_you_within, self.before_reopen, self.reopens.last())
        {
            let within = now.at.saturating_sub(reopened.at) <= limit.num_microseconds().unwrap_or(i64::MAX);
            if within && cycle.replies == 0 {
                self.reopens.pop();
                self.thank_you_reopens = self.thank_you_reopens.saturating_add(1);
                self.last_solve = Some(before);
                self.solved_time = solved_time;
                self.before_reopen = None;
                signals.raise(Signals::THANKED);
                return;
            }
        }
        self.before_reopen = None;
        if self.first_solve.is_none() {
            self.first_solve = Some(now);
        }
        self.last_solve = Some(Solve { at: now, by: author });
        if let Some(cycle) = self.reopens.last_mut() {
            cycle.solved_again_at = Some(now.timestamp());
        }
    }

    fn end_wait(&mut self, now: Stamp, signals: &mut Signals) {
        let Some(since) = self.waiting_since.take() else { return };
        if self.responded {
            self.unanswered_next.push(now.since(since));
        } else {
            self.unanswered_first = Some(now.since(since));
        }
        self.last_bot_act = None;
        signals.raise(Signals::WAIT_ENDED);
    }

    fn reopen(&mut self, author: Author, now: Stamp, signals: &mut Signals) {
        let closed_unsolved = std::mem::take(&mut self.closed_unsolved);
        if let (Some(solve), false) = (self.last_solve, closed_unsolved) {
            signals.raise(Signals::REOPENED);
            self.before_reopen = Some((solve, self.solved_time, now));
            self.solved_time.add(now.since(solve.at));
            self.reopens.push(ReopenCycle::new(solve.at.timestamp(), now.timestamp(), author));
        }
        if self.waiting_since.is_some() {
            if self.waits_while_done {
                self.begin_wait(signals);
            }
        } else if !self.responded && self.unanswered_first.is_some() {
            // No person has answered yet and nobody wrote anew: the reopening itself asks for the answer.
            self.waiting_since = Some(now);
            self.begin_wait(signals);
        }
    }

    fn move_to(&mut self, attribute: u16, to: u32, now: Stamp, signals: &mut Signals) -> bool {
        let place = if attribute == GROUP { &mut self.group } else { &mut self.assignee };
        if *place == to {
            return false;
        }
        *place = to;
        signals.raise(if attribute == GROUP { Signals::GROUP } else { Signals::ASSIGNEE });
        if let Some(open) =
            self.stints.iter_mut().rev().find(|stint| stint.attribute == attribute && stint.until.is_none())
        {
            open.until = Some(now);
        }
        if to != NONE {
            self.stints.push(StintMark { attribute, value: to, from: now, until: None });
            if attribute == ASSIGNEE && self.first_assignment.is_none() {
                self.first_assignment = Some(now.since(self.created));
            }
        }
        true
    }

    /// The group the ticket lies with.
    pub(crate) fn group(&self) -> u32 {
        self.group
    }

    /// The assignee the ticket lies with.
    pub(crate) fn assignee(&self) -> u32 {
        self.assignee
    }

    /// Where counting ends when it is looked at at `as_of`.
    pub(crate) fn end(&self, as_of: Stamp) -> Stamp {
        self.left.map_or(as_of, |(_, at)| at)
    }

    /// Fills `metrics` with what is known at `as_of`; all but the stints, whose names are not known here.
    pub(crate) fn measure(&self, as_of: Stamp, metrics: &mut TicketMetrics) {
        let end = self.end(as_of);
        metrics.created_at = self.created.timestamp();
        metrics.as_of = as_of.timestamp();
        metrics.status = self.status;
        metrics.left_out = self.left.map(|(reason, _)| reason);
        metrics.proactive = self.proactive;

        metrics.first_customer_message_at = self.first_wait.map(Stamp::timestamp);
        metrics.first_response_at = self.first_response.map(|(at, _)| at.timestamp());
        metrics.first_response_time = self.first_response.map(|(_, span)| span.elapsed());
        let running = self.waiting_since.filter(|_| !self.waits_while_done).map(|since| end.since(since));
        metrics.running_first_response_time = match (self.responded, running) {
            (true, _) => None,
            (false, Some(span)) => Some(span.elapsed()),
            (false, None) => self.unanswered_first.map(Span::elapsed),
        };
        metrics.running_next_response_time = if self.responded { running.map(Span::elapsed) } else { None };
        metrics.bot_first_response_time = self.bot_first_response.map(Span::elapsed);
        refill(&mut metrics.next_response_times, &self.next_responses);
        refill(&mut metrics.unanswered_next_response_times, &self.unanswered_next);

        let solve = self.last_solve;
        metrics.first_solved_at = self.first_solve.map(Stamp::timestamp);
        metrics.last_solved_at = solve.map(|solve| solve.at.timestamp());
        metrics.closed_at = self.closed.map(Stamp::timestamp);
        metrics.solved_by = solve.map(|solve| solve.by);
        metrics.first_resolution_time = self.first_solve.map(|at| at.since(self.created).elapsed());
        let full = solve
            .filter(|_| self.status.is_done() && !self.closed_unsolved)
            .map(|solve| solve.at.since(self.created));
        metrics.full_resolution_time = full.map(Span::elapsed);
        metrics.net_resolution_time = full.map(|full| full.minus(self.solved_time).elapsed());
        metrics.running_resolution_time = (!self.status.is_done()).then(|| end.since(self.created).elapsed());

        let mut in_status = self.in_status;
        in_status[self.status.index()].add(end.since(self.status_since));
        for span in &mut in_status {
            span.scheduled = end.scheduled;
        }
        let [new, open, pending, on_hold, ..] = in_status;
        metrics.time_in_status = in_status.map(Span::elapsed);
        metrics.agent_work_time = new.plus(open).elapsed();
        metrics.requester_wait_time = new.plus(open).plus(on_hold).elapsed();
        metrics.agent_wait_time = pending.elapsed();
        metrics.on_hold_time = on_hold.elapsed();
        metrics.time_to_first_assignment = self.first_assignment.map(Span::elapsed);

        metrics.reopens.clear();
        metrics.reopens.extend_from_slice(&self.reopens);
        metrics.public_replies = self.public_replies;
        metrics.customer_messages = self.customer_messages;
        metrics.bot_messages = self.bot_messages;
        metrics.internal_notes = self.internal_notes;
        metrics.agent_touches = self.agent_touches;
        metrics.replying_agents = u32::try_from(self.replying_agents.len()).unwrap_or(u32::MAX);
        metrics.thank_you_reopens = self.thank_you_reopens;
        metrics.assignee_stations = self.stations(ASSIGNEE);
        metrics.group_stations = self.stations(GROUP);
        metrics.bot_handoffs = self.bot_handoffs;
        metrics.escalations = self.escalations;
    }

    fn stations(&self, attribute: u16) -> u32 {
        let n = self.stints.iter().filter(|stint| stint.attribute == attribute).count();
        u32::try_from(n).unwrap_or(u32::MAX)
    }
}

fn refill(times: &mut Vec<Elapsed>, spans: &[Span]) {
    times.clear();
    times.extend(spans.iter().map(|span| span.elapsed()));
}
