//! The short way through a ticket whose life holds nothing unusual: written on, solved within its targets, perhaps reopened.
//!
//! Where little is asked, most tickets need no state machine: a handful of numbers says all of them. At the first step that
//! is unusual the short way ends, and the ticket is done from the beginning by the machine, which knows everything. What the
//! short way does say is what the machine would have said, bit for bit.

use super::{Machine, Plan};
use crate::ClockKind;
use crate::replay::compiled_policies::{ActiveTarget, Measure};
use crate::replay::metrics::{ReopenCycle, TicketMetrics};
use crate::replay::needs::Needs;
use crate::replay::options::{Merged, Opening, RepeatedSolve, ReplayOptions};
use crate::replay::stamp::Span;
use crate::replay::state::Rules;
use crate::replay::step::{Start, Step, StepKind};
use crate::replay::timer::{Due, RawVerdict, TimerContext, cross};
use crate::sla::{Reopen, VerdictState};
use crate::ticket::{Author, Status};
use crate::{Elapsed, Timestamp};

/// Memory of the short way, which the next ticket writes over.
#[derive(Debug, Default)]
pub(crate) struct FastPath {
    /// Who replied.
    agents: Vec<u32>,
    /// Waiting and work under the targets in force, until the first reply and the first solve.
    work: Vec<Work>,
}

/// A ticket's time in the statuses that a target counts; in all of them, where it waits for the first reply.
#[derive(Debug, Clone, Copy)]
struct Work {
    /// The target's slot.
    place: u16,
    /// The statuses that count, a bit each.
    counts: u8,
    started: i64,
    /// Counting since: the instant, and what the business clock read.
    since: Option<(i64, i64)>,
    calendar: i64,
    business: i64,
    /// When the target was reached, and when it was exceeded.
    reached: Option<i64>,
    exceeded: Option<i64>,
}

/// A ticket in calendar time.
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
    /// The creation may still prove to be the customer's explicit message or the team's.
    opening_unconfirmed: bool,
    proactive: bool,
    last_author: Option<Author>,
    /// Whether the last message was an agent's reply.
    replied: bool,
    replies: u32,
    customer_messages: u32,
    notes: u32,
}

/// What a step came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    Nothing,
    Moved,
    Solved,
    Reopened,
}

