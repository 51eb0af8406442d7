//! Every role changes a result, or a note explains why not.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use deskmetrics::ClockKind;
use deskmetrics::kpi::FcrPolicy;
use deskmetrics::report::{KpiRequest, Report};
use deskmetrics::ticket::Attribute;
use deskmetrics_arrow::{Dataset, Description, KpiSelection, ReadOptions};
use tempfile::TempDir;

/// A table of text from lines of cells; a dot is null.
fn table(lines: &str) -> RecordBatch {
    let lines: Vec<Vec<&str>> = lines
        .lines()
        .map(|line| line.split_whitespace().collect())
        .filter(|line: &Vec<_>| !line.is_empty())
        .collect();
    let column = |at: usize| {
        let cells = lines[1..].iter().map(|line| Some(line[at]).filter(|cell| *cell != "."));
        Arc::new(cells.collect::<StringArray>()) as ArrayRef
    };
    RecordBatch::try_from_iter(lines[0].iter().enumerate().map(|(at, name)| (*name, column(at)))).unwrap()
}

fn tables() -> [(&'static str, RecordBatch); 6] {
    let tickets = table(
        "id created          replied          solved           closed           due              met   status  author name by       requester tags group  changed          minutes times
         1  2026-03-02T09:00 2026-03-02T10:00 2026-03-02T12:00 2026-03-02T13:00 2026-03-02T11:00 .     .       bot    ana  agent    cleo      vip  first  2026-03-02T09:00 7       2
         2  2026-03-02T09:00 2026-03-02T11:00 .                2026-03-03T13:00 2026-03-04T11:00 false .       .      bo   customer dan       .    second 2026-03-02T09:00 9       3
         3  2026-03-03T09:00 .                .                .                .                .     on_hold .      .    .        cleo      .    .      2026-03-02T09:00 8       1
         2  2026-03-01T09:00 .                .                .                .                .     .       .      .    .        cleo      .    third  2026-03-05T09:00 .       .
         4  2026-03-03T09:00 2026-03-03T08:59 .                .                .                .     solved  .      .    .        .         .    .      .                .       .",
    );
    let events = table(
        "ticket at               kind           value before author   name event requester by    group changed
         1      2026-03-02T09:10 public_message .     .      agent    cleo e1    cleo      agent first 2026-03-02T09:00
         1      2026-03-02T09:20 public_message .     .      customer cleo e2    cleo      agent first 2026-03-02T09:00
         1      2026-03-02T09:40 public_message .     .      agent    bo   e1    cleo      agent first 2026-03-03T09:00
         2      2026-03-02T09:40 changed_group  third second system   .    e4    dan       agent first 2026-03-03T09:00
         2      2026-03-02T10:00 solved         .     .      agent    ana  e5    dan       agent first 2026-03-03T09:00
         3      2026-03-03T08:59 public_message .     .      agent    ana  e6    dan       agent first 2026-03-03T09:00
         9      2026-03-03T09:59 public_message .     .      customer ana  e7    dan       agent first 2026-03-03T09:00",
    );
    let answers = table(
        "ticket customer invitation question csat nps at               weight reasons     market changed
         1      cleo     a          csat     5    9   2026-03-03T09:00 2      price       DK     2026-03-03T09:00
         2      dan      a          csat     1    3   2026-03-06T09:00 1      price;speed ES     2026-03-04T09:00
         .      .        .          nps      3    7   2026-03-05T13:00 1      .           .      .",
    );
    let sent = table(
        "id question sent             delivered started          answered         ticket customer market changed
         a  csat     2026-03-02T09:00 true      2026-03-02T10:00 .                1      cleo     DK     2026-03-02T09:00
         b  nps      2026-03-02T09:00 false     .                2026-03-02T11:00 2      dan      ES     2026-03-02T09:00
         b  nps      2026-03-04T09:00 true      .                .                2      dan      ES     2026-03-05T09:00
         c  nps      2026-03-04T09:00 true      .                2026-03-05T11:00 3      dan      ES     2026-03-05T09:00",
    );
    let snapshots = table(
        "ticket at               created          status  requester by    author   name due              met   group
         s1     2026-03-02T09:00 2026-03-02T08:00 new     cleo      agent customer cleo .                .     first
         s1     2026-03-02T12:00 2026-03-02T08:00 solved  cleo      agent bot      bo   2026-03-02T10:00 false second
         s1     2026-03-02T14:00 2026-03-02T08:00 solved  cleo      agent agent    ana  2026-03-02T10:00 false second
         s2     2026-03-02T09:30 2026-03-02T10:00 pending cleo      .     agent    ana  .                .     first
         s2     2026-03-02T09:20 2026-03-02T10:00 open    cleo      .     agent    ana  .                .     first
         s2     2026-03-02T16:00 2026-03-02T10:00 solved  cleo      .     agent    cleo .                .     first
         s3     2026-03-02T16:00 .                pending dan       .     agent    bo   .                .     first",
    );
    let answered = table(
        "ticket at
         s1     2026-03-02T11:00",
    );
    [
        ("tickets", tickets),
        ("events", events),
        ("answers", answers),
        ("sent", sent),
        ("snapshots", snapshots),
        ("answered", answered),
    ]
}

/// The keys of a description at some place, from the error for an unknown one.
fn keys_at(text: &str) -> BTreeSet<String> {
    let error = format!("time_zone = \"UTC\"\n{text}").parse::<Description>().unwrap_err().to_string();
    let (_, known) = error.split_once("llowed are ").unwrap_or_else(|| panic!("{error}"));
    known.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The keys that lines state, those of inline tables not among them.
fn stated<'l>(lines: impl IntoIterator<Item = &'l str>) -> BTreeSet<String> {
    let keys = lines.into_iter().flat_map(str::lines).filter_map(|line| line.split_once(" = "));
    keys.map(|(key, _)| key.trim().to_owned()).collect()
}

/// Everything that a reader of the report sees.
fn shown(description: &str) -> String {
    let head = "as_of = \"2026-03-05T12:00:00Z\"\ntime_zone = \"UTC\"\nscales = { csat = \"1-5\" }\n\
                [[sla.policies]]\nname = \"vip\"\nwhen = { tag = \"vip\" }\n\
                targets = [{ metric = \"first_response\", within = \"30min\" }]\n";
    let description: Description = match format!("{head}{description}").parse() {
        Ok(description) => description,
        Err(error) => return error.to_string(),
    };
    let options = tables()
        .into_iter()
        .fold(ReadOptions::default().without_survey_details(), |options, (name, rows)| {
            options.with_table(name, rows.schema(), vec![rows])
        });
    let dataset = match Dataset::of_description(&description, options) {
        Ok(dataset) => dataset,
        Err(error) => return error.to_string(),
    };
    let fcr: FcrPolicy = "no_repeat_contact_within(7days, customer)".parse().unwrap();
    let chosen = match KpiSelection::all().with_fcr(fcr).of(&dataset) {
        Ok(chosen) => chosen,
        Err(error) => return error.to_string(),
    };
    let report = Report::builder(dataset.as_of.unwrap()).with_kpis(chosen.kpis);
    let known_attributes =
        [Attribute::Group, Attribute::Market].into_iter().filter(|by| dataset.check_attributes([by]).is_ok());
    let report = known_attributes.fold(report, |report, by| report.with_slices([by])).build().unwrap();
    let table = dataset.feed(&report, 1).unwrap().table();
    let warnings: Vec<String> = dataset.warnings().map(|warning| warning.to_string()).collect();
    format!("{:?}\n{table:?}\n{:?}\n{warnings:?}", chosen.notes, dataset.sources)
}

/// Each role on its own changes the output.
fn each_has_an_effect(base: &str, after: &str, roles: &[&str]) {
    let without = shown(&format!("{base}{after}"));
    assert!(without.contains("ReportTable"), "{without}");
    for role in roles {
        let with = shown(&format!("{base}{role}\n{after}"));
        assert_ne!(with, without, "{role}");
    }
}

const TICKETS: &str = "[[tickets]]\nfile = \"tickets\"\nid = \"id\"\ncreated_at = \"created\"\n";
const SENT: &str =
    "[[invitations]]\nfile = \"sent\"\nid = \"id\"\nquestion = \"question\"\nsent_at = \"sent\"\n";

#[test]
fn roles_of_tickets_have_an_effect() {
    let base = format!("{TICKETS}first_response_at = \"replied\"\n");
    let roles = [
        "requester = \"requester\"",
        "created_by = \"by\"",
        "status = \"status\"",
        "solved_at = \"solved\"",
        "closed_at = \"closed\"",
        "due_at = \"due\"",
        "sla_met = \"met\"",
        "author = \"author\"",
        "tags = \"tags\"",
        "attributes = { group = \"group\" }",
        "clock_skew = \"1h\"",
        "missing = [\"4\"]",
        "duplicates = \"last\"",
        "duplicates = \"error\"",
        "updated_at = \"changed\"",
        "where = { id = \"1\" }",
    ];
    each_has_an_effect(&base, "", &roles);
    let with_more = [
        "author_name = \"requester\"",
        "tag_separator = \"i\"",
        "first_response_at = \"replied\"",
        "timestamps = { time_zone = \"Europe/Copenhagen\" }",
    ];
    each_has_an_effect(&format!("{base}requester = \"requester\"\n"), "", &with_more[..1]);
    each_has_an_effect(&format!("{base}tags = \"tags\"\n"), "", &with_more[1..2]);
    each_has_an_effect(TICKETS, "", &with_more[2..3]);
    each_has_an_effect(&format!("{base}solved_at = \"solved\"\n"), "", &with_more[3..]);
    let of_source = |measures: &[&str], key: &str| -> Vec<String> {
        measures.iter().map(|measure| format!("{measure} = {key}")).collect()
    };
    let durations = [
        "first_reply_time",
        "first_response_time",
        "resolution_time",
        "first_resolution_time",
        "full_resolution_time",
        "requester_wait_time",
        "agent_wait_time",
        "on_hold_time",
        "agent_work_time",
        "time_to_first_assignment",
    ];
    let counts = ["reopens", "public_replies", "agent_touches", "assignee_stations", "group_stations"];
    let counts = [&counts[..], &["replies", "transfers", "group_transfers"]].concat();
    let durations = [
        of_source(&durations, "{ column = \"minutes\", unit = \"minutes\" }"),
        of_source(&durations, "{ column = \"minutes\", unit = \"minutes\", clock = \"business\" }"),
    ]
    .concat();
    let all = [durations, of_source(&counts, "\"times\"")].concat();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    each_has_an_effect(TICKETS, "", &all);
    each_has_an_effect(
        &format!("{TICKETS}closed_at = \"closed\"\npublic_replies = \"times\"\n"),
        "",
        &["customer_messages = \"times\""],
    );
    let due = "sla = { first_response = { due_at = \"due\" } }";
    each_has_an_effect(&base, "", &[due, "sla = { resolution = { met = \"met\" } }"]);
    // Beside timestamps they are compared.
    let minutes = "first_response_time = { column = \"minutes\", unit = \"minutes\" }";
    each_has_an_effect(&base, "", &[minutes]);
    let more = ["customer_messages = \"times\"", "sla = 1", "attribute_values = \"at_creation\""];
    let tested = stated([base.as_str()].into_iter().chain(roles).chain(with_more).chain(all).chain(more));
    assert_eq!(tested, keys_at("[[tickets]]\nno_such_key = 1"), "each role of tickets needs a line");
}

#[test]
fn roles_of_events_have_an_effect_or_a_note() {
    let base = format!("{TICKETS}[[events]]\nfile = \"events\"\nticket = \"ticket\"\nat = \"at\"\n");
    let kind = "kind = { column = \"kind\", words = { \"public_message\" = \"public_message\", \"changed_group\" = \"changed group\", \"solved\" = \"solved\" } }\n";
    let base = format!("{base}{kind}value = \"value\"\n");
    let roles = [
        "author = \"author\"",
        "id = \"event\"",
        "clock_skew = \"1h\"",
        "creates_tickets = true",
        "missing = [\"9\"]",
        "timestamps = { time_zone = \"Europe/Copenhagen\" }",
        "requester = \"requester\"",
        "created_by = \"by\"",
        "attributes = { group = \"group\" }",
        "duplicates = \"last\"",
        "updated_at = \"changed\"",
        "previous = \"before\"",
        "where = { ticket = \"1\" }",
    ];
    each_has_an_effect(&base, "", &roles);
    let grouped = base.replacen("id = \"id\"\n", "id = \"id\"\nattributes = { group = \"group\" }\n", 1);
    each_has_an_effect(&grouped, "", &["previous = \"before\""]);
    let at_creation = grouped.replacen("[[events]]", "attribute_values = \"at_creation\"\n[[events]]", 1);
    assert_ne!(shown(&at_creation), shown(&grouped));
    let named = format!("{base}author = \"author\"\nid = \"event\"\n");
    let with_ids = ["duplicates = \"last\"", "duplicates = \"error\"", "updated_at = \"changed\""];
    each_has_an_effect(&named, "", &with_ids);
    let raised = named.replacen("id = \"id\"\n", "id = \"id\"\nrequester = \"requester\"\n", 1);
    let with_more = ["author_name = \"name\"", "statuses = { third = \"pending\" }"];
    each_has_an_effect(&raised, "", &with_more[..1]);
    let worded = base.replacen("\"changed group\"", "[\"changed group\", \"status\"]", 1);
    each_has_an_effect(&worded, "", &with_more[1..]);
    let (_, own) = base.split_once("[[events]]").unwrap();
    let tested = stated([own].into_iter().chain(roles).chain(with_more));
    assert_eq!(tested, keys_at("[[events]]\nno_such_key = 1"), "each role of events needs a line");
    let alone = "[[events]]\nfile = \"events\"\nticket = \"ticket\"\nat = \"at\"\ncreates_tickets = true\n";
    let roles = ["requester = \"requester\"", "created_by = \"by\"", "attributes = { group = \"group\" }"];
    each_has_an_effect(&format!("{alone}{kind}value = \"value\"\n"), "", &roles);
    assert!(
        shown(&format!("{base}requester = \"requester\""))
            .contains("events: requester has no effect on a report")
    );
}

#[test]
fn roles_of_surveys_have_an_effect_or_a_note() {
    let base = "[[surveys]]\nfile = \"answers\"\nquestions = { csat = \"csat\", nps = \"nps\" }\n";
    let tickets = format!("{TICKETS}attributes = {{ group = \"group\" }}\n");
    let first_roles = [
        "at = \"at\"",
        "ticket = \"ticket\"",
        "invitation = \"invitation\"",
        "weight = \"weight\"",
        "reasons = \"reasons\"",
        "missing = [\"5\"]",
        "attributes = { market = \"market\" }",
        "duplicates = \"last\"",
        "updated_at = \"changed\"",
        "where = { csat = \"5\" }",
    ];
    each_has_an_effect(base, &tickets, &first_roles);
    each_has_an_effect(base, SENT, &["invitation = \"invitation\""]);
    let reasons = format!("{base}reasons = \"reasons\"\n");
    each_has_an_effect(&reasons, "", &["reason_separator = \";\""]);
    let dated = format!("{base}at = \"at\"\ninvitation = \"invitation\"\n");
    let roles = [
        "duplicates = \"first\"",
        "duplicates = \"last\"",
        "duplicates = \"error\"",
        "updated_at = \"changed\"",
    ];
    each_has_an_effect(&dated, SENT, &roles);
    each_has_an_effect(&dated, "", &["timestamps = { time_zone = \"Asia/Tokyo\" }"]);
    assert!(
        shown(&format!("{base}weight = \"weight\"")).contains("surveys: weight has no effect on a report")
    );
    assert!(
        shown(&format!("{base}customer = \"customer\""))
            .contains("surveys: customer has no effect on a report")
    );
    let named = "[[surveys]]\nfile = \"answers\"\nquestion = \"question\"\nscore = \"nps\"\n";
    assert_ne!(shown(named), shown(base));
    let more = [
        "reason_separator = \";\"",
        "timestamps = { time_zone = \"Asia/Tokyo\" }",
        "customer = \"customer\"",
    ];
    let tested = stated([base, named].into_iter().chain(first_roles).chain(more));
    assert_eq!(tested, keys_at("[[surveys]]\nno_such_key = 1"), "each role of surveys needs a line");
}

#[test]
fn roles_of_invitations_have_an_effect() {
    let tickets = format!("{TICKETS}solved_at = \"solved\"\nattributes = {{ group = \"group\" }}\n");
    let roles = [
        "delivered = \"delivered\"",
        "started_at = \"started\"",
        "answered_at = \"answered\"",
        "ticket = \"ticket\"",
        "attributes = { market = \"market\" }",
        "missing = [\"a\"]",
        "duplicates = \"last\"",
        "duplicates = \"error\"",
        "updated_at = \"changed\"",
        "where = { id = \"a\" }",
    ];
    each_has_an_effect(SENT, &tickets, &roles);
    assert!(
        shown(&format!("{SENT}customer = \"customer\""))
            .contains("invitations: customer has no effect on a report")
    );
    // An answer after the cut-off is not known yet.
    let zone = "timestamps = { time_zone = \"America/Los_Angeles\" }";
    each_has_an_effect(&format!("{SENT}answered_at = \"answered\"\n"), "", &[zone]);
    let tested = stated([SENT, "customer = \"customer\"", zone].into_iter().chain(roles));
    assert_eq!(tested, keys_at("[[invitations]]\nno_such_key = 1"), "each role of invitations needs a line");
}

#[test]
fn roles_of_snapshots_have_an_effect_or_a_note() {
    let base = "[[snapshots]]\nfile = \"snapshots\"\nticket = \"ticket\"\nat = \"at\"\nstatus = \"status\"\n";
    let roles = [
        "created_at = \"created\"",
        "requester = \"requester\"",
        "author = \"author\"",
        "due_at = \"due\"",
        "sla_met = \"met\"",
        "attributes = { group = \"group\" }",
        "order = \"rows\"",
        "missing = [\"s2\"]",
        "timestamps = { time_zone = \"Europe/Copenhagen\" }",
        "where = { ticket = { not = \"s2\" } }",
    ];
    each_has_an_effect(base, "", &roles);
    let more = ["clock_skew = \"1h\"", "repeated_status = \"event\"", "status = \"status\""];
    each_has_an_effect(&format!("{base}created_at = \"created\"\n"), "", &more[..1]);
    let restated = "[replay]\nrepeated_solve = \"restates\"\n";
    each_has_an_effect(base, restated, &more[1..2]);
    assert!(
        shown(&format!("{base}{}", more[1])).contains("snapshots: repeated_status has no effect on a report")
    );
    let without = base.replacen("status = \"status\"\n", "attributes = { group = \"group\" }\n", 1);
    each_has_an_effect(&without, "", &more[2..]);
    let name = "author_name = \"name\"";
    each_has_an_effect(&format!("{base}requester = \"requester\"\n"), "", &[name]);
    let by = "created_by = \"by\"";
    assert!(shown(&format!("{base}{by}")).contains("snapshots: created_by has no effect on a report"));
    let messages = "[[events]]\nfile = \"answered\"\nticket = \"ticket\"\nat = \"at\"\nkind = { value = \"public_message\" }\n";
    each_has_an_effect(base, messages, &[by]);
    let tested = stated([base, by, name].into_iter().chain(roles).chain(more));
    assert_eq!(tested, keys_at("[[snapshots]]\nno_such_key = 1"), "each role of snapshots needs a line");
}

/// One value for each key of a column of labels, timestamps or numbers.
#[test]
fn keys_of_columns_have_an_effect() {
    let tickets = |status: &str, created: &str| {
        format!("[[tickets]]\nfile = \"tickets\"\nid = \"id\"\ncreated_at = {created}\nstatus = {status}\n")
    };
    let surveys = |nps: &str| format!("[[surveys]]\nfile = \"answers\"\nquestions = {{ nps = {nps} }}\n");
    let table = |column: &str, key: &str| {
        format!("{{ {column}{}{key} }}", if key.is_empty() || column.is_empty() { "" } else { ", " })
    };
    let created = "{ column = \"created\" }";
    let words = [
        "words = { on_hold = \"solved\" }",
        "other = \"pending\"",
        "missing = [\"solved\"]",
        "case = \"exact\"",
    ];
    for key in words {
        let column = match key.split(' ').next() {
            // A label that only differs in case.
            Some("case") => "column = \"status\", words = { ON_HOLD = \"solved\" }",
            // A label without a meaning as a status.
            Some("other") => "column = \"author\"",
            _ => "column = \"status\"",
        };
        assert_ne!(
            shown(&tickets(&table(column, ""), created)),
            shown(&tickets(&table(column, key), created)),
            "{key}"
        );
    }
    assert_ne!(
        shown(&tickets("{ value = \"solved\" }", created)),
        shown(&tickets("{ value = \"open\" }", created))
    );
    let tested = stated(words.into_iter().chain(["column = \"status\"", "value = \"open\""]));
    assert_eq!(
        tested,
        keys_at("[[tickets]]\nid = { no_such_key = 1 }"),
        "each key of a column of words needs a line"
    );

    let timestamps = ["time_zone = \"Asia/Tokyo\"", "missing = [\"2026-03-03T09:00\"]"];
    for key in timestamps {
        let with = shown(&tickets("\"status\"", &table("column = \"created\"", key)));
        assert_ne!(with, shown(&tickets("\"status\"", created)), "{key}");
    }
    // Summer time begins in Denmark on 2026-03-29, and ended on 2025-10-26.
    let column = |text: &str, key: &str| {
        let rows = RecordBatch::try_from_iter([("at", Arc::new(StringArray::from(vec![text])) as ArrayRef)])
            .unwrap();
        let description = format!(
            "time_zone = \"Europe/Copenhagen\"\ntickets = [{{ file = \"tickets\", id = {{}}, created_at = {} }}]",
            table("column = \"at\"", key)
        );
        let options = ReadOptions::default().with_table("tickets", rows.schema(), vec![rows]);
        Dataset::of_description(&description.parse().unwrap(), options)
            .map(|dataset| dataset.as_of)
            .ok()
            .flatten()
    };
    let others = [
        ("26.10.2025 02:30", "format = \"%d.%m.%Y %H:%M\"", "format = \"%m.%d.%Y %H:%M\""),
        ("2025-10-26T02:30", "ambiguous = \"earlier\"", "ambiguous = \"later\""),
        ("2026-03-29T02:30", "nonexistent = \"next_valid\"", "nonexistent = \"unreadable\""),
    ];
    for (text, one, other) in others {
        assert_ne!(column(text, one), column(text, other), "{one}");
    }
    let keys = others.iter().map(|(_, one, _)| *one);
    let tested = stated(timestamps.into_iter().chain(keys).chain(["column = \"at\""]));
    let known = keys_at("[[tickets]]\ncreated_at = { no_such_key = 1 }");
    assert_eq!(tested, known, "each key of a column of timestamps needs a line");
    let mut rules = keys_at("[timestamps]\nno_such_key = 1");
    rules.extend(["column", "missing"].map(str::to_owned));
    assert_eq!(tested, rules, "the rules for all columns are those for one");

    let numbers = ["words = { \"7\" = 9 }", "times = 2", "missing = [9]"];
    for key in numbers {
        let with = shown(&surveys(&table("column = \"nps\"", key)));
        assert_ne!(with, shown(&surveys("\"nps\"")), "{key}");
    }
    let known = keys_at("[[surveys]]\nquestions = { nps = { no_such_key = 1 } }");
    // See `tests/files.rs` for the decimal comma.
    let tested = stated(numbers.into_iter().chain(["column = \"nps\"", "decimal = \",\""]));
    assert_eq!(tested, known, "each key of a column of numbers needs a line");
}

/// The keys at the top of a description.
#[test]
fn keys_of_a_description_have_an_effect() {
    let base = format!("{TICKETS}first_response_at = \"replied\"\nattributes = {{ group = \"group\" }}\n");
    let read = |head: &str, tail: &str| -> String {
        let zone = if head.contains("time_zone") { "" } else { "time_zone = \"UTC\"\n" };
        let text = format!("{zone}{head}\n{base}{tail}");
        let description: Description = match text.parse() {
            Ok(description) => description,
            Err(error) => return error.to_string(),
        };
        let options = tables().into_iter().fold(ReadOptions::default(), |options, (name, rows)| {
            options.with_table(name, rows.schema(), vec![rows])
        });
        let dataset = match Dataset::of_description(&description, options) {
            Ok(dataset) => dataset,
            Err(error) => return error.to_string(),
        };
        let chosen = KpiSelection::all().of(&dataset).unwrap();
        let report = Report::builder(dataset.as_of.unwrap())
            .with_kpis(chosen.kpis)
            .with_slices(dataset.by.clone())
            .build()
            .unwrap();
        let table = dataset.feed(&report, 1).unwrap().table();
        format!("{:?} {:?}\n{:?}\n{table:?}", dataset.name, dataset.time_zone, chosen.notes)
    };
    let hours = "[schedules.desk]\ntime_zone = \"UTC\"\nhours = \"Mo-Fr 10:00-16:00\"\n\
                 [schedules.late]\ntime_zone = \"UTC\"\nhours = \"Mo-Fr 12:00-20:00\"\n";
    let cases = [
        ("name = \"desk\"", ""),
        (
            "folder = \"elsewhere\"",
            "[[events]]\nfile = \"missing.csv\"\nticket = \"t\"\nat = \"a\"\nkind = \"k\"\n",
        ),
        ("time_zone = \"Asia/Tokyo\"", ""),
        ("as_of = \"2026-03-02T10:30:00Z\"", ""),
        ("by = \"group\"", ""),
        ("timestamps = { time_zone = \"Asia/Tokyo\" }", ""),
        ("missing = [\"2026-03-02T10:00\"]", ""),
        ("scales = { csat = \"1-5\" }", "[[surveys]]\nfile = \"answers\"\nquestions = { csat = \"csat\" }\n"),
        ("schedule = \"desk\"", hours),
        ("schedule_by = { group = { first = \"late\" } }", hours),
        ("fcr = \"no_reopen_within(7days)\"", ""),
        ("undecided = [\"time_zone: which one?\"]", ""),
    ];
    for (key, tail) in cases {
        assert_ne!(read(key, tail), read("", tail), "{key}");
    }
    let tails = [
        hours,
        "[[sla.policies]]\nname = \"all\"\ntargets = [{ metric = \"first_response\", within = \"1h\" }]\n",
        "[[events]]\nfile = \"events\"\nticket = \"ticket\"\nat = \"at\"\nkind = \"kind\"\n",
        "[[snapshots]]\nfile = \"snapshots\"\nticket = \"ticket\"\nat = \"at\"\nstatus = \"status\"\n",
        "[[surveys]]\nfile = \"answers\"\nquestions = { nps = \"nps\" }\n",
        SENT,
        "[replay]\nfirst_response_start = \"handoff\"\n",
    ];
    let plain = read("", "");
    for tail in &tails[1..6] {
        assert_ne!(read("", tail), plain, "{tail}");
    }
    let logged = |replay: &str| read("", &format!("{}author = \"author\"\n{replay}", tails[2]));
    assert_ne!(
        logged("[replay]\nbots_reply = true\nnotes_reply = true\nopening = \"first_message\"\n"),
        logged("")
    );
    let heads = tails.iter().flat_map(|tail| tail.lines()).chain(base.lines()).filter_map(|line| {
        let table = line.strip_prefix('[')?.trim_matches(['[', ']']);
        table.split('.').next().map(str::to_owned)
    });
    let tested: BTreeSet<String> =
        stated(cases.iter().map(|(key, _)| *key)).into_iter().chain(heads).collect();
    assert_eq!(tested, keys_at("no_such_key = 1"), "each key of a description needs a case");
}

/// A folder with the tickets as text, rules and holidays.
fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    let rows = "1,2026-03-02T09:00,2026-03-02T13:00,first,caf\u{e9}\n2,2026-03-03T09:00,2026-03-03T15:00,second,caf\u{e9}\n";
    let names = "id,created,solved,group,place\n";
    write("tickets.csv", &format!("{names}{rows}"));
    write("tildes.csv", &format!("{names}{rows}").replace(',', "~"));
    write("headed.csv", &format!("made on Monday\n{names}{rows}"));
    // Neither the delimiter nor the encoding can be detected.
    let mac: Vec<u8> = format!("{names}{rows}")
        .bytes()
        .filter(|byte| *byte != 0xc3)
        .map(|byte| if byte == 0xa9 { 0x8e } else { byte })
        .collect();
    fs::write(folder.path().join("mac.csv"), mac).unwrap();
    write("rules.csv", "team,days\nfirst,2\nsecond,4\n");
    write("holidays.csv", "date,country\n2026-03-02,DK\n2026-03-03,ES\n");
    folder
}

