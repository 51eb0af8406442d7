//! Errors about tables, with remedies in Python syntax.

use std::fmt::Write as _;
use std::path::Path;

use deskmetrics_arrow::{ReadError, UnknownAttribute};
use pyo3::PyErr;

use super::remedy::Remedies;
use crate::error::{self, exceptions};

/// The error for an attribute that the data does not have; with the remedies of tables in memory, if it is about such.
pub(crate) fn unknown_attribute(
    place: &str,
    unknown: &UnknownAttribute,
    remedies: Option<&Remedies>,
) -> PyErr {
    let message = format!("{place}: {unknown}");
    let message = remedies.map_or(message.clone(), |remedies| remedies.in_text(&message));
    exceptions::ColumnNotFoundError::new_err((message, unknown.attribute.clone(), unknown.present.clone()))
}

/// Where a remedy is followed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Place {
    /// In a call with tables.
    #[default]
    Report,
    /// In a call of one KPI with a table of tickets, which has no argument `columns`.
    Kpi,
}

impl Place {
    /// The call in which `columns` is given.
    pub(super) fn call(self, columns: &str) -> String {
        match self {
            Self::Report => columns.to_owned(),
            Self::Kpi => format!("deskmetrics.report(.., {columns})"),
        }
    }
}

/// A message about a description as one about arguments: its remedies in Python syntax.
pub(crate) fn in_python(message: &str, place: Place) -> String {
    const SCHEDULES: &str = "provide schedules, such as [schedules.default] with time_zone and hours, and name the one of all tickets, such as schedule = \
     \"default\", or those of some with schedule_by";
    const POLICIES: &str = "provide policies with targets, as [[sla.policies]]";
    let mut message = message.to_owned();
    if let Some((before, after)) = message.split_once("under scales, such as ")
        && let Some((question, rest)) = after.split_once(" = \"1-5\"")
    {
        let question = question.trim_matches('"');
        message = format!("{before}such as scales={{\"{question}\": (1, 5)}}{rest}");
    }
    let schedule = "Schedule(\"Europe/Madrid\", \"Mo-Fr 09:00-17:00\")";
    let targets =
        "{\"name\": \"standard\", \"targets\": [{\"metric\": \"first_response\", \"within\": \"4h\"}]}";
    let (schedules, policies) = match place {
        Place::Report => (format!("give schedules={schedule}"), format!("give policies={targets}")),
        Place::Kpi => {
            (format!("give schedule={schedule}"), format!("give what replay(.., policies={targets}) returns"))
        }
    };
    message = message.replace(SCHEDULES, &schedules).replace(POLICIES, &policies);
    message = message.replace(
        "state under [replay] that a repeated solve counts, with repeated_solve = \"restates\"",
        "state that a repeated solve counts, with options={\"repeated_solve\": \"restates\"}",
    );
    if place == Place::Kpi {
        for clock in ["business", "calendar"] {
            message =
                message.replace(&format!("with \"clock\": \"{clock}\""), &format!("with clock=\"{clock}\""));
        }
    }
    // Of a role, and of the words of a column.
    if let Some((before, words)) = message.split_once("under kind, such as words = {") {
        message = format!("{before}in columns={{\"events\": {{\"kind\": {{\"words\": {{{words}}}}}}}");
    }
    while let Some((before, after)) = message.split_once(" = { column = ") {
        let (start, role) = before.rsplit_once(' ').unwrap_or(("", before));
        let (form, rest) = after.split_once(" }").unwrap_or((after, ""));
        let columns = format!("columns={{\"tickets\": {{\"{role}\": {{ \"column\" = {form} }}}}}}");
        message = format!("{start} {}{rest}", place.call(&columns));
    }
    as_dicts(&message)
}

/// A text with tables such as `{ column = "Reply", unit = "hours" }` as dicts.
fn as_dicts(text: &str) -> String {
    let (mut python, mut depth, mut quoted) = (String::with_capacity(text.len()), 0_u32, false);
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let is_key = |letter: char| letter.is_ascii_alphanumeric() || ['_', '-'].contains(&letter);
        if !quoted && let Some(after) = rest.strip_prefix("{ ") {
            python.push('{');
            (depth, rest) = (depth + 1, after);
        } else if !quoted
            && depth > 0
            && let Some(after) = rest.strip_prefix(" }")
        {
            python.push('}');
            (depth, rest) = (depth - 1, after);
        } else if !quoted
            && depth > 0
            && let Some(after) = rest.strip_prefix(" = ")
        {
            let key = python.split_off(python.trim_end_matches(is_key).len());
            if !key.is_empty() {
                let _ = write!(python, "\"{key}\"");
            }
            python.push_str(": ");
            rest = after;
        } else {
            quoted ^= next == '"';
            python.push(next);
            rest = &rest[next.len_utf8()..];
        }
    }
    python
}

/// The message about an invalid key of the argument `columns`.
pub(super) fn invalid_columns(message: &str) -> String {
    // Each table has one source here, without a file, and scales are beside the columns.
    let message = message.replacen("[0]", "", 1).replace("Allowed are \"file\", ", "Allowed are ");
    let message = message.replace("allowed are \"file\", ", "allowed are ");
    let message = match message.strip_prefix("columns.scales") {
        Some(rest) => format!("scales{rest}"),
        None => message,
    };
    let message = message
        .replace("a table of keys", "a dict of keys")
        .replace("a table of columns by name", "a dict of columns by name")
        .replace("a table with ", "a dict with ")
        .replace("a table such as ", "a dict such as ");
    let example = message.split_once(": found ").and_then(|(place, found)| {
        let key = place.rsplit('.').next()?;
        let examples = [
            ("where", "{\"channel\": \"web\"}"),
            ("words", "{\"Done\": \"solved\"}"),
            ("sla", "{\"first_response\": {\"met\": \"FR met\"}}"),
        ];
        let known = examples.into_iter().find(|(known, _)| *known == key);
        known.filter(|_| found.ends_with("expected a dict of keys"))
    });
    let example = example.map_or_else(String::new, |(_, example)| format!(", such as {example}"));
    as_dicts(&message) + &example
}

/// The error about tables in memory.
pub(super) fn unusable(problem: &ReadError, remedies: &Remedies) -> PyErr {
    let message = problem.to_string();
    let about = |table: &Path, column: &str| remedies.about(&table.to_string_lossy(), column, &message);
    match problem {
        ReadError::ColumnMissing { column, present, .. } => {
            exceptions::ColumnNotFoundError::new_err((message, column.clone(), present.clone()))
        }
        ReadError::ColumnType { file, column, .. } => error::column_type(about(file, column)),
        ReadError::DateOrder { file, column, .. } => error::timestamp(about(file, column)),
        ReadError::NoUnit { file, column, .. }
        | ReadError::NothingReadable { file, column, .. }
        | ReadError::BadRow { file, column, .. } => error::data(about(file, column)),
        ReadError::Description(problem) => {
            let place = problem.message.strip_prefix("[[").and_then(|rest| rest.split_once("]]"));
            error::argument(match place {
                Some((table, rest)) => remedies.about(table, "", &format!("columns.{table}{rest}")),
                None => message,
            })
        }
        _ => error::data(message),
    }
}
