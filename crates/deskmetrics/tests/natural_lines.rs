//! Lines that a user types first: each compiles, and has the stated result.
#![cfg(feature = "bytes")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use deskmetrics::queue::QueueContact;
use deskmetrics::replay::{EventOrder, Opening, Replay};
use deskmetrics::report::{KpiRequest, Period, Periods, Report, ReportTable};
use deskmetrics::schedule::{Boundary, DayEnd};
use deskmetrics::sla::{Matching, Reopen};
use deskmetrics::survey::{Direction, SeveralAnswers};
use deskmetrics::ticket::{Attribute, Attributes, CustomerId, EventKind, TicketId};
use deskmetrics::{
    Author, ClockKind, Excluded, Invitation, Reason, Scale, SlaMetric, Status, SurveyResponse, Ticket,
    TicketEvent, Timestamp, UnknownWord, VerdictState,
};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn ids_are_map_keys_and_made_from_texts_and_numbers() {
    let name = String::from("T-1");
    let tickets = HashMap::from([(TicketId::from(&name), 1), (TicketId::from(7), 2)]);
    assert_eq!(tickets.get("T-1"), Some(&1));
    assert_eq!(tickets.get(name.as_str()), Some(&1));
    assert_eq!(tickets["7"], 2);
    assert!(BTreeSet::from([TicketId::from("a"), "b".into()]).contains("b"));
    assert_eq!(TicketId::from("T-1"), "T-1");
    assert_eq!("T-1".parse::<TicketId>().unwrap().as_ref(), "T-1");
    assert_eq!(String::from(CustomerId::from(41_u64)), "41");
    assert_eq!(Ticket::new(42, at("2026-03-02T09:00:00Z")).id.as_str(), "42");
    let as_before = |text: &str| serde_json::from_str::<TicketId>(text).unwrap();
    assert_eq!([as_before("42"), as_before("\"42\""), as_before("-1")].map(String::from), ["42", "42", "-1"]);
    let error = serde_json::from_str::<TicketId>("4.5").unwrap_err().to_string();
    assert!(error.contains("expected an id as a text or a whole number"), "{error}");
}

