//! One time of a ticket under its target: started, paused, resumed, completed.

use serde::{Deserialize, Serialize};

use super::clocks::Clocks;
use super::compiled_policies::ActiveTarget;
use super::stamp::{Span, Stamp};
use crate::ClockKind;
use crate::sla::{Deadline, RelaxationPolicy, SlaOptions, TargetChange, VerdictState};
use crate::ticket::Status;

/// A verdict in numbers; names and dates are put in when somebody reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RawVerdict {
    pub(crate) slot: u16,
    pub(crate) instance: u32,
    pub(crate) active_target: ActiveTarget,
    pub(crate) started: i64,
    pub(crate) due: Due,
    pub(crate) completed: Option<i64>,
    pub(crate) ended: Option<i64>,
    pub(crate) elapsed: Span,
    pub(crate) carried: Option<Span>,
    pub(crate) state: VerdictState,
    pub(crate) breached: Option<i64>,
}

/// When a target is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Due {
    /// Not counting, so nobody knows.
    Unknown,
    /// It was, then.
    At(i64),
    /// When so much more has been counted since, on the ticket's schedule or the target's own: computed by whoever
    /// wants to know.
    After { from: i64, left: i64, clock: Option<u16> },
}

impl Due {
    /// The instant.
    pub(crate) fn instant(self, active_target: ActiveTarget, clocks: &Clocks) -> Option<i64> {
        match self {
            Self::Unknown => None,
            Self::At(at) => Some(at),
            Self::After { from, left, clock } => match active_target.clock {
                ClockKind::Calendar => from.checked_add(left),
                ClockKind::Business => clocks.due(clock, from, left),
            },
        }
    }
}

/// A stretch of counted time in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RawSegment {
    pub(crate) from: i64,
    pub(crate) to: i64,
    pub(crate) status: Status,
    pub(crate) clock: Option<u16>,
}

/// A stretch of time that a clock may come to count later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stretch {
    pub(crate) from: Stamp,
    pub(crate) to: Stamp,
    pub(crate) status: Status,
    pub(crate) clock: Option<u16>,
}

impl Stretch {
    pub(crate) fn goes_on_in(&self, next: &Self) -> bool {
        self.to.at == next.from.at && self.status == next.status && self.clock == next.clock
    }
}

/// What a timer needs to know of its ticket and replay.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TimerContext<'a> {
    pub(crate) clocks: &'a Clocks,
    pub(crate) options: SlaOptions,
    /// The schedule that applies to the ticket.
    pub(crate) clock: Option<u16>,
    pub(crate) status: Status,
    /// Whether segments are kept for explanation.
    pub(crate) explain: bool,
}

/// How an instance is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Completed,
    Ended,
    Open,
}

/// How the target of an instance stands at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Standing {
    instance: u32,
    counted: Span,
    active_target: Option<ActiveTarget>,
    attached: i64,
    detached: Option<(i64, Span)>,
    reached: Option<i64>,
    exceeded: Option<i64>,
}

/// One time of a ticket under its target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Timer {
    slot: u16,
    /// Segments are needed because a target may come later, on a schedule of its own.
    own_schedules: bool,
    pub(crate) instance: u32,
    pub(crate) active: bool,
    started: Stamp,
    /// Counting since.
    running: Option<Stamp>,
    /// Nothing counts before.
    not_before: i64,
    /// Counted before `running`, business time on the schedule in force at each instant.
    counted: Span,
    carried: Option<Span>,
    active_target: Option<ActiveTarget>,
    /// When a target first applied to the instance.
    attached: i64,
    /// The target no longer applies since, and what was counted by then.
    detached: Option<(i64, Span)>,
    /// When elapsed first reached the target in force.
    reached: Option<i64>,
    /// When elapsed first exceeded it.
    exceeded: Option<i64>,
    /// What the last completed instance had counted.
    pub(crate) last: Option<Span>,
    segments: Vec<RawSegment>,
}

impl Timer {
    pub(crate) fn new(slot: u16, own_schedules: bool) -> Self {
        Self {
            slot,
            own_schedules,
            instance: 0,
            active: false,
            started: Stamp::default(),
            running: None,
            not_before: i64::MIN,
            counted: Span::default(),
            carried: None,
            active_target: None,
            attached: 0,
            detached: None,
            reached: None,
            exceeded: None,
            last: None,
            segments: Vec::new(),
        }
    }

