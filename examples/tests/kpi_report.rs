//! End-to-end tests of the example: output, exit codes and messages.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

/// The program of the example, built in the profile of the tests.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let built = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--package", "deskmetrics-examples", "--example", "kpi_report"])
            .status()
            .unwrap();
        assert!(built.success());
        let tests = std::env::current_exe().unwrap();
        tests
            .ancestors()
            .nth(2)
            .unwrap()
            .join("examples")
            .join(format!("kpi_report{}", std::env::consts::EXE_SUFFIX))
    })
}

fn run(arguments: &[&str]) -> Output {
    Command::new(program()).args(arguments).output().unwrap()
}

/// The report of the sample, computed once: in a debug build it takes seconds.
fn sample() -> &'static str {
    static REPORT: OnceLock<String> = OnceLock::new();
    REPORT.get_or_init(|| out(&run(&[])))
}

fn out(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn error(output: &Output, code: i32) -> String {
    let message = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(output.status.code(), Some(code), "{message}");
    assert!(output.stdout.is_empty());
    message
}

/// A separate folder for each test, with these files.
fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    for (file, text) in files {
        fs::write(folder.join(file), text).unwrap();
    }
    folder
}

const DESCRIPTION: &str = r#"
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

const TICKETS: &str = "\
id,created,country
1,2026-03-02T09:00:00Z,DK
2,2026-03-03T09:00:00Z,ES
3,2026-03-20T09:00:00Z,
";

const EVENTS: &str = "\
id,at,who,what,value
1,2026-03-02T09:00:00Z,Customer,reply,
1,2026-03-02T10:30:00Z,Agent,reply,
1,2026-03-02T10:31:00Z,Agent,status,solved
2,2026-03-03T09:00:00Z,Customer,reply,
2,2026-03-03T13:00:00Z,Agent,reply,
2,2026-03-04T09:00:00Z,Agent,status,solved
3,2026-03-20T09:00:00Z,Customer,reply,
";

const ANSWERS: &str = "\
id,at,score
1,2026-03-02T12:00:00Z,10
2,2026-03-04T12:00:00Z,3
3,2026-03-21T12:00:00Z,
1,2026-03-22T12:00:00Z,11
";

fn small() -> PathBuf {
    static SMALL: OnceLock<PathBuf> = OnceLock::new();
    SMALL
        .get_or_init(|| {
            let files = [
                ("description.toml", DESCRIPTION),
                ("tickets.csv", TICKETS),
                ("events.csv", EVENTS),
                ("answers.csv", ANSWERS),
            ];
            folder("small", &files).join("description.toml")
        })
        .clone()
}

fn rows(json: &str) -> Vec<Value> {
    let document: Value = serde_json::from_str(json).unwrap();
    document["report"]["rows"].as_array().unwrap().clone()
}

fn value(rows: &[Value], kpi: &str, measure: &str, market: Option<&str>) -> Value {
    let matches_row = |row: &&Value| {
        let keys = row["keys"].as_object().unwrap();
        row["kpi"] == kpi
            && row["measure"] == measure
            && row["period"].is_null()
            && match market {
                Some(market) => keys.get("market").is_some_and(|found| found == market),
                None => keys.is_empty(),
            }
    };
    rows.iter().find(matches_row).unwrap_or_else(|| panic!("no {kpi} {measure} {market:?}"))["value"].clone()
}

#[test]
fn small_data_gives_the_numbers_computed_by_hand() {
    let json = out(&run(&[small().to_str().unwrap(), "--format", "json", "--fcr", "single_reply"]));
    let rows = rows(&json);
    assert_eq!(value(&rows, "volume", "count", None), 3.0);
    assert_eq!(value(&rows, "volume", "count", Some("DK")), 1.0);
    assert_eq!(value(&rows, "backlog", "count", None), 1.0);
    assert_eq!(value(&rows, "first_response_time", "mean", None), 2.75 * 3600.0); // 1.5 h and 4 h
    assert_eq!(value(&rows, "full_resolution_time", "max", None), 24.0 * 3600.0);
    assert_eq!(value(&rows, "fcr", "percent", None), 100.0); // both solved with one reply
    assert_eq!(value(&rows, "nps", "score", None), 0.0); // one promoter, one detractor
    assert_eq!(value(&rows, "nps", "score", Some("ES")), -100.0); // the market of the ticket
}

#[test]
fn exclusions_are_reported_with_their_place() {
    let text = out(&run(&[small().to_str().unwrap()]));
    assert!(text.contains("Excluded, by KPI"), "{text}");
    assert!(text.contains("answers.csv: 4 rows of surveys"), "{text}");
    assert!(text.contains("row 4: \"11\""), "{text}");
    assert!(text.contains("(none)"), "the ticket without a market has a line of its own: {text}");
    assert!(text.contains("KPI \"fcr\" has no default policy"), "{text}");
}

#[test]
fn csv_has_one_line_per_row_and_every_field() {
    let path = small();
    let arguments = [path.to_str().unwrap(), "--by", "market", "--period", "week", "--format", "csv"];
    let text = out(&run(&arguments));
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let column = |name: &str| header.iter().position(|found| found == name).unwrap();
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let json = out(&run(&[&arguments[..6], &["json"]].concat()));
    assert_eq!(records.len(), rows(&json).len());
    let week = |record: &&csv::StringRecord| {
        &record[column("kpi")] == "volume"
            && &record[column("market")] == "DK"
            && &record[column("period")] == "2026-W10"
    };
    let record = records.iter().find(week).unwrap();
    assert_eq!((&record[column("value")], &record[column("period_start")]), ("1.0", "2026-03-01T23:00:00Z"));
}

