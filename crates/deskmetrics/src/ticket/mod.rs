//! Tickets and what happens to them.
//!
//! A [`Ticket`] is the record as it was created; [`TicketEvent`]s are everything that happened to it later.

mod attribute;
mod author;
pub(crate) mod customer;
mod event;
mod id;
mod record;
mod status;

pub use attribute::{Attribute, Attributes};
pub use author::Author;
pub(crate) use customer::CustomerNames;
pub use event::{EventKind, TicketEvent};
pub use id::{CustomerId, TicketId};
pub use record::{StatedSla, Ticket};
pub use status::{Status, UnknownStatus};
