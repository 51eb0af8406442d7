//! State machine of one ticket.

mod conversation;
mod measure;
mod message;
mod signals;

pub(crate) use self::signals::Signals;

use self::conversation::Conversation;
use super::metrics::ReopenCycle;
use super::needs::Followed;
use super::options::{FirstResponseStart, Merged, Opening, RepeatedSolve, ReplayOptions, SolveWithoutReply};
use super::stamp::{ClockSpan, Stamp};
use super::step::{ASSIGNEE, GROUP, NONE, StepKind};
use crate::Reason;
use crate::ticket::{Author, Status};

/// The options and requested state that a ticket is replayed with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules<'a> {
    pub(crate) options: &'a ReplayOptions,
    pub(crate) followed: &'a Followed,
}

/// The start of a period with one assignee or group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StintMark {
    pub(crate) attribute: u16,
    pub(crate) value: u32,
    pub(crate) from: Stamp,
    pub(crate) until: Option<Stamp>,
    /// Time the ticket had spent solved or closed, at the start and at the end of the period.
    done_before: ClockSpan,
    done_by: ClockSpan,
}

/// A solve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Solve {
    at: Stamp,
    by: Author,
    /// The number of the author's name.
    name: u32,
}

/// The state of one ticket after the steps so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TicketState {
    pub(crate) created: Stamp,
    pub(crate) status: Status,
    status_since: Stamp,
    in_status: [ClockSpan; 6],
    pub(crate) left: Option<(Reason, Stamp)>,

    first_solve: Option<Stamp>,
    last_solve: Option<Solve>,
    closed: Option<Stamp>,
    /// Whether the ticket was closed without a solve, if a close does not count as one.
    closed_unsolved: bool,
    /// Time between solves and reopenings so far.
    solved_time: ClockSpan,
    reopens: Vec<ReopenCycle>,
    /// The state before the last reopening, to undo it.
    before_reopen: Option<(Solve, ClockSpan, Stamp)>,
    thank_you_reopens: u32,

    pub(crate) conversation: Conversation,
    pub(crate) stations: Stations,
    agent_touches: u32,
    escalations: u32,
}

/// The assignee and group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Stations {
    group: u32,
    assignee: u32,
    first_assignment: Option<ClockSpan>,
    pub(crate) stints: Vec<StintMark>,
}

impl TicketState {
    /// An empty state, before [`begin`](Self::begin).
    pub(crate) fn empty() -> Self {
        Self {
            created: Stamp::default(),
            status: Status::New,
            status_since: Stamp::default(),
            in_status: [ClockSpan::default(); 6],
            left: None,
            first_solve: None,
            last_solve: None,
            closed: None,
            closed_unsolved: false,
            solved_time: ClockSpan::default(),
            reopens: Vec::new(),
            before_reopen: None,
            thank_you_reopens: 0,
            conversation: Conversation::default(),
            stations: Stations::default(),
            agent_touches: 0,
            escalations: 0,
        }
    }

    /// Resets the state. The lists keep their memory. Field by field, because overwriting the whole state costs more
    /// than the steps of many tickets.
    #[inline]
    fn clear(&mut self, followed: &Followed) {
        let Self {
            created: _,
            status,
            status_since: _,
            in_status,
            left,
            first_solve,
            last_solve,
            closed,
            closed_unsolved,
            solved_time,
            reopens,
            before_reopen,
            thank_you_reopens,
            conversation,
            stations,
            agent_touches,
            escalations,
        } = self;
        *status = Status::New;
        *left = None;
        *first_solve = None;
        *last_solve = None;
        *closed = None;
        *closed_unsolved = false;
        *solved_time = ClockSpan::default();
        reopens.clear();
        *before_reopen = None;
        *thank_you_reopens = 0;
        *agent_touches = 0;
        *escalations = 0;
        if followed.status_times {
            *in_status = [ClockSpan::default(); 6];
        }
        if followed.conversation {
            conversation.clear();
        }
        if followed.stations {
            stations.group = NONE;
            stations.assignee = NONE;
            stations.first_assignment = None;
            stations.stints.clear();
        }
    }

