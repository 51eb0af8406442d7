//! Written timestamps are read alike in memory and in files.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

use std::fmt::Write as _;
use std::fs;
use std::sync::Arc;

use arrow_array::{
    Array as _, ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray, TimestampSecondArray,
};
use chrono::{DateTime, Datelike, Timelike, Utc};
use chrono_tz::Tz;
use deskmetrics::Timestamp;
use deskmetrics_arrow::column::{BadCell, Cell, DateOrderError, TimestampReading};
use deskmetrics_arrow::{Dataset, Description, ReadError, ReadOptions};
use proptest::prelude::*;
use tempfile::TempDir;

fn column<T: AsRef<str>>(values: &[T]) -> ArrayRef {
    Arc::new(values.iter().map(|value| Some(value.as_ref())).collect::<StringArray>())
}

/// What a column contains once its order is inferred.
fn inferred<T: AsRef<str>>(zone: Tz, values: &[T]) -> Result<Vec<Cell<Timestamp>>, DateOrderError> {
    let array = column(values);
    let reading = TimestampReading::new(zone).inferred([&array])?;
    let mut bound = reading.bind(&array).unwrap();
    Ok((0..array.len()).map(|row| bound.get(row)).collect())
}

fn read(zone: Tz, text: &str) -> Result<Option<String>, BadCell> {
    TimestampReading::new(zone).read(text).map(|at| at.map(|at| at.to_string()))
}

#[expect(clippy::unnecessary_wraps, reason = "compared with what is read")]
fn at(text: &str) -> Result<Option<String>, BadCell> {
    Ok(Some(text.to_owned()))
}

#[test]
fn iso_as_databases_write_it() {
    for gap in ["T", " "] {
        for zone in ["Z", "+00", "+0000", "+00:00", "-00", " UTC", " +00:00", " +0000"] {
            let text = format!("2023-06-12{gap}14:24:18.684{zone}");
            assert_eq!(read(Tz::Europe__Madrid, &text), at("2023-06-12T14:24:18.684Z"), "{text}");
            let text = format!("2023-06-12{gap}14:24{zone}");
            assert_eq!(read(Tz::Europe__Madrid, &text), at("2023-06-12T14:24:00Z"), "{text}");
        }
        for zone in ["+02", "+0200", "+02:00"] {
            for seconds in ["", ":00", ":00.0"] {
                let text = format!("2023-06-12{gap}14:24{seconds}{zone}");
                assert_eq!(read(Tz::UTC, &text), at("2023-06-12T12:24:00Z"), "{text}");
            }
            let text = format!("2023-06-12{gap}14:24{}", zone.replace('+', "-"));
            assert_eq!(read(Tz::UTC, &text), at("2023-06-12T16:24:00Z"), "{text}");
        }
        assert_eq!(read(Tz::UTC, &format!("2023-06-12{gap}14:24+05:30")), at("2023-06-12T08:54:00Z"));
    }
    for text in
        ["2023-06-12 14:24+2", "2023-06-12 14:24+25:00", "2023-06-12 14:24+02:60", "2023-13-12 14:24Z"]
    {
        assert_eq!(read(Tz::UTC, text), Err(BadCell::NotATimestamp), "{text}");
    }
}

