//! Errors about tables, with remedies in Python syntax.

use std::path::Path;

use deskmetrics_arrow::{Description, ReadError, UnknownAttribute};
use pyo3::PyErr;

use crate::error::{self, exceptions};

/// The error for an attribute that the data does not have.
pub(crate) fn unknown_attribute(place: &str, unknown: &UnknownAttribute) -> PyErr {
    let message = format!("{place}: {unknown}");
    // The same remedy in Python syntax.
    let message = match message.split_once("under kind, such as words = { ") {
        Some((start, words)) => {
            let words = words.trim_end_matches(" }").replacen(" = ", ": ", 1);
            format!("{start}in columns={{\"events\": {{\"kind\": {{\"words\": {{{words}}}}}}}}}")
        }
        None => message,
    };
    exceptions::ColumnNotFoundError::new_err((message, unknown.attribute.clone(), unknown.present.clone()))
}

/// The error about tables in memory.
pub(super) fn unusable(problem: &ReadError, description: &Description) -> PyErr {
    let message = problem.to_string();
    let with_place = |table: &Path, column: &str| {
        format!("{message}{}", place_of_format(description, table, column, &message))
    };
    match problem {
        ReadError::ColumnMissing { column, present, .. } => {
            exceptions::ColumnNotFoundError::new_err((message, column.clone(), present.clone()))
        }
        ReadError::ColumnType { file, column, .. } => error::column_type(with_place(file, column)),
        ReadError::NoUnit { file, column, role } => error::data(format!(
            "{}: column \"{column}\" contains numbers of an unknown unit: state it, such as columns={{\"{}\": {{\"{role}\": \
             {{\"column\": \"{column}\", \"unit\": \"minutes\"}}}}}}",
            file.display(),
            file.display(),
        )),
        ReadError::DateOrder { file, column, .. } => error::instant(with_place(file, column)),
        ReadError::NothingReadable { file, column, .. } | ReadError::BadRow { file, column, .. } => {
            error::data(with_place(file, column))
        }
        ReadError::Description(_) => error::argument(message),
        _ => error::data(message),
    }
}

/// How to state in Python the format that a message requires; empty where it requires none.
fn place_of_format(description: &Description, table: &Path, column: &str, message: &str) -> String {
    let Some((_, formats)) = message.rsplit_once("state format = ") else { return String::new() };
    let mut quoted = formats.split('"').skip(1).step_by(2);
    let format = match (quoted.next(), quoted.next()) {
        (Some(only), None) => format!("\"{only}\""),
        _ => "..".to_owned(),
    };
    let Some(role) = description.timestamp_role(table, column) else { return String::new() };
    let table = table.display();
    format!(" (columns={{\"{table}\": {{\"{role}\": {{\"column\": \"{column}\", \"format\": {format}}}}}}})")
}
