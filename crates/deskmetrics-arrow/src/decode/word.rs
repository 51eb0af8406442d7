//! Columns of labels as small numbers.

use std::hash::Hash;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::ArrowDictionaryKeyType;
use arrow_array::{
    Array, ArrayRef, DictionaryArray, RecordBatch, StringArray, UInt8Array, UInt8DictionaryArray,
    downcast_dictionary_array,
};
use arrow_buffer::ArrowNativeType as _;
use arrow_schema::DataType;
use hashbrown::HashMap;

use super::slot::WordSlot;
use crate::ReadError;
use crate::column::{Cell, Meaning, TextColumn, WrongType};

/// The code of a row without a value.
pub(crate) const NONE: u32 = 0;

/// The codes of a column, in the narrowest type.
#[derive(Debug, Clone)]
pub(crate) enum Codes {
    /// The same code for this number of rows.
    All(u32, usize),
    /// At most 256 different codes.
    Narrow(Vec<u8>),
    /// Any number of codes.
    Wide(Vec<u32>),
}

impl Default for Codes {
    fn default() -> Self {
        Self::All(NONE, 0)
    }
}

impl Codes {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::All(_, rows) => *rows,
            Self::Narrow(codes) => codes.len(),
            Self::Wide(codes) => codes.len(),
        }
    }

    /// The code of a row; [`NONE`] past the end.
    #[inline]
    pub(crate) fn get(&self, row: usize) -> u32 {
        match self {
            Self::All(code, rows) => {
                if row < *rows {
                    *code
                } else {
                    NONE
                }
            }
            Self::Narrow(codes) => codes.get(row).map_or(NONE, |code| u32::from(*code)),
            Self::Wide(codes) => codes.get(row).copied().unwrap_or(NONE),
        }
    }

    /// Writes the codes of the rows from `from` on into `codes`, until it is full; [`NONE`] past the end.
    pub(crate) fn read(&self, from: usize, codes: &mut [u32]) {
        let rest = match self {
            Self::All(code, rows) => {
                let known = rows.saturating_sub(from).min(codes.len());
                codes[..known].fill(*code);
                &mut codes[known..]
            }
            Self::Narrow(narrow) => {
                let narrow = narrow.get(from..).unwrap_or_default();
                codes.iter_mut().zip(narrow).for_each(|(to, code)| *to = u32::from(*code));
                let known = narrow.len().min(codes.len());
                &mut codes[known..]
            }
            Self::Wide(wide) => {
                let wide = wide.get(from..).unwrap_or_default();
                let known = wide.len().min(codes.len());
                codes[..known].copy_from_slice(&wide[..known]);
                &mut codes[known..]
            }
        };
        rest.fill(NONE);
    }

    /// Adds `times` the code of each row from `from` on to `sums`, wrapping around.
    pub(crate) fn add_to(&self, from: usize, times: u64, sums: &mut [u64]) {
        let add = |sum: &mut u64, code: u32| *sum = sum.wrapping_add(times.wrapping_mul(u64::from(code)));
        match self {
            Self::All(code, _) => sums.iter_mut().for_each(|sum| add(sum, *code)),
            Self::Narrow(codes) => {
                let codes = codes.get(from..).unwrap_or_default();
                sums.iter_mut().zip(codes).for_each(|(sum, code)| add(sum, u32::from(*code)));
            }
            Self::Wide(codes) => {
                let codes = codes.get(from..).unwrap_or_default();
                sums.iter_mut().zip(codes).for_each(|(sum, code)| add(sum, *code));
            }
        }
    }

    /// Replaces each of `numbers` by `kinds` times itself and the code of its row, the first of which is `from`.
    pub(crate) fn combine(&self, from: usize, kinds: u32, numbers: &mut [u32]) {
        let combine = |number: &mut u32, code: u32| *number = *number * kinds + code;
        match self {
            Self::All(code, _) => numbers.iter_mut().for_each(|number| combine(number, *code)),
            Self::Narrow(codes) => {
                let codes = codes.get(from..).unwrap_or_default();
                numbers.iter_mut().zip(codes).for_each(|(number, code)| combine(number, u32::from(*code)));
            }
            Self::Wide(codes) => {
                let codes = codes.get(from..).unwrap_or_default();
                numbers.iter_mut().zip(codes).for_each(|(number, code)| combine(number, *code));
            }
        }
    }

    pub(crate) fn push(&mut self, code: u32) {
        self.make_room_for(code, 1);
        match self {
            Self::All(_, rows) => *rows += 1,
            Self::Narrow(codes) => codes.push(narrow(code)),
            Self::Wide(codes) => codes.push(code),
        }
    }

    fn push_many(&mut self, code: u32, rows: usize) {
        self.make_room_for(code, rows);
        match self {
            Self::All(_, all) => *all += rows,
            Self::Narrow(codes) => codes.resize(codes.len() + rows, narrow(code)),
            Self::Wide(codes) => codes.resize(codes.len() + rows, code),
        }
    }

    /// Adds rows without a value up to `rows`.
    pub(crate) fn fill_up(&mut self, rows: usize) {
        self.push_many(NONE, rows.saturating_sub(self.len()));
    }

    /// Changes the code of a row.
    pub(crate) fn set(&mut self, row: usize, code: u32) {
        self.make_room_for(code, 0);
        match self {
            Self::All(..) => {}
            Self::Narrow(codes) => codes[row] = narrow(code),
            Self::Wide(codes) => codes[row] = code,
        }
    }

    /// Changes to the type in which `code` fits.
    fn make_room_for(&mut self, code: u32, more: usize) {
        match self {
            Self::All(same, 0) => *same = code,
            Self::All(same, rows) if *same != code => {
                let mut codes = Vec::with_capacity(*rows + more);
                *self = if let Ok(same) = u8::try_from(*same) {
                    codes.resize(*rows, same);
                    Self::Narrow(codes)
                } else {
                    Self::Wide(vec![*same; *rows])
                };
                self.make_room_for(code, more);
            }
            Self::Narrow(codes) if u8::try_from(code).is_err() => {
                *self = Self::Wide(codes.iter().copied().map(u32::from).collect());
            }
            _ => {}
        }
    }

    /// Rearranges the rows.
    pub(crate) fn in_order_of(&self, rows: &[u32]) -> Self {
        match self {
            Self::All(code, _) => Self::All(*code, rows.len()),
            Self::Narrow(codes) => Self::Narrow(rows.iter().map(|row| codes[*row as usize]).collect()),
            Self::Wide(codes) => Self::Wide(rows.iter().map(|row| codes[*row as usize]).collect()),
        }
    }
}

