//! The fast path gives the same result as the full state machine.

use chrono::TimeDelta;
use deskmetrics::engine::Replayer;
use deskmetrics::engine::step::{FIRST_FREE, NONE, Start, Step, StepKind};
use deskmetrics::replay::{
    Merged, Needs, Opening, RepeatedSolve, Replay, ReplayOptions, Schedules, SolveWithoutReply,
};
use deskmetrics::schedule::Schedule;
use deskmetrics::sla::{Deadline, Reopen, SlaPolicies, SlaVerdict};
use deskmetrics::ticket::Attribute;
use deskmetrics::{Author, Excluded, Status, TicketMetrics, Timestamp};
use proptest::prelude::*;

const MINUTE: i64 = 60_000_000;

/// A Monday morning.
const BEGIN: i64 = 29_540_640 * MINUTE;

const POLICIES: &[&str] = &[
    "[[policies]]\nname = 'working time'\ntargets = [{ metric = 'requester_wait', clock = 'business', within = '8h' }]",
    r#"
    [[policies]]
    name = "all kinds of work"
    targets = [
        { metric = "agent_work", clock = "business", within = "6h" },
        { metric = "resolution", within = "30h" },
        { metric = "requester_wait", within = "20h" },
    ]
    "#,
    r#"
    [[policies]]
    name = "by market"
    when = { market = ["DK"] }
    targets = [{ metric = "resolution", clock = "business", within = { high = "4h", "*" = "12h" } }]
    "#,
    r#"
    [[policies]]
    name = "reply and solve"
    targets = [
        { metric = "first_response", clock = "business", within = { high = "30m", "*" = "2h" } },
        { metric = "first_response", within = "20m", at_risk = 0.5 },
        { metric = "requester_wait", clock = "business", within = "3h" },
    ]
    "#,
    r#"
    [[policies]]
    name = "at once"
    when = { market = ["DK"] }
    targets = [{ metric = "first_response", within = "0m" }, { metric = "agent_work", within = "1h" }]
    "#,
];

fn hours(text: &str) -> deskmetrics::schedule::CompiledSchedule {
    Schedule::parse("Europe/Copenhagen", text).expect("readable hours").compile_years(2026..=2026)
}

fn options(choice: u32) -> ReplayOptions {
    let mut options = ReplayOptions::default();
    let odd = |bit: u32| choice >> bit & 1 == 1;
    if odd(0) {
        options.sla.reopen = Reopen::Ignore;
    }
    if odd(1) {
        options.close_counts_as_solve = !options.close_counts_as_solve;
    }
    if odd(2) {
        options.repeated_solve = RepeatedSolve::Restates;
    }
    if odd(3) {
        options.opening = Opening::FirstMessage;
    }
    if odd(4) {
        options.merged = Merged::Keep;
    }
    if odd(8) {
        options.sla.deadline = Deadline::Strict;
    }
    match choice >> 5 & 7 {
        0 => options.thank_you_within = Some(TimeDelta::hours(4)),
        1 => options.notes_reply = true,
        2 => options.bots_reply = true,
        3 => options = options.with_solve_without_reply(SolveWithoutReply::CountsAsReply),
        _ => {}
    }
    options
}

/// Mostly common steps, sometimes of any kind.
fn kinds() -> impl Strategy<Value = StepKind> {
    let statuses = proptest::sample::select(Status::ALL.to_vec()).prop_map(StepKind::Status);
    let unusual = prop_oneof![
        (0..12u16, 0..3u32).prop_map(|(attribute, to)| StepKind::Changed {
            attribute,
            to: if to == 0 { NONE } else { FIRST_FREE | to }
        }),
        Just(StepKind::Tagged(FIRST_FREE | 9)),
        Just(StepKind::Escalated),
        Just(StepKind::MergedInto),
        Just(StepKind::SplitFrom),
        Just(StepKind::Deleted),
        Just(StepKind::Restored),
        Just(StepKind::SurveySent),
    ];
    prop_oneof![8 => statuses, 8 => Just(StepKind::PublicMessage), 1 => Just(StepKind::InternalNote), 1 => unusual]
}

