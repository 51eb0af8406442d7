//! Roles of columns: which column has which, and what is open.

use deskmetrics::Author;
use serde_json::{Map, Value, json};

use super::form::{ColumnDraft, DraftQuestion, TableDraft};
use super::label::{
    author_name, flag_name, lines, mapped, names_of, quoted, shown, split, status_name, status_names,
};
use super::seen::{Seen, SeenTable, content};
use crate::column::measure::words as words_of;
use crate::column::{ColumnContent, DateOrderError};
use crate::infer::TableKind;
use crate::roles::columns_of;

/// The most labels that a question lists.
pub(super) const MOST_LABELS: usize = 40;

/// What holds until a question about a column is answered.
pub(super) const NOT_READ: &str = "it is not read";

/// The roles of a table's columns.
#[derive(Debug, Default)]
pub(super) struct Roles {
    pub(super) by_role: Map<String, Value>,
    pub(super) questions: Vec<DraftQuestion>,
    /// Required roles without a column.
    pub(super) lacks: Vec<&'static str>,
    pub(super) wall_clock: Option<String>,
}

pub(super) fn place(kind: TableKind, role: &str) -> String {
    format!("{}.{role}", kind.key())
}

impl Roles {
    pub(super) fn uses(&self, name: &str) -> bool {
        self.by_role.values().flat_map(columns_of).any(|used| used == name)
    }

    pub(super) fn ask(
        &mut self,
        kind: TableKind,
        role: &str,
        text: impl Into<String>,
        until: impl Into<String>,
        candidates: Vec<String>,
    ) {
        self.questions.push(DraftQuestion::new(place(kind, role), text, until, candidates));
    }

    /// Gives a role to a column with a usual name of it, if the values allow that.
    pub(super) fn role(&mut self, kind: TableKind, role: &'static str, column: &Seen<'_>) {
        let profile = &column.profile;
        if profile.filled == 0 {
            return;
        }
        let name = column.name.as_str();
        if role == "at" || role.ends_with("_at") {
            self.timestamp(kind, role, column);
            return;
        }
        match role {
            "status" => self.labels(kind, role, column, status_name, &status_names()),
            "author" | "created_by" => {
                let known = |label: &str| author_name(label).is_some();
                if profile.many || !profile.values().iter().any(|(label, _)| known(label)) {
                    // Names of people.
                    if role == "author" {
                        self.by_role.entry("author_name").or_insert(json!(name));
                    }
                    return;
                }
                self.labels(kind, role, column, author_name, &names_of::<Author>());
            }
            "sla_met" | "delivered" => {
                self.labels(kind, role, column, flag_name, &["true", "false"].map(str::to_owned));
            }
            "weight" if !profile.is_numbers() => {}
            "tags" | "reasons" => {
                self.by_role.insert(role.to_owned(), json!(name));
                let has = |mark: char| profile.values().iter().any(|(text, _)| text.contains(mark));
                if let Some(mark) = [';', '|'].into_iter().find(|mark| has(*mark) && !has(',')) {
                    let key = if role == "tags" { "tag_separator" } else { "reason_separator" };
                    self.by_role.insert(key.to_owned(), json!(mark.to_string()));
                }
            }
            _ => {
                self.by_role.insert(role.to_owned(), json!(name));
            }
        }
    }

    /// Gives a role of timestamps to a column.
    pub(super) fn timestamp(&mut self, kind: TableKind, role: &str, column: &Seen<'_>) {
        let (name, profile) = (column.name.as_str(), &column.profile);
        let mut form = Map::new();
        form.insert("column".to_owned(), json!(name));
        let mut wall_clock = profile.wall_clock;
        if profile.has(ColumnContent::Timestamps) {
            match &column.order {
                Ok(Some(order)) => drop(form.insert("format".to_owned(), json!(order.format()))),
                Ok(None) => {}
                Err(undecided) => {
                    let form = |format: &str| {
                        format!("{role} = {{ column = {}, format = \"{format}\" }}", quoted(name))
                    };
                    let candidates = undecided.formats().into_iter().map(form).collect();
                    let what = match undecided {
                        DateOrderError::Ambiguous { .. } => "which order do day and month have",
                        DateOrderError::Mixed { .. } => {
                            "the values have several orders of day and month; which one counts"
                        }
                    };
                    self.ask(
                        kind,
                        role,
                        format!("{}: {what}? {undecided}", quoted(name)),
                        NOT_READ,
                        candidates,
                    );
                    return;
                }
            }
        } else if let Some(format) = profile.epoch() {
            form.insert("format".to_owned(), json!(format));
            wall_clock = format == "excel";
        } else {
            return;
        }
        let missing = profile.missing();
        if !missing.is_empty() {
            form.insert("missing".to_owned(), json!(missing));
        }
        if wall_clock && words_of(name).iter().any(|word| word == "utc" || word == "gmt") {
            form.insert("time_zone".to_owned(), json!("UTC"));
            wall_clock = false;
        }
        if wall_clock {
            self.wall_clock.get_or_insert_with(|| name.to_owned());
        }
        let form = if form.len() == 1 { json!(name) } else { Value::Object(form) };
        self.by_role.insert(role.to_owned(), form);
    }

