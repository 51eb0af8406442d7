//! Which replays have a fast path.

use crate::replay::compiled_policies::{CompiledPolicies, Measure};
use crate::replay::needs::{Followed, Needs};
use crate::replay::options::{ReplayOptions, SolveWithoutReply};
use crate::sla::Validity;

/// Whether the short way can say what is asked for: counts of messages, solves and reopenings in calendar time, or verdicts on
/// the first response and the working time of a ticket.
pub(super) fn allow_fast_path(
    needs: Needs,
    options: &ReplayOptions,
    followed: &Followed,
    compiled: &CompiledPolicies,
) -> bool {
    let measures = compiled.slots.is_empty()
        && Needs::MESSAGES.and(Needs::SOLVES).and(Needs::REOPENS).covers(needs)
        && !followed.business
        && !options.notes_reply
        && options.solve_without_reply != SolveWithoutReply::CountsAsReply;
    let works = |measure| {
        matches!(
            measure,
            Measure::FirstResponse | Measure::RequesterWait | Measure::AgentWork | Measure::Resolution
        )
    };
    let verdicts = Needs::VERDICTS.covers(needs)
        && !(followed.conversation && options.notes_reply)
        && options.sla.validity != Validity::AtEachChange
        && compiled.slots.iter().all(|slot| works(slot.measure) && !slot.own_schedules);
    (measures || verdicts) && options.thank_you_within.is_none()
}

/// Whether the measures of usual milestones have a closed form under these conventions.
pub(super) fn is_enough(needs: Needs, options: &ReplayOptions) -> bool {
    !needs.any(Needs::VERDICTS | Needs::STATIONS) && *options == ReplayOptions::default()
}
