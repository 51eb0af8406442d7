//! Survey KPIs over columns equal those over records, for every encoding.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

use std::sync::Arc;

use arrow_array::types::{Int16Type, UInt32Type};
use arrow_array::{
    Array, ArrayRef, BooleanArray, DictionaryArray, Float32Array, Float64Array, Int8Array, Int16Array,
    Int32Array, Int64Array, PrimitiveArray, StringArray, TimestampMicrosecondArray,
    TimestampMillisecondArray, TimestampNanosecondArray, TimestampSecondArray, UInt8Array, UInt64Array,
};
use chrono::TimeDelta;
use chrono_tz::Europe::Copenhagen;
use deskmetrics::kpi::{self, ResponseRate};
use deskmetrics::{Estimates, Invitation, Reason, Scale, Timestamp};
use deskmetrics_arrow::survey::{self, InvitationColumns, response_rate_of};
use deskmetrics_arrow::{Column, ColumnError};
use proptest::prelude::*;

/// Scores in every type that can contain them.
fn encoded(scores: &[Option<i32>], kind: usize) -> ArrayRef {
    macro_rules! as_type {
        ($array:ty, $native:ty) => {
            Arc::new(
                scores
                    .iter()
                    .map(|score| score.and_then(|score| <$native>::try_from(score).ok()))
                    .collect::<$array>(),
            )
        };
    }
    let float = |score: &Option<i32>| score.map(f64::from);
    match kind {
        0 => as_type!(Int8Array, i8),
        1 => as_type!(Int16Array, i16),
        2 => as_type!(Int32Array, i32),
        3 => as_type!(Int64Array, i64),
        4 => as_type!(UInt8Array, u8),
        5 => as_type!(UInt64Array, u64),
        6 => Arc::new(scores.iter().map(float).collect::<Float64Array>()),
        7 => Arc::new(Float64Array::from_iter_values(
            scores.iter().map(|score| float(score).unwrap_or(f64::NAN)),
        )),
        #[expect(clippy::cast_possible_truncation, reason = "small whole numbers")]
        8 => Arc::new(
            scores.iter().map(|score| float(score).map(|score| score as f32)).collect::<Float32Array>(),
        ),
        _ => {
            let mut values: Vec<i32> = scores.iter().flatten().copied().collect();
            values.sort_unstable();
            values.dedup();
            let key = |score: &Option<i32>| score.map(|score| values.partition_point(|value| *value < score));
            let keys: PrimitiveArray<Int16Type> =
                scores.iter().map(|score| key(score).and_then(|key| i16::try_from(key).ok())).collect();
            let values: Int32Array = values.clone().into();
            Arc::new(DictionaryArray::new(keys, Arc::new(values)))
        }
    }
}

