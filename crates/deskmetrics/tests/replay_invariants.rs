//! Invariants of replay and SLA verdicts on random logs.

use std::collections::BTreeMap;
use std::sync::Mutex;

use chrono::TimeDelta;
use deskmetrics::engine::step::{FIRST_FREE, NONE, Start, Step, StepKind};
use deskmetrics::replay::{Replay, Replayed, Schedules, TicketTracker};
use deskmetrics::schedule::{CompiledSchedule, Schedule};
use deskmetrics::sla::SlaPolicies;
use deskmetrics::ticket::{Attribute, EventKind};
use deskmetrics::{Elapsed, Reason, SlaVerdict, Status, Ticket, TicketEvent, Timestamp};
use deskmetrics_testkit::replay::oracle;
use deskmetrics_testkit::replay::strategy::logs;
use proptest::prelude::*;

const POLICIES: &str = r#"
[[clocks]]
name = "handling"
start = ["created", "reopened"]
pause = [{ status = "pending" }]
stop = ["solved"]
cancel = [{ tag = "vip" }]

[[clocks]]
name = "contact"
start = [{ status = ["open", "new"] }, "customer_message"]
pause = [{ status = "on_hold" }]
stop = ["agent_reply"]
cancel = [{ status = "closed" }]
reset = ["group_changed"]
cycles = "sequential"

[[clocks]]
name = "since creation"
start = [{ priority = "high" }]
pause = [{ status = "pending" }]
stop = ["assigned", { status = "solved" }]
counts_from = "creation"

[[policies]]
name = "vip"
when = { tag = "vip" }
schedule = "dk"
targets = [
    { metric = "first_response", clock = "business", within = "1h" },
    { metric = "resolution", clock = "business", within = { high = "2h", low = "16h" } },
    { metric = "handling", within = "4h" },
    { metric = "since creation", clock = "business", within = "4h" },
]
[[policies]]
name = "standard"
[[policies.targets]]
metric = "first_response"
clock = "business"
within = { high = "2h", "*" = "8h" }
at_risk = 0.8
[[policies.targets]]
metric = "next_response"
within = "4h"
[[policies.targets]]
metric = "periodic_update"
clock = "business"
within = "4h"
[[policies.targets]]
metric = "pausable_update"
within = "4h"
[[policies.targets]]
metric = "requester_wait"
clock = "business"
within = "8h"
[[policies.targets]]
metric = "agent_work"
within = "24h"
[[policies.targets]]
metric = "resolution"
within = { high = "24h", "*" = "72h" }
[[policies.targets]]
metric = "group_ownership"
within = "24h"
[[policies.targets]]
metric = "handling"
clock = "business"
within = "8h"
[[policies.targets]]
metric = "contact"
clock = "business"
within = "3h"
[[policies.targets]]
metric = "since creation"
within = "8h"
"#;

/// Compiled once for all cases.
fn hours(text: &'static str) -> CompiledSchedule {
    static COMPILED: Mutex<BTreeMap<&str, CompiledSchedule>> = Mutex::new(BTreeMap::new());
    let mut compiled = COMPILED.lock().expect("no test panics while it holds the lock");
    let new = || Schedule::parse("UTC", text).expect("readable hours").compile_years(2025..=2030);
    compiled.entry(text).or_insert_with(new).clone()
}

fn policies() -> SlaPolicies {
    toml::from_str(POLICIES).expect("readable policies")
}

fn schedules() -> Schedules {
    Schedules::default()
        .with_schedule("dk", hours("Mo-Fr 09:00-17:00"))
        .with_schedule("es", hours("Mo-Th 10:00-19:00; Fr 08:00-15:00"))
        .with_rule(Attribute::Market, ["DK"], "dk")
        .with_rule(Attribute::Market, ["ES"], "es")
        .with_fallback("dk")
}

fn replay(as_of: Timestamp) -> Replay {
    Replay::new(as_of).with_schedules(schedules()).with_policies(policies())
}

fn end(ticket: &Ticket, events: &[TicketEvent]) -> Timestamp {
    events.last().map_or(ticket.created_at, |event| event.at)
}

fn later(at: Timestamp, by: TimeDelta) -> Timestamp {
    Timestamp::from(at.to_utc() + by)
}

