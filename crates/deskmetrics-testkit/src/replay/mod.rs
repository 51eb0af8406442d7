//! Ticket histories: step generator, log strategies and a slow oracle.

pub mod oracle;
mod steps;
pub mod strategy;
mod table;

pub use steps::StepLog;
pub use table::EventTable;
