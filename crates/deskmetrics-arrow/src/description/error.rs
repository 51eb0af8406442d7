//! What can be wrong with a description.

use std::fmt;
use std::path::{Path, PathBuf};

use super::suggest::{did_you_mean, nearest};

/// A description that makes no sense: where, what was found, what is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DescriptionError {
    /// The file, where it came from one.
    pub file: Option<PathBuf>,
    /// Line and column, counted from 1, where known.
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
    pub(crate) fn said(message: impl Into<String>) -> Self {
        Self { file: None, place: None, message: message.into() }
    }

    pub(crate) fn in_file(mut self, path: &Path) -> Self {
        self.file.get_or_insert_with(|| path.to_owned());
        self
    }

    /// The parser's complaint with its place, and with the nearest allowed word where it lists the allowed ones.
    pub(crate) fn of_toml(error: &toml::de::Error, text: &str) -> Self {
        let place = error.span().map(|span| {
            let before = text.get(..span.start).unwrap_or(text);
            let line = before.matches('\n').count() + 1;
            let column = before.chars().rev().take_while(|character| *character != '\n').count() + 1;
            (line, column)
        });
        let message = error.message().trim().trim_end_matches('.').replace('\n', "; ");
        Self { file: None, place, message: with_suggestion(&message) }
    }
}

/// The message of a data form's reader with the nearest of the allowed words, where it lists them.
///
/// ```
/// use deskmetrics_arrow::with_suggestion;
///
/// // as serde says
/// assert_eq!(
///     with_suggestion("unknown field `colum`, expected one of `column`, `value`"),
///     "unknown field `colum`, did you mean \"column\"? Expected one of `column`, `value`",
/// );
/// assert_eq!(with_suggestion("missing field `column`"), "missing field `column`");
/// ```
pub fn with_suggestion(message: &str) -> String {
    let suggested = || {
        let (found, allowed) = message.strip_prefix("unknown ")?.split_once(", expected ")?;
        let quoted =
            |text: &str| -> Vec<String> { text.split('`').skip(1).step_by(2).map(str::to_owned).collect() };
        let word = quoted(found).into_iter().next()?;
        let nearest = nearest(&word, quoted(allowed))?;
        Some(format!("unknown {found}{} Expected {allowed}", did_you_mean(Some(&nearest))))
    };
    suggested().unwrap_or_else(|| message.to_owned())
}