#[test]
fn forms_with_one_meaning_need_no_other_values() {
    let nine = at("2026-03-02T08:12:00Z");
    for text in [
        "2026/03/02 09:12",
        "2026/3/2 9:12:00",
        "2026.03.02 09:12",
        "2026-3-2 9:12",
        "20260302T091200",
        "20260302 0912",
        "20260302T081200Z",
        // English
        "2 Mar 2026 09:12",
        "02-Mar-2026 09:12:00",
        "02/Mar/26 9:12 AM",
        "02/Mar/2026:09:12:00 +0100",
        "March 2, 2026 9:12 AM",
        "March 2nd, 2026 at 9:12 am",
        "Mon, 2 Mar 2026 09:12:00 +0100",
        "Monday, March 2, 2026 9:12:00 AM",
        "Mar 2, 2026, 9:12:00\u{202f}AM",
        "2026 Mar 2 09:12",
        "Mon Mar 2 2026 09:12:00 GMT+0100 (Central European Standard Time)",
        "02-MAR-26 09.12.00.000000 AM",
        "Mon, 2 Mar 2026 08:12:00 GMT",
        // Spanish
        "2 de marzo de 2026, 09:12",
        "lunes, 2 de marzo de 2026 9:12 a. m.",
        "02-mar-2026 09:12",
        "2 mar. 2026 9:12:00 a.m.",
        // Danish
        "2. marts 2026 kl. 09.12",
        "mandag den 2. marts 2026 09:12",
        // German
        "2. März 2026 09:12",
        "Montag, 2. März 2026 um 09:12 Uhr",
        "02. Mrz 2026 09:12",
        "2. Ma\u{308}rz 2026 09:12",
        // French
        "02 mars 2026 09:12",
        "lundi 2 mars 2026 à 09:12",
        "2 mars 2026 à 9h12",
    ] {
        assert_eq!(read(Tz::Europe__Madrid, text), nine, "{text}");
    }
    for (month, names) in [
        (1, "January Jan enero ene januar janv. janvier jänner"),
        (2, "February Feb febrero februar févr. février"),
        (3, "March Mar marzo marts März mars"),
        (4, "April Apr abril abr avril avr."),
        (5, "May mayo maj Mai"),
        (6, "June Jun junio juni juin"),
        (7, "July Jul julio juli juillet juil."),
        (8, "August Aug agosto ago août"),
        (9, "September Sep Sept septiembre septembre"),
        (10, "October Oct octubre oktober okt Oktober octobre"),
        (11, "November Nov noviembre novembre"),
        (12, "December Dec diciembre dic Dezember Dez décembre déc."),
    ] {
        for name in names.split(' ') {
            let expected = at(&format!("2026-{month:02}-21T00:00:00Z"));
            assert_eq!(read(Tz::UTC, &format!("21 {name} 2026")), expected, "{name}");
        }
    }
    for text in [
        "soon",
        "2 Foo 2026",
        "Mar 2026",
        "Jun 12 14:24:18",
        "Jun 12 10:11",
        "1.2.3.4",
        "12-34-56-78",
        "09:12",
    ] {
        assert_eq!(read(Tz::UTC, text), Err(BadCell::NotATimestamp), "{text}");
    }
}

#[test]
fn a_date_alone_is_midnight_in_the_zone() {
    for text in ["2026-03-02", "2026/03/02", "20260302", "2 March 2026", "2. marts 2026"] {
        assert_eq!(read(Tz::Europe__Madrid, text), at("2026-03-01T23:00:00Z"), "{text}");
    }
}

#[test]
fn twelve_hour_clocks() {
    for (text, hour) in
        [("12:05 AM", 0), ("1:05 am", 1), ("12:05 PM", 12), ("02:05PM", 14), ("11:05 p.m.", 23)]
    {
        let values = [format!("06/25/2023 {text}")];
        let expected: DateTime<Utc> = format!("2023-06-25T{hour:02}:05:00Z").parse().unwrap();
        assert_eq!(inferred(Tz::UTC, &values).unwrap(), [Ok(Some(Timestamp::from(expected)))], "{text}");
    }
    assert_eq!(inferred(Tz::UTC, &["06/25/2023 14:05 PM"]).unwrap(), [Err(BadCell::NotATimestamp)]);
}

