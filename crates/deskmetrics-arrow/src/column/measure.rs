//! Columns of stated durations and counts.

use arrow_array::cast::AsArray;
use arrow_array::types::{DurationMicrosecondType, Float64Type};
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, TimeUnit};
use deskmetrics::{ClockKind, duration_text};
use serde::Deserialize;

use super::{BadCell, Cell, NumberReading, TextColumn, WrongType, cast};

/// The unit of numbers in a column of durations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DurationUnit {
    /// Thousandths of a second.
    Milliseconds,
    /// Seconds.
    Seconds,
    /// Minutes.
    Minutes,
    /// Hours.
    Hours,
    /// Days of 24 hours.
    Days,
}

impl DurationUnit {
    /// Its length in microseconds.
    pub(crate) fn micros(self) -> i64 {
        match self {
            Self::Milliseconds => 1_000,
            Self::Seconds => 1_000_000,
            Self::Minutes => 60_000_000,
            Self::Hours => 3_600_000_000,
            Self::Days => 86_400_000_000,
        }
    }

    /// All units.
    pub(crate) const LONGEST_FIRST: [Self; 5] =
        [Self::Days, Self::Hours, Self::Minutes, Self::Seconds, Self::Milliseconds];

    /// Its name in descriptions.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Milliseconds => "milliseconds",
            Self::Seconds => "seconds",
            Self::Minutes => "minutes",
            Self::Hours => "hours",
            Self::Days => "days",
        }
    }

    fn named(word: &str) -> Option<Self> {
        Some(match word {
            "ms" | "msec" | "msecs" | "millis" | "millisecond" | "milliseconds" => Self::Milliseconds,
            "s" | "sec" | "secs" | "second" | "seconds" => Self::Seconds,
            "min" | "mins" | "minute" | "minutes" => Self::Minutes,
            "h" | "hr" | "hrs" | "hour" | "hours" => Self::Hours,
            "day" | "days" => Self::Days,
            _ => return None,
        })
    }
}

/// The parts of a measure column's name, such as `reply_time_in_minutes.business`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct MeasureName {
    /// The rest, in lower case with underscores: `reply_time`.
    pub(crate) measure: String,
    pub(crate) unit: Option<DurationUnit>,
    pub(crate) clock: Option<ClockKind>,
}

/// Objects about a ticket inside its record in JSON.
const INNER_OBJECTS: &[&str] = &["metric_set.", "statistics.", "stats.", "via.", "fields."];

/// Removes the object inside a record, and the name of what is named: `via.channel`, `fields.priority.name`.
pub(crate) fn inner_name(name: &str) -> &str {
    let inner = INNER_OBJECTS.iter().find_map(|object| name.strip_prefix(object)).unwrap_or(name);
    inner.strip_suffix(".name").or_else(|| inner.strip_suffix(".displayName")).unwrap_or(inner)
}

impl MeasureName {
    /// Parses a column's name. The length of a "business hour" or a "business day" is not known, so these set the
    /// clock only.
    pub(crate) fn of(column: &str) -> Self {
        let mut words = words(inner_name(column));
        let mut clock = None;
        // Such as "First reply time in minutes within business hours".
        if let [.., within, kind, hours] = words.as_slice()
            && within == "within"
            && hours == "hours"
        {
            clock = match kind.as_str() {
                "calendar" => Some(ClockKind::Calendar),
                "business" | "working" => Some(ClockKind::Business),
                _ => None,
            };
            words.truncate(words.len() - if clock.is_some() { 3 } else { 0 });
        }
        let take_clock = |words: &mut Vec<String>| {
            let named = match words.last().map(String::as_str) {
                Some("calendar") => ClockKind::Calendar,
                Some("business" | "working") => ClockKind::Business,
                _ => return None,
            };
            words.pop();
            Some(named)
        };
        clock = clock.or_else(|| take_clock(&mut words));
        let mut unit = words.last().and_then(|word| DurationUnit::named(word));
        if unit.is_some() && words.len() > 1 {
            words.pop();
            if let Some(named) = take_clock(&mut words) {
                clock = Some(named);
                unit = unit.filter(|unit| {
                    named == ClockKind::Calendar || !matches!(unit, DurationUnit::Hours | DurationUnit::Days)
                });
            }
            words.pop_if(|word| word == "in");
        } else if let [first, second, ..] = words.as_slice()
            && ["to", "until"].contains(&second.as_str())
        {
            // Such as "minutes to first response".
            unit = DurationUnit::named(first);
            if unit.is_some() {
                "time".clone_into(&mut words[0]);
            }
        } else {
            unit = None;
        }
        Self { measure: words.join("_"), unit, clock }
    }
}

