//! The report: laws, slices, periods, requests, warnings.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "report/laws.rs"]
mod laws;
#[path = "report/made.rs"]
mod made;
#[path = "report/periods.rs"]
mod periods;
#[path = "report/requests.rs"]
mod requests;
#[path = "report/slices.rs"]
mod slices;
#[path = "report/warnings.rs"]
mod warnings;
