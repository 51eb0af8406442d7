//! The repository's own tasks, run as `cargo x <task>`.
//!
//! They need only Rust and Python 3.11 or newer. Their output is under `target/`.

mod api;
mod command;
mod features;
mod files;
mod fuzz;
mod layers;
mod python;
mod readme;
mod words;
mod workspace;

use std::process::ExitCode;

use command::{Failed, cargo};
use workspace::root;

const HELP: &str = "\
usage: cargo x <task> [arguments]

  test [rust|python] [ARGS]  all tests, or one side only; ARGS go to `cargo test` or pytest
  lint                       formatting, clippy with warnings as errors
  layers                     imports run downwards, and no files import in a circle
  words                      words that the project does not use do not become more
  api                        setters are named with_*, and a name means one type of its crate
  service                    the example service, a workspace of its own: formatting, clippy and tests
  readme                     the dependencies and Rust examples of the README, as written
  features                   each crate without features and with each alone
  msrv                       the published crates with the oldest supported Rust, if it is installed
  dependencies               licences of dependencies and the public API, with cargo-deny and cargo-semver-checks if installed
  docs                       rustdoc with warnings as errors, into target/doc
  site                       the documentation site with warnings as errors, into target/site
  bench [ARGS]               criterion benches; ARGS go to `cargo bench`, such as `--bench surveys`
  fuzz TARGET [SECONDS]      fuzzes a target of fuzz/, guided by coverage; needs a C++ compiler
  sample                     writes examples/sample anew (the same bytes on every machine)
  wheel                      a release wheel of the Python package, into target/python/dist";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failed) => {
            eprintln!("\nerror: {failed}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<(), Failed> {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["test", "rust", rest @ ..] => test_rust(rest),
        ["test", "python", rest @ ..] => python::test(rest),
        ["test"] => test_rust(&[]).and_then(|()| python::test(&[])),
        ["lint"] => lint(),
        ["docs"] => docs(),
        ["site"] => python::site(),
        ["layers"] => layers::check(&root()),
        ["words"] => words::check(&root()),
        ["api"] => api::check(&root()),
        ["service"] => service(),
        ["readme"] => readme::check(),
        ["features"] => features::check(),
        ["msrv"] => features::msrv(),
        ["dependencies"] => features::dependencies(),
        ["bench", rest @ ..] => bench(rest),
        ["fuzz", target] => fuzz::run(target, "60", &[]),
        ["fuzz", target, seconds, rest @ ..] => fuzz::run(target, seconds, rest),
        ["sample"] => sample(),
        ["wheel"] => python::wheel(),
        [] | ["help" | "--help" | "-h"] => {
            eprintln!("{HELP}");
            Ok(())
        }
        [task, ..] => Err(Failed::new(format!("no task \"{task}\"\n\n{HELP}"))),
    }
}

/// Unit, documentation, property and integration tests of every Rust package, and its examples compiled.
/// The Python package has its tests on the Python side.
fn test_rust(rest: &[&str]) -> Result<(), Failed> {
    cargo(["test", "--workspace", "--exclude", "deskmetrics-python"]).args(rest).run()
}

fn lint() -> Result<(), Failed> {
    cargo(["fmt", "--all", "--check"]).run()?;
    let mut clippy = cargo(["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"]);
    // PyO3 reads the version of the interpreter, which must be new enough.
    if let Ok(interpreter) = python::Interpreter::find() {
        clippy = clippy.env("PYO3_PYTHON", interpreter.path());
    }
    clippy.run()
}

/// The example service has a workspace and a lock file of its own, so that its dependencies are none of the library's.
fn service() -> Result<(), Failed> {
    let manifest = root().join("examples").join("service").join("Cargo.toml");
    let manifest = manifest.to_string_lossy();
    let target = workspace::target();
    let target = target.to_string_lossy();
    cargo(["fmt", "--manifest-path", &manifest, "--check"]).run()?;
    let common = ["--manifest-path", &*manifest, "--target-dir", &*target];
    cargo(["clippy"]).args(&common).args(&["--all-targets", "--", "--deny", "warnings"]).run()?;
    cargo(["test"]).args(&common).run()
}

fn docs() -> Result<(), Failed> {
    cargo(["doc", "--workspace", "--exclude", "deskmetrics-python", "--no-deps"])
        .env("RUSTDOCFLAGS", "--deny warnings")
        .run()
}

fn bench(rest: &[&str]) -> Result<(), Failed> {
    cargo(["bench", "--package", "deskmetrics-benches"]).args(rest).run()
}

fn sample() -> Result<(), Failed> {
    let folder = root().join("examples").join("sample");
    cargo(["run", "--quiet", "--package", "deskmetrics-testkit", "--example", "write_sample", "--"])
        .arg(folder)
        .run()
}
