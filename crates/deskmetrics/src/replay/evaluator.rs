//! SLA targets of one ticket: moves their timers at each step.

use super::compiled_policies::{ActiveTarget, CompiledPolicies, Condition, Custom, TimerKind};
use super::stamp::Stamp;
use super::state::{Signals, TicketState};
use super::step::{NONE, StepKind};
use super::timer::{Outcome, RawSegment, RawVerdict, Standing, Stretch, Timer, TimerContext};
use crate::ClockKind;
use crate::sla::{ClockEvent, CountsFrom, Cycles, Reopen};
use crate::ticket::{Author, Status};

/// The state of a custom clock in addition to its timer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct CustomState {
    /// Whether, after the last step, a start state held and no stop or cancel state did.
    ready: bool,
    ended_once: bool,
    /// The earliest start of the next cycle of a sequential clock.
    next_from: Option<i64>,
    /// The stretches since creation in which it was not paused, for a retroactive start.
    before: Vec<Stretch>,
    before_since: Option<Stamp>,
}

impl CustomState {
    /// Ends the running stretch at `now` and begins the next one there.
    fn flush(&mut self, now: Stamp, timer_context: TimerContext<'_>) {
        let Some(from) = self.before_since.filter(|since| since.at < now.at) else { return };
        let next = Stretch { from, to: now, status: timer_context.status, clock: timer_context.clock };
        match self.before.last_mut().filter(|last| last.goes_on_in(&next)) {
            Some(last) => last.to = now,
            None => self.before.push(next),
        }
        self.before_since = Some(now);
    }
}

/// All SLA targets of one ticket.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SlaEvaluator {
    timers: Vec<Timer>,
    customs: Vec<CustomState>,
    /// The target in force for each timer.
    active_target: Vec<Option<ActiveTarget>>,
    done: Vec<RawVerdict>,
    /// The segments of each verdict in `done`, if they are kept.
    explained: Vec<Vec<RawSegment>>,
    /// The number of business-time targets not evaluated for lack of a schedule.
    unevaluated: u32,
    /// The progress of timers before their targets changed at `changed_at`. Changes at one timestamp count as one.
    before_change: Vec<(u16, Standing)>,
    changed_at: i64,
}

/// The current step, with the ticket's values, tags and signals.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StepContext<'a> {
    pub(crate) signals: Signals,
    /// `None` for the creation.
    pub(crate) kind: Option<StepKind>,
    pub(crate) author: Author,
    pub(crate) values: &'a [u32],
    pub(crate) tags: &'a [u32],
}

impl StepContext<'_> {
    fn happens(&self, ticket: &TicketState, happening: ClockEvent) -> bool {
        let has = |signal| self.signals.has(signal);
        let wrote = |author| self.kind == Some(StepKind::PublicMessage) && self.author == author;
        match happening {
            ClockEvent::Created => self.kind.is_none(),
            ClockEvent::CustomerMessage => {
                wrote(Author::Customer) || (self.kind.is_none() && has(Signals::WAIT_BEGAN))
            }
            ClockEvent::AgentReply => wrote(Author::Agent),
            ClockEvent::BotMessage => wrote(Author::Bot),
            ClockEvent::InternalNote => self.kind == Some(StepKind::InternalNote),
            ClockEvent::StatusChanged => has(Signals::STATUS),
            ClockEvent::Solved => has(Signals::SOLVED),
            ClockEvent::Closed => has(Signals::STATUS) && ticket.status == Status::Closed,
            ClockEvent::Reopened => has(Signals::REOPENED),
            ClockEvent::Assigned => has(Signals::ASSIGNEE) && ticket.assignee() != NONE,
            ClockEvent::Unassigned => has(Signals::ASSIGNEE) && ticket.assignee() == NONE,
            ClockEvent::GroupChanged => has(Signals::GROUP),
            ClockEvent::PriorityChanged => {
                matches!(self.kind, Some(StepKind::Changed { attribute: 3, .. })) && has(Signals::ATTRIBUTE)
            }
            ClockEvent::Changed => has(Signals::ATTRIBUTE),
            ClockEvent::Escalated => self.kind == Some(StepKind::Escalated),
        }
    }
}

