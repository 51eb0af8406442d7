//! The text and data forms of schedules: accepted input, printed form and errors.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use chrono::{Days, NaiveDate};
use deskmetrics::schedule::{Effective, Holiday, Schedule, ScheduleHistory, Shift, WeeklyHours, WorkingTime};
use proptest::prelude::*;

fn hours(text: &str) -> String {
    text.parse::<WeeklyHours>().unwrap().to_string()
}

fn mistake(text: &str) -> String {
    let error = text.parse::<WeeklyHours>().unwrap_err().to_string();
    error.strip_prefix(&format!("hours {text:?}, ")).unwrap_or(&error).to_owned()
}

#[test]
fn hours_print_in_their_shortest_form() {
    for (text, printed) in [
        ("Mo-Fr 09:00-17:00", "Mo-Fr 09:00-17:00"),
        ("  mo-FR   9:00 - 17:00 ;", "Mo-Fr 09:00-17:00"),
        ("Mon-friday 09:00-17:00; Thurs off", "Mo-We,Fr 09:00-17:00"),
        ("09:00-17:00", "Mo-Su 09:00-17:00"),
        ("Sa-Mo 10:00-12:00", "Mo,Sa-Su 10:00-12:00"),
        ("Mo,We,Fr 14:00-17:00,09:00-13:00", "Mo,We,Fr 09:00-13:00,14:00-17:00"),
        ("Mo-Fr 09:00-17:00; We 09:00-12:00", "Mo-Tu,Th-Fr 09:00-17:00; We 09:00-12:00"),
        ("Mo-Fr 09:00-12:00, We 13:00-15:00", "Mo-Tu,Th-Fr 09:00-12:00; We 09:00-12:00,13:00-15:00"),
        ("Mo-Su 09:00-17:00; Su off", "Mo-Sa 09:00-17:00"),
        ("Mo-Fr 09:00-17:00; Sa,Su closed; PH off", "Mo-Fr 09:00-17:00"),
        ("Mo-Fr 09:00-17:00; Su,PH off", "Mo-Fr 09:00-17:00"),
        ("Fr-Sa 22:00-06:00", "Fr-Sa 22:00-06:00"),
        ("Mo 00:00-24:00", "Mo 00:00-24:00"),
        ("Mo 08:00-00:00", "Mo 08:00-00:00"),
        ("24/7", "24/7"),
        ("24/7; We off", "Mo-Tu,Th-Su 00:00-24:00"),
        ("Mo-Su 00:00-24:00", "24/7"),
        ("off", "off"),
        ("Mo off", "off"),
    ] {
        assert_eq!(hours(text), printed, "{text}");
        assert_eq!(hours(printed), printed);
    }
}

#[test]
fn mistakes_in_hours_are_pointed_at() {
    for (text, message) in [
        ("", "column 1: found the end; write hours such as Mo-Fr 09:00-17:00, 24/7 or off"),
        ("Mo-Fry 09:00-17:00", "column 4: found \"Fry\"; did you mean Fr? days are Mo Tu We Th Fr Sa Su"),
        ("Mons-Fri 09:00-17:00", "column 1: found \"Mons\"; did you mean Mo? days are Mo Tu We Th Fr Sa Su"),
        ("xyz 09:00-17:00", "column 1: found \"xyz\"; days are Mo Tu We Th Fr Sa Su"),
        ("Mo-Fr 9-17", "column 7: found \"9\"; write 09:00; times are HH:MM from 00:00 to 24:00"),
        ("Mo-Fr 09:00–17:00", "column 12: found \"–17:00\"; write a plain hyphen, such as 09:00-17:00"),
        ("Mo-Fr 09:00", "column 12: found the end; write the closing time too, such as 09:00-17:00"),
        (
            "Mo-Fr 09:00-25:00",
            "column 13: found \"25:00\"; write 01:00: an end not after its start is on the next day; times are HH:MM from 00:00 to 24:00",
        ),
        (
            "Mo-Fr 24:00-02:00",
            "column 7: found \"24:00\"; hours begin before 24:00; write 00:00 on the next day",
        ),
        ("Mo-Fr 09:60-17:00", "column 7: found \"09:60\"; times are HH:MM from 00:00 to 24:00"),
        ("Mo-Fr 09:00-17:00 Sa 10:00-14:00", "column 19: found \"Sa\"; separate rules with ;"),
        (
            "PH 10:00-12:00",
            "column 1: found \"PH\"; only PH off is understood; give the hours of a holiday as a special day",
        ),
        ("Mo-Fr", "column 6: found the end; times are HH:MM from 00:00 to 24:00"),
    ] {
        assert_eq!(mistake(text), message, "{text}");
    }
}

