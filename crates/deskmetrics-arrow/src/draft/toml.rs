//! A draft as a description in TOML, with comments.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::form::{Draft, DraftQuestion, TableDraft};
use super::label::quoted;
use crate::roles::columns_of;
use crate::{Description, ReadError};

/// The width to which comments are wrapped.
const WIDTH: usize = 110;

/// Forms that are tables of their own.
const TABLES: [&str; 2] = ["attributes", "statuses"];

impl Draft {
    /// The description in TOML, with comments. Files are named relative to `folder`, where the description will be stored.
    pub fn to_toml(&self, folder: &Path) -> String {
        write(self, folder)
    }

    /// The description, with files named as they were.
    ///
    /// # Errors
    /// If no table can be read.
    pub fn description(&self) -> Result<Description, ReadError> {
        Ok(self.to_toml(Path::new("")).parse::<Description>()?)
    }
}

fn write(draft: &Draft, folder: &Path) -> String {
    let mut out = String::new();
    let open = draft.questions().count();
    comment(
        &mut out,
        "",
        "A dataset description, drafted from the names and values of columns. All keys: help(\"deskmetrics.description\") in Python, or the documentation of deskmetrics_arrow::Description.",
    );
    if open > 0 {
        comment(
            &mut out,
            "",
            "What the data does not decide is marked QUESTION. Answer each, then remove it here: reports list these in their notes.",
        );
        let list = draft.questions().map(|question| {
            format!("  {},", quoted(&format!("{}: {}", question.place, plain(&question.text))))
        });
        let _ = writeln!(out, "undecided = [\n{}\n]", list.collect::<Vec<_>>().join("\n"));
    }
    out.push('\n');
    let is_zone = |question: &&DraftQuestion| question.place == "time_zone";
    draft.questions.iter().filter(is_zone).for_each(|one| question(&mut out, "", one));
    let zone = draft.time_zone.map_or("UTC", |zone| zone.name());
    let _ = writeln!(out, "time_zone = {}", quoted(zone));
    let _ = writeln!(
        out,
        "# as_of = \"2026-03-31T18:00:00\"        # the cut-off; by default the last timestamp in the data"
    );
    let by = ["market", "channel", "group", "category", "priority"];
    let is_known = |name: &&&str| {
        draft.tables.iter().any(|table| {
            table.usable && table.roles.get("attributes").is_some_and(|form| form.get(**name).is_some())
        })
    };
    if let Some(first) = by.iter().find(is_known) {
        let _ = writeln!(
            out,
            "# by = \"{first}\"                            # the attribute that reports are sliced by"
        );
    }
    let others: Vec<&DraftQuestion> = draft.questions.iter().filter(|one| !is_zone(one)).collect();
    let is_undecided = |one: &DraftQuestion| one.place.starts_with("surveys.questions");
    if !draft.scales.is_empty() || !others.is_empty() || draft.questions().any(is_undecided) {
        out.push_str("\n# The scale of each survey question; nps needs none.\n");
        if others.is_empty() && draft.questions().any(is_undecided) {
            out.push_str("# The answer to a QUESTION about surveys.questions needs a line here, such as\n#   csat = \"1-5\"\n");
        }
        out.push_str("[scales]\n");
        for (name, scale) in &draft.scales {
            let _ = writeln!(out, "{} = {}", key(name), inline(scale));
        }
        for one in others {
            question(&mut out, "", one);
        }
    }
    for one in &draft.tables {
        out.push('\n');
        let text = table(one, folder);
        if one.usable {
            out.push_str(&text);
        } else {
            comment(
                &mut out,
                "",
                &format!(
                    "These {} are not read until the questions below are answered; then remove the # of each line.",
                    one.kind
                ),
            );
            text.lines().for_each(|line| {
                let _ = writeln!(out, "{}", format!("# {line}").trim_end());
            });
        }
    }
    out
}

fn table(table: &TableDraft, folder: &Path) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "[[{}]]", table.kind);
    let file = relative(table, folder).display().to_string();
    let stored = if table.in_memory { ": a table in memory, to be stored in this file" } else { "" };
    line(&mut out, &format!("file = {}", quoted(&file)), &format!("{} rows{stored}", table.rows));
    table.excluded.iter().for_each(|lines| comment(&mut out, "", lines));
    let place = |role: &str| format!("{}.{role}", table.kind);
    let is_open = |role: &str| table.questions.iter().any(|one| one.place == place(role));
    let is_table = |role: &str, form: &Value| {
        TABLES.contains(&role)
            || (form.get("words").is_some() && is_open(role))
            || form.get("words").is_some_and(|words| words.as_object().is_some_and(|words| words.len() > 2))
    };
    let mut shown: Vec<&DraftQuestion> = Vec::new();
    for (role, form) in sorted(&table.roles).into_iter().filter(|(role, form)| !is_table(role, form)) {
        for one in table.questions.iter().filter(|one| one.place == place(role)) {
            question(&mut out, "", one);
            shown.push(one);
        }
        // Each question is a line, to which others can be added.
        let lines: Vec<(String, &Value)> = match form.as_object() {
            Some(questions) if role == "questions" => {
                questions.iter().map(|(name, form)| (format!("questions.{}", key(name)), form)).collect()
            }
            _ => vec![(key(role), form)],
        };
        for (name, form) in lines {
            line(&mut out, &format!("{name} = {}", inline(form)), &contents(table, form));
        }
    }
    let later = |one: &&DraftQuestion| {
        let role =
            one.place.strip_prefix(table.kind).and_then(|rest| rest.strip_prefix('.')).unwrap_or_default();
        table.roles.get(role).is_some_and(|form| is_table(role, form))
    };
    for one in table.questions.iter().filter(|one| !shown.contains(one) && !later(one)) {
        question(&mut out, "", one);
    }
    let unused: Vec<String> = table
        .columns
        .iter()
        .filter(|column| column.roles.is_empty())
        .map(|column| format!("{} ({})", quoted(&column.column), column.content))
        .collect();
    if !unused.is_empty() {
        comment(&mut out, "", &format!("Columns that are not read: {}", unused.join("; ")));
    }
    for (role, form) in sorted(&table.roles).into_iter().filter(|(role, form)| is_table(role, form)) {
        let Some(form) = form.as_object() else { continue };
        let _ = writeln!(out, "\n[{}.{}]", table.kind, key(role));
        let open = table.questions.iter().filter(|one| one.place == place(role));
        if TABLES.contains(&role) {
            for (name, form) in form {
                line(&mut out, &format!("{} = {}", key(name), inline(form)), &contents(table, form));
            }
            open.for_each(|one| question(&mut out, "", one));
            continue;
        }
        for (name, form) in form.iter().filter(|(name, _)| *name != "words") {
            let about = if name == "column" { contents(table, form) } else { String::new() };
            line(&mut out, &format!("{} = {}", key(name), inline(form)), &about);
        }
        let _ = writeln!(out, "\n[{}.{}.words]", table.kind, key(role));
        for (label, meaning) in form.get("words").and_then(Value::as_object).into_iter().flatten() {
            let _ = writeln!(out, "{} = {}", quoted(label), inline(meaning));
        }
        open.for_each(|one| question(&mut out, "", one));
    }
    out
}

