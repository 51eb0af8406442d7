//! Columns of numbers: scores, weights, counts.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use arrow_array::ArrayRef;
use serde::{Deserialize, Serialize};

use super::timestamp::is_text;
use super::{BadCell, Cell, TextColumn, WrongType};

/// How numbers are read: codes that mean missing, labels that mean a number, and a factor.
///
/// NaN is missing. The decimal mark is a point, or a comma if stated or, in text, if the number has no other possible
/// meaning.
///
/// ```
/// use deskmetrics_arrow::column::{BadCell, NumberReading};
///
/// let score = NumberReading::default().with_missing(["11", "Blank"]).with_words([("Very satisfied", 5.0)]);
/// assert_eq!(score.whole("9"), Ok(Some(9)));
/// assert_eq!(score.whole("9.0"), Ok(Some(9)));
/// assert_eq!(score.whole("11"), Ok(None));
/// assert_eq!(score.whole("11.0"), Ok(None)); // the same code, out of a column with gaps
/// assert_eq!(score.whole("very satisfied"), Ok(Some(5)));
/// assert_eq!(score.whole("3.5"), Err(BadCell::NotWhole));
/// assert_eq!(score.clone().with_factor(2.0).whole("3.5"), Ok(Some(7)));
/// assert_eq!(score.whole("good"), Err(BadCell::NotANumber));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct NumberReading {
    words: HashMap<Box<str>, f64>,
    missing: Vec<Box<str>>,
    missing_numbers: Vec<f64>,
    factor: f64,
    decimal: Option<DecimalMark>,
    /// Whether a comma is a decimal mark if it has no other possible meaning.
    detects: bool,
}

/// The decimal mark of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum DecimalMark {
    /// A point, with commas as thousands separators: `1,234.5`.
    #[serde(rename = ".")]
    Point,
    /// A comma, with points as thousands separators: `1.234,5`.
    #[serde(rename = ",")]
    Comma,
}

impl DecimalMark {
    fn other(self) -> Self {
        match self {
            Self::Point => Self::Comma,
            Self::Comma => Self::Point,
        }
    }
}

/// The mark itself.
impl fmt::Display for DecimalMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Point => ".",
            Self::Comma => ",",
        })
    }
}

impl Default for NumberReading {
    fn default() -> Self {
        Self {
            words: HashMap::new(),
            missing: Vec::new(),
            missing_numbers: Vec::new(),
            factor: 1.0,
            decimal: None,
            detects: true,
        }
    }
}

impl NumberReading {
    /// Sets codes that mean missing; 11 also matches 11.0.
    #[must_use]
    pub fn with_missing<W: Into<Box<str>>>(mut self, codes: impl IntoIterator<Item = W>) -> Self {
        for code in codes {
            let code: Box<str> = code.into().trim().into();
            self.missing_numbers.extend(code.parse::<f64>());
            self.missing.push(code);
        }
        self
    }

    /// Sets labels that mean a number, regardless of case.
    #[must_use]
    pub fn with_words<W: AsRef<str>>(mut self, words: impl IntoIterator<Item = (W, f64)>) -> Self {
        self.words.extend(
            words
                .into_iter()
                .map(|(word, number)| (word.as_ref().trim().to_lowercase().into_boxed_str(), number)),
        );
        self
    }

    /// Multiplies every number (but none of `words`) by `factor`, such as 2 for half stars.
    #[must_use]
    pub fn with_factor(mut self, factor: f64) -> Self {
        self.factor = factor;
        self
    }

    /// Sets the decimal mark. By default, `4,5` is 4.5 and `1,234.5` is 1234.5, and `1,234` is an error.
    ///
    /// ```
    /// use deskmetrics_arrow::column::{BadCell, DecimalMark, NumberReading};
    ///
    /// let weight = NumberReading::default();
    /// assert_eq!(weight.number("4,5"), Ok(Some(4.5)));
    /// assert_eq!(weight.number("1,234"), Err(BadCell::DecimalMark));
    /// assert_eq!(weight.clone().with_decimal_mark(DecimalMark::Comma).number("1,234"), Ok(Some(1.234)));
    /// assert_eq!(weight.clone().with_decimal_mark(DecimalMark::Comma).number("1.234"), Ok(Some(1234.0)));
    /// assert_eq!(weight.with_decimal_mark(DecimalMark::Point).number("1,234"), Ok(Some(1234.0)));
    /// ```
    #[must_use]
    pub fn with_decimal_mark(mut self, mark: DecimalMark) -> Self {
        self.decimal = Some(mark);
        self
    }

    /// For text in which a comma separates columns: it is no decimal mark unless stated.
    #[must_use]
    pub(crate) fn between_commas(mut self) -> Self {
        self.detects = false;
        self
    }

