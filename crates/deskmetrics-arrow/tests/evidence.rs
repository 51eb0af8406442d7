//! KPIs without evidence in the data are not computed.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

use std::fmt::Write as _;
use std::fs;

use deskmetrics::kpi::{self, KpiRequest};
use deskmetrics::report::Report;
use deskmetrics::{Estimates as _, Reason};
use deskmetrics_arrow::{Dataset, KpiSelection, Scope, SelectionError};
use tempfile::TempDir;

/// A dataset of these files under this description.
fn dataset(description: &str, files: &[(&str, &str)]) -> Dataset {
    let folder = TempDir::new().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let path = folder.path().join("description.toml");
    fs::write(&path, format!("time_zone = 'UTC'\n{description}")).unwrap();
    Dataset::read(path).unwrap()
}

const TICKETS: &str = "[[tickets]]\nfile = 't.csv'\nid = 'id'\ncreated_at = 'created'\nfirst_response_at = 'reply'\nsolved_at = 'done'\n";
const ROWS: &str =
    "id,created,reply,done\n1,2026-03-02T09:00:00Z,2026-03-02T10:00:00Z,2026-03-02T11:00:00Z\n";
const EVENTS: &str =
    "[[events]]\nfile = 'e.csv'\nticket = 'ticket'\nat = 'at'\nkind = 'kind'\nauthor = 'author'\n";

#[test]
fn counts_of_replies_need_events() {
    let flat = dataset(TICKETS, &[("t.csv", ROWS)]);
    for id in [
        "one_touch",
        "two_touch",
        "multi_touch",
        "replies_per_ticket",
        "messages_per_ticket",
        "agent_touches",
        "response_time",
        "next_response_time",
        "agent_wait_time",
        "requester_wait_time",
        "agent_work_time",
        "on_hold_time",
        "net_resolution_time",
        "reopen_rate",
        "transfers",
    ] {
        let refused = KpiSelection::these([id]).of(&flat).unwrap_err();
        assert!(matches!(&refused, SelectionError::NoEvidence { kpi, .. } if kpi == id), "{refused}");
        assert!(refused.to_string().contains("no log of events: provide events"), "{refused}");
        let chosen = KpiSelection::these(["volume", id]).of(&flat).unwrap();
        assert_eq!(chosen.kpis, [KpiRequest::new("volume")]);
        assert_eq!(chosen.notes, [refused.to_string()]);
        assert!(KpiSelection::all().of(&flat).unwrap().kpis.iter().all(|request| request.kpi != id));
    }
    for id in ["volume", "first_response_time", "full_resolution_time", "backlog", "solved"] {
        assert_eq!(KpiSelection::these([id]).of(&flat).unwrap().kpis[0].kpi, id);
    }
    let events = "ticket,at,kind,author\n1,2026-03-02T10:30:00Z,public_message,agent\n";
    let logged = dataset(&format!("{TICKETS}{EVENTS}"), &[("t.csv", ROWS), ("e.csv", events)]);
    for id in ["one_touch", "replies_per_ticket", "agent_wait_time", "reopen_rate"] {
        assert!(KpiSelection::these([id]).of(&logged).is_ok(), "the remedy works for {id}");
    }
}

#[test]
fn replies_need_a_column_or_events() {
    let silent = dataset(&TICKETS.replace("first_response_at = 'reply'\n", ""), &[("t.csv", ROWS)]);
    let refused = KpiSelection::these(["first_response_time"]).of(&silent).unwrap_err().to_string();
    assert!(refused.contains("no reply to a customer") && refused.contains("first_response_at"), "{refused}");
    let statuses = "ticket,at,kind,author\n1,2026-03-02T11:00:00Z,solved,agent\n";
    let description = TICKETS.replace("first_response_at = 'reply'\nsolved_at = 'done'\n", "") + EVENTS;
    let logged = dataset(&description, &[("t.csv", ROWS), ("e.csv", statuses)]);
    let refused = KpiSelection::these(["one_touch"]).of(&logged).unwrap_err().to_string();
    assert!(refused.contains("no message among its events"), "{refused}");
    assert!(KpiSelection::these(["reopen_rate"]).of(&logged).is_ok());
}

