//! Columns of timestamps as microseconds of UTC, without copies if possible.

use std::collections::HashMap;
use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
};
use arrow_array::{Array, ArrayRef, Int64Array};
use arrow_buffer::{BooleanBufferBuilder, NullBuffer, ScalarBuffer};
use arrow_schema::{DataType, TimeUnit};
use chrono_tz::Tz;
use deskmetrics::Timestamp;

use super::bits::{Bits, rows_of};
use super::piece::{joined, place_in};
use super::{BadCell, Column, ColumnError, TextColumn, TimestampReading, WrongType, iso, unit};

/// The timestamps of one array, ready to use.
#[derive(Debug, Clone)]
pub(crate) struct Timestamps {
    micros: ScalarBuffer<i64>,
    nulls: Option<NullBuffer>,
}

/// Whether an array contains wall-clock times, which need a zone. Text may contain them.
pub(crate) fn needs_zone(array: &dyn Array) -> bool {
    match array.data_type() {
        DataType::Timestamp(_, zone) => zone.is_none(),
        DataType::Dictionary(_, values) => !values.is_numeric(),
        kind => matches!(
            kind,
            DataType::Date32 | DataType::Date64 | DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View
        ),
    }
}

/// The timestamps of one array.
#[derive(Debug)]
pub(crate) struct Decoded {
    pub(crate) timestamps: Timestamps,
    /// Rows that the row reader must read again, because they are unreadable or affected by a clock change. They are
    /// missing here.
    pub(crate) doubtful: Vec<usize>,
    /// Whether the order of day and month must be inferred from the whole column and the array decoded again.
    pub(crate) undecided: bool,
}

impl Decoded {
    fn of(timestamps: Timestamps, doubtful: Vec<usize>) -> Self {
        Self { timestamps, doubtful, undecided: false }
    }
}

impl Timestamps {
    /// Decodes the timestamps of an array.
    pub(crate) fn decode(array: &ArrayRef, reading: &TimestampReading) -> Result<Decoded, WrongType> {
        let (micros, zoned) = match array.data_type() {
            DataType::Timestamp(unit, zone) => (micros(array, *unit), zone.is_some()),
            DataType::Null => return Ok(Decoded::of(Self::none(array.len()), Vec::new())),
            _ => return Self::one_by_one(array, reading),
        };
        let nulls = array.nulls().filter(|nulls| nulls.null_count() > 0).cloned();
        let timestamps = Self { micros, nulls };
        let mut doubtful = timestamps.implausible();
        if zoned || reading.zone() == Tz::UTC {
            return Ok(Decoded::of(timestamps.without(&doubtful), doubtful));
        }
        let mut wall = WallClock::new(reading.zone());
        let valid = Bits::valid(timestamps.nulls(), 0..timestamps.len());
        let mut utc = Vec::with_capacity(timestamps.len());
        for (row, micros) in timestamps.micros.iter().enumerate() {
            let resolved = if valid.get(row) { wall.utc(*micros) } else { Some(0) };
            if resolved.is_none() {
                doubtful.push(row);
            }
            utc.push(resolved.unwrap_or(0));
        }
        doubtful.sort_unstable();
        doubtful.dedup();
        let timestamps = Self { micros: utc.into(), nulls: timestamps.nulls };
        Ok(Decoded::of(timestamps.without(&doubtful), doubtful))
    }

