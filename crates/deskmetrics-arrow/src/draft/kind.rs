//! The kind of a table's records.

use std::path::Path;

use super::assign::roles_of;
use super::scale::is_any_score;
use super::seen::{Seen, SeenTable};
use crate::column::measure::words as words_of;
use crate::infer::{TableKind, is_end};

/// Words in the names of files, with the kind of their records; the first counts.
const WORDS: [(TableKind, &[&str]); 5] = [
    (TableKind::Invitations, &["invitation", "invitations", "invites"]),
    (
        TableKind::Surveys,
        &["survey", "surveys", "answers", "responses", "csat", "nps", "ces", "ratings", "feedback"],
    ),
    (TableKind::Snapshots, &["snapshot", "snapshots"]),
    (TableKind::Events, &["event", "events", "log", "logs", "audit", "audits", "activities", "history"]),
    (TableKind::Tickets, &["ticket", "tickets", "cases", "conversations", "incidents", "requests", "issues"]),
];

impl TableKind {
    /// The kind that the name of a file states, such as `events.csv`.
    pub fn of_file_name(file: &Path) -> Option<Self> {
        let name = file.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        let words: Vec<&str> = name.split(|letter: char| !letter.is_alphanumeric()).collect();
        let known = WORDS.iter().find(|(_, known)| words.iter().any(|word| known.contains(word)));
        known.map(|(kind, _)| *kind)
    }
}

/// The kind of a table: the stated one, else the first that its columns allow, beginning with the one that its name states.
pub(super) fn of(seen: &SeenTable<'_>) -> TableKind {
    if let Some(stated) = seen.stated {
        return stated;
    }
    let named = TableKind::of_file_name(seen.table.path());
    let usual: [TableKind; 5] = if repeats_ids(seen) {
        [
            TableKind::Snapshots,
            TableKind::Events,
            TableKind::Invitations,
            TableKind::Surveys,
            TableKind::Tickets,
        ]
    } else {
        [
            TableKind::Tickets,
            TableKind::Invitations,
            TableKind::Surveys,
            TableKind::Events,
            TableKind::Snapshots,
        ]
    };
    // Several rows per ticket are no table of tickets.
    let by_name = named.filter(|kind| *kind != TableKind::Tickets || !repeats_ids(seen));
    if by_name == Some(TableKind::Tickets) {
        return TableKind::Tickets;
    }
    // Dates whose order of day and month is not known have no role.
    if named.is_none() && seen.columns.iter().any(|column| is_end(&column.name)) && !repeats_ids(seen) {
        return TableKind::Tickets;
    }
    // A score beside a date, and nothing of a ticket.
    if named.is_none() && seen.columns.iter().any(is_any_score) && !is_worked_on(seen) {
        return TableKind::Surveys;
    }
    let allowed = |kind: &TableKind| roles_of(*kind, seen).lacks.is_empty();
    by_name.into_iter().chain(usual).find(allowed).or(named).unwrap_or(TableKind::Tickets)
}

/// Whether a table of tickets contains more than who created them and when.
fn is_worked_on(seen: &SeenTable<'_>) -> bool {
    const OF_ANY_RECORD: [&str; 5] = ["id", "created_at", "created_by", "requester", "tags"];
    let roles = roles_of(TableKind::Tickets, seen).by_role;
    roles.keys().any(|role| !OF_ANY_RECORD.contains(&role.as_str()) && !role.starts_with("attributes"))
}

/// Whether the ids of tickets occur more than once, on average at least three times in two tickets.
fn repeats_ids(seen: &SeenTable<'_>) -> bool {
    let is_id = |column: &&Seen<'_>| {
        let words = words_of(&column.name);
        let has = |word: &str| words.iter().any(|known| known == word);
        has("number") || (has("id") && (words.len() == 1 || has("ticket") || has("case") || has("incident")))
    };
    seen.columns.iter().find(is_id).is_some_and(|column| {
        let kept: u64 = column.profile.values().iter().map(|(_, count)| count).sum();
        kept * 2 >= column.profile.distinct() as u64 * 3
    })
}