#[test]
fn the_policy_decides_what_first_contact_resolution_needs() {
    let flat = dataset(TICKETS, &[("t.csv", ROWS)]);
    for policy in [
        "single_reply",
        "no_customer_followup",
        "single_handler_close",
        "strict_no_activity",
        "no_reopen_within(7days)",
        "all_of(no_repeat_contact_within(7days), single_reply)",
    ] {
        let refused =
            KpiSelection::these(["fcr"]).with_fcr(policy.parse().unwrap()).of(&flat).unwrap_err().to_string();
        assert!(refused.starts_with("fcr (") && refused.contains("no log of events"), "{refused}");
    }
    for policy in ["no_repeat_contact_within(7days)", "interaction_no_task"] {
        assert!(KpiSelection::these(["fcr"]).with_fcr(policy.parse().unwrap()).of(&flat).is_ok(), "{policy}");
    }
}

#[test]
fn a_table_without_rows_counts_nothing() {
    let empty = dataset(TICKETS, &[("t.csv", "id,created,reply,done\n")]);
    assert!(empty.can_answer(&KpiRequest::new("one_touch")).is_ok());
}

/// The value of a KPI, and the number of excluded tickets by reason.
fn value(dataset: &Dataset, id: &str) -> (Option<f64>, String) {
    let report = Report::builder(dataset.as_of.unwrap()).with_kpi(KpiRequest::new(id)).build().unwrap();
    let table = dataset.feed(&report, 1).unwrap().table();
    let row = table.rows.into_iter().find(|row| row.headline).unwrap();
    (row.value, row.excluded.to_string())
}

const ALL: &str = "[[tickets]]\nfile = 't.csv'\nid = 'id'\ncreated_at = 'created'\nfirst_response_at = 'reply'\nsolved_at = 'done'\nclosed_at = 'closed'\nstatus = 'status'\n";

#[test]
fn one_inconsistent_timestamp_excludes_what_depends_on_it() {
    let rows = "id,created,reply,done,closed,status\n\
        closed before solved,2026-03-02T09:00:00Z,2026-03-02T10:00:00Z,2026-03-02T11:00:00Z,2026-03-02T10:59:59Z,closed\n\
        reply before creation,2026-03-02T09:00:00Z,2026-03-02T08:00:00Z,2026-03-02T12:00:00Z,,solved\n\
        solved before creation,2026-03-02T09:00:00Z,2026-03-02T10:00:00Z,2026-03-02T08:00:00Z,,solved\n\
        closed at an unknown time,2026-03-02T09:00:00Z,2026-03-02T11:00:00Z,,,closed\n\
        unreadable,2026-03-02T09:00:00Z,,soon,,\n\
        open,2026-03-02T09:00:00Z,,,,open\n";
    let dataset = dataset(ALL, &[("t.csv", rows)]);
    assert_eq!(value(&dataset, "volume"), (Some(6.0), String::new()));
    assert_eq!(value(&dataset, "first_response_time").0, Some(3600.0));
    let unknown = "3 end unknown";
    assert_eq!(value(&dataset, "full_resolution_time").0, Some(9000.0));
    assert!(value(&dataset, "full_resolution_time").1.contains(unknown));
    assert_eq!(value(&dataset, "backlog"), (Some(1.0), unknown.to_owned()));
    assert_eq!(value(&dataset, "solved").0, Some(2.0));
    let source = &dataset.sources[0];
    assert!(source.excluded().is_empty());
    let early: Vec<_> = source.exclusions.iter().filter(|one| one.reason == Reason::EndBeforeStart).collect();
    assert_eq!(early.iter().map(|one| one.count).sum::<u64>(), 3);
    assert!(early[0].remedy.contains("clock_skew"), "{}", early[0].remedy);
    // Records give the same.
    let outcome = dataset.replay().unwrap().tickets(&dataset.tickets(), &dataset.events());
    assert_eq!(kpi::volume(&outcome.tickets).count(), 6);
    assert_eq!(kpi::solved(&outcome.tickets).excluded().count(Reason::EndUnknown), 3);
}

#[test]
fn a_date_without_a_time_is_a_day() {
    let rows = "id,created,reply,done,closed,status\n\
        1,2026-03-02T09:00:00Z,,2026-03-02,,\n\
        2,2026-03-02T09:00:00Z,,2026-03-01,,\n\
        3,2026-03-02T09:00:00Z,,2026-03-02T00:00:00Z,,\n";
    let dataset = dataset(ALL, &[("t.csv", rows)]);
    assert_eq!(value(&dataset, "solved"), (Some(1.0), "2 end unknown".to_owned()));
    assert_eq!(value(&dataset, "full_resolution_time").0, Some(0.0));
}

