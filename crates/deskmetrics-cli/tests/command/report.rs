//! `deskmetrics report`.

use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::process::Stdio;
use std::sync::OnceLock;

use serde_json::Value;

use super::program::{DESCRIPTION, command, error, error_of, folder, out, output_of, sample, small};

/// The report of the sample, computed once: in a debug build it takes seconds.
fn sample_report() -> &'static str {
    static REPORT: OnceLock<String> = OnceLock::new();
    REPORT.get_or_init(|| out(&["report", sample()]))
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
    let json = out(&["report", small(), "--format", "json", "--fcr", "single_reply"]);
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
    let text = out(&["report", small()]);
    assert!(text.contains("Excluded, by KPI"), "{text}");
    assert!(text.contains("answers.csv: 4 rows of surveys"), "{text}");
    assert!(text.contains("row 4: \"11\""), "{text}");
    assert!(text.contains("(none)"), "the ticket without a market has a line of its own: {text}");
    assert!(text.contains("KPI \"fcr\" has no default policy"), "{text}");
}

#[test]
fn csv_has_one_line_per_row_and_every_field() {
    let arguments = ["report", small(), "--by", "market", "--period", "week", "--format", "csv"];
    let text = out(&arguments);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let column = |name: &str| header.iter().position(|found| found == name).unwrap();
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let json = out(&[&arguments[..7], &["json"]].concat());
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
fn the_sample_has_every_part() {
    let text = sample_report();
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
    let message = |arguments: &[&str]| error(&[&["report", small()], arguments].concat());
    assert!(message(&["--period", "fortnight"]).contains("not one of day, week, month, quarter, year"));
    assert!(message(&["--level", "95"]).contains("between 0 and 1"));
    assert!(message(&["--tz", "Copenhagen"]).contains("not an IANA name"));
    assert!(message(&["--as-of", "yesterday"]).contains("not a timestamp such as 2026-06-30T22:00:00Z"));
    assert!(message(&["--where", "market"]).contains("such as market=DK,ES"));
    assert!(message(&["--kpi", "horoscope"]).contains("deskmetrics catalogue lists all"));
    assert!(
        message(&["--kpi", "fcr"]).ends_with("with --fcr\n\nFor more information, try '--help'.\n"),
        "the option that follows the advice"
    );
}

#[test]
fn unusable_data_is_reported_with_its_place() {
    assert!(error(&["report", "nowhere.toml"]).contains("nowhere.toml: there is no such file"));
    let missing = folder("missing", &[("description.toml", DESCRIPTION)]).join("description.toml");
    assert!(error(&["report", missing.to_str().unwrap()]).contains("tickets.csv"));
    let strict = error(&["report", small(), "--strict"]);
    assert!(strict.contains("answers.csv") && strict.contains("row 4") && strict.contains("11"), "{strict}");
    let typo = DESCRIPTION.replace("created_at", "creatd_at");
    let typo = folder("typo", &[("description.toml", &typo)]).join("description.toml");
    let message = error(&["report", typo.to_str().unwrap()]);
    assert!(message.contains("description.toml, line") && message.contains("\"created_at\""), "{message}");
}

#[test]
fn a_closed_pipe_is_no_error() {
    let mut child = command(&["report", sample(), "--format=csv"])
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
    let front = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md")).unwrap();
    let excerpt = front.split("```text\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let text = sample_report();
    let printed: Vec<&str> = text.lines().collect();
    let shown = excerpt.lines().filter(|line| !line.is_empty() && *line != "...");
    let untrue: Vec<&str> = shown.filter(|line| !printed.contains(line)).collect();
    assert!(untrue.is_empty(), "not in the report: {untrue:#?}");
}

#[test]
fn slicing_by_an_unknown_attribute_is_an_error() {
    let message = error(&["report", small(), "--by", "horoscope"]);
    assert!(
        message.contains("--by: there is no attribute \"horoscope\"; present are \"market\""),
        "{message}"
    );
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
    let text = out(&["report", path]);
    assert!(text.contains("Full resolution time") && !text.contains("Reopen rate"), "{text}");
    assert!(text.contains("no reply to a customer, so these are not shown"), "{text}");
    assert!(text.contains("no log of events, so these are not shown"), "{text}");
    assert!(text.contains("answers to \"stars\" are not used, 1 in all"), "{text}");
    let refused = error(&["report", path, "--kpi", "reopen_rate"]);
    assert!(
        refused.contains("reopen_rate cannot be answered, since the data has no log of events"),
        "{refused}"
    );
    assert!(error(&["report", path, "--kpi", "csat"]).contains("under scales, such as stars"));
}

#[test]
fn later_answers_are_unknown_at_an_earlier_cut_off() {
    let arguments = ["report", small(), "--as-of", "2026-03-03T00:00:00Z"];
    let text = out(&arguments);
    let exclusion =
        |line: &str| line.contains("Net Promoter Score ") && line.ends_with(" 3 after the cut-off");
    assert!(text.lines().any(exclusion), "{text}");
    let json = out(&[&arguments[..], &["--format", "json"]].concat());
    assert_eq!(value(&rows(&json), "nps", "score", None), 100.0);
}

#[test]
fn the_folder_of_a_description_is_found() {
    let elsewhere = folder("elsewhere/desk", &[("tickets.csv", "id,created\n1,2026-03-02T09:00:00Z\n")]);
    let root = elsewhere.parent().unwrap();
    let text = "time_zone = 'UTC'\nfolder = 'desk'\n[[tickets]]\nfile = 'tickets.csv'\nid = 'id'\ncreated_at = 'created'\n";
    let description = folder("described", &[("description.toml", text)]).join("description.toml");
    let description = description.to_str().unwrap();
    let run = |root: &Path| command(&["report", description]).env("DESKMETRICS_DATA", root).output().unwrap();
    assert!(output_of(&run(root), 0).contains("1 ticket\n"));
    let message = error_of(&run(&root.join("nowhere")));
    assert!(message.contains("set the folder of the data with --data-root or DESKMETRICS_DATA"), "{message}");
    assert!(out(&["report", description, "--data-root", root.to_str().unwrap()]).contains("1 ticket\n"));
}

#[test]
fn restrictions_select_records() {
    let json = out(&["report", small(), "--where", "market=DK,ES", "--kpi", "volume", "--format", "json"]);
    assert_eq!(value(&rows(&json), "volume", "count", None), 2.0);
    let message = error(&["report", small(), "--where", "markt=DK"]);
    assert!(
        message.contains("--where: there is no attribute \"markt\", did you mean \"market\"?"),
        "{message}"
    );
}

#[test]
fn the_cut_off_may_be_a_date_in_the_zone() {
    let head = |arguments: &[&str]| out(&[&["report", small(), "--kpi", "volume"], arguments].concat());
    let text = head(&["--as-of", "2026-03-20"]);
    assert!(text.contains("as of 2026-03-20 00:00:00 (Europe/Copenhagen)"), "{text}");
    let text = head(&["--as-of", "2026-03-20", "--tz", "America/New_York"]);
    assert!(text.contains("as of 2026-03-20 00:00:00 (America/New_York)"), "{text}");
}

#[test]
fn the_output_may_be_a_file() {
    let file = folder("output", &[]).join("kpis.csv");
    let file = file.to_str().unwrap();
    assert_eq!(out(&["report", small(), "--output", file]), "");
    assert_eq!(fs::read_to_string(file).unwrap(), out(&["report", small(), "--format", "csv"]));
    let nowhere = format!("{file}/kpis.csv");
    assert!(error(&["report", small(), "--output", &nowhere]).contains("kpis.csv: cannot be written"));
    let data = small().replace("description.toml", "tickets.csv");
    assert!(error(&["report", small(), "--output", &data]).contains("would replace its data"));
}

#[test]
fn kpis_may_have_options() {
    let form = r#"{"kpi": "first_response_time", "within": "2h"}"#;
    let json = out(&["report", small(), "--kpi", form, "--kpi", "volume,nps", "--format", "json"]);
    let rows = rows(&json);
    // 1.5 h, 4 h, and one that has waited longer
    assert_eq!(value(&rows, "first_response_time", "within", None), 100.0 / 3.0);
    assert_eq!(value(&rows, "volume", "count", None), 3.0);
    assert_eq!(value(&rows, "nps", "score", None), 0.0);
    let restricted = r#"{"kpi": "volume", "where": {"market": "DK"}}"#;
    let json = out(&["report", small(), "--kpi", restricted, "--format", "json"]);
    assert_eq!(value(&self::rows(&json), "volume", "count", None), 1.0);
    let message = error(&["report", small(), "--kpi", r#"{"kpi": "volume", "wihtin": "2h"}"#]);
    assert!(message.contains("there is no key \"wihtin\", did you mean \"within\"?"), "{message}");
    let message = error(&["report", small(), "--kpi", r#"{"kpi": "time_in_group"}"#]);
    assert!(message.contains("--kpi: KPI \"time_in_group\" needs its group"), "{message}");
}

#[test]
fn a_page_is_one_file_with_the_numbers_of_the_report() {
    let file = folder("page", &[]).join("report.html");
    let arguments =
        ["report", small(), "--by", "market", "--title", "Care <team>", "--output", file.to_str().unwrap()];
    assert_eq!(out(&arguments), "");
    let page = fs::read_to_string(file).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("<h1>Care &lt;team&gt;</h1>"));
    assert!(page.contains("Ticket volume") && !page.contains("<script"));
    assert!(error(&["due", small(), "--format", "html"]).contains("possible values: text, json, csv"));
}

#[test]
fn markdown_has_the_tables_of_the_report() {
    let file = folder("markdown", &[]).join("report.md");
    assert_eq!(out(&["report", small(), "--by", "market", "--output", file.to_str().unwrap()]), "");
    let text = fs::read_to_string(file).unwrap();
    assert_eq!(text, out(&["report", small(), "--by", "market", "--format", "markdown"]));
    let (head, text) = text.split_once("\n\n## ").unwrap();
    assert!(head.starts_with("# ") && head.contains("\n\nAs of "), "{head}");
    assert!(text.starts_with("Overall\n\n| KPI | measure | value |") && text.contains("\n## By market\n"));
}

#[test]
fn weeks_after_the_last_creation_are_partial() {
    let row = |day: i32| format!("{day},2026-03-{day:02}T09:00:00Z,2026-04-{day:02}T09:00:00Z");
    let rows: Vec<String> =
        std::iter::once("id,created_at,solved_at".to_owned()).chain((2..27).map(row)).collect();
    let rows = rows.join("\n");
    let tickets = folder("creation-ends", &[("tickets.csv", &rows)]).join("tickets.csv");
    let tickets = tickets.to_str().unwrap();
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let note = "the last ticket was created on 2026-03-26";
    let text = words(&out(&["report", tickets, "--kpi", "volume", "--period", "week", "--tz", "UTC"]));
    assert!(text.contains("2026-W13 ~") && text.contains(note) && text.contains("give --as-of"), "{text}");
    let arguments =
        ["report", tickets, "--kpi", "volume", "--period", "week", "--tz", "UTC", "--as-of", "2026-04-26"];
    let text = words(&out(&arguments));
    assert!(!text.contains("2026-W13 ~") && !text.contains(note), "{text}");
    // What is stated is not inferred.
    let stated = ["--kpi", "volume", "--period", "week", "--tz", "UTC", "--observed-until", "2026-03-18"];
    let text = words(&out(&[&["report", tickets], &stated[..]].concat()));
    assert!(text.contains("2026-W12 ~") && !text.contains(note), "{text}");
    let stated = ["--kpi", "volume", "--period", "week", "--observed-from", "2026-02-16"];
    let text = words(&out(&[&["report", tickets], &stated[..]].concat()));
    assert!(text.contains("2026-W08 0 2026-W09 0 +0") && !text.contains("2026-W10 ~"), "{text}");
    let text = error(&["report", tickets, "--period", "none", "--observed-from", "2026-02-16"]);
    assert!(text.contains("give --period"), "{text}");
}
