//! Events as columns: SLA attainment by market with the clock paused in pending, from the columns of a log to the answer.
//!
//! `DESKMETRICS_BENCH_EVENTS` sets the number of events (default 100,000, 1 million and 30 million). The same columns
//! through a hand-written loop that can do nothing else are the bound. A table of processor times and allocations is printed
//! first; an argument that names no bench (`-- table`) stops there.

mod desk;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use deskmetrics::Ratio;
use deskmetrics::kpi::SlaAttainment;
use deskmetrics::replay::{Needs, Replay};
use deskmetrics::report::{KpiRequest, Report, ReportTable};
use deskmetrics::schedule::{CompiledSchedule, Schedule};
use deskmetrics::sla::SlaPolicies;
use deskmetrics::ticket::Attribute;
use deskmetrics_arrow::replay::EventLog;
use deskmetrics_arrow::report::{Frames, run};
use deskmetrics_testkit::replay::EventTable;

use desk::{Desk, Figures, as_of, fastest, memory, sizes};

const POLICIES: &str = r#"
[[policies]]
name = "wait"
targets = [{ metric = "requester_wait", clock = "business", within = "8h" }]
"#;

const TARGET: i64 = 8 * 3_600_000_000;

fn hours() -> CompiledSchedule {
    Schedule::parse("Europe/Copenhagen", "Mo-Fr 09:00-17:00")
        .unwrap_or_else(|error| panic!("the hours are readable: {error}"))
        .compile()
}

fn plan() -> Replay {
    let policies: SlaPolicies =
        toml::from_str(POLICIES).unwrap_or_else(|error| panic!("the policies are readable: {error}"));
    Replay::new(as_of()).with_schedule(hours()).with_policies(policies).watching([Attribute::Market])
}

/// Met and decided by market.
type Answer = Vec<(u64, u64)>;

/// From columns to a finished report.
fn report(desk: &Desk, replay: &Replay, threads: usize) -> ReportTable {
    let report =
        Report::builder(as_of()).kpi(KpiRequest::new("sla_attainment")).by([Attribute::Market]).build();
    let report = report.unwrap_or_else(|error| panic!("the report can be made: {error}"));
    let log = EventLog::new(&desk.tickets(), &desk.events(), &replay.clone().needing(report.needs()))
        .unwrap_or_else(|error| panic!("the columns are readable: {error}"));
    let state = run(&report, &Frames::default().log(&log), threads);
    state.unwrap_or_else(|error| panic!("the report runs: {error}")).table()
}

/// Percent and number by market as the report has them.
fn told(table: &ReportTable) -> Vec<(Option<f64>, u64)> {
    let market = |name: &str| {
        let row =
            table.slices().find(|row| row.headline && row.keys.get(&Attribute::Market) == Some(Some(name)));
        row.map_or((None, 0), |row| (row.value, row.n))
    };
    EventTable::MARKETS.iter().map(|name| market(name)).collect()
}

/// From columns to the answer by the library.
fn by_market(desk: &Desk, replay: &Replay, threads: usize) -> Answer {
    let log = EventLog::new(&desk.tickets(), &desk.events(), replay)
        .unwrap_or_else(|error| panic!("the columns are readable: {error}"));
    let Some(market) = log.slot(&Attribute::Market) else { return Answer::new() };
    let new = || vec![SlaAttainment::default(); log.codes()];
    let (parts, _) = log.each(threads, new, |tallies, ticket| {
        let tally = &mut tallies[ticket.code(market) as usize];
        ticket.verdicts().for_each(|verdict| tally.push_state(verdict.state()));
    });
    EventTable::MARKETS
        .iter()
        .map(|name| {
            let code =
                (0..log.codes()).find(|code| log.text(u32::try_from(*code).unwrap_or(0)) == Some(name));
            let of_market = parts.iter().filter_map(|part| part.get(code?));
            of_market.fold((0, 0), |(met, all), tally| (met + tally.ratio().hits, all + tally.ratio().total))
        })
        .collect()
}

/// The same by a loop that can do nothing else. A reopened ticket goes on counting where it stood, as policies do unless
/// told otherwise.
fn by_hand(table: &EventTable, hours: &CompiledSchedule) -> Answer {
    let mut answer = vec![(0u64, 0u64); EventTable::MARKETS.len()];
    let end = as_of().as_micros();
    let mut row = 0;
    for ticket in 0..table.id.len() {
        let id = table.id[ticket];
        let (met, all) = &mut answer[table.market[ticket].unsigned_abs() as usize];
        let mut judge = |elapsed: i64, done: bool| {
            if done || elapsed > TARGET {
                *all += 1;
                *met += u64::from(elapsed <= TARGET);
            }
        };
        let (mut status, mut since, mut elapsed) = (0, table.created[ticket], 0);
        while row < table.ticket.len() && table.ticket[row] == id {
            let to = table.value[row];
            if table.kind[row] == 1 && to != status {
                let at = table.at[row];
                if matches!(status, 0 | 1 | 3) {
                    elapsed += hours.elapsed_micros(since, at);
                }
                if to >= 4 && status < 4 {
                    judge(elapsed, true);
                }
                (status, since) = (to, at);
            }
            row += 1;
        }
        if status < 4 {
            if matches!(status, 0 | 1 | 3) {
                elapsed += hours.elapsed_micros(since, end);
            }
            judge(elapsed, false);
        }
    }
    answer
}

fn bench(criterion: &mut Criterion) {
    let lean = plan().needing(Needs::VERDICTS);
    let whole = plan();
    let hours = hours();
    let mut figures = Figures::new(&[
        "events",
        "hand-written loop",
        "columns to log",
        "columns to attainment",
        "columns to report",
        "allocations a ticket",
        "most memory",
    ]);
    for events in sizes() {
        let desk = Desk::new(EventTable::generate(events, 7));
        let bound = by_hand(&desk.table, &hours);
        assert!(bound.iter().all(|(met, all)| 0 < *met && met < all), "{bound:?}");
        for (plan, threads) in [(&lean, 1), (&lean, 2), (&whole, 2)] {
            assert_eq!(by_market(&desk, plan, threads), bound, "the library and the loop agree");
        }
        let percent = |(met, all): &(u64, u64)| (Ratio::new(*met, *all).percent(), *all);
        let bound: Vec<(Option<f64>, u64)> = bound.iter().map(percent).collect();
        for threads in [1, 2] {
            assert_eq!(told(&report(&desk, &whole, threads)), bound, "the report and the loop agree");
        }
        let times = [
            fastest(|| by_hand(&desk.table, &hours)),
            fastest(|| EventLog::new(&desk.tickets(), &desk.events(), &lean).map(|log| log.rows())),
            fastest(|| by_market(&desk, &lean, 1)),
            fastest(|| report(&desk, &whole, 1)),
        ];
        let memory = memory(desk.table.id.len(), || report(&desk, &whole, 1));
        figures.add(events, times.into_iter().chain(memory));
        let mut group = criterion.benchmark_group(format!("attainment by market, {events} events"));
        group.throughput(Throughput::Elements(events as u64)).sample_size(10);
        group.bench_function("hand-written loop", |bencher| {
            bencher.iter(|| black_box(by_hand(&desk.table, &hours)));
        });
        group.bench_function("one core", |bencher| bencher.iter(|| black_box(by_market(&desk, &lean, 1))));
        group.bench_function("two cores", |bencher| bencher.iter(|| black_box(by_market(&desk, &lean, 2))));
        group.finish();
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