#[test]
fn status_labels_of_help_desks_are_known_and_others_are_a_warning() {
    let words = [
        "Open",
        "NEW",
        "Resolved",
        "Closed",
        "Done",
        "In progress",
        "Waiting on customer",
        "En espera",
        "Løst",
        "Genåbnet",
    ];
    let mut rows = String::from("id,created,reply,done,closed,status\n");
    for (place, word) in words.iter().enumerate() {
        let done = ["Resolved", "Closed", "Done", "Løst"].contains(word);
        let done = if done { "2026-03-02T11:00:00Z" } else { "" };
        writeln!(rows, "{place},2026-03-02T09:00:00Z,,{done},,{word}").unwrap();
    }
    let known = dataset(ALL, &[("t.csv", &rows)]);
    assert!(known.sources[0].exclusions.is_empty(), "{:?}", known.sources[0].exclusions);
    assert_eq!(value(&known, "backlog"), (Some(6.0), String::new()));
    assert_eq!(known.warnings().count(), 0);
    rows.push_str("x,2026-03-02T09:00:00Z,,,,Parked\n");
    let unknown = dataset(ALL, &[("t.csv", &rows)]);
    assert_eq!(value(&unknown, "volume"), (Some(11.0), String::new()));
    assert_eq!(value(&unknown, "backlog"), (Some(6.0), "1 end unknown".to_owned()));
    let warnings: Vec<String> = unknown.warnings().map(|warning| warning.to_string()).collect();
    assert_eq!(warnings.len(), 1);
    assert!(
        warnings[0].starts_with(
            "t.csv: 1 of 11 (9.1 %) values excluded: word without a meaning in column \"status\", such as \"Parked\"; "
        ),
        "{warnings:?}"
    );
    let report =
        Report::builder(unknown.as_of.unwrap()).with_kpi(KpiRequest::new("backlog")).build().unwrap();
    let text = unknown.feed(&report, 1).unwrap().table().to_string();
    assert!(text.contains("Backlog: 1 of 7 (14.3 %) excluded: end unknown"), "{text}");
}

#[test]
fn a_timestamp_far_in_the_future_is_not_the_cut_off() {
    let rows = "id,created,reply,done,closed,status\n\
        1,2026-03-02T09:00:00Z,,2026-03-02T11:00:00Z,,\n\
        2,2026-03-02T09:30:00Z,,2926-03-02T11:00:00Z,,\n\
        3,2026-03-03T09:00:00Z,,,,\n";
    let far = dataset(ALL, &[("t.csv", rows)]);
    assert_eq!(far.as_of.unwrap().to_string(), "2026-03-03T09:00:00Z");
    let warnings: Vec<String> = far.warnings().map(|warning| warning.to_string()).collect();
    assert_eq!(
        warnings,
        [
            "tickets, solved_at, row 2: 2926-03-02T11:00:00Z is more than ten years later than nearly all timestamps, so the \
             cut-off is 2026-03-03T09:00:00Z: correct the value, or set as_of"
        ]
    );
    assert_eq!(value(&far, "backlog").0, Some(2.0));
    // The remedies work.
    let set = dataset(&format!("as_of = '2026-03-04T00:00:00Z'\n{ALL}"), &[("t.csv", rows)]);
    assert_eq!((set.warnings().count(), value(&set, "solved").0), (0, Some(1.0)));
    let corrected = dataset(ALL, &[("t.csv", &rows.replace("2926", "2026"))]);
    assert_eq!((corrected.warnings().count(), value(&corrected, "solved").0), (0, Some(2.0)));
}

