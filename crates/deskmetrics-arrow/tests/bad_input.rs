//! Bad files, rows and descriptions give typed errors or counted exclusions.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use deskmetrics::Reason;
use deskmetrics::ticket::EventKind;
use deskmetrics_arrow::{Dataset, Description, ReadError, ReadOptions, Scope, SourceReport};
use tempfile::TempDir;

/// A folder with these files.
fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    for (name, content) in files {
        fs::write(folder.path().join(name), content).expect("a file in it");
    }
    folder
}

fn read(description: &str, folder: &Path, strict: bool) -> Result<Dataset, ReadError> {
    let description: Description = description.parse()?;
    Dataset::of_description(&description, ReadOptions::default().with_data_root(folder).with_strict(strict))
}

const TICKETS: &str = r#"
    time_zone = "Europe/Copenhagen"
    [[tickets]]
    file = "tickets.csv"
    id = "id"
    created_at = "opened"
    solved_at = "done"
    attributes = { market = "country" }
"#;

fn tickets(csv: &str) -> Result<Dataset, ReadError> {
    read(TICKETS, folder(&[("tickets.csv", csv.as_bytes())]).path(), false)
}

/// What was excluded for a reason: column, count, first row and its value.
fn exclusion(source: &SourceReport, reason: Reason) -> Option<(&str, u64, u64, &str)> {
    let found = source.exclusions.iter().find(|exclusion| exclusion.reason == reason)?;
    let first = found.examples.first()?;
    Some((&found.column, found.count, first.row, &first.value))
}

/// The message without the folder.
fn message(error: &ReadError) -> String {
    let text = error.to_string();
    match text.find("tickets.") {
        Some(start) if text.starts_with('/') => text[start..].to_owned(),
        _ => text,
    }
}

#[test]
fn missing_file() {
    let error = read(TICKETS, folder(&[]).path(), false).unwrap_err();
    assert!(matches!(&error, ReadError::FileMissing { file, .. } if file.ends_with("tickets.csv")));
    assert!(error.to_string().contains("there is no such file; the folder that file names start from is"));
}

#[test]
fn an_unknown_kind_of_file() {
    let description = TICKETS.replace("tickets.csv", "tickets.xlsx");
    let error = read(&description, folder(&[("tickets.xlsx", b"PK")]).path(), false).unwrap_err();
    assert!(matches!(error, ReadError::UnknownKind { .. }), "{error}");
}

#[test]
fn empty_file() {
    assert!(matches!(tickets("").unwrap_err(), ReadError::EmptyFile { .. }));
    let no_rows = tickets("id,opened,done,country\n").unwrap();
    assert_eq!((no_rows.counts().tickets, no_rows.as_of, no_rows.sources[0].rows), (0, None, 0));
}

#[test]
fn wrong_column() {
    let error = tickets("id,openned,done,country\nT-1,2026-03-02 09:00,,DK\n").unwrap_err();
    assert_eq!(
        message(&error),
        "tickets.csv: there is no column \"opened\", did you mean \"openned\"?; present are \"id\", \"openned\", \
         \"done\", \"country\""
    );
}

#[test]
fn unreadable_date() {
    let dataset = tickets("id,opened,done,country\nT-1,2026-03-02 09:00,,DK\nT-2,yesterday,,DK\n").unwrap();
    assert_eq!(dataset.counts().tickets, 1);
    assert_eq!(exclusion(&dataset.sources[0], Reason::Unreadable), Some(("opened", 1, 2, "yesterday")));
}

#[test]
fn no_date_readable_is_an_error_that_suggests_the_format() {
    let csv = "id,opened,done,country\nT-1,31/03/2026 09:00,,DK\nT-2,01/04/2026 09:00,,DK\n";
    let declared =
        TICKETS.replace("created_at = \"opened\"", "created_at = { column = \"opened\", format = \"iso\" }");
    let error = read(&declared, folder(&[("tickets.csv", csv.as_bytes())]).path(), false).unwrap_err();
    assert_eq!(
        message(&error),
        "tickets.csv: not one of 2 values of column \"opened\" could be read, the first being \"31/03/2026 09:00\" in \
         row 1; expected format \"iso\", the value would fit \"day_first\""
    );
    assert_eq!(tickets(csv).unwrap().counts().tickets, 2);
}