/// The same log, `by` later.
fn moved(ticket: &Ticket, events: &[TicketEvent], by: TimeDelta) -> (Ticket, Vec<TicketEvent>) {
    let mut ticket = ticket.clone();
    ticket.created_at = later(ticket.created_at, by);
    let events = events.iter().cloned().map(|mut event| {
        event.at = later(event.at, by);
        event
    });
    (ticket, events.collect())
}

/// The verdicts without their timestamps: these must not depend on the week.
fn bare(replayed: &Replayed) -> Vec<(String, u32, String, Elapsed, Option<i64>)> {
    let fields = |verdict: &SlaVerdict| {
        (
            verdict.metric.to_string(),
            verdict.instance,
            format!("{:?}", verdict.state),
            verdict.elapsed,
            verdict.due_at.map(|due| due.as_micros() - replayed.metrics.created_at.as_micros()),
        )
    };
    replayed.verdicts.iter().map(fields).collect()
}

/// The log as steps, numbered as columns would.
fn steps(replay: &Replay, ticket: &Ticket, events: &[TicketEvent]) -> (Vec<(u16, u32)>, Vec<u32>, Vec<Step>) {
    let mut names: Vec<String> = Vec::new();
    let mut number = |name: &str| {
        replay.value_number(name).unwrap_or_else(|| {
            let place = names.iter().position(|known| known == name).unwrap_or_else(|| {
                names.push(name.to_owned());
                names.len() - 1
            });
            FIRST_FREE + u32::try_from(place).expect("few names")
        })
    };
    let attributes =
        ticket.attributes.iter().map(|(one, value)| (replay.attribute_number(one), number(value))).collect();
    let tags = ticket.tags.iter().map(|tag| number(tag)).collect();
    let steps = events
        .iter()
        .map(|event| {
            let kind = match &event.kind {
                EventKind::PublicMessage => StepKind::PublicMessage,
                EventKind::InternalNote => StepKind::InternalNote,
                EventKind::Status(status) => StepKind::Status(*status),
                EventKind::Changed { attribute, to } => StepKind::Changed {
                    attribute: replay.attribute_number(attribute),
                    to: to.as_deref().map_or(NONE, &mut number),
                },
                EventKind::Tagged(tag) => StepKind::Tagged(number(tag)),
                EventKind::Untagged(tag) => StepKind::Untagged(number(tag)),
                EventKind::Escalated => StepKind::Escalated,
                EventKind::Deleted => StepKind::Deleted,
                EventKind::Spam => StepKind::Spam,
                EventKind::EndUnknown => StepKind::EndUnknown,
                EventKind::Restored => StepKind::Restored,
                _ => StepKind::SurveySent,
            };
            let by = event.author_name.as_deref().map_or(NONE, &mut number);
            Step { at: event.at.as_micros(), kind, by, author: event.author }
        })
        .collect();
    (attributes, tags, steps)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    #[test]
    fn the_state_machine_equals_the_slow_oracle((ticket, events) in logs(), after in 0..5000i64) {
        let as_of = later(end(&ticket, &events), TimeDelta::minutes(after));
        let metrics = Replay::new(as_of).ticket(&ticket, &events).metrics;
        let calendar = |time: Option<Elapsed>| time.map(|time| time.calendar_micros);
        let fast = oracle::Slow {
            in_status: metrics.time_in_status.map(|time| time.calendar_micros),
            first_response: calendar(metrics.first_response_time),
            next_responses: metrics.next_responses.iter().map(|response| response.elapsed.calendar_micros).collect(),
            reopens: metrics
                .reopens
                .iter()
                .map(|cycle| (cycle.solved_at.as_micros(), cycle.reopened_at.as_micros()))
                .collect(),
            first_resolution: calendar(metrics.first_resolution_time),
            full_resolution: calendar(metrics.full_resolution_time),
            net_resolution: calendar(metrics.net_resolution_time),
            public_replies: metrics.public_replies,
            customer_messages: metrics.customer_messages,
        };
        prop_assert_eq!(fast, oracle::measure(&ticket, &events, as_of.as_micros()));
    }

    #[test]
    fn time_in_statuses_sums_to_the_lifetime((ticket, events) in logs(), after in 0..5000i64) {
        let as_of = later(end(&ticket, &events), TimeDelta::minutes(after));
        let replayed = replay(as_of).ticket(&ticket, &events);
        let calendar: i64 = replayed.metrics.time_in_status.iter().map(|time| time.calendar_micros).sum();
        let lifetime = as_of.as_micros() - ticket.created_at.as_micros();
        match replayed.metrics.exclusion {
            None => prop_assert_eq!(calendar, lifetime),
            Some(_) => prop_assert!(calendar <= lifetime),
        }
        let market_never_changes = !events.iter().any(|event| {
            matches!(&event.kind, EventKind::Changed { attribute: Attribute::Market, .. })
        });
        if market_never_changes && replayed.metrics.exclusion.is_none() {
            let on = if ticket.attributes.get(&Attribute::Market) == Some("ES") {
                hours("Mo-Th 10:00-19:00; Fr 08:00-15:00")
            } else {
                hours("Mo-Fr 09:00-17:00")
            };
            let business: i64 =
                replayed.metrics.time_in_status.iter().filter_map(|time| time.business_micros).sum();
            prop_assert_eq!(business, on.elapsed_micros(ticket.created_at.as_micros(), as_of.as_micros()));
        }
    }

    #[test]
    fn the_live_tracker_equals_the_replay_at_every_event((ticket, events) in logs()) {
        let plan = replay(end(&ticket, &events));
        let mut tracker = plan.track(ticket.clone());
        for (place, event) in events.iter().enumerate() {
            let _exclusions = plan.observe(&mut tracker, event);
            // A stored and restored tracker continues unchanged.
            let stored = serde_json::to_string(&tracker).expect("a tracker is JSON");
            let restored: TicketTracker = serde_json::from_str(&stored).expect("its JSON is a tracker");
            prop_assert_eq!(&restored, &tracker);
            tracker = restored;
            let next = events.get(place + 1).map_or(event.at, |next| next.at);
            if next == event.at && place + 1 < events.len() {
                continue;
            }
            let replayed = replay(next.min(event.at)).ticket(&ticket, &events[..=place]);
            prop_assert_eq!(plan.metrics(&tracker, event.at), Ok(replayed.metrics));
            prop_assert_eq!(plan.verdicts(&tracker, event.at), Ok(replayed.verdicts));
        }
    }

    #[test]
    fn steps_and_records_give_the_same((ticket, events) in logs(), after in 0..5000i64) {
        let as_of = later(end(&ticket, &events), TimeDelta::minutes(after));
        let plan = replay(as_of);
        let mut replayed = plan.ticket(&ticket, &events);
        let (attributes, tags, steps) = steps(&plan, &ticket, &events);
        let mut replayer = plan.replayer();
        // A replayer that was used before must not keep its state.
        replayer.run(Start { created_at: 0, created_by: None, attributes: &[], tags: &[] }, steps.iter().copied());
        let start = Start {
            created_at: ticket.created_at.as_micros(),
            created_by: ticket.created_by,
            attributes: &attributes,
            tags: &tags,
        };
        let before = replayer.excluded().clone();
        replayer.run(start, steps);
        replayed.metrics.assignee_stints.clear();
        replayed.metrics.group_stints.clear();
        replayed.metrics.repliers.clear();
        replayed.metrics.first_response_by = None;
        replayed.metrics.next_responses.iter_mut().for_each(|response| response.by = None);
        prop_assert_eq!(replayer.metrics(), &replayed.metrics);
        let verdicts: Vec<SlaVerdict> = replayer.verdicts().map(|verdict| verdict.to_verdict()).collect();
        prop_assert_eq!(verdicts, replayed.verdicts);
        let exclusion = |reason| replayer.excluded().count(reason) - before.count(reason);
        prop_assert_eq!(exclusion(Reason::Deleted), replayed.excluded.count(Reason::Deleted));
    }

    #[test]
    fn splitting_the_business_day_changes_nothing((ticket, events) in logs()) {
        let as_of = end(&ticket, &events);
        let whole = Replay::new(as_of).with_schedule(hours("Mo-Fr 09:00-17:00")).with_policies(policies());
        let split = Replay::new(as_of)
            .with_schedule(hours("Mo-Fr 09:00-11:30,11:30-13:00,13:00-17:00"))
            .with_policies(policies());
        prop_assert_eq!(whole.ticket(&ticket, &events), split.ticket(&ticket, &events));
    }

    #[test]
    fn what_is_completed_stays((ticket, events) in logs(), cut in 0..25usize) {
        let cut = cut.min(events.len());
        // Changes at one timestamp count as one.
        prop_assume!(cut == 0 || events.get(cut).is_none_or(|next| next.at > events[cut - 1].at));
        let early = replay(end(&ticket, &events[..cut])).ticket(&ticket, &events[..cut]);
        let late = replay(end(&ticket, &events)).ticket(&ticket, &events);
        for verdict in early.verdicts.iter().filter(|verdict| verdict.completed_at.is_some()) {
            prop_assert!(late.verdicts.contains(verdict), "{verdict:?} is not in {:?}", late.verdicts);
        }
        // A breach is never revoked.
        for verdict in early.verdicts.iter().filter(|verdict| verdict.breached_at.is_some()) {
            let remains = late.verdicts.iter().any(|other| {
                other.metric == verdict.metric
                    && other.instance == verdict.instance
                    && other.breached_at == verdict.breached_at
            });
            prop_assert!(remains, "{verdict:?} is not in {:?}", late.verdicts);
        }
    }

    #[test]
    fn whole_weeks_change_nothing((ticket, events) in logs(), weeks in 1..60i64) {
        let by = TimeDelta::weeks(weeks);
        let here = replay(end(&ticket, &events)).ticket(&ticket, &events);
        let (ticket, events) = moved(&ticket, &events, by);
        let there = replay(end(&ticket, &events)).ticket(&ticket, &events);
        prop_assert_eq!(bare(&here), bare(&there));
        prop_assert_eq!(here.metrics.time_in_status, there.metrics.time_in_status);
        prop_assert!(here.metrics.response_times().eq(there.metrics.response_times()));
    }

    #[test]
    fn open_day_and_night_is_the_calendar((ticket, events) in logs(), after in 0..5000i64) {
        let as_of = later(end(&ticket, &events), TimeDelta::minutes(after));
        let always = Schedule::always().compile_years(2025..=2030);
        let replayed = Replay::new(as_of)
            .with_schedules(Schedules::default().with_schedule("dk", always).with_fallback("dk"))
            .with_policies(policies())
            .ticket(&ticket, &events);
        let same = |time: &Elapsed| time.business_micros == Some(time.calendar_micros);
        prop_assert!(replayed.metrics.time_in_status.iter().all(same));
        prop_assert!(replayed.metrics.first_response_time.iter().all(same));
        prop_assert!(replayed.metrics.full_resolution_time.iter().all(same));
        prop_assert!(replayed.metrics.response_times().all(|time| same(&time)));
        for verdict in &replayed.verdicts {
            prop_assert!(same(&verdict.elapsed), "{verdict:?}");
        }
    }

    #[test]
    fn order_duplicates_and_no_ops_change_nothing((ticket, events) in logs(), seed in any::<u64>()) {
        let as_of = end(&ticket, &events);
        let plain = replay(as_of).ticket(&ticket, &events);
        let mut shuffled: Vec<TicketEvent> = events.iter().chain(&events).cloned().collect();
        shuffled.sort_by_key(|event| {
            let id: u64 = event.id.as_deref().and_then(|id| id.parse().ok()).unwrap_or_default();
            (id ^ seed).wrapping_mul(0x9e37_79b9_7f4a_7c15)
        });
        let mut other = replay(as_of).ticket(&ticket, &shuffled);
        prop_assert_eq!(other.excluded.count(Reason::Duplicate), events.len() as u64);
        other.excluded = plain.excluded.clone();
        prop_assert_eq!(&other, &plain);

        // A state reported again changes nothing.
        let mut repeated = Vec::new();
        for event in &events {
            repeated.push(event.clone());
            if matches!(event.kind, EventKind::Status(_) | EventKind::Changed { .. }) {
                let mut again = event.clone();
                again.id = None;
                repeated.push(again);
            }
        }
        let mut other = replay(as_of).ticket(&ticket, &repeated);
        other.excluded = plain.excluded.clone();
        prop_assert_eq!(other, plain);
    }

    #[test]
    fn a_verdict_is_consistent_in_itself((ticket, events) in logs(), after in 0..5000i64) {
        consistent(&ticket, &events, later(end(&ticket, &events), TimeDelta::minutes(after)))?;
    }
}

