//! Shapes of written timestamps, and the patterns they allow.
//!
//! A text is converted to a canonical spelling (English month abbreviations, no weekdays, single blanks). Its shape,
//! the same for all texts that differ only in their digits, is converted once to patterns of chrono, which then
//! parses every text of that shape.

use std::collections::HashMap;

use chrono::format::{Item, StrftimeItems};

use super::month::{ENGLISH, Word, half_of_day, is_letter, meaning};

/// The order of day, month and year if all three are numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DateOrder {
    /// `25/04/2026`.
    DayFirst,
    /// `04/25/2026`.
    MonthFirst,
    /// `26/04/25`; years of four digits at the start need no decision.
    YearFirst,
}

impl DateOrder {
    /// All orders, the most common first.
    pub const ALL: [Self; 3] = [Self::DayFirst, Self::MonthFirst, Self::YearFirst];

    /// Its name as a format.
    pub fn format(self) -> &'static str {
        match self {
            Self::DayFirst => "day_first",
            Self::MonthFirst => "month_first",
            Self::YearFirst => "year_first",
        }
    }
}

/// The possible orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Orders([bool; 3]);

impl Orders {
    pub(super) const ALL: Self = Self([true; 3]);

    pub(super) fn has(self, order: DateOrder) -> bool {
        self.0[order as usize]
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self(std::array::from_fn(|place| self.0[place] && other.0[place]))
    }

    pub(super) fn iter(self) -> impl Iterator<Item = DateOrder> {
        DateOrder::ALL.into_iter().filter(move |order| self.has(*order))
    }

    pub(super) fn is_none(self) -> bool {
        self.0 == [false; 3]
    }

    /// The only possible order, if there is one.
    pub(super) fn single(self) -> Option<DateOrder> {
        let mut orders = self.iter();
        orders.next().filter(|_| orders.next().is_none())
    }
}

/// A way to read the texts of one shape.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pattern {
    pub(super) text: String,
    pub(super) items: Vec<Item<'static>>,
}

impl Pattern {
    fn new(text: String) -> Option<Self> {
        let items = StrftimeItems::new(&text).parse_to_owned().ok()?;
        Some(Self { text, items })
    }
}

/// The readings of a shape.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape {
    /// One reading: the month has a name, or the year comes first.
    Plain(Pattern),
    /// One reading for each order.
    Ordered([Option<Pattern>; 3], Separator),
}

/// What separates day, month and year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Separator {
    /// A dot, usually followed by the month.
    Dot,
    Other,
}

impl Shape {
    pub(super) fn pattern(&self, order: Option<DateOrder>) -> Option<&Pattern> {
        match self {
            Self::Plain(pattern) => Some(pattern),
            Self::Ordered(patterns, _) => patterns[order? as usize].as_ref(),
        }
    }

    /// Whether texts of this shape contain an offset.
    pub(super) fn has_offset(&self) -> bool {
        let pattern = match self {
            Self::Plain(pattern) => Some(pattern),
            Self::Ordered(patterns, _) => patterns.iter().flatten().next(),
        };
        pattern.is_some_and(|pattern| pattern.text.ends_with("%#z"))
    }

    /// The orders in which a text of this shape is a date: its month is at most 12 and its day at most 31.
    pub(super) fn fits(&self, canonical: &str) -> Orders {
        let Self::Ordered(patterns, _) = self else { return Orders::ALL };
        let [first, second, third] = numbers(canonical);
        let (day, month) = (|number| (1..=31).contains(&number), |number| (1..=12).contains(&number));
        let fits = [day(first) && month(second), month(first) && day(second), month(second) && day(third)];
        Orders(std::array::from_fn(|place| patterns[place].is_some() && fits[place]))
    }
}

/// The first three numbers of a text.
fn numbers(text: &str) -> [u32; 3] {
    let mut found = [0; 3];
    let mut bytes = text.bytes().peekable();
    for number in &mut found {
        while bytes.next_if(|byte| !byte.is_ascii_digit()).is_some() {}
        while let Some(digit) = bytes.next_if(u8::is_ascii_digit) {
            *number = *number * 10 + u32::from(digit - b'0');
        }
    }
    found
}

/// The shapes seen so far. Each one is interpreted once.
#[derive(Debug, Clone, Default)]
pub(super) struct Shapes {
    places: HashMap<Box<[u8]>, usize>,
    all: Vec<Option<Shape>>,
    /// The index of the last shape, because neighbors are often equal.
    last: Option<usize>,
    last_key: Vec<u8>,
    spelling: Spelling,
}

impl Shapes {
    /// The canonical spelling of a text and its shape; `None` if the text is not a timestamp of any known shape.
    pub(super) fn of(&mut self, text: &str) -> Option<(&str, &Shape)> {
        if text.len() > LONGEST || !self.spelling.read(text) {
            return None;
        }
        let key = &self.spelling.key;
        let place = match self.last {
            Some(last) if *key == self.last_key => last,
            _ => {
                let known = self.places.get(key.as_slice()).copied();
                let place = known.unwrap_or_else(|| {
                    self.all.push(shape(key));
                    self.places.insert(key.as_slice().into(), self.all.len() - 1);
                    self.all.len() - 1
                });
                self.last_key.clone_from(key);
                self.last = Some(place);
                place
            }
        };
        let shape = self.all.get(place)?.as_ref()?;
        Some((&self.spelling.text, shape))
    }
}

