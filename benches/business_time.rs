//! Business time: millions of ticket spans through one compiled schedule, and through its closest rival.
//!
//! For the method, see README.md.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::many_single_char_names,
    reason = "random timestamps of this century and the letters of the computus"
)]

use std::hint::black_box;

use chrono::{Datelike as _, NaiveDate, Weekday};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use deskmetrics::schedule::{Break, CompiledSchedule, Holiday, Schedule};

const MINUTE: i64 = 60_000_000;
const SPANS: usize = 5_000_000;
/// The rival takes microseconds a span: fewer of the same spans will do.
const RIVAL_SPANS: usize = 100_000;
const YEARS: std::ops::RangeInclusive<i32> = 2000..=2029;

/// The eleven Danish public holidays of each year: fixed dates and those that follow Easter.
fn holidays() -> Vec<NaiveDate> {
    YEARS
        .flat_map(|year| {
            let date = |month, day| NaiveDate::from_ymd_opt(year, month, day).expect("a date");
            let easter = easter(year);
            let from_easter = |days: i64| easter + chrono::TimeDelta::days(days);
            [
                date(1, 1),
                from_easter(-3),
                from_easter(-2),
                easter,
                from_easter(1),
                from_easter(26),
                from_easter(39),
                from_easter(49),
                from_easter(50),
                date(12, 25),
                date(12, 26),
            ]
        })
        .collect()
}

/// Easter Sunday, by the anonymous Gregorian computus.
fn easter(year: i32) -> NaiveDate {
    let (a, b, c) = (year % 19, year / 100, year % 100);
    let h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
    let l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let days = h + l - 7 * m + 114;
    NaiveDate::from_ymd_opt(year, days.unsigned_abs() / 31, days.unsigned_abs() % 31 + 1).expect("a date")
}

/// Mon-Fri 09:00-17:00 in Copenhagen, eleven holidays a year.
fn office() -> Schedule {
    Schedule::parse("Europe/Copenhagen", "Mo-Fr 09:00-17:00")
        .expect("good hours")
        .with_holidays(holidays().into_iter().map(Holiday::on))
}

/// A split shift with a coffee break each half day: four openings a day.
fn split_shift() -> Schedule {
    let pause = |text: &str| {
        let week = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];
        Break::weekly(week, text.parse().expect("good hours"))
    };
    Schedule::parse("Europe/Copenhagen", "Mo-Fr 08:00-12:00,13:00-17:00; Sa 10:00-14:00")
        .expect("good hours")
        .with_holidays(holidays().into_iter().map(Holiday::on))
        .with_break(pause("10:00-10:15"))
        .with_break(pause("15:00-15:15"))
}

/// Random spans within 29 years: most of minutes to days, many of weeks, some of months.
fn spans(count: usize) -> (Vec<i64>, Vec<i64>) {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    // SplitMix64: good enough and the same on every machine.
    let mut next = move || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    };
    let first = 946_684_800_000_000_i64; // 2000-01-01
    let days = u64::from(29_u32 * 365);
    (0..count)
        .map(|_| {
            let start = first + (next() % (days * 86_400_000_000)) as i64;
            // The length is uniform in its logarithm, from one minute to half a year.
            let doublings = 18.0 * (next() >> 11) as f64 / (1_u64 << 53) as f64;
            (start, start + (doublings.exp2() * MINUTE as f64) as i64)
        })
        .unzip()
}

fn elapsed(c: &mut Criterion) {
    let (from, to) = spans(SPANS);
    let mut out = vec![0; SPANS];
    let mut group = c.benchmark_group("elapsed, 5 million spans");
    group.throughput(Throughput::Elements(SPANS as u64)).sample_size(20);
    for (name, schedule) in [("office hours", office()), ("split shift with breaks", split_shift())] {
        let schedule = schedule.compile_years(YEARS);
        group.bench_function(name, |bench| {
            bench.iter(|| {
                schedule
                    .elapsed_slice(black_box(&from), black_box(&to), &mut out)
                    .expect("slices of one length");
                black_box(&out);
            });
        });
    }
    group.finish();
}

