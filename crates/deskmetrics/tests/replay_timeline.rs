//! A published timeline with every figure recomputed (the figures printed with it do not add up).

use chrono::TimeDelta;
use deskmetrics::replay::Replay;
use deskmetrics::ticket::{Author, EventKind, Status};
use deskmetrics::{Elapsed, Ticket, TicketEvent, Timestamp};

fn at(text: &str) -> Timestamp {
    format!("2026-03-{text}:00Z").parse().expect("a test instant")
}

fn minutes(minutes: i64) -> Elapsed {
    Elapsed::new(TimeDelta::minutes(minutes), None)
}

fn hours(hours: i64) -> Elapsed {
    minutes(hours * 60)
}

fn timeline() -> Vec<TicketEvent> {
    let event = |when: &str, author, kind| TicketEvent::new("T", at(when), author, kind);
    vec![
        event("02T14:00", Author::Agent, EventKind::PublicMessage),
        event("02T14:00", Author::Agent, EventKind::Status(Status::Open)),
        event("02T15:30", Author::Customer, EventKind::PublicMessage),
        event("02T16:00", Author::Agent, EventKind::PublicMessage),
        event("02T16:00", Author::Agent, EventKind::Status(Status::Pending)),
        event("03T10:00", Author::Customer, EventKind::PublicMessage),
        event("03T10:00", Author::Customer, EventKind::Status(Status::Open)),
        event("03T11:00", Author::Agent, EventKind::Status(Status::OnHold)),
        event("04T14:00", Author::Agent, EventKind::Status(Status::Open)),
        event("04T14:30", Author::Agent, EventKind::PublicMessage),
        event("04T14:30", Author::Agent, EventKind::Status(Status::Solved)),
    ]
}

#[test]
fn every_figure_of_the_timeline() {
    let ticket = Ticket::new("T", at("02T09:00"));
    let metrics = Replay::new(at("05T00:00")).ticket(&ticket, &timeline()).metrics;
    assert_eq!(metrics.first_response_time, Some(hours(5)));
    assert_eq!(metrics.next_response_times, [minutes(30), minutes(28 * 60 + 30)]);
    assert_eq!(metrics.full_resolution_time, Some(minutes(53 * 60 + 30)));
    assert_eq!(metrics.net_resolution_time, metrics.full_resolution_time);
    let [new, open, pending, on_hold, solved, closed] = metrics.time_in_status;
    assert_eq!([new, open], [hours(5), minutes(3 * 60 + 30)]);
    assert_eq!([pending, on_hold], [hours(18), hours(27)]);
    assert_eq!([solved, closed], [minutes(9 * 60 + 30), hours(0)]);
    assert_eq!(metrics.requester_wait_time, minutes(35 * 60 + 30));
    assert_eq!(metrics.agent_work_time, minutes(8 * 60 + 30));
    assert_eq!(metrics.agent_wait_time, hours(18));
    assert_eq!(metrics.public_replies, 3);
    assert_eq!(metrics.customer_messages, 3);
    assert_eq!(metrics.solved_by, Some(Author::Agent));
    assert!(metrics.reopens.is_empty() && !metrics.proactive);
}

#[test]
fn the_order_of_the_events_does_not_matter() {
    let ticket = Ticket::new("T", at("02T09:00"));
    let replay = Replay::new(at("05T00:00"));
    let mut reversed = timeline();
    reversed.reverse();
    assert_eq!(replay.ticket(&ticket, &reversed), replay.ticket(&ticket, &timeline()));
}
