//! Columns of instants: text in any format, wall clock in any zone, epoch numbers, Arrow timestamps and dates.

use std::cell::OnceCell;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{Array, ArrayRef, Float64Array, Int64Array, PrimitiveArray};
use arrow_schema::{DataType, TimeUnit};
use chrono::format::{Item, Parsed, StrftimeItems, parse};
use chrono::{
    DateTime, FixedOffset, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone,
};
use chrono_tz::Tz;
use deskmetrics::Timestamp;
use serde::{Deserialize, Serialize};

use super::text::cast;
use super::{BadCell, Cell, TextColumn, WrongType};

/// What a local time means that occurs twice, when clocks go back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Ambiguous {
    /// The first occurrence, still in summer time.
    #[default]
    Earlier,
    /// The second occurrence, in winter time.
    Later,
    /// Nothing: the value counts as unreadable.
    Unreadable,
}

/// What a local time means that does not occur, when clocks go forward.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Nonexistent {
    /// The first instant after the gap.
    #[default]
    NextValid,
    /// Nothing: the value counts as unreadable.
    Unreadable,
}

/// How instants are written.
#[derive(Debug, Clone, PartialEq)]
enum Format {
    /// RFC 3339, or its date and time without an offset, or its date alone.
    Iso,
    /// As chrono's [`strftime`](chrono::format::strftime) describes it.
    Pattern(Box<str>, Vec<Item<'static>>),
    /// Numbers since 1970-01-01T00:00:00Z, each worth so many microseconds.
    Epoch(&'static str, i64),
}

const EPOCHS: [(&str, i64); 3] = [("epoch_seconds", 1_000_000), ("epoch_millis", 1_000), ("epoch_micros", 1)];

/// Formats of the field, most usual first, to suggest one that fits.
const USUAL: [&str; 14] = [
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y/%m/%d %H:%M:%S%.f",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %I:%M %p",
    "%m/%d/%Y %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d-%b-%Y %H:%M:%S",
    "%d %b %Y %H:%M",
    "%d/%m/%Y",
    "%d.%m.%Y",
];

/// How instants are read: the format, the zone of wall-clock times, what to do about clock changes, and which
/// codes mean missing.
///
/// A value that carries its own offset (`Z`, `+02:00`, an Arrow timestamp with a zone) and an epoch number need no
/// zone; all others are wall-clock times of `zone`. A date alone is its midnight.
///
/// ```
/// use chrono_tz::America::New_York;
/// use deskmetrics_arrow::column::InstantReading;
///
/// let boston = InstantReading::new(New_York).format("%m/%d/%Y %I:%M:%S %p").unwrap();
/// assert_eq!(boston.read("01/31/2015 02:05:11 PM").unwrap().unwrap().to_string(), "2015-01-31T19:05:11Z");
/// // skipped when the clocks went forward: the first instant after the gap
/// assert_eq!(boston.read("03/08/2015 02:30:00 AM").unwrap().unwrap().to_string(), "2015-03-08T07:00:00Z");
/// assert!(boston.read("2015-01-31 14:05").is_err());
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct InstantReading {
    format: Format,
    zone: Tz,
    ambiguous: Ambiguous,
    nonexistent: Nonexistent,
    missing: Vec<Box<str>>,
}

/// A format text that chrono does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "format \"{0}\" is neither a date format such as \"%Y-%m-%d %H:%M:%S\" nor one of iso, epoch_seconds, epoch_millis, epoch_micros"
)]
pub struct UnknownFormat(pub String);

impl InstantReading {
    /// Reads ISO 8601: `2026-03-02T09:00:00+01:00`, `2026-03-02 09:00`, `2026-03-02`; wall-clock times are those
    /// of `zone`.
    pub fn new(zone: Tz) -> Self {
        Self {
            format: Format::Iso,
            zone,
            ambiguous: Ambiguous::default(),
            nonexistent: Nonexistent::default(),
            missing: Vec::new(),
        }
    }

    /// The same with a format: a pattern of chrono's [`strftime`](chrono::format::strftime), in which days and
    /// months also match without a leading zero, or `epoch_seconds`, `epoch_millis`, `epoch_micros`, `iso`.
    ///
    /// # Errors
    /// When it is none of these.
    pub fn format(mut self, format: &str) -> Result<Self, UnknownFormat> {
        self.format = if format == "iso" {
            Format::Iso
        } else if let Some((name, micros)) = EPOCHS.into_iter().find(|(name, _)| *name == format) {
            Format::Epoch(name, micros)
        } else {
            let items: Vec<Item<'static>> =
                StrftimeItems::new(format).parse_to_owned().map_err(|_| UnknownFormat(format.to_owned()))?;
            let reads = items.iter().any(|item| matches!(item, Item::Numeric(..) | Item::Fixed(_)));
            if !reads {
                return Err(UnknownFormat(format.to_owned()));
            }
            Format::Pattern(format.into(), items)
        };
        Ok(self)
    }