/// The fields of a verdict agree with one another.
fn consistent(ticket: &Ticket, events: &[TicketEvent], as_of: Timestamp) -> Result<(), TestCaseError> {
    let replayed = replay(as_of).with_segments().ticket(ticket, events);
    let mut status = Status::New;
    let waited_while_solved = events.iter().any(|event| {
        if let EventKind::Status(to) = event.kind {
            status = to;
        }
        status.is_done()
            && event.author == deskmetrics::Author::Customer
            && event.kind == EventKind::PublicMessage
    });
    for verdict in &replayed.verdicts {
        let elapsed = verdict.elapsed_on_clock().expect("a judged verdict has its clock");
        let state = verdict.state;
        prop_assert!(elapsed >= TimeDelta::zero());
        prop_assert_eq!(state == deskmetrics::VerdictState::Breached, verdict.breached_at.is_some());
        if state == deskmetrics::VerdictState::Met {
            prop_assert!(elapsed <= verdict.target && verdict.completed_at.is_some());
        }
        if let Some(breached) = verdict.breached_at {
            let ended = verdict.completed_at.or(verdict.ended_at).unwrap_or(as_of);
            prop_assert!(breached <= ended, "{verdict:?}");
            prop_assert!(verdict.due_at.is_some_and(|due| due <= breached), "{verdict:?}");
        }
        // The segments account for what was counted, together with what was carried over.
        let carried = verdict.carried.unwrap_or_default();
        let calendar: i64 = verdict.segments.iter().map(|segment| segment.counted.calendar_micros).sum();
        prop_assert_eq!(calendar + carried.calendar_micros, verdict.elapsed.calendar_micros, "{:?}", verdict);
        let counted = verdict.segments.iter().map(|segment| segment.counted.business_micros);
        let business: i64 = counted.sum::<Option<i64>>().expect("every segment has a schedule");
        let carried = carried.business_micros.unwrap_or_default();
        // A message on a solved ticket begins to wait when it is answered, as one stretch; a move in between shows
        // in its elapsed time and not in its segment.
        if !waited_while_solved {
            prop_assert_eq!(Some(business + carried), verdict.elapsed.business_micros, "{:?}", verdict);
        }
    }
    Ok(())
}

