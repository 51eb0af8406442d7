//! Timer of one SLA target: starts, pauses, resumes and completes.

use super::clocks::Clocks;
use super::compiled_policies::ActiveTarget;
use super::stamp::{ClockSpan, Stamp};
use crate::ClockKind;
use crate::sla::{Deadline, RelaxationPolicy, SlaOptions, TargetChange, VerdictState};
use crate::ticket::Status;

/// A verdict with numbers in place of names and timestamps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RawVerdict {
    pub(crate) slot: u16,
    pub(crate) instance: u32,
    pub(crate) active_target: ActiveTarget,
    pub(crate) started: i64,
    pub(crate) due: Due,
    pub(crate) completed: Option<i64>,
    pub(crate) ended: Option<i64>,
    pub(crate) elapsed: ClockSpan,
    pub(crate) carried: Option<ClockSpan>,
    pub(crate) state: VerdictState,
    pub(crate) breached: Option<i64>,
}

impl RawVerdict {
    /// Whether it is open and past its at-risk threshold.
    pub(crate) fn is_at_risk(&self) -> bool {
        self.state.is_at_risk(
            self.elapsed.elapsed().micros_on(self.active_target.clock),
            self.active_target.at_risk,
        )
    }
}

/// When a target is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Due {
    /// Unknown, because the timer is paused.
    Unknown,
    /// A known timestamp.
    At(i64),
    /// When `left` more has been counted from `from` on, on the ticket's schedule or the target's own. Computed on
    /// demand.
    After { from: i64, left: i64, clock: Option<u16> },
}

impl Due {
    /// The timestamp.
    pub(crate) fn timestamp(self, active_target: ActiveTarget, clocks: &Clocks) -> Option<i64> {
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

/// A stretch of counted time, with numbers in place of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RawSegment {
    pub(crate) from: i64,
    pub(crate) to: i64,
    pub(crate) status: Status,
    pub(crate) clock: Option<u16>,
}

/// A stretch of time that a clock may count later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

/// The context of a timer: its ticket and replay.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TimerContext<'a> {
    pub(crate) clocks: &'a Clocks,
    pub(crate) options: SlaOptions,
    /// The schedule that applies to the ticket.
    pub(crate) clock: Option<u16>,
    pub(crate) status: Status,
    /// Whether segments are kept for explanations.
    pub(crate) explain: bool,
}

/// How an instance ends, if it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Completed,
    Ended,
    Open,
}

/// The progress of an instance towards its target at one timestamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    instance: u32,
    counted: ClockSpan,
    active_target: Option<ActiveTarget>,
    attached: i64,
    detached: Option<(i64, ClockSpan)>,
    reached: Option<i64>,
    exceeded: Option<i64>,
}

