//! Events as columns: millions of them replayed in the time a data frame takes to sort them.

mod coding;
mod columns;
mod customers;
mod fcr;
mod ids;
mod log;
mod meaning;
mod order;
mod outcome;
mod stream;

pub use columns::{EventColumns, TicketColumns};
pub use customers::Customers;
pub use log::{AttributeSlot, EventLog, ReplayedRow};
pub use stream::{EventStream, LogColumns, StreamError};
