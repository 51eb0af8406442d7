//! Every encoding, unit and format of a value gives the same value.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

use std::sync::Arc;

use arrow_array::types::{Int8Type, Int32Type, UInt32Type, UInt64Type};
use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, DictionaryArray, Float64Array, Int64Array,
    LargeStringArray, NullArray, StringArray, StringViewArray, TimestampMicrosecondArray,
    TimestampMillisecondArray, TimestampNanosecondArray, TimestampSecondArray,
};
use chrono_tz::Tz;
use deskmetrics::{Author, Status};
use deskmetrics_arrow::column::{
    Ambiguous, BadCell, Nonexistent, NumberReading, TextColumn, TimestampReading, WordReading,
};

#[expect(clippy::needless_pass_by_value, reason = "reads better where it is called")]
fn text(array: ArrayRef) -> Vec<Option<String>> {
    let rows = array.len();
    let column = TextColumn::new(&array).unwrap();
    (0..=rows).map(|row| column.get(row).map(str::to_owned)).collect()
}

#[test]
fn text_is_the_same_in_every_encoding() {
    let words = vec![Some("DK"), None, Some("España"), Some("DK"), Some("a text of more than twelve bytes")];
    let mut expected: Vec<Option<String>> = words.iter().map(|word| word.map(str::to_owned)).collect();
    expected.push(None); // past the end
    let encodings: [ArrayRef; 7] = [
        Arc::new(StringArray::from(words.clone())),
        Arc::new(LargeStringArray::from(words.clone())),
        Arc::new(StringViewArray::from(words.clone())),
        Arc::new(words.iter().copied().collect::<DictionaryArray<Int8Type>>()),
        Arc::new(words.iter().copied().collect::<DictionaryArray<UInt64Type>>()),
        Arc::new(
            DictionaryArray::<Int32Type>::try_new(
                vec![Some(1), None, Some(0), Some(1), Some(2)].into(),
                Arc::new(LargeStringArray::from(vec!["España", "DK", "a text of more than twelve bytes"])),
            )
            .unwrap(),
        ),
        Arc::new(
            DictionaryArray::<UInt32Type>::try_new(
                // a null may also be in the dictionary
                vec![Some(1), Some(3), Some(0), Some(1), Some(2)].into(),
                Arc::new(StringViewArray::from(vec![
                    Some("España"),
                    Some("DK"),
                    Some("a text of more than twelve bytes"),
                    None,
                ])),
            )
            .unwrap(),
        ),
    ];
    for array in encodings {
        let kind = array.data_type().to_string();
        assert_eq!(text(Arc::clone(&array)), expected, "{kind}");
        // a slice starts at another offset in the same memory
        assert_eq!(text(array.slice(2, 3)), expected[2..], "{kind}, sliced");
    }
}

#[test]
fn other_types_are_converted_to_text() {
    let written = |array: ArrayRef| text(array)[0].clone().unwrap_or_default();
    assert_eq!(written(Arc::new(Int64Array::from(vec![101]))), "101");
    assert_eq!(written(Arc::new(Float64Array::from(vec![12.0]))), "12"); // an id beside a gap in pandas
    assert_eq!(written(Arc::new(Float64Array::from(vec![f64::NAN]))), "");
    assert_eq!(written(Arc::new(BooleanArray::from(vec![true]))), "true");
    assert_eq!(written(Arc::new(Date32Array::from(vec![0]))), "1970-01-01");
    assert_eq!(written(Arc::new(NullArray::new(1))), "");
    let empty = DictionaryArray::<Int8Type>::try_new(
        vec![None].into(),
        Arc::new(StringArray::from(Vec::<&str>::new())),
    );
    assert_eq!(written(Arc::new(empty.unwrap())), "");
    let bytes: ArrayRef = Arc::new(BinaryArray::from(vec![b"DK".as_slice()]));
    assert_eq!(TextColumn::new(&bytes).unwrap_err().found, "Binary");
}

#[expect(clippy::needless_pass_by_value, reason = "reads better where it is called")]
fn timestamps(reading: &TimestampReading, array: ArrayRef) -> Vec<Result<Option<String>, BadCell>> {
    let rows = array.len();
    let mut column = reading.bind(&array).unwrap();
    (0..rows).map(|row| column.get(row).map(|at| at.map(|at| at.to_string()))).collect()
}