#[test]
fn tickets_stated_as_deleted_spam_or_merged_do_not_count() {
    let rows = "id,created,reply,done,closed,status\n\
        1,2026-03-02T09:00:00Z,,,,Deleted\n\
        2,2026-03-02T09:00:00Z,,,,spam\n\
        3,2026-03-02T09:00:00Z,2026-03-02T10:00:00Z,2026-03-02T11:00:00Z,,Merged\n\
        4,2026-03-02T09:00:00Z,,,,open\n\
        5,2026-03-02T09:00:00Z,,,,closed\n";
    let excluded = "1 merged into another ticket, 1 deleted, 1 spam or test";
    let flat = dataset(ALL, &[("t.csv", rows)]);
    assert_eq!(value(&flat, "volume"), (Some(2.0), excluded.to_owned()));
    let outcome = flat.replay().unwrap().tickets(&flat.tickets(), &flat.events());
    assert_eq!(kpi::volume(&outcome.tickets).count(), 2);
    // With events as well, which give the status of the others.
    let description = "[[tickets]]\nfile = 't.csv'\nid = 'id'\ncreated_at = 'created'\nstatus = 'status'\n"
        .to_owned()
        + EVENTS;
    let events = "ticket,at,kind,author\n4,2026-03-02T10:00:00Z,open,agent\n4,2026-03-02T11:00:00Z,solved,agent\n\
        5,2026-03-02T11:00:00Z,closed,agent\n";
    let logged = dataset(&description, &[("t.csv", rows), ("e.csv", events)]);
    assert_eq!(value(&logged, "volume"), (Some(2.0), excluded.to_owned()));
    assert_eq!(value(&logged, "solved").0, Some(2.0));
    let warnings: Vec<String> = logged.warnings().map(|warning| warning.to_string()).collect();
    assert_eq!(
        warnings,
        [
            "stated status differs from the status by events: 1 of 2 (50.0 %) of tickets, such as \"4\": open in the table, solved by \
          its events, which count"
        ]
    );
}

#[test]
fn an_unknown_value_at_creation_is_a_warning_if_a_kpi_depends_on_it() {
    let events = EVENTS.to_owned() + "value = 'value'\n";
    let log = "ticket,at,kind,author,value,before\n1,2026-03-02T10:00:00Z,changed assignee,agent,bo,al\n\
        1,2026-03-02T10:00:00Z,changed group,agent,two,one\n2,2026-03-02T09:00:00Z,changed assignee,agent,al,\n\
        2,2026-03-02T10:00:00Z,changed priority,agent,high,low\n1,2026-03-02T11:00:00Z,solved,agent,,\n\
        2,2026-03-02T11:00:00Z,solved,agent,,\n";
    let rows = "id,created,who\n1,2026-03-02T09:00:00Z,bo\n2,2026-03-02T09:00:00Z,al\n";
    let tickets = "[[tickets]]\nfile = 't.csv'\nid = 'id'\ncreated_at = 'created'\n";
    let stated = tickets.to_owned() + "attributes = { assignee = 'who' }\n";
    let warned = |description: &str, ids: &[&str]| -> Vec<String> {
        let dataset = dataset(description, &[("t.csv", rows), ("e.csv", log)]);
        let requests = ids.iter().map(|id| KpiRequest::new(*id));
        let report = Report::builder(dataset.as_of.unwrap()).with_kpis(requests).build().unwrap();
        dataset.warnings_for(&report).map(|warning| warning.to_string()).collect()
    };
    for tickets in [tickets, &stated] {
        let description = tickets.to_owned() + &events;
        assert_eq!(warned(&description, &["volume", "full_resolution_time", "agent_touches"]), [""; 0]);
        // After a change at the creation (ticket 2) nothing is unknown.
        let warnings = warned(&description, &["transfers", "transfer_rate", "volume"]);
        assert!(
            warnings.len() == 1
                && warnings[0].starts_with(
                    "assignee at creation is unknown: 1 of 2 (50.0 %) of the tickets whose assignee changed, such as \"1\", have \
                     none until the first change, which transfer_rate, transfers do not count as one from another assignee; name"
                ),
            "{warnings:?}"
        );
        let warnings = warned(&description, &["group_transfers"]);
        assert!(
            warnings.len() == 1
                && warnings[0].starts_with("group at creation is unknown: 1 of 1")
                && warnings[0].contains("which group_transfers does not count"),
            "{warnings:?}"
        );
        let known = description.clone() + "previous = 'before'\n";
        assert_eq!(warned(&known, &["transfers", "group_transfers"]), [""; 0]);
        let policies = "[[sla.policies]]\nname = 'all'\ntargets = [{ metric = 'resolution', within = { low = '1h', high = '2h' } }]\n";
        let warnings = warned(&(description + policies), &["sla_attainment"]);
        assert!(
            warnings.len() == 1 && warnings[0].starts_with("priority at creation is unknown: 1 of 1"),
            "{warnings:?}"
        );
    }
}