/// The output of a report on these files, or why there is none.
fn shown_of_files(description: &str, folder: &TempDir) -> String {
    let read = || -> Result<String, Box<dyn std::error::Error>> {
        let description: Description = format!("time_zone = \"UTC\"\n{description}").parse()?;
        let dataset =
            Dataset::of_description(&description, ReadOptions::default().with_data_root(folder.path()))?;
        let kpis = KpiSelection::these(["volume", "full_resolution_time", "sla_attainment", "sla_overshoot"])
            .of(&dataset)?;
        let requests = kpis
            .kpis
            .into_iter()
            .map(|kpi| kpi.with_clock(ClockKind::Calendar))
            .filter(|kpi| kpi.check().is_ok());
        let business =
            KpiRequest::new("full_resolution_time").with_clock(ClockKind::Business).with_name("business");
        let plain = KpiRequest::new("sla_attainment");
        let own = plain.clone().with_sla_policy("one").with_name("own");
        let report = Report::builder(dataset.as_of.ok_or("no cut-off")?)
            .with_kpis(requests)
            .with_kpi(business)
            .with_kpis([plain, own]);
        let report = report.with_slices(dataset.by.clone()).build()?;
        Ok(format!("{:?}", dataset.feed(&report, 1)?.table().rows))
    };
    read().unwrap_or_else(|error| error.to_string())
}

