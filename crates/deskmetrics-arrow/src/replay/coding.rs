//! Columns of text as codes: each distinct text is looked at once, not once a row.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowDictionaryKeyType, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type,
    UInt64Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_buffer::ArrowNativeType;
use arrow_schema::DataType;
use hashbrown::HashMap;

use crate::column::{Column, ColumnError, TextColumn};

/// The codes of a column, one a row: `code` is asked once for each entry of a dictionary and once for each distinct text
/// of a plain column; a null gets `missing`. No codes at all where the dictionaries show that every row would get that.
pub(super) fn coded<C: Copy + PartialEq>(
    column: &Column<'_>,
    missing: C,
    mut code: impl FnMut(&str) -> C,
) -> Result<Vec<C>, ColumnError> {
    let mut known: HashMap<Box<str>, C> = HashMap::new();
    let wrong = |wrong| column.wrong(wrong, "make it a text column first");
    let mut uniform = true;
    for array in column.chunks() {
        uniform = uniform
            && match array.data_type() {
                DataType::Dictionary(..) => {
                    let values = array.as_any_dictionary().values();
                    let entries = dictionary_codes(values, missing, &mut known, &mut code).map_err(wrong)?;
                    entries.iter().all(|entry| *entry == missing)
                }
                _ => array.null_count() == array.len(),
            };
    }
    if uniform {
        return Ok(Vec::new());
    }
    let mut codes = Vec::with_capacity(column.len());
    for array in column.chunks() {
        code_array(array, missing, &mut known, &mut code, &mut codes).map_err(wrong)?;
    }
    Ok(codes)
}

/// Asks about each distinct text of a column, and about no row of it where dictionaries list them.
pub(super) fn each_word(column: &Column<'_>, mut look: impl FnMut(&str)) -> Result<(), ColumnError> {
    let mut known: HashMap<Box<str>, ()> = HashMap::new();
    let wrong = |wrong| column.wrong(wrong, "make it a text column first");
    for array in column.chunks() {
        match array.data_type() {
            DataType::Dictionary(..) => {
                let values = array.as_any_dictionary().values();
                dictionary_codes(values, (), &mut known, &mut look).map_err(wrong)?;
            }
            _ => code_array(array, (), &mut known, &mut look, &mut Vec::new()).map_err(wrong)?,
        }
    }
    Ok(())
}

fn code_array<C: Copy>(
    array: &ArrayRef,
    missing: C,
    known: &mut HashMap<Box<str>, C>,
    code: &mut impl FnMut(&str) -> C,
    codes: &mut Vec<C>,
) -> Result<(), crate::column::WrongType> {
    macro_rules! dictionary {
        ($key:ty) => {{
            let entries =
                dictionary_codes::<C>(array.as_dictionary::<$key>().values(), missing, known, code)?;
            gather::<$key, C>(array, &entries, missing, codes);
            return Ok(());
        }};
    }
    if let DataType::Dictionary(key, _) = array.data_type() {
        match **key {
            DataType::Int8 => dictionary!(Int8Type),
            DataType::Int16 => dictionary!(Int16Type),
            DataType::Int32 => dictionary!(Int32Type),
            DataType::Int64 => dictionary!(Int64Type),
            DataType::UInt8 => dictionary!(UInt8Type),
            DataType::UInt16 => dictionary!(UInt16Type),
            DataType::UInt32 => dictionary!(UInt32Type),
            DataType::UInt64 => dictionary!(UInt64Type),
            _ => {}
        }
    }
    let text = TextColumn::new(array)?;
    // Neighbors are often alike.
    let mut last: Option<(&str, C)> = None;
    for row in 0..array.len() {
        codes.push(match (text.get(row), last) {
            (None, _) => missing,
            (Some(word), Some((before, same))) if word == before => same,
            (Some(word), _) => {
                let found = of_word(word, known, code);
                last = Some((word, found));
                found
            }
        });
    }
    Ok(())
}

fn of_word<C: Copy>(word: &str, known: &mut HashMap<Box<str>, C>, code: &mut impl FnMut(&str) -> C) -> C {
    if let Some(found) = known.get(word) {
        return *found;
    }
    let found = code(word);
    known.insert(word.into(), found);
    found
}

/// The codes of a dictionary's entries.
fn dictionary_codes<C: Copy>(
    values: &ArrayRef,
    missing: C,
    known: &mut HashMap<Box<str>, C>,
    code: &mut impl FnMut(&str) -> C,
) -> Result<Vec<C>, crate::column::WrongType> {
    let text = TextColumn::new(values)?;
    let entry = |row| text.get(row).map_or(missing, |word| of_word(word, known, code));
    Ok((0..values.len()).map(entry).collect())
}

fn gather<K: ArrowDictionaryKeyType, C: Copy>(
    array: &ArrayRef,
    entries: &[C],
    missing: C,
    codes: &mut Vec<C>,
) {
    let keys = array.as_dictionary::<K>().keys();
    let entry = |key: K::Native| entries.get(key.as_usize()).copied().unwrap_or(missing);
    match keys.nulls().filter(|nulls| nulls.null_count() > 0) {
        None => codes.extend(keys.values().iter().map(|key| entry(*key))),
        Some(nulls) => {
            let valid = nulls.iter();
            codes.extend(keys.values().iter().zip(valid).map(
                |(key, valid)| {
                    if valid { entry(*key) } else { missing }
                },
            ));
        }
    }
}

/// The texts met in any column, each with a number; 0 is no text.
#[derive(Debug, Clone)]
pub(super) struct Texts {
    texts: Vec<Box<str>>,
    codes: HashMap<Box<str>, u32>,
}

impl Default for Texts {
    fn default() -> Self {
        Self { texts: vec!["".into()], codes: HashMap::new() }
    }
}

impl Texts {
    /// The code of no text.
    pub(super) const NONE: u32 = 0;

    /// The code of a cell: blanks around it do not count, and nothing else is no text.
    pub(super) fn code(&mut self, cell: &str) -> u32 {
        let text = cell.trim();
        if text.is_empty() {
            return Self::NONE;
        }
        if let Some(code) = self.codes.get(text) {
            return *code;
        }
        let code = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        self.texts.push(text.into());
        self.codes.insert(text.into(), code);
        code
    }

    /// The codes of a column.
    pub(super) fn column(&mut self, column: &Column<'_>) -> Result<Vec<u32>, ColumnError> {
        coded(column, Self::NONE, |cell| self.code(cell))
    }

    pub(super) fn find(&self, text: &str) -> Option<u32> {
        self.codes.get(text).copied()
    }

    pub(super) fn text(&self, code: u32) -> Option<&str> {
        let place = usize::try_from(code).ok().filter(|place| *place > 0)?;
        self.texts.get(place).map(|text| &**text)
    }

    /// One more than the highest code.
    pub(super) fn len(&self) -> usize {
        self.texts.len()
    }

    /// Every text but none, in the order of the codes.
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.texts[1..].iter().map(|text| &**text)
    }
}