    /// Decodes text, dates and numbers row by row.
    fn one_by_one(array: &ArrayRef, reading: &TimestampReading) -> Result<Decoded, WrongType> {
        let mut column = reading.bind(array)?;
        let text = array.data_type().is_string().then(|| TextColumn::new(array)).transpose()?;
        let mut wall = WallClock::new(reading.zone());
        let mut doubtful = Vec::new();
        let mut changes = 0;
        let mut undecided = false;
        let micros: Int64Array = (0..array.len())
            .map(|row| {
                // Nearly all texts have the same form; the reading parses the others.
                let plain = text.as_ref().and_then(|text| text.get(row));
                if let Some((micros, has_offset)) = plain.and_then(|text| iso::parse(text.as_bytes()))
                    && plain.is_some_and(|text| reading.takes_iso(text))
                    && let Some(utc) = if has_offset { Some(micros) } else { wall.utc(micros) }
                {
                    return Some(utc);
                }
                if undecided {
                    return None; // the whole array is decoded again
                }
                let found = column.get(row);
                undecided |= found == Err(BadCell::UndecidedOrder);
                let noted = column.ambiguous() + column.nonexistent();
                if found.is_err() || noted > changes {
                    doubtful.push(row);
                }
                let plain = noted == changes;
                changes = noted;
                found.ok().flatten().filter(|_| plain).map(Timestamp::as_micros)
            })
            .collect();
        let nulls = micros.nulls().filter(|nulls| nulls.null_count() > 0).cloned();
        Ok(Decoded { timestamps: Self { micros: micros.values().clone(), nulls }, doubtful, undecided })
    }

    /// No timestamp for `rows` rows.
    pub(crate) fn none(rows: usize) -> Self {
        Self { micros: ScalarBuffer::from(vec![0; rows]), nulls: Some(NullBuffer::new_null(rows)) }
    }

    /// Microseconds since 1970, not copied. The value of a missing row is undefined.
    pub(crate) fn into_micros(self) -> ScalarBuffer<i64> {
        self.micros
    }

    /// The validity of rows; `None` if all have a value.
    pub(crate) fn nulls(&self) -> Option<&NullBuffer> {
        self.nulls.as_ref()
    }

    pub(crate) fn len(&self) -> usize {
        self.micros.len()
    }