/// The customer writes on a solved ticket, which then moves to a market with other hours: on these, the target is used up only
/// after the ticket is open again.
#[test]
fn a_wait_across_two_schedules_is_due_by_its_breach() {
    let at = |text: &str| text.parse::<Timestamp>().expect("a timestamp");
    let ticket = Ticket::new("T", at("2026-01-10T12:01:00Z"));
    let log = [
        ("2026-01-12T12:59:00Z", EventKind::PublicMessage),
        ("2026-01-15T13:43:00Z", EventKind::Status(Status::Solved)),
        ("2026-01-15T18:01:00Z", EventKind::PublicMessage),
        ("2026-01-17T08:52:00Z", EventKind::Changed { attribute: Attribute::Market, to: Some("ES".into()) }),
        ("2026-01-17T13:55:00Z", EventKind::Status(Status::New)),
    ];
    let events = log.map(|(when, kind)| TicketEvent::new("T", at(when), deskmetrics::Author::Customer, kind));
    let as_of = at("2026-01-19T10:01:00Z");
    let verdicts = replay(as_of).ticket(&ticket, &events).verdicts;
    assert!(
        verdicts.iter().any(|verdict| verdict.breached_at == Some(at("2026-01-19T10:00:00Z"))),
        "{verdicts:?}"
    );
    consistent(&ticket, &events, as_of).expect("a consistent verdict");
}

