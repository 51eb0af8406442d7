//! Invariants of all tallies: merging, storage and measures.
#![allow(clippy::unwrap_used)]

mod records;

use std::collections::BTreeSet;
use std::fmt::Debug;

use chrono::TimeDelta;
use deskmetrics::kpi::{self, FcrPolicy, RepeatKey};
use deskmetrics::queue::{AgentShift, QueueContact};
use deskmetrics::ticket::Status;
use deskmetrics::{
    ClockKind, Estimates, Invitation, Merge, Reason, Replayed, Scale, SlaVerdict, SurveyResponse,
    TicketMetrics, Timestamp, Unit, VerdictState,
};
use proptest::prelude::*;
use serde::{Serialize, de::DeserializeOwned};

use records::{
    HOUR, contact, invitation, metrics, replayed, response, score, shift, surveyed, timestamp, verdict,
};

/// Feeds all records to one tally and their parts to three, and compares.
fn obey<T, R>(id: &str, empty: &T, records: &[R], cuts: (usize, usize), feed: impl Fn(&mut T, &R))
where
    T: Merge + Estimates + Clone + PartialEq + Debug + Serialize + DeserializeOwned,
{
    let tally_of = |records: &[R]| {
        let mut tally = empty.clone();
        for record in records {
            feed(&mut tally, record);
        }
        tally
    };
    let joined = |mut left: T, right: T| {
        left.merge(right);
        left
    };
    let (first, second) = (cuts.0.min(records.len()), cuts.1.min(records.len()));
    let (first, second) = (first.min(second), first.max(second));
    let whole = tally_of(records);
    let [a, b, c] =
        [tally_of(&records[..first]), tally_of(&records[first..second]), tally_of(&records[second..])];

    let left = joined(joined(a.clone(), b.clone()), c.clone());
    let right = joined(a.clone(), joined(b.clone(), c));
    assert_eq!(left, whole, "{id}: a split changes the result");
    assert_eq!(right, whole, "{id}: merging is not associative");
    assert_eq!(
        joined(b.clone(), a.clone()),
        joined(a.clone(), b.clone()),
        "{id}: merging is not commutative"
    );
    assert_eq!(joined(a.clone(), empty.clone()), a, "{id}: empty on the right is no identity");
    assert_eq!(joined(empty.clone(), a.clone()), a, "{id}: empty on the left is no identity");

    let stored = serde_json::to_string(&whole).unwrap();
    assert_eq!(serde_json::to_string(&left).unwrap(), stored, "{id}: a split changes the bytes");
    assert_eq!(serde_json::from_str::<T>(&stored).unwrap(), whole, "{id}: not the same after storage");

    if let Some(change) = a.change_from(&b, 0.95) {
        let headline = |tally: &T| tally.estimates(0.95)[0].value.unwrap_or(f64::NAN);
        let difference = headline(&a) - headline(&b);
        assert!(
            (change.difference - difference).abs() < 2e-6,
            "{id}: compares another number than its headline"
        );
    }

    let estimates = whole.estimates(0.95);
    assert_eq!(left.estimates(0.95), estimates, "{id}: a split changes the answers");
    // The reasons stated add measures.
    let own = |measure: &&str| !measure.starts_with("share: ") && !measure.starts_with("points: ");
    let measures: Vec<&str> = estimates.iter().map(|estimate| &*estimate.measure).filter(own).collect();
    let definition = kpi::definition(id).unwrap_or_else(|| panic!("{id} has no definition"));
    assert_eq!(measures, definition.measures, "{id}: the definition names other measures");
    for estimate in &estimates {
        let value = estimate.value;
        assert!(value.is_none_or(f64::is_finite), "{id}: {} is {value:?}", estimate.measure);
        let inside = |interval: deskmetrics::Interval| {
            interval.lower <= value.unwrap() + 1e-9 && value.unwrap() <= interval.upper + 1e-9
        };
        assert!(estimate.interval.is_none_or(inside), "{id}: {} is outside its interval", estimate.measure);
        let (lowest, highest) = match estimate.unit {
            Unit::Percent => (0.0, 100.0),
            Unit::Points => (-100.0, 100.0),
            Unit::PerTicket | Unit::Count => (0.0, f64::INFINITY),
            _ => (f64::NEG_INFINITY, f64::INFINITY),
        };
        let on_scale = |interval: deskmetrics::Interval| {
            interval.lower >= lowest - 1e-9 && interval.upper <= highest + 1e-9
        };
        assert!(
            estimate.interval.is_none_or(on_scale),
            "{id}: the interval of {} leaves its scale: {:?}",
            estimate.measure,
            estimate.interval
        );
    }
}