/// The maximum length of a written timestamp.
const LONGEST: usize = 96;

/// The canonical spelling of a text, with its shape: for a run of digits their number, `b` for a month, `p` for a
/// half of the day, `Z` for UTC, and separators unchanged.
#[derive(Debug, Clone, Default)]
struct Spelling {
    text: String,
    key: Vec<u8>,
    /// Whether a blank comes before the next token.
    blank: bool,
}

impl Spelling {
    /// Reads a text. Returns whether it is understood completely.
    fn read(&mut self, text: &str) -> bool {
        self.text.clear();
        self.key.clear();
        self.blank = false;
        let mut rest = text.trim();
        while let Some(first) = rest.bytes().next() {
            // After one byte, which is no part of a longer character where it is used.
            let next = rest.get(1..).unwrap_or_default();
            rest = match first {
                b'0'..=b'9' => self.number(rest),
                b' ' => {
                    self.blank = true;
                    next
                }
                b'/' | b':' | b'+' => self.separator(first, next),
                b'-' => self.hyphen(next),
                b'.' => self.dot(next),
                b',' => self.comma(next),
                // The name of a zone after its offset.
                b'(' if rest.ends_with(')') && (self.has(b'+') || self.has(b'-')) && self.has(b':') => "",
                _ if rest.starts_with(char::is_whitespace) => {
                    self.blank = true;
                    rest.trim_start()
                }
                _ => match self.word(rest) {
                    Some(rest) => rest,
                    None => return false,
                },
            };
        }
        true
    }

    fn has(&self, byte: u8) -> bool {
        self.key.contains(&byte)
    }

    fn token(&mut self, text: &str, key: u8) {
        let after_separator =
            self.key.last().is_none_or(|last| matches!(last, b'/' | b'-' | b':' | b'+' | b'.'));
        if std::mem::take(&mut self.blank) && !after_separator {
            self.text.push(' ');
            self.key.push(b' ');
        }
        self.text.push_str(text);
        self.key.push(key);
    }

    fn separator<'t>(&mut self, separator: u8, rest: &'t str) -> &'t str {
        self.blank = false;
        self.text.push(char::from(separator));
        self.key.push(separator);
        rest
    }

    fn number<'t>(&mut self, text: &'t str) -> &'t str {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = text.split_at(digits);
        self.token(number, b'0' + u8::try_from(digits.min(9)).unwrap_or(9));
        rest
    }

    fn hyphen<'t>(&mut self, rest: &'t str) -> &'t str {
        // Between date and time, as in "12-06-2026 - 14:24". After a time, it starts an offset.
        let only_separates = self.blank && rest.starts_with(char::is_whitespace) && !self.has(b':');
        if only_separates { rest } else { self.separator(b'-', rest) }
    }

    fn dot<'t>(&mut self, rest: &'t str) -> &'t str {
        let next = rest.trim_start();
        let spaced = next.len() < rest.len();
        let date_is_complete = || self.key.split(|byte| *byte == b'.').count() > 2;
        if !next.starts_with(|c: char| c.is_ascii_digit()) || (spaced && date_is_complete()) {
            // An ordinal, "2. marts", or punctuation, "12.6.2026. 14:24".
            self.blank = true;
            return rest;
        }
        // Also "12. 6. 2026".
        self.separator(b'.', next)
    }

    fn comma<'t>(&mut self, rest: &'t str) -> &'t str {
        // A decimal comma of the seconds, or punctuation.
        let has_seconds = || self.key.split(|byte| *byte == b':').count() == 3;
        if rest.starts_with(|c: char| c.is_ascii_digit()) && !self.has(b'.') && has_seconds() {
            return self.separator(b'.', rest);
        }
        self.blank = true;
        rest
    }

    /// Reads a word at the start of a text. Returns the rest; `None` if the word is unknown.
    fn word<'t>(&mut self, text: &'t str) -> Option<&'t str> {
        let time_is_complete = self.has(b':') || self.key.len() >= 8;
        let half = if time_is_complete { half_of_day(text) } else { None };
        if let Some((half, rest)) = half {
            self.blank = true;
            self.token(half, b'p');
            return Some(rest);
        }
        let end = text.find(|c| !is_letter(c)).unwrap_or(text.len());
        let (word, rest) = text.split_at(end);
        let word = meaning(word)?;
        match word {
            Word::Month(month) => self.token(ENGLISH[month], b'b'),
            Word::Am | Word::Pm => {
                self.blank = true;
                self.token(if word == Word::Am { "AM" } else { "PM" }, b'p');
                return Some(rest);
            }
            // Between date and time, equivalent to a blank.
            Word::T => {
                self.blank = true;
                return Some(rest);
            }
            Word::Filler => self.blank = true,
            Word::Utc => {
                self.blank = false;
                // "GMT+0200" is an offset.
                if !rest.starts_with(['+', '-']) {
                    self.token("Z", b'Z');
                }
                return Some(rest);
            }
            Word::Hour => {
                let minutes = rest.starts_with(|c: char| c.is_ascii_digit());
                return Some(if minutes { self.separator(b':', rest) } else { rest });
            }
        }
        // The dot of an abbreviation.
        Some(rest.strip_prefix('.').unwrap_or(rest))
    }
}

