//! `deskmetrics explain`.

use serde_json::Value;

use super::program::{error, out, sample, small};

#[test]
fn a_ticket_has_its_events_and_the_counted_time() {
    let text = out(&["explain", "20002", sample()]);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "Ticket 20002, closed");
    assert_eq!(lines[2], "created 2026-02-16 07:35:41 Europe/Copenhagen, as of 2026-04-27 02:00:00");
    for line in [
        "  2026-02-16 08:04:38  agent Lena Winter  status pending",
        "  first response time: 28m 57s, 4m 38s of business time",
        "first response: met, 4m 38s of 8h on the business clock (policy \"Reply, Germany and Denmark\")",
        "  2026-02-16 07:35:41 to 2026-02-16 08:04:38, new: 28m 57s, 4m 38s of business time on \"de\"",
    ] {
        assert!(lines.contains(&line), "{line} is missing:\n{text}");
    }
}

#[test]
fn times_are_those_of_the_zone_and_the_cut_off() {
    let text = out(&["explain", "1", small(), "--tz", "America/New_York", "--as-of", "2026-03-02T10:00:00Z"]);
    assert!(
        text.contains("created 2026-03-02 04:00:00 America/New_York, as of 2026-03-02 05:00:00"),
        "{text}"
    );
    assert!(text.contains("Excluded: 2 after the cut-off"), "{text}");
}

#[test]
fn data_for_programs_has_measures_and_events() {
    let json: Value = serde_json::from_str(&out(&["explain", "1", small(), "--format", "json"])).unwrap();
    let waited = &json["metrics"]["first_response_time"]["calendar_micros"];
    assert_eq!((waited, json["events"].as_array().unwrap().len()), (&Value::from(5_400_000_000_i64), 3));
}

#[test]
fn an_unknown_ticket_is_an_error_with_the_nearest() {
    let message = error(&["explain", "2000", sample()]);
    assert!(
        message.contains("there is no ticket \"2000\" among 3,000 tickets, did you mean \"20"),
        "{message}"
    );
}

#[test]
fn an_unknown_ticket_without_a_similar_one_lists_the_first() {
    let message = error(&["explain", "999999", sample()]);
    assert!(
        message.contains("among 3,000 tickets; the first are \"20001\", \"20002\", \"20003\""),
        "{message}"
    );
}

#[test]
fn a_file_in_place_of_the_ticket_is_named() {
    let expected =
        format!("explain needs the id of a ticket before the files: deskmetrics explain TICKET {}", sample());
    assert!(error(&["explain", sample()]).contains(&expected));
    let message = error(&["explain", sample(), "20001"]);
    assert!(message.contains(&format!("deskmetrics explain 20001 {}", sample())), "{message}");
}