fn narrow(code: u32) -> u8 {
    u8::try_from(code).unwrap_or(0)
}

/// A column of labels. Equal meanings have equal codes, from 1 on.
#[derive(Debug, Clone)]
pub(crate) struct Words<T> {
    pub(crate) codes: Codes,
    meanings: Vec<T>,
    index: HashMap<T, u32>,
}

impl<T> Default for Words<T> {
    fn default() -> Self {
        Self { codes: Codes::default(), meanings: Vec::new(), index: HashMap::new() }
    }
}

impl<T> Words<T> {
    /// The meaning of a code; `None` for [`NONE`].
    #[inline]
    pub(crate) fn meaning(&self, code: u32) -> Option<&T> {
        self.meanings.get((code as usize).checked_sub(1)?)
    }

    /// The meaning of a row.
    #[inline]
    pub(crate) fn of_row(&self, row: usize) -> Option<&T> {
        self.meaning(self.codes.get(row))
    }

    /// Every meaning, in the order of the codes from 1 on.
    pub(crate) fn meanings(&self) -> &[T] {
        &self.meanings
    }

    /// One more than the highest code.
    pub(crate) fn kinds(&self) -> usize {
        self.meanings.len() + 1
    }

    /// Adds rows without a value up to `rows`.
    pub(crate) fn fill_up(&mut self, rows: usize) {
        self.codes.fill_up(rows);
    }

    /// The rows without a value from `first` on, relative to it.
    pub(crate) fn rows_without(&self, first: usize) -> Vec<usize> {
        fn places<C: Copy + PartialEq + Default>(codes: &[C], first: usize) -> Vec<usize> {
            let none = C::default();
            let codes = codes.get(first..).unwrap_or_default();
            // Checks first whether there is one, because nearly always there is none.
            if !codes.contains(&none) {
                return Vec::new();
            }
            codes.iter().enumerate().filter(|(_, code)| **code == none).map(|(place, _)| place).collect()
        }
        match &self.codes {
            Codes::All(NONE, rows) => (0..rows.saturating_sub(first)).collect(),
            Codes::All(..) => Vec::new(),
            Codes::Narrow(codes) => places(codes, first),
            Codes::Wide(codes) => places(codes, first),
        }
    }
}

