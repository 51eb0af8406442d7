//! What the values of a column have in common.

use std::collections::HashMap;

use arrow_array::{Array as _, ArrayRef};
use arrow_schema::DataType;

use super::measure::MeasureReading;
use super::shape::{DateOrder, Shapes};
use super::timestamp::iso;
use super::unit::Unit;
use super::{ColumnContent, DateOrderError, NumberReading, OrderInference, TextColumn, TimestampReading};

/// The number of different values that are kept.
const MOST_VALUES: usize = 5_000;

/// The number of values after which a column with few timestamps is not tested further.
const TESTED: u64 = 100;

/// Texts that mean "no value" in exports.
const CODES: [&str; 12] = ["?", "-", "--", "n/a", "N/A", "NA", "null", "NULL", "None", "nan", "NaN", "Blank"];

/// Texts of a second line of headers, as in exports of `SurveyMonkey`.
const HEADERS: [&str; 2] = ["Response", "Open-Ended Response"];

/// What the values of a column have in common.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts about values")]
pub(crate) struct ColumnProfile<'r> {
    kind: DataType,
    reading: &'r TimestampReading,
    order: Option<OrderInference<'r>>,
    shapes: Shapes,
    /// The number of values that are not missing.
    pub(crate) filled: u64,
    /// The different texts with their numbers, at most [`MOST_VALUES`]; none of columns of timestamps.
    counts: HashMap<Box<str>, u64>,
    /// Whether there are more.
    pub(crate) many: bool,
    timestamps: u64,
    /// Whether timestamps have no zone.
    pub(crate) wall_clock: bool,
    numbers: u64,
    whole: bool,
    durations: u64,
    /// The least and the greatest number.
    pub(crate) range: Option<(f64, f64)>,
    /// Whether a column has no text form, such as lists.
    pub(crate) nested: bool,
    /// The length of the longest text.
    pub(crate) longest: usize,
    /// The first value.
    pub(crate) first: Option<String>,
}

impl<'r> ColumnProfile<'r> {
    /// A column of this type without values. `reading` is [`TimestampReading::new`].
    pub(crate) fn new(kind: DataType, reading: &'r TimestampReading) -> Self {
        Self {
            kind,
            reading,
            order: Some(OrderInference::new(reading)),
            shapes: Shapes::default(),
            filled: 0,
            counts: HashMap::new(),
            many: false,
            timestamps: 0,
            wall_clock: false,
            numbers: 0,
            whole: true,
            durations: 0,
            range: None,
            nested: false,
            longest: 0,
            first: None,
        }
    }

    /// Adds the values of an array.
    pub(crate) fn add(&mut self, array: &ArrayRef) {
        let Ok(texts) = TextColumn::new(array) else {
            self.nested = true;
            self.filled += (array.len() - array.null_count()) as u64;
            return;
        };
        if let Some(order) = &mut self.order {
            order.add(array);
        }
        let typed = ColumnContent::Timestamps.has_type(&self.kind);
        if typed {
            self.wall_clock |= self.reading.needs_zone(array);
        }
        for row in 0..array.len() {
            let Some(text) = texts.get(row).map(str::trim).filter(|text| !text.is_empty()) else { continue };
            self.filled += 1;
            self.first.get_or_insert_with(|| text.to_owned());
            if typed {
                self.timestamps += 1;
            } else {
                self.value(text);
            }
        }
    }

    fn value(&mut self, text: &str) {
        self.longest = self.longest.max(text.chars().count());
        if let Some(count) = self.counts.get_mut(text) {
            *count += 1;
        } else if self.counts.len() < MOST_VALUES {
            self.counts.insert(text.into(), 1);
        } else {
            self.many = true;
        }
        if let Some(number) = text.parse::<f64>().ok().filter(|number| number.is_finite()) {
            self.numbers += 1;
            self.whole &= number.fract() == 0.0;
            let (least, greatest) = self.range.unwrap_or((number, number));
            self.range = Some((least.min(number), greatest.max(number)));
            return;
        }
        if self.filled <= TESTED || self.timestamps * 2 > self.filled {
            let found = match iso(text) {
                Some(_) => Some(self.reading.is_wall_clock(text, &mut self.shapes)),
                None => self.shapes.of(text).map(|(_, shape)| !shape.has_offset()),
            };
            self.timestamps += u64::from(found.is_some());
            self.wall_clock |= found.unwrap_or_default();
        }
        if self.filled <= TESTED {
            let takes = MeasureReading::duration(None, NumberReading::default()).takes(text);
            self.durations += u64::from(takes);
        }
    }

