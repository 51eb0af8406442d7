//! Verdicts on SLA targets.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::{Segment, SlaMetric};
use crate::{ClockKind, Elapsed, Ticket, Timestamp};

/// The state of one instance of an SLA target at the cut-off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VerdictState {
    /// Completed, and elapsed <= target.
    #[doc(alias = "achieved")]
    Met,
    /// Elapsed > target, completed or not.
    #[doc(alias = "violated")]
    Breached,
    /// Not completed, not breached, counting.
    #[doc(alias = "active")]
    Running,
    /// Not completed, not breached, not counting.
    Paused,
    /// Ended without completion: the policy no longer applies.
    Cancelled,
}

words!(printed VerdictState: "verdict");

impl VerdictState {
    /// The name used in data: `met`, `breached`, `running`, `paused`, `cancelled`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Breached => "breached",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether a verdict of this state is open, and `elapsed` reaches its at-risk threshold; both in microseconds on its clock.
    pub(crate) fn is_at_risk(self, elapsed: Option<i64>, after: Option<i64>) -> bool {
        let open = matches!(self, Self::Running | Self::Paused);
        open && after.is_some_and(|after| elapsed.is_some_and(|elapsed| elapsed >= after))
    }

    /// When a verdict of this state fell, given when it was completed and breached; `None` while it is open.
    pub(crate) fn decided_at(
        self,
        completed: Option<Timestamp>,
        breached: Option<Timestamp>,
    ) -> Option<Timestamp> {
        match self {
            Self::Met => completed,
            Self::Breached => breached.or(completed),
            Self::Running | Self::Paused | Self::Cancelled => None,
        }
    }
}

/// The verdict on one instance of one SLA target of one ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SlaVerdict {
    /// Name of the policy whose target was used.
    pub policy: Box<str>,
    /// What the target limits.
    pub metric: SlaMetric,
    /// 1 for the first instance of the metric on the ticket, 2 for the next.
    pub instance: u32,
    /// The clock the target is counted on.
    pub clock: ClockKind,
    /// The target in force when it was completed (or at the cut-off); zero where the source states a verdict and no
    /// due time.
    #[serde(with = "crate::duration_text")]
    pub target: TimeDelta,
    /// When counting began.
    pub started_at: Timestamp,
    /// The first timestamp at which elapsed reaches the target (at once, when the target became shorter than what had
    /// elapsed); `None` while paused or when the schedule never opens again.
    pub due_at: Option<Timestamp>,
    /// When it was completed.
    pub completed_at: Option<Timestamp>,
    /// When it ended without completion: the reply was no longer needed, the policy no longer applied, the ticket
    /// was merged, deleted or marked as spam. A breach before that remains.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// Counted time up to completion, end or the cut-off, on both clocks.
    pub elapsed: Elapsed,
    /// The part of `elapsed` taken over from the instance before, when a reopened ticket resumes; `None` for an
    /// instance that began at zero.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carried: Option<Elapsed>,
    /// Its state at the cut-off.
    pub state: VerdictState,
    /// When the target was first exceeded. A target used up exactly at closing time is exceeded from the next
    /// opening on.
    pub breached_at: Option<Timestamp>,
    /// The elapsed time from which it is at risk, where the target has a threshold.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::duration_text::optional")]
    pub at_risk_after: Option<TimeDelta>,
    /// The segments of time that were counted, if requested; see
    /// [`Replay::with_segments`](crate::replay::Replay::with_segments).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<Segment>,
}

impl SlaVerdict {
    /// When it was decided: the completion of a met target, the breach of another; `None` while it is open.
    pub fn decided_at(&self) -> Option<Timestamp> {
        self.state.decided_at(self.completed_at, self.breached_at)
    }

    /// The policy name of verdicts that the source system stated itself.
    pub const STATED: &'static str = "stated by the source";

    /// A target that began to run at `started_at`, on the calendar clock, with nothing elapsed.
    pub fn new(
        policy: impl Into<Box<str>>,
        metric: SlaMetric,
        target: TimeDelta,
        started_at: impl Into<Timestamp>,
    ) -> Self {
        Self {
            policy: policy.into(),
            metric,
            instance: 1,
            clock: ClockKind::Calendar,
            target,
            started_at: started_at.into(),
            due_at: None,
            completed_at: None,
            ended_at: None,
            elapsed: Elapsed::default(),
            carried: None,
            state: VerdictState::Running,
            breached_at: None,
            at_risk_after: None,
            segments: Vec::new(),
        }
    }