#[test]
fn keys_of_files_and_contracts_have_an_effect() {
    let folder = folder();
    let tickets = |file: &str| {
        format!(
            "by = \"place\"\n[[tickets]]\nfile = {file}\nid = \"id\"\ncreated_at = \"created\"\nsolved_at = \"solved\"\n\
             attributes = {{ group = \"group\", place = \"place\" }}\n"
        )
    };
    let base = tickets("\"tickets.csv\"");
    let plain = shown_of_files(&base, &folder);
    assert!(plain.starts_with("[ReportRow"), "{plain}");
    let files = [
        ("tildes.csv", "delimiter = \"~\""),
        ("headed.csv", "skip_rows = 1"),
        ("mac.csv", "encoding = \"macintosh\""),
    ];
    for (file, key) in files {
        let with = tickets(&format!("{{ path = \"{file}\", {key} }}"));
        assert_eq!(shown_of_files(&with, &folder), plain, "{key}");
        assert_ne!(shown_of_files(&tickets(&format!("\"{file}\"")), &folder), plain, "{key}");
    }
    // See `tests/files.rs` for the decimal comma.
    let tested =
        stated(files.iter().map(|(_, key)| *key).chain(["path = \"tickets.csv\"", "decimal = \",\""]));
    let known = keys_at("[[tickets]]\nfile = { no_such_key = 1 }");
    assert_eq!(tested, known, "each key of a file needs a case");

    let differ = |one: &str, other: &str| {
        let shown = |more: &str| {
            let shown = shown_of_files(&format!("{base}{more}"), &folder);
            assert!(shown.starts_with("[ReportRow"), "{shown}");
            shown
        };
        assert_ne!(shown(one), shown(other), "{one}");
    };
    let desk = "[schedules.desk]\ntime_zone = \"UTC\"\nhours = \"Mo-Fr 10:00-16:00\"\n";
    let policy = |more: &str, target: &str| {
        format!(
            "{desk}[[sla.policies]]\nname = \"one\"\n{more}\ntargets = [{{ metric = \"resolution\", within = \"5h\"{target} }}]\n"
        )
    };
    let policies = [
        "when = { group = \"first\" }",
        "unless = { group = \"first\" }",
        "valid_from = \"2026-03-03T00:00:00Z\"",
        "valid_until = \"2026-03-03T00:00:00Z\"",
    ];
    for key in policies {
        differ(&policy(key, ""), &policy("", ""));
    }
    differ(&policy("schedule = \"desk\"", ", clock = \"business\""), &policy("", ", clock = \"business\""));
    let renamed = policy("", "").replacen("\"one\"", "\"two\"", 1);
    differ(&renamed, &policy("", ""));
    let tested = stated(policies.into_iter().chain(["name = 1", "targets = 1", "schedule = 1"]));
    let known = keys_at("[[sla.policies]]\nno_such_key = 1");
    assert_eq!(tested, known, "each key of a policy needs a case");

    let clock = "[[sla.clocks]]\nname = \"handling\"\nstart = [\"created\"]\nstop = [\"solved\"]\n\
                 [[sla.policies]]\nname = \"own\"\ntargets = [{ metric = \"handling\", within = \"5h\" }]\n";
    differ(clock, "");
    let both = policy("", "")
        + "[[sla.policies]]\nname = \"two\"\ntargets = [{ metric = \"requester_wait\", within = \"1h\" }]\n";
    differ(&format!("{both}[sla]\nmatching = \"first_per_metric\"\n"), &both);
    let rules = |more: &str, within: &str| {
        format!(
            "{desk}[[sla.tables]]\nfile = \"rules.csv\"\nwhen = {{ group = \"team\" }}\nmetric = \"resolution\"\n{more}\n\
             within = {{ column = \"days\", each = \"{within}\" }}\n"
        )
    };
    differ(&rules("", "1h"), "");
    differ(&rules("clock = \"business\"\nschedule = \"desk\"", "1h"), &rules("", "1h"));
    differ(&rules("", "2h"), &rules("", "1h"));
    let tested = ["file", "when", "metric", "clock", "schedule", "within"].map(str::to_owned);
    assert_eq!(
        BTreeSet::from(tested),
        keys_at("[[sla.tables]]\nno_such_key = 1"),
        "each key of a table of rules"
    );
    let tested = ["matching", "clocks", "policies", "tables"].map(str::to_owned);
    assert_eq!(BTreeSet::from(tested), keys_at("[sla]\nno_such_key = 1"), "each key of agreements");

    let holidays = |more: &str| {
        format!(
            "schedule = \"desk\"\n{desk}holidays = {{ file = \"holidays.csv\", column = \"date\"{more} }}\n"
        )
    };
    let shown = |more: &str| {
        let (head, tail) = more.split_once('\n').unwrap();
        let shown = shown_of_files(&format!("{head}\n{base}{tail}"), &folder);
        assert!(shown.starts_with("[ReportRow"), "{shown}");
        shown
    };
    let without = shown(&format!("schedule = \"desk\"\n{desk}"));
    assert_ne!(shown(&holidays("")), without);
    assert_ne!(shown(&holidays(", where = { country = \"DK\" }")), shown(&holidays("")));
    assert_ne!(shown(&holidays(", format = \"%Y-%d-%m\"")), shown(&holidays("")));
}

