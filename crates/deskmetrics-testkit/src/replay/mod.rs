//! Ticket lives: a fast generator of steps, strategies for event logs, and a slow oracle.

pub mod oracle;
mod steps;
pub mod strategy;

pub use steps::StepLog;
