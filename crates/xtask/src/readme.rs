//! The Rust part of the README, built and run as a reader would do it.

use std::fs;
use std::io;
use std::path::Path;

use crate::command::{Failed, cargo};
use crate::workspace::{root, target};

/// The heading of the part.
const PART: &str = "## Rust in a minute";

/// Makes a package beside a clone, with the dependencies of the README as written and each of its examples as a program, and runs
/// them.
pub(crate) fn check() -> Result<(), Failed> {
    let text = fs::read_to_string(root().join("README.md"))
        .map_err(|error| Failed::new(format!("README.md: {error}")))?;
    let part = text.split_once(PART).map(|(_, rest)| rest.split("\n## ").next().unwrap_or(rest));
    let part = part.ok_or_else(|| Failed::new(format!("README.md has no part \"{PART}\"")))?;
    let dependencies = blocks(part, "toml");
    let examples = blocks(part, "rust");
    if dependencies.len() != 1 || examples.is_empty() {
        return Err(Failed::new(format!(
            "README.md: \"{PART}\" has no block of dependencies, or no example"
        )));
    }
    let folder = target().join("readme");
    write(&folder, dependencies[0], &examples)
        .map_err(|error| Failed::new(format!("{}: {error}", folder.display())))?;
    let manifest = folder.join("package").join("Cargo.toml");
    let target = target();
    for number in 0..examples.len() {
        cargo(["run", "--quiet", "--bin"])
            .arg(format!("example_{number}"))
            .arg("--manifest-path")
            .arg(&manifest)
            .arg("--target-dir")
            .arg(&target)
            .run()?;
    }
    Ok(())
}

/// The contents of the blocks of one language.
fn blocks<'t>(text: &'t str, language: &str) -> Vec<&'t str> {
    let fenced = text.split("```").skip(1).step_by(2);
    let named = fenced.filter_map(|block| block.split_once('\n'));
    named.filter(|(name, _)| *name == language).map(|(_, content)| content).collect()
}

fn write(folder: &Path, dependencies: &str, examples: &[&str]) -> io::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    let package = folder.join("package");
    let programs = package.join("src").join("bin");
    fs::create_dir_all(&programs)?;
    link(&root(), &folder.join("deskmetrics"))?;
    // The package is in the folder of this workspace and no member of it.
    let head = "[package]\nname = \"readme\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n";
    fs::write(package.join("Cargo.toml"), format!("{head}{dependencies}"))?;
    // With the versions that everything else is tested with.
    fs::copy(root().join("Cargo.lock"), package.join("Cargo.lock"))?;
    for (number, example) in examples.iter().enumerate() {
        fs::write(programs.join(format!("example_{number}.rs")), format!("fn main() {{\n{example}}}\n"))?;
    }
    Ok(())
}

#[cfg(unix)]
fn link(from: &Path, to: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(from, to)
}

#[cfg(windows)]
fn link(from: &Path, to: &Path) -> io::Result<()> {
    std::os::windows::fs::symlink_dir(from, to)
}
