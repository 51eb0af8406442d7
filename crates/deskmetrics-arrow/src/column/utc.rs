//! Columns of typed instants as microseconds of UTC, borrowed where they already are.

use std::collections::HashMap;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
};
use arrow_array::{Array, ArrayRef};
use arrow_buffer::{NullBuffer, ScalarBuffer};
use arrow_schema::{DataType, TimeUnit};
use chrono_tz::Tz;
use deskmetrics::Timestamp;

use super::text::cast;
use super::{Column, ColumnError, InstantReading, WrongType};

/// Instants of one array, with no look-up left to do.
#[derive(Debug, Clone)]
pub(crate) struct Instants {
    micros: ScalarBuffer<i64>,
    nulls: Option<NullBuffer>,
}

/// Why an array of typed instants is not at hand as microseconds.
#[derive(Debug)]
pub(crate) enum NotPlain {
    /// It holds no timestamps or dates.
    Type(WrongType),
    /// It holds wall-clock times, and no zone is given.
    NoZone,
    /// A value lies outside all calendars or falls into a clock change, so that each must be looked at.
    Irregular,
}

impl Instants {
    /// The instants of an array of timestamps or dates.
    pub(crate) fn new(array: &ArrayRef, assume_tz: Option<Tz>) -> Result<Self, NotPlain> {
        let wrong = || {
            NotPlain::Type(WrongType {
                found: array.data_type().to_string(),
                expected: "instants: timestamps in any unit, or dates",
            })
        };
        let (micros, zoned) = match array.data_type() {
            DataType::Timestamp(unit, zone) => (micros(array, *unit), zone.is_some()),
            DataType::Date32 | DataType::Date64 => {
                let seconds =
                    cast(array, &DataType::Timestamp(TimeUnit::Second, None)).map_err(|_| wrong())?;
                (micros(&seconds, TimeUnit::Second), false)
            }
            DataType::Null => (ScalarBuffer::from(vec![0; array.len()]), true),
            _ => return Err(wrong()),
        };
        let nulls = match array.data_type() {
            DataType::Null => Some(NullBuffer::new_null(array.len())),
            _ => array.nulls().filter(|nulls| nulls.null_count() > 0).cloned(),
        };
        let mut instants = Self { micros, nulls };
        if instants.leaves_the_calendar() {
            return Err(NotPlain::Irregular);
        }
        if !zoned {
            instants.resolve(assume_tz.ok_or(NotPlain::NoZone)?)?;
        }
        Ok(instants)
    }

    /// No instant in any of `rows` rows.
    pub(crate) fn none(rows: usize) -> Self {
        Self { micros: ScalarBuffer::from(vec![0; rows]), nulls: Some(NullBuffer::new_null(rows)) }
    }

    /// Microseconds since 1970; what stands at a missing row means nothing.
    pub(crate) fn micros(&self) -> &[i64] {
        &self.micros
    }

    /// The same, without copying them.
    pub(crate) fn into_micros(self) -> ScalarBuffer<i64> {
        self.micros
    }

    /// Which rows have a value; `None` when all have.
    pub(crate) fn nulls(&self) -> Option<&NullBuffer> {
        self.nulls.as_ref()
    }

    pub(crate) fn len(&self) -> usize {
        self.micros.len()
    }

    /// The instant of a row.
    #[inline]
    pub(crate) fn get(&self, row: usize) -> Option<i64> {
        let valid = self.nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row));
        self.micros.get(row).copied().filter(|_| valid)
    }

    /// Whether some value lies outside [`Timestamp`]'s range.
    fn leaves_the_calendar(&self) -> bool {
        let (least, most) = (Timestamp::MIN.as_micros(), Timestamp::MAX.as_micros());
        let outside = |micros: i64| micros < least || micros > most;
        let any = self.micros.iter().fold(false, |any, micros| any | outside(*micros));
        any && (0..self.len()).any(|row| self.get(row).is_some_and(outside))
    }

    /// Takes the values as wall-clock times of `zone`.
    fn resolve(&mut self, zone: Tz) -> Result<(), NotPlain> {
        if zone == Tz::UTC {
            return Ok(());
        }
        let mut wall = WallClock::new(zone);
        let mut utc = Vec::with_capacity(self.len());
        for row in 0..self.len() {
            utc.push(match self.get(row) {
                Some(micros) => wall.utc(micros).ok_or(NotPlain::Irregular)?,
                None => 0,
            });
        }
        self.micros = utc.into();
        Ok(())
    }
}

/// Finds UTC for wall-clock times, an hour's offset worked out once.
struct WallClock {
    zone: Tz,
    /// By hour since 1970: what to add; `None` for an hour with a clock change.
    hours: HashMap<i64, Option<i64>>,
    last: Option<(i64, i64)>,
}

const HOUR: i64 = 3_600_000_000;

impl WallClock {
    fn new(zone: Tz) -> Self {
        Self { zone, hours: HashMap::new(), last: None }
    }

    fn utc(&mut self, wall: i64) -> Option<i64> {
        let hour = wall.div_euclid(HOUR);
        if let Some((_, shift)) = self.last.filter(|(last, _)| *last == hour) {
            return Some(wall + shift);
        }
        let zone = self.zone;
        let shift = (*self.hours.entry(hour).or_insert_with(|| hour_shift(zone, hour)))?;
        self.last = Some((hour, shift));
        Some(wall + shift)
    }
}

/// What to add to every wall-clock time of an hour; `None` where that is not one number.
fn hour_shift(zone: Tz, hour: i64) -> Option<i64> {
    use chrono::TimeZone as _;
    let shift = |wall: i64| {
        let at = Timestamp::from_micros(wall)?.to_utc().naive_utc();
        let utc = zone.from_local_datetime(&at).single()?;
        Some(Timestamp::from(utc.to_utc()).as_micros() - wall)
    };
    let first = shift(hour.checked_mul(HOUR)?)?;
    let last = shift(hour.checked_mul(HOUR)?.checked_add(HOUR - 1)?)?;
    (first == last).then_some(first)
}

/// Any timestamps as microseconds: nanoseconds are cut off towards the past, what is out of range lies outside every
/// [`Timestamp`].
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

/// All instants of a column, one by one where they must be: clock changes are decided as
/// [`InstantReading`] does unless told otherwise, and what cannot be read is `Err`.
pub(crate) fn each_instant(
    column: &Column<'_>,
    assume_tz: Option<Tz>,
    mut each: impl FnMut(Result<Option<i64>, ()>),
) -> Result<(), ColumnError> {
    for array in column.chunks() {
        match Instants::new(array, assume_tz) {
            Ok(instants) => (0..instants.len()).for_each(|row| each(Ok(instants.get(row)))),
            Err(NotPlain::NoZone) => {
                return Err(ColumnError::NoZone { column: column.name().to_owned() });
            }
            Err(NotPlain::Type(wrong)) => {
                return Err(column.wrong(wrong, "make it a timestamp column first"));
            }
            Err(NotPlain::Irregular) => {
                let reading = InstantReading::new(assume_tz.unwrap_or(Tz::UTC));
                let mut instants = reading
                    .bind(array)
                    .map_err(|wrong| column.wrong(wrong, "make it a timestamp column first"))?;
                for row in 0..array.len() {
                    each(instants.get(row).map(|at| at.map(Timestamp::as_micros)).map_err(|_| ()));
                }
            }
        }
    }
    Ok(())
}