/// The patterns that a shape allows.
fn shape(key: &[u8]) -> Option<Shape> {
    let (fields, separators, rest) = date(key)?;
    let time = time(rest, fields[2] == b'4')?;
    let join = |names: [&str; 3]| {
        let [first, second, third] = names;
        let [a, b] = separators;
        Pattern::new(format!("{first}{a}{second}{b}{third}{time}"))
    };
    let is_number = |field: u8| matches!(field, b'1' | b'2');
    let year = |field: u8| match field {
        b'4' => Some("%Y"),
        b'2' => Some("%y"),
        _ => None,
    };
    match fields {
        [b'4', b'b', day] if is_number(day) => join(["%Y", "%b", "%d"]).map(Shape::Plain),
        [b'4', month, day] if is_number(month) && is_number(day) => {
            join(["%Y", "%m", "%d"]).map(Shape::Plain)
        }
        [day, b'b', last] if is_number(day) => join(["%d", "%b", year(last)?]).map(Shape::Plain),
        [b'b', day, last] if is_number(day) => join(["%b", "%d", year(last)?]).map(Shape::Plain),
        [first, second, last] if is_number(first) && is_number(second) => {
            let last_year = year(last)?;
            let year_first = first == b'2' && last != b'4' && separators[0] != ".";
            let separator = if separators[0] == "." { Separator::Dot } else { Separator::Other };
            let patterns = [
                join(["%d", "%m", last_year]),
                join(["%m", "%d", last_year]),
                if year_first { join(["%y", "%m", "%d"]) } else { None },
            ];
            Some(Shape::Ordered(patterns, separator))
        }
        _ => None,
    }
}

/// The three fields of a date with the separators between them, and what follows.
fn date(key: &[u8]) -> Option<([u8; 3], [&'static str; 2], &[u8])> {
    if let [b'8', rest @ ..] = key {
        // In 20260425 the three fields are next to each other.
        return Some((*b"422", ["", ""], rest));
    }
    let mut fields = [0; 3];
    let mut separators = [""; 2];
    let mut rest = key;
    for (place, field) in fields.iter_mut().enumerate() {
        let (first, after) = rest.split_first()?;
        *field = *first;
        rest = after;
        if place < 2 {
            separators[place] = match rest.first()? {
                b'/' => "/",
                b'-' => "-",
                b'.' => ".",
                b' ' => " ",
                b'1'..=b'9' | b'b' => "",
                _ => return None,
            };
            rest = &rest[separators[place].len()..];
        }
    }
    let named = fields.contains(&b'b');
    (named || (separators[0] == separators[1] && !separators[0].is_empty()))
        .then_some((fields, separators, rest))
}

/// The pattern of a time of day with its separator from the date; empty for a date alone.
fn time(key: &[u8], after_long_year: bool) -> Option<String> {
    let Some((separator, rest)) = key.split_first() else { return Some(String::new()) };
    let mut pattern = match separator {
        b' ' => " ".to_owned(),
        // As in Apache's logs. After a year of two digits, it would separate the hour.
        b':' if after_long_year => ":".to_owned(),
        _ => return None,
    };
    let (clock, rest) = match rest {
        [b'6', rest @ ..] => ("%H%M%S", rest),
        [b'4', rest @ ..] => ("%H%M", rest),
        [b'1' | b'2', b':', b'2', b':', b'2', rest @ ..] => ("%H:%M:%S", rest),
        [b'1' | b'2', b'.', b'2', b'.', b'2', rest @ ..] => ("%H.%M.%S", rest),
        [b'1' | b'2', b':', b'2', rest @ ..] => ("%H:%M", rest),
        [b'1' | b'2', b'.', b'2', rest @ ..] => ("%H.%M", rest),
        _ => return None,
    };
    let seconds = clock.ends_with("%S");
    let (fraction, rest) = match rest {
        [b'.', b'1'..=b'9', rest @ ..] if seconds => ("%.f", rest),
        rest => ("", rest),
    };
    let (half, rest) = match rest {
        [b' ', b'p', rest @ ..] => (" %p", rest),
        rest => ("", rest),
    };
    let clock = if half.is_empty() { clock.to_owned() } else { clock.replace("%H", "%I") };
    pattern.push_str(&clock);
    pattern.push_str(fraction);
    pattern.push_str(half);
    match rest {
        [] => {}
        [b'Z'] | [b'+' | b'-', b'2' | b'4'] | [b'+' | b'-', b'2', b':', b'2'] => pattern.push_str("%#z"),
        _ => return None,
    }
    Some(pattern)
}
