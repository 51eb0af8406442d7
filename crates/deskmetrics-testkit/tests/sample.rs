//! The sample of the repository equals the generator's output.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::NaiveDate;
use deskmetrics::ticket::{Attribute, EventKind};
use deskmetrics::{Author, Status, TicketEvent};
use deskmetrics_testkit::generator::{Generator, Sample, read_exported};

fn by_ticket(sample: &Sample) -> BTreeMap<&str, Vec<&TicketEvent>> {
    let mut events: BTreeMap<&str, Vec<&TicketEvent>> = BTreeMap::new();
    for event in &sample.events {
        events.entry(event.ticket.as_str()).or_default().push(event);
    }
    events
}

/// `cargo x sample` after a change of the generator.
#[test]
fn shipped_files_are_what_the_generator_makes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/sample");
    let mut size = 0;
    for entry in folder.read_dir().unwrap() {
        size += entry.unwrap().metadata().unwrap().len();
    }
    assert!(size < 1_500_000, "{size} bytes");
    for (name, text) in Generator::shipped().generate().export().unwrap() {
        let shipped = read_exported(&folder, name).unwrap();
        let differs = shipped.lines().zip(text.lines()).find(|(old, new)| old != new);
        assert_eq!(differs, None, "{name}: run `cargo x sample`");
        assert_eq!(shipped.len(), text.len(), "{name}: run `cargo x sample`");
    }
}

#[test]
fn every_scenario_occurs() {
    let sample = Generator::shipped().generate();
    assert_eq!(sample.tickets.len(), 3000);
    let events = by_ticket(&sample);
    let tickets_where =
        |holds: &dyn Fn(&[&TicketEvent]) -> bool| events.values().filter(|log| holds(log)).count();
    let some =
        |log: &[&TicketEvent], holds: &dyn Fn(&TicketEvent) -> bool| log.iter().any(|event| holds(event));

    let is_solve = |event: &TicketEvent| event.kind == EventKind::Status(Status::Solved);
    let by = |author| move |event: &TicketEvent| event.author == author;
    let message = |event: &TicketEvent| event.kind == EventKind::PublicMessage;

    let spam = tickets_where(&|log| some(log, &|event| event.kind == EventKind::Spam));
    let deleted = tickets_where(&|log| some(log, &|event| event.kind == EventKind::Deleted));
    let merged = tickets_where(&|log| some(log, &|event| matches!(event.kind, EventKind::MergedInto(_))));
    let reopened = tickets_where(&|log| log.iter().filter(|event| is_solve(event)).count() > 1);
    let bot_solved = tickets_where(&|log| some(log, &|event| is_solve(event) && event.author == Author::Bot));
    let handed_over = tickets_where(&|log| {
        some(log, &|event| message(event) && event.author == Author::Bot)
            && some(log, &|event| message(event) && event.author == Author::Agent)
    });
    let proactive = tickets_where(&|log| {
        log.iter().find(|event| message(event)).is_some_and(|event| by(Author::Agent)(event))
    });
    let held = tickets_where(&|log| some(log, &|event| event.kind == EventKind::Status(Status::OnHold)));
    let escalated = tickets_where(&|log| some(log, &|event| event.kind == EventKind::Escalated));
    let unsolved = tickets_where(&|log| !some(log, &is_solve));
    let counts =
        [spam, deleted, merged, reopened, bot_solved, handed_over, proactive, held, escalated, unsolved];
    assert!(counts.iter().all(|n| (12..1000).contains(n)), "{counts:?}");

    let requesters: BTreeSet<_> =
        sample.tickets.iter().filter_map(|ticket| ticket.requester.as_ref()).collect();
    assert!((1200..2000).contains(&requesters.len()), "{} customers", requesters.len());
    let markets: BTreeSet<_> =
        sample.tickets.iter().filter_map(|ticket| ticket.attributes.get(&Attribute::Market)).collect();
    assert_eq!(markets.into_iter().collect::<Vec<_>>(), ["DE", "DK", "ES", "GB", "MX", "US"]);
}

#[test]
fn surveys_have_every_outcome() {
    let sample = Generator::shipped().generate();
    for question in ["nps", "csat", "ces"] {
        let invited = sample.invitations.iter().filter(|invitation| &*invitation.question == question);
        let responses: Vec<_> =
            sample.responses.iter().filter(|response| &*response.question == question).collect();
        let bounced = invited.clone().filter(|invitation| !invitation.delivered).count();
        let answered = invited.clone().filter(|invitation| invitation.answered_at.is_some()).count();
        assert!(bounced > 5 && answered == responses.len() && answered * 2 < invited.count(), "{question}");
        assert!(responses.iter().any(|response| response.score.is_none()), "{question}");
        assert!(responses.iter().any(|response| !response.reasons.is_empty()), "{question}");
    }
    assert!(sample.responses.iter().any(|response| response.score == Some(11)));
    assert!(sample.invitations.iter().any(|invitation| {
        invitation.answered_at.is_some_and(|at| at.since(invitation.sent_at).num_days() >= 14)
    }));
}

#[test]
fn logs_are_sound() {
    let sample = Generator::new(3).with_tickets(2000).with_days(40).generate();
    let created: BTreeMap<_, _> =
        sample.tickets.iter().map(|ticket| (&ticket.id, ticket.created_at)).collect();
    for events in by_ticket(&sample).values() {
        let mut status = Status::New;
        for (event, next) in events.iter().zip(events.iter().skip(1)) {
            assert!((event.at, event.sequence) < (next.at, next.sequence), "{event:?} {next:?}");
        }
        for event in events {
            assert!(created[&event.ticket] <= event.at && event.at <= sample.as_of, "{event:?}");
            if let EventKind::Status(to) = event.kind {
                assert_ne!(to, status, "{event:?}");
                assert!(!matches!(status, Status::Closed), "{event:?}");
                status = to;
            }
            if let EventKind::MergedInto(twin) = &event.kind {
                assert!(created[twin] <= created[&event.ticket]);
            }
        }
    }
}

#[test]
fn a_ticket_does_not_depend_on_how_many_follow() {
    let date = NaiveDate::from_ymd_opt(2025, 10, 20).unwrap();
    let generator = Generator::new(11).with_tickets(500).with_start(date).with_days(14);
    let streamed: Vec<_> = generator.stories().take(20).collect();
    let sample = generator.generate();
    for (story, ticket) in streamed.iter().zip(&sample.tickets) {
        assert_eq!(&story.ticket, ticket);
    }
    assert_ne!(
        sample.events,
        Generator::new(12).with_tickets(500).with_start(date).with_days(14).generate().events
    );
}

#[test]
fn extreme_settings_are_no_trouble() {
    assert!(Generator::new(0).with_days(0).generate().tickets.is_empty());
    assert!(Generator::new(0).with_tickets(0).generate().events.is_empty());
    assert_eq!(Generator::new(u64::MAX).with_tickets(3).with_days(u32::MAX).generate().tickets.len(), 3);
    for date in [NaiveDate::MIN, NaiveDate::MAX] {
        let sample = Generator::new(1).with_tickets(5).with_start(date).with_days(3).generate();
        assert!(sample.tickets.len() <= 5);
    }
}
