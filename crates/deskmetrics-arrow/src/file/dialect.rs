//! Detection of a text file's encoding and delimiter.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufReader, Read, Seek as _, SeekFrom};

use arrow_schema::ArrowError;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1250, WINDOWS_1252};
use flate2::read::MultiGzDecoder;

use super::batches::Position;
use super::limits::{Bounded, Limits};
use super::progress::Counted;
use super::{FileSpec, in_file};
use crate::column::DecimalMark;

/// The number of bytes used for detection.
const SAMPLE: u64 = 1 << 20;

/// The delimiters that are detected.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Usual punctuation of western texts.
const PUNCTUATION: &str = "€‚„…‘’“”•–—™\u{a0}¡¢£§¨©«®°²´·»¿";

/// The number of rows used to detect the delimiter.
const ROWS: usize = 100;

/// The form of a text file.
#[derive(Debug, Clone)]
pub(super) struct Dialect {
    pub(super) encoding: &'static Encoding,
    /// The number of lines before the column names.
    pub(super) lines_before: usize,
    pub(super) delimiter: u8,
    pub(super) decimal: Option<DecimalMark>,
    /// Notes on what was detected and may change values.
    pub(super) notes: Vec<String>,
    pub(super) limits: Limits,
}

impl Dialect {
    /// The stated form, completed from the start of the file.
    pub(super) fn of(
        file: File,
        spec: &FileSpec,
        limits: &Limits,
        stated: Option<&'static Encoding>,
        usual: u8,
    ) -> Result<Self, ArrowError> {
        let (sample, whole) = sample(file)?;
        let mut notes = Vec::new();
        let encoding = match (Encoding::for_bom(&sample), stated) {
            (Some((encoding, _)), _) | (None, Some(encoding)) => encoding,
            (None, None) => {
                let encoding = detected_encoding(&sample, whole);
                if encoding != UTF_8 {
                    let name = encoding.name().to_ascii_lowercase();
                    let other = if encoding == WINDOWS_1252 { "windows-1250" } else { "utf-8" };
                    notes.push(format!(
                        "no encoding is stated, and {name} was detected; if text is garbled, state another one, such as {}",
                        in_file(&format!("encoding = \"{other}\""))
                    ));
                }
                encoding
            }
        };
        let text = decoded(&sample, encoding);
        let mut lines_before = spec.skip_rows.unwrap_or(0);
        let mut rest = after_lines(&text, lines_before);
        let named = match rest.as_bytes() {
            [b's', b'e', b'p', b'=', delimiter] | [b's', b'e', b'p', b'=', delimiter, b'\r' | b'\n', ..] => {
                lines_before += 1;
                rest = after_lines(rest, 1);
                Some(*delimiter)
            }
            _ => None,
        };
        let stated = spec.delimiter.and_then(|character| u8::try_from(character).ok());
        let delimiter = stated.or(named).unwrap_or_else(|| detected_delimiter(rest, usual));
        Ok(Self { encoding, lines_before, delimiter, decimal: spec.decimal, notes, limits: *limits })
    }

