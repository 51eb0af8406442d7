//! Random schedules, and a slow oracle that answers the same questions minute by minute.

#![expect(clippy::missing_panics_doc, reason = "what panics here is a broken test")]

pub mod oracle;
pub mod strategy;

pub use self::oracle::Oracle;
