//! Columns of ids: which rows say the same, and which row says this.

use std::hash::BuildHasher as _;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow_schema::DataType;
use hashbrown::{DefaultHashBuilder, HashTable};

use crate::column::{TextColumn, WrongType};
use crate::record::slot::WordSlot;

/// The ids of all rows of a table.
#[derive(Debug, Clone)]
pub(crate) struct Ids {
    parts: Vec<IdPart>,
    /// Rows before each part, and all rows at the end.
    starts: Vec<usize>,
}

#[derive(Debug, Clone)]
enum IdPart {
    /// Whole numbers.
    Whole(Int64Array),
    /// Text, each id without blanks around it.
    Text(TextColumn, usize),
    /// There is no id.
    Nothing(usize),
}

/// An id: two that are equal are written the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Id<'a> {
    /// A whole number.
    Whole(i64),
    /// Any other text.
    Text(&'a str),
}

impl<'a> Id<'a> {
    /// The id written so.
    pub(crate) fn of(text: &'a str) -> Self {
        // "007" and "+7" are other ids than 7.
        let plain = !text.starts_with(['+', '0']) && !text.starts_with("-0") || text == "0";
        text.parse().ok().filter(|_| plain).map_or(Self::Text(text), Self::Whole)
    }
}

impl Ids {
    /// The ids in a column of a table, and the rows that need a second look: without an id, or with one that must be
    /// decoded first.
    pub(crate) fn new(
        slot: &WordSlot<Box<str>>,
        batches: &[RecordBatch],
    ) -> Result<(Self, Vec<usize>), WrongType> {
        let mut ids = Self { parts: Vec::with_capacity(batches.len()), starts: vec![0] };
        let (mut doubtful, mut rows) = (Vec::new(), 0);
        for batch in batches {
            ids.parts.push(match slot.array(batch) {
                Some(array) => IdPart::new(slot, array, rows, &mut doubtful)?,
                None => IdPart::Nothing(batch.num_rows()),
            });
            rows += batch.num_rows();
            ids.starts.push(rows);
        }
        Ok((ids, doubtful))
    }

    /// Rows of the whole table.
    pub(crate) fn rows(&self) -> usize {
        self.starts.last().copied().unwrap_or(0)
    }

    /// The part a row is in, and its place there.
    pub(crate) fn part_of(&self, row: usize) -> (usize, usize) {
        let part = self.starts.partition_point(|start| *start <= row).saturating_sub(1);
        (part, row - self.starts.get(part).copied().unwrap_or(0))
    }

    /// Rows before a part.
    pub(crate) fn first_row(&self, part: usize) -> usize {
        self.starts.get(part).copied().unwrap_or(0)
    }

    /// The id of a row.
    pub(crate) fn get(&self, row: usize) -> Option<Id<'_>> {
        let (part, row) = self.part_of(row);
        self.parts.get(part)?.get(row)
    }

    fn each(&self, mut each: impl FnMut(usize, Id<'_>)) {
        for (part, start) in self.parts.iter().zip(&self.starts) {
            for row in 0..part.len() {
                if let Some(id) = part.get(row) {
                    each(start + row, id);
                }
            }
        }
    }

    /// All rows whose id stands in several rows, in order.
    pub(crate) fn repeated(&self) -> Vec<usize> {
        if self.rises() {
            return Vec::new();
        }
        let hasher = DefaultHashBuilder::default();
        let mut first: HashTable<usize> = HashTable::with_capacity(self.rows());
        let mut repeated = Vec::new();
        self.each(|row, id| {
            let hash = hasher.hash_one(id);
            let rehash = |row: &usize| self.get(*row).map_or(0, |id| hasher.hash_one(id));
            match first.find(hash, |known| self.get(*known) == Some(id)) {
                Some(known) => repeated.extend([*known, row]),
                None => {
                    first.insert_unique(hash, row, rehash);
                }
            }
        });
        repeated.sort_unstable();
        repeated.dedup();
        repeated
    }

    /// Whether every id is above the one before, so that none can stand there twice.
    fn rises(&self) -> bool {
        let mut last: Option<i64> = None;
        let mut whole = true;
        let mut rises = true;
        for part in &self.parts {
            match part {
                IdPart::Nothing(_) => {}
                IdPart::Whole(ids) if ids.null_count() == 0 => {
                    let first = ids.values().first().copied();
                    rises &= first.is_none_or(|first| last.is_none_or(|last| last < first));
                    rises &= ids.values().windows(2).all(|pair| pair[0] < pair[1]);
                    last = ids.values().last().copied().or(last);
                }
                IdPart::Whole(ids) => {
                    for id in ids.iter().flatten() {
                        rises &= last.is_none_or(|last| last < id);
                        last = Some(id);
                    }
                }
                IdPart::Text(..) => whole = false,
            }
        }
        if whole {
            return rises;
        }
        let all_text = self.parts.iter().all(|part| !matches!(part, IdPart::Whole(_)));
        let mut last: Option<&str> = None;
        all_text
            && self.parts.iter().all(|part| {
                (0..part.len()).all(|row| {
                    let Some(text) = part.text(row) else { return true };
                    let above = last.is_none_or(|last| (last.len(), last) < (text.len(), text));
                    last = Some(text);
                    above
                })
            })
    }

    /// Finds rows by id.
    pub(crate) fn index(&self) -> IdIndex {
        let hasher = DefaultHashBuilder::default();
        let mut rows: HashTable<usize> = HashTable::with_capacity(self.rows());
        self.each(|row, id| {
            let id = id.canonical();
            rows.insert_unique(hasher.hash_one(id), row, |row| {
                self.get(*row).map_or(0, |id| hasher.hash_one(id.canonical()))
            });
        });
        IdIndex { hasher, rows }
    }
}

