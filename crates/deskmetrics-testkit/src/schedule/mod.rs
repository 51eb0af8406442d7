//! Random schedules, and a slow minute-by-minute oracle.

#![expect(clippy::missing_panics_doc, reason = "what panics here is a broken test")]

pub mod oracle;
pub mod strategy;

pub use self::oracle::Oracle;