    /// Whether most values are timestamps, or numbers that are.
    pub(crate) fn is_timestamps(&self) -> bool {
        self.filled > 0 && self.timestamps * 2 > self.filled
    }

    /// The format of numbers that are plausible timestamps.
    pub(crate) fn epoch(&self) -> Option<&'static str> {
        let (least, greatest) = self.range.filter(|_| self.is_numbers())?;
        let unit = Unit::of(least).filter(|unit| Unit::of(greatest) == Some(*unit))?;
        Some(unit.format())
    }

    /// Whether the values are numbers.
    pub(crate) fn is_numbers(&self) -> bool {
        self.filled > 0
            && self.numbers + self.codes().map(|(_, count)| count).sum::<u64>() == self.filled
            && self.numbers > 0
    }

    /// Whether the values are whole numbers.
    pub(crate) fn is_whole(&self) -> bool {
        self.is_numbers() && self.whole
    }

    /// Whether the values have this content.
    pub(crate) fn has(&self, content: ColumnContent) -> bool {
        if content.has_type(&self.kind) {
            return true;
        }
        match content {
            ColumnContent::Timestamps => self.is_timestamps(),
            ColumnContent::Durations => !self.is_timestamps() && self.durations * 2 > self.filled.min(TESTED),
            ColumnContent::Counts => self.is_whole() && self.range.is_some_and(|(least, _)| least >= 0.0),
        }
    }

    /// The type of the values: that of numbers if texts are numbers.
    pub(crate) fn value_type(&self) -> DataType {
        match self.kind.is_string() {
            true if self.is_whole() => DataType::Int64,
            true if self.is_numbers() => DataType::Float64,
            _ => self.kind.clone(),
        }
    }

    /// The number of different values, if it is known.
    pub(crate) fn distinct(&self) -> usize {
        self.counts.len()
    }

    /// Whether every value is different, as far as values were kept.
    pub(crate) fn is_unique(&self) -> bool {
        self.filled > 0 && self.counts.values().all(|count| *count == 1) && !self.counts.is_empty()
    }

    /// The different values, the most frequent first.
    pub(crate) fn values(&self) -> Vec<(&str, u64)> {
        let mut values: Vec<(&str, u64)> =
            self.counts.iter().map(|(text, count)| (&**text, *count)).collect();
        values.sort_unstable_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(other.0)));
        values
    }

    /// The texts that mean "no value", with their numbers.
    fn codes(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let codes = CODES.iter().chain(HEADERS.iter().filter(|_| self.begins_with_header()));
        codes.filter_map(|code| Some((*code, *self.counts.get(*code)?)))
    }

    /// Whether the first value is that of a second line of headers.
    pub(crate) fn begins_with_header(&self) -> bool {
        self.first.as_deref().is_some_and(|first| HEADERS.contains(&first))
    }

    /// The texts that certainly mean "no value": between numbers or timestamps, and question marks.
    pub(crate) fn missing(&self) -> Vec<&'static str> {
        let typed = self.is_numbers() || self.is_timestamps();
        self.codes()
            .map(|(code, _)| code)
            .filter(|code| typed || *code == "?" || HEADERS.contains(code))
            .collect()
    }

    /// The order of day and month, if the values contain numeric dates.
    pub(crate) fn date_order(&mut self) -> Result<Option<DateOrder>, DateOrderError> {
        let Some(order) = self.order.take() else { return Ok(None) };
        order.finish().map(|reading| reading.date_order())
    }
}
