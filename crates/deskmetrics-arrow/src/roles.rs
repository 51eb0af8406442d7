//! Sources of a description as data: the roles of a table's columns, given and inferred.
//!
//! For adapters; may change in any release.

use arrow_schema::{Field, Schema};
use chrono_tz::Tz;
use deskmetrics::ticket::Attribute;
use serde_json::{Map, Value, json};

use crate::column::{ColumnContent, TimestampReading};
use crate::infer::{AmbiguousRole, InferredRoles, TableKind, attribute_column, infer_roles_of_values};

/// The key beside the roles that selects rows.
const WHERE: &str = "where";

/// The key beside the roles that states whether other columns have the roles of their usual names.
pub const INFERRED: &str = "inferred";

/// Words in the names of columns that a role may have, the most likely first.
const HINTS: &[(&str, &[&str])] = &[
    ("id", &["id", "number", "key", "case", "ticket", "reference"]),
    ("ticket", &["ticket", "case", "incident", "conversation", "issue", "number", "id"]),
    (
        "created_at",
        &["created", "opened", "reported", "submitted", "received", "open", "start", "date", "time"],
    ),
    ("at", &["time", "date", "when", "at", "created", "occurred"]),
    ("sent_at", &["sent", "invited", "date", "time"]),
    ("kind", &["kind", "type", "event", "action", "activity", "what"]),
    ("question", &["question", "survey", "metric"]),
    ("score", &["score", "rating", "stars", "value", "answer"]),
];

impl TableKind {
    /// The key of its sources in a description.
    pub fn key(self) -> &'static str {
        match self {
            Self::Tickets | Self::TicketsBesideEvents => "tickets",
            Self::Events => "events",
            Self::Snapshots => "snapshots",
            Self::Surveys => "surveys",
            Self::Invitations => "invitations",
        }
    }

    /// The roles that a table requires.
    pub fn required(self) -> &'static [&'static str] {
        match self {
            Self::Tickets => &["created_at"],
            // Events and tickets are joined by id.
            Self::TicketsBesideEvents => &["id", "created_at"],
            Self::Events => &["ticket", "at", "kind"],
            Self::Snapshots => &["ticket", "at"],
            Self::Surveys => &["question", "score"],
            Self::Invitations => &["sent_at", "question"],
        }
    }
}

/// The columns that a role takes.
pub fn columns_of(role: &Value) -> Vec<String> {
    match role {
        Value::String(column) => vec![column.clone()],
        Value::Object(form) => match form.get("column") {
            Some(Value::String(column)) => vec![column.clone()],
            _ => form.values().flat_map(columns_of).collect(),
        },
        Value::Array(columns) => columns.iter().flat_map(columns_of).collect(),
        _ => Vec::new(),
    }
}

/// The columns that all roles take.
pub fn columns_of_roles(roles: &Map<String, Value>) -> Vec<String> {
    roles.iter().filter(|(role, _)| *role != WHERE).flat_map(|(_, form)| columns_of(form)).collect()
}

/// The columns whose values select rows.
pub fn columns_of_filter(roles: &Map<String, Value>) -> impl Iterator<Item = String> {
    roles.get(WHERE).and_then(Value::as_object).into_iter().flat_map(Map::keys).cloned()
}

/// The roles that contain timestamps, due times of SLA targets among them.
pub fn timestamp_roles(roles: &Map<String, Value>) -> impl Iterator<Item = &Value> {
    let targets = roles.get("sla").and_then(Value::as_object).into_iter().flat_map(Map::values);
    let due = targets.filter_map(|target| target.get("due_at"));
    let timestamps = roles.iter().filter(|(role, _)| *role == "at" || role.ends_with("_at"));
    timestamps.map(|(_, form)| form).chain(due)
}

