//! Columns of text as codes: each distinct text is looked at once, not once a row.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowDictionaryKeyType, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type,
    UInt64Type,
};
use arrow_array::{Array, ArrayRef, PrimitiveArray};
use arrow_buffer::ArrowNativeType;
use arrow_schema::DataType;
use hashbrown::HashMap;

use crate::column::{Column, ColumnError, TextColumn};

/// A column of text as codes, given out block by block: `code` is asked once for each entry of a dictionary and once for
/// each distinct text of a plain column; a null gets `missing`.
#[derive(Debug)]
pub(super) struct Coded<'c, C> {
    pieces: Vec<Piece<'c, C>>,
    missing: C,
    /// The piece that comes next, and the row in it.
    next: (usize, usize),
}

/// One array of a column.
#[derive(Debug)]
enum Piece<'c, C> {
    /// A dictionary, with the codes of its entries.
    Keys(&'c ArrayRef, Vec<C>),
    /// Plain text, coded row by row.
    Rows(Vec<C>),
}

impl<C> Piece<'_, C> {
    fn len(&self) -> usize {
        match self {
            Self::Keys(array, _) => array.len(),
            Self::Rows(codes) => codes.len(),
        }
    }
}

impl<'c, C: Copy + PartialEq> Coded<'c, C> {
    /// The codes of a column; `None` where every row has that of a null, by what the dictionaries list.
    pub(super) fn new(
        column: &'c Column<'_>,
        missing: C,
        mut code: impl FnMut(&str) -> C,
    ) -> Result<Option<Self>, ColumnError> {
        let mut known: HashMap<Box<str>, C> = HashMap::new();
        let wrong = |wrong| column.wrong(wrong, "make it a text column first");
        let mut pieces = Vec::with_capacity(column.chunks().len());
        let mut uniform = true;
        for array in column.chunks() {
            if let DataType::Dictionary(..) = array.data_type() {
                let values = array.as_any_dictionary().values();
                let entries = dictionary_codes(values, missing, &mut known, &mut code).map_err(wrong)?;
                uniform &= entries.iter().all(|entry| *entry == missing);
                pieces.push(Piece::Keys(array, entries));
            } else {
                let mut codes = Vec::new();
                if array.null_count() == array.len() {
                    codes.resize(array.len(), missing);
                } else {
                    uniform = false;
                    codes.reserve_exact(array.len());
                    code_text(array, missing, &mut known, &mut code, &mut codes).map_err(wrong)?;
                }
                pieces.push(Piece::Rows(codes));
            }
        }
        Ok((!uniform).then_some(Self { pieces, missing, next: (0, 0) }))
    }

    /// Makes `codes` those of the next rows, as many as it has places.
    pub(super) fn fill(&mut self, codes: &mut [C]) {
        let mut done = 0;
        while let (Some(piece), true) = (self.pieces.get(self.next.0), done < codes.len()) {
            let from = self.next.1;
            let rows = (piece.len() - from).min(codes.len() - done);
            let place = &mut codes[done..done + rows];
            match piece {
                Piece::Keys(array, entries) => gather(array, from, entries, self.missing, place),
                Piece::Rows(known) => place.copy_from_slice(&known[from..from + rows]),
            }
            done += rows;
            self.next =
                if from + rows == piece.len() { (self.next.0 + 1, 0) } else { (self.next.0, from + rows) };
        }
        codes[done..].fill(self.missing);
    }
}

/// The codes of a whole column, one a row (see [`Coded`]). No codes at all where the dictionaries show that every row would
/// get that of a null.
pub(super) fn coded<C: Copy + PartialEq>(
    column: &Column<'_>,
    missing: C,
    code: impl FnMut(&str) -> C,
) -> Result<Vec<C>, ColumnError> {
    let Some(mut reader) = Coded::new(column, missing, code)? else { return Ok(Vec::new()) };
    if let [Piece::Rows(codes)] = reader.pieces.as_mut_slice() {
        return Ok(std::mem::take(codes));
    }
    let mut codes = vec![missing; column.len()];
    reader.fill(&mut codes);
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
            _ => code_text(array, (), &mut known, &mut look, &mut Vec::new()).map_err(wrong)?,
        }
    }
    Ok(())
}

/// The codes of an array of plain text.
fn code_text<C: Copy>(
    array: &ArrayRef,
    missing: C,
    known: &mut HashMap<Box<str>, C>,
    code: &mut impl FnMut(&str) -> C,
    codes: &mut Vec<C>,
) -> Result<(), crate::column::WrongType> {
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

/// The codes of some rows of a dictionary, from row `from` on.
fn gather<C: Copy>(array: &ArrayRef, from: usize, entries: &[C], missing: C, codes: &mut [C]) {
    macro_rules! keys {
        ($key:ty) => {
            gather_keys(array.as_dictionary::<$key>().keys(), from, entries, missing, codes)
        };
    }
    let DataType::Dictionary(key, _) = array.data_type() else { return codes.fill(missing) };
    match **key {
        DataType::Int8 => keys!(Int8Type),
        DataType::Int16 => keys!(Int16Type),
        DataType::Int32 => keys!(Int32Type),
        DataType::Int64 => keys!(Int64Type),
        DataType::UInt8 => keys!(UInt8Type),
        DataType::UInt16 => keys!(UInt16Type),
        DataType::UInt32 => keys!(UInt32Type),
        DataType::UInt64 => keys!(UInt64Type),
        // Arrow has no other keys.
        _ => codes.fill(missing),
    }
}

fn gather_keys<K: ArrowDictionaryKeyType, C: Copy>(
    keys: &PrimitiveArray<K>,
    from: usize,
    entries: &[C],
    missing: C,
    codes: &mut [C],
) {
    let values = &keys.values()[from..from + codes.len()];
    let entry = |key: &K::Native| entries.get(key.as_usize()).copied().unwrap_or(missing);
    let Some(nulls) = keys.nulls().filter(|nulls| nulls.null_count() > 0) else {
        return codes.iter_mut().zip(values).for_each(|(code, key)| *code = entry(key));
    };
    // Sixty-four rows a word of the bitmap; what a null row's key says means nothing.
    let bits = nulls.inner().slice(from, values.len());
    let words = bits.bit_chunks();
    let mut rows = codes.iter_mut().zip(values);
    for word in words.iter_padded() {
        for (place, (code, key)) in rows.by_ref().take(64).enumerate() {
            let found = entry(key);
            *code = if word >> place & 1 == 1 { found } else { missing };
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
