//! Measures requested of a replay, and the state they depend on.

use std::ops::BitOr;

use super::clocks::Clocks;
use super::compiled_policies::{CompiledPolicies, TimerKind};
use super::options::{FirstResponseStart, ReplayOptions};
use super::step::{ASSIGNEE, GROUP, StepKind, TAG};
use crate::ClockKind;
use crate::sla::Validity;

/// The set of measures to compute. Measures outside this set are not computed.
///
/// A small set is much faster. The measures in it have the same values as in a full replay.
///
/// ```
/// use deskmetrics::replay::{Needs, Replay};
/// use deskmetrics::ticket::{Author, EventKind, Status};
/// use deskmetrics::{Ticket, TicketEvent, Timestamp};
///
/// let at = |text: &str| text.parse::<Timestamp>().unwrap();
/// let ticket = Ticket::new("T-1", at("2026-03-02T09:00:00Z"));
/// let events = [
///     TicketEvent::new("T-1", at("2026-03-02T09:20:00Z"), Author::Agent, EventKind::PublicMessage),
///     TicketEvent::new("T-1", at("2026-03-02T11:00:00Z"), Author::Agent, EventKind::Status(Status::Solved)),
/// ];
/// let whole = Replay::new(at("2026-03-03T00:00:00Z"));
/// let lean = whole.clone().with_measures(Needs::SOLVES);
/// let (whole, lean) = (whole.ticket(&ticket, &events).metrics, lean.ticket(&ticket, &events).metrics);
/// assert_eq!(lean.full_resolution_time, whole.full_resolution_time);
/// assert_eq!((lean.public_replies, whole.public_replies), (0, 1)); // not requested
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Needs(u16);

impl Needs {
    /// No measure: only creation, cut-off, status and the reason for exclusion.
    pub const NOTHING: Self = Self(0);
    /// Response times, waits and repliers, and everything in [`MESSAGES`](Self::MESSAGES).
    pub const CONVERSATION: Self = Self(1);
    /// First and last solve, close, solver and every resolution time.
    pub const SOLVES: Self = Self(1 << 1);
    /// Every reopening, with its author and the number of replies until the next solve.
    pub const REOPENS: Self = Self(1 << 2);
    /// Time in each status, and what follows from it: requester wait, agent wait, agent work and on-hold time.
    pub const STATUS_TIMES: Self = Self(1 << 3);
    /// Assignees and groups: their stints and the time to the first assignment.
    pub const STATIONS: Self = Self(1 << 4);
    /// Agent touches and escalations.
    pub const TOUCHES: Self = Self(1 << 5);
    /// The business-clock value of every duration.
    pub const BUSINESS_TIME: Self = Self(1 << 6);
    /// SLA verdicts. Targets in business time are evaluated without [`BUSINESS_TIME`](Self::BUSINESS_TIME) as well.
    pub const VERDICTS: Self = Self(1 << 7);
    /// Measures that are unknown if the ticket was done at an unknown time.
    pub(crate) const END: Self =
        Self::SOLVES.and(Self::REOPENS).and(Self::STATUS_TIMES).and(Self::STATIONS).and(Self::VERDICTS);
    /// The number of messages by customers, the team and bots, the number of replying agents, and whether the team
    /// wrote first. No durations.
    pub const MESSAGES: Self = Self(1 << 8);
    /// Every measure. This is the default.
    pub const EVERYTHING: Self = Self((1 << 9) - 1);

    /// Whether any of `other` is included.
    #[must_use]
    pub const fn any(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether every measure of `needs` is included.
    pub(crate) const fn covers(self, needs: Self) -> bool {
        needs.0 & !self.0 == 0
    }

    /// The union of both sets.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// This set without `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub(crate) const fn bits(self) -> u16 {
        self.0
    }
}

impl Default for Needs {
    fn default() -> Self {
        Self::EVERYTHING
    }
}

impl BitOr for Needs {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.and(other)
    }
}

/// The state that the machine follows: the requested measures and their dependencies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each part is followed or not")]
pub(crate) struct Followed {
    /// The measures computed at the end.
    pub(crate) needs: Needs,
    pub(crate) conversation: bool,
    pub(crate) stations: bool,
    pub(crate) status_times: bool,
    pub(crate) business: bool,
    /// Whether every attribute change is followed.
    changes: bool,
    /// The numbers of followed attributes, one bit each.
    attributes: u64,
    tags: bool,
    /// Whether escalations, surveys and splits are followed.
    rest: bool,
}

impl Followed {
    pub(crate) fn new(
        needs: Needs,
        options: &ReplayOptions,
        clocks: &Clocks,
        compiled: &CompiledPolicies,
        watched: &[u16],
        credits: bool,
    ) -> Self {
        let any_timer = |test: fn(TimerKind) -> bool| compiled.slots.iter().any(|slot| test(slot.kind));
        let custom = any_timer(|kind| matches!(kind, TimerKind::Custom(_)));
        let each_change = !compiled.slots.is_empty() && options.sla.validity == Validity::AtEachChange;
        let whole = custom || each_change || needs.any(Needs::TOUCHES);
        let conversation = whole
            || credits
            || needs.any(Needs::CONVERSATION | Needs::MESSAGES | Needs::REOPENS)
            || options.thank_you_within.is_some()
            || any_timer(|kind| !kind.depends_on_status_only());
        let stations = whole
            || needs.any(Needs::STATIONS)
            || any_timer(|kind| matches!(kind, TimerKind::GroupOwnership));
        let own = if stations { 1u64 << GROUP | 1 << ASSIGNEE } else { 0 };
        let tags = whole || compiled.depends_on_tags() || watched.contains(&TAG);
        let watched = clocks.watched().chain(compiled.watched()).chain(watched.iter().copied());
        Self {
            needs,
            conversation,
            stations,
            status_times: stations || needs.any(Needs::STATUS_TIMES),
            business: needs.any(Needs::BUSINESS_TIME) || compiled.any_on(ClockKind::Business),
            // With `Handoff`, the first response time starts at a bot's last action, which may be an attribute
            // change.
            changes: whole || (conversation && options.first_response_start == FirstResponseStart::Handoff),
            attributes: watched.fold(own, |bits, attribute| bits | bit(attribute)),
            tags,
            rest: whole || conversation,
        }
    }

    /// Whether a step can change any followed state.
    #[inline]
    pub(crate) fn is_relevant(&self, kind: StepKind) -> bool {
        match kind {
            StepKind::Status(_)
            | StepKind::MergedInto
            | StepKind::Deleted
            | StepKind::Spam
            | StepKind::EndUnknown
            | StepKind::Restored => true,
            StepKind::PublicMessage | StepKind::InternalNote => self.conversation,
            StepKind::Changed { attribute, .. } => self.changes || self.attributes & bit(attribute) != 0,
            StepKind::Tagged(_) | StepKind::Untagged(_) => self.tags,
            StepKind::Escalated | StepKind::SplitFrom | StepKind::SurveySent | StepKind::SurveyAnswered => {
                self.rest
            }
        }
    }
}

/// The bit of an attribute; attributes from 63 on share bit 63.
const fn bit(attribute: u16) -> u64 {
    1 << if attribute < 63 { attribute } else { 63 }
}