    /// Begins another ticket. The lists keep their memory.
    #[inline]
    pub(crate) fn begin(
        &mut self,
        created: Stamp,
        created_by: Option<Author>,
        group: u32,
        assignee: u32,
        rules: Rules<'_>,
    ) -> Signals {
        self.clear(rules.followed);
        let mut signals = Signals::default();
        signals.raise(Signals::HAPPENED);
        self.created = created;
        self.status_since = created;
        if rules.followed.conversation {
            self.conversation.author_known = created_by.is_some();
            let by_customer = matches!(created_by, None | Some(Author::Customer));
            if rules.options.opening == Opening::Creation && by_customer {
                self.conversation.opening_unconfirmed = true;
                self.customer_contact(created, rules.options, &mut signals);
            }
        }
        if rules.followed.stations {
            self.move_to(GROUP, group, created, &mut signals);
            self.move_to(ASSIGNEE, assignee, created, &mut signals);
        }
        signals
    }

    /// Applies a step. The signals describe its effect; empty signals mean that nothing changed.
    #[inline]
    pub(crate) fn apply(
        &mut self,
        kind: StepKind,
        author: Author,
        by: u32,
        now: Stamp,
        rules: Rules<'_>,
    ) -> Signals {
        let options = rules.options;
        let mut signals = Signals::default();
        match kind {
            StepKind::PublicMessage => self.public_message(author, by, now, options, &mut signals),
            StepKind::InternalNote => self.internal_note(author, by, now, options, &mut signals),
            StepKind::Status(status) => self.status(status, (author, by), now, rules, &mut signals),
            StepKind::Changed { attribute, to } => {
                let changed = match attribute {
                    GROUP | ASSIGNEE if rules.followed.stations => {
                        self.move_to(attribute, to, now, &mut signals)
                    }
                    _ => true,
                };
                if changed {
                    signals.raise(Signals::ATTRIBUTE);
                    signals.raise(Signals::HAPPENED);
                    self.note_bot_act(author, now);
                }
            }
            StepKind::Tagged(_) | StepKind::Untagged(_) => {
                signals.raise(Signals::ATTRIBUTE);
                signals.raise(Signals::HAPPENED);
            }
            StepKind::Escalated => {
                self.escalations = self.escalations.saturating_add(1);
                signals.raise(Signals::HAPPENED);
                self.note_bot_act(author, now);
            }
            StepKind::MergedInto if options.merged == Merged::Keep => signals.raise(Signals::HAPPENED),
            StepKind::MergedInto => self.leave(Reason::Merged, now, &mut signals),
            StepKind::Deleted => self.leave(Reason::Deleted, now, &mut signals),
            StepKind::Spam => self.leave(Reason::Spam, now, &mut signals),
            StepKind::EndUnknown => self.leave(Reason::EndUnknown, now, &mut signals),
            StepKind::Restored => {
                if self.left.take().is_some() {
                    signals.raise(Signals::HAPPENED);
                    signals.raise(Signals::RESTORED);
                }
            }
            StepKind::SplitFrom | StepKind::SurveySent | StepKind::SurveyAnswered => {
                signals.raise(Signals::HAPPENED);
            }
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

    #[inline]
    fn status(
        &mut self,
        to: Status,
        (author, by): (Author, u32),
        now: Stamp,
        rules: Rules<'_>,
        signals: &mut Signals,
    ) {
        let options = rules.options;
        let from = self.status;
        if to == from {
            if options.repeated_solve == RepeatedSolve::Restates && to.is_done() {
                if to == Status::Closed {
                    self.closed = Some(now);
                } else {
                    self.last_solve = Some(Solve { at: now, by: author, name: by });
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
        if rules.followed.status_times {
            self.in_status[from.index()].add(now.since(self.status_since));
        }
        self.status = to;
        self.status_since = now;
        if to == Status::Closed {
            self.closed = Some(now);
        }
        match (from.is_done(), to.is_done()) {
            (false, true) => {
                if to == Status::Solved || options.close_counts_as_solve {
                    self.solve((author, by), now, options, signals);
                } else {
                    self.closed_unsolved = true;
                }
            }
            (true, false) => self.reopen(author, now, options, signals),
            // The ticket was closed without a solve and is solved now.
            (true, true) if self.closed_unsolved && to == Status::Solved => {
                self.closed_unsolved = false;
                self.solve((author, by), now, options, signals);
            }
            _ => {}
        }
    }

    #[inline]
    fn solve(
        &mut self,
        (author, by): (Author, u32),
        now: Stamp,
        options: &ReplayOptions,
        signals: &mut Signals,
    ) {
        signals.raise(Signals::SOLVED);
        if self.conversation.waiting_since.is_some() {
            match options.solve_without_reply {
                SolveWithoutReply::Ends => self.end_wait(now, signals),
                SolveWithoutReply::CountsAsReply => self.answered(by, now, options, signals),
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
        self.last_solve = Some(Solve { at: now, by: author, name: by });
        if let Some(cycle) = self.reopens.last_mut() {
            cycle.solved_again_at = Some(now.timestamp());
        }
    }

    fn reopen(&mut self, author: Author, now: Stamp, options: &ReplayOptions, signals: &mut Signals) {
        self.conversation.lapsed = None;
        let closed_unsolved = std::mem::take(&mut self.closed_unsolved);
        if let (Some(solve), false) = (self.last_solve, closed_unsolved) {
            signals.raise(Signals::REOPENED);
            self.before_reopen = Some((solve, self.solved_time, now));
            self.solved_time.add(now.since(solve.at));
            // A rule that opens a solved ticket responds to the customer's message.
            let prompted =
                self.conversation.waits_while_done && matches!(author, Author::System | Author::Bot);
            let by = if prompted { Author::Customer } else { author };
            self.reopens.push(ReopenCycle::new(solve.at.timestamp(), now.timestamp(), by));
        }
        if let Some(since) = self.conversation.waiting_since {
            if self.conversation.waits_while_done {
                self.begin_wait(since, signals);
            }
        } else if !self.conversation.responded && self.conversation.unanswered_first.take().is_some() {
            // No person has answered, and there is no new message: the reopening itself starts a new wait.
            let from_creation = options.first_response_start == FirstResponseStart::Creation;
            let since = if from_creation && !self.conversation.proactive { self.created } else { now };
            self.conversation.waiting_since = Some(since);
            self.begin_wait(since, signals);
        }
    }

    fn move_to(&mut self, attribute: u16, to: u32, now: Stamp, signals: &mut Signals) -> bool {
        let place = if attribute == GROUP { &mut self.stations.group } else { &mut self.stations.assignee };
        if *place == to {
            return false;
        }
        *place = to;
        let done = self.done_time(now);
        signals.raise(if attribute == GROUP { Signals::GROUP } else { Signals::ASSIGNEE });
        if let Some(open) = self
            .stations
            .stints
            .iter_mut()
            .rev()
            .find(|stint| stint.attribute == attribute && stint.until.is_none())
        {
            open.until = Some(now);
            open.done_by = done;
        }
        if to != NONE {
            self.stations.stints.push(StintMark {
                attribute,
                value: to,
                from: now,
                until: None,
                done_before: done,
                done_by: done,
            });
            if attribute == ASSIGNEE && self.stations.first_assignment.is_none() {
                self.stations.first_assignment = Some(now.since(self.created));
            }
        }
        true
    }

    /// Time spent in solved and closed until `now`.
    fn done_time(&self, now: Stamp) -> ClockSpan {
        let [.., solved, closed] = self.in_status;
        let mut done = solved.plus(closed);
        if self.status.is_done() {
            done.add(now.since(self.status_since));
        }
        done
    }

    /// The duration of a stint until `end`, without the time the ticket was solved or closed.
    pub(crate) fn stint_time(&self, stint: &StintMark, end: Stamp) -> ClockSpan {
        match stint.until {
            Some(until) => until.since(stint.from).minus(stint.done_by.minus(stint.done_before)),
            None => end.since(stint.from).minus(self.done_time(end).minus(stint.done_before)),
        }
    }

    /// The number of the last solver's name.
    pub(crate) fn solver(&self) -> u32 {
        self.last_solve.map_or(NONE, |solve| solve.name)
    }

    /// The number of the current group.
    pub(crate) fn group(&self) -> u32 {
        self.stations.group
    }

    /// The number of the current assignee.
    pub(crate) fn assignee(&self) -> u32 {
        self.stations.assignee
    }
}
