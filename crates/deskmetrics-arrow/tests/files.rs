//! Text files: selection of rows, and detection of encoding and delimiter.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

use std::fs;
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray};
use deskmetrics::Reason;
use deskmetrics_arrow::{Dataset, Description, KpiSelection, ReadError, ReadOptions, Scope};
use proptest::prelude::*;

fn read(description: &str, file: &[u8]) -> Result<Dataset, ReadError> {
    read_with(description, file, ReadOptions::default())
}

fn read_with(description: &str, file: &[u8], options: ReadOptions<'_>) -> Result<Dataset, ReadError> {
    let folder = tempfile::TempDir::new().unwrap();
    fs::write(folder.path().join("t.csv"), file).unwrap();
    let description: Description = description.parse()?;
    Dataset::of_description(&description, options.with_data_root(folder.path()))
}

/// Tickets in `t.csv`, with more keys.
fn tickets(more: &str) -> String {
    format!(
        "time_zone = 'UTC'\n[[tickets]]\nfile = 't.csv'\nid = 'id'\ncreated_at = 'opened'\n\
         attributes = {{ channel = 'Channel' }}\n{more}\n"
    )
}

fn ids(dataset: &Dataset) -> Vec<String> {
    dataset.ticket_ids().map(Into::into).collect()
}

/// The error message after the file's name.
fn message(error: &ReadError) -> String {
    let text = error.to_string();
    text.find("t.csv: ").map_or(text.clone(), |start| text[start + 7..].to_owned())
}

const ROWS: &str = "id,opened,Channel,Status\n\
    1,2026-03-02T09:00:00Z,web,0\n\
    2,2026-03-02T10:00:00Z,mail,0\n\
    3,2026-03-02T11:00:00Z,test,1\n\
    4,2026-03-02T12:00:00Z,,0\n\
    5,2026-03-02T13:00:00Z,web,1\n";

#[test]
fn where_selects_rows_by_the_values_of_columns() {
    for (filter, selected) in [
        ("Channel = 'web'", "1 5"),
        ("Channel = ['web', 'mail']", "1 2 5"),
        ("Channel = { not = 'test' }", "1 2 4 5"),
        ("Channel = { not = ['test', ''] }", "1 2 5"),
        ("Channel = ''", "4"),
        ("Channel = '*'", "1 2 3 5"),
        ("Status = 0", "1 2 4"),
        ("Status = '0', Channel = 'web'", "1"),
        ("Status = { not = [1, 2] }", "1 2 4"),
    ] {
        let dataset = read(&tickets(&format!("where = {{ {filter} }}")), ROWS.as_bytes()).unwrap();
        assert_eq!(ids(&dataset).join(" "), selected, "{filter}");
        let source = &dataset.sources[0];
        let read = selected.split(' ').count() as u64;
        assert_eq!((source.rows, source.not_selected), (5, 5 - read), "{filter}");
        // This is no error, so there is no warning.
        assert!(source.exclusions.is_empty() && dataset.excluded().is_empty());
        assert_eq!(dataset.warnings().count(), 0);
    }
}

#[test]
fn where_selects_rows_of_tables_in_memory() {
    let opened: Vec<String> = (1..=4).map(|hour| format!("2026-03-02T0{hour}:00:00Z")).collect();
    let batch = RecordBatch::try_from_iter([
        ("id", Arc::new(Int64Array::from(vec![1, 2, 3, 4])) as ArrayRef),
        ("opened", Arc::new(StringArray::from(opened)) as ArrayRef),
        (
            "Channel",
            Arc::new(StringArray::from(vec![Some("web"), None, Some("mail"), Some("web")])) as ArrayRef,
        ),
        ("preview", Arc::new(BooleanArray::from(vec![false, false, true, true])) as ArrayRef),
    ])
    .unwrap();
    for (filter, selected) in
        [("preview = false", "1 2"), ("Channel = 'web', id = [1, 3]", "1"), ("id = { not = 4 }", "1 2 3")]
    {
        let description: Description = tickets(&format!("where = {{ {filter} }}")).parse().unwrap();
        let options = ReadOptions::default().with_table("t.csv", batch.schema(), vec![batch.clone()]);
        let dataset = Dataset::of_description(&description, options).unwrap();
        assert_eq!(ids(&dataset).join(" "), selected, "{filter}");
        assert_eq!(dataset.sources[0].not_selected, 4 - selected.split(' ').count() as u64, "{filter}");
    }
}

