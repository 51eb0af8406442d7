//! Columns of text in any of Arrow's encodings.

use std::borrow::Cow;
use std::sync::OnceLock;

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array, ArrayRef, LargeStringArray, StringArray, StringViewArray};
use arrow_cast::can_cast_types;
use arrow_schema::DataType;

use super::WrongType;

/// A column as text, for any encoding: Utf8, LargeUtf8, Utf8View, a dictionary of any of these with keys of any
/// width, or numbers, booleans, dates and timestamps, which are converted to text.
///
/// ```
/// use std::sync::Arc;
/// use arrow_array::{DictionaryArray, types::Int8Type};
/// use deskmetrics_arrow::column::TextColumn;
///
/// let markets: DictionaryArray<Int8Type> = vec![Some("DK"), None, Some("ES")].into_iter().collect();
/// let markets = TextColumn::new(&(Arc::new(markets) as _)).unwrap();
/// assert_eq!((markets.get(0), markets.get(1)), (Some("DK"), None));
/// ```
#[derive(Debug, Clone)]
pub struct TextColumn(Encoding);

#[derive(Debug, Clone)]
enum Encoding {
    Small(StringArray),
    Large(LargeStringArray),
    View(StringViewArray),
    /// The index in the dictionary for each row, and the dictionary. A null has an index past its end.
    Coded(Vec<usize>, Box<TextColumn>),
    Written(Written),
    /// Only nulls.
    Nothing,
}

impl TextColumn {
    /// Reads `array` as text.
    ///
    /// # Errors
    /// If its values have no text form, such as lists or bytes.
    pub fn new(array: &ArrayRef) -> Result<Self, WrongType> {
        let encoding = match array.data_type() {
            DataType::Utf8 => Encoding::Small(array.as_string().clone()),
            DataType::LargeUtf8 => Encoding::Large(array.as_string().clone()),
            DataType::Utf8View => Encoding::View(array.as_string_view().clone()),
            DataType::Null => Encoding::Nothing,
            DataType::Dictionary(_, _) => {
                let dictionary = array.as_any_dictionary();
                let values = Self::new(dictionary.values())?;
                // In an empty dictionary all keys are null, and `normalized_keys` needs a value.
                if dictionary.values().is_empty() {
                    Encoding::Nothing
                } else {
                    let mut places = dictionary.normalized_keys();
                    for (row, place) in places.iter_mut().enumerate() {
                        if dictionary.keys().is_null(row) {
                            *place = usize::MAX;
                        }
                    }
                    Encoding::Coded(places, Box::new(values))
                }
            }
            kind if (kind.is_primitive() || *kind == DataType::Boolean)
                && can_cast_types(kind, &DataType::Utf8) =>
            {
                Encoding::Written(Written::new(array))
            }
            _ => return Err(wrong_type(array)),
        };
        Ok(Self(encoding))
    }

    /// The text of a row; `None` for a null and for a row past the end.
    pub fn get(&self, row: usize) -> Option<&str> {
        match &self.0 {
            Encoding::Small(array) => value(array, row, |array| array.value(row)),
            Encoding::Large(array) => value(array, row, |array| array.value(row)),
            Encoding::View(array) => value(array, row, |array| array.value(row)),
            Encoding::Coded(places, values) => values.get(*places.get(row)?),
            Encoding::Written(written) => written.get(row),
            Encoding::Nothing => None,
        }
    }
}

fn value<'a, T: Array>(array: &'a T, row: usize, text: impl Fn(&'a T) -> &'a str) -> Option<&'a str> {
    (row < array.len() && array.is_valid(row)).then(|| text(array))
}

/// Values that are not text, converted a few rows at a time, because often only a few rows are needed.
#[derive(Debug, Clone)]
struct Written {
    array: ArrayRef,
    parts: Vec<OnceLock<Box<StringArray>>>,
}

impl Written {
    /// The number of rows converted together.
    const ROWS: usize = 64;

    fn new(array: &ArrayRef) -> Self {
        let parts = vec![OnceLock::new(); array.len().div_ceil(Self::ROWS)];
        Self { array: ArrayRef::clone(array), parts }
    }

    fn get(&self, row: usize) -> Option<&str> {
        let (part, place) = (row / Self::ROWS, row % Self::ROWS);
        let texts = self.parts.get(part)?.get_or_init(|| {
            let first = part * Self::ROWS;
            let rows = self.array.slice(first, Self::ROWS.min(self.array.len() - first));
            Box::new(written(&rows).unwrap_or_else(|_| one_by_one(&rows)))
        });
        value(&**texts, place, |texts| texts.value(place))
    }
}

/// All values of an array, as text.
fn written(array: &ArrayRef) -> Result<StringArray, WrongType> {
    match array.data_type() {
        kind if kind.is_floating() => whole_floats_as_integers(array),
        DataType::Timestamp(unit, Some(_)) => {
            // UTC needs no lookup of zone names.
            let utc = cast(&cast(array, &DataType::Int64)?, &DataType::Timestamp(*unit, None))?;
            Ok(cast(&utc, &DataType::Utf8)?.as_string().clone())
        }
        _ => Ok(cast(array, &DataType::Utf8)?.as_string().clone()),
    }
}

/// The same if a value is outside all calendars. Its text is its number.
fn one_by_one(array: &ArrayRef) -> StringArray {
    let rows = (0..array.len()).map(|row| array.slice(row, 1));
    let text = |row: ArrayRef| {
        let number = || written(&cast(&row, &DataType::Int64)?);
        let text = written(&row).or_else(|_| number()).ok()?;
        text.is_valid(0).then(|| text.value(0).to_owned())
    };
    rows.map(text).collect()
}

/// pandas writes an id column with a gap as floats: the id of 12.0 is 12.
fn whole_floats_as_integers(array: &ArrayRef) -> Result<StringArray, WrongType> {
    let floats = cast(array, &DataType::Float64)?;
    let text = floats.as_primitive::<Float64Type>().iter().map(|number| {
        number.filter(|number| !number.is_nan()).map(|number| Cow::<str>::Owned(format!("{number}")))
    });
    Ok(text.collect())
}

pub(crate) fn cast(array: &ArrayRef, to: &DataType) -> Result<ArrayRef, WrongType> {
    arrow_cast::cast(array, to).map_err(|_| wrong_type(array))
}

fn wrong_type(array: &ArrayRef) -> WrongType {
    WrongType { found: array.data_type().to_string(), expected: "text, a number, a boolean or a date".into() }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{Int32Array, TimestampSecondArray};

    use super::*;

    #[test]
    fn values_are_written_out_wherever_they_are() {
        let numbers: ArrayRef =
            Arc::new((0..200).map(|row| (row != 70).then_some(row)).collect::<Int32Array>());
        let text = TextColumn::new(&numbers).unwrap();
        let found = [199, 0, 70, 64, 63, 200].map(|row| text.get(row));
        assert_eq!(found, [Some("199"), Some("0"), None, Some("64"), Some("63"), None]);
    }

    #[test]
    fn a_timestamp_outside_all_calendars_is_its_number() {
        let seconds: ArrayRef = Arc::new(TimestampSecondArray::from(vec![Some(0), None, Some(i64::MAX)]));
        let text = TextColumn::new(&seconds).unwrap();
        let found = [0, 1, 2].map(|row| text.get(row));
        assert_eq!(found, [Some("1970-01-01T00:00:00"), None, Some("9223372036854775807")]);
    }
}