macro_rules! invariants {
    ($($id:ident of $record:ident: $empty:expr;)*) => {
        proptest! {
            #![proptest_config(ProptestConfig::with_cases(32))]
            $(
                #[test]
                fn $id(
                    records in prop::collection::vec($record(), 0..40),
                    cuts in (0..40_usize, 0..40_usize),
                ) {
                    obey(stringify!($id), &$empty, &records, cuts, feed::$id);
                }
            )*
        }

        /// The KPIs whose invariants are tested above.
        const TESTED: &[&str] = &[$(stringify!($id)),*];
    };
}

/// How each tally takes one record.
#[expect(clippy::ref_option, clippy::trivially_copy_pass_by_ref, reason = "all take a record alike")]
mod feed {
    use super::*;

    macro_rules! pushes {
        ($($id:ident: $tally:ty, $record:ty;)*) => {
            $(pub(super) fn $id(tally: &mut $tally, record: &$record) {
                tally.push(record);
            })*
        };
    }

    pushes! {
        response_rate: kpi::ResponseRate, Invitation;
        survey_completion: kpi::SurveyCompletion, Invitation;
        reasons: kpi::Reasons, SurveyResponse;
        service_level: kpi::ServiceLevel, QueueContact;
        abandon_rate: kpi::AbandonRate, QueueContact;
        speed_of_answer: kpi::SpeedOfAnswer, QueueContact;
        handle_time: kpi::HandleTime, QueueContact;
        occupancy: kpi::Occupancy, AgentShift;
        time_in_status: kpi::TimeInStatus, TicketMetrics;
        time_in_group: kpi::TimeInGroup, TicketMetrics;
        volume: kpi::Volume, TicketMetrics;
        solved: kpi::Solved, TicketMetrics;
        solve_events: kpi::SolveEvents, TicketMetrics;
        backlog: kpi::Backlog, TicketMetrics;
        flow: kpi::Flow, TicketMetrics;
        first_response_time: kpi::FirstResponseTime, TicketMetrics;
        next_response_time: kpi::NextResponseTime, TicketMetrics;
        response_time: kpi::ResponseTime, TicketMetrics;
        bot_first_response_time: kpi::BotFirstResponseTime, TicketMetrics;
        first_resolution_time: kpi::FirstResolutionTime, TicketMetrics;
        full_resolution_time: kpi::FullResolutionTime, TicketMetrics;
        net_resolution_time: kpi::NetResolutionTime, TicketMetrics;
        resolution_time_censored: kpi::ResolutionTimeCensored, TicketMetrics;
        requester_wait_time: kpi::RequesterWaitTime, TicketMetrics;
        agent_wait_time: kpi::AgentWaitTime, TicketMetrics;
        on_hold_time: kpi::OnHoldTime, TicketMetrics;
        agent_work_time: kpi::AgentWorkTime, TicketMetrics;
        time_to_first_assignment: kpi::TimeToFirstAssignment, TicketMetrics;
        backlog_age: kpi::BacklogAge, TicketMetrics;
        one_touch: kpi::OneTouch, TicketMetrics;
        two_touch: kpi::TwoTouch, TicketMetrics;
        multi_touch: kpi::MultiTouch, TicketMetrics;
        reopen_rate: kpi::ReopenRate, TicketMetrics;
        first_level_resolution: kpi::FirstLevelResolution, TicketMetrics;
        escalation_rate: kpi::EscalationRate, TicketMetrics;
        transfer_rate: kpi::TransferRate, TicketMetrics;
        transfers: kpi::Transfers, TicketMetrics;
        group_transfers: kpi::GroupTransfers, TicketMetrics;
        handoffs: kpi::Handoffs, TicketMetrics;
        replies_per_ticket: kpi::RepliesPerTicket, TicketMetrics;
        messages_per_ticket: kpi::MessagesPerTicket, TicketMetrics;
        agent_touches: kpi::AgentTouches, TicketMetrics;
        bot_resolution: kpi::BotResolution, TicketMetrics;
        bot_containment: kpi::BotContainment, TicketMetrics;
        sla_ticket_attainment: kpi::SlaTicketAttainment, Replayed;
        sla_attainment: kpi::SlaAttainment, SlaVerdict;
        sla_overshoot: kpi::SlaOvershoot, SlaVerdict;
        sla_at_risk: kpi::SlaAtRisk, SlaVerdict;
    }

    pub(super) fn customers(tally: &mut kpi::Customers, replayed: &Replayed) {
        tally.push(&replayed.ticket, &replayed.metrics);
    }

