//! Charts as SVG, in the colors of the page.

use std::collections::HashMap;
use std::fmt::Write as _;

use deskmetrics::report::{ReportRow, SliceKeys, value_text};
use deskmetrics::{ClockKind, Interval, Timestamp, Unit};
use maud::{Markup, html};

use crate::cell::{interval, n_text, text, value};

/// The most slices of a chart by name.
pub const SLICES: usize = 12;

/// Above this many periods, only the line is drawn.
const POINTS: usize = 40;

const WIDTH: f64 = 640.0;

/// Steps of durations below a day, in seconds.
const STEPS: [f64; 13] =
    [1.0, 5.0, 10.0, 30.0, 60.0, 300.0, 600.0, 1800.0, 3600.0, 7200.0, 14_400.0, 21_600.0, 43_200.0];

/// The least pixels between labels of periods.
const LABEL: f64 = 78.0;

/// A linear scale from values to pixels.
#[derive(Clone, Copy)]
struct Axis {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl Axis {
    /// The axis of some values, with 0 where the numbers are amounts. Parts of periods do not determine it, nor do intervals of
    /// few records where most rows have more.
    fn of(rows: &[&ReportRow], from: f64, to: f64) -> Option<Self> {
        let unit = rows.first()?.unit;
        let mut low = f64::INFINITY;
        let mut high = f64::NEG_INFINITY;
        let valued = || rows.iter().filter(|row| row.value.is_some());
        let whole = valued().filter(|row| !is_partial(row)).count();
        let counted = || valued().filter(|row| whole == 0 || !is_partial(row));
        let most = counted().filter(|row| !row.small_n).count() * 2 >= counted().count();
        for row in counted() {
            let ends = row
                .interval
                .filter(|_| !most || !row.small_n)
                .map(|interval| [interval.lower, interval.upper]);
            for value in
                row.value.into_iter().chain(ends.into_iter().flatten()).filter(|value| value.is_finite())
            {
                (low, high) = (low.min(value), high.max(value));
            }
        }
        if !low.is_finite() {
            return None;
        }
        if matches!(unit, Unit::Count | Unit::Seconds | Unit::PerTicket) {
            low = low.min(0.0);
        }
        let room = (high - low) * 0.05;
        let (low, high) = if room > 0.0 { (low, high + room) } else { (low - 1.0, high + 1.0) };
        Some(Self { low, high, from, to })
    }

    fn has(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }

    fn at(&self, value: f64) -> f64 {
        let share = (value.clamp(self.low, self.high) - self.low) / (self.high - self.low);
        self.from + share * (self.to - self.from)
    }