/// The roles of a table's columns: those given, and the usual ones of the other columns. Columns of the attributes `by` are read
/// whatever they contain, those of whole numbers if `numbers`; `contains` tests the content of a column.
pub fn complete(
    holds: TableKind,
    schema: &Schema,
    mut roles: Map<String, Value>,
    by: &[Attribute],
    numbers: bool,
    contains: impl Fn(&Field, ColumnContent) -> bool,
) -> (Map<String, Value>, InferredRoles) {
    if let Some(Value::String(_)) = roles.get("attributes")
        && let Some(values) = roles.remove("attributes")
    {
        // The usual columns, with these values.
        roles.insert("attribute_values".to_owned(), values);
    }
    let taken = columns_of_roles(&roles);
    let taken: Vec<&str> = taken.iter().map(String::as_str).collect();
    // A complete mapping, such as that of a draft, gives no role to other columns.
    let complete = roles.remove(INFERRED) == Some(json!(false));
    let mut usual = if complete {
        InferredRoles::default()
    } else {
        infer_roles_of_values(holds, schema, &taken, contains)
    };
    let is_stated = |ambiguous: &AmbiguousRole| {
        // Given attributes replace the inferred ones.
        let attribute = Attribute::NAMED.iter().any(|named| named.as_str() == ambiguous.role);
        roles.contains_key(if attribute { "attributes" } else { &ambiguous.role })
    };
    usual.ambiguous.retain(|ambiguous| !is_stated(ambiguous));
    for (role, column) in std::mem::take(&mut usual.roles) {
        match roles.get_mut(role) {
            // How a column is read may be stated without its name.
            Some(Value::Object(form)) if !form.contains_key("value") => {
                form.entry("column").or_insert(json!(column));
            }
            Some(_) => {}
            None => {
                roles.insert(role.to_owned(), json!(column));
            }
        }
    }
    for (role, columns) in std::mem::take(&mut usual.measures) {
        roles.entry(role).or_insert(json!(columns));
    }
    usual.unitless.retain(|role, _| !roles.contains_key(*role));
    let mut attributes = std::mem::take(&mut usual.attributes);
    attributes.extend(std::mem::take(&mut usual.numbers).into_iter().filter(|_| numbers));
    for (role, found) in [("attributes", attributes), ("questions", std::mem::take(&mut usual.questions))] {
        // Given attributes replace the inferred ones.
        if !found.is_empty() && (role != "questions" || !roles.contains_key("question")) {
            roles.entry(role).or_insert(json!(found));
        }
    }
    let tagged = roles.contains_key("tags");
    if !by.is_empty()
        && let Value::Object(attributes) = roles.entry("attributes").or_insert(json!({}))
    {
        let known: Vec<Attribute> = attributes.keys().map(|name| Attribute::from(name.as_str())).collect();
        let listed = |attribute: &Attribute| *attribute == Attribute::Tag && tagged;
        for attribute in by.iter().filter(|attribute| !known.contains(attribute) && !listed(attribute)) {
            if let Some(column) = attribute_column(schema, attribute) {
                attributes.insert(attribute.to_string(), json!(column));
            }
        }
    }
    // Required roles default to their usual names, so that the message can list the columns of the table.
    let by_form = roles.contains_key("questions");
    for role in holds.required().iter().filter(|_| !by_form) {
        roles.entry(*role).or_insert(json!(role));
    }
    (roles, usual)
}

/// Whether a column's name contains one of the words of a role.
pub fn suggests(role: &str, column: &str) -> bool {
    let name = column.to_lowercase();
    let words: Vec<&str> = name.split(|c: char| !c.is_alphanumeric()).collect();
    HINTS.iter().any(|(known, hints)| *known == role && hints.iter().any(|hint| words.contains(hint)))
}

/// The place of the column that a role most likely means.
pub fn likely_column(role: &str, columns: &[String]) -> Option<usize> {
    let words = |column: &String| -> Vec<String> {
        column.to_lowercase().split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect()
    };
    let hints = HINTS.iter().find(|(known, _)| *known == role).map_or(&[][..], |(_, hints)| hints);
    let whole = |hint: &&str| columns.iter().position(|column| words(column).iter().any(|word| word == hint));
    let part = |hint: &&str| columns.iter().position(|column| column.to_lowercase().contains(hint));
    let alike = || {
        let nearest = crate::nearest(role, columns)?;
        columns.iter().position(|column| *column == nearest)
    };
    let long = || hints.iter().filter(|hint| hint.len() > 2);
    let exact = |hint: &&str| columns.iter().position(|column| column.eq_ignore_ascii_case(hint));
    hints
        .iter()
        .find_map(exact)
        .or_else(|| hints.iter().find_map(whole))
        .or_else(|| long().find_map(part))
        .or_else(alike)
}

/// The columns of timestamps whose roles name no zone, with how they are read.
pub fn without_zone(roles: &Map<String, Value>) -> Vec<(String, TimestampReading)> {
    let has_zone = |form: &Value| form.get("time_zone").is_some();
    // The second is the earlier name of the key.
    let of_table = roles.get("timestamps").or_else(|| roles.get("instants"));
    if of_table.is_some_and(has_zone) {
        return Vec::new();
    }
    let format = |form: &Value| form.get("format").and_then(Value::as_str).map(str::to_owned);
    let unzoned = timestamp_roles(roles).filter(|form| !has_zone(form));
    unzoned
        .filter_map(|form| {
            let column = columns_of(form).into_iter().next()?;
            let reading = TimestampReading::new(Tz::UTC);
            match format(form).or_else(|| format(of_table?)) {
                // A format that makes no sense is an error of the description, which names its place.
                Some(format) => Some((column, reading.with_format(&format).ok()?)),
                None => Some((column, reading)),
            }
        })
        .collect()
}
