//! A replay of some measures gives the same values as a replay of all of them.

use chrono::TimeDelta;
use deskmetrics::replay::{
    FirstResponseStart, Needs, Replay, ReplayOptions, Replayed, Schedules, SolveWithoutReply,
};
use deskmetrics::schedule::Schedule;
use deskmetrics::sla::{SlaOptions, SlaPolicies, Validity};
use deskmetrics::ticket::Attribute;
use deskmetrics::{ClockKind, Elapsed, SlaVerdict, Ticket, TicketMetrics, Timestamp};
use deskmetrics_testkit::replay::strategy::logs;
use proptest::prelude::*;

/// From simple to complex: status alone, business time by market, the conversation, groups, tags, custom clocks.
const POLICIES: &[&str] = &[
    "[[policies]]\nname = 'none of these'\ntargets = []",
    "[[policies]]\nname = 'work'\ntargets = [{ metric = 'agent_work', within = '4h' }]",
    r#"
    [[policies]]
    name = "nordic"
    when = { market = ["DK", "SE"] }
    targets = [{ metric = "requester_wait", clock = "business", within = { high = "4h", "*" = "8h" } }]
    [[policies]]
    name = "others"
    targets = [{ metric = "resolution", within = "24h" }]
    "#,
    r#"
    [[policies]]
    name = "answers"
    targets = [
        { metric = "first_response", clock = "business", within = "1h" },
        { metric = "next_response", within = "4h" },
        { metric = "pausable_update", within = "4h" },
    ]
    "#,
    r#"
    [[policies]]
    name = "vip"
    when = { tag = "vip" }
    schedule = "dk"
    targets = [{ metric = "group_ownership", clock = "business", within = "4h" }]
    [[policies]]
    name = "groups"
    targets = [{ metric = "group_ownership", within = "8h" }]
    "#,
    r#"
    [[clocks]]
    name = "handling"
    start = ["created", "reopened"]
    pause = [{ status = "pending" }]
    stop = ["solved"]
    [[policies]]
    name = "own clock"
    targets = [{ metric = "handling", within = "4h" }]
    "#,
];

fn options() -> Vec<ReplayOptions> {
    let mut thankful = ReplayOptions::default();
    thankful.thank_you_within = Some(TimeDelta::hours(8));
    let mut sla = SlaOptions::default();
    sla.validity = Validity::AtEachChange;
    vec![
        ReplayOptions::default(),
        ReplayOptions::default().with_first_response_start(FirstResponseStart::Handoff),
        ReplayOptions::default().with_solve_without_reply(SolveWithoutReply::CountsAsReply),
        thankful,
        ReplayOptions::default().with_sla(sla),
    ]
}

const PARTS: [Needs; 9] = [
    Needs::CONVERSATION,
    Needs::MESSAGES,
    Needs::SOLVES,
    Needs::REOPENS,
    Needs::STATUS_TIMES,
    Needs::STATIONS,
    Needs::TOUCHES,
    Needs::BUSINESS_TIME,
    Needs::VERDICTS,
];

/// The requested measures of all of them.
fn only(whole: TicketMetrics, needs: Needs) -> TicketMetrics {
    let mut requested = TicketMetrics::new(whole.created_at, whole.as_of);
    requested.status = whole.status;
    requested.exclusion = whole.exclusion;
    if needs.any(Needs::CONVERSATION) {
        requested.first_customer_message_at = whole.first_customer_message_at;
        requested.first_response_at = whole.first_response_at;
        requested.first_response_time = whole.first_response_time;
        requested.running_first_response_time = whole.running_first_response_time;
        requested.bot_first_response_time = whole.bot_first_response_time;
        requested.first_response_by = whole.first_response_by;
        requested.next_responses = whole.next_responses;
        requested.running_next_response_time = whole.running_next_response_time;
        requested.unanswered_waits = whole.unanswered_waits;
        requested.repliers = whole.repliers;
    }
    if needs.any(Needs::CONVERSATION | Needs::MESSAGES) {
        requested.proactive = whole.proactive;
        requested.public_replies = whole.public_replies;
        requested.customer_messages = whole.customer_messages;
        requested.bot_messages = whole.bot_messages;
        requested.internal_notes = whole.internal_notes;
        requested.replying_agents = whole.replying_agents;
        requested.bot_handoffs = whole.bot_handoffs;
    }
    if needs.any(Needs::SOLVES) {
        requested.first_solved_at = whole.first_solved_at;
        requested.last_solved_at = whole.last_solved_at;
        requested.closed_at = whole.closed_at;
        requested.solved_by = whole.solved_by;
        requested.first_resolution_time = whole.first_resolution_time;
        requested.full_resolution_time = whole.full_resolution_time;
        requested.net_resolution_time = whole.net_resolution_time;
        requested.running_resolution_time = whole.running_resolution_time;
    }
    if needs.any(Needs::REOPENS) {
        requested.reopens = whole.reopens;
        requested.thank_you_reopens = whole.thank_you_reopens;
    }
    if needs.any(Needs::STATUS_TIMES) {
        requested.time_in_status = whole.time_in_status;
        requested.requester_wait_time = whole.requester_wait_time;
        requested.agent_wait_time = whole.agent_wait_time;
        requested.on_hold_time = whole.on_hold_time;
        requested.agent_work_time = whole.agent_work_time;
    }
    if needs.any(Needs::STATIONS) {
        requested.time_to_first_assignment = whole.time_to_first_assignment;
        requested.assignee_stations = whole.assignee_stations;
        requested.group_stations = whole.group_stations;
        requested.assignee_stints = whole.assignee_stints;
        requested.group_stints = whole.group_stints;
    }
    if needs.any(Needs::TOUCHES) {
        requested.agent_touches = whole.agent_touches;
        requested.escalations = whole.escalations;
    }
    requested
}