impl SlaEvaluator {
    /// Begins another ticket. The lists keep their memory.
    #[inline]
    pub(crate) fn begin(&mut self, compiled: &CompiledPolicies, day: i64, values: &[u32], tags: &[u32]) {
        if self.timers.len() == compiled.slots.len() {
            self.timers.iter_mut().for_each(Timer::clear);
        } else {
            let numbered = compiled.slots.iter().zip(0u16..);
            self.timers = numbered.map(|(slot, place)| Timer::new(place, slot.own_schedules)).collect();
        }
        self.customs.clear();
        self.customs
            .resize(compiled.slots.len() * usize::from(!compiled.customs.is_empty()), CustomState::default());
        self.before_change.clear();
        self.begin_targets(compiled, day, values, tags);
    }

    /// Begins a ticket on the fast path, which has its own timers. Returns the target in force for each slot.
    #[inline]
    pub(crate) fn begin_targets(
        &mut self,
        compiled: &CompiledPolicies,
        day: i64,
        values: &[u32],
        tags: &[u32],
    ) -> &[Option<ActiveTarget>] {
        self.done.clear();
        self.explained.clear();
        self.unevaluated = 0;
        if !compiled.is_same_for_all() || self.active_target.len() != compiled.slots.len() {
            compiled.in_force(values, tags, day, &mut self.active_target);
        }
        &self.active_target
    }

    /// Adds a verdict computed by the fast path.
    #[inline]
    pub(crate) fn push_verdict(&mut self, verdict: RawVerdict) {
        self.done.push(verdict);
    }

    /// The target in force for a slot.
    #[inline]
    pub(crate) fn active_target(&self, slot: u16) -> Option<ActiveTarget> {
        self.active_target.get(usize::from(slot)).copied().flatten()
    }

    /// Ends the running stretches, because the ticket's schedule or status changes now.
    pub(crate) fn flush(&mut self, now: Stamp, timer_context: TimerContext<'_>) {
        for timer in self.timers.iter_mut().filter(|timer| timer.is_running()) {
            timer.flush(now, timer_context);
        }
        for state in &mut self.customs {
            state.flush(now, timer_context);
        }
    }

    /// Determines the targets in force again.
    pub(crate) fn rematch(
        &mut self,
        compiled: &CompiledPolicies,
        day: i64,
        context: StepContext<'_>,
        now: Stamp,
        timer_context: TimerContext<'_>,
    ) {
        let mut active_target = std::mem::take(&mut self.active_target);
        compiled.in_force(context.values, context.tags, day, &mut active_target);
        self.active_target = active_target;
        if self.changed_at != now.at {
            self.before_change.clear();
            self.changed_at = now.at;
        }
        for (place, standing) in &self.before_change {
            if let Some(timer) = self.timers.get_mut(usize::from(*place)) {
                timer.restore(standing);
            }
        }
        for (place, number) in (0..self.timers.len()).zip(0u16..) {
            let target = self.active_target[place];
            if self.timers[place].would_change(target, timer_context)
                && !self.before_change.iter().any(|(changed, _)| *changed == number)
            {
                self.before_change.push((number, self.timers[place].standing(now, timer_context)));
            }
            if self.timers[place].attach(target, now, timer_context) {
                let runs = self.timers[place].is_running();
                self.end(place, now, Outcome::Ended, timer_context);
                self.timers[place].start(now, now, runs, None, target, timer_context);
            }
        }
    }

    #[inline]
    fn end(&mut self, place: usize, now: Stamp, outcome: Outcome, timer_context: TimerContext<'_>) {
        let timer = &mut self.timers[place];
        if !timer.active {
            return;
        }
        timer.flush(now, timer_context);
        if let Some(verdict) = timer.verdict(now, outcome, timer_context) {
            if is_evaluated(&verdict) {
                self.done.push(verdict);
                if timer_context.explain {
                    self.explained.push(timer.explained(now, timer_context));
                }
            } else {
                self.unevaluated = self.unevaluated.saturating_add(1);
            }
        }
        self.timers[place].finish(now, outcome);
    }

