//! Authors of events.

use serde::{Deserialize, Serialize};

/// Who caused an event.
///
/// Only [`Author::Agent`] stops a first response time; bots are measured on their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Author {
    /// The requester, or anyone writing on their side (CC, unknown sender).
    #[serde(alias = "requester", alias = "end_user", alias = "contact")]
    Customer,
    /// A person of the support team.
    #[doc(alias = "teammate")]
    Agent,
    /// An automatic answer: bot, AI agent, auto-reply.
    Bot,
    /// A rule, trigger or timer that does not write to customers.
    #[serde(alias = "automation")]
    System,
    /// A person outside both teams who works on the ticket, such as a vendor.
    #[doc(alias = "collaborator")]
    External,
}

words!(Author: "author");
