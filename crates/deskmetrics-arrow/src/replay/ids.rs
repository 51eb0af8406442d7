//! Which ticket an event belongs to: ids as numbers or text, found without hashing where the rows already go together.

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef};
use arrow_buffer::{NullBuffer, ScalarBuffer};
use arrow_schema::DataType;
use deskmetrics::{Excluded, Reason};
use hashbrown::HashMap;
use hashbrown::hash_map::Entry;

use super::coding::Coded;
use crate::column::{Column, ColumnError, TextColumn};

/// A row that belongs to no ticket.
pub(super) const NOWHERE: u32 = u32::MAX;
/// A row without an id.
pub(super) const NO_ID: u32 = u32::MAX - 1;

/// A column of ids.
#[derive(Debug)]
pub(super) enum Ids {
    Numbers(Vec<Numbers>),
    Texts(Vec<(TextColumn, usize)>),
}

#[derive(Debug)]
pub(super) struct Numbers {
    values: ScalarBuffer<i64>,
    nulls: Option<NullBuffer>,
}

impl Numbers {
    pub(super) fn iter(&self) -> impl Iterator<Item = Option<i64>> {
        (0..self.values.len()).map(|row| self.get(row))
    }

    /// The numbers, where none is missing.
    pub(super) fn whole(&self) -> Option<&[i64]> {
        self.nulls.is_none().then_some(&*self.values)
    }

    /// The least and the greatest.
    pub(super) fn ends(&self) -> Option<(i64, i64)> {
        let wider = |(least, most): (i64, i64), id: i64| (least.min(id), most.max(id));
        match self.whole() {
            Some([]) => None,
            Some(ids) => Some(ids.iter().copied().fold((i64::MAX, i64::MIN), wider)),
            None => self.iter().flatten().map(|id| (id, id)).reduce(|ends, (id, _)| wider(ends, id)),
        }
    }

    #[inline]
    fn get(&self, row: usize) -> Option<i64> {
        let valid = self.nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row));
        self.values.get(row).copied().filter(|_| valid)
    }
}

/// Whether every value is a whole number that fits.
fn are_numbers(column: &Column<'_>) -> bool {
    let mut kinds = column.chunks().iter().map(arrow_array::Array::data_type);
    column.chunks().iter().any(|array| !array.is_empty())
        && kinds.all(|kind| kind.is_integer() && *kind != DataType::UInt64)
}

impl Ids {
    /// The ids of a column; `as_numbers` when the ids they are compared with are numbers too.
    pub(super) fn new(column: &Column<'_>, as_numbers: bool) -> Result<Self, ColumnError> {
        let wrong = |wrong| column.wrong(wrong, "make the ids text or whole numbers");
        if as_numbers {
            let numbers = |array: &ArrayRef| {
                let wide = match array.data_type() {
                    DataType::Int64 => array.clone(),
                    _ => crate::column::cast(array, &DataType::Int64).map_err(wrong)?,
                };
                let values = wide.as_primitive::<Int64Type>().values().clone();
                Ok(Numbers { values, nulls: wide.nulls().filter(|nulls| nulls.null_count() > 0).cloned() })
            };
            return Ok(Self::Numbers(column.chunks().iter().map(numbers).collect::<Result<_, _>>()?));
        }
        let texts = |array: &ArrayRef| Ok((TextColumn::new(array).map_err(wrong)?, array.len()));
        Ok(Self::Texts(column.chunks().iter().map(texts).collect::<Result<_, _>>()?))
    }

    /// Both columns as numbers, if they are.
    pub(super) fn are_numbers(one: &Column<'_>, other: &Column<'_>) -> bool {
        are_numbers(one) && are_numbers(other)
    }
}

/// Finds a ticket's place by its id.
#[derive(Debug)]
pub(super) enum Finder {
    /// What stands at a row without an id means nothing.
    Numbers {
        ids: ScalarBuffer<i64>,
        index: NumberIndex,
    },
    Texts {
        ids: Vec<Option<Box<str>>>,
        index: HashMap<Box<str>, u32>,
    },
}

/// From a number to a place.
#[derive(Debug)]
pub(super) enum NumberIndex {
    /// Each number is one more than that of the row before: the place is the distance from the first.
    Rows { first: i64, rows: u32 },
    /// The numbers lie close together: a table from the least on.
    Dense { least: i64, places: Vec<u32> },
    /// They lie far apart.
    Sparse(HashMap<i64, u32>),
}

impl NumberIndex {
    /// Indexes the ids of all rows, where they are consecutive.
    fn consecutive(ids: &[i64]) -> Option<Self> {
        let first = *ids.first()?;
        let rows = u32::try_from(ids.len()).ok()?;
        let place = |at: u32| first.checked_add(i64::from(at));
        let all = ids.iter().zip(0..rows).fold(true, |all, (id, at)| all & (place(at) == Some(*id)));
        all.then_some(Self::Rows { first, rows })
    }

