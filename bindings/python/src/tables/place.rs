//! Settings of a description as arguments of the functions in which remedies are followed.

use std::fmt::Write as _;

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
pub(super) fn as_dicts(text: &str) -> String {
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