    /// Adds the verdicts on running targets, as of `now`, to the finished ones. Returns the number of targets not
    /// evaluated.
    #[inline]
    pub(crate) fn conclude(&mut self, now: Stamp, left: bool, timer_context: TimerContext<'_>) -> u32 {
        let outcome = if left { Outcome::Ended } else { Outcome::Open };
        for timer in &self.timers {
            match timer.verdict(now, outcome, timer_context) {
                Some(verdict) if is_evaluated(&verdict) => self.done.push(verdict),
                Some(_) => self.unevaluated = self.unevaluated.saturating_add(1),
                None => {}
            }
        }
        self.unevaluated
    }

    /// The finished verdicts.
    pub(crate) fn done(&self) -> &[RawVerdict] {
        &self.done
    }

    /// Resumes an instance that a solve had ended, because the reply came after all. A target that was exceeded by
    /// then stays breached; the reply completes it.
    fn resume(&mut self, place: usize, ended: Stamp, now: Stamp, timer_context: TimerContext<'_>) {
        let Some(timer) = self.timers.get_mut(place).filter(|timer| !timer.active && timer.is_running())
        else {
            return;
        };
        let instance = timer.instance;
        let ours = |verdict: &RawVerdict| usize::from(verdict.slot) == place && verdict.instance == instance;
        let last = self.done.iter().rposition(ours);
        if !timer.lasted_no_time(ended) {
            let unfinished = |last: &usize| self.done[*last].completed.is_none();
            let Some(last) = last.filter(unfinished) else { return };
            self.done.remove(last);
            if last < self.explained.len() {
                self.explained.remove(last);
            }
        }
        timer.resume(ended);
        // The current target is the one to meet. An ended target is never reset.
        let _reset = timer.attach(self.active_target[place], now, timer_context);
    }

    #[inline]
    fn start(&mut self, place: usize, from: Stamp, now: Stamp, runs: bool, timer_context: TimerContext<'_>) {
        let active_target = self.active_target[place];
        self.timers[place].start(from, now, runs, None, active_target, timer_context);
    }

    /// Updates the timers for a step.
    #[inline]
    pub(crate) fn handle(
        &mut self,
        compiled: &CompiledPolicies,
        context: StepContext<'_>,
        ticket: &TicketState,
        now: Stamp,
        timer_context: TimerContext<'_>,
    ) {
        for (place, slot) in compiled.slots.iter().enumerate() {
            if context.kind.is_some() && !context.signals.has(slot.kind.relevant_signals()) {
                continue;
            }
            match slot.kind {
                TimerKind::FirstResponse => self.response(place, true, context, ticket, now, timer_context),
                TimerKind::NextResponse => self.response(place, false, context, ticket, now, timer_context),
                TimerKind::PeriodicUpdate => self.update(place, false, context, ticket, now, timer_context),
                TimerKind::PausableUpdate => self.update(place, true, context, ticket, now, timer_context),
                TimerKind::RequesterWait => {
                    let counts = |status| matches!(status, Status::New | Status::Open | Status::OnHold);
                    self.work(place, counts, context, ticket, now, timer_context);
                }
                TimerKind::AgentWork => {
                    self.work(
                        place,
                        |status| matches!(status, Status::New | Status::Open),
                        context,
                        ticket,
                        now,
                        timer_context,
                    );
                }
                TimerKind::Resolution => {
                    self.work(place, |status: Status| !status.is_done(), context, ticket, now, timer_context);
                }
                TimerKind::GroupOwnership => self.ownership(place, context, ticket, now, timer_context),
                TimerKind::Custom(clock) => {
                    if let Some(custom) = compiled.customs.get(clock) {
                        self.custom(place, custom, context, ticket, now, timer_context);
                    }
                }
            }
        }
    }

    fn response(
        &mut self,
        place: usize,
        first: bool,
        context: StepContext<'_>,
        ticket: &TicketState,
        now: Stamp,
        timer_context: TimerContext<'_>,
    ) {
        let has = |signal| context.signals.has(signal);
        if has(Signals::OPENING_WITHDRAWN) {
            self.timers[place].discard();
        }
        let is_first = has(Signals::FIRST_RESPONSE) || !ticket.conversation.responded;
        if has(Signals::WAIT_BEGAN) && is_first == first {
            self.start(place, ticket.conversation.wait_start, now, true, timer_context);
        }
        if has(Signals::WAIT_MOVED) && is_first == first {
            self.timers[place].discard();
            self.start(place, now, now, true, timer_context);
        }
        let answered = if first { Signals::FIRST_RESPONSE } else { Signals::NEXT_RESPONSE };
        if has(answered) {
            if has(Signals::WAIT_RESUMED) {
                self.resume(place, ticket.conversation.lapsed_at, now, timer_context);
            }
            self.end(place, now, Outcome::Completed, timer_context);
        } else if has(Signals::WAIT_ENDED) && self.timers[place].active {
            self.end(place, now, Outcome::Ended, timer_context);
            self.timers[place].suspend(now);
        }
    }

