//! Ids of tickets, as numbers or text, and their index.

use std::borrow::Cow;
use std::hash::BuildHasher as _;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_buffer::ScalarBuffer;
use arrow_schema::DataType;
use hashbrown::{DefaultHashBuilder, HashMap, HashTable};

use super::slot::WordSlot;
use crate::ReadError;
use crate::column::piece::joined;
use crate::column::{TextColumn, cast};

/// No row.
pub(crate) const NOWHERE: u32 = u32::MAX;

/// An id. Ids are equal if they are written identically.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Id<'a> {
    /// A whole number.
    Number(i64),
    /// Any other text.
    Text(&'a str),
}

impl<'a> Id<'a> {
    /// Parses an id; `None` for a blank text.
    #[inline]
    pub(crate) fn of(text: &'a str) -> Option<Self> {
        let bytes = text.as_bytes();
        let usual = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
        let text = if usual(bytes.first()) && usual(bytes.last()) { text } else { text.trim() };
        match number(text.as_bytes()) {
            Some(number) => Some(Self::Number(number)),
            None if text.is_empty() => None,
            None => Some(Self::Text(text)),
        }
    }
}

/// Parses a number in its canonical form: "007" and "+7" are other ids than 7.
#[inline]
fn number(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    let plain = match digits {
        [b'0'] => !negative,
        [b'1'..=b'9', ..] => digits.len() <= 19,
        _ => false,
    };
    if !plain {
        return None;
    }
    if digits.len() == 19 {
        return std::str::from_utf8(text).ok()?.parse().ok();
    }
    let mut number = 0_i64;
    for digit in digits {
        let digit = digit.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        number = number * 10 + i64::from(digit);
    }
    Some(if negative { -number } else { number })
}

/// Calls a function with the ids of a batch, row by row; `None` for none.
pub(crate) fn each_id(
    slot: &WordSlot<Box<str>>,
    batch: &RecordBatch,
    mut each: impl FnMut(usize, Option<Id<'_>>),
) -> Result<(), ReadError> {
    let Some(array) = slot.array(batch) else {
        let constant = slot.meaning(None).ok().flatten();
        let id = constant.as_deref().and_then(Id::of);
        (0..batch.num_rows()).for_each(|row| each(row, id));
        return Ok(());
    };
    if let Some(numbers) = plain_numbers(slot, array)? {
        let values = numbers.values();
        if numbers.null_count() == 0 {
            values.iter().enumerate().for_each(|(row, id)| each(row, Some(Id::Number(*id))));
        } else {
            let id = |row: usize| numbers.is_valid(row).then(|| Id::Number(values[row]));
            (0..numbers.len()).for_each(|row| each(row, id(row)));
        }
        return Ok(());
    }
    let text = TextColumn::new(array).map_err(|wrong| slot.wrong(wrong))?;
    for row in 0..array.len() {
        let raw = text.get(row);
        if slot.is_plain() {
            each(row, raw.and_then(Id::of));
        } else {
            let read = slot.meaning(raw).ok().flatten();
            each(row, read.as_deref().and_then(Id::of));
        }
    }
    Ok(())
}

/// The ids of an array of whole numbers without missing values.
pub(crate) fn plain_numbers(
    slot: &WordSlot<Box<str>>,
    array: &ArrayRef,
) -> Result<Option<arrow_array::Int64Array>, ReadError> {
    let whole = array.data_type().is_integer() && *array.data_type() != DataType::UInt64;
    if !whole || !slot.is_plain() {
        return Ok(None);
    }
    let wide = cast(array, &DataType::Int64).map_err(|wrong| slot.wrong(wrong))?;
    Ok(Some(wide.as_primitive::<Int64Type>().clone()))
}

/// The ids of all rows.
#[derive(Debug, Clone)]
pub(crate) enum Ids {
    /// The row numbers, from 1 on.
    Rows(usize),
    Numbers(ScalarBuffer<i64>),
    Texts(Texts),
}

/// Concatenated texts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Texts {
    text: String,
    ends: Vec<usize>,
}

impl Texts {
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len());
    }

    pub(crate) fn get(&self, row: usize) -> Option<&str> {
        let end = *self.ends.get(row)?;
        let start = row.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.text.get(start..end)
    }
}

impl Default for Ids {
    fn default() -> Self {
        Self::Rows(0)
    }
}