    /// Indexes the ids of usable rows; says which rows have the id of an earlier one.
    fn new(ids: &[i64], usable: &[bool], mut repeated: impl FnMut(usize)) -> Self {
        let numbered = || ids.iter().zip(usable).zip(0u32..).enumerate();
        let known =
            || numbered().filter(|(_, ((_, usable), _))| **usable).map(|(row, ((id, _), at))| (row, *id, at));
        let (least, most) =
            known().fold((i64::MAX, i64::MIN), |(least, most), (_, id, _)| (least.min(id), most.max(id)));
        let width = usize::try_from(i128::from(most) - i128::from(least)).unwrap_or(usize::MAX);
        if width < ids.len().saturating_mul(4) + 1024 {
            let mut places = vec![NOWHERE; width + 1];
            for (row, id, place) in known() {
                let Ok(at) = usize::try_from(id - least) else { continue };
                if places[at] == NOWHERE { places[at] = place } else { repeated(row) }
            }
            return Self::Dense { least, places };
        }
        let mut places = HashMap::with_capacity(ids.len());
        for (row, id, place) in known() {
            match places.entry(id) {
                Entry::Vacant(free) => {
                    free.insert(place);
                }
                Entry::Occupied(_) => repeated(row),
            }
        }
        Self::Sparse(places)
    }

    #[inline]
    fn find(&self, id: i64) -> u32 {
        match self {
            Self::Rows { first, rows } => match u32::try_from(id.wrapping_sub(*first)) {
                Ok(at) if at < *rows && id >= *first => at,
                _ => NOWHERE,
            },
            Self::Dense { least, places } => {
                let at = id.checked_sub(*least).and_then(|at| usize::try_from(at).ok());
                at.and_then(|at| places.get(at)).copied().unwrap_or(NOWHERE)
            }
            Self::Sparse(places) => places.get(&id).copied().unwrap_or(NOWHERE),
        }
    }
}

impl Finder {
    /// Finds tickets by these ids. Rows without an id, or with that of an earlier ticket, are no longer `usable`; those that
    /// were not before have no id.
    pub(super) fn new(ids: Ids, usable: &mut [bool], excluded: &mut Excluded) -> Self {
        match ids {
            Ids::Numbers(chunks) => {
                let whole = chunks.iter().all(|chunk| chunk.nulls.is_none());
                for (row, id) in chunks.iter().flat_map(Numbers::iter).enumerate().filter(|_| !whole) {
                    if id.is_none() && usable[row] {
                        usable[row] = false;
                        excluded.add(Reason::Missing);
                    }
                }
                let ids: ScalarBuffer<i64> = match chunks.as_slice() {
                    [one] => one.values.clone(),
                    all => all.iter().flat_map(|chunk| chunk.values.iter().copied()).collect(),
                };
                let index =
                    if usable.iter().all(|usable| *usable) { NumberIndex::consecutive(&ids) } else { None };
                let index = index.unwrap_or_else(|| {
                    let mut repeated = Vec::new();
                    let index = NumberIndex::new(&ids, usable, |row| repeated.push(row));
                    for row in repeated {
                        usable[row] = false;
                        excluded.add(Reason::Duplicate);
                    }
                    index
                });
                Self::Numbers { ids, index }
            }
            Ids::Texts(chunks) => {
                let mut ids: Vec<Option<Box<str>>> = Vec::with_capacity(usable.len());
                for (text, rows) in &chunks {
                    ids.extend((0..*rows).map(|row| trimmed(text.get(row)).map(Into::into)));
                }
                let mut index = HashMap::with_capacity(ids.len());
                for (row, (id, place)) in ids.iter_mut().zip(0u32..).enumerate() {
                    if !usable[row] {
                        *id = None;
                        continue;
                    }
                    let Some(id) = id else {
                        usable[row] = false;
                        excluded.add(Reason::Missing);
                        continue;
                    };
                    match index.entry(id.clone()) {
                        Entry::Vacant(free) => {
                            free.insert(place);
                        }
                        Entry::Occupied(_) => {
                            usable[row] = false;
                            excluded.add(Reason::Duplicate);
                        }
                    }
                }
                Self::Texts { ids, index }
            }
        }
    }

    /// The id of a ticket as text.
    pub(super) fn text(&self, place: usize) -> Option<std::borrow::Cow<'_, str>> {
        match self {
            Self::Numbers { ids, .. } => ids.get(place).map(|id| id.to_string().into()),
            Self::Texts { ids, .. } => ids.get(place)?.as_deref().map(Into::into),
        }
    }

    /// The place of an id written out.
    pub(super) fn find_text(&self, id: &str) -> u32 {
        match self {
            Self::Numbers { index, .. } => id.trim().parse().map_or(NOWHERE, |id| index.find(id)),
            Self::Texts { index, .. } => index.get(id.trim()).copied().unwrap_or(NOWHERE),
        }
    }

    /// To find the tickets of the rows of `column`.
    pub(super) fn seek<'f>(&'f self, column: &'f Column<'_>) -> Result<Seeker<'f>, ColumnError> {
        let plain = |array: &ArrayRef| !matches!(array.data_type(), DataType::Dictionary(..));
        let source = match self {
            Self::Texts { .. } if !column.chunks().iter().all(plain) => {
                Source::Coded(Coded::new(column, NO_ID, |id| self.find_id(id))?)
            }
            _ => match Ids::new(column, matches!(self, Self::Numbers { .. }))? {
                Ids::Numbers(chunks) => Source::Numbers(chunks),
                Ids::Texts(chunks) => Source::Texts(chunks),
            },
        };
        Ok(Seeker { finder: self, source, next: (0, 0), last: None })
    }

    /// The place of the ticket with this number; [`NOWHERE`] where there is none.
    #[inline]
    pub(super) fn place(&self, id: i64) -> u32 {
        match self {
            Self::Numbers { index, .. } => index.find(id),
            Self::Texts { .. } => NOWHERE,
        }
    }

    fn find_id(&self, id: &str) -> u32 {
        match trimmed(Some(id)) {
            Some(id) => self.find_text(id),
            None => NO_ID,
        }
    }
}