#[test]
fn rules_on_a_missing_attribute_are_an_error_or_a_note() {
    let base = format!("{TICKETS}first_response_at = \"replied\"\nattributes = {{ group = \"group\" }}\n");
    let hours = "[schedules.desk]\ntime_zone = \"UTC\"\nhours = \"Mo-Fr 10:00-16:00\"\n";
    let by = |attribute: &str| shown(&format!("{base}{hours}[schedule_by.{attribute}]\nfirst = \"desk\"\n"));
    assert!(by("groop").contains("schedule_by: there is no attribute \"groop\", did you mean \"group\"?"));
    assert!(by("group").contains("ReportTable"));
    let tagged = format!("{base}tags = \"tags\"\n{hours}[schedule_by.tag]\nvip = \"desk\"\n");
    assert!(shown(&tagged).contains("a ticket may have several tags, so they select no schedule"));
    let when = |attribute: &str| {
        shown(&format!(
            "{base}[[sla.policies]]\nname = \"first\"\nwhen = {{ {attribute} = \"first\" }}\n\
             targets = [{{ metric = \"first_response\", within = \"1h\" }}]\n"
        ))
    };
    let note = "there is no attribute \\\"groop\\\", did you mean \\\"group\\\"?";
    assert!(when("groop").contains(note), "{}", when("groop"));
    assert!(!when("group").contains("SLA policy \\\"first\\\""));
}