    pub(super) fn survey_coverage(
        tally: &mut kpi::SurveyCoverage,
        (replayed, sent): &(Replayed, Invitation),
    ) {
        match &replayed.ticket.requester {
            Some(_) => tally.push_ticket(&replayed.ticket, &replayed.metrics),
            None => tally.push(&replayed.metrics, sent.delivered),
        }
        tally.push_invitation(sent);
    }

    pub(super) fn csat(tally: &mut kpi::Csat, score: &Option<i32>) {
        tally.push(*score);
    }

    pub(super) fn nps(tally: &mut kpi::Nps, score: &Option<i32>) {
        tally.push(*score);
    }

    pub(super) fn ces(tally: &mut kpi::Ces, score: &Option<i32>) {
        tally.push(*score);
    }

    pub(super) fn fcr(tally: &mut kpi::Fcr, replayed: &Replayed) {
        tally.push(&replayed.ticket, &replayed.metrics);
    }
}

fn across_tickets() -> FcrPolicy {
    FcrPolicy::NoRepeatContactWithin { window: TimeDelta::days(3), key: RepeatKey::CustomerAndCategory }
}

invariants! {
    csat of score: kpi::Csat::new(&Scale::csat(1, 5).unwrap());
    nps of score: kpi::Nps::default();
    ces of score: kpi::Ces::new(&Scale::ces1());
    response_rate of invitation: kpi::ResponseRate::default().with_as_of(timestamp(600)).with_expire_after(TimeDelta::days(7));
    survey_completion of invitation: kpi::SurveyCompletion::default();
    survey_coverage of surveyed: kpi::SurveyCoverage::default();
    reasons of response: kpi::Reasons::new(&Scale::nps());
    service_level of contact:
        kpi::ServiceLevel::new(TimeDelta::seconds(20)).with_short_abandon(TimeDelta::seconds(5));
    abandon_rate of contact: kpi::AbandonRate::default().with_short_abandon(TimeDelta::seconds(5));
    speed_of_answer of contact: kpi::SpeedOfAnswer::default();
    handle_time of contact: kpi::HandleTime::default();
    occupancy of shift: kpi::Occupancy::default();
    customers of replayed: kpi::Customers::default();
    time_in_status of metrics: kpi::TimeInStatus::new(Status::Pending, ClockKind::Calendar);
    time_in_group of metrics: kpi::TimeInGroup::new("billing", ClockKind::Calendar);
    volume of metrics: kpi::Volume::default();
    solved of metrics: kpi::Solved::default();
    solve_events of metrics: kpi::SolveEvents::default();
    backlog of metrics: kpi::Backlog::new(timestamp(500));
    flow of metrics: kpi::Flow::new(timestamp(200), timestamp(500));
    first_response_time of metrics: kpi::FirstResponseTime::new(ClockKind::Business);
    next_response_time of metrics: kpi::NextResponseTime::default();
    response_time of metrics: kpi::ResponseTime::default();
    bot_first_response_time of metrics: kpi::BotFirstResponseTime::default();
    first_resolution_time of metrics: kpi::FirstResolutionTime::default();
    full_resolution_time of metrics: kpi::FullResolutionTime::default();
    net_resolution_time of metrics: kpi::NetResolutionTime::default();
    resolution_time_censored of metrics: kpi::ResolutionTimeCensored::default();
    requester_wait_time of metrics: kpi::RequesterWaitTime::default();
    agent_wait_time of metrics: kpi::AgentWaitTime::default();
    on_hold_time of metrics: kpi::OnHoldTime::default();
    agent_work_time of metrics: kpi::AgentWorkTime::default();
    time_to_first_assignment of metrics: kpi::TimeToFirstAssignment::default();
    backlog_age of metrics: kpi::BacklogAge::default();
    fcr of replayed: kpi::Fcr::new(across_tickets());
    one_touch of metrics: kpi::OneTouch::default().without_automatic_solves();
    two_touch of metrics: kpi::TwoTouch::default();
    multi_touch of metrics: kpi::MultiTouch::default();
    reopen_rate of metrics: kpi::ReopenRate::default();
    first_level_resolution of metrics: kpi::FirstLevelResolution::default();
    escalation_rate of metrics: kpi::EscalationRate::default();
    transfer_rate of metrics: kpi::TransferRate::default();
    transfers of metrics: kpi::Transfers::default();
    group_transfers of metrics: kpi::GroupTransfers::default();
    handoffs of metrics: kpi::Handoffs::default();
    replies_per_ticket of metrics: kpi::RepliesPerTicket::default();
    messages_per_ticket of metrics: kpi::MessagesPerTicket::default();
    agent_touches of metrics: kpi::AgentTouches::default();
    bot_resolution of metrics: kpi::BotResolution::default();
    bot_containment of metrics: kpi::BotContainment::default();
    sla_attainment of verdict: kpi::SlaAttainment::default();
    sla_ticket_attainment of replayed: kpi::SlaTicketAttainment::default();
    sla_overshoot of verdict: kpi::SlaOvershoot::default();
    sla_at_risk of verdict: kpi::SlaAtRisk::default();
}

