//! Every role changes a result, or a note explains why it does not.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use deskmetrics::kpi::FcrPolicy;
use deskmetrics::report::Report;
use deskmetrics::ticket::Attribute;
use deskmetrics_arrow::{Choice, Dataset, Description, ReadOptions};

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

fn tables() -> [(&'static str, RecordBatch); 4] {
    let tickets = table(
        "id created          replied          solved           closed           due              met   status  author name by       requester tags group  changed          minutes times
         1  2026-03-02T09:00 2026-03-02T10:00 2026-03-02T12:00 2026-03-02T13:00 2026-03-02T11:00 .     .       bot    ana  agent    cleo      vip  first  2026-03-02T09:00 7       2
         2  2026-03-02T09:00 2026-03-02T11:00 .                2026-03-03T13:00 2026-03-04T11:00 false .       .      bo   customer dan       .    second 2026-03-02T09:00 9       3
         3  2026-03-03T09:00 .                .                .                .                .     on_hold .      .    .        cleo      .    .      2026-03-02T09:00 8       1
         2  2026-03-01T09:00 .                .                .                .                .     .       .      .    .        cleo      .    third  2026-03-05T09:00 .       .
         4  2026-03-03T09:00 2026-03-03T08:59 .                .                .                .     solved  .      .    .        .         .    .      .                .       .",
    );
    let events = table(
        "ticket at               kind           value author   name event requester by    group changed
         1      2026-03-02T09:10 public_message .     agent    cleo e1    cleo      agent first 2026-03-02T09:00
         1      2026-03-02T09:20 public_message .     customer cleo e2    cleo      agent first 2026-03-02T09:00
         1      2026-03-02T09:40 public_message .     agent    bo   e1    cleo      agent first 2026-03-03T09:00
         2      2026-03-02T09:40 changed_group  third system   .    e4    dan       agent first 2026-03-03T09:00
         2      2026-03-02T10:00 solved         .     agent    ana  e5    dan       agent first 2026-03-03T09:00
         3      2026-03-03T08:59 public_message .     agent    ana  e6    dan       agent first 2026-03-03T09:00
         9      2026-03-03T09:59 public_message .     customer ana  e7    dan       agent first 2026-03-03T09:00",
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
    [("tickets", tickets), ("events", events), ("answers", answers), ("sent", sent)]
}

/// Everything that a reader of the report is shown.
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
            options.table(name, rows.schema(), vec![rows])
        });
    let dataset = match Dataset::of_description(&description, options) {
        Ok(dataset) => dataset,
        Err(error) => return error.to_string(),
    };
    let fcr: FcrPolicy = "no_repeat_contact_within(7days, customer)".parse().unwrap();
    let chosen = match Choice::all().fcr(fcr).of(&dataset) {
        Ok(chosen) => chosen,
        Err(error) => return error.to_string(),
    };
    let report = Report::builder(dataset.as_of.unwrap()).kpis(chosen.kpis);
    let told = [Attribute::Group, Attribute::Market].into_iter().filter(|by| dataset.tells_of([by]).is_ok());
    let report = told.fold(report, |report, by| report.by([by])).build().unwrap();
    let table = dataset.feed(&report, 1).unwrap().table();
    let warnings: Vec<String> = dataset.warnings().map(|warning| warning.to_string()).collect();
    format!("{:?}\n{table:?}\n{:?}\n{warnings:?}", chosen.notes, dataset.sources)
}

/// Each role by itself changes what is shown of the base.
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
        "instants = { time_zone = \"Europe/Copenhagen\" }",
        "duplicates = \"last\"",
        "duplicates = \"error\"",
        "updated_at = \"changed\"",
    ];
    each_has_an_effect(&base, "", &roles);
    each_has_an_effect(&format!("{base}requester = \"requester\"\n"), "", &["author_name = \"requester\""]);
    each_has_an_effect(&format!("{base}tags = \"tags\"\n"), "", &["tag_separator = \"i\""]);
    each_has_an_effect(TICKETS, "", &["first_response_at = \"replied\""]);
    let stated = |measures: &[&str], key: &str| -> Vec<String> {
        measures.iter().map(|measure| format!("{measure} = {key}")).collect()
    };
    let durations = [
        "first_response_time",
        "first_resolution_time",
        "full_resolution_time",
        "requester_wait_time",
        "agent_wait_time",
        "on_hold_time",
        "agent_work_time",
        "time_to_first_assignment",
    ];
    let counts = ["reopens", "public_replies", "agent_touches", "assignee_stations", "group_stations"];
    let counts = [&counts[..], &["transfers", "group_transfers"]].concat();
    let durations = [
        stated(&durations, "{ column = \"minutes\", unit = \"minutes\" }"),
        stated(&durations, "{ column = \"minutes\", unit = \"minutes\", clock = \"business\" }"),
    ]
    .concat();
    let all = [durations, stated(&counts, "\"times\"")].concat();
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
        "instants = { time_zone = \"Europe/Copenhagen\" }",
        "requester = \"requester\"",
        "created_by = \"by\"",
        "attributes = { group = \"group\" }",
        "duplicates = \"last\"",
        "updated_at = \"changed\"",
    ];
    each_has_an_effect(&base, "", &roles);
    let named = format!("{base}author = \"author\"\nid = \"event\"\n");
    let roles = ["duplicates = \"last\"", "duplicates = \"error\"", "updated_at = \"changed\""];
    each_has_an_effect(&named, "", &roles);
    let raised = named.replacen("id = \"id\"\n", "id = \"id\"\nrequester = \"requester\"\n", 1);
    each_has_an_effect(&raised, "", &["author_name = \"name\""]);
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
    let roles = [
        "at = \"at\"",
        "ticket = \"ticket\"",
        "invitation = \"invitation\"",
        "weight = \"weight\"",
        "reasons = \"reasons\"",
        "missing = [\"5\"]",
        "attributes = { market = \"market\" }",
        "duplicates = \"last\"",
        "updated_at = \"changed\"",
    ];
    each_has_an_effect(base, &tickets, &roles);
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
    each_has_an_effect(&dated, "", &["instants = { time_zone = \"Asia/Tokyo\" }"]);
    assert!(
        shown(&format!("{base}weight = \"weight\"")).contains("surveys: weight has no effect on a report")
    );
    let named = "[[surveys]]\nfile = \"answers\"\n";
    assert_ne!(shown(&format!("{named}question = \"question\"\nscore = \"nps\"")), shown(base));
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
    ];
    each_has_an_effect(SENT, &tickets, &roles);
}
