//! Reports from Arrow tables in memory, each next to a minimal hand-written loop over the same columns.
//!
//! `DESKMETRICS_BENCH_ROWS` sets the number of rows (default 100,000, 1 million and 10 million answers, 5 million tickets).

mod minimal;

use std::hint::black_box;
use std::sync::Arc;

use arrow_array::types::Int8Type;
use arrow_array::{
    Array, ArrayRef, BooleanArray, DictionaryArray, Int8Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use chrono_tz::Europe::Copenhagen;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use deskmetrics::report::{KpiRequest, Period, Periods, Report, ReportState};
use deskmetrics::schedule::{Schedule, WorkingTime};
use deskmetrics::ticket::Attribute;
use deskmetrics::{Scale, Timestamp};
use deskmetrics_arrow::{Dataset, ReadOptions, schedule, survey};
use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::Rng;

/// 2026-01-01T00:00:00Z.
const JANUARY: i64 = 1_767_225_600_000_000;
const DAY: i64 = 86_400_000_000;
const MARKETS: [&str; 6] = ["DE", "DK", "ES", "GB", "MX", "US"];

/// Numbers of rows to measure with, by default.
fn sizes(usual: &[usize]) -> Vec<usize> {
    match std::env::var("DESKMETRICS_BENCH_ROWS").ok().and_then(|text| text.parse().ok()) {
        Some(rows) => vec![rows],
        None => usual.to_vec(),
    }
}

const ANSWERS: [usize; 3] = [100_000, 1_000_000, 10_000_000];

const SURVEYS: &str = r#"
time_zone = "Europe/Copenhagen"
scales = { csat = "1-5", ces = "ces2" }

[[surveys]]
file = "surveys"
at = "answered_at"
questions = { nps = "nps", csat = "csat", ces = "ces" }
attributes = { market = "market" }
"#;

const INVITATIONS: &str = r#"
[[invitations]]
file = "invitations"
id = {}
question = { value = "nps" }
sent_at = "sent_at"
answered_at = "answered_at"
attributes = { market = "market" }
"#;

const TICKETS: &str = r#"
time_zone = "Europe/Copenhagen"

[[tickets]]
file = "tickets"
id = {}
created_at = "created_at"
first_response_at = "first_reply_at"
solved_at = "solved_at"
attributes = { group = "team" }
"#;

fn batch<const N: usize>(columns: [(&str, ArrayRef); N]) -> RecordBatch {
    let columns = columns.into_iter().map(|(name, column)| (name, column, true));
    RecordBatch::try_from_iter_with_nullable(columns).expect("columns of one length")
}

fn read<const N: usize>(description: &str, tables: [(&str, RecordBatch); N]) -> Dataset {
    let options = tables.into_iter().fold(ReadOptions::default(), |options, (name, table)| {
        options.with_table(name, table.schema(), vec![table])
    });
    let description = description.parse().expect("a valid description");
    Dataset::of_description(&description, options).expect("readable tables")
}

fn run(dataset: &Dataset, report: &Report, threads: usize) -> ReportState {
    dataset.feed(report, threads).expect("states of one report")
}

struct Draw(Pcg64Mcg);

impl Draw {
    fn below(&mut self, limit: i64) -> i64 {
        let limit = u128::try_from(limit).unwrap_or(0);
        i64::try_from((u128::from(self.0.next_u64()) * limit) >> 64).unwrap_or(0)
    }

    fn scores(&mut self, n: usize, lowest: i8, highest: i8) -> Int8Array {
        let mut score = || i8::try_from(self.below(i64::from(highest - lowest) + 1)).unwrap_or(0) + lowest;
        (0..n).map(|row| if row % 11 == 3 { None } else { Some(score()) }).collect()
    }
}

fn micros(values: TimestampMicrosecondArray) -> ArrayRef {
    Arc::new(values.with_timezone("UTC"))
}

/// A year of answers: one in eleven questions skipped, one in four invitations answered.
struct Surveys {
    nps: Int8Array,
    csat: Int8Array,
    ces: Int8Array,
    answered: BooleanArray,
    market: DictionaryArray<Int8Type>,
    sent_at: TimestampMicrosecondArray,
    answered_at: TimestampMicrosecondArray,
}

impl Surveys {
    fn new(n: usize) -> Self {
        let mut draw = Draw(Pcg64Mcg::new(2026));
        let (nps, csat, ces) = (draw.scores(n, 0, 10), draw.scores(n, 1, 5), draw.scores(n, 1, 7));
        let keys: Int8Array = (0..n).map(|_| i8::try_from(draw.below(6)).ok()).collect();
        let sent: Vec<i64> = (0..n).map(|_| JANUARY + draw.below(365 * DAY)).collect();
        let answered: Vec<Option<i64>> = sent
            .iter()
            .map(|at| if draw.below(4) == 0 { Some(at + draw.below(3 * DAY)) } else { None })
            .collect();
        Self {
            nps,
            csat,
            ces,
            answered: answered.iter().map(|at| Some(at.is_some())).collect(),
            market: DictionaryArray::new(keys, Arc::new(StringArray::from(MARKETS.to_vec()))),
            sent_at: sent.into(),
            answered_at: answered.into(),
        }
    }

    fn answers(&self) -> RecordBatch {
        let column = |array: &Int8Array| Arc::new(array.clone()) as ArrayRef;
        batch([
            ("answered_at", micros(self.sent_at.clone())),
            ("nps", column(&self.nps)),
            ("csat", column(&self.csat)),
            ("ces", column(&self.ces)),
            ("market", Arc::new(self.market.clone())),
        ])
    }

    fn invitations(&self) -> RecordBatch {
        batch([
            ("sent_at", micros(self.sent_at.clone())),
            ("answered_at", micros(self.answered_at.clone())),
            ("market", Arc::new(self.market.clone())),
        ])
    }
}

/// How often each score occurs in a column.
fn minimal_counts(scores: &Int8Array) -> [u32; 256] {
    let mut counts = [0; 256];
    for (row, score) in scores.values().iter().enumerate() {
        if scores.is_valid(row) {
            counts[usize::from(score.cast_unsigned())] += 1;
        }
    }
    counts
}

fn ungrouped(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("columns");
    let Ok(five) = Scale::csat(1, 5) else { return };
    let seven = Scale::ces2();
    for n in sizes(&ANSWERS) {
        let surveys = Surveys::new(n);
        let column = |array: &Int8Array| Arc::new(array.clone()) as ArrayRef;
        let (nps, csat, ces) = (column(&surveys.nps), column(&surveys.csat), column(&surveys.ces));
        let answered = Arc::new(surveys.answered.clone()) as ArrayRef;
        let counts = minimal_counts(&surveys.nps);
        let counted = survey::nps(&nps).map(|nps| *nps.scores()).unwrap_or_default();
        assert!(counted.iter().zip(counts).all(|(one, other)| *one == u64::from(other)));
        group.throughput(Throughput::Elements(n as u64)).sample_size(20);
        group.bench_function(BenchmarkId::new("nps, csat, ces and response rate", n), |bencher| {
            bencher.iter(|| {
                let nps = survey::nps(black_box(&nps)).ok();
                let csat = survey::csat(black_box(&csat), &five).ok();
                let ces = survey::ces(black_box(&ces), &seven).ok();
                (nps, csat, ces, survey::response_rate(black_box(&answered)).ok())
            });
        });
        group.bench_function(BenchmarkId::new("the same, minimal loop", n), |bencher| {
            bencher.iter(|| {
                let counts = [&surveys.nps, &surveys.csat, &surveys.ces]
                    .map(|scores| minimal_counts(black_box(scores)));
                (counts, black_box(&surveys.answered).true_count())
            });
        });
    }
    group.finish();
}

fn weekly() -> Report {
    let as_of = Timestamp::saturating_from_micros(JANUARY + 400 * DAY);
    Report::builder(as_of)
        .with_kpi(KpiRequest::new("nps").with_question("nps", Scale::nps()))
        .with_kpi(KpiRequest::new("csat").with_question("csat", Scale::csat(1, 5).expect("a scale")))
        .with_kpi(KpiRequest::new("ces").with_question("ces", Scale::ces2()))
        .with_kpi(KpiRequest::new("response_rate"))
        .with_slices([Attribute::Market])
        .with_periods(Periods::new(Period::Week, Copenhagen))
        .build()
        .expect("a valid report")
}

fn by_market_and_week(criterion: &mut Criterion) {
    let (report, description) = (weekly(), format!("{SURVEYS}{INVITATIONS}"));
    let mut group = criterion.benchmark_group("columns");
    for n in sizes(&ANSWERS) {
        let surveys = Surveys::new(n);
        let table = || {
            let tables = [("surveys", surveys.answers()), ("invitations", surveys.invitations())];
            run(&read(&description, tables), &report, 1).table()
        };
        let counted = table().headline("nps").map(|row| row.n);
        let nps = survey::nps(&(Arc::new(surveys.nps.clone()) as ArrayRef)).ok();
        assert_eq!(counted, nps.map(|nps| nps.n()));
        group.throughput(Throughput::Elements(n as u64)).sample_size(10);
        group.bench_function(BenchmarkId::new("report: all four by market and week", n), |bencher| {
            bencher.iter(table);
        });
        let weeks = minimal::Calendar::new(Period::Week, JANUARY, JANUARY + 365 * DAY);
        let loops = || {
            let scores = [&surveys.nps, &surveys.csat, &surveys.ces]
                .map(|scores| (&**scores.values(), |row| scores.is_valid(row)));
            let (groups, sent) = (surveys.market.keys().values(), surveys.sent_at.values());
            minimal::surveys(groups, sent, &weeks, &scores, |row| surveys.answered_at.is_valid(row))
        };
        let answers = loops().0[0].iter().map(|count| u64::from(*count)).sum::<u64>();
        assert_eq!(counted, Some(answers));
        group.bench_function(BenchmarkId::new("all four by market and week, minimal loop", n), |bencher| {
            bencher.iter(loops);
        });
    }
    group.finish();
}

fn tickets(criterion: &mut Criterion) {
    for n in sizes(&[5_000_000]) {
        tickets_of(criterion, n);
    }
}

fn tickets_of(criterion: &mut Criterion, n: usize) {
    let mut draw = Draw(Pcg64Mcg::new(2026));
    let created: Vec<i64> = (0..n).map(|_| JANUARY + draw.below(365 * DAY)).collect();
    let mut later = |limit: i64, missing: i64| -> TimestampMicrosecondArray {
        let mut end = |at: &i64| if draw.below(missing) == 0 { None } else { Some(at + draw.below(limit)) };
        created.iter().map(&mut end).collect()
    };
    let (replied, solved) = (later(DAY, 20), later(30 * DAY, 10));
    let team: DictionaryArray<Int8Type> =
        created.iter().map(|at| Some(MARKETS[usize::try_from(at % 6).unwrap_or(0)])).collect();
    let tickets = batch([
        ("created_at", micros(created.clone().into())),
        ("first_reply_at", micros(replied.clone())),
        ("solved_at", micros(solved.clone())),
        ("team", Arc::new(team.clone())),
    ]);
    let last = JANUARY + 365 * DAY;
    let of = |kpis: &[&str], periods: Option<Period>| {
        let report = Report::builder(Timestamp::saturating_from_micros(last))
            .with_kpis(kpis.iter().map(|kpi| KpiRequest::new(*kpi)))
            .with_slices([Attribute::Group]);
        let report = match periods {
            Some(period) => report.with_periods(Periods::new(period, Copenhagen)),
            None => report,
        };
        report.build().expect("a valid report")
    };
    let table = |report: &Report, threads: usize| {
        run(&read(TICKETS, [("tickets", tickets.clone())]), report, threads).table()
    };

    let mut group = criterion.benchmark_group("columns");
    group.throughput(Throughput::Elements(n as u64)).sample_size(10);
    let reports = [
        (
            "first response and resolution time by team",
            of(&["first_response_time", "full_resolution_time"], None),
        ),
        ("weekly volume by team", of(&["volume"], Some(Period::Week))),
        ("midnight backlog by team", of(&["backlog"], Some(Period::Day))),
    ];
    for (name, report) in reports {
        assert_eq!(table(&report, 1), table(&report, 2));
        for threads in [1, 2] {
            let name = format!("report: {name}, {threads} threads");
            group.bench_function(BenchmarkId::new(name, n), |bencher| {
                bencher.iter(|| table(black_box(&report), threads));
            });
        }
    }

    let groups = &**team.keys().values();
    let ended = |end: &TimestampMicrosecondArray, row: usize| end.is_valid(row) && end.value(row) <= last;
    let durations = || {
        [&replied, &solved]
            .map(|end| minimal::durations(groups, black_box(&created), end.values(), |row| ended(end, row)))
    };
    let report = table(&of(&["first_response_time"], None), 1);
    let first = report.slices().find(|row| &*row.measure == "median").and_then(|row| row.value);
    let medians = durations()[0].iter().map(|[_, median, ..]| median / 1e6).collect::<Vec<f64>>();
    assert!(first.is_some_and(|first| medians.iter().any(|median| (median - first).abs() < 1e-3)));
    group.bench_function(BenchmarkId::new("durations by team, minimal loop", n), |bencher| {
        bencher.iter(durations);
    });
    let [weeks, days] =
        [Period::Week, Period::Day].map(|period| minimal::Calendar::new(period, JANUARY, last));
    group.bench_function(BenchmarkId::new("weekly volume by team, minimal loop", n), |bencher| {
        bencher.iter(|| minimal::volume(groups, black_box(&created), &weeks));
    });
    let backlog = || {
        let is_done = |row| ended(&solved, row);
        minimal::backlog(groups, black_box(&created), solved.values(), is_done, &days)
    };
    let open = (0..n).filter(|row| !ended(&solved, *row)).count();
    let counted: i32 = backlog().chunks(days.len()).filter_map(<[i32]>::last).sum();
    assert_eq!(usize::try_from(counted), Ok(open));
    group.bench_function(BenchmarkId::new("midnight backlog by team, minimal loop", n), |bencher| {
        bencher.iter(backlog);
    });

    let Ok(hours) = "Mo-Fr 09:00-17:00".parse() else { return };
    let desk = WorkingTime::from(Schedule::new(Copenhagen, hours)).compile();
    let (from, to) = (micros(created.clone().into()), micros(solved.clone()));
    let minimal = || -> i64 {
        let pairs = created.iter().zip(solved.iter());
        pairs.map(|(from, to)| to.map_or(0, |to| desk.elapsed_micros(*from, to))).sum()
    };
    let took = schedule::elapsed(&desk, &from, &to, None).ok();
    assert_eq!(took.map(|took| took.iter().flatten().sum::<i64>()), Some(minimal()));
    group.bench_function(BenchmarkId::new("business time elapsed", n), |bencher| {
        bencher.iter(|| schedule::elapsed(&desk, black_box(&from), black_box(&to), None));
    });
    group.bench_function(BenchmarkId::new("business time elapsed, minimal loop", n), |bencher| {
        bencher.iter(minimal);
    });
    group.finish();
}

/// Merges the states of parts of the data.
fn merge(criterion: &mut Criterion) {
    const STATES: usize = 10_000;
    let report = weekly();
    let dataset = read(SURVEYS, [("surveys", Surveys::new(STATES * 10).answers())]);
    let records = dataset.responses();
    let states: Vec<ReportState> =
        records.chunks(30).map(|part| report.run(&[], part, &[]).expect("sliced by nothing")).collect();
    assert_eq!(states.len(), STATES);
    let merged = || {
        let mut all = report.state();
        states.iter().cloned().try_for_each(|state| all.merge(state)).map(|()| all)
    };
    assert_eq!(merged().map(|state| state.table()), Ok(run(&dataset, &report, 1).table()));
    let mut group = criterion.benchmark_group("columns");
    group.throughput(Throughput::Elements(STATES as u64)).sample_size(10);
    group.bench_function("merge 10,000 report states", |bencher| bencher.iter(merged));
    group.finish();
}

criterion_group!(columns, ungrouped, by_market_and_week, tickets, merge);
criterion_main!(columns);