    /// The timestamp of a row.
    #[inline]
    pub(crate) fn get(&self, row: usize) -> Option<i64> {
        let valid = self.nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row));
        self.micros.get(row).copied().filter(|_| valid)
    }

    /// The last timestamp of rows that count.
    pub(crate) fn last(&self, counts: impl Fn(usize) -> bool) -> Option<i64> {
        let valid = Bits::valid(self.nulls(), 0..self.len());
        let rows = self.micros.iter().enumerate();
        rows.filter(|(row, _)| valid.get(*row) && counts(*row)).map(|(_, micros)| *micros).max()
    }

    /// The earliest and the latest timestamp; `None` if there is none.
    pub(crate) fn ends(&self) -> Option<(i64, i64)> {
        let Some(nulls) = self.nulls() else { return ends_of(&self.micros) };
        let valid = nulls.inner().bit_chunks();
        let rows = self.micros.chunks(64).zip(valid.iter_padded());
        let ends = rows.fold((i64::MAX, i64::MIN), |ends, (rows, valid)| {
            rows.iter().zip(0..64).fold(ends, |(least, most), (at, bit)| {
                let there = (valid >> bit & 1).wrapping_neg().cast_signed();
                (
                    least.min((*at & there) | (i64::MAX & !there)),
                    most.max((*at & there) | (i64::MIN & !there)),
                )
            })
        });
        Some(ends).filter(|(least, most)| least <= most)
    }

    /// Rows in which another column has an earlier timestamp than this one.
    pub(crate) fn followed_by_earlier(&self, other: &Self) -> Vec<usize> {
        let [mine, others] = [self, other].map(|column| Bits::valid(column.nulls(), 0..column.len()));
        let mut rows = Vec::new();
        let pieces = self.micros.chunks(64).zip(other.micros.chunks(64));
        for (place, (starts, ends)) in pieces.enumerate() {
            let mut early = 0_u64;
            for (bit, (start, end)) in starts.iter().zip(ends).enumerate() {
                early |= u64::from(end < start) << bit;
            }
            rows.extend(rows_of(early & mine.word(place) & others.word(place), place * 64));
        }
        rows
    }

    /// Rows whose value is outside [`Timestamp`]'s range or in a wrong unit.
    fn implausible(&self) -> Vec<usize> {
        // Nearly always, all values are after 1970 and none is far away.
        let any = self.micros.iter().fold(0, |any, micros| any | micros);
        if (0..unit::SURELY_STORED_RIGHT).contains(&any) {
            return Vec::new();
        }
        // For a negative number, one less than its magnitude.
        if self.micros.iter().fold(0, |any, micros| any | (micros ^ (micros >> 63)))
            < unit::SURELY_STORED_RIGHT
        {
            return Vec::new();
        }
        let wrong = |micros: i64| unit::stored(micros).is_err();
        (0..self.len()).filter(|row| self.get(*row).is_some_and(wrong)).collect()
    }

    /// Changes the values of some rows.
    pub(crate) fn correct(&mut self, rows: &[(usize, Option<i64>)]) {
        if rows.is_empty() {
            return;
        }
        let mut micros = self.micros.to_vec();
        let mut valid = self.validity();
        for (row, at) in rows {
            micros[*row] = at.unwrap_or_default();
            valid.set_bit(*row, at.is_some());
        }
        self.micros = micros.into();
        self.nulls = Some(NullBuffer::new(valid.finish())).filter(|nulls| nulls.null_count() > 0);
    }

    /// The values of an array of which these are a part, if they were not copied.
    pub(crate) fn origin(&self, array: &ArrayRef) -> Option<ScalarBuffer<i64>> {
        let origin = array.as_primitive_opt::<TimestampMicrosecondType>()?.values();
        place_in(origin, &self.micros).map(|_| origin.clone())
    }

    /// The rows of all parts, not copied if each follows the one before in `origin`.
    pub(crate) fn adjacent(parts: &[Self], origin: &ScalarBuffer<i64>) -> Option<Self> {
        let micros = joined(parts.iter().map(|part| &part.micros), origin)?;
        let mut validity = Validity::default();
        for part in parts {
            validity.append(part);
        }
        Some(Self { micros, nulls: validity.finish() })
    }

    fn validity(&self) -> BooleanBufferBuilder {
        let mut valid = BooleanBufferBuilder::new(self.len());
        match &self.nulls {
            Some(nulls) => valid.append_buffer(nulls.inner()),
            None => valid.append_n(self.len(), true),
        }
        valid
    }

    /// Removes the values of these rows.
    fn without(mut self, rows: &[usize]) -> Self {
        if !rows.is_empty() {
            let mut valid = self.validity();
            for row in rows {
                valid.set_bit(*row, false);
            }
            self.nulls = Some(NullBuffer::new(valid.finish()));
        }
        self
    }
}

/// The least and the most of some numbers; `None` if there are none.
pub(crate) fn ends_of(numbers: &[i64]) -> Option<(i64, i64)> {
    let wider = |(least, most): (i64, i64), number: i64| (least.min(number), most.max(number));
    // Four at a time, which do not wait for each other.
    let (fours, rest) = numbers.as_chunks::<4>();
    let mut ends = [(i64::MAX, i64::MIN); 4];
    for four in fours {
        ends.iter_mut().zip(four).for_each(|(ends, number)| *ends = wider(*ends, *number));
    }
    let all = ends.into_iter().fold(ends[0], |all, (least, most)| (all.0.min(least), all.1.max(most)));
    (!numbers.is_empty()).then(|| rest.iter().fold(all, |ends, number| wider(ends, *number)))
}