/// The same values in chunks, each a slice of a longer array.
fn in_pieces(array: &ArrayRef, cuts: &[usize]) -> Vec<ArrayRef> {
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (array.len() + 1)).collect();
    cuts.extend([0, array.len()]);
    cuts.sort_unstable();
    cuts.windows(2).map(|ends| array.slice(ends[0], ends[1] - ends[0])).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn columns_and_scores_agree(
        // all that an i8 and a u8 can hold
        scores in prop::collection::vec(prop::option::weighted(0.9, 0..14_i32), 0..9000),
        kind in 0..10_usize,
        cuts in prop::collection::vec(0..9000_usize, 0..4),
    ) {
        let pieces = in_pieces(&encoded(&scores, kind), &cuts);
        prop_assert_eq!(survey::nps(&pieces).unwrap(), kpi::nps(scores.iter().copied()));
        for scale in [Scale::csat(1, 5).unwrap(), Scale::ces2(), Scale::new(-3..=60, 50..=60, -3..=0).unwrap()] {
            prop_assert_eq!(survey::csat(&pieces, &scale).unwrap(), kpi::csat(scores.iter().copied(), &scale));
            prop_assert_eq!(survey::ces(&pieces, &scale).unwrap(), kpi::ces(scores.iter().copied(), &scale));
        }
    }

    #[test]
    fn wide_scales_and_extreme_scores_agree(
        scores in prop::collection::vec(
            prop::option::weighted(0.9, prop_oneof![-600..600_i32, any::<i32>()]), 0..3000),
        kind in prop_oneof![Just(2_usize), Just(3), Just(6)],
        lowest in prop_oneof![-600..0_i32, Just(i32::MIN), Just(i32::MAX - 1000)],
        steps in 1..=1000_i32,
    ) {
        let highest = lowest + steps;
        let scale = Scale::new(lowest..=highest, highest..=highest, lowest..=lowest).unwrap();
        let column = encoded(&scores, kind);
        prop_assert_eq!(survey::csat(&column, &scale).unwrap(), kpi::csat(scores.iter().copied(), &scale));
    }

    #[test]
    fn response_rates_agree(
        rows in prop::collection::vec((0..5000_i64, prop::option::of(-10..9000_i64), prop::bool::weighted(0.9)), 0..300),
        unit in 0..4_usize,
        cut_off in 0..6000_i64,
    ) {
        let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000).unwrap();
        let answer = |sent: i64, after: Option<i64>| after.map(|after| sent + after);
        let invitations: Vec<Invitation> = rows.iter().map(|(sent, after, delivered)| {
            let mut invitation = Invitation::new("1", "csat", at(*sent));
            invitation.answered_at = answer(*sent, *after).map(at);
            invitation.delivered = *delivered;
            invitation
        }).collect();
        let timestamps = |seconds: Vec<Option<i64>>| -> ArrayRef {
            let times = |each: i64| seconds.iter().map(move |at| at.map(|at| at * each));
            match unit {
                0 => Arc::new(times(1).collect::<TimestampSecondArray>().with_timezone("UTC")),
                1 => Arc::new(times(1_000).collect::<TimestampMillisecondArray>().with_timezone("+02:00")),
                2 => Arc::new(times(1_000_000).collect::<TimestampMicrosecondArray>().with_timezone("Europe/Oslo")),
                _ => Arc::new(times(1_000_000_000).collect::<TimestampNanosecondArray>()),
            }
        };
        let sent = timestamps(rows.iter().map(|(sent, ..)| Some(*sent)).collect());
        let answered = timestamps(rows.iter().map(|(sent, after, _)| answer(*sent, *after)).collect());
        let delivered: ArrayRef = Arc::new(rows.iter().map(|(.., flag)| Some(*flag)).collect::<BooleanArray>());
        let columns =
            InvitationColumns::new(&sent).with_answered_at(&answered).with_delivered(&delivered).with_assume_tz(chrono_tz::UTC);
        let rules = ResponseRate::default()
            .with_as_of(at(cut_off))
            .with_mature_after(TimeDelta::seconds(30))
            .with_expire_after(TimeDelta::hours(1));
        let mut expected = rules.clone();
        expected.extend(&invitations);
        prop_assert_eq!(response_rate_of(&columns, rules).unwrap(), expected);
    }

    #[test]
    fn rows_counted_64_at_a_time_match_single_rows(
        rows in prop::collection::vec(
            (
                prop::option::weighted(0.95, prop_oneof![60 => 0..5000_i64, 1 => Just(i64::MIN), 1 => Just(i64::MAX)]),
                prop::option::of(prop_oneof![60 => -10..9000_i64, 1 => Just(i64::MIN), 1 => Just(i64::MAX)]),
                prop::option::weighted(0.9, prop::bool::weighted(0.9)),
            ),
            0..400,
        ),
        skipped in 0..100_usize,
        cut in 0..400_usize,
        limits in (prop::option::of(0..6000_i64), prop::option::of(0..600_i64), prop::option::of(0..6000_i64)),
    ) {
        let (cut_off, maturity, expiry) = limits;
        let mut rules = ResponseRate::default();
        if let Some(micros) = cut_off {
            rules = rules.with_as_of(Timestamp::from_micros(micros).unwrap());
        }
        if let Some(micros) = maturity {
            rules = rules.with_mature_after(TimeDelta::microseconds(micros));
        }
        if let Some(micros) = expiry {
            rules = rules.with_expire_after(TimeDelta::microseconds(micros));
        }
        let timestamps = |at: Vec<Option<i64>>| TimestampMicrosecondArray::from(at).with_timezone("UTC");
        let sent = timestamps(rows.iter().map(|(sent, ..)| *sent).collect());
        let answered = timestamps(rows.iter().map(|(_, answered, _)| *answered).collect());
        let delivered = rows.iter().map(|(.., delivered)| *delivered).collect::<BooleanArray>();
        // Arrays that begin in the middle of their buffers.
        let from = skipped.min(rows.len());
        let rest = rows.len() - from;
        let piece = |array: &dyn Array, at: usize, rows: usize| vec![array.slice(from + at, rows)];
        let whole = |array: &dyn Array| piece(array, 0, rest);
        let cut = cut.min(rest);
        let in_two = |array: &dyn Array| [piece(array, 0, cut), piece(array, cut, rest - cut)].concat();
        let in_words = InvitationColumns::new(whole(&sent)).with_answered_at(whole(&answered)).with_delivered(whole(&delivered));
        // With different chunks, they are read row by row.
        let in_rows = InvitationColumns::new(in_two(&sent)).with_answered_at(whole(&answered)).with_delivered(whole(&delivered));
        prop_assert_eq!(
            response_rate_of(&in_words, rules.clone()).unwrap(),
            response_rate_of(&in_rows, rules.clone()).unwrap()
        );
        let in_both = InvitationColumns::new(in_two(&sent)).with_answered_at(in_two(&answered)).with_delivered(in_two(&delivered));
        prop_assert_eq!(response_rate_of(&in_words, rules.clone()).unwrap(), response_rate_of(&in_both, rules).unwrap());
    }

    #[test]
    fn wall_clock_times_are_read_as_elsewhere(
        hours in prop::collection::vec(0..24 * 400_i64, 1..60),
        minute in 0..60_i64,
    ) {
        let wall: Vec<i64> = hours.iter().map(|hour| 1_700_000_000 + hour * 3600 + minute * 60).collect();
        let sent: ArrayRef = Arc::new(TimestampSecondArray::from(wall.clone()));
        let reading = deskmetrics_arrow::column::TimestampReading::new(Copenhagen);
        let mut one_by_one = reading.bind(&sent).unwrap();
        let cut_off: Timestamp = "2024-08-01T00:00:00Z".parse().unwrap();
        let mut expected = ResponseRate::default().with_as_of(cut_off);
        for row in 0..wall.len() {
            expected.push(&Invitation::new("1", "csat", one_by_one.get(row).unwrap().unwrap()));
        }
        let columns = InvitationColumns::new(&sent).with_assume_tz(Copenhagen);
        prop_assert_eq!(response_rate_of(&columns, ResponseRate::default().with_as_of(cut_off)).unwrap(), expected);
    }
}

