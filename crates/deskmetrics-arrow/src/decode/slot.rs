//! The columns of a file, with their readings.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use super::ledger::{Halt, Ledger, Reads};
use crate::ReadError;
use crate::column::measure::MeasureReading;
use crate::column::utc::Timestamps;
use crate::column::{
    BadCell, Cell, Meaning, NumberColumn, NumberReading, OrderInference, TimestampColumn, TimestampReading,
    WordColumn, WordReading, WrongType, list,
};
use crate::description::{
    Code, Description, LetterCase, MeasureKey, NumberKey, TimestampKey, TimestampRules, WordKey, listed,
    nearest,
};
use crate::file::{Batches, Part, RowNumbers, Table};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::Schema;
use chrono_tz::Tz;
use deskmetrics::Timestamp;
use deskmetrics::ticket::{Attribute, Attributes};

/// The columns of a file that are read.
pub(crate) struct FileColumns<'a> {
    table: Arc<Table>,
    selected: Vec<usize>,
    /// By column: its place among those selected.
    places: HashMap<usize, usize>,
    /// Columns of lists.
    lists: Vec<ListPlaces>,
    zone: Tz,
    rules: [&'a TimestampRules; 2],
    missing: Vec<&'a Code>,
}

/// A column that is read: its table, its index among those read, and its name.
#[derive(Debug, Clone)]
struct ColumnPlace {
    table: Arc<Table>,
    at: usize,
    name: Box<str>,
}

impl ColumnPlace {
    fn array<'b>(&self, batch: &'b RecordBatch) -> &'b ArrayRef {
        batch.column(self.at)
    }

    /// The column of the first rows of a table in memory, of which the batches are parts.
    fn first_in_memory(&self) -> Option<&ArrayRef> {
        self.table.first_in_memory(self.table.column(&self.name).ok()?)
    }
}

/// The columns of a list. The list of a row is read from the first of them.
#[derive(Debug)]
struct ListPlaces {
    places: Vec<ColumnPlace>,
    separator: String,
    /// Codes that mean missing.
    missing: Vec<Box<str>>,
}

/// The error for a column of a wrong type.
fn wrong_type(place: Option<&ColumnPlace>, WrongType { found, expected }: WrongType) -> ReadError {
    let (file, column) =
        place.map(|place| (place.table.path().to_owned(), place.name.to_string())).unwrap_or_default();
    ReadError::ColumnType { file, column, found, expected }
}

impl<'a> FileColumns<'a> {
    pub(crate) fn of(
        table: &Table,
        description: &'a Description,
        rules: &'a TimestampRules,
        missing: &'a [Code],
    ) -> Self {
        Self {
            table: Arc::new(table.clone()),
            selected: Vec::new(),
            places: HashMap::new(),
            lists: Vec::new(),
            zone: description.time_zone,
            rules: [rules, &description.timestamps],
            missing: description.missing.iter().chain(missing).collect(),
        }
    }

    /// Opens the rows of the columns requested so far.
    pub(crate) fn batches(&self) -> Result<Batches, ReadError> {
        self.table.batches(&self.selected)
    }

    /// A note that no row is selected, with the values that the columns have.
    pub(crate) fn unmet_selection(&self, selects_nothing: bool) -> Result<Vec<String>, ReadError> {
        self.table.unmet_selection(selects_nothing)
    }

    fn place(&mut self, name: &str) -> Result<ColumnPlace, ReadError> {
        let column = self.table.column(name)?;
        Ok(self.place_of(column, name))
    }

    fn place_of(&mut self, column: usize, name: &str) -> ColumnPlace {
        let at = *self.places.entry(column).or_insert_with(|| {
            self.selected.push(column);
            self.selected.len() - 1
        });
        ColumnPlace { table: Arc::clone(&self.table), at, name: name.into() }
    }

