//! Fast path for tickets without unusual events.
//!
//! If few measures are requested, most tickets need only a handful of numbers instead of the full state machine. At
//! the first unusual step, the fast path stops and the ticket is replayed from the beginning. The results of both
//! paths are identical.

use super::{Machine, Plan};
use crate::ClockKind;
use crate::replay::compiled_policies::{ActiveTarget, TimerKind};
use crate::replay::metrics::{ReopenCycle, TicketMetrics};
use crate::replay::needs::Needs;
use crate::replay::options::{Merged, Opening, RepeatedSolve, ReplayOptions};
use crate::replay::stamp::ClockSpan;
use crate::replay::state::Rules;
use crate::replay::step::{Start, Step, StepKind};
use crate::replay::timer::{Due, RawVerdict, TimerContext, cross};
use crate::sla::{Reopen, VerdictState};
use crate::ticket::{Author, Status};
use crate::{Elapsed, Timestamp};

/// Memory of the fast path, reused for every ticket.
#[derive(Debug, Default)]
pub(crate) struct FastPath {
    /// The agents who replied.
    agents: Vec<u32>,
    /// The time counted under each target in force, until the first reply or the first solve.
    work: Vec<Work>,
}

/// The time counted under one target. A first response counts in every status.
#[derive(Debug, Clone, Copy)]
struct Work {
    /// The slot of the target.
    place: u16,
    /// The statuses that count, one bit each.
    counts: u8,
    started: i64,
    /// Where the running stretch started: the timestamp, and the business clock's reading.
    since: Option<(i64, i64)>,
    calendar: i64,
    business: i64,
    /// When the target was first reached, and when it was first exceeded.
    reached: Option<i64>,
    exceeded: Option<i64>,
}

/// The state of a ticket in calendar time.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools, reason = "independent facts, not one state")]
struct Outline {
    status: Status,
    first_solve: Option<i64>,
    last_solve: Option<(i64, Author)>,
    closed: Option<i64>,
    /// Time between solves and reopenings so far.
    solved_time: i64,
    author_known: bool,
    /// Whether a message may still show that the customer or the team opened the ticket.
    opening_unconfirmed: bool,
    proactive: bool,
    last_author: Option<Author>,
    /// Whether the last message was an agent's reply.
    replied: bool,
    replies: u32,
    customer_messages: u32,
    notes: u32,
}

/// The effect of a status step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StatusChange {
    Nothing,
    Moved,
    Solved,
    Reopened,
}

impl Machine {
    /// Replays a ticket on the fast path. Returns the number of steps after the cut-off, or `None` if the ticket
    /// needs the machine.
    #[inline]
    pub(crate) fn try_fast_path(
        &mut self,
        start: Start<'_>,
        mut steps: impl Iterator<Item = Step>,
        as_of: i64,
        plan: &Plan,
        fast_path: &mut FastPath,
        metrics: &mut TicketMetrics,
    ) -> Option<u64> {
        let created = start.created_at;
        if created > as_of {
            return None;
        }
        self.begin_record(start, plan);
        let has_policies = !plan.policies.slots.is_empty();
        let rules = plan.rules();
        let mut ticket = Outline::new(start, rules);
        if has_policies {
            let waits = ticket.opening_unconfirmed;
            self.begin_work((created, waits), plan, fast_path)?;
        }
        fast_path.agents.clear();
        metrics.reopens.clear();
        let (mut now, mut later) = (created, 0);
        steps.try_for_each(|step| {
            if step.at > as_of {
                later += 1;
                return Some(());
            }
            if step.at < created {
                return None;
            }
            now = now.max(step.at);
            match step.kind {
                StepKind::Status(to) => {
                    let change = ticket.change_status(to, step.author, now, rules, &mut metrics.reopens)?;
                    if has_policies { self.update_work(change, to, now, plan, fast_path) } else { Some(()) }
                }
                StepKind::PublicMessage if rules.followed.conversation => {
                    ticket.handle(
                        step.author,
                        step.by,
                        now.saturating_sub(created),
                        rules.options,
                        fast_path,
                    )?;
                    ticket.note_reply(&mut metrics.reopens);
                    match (has_policies, ticket.proactive) {
                        (true, true) => None,
                        (true, false) if ticket.replies == 1 && ticket.replied => {
                            self.reply(now, plan, fast_path)
                        }
                        _ => Some(()),
                    }
                }
                StepKind::InternalNote => {
                    ticket.notes = ticket.notes.saturating_add(1);
                    Some(())
                }
                StepKind::Changed { attribute, to } => self.note_change(attribute, to, plan),
                StepKind::Tagged(_) | StepKind::Untagged(_) => {
                    (!rules.followed.is_relevant(step.kind)).then_some(())
                }
                StepKind::MergedInto => (rules.options.merged == Merged::Keep).then_some(()),
                StepKind::Deleted | StepKind::Spam | StepKind::EndUnknown | StepKind::Restored => None,
                _ => Some(()),
            }
        })?;
        if has_policies {
            self.finish_work(as_of, plan, fast_path)?;
        }
        ticket.measure(created, as_of, rules.followed.needs, fast_path, metrics);
        Some(later)
    }