#[test]
fn fractional_and_infinite_scores_are_off_the_scale() {
    let scores: ArrayRef = Arc::new(Float64Array::from(vec![9.0, 9.5, f64::INFINITY, -0.0, f64::NAN, 1e300]));
    let nps = survey::nps(&scores).unwrap();
    assert_eq!((nps.n(), nps.scores()[0]), (2, 1));
    assert_eq!(nps.excluded().count(Reason::OutOfScale), 3);
    assert_eq!(nps.excluded().count(Reason::NotAnswered), 1);
}

#[test]
fn errors_name_the_column_and_the_remedy() {
    let words: ArrayRef = Arc::new(StringArray::from(vec!["9"]));
    let error = survey::nps(Column::from(&words).with_name("likely")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "column \"likely\" is of type Utf8, expected whole numbers or floats: make the column numeric first, with words \
         and codes for \"no answer\" as nulls"
    );
    let coded: ArrayRef = Arc::new(DictionaryArray::<UInt32Type>::from_iter(["9"]));
    assert!(matches!(survey::nps(&coded), Err(ColumnError::Type { .. })));
    let naive: ArrayRef = Arc::new(TimestampSecondArray::from(vec![0]));
    let error = response_rate_of(
        &InvitationColumns::new(Column::from(&naive).with_name("sent")),
        ResponseRate::default(),
    );
    assert_eq!(error.unwrap_err(), ColumnError::NoZone { column: "sent".to_owned() });
    let longer: ArrayRef = Arc::new(TimestampSecondArray::from(vec![0, 1]).with_timezone("UTC"));
    let error =
        response_rate_of(&InvitationColumns::new(&longer).with_answered_at(&naive), ResponseRate::default());
    assert!(matches!(error.unwrap_err(), ColumnError::Length { rows: 2, other_rows: 1, .. }));
    let flags: ArrayRef = Arc::new(BooleanArray::from(vec![Some(true), None, Some(false)]));
    let rate = survey::response_rate(&flags).unwrap();
    assert_eq!((rate.percent(), rate.excluded().count(Reason::Missing)), (Some(50.0), 1));
}
