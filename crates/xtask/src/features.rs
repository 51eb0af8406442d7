//! The published crates with few features, with the oldest supported Rust, and their dependencies' licences.

use std::fs;

use crate::command::{Failed, Step, cargo};
use crate::workspace::root;

/// The crates with features.
const CRATES: [&str; 2] = ["deskmetrics", "deskmetrics-arrow"];

/// The published crates, as arguments of cargo.
const PUBLISHED: [&str; 10] = [
    "--package",
    "deskmetrics",
    "--package",
    "deskmetrics-arrow",
    "--package",
    "deskmetrics-html",
    "--package",
    "deskmetrics-ical",
    "--package",
    "deskmetrics-cli",
];

/// Checks each crate without features and with each feature alone, and runs its unit tests without features.
pub(crate) fn check() -> Result<(), Failed> {
    for package in CRATES {
        let manifest = root().join("crates").join(package).join("Cargo.toml");
        let text = fs::read_to_string(&manifest)
            .map_err(|error| Failed::new(format!("{}: {error}", manifest.display())))?;
        let features = table(&text, "features").into_iter().map(|(name, _)| name);
        for feature in std::iter::once("").chain(features.filter(|name| *name != "default")) {
            cargo([
                "clippy",
                "--quiet",
                "--package",
                package,
                "--no-default-features",
                "--features",
                feature,
            ])
            .args(&["--", "--deny", "warnings"])
            .run()?;
        }
        cargo(["test", "--quiet", "--package", package, "--no-default-features", "--lib"]).run()?;
    }
    Ok(())
}

/// Checks the published crates with the oldest supported Rust, if rustup has it. The lint `clippy::incompatible_msrv` checks
/// the use of the standard library in any case.
pub(crate) fn msrv() -> Result<(), Failed> {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap_or_default();
    let package = table(&manifest, "workspace.package");
    let oldest = package.iter().find(|(key, _)| *key == "rust-version");
    let oldest = oldest.map(|(_, version)| version.trim_matches('"')).ok_or_else(|| {
        Failed::new("Cargo.toml: [workspace.package] has no rust-version: state the oldest supported Rust")
    })?;
    let rustup = |arguments: &[&str]| Step::new("rustup").args(&["run", oldest]).args(arguments);
    if rustup(&["cargo", "--version"]).read().is_none() {
        eprintln!("Rust {oldest} is not installed (rustup toolchain install {oldest}): it is not checked");
        return Ok(());
    }
    rustup(&["cargo", "check", "--quiet", "--locked"]).args(&PUBLISHED).run()
}

/// Checks licences, sources and versions of dependencies, and the public API against the last release, with the tools that are
/// installed.
pub(crate) fn dependencies() -> Result<(), Failed> {
    if cargo(["deny", "--version"]).read().is_some() {
        // Advisories need the network: `cargo deny check advisories`.
        cargo(["deny", "check", "--hide-inclusion-graph", "bans", "licenses", "sources"]).run()?;
    } else {
        eprintln!(
            "cargo-deny is not installed (cargo install --locked cargo-deny): licences are not checked"
        );
    }
    let release = Step::new("git").args(&["describe", "--tags", "--abbrev=0", "--match", "v*"]).read();
    match (release, cargo(["semver-checks", "--version"]).read()) {
        (None, _) => eprintln!("there is no release: the public API is not compared"),
        (_, None) => eprintln!(
            "cargo-semver-checks is not installed (cargo install --locked cargo-semver-checks): the public API is not compared"
        ),
        (Some(release), Some(_)) => {
            cargo(["semver-checks", "--baseline-rev", &release]).args(&PUBLISHED).run()?;
        }
    }
    Ok(())
}

/// The keys of a table of a manifest, with their values as written on the same line.
fn table<'t>(text: &'t str, name: &str) -> Vec<(&'t str, &'t str)> {
    let after = text.lines().skip_while(|line| line.trim() != format!("[{name}]")).skip(1);
    let lines = after.take_while(|line| !line.starts_with('['));
    let pairs = lines.filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('='));
    pairs.map(|(key, value)| (key.trim(), value.trim())).collect()
}