fn due(c: &mut Criterion) {
    let (from, to) = spans(SPANS);
    let mut out = vec![None; SPANS];
    let mut group = c.benchmark_group("due, 5 million spans");
    group.throughput(Throughput::Elements(SPANS as u64)).sample_size(20);
    for (name, schedule) in [("office hours", office()), ("split shift with breaks", split_shift())] {
        let schedule = schedule.compile_years(YEARS);
        let mut budgets = vec![0; SPANS];
        schedule.elapsed_slice(&from, &to, &mut budgets).expect("slices of one length");
        group.bench_function(name, |bench| {
            bench.iter(|| {
                schedule
                    .due_slice(black_box(&from), black_box(&budgets), &mut out)
                    .expect("slices of one length");
                black_box(&out);
            });
        });
    }
    group.finish();
}

fn single(c: &mut Criterion) {
    let (from, to) = spans(1 << 16);
    let schedule = office().compile_years(YEARS);
    let far = office().compile_years(1900..=1901);
    let _ = far.elapsed_micros(from[0], to[0]); // its table is made once
    let mut group = c.benchmark_group("one span");
    let mut i = 0;
    group.bench_function("elapsed", |bench| {
        bench.iter(|| {
            i = (i + 1) % from.len();
            schedule.elapsed_micros(black_box(from[i]), black_box(to[i]))
        });
    });
    group.bench_function("due", |bench| {
        bench.iter(|| {
            i = (i + 1) % from.len();
            schedule.due_micros(black_box(from[i]), black_box(480 * MINUTE))
        });
    });
    group.bench_function("elapsed outside the compiled years", |bench| {
        bench.iter(|| {
            i = (i + 1) % from.len();
            far.elapsed_micros(black_box(from[i]), black_box(to[i]))
        });
    });
    group.finish();
}

fn compile(c: &mut Criterion) {
    let mut group = c.benchmark_group("compile 30 years");
    for (name, schedule) in [("office hours", office()), ("split shift with breaks", split_shift())] {
        let size = schedule.compile_years(YEARS).size_in_bytes();
        group.bench_function(format!("{name}, {} KiB", size / 1024), |bench| {
            bench.iter_batched(
                || &schedule,
                |schedule| -> CompiledSchedule { schedule.compile_years(YEARS) },
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

/// The same schedule and the first of the same spans through the crate `workclock`.
fn rival(c: &mut Criterion) {
    use jiff::Timestamp;
    use jiff::civil::{date, time};
    use workclock::{Holidays, Weekdays, WorkDay};

    let days = holidays().into_iter().map(|day| date(day.year() as i16, day.month() as i8, day.day() as i8));
    let hours = WorkDay::new(time(9, 0, 0, 0), time(17, 0, 0, 0), Weekdays::MON_TO_FRI);
    let schedule = workclock::Schedule::builder()
        .time_zone("Europe/Copenhagen")
        .rule(hours)
        .rule(Holidays::new(days))
        .build()
        .expect("good hours");
    let (from, to) = spans(RIVAL_SPANS);
    let timestamp = |at: &i64| Timestamp::from_microsecond(*at).expect("a timestamp of this century");
    let pairs: Vec<(Timestamp, Timestamp)> =
        from.iter().zip(&to).map(|(from, to)| (timestamp(from), timestamp(to))).collect();

    // Both must give the same result before they are compared.
    let ours = office().compile_years(YEARS);
    for (i, (a, b)) in pairs.iter().enumerate().step_by(97) {
        let theirs = i64::try_from(schedule.between(*a, *b).as_micros()).expect("half a year at most");
        assert_eq!(ours.elapsed_micros(from[i], to[i]), theirs, "{a} to {b}");
    }

    let mut group = c.benchmark_group("workclock, 100 thousand spans");
    group.throughput(Throughput::Elements(RIVAL_SPANS as u64)).sample_size(10);
    group.bench_function("elapsed, office hours", |bench| {
        bench.iter(|| {
            for (a, b) in black_box(&pairs) {
                black_box(schedule.between(*a, *b));
            }
        });
    });
    let budgets: Vec<_> = pairs.iter().map(|(a, b)| schedule.between(*a, *b)).collect();
    group.bench_function("due, office hours", |bench| {
        bench.iter(|| {
            for ((a, _), budget) in black_box(&pairs).iter().zip(&budgets) {
                let _ = black_box(schedule.add(*a, *budget));
            }
        });
    });
    group.finish();
}

criterion_group!(benches, elapsed, due, single, compile, rival);
criterion_main!(benches);