#[test]
fn rows_that_are_not_selected_are_not_read_but_keep_their_numbers() {
    // Names twice more, as Qualtrics writes them; row 4 is unreadable, row 6 has the id of row 3.
    let csv = "id,opened,Channel\n\
               Number,When?,Text\n\
               qid1,qid2,qid3\n\
               1,2026-03-02T09:00:00Z,web\n\
               2,soon,web\n\
               3,2026-03-02T09:00:00Z\n\
               1,2026-03-02T10:00:00Z,web\n\
               4,later,preview\n";
    let description = tickets("where = { Channel = { not = ['Text', 'qid3', 'preview'] } }");
    let dataset = read(&description, csv.as_bytes()).unwrap();
    assert_eq!(ids(&dataset), ["1"]);
    let source = &dataset.sources[0];
    assert_eq!((source.rows, source.not_selected), (7, 3));
    let mut exclusion: Vec<_> = source
        .exclusions
        .iter()
        .map(|exclusion| (exclusion.examples[0].row, exclusion.scope, exclusion.reason, exclusion.count))
        .collect();
    exclusion.sort_by_key(|(row, _, reason, _)| (*row, *reason));
    assert_eq!(
        exclusion,
        [
            (4, Scope::Record, Reason::Unreadable, 1),
            (6, Scope::Record, Reason::Duplicate, 1),
            (6, Scope::Line, Reason::FieldCount, 1), // line 6 is row 5
        ]
    );
    let strict =
        |more: &str| read_with(&tickets(more), csv.as_bytes(), ReadOptions::default().with_strict(true));
    let error = strict("where = { id = ['1', '2'] }").unwrap_err();
    assert!(message(&error).starts_with("line 6:"), "{error}");
    let csv = "id,opened,Channel\n1,2026-03-02T09:00:00Z,x\n2,2026-03-02T09:00:00Z,web\n2,2026-03-03T09:00:00Z\n\
               3,2026-03-04T09:00:00Z,web\n4,2026-03-05T09:00:00Z,web\n5,2126-03-05T09:00:00Z,web\n";
    let dataset = read(&tickets("where = { Channel = 'web' }"), csv.as_bytes()).unwrap();
    let warning = dataset.warnings().last().unwrap().to_string();
    assert!(warning.starts_with("tickets, created_at, row 6: 2126-03-05T09:00:00Z"), "{warning}");
    // The order of dates is inferred from the selected rows.
    let dates = "id,opened,Channel\n1,31/12/2026 09:00,preview\n2,04/03/2026 09:00,web\n";
    let error = read(&tickets("where = { Channel = 'web' }"), dates.as_bytes()).unwrap_err();
    assert!(message(&error).contains("row 2: \"04/03/2026 09:00\" is"), "{error}");
}

#[test]
fn a_filter_on_a_missing_column() {
    let error = read(&tickets("where = { channel = 'web' }"), ROWS.as_bytes()).unwrap_err();
    assert!(
        message(&error)
            .starts_with("there is no column \"channel\", did you mean \"Channel\"?; present are \"id\""),
        "{error}"
    );
    let form =
        tickets("where = { Channel = { nott = 'web' } }").parse::<Description>().unwrap_err().to_string();
    assert!(
        form.contains("expected a value, a list of values, or a table such as { not = \"test\" }"),
        "{form}"
    );
    let dataset = read(&tickets("where = { Channel = 'Web' }"), ROWS.as_bytes()).unwrap();
    assert_eq!(
        dataset.sources[0].notes,
        [
            "none of its rows has the values of where: \"Channel\" has \"web\", \"test\", \"\", \"mail\", not Web"
        ]
    );
}

/// Tickets separated by semicolons, tabs or bars, with a comma in the text.
fn separated(delimiter: &str) -> String {
    let rows = ROWS.replace("1,2026", "\"A, 1\",2026");
    rows.replace(',', delimiter).replace(&format!("A{delimiter} 1"), "A, 1")
}

#[test]
fn the_delimiter_is_detected() {
    for delimiter in [";", "\t", "|"] {
        let dataset = read(&tickets(""), separated(delimiter).as_bytes()).unwrap();
        assert_eq!(ids(&dataset), ["A, 1", "2", "3", "4", "5"]);
    }
    assert_eq!(ids(&read(&tickets(""), separated(",").as_bytes()).unwrap()).len(), 5);
    // Other delimiters within names and texts do not affect detection.
    let csv =
        "id,opened,Channel,a;b;c;d;e\n1,2026-03-02T09:00:00Z,web,\n2,2026-03-02T09:00:00Z,a;b;c;d,x;y\n";
    assert_eq!(ids(&read(&tickets(""), csv.as_bytes()).unwrap()), ["1", "2"]);
    let csv = "id;opened;Channel;a,b\n1;2026-03-02T09:00:00Z;web;1,5\n2;2026-03-02T09:00:00Z;web;\n";
    assert_eq!(ids(&read(&tickets(""), csv.as_bytes()).unwrap()), ["1", "2"]);
    // One column.
    let answers = "time_zone = 'UTC'\n[[surveys]]\nfile = 't.csv'\nquestions = { nps = 'score' }\n";
    let dataset = read(answers, b"score\n9\n\"1;2\"\n10\n").unwrap();
    assert_eq!(dataset.counts().responses, 2);
}