    /// The same with decisions about clock changes.
    #[must_use]
    pub fn clock_changes(mut self, ambiguous: Ambiguous, nonexistent: Nonexistent) -> Self {
        self.ambiguous = ambiguous;
        self.nonexistent = nonexistent;
        self
    }

    /// The same, with codes that mean there is no value.
    #[must_use]
    pub fn missing<W: Into<Box<str>>>(mut self, codes: impl IntoIterator<Item = W>) -> Self {
        self.missing.extend(codes.into_iter().map(Into::into));
        self
    }

    /// The zone of wall-clock times.
    pub(crate) fn zone(&self) -> Tz {
        self.zone
    }

    /// Whether a text is written in ISO 8601 and means a time: it is no code for a missing one.
    pub(crate) fn takes_iso(&self, text: &str) -> bool {
        self.format == Format::Iso && !self.missing.iter().any(|code| &**code == text)
    }

    /// The instant in a text.
    ///
    /// # Errors
    /// When it is none of the format, or a refused wall-clock time.
    pub fn read(&self, text: &str) -> Cell<Timestamp> {
        self.read_noting(text).map(|found| found.map(|(at, _)| at))
    }

    /// What to tell a person whose value could not be read.
    pub fn remedy(&self, value: &str) -> String {
        let format = match &self.format {
            Format::Iso => "iso",
            Format::Pattern(text, _) => text,
            Format::Epoch(name, _) => name,
        };
        let fits = |pattern: &&str| {
            Self::new(Tz::UTC).format(pattern).is_ok_and(|reading| reading.read(value).is_ok())
        };
        match USUAL.iter().find(|pattern| **pattern != format && fits(pattern)) {
            Some(pattern) => format!("expected format \"{format}\", the value would fit \"{pattern}\""),
            None if value.trim().parse::<i64>().is_ok() => {
                format!("expected format \"{format}\"; for numbers say epoch_seconds or epoch_millis")
            }
            None => {
                format!("expected format \"{format}\"; give another format, or list the value under missing")
            }
        }
    }

    /// This reading of one column.
    ///
    /// # Errors
    /// When the column's type cannot hold instants.
    pub fn bind(&self, array: &ArrayRef) -> Result<InstantColumn<'_>, WrongType> {
        let source = match array.data_type() {
            DataType::Timestamp(unit, zone) => {
                let micros = micros(array, *unit)?;
                if zone.is_some() { Source::Utc(micros) } else { Source::Wall(micros) }
            }
            DataType::Date32 | DataType::Date64 => {
                let seconds = cast(array, &DataType::Timestamp(TimeUnit::Second, None))?;
                Source::Wall(micros(&seconds, TimeUnit::Second)?)
            }
            kind if kind.is_integer() => match &self.format {
                Format::Epoch(_, each) => {
                    let numbers = cast(array, &DataType::Int64)?;
                    Source::Utc(scaled(numbers.as_primitive::<Int64Type>(), *each))
                }
                _ => return Err(wrong_type(array)),
            },
            kind if kind.is_floating() => match &self.format {
                Format::Epoch(_, each) => {
                    let numbers = cast(array, &DataType::Float64)?;
                    Source::Epoch(numbers.as_primitive::<Float64Type>().clone(), *each)
                }
                _ => return Err(wrong_type(array)),
            },
            _ => Source::Text(TextColumn::new(array).map_err(|_| wrong_type(array))?),
        };
        let array = Arc::clone(array);
        let written = OnceCell::new();
        Ok(InstantColumn { reading: self, source, array, written, last: None, ambiguous: 0, nonexistent: 0 })
    }

    fn read_noting(&self, text: &str) -> Cell<(Timestamp, Note)> {
        let text = text.trim();
        if text.is_empty() || self.missing.iter().any(|code| &**code == text) {
            return Ok(None);
        }
        match &self.format {
            Format::Iso => iso(text).ok_or(BadCell::NotAnInstant).and_then(|moment| self.resolve(moment)),
            Format::Pattern(_, items) => {
                pattern(text, items).ok_or(BadCell::NotAnInstant).and_then(|moment| self.resolve(moment))
            }
            Format::Epoch(_, each) => {
                let micros = match text.parse::<i64>() {
                    Ok(number) => number.checked_mul(*each),
                    Err(_) => text.parse::<f64>().ok().and_then(|number| float_micros(number, *each)),
                };
                utc(micros).map(|at| Some((at, Note::None)))
            }
        }
    }

    fn resolve(&self, moment: Moment) -> Cell<(Timestamp, Note)> {
        match moment {
            Moment::Fixed(at) => Ok(Some((at.to_utc().into(), Note::None))),
            Moment::Wall(wall) => self.resolve_wall(wall).map(Some),
        }
    }

    /// The instant at which the zone's clocks show `wall`.
    fn resolve_wall(&self, wall: NaiveDateTime) -> Result<(Timestamp, Note), BadCell> {
        if self.zone == Tz::UTC {
            return Ok((wall.and_utc().into(), Note::None));
        }
        match self.zone.from_local_datetime(&wall) {
            MappedLocalTime::Single(at) => Ok((at.to_utc().into(), Note::None)),
            MappedLocalTime::Ambiguous(earlier, later) => match self.ambiguous {
                Ambiguous::Earlier => Ok((earlier.to_utc().into(), Note::Ambiguous)),
                Ambiguous::Later => Ok((later.to_utc().into(), Note::Ambiguous)),
                Ambiguous::Unreadable => Err(BadCell::Ambiguous),
            },
            MappedLocalTime::None => match self.nonexistent {
                Nonexistent::NextValid => first_valid_after(self.zone, wall)
                    .map(|at| (at, Note::Nonexistent))
                    .ok_or(BadCell::Nonexistent),
                Nonexistent::Unreadable => Err(BadCell::Nonexistent),
            },
        }
    }
}