impl Ids {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Rows(rows) => *rows,
            Self::Numbers(numbers) => numbers.len(),
            Self::Texts(texts) => texts.ends.len(),
        }
    }

    pub(crate) fn are_numbers(&self) -> bool {
        matches!(self, Self::Numbers(_))
    }

    /// The id of a row, as text.
    pub(crate) fn text(&self, row: usize) -> Cow<'_, str> {
        match self {
            Self::Rows(_) => format!("row {}", row + 1).into(),
            Self::Numbers(numbers) => numbers.get(row).map(ToString::to_string).unwrap_or_default().into(),
            Self::Texts(texts) => texts.get(row).unwrap_or_default().into(),
        }
    }

    #[inline]
    pub(crate) fn get(&self, row: usize) -> Option<Id<'_>> {
        match self {
            Self::Rows(_) => None,
            Self::Numbers(numbers) => numbers.get(row).copied().map(Id::Number),
            // The text of a number is among the texts.
            Self::Texts(texts) => texts.get(row).and_then(Id::of),
        }
    }

    /// Builds the index of ids, without the rows that are `excluded`. Returns the rows with a repeated id as well.
    pub(crate) fn index(&self, excluded: &[bool]) -> (IdIndex, Vec<usize>) {
        let usable = |row: usize| !excluded.get(row).copied().unwrap_or(false);
        let mut repeated = Vec::new();
        let numbers = match self {
            Self::Rows(_) => return (IdIndex::Nothing, repeated),
            Self::Numbers(numbers) => numbers,
            Self::Texts(_) => {
                let mut index = IdIndex::Hashed(Hashed::with_capacity(self.len()));
                for row in (0..self.len()).filter(|row| usable(*row)) {
                    let Some(id) = self.get(row) else { continue };
                    if index.find(self, id) == NOWHERE { index.insert(self, row) } else { repeated.push(row) }
                }
                return (index, repeated);
            }
        };
        if !excluded.contains(&true)
            && let Some(index) = IdIndex::consecutive(numbers)
        {
            return (index, repeated);
        }
        let known = || {
            let rows = numbers.iter().copied().zip(0u32..).enumerate();
            rows.filter(|(row, _)| usable(*row)).map(|(row, (id, place))| (row, id, place))
        };
        let (least, most) =
            known().fold((i64::MAX, i64::MIN), |(least, most), (_, id, _)| (least.min(id), most.max(id)));
        let width = usize::try_from(i128::from(most) - i128::from(least)).unwrap_or(usize::MAX);
        if width < numbers.len().saturating_mul(4) + 1024 {
            let mut places = vec![NOWHERE; width + 1];
            for (row, id, place) in known() {
                let Ok(at) = usize::try_from(id - least) else { continue };
                if places[at] == NOWHERE { places[at] = place } else { repeated.push(row) }
            }
            return (IdIndex::Dense { least, places }, repeated);
        }
        let mut places = HashMap::with_capacity(numbers.len());
        for (row, id, place) in known() {
            if *places.entry(id).or_insert(place) != place {
                repeated.push(row);
            }
        }
        (IdIndex::Sparse(places), repeated)
    }
}

/// The ids of a table during reading.
#[derive(Debug, Default)]
pub(crate) struct IdBuilder {
    /// Rows without their own id.
    rows: usize,
    numbers: Vec<ScalarBuffer<i64>>,
    /// The array that contains the first of the numbers and perhaps the others.
    origin: Option<ScalarBuffer<i64>>,
    more: Vec<i64>,
    texts: Option<Texts>,
}

impl IdBuilder {
    /// Adds the ids of a batch. Rows without one are added to `doubts`. Without any column of ids, rows are numbered.
    pub(crate) fn decode(
        &mut self,
        slot: &WordSlot<Box<str>>,
        batch: &RecordBatch,
        doubts: &mut Vec<usize>,
    ) -> Result<(), ReadError> {
        if slot.is_nothing() {
            let start = self.len();
            if start == self.rows {
                self.rows += batch.num_rows();
            } else {
                let texts = self.as_texts();
                (start..start + batch.num_rows()).for_each(|row| texts.push(&format!("row {}", row + 1)));
            }
            return Ok(());
        }
        if self.texts.is_none()
            && self.rows == 0
            && let Some(array) = slot.array(batch)
            && let Some(numbers) = plain_numbers(slot, array)?
        {
            if numbers.null_count() > 0 {
                doubts.extend((0..numbers.len()).filter(|row| numbers.is_null(*row)));
            }
            self.settle();
            if self.numbers.is_empty() {
                let whole = |array: &ArrayRef| Some(array.as_primitive_opt::<Int64Type>()?.values().clone());
                self.origin = slot.first_in_memory().and_then(whole);
            }
            self.numbers.push(numbers.values().clone());
            return Ok(());
        }
        each_id(slot, batch, |row, id| {
            if id.is_none() {
                doubts.push(row);
            }
            self.push(id.unwrap_or(Id::Number(0)));
        })
    }