/// A timer of a ticket and its target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Timer {
    slot: u16,
    /// Whether segments are kept because a later target may use its own schedule.
    own_schedules: bool,
    pub(crate) instance: u32,
    pub(crate) active: bool,
    started: Stamp,
    /// The start of the running stretch.
    running: Option<Stamp>,
    /// Time before this timestamp does not count.
    not_before: i64,
    /// The time counted before `running`, with business time on the schedule in force.
    counted: ClockSpan,
    carried: Option<ClockSpan>,
    active_target: Option<ActiveTarget>,
    /// When a target first applied to the instance.
    attached: i64,
    /// When the target stopped to apply, and the time counted by then.
    detached: Option<(i64, ClockSpan)>,
    /// When the counted time first reached the target in force.
    reached: Option<i64>,
    /// When the counted time first exceeded it.
    exceeded: Option<i64>,
    /// The time that the last completed instance had counted.
    pub(crate) last: Option<ClockSpan>,
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
            counted: ClockSpan::default(),
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

    /// Prepares the timer for another ticket; the list keeps its memory. An instance sets all other fields when it
    /// starts.
    pub(crate) fn clear(&mut self) {
        self.instance = 0;
        self.active = false;
        self.running = None;
        self.last = None;
        self.segments.clear();
    }

    /// Starts an instance that counts from `from` (not after `now`), with `carried` time already used.
    #[inline]
    pub(crate) fn start(
        &mut self,
        from: Stamp,
        now: Stamp,
        runs: bool,
        carried: Option<ClockSpan>,
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
        self.evaluate_at(from.at, timer_context.options);
        if from.at < now.at {
            self.flush(now, timer_context);
        }
    }

    /// Moves the start of the instance back, to count time before it started.
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
        self.evaluate_at(now.at, timer_context.options);
    }

    /// Moves the start of an instance that starts now forward to `due`. Earlier time does not count.
    pub(crate) fn defer(&mut self, due: i64) {
        self.started.at = due;
        self.not_before = due;
        self.reached = None;
        self.exceeded = None;
    }

    /// Where counting starts within a stretch that begins at `from`.
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

    /// The time counted between two stamps, with business time on the schedule in force.
    #[inline]
    fn span(&self, from: Stamp, to: Stamp, timer_context: TimerContext<'_>) -> ClockSpan {
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

    /// The counted time on the clock of the target in force; `None` for unknown business time.
    #[inline]
    fn reading(active_target: ActiveTarget, counted: ClockSpan) -> Option<i64> {
        match active_target.clock {
            ClockKind::Calendar => Some(counted.calendar),
            ClockKind::Business => {
                counted.elapsed().business_micros.or((counted == ClockSpan::default()).then_some(0))
            }
        }
    }

    /// Compares the counted time with the target in force, at a timestamp at which no time is added.
    #[inline]
    fn evaluate_at(&mut self, at: i64, options: SlaOptions) {
        let Some(active_target) = self.active_target.filter(|_| self.detached.is_none()) else { return };
        let Some(elapsed) = Self::reading(active_target, self.counted) else { return };
        if self.reached.is_none() && elapsed >= active_target.target {
            self.reached = Some(at);
        }
        if self.exceeded.is_none() && exceeds(elapsed, active_target.target, options) {
            self.exceeded = Some(at);
        }
    }

    /// When the counted time reaches and exceeds the target within a stretch from `from` to `now`; `total` is the
    /// time counted by `now`.
    ///
    /// The result is not after `now`, even if the current schedule has less time than the previous one.
    #[inline]
    fn crossing(
        &self,
        from: Stamp,
        now: Stamp,
        total: ClockSpan,
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

    /// Ends the running stretch at `now` and begins the next one there.
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

    /// Starts or stops counting.
    #[inline]
    pub(crate) fn run(&mut self, runs: bool, now: Stamp, timer_context: TimerContext<'_>) {
        if self.active && runs != self.running.is_some() {
            self.flush(now, timer_context);
            self.running = runs.then_some(now);
        }
    }

    /// Sets the target in force (or none). Returns whether the instance must end and begin again.
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
        // A target that applied for no time leaves no trace, whatever the rule.
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
                // The target was in force for no time.
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
            self.evaluate_at(now.at, timer_context.options);
            if self.exceeded.is_some() && breached.is_some() {
                self.exceeded = breached;
            }
        }
        false
    }

    /// Recounts the business time on the policy's own schedule, which applies from the start.
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

    /// The verdict on the instance at `now`; `None` if no target ever applied, or if it never counted.
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
        if elapsed == ClockSpan::default() {
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

    /// When the running instance comes to be at risk and to be breached, if nothing happens; past changes included.
    pub(crate) fn changes(&self, timer_context: TimerContext<'_>) -> [Option<i64>; 2] {
        let undecided = self.active && self.detached.is_none() && self.exceeded.is_none();
        let running = self.running.filter(|_| undecided);
        let Some((from, active_target)) = running.zip(self.active_target) else { return [None; 2] };
        let Some(counted) = Self::reading(active_target, self.counted) else { return [None; 2] };
        let from = self.counting_from(from, timer_context).at;
        // The first timestamp with more than the target.
        let over = i64::from(timer_context.options.deadline == Deadline::Inclusive);
        let [at_risk, breached] = [active_target.at_risk, Some(active_target.target.saturating_add(over))]
            .map(|limit| {
                let left = limit?.saturating_sub(counted);
                if left <= 0 { Some(from) } else { active_target.reach(from, left, timer_context) }
            });
        // A breached target is not at risk.
        [at_risk.filter(|at| breached.is_none_or(|breached| *at < breached)), breached]
    }

    /// The segments of the instance at `now`, if they are kept.
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

    /// The progress towards the target at `now`, to restore if another change follows at the same timestamp.
    pub(crate) fn standing(&mut self, now: Stamp, timer_context: TimerContext<'_>) -> Standing {
        self.flush(now, timer_context);
        let Self { instance, counted, active_target, attached, detached, reached, exceeded, .. } = *self;
        Standing { instance, counted, active_target, attached, detached, reached, exceeded }
    }

    /// Undoes the target changes at this timestamp, unless another instance has started.
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

    /// Whether a running instance would get another target.
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

    /// Counts on without a verdict from `ended`, where the instance ended unfinished. It may be resumed.
    pub(crate) fn suspend(&mut self, ended: Stamp) {
        self.running = Some(ended);
    }

    /// Resumes the suspended instance as if it had not ended at `ended`.
    pub(crate) fn resume(&mut self, ended: Stamp) {
        if self.lasted_no_time(ended) {
            self.instance = self.instance.saturating_add(1);
        }
        self.active = true;
    }

    /// Whether the instance has no duration, at its end or as of `ended`.
    pub(crate) fn lasted_no_time(&self, ended: Stamp) -> bool {
        ended.at <= self.started.at && self.carried.is_none()
    }

    /// Ends the instance, which has been flushed up to `now`.
    #[inline]
    pub(crate) fn finish(&mut self, now: Stamp, outcome: Outcome) {
        self.last = Some(self.counted);
        self.running = None;
        self.active = false;
        if outcome == Outcome::Ended && self.lasted_no_time(now) {
            self.instance = self.instance.saturating_sub(1);
        }
    }

    /// Discards the running instance as if it had never started.
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

    /// Whether the timer is counting.
    pub(crate) fn is_running(&self) -> bool {
        self.running.is_some()
    }
}

impl ActiveTarget {
    /// When `budget` has been counted from `from` on.
    fn reach(self, from: i64, budget: i64, timer_context: TimerContext<'_>) -> Option<i64> {
        match self.clock {
            ClockKind::Calendar => from.checked_add(budget),
            ClockKind::Business => {
                timer_context.clocks.due(self.schedule.or(timer_context.clock), from, budget)
            }
        }
    }
}

/// Records when a target is first reached and exceeded in a stretch that counts from `from` on. `before` and `after`
/// are the time counted at its ends; `after` is at least the target.
pub(crate) fn cross(
    active_target: ActiveTarget,
    (from, before, after): (i64, i64, i64),
    timer_context: TimerContext<'_>,
    reached: &mut Option<i64>,
    exceeded: &mut Option<i64>,
) {
    let reach = |budget: i64| active_target.reach(from, budget, timer_context);
    let left = active_target.target.saturating_sub(before);
    if reached.is_none() {
        *reached = if left <= 0 { Some(from) } else { reach(left) };
    }
    if exceeded.is_none() && exceeds(after, active_target.target, timer_context.options) {
        *exceeded = match timer_context.options.deadline {
            Deadline::Strict => *reached,
            Deadline::Inclusive if left < 0 => Some(from),
            // A target used up at closing time is exceeded at the next opening.
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
