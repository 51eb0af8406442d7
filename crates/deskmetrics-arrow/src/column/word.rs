//! Columns of words that mean something of ours.

use std::collections::HashMap;

use arrow_array::ArrayRef;
use deskmetrics::{Author, Status};

use super::{BadCell, Cell, TextColumn, WrongType};

/// Something a source's word can mean.
pub trait Meaning: Clone {
    /// What a word means where the description says nothing about it.
    fn of_own_word(word: &str) -> Option<Self>;

    /// Words that mean something where the description says nothing about them, for suggestions.
    fn own_words() -> Vec<&'static str> {
        Vec::new()
    }
}

/// Text means itself.
impl Meaning for Box<str> {
    fn of_own_word(word: &str) -> Option<Self> {
        Some(word.into())
    }
}

/// Lower case, with underscores: "On-Hold" and "on hold" are `on_hold`.
fn own_spelling(word: &str) -> String {
    word.to_ascii_lowercase().replace([' ', '-'], "_")
}

impl Meaning for Status {
    fn of_own_word(word: &str) -> Option<Self> {
        own_spelling(word).parse().ok()
    }

    fn own_words() -> Vec<&'static str> {
        Self::ALL.iter().map(|status| status.as_str()).collect()
    }
}

impl Meaning for Author {
    fn of_own_word(word: &str) -> Option<Self> {
        let word = own_spelling(word);
        serde::Deserialize::deserialize(serde::de::value::StrDeserializer::<serde::de::value::Error>::new(
            &word,
        ))
        .ok()
    }

    fn own_words() -> Vec<&'static str> {
        vec!["customer", "agent", "bot", "system", "external"]
    }
}

impl Meaning for bool {
    fn of_own_word(word: &str) -> Option<Self> {
        match own_spelling(word).as_str() {
            "true" | "yes" | "1" | "y" | "t" => Some(true),
            "false" | "no" | "0" | "n" | "f" => Some(false),
            _ => None,
        }
    }

    fn own_words() -> Vec<&'static str> {
        vec!["true", "false", "yes", "no"]
    }
}

/// How words are read: which mean missing, what the others mean.
///
/// A cell is trimmed; an empty one is missing. Then the listed words are tried, then our own words for the meaning,
/// then `other`.
///
/// ```
/// use deskmetrics::Status;
/// use deskmetrics_arrow::column::{BadCell, WordReading};
///
/// let reading = WordReading::new([("Awaiting User Info", Status::Pending)]).missing(["?"]);
/// assert_eq!(reading.read("awaiting user info"), Ok(Some(Status::Pending)));
/// assert_eq!(reading.read("Closed"), Ok(Some(Status::Closed)));
/// assert_eq!(reading.read("?"), Ok(None));
/// assert_eq!(reading.read("Parked"), Err(BadCell::UnknownWord));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct WordReading<T> {
    words: HashMap<Box<str>, T>,
    /// The same words in lower case, unless case matters.
    folded: HashMap<Box<str>, T>,
    missing: Vec<Box<str>>,
    other: Option<T>,
    exact_case: bool,
}

impl<T: Meaning> WordReading<T> {
    /// Reads these words; upper and lower case do not matter, except between listed words.
    pub fn new<W: Into<Box<str>>>(words: impl IntoIterator<Item = (W, T)>) -> Self {
        let words: HashMap<Box<str>, T> =
            words.into_iter().map(|(word, meaning)| (word.into(), meaning)).collect();
        let folded = words
            .iter()
            .map(|(word, meaning)| (word.to_lowercase().into_boxed_str(), meaning.clone()))
            .collect();
        Self { words, folded, missing: Vec::new(), other: None, exact_case: false }
    }

    /// The same, with codes that mean there is no value.
    #[must_use]
    pub fn missing<W: Into<Box<str>>>(mut self, codes: impl IntoIterator<Item = W>) -> Self {
        self.missing.extend(codes.into_iter().map(Into::into));
        self
    }

    /// The same, with a meaning for every word without one.
    #[must_use]
    pub fn other(mut self, other: Option<T>) -> Self {
        self.other = other;
        self
    }

    /// The same, with "solved" and "Solved" being two words.
    #[must_use]
    pub fn exact_case(mut self, exact: bool) -> Self {
        self.exact_case = exact;
        self
    }

    /// Whether every text but an empty one means itself.
    pub(crate) fn is_plain(&self) -> bool {
        self.words.is_empty() && self.missing.is_empty() && self.other.is_none()
    }

    /// The words that have a meaning, for suggestions: those listed, in order, and our own.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        let mut listed: Vec<&str> = self.words.keys().map(|word| &**word).collect();
        listed.sort_unstable();
        listed.into_iter().chain(T::own_words())
    }

    /// What a text means.
    ///
    /// # Errors
    /// When it has no meaning.
    pub fn read(&self, text: &str) -> Cell<T> {
        let word = text.trim();
        if word.is_empty() || self.missing.iter().any(|code| &**code == word) {
            return Ok(None);
        }
        if let Some(meaning) = self.words.get(word) {
            return Ok(Some(meaning.clone()));
        }
        if !self.exact_case
            && !self.folded.is_empty()
            && let Some(meaning) = self.folded.get(word.to_lowercase().as_str())
        {
            return Ok(Some(meaning.clone()));
        }
        T::of_own_word(word).or_else(|| self.other.clone()).map(Some).ok_or(BadCell::UnknownWord)
    }

    /// This reading of one column.
    ///
    /// # Errors
    /// When the column's type has no text form.
    pub fn bind<'a>(&'a self, array: &ArrayRef) -> Result<WordColumn<'a, T>, WrongType> {
        Ok(WordColumn { reading: self, text: TextColumn::new(array)? })
    }
}

/// A column of words.
#[derive(Debug, Clone)]
pub struct WordColumn<'a, T> {
    reading: &'a WordReading<T>,
    text: TextColumn,
}

impl<T: Meaning> WordColumn<'_, T> {
    /// What a row's word means; a null is missing.
    ///
    /// # Errors
    /// When the word has no meaning.
    pub fn get(&self, row: usize) -> Cell<T> {
        self.text.get(row).map_or(Ok(None), |text| self.reading.read(text))
    }

    /// The row's text as it stands.
    pub fn raw(&self, row: usize) -> &str {
        self.text.get(row).unwrap_or_default()
    }
}
