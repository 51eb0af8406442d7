//! Tickets and their events.
//!
//! A [`Ticket`] is the record as it was created; [`TicketEvent`]s are its later history.

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
