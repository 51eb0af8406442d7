//! Help, completions and the form of the command line.

use super::program::{command, error, error_of, out, run};

#[test]
fn every_command_has_help_with_examples() {
    let help = out(&["--help"]);
    assert!(help.contains("Exit codes:") && help.contains("Examples:"), "{help}");
    for name in COMMANDS {
        assert!(help.contains(&format!("\n  {name} ")), "{name} is missing:\n{help}");
        let help = out(&[name, "--help"]);
        assert!(help.contains(&format!("Usage: deskmetrics {name}")), "{help}");
        assert!(help.contains(&format!("Examples:\n  deskmetrics {name} ")), "{help}");
    }
}

const COMMANDS: [&str; 8] =
    ["schema", "report", "init", "check", "explain", "due", "catalogue", "completions"];

#[test]
fn the_version_is_that_of_the_package() {
    assert_eq!(out(&["--version"]), concat!("deskmetrics ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn an_unknown_command_or_option_is_an_error() {
    assert!(error(&["reprot"]).contains("a similar subcommand exists: 'report'"));
    assert!(error(&["report", "--perid", "week"]).contains("a similar argument exists: '--period'"));
    assert!(error_of(&run(&[])).contains("Usage: deskmetrics <COMMAND>"));
}

#[test]
fn without_a_description_the_message_names_one() {
    let empty = super::program::folder("empty", &[]);
    let message = error_of(&command(&["report"]).current_dir(&empty).output().unwrap());
    assert!(message.contains("there is no data") && message.contains("description.toml"), "{message}");
}

#[test]
fn shells_complete_the_commands() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = out(&["completions", shell]);
        for name in COMMANDS {
            assert!(script.contains(name), "{shell}: {name}");
        }
    }
}