    /// The encoding, unless it is UTF-8, which needs no decoding.
    pub(super) fn named_encoding(&self) -> Option<&'static Encoding> {
        Some(self.encoding).filter(|_| self.is_decoded())
    }

    /// Whether the text is decoded from another encoding. Invalid bytes become U+FFFD.
    pub(super) fn is_decoded(&self) -> bool {
        self.encoding != UTF_8
    }

    /// The number of lines before a later line with a column of such a name, if the start of the file has one.
    pub(super) fn lines_before_name(&self, file: File, is_name: impl Fn(&str) -> bool) -> Option<usize> {
        let (sample, _) = sample(file).ok()?;
        let text = decoded(&sample, self.encoding);
        let has_name = |line: &str| {
            DELIMITERS.into_iter().any(|delimiter| {
                let rows = fields_of(line, delimiter, 1);
                rows.first().is_some_and(|row| row.len() > 1 && row.iter().any(&is_name))
            })
        };
        let mut lines = text.lines().take(self.lines_before + ROWS).enumerate().skip(self.lines_before + 1);
        lines.find(|(_, line)| has_name(line)).map(|(before, _)| before)
    }

    /// What to state so that the column `name` is found, if the start of the file shows it.
    pub(super) fn hint(&self, file: File, name: &str) -> Option<String> {
        let (sample, _) = sample(file).ok()?;
        let text = decoded(&sample, self.encoding);
        let start = after_lines(&text, self.lines_before);
        let has_name = |line: &str, delimiter: u8| {
            let rows = fields_of(line, delimiter, 1);
            rows.first().is_some_and(|row| row.iter().any(|field| field.trim() == name))
        };
        let spelled = |delimiter: u8| format!("delimiter = \"{}\"", char::from(delimiter).escape_default());
        let others = || {
            (b'!'..=b'~').filter(|byte| byte.is_ascii_punctuation() && !b"\"'".contains(byte)).chain([b'\t'])
        };
        let split = |line: &str| others().find(|delimiter| has_name(line, *delimiter));
        let in_encoding = |encoding: &&'static Encoding| {
            let text = decoded(&sample, encoding);
            let usual = DELIMITERS.into_iter().chain([self.delimiter]);
            after_lines(&text, self.lines_before)
                .lines()
                .next()
                .is_some_and(|line| usual.into_iter().any(|delimiter| has_name(line, delimiter)))
        };
        if let Some(delimiter) = start.lines().next().and_then(split) {
            return Some(format!(
                "it is in the line of column names if that is split otherwise: state {}",
                in_file(&spelled(delimiter))
            ));
        }
        let encodings = [UTF_8, WINDOWS_1252, WINDOWS_1250, UTF_16LE, UTF_16BE].into_iter();
        if let Some(encoding) = encodings.filter(|other| *other != self.encoding).find(in_encoding) {
            let name = encoding.name().to_ascii_lowercase();
            let key = in_file(&format!("encoding = \"{name}\""));
            return Some(format!("it is there in another encoding: state {key}"));
        }
        // The names may also be in one of the skipped lines.
        let mut lines = text.lines().take(self.lines_before + ROWS).enumerate();
        let (skipped, line) = lines.find(|(_, line)| split(line).is_some())?;
        // The delimiter is detected without the lines before the names.
        let delimiter =
            split(line).filter(|_| !DELIMITERS.iter().any(|delimiter| has_name(line, *delimiter)));
        let delimiter = delimiter.map(|delimiter| format!(", {}", spelled(delimiter))).unwrap_or_default();
        let keys = in_file(&format!("skip_rows = {skipped}{delimiter}"));
        Some(format!("it is in line {}: state {keys}", skipped + 1))
    }
}

/// The most likely encoding of a text file that is not UTF-8.
pub(super) fn likely_encoding(file: File) -> &'static Encoding {
    let detected = sample(file).map(|(sample, whole)| detected_encoding(&sample, whole));
    detected.ok().filter(|encoding| *encoding != UTF_8).unwrap_or(WINDOWS_1252)
}

/// The number of lines of a text file, if it is short.
pub(super) fn count_lines(file: File, encoding: &'static Encoding) -> Option<usize> {
    let (sample, whole) = sample(file).ok()?;
    whole.then(|| decoded(&sample, encoding).lines().count())
}

/// The file's bytes, decompressed if its first bytes are those of gzip.
pub(super) fn bytes(mut file: File, limits: &Limits) -> Result<(Box<dyn Read>, Position), ArrowError> {
    let mut magic = [0; 2];
    let packed = file.read_exact(&mut magic).is_ok() && magic == [0x1f, 0x8b];
    file.seek(SeekFrom::Start(0))?;
    let budget = limits.bytes(file.metadata()?.len());
    let (counted, count) = Counted::new(file);
    let bytes: Box<dyn Read> = if packed {
        let inner = MultiGzDecoder::new(BufReader::with_capacity(1 << 16, counted));
        Box::new(Bounded { inner, budget })
    } else {
        Box::new(counted)
    };
    Ok((bytes, Position::Bytes(count)))
}

