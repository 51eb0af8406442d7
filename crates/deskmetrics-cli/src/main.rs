//! The command `deskmetrics`.
#![forbid(unsafe_code)]

use std::io;
use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(deskmetrics_cli::run(std::env::args_os(), &mut io::stdout(), &mut io::stderr()))
}
