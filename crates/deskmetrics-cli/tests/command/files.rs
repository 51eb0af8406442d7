//! Files without a description.

use std::fs;
use std::path::PathBuf;
use std::process::Output;
use std::sync::OnceLock;

use super::program::{command, error_of, folder, output_of};

const TICKETS: &str = "\
id,created_at,solved_at,priority,market,reopens
1,2026-03-02 09:00,2026-03-02 11:00,1,DK,0
2,2026-03-02 23:30,,2,ES,1
3,2026-03-20 09:00,2026-03-21 09:00,1,,0
";

const EVENTS: &str = "\
ticket_id,at,kind,author
1,2026-03-02 09:30,public_message,agent
1,2026-03-02 11:00,solved,agent
";

const SURVEYS: &str = "ticket_id,csat,answered_at\n1,5,2026-03-02T12:00:00Z\n";

const EXPORT: &str = "Number,Opened on,Team\n7,2026-03-02T09:00:00Z,A\n";

/// The folder of the files, which several tests read at the same time.
fn files() -> &'static PathBuf {
    static FILES: OnceLock<PathBuf> = OnceLock::new();
    FILES.get_or_init(|| {
        let files = [
            ("tickets.csv", TICKETS),
            ("events.csv", EVENTS),
            ("survey-answers.csv", SURVEYS),
            ("export.csv", EXPORT),
            ("teams.csv", "id,created_at,squad\n7,2026-03-02T09:00:00Z,A\n"),
        ];
        folder("files", &files)
    })
}

fn run(arguments: &[&str]) -> Output {
    command(arguments).current_dir(files()).output().unwrap()
}

fn out(arguments: &[&str]) -> String {
    output_of(&run(arguments), 0)
}

fn error(arguments: &[&str]) -> String {
    error_of(&run(arguments))
}

#[test]
fn columns_are_read_by_their_usual_names() {
    let text =
        out(&["report", "tickets.csv", "--tz", "Europe/Copenhagen", "--by", "priority", "--period", "day"]);
    assert!(
        text.starts_with("tickets.csv\n3 tickets, 2 events\nas of 2026-03-21 09:00:00 (Europe/Copenhagen)"),
        "{text}"
    );
    let line = |start: &str| text.lines().find(|line| line.starts_with(start)).unwrap_or_default().to_owned();
    assert!(line("Full resolution time").contains("13h 0m"), "2 hours and 24 hours:\n{text}");
    assert_eq!(
        line("  2026-03-02").split_whitespace().nth(1),
        Some("2"),
        "wall-clock times of the zone:\n{text}"
    );
    for part in [
        "By priority",
        "reopen_rate rests on what the source states: reopens",
        "tickets.csv: columns are read by their names: created_at \"created_at\", id \"id\", reopens",
    ] {
        assert!(text.contains(part), "{part} is missing:\n{text}");
    }
}