/// Finds the ticket of each row of a column, block by block.
#[derive(Debug)]
pub(super) struct Seeker<'f> {
    finder: &'f Finder,
    source: Source<'f>,
    /// The chunk that comes next, and the row in it.
    next: (usize, usize),
    /// The last number found, and its place: most logs stand ticket by ticket.
    last: Option<(i64, u32)>,
}

#[derive(Debug)]
enum Source<'f> {
    Numbers(Vec<Numbers>),
    Texts(Vec<(TextColumn, usize)>),
    /// `None` where no row has an id.
    Coded(Option<Coded<'f, u32>>),
}

impl Seeker<'_> {
    /// Makes `places` those of the tickets of the next rows: [`NOWHERE`] where there is none of the id, [`NO_ID`] where there
    /// is no id.
    pub(super) fn fill(&mut self, places: &mut [u32]) {
        if let Source::Coded(coded) = &mut self.source {
            return match coded {
                Some(coded) => coded.fill(places),
                None => places.fill(NO_ID),
            };
        }
        let mut done = 0;
        while done < places.len() {
            let (chunk, from) = self.next;
            let Some(left) = self.source.rows(chunk).map(|rows| rows - from) else {
                return places[done..].fill(NO_ID);
            };
            let rows = left.min(places.len() - done);
            self.find(chunk, from, &mut places[done..done + rows]);
            done += rows;
            self.next = if rows == left { (chunk + 1, 0) } else { (chunk, from + rows) };
        }
    }

    /// The ids of the next rows, where they are numbers that stand in one piece and none is missing. Whoever takes them has
    /// to find their tickets by [`Finder::place`].
    pub(super) fn take_ids(&mut self, rows: usize) -> Option<&[i64]> {
        let (chunk, from) = self.next;
        let Source::Numbers(chunks) = &self.source else { return None };
        let all = chunks.get(chunk)?.whole()?;
        let ids = all.get(from..from + rows)?;
        self.next = if from + rows == all.len() { (chunk + 1, 0) } else { (chunk, from + rows) };
        Some(ids)
    }

    fn find(&mut self, chunk: usize, from: usize, places: &mut [u32]) {
        match (&self.source, self.finder) {
            (Source::Numbers(chunks), Finder::Numbers { index, .. }) => {
                let chunk = &chunks[chunk];
                let values = &chunk.values[from..from + places.len()];
                let (mut same, mut found) = self.last.unwrap_or_else(|| (0, index.find(0)));
                for (place, id) in places.iter_mut().zip(values) {
                    if *id != same {
                        (same, found) = (*id, index.find(*id));
                    }
                    *place = found;
                }
                self.last = Some((same, found));
                if chunk.nulls.is_some() {
                    let missing = (from..).zip(places).filter(|(row, _)| chunk.get(*row).is_none());
                    missing.for_each(|(_, place)| *place = NO_ID);
                }
            }
            (Source::Texts(chunks), Finder::Texts { index, .. }) => {
                let text = &chunks[chunk].0;
                let (mut last, mut last_id) = (NO_ID, None);
                for (row, place) in (from..).zip(places) {
                    let id = text.get(row);
                    if id != last_id {
                        last_id = id;
                        last = trimmed(id).map_or(NO_ID, |id| index.get(id).copied().unwrap_or(NOWHERE));
                    }
                    *place = last;
                }
            }
            _ => places.fill(NO_ID),
        }
    }
}

impl Source<'_> {
    /// The rows of a chunk.
    fn rows(&self, chunk: usize) -> Option<usize> {
        match self {
            Self::Numbers(chunks) => chunks.get(chunk).map(|chunk| chunk.values.len()),
            Self::Texts(chunks) => chunks.get(chunk).map(|(_, rows)| *rows),
            Self::Coded(_) => None,
        }
    }
}

fn trimmed(id: Option<&str>) -> Option<&str> {
    id.map(str::trim).filter(|id| !id.is_empty())
}

impl Ids {
    /// The ids as text, one a row; none for a column of numbers.
    pub(super) fn texts(&self) -> impl Iterator<Item = Option<&str>> {
        let chunks = match self {
            Self::Texts(chunks) => chunks.as_slice(),
            Self::Numbers(_) => &[],
        };
        chunks.iter().flat_map(|(text, rows)| (0..*rows).map(|row| trimmed(text.get(row))))
    }
}