/// The words of a name, in lower case: `replyTimeInMinutes`, `Response Time (hours)`.
pub(crate) fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = ' ';
    for character in name.chars() {
        if character.is_alphanumeric() {
            let begins = !before.is_alphanumeric() || (character.is_uppercase() && before.is_lowercase());
            if begins || words.is_empty() {
                words.push(String::new());
            }
            if let Some(word) = words.last_mut() {
                word.extend(character.to_lowercase());
            }
        }
        before = character;
    }
    words
}

/// The format of the values of a measure.
#[derive(Debug, Clone)]
pub(crate) struct MeasureReading {
    kind: MeasureKind,
    numbers: NumberReading,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MeasureKind {
    Count,
    /// The unit of its numbers, if known.
    Duration(Option<DurationUnit>),
}

/// The values of a measure.
#[derive(Debug, Default)]
pub(crate) struct Measured {
    /// Microseconds or counts; `None` for missing and unreadable values.
    pub(crate) values: Vec<Option<i64>>,
    /// Unusable rows, with their text.
    pub(crate) bad: Vec<(usize, BadCell, String)>,
    /// The number of decimals of the most precise number; `None` for durations that are not numbers.
    pub(crate) decimals: Option<u8>,
    /// The first text of the form `1:30`, whose parts depend on the unit.
    pub(crate) two_parts: Option<String>,
}

impl MeasureReading {
    pub(crate) fn duration(unit: Option<DurationUnit>, numbers: NumberReading) -> Self {
        Self { kind: MeasureKind::Duration(unit), numbers }
    }

    pub(crate) fn count(numbers: NumberReading) -> Self {
        Self { kind: MeasureKind::Count, numbers }
    }

    /// The remedy for a value.
    pub(crate) fn remedy(&self, bad: BadCell, text: &str) -> String {
        let remedy = match (bad, self.kind) {
            (BadCell::Negative, _) => {
                "a duration is at least 0, so what depends on it is excluded: correct it, or list the value under missing"
            }
            (BadCell::DecimalMark, _) => return self.numbers.decimal_remedy(),
            (_, MeasureKind::Duration(None)) if is_two_parts(text) => {
                "it may be hours and minutes, or minutes and seconds: state unit = \"hours\" or \"minutes\""
            }
            (_, MeasureKind::Duration(_)) => {
                "expected a number, \"HH:MM:SS\" or \"1h 30m\": correct it, or list the value under missing"
            }
            (_, MeasureKind::Count) => {
                "expected a whole number of at least 0: correct it, or list the value under missing"
            }
        };
        remedy.to_owned()
    }

    /// Reads all values of a column.
    pub(crate) fn read(&self, array: &ArrayRef) -> Result<Measured, WrongType> {
        let mut measured = Measured::default();
        match array.data_type() {
            DataType::Duration(_) if self.kind != MeasureKind::Count => {
                let micros = cast(array, &DataType::Duration(TimeUnit::Microsecond))?;
                for (row, micros) in micros.as_primitive::<DurationMicrosecondType>().iter().enumerate() {
                    measured.push(row, micros.map_or(Ok(None), not_negative), || {
                        duration_text::format(chrono::TimeDelta::microseconds(micros.unwrap_or_default()))
                    });
                }
            }
            kind if kind.is_numeric() && self.numbers.is_plain() => {
                let numbers = cast(array, &DataType::Float64)?;
                for (row, number) in numbers.as_primitive::<Float64Type>().iter().enumerate() {
                    let number = number.filter(|number| !number.is_nan());
                    let value = number.map_or(Ok(None), |number| self.of_number(number));
                    if let (Some(number), Ok(Some(_))) = (number, &value) {
                        measured.note_decimals(number);
                    }
                    measured.push(row, value, || number.unwrap_or_default().to_string());
                }
            }
            _ => {
                let texts = TextColumn::new(array)?;
                for row in 0..array.len() {
                    let text = texts.get(row).unwrap_or_default();
                    let (value, number) = self.of_text(text);
                    if let Some(number) = number {
                        measured.note_decimals(number);
                    } else if measured.two_parts.is_none() && value.is_ok() && is_two_parts(text) {
                        measured.two_parts = Some(text.to_owned());
                    }
                    measured.push(row, value, || text.to_owned());
                }
            }
        }
        Ok(measured)
    }