impl Machine {
    /// Replays a ticket the short way: how many steps lie after the cut-off, or `None` where the machine must do it.
    #[inline]
    pub(crate) fn try_fast_path(
        &mut self,
        start: Start<'_>,
        mut steps: impl Iterator<Item = Step>,
        as_of: i64,
        plan: &Plan,
        brief: &mut FastPath,
        metrics: &mut TicketMetrics,
    ) -> Option<u64> {
        let created = start.created_at;
        if created > as_of {
            return None;
        }
        self.begin_record(start, plan);
        let judged = !plan.policies.slots.is_empty();
        let rules = plan.rules();
        let mut ticket = Outline::new(start, rules);
        if judged {
            let waits = ticket.opening_unconfirmed;
            self.begin_work((created, waits), plan, brief)?;
        }
        brief.agents.clear();
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
                    let turn = ticket.turn(to, step.author, now, rules, &mut metrics.reopens)?;
                    if judged { self.work_on(turn, to, now, plan, brief) } else { Some(()) }
                }
                StepKind::PublicMessage if rules.followed.conversation => {
                    ticket.handle(step.author, step.by, now.saturating_sub(created), rules.options, brief)?;
                    ticket.note_reply(&mut metrics.reopens);
                    match (judged, ticket.proactive) {
                        (true, true) => None,
                        (true, false) if ticket.replies == 1 && ticket.replied => {
                            self.reply(now, plan, brief)
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
        if judged {
            self.leave_work(as_of, plan, brief)?;
        }
        ticket.measure(created, as_of, rules.followed.needs, brief, metrics);
        Some(later)
    }

    /// Takes over a changed attribute, unless a schedule or target depends on it.
    fn note_change(&mut self, attribute: u16, to: u32, plan: &Plan) -> Option<()> {
        let kind = StepKind::Changed { attribute, to };
        if plan.followed.is_relevant(kind) {
            let judged = !plan.policies.slots.is_empty() && plan.policies.look_at(kind);
            if judged || plan.clocks.look_at(kind) {
                return None;
            }
            if let Some(value) = self.values.get_mut(usize::from(attribute)) {
                *value = to;
            }
        }
        Some(())
    }

    /// Begins to count for each target in force; `waits` says whether a customer waits since then.
    #[inline]
    fn begin_work(&mut self, (created, waits): (i64, bool), plan: &Plan, brief: &mut FastPath) -> Option<()> {
        brief.work.clear();
        let since = Some((created, read(plan, self.clock, created)?));
        let scheduled = plan.knows_business_time(self.clock);
        let forces = self.evaluator.begin_targets(&plan.policies, created, &self.values, &self.tags);
        for ((slot, active_target), place) in plan.policies.slots.iter().zip(forces).zip(0u16..) {
            let responds = slot.measure == Measure::FirstResponse;
            if responds && !waits {
                return None;
            }
            let Some(active_target) = active_target else { continue };
            // What the target is depends on the start.
            if active_target.days.is_some() {
                return None;
            }
            if active_target.target <= 0 || (active_target.clock == ClockKind::Business && !scheduled) {
                return None;
            }
            brief.work.push(Work {
                place,
                counts: counted(slot.measure),
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

    /// The first reply.
    #[inline]
    fn reply(&mut self, at: i64, plan: &Plan, brief: &mut FastPath) -> Option<()> {
        let mut number = 0;
        while let Some(work) = brief.work.get_mut(number) {
            if work.counts == ALL {
                self.complete(work, at, plan)?;
                brief.work.remove(number);
            } else {
                number += 1;
            }
        }
        Some(())
    }

    /// Counts on or stops counting, and judges at the first solve.
    #[inline]
    fn work_on(
        &mut self,
        turn: Turn,
        status: Status,
        at: i64,
        plan: &Plan,
        brief: &mut FastPath,
    ) -> Option<()> {
        match turn {
            Turn::Nothing => return Some(()),
            // Where a target goes on or begins anew there will be more to say.
            Turn::Reopened => return (plan.options.sla.reopen == Reopen::Ignore).then_some(()),
            Turn::Moved | Turn::Solved => {}
        }
        let now = 1u8 << status.index();
        for work in &mut brief.work {
            if turn == Turn::Solved {
                // Solved without a reply.
                if work.counts == ALL {
                    return None;
                }
                self.complete(work, at, plan)?;
            } else if work.since.is_some() != (work.counts & now != 0) {
                self.switch(work, at, plan)?;
            }
        }
        if turn == Turn::Solved {
            brief.work.clear();
        }
        Some(())
    }

    /// Judges what is done now.
    #[inline]
    fn complete(&mut self, work: &mut Work, at: i64, plan: &Plan) -> Option<()> {
        let active_target = self.evaluator.active_target(work.place)?;
        let mut due = Due::Unknown;
        if work.since.is_some() {
            self.switch(work, at, plan)?;
            due = self.due(work, at, active_target);
        }
        self.tell(work, active_target, (due, Some(at), VerdictState::Met), plan);
        Some(())
    }

    /// Judges what is still under way at the cut-off.
    #[inline]
    fn leave_work(&mut self, as_of: i64, plan: &Plan, brief: &mut FastPath) -> Option<()> {
        for work in &mut brief.work {
            let active_target = self.evaluator.active_target(work.place)?;
            let (mut due, mut state) = (Due::Unknown, VerdictState::Paused);
            if let Some((from, _)) = work.since {
                (due, state) = (self.due(work, from, active_target), VerdictState::Running);
                self.switch(work, as_of, plan)?;
            }
            self.tell(work, active_target, (due, None, state), plan);
        }
        Some(())
    }

    /// Stops counting, or begins to.
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

    /// Tells the verdict on work as it stands.
    #[inline]
    fn tell(
        &mut self,
        work: &Work,
        active_target: ActiveTarget,
        (due, completed, state): (Due, Option<i64>, VerdictState),
        plan: &Plan,
    ) {
        let scheduled = plan.knows_business_time(self.clock);
        let elapsed = Span { calendar: work.calendar, business: work.business, unscheduled: 0, scheduled };
        self.evaluator.tell_briefly(RawVerdict {
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

    /// When the rest of the target would be used up, counting from this instant.
    #[inline]
    fn due(&self, work: &Work, from: i64, active_target: ActiveTarget) -> Due {
        let left = active_target.target.saturating_sub(work.spent(active_target.clock));
        Due::After { from, left, clock: active_target.schedule.or(self.clock) }
    }
}

/// What the business clock reads, where it matters; `None` where it cannot be read at a glance.
#[inline]
fn read(plan: &Plan, clock: Option<u16>, at: i64) -> Option<i64> {
    if plan.followed.business { plan.clocks.reading(clock, at) } else { Some(0) }
}

/// Every status counts.
const ALL: u8 = u8::MAX;

/// The statuses whose time counts, a bit each.
const fn counted(measure: Measure) -> u8 {
    const fn bit(status: Status) -> u8 {
        1 << status.index()
    }
    let worked = bit(Status::New) | bit(Status::Open);
    match measure {
        Measure::FirstResponse => ALL,
        Measure::AgentWork => worked,
        Measure::RequesterWait => worked | bit(Status::OnHold),
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

    /// The ticket now has this status; `None` for a close that is no solve, and for a solve said twice where that counts.
    #[inline]
    fn turn(
        &mut self,
        to: Status,
        author: Author,
        now: i64,
        rules: Rules<'_>,
        reopens: &mut Vec<ReopenCycle>,
    ) -> Option<Turn> {
        let options = rules.options;
        let from = std::mem::replace(&mut self.status, to);
        if to == from {
            let restated = to.is_done() && options.repeated_solve == RepeatedSolve::Restates;
            return (!restated).then_some(Turn::Nothing);
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
                    return Some(Turn::Moved);
                }
                self.first_solve = Some(now);
                Some(Turn::Solved)
            }
            (true, false) => {
                let (solved, _) = self.last_solve?;
                self.solved_time = self.solved_time.saturating_add(now.saturating_sub(solved));
                if rules.followed.needs.any(Needs::REOPENS) {
                    // Who made a rule act is another question.
                    if matches!(author, Author::Bot | Author::System) {
                        return None;
                    }
                    let instant = Timestamp::saturating_from_micros;
                    reopens.push(ReopenCycle::new(instant(solved), instant(now), author));
                }
                Some(Turn::Reopened)
            }
            _ => Some(Turn::Moved),
        }
    }

    /// A public message so long after creation; `None` where neither the customer nor an agent wrote it.
    #[inline]
    fn handle(
        &mut self,
        author: Author,
        by: u32,
        age: i64,
        options: &ReplayOptions,
        brief: &mut FastPath,
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
                if !brief.agents.contains(&by) {
                    brief.agents.push(by);
                }
            }
            _ => return None,
        }
        self.last_author = Some(author);
        Some(())
    }

    /// Whether an agent's public message now is the one with which the team opened the ticket.
    #[inline]
    fn opens_proactively(&self, age: i64) -> bool {
        if self.last_author == Some(Author::Customer) || self.replies > 0 || self.proactive {
            return false;
        }
        if self.opening_unconfirmed {
            // Nobody said who opened it: writing at the instant of creation is opening it.
            return !self.author_known && age == 0;
        }
        self.customer_messages == 0
    }

    /// Counts the message just heard for the reopening under way, if it was a reply.
    #[inline]
    fn note_reply(&self, reopens: &mut [ReopenCycle]) {
        if let (true, false, Some(cycle)) = (self.replied, self.status.is_done(), reopens.last_mut()) {
            cycle.replies = cycle.replies.saturating_add(1);
        }
    }

    /// Fills `metrics` with what is asked for.
    #[inline]
    fn measure(self, created: i64, as_of: i64, needs: Needs, brief: &FastPath, metrics: &mut TicketMetrics) {
        let instant = Timestamp::saturating_from_micros;
        metrics.created_at = instant(created);
        metrics.as_of = instant(as_of);
        metrics.status = self.status;
        metrics.exclusion = None;
        if needs.any(Needs::SOLVES) {
            let since_creation = |at: i64| at.saturating_sub(created);
            let time = |calendar_micros| Elapsed { calendar_micros, business_micros: None };
            let full = self.last_solve.filter(|_| self.status.is_done()).map(|(at, _)| since_creation(at));
            metrics.first_solved_at = self.first_solve.map(instant);
            metrics.last_solved_at = self.last_solve.map(|(at, _)| instant(at));
            metrics.closed_at = self.closed.map(instant);
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
            metrics.replying_agents = u32::try_from(brief.agents.len()).unwrap_or(u32::MAX);
            metrics.bot_handoffs = 0;
        }
    }
}