fn authors() -> impl Strategy<Value = Author> {
    prop_oneof![
        8 => Just(Author::Agent),
        8 => Just(Author::Customer),
        1 => Just(Author::Bot),
        1 => Just(Author::System),
        1 => Just(Author::External),
    ]
}

/// A ticket: when and by whom it was created, and its steps. Now and then one is before its predecessor.
fn tickets() -> impl Strategy<Value = (i64, Option<Author>, Vec<Step>)> {
    let step = (kinds(), authors(), prop_oneof![1 => Just(-7i64), 3 => Just(0), 16 => 0..300i64], 0..3u32);
    let created = (0..3000i64).prop_map(|minutes| BEGIN + minutes * MINUTE);
    (created, proptest::option::of(authors()), proptest::collection::vec(step, 0..12)).prop_map(
        |(created, created_by, steps)| {
            let mut at = created;
            let steps = steps.into_iter().map(|(kind, author, minutes, by)| {
                at += minutes * MINUTE;
                Step { at, kind, by: if by == 0 { NONE } else { FIRST_FREE | by }, author }
            });
            (created, created_by, steps.collect())
        },
    )
}

/// Everything a replayer holds about a ticket.
fn results(replayer: &Replayer<'_>) -> (TicketMetrics, Vec<SlaVerdict>, Vec<u32>, Excluded) {
    let verdicts = replayer.verdicts().map(|verdict| verdict.to_verdict()).collect();
    let values = (0..10).map(|attribute| replayer.value(attribute)).collect();
    (replayer.metrics().clone(), verdicts, values, replayer.excluded().clone())
}

const MEASURES: [Needs; 6] = [
    Needs::NOTHING,
    Needs::MESSAGES,
    Needs::SOLVES,
    Needs::REOPENS,
    Needs::MESSAGES.and(Needs::SOLVES).and(Needs::REOPENS),
    Needs::VERDICTS,
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1500) })]

    #[test]
    fn the_fast_path_equals_the_full_state_machine(
        tickets in proptest::collection::vec(tickets(), 1..4),
        choice in any::<u32>(),
        by_market in any::<bool>(),
        until in 0..6000i64,
    ) {
        let schedules = if by_market {
            Schedules::default().with_schedule("dk", hours("Mo-Fr 09:00-17:00")).with_rule(Attribute::Market, ["DK"], "dk")
        } else {
            Schedules::default().with_schedule("all", hours("Mo-Fr 08:00-16:00")).with_fallback("all")
        };
        let as_of = Timestamp::from_micros(BEGIN + until * MINUTE).expect("a date");
        for policies in POLICIES {
            let policies: SlaPolicies = toml::from_str(policies).expect("readable policies");
            for needs in MEASURES {
                let replay = Replay::new(as_of)
                    .with_options(options(choice))
                    .with_schedules(schedules.clone())
                    .with_policies(policies.clone())
                    .with_attributes([Attribute::Channel])
                    .with_measures(needs);
                let market = replay.attribute_number(&Attribute::Market);
                let dk = replay.value_number("DK").unwrap_or(FIRST_FREE | 7);
                let (mut fast, mut full) = (replay.replayer(), replay.replayer());
                for (created_at, created_by, steps) in &tickets {
                    let start = Start {
                        created_at: *created_at,
                        created_by: *created_by,
                        attributes: &[(market, dk)],
                        tags: &[],
                    };
                    fast.run(start, steps.iter().copied());
                    full.begin(start);
                    for step in steps {
                        full.step(*step);
                    }
                    full.conclude();
                    prop_assert_eq!(results(&fast), results(&full), "measures {:?}", needs);
                }
            }
        }
    }
}