fn form_error(toml: &str) -> String {
    let error = toml::from_str::<WorkingTime>(toml).unwrap_err();
    error.message().to_owned()
}

#[test]
fn mistakes_in_the_data_form_name_the_place_and_the_repair() {
    let office = "time_zone = \"Europe/Madrid\"\nhours = \"Mo-Fr 09:00-17:00\"\n";
    for (form, message) in [
        ("hours = \"24/7\"".to_owned(), "time_zone is missing; write time_zone = \"Europe/Copenhagen\""),
        (
            "time_zone = \"copenhagen\"\nhours = \"24/7\"".to_owned(),
            "time_zone: time zone \"copenhagen\" is not in the IANA database; did you mean Europe/Copenhagen?",
        ),
        (
            "time_zone = \"Europe/Madird\"\nhours = \"24/7\"".to_owned(),
            "time_zone: time zone \"Europe/Madird\" is not in the IANA database; did you mean Europe/Madrid?",
        ),
        (
            "time_zone = \"Mars/Olympus\"\nhours = \"24/7\"".to_owned(),
            "time_zone: time zone \"Mars/Olympus\" is not in the IANA database; write a name such as Europe/Copenhagen or UTC",
        ),
        (
            "time_zone = \"UTC\"\nhours = \"Mo-Fr 9-17\"".to_owned(),
            "hours: hours \"Mo-Fr 9-17\", column 7: found \"9\"; write 09:00; times are HH:MM from 00:00 to 24:00",
        ),
        (
            "time_zone = \"UTC\"\nhours = { mon = [[\"09:00\", \"17:00\"], [\"18:00\", \"26:00\"]] }".to_owned(),
            "hours.mon[1][1]: time \"26:00\" is not a time of day; write HH:MM from 00:00 to 24:00",
        ),
        (
            "time_zone = \"UTC\"\nhours = { mon = [], Monday = [] }".to_owned(),
            "hours: \"mon\" is given twice; put all its hours into one list",
        ),
        (
            "time_zone = \"UTC\"\nhours = { fryday = [] }".to_owned(),
            "hours: day \"fryday\" is not a day of the week; write mon, tue, wed, thu, fri, sat or sun",
        ),
        (
            format!("{office}holidays = [\"--05-01\", \"25.12.2026\"]"),
            "holidays[1]: holiday \"25.12.2026\" is not a date; write 2026-12-25, --12-25 for every year, or 2026-12-24/2026-12-31 for a range",
        ),
        (
            format!("{office}holidays = [\"2026-12-31/2026-12-24\"]"),
            "holidays[0]: the range 2026-12-31/2026-12-24 ends before it begins; write 2026-12-24/2026-12-31",
        ),
        (
            format!("{office}holidays = [\"--02-30\"]"),
            "holidays[0]: --02-30 is a day that no year has; write a month from 01 to 12 and one of its days",
        ),
        (
            format!("{office}special_days = {{ \"2026-13-01\" = [] }}"),
            "special_days: date \"2026-13-01\" is not a date of the years 0001 to 9999; write YYYY-MM-DD, such as 2026-12-24",
        ),
        (
            format!("{office}special_days = {{ \"2026-12-24\" = [[\"24:00\", \"02:00\"]] }}"),
            "special_days.\"2026-12-24\"[0]: hours 24:00-02:00 begin at the end of a day; write 00:00-02:00 on the next day",
        ),
        (
            format!("{office}breaks = [{{ from = \"12:00\", to = \"12:30\" }}, {{ from = \"noon\", to = \"13:00\" }}]"),
            "breaks[1].from: time \"noon\" is not a time of day; write HH:MM from 00:00 to 24:00",
        ),
        (
            format!("{office}breaks = [{{ days = [\"mon\"], date = \"2026-03-02\", from = \"12:00\", to = \"12:30\" }}]"),
            "breaks[0]: a break has both days and a date; write two breaks, one with days and one with date",
        ),
        (
            format!("{office}from = \"2026-01-01\""),
            "from does not go together with a schedule that is not one of several versions; omit it, or list versions = [...]",
        ),
        ("any_of = []".to_owned(), "any_of is empty; give at least one schedule"),
        (
            "all_of = [{ time_zone = \"UTC\", hours = \"25\" }]".to_owned(),
            "all_of[0].hours: hours \"25\", column 1: found \"25\"; times are HH:MM from 00:00 to 24:00",
        ),
        (
            "any_of = [{ time_zone = \"UTC\", hours = \"off\", conventions = { clock = \"wall\" } }]".to_owned(),
            "clock = \"wall\" needs one time zone, and a combination of schedules may have several; use clock = \"elapsed\"",
        ),
        (
            "time_zone = \"UTC\"\nany_of = [{ time_zone = \"UTC\", hours = \"off\" }]".to_owned(),
            "time_zone does not go together with any_of; give it in each of the schedules",
        ),
        (
            "versions = [{ time_zone = \"UTC\", hours = \"off\" }, { time_zone = \"UTC\", hours = \"off\" }]".to_owned(),
            "versions[1]: only the first version may have no from; give the date or time from which this one is in force",
        ),
        (
            "versions = [{ from = \"2026-01-01\", time_zone = \"UTC\", hours = \"off\" }, { from = \"2025-01-01\", time_zone = \"UTC\", hours = \"off\" }]".to_owned(),
            "versions[1]: from 2025-01-01 is not after the version before it, 2026-01-01; list versions in the order in which they came into force",
        ),
        (
            "versions = [{ from = \"2026-01-01T00:00:00.5Z\", time_zone = \"UTC\", hours = \"off\" }]".to_owned(),
            "versions[0]: from \"2026-01-01T00:00:00.5Z\" is neither a date nor a timestamp; write 2026-01-01, or 2026-01-01T09:00:00Z with whole seconds",
        ),
    ] {
        assert_eq!(form_error(&form), message, "{form}");
    }
    let unknown = form_error(&format!("{office}holiday = []"));
    assert!(
        unknown.starts_with("unknown field `holiday`, expected one of `from`, `time_zone`, `hours`"),
        "{unknown}"
    );
    let convention = form_error(&format!("{office}conventions = {{ boundary = \"opening\" }}"));
    assert!(convention.contains("expected one of `closing`, `next_opening`"), "{convention}");
}

