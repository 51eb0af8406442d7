//! KPIs of one week and the week before, from the rows of the log that they need.

use std::borrow::Cow;
use std::sync::Arc;

use chrono::NaiveDate;
use deskmetrics::report::{Change, Period, PeriodSpan, Periods, Report, ReportRow, SliceKeys};
use deskmetrics::ticket::{Attribute, TicketId};
use deskmetrics::{Excluded, Interval, Timestamp, Unit};
use serde::Serialize;

use crate::error::ServiceError;
use crate::rules::Rules;
use crate::store::Store;

/// The headline of each KPI in one week, overall and by the values of an attribute.
#[derive(Debug, Serialize)]
pub(crate) struct WeekTable {
    week: String,
    from: Timestamp,
    to: Timestamp,
    /// Whether the week has not ended yet.
    partial: bool,
    week_before: String,
    as_of: Timestamp,
    rows: Vec<WeekRow>,
}

#[derive(Debug, Serialize)]
struct WeekRow {
    kpi: &'static str,
    name: String,
    measure: Cow<'static, str>,
    unit: Unit,
    /// Empty for all tickets.
    slice: SliceKeys,
    value: Option<f64>,
    n: u64,
    interval: Option<Interval>,
    excluded: Arc<Excluded>,
    /// The value in the week before.
    before: Option<f64>,
    /// The change from it, with its test; `None` for a partial week.
    change: Option<Change>,
}

/// The week of this name, such as `2026-W10`; else the one of a timestamp.
fn week(rules: &Rules, name: Option<&str>, now: Timestamp) -> Result<PeriodSpan, ServiceError> {
    let weeks = Periods::new(Period::Week, rules.time_zone);
    let noon = match name {
        None => Some(now),
        Some(name) => NaiveDate::parse_from_str(&format!("{name}-1"), "%G-W%V-%u")
            .ok()
            .and_then(|monday| monday.and_hms_opt(12, 0, 0)?.and_local_timezone(rules.time_zone).earliest())
            .map(|noon| noon.to_utc().into()),
    };
    noon.and_then(|noon| weeks.of(noon)).ok_or_else(|| {
        ServiceError::Invalid(format!(
            "there is no week \"{}\": weeks have names such as \"2026-W10\"",
            name.unwrap_or_default()
        ))
    })
}

/// The KPIs of a week as known at `as_of`.
///
/// A week's numbers depend on the tickets that are open, and on those with an event since the week before. All others ended
/// earlier, so their rows are not read.
pub(crate) fn week_table(
    rules: &Rules,
    store: &Store,
    open: &[TicketId],
    by: Attribute,
    name: Option<&str>,
    as_of: Timestamp,
) -> Result<WeekTable, ServiceError> {
    let week = week(rules, name, as_of)?;
    let before =
        week.previous().ok_or_else(|| ServiceError::Invalid("there is no week before".to_owned()))?;
    let (tickets, events) = store.histories(before.start, open)?;
    // Nothing is known of the time before the first record's day.
    let first_day = store.first()?.and_then(|first| Periods::new(Period::Day, rules.time_zone).of(first));
    let from = first_day.map_or(before.start, |day| day.start.max(before.start));
    let report = Report::builder(as_of)
        .with_kpis(rules.kpis.clone())
        .with_slices([by])
        .with_periods(Periods::new(Period::Week, rules.time_zone))
        .with_observed_from(from)
        .build()?;
    let replay = rules.replay(as_of).with_measures(report.needs());
    let replayed = replay.tickets(&tickets, &events).tickets;
    let rows = report.run(&replayed, &[], &[])?.table().rows;

    let of_week = |week: &PeriodSpan| {
        let label = week.label();
        move |row: &&ReportRow| {
            row.headline && row.period.as_ref().is_some_and(|period| period.label == label)
        }
    };
    let (earlier, later): (Vec<_>, Vec<_>) =
        (rows.iter().filter(of_week(&before)).collect(), rows.iter().filter(of_week(&week)).collect());
    let same = |one: &ReportRow, other: &ReportRow| {
        (one.kpi, &one.name, &one.option, one.clock, &one.keys)
            == (other.kpi, &other.name, &other.option, other.clock, &other.keys)
    };
    let rows = later.into_iter().map(|row| WeekRow {
        kpi: row.kpi,
        name: row.title(),
        measure: row.measure.clone(),
        unit: row.unit,
        slice: row.keys.clone(),
        value: row.value,
        n: row.n,
        interval: row.interval,
        excluded: Arc::clone(&row.excluded),
        before: earlier.iter().find(|before| same(before, row)).and_then(|before| before.value),
        change: row.change,
    });
    Ok(WeekTable {
        rows: rows.collect(),
        from: week.start,
        to: week.end,
        partial: week.end > as_of,
        week: week.label(),
        week_before: before.label(),
        as_of,
    })
}
