//! Errors in a description.

use std::fmt;
use std::path::{Path, PathBuf};

use super::suggest::{did_you_mean, listed, nearest};

/// An invalid description: the place, what was found and what is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DescriptionError {
    /// The file, if the description was read from one.
    pub file: Option<PathBuf>,
    /// Line and column, counted from 1, if known.
    pub place: Option<(usize, usize)>,
    /// What was found and what is allowed.
    pub message: String,
}

impl std::error::Error for DescriptionError {}

impl fmt::Display for DescriptionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.file {
            Some(file) => write!(f, "{}", file.display())?,
            None => f.write_str("description")?,
        }
        if let Some((line, column)) = self.place {
            write!(f, ", line {line}, column {column}")?;
        }
        write!(f, ": {}", self.message)
    }
}

impl DescriptionError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { file: None, place: None, message: message.into() }
    }

    /// The same error with the file that contains the description, unless it has one.
    #[must_use]
    pub fn with_file(mut self, path: &Path) -> Self {
        self.file.get_or_insert_with(|| path.to_owned());
        self
    }

    /// Converts an error of the TOML parser to plain language, with its place. `key` is the path to the value, used
    /// if the message does not name it.
    pub(crate) fn of_toml(error: &toml::de::Error, text: &str, key: Option<&str>) -> Self {
        let place = error.span().map(|span| {
            let before = text.get(..span.start).unwrap_or(text);
            let line = before.matches('\n').count() + 1;
            let column = before.chars().rev().take_while(|character| *character != '\n').count() + 1;
            (line, column)
        });
        let original = error.message().trim().trim_end_matches('.').replace('\n', "; ");
        let message = plain_message(&original);
        let message = match key.filter(|key| message != original && *key != ".") {
            Some(key) => format!("{key}: {message}"),
            None => message,
        };
        Self { file: None, place, message }
    }
}

/// An earlier name of a key and a value, which is accepted but not advised.
const EARLIER: &str = "instants";

/// Converts an error of serde to plain language. If it lists allowed values, the most similar one is added. Other
/// messages are unchanged.
///
/// ```
/// use deskmetrics_arrow::plain_message;
///
/// // The message of serde.
/// for (original, plain) in [
///     (
///         "unknown field `colum`, expected one of `column`, `value`",
///         "there is no key \"colum\", did you mean \"column\"? Allowed are \"column\", \"value\"",
///     ),
///     ("unknown variant `x`, expected `first` or `last`", "\"x\" is not allowed; allowed are \"first\", \"last\""),
///     ("missing field `column`", "the key \"column\" is missing"),
///     ("invalid type: string \"two\", expected usize", "found the text \"two\", expected a whole number from 0"),
///     ("time zone \"UCT\" is unknown", "time zone \"UCT\" is unknown"),
/// ] {
///     assert_eq!(plain_message(original), plain);
/// }
/// ```
pub fn plain_message(message: &str) -> String {
    let quoted =
        |text: &str| -> Vec<String> { text.split('`').skip(1).step_by(2).map(str::to_owned).collect() };
    let one = |text: &str| quoted(text).into_iter().next();
    let plain = || {
        if let Some(rest) = message.strip_prefix("unknown ") {
            let (found, allowed) = rest.split_once(", ")?;
            let (word, mut allowed) = (one(found)?, quoted(allowed));
            allowed.retain(|name| name != EARLIER);
            let problem = match found.split_once(' ')?.0 {
                "field" => format!("there is no key \"{word}\""),
                "variant" => format!("\"{word}\" is not allowed"),
                _ => return None,
            };
            let listed = listed(&allowed);
            return Some(match nearest(&word, &allowed) {
                Some(nearest) => format!("{problem}{} Allowed are {listed}", did_you_mean(Some(&nearest))),
                None if allowed.is_empty() => format!("{problem}; none is allowed"),
                None => format!("{problem}; allowed are {listed}"),
            });
        }
        if let Some(missing) = message.strip_prefix("missing field ") {
            return Some(format!("the key \"{}\" is missing", one(missing)?));
        }
        if let Some(repeated) = message.strip_prefix("duplicate field ") {
            return Some(format!("the key \"{}\" is there twice", one(repeated)?));
        }
        let (fault, expected) = message.strip_prefix("invalid ")?.split_once(", expected ")?;
        let found = match fault.split_once(": ") {
            Some(("type" | "value", found)) => plain_value(found),
            _ => format!("{} values", fault.strip_prefix("length ")?),
        };
        Some(format!("found {found}, expected {}", plain_type(expected)))
    };
    plain().unwrap_or_else(|| message.to_owned())
}

/// A value, as serde displays it.
fn plain_value(found: &str) -> String {
    match found.split_once(' ') {
        Some(("string", text)) => format!("the text {text}"),
        Some(("integer" | "boolean" | "character", value)) => value.replace('`', ""),
        Some(("floating", value)) => value.trim_start_matches("point ").replace('`', ""),
        _ => match found {
            "map" | "struct" => "a table of keys".to_owned(),
            "sequence" | "tuple" => "a list".to_owned(),
            "null" | "unit value" | "Option value" => "nothing".to_owned(),
            other => other.replace('`', ""),
        },
    }
}

/// A type, as serde names it.
fn plain_type(expected: &str) -> &str {
    let name = expected.trim_start_matches("a ").trim_start_matches("borrowed ");
    match name.split_whitespace().next().unwrap_or_default() {
        "u8" => "a whole number from 0 to 255",
        "u16" => "a whole number from 0 to 65535",
        "u32" | "u64" | "usize" => "a whole number from 0",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        "bool" | "boolean" => "true or false",
        "struct" | "map" => "a table of keys",
        "sequence" | "tuple" => "a list",
        "string" | "path" | "variant" => "a text",
        _ => expected,
    }
}
