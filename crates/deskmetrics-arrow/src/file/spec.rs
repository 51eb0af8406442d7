//! Files of a description.

use std::path::PathBuf;

use encoding_rs::Encoding;
use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize};

use crate::column::DecimalMark;
use crate::description::did_you_mean;

/// A file: its name, and for text files the form of the text.
///
/// In a description it is a name, `"tickets.csv.gz"`, or a table:
/// `{ path = "tickets.txt", delimiter = ";", encoding = "windows-1252", skip_rows = 2, decimal = "," }`.
///
/// What is not stated is detected from the first megabyte: the delimiter (of comma, semicolon, tab and `|`) with
/// which the rows have as many fields as the line of column names; UTF-16; and Windows-1252 if the text is not UTF-8
/// and its bytes are letters of western European languages. [`SourceReport::notes`](crate::SourceReport::notes)
/// reports a detected encoding.
///
/// Lines before the column names are not detected: state `skip_rows`. If a column is missing for any of these
/// reasons, the error names the key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FileSpec {
    /// The name, relative to the dataset's folder.
    pub path: PathBuf,
    /// The delimiter of columns in a text file. Default: the one that a first line such as `sep=;` names, else the
    /// detected one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<char>,
    /// The text's encoding by its label in the WHATWG standard, such as `windows-1252`, or a usual name such as
    /// `latin-1`. Default: the detected one. A byte order mark has priority.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// The number of lines before the column names in a text file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skip_rows: Option<usize>,
    /// The decimal mark of numbers. By default, a comma is a decimal mark if it does not separate columns and has no
    /// other possible meaning, as in `4,5`; `1,234` is then unreadable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decimal: Option<DecimalMark>,
}

/// Keys of a text file in the form in which a description takes them, for messages that name the file.
pub(crate) fn in_file(keys: &str) -> String {
    format!("file = {{ path = \"..\", {keys} }}")
}

impl FileSpec {
    /// Creates a file with this name.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), delimiter: None, encoding: None, skip_rows: None, decimal: None }
    }

    /// A key that is set and is only valid for text files.
    pub(crate) fn text_key(&self) -> Option<&'static str> {
        let given = [
            ("delimiter", self.delimiter.is_some()),
            ("encoding", self.encoding.is_some()),
            ("skip_rows", self.skip_rows.is_some()),
            ("decimal", self.decimal.is_some()),
        ];
        given.into_iter().find(|(_, given)| *given).map(|(key, _)| key)
    }

    /// The stated encoding, for decoding.
    ///
    /// # Errors
    /// If there is no such encoding. The message lists common ones.
    pub(crate) fn encoding(&self) -> Result<Option<&'static Encoding>, String> {
        self.encoding.as_deref().map(encoding_of).transpose()
    }
}

/// The encoding of a WHATWG label or another usual name.
fn encoding_of(label: &str) -> Result<&'static Encoding, String> {
    const COMMON: [&str; 8] = [
        "utf-8",
        "utf-16le",
        "windows-1252",
        "iso-8859-1",
        "iso-8859-15",
        "windows-1250",
        "shift_jis",
        "gb18030",
    ];
    let name = label.trim().to_ascii_lowercase().replace('_', "-");
    let name = match name.as_str() {
        "latin-1" | "iso-latin-1" | "ansi" => "windows-1252",
        "latin-2" => "iso-8859-2",
        "latin-9" | "latin9" => "iso-8859-15",
        "utf-8-sig" => "utf-8",
        "utf-16-le" => "utf-16le",
        "utf-16-be" => "utf-16be",
        "mac-roman" => "macintosh",
        name => name,
    };
    let known = Encoding::for_label(name.as_bytes()).or_else(|| Encoding::for_label(label.as_bytes()));
    known.ok_or_else(|| {
        let nearest = crate::description::nearest(label, COMMON);
        format!(
            "encoding \"{label}\" is unknown{}; common ones are {}",
            did_you_mean(nearest.as_deref()),
            COMMON.join(", ")
        )
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Long {
    path: PathBuf,
    #[serde(default, deserialize_with = "delimiter")]
    delimiter: Option<char>,
    #[serde(default, deserialize_with = "encoding")]
    encoding: Option<String>,
    #[serde(default)]
    skip_rows: Option<usize>,
    #[serde(default)]
    decimal: Option<DecimalMark>,
}

fn delimiter<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<char>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let mut characters = text.chars();
    match (characters.next(), characters.next()) {
        (Some(one), None) if one.is_ascii() => Ok(Some(one)),
        _ => Err(de::Error::custom(format!(
            "delimiter \"{text}\" is not a single ASCII character such as \",\", \";\", \"|\" or \"\\t\""
        ))),
    }
}

fn encoding<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let label = String::deserialize(deserializer)?;
    encoding_of(&label).map_err(de::Error::custom)?;
    Ok(Some(label))
}

impl<'de> Deserialize<'de> for FileSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameOrTable;

        impl<'de> Visitor<'de> for NameOrTable {
            type Value = FileSpec;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a file name, or a table with path, delimiter, encoding, skip_rows and decimal")
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<FileSpec, E> {
                Ok(FileSpec::new(name))
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<FileSpec, A::Error> {
                let Long { path, delimiter, encoding, skip_rows, decimal } =
                    Long::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(FileSpec { path, delimiter, encoding, skip_rows, decimal })
            }
        }

        deserializer.deserialize_any(NameOrTable)
    }
}
