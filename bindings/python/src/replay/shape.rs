//! Data of charts: survival curve of resolution times, arrivals by weekday and hour.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::builder::{Float64Builder, Int64Builder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::ArrowError;
use chrono_tz::Tz;
use deskmetrics::kpi::{Arrivals, ResolutionTimeCensored};
use deskmetrics::replay::{Needs, Replay};
use deskmetrics::ticket::Attribute;
use deskmetrics::{ClockKind, TicketMetrics};
use deskmetrics_arrow::Dataset;

/// A tally for each value of an attribute, `(none)` without one; a single one without a name where `by` is not given.
fn by_slice<T>(
    dataset: &Dataset,
    replay: &Replay,
    by: Option<&Attribute>,
    new: impl Fn() -> T + Sync,
    push: impl Fn(&mut T, &TicketMetrics) + Sync,
) -> BTreeMap<String, T>
where
    T: Send,
{
    let replay = replay.clone().with_measures(Needs::EVERYTHING).with_attributes(by.cloned());
    let log = dataset.log(&replay);
    let slot = by.and_then(|by| log.slot(by));
    let (parts, _) = log.each(1, Vec::new, |tallies: &mut Vec<Option<T>>, ticket| {
        let code = slot.map_or(0, |slot| ticket.code(slot)) as usize;
        if tallies.len() <= code {
            tallies.resize_with(code + 1, || None);
        }
        push(tallies[code].get_or_insert_with(&new), ticket.metrics());
    });
    let named = |(code, tally): (u32, Option<T>)| {
        let name = if by.is_some() { log.text(code).unwrap_or("(none)") } else { "" };
        Some((name.to_owned(), tally?))
    };
    parts.into_iter().flat_map(|tallies| (0u32..).zip(tallies)).filter_map(named).collect()
}

/// The steps of the survival curve of each slice.
pub(super) fn survival(
    dataset: &Dataset,
    replay: &Replay,
    by: Option<&Attribute>,
    clock: ClockKind,
    level: f64,
) -> Result<RecordBatch, ArrowError> {
    let new = || ResolutionTimeCensored::new(clock);
    let slices = by_slice(dataset, replay, by, new, ResolutionTimeCensored::push);
    let mut names = StringBuilder::new();
    let [mut seconds, mut open, mut lower, mut upper] = std::array::from_fn(|_| Float64Builder::new());
    let [mut at_risk, mut ended] = std::array::from_fn(|_| Int64Builder::new());
    for (name, tally) in &slices {
        for step in tally.times().survival().curve(level) {
            names.append_value(name);
            seconds.append_value(step.seconds);
            open.append_value(step.running * 100.0);
            lower.append_value(step.interval.lower * 100.0);
            upper.append_value(step.interval.upper * 100.0);
            at_risk.append_value(i64::try_from(step.at_risk).unwrap_or(i64::MAX));
            ended.append_value(i64::try_from(step.ended).unwrap_or(i64::MAX));
        }
    }
    RecordBatch::try_from_iter([
        ("slice", Arc::new(names.finish()) as ArrayRef),
        ("seconds", Arc::new(seconds.finish())),
        ("open_percent", Arc::new(open.finish())),
        ("lower", Arc::new(lower.finish())),
        ("upper", Arc::new(upper.finish())),
        ("at_risk", Arc::new(at_risk.finish())),
        ("solved", Arc::new(ended.finish())),
    ])
}

/// Tickets created by local weekday and hour, each of the 168 hours of each slice.
pub(super) fn arrivals(
    dataset: &Dataset,
    replay: &Replay,
    by: Option<&Attribute>,
    zone: Tz,
) -> Result<RecordBatch, ArrowError> {
    let slices = by_slice(dataset, replay, by, || Arrivals::new(zone), Arrivals::push_ticket);
    let (mut names, mut days) = (StringBuilder::new(), StringBuilder::new());
    let [mut hours, mut tickets] = std::array::from_fn(|_| Int64Builder::new());
    for (name, pattern) in slices.iter().filter(|(_, pattern)| pattern.n() > 0) {
        for (day, of_day) in ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].iter().zip(pattern.counts()) {
            for (hour, n) in (0_i64..).zip(of_day) {
                names.append_value(name);
                days.append_value(day);
                hours.append_value(hour);
                tickets.append_value(i64::try_from(*n).unwrap_or(i64::MAX));
            }
        }
    }
    RecordBatch::try_from_iter([
        ("slice", Arc::new(names.finish()) as ArrayRef),
        ("weekday", Arc::new(days.finish())),
        ("hour", Arc::new(hours.finish())),
        ("tickets", Arc::new(tickets.finish())),
    ])
}