/// Roles in the order of the forms: ids, timestamps, then the others.
fn sorted(roles: &Map<String, Value>) -> Vec<(&str, &Value)> {
    const FIRST: [&str; 14] = [
        "id",
        "ticket",
        "invitation",
        "question",
        "created_at",
        "at",
        "sent_at",
        "kind",
        "score",
        "status",
        "first_response_at",
        "solved_at",
        "closed_at",
        "due_at",
    ];
    let mut all: Vec<(&str, &Value)> = roles.iter().map(|(role, form)| (role.as_str(), form)).collect();
    let last = |role: &str| TABLES.contains(&role);
    all.sort_by_key(|(role, _)| {
        (last(role), FIRST.iter().position(|first| first == role).unwrap_or(FIRST.len()))
    });
    all
}

/// What the columns of a role contain.
fn contents(table: &TableDraft, form: &Value) -> String {
    let names = match form {
        Value::String(name) => vec![name.clone()],
        form => columns_of(form),
    };
    let [name] = names.as_slice() else { return String::new() };
    let known = table.columns.iter().find(|column| column.column == *name);
    known.map(|column| plain(&column.content)).unwrap_or_default()
}

/// A line with a comment behind it, or above it where both are long.
fn line(out: &mut String, text: &str, about: &str) {
    if about.is_empty() {
        let _ = writeln!(out, "{text}");
    } else if text.chars().count().max(44) + about.chars().count() + 3 <= WIDTH {
        let _ = writeln!(out, "{text:<44} # {about}");
    } else {
        comment(out, "", about);
        let _ = writeln!(out, "{text}");
    }
}

fn question(out: &mut String, indent: &str, question: &DraftQuestion) {
    comment(
        out,
        indent,
        &format!("QUESTION: {} Until it is answered, {}.", sentence(&question.text), question.until),
    );
    for candidate in &question.candidates {
        let _ = writeln!(out, "{indent}#   {candidate}");
    }
}

/// A text as comment lines.
fn comment(out: &mut String, indent: &str, text: &str) {
    let mut line = String::new();
    for word in plain(text).split(' ') {
        if !line.is_empty() && line.chars().count() + word.chars().count() + 1 > WIDTH {
            let _ = writeln!(out, "{indent}# {line}");
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    let _ = writeln!(out, "{indent}# {line}");
}

/// A text with a mark at its end.
fn sentence(text: &str) -> String {
    let text = plain(text);
    if text.ends_with(['?', '.']) { text } else { format!("{text}.") }
}

/// A text on one line.
fn plain(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

fn key(name: &str) -> String {
    let bare = !name.is_empty()
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-".contains(letter));
    if bare { name.to_owned() } else { quoted(name) }
}

fn inline(form: &Value) -> String {
    match form {
        Value::String(text) => quoted(text),
        Value::Array(values) => format!("[{}]", values.iter().map(inline).collect::<Vec<_>>().join(", ")),
        Value::Object(items) if items.is_empty() => "{}".to_owned(),
        Value::Object(items) => {
            // The column first.
            let mut items: Vec<(&String, &Value)> = items.iter().collect();
            items.sort_by_key(|(name, _)| *name != "column");
            let items: Vec<String> =
                items.into_iter().map(|(name, value)| format!("{} = {}", key(name), inline(value))).collect();
            format!("{{ {} }}", items.join(", "))
        }
        other => other.to_string(),
    }
}

/// The file as a description in a folder names it.
fn relative(table: &TableDraft, folder: &Path) -> PathBuf {
    if table.in_memory {
        return PathBuf::from(format!("{}.parquet", table.stored_as));
    }
    let file = &table.file;
    let (Ok(file_at), Ok(folder_at)) = (file.canonicalize(), folder.canonicalize()) else {
        return file.clone();
    };
    file_at.strip_prefix(&folder_at).map(Path::to_owned).unwrap_or(file_at)
}
