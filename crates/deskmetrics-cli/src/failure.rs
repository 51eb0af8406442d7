//! Reasons why a command has no result.

use std::fmt;
use std::io;

/// Why a command has no result. `Display` is the text for standard error.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The arguments are not of the form that the command has.
    Arguments(clap::Error),
    /// The arguments do not fit the data.
    Usage(String),
    /// The data or its description cannot be used.
    Data(String),
    /// Standard output cannot be written.
    Output(io::Error),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Arguments(error) => write!(f, "{error}"),
            Self::Usage(message) => writeln!(f, "error: {message}\n\nFor more information, try '--help'."),
            Self::Data(message) => writeln!(f, "error: {message}"),
            Self::Output(error) => writeln!(f, "error: the output cannot be written: {error}"),
        }
    }
}