#[test]
fn timestamps_of_every_unit_with_and_without_zone() {
    let reading = TimestampReading::new(Tz::Europe__Copenhagen);
    let noon = 1_772_449_200_i64; // 2026-03-02T11:00:00Z
    let units: [(ArrayRef, ArrayRef); 4] = [
        (
            Arc::new(TimestampSecondArray::from(vec![Some(noon), None]).with_timezone("Asia/Kolkata")),
            Arc::new(TimestampSecondArray::from(vec![Some(noon), None])),
        ),
        (
            Arc::new(TimestampMillisecondArray::from(vec![Some(noon * 1_000), None]).with_timezone("UTC")),
            Arc::new(TimestampMillisecondArray::from(vec![Some(noon * 1_000), None])),
        ),
        (
            Arc::new(
                TimestampMicrosecondArray::from(vec![Some(noon * 1_000_000), None]).with_timezone("+00:00"),
            ),
            Arc::new(TimestampMicrosecondArray::from(vec![Some(noon * 1_000_000), None])),
        ),
        (
            Arc::new(
                TimestampNanosecondArray::from(vec![Some(noon * 1_000_000_000), None])
                    .with_timezone("Etc/UTC"),
            ),
            Arc::new(TimestampNanosecondArray::from(vec![Some(noon * 1_000_000_000), None])),
        ),
    ];
    for (with_zone, wall_clock) in units {
        assert_eq!(timestamps(&reading, with_zone), [Ok(Some("2026-03-02T11:00:00Z".into())), Ok(None)]);
        // without a zone it is wall-clock time in Copenhagen, an hour ahead of UTC
        assert_eq!(timestamps(&reading, wall_clock), [Ok(Some("2026-03-02T10:00:00Z".into())), Ok(None)]);
    }
    let before_1970: ArrayRef = Arc::new(TimestampNanosecondArray::from(vec![-1]).with_timezone("UTC"));
    assert_eq!(timestamps(&reading, before_1970), [Ok(Some("1969-12-31T23:59:59.999999Z".into()))]);
    let absurd: ArrayRef =
        Arc::new(TimestampSecondArray::from(vec![i64::MAX, i64::MIN]).with_timezone("UTC"));
    assert_eq!(timestamps(&reading, absurd), [Err(BadCell::NotATimestamp), Err(BadCell::NotATimestamp)]);
    let date: ArrayRef = Arc::new(Date32Array::from(vec![20_514])); // a date is its midnight
    assert_eq!(timestamps(&reading, date), [Ok(Some("2026-03-01T23:00:00Z".into()))]);
}

#[test]
fn epoch_numbers() {
    let seconds = TimestampReading::new(Tz::UTC).with_format("epoch_seconds").unwrap();
    let millis = TimestampReading::new(Tz::UTC).with_format("epoch_millis").unwrap();
    let at = |text: &str| Ok(Some(text.to_owned()));
    let whole: ArrayRef = Arc::new(Int64Array::from(vec![1_772_449_200]));
    assert_eq!(timestamps(&seconds, whole), [at("2026-03-02T11:00:00Z")]);
    let broken: ArrayRef = Arc::new(Float64Array::from(vec![1_772_449_200.5, f64::NAN]));
    assert_eq!(timestamps(&seconds, broken), [at("2026-03-02T11:00:00.500Z"), Ok(None)]);
    let written: ArrayRef = Arc::new(StringArray::from(vec!["1772449200000", "soon", ""]));
    assert_eq!(
        timestamps(&millis, written),
        [at("2026-03-02T11:00:00Z"), Err(BadCell::NotATimestamp), Ok(None)]
    );
    let huge: ArrayRef = Arc::new(Int64Array::from(vec![i64::MAX]));
    assert_eq!(timestamps(&seconds, huge), [Err(BadCell::NotATimestamp)]);
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1_772_449_200]));
    assert!(TimestampReading::new(Tz::UTC).bind(&numbers).unwrap_err().expected.contains("epoch_seconds"));
}