/// The start of the file, and whether this is the whole file.
fn sample(file: File) -> Result<(Vec<u8>, bool), ArrowError> {
    let mut sample = Vec::new();
    let (bytes, _) = bytes(file, &Limits::default())?;
    // Damage further on is reported when that part is read.
    let read = bytes.take(SAMPLE).read_to_end(&mut sample);
    if sample.is_empty() {
        read?;
    }
    let whole = (sample.len() as u64) < SAMPLE;
    Ok((sample, whole))
}

fn decoded<'a>(sample: &'a [u8], encoding: &'static Encoding) -> Cow<'a, str> {
    encoding.decode_with_bom_removal(sample).0
}

fn after_lines(text: &str, lines: usize) -> &str {
    (0..lines).fold(text, |text, _| text.split_once('\n').map_or("", |(_, rest)| rest))
}

/// The encoding of a text without a byte order mark: UTF-8, unless its bytes show another.
fn detected_encoding(sample: &[u8], whole: bool) -> &'static Encoding {
    let pairs = &sample[..sample.len().min(1 << 12)];
    let zeros = |at: usize| pairs.iter().skip(at).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    if even + odd > pairs.len() / 4 {
        return if odd > even { UTF_16LE } else { UTF_16BE };
    }
    let (mut valid, mut invalid) = (0, 0);
    let mut chunks = sample.utf8_chunks().peekable();
    while let Some(chunk) = chunks.next() {
        valid += chunk.valid().chars().filter(|character| !character.is_ascii()).count();
        // The sample may end within a character.
        if whole || chunks.peek().is_some() {
            invalid += chunk.invalid().len();
        }
    }
    if invalid > valid && is_western(sample) { WINDOWS_1252 } else { UTF_8 }
}

/// Whether a text is likely Windows-1252 (or Latin-1, a subset): its non-ASCII characters are one or two letters next
/// to others, and the usual punctuation.
fn is_western(sample: &[u8]) -> bool {
    let text = WINDOWS_1252.decode_without_bom_handling(sample).0;
    let (mut likely, mut all) = (0, 0);
    let mut rest = &*text;
    while let Some(start) = rest.find(|character: char| !character.is_ascii()) {
        let (before, from) = rest.split_at(start);
        let (run, after) =
            from.split_at(from.find(|character: char| character.is_ascii()).unwrap_or(from.len()));
        let is_mark = |character| PUNCTUATION.contains(character);
        if !run.chars().all(|character| character.is_alphabetic() || is_mark(character)) {
            return false;
        }
        let beside = before.ends_with(|character: char| character.is_ascii_alphabetic())
            || after.starts_with(|character: char| character.is_ascii_alphabetic());
        let length = run.chars().count();
        all += length;
        likely += if (length <= 2 && beside) || run.chars().all(is_mark) { length } else { 0 };
        rest = after;
    }
    likely * 10 >= all * 8
}

/// The delimiter with which the most rows have as many fields as the line of column names; `usual` if it fits all
/// rows.
fn detected_delimiter(text: &str, usual: u8) -> u8 {
    let others = DELIMITERS.into_iter().filter(|delimiter| *delimiter != usual);
    let candidates = std::iter::once(usual).chain(others).filter_map(|delimiter| {
        let rows = fields_of(text, delimiter, ROWS);
        let names = rows.first().map(csv::StringRecord::len).filter(|names| *names > 1)?;
        let alike = rows.iter().filter(|row| row.len() == names).count();
        Some((alike == rows.len(), alike, names, delimiter))
    });
    let mut best: Option<(bool, usize, usize, u8)> = None;
    for candidate in candidates {
        let better = best.is_none_or(|best| {
            let (all, alike, names, delimiter) = best;
            !(all && delimiter == usual) && (candidate.1, candidate.2) > (alike, names)
        });
        if better {
            best = Some(candidate);
        }
    }
    best.map_or(usual, |(.., delimiter)| delimiter)
}

/// The fields of the first rows.
fn fields_of(text: &str, delimiter: u8, most: usize) -> Vec<csv::StringRecord> {
    let mut rows = csv::ReaderBuilder::new();
    rows.delimiter(delimiter).has_headers(false).flexible(true);
    rows.from_reader(text.as_bytes()).records().take(most).map_while(Result::ok).collect()
}