/// Whether a clock change had to be decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Note {
    None,
    Ambiguous,
    Nonexistent,
}

/// A time as it was written.
#[derive(Clone, Copy)]
enum Moment {
    Fixed(DateTime<FixedOffset>),
    Wall(NaiveDateTime),
}

fn iso(text: &str) -> Option<Moment> {
    let date: NaiveDate = text.get(..10)?.parse().ok()?;
    let rest = text.get(10..)?;
    let Some(time) = rest.strip_prefix(['T', 't', ' ']) else {
        return rest.is_empty().then(|| Moment::Wall(date.and_time(NaiveTime::MIN)));
    };
    if time.contains(['Z', 'z', '+', '-']) || time.ends_with("UTC") {
        return text.parse().ok().map(Moment::Fixed);
    }
    let time = NaiveTime::parse_from_str(time, "%H:%M:%S%.f")
        .or_else(|_| NaiveTime::parse_from_str(time, "%H:%M"))
        .ok()?;
    Some(Moment::Wall(date.and_time(time)))
}

fn pattern(text: &str, items: &[Item<'static>]) -> Option<Moment> {
    let mut parsed = Parsed::new();
    parse(&mut parsed, text, items.iter()).ok()?;
    if parsed.offset().is_some() {
        return parsed.to_datetime().ok().map(Moment::Fixed);
    }
    if parsed.timestamp().is_some() {
        return parsed
            .to_naive_datetime_with_offset(0)
            .ok()
            .map(|at| Moment::Fixed(at.and_utc().fixed_offset()));
    }
    let date = parsed.to_naive_date().ok()?;
    let no_time = parsed.hour_mod_12().is_none() && parsed.minute().is_none();
    let time = if no_time { NaiveTime::MIN } else { parsed.to_naive_time().ok()? };
    Some(Moment::Wall(date.and_time(time)))
}

/// The end of the gap in which `wall` lies, to the second.
fn first_valid_after(zone: Tz, wall: NaiveDateTime) -> Option<Timestamp> {
    let valid = |seconds: i64| {
        let later = wall.checked_add_signed(TimeDelta::seconds(seconds))?;
        zone.from_local_datetime(&later).earliest()
    };
    // The longest gap so far was a whole day skipped at the date line.
    let (mut skipped, mut fine) = (0, 26 * 3600);
    valid(fine)?;
    while fine - skipped > 1 {
        let middle = skipped + (fine - skipped) / 2;
        if valid(middle).is_some() { fine = middle } else { skipped = middle }
    }
    // Fractions of a second of the skipped time mean nothing.
    let at = valid(fine)?.to_utc();
    Some(Timestamp::from(at - TimeDelta::nanoseconds(i64::from(at.timestamp_subsec_nanos()))))
}

fn utc(micros: Option<i64>) -> Result<Timestamp, BadCell> {
    micros.and_then(Timestamp::from_micros).ok_or(BadCell::NotAnInstant)
}

#[expect(clippy::cast_possible_truncation, reason = "out of range saturates, which is out of range again")]
fn float_micros(number: f64, each: i64) -> Option<i64> {
    let micros = (number * each as f64).round();
    micros.is_finite().then_some(micros as i64)
}

/// Any timestamps as microseconds; nanoseconds are cut off towards the past, what is out of range lies outside
/// every [`Timestamp`].
fn micros(array: &ArrayRef, unit: TimeUnit) -> Result<Int64Array, WrongType> {
    let numbers = cast(array, &DataType::Int64)?;
    let numbers = numbers.as_primitive::<Int64Type>();
    Ok(match unit {
        TimeUnit::Second => scaled(numbers, 1_000_000),
        TimeUnit::Millisecond => scaled(numbers, 1_000),
        TimeUnit::Microsecond => numbers.clone(),
        TimeUnit::Nanosecond => numbers.unary(|nanos| nanos.div_euclid(1_000)),
    })
}

fn scaled(numbers: &PrimitiveArray<Int64Type>, each: i64) -> Int64Array {
    numbers.unary(|number| number.saturating_mul(each))
}

fn wrong_type(array: &ArrayRef) -> WrongType {
    let expected = if array.data_type().is_numeric() {
        "an instant: for numbers say format = \"epoch_seconds\", \"epoch_millis\" or \"epoch_micros\""
    } else {
        "an instant: a timestamp, a date, text, or a number since 1970"
    };
    WrongType { found: array.data_type().to_string(), expected }
}

enum Source {
    Utc(Int64Array),
    Wall(Int64Array),
    Epoch(Float64Array, i64),
    Text(TextColumn),
}

/// A column of instants.
pub struct InstantColumn<'a> {
    reading: &'a InstantReading,
    source: Source,
    array: ArrayRef,
    /// The column as text, made when somebody asks for it.
    written: OnceCell<Option<TextColumn>>,
    /// The last text read and its meaning: neighbors are often alike.
    last: Option<(String, Cell<(Timestamp, Note)>)>,
    ambiguous: u64,
    nonexistent: u64,
}

