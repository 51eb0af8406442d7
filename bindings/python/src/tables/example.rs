//! An error about a missing column that shows how to name it.

use arrow_schema::DataType;
use deskmetrics_arrow::roles::{columns_of, likely_column, suggests};
use pyo3::prelude::*;
use serde_json::{Map, Value};

use super::place::Place;
use crate::error::{self, exceptions};
use crate::input::Table;

/// Checks that the columns of the roles that a table needs are present.
///
/// The error has an example of `columns=` with the columns of the table that are most likely meant.
pub(super) fn complete(
    name: &str,
    table: &Table,
    roles: &Map<String, Value>,
    needed: &[&str],
    place: Place,
) -> PyResult<()> {
    let present: Vec<String> = table.schema.fields().iter().map(|field| field.name().clone()).collect();
    let is_missing = |role: &&&str| {
        roles.get(**role).is_some_and(|form| columns_of(form).iter().any(|column| !present.contains(column)))
    };
    let Some(missing) = needed.iter().find(is_missing) else { return Ok(()) };
    // A column that the caller named is misspelt; reading it reports that.
    let stated = |role: &str| roles.get(role).is_some_and(|form| form.as_str() != Some(role));
    if present.is_empty() || needed.iter().filter(is_missing).any(|role| stated(role)) {
        return Ok(());
    }
    let listed: Vec<String> = present.iter().map(|column| format!("\"{column}\"")).collect();
    let unknown: Vec<&str> = needed.iter().filter(is_missing).copied().collect();
    let has = |column: &str| present.iter().any(|known| known == column);
    let remedy = if let [only] = present.as_slice()
        && let Some(delimiter) = [';', '\t', '|', ','].into_iter().find(|delimiter| only.contains(*delimiter))
    {
        let delimiter = delimiter.escape_default();
        format!(
            "; the only column is \"{}\", so the file has another delimiter: read it with pandas.read_csv(.., sep=\"{delimiter}\"), or \
             separator=\"{delimiter}\" in polars",
            only.escape_default()
        )
    } else if name == "tickets" && ["ticket", "at", "kind"].into_iter().all(has) {
        "; these are the columns of events: give the table as events=".to_owned()
    } else {
        let example = place.call(&filled_in(name, table, roles, &unknown));
        let meant = error::did_you_mean(missing, &present);
        format!(
            "{meant}; present are {}; name the columns that are meant, such as {example}",
            listed.join(", ")
        )
    };
    let message = format!("{name}: there is no column \"{missing}\"{remedy}");
    Err(exceptions::ColumnNotFoundError::new_err((message, (*missing).to_owned(), present)))
}

/// `columns=` with the columns of the table that are most likely meant by these roles.
pub(super) fn filled_in(name: &str, table: &Table, roles: &Map<String, Value>, unknown: &[&str]) -> String {
    let scores = if name == "surveys" { scores(table) } else { None };
    scores.unwrap_or_else(|| {
        let mut free: Vec<String> = table.schema.fields().iter().map(|field| field.name().clone()).collect();
        let roles_taken = roles.iter().filter(|(role, _)| !["attributes", "where"].contains(&role.as_str()));
        let taken: Vec<String> = roles_taken.flat_map(|(_, form)| columns_of(form)).collect();
        free.retain(|column| !taken.contains(column));
        let id = (name == "tickets" && !roles.get("id").is_some_and(serde_json::Value::is_string))
            .then_some(&"id");
        let pairs = id.into_iter().chain(unknown).filter_map(|role| match likely_column(role, &free) {
            Some(place) => Some(format!("\"{role}\": \"{}\"", free.remove(place))),
            None => (*role != "id").then(|| format!("\"{role}\": \"..\"")),
        });
        format!("columns={{\"{name}\": {{{}}}}}", pairs.collect::<Vec<_>>().join(", "))
    })
}

/// A column of scores as the answers to a question.
fn scores(table: &Table) -> Option<String> {
    let is_score = |kind: &DataType| kind.is_integer() || kind.is_floating();
    let numbers = table.schema.fields().iter().filter(|field| is_score(field.data_type()));
    let names = numbers.map(|field| field.name().clone());
    let is_key = |name: &String| ["id", "ticket"].iter().any(|role| suggests(role, name));
    let names: Vec<String> = names.filter(|name| !is_key(name)).collect();
    let scored = likely_column("score", &names);
    let name = names.get(scored.unwrap_or(0))?;
    // A name such as "rating" is of scores in general, and another one that of the question.
    let question = if scored.is_some() { "csat" } else { name };
    Some(format!(
        "columns={{\"surveys\": {{\"questions\": {{\"{question}\": \"{name}\"}}}}}}, scales={{\"{question}\": (1, 5)}}"
    ))
}
