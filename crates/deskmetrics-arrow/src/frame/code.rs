//! Text columns as small numbers: equal texts have equal numbers in all parts of a table.

use arrow_array::cast::AsArray;
use arrow_array::types::ArrowDictionaryKeyType;
use arrow_array::{Array, ArrayRef, DictionaryArray, RecordBatch, downcast_dictionary_array};
use arrow_schema::DataType;
use hashbrown::HashMap;

use crate::column::{Cell, Meaning, TextColumn, WrongType};
use crate::record::slot::WordSlot;

/// The code of a row without a value.
pub(crate) const MISSING: u32 = 0;

/// A column of words as codes, and what each code means.
#[derive(Debug, Clone)]
pub(crate) struct Coded<T> {
    /// One for each part of the table.
    parts: Vec<Codes>,
    /// By code.
    meanings: Vec<Cell<T>>,
}

/// The codes of one part, as narrow as the column allows.
#[derive(Debug, Clone)]
pub(crate) enum Codes {
    /// Every row has the same.
    All(u32),
    /// At most 256 different ones.
    Narrow(Vec<u8>),
    /// Any number.
    Wide(Vec<u32>),
}

impl Codes {
    /// The code of a row.
    #[inline]
    pub(crate) fn get(&self, row: usize) -> u32 {
        match self {
            Self::All(code) => *code,
            Self::Narrow(codes) => codes.get(row).map_or(MISSING, |code| u32::from(*code)),
            Self::Wide(codes) => codes.get(row).copied().unwrap_or(MISSING),
        }
    }

    /// Adds `times` the code of each row from `from` on to `sums`, wrapping round.
    pub(crate) fn add_to(&self, from: usize, times: u64, sums: &mut [u64]) {
        let add = |sum: &mut u64, code: u64| *sum = sum.wrapping_add(times.wrapping_mul(code));
        match self {
            Self::All(code) => sums.iter_mut().for_each(|sum| add(sum, u64::from(*code))),
            Self::Narrow(codes) => {
                let codes = codes.get(from..).unwrap_or_default();
                sums.iter_mut().zip(codes).for_each(|(sum, code)| add(sum, u64::from(*code)));
            }
            Self::Wide(codes) => {
                let codes = codes.get(from..).unwrap_or_default();
                sums.iter_mut().zip(codes).for_each(|(sum, code)| add(sum, u64::from(*code)));
            }
        }
    }

    fn push(&mut self, code: u32) {
        if let (Self::Narrow(codes), Err(_)) = (&mut *self, u8::try_from(code)) {
            *self = Self::Wide(codes.iter().copied().map(u32::from).collect());
        }
        match self {
            Self::All(_) => {}
            Self::Narrow(codes) => codes.push(u8::try_from(code).unwrap_or(0)),
            Self::Wide(codes) => codes.push(code),
        }
    }
}

impl<T: Meaning> Coded<T> {
    /// Codes a column in all parts of a table.
    pub(crate) fn new(slot: &WordSlot<T>, batches: &[RecordBatch]) -> Result<Self, WrongType> {
        let mut coder = Coder::new(slot);
        let parts = batches.iter().map(|batch| match slot.array(batch) {
            Some(array) => coder.code(array),
            None => Ok(Codes::All(MISSING)),
        });
        let parts = parts.collect::<Result<_, _>>()?;
        Ok(Self { parts, meanings: coder.meanings })
    }
}

impl<T> Coded<T> {
    pub(crate) fn part(&self, part: usize) -> &Codes {
        self.parts.get(part).unwrap_or(&Codes::All(MISSING))
    }

    /// What a code means.
    #[inline]
    pub(crate) fn meaning(&self, code: u32) -> &Cell<T> {
        self.meanings.get(code as usize).unwrap_or(&Ok(None))
    }

    /// What each code means.
    pub(crate) fn meanings(&self) -> &[Cell<T>] {
        &self.meanings
    }
}

struct Coder<'s, T> {
    slot: &'s WordSlot<T>,
    known: HashMap<Box<str>, u32>,
    meanings: Vec<Cell<T>>,
    /// Texts of at most eight bytes, by a few bits of their hash: most keys are short and few.
    short: Box<[(u64, u32); SHORT]>,
}

const SHORT: usize = 1 << 10;

impl<'s, T: Meaning> Coder<'s, T> {
    fn new(slot: &'s WordSlot<T>) -> Self {
        // No text packs to the number of the empty text, since that is missing.
        let short = Box::new([(0, MISSING); SHORT]);
        Self { slot, known: HashMap::new(), meanings: vec![slot.meaning(None)], short }
    }