/// The timestamps of some rows, with `other` for missing ones or a missing column. They are copied into `buffer` only if
/// some are missing.
pub(crate) fn read_or<'t>(
    column: Option<&'t Timestamps>,
    other: i64,
    rows: Range<usize>,
    buffer: &'t mut Vec<i64>,
) -> &'t [i64] {
    buffer.clear();
    let known = column.and_then(|column| Some((column.micros.get(rows.clone())?, column.nulls())));
    let Some((micros, nulls)) = known else {
        buffer.resize(rows.len(), other);
        return buffer;
    };
    let Some(nulls) = nulls else { return micros };
    buffer.reserve(rows.len());
    let valid = nulls.inner().slice(rows.start, rows.len());
    for (from, valid) in micros.chunks(64).zip(valid.bit_chunks().iter_padded()) {
        // Without a branch, because the outcome is unpredictable.
        buffer.extend(from.iter().zip(0..64).map(|(from, bit)| {
            let there = (valid >> bit & 1).wrapping_neg().cast_signed();
            (*from & there) | (other & !there)
        }));
    }
    buffer
}

/// Converts wall-clock times to UTC, with a cached offset for each day or hour.
struct WallClock {
    zone: Tz,
    /// For each day since 1970, the offset in seconds plus [`BIAS`](Self::BIAS), or one of the other constants.
    days: Vec<i32>,
    /// The same by hour for other days, in microseconds; `None` for an hour with a clock change.
    hours: HashMap<i64, Option<i64>>,
}

const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;
const SECOND: i64 = 1_000_000;

impl WallClock {
    /// More than any offset.
    const BIAS: i32 = 1 << 20;
    const UNKNOWN: i32 = 0;
    /// The offset changes during the day.
    const CHANGES: i32 = 1;
    /// Until 2149.
    const DAYS: usize = 1 << 16;

    fn new(zone: Tz) -> Self {
        Self { zone, days: vec![Self::UNKNOWN; Self::DAYS], hours: HashMap::new() }
    }

    #[inline]
    fn utc(&mut self, wall: i64) -> Option<i64> {
        let day = wall.div_euclid(DAY);
        match usize::try_from(day).ok().and_then(|day| self.days.get(day)) {
            Some(seconds) if *seconds > Self::CHANGES => {
                Some(wall + i64::from(*seconds - Self::BIAS) * SECOND)
            }
            Some(seconds) if *seconds == Self::UNKNOWN => self.learn(day, wall),
            _ => self.by_hour(wall),
        }
    }

    #[cold]
    fn learn(&mut self, day: i64, wall: i64) -> Option<i64> {
        let shift = |at: i64| shift(self.zone, day.checked_mul(DAY)?.checked_add(at)?);
        let same = shift(0).filter(|first| shift(DAY / 2) == Some(*first) && shift(DAY - 1) == Some(*first));
        let seconds =
            same.filter(|shift| shift % SECOND == 0).and_then(|shift| i32::try_from(shift / SECOND).ok());
        if let Some(known) = usize::try_from(day).ok().and_then(|day| self.days.get_mut(day)) {
            *known = seconds.map_or(Self::CHANGES, |seconds| seconds + Self::BIAS);
        }
        self.by_hour(wall)
    }

    fn by_hour(&mut self, wall: i64) -> Option<i64> {
        let (zone, hour) = (self.zone, wall.div_euclid(HOUR));
        let shift = *self.hours.entry(hour).or_insert_with(|| hour_shift(zone, hour));
        Some(wall + shift?)
    }
}

/// The offset of a wall-clock time; `None` if it is ambiguous or does not exist.
fn shift(zone: Tz, wall: i64) -> Option<i64> {
    use chrono::TimeZone as _;
    let at = Timestamp::from_micros(wall)?.to_utc().naive_utc();
    let utc = zone.from_local_datetime(&at).single()?;
    Some(Timestamp::from(utc.to_utc()).as_micros() - wall)
}

/// The offset of every wall-clock time of an hour; `None` if it is not constant.
fn hour_shift(zone: Tz, hour: i64) -> Option<i64> {
    let first = shift(zone, hour.checked_mul(HOUR)?)?;
    let last = shift(zone, hour.checked_mul(HOUR)?.checked_add(HOUR - 1)?)?;
    (first == last).then_some(first)
}

