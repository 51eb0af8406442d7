//! End-to-end tests of the command: output, exit codes and messages.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod catalogue;
mod check;
mod due;
mod explain;
mod files;
mod golden;
mod init;
mod program;
mod report;
mod usage;
