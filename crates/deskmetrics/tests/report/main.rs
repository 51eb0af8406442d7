//! The report: invariants, slices, periods, requests, warnings.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod invariants;
mod made;
mod one_week;
mod periods;
mod requests;
mod selection;
mod slices;
mod warnings;