    /// A column that may contain lists: text with this separator, JSON text, or Arrow lists, which are read as JSON
    /// text. If the column is repeated, the list of a row consists of all of them.
    pub(crate) fn maybe_list<T: Meaning>(
        &mut self,
        key: Option<&'a WordKey<T>>,
        separator: &str,
    ) -> Result<WordSlot<T>, ReadError> {
        let Some((key, name)) = key.and_then(|key| Some((key, key.column.as_deref()?))) else {
            return self.maybe_word(key);
        };
        let places: Vec<ColumnPlace> =
            self.table.columns(name)?.into_iter().map(|column| self.place_of(column, name)).collect();
        let slot = WordSlot { place: places.first().cloned(), ..self.reading_of(key) };
        let missing = self.missing(&key.missing).collect();
        self.lists.push(ListPlaces { places, separator: separator.to_owned(), missing });
        Ok(slot)
    }

    /// Converts the lists of a batch to text.
    pub(crate) fn with_lists_as_text(&self, batch: RecordBatch) -> Result<RecordBatch, ReadError> {
        if self.lists.is_empty() {
            return Ok(batch);
        }
        let mut columns = batch.columns().to_vec();
        for ListPlaces { places, separator, missing } in &self.lists {
            let Some(first) = places.first() else { continue };
            let arrays: Vec<&ArrayRef> = places.iter().map(|place| place.array(&batch)).collect();
            columns[first.at] =
                list::as_text(&arrays, separator, missing).map_err(|wrong| wrong_type(Some(first), wrong))?;
        }
        let fields = batch.schema();
        let fields = fields.fields().iter().zip(&columns).map(|(field, column)| {
            field.as_ref().clone().with_data_type(column.data_type().clone()).with_nullable(true)
        });
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        RecordBatch::try_new(schema, columns).map_err(|error| ReadError::Damaged {
            file: self.table.path().to_owned(),
            rows: 0,
            message: error.to_string(),
        })
    }

    fn missing(&self, own: &'a [Code]) -> impl Iterator<Item = Box<str>> {
        self.missing.iter().copied().chain(own).map(|Code(code)| code.clone())
    }

    pub(crate) fn word<T: Meaning>(&mut self, key: &'a WordKey<T>) -> Result<WordSlot<T>, ReadError> {
        let place = key.column.as_deref().map(|name| self.place(name)).transpose()?;
        Ok(WordSlot { place, ..self.reading_of(key) })
    }

    /// The reading of a label key, without its column.
    fn reading_of<T: Meaning>(&self, key: &'a WordKey<T>) -> WordSlot<T> {
        let reading =
            WordReading::new(key.words.iter().map(|(word, meaning)| (word.clone(), meaning.clone())))
                .with_missing(self.missing(&key.missing))
                .with_other(key.other.clone())
                .with_exact_case(key.case == LetterCase::Exact);
        WordSlot { place: None, constant: key.value.clone(), reading }
    }

    pub(crate) fn maybe_word<T: Meaning>(
        &mut self,
        key: Option<&'a WordKey<T>>,
    ) -> Result<WordSlot<T>, ReadError> {
        match key {
            Some(key) => self.word(key),
            None => Ok(WordSlot { place: None, constant: None, reading: WordReading::new::<Box<str>>([]) }),
        }
    }

    pub(crate) fn timestamp(&mut self, key: &'a TimestampKey) -> Result<TimestampSlot, ReadError> {
        let [file, dataset] = self.rules;
        let zone = key.time_zone.or(file.time_zone).or(dataset.time_zone).unwrap_or(self.zone);
        let mut reading =
            TimestampReading::new(zone).with_missing(self.missing(&key.missing)).with_clock_changes(
                key.ambiguous.or(file.ambiguous).or(dataset.ambiguous).unwrap_or_default(),
                key.nonexistent.or(file.nonexistent).or(dataset.nonexistent).unwrap_or_default(),
            );
        let format = [&key.format, &file.format, &dataset.format].into_iter().flatten().next();
        if let Some(format) = format {
            reading = reading
                .with_format(format)
                .map_err(|unknown| crate::description::DescriptionError::new(unknown.to_string()))?;
        }
        Ok(TimestampSlot { place: Some(self.place(&key.column)?), reading, inferred: OnceLock::new() })
    }

    pub(crate) fn maybe_timestamp(
        &mut self,
        key: Option<&'a TimestampKey>,
    ) -> Result<TimestampSlot, ReadError> {
        match key {
            Some(key) => self.timestamp(key),
            None => Ok(TimestampSlot {
                place: None,
                reading: TimestampReading::new(self.zone),
                inferred: OnceLock::new(),
            }),
        }
    }