#[test]
fn one_day_over_twelve_decides_for_the_whole_column() {
    let days = |values: &[&str]| {
        let read = inferred(Tz::UTC, values).unwrap();
        read.into_iter()
            .map(|at| at.map(|at| at.unwrap().to_utc().date_naive().to_string()))
            .collect::<Vec<_>>()
    };
    let day = |text: &str| Ok(text.to_owned());
    assert_eq!(days(&["03/04/2026", "25/04/2026"]), [day("2026-04-03"), day("2026-04-25")]);
    assert_eq!(days(&["03/04/2026", "4/25/2026 1:02 PM"]), [day("2026-03-04"), day("2026-04-25")]);
    assert_eq!(days(&["3-4-2026 10:00", "25-4-2026 10:00:30"]), [day("2026-04-03"), day("2026-04-25")]);
    // With dots the day is first, unless a value contradicts this.
    assert_eq!(days(&["03.04.2026 14:24"]), [day("2026-04-03")]);
    assert_eq!(days(&["3. 4. 2026"]), [day("2026-04-03")]);
    assert_eq!(days(&["03.04.26 14:24"]), [day("2026-04-03")]);
    assert_eq!(days(&["03.04.2026", "04.25.2026"]), [day("2026-03-04"), day("2026-04-25")]);
    // Years of two digits
    assert_eq!(days(&["6/12/23", "6/25/23"]), [day("2023-06-12"), day("2023-06-25")]);
    assert_eq!(days(&["31/5/23 10:00", "5/6/23 10:00"]), [day("2023-05-31"), day("2023-06-05")]);
    // Values that are no date, or have one meaning anyway, decide nothing.
    assert_eq!(
        days(&["03/04/2026", "3 May 2026", "2026/05/03", "25/04/2026"]),
        [day("2026-04-03"), day("2026-05-03"), day("2026-05-03"), day("2026-04-25")]
    );
    let read = inferred(Tz::UTC, &["03/04/2026", "n/a", "99/99/2026", "31/04/2026", "25/04/2026"]).unwrap();
    let bad: Vec<bool> = read.iter().map(Result::is_err).collect();
    assert_eq!(bad, [false, true, true, true, false]);
}

#[test]
fn the_row_of_an_open_order_has_different_days() {
    let error = inferred(Tz::UTC, &["04/04/2026 10:00", "05/03/2026 11:00"]).unwrap_err();
    assert!(
        error.to_string().starts_with("row 2: \"05/03/2026 11:00\" is 5 March 2026 or 3 May 2026"),
        "{error}"
    );
    // In years of two digits, values may differ under some orders only.
    let error = inferred(Tz::UTC, &["04/04/26", "05/05/26"]).unwrap_err();
    assert!(
        error.to_string().starts_with("row 1: \"04/04/26\" is 4 April 2026 or 26 April 2004, and"),
        "{error}"
    );
    assert_eq!(error.formats(), ["day_first", "year_first"]);
    // The same day in any order.
    let days = inferred(Tz::UTC, &["04/04/2026 10:00", "05/05/2026 11:00"]).unwrap();
    let days: Vec<String> = days.into_iter().map(|at| at.unwrap().unwrap().to_string()).collect();
    assert_eq!(days, ["2026-04-04T10:00:00Z", "2026-05-05T11:00:00Z"]);
}

#[test]
fn an_open_order_is_an_error_whose_advice_works() {
    let values = ["", "03/04/2026 10:00", "05/06/2026 11:00"];
    let error = inferred(Tz::UTC, &values).unwrap_err();
    assert_eq!(
        error.to_string(),
        "row 2: \"03/04/2026 10:00\" is 3 April 2026 or 4 March 2026, and no row has a day over 12, such as \
         \"25/04/2026 10:00\", which would decide"
    );
    assert_eq!(error.remedy(), "state format = \"day_first\" or \"month_first\"");
    assert_eq!(error.formats(), ["day_first", "month_first"]);
    for (format, expected) in [("day_first", "2026-04-03T10:00:00Z"), ("month_first", "2026-03-04T10:00:00Z")]
    {
        let reading = TimestampReading::new(Tz::UTC).with_format(format).unwrap();
        assert_eq!(reading.read(values[1]).map(|at| at.unwrap().to_string()), Ok(expected.to_owned()));
    }
    let decided = inferred(Tz::UTC, &["", "03/04/2026 10:00", "25/04/2026 10:00"]).unwrap();
    assert!(decided.iter().all(Result::is_ok));

    let short = inferred(Tz::UTC, &["25/06/23"]).unwrap_err();
    assert_eq!(
        short.to_string(),
        "row 1: \"25/06/23\" is 25 June 2023 or 23 June 2025, and no row decides, as years of two digits rarely do"
    );
    let year_first = TimestampReading::new(Tz::UTC).with_format("year_first").unwrap();
    assert_eq!(year_first.read("25/06/23").unwrap().unwrap().to_string(), "2025-06-23T00:00:00Z");

    let mixed = inferred(Tz::UTC, &["06/25/2023", "25/06/2023"]).unwrap_err();
    assert_eq!(
        mixed.to_string(),
        "row 1: \"06/25/2023\" is not day first, and row 2: \"25/06/2023\" is not month first"
    );
    assert_eq!(
        mixed.remedy(),
        "state format = \"month_first\" or \"day_first\", whichever most rows have; the others are then excluded and counted"
    );
    assert!(
        matches!(mixed, DateOrderError::Mixed { first, second, .. } if (first.row, second.row) == (1, 2))
    );
}