#[test]
fn strict_reading_stops_at_the_first_bad_row() {
    let csv = "id,opened,done,country\nT-1,2026-03-02 09:00,,DK\nT-2,31.03.2026 09:00,,DK\n";
    let error = read(TICKETS, folder(&[("tickets.csv", csv.as_bytes())]).path(), true).unwrap_err();
    assert_eq!(
        message(&error),
        "tickets.csv: row 2, column \"opened\": \"31.03.2026 09:00\": value not readable; expected format \"iso\", the \
         value would fit \"day_first\""
    );
}

#[test]
fn end_before_start_and_duplicate_ids() {
    let dataset = tickets(
        "id,opened,done,country\n\
         T-1,2026-03-02 09:00,2026-03-02 08:00,DK\n\
         T-2,2026-03-02 09:00,2026-03-02 10:00,DK\n\
         T-2,2026-03-03 09:00,2026-03-03 10:00,DK\n\
         ,2026-03-03 09:00,,DK\n\
         T-4,,,DK\n",
    )
    .unwrap();
    let source = &dataset.sources[0];
    assert_eq!(exclusion(source, Reason::EndBeforeStart), Some(("done", 1, 1, "2026-03-02 08:00")));
    assert_eq!(exclusion(source, Reason::Duplicate), Some(("id", 1, 3, "T-2")));
    assert_eq!(exclusion(source, Reason::Missing), Some(("id", 1, 4, "")));
    assert_eq!(exclusion(source, Reason::NoCreation), Some(("opened", 1, 5, "")));
    // An end before the start excludes the end, not the ticket.
    assert_eq!(dataset.excluded().count(Reason::EndBeforeStart), 0);
    assert_eq!(dataset.excluded().total() + dataset.counts().tickets as u64, source.rows);
    assert_eq!(dataset.events()[0].kind, EventKind::EndUnknown);
    // 10:00 of the first of the two
    assert_eq!(dataset.events()[1].at.to_string(), "2026-03-02T09:00:00Z");
}

#[test]
fn premature_orphaned_and_duplicate_events() {
    let description = format!(
        "{TICKETS}\n{}",
        r#"
        [[events]]
        file = "events.csv"
        ticket = "ticket"
        at = "at"
        id = "event"
        kind = { column = "what", words = { "Reply" = "public_message", "State" = "status" } }
        value = "to"
        statuses = { "Waiting" = "pending" }
        "#
    );
    let files: [(&str, &[u8]); 2] = [
        ("tickets.csv", b"id,opened,done,country\nT-1,2026-03-02 09:00,,DK\n"),
        (
            "events.csv",
            b"event,ticket,at,what,to\n\
              1,T-1,2026-03-02 09:30,Reply,\n\
              2,T-1,2026-03-02 08:30,Reply,\n\
              1,T-1,2026-03-02 09:30,Reply,\n\
              3,T-9,2026-03-02 09:30,Reply,\n\
              4,T-1,2026-03-02 09:40,State,Waiting\n\
              5,T-1,2026-03-02 09:41,State,Parked\n\
              6,T-1,2026-03-02 09:42,Telepathy,\n",
        ),
    ];
    let folder = folder(&files);
    let dataset = read(&description, folder.path(), false).unwrap();
    let source = &dataset.sources[1];
    assert_eq!(dataset.counts().events, 2);
    assert_eq!(exclusion(source, Reason::BeforeCreation), Some(("at", 1, 2, "2026-03-02T07:30:00Z")));
    assert_eq!(exclusion(source, Reason::Duplicate), Some(("event", 1, 3, "1")));
    assert_eq!(exclusion(source, Reason::UnknownTicket), Some(("ticket", 1, 4, "T-9")));
    let words = source.exclusions.iter().filter(|exclusion| exclusion.reason == Reason::UnknownWord);
    let words: Vec<_> = words.map(|words| (&*words.column, &*words.examples[0].value)).collect();
    assert_eq!(words, [("to", "Parked"), ("what", "Telepathy")]);
    assert_eq!(dataset.excluded().total() + 2, source.rows);

    let strict = read(&description, folder.path(), true).unwrap_err();
    assert!(matches!(strict, ReadError::BadRow { row: 6, reason: Reason::UnknownWord, .. }), "{strict}");
}