#[test]
fn written_timestamps() {
    let read = |format: &str, text: &str| {
        let reading = TimestampReading::new(Tz::Europe__Paris).with_format(format).unwrap();
        reading.read(text).map(|at| at.map(|at| at.to_string()))
    };
    let nine = Ok(Some("2026-03-02T08:00:00Z".to_owned()));
    for (format, text) in [
        ("iso", "2026-03-02T09:00:00+01:00"),
        ("iso", "2026-03-02T08:00:00Z"),
        ("iso", "2026-03-02 08:00:00 UTC"),
        ("iso", " 2026-03-02 09:00 "),
        ("iso", "2026-03-02T09:00:00.000"),
        ("%-d/%-m/%Y %H:%M", "2/3/2026 09:00"),
        ("%d/%m/%Y %H:%M", "2/3/2026 9:00"),
        ("%m/%d/%Y %I:%M:%S %p", "03/02/2026 09:00:00 AM"),
        ("%d.%m.%Y %H:%M:%S %z", "02.03.2026 10:00:00 +0200"),
        ("%d-%b-%Y %H:%M", "02-Mar-2026 09:00"),
    ] {
        assert_eq!(read(format, text), nine, "{format}: {text}");
    }
    assert_eq!(read("iso", "2026-03-02"), Ok(Some("2026-03-01T23:00:00Z".to_owned())));
    assert_eq!(read("%d/%m/%Y", "02/03/2026"), Ok(Some("2026-03-01T23:00:00Z".to_owned())));
    for (format, text) in [
        ("iso", "2026-02-30"),
        ("iso", "2026-03-02 25:00"),
        ("iso", "2026-03-02x"),
        ("iso", "ééééééé"),
        ("%d/%m/%Y", "02/03/2026 09:00"),
        ("%H:%M", "09:00"),
    ] {
        assert_eq!(read(format, text), Err(BadCell::NotATimestamp), "{format}: {text}");
    }
    assert_eq!(read("iso", "  "), Ok(None));
    assert!(TimestampReading::new(Tz::UTC).with_format("%Q").is_err());
    assert!(TimestampReading::new(Tz::UTC).with_format("yyyy-mm-dd").is_err());
}

#[test]
fn clock_changes_are_decided_and_counted() {
    let paris = TimestampReading::new(Tz::Europe__Paris);
    let times: ArrayRef = Arc::new(StringArray::from(vec![
        "2026-10-25 02:30", // twice
        "2026-03-29 02:30", // never
        "2026-03-29 03:00",
    ]));
    let mut column = paris.bind(&times).unwrap();
    let read: Vec<_> = (0..3).map(|row| column.get(row).unwrap().unwrap().to_string()).collect();
    assert_eq!(read, ["2026-10-25T00:30:00Z", "2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z"]);
    assert_eq!((column.ambiguous(), column.nonexistent()), (1, 1));

    let later = paris.clone().with_clock_changes(Ambiguous::Later, Nonexistent::NextValid);
    assert_eq!(later.read("2026-10-25 02:30").unwrap().unwrap().to_string(), "2026-10-25T01:30:00Z");
    let refused = paris.with_clock_changes(Ambiguous::Unreadable, Nonexistent::Unreadable);
    assert_eq!(refused.read("2026-10-25 02:30"), Err(BadCell::Ambiguous));
    assert_eq!(refused.read("2026-03-29 02:30"), Err(BadCell::Nonexistent));

    // Samoa went without 30 December 2011, and Lord Howe moves its clocks by half an hour.
    let apia = TimestampReading::new(Tz::Pacific__Apia).read("2011-12-30 12:00:00.5").unwrap().unwrap();
    assert_eq!(apia.to_string(), "2011-12-30T10:00:00Z");
    let howe = TimestampReading::new(Tz::Australia__Lord_Howe).read("2026-10-04 02:15").unwrap().unwrap();
    assert_eq!(howe.to_string(), "2026-10-03T15:30:00Z");
}

#[test]
fn words_and_numbers() {
    let status = WordReading::new([("Resolved", Status::Solved), ("-100", Status::Open)]).with_missing(["?"]);
    assert_eq!(status.read(" RESOLVED "), Ok(Some(Status::Solved)));
    assert_eq!(status.read("On hold"), Ok(Some(Status::OnHold)));
    assert_eq!(status.read("?"), Ok(None));
    assert_eq!(status.read("Parked"), Err(BadCell::UnknownWord));
    assert_eq!(status.clone().with_other(Some(Status::Open)).read("Parked"), Ok(Some(Status::Open)));
    let exact = WordReading::new([("A", Status::Open), ("a", Status::Closed)]).with_exact_case(true);
    assert_eq!((exact.read("A"), exact.read("a")), (Ok(Some(Status::Open)), Ok(Some(Status::Closed))));
    let author = WordReading::<Author>::new::<Box<str>>([]);
    assert_eq!(author.read("Requester"), Ok(Some(Author::Customer)));

    let numbers: ArrayRef =
        Arc::new(Float64Array::from(vec![Some(9.0), Some(f64::NAN), None, Some(11.0), Some(3.5)]));
    let reading = NumberReading::default().with_missing(["11"]);
    let column = reading.bind(&numbers).unwrap();
    let scores: Vec<_> = (0..5).map(|row| column.whole(row)).collect();
    assert_eq!(scores, [Ok(Some(9)), Ok(None), Ok(None), Ok(None), Err(BadCell::NotWhole)]);
    assert_eq!(reading.whole("1e300"), Err(BadCell::NotWhole));
    assert_eq!(reading.whole("inf"), Err(BadCell::NotWhole));
}
