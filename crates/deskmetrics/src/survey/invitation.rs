//! A survey that was sent.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::ticket::{Attributes, CustomerId, TicketId};

/// A survey sent to one customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Invitation {
    /// Its id, which a response may name.
    pub id: Box<str>,
    /// Which survey was sent, such as `nps` or `csat`.
    pub question: Box<str>,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// Whether it was delivered; a bounced one could not be answered.
    #[serde(default = "delivered")]
    pub delivered: bool,
    /// When the customer opened the survey, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When the customer answered. [`LinkedAnswers`](super::LinkedAnswers) adds answers that name the invitation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<Timestamp>,
    /// The ticket it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<TicketId>,
    /// Who received it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<CustomerId>,
    /// Market, channel, agent and so on.
    #[serde(default, skip_serializing_if = "Attributes::is_empty")]
    pub attributes: Attributes,
}

fn delivered() -> bool {
    true
}

impl Invitation {
    /// A delivered invitation that is not answered yet.
    pub fn new(
        id: impl Into<Box<str>>,
        question: impl Into<Box<str>>,
        sent_at: impl Into<Timestamp>,
    ) -> Self {
        Self {
            id: id.into(),
            question: question.into(),
            sent_at: sent_at.into(),
            delivered: true,
            started_at: None,
            answered_at: None,
            ticket: None,
            customer: None,
            attributes: Attributes::default(),
        }
    }

    setters! {
        /// The same invitation, opened then.
        with_started_at(started_at ? Timestamp);

        /// The same invitation, answered then.
        with_answered_at(answered_at ? Timestamp);
    }

    /// The invitation as it was known at `cut_off`: later events are not known yet.
    #[must_use]
    pub fn known_at(&self, cut_off: impl Into<Timestamp>) -> Cow<'_, Self> {
        let cut_off = cut_off.into();
        let later = |at: Option<Timestamp>| at.is_some_and(|at| at > cut_off);
        if !later(self.started_at) && !later(self.answered_at) {
            return Cow::Borrowed(self);
        }
        let mut known = self.clone();
        known.started_at = self.started_at.filter(|at| *at <= cut_off);
        known.answered_at = self.answered_at.filter(|at| *at <= cut_off);
        Cow::Owned(known)
    }

    setters! {
        /// The same invitation, sent about a ticket.
        with_ticket(ticket ? TicketId);

        /// The same invitation, received by `customer`.
        with_customer(customer ? CustomerId);
    }

    /// The same invitation, not delivered.
    #[must_use]
    pub fn without_delivery(mut self) -> Self {
        self.delivered = false;
        self
    }

    setters! {
        /// The same invitation with one more attribute.
        with_attribute(attributes);
    }
}
