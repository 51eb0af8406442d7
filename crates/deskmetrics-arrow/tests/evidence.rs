//! What the data cannot know is not answered; what it knows is kept.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

use std::fs;

use deskmetrics::kpi::KpiRequest;
use deskmetrics_arrow::{Choice, ChoiceError, Dataset};
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
        "solve_events",
        "transfers",
    ] {
        let refused = Choice::these([id]).of(&flat).unwrap_err();
        assert!(matches!(&refused, ChoiceError::NoEvidence { kpi, .. } if kpi == id), "{refused}");
        assert!(refused.to_string().contains("no log of events: provide events"), "{refused}");
        let chosen = Choice::these(["volume", id]).of(&flat).unwrap();
        assert_eq!(chosen.kpis, [KpiRequest::new("volume")]);
        assert_eq!(chosen.notes, [refused.to_string()]);
        assert!(Choice::all().of(&flat).unwrap().kpis.iter().all(|request| request.kpi != id));
    }
    for id in ["volume", "first_response_time", "full_resolution_time", "backlog", "solved"] {
        assert_eq!(Choice::these([id]).of(&flat).unwrap().kpis[0].kpi, id);
    }
    let events = "ticket,at,kind,author\n1,2026-03-02T10:30:00Z,public_message,agent\n";
    let logged = dataset(&format!("{TICKETS}{EVENTS}"), &[("t.csv", ROWS), ("e.csv", events)]);
    for id in ["one_touch", "replies_per_ticket", "agent_wait_time", "reopen_rate"] {
        assert!(Choice::these([id]).of(&logged).is_ok(), "the remedy works for {id}");
    }
}

#[test]
fn replies_need_a_column_or_events() {
    let silent = dataset(&TICKETS.replace("first_response_at = 'reply'\n", ""), &[("t.csv", ROWS)]);
    let refused = Choice::these(["first_response_time"]).of(&silent).unwrap_err().to_string();
    assert!(refused.contains("no reply to a customer") && refused.contains("first_response_at"), "{refused}");
    let statuses = "ticket,at,kind,author\n1,2026-03-02T11:00:00Z,solved,agent\n";
    let description = TICKETS.replace("first_response_at = 'reply'\nsolved_at = 'done'\n", "") + EVENTS;
    let logged = dataset(&description, &[("t.csv", ROWS), ("e.csv", statuses)]);
    let refused = Choice::these(["one_touch"]).of(&logged).unwrap_err().to_string();
    assert!(refused.contains("no message among its events"), "{refused}");
    assert!(Choice::these(["reopen_rate"]).of(&logged).is_ok());
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
        let refused = Choice::these(["fcr"]).fcr(policy.parse().unwrap()).of(&flat).unwrap_err().to_string();
        assert!(refused.starts_with("fcr (") && refused.contains("no log of events"), "{refused}");
    }
    for policy in ["no_repeat_contact_within(7days)", "interaction_no_task"] {
        assert!(Choice::these(["fcr"]).fcr(policy.parse().unwrap()).of(&flat).is_ok(), "{policy}");
    }
}

#[test]
fn a_table_without_rows_counts_nothing() {
    let empty = dataset(TICKETS, &[("t.csv", "id,created,reply,done\n")]);
    assert!(empty.can_answer(&KpiRequest::new("one_touch")).is_ok());
}
