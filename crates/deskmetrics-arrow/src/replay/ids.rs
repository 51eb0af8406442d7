//! Which ticket an event belongs to: ids as numbers or text, found without hashing where the rows already go together.

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef};
use arrow_buffer::{NullBuffer, ScalarBuffer};
use arrow_schema::DataType;
use deskmetrics::{Excluded, Reason};
use hashbrown::HashMap;
use hashbrown::hash_map::Entry;

use super::coding::coded;
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
    Numbers { ids: Vec<Option<i64>>, index: NumberIndex },
    Texts { ids: Vec<Option<Box<str>>>, index: HashMap<Box<str>, u32> },
}

/// From a number to a place.
#[derive(Debug)]
pub(super) enum NumberIndex {
    /// The numbers lie close together: a table from the least on.
    Dense {
        least: i64,
        places: Vec<u32>,
    },
    Sparse(HashMap<i64, u32>),
}

impl NumberIndex {
    /// Indexes the ids; says which rows have the id of an earlier one.
    fn new(ids: &[Option<i64>], mut repeated: impl FnMut(usize)) -> Self {
        let known = || ids.iter().flatten();
        let (least, most) = (known().min().copied().unwrap_or(0), known().max().copied().unwrap_or(0));
        let width = usize::try_from(i128::from(most) - i128::from(least)).unwrap_or(usize::MAX);
        let numbered = || ids.iter().zip(0u32..).enumerate();
        if width < ids.len().saturating_mul(4) + 1024 {
            let mut places = vec![NOWHERE; width + 1];
            for (row, (id, place)) in numbered() {
                let Some(id) = id else { continue };
                let Ok(at) = usize::try_from(id - least) else { continue };
                if places[at] == NOWHERE { places[at] = place } else { repeated(row) }
            }
            return Self::Dense { least, places };
        }
        let mut places = HashMap::with_capacity(ids.len());
        for (row, (id, place)) in numbered() {
            let Some(id) = id else { continue };
            match places.entry(*id) {
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
            Self::Dense { least, places } => {
                let at = id.checked_sub(*least).and_then(|at| usize::try_from(at).ok());
                at.and_then(|at| places.get(at)).copied().unwrap_or(NOWHERE)
            }
            Self::Sparse(places) => places.get(&id).copied().unwrap_or(NOWHERE),
        }
    }
}

impl Finder {
    /// Finds tickets by these ids. Says which rows are tickets: those with an id no earlier ticket has, and a creation.
    pub(super) fn new(ids: &Ids, created: &[Option<i64>], excluded: &mut Excluded) -> (Self, Vec<bool>) {
        let mut usable: Vec<bool> = created.iter().map(Option::is_some).collect();
        let mut drop = |row: usize, reason: Reason| {
            usable[row] = false;
            excluded.add(reason);
        };
        let finder = match ids {
            Ids::Numbers(chunks) => {
                let each =
                    |chunk: &Numbers| (0..chunk.values.len()).map(|row| chunk.get(row)).collect::<Vec<_>>();
                let mut ids: Vec<Option<i64>> = chunks.iter().flat_map(each).collect();
                for (row, id) in ids.iter_mut().enumerate() {
                    match (&id, created[row]) {
                        (Some(_), None) => *id = None,
                        (None, Some(_)) => drop(row, Reason::Missing),
                        (Some(_), Some(_)) | (None, None) => {}
                    }
                }
                let index = NumberIndex::new(&ids, |row| drop(row, Reason::Duplicate));
                Self::Numbers { ids, index }
            }
            Ids::Texts(chunks) => {
                let mut ids: Vec<Option<Box<str>>> = Vec::with_capacity(created.len());
                for (text, rows) in chunks {
                    ids.extend((0..*rows).map(|row| trimmed(text.get(row)).map(Into::into)));
                }
                let mut index = HashMap::with_capacity(ids.len());
                for (row, (id, place)) in ids.iter_mut().zip(0u32..).enumerate() {
                    if created[row].is_none() {
                        *id = None;
                        continue;
                    }
                    let Some(id) = id else {
                        drop(row, Reason::Missing);
                        continue;
                    };
                    match index.entry(id.clone()) {
                        Entry::Vacant(free) => {
                            free.insert(place);
                        }
                        Entry::Occupied(_) => drop(row, Reason::Duplicate),
                    }
                }
                Self::Texts { ids, index }
            }
        };
        (finder, usable)
    }

    /// The id of a ticket as text; `None` where it has none.
    pub(super) fn text(&self, place: usize) -> Option<std::borrow::Cow<'_, str>> {
        match self {
            Self::Numbers { ids, .. } => ids.get(place).copied()?.map(|id| id.to_string().into()),
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

    /// The place of the ticket of each row of `column`: [`NOWHERE`] where there is none of the id, [`NO_ID`] where there
    /// is no id.
    pub(super) fn places(&self, column: &Column<'_>) -> Result<Vec<u32>, ColumnError> {
        match self {
            Self::Numbers { ids, index } => {
                let Ids::Numbers(chunks) = Ids::new(column, true)? else { return Ok(Vec::new()) };
                let mut places = Vec::with_capacity(column.len());
                // Most logs stand ticket by ticket: the same one as the row before, or the one after.
                let (mut last, mut last_id) = (NOWHERE, None);
                for chunk in &chunks {
                    if chunk.nulls.is_none() {
                        let (mut same, mut found) = (None, NOWHERE);
                        places.extend(chunk.values.iter().map(|id| {
                            if same != Some(*id) {
                                (same, found) = (Some(*id), index.find(*id));
                            }
                            found
                        }));
                        continue;
                    }
                    for row in 0..chunk.values.len() {
                        let id = chunk.get(row);
                        if id != last_id || last == NOWHERE {
                            last_id = id;
                            last = id.map_or(NO_ID, |id| index.find(id));
                        }
                        places.push(last);
                    }
                }
                debug_assert_eq!(places.len(), column.len(), "one place a row, of {} tickets", ids.len());
                Ok(places)
            }
            Self::Texts { index, .. } => {
                let plain = |array: &ArrayRef| !matches!(array.data_type(), DataType::Dictionary(..));
                if !column.chunks().iter().all(plain) {
                    let places = coded(column, NO_ID, |id| self.find_id(id))?;
                    let none = places.is_empty();
                    return Ok(if none { vec![NO_ID; column.len()] } else { places });
                }
                let Ids::Texts(chunks) = Ids::new(column, false)? else { return Ok(Vec::new()) };
                let mut places = Vec::with_capacity(column.len());
                for (text, rows) in &chunks {
                    let (mut last, mut last_id) = (NOWHERE, None);
                    for row in 0..*rows {
                        let id = text.get(row);
                        if id != last_id || last == NOWHERE {
                            last_id = id;
                            last = trimmed(id).map_or(NO_ID, |id| index.get(id).copied().unwrap_or(NOWHERE));
                        }
                        places.push(last);
                    }
                }
                Ok(places)
            }
        }
    }

    fn find_id(&self, id: &str) -> u32 {
        match trimmed(Some(id)) {
            Some(id) => self.find_text(id),
            None => NO_ID,
        }
    }
}

fn trimmed(id: Option<&str>) -> Option<&str> {
    id.map(str::trim).filter(|id| !id.is_empty())
}

impl Ids {
    /// The numbers, one a row; none for a column of text.
    pub(super) fn into_numbers(self) -> Vec<Option<i64>> {
        let Self::Numbers(chunks) = self else { return Vec::new() };
        chunks.iter().flat_map(|chunk| (0..chunk.values.len()).map(|row| chunk.get(row))).collect()
    }
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