/// The error of a description, and the dataset after following its advice.
fn advised(file: &[u8], advice: &str) -> Dataset {
    let error = read(&tickets(""), file).unwrap_err();
    assert!(matches!(error, ReadError::ColumnMissing { .. }), "{error}");
    let key = format!("state file = {{ path = \"..\", {advice} }}");
    assert!(message(&error).ends_with(&key), "{error}");
    let named = tickets("").replace("'t.csv'", &format!("{{ path = 't.csv', {advice} }}"));
    read(&named, file).unwrap()
}

#[test]
fn a_missing_column_leads_to_the_key_that_finds_it() {
    let head = format!("Tickets of March\n\n{ROWS}");
    assert_eq!(ids(&advised(head.as_bytes(), "skip_rows = 2")).len(), 5);
    let error = read(&tickets(""), head.as_bytes()).unwrap_err();
    assert_eq!(
        message(&error),
        "there is no column \"id\"; present are \"Tickets of March\"; it is in line 3: state file = { path = \"..\", skip_rows = 2 }"
    );
    let head = format!("Tickets, of March\n{}", separated(";"));
    assert_eq!(ids(&advised(head.as_bytes(), "skip_rows = 1")).len(), 5);
    let head = format!("Tickets of March\n{}", separated("^"));
    assert_eq!(ids(&advised(head.as_bytes(), "skip_rows = 1, delimiter = \"^\"")).len(), 5);
    assert_eq!(ids(&advised(separated("^").as_bytes(), "delimiter = \"^\"")).len(), 5);
    let wrong = tickets("").replace("'t.csv'", "{ path = 't.csv', delimiter = \"\\t\" }");
    let error = read(&wrong, separated(";").as_bytes()).unwrap_err();
    assert!(message(&error).ends_with("state file = { path = \"..\", delimiter = \";\" }"), "{error}");
    // Too many lines are skipped.
    let wrong = tickets("").replace("'t.csv'", "{ path = 't.csv', skip_rows = 2 }");
    let error = read(&wrong, ROWS.as_bytes()).unwrap_err();
    assert!(
        message(&error).ends_with("it is in line 1: state file = { path = \"..\", skip_rows = 0 }"),
        "{error}"
    );
    assert_eq!(ids(&read(&wrong.replace("= 2", "= 0"), ROWS.as_bytes()).unwrap()).len(), 5);
    // A name that does not occur matches none of the file's keys.
    let error = read(&tickets("").replace("'id'", "'key'"), ROWS.as_bytes()).unwrap_err();
    assert!(message(&error).ends_with("present are \"id\", \"opened\", \"Channel\", \"Status\""), "{error}");
}

/// The channels of a dataset.
fn channels(dataset: &Dataset) -> Vec<String> {
    let tickets = dataset.tickets();
    let values = tickets.iter().flat_map(|ticket| ticket.attributes.iter());
    values.map(|(_, value)| value.to_owned()).collect()
}

#[test]
fn the_encoding_is_detected_from_the_bytes() {
    let text = "id,opened,Channel\n1,2026-03-02T09:00:00Z,Teléfono\n2,2026-03-02T10:00:00Z,“Übergröße” 5 €\n";
    let (western, ..) = encoding_rs::WINDOWS_1252.encode(text);
    let utf_16 = |mark: &[u8], bytes: fn(u16) -> [u8; 2]| {
        [mark, &text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>()].concat()
    };
    let taken = |name: &str, other: &str| {
        vec![format!(
            "no encoding is stated, and {name} was detected; if text is garbled, state another one, such as file = {{ path = \"..\", encoding = \"{other}\" }}"
        )]
    };
    for (bytes, notes) in [
        (text.as_bytes().to_vec(), vec![]),
        ([b"\xef\xbb\xbf", text.as_bytes()].concat(), vec![]),
        (western.to_vec(), taken("windows-1252", "windows-1250")),
        (utf_16(b"\xff\xfe", u16::to_le_bytes), vec![]),
        (utf_16(b"\xfe\xff", u16::to_be_bytes), vec![]),
        (utf_16(b"", u16::to_le_bytes), taken("utf-16le", "utf-8")),
        (utf_16(b"", u16::to_be_bytes), taken("utf-16be", "utf-8")),
    ] {
        let dataset = read(&tickets(""), &bytes).unwrap();
        assert_eq!(channels(&dataset), ["Teléfono", "“Übergröße” 5 €"], "{notes:?}");
        assert_eq!(dataset.sources[0].notes, notes);
    }
}