    pub(crate) fn number(&mut self, key: &'a NumberKey) -> Result<NumberSlot, ReadError> {
        let mut reading = self
            .table
            .numbers()
            .with_missing(self.missing(&key.missing))
            .with_words(key.words.iter().map(|(word, number)| (word, *number)))
            .with_factor(key.times.unwrap_or(1.0));
        if let Some(mark) = key.decimal {
            reading = reading.with_decimal_mark(mark);
        }
        Ok(NumberSlot { place: Some(self.place(&key.column)?), reading })
    }

    pub(crate) fn maybe_number(&mut self, key: Option<&'a NumberKey>) -> Result<NumberSlot, ReadError> {
        match key {
            Some(key) => self.number(key),
            None => Ok(NumberSlot { place: None, reading: NumberReading::default() }),
        }
    }

    pub(crate) fn measure(
        &mut self,
        key: &'a MeasureKey,
        is_duration: bool,
    ) -> Result<MeasureSlot, ReadError> {
        let mut numbers = self.table.numbers().with_missing(self.missing(&key.missing));
        if let Some(mark) = key.decimal {
            numbers = numbers.with_decimal_mark(mark);
        }
        let reading = if is_duration {
            MeasureReading::duration(key.unit(), numbers)
        } else {
            MeasureReading::count(numbers)
        };
        Ok(MeasureSlot { place: self.place(&key.column)?, reading })
    }

    pub(crate) fn attributes(
        &mut self,
        keys: impl Iterator<Item = (&'a Attribute, &'a WordKey<Box<str>>)>,
    ) -> Result<AttributeSlots, ReadError> {
        let slots = keys.map(|(attribute, key)| Ok((attribute.clone(), self.word(key)?)));
        slots.collect::<Result<_, _>>().map(AttributeSlots)
    }
}

#[derive(Debug, Clone)]
pub(crate) struct WordSlot<T> {
    place: Option<ColumnPlace>,
    constant: Option<T>,
    reading: WordReading<T>,
}

impl<T: Meaning> WordSlot<T> {
    pub(crate) fn bind<'s>(&'s self, batch: &RecordBatch) -> Result<BoundWord<'s, T>, ReadError> {
        let column = self.array(batch).map(|array| self.reading.bind(array)).transpose();
        let column = column.map_err(|wrong| self.wrong(wrong))?;
        Ok(BoundWord { slot: self, column })
    }

    /// The error for a column of a wrong type.
    pub(crate) fn wrong(&self, wrong: WrongType) -> ReadError {
        wrong_type(self.place.as_ref(), wrong)
    }

    pub(crate) fn name(&self) -> &str {
        self.place.as_ref().map_or("", |place| &place.name)
    }

    /// Whether there is neither a column nor one meaning for all rows.
    pub(crate) fn is_nothing(&self) -> bool {
        self.place.is_none() && self.constant.is_none()
    }

    /// The column, if there is one.
    pub(crate) fn array<'b>(&self, batch: &'b RecordBatch) -> Option<&'b ArrayRef> {
        self.place.as_ref().map(|place| place.array(batch))
    }

    /// The column of the first rows of a table in memory, of which the batches are parts.
    pub(crate) fn first_in_memory(&self) -> Option<&ArrayRef> {
        self.place.as_ref()?.first_in_memory()
    }

    /// Whether every text but an empty one means itself.
    pub(crate) fn is_plain(&self) -> bool {
        self.constant.is_none() && self.reading.is_plain()
    }

    /// The meaning of a cell with this text, or of one without.
    pub(crate) fn meaning(&self, text: Option<&str>) -> Cell<T> {
        match text.map_or(Ok(None), |text| self.reading.read(text)) {
            Ok(None) => Ok(self.constant.clone()),
            found => found,
        }
    }
}

pub(crate) struct BoundWord<'s, T> {
    slot: &'s WordSlot<T>,
    column: Option<WordColumn<'s, T>>,
}

