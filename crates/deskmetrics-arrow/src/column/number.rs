//! Columns of numbers: scores, weights, counts.

use std::collections::HashMap;

use arrow_array::ArrayRef;

use super::{BadCell, Cell, TextColumn, WrongType};

/// How numbers are read: which codes mean missing, which words mean a number, what to multiply by.
///
/// NaN is missing. A decimal point is a point.
///
/// ```
/// use deskmetrics_arrow::column::{BadCell, NumberReading};
///
/// let score = NumberReading::default().missing(["11", "Blank"]).words([("Very satisfied", 5.0)]);
/// assert_eq!(score.whole("9"), Ok(Some(9)));
/// assert_eq!(score.whole("9.0"), Ok(Some(9)));
/// assert_eq!(score.whole("11"), Ok(None));
/// assert_eq!(score.whole("11.0"), Ok(None)); // the same code, out of a column with gaps
/// assert_eq!(score.whole("very satisfied"), Ok(Some(5)));
/// assert_eq!(score.whole("3.5"), Err(BadCell::NotWhole));
/// assert_eq!(score.clone().times(2.0).whole("3.5"), Ok(Some(7)));
/// assert_eq!(score.whole("good"), Err(BadCell::NotANumber));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct NumberReading {
    words: HashMap<Box<str>, f64>,
    missing: Vec<Box<str>>,
    missing_numbers: Vec<f64>,
    factor: f64,
}

impl Default for NumberReading {
    fn default() -> Self {
        Self { words: HashMap::new(), missing: Vec::new(), missing_numbers: Vec::new(), factor: 1.0 }
    }
}

impl NumberReading {
    /// The same, with codes that mean there is no value; 11 also stands for 11.0.
    #[must_use]
    pub fn missing<W: Into<Box<str>>>(mut self, codes: impl IntoIterator<Item = W>) -> Self {
        for code in codes {
            let code = code.into();
            self.missing_numbers.extend(code.parse::<f64>());
            self.missing.push(code);
        }
        self
    }

    /// The same, with words that stand for numbers; upper and lower case do not matter.
    #[must_use]
    pub fn words<W: AsRef<str>>(mut self, words: impl IntoIterator<Item = (W, f64)>) -> Self {
        self.words.extend(
            words.into_iter().map(|(word, number)| (word.as_ref().to_lowercase().into_boxed_str(), number)),
        );
        self
    }

    /// The same, with every number (but none of `words`) multiplied by `factor`: half stars times 2.
    #[must_use]
    pub fn times(mut self, factor: f64) -> Self {
        self.factor = factor;
        self
    }

    /// The number in a text.
    ///
    /// # Errors
    /// When it is none.
    pub fn number(&self, text: &str) -> Cell<f64> {
        let text = text.trim();
        if text.is_empty() || self.missing.iter().any(|code| &**code == text) {
            return Ok(None);
        }
        if !self.words.is_empty()
            && let Some(number) = self.words.get(text.to_lowercase().as_str())
        {
            return Ok(Some(*number));
        }
        match text.parse::<f64>() {
            Ok(number) if number.is_nan() || self.missing_numbers.contains(&number) => Ok(None),
            Ok(number) => Ok(Some(number * self.factor)),
            Err(_) => Err(BadCell::NotANumber),
        }
    }

    /// The whole number in a text.
    ///
    /// # Errors
    /// When it is none, or too large.
    #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and in range first")]
    pub fn whole(&self, text: &str) -> Cell<i32> {
        let Some(number) = self.number(text)? else { return Ok(None) };
        let whole = number.fract() == 0.0 && (f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&number);
        if whole { Ok(Some(number as i32)) } else { Err(BadCell::NotWhole) }
    }

    /// Whether a number stands for itself and nothing but an empty cell and NaN is missing.
    pub(crate) fn is_plain(&self) -> bool {
        self.words.is_empty() && self.missing.is_empty() && (self.factor - 1.0).abs() < f64::EPSILON
    }

    /// This reading of one column.
    ///
    /// # Errors
    /// When the column's type has no text form.
    pub fn bind<'a>(&'a self, array: &ArrayRef) -> Result<NumberColumn<'a>, WrongType> {
        Ok(NumberColumn { reading: self, text: TextColumn::new(array)? })
    }
}

/// A column of numbers.
#[derive(Debug, Clone)]
pub struct NumberColumn<'a> {
    reading: &'a NumberReading,
    text: TextColumn,
}

impl NumberColumn<'_> {
    /// The number of a row; null and NaN are missing.
    ///
    /// # Errors
    /// When there is something else.
    pub fn number(&self, row: usize) -> Cell<f64> {
        self.text.get(row).map_or(Ok(None), |text| self.reading.number(text))
    }

    /// The whole number of a row; null and NaN are missing.
    ///
    /// # Errors
    /// When there is something else.
    pub fn whole(&self, row: usize) -> Cell<i32> {
        self.text.get(row).map_or(Ok(None), |text| self.reading.whole(text))
    }

    /// The row's text as it stands.
    pub fn raw(&self, row: usize) -> &str {
        self.text.get(row).unwrap_or_default()
    }
}