    /// Applies a changed attribute. `None` if a schedule or target depends on it.
    fn note_change(&mut self, attribute: u16, to: u32, plan: &Plan) -> Option<()> {
        let kind = StepKind::Changed { attribute, to };
        if plan.followed.is_relevant(kind) {
            let has_policies = !plan.policies.slots.is_empty() && plan.policies.depends_on(kind);
            if has_policies || plan.clocks.depends_on(kind) {
                return None;
            }
            if let Some(value) = self.values.get_mut(usize::from(attribute)) {
                *value = to;
            }
        }
        Some(())
    }

    /// Begins to count for each target in force; `waits` is whether a customer is waiting since the creation.
    #[inline]
    fn begin_work(
        &mut self,
        (created, waits): (i64, bool),
        plan: &Plan,
        fast_path: &mut FastPath,
    ) -> Option<()> {
        fast_path.work.clear();
        let since = Some((created, read(plan, self.clock, created)?));
        let scheduled = plan.knows_business_time(self.clock);
        let active_targets = self.evaluator.begin_targets(&plan.policies, created, &self.values, &self.tags);
        for ((slot, active_target), place) in plan.policies.slots.iter().zip(active_targets).zip(0u16..) {
            let responds = slot.kind == TimerKind::FirstResponse;
            if responds && !waits {
                return None;
            }
            let Some(active_target) = active_target else { continue };
            // The target depends on the start.
            if active_target.days.is_some() {
                return None;
            }
            if active_target.target <= 0 || (active_target.clock == ClockKind::Business && !scheduled) {
                return None;
            }
            fast_path.work.push(Work {
                place,
                counts: counted(slot.kind),
                started: created,
                since,
                calendar: 0,
                business: 0,
                reached: None,
                exceeded: None,
            });
        }
        Some(())
    }

    /// Handles the first reply.
    #[inline]
    fn reply(&mut self, at: i64, plan: &Plan, fast_path: &mut FastPath) -> Option<()> {
        let mut number = 0;
        while let Some(work) = fast_path.work.get_mut(number) {
            if work.counts == ALL {
                self.complete(work, at, plan)?;
                fast_path.work.remove(number);
            } else {
                number += 1;
            }
        }
        Some(())
    }

    /// Starts or stops counting after a status step, and completes the targets at the first solve.
    #[inline]
    fn update_work(
        &mut self,
        change: StatusChange,
        status: Status,
        at: i64,
        plan: &Plan,
        fast_path: &mut FastPath,
    ) -> Option<()> {
        match change {
            StatusChange::Nothing => return Some(()),
            // A target that goes on or begins again needs the machine.
            StatusChange::Reopened => return (plan.options.sla.reopen == Reopen::Ignore).then_some(()),
            StatusChange::Moved | StatusChange::Solved => {}
        }
        let now = 1u8 << status.index();
        for work in &mut fast_path.work {
            if change == StatusChange::Solved {
                // The ticket was solved without a reply.
                if work.counts == ALL {
                    return None;
                }
                self.complete(work, at, plan)?;
            } else if work.since.is_some() != (work.counts & now != 0) {
                self.switch(work, at, plan)?;
            }
        }
        if change == StatusChange::Solved {
            fast_path.work.clear();
        }
        Some(())
    }

    /// Adds the verdict on completed work.
    #[inline]
    fn complete(&mut self, work: &mut Work, at: i64, plan: &Plan) -> Option<()> {
        let active_target = self.evaluator.active_target(work.place)?;
        let mut due = Due::Unknown;
        if work.since.is_some() {
            self.switch(work, at, plan)?;
            due = self.due(work, at, active_target);
        }
        self.push_verdict(work, active_target, (due, Some(at), VerdictState::Met), plan);
        Some(())
    }

    /// Adds the verdicts on work that is still running at the cut-off.
    #[inline]
    fn finish_work(&mut self, as_of: i64, plan: &Plan, fast_path: &mut FastPath) -> Option<()> {
        for work in &mut fast_path.work {
            let active_target = self.evaluator.active_target(work.place)?;
            let (mut due, mut state) = (Due::Unknown, VerdictState::Paused);
            if let Some((from, _)) = work.since {
                (due, state) = (self.due(work, from, active_target), VerdictState::Running);
                self.switch(work, as_of, plan)?;
            }
            self.push_verdict(work, active_target, (due, None, state), plan);
        }
        Some(())
    }

