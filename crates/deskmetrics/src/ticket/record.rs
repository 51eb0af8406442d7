//! A ticket as it was created.

use serde::{Deserialize, Serialize};

use super::{Attributes, Author, CustomerId, TicketId};
use crate::Timestamp;
use crate::sla::SlaMetric;

/// A ticket (case, conversation, issue): its record without its events.
///
/// ```
/// use deskmetrics::ticket::Attribute;
/// use deskmetrics::{Ticket, Timestamp};
///
/// let created: Timestamp = "2026-03-02T09:12:00Z".parse().unwrap();
/// let ticket = Ticket::new("T-1", created).with_requester("ana").with_attribute(Attribute::Market, "ES");
/// assert_eq!(ticket.attributes.get(&Attribute::Market), Some("ES"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Ticket {
    /// Its id in the source system.
    pub id: TicketId,
    /// When it was created.
    pub created_at: Timestamp,
    /// Who opened it. `None` is unknown: it is read as the customer unless the log shows that the team wrote first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_by: Option<Author>,
    /// The requester.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requester: Option<CustomerId>,
    /// Market, channel, priority and so on at creation.
    #[serde(default, skip_serializing_if = "Attributes::is_empty")]
    pub attributes: Attributes,
    /// Tags at creation, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Box<str>>,
    /// The resolution's due time as the source system states it, where it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stated_due_at: Option<Timestamp>,
    /// The source system's own verdict on the ticket's SLA, where it gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stated_sla_met: Option<bool>,
    /// The source system's verdicts on several SLA targets, each with its own metric.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stated_sla: Vec<StatedSla>,
}

/// The source system's verdict on one SLA target of a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatedSla {
    /// What the target limits.
    pub metric: SlaMetric,
    /// When it is due.
    pub due_at: Option<Timestamp>,
    /// The source system's own verdict, which counts before the due time.
    pub met: Option<bool>,
}

impl Ticket {
    /// A ticket with an id and a creation time.
    pub fn new(id: impl Into<TicketId>, created_at: impl Into<Timestamp>) -> Self {
        Self {
            id: id.into(),
            created_at: created_at.into(),
            created_by: None,
            requester: None,
            attributes: Attributes::default(),
            tags: Vec::new(),
            stated_due_at: None,
            stated_sla_met: None,
            stated_sla: Vec::new(),
        }
    }

    setters! {
        /// The same ticket, opened by this kind of author.
        with_created_by(created_by = Some Author);

        /// The same ticket, requested by `customer`.
        with_requester(requester ? CustomerId);

        /// The same ticket with one more attribute.
        with_attribute(attributes);
    }

    /// The same ticket with one more tag.
    #[must_use]
    pub fn with_tag(mut self, tag: impl Into<Box<str>>) -> Self {
        self.add_tag(tag.into());
        self
    }

    /// Adds a tag, unless the ticket has it already.
    pub fn add_tag(&mut self, tag: Box<str>) {
        if let Err(place) = self.tags.binary_search(&tag) {
            self.tags.insert(place, tag);
        }
    }

    /// Removes a tag.
    pub fn remove_tag(&mut self, tag: &str) {
        self.tags.retain(|present| &**present != tag);
    }
}
