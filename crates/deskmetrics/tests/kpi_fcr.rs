//! First contact resolution from events to number, under each of the eight policies.
#![allow(clippy::unwrap_used)]

use chrono::TimeDelta;
use deskmetrics::kpi::{self, Fcr, FcrPolicy, RepeatKey};
use deskmetrics::replay::Replay;
use deskmetrics::ticket::{Attribute, Author, EventKind, Status};
use deskmetrics::{Estimates, Merge, Ratio, Reason, Replayed, Scale, Ticket, TicketEvent, Timestamp};

fn at(day: u32, hour: u32) -> Timestamp {
    format!("2026-03-{day:02}T{hour:02}:00:00Z").parse().unwrap()
}

/// A ticket with its events, each with day, hour, author and kind.
fn ticket(id: &str, customer: &str, events: &[(u32, u32, Author, EventKind)]) -> Replayed {
    let created = at(events[0].0, events[0].1);
    let ticket =
        Ticket::new(id, created).with_requester(customer).with_attribute(Attribute::Category, "billing");
    let events: Vec<TicketEvent> = events
        .iter()
        .map(|(day, hour, author, kind)| TicketEvent::new(id, at(*day, *hour), *author, kind.clone()))
        .collect();
    Replay::new(at(31, 0)).ticket(&ticket, &events)
}

fn desk() -> Vec<Replayed> {
    use Author::{Agent, Customer};
    use EventKind::PublicMessage as Message;
    let solved = || EventKind::Status(Status::Solved);
    let open = || EventKind::Status(Status::Open);
    vec![
        // one question, one answer, done
        ticket("1", "ana", &[(2, 9, Customer, Message), (2, 10, Agent, Message), (2, 11, Agent, solved())]),
        // two answers, the customer had to write again
        ticket(
            "2",
            "bo",
            &[
                (3, 9, Customer, Message),
                (3, 10, Agent, Message),
                (3, 11, Customer, Message),
                (3, 12, Agent, Message),
                (3, 13, Agent, solved()),
            ],
        ),
        // solved at once, reopened four days later by the customer, solved again
        ticket(
            "3",
            "eva",
            &[
                (4, 9, Customer, Message),
                (4, 10, Agent, Message),
                (4, 11, Agent, solved()),
                (8, 9, Customer, Message),
                (8, 9, Customer, open()),
                (8, 10, Agent, Message),
                (8, 11, Agent, solved()),
            ],
        ),
        // Ana again, five days after her first ticket was solved
        ticket("4", "ana", &[(7, 9, Customer, Message), (7, 10, Agent, Message), (7, 11, Agent, solved())]),
        // still open
        ticket("5", "per", &[(9, 9, Customer, Message)]),
        // solved the day before the cut-off
        ticket(
            "6",
            "isa",
            &[(29, 9, Customer, Message), (29, 10, Agent, Message), (29, 11, Agent, solved())],
        ),
    ]
}

#[track_caller]
fn judged(policy: &str, hits: u64, total: u64) -> Fcr {
    let fcr = kpi::fcr(&desk(), policy.parse().unwrap());
    assert_eq!(fcr.ratio(), Ratio::new(hits, total), "{policy}");
    assert_eq!(fcr.n() + fcr.excluded().total(), 6, "{policy}: a ticket got lost");
    fcr
}

#[test]
fn policies_of_one_ticket() {
    judged("single_reply", 3, 5); // 1, 4 and 6; 2 and 3 took two replies
    judged("no_customer_followup", 3, 5);
    judged("single_handler_close", 4, 5); // 3 was closed twice
    judged("strict_no_activity", 0, 5); // every one of them needed a reply
    judged("interaction_no_task", 5, 5);
    assert_eq!(judged("single_reply", 3, 5).excluded().count(Reason::NotSolved), 1);
}

#[test]
fn policies_with_a_window() {
    let week = judged("no_reopen_within(7days)", 3, 4); // 3 came back; the window of 6 is not over
    assert_eq!(week.excluded().count(Reason::WindowNotOver), 1);
    judged("no_reopen_within(3days)", 4, 4); // 3 came back after 3 days and 22 hours; the window of 6 is not over
    judged("no_reopen_within(1day)", 5, 5);

    judged("no_repeat_contact_within(7days)", 2, 4); // neither 1 (Ana again) nor 3
    judged("no_repeat_contact_within(1day)", 5, 5);
}

