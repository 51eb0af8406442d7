//! Checks of tables in memory, with columns of any type.

use std::sync::Arc;

use arbitrary::{Arbitrary as _, Result, Unstructured};
use arrow_array::{
    ArrayRef, BooleanArray, Float64Array, Int32Array, Int64Array, NullArray, RecordBatch, StringArray,
    UInt64Array,
};
use arrow_schema::{DataType, TimeUnit};
use deskmetrics_arrow::{Dataset, ReadOptions};

use crate::file::{described, reported};

const COLUMNS: [&str; 6] = ["id", "created_at", "first_response_at", "solved_at", "status", "market"];

const TEXTS: [&str; 12] = [
    "",
    "T-1",
    "1",
    "1.0",
    "open",
    "Solved",
    "2026-03-02T09:00:00Z",
    "2026-03-02 09:00",
    "03/04/2026 9:00 AM",
    "45000.5",
    "DK",
    "n/a",
];

/// A table whose types, values and missing values are given by the bytes.
pub(crate) fn columns(data: &[u8]) {
    let mut input = Unstructured::new(data);
    let Ok(batch) = table(&mut input) else { return };
    let options = ReadOptions::default().with_threads(1).with_table("t", batch.schema(), vec![batch]);
    reported(Dataset::of_description(&described("t"), options));
}

fn table(input: &mut Unstructured<'_>) -> Result<RecordBatch> {
    let rows = input.int_in_range(0..=12)?;
    let mut arrays = Vec::new();
    for name in COLUMNS {
        arrays.push((name, array(input, rows)?, true));
    }
    let whole = RecordBatch::try_from_iter_with_nullable(arrays).unwrap();
    let from = input.int_in_range(0..=rows)?;
    Ok(whole.slice(from, input.int_in_range(0..=rows - from)?))
}

fn values<'a, T>(
    input: &mut Unstructured<'a>,
    rows: usize,
    value: impl Fn(&mut Unstructured<'a>) -> Result<T>,
) -> Result<Vec<Option<T>>> {
    (0..rows).map(|_| if input.ratio(1, 8)? { Ok(None) } else { value(input).map(Some) }).collect()
}

/// Around 2026-03-02, or anything.
fn number(input: &mut Unstructured<'_>) -> Result<i64> {
    if input.ratio(1, 16)? {
        return i64::arbitrary(input);
    }
    Ok(1_772_442_000 + input.int_in_range(0..=2_000_000)?)
}

fn text(input: &mut Unstructured<'_>) -> Result<&'static str> {
    input.choose(&TEXTS).copied()
}

fn array(input: &mut Unstructured<'_>, rows: usize) -> Result<ArrayRef> {
    Ok(match input.int_in_range(0..=11)? {
        0 => Arc::new(Int64Array::from(values(input, rows, number)?)),
        1 => Arc::new(Int32Array::from(values(input, rows, i32::arbitrary)?)),
        2 => Arc::new(UInt64Array::from(values(input, rows, u64::arbitrary)?)),
        3 => Arc::new(Float64Array::from(values(input, rows, f64::arbitrary)?)),
        4 => Arc::new(BooleanArray::from(values(input, rows, bool::arbitrary)?)),
        5 => Arc::new(NullArray::new(rows)),
        other => {
            let (array, kind): (ArrayRef, _) = match other {
                6 => (Arc::new(StringArray::from(values(input, rows, text)?)), DataType::Utf8View),
                7 => (Arc::new(StringArray::from(values(input, rows, text)?)), DataType::LargeUtf8),
                8 => {
                    let key = input.choose(&[DataType::Int8, DataType::UInt64])?.clone();
                    let kind = DataType::Dictionary(key.into(), DataType::Utf8.into());
                    (Arc::new(StringArray::from(values(input, rows, text)?)), kind)
                }
                _ => {
                    let unit = *input.choose(&[
                        TimeUnit::Second,
                        TimeUnit::Millisecond,
                        TimeUnit::Microsecond,
                        TimeUnit::Nanosecond,
                    ])?;
                    let zone = *input.choose(&[
                        None,
                        Some("UTC"),
                        Some("+02:00"),
                        Some("Europe/Madrid"),
                        Some("Nowhere"),
                    ])?;
                    let at = values(input, rows, number)?;
                    let scaled = at.into_iter().map(|at| at.map(|at| at.saturating_mul(scale(unit))));
                    let kind = DataType::Timestamp(unit, zone.map(Into::into));
                    (Arc::new(scaled.collect::<Int64Array>()), kind)
                }
            };
            arrow_cast::cast(&array, &kind).unwrap_or(array)
        }
    })
}

fn scale(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => 1_000_000,
        TimeUnit::Nanosecond => 1_000_000_000,
    }
}
