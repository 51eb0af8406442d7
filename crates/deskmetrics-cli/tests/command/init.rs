//! `deskmetrics init`: what it writes runs through `report`, and gives the numbers of descriptions written by hand.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;

use super::program::{command, error_of, folder, output_of, sample};

fn run(folder: &Path, arguments: &[&str]) -> Output {
    command(arguments).current_dir(folder).output().unwrap()
}

/// Drafts a description of a file, which may leave questions open, and returns it.
fn init(name: &str, file: &str, text: &str, code: i32) -> (PathBuf, String) {
    let folder = folder(name, &[(file, text)]);
    output_of(&run(&folder, &["init", file, "--force"]), code);
    let description = fs::read_to_string(folder.join("description.toml")).unwrap();
    (folder, description)
}

/// The value and n of each headline over all records, by KPI and option.
fn headlines(folder: &Path, arguments: &[&str]) -> BTreeMap<String, (Option<f64>, u64)> {
    let arguments = [&["report", "--format", "json", "--clock", "calendar"], arguments].concat();
    let report: Value = serde_json::from_str(&output_of(&run(folder, &arguments), 0)).unwrap();
    let rows = report["report"]["rows"].as_array().unwrap();
    let overall = rows.iter().filter(|row| row["period"].is_null() && row["headline"] == true);
    overall
        .map(|row| {
            let key = format!("{} {} {}", row["kpi"], row["option"], row["keys"]);
            (key, (row["value"].as_f64(), row["n"].as_u64().unwrap()))
        })
        .collect()
}

/// The places of the questions that a description marks.
fn questions(description: &str) -> Vec<String> {
    let table: toml::Table = description.parse().unwrap();
    let open = table.get("undecided").and_then(toml::Value::as_array).cloned().unwrap_or_default();
    open.iter().map(|one| one.as_str().unwrap().split(": ").next().unwrap().to_owned()).collect()
}

#[test]
fn an_existing_file_and_the_data_are_never_replaced() {
    let folder = folder("init-existing", &[("tickets.csv", "id,created_at\n1,2026-03-02T09:00:00Z\n")]);
    let _ = fs::remove_file(folder.join("new.toml"));
    let written = output_of(&run(&folder, &["init", "tickets.csv", "--output", "new.toml"]), 0);
    assert!(written.contains("tickets.csv: tickets, 1 row\n  id = \"id\": 1 value: 1\n"), "{written}");
    assert!(
        written
            .ends_with("1 question marked QUESTION in the description; next: deskmetrics report new.toml\n")
    );
    let message = error_of(&run(&folder, &["init", "tickets.csv", "--output", "new.toml"]));
    assert!(message.contains("new.toml: the file exists: replace it with --force"), "{message}");
    output_of(&run(&folder, &["init", "tickets.csv", "--output", "new.toml", "--force"]), 0);
    let message = error_of(&run(&folder, &["init", "tickets.csv", "--output", "tickets.csv", "--force"]));
    assert!(message.contains("would replace its data"), "{message}");
    assert!(fs::read_to_string(folder.join("tickets.csv")).unwrap().starts_with("id,"));
    let printed = output_of(&run(&folder, &["init", "tickets.csv", "--output", "-"]), 0);
    assert_eq!(printed, fs::read_to_string(folder.join("new.toml")).unwrap());
}

#[test]
fn what_cannot_be_read_is_an_error() {
    let folder = folder("init-errors", &[("a.xlsx", "x"), ("helpdesk.toml", "")]);
    let error = |arguments: &[&str]| error_of(&run(&folder, arguments));
    assert!(error(&["init"]).contains("<FILES>"));
    assert!(error(&["init", "missing.csv"]).contains("missing.csv: there is no such file"));
    assert!(error(&["init", "a.xlsx"]).contains("save the sheet as CSV in the spreadsheet program"));
    assert!(error(&["init", "helpdesk.toml"]).contains("helpdesk.toml is a description"));
}

#[test]
fn without_a_usable_table_the_exit_code_is_that_of_findings() {
    let text = "Nr;Angelegt am;Zustand\n1;02.03.2026 09:00;offen\n2;25.03.2026 09:00;erledigt\n";
    let (folder, description) = init("init-open", "export.csv", text, 1);
    assert!(description.contains("# #   created_at = \"Angelegt am\"\n"), "{description}");
    let message = error_of(&run(&folder, &["report"]));
    assert!(message.contains("answer the questions of undecided first"), "{message}");
}

#[test]
fn questions_are_notes_of_reports_and_checks() {
    let text = "id,created_at,status\n1,2026-03-02 09:00,open\n2,2026-03-02 10:00,Parked\n";
    let (folder, _) = init("init-notes", "tickets.csv", text, 0);
    for subcommand in ["report", "check"] {
        let output = String::from_utf8(run(&folder, &[subcommand]).stdout).unwrap();
        assert!(output.contains("undecided: time_zone: in which zone are times without one"), "{output}");
        assert!(
            output.contains("undecided: tickets.status: what do these labels of \"status\" mean:"),
            "{output}"
        );
    }
}

