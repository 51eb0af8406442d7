//! Drafts of descriptions: what names and values decide, and what they leave open.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::{Path, PathBuf};

use deskmetrics_arrow::{Dataset, Draft, KpiSelection, ReadOptions, TableDrafts, TableKind};
use serde_json::json;

/// A draft of one file in its own folder.
fn draft(name: &str, text: &str) -> (tempfile::TempDir, Draft) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(name);
    std::fs::write(&file, text).unwrap();
    let draft = TableDrafts::default().with_file(None, &file).unwrap().draft().unwrap();
    (folder, draft)
}

/// The dataset that the draft describes.
fn dataset(folder: &Path, draft: &Draft) -> Dataset {
    let toml = draft.to_toml(folder);
    let description = toml.parse().unwrap_or_else(|error| panic!("{error}\n{toml}"));
    Dataset::of_description(&description, ReadOptions::default().with_data_root(folder)).unwrap()
}

fn places(draft: &Draft) -> Vec<&str> {
    draft.questions().map(|question| question.place.as_str()).collect()
}

#[test]
fn what_names_and_values_make_certain_is_decided() {
    let text = "\
Ticket ID,Created,Closed,State,Country,Subject
1,25/02/2026 09:00,26/02/2026 09:00,Resolved,DK,a
2,03/03/2026 10:00,,In progress,ES,b
3,04/03/2026 10:00,,Awaiting customer,DK,c
4,05/03/2026 10:00,,New,DK,d
";
    let (folder, draft) = draft("tickets.csv", text);
    let roles = &draft.tables[0].roles;
    assert_eq!(roles["created_at"], json!({"column": "Created", "format": "day_first"}));
    assert_eq!(roles["closed_at"], json!({"column": "Closed", "format": "day_first"}), "as the other column");
    assert_eq!(
        roles["status"]["words"],
        json!({"Resolved": "solved", "In progress": "open", "Awaiting customer": "pending", "New": "new"})
    );
    assert_eq!(roles["attributes"], json!({"market": "Country"}), "subjects differ in every row");
    assert_eq!(places(&draft), ["time_zone"]);
    let dataset = dataset(folder.path(), &draft);
    assert_eq!(dataset.counts().tickets, 4);
    let notes = KpiSelection::usual().of(&dataset).unwrap().notes;
    assert!(notes.iter().any(|note| note.starts_with("undecided: time_zone: in which zone")), "{notes:?}");
}