    /// Adds one row.
    #[inline]
    pub(crate) fn push(&mut self, id: Id<'_>) {
        match (id, &mut self.texts) {
            (Id::Number(number), None) if self.rows == 0 => self.more.push(number),
            (Id::Number(number), _) => self.as_texts().push(&number.to_string()),
            (Id::Text(text), Some(texts)) => texts.push(text),
            (Id::Text(text), None) => self.as_texts().push(text),
        }
    }

    fn len(&self) -> usize {
        match &self.texts {
            Some(texts) => texts.ends.len(),
            None => {
                self.rows
                    + self.numbers.iter().map(arrow_buffer::ScalarBuffer::len).sum::<usize>()
                    + self.more.len()
            }
        }
    }

    fn settle(&mut self) {
        if !self.more.is_empty() {
            self.numbers.push(std::mem::take(&mut self.more).into());
        }
    }

    #[cold]
    fn as_texts(&mut self) -> &mut Texts {
        self.settle();
        let (rows, numbers) = (std::mem::take(&mut self.rows), std::mem::take(&mut self.numbers));
        self.texts.get_or_insert_with(|| {
            let mut texts = Texts::default();
            (0..rows).for_each(|row| texts.push(&format!("row {}", row + 1)));
            numbers.iter().flat_map(|numbers| numbers.iter()).for_each(|id| texts.push(&id.to_string()));
            texts
        })
    }

    pub(crate) fn finish(mut self) -> Ids {
        self.settle();
        match (self.texts, self.numbers.as_slice()) {
            (Some(texts), _) => Ids::Texts(texts),
            (None, []) => Ids::Rows(self.rows),
            (None, [one]) => Ids::Numbers(one.clone()),
            (None, all) => {
                let adjacent = self.origin.and_then(|origin| joined(all, &origin));
                let copied = || all.iter().flat_map(|numbers| numbers.iter().copied()).collect();
                Ids::Numbers(adjacent.unwrap_or_else(copied))
            }
        }
    }
}

/// An index from id to row.
#[derive(Debug, Clone, Default)]
pub(crate) enum IdIndex {
    /// There are no ids.
    #[default]
    Nothing,
    /// Each number is one more than that of the row before.
    Rows { first: i64, rows: u32 },
    /// Numbers in a narrow range: a table from the least one on.
    Dense { least: i64, places: Vec<u32> },
    /// Numbers in a wide range.
    Sparse(HashMap<i64, u32>),
    /// Texts, possibly with numbers among them.
    Hashed(Hashed),
}

/// Rows by the hash of their id.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hashed {
    hasher: DefaultHashBuilder,
    rows: HashTable<u32>,
}

impl Hashed {
    fn with_capacity(rows: usize) -> Self {
        Self { hasher: DefaultHashBuilder::default(), rows: HashTable::with_capacity(rows) }
    }

    fn hash(&self, id: Id<'_>) -> u64 {
        match id {
            Id::Number(number) => self.hasher.hash_one(number),
            Id::Text(text) => self.hasher.hash_one(text),
        }
    }
}

impl IdIndex {
    fn consecutive(ids: &[i64]) -> Option<Self> {
        let first = *ids.first()?;
        let rows = u32::try_from(ids.len()).ok()?;
        first.checked_add(i64::from(rows))?;
        // Compares all ids without a branch.
        let differ = ids.iter().zip(first..).fold(0, |any, (id, expected)| any | (id ^ expected));
        (differ == 0).then_some(Self::Rows { first, rows })
    }

    /// The row of an id; [`NOWHERE`] for none.
    #[inline]
    pub(crate) fn find(&self, ids: &Ids, id: Id<'_>) -> u32 {
        match (self, id) {
            (Self::Rows { first, rows }, Id::Number(id)) => match u32::try_from(id.wrapping_sub(*first)) {
                Ok(at) if at < *rows && id >= *first => at,
                _ => NOWHERE,
            },
            (Self::Dense { least, places }, Id::Number(id)) => {
                let at = id.checked_sub(*least).and_then(|at| usize::try_from(at).ok());
                at.and_then(|at| places.get(at)).copied().unwrap_or(NOWHERE)
            }
            (Self::Sparse(places), Id::Number(id)) => places.get(&id).copied().unwrap_or(NOWHERE),
            (Self::Hashed(hashed), id) => {
                let same = |row: &u32| ids.get(*row as usize) == Some(id);
                hashed.rows.find(hashed.hash(id), same).copied().unwrap_or(NOWHERE)
            }
            _ => NOWHERE,
        }
    }

