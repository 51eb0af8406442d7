//! SLA attainment by market with the clock paused in pending, from the Arrow tables of an event log to the result.
//!
//! `DESKMETRICS_BENCH_EVENTS` sets the number of events (default 100,000, 1 million and 30 million). A hand-written loop over
//! the same columns, specialized for this one question, is the bound. A table of processor times and allocations is printed
//! first; an argument that names no bench (`-- table`) stops there.

mod desk;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use deskmetrics::Ratio;
use deskmetrics::kpi::SlaAttainment;
use deskmetrics::replay::Needs;
use deskmetrics::report::{KpiRequest, Report, ReportTable};
use deskmetrics::schedule::CompiledSchedule;
use deskmetrics::ticket::Attribute;
use deskmetrics_testkit::replay::EventTable;

use desk::{Desk, Figures, as_of, fastest, memory, sizes};

const TARGET: i64 = 8 * 3_600_000_000;

/// Met and decided by market.
type Answer = Vec<(u64, u64)>;

/// From tables to a finished report.
fn report(desk: &Desk, threads: usize) -> ReportTable {
    let report =
        Report::builder(as_of()).with_kpi(KpiRequest::new("sla_attainment")).with_slices([Attribute::Market]);
    let report = report.build().expect("a valid report");
    desk.read().feed(&report, threads).expect("states of one report").table()
}

/// Percent and number of verdicts by market in the report.
fn percents(table: &ReportTable) -> Vec<(Option<f64>, u64)> {
    let market = |name: &str| {
        let row =
            table.slices().find(|row| row.headline && row.keys.get(&Attribute::Market) == Some(Some(name)));
        row.map_or((None, 0), |row| (row.value, row.n))
    };
    EventTable::MARKETS.iter().map(|name| market(name)).collect()
}

/// From tables to the result by a visitor, without a report.
fn by_market(desk: &Desk, needs: Needs, threads: usize) -> Answer {
    let dataset = desk.read();
    let log = dataset.log(&dataset.replay_at(as_of()).with_measures(needs));
    let market = log.slot(&Attribute::Market).expect("a column of markets");
    let new = || vec![SlaAttainment::default(); log.codes()];
    let (parts, _) = log.each(threads, new, |tallies, ticket| {
        let tally = &mut tallies[ticket.code(market) as usize];
        ticket.verdicts().for_each(|verdict| tally.push_state(verdict.state()));
    });
    let code = |name: &str| (0..).take(log.codes()).position(|code| log.text(code) == Some(name));
    let of_market = |name: &&str| {
        let tallies = parts.iter().filter_map(|part| part.get(code(name)?));
        tallies.fold((0, 0), |(met, all), tally| (met + tally.ratio().hits, all + tally.ratio().total))
    };
    EventTable::MARKETS.iter().map(of_market).collect()
}

/// The same by a loop specialized for this question. The clock of a reopened ticket continues, the default of policies.
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
        let hours = desk.read().schedules["desk"].compile();
        let bound = by_hand(&desk.table, &hours);
        assert!(bound.iter().all(|(met, all)| 0 < *met && met < all), "{bound:?}");
        for (needs, threads) in [(Needs::VERDICTS, 1), (Needs::VERDICTS, 2), (Needs::EVERYTHING, 2)] {
            assert_eq!(by_market(&desk, needs, threads), bound, "the library and the loop agree");
        }
        let percent = |(met, all): &(u64, u64)| (Ratio::new(*met, *all).percent(), *all);
        let bound: Vec<(Option<f64>, u64)> = bound.iter().map(percent).collect();
        for threads in [1, 2] {
            assert_eq!(percents(&report(&desk, threads)), bound, "the report and the loop agree");
        }
        let to_log = || {
            let dataset = desk.read();
            dataset.log(&dataset.replay_at(as_of()).with_measures(Needs::VERDICTS)).rows()
        };
        let times = [
            fastest(|| by_hand(&desk.table, &hours)),
            fastest(to_log),
            fastest(|| by_market(&desk, Needs::VERDICTS, 1)),
            fastest(|| report(&desk, 1)),
        ];
        let memory = memory(desk.table.id.len(), || report(&desk, 1));
        figures.add(events, times.into_iter().chain(memory));
        let mut group = criterion.benchmark_group(format!("attainment by market, {events} events"));
        group.throughput(Throughput::Elements(events as u64)).sample_size(10);
        group.bench_function("hand-written loop", |bencher| {
            bencher.iter(|| black_box(by_hand(&desk.table, &hours)));
        });
        for (name, threads) in [("report, one core", 1), ("report, two cores", 2)] {
            group.bench_function(name, |bencher| bencher.iter(|| black_box(report(&desk, threads))));
        }
        group.finish();
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
