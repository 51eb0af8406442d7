//! Writes the sample data set that ships with the repository: `cargo x sample`.

use std::path::Path;
use std::process::ExitCode;

use deskmetrics_testkit::generator::{Generator, mixture};

fn main() -> ExitCode {
    let Some(folder) = std::env::args().nth(1) else {
        eprintln!("usage: write_sample FOLDER");
        return ExitCode::FAILURE;
    };
    let sample = Generator::shipped().generate();
    eprintln!(
        "{} tickets, {} events, {} invitations, {} responses, as of {}",
        sample.tickets.len(),
        sample.events.len(),
        sample.invitations.len(),
        sample.responses.len(),
        sample.as_of
    );
    for (what, n) in mixture(&sample.events) {
        eprintln!("{n:>6}  {what}");
    }
    match sample.write(Path::new(&folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {folder}: {error}");
            ExitCode::FAILURE
        }
    }
}
