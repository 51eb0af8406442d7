//! Shared by tests and benches: sample data, proptest strategies and slow oracles.
#![forbid(unsafe_code)]

pub mod errors;
pub mod generator;
pub mod replay;
pub mod schedule;
