//! What the state machine reads: one thing that happened, in 24 bytes.

use crate::ticket::{Attribute, Author, Status};

pub use super::names::FIRST_FREE;

/// No value: the attribute is not set, the person is not named.
pub const NONE: u32 = 0;

/// An attribute no rule looks at.
pub const UNWATCHED: u16 = u16::MAX;

/// Number of [`Attribute::Group`] in steps.
pub(crate) const GROUP: u16 = 6;
/// Number of [`Attribute::Assignee`] in steps.
pub(crate) const ASSIGNEE: u16 = 7;
/// Number of [`Attribute::Tag`] in steps.
pub(crate) const TAG: u16 = 9;
const _: () = assert!(matches!(Attribute::NAMED[GROUP as usize], Attribute::Group));
const _: () = assert!(matches!(Attribute::NAMED[ASSIGNEE as usize], Attribute::Assignee));
const _: () = assert!(matches!(Attribute::NAMED[TAG as usize], Attribute::Tag));

/// One thing that happened to a ticket, with every name replaced by a number.
///
/// Equal numbers mean equal names within one ticket; [`NONE`] means "no name". Whoever makes the steps gives the
/// numbers: ticket records from their strings, columns from their dictionary codes. A value that policies or schedule
/// rules mention has the number [`Replay::value_number`](super::Replay::value_number) gives; every other value has any
/// number from [`FIRST_FREE`] on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// When, in microseconds since 1970-01-01T00:00:00Z.
    pub at: i64,
    /// What happened.
    pub kind: StepKind,
    /// The person who did it; [`NONE`] when not named.
    pub by: u32,
    /// The kind of author. An agent who is the ticket's requester acts as the customer.
    pub author: Author,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepKind {
    /// A message both sides can read.
    PublicMessage,
    /// A note only the team can read.
    InternalNote,
    /// The ticket now has this status.
    Status(Status),
    /// An attribute now has this value.
    Changed {
        /// Number of the attribute: its place in [`Attribute::NAMED`](crate::ticket::Attribute::NAMED), a
        /// higher number for others that rules look at, or [`UNWATCHED`].
        attribute: u16,
        /// Number of the value; [`NONE`] clears it.
        to: u32,
    },
    /// A tag was added.
    Tagged(u32),
    /// A tag was taken away.
    Untagged(u32),
    /// Handed to a higher level of support.
    Escalated,
    /// Merged into another ticket.
    MergedInto,
    /// Split off another ticket.
    SplitFrom,
    /// Deleted.
    Deleted,
    /// Marked as spam or test.
    Spam,
    /// Brought back after deletion, spam or merge.
    Restored,
    /// Solved or closed at an unknown time.
    EndUnknown,
    /// A survey was sent.
    SurveySent,
    /// A survey was answered.
    SurveyAnswered,
}

/// The record a life begins with.
#[derive(Debug, Clone, Copy)]
pub struct Start<'a> {
    /// Creation, in microseconds since 1970-01-01T00:00:00Z.
    pub created_at: i64,
    /// Who opened it, where known.
    pub created_by: Option<Author>,
    /// Attributes at creation as (number, value); numbers as in [`StepKind::Changed`].
    pub attributes: &'a [(u16, u32)],
    /// Tags at creation that rules look at.
    pub tags: &'a [u32],
}