#[test]
fn a_column_in_iso_reads_no_other_numeric_dates() {
    let read = inferred(Tz::UTC, &["2026-03-02 09:00", "03/04/2026"]).unwrap();
    assert!(read[0].is_ok());
    assert_eq!(read[1], Err(BadCell::NotATimestamp));
    // Wherever the value in ISO 8601 is.
    let read = inferred(Tz::UTC, &["03/04/2026", "2026-03-02 09:00"]).unwrap();
    assert_eq!(read[0], Err(BadCell::NotATimestamp));
    assert!(read[1].is_ok());
}

#[test]
fn a_declared_pattern_reads_months_of_all_languages() {
    for (format, text) in [
        ("%d. %B %Y %H:%M", "2. März 2026 09:12"),
        ("%d %b %Y %H:%M", "2 mars 2026 09:12"),
        ("%d %b %Y %H:%M", "02 mar. 2026 09:12"),
        ("%d. %b. %Y %H:%M", "02. mar. 2026 09:12"),
        ("%d de %B de %Y %I:%M %p", "2 de marzo de 2026 9:12 a. m."),
        ("%d %B %Y %H:%M", "2 March 2026 09:12"),
    ] {
        let reading = TimestampReading::new(Tz::UTC).with_format(format).unwrap();
        let read = reading.read(text).map(|at| at.unwrap().to_string());
        assert_eq!(read, Ok("2026-03-02T09:12:00Z".to_owned()), "{format}: {text}");
    }
}

#[test]
fn serial_days_of_excel_are_wall_clock_times() {
    let excel = TimestampReading::new(Tz::Europe__Madrid).with_format("excel").unwrap();
    let read = |array: ArrayRef| {
        let mut bound = excel.bind(&array).unwrap();
        (0..array.len()).map(|row| bound.get(row).map(|at| at.map(|at| at.to_string()))).collect::<Vec<_>>()
    };
    let nine = at("2026-03-02T08:00:00Z");
    assert_eq!(
        read(Arc::new(Float64Array::from(vec![46_083.375, f64::NAN, 46_083.600_208_333_3]))),
        [nine.clone(), Ok(None), at("2026-03-02T13:24:18Z")]
    );
    assert_eq!(read(Arc::new(Int64Array::from(vec![46_083]))), [at("2026-03-01T23:00:00Z")]);
    assert_eq!(
        read(column(&["46083.375", "0", "soon"])),
        [nine, Err(BadCell::NotATimestamp), Err(BadCell::NotATimestamp)]
    );
    assert_eq!(read(Arc::new(Float64Array::from(vec![1_772_449_200.0]))), [Err(BadCell::WrongUnit)]);

    let array: ArrayRef = Arc::new(Float64Array::from(vec![None, Some(45_000.5), Some(46_083.375)]));
    let wrong = TimestampReading::new(Tz::UTC).bind(&array).unwrap_err();
    assert_eq!(
        wrong.to_string(),
        "type Float64 is not a timestamp: row 2: \"45000.5\" can only be a serial day of Excel: state format = \"excel\""
    );
}

#[test]
fn numbers_with_the_digits_of_a_date() {
    let array: ArrayRef = Arc::new(Int64Array::from(vec![None, Some(20_260_302)]));
    let wrong = TimestampReading::new(Tz::UTC).bind(&array).unwrap_err();
    assert_eq!(
        wrong.to_string(),
        "type Int64 is not a timestamp: row 2: \"20260302\" can only be the digits of a date: state format = \"%Y%m%d\""
    );
    let reading = TimestampReading::new(Tz::Europe__Madrid).with_format("%Y%m%d").unwrap();
    assert!(reading.needs_zone(&array));
    let floats: ArrayRef = Arc::new(Float64Array::from(vec![f64::NAN, 20_260_302.0]));
    for array in [array, floats] {
        let mut bound = reading.bind(&array).unwrap();
        assert_eq!(bound.get(0), Ok(None));
        assert_eq!(bound.get(1).map(|at| at.unwrap().to_string()), Ok("2026-03-01T23:00:00Z".to_owned()));
    }
}