/// Converts timestamps to microseconds. Nanoseconds are rounded towards the past; values out of range stay outside
/// the range of [`Timestamp`].
fn micros(array: &ArrayRef, unit: TimeUnit) -> ScalarBuffer<i64> {
    let times = |values: &[i64], each: i64| values.iter().map(|value| value.saturating_mul(each)).collect();
    match unit {
        TimeUnit::Second => times(array.as_primitive::<TimestampSecondType>().values(), 1_000_000),
        TimeUnit::Millisecond => times(array.as_primitive::<TimestampMillisecondType>().values(), 1_000),
        TimeUnit::Microsecond => array.as_primitive::<TimestampMicrosecondType>().values().clone(),
        TimeUnit::Nanosecond => {
            let nanos = array.as_primitive::<TimestampNanosecondType>().values();
            nanos.iter().map(|nanos| nanos.div_euclid(1_000)).collect()
        }
    }
}

/// Timestamps that grow part by part.
#[derive(Debug, Default)]
pub(crate) struct GrowingTimestamps {
    micros: Vec<i64>,
    validity: Validity,
}

impl GrowingTimestamps {
    pub(crate) fn len(&self) -> usize {
        self.micros.len()
    }

    /// Adds the rows of a part. The first part is not copied if nothing else refers to it.
    pub(crate) fn append(&mut self, part: Timestamps) {
        self.validity.append(&part);
        if self.micros.is_empty() {
            self.micros = part.micros.into();
            return;
        }
        // A column is large: one that doubled would leave much of its memory unused.
        if self.micros.capacity() - self.micros.len() < part.len() {
            self.micros.reserve_exact(part.len().max(self.micros.len() / 4));
        }
        self.micros.extend_from_slice(&part.micros);
    }

    pub(crate) fn finish(self) -> Timestamps {
        Timestamps { micros: self.micros.into(), nulls: self.validity.finish() }
    }
}

/// Which rows have a value.
#[derive(Debug, Default)]
struct Validity {
    rows: usize,
    /// From the first missing value on.
    bits: Option<BooleanBufferBuilder>,
}

impl Validity {
    fn append(&mut self, part: &Timestamps) {
        if let Some(nulls) = &part.nulls {
            let rows = self.rows;
            let bits = self.bits.get_or_insert_with(|| {
                let mut bits = BooleanBufferBuilder::new(rows + nulls.len());
                bits.append_n(rows, true);
                bits
            });
            bits.append_buffer(nulls.inner());
        } else if let Some(bits) = &mut self.bits {
            bits.append_n(part.len(), true);
        }
        self.rows += part.len();
    }

    fn finish(self) -> Option<NullBuffer> {
        self.bits.map(|mut bits| NullBuffer::new(bits.finish()))
    }
}

impl Default for Timestamps {
    fn default() -> Self {
        Self::none(0)
    }
}

impl FromIterator<Option<i64>> for Timestamps {
    fn from_iter<I: IntoIterator<Item = Option<i64>>>(rows: I) -> Self {
        let column: Int64Array = rows.into_iter().collect();
        let nulls = column.nulls().filter(|nulls| nulls.null_count() > 0).cloned();
        Self { micros: column.values().clone(), nulls }
    }
}

