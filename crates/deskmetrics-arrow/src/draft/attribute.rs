//! Attributes: columns with few values.

use std::collections::BTreeMap;

use deskmetrics::ticket::Attribute;
use serde_json::{Map, Value, json};

use super::role::Roles;
use super::scale::{is_any_score, is_score, question_of};
use super::seen::{Seen, SeenTable};
use crate::infer::{TableKind, usual};

/// Names of attributes that several products give to one idea, each after the usual name.
const ATTRIBUTES: &[(&str, &[&str])] = &[
    ("market", &["country", "region"]),
    ("channel", &["source", "via", "contact_type"]),
    ("category", &["type", "issue_type", "topic"]),
    ("priority", &["urgency"]),
    ("assignee", &["teammate_currently_assigned", "assigned_agent", "agent_name"]),
    ("group", &["team_currently_assigned", "assigned_group", "assigned_team"]),
];

/// Beginnings of names that do not belong to the attribute.
const PREFIXES: [&str; 6] = ["ticket_", "case_", "contact_", "conversation_", "issue_", "custom_field_"];

/// The most values of an attribute, and of one that names people or teams.
const MOST_VALUES: usize = 200;
const MOST_PEOPLE: usize = 2_000;
/// As few values are an attribute of any table.
const FEW_VALUES: usize = 20;

impl Roles {
    /// The attributes: columns with few values. Others are not read.
    pub(super) fn attributes(
        &mut self,
        kind: TableKind,
        table: &SeenTable<'_>,
        named: &BTreeMap<String, String>,
    ) {
        let mut attributes: Map<String, Value> = Map::new();
        let known = |name: &str| {
            let mut all = ATTRIBUTES.iter().chain(crate::infer::ATTRIBUTES);
            all.find(|(_, names)| names.contains(&name)).map(|(known, _)| *known)
        };
        let is_column = |name: &str| table.columns.iter().any(|column| usual(&column.name) == name);
        let name_of = |name: &str| {
            let name = usual(name);
            let short = PREFIXES.iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(&name);
            let attribute = known(&name).or_else(|| known(short)).unwrap_or(short);
            // Another column may have that name.
            let attribute = if attribute != name && is_column(attribute) { &name } else { attribute };
            Attribute::from(attribute).to_string()
        };
        for column in &table.columns {
            let inferred =
                named.iter().find(|(_, name)| **name == column.name).map(|(attribute, _)| attribute.clone());
            let own =
                inferred.filter(|own| *own != usual(&column.name)).unwrap_or_else(|| name_of(&column.name));
            let attribute = Attribute::from(own.as_str());
            let kept = match attribute {
                Attribute::Assignee | Attribute::Group => Kept::People,
                Attribute::Custom(_) => Kept::Own,
                _ => Kept::Named,
            };
            if self.uses(&column.name) || !is_attribute(column, table.rows, kept) {
                continue;
            }
            let is_question = kind == TableKind::Surveys && question_of(&column.name).is_some();
            if is_score(column) || is_question || (kind == TableKind::Surveys && is_any_score(column)) {
                continue;
            }
            let full = usual(&column.name);
            let name = if attributes.contains_key(&own) { full } else { own };
            attributes.entry(name).or_insert(json!(column.name));
        }
        if !attributes.is_empty() && kind != TableKind::Events {
            self.by_role.insert("attributes".to_owned(), Value::Object(attributes));
        }
    }

    pub(super) fn without_attribute(&mut self, column: &str) {
        if let Some(Value::Object(attributes)) = self.by_role.get_mut("attributes") {
            attributes.retain(|_, name| name.as_str() != Some(column));
            if attributes.is_empty() {
                self.by_role.remove("attributes");
            }
        }
    }
}

/// The attribute that a column's name states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    /// People or teams.
    People,
    /// Another usual one.
    Named,
    /// One of the source.
    Own,
}

/// Whether a column's values are those of an attribute.
fn is_attribute(column: &Seen<'_>, rows: u64, kept: Kept) -> bool {
    let profile = &column.profile;
    let few = profile.distinct();
    let people = kept == Kept::People;
    let most = if people { MOST_PEOPLE } else { MOST_VALUES };
    let repeated = few <= FEW_VALUES || (few as u64) * if people { 2 } else { 20 } <= rows;
    let unique = few > 3 && profile.is_unique() && profile.filled == rows;
    !column.repeated
        && !profile.nested
        && !profile.many
        && !profile.is_timestamps()
        && (1..=most).contains(&few)
        && repeated
        && !unique
        && profile.longest <= 80
        && (!profile.is_numbers() || (profile.is_whole() && (few <= FEW_VALUES || kept != Kept::Own)))
}
