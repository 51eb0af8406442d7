//! Lines of a text file that are not rows.

use deskmetrics::Reason;
use memchr::{memchr, memchr2, memchr3};

use super::in_file;

/// The maximum length of a line in messages.
const SHOWN: usize = 80;

/// A line that cannot be read as a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BadLine {
    /// The line of the file, counted from 1; the first line of a row of several lines.
    pub(crate) line: u64,
    /// The start of the line.
    pub(crate) text: String,
    pub(crate) fault: LineFault,
}

/// What is wrong with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LineFault {
    /// It has more or fewer fields than the line of column names.
    Fields { found: usize, expected: usize, delimiter: u8 },
    /// A quote opens a field and does not close it.
    Quote,
    /// It is not a JSON object.
    Json,
    /// It has bytes that are not in the file's encoding.
    Encoding(&'static encoding_rs::Encoding),
}

impl BadLine {
    /// Creates the bad line that starts with these bytes.
    pub(super) fn new(line: u64, bytes: &[u8], fault: LineFault) -> Self {
        let end = memchr2(b'\n', b'\r', bytes).unwrap_or(bytes.len());
        let text = String::from_utf8_lossy(&bytes[..end.min(4 * SHOWN)]);
        let mut shown: String = text.chars().take(SHOWN).collect();
        if shown.len() < end && shown.chars().count() == SHOWN {
            shown.push('…');
        }
        Self { line, text: shown, fault }
    }
}

impl LineFault {
    /// Why the line is excluded.
    pub(crate) fn reason(self) -> Reason {
        match self {
            Self::Fields { .. } => Reason::FieldCount,
            Self::Quote => Reason::UnclosedQuote,
            Self::Json => Reason::Unreadable,
            Self::Encoding(_) => Reason::InvalidText,
        }
    }

    /// What to do about it.
    pub(crate) fn remedy(self) -> String {
        match self {
            Self::Fields { found, expected, delimiter } if found > expected => format!(
                "it has {found} fields where the column names are {expected}: put a text that contains \"{}\" in quotes",
                char::from(delimiter).escape_default()
            ),
            Self::Fields { found, expected, .. } => format!(
                "it has {found} fields where the column names are {expected}: add the missing ones, or remove the line"
            ),
            Self::Quote => {
                "close the quoted text with a quote, and write a quote within it twice (\"\")".to_owned()
            }
            Self::Json => {
                "it is not a JSON object: write one object per line, or one array of objects".to_owned()
            }
            Self::Encoding(encoding) => {
                let other = if encoding == encoding_rs::UTF_8 {
                    encoding_rs::WINDOWS_1252
                } else {
                    encoding_rs::UTF_8
                };
                let name = |encoding: &'static encoding_rs::Encoding| encoding.name().to_ascii_lowercase();
                format!(
                    "it is not {}: name the encoding of the file, such as {}, or correct the line",
                    name(encoding),
                    in_file(&format!("encoding = \"{}\"", name(other)))
                )
            }
        }
    }
}

/// A row of delimited text, read strictly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scan {
    /// The number of fields and bytes, with the end of the line.
    Row { fields: usize, bytes: usize },
    /// A quoted field does not end where a field must end.
    Broken,
    /// The bytes end before the row does. At the end of the file, this is within a quoted field.
    Incomplete,
}

/// Reads one row at the start of these bytes. `last` is whether they are the last bytes of the file.
pub(super) fn scan(bytes: &[u8], delimiter: u8, last: bool) -> Scan {
    let (mut at, mut fields) = (0, 0);
    loop {
        fields += 1;
        let end = if bytes.get(at) == Some(&b'"') {
            match closing(bytes, at + 1) {
                Some(closed) => closed,
                None => return Scan::Incomplete,
            }
        } else {
            let rest = bytes.get(at..).unwrap_or_default();
            memchr3(delimiter, b'\n', b'\r', rest).map_or(bytes.len(), |end| at + end)
        };
        match bytes.get(end) {
            Some(next) if *next == delimiter => at = end + 1,
            Some(b'\n' | b'\r') => return Scan::Row { fields, bytes: end + 1 },
            None if last => return Scan::Row { fields, bytes: end },
            None => return Scan::Incomplete,
            Some(_) => return Scan::Broken,
        }
    }
}

/// The position after the quote that closes a field.
fn closing(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += memchr(b'"', bytes.get(at..)?)? + 1;
        match bytes.get(at) {
            Some(b'"') => at += 1,
            _ => return Some(at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_end_where_their_line_does() {
        let row = |fields, bytes| Scan::Row { fields, bytes };
        assert_eq!(scan(b"a,b,c\nd", b',', false), row(3, 6));
        assert_eq!(scan(b"a,\"b,\n\"\"c\"\r\nd", b',', false), row(2, 11));
        assert_eq!(scan(b"a,", b',', true), row(2, 2));
        assert_eq!(scan(b"a,", b',', false), Scan::Incomplete);
        assert_eq!(scan(b"a,\"b\"", b',', false), Scan::Incomplete);
        assert_eq!(scan(b"a,\"b\"", b',', true), row(2, 5));
    }

    #[test]
    fn a_quote_within_quotes_is_written_twice() {
        assert_eq!(scan(b"a,\"b\nc,\"d\",e\n", b',', true), Scan::Broken);
        assert_eq!(scan(b"a,\"b\nc,d\n", b',', true), Scan::Incomplete);
        assert_eq!(scan(b"5\" pipe,\"b\"\n", b',', true), Scan::Row { fields: 2, bytes: 12 });
    }
}