    /// The number of a text.
    ///
    /// # Errors
    /// If it is not a number.
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
        let number = self.parsed(text)?;
        if number.is_nan() || self.missing_numbers.contains(&number) {
            return Ok(None);
        }
        Ok(Some(number * self.factor))
    }

    fn parsed(&self, text: &str) -> Result<f64, BadCell> {
        let plain = || text.parse().map_err(|_| BadCell::NotANumber);
        match self.decimal {
            Some(mark) if text.contains(['.', ',']) => marked(text, mark).ok_or_else(|| {
                if marked(text, mark.other()).is_some() { BadCell::DecimalMark } else { BadCell::NotANumber }
            }),
            None if text.contains(',') => {
                match (marked(text, DecimalMark::Comma), marked(text, DecimalMark::Point)) {
                    (None, None) => Err(BadCell::NotANumber),
                    (None, Some(number)) => Ok(number),
                    (Some(number), None) if self.detects => Ok(number),
                    (Some(_), _) => Err(BadCell::DecimalMark),
                }
            }
            _ => plain(),
        }
    }

    /// The whole number of a text.
    ///
    /// # Errors
    /// If it is not a whole number, or too large.
    #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and in range first")]
    pub fn whole(&self, text: &str) -> Cell<i32> {
        let Some(number) = self.number(text)? else { return Ok(None) };
        let whole = number.fract() == 0.0 && (f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&number);
        if whole { Ok(Some(number as i32)) } else { Err(BadCell::NotWhole) }
    }

    /// The decimal mark to try for a [`BadCell::DecimalMark`]: not the stated one.
    pub(crate) fn other_mark(&self) -> DecimalMark {
        self.decimal.map_or(DecimalMark::Comma, DecimalMark::other)
    }

    /// The remedy for a [`BadCell::DecimalMark`].
    pub(crate) fn decimal_remedy(&self) -> String {
        match self.decimal {
            Some(mark) => format!(
                "the decimal mark of the column is stated as \"{mark}\": state decimal = \"{}\" if that is the one of all values, or \
                 correct the value",
                mark.other()
            ),
            None => "a comma or a point may separate decimals or thousands: state decimal = \",\" or decimal = \".\"".to_owned(),
        }
    }

    /// The factor of numbers.
    pub(crate) fn factor(&self) -> f64 {
        self.factor
    }

    /// Whether there are no labels, no factor and no codes for missing values other than an empty cell and NaN.
    pub(crate) fn is_plain(&self) -> bool {
        self.words.is_empty() && self.missing.is_empty() && (self.factor - 1.0).abs() < f64::EPSILON
    }

    /// Binds this reading to a column.
    ///
    /// # Errors
    /// If the column's type has no text form.
    pub fn bind<'a>(&'a self, array: &ArrayRef) -> Result<NumberColumn<'a>, WrongType> {
        // Arrow writes numbers with a point.
        let reading = match self.decimal {
            Some(_) if !is_text(array) => Cow::Owned(Self { decimal: None, ..self.clone() }),
            _ => Cow::Borrowed(self),
        };
        Ok(NumberColumn { reading, text: TextColumn::new(array)? })
    }
}

/// The number of a text with this decimal mark, and the other mark before every three digits or nowhere.
fn marked(text: &str, mark: DecimalMark) -> Option<f64> {
    let (decimal, thousands) = match mark {
        DecimalMark::Point => ('.', ','),
        DecimalMark::Comma => (',', '.'),
    };
    let (whole, decimals) = text.split_once(decimal).unwrap_or((text, ""));
    let (sign, digits) = match whole.strip_prefix(['-', '+']) {
        Some(digits) if whole.starts_with('-') => ("-", digits),
        Some(digits) => ("", digits),
        None => ("", whole),
    };
    let mut groups = digits.split(thousands);
    let first = groups.next()?;
    let rest: Vec<&str> = groups.collect();
    let grouped = rest.is_empty()
        || ((1..=3).contains(&first.len())
            && !first.starts_with('0')
            && rest
                .iter()
                .all(|group| group.len() == 3 && group.bytes().all(|digit| digit.is_ascii_digit())));
    // An exponent may follow the decimals.
    if !grouped || !first.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    format!("{sign}{first}{}.{decimals}", rest.concat()).parse().ok()
}

/// A column of numbers.
#[derive(Debug, Clone)]
pub struct NumberColumn<'a> {
    reading: Cow<'a, NumberReading>,
    text: TextColumn,
}

impl NumberColumn<'_> {
    /// The number of a row; null and NaN are missing.
    ///
    /// # Errors
    /// If the value is not a number.
    pub fn number(&self, row: usize) -> Cell<f64> {
        self.text.get(row).map_or(Ok(None), |text| self.reading.number(text))
    }

    /// The whole number of a row; null and NaN are missing.
    ///
    /// # Errors
    /// If the value is not a whole number.
    pub fn whole(&self, row: usize) -> Cell<i32> {
        self.text.get(row).map_or(Ok(None), |text| self.reading.whole(text))
    }

    /// The original text of the row.
    pub fn raw(&self, row: usize) -> &str {
        self.text.get(row).unwrap_or_default()
    }
}
