//! Events of a ticket after its creation.

use serde::{Deserialize, Serialize};

use super::{Attribute, Author, Status, TicketId};
use crate::Timestamp;

/// An event of a ticket.
///
/// Events of a ticket are ordered by (`at`, `sequence`, rank of the kind); see
/// [`EventKind::rank`]. In JSON an event is one flat object:
///
/// ```
/// use deskmetrics::ticket::{Author, EventKind, Status, TicketEvent};
///
/// let solved: TicketEvent = serde_json::from_str(
///     r#"{"ticket": "T-1", "at": "2026-03-02T10:00:00Z", "author": "agent", "kind": "status", "value": "solved"}"#,
/// ).unwrap();
/// assert_eq!(solved.kind, EventKind::Status(Status::Solved));
/// assert_eq!(solved.author, Author::Agent);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TicketEvent {
    /// The ticket.
    pub ticket: TicketId,
    /// When.
    pub at: Timestamp,
    /// Order among events at the same timestamp, such as the row number.
    #[serde(default)]
    pub sequence: u64,
    /// The event's own id, for excluding duplicates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Box<str>>,
    /// Who caused it.
    pub author: Author,
    /// The person's or bot's name, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author_name: Option<Box<str>>,
    /// The kind of event.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// The kind of event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "value", rename_all = "snake_case")]
#[non_exhaustive]
pub enum EventKind {
    /// A message both sides can read: mail, chat line, call, public comment.
    PublicMessage,
    /// A note only the team can read.
    InternalNote,
    /// The ticket now has this status.
    Status(Status),
    /// An attribute now has this value, or none: assigned, moved to a group, new priority, other market.
    Changed {
        /// Which attribute.
        attribute: Attribute,
        /// Its new value; `None` clears it.
        to: Option<Box<str>>,
    },
    /// A tag was added.
    Tagged(Box<str>),
    /// A tag was removed.
    Untagged(Box<str>),
    /// The ticket was handed to a higher level of support.
    Escalated,
    /// The ticket was merged into another one and continues there.
    MergedInto(TicketId),
    /// The ticket was split off another one.
    SplitFrom(TicketId),
    /// The ticket was deleted.
    Deleted,
    /// The ticket was marked as spam or as a test.
    Spam,
    /// The ticket was restored after it was merged, deleted or marked as spam.
    #[doc(alias = "undeleted")]
    Restored,
    /// The ticket was solved or closed at an unknown time, at the earliest now. Measures that do not depend on the end still count.
    EndUnknown,
    /// A survey was sent about the ticket.
    SurveySent,
    /// The customer answered a survey about the ticket.
    SurveyAnswered,
}

impl EventKind {
    /// Whether the ticket's values of these attributes may change: by the event itself, or since others of its timestamp then count
    /// or no longer count.
    pub(crate) fn can_change(&self, attributes: &[Attribute]) -> bool {
        match self {
            Self::Changed { attribute, .. } => attributes.contains(attribute),
            Self::MergedInto(_) | Self::Deleted | Self::Spam | Self::EndUnknown | Self::Restored => true,
            _ => false,
        }
    }

    /// Order among events of one timestamp and sequence: attributes change first, then people write, then the
    /// status changes, then the ticket is merged, deleted or marked as spam.
    pub fn rank(&self) -> u8 {
        match self {
            Self::SplitFrom(_) => 0,
            Self::Changed { .. } | Self::Tagged(_) | Self::Untagged(_) | Self::Escalated => 1,
            Self::PublicMessage => 2,
            Self::InternalNote => 3,
            Self::Status(_) => 4,
            Self::SurveySent => 5,
            Self::SurveyAnswered => 6,
            Self::MergedInto(_) | Self::Deleted | Self::Spam | Self::EndUnknown | Self::Restored => 7,
        }
    }
}

impl TicketEvent {
    /// An event of `ticket` at `at`, caused by `author`.
    pub fn new(
        ticket: impl Into<TicketId>,
        at: impl Into<Timestamp>,
        author: Author,
        kind: EventKind,
    ) -> Self {
        Self { ticket: ticket.into(), at: at.into(), sequence: 0, id: None, author, author_name: None, kind }
    }

    setters! {
        /// The same event with an order among those of its timestamp.
        with_sequence(sequence = u64);

        /// The same event with an id.
        with_id(id ? Box<str>);

        /// The same event, caused by the person or bot of this name.
        with_author_name(author_name ? Box<str>);
    }
}