    /// Begins for another ticket, keeping the memory of the list. All else is set when an instance begins.
    pub(crate) fn clear(&mut self) {
        self.instance = 0;
        self.active = false;
        self.running = None;
        self.last = None;
        self.segments.clear();
    }

    /// Begins an instance that counts from `from` (not after `now`), with `carried` time already used.
    #[inline]
    pub(crate) fn start(
        &mut self,
        from: Stamp,
        now: Stamp,
        runs: bool,
        carried: Option<Span>,
        active_target: Option<ActiveTarget>,
        timer_context: TimerContext<'_>,
    ) {
        self.instance = self.instance.saturating_add(1);
        self.active = true;
        self.started = from;
        self.running = runs.then_some(from);
        self.not_before = i64::MIN;
        self.counted = carried.unwrap_or_default();
        self.carried = carried;
        self.active_target = active_target
            .map(|active_target| active_target.since(from.at, timer_context.clock, timer_context.clocks));
        self.attached = from.at;
        self.detached = None;
        self.reached = None;
        self.exceeded = None;
        self.segments.clear();
        self.judge_at(from.at, timer_context.options);
        if from.at < now.at {
            self.flush(now, timer_context);
        }
    }

    /// Moves the beginning of the instance back: time counted before it began to be looked at.
    pub(crate) fn backdate(
        &mut self,
        from: Stamp,
        stretches: &[Stretch],
        now: Stamp,
        timer_context: TimerContext<'_>,
    ) {
        self.started = from;
        for stretch in stretches {
            let span = self.span(stretch.from, stretch.to, timer_context);
            self.counted.add(span);
            if timer_context.explain || (self.own_schedules && self.active_target.is_none()) {
                let timer_context =
                    TimerContext { status: stretch.status, clock: stretch.clock, ..timer_context };
                self.segments.push(self.segment(stretch.from.at, stretch.to.at, timer_context));
            }
        }
        self.judge_at(now.at, timer_context.options);
    }

    /// Moves the beginning of an instance that was to begin now on to `due`: it does not count before.
    pub(crate) fn defer(&mut self, due: i64) {
        self.started.at = due;
        self.not_before = due;
        self.reached = None;
        self.exceeded = None;
    }

    /// Where a stretch that begins at `from` begins to count.
    #[inline]
    fn counting_from(&self, from: Stamp, timer_context: TimerContext<'_>) -> Stamp {
        if self.not_before <= from.at {
            return from;
        }
        let mut stamp = Stamp { at: self.not_before, ..from };
        match timer_context.clocks.elapsed(timer_context.clock, from.at, stamp.at) {
            Some(business) => stamp.business = stamp.business.saturating_add(business),
            None => stamp.unscheduled = stamp.unscheduled.saturating_add(stamp.at.saturating_sub(from.at)),
        }
        stamp
    }

    /// Time counted from one stamp to another, business time on the schedule in force.
    #[inline]
    fn span(&self, from: Stamp, to: Stamp, timer_context: TimerContext<'_>) -> Span {
        let mut span = to.since(from);
        if let Some(own) = self.active_target.and_then(|active_target| active_target.schedule) {
            match timer_context.clocks.elapsed(Some(own), from.at, to.at) {
                Some(business) => {
                    span.business = business;
                    span.unscheduled = 0;
                    span.scheduled = true;
                }
                None => span.scheduled = false,
            }
        }
        span
    }

    /// Counted time on the clock of the target in force; `None` for business time that is not known.
    #[inline]
    fn reading(active_target: ActiveTarget, counted: Span) -> Option<i64> {
        match active_target.clock {
            ClockKind::Calendar => Some(counted.calendar),
            ClockKind::Business => {
                counted.elapsed().business_micros.or((counted == Span::default()).then_some(0))
            }
        }
    }

