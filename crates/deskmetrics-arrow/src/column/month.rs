//! Words in written dates: month names, halves of the day, zones.

/// The meaning of a word in a written date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    /// A month, from 0.
    Month(usize),
    /// The first half of the day.
    Am,
    /// The second half.
    Pm,
    /// `T` between date and time.
    T,
    /// `Z`, `UTC` or `GMT`.
    Utc,
    /// `h` between hour and minute.
    Hour,
    /// A weekday, a preposition or an ordinal ending, without meaning for the date.
    Filler,
}

/// The English abbreviations, which chrono reads.
pub(super) const ENGLISH: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Month names, full and abbreviated, without accents: English, Spanish, Danish, German, French.
const MONTHS: [&[&str]; 12] = [
    &["jan", "january", "ene", "enero", "januar", "janner", "janv", "janvier"],
    &["feb", "february", "febrero", "februar", "feber", "fev", "fevr", "fevrier"],
    &["mar", "march", "marzo", "marts", "marz", "maerz", "mrz", "mars"],
    &["apr", "april", "abr", "abril", "avr", "avril"],
    &["may", "mayo", "maj", "mai"],
    &["jun", "june", "junio", "juni", "juin"],
    &["jul", "july", "julio", "juli", "juil", "juillet"],
    &["aug", "august", "ago", "agosto", "aou", "aout"],
    &["sep", "sept", "september", "set", "septiembre", "setiembre", "septembre"],
    &["oct", "october", "octubre", "okt", "oktober", "octobre"],
    &["nov", "november", "noviembre", "novembre"],
    &["dec", "december", "dic", "diciembre", "dez", "dezember", "decembre"],
];

#[rustfmt::skip]
const FILLERS: &[&str] = &[
    // weekdays: English, Spanish, Danish, German, French; "mar" and "mai" are months
    "mon", "monday", "tue", "tues", "tuesday", "wed", "wednesday", "thu", "thur", "thurs", "thursday", "fri", "friday",
    "sat", "saturday", "sun", "sunday",
    "lun", "lunes", "martes", "mie", "miercoles", "jue", "jueves", "vie", "viernes", "sab", "sabado", "dom", "domingo",
    "man", "mandag", "tir", "tirsdag", "ons", "onsdag", "tor", "torsdag", "fre", "fredag", "lor", "lordag", "son", "sondag",
    "mo", "montag", "di", "dienstag", "mi", "mittwoch", "do", "donnerstag", "fr", "freitag", "sa", "samstag", "sonnabend",
    "so", "sonntag",
    "lundi", "mardi", "mer", "mercredi", "jeu", "jeudi", "ven", "vendredi", "sam", "samedi", "dim", "dimanche",
    // prepositions and the like
    "at", "on", "of", "de", "del", "a", "las", "la", "le", "den", "d", "kl", "klokken", "um", "uhr", "hrs",
    // ordinal endings
    "st", "nd", "rd", "th", "er", "º", "ª",
];

/// The meaning of a word, in any case, with or without accents.
pub(super) fn meaning(word: &str) -> Option<Word> {
    let folded = folded(word);
    let month = |word: &str| MONTHS.iter().position(|names| names.contains(&word)).map(Word::Month);
    match folded.as_str() {
        "am" => Some(Word::Am),
        "pm" => Some(Word::Pm),
        "t" => Some(Word::T),
        "z" | "utc" | "gmt" => Some(Word::Utc),
        "h" => Some(Word::Hour),
        word => month(word).or_else(|| FILLERS.contains(&word).then_some(Word::Filler)),
    }
}

/// Whether a character is part of a word: a letter, or a combining accent.
pub(super) fn is_letter(character: char) -> bool {
    character.is_alphabetic() || ('\u{300}'..='\u{36f}').contains(&character)
}

/// Lower case without accents.
fn folded(word: &str) -> String {
    if word.is_ascii() {
        return word.to_ascii_lowercase();
    }
    let lower = word.chars().flat_map(char::to_lowercase);
    lower
        .filter(|character| !('\u{300}'..='\u{36f}').contains(character))
        .map(|character| match character {
            'á' | 'à' | 'ä' | 'å' => 'a',
            'é' | 'è' | 'ê' => 'e',
            'í' => 'i',
            'ó' | 'ö' | 'ø' => 'o',
            'û' | 'ú' => 'u',
            other => other,
        })
        .collect()
}

/// A text with its month names as English abbreviations and `a. m.` as `AM`, for a declared format; `None` if there
/// are none to replace. With `without_dots`, the dot of an abbreviation is dropped.
pub(super) fn in_english(text: &str, without_dots: bool) -> Option<String> {
    let mut english = String::with_capacity(text.len());
    let mut rest = text;
    let mut replaced = false;
    while let Some(first) = rest.chars().next() {
        if let Some((half, after)) = half_of_day(rest).filter(|_| !english.ends_with(is_letter)) {
            english.push_str(half);
            rest = after;
            replaced = true;
        } else if is_letter(first) {
            let end = rest.find(|character| !is_letter(character)).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            rest = after;
            if let Some(Word::Month(month)) = meaning(word) {
                english.push_str(ENGLISH[month]);
                replaced = true;
                if without_dots {
                    rest = rest.strip_prefix('.').unwrap_or(rest);
                }
            } else {
                english.push_str(word);
            }
        } else {
            english.push(first);
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
        }
    }
    replaced.then_some(english)
}

/// `a.m.`, `p. m.` and the like at the start of a text, and the rest of the text.
pub(super) fn half_of_day(text: &str) -> Option<(&'static str, &str)> {
    let half = match text.as_bytes().first()? {
        b'a' | b'A' => "AM",
        b'p' | b'P' => "PM",
        _ => return None,
    };
    let rest = text.get(1..)?.strip_prefix('.')?.trim_start();
    let rest = rest.strip_prefix(['m', 'M'])?;
    let rest = rest.strip_prefix('.').unwrap_or(rest);
    (!rest.starts_with(is_letter)).then_some((half, rest))
}
