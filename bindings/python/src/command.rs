//! The command `deskmetrics`.

use std::ffi::OsString;
use std::io;
use std::iter;

use pyo3::prelude::*;

/// Runs the command with these arguments on the standard streams of the process, and returns its exit code.
#[pyfunction(name = "_command")]
pub(crate) fn command(py: Python<'_>, arguments: Vec<OsString>) -> u8 {
    let arguments = iter::once(OsString::from("deskmetrics")).chain(arguments);
    py.detach(|| deskmetrics_cli::run(arguments, &mut io::stdout(), &mut io::stderr()))
}