#[test]
fn a_ticket_and_an_event_with_number_ids_are_read_from_json() {
    let ticket: Ticket =
        serde_json::from_str(r#"{"id": 35436, "created_at": "2026-03-02T09:00:00Z", "requester": 20}"#)
            .unwrap();
    assert_eq!((ticket.id, ticket.requester), ("35436".into(), Some(CustomerId::from(20))));
    let merged: TicketEvent = serde_json::from_str(
        r#"{"ticket": 1, "at": "2026-03-02T10:00:00Z", "author": "agent", "kind": "merged_into", "value": 2}"#,
    )
    .unwrap();
    assert_eq!(merged.kind, EventKind::MergedInto(2.into()));
}

#[test]
fn timestamps_add_subtract_and_convert() {
    let start = at("2026-03-02T09:00:00Z");
    assert_eq!(start + TimeDelta::hours(2), at("2026-03-02T11:00:00Z"));
    assert_eq!(start - TimeDelta::minutes(1), at("2026-03-02T08:59:00Z"));
    assert_eq!(start + Duration::from_secs(90), at("2026-03-02T09:01:30Z"));
    assert_eq!(start - Duration::from_secs(90), at("2026-03-02T08:58:30Z"));
    assert_eq!(at("2026-03-03T09:00:00Z") - start, TimeDelta::days(1));
    let mut later = start;
    later += TimeDelta::hours(1);
    later -= Duration::from_secs(60);
    assert_eq!(later, at("2026-03-02T09:59:00Z"));
    assert_eq!(Timestamp::MAX + TimeDelta::MAX, Timestamp::MAX);
    assert_eq!(Timestamp::MIN - Duration::MAX, Timestamp::MIN);
    assert_eq!(start + TimeDelta::MIN, Timestamp::MIN);

    let local: DateTime<FixedOffset> = "2026-03-02T10:00:00+01:00".parse().unwrap();
    let utc: DateTime<Utc> = local.into();
    assert_eq!(Timestamp::from(local), start);
    assert_eq!(Timestamp::from(utc), start);
    assert_eq!(Timestamp::from(local.with_timezone(&chrono_tz::Europe::Copenhagen)), start);
    assert_eq!(Ticket::new("T-1", local).created_at, start);
    assert_eq!(Timestamp::try_from("2026-03-02T09:00:00Z"), Ok(start));
}

#[test]
fn enums_are_parsed_and_printed() {
    assert_eq!("agent".parse::<Author>(), Ok(Author::Agent));
    assert_eq!("end_user".parse::<Author>(), Ok(Author::Customer));
    assert_eq!(Author::Customer.to_string(), "customer");
    assert_eq!(Author::Bot.as_str(), "bot");
    assert_eq!("breached".parse::<VerdictState>(), Ok(VerdictState::Breached));
    assert_eq!(format!("{} {}", VerdictState::Met, ClockKind::Business), "met business");
    assert_eq!("business".parse::<ClockKind>(), Ok(ClockKind::Business));
    assert_eq!("resolution".parse::<SlaMetric>().unwrap(), SlaMetric::Resolution);
    assert_eq!(Reason::NotAnswered.as_str(), "not_answered");
    assert_eq!("not_answered".parse::<Reason>(), Ok(Reason::NotAnswered));
    assert_eq!("on_hold".parse::<Status>(), Ok(Status::OnHold));
    assert_eq!(Opening::default().as_str().parse::<Opening>(), Ok(Opening::default()));
    assert_eq!(format!("{:>8}|{:<6}|", Author::Agent, Status::New), "   agent|new   |");
    let round = [EventOrder::default().to_string(), Matching::FirstPerMetric.to_string()];
    assert_eq!(round[1], "first_per_metric");
    assert_eq!(round[0].parse::<EventOrder>(), Ok(EventOrder::default()));
    let _ = (Boundary::default().as_str(), DayEnd::default().as_str(), Reopen::default().as_str());
    let _ = (Direction::default().to_string(), SeveralAnswers::default().to_string());

    let error: UnknownWord = "robot".parse::<Author>().unwrap_err();
    let known = "one of contact, customer, end_user, requester, agent, bot, automation, system, external";
    assert_eq!(error.to_string(), format!("author \"robot\" is not {known}"));
    assert_eq!(deskmetrics::Error::from(error.clone()).to_string(), error.to_string());
}

#[test]
fn setters_take_options_and_names() {
    let requester: Option<String> = Some("ana".to_owned());
    let no_one: Option<&str> = None;
    let plan = String::from("pro");
    let ticket = Ticket::new("T-1", at("2026-03-02T09:00:00Z"))
        .with_attribute("market", "DK")
        .with_attribute("team", Some("billing"))
        .with_attribute(Attribute::Channel, no_one)
        .with_attribute("plan", &plan)
        .with_requester(requester)
        .with_created_by("customer".parse().unwrap());
    assert_eq!(ticket.requester, Some("ana".into()));
    assert_eq!(ticket.attributes, [("market", "DK"), ("group", "billing"), ("plan", "pro")].into());
    assert_eq!(ticket.clone().with_requester(no_one).requester, None);

    let event = TicketEvent::new(
        &ticket.id,
        ticket.created_at + TimeDelta::hours(1),
        Author::Agent,
        EventKind::Deleted,
    )
    .with_id(no_one)
    .with_author_name(Some("Kim".to_owned()));
    assert_eq!((event.id, event.author_name.as_deref()), (None, Some("Kim")));

    let solved: Option<DateTime<Utc>> = None;
    let invitation = Invitation::new("I-1", "csat", ticket.created_at)
        .with_answered_at(solved)
        .with_ticket(Some(&ticket.id));
    assert_eq!((invitation.answered_at, invitation.ticket), (None, Some(ticket.id.clone())));
    let weight: Option<f64> = None;
    let response = SurveyResponse::new("csat", Some(5)).with_at(Some(ticket.created_at)).with_weight(weight);
    assert_eq!((response.at, response.weight), (Some(ticket.created_at), None));
    let contact = QueueContact::new(ticket.created_at)
        .with_answered_at(Some(ticket.created_at + TimeDelta::seconds(9)));
    assert!(contact.answered_at.is_some());
}

#[test]
fn collections_are_made_extended_and_iterated() {
    let mut attributes: Attributes = [("market", "DK"), ("channel", "chat")].into_iter().collect();
    attributes.extend([("priority", "high")]);
    let names: Vec<&str> = attributes.iter().map(|(attribute, _)| attribute.as_str()).collect();
    assert_eq!(names, ["market", "channel", "priority"]);
    assert_eq!(attributes.into_iter().map(|(_, value)| value).next_back().as_deref(), Some("high"));
    let mut excluded: Excluded = [Reason::Missing, Reason::Spam].into_iter().collect();
    excluded.extend([Reason::Spam]);
    assert_eq!(excluded.iter().collect::<Vec<_>>(), [(Reason::Missing, 1), (Reason::Spam, 2)]);
}

/// CSAT by market and week.
fn table() -> ReportTable {
    let report = Report::builder(at("2026-03-16T00:00:00Z"))
        .with_kpi(KpiRequest::new("csat").with_question("csat", Scale::csat(1, 5).unwrap()))
        .with_kpi(KpiRequest::new("volume"))
        .with_slices(["market"])
        .with_periods(Periods::new(Period::Week, chrono_tz::Europe::Copenhagen))
        .build()
        .unwrap();
    let answer = |score, market, day| {
        SurveyResponse::new("csat", Some(score)).with_at(at(day)).with_attribute("market", market)
    };
    let answers = [
        answer(5, "DK", "2026-03-02T09:00:00Z"),
        answer(2, "DK", "2026-03-10T09:00:00Z"),
        answer(4, "ES", "2026-03-10T09:00:00Z"),
    ];
    let tickets = [Ticket::new(1, at("2026-03-02T09:00:00Z")).with_attribute("market", "DK")];
    let replay = Replay::new(at("2026-03-16T00:00:00Z"));
    let replayed = tickets.map(|ticket| replay.ticket(&ticket, &[]));
    report.run(&replayed, &answers, &[]).unwrap().table()
}

#[test]
fn a_row_has_a_kpi_a_slice_and_a_period() {
    let table = table();
    assert_eq!(table.row("csat", &[("market", "DK")], "2026-W11").unwrap().value, Some(0.0));
    assert_eq!(table.row("csat", &[("market", "DK")], None).unwrap().value, Some(50.0));
    assert_eq!(table.row("csat", &[], "2026-W10").unwrap().n, 1);
    assert_eq!(table.row("csat", &[], None).unwrap().n, 3);
    let error = table.row("csat", &[("market", "DE")], None).unwrap_err().to_string();
    assert_eq!(error, "there is no market \"DE\" in the report; it has DK, ES");
    assert_eq!((&table).into_iter().count(), table.rows.len());
}

#[test]
fn tables_are_read_back() {
    let table = table();
    let bytes = rmp_serde::to_vec_named(&table).unwrap();
    assert_eq!(rmp_serde::from_slice::<ReportTable>(&bytes).unwrap(), table);
    let renamed = table.with_attribute_names(&[(Attribute::Market, "team".into())].into());
    // A value of JSON, since serde_json reads the last digit of a float exactly only with its feature `float_roundtrip`.
    let json = serde_json::to_value(&renamed).unwrap();
    assert_eq!(serde_json::from_value::<ReportTable>(json).unwrap(), renamed);
    let json = serde_json::to_string(&renamed).unwrap();
    assert_eq!(serde_json::from_str::<ReportTable>(&json).unwrap().to_string(), renamed.to_string());
    let other = json.replace("\"csat\"", "\"csad\"");
    let error = serde_json::from_str::<ReportTable>(&other).unwrap_err().to_string();
    assert!(error.contains("KPI \"csad\" is not in the catalogue (did you mean \"csat\"?)"), "{error}");
}
