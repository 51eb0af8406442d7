//! Lists: a column of lists, and lists in text.

use std::borrow::Cow;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, StringArray};
use arrow_schema::{DataType, Field};
use serde_json::Value;

use super::text::cast;
use super::{TextColumn, WrongType};

/// The lists of one or several columns as one text per row: JSON text, or the only column unchanged if it contains no
/// lists. In several columns, a cell with a code of `missing` is empty.
pub(crate) fn as_text(
    columns: &[&ArrayRef],
    separator: &str,
    missing: &[Box<str>],
) -> Result<ArrayRef, WrongType> {
    let columns = columns.iter().map(|column| lists_as_text(column)).collect::<Result<Vec<_>, _>>()?;
    if let [only] = &*columns {
        return Ok(Arc::clone(only));
    }
    let rows = columns.first().map_or(0, Array::len);
    let columns = columns.iter().map(TextColumn::new).collect::<Result<Vec<_>, _>>()?;
    let together = (0..rows).map(|row| {
        let texts = columns.iter().filter_map(|column| column.get(row));
        let texts = texts.filter(|text| !missing.iter().any(|code| **code == *text.trim()));
        let all: Vec<Cow<'_, str>> = texts.flat_map(|text| parts(text, separator)).collect();
        (!all.is_empty()).then(|| Value::from(all).to_string())
    });
    Ok(Arc::new(together.collect::<StringArray>()))
}

/// Converts a column of lists to JSON text. Other columns are unchanged.
fn lists_as_text(array: &ArrayRef) -> Result<ArrayRef, WrongType> {
    if !matches!(
        array.data_type(),
        DataType::List(_) | DataType::LargeList(_) | DataType::FixedSizeList(_, _)
    ) {
        return Ok(Arc::clone(array));
    }
    let items = Arc::new(Field::new_list_field(DataType::Utf8, true));
    let lists = cast(array, &DataType::LargeList(items))?;
    let texts = lists.as_list::<i64>().iter().map(|list| {
        list.map(|list| {
            let texts: Vec<&str> = list.as_string::<i32>().iter().flatten().collect();
            Value::from(texts).to_string()
        })
    });
    Ok(Arc::new(texts.collect::<StringArray>()))
}

/// The elements of a JSON list in text, else the parts between the separators. Empty ones are dropped.
pub(crate) fn parts<'a>(text: &'a str, separator: &'a str) -> impl Iterator<Item = Cow<'a, str>> {
    let listed = text.trim_start().starts_with('[').then(|| serde_json::from_str::<Vec<Value>>(text).ok());
    let (listed, separated) = match listed.flatten() {
        Some(listed) => (Some(listed), None),
        None => (None, Some(text.split(separator))),
    };
    let listed = listed.into_iter().flatten().filter(|part| !part.is_null());
    let listed =
        listed.map(|part| Cow::Owned(part.as_str().map_or(part.to_string(), |part| part.trim().to_owned())));
    let separated = separated.into_iter().flatten().map(|part| Cow::Borrowed(part.trim()));
    listed.chain(separated).filter(|part| !part.is_empty())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on fails there")]
mod tests {
    use arrow_array::builder::{LargeListBuilder, ListBuilder, StringBuilder, StringViewBuilder};

    use super::*;

    fn of(text: &str, separator: &str) -> Vec<String> {
        parts(text, separator).map(Cow::into_owned).collect()
    }

    #[test]
    fn a_text_is_a_json_list_or_separated() {
        assert_eq!(of(" vip, b,,", ","), ["vip", "b"]);
        assert_eq!(of(r#"["vip, gold", "b", ""]"#, ","), ["vip, gold", "b"]);
        assert_eq!(of("[]", ","), Vec::<String>::new());
        assert_eq!(of("[new] vip, b", ","), ["[new] vip", "b"]);
        assert_eq!(of("[1, 2, null]", ","), ["1", "2"]);
    }

    #[test]
    fn lists_of_every_encoding_are_text() {
        let mut small = ListBuilder::new(StringBuilder::new());
        let mut large = LargeListBuilder::new(StringViewBuilder::new());
        small.append_value([Some("vip, gold"), None, Some("\"b\"")]);
        large.append_value([Some("vip, gold"), None, Some("\"b\"")]);
        small.append_value([None::<&str>; 0]);
        large.append_value([None::<&str>; 0]);
        small.append_null();
        large.append_null();
        for lists in [Arc::new(small.finish()) as ArrayRef, Arc::new(large.finish())] {
            let texts = TextColumn::new(&as_text(&[&lists], ",", &[]).unwrap()).unwrap();
            assert_eq!(of(texts.get(0).unwrap(), ","), ["vip, gold", "\"b\""]);
            assert_eq!((texts.get(1), texts.get(2)), (Some("[]"), None));
            let more = Arc::new(StringArray::from(vec![Some("c;d"), None, None])) as ArrayRef;
            let texts = TextColumn::new(&as_text(&[&more, &lists], ";", &[]).unwrap()).unwrap();
            assert_eq!(of(texts.get(0).unwrap(), ";"), ["c", "d", "vip, gold", "\"b\""]);
            assert_eq!((texts.get(1), texts.get(2)), (None, None));
        }
    }
}