    /// Starts or stops counting.
    #[inline]
    fn switch(&self, work: &mut Work, at: i64, plan: &Plan) -> Option<()> {
        let reading = read(plan, self.clock, at)?;
        let Some((from, since)) = work.since.take() else {
            work.since = Some((at, reading));
            return Some(());
        };
        let active_target = self.evaluator.active_target(work.place)?;
        let before = work.spent(active_target.clock);
        work.calendar = work.calendar.saturating_add(at.saturating_sub(from));
        work.business = work.business.saturating_add(reading.saturating_sub(since));
        let after = work.spent(active_target.clock);
        if after >= active_target.target && work.exceeded.is_none() {
            let timer_context = TimerContext {
                clocks: &plan.clocks,
                options: plan.options.sla,
                clock: self.clock,
                status: Status::New,
                explain: false,
            };
            cross(active_target, (from, before, after), timer_context, &mut work.reached, &mut work.exceeded);
        }
        Some(())
    }

    /// Adds the verdict on work in its current state.
    #[inline]
    fn push_verdict(
        &mut self,
        work: &Work,
        active_target: ActiveTarget,
        (due, completed, state): (Due, Option<i64>, VerdictState),
        plan: &Plan,
    ) {
        let scheduled = plan.knows_business_time(self.clock);
        let elapsed =
            ClockSpan { calendar: work.calendar, business: work.business, unscheduled: 0, scheduled };
        self.evaluator.push_verdict(RawVerdict {
            slot: work.place,
            instance: 1,
            active_target,
            started: work.started,
            due: work.reached.map_or(due, Due::At),
            completed,
            ended: None,
            elapsed,
            carried: None,
            state: if work.exceeded.is_some() { VerdictState::Breached } else { state },
            breached: work.exceeded,
        });
    }

    /// When the rest of the target is used up, counted from `from`.
    #[inline]
    fn due(&self, work: &Work, from: i64, active_target: ActiveTarget) -> Due {
        let left = active_target.target.saturating_sub(work.spent(active_target.clock));
        Due::After { from, left, clock: active_target.schedule.or(self.clock) }
    }
}

/// The reading of the business clock, or 0 if it is not needed; `None` outside the range of the schedule's lookup
/// table.
#[inline]
fn read(plan: &Plan, clock: Option<u16>, at: i64) -> Option<i64> {
    if plan.followed.business { plan.clocks.reading(clock, at) } else { Some(0) }
}

/// Every status counts.
const ALL: u8 = u8::MAX;

/// The statuses whose time counts, one bit each.
const fn counted(kind: TimerKind) -> u8 {
    const fn bit(status: Status) -> u8 {
        1 << status.index()
    }
    let worked = bit(Status::New) | bit(Status::Open);
    match kind {
        TimerKind::FirstResponse => ALL,
        TimerKind::AgentWork => worked,
        TimerKind::RequesterWait => worked | bit(Status::OnHold),
        _ => worked | bit(Status::OnHold) | bit(Status::Pending),
    }
}

impl Work {
    #[inline]
    fn spent(&self, clock: ClockKind) -> i64 {
        match clock {
            ClockKind::Calendar => self.calendar,
            ClockKind::Business => self.business,
        }
    }
}

impl Outline {
    #[inline]
    fn new(start: Start<'_>, rules: Rules<'_>) -> Self {
        let by_customer = matches!(start.created_by, None | Some(Author::Customer));
        let opens = rules.options.opening == Opening::Creation && by_customer;
        Self {
            status: Status::New,
            first_solve: None,
            last_solve: None,
            closed: None,
            solved_time: 0,
            author_known: start.created_by.is_some(),
            opening_unconfirmed: opens,
            proactive: false,
            last_author: None,
            replied: false,
            replies: 0,
            customer_messages: u32::from(opens),
            notes: 0,
        }
    }

