//! Holidays for deskmetrics schedules from iCalendar files (`.ics`, RFC 5545).
//!
//! Each all-day event is a holiday: one date, or all from its start to just before its end. A repeating
//! event (`RRULE`, with `EXDATE` and `RDATE`) is a holiday on each of its dates within the requested years.
//! Other events are listed among the [skipped](HolidayCalendar::skipped),
//! with the reason.
//!
//! ```
//! use deskmetrics::schedule::Schedule;
//!
//! let text = "\
//! BEGIN:VCALENDAR
//! VERSION:2.0
//! PRODID:-//example//holidays//EN
//! BEGIN:VEVENT
//! UID:1
//! SUMMARY:Thanksgiving
//! DTSTART;VALUE=DATE:20101125
//! RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH
//! END:VEVENT
//! BEGIN:VEVENT
//! UID:2
//! SUMMARY:Company days
//! DTSTART;VALUE=DATE:20261228
//! DTEND;VALUE=DATE:20261231
//! END:VEVENT
//! END:VCALENDAR
//! ";
//! let calendar = deskmetrics_ical::read(text, 2025..=2026)?;
//! let holidays: Vec<String> = calendar.holidays().map(|holiday| holiday.to_string()).collect();
//! assert_eq!(holidays, ["2025-11-27", "2026-11-26", "2026-12-28/2026-12-30"]);
//! assert!(calendar.skipped.is_empty());
//!
//! let schedule = Schedule::parse("America/New_York", "Mo-Fr 09:00-17:00")?
//!     .with_holidays(calendar.holidays())
//!     .compile();
//! assert!(!schedule.is_business_day("2026-11-26".parse()?));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]
// No input may cause a panic.
#![warn(clippy::expect_used, clippy::panic, clippy::string_slice, clippy::todo, clippy::unimplemented)]
#![warn(clippy::indexing_slicing)]

mod repeat;
mod skipped;

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use chrono::{Days, NaiveDate};
use deskmetrics::schedule::Holiday;
use icalendar::{Calendar, Component as _, DatePerhapsTime, Event, EventStatus};

pub use skipped::{SkipReason, SkippedEvent};

/// The holidays of an iCalendar file, and its skipped events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HolidayCalendar {
    /// The holidays in order, each once for each of its names.
    pub named: Vec<NamedHoliday>,
    /// The events that are not holidays, in the order of the file.
    pub skipped: Vec<SkippedEvent>,
}

/// A holiday and its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NamedHoliday {
    /// Its date or dates.
    pub holiday: Holiday,
    /// The summary of the event; empty if it has none.
    pub name: String,
}

/// The text is not an iCalendar file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the text is not an iCalendar file, BEGIN:VCALENDAR to END:VCALENDAR: {problem}")]
pub struct IcalError {
    /// The parser's message, with the line.
    pub problem: String,
}

impl HolidayCalendar {
    /// The holidays in order, without their names.
    pub fn holidays(&self) -> impl Iterator<Item = Holiday> + '_ {
        self.named.iter().map(|named| named.holiday)
    }
}

/// Reads the holidays of an iCalendar file; repeating ones for these years.
///
/// Events that do not repeat are read whatever their year.
///
/// # Errors
///
/// [`IcalError`] when the text is not an iCalendar file.
pub fn read(text: &str, years: RangeInclusive<i32>) -> Result<HolidayCalendar, IcalError> {
    check_outline(text)?;
    let calendar: Calendar = text.parse().map_err(|problem| IcalError { problem })?;
    let mut named = BTreeSet::new();
    let mut skipped = Vec::new();
    for event in calendar.events() {
        let name = event.get_summary().unwrap_or_default().to_owned();
        match holidays_of(event, &years) {
            Ok(holidays) => {
                named
                    .extend(holidays.into_iter().map(|holiday| NamedHoliday { holiday, name: name.clone() }));
            }
            Err(reason) => skipped.push(SkippedEvent { name, reason }),
        }
    }
    Ok(HolidayCalendar { named: named.into_iter().collect(), skipped })
}

/// Components are nested a few levels deep at most; the parser would follow a million.
const DEEPEST: usize = 16;

fn check_outline(text: &str) -> Result<(), IcalError> {
    let error = |problem: String| Err(IcalError { problem });
    let starts_with =
        |line: &str, word: &str| line.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    if !starts_with(text.trim_start_matches('\u{feff}').trim_start(), "BEGIN:VCALENDAR") {
        return error("it does not begin with BEGIN:VCALENDAR".to_owned());
    }
    let mut depth = 0_usize;
    for (number, line) in (1..).zip(text.lines()) {
        if starts_with(line.trim_start(), "BEGIN:") {
            depth += 1;
        } else if starts_with(line.trim_start(), "END:") {
            depth = depth.saturating_sub(1);
        }
        if depth > DEEPEST {
            return error(format!("line {number}: components are nested more than {DEEPEST} deep"));
        }
    }
    Ok(())
}

fn holidays_of(event: &Event, years: &RangeInclusive<i32>) -> Result<Vec<Holiday>, SkipReason> {
    if event.get_status() == Some(EventStatus::Cancelled) {
        return Err(SkipReason::Cancelled);
    }
    if event.property_value("RECURRENCE-ID").is_some() {
        return Err(SkipReason::Replacement);
    }
    let first = match event.get_start().ok_or(SkipReason::NoStart)? {
        DatePerhapsTime::Date(date) => date,
        DatePerhapsTime::DateTime(_) => return Err(SkipReason::TimeOfDay),
    };
    let days = length_in_days(event, first)?;
    let starts =
        if repeat::repeats(event) { repeat::dates(event, first, years)? } else { BTreeSet::from([first]) };
    starts
        .into_iter()
        .map(|start| {
            let last = start.checked_add_days(Days::new(days - 1)).ok_or(SkipReason::Length)?;
            Holiday::between(start, last).map_err(|_| SkipReason::Length)
        })
        .collect()
}

/// The length of the event in days, at least one.
fn length_in_days(event: &Event, first: NaiveDate) -> Result<u64, SkipReason> {
    let days = match (event.get_end(), event.property_value("DURATION")) {
        (Some(DatePerhapsTime::Date(end)), _) => (end - first).num_days(),
        (Some(DatePerhapsTime::DateTime(_)), _) => return Err(SkipReason::Length),
        (None, Some(duration)) => days_of(duration).ok_or(SkipReason::Length)?,
        (None, None) => 1,
    };
    // Some calendars give an end equal to the start for a single day.
    match u64::try_from(days) {
        Ok(0) => Ok(1),
        Ok(days) => Ok(days),
        Err(_) => Err(SkipReason::Length),
    }
}

/// The days of a duration such as `P2D` or `P1W`.
fn days_of(duration: &str) -> Option<i64> {
    let period = duration.trim_start_matches('+').strip_prefix('P')?;
    let (number, days) =
        period.strip_suffix('D').map(|n| (n, 1)).or(period.strip_suffix('W').map(|n| (n, 7)))?;
    number.parse::<u16>().ok().map(|number| i64::from(number) * days)
}