    /// Round values on the axis, some three to five.
    fn ticks(&self, of: &ReportRow) -> Vec<f64> {
        let rough = (self.high - self.low) / 5.0;
        let round = |rough: f64| {
            let power = 10_f64.powf(rough.log10().floor());
            [1.0, 2.0, 5.0, 10.0]
                .into_iter()
                .map(|times| times * power)
                .find(|step| *step >= rough)
                .unwrap_or(rough)
        };
        // The length of a business day depends on the schedule.
        let most = if of.clock == Some(ClockKind::Business) { 3600.0 } else { 86_400.0 };
        let step = match of.unit {
            Unit::Seconds => STEPS
                .into_iter()
                .find(|step| *step >= rough && *step < most)
                .unwrap_or_else(|| most * round(rough / most).max(1.0)),
            _ => round(rough),
        };
        let first = (self.low / step).ceil();
        (0..8).map(|place| (first + f64::from(place)) * step).filter(|tick| *tick <= self.high).collect()
    }
}

/// The values of periods as a line with its intervals.
pub(crate) fn trend(rows: &[&ReportRow], title: &str) -> Markup {
    let dated: Vec<&ReportRow> = rows.iter().filter(|row| start(row).is_some()).copied().collect();
    let (height, left, bottom) = (200.0, 70.0, 24.0);
    let Some(axis) = Axis::of(&dated, height - bottom, 8.0).filter(|_| dated.len() > 1) else {
        return html! {};
    };
    let unit = dated[0].unit;
    // Periods without a row have their place, too.
    let micros = |place: usize| dated.get(place).and_then(|row| start(row)).map_or(0, Timestamp::as_micros);
    let (first, last) = (micros(0), micros(dated.len() - 1));
    let x = |place: usize| {
        left + (WIDTH - left - 32.0) * (micros(place) - first) as f64 / (last - first).max(1) as f64
    };
    let label = |row: &ReportRow| row.period.as_ref().map_or(String::new(), |period| period.label.clone());
    // From the last period back, as many labels as there is room for.
    let mut labelled: Vec<usize> = Vec::new();
    for place in (0..dated.len()).rev() {
        if labelled.last().is_none_or(|after| x(*after) - x(place) >= LABEL) {
            labelled.push(place);
        }
    }
    // A count of a part of a period is not comparable.
    let dashed = unit != Unit::Count && dated.iter().any(|row| is_partial(row));
    let points = dated.len() <= POINTS;
    html! {
        figure.scrolls {
            svg viewBox={ "0 0 " (WIDTH) " " (height) } role="img" aria-label={ (text(title)) " by period" } {
                @for tick in axis.ticks(dated[0]) {
                    line.grid x1=(left) x2=(WIDTH) y1=(px(axis.at(tick))) y2=(px(axis.at(tick))) {}
                    text.end x=(left - 6.0) y=(px(axis.at(tick) + 4.0)) { (value_text(Some(tick), unit, dated[0].clock)) }
                }
                @for band in runs(&dated, |row| row.interval.is_some() && !is_partial(row)) {
                    polygon.band points=(band_points(&dated, &band, &axis, x)) {}
                }
                @for (place, ends) in alone(&dated) {
                    line.interval x1=(px(x(place))) x2=(px(x(place))) y1=(px(axis.at(ends.lower))) y2=(px(axis.at(ends.upper))) {}
                }
                @for run in runs(&dated, |row| dashed && row.value.is_some()) {
                    @if run.len() > 1 && run.iter().any(|place| is_partial(dated[*place])) {
                        polyline.line.dashed points=(line_points(&dated, &run, &axis, x)) {}
                    }
                }
                @for run in runs(&dated, |row| row.value.is_some() && !is_partial(row)) {
                    polyline.line points=(line_points(&dated, &run, &axis, x)) {}
                    @if run.len() == 1 { circle.point cx=(px(x(run[0]))) cy=(px(axis.at(dated[run[0]].value.unwrap_or(0.0)))) r="3" {} }
                }
                @for (place, row) in dated.iter().enumerate() {
                    @if let Some(found) = row.value.filter(|_| points) {
                        circle.point.open[row.small_n || is_partial(row)] cx=(px(x(place))) cy=(px(axis.at(found))) r="3.5" {
                            title { (text(&label(row))) ": " (value(row)) @if row.interval.is_some() { " (" (interval(row)) ")" } }
                        }
                        @if !axis.has(found) {
                            text.middle x=(px(x(place))) y=(px(axis.at(found) + 16.0)) { (value(row)) }
                        }
                    }
                    @if !points && row.small_n {
                        line.few x1=(px(x(place))) x2=(px(x(place))) y1=(height - bottom) y2=(height - bottom - 5.0) {}
                    }
                    @if labelled.contains(&place) {
                        text.middle x=(px(x(place))) y=(height - 6.0) { (text(&label(row))) }
                    }
                }
            }
            @let small = dated.iter().any(|row| row.small_n);
            @if small || dashed || (points && dated.iter().any(|row| is_partial(row))) {
                figcaption.note {
                    @if points { "Open points: few records, or a part of the period." }
                    @if !points && small { "Ticks along the axis: few records. " }
                    @if !points && dashed { "Dashes: a part of the period." }
                    @if points && dated.iter().any(|row| row.value.is_some_and(|found| !axis.has(found))) {
                        " A point with its value is beyond the axis."
                    }
                }
            }
        }
    }
}

/// The values of slices side by side; `all` is their number in the report.
pub(crate) fn slices(rows: &[&ReportRow], title: &str, by_size: &[&SliceKeys], all: usize) -> Markup {
    let mut shown: Vec<&ReportRow> = rows.iter().filter(|row| row.value.is_some()).copied().collect();
    if shown.len() < 2 {
        return html! {};
    }
    // The same slices in the same order in every chart.
    let places: HashMap<&SliceKeys, usize> =
        by_size.iter().enumerate().map(|(place, keys)| (*keys, place)).collect();
    shown.sort_by_key(|row| places.get(&row.keys));
    // One more slice takes the place of the others.
    let joined = shown.iter().any(|row| row.keys.is_others());
    if by_size.len() > SLICES + 1 {
        shown.truncate(SLICES);
    }
    let unit = shown[0].unit;
    let (left, right, each) = (190.0, 130.0, 22.0);
    let Some(axis) = Axis::of(&shown, left, WIDTH - right) else { return html! {} };
    let height = each * shown.len() as f64 + 22.0;
    let bars = unit == Unit::Count;
    html! {
        figure.scrolls {
            svg viewBox={ "0 0 " (WIDTH) " " (px(height)) } role="img" aria-label={ (text(title)) " by slice" } {
                @for tick in axis.ticks(shown[0]) {
                    line.grid x1=(px(axis.at(tick))) x2=(px(axis.at(tick))) y1="0" y2=(px(height - 18.0)) {}
                    text.middle x=(px(axis.at(tick))) y=(px(height - 4.0)) { (value_text(Some(tick), unit, shown[0].clock)) }
                }
                @for (place, row) in shown.iter().enumerate() {
                    @let y = each * place as f64 + each / 2.0;
                    @let found = row.value.unwrap_or(0.0);
                    g {
                        title { (text(&row.keys.label())) ": " (value(row)) @if row.interval.is_some() { " (" (interval(row)) ")" } }
                        text.end x=(left - 8.0) y=(px(y + 4.0)) { (text(&shortened(&row.keys.label()))) }
                        @if bars {
                            rect.bar x=(px(axis.at(0.0))) y=(px(y - 7.0)) width=(px((axis.at(found) - axis.at(0.0)).max(0.0))) height="14" {}
                        }
                        @if let Some(ends) = row.interval {
                            line.interval x1=(px(axis.at(ends.lower))) x2=(px(axis.at(ends.upper))) y1=(px(y)) y2=(px(y)) {}
                        }
                        @if !bars { circle.point.open[row.small_n] cx=(px(axis.at(found))) cy=(px(y)) r="4" {} }
                        text x=(WIDTH - right + 10.0) y=(px(y + 4.0)) {
                            (value(row)) @if !n_text(row).is_empty() { tspan.soft { "  n " (n_text(row)) } }
                        }
                    }
                }
            }
            @if joined {
                figcaption.note { (text(SliceKeys::OTHERS)) ": the " (all - SLICES) " smaller slices, counted together; the table has all." }
            } @else if by_size.len() > SLICES + 1 {
                figcaption.note { "The " (shown.len()) " largest of " (all) " slices; the table has all." }
            }
        }
    }
}

fn is_partial(row: &ReportRow) -> bool {
    row.period.as_ref().is_some_and(|period| period.partial)
}

/// Intervals of parts of periods, and of rows without neighbors.
fn alone(rows: &[&ReportRow]) -> Vec<(usize, Interval)> {
    let whole =
        runs(rows, |row| row.interval.is_some() && !is_partial(row)).into_iter().filter(|run| run.len() == 1);
    let partial = rows.iter().enumerate().filter(|(_, row)| is_partial(row)).map(|(place, _)| place);
    let places = whole.flatten().chain(partial);
    places.filter_map(|place| Some((place, rows.get(place)?.interval?))).collect()
}

/// Places of neighboring rows that pass a test; a period without a row separates them.
fn runs(rows: &[&ReportRow], test: impl Fn(&ReportRow) -> bool) -> Vec<Vec<usize>> {
    let end = |row: &ReportRow| row.period.as_ref().and_then(|period| period.end);
    let mut runs: Vec<Vec<usize>> = Vec::new();
    let mut before = None;
    for (place, row) in rows.iter().enumerate() {
        if test(row) {
            match runs.last_mut().filter(|_| before.is_some() && before == start(row)) {
                Some(run) => run.push(place),
                None => runs.push(vec![place]),
            }
        }
        before = end(row).filter(|_| test(row));
    }
    runs
}

fn start(row: &ReportRow) -> Option<Timestamp> {
    row.period.as_ref().and_then(|period| period.start)
}

fn line_points(rows: &[&ReportRow], run: &[usize], axis: &Axis, x: impl Fn(usize) -> f64) -> String {
    let mut points = String::new();
    for place in run {
        if let Some(value) = rows.get(*place).and_then(|row| row.value) {
            let _ = write!(points, "{},{} ", px(x(*place)), px(axis.at(value)));
        }
    }
    points
}

fn band_points(rows: &[&ReportRow], run: &[usize], axis: &Axis, x: impl Fn(usize) -> f64) -> String {
    let mut points = String::new();
    let mut add = |place: usize, upper: bool| {
        if let Some(ends) = rows.get(place).and_then(|row| row.interval) {
            let end = if upper { ends.upper } else { ends.lower };
            let _ = write!(points, "{},{} ", px(x(place)), px(axis.at(end)));
        }
    };
    for place in run {
        add(*place, true);
    }
    for place in run.iter().rev() {
        add(*place, false);
    }
    points
}

/// A name that fits beside its bar.
fn shortened(name: &str) -> String {
    const MOST: usize = 26;
    if name.chars().count() <= MOST {
        name.to_owned()
    } else {
        name.chars().take(MOST - 1).chain(['…']).collect()
    }
}

/// A coordinate with one decimal.
fn px(value: f64) -> String {
    format!("{value:.1}")
}