/// Every option away from its default, one at a time and all at once.
fn unusual_options() -> Vec<deskmetrics::replay::ReplayOptions> {
    let texts = [
        "{}",
        r#"{"order": "sequence"}"#,
        r#"{"opening": "first_message", "first_response_start": "handoff", "bots_reply": true}"#,
        r#"{"first_response_start": "creation", "next_response_start": "latest", "notes_reply": true}"#,
        r#"{"proactive": "second_agent_message", "solve_without_reply": "keeps_running", "notes_update": true}"#,
        r#"{"solve_without_reply": "counts_as_reply", "close_counts_as_solve": false}"#,
        r#"{"repeated_solve": "restates", "thank_you_within": "2h", "opening_window": "5min"}"#,
        r#"{"sla": {"target_change": "reset", "validity": "at_each_change", "reopen": "new_instance"}}"#,
        r#"{"sla": {"target_change": "strictest", "deadline": "strict", "reopen": "ignore"}}"#,
        r#"{"sla": {"target_change": "at_start", "loosened": "reevaluate"}, "requester_answers": true}"#,
    ];
    texts.iter().map(|text| serde_json::from_str(text).expect("readable options")).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn under_every_option_the_tracker_equals_the_replay_and_all_is_accounted_for(
        (ticket, events) in logs(),
        after in 0..5000i64,
    ) {
        let as_of = later(end(&ticket, &events), TimeDelta::minutes(after));
        for options in unusual_options() {
            let plan = replay(as_of).with_options(options.clone()).with_segments();
            let replayed = plan.ticket(&ticket, &events);
            let mut tracker = plan.track(ticket.clone());
            for event in &events {
                let _exclusions = plan.observe(&mut tracker, event);
            }
            prop_assert_eq!(plan.metrics(&tracker, as_of), Ok(replayed.metrics.clone()));
            prop_assert_eq!(plan.verdicts(&tracker, as_of), Ok(replayed.verdicts.clone()));
            let mut numbers: BTreeMap<(String, String), Vec<u32>> = BTreeMap::new();
            for verdict in &replayed.verdicts {
                let micros = |segment: &deskmetrics::sla::Segment| segment.counted.calendar_micros;
                let counted: i64 = verdict.segments.iter().map(micros).sum();
                let carried = verdict.carried.unwrap_or_default().calendar_micros;
                prop_assert_eq!(counted + carried, verdict.elapsed.calendar_micros, "{:?} {:?}", options, verdict);
                let late = verdict.completed_at.is_some_and(|at| at < verdict.started_at);
                prop_assert!(!late || verdict.elapsed.calendar_micros == 0, "{verdict:?}");
                let breached = verdict.state == deskmetrics::VerdictState::Breached;
                prop_assert_eq!(breached, verdict.breached_at.is_some());
                let key = (verdict.metric.to_string(), verdict.clock as u8);
                numbers.entry((key.0, key.1.to_string())).or_default().push(verdict.instance);
            }
            for (metric, instances) in numbers {
                let rising = instances.windows(2).all(|pair| pair[0] < pair[1]);
                prop_assert!(rising, "{options:?} {metric:?} {instances:?}");
            }
        }
    }

    #[test]
    fn no_step_panics(
        created in any::<i64>(),
        as_of in any::<i64>(),
        raw in proptest::collection::vec((any::<i64>(), 0..14u8, any::<u16>(), 0..4u32, 0..5u8), 0..20),
    ) {
        let as_of = Timestamp::saturating_from_micros(as_of);
        for options in unusual_options() {
            let plan = replay(as_of).with_options(options);
            let mut replayer = plan.replayer();
            let steps = raw.iter().map(|(at, kind, attribute, value, author)| Step {
                at: *at,
                kind: match kind {
                    0 => StepKind::PublicMessage,
                    1 => StepKind::InternalNote,
                    2..=5 => StepKind::Status(Status::ALL[usize::from(*attribute) % Status::ALL.len()]),
                    6 => StepKind::Changed { attribute: *attribute, to: *value },
                    7 => StepKind::Changed { attribute: *attribute % 12, to: *value },
                    8 => StepKind::Tagged(*value),
                    9 => StepKind::Untagged(*value),
                    10 => StepKind::MergedInto,
                    11 => StepKind::Deleted,
                    12 => StepKind::Restored,
                    _ => StepKind::Escalated,
                },
                by: *value,
                author: [
                    deskmetrics::Author::Customer,
                    deskmetrics::Author::Agent,
                    deskmetrics::Author::Bot,
                    deskmetrics::Author::System,
                    deskmetrics::Author::External,
                ][usize::from(*author)],
            });
            replayer.run(
                Start { created_at: created, created_by: None, attributes: &[(3, 1), (u16::MAX, 9)], tags: &[7] },
                steps,
            );
            for verdict in replayer.verdicts() {
                let verdict = verdict.to_verdict();
                let _numbers = (verdict.overshoot(), verdict.remaining(), verdict.elapsed_pct(), verdict.is_at_risk());
            }
        }
    }
}