#[test]
fn solves_need_a_time_a_status_or_events() {
    const ROWS: &str = "id,created,done,state\n1,2026-03-02T09:00:00Z,,open\n";
    const CREATED: &str = "[[tickets]]\nfile = 't.csv'\nid = 'id'\ncreated_at = 'created'\n";
    let events = "ticket,at,kind,author\n1,2026-03-02T11:00:00Z,open,agent\n";
    let files = [("t.csv", ROWS), ("e.csv", events)];
    let silent = dataset(CREATED, &files);
    let described = ["solved_at = 'done'\n", "closed_at = 'done'\n", "status = 'state'\n", EVENTS]
        .map(|key| dataset(&format!("{CREATED}{key}"), &files));
    for id in ["solved", "backlog", "backlog_age", "full_resolution_time", "first_resolution_time", "flow"] {
        let refused = KpiSelection::these([id]).of(&silent).unwrap_err().to_string();
        assert!(
            refused.contains("no time and no status of solves: provide the time of each solve"),
            "{refused}"
        );
        for known in &described {
            assert!(KpiSelection::these([id]).of(known).is_ok(), "{id}");
        }
    }
    assert!(KpiSelection::these(["volume"]).of(&silent).is_ok());
    let usual = KpiSelection::usual().of(&silent).unwrap();
    assert!(
        usual.notes.iter().any(|note| note.contains("not shown: backlog, full_resolution_time, solved;"))
    );
}

#[test]
fn a_survey_policy_takes_the_only_question_or_the_one_called_fcr() {
    let surveys = |questions: &str| {
        dataset(
            &format!(
                "[[surveys]]\nfile = 's.csv'\nquestions = {{ {questions} }}\n[scales]\ncsat = '1-5'\nfirst = '1-2'\nfcr = '1-2'\n"
            ),
            &[("s.csv", "a,b\n1,5\n2,5\n")],
        )
    };
    let policy = || "survey(1-2)".parse().unwrap();
    let requested = |questions: &str| KpiSelection::these(["fcr"]).with_fcr(policy()).of(&surveys(questions));
    assert_eq!(requested("first = 'a'").unwrap().kpis[0].question.as_deref(), Some("first"));
    assert_eq!(requested("fcr = 'a', csat = 'b'").unwrap().kpis[0].question.as_deref(), Some("fcr"));
    let refused = requested("first = 'a', csat = 'b'").unwrap_err().to_string();
    assert!(
        refused.contains("name its question, such as {\"kpi\": \"fcr\", \"policy\": \"survey(1-2"),
        "{refused}"
    );
}

#[test]
fn merges_into_unknown_tickets_are_counted() {
    const ROWS: &str = "id,created\n1,2026-03-02T09:00:00Z\n2,2026-03-02T09:00:00Z\n";
    let description = "[[tickets]]\nfile = 't.csv'\nid = 'id'\ncreated_at = 'created'\n[[events]]\nfile = 'e.csv'\n\
                       ticket = 'ticket'\nat = 'at'\nkind = 'kind'\nvalue = 'value'\n";
    for (into, scope, remedy) in [
        ("9", Some(Scope::Link), "add the ticket it was merged into"),
        ("1", Some(Scope::Link), "give the id of the other one"),
        ("2", None, ""),
    ] {
        let events = format!("ticket,at,kind,value\n1,2026-03-02T11:00:00Z,merged_into,{into}\n");
        let dataset = dataset(description, &[("t.csv", ROWS), ("e.csv", &events)]);
        let events = dataset.sources.iter().find(|source| source.holds == "events").unwrap();
        let found = events.exclusions.first();
        assert_eq!(
            found.map(|one| (one.scope, one.reason)),
            scope.map(|scope| (scope, Reason::UnknownTicket))
        );
        assert!(found.is_none_or(|one| one.remedy.contains(remedy) && one.examples[0].value == into));
        let kpi = KpiRequest::new("volume");
        let report = Report::builder(dataset.as_of.unwrap()).with_kpi(kpi.clone()).build().unwrap();
        let volume = dataset.feed(&report, 1).unwrap().kpi(&kpi).unwrap().headline(0.95).value;
        assert_eq!(volume, Some(1.0));
    }
}

#[test]
fn a_value_of_where_that_no_row_has_is_noted() {
    const ROWS: &str = "id,created,market\n1,2026-03-02T09:00:00Z,Denmark\n2,2026-03-02T09:00:00Z,Spain\n";
    let notes = |values: &str| {
        let key = format!("where = {{ market = {values} }}\n");
        let all = dataset(&format!("{}{key}", TICKETS.split("first_").next().unwrap()), &[("t.csv", ROWS)]);
        all.sources[0].notes.clone()
    };
    let spane = ["where: no row has \"market\" \"Spane\", did you mean \"Spain\"?"];
    assert_eq!(notes("['Denmark', 'Spane']"), spane);
    assert_eq!(notes("['Denmark', 'Peru']"), ["where: no row has \"market\" \"Peru\""]);
    assert_eq!(notes("{ not = ['Denmark', 'Spane'] }"), spane);
    assert!(notes("{ not = ['Denmark', 'Peru'] }").is_empty());
    assert!(notes("['Denmark', 'Spain', '*']").is_empty());
    assert!(notes("'Spane'")[0].starts_with("none of its rows has the values of where"));
}

