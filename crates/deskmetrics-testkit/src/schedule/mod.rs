//! Random schedules, and a slow oracle that answers the same questions minute by minute.

pub mod oracle;
pub mod strategy;

pub use self::oracle::Oracle;
