//! Kinds of events and the statuses that they state.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::label::{lines, mapped, quoted, shown, split};
use super::role::{MOST_LABELS, NOT_READ, Roles};
use super::seen::{SeenTable, column, grouped};
use crate::ReadError;
use crate::column::Meaning;
use crate::description::own_name;
use crate::infer::TableKind;
use crate::roles::columns_of;

/// What `other` events mean in a log that creates its tickets: they date the ticket and state nothing else.
const UNDECIDED_EVENT: &str = "changed activity";

impl Roles {
    /// The kinds of events and their statuses; of a log that creates its tickets, their attributes.
    pub(super) fn events(&mut self, table: &SeenTable<'_>, creates: bool) -> Result<(), ReadError> {
        let kind = TableKind::Events;
        if creates {
            self.by_role.insert("creates_tickets".to_owned(), json!(true));
        }
        let Some(column) =
            self.by_role.get("kind").map(columns_of).and_then(|names| column(table, names.first()?))
        else {
            return Ok(());
        };
        let values = column.profile.values();
        let (mut known, mut unknown) = split(&values, &column.profile.missing(), own_name);
        let rows = |labels: &[(String, u64)]| labels.iter().map(|(_, count)| count).sum::<u64>();
        let allowed: Vec<&str> = <crate::description::EventMapping as Meaning>::own_words();
        let allowed = allowed.into_iter().chain(["ignore"]);
        if column.profile.many || unknown.len() > MOST_LABELS || (known.is_empty() && !creates) {
            self.by_role.remove("kind");
            self.lacks.push("kind");
            let text = format!("what do the labels of {} mean: {}?", quoted(&column.name), shown(&unknown));
            let candidates = mapped("kind", &column.name, &unknown, &["public_message".to_owned()]);
            self.ask(kind, "kind", text, NOT_READ, candidates);
            return Ok(());
        }
        let mut form = Map::new();
        form.insert("column".to_owned(), json!(column.name));
        if !unknown.is_empty() {
            let mut candidates = lines(&unknown, allowed);
            let until = if creates && rows(&unknown) * 2 > column.profile.filled {
                // The few known labels would be the wrong ends of tickets.
                candidates
                    .extend(known.iter().map(|(label, name)| format!("{} = \"{name}\"", quoted(label))));
                let count = |label: &str| {
                    values.iter().find(|(known, _)| *known == label).map_or(0, |(_, count)| *count)
                };
                unknown.extend(known.drain(..).map(|(label, _)| (label.clone(), count(&label))));
                form.insert(
                    "words".to_owned(),
                    unknown.iter().map(|(label, _)| (label.clone(), json!(UNDECIDED_EVENT))).collect(),
                );
                "every event only dates its ticket"
            } else if creates {
                form.insert("other".to_owned(), json!(UNDECIDED_EVENT));
                "they only date the ticket"
            } else {
                "they are excluded and counted"
            };
            let text = format!("what do these labels of {} mean: {}?", quoted(&column.name), shown(&unknown));
            self.ask(kind, "kind", text, until, candidates);
        }
        if !known.is_empty() {
            let own: Map<String, Value> =
                known.iter().map(|(label, name)| (label.clone(), json!(name))).collect();
            form.insert("words".to_owned(), Value::Object(own));
        }
        let named: BTreeSet<&str> =
            known.iter().filter(|(_, name)| name == "status").map(|(label, _)| label.as_str()).collect();
        self.by_role.insert("kind".to_owned(), Value::Object(form));
        if let Some(value) =
            self.by_role.get("value").map(columns_of).and_then(|names| names.into_iter().next())
            && !named.is_empty()
        {
            let pairs = grouped(table, &column.name, &value)?;
            let mut labels: BTreeMap<String, u64> = BTreeMap::new();
            for (_, values) in pairs.iter().filter(|(label, _)| named.contains(label.as_str())) {
                for (value, count) in values {
                    *labels.entry(value.clone()).or_default() += count;
                }
            }
            let labels: Vec<(&str, u64)> =
                labels.iter().map(|(label, count)| (label.as_str(), *count)).collect();
            let (known, unknown) = split(&labels, &[], |label| {
                deskmetrics::Status::of_own_word(label).map(|status| status.to_string())
            });
            let statuses: Map<String, Value> =
                known.into_iter().map(|(label, name)| (label, json!(name))).collect();
            if !statuses.is_empty() {
                self.by_role.insert("statuses".to_owned(), Value::Object(statuses));
            }
            if !unknown.is_empty() {
                let text = format!("what do these statuses mean: {}?", shown(&unknown));
                let allowed = deskmetrics::Status::own_words();
                self.ask(
                    kind,
                    "statuses",
                    text,
                    "their events are excluded and counted",
                    lines(&unknown, allowed),
                );
            }
        }
        if creates {
            self.attributes(TableKind::Tickets, table, &BTreeMap::new());
        }
        Ok(())
    }
}