#[test]
fn an_undetectable_encoding_must_be_stated() {
    for (encoding, text) in [
        (encoding_rs::WINDOWS_1251, "Телефон"),
        (encoding_rs::WINDOWS_1250, "Łódź, ósmą łąkę"),
        (encoding_rs::SHIFT_JIS, "電話"),
    ] {
        let text =
            format!("id,opened,Channel\n1,2026-03-02T09:00:00Z,web\n2,2026-03-02T09:00:00Z,\"{text}\"\n");
        let (bytes, ..) = encoding.encode(&text);
        let dataset = read(&tickets(""), &bytes).unwrap();
        let line = &dataset.sources[0].exclusions[0];
        assert_eq!((line.reason, line.examples[0].row), (Reason::InvalidText, 3), "{}", encoding.name());
        assert!(line.remedy.contains("encoding = "), "{}", line.remedy);
        let named = format!("{{ path = 't.csv', encoding = '{}' }}", encoding.name());
        let dataset = read(&tickets("").replace("'t.csv'", &named), &bytes).unwrap();
        assert!(dataset.excluded().is_empty());
        assert!(text.contains(&channels(&dataset)[1]));
    }
}

#[test]
fn a_name_in_another_encoding() {
    let text = "id,opened,Kanál\n1,2026-03-02T09:00:00Z,web\n".as_bytes();
    let description = tickets("").replace("'Channel'", "'Kanál'");
    let named = |encoding: &str| {
        description.replace("'t.csv'", &format!("{{ path = 't.csv', encoding = '{encoding}' }}"))
    };
    let error = read(&named("windows-1252"), text).unwrap_err();
    assert!(
        message(&error).ends_with(
            "it is there in another encoding: state file = { path = \"..\", encoding = \"utf-8\" }"
        ),
        "{error}"
    );
    assert_eq!(channels(&read(&named("utf-8"), text).unwrap()), ["web"]);
    for delimiter in [",", ";"] {
        for (stated, written) in [("utf-16", encoding_rs::UTF_8), ("utf-8", encoding_rs::UTF_16LE)] {
            let text = "id,opened,Kanál\n1,2026-03-02T09:00:00Z,web\n".replace(',', delimiter);
            let bytes: Vec<u8> = if written == encoding_rs::UTF_8 {
                text.into_bytes()
            } else {
                text.encode_utf16().flat_map(u16::to_le_bytes).collect()
            };
            let error = read(&named(stated), &bytes).unwrap_err().to_string();
            let right = if stated == "utf-16" { "utf-8" } else { "utf-16le" };
            assert!(error.ends_with(&format!(" encoding = \"{right}\" }}")), "{error}");
            assert_eq!(channels(&read(&named(right), &bytes).unwrap()), ["web"]);
        }
    }
    // Usual names that are no labels.
    let (bytes, ..) = encoding_rs::WINDOWS_1252.encode("id,opened,Kanál\n1,2026-03-02T09:00:00Z,web\n");
    for name in ["latin-1", "Latin_1", "latin1", "ISO-8859-1", "cp1252", "ansi"] {
        assert_eq!(channels(&read(&named(name), &bytes).unwrap()), ["web"], "{name}");
    }
    assert_eq!(channels(&read(&named("utf-8-sig"), text).unwrap()), ["web"]);
    let error = named("latin-17").parse::<Description>().unwrap_err().to_string();
    assert!(error.contains("encoding \"latin-17\" is unknown"), "{error}");
    // Column names in an encoding that is not detected.
    let (bytes, ..) = encoding_rs::WINDOWS_1251.encode("id,opened,Канал\n1,2026-03-02T09:00:00Z,web\n");
    let error = read(&tickets(""), &bytes).unwrap_err();
    assert!(matches!(error, ReadError::Encoding { .. }), "{error}");
}

