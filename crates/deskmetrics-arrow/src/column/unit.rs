//! Units of timestamps stored as numbers.

use deskmetrics::Timestamp;

use super::BadCell;

/// The unit of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Seconds,
    Millis,
    Micros,
    Nanos,
    /// Days since 1899-12-30, in wall-clock time.
    Excel,
}

/// 1980-01-01 and 2100-01-01 in microseconds: plausible timestamps.
const PLAUSIBLE: std::ops::Range<i64> = 315_532_800_000_000..4_102_444_800_000_000;

/// 1971-01-01 and 2200-01-01: timestamps outside may have another unit.
const BEYOND_DOUBT: std::ops::Range<i64> = 31_536_000_000_000..7_258_118_400_000_000;

/// 1970-01-01 as a serial day.
const EXCEL_1970: i64 = 25_569;

/// 1900-03-01, before which Excel's calendar has one day too many, and the first day after 9999-12-31.
const EXCEL_DAYS: std::ops::Range<f64> = 61.0..2_958_466.0;

impl Unit {
    pub(super) const ALL: [Self; 5] = [Self::Seconds, Self::Millis, Self::Micros, Self::Nanos, Self::Excel];

    /// Its name as a format.
    pub(super) fn format(self) -> &'static str {
        match self {
            Self::Seconds => "epoch_seconds",
            Self::Millis => "epoch_millis",
            Self::Micros => "epoch_micros",
            Self::Nanos => "epoch_nanos",
            Self::Excel => "excel",
        }
    }

    fn in_words(self) -> &'static str {
        match self {
            Self::Seconds => "seconds since 1970",
            Self::Millis => "milliseconds since 1970",
            Self::Micros => "microseconds since 1970",
            Self::Nanos => "nanoseconds since 1970",
            Self::Excel => "a serial day of Excel",
        }
    }

    /// Whether its timestamps are wall-clock times.
    pub(super) fn is_wall_clock(self) -> bool {
        self == Self::Excel
    }

    /// The microseconds since 1970 of a whole number.
    #[expect(clippy::cast_precision_loss, reason = "days that are exact are far fewer")]
    fn micros(self, number: i64) -> Option<i64> {
        match self {
            Self::Seconds => number.checked_mul(1_000_000),
            Self::Millis => number.checked_mul(1_000),
            Self::Micros => Some(number),
            Self::Nanos => Some(number.div_euclid(1_000)),
            Self::Excel => self.micros_of_float(number as f64),
        }
    }

    /// The microseconds since 1970 of a number with a fraction. Serial days are rounded to the millisecond, which is
    /// the precision of spreadsheets.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "out of range saturates, which is out of range again"
    )]
    fn micros_of_float(self, number: f64) -> Option<i64> {
        let micros = match self {
            Self::Seconds => (number * 1e6).round(),
            Self::Millis => (number * 1e3).round(),
            Self::Micros => number.round(),
            Self::Nanos => (number / 1e3).floor(),
            Self::Excel => {
                if !EXCEL_DAYS.contains(&number) {
                    return None;
                }
                let millis = (number * 86_400_000.0).round() as i64 - EXCEL_1970 * 86_400_000;
                return Some(millis * 1_000);
            }
        };
        micros.is_finite().then_some(micros as i64)
    }

    /// Reads a whole number, unless it has another unit.
    pub(super) fn read(self, number: i64) -> Result<i64, BadCell> {
        self.judged(self.micros(number), |unit| unit.micros(number))
    }

    /// Reads a number with a fraction, unless it has another unit.
    pub(super) fn read_float(self, number: f64) -> Result<i64, BadCell> {
        self.judged(self.micros_of_float(number), |unit| unit.micros_of_float(number))
    }

    #[inline]
    fn judged(self, micros: Option<i64>, other: impl Fn(Self) -> Option<i64>) -> Result<i64, BadCell> {
        match micros {
            Some(micros) if BEYOND_DOUBT.contains(&micros) => Ok(micros),
            _ => match Self::meant(other) {
                Some(unit) if unit != self => Err(BadCell::WrongUnit),
                _ => micros.ok_or(BadCell::NotATimestamp),
            },
        }
    }

    /// The unit in which a number is a recent timestamp. No number has two.
    fn meant(micros: impl Fn(Self) -> Option<i64>) -> Option<Self> {
        Self::ALL.into_iter().find(|unit| micros(*unit).is_some_and(|micros| PLAUSIBLE.contains(&micros)))
    }

    /// The unit of a number that can have only one.
    pub(super) fn of(number: f64) -> Option<Self> {
        Self::meant(|unit| unit.micros_of_float(number))
    }

    /// The unit of a number, with the setting that reads it.
    pub(super) fn advice(self) -> String {
        format!("can only be {}: state format = \"{}\"", self.in_words(), self.format())
    }
}

/// 10000-01-01 in microseconds.
const YEAR_10000: i64 = 253_402_300_800_000_000;

/// A stored timestamp within this many microseconds of 1970 (until the year 6536) needs no check.
pub(super) const SURELY_STORED_RIGHT: i64 = 1 << 57;

/// Checks a stored timestamp: it must be within [`Timestamp`]'s range, and not plausible only in a finer unit, as if
/// milliseconds were stored as seconds.
pub(super) fn stored(micros: i64) -> Result<i64, BadCell> {
    let finer = || [1_000, 1_000_000, 1_000_000_000].map(|times| micros / times);
    if micros >= YEAR_10000 && finer().iter().any(|micros| PLAUSIBLE.contains(micros)) {
        return Err(BadCell::WrongUnit);
    }
    Timestamp::from_micros(micros).map(|_| micros).ok_or(BadCell::NotATimestamp)
}