    fn update(
        &mut self,
        place: usize,
        pausable: bool,
        context: StepContext<'_>,
        ticket: &TicketState,
        now: Stamp,
        timer_context: TimerContext<'_>,
    ) {
        let runs = !(pausable && ticket.status == Status::Pending);
        if context.signals.has(Signals::UPDATE) {
            self.end(place, now, Outcome::Completed, timer_context);
            if !ticket.status.is_done() {
                self.start(place, now, now, runs, timer_context);
            }
        }
        if context.signals.has(Signals::STATUS) {
            if ticket.status.is_done() {
                self.end(place, now, Outcome::Ended, timer_context);
            } else if pausable {
                self.timers[place].run(runs, now, timer_context);
            }
        }
    }

    #[inline]
    fn work(
        &mut self,
        place: usize,
        counts: impl Fn(Status) -> bool,
        context: StepContext<'_>,
        ticket: &TicketState,
        now: Stamp,
        timer_context: TimerContext<'_>,
    ) {
        let runs = counts(ticket.status);
        if context.kind.is_none() {
            self.start(place, now, now, runs, timer_context);
        }
        if context.signals.has(Signals::THANKED) {
            self.timers[place].discard();
        } else if context.signals.has(Signals::SOLVED) {
            self.end(place, now, Outcome::Completed, timer_context);
        } else if context.signals.has(Signals::REOPENED) {
            let carried = match timer_context.options.reopen {
                Reopen::Ignore => return,
                Reopen::NewInstance => None,
                Reopen::Resume => self.timers[place].last,
            };
            let active_target = self.active_target[place];
            self.timers[place].start(now, now, runs, carried, active_target, timer_context);
        } else if context.signals.has(Signals::STATUS) {
            self.timers[place].run(runs, now, timer_context);
        }
    }

    fn ownership(
        &mut self,
        place: usize,
        context: StepContext<'_>,
        ticket: &TicketState,
        now: Stamp,
        timer_context: TimerContext<'_>,
    ) {
        let has = |signal| context.signals.has(signal);
        if has(Signals::THANKED) {
            self.timers[place].discard();
        } else if has(Signals::GROUP) || has(Signals::SOLVED) {
            self.end(place, now, Outcome::Completed, timer_context);
        }
        let begins = has(Signals::GROUP) || has(Signals::REOPENED);
        if begins && ticket.group() != NONE && !ticket.status.is_done() {
            self.start(place, now, now, true, timer_context);
        }
    }