#[test]
fn any_column_is_an_attribute_if_it_is_requested() {
    let text = out(&["report", "teams.csv", "--by", "squad"]);
    assert!(text.contains("\nBy squad\n") && text.contains("\n  A "), "{text}");
    let form = r#"{"kpi": "volume", "where": {"squad": "A"}}"#;
    let text = out(&["report", "teams.csv", "--kpi", form, "--where", "squad=A", "--format", "csv"]);
    assert!(text.lines().nth(1).unwrap().contains(",count,true,1.0,"), "{text}");
    let message = error(&["report", "teams.csv", "--kpi", r#"{"kpi": "volume", "where": {"sqad": "A"}}"#]);
    assert!(message.contains("--kpi: where: there is no attribute \"sqad\", did you mean"), "{message}");
    let message = error(&["report", "teams.csv", "--by", "sqad"]);
    assert!(message.contains("did you mean \"squad\"?; present are \"squad\""), "{message}");
}

#[test]
fn the_names_of_files_state_their_kinds() {
    let text = out(&[
        "report",
        "tickets.csv",
        "events.csv",
        "survey-answers.csv",
        "--tz",
        "UTC",
        "--scale",
        "csat=1-5",
    ]);
    assert!(text.contains("\n3 tickets, 2 events, 1 survey answer\n"), "{text}");
    let line = text.lines().find(|line| line.starts_with("First response time")).unwrap();
    assert!(line.contains(" 30m "), "{line}");
    let same =
        ["report", "--surveys", "survey-answers.csv", "--events", "events.csv", "--tickets", "tickets.csv"];
    let other = out(&[&same[..], &["--tz", "UTC", "--scale", "csat=1-5"]].concat());
    assert_eq!(
        other.split_once('\n').unwrap().1.split("Notes").next(),
        text.split_once('\n').unwrap().1.split("Notes").next()
    );
}

#[test]
fn business_hours_are_an_option() {
    let arguments = ["explain", "1", "tickets.csv", "events.csv", "--tz", "UTC", "--format", "json"];
    let text = out(&[&arguments[..], &["--schedule", "Mo-Fr 09:15-17:00"]].concat());
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["metrics"]["first_response_time"]["business_micros"], 900_000_000);
    let message = error(&["report", "tickets.csv", "--tz", "UTC", "--schedule", "Mo-Fr 9-99"]);
    assert!(message.starts_with("error: --schedule: hours: hours \"Mo-Fr 9-99\", column 7"), "{message}");
}

#[test]
fn times_without_a_zone_need_one() {
    let message = error(&["report", "tickets.csv"]);
    assert!(
        message
            .contains("tickets.csv: the times in column \"created_at\" have no zone: give it, such as --tz"),
        "{message}"
    );
}

#[test]
fn other_names_of_columns_need_a_description_which_is_shown() {
    let message = error(&["report", "export.csv"]);
    assert!(
        message.contains(
            "tickets need a column for created_at, and none has a usual name of it; present are \"Number\""
        ),
        "{message}"
    );
    // Following the advice succeeds.
    let description: Vec<&str> = message.lines().filter_map(|line| line.strip_prefix("    ")).collect();
    std::fs::write(files().join("helpdesk.toml"), description.join("\n")).unwrap();
    assert!(message.ends_with("and run: deskmetrics report helpdesk.toml\n"), "{message}");
    assert!(out(&["report", "helpdesk.toml"]).contains("1 ticket"));
}

#[test]
fn remedies_are_options() {
    let message = error(&["report", "survey-answers.csv"]);
    assert!(message.contains("its scale is not known: give it, such as --scale csat=1-5"), "{message}");
    assert!(out(&["report", "survey-answers.csv", "--scale", "csat=1-5"]).contains("100.0 %"));
    assert!(error(&["report", "survey-answers.csv", "--scale", "csat"]).contains("such as csat=1-5"));
    let message = error(&["report", "tickets.csv", "--tz", "UTC", "--kpi", "sla_attainment"]);
    assert!(message.contains("provide policies with targets in a description"), "{message}");
}

#[test]
fn files_of_unknown_kind_need_an_option() {
    let message = error(&["report", "tickets.csv", "export.csv"]);
    assert!(message.contains("name it with an option, such as --events export.csv"), "{message}");
    assert!(
        error(&["report", "tickets.csv", "x.toml"])
            .contains("x.toml is a description, which names all files")
    );
    assert!(error(&["report", "nothing.csv"]).contains("nothing.csv: there is no such file"));
    assert!(error(&["report", "--events", "tickets.csv"]).contains("events need a column for ticket"));
}

#[test]
fn a_line_with_too_few_fields_is_excluded_with_and_without_a_description() {
    let rows = "id,created_at,market\n1,2026-03-02T09:00:00Z,DK\n2,2026-03-02T09:00:00Z\n3,2026-03-02T09:00:00Z,ES\n";
    let description =
        "time_zone = 'UTC'\n[[tickets]]\nfile = 'tickets.csv'\nid = 'id'\ncreated_at = 'created_at'\n";
    let folder = folder("short-line", &[("tickets.csv", rows), ("d.toml", description)]);
    for input in ["tickets.csv", "d.toml"] {
        let text =
            out(&["report", folder.join(input).to_str().unwrap(), "--kpi", "volume", "--period", "none"]);
        assert!(text.contains("wrong number of fields") && text.contains("line 3"), "{text}");
        let volume = text.lines().find(|line| line.starts_with("Ticket volume")).unwrap();
        assert!(volume.trim_end().ends_with(" 2"), "{volume}");
    }
}

#[test]
fn the_ending_of_the_output_is_that_of_its_form() {
    let folder = folder("endings", &[("tickets.csv", "id,created_at\n1,2026-03-02T09:00:00Z\n")]);
    let tickets = folder.join("tickets.csv");
    let tickets = tickets.to_str().unwrap();
    let written = |file: &str, start: &str| {
        let file = folder.join(file);
        assert_eq!(out(&["report", tickets, "--output", file.to_str().unwrap()]), "");
        assert!(fs::read_to_string(&file).unwrap().starts_with(start), "{}", file.display());
    };
    written("r.html", "<!DOCTYPE html>");
    written("r.JSON", "{");
    written("r.csv", "by,");
    let table = folder.join("r.xlsx");
    let message = error(&["report", tickets, "--output", table.to_str().unwrap()]);
    assert!(
        message.contains("no form has the ending \"xlsx\": name the file with one of txt, json, csv, html"),
        "{message}"
    );
    assert!(!table.exists());
    let message = error(&["report", tickets, "--output", "r.csv", "--format", "html"]);
    assert!(message.contains("the ending is that of csv, and --format is html"), "{message}");
    for n in ["-3", "1.5", "x"] {
        let message = error(&["report", tickets, "--min-n", n]);
        assert!(message.contains("is not a whole number of 0 or more"), "{message}");
    }
}

#[test]
fn lines_before_the_column_names_are_advised_to_be_skipped() {
    let heads = ["Export of 1 March\n", "Export of 1 March,,\n\n"];
    for (number, head) in heads.into_iter().enumerate() {
        let rows =
            format!("{head}Number,Created,Market\n1,2026-03-02T09:00:00Z,DK\n2,2026-03-02T09:00:00Z,ES\n");
        let folder = folder(&format!("head-{number}"), &[("tickets.csv", &rows)]);
        let message = error(&["report", folder.join("tickets.csv").to_str().unwrap()]);
        assert!(message.contains("seems to contain the names of columns"), "{message}");
        // Its remedy.
        let lines = message.lines().filter_map(|line| line.strip_prefix("    "));
        let description = folder.join("helpdesk.toml");
        fs::write(&description, lines.collect::<Vec<_>>().join("\n")).unwrap();
        let text = out(&["report", description.to_str().unwrap(), "--kpi", "volume", "--period", "none"]);
        let volume = text.lines().find(|line| line.starts_with("Ticket volume")).unwrap();
        assert!(volume.trim_end().ends_with(" 2"), "{volume}");
    }
}

#[test]
fn advice_about_keys_names_the_way_to_a_description() {
    let files = [
        ("amb.csv", "id,created_at\n1,04/04/2026 10:00\n2,05/03/2026 11:00\n"),
        ("odd.csv", "id,created_at,status\n1,2026-03-02T09:00:00Z,Parked\n2,2026-03-02T09:00:00Z,open\n"),
    ];
    let here = folder("files-advice", &files);
    let message =
        error_of(&command(&["report", "amb.csv", "--tz", "UTC"]).current_dir(&here).output().unwrap());
    assert!(message.contains("row 2: \"05/03/2026 11:00\" is 5 March 2026 or 3 May 2026"), "{message}");
    let way = "run `deskmetrics init --tickets amb.csv`";
    let named = ["report", "--tickets", "amb.csv", "--tz", "UTC"];
    assert!(message.contains("in a description: run `deskmetrics init amb.csv`"), "{message}");
    assert!(error_of(&command(&named).current_dir(&here).output().unwrap()).contains(way));
    // Following it works.
    let output = command(&["init", "amb.csv", "--force", "--tz", "UTC"]).current_dir(&here).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let toml = fs::read_to_string(here.join("description.toml")).unwrap();
    let toml: String = toml
        .lines()
        .filter(|line| !line.starts_with("undecided") && !line.starts_with("  \"") && *line != "]")
        .map(|line| {
            let line = line.strip_prefix("# ").unwrap_or(line);
            let answer = line.starts_with("#   created_at = ") && line.contains("day_first");
            let line = if answer { &line[4..] } else { line };
            let keep = answer || line.starts_with(['[', '#']) || line.contains(" = ");
            if keep { format!("{line}\n") } else { format!("# {line}\n") }
        })
        .collect();
    fs::write(here.join("answered.toml"), &toml).unwrap();
    let output =
        command(&["report", "answered.toml", "--kpi", "volume"]).current_dir(&here).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}\n{toml}", String::from_utf8_lossy(&output.stderr));
    // Advice about excluded values.
    let text =
        output_of(&command(&["report", "odd.csv", "--tz", "UTC"]).current_dir(&here).output().unwrap(), 0);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let note = "the keys that remedies name, such as `missing`, are those of a description: run `deskmetrics init odd.csv`";
    assert!(text.contains("words = { \"Parked\" = \"open\" }") && text.contains(note), "{text}");
}

#[test]
fn kpis_of_solved_tickets_need_changes_of_status_in_a_log() {
    let files = [
        ("tickets.csv", "id,created_at\n1,2026-03-02T09:00:00Z\n"),
        ("events.csv", "ticket,at,event,author\n1,2026-03-02T10:00:00Z,public_message,agent\n"),
    ];
    let here = folder("files-messages", &files);
    let arguments = ["report", "tickets.csv", "events.csv", "--tz", "UTC"];
    let text = output_of(&command(&arguments).current_dir(&here).output().unwrap(), 0);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let note = "not shown: backlog, full_resolution_time, one_touch, reopen_rate, solved; provide the changes of status";
    assert!(text.contains(note) && !text.contains("One-touch"), "{text}");
}
