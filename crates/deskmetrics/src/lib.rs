//! Trustworthy customer-service KPIs.
#![forbid(unsafe_code)]
pub mod schedule;