    /// Compares what is counted with the target in force, at an instant at which nothing more is added.
    #[inline]
    fn judge_at(&mut self, at: i64, options: SlaOptions) {
        let Some(active_target) = self.active_target.filter(|_| self.detached.is_none()) else { return };
        let Some(elapsed) = Self::reading(active_target, self.counted) else { return };
        if self.reached.is_none() && elapsed >= active_target.target {
            self.reached = Some(at);
        }
        if self.exceeded.is_none() && exceeds(elapsed, active_target.target, options) {
            self.exceeded = Some(at);
        }
    }

    /// When elapsed reaches and exceeds the target within a stretch that counts from `from` to `now`, by when it is `total`.
    /// Not after `now`, though the schedule in force now may have less time than the one that was in force before.
    #[inline]
    fn crossing(
        &self,
        from: Stamp,
        now: Stamp,
        total: Span,
        timer_context: TimerContext<'_>,
    ) -> (Option<i64>, Option<i64>) {
        let (mut reached, mut exceeded) = (self.reached, self.exceeded);
        let Some(active_target) = self.active_target.filter(|_| self.detached.is_none()) else {
            return (reached, exceeded);
        };
        let (Some(before), Some(after)) =
            (Self::reading(active_target, self.counted), Self::reading(active_target, total))
        else {
            return (reached, exceeded);
        };
        if after >= active_target.target {
            cross(active_target, (from.at, before, after), timer_context, &mut reached, &mut exceeded);
        }
        (reached.map(|at| at.min(now.at)), exceeded.map(|at| at.min(now.at)))
    }

    /// Ends the stretch under way at `now` and begins the next one there.
    #[inline]
    pub(crate) fn flush(&mut self, now: Stamp, timer_context: TimerContext<'_>) {
        let Some(from) = self.running else { return };
        let from = self.counting_from(from, timer_context);
        if now.at <= from.at {
            self.running = Some(now);
            return;
        }
        let total = self.counted.plus(self.span(from, now, timer_context));
        (self.reached, self.exceeded) = self.crossing(from, now, total, timer_context);
        self.counted = total;
        self.running = Some(now);
        if timer_context.explain || (self.own_schedules && self.active_target.is_none()) {
            self.segments.push(self.segment(from.at, now.at, timer_context));
        }
    }

    fn segment(&self, from: i64, to: i64, timer_context: TimerContext<'_>) -> RawSegment {
        let own = self.active_target.and_then(|active_target| active_target.schedule);
        RawSegment { from, to, status: timer_context.status, clock: own.or(timer_context.clock) }
    }

    /// Counts from now on, or stops counting.
    #[inline]
    pub(crate) fn run(&mut self, runs: bool, now: Stamp, timer_context: TimerContext<'_>) {
        if self.active && runs != self.running.is_some() {
            self.flush(now, timer_context);
            self.running = runs.then_some(now);
        }
    }

    /// Another target (or none) is in force from now on. Says whether the instance is to be ended and begun anew.
    pub(crate) fn attach(
        &mut self,
        active_target: Option<ActiveTarget>,
        now: Stamp,
        timer_context: TimerContext<'_>,
    ) -> bool {
        let current = self.active_target.filter(|_| self.detached.is_none());
        let active_target = active_target.map(|active_target| {
            active_target.since(self.started.at, timer_context.clock, timer_context.clocks)
        });
        if !self.active || current == active_target {
            return false;
        }
        // A target of no duration leaves no trace, whatever the rule.
        let rule = if self.lasted_no_time(now) {
            TargetChange::CarryElapsed
        } else {
            timer_context.options.target_change
        };
        let active_target = match (rule, current, active_target) {
            (TargetChange::AtStart | TargetChange::Strictest, Some(_), None)
            | (TargetChange::AtStart, Some(_), _) => {
                return false;
            }
            (TargetChange::Reset, Some(_), _) => return true,
            (TargetChange::Strictest, Some(old), Some(new)) => {
                let comparable = old.clock == new.clock && old.schedule == new.schedule;
                if comparable && old.target <= new.target {
                    return false;
                }
                Some(new)
            }
            (_, _, active_target) => active_target,
        };
        self.flush(now, timer_context);
        let Some(new) = active_target else {
            if self.attached == now.at && self.exceeded.is_none() {
                // It was in force for no time at all.
                self.active_target = None;
                self.reached = None;
            } else {
                self.detached = Some((now.at, self.counted));
            }
            return false;
        };
        if self.active_target.is_none() {
            self.attached = now.at;
        }
        if let (None, Some(own)) = (self.active_target, new.schedule) {
            self.recount(own, timer_context.clocks);
        }
        self.active_target = Some(new);
        self.detached = None;
        let breached = self.exceeded;
        if breached.is_none() || timer_context.options.loosened == RelaxationPolicy::Reevaluate {
            self.reached = None;
            self.exceeded = None;
            self.judge_at(now.at, timer_context.options);
            if self.exceeded.is_some() && breached.is_some() {
                self.exceeded = breached;
            }
        }
        false
    }