#[test]
fn an_unambiguous_decimal_comma_is_detected() {
    let answers = |file: &str, score: &str| {
        format!(
            "time_zone = 'UTC'\nscales = {{ csat = '1-5' }}\n[[surveys]]\nfile = {file}\n\
             questions.csat = 'score'\nweight = {score}\n"
        )
    };
    let weights = |dataset: &Dataset| -> Vec<Option<f64>> {
        dataset.answers("csat").map(|answer| answer.weight).collect()
    };
    let csv = "score;share\n4;0,5\n5,0;0,125\n3;1.234,5\n2;12\n1;1,234\n";
    let dataset = read(&answers("'t.csv'", "'share'"), csv.as_bytes()).unwrap();
    assert_eq!(weights(&dataset), [Some(0.5), Some(0.125), Some(1234.5), Some(12.0), None]);
    assert_eq!(dataset.answers("csat").map(|answer| answer.score).collect::<Vec<_>>()[1], Some(5));
    let exclusion = &dataset.sources[0].exclusions[0];
    assert_eq!((exclusion.reason, exclusion.scope), (Reason::Unreadable, Scope::Value));
    assert_eq!(exclusion.examples[0].value, "1,234");
    assert_eq!(
        exclusion.remedy,
        "a comma or a point may separate decimals or thousands: state decimal = \",\" or decimal = \".\""
    );
    for (file, score, weight) in [
        ("{ path = 't.csv', decimal = ',' }", "'share'", 1.234),
        ("{ path = 't.csv', decimal = '.' }", "'share'", 1234.0),
        ("'t.csv'", "{ column = 'share', decimal = ',' }", 1.234),
        ("'t.csv'", "{ column = 'share', decimal = '.' }", 1234.0),
    ] {
        let dataset = read(&answers(file, score), csv.as_bytes()).unwrap();
        assert_eq!(weights(&dataset).last(), Some(&Some(weight)), "{file} {score}");
    }
    // With comma as the delimiter it must be stated.
    let csv = "score,share\n4,\"0,5\"\n5,2\n";
    let dataset = read(&answers("'t.csv'", "'share'"), csv.as_bytes()).unwrap();
    assert_eq!(weights(&dataset), [None, Some(2.0)]);
    assert!(dataset.sources[0].exclusions[0].remedy.ends_with("state decimal = \",\" or decimal = \".\""));
    let dataset = read(&answers("{ path = 't.csv', decimal = ',' }", "'share'"), csv.as_bytes()).unwrap();
    assert_eq!(weights(&dataset), [Some(0.5), Some(2.0)]);
    // The other mark is stated.
    let points = csv.replace("\"0,5\"", "0.5");
    let dataset = read(&answers("{ path = 't.csv', decimal = ',' }", "'share'"), points.as_bytes()).unwrap();
    let remedy = "the decimal mark of the column is stated as \",\": state decimal = \".\" if that is the one of all values, or correct the value";
    assert_eq!(dataset.sources[0].exclusions[0].remedy, remedy);
    let followed = read(&answers("{ path = 't.csv', decimal = '.' }", "'share'"), points.as_bytes()).unwrap();
    assert_eq!(weights(&followed), [Some(0.5), Some(2.0)]);
    let error = answers("{ path = 't.csv', decimal = 'x' }", "'share'").parse::<Description>().unwrap_err();
    assert!(
        error.to_string().contains("surveys[0].file.decimal: \"x\" is not allowed; allowed are"),
        "{error}"
    );
}

#[test]
fn targets_in_a_table_have_decimals_too() {
    let rules = "time_zone = 'UTC'\n[[surveys]]\nfile = 'answers'\nquestions.nps = 'score'\n[[sla.tables]]\nfile = FILE\n\
                 when = { category = 'kind' }\nmetric = 'resolution'\nwithin = { column = 'days', each = '8h' }\n";
    let read = |file: &str, text: &str| {
        let scores = RecordBatch::try_from_iter([("score", Arc::new(Int64Array::from(vec![9])) as ArrayRef)]);
        let scores = scores.unwrap();
        let options = ReadOptions::default().with_table("answers", scores.schema(), vec![scores]);
        read_with(&rules.replace("FILE", file), text.as_bytes(), options)
    };
    let within = |dataset: &Dataset| dataset.policies.policies[0].targets[0].within.clone();
    let point = within(&read("'t.csv'", "kind,days\nbilling,1.5\n").unwrap());
    assert_eq!(within(&read("'t.csv'", "kind;days\nbilling;1,5\n").unwrap()), point);
    let ambiguous = "kind;days\nbilling;1,500\n";
    let error = read("'t.csv'", ambiguous).unwrap_err();
    assert_eq!(
        message(&error),
        "row 1, column \"days\": \"1,500\": value not readable; a comma or a point may separate decimals or thousands: state \
         decimal = \",\" or decimal = \".\""
    );
    assert_eq!(within(&read("{ path = 't.csv', decimal = ',' }", ambiguous).unwrap()), point);
    let error = read("'t.csv'", "kind,days\nbilling,1\nplayback\n").unwrap_err();
    assert!(matches!(error, ReadError::BadLine { line: 3, .. }), "{error}");
}

