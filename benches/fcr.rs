//! First contact resolution from event columns: one agent reply, no reopening within seven days, no other ticket of the
//! customer within seven days.
//!
//! `DESKMETRICS_BENCH_EVENTS` sets the number of events (default 100,000, 1 million and 30 million). The same columns
//! through a hand-written loop that can do nothing else are the bound. A table of processor times and allocations is printed
//! first; an argument that names no bench (`-- table`) stops there.

mod desk;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use deskmetrics::Ratio;
use deskmetrics::kpi::FcrPolicy;
use deskmetrics::replay::{Needs, Replay};
use deskmetrics::report::{KpiRequest, Report, ReportTable};
use deskmetrics_arrow::replay::EventLog;
use deskmetrics_arrow::report::{Frames, run};
use deskmetrics_testkit::replay::EventTable;

use desk::{Desk, Figures, as_of, fastest, memory, sizes};

const POLICY: &str =
    "all_of(single_reply, no_reopen_within(7days), no_repeat_contact_within(7days, customer))";

const WINDOW: i64 = 7 * 86_400_000_000;

fn plan() -> Replay {
    Replay::new(as_of()).needing(Needs::MESSAGES | Needs::SOLVES | Needs::REOPENS)
}

/// From columns to the answer by the library.
fn resolved(desk: &Desk, replay: &Replay, policy: &FcrPolicy, threads: usize) -> Ratio {
    let log = EventLog::new(&desk.tickets(), &desk.events(), replay)
        .unwrap_or_else(|error| panic!("the columns are readable: {error}"));
    log.fcr(policy, threads).0.ratio()
}

/// From columns to a finished report.
fn report(desk: &Desk, policy: &FcrPolicy, threads: usize) -> ReportTable {
    let report = Report::builder(as_of()).kpi(KpiRequest::new("fcr").under(policy.clone())).build();
    let report = report.unwrap_or_else(|error| panic!("the report can be made: {error}"));
    let log = EventLog::new(&desk.tickets(), &desk.events(), &Replay::new(as_of()).needing(report.needs()))
        .unwrap_or_else(|error| panic!("the columns are readable: {error}"));
    let state = run(&report, &Frames::default().log(&log), threads);
    state.unwrap_or_else(|error| panic!("the report runs: {error}")).table()
}

/// What a ticket says by itself.
#[derive(Clone, Copy)]
struct Contact {
    created: i64,
    /// End of the window and whether all was well; `None` where nothing can be said.
    judged: Option<(i64, bool)>,
}

/// The same by a loop that can do nothing else.
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
    let policy: FcrPolicy = POLICY.parse().unwrap_or_else(|error| panic!("the policy is readable: {error}"));
    let lean = plan();
    let mut figures = Figures::new(&[
        "events",
        "hand-written loop",
        "columns to log",
        "columns to first contacts",
        "columns to report",
        "allocations a ticket",
        "most memory",
    ]);
    for events in sizes() {
        let desk = Desk::new(EventTable::generate(events, 7));
        let bound = by_hand(&desk.table);
        assert!(0 < bound.hits && bound.hits < bound.total, "{bound:?}");
        for (plan, threads) in [(&lean, 1), (&lean, 2), (&Replay::new(as_of()), 2)] {
            assert_eq!(resolved(&desk, plan, &policy, threads), bound, "the library and the loop agree");
        }
        for threads in [1, 2] {
            let table = report(&desk, &policy, threads);
            let row = table.headline("fcr").map(|row| (row.value, row.n));
            assert_eq!(row, Some((bound.percent(), bound.total)), "the report and the loop agree");
        }
        let times = [
            fastest(|| by_hand(&desk.table)),
            fastest(|| EventLog::new(&desk.tickets(), &desk.events(), &lean).map(|log| log.rows())),
            fastest(|| resolved(&desk, &lean, &policy, 1)),
            fastest(|| report(&desk, &policy, 1)),
        ];
        let memory = memory(desk.table.id.len(), || report(&desk, &policy, 1));
        figures.add(events, times.into_iter().chain(memory));
        let mut group = criterion.benchmark_group(format!("first contact resolution, {events} events"));
        group.throughput(Throughput::Elements(events as u64)).sample_size(10);
        group.bench_function("hand-written loop", |bencher| bencher.iter(|| black_box(by_hand(&desk.table))));
        for (name, threads) in [("one core", 1), ("two cores", 2)] {
            group.bench_function(name, |bencher| {
                bencher.iter(|| black_box(resolved(&desk, &lean, &policy, threads)));
            });
        }
        group.finish();
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
