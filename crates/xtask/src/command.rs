//! Runs other programs: prints the command, checks the result.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::process::Command;

use crate::workspace::root;

/// Why a task stopped, in words for the person at the terminal.
#[derive(Debug)]
pub(crate) struct Failed(String);

impl Failed {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A program with its arguments, run in the workspace's folder.
#[derive(Debug)]
pub(crate) struct Step {
    command: Command,
}

/// A call of the cargo that runs this task.
pub(crate) fn cargo<const N: usize>(arguments: [&str; N]) -> Step {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut step = Step::new(cargo).args(&arguments);
    // Cargo sets these for this program; its children must not take them for their own.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            step.command.env_remove(&name);
        }
    }
    step
}

impl Step {
    pub(crate) fn new(program: impl AsRef<OsStr>) -> Self {
        let mut command = Command::new(program);
        command.current_dir(root());
        Self { command }
    }

    pub(crate) fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    pub(crate) fn args<S: AsRef<OsStr>>(mut self, arguments: &[S]) -> Self {
        self.command.args(arguments);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Runs it with its output on the terminal.
    pub(crate) fn run(mut self) -> Result<(), Failed> {
        eprintln!("\n$ {self}");
        let status = self.command.status().map_err(|error| Failed::new(format!("`{self}`: {error}")))?;
        if status.success() { Ok(()) } else { Err(Failed::new(format!("`{self}` ended with {status}"))) }
    }

    /// Runs it quietly; what it printed, or `None` when it failed or is not there.
    pub(crate) fn read(mut self) -> Option<String> {
        let output = self.command.output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }
}

/// As one would type it.
impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let root = root();
        let words = std::iter::once(self.command.get_program()).chain(self.command.get_args());
        for (position, word) in words.enumerate() {
            let path = std::path::Path::new(word);
            let shown = if position == 0 && path.file_stem().is_some_and(|stem| stem == "cargo") {
                "cargo".into()
            } else {
                path.strip_prefix(&root).unwrap_or(path).to_string_lossy()
            };
            let separator = if position == 0 { "" } else { " " };
            if shown.is_empty() || shown.contains(' ') {
                write!(f, "{separator}\"{shown}\"")?;
            } else {
                write!(f, "{separator}{shown}")?;
            }
        }
        Ok(())
    }
}
