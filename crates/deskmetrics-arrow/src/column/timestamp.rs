//! Columns of timestamps in any format.

use std::cell::OnceCell;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{Array, ArrayRef, Float64Array, Int64Array, PrimitiveArray};
use arrow_schema::{DataType, TimeUnit};
use chrono::format::{Item, Numeric, Parsed, StrftimeItems, parse};
use chrono::{
    DateTime, FixedOffset, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone,
};
use chrono_tz::Tz;
use deskmetrics::Timestamp;
use serde::{Deserialize, Serialize};

use super::month::in_english;
use super::shape::{DateOrder, Shape, Shapes};
use super::text::cast;
use super::unit::{Unit, stored};
use super::{BadCell, Cell, TextColumn, WrongType};

/// The meaning of a local time that occurs twice, when clocks go back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Ambiguous {
    /// The first occurrence, still in summer time.
    #[default]
    Earlier,
    /// The second occurrence, in winter time.
    Later,
    /// The value is unreadable.
    Unreadable,
}

/// The meaning of a local time that a clock change skips.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Nonexistent {
    /// The first timestamp after the gap.
    #[default]
    NextValid,
    /// The value is unreadable.
    Unreadable,
}

/// The format of timestamps.
#[derive(Debug, Clone, PartialEq)]
enum Format {
    /// ISO 8601 and every format that has one meaning; see [`Dates`] for the others.
    Any(Dates),
    /// RFC 3339, or its date and time without an offset, or its date alone.
    Iso,
    /// As chrono's [`strftime`](chrono::format::strftime) describes it.
    Pattern(Box<str>, Vec<Item<'static>>),
    /// Numbers of a unit.
    Number(Unit),
}

/// The treatment of dates whose day, month and year are all numbers, the year not first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dates {
    /// Not decided yet: the values of the column decide.
    Undecided,
    /// This order.
    Ordered(DateOrder),
    /// Unreadable: the column is in ISO 8601.
    Plain,
}

/// The format of timestamps, the zone of wall-clock times, the treatment of clock changes, and the codes that mean
/// missing.
///
/// A value with its own offset (`Z`, `+02`, `+0200`, `+02:00`, an Arrow timestamp with a zone) and an epoch number
/// need no zone; all others are wall-clock times in `zone`. A date alone means its midnight.
///
/// Without a declared [format](Self::with_format), a text may be in ISO 8601, with the year first (`2026/04/25 14:24`), or
/// with the month as a name, full or abbreviated, in English, Spanish, Danish, German or French (`25. marts 2026`,
/// `Apr 25, 2026 2:24 PM`). If day, month and year are all numbers (`03/04/2026`), all values of the column
/// [decide](Self::inferred) which one is the day.
///
/// ```
/// use chrono_tz::America::New_York;
/// use deskmetrics_arrow::column::TimestampReading;
///
/// let boston = TimestampReading::new(New_York).with_format("%m/%d/%Y %I:%M:%S %p").unwrap();
/// assert_eq!(boston.read("01/31/2015 02:05:11 PM").unwrap().unwrap().to_string(), "2015-01-31T19:05:11Z");
/// // skipped when the clocks went forward: the first timestamp after the gap
/// assert_eq!(boston.read("03/08/2015 02:30:00 AM").unwrap().unwrap().to_string(), "2015-03-08T07:00:00Z");
/// assert!(boston.read("2015-01-31 14:05").is_err());
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct TimestampReading {
    format: Format,
    zone: Tz,
    ambiguous: Ambiguous,
    nonexistent: Nonexistent,
    missing: Vec<Box<str>>,
}

/// A format that is not known to chrono.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "format \"{0}\" is neither a date format such as \"%Y-%m-%d %H:%M:%S\" nor one of iso, day_first, month_first, \
     year_first, epoch_seconds, epoch_millis, epoch_micros, epoch_nanos, excel"
)]
pub struct UnknownFormat(pub String);

impl TimestampReading {
    /// Reads every format with one meaning; wall-clock times are in `zone`.
    pub fn new(zone: Tz) -> Self {
        Self {
            format: Format::Any(Dates::Undecided),
            zone,
            ambiguous: Ambiguous::default(),
            nonexistent: Nonexistent::default(),
            missing: Vec::new(),
        }
    }

