//! The program, and data for it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// The program, in the folder of this crate.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_deskmetrics"));
    command.args(arguments).env_remove("DESKMETRICS_DATA");
    command
}

/// Runs the program.
pub(crate) fn run(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

/// Standard output of a run that succeeds.
pub(crate) fn out(arguments: &[&str]) -> String {
    output_of(&run(arguments), 0)
}

/// Standard output of a run with this exit code and no message.
pub(crate) fn output_of(output: &Output, code: i32) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), &*errors), (Some(code), ""));
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The message of a run that fails.
pub(crate) fn error(arguments: &[&str]) -> String {
    error_of(&run(arguments))
}

/// The message of a failed run, which writes nothing to standard output.
pub(crate) fn error_of(output: &Output) -> String {
    let message = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(output.stdout.is_empty());
    message
}

/// The description of the sample.
pub(crate) fn sample() -> &'static str {
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/sample/description.toml")
}

/// A separate folder for each test, with these files.
pub(crate) fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    for (file, text) in files {
        fs::write(folder.join(file), text).unwrap();
    }
    folder
}

pub(crate) const DESCRIPTION: &str = r#"
name = "Three tickets"
time_zone = "Europe/Copenhagen"
as_of = "2026-03-31T22:00:00Z"
by = "market"

[[tickets]]
file = "tickets.csv"
id = "id"
created_at = "created"
attributes = { market = "country" }

[[events]]
file = "events.csv"
ticket = "id"
at = "at"
value = "value"
author = { column = "who", words = { Agent = "agent", Customer = "customer" } }
kind = { column = "what", words = { reply = "public_message", status = "status" } }

[[surveys]]
file = "answers.csv"
ticket = "id"
at = "at"
questions.nps = "score"
"#;

pub(crate) const TICKETS: &str = "\
id,created,country
1,2026-03-02T09:00:00Z,DK
2,2026-03-03T09:00:00Z,ES
3,2026-03-20T09:00:00Z,
";

pub(crate) const EVENTS: &str = "\
id,at,who,what,value
1,2026-03-02T09:00:00Z,Customer,reply,
1,2026-03-02T10:30:00Z,Agent,reply,
1,2026-03-02T10:31:00Z,Agent,status,solved
2,2026-03-03T09:00:00Z,Customer,reply,
2,2026-03-03T13:00:00Z,Agent,reply,
2,2026-03-04T09:00:00Z,Agent,status,solved
3,2026-03-20T09:00:00Z,Customer,reply,
";

pub(crate) const ANSWERS: &str = "\
id,at,score
1,2026-03-02T12:00:00Z,10
2,2026-03-04T12:00:00Z,3
3,2026-03-21T12:00:00Z,
1,2026-03-22T12:00:00Z,11
";

/// The description of three tickets.
pub(crate) fn small() -> &'static str {
    static SMALL: OnceLock<String> = OnceLock::new();
    SMALL.get_or_init(|| {
        let files = [
            ("description.toml", DESCRIPTION),
            ("tickets.csv", TICKETS),
            ("events.csv", EVENTS),
            ("answers.csv", ANSWERS),
        ];
        folder("small", &files).join("description.toml").into_os_string().into_string().unwrap()
    })
}
