//! Ticket histories: a fast generator of steps, strategies for event logs, and a slow oracle.

pub mod oracle;
mod steps;
pub mod strategy;
mod table;

pub use steps::StepLog;
pub use table::EventTable;