    /// The same with a format, one of
    ///
    /// - a pattern of chrono's [`strftime`](chrono::format::strftime), in which days and months also match without a leading
    ///   zero, and `%b` and `%B` month names in any of the languages;
    /// - `day_first`, `month_first`, `year_first`: whatever is read without a format, with dates in this order;
    /// - `iso`: nothing but ISO 8601;
    /// - `epoch_seconds`, `epoch_millis`, `epoch_micros`, `epoch_nanos`: numbers since 1970-01-01T00:00:00Z;
    /// - `excel`: serial days of Excel, such as 46083.375, which are wall-clock times.
    ///
    /// # Errors
    /// If it is none of these.
    pub fn with_format(mut self, format: &str) -> Result<Self, UnknownFormat> {
        let order = || DateOrder::ALL.into_iter().find(|order| order.format() == format);
        let unit = || Unit::ALL.into_iter().find(|unit| unit.format() == format);
        self.format = if format == "iso" {
            Format::Iso
        } else if let Some(order) = order() {
            Format::Any(Dates::Ordered(order))
        } else if let Some(unit) = unit() {
            Format::Number(unit)
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

    /// Whether a column's values decide the order of day and month.
    pub(crate) fn is_undecided(&self) -> bool {
        self.format == Format::Any(Dates::Undecided)
    }

    pub(super) fn with_dates(mut self, dates: Dates) -> Self {
        self.format = Format::Any(dates);
        self
    }

    /// Whether a text is a date or timestamp, of any format.
    pub(super) fn is_timestamp(text: &str) -> bool {
        iso(text).is_some() || Shapes::default().of(text).is_some()
    }

    /// Whether an array contains wall-clock times under this reading, which need a zone.
    pub fn needs_zone(&self, array: &ArrayRef) -> bool {
        match array.data_type() {
            DataType::Timestamp(_, zone) => return zone.is_none(),
            DataType::Date32 | DataType::Date64 => return true,
            kind if kind.is_numeric() => {
                return match &self.format {
                    Format::Number(unit) => unit.is_wall_clock(),
                    Format::Pattern(_, items) => {
                        !items.iter().any(|item| matches!(item, Item::Numeric(Numeric::Timestamp, _)))
                    }
                    Format::Any(_) | Format::Iso => false,
                };
            }
            _ => {}
        }
        let Ok(text) = TextColumn::new(array) else { return false };
        let mut shapes = Shapes::default();
        (0..array.len()).filter_map(|row| text.get(row)).any(|text| self.is_wall_clock(text, &mut shapes))
    }

    /// The order of numeric dates, if it is stated or the values of a column have decided it.
    pub(crate) fn date_order(&self) -> Option<DateOrder> {
        match self.format {
            Format::Any(Dates::Ordered(order)) => Some(order),
            _ => None,
        }
    }

    pub(super) fn is_wall_clock(&self, text: &str, shapes: &mut Shapes) -> bool {
        let text = text.trim();
        if text.is_empty() || self.is_missing(text) {
            return false;
        }
        match &self.format {
            Format::Number(unit) => unit.is_wall_clock(),
            Format::Pattern(_, items) => matches!(pattern_or_english(text, items), Some(ParsedTime::Wall(_))),
            // The usual case first, because whole columns are searched.
            Format::Any(_) | Format::Iso if ends_with_offset(text) => false,
            Format::Any(_) | Format::Iso => match super::iso::parse(text.as_bytes()) {
                Some((_, has_offset)) => !has_offset,
                None => match (iso(text), &self.format) {
                    (Some(moment), _) => matches!(moment, ParsedTime::Wall(_)),
                    (None, Format::Any(_)) => shapes.of(text).is_some_and(|(_, shape)| !shape.has_offset()),
                    (None, _) => false,
                },
            },
        }
    }

    /// Sets the treatment of clock changes.
    #[must_use]
    pub fn with_clock_changes(mut self, ambiguous: Ambiguous, nonexistent: Nonexistent) -> Self {
        self.ambiguous = ambiguous;
        self.nonexistent = nonexistent;
        self
    }

    /// Sets codes that mean missing.
    #[must_use]
    pub fn with_missing<W: Into<Box<str>>>(mut self, codes: impl IntoIterator<Item = W>) -> Self {
        self.missing.extend(codes.into_iter().map(|code| code.into().trim().into()));
        self
    }

    /// The zone of wall-clock times.
    pub(crate) fn zone(&self) -> Tz {
        self.zone
    }

    /// Whether a text in ISO 8601 is a timestamp, not a code for a missing value.
    pub(crate) fn takes_iso(&self, text: &str) -> bool {
        matches!(self.format, Format::Any(_) | Format::Iso) && !self.is_missing(text)
    }

    /// Whether a text is a code for a missing value.
    pub(crate) fn is_missing(&self, text: &str) -> bool {
        self.missing.iter().any(|code| &**code == text)
    }

    /// The timestamp of a text.
    ///
    /// # Errors
    /// If it does not match the format, is a wall-clock time that a clock change affects, or is a date whose order
    /// only the other values of its column [decide](Self::inferred).
    pub fn read(&self, text: &str) -> Cell<Timestamp> {
        self.read_noting(text, &mut Shapes::default()).map(|found| found.map(|(at, _)| at))
    }

    /// The remedy for an unreadable value.
    pub fn remedy(&self, value: &str) -> String {
        let value = value.trim();
        let format = match &self.format {
            Format::Any(Dates::Ordered(order)) => order.format(),
            Format::Any(_) | Format::Iso => "iso",
            Format::Pattern(text, _) => text,
            Format::Number(unit) => unit.format(),
        };
        if let Some(unit) = value.parse().ok().and_then(Unit::of)
            && self.format != Format::Number(unit)
        {
            return format!("expected format \"{format}\", but the number {}", unit.advice());
        }
        if value.starts_with('+') {
            return "years have four digits: the timestamps are of a finer unit than the column's type, such as milliseconds \
                    stored as seconds; cast the numbers to the right unit"
                .to_owned();
        }
        let mut shapes = Shapes::default();
        let Some((canonical, shape)) = shapes.of(value) else {
            return format!(
                "expected format \"{format}\"; give another format, or state missing = [{value:?}] if it is no value"
            );
        };
        let fits = shape.fits(canonical);
        let patterns = match shape {
            Shape::Plain(pattern) => vec![(DateOrder::YearFirst, pattern)],
            Shape::Ordered(..) => {
                fits.iter().filter_map(|order| Some((order, shape.pattern(Some(order))?))).collect()
            }
        };
        let fitting: Vec<String> = patterns
            .into_iter()
            .filter(|(_, pattern)| {
                pattern.text != format && self::pattern(canonical, &pattern.items).is_some()
            })
            .map(|(order, pattern)| match pattern_or_english(value, &pattern.items) {
                // An order reads other forms of the column too, such as ISO dates.
                Some(_) if order == DateOrder::YearFirst || matches!(self.format, Format::Pattern(..)) => {
                    format!("\"{}\"", pattern.text)
                }
                _ => format!("\"{}\"", order.format()),
            })
            .collect();
        if fitting.is_empty() {
            return format!("expected format \"{format}\", which has no such date; correct the value");
        }
        format!("expected format \"{format}\", the value would fit {}", fitting.join(" or "))
    }

    /// Binds this reading to a column.
    ///
    /// # Errors
    /// If the column's type cannot contain timestamps.
    pub fn bind(&self, array: &ArrayRef) -> Result<TimestampColumn<'_>, WrongType> {
        let source = match array.data_type() {
            DataType::Timestamp(unit, zone) => {
                let micros = micros(array, *unit)?;
                if zone.is_some() { TimestampValues::Utc(micros) } else { TimestampValues::Wall(micros) }
            }
            DataType::Date32 | DataType::Date64 => {
                let seconds = cast(array, &DataType::Timestamp(TimeUnit::Second, None))?;
                TimestampValues::Wall(micros(&seconds, TimeUnit::Second)?)
            }
            kind if kind.is_integer() => match &self.format {
                Format::Number(unit) => {
                    let numbers = cast(array, &DataType::Int64)?;
                    TimestampValues::Whole(numbers.as_primitive::<Int64Type>().clone(), *unit)
                }
                Format::Pattern(..) => TimestampValues::Text(TextColumn::new(array)?),
                _ => return Err(wrong_type(array)),
            },
            kind if kind.is_floating() => match &self.format {
                Format::Number(unit) => {
                    let numbers = cast(array, &DataType::Float64)?;
                    TimestampValues::Float(numbers.as_primitive::<Float64Type>().clone(), *unit)
                }
                Format::Pattern(..) => TimestampValues::Text(TextColumn::new(array)?),
                _ => return Err(wrong_type(array)),
            },
            DataType::Boolean | DataType::Duration(_) | DataType::Time32(_) | DataType::Time64(_) => {
                return Err(wrong_type(array));
            }
            _ => TimestampValues::Text(TextColumn::new(array).map_err(|_| wrong_type(array))?),
        };
        let array = Arc::clone(array);
        let written = OnceCell::new();
        let shapes = Shapes::default();
        Ok(TimestampColumn {
            reading: self,
            source,
            array,
            written,
            shapes,
            last: None,
            ambiguous: 0,
            nonexistent: 0,
        })
    }

    fn read_noting(&self, text: &str, shapes: &mut Shapes) -> Cell<(Timestamp, Note)> {
        let text = text.trim();
        if text.is_empty() || self.is_missing(text) {
            return Ok(None);
        }
        let moment = match &self.format {
            Format::Any(dates) => match iso(text) {
                Some(moment) => Some(moment),
                None => return written(text, *dates, shapes).and_then(|moment| self.resolve(moment)),
            },
            Format::Iso => iso(text),
            Format::Pattern(_, items) => pattern_or_english(text, items),
            Format::Number(unit) => {
                let micros = match text.parse::<i64>() {
                    Ok(number) => unit.read(number),
                    Err(_) => {
                        text.parse().map_err(|_| BadCell::NotATimestamp).and_then(|it| unit.read_float(it))
                    }
                };
                return self.resolve_number(micros?, *unit).map(Some);
            }
        };
        moment.ok_or(BadCell::NotATimestamp).and_then(|moment| self.resolve(moment))
    }

    fn resolve_number(&self, micros: i64, unit: Unit) -> Result<(Timestamp, Note), BadCell> {
        let at = utc(micros)?;
        if unit.is_wall_clock() { self.resolve_wall(at.to_utc().naive_utc()) } else { Ok((at, Note::None)) }
    }

    fn resolve(&self, moment: ParsedTime) -> Cell<(Timestamp, Note)> {
        match moment {
            ParsedTime::Fixed(at) => Ok(Some((at.to_utc().into(), Note::None))),
            ParsedTime::Wall(wall) => self.resolve_wall(wall).map(Some),
        }
    }

    /// The timestamp of a wall-clock time in the zone.
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

/// Whether a clock change affects the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Note {
    None,
    Ambiguous,
    Nonexistent,
}

/// A written time.
#[derive(Clone, Copy)]
pub(super) enum ParsedTime {
    Fixed(DateTime<FixedOffset>),
    Wall(NaiveDateTime),
}

/// A time in ISO 8601, as in RFC 3339 or PostgreSQL.
pub(super) fn iso(text: &str) -> Option<ParsedTime> {
    if text.as_bytes().get(4) != Some(&b'-') {
        return None;
    }
    let date: NaiveDate = text.get(..10)?.parse().ok()?;
    let rest = text.get(10..)?;
    let Some(time) = rest.strip_prefix(['T', 't', ' ']) else {
        return rest.is_empty().then(|| ParsedTime::Wall(date.and_time(NaiveTime::MIN)));
    };
    if time.contains(['Z', 'z', '+', '-']) || time.ends_with("UTC") {
        let short = || {
            // An offset of hours alone, or minutes without seconds, which RFC 3339 does not allow.
            let text = format!("{date} {time}");
            ["%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%d %H:%M%#z"]
                .into_iter()
                .find_map(|format| DateTime::parse_from_str(&text, format).ok())
        };
        return text.parse().ok().or_else(short).map(ParsedTime::Fixed);
    }
    let time = NaiveTime::parse_from_str(time, "%H:%M:%S%.f")
        .or_else(|_| NaiveTime::parse_from_str(time, "%H:%M"))
        .ok()?;
    Some(ParsedTime::Wall(date.and_time(time)))
}

/// A time in any other format.
fn written(text: &str, dates: Dates, shapes: &mut Shapes) -> Result<ParsedTime, BadCell> {
    let (canonical, shape) = shapes.of(text).ok_or(BadCell::NotATimestamp)?;
    let order = match dates {
        Dates::Ordered(order) => Some(order),
        Dates::Plain => None,
        Dates::Undecided => match shape {
            Shape::Plain(_) => None,
            Shape::Ordered(..) if shape.fits(canonical).is_none() => return Err(BadCell::NotATimestamp),
            Shape::Ordered(..) => return Err(BadCell::UndecidedOrder),
        },
    };
    let items = &shape.pattern(order).ok_or(BadCell::NotATimestamp)?.items;
    pattern(canonical, items).ok_or(BadCell::NotATimestamp)
}

/// Whether a text ends with an offset: in `Z` or `+01:00`.
fn ends_with_offset(text: &str) -> bool {
    match text.as_bytes() {
        [.., b'Z'] => true,
        [.., b'+' | b'-', h1, h2, b':', m1, m2] => {
            [h1, h2, m1, m2].iter().all(|digit| digit.is_ascii_digit())
        }
        _ => false,
    }
}

/// The day of a text under a pattern, with the month as a name.
pub(super) fn day_in_words(text: &str, items: &[Item<'static>]) -> Option<String> {
    let day = match pattern(text, items)? {
        ParsedTime::Fixed(at) => at.date_naive(),
        ParsedTime::Wall(at) => at.date(),
    };
    Some(day.format("%-d %B %Y").to_string())
}

/// A text under a declared pattern, with month names in any language.
fn pattern_or_english(text: &str, items: &[Item<'static>]) -> Option<ParsedTime> {
    pattern(text, items).or_else(|| {
        [false, true].into_iter().find_map(|without_dots| pattern(&in_english(text, without_dots)?, items))
    })
}

/// Whether an array contains text, plain or as a dictionary.
pub(super) fn is_text(array: &ArrayRef) -> bool {
    match array.data_type() {
        DataType::Dictionary(_, values) => values.is_string(),
        kind => kind.is_string(),
    }
}

fn pattern(text: &str, items: &[Item<'static>]) -> Option<ParsedTime> {
    let mut parsed = Parsed::new();
    parse(&mut parsed, text, items.iter()).ok()?;
    if parsed.offset().is_some() {
        return parsed.to_datetime().ok().map(ParsedTime::Fixed);
    }
    if parsed.timestamp().is_some() {
        return parsed
            .to_naive_datetime_with_offset(0)
            .ok()
            .map(|at| ParsedTime::Fixed(at.and_utc().fixed_offset()));
    }
    let date = parsed.to_naive_date().ok()?;
    let no_time = parsed.hour_mod_12().is_none() && parsed.minute().is_none();
    let time = if no_time { NaiveTime::MIN } else { parsed.to_naive_time().ok()? };
    Some(ParsedTime::Wall(date.and_time(time)))
}

/// The end of the gap around `wall`, to the second.
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
    // Fractions of a second of the skipped time have no meaning.
    let at = valid(fine)?.to_utc();
    Some(Timestamp::from(at - TimeDelta::nanoseconds(i64::from(at.timestamp_subsec_nanos()))))
}

fn utc(micros: i64) -> Result<Timestamp, BadCell> {
    Timestamp::from_micros(micros).ok_or(BadCell::NotATimestamp)
}

/// Converts timestamps to microseconds. Nanoseconds are rounded towards the past; values out of range stay outside
/// the range of [`Timestamp`].
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
    let found = array.data_type().to_string();
    match array.data_type() {
        DataType::Duration(_) => {
            let expected =
                "a timestamp: add the duration to the timestamp it starts from, or name another column";
            return WrongType { found, expected: expected.into() };
        }
        DataType::Time32(_) | DataType::Time64(_) => {
            let expected =
                "a timestamp: put date and time of day together in one column, or name another column";
            return WrongType { found, expected: expected.into() };
        }
        DataType::Boolean => {
            return WrongType { found, expected: "a timestamp: name another column".into() };
        }
        _ => {}
    }
    if !array.data_type().is_numeric() {
        return WrongType { found, expected: "a timestamp, a date, text, or a number with its unit".into() };
    }
    let expected = match (numbers_unit(array), digits_of_date(array)) {
        (Some((row, value, unit)), _) => {
            format!("a timestamp: row {}: \"{value}\" {}", row + 1, unit.advice()).into()
        }
        (None, Some((row, value))) => format!(
            "a timestamp: row {}: \"{value}\" can only be the digits of a date: state format = \"%Y%m%d\"",
            row + 1
        )
        .into(),
        (None, None) => {
            "a timestamp: for numbers state format = \"epoch_seconds\", \"epoch_millis\", \"epoch_micros\", \
                 \"epoch_nanos\" or \"excel\""
                .into()
        }
    };
    WrongType { found, expected }
}

/// The only unit in which numbers of an array are recent timestamps, with the first such number and its row. Numbers
/// that are none in any unit, such as codes for missing values, do not count.
fn numbers_unit(array: &ArrayRef) -> Option<(usize, String, Unit)> {
    let numbers = cast(array, &DataType::Float64).ok()?;
    let numbers = numbers.as_primitive::<Float64Type>().iter().enumerate();
    let mut units = numbers.filter_map(|(row, number)| Some((row, Unit::of(number?)?)));
    let (row, unit) = units.next()?;
    let written = TextColumn::new(array).ok()?.get(row)?.to_owned();
    units.all(|(_, other)| other == unit).then_some((row, written, unit))
}

/// The first number of an array, if all are the digits of dates, such as 20260425.
fn digits_of_date(array: &ArrayRef) -> Option<(usize, String)> {
    let text = TextColumn::new(array).ok()?;
    let mut values = (0..array.len()).filter_map(|row| Some((row, text.get(row)?)));
    let is_date = |value: &str| value.len() == 8 && NaiveDate::parse_from_str(value, "%Y%m%d").is_ok();
    let (row, first) = values.next().filter(|(_, first)| is_date(first))?;
    values.all(|(_, value)| is_date(value)).then(|| (row, first.to_owned()))
}

enum TimestampValues {
    Utc(Int64Array),
    Wall(Int64Array),
    Whole(Int64Array, Unit),
    Float(Float64Array, Unit),
    Text(TextColumn),
}

/// A column of timestamps.
pub struct TimestampColumn<'a> {
    reading: &'a TimestampReading,
    source: TimestampValues,
    array: ArrayRef,
    /// The column as text, created on first use.
    written: OnceCell<Option<TextColumn>>,
    shapes: Shapes,
    /// The last text and its meaning, because neighbors are often equal.
    last: Option<(String, Cell<(Timestamp, Note)>)>,
    ambiguous: u64,
    nonexistent: u64,
}

impl std::fmt::Debug for TimestampColumn<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TimestampColumn").field("reading", &self.reading).finish_non_exhaustive()
    }
}

