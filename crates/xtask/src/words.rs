//! The glossary, checked: words that the project does not use, with what it uses instead.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::command::Failed;
use crate::files::files;

/// Words that are not used, those used instead, and how often the first may still occur: in names of stored fields and option
/// values that older data contains.
const WORDS: &[(&[&str], &str, usize)] = &[
    (&["left out", "leave out", "leaves out", "leaving out"], "excluded, exclude", 1),
    (&["told", "tells", "tell"], "provided, reported, known, or the field's name", 1),
    (&["asked", "asks", "asking"], "requested, requires", 3),
    (&["looks", "looked", "look at"], "snapshots (points in time), reads, depends on", 0),
    (&["life", "lives"], "milestones, history, state", 0),
    (&["brief", "briefly", "short way", "long way"], "fast path, general path", 0),
    (&["hear", "hears", "heard"], "handles, is relevant for", 0),
    (&["promise", "promises", "promised"], "SLA target, policy", 0),
    (&["sendings", "sending"], "invitations", 0),
    (&["mend", "mended", "repaired"], "fixed, corrected", 0),
    (&["worked out", "works out", "work out"], "computed", 0),
    (&["stands", "stand", "stood"], "is, is stored", 1),
    (&["lies", "lie"], "is, is stored", 0),
    (&["very same", "last bit"], "identical, bit for bit", 0),
    (&["quick", "quickly", "at speed"], "fast", 0),
    (&["whoever", "somebody", "nobody"], "the caller, a person, no one", 0),
    (&["wanted", "wants"], "requested, expected", 0),
    (&["said", "says", "say"], "means, contains, states", 0),
];

/// The kinds of files that are read.
const EXTENSIONS: [&str; 4] = ["rs", "py", "pyi", "md"];

/// The file that lists the words, and the one that names what was renamed.
const UNCHECKED: [&str; 2] = ["words.rs", "CHANGELOG.md"];

/// Pages that the documentation site generates, also in other languages.
const GENERATED: &str = "docs/kpi";

/// Counts the words in every source and document; fails where one occurs more often than it may.
pub(crate) fn check(root: &Path) -> Result<(), Failed> {
    let mut texts = Vec::new();
    for path in files(root, &EXTENSIONS)? {
        if path.starts_with(root.join(GENERATED))
            || path.file_name().is_some_and(|name| UNCHECKED.iter().any(|unchecked| name == *unchecked))
        {
            continue;
        }
        let text =
            fs::read_to_string(&path).map_err(|error| Failed::new(format!("{}: {error}", path.display())))?;
        texts.push((path, plain(&text)));
    }
    let mut problems = String::new();
    for (words, instead, allowed) in WORDS {
        let found: Vec<(&PathBuf, usize)> = texts
            .iter()
            .map(|(path, text)| {
                (
                    path,
                    words
                        .iter()
                        .map(|word| text.matches(&format!(" {} ", word.replace(' ', "  "))).count())
                        .sum(),
                )
            })
            .filter(|(_, count)| *count > 0)
            .collect();
        let count: usize = found.iter().map(|(_, count)| count).sum();
        if count <= *allowed {
            continue;
        }
        let word = words.join("\", \"");
        let _ =
            writeln!(problems, "\"{word}\" occurs {count} times, allowed are {allowed}; write {instead}:");
        for (path, count) in found.iter().take(12) {
            let _ = writeln!(problems, "  {count:3} {}", path.strip_prefix(root).unwrap_or(path).display());
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Failed::new(problems)) }
}

/// Lower-case words between single spaces; identifiers are split at underscores.
fn plain(text: &str) -> String {
    // A line break in a string is no part of the word after it.
    let text = text.replace("\\n", " ");
    let words = text.split(|letter: char| !letter.is_alphanumeric() && letter != '\'');
    let words: Vec<String> = words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    // Doubled, so that neighbours do not share a space.
    format!(" {} ", words.join("  "))
}