impl<T: Meaning> Reads for BoundWord<'_, T> {
    type Value = T;

    fn cell(&mut self, row: usize) -> Cell<T> {
        match &self.column {
            Some(column) => match column.get(row) {
                Ok(None) => Ok(self.slot.constant.clone()),
                found => found,
            },
            None => Ok(self.slot.constant.clone()),
        }
    }

    fn raw(&self, row: usize) -> &str {
        self.column.as_ref().map_or("", |column| column.raw(row))
    }

    fn name(&self) -> &str {
        self.slot.name()
    }

    fn remedy(&self, raw: &str, _: BadCell) -> String {
        let reading = &self.slot.reading;
        let words: Vec<&str> = reading.words().collect();
        let known = if words.is_empty() { "none are given yet".to_owned() } else { listed(&words) };
        let raw = raw.trim();
        // A wrong guess of these would exclude the ticket.
        let meant = nearest(raw, words.iter().filter(|word| !["deleted", "spam", "merged"].contains(word)));
        // A status is more often open than new.
        let usual = words.first().map(|first| if *first == "new" { "open" } else { first });
        let example = meant.as_deref().or(usual).unwrap_or("..");
        let words = format!("words = {{ {raw:?} = \"{example}\" }}");
        let meant = meant.as_ref().map(|meant| format!("did you mean \"{meant}\"? Or ")).unwrap_or_default();
        format!(
            "{meant}give the word a meaning, such as {words}, or one to all others with other (known words: {known})"
        )
    }
}

#[derive(Debug, Clone)]
pub(crate) struct TimestampSlot {
    place: Option<ColumnPlace>,
    reading: TimestampReading,
    /// The reading with the order of dates of the whole column, once a date needs it.
    inferred: OnceLock<TimestampReading>,
}

impl TimestampSlot {
    pub(crate) fn bind<'s>(&'s self, batch: &RecordBatch) -> Result<BoundTimestamp<'s>, ReadError> {
        let column = self.array(batch).map(|array| self.reading().bind(array)).transpose();
        let column = column.map_err(|wrong| self.wrong(wrong))?;
        Ok(BoundTimestamp { slot: self, column })
    }

    /// The error for a column of a wrong type.
    pub(crate) fn wrong(&self, wrong: WrongType) -> ReadError {
        wrong_type(self.place.as_ref(), wrong)
    }

    pub(crate) fn is_described(&self) -> bool {
        self.place.is_some()
    }

    /// The column, if there is one.
    pub(crate) fn array<'b>(&self, batch: &'b RecordBatch) -> Option<&'b ArrayRef> {
        self.place.as_ref().map(|place| place.array(batch))
    }

    /// The column of the first rows of a table in memory, of which the batches are parts.
    pub(crate) fn first_in_memory(&self) -> Option<&ArrayRef> {
        self.place.as_ref()?.first_in_memory()
    }

    /// The reading.
    pub(crate) fn reading(&self) -> &TimestampReading {
        self.inferred.get().unwrap_or(&self.reading)
    }

    /// Infers the order of dates from the whole column.
    pub(crate) fn infer(&self) -> Result<(), ReadError> {
        let Some(ColumnPlace { table, name, .. }) =
            self.place.as_ref().filter(|_| self.inferred.get().is_none())
        else {
            return Ok(());
        };
        let mut inference = OrderInference::new(&self.reading);
        let (mut rows, mut numbers) = (0, RowNumbers::default());
        let mut batches = table.batches(&[table.column(name)?])?;
        while let Some(part) = batches.next_part() {
            let Part { batch, gaps } = part?;
            for gap in gaps {
                numbers.pass_over(rows + gap.before as u64, gap.passed_over.rows());
            }
            rows += batch.num_rows() as u64;
            inference.add(batch.column(0));
        }
        let inferred = inference.finish().map_err(|error| ReadError::DateOrder {
            file: table.path().to_owned(),
            column: name.to_string(),
            error: Box::new(error.with_rows(|row| numbers.number(row - 1))),
        })?;
        self.inferred.get_or_init(|| inferred);
        Ok(())
    }

    /// Infers the order if a date of this batch needs it, for columns that are not decoded as a whole.
    pub(crate) fn infer_if_needed(&self, batch: &RecordBatch) -> Result<(), ReadError> {
        let Some(array) = self.array(batch).filter(|_| self.reading().is_undecided()) else { return Ok(()) };
        let decoded = Timestamps::decode(array, self.reading()).map_err(|wrong| self.wrong(wrong))?;
        if decoded.undecided { self.infer() } else { Ok(()) }
    }

    pub(crate) fn name(&self) -> &str {
        self.place.as_ref().map_or("", |place| &place.name)
    }
}

