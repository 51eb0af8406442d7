//! Conditions for the fast path and the closed form.

use crate::replay::compiled_policies::{CompiledPolicies, TimerKind};
use crate::replay::needs::{Followed, Needs};
use crate::replay::options::{ReplayOptions, SolveWithoutReply};
use crate::sla::Validity;

/// Whether the fast path computes every requested measure: counts of messages, solves and reopenings in calendar
/// time, or verdicts on the first response and the working time.
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
    let is_supported = |kind| {
        matches!(
            kind,
            TimerKind::FirstResponse
                | TimerKind::RequesterWait
                | TimerKind::AgentWork
                | TimerKind::Resolution
        )
    };
    let verdicts = Needs::VERDICTS.covers(needs)
        && !(followed.conversation && options.notes_reply)
        && options.sla.validity != Validity::AtEachChange
        && compiled.slots.iter().all(|slot| is_supported(slot.kind) && !slot.own_schedules);
    (measures || verdicts) && options.thank_you_within.is_none()
}

/// Whether the measures of usual milestones have a closed form with these options.
pub(super) fn has_closed_form(needs: Needs, options: &ReplayOptions) -> bool {
    !needs.any(Needs::VERDICTS | Needs::STATIONS) && *options == ReplayOptions::default()
}
