//! The service as a process: restarts, wrong requests, and the README.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test may panic")]

mod readme;
mod restart;
mod server;