    /// The verdict on a due time the source system states, in real time: met iff completed at or before it. If not
    /// completed, it is breached when the cut-off is after the due time, else running. Events after the cut-off are not
    /// known.
    ///
    /// ```
    /// use deskmetrics::{SlaVerdict, Timestamp, VerdictState};
    ///
    /// let at = |text: &str| text.parse::<Timestamp>().unwrap();
    /// let due = at("2026-03-02T12:00:00Z");
    /// let verdict = SlaVerdict::from_stated_due(
    ///     at("2026-03-02T08:00:00Z"),
    ///     due,
    ///     Some(at("2026-03-02T13:00:00Z")),
    ///     at("2026-03-03T00:00:00Z"),
    /// );
    /// assert_eq!(verdict.state, VerdictState::Breached);
    /// assert_eq!(verdict.breached_at, Some(due));
    /// assert_eq!(verdict.overshoot(), Some(chrono::TimeDelta::hours(1)));
    /// ```
    pub fn from_stated_due(
        created_at: impl Into<Timestamp>,
        due_at: impl Into<Timestamp>,
        completed_at: Option<Timestamp>,
        as_of: impl Into<Timestamp>,
    ) -> Self {
        let (created_at, due_at, as_of) = (created_at.into(), due_at.into(), as_of.into());
        let completed_at = completed_at.filter(|at| *at <= as_of);
        let end = completed_at.unwrap_or(as_of).max(created_at);
        let state = match completed_at {
            _ if end > due_at => VerdictState::Breached,
            Some(_) => VerdictState::Met,
            None => VerdictState::Running,
        };
        Self {
            due_at: Some(due_at),
            completed_at,
            elapsed: Elapsed::new(end.since(created_at), None),
            state,
            breached_at: (state == VerdictState::Breached).then_some(due_at),
            ..Self::new(Self::STATED, SlaMetric::Resolution, due_at.since(created_at), created_at)
        }
    }

    /// The verdict on a ticket's resolution the source system itself gives: from
    /// [`Ticket::stated_sla_met`] if it is met or breached, else from [`Ticket::stated_due_at`]; `None` where the
    /// record has neither. With a verdict but no due time the target is unknown and shown as zero. A target that is not due yet
    /// has no verdict while the ticket is open.
    ///
    /// ```
    /// use deskmetrics::{SlaVerdict, Ticket, Timestamp, VerdictState};
    ///
    /// let at = |text: &str| text.parse::<Timestamp>().unwrap();
    /// let mut ticket = Ticket::new("INC-1", at("2026-03-02T08:00:00Z"));
    /// assert!(SlaVerdict::from_stated(&ticket, None, at("2026-03-09T00:00:00Z")).is_none());
    /// ticket.stated_sla_met = Some(false);
    /// let verdict = SlaVerdict::from_stated(&ticket, None, at("2026-03-09T00:00:00Z")).unwrap();
    /// assert_eq!(verdict.state, VerdictState::Breached);
    /// ```
    pub fn from_stated(
        ticket: &Ticket,
        completed_at: Option<Timestamp>,
        as_of: impl Into<Timestamp>,
    ) -> Option<Self> {
        let as_of = as_of.into();
        let by_due = ticket
            .stated_due_at
            .map(|due| Self::from_stated_due(ticket.created_at, due, completed_at, as_of));
        let Some(met) = ticket.stated_sla_met else { return by_due };
        let mut verdict = by_due.unwrap_or_else(|| {
            let completed_at = completed_at.filter(|at| *at <= as_of);
            let end = completed_at.unwrap_or(as_of).max(ticket.created_at);
            Self {
                completed_at,
                elapsed: Elapsed::new(end.since(ticket.created_at), None),
                ..Self::new(Self::STATED, SlaMetric::Resolution, TimeDelta::zero(), ticket.created_at)
            }
        });
        let is_due = verdict.due_at.is_none_or(|due| due <= as_of);
        verdict.state = match (met, verdict.completed_at) {
            (false, None) if !is_due => VerdictState::Running,
            (false, _) => VerdictState::Breached,
            (true, Some(_)) => VerdictState::Met,
            (true, None) => VerdictState::Running,
        };
        verdict.breached_at = verdict.due_at.filter(|_| verdict.state == VerdictState::Breached);
        Some(verdict)
    }

    /// Counted time on the target's clock; `None` for business time that is not known.
    pub fn elapsed_on_clock(&self) -> Option<TimeDelta> {
        self.elapsed.on(self.clock)
    }

    /// By how much the target was exceeded so far, on its clock; `None` unless breached, and where the target is not
    /// known.
    pub fn overshoot(&self) -> Option<TimeDelta> {
        let known = self.state == VerdictState::Breached && self.target != TimeDelta::zero();
        self.elapsed_on_clock().filter(|_| known).map(|elapsed| elapsed - self.target)
    }

    /// The remaining time of the target, on its clock, negative when exceeded; `None` once completed or ended.
    pub fn remaining(&self) -> Option<TimeDelta> {
        let open = self.completed_at.is_none() && self.ended_at.is_none();
        self.elapsed_on_clock().filter(|_| open).map(|elapsed| self.target - elapsed)
    }

    /// Elapsed time in percent of the target, unrounded; `None` where either is not known.
    ///
    /// Never decide by it: 99.951 % rounds to 100 % and is still met. The state compares whole microseconds.
    pub fn elapsed_pct(&self) -> Option<f64> {
        let target = self.target.num_microseconds().filter(|target| *target > 0)?;
        Some(self.elapsed.micros_on(self.clock)? as f64 / target as f64 * 100.0)
    }

    /// The name of its state; `at_risk` where it is running or paused and [at risk](Self::is_at_risk).
    pub fn state_name(&self) -> &'static str {
        if self.is_at_risk() { "at_risk" } else { self.state.as_str() }
    }

    /// Whether it is still open and not breached, but past its at-risk threshold.
    pub fn is_at_risk(&self) -> bool {
        let after = self.at_risk_after.map(|after| after.num_microseconds().unwrap_or(i64::MAX));
        self.state.is_at_risk(self.elapsed.micros_on(self.clock), after)
    }
}
