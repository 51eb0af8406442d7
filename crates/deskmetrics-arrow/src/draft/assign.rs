//! All roles of all tables.

use std::collections::BTreeMap;

use arrow_schema::{Field, Schema};
use serde_json::json;

use super::answer::scores_of_tickets;
use super::form::{Draft, DraftQuestion, TableDraft};
use super::label::quoted;
use super::role::{Roles, place};
use super::scale::is_any_score;
use super::seen::{SeenTable, column};
use crate::ReadError;
use crate::column::ColumnContent;
use crate::infer::{InferredRoles, TableKind, infer_roles_of_values};
use crate::roles::columns_of;

/// Drafts all tables.
pub(super) fn draft(draft: &mut Draft, seen: &[SeenTable<'_>], kinds: &[TableKind]) -> Result<(), ReadError> {
    let has = |kind: TableKind| kinds.contains(&kind);
    let logged = has(TableKind::Events) || has(TableKind::Snapshots);
    let mut invitation_ids: Option<String> = None;
    let mut order: Vec<usize> = (0..seen.len()).collect();
    order.sort_by_key(|place| match kinds.get(*place) {
        Some(TableKind::Tickets) => 0,
        Some(TableKind::Snapshots) => 1,
        Some(TableKind::Events) => 2,
        Some(TableKind::Invitations) => 3,
        _ => 4,
    });
    let mut known_tickets = false;
    for (table, kind) in order.into_iter().filter_map(|place| Some((seen.get(place)?, *kinds.get(place)?))) {
        let kind = if logged && kind == TableKind::Tickets { TableKind::TicketsBesideEvents } else { kind };
        let mut found = roles_of(kind, table);
        let mut after: Vec<TableDraft> = Vec::new();
        match kind {
            TableKind::Tickets | TableKind::TicketsBesideEvents => {
                known_tickets |= found.lacks.is_empty();
                after.extend(scores_of_tickets(draft, table, &found));
            }
            TableKind::Events => found.events(table, !has(TableKind::Tickets))?,
            TableKind::Snapshots => known_tickets |= found.lacks.is_empty(),
            TableKind::Surveys => found.surveys(draft, table, invitation_ids.as_deref())?,
            TableKind::Invitations => {
                found.question_words(table);
                let id = found.by_role.get("id").and_then(|id| columns_of(id).into_iter().next());
                invitation_ids = id.filter(|_| found.lacks.is_empty()).or(invitation_ids);
            }
        }
        let tickets = known_tickets || has(TableKind::Events);
        if !tickets && matches!(kind, TableKind::Surveys | TableKind::Invitations) {
            // There is no ticket to join.
            found.by_role.remove("ticket");
        }
        draft.tables.push(found.finish(kind, table));
        draft.tables.append(&mut after);
    }
    Ok(())
}

/// The roles of a table's columns as records of a kind.
pub(super) fn roles_of(kind: TableKind, table: &SeenTable<'_>) -> Roles {
    let mut found = Roles::default();
    let fields =
        table.columns.iter().map(|column| Field::new(&column.name, column.profile.value_type(), true));
    let schema = Schema::new(fields.collect::<Vec<_>>());
    let contains = |field: &Field, content: ColumnContent| {
        column(table, field.name()).is_some_and(|column| column.profile.has(content))
    };
    let InferredRoles { roles, measures, unitless, attributes, numbers, ambiguous, .. } =
        infer_roles_of_values(kind, &schema, &[], contains);
    for (role, name) in roles {
        let Some(column) = column(table, &name) else { continue };
        if column.repeated && role != "tags" {
            continue;
        }
        found.role(kind, role, column);
    }
    for one in ambiguous.iter().filter(|one| found.by_role.contains_key(&one.role)) {
        let text = format!(
            "both {} and {} may be the {}: which one is it?",
            quoted(&one.column),
            quoted(&one.other),
            one.role
        );
        let candidates = vec![format!("{} = {}", one.role, quoted(&one.other))];
        found.questions.push(DraftQuestion::new(
            place(kind, &one.role),
            text,
            "the first is used",
            candidates,
        ));
    }
    found.likely(kind, table);
    let free = |found: &Roles, name: &str| !found.uses(name);
    if matches!(kind, TableKind::Tickets | TableKind::TicketsBesideEvents) {
        for (role, columns) in measures {
            let columns: Vec<String> = columns.into_iter().filter(|name| free(&found, name)).collect();
            match columns.as_slice() {
                [] => {}
                [only] => drop(found.by_role.insert(role.to_owned(), json!(only))),
                several => drop(found.by_role.insert(role.to_owned(), json!(several))),
            }
        }
        for (role, name) in unitless {
            let Some(column) = column(table, &name) else { continue };
            if !free(&found, &name) || found.by_role.contains_key(role) || !column.profile.is_numbers() {
                continue;
            }
            let candidates = ["minutes", "hours"]
                .map(|unit| format!("{role} = {{ column = {}, unit = \"{unit}\" }}", quoted(&name)));
            let text = format!("which unit do the numbers of {} have?", quoted(&name));
            found.questions.push(DraftQuestion::new(
                place(kind, role),
                text,
                "they are not read",
                candidates.to_vec(),
            ));
        }
    }
    let named: BTreeMap<String, String> = attributes.into_iter().chain(numbers).collect();
    found.attributes(kind, table, &named);
    let required: Vec<&'static str> = match kind {
        TableKind::Surveys if found.by_role.contains_key("questions") => Vec::new(),
        TableKind::Surveys => vec!["question", "score"],
        _ => kind.required().to_vec(),
    };
    // Questions of surveys are columns of their own or labels; `surveys` decides.
    let scored = || table.columns.iter().any(is_any_score);
    found.lacks = required.into_iter().filter(|role| !found.by_role.contains_key(*role)).collect();
    if kind == TableKind::Surveys && scored() {
        found.lacks.clear();
    }
    found
}