/// Two tickets with these events.
fn logged(tickets: &str, rows: &str) -> Dataset {
    let table = "id,created,done\n1,2026-03-02T09:00:00Z,\n2,2026-03-02T09:00:00Z,\n";
    let events = format!("ticket,at,kind,author\n{rows}");
    let tickets =
        format!("[[tickets]]\nfile = 't.csv'\nid = 'id'\ncreated_at = 'created'\n{tickets}\n{EVENTS}");
    dataset(&tickets, &[("t.csv", table), ("e.csv", &events)])
}

#[test]
fn a_log_of_messages_records_no_solves() {
    let messages =
        "1,2026-03-02T10:00:00Z,public_message,agent\n2,2026-03-02T10:30:00Z,public_message,customer\n";
    let ids = ["solved", "backlog", "backlog_age", "full_resolution_time", "flow", "solve_events"];
    let refused = |data: &Dataset, id: &str| KpiSelection::these([id]).of(data).unwrap_err().to_string();
    for id in ids {
        let refused = refused(&logged("", messages), id);
        assert!(refused.contains("the data has no change of status among its events"), "{refused}");
        assert!(refused.contains("as solved_at or closed_at"), "{refused}");
        // What the remedies name.
        let status = format!("{messages}1,2026-03-02T11:00:00Z,open,agent\n");
        for followed in [logged("", &status), logged("solved_at = 'done'", messages)] {
            assert!(KpiSelection::these([id]).of(&followed).is_ok(), "{id}");
        }
    }
    let usual = KpiSelection::usual().of(&logged("", messages)).unwrap();
    assert!(usual.kpis.iter().all(|request| !ids.contains(&&*request.kpi)));
    assert!(usual.notes.iter().any(|note| note.contains("no change of status")), "{:?}", usual.notes);
}

#[test]
fn a_log_of_statuses_records_no_replies() {
    let data = logged("", "1,2026-03-02T10:00:00Z,solved,agent\n");
    let refused = KpiSelection::these(["first_response_time"]).of(&data).unwrap_err().to_string();
    assert!(refused.contains("no reply to a customer"), "{refused}");
    let messages = logged("", "1,2026-03-02T10:00:00Z,public_message,customer\n");
    assert!(KpiSelection::these(["first_response_time"]).of(&messages).is_ok(), "none has been answered yet");
}

#[test]
fn a_log_of_replies_alone_is_noted() {
    let events = |author: &str| {
        let rows = format!("ticket,at,kind,author\n1,2026-03-02T10:00:00Z,public_message,{author}\n");
        dataset(&format!("{EVENTS}creates_tickets = true\n"), &[("e.csv", &rows)])
    };
    let noted = |data: &Dataset| {
        data.notes(&[])
            .iter()
            .any(|note| note.contains("no message is by a customer") && note.contains("created_at"))
    };
    assert!(noted(&events("agent")) && !noted(&events("customer")));
    assert!(!noted(&logged("", "1,2026-03-02T10:00:00Z,public_message,agent\n")));
}

#[test]
fn the_policy_that_is_advised_suits_the_data() {
    let flat = dataset(TICKETS, &[("t.csv", ROWS)]);
    let logged = logged("", "1,2026-03-02T10:00:00Z,solved,agent\n");
    for data in [&flat, &logged] {
        let SelectionError::FcrPolicy { example } = KpiSelection::these(["fcr"]).of(data).unwrap_err() else {
            panic!("a policy")
        };
        assert!(
            KpiSelection::these(["fcr"]).with_fcr(example.parse().unwrap()).of(data).is_ok(),
            "{example}"
        );
    }
    let created =
        dataset("[[tickets]]\nfile = 't.csv'\nid = 'id'\ncreated_at = 'created'\n", &[("t.csv", ROWS)]);
    let usual = KpiSelection::usual().of(&created).unwrap();
    assert!(!usual.notes.iter().any(|note| note.contains("policy")), "{:?}", usual.notes);
}
