//! The outcome of a survey that was sent.

use crate::Reason;

/// The outcome of a survey invitation; see [`ResponseRate::outcome`](crate::kpi::ResponseRate::outcome).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvitationOutcome {
    /// It was answered in time.
    Answered,
    /// It was answered after it had expired, which counts as no answer.
    Late,
    /// It was not answered, as far as is known.
    Unanswered,
    /// It does not count.
    Excluded(Reason),
}