    /// Gives a role of labels to a column: the known labels with their meanings; a question about the others.
    pub(super) fn labels(
        &mut self,
        kind: TableKind,
        role: &str,
        column: &Seen<'_>,
        meaning: impl Fn(&str) -> Option<String>,
        allowed: &[String],
    ) {
        let missing = column.profile.missing();
        let (known, unknown) = split(&column.profile.values(), &missing, meaning);
        let too_many = column.profile.many || unknown.len() > MOST_LABELS;
        if known.is_empty() || too_many {
            let text = format!(
                "{} has a usual name of the {role}, but {}: what do they mean?",
                quoted(&column.name),
                if too_many {
                    "too many labels".to_owned()
                } else {
                    format!("no usual label: {}", shown(&unknown))
                }
            );
            self.ask(kind, role, text, NOT_READ, mapped(role, &column.name, &unknown, allowed));
            return;
        }
        let mut form = Map::new();
        form.insert("column".to_owned(), json!(column.name));
        let own: Map<String, Value> = known
            .into_iter()
            .map(|(label, meaning)| {
                let flag = meaning.parse::<bool>().map(Value::from);
                (
                    label,
                    if role == "sla_met" || role == "delivered" {
                        flag.unwrap_or(Value::Null)
                    } else {
                        json!(meaning)
                    },
                )
            })
            .collect();
        form.insert("words".to_owned(), Value::Object(own));
        if !missing.is_empty() {
            form.insert("missing".to_owned(), json!(missing));
        }
        self.by_role.insert(role.to_owned(), Value::Object(form));
        if !unknown.is_empty() {
            let text = format!("what do these labels of {} mean: {}?", quoted(&column.name), shown(&unknown));
            let until = "what depends on them is excluded and counted";
            self.ask(kind, role, text, until, lines(&unknown, allowed.iter().map(String::as_str)));
        }
    }

    /// Whether a role has a column or a question.
    pub(super) fn is_decided(&self, kind: TableKind, role: &str) -> bool {
        let place = place(kind, role);
        self.by_role.contains_key(role) || self.questions.iter().any(|question| question.place == place)
    }

    /// The draft of the table.
    pub(super) fn finish(mut self, kind: TableKind, table: &SeenTable<'_>) -> TableDraft {
        if kind == TableKind::Invitations && self.lacks.is_empty() {
            self.by_role.entry("id").or_insert(json!({}));
        }
        if table.columns.iter().any(|column| column.profile.begins_with_header())
            && let Some(id) = table
                .columns
                .iter()
                .find(|column| column.profile.filled + 1 == table.rows && column.profile.is_unique())
        {
            self.by_role.insert("where".to_owned(), json!({ id.name.clone(): "*" }));
        }
        let roles = std::mem::take(&mut self.by_role);
        let missing = table.columns.iter().any(|column| column.profile.missing().contains(&"?"));
        let columns = table
            .columns
            .iter()
            .map(|column| ColumnDraft {
                column: column.name.clone(),
                roles: roles_of_column(&roles, &column.name),
                content: content(column),
            })
            .collect();
        let mut roles = roles;
        if missing {
            roles.insert("missing".to_owned(), json!(["?"]));
        }
        TableDraft {
            kind: kind.key(),
            file: table.table.path().to_owned(),
            rows: table.rows,
            excluded: table.excluded.clone(),
            usable: self.lacks.is_empty(),
            roles,
            columns,
            questions: self.questions,
            in_memory: table.table.is_in_memory(),
            stored_as: kind.key(),
            wall_clock: self.wall_clock,
        }
    }
}

/// The roles of a column, such as `attributes.market`.
fn roles_of_column(roles: &Map<String, Value>, name: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (role, form) in roles {
        match form {
            Value::Object(inner) if role == "attributes" || role == "questions" => {
                found.extend(roles_of_column(inner, name).into_iter().map(|inner| format!("{role}.{inner}")));
            }
            form if columns_of(form).iter().any(|column| column == name) => found.push(role.clone()),
            _ => {}
        }
    }
    found
}