#[test]
fn a_table_of_targets_in_a_detected_encoding_is_noted() {
    let rules = "time_zone = 'UTC'\n[[tickets]]\nfile = 'tickets'\nid = 'id'\ncreated_at = 'opened'\n\
                 attributes = { category = 'kind' }\n[[sla.tables]]\nfile = 't.csv'\nwhen = { category = 'kind' }\n\
                 metric = 'resolution'\nwithin = { column = 'days', each = '8h' }\n";
    let column = |text: &str| Arc::new(StringArray::from(vec![text])) as ArrayRef;
    let batch = RecordBatch::try_from_iter([
        ("id", column("1")),
        ("opened", column("2026-03-02T09:00:00Z")),
        ("kind", column("Facturación")),
    ]);
    let batch = batch.unwrap();
    let options = ReadOptions::default().with_table("tickets", batch.schema(), vec![batch]);
    let dataset = read_with(rules, b"kind,days\nFacturaci\xf3n,1\n", options).unwrap();
    assert!(format!("{:?}", dataset.policies.policies[0].when).contains("Facturación"));
    let notes = KpiSelection::usual().of(&dataset).unwrap().notes;
    assert!(
        notes
            .iter()
            .any(|note| note.starts_with("t.csv: no encoding is stated, and windows-1252 was detected"))
    );
}

#[test]
fn a_quote_in_the_column_names_that_is_not_closed() {
    let error = read(&tickets(""), ROWS.replacen("id", "\"id", 1).as_bytes()).unwrap_err();
    assert!(message(&error).contains("a quote in the column names, on line 1, is not closed"), "{error}");
    let names = ROWS.replacen("Status", "\"Status\nof it\"", 1);
    assert_eq!(ids(&read(&tickets(""), names.as_bytes()).unwrap()).len(), 5);
}

/// A line that is not a row.
#[derive(Debug, Clone, Copy)]
enum Bad {
    Short,
    Long,
    Open,
    OpenAtStart,
    Latin,
}

impl Bad {
    fn line(self) -> (&'static [u8], Reason) {
        match self {
            Self::Short => (b"X", Reason::FieldCount),
            Self::Long => (b"X,2026-03-02T09:00:00Z,web,mail,phone,chat", Reason::FieldCount),
            Self::Open => (b"X,2026-03-02T09:00:00Z,\"web", Reason::UnclosedQuote),
            Self::OpenAtStart => (b"\"X,2026-03-02T09:00:00Z,web", Reason::UnclosedQuote),
            Self::Latin => (b"X,2026-03-02T09:00:00Z,Espa\xf1a", Reason::InvalidText),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Rows with any text are read unchanged, whatever lines are between them; each of those lines is reported.
    #[test]
    fn bad_lines_do_not_change_other_rows(
        rows in prop::collection::vec("[a-zñ]([a-z,;\"ñ\n ]{0,20}[a-zñ])?", 1..60),
        bad in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(vec![
            Bad::Short, Bad::Long, Bad::Open, Bad::OpenAtStart, Bad::Latin,
        ])), 0..8),
        crlf in any::<bool>(),
    ) {
        let ending: &[u8] = if crlf { b"\r\n" } else { b"\n" };
        let mut text = b"id,opened,Channel".to_vec();
        text.extend_from_slice(ending);
        let mut expected = Vec::new();
        for (row, channel) in rows.iter().enumerate() {
            for (_, bad) in bad.iter().filter(|(place, _)| place.index(rows.len()) == row) {
                let (line, reason) = bad.line();
                expected.push((text.split(|byte| *byte == b'\n').count() as u64, reason));
                text.extend_from_slice(line);
                text.extend_from_slice(ending);
            }
            let mut writer = csv::WriterBuilder::new().quote_style(csv::QuoteStyle::Necessary).from_writer(Vec::new());
            writer.write_record([row.to_string().as_str(), "2026-03-02T09:00:00Z", channel]).unwrap();
            text.extend_from_slice(writer.into_inner().unwrap().trim_ascii_end());
            text.extend_from_slice(ending);
        }
        let utf_8 = tickets("").replace("'t.csv'", "{ path = 't.csv', encoding = 'utf-8', delimiter = ',' }");
        let dataset = read(&utf_8, &text).unwrap();
        let read: Vec<String> = channels(&dataset);
        prop_assert_eq!(&read, &rows);
        let source = &dataset.sources[0];
        prop_assert_eq!(source.rows, (rows.len() + expected.len()) as u64);
        for reason in [Reason::FieldCount, Reason::UnclosedQuote, Reason::InvalidText] {
            let lines: Vec<u64> =
                expected.iter().filter(|(_, other)| *other == reason).map(|(line, _)| *line).collect();
            let exclusion = source.exclusions.iter().find(|exclusion| exclusion.reason == reason);
            prop_assert_eq!(exclusion.map_or(0, |exclusion| exclusion.count), lines.len() as u64);
            let examples = exclusion.iter().flat_map(|exclusion| &exclusion.examples).map(|line| line.row);
            prop_assert_eq!(examples.collect::<Vec<_>>(), &lines[..lines.len().min(3)]);
        }
    }

