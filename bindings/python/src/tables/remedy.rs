//! Remedies about tables in memory: the keys of a description as arguments in Python.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use deskmetrics::report::Warning;
use deskmetrics_arrow::{Dataset, Exclusion};
use serde_json::{Map, Value, json};

use super::place::{Place, in_python};
use deskmetrics_arrow::roles::columns_of;

/// Keys of columns; the others are keys of tables.
const OF_COLUMNS: [&str; 10] =
    ["ambiguous", "clock", "decimal", "format", "missing", "nonexistent", "other", "times", "unit", "words"];

/// How remedies name settings: where they are followed, and the columns of each table.
#[derive(Debug, Clone, Default)]
pub(crate) struct Remedies {
    pub(super) place: Place,
    /// The roles of each table, as `columns` gives them.
    pub(super) roles: BTreeMap<&'static str, Map<String, Value>>,
}

impl Remedies {
    /// A message whose settings are those of a table or, if it is given, of one of its columns.
    pub(super) fn about(&self, table: &str, column: &str, message: &str) -> String {
        let message = in_python(message, self.place);
        let (mut text, settings) = settings(&message);
        let mut columns = json!({ table: null });
        for (key, value) in &settings {
            let of_column = || self.path(table, column).filter(|_| OF_COLUMNS.contains(&key.as_str()));
            let (path, mut form) = of_column().unwrap_or_else(|| (Vec::new(), json!({})));
            let mut place = &mut columns[table];
            for role in path {
                place = &mut place[role];
            }
            if let (Value::Null, Some(form)) = (&*place, form.as_object_mut()) {
                form.insert(key.clone(), value.clone());
                *place = json!(form);
            } else if let Some(known) = place.as_object_mut() {
                // Of several values of a key, the first is the example.
                known.entry(key).or_insert_with(|| value.clone());
            }
        }
        if !settings.is_empty() {
            let columns = format!("columns={}", literal(&columns));
            let _ = write!(text, " ({})", self.place.call(&columns));
        }
        text
    }

    /// A note or error, which names its table and column.
    pub(crate) fn in_text(&self, text: &str) -> String {
        let table =
            text.split_once(": ").map(|(table, _)| table).filter(|table| self.roles.contains_key(table));
        self.about(table.unwrap_or("tickets"), column_in(text), text)
    }

    /// The remedies of excluded rows and values, and the notes on tables.
    pub(super) fn in_sources(&self, dataset: &mut Dataset) {
        for source in &mut dataset.sources {
            let table = source.file.to_string_lossy().into_owned();
            for Exclusion { column, remedy, .. } in &mut source.exclusions {
                *remedy = self.about(&table, column, remedy);
            }
            for note in &mut source.notes {
                *note = self.about(&table, column_in(note), note);
            }
        }
    }

    /// The remedies of warnings about tickets; those about sources are those of the sources.
    pub(crate) fn in_warning(&self, warning: &mut Warning) {
        match warning {
            Warning::UnitImplausible { remedy, .. }
            | Warning::AttributeDiffers { remedy, .. }
            | Warning::AttributeUnknown { remedy, .. } => *remedy = self.about("tickets", "", remedy),
            _ => {}
        }
    }

    /// The roles that lead to a column of a table, and how it is read.
    fn path(&self, table: &str, column: &str) -> Option<(Vec<String>, Value)> {
        fn of(roles: &Map<String, Value>, column: &str) -> Option<(Vec<String>, Value)> {
            // A column with a role may be an attribute as well.
            let of_attributes = |one: &(&String, &Value)| one.0 == "attributes";
            let (attributes, others): (Vec<_>, Vec<_>) =
                roles.iter().filter(|(role, _)| *role != "where").partition(of_attributes);
            others.into_iter().chain(attributes).find_map(|(role, form)| match form {
                Value::Object(inner) if !inner.contains_key("column") => {
                    let (path, form) = of(inner, column)?;
                    Some(([vec![role.clone()], path].concat(), form))
                }
                form if !columns_of(form).iter().any(|known| known == column) => None,
                Value::Object(_) => Some((vec![role.clone()], form.clone())),
                _ => Some((vec![role.clone()], json!({ "column": column }))),
            })
        }
        of(self.roles.get(table)?, column)
    }
}

/// The column that a text names; empty if none.
fn column_in(text: &str) -> &str {
    text.split_once("column \"").and_then(|(_, rest)| rest.split('"').next()).unwrap_or_default()
}

/// A text with settings as items of a dict, `"key": value` in place of `key = value`, and these.
fn settings(text: &str) -> (String, Vec<(String, Value)>) {
    let (mut python, mut found, mut rest, mut quoted) = (String::new(), Vec::new(), text, false);
    while let Some(next) = rest.chars().next() {
        let is_key = |letter: char| letter.is_ascii_lowercase() || letter == '_';
        if !quoted
            && let Some(after) = rest.strip_prefix(" = ")
            && let Some((value, len)) = value(after)
        {
            let start = python.trim_end_matches(is_key).len();
            let key = python.split_off(start);
            if !key.is_empty() {
                let _ = write!(python, "\"{key}\": {}", literal(&value));
                found.push((key, value));
                rest = &after[len..];
                continue;
            }
        }
        quoted ^= next == '"';
        python.push(next);
        rest = &rest[next.len_utf8()..];
    }
    (python, found)
}

/// The JSON value at the start of a text, and its length.
fn value(text: &str) -> Option<(Value, usize)> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter();
    match values.next() {
        Some(Ok(value)) => Some((value, values.byte_offset())),
        _ => None,
    }
}

/// A value as Python writes it.
fn literal(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Array(values) => format!("[{}]", values.iter().map(literal).collect::<Vec<_>>().join(", ")),
        Value::Object(items) => {
            let item = |(key, value): (&String, &Value)| format!("{}: {}", json!(key), literal(value));
            format!("{{{}}}", items.iter().map(item).collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}