#[test]
fn a_number_of_another_unit_names_its_unit() {
    let moment = 1_686_579_858_i64;
    let numbers = [
        ("epoch_seconds", moment),
        ("epoch_millis", moment * 1_000),
        ("epoch_micros", moment * 1_000_000),
        ("epoch_nanos", moment * 1_000_000_000),
        ("excel", 45_089),
    ];
    for (declared, _) in numbers {
        let reading = TimestampReading::new(Tz::UTC).with_format(declared).unwrap();
        for (meant, number) in numbers {
            let whole: ArrayRef = Arc::new(Int64Array::from(vec![number]));
            #[expect(clippy::cast_precision_loss, reason = "near enough for a unit")]
            let float: ArrayRef = Arc::new(Float64Array::from(vec![number as f64]));
            for array in [whole, float, column(&[number.to_string()])] {
                let found = reading.bind(&array).unwrap().get(0);
                if declared == meant {
                    assert!(found.is_ok_and(|at| at.is_some()), "{declared} {number}");
                } else {
                    assert_eq!(found, Err(BadCell::WrongUnit), "{declared} {number}");
                    let remedy = reading.remedy(&number.to_string());
                    assert!(remedy.ends_with(&format!("state format = \"{meant}\"")), "{remedy}");
                }
            }
        }
    }
    let millis: ArrayRef = Arc::new(Int64Array::from(vec![moment * 1_000]));
    let wrong = TimestampReading::new(Tz::UTC).bind(&millis).unwrap_err();
    assert!(wrong.expected.contains("state format = \"epoch_millis\""), "{wrong}");
    // Timestamps that milliseconds became when stored as seconds.
    let stored: ArrayRef =
        Arc::new(TimestampSecondArray::from(vec![moment * 1_000, moment]).with_timezone("UTC"));
    let utc = TimestampReading::new(Tz::UTC);
    let mut bound = utc.bind(&stored).unwrap();
    assert_eq!(bound.get(0), Err(BadCell::WrongUnit));
    assert!(bound.get(1).is_ok());
    assert!(utc.remedy(bound.raw(0)).contains("milliseconds stored as seconds"), "{}", bound.raw(0));
    // Far timestamps that no other unit explains are valid.
    let seconds = TimestampReading::new(Tz::UTC).with_format("epoch_seconds").unwrap();
    assert_eq!(seconds.read("0").unwrap().unwrap().to_string(), "1970-01-01T00:00:00Z");
    assert_eq!(seconds.read("-1000000000").unwrap().unwrap().to_string(), "1938-04-24T22:13:20Z");
}

const TICKETS: &str = r#"
    time_zone = "Europe/Madrid"
    [[tickets]]
    file = "tickets.csv"
    id = "id"
    created_at = "opened"
    solved_at = "done"
"#;

/// The creation of the tickets of a file, or of the same table in memory.
fn opened(description: &str, columns: [&[&str]; 2], in_memory: bool) -> Result<Vec<String>, ReadError> {
    let description: Description = description.parse().unwrap();
    let [created, solved] = columns;
    let folder = TempDir::new().unwrap();
    let mut options = ReadOptions::default().with_data_root(folder.path());
    let ids: Vec<String> = (0..created.len()).map(|row| format!("T-{row:06}")).collect();
    if in_memory {
        let names = ["id", "opened", "done"];
        let batch = RecordBatch::try_from_iter(names.into_iter().zip([
            column(&ids),
            column(created),
            column(solved),
        ]))
        .unwrap();
        // Several batches, so that the deciding value may be in another one.
        let half = batch.num_rows() / 2;
        let batches = vec![batch.slice(0, half), batch.slice(half, batch.num_rows() - half)];
        options = options.with_table("tickets.csv", batch.schema(), batches);
    } else {
        let mut csv = "id,opened,done\n".to_owned();
        for ((id, created), solved) in ids.iter().zip(created).zip(solved) {
            writeln!(csv, "{id},\"{created}\",\"{solved}\"").unwrap();
        }
        fs::write(folder.path().join("tickets.csv"), csv).unwrap();
    }
    let dataset = Dataset::of_description(&description, options)?;
    assert!(dataset.sources[0].exclusions.is_empty(), "{:?}", dataset.sources[0].exclusions);
    Ok(dataset.tickets().iter().map(|ticket| ticket.created_at.to_string()).collect())
}

