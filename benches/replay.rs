//! Replay: events per second for the measures alone, with business time, with SLA verdicts on two clocks, and for few
//! measures.
//!
//! `DESKMETRICS_BENCH_TICKETS` sets the number of tickets (default 5,000,000, six events each: 720 MB of steps).

use std::hint::black_box;
use std::thread;
use std::time::Duration;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use deskmetrics::replay::{Needs, Replay};
use deskmetrics::schedule::Schedule;
use deskmetrics::sla::SlaPolicies;
use deskmetrics::{Timestamp, VerdictState};
use deskmetrics_testkit::replay::StepLog;

const POLICIES: &str = r#"
[[policies]]
name = "standard"
[[policies.targets]]
metric = "first_response"
clock = "business"
within = { high = "2h", "*" = "8h" }
[[policies.targets]]
metric = "next_response"
clock = "business"
within = { high = "2h", "*" = "8h" }
[[policies.targets]]
metric = "resolution"
within = { high = "24h", "*" = "72h" }
[[policies.targets]]
metric = "requester_wait"
clock = "business"
within = "24h"
"#;

fn tickets() -> usize {
    std::env::var("DESKMETRICS_BENCH_TICKETS").ok().and_then(|text| text.parse().ok()).unwrap_or(5_000_000)
}

fn as_of() -> Timestamp {
    "2026-06-01T00:00:00Z".parse().unwrap_or(Timestamp::MAX)
}

fn business() -> Replay {
    let schedule =
        Schedule::parse("Europe/Copenhagen", "Mo-Fr 09:00-17:00").map(|schedule| schedule.compile());
    schedule.into_iter().fold(Replay::new(as_of()), Replay::with_schedule)
}

fn with_verdicts() -> Replay {
    let policies: SlaPolicies = toml::from_str(POLICIES).unwrap_or_default();
    assert_eq!(policies.policies.len(), 1, "the policies are readable");
    business().with_policies(policies)
}

/// One target in business hours, with the clock paused in pending, and nothing else.
fn one_target() -> Replay {
    let policies: SlaPolicies = toml::from_str(
        r#"
        [[policies]]
        name = "wait"
        targets = [{ metric = "requester_wait", clock = "business", within = { high = "8h", "*" = "16h" } }]
        "#,
    )
    .unwrap_or_default();
    assert_eq!(policies.policies.len(), 1, "the policies are readable");
    business().with_policies(policies).with_measures(Needs::VERDICTS)
}

/// Replies, solves and reopenings on the calendar clock: what first contact resolution requires.
fn contacts() -> Replay {
    Replay::new(as_of()).with_measures(Needs::MESSAGES | Needs::SOLVES | Needs::REOPENS)
}

/// One core's share: the sum of response times and the number of breaches, so that nothing is optimised away.
fn replay(replay: &Replay, log: &StepLog, from: usize, to: usize) -> (i64, usize) {
    let mut replayer = replay.replayer();
    let (mut sum, mut breaches) = (0i64, 0);
    log.each(from, to, |start, steps| {
        replayer.run(start, steps.iter().copied());
        if let Some(time) = replayer.metrics().first_response_time {
            sum = sum.wrapping_add(time.calendar_micros);
        }
        breaches += replayer.verdicts().filter(|verdict| verdict.state() == VerdictState::Breached).count();
    });
    (sum, breaches)
}

fn on_two_cores(plan: &Replay, log: &StepLog) -> (i64, usize) {
    let middle = log.tickets() / 2;
    thread::scope(|scope| {
        let other = scope.spawn(|| replay(plan, log, middle, log.tickets()));
        let (sum, breaches) = replay(plan, log, 0, middle);
        let (other_sum, other_breaches) = other.join().unwrap_or_default();
        (sum.wrapping_add(other_sum), breaches + other_breaches)
    })
}

/// Processor time of this thread, where the system reports it (Linux).
fn processor_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

/// Prints a row of the README's table: million events a second of processor time, the best of three. On a busy machine
/// wall time depends on other processes.
fn print_processor_time(name: &str, plan: &Replay, log: &StepLog) {
    let spent = (0..3).filter_map(|_| {
        let before = processor_time()?;
        black_box(replay(plan, log, 0, log.tickets()));
        processor_time()?.checked_sub(before)
    });
    if let Some(spent) = spent.min() {
        let rate = log.events() as f64 / spent.as_secs_f64() / 1e6;
        eprintln!("| {name} | {rate:.1} |");
    }
}

fn bench(criterion: &mut Criterion) {
    let priority = with_verdicts().value_number("high").unwrap_or_default();
    let log = StepLog::generate(tickets(), 7, &[priority, deskmetrics::engine::step::FIRST_FREE]);
    let plans = [
        ("calendar", Replay::new(as_of())),
        ("business", business()),
        ("verdicts", with_verdicts()),
        ("one target", one_target()),
        ("contacts", contacts()),
    ];
    let mut group = criterion.benchmark_group("replay");
    group.throughput(Throughput::Elements(log.events() as u64)).sample_size(10);
    for (name, plan) in &plans {
        print_processor_time(name, plan, &log);
        assert_eq!(replay(plan, &log, 0, log.tickets()), on_two_cores(plan, &log), "any split is the whole");
        group.bench_function(format!("{name}, one core"), |bencher| {
            bencher.iter_batched(
                || (),
                |()| black_box(replay(plan, &log, 0, log.tickets())),
                BatchSize::PerIteration,
            );
        });
        group.bench_function(format!("{name}, two cores"), |bencher| {
            bencher.iter_batched(|| (), |()| black_box(on_two_cores(plan, &log)), BatchSize::PerIteration);
        });
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