    /// The rows of many numbers; [`NOWHERE`] for none.
    pub(crate) fn find_numbers(&self, ids: &Ids, numbers: &[i64], found: &mut Vec<u32>) {
        match self {
            Self::Rows { first, rows } => found.extend(numbers.iter().map(|id| {
                let at = u32::try_from(id.wrapping_sub(*first));
                at.ok().filter(|at| at < rows).unwrap_or(NOWHERE)
            })),
            Self::Dense { least, places } => found.extend(numbers.iter().map(|id| {
                let at = usize::try_from(id.wrapping_sub(*least));
                at.ok().and_then(|at| places.get(at)).copied().unwrap_or(NOWHERE)
            })),
            _ => {
                // Most logs are grouped by ticket.
                let mut last = (0, self.find(ids, Id::Number(0)));
                found.extend(numbers.iter().map(|id| {
                    if *id != last.0 {
                        last = (*id, self.find(ids, Id::Number(*id)));
                    }
                    last.1
                }));
            }
        }
    }

    /// The row of an id, allowing that one of the two has a leading `#`, or is a whole number with the decimals `.0`.
    /// An exact match has priority. Without one, several possible matches count as none.
    #[inline]
    pub(crate) fn find_written(&self, ids: &Ids, id: Id<'_>) -> u32 {
        match self.find(ids, id) {
            NOWHERE => self.find_alike(ids, id),
            place => place,
        }
    }

    #[cold]
    fn find_alike(&self, ids: &Ids, id: Id<'_>) -> u32 {
        let text: Cow<'_, str> = match (self, id) {
            (Self::Hashed(_), Id::Number(number)) => number.to_string().into(),
            (Self::Nothing, _) | (_, Id::Number(_)) => return NOWHERE,
            (_, Id::Text(text)) => text.into(),
        };
        let plain = text.strip_prefix('#').unwrap_or(&text);
        let whole = plain.split_once('.').filter(|(whole, zeros)| {
            number(whole.as_bytes()).is_some()
                && !zeros.is_empty()
                && zeros.bytes().all(|digit| digit == b'0')
        });
        let plain = whole.map_or(plain, |(whole, _)| whole);
        if plain.is_empty() || plain.starts_with('#') {
            return NOWHERE;
        }
        let mut places = [plain.to_owned(), format!("#{plain}"), format!("{plain}.0"), format!("#{plain}.0")]
            .into_iter()
            .filter(|written| !written.ends_with(".0") || number(plain.as_bytes()).is_some())
            .filter_map(|written| Some(self.find(ids, Id::of(&written)?)))
            .filter(|place| *place != NOWHERE);
        match (places.next(), places.next()) {
            (Some(only), None) => only,
            _ => NOWHERE,
        }
    }

    /// Adds a row with a new id to a hashed index.
    fn insert(&mut self, ids: &Ids, row: usize) {
        let (Self::Hashed(hashed), Some(id), Ok(place)) = (self, ids.get(row), u32::try_from(row)) else {
            return;
        };
        let state = hashed.hasher.clone();
        let rehash = |row: &u32| match ids.get(*row as usize) {
            Some(Id::Number(number)) => state.hash_one(number),
            Some(Id::Text(text)) => state.hash_one(text),
            None => 0,
        };
        let key = hashed.hash(id);
        hashed.rows.insert_unique(key, place, rehash);
    }
}

/// Tickets that are created during reading.
#[derive(Debug, Default)]
pub(crate) struct NewIds {
    pub(crate) ids: IdBuilder,
    numbers: HashMap<i64, u32>,
    texts: HashMap<Box<str>, u32>,
}

impl NewIds {
    /// The number of an id among the new ones, from `first` on, and whether it is new.
    #[inline]
    pub(crate) fn place(&mut self, id: Id<'_>, first: usize) -> (u32, bool) {
        let next = u32::try_from(first + self.numbers.len() + self.texts.len()).unwrap_or(NOWHERE);
        let (place, new) = match id {
            Id::Number(number) => {
                let place = *self.numbers.entry(number).or_insert(next);
                (place, place == next)
            }
            Id::Text(text) => {
                if let Some(place) = self.texts.get(text) {
                    (*place, false)
                } else {
                    self.texts.insert(text.into(), next);
                    (next, true)
                }
            }
        };
        if new {
            self.ids.push(id);
        }
        (place, new)
    }

    /// The number of an id; [`NOWHERE`] if it is not among the new ones.
    pub(crate) fn find(&self, id: Id<'_>) -> u32 {
        match id {
            Id::Number(number) => self.numbers.get(&number),
            Id::Text(text) => self.texts.get(text),
        }
        .copied()
        .unwrap_or(NOWHERE)
    }
}