    /// Changes the status. `None` for a close that is no solve, and for a repeated solve if that counts.
    #[inline]
    fn change_status(
        &mut self,
        to: Status,
        author: Author,
        now: i64,
        rules: Rules<'_>,
        reopens: &mut Vec<ReopenCycle>,
    ) -> Option<StatusChange> {
        let options = rules.options;
        let from = std::mem::replace(&mut self.status, to);
        if to == from {
            let restated = to.is_done() && options.repeated_solve == RepeatedSolve::Restates;
            return (!restated).then_some(StatusChange::Nothing);
        }
        if to == Status::Closed {
            self.closed = Some(now);
        }
        match (from.is_done(), to.is_done()) {
            (false, true) if to == Status::Closed && !options.close_counts_as_solve => None,
            (false, true) => {
                self.last_solve = Some((now, author));
                if let Some(cycle) = reopens.last_mut() {
                    cycle.solved_again_at = Some(Timestamp::saturating_from_micros(now));
                }
                if self.first_solve.is_some() {
                    return Some(StatusChange::Moved);
                }
                self.first_solve = Some(now);
                Some(StatusChange::Solved)
            }
            (true, false) => {
                let (solved, _) = self.last_solve?;
                self.solved_time = self.solved_time.saturating_add(now.saturating_sub(solved));
                if rules.followed.needs.any(Needs::REOPENS) {
                    // The machine attributes reopenings by rules and bots.
                    if matches!(author, Author::Bot | Author::System) {
                        return None;
                    }
                    let timestamp = Timestamp::saturating_from_micros;
                    reopens.push(ReopenCycle::new(timestamp(solved), timestamp(now), author));
                }
                Some(StatusChange::Reopened)
            }
            _ => Some(StatusChange::Moved),
        }
    }

    /// Handles a public message at this age of the ticket. `None` if neither the customer nor an agent wrote it.
    #[inline]
    fn handle(
        &mut self,
        author: Author,
        by: u32,
        age: i64,
        options: &ReplayOptions,
        fast_path: &mut FastPath,
    ) -> Option<()> {
        self.replied = false;
        match author {
            Author::Customer => {
                let window = options.opening_window.num_microseconds().unwrap_or(i64::MAX);
                let is_opening = std::mem::take(&mut self.opening_unconfirmed) && age <= window;
                self.customer_messages = self.customer_messages.saturating_add(u32::from(!is_opening));
            }
            Author::Agent if self.opens_proactively(age) => {
                self.proactive = true;
                if std::mem::take(&mut self.opening_unconfirmed) {
                    self.customer_messages = 0;
                }
            }
            Author::Agent => {
                self.opening_unconfirmed = false;
                self.replied = true;
                self.replies = self.replies.saturating_add(1);
                if !fast_path.agents.contains(&by) {
                    fast_path.agents.push(by);
                }
            }
            _ => return None,
        }
        self.last_author = Some(author);
        Some(())
    }

    /// Whether an agent's public message is the one with which the team opened the ticket.
    #[inline]
    fn opens_proactively(&self, age: i64) -> bool {
        if self.last_author == Some(Author::Customer) || self.replies > 0 || self.proactive {
            return false;
        }
        if self.opening_unconfirmed {
            // With an unknown author, a message at the timestamp of creation is the opening.
            return !self.author_known && age == 0;
        }
        self.customer_messages == 0
    }

    /// Counts the last message for the current reopening, if it was a reply.
    #[inline]
    fn note_reply(&self, reopens: &mut [ReopenCycle]) {
        if let (true, false, Some(cycle)) = (self.replied, self.status.is_done(), reopens.last_mut()) {
            cycle.replies = cycle.replies.saturating_add(1);
        }
    }

    /// Fills `metrics` with the requested measures.
    #[inline]
    fn measure(
        self,
        created: i64,
        as_of: i64,
        needs: Needs,
        fast_path: &FastPath,
        metrics: &mut TicketMetrics,
    ) {
        let timestamp = Timestamp::saturating_from_micros;
        metrics.created_at = timestamp(created);
        metrics.as_of = timestamp(as_of);
        metrics.status = self.status;
        metrics.exclusion = None;
        if needs.any(Needs::SOLVES) {
            let since_creation = |at: i64| at.saturating_sub(created);
            let time = |calendar_micros| Elapsed { calendar_micros, business_micros: None };
            let full = self.last_solve.filter(|_| self.status.is_done()).map(|(at, _)| since_creation(at));
            metrics.first_solved_at = self.first_solve.map(timestamp);
            metrics.last_solved_at = self.last_solve.map(|(at, _)| timestamp(at));
            metrics.closed_at = self.closed.map(timestamp);
            metrics.solved_by = self.last_solve.map(|(_, by)| by);
            metrics.first_resolution_time = self.first_solve.map(|at| time(since_creation(at)));
            metrics.full_resolution_time = full.map(time);
            metrics.net_resolution_time = full.map(|full| time(full.saturating_sub(self.solved_time)));
            metrics.running_resolution_time = (!self.status.is_done()).then(|| time(since_creation(as_of)));
        }
        if needs.any(Needs::REOPENS) {
            metrics.thank_you_reopens = 0;
        }
        if needs.any(Needs::MESSAGES) {
            metrics.proactive = self.proactive;
            metrics.public_replies = self.replies;
            metrics.customer_messages = self.customer_messages;
            metrics.bot_messages = 0;
            metrics.internal_notes = self.notes;
            metrics.replying_agents = u32::try_from(fast_path.agents.len()).unwrap_or(u32::MAX);
            metrics.bot_handoffs = 0;
        }
    }
}