#[test]
fn every_kpi_of_the_catalogue_is_tested_here() {
    let catalogue: BTreeSet<&str> = kpi::DEFINITIONS.iter().map(|definition| definition.id).collect();
    assert_eq!(catalogue.len(), kpi::DEFINITIONS.len(), "an id occurs twice");
    assert_eq!(catalogue, TESTED.iter().copied().collect());
}

#[test]
fn every_name_finds_one_kpi_only() {
    for definition in kpi::DEFINITIONS {
        for name in definition.aliases.iter().chain([&definition.id]) {
            assert_eq!(kpi::definition(name).unwrap().id, definition.id, "\"{name}\" finds another KPI");
        }
    }
}

#[test]
fn every_definition_is_complete() {
    for definition in kpi::DEFINITIONS {
        let texts = [definition.name, definition.description];
        let words = texts.iter().flat_map(|text| [text.en, text.es, text.da]);
        let rest = [definition.formula, definition.population];
        assert!(words.chain(rest).all(|text| !text.trim().is_empty()), "{} lacks a text", definition.id);
        assert!(!definition.references.is_empty(), "{} lacks a reference", definition.id);
        assert!(!definition.measures.is_empty(), "{} lacks measures", definition.id);
        assert!(definition.min.zip(definition.max).is_none_or(|(min, max)| min < max), "{}", definition.id);
    }
}

proptest! {
    /// backlog(to) = backlog(from) + created + reopened − solved, with the backlog just before each end.
    #[test]
    fn flow_reconciles_with_the_backlog(
        tickets in prop::collection::vec(metrics(), 0..60), from in 0..900_i64, length in 0..90_i64,
    ) {
        let just_before =
            |hours: i64| Timestamp::saturating_from_micros(hours * HOUR - 1);
        let flow = kpi::flow(&tickets, timestamp(from), timestamp(from + length));
        let before = kpi::backlog(&tickets, just_before(from)).count();
        let after = kpi::backlog(&tickets, just_before(from + length)).count();
        prop_assert_eq!(i128::from(after) - i128::from(before), i128::from(flow.growth()));
    }

    /// Many snapshots in one pass are those taken one by one.
    #[test]
    fn the_backlog_at_each_timestamp_is_the_backlog_at_that_timestamp(
        tickets in prop::collection::vec(metrics(), 0..40), hours in prop::collection::vec(-1..1_000_i64, 0..8),
    ) {
        let timestamps: Vec<Timestamp> = hours.into_iter().map(timestamp).collect();
        let at_once = kpi::backlog_at_each(&tickets, &timestamps);
        let one_by_one: Vec<kpi::Backlog> = timestamps.iter().map(|at| kpi::backlog(&tickets, *at)).collect();
        prop_assert_eq!(at_once, one_by_one);
    }

    /// A tally of another clock is not mixed in.
    #[test]
    fn other_options_are_excluded_and_counted(tickets in prop::collection::vec(metrics(), 1..20)) {
        let business = kpi::first_response_time(&tickets, ClockKind::Business);
        let mut calendar = kpi::first_response_time(&tickets, ClockKind::Calendar);
        let before = calendar.clone();
        calendar.merge(business.clone());
        if before.survival().n() > 0 {
            prop_assert_eq!(calendar.survival(), before.survival());
            prop_assert_eq!(calendar.excluded().count(Reason::OtherOptions), business.survival().n());
        }
    }
}

#[test]
fn a_stored_tally_that_does_not_fit_its_scale_is_refused() {
    let mut stored = serde_json::to_value(kpi::csat([5, 4], &Scale::csat(1, 5).unwrap())).unwrap();
    stored["scores"]["counts"] = serde_json::json!([1, 2, 3]);
    let error = serde_json::from_value::<kpi::Csat>(stored).unwrap_err();
    assert_eq!(error.to_string(), "stored scores do not fit the scale 1 to 5");
}

#[test]
fn the_states_of_a_verdict_are_all_decided_or_exclusions() {
    let mut attainment = kpi::SlaAttainment::default();
    let states = [
        VerdictState::Met,
        VerdictState::Breached,
        VerdictState::Running,
        VerdictState::Paused,
        VerdictState::Cancelled,
    ];
    for state in states {
        attainment.push_state(state);
    }
    assert_eq!(attainment.n() + attainment.excluded().total(), 5);
}