#[test]
fn thousands_of_events_at_one_timestamp() {
    let at: Timestamp = "2026-03-02T09:00:00Z".parse().expect("a timestamp");
    let ticket = Ticket::new("T", at);
    let kinds = |number: u32| match number % 5 {
        0 => EventKind::PublicMessage,
        1 => EventKind::Status(if number.is_multiple_of(2) { Status::Solved } else { Status::Open }),
        2 => EventKind::Changed { attribute: Attribute::Group, to: Some(format!("group {number}").into()) },
        3 => EventKind::Changed { attribute: Attribute::Priority, to: Some("high".into()) },
        _ => EventKind::Tagged(format!("tag {}", number % 300).into()),
    };
    let authors = [deskmetrics::Author::Customer, deskmetrics::Author::Agent];
    let events: Vec<TicketEvent> = (0..5_000u32)
        .map(|number| {
            TicketEvent::new("T", at, authors[(number / 5 % 2) as usize], kinds(number))
                .with_sequence(number.into())
                .with_author_name(format!("person {number}"))
        })
        .collect();
    let replayed = replay(at).with_segments().ticket(&ticket, &events);
    assert_eq!(replayed.metrics.group_stints.len(), 1_000);
    assert!(replayed.verdicts.iter().all(|verdict| verdict.elapsed.calendar_micros == 0));
}