#[test]
fn ambiguous_dates_are_a_question() {
    let (_folder, draft) = draft("tickets.csv", "id,created_at\n1,03/04/2026 09:00\n2,05/04/2026 09:00\n");
    assert!(!draft.is_usable());
    let question = draft.questions().find(|question| question.place == "tickets.created_at").unwrap();
    assert!(question.text.contains("3 April 2026 or 4 March 2026"), "{}", question.text);
    assert_eq!(question.candidates[0], r#"created_at = { column = "created_at", format = "day_first" }"#);
    let toml = draft.to_toml(Path::new("."));
    assert!(toml.contains("\n# [[tickets]]\n"), "{toml}");
    let error = toml.parse::<deskmetrics_arrow::Description>().unwrap_err().to_string();
    assert!(error.contains("answer the questions of undecided"), "{error}");
}

#[test]
fn unknown_labels_are_a_question_and_their_rows_are_counted() {
    let text = "id,created_at,status\n1,2026-03-02T09:00:00Z,Open\n2,2026-03-02T09:00:00Z,Parked\n";
    let (folder, draft) = draft("tickets.csv", text);
    assert_eq!(places(&draft), ["time_zone", "tickets.status"]);
    let question = draft.questions().last().unwrap();
    assert!(question.candidates[0].starts_with("\"Parked\" = \"...\" # new, open, "), "{question:?}");
    let dataset = dataset(folder.path(), &draft);
    assert_eq!(dataset.sources[0].exclusions[0].examples[0].value, "Parked");
    // The candidate, with a meaning, answers the question.
    let toml = draft.to_toml(folder.path()).replace("#   \"Parked\" = \"...\"", "\"Parked\" = \"on_hold\"");
    let options = ReadOptions::default().with_data_root(folder.path());
    let answered = Dataset::of_description(&toml.parse().unwrap(), options).unwrap();
    assert!(answered.sources[0].exclusions.is_empty());
}

#[test]
fn a_log_with_mostly_unknown_events_only_dates_its_tickets() {
    let text = "\
case_id,activity,timestamp
1,Take in charge,2026-03-02T09:00:00Z
1,Resolve ticket,2026-03-02T10:00:00Z
1,Closed,2026-04-02T10:00:00Z
";
    let (folder, draft) = draft("events.csv", text);
    assert_eq!(places(&draft), ["time_zone", "events.kind"]);
    assert_eq!(draft.tables[0].roles["kind"]["words"]["Closed"], "changed activity");
    let question = draft.questions().last().unwrap();
    assert_eq!(question.candidates.last().unwrap(), "\"Closed\" = \"closed\"");
    let dataset = dataset(folder.path(), &draft);
    assert_eq!(dataset.tickets()[0].created_at.to_string(), "2026-03-02T09:00:00Z");
    assert_eq!(dataset.tickets().len(), 1);
}

#[test]
fn scales_are_decided_by_many_answers_only() {
    let answers = |scores: &[u32], times: usize| {
        let mut text = "csat\n".to_owned();
        for score in scores.iter().cycle().take(scores.len() * times) {
            text.push_str(&score.to_string());
            text.push('\n');
        }
        text
    };
    let (folder, decided) = draft("answers.csv", &answers(&[1, 2, 3, 4, 5], 10));
    assert_eq!((&decided.scales["csat"], decided.questions().count()), (&json!("1-5"), 0));
    assert_eq!(dataset(folder.path(), &decided).counts().responses, 50);
    let (_folder, open) = draft("answers.csv", &answers(&[3, 4], 2));
    assert_eq!(places(&open), ["scales.csat", "surveys.questions.csat"]);
    assert!(!open.is_usable(), "the only question has no scale");
    let (_folder, ten) = draft("answers.csv", &answers(&[1, 5, 10], 20));
    assert!(ten.scales.is_empty(), "no usual scale");
    let (_folder, nps) = draft("nps.csv", &answers(&[0, 9, 10], 1).replace("csat", "score"));
    assert_eq!(nps.tables[0].roles["questions"], json!({"nps": "score"}), "by the name of the file");
}

#[test]
fn scores_of_a_table_of_tickets_are_answers() {
    let text = "\
ID,Created at,Status,Satisfaction Score
1,2026-03-02 09:00,Solved,Good
2,2026-03-02 09:00,Solved,Bad
3,2026-03-02 09:00,Open,Offered
";
    let (folder, draft) = draft("tickets.csv", text);
    assert_eq!(draft.scales["csat"], "1-2");
    let dataset = dataset(folder.path(), &draft);
    assert_eq!((dataset.counts().tickets, dataset.counts().responses), (3, 3));
    let columns = draft.columns();
    assert_eq!(columns["surveys"]["ticket"], "ID");
    assert_eq!(columns["surveys"]["questions"]["csat"]["missing"], json!(["Offered"]));
    assert_eq!(columns["tickets"]["inferred"], false);
}

#[test]
fn the_kind_of_a_file_is_inferred_from_its_columns() {
    let kind = |name: &str, text: &str| draft(name, text).1.tables[0].kind;
    let log = "number,incident_state,sys_updated_at,opened_at\n7,New,2026-03-02T09:00:00Z,2026-03-02T09:00:00Z\n\
               7,Resolved,2026-03-02T10:00:00Z,2026-03-02T09:00:00Z\n";
    assert_eq!(kind("incident_event_log.csv", log), "snapshots");
    assert_eq!(kind("x.csv", "ticket_id,kind,at\n1,status,2026-03-02T09:00:00Z\n"), "events");
    assert_eq!(kind("x.csv", "Score,Created at,Comment\n9,2026-03-02T09:00:00Z,a\n"), "surveys");
    assert_eq!(kind("x.csv", "survey_id,question,sent\n1,nps,2026-03-02T09:00:00Z\n"), "invitations");
    assert_eq!(kind("x.csv", "id,created,status\n1,2026-03-02T09:00:00Z,open\n"), "tickets");
}

#[test]
fn a_second_line_of_headers_is_not_read() {
    let text = "\
Respondent ID,End Date,How likely are you to recommend us?
,,Response
1,2026-03-02 09:00,10
2,2026-03-02 10:00,3
";
    let (folder, draft) = draft("surveymonkey.csv", text);
    let dataset = dataset(folder.path(), &draft);
    assert_eq!((dataset.counts().responses, dataset.sources[0].not_selected), (2, 1));
}

#[test]
fn kinds_may_be_stated_and_zones_given() {
    let folder = tempfile::tempdir().unwrap();
    let file: PathBuf = folder.path().join("export.csv");
    std::fs::write(&file, "ticket,at,kind\n1,2026-03-02 09:00,solved\n").unwrap();
    let tables = TableDrafts::default().with_zone(chrono_tz::Europe::Copenhagen);
    let draft = tables.with_file(Some(TableKind::Events), &file).unwrap().draft().unwrap();
    assert_eq!((draft.tables[0].kind, draft.questions().count()), ("events", 0));
    assert_eq!(dataset(folder.path(), &draft).tickets()[0].created_at.to_string(), "2026-03-02T08:00:00Z");
}

#[test]
fn unreadable_kinds_of_files_name_the_conversion() {
    for (name, remedy) in [("a.xlsx", "save the sheet as CSV"), ("a.csv.zst", "decompress")] {
        let error = TableDrafts::default().with_file(None, name).unwrap_err().to_string();
        assert!(error.contains(remedy), "{error}");
    }
}

#[test]
fn hostile_names_and_values_give_a_valid_description() {
    let text = "id,created_at,\"a \"\"b\"\"\n#c\",status\n1,2026-03-02T09:00:00Z,\"x\ny\",\"o \"\"p\"\"\"\n2,2026-03-02T09:00:00Z,\"x\ny\",open\n";
    let (folder, draft) = draft("tickets.csv", text);
    assert_eq!(dataset(folder.path(), &draft).counts().tickets, 2);
    let (_folder, empty) = self::draft("tickets.csv", "id,created_at\n");
    assert!(!empty.is_usable() && empty.to_toml(Path::new(".")).contains("QUESTION"));
}

#[test]
fn tickets_with_scores_are_tickets() {
    let danish = "Sagsnr,Oprettet,Første svar,Løst,CSAT\n1,2026-03-02 09:05,2026-03-02 09:20,2026-03-02 11:00,5\n\
                  2,2026-03-02 11:30,2026-03-02 13:45,,\n";
    let (_folder, drafted) = draft("export.csv", danish);
    let roles = &drafted.tables[0].roles;
    assert_eq!(drafted.tables[0].kind, "tickets");
    assert_eq!((&roles["id"], &roles["created_at"]), (&json!("Sagsnr"), &json!("Oprettet")));
    assert_eq!((&roles["first_response_at"], &roles["solved_at"]), (&json!("Første svar"), &json!("Løst")));

    let stated = "id,created_at,First Response Time (hours),csat\n1,2026-03-02T09:05:00Z,1.5,5\n2,2026-03-02T11:30:00Z,2,4\n";
    let (_folder, drafted) = draft("export.csv", stated);
    assert_eq!(drafted.tables[0].kind, "tickets");

    // The order of day and month is a question, and so is the zone.
    let undecided = "id,created_at,solved_at,csat\n1,03/04/2026 09:00,04/04/2026 09:00,5\n2,05/04/2026 09:00,06/04/2026 09:00,4\n";
    let (_folder, drafted) = draft("export.csv", undecided);
    assert_eq!(drafted.tables[0].kind, "tickets");
    assert!(places(&drafted).contains(&"time_zone") && places(&drafted).contains(&"tickets.created_at"));
}

#[test]
fn a_status_has_a_name_in_another_language() {
    let text = "id,created_at,Estado\n1,2026-03-02T09:00:00Z,Abierto\n2,2026-03-02T09:00:00Z,Resuelto\n3,2026-03-02T09:00:00Z,Aparcado\n";
    let (_folder, draft) = draft("tickets.csv", text);
    assert_eq!(draft.tables[0].roles["status"]["words"], json!({"Abierto": "open", "Resuelto": "solved"}));
    assert!(places(&draft).contains(&"tickets.status"), "{:?}", places(&draft));
}

#[test]
fn a_line_that_is_no_row_is_excluded_as_in_reports() {
    let text = "id,created_at,status\n1,2026-03-02T09:00:00Z,open\n2,2026-03-03T09:00:00Z\n3,2026-03-04T09:00:00Z,open\n";
    let (folder, draft) = draft("tickets.csv", text);
    assert!(draft.is_usable());
    let table = &draft.tables[0];
    assert_eq!((table.rows, table.excluded.len()), (2, 1));
    let expected = "1 line excluded: wrong number of fields, first in line 3: \"2,2026-03-03T09:00:00Z\"; it has 2 fields";
    assert!(table.excluded[0].starts_with(expected), "{:?}", table.excluded);
    let toml = draft.to_toml(folder.path()).replace("\n# ", " ");
    assert!(toml.contains("first in line 3"), "{toml}");
    let dataset = dataset(folder.path(), &draft);
    assert!(table.excluded[0].starts_with(&dataset.sources[0].exclusions[0].to_string()));
    // No line is a row.
    let file = folder.path().join("bad.csv");
    std::fs::write(&file, "id,created_at\n1\n2\n").unwrap();
    let error = TableDrafts::default().with_file(None, &file).unwrap().draft().unwrap_err();
    assert!(error.to_string().contains("line 2: \"1\": wrong number of fields"), "{error}");
}

#[test]
fn a_log_with_a_bad_line_is_drafted() {
    let text = "ticket,at,event,value\n1,2026-03-02T09:00:00Z,status,solved\n2\n1,2026-03-02T10:00:00Z,status,open\n";
    let (_folder, draft) = draft("events.csv", text);
    assert_eq!(draft.tables[0].roles["statuses"], json!({"solved": "solved", "open": "open"}));
    assert_eq!(draft.tables[0].excluded.len(), 1);
}

#[test]
fn unusual_names_are_questions_with_candidates() {
    let row = |day: u32| {
        let state = if day.is_multiple_of(2) { "x" } else { "y" };
        format!("N{day},2026-03-{day:02} 09:00,2026-03-{day:02} 10:00,2026-03-{day:02} 15:00,{state},{day}")
    };
    let rows: Vec<String> = (1..=9).map(row).collect();
    let text = format!("Name,When,Resp,Fin,Phase,Points\n{}\n", rows.join("\n"));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("odd.csv");
    std::fs::write(&file, text).unwrap();
    let draft = TableDrafts::default().with_file(Some(TableKind::Tickets), &file).unwrap().draft().unwrap();
    let candidates = |place: &str| -> Vec<String> {
        let question = draft.questions().find(|question| question.place == place);
        question.unwrap_or_else(|| panic!("{place}: {:?}", places(&draft))).candidates.clone()
    };
    for role in ["created_at", "first_response_at", "solved_at"] {
        let expected: Vec<String> = ["When", "Resp", "Fin"].map(|name| format!("{role} = \"{name}\"")).into();
        assert_eq!(candidates(&format!("tickets.{role}")), expected);
    }
    assert_eq!(candidates("tickets.id"), [r#"id = "Name""#, r#"id = "Points""#]);
    assert!(candidates("tickets.status")[0].starts_with(r#"status = { column = "Phase", words = { "#));
    // Usual names ask nothing more.
    let usual = "id,created_at,first_replied_at,solved_at\n1,2026-03-02T09:00:00Z,2026-03-02T10:00:00Z,2026-03-02T11:00:00Z\n";
    let (_folder, draft) = self::draft("tickets.csv", usual);
    assert_eq!(places(&draft), ["time_zone"]);
}

#[test]
fn an_open_survey_question_comes_with_the_section_of_scales() {
    let text =
        "answer,score,at\n1,7,2026-03-02T09:00:00Z\n2,9,2026-03-03T09:00:00Z\n3,3,2026-03-03T09:00:00Z\n";
    let (folder, draft) = draft("surveys.csv", text);
    assert!(draft.scales.is_empty() && !draft.is_usable());
    let toml = draft.to_toml(folder.path());
    assert!(toml.contains("needs a line here, such as\n#   csat = \"1-5\"\n[scales]\n"), "{toml}");
    // Following both answers the question.
    let body = toml
        .split("[[surveys]]")
        .nth(1)
        .unwrap()
        .replace("#   questions.csat", "questions.csat")
        .replace("\n# ", "\n");
    let answered =
        format!("time_zone = \"UTC\"\n[scales]\ncsat = \"1-10, 8-10 good, 1-4 bad\"\n[[surveys]]{body}");
    let description = answered.parse().unwrap_or_else(|error| panic!("{error}\n{answered}"));
    let options = ReadOptions::default().with_data_root(folder.path());
    assert_eq!(Dataset::of_description(&description, options).unwrap().counts().responses, 3);
}

#[test]
fn progress_covers_all_rows() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tickets.csv");
    let rows: Vec<String> = (0..20_000).map(|id| format!("{id},2026-03-02T09:00:00Z")).collect();
    std::fs::write(&file, format!("id,created_at\n{}\n", rows.join("\n"))).unwrap();
    let mut seen = Vec::new();
    let drafts = TableDrafts::default().with_file(None, &file).unwrap();
    drafts
        .draft_with_progress(|progress| {
            seen.push((progress.rows, progress.bytes_read == progress.bytes_total));
        })
        .unwrap();
    assert!(seen.len() > 1 && seen.last() == Some(&(20_000, true)), "{seen:?}");
}
