//! The command `deskmetrics`, as a function.
//!
//! [`run`] is the whole command, with its arguments, its output and its exit code. The binary `deskmetrics` and the Python
//! package call it. It reads files, and leaves every rule and number to [`deskmetrics`] and [`deskmetrics_arrow`].
//!
//! ```
//! let (mut output, mut errors) = (Vec::new(), Vec::new());
//! let code = deskmetrics_cli::run(["deskmetrics", "catalogue", "nps"], &mut output, &mut errors);
//! assert_eq!(code, 0);
//! assert!(String::from_utf8(output)?.starts_with("Net Promoter Score"));
//! # Ok::<(), std::string::FromUtf8Error>(())
//! ```
#![forbid(unsafe_code)]

mod arguments;
mod catalogue;
mod check;
mod due;
mod exit;
mod explain;
mod failure;
mod init;
mod input;
mod output;
mod progress;
mod report;
mod schema;
mod text;

use std::ffi::OsString;
use std::io::{BufWriter, ErrorKind, Write};

use clap::{CommandFactory as _, Parser as _};

use arguments::{Arguments, Command};
use failure::Failure;

pub use exit::{FAILURE, FINDINGS, SUCCESS};

/// Runs the command and returns its exit code: [`SUCCESS`], [`FINDINGS`] or [`FAILURE`].
///
/// The first argument is the name of the program, as in [`std::env::args_os`]. Results go to `stdout`, messages to `stderr`. If
/// the reader of `stdout` closes it early, as `head` does, the command stops with [`SUCCESS`]. While files are read, a progress bar
/// is on the standard error of the process if that is a terminal.
pub fn run<A: Into<OsString> + Clone>(
    arguments: impl IntoIterator<Item = A>,
    stdout: &mut dyn Write,
    stderr: &mut dyn Write,
) -> u8 {
    let mut stdout = BufWriter::new(stdout);
    let result = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => dispatch(arguments.command, &mut stdout),
        Err(usage) if usage.use_stderr() => Err(Failure::Arguments(usage)),
        Err(help) => write!(stdout, "{help}").map(|()| SUCCESS).map_err(Failure::Output),
    };
    match result.and_then(|code| stdout.flush().map(|()| code).map_err(Failure::Output)) {
        Ok(code) => code,
        Err(Failure::Output(error)) if error.kind() == ErrorKind::BrokenPipe => SUCCESS,
        Err(failure) => {
            // Where standard error is closed, the exit code remains.
            let _ = write!(stderr, "{failure}");
            FAILURE
        }
    }
}

fn dispatch(command: Command, out: &mut dyn Write) -> Result<u8, Failure> {
    match command {
        Command::Init(arguments) => init::run(&arguments, out),
        Command::Report(arguments) => report::run(&arguments, out).map(|()| SUCCESS),
        Command::Check(arguments) => check::run(&arguments, out),
        Command::Explain(arguments) => explain::run(&arguments, out).map(|()| SUCCESS),
        Command::Due(arguments) => due::run(&arguments, out).map(|()| SUCCESS),
        Command::Catalogue(arguments) => catalogue::run(&arguments, out).map(|()| SUCCESS),
        Command::Schema(arguments) => schema::run(&arguments, out).map(|()| SUCCESS),
        Command::Completions { shell } => {
            // The generator panics where its output is closed, so it writes to memory.
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "deskmetrics", &mut script);
            out.write_all(&script).map(|()| SUCCESS).map_err(Failure::Output)
        }
    }
}