    fn of_number(&self, number: f64) -> Cell<i64> {
        let MeasureKind::Duration(unit) = self.kind else {
            return match number {
                number if number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number) => {
                    Ok(Some(whole(number)))
                }
                _ => Err(BadCell::NotWhole),
            };
        };
        let Some(unit) = unit else { return Err(BadCell::NoUnit) };
        let micros = number * unit.micros() as f64;
        match micros {
            micros if micros < 0.0 => Err(BadCell::Negative),
            micros if micros < LONGEST => Ok(Some(whole(micros.round()))),
            _ => Err(BadCell::NotADuration),
        }
    }

    /// Whether a text is a value.
    pub(super) fn takes(&self, text: &str) -> bool {
        matches!(self.of_text(text).0, Ok(Some(_)))
    }

    /// The value of a text, and its number.
    fn of_text(&self, text: &str) -> (Cell<i64>, Option<f64>) {
        match (self.numbers.number(text), self.kind) {
            (Ok(None), _) => (Ok(None), None),
            (Ok(Some(number)), _) => (self.of_number(number), Some(number)),
            (Err(bad), MeasureKind::Count) => (Err(bad), None),
            (Err(bad), MeasureKind::Duration(unit)) => {
                let read = clock_text(text.trim(), unit).or_else(|| {
                    duration_text::parse(text).ok().and_then(|duration| duration.num_microseconds())
                });
                let bad = if bad == BadCell::DecimalMark { bad } else { BadCell::NotADuration };
                (read.map_or(Err(bad), not_negative), None)
            }
        }
    }
}

impl Measured {
    fn push(&mut self, row: usize, value: Cell<i64>, text: impl FnOnce() -> String) {
        match value {
            Ok(value) => self.values.push(value),
            Err(bad) => {
                self.values.push(None);
                self.bad.push((row, bad, text()));
            }
        }
    }

    /// Records the decimals of a number. Few numbers have more than those before.
    fn note_decimals(&mut self, number: f64) {
        let known = self.decimals.get_or_insert(0);
        let scaled = number * 10_f64.powi(i32::from(*known));
        if *known < MOST_DECIMALS && (scaled - scaled.round()).abs() > 1e-6 {
            let text = number.to_string();
            let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
            *known = u8::try_from(decimals).unwrap_or(MOST_DECIMALS).clamp(*known, MOST_DECIMALS);
        }
    }
}

/// The number of decimals beyond which all numbers are equally precise.
const MOST_DECIMALS: u8 = 9;

/// A thousand years. A longer value is no duration of a ticket.
const LONGEST: f64 = 3.2e16;

fn not_negative(micros: i64) -> Cell<i64> {
    if micros < 0 { Err(BadCell::Negative) } else { Ok(Some(micros)) }
}

#[expect(clippy::cast_possible_truncation, reason = "whole and in range")]
fn whole(number: f64) -> i64 {
    number as i64
}

