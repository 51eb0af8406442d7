//! Checks of everything that reads input, for any bytes.
//!
//! A check reads the bytes in one of the library's forms. An error is a valid answer; for a value, laws must hold. The
//! fuzz targets under `targets/` and the test of seeds and mutations run the same checks.
//!
//! `cargo x fuzz csv 600` fuzzes one target for ten minutes, guided by coverage. A failing input is written to
//! `target/fuzz/artifacts`; add it to the seeds when it is fixed.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "a check that cannot go on fails there")]

use std::sync::Once;

mod column;
mod file;
mod history;
mod mutate;
mod seed;
mod stored;
mod text;

pub use mutate::Mutations;

/// A check of some bytes. It panics if a law does not hold.
pub type Check = fn(&[u8]);

/// A form of input.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// The name, as on the command line.
    pub name: &'static str,
    /// The check.
    pub check: Check,
    /// Valid inputs to begin with.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// All forms of input.
pub const TARGETS: [Target; 16] = [
    Target { name: "hours", check: text::hours, seeds: seed::hours },
    Target { name: "durations", check: text::durations, seeds: seed::durations },
    Target { name: "fcr", check: text::fcr, seeds: seed::fcr },
    Target { name: "description", check: text::description, seeds: seed::description },
    Target { name: "policies", check: text::policies, seeds: seed::policies },
    Target { name: "schedules", check: text::schedules, seeds: seed::schedules },
    Target { name: "calendar", check: text::calendar, seeds: seed::calendar },
    Target { name: "state", check: stored::state, seeds: seed::state },
    Target { name: "csv", check: file::csv, seeds: seed::csv },
    Target { name: "json", check: file::json, seeds: seed::json },
    Target { name: "parquet", check: file::parquet, seeds: seed::parquet },
    Target { name: "ipc_file", check: file::ipc_file, seeds: seed::ipc_file },
    Target { name: "ipc_stream", check: file::ipc_stream, seeds: seed::ipc_stream },
    Target { name: "columns", check: column::columns, seeds: seed::random },
    Target { name: "clock", check: history::clock, seeds: seed::random },
    Target { name: "replay", check: history::replay, seeds: seed::random },
];

/// Runs the check with this name.
///
/// # Panics
/// If a law does not hold, or if there is no such check.
pub fn run(name: &str, data: &[u8]) {
    static HOOK: Once = Once::new();
    // That of libFuzzer aborts at every panic, also at those of decoders of files, which are caught.
    HOOK.call_once(|| drop(std::panic::take_hook()));
    let target = TARGETS.iter().find(|target| target.name == name);
    (target.unwrap_or_else(|| panic!("no target \"{name}\"")).check)(data);
}
