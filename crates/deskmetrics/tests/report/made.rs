//! Generated tickets, answers and invitations, and a report about them.

use chrono::TimeDelta;
use chrono_tz::Europe::Copenhagen;
use deskmetrics::kpi::{FcrPolicy, RepeatKey};
use deskmetrics::replay::{Response, UnansweredWait};
use deskmetrics::report::{KpiRequest, Period, Periods, Report, ReportRow, ReportState, ReportTable};
use deskmetrics::ticket::{Attribute, Status};
use deskmetrics::{
    Author, ClockKind, Elapsed, Invitation, Reason, Replayed, Scale, SlaMetric, SlaVerdict, SurveyResponse,
    Ticket, TicketMetrics, Timestamp, VerdictState,
};
use proptest::prelude::*;

pub(super) const HOUR: i64 = 3_600_000_000;
/// 2026-01-01T00:00:00Z
pub(super) const NEW_YEAR: i64 = 1_767_225_600_000_000;

pub(super) fn hour(hours: i64) -> Timestamp {
    Timestamp::from_micros(NEW_YEAR + hours * HOUR).unwrap()
}

pub(super) fn as_of() -> Timestamp {
    hour(24 * 100)
}

/// The parameters of a generated ticket.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) created: i64,
    pub(super) answered_after: Option<i64>,
    pub(super) solved_after: Option<i64>,
    pub(super) reopened_after: Option<i64>,
    pub(super) customer: u8,
    pub(super) market: Option<u8>,
    pub(super) spam: bool,
    pub(super) sla: Option<(bool, bool)>,
}

pub(super) fn case() -> impl Strategy<Value = Case> {
    let hours = |most: i64| prop::option::weighted(0.8, 0..most);
    (
        (0..24 * 95_i64, hours(100), hours(400), prop::option::weighted(0.2, 1..200_i64)),
        (
            0..6_u8,
            prop::option::weighted(0.8, 0..3_u8),
            prop::bool::weighted(0.05),
            prop::option::of(any::<(bool, bool)>()),
        ),
    )
        .prop_map(
            |((created, answered_after, solved_after, reopened_after), (customer, market, spam, sla))| Case {
                created,
                answered_after,
                solved_after,
                reopened_after,
                customer,
                market,
                spam,
                sla,
            },
        )
}

pub(super) fn elapsed(hours: i64) -> Elapsed {
    Elapsed::new(TimeDelta::hours(hours), Some(TimeDelta::hours(hours / 3)))
}

pub(super) fn replayed(number: usize, case: &Case) -> Replayed {
    let created = hour(case.created);
    let mut ticket =
        Ticket::new(format!("T-{number}"), created).with_requester(format!("c{}", case.customer));
    if let Some(market) = case.market {
        ticket = ticket.with_attribute(Attribute::Market, ["DK", "ES", "FR"][usize::from(market)]);
    }
    let mut metrics = TicketMetrics::new(created, as_of());
    metrics.exclusion = case.spam.then_some(Reason::Spam);
    metrics.customer_messages = 1;
    metrics.first_customer_message_at = Some(created);
    let known = |after: &i64| hour(case.created + after) <= as_of();
    match case.answered_after.filter(known) {
        Some(after) => {
            metrics.public_replies = 1;
            metrics.first_response_at = Some(hour(case.created + after));
            metrics.first_response_time = Some(elapsed(after));
            if known(&(after + 50)) {
                metrics.next_responses =
                    vec![Response::after(elapsed(20)).with_at(hour(case.created + after + 50))];
                metrics.unanswered_waits =
                    vec![UnansweredWait::of_next(elapsed(3)).with_ended_at(hour(case.created + after + 60))];
            }
        }
        None => metrics.running_first_response_time = Some(elapsed(24 * 100 - case.created)),
    }
    match case.solved_after.filter(known) {
        Some(after) => {
            let solved = hour(case.created + after);
            metrics.status = Status::Solved;
            metrics.solved_by = Some(Author::Agent);
            metrics.first_solved_at = Some(solved);
            metrics.first_resolution_time = Some(elapsed(after));
            metrics.last_solved_at = Some(solved);
            metrics.full_resolution_time = Some(elapsed(after));
            if let Some(reopened) = case.reopened_after.map(|more| after + more).filter(|after| known(after))
            {
                let cycle = serde_json::json!({
                    "solved_at": solved,
                    "reopened_at": hour(case.created + reopened),
                    "reopened_by": "customer",
                    "solved_again_at": null,
                    "replies": 0,
                });
                metrics.status = Status::Open;
                metrics.full_resolution_time = None;
                metrics.reopens = vec![serde_json::from_value(cycle).unwrap()];
            }
        }
        None => metrics.running_resolution_time = Some(elapsed(24 * 100 - case.created)),
    }
    let verdicts = case.sla.iter().map(|(met, decided)| {
        let mut verdict = SlaVerdict::new("standard", SlaMetric::FirstResponse, TimeDelta::hours(8), created);
        verdict.completed_at = decided.then_some(hour(case.created + 9));
        verdict.elapsed = elapsed(9);
        verdict.state = match (met, decided) {
            (true, true) => VerdictState::Met,
            (false, true) => VerdictState::Breached,
            (_, false) => VerdictState::Running,
        };
        verdict.breached_at = (*decided && !met).then_some(hour(case.created + 8));
        verdict
    });
    Replayed::new(ticket, metrics).with_verdicts(verdicts.collect())
}