impl Id<'_> {
    /// The same, where a text that is written as a whole number is one.
    fn canonical(self) -> Self {
        match self {
            Self::Whole(_) => self,
            Self::Text(text) => Id::of(text),
        }
    }
}

/// Finds the row of an id among [`Ids`].
#[derive(Debug, Clone)]
pub(crate) struct IdIndex {
    hasher: DefaultHashBuilder,
    rows: HashTable<usize>,
}

impl IdIndex {
    /// The row with this id.
    pub(crate) fn row(&self, ids: &Ids, id: Id<'_>) -> Option<usize> {
        let id = id.canonical();
        let found = |row: &usize| ids.get(*row).map(Id::canonical) == Some(id);
        self.rows.find(self.hasher.hash_one(id), found).copied()
    }
}

impl IdPart {
    fn new(
        slot: &WordSlot<Box<str>>,
        array: &ArrayRef,
        before: usize,
        doubtful: &mut Vec<usize>,
    ) -> Result<Self, WrongType> {
        if slot.is_plain() && array.data_type().is_integer() && *array.data_type() != DataType::UInt64 {
            let ids = crate::column::cast(array, &DataType::Int64)?;
            let ids = ids.as_primitive::<Int64Type>().clone();
            if ids.null_count() > 0 {
                doubtful.extend((0..ids.len()).filter(|row| ids.is_null(*row)).map(|row| before + row));
            }
            return Ok(Self::Whole(ids));
        }
        let text = TextColumn::new(array)?;
        let rows = array.len();
        if slot.is_plain() {
            let usual = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
            let trim = |text: &str| usual(text.as_bytes().first()) && usual(text.as_bytes().last());
            // Blanks around an id do not make it another one, so then all are trimmed first.
            if (0..rows).all(|row| text.get(row).is_none_or(trim)) {
                doubtful.extend((0..rows).filter(|row| text.get(*row).is_none()).map(|row| before + row));
                return Ok(Self::Text(text, rows));
            }
        }
        let decoded: StringArray = (0..rows).map(|row| slot.meaning(text.get(row)).ok().flatten()).collect();
        doubtful.extend((0..rows).filter(|row| decoded.is_null(*row)).map(|row| before + row));
        Ok(Self::Text(TextColumn::new(&(std::sync::Arc::new(decoded) as ArrayRef))?, rows))
    }

    fn len(&self) -> usize {
        match self {
            Self::Whole(ids) => ids.len(),
            Self::Text(_, rows) | Self::Nothing(rows) => *rows,
        }
    }

    fn text(&self, row: usize) -> Option<&str> {
        match self {
            Self::Text(text, _) => text.get(row),
            _ => None,
        }
    }

    #[inline]
    fn get(&self, row: usize) -> Option<Id<'_>> {
        match self {
            Self::Whole(ids) => (row < ids.len() && ids.is_valid(row)).then(|| Id::Whole(ids.value(row))),
            Self::Text(text, _) => text.get(row).map(Id::Text),
            Self::Nothing(_) => None,
        }
    }
}