impl std::fmt::Debug for InstantColumn<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InstantColumn").field("reading", &self.reading).finish_non_exhaustive()
    }
}

impl InstantColumn<'_> {
    /// The instant of a row; null and NaN are missing.
    ///
    /// # Errors
    /// When there is something else, or a refused wall-clock time.
    pub fn get(&mut self, row: usize) -> Cell<Timestamp> {
        let found = match &self.source {
            Source::Utc(micros) => match value(micros, row) {
                None => Ok(None),
                some => utc(some).map(|at| Some((at, Note::None))),
            },
            Source::Wall(micros) => match value(micros, row) {
                None => Ok(None),
                some => {
                    utc(some).and_then(|wall| self.reading.resolve_wall(wall.to_utc().naive_utc())).map(Some)
                }
            },
            Source::Epoch(numbers, each) => {
                let number = (row < numbers.len() && numbers.is_valid(row)).then(|| numbers.value(row));
                match number.filter(|number| !number.is_nan()) {
                    None => Ok(None),
                    Some(number) => utc(float_micros(number, *each)).map(|at| Some((at, Note::None))),
                }
            }
            Source::Text(text) => match text.get(row) {
                None => Ok(None),
                Some(text) => match &mut self.last {
                    Some((last, found)) if last == text => *found,
                    last => {
                        let found = self.reading.read_noting(text);
                        let (kept, kept_found) = last.get_or_insert_with(|| (String::new(), found));
                        kept.clear();
                        kept.push_str(text);
                        *kept_found = found;
                        found
                    }
                },
            },
        };
        match found {
            Ok(Some((_, Note::Ambiguous))) => self.ambiguous += 1,
            Ok(Some((_, Note::Nonexistent))) => self.nonexistent += 1,
            _ => {}
        }
        found.map(|found| found.map(|(at, _)| at))
    }

    /// The row's text as it stands.
    pub fn raw(&self, row: usize) -> &str {
        // What lies outside all calendars has no text but its number.
        let numbers = || TextColumn::new(&cast(&self.array, &DataType::Int64).ok()?).ok();
        let written = self.written.get_or_init(|| TextColumn::new(&self.array).ok().or_else(numbers));
        written.as_ref().and_then(|written| written.get(row)).unwrap_or_default()
    }

    /// How many of the local times read so far occurred twice.
    pub fn ambiguous(&self) -> u64 {
        self.ambiguous
    }

    /// How many of the local times read so far were skipped by a clock change.
    pub fn nonexistent(&self) -> u64 {
        self.nonexistent
    }
}

fn value(numbers: &Int64Array, row: usize) -> Option<i64> {
    (row < numbers.len() && numbers.is_valid(row)).then(|| numbers.value(row))
}