/// Exports with the headers of well-known products: name, text, lines of the description, questions.
const EXPORTS: [(&str, &str, &[&str], &[&str]); 8] = [
    (
        "zendesk.csv",
        "ID,Requester id,Requester email,Assignee,Group,Subject,Tags,Status,Priority,Via,Ticket type,Created at,Updated at,Solved at,Satisfaction Score,Group stations,Assignee stations,Reopens,Replies,First reply time in minutes,First reply time in minutes within business hours,Full resolution time in minutes\n\
         1,77,a@example.com,Ana,Tier 1,Order late,vip,Solved,High,Mail,Question,2026-03-02 09:00,2026-03-02 12:00,2026-03-02 11:00,Good,1,1,0,2,30,20,120\n\
         2,78,b@example.com,Bo,Tier 1,No sound,,Open,Low,Chat,Problem,2026-03-25 09:00,2026-03-25 12:00,,Offered,1,2,0,0,,,\n",
        &[
            "created_at = \"Created at\"",
            "first_response_time = [\"First reply time in minutes\", \"First reply time in minutes within business hours\"]",
            "status = { column = \"Status\", words = { Open = \"open\", Solved = \"solved\" } }",
            "requester = \"Requester id\"",
            "channel = \"Via\"",
            "questions.csat = { column = \"Satisfaction Score\", missing = [\"Offered\"], words = { Good = 2 } }",
        ],
        &["time_zone"],
    ),
    (
        "freshdesk.csv",
        "Ticket ID,Subject,Status,Priority,Source,Type,Agent,Group,Created time,Due by Time,Resolved time,Closed time,Last update time,Initial response time,First response time (in hrs),Resolution time (in hrs),Agent interactions,Customer interactions,Resolution status,First response status,Tags,Contact ID\n\
         1,Late,Closed,Low,Email,Question,Ana,G1,2026-03-02 09:00:00,2026-03-03 09:00:00,2026-03-02 11:00:00,2026-03-02 12:00:00,2026-03-02 12:00:00,2026-03-02 09:30:00,0.50,2.00,2,1,Within SLA,SLA Violated,,9001\n\
         2,Sound,Waiting on Customer,High,Portal,Incident,Bo,G1,2026-03-25 09:00:00,2026-03-26 09:00:00,,,2026-03-25 12:00:00,,,,0,1,,,,9002\n",
        &[
            "created_at = \"Created time\"",
            "first_response_at = \"Initial response time\"",
            "due_at = \"Due by Time\"",
            "\"Waiting on Customer\" = \"pending\"",
            "sla = { first_response = { met = { column = \"First response status\", words = { \"SLA Violated\" = false } } }",
            "channel = \"Source\"",
        ],
        &["time_zone"],
    ),
    (
        "intercom-conversations.csv",
        "Conversation ID,Conversation started at,Conversation state,Teammate currently assigned,First response at,Last closed at,Time to first response (seconds),Conversation rating\n\
         215,2026-03-02 09:00:00,closed,Ana,2026-03-02 09:10:00,2026-03-02 10:00:00,600,5\n\
         216,2026-03-25 09:00:00,snoozed,Bo,,,,1\n",
        &[
            "created_at = \"Conversation started at\"",
            "closed_at = \"Last closed at\"",
            "snoozed = \"pending\"",
            "assignee = \"Teammate currently assigned\"",
            "questions.csat = \"Conversation rating\"",
            "csat = \"1-5\"",
        ],
        &["time_zone"],
    ),
    (
        "jira.csv",
        "Summary,Issue key,Issue id,Issue Type,Status,Priority,Assignee,Reporter,Created,Updated,Resolved,Labels,Labels\n\
         Late,SUP-1,1001,Bug,Done,High,Ana,R1,02/Mar/26 9:00 AM,04/Mar/26 9:00 AM,03/Mar/26 9:00 AM,a,b\n\
         Sound,SUP-2,1002,Task,Waiting for support,Low,Bo,R2,25/Mar/26 9:00 AM,25/Mar/26 9:00 AM,,a,\n",
        &[
            "id = \"Issue key\"",
            "created_at = \"Created\"",
            "solved_at = \"Resolved\"",
            "requester = \"Reporter\"",
            "\"Waiting for support\" = \"open\"",
            "tags = \"Labels\"",
        ],
        &["time_zone"],
    ),
    (
        "hubspot.csv",
        "Ticket ID,Ticket name,Pipeline,Ticket status,Create date,Close date,Priority,Source,Ticket owner,Category\n\
         88,Late,Support,Closed,2026-03-02 09:00,2026-03-03 09:00,High,Email,Ana,Billing issue\n\
         89,Sound,Support,Waiting on contact,2026-03-25 09:00,,Low,Chat,Bo,Product issue\n",
        &[
            "created_at = \"Create date\"",
            "closed_at = \"Close date\"",
            "\"Waiting on contact\" = \"pending\"",
            "assignee = \"Ticket owner\"",
        ],
        &["time_zone"],
    ),
    (
        "incident.csv",
        "number,short_description,caller_id,priority,state,category,assignment_group,assigned_to,opened_at,resolved_at,closed_at,made_sla,reassignment_count,reopen_count,contact_type\n\
         INC1,Late,C1,1 - Critical,Closed,Network,G1,Ana,02-03-2026 09:00:00,03-03-2026 09:00:00,04-03-2026 09:00:00,true,1,0,phone\n\
         INC2,Sound,C2,2 - High,Awaiting Caller,Software,G2,Bo,25-03-2026 09:00:00,,,false,0,0,email\n",
        &[
            "created_at = { column = \"opened_at\", format = \"day_first\" }",
            "solved_at = { column = \"resolved_at\", format = \"day_first\" }",
            "transfers = \"reassignment_count\"",
            "sla_met = { column = \"made_sla\"",
            "channel = \"contact_type\"",
            "#   \"Awaiting Caller\" = \"...\" # new, open, pending",
        ],
        &["time_zone", "tickets.status"],
    ),
    (
        "surveymonkey.csv",
        "Respondent ID,Collector ID,Start Date,End Date,How likely is it that you would recommend us?,\"Overall, how satisfied are you?\",Anything else?\n\
         ,,,,Response,Response,Open-Ended Response\n\
         118,42,03/02/2026 09:00:00 AM,03/02/2026 09:05:00 AM,10,Very satisfied,good\n\
         119,42,03/25/2026 09:00:00 AM,03/25/2026 09:05:00 AM,3,Dissatisfied,bad\n",
        &[
            "at = { column = \"End Date\", format = \"month_first\" }",
            "where = { \"Respondent ID\" = \"*\" }",
            "questions.nps = { column = \"How likely is it that you would recommend us?\", missing = [\"Response\"] }",
        ],
        &["time_zone", "surveys.questions.csat"],
    ),
    (
        "delighted-nps.csv",
        "Response ID,Email,Name,Score,Comment,Created at,Updated at,Permalink,Country\n\
         1,a@example.com,A,10,good,2026-03-02 09:00:00 UTC,2026-03-02 09:00:00 UTC,https://example.com/1,DK\n\
         2,b@example.com,B,3,bad,2026-03-25 09:00:00 UTC,2026-03-25 09:00:00 UTC,https://example.com/2,DE\n",
        &["at = \"Created at\"", "questions.nps = \"Score\"", "market = \"Country\""],
        &["time_zone"],
    ),
];

