//! See README.
pub mod schedule;