impl<T: Meaning + Eq + Hash> Words<T> {
    /// The code of a meaning, assigned if it is new.
    pub(crate) fn code_of(&mut self, meaning: T) -> u32 {
        if let Some(code) = self.index.get(&meaning) {
            return *code;
        }
        // More than four billion different meanings do not fit into memory.
        let code = u32::try_from(self.meanings.len() + 1).unwrap_or(NONE);
        self.meanings.push(meaning.clone());
        self.index.insert(meaning, code);
        code
    }

    /// Adds one row.
    pub(crate) fn push(&mut self, meaning: Option<T>) {
        let code = meaning.map_or(NONE, |meaning| self.code_of(meaning));
        self.codes.push(code);
    }

    /// Adds the rows of a batch. Rows whose label has no meaning get no value and are added to `doubts`.
    pub(crate) fn decode(
        &mut self,
        slot: &WordSlot<T>,
        known: &mut KnownCodes,
        batch: &RecordBatch,
        doubts: &mut Vec<usize>,
    ) -> Result<(), ReadError> {
        let missing = match slot.meaning(None) {
            Ok(Some(constant)) => self.code_of(constant),
            _ => NONE,
        };
        let Some(array) = slot.array(batch) else {
            self.codes.push_many(missing, batch.num_rows());
            return Ok(());
        };
        let mut codes = std::mem::take(&mut self.codes);
        let decoded =
            Decoder { words: self, read: |text: &str| slot.meaning(Some(text)), known, missing, doubts }
                .array(array, &mut codes);
        self.codes = codes;
        decoded.map_err(|wrong| slot.wrong(wrong))
    }
}

impl Words<Box<str>> {
    /// The code of a text; `None` if no row has it.
    pub(crate) fn find(&self, text: &str) -> Option<u32> {
        self.index.get(text).copied()
    }
}

/// The codes of a source's texts, each interpreted once.
#[derive(Debug, Default)]
pub(crate) struct KnownCodes {
    codes: HashMap<Box<str>, u32>,
    /// Texts of at most seven bytes, by a few bits of their hash, because most keys are short and few.
    short: Vec<(u64, u32)>,
}

const SHORT: usize = 1 << 10;

/// The code of a text without meaning, which becomes no value.
const BAD: u32 = u32::MAX;

/// Decodes one array.
pub(crate) struct Decoder<'d, T, F> {
    pub(crate) words: &'d mut Words<T>,
    pub(crate) read: F,
    pub(crate) known: &'d mut KnownCodes,
    /// The code of a null.
    pub(crate) missing: u32,
    pub(crate) doubts: &'d mut Vec<usize>,
}

