//! Surveys: NPS, CSAT, CES and response rate over many answers, by market and week, and the merge of many states.

use std::hint::black_box;

use chrono_tz::Europe::Copenhagen;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use deskmetrics::report::{KpiRequest, Period, Periods, Report};
use deskmetrics::ticket::Attribute;
use deskmetrics::{Merge, Ratio, Scale, SurveyResponse, Timestamp, kpi};
use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::Rng;

/// Columns of answers; `None` is a skipped question.
struct Answers {
    nps: Vec<Option<i32>>,
    csat: Vec<Option<i32>>,
    ces: Vec<Option<i32>>,
    answered: Vec<bool>,
    market: Vec<u8>,
    at: Vec<Timestamp>,
}

/// A year of answers, one in eleven skipped.
fn answers(n: usize) -> Answers {
    let mut random = Pcg64Mcg::new(2026);
    let mut below =
        |limit: u32| u32::try_from((u64::from(random.next_u32()) * u64::from(limit)) >> 32).unwrap_or(0);
    let mut column = |lowest: u32, highest: u32| -> Vec<Option<i32>> {
        let score = |draw: u32| i32::try_from(draw + lowest).ok();
        (0..n).map(|_| if below(11) == 0 { None } else { score(below(highest - lowest + 1)) }).collect()
    };
    let (nps, csat, ces) = (column(0, 10), column(1, 5), column(1, 7));
    let answered = (0..n).map(|_| below(4) == 0).collect();
    let market = (0..n).map(|_| u8::try_from(below(6)).unwrap_or(0)).collect();
    let january = 1_767_225_600_000_000;
    let timestamp =
        |seconds: u32| Timestamp::saturating_from_micros(january + i64::from(seconds) * 1_000_000);
    let at = (0..n).map(|_| timestamp(below(365 * 86_400))).collect();
    Answers { nps, csat, ces, answered, market, at }
}

/// Promoters minus detractors, counted the plain way.
fn expected_net(scores: &[Option<i32>]) -> i64 {
    scores.iter().flatten().map(|score| i64::from(*score >= 9) - i64::from(*score <= 6)).sum()
}

fn one_kpi(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("surveys");
    let (five, seven) = (Scale::csat(1, 5).unwrap_or_else(|_| Scale::ces2()), Scale::ces2());
    for n in [100_000, 1_000_000, 10_000_000] {
        let answers = answers(n);
        group.throughput(Throughput::Elements(n as u64)).sample_size(20);

        let sides = kpi::nps(answers.nps.iter().copied()).sides();
        let net = i64::try_from(sides.positive).unwrap_or(0) - i64::try_from(sides.negative).unwrap_or(0);
        assert_eq!(net, expected_net(&answers.nps));
        group.bench_with_input(BenchmarkId::new("nps", n), &answers.nps, |bencher, scores| {
            bencher.iter(|| kpi::nps(black_box(scores).iter().copied()));
        });
        group.bench_with_input(BenchmarkId::new("csat", n), &answers.csat, |bencher, scores| {
            bencher.iter(|| kpi::csat(black_box(scores).iter().copied(), &five));
        });
        group.bench_with_input(BenchmarkId::new("ces", n), &answers.ces, |bencher, scores| {
            bencher.iter(|| kpi::ces(black_box(scores).iter().copied(), &seven));
        });
        group.bench_with_input(
            BenchmarkId::new("response rate", n),
            &answers.answered,
            |bencher, answered| {
                bencher.iter(|| black_box(answered).iter().copied().collect::<Ratio>());
            },
        );
    }
    group.finish();
}

fn by_market_and_week(criterion: &mut Criterion) {
    const N: usize = 500_000;
    const MARKETS: [&str; 6] = ["DE", "DK", "ES", "GB", "MX", "US"];
    let answers = answers(N);
    let responses: Vec<SurveyResponse> = answers
        .nps
        .iter()
        .zip(&answers.market)
        .zip(&answers.at)
        .map(|((score, market), at)| {
            let market = MARKETS[usize::from(*market) % MARKETS.len()];
            SurveyResponse::new("nps", *score).with_at(*at).with_attribute(Attribute::Market, market)
        })
        .collect();
    let as_of: Timestamp = "2027-01-01T00:00:00Z".parse().unwrap_or(Timestamp::MAX);
    let report = Report::builder(as_of)
        .with_kpi(KpiRequest::new("nps").with_question("nps", Scale::nps()))
        .with_slices([Attribute::Market])
        .with_periods(Periods::new(Period::Week, Copenhagen))
        .build();
    let Ok(report) = report else { panic!("the report can be made") };
    let n =
        report.run(&[], &responses, &[]).expect("sliced by nothing").table().headline("nps").map(|row| row.n);
    assert_eq!(n, Some(kpi::nps(answers.nps.iter().copied()).n()));

    let mut group = criterion.benchmark_group("surveys");
    group.throughput(Throughput::Elements(N as u64)).sample_size(10);
    group.bench_function("report: nps by market and week", |bencher| {
        bencher.iter(|| report.run(&[], black_box(&responses), &[]).expect("sliced by nothing"));
    });
    group.finish();
}

fn merge(criterion: &mut Criterion) {
    const STATES: usize = 10_000;
    let answers = answers(STATES * 100);
    let states: Vec<kpi::Nps> =
        answers.nps.chunks(100).map(|scores| kpi::nps(scores.iter().copied())).collect();
    let merged = || {
        let mut whole = kpi::Nps::default();
        states.iter().cloned().for_each(|state| whole.merge(state));
        whole
    };
    assert_eq!(merged(), kpi::nps(answers.nps.iter().copied()));

    let mut group = criterion.benchmark_group("surveys");
    group.throughput(Throughput::Elements(STATES as u64));
    group.bench_function("merge 10,000 states", |bencher| bencher.iter(merged));
    group.finish();
}

criterion_group!(surveys, one_kpi, by_market_and_week, merge);
criterion_main!(surveys);
