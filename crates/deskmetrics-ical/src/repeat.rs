//! The dates of a repeating all-day event.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use chrono::{DateTime, Datelike as _, NaiveDate, NaiveTime, TimeZone as _};
use icalendar::{Component as _, Event};
use rrule::{RRuleSet, Tz};

use crate::skipped::SkipReason;

/// An upper limit: more dates than a daily event has in a century.
const MOST_DATES: u16 = 36_600;

/// Whether the event has more dates than its start.
pub(crate) fn repeats(event: &Event) -> bool {
    ["RRULE", "RDATE"].iter().any(|key| values(event, key).next().is_some())
}

/// The dates within these years on which the event begins.
pub(crate) fn dates(
    event: &Event,
    first: NaiveDate,
    years: &RangeInclusive<i32>,
) -> Result<BTreeSet<NaiveDate>, SkipReason> {
    let mut dates = BTreeSet::from([first]);
    for rule in values(event, "RRULE") {
        dates.extend(dates_of_rule(rule, first, years)?);
    }
    dates.extend(listed(event, "RDATE")?);
    for date in listed(event, "EXDATE")? {
        dates.remove(&date);
    }
    dates.retain(|date| years.contains(&date.year()));
    Ok(dates)
}

/// The dates of a rule, computed in UTC: dates have no time zone.
fn dates_of_rule(
    rule: &str,
    first: NaiveDate,
    years: &RangeInclusive<i32>,
) -> Result<Vec<NaiveDate>, SkipReason> {
    let error = |problem: String| SkipReason::Repetition { rule: rule.to_owned(), problem };
    let mut parts = Vec::new();
    for part in rule.split(';') {
        let part = part.to_ascii_uppercase();
        match part.split_once('=') {
            Some(("FREQ", "YEARLY" | "MONTHLY" | "WEEKLY" | "DAILY")) => parts.push(part),
            Some(("FREQ", other)) => {
                return Err(error(format!("{other} is not YEARLY, MONTHLY, WEEKLY or DAILY")));
            }
            // The end of a rule of dates is a date; the crate requires a timestamp in UTC.
            Some(("UNTIL", until)) => {
                let date = until.get(..8).unwrap_or(until);
                parts.push(format!("UNTIL={date}T000000Z"));
            }
            _ => parts.push(part),
        }
    }
    let text = format!("DTSTART:{}T000000Z\nRRULE:{}", first.format("%Y%m%d"), parts.join(";"));
    let set: RRuleSet = text.parse().map_err(|e: rrule::RRuleError| error(e.to_string()))?;
    let midnight = |year: i32| -> Option<DateTime<Tz>> {
        let date = NaiveDate::from_ymd_opt(year, 1, 1)?;
        Some(Tz::UTC.from_utc_datetime(&date.and_time(NaiveTime::MIN)))
    };
    let out_of_range = || error("the requested years are not years of the calendar".to_owned());
    let from = midnight(*years.start()).ok_or_else(out_of_range)?;
    let to = midnight(years.end().saturating_add(1)).ok_or_else(out_of_range)?;
    let found = set.after(from).before(to).all(MOST_DATES);
    if found.limited {
        return Err(error(format!("it has more than {MOST_DATES} dates in these years")));
    }
    Ok(found.dates.into_iter().map(|date| date.naive_utc().date()).collect())
}

/// The dates of a property that lists them.
fn listed(event: &Event, key: &str) -> Result<Vec<NaiveDate>, SkipReason> {
    values(event, key)
        .flat_map(|value| value.split(','))
        .map(|text| {
            // Some calendars give midnight of the date.
            let date = text.trim();
            NaiveDate::parse_from_str(date.get(..8).unwrap_or(date), "%Y%m%d").map_err(|_| {
                SkipReason::Repetition {
                    rule: format!("{key}:{text}"),
                    problem: "it is not a date such as 20261225".to_owned(),
                }
            })
        })
        .collect()
}

/// The values of a property, which may occur several times.
fn values<'a>(event: &'a Event, key: &str) -> impl Iterator<Item = &'a str> + use<'a> {
    let single = event.properties().get(key);
    let several = event.multi_properties().get(key);
    single.into_iter().chain(several.into_iter().flatten()).map(icalendar::Property::value)
}