impl<T: Meaning + Eq + Hash, F: Fn(&str) -> Cell<T>> Decoder<'_, T, F> {
    /// Adds the codes of an array.
    pub(crate) fn array(mut self, array: &ArrayRef, codes: &mut Codes) -> Result<(), WrongType> {
        let missing = self.missing;
        if self.known.short.is_empty() {
            self.known.short.resize(SHORT, (0, NONE));
        }
        match array.data_type() {
            DataType::Utf8 => self.texts(array.as_string::<i32>().iter(), codes),
            DataType::LargeUtf8 => self.texts(array.as_string::<i64>().iter(), codes),
            DataType::Utf8View => self.texts(array.as_string_view().iter(), codes),
            DataType::Null => codes.push_many(missing, array.len()),
            DataType::Boolean => {
                // A dictionary of two entries, as they are written out.
                let array = array.as_boolean();
                let keys = array.values().iter().map(u8::from).collect();
                let keys = UInt8Array::new(keys, array.nulls().cloned());
                let texts = Arc::new(StringArray::from(vec!["false", "true"]));
                let dictionary: ArrayRef = Arc::new(UInt8DictionaryArray::new(keys, texts));
                return self.array(&dictionary, codes);
            }
            DataType::Dictionary(_, _) => {
                let values = array.as_any_dictionary().values();
                let text = TextColumn::new(values)?;
                let entries: Vec<u32> = (0..values.len())
                    .map(|row| text.get(row).map_or(missing, |text| self.of(text)))
                    .collect();
                let from = codes.len();
                downcast_dictionary_array!(
                    array => gather(array, &entries, missing, codes),
                    _ => codes.push_many(missing, array.len()),
                );
                if entries.contains(&BAD) {
                    for row in 0..array.len() {
                        if codes.get(from + row) == BAD {
                            self.doubts.push(row);
                            codes.set(from + row, NONE);
                        }
                    }
                }
            }
            _ => {
                let text = TextColumn::new(array)?;
                self.texts((0..array.len()).map(|row| text.get(row)), codes);
            }
        }
        Ok(())
    }

    fn texts<'t>(&mut self, texts: impl Iterator<Item = Option<&'t str>>, codes: &mut Codes) {
        for (row, text) in texts.enumerate() {
            let code = text.map_or(self.missing, |text| self.of(text));
            if code == BAD {
                self.doubts.push(row);
                codes.push(NONE);
            } else {
                codes.push(code);
            }
        }
    }

    #[inline]
    fn of(&mut self, text: &str) -> u32 {
        let Some(packed) = packed(text.as_bytes()) else { return self.look_up(text) };
        let place = (packed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 54) as usize;
        if let Some((known, code)) = self.known.short.get(place)
            && *known == packed
        {
            return *code;
        }
        let code = self.look_up(text);
        if let Some(entry) = self.known.short.get_mut(place) {
            *entry = (packed, code);
        }
        code
    }

    fn look_up(&mut self, text: &str) -> u32 {
        if let Some(code) = self.known.codes.get(text) {
            return *code;
        }
        let code = match (self.read)(text) {
            Ok(Some(meaning)) => self.words.code_of(meaning),
            Ok(None) => self.missing,
            Err(_) => BAD,
        };
        self.known.codes.insert(text.into(), code);
        code
    }
}

/// Adds the codes of a dictionary's keys, given those of its values.
fn gather<K: ArrowDictionaryKeyType>(
    array: &DictionaryArray<K>,
    entries: &[u32],
    missing: u32,
    codes: &mut Codes,
) {
    let (keys, rows) = (array.keys(), array.len());
    let alike = |code: u32| entries.iter().all(|entry| *entry == code);
    if let Some(first) = entries.first().copied().or(Some(missing))
        && alike(first)
        && (first == missing || keys.null_count() == 0)
    {
        return codes.push_many(first, rows);
    }
    if codes.len() == 0 {
        *codes = Codes::Narrow(Vec::with_capacity(rows));
    }
    for code in entries.iter().copied().chain([missing]) {
        codes.make_room_for(code, rows);
    }
    let entry = |key: K::Native| entries.get(key.as_usize()).copied().unwrap_or(missing);
    let nulls = keys.nulls().filter(|nulls| nulls.null_count() > 0);
    match (codes, nulls) {
        (Codes::Narrow(codes), None) if entries.len() <= 256 => {
            // With all 256 entries, no bounds check is needed.
            let mut table = [0; 256];
            for (place, code) in table.iter_mut().zip(entries) {
                *place = narrow(*code);
            }
            codes.extend(keys.values().iter().map(|key| table[key.as_usize() & 0xFF]));
        }
        (Codes::Narrow(codes), Some(nulls)) => {
            let missing = narrow(missing);
            // 64 rows per word of the bitmap. The key of a null row is undefined.
            let bits = nulls.inner().bit_chunks();
            let mut values = keys.values().iter();
            codes.reserve(rows);
            for word in bits.iter_padded() {
                for (place, key) in values.by_ref().take(64).enumerate() {
                    let code = narrow(entry(*key));
                    codes.push(if word >> place & 1 == 1 { code } else { missing });
                }
            }
        }
        (codes, _) => keys.iter().for_each(|key| codes.push(key.map_or(missing, entry))),
    }
}

/// A text of one to seven bytes as a number, including its length.
#[inline]
fn packed(text: &[u8]) -> Option<u64> {
    let length = text.len();
    if length == 0 || length > 7 {
        return None;
    }
    let mut bytes = [0; 8];
    bytes[..length].copy_from_slice(text);
    bytes[7] = u8::try_from(length).unwrap_or(0);
    Some(u64::from_le_bytes(bytes))
}
