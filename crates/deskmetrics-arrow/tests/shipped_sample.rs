//! The shipped sample, read with its description, equals the generated data.

use std::path::{Path, PathBuf};

use deskmetrics::{Reason, SurveyResponse, TicketEvent};
use deskmetrics_arrow::Dataset;
use deskmetrics_testkit::generator::Generator;

fn description() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/sample/description.toml")
}

/// Events in the generator's order: by ticket, then by time.
fn by_ticket(mut events: Vec<TicketEvent>) -> Vec<TicketEvent> {
    events.sort_by(|a, b| (a.ticket.as_str(), a.at, a.sequence).cmp(&(b.ticket.as_str(), b.at, b.sequence)));
    for event in &mut events {
        event.sequence = 0;
        event.id = None;
    }
    events
}

#[test]
fn nothing_is_lost_and_nothing_changed() {
    let made = Generator::shipped().generate();
    let read = Dataset::read(description()).unwrap();

    assert_eq!(read.as_of, Some(made.as_of));
    assert_eq!(read.tickets().len(), made.tickets.len());
    for (read, made) in read.tickets().iter().zip(&made.tickets) {
        assert_eq!(read, made);
    }

    let (read_events, made_events) = (by_ticket(read.events()), by_ticket(made.events));
    assert_eq!(read_events.len(), made_events.len());
    for (read, made) in read_events.iter().zip(&made_events) {
        assert_eq!(read, made);
    }

    assert_eq!(read.invitations().len(), made.invitations.len());
    for (read, made) in read.invitations().iter().zip(&made.invitations) {
        assert_eq!(read, made);
    }
}

#[test]
fn answers_that_do_not_fit_are_excluded_and_counted() {
    let made = Generator::shipped().generate();
    let read = Dataset::read(description()).unwrap();
    let fits = |response: &SurveyResponse| {
        let scale = &read.scales[&response.question];
        response.score.is_none_or(|score| scale.contains(score))
    };
    let (fitting, strange): (Vec<_>, Vec<_>) = made.responses.iter().partition(|response| fits(response));
    assert!(strange.len() > 3);
    let reports: Vec<_> =
        read.sources.iter().filter(|source| source.file.ends_with("responses.csv")).collect();
    let off_scale: u64 = reports
        .iter()
        .flat_map(|report| &report.exclusions)
        .filter(|values| values.reason == Reason::OutOfScale)
        .map(|values| values.count)
        .sum();
    assert_eq!(off_scale, strange.len() as u64);
    for (read, made) in read.responses().iter().filter(|response| fits(response)).zip(fitting) {
        assert_eq!(read, made);
    }
    assert!(made.responses.iter().any(|response| response.reasons.len() > 1));
}

#[test]
fn events_delivered_twice_are_dropped_once() {
    let read = Dataset::read(description()).unwrap();
    let duplicates = read.excluded().count(Reason::Duplicate);
    assert_eq!(duplicates, read.events().len() as u64 / 400);
}