pub(crate) struct BoundTimestamp<'s> {
    slot: &'s TimestampSlot,
    column: Option<TimestampColumn<'s>>,
}

impl BoundTimestamp<'_> {
    /// Whether a row has a value, readable or not.
    pub(crate) fn has_value(&self, row: usize) -> bool {
        let raw = self.raw(row).trim();
        !raw.is_empty() && !self.slot.reading().is_missing(raw)
    }

    /// Whether a row contains a date without a time.
    pub(crate) fn is_date(&self, row: usize) -> bool {
        let raw = self.raw(row).trim();
        let separated = |text: &str| text.contains(['-', '/', '.', ' ']);
        !raw.contains(':') && (separated(raw) || raw.len() == 8) && raw.len() <= 20
    }

    /// Adds the clock changes of this batch to the ledger.
    pub(crate) fn account(&self, ledger: &mut Ledger) {
        if let Some(column) = &self.column {
            ledger.clock_changes(column.ambiguous(), column.nonexistent());
        }
    }
}

impl Reads for BoundTimestamp<'_> {
    type Value = Timestamp;

    fn cell(&mut self, row: usize) -> Cell<Timestamp> {
        self.column.as_mut().map_or(Ok(None), |column| column.get(row))
    }

    fn raw(&self, row: usize) -> &str {
        self.column.as_ref().map_or("", |column| column.raw(row))
    }

    fn name(&self) -> &str {
        self.slot.name()
    }

    fn remedy(&self, raw: &str, bad: BadCell) -> String {
        match bad {
            BadCell::Nonexistent => {
                "the clocks skipped this time: check the time zone, or set nonexistent = \"next_valid\""
                    .to_owned()
            }
            BadCell::Ambiguous => {
                "the clocks showed this time twice: set ambiguous = \"earlier\" or \"later\"".to_owned()
            }
            _ => self.slot.reading().remedy(raw),
        }
    }
}

/// A column of a stated measure.
#[derive(Debug, Clone)]
pub(crate) struct MeasureSlot {
    place: ColumnPlace,
    reading: MeasureReading,
}

impl MeasureSlot {
    pub(crate) fn array<'b>(&self, batch: &'b RecordBatch) -> &'b ArrayRef {
        self.place.array(batch)
    }

    pub(crate) fn reading(&self) -> &MeasureReading {
        &self.reading
    }

    pub(crate) fn name(&self) -> &str {
        &self.place.name
    }

    /// The error for a column of a wrong type.
    pub(crate) fn wrong(&self, wrong: WrongType) -> ReadError {
        wrong_type(Some(&self.place), wrong)
    }

    /// The error for a column of numbers with an unknown unit.
    pub(crate) fn no_unit(&self, role: &'static str) -> ReadError {
        let (file, column) = (self.place.table.path().to_owned(), self.place.name.to_string());
        ReadError::NoUnit { file, column, role }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct NumberSlot {
    place: Option<ColumnPlace>,
    reading: NumberReading,
}

impl NumberSlot {
    pub(crate) fn bind<'s>(&'s self, batch: &RecordBatch) -> Result<BoundNumber<'s>, ReadError> {
        let column = self.array(batch).map(|array| self.reading.bind(array)).transpose();
        let column = column.map_err(|wrong| self.wrong(wrong))?;
        Ok(BoundNumber { slot: self, column })
    }

    /// The error for a column of a wrong type.
    pub(crate) fn wrong(&self, wrong: WrongType) -> ReadError {
        wrong_type(self.place.as_ref(), wrong)
    }

    /// The column, if there is one.
    pub(crate) fn array<'b>(&self, batch: &'b RecordBatch) -> Option<&'b ArrayRef> {
        self.place.as_ref().map(|place| place.array(batch))
    }

    /// The reading.
    pub(crate) fn reading(&self) -> &NumberReading {
        &self.reading
    }
}

pub(crate) struct BoundNumber<'s> {
    slot: &'s NumberSlot,
    column: Option<NumberColumn<'s>>,
}

