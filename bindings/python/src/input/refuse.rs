//! Errors for values that are not columns or tables, with remedies.

use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyFrozenSet, PyMapping, PyMemoryView, PySet};

use super::describe;
use crate::error;

/// The error for a value that is not the expected kind, such as "a column", with the remedy where there is one.
pub(crate) fn refuse(name: &str, value: &Bound<'_, PyAny>, expected: &str) -> PyErr {
    let remedy = remedy(value).unwrap_or_else(|| {
        "give a pandas or polars Series, a pyarrow array, a NumPy array, anything else with the Arrow PyCapsule \
         interface, or a list"
            .to_owned()
    });
    error::argument_type(format!("{name}: {} is not {expected}; {remedy}", describe(value)))
}

/// The error for a value that is not a table.
pub(super) fn refuse_table(name: &str, value: &Bound<'_, PyAny>) -> PyErr {
    let kind = kind(value);
    let remedy = match kind.as_str() {
        "LazyFrame" => "it has no values yet: call .collect() first",
        kind if kind == "str" || kind.ends_with("Path") => {
            "read a file first, such as with pandas.read_csv(..), or describe it for deskmetrics.read(..)"
        }
        "DuckDBPyConnection" => "give a relation, such as connection.sql(\"from tickets\")",
        "ndarray" => "its columns have no names: give a dict of columns, or a DataFrame",
        _ => {
            "give a pandas or polars DataFrame, a pyarrow Table, a DuckDB relation, anything else with the Arrow \
             PyCapsule interface, a dict of columns, or a list of dicts"
        }
    };
    error::argument_type(format!("{name}: {} is not a table; {remedy}", describe(value)))
}

/// Whether a value is iterable but not a sequence of records.
pub(super) fn is_hopeless(value: &Bound<'_, PyAny>) -> bool {
    is_bytes(value)
        || value.is_instance_of::<PySet>()
        || value.is_instance_of::<PyFrozenSet>()
        || value.cast::<PyMapping>().is_ok()
        || kind(value).contains("GroupBy")
}

fn is_bytes(value: &Bound<'_, PyAny>) -> bool {
    value.is_instance_of::<PyBytes>()
        || value.is_instance_of::<PyByteArray>()
        || value.is_instance_of::<PyMemoryView>()
}

fn kind(value: &Bound<'_, PyAny>) -> String {
    value.get_type().name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

pub(crate) fn remedy(value: &Bound<'_, PyAny>) -> Option<String> {
    if is_bytes(value) {
        return Some(
            "bytes have no records: use list(..) if each byte is one, or numpy.frombuffer".to_owned(),
        );
    }
    if value.is_instance_of::<PySet>() || value.is_instance_of::<PyFrozenSet>() {
        return Some("equal records fall together in a set: give a list".to_owned());
    }
    if let Ok(mapping) = value.cast::<PyMapping>() {
        let key = mapping.keys().ok().and_then(|keys| keys.get_item(0).ok()).and_then(|key| key.repr().ok());
        let key = key.map_or_else(|| "\"..\"".to_owned(), |key| key.to_string());
        return Some(format!("give one of its values, such as [{key}]"));
    }
    match kind(value).as_str() {
        "LazyFrame" => Some("it has no values yet: call .collect() first".to_owned()),
        "Expr" => {
            Some("an expression has no values: select it from a frame, such as frame[\"score\"]".to_owned())
        }
        "DuckDBPyConnection" => {
            Some("give a relation, such as connection.sql(\"select score from surveys\")".to_owned())
        }
        "DataFrameGroupBy" | "SeriesGroupBy" | "GroupBy" => {
            Some("call the function once for each group, or request a report by the column".to_owned())
        }
        _ => None,
    }
}

/// The error for a value that is not an IANA time zone.
pub(super) fn zone(name: &str, value: &Bound<'_, PyAny>) -> PyErr {
    error::argument_type(format!(
        "{name}: {} is not a time zone of the IANA database; give its name such as \"Europe/Madrid\", a ZoneInfo, or \
         timezone.utc, since an offset has no clock changes",
        describe(value)
    ))
}