/// All timestamps of a column, one at a time. By default, clock changes are treated as in [`TimestampReading`].
/// Unreadable values are `Err`.
pub(crate) fn each_timestamp(
    column: &Column<'_>,
    assume_tz: Option<Tz>,
    mut each: impl FnMut(Result<Option<i64>, ()>),
) -> Result<(), ColumnError> {
    let mut reading = TimestampReading::new(assume_tz.unwrap_or(Tz::UTC));
    let wrong = |wrong| column.wrong(wrong, "make it a timestamp column first");
    for array in column.chunks() {
        if needs_zone(array) && assume_tz.is_none() {
            return Err(ColumnError::NoZone { column: column.name().to_owned() });
        }
        let mut decoded = Timestamps::decode(array, &reading).map_err(wrong)?;
        if decoded.undecided {
            let unknown = |error| ColumnError::DateOrder { column: column.name().to_owned(), error };
            reading = reading.inferred(column.chunks()).map_err(unknown)?;
            decoded = Timestamps::decode(array, &reading).map_err(wrong)?;
        }
        let Decoded { timestamps, doubtful, .. } = decoded;
        let mut again = if doubtful.is_empty() { None } else { Some(reading.bind(array).map_err(wrong)?) };
        let mut doubtful = doubtful.into_iter().peekable();
        for row in 0..timestamps.len() {
            match (doubtful.next_if_eq(&row), &mut again) {
                (Some(row), Some(column)) => {
                    each(column.get(row).map(|at| at.map(Timestamp::as_micros)).map_err(|_| ()));
                }
                _ => each(Ok(timestamps.get(row))),
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::TimestampMicrosecondArray;
    use chrono_tz::{Africa::Casablanca, America::New_York, Australia::Lord_Howe, Europe::Copenhagen};
    use proptest::prelude::*;

    use super::*;

    const YEAR: i64 = 365 * DAY;

    proptest! {
        #[test]
        fn wall_clocks_by_day_are_those_read_one_by_one(
            zone in prop::sample::select(vec![Copenhagen, New_York, Casablanca, Lord_Howe]),
            walls in prop::collection::vec(prop_oneof![-30 * YEAR..230 * YEAR, 54 * YEAR..56 * YEAR], 1..300),
        ) {
            let array: ArrayRef = Arc::new(TimestampMicrosecondArray::from(walls.clone()));
            let reading = TimestampReading::new(zone);
            let decoded = Timestamps::decode(&array, &reading).unwrap();
            let mut column = reading.bind(&array).unwrap();
            for row in 0..walls.len() {
                let before = column.ambiguous() + column.nonexistent();
                let expected = column.get(row).ok().flatten().map(Timestamp::as_micros);
                let doubtful = decoded.doubtful.contains(&row);
                // Values affected by a clock change are read row by row.
                prop_assert!(doubtful || column.ambiguous() + column.nonexistent() == before);
                prop_assert_eq!(decoded.timestamps.get(row), expected.filter(|_| !doubtful));
            }
        }

        #[test]
        fn parts_grow_to_the_whole_column(
            values in prop::collection::vec(prop::option::of(0..YEAR), 1..100),
            cuts in prop::collection::vec(0..100_usize, 0..4),
        ) {
            let array: ArrayRef = Arc::new(TimestampMicrosecondArray::from(values.clone()).with_timezone("UTC"));
            let mut ends: Vec<usize> = cuts.into_iter().map(|cut| cut.min(values.len())).collect();
            ends.push(values.len());
            ends.sort_unstable();
            let mut start = 0;
            let parts = ends.into_iter().map(|end| {
                let part = array.slice(start, end - start);
                start = end;
                Timestamps::decode(&part, &TimestampReading::new(Copenhagen)).unwrap().timestamps
            });
            let mut parts: Vec<Timestamps> = parts.collect();
            let read = |whole: &Timestamps| (0..whole.len()).map(|row| whole.get(row)).collect::<Vec<_>>();

            // Parts of one array are not copied.
            let origin = parts[0].origin(&array).unwrap();
            let whole = Timestamps::adjacent(&parts, &origin).unwrap();
            prop_assert_eq!(read(&whole), values.clone());
            prop_assert_eq!(whole.into_micros().as_ptr(), origin.as_ptr());

            let mut growing = GrowingTimestamps::default();
            for part in &parts {
                growing.append(part.clone());
            }
            prop_assert_eq!(read(&growing.finish()), values);

            // A corrected part is no part of the array any more.
            if let Some(part) = parts.iter_mut().find(|part| part.len() > 0) {
                part.correct(&[(0, Some(7))]);
                prop_assert!(Timestamps::adjacent(&parts, &origin).is_none());
            }
        }
    }
}