#[test]
fn files_and_tables_in_memory_are_read_alike() {
    let mut created = vec!["03/04/2026 10:00"; 20_000];
    let mut solved = vec!["3 Apr 2026 11:00"; 20_000];
    solved[7] = "";
    for in_memory in [true, false] {
        let error = opened(TICKETS, [&created, &solved], in_memory).unwrap_err();
        assert!(
            matches!(&error, ReadError::DateOrder { column, error, .. } if column == "opened"
                && matches!(&**error, DateOrderError::Ambiguous { first, .. } if first.row == 1)),
            "{error}"
        );
        assert!(
            error.to_string().ends_with(
                "tickets.csv: column \"opened\", row 1: \"03/04/2026 10:00\" is 3 April 2026 or 4 March 2026, and no row has a \
                 day over 12, such as \"25/04/2026 10:00\", which would decide; state format = \"day_first\" or \"month_first\""
            ),
            "{error}"
        );
        for (format, expected) in
            [("day_first", "2026-04-03T08:00:00Z"), ("month_first", "2026-03-04T09:00:00Z")]
        {
            let stated =
                TICKETS.replace("\"opened\"", &format!("{{ column = \"opened\", format = \"{format}\" }}"));
            assert_eq!(opened(&stated, [&created, &solved], in_memory).unwrap()[0], expected);
        }
    }
    // The value that decides comes last.
    *created.last_mut().unwrap() = "13/04/2026 9:30";
    *solved.last_mut().unwrap() = "";
    let [file, memory] =
        [false, true].map(|in_memory| opened(TICKETS, [&created, &solved], in_memory).unwrap());
    assert_eq!(file, memory);
    assert_eq!([&*file[0], file.last().unwrap()], ["2026-04-03T08:00:00Z", "2026-04-13T07:30:00Z"]);
}

#[test]
fn numbers_in_files_name_their_unit() {
    for (declared, value, remedy) in [
        ("iso", "46083.375", "excel"),
        ("epoch_seconds", "46083.375", "excel"),
        ("epoch_seconds", "1772449200000", "epoch_millis"),
        ("epoch_seconds", "1772449200000000", "epoch_micros"),
        ("epoch_seconds", "1772449200000000000", "epoch_nanos"),
        ("epoch_millis", "1772449200", "epoch_seconds"),
    ] {
        let with = |format: &str| {
            TICKETS.replace("\"opened\"", &format!("{{ column = \"opened\", format = \"{format}\" }}"))
        };
        for in_memory in [true, false] {
            let error = opened(&with(declared), [&[value], &[""]], in_memory).unwrap_err();
            let message = error.to_string();
            assert!(matches!(error, ReadError::NothingReadable { row: 1, .. }), "{message}");
            assert!(message.contains(&format!("\"{value}\" in row 1")), "{message}");
            assert!(message.ends_with(&format!("state format = \"{remedy}\"")), "{message}");
            let read = opened(&with(remedy), [&[value], &[""]], in_memory).unwrap();
            assert!(read[0].starts_with("2026-03-02T"), "{read:?}");
        }
    }
}

#[test]
fn audit_logs_are_inferred_too() {
    let description: Description = r#"
        time_zone = "UTC"
        [[snapshots]]
        file = "log.csv"
        ticket = "id"
        at = "at"
        status = "state"
    "#
    .parse()
    .unwrap();
    let folder = TempDir::new().unwrap();
    let csv = "id,at,state\n1,03/04/2026 09:00,open\n1,25/04/2026 09:00,solved\n";
    fs::write(folder.path().join("log.csv"), csv).unwrap();
    let read = || Dataset::of_description(&description, ReadOptions::default().with_data_root(folder.path()));
    assert_eq!(read().unwrap().last_timestamp().unwrap().to_string(), "2026-04-25T09:00:00Z");
    fs::write(folder.path().join("log.csv"), csv.replace("25/04", "05/04")).unwrap();
    assert!(matches!(read().unwrap_err(), ReadError::DateOrder { column, .. } if column == "at"));
}