#[test]
fn a_tracker_of_other_policies_is_refused_and_a_damaged_one_does_not_panic() {
    let at: Timestamp = "2026-03-02T09:00:00Z".parse().expect("a timestamp");
    let event = TicketEvent::new("T", at, deskmetrics::Author::Agent, EventKind::PublicMessage);
    let one = |targets: &str| -> Replay {
        let text = format!("[[policies]]\nname = 'p'\ntargets = [{targets}]");
        Replay::new(at).with_policies(toml::from_str(&text).expect("readable policies"))
    };
    let few = one("{ metric = 'resolution', within = '1h' }");
    let more = one("{ metric = 'first_response', within = '1h' }, { metric = 'resolution', within = '1h' }");
    let mut tracker = few.track(Ticket::new("T", at));
    assert!(more.observe(&mut tracker.clone(), &event).is_err());
    assert_eq!(few.observe(&mut tracker, &event), Ok(()));

    // Names and times that do not exist are no panic.
    let changed = EventKind::Changed { attribute: "region".into(), to: Some("north".into()) };
    let changed = TicketEvent::new("T", at, deskmetrics::Author::Agent, changed);
    assert_eq!(few.observe(&mut tracker, &changed), Ok(()));
    let mut json = serde_json::to_value(&tracker).expect("a tracker is JSON");
    assert!(json["history"]["names"].as_array().is_some_and(|names| !names.is_empty()));
    json["history"]["names"] = serde_json::json!([]);
    json["last_at"] = serde_json::json!("1999-01-01T00:00:00Z");
    let mut damaged: TicketTracker = serde_json::from_value(json).expect("still a tracker");
    assert_eq!(few.observe(&mut damaged, &event), Ok(()));
    assert!(few.verdicts(&damaged, at).is_ok() && few.metrics(&damaged, at).is_ok());
    assert_eq!(damaged.ticket().id, "T");
}

#[test]
fn absurd_timestamps_do_not_panic() {
    for (created, at, as_of) in [
        (Timestamp::MIN, Timestamp::MAX, Timestamp::MAX),
        (Timestamp::MIN, Timestamp::MIN, Timestamp::MAX),
        (Timestamp::MAX, Timestamp::MIN, Timestamp::MIN),
        (Timestamp::MAX, Timestamp::MAX, Timestamp::MAX),
    ] {
        let ticket = Ticket::new("T", created);
        let solved = TicketEvent::new("T", at, deskmetrics::Author::Agent, EventKind::Status(Status::Solved));
        let replayed = replay(as_of).with_segments().ticket(&ticket, &[solved]);
        assert_eq!(replayed.metrics.created_at, created);
    }
}
