//! Reading of iCalendar files, skipped events, and arbitrary input.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use deskmetrics_ical::{HolidayCalendar, SkipReason, read};
use proptest::prelude::*;

fn calendar(events: &str) -> String {
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{}END:VCALENDAR\r\n", events.replace('\n', "\r\n"))
}

fn event(lines: &str) -> String {
    calendar(&format!("BEGIN:VEVENT\nUID:1\nSUMMARY:Day\n{lines}END:VEVENT\n"))
}

fn dates(text: &str) -> Vec<String> {
    let calendar = read(text, 2024..=2026).unwrap();
    assert_eq!(calendar.skipped, [], "{text}");
    calendar.holidays().map(|holiday| holiday.to_string()).collect()
}

fn reason(text: &str) -> SkipReason {
    let HolidayCalendar { named, skipped } = read(text, 2024..=2026).unwrap();
    assert_eq!(named, [], "{text}");
    skipped[0].reason.clone()
}

#[test]
fn all_day_events_are_holidays() {
    assert_eq!(dates(&event("DTSTART;VALUE=DATE:20261225\n")), ["2026-12-25"]);
    assert_eq!(dates(&event("DTSTART:20261225\n")), ["2026-12-25"]);
    // The end is the day after the last.
    let one = event("DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261226\n");
    assert_eq!(dates(&one), ["2026-12-25"]);
    let two = event("DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261227\n");
    assert_eq!(dates(&two), ["2026-12-25/2026-12-26"]);
    let week = event("DTSTART;VALUE=DATE:20261225\nDURATION:P1W\n");
    assert_eq!(dates(&week), ["2026-12-25/2026-12-31"]);
    // Long lines are folded.
    let folded = event("DESCRIPTION:a long\n  line\nDTSTART;VALUE=DATE:2026\n 1225\n");
    assert_eq!(dates(&folded), ["2026-12-25"]);
    // Events that do not repeat are read whatever their year.
    assert_eq!(dates(&event("DTSTART;VALUE=DATE:19991225\n")), ["1999-12-25"]);
}

#[test]
fn repeating_events_are_holidays_of_the_requested_years() {
    let yearly = |rest: &str| event(&format!("DTSTART;VALUE=DATE:20200501\nRRULE:FREQ=YEARLY{rest}\n"));
    assert_eq!(dates(&yearly("")), ["2024-05-01", "2025-05-01", "2026-05-01"]);
    assert_eq!(dates(&yearly(";UNTIL=20250501")), ["2024-05-01", "2025-05-01"]);
    assert_eq!(dates(&yearly(";UNTIL=20250430T220000Z")), ["2024-05-01"]);
    assert_eq!(dates(&yearly(";COUNT=5")), ["2024-05-01"]);
    let without = event(
        "DTSTART;VALUE=DATE:20200501\nRRULE:FREQ=YEARLY\nEXDATE;VALUE=DATE:20250501\nRDATE;VALUE=DATE:20250502\n",
    );
    assert_eq!(dates(&without), ["2024-05-01", "2025-05-02", "2026-05-01"]);
    // The last Monday of May.
    let memorial = event("DTSTART;VALUE=DATE:20200525\nRRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO\n");
    assert_eq!(dates(&memorial), ["2024-05-27", "2025-05-26", "2026-05-25"]);
}

#[test]
fn what_is_no_holiday_is_listed_with_its_reason() {
    assert_eq!(reason(&event("DTSTART:20261224T120000\n")), SkipReason::TimeOfDay);
    assert_eq!(reason(&event("DTSTART;TZID=Europe/Madrid:20261224T120000\n")), SkipReason::TimeOfDay);
    assert_eq!(reason(&event("")), SkipReason::NoStart);
    assert_eq!(reason(&event("DTSTART;VALUE=DATE:20261332\n")), SkipReason::NoStart);
    let backwards = event("DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261224\n");
    assert_eq!(reason(&backwards), SkipReason::Length);
    assert_eq!(reason(&event("DTSTART;VALUE=DATE:20261225\nDURATION:PT5H\n")), SkipReason::Length);
    let cancelled = event("DTSTART;VALUE=DATE:20261225\nSTATUS:CANCELLED\n");
    assert_eq!(reason(&cancelled), SkipReason::Cancelled);
    let hourly = reason(&event("DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=HOURLY\n"));
    assert_eq!(
        hourly.to_string(),
        "the repetition \"FREQ=HOURLY\" cannot be followed: HOURLY is not YEARLY, MONTHLY, WEEKLY or DAILY",
    );
    let nonsense = reason(&event("DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=YEARLY;BYMONTH=13\n"));
    assert!(matches!(nonsense, SkipReason::Repetition { .. }));
}

/// The remedy in each reason is followed, and works. An event that is cancelled or lasts no whole day has none.
#[test]
fn remedies_of_skipped_events_work() {
    let follow = |skipped: &str, advice: &str, instead: &str| {
        let reason = reason(&event(skipped)).to_string();
        assert!(reason.contains(advice), "\"{reason}\" does not contain \"{advice}\"");
        assert!(!dates(&event(instead)).is_empty(), "the remedy of \"{reason}\" does not work");
    };
    let plain = "DTSTART;VALUE=DATE:20261225\n";
    follow("", "write DTSTART;VALUE=DATE:20261225", plain);
    follow("DTSTART;VALUE=DATE:20261225\nRECURRENCE-ID:20261224\n", "give it as an event of its own", plain);
    let yearly = "DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=YEARLY\n";
    follow("DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=HOURLY\n", "is not YEARLY", yearly);
    // Schedules have dated breaks, which they read themselves.
    let afternoon = reason(&event("DTSTART:20261224T120000\n")).to_string();
    assert!(afternoon.contains("with a dated break of the schedule"), "{afternoon}");
    let error = read("hello", 2024..=2026).unwrap_err().to_string();
    assert!(error.contains("BEGIN:VCALENDAR to END:VCALENDAR"), "{error}");
    assert!(read("BEGIN:VCALENDAR\nVERSION:2.0\nEND:VCALENDAR\n", 2024..=2026).is_ok());
}

#[test]
fn other_texts_are_errors() {
    for text in ["", "hello", "BEGIN:", "BEGIN:VEVENT\nEND:VEVENT\n", "BEGIN:VCALENDAR\nBEGIN:VEVENT\n"] {
        assert!(read(text, 2024..=2026).is_err(), "{text:?}");
    }
    let deep = "BEGIN:VCALENDAR\r\n".repeat(100_000);
    let error = read(&deep, 2024..=2026).unwrap_err().to_string();
    assert!(error.ends_with("line 17: components are nested more than 16 deep"), "{error}");
    assert_eq!(read(&calendar(""), 2024..=2026), Ok(HolidayCalendar::default()));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_the_reader_panic(
        text in "\\PC{0,60}",
        start in "(;VALUE=DATE)?:[0-9]{0,9}(T[0-9]{6})?Z?",
        rule in "FREQ=(YEARLY|MONTHLY|WEEKLY|DAILY)(;(BYMONTH|BYDAY|INTERVAL|COUNT|UNTIL|BYMONTHDAY|BYSETPOS|WKST)=-?[0-9MOTU]{0,4}){0,3}",
        dates in "[0-9,TZ]{0,20}",
        duration in "-?P?[0-9]{0,6}[DWT]?",
    ) {
        let _ = read(&text, 2024..=2026);
        let lines = format!("DTSTART{start}\nRRULE:{rule}\nEXDATE:{dates}\nDURATION:{duration}\n{text}\n");
        let _ = read(&event(&lines), 2024..=2026);
    }
}