/// The measures on the calendar clock alone.
fn calendar(mut metrics: TicketMetrics) -> TicketMetrics {
    let bare = |time: &mut Elapsed| time.business_micros = None;
    for time in [
        &mut metrics.first_response_time,
        &mut metrics.running_first_response_time,
        &mut metrics.bot_first_response_time,
        &mut metrics.running_next_response_time,
        &mut metrics.first_resolution_time,
        &mut metrics.full_resolution_time,
        &mut metrics.net_resolution_time,
        &mut metrics.running_resolution_time,
        &mut metrics.time_to_first_assignment,
    ] {
        time.iter_mut().for_each(bare);
    }
    metrics.next_responses.iter_mut().for_each(|response| bare(&mut response.elapsed));
    metrics.unanswered_waits.iter_mut().for_each(|wait| bare(&mut wait.elapsed));
    metrics.time_in_status.iter_mut().for_each(bare);
    for time in [
        &mut metrics.requester_wait_time,
        &mut metrics.agent_wait_time,
        &mut metrics.on_hold_time,
        &mut metrics.agent_work_time,
    ] {
        bare(time);
    }
    for stint in metrics.assignee_stints.iter_mut().chain(&mut metrics.group_stints) {
        bare(&mut stint.elapsed);
    }
    metrics
}

/// The verdicts on the clocks of their targets.
fn on_their_clock(verdicts: Vec<SlaVerdict>) -> Vec<SlaVerdict> {
    let bare = |mut verdict: SlaVerdict| {
        if verdict.clock == ClockKind::Calendar {
            verdict.elapsed.business_micros = None;
            verdict.carried.iter_mut().for_each(|carried| carried.business_micros = None);
        }
        verdict
    };
    verdicts.into_iter().map(bare).collect()
}

fn replay(as_of: Timestamp, policies: &str, options: ReplayOptions) -> Replay {
    let hours = |text| Schedule::parse("UTC", text).expect("readable hours").compile_years(2026..=2026);
    let schedules = Schedules::default()
        .with_schedule("dk", hours("Mo-Fr 09:00-17:00"))
        .with_schedule("es", hours("Mo-Th 10:00-19:00; Fr 08:00-15:00"))
        .with_rule(Attribute::Market, ["DK"], "dk")
        .with_rule(Attribute::Market, ["ES"], "es")
        .with_fallback("dk");
    let policies: SlaPolicies = toml::from_str(policies).expect("readable policies");
    Replay::new(as_of).with_options(options).with_schedules(schedules).with_policies(policies)
}

fn compare(ticket: &Ticket, whole: Replayed, lean: Replayed, needs: Needs) -> Result<(), TestCaseError> {
    prop_assert_eq!(&lean.ticket, ticket);
    let requested = only(whole.metrics, needs);
    if needs.any(Needs::BUSINESS_TIME) {
        prop_assert_eq!(lean.metrics, requested);
    } else {
        prop_assert_eq!(calendar(lean.metrics), calendar(requested));
    }
    if needs.any(Needs::VERDICTS) {
        prop_assert_eq!(on_their_clock(lean.verdicts), on_their_clock(whole.verdicts));
        prop_assert_eq!(lean.excluded, whole.excluded);
    } else {
        prop_assert!(lean.verdicts.is_empty());
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(96) })]

    #[test]
    fn requested_measures_equal_those_of_a_full_replay(
        (ticket, events) in logs(),
        after in 0..5000i64,
        parts in proptest::collection::vec(any::<bool>(), PARTS.len()),
    ) {
        let chosen = PARTS.into_iter().zip(&parts).filter(|(_, chosen)| **chosen).map(|(part, _)| part);
        let needs = chosen.fold(Needs::NOTHING, Needs::and);
        let last = events.last().map_or(ticket.created_at, |event| event.at);
        let as_of = Timestamp::from(last.to_utc() + TimeDelta::minutes(after));
        for policies in POLICIES {
            for options in options() {
                let whole = replay(as_of, policies, options);
                let lean = whole.clone().with_measures(needs);
                let (whole, lean) = (whole.ticket(&ticket, &events), lean.ticket(&ticket, &events));
                let ticket = whole.ticket.clone();
                compare(&ticket, whole, lean, needs)?;
            }
        }
    }
}

#[test]
fn needs_add_up() {
    let all = PARTS.into_iter().fold(Needs::NOTHING, Needs::and);
    assert_eq!(all, Needs::EVERYTHING);
    assert_eq!(Needs::default(), Needs::EVERYTHING);
    assert!(!Needs::NOTHING.any(Needs::EVERYTHING));
    assert!((Needs::SOLVES | Needs::REOPENS).any(Needs::REOPENS));
}
