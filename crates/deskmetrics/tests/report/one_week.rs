//! The records that a report on one week needs.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::TimeDelta;
use chrono_tz::Europe::Copenhagen;
use deskmetrics::catalogue::catalogue;
use deskmetrics::kpi::FcrPolicy;
use deskmetrics::replay::Replay;
use deskmetrics::report::{KpiRequest, Period, PeriodSpan, Periods, Report, ReportRow};
use deskmetrics::schedule::Schedule;
use deskmetrics::sla::SlaPolicies;
use deskmetrics::ticket::{Attribute, EventKind, TicketId};
use deskmetrics::{ClockKind, Scale, Timestamp};
use deskmetrics_testkit::generator::{Generator, Sample};

const STOCKS: [&str; 3] = ["backlog", "backlog_age", "flow"];

/// Every KPI that a request by its id, or with the usual options, gives.
fn requests(fcr: &str) -> Vec<KpiRequest> {
    let fcr: FcrPolicy = fcr.parse().unwrap();
    let definitions = catalogue().kpis.iter();
    let all = definitions.flat_map(|definition| {
        let plain = KpiRequest::new(definition.id);
        [
            plain.clone(),
            plain.clone().with_clock(ClockKind::Business),
            plain.clone().with_policy(fcr.clone()),
            plain.clone().with_question("csat", Scale::csat(1, 5).unwrap()),
            plain.with_question("nps", Scale::nps()),
        ]
    });
    all.filter(|request| request.check().is_ok()).collect()
}

fn replay(as_of: Timestamp) -> Replay {
    let policies: SlaPolicies = toml::from_str(
        r#"
        [[policies]]
        name = "everyone"
        targets = [
            { metric = "first_response", clock = "business", within = "4h", at_risk = 0.8 },
            { metric = "next_response", within = "8h" },
            { metric = "resolution", clock = "business", within = "24h" },
        ]
        "#,
    )
    .unwrap();
    let office = Schedule::parse("Europe/Copenhagen", "Mo-Fr 08:00-18:00").unwrap().compile();
    Replay::new(as_of).with_schedule(office).with_policies(policies)
}

/// The rows of a week from these records.
fn rows(sample: &Sample, week: &PeriodSpan, requests: &[KpiRequest]) -> Vec<ReportRow> {
    let report = Report::builder(sample.as_of)
        .with_kpis(requests.to_vec())
        .with_slices([Attribute::Market])
        .with_periods(Periods::new(Period::Week, Copenhagen))
        .with_observed_from(week.previous().unwrap().start)
        .build()
        .unwrap();
    let tickets = replay(sample.as_of).tickets(&sample.tickets, &sample.events).tickets;
    let table = report.run(&tickets, &sample.responses, &sample.invitations).unwrap().table();
    let label = week.label();
    let of_week = |row: &ReportRow| row.period.as_ref().is_some_and(|period| period.label == label);
    let mut rows: Vec<ReportRow> = table.rows.into_iter().filter(of_week).collect();
    // Stocks at the end of a week have the exclusions of all tickets so far.
    for row in rows.iter_mut().filter(|row| STOCKS.contains(&row.kpi)) {
        row.excluded = Arc::default();
    }
    rows
}

/// Answers and invitations from a timestamp on; tickets that these are about, that are open, or that have an event from then on,
/// and those merged into them; each ticket with all its events, answers and invitations.
fn records(sample: &Sample, from: Timestamp) -> Sample {
    let replayed = replay(sample.as_of).tickets(&sample.tickets, &sample.events).tickets;
    let open = replayed
        .iter()
        .filter(|ticket| ticket.metrics.exclusion.is_none() && !ticket.metrics.status.is_done());
    let mut needed: BTreeSet<&TicketId> = open.map(|ticket| &ticket.ticket.id).collect();
    needed.extend(sample.tickets.iter().filter(|ticket| ticket.created_at >= from).map(|ticket| &ticket.id));
    needed.extend(sample.events.iter().filter(|event| event.at >= from).map(|event| &event.ticket));
    let answers = sample.responses.iter().filter(|answer| answer.at >= Some(from));
    needed.extend(answers.filter_map(|answer| answer.ticket.as_ref()));
    let invitations = sample.invitations.iter().filter(|invitation| invitation.sent_at >= from);
    needed.extend(invitations.filter_map(|invitation| invitation.ticket.as_ref()));
    for event in &sample.events {
        if matches!(&event.kind, EventKind::MergedInto(survivor) if needed.contains(survivor)) {
            needed.insert(&event.ticket);
        }
    }
    let of_needed = |ticket: &Option<TicketId>| ticket.as_ref().is_some_and(|id| needed.contains(id));
    let mut records = sample.clone();
    records.tickets.retain(|ticket| needed.contains(&ticket.id));
    records.events.retain(|event| needed.contains(&event.ticket));
    records.responses.retain(|answer| answer.at >= Some(from) || of_needed(&answer.ticket));
    records.invitations.retain(|invitation| invitation.sent_at >= from || of_needed(&invitation.ticket));
    records
}

#[test]
fn open_tickets_and_those_with_an_event_since_the_week_before_give_its_rows() {
    let sample = Generator::shipped().with_tickets(1200).generate();
    let weeks = Periods::new(Period::Week, Copenhagen);
    // Contacts of a customer within some days of each other need those days before.
    let policies = [
        ("no_reopen_within(7days)", TimeDelta::zero()),
        ("all_of(no_reopen_within(7days), no_repeat_contact_within(7days, customer))", TimeDelta::days(7)),
    ];
    for (fcr, before) in policies {
        let requests = requests(fcr);
        assert!(requests.len() > 60, "{} requests", requests.len());
        for (day, most) in [("2026-03-18T12:00:00Z", 1100), ("2026-04-22T12:00:00Z", 600)] {
            let week = weeks.of(day.parse().unwrap()).unwrap();
            let needed = records(&sample, (week.previous().unwrap().start.to_utc() - before).into());
            assert!(needed.tickets.len() < most, "{} tickets", needed.tickets.len());
            let (all, few) = (rows(&sample, &week, &requests), rows(&needed, &week, &requests));
            assert!(all.len() > 500, "{} rows", all.len());
            for (all, few) in all.iter().zip(&few) {
                assert_eq!(all, few);
            }
            assert_eq!(all.len(), few.len());
            assert!(all.iter().any(|row| row.change.is_some()));
        }
    }
}