    /// Order at one timestamp: stop, cancel, reset, pause, start.
    fn custom(
        &mut self,
        place: usize,
        clock: &Custom,
        context: StepContext<'_>,
        ticket: &TicketState,
        now: Stamp,
        timer_context: TimerContext<'_>,
    ) {
        let holds = |conditions: &[Condition]| {
            conditions.iter().any(|condition| {
                let happens = |happening| context.happens(ticket, happening);
                condition.holds(happens, ticket.status, context.values, context.tags)
            })
        };
        let lasts = |conditions: &[Condition]| {
            conditions.iter().any(|condition| {
                condition.is_state()
                    && condition.holds(|_| false, ticket.status, context.values, context.tags)
            })
        };
        let paused = holds(&clock.pause);
        let (stops, cancels) = (holds(&clock.stop), holds(&clock.cancel));
        // A state starts a cycle when it becomes true and no stop or cancel state holds. An event always starts one.
        let ready = lasts(&clock.start) && !lasts(&clock.stop) && !lasts(&clock.cancel);
        let happens = clock.start.iter().any(|condition| {
            let happens = |happening| context.happens(ticket, happening);
            !condition.is_state() && condition.holds(happens, ticket.status, context.values, context.tags)
        });
        let state = &mut self.customs[place];
        let was_ready = std::mem::replace(&mut state.ready, ready);
        let mut begins = !stops && !cancels && (happens || (ready && !was_ready));
        if self.timers[place].active {
            begins = false;
            if stops {
                if clock.rule.cycles == Cycles::Sequential {
                    let verdict = self.timers[place].verdict(now, Outcome::Completed, timer_context);
                    let due = verdict.and_then(|verdict| {
                        verdict.due.timestamp(verdict.active_target, timer_context.clocks)
                    });
                    self.customs[place].next_from = due;
                    begins = ready;
                }
                self.end(place, now, Outcome::Completed, timer_context);
                self.customs[place].ended_once = true;
            } else if cancels {
                self.end(place, now, Outcome::Ended, timer_context);
                self.customs[place].ended_once = true;
            } else if holds(&clock.reset) {
                self.end(place, now, Outcome::Completed, timer_context);
                self.customs[place].ended_once = true;
                begins = true;
            }
        }
        let retroactive = clock.rule.counts_from == CountsFrom::Creation;
        let state = &mut self.customs[place];
        if retroactive {
            state.flush(now, timer_context);
            state.before_since = (!paused).then_some(now);
        }
        let again = clock.rule.cycles != Cycles::Once || !state.ended_once;
        if self.timers[place].active {
            self.timers[place].run(!paused, now, timer_context);
        } else if begins && again {
            self.start(place, now, now, !paused, timer_context);
            let state = &mut self.customs[place];
            if retroactive {
                self.timers[place].backdate(ticket.created, &state.before, now, timer_context);
            }
            if let Some(due) = state.next_from.take().filter(|due| *due > now.at) {
                self.timers[place].defer(due);
            }
        }
    }

    /// When a verdict first changes after `at` if nothing happens.
    pub(crate) fn next_change(&self, at: i64, timer_context: TimerContext<'_>) -> Option<i64> {
        let changes = self.timers.iter().flat_map(|timer| timer.changes(timer_context));
        changes.flatten().filter(|change| *change > at).min()
    }

    /// Emits the verdicts as of `now`, finished ones first; `left` is whether the ticket was removed. Returns the
    /// number of targets not evaluated for lack of a schedule.
    pub(crate) fn verdicts(
        &self,
        now: Stamp,
        left: bool,
        timer_context: TimerContext<'_>,
        mut emit: impl FnMut(RawVerdict, &[RawSegment]),
    ) -> u32 {
        for (place, verdict) in self.done.iter().enumerate() {
            emit(*verdict, self.explained.get(place).map_or(&[], Vec::as_slice));
        }
        let outcome = if left { Outcome::Ended } else { Outcome::Open };
        let mut unevaluated = self.unevaluated;
        for timer in &self.timers {
            if let Some(verdict) = timer.verdict(now, outcome, timer_context) {
                if !is_evaluated(&verdict) {
                    unevaluated = unevaluated.saturating_add(1);
                } else if timer_context.explain {
                    emit(verdict, &timer.explained(now, timer_context));
                } else {
                    emit(verdict, &[]);
                }
            }
        }
        unevaluated
    }
}

impl TimerKind {
    /// The signals that can move the timer.
    const fn relevant_signals(self) -> Signals {
        match self {
            Self::FirstResponse | Self::NextResponse => Signals::WAIT_BEGAN
                .or(Signals::WAIT_MOVED)
                .or(Signals::FIRST_RESPONSE)
                .or(Signals::NEXT_RESPONSE)
                .or(Signals::WAIT_ENDED)
                .or(Signals::OPENING_WITHDRAWN),
            Self::PeriodicUpdate | Self::PausableUpdate => Signals::UPDATE.or(Signals::STATUS),
            Self::RequesterWait | Self::AgentWork | Self::Resolution => Signals::STATUS,
            Self::GroupOwnership => Signals::STATUS.or(Signals::GROUP),
            Self::Custom(_) => Signals::HAPPENED,
        }
    }
}

/// Whether the elapsed time is known on the target's clock for the whole instance.
fn is_evaluated(verdict: &RawVerdict) -> bool {
    verdict.active_target.clock == ClockKind::Calendar || verdict.elapsed.elapsed().business_micros.is_some()
}