#[test]
fn the_sample_runs_without_arguments() {
    let text = sample();
    for part in [
        "Overall",
        "Net Promoter Score",
        "95 % interval",
        "By market",
        "By month",
        "Excluded, by KPI",
        "Read, and excluded by file",
    ] {
        assert!(text.contains(part), "{part} is missing:\n{text}");
    }
    for part in [
        "First response time (business hours)",
        "First contact resolution (FCR) (no_reopen_within(7days))",
        "SLA attainment (first response)",
        "SLA attainment (resolution)",
    ] {
        assert!(text.contains(part), "{part} is missing:\n{text}");
    }
    let too_long = text.lines().find(|line| line.chars().count() > 110);
    assert_eq!(too_long, None);
}

#[test]
fn invalid_arguments_are_reported() {
    assert!(
        error(&run(&["--period", "fortnight"]), 2).contains("not one of day, week, month, quarter, year")
    );
    assert!(error(&run(&["--level", "95"]), 2).contains("between 0 and 1"));
    let path = small();
    let path = path.to_str().unwrap();
    assert!(error(&run(&[path, "--kpi", "horoscope"]), 2).contains("--list shows them all"));
    assert!(error(&run(&[path, "--kpi", "fcr"]), 2).ends_with("with --fcr\n\nFor more, see --help.\n"));
}

#[test]
fn unusable_data_is_reported_with_its_place() {
    assert!(error(&run(&["nowhere.toml"]), 1).contains("nowhere.toml"));
    let missing = folder("missing", &[("description.toml", DESCRIPTION)]);
    assert!(error(&run(&[missing.join("description.toml").to_str().unwrap()]), 1).contains("tickets.csv"));
    let path = small();
    let strict = error(&run(&[path.to_str().unwrap(), "--strict"]), 1);
    assert!(strict.contains("answers.csv") && strict.contains("11"), "{strict}");
}

#[test]
fn a_closed_pipe_is_no_error() {
    let mut child = Command::new(program())
        .arg("--format=csv")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0; 10];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap(); // and closes the pipe
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

#[test]
fn the_readme_shows_the_output_of_the_sample() {
    let front = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md")).unwrap();
    let excerpt = front.split("```text\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let text = sample();
    let printed: Vec<&str> = text.lines().collect();
    let shown = excerpt.lines().filter(|line| !line.is_empty() && *line != "...");
    let untrue: Vec<&str> = shown.filter(|line| !printed.contains(line)).collect();
    assert!(untrue.is_empty(), "not in the report: {untrue:#?}");
}

#[test]
fn slicing_by_an_unknown_attribute_is_an_error() {
    let message = error(&run(&[small().to_str().unwrap(), "--by", "horoscope"]), 2);
    assert!(message.contains("by: there is no attribute \"horoscope\"; present are \"market\""), "{message}");
}

#[test]
fn kpis_without_data_are_not_shown() {
    let files = [
        (
            "description.toml",
            "time_zone = 'UTC'\n[[tickets]]\nfile = 'tickets.csv'\nid = 'id'\ncreated_at = 'created'\nsolved_at = 'done'\n\
             [[surveys]]\nfile = 'answers.csv'\nquestion = 'item'\nscore = 'score'\n",
        ),
        ("tickets.csv", "id,created,done\n1,2026-03-02T09:00:00Z,2026-03-02T11:00:00Z\n"),
        ("answers.csv", "item,score\nstars,5\n"),
    ];
    let path = folder("silent", &files).join("description.toml");
    let path = path.to_str().unwrap();
    let text = out(&run(&[path]));
    assert!(text.contains("Full resolution time") && !text.contains("Reopen rate"), "{text}");
    assert!(text.contains("no reply to a customer, so these are not shown"), "{text}");
    assert!(text.contains("no log of events, so these are not shown"), "{text}");
    assert!(text.contains("answers to \"stars\" are not used, 1 in all"), "{text}");
    let refused = error(&run(&[path, "--kpi", "reopen_rate"]), 1);
    assert!(
        refused.contains("reopen_rate cannot be answered, since the data has no log of events"),
        "{refused}"
    );
    assert!(error(&run(&[path, "--kpi", "csat"]), 1).contains("under scales, such as stars"));
}

#[test]
fn later_answers_are_unknown_at_an_earlier_cut_off() {
    let path = small();
    let arguments = [path.to_str().unwrap(), "--as-of", "2026-03-03T00:00:00Z"];
    let text = out(&run(&arguments));
    let exclusion =
        |line: &str| line.contains("Net Promoter Score ") && line.ends_with(" 3 after the cut-off");
    assert!(text.lines().any(exclusion), "{text}");
    let json = out(&run(&[&arguments[..], &["--format", "json"]].concat()));
    assert_eq!(value(&rows(&json), "nps", "score", None), 100.0);
}

#[test]
fn the_folder_of_a_description_is_found() {
    let elsewhere = folder("elsewhere/desk", &[("tickets.csv", "id,created\n1,2026-03-02T09:00:00Z\n")]);
    let root = elsewhere.parent().unwrap();
    let text = "time_zone = 'UTC'\nfolder = 'desk'\n[[tickets]]\nfile = 'tickets.csv'\nid = 'id'\ncreated_at = 'created'\n";
    let description = folder("described", &[("description.toml", text)]).join("description.toml");
    let run = |root: &Path| {
        Command::new(program()).arg(&description).env("DESKMETRICS_DATA", root).output().unwrap()
    };
    assert!(out(&run(root)).contains("1 ticket\n"));
    let message = error(&run(&root.join("nowhere")), 1);
    assert!(message.contains("set the folder of the data with --data-root or DESKMETRICS_DATA"), "{message}");
}
