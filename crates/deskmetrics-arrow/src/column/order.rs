//! Inference of the day/month order of a column.

use arrow_array::{Array as _, ArrayRef};

use super::shape::{DateOrder, Orders, Separator, Shape, Shapes};
use super::timestamp::{Dates, day_in_words, is_text, iso};
use super::{TextColumn, TimestampReading};

/// A value with its row.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Witness {
    /// The row, counted from 1.
    pub row: u64,
    /// The original value.
    pub value: String,
}

/// Why the order of day, month and year in a column is ambiguous.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DateOrderError {
    /// All values fit more than one order.
    #[error(
        "row {}: \"{}\" is {}, and no row {}",
        first.row, first.value, readings.join(" or "), what_decides(&first.value, orders)
    )]
    Ambiguous {
        /// The first value that fits several.
        first: Witness,
        /// Its meaning under each order.
        readings: Vec<String>,
        /// The orders, whose names are formats.
        orders: Vec<DateOrder>,
    },
    /// No order fits all values.
    #[error(
        "row {}: \"{}\" is not {}, and row {}: \"{}\" is not {}",
        first.row, first.value, in_words(*first_refutes), second.row, second.value, in_words(*second_refutes)
    )]
    Mixed {
        /// A value that does not fit one order.
        first: Witness,
        /// That order.
        first_refutes: DateOrder,
        /// A value that does not fit another.
        second: Witness,
        /// That order.
        second_refutes: DateOrder,
    },
}

impl DateOrderError {
    /// Replaces the row numbers.
    pub(crate) fn with_rows(mut self, number: impl Fn(u64) -> u64) -> Self {
        match &mut self {
            Self::Ambiguous { first, .. } => first.row = number(first.row),
            Self::Mixed { first, second, .. } => {
                (first.row, second.row) = (number(first.row), number(second.row));
            }
        }
        self
    }

    /// The formats that can read the column, or most of it.
    pub fn formats(&self) -> Vec<&'static str> {
        match self {
            Self::Ambiguous { orders, .. } => orders.iter().map(|order| order.format()).collect(),
            Self::Mixed { first_refutes, second_refutes, .. } => {
                vec![second_refutes.format(), first_refutes.format()]
            }
        }
    }

    /// The remedy.
    pub fn remedy(&self) -> String {
        let quoted: Vec<String> = self.formats().iter().map(|format| format!("\"{format}\"")).collect();
        let formats = quoted.join(" or ");
        match self {
            Self::Ambiguous { .. } => format!("state format = {formats}"),
            Self::Mixed { .. } => {
                format!(
                    "state format = {formats}, whichever most rows have; the others are then excluded and counted"
                )
            }
        }
    }
}

/// The value that a row would need to decide the order.
fn what_decides(value: &str, orders: &[DateOrder]) -> String {
    if orders.contains(&DateOrder::YearFirst) {
        return "decides, as years of two digits rarely do".to_owned();
    }
    let start = value.find(|c: char| c.is_ascii_digit()).unwrap_or(0);
    let (before, number) = value.split_at(start);
    let after = number.trim_start_matches(|c: char| c.is_ascii_digit());
    format!("has a day over 12, such as \"{before}25{after}\", which would decide")
}

fn in_words(order: DateOrder) -> &'static str {
    match order {
        DateOrder::DayFirst => "day first",
        DateOrder::MonthFirst => "month first",
        DateOrder::YearFirst => "year first",
    }
}

/// The day that a value means under each order.
type Readings = Vec<(DateOrder, String)>;

/// Collects the values of a column until its order is known.
#[derive(Debug)]
pub(crate) struct OrderInference<'r> {
    reading: &'r TimestampReading,
    shapes: Shapes,
    rows: u64,
    /// Whether a value is in ISO 8601. All values of the column must then be.
    iso: bool,
    orders: Orders,
    /// For each order, the first value that does not fit it.
    refuted: [Option<Witness>; 3],
    /// The first value that is another day under another order, with its meaning under each; for each pair of orders.
    open: [Option<(Witness, Readings)>; PAIRS.len()],
    /// Whether there is a numeric date.
    ordered: bool,
    /// Whether every numeric date has dots.
    dotted: bool,
}

/// Any two orders.
const PAIRS: [[DateOrder; 2]; 3] = [
    [DateOrder::DayFirst, DateOrder::MonthFirst],
    [DateOrder::DayFirst, DateOrder::YearFirst],
    [DateOrder::MonthFirst, DateOrder::YearFirst],
];

impl<'r> OrderInference<'r> {
    pub(crate) fn new(reading: &'r TimestampReading) -> Self {
        Self {
            reading,
            shapes: Shapes::default(),
            rows: 0,
            iso: false,
            orders: Orders::ALL,
            refuted: [const { None }; 3],
            open: [const { None }; PAIRS.len()],
            ordered: false,
            dotted: true,
        }
    }

    /// Adds the values of an array.
    pub(crate) fn add(&mut self, array: &ArrayRef) {
        let Some(text) =
            Some(array).filter(|array| is_text(array)).and_then(|array| TextColumn::new(array).ok())
        else {
            self.rows += array.len() as u64;
            return;
        };
        for row in 0..array.len() {
            if self.iso {
                break;
            }
            self.rows += 1;
            if let Some(text) = text.get(row) {
                self.value(text);
            }
        }
    }

