//! What tests and benches of deskmetrics share: sample data, proptest strategies, slow oracles.
#![forbid(unsafe_code)]

pub mod generator;
pub mod schedule;