    /// Counts the business time so far on a schedule of the policy's own, which applies from the beginning.
    fn recount(&mut self, own: u16, clocks: &Clocks) {
        let carried = self.carried.unwrap_or_default();
        for segment in &mut self.segments {
            segment.clock = Some(own);
        }
        let stretches =
            self.segments.iter().map(|segment| clocks.elapsed(Some(own), segment.from, segment.to));
        match stretches.sum::<Option<i64>>() {
            Some(business) => {
                self.counted.business = carried.business.saturating_add(business);
                self.counted.unscheduled = 0;
                self.counted.scheduled = true;
            }
            None => self.counted.scheduled = false,
        }
    }

    /// What is to be said of the instance at `now`; `None` where no target ever applied or it never counted for
    /// anything.
    #[inline]
    pub(crate) fn verdict(
        &self,
        now: Stamp,
        outcome: Outcome,
        timer_context: TimerContext<'_>,
    ) -> Option<RawVerdict> {
        let active_target = self.active_target.filter(|_| self.active)?;
        if outcome == Outcome::Ended && self.lasted_no_time(now) {
            return None;
        }
        let running = self.running.map(|from| self.counting_from(from, timer_context));
        let (mut elapsed, reached, exceeded) = match (self.detached, running) {
            (Some((_, elapsed)), _) => (elapsed, self.reached, self.exceeded),
            (None, Some(from)) if from.at < now.at => {
                let total = self.counted.plus(self.span(from, now, timer_context));
                let (reached, exceeded) = self.crossing(from, now, total, timer_context);
                (total, reached, exceeded)
            }
            (None, _) => (self.counted, self.reached, self.exceeded),
        };
        if elapsed == Span::default() {
            elapsed.scheduled = now.scheduled || active_target.schedule.is_some();
        }
        let due = match (reached, running.filter(|_| self.detached.is_none())) {
            (Some(at), _) => Due::At(at),
            (None, Some(from)) => {
                Self::reading(active_target, self.counted).map_or(Due::Unknown, |counted| Due::After {
                    from: from.at,
                    left: active_target.target.saturating_sub(counted),
                    clock: active_target.schedule.or(timer_context.clock),
                })
            }
            (None, None) => Due::Unknown,
        };
        let detached = self.detached.map(|(at, _)| at);
        let state = match outcome {
            _ if exceeded.is_some() => VerdictState::Breached,
            _ if detached.is_some() => VerdictState::Cancelled,
            Outcome::Completed => VerdictState::Met,
            Outcome::Ended => VerdictState::Cancelled,
            Outcome::Open if running.is_some() => VerdictState::Running,
            Outcome::Open => VerdictState::Paused,
        };
        Some(RawVerdict {
            slot: self.slot,
            instance: self.instance,
            active_target,
            started: self.started.at,
            due,
            completed: (outcome == Outcome::Completed && detached.is_none()).then_some(now.at),
            ended: detached.or((outcome == Outcome::Ended).then_some(now.at)),
            elapsed,
            carried: self.carried,
            state,
            breached: exceeded,
        })
    }

    /// The segments of the instance at `now`, where they are kept.
    pub(crate) fn explained(&self, now: Stamp, timer_context: TimerContext<'_>) -> Vec<RawSegment> {
        let mut segments = self.segments.clone();
        let running = self.running.map(|from| self.counting_from(from, timer_context));
        match (self.detached, running) {
            (Some((at, _)), _) => segments.retain(|segment| segment.from < at),
            (None, Some(from)) if from.at < now.at => {
                segments.push(self.segment(from.at, now.at, timer_context));
            }
            _ => {}
        }
        segments
    }

