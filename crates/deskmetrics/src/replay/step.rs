//! Input of the state machine: one event in 24 bytes.

use serde::{Deserialize, Serialize};

use crate::ticket::{Attribute, Author, Status};

pub use super::names::FIRST_FREE;

/// No value: the attribute is not set, or the person is unknown.
pub const NONE: u32 = 0;

/// An attribute that no rule depends on.
pub const UNWATCHED: u16 = u16::MAX;

/// The number of [`Attribute::Group`] in steps.
pub(crate) const GROUP: u16 = 6;
/// The number of [`Attribute::Assignee`] in steps.
pub(crate) const ASSIGNEE: u16 = 7;
/// The number of [`Attribute::Tag`] in steps.
pub(crate) const TAG: u16 = 9;
const _: () = assert!(matches!(Attribute::NAMED[GROUP as usize], Attribute::Group));
const _: () = assert!(matches!(Attribute::NAMED[ASSIGNEE as usize], Attribute::Assignee));
const _: () = assert!(matches!(Attribute::NAMED[TAG as usize], Attribute::Tag));

/// One event of a ticket, with every name replaced by a number.
///
/// Equal numbers mean equal names within one ticket; [`NONE`] means "no name". The caller assigns the numbers, for
/// example from strings or dictionary codes. A value that policies or schedule rules mention has the number that
/// [`Replay::value_number`](super::Replay::value_number) returns; every other value has any number from
/// [`FIRST_FREE`] on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The timestamp, in microseconds since 1970-01-01T00:00:00Z.
    pub at: i64,
    /// What happened.
    pub kind: StepKind,
    /// The number of the person who did it; [`NONE`] if unknown.
    pub by: u32,
    /// The kind of author. An agent who is the ticket's requester acts as the customer.
    pub author: Author,
}

/// The kind of event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum StepKind {
    /// A message that both sides can read.
    PublicMessage,
    /// A note that only the team can read.
    InternalNote,
    /// The ticket now has this status.
    Status(Status),
    /// An attribute now has this value.
    Changed {
        /// The number of the attribute: its index in [`Attribute::NAMED`](crate::ticket::Attribute::NAMED), a higher
        /// number for others that rules depend on, or [`UNWATCHED`].
        attribute: u16,
        /// The number of the value; [`NONE`] clears it.
        to: u32,
    },
    /// A tag was added.
    Tagged(u32),
    /// A tag was removed.
    Untagged(u32),
    /// Escalated to a higher level of support.
    Escalated,
    /// Merged into another ticket.
    MergedInto,
    /// Split off another ticket.
    SplitFrom,
    /// Deleted.
    Deleted,
    /// Marked as spam or test.
    Spam,
    /// Restored after deletion, spam or merge.
    Restored,
    /// Solved or closed at an unknown time.
    EndUnknown,
    /// A survey was sent.
    SurveySent,
    /// A survey was answered.
    SurveyAnswered,
}

/// The record at the start of a ticket.
#[derive(Debug, Clone, Copy)]
pub struct Start<'a> {
    /// Creation, in microseconds since 1970-01-01T00:00:00Z.
    pub created_at: i64,
    /// The author of the ticket, if known.
    pub created_by: Option<Author>,
    /// Attributes at creation as (number, value); numbers as in [`StepKind::Changed`].
    pub attributes: &'a [(u16, u32)],
    /// The numbers of the tags at creation that rules depend on.
    pub tags: &'a [u32],
}