impl TimestampColumn<'_> {
    /// The timestamp of a row; null and NaN are missing.
    ///
    /// # Errors
    /// If the value is unreadable or a clock change affects it.
    pub fn get(&mut self, row: usize) -> Cell<Timestamp> {
        let found = match &self.source {
            TimestampValues::Utc(micros) => match value(micros, row) {
                None => Ok(None),
                Some(micros) => stored(micros).and_then(utc).map(|at| Some((at, Note::None))),
            },
            TimestampValues::Wall(micros) => match value(micros, row) {
                None => Ok(None),
                Some(micros) => stored(micros)
                    .and_then(utc)
                    .and_then(|wall| self.reading.resolve_wall(wall.to_utc().naive_utc()))
                    .map(Some),
            },
            TimestampValues::Whole(numbers, unit) => match value(numbers, row) {
                None => Ok(None),
                Some(number) => {
                    unit.read(number).and_then(|micros| self.reading.resolve_number(micros, *unit)).map(Some)
                }
            },
            TimestampValues::Float(numbers, unit) => {
                let number = (row < numbers.len() && numbers.is_valid(row)).then(|| numbers.value(row));
                match number.filter(|number| !number.is_nan()) {
                    None => Ok(None),
                    Some(number) => unit
                        .read_float(number)
                        .and_then(|micros| self.reading.resolve_number(micros, *unit))
                        .map(Some),
                }
            }
            TimestampValues::Text(text) => match text.get(row) {
                None => Ok(None),
                Some(text) => match &mut self.last {
                    Some((last, found)) if last == text => *found,
                    last => {
                        let found = self.reading.read_noting(text, &mut self.shapes);
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

    /// The original text of the row.
    pub fn raw(&self, row: usize) -> &str {
        let written = self.written.get_or_init(|| TextColumn::new(&self.array).ok());
        written.as_ref().and_then(|written| written.get(row)).unwrap_or_default()
    }

    /// The number of local times read so far that occurred twice.
    pub fn ambiguous(&self) -> u64 {
        self.ambiguous
    }

    /// The number of local times read so far that a clock change skipped.
    pub fn nonexistent(&self) -> u64 {
        self.nonexistent
    }
}

fn value(numbers: &Int64Array, row: usize) -> Option<i64> {
    (row < numbers.len() && numbers.is_valid(row)).then(|| numbers.value(row))
}
