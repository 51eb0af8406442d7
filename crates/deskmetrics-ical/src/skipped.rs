//! Events that are not holidays, with the reason.

/// An event that is not a holiday.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkippedEvent {
    /// The summary of the event; empty if it has none.
    pub name: String,
    /// The reason.
    pub reason: SkipReason,
}

/// Why an event is not a holiday.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SkipReason {
    /// It has no start, or one that is not a date.
    #[error("the event has no DTSTART that is a date; write DTSTART;VALUE=DATE:20261225")]
    NoStart,
    /// It begins at a time of day.
    #[error("the event has a time of day; close a part of a day with a dated break of the schedule")]
    TimeOfDay,
    /// It ends before it begins, or after a time that is not a number of days.
    #[error("the event does not last a whole number of days, at least one")]
    Length,
    /// It is cancelled.
    #[error("the event is cancelled")]
    Cancelled,
    /// It replaces one date of a repeating event.
    #[error(
        "the event replaces one date of a repeating event, by RECURRENCE-ID; give it as an event of its own"
    )]
    Replacement,
    /// Its repetition rule is not supported.
    #[error("the repetition {rule:?} cannot be followed: {problem}")]
    Repetition {
        /// The rule found.
        rule: String,
        /// The error in it.
        problem: String,
    },
}
