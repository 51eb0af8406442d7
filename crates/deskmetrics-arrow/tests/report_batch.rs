//! A report's rows as Arrow, and business time over columns.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, TimestampMicrosecondType};
use arrow_array::{Array, ArrayRef, TimestampMicrosecondArray, TimestampSecondArray};
use chrono::TimeDelta;
use chrono_tz::Europe::Copenhagen;
use chrono_tz::UTC;
use deskmetrics::report::{KpiRequest, Period, Periods, Report};
use deskmetrics::schedule::{Schedule, WorkingTime};
use deskmetrics::ticket::Attribute;
use deskmetrics::{Scale, SurveyResponse, Timestamp};
use deskmetrics_arrow::schedule::{due, elapsed, is_open};
use deskmetrics_arrow::{Column, ColumnError, report_batch};
use proptest::prelude::*;

#[test]
fn every_row_is_in_the_batch() {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let answer = |score, when: &str, market| {
        SurveyResponse::new("nps", Some(score))
            .with_at(at(when))
            .with_attribute(Attribute::Market, market)
            .with_attribute("unit", "A")
    };
    let answers = [
        answer(10, "2026-01-14T10:00:00Z", "DK"),
        answer(2, "2026-01-20T10:00:00Z", "ES"),
        answer(9, "2026-02-03T10:00:00Z", "DK"),
        answer(11, "2026-02-03T10:00:00Z", "DK"),
    ];
    let report = Report::builder(at("2026-03-01T00:00:00Z"))
        .with_kpi(KpiRequest::new("nps").with_question("nps", Scale::nps()))
        .with_slices([Attribute::Market, "unit".into()])
        .with_periods(Periods::new(Period::Month, Copenhagen))
        .build()
        .unwrap();
    let table = report.run(&[], &answers, &[]).unwrap().table();
    let batch = report_batch(&table).unwrap();
    assert_eq!(batch.num_rows(), table.rows.len());
    let column = |name: &str| batch.column_by_name(name).unwrap_or_else(|| panic!("no column {name}"));
    let (values, markets) =
        (column("value").as_primitive::<Float64Type>(), column("market").as_string::<i32>());
    let starts = column("period_start").as_primitive::<TimestampMicrosecondType>();
    for (place, row) in table.rows.iter().enumerate() {
        assert_eq!(values.is_valid(place).then(|| values.value(place)), row.value);
        let market = row.keys.get(&Attribute::Market).flatten();
        assert_eq!(markets.is_valid(place).then(|| markets.value(place)), market);
        let start = row.period.as_ref().and_then(|period| period.start).map(Timestamp::as_micros);
        assert_eq!(starts.is_valid(place).then(|| starts.value(place)), start);
    }
    // "unit" is the column of units, so the attribute is in another column.
    assert_eq!(column("unit").as_string::<i32>().value(0), "points");
    assert_eq!(column("key_unit").null_count(), table.rows.iter().filter(|row| row.keys.is_empty()).count());
    assert_eq!(column("excluded_reasons").as_string::<i32>().value(0), "1 score outside the scale");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn business_time_of_columns_is_that_of_each_row(
        rows in prop::collection::vec((prop::option::weighted(0.9, 0..40_000_000_i64), prop::option::weighted(0.9, 0..40_000_000_i64)), 0..60),
        minutes in 0..5_000_i64,
        cut in 0..60_usize,
    ) {
        let desk = Schedule::new(Copenhagen, "Mo-Fr 09:00-17:00, Sa 10:00-14:00".parse().unwrap());
        let desk = WorkingTime::from(desk).compile();
        let start = 1_767_225_600;
        let from: ArrayRef =
            Arc::new(rows.iter().map(|row| row.0.map(|at| start + at)).collect::<TimestampSecondArray>().with_timezone("UTC"));
        let to: ArrayRef = Arc::new(
            rows.iter().map(|row| row.1.map(|at| (start + at) * 1_000_000)).collect::<TimestampMicrosecondArray>(),
        );
        let cut = cut.min(rows.len());
        let pieces = [from.slice(0, cut), from.slice(cut, rows.len() - cut)];
        let budget = TimeDelta::minutes(minutes);
        let took = elapsed(&desk, &pieces[..], &to, Some(UTC)).unwrap();
        let ends = due(&desk, &from, budget, None).unwrap();
        let open = is_open(&desk, &from, None).unwrap();
        for (place, (from, to)) in rows.iter().enumerate() {
            let micros = |at: &Option<i64>| at.map(|at| (start + at) * 1_000_000);
            let expected = micros(from).zip(micros(to)).map(|(from, to)| desk.elapsed_micros(from, to));
            prop_assert_eq!(took.is_valid(place).then(|| took.value(place)), expected);
            let expected = micros(from).and_then(|at| desk.due_micros(at, minutes * 60_000_000));
            prop_assert_eq!(ends.is_valid(place).then(|| ends.value(place)), expected);
            let expected = micros(from).map(|at| desk.is_open_micros(at));
            prop_assert_eq!(open.is_valid(place).then(|| open.value(place)), expected);
        }
    }
}

#[test]
fn wall_clock_times_without_a_zone_are_an_error() {
    let desk = WorkingTime::from(Schedule::new(Copenhagen, "Mo-Fr 09:00-17:00".parse().unwrap())).compile();
    let naive: ArrayRef = Arc::new(TimestampSecondArray::from(vec![0]));
    let error = is_open(&desk, Column::from(&naive).with_name("opened"), None).unwrap_err();
    assert_eq!(error, ColumnError::NoZone { column: "opened".to_owned() });
    let none: ArrayRef = Arc::new(TimestampSecondArray::from(Vec::<i64>::new()));
    assert!(matches!(elapsed(&desk, &naive, &none, Some(UTC)), Err(ColumnError::Length { .. })));
}