    /// How the target stands, brought up to `now`, to come back to when another change follows at the same instant.
    pub(crate) fn standing(&mut self, now: Stamp, timer_context: TimerContext<'_>) -> Standing {
        self.flush(now, timer_context);
        let Self { instance, counted, active_target, attached, detached, reached, exceeded, .. } = *self;
        Standing { instance, counted, active_target, attached, detached, reached, exceeded }
    }

    /// Takes back the changes of the target at this instant, unless the instance is another one by now.
    pub(crate) fn restore(&mut self, standing: &Standing) {
        if self.active && self.instance == standing.instance {
            self.counted = standing.counted;
            self.active_target = standing.active_target;
            self.attached = standing.attached;
            self.detached = standing.detached;
            self.reached = standing.reached;
            self.exceeded = standing.exceeded;
        }
    }

    /// Whether an instance under way would have another target.
    pub(crate) fn would_change(
        &self,
        active_target: Option<ActiveTarget>,
        timer_context: TimerContext<'_>,
    ) -> bool {
        let active_target = active_target.map(|active_target| {
            active_target.since(self.started.at, timer_context.clock, timer_context.clocks)
        });
        self.active && self.active_target.filter(|_| self.detached.is_none()) != active_target
    }

    /// Counts on in silence from `ended`, where the instance ended unfinished: it may be taken up again.
    pub(crate) fn lie_dormant(&mut self, ended: Stamp) {
        self.running = Some(ended);
    }

    /// Takes up the dormant instance again, which ended unfinished at `ended`, as if it had not.
    pub(crate) fn take_up(&mut self, ended: Stamp) {
        if self.lasted_no_time(ended) {
            self.instance = self.instance.saturating_add(1);
        }
        self.active = true;
    }

    /// Whether the instance, at its end or as of `ended`, has no duration.
    pub(crate) fn lasted_no_time(&self, ended: Stamp) -> bool {
        ended.at <= self.started.at && self.carried.is_none()
    }

    /// Ends the instance, which was brought up to `now` before.
    #[inline]
    pub(crate) fn finish(&mut self, now: Stamp, outcome: Outcome) {
        self.last = Some(self.counted);
        self.running = None;
        self.active = false;
        if outcome == Outcome::Ended && self.lasted_no_time(now) {
            self.instance = self.instance.saturating_sub(1);
        }
    }

    /// Forgets the instance under way: it never was.
    pub(crate) fn discard(&mut self) {
        if self.active {
            self.active = false;
            self.running = None;
            self.instance = self.instance.saturating_sub(1);
            if self.carried.is_some() {
                self.last = self.carried;
            }
        }
    }

    /// Whether it counts right now.
    pub(crate) fn is_running(&self) -> bool {
        self.running.is_some()
    }
}

/// Notes when a target is first reached and exceeded in a stretch that counts from `from` on, given what was counted `before`
/// and after it: at least the target.
pub(crate) fn cross(
    active_target: ActiveTarget,
    (from, before, after): (i64, i64, i64),
    timer_context: TimerContext<'_>,
    reached: &mut Option<i64>,
    exceeded: &mut Option<i64>,
) {
    // The instant at which so much more has been counted on the target's clock.
    let reach = |budget: i64| match active_target.clock {
        ClockKind::Calendar => from.checked_add(budget),
        ClockKind::Business => {
            timer_context.clocks.due(active_target.schedule.or(timer_context.clock), from, budget)
        }
    };
    let left = active_target.target.saturating_sub(before);
    if reached.is_none() {
        *reached = if left <= 0 { Some(from) } else { reach(left) };
    }
    if exceeded.is_none() && exceeds(after, active_target.target, timer_context.options) {
        *exceeded = match timer_context.options.deadline {
            Deadline::Strict => *reached,
            Deadline::Inclusive if left < 0 => Some(from),
            // Used up at closing time, a target is exceeded from the next opening on.
            Deadline::Inclusive => reach(left.saturating_add(1)).map(|at| at.saturating_sub(1)),
        };
    }
}

fn exceeds(elapsed: i64, target: i64, options: SlaOptions) -> bool {
    match options.deadline {
        Deadline::Inclusive => elapsed > target,
        Deadline::Strict => elapsed >= target,
    }
}