/// Formats of chrono in which timestamps are written, the order of their dates, and whether they have seconds.
const WRITTEN: [(&str, bool); 24] = [
    ("%Y-%m-%dT%H:%M:%S%.3f%:z", true),
    ("%Y-%m-%d %H:%M:%S%#z", true),
    ("%Y-%m-%d %H:%M:%S%z", true),
    ("%Y-%m-%d %H:%M", false),
    ("%Y/%m/%d %H:%M:%S", true),
    ("%Y%m%dT%H%M%SZ", true),
    ("%d/%m/%Y %H:%M", false),
    ("%d/%m/%Y %H:%M:%S", true),
    ("%-d/%-m/%Y %-H:%M", false),
    ("%d-%m-%Y %H:%M", false),
    ("%d.%m.%Y %H:%M", false),
    ("%d.%m.%Y %H.%M", false),
    ("%-d. %-m. %Y %H:%M:%S", true),
    ("%m/%d/%Y %H:%M", false),
    ("%m/%d/%Y %I:%M:%S %p", true),
    ("%-m/%-d/%Y %-I:%M %p", false),
    ("%-m/%-d/%y %-I:%M %p", false),
    ("%d %b %Y %H:%M:%S", true),
    ("%d-%b-%Y %H:%M", false),
    ("%d/%b/%y %-I:%M %p", false),
    ("%B %-d, %Y %-I:%M %p", false),
    ("%a, %d %b %Y %H:%M:%S %z", true),
    ("%A, %-d %B %Y %H:%M", false),
    ("%d/%b/%Y:%H:%M:%S %z", true),
];

proptest! {
    #[test]
    fn what_chrono_writes_is_inferred_and_read_back(
        seconds in prop::collection::vec(1_000_000_000_i64..1_900_000_000, 1..40),
        place in 0..WRITTEN.len(),
    ) {
        let (format, has_seconds) = WRITTEN[place];
        let times: Vec<DateTime<Utc>> =
            seconds.iter().map(|second| DateTime::from_timestamp(*second, 0).unwrap()).collect();
        let expected: Vec<Cell<Timestamp>> = times
            .iter()
            .map(|at| {
                let shown = if has_seconds { *at } else { at.with_second(0).unwrap() };
                Ok(Some(Timestamp::from(shown)))
            })
            .collect();
        let format = if format.ends_with("%#z") { format.replace("%#z", "+00") } else { format.to_owned() };
        let written: Vec<String> = times.iter().map(|at| at.format(&format).to_string()).collect();
        let decided = times.iter().any(|at| at.day() > 12) && !format.contains("%y");
        match inferred(Tz::UTC, &written) {
            Ok(read) => prop_assert_eq!(read, expected, "{}: {:?}", format, written),
            Err(error) => {
                prop_assert!(!decided, "{}: {}", format, error);
                // The advice works.
                let array = column(&written);
                let readings = error.formats().into_iter().map(|format| {
                    let reading = TimestampReading::new(Tz::UTC).with_format(format).unwrap();
                    let mut bound = reading.bind(&array).unwrap();
                    (0..array.len()).map(|row| bound.get(row)).collect::<Vec<_>>()
                });
                prop_assert!(readings.into_iter().any(|read| read == expected), "{}", error);
            }
        }
    }

    #[test]
    fn no_text_makes_reading_fail(texts in prop::collection::vec("[0-9a-zA-Zäé/:. ,+-]{0,30}", 0..20)) {
        let array = column(&texts);
        let reading = TimestampReading::new(Tz::Europe__Madrid);
        let _ = reading.needs_zone(&array);
        for text in &texts {
            let _ = reading.read(text);
            let _ = reading.remedy(text);
        }
        if let Err(error) = reading.inferred([&array]) {
            prop_assert!(error.remedy().contains("state format = "));
        }
    }
}