    /// Whatever a file contains, its rows are read, excluded and counted, or it is an error.
    #[test]
    fn any_bytes_are_rows_or_reported(
        text in prop::collection::vec(prop::sample::select(b"ab1\",;\t|\n\r \xc3\xb1\xff\0".to_vec()), 0..400),
        names in any::<bool>(),
    ) {
        let text = if names { [b"id,opened,Channel\n", &text[..]].concat() } else { text };
        if let Ok(dataset) = read(&tickets(""), &text) {
            let source = &dataset.sources[0];
            prop_assert_eq!(source.rows, dataset.excluded().total() + dataset.counts().tickets as u64);
        }
    }
}

/// Tickets in a file of this name.
fn read_json(name: &str, file: &[u8], more: &str) -> Result<Dataset, ReadError> {
    let folder = tempfile::TempDir::new().unwrap();
    fs::write(folder.path().join(name), file).unwrap();
    let description: Description = tickets(more).replace("t.csv", name).parse()?;
    Dataset::of_description(&description, ReadOptions::default().with_data_root(folder.path()))
}

const LINES: &str = "{\"id\": 1, \"opened\": \"2026-03-02T09:00:00Z\", \"Channel\": \"web\", \"requester\": {\"name\": \"A\"}}\n\
    \n{\"Channel\": null, \"opened\": \"2026-03-02T10:00:00Z\", \"labels\": [\"vip\", \"late\"], \"id\": \"2\"}\n\
    {\"id\": 3, \"opened\": \"2026-03-02T11:00:00Z\", \"Channel\": \"web\", \"Channel\": \"a \\\"{mail}\\\"\"}\n";

#[test]
fn json_is_read_like_text() {
    let array = format!("\u{feff}[{}]\n", LINES.trim().replace("}\n", "},\n"));
    let mut zipped = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut zipped, LINES.as_bytes()).unwrap();
    let zipped = zipped.finish().unwrap();
    for (name, bytes) in [
        ("t.ndjson", LINES.as_bytes()),
        ("t.jsonl", LINES.as_bytes()),
        ("t.json", LINES.as_bytes()),
        ("t.json", array.as_bytes()),
        ("t.ndjson.gz", &zipped),
    ] {
        let dataset = read_json(name, bytes, "tags = 'labels'").unwrap();
        assert_eq!(ids(&dataset), ["1", "2", "3"], "{name}");
        assert!(dataset.sources[0].exclusions.is_empty());
        let tickets = dataset.tickets();
        let channel = |row: usize| tickets[row].attributes.get(&deskmetrics::ticket::Attribute::Channel);
        assert_eq!([channel(0), channel(1), channel(2)], [Some("web"), None, Some("a \"{mail}\"")]);
        let tags: Vec<&str> = tickets[1].tags.iter().map(AsRef::as_ref).collect();
        assert_eq!(tags, ["late", "vip"]);
    }
}

#[test]
fn a_line_that_is_no_object_is_excluded() {
    for bad in ["{\"id\": 9", "[1, 2]", "\"text\"", "{\"id\": 9} {\"id\": 10}"] {
        let lines = LINES.replacen("\n\n", &format!("\n{bad}\n"), 1);
        let dataset = read_json("t.ndjson", lines.as_bytes(), "").unwrap();
        assert_eq!(ids(&dataset), ["1", "2", "3"]);
        let lines = &dataset.sources[0].exclusions[0];
        assert_eq!((lines.scope, lines.reason, lines.examples[0].row), (Scope::Line, Reason::Unreadable, 2));
        assert_eq!((&*lines.examples[0].value, dataset.sources[0].rows), (bad, 4));
        assert!(lines.remedy.contains("one object per line, or one array of objects"));
    }
}

