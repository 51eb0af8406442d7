//! Labels with their meanings, and lines of a description about them.

use deskmetrics::Author;
use serde_json::Value;

use crate::column::{Gone, Meaning, TicketStatus};

/// A text as TOML has it.
pub(super) fn quoted(text: &str) -> String {
    Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

/// Lines that give a role to one of several columns.
pub(super) fn candidates(role: &str, names: Vec<&str>) -> Vec<String> {
    names.into_iter().map(|name| format!("{role} = {}", quoted(name))).collect()
}

/// A line that gives a role to a column of labels without usual ones.
pub(super) fn mapped(role: &str, column: &str, labels: &[(String, u64)], allowed: &[String]) -> Vec<String> {
    let meaning = allowed.first().map_or("...", String::as_str);
    let words: Vec<String> =
        labels.iter().take(3).map(|(label, _)| format!("{} = \"{meaning}\"", quoted(label))).collect();
    vec![format!("{role} = {{ column = {}, words = {{ {} }} }}", quoted(column), words.join(", "))]
}

/// A line for each label, the first with the allowed meanings.
pub(super) fn lines<'w>(labels: &[(String, u64)], allowed: impl IntoIterator<Item = &'w str>) -> Vec<String> {
    let allowed: Vec<&str> = allowed.into_iter().collect();
    let mut lines: Vec<String> =
        labels.iter().map(|(label, _)| format!("{} = \"...\"", quoted(label))).collect();
    if let Some(first) = lines.first_mut() {
        *first = format!("{first} # {}", allowed.join(", "));
    }
    lines
}

/// The most frequent labels with their numbers.
pub(super) fn shown(labels: &[(String, u64)]) -> String {
    let first: Vec<String> =
        labels.iter().take(12).map(|(label, count)| format!("{} ({count})", quoted(label))).collect();
    let more = labels.len().saturating_sub(12);
    if more == 0 { first.join(", ") } else { format!("{} and {more} more", first.join(", ")) }
}

/// Labels with their meanings, and labels without one with their numbers.
pub(super) type Split = (Vec<(String, String)>, Vec<(String, u64)>);

/// Separates labels with and without a meaning.
pub(super) fn split(
    values: &[(&str, u64)],
    missing: &[&str],
    meaning: impl Fn(&str) -> Option<String>,
) -> Split {
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for (label, count) in values.iter().filter(|(label, _)| !missing.contains(label)) {
        match meaning(label) {
            Some(meaning) => known.push(((*label).to_owned(), meaning)),
            None => unknown.push(((*label).to_owned(), *count)),
        }
    }
    (known, unknown)
}

pub(super) fn status_name(label: &str) -> Option<String> {
    Some(match TicketStatus::of_own_word(label)? {
        TicketStatus::Now(status) => status.to_string(),
        TicketStatus::Gone(Gone::Deleted) => "deleted".to_owned(),
        TicketStatus::Gone(Gone::Spam) => "spam".to_owned(),
        TicketStatus::Gone(Gone::Merged) => "merged".to_owned(),
    })
}

pub(super) fn status_names() -> Vec<String> {
    names_of::<TicketStatus>()
}

pub(super) fn names_of<T: Meaning>() -> Vec<String> {
    T::own_words().into_iter().map(str::to_owned).collect()
}

pub(super) fn author_name(label: &str) -> Option<String> {
    let author = serde_json::to_value(Author::of_own_word(label)?).ok()?;
    author.as_str().map(str::to_owned)
}

pub(super) fn flag_name(label: &str) -> Option<String> {
    bool::of_own_word(label).map(|flag| flag.to_string())
}
