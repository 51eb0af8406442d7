//! First contact resolution from an event log: one agent reply, no reopening within seven days, no other ticket of the
//! customer within seven days.
//!
//! `DESKMETRICS_BENCH_EVENTS` sets the number of events (default 100,000, 1 million and 30 million). A hand-written loop over
//! the same columns, specialized for this one question, is the bound. A table of processor times and allocations is printed
//! first; an argument that names no bench (`-- table`) stops there.

mod desk;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use deskmetrics::Ratio;
use deskmetrics::report::{KpiRequest, Report, ReportTable};
use deskmetrics_testkit::replay::EventTable;

use desk::{Desk, Figures, as_of, fastest, memory, sizes};

const WINDOW: i64 = 7 * 86_400_000_000;

fn first_contact() -> Report {
    let policy = desk::description().fcr.expect("an FCR policy");
    let report = Report::builder(as_of()).with_kpi(KpiRequest::new("fcr").with_policy(policy)).build();
    report.expect("a valid report")
}

/// From tables to a finished report.
fn run(desk: &Desk, report: &Report, threads: usize) -> ReportTable {
    desk.read().feed(report, threads).expect("states of one report").table()
}

/// What is known of a ticket without its customer's other tickets.
#[derive(Clone, Copy)]
struct Contact {
    created: i64,
    /// End of the window and whether the ticket itself qualifies; `None` if it cannot be judged.
    judged: Option<(i64, bool)>,
}

/// The same by a loop specialized for this question.
fn by_hand(table: &EventTable) -> Ratio {
    let end = as_of().as_micros();
    let most = table.customer.iter().copied().max().unwrap_or(0);
    let place = |ticket: usize| usize::try_from(table.customer[ticket]).unwrap_or(0);
    let mut starts = vec![0usize; usize::try_from(most).unwrap_or(0) + 2];
    (0..table.id.len()).for_each(|ticket| starts[place(ticket) + 1] += 1);
    for customer in 1..starts.len() {
        starts[customer] += starts[customer - 1];
    }
    let mut dealt = vec![Contact { created: 0, judged: None }; table.id.len()];
    let mut next = starts.clone();
    let mut row = 0;
    for ticket in 0..table.id.len() {
        let (id, created) = (table.id[ticket], table.created[ticket]);
        let (mut replies, mut done, mut first, mut reopened) = (0, false, None, i64::MAX);
        while row < table.ticket.len() && table.ticket[row] == id {
            match (table.kind[row], table.author[row], table.value[row]) {
                (0, 1, _) => replies += 1,
                (1, _, 4..) => {
                    done = true;
                    first = first.or(Some(table.at[row]));
                }
                (1, ..) => {
                    if done {
                        reopened = reopened.min(table.at[row]);
                    }
                    done = false;
                }
                _ => {}
            }
            row += 1;
        }
        let judged = first.map(|first| first + WINDOW).filter(|until| *until <= end).and_then(|until| {
            let stays = reopened > until;
            (done || !stays).then_some((until, done && replies == 1 && stays))
        });
        let slot = &mut next[place(ticket)];
        dealt[*slot] = Contact { created, judged };
        *slot += 1;
    }
    let mut ratio = Ratio::default();
    for pair in starts.windows(2) {
        let contacts = &mut dealt[pair[0]..pair[1]];
        contacts.sort_unstable_by_key(|contact| contact.created);
        for (number, contact) in contacts.iter().enumerate() {
            let Some((until, well)) = contact.judged else { continue };
            let later = contacts[number + 1..].iter().find(|other| other.created > contact.created);
            ratio.push(well && later.is_none_or(|later| later.created > until));
        }
    }
    ratio
}

fn bench(criterion: &mut Criterion) {
    let report = first_contact();
    let mut figures = Figures::new(&[
        "events",
        "hand-written loop",
        "columns to log",
        "columns to report",
        "allocations a ticket",
        "most memory",
    ]);
    for events in sizes() {
        let desk = Desk::new(EventTable::generate(events, 7));
        let bound = by_hand(&desk.table);
        assert!(0 < bound.hits && bound.hits < bound.total, "{bound:?}");
        for threads in [1, 2] {
            let table = run(&desk, &report, threads);
            let row = table.headline("fcr").map(|row| (row.value, row.n));
            assert_eq!(row, Some((bound.percent(), bound.total)), "the report and the loop agree");
        }
        let to_log = || {
            let dataset = desk.read();
            dataset.log(&dataset.replay_at(as_of()).with_measures(report.needs())).rows()
        };
        let times = [fastest(|| by_hand(&desk.table)), fastest(to_log), fastest(|| run(&desk, &report, 1))];
        let memory = memory(desk.table.id.len(), || run(&desk, &report, 1));
        figures.add(events, times.into_iter().chain(memory));
        let mut group = criterion.benchmark_group(format!("first contact resolution, {events} events"));
        group.throughput(Throughput::Elements(events as u64)).sample_size(10);
        group.bench_function("hand-written loop", |bencher| bencher.iter(|| black_box(by_hand(&desk.table))));
        for (name, threads) in [("report, one core", 1), ("report, two cores", 2)] {
            group.bench_function(name, |bencher| bencher.iter(|| black_box(run(&desk, &report, threads))));
        }
        group.finish();
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