#[test]
fn json_that_is_no_table_is_an_error() {
    let error = |text: &str| read_json("t.json", text.as_bytes(), "").unwrap_err().to_string();
    for (text, expected) in [
        ("{\n  \"tickets\": []\n}\n", "line 1: \"{\": it is not a JSON object: write one object per line"),
        ("[{\"id\": 1},\n", "line 2: the array is not closed"),
        ("[{\"id\": 1}, {\"id\"", "line 1: an object is not closed"),
        ("[1]", "line 1: an element of the array is not an object"),
        ("[{\"id\": 1}] x", "line 1: there is text after the array"),
        ("[]", "empty"),
        ("{\"key\": 1}", "no column \"id\""),
    ] {
        assert!(error(text).contains(expected), "{text}: {}", error(text));
    }
    let wide: Vec<String> = (0..10_001).map(|place| format!("\"c{place}\": 1")).collect();
    assert!(error(&format!("{{{}}}", wide.join(","))).contains("more than 10000 columns"));
    assert!(error(&format!("[{}]", ",".repeat(1 << 20))).contains("empty"));
    let long = format!("{{\"id\": \"{}\"}}", "x".repeat(1 << 24));
    assert!(error(&long).contains("longer than 16 MiB"));
    let deep = format!("{}1{}", "{\"a\":".repeat(1000), "}".repeat(1000));
    assert!(error(&deep).contains("is not a JSON object"), "{}", error(&deep));
}

proptest! {
    #[test]
    fn json_rows_are_the_rows_of_csv(cells in proptest::collection::vec(("[a-z0-9 ]{0,6}", "[a-zA-Z0-9\"{}\\[\\], ]{0,8}"), 1..40)) {
        let row = |(place, (name, channel)): (usize, &(String, String))| {
            let members = [
                ("id", format!("{place}{}", name.trim())),
                ("opened", "2026-03-02T09:00:00Z".to_owned()),
                ("Channel", channel.clone()),
            ];
            members.map(|(key, value)| (key, value))
        };
        let rows: Vec<_> = cells.iter().enumerate().map(row).collect();
        let object = |row: &[(&str, String); 3]| {
            let members: Vec<String> =
                row.iter().map(|(key, value)| format!("\"{key}\":{}", serde_json::Value::from(value.as_str()))).collect();
            format!("{{{}}}", members.join(","))
        };
        let lines: Vec<String> = rows.iter().map(object).collect();
        let quoted = |row: &[(&str, String); 3]| {
            row.iter().map(|(_, value)| format!("\"{}\"", value.replace('"', "\"\""))).collect::<Vec<_>>().join(",")
        };
        let csv: Vec<String> = rows.iter().map(quoted).collect();
        let csv = format!("id,opened,Channel\n{}\n", csv.join("\n"));
        let expected = read(&tickets(""), csv.as_bytes()).unwrap().tickets();
        prop_assert_eq!(&read_json("t.ndjson", lines.join("\n").as_bytes(), "").unwrap().tickets(), &expected);
        let array = format!("[{}]", lines.join(" , "));
        prop_assert_eq!(&read_json("t.json", array.as_bytes(), "").unwrap().tickets(), &expected);
    }
}

#[test]
fn objects_inside_json_objects_are_columns() {
    let json = r#"[{"id": 1, "created_at": "2026-03-02T09:00:00Z", "via": {"channel": "mail", "from": {}},
        "metric_set": {"reply_time_in_minutes": {"calendar": 30, "business": null}}, "tags": ["a", {"b": 1}]},
        {"id": 2, "created_at": "2026-03-02T10:00:00Z", "via": null}]"#;
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    fs::write(folder.path().join("t.json"), json).expect("a file in it");
    let description: Description = r#"
        time_zone = "UTC"
        [[tickets]]
        file = "t.json"
        id = "id"
        created_at = "created_at"
        attributes = { channel = "via.channel" }
        first_reply_time = "metric_set.reply_time_in_minutes.calendar"
    "#
    .parse()
    .unwrap();
    let dataset =
        Dataset::of_description(&description, ReadOptions::default().with_data_root(folder.path())).unwrap();
    let channels: Vec<_> = dataset
        .tickets()
        .iter()
        .map(|ticket| ticket.attributes.get(&"channel".into()).map(str::to_owned))
        .collect();
    assert_eq!(channels, [Some("mail".to_owned()), None]);
}