#[test]
fn score_outside_its_scale() {
    let description = r#"
        time_zone = "UTC"
        [scales]
        csat = "1-5"
        [[surveys]]
        file = "answers.csv"
        questions.csat = { column = "stars", missing = [0] }
    "#;
    let folder = folder(&[("answers.csv", b"stars\n5\n7\n0\n\n4.0\n3.5\ngood\n")]);
    let dataset = read(description, folder.path(), false).unwrap();
    let scores: Vec<_> = dataset.answers("csat").map(|answer| answer.score).collect();
    // The KPI excludes the 7; the report on the file contains its row.
    assert_eq!(scores, [Some(5), Some(7), None, Some(4)]);
    let source = &dataset.sources[0];
    assert_eq!(exclusion(source, Reason::OutOfScale), Some(("stars", 1, 2, "7")));
    assert_eq!(exclusion(source, Reason::Unreadable), Some(("stars", 2, 5, "3.5")));
    let strict = read(description, folder.path(), true).unwrap_err().to_string();
    assert!(strict.ends_with("the scale is 1 to 5: correct it, or list the code under missing"), "{strict}");
}

#[test]
fn optional_values() {
    let description = TICKETS.replace("attributes", "due_at = \"due\"\nattributes");
    let csv =
        b"id,opened,done,country,due\nT-1,2026-03-02 09:00,,DK,soon\nT-2,2026-03-02 09:00,,DK,2026-03-04\n";
    let dataset = read(&description, folder(&[("tickets.csv", csv)]).path(), false).unwrap();
    assert_eq!(dataset.counts().tickets, 2);
    assert!(dataset.excluded().is_empty());
    let value = &dataset.sources[0].exclusions[0];
    assert_eq!((value.scope, value.column.as_str(), value.count), (Scope::Value, "due", 1));
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_first_name() {
    let dataset = tickets("\u{feff}id,opened,done,country\nT-1,2026-03-02 09:00,,DK\n").unwrap();
    assert_eq!(dataset.counts().tickets, 1);
}

/// The lines excluded: reason, line, start of the line, remedy.
fn lines_exclusions(source: &SourceReport) -> Vec<(Reason, u64, &str, &str)> {
    let lines = source.exclusions.iter().filter(|exclusion| exclusion.scope == Scope::Line);
    let mut all: Vec<_> = lines
        .flat_map(|exclusion| {
            let remedy = exclusion.remedy.as_str();
            exclusion
                .examples
                .iter()
                .map(move |line| (exclusion.reason, line.row, line.value.as_str(), remedy))
        })
        .collect();
    all.sort_by_key(|(_, line, ..)| *line);
    all
}

#[test]
fn a_bad_line_excludes_itself_with_its_line_number() {
    let csv = "id,opened,done,country\n\
               T-1,2026-03-02 09:00,,\"D\nK\"\n\
               \n\
               T-2,2026-03-02 09:00\n\
               T-3,2026-03-02 09:00,,Berlin, DE\n\
               T-4,2026-03-02 09:00,,\"DK\n\
               T-5,soon,,\"ES\"\n\
               T-6,2026-03-02 09:00,,\"DK, \"\"North\"\"\"\n\
               T-7,2026-03-02 09:00,,\"SE";
    for csv in [csv.to_owned(), csv.replace('\n', "\r\n")] {
        let dataset = tickets(&csv).unwrap();
        let ids: Vec<_> = dataset.ticket_ids().collect();
        assert_eq!(ids, ["T-1", "T-6"]);
        let source = &dataset.sources[0];
        assert_eq!(
            lines_exclusions(source),
            [
                (
                    Reason::FieldCount,
                    5,
                    "T-2,2026-03-02 09:00",
                    "it has 2 fields where the column names are 4: add the missing ones, or remove the line"
                ),
                (
                    Reason::FieldCount,
                    6,
                    "T-3,2026-03-02 09:00,,Berlin, DE",
                    "it has 2 fields where the column names are 4: add the missing ones, or remove the line"
                ),
                (
                    Reason::UnclosedQuote,
                    7,
                    "T-4,2026-03-02 09:00,,\"DK",
                    "close the quoted text with a quote, and write a quote within it twice (\"\")"
                ),
                (
                    Reason::UnclosedQuote,
                    10,
                    "T-7,2026-03-02 09:00,,\"SE",
                    "close the quoted text with a quote, and write a quote within it twice (\"\")"
                ),
            ]
        );
        // The rows of the file: T-5 is the fifth, whichever of those before are excluded.
        assert_eq!(exclusion(source, Reason::Unreadable), Some(("opened", 1, 5, "soon")));
        assert_eq!((source.rows, dataset.excluded().total()), (7, 5));
        let shown =
            source.exclusions.iter().find(|exclusion| exclusion.reason == Reason::FieldCount).unwrap();
        assert_eq!(
            shown.to_string(),
            "2 lines excluded: wrong number of fields, first in line 5: \"T-2,2026-03-02 09:00\""
        );
        let warnings: Vec<String> = dataset.warnings().map(|warning| warning.to_string()).collect();
        assert!(
            warnings[0].starts_with(
                "tickets.csv: 2 of 7 (28.6 %) rows excluded: wrong number of fields, such as \"T-2,2026-03-02 09:00\"; it has"
            ),
            "{warnings:?}"
        );
    }
}

#[test]
fn lines_may_end_with_a_carriage_return_alone() {
    let csv = "id,opened,done,country\r\rT-1,2026-03-02 09:00,,DK\rT-2\rT-3,2026-03-02 09:00,,DK\rT-4\r";
    let dataset = tickets(csv).unwrap();
    assert_eq!(dataset.counts().tickets, 2);
    let lines = lines_exclusions(&dataset.sources[0]);
    assert_eq!(lines.iter().map(|(_, line, ..)| *line).collect::<Vec<_>>(), [4, 6]);
}

#[test]
fn the_remedies_for_bad_lines_work() {
    let csv = "id,opened,done,country\nT-1,2026-03-02 09:00,,DK\n";
    let bad = [
        ("T-2,2026-03-02 09:00", "T-2,2026-03-02 09:00,,"),
        ("T-2,2026-03-02 09:00,,Berlin, DE", "T-2,2026-03-02 09:00,,\"Berlin, DE\""),
        ("T-2,2026-03-02 09:00,,\"DK", "T-2,2026-03-02 09:00,,\"DK\""),
        ("\"T-2\"-\n,2026-03-02 09:00,,", "\"T-2\"\"-\n\",2026-03-02 09:00,,"),
    ];
    for (bad, good) in bad {
        let exclusion = tickets(&format!("{csv}{bad}\n")).unwrap();
        assert_eq!(exclusion.counts().tickets, 1, "{bad}");
        assert!(exclusion.excluded().total() > 0, "{bad}");
        let whole = tickets(&format!("{csv}{good}\n")).unwrap();
        assert_eq!((whole.counts().tickets, whole.excluded().total()), (2, 0), "{good}");
    }
}

#[test]
fn an_unclosed_quote_excludes_no_other_line() {
    let rows = |from: usize| (from..from + 60_000).map(|row| format!("T-{row},2026-03-02 09:00,,\"D, K\"\n"));
    let text: String =
        rows(1).chain(["X-1,\"2026-03-02 09:00,,DK\n".to_owned()]).chain(rows(100_000)).collect();
    let dataset = tickets(&format!("id,opened,done,country\n{text}")).unwrap();
    assert_eq!(dataset.counts().tickets, 120_000);
    let (reason, line, ..) = lines_exclusions(&dataset.sources[0])[0];
    assert_eq!((reason, line), (Reason::UnclosedQuote, 60_002));

    // Without another quote in 20 MB.
    let long = "x".repeat(1 << 11);
    let rows: Vec<String> = (0..10_000).map(|row| format!("T-{row},2026-03-02 09:00,,{long}\n")).collect();
    let rows = rows.concat();
    let dataset = tickets(&format!("id,opened,done,country\nX,\nY,,,\"\n{rows}")).unwrap();
    assert_eq!((dataset.counts().tickets, dataset.sources[0].rows), (10_000, 10_002));
    let lines: Vec<_> =
        lines_exclusions(&dataset.sources[0]).iter().map(|(reason, line, ..)| (*reason, *line)).collect();
    assert_eq!(lines, [(Reason::FieldCount, 2), (Reason::UnclosedQuote, 3)]);
}

#[test]
fn strict_reading_stops_at_the_first_bad_line() {
    let csv = "head\nid,opened,done,country\nT-1,2026-03-02 09:00,,DK\nT-2,2026-03-02 09:00\nT-3\n";
    let folder = folder(&[("tickets.csv", csv.as_bytes())]);
    let named = TICKETS.replace("\"tickets.csv\"", "{ path = \"tickets.csv\", skip_rows = 1 }");
    let error = read(&named, folder.path(), true).unwrap_err();
    assert_eq!(
        message(&error),
        "tickets.csv: line 4: \"T-2,2026-03-02 09:00\": wrong number of fields; it has 2 fields where the column names \
         are 4: add the missing ones, or remove the line"
    );
    assert_eq!(read(&named, folder.path(), false).unwrap().counts().tickets, 1);
}

#[test]
fn no_line_is_a_row() {
    let error = tickets("id,opened,done,country\nT-1,2026-03-02 09:00\n").unwrap_err();
    assert!(matches!(error, ReadError::BadLine { line: 2, reason: Reason::FieldCount, .. }), "{error}");
}

#[test]
fn bytes_of_another_encoding_exclude_their_line() {
    let csv =
        b"id,opened,done,country\nT-1,2026-03-02 09:00,,Espa\xc3\xb1a\nT-2,2026-03-02 09:00,,Espa\xf1a\n\
                T-3,2026-03-02 09:00,,\xc3\xb1\n";
    let folder = folder(&[("tickets.csv", csv)]);
    let dataset = read(TICKETS, folder.path(), false).unwrap();
    assert_eq!(dataset.ticket_ids().collect::<Vec<_>>(), ["T-1", "T-3"]);
    assert_eq!(
        lines_exclusions(&dataset.sources[0]),
        [(
            Reason::InvalidText,
            3,
            "T-2,2026-03-02 09:00,,Espa\u{fffd}a",
            "it is not utf-8: name the encoding of the file, such as file = { path = \"..\", encoding = \"windows-1252\" }, or correct the line"
        )]
    );
    // A column that is not read causes no error.
    let other =
        read(&TICKETS.replace("attributes = { market = \"country\" }", ""), folder.path(), true).unwrap();
    assert_eq!(other.counts().tickets, 3);
    let error = read(TICKETS, folder.path(), true).unwrap_err();
    assert!(matches!(error, ReadError::BadLine { line: 3, .. }), "{error}");
}

#[test]
fn characters_missing_from_a_stated_encoding() {
    let csv =
        b"id,opened,done,country\nT-1,2026-03-02 09:00,,Espa\x81\nT-2,2026-03-02 09:00,,\x93\xfa\x96\x7b\n";
    let folder = folder(&[("tickets.csv", csv)]);
    let named = TICKETS.replace("\"tickets.csv\"", "{ path = \"tickets.csv\", encoding = \"shift_jis\" }");
    let dataset = read(&named, folder.path(), false).unwrap();
    let (reason, line, _, remedy) = lines_exclusions(&dataset.sources[0])[0];
    assert_eq!((reason, line, dataset.counts().tickets), (Reason::InvalidText, 2, 1));
    assert!(remedy.starts_with("it is not shift_jis: name the encoding of the file"), "{remedy}");
}

#[test]
fn truncated_gzip() {
    let mut packed = Vec::new();
    let mut encoder = flate2::write::GzEncoder::new(&mut packed, flate2::Compression::default());
    let lines: Vec<String> = (0..2000).map(|row| format!("T-{row},2026-03-02 09:00,,DK")).collect();
    let text = lines.join("\n");
    std::io::Write::write_all(&mut encoder, format!("id,opened,done,country\n{text}").as_bytes()).unwrap();
    encoder.finish().unwrap();
    let description = TICKETS.replace("tickets.csv", "tickets.csv.gz");
    let whole = read(&description, folder(&[("tickets.csv.gz", &packed)]).path(), false).unwrap();
    assert_eq!(whole.counts().tickets, 2000);
    let half = &packed[..packed.len() / 2];
    let error = read(&description, folder(&[("tickets.csv.gz", half)]).path(), false).unwrap_err();
    assert!(matches!(error, ReadError::Damaged { .. }), "{error}");
}

#[test]
fn truncated_parquet_and_arrow() {
    let text = |values: [&str; 2]| Arc::new(StringArray::from(values.to_vec())) as ArrayRef;
    let batch = RecordBatch::try_from_iter([
        ("id", text(["T-1", "T-2"])),
        ("opened", text(["2026-03-02 09:00", "2026-03-02 10:00"])),
        ("done", text(["", "2026-03-03 10:00"])),
        ("country", text(["DK", "ES"])),
    ])
    .unwrap();
    let mut parquet = Vec::new();
    let mut writer = parquet::arrow::ArrowWriter::try_new(&mut parquet, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    let mut arrow = Vec::new();
    let mut writer = arrow_ipc::writer::FileWriter::try_new(&mut arrow, &batch.schema()).unwrap();
    writer.write(&batch).unwrap();
    writer.finish().unwrap();
    drop(writer);
    let mut stream = Vec::new();
    let mut writer = arrow_ipc::writer::StreamWriter::try_new(&mut stream, &batch.schema()).unwrap();
    writer.write(&batch).unwrap();
    writer.finish().unwrap();
    drop(writer);
    for (name, bytes) in [("tickets.parquet", parquet), ("tickets.arrow", arrow), ("tickets.arrows", stream)]
    {
        let description = TICKETS.replace("tickets.csv", name);
        let whole = read(&description, folder(&[(name, &bytes)]).path(), false).unwrap();
        assert_eq!((whole.counts().tickets, whole.counts().events), (2, 1), "{name}");
        for keep in [1, 8, bytes.len() / 2, bytes.len() * 9 / 10] {
            let result = read(&description, folder(&[(name, &bytes[..keep])]).path(), false);
            // A stream cut right after a message is a shorter stream.
            match result {
                Err(error) => assert!(matches!(error, ReadError::Damaged { .. }), "{name}, {keep}: {error}"),
                Ok(dataset) => {
                    assert!(name == "tickets.arrows" && dataset.counts().tickets <= 2, "{name}, {keep}");
                }
            }
        }
        // Text with a wrong extension.
        let mislabeled = folder(&[(name, b"id,opened,done,country\n")]);
        let error = read(&description, mislabeled.path(), false).unwrap_err();
        assert!(matches!(error, ReadError::Damaged { .. }), "{name}: {error}");
    }
}

fn message_of(description: &str) -> String {
    description.parse::<Description>().unwrap_err().to_string()
}

#[test]
fn mistakes_in_a_description_are_shown_with_place_and_suggestion() {
    let key = message_of("time_zone = 'UTC'\n[[tickets]]\nfile = 't.csv'\nid = 'id'\ncreated = 'opened'\n");
    assert!(
        key.starts_with(
            "description, line 5, column 1: tickets[0].created: there is no key \"created\", did you mean \"created_at\"?"
        ),
        "{key}"
    );

    let word = message_of(
        "time_zone = 'UTC'\n[[tickets]]\nfile = 't.csv'\nid = 'id'\ncreated_at = 'o'\nstatus = { column = 's', words = { 'Done' = 'sovled' } }\n",
    );
    assert!(
        word.contains("line 6")
            && word.contains(
                "tickets[0].status.words.Done: \"sovled\" is not allowed, did you mean \"solved\"?"
            ),
        "{word}"
    );

    let meaning = message_of(
        "time_zone = 'UTC'\n[[events]]\nfile = 't.csv'\nticket = 'id'\nat = 'o'\nkind = { column = 's', words = { 'Mail' = 'public_mesage' } }\n",
    );
    assert!(meaning.contains("did you mean \"public_message\"?"), "{meaning}");

    for (form, problem) in [
        (
            "file = { path = 't.csv', skip_rows = -1 }\nid = 'id'\ncreated_at = 'o'",
            "tickets[0].file.skip_rows: found -1, expected a whole number from 0",
        ),
        (
            "file = { path = 't.csv', skip_rows = 'two' }\nid = 'id'\ncreated_at = 'o'",
            "tickets[0].file.skip_rows: found the text \"two\", expected a whole number from 0",
        ),
        ("file = 't.csv'\ncreated_at = 'o'", "tickets[0]: the key \"id\" is missing"),
        (
            "file = 't.csv'\nid = 1\ncreated_at = 'o'",
            "tickets[0].id: found 1, expected a column's name, or a table with column or value",
        ),
        (
            "file = 't.csv'\nid = 'id'\ncreated_at = 'o'\nattributes = { group = 'a', team = 'b' }",
            "\"team\" is another name of a key that is there: give it one column",
        ),
        (
            "file = 't.csv'\nid = 'id'\ncreated_at = 'o'\nduplicates = 'newest'",
            "tickets[0].duplicates: \"newest\" is not allowed; allowed are \"first\", \"last\", \"error\", \"all\"",
        ),
    ] {
        let error = message_of(&format!("time_zone = 'UTC'\n[[tickets]]\n{form}\n"));
        assert!(error.contains(problem), "{error}\n{problem}");
    }
    let key = message_of("time_zone = 'UTC'\n[replay]\nrepeated_solve = 'x'\n");
    assert!(key.contains("replay.repeated_solve: \"x\" is not allowed"), "{key}");

    let format = message_of("time_zone = 'UTC'\ninstants = { format = 'dd/mm/yyyy' }\n");
    assert!(format.contains("line 2") && format.contains("format \"dd/mm/yyyy\" is neither"), "{format}");

    let scale = message_of(
        "time_zone = 'UTC'\n[scales]\ncsat = '1-5'\n[[surveys]]\nfile = 'a.csv'\nquestions.csta = 'stars'\n",
    );
    assert!(scale.contains("question \"csta\" has no scale, did you mean \"csat\"?"), "{scale}");

    let nothing = message_of("time_zone = 'UTC'\n");
    assert!(nothing.contains("names no data"), "{nothing}");

    let encoding = message_of(
        "time_zone = 'UTC'\n[[tickets]]\nfile = { path = 't.csv', encoding = 'window-1252' }\nid = 'i'\ncreated_at = 'o'\n",
    );
    assert!(encoding.contains("did you mean \"windows-1252\"?"), "{encoding}");

    let syntax = message_of("time_zone = \n");
    assert!(syntax.starts_with("description, line 1, column"), "{syntax}");
}

#[test]
fn unknown_time_zone() {
    let zone = message_of("time_zone = 'America/NewYork'\n");
    assert!(
        zone.contains("time zone \"America/NewYork\" is unknown, did you mean \"America/New_York\"?"),
        "{zone}"
    );
    let schedule = message_of(&format!(
        "{TICKETS}\n[schedules.desk]\ntime_zone = 'Europe/Madird'\nhours = 'Mo-Fr 09:00-17:00'\n"
    ));
    assert!(schedule.contains("schedules.desk: ") && schedule.contains("Europe/Madird"), "{schedule}");
}

#[test]
fn a_schedule_that_never_opens() {
    // On it every duration would be 0 and every target met.
    for hours in ["{}", "'off'"] {
        let closed = format!("[schedules.closed]\ntime_zone = 'Europe/Copenhagen'\nhours = {hours}\n");
        let folder = folder(&[("tickets.csv", b"id,opened,done,country\n")]);
        let error = read(&format!("{TICKETS}\n{closed}"), folder.path(), false).unwrap_err().to_string();
        assert!(error.contains("schedules.closed: it never opens"), "{error}");
        let always = closed.replace(hours, "'24/7'");
        assert!(read(&format!("{TICKETS}\n{always}"), folder.path(), false).is_ok());
    }
}

#[test]
fn a_target_on_an_unknown_metric() {
    let folder = folder(&[("tickets.csv", b"id,opened,done,country\n")]);
    let target_on = |metric: &str| {
        let policy =
            format!("[[sla.policies]]\nname = 'all'\ntargets = [{{ metric = '{metric}', within = '4h' }}]\n");
        read(&format!("{TICKETS}\n{policy}"), folder.path(), false)
    };
    let error = target_on("first_respons").unwrap_err().to_string();
    assert!(error.contains("no metric \"first_respons\", did you mean \"first_response\"?"), "{error}");
    assert!(target_on("first_response").is_ok());
}

#[test]
fn a_file_with_a_similar_name() {
    let folder = folder(&[("ticket.csv", b"id,opened,done,country\n")]);
    let error = read(TICKETS, folder.path(), false).unwrap_err().to_string();
    assert!(error.contains("no such file, did you mean \"ticket.csv\"?"), "{error}");
}

#[test]
fn an_unknown_schedule_and_holidays_that_match_nothing() {
    let base = TICKETS.replace("time_zone =", "schedule = \"desc\"\ntime_zone =");
    let desk = "[schedules.desk]\ntime_zone = 'UTC'\nhours = 'Mo-Fr 09:00-17:00'\n";
    let folder = folder(&[
        ("tickets.csv", b"id,opened,done,country\n"),
        ("days.csv", b"country,date\nDK,2026-12-25\nES,2026-01-06\n"),
    ]);
    let error = read(&format!("{base}\n{desk}"), folder.path(), false).unwrap_err().to_string();
    assert!(error.contains("there is no schedule \"desc\", did you mean \"desk\"?"), "{error}");

    let holidays = |country: &str| {
        let holidays = format!(
            "holidays = {{ file = 'days.csv', column = 'date', where = {{ country = '{country}' }} }}"
        );
        read(&format!("{TICKETS}\n{desk}{holidays}\n"), folder.path(), false)
    };
    let error = holidays("FR").unwrap_err().to_string();
    assert!(error.contains("no row of days.csv has country = FR"), "{error}");
    let spanish = holidays("ES").unwrap().schedules["desk"].compile();
    let epiphany = "2026-01-06T00:00:00Z".parse().unwrap();
    let next_day = "2026-01-07T00:00:00Z".parse().unwrap();
    assert_eq!(spanish.elapsed(epiphany, next_day), chrono::TimeDelta::zero());
}

#[test]
fn a_column_of_the_wrong_type() {
    let numbers = Arc::new(arrow_array::Int64Array::from(vec![1, 2])) as ArrayRef;
    let columns = ["id", "opened", "done", "country"].map(|name| (name, Arc::clone(&numbers)));
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut bytes = Vec::new();
    let mut writer = parquet::arrow::ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    let description = TICKETS.replace("tickets.csv", "tickets.parquet");
    let folder = folder(&[("tickets.parquet", &bytes)]);
    let error = read(&description, folder.path(), false).unwrap_err();
    assert!(matches!(&error, ReadError::ColumnType { column, .. } if column == "opened"), "{error}");
    assert!(error.to_string().contains("epoch_seconds"), "{error}");
    let epoch = description
        .replace("\"opened\"", "{ column = \"opened\", format = \"epoch_seconds\" }")
        .replace("\"done\"", "{ column = \"done\", format = \"epoch_seconds\" }");
    let dataset = read(&epoch, folder.path(), false).unwrap();
    assert_eq!(dataset.tickets()[1].created_at.as_micros(), 2_000_000);
    assert_eq!(dataset.tickets()[1].id.as_str(), "2");
}

#[test]
fn a_repeated_column_is_ambiguous() {
    let folder = folder(&[("tickets.csv", b"id,opened,done,country,country\n1,2026-03-02,,DK,ES\n")]);
    let error = read(TICKETS, folder.path(), false).unwrap_err();
    assert!(
        matches!(&error, ReadError::ColumnRepeated { column, times: 2, .. } if column == "country"),
        "{error}"
    );
    assert!(error.to_string().contains("2 columns are named \"country\": rename all but the one to be read"));
}

#[test]
fn more_lines_to_skip_than_there_are() {
    let folder = folder(&[("tickets.csv", b"id,opened,done,country\n")]);
    let named = TICKETS.replace("\"tickets.csv\"", "{ path = \"tickets.csv\", skip_rows = 9 }");
    let error = read(&named, folder.path(), false).unwrap_err();
    assert!(matches!(error, ReadError::NothingAfterSkipped { skip_rows: 9, lines: Some(1), .. }), "{error}");
    assert!(
        error.to_string().ends_with(
            "tickets.csv: skip_rows = 9 skips the whole file (lines: 1): state the number of lines before the column \
             names, or remove skip_rows"
        ),
        "{error}"
    );
}

#[test]
fn keys_of_text_files_are_rejected_for_other_files() {
    let folder = folder(&[("tickets.parquet", b"")]);
    for key in ["delimiter = \";\"", "encoding = \"utf-8\"", "skip_rows = 1"] {
        let file = format!("{{ path = \"tickets.parquet\", {key} }}");
        let error = read(&TICKETS.replace("\"tickets.csv\"", &file), folder.path(), false).unwrap_err();
        assert!(error.to_string().contains("is for text files and has no effect here"), "{error}");
    }
}

#[test]
fn blanks_around_labels_of_a_description_do_not_matter_and_blank_ones_are_refused() {
    let csv: &[u8] =
        b"id,opened,done,country\n1,2026-03-02 09:00,,dk\n2,2026-03-02 09:00,, ES \n3,2026-03-02 09:00,,?\n";
    let markets = |market: &str| -> Result<Vec<Option<String>>, ReadError> {
        let description = TICKETS.replace("market = \"country\"", &format!("market = {market}"));
        let dataset = read(&description, folder(&[("tickets.csv", csv)]).path(), false)?;
        let market =
            |ticket: &deskmetrics::Ticket| ticket.attributes.get(&"market".into()).map(ToOwned::to_owned);
        Ok(dataset.tickets().iter().map(market).collect())
    };
    let same =
        markets(r#"{ column = "country", words = { " dk " = " Denmark " }, missing = [" ? "] }"#).unwrap();
    assert_eq!(same, [Some("Denmark".to_owned()), Some("ES".to_owned()), None]);
    assert_eq!(markets(r#"{ value = " DK " }"#).unwrap(), vec![Some("DK".to_owned()); 3]);
    for (blank, expected) in [
        (r#"{ column = "country", words = { "dk" = " " } }"#, "a blank text is no meaning"),
        (r#"{ column = "country", words = { "dk" = "DK" }, other = "" }"#, "a blank text is no meaning"),
        (r#"{ value = "" }"#, "a blank text is no meaning"),
        (r#"{ column = "country", words = { " " = "DK" } }"#, "a blank label has no meaning"),
    ] {
        let error = markets(blank).unwrap_err().to_string();
        assert!(error.contains(expected), "{blank}: {error}");
    }
}
