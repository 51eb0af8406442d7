//! Files described by the usual names of their columns, and requests completed by the data.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::PathBuf;

use deskmetrics::kpi::KpiRequest;
use deskmetrics::ticket::Attribute;
use deskmetrics_arrow::{
    Dataset, KpiSelection, ReadOptions, SelectionError, TableKind, UsualError, UsualFiles,
};

fn files(all: &[(TableKind, &str, &str)]) -> (tempfile::TempDir, Vec<(TableKind, PathBuf)>) {
    let folder = tempfile::tempdir().unwrap();
    let files = all.iter().map(|(kind, name, text)| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        (*kind, path)
    });
    let files = files.collect();
    (folder, files)
}

fn read(all: &[(TableKind, &str, &str)]) -> Dataset {
    let (_folder, files) = files(all);
    let usual = UsualFiles::new(files).describe().unwrap();
    Dataset::of_description(&usual.description, ReadOptions::default()).unwrap()
}

const TICKETS: (TableKind, &str, &str) =
    (TableKind::Tickets, "a.csv", "id,created_at,replies,prio\n1,2026-03-02T09:00:00Z,2,7\n");

#[test]
fn numbers_in_text_files_are_measures_and_attributes() {
    let dataset = read(&[TICKETS]);
    assert!(dataset.attributes().contains(&Attribute::from("prio")));
    let replies = KpiRequest::new("replies_per_ticket");
    assert!(dataset.stated_note(&replies).is_some_and(|note| note.contains("column \"replies\"")));
}

#[test]
fn tickets_beside_events_are_read_without_their_replies() {
    let events =
        (TableKind::Events, "b.csv", "ticket,at,kind,author\n1,2026-03-02T10:00:00Z,public_message,agent\n");
    let dataset = read(&[TICKETS, events]);
    assert_eq!((dataset.counts().tickets, dataset.counts().events), (1, 1));
    let alone = read(&[events]);
    assert_eq!(alone.counts().tickets, 1, "events create their tickets");
}

#[test]
fn files_of_one_kind_are_read_together() {
    let other = (TableKind::Tickets, "b.csv", "id,created_at\n2,2026-03-03T09:00:00Z\n");
    assert_eq!(read(&[TICKETS, other]).counts().tickets, 2);
}

#[test]
fn a_missing_column_is_an_error_with_those_that_are_likely() {
    let (_folder, files) =
        files(&[(TableKind::Events, "log.csv", "incident_state,number,Time,Activity\nnew,1,2026-03-02,x\n")]);
    let error = UsualFiles::new(files).describe().unwrap_err();
    let UsualError::NoColumn { role, likely, .. } = &error else { panic!("{error}") };
    let likely: Vec<(&str, Option<&str>)> =
        likely.iter().map(|(role, column)| (role.as_str(), column.as_deref())).collect();
    assert_eq!(*role, "ticket");
    assert_eq!(likely, [("ticket", Some("number")), ("at", Some("Time")), ("kind", Some("Activity"))]);
    assert!(error.to_string().ends_with(
        "log.csv: events need a column for ticket, and none has a usual name of it; present are \
         \"incident_state\", \"number\", \"Time\", \"Activity\""
    ));
}

#[test]
fn wall_clock_times_need_a_zone() {
    let (_folder, files) = files(&[(TableKind::Tickets, "a.csv", "id,created_at\n1,2026-03-02 09:00\n")]);
    let usual = UsualFiles::new(files);
    let error = usual.describe().unwrap_err();
    assert!(matches!(&error, UsualError::NoZone { column, .. } if column == "created_at"), "{error}");
    let usual = usual.with_zone(chrono_tz::Europe::Copenhagen).describe().unwrap();
    let dataset = Dataset::of_description(&usual.description, ReadOptions::default()).unwrap();
    assert_eq!(dataset.tickets()[0].created_at.to_string(), "2026-03-02T08:00:00Z");
}

#[test]
fn requests_are_completed_by_the_data() {
    let form = (TableKind::Surveys, "forms.csv", "csat\n5\n1\n");
    let (_folder, files) = files(&[TICKETS, form]);
    let mut usual = UsualFiles::new(files).describe().unwrap();
    usual.description.scales.insert("csat".into(), "1-5".parse().unwrap());
    let dataset = Dataset::of_description(&usual.description, ReadOptions::default()).unwrap();
    let all = KpiSelection::all();
    let completed = all.complete(KpiRequest::new("csat"), &dataset).unwrap();
    assert_eq!(completed[0].question.as_deref(), Some("csat"));
    let status = all.complete(KpiRequest::new("time_in_status"), &dataset);
    assert!(
        matches!(status, Err(SelectionError::NoEvidence { .. } | SelectionError::Request(_))),
        "{status:?}"
    );
}