impl Reads for BoundNumber<'_> {
    type Value = f64;

    fn cell(&mut self, row: usize) -> Cell<f64> {
        self.column.as_ref().map_or(Ok(None), |column| column.number(row))
    }

    fn raw(&self, row: usize) -> &str {
        self.column.as_ref().map_or("", |column| column.raw(row))
    }

    fn name(&self) -> &str {
        self.slot.place.as_ref().map_or("", |place| &place.name)
    }

    fn remedy(&self, raw: &str, bad: BadCell) -> String {
        if bad == BadCell::DecimalMark {
            return self.slot.reading.decimal_remedy();
        }
        let raw = raw.trim();
        format!(
            "expected a number: give the value one, such as words = {{ {raw:?} = 5 }}, or list it under missing"
        )
    }
}

/// The same column, restricted to whole numbers.
pub(crate) struct Whole<'s>(pub(crate) BoundNumber<'s>);

impl Reads for Whole<'_> {
    type Value = i32;

    fn cell(&mut self, row: usize) -> Cell<i32> {
        self.0.column.as_ref().map_or(Ok(None), |column| column.whole(row))
    }

    fn raw(&self, row: usize) -> &str {
        self.0.raw(row)
    }

    fn name(&self) -> &str {
        self.0.name()
    }

    fn remedy(&self, raw: &str, bad: BadCell) -> String {
        let reading = &self.0.slot.reading;
        let (read, decimal) = match bad {
            BadCell::NotWhole => (reading.number(raw), String::new()),
            BadCell::DecimalMark => {
                let mark = reading.other_mark();
                (reading.clone().with_decimal_mark(mark).number(raw), format!("decimal = \"{mark}\" and "))
            }
            _ => return self.0.remedy(raw, bad),
        };
        let is_whole = |number: f64| (number - number.round()).abs() < 1e-9;
        let number = read.ok().flatten().unwrap_or_default();
        if bad == BadCell::DecimalMark && is_whole(number) {
            return self.0.remedy(raw, bad);
        }
        match [2.0, 4.0, 5.0, 10.0, 100.0].into_iter().find(|steps| is_whole(number * steps)) {
            Some(steps) => {
                let times = steps * reading.factor();
                format!(
                    "expected a whole number: bring it onto one with {decimal}times = {times}, and multiply the scale by {times}, \
                     too, with what counts as good: a CSAT of 1-5 becomes \"{times}-{}, {}-{} good, {times}-{} bad\"",
                    times * 5.0,
                    times * 4.0,
                    times * 5.0,
                    times * 2.0
                )
            }
            None => "expected a whole number: correct it, or list the value under missing".to_owned(),
        }
    }
}

/// The columns of a record's attributes.
#[derive(Debug, Clone)]
pub(crate) struct AttributeSlots(Vec<(Attribute, WordSlot<Box<str>>)>);

impl AttributeSlots {
    /// The attributes with their columns.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Attribute, &WordSlot<Box<str>>)> {
        self.0.iter().map(|(attribute, slot)| (attribute, slot))
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn bind<'s>(&'s self, batch: &RecordBatch) -> Result<BoundAttributes<'s>, ReadError> {
        let bound = self.0.iter().map(|(attribute, slot)| Ok((attribute, slot.bind(batch)?)));
        bound.collect::<Result<_, ReadError>>().map(BoundAttributes)
    }
}

pub(crate) struct BoundAttributes<'s>(Vec<(&'s Attribute, BoundWord<'s, Box<str>>)>);

impl BoundAttributes<'_> {
    /// The attributes of a row.
    pub(crate) fn read(&mut self, ledger: &mut Ledger, row: usize) -> Result<Attributes, Halt> {
        let mut attributes = Attributes::default();
        for (attribute, column) in &mut self.0 {
            if let Some(value) = ledger.want(column, row)? {
                attributes.set((*attribute).clone(), Some(value));
            }
        }
        Ok(attributes)
    }

    /// The values of a row, in the order of [`AttributeSlots::iter`].
    pub(crate) fn values(
        &mut self,
        ledger: &mut Ledger,
        row: usize,
        mut each: impl FnMut(Option<Box<str>>),
    ) -> Result<(), Halt> {
        for (_, column) in &mut self.0 {
            each(ledger.want(column, row)?);
        }
        Ok(())
    }
}