#[test]
fn exports_of_well_known_products_run_through_report() {
    for (file, text, lines, open) in EXPORTS {
        let name = format!("init-{}", file.trim_end_matches(".csv"));
        let (folder, description) = init(&name, file, text, 0);
        for line in lines {
            assert!(description.contains(line), "{file}: {line} is missing:\n{description}");
        }
        assert_eq!(questions(&description), open, "{file}");
        let headlines = headlines(&folder, &[]);
        let count = |kpi: &str| headlines.get(&format!("\"{kpi}\" null {{}}")).and_then(|(value, _)| *value);
        match file {
            "surveymonkey.csv" | "delighted-nps.csv" => assert_eq!(count("nps"), Some(0.0), "{file}"),
            _ => assert_eq!(count("volume"), Some(2.0), "{file}"),
        }
    }
}

#[test]
fn the_sample_gives_the_numbers_of_its_own_description() {
    let here = folder("init-sample", &[]);
    let files = Path::new(sample()).parent().unwrap();
    let file = |name: &str| files.join(name).display().to_string();
    let names = ["tickets.csv", "events.csv.gz", "invitations.csv", "responses.csv"].map(file);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let arguments = [&["init", "--force", "--tz", "Europe/Copenhagen"], names.as_slice()].concat();
    let summary = output_of(&run(&here, &arguments), 0);
    assert!(
        summary.ends_with("next: deskmetrics report description.toml\n") && !summary.contains("Questions")
    );
    let options = ["--as-of", "2026-04-27T00:00:00Z", "--fcr", "no_reopen_within(7days)", "--by", "market"];
    let drafted = headlines(&here, &[&["description.toml"], options.as_slice()].concat());
    let mut own = headlines(&here, &[&[sample()], options.as_slice()].concat());
    // The policies are no part of the data.
    own.retain(|key, _| !key.starts_with("\"sla_"));
    assert!(own.len() > 50);
    assert_eq!(drafted, own);
}

