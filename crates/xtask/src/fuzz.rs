//! Fuzzing one form of input, guided by coverage.

use std::ffi::OsString;
use std::fs;
use std::process::Command;

use crate::command::{Failed, cargo};
use crate::workspace::target;

/// Counts of branches and comparisons for libFuzzer. These flags work on stable.
const COVERAGE: &str = "--cfg fuzzing -C debug-assertions -C passes=sancov-module -C llvm-args=-sanitizer-coverage-level=4 \
    -C llvm-args=-sanitizer-coverage-inline-8bit-counters -C llvm-args=-sanitizer-coverage-pc-table \
    -C llvm-args=-sanitizer-coverage-trace-compares";

/// Builds a target and runs it for some seconds. Its inputs begin with the seeds and are kept for the next run.
pub(crate) fn run(name: &str, seconds: &str, rest: &[&str]) -> Result<(), Failed> {
    let folder = target().join("fuzz");
    let (corpus, artifacts) = (folder.join("corpus").join(name), folder.join("artifacts"));
    for new in [&corpus, &artifacts] {
        fs::create_dir_all(new).map_err(|error| Failed::new(format!("{}: {error}", new.display())))?;
    }
    cargo(["run", "--quiet", "--package", "deskmetrics-fuzz", "--example", "write_seeds", "--", name])
        .arg(&corpus)
        .run()?;
    let mut prefix = OsString::from("-artifact_prefix=");
    prefix.push(artifacts.join(""));
    // A stated target keeps the flags from build scripts and macros.
    let run = ["run", "--release", "--package", "deskmetrics-fuzz", "--features", "libfuzzer", "--bin", name];
    cargo(run)
        .args(&["--target", &host()?, "--target-dir"])
        .args(&[folder.as_os_str(), "--".as_ref()])
        .args(&[format!("-max_total_time={seconds}"), "-timeout=10".into(), "-rss_limit_mb=2048".into()])
        .arg(prefix)
        .args(rest)
        .arg(corpus)
        .env("RUSTFLAGS", COVERAGE)
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .run()
}

/// The target triple of this machine.
fn host() -> Result<String, Failed> {
    let output = Command::new("rustc").arg("-vV").output();
    let text = output.map_err(|error| Failed::new(format!("`rustc -vV`: {error}")))?.stdout;
    let text = String::from_utf8_lossy(&text);
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(ToOwned::to_owned).ok_or_else(|| Failed::new("`rustc -vV` names no host"))
}