#[test]
fn several_policies_at_once() {
    // 2 and 3 took two replies, 3 came back; the window of 6 is not over, although it took one reply
    let week = judged("all_of(single_reply, no_reopen_within(7days))", 2, 4);
    assert_eq!(week.excluded().count(Reason::WindowNotOver), 1);
    // neither 1: Ana came again
    judged("all_of(single_reply, no_reopen_within(7days), no_repeat_contact_within(7days, customer))", 1, 4);
    judged("all_of(single_reply, no_repeat_contact_within(1day))", 3, 5);
    for text in [
        "all_of(single_reply)",
        "all_of(single_reply, survey(1-2))",
        "all_of(no_repeat_contact_within(7days), no_repeat_contact_within(1day))",
        "all_of(single_reply, all_of(single_reply, interaction_no_task))",
    ] {
        assert!(text.parse::<FcrPolicy>().is_err(), "{text}");
    }
}

#[test]
fn repeat_contacts_are_found_across_parts() {
    let policy: FcrPolicy = "no_repeat_contact_within(7days, customer_and_category)".parse().unwrap();
    let desk = desk();
    let whole = kpi::fcr(&desk, policy.clone());
    // Ana's two tickets are in different parts.
    let mut joined = kpi::fcr(&desk[..2], policy.clone());
    joined.merge(kpi::fcr(&desk[2..], policy));
    assert_eq!(joined, whole);
    assert_eq!(joined.ratio(), Ratio::new(2, 4));
}

#[test]
fn the_key_decides_what_is_a_repeat() {
    let mut desk = desk();
    desk[3].ticket.attributes.set(Attribute::Category, Some("login".into()));
    let by = |key| {
        let policy = FcrPolicy::NoRepeatContactWithin { window: TimeDelta::days(7), key };
        kpi::fcr(&desk, policy).ratio()
    };
    assert_eq!(by(RepeatKey::Customer), Ratio::new(2, 4));
    assert_eq!(by(RepeatKey::CustomerAndCategory), Ratio::new(3, 4));
}

#[test]
fn the_customers_own_word() {
    // 280 of 400 surveyed report a resolution at their first contact
    let scale = Scale::new(0..=1, 1..=1, 0..=0).unwrap();
    let mut fcr = Fcr::new(FcrPolicy::Survey { scale });
    for answer in std::iter::repeat_n(1, 280).chain(std::iter::repeat_n(0, 120)) {
        fcr.push_answer(answer);
    }
    fcr.push_answer(None);
    assert_eq!(fcr.percent(), Some(70.0));
    assert_eq!(fcr.excluded().count(Reason::NotAnswered), 1);
}

#[test]
fn every_policy_survives_being_written() {
    for text in [
        "single_reply",
        "no_customer_followup",
        "single_handler_close",
        "strict_no_activity",
        "no_reopen_within(7days)",
        "no_repeat_contact_within(7days, customer_and_category)",
        "survey(0-1, 1-1 good, 0-0 bad)",
        "interaction_no_task",
        "all_of(single_reply, no_repeat_contact_within(7days, customer_and_category))",
    ] {
        let policy: FcrPolicy = text.parse().unwrap();
        assert_eq!(policy.to_string(), text);
        let json = serde_json::to_string(&policy).unwrap();
        assert_eq!(serde_json::from_str::<FcrPolicy>(&json).unwrap(), policy);
    }
}

/// Help desks often let a rule open the ticket when the customer writes: the customer came back all the same.
#[test]
fn a_rule_that_reopens_on_the_customers_message_counts_as_the_customer() {
    use Author::{Agent, Customer, System};
    let status = EventKind::Status;
    let reopened = |message: Option<Author>| {
        let mut events = vec![
            (2, 9, Customer, EventKind::PublicMessage),
            (2, 10, Agent, EventKind::PublicMessage),
            (2, 11, Agent, status(Status::Solved)),
        ];
        events.extend(message.map(|author| (4, 9, author, EventKind::PublicMessage)));
        events.extend([(4, 9, System, status(Status::Open)), (4, 10, Agent, status(Status::Solved))]);
        ticket("1", "ana", &events)
    };
    let week = || FcrPolicy::NoRepeatContactWithin { window: TimeDelta::days(7), key: RepeatKey::Customer };
    let judge = |ticket: &Replayed| {
        let reopens = kpi::reopen_rate([ticket]);
        (kpi::fcr([ticket], week()).ratio().hits, reopens.ratio().hits, reopens.without_thanks().hits)
    };

    // The customer's thanks: they came back, and solving the ticket again was all it needed.
    assert_eq!(judge(&reopened(Some(Customer))), (0, 1, 0));
    // A rule without a customer message: the customer did not come back, and it is no thank-you either.
    assert_eq!(judge(&reopened(None)), (1, 1, 1));
}