    fn value(&mut self, text: &str) {
        let text = text.trim();
        if text.is_empty() || self.reading.is_missing(text) {
            return;
        }
        if iso(text).is_some() {
            self.iso = true;
            return;
        }
        let Some((canonical, shape)) = self.shapes.of(text) else { return };
        let Shape::Ordered(patterns, separator) = shape else { return };
        let fits = shape.fits(canonical);
        if fits.is_none() {
            return;
        }
        self.ordered = true;
        self.dotted &= *separator == Separator::Dot;
        let witness = || Witness { row: self.rows, value: text.to_owned() };
        let left = self.orders.and(fits);
        if left != self.orders {
            for order in DateOrder::ALL {
                if !fits.has(order) {
                    self.refuted[order as usize].get_or_insert_with(witness);
                }
            }
            self.orders = left;
        }
        let is_open = |(pair, open): (&[DateOrder; 2], &Option<_>)| {
            open.is_none() && pair.iter().all(|order| fits.has(*order))
        };
        if PAIRS.iter().zip(&self.open).any(is_open) {
            let readings = fits.iter().filter_map(|order| {
                let pattern = patterns[order as usize].as_ref()?;
                Some((order, day_in_words(canonical, &pattern.items)?))
            });
            let readings: Readings = readings.collect();
            let day = |of: DateOrder| readings.iter().find(|(order, _)| *order == of).map(|(_, day)| day);
            for (pair, open) in PAIRS.iter().zip(&mut self.open) {
                if open.is_none() && pair.iter().all(|order| fits.has(*order)) && day(pair[0]) != day(pair[1])
                {
                    *open = Some((witness(), readings.clone()));
                }
            }
        }
    }

    /// The reading with the order of the column.
    pub(crate) fn finish(self) -> Result<TimestampReading, DateOrderError> {
        let dates = |dates| Ok(self.reading.clone().with_dates(dates));
        if self.iso {
            return dates(Dates::Plain);
        }
        let ordered = |order| dates(Dates::Ordered(order));
        if let Some(order) = self.orders.single() {
            return ordered(order);
        }
        if self.orders.is_none() {
            let mut refuted = DateOrder::ALL.into_iter().filter_map(|order| {
                let place = order as usize;
                Some((self.refuted[place].clone()?, order))
            });
            if let (Some((first, first_refutes)), Some((second, second_refutes))) =
                (refuted.next(), refuted.next())
            {
                return Err(DateOrderError::Mixed { first, first_refutes, second, second_refutes });
            }
        }
        if self.orders.is_none() || !self.ordered {
            return dates(Dates::Plain);
        }
        // A date with dots has its day first, unless a value contradicts this.
        if self.dotted && self.orders.has(DateOrder::DayFirst) {
            return ordered(DateOrder::DayFirst);
        }
        // Orders under which every value is the same day are one.
        let differ = |one: DateOrder, other: DateOrder| {
            PAIRS
                .iter()
                .zip(&self.open)
                .any(|(pair, open)| open.is_some() && pair.contains(&one) && pair.contains(&other))
        };
        let mut orders: Vec<DateOrder> = Vec::new();
        for order in self.orders.iter() {
            if orders.iter().all(|kept| differ(*kept, order)) {
                orders.push(order);
            }
        }
        let mut open =
            PAIRS.iter().zip(&self.open).filter(|(pair, _)| pair.iter().all(|one| orders.contains(one)));
        match open.find_map(|(_, open)| open.clone()) {
            Some((first, readings)) => {
                let mut days: Vec<String> = Vec::new();
                for (_, day) in readings.into_iter().filter(|(order, _)| orders.contains(order)) {
                    if !days.contains(&day) {
                        days.push(day);
                    }
                }
                Err(DateOrderError::Ambiguous { first, readings: days, orders })
            }
            None => orders.first().map_or_else(|| dates(Dates::Plain), |only| ordered(*only)),
        }
    }
}

impl TimestampReading {
    /// This reading with the order of day, month and year that all values of a column determine.
    ///
    /// One value with a day over 12 decides; where every value is the same day in any order, such as `04/04/2026`, none is
    /// needed. Dates with dots have their day first unless a value contradicts this. In
    /// a column that contains ISO 8601, other numeric dates are unreadable. With a declared format, the reading is
    /// unchanged.
    ///
    /// # Errors
    /// If several orders fit all values, or none does.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use arrow_array::{ArrayRef, StringArray};
    /// use chrono_tz::Tz;
    /// use deskmetrics_arrow::column::TimestampReading;
    ///
    /// let column = |values: Vec<&str>| Arc::new(StringArray::from(values)) as ArrayRef;
    /// let decided = column(vec!["03/04/2026 09:00", "25/04/2026 2:30 PM"]);
    /// let reading = TimestampReading::new(Tz::UTC).inferred([&decided])?;
    /// assert_eq!(reading.read("03/04/2026 09:00").unwrap().unwrap().to_string(), "2026-04-03T09:00:00Z");
    ///
    /// let open = column(vec!["03/04/2026", "05/04/2026"]);
    /// assert_eq!(
    ///     TimestampReading::new(Tz::UTC).inferred([&open]).unwrap_err().to_string(),
    ///     "row 1: \"03/04/2026\" is 3 April 2026 or 4 March 2026, and no row has a day over 12, such as \"25/04/2026\", \
    ///      which would decide",
    /// );
    /// # Ok::<(), deskmetrics_arrow::column::DateOrderError>(())
    /// ```
    pub fn inferred<'a>(
        &self,
        chunks: impl IntoIterator<Item = &'a ArrayRef>,
    ) -> Result<Self, DateOrderError> {
        if !self.is_undecided() {
            return Ok(self.clone());
        }
        let mut inference = OrderInference::new(self);
        for chunk in chunks {
            inference.add(chunk);
        }
        inference.finish()
    }
}
