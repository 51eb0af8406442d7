//! Lower bound of the cost of columns: hand-written loops for this data, without checks, intervals or totals.

use chrono_tz::Europe::Copenhagen;
use deskmetrics::Timestamp;
use deskmetrics::report::{Period, Periods};

const HOUR: i64 = 3_600_000_000;

/// The number of the local week or day of each UTC hour; good where offsets are whole hours.
pub(crate) struct Calendar {
    first: i64,
    numbers: Vec<u32>,
}

impl Calendar {
    /// From one timestamp to another, in microseconds.
    pub(crate) fn new(period: Period, from: i64, until: i64) -> Self {
        let (first, last) = (from.div_euclid(HOUR), until.div_euclid(HOUR));
        let periods = Periods::new(period, Copenhagen);
        let start = |hour: i64| periods.of(Timestamp::from_micros(hour * HOUR)?).map(|span| span.start);
        let mut numbers = vec![0];
        for hour in first + 1..=last {
            let before = numbers.last().copied().unwrap_or(0);
            numbers.push(before + u32::from(start(hour) != start(hour - 1)));
        }
        Self { first, numbers }
    }

    pub(crate) fn len(&self) -> usize {
        self.numbers.last().map_or(0, |last| *last as usize + 1)
    }

    fn number(&self, at: i64) -> usize {
        self.numbers[usize::try_from(at / HOUR - self.first).unwrap_or(0)] as usize
    }
}

/// How often each score was given, by group and period, for each question; and how many surveys were answered of those sent.
pub(crate) fn surveys<const QUESTIONS: usize>(
    groups: &[i8],
    sent: &[i64],
    weeks: &Calendar,
    scores: &[(&[i8], impl Fn(usize) -> bool); QUESTIONS],
    answered: impl Fn(usize) -> bool,
) -> ([Vec<u32>; QUESTIONS], Vec<[u32; 2]>) {
    const STEPS: usize = 11;
    let cells = (groups.iter().max().map_or(0, |most| usize::from(most.cast_unsigned())) + 1) * weeks.len();
    let mut counts: [Vec<u32>; QUESTIONS] = std::array::from_fn(|_| vec![0; cells * STEPS]);
    let mut rates = vec![[0; 2]; cells];
    for (row, (group, at)) in groups.iter().zip(sent).enumerate() {
        let cell = usize::from(group.cast_unsigned()) * weeks.len() + weeks.number(*at);
        for ((scores, given), counts) in scores.iter().zip(&mut counts) {
            counts[cell * STEPS + usize::from(scores[row].cast_unsigned())] += u32::from(given(row));
        }
        rates[cell][0] += u32::from(answered(row));
        rates[cell][1] += 1;
    }
    (counts, rates)
}

/// Mean, median, p90 and p95 of the time to an end, by group.
pub(crate) fn durations(
    groups: &[i8],
    from: &[i64],
    until: &[i64],
    ended: impl Fn(usize) -> bool,
) -> Vec<[f64; 4]> {
    let most = groups.iter().max().map_or(0, |most| usize::from(most.cast_unsigned()));
    let mut spans = vec![Vec::new(); most + 1];
    for (row, ((group, from), until)) in groups.iter().zip(from).zip(until).enumerate() {
        if ended(row) {
            spans[usize::from(group.cast_unsigned())].push(until - from);
        }
    }
    let figures = |mut spans: Vec<i64>| {
        let n = spans.len() as f64;
        let mean = spans.iter().sum::<i64>() as f64 / n;
        let mut quantile = |q: f64| {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place")]
            let place = (q * (n - 1.0)) as usize;
            let (_, low, above) = spans.select_nth_unstable(place);
            let (low, high) = (*low as f64, above.iter().min().map_or(*low as f64, |high| *high as f64));
            low + (q * (n - 1.0) - place as f64) * (high - low)
        };
        [mean, quantile(0.5), quantile(0.9), quantile(0.95)]
    };
    spans.into_iter().map(figures).collect()
}

/// How many began, by group and week.
pub(crate) fn volume(groups: &[i8], from: &[i64], weeks: &Calendar) -> Vec<u32> {
    let most = groups.iter().max().map_or(0, |most| usize::from(most.cast_unsigned()));
    let mut counts = vec![0; (most + 1) * weeks.len()];
    for (group, from) in groups.iter().zip(from) {
        counts[usize::from(group.cast_unsigned()) * weeks.len() + weeks.number(*from)] += 1;
    }
    counts
}

/// How many were open at the end of each day, by group.
pub(crate) fn backlog(
    groups: &[i8],
    from: &[i64],
    until: &[i64],
    ended: impl Fn(usize) -> bool,
    days: &Calendar,
) -> Vec<i32> {
    let most = groups.iter().max().map_or(0, |most| usize::from(most.cast_unsigned()));
    let mut open = vec![0; (most + 1) * days.len()];
    for (row, ((group, from), until)) in groups.iter().zip(from).zip(until).enumerate() {
        let group = usize::from(group.cast_unsigned()) * days.len();
        open[group + days.number(*from)] += 1;
        if ended(row) {
            open[group + days.number(*until)] -= 1;
        }
    }
    for group in open.chunks_mut(days.len()) {
        let mut now = 0;
        for count in group {
            now += *count;
            *count = now;
        }
    }
    open
}