    fn code(&mut self, array: &ArrayRef) -> Result<Codes, WrongType> {
        let mut codes = Codes::Narrow(Vec::with_capacity(array.len()));
        match array.data_type() {
            DataType::Utf8 => {
                array.as_string::<i32>().iter().for_each(|text| codes.push(self.of(text)));
            }
            DataType::LargeUtf8 => {
                array.as_string::<i64>().iter().for_each(|text| codes.push(self.of(text)));
            }
            DataType::Utf8View => {
                array.as_string_view().iter().for_each(|text| codes.push(self.of(text)));
            }
            DataType::Boolean => {
                // As they are written out.
                let [no, yes] = ["false", "true"].map(|word| self.of(Some(word)));
                let code = |truth: Option<bool>| truth.map_or(MISSING, |truth| if truth { yes } else { no });
                match &mut codes {
                    Codes::Narrow(codes) if u8::try_from(no.max(yes)).is_ok() => {
                        let narrow = |truth| u8::try_from(code(truth)).unwrap_or(0);
                        codes.extend(array.as_boolean().iter().map(narrow));
                    }
                    codes => array.as_boolean().iter().for_each(|truth| codes.push(code(truth))),
                }
            }
            DataType::Dictionary(_, _) => {
                let values = array.as_any_dictionary().values();
                let text = TextColumn::new(values)?;
                let map: Vec<u32> = (0..values.len()).map(|row| self.of(text.get(row))).collect();
                downcast_dictionary_array!(
                    array => dictionary_codes(array, &map, &mut codes),
                    _ => unreachable_kind(array.len(), &mut codes),
                );
            }
            _ => {
                let text = TextColumn::new(array)?;
                (0..array.len()).for_each(|row| codes.push(self.of(text.get(row))));
            }
        }
        Ok(codes)
    }

    #[inline]
    fn of(&mut self, text: Option<&str>) -> u32 {
        let Some(text) = text else { return MISSING };
        let packed = packed(text.as_bytes());
        let place = packed.map(|packed| (packed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 54) as usize);
        if let (Some(packed), Some(place)) = (packed, place)
            && let Some((known, code)) = self.short.get(place)
            && *known == packed
        {
            return *code;
        }
        let code = self.look_up(text);
        if let (Some(packed), Some(place)) = (packed, place)
            && let Some(entry) = self.short.get_mut(place)
        {
            *entry = (packed, code);
        }
        code
    }

    fn look_up(&mut self, text: &str) -> u32 {
        if let Some(code) = self.known.get(text) {
            return *code;
        }
        let code = match (self.slot.meaning(Some(text)), u32::try_from(self.meanings.len())) {
            (meaning, Ok(code)) => {
                self.meanings.push(meaning);
                code
            }
            // More than four billion different texts do not fit the memory they would stand in.
            (_, Err(_)) => MISSING,
        };
        self.known.insert(text.into(), code);
        code
    }
}

/// The codes of a dictionary's keys, given those of its values.
fn dictionary_codes<K: ArrowDictionaryKeyType>(array: &DictionaryArray<K>, map: &[u32], codes: &mut Codes) {
    use arrow_buffer::ArrowNativeType as _;
    let keys = array.keys();
    let narrow: Option<Vec<u8>> = map.iter().map(|code| u8::try_from(*code).ok()).collect();
    // A key of a valid row is in the map; with all 256 places there, none need be looked for.
    let table = narrow.filter(|narrow| narrow.len() <= 256).map(|narrow| {
        let mut table = [0; 256];
        table[..narrow.len()].copy_from_slice(&narrow);
        table
    });
    match (table, keys.nulls(), codes) {
        (Some(table), None, Codes::Narrow(codes)) => {
            codes.extend(keys.values().iter().map(|key| table[key.as_usize() & 0xFF]));
        }
        (_, _, codes) => {
            let code = |key: Option<K::Native>| map.get(key?.as_usize()).copied();
            keys.iter().for_each(|key| codes.push(code(key).unwrap_or(MISSING)));
        }
    }
}

/// Arrow has no other kind of dictionary; were there one, its rows would count as missing.
fn unreachable_kind(rows: usize, codes: &mut Codes) {
    (0..rows).for_each(|_| codes.push(MISSING));
}

/// A text of one to seven bytes as one number, its length included.
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

/// Codes a column that may not be described.
pub(super) fn coded<T: Meaning>(
    slot: &WordSlot<T>,
    batches: &[RecordBatch],
) -> Result<Option<Coded<T>>, WrongType> {
    if slot.is_nothing() { Ok(None) } else { Coded::new(slot, batches).map(Some) }
}

/// Rows of a part, which begins at row `start`, with a word that has no meaning.
pub(super) fn unreadable<T>(
    words: &Coded<T>,
    part: usize,
    rows: usize,
    start: usize,
    doubtful: &mut Vec<usize>,
) {
    if words.meanings().iter().any(Result::is_err) {
        let codes = words.part(part);
        let bad = |row: &usize| words.meaning(codes.get(*row)).is_err();
        doubtful.extend((0..rows).filter(bad).map(|row| start + row));
    }
}