/// The folder of the real data, if it exists.
fn data() -> Option<PathBuf> {
    let folder = std::env::var_os("DESKMETRICS_DATA").map(PathBuf::from);
    let folder = folder.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"));
    if !folder.is_dir() {
        eprintln!(
            "skipped: there is no {}; set DESKMETRICS_DATA to the folder with the real data",
            folder.display()
        );
        return None;
    }
    Some(folder)
}

/// Drafts a description of real files, with the questions that remain, and returns its folder.
fn draft(data: &Path, name: &str, files: &[&str], zone: Option<&str>, open: &[&str]) -> PathBuf {
    let here = folder(&format!("init-{name}"), &[]);
    let files: Vec<String> =
        files.iter().map(|file| data.join(name).join(file).display().to_string()).collect();
    let mut arguments = vec!["init", "--force"];
    arguments.extend(zone.into_iter().flat_map(|zone| ["--tz", zone]));
    arguments.extend(files.iter().map(String::as_str));
    output_of(&run(&here, &arguments), 0);
    assert_eq!(questions(&fs::read_to_string(here.join("description.toml")).unwrap()), open, "{name}");
    here
}

/// Compares headlines with those of the description written by hand.
fn compare(data: &Path, here: &Path, name: &str, kpis: &[&str], as_of: Option<&str>) {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../examples/descriptions/{name}.toml"));
    let (own, data) = (own.display().to_string(), data.display().to_string());
    let mut options = vec!["--period", "none"];
    options.extend(kpis.iter().flat_map(|kpi| ["--kpi", kpi]));
    options.extend(as_of.into_iter().flat_map(|as_of| ["--as-of", as_of]));
    let overall = |all: BTreeMap<String, (Option<f64>, u64)>| -> BTreeMap<String, (Option<f64>, u64)> {
        all.into_iter().filter(|(key, _)| key.ends_with(" {}")).collect()
    };
    let drafted = overall(headlines(here, &[&["description.toml"], options.as_slice()].concat()));
    let written =
        overall(headlines(here, &[&[own.as_str(), "--data-root", &data], options.as_slice()].concat()));
    assert!(!written.is_empty());
    assert_eq!(drafted, written, "{name}");
}

#[test]
fn real_data_gives_the_numbers_of_descriptions_written_by_hand() {
    let Some(data) = data() else { return };
    let boston = "boston-311-2015h1";
    let here = draft(&data, boston, &["requests.csv.gz"], Some("America/New_York"), &[]);
    // Closings some seconds before their openings are a convention of that description (clock_skew).
    compare(
        &data,
        &here,
        boston,
        &["volume", r#"{"kpi": "sla_attainment", "metric": "stated"}"#],
        Some("2016-01-13T05:00:00Z"),
    );

    let kaggle = "kaggle-support-tickets";
    let open = ["time_zone", "tickets.created_at", "tickets.solved_at"];
    let here = draft(&data, kaggle, &["tickets.csv.gz"], None, &open);
    compare(&data, &here, kaggle, &["csat"], None);

    let uci = "uci-incident-log";
    let here = draft(&data, uci, &["incident_event_log.csv.gz"], Some("UTC"), &["snapshots.status"]);
    compare(&data, &here, uci, &["volume"], None);

    let italian = "italian-helpdesk";
    let here = draft(&data, italian, &["events.csv.gz"], Some("Europe/Rome"), &["events.kind"]);
    compare(&data, &here, italian, &["volume"], None);

    let sfo = "sfo-airport-survey";
    let open = ["surveys.questions.nps", "surveys.questions", "surveys.questions", "surveys.questions"];
    let years = ["2017", "2016", "2015", "2014"].map(|year| format!("survey_{year}.csv.gz"));
    let years: Vec<&str> = years.iter().map(String::as_str).collect();
    let here = draft(&data, sfo, &years, None, &open);
    compare(&data, &here, sfo, &["nps"], None);
}

#[test]
fn bad_lines_are_excluded_as_in_reports() {
    let bad = "id,created_at,status\n1,2026-03-02T09:00:00Z,open\n2,2026-03-03T09:00:00Z\n";
    let here = folder("init-bad-line", &[("tickets.csv", bad)]);
    let text = output_of(&run(&here, &["init", "--force", "--tz", "UTC", "tickets.csv"]), 0);
    assert!(
        text.contains(
            "tickets.csv: tickets, 1 row\n  1 line excluded: wrong number of fields, first in line 3"
        ),
        "{text}"
    );
    let report = output_of(&run(&here, &["report", "description.toml", "--kpi", "volume"]), 0);
    assert!(report.contains("1 line excluded: wrong number of fields, first in line 3"), "{report}");
}