pub(super) fn answers(cases: &[Case]) -> Vec<SurveyResponse> {
    let scored = |(number, case): (usize, &Case)| {
        let score = (case.created % 13 < 11).then(|| i32::try_from(case.created % 13).unwrap());
        let response = SurveyResponse::new("nps", score).with_ticket(format!("T-{number}"));
        if case.created % 5 == 0 { response } else { response.with_at(hour(case.created + 30)) }
    };
    cases.iter().enumerate().map(scored).collect()
}

pub(super) fn invitations(cases: &[Case]) -> Vec<Invitation> {
    let invited = |(number, case): (usize, &Case)| {
        let invitation = Invitation::new(format!("i{number}"), "nps", hour(case.created))
            .with_ticket(format!("T-{number}"));
        if case.created % 3 == 0 { invitation } else { invitation.with_answered_at(hour(case.created + 30)) }
    };
    cases.iter().enumerate().map(invited).collect()
}

pub(super) fn report(period: Period) -> Report {
    let week = FcrPolicy::NoRepeatContactWithin { window: TimeDelta::days(7), key: RepeatKey::Customer };
    Report::builder(as_of())
        .with_kpis(
            [
                "volume",
                "backlog",
                "backlog_age",
                "first_response_time",
                "next_response_time",
                "full_resolution_time",
                "solve_events",
                "reopen_rate",
                "one_touch",
                "survey_coverage",
            ]
            .map(KpiRequest::new),
        )
        .with_kpi(KpiRequest::new("first_resolution_time").with_clock(ClockKind::Business))
        .with_kpi(KpiRequest::new("fcr").with_policy(week))
        .with_kpi(KpiRequest::new("sla_attainment"))
        .with_kpi(KpiRequest::new("nps").with_question("nps", Scale::nps()))
        .with_slices([Attribute::Market])
        .with_slices([Attribute::Channel, Attribute::Market])
        .with_periods(Periods::new(period, Copenhagen))
        .build()
        .unwrap()
}

/// Checks that two states give identical results, bit for bit.
pub(super) fn same(one: &ReportState, other: &ReportState) -> Result<(), TestCaseError> {
    let (one, other) = (one.table(), other.table());
    for (mine, theirs) in one.rows.iter().zip(&other.rows) {
        prop_assert_eq!(mine, theirs);
    }
    prop_assert_eq!(one.rows.len(), other.rows.len());
    prop_assert!(one == other);
    Ok(())
}

pub(super) fn ticket(number: usize, created: i64, customer: u8, market: Option<u8>) -> Replayed {
    let case = Case {
        created,
        answered_after: Some(1),
        solved_after: Some(2),
        reopened_after: None,
        customer,
        market,
        spam: false,
        sla: None,
    };
    replayed(number, &case)
}

pub(super) fn row<'a>(
    table: &'a ReportTable,
    kpi: &str,
    market: Option<&str>,
    period: Option<&str>,
) -> &'a ReportRow {
    table
        .rows
        .iter()
        .find(|row| {
            row.kpi == kpi
                && row.headline
                && row.keys.get(&Attribute::Market).flatten() == market
                && row.keys.0.len() == usize::from(market.is_some())
                && row.period.as_ref().map(|period| period.label.as_str()) == period
        })
        .unwrap_or_else(|| panic!("no row {kpi} {market:?} {period:?}"))
}
