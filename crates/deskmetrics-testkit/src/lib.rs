//! Shared by tests and benches: sample data, proptest strategies and slow oracles.
#![forbid(unsafe_code)]

pub mod errors;
pub mod generator;
pub mod replay;
pub mod schedule;

/// The examples in the repository's front page, run as documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct FrontPage;