/// Parses `HH:MM:SS` to microseconds, with any number of hours, decimals of seconds and days before it: `1 day,
/// 2:03:04`, `2 days 03:04:05.5`. Two parts are hours and minutes, or minutes and seconds, by the `unit` of the
/// column.
fn clock_text(text: &str, unit: Option<DurationUnit>) -> Option<i64> {
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (days, clock) = match text.split_once(" day") {
        Some((days, rest)) => {
            (number(days)?, rest.strip_prefix('s').unwrap_or(rest).trim_start_matches(',').trim())
        }
        None => (0, text),
    };
    let parts: Vec<&str> = clock.split(':').collect();
    let (hours, minutes, seconds) = match (parts.as_slice(), unit) {
        ([hours, minutes, seconds], _) => (*hours, *minutes, *seconds),
        ([hours, minutes], Some(DurationUnit::Hours)) => (*hours, *minutes, "0"),
        ([minutes, seconds], Some(DurationUnit::Minutes)) => ("0", *minutes, *seconds),
        _ => return None,
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    let seconds = seconds.parse::<f64>().ok().filter(|seconds| (0.0..60.0).contains(seconds))?;
    if minutes > 59 && parts.len() == 3 {
        return None;
    }
    let micros = days
        .checked_mul(24)?
        .checked_add(hours)?
        .checked_mul(60)?
        .checked_add(minutes)?
        .checked_mul(60_000_000)?
        .checked_add(whole((seconds * 1e6).round()))?;
    Some(if negative { -micros } else { micros })
}

/// Whether a text is of the form `1:30`, whose parts depend on the unit of the column.
fn is_two_parts(text: &str) -> bool {
    let part = |part: &str| !part.is_empty() && number(part).is_some();
    text.trim().split_once(':').is_some_and(|(first, second)| part(first) && part(second))
}

/// Parses a number of digits only.
fn number(text: &str) -> Option<i64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

    use super::*;

    #[test]
    fn the_name_of_a_column_gives_unit_and_clock() {
        use ClockKind::{Business, Calendar};
        use DurationUnit::{Hours, Minutes, Seconds};
        for (column, measure, unit, clock) in [
            ("reply_time_in_minutes", "reply_time", Some(Minutes), None),
            ("reply_time_in_minutes.business", "reply_time", Some(Minutes), Some(Business)),
            (
                "metric_set_reply_time_in_minutes__calendar",
                "metric_set_reply_time",
                Some(Minutes),
                Some(Calendar),
            ),
            ("Response Time (hours)", "response_time", Some(Hours), None),
            ("First response time (in hrs)", "first_response_time", Some(Hours), None),
            (
                "First Resolution Time in business minutes",
                "first_resolution_time",
                Some(Minutes),
                Some(Business),
            ),
            ("Resolution time (business hours)", "resolution_time", None, Some(Business)),
            ("value_in_business_hours", "value", None, Some(Business)),
            ("firstResponseSeconds", "first_response", Some(Seconds), None),
            ("minutes_to_first_response", "time_to_first_response", Some(Minutes), None),
            ("time_to_first_response", "time_to_first_response", None, None),
            ("hours", "hours", None, None),
        ] {
            let expected = MeasureName { measure: measure.to_owned(), unit, clock };
            assert_eq!(MeasureName::of(column), expected, "{column}");
        }
    }

    #[test]
    fn durations_are_read_in_any_form() {
        let minute = 60_000_000;
        for (text, unit, expected) in [
            ("90", Some(DurationUnit::Minutes), Ok(Some(90 * minute))),
            ("1.5", Some(DurationUnit::Hours), Ok(Some(90 * minute))),
            ("01:30:00", None, Ok(Some(90 * minute))),
            ("125:00:30", None, Ok(Some(7_500 * minute + minute / 2))),
            ("1:30", Some(DurationUnit::Hours), Ok(Some(90 * minute))),
            ("1:30", Some(DurationUnit::Minutes), Ok(Some(90 * minute / 60))),
            ("1 day, 2:00:00", None, Ok(Some(1_560 * minute))),
            ("2 days 00:00:00.5", None, Ok(Some(2_880 * minute + 500_000))),
            ("1h 30m", None, Ok(Some(90 * minute))),
            ("", None, Ok(None)),
            ("90", None, Err(BadCell::NoUnit)),
            ("1:30", None, Err(BadCell::NotADuration)),
            ("00:75:00", None, Err(BadCell::NotADuration)),
            ("-5", Some(DurationUnit::Minutes), Err(BadCell::Negative)),
            ("-00:05:00", None, Err(BadCell::Negative)),
            ("soon", Some(DurationUnit::Minutes), Err(BadCell::NotADuration)),
            ("inf", Some(DurationUnit::Minutes), Err(BadCell::NotADuration)),
        ] {
            let reading = MeasureReading::duration(unit, NumberReading::default());
            assert_eq!(reading.of_text(text).0, expected, "{text} {unit:?}");
        }
    }

    #[test]
    fn the_most_precise_number_gives_the_decimals() {
        let decimals = |numbers: &[f64]| {
            let mut measured = Measured::default();
            for number in numbers {
                measured.note_decimals(*number);
            }
            measured.decimals
        };
        assert_eq!(decimals(&[]), None);
        assert_eq!(decimals(&[3.0, 12.0]), Some(0));
        assert_eq!(decimals(&[1.5, 2.25, 0.1]), Some(2));
        assert_eq!(decimals(&[1.0 / 3.0]), Some(9));
    }

    #[test]
    fn counts_are_whole_and_not_negative() {
        let reading = MeasureReading::count(NumberReading::default());
        assert_eq!(reading.of_text("2.0").0, Ok(Some(2)));
        assert_eq!(reading.of_text("2.5").0, Err(BadCell::NotWhole));
        assert_eq!(reading.of_text("-1").0, Err(BadCell::NotWhole));
        assert_eq!(reading.of_text("two").0, Err(BadCell::NotANumber));
    }
}
