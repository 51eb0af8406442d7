//! Errors about tables, with remedies in Python syntax.

use std::path::Path;

use deskmetrics_arrow::{ReadError, UnknownAttribute};
use pyo3::PyErr;

use super::place::as_dicts;
use super::remedy::Remedies;
use crate::error::{self, exceptions};

/// The error for an attribute that the data does not have; with the remedies of tables in memory, if it is about such.
pub(crate) fn unknown_attribute(
    place: &str,
    unknown: &UnknownAttribute,
    remedies: Option<&Remedies>,
) -> PyErr {
    let message = format!("{place}: {unknown}");
    let message = remedies.map_or(message.clone(), |remedies| remedies.in_text(&message));
    exceptions::ColumnNotFoundError::new_err((message, unknown.attribute.clone(), unknown.present.clone()))
}

/// The message about an invalid key of the argument `columns`.
pub(super) fn invalid_columns(message: &str) -> String {
    // Each table has one source here, without a file, and scales are beside the columns.
    let message = message.replacen("[0]", "", 1).replace("Allowed are \"file\", ", "Allowed are ");
    let message = message.replace("allowed are \"file\", ", "allowed are ");
    let message = match message.strip_prefix("columns.scales") {
        Some(rest) => format!("scales{rest}"),
        None => message,
    };
    let message = message
        .replace("a table of keys", "a dict of keys")
        .replace("a table of columns by name", "a dict of columns by name")
        .replace("a table with ", "a dict with ")
        .replace("a table such as ", "a dict such as ");
    let example = message.split_once(": found ").and_then(|(place, found)| {
        let key = place.rsplit('.').next()?;
        let examples = [
            ("where", "{\"channel\": \"web\"}"),
            ("words", "{\"Done\": \"solved\"}"),
            ("sla", "{\"first_response\": {\"met\": \"FR met\"}}"),
        ];
        let known = examples.into_iter().find(|(known, _)| *known == key);
        known.filter(|_| found.ends_with("expected a dict of keys"))
    });
    let example = example.map_or_else(String::new, |(_, example)| format!(", such as {example}"));
    as_dicts(&message) + &example
}

/// The error about tables in memory.
pub(super) fn unusable(problem: &ReadError, remedies: &Remedies) -> PyErr {
    let message = problem.to_string();
    let about = |table: &Path, column: &str| remedies.about(&table.to_string_lossy(), column, &message);
    match problem {
        ReadError::ColumnMissing { column, present, .. } => {
            exceptions::ColumnNotFoundError::new_err((message, column.clone(), present.clone()))
        }
        ReadError::ColumnType { file, column, .. } => error::column_type(about(file, column)),
        ReadError::DateOrder { file, column, .. } => error::timestamp(about(file, column)),
        ReadError::NoUnit { file, column, .. }
        | ReadError::NothingReadable { file, column, .. }
        | ReadError::BadRow { file, column, .. } => error::data(about(file, column)),
        ReadError::Description(problem) => {
            let place = problem.message.strip_prefix("[[").and_then(|rest| rest.split_once("]]"));
            error::argument(match place {
                Some((table, rest)) => remedies.about(table, "", &format!("columns.{table}{rest}")),
                None => message,
            })
        }
        _ => error::data(message),
    }
}
