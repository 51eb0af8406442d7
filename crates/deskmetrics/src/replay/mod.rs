//! One ticket's events, once, into everything that can be measured about it.

mod metrics;

pub use metrics::{ReopenCycle, Replayed, TicketMetrics};
