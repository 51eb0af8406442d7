//! Attribution of scores to agents from an event log.
#![allow(clippy::unwrap_used)]

use deskmetrics::kpi::Attribution;
use deskmetrics::replay::{Replay, Replayed};
use deskmetrics::report::{KpiRequest, Report};
use deskmetrics::survey::{Scale, WeightedRating};
use deskmetrics::ticket::Attribute;
use deskmetrics::{SurveyResponse, Ticket, TicketEvent, Timestamp};

fn at(clock: &str) -> Timestamp {
    format!("2026-03-02T{clock}:00Z").parse().unwrap()
}

fn event(clock: &str, author: &str, name: Option<&str>, kind: &str) -> TicketEvent {
    serde_json::from_value(serde_json::json!({
        "ticket": "T-1", "at": at(clock), "author": author, "author_name": name, "kind": kind,
    }))
    .unwrap()
}

fn replayed() -> Replayed {
    let events = [
        event("09:00", "customer", Some("ana"), "public_message"),
        event("09:05", "bot", Some("robo"), "public_message"),
        event("09:30", "agent", Some("maria"), "public_message"),
        event("09:40", "agent", Some("maria"), "public_message"),
        event("10:00", "agent", Some("lars"), "internal_note"),
        event("10:30", "agent", Some("ivan"), "public_message"),
        event("11:00", "agent", Some("maria"), "public_message"),
        event("12:00", "agent", None, "public_message"),
    ];
    Replay::new(at("18:00")).ticket(&Ticket::new("T-1", at("09:00")), &events)
}

#[test]
fn repliers_are_agents_with_public_replies_in_order() {
    let metrics = replayed().metrics;
    let repliers: Vec<(Option<&str>, Timestamp)> =
        metrics.repliers.iter().map(|replier| (replier.name.as_deref(), replier.from)).collect();
    assert_eq!(
        repliers,
        [
            (Some("maria"), at("09:30")),
            (Some("ivan"), at("10:30")),
            (Some("maria"), at("11:00")),
            (None, at("12:00")),
        ]
    );
    assert_eq!(metrics.replying_agents, 3);
}

#[test]
fn a_score_belongs_to_the_last_replier() {
    let metrics = replayed().metrics;
    let rated = |clock: &str| SurveyResponse::new("csat", Some(4)).with_at(at(clock));
    let last = |clock| Attribution::LastReplier.agents(&metrics, &rated(clock));
    assert_eq!(last("09:10"), []); // a bot is not rated
    assert_eq!(last("09:30"), [("maria", 1.0)]);
    assert_eq!(last("10:45"), [("ivan", 1.0)]);
    assert_eq!(last("11:30"), [("maria", 1.0)]);
    assert_eq!(last("13:00"), []); // an agent without a name
    assert_eq!(Attribution::EveryReplier.agents(&metrics, &rated("13:00")), [("ivan", 0.5), ("maria", 0.5)]);
    assert_eq!(Attribution::LastReplier.agents(&metrics, &SurveyResponse::new("csat", Some(4))), []);
}

#[test]
fn scores_are_sliced_by_agent() {
    let rated =
        |clock: &str, score| SurveyResponse::new("csat", Some(score)).with_ticket("T-1").with_at(at(clock));
    let elsewhere = SurveyResponse::new("csat", Some(1)).with_ticket("T-2").with_at(at("11:30"));
    let answers = [rated("10:45", 5), rated("10:50", 2), rated("11:30", 4), rated("09:10", 3), elsewhere];
    let tickets = [replayed()];
    let stars = Scale::csat(1, 5).unwrap();

    let named = Attribution::LastReplier.attributed(&answers, &tickets);
    let report = Report::builder(at("18:00"))
        .with_kpi(KpiRequest::new("csat").with_question("csat", stars.clone()))
        .with_slices([Attribute::from("agent")])
        .build()
        .unwrap();
    let table = report.run(&tickets, &named, &[]).unwrap().table();
    let by_agent: Vec<_> =
        table.slices().filter(|row| row.headline).map(|row| (row.keys.label(), row.value, row.n)).collect();
    let expected = [("ivan", 50.0, 2), ("maria", 100.0, 1), ("(none)", 0.0, 2)];
    assert_eq!(by_agent, expected.map(|(agent, percent, n)| (agent.to_owned(), Some(percent), n)));

    // shared: at 11:30 ivan and maria both had replied, at 10:45 too
    let shared = Attribution::EveryReplier.attributed(&answers[..3], &tickets);
    assert_eq!((shared.len(), shared.iter().filter_map(|answer| answer.weight).sum::<f64>()), (6, 3.0));
    let mut ivan = WeightedRating::new(&stars);
    for answer in
        shared.iter().filter(|answer| answer.attributes.get(&Attribute::from("agent")) == Some("ivan"))
    {
        ivan.push(answer.score, answer.weight.unwrap());
    }
    assert_eq!((ivan.n(), ivan.weight()), (3, 1.5));
    assert!((ivan.positive_percent().unwrap() - 200.0 / 3.0).abs() < 1e-9);
}