#[test]
fn duplicate_dates_in_json_are_refused() {
    let json = r#"{ "time_zone": "UTC", "hours": "24/7",
        "special_days": { "2026-12-24": [], "2026-12-24": [["09:00", "12:00"]] } }"#;
    let error = serde_json::from_str::<Schedule>(json).unwrap_err().to_string();
    assert!(error.starts_with("special_days: \"2026-12-24\" is given twice"), "{error}");
}

#[test]
fn the_stable_form_reads_and_writes() {
    let json = r#"{
        "time_zone": "Europe/Madrid",
        "hours": { "mon": [["09:00", "13:00"], ["14:00", "17:00"]], "sat": [["22:00", "06:00"]] },
        "holidays": ["2026-12-25", "--05-01"],
        "special_days": { "2026-12-24": [["09:00", "12:00"]], "2026-12-31": [] },
        "breaks": [{ "days": ["mon", "fri"], "from": "12:00", "to": "12:30" },
                   { "date": "2026-03-02", "from": "10:00", "to": "12:00" }],
        "conventions": { "boundary": "next_opening", "zero": "next_opening",
                         "holiday_scope": "shift_start", "clock": "wall" }
    }"#;
    let schedule: Schedule = serde_json::from_str(json).unwrap();
    let written: serde_json::Value = serde_json::to_value(&schedule).unwrap();
    assert_eq!(
        written,
        serde_json::json!({
            "time_zone": "Europe/Madrid",
            "hours": "Mo 09:00-13:00,14:00-17:00; Sa 22:00-06:00",
            "holidays": ["2026-12-25", "--05-01"],
            "special_days": { "2026-12-24": [["09:00", "12:00"]], "2026-12-31": [] },
            "breaks": [{ "days": ["mon", "fri"], "from": "12:00", "to": "12:30" },
                       { "date": "2026-03-02", "from": "10:00", "to": "12:00" }],
            "conventions": { "boundary": "next_opening", "zero": "next_opening",
                             "holiday_scope": "shift_start", "clock": "wall" },
        }),
    );
    let history = r#"{ "versions": [
        { "time_zone": "UTC", "hours": "24/7" },
        { "from": "2026-01-01T12:00:00Z", "any_of": [{ "time_zone": "UTC", "hours": "off" }] } ] }"#;
    let read: ScheduleHistory = serde_json::from_str(history).unwrap();
    assert_eq!(
        read.versions()[1].from(),
        Some(Effective::Timestamp("2026-01-01T12:00:00Z".parse().unwrap()))
    );
    assert_eq!(serde_json::from_str::<WorkingTime>(history).unwrap(), read.into());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_a_reader_panic(
        text in "\\PC{0,40}",
        like in "[MoTuWeFrSaPHof0-9:;,/ \u{2013}-]{0,40}",
    ) {
        for text in [&text, &like] {
            if let Ok(hours) = text.parse::<WeeklyHours>() {
                prop_assert_eq!(hours.to_string().parse::<WeeklyHours>().unwrap(), hours);
            }
            let _ = (text.parse::<Shift>(), text.parse::<Holiday>(), text.parse::<Effective>());
            let _ = Schedule::parse(text, text);
        }
    }

    #[test]
    fn no_data_makes_a_reader_panic(
        key in "time_zone|hours|holidays|special_days|extra_openings|breaks|conventions|any_of|all_of|versions|from",
        value in r#"null|-?[0-9]{1,3}|"[0-9:/TZ -]{0,12}"|\[\]|\[\["09:00","[0-9:]{0,5}"\]\]|\{"[a-z0-9-]{0,10}":\[\]\}|\[\{"from":"1[0-9]:00","to":"[0-9:]{5}"\}\]"#,
    ) {
        let json = format!(r#"{{"time_zone":"UTC","hours":"24/7","{key}":{value}}}"#);
        if let Ok(working_time) = serde_json::from_str::<WorkingTime>(&json) {
            let again = serde_json::to_string(&working_time).unwrap();
            prop_assert_eq!(serde_json::from_str::<WorkingTime>(&again).unwrap(), working_time);
        }
        let _ = serde_json::from_str::<Schedule>(&format!(r#"{{"{key}":{value}}}"#));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_intervals_of_a_week_are_read_or_refused(from in -20_i64..10_100, length in -20_i64..10_100) {
        let hours = WeeklyHours::from_minutes_of_week([(from, from + length)]);
        let valid = from >= 0 && length > 0 && from + length <= 10_080;
        prop_assert_eq!(hours.is_ok(), valid);
        if let Ok(hours) = hours {
            let schedule = Schedule::new(chrono_tz::Tz::UTC, hours).compile_years(2023..=2023);
            // Sunday 1 January 2023 and a week on.
            let sunday = 1_672_531_200_000_000_i64;
            let minute = 60_000_000;
            prop_assert_eq!(schedule.elapsed_micros(sunday, sunday + 10_080 * minute), length * minute);
            prop_assert_eq!(schedule.elapsed_micros(sunday, sunday + from * minute), 0);
            prop_assert_eq!(schedule.next_opening_micros(sunday), if length == 10_080 { None } else { Some(sunday + from * minute) });
        }
    }
}

#[test]
fn a_form_with_many_breaks_and_holidays_is_read_in_one_go() {
    let dates = |from: &str| -> Vec<String> {
        let first: NaiveDate = from.parse().unwrap();
        (0..30_000).rev().map(|days| (first + Days::new(days)).to_string()).collect()
    };
    let breaks: Vec<_> = dates("1990-01-01")
        .into_iter()
        .map(|date| serde_json::json!({ "date": date, "from": "12:00", "to": "12:30" }))
        .collect();
    let form = serde_json::json!({
        "time_zone": "UTC",
        "hours": "Mo-Fr 09:00-17:00",
        "holidays": dates("2080-01-01"),
        "breaks": breaks,
    });
    let schedule: Schedule = serde_json::from_value(form).unwrap();
    assert_eq!((schedule.breaks().len(), schedule.holidays().len()), (30_000, 30_000));
    let first = "1990-01-01".parse().unwrap();
    assert!(schedule.breaks()[0].begins_on(first), "they are in order");
}
