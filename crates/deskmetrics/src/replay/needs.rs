//! What is asked of a replay, and what it must follow to answer.

use std::ops::BitOr;

use super::clocks::Clocks;
use super::compiled_policies::{CompiledPolicies, Measure};
use super::options::{FirstResponseStart, ReplayOptions};
use super::step::{ASSIGNEE, GROUP, StepKind, TAG};
use crate::ClockKind;
use crate::sla::Validity;

/// What is asked of a replay: the measures somebody will read. What nobody asks for is not computed, which saves most
/// of the time where little is asked; what is asked for comes out the same.
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
/// assert_eq!((lean.public_replies, whole.public_replies), (0, 1)); // nobody asked
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Needs(u16);

impl Needs {
    /// Only what every ticket has: creation, cut-off, status, why it is excluded.
    pub const NOTHING: Self = Self(0);
    /// Who wrote, who waited and for how long: every response time, repliers, and all that [`MESSAGES`](Self::MESSAGES) are.
    pub const CONVERSATION: Self = Self(1);
    /// First and last solve, close, who solved, every resolution time.
    pub const SOLVES: Self = Self(1 << 1);
    /// Every reopening, with who reopened and how often the team replied until the next solve.
    pub const REOPENS: Self = Self(1 << 2);
    /// Time in each status, and the requester's wait, the agent's wait and work and the time on hold, made of it.
    pub const STATUS_TIMES: Self = Self(1 << 3);
    /// Assignees and groups: their stints and the time to the first assignment.
    pub const STATIONS: Self = Self(1 << 4);
    /// Agent touches and escalations.
    pub const TOUCHES: Self = Self(1 << 5);
    /// The business part of every duration.
    pub const BUSINESS_TIME: Self = Self(1 << 6);
    /// SLA verdicts. Business time that a target is counted in is read for the verdicts in any case.
    pub const VERDICTS: Self = Self(1 << 7);
    /// What a ticket that is done at an unknown time cannot answer.
    pub(crate) const END: Self =
        Self::SOLVES.and(Self::REOPENS).and(Self::STATUS_TIMES).and(Self::STATIONS).and(Self::VERDICTS);
    /// How often the customer, the team and bots wrote, by how many agents, whether the team wrote first: counts without a
    /// duration.
    pub const MESSAGES: Self = Self(1 << 8);
    /// Everything, which is what a replay does if not told otherwise.
    pub const EVERYTHING: Self = Self((1 << 9) - 1);

    /// Whether any of `other` is asked for.
    #[must_use]
    pub const fn any(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether nothing else is asked for than this.
    pub(crate) const fn covers(self, needs: Self) -> bool {
        needs.0 & !self.0 == 0
    }

    /// Both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// This but not `other`.
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

/// What the state machine follows: what is asked for, and what that depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each part is followed or not")]
pub(crate) struct Followed {
    /// What is measured at the end.
    pub(crate) needs: Needs,
    pub(crate) conversation: bool,
    pub(crate) stations: bool,
    pub(crate) status_times: bool,
    pub(crate) business: bool,
    /// Every attribute's change.
    changes: bool,
    /// Changes of the attributes with these numbers.
    attributes: u64,
    tags: bool,
    /// Escalations, surveys, splits.
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
        let judges = |wanted: fn(Measure) -> bool| compiled.slots.iter().any(|slot| wanted(slot.measure));
        let custom = judges(|measure| matches!(measure, Measure::Custom(_)));
        let each_change = !compiled.slots.is_empty() && options.sla.validity == Validity::AtEachChange;
        let whole = custom || each_change || needs.any(Needs::TOUCHES);
        let conversation = whole
            || credits
            || needs.any(Needs::CONVERSATION | Needs::MESSAGES | Needs::REOPENS)
            || options.thank_you_within.is_some()
            || judges(|measure| !measure.depends_on_status_only());
        let stations = whole
            || needs.any(Needs::STATIONS)
            || judges(|measure| matches!(measure, Measure::GroupOwnership));
        let own = if stations { 1u64 << GROUP | 1 << ASSIGNEE } else { 0 };
        let tags = whole || compiled.look_at_tags() || watched.contains(&TAG);
        let watched = clocks.watched().chain(compiled.watched()).chain(watched.iter().copied());
        Self {
            needs,
            conversation,
            stations,
            status_times: stations || needs.any(Needs::STATUS_TIMES),
            business: needs.any(Needs::BUSINESS_TIME) || compiled.any_on(ClockKind::Business),
            // A bot's last act counts where the first response is measured from its handing over.
            changes: whole || (conversation && options.first_response_start == FirstResponseStart::Handoff),
            attributes: watched.fold(own, |bits, attribute| bits | bit(attribute)),
            tags,
            rest: whole || conversation,
        }
    }

    /// Whether a step can change anything that is followed.
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

/// The place of an attribute in a set; attributes beyond it share the last place.
const fn bit(attribute: u16) -> u64 {
    1 << if attribute < 63 { attribute } else { 63 }
}
